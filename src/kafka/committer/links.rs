//! What the committer is told, what it tells, and how it ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use super::super::KafkaFailure;
use super::super::assignment::PartitionKey;
use super::super::poller::PollerCommand;
use super::super::starts::Start;
use crate::budget::Permit;
use crate::flow::OutputRecord;

/// One finished record.
#[derive(Debug)]
pub struct Finished {
    pub key: PartitionKey,
    pub offset: i64,
    pub epoch: u64,
    pub output: OutputRecord,
    pub permit: Permit,
    pub arrived: Instant,
}

/// What the committer is told, in order.
#[derive(Debug)]
pub enum CommitterInput {
    Outcome(Box<Finished>),
    /// Commit what is open, then answer.
    Cut {
        done: Option<Sender<()>>,
    },
    /// Commit start offsets with the owner's notes, without any output.
    Anchor {
        starts: BTreeMap<PartitionKey, Start>,
        /// See [`awaits_anchor`](super::super::rebalance::RawContext::awaits_anchor).
        ticket: u64,
        done: Sender<Result<(), String>>,
    },
    /// These partitions are given back: commit what is open, then take the owner's notes back.
    Leave {
        keys: Vec<PartitionKey>,
        /// As for an anchor.
        ticket: u64,
        done: Sender<Result<(), String>>,
    },
    /// These partitions are no longer ours: a transaction that holds any of them must not commit.
    Lost {
        keys: Vec<PartitionKey>,
    },
    /// All is done and committed: the owner takes its start notes back. Not after a failure: what was committed may be
    /// of a topic that is gone.
    LeaveAll,
    /// Commit what is open, and end.
    Stop,
}

/// What was committed, for the pipeline and the metrics.
#[derive(Debug, Default)]
pub struct Committed {
    /// The next offset of each partition.
    pub offsets: BTreeMap<PartitionKey, i64>,
    /// Records per outcome, in the order of [`crate::flow::Outcome::ALL`].
    pub outcomes: [u64; 3],
    pub output_bytes: u64,
    /// Intake to commit, one per record.
    pub latencies: Vec<Duration>,
    /// From the first output to the end of the commit; absent where offsets alone were committed.
    pub took: Option<Duration>,
}

/// How a transaction ended, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionResult {
    Committed,
    Replaced,
}

/// How the committer reaches the rest of the worker.
pub struct CommitterLinks {
    pub inputs: Receiver<CommitterInput>,
    pub poller: Sender<PollerCommand>,
    pub committed: Box<dyn Fn(Committed) + Send>,
    pub ended: Box<dyn Fn(TransactionResult) + Send>,
    pub beat: Box<dyn Fn() + Send>,
    /// The claims offset up to which the worker has applied the log.
    pub claims_applied: Box<dyn Fn() -> i64 + Send>,
    /// Set when the process must end without waiting for a broker.
    pub abandon: Arc<AtomicBool>,
}

/// Why the committer ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum CommitterError {
    #[error("another worker uses this transactional id, or the coordinator gave up on this one: {0}")]
    Fenced(String),
    #[error(transparent)]
    Kafka(#[from] KafkaFailure),
    #[error("told to end while the broker was unreachable")]
    Abandoned,
}
