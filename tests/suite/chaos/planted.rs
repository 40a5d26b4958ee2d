//! The checker finds what it is for: a clean history passes, each planted fault fails, and missing evidence is UNKNOWN.

use std::collections::BTreeMap;

use khabar::dedup::claim::{self, encode_claim};
use khabar::flow::Outcome;
use serde_json::json;

use super::evidence::{Asked, ClaimsEntry, Evidence, ProcessEvidence, Seen};
use super::expect;
use super::history::{History, SCOPE_OF, WRITTEN_MS, log_line, place, raw};
use super::report::Conclusion;
use crate::support::articles;
use crate::support::outcomes::Place;
use crate::support::segments::BatchKind;

fn is_of(seen: &Seen, place: Place) -> bool {
    seen.facts.raw == Some(place)
}

#[test]
fn a_clean_history_passes() {
    let report = History::clean().check();
    assert_eq!(report.conclusion(), Conclusion::Passed, "{report}");
    let counts = &report.counts;
    assert_eq!((counts.enriched, counts.duplicate, counts.rejected), (5, 2, 1));
    assert_eq!((counts.raw, counts.aborted_copies, counts.claims), (8, 2, 7));
}

#[test]
fn a_reset_range_is_done_exactly_once_more() {
    let mut history = History::clean();
    history.reset(0, 1);
    history.write(&[place(0, 1), place(0, 2), place(0, 3)], BatchKind::Commit);
    let mut history = history.ended();
    let report = history.check();
    assert_eq!(report.conclusion(), Conclusion::Passed, "{report}");
    assert_eq!(report.counts.repeated_by_resets, 3);

    history.write(&[place(0, 3)], BatchKind::Commit);
    history.fails_for(&["doubled", "counts", "order"]);

    let mut twice = History::clean();
    twice.reset(0, 2);
    twice.reset(0, 0);
    twice.write(&[place(0, 0), place(0, 1), place(0, 2), place(0, 3)], BatchKind::Commit);
    let report = twice.ended().check();
    assert_eq!(report.conclusion(), Conclusion::Passed, "nothing was done between two resets: {report}");

    let mut short = History::clean();
    short.reset(0, 1);
    short.write(&[place(0, 1), place(0, 3)], BatchKind::Commit);
    short.ended().fails_for(&["lost", "counts", "torn"]);
}

#[test]
fn a_lost_or_doubled_or_invented_outcome_fails() {
    let mut lost = History::clean();
    lost.in_all_views(|view| view.retain(|seen| !is_of(seen, place(1, 2))));
    lost.fails_for(&["lost", "counts", "torn"]);

    let mut doubled = History::clean();
    doubled.write(&[place(1, 3)], BatchKind::Commit);
    doubled.fails_for(&["doubled", "counts", "order"]);

    let mut phantom = History::clean();
    phantom.in_all_views(|view| {
        let changed = view.last_mut().unwrap();
        changed.facts.raw = Some(place(1, 9));
    });
    phantom.fails_for(&["phantom", "lost", "verdicts"]);
}

#[test]
fn swapped_outcomes_fail() {
    let mut swapped = History::clean();
    swapped.in_all_views(|view| {
        let at = |wanted: Place| view.iter().rposition(|seen| is_of(seen, wanted)).unwrap();
        let (one, other) = (at(place(0, 0)), at(place(0, 3)));
        assert_eq!(view[one].topic, view[other].topic);
        let (first, second) = (view[one].clone(), view[other].clone());
        view[one] = Seen { offset: first.offset, ..second.clone() };
        view[other] = Seen { offset: second.offset, ..first };
    });
    swapped.fails_for(&["order"]);
}

#[test]
fn what_was_aborted_must_not_be_visible() {
    let mut history = History::clean();
    let aborted = history.evidence.uncommitted.as_ref().unwrap()[0].clone();
    history.evidence.after.as_mut().unwrap().insert(0, aborted.clone());
    history.evidence.early.as_mut().unwrap().insert(0, aborted);
    history.fails_for(&["aborted", "doubled"]);

    let mut instead = History::new();
    instead.write(&[place(0, 0), place(0, 1), place(1, 0)], BatchKind::Commit);
    instead.write(&[place(0, 2), place(1, 1), place(1, 2)], BatchKind::Commit);
    instead.write(&[place(0, 3), place(1, 3)], BatchKind::Commit);
    let mut instead = instead.ended();
    for batch in instead.evidence.batches.as_mut().unwrap().values_mut().flatten() {
        if batch.kind == BatchKind::Commit {
            batch.kind = BatchKind::Abort;
        }
    }
    instead.fails_for(&["aborted"]);
}

