//! A verdict depends on the log alone: not on where reading began, not on tables, not on what was evicted.

use super::news::{Entry, log};
use super::{HOUR_MS, level};
use crate::article::Judgement;
use crate::dedup::window::Window;

const DAY_MS: i64 = 24 * HOUR_MS;
/// The read-back rule: W and as much as the log's clock may step back.
const READ_BACK_MS: i64 = DAY_MS + HOUR_MS;

/// The claims of the log that is read from many places, unless the environment names another number.
const CLAIMS: usize = 3000;
const CLAIMS_VARIABLE: &str = "KHABAR_DEDUP_CLAIMS";

fn replay(log: &[Entry]) -> Vec<Judgement> {
    let mut window = Window::new(level());
    log.iter().map(|(claim, offset, time_ms)| window.apply(claim, *offset, *time_ms).unwrap()).collect()
}

/// Of a replica that begins to judge at `cut` and read `read_back_ms` before it.
fn replay_from(log: &[Entry], cut: usize, read_back_ms: i64) -> Vec<Judgement> {
    let from_ms = log[cut].2 - read_back_ms;
    let begin = log.iter().position(|(_, _, time_ms)| *time_ms >= from_ms).unwrap();
    let mut window = Window::new(level());
    for (claim, _, time_ms) in &log[begin..cut] {
        window.insert(claim, *time_ms).unwrap();
    }
    log[cut..]
        .iter()
        .map(|(claim, offset, time_ms)| window.apply(claim, *offset, *time_ms).unwrap())
        .collect()
}

/// Other orders of arrival: as they are, delayed by up to 20 hours, and shuffled.
fn orders(log: &[Entry]) -> [Vec<Entry>; 3] {
    let arrive = |key: &dyn Fn(&Entry) -> u64| {
        let mut order: Vec<&Entry> = log.iter().collect();
        order.sort_by_key(|entry| key(entry));
        order
            .iter()
            .zip(log)
            .map(|((claim, ..), (_, offset, time_ms))| (claim.clone(), *offset, *time_ms))
            .collect()
    };
    let mixed = |offset: i64| super::news::Random(offset.unsigned_abs()).next();
    [
        log.to_vec(),
        arrive(&|(_, offset, time_ms)| {
            time_ms.unsigned_abs() + mixed(*offset) % (20 * HOUR_MS).unsigned_abs()
        }),
        arrive(&|(_, offset, _)| mixed(*offset)),
    ]
}

#[test]
fn replicas_that_began_anywhere_agree_in_every_order_of_arrival() {
    let mut compared = 0;
    let claims = std::env::var(CLAIMS_VARIABLE).map_or(CLAIMS, |claims| claims.parse().expect("a count"));
    for log in orders(&log(1, claims, 4 * DAY_MS)) {
        let whole = replay(&log);
        let repeats = whole.iter().filter(|judgement| judgement.suppressed).count();
        assert!((claims / 10..claims * 9 / 10).contains(&repeats), "{repeats} repeats tell little");
        for cut in (0..log.len()).step_by(701) {
            let part = replay_from(&log, cut, READ_BACK_MS);
            assert_eq!(part[..], whole[cut..], "cut at {cut}");
            compared += part.len();
        }
    }
    assert!(compared > claims * 5, "{compared}");
    eprintln!("{compared} verdicts compared");
}

#[test]
fn a_reading_that_begins_too_late_is_caught() {
    let log = log(2, 2500, 3 * DAY_MS);
    let whole = replay(&log);
    let differs = (1000..2500).step_by(300).any(|cut| replay_from(&log, cut, DAY_MS / 2)[..] != whole[cut..]);
    assert!(differs, "the comparison sees what it must see");
}

#[test]
fn a_clock_that_jumps_ahead_and_back_within_the_slack_changes_no_verdict_by_where_reading_began() {
    let mut log = log(3, 2500, 3 * DAY_MS);
    for (_, offset, time_ms) in &mut log {
        match *offset {
            1000..1200 => *time_ms += 10 * HOUR_MS,
            2000..2050 => *time_ms -= 9 * HOUR_MS,
            _ => {}
        }
    }
    let whole = replay(&log);
    for cut in (0..log.len()).step_by(611) {
        let part = replay_from(&log, cut, DAY_MS + 20 * HOUR_MS);
        assert_eq!(part[..], whole[cut..], "cut at {cut}");
    }
}

#[test]
fn eviction_and_memory_are_no_part_of_a_verdict() {
    let log = log(4, 2500, 6 * DAY_MS);
    let whole = replay(&log);
    // Nothing is evicted before the end.
    let mut window = Window::new(level());
    window.trust_times_until(Some(i64::MIN));
    let kept: Vec<Judgement> =
        log.iter().map(|(claim, offset, time_ms)| window.apply(claim, *offset, *time_ms).unwrap()).collect();
    assert_eq!(window.len(), log.len());
    assert_eq!(kept, whole);
}
