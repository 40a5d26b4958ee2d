//! Levels: what a binary keeps to, and what a raise changes.

use std::sync::Arc;

use super::news::log;
use super::{HOUR_MS, claim_of, level, text_of_words};
use crate::article::{Judgement, Verdict};
use crate::dedup::claim::{self, LogEntry};
use crate::dedup::level::{ENGINE, Engine, Level, LevelRecord};
use crate::dedup::window::Window;

fn raise(level: Level, previous: Option<Level>) -> LevelRecord {
    let (cluster, group) = ("cluster".to_owned(), "group".to_owned());
    LevelRecord { number: 2, cluster, group, level, previous, begins: 0 }
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
fn other_source_policies_keep_a_worker_out_unless_the_log_records_none() {
    let of = |policies: &str| Level { source_policies: Some(policies.to_owned()), ..level() };
    assert!(of("none").conflicts(&of("none")).is_empty());
    assert_eq!(of("none").conflicts(&of("1 with a policy")).len(), 1);
    assert_eq!(of("1 with a policy").conflicts(&of("none")).len(), 1);
    assert!(level().conflicts(&of("1 with a policy")).is_empty(), "a log of before they were recorded");
    assert!(
        of("1 with a policy").conflicts(&level()).is_empty(),
        "sources that can't be read are told elsewhere"
    );
    assert_eq!(level().differences(&of("1 with a policy")).len(), 1, "a raise records them");

    let record = raise(of("1 with a policy"), Some(level()));
    let bytes = claim::encode_level(7, &record).unwrap();
    assert_eq!(
        claim::decode(&bytes, &mut |topic| Arc::from(topic)),
        Ok(LogEntry::Level { scope: 7, record })
    );
}

#[test]
fn claims_before_a_raise_are_judged_by_the_old_level_and_claims_behind_it_by_the_new() {
    let text = text_of_words(0, 80);
    let raised = raise(Level { engine: ENGINE - 1, window_hours: 12, ..level() }, None);
    let mut window = Window::new(level());
    window.apply(&claim_of(0, None, &text), 0, 0).unwrap();
    let before = window.judge(&claim_of(1, None, &text), 1, 20 * HOUR_MS);
    assert_eq!((before.verdict, before.level), (Verdict::Exact, 1));
    window.set_level(&raised, None, 19 * HOUR_MS).unwrap();
    let behind = window.judge(&claim_of(1, None, &text), 1, 20 * HOUR_MS);
    assert_eq!((behind.verdict, behind.level), (Verdict::New, 2));
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
    for engine in [Engine::Two, Engine::Three, Engine::Four, Engine::Five] {
        let pairs = if engine == Engine::Two { Vec::new() } else { claim.sketch.numeral_pairs.clone() };
        let bytes = claim::encode_claim_at(&claim, engine);
        let mut known = claim.clone();
        known.sketch.numeral_pairs = pairs;
        let read = claim::decode(&bytes, &mut |topic| Arc::from(topic));
        assert_eq!(read, Ok(LogEntry::Claim(Box::new(known))));
    }
}

#[test]
fn a_longer_window_reaches_back_no_further_than_the_shorter_one_did_when_it_was_raised() {
    let longer = Level { window_hours: 72, ..level() };
    let log = log(9, 2400, 200 * HOUR_MS);
    let (raised_at, raised_ms) = (1000, log[1000].2);
    let replay = |begin: usize, evicts: bool, record: &LevelRecord, known: Option<&LevelRecord>| {
        let mut window = Window::new(level());
        window.trust_times_until((!evicts).then_some(i64::MIN));
        let mut judged: Vec<Judgement> = Vec::new();
        for (at, (claim, offset, time_ms)) in log.iter().enumerate().skip(begin) {
            if at == raised_at {
                window.set_level(record, known, raised_ms).unwrap();
            }
            judged.push(window.apply(claim, *offset, *time_ms).unwrap());
        }
        judged
    };
    let (known, told) = (raise(level(), None), raise(longer.clone(), Some(level())));
    let running = replay(0, true, &told, None);
    // One that evicted nothing, as where the log's clock had stepped back, and those that began later.
    assert_eq!(replay(0, false, &told, None), running);
    assert_eq!(replay(0, true, &raise(longer, None), Some(&known)), running, "the log tells what was before");
    for begin in [300, 600, 700] {
        let part = replay(begin, true, &told, None);
        assert_eq!(part[raised_at - begin..], running[raised_at..], "from {begin} on");
    }
    let old = |judgement: &Judgement| {
        let matched = judgement.matched.as_ref().map(|matched| matched.coordinates.offset);
        matched.is_some_and(|offset| log[usize::try_from(offset).unwrap()].2 < raised_ms - 24 * HOUR_MS)
    };
    assert!(!running[raised_at..].iter().any(old));
}

#[test]
fn a_raise_that_a_clock_ahead_has_stamped_lengthens_no_window_before_that_time_and_shortens_none() {
    let text = text_of_words(0, 80);
    let longer = Level { window_hours: 72, ..level() };
    let mut window = Window::new(level());
    window.trust_times_until(Some(30 * HOUR_MS));
    window.insert(&claim_of(0, None, &text), 10 * HOUR_MS).unwrap();
    window.set_level(&raise(longer, Some(level())), None, 500 * HOUR_MS).unwrap();
    let verdict_at = |hour: i64| window.judge(&claim_of(1, None, &text), 1, hour * HOUR_MS).verdict;
    assert_eq!((verdict_at(30), verdict_at(35)), (Verdict::Exact, Verdict::New), "24 hours still");
    // A raise is an entry like any other where the clock steps back.
    window.insert(&claim_of(2, None, "a b c"), 30 * HOUR_MS).unwrap();
    assert!(window.set_level(&raise(level(), None), None, 5 * HOUR_MS).is_err());
}