#[test]
fn a_torn_transaction_fails() {
    // Half of it is aborted, and its offsets are committed.
    let mut half = History::clean();
    let lane = (Outcome::Enriched, 1);
    let marker = half.evidence.batches.as_mut().unwrap().get_mut(&lane).unwrap().last_mut().unwrap();
    marker.kind = BatchKind::Abort;
    for view in [half.evidence.early.as_mut(), half.evidence.after.as_mut()] {
        view.unwrap().retain(|seen| !is_of(seen, place(1, 3)));
    }
    half.fails_for(&["lost", "torn", "counts"]);

    // Its offsets are committed before its outcomes are written.
    let mut early = History::new();
    early.write(&[place(0, 0), place(0, 1), place(1, 0)], BatchKind::Commit);
    early.committed = BTreeMap::from([(0, 3), (1, 1)]);
    early.sample();
    early.write(&[place(0, 2), place(1, 1), place(1, 2)], BatchKind::Commit);
    early.write(&[place(0, 3), place(1, 3)], BatchKind::Commit);
    early.ended().fails_for(&["torn"]);

    let mut outside = History::clean();
    let batches = outside.evidence.batches.as_mut().unwrap();
    batches.get_mut(&lane).unwrap()[0].kind = BatchKind::Plain;
    outside.fails_for(&["torn"]);
}

#[test]
fn a_wrong_committed_offset_fails() {
    for wrong in [3, 5] {
        let mut history = History::clean();
        history.evidence.committed.as_mut().unwrap().insert(1, wrong);
        history.fails_for(&["committed", "counts"]);
    }
    let mut back = History::clean();
    let samples = back.evidence.samples.as_mut().unwrap();
    let mut sample = samples[1].clone();
    sample.committed.insert(0, 1);
    samples.insert(2, sample);
    back.fails_for(&["committed"]);
}

#[test]
fn a_foreign_verdict_fails() {
    let mut history = History::clean();
    history.in_all_views(|view| {
        for seen in view.iter_mut().filter(|seen| is_of(seen, place(0, 2))) {
            seen.facts.verdict = Some("refetch".to_owned());
        }
    });
    history.fails_for(&["verdicts"]);

    let mut astray = History::clean();
    astray.in_all_views(|view| {
        for seen in view.iter_mut().filter(|seen| is_of(seen, place(0, 2))) {
            seen.facts.duplicate_of = Some(place(1, 1));
        }
    });
    astray.fails_for(&["verdicts", "chains"]);

    let mut bytes = History::clean();
    bytes.in_all_views(|view| view.last_mut().unwrap().digest += 1);
    bytes.fails_for(&["verdicts"]);

    let mut copy = History::clean();
    copy.evidence.uncommitted.as_mut().unwrap()[0].digest += 1;
    copy.fails_for(&["aborted_copies"]);
}

#[test]
fn a_story_without_an_enriched_record_fails() {
    let mut suppressed = History::clean();
    suppressed.in_all_views(|view| {
        for seen in view.iter_mut().filter(|seen| is_of(seen, place(1, 3))) {
            seen.topic = Outcome::Duplicate;
            seen.facts.outcome = "duplicate".to_owned();
            seen.facts.duplicate_of = Some(place(0, 0));
        }
    });
    suppressed.fails_for(&["stories", "verdicts"]);

    let mut twice = History::clean();
    twice.in_all_views(|view| {
        for seen in view.iter_mut().filter(|seen| is_of(seen, place(0, 2))) {
            seen.topic = Outcome::Enriched;
            seen.facts.outcome = "enriched".to_owned();
            seen.facts.duplicate_of = None;
        }
    });
    twice.fails_for(&["stories", "verdicts"]);
}

