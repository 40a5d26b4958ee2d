//! Pages that are fetched again.

use super::{claim_of, level, text_of_words};
use crate::article::Verdict;
use crate::dedup::level::{Engine, Level};
use crate::dedup::rules;
use crate::dedup::sketch::sketch;
use crate::dedup::window::Window;

#[test]
fn a_page_fetched_again_is_a_refetch_until_its_text_or_its_numbers_change() {
    let url = Some("https://news.example/1");
    let first = text_of_words(0, 200);
    let mut window = Window::new(level());
    window.apply(&claim_of(0, url, &first), 0, 0).unwrap();

    let touched = format!("{first} خاتمة");
    let judged = window.judge(&claim_of(1, url, &touched), 1, 1);
    assert_eq!((judged.verdict, judged.rule), (Verdict::Refetch, rules::SAME_URL_LITTLE_NEW));

    let counted = format!("{first} 14");
    let judged = window.judge(&claim_of(1, url, &counted), 1, 1);
    assert_eq!((judged.verdict, judged.rule), (Verdict::Revision, rules::SAME_URL_CHANGED));

    let extended = format!("{first} {}", text_of_words(1000, 100));
    let judged = window.judge(&claim_of(1, url, &extended), 1, 1);
    assert_eq!(judged.verdict, Verdict::Revision);
    assert_eq!(judged.matched.unwrap().coordinates.offset, 0);

    let other = text_of_words(5000, 200);
    let judged = window.judge(&claim_of(1, url, &other), 1, 1);
    assert_eq!((judged.verdict, judged.rule), (Verdict::New, rules::SAME_URL_OTHER_TEXT));

    let mut renamed = claim_of(1, url, &first);
    renamed.sketch = sketch("عنوان آخر", &first);
    let mut named = claim_of(0, url, &first);
    named.sketch = sketch("عنوان", &first);
    let mut window = Window::new(level());
    window.apply(&named, 0, 0).unwrap();
    let judged = window.judge(&renamed, 1, 1);
    assert_eq!((judged.verdict, judged.rule), (Verdict::Revision, rules::SAME_URL_OTHER_HEADLINE));
}

#[test]
fn many_small_changes_of_a_page_add_up_to_a_revision() {
    let url = Some("https://news.example/live");
    let mut window = Window::new(level());
    let mut enriched = 0;
    for step in 0..25 {
        let text = text_of_words(0, 200 + step * 4);
        let offset = i64::try_from(step).unwrap();
        let judged = window.apply(&claim_of(offset, url, &text), offset, offset).unwrap();
        enriched += u32::from(!judged.verdict.is_duplicate());
    }
    assert!((3..25).contains(&enriched), "{enriched} of 25 versions are enriched");
}

/// How many versions of a page are enriched that is fetched so often, and of which two words in each ten fetches are new and
/// one changes with every fetch.
fn enriched_of_slowly_growing(level: Level, fetches: usize) -> usize {
    let url = Some("https://news.example/live");
    let mut window = Window::new(level);
    (0..fetches)
        .filter(|fetch| {
            let text = format!("{} ق{fetch}", text_of_words(0, 300 + fetch / 10 * 2));
            let offset = i64::try_from(*fetch).unwrap();
            let judged = window.apply(&claim_of(offset, url, &text), offset, offset).unwrap();
            !judged.verdict.is_duplicate()
        })
        .count()
}

#[test]
fn a_page_that_is_fetched_often_and_grows_slowly_has_grown_in_the_end() {
    let enriched = enriched_of_slowly_growing(level(), 900);
    assert!((4..40).contains(&enriched), "{enriched} of 900 versions, of which the last is 60 % longer");
    let of_the_newest = Level { engine: Engine::Four.number(), ..level() };
    let before = enriched_of_slowly_growing(of_the_newest, 900);
    assert!(before < enriched, "{before} where only the newest are compared");
}
