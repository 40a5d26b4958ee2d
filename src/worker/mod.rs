//! The worker: wires the rooms, starts and stops them in order, and says how it ended.
//!
//! It owns the threads and the lifecycle (starting, catching up, joining, running, draining, stopped). It computes no
//! stage and names no rdkafka type.

mod breaker;
mod conduct;
pub mod conductor;
mod desk;
mod failure;
mod follower;
mod isolation;
mod lag;
mod links;
#[cfg(test)]
mod model;
mod pool;
mod preflight;
pub mod probe;
mod run;
mod running;
mod start_rule;
mod threads;
mod verdicts;

use std::collections::BTreeMap;

use crossbeam_channel::Sender;

use crate::article::Judgement;
use crate::dedup::claim::ClaimIdentity;
use crate::flow::OutputRecord;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::poller::Intake;
use crate::stages::Prepared;

pub use failure::{EXIT_CONFIGURATION, EXIT_FAILED};
pub use run::{Ended, Worker};

/// What reaches the conductor's thread.
#[derive(Debug)]
pub(crate) enum Event {
    Intake(Intake),
    Prepared {
        ticket: conductor::Ticket,
        result: Result<Box<Prepared>, Box<conductor::Rejected>>,
    },
    Finished {
        ticket: conductor::Ticket,
        output: OutputRecord,
        cause: Option<breaker::Cause>,
    },
    Verdicts(Vec<(ClaimIdentity, Judgement)>),
    Committed(BTreeMap<PartitionKey, i64>),
    /// Finish everything in flight, commit it, then answer.
    Drain {
        done: Sender<()>,
    },
    Stop,
}
