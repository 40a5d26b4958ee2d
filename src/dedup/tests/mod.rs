mod agreement;
mod clock;
mod golden;
mod levels;
mod memory;
mod near;
mod news;
mod pages;
mod purity;
mod reference;

use std::sync::Arc;

use proptest::prelude::*;

use super::claim::{self, Claim, ClaimIdentity, EntryError, LogEntry, VoidRange};
use super::level::{Addition, ENGINE, Level, LevelRecord};
use super::rules;
use super::sketch::{SKETCH_SIZE, sketch};
use super::window::Window;
use crate::article::{Verdict, hash128};
use crate::flow::RawCoordinates;

const HOUR_MS: i64 = 3_600_000;

fn level() -> Level {
    Level {
        engine: ENGINE,
        window_hours: 24,
        sketch_size: 48,
        revision_novelty_permille: 50,
        revision_similarity_permille: 300,
        near: "suppress".to_owned(),
        addition: Some(Addition { novelty_permille: 330, words: 50 }),
        source_policies: None,
    }
}

fn claim_of(offset: i64, url: Option<&str>, text: &str) -> Claim {
    let coordinates = RawCoordinates { topic: Arc::from("raw"), partition: 0, offset };
    let uri = url.map_or_else(|| format!("urn:khabar:{offset}"), str::to_owned);
    Claim {
        scope: 7,
        identity: ClaimIdentity::new(coordinates, Some(1_700_000_000_000), text.as_bytes()),
        content_hash: hash128(text.as_bytes()),
        article_id: hash128(uri.as_bytes()),
        has_url: url.is_some(),
        fetched_at_ms: 1_700_000_000_000,
        language: "ar".to_owned(),
        source_hash: 42,
        never_suppressed: false,
        sketch: sketch("", text),
    }
}

/// A text of `count` different words, from `start` on.
fn text_of_words(start: usize, count: usize) -> String {
    let words: Vec<String> = (start..start + count).map(|word| format!("كلمة{word}x")).collect();
    words.join(" ")
}

#[test]
fn spelling_marks_case_and_punctuation_do_not_change_the_text_hash() {
    let plain = sketch("", "اكدت الرئاسه الروسيه ان المحادثه كانت ايجابيه 650 مليون EURO");
    let marked = sketch("", "أكّدت الرئـاسة الروسية، أنّ «المحادثة» كانت إيجابية: ٦٥٠ مليون euro!");
    assert_eq!(plain.text_hash, marked.text_hash);
    assert_eq!(plain.codes, marked.codes);
    assert_eq!(plain.numerals, marked.numerals);
    assert_ne!(plain.text_hash, sketch("", "اكدت الرئاسه الروسيه ان المحادثه كانت سلبيه").text_hash);
}

#[test]
fn word_boundaries_count_in_the_text_hash() {
    assert_ne!(sketch("", "ab c").text_hash, sketch("", "a bc").text_hash);
}

#[test]
fn texts_without_words_are_not_all_the_same() {
    assert_ne!(sketch("", "🙂").text_hash, sketch("", "🙃").text_hash);
}

#[test]
fn a_repeat_is_exact_and_names_the_earliest_in_the_window() {
    let mut window = Window::new(level());
    let text = text_of_words(0, 80);
    for (offset, time) in [(0, 0), (1, 10 * HOUR_MS), (2, 20 * HOUR_MS)] {
        window.apply(&claim_of(offset, None, &text), offset, time).unwrap();
    }
    let inside = window.judge(&claim_of(3, None, &text), 3, 23 * HOUR_MS);
    assert_eq!((inside.verdict, inside.rule), (Verdict::Exact, rules::SAME_TEXT));
    assert_eq!(inside.matched.unwrap().coordinates.offset, 0);
    let later = window.judge(&claim_of(3, None, &text), 3, 24 * HOUR_MS);
    assert_eq!(later.matched.unwrap().coordinates.offset, 1, "exactly W ago is outside");
    let much_later = window.judge(&claim_of(3, None, &text), 3, 44 * HOUR_MS);
    assert_eq!(much_later.verdict, Verdict::New);
}

#[test]
fn claims_of_lost_raw_records_match_nothing_any_more() {
    let mut window = Window::new(level());
    let url = Some("https://news.example/1");
    let text = text_of_words(0, 80);
    for offset in 0..3 {
        window.apply(&claim_of(offset, url, &text), offset, offset).unwrap();
    }
    let range = VoidRange { topic: Arc::from("raw"), partition: 0, from: 0, to: 2 };
    window.void(&range);
    let judged = window.judge(&claim_of(9, None, &text), 9, 10);
    assert_eq!(judged.matched.unwrap().coordinates.offset, 2);
    window.void(&VoidRange { to: 3, ..range.clone() });
    assert_eq!(window.judge(&claim_of(9, url, &text), 9, 10).verdict, Verdict::New);
    let elsewhere = VoidRange { partition: 1, from: 0, to: 100, ..range };
    window.apply(&claim_of(3, None, &text), 3, 11).unwrap();
    window.void(&elsewhere);
    assert!(window.judge(&claim_of(9, url, &text), 9, 12).verdict.is_duplicate());
    for offset in 4..200 {
        window.apply(&claim_of(offset, None, &format!("x{offset}")), offset, offset * HOUR_MS).unwrap();
    }
    assert!(window.len() < 60, "void entries are evicted like any other");
}

