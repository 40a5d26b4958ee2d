use super::{Article, LINE_WORDS_MAX, divide};
use crate::tag::lexicon::Lexicon;
use crate::tag::matching;
use crate::tag::text::Text;

fn divided<'a>(line: &'a str, article: &str) -> Vec<&'a str> {
    let lexicon = Lexicon::compiled_in();
    let text = Text::of(article);
    let matches = matching::matches(&text, &lexicon, true);
    divide(line, Article { text: &text, matches: &matches, lexicon: &lexicon }, None)
}

fn check(expected: &str, article: &str) {
    let expected: Vec<&str> = expected.split('|').collect();
    let line = expected.join(" ");
    assert_eq!(divided(&line, article), expected);
}

#[test]
fn names_of_the_lexicons_are_keywords() {
    check("روسيا|الأمم المتحدة|فلاديمير بوتين|أوكرانيا", "");
    check("مصر|صندوق النقد الدولي|الاتحاد الأوروبي", "");
}

#[test]
fn two_names_that_the_line_joins_are_one() {
    check("الكرملين|بزشكيان|بوتين|روسيا وإيران|روسيا", "ناقش بوتين وبزشكيان التعاون بين روسيا وإيران.");
}

#[test]
fn an_adjective_goes_with_its_noun() {
    check("لبنان|الحكومة اللبنانية|بيروت", "");
    check("تركيا|العلاقات الخارجية التركية|سوريا", "");
}

#[test]
fn a_noun_goes_with_the_definite_one_behind_it() {
    check("العراق|أسعار النفط|إنتاج الكهرباء|بغداد", "");
}

#[test]
fn a_preposition_joins_both_its_sides() {
    check("السودان|الحرب في السودان|الخرطوم", "");
}

#[test]
fn what_the_article_has_together_stays_together() {
    let article = "قالت سلمى الورداني إن جسر النخلات يحتاج إلى ترميم. وزارت سلمى الورداني جسر النخلات أمس.";
    check("جسر النخلات|سلمى الورداني", article);
}

#[test]
fn a_word_twice_is_two_keywords() {
    check("روسيا|روسيا|أوكرانيا|أوكرانيا", "");
}

#[test]
fn marks_between_words_decide_alone() {
    assert_eq!(divided("اقتصاد - كأس العالم", ""), ["اقتصاد", "كأس العالم"]);
    assert_eq!(divided("آذار/مارس", ""), ["آذار/مارس"]);
}

#[test]
fn lines_in_other_letters_and_empty_ones_stay_whole() {
    assert!(divided("", "").is_empty());
    assert!(divided("  ،؛ ", "").is_empty());
    assert!(divided("Kremlin Putin Russia", "").is_empty());
}

#[test]
fn a_line_of_ten_thousand_words_stays_whole() {
    assert!(divided(&"ميناء ".repeat(10_000), "").is_empty());
    assert!(divided(&"ال ".repeat(LINE_WORDS_MAX + 1), "").is_empty());
    let longest = "بر ".repeat(LINE_WORDS_MAX);
    assert!(!divided(&longest, &longest).is_empty());
}
