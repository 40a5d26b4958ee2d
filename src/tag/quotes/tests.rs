use crate::article::{Article, Tags};
use crate::tag::labelled::{self, article};
use crate::tag::tag;

/// What is quoted, the canonical name of the speaker, and whether a mark closes it.
fn quotes_of(article: &Article, tags: &Tags) -> Vec<(String, Option<String>, bool)> {
    let body: Vec<char> = article.body().chars().collect();
    let quotes = tags.quotes.iter().map(|quote| {
        let speaker = quote.speaker.as_ref().map(|speaker| tags.entities[speaker.entity].name.clone());
        (body[quote.start..quote.end].iter().collect(), speaker, quote.closed)
    });
    quotes.collect()
}

/// Whether two names are of one person, one perhaps shorter.
fn is_same(one: &str, other: &str) -> bool {
    let trim = |name: &str| name.trim_end_matches('.').to_owned();
    let (one, other) = (trim(one), trim(other));
    one.contains(&other) || other.contains(&one)
}

/// Right, told, labelled, labelled whose speaker is a mention, spans that were found; and what went wrong.
fn measured() -> ([usize; 5], Vec<String>) {
    let [mut right, mut told_count, mut expected, mut known_count, mut spans] = [0; 5];
    let mut wrong = Vec::new();
    for labelled in labelled::all() {
        let tags = tag(&labelled.article);
        let found = quotes_of(&labelled.article, &tags);
        let name = &labelled.name;
        expected += labelled.quotes.len();
        for (quote, (text, _, _)) in tags.quotes.iter().zip(&found) {
            let Some(speaker) = &quote.speaker else { continue };
            told_count += 1;
            if !labelled.quotes.iter().any(|(_, known)| known == text) {
                wrong.push(format!("{name}: not labelled: {} | {text}", speaker.surface));
            }
        }
        for (speaker, known) in &labelled.quotes {
            let at = found.iter().position(|(text, _, _)| text == known);
            spans += usize::from(at.is_some());
            let told = at.and_then(|at| tags.quotes[at].speaker.as_ref());
            let surfaces = |told: &crate::article::Speaker| {
                let mut own = tags.mentions.iter().filter(|mention| mention.entity == told.entity);
                own.any(|mention| is_same(&mention.surface, speaker))
            };
            // Named within a sentence or two of it.
            let is_near = |mention: &&crate::article::Mention| {
                at.is_none_or(|at| {
                    let quote = &tags.quotes[at];
                    mention.end + 250 > quote.start && mention.start < quote.end + 100
                })
            };
            let mut near = tags.mentions.iter().filter(is_near);
            let is_known = near.any(|mention| is_same(&mention.surface, speaker));
            known_count += usize::from(is_known);
            if told.is_some_and(surfaces) {
                right += 1;
            } else {
                let told = told.map_or("-", |told| told.surface.as_str());
                let state = if is_known { "MISSED" } else { "unnamed" };
                wrong.push(format!("{name}: {state} {speaker} not {told}, quoted {}: {known}", at.is_some()));
            }
        }
    }
    ([right, told_count, expected, known_count, spans], wrong)
}

#[test]
fn speakers_of_labelled_articles_are_found() {
    let ([right, told, expected, known, spans], wrong) = measured();
    let text = wrong.join("\n");
    let counts =
        format!("{right} right of {told} told, {known} named near, {expected} labelled; {spans} spans");
    assert!(right * 100 >= known * 87 && right * 100 >= told * 85, "{counts}\n{text}");
    assert!(spans * 100 >= expected * 97, "{counts}\n{text}");
}

fn check(text: &str, language: &str, expected: &[(&str, &str, bool)]) {
    let article = article(None, text, language);
    let tags = tag(&article);
    let found = quotes_of(&article, &tags);
    let found: Vec<(&str, &str, bool)> = found
        .iter()
        .map(|(text, speaker, closed)| (text.as_str(), speaker.as_deref().unwrap_or("-"), *closed))
        .collect();
    let named: Vec<&str> = tags.mentions.iter().map(|mention| mention.surface.as_str()).collect();
    assert_eq!(found, expected, "{text} {named:?}");
}

