use super::roles::role;
use super::vocabulary::{NONE, hash};
use super::{FILES, File, Layer, Lexicon, LexiconError};

/// A layer of one file with this text.
fn layer(key: &'static str, text: &str) -> Layer {
    let content = FILES.iter().find(|(known, ..)| *known == key).unwrap().1;
    Layer { files: vec![(File { name: key.to_owned(), key, text: text.to_owned().into() }, content)] }
}

fn read(layers: &[(&'static str, &str)]) -> Result<Lexicon, LexiconError> {
    let layers: Vec<Layer> = layers.iter().map(|(key, text)| layer(key, text)).collect();
    Lexicon::read(&layers)
}

fn names(lexicon: &Lexicon, words: &str) -> Vec<String> {
    let mut words = words.split(' ').map(|word| lexicon.vocabulary.find(hash(word)));
    let mut node = words.next().unwrap().node;
    for word in words {
        if node != NONE {
            node = lexicon.vocabulary.next_node(node, word.number);
        }
    }
    let mut ids = Vec::new();
    let mut name = if node == NONE { NONE } else { lexicon.vocabulary.node(node).ending.first_name };
    while name != NONE {
        let found = lexicon.name(name);
        ids.push(lexicon.id(found.entity).to_owned());
        name = found.next;
    }
    ids.sort();
    ids
}

#[test]
fn what_is_compiled_in_is_read_and_has_arabic_and_english_names() {
    let lexicon = Lexicon::compiled_in();
    for entity in 0..u32::try_from(lexicon.sizes()[0]).unwrap() {
        let names = ["ar", "en"].map(|language| lexicon.name_in(entity, language));
        assert!(names.iter().all(Option::is_some), "{}: {names:?}", lexicon.id(entity));
    }
    assert_eq!(lexicon.digest().len(), 16);
}

#[test]
fn rows_of_one_id_are_one_entity_and_names_are_folded() {
    let rows = "# comment\n\nkhabar:quay\tplace\tar\tالمرسى\tcountry=EG\tمرسى القَصَب\n\
                khabar:quay\tplace\ten\tThe Quay\tsafe wikidata=Q5\n";
    let lexicon = read(&[("places.tsv", rows)]).unwrap();
    assert_eq!(lexicon.sizes()[..2], [1, 3]);
    assert_eq!(names(&lexicon, "مرسي القصب"), ["khabar:quay"]);
    assert_eq!(names(&lexicon, "the quay"), ["khabar:quay"]);
    assert_eq!((lexicon.name_in(0, "ar"), lexicon.name_in(0, "en")), (Some("المرسى"), Some("The Quay")));
    assert_eq!((lexicon.name_in(0, "fr"), lexicon.entity(0).country), (None, Some(*b"EG")));
    assert_eq!(lexicon.entity(0).wikidata, 5);
}

#[test]
fn a_later_layer_adds_and_takes_back() {
    let first = "khabar:a\tperson\ten\tAda North\t\tA. North\nkhabar:b\tperson\ten\tBen South\nkhabar:c\tperson\ten\tCy";
    let later = "khabar:a\tperson\tar\tآدا نورث\n-khabar:a\tperson\ten\tA. north\n-khabar:b\nkhabar:c\tperson\tfr\tSi\n";
    let lexicon = read(&[("people.tsv", first), ("people.tsv", later)]).unwrap();
    assert_eq!(names(&lexicon, "ada north"), ["khabar:a"]);
    assert_eq!(names(&lexicon, "ادا نورث"), ["khabar:a"]);
    assert!(names(&lexicon, "a north").is_empty() && names(&lexicon, "ben south").is_empty());
    assert_eq!(names(&lexicon, "si"), ["khabar:c"]);
    assert_eq!(lexicon.name_in(1, "fr"), Some("Si"));
    let again = "-khabar:b\nkhabar:b\tplace\ten\tBen South\n";
    let lexicon = read(&[("people.tsv", first), ("places.tsv", again)]).unwrap();
    assert_eq!(names(&lexicon, "ben south"), ["khabar:b"]);
}

#[test]
fn a_word_has_the_roles_of_all_rows_and_is_no_word_of_names_for_them() {
    let later = "pronoun\tar\tإلى\n";
    let rows = "preposition\tar\tمن|إلى\nbefore_place\tar\tإلى\n";
    let lexicon = read(&[("word_roles.tsv", rows), ("word_roles.tsv", later)]).unwrap();
    let of = |word: &str| lexicon.roles.of(word, hash(word));
    assert_eq!(of("الي"), role::PREPOSITION | role::BEFORE_PLACE | role::PRONOUN);
    assert_eq!((of("من"), of("في")), (role::PREPOSITION, 0));
    assert_eq!(lexicon.sizes(), [0; 3]);
}

#[test]
fn the_digest_tells_lexicons_apart() {
    let digest = |text| read(&[("people.tsv", text)]).unwrap().digest().to_owned();
    assert_eq!(digest("khabar:a\tperson\ten\tAda"), digest("khabar:a\tperson\ten\tAda"));
    assert_ne!(digest("khabar:a\tperson\ten\tAda"), digest("khabar:a\tperson\ten\tAdo"));
}

#[test]
fn a_wrong_row_is_refused_with_file_line_and_reason() {
    let long = format!("khabar:a\tperson\ten\t{}", "long ".repeat(20));
    let wide = format!("khabar:a\tperson\ten\t{}", "x".repeat(20_000));
    let cases: &[(&'static str, &str, &str)] = &[
        ("people.tsv", "khabar:a\tperson\ten", "expected 4 columns"),
        ("people.tsv", "khabar:a\tperson\ten\tA\t\t\tmore", "more than 6 columns"),
        ("people.tsv", "khabar a\tperson\ten\tA", "is no id"),
        ("people.tsv", "khabar:a\tpeople\ten\tA", "unknown kind \"people\"; the kinds are person,"),
        ("people.tsv", "khabar:a\tperson\tenglish language\tA", "no language tag"),
        ("people.tsv", "khabar:a\tperson\ten\t،.", "must have 1 to 12 words"),
        ("people.tsv", &long, "must have 1 to 12 words"),
        ("people.tsv", &wide, "the line has more than"),
        ("people.tsv", "khabar:a\tperson\ten\tA\tsave", "unknown flag \"save\""),
        ("people.tsv", "khabar:a\tperson\ten\tA\tsafe ambiguous", "not both"),
        ("people.tsv", "khabar:a\tperson\ten\tA\tcountry=Russia", "can't be read"),
        ("people.tsv", "khabar:a\tperson\ten\tA\twikidata=7", "can't be read"),
        ("people.tsv", "khabar:a\tperson\ten\tA\t\tB||C", "must have 1 to 12 words"),
        ("people.tsv", "khabar:a\tperson\ten\tA\nkhabar:a\tplace\tar\tأ", "is of the kind person"),
        ("people.tsv", "-khabar:a", "that could be taken back"),
        ("titles.tsv", "head\tar\tمدينة", "unknown kind \"head\"; the kinds are person_title,"),
        ("titles.tsv", "place_head\tar", "expected 3 columns"),
        ("nationalities.tsv", "Russia\tar\tروسي", "no country of ISO 3166-1"),
        ("given_names.tsv", "ar\tسمير\t10", "no number from 1 to 9"),
        ("common_words.tsv", "common\tar\tعلى أن", "more than one word"),
        ("word_roles.tsv", "speaker\tar\tوكالة", "unknown role \"speaker\"; the roles are attribution,"),
        ("word_roles.tsv", "attribution\tar\tعلى لسان", "must be one word"),
        ("word_roles.tsv", "attribution\tar\tحسب||وفق", "must be one word"),
    ];
    for (file, text, reason) in cases {
        let error = read(&[(*file, &format!("# first\n{text}"))]).unwrap_err().to_string();
        let line = 1 + text.lines().count();
        assert!(
            error.starts_with(&format!("{file}, line {line}: ")) && error.contains(reason),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_folder_adds_its_files_and_may_hold_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    std::fs::write(folder.path().join("people.tsv"), "khabar:ada-quayside\tperson\ten\tAda Quayside\n")
        .unwrap();
    std::fs::write(folder.path().join("notes.md"), "not read").unwrap();
    let lexicon = Lexicon::load(path).unwrap();
    assert_eq!(names(&lexicon, "ada quayside"), ["khabar:ada-quayside"]);
    assert_ne!(lexicon.digest(), Lexicon::compiled_in().digest());
    std::fs::write(folder.path().join("peoples.tsv"), "").unwrap();
    assert!(matches!(Lexicon::load(path), Err(LexiconError::UnknownFile { .. })));
    assert!(matches!(Lexicon::load("no/such/folder"), Err(LexiconError::Read { .. })));
}

#[test]
fn a_hundred_thousand_entities_take_little_time_and_memory() {
    use std::fmt::Write as _;
    let mut rows = String::new();
    for number in 0..100_000 {
        writeln!(rows, "khabar:n{number}\tplace\ten\tHarbour {number} Quay\t\tQuay{number}").unwrap();
    }
    let lexicon = read(&[("places.tsv", &rows)]).unwrap();
    assert_eq!(lexicon.sizes()[..2], [100_000, 200_000]);
    assert_eq!(names(&lexicon, "harbour 77 quay"), ["khabar:n77"]);
}
