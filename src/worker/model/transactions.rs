//! The outcome topics, and the transactions that fill them: producers with epochs, offsets that wait for the end of
//! their transaction, and requests to end one that arrive late.

use std::collections::BTreeMap;

use super::{PARTITIONS, Process};
use crate::article::Judgement;
use crate::flow::Outcome;

/// An output as a stage made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) outcome: Outcome,
    pub(super) judgement: Option<Judgement>,
}

/// A record of an outcome topic.
#[derive(Debug, Clone)]
pub(super) struct Output {
    pub(super) transaction: usize,
    pub(super) partition: usize,
    pub(super) offset: i64,
    pub(super) made: Made,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Open,
    Committed,
    Aborted,
}

#[derive(Debug)]
struct Transaction {
    fate: Fate,
    offsets: BTreeMap<usize, i64>,
}

#[derive(Debug, Default)]
struct Producer {
    epoch: u64,
    open: Option<usize>,
}

/// Another producer of the same transactional id has begun since.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fenced;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    pub(super) outputs: Vec<Output>,
    pub(super) committed: [Option<i64>; PARTITIONS],
    begun: Vec<Transaction>,
    producers: BTreeMap<Process, Producer>,
    /// Requests to commit that are still on their way: who sent them, under which epoch.
    late: Vec<(Process, u64)>,
}

impl Transactions {
    /// A new producer: what is open is aborted, and what the old one has sent is refused from now on.
    pub(super) fn init(&mut self, process: Process) -> u64 {
        self.abort(process);
        let producer = self.producers.entry(process).or_default();
        producer.epoch += 1;
        producer.epoch
    }

    /// The broker gives up an open transaction, and fences its producer.
    pub(super) fn time_out(&mut self, process: Process) -> bool {
        let is_open = self.abort(process);
        if is_open && let Some(producer) = self.producers.get_mut(&process) {
            producer.epoch += 1;
        }
        is_open
    }

    pub(super) fn abort(&mut self, process: Process) -> bool {
        let open = self.producers.get_mut(&process).and_then(|producer| producer.open.take());
        if let Some(open) = open {
            self.begun[open].fate = Fate::Aborted;
        }
        open.is_some()
    }

    fn open(&mut self, process: Process, epoch: u64) -> Result<usize, Fenced> {
        let producer = self.producers.get_mut(&process).filter(|producer| producer.epoch == epoch);
        let producer = producer.ok_or(Fenced)?;
        if let Some(open) = producer.open {
            return Ok(open);
        }
        let open = self.begun.len();
        producer.open = Some(open);
        self.begun.push(Transaction { fate: Fate::Open, offsets: BTreeMap::new() });
        Ok(open)
    }

    pub(super) fn send(
        &mut self,
        process: Process,
        epoch: u64,
        (partition, offset, made): (usize, i64, Made),
    ) -> Result<(), Fenced> {
        let transaction = self.open(process, epoch)?;
        self.outputs.push(Output { transaction, partition, offset, made });
        Ok(())
    }

    pub(super) fn send_offsets(
        &mut self,
        process: Process,
        epoch: u64,
        offsets: &BTreeMap<usize, i64>,
    ) -> Result<(), Fenced> {
        let transaction = self.open(process, epoch)?;
        self.begun[transaction].offsets.extend(offsets);
        Ok(())
    }

    /// Commits the open transaction; answers the offsets that went back by it.
    pub(super) fn commit(&mut self, process: Process, epoch: u64) -> Result<Vec<usize>, Fenced> {
        let transaction = self.open(process, epoch)?;
        if let Some(producer) = self.producers.get_mut(&process) {
            producer.open = None;
        }
        let transaction = &mut self.begun[transaction];
        transaction.fate = Fate::Committed;
        let mut went_back = Vec::new();
        for (&partition, &offset) in &transaction.offsets {
            let before = self.committed[partition].replace(offset);
            if before.is_some_and(|before| before > offset) {
                went_back.push(partition);
            }
        }
        Ok(went_back)
    }

    /// The request to commit is sent, and does not arrive yet.
    pub(super) fn commit_late(&mut self, process: Process, epoch: u64) {
        self.late.push((process, epoch));
    }

    pub(super) fn take_late(&mut self) -> Option<(Process, u64)> {
        (!self.late.is_empty()).then(|| self.late.remove(0))
    }

    /// Whether a late request to commit would still find its transaction open.
    pub(super) fn is_valid(&self, process: Process, epoch: u64) -> bool {
        self.producers
            .get(&process)
            .is_some_and(|producer| producer.epoch == epoch && producer.open.is_some())
    }

    pub(super) fn is_committed(&self, output: &Output) -> bool {
        self.begun[output.transaction].fate == Fate::Committed
    }

    /// Processes with an open transaction.
    pub(super) fn open_ones(&self) -> Vec<Process> {
        self.producers
            .iter()
            .filter(|(_, producer)| producer.open.is_some())
            .map(|(process, _)| *process)
            .collect()
    }

    /// Whether the offset of a partition waits for the end of a transaction.
    pub(super) fn is_unstable(&self, partition: usize) -> bool {
        self.producers
            .values()
            .filter_map(|producer| producer.open)
            .any(|open| self.begun[open].offsets.contains_key(&partition))
    }
}
