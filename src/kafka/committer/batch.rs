//! How much the output producer puts into one batch.
//!
//! A topic's `max.message.bytes` limits batches, not records: a batch of small records can be refused where each of them
//! would be taken.

/// librdkafka's own default.
const BATCH_BYTES_DEFAULT: usize = 1_000_000;

/// The limit of a batch; it only ever sinks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BatchLimit(usize);

impl BatchLimit {
    /// `configured` is the user's own `batch.size`, `topics` the smallest limit of the output topics.
    pub(super) fn new(configured: Option<&str>, topics: usize) -> Self {
        let configured = configured.and_then(|text| text.trim().parse().ok()).unwrap_or(BATCH_BYTES_DEFAULT);
        Self(configured.min(topics).max(1))
    }

    pub(super) const fn bytes(self) -> usize {
        self.0
    }

    /// A record of `record_bytes` was refused for its size. True where it may have shared its batch with others: batches
    /// are smaller from now on. False where it was refused for its own size.
    pub(super) const fn sank(&mut self, record_bytes: usize) -> bool {
        if record_bytes >= self.0 {
            return false;
        }
        self.0 = if self.0 / 2 > 1 { self.0 / 2 } else { 1 };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_no_larger_than_the_smallest_topic_takes() {
        assert_eq!(BatchLimit::new(None, 1_048_588).bytes(), 1_000_000);
        assert_eq!(BatchLimit::new(None, 100_000).bytes(), 100_000);
        assert_eq!(BatchLimit::new(Some("5000"), 100_000).bytes(), 5000);
        assert_eq!(BatchLimit::new(Some("many"), 100_000).bytes(), 100_000);
    }

    #[test]
    fn refused_batches_shrink_until_the_record_stands_alone() {
        let mut limit = BatchLimit::new(None, 1_048_588);
        let mut steps = 0;
        while limit.sank(2000) {
            steps += 1;
        }
        assert!(steps < 20 && limit.bytes() <= 2000);
        let mut limit = BatchLimit::new(None, 1_048_588);
        assert!(!limit.sank(1_000_000), "it was alone");
        assert_eq!(limit.bytes(), 1_000_000);
    }
}
