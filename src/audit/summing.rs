//! The end of an audit: what was seen of each raw offset becomes findings, counts and doubts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::findings::FindingKind;
use super::ledger::Seen;
use super::report::{PartitionCounts, Report};
use super::{Auditor, Lane};
use crate::config::settings::Delivery;
use crate::flow::RawCoordinates;
use crate::kafka::assignment::PartitionKey;

/// What was learnt beside the records.
#[derive(Debug, Default, Clone)]
pub struct Evidence {
    /// The group's committed offsets, asked for last of all.
    pub committed_again: BTreeMap<PartitionKey, i64>,
    /// First offsets of the raw partitions after reading them, where retention has moved them on.
    pub begins_again: BTreeMap<PartitionKey, i64>,
    /// Raw topics whose records compaction may have taken.
    pub compacted_raw: BTreeSet<String>,
    /// Retention or compaction may have taken outcomes, or a transaction hides them.
    pub outcomes_may_miss: bool,
    /// The claims log does not tell all: it was cut, or not read to its end.
    pub claims_may_miss: bool,
    /// What evidence is missing, for a person.
    pub unknown: Vec<String>,
}

impl Auditor {
    /// Outcomes beyond these offsets are refuted; for each partition where there are any.
    pub fn tops_beyond(&self, committed: &BTreeMap<PartitionKey, i64>) -> bool {
        self.lanes.iter().any(|lane| committed.get(&lane.raw.key).is_some_and(|offset| lane.top > *offset))
    }

    /// Draws the conclusion.
    pub fn finish(mut self, mut evidence: Evidence) -> Report {
        let mut partitions = Vec::with_capacity(self.lanes.len());
        let mut lanes = std::mem::take(&mut self.lanes);
        for lane in &mut lanes {
            if let Some(begin) = evidence.begins_again.get(&lane.raw.key) {
                lane.raw.begin = lane.raw.begin.max(*begin);
            }
            partitions.push(self.sum_up(lane, &evidence));
        }
        self.doubt_raw(&lanes, &mut evidence.unknown);
        self.doubt_tallies(&mut evidence.unknown);
        Report::new(partitions, self.findings, evidence.unknown, self.tally)
    }

    fn sum_up(&mut self, lane: &Lane, evidence: &Evidence) -> PartitionCounts {
        let key = &lane.raw.key;
        let is_compacted = evidence.compacted_raw.contains(key.topic.as_ref());
        let committed_again = evidence.committed_again.get(key).copied();
        let at = |offset| RawCoordinates { topic: Arc::clone(&key.topic), partition: key.partition, offset };
        let mut raw_records = 0;
        for (offset, mark) in lane.ledger.marks() {
            let is_committed = lane.raw.committed.is_some_and(|committed| offset < committed);
            raw_records += u64::from(is_committed && mark.exists);
            if mark.seen == Seen::None {
                if is_committed && mark.exists {
                    self.lost(at(offset), evidence);
                }
                continue;
            }
            if !mark.exists {
                if offset < lane.raw.begin || is_compacted {
                    self.tally.unproven_origins += 1;
                } else {
                    let detail = "it has an outcome, and no reader of committed records sees it";
                    self.findings.add(FindingKind::Phantom, at(offset), detail);
                }
            }
            if !is_committed && committed_again.is_some_and(|committed| offset >= committed) {
                self.early(at(offset), committed_again.unwrap_or_default());
            }
            if mark.exists && !lane.stated.get(offset).is_none() {
                self.unclaimed(at(offset), evidence);
            }
        }
        if let Some(committed) = lane.raw.committed.filter(|committed| *committed > lane.raw.end) {
            let detail =
                format!("the group has committed {committed}, the partition ends at {}", lane.raw.end);
            self.findings.add(FindingKind::CommittedBeyondEnd, at(committed), detail);
        }
        PartitionCounts {
            key: key.clone(),
            begin: lane.raw.begin,
            committed: lane.raw.committed,
            raw_records,
            outcomes: lane.outcomes,
        }
    }

    fn lost(&mut self, coordinates: RawCoordinates, evidence: &Evidence) {
        if evidence.outcomes_may_miss {
            self.tally.unproven_losses += 1;
        } else {
            let detail = "it is committed, and no outcome topic has an outcome of it";
            self.findings.add(FindingKind::Lost, coordinates, detail);
        }
    }

    fn early(&mut self, coordinates: RawCoordinates, committed: i64) {
        if self.delivery == Delivery::AtLeastOnce {
            self.tally.ahead += 1;
        } else {
            let detail = format!("it has an outcome, and the committed offset is {committed}");
            self.findings.add(FindingKind::Early, coordinates, detail);
        }
    }

    fn unclaimed(&mut self, coordinates: RawCoordinates, evidence: &Evidence) {
        if evidence.claims_may_miss {
            self.tally.unproven_verdicts += 1;
        } else {
            self.findings.add(FindingKind::Unclaimed, coordinates, "the claims log has no claim of it");
        }
    }

    fn doubt_raw(&self, lanes: &[Lane], unknown: &mut Vec<String>) {
        if lanes.iter().all(|lane| lane.raw.committed.is_none()) {
            unknown.push("the group has no committed offset of any raw partition".to_owned());
        } else {
            for lane in lanes.iter().filter(|lane| lane.raw.committed.is_none() && lane.raw.end > 0) {
                unknown.push(format!("the group has no committed offset of {}", lane.raw.key));
            }
        }
        for lane in lanes.iter().filter(|lane| lane.raw.begin > 0) {
            let (key, begin) = (&lane.raw.key, lane.raw.begin);
            unknown.push(format!("retention took the raw records of {key} below offset {begin}"));
        }
        if self.room.refused > 0 {
            unknown.push(format!(
                "{} records found no room in memory; audit fewer raw topics at a time",
                self.room.refused
            ));
        }
    }

    fn doubt_tallies(&self, unknown: &mut Vec<String>) {
        let tally = &self.tally;
        let doubts = [
            (
                tally.unproven_losses,
                "raw records have no outcome, which retention or compaction may have taken",
            ),
            (tally.unproven_origins, "outcomes are of raw records that are there no more"),
            (tally.unproven_verdicts, "verdicts rest on claims that the log has no more"),
            (tally.unproven_matches, "duplicates match records that can't be looked at"),
            (
                tally.other_version,
                "records were made by another version of khabar; compare them with that one",
            ),
        ];
        for (count, what) in doubts.into_iter().filter(|(count, _)| *count > 0) {
            unknown.push(format!("{count} {what}"));
        }
    }
}
