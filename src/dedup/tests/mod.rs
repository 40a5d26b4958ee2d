mod agreement;
mod memory;
mod near;
mod news;
mod purity;
mod reference;

use std::sync::Arc;

use proptest::prelude::*;

use super::claim::{self, Claim, ClaimIdentity, EntryError, LogEntry, VoidRange};
use super::level::{Addition, ENGINE, Engine, Level, LevelRecord};
use super::rules;
use super::sketch::{SKETCH_SIZE, sketch};
use super::window::{EVICTION_SLACK_MS, Window};
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
fn a_clock_that_steps_back_a_little_changes_no_verdict() {
    let mut window = Window::new(level());
    let text = text_of_words(0, 80);
    window.apply(&claim_of(0, None, &text), 0, 30 * HOUR_MS).unwrap();
    window.apply(&claim_of(1, None, &text), 1, 10 * HOUR_MS).unwrap();
    let judged = window.judge(&claim_of(2, None, &text), 2, 35 * HOUR_MS);
    assert_eq!(judged.matched.unwrap().coordinates.offset, 0);
    let judged = window.judge(&claim_of(2, None, &text), 2, 53 * HOUR_MS);
    assert_eq!(judged.matched.unwrap().coordinates.offset, 0);
    assert_eq!(window.judge(&claim_of(2, None, &text), 2, 54 * HOUR_MS).verdict, Verdict::New);
}

#[test]
fn a_large_backward_step_is_reported() {
    let mut window = Window::new(level());
    window.apply(&claim_of(0, None, "a b c"), 0, 100 * HOUR_MS).unwrap();
    let step = window.apply(&claim_of(1, None, "d e f"), 1, 100 * HOUR_MS - EVICTION_SLACK_MS - 1);
    assert_eq!(step.unwrap_err().step_ms, EVICTION_SLACK_MS + 1);
}

#[test]
fn a_clock_that_jumped_ahead_and_came_back_before_the_reading_ended_is_forgotten() {
    let mut window = Window::new(level());
    let text = text_of_words(0, 80);
    window.trust_times_until(Some(2 * HOUR_MS));
    window.insert(&claim_of(0, None, &text), HOUR_MS).unwrap();
    window.insert(&claim_of(1, None, "a b c"), 100 * HOUR_MS).unwrap();
    window.insert(&claim_of(2, None, "d e f"), 2 * HOUR_MS).unwrap();
    window.trust_times_until(None);
    let judged = window.apply(&claim_of(3, None, &text), 3, 3 * HOUR_MS).unwrap();
    assert_eq!(judged.matched.unwrap().coordinates.offset, 0, "nothing was evicted by the jump");
}

#[test]
fn a_clock_that_jumps_three_days_ahead_and_back_costs_a_new_reading_and_no_verdict() {
    let text = |number: usize| text_of_words(number * 100, 80);
    // Hour, text: the third claim and the fourth are stamped three days ahead, then the clock is right again.
    let log = [(0, 1), (20, 2), (93, 3), (94, 1), (23, 1), (24, 4), (30, 2), (31, 3)];
    let claims: Vec<_> = log
        .iter()
        .enumerate()
        .map(|(at, (hour, number))| {
            (
                claim_of(i64::try_from(at).unwrap(), None, &text(*number)),
                i64::try_from(at).unwrap(),
                hour * HOUR_MS,
            )
        })
        .collect();
    // A replica that runs meanwhile judges what it sees, and stops where the clock goes back.
    let mut running = Window::new(level());
    let seen: Vec<_> = claims
        .iter()
        .map_while(|(claim, offset, time)| running.apply(claim, *offset, *time).ok())
        .map(|judgement| judgement.verdict)
        .collect();
    assert_eq!(seen, [Verdict::New; 4], "the first text is out of reach");
    // Replicas that read anew, wherever the log ended when they began, agree, and forget nothing by the jump.
    for end in [5, 6, 8] {
        let mut anew = Window::new(level());
        anew.trust_times_until(Some(claims[end - 1].2));
        let mut verdicts = Vec::new();
        for (at, (claim, offset, time)) in claims.iter().enumerate() {
            if at == end {
                anew.trust_times_until(None);
            }
            verdicts.push(anew.apply(claim, *offset, *time).unwrap().verdict);
        }
        assert_eq!(verdicts[..4], seen[..]);
        assert_eq!(
            verdicts[4..],
            [Verdict::Exact, Verdict::New, Verdict::Exact, Verdict::Exact],
            "end {end}"
        );
    }
}

