//! Lag per partition: the end that a read_committed reader sees, less what the group has committed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::kafka::assignment::PartitionKey;
use crate::metrics::Metrics;

#[derive(Debug, Default, Clone, Copy)]
struct Ends {
    end: Option<i64>,
    committed: Option<i64>,
}

/// Shared by the poller's statistics and the committer's reports.
#[derive(Debug)]
pub struct LagBook {
    partitions: Mutex<BTreeMap<PartitionKey, Ends>>,
    metrics: Arc<Metrics>,
}

impl LagBook {
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { partitions: Mutex::new(BTreeMap::new()), metrics }
    }

    fn update(&self, key: &PartitionKey, change: impl FnOnce(&mut Ends)) {
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = partitions.entry(key.clone()).or_default();
        change(ends);
        if let Ends { end: Some(end), committed: Some(committed) } = *ends {
            self.metrics.set_lag(&key.topic, key.partition, (end - committed).max(0));
        }
    }

    /// The partition is ours.
    pub fn begin(&self, key: &PartitionKey) {
        self.update(key, |_| {});
        self.count();
    }

    fn count(&self) {
        let partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.metrics.partitions.set(i64::try_from(partitions).unwrap_or(i64::MAX));
    }

    pub fn ends(&self, ends: &[(PartitionKey, i64)]) {
        for (key, end) in ends {
            self.update(key, |known| known.end = Some(*end));
        }
    }

    pub fn committed(&self, offsets: &BTreeMap<PartitionKey, i64>) {
        for (key, offset) in offsets {
            self.update(key, |known| known.committed = Some(*offset));
        }
    }

    /// The partition is no longer ours.
    pub fn forget(&self, keys: &[PartitionKey]) {
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            partitions.remove(key);
            self.metrics.forget_lag(&key.topic, key.partition);
        }
        drop(partitions);
        self.count();
    }

    /// Records that are read or to be read, as far as known.
    pub fn total(&self) -> i64 {
        let partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        partitions
            .values()
            .map(|ends| match ends {
                Ends { end: Some(end), committed: Some(committed) } => (end - committed).max(0),
                _ => 0,
            })
            .sum()
    }
}
