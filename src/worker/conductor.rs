//! Keeps every record's place: raw order per partition from intake to commit, claims in that order, verdicts to their
//! records.
//!
//! One thread owns this state, so nothing in it is locked; what is to be done goes out as orders. It computes no stage
//! and never waits for one.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::breaker::Cause;
use super::verdicts::Verdicts;
use crate::article::Judgement;
use crate::budget::Permit;
use crate::clock;
use crate::dedup::claim::{Claim, ClaimIdentity};
use crate::flow::{OutputRecord, RawRecord};
use crate::kafka::assignment::PartitionKey;
use crate::kafka::committer::Finished;
use crate::stages::Prepared;

/// Which record a stage's answer belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    pub key: PartitionKey,
    pub epoch: u64,
    pub offset: i64,
}

/// What the conductor has others do.
pub trait Orders {
    /// Decode, parse and claim a record, its tags but the language left for the end; answered by [`Conductor::prepared`].
    fn prepare(&mut self, ticket: Ticket, raw: RawRecord);
    /// Tag the record, unless it is suppressed, and make the output record; answered by [`Conductor::finished`].
    fn finish(&mut self, ticket: Ticket, prepared: Box<Prepared>, judgement: Option<Judgement>);
    /// Append a claim to the log; answered, some time, by [`Conductor::verdict`].
    fn append(&mut self, claim: &Claim);
    /// A claim of ours came back judged, so long after it was appended.
    fn judged(&mut self, waited: Duration);
    /// Hand a finished record to the committer.
    fn commit(&mut self, finished: Finished);
    /// Have the committer commit all it was handed, then answer `done`.
    fn cut(&mut self, done: Sender<()>);
    /// Tell the committer that partitions are lost.
    fn lost(&mut self, keys: Vec<PartitionKey>);
}

/// A record that decode or parse gave up.
#[derive(Debug)]
pub struct Rejected {
    pub output: OutputRecord,
    pub cause: Cause,
    /// Its plain text, for the case that an earlier owner has claimed it already.
    pub plain: Option<Box<Prepared>>,
}

fn is_judged(verdicts: &Verdicts, prepared: &Prepared) -> bool {
    prepared.claim.as_ref().is_some_and(|claim| verdicts.get(&claim.identity).is_some())
}

#[derive(Debug)]
enum Step {
    Preparing,
    /// Waits until all records before it in its partition have claimed.
    Ready(Box<Prepared>),
    /// Its claim is on its way through the log.
    Judging(Box<Prepared>, Instant),
    Finishing,
    Done(OutputRecord),
}

#[derive(Debug)]
struct Slot {
    offset: i64,
    permit: Permit,
    arrived: Instant,
    step: Step,
}

/// One partition's records in flight, in raw order.
#[derive(Debug)]
struct Lane {
    epoch: u64,
    slots: VecDeque<Slot>,
    /// Slots before this index have claimed, or need no claim.
    claimed: usize,
}

impl Lane {
    fn slot(&mut self, ticket: &Ticket) -> Option<&mut Slot> {
        if ticket.epoch != self.epoch {
            return None;
        }
        let at = self.slots.binary_search_by_key(&ticket.offset, |slot| slot.offset).ok()?;
        self.slots.get_mut(at)
    }
}

/// Someone waits until partitions are finished and committed.
#[derive(Debug)]
struct Drain {
    /// `None`: all partitions, because the worker stops.
    keys: Option<Vec<PartitionKey>>,
    deadline: Instant,
    done: Sender<()>,
}

/// See the module.
#[derive(Debug)]
pub struct Conductor<O> {
    orders: O,
    lanes: HashMap<PartitionKey, Lane>,
    verdicts: Verdicts,
    drains: Vec<Drain>,
}

impl<O: Orders> Conductor<O> {
    /// `verdicts` are those of the claims log as read at the start.
    pub fn new(orders: O, verdicts: Verdicts) -> Self {
        Self { orders, lanes: HashMap::new(), verdicts, drains: Vec::new() }
    }

    pub const fn orders(&mut self) -> &mut O {
        &mut self.orders
    }

    /// Records between intake and the committer.
    pub fn in_flight(&self) -> usize {
        self.lanes.values().map(|lane| lane.slots.len()).sum()
    }

    /// Verdicts of records that are not yet committed.
    pub fn verdicts_held(&self) -> usize {
        self.verdicts.len()
    }

    /// Whether a partition that begins at `offset` has records whose verdicts were forgotten: they would be claimed again,
    /// and take themselves for their own copies.
    pub fn has_forgotten(&self, key: &PartitionKey, offset: i64) -> bool {
        self.verdicts.has_forgotten(key, offset)
    }

    /// A partition begins, or begins anew.
    pub fn begun(&mut self, key: PartitionKey, epoch: u64) {
        // Whoever waited for its drain has given up: the drain must not take what begins now.
        for keys in self.drains.iter_mut().filter_map(|drain| drain.keys.as_mut()) {
            keys.retain(|drained| *drained != key);
        }
        self.lanes.insert(key, Lane { epoch, slots: VecDeque::new(), claimed: 0 });
    }

    /// A record came in.
    pub fn record(&mut self, raw: RawRecord, epoch: u64, permit: Permit, arrived: Instant) {
        let key = PartitionKey { topic: raw.coordinates.topic.clone(), partition: raw.coordinates.partition };
        let offset = raw.coordinates.offset;
        let Some(lane) = self.lanes.get_mut(&key).filter(|lane| lane.epoch == epoch) else { return };
        debug_assert!(
            lane.slots.back().is_none_or(|last| last.offset < offset),
            "raw order within a partition"
        );
        lane.slots.push_back(Slot { offset, permit, arrived, step: Step::Preparing });
        self.orders.prepare(Ticket { key, epoch, offset }, raw);
    }