#[test]
fn rejecting_everything_fails() {
    let mut history = History::clean();
    history.in_all_views(|view| {
        for seen in view {
            seen.topic = Outcome::Rejected;
            seen.facts.outcome = "rejected".to_owned();
            seen.facts.duplicate_of = None;
            seen.facts.verdict = None;
        }
    });
    history.evidence.claims.as_mut().unwrap().truncate(1);
    history.fails_for(&["stories", "claims"]);
}

#[test]
fn readers_that_disagree_fail() {
    let mut skipped = History::clean();
    skipped.evidence.early.as_mut().unwrap().remove(1);
    skipped.fails_for(&["observers"]);
    let mut changed = History::clean();
    changed.evidence.early.as_mut().unwrap()[1].digest += 1;
    changed.fails_for(&["observers"]);
    let mut reversed = History::clean();
    reversed.evidence.early.as_mut().unwrap().reverse();
    reversed.fails_for(&["observers"]);
}

#[test]
fn what_does_not_end_fails() {
    let mut lag = History::clean();
    lag.evidence.settled = Some(false);
    lag.fails_for(&["liveness"]);
    let mut hanging = History::clean();
    hanging.evidence.stability.as_mut().unwrap()[0].stable = 5;
    hanging.fails_for(&["hanging"]);
    let mut open = History::clean();
    open.batch((Outcome::Rejected, 0), BatchKind::Transactional);
    open.fails_for(&["hanging"]);
}

#[test]
fn claims_that_no_record_gives_fail() {
    let mut strange = History::clean();
    let log = strange.evidence.claims.as_mut().unwrap();
    let mut other = raw()[0].clone();
    other.record.payload = Some(articles::envelope(77).into_bytes());
    let stages = expect::stages(claim::scope(SCOPE_OF.0, SCOPE_OF.1));
    let prepared = stages.prepare(other.record).unwrap();
    let bytes = encode_claim(prepared.claim.as_ref().unwrap());
    log.push(ClaimsEntry { offset: 8, time_ms: WRITTEN_MS + 8, bytes, is_planted: false });
    strange.fails_for(&["claims"]);
}

#[test]
fn logs_out_of_order_and_ends_of_other_kinds_fail() {
    type Change = fn(&mut ProcessEvidence);
    let changes: [(&str, Change); 8] = [
        ("logs", |process| process.lines.swap(3, 4)),
        ("logs", |process| {
            process.lines.insert(6, log_line("panicked", "warn", &json!({"thread": "poller"})));
        }),
        ("logs", |process| process.lines.insert(6, log_line("unheard_of", "info", &json!({})))),
        ("logs", |process| process.lines.insert(6, log_line("running", "info", &json!({"colour": 1})))),
        ("logs", |process| process.lines.insert(6, "thread 'main' panicked".to_owned())),
        ("logs", |process| drop(process.lines.pop())),
        ("exits", |process| process.ended = Ok(2)),
        ("exits", |process| process.asked = Asked::Nothing),
    ];
    for (property, change) in changes {
        let mut history = History::clean();
        change(&mut history.evidence.processes.as_mut().unwrap()[0]);
        history.fails_for(&[property]);
    }
}

#[test]
fn missing_evidence_is_unknown() {
    type Change = fn(&mut Evidence);
    let changes: [Change; 13] = [
        |evidence| evidence.early = None,
        |evidence| evidence.after = None,
        |evidence| evidence.uncommitted = None,
        |evidence| evidence.batches = None,
        |evidence| evidence.claims = None,
        |evidence| drop(evidence.claims.as_mut().unwrap().remove(0)),
        |evidence| evidence.samples = None,
        |evidence| evidence.committed = None,
        |evidence| evidence.stability = None,
        |evidence| evidence.processes = None,
        |evidence| evidence.settled = None,
        |evidence| evidence.acknowledged.push(place(1, 4)),
        |evidence| evidence.samples = Some(Vec::new()),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut history = History::clean();
        change(&mut history.evidence);
        let report = history.check();
        assert_eq!(report.conclusion(), Conclusion::Unknown, "change {number}:\n{report}");
    }
}