#[test]
fn a_verb_of_speech_before_the_marks_names_the_speaker() {
    check(
        "قال إيمانويل ماكرون: \"سنزرع الأشجار على ضفاف النهر\".",
        "ar",
        &[("سنزرع الأشجار على ضفاف النهر", "إيمانويل ماكرون", true)],
    );
    check(
        "وأكد رئيس الوزراء نواف سلام، في كلمة ألقاها في بيروت، أن «الجسر لنا جميعا».",
        "ar",
        &[("الجسر لنا جميعا", "نواف سلام", true)],
    );
    check(
        "Emmanuel Macron said: “We will plant trees along the river.”",
        "en",
        &[("We will plant trees along the river.", "Emmanuel Macron", true)],
    );
}

#[test]
fn a_speaker_may_stand_behind_the_marks() {
    check(
        "«الجسر الجديد سيفتح في الربيع المقبل»، بحسب نواف سلام.",
        "ar",
        &[("الجسر الجديد سيفتح في الربيع المقبل", "نواف سلام", true)],
    );
    check(
        "“The bridge will open,” said Emmanuel Macron. He left.",
        "en",
        &[("The bridge will open,", "Emmanuel Macron", true)],
    );
    check("“Why now?” Emmanuel Macron asked reporters.", "en", &[("Why now?", "Emmanuel Macron", true)]);
}

#[test]
fn who_spoke_last_goes_on() {
    check(
        "قال نواف سلام إن العمل بدأ. وأضاف: \"سنكمل الجسر قبل الشتاء\".\n\nوتابع: \"لن نتأخر\".",
        "ar",
        &[("سنكمل الجسر قبل الشتاء", "نواف سلام", true), ("لن نتأخر", "نواف سلام", true)],
    );
    check(
        "“The bridge will open,” said Emmanuel Macron. “It took us nine long years.”\n\n“It is done,” he added.",
        "en",
        &[
            ("The bridge will open,", "Emmanuel Macron", true),
            ("It took us nine long years.", "Emmanuel Macron", true),
            ("It is done,", "Emmanuel Macron", true),
        ],
    );
}

#[test]
fn someone_without_a_name_is_not_the_last_speaker() {
    check(
        "قال نواف سلام إن العمل بدأ. وقال مصدر أمني: \"لم يبدأ شيء هناك بعد\".",
        "ar",
        &[("لم يبدأ شيء هناك بعد", "-", true)],
    );
    check(
        "Emmanuel Macron said work had begun. “Nothing has begun there at all,” said a worker.",
        "en",
        &[("Nothing has begun there at all,", "-", true)],
    );
}

#[test]
fn whom_a_statement_is_given_to_does_not_speak() {
    check("وقال لوكالة رويترز: \"لم يبدأ شيء هناك بعد\".", "ar", &[("لم يبدأ شيء هناك بعد", "-", true)]);
}

#[test]
fn names_and_terms_in_marks_are_no_quotes() {
    check("أكدت الرئاسة الروسية “الكرملين” الخبر، وفقا لفضائية “القاهرة الإخبارية”.", "ar", &[]);
    check("The so-called “dark fleet” grew, Emmanuel Macron said.", "en", &[]);
}

#[test]
fn a_quote_that_never_closes_ends_with_its_paragraph() {
    check(
        "وقال نواف سلام، اليوم، إنه:\" بدأ العمل في الجسر، بعد عام.\n\nوقال إيمانويل ماكرون: \"نعم نعم\".",
        "ar",
        &[("بدأ العمل في الجسر، بعد عام.", "نواف سلام", false), ("نعم نعم", "إيمانويل ماكرون", true)],
    );
}

#[test]
fn a_quote_over_several_paragraphs_keeps_its_speaker() {
    check(
        "Emmanuel Macron said: “We began with the north bank.\n\n“Then we built the rest of it.”",
        "en",
        &[
            ("We began with the north bank.", "Emmanuel Macron", false),
            ("Then we built the rest of it.", "Emmanuel Macron", true),
        ],
    );
}

#[test]
fn hostile_texts_are_read_in_time() {
    for piece in ["\"", "“", "«قال»", ":\" ", "قال: \"", "قال \"نعم\" ", "“a b c d e,” said "]
    {
        let article = article(None, &piece.repeat(1_000_000 / piece.len()), "ar");
        assert!(tag(&article).quotes.len() <= super::QUOTES_MAX);
    }
    let empty = article(None, "", "ar");
    assert!(tag(&empty).quotes.is_empty());
}
