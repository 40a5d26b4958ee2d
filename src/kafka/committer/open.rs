//! What the open transaction holds. Pure.

use std::collections::BTreeMap;
use std::time::Instant;

use super::{Committed, Finished};
use crate::budget::Permit;
use crate::clock;
use crate::flow::Outcome;
use crate::kafka::assignment::{Assignment, PartitionKey};

/// A partition's share of the open transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Share {
    epoch: u64,
    /// The offset to commit.
    next: i64,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct OpenTransaction {
    pub(crate) begun: Option<Instant>,
    shares: BTreeMap<PartitionKey, Share>,
    outcomes: [u64; 3],
    pub(crate) output_bytes: usize,
    pub(crate) records: Vec<SentRecord>,
}

/// An output whose commit is to come.
#[derive(Debug)]
pub(crate) struct SentRecord {
    _permit: Permit,
    arrived: Instant,
    pub(crate) outcome: Outcome,
    pub(crate) bytes: usize,
}

impl OpenTransaction {
    /// Takes a record that was handed to the producer; `bytes` is what it weighs there.
    pub(crate) fn take(&mut self, finished: Finished, bytes: usize) {
        let Finished { key, offset, epoch, output, permit, arrived } = finished;
        self.shares.insert(key, Share { epoch, next: offset + 1 });
        self.outcomes[output.outcome as usize] += 1;
        self.output_bytes += bytes;
        self.records.push(SentRecord { _permit: permit, arrived, outcome: output.outcome, bytes });
    }

    /// Whether it holds outputs that were made of the partition under another epoch: they are void, and so is it.
    pub(crate) fn mixes(&self, key: &PartitionKey, epoch: u64) -> bool {
        self.shares.get(key).is_some_and(|share| share.epoch != epoch)
    }

    /// Whether every partition in it is still owned under the epoch that its outputs were made in.
    pub(crate) fn is_owned(&self, assignment: &Assignment) -> bool {
        self.shares.iter().all(|(key, share)| assignment.holds(key, share.epoch))
    }

    pub(crate) fn holds_any(&self, keys: &[PartitionKey]) -> bool {
        keys.iter().any(|key| self.shares.contains_key(key))
    }

    /// The next offset of each partition.
    pub(crate) fn offsets(&self) -> BTreeMap<PartitionKey, i64> {
        self.shares.iter().map(|(key, share)| (key.clone(), share.next)).collect()
    }

    /// What to report once it is committed.
    pub(crate) fn committed(self) -> Committed {
        Committed {
            offsets: self.offsets(),
            outcomes: self.outcomes,
            output_bytes: self.output_bytes as u64,
            took: self.begun.map(clock::since),
            latencies: self.records.iter().map(|record| clock::since(record.arrived)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::budget::Budget;
    use crate::flow::OutputRecord;

    fn key(partition: i32) -> PartitionKey {
        PartitionKey { topic: Arc::from("raw"), partition }
    }

    fn finished(partition: i32, offset: i64, epoch: u64) -> Finished {
        let output =
            OutputRecord { outcome: Outcome::Duplicate, key: None, payload: None, headers: Vec::new() };
        let permit = Budget::new(10, 10).take(1);
        Finished { key: key(partition), offset, epoch, output, permit, arrived: clock::monotonic() }
    }

    #[test]
    fn a_partition_that_moved_away_or_came_back_voids_the_transaction() {
        let mut assignment = Assignment::default();
        assignment.begin(key(0), 1);
        assignment.begin(key(1), 2);
        let mut open = OpenTransaction::default();
        open.take(finished(0, 4, 1), 10);
        open.take(finished(0, 7, 1), 10);
        open.take(finished(1, 0, 2), 10);
        assert_eq!(open.offsets(), BTreeMap::from([(key(0), 8), (key(1), 1)]));
        assert!(open.is_owned(&assignment));

        assignment.end(&key(1));
        assert!(!open.is_owned(&assignment), "it is another worker's");
        assignment.begin(key(1), 3);
        assert!(!open.is_owned(&assignment), "others may have worked on it meanwhile");
        assert!(open.mixes(&key(1), 3) && !open.mixes(&key(1), 2) && !open.mixes(&key(2), 3));
        assert!(open.holds_any(&[key(1)]) && !open.holds_any(&[key(2)]));
    }

    #[test]
    fn the_report_counts_what_was_taken() {
        let mut open = OpenTransaction::default();
        open.take(finished(0, 4, 1), 10);
        open.take(finished(0, 5, 1), 20);
        let committed = open.committed();
        assert_eq!((committed.outcomes, committed.output_bytes), ([0, 2, 0], 30));
        assert_eq!(committed.latencies.len(), 2);
    }
}
