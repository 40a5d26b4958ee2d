//! The log's clock jumps, both ways: verdicts stay, and memory stays bounded.

use super::news::{Entry, log};
use super::{HOUR_MS, claim_of, level, text_of_words};
use crate::article::{Judgement, Verdict};
use crate::dedup::times_ahead::TimesNoted;
use crate::dedup::window::{EVICTION_SLACK_MS, Window};

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
fn a_time_beyond_the_end_of_the_log_neither_evicts_nor_is_stepped_back_from() {
    let text = text_of_words(0, 80);
    let other = text_of_words(1000, 80);
    let log = [(0, &text), (93, &other), (1, &text), (60, &other)];
    let mut window = Window::new(level());
    window.trust_times_until(Some(60 * HOUR_MS));
    let verdicts: Vec<Verdict> = log
        .iter()
        .zip(0..)
        .map(|((hour, text), offset)| {
            window.apply(&claim_of(offset, None, text), offset, hour * HOUR_MS).unwrap().verdict
        })
        .collect();
    assert_eq!(verdicts, [Verdict::New, Verdict::New, Verdict::Exact, Verdict::Exact]);
    // The times that count are watched all the while.
    assert!(window.insert(&claim_of(4, None, &text), 60 * HOUR_MS - EVICTION_SLACK_MS - 1).is_err());
}

#[test]
fn a_claim_that_a_clock_far_ahead_has_stamped_is_seen_to_hold_up_the_eviction() {
    let mut window = Window::new(level());
    window.trust_times_until(Some(10 * HOUR_MS));
    window.insert(&claim_of(0, None, "a b c"), 0).unwrap();
    window.insert(&claim_of(1, None, "d e f"), 9000 * HOUR_MS).unwrap();
    window.insert(&claim_of(2, None, "g h i"), 10 * HOUR_MS).unwrap();
    window.trust_times_until(None);
    assert_eq!(window.held_up_ms(), None, "an older one is to leave before it");
    window.insert(&claim_of(3, None, "j k l"), 60 * HOUR_MS).unwrap();
    assert_eq!((window.len(), window.held_up_ms()), (3, Some(8940 * HOUR_MS)));
    assert_eq!(window.ahead_ms(61 * HOUR_MS), None);
}

/// Of a log whose clock was two days behind from the middle on.
fn stepped_back() -> Vec<Entry> {
    let mut log = log(7, 3000, 300 * HOUR_MS);
    for (_, offset, time_ms) in &mut log {
        if *offset >= 1500 {
            *time_ms -= 48 * HOUR_MS;
        }
    }
    log
}

#[test]
fn where_the_clock_stepped_back_the_log_is_read_again_within_memory_and_as_if_nothing_were_evicted() {
    let log = stepped_back();
    let read = |window: &mut Window, entry: &Entry| window.apply(&entry.0, entry.1, entry.2);
    let mut evicting = Window::new(level());
    assert!(log.iter().any(|entry| read(&mut evicting, entry).is_err()), "the step is seen");

    let mut whole = Window::new(level());
    whole.trust_times_until(Some(i64::MIN));
    let expected: Vec<Judgement> = log.iter().map(|entry| read(&mut whole, entry).unwrap()).collect();
    assert_eq!(whole.len(), log.len());

    let mut noted = TimesNoted::default();
    for (_, offset, time_ms) in &log {
        noted.note(*offset, *time_ms);
    }
    let ahead = noted.finish();
    let mut again = Window::new(level());
    again.trust_times_until(Some(i64::MIN));
    let judged: Vec<Judgement> = log
        .iter()
        .map(|entry| {
            again.expect_none_before(ahead.least_ms(entry.1).unwrap());
            let judgement = read(&mut again, entry).unwrap();
            // Ten claims an hour for W, the slack and the two days that the clock was ahead, and a block of them.
            assert!(again.len() < 10 * (24 + 24 + 48) + 300);
            judgement
        })
        .collect();
    assert_eq!(judged, expected);
}