#[test]
fn eviction_forgets_old_claims_and_their_keys() {
    let mut window = Window::new(level());
    for offset in 0..200_i64 {
        let text = text_of_words(usize::try_from(offset).unwrap() * 10, 10);
        window
            .apply(
                &claim_of(offset, Some(&format!("https://a.example/{offset}")), &text),
                offset,
                offset * HOUR_MS,
            )
            .unwrap();
    }
    assert_eq!(window.len(), 24 + 24 + 1);
}

#[test]
fn a_hundred_thousand_copies_of_one_text_stay_one_lookup_each() {
    let mut window = Window::new(level());
    let claim = claim_of(0, Some("https://news.example/1"), &text_of_words(0, 30));
    for sequence in 0..100_000 {
        let judged = window.apply(&claim, sequence, sequence).unwrap();
        assert_eq!(judged.verdict.is_duplicate(), sequence > 0);
    }
}

#[test]
fn a_hundred_thousand_copies_of_which_half_are_lost_are_looked_at_once() {
    let mut window = Window::new(level());
    let mut claim = claim_of(0, Some("https://news.example/1"), &text_of_words(0, 30));
    for offset in 0..100_000 {
        claim.identity.coordinates.offset = offset;
        window.insert(&claim, offset).unwrap();
    }
    window.void(&VoidRange { topic: Arc::from("raw"), partition: 0, from: 0, to: 50_000 });
    let matched = window.judge(&claim, 100_000, 100_000).matched.unwrap();
    assert_eq!(matched.coordinates.offset, 50_000);
}

#[test]
fn entries_survive_the_log_and_damage_is_seen() {
    let claim = claim_of(5, Some("https://news.example/1"), &text_of_words(0, 100));
    let bytes = claim::encode_claim(&claim);
    assert!(bytes.len() < 300, "{} bytes", bytes.len());
    let mut intern = |topic: &str| Arc::<str>::from(topic);
    assert_eq!(claim::decode(&bytes, &mut intern), Ok(LogEntry::Claim(Box::new(claim))));
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(matches!(claim::decode(&damaged, &mut intern), Err(EntryError::Damaged(_))), "byte {at}");
    }

    let record = LevelRecord {
        number: 1,
        cluster: "c".into(),
        group: "g".into(),
        level: level(),
        previous: None,
        begins: 0,
    };
    let bytes = claim::encode_level(7, &record).unwrap();
    assert_eq!(claim::decode(&bytes, &mut intern), Ok(LogEntry::Level { scope: 7, record }));

    let range = VoidRange { topic: Arc::from("raw"), partition: 1, from: 2, to: 9 };
    let void = claim::decode(&claim::encode_void(7, &range), &mut intern);
    assert_eq!(void, Ok(LogEntry::Void { scope: 7, range }));

    let mut newer = bytes[..bytes.len() - 4].to_vec();
    newer[2] = 9;
    let crc = crc32fast::hash(&newer).to_le_bytes();
    newer.extend_from_slice(&crc);
    assert_eq!(
        claim::decode(&newer, &mut intern),
        Err(EntryError::Unknown { version: 9, kind: 1, scope: 7 })
    );
}

proptest! {
    #[test]
    fn any_text_has_a_sketch_that_survives_the_log(text in "\\PC{0,400}") {
        let claim = claim_of(1, None, &text);
        prop_assert!(claim.sketch.codes.len() <= SKETCH_SIZE);
        let mut intern = |topic: &str| Arc::<str>::from(topic);
        let read = claim::decode(&claim::encode_claim(&claim), &mut intern);
        prop_assert_eq!(read, Ok(LogEntry::Claim(Box::new(claim))));
    }

    #[test]
    fn any_bytes_are_an_entry_or_a_named_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = claim::decode(&bytes, &mut |topic| Arc::from(topic));
    }

    /// A window built from the middle of the log agrees with one built from its beginning, as long as it read W back.
    #[test]
    fn verdicts_do_not_depend_on_where_reading_began(
        steps in proptest::collection::vec((0_usize..6, 0_usize..4, 0_i64..6), 1..60),
        cut in 0_usize..60,
    ) {
        let mut time = 0;
        let log: Vec<(Claim, i64, i64)> = steps.iter().enumerate().map(|(at, (text, url, hours))| {
            time += hours * HOUR_MS;
            let offset = i64::try_from(at).unwrap();
            let url = format!("https://news.example/{url}");
            (claim_of(offset, (*text > 1).then_some(url.as_str()), &text_of_words(*text * 30, 60)), offset, time)
        }).collect();
        let cut = cut.min(log.len() - 1);
        let mut whole = Window::new(level());
        let verdicts: Vec<_> = log.iter().map(|(claim, offset, time)| whole.apply(claim, *offset, *time).unwrap()).collect();
        let from_ms = log[cut].2 - 24 * HOUR_MS;
        let mut part = Window::new(level());
        for (at, (claim, offset, time)) in log.iter().enumerate() {
            if at < cut {
                if *time > from_ms { part.insert(claim, *time).unwrap(); }
            } else {
                prop_assert_eq!(&part.apply(claim, *offset, *time).unwrap(), &verdicts[at]);
            }
        }
    }
}
