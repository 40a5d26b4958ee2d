use super::KEYPHRASES_MAX;
use crate::tag::labelled::article;
use crate::tag::tag;

fn keywords(headline: &str, text: &str, language: &str) -> Vec<String> {
    let keywords = tag(&article(Some(headline), text, language)).keywords;
    keywords.map(|keywords| keywords.list).unwrap_or_default()
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
