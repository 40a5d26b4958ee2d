//! The verdict about a run: a pure function of the evidence. The rules stand in `outcome_rules`, `delivery_rules` and
//! `log_rules`.

use std::collections::BTreeSet;

use super::evidence::{Evidence, RawEvidence};
use super::expect;
use super::report::Report;
use super::{delivery_rules, log_rules, outcome_rules};
use crate::support::outcomes::Place;

/// Everything that must hold; evidence that is missing makes the conclusion UNKNOWN at best.
pub fn check(evidence: &Evidence, raw_topic: &str) -> Report {
    let mut report = Report::default();
    report.counts.raw = evidence.raw.len();
    if evidence.raw.is_empty() {
        report.unknown("raw_log", "there is no raw record".to_owned());
    }
    acknowledged_records_are_there(&evidence.raw, &evidence.acknowledged, &mut report);
    let expected = match &evidence.claims {
        None => {
            report.unknown("verdicts", "the claims log could not be read".to_owned());
            None
        }
        Some(log) if log.iter().zip(0..).any(|(entry, offset)| entry.offset != offset) => {
            report.unknown("verdicts", "the claims log has gaps or begins too late".to_owned());
            None
        }
        Some(log) => Some(expect::expected(&evidence.raw, log, raw_topic, &mut report)),
    };
    match &evidence.after {
        None => report.unknown("outcomes", "no reader of committed records after the run".to_owned()),
        Some(after) => outcome_rules::check(evidence, after, expected.as_ref(), &mut report),
    }
    delivery_rules::check(evidence, expected.as_ref(), &mut report);
    match &evidence.processes {
        None => report.unknown("logs", "the processes' logs are missing".to_owned()),
        Some(processes) => log_rules::check(evidence, processes, &mut report),
    }
    report
}

/// The broker keeps what it has acknowledged; else nothing could be said about khabar.
fn acknowledged_records_are_there(raw: &[RawEvidence], acknowledged: &[Place], report: &mut Report) {
    let there: BTreeSet<Place> = raw.iter().map(|one| one.place).collect();
    let lost = acknowledged.iter().filter(|place| !there.contains(place));
    for place in lost {
        report.unknown("raw_log", format!("the broker acknowledged {place:?} and does not have it"));
    }
}
