//! As `kafka/committer.rs`: it carries out what the table of states orders. A commit is in steps, and between any two of
//! them everything else may happen.

use std::collections::{BTreeMap, VecDeque};

use crossbeam_channel::Sender;

use super::broker::{Broker, Refused};
use super::group::Member;
use super::replica::{Heard, Replica, made_of};
use super::transactions::Made;
use super::{Fault, key, partition_of};
use crate::kafka::assignment::PartitionKey;
use crate::kafka::committer::Finished;
use crate::kafka::committer::open::OpenTransaction;
use crate::kafka::transaction::{Input as Event, Order, State, step};

pub(super) enum Input {
    Outcome(Finished),
    Cut(Sender<()>),
    Anchor { offsets: BTreeMap<usize, i64>, ticket: u64, done: Sender<bool> },
    Lost(Vec<PartitionKey>),
    Stop,
}

/// How the broker and the way to it treat the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Luck {
    Fine,
    Fails,
    /// It is done, but the answer is lost.
    AnswerLost,
    /// It arrives later, if it still may.
    Late,
}

/// What follows a commit, whichever way it ended.
enum Then {
    Nothing,
    Answer(Sender<()>),
    /// It made room for start offsets.
    Anchor {
        offsets: BTreeMap<usize, i64>,
        ticket: u64,
        done: Sender<bool>,
    },
    /// It was that of start offsets.
    Anchored {
        offsets: BTreeMap<usize, i64>,
        ticket: u64,
        done: Sender<bool>,
    },
    Stop,
}

/// The next step of what is under way.
enum Pending {
    Look(Then),
    SendOffsets(Option<Member>, Then),
    End(Then),
    Replace(Then),
}

/// See the module.
pub(super) struct Committer {
    state: State,
    open: OpenTransaction,
    sent: Vec<(usize, i64, Made)>,
    floor: u64,
    /// The producer's epoch.
    producer: u64,
    inputs: VecDeque<Input>,
    pending: Option<Pending>,
    pub(super) has_stopped: bool,
}

impl Default for Committer {
    fn default() -> Self {
        Self {
            state: State::Idle,
            open: OpenTransaction::default(),
            sent: Vec::new(),
            floor: 0,
            producer: 0,
            inputs: VecDeque::new(),
            pending: None,
            has_stopped: false,
        }
    }
}

impl Committer {
    pub(super) fn connect(&mut self, epoch: u64) {
        self.producer = epoch;
    }

    pub(super) fn tell(&mut self, broker: &Broker, input: Input) {
        let at = match (&input, self.inputs.back()) {
            (Input::Outcome(this), Some(Input::Outcome(last)))
                if this.key == last.key && broker.has(Fault::CommitsOutOfOrder) =>
            {
                self.inputs.len() - 1
            }
            _ => self.inputs.len(),
        };
        self.inputs.insert(at, input);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.inputs.is_empty() && self.pending.is_none() && self.state == State::Idle
    }
}

impl Replica {
    /// One step of the committer.
    pub(super) fn commit(&mut self, broker: &mut Broker, luck: Luck) {
        if let Some(pending) = self.committer.pending.take() {
            self.go_on_committing(broker, pending, luck);
            return;
        }
        match self.committer.inputs.pop_front() {
            None => {}
            Some(Input::Outcome(finished)) => self.send(broker, finished),
            Some(Input::Cut(done)) => self.cut(broker, Then::Answer(done)),
            Some(Input::Anchor { offsets, ticket, done }) => {
                self.cut(broker, Then::Anchor { offsets, ticket, done });
            }
            Some(Input::Lost(keys)) => self.lose(&keys),
            Some(Input::Stop) => self.cut(broker, Then::Stop),
        }
    }

    fn lose(&mut self, keys: &[PartitionKey]) {
        if self.committer.state == State::Open && self.committer.open.holds_any(keys) {
            self.recover(Event::Failed, Then::Nothing);
        }
    }

    /// A limit of the transaction is reached.
    pub(super) fn cut_when_due(&mut self, broker: &mut Broker) {
        if self.committer.pending.is_none() {
            self.cut(broker, Then::Nothing);
        }
    }

    fn send(&mut self, broker: &mut Broker, finished: Finished) {
        let is_older = finished.epoch < self.committer.floor;
        if is_older && !broker.has(Fault::CommitsOutcomesOfOlderEpochs)
            || !self.assignment.holds(&finished.key, finished.epoch)
        {
            return;
        }
        if self.committer.open.mixes(&finished.key, finished.epoch) {
            self.recover(Event::Failed, Then::Nothing);
            return;
        }
        let (state, order) = step(self.committer.state, Event::Outcome);
        self.committer.state = state;
        if !matches!(order, Order::BeginAndSend | Order::Send) {
            return;
        }
        let made = made_of(broker, &finished.output);
        let record = (partition_of(&finished.key), finished.offset, made);
        self.committer.sent.push(record.clone());
        self.committer.open.take(finished, 1);
        if broker.transactions.send(self.process, self.committer.producer, record).is_err() {
            self.recover(Event::Fatal, Then::Nothing);
        }
    }

    fn cut(&mut self, broker: &mut Broker, then: Then) {
        let (state, order) = step(self.committer.state, Event::Cut);
        self.committer.state = state;
        if order == Order::Commit {
            self.committer.pending = Some(Pending::Look(then));
        } else {
            self.proceed(broker, then, false);
        }
    }

