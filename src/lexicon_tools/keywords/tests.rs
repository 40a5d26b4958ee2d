use std::io::Cursor;

use super::records::{LINE_BYTES_MAX, Reader, Reading};
use super::*;
use crate::config::settings::SourcesSettings;
use crate::config::{LayerArguments, Settings, load};
use crate::lexicon_tools::faults::Fault;
use crate::parse::Parser;
use crate::sources::Sources;
use crate::tag::keyword_line::dictionary::Dictionary;
use crate::tag::lexicon::rows::Source;

fn settings() -> Settings {
    load(&LayerArguments::default()).unwrap().settings
}

fn read(learner: Learner, input: &[u8]) -> (Learner, Reading) {
    let settings = settings();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sources.toml");
    std::fs::write(&file, "[source.sahel]\nhosts = [\"sahel.example\"]\nlabels = [\"صحيفة الساحل\"]\n")
        .unwrap();
    let sources = Sources::load(&SourcesSettings { file: file.display().to_string() }).unwrap();
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources).unwrap();
    let mut reader = Reader::new(&parser, &settings, learner);
    reader.read("in.jsonl", Cursor::new(input), &mut |_, _| {}).unwrap();
    (reader.learner, reader.reading)
}

fn item(source: &str, origin: &str, keywords: &[&str]) -> String {
    let keywords = serde_json::json!({ "raw": keywords.join(", "), "list": keywords, "origin": origin });
    serde_json::json!({ "uri": "urn:x", "khabar": { "source": source, "keywords": keywords } }).to_string()
}

