mod golden;
mod homographs;
mod hostile;
mod kinds;
pub(super) mod marked;
mod names;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::lexicon::Lexicon;
use super::models::Models;
use super::{Tagger, tag};
use crate::article::{Article, Direction, Keywords, Paragraph, ParagraphRole, Tags};

/// Each line of `languages.tsv`: expected tag, direction, stated language or `-`, text.
#[test]
fn languages_are_told_by_letters_words_and_the_stated_tag() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tag/languages.tsv");
    let table = fs::read_to_string(path).unwrap();
    let mut failures = Vec::new();
    for (index, line) in
        table.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.is_empty())
    {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 4, "line {}", index + 1);
        let stated = (fields[2] != "-").then_some(fields[2]);
        let tags = tag(&article(None, fields[3], stated));
        if (tags.language.as_str(), tags.direction.name()) != (fields[0], fields[1]) {
            failures.push(format!("line {}: {} {}: {line}", index + 1, tags.language, tags.direction.name()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Texts of the four languages that share the Arabic script, and what they were told to be.
fn arabic_script(file: &str) -> (usize, Vec<String>) {
    let table =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tag").join(file)).unwrap();
    let mut count = 0;
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (language, rest) = line.split_once('\t').unwrap();
        let (_, text) = rest.split_once('\t').unwrap();
        let words = text.split_whitespace().count();
        assert!((20..=60).contains(&words), "{words} words: {line}");
        count += 1;
        let found = tag(&article(None, text, None)).language;
        if found != language {
            wrong.push(format!("{found}: {line}"));
        }
    }
    (count, wrong)
}

#[test]
fn languages_of_the_arabic_script_are_told_apart() {
    let (count, wrong) = arabic_script("arabic_script.tsv");
    assert!(
        count >= 120 && wrong.len() * 1_000 <= count * 5,
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_the_rules_reach_on_texts_that_they_were_not_made_for_is_kept() {
    let (count, wrong) = arabic_script("arabic_script_held_out.tsv");
    assert!(count >= 120 && wrong.len() <= 1, "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// How many headlines a file has, and those that another language was told of.
fn headlines(file: &str) -> (usize, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tag");
    let table = fs::read_to_string(folder.join(file)).unwrap();
    let rows: Vec<(&str, &str)> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .collect();
    let told = |(language, headline): &(&str, &str)| {
        let found = tag(&article(Some(headline), "", None)).language;
        (found != *language).then(|| format!("{found}: {language} {headline}"))
    };
    (rows.len(), rows.iter().filter_map(told).collect())
}

#[test]
fn the_language_of_a_headline_alone_is_told() {
    for (file, per_mille) in [("headlines.tsv", 20), ("headlines_held_out.tsv", 25)] {
        let (count, wrong) = headlines(file);
        let allowed = count * per_mille / 1_000;
        assert!(count >= 300 && wrong.len() <= allowed, "{} of {count} in {file}", wrong.len());
    }
}

#[test]
fn the_direction_follows_the_letters_and_not_the_tag() {
    let tags = tag(&article(Some("Vergi paketi mecliste"), "Yeni paket salı günü görüşülecek.", Some("ar")));
    assert_eq!(tags.direction, Direction::LeftToRight);
    let tags = tag(&article(None, "2024 - 15 %", Some("ar")));
    assert_eq!((tags.language.as_str(), tags.direction), ("ar", Direction::LeftToRight));
}

#[test]
fn an_article_with_quotations_in_another_script_keeps_its_own_language() {
    let text = "أعلنت الشركة في بيان نشرته على موقع Example Business Review أن الأرباح ارتفعت إلى مئة مليون دولار خلال السنة الماضية.";
    assert_eq!(tag(&article(None, text, Some("en-US"))).language, "ar");
}

#[test]
fn the_text_beyond_the_cap_does_not_count() {
    let text = format!("{} {}", "خبر عاجل من المدينة ".repeat(250), "word ".repeat(10_000));
    assert_eq!(tag(&article(None, &text, None)).direction, Direction::RightToLeft);
}

#[test]
fn keywords_are_cleaned_in_order_and_repeats_go() {
    let list = [" ميناء ", "#الأمن_المائي", "Harbour", "harbour", "", "«ميناء»", "a\u{200f}b", "two  words"];
    let keywords = page_keywords("ميناء, …", &list);
    assert_eq!(keywords.list, ["ميناء", "الأمن المائي", "Harbour", "ab", "two words"]);
    assert_eq!((keywords.raw.as_str(), keywords.origin), ("ميناء, …", "page"));
}

#[test]
fn a_keyword_line_without_separators_stays_whole() {
    let keywords = page_keywords("ميناء سفن شحن وتجارة", &[]);
    assert_eq!(keywords.raw, "ميناء سفن شحن وتجارة");
    assert!(keywords.list.is_empty());
}

#[test]
fn a_page_without_keywords_has_none() {
    let mut article = article(None, "the of and", None);
    assert_eq!(tag(&article).keywords, None);
    article.keywords = Some(Keywords { raw: "  ".into(), list: vec![" , ".into()] });
    assert_eq!(tag(&article).keywords, None);
}

#[test]
fn keywords_are_bounded_in_number_and_length() {
    let mut list: Vec<String> = (0..10_000).map(|number| format!("word {number}")).collect();
    list.insert(0, "x".repeat(1_000_000));
    let list: Vec<&str> = list.iter().map(String::as_str).collect();
    let keywords = page_keywords("raw", &list);
    assert_eq!(keywords.list.len(), 200);
    assert_eq!(keywords.list[0], "word 0");
}

proptest! {
    #[test]
    fn any_article_gets_a_tag_and_always_the_same(
        headline in proptest::option::of(any::<String>()),
        text in prop_oneof![any::<String>(), "[a-zA-Zà-ÿğ ]{0,700}", "[а-я ]{0,700}", "[क-ह ]{0,300}", "[؀-ۿ ]{0,300}"],
        stated in proptest::option::of(any::<String>()),
    ) {
        let article = article(headline.as_deref(), &text, stated.as_deref());
        let tags = tag(&article);
        prop_assert!(!tags.language.is_empty());
        prop_assert!(tags.language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        prop_assert_eq!(tags, tag(&article));
    }
}

fn article(headline: Option<&str>, text: &str, stated: Option<&str>) -> Article {
    Article {
        headline: headline.map(str::to_owned),
        paragraphs: vec![Paragraph { text: text.to_owned(), role: ParagraphRole::Text }],
        language_stated: stated.map(str::to_owned),
        ..Article::default()
    }
}

/// Tags with the lexicons of `tests/data/lexicon`, so that no test hangs on what those in `config/` hold.
fn named(article: &Article) -> Tags {
    static TAGGER: LazyLock<Tagger> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lexicon");
        Tagger::of(
            Lexicon::of_folder(&folder).unwrap(),
            Models::without_names(),
            super::dictionaries::Dictionaries::default(),
        )
    });
    TAGGER.tag(article)
}

/// An article whose paragraphs are divided by empty lines.
fn article_of(headline: Option<&str>, body: &str) -> Article {
    let paragraph = |text: &str| Paragraph { text: text.to_owned(), role: ParagraphRole::Text };
    Article { paragraphs: body.split("\n\n").map(paragraph).collect(), ..article(headline, "", None) }
}

fn page_keywords(raw: &str, list: &[&str]) -> crate::article::TaggedKeywords {
    let mut article = article(None, "text", None);
    let list = list.iter().map(|&keyword| keyword.to_owned()).collect();
    article.keywords = Some(Keywords { raw: raw.to_owned(), list });
    tag(&article).keywords.unwrap()
}
