use std::fs;
use std::io::Cursor;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::geonames::Importer;
use super::rows::RowWriter;
use super::*;
use crate::lexicon_tools::lint::{Severity, lint};
use crate::tag::lexicon::Lexicon;

fn choice() -> Choice {
    Choice {
        languages: vec!["ar".to_owned(), "en".to_owned()],
        needed: Needed::Any,
        kinds: vec![EntityKind::Person, EntityKind::Organisation, EntityKind::Place],
        sitelinks_min: 1,
        population_min: 0,
    }
}

/// What was written, without the head, and what was read.
fn written(choice: &Choice, import: impl FnOnce(&mut RowWriter)) -> String {
    let mut bytes = Vec::new();
    let mut writer = RowWriter::new(&mut bytes, choice, "a test");
    import(&mut writer);
    let text = String::from_utf8(bytes).unwrap();
    text.lines().filter(|line| !line.starts_with("# ")).fold(String::new(), |text, line| text + line + "\n")
}

fn from_wikidata(choice: &Choice, input: &[u8]) -> (String, wikidata::Reading) {
    let mut reading = wikidata::Reading::default();
    let rows = written(choice, |writer| {
        let kinds = Kinds::default();
        let input = Cursor::new(input);
        reading = if sparql::begins(input.get_ref()) {
            sparql::import("in", input, &kinds, choice, writer, &mut |_| {}).unwrap()
        } else {
            wikidata::import("in", input, &kinds, choice, writer, &mut |_| {}).unwrap()
        };
    });
    (rows, reading)
}

fn from_geonames(choice: &Choice, places: &str, names: Option<&str>) -> (String, geonames::Reading) {
    let mut reading = geonames::Reading::default();
    let rows = written(choice, |writer| {
        let mut importer = Importer { choice, classes: "PA", writer, report: &mut |_| {} };
        reading = match names {
            Some(names) => importer.places_with(("in", Cursor::new(places)), ("names", Cursor::new(names))),
            None => importer.places("in", Cursor::new(places)),
        }
        .unwrap();
    });
    (rows, reading)
}

/// Loads rows as a user's folder, and looks at them as lint does.
fn load(file: &str, rows: &str) -> std::sync::Arc<Lexicon> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file), rows).unwrap();
    let report = lint(Some(folder.path())).unwrap();
    assert_eq!(report.count(Severity::Error), 0, "{rows}{:#?}", report.findings);
    Lexicon::load(&folder.path().display().to_string()).unwrap()
}

fn claim(value: &Value) -> Value {
    json!([{ "mainsnak": { "datavalue": { "value": value } }, "rank": "normal" }])
}

fn item(number: u32, types: &[u32], names: [(&str, &[&str]); 2]) -> Value {
    let mut item = json!({
        "id": format!("Q{number}"), "type": "item", "labels": {}, "aliases": {},
        "claims": { "P17": claim(&json!({ "id": "Q79" })), "P999": claim(&json!("unread")) },
        "sitelinks": { "arwiki": { "title": "x" }, "enwiki": { "title": "x" } },
    });
    let types: Vec<Value> =
        types.iter().map(|number| claim(&json!({ "id": format!("Q{number}") }))[0].clone()).collect();
    item["claims"]["P31"] = json!(types);
    for (language, (name, aliases)) in ["ar", "en"].into_iter().zip(names) {
        if !name.is_empty() {
            item["labels"][language] = json!({ "language": language, "value": name });
        }
        let aliases: Vec<Value> = aliases.iter().map(|alias| json!({ "value": alias })).collect();
        item["aliases"][language] = json!(aliases);
    }
    item
}

