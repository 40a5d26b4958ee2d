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

impl Ends {
    fn lag(&self) -> Option<i64> {
        Some(self.end?.saturating_sub(self.committed?).max(0))
    }
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

    /// Changes what is known of a partition that is ours; of others nothing is kept.
    fn update(&self, key: &PartitionKey, change: impl FnOnce(&mut Ends)) {
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ends) = partitions.get_mut(key) else { return };
        change(ends);
        if let Some(lag) = ends.lag() {
            self.metrics.set_lag(&key.topic, key.partition, lag);
        }
    }

    /// The partition is ours, and begins at `start` where that is known.
    pub fn begin(&self, key: &PartitionKey, start: Option<i64>) {
        let mut partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = partitions.entry(key.clone()).or_default();
        ends.committed = start.or(ends.committed);
        drop(partitions);
        self.count();
    }

    fn count(&self) {
        let partitions = self.partitions.lock().unwrap_or_else(PoisonError::into_inner).len();
        self.metrics.partitions.set(i64::try_from(partitions).unwrap_or(i64::MAX));
    }

    pub fn ends(&self, ends: &[(PartitionKey, i64)]) {
        for (key, end) in ends {
            // What was asked for stands until fetching has seen as much: librdkafka's own end is that of its last fetch.
            self.update(key, |known| known.end = known.end.max(Some(*end)));
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
        partitions.values().filter_map(Ends::lag).fold(0, i64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_of_owned_partitions_is_known_from_the_start_and_that_of_others_is_not_kept() {
        let metrics = Arc::new(Metrics::new());
        let book = LagBook::new(Arc::clone(&metrics));
        let key = PartitionKey { topic: Arc::from("raw"), partition: 0 };
        book.begin(&key, Some(10));
        book.ends(&[(key.clone(), 25)]);
        assert_eq!(book.total(), 15);
        book.committed(&BTreeMap::from([(key.clone(), 20)]));
        book.begin(&key, None);
        assert_eq!(book.total(), 5, "a rewind changes no lag");

        book.forget(std::slice::from_ref(&key));
        // The last commit of a partition that moves away is told after it has gone.
        book.committed(&BTreeMap::from([(key.clone(), 22)]));
        book.ends(&[(key.clone(), 30)]);
        book.count();
        assert_eq!((book.total(), metrics.partitions.get()), (0, 0));
    }
}
