use super::super::lexicon::Lexicon;
use super::super::lexicon::rows::Source;
use super::super::matching;
use super::*;

const NAMES: &str = "\
medtop:15000000\t-\ten\tsport
medtop:20000822\tmedtop:15000000\ten\tcompetition discipline
medtop:20001065\tmedtop:20000822\ten\tsoccer
medtop:20001065\tmedtop:20000822\tar\tكرة القدم
medtop:11000000\t-\ten\tpolitics
medtop:20000574\tmedtop:11000000\ten\telection
";

const PHRASES: &str = "\
medtop:20001065\ten\t9\tpremier league
medtop:20001065\ten\t9\tgoalkeeper
medtop:20001065\ten\t5\tgoal
medtop:20001065\tar\t9\tحارس المرمى
medtop:20001065\tar\t9\tالدوري الممتاز
medtop:20000574\ten\t9\tballot
medtop:20000574\ten\t9\tpolling stations
medtop:11000000\ten\t2\tgoal
";

fn read(names: &str, phrases: &str) -> Result<Subjects, super::super::LexiconError> {
    let mut subjects = Subjects::default();
    subjects.read_names(Source { file: "names", text: names })?;
    subjects.read_phrases(Source { file: "phrases", text: phrases })?;
    subjects.settle();
    Ok(subjects)
}

fn told(headline: &str, body: &str, language: &str) -> Vec<TaggedSubject> {
    let subjects = read(NAMES, PHRASES).unwrap();
    let source = format!("{headline}\n\n{body}");
    let body_byte = u32::try_from(headline.len() + 2).unwrap();
    subjects_of(&Text::of(&source), body_byte, &subjects, language)
}

fn subjects_of(text: &Text, body_byte: u32, subjects: &Subjects, language: &str) -> Vec<TaggedSubject> {
    let matches = matching::matches(text, &Lexicon::compiled_in(), language == "ar");
    of(text, &matches, body_byte, subjects, language)
}

fn codes(subjects: &[TaggedSubject]) -> Vec<&str> {
    subjects.iter().map(|subject| subject.code.as_str()).collect()
}

#[test]
fn what_speaks_for_a_topic_speaks_for_those_above_it() {
    let found =
        told("", "The goalkeeper saved a goal in the Premier League; the goalkeeper was praised.", "en");
    assert_eq!(codes(&found), ["medtop:15000000", "medtop:20000822", "medtop:20001065"]);
    assert_eq!(found[0].english, "sport");
    assert!(found[0].evidence.contains(&"Premier League".to_owned()), "{:?}", found[0].evidence);
    assert!(found.iter().all(|subject| (1..=100).contains(&subject.confidence)));
}

#[test]
fn arabic_phrases_are_found_behind_clitics_and_with_or_without_the_article() {
    let found =
        told("", "وحارس المرمى في دوري أبطال، وفي الدوري الممتاز تألق حارس المرمى وللحارس مجده", "ar");
    assert_eq!(found[0].code, "medtop:15000000");
    let soccer = found.iter().find(|subject| subject.code == "medtop:20001065").unwrap();
    assert_eq!((soccer.name.as_str(), soccer.english.as_str()), ("كرة القدم", "soccer"));
    assert!(soccer.evidence.iter().any(|words| words.contains("حارس المرمى")));
}

#[test]
fn the_headline_counts_twice() {
    let text = "ballot goalkeeper";
    let by_headline = |headline: &str| codes(&told(headline, text, "en"))[0].to_owned();
    assert_eq!(by_headline("ballot"), "medtop:11000000");
    assert_eq!(by_headline("goalkeeper"), "medtop:15000000");
}

#[test]
fn where_little_speaks_for_anything_nothing_is_told() {
    assert!(told("", "Our goal is a clean street.", "en").is_empty());
    assert!(told("", "", "en").is_empty());
    assert!(
        told("", "The goalkeeper of the premier league", "sw").is_empty(),
        "no phrase is of that language"
    );
}

#[test]
fn a_phrase_that_is_said_a_thousand_times_is_one_phrase() {
    let one = told("", &"ballot ".repeat(1_000), "en");
    let two = told("", "ballot ballot ballot ballot ballot polling stations", "en");
    assert!(one[0].confidence < two[0].confidence);
}

#[test]
fn a_later_row_of_weight_nought_takes_a_phrase_out() {
    let phrases = format!("{PHRASES}medtop:20001065\ten\t0\tgoal\nmedtop:11000000\ten\t0\tgoal\n");
    let subjects = read(NAMES, &phrases).unwrap();
    let text = Text::of("goal goal goal");
    assert!(subjects_of(&text, 0, &subjects, "en").is_empty());
}

#[test]
fn a_phrase_whose_first_word_begins_like_the_article_is_found_in_every_language() {
    let phrases = "medtop:20000574\tur\t9\tالیکشن کمیشن\nmedtop:11000000\tar\t9\tالتقى نظيره\nmedtop:11000000\tar\t9\tحرية التعبير\n";
    let subjects = read(NAMES, phrases).unwrap();
    for (text, language) in [
        ("الیکشن کمیشن نے اعلان کیا", "ur"),
        // A common word, and one that is common with what is written before it.
        ("التقى نظيره في المدينة", "ar"),
        ("طالب بحرية التعبير في المدينة", "ar"),
    ] {
        assert!(!subjects_of(&Text::of(text), 0, &subjects, language).is_empty(), "{text}");
    }
}

#[test]
fn wrong_rows_are_refused_with_their_line() {
    for (names, phrases, problem) in [
        ("medtop:15\t-\ten\tsport\n", "", "no code"),
        ("medtop:15000000\tmedtop:11000000\ten\tsport\n", "", "no topic"),
        ("medtop:15000000\t-\ten\t\n", "", "empty"),
        ("medtop:15000000\t-\ten\n", "", "columns"),
        (NAMES, "medtop:99000000\ten\t9\tx\n", "no topic"),
        (NAMES, "medtop:15000000\ten\t10\tx\n", "weight"),
        (NAMES, "medtop:15000000\ten\t9\ta b c d e f g\n", "words"),
        (NAMES, "medtop:15000000\ten\t9\t...\n", "words"),
    ] {
        let error = read(names, phrases).unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains(problem), "{error}");
    }
}