#[test]
fn items_of_a_dump_become_rows_that_load() {
    let mut city = item(901, &[515], [("مرسى القصب", &["القصب"]), ("Reedport", &[])]);
    city["claims"]["P1082"] = json!([
        { "mainsnak": { "datavalue": { "value": { "amount": "+90000" } } }, "rank": "normal" },
        { "mainsnak": { "datavalue": { "value": { "amount": "+120500" } } }, "rank": "preferred" },
        { "mainsnak": {}, "rank": "normal" },
    ]);
    city["claims"]["P1566"] = claim(&json!("99000001"));
    let dump = format!(
        "[\n{},\n{},\n{},\n{},\n{{\"id\":\"P31\",\"type\":\"property\"}}\n]\n",
        item(
            900,
            &[1, 5],
            [
                ("آدا المرساوي", &["المرساوي", "آدا\tالمرساوي", "ادا المرساوى"]),
                ("Ada Quayside", &["Quayside"])
            ]
        ),
        city,
        item(902, &[4_167_410], [("صفحة توضيح", &[]), ("Disambiguation", &[])]),
        item(903, &[7_278], [("", &[]), ("Quay Party (Egypt)", &["QP", "~QP | x", "-Quay Party"])]),
    );
    let (rows, reading) = from_wikidata(&choice(), dump.as_bytes());
    assert_eq!(
        rows,
        "wikidata:Q900\tperson\tar\tآدا المرساوي\tcountry=EG wikidata=Q900\t~المرساوي\n\
         wikidata:Q900\tperson\ten\tAda Quayside\tcountry=EG wikidata=Q900\t~Quayside\n\
         geonames:99000001\tplace\tar\tمرسى القصب\tcountry=EG population=120500 wikidata=Q901\t~القصب\n\
         geonames:99000001\tplace\ten\tReedport\tcountry=EG population=120500 wikidata=Q901\n\
         wikidata:Q903\torganisation\ten\tQuay Party\tcountry=EG wikidata=Q903\t~QP\n"
    );
    assert_eq!((reading.progress.written, reading.others, reading.faults.count), (3, 2, 0));
    let lexicon = load("wikidata.tsv", &rows);
    let name = lexicon.named("Ada Quayside").next().unwrap();
    assert_eq!((lexicon.id(name.entity), lexicon.entity(name.entity).wikidata), ("wikidata:Q900", 900));
}

#[test]
fn what_is_compiled_in_already_gets_its_id() {
    let putin = item(7747, &[5], [("فلاديمير بوتين", &[]), ("Vladimir Putin", &["Vova the Tested"])]);
    // Of one kind and with one name in both languages; the lexicons know no number of hers.
    let mubarak = item(905, &[5], [("حسني مبارك", &[]), ("Hosni Mubarak", &[])]);
    let namesake = item(906, &[5], [("حسني مبارك", &[]), ("Hosni Mubarak", &[])]);
    let film = item(907, &[515], [("", &[]), ("Hosni Mubarak", &[])]);
    let dump = [putin, mubarak, namesake, film].map(|item| item.to_string()).join("\n");
    let (rows, _) = from_wikidata(&choice(), dump.as_bytes());
    let ids: Vec<&str> = rows.lines().filter_map(|row| row.split('\t').next()).collect();
    assert_eq!(
        ids,
        [
            "khabar:vladimir-putin",
            "khabar:vladimir-putin",
            "khabar:hosni-mubarak",
            "khabar:hosni-mubarak",
            "wikidata:Q906",
            "wikidata:Q906",
            "wikidata:Q907"
        ]
    );
    let lexicon = load("wikidata.tsv", &rows);
    let name = lexicon.named("Vova the Tested").next().unwrap();
    assert_eq!(lexicon.id(name.entity), "khabar:vladimir-putin");
    // What is known of names there is stays as it was.
    let compiled_in = Lexicon::compiled_in();
    for name in ["Hosni Mubarak", "Mubarak", "مبارك", "بوتين"] {
        let flags = |lexicon: &Lexicon| {
            let names = lexicon.named(name).filter(|name| lexicon.id(name.entity).starts_with("khabar:"));
            names.map(|name| name.flags).collect::<Vec<u8>>()
        };
        assert_eq!(flags(&lexicon), flags(&compiled_in), "{name}");
    }
}

#[test]
fn only_what_is_chosen_is_taken() {
    let rows = |choice: &Choice| {
        let item = item(900, &[5], [("", &[]), ("Ada Quayside", &[])]);
        from_wikidata(choice, item.to_string().as_bytes()).0
    };
    assert_eq!(rows(&choice()).lines().count(), 1);
    assert_eq!(rows(&Choice { sitelinks_min: 3, ..choice() }), "");
    assert_eq!(rows(&Choice { kinds: vec![EntityKind::Place], ..choice() }), "");
    assert_eq!(rows(&Choice { needed: Needed::All, ..choice() }), "");
    assert_eq!(rows(&Choice { languages: vec!["fr".to_owned()], ..choice() }), "");
}

#[test]
fn hostile_lines_of_a_dump_are_counted_and_named() {
    let good = item(900, &[5], [("", &[]), ("Ada Quayside", &[])]).to_string();
    let mut dump = b"[\nnull,\n{\"id\":\"Q0\"}\n{\"id\":\"Q4294967296\"}\n{\"id\":1}\n{\"id\":\"Q9\",\"claims\":{\"P31\":7}}\n".to_vec();
    dump.extend(b"{\"id\":\"Q9\",\"labels\":\"\xff\"}\n");
    dump.extend("[".repeat(100_000).bytes());
    dump.extend(b"\n");
    dump.extend("x".repeat(wikidata::LINE_BYTES_MAX + 1).bytes());
    dump.extend(b"\n{\"id\":\"Q8\",\"labels\":[],\"aliases\":[],\"claims\":[],\"sitelinks\":[]},\r\n");
    dump.extend(good.bytes());
    let (rows, reading) = from_wikidata(&choice(), &dump);
    assert_eq!(rows.lines().count(), 1, "{rows}");
    assert_eq!((reading.faults.count, reading.others), (8, 1), "{:?}", reading.faults);
    assert_eq!(reading.faults.shown[1].line, 3);
    assert_eq!(from_wikidata(&choice(), b"").1.progress.lines, 0);
}

