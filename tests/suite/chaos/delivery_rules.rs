//! Rules about delivery: readers agree, aborted work is invisible, no transaction is torn or left open, and offsets move
//! as they should.

use std::collections::{BTreeMap, BTreeSet};

use khabar::flow::Outcome;

use super::evidence::{Evidence, Sample, Seen};
use super::expect::Expected;
use super::outcome_rules::{at, content};
use super::report::Report;
use crate::support::outcomes::Place;
use crate::support::segments::{Batch, BatchKind};

pub fn check(evidence: &Evidence, expected: Option<&BTreeMap<Place, Expected>>, report: &mut Report) {
    readers_agree(evidence, report);
    aborted_is_invisible(evidence, expected, report);
    match (&evidence.batches, &evidence.after) {
        (Some(batches), Some(after)) => visible_is_committed(batches, after, report),
        _ => report.unknown("aborted", "the broker's logs could not be read".to_owned()),
    }
    match evidence.samples.as_deref() {
        None | Some([]) => report.unknown("committed", "the committed offsets were not watched".to_owned()),
        Some(samples) => {
            offsets_never_step_back(samples, evidence, report);
            outputs_precede_offsets(samples, evidence, report);
        }
    }
    if let Some(committed) = &evidence.committed
        && *committed != evidence.raw_ends
    {
        let ends = &evidence.raw_ends;
        report.finding("committed", format!("the last offsets are {committed:?}, the ends {ends:?}"));
    }
    match evidence.settled {
        None => report.unknown("liveness", "nobody waited for the end".to_owned()),
        Some(false) => report.finding("liveness", "lag remained after the last fault".to_owned()),
        Some(true) => {}
    }
    match &evidence.stability {
        None => report.unknown("hanging", "the last stable offsets could not be read".to_owned()),
        Some(all) => {
            let open = all.iter().filter(|one| one.stable != one.end);
            report.findings("hanging", open.map(|one| format!("a transaction is open: {one:?}")));
        }
    }
}

/// Both saw the same at the same offsets, each in rising order, and the early one missed none.
fn readers_agree(evidence: &Evidence, report: &mut Report) {
    let (Some(early), Some(after)) = (&evidence.early, &evidence.after) else {
        report.unknown("observers", "one of the two readers is missing".to_owned());
        return;
    };
    for (name, reader) in [("early", early), ("later", after)] {
        let mut last: BTreeMap<(Outcome, i32), i64> = BTreeMap::new();
        for seen in reader {
            let before = last.insert((seen.topic, seen.partition), seen.offset);
            if before.is_some_and(|before| before >= seen.offset) {
                report.finding("observers", format!("the {name} reader went back to {}", at(seen)));
            }
        }
    }
    let of = |reader: &[Seen]| -> BTreeMap<(Outcome, i32, i64), u128> {
        reader.iter().map(|seen| (place_of(seen), seen.digest)).collect()
    };
    let (early, after) = (of(early), of(after));
    for (place, digest) in &after {
        match early.get(place) {
            None => report.finding("observers", format!("the early reader missed {place:?}")),
            Some(other) if other != digest => {
                report.finding("observers", format!("the readers saw other bytes at {place:?}"));
            }
            Some(_) => {}
        }
    }
    let alone = early.keys().filter(|place| !after.contains_key(place));
    report.findings("observers", alone.map(|place| format!("only the early reader saw {place:?}")));
}

const fn place_of(seen: &Seen) -> (Outcome, i32, i64) {
    (seen.topic, seen.partition, seen.offset)
}

/// What is visible stands in the log as it is seen, and copies of aborted transactions are right too.
fn aborted_is_invisible(
    evidence: &Evidence,
    expected: Option<&BTreeMap<Place, Expected>>,
    report: &mut Report,
) {
    let (Some(uncommitted), Some(after)) = (&evidence.uncommitted, &evidence.after) else {
        report.unknown("aborted", "one of the two isolation levels was not read".to_owned());
        return;
    };
    let all: BTreeMap<_, u128> = uncommitted.iter().map(|seen| (place_of(seen), seen.digest)).collect();
    let strange = after.iter().filter(|seen| all.get(&place_of(seen)) != Some(&seen.digest));
    report.findings("aborted", strange.map(|seen| format!("not in the log as it is seen: {}", at(seen))));
    report.counts.aborted_copies = uncommitted.len().saturating_sub(after.len());
    if let Some(expected) = expected {
        let visible: BTreeSet<_> = after.iter().map(place_of).collect();
        let aborted: Vec<Seen> =
            uncommitted.iter().filter(|seen| !visible.contains(&place_of(seen))).cloned().collect();
        content("aborted_copies", &aborted, expected, report);
    }
}

