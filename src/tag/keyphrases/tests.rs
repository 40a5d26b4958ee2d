use super::KEYPHRASES_MAX;
use crate::tag::labelled::article;
use crate::tag::tag;

fn keywords(headline: &str, text: &str, language: &str) -> Vec<String> {
    let keywords = tag(&article(Some(headline), text, language)).keywords;
    keywords.map(|keywords| keywords.list).unwrap_or_default()
}

/// `KHABAR_KEYWORDS` names articles with keywords, one JSON object with `title`, `text` and `keywords` a line. Prints how
/// well the keywords that stand in the text are found.
#[test]
#[ignore = "needs articles to measure with"]
fn measured() {
    let path = std::env::var("KHABAR_KEYWORDS").unwrap();
    let file = std::fs::read_to_string(path).unwrap();
    let [mut right, mut found, mut expected, mut articles] = [0_usize; 4];
    for line in file.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let field = |key: &str| line[key].as_str().unwrap_or_default();
        let text = super::folded(&format!("{}\n{}", field("title"), field("text")));
        let known = line["keywords"].as_array().unwrap().iter();
        let mut known: Vec<String> = known
            .map(|keyword| super::folded(keyword.as_str().unwrap()))
            .filter(|keyword| text.contains(keyword))
            .collect();
        known.sort();
        known.dedup();
        if known.is_empty() {
            continue;
        }
        let list = keywords(field("title"), &field("text").replace('\n', "\n\n"), "ar");
        let hits = list.iter().filter(|keyword| known.contains(&super::folded(keyword))).count();
        right += hits;
        found += list.len();
        expected += known.len();
        articles += 1;
    }
    println!(
        "{articles} articles, {right} right of {found} found and {expected} expected: F in thousandths {}",
        2_000 * right / (found + expected)
    );
}

#[test]
fn a_text_without_keywords_of_its_page_gives_its_own() {
    let list = keywords(
        "مصر تبدأ ترميم القناطر القديمة",
        "بدأ أمس ترميم القناطر القديمة. وقال المهندسون إن القناطر القديمة تحتاج إلى عام.\n\nوكانت القناطر القديمة مغلقة.",
        "ar",
    );
    assert_eq!(list, ["مصر", "القناطر القديمة"]);
}

#[test]
fn phrases_of_function_words_and_single_mentions_are_none() {
    let list = keywords("خبر", "كان هذا الأمر في الغرفة قبل ذلك اليوم.", "ar");
    assert!(list.is_empty(), "{list:?}");
}

#[test]
fn a_clitic_is_not_of_the_phrase() {
    let list = keywords("أخبار", "رفعت البلدية بالرسوم الجمركية شكوى، والرسوم الجمركية باقية.", "ar");
    assert_eq!(list, ["الرسوم الجمركية"]);
}

#[test]
fn an_english_text_gives_what_it_comes_back_to() {
    let list = keywords(
        "Beavers return to the valley",
        "The beaver dam held. A second beaver dam followed, and the beaver dam made a pond.",
        "en",
    );
    assert!(list.contains(&"beaver dam".to_owned()), "{list:?}");
}

#[test]
fn a_phrase_within_another_is_told_once() {
    let list = keywords("أخبار", "أسعار النفط الخام ارتفعت. أسعار النفط الخام تهم الجميع.", "ar");
    assert_eq!(list.len(), 1, "{list:?}");
}

#[test]
fn long_and_empty_texts_are_bounded() {
    assert!(keywords("", "", "ar").is_empty());
    let words: Vec<String> = (0..1_000).map(|number| format!("الكلمة{number} الطويلة ")).collect();
    let long = words.concat().repeat(200);
    assert!(keywords("", &long, "ar").len() <= KEYPHRASES_MAX);
}