#[test]
fn a_result_of_the_query_service_is_read() {
    let result = "?item\t?type\t?name_ar\t?name_en\t?aliases_en\t?country\t?sitelinks\n\
        <http://www.wikidata.org/entity/Q910>\t<http://www.wikidata.org/entity/Q7278>\t\"حزب الميناء الكبير\"@ar\t\"Great Harbour Party\"@en\t\"GHP|Harbour \\\"Greats\\\" Party\"\t\"EG\"\t12\n\
        <http://www.wikidata.org/entity/Q910>\t<http://www.wikidata.org/entity/Q43229>\t\"حزب الميناء الكبير\"@ar\t\"Great Harbour Party\"@en\t\"\"\t\"EG\"\t12\n\
        <http://www.wikidata.org/entity/Q911>\t<http://www.wikidata.org/entity/Q1>\t\"أ ب\"@ar\t\"A b\"@en\t\t\t\n\
        nothing\t\t\t\t\t\t\n\
        <http://www.wikidata.org/entity/Q912>\t<http://www.wikidata.org/entity/Q5>\t\t\"Ada Quayside\"@en\t\t\t\"many\"\n";
    let (rows, reading) = from_wikidata(&choice(), result.as_bytes());
    assert_eq!(
        rows,
        "wikidata:Q910\torganisation\tar\tحزب الميناء الكبير\tcountry=EG wikidata=Q910\n\
         wikidata:Q910\torganisation\ten\tGreat Harbour Party\tcountry=EG wikidata=Q910\t~GHP|Harbour \"Greats\" Party\n"
    );
    assert_eq!((reading.faults.count, reading.others), (2, 1), "{:?}", reading.faults);
    load("wikidata.tsv", &rows);
    for head in ["?name_ar\t?kind\n", "?item\t?name_ar\n", "?item\t?kind\n"] {
        let (kinds, choice) = (Kinds::default(), choice());
        let mut bytes = Vec::new();
        let mut writer = RowWriter::new(&mut bytes, &choice, "a test");
        let error = sparql::import("in", Cursor::new(head), &kinds, &choice, &mut writer, &mut |_| {});
        assert!(matches!(error, Err(ImportError::Form { .. })), "{head}");
    }
}

#[test]
fn a_place_that_is_compiled_in_is_found_by_any_number_or_by_both_its_names() {
    let cairo = |number: u32, numbers: &[&str], names: [&str; 2]| {
        let mut item = item(number, &[515], [(names[0], &[]), (names[1], &["Test City of Minarets"])]);
        let numbers: Vec<Value> = numbers.iter().map(|number| claim(&json!(number))[0].clone()).collect();
        item["claims"]["P1566"] = json!(numbers);
        item.to_string()
    };
    let dump = [
        cairo(85, &["99000009", "360630"], ["القاهرة", "Cairo"]),
        cairo(86, &[], ["الإسكندرية", "Alexandria"]),
        cairo(87, &[], ["", "Giza"]),
        cairo(88, &["99000010"], ["أسوان", "Aswan"]),
    ];
    let (rows, _) = from_wikidata(&choice(), dump.join("\n").as_bytes());
    let mut ids: Vec<&str> = rows.lines().filter_map(|row| row.split('\t').next()).collect();
    ids.dedup();
    assert_eq!(ids, ["geonames:360630", "geonames:361058", "wikidata:Q87", "geonames:99000010"]);
}

/// A row of the file of places.
fn place(id: u32, names: [&str; 3], class: &str, code: &str, population: &str) -> String {
    let [name, ascii, others] = names;
    format!(
        "{id}\t{name}\t{ascii}\t{others}\t1.0\t2.0\t{class}\t{code}\tEG\t\t\t\t\t\t{population}\t\t7\tAfrica/Cairo\t2024-01-01\n"
    )
}