/// A reader of committed records sees exactly the records of the transactions that the log says were committed.
fn visible_is_committed(batches: &BTreeMap<(Outcome, i32), Vec<Batch>>, after: &[Seen], report: &mut Report) {
    let mut visible: BTreeSet<_> = after.iter().map(place_of).collect();
    for ((topic, partition), log) in batches {
        let mut open: BTreeMap<i64, Vec<Batch>> = BTreeMap::new();
        for batch in log {
            let is_committed = match batch.kind {
                BatchKind::Transactional => {
                    open.entry(batch.producer_id).or_default().push(*batch);
                    continue;
                }
                BatchKind::Plain => {
                    report.finding("torn", format!("outside a transaction: {topic:?} {partition} {batch:?}"));
                    continue;
                }
                BatchKind::Commit => true,
                BatchKind::Abort => false,
            };
            for part in open.remove(&batch.producer_id).unwrap_or_default() {
                for offset in part.first_offset..=part.last_offset {
                    let is_visible = visible.remove(&(*topic, *partition, offset));
                    if is_visible && !is_committed {
                        report.finding(
                            "aborted",
                            format!("visible and aborted: {topic:?} {partition}@{offset}"),
                        );
                    }
                    if !is_visible && is_committed {
                        report.finding(
                            "lost",
                            format!("committed and invisible: {topic:?} {partition}@{offset}"),
                        );
                    }
                }
            }
        }
        let left = open.into_values().flatten();
        report.findings("hanging", left.map(|batch| format!("never ended: {topic:?} {partition} {batch:?}")));
    }
    report.findings(
        "aborted",
        visible.iter().map(|place| format!("visible and in no committed transaction: {place:?}")),
    );
}

/// Only a reset sets an offset back.
fn offsets_never_step_back(samples: &[Sample], evidence: &Evidence, report: &mut Report) {
    for pair in samples.windows(2) {
        for (partition, before) in &pair[0].committed {
            let resets = evidence.resets.iter().filter(|reset| {
                reset.partition == *partition && (pair[0].resets..pair[1].resets).contains(&reset.moment)
            });
            let floor = resets.map(|reset| reset.to).min().unwrap_or(*before).min(*before);
            let now = pair[1].committed.get(partition).copied();
            if now.is_none_or(|now| now < floor) {
                let what = format!("partition {partition} went from {before} to {now:?}");
                report.finding("committed", what);
            }
        }
    }
}

/// When an offset is committed, every outcome below it is in its topic: a transaction's parts are not apart.
fn outputs_precede_offsets(samples: &[Sample], evidence: &Evidence, report: &mut Report) {
    let Some(after) = &evidence.after else { return };
    let mut outputs: BTreeMap<Place, Vec<(Outcome, i32, i64)>> = BTreeMap::new();
    for seen in after {
        if let Some(place) = seen.facts.raw {
            outputs.entry(place).or_default().push(place_of(seen));
        }
    }
    let mut looked: BTreeMap<i32, i64> = BTreeMap::new();
    let mut resets = 0;
    for sample in samples {
        for reset in evidence.resets.iter().filter(|reset| (resets..sample.resets).contains(&reset.moment)) {
            let from = looked.entry(reset.partition).or_insert(0);
            *from = (*from).min(reset.to);
        }
        resets = resets.max(sample.resets);
        let past: Vec<_> = evidence.resets.iter().filter(|reset| reset.moment < resets).collect();
        for (partition, committed) in &sample.committed {
            let from = looked.entry(*partition).or_insert(0);
            for offset in *from..*committed {
                let place = Place { partition: *partition, offset };
                let wanted = 1 + past.iter().filter(|reset| reset.holds(place)).count();
                let written =
                    outputs.get(&place).into_iter().flatten().filter(|(topic, partition, offset)| {
                        sample.ends.get(&(*topic, *partition)).is_some_and(|end| offset < end)
                    });
                let written = written.count();
                if written < wanted {
                    let what = format!("{place:?} was committed with {written} of {wanted} outcomes written");
                    report.finding("torn", what);
                }
            }
            *from = (*from).max(*committed);
        }
    }
}