    /// A record is parsed and has its claim, or is rejected.
    pub fn prepared(&mut self, ticket: &Ticket, result: Result<Box<Prepared>, Box<Rejected>>) {
        let Some(lane) = self.lanes.get_mut(&ticket.key) else { return };
        let Some(slot) = lane.slot(ticket) else { return };
        slot.step = match result {
            Ok(prepared) => Step::Ready(prepared),
            Err(rejected) => match rejected.plain {
                // Others may have been judged by its claim: it can't be rejected any more.
                Some(plain) if is_judged(&self.verdicts, &plain) => Step::Ready(plain),
                _ => Step::Done(rejected.output),
            },
        };
        self.advance(&ticket.key);
    }

    /// Appends the claims whose turn it is, and hands on the finished front of the partition.
    fn advance(&mut self, key: &PartitionKey) {
        let Some(lane) = self.lanes.get_mut(key) else { return };
        while let Some(slot) = lane.slots.get_mut(lane.claimed) {
            match std::mem::replace(&mut slot.step, Step::Finishing) {
                Step::Preparing => {
                    slot.step = Step::Preparing;
                    break;
                }
                Step::Ready(prepared) => {
                    let ticket = Ticket { key: key.clone(), epoch: lane.epoch, offset: slot.offset };
                    let known =
                        prepared.claim.as_ref().map(|claim| self.verdicts.get(&claim.identity).cloned());
                    match (known, &prepared.claim) {
                        (Some(None), Some(claim)) => {
                            self.orders.append(claim);
                            slot.step = Step::Judging(prepared, clock::monotonic());
                        }
                        (known, _) => self.orders.finish(ticket, prepared, known.flatten()),
                    }
                }
                step @ (Step::Judging(..) | Step::Finishing | Step::Done(_)) => slot.step = step,
            }
            lane.claimed += 1;
        }
        while let Some(Slot { step: Step::Done(_), .. }) = lane.slots.front() {
            let Some(Slot { offset, permit, arrived, step: Step::Done(output) }) = lane.slots.pop_front()
            else {
                break;
            };
            lane.claimed = lane.claimed.saturating_sub(1);
            self.orders.commit(Finished {
                key: key.clone(),
                offset,
                epoch: lane.epoch,
                output,
                permit,
                arrived,
            });
        }
    }

    /// The log has judged a claim, ours or another's.
    pub fn verdict(&mut self, identity: &ClaimIdentity, judgement: &Judgement) {
        let is_first = self.verdicts.insert(identity, judgement);
        let key = PartitionKey {
            topic: identity.coordinates.topic.clone(),
            partition: identity.coordinates.partition,
        };
        let Some(lane) = self.lanes.get_mut(&key) else { return };
        let ticket = Ticket { key, epoch: lane.epoch, offset: identity.coordinates.offset };
        let Some(slot) = lane.slot(&ticket) else { return };
        let is_ours = matches!(&slot.step, Step::Judging(prepared, _) if prepared.claim.as_ref().is_some_and(|claim| claim.identity == *identity));
        if !is_ours {
            return;
        }
        // A record that waits gets its verdict even where the store wants none: else it would wait for ever.
        let judgement = if is_first { judgement } else { self.verdicts.get(identity).unwrap_or(judgement) };
        if let Step::Judging(prepared, since) = std::mem::replace(&mut slot.step, Step::Finishing) {
            self.orders.judged(clock::since(since));
            self.orders.finish(ticket, prepared, Some(judgement.clone()));
        }
    }

    /// A record's output is made.
    pub fn finished(&mut self, ticket: &Ticket, output: OutputRecord) {
        let Some(lane) = self.lanes.get_mut(&ticket.key) else { return };
        let Some(slot) = lane.slot(ticket) else { return };
        slot.step = Step::Done(output);
        self.advance(&ticket.key);
    }

    /// The group has committed up to here, by us or by another worker.
    pub fn committed(&mut self, key: &PartitionKey, offset: i64) {
        self.verdicts.committed(key, offset);
    }

    /// Partitions move away: they are finished until `deadline`, committed, and `done` is answered.
    pub fn revoking(&mut self, keys: Vec<PartitionKey>, deadline: Instant, done: Sender<()>) {
        self.drains.push(Drain { keys: Some(keys), deadline, done });
    }

    /// The worker stops: the same for all partitions.
    pub fn stopping(&mut self, deadline: Instant, done: Sender<()>) {
        self.drains.push(Drain { keys: None, deadline, done });
    }

    /// Partitions are gone: what is held of them is dropped.
    pub fn lost(&mut self, keys: Vec<PartitionKey>) {
        for key in &keys {
            self.lanes.remove(key);
        }
        self.orders.lost(keys);
    }

    /// Ends the drains that are complete, or past their deadline.
    pub fn check_drains(&mut self, now: Instant) {
        if self.drains.is_empty() {
            return;
        }
        let (ended, waiting): (Vec<Drain>, Vec<Drain>) = std::mem::take(&mut self.drains)
            .into_iter()
            .partition(|drain| now >= drain.deadline || self.is_drained(drain.keys.as_deref()));
        self.drains = waiting;
        for drain in ended {
            for key in drain.keys.iter().flatten() {
                self.lanes.remove(key);
            }
            self.orders.cut(drain.done);
        }
    }

    fn is_drained(&self, keys: Option<&[PartitionKey]>) -> bool {
        match keys {
            None => self.in_flight() == 0,
            Some(keys) => keys.iter().all(|key| self.lanes.get(key).is_none_or(|lane| lane.slots.is_empty())),
        }
    }
}