    fn go_on_committing(&mut self, broker: &mut Broker, pending: Pending, luck: Luck) {
        match pending {
            Pending::Replace(then) => self.replace(broker, then),
            Pending::Look(then) | Pending::SendOffsets(_, then) | Pending::End(then)
                if luck == Luck::Fails =>
            {
                self.recover(Event::Failed, then);
            }
            Pending::Look(then) => {
                // In the product's order: metadata first.
                let metadata = self.poller.member;
                if self.is_ours(broker, &then) {
                    self.committer.pending = Some(Pending::SendOffsets(metadata, then));
                } else {
                    self.recover(Event::Failed, then);
                }
            }
            Pending::SendOffsets(metadata, then) => {
                let is_late = broker.has(Fault::TakesMetadataAfterLooking);
                let metadata = if is_late { self.poller.member } else { metadata };
                let offsets = self.offsets(&then);
                match broker.send_offsets(self.process, self.committer.producer, (&offsets, metadata)) {
                    Ok(()) => self.committer.pending = Some(Pending::End(then)),
                    Err(Refused::Stale) => self.recover(Event::Failed, then),
                    Err(Refused::Fenced) => self.recover(Event::Fatal, then),
                }
            }
            Pending::End(then) => self.end(broker, then, luck),
        }
    }

    fn is_ours(&self, broker: &Broker, then: &Then) -> bool {
        if self.poller.is_put_out && !broker.has(Fault::CommitsThoughPutOut) {
            return false;
        }
        match then {
            Then::Anchored { ticket, .. } => {
                self.poller.awaits_anchor(*ticket) || broker.has(Fault::AnchorsLate)
            }
            _ => self.committer.open.is_owned(&self.assignment) || broker.has(Fault::CommitsWithoutOwnership),
        }
    }

    fn offsets(&self, then: &Then) -> BTreeMap<usize, i64> {
        match then {
            Then::Anchored { offsets, .. } => offsets.clone(),
            _ => self
                .committer
                .open
                .offsets()
                .into_iter()
                .map(|(key, offset)| (partition_of(&key), offset))
                .collect(),
        }
    }

    fn end(&mut self, broker: &mut Broker, then: Then, luck: Luck) {
        let (process, epoch) = (self.process, self.committer.producer);
        match luck {
            Luck::Late => broker.transactions.commit_late(process, epoch),
            Luck::Fine | Luck::AnswerLost | Luck::Fails => {
                if broker.commit(process, epoch).is_err() {
                    self.recover(Event::Fatal, then);
                    return;
                }
            }
        }
        if luck == Luck::Fine {
            self.report(then, broker);
        } else if broker.has(Fault::SendsAgainAfterUnclearCommit) {
            self.send_again(broker, then);
        } else {
            self.recover(Event::Failed, then);
        }
    }

    fn report(&mut self, then: Then, broker: &mut Broker) {
        let offsets = self.offsets(&then).into_iter().map(|(partition, offset)| (key(partition), offset));
        self.heard.push_back(Heard::Committed(offsets.collect()));
        if !matches!(then, Then::Anchored { .. }) {
            self.committer.state = step(self.committer.state, Event::Committed).0;
        }
        self.committer.open = OpenTransaction::default();
        self.committer.sent.clear();
        self.proceed(broker, then, true);
    }

    /// A fault: the same producer, the same outcomes.
    fn send_again(&mut self, broker: &mut Broker, then: Then) {
        broker.abort(self.process);
        for record in self.committer.sent.clone() {
            let _ = broker.transactions.send(self.process, self.committer.producer, record);
        }
        self.committer.pending = Some(Pending::Look(then));
    }

    fn recover(&mut self, event: Event, then: Then) {
        let (state, order) = step(self.committer.state, event);
        self.committer.state = state;
        if order == Order::Exit || state == State::Dead {
            self.has_ended = true;
            return;
        }
        self.committer.floor = self.epochs.begin();
        self.committer.open = OpenTransaction::default();
        self.committer.sent.clear();
        self.committer.pending = Some(Pending::Replace(then));
    }

    fn replace(&mut self, broker: &mut Broker, then: Then) {
        if broker.has(Fault::KeepsProducerAfterUnclearCommit) {
            broker.abort(self.process);
        } else {
            self.committer.producer = broker.init(self.process);
        }
        self.committer.state = step(self.committer.state, Event::Replaced).0;
        if !broker.has(Fault::NeverRewinds) {
            self.poller.rewinds.push_back(self.committer.floor);
        }
        self.proceed(broker, then, false);
    }

    fn proceed(&mut self, broker: &mut Broker, then: Then, is_committed: bool) {
        match then {
            Then::Nothing => {}
            Then::Answer(done) => {
                let _ = done.try_send(());
            }
            Then::Anchor { offsets, ticket, done } => {
                if self.poller.awaits_anchor(ticket) || broker.has(Fault::AnchorsLate) {
                    self.committer.pending = Some(Pending::Look(Then::Anchored { offsets, ticket, done }));
                } else {
                    let _ = done.try_send(false);
                }
            }
            Then::Anchored { done, .. } => {
                let _ = done.try_send(is_committed);
            }
            Then::Stop => self.committer.has_stopped = true,
        }
    }
}