fn written(dictionary: &Learned) -> String {
    let mut bytes = Vec::new();
    dictionary.write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn records_of_every_form_are_learned_from() {
    let page = "<html lang=ar><head><title>عنوان الخبر الأول في الميناء</title>\
        <meta name=keywords content=\"ميناء, أسعار النفط\"></head><body><article><h1>عنوان الخبر الأول في الميناء</h1>\
        <p>وصلت السفينة الأولى إلى الميناء الجديد صباح اليوم بعد رحلة طويلة، وكان في استقبالها عدد من المسؤولين.</p>\
        <p>وقال مدير الميناء إن الحركة ستبدأ تدريجيا خلال الأسابيع المقبلة بعد اكتمال أعمال الصيانة.</p></article></body></html>";
    let envelope = serde_json::json!({ "url": "https://www.sahel.example/1", "content": page, "content_type": "text/html" });
    let processed = format!(
        "{{\"outcome\":\"enriched\",\"source\":{{\"file\":\"a\"}},\"item\":{}}}",
        item("sahel", "page", &["ميناء"])
    );
    let input = [
        item("sahel", "page", &["اسعار النفط", "مصر", "مصر"]),
        item("صحيفة الساحل", "page", &["أسعار النفط"]),
        processed,
        envelope.to_string(),
        item("sahel", "text", &["من النص"]),
        item("sahel", "page_segmented", &["مقسم"]),
        "{\"outcome\":\"duplicate\",\"source\":{\"file\":\"a\"},\"duplicate\":{}}".to_owned(),
        String::new(),
    ]
    .join("\n");
    let (learner, reading) = read(Learner::default(), input.as_bytes());
    assert_eq!((reading.lines, reading.without_list, reading.no_articles), (7, 2, 1));
    assert_eq!(reading.faults.count, 0, "{:?}", reading.faults);
    let dictionary = learner.finish(1).unwrap();
    assert_eq!((dictionary.sources.as_str(), dictionary.articles), ("sahel", 4));
    let keywords: Vec<(u32, &str)> =
        dictionary.keywords.iter().map(|(count, word)| (*count, &**word)).collect();
    assert_eq!(keywords, [(3, "أسعار النفط"), (2, "ميناء"), (1, "مصر")]);
}

#[test]
fn bad_lines_are_counted_and_named_and_the_rest_is_read() {
    let long = format!("{{\"khabar\":\"{}\"}}", "x".repeat(LINE_BYTES_MAX));
    let mut input = format!("not json\n[1,2]\n{long}\n{{\"content\":\"\"}}\n").into_bytes();
    input.extend(b"{\"khabar\":\"\xff\"}\n");
    input.extend("{\"a\":".repeat(5000).bytes());
    input.extend(format!("\n{}\n", item("sahel", "page", &["مصر"])).bytes());
    let (learner, reading) = read(Learner::default(), &input);
    assert_eq!(reading.faults.count, 6);
    let named: Vec<(u64, &str)> =
        reading.faults.shown.iter().map(|Fault { line, reason, .. }| (*line, reason.as_str())).collect();
    for (place, (line, reason)) in
        [(0, (1, "no JSON")), (2, (3, "the line has more than")), (5, (6, "no JSON"))]
    {
        assert!(named[place].0 == line && named[place].1.starts_with(reason), "{named:?}");
    }
    assert_eq!(learner.finish(1).unwrap().keywords.len(), 1);
}

#[test]
fn sources_are_chosen_and_never_mixed_by_chance() {
    let input = [
        item("sahel", "page", &["مصر"]),
        item("atlas", "page", &["تونس", "مصر"]),
        item("", "page", &["ليبيا"]),
    ]
    .join("\n");
    let (learner, _) = read(Learner::default(), input.as_bytes());
    let error = learner.finish(1).unwrap_err().to_string();
    assert!(error.contains("(no source) 1, atlas 1, sahel 1"), "{error}");
    let (learner, _) = read(Learner::new(["atlas".to_owned()]), input.as_bytes());
    assert_eq!(learner.others(), 2);
    assert_eq!(learner.finish(1).unwrap().keywords.len(), 2);
    let (learner, _) = read(Learner::new(["atlas".to_owned(), "sahel".to_owned()]), input.as_bytes());
    let dictionary = learner.finish(2).unwrap();
    assert_eq!((dictionary.sources.as_str(), dictionary.rare), ("atlas, sahel", 1));
    let (learner, _) = read(Learner::new(["nobody".to_owned()]), input.as_bytes());
    assert_eq!(learner.finish(1), Err(LearnError::Nothing));
    assert_eq!(Learner::default().finish(1), Err(LearnError::Nothing));
}

#[test]
fn the_file_is_the_same_each_time_and_can_be_read_as_a_dictionary() {
    let articles = [
        item(
            "sahel\n# evil\t1",
            "page",
            &["مصر\tالعليا", "a\u{202e}b", "#وسم_طويل", "-", &"كلمة ".repeat(13)],
        ),
        item("sahel\n# evil\t1", "page", &["9\tمصر", "تونس"]),
    ];
    let of = |order: [usize; 2]| {
        let input: Vec<&str> = order.iter().map(|place| articles[*place].as_str()).collect();
        written(&read(Learner::default(), input.join("\n").as_bytes()).0.finish(1).unwrap())
    };
    let text = of([0, 1]);
    assert_eq!(text, of([1, 0]));
    let dictionary = Dictionary::read(Source { file: "learned", text: &text }).unwrap();
    assert_eq!(dictionary.len(), 5, "{text}");
    assert!(text.lines().all(|line| line.starts_with("# ") || line.split('\t').count() == 2), "{text}");
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_was_learned_can_be_read(lists in prop::collection::vec(prop::collection::vec(any::<String>(), 0..6), 0..6)) {
            let mut learner = Learner::default();
            for list in &lists {
                learner.add(Some("s"), list.iter().map(String::as_str)).unwrap();
            }
            if let Ok(dictionary) = learner.finish(1) {
                let text = written(&dictionary);
                let read = Dictionary::read(Source { file: "learned", text: &text });
                prop_assert_eq!(read.unwrap().len(), dictionary.keywords.len());
            }
        }

        #[test]
        fn no_line_breaks_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let (_, reading) = read(Learner::default(), &bytes);
            prop_assert!(reading.faults.count <= reading.lines);
        }
    }
}