#[test]
fn places_of_geonames_become_rows_that_load() {
    let places = [
        place(
            99_000_001,
            ["Reed’s Pórt", "Reed's Port", "مرسى القصب,مرسی قصب,Reedport,القصب"],
            "P",
            "PPLC",
            "120500",
        ),
        place(99_000_002, ["Little Reed", "Little Reed", ""], "P", "PPLX", "90000"),
        place(99_000_003, ["Smallreed", "Smallreed", ""], "P", "PPL", "10"),
        place(357_994, ["Egypt", "Egypt", "مصر"], "A", "PCLI", ""),
        "1\ttoo few\n".to_owned(),
        place(99_000_004, ["X", "X", ""], "P", "PPL", "many"),
        "# a comment\n\n".to_owned(),
    ];
    let choice = Choice { population_min: 1000, ..choice() };
    let (rows, reading) = from_geonames(&choice, &places.concat(), None);
    assert_eq!(
        rows,
        "geonames:99000001\tplace\tar\tمرسى القصب\tcapital country=EG population=120500\t~القصب\n\
         geonames:99000001\tplace\ten\tReed’s Pórt\tcapital country=EG population=120500\n\
         iso3166:EG\tplace\tar\tمصر\tcountry=EG\n\
         iso3166:EG\tplace\ten\tEgypt\tcountry=EG\n"
    );
    assert_eq!((reading.others, reading.faults.count), (2, 2), "{:?}", reading.faults);
    let lexicon = load("geonames.tsv", &rows);
    let name = lexicon.named("Reed's Port").next().unwrap();
    assert_eq!(lexicon.id(name.entity), "geonames:99000001");
}

#[test]
fn alternate_names_tell_their_languages() {
    let places = place(99_000_001, ["Reedport", "Reedport", "قصب بندر"], "P", "PPL", "120500");
    let names = "1\t99000001\tar\tميناء القصب\t\t\t\t\n\
        2\t99000001\tar\tمرسى القصب\t1\t\t\t\n\
        3\t99000001\tar\tالقديمة العتيقة\t\t\t\t1\n\
        4\t99000001\tfa\tبندر قصب\t1\t\t\t\n\
        5\t99000001\tlink\thttps://reed.example\t\t\t\t\n\
        6\t99000009\tar\tأخرى\t\t\t\t\n\
        7\tmany\tar\tأخرى\t\t\t\t\n\
        8\t99000001\n\
        9\t99000001\ten\tPort of Reeds\t\t\t\t\n";
    let (rows, reading) = from_geonames(&choice(), &places, Some(names));
    assert_eq!(
        rows,
        "geonames:99000001\tplace\tar\tمرسى القصب\tcountry=EG population=120500\tميناء القصب\n\
         geonames:99000001\tplace\ten\tReedport\tcountry=EG population=120500\tPort of Reeds\n"
    );
    assert_eq!(reading.faults.count, 2, "{:?}", reading.faults);
}

#[test]
fn names_cannot_be_taken_for_something_else() {
    for (name, tidy) in [
        ("  Ada\u{a0}\tQuayside\n", Some("Ada Quayside")),
        ("~Ada", Some("Ada")),
        ("#-~ Ada", Some("Ada")),
        ("\"Ada\"", Some("Ada")),
        ("Ada|Bea", None),
        ("محمّـــد (توضيح)", Some("محمد")),
        ("\u{202e}Ada\u{0}\u{feff}", Some("Ada")),
        ("(Ada)", Some("(Ada)")),
        ("1984", None),
        ("؟!", None),
        ("", None),
    ] {
        assert_eq!(names::tidy(name).as_deref(), tidy, "{name:?}");
    }
    assert_eq!(names::tidy(&"word ".repeat(13)), None);
    assert_eq!(names::tidy(&"x".repeat(100_000)), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn whatever_is_written_loads(
        names in prop::collection::vec(("\\PC{0,40}|[~|#\\t\\n\\-a-c أبت]{0,12}", "\\PC{0,40}|[~|#\\t\\n\\-a-c أبت]{0,12}"), 1..12),
        kind in prop_oneof![Just(5_u32), Just(7278), Just(515)],
    ) {
        let others: Vec<&str> = names.iter().skip(1).map(|(name, _)| name.as_str()).collect();
        let item = item(900, &[kind], [(&names[0].0, &others), (&names[0].1, &others)]);
        let (rows, reading) = from_wikidata(&choice(), item.to_string().as_bytes());
        prop_assert_eq!(reading.faults.count, 0);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("wikidata.tsv"), &rows).unwrap();
        let read = Lexicon::of_folder(folder.path());
        prop_assert!(read.is_ok(), "{}{:?}", rows, read.err());
    }

    #[test]
    fn no_line_of_places_breaks_the_import(cells in prop::collection::vec("\\PC{0,12}|[0-9]{1,9}", 0..22)) {
        let (_, reading) = from_geonames(&choice(), &(cells.join("\t") + "\n"), Some(&cells.join("\t")));
        prop_assert!(reading.faults.count <= 2);
    }
}
