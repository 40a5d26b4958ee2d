//! The largest record that each outcome's topic takes, shared by the stages that make records and the committer that
//! learns when a topic takes less.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::flow::Outcome;

/// Kafka's own default for a topic's `max.message.bytes`, with its batch overhead.
pub const TOPIC_BYTES_DEFAULT: usize = 1_048_588;
/// A refused record lowers the limit to this share of its size, in percent, so that trying again ends.
const LOWER_PERCENT: usize = 90;
/// No topic may take less: the smallest record of each outcome must fit.
pub const BYTES_MIN: usize = crate::emit::fit::RECORD_BYTES_MIN;

/// Bytes of key, value and headers together, per outcome.
#[derive(Debug)]
pub struct OutputLimits([AtomicUsize; 3]);

impl OutputLimits {
    /// The same limit for all outcomes.
    pub fn new(bytes_max: usize) -> Self {
        Self(std::array::from_fn(|_| AtomicUsize::new(bytes_max)))
    }

    pub fn get(&self, outcome: Outcome) -> usize {
        self.0[outcome as usize].load(Ordering::Acquire)
    }

    /// The smallest of the limits.
    pub fn smallest(&self) -> usize {
        Outcome::ALL.into_iter().map(|outcome| self.get(outcome)).min().unwrap_or(BYTES_MIN)
    }

    pub fn set(&self, outcome: Outcome, bytes_max: usize) {
        self.0[outcome as usize].store(bytes_max.max(BYTES_MIN), Ordering::Release);
    }

    /// A record of `refused_bytes` was refused: the limit goes below it. Returns the new limit, or `None` where the
    /// refused record was as small as one can be.
    pub fn lower(&self, outcome: Outcome, refused_bytes: usize) -> Option<usize> {
        if refused_bytes <= BYTES_MIN {
            return None;
        }
        let lowered = (refused_bytes.min(self.get(outcome)) * LOWER_PERCENT / 100).max(BYTES_MIN);
        self.set(outcome, lowered);
        Some(lowered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_sinks_until_nothing_smaller_can_be_made() {
        let limits = OutputLimits::new(1_000_000);
        let mut size = 900_000;
        let mut steps = 0;
        while let Some(lowered) = limits.lower(Outcome::Enriched, size) {
            assert!(lowered < size || lowered == BYTES_MIN);
            size = lowered;
            steps += 1;
        }
        assert!(steps < 100);
        assert_eq!(limits.get(Outcome::Enriched), BYTES_MIN);
        assert_eq!(limits.get(Outcome::Rejected), 1_000_000);
    }
}
