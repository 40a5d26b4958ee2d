//! The largest record that each outcome's topic takes, shared by the stages that make records and the committer that
//! learns when a topic takes less.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::flow::Outcome;

/// Kafka's own default for a topic's `max.message.bytes`, with its batch overhead.
pub const TOPIC_BYTES_DEFAULT: usize = 1_048_588;
/// A refused record lowers the limit to this share of its size, in percent, so that trying again ends.
const LOWER_PERCENT: usize = 90;
/// No topic is expected to take less.
const BYTES_MIN: usize = 1024;

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

    pub fn set(&self, outcome: Outcome, bytes_max: usize) {
        self.0[outcome as usize].store(bytes_max.max(BYTES_MIN), Ordering::Release);
    }

    /// A record of `refused_bytes` was refused: the limit goes below it. Returns the new limit.
    pub fn lower(&self, outcome: Outcome, refused_bytes: usize) -> usize {
        let lowered = (refused_bytes.min(self.get(outcome)) * LOWER_PERCENT / 100).max(BYTES_MIN);
        self.set(outcome, lowered);
        lowered
    }
}