#[test]
fn a_newer_binary_keeps_to_the_logs_engine_and_an_unknown_one_keeps_it_out() {
    // What a binary with one more engine is configured for.
    let newer = Level { engine: ENGINE + 1, ..level() };
    assert!(level().conflicts(&newer).is_empty(), "it has the log's engine too");
    let other = Level { window_hours: 48, ..newer.clone() };
    assert_eq!(level().conflicts(&other).len(), 1, "parameters must be the log's, whatever the engine");
    assert!(!newer.is_known());
    assert_eq!(newer.conflicts(&level()).len(), 1, "the older binary has no such engine");
    assert_eq!(level().differences(&newer).len(), 1, "a raise would change it");
}

#[test]
fn claims_before_a_raise_are_judged_by_the_old_level_and_claims_behind_it_by_the_new() {
    let text = text_of_words(0, 80);
    let raised = Level { window_hours: 72, ..level() };
    let mut window = Window::new(level());
    window.apply(&claim_of(0, None, &text), 0, 0).unwrap();
    let before = window.judge(&claim_of(1, None, &text), 1, 30 * HOUR_MS);
    assert_eq!((before.verdict, before.level), (Verdict::New, 1));
    window.set_level(raised, 2);
    let behind = window.judge(&claim_of(1, None, &text), 1, 30 * HOUR_MS);
    assert_eq!((behind.verdict, behind.level), (Verdict::Exact, 2));
}

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

#[test]
fn a_log_whose_clock_was_behind_for_a_while_can_be_read_where_nothing_is_evicted() {
    let times_ms = [100 * HOUR_MS, HOUR_MS, 2 * HOUR_MS, 100 * HOUR_MS];
    let text = text_of_words(0, 80);
    let read = |trusted_ms: i64| {
        let mut window = Window::new(level());
        window.trust_times_until(Some(trusted_ms));
        let judged: Result<Vec<_>, _> = times_ms
            .iter()
            .zip(0..)
            .map(|(time_ms, offset)| window.apply(&claim_of(offset, None, &text), offset, *time_ms))
            .collect();
        window.trust_times_until(None);
        judged.map(|judged| (window, judged))
    };
    assert!(read(100 * HOUR_MS).is_err(), "what was evicted may be needed");
    let (mut window, judged) = read(i64::MIN).unwrap();
    assert_eq!(judged[0].verdict, Verdict::New);
    assert!(judged[1..].iter().all(|judged| judged.verdict == Verdict::Exact));
    window.insert(&claim_of(4, None, &text), 101 * HOUR_MS).unwrap();
}

#[test]
fn a_log_of_an_earlier_engine_is_kept_and_written_for_those_that_know_no_other() {
    let before = Level { engine: Engine::Two.number(), ..level() };
    assert!(before.is_known());
    assert!(before.conflicts(&level()).is_empty(), "numbers in their order wait for the raise");
    assert_eq!(before.differences(&level()).len(), 1, "which then brings the engine");

    let table: Vec<String> = (0..40).map(|at| format!("عيار {at}")).collect();
    let claim = claim_of(5, Some("https://news.example/1"), &table.join(" "));
    assert_eq!(claim.sketch.numeral_pairs.len(), 16);
    for engine in [Engine::Two, Engine::Three, Engine::Four] {
        let pairs = if engine == Engine::Two { Vec::new() } else { claim.sketch.numeral_pairs.clone() };
        let bytes = claim::encode_claim_at(&claim, engine);
        let mut known = claim.clone();
        known.sketch.numeral_pairs = pairs;
        let read = claim::decode(&bytes, &mut |topic| Arc::from(topic));
        assert_eq!(read, Ok(LogEntry::Claim(Box::new(known))));
    }
}
