//! One process: the product's conductor and assignment, and the threads around them as far as their order of steps matters.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::broker::Broker;
use super::check::{Broken, Finding};
use super::claims_log::{Appended, What};
use super::committer::{Committer, Input};
use super::follower::Follower;
use super::poller::{Doing, Poller};
use super::transactions::Made;
use super::{Fault, Process, claim_of, partition_of};
use crate::article::Judgement;
use crate::budget::{Budget, Permit};
use crate::dedup::claim::{self, Claim, ClaimIdentity};
use crate::flow::{Outcome, OutputRecord, ParsedRecord, RawRecord};
use crate::kafka::assignment::{Assignment, Epochs, PartitionKey};
use crate::kafka::committer::Finished;
use crate::rejection::Code;
use crate::stages::Prepared;
use crate::worker::breaker::Cause;
use crate::worker::conductor::{Conductor, Orders, Rejected, Ticket};
use crate::worker::verdicts::Verdicts;

/// Records in flight: few, so that the budget is spent now and then.
const RECORDS_MAX: usize = 6;
pub(super) const DRAIN_MS: i64 = 25_000;

pub(super) enum Job {
    Prepare(Ticket, RawRecord),
    Finish(Ticket, Option<Judgement>),
}

/// What the conductor ordered.
#[derive(Default)]
pub(super) struct Ordered {
    pub(super) jobs: Vec<Job>,
    claims: Vec<Claim>,
    told: Vec<Input>,
}

impl Orders for Ordered {
    fn judged(&mut self, _waited: Duration) {}

    fn prepare(&mut self, ticket: Ticket, raw: RawRecord) {
        self.jobs.push(Job::Prepare(ticket, raw));
    }

    fn finish(&mut self, ticket: Ticket, _prepared: Box<Prepared>, judgement: Option<Judgement>) {
        self.jobs.push(Job::Finish(ticket, judgement));
    }

    fn append(&mut self, claim: &Claim) {
        self.claims.push(claim.clone());
    }

    fn commit(&mut self, finished: Finished) {
        self.told.push(Input::Outcome(finished));
    }

    fn cut(&mut self, done: Sender<()>) {
        self.told.push(Input::Cut(done));
    }

    fn lost(&mut self, keys: Vec<PartitionKey>) {
        self.told.push(Input::Lost(keys));
    }
}

/// What reaches the conductor's thread through its channel. Answers of stages come in any order, hence directly.
pub(super) enum Heard {
    Begun { key: PartitionKey, epoch: u64, start: Option<i64> },
    Record { raw: RawRecord, epoch: u64, permit: Permit },
    Revoking { keys: Vec<PartitionKey>, done: Sender<()> },
    Lost { keys: Vec<PartitionKey> },
    Verdicts(Vec<(ClaimIdentity, Judgement)>),
    Committed(Vec<(PartitionKey, i64)>),
    Drain { done: Sender<()> },
}

/// See the module.
pub(super) struct Replica {
    pub(super) process: Process,
    pub(super) is_frozen: bool,
    /// The process has ended, by itself.
    pub(super) has_ended: bool,
    pub(super) conductor: Conductor<Ordered>,
    pub(super) heard: VecDeque<Heard>,
    pub(super) assignment: Assignment,
    pub(super) epochs: Epochs,
    pub(super) budget: Budget,
    pub(super) follower: Follower,
    pub(super) poller: Poller,
    pub(super) committer: Committer,
    /// The worker stops, and waits for this answer.
    stopping: Option<Receiver<()>>,
    began: Instant,
    began_ms: i64,
    latest: HashMap<(usize, i64), Judgement>,
}

impl Replica {
    pub(super) fn new(process: Process, began: Instant, now_ms: i64) -> Self {
        Self {
            process,
            is_frozen: false,
            has_ended: false,
            conductor: Conductor::new(Ordered::default(), Verdicts::default()),
            heard: VecDeque::new(),
            assignment: Assignment::default(),
            epochs: Epochs::default(),
            budget: Budget::new(RECORDS_MAX, 1 << 20),
            follower: Follower::default(),
            poller: Poller::default(),
            committer: Committer::default(),
            stopping: None,
            began,
            began_ms: now_ms,
            latest: HashMap::new(),
        }
    }

    /// The monotonic clock: the simulated one, except where that steps back.
    fn instant(&self, now_ms: i64) -> Instant {
        self.began + Duration::from_millis(u64::try_from(now_ms - self.began_ms).unwrap_or(0))
    }

    /// The conductor hears the next of what was sent to it, and looks after its drains.
    pub(super) fn hear(&mut self, broker: &mut Broker) {
        let now = self.instant(broker.now_ms);
        let deadline = now + Duration::from_millis(DRAIN_MS.unsigned_abs());
        match self.heard.pop_front() {
            None => {}
            Some(Heard::Begun { key, start: Some(start), .. })
                if self.conductor.has_forgotten(&key, start)
                    && !broker.has(Fault::BeginsBelowWhatItForgot) =>
            {
                self.has_ended = true;
                if broker.resets.is_empty() {
                    let detail = format!("process {} ends at {key}, offset {start}", self.process);
                    broker.findings.push(Finding { broken: Broken::RefusedToStart, detail });
                }
            }
            Some(Heard::Begun { key, epoch, .. }) => self.conductor.begun(key, epoch),
            Some(Heard::Record { raw, epoch, permit }) => self.conductor.record(raw, epoch, permit, now),
            Some(Heard::Revoking { keys, done }) => self.conductor.revoking(keys, deadline, done),
            Some(Heard::Lost { keys }) => self.conductor.lost(keys),
            Some(Heard::Verdicts(batch)) => self.hear_verdicts(broker, batch),
            Some(Heard::Committed(offsets)) => {
                for (key, offset) in &offsets {
                    self.conductor.committed(key, *offset);
                }
            }
            Some(Heard::Drain { done }) => self.conductor.stopping(deadline, done),
        }
        self.conductor.check_drains(now);
        self.take_orders(broker);
    }

    fn hear_verdicts(&mut self, broker: &Broker, batch: Vec<(ClaimIdentity, Judgement)>) {
        for (identity, judgement) in batch {
            let place = &identity.coordinates;
            let key = PartitionKey { topic: place.topic.clone(), partition: place.partition };
            let is_owned = self.assignment.iter().any(|(owned, _)| *owned == key);
            if broker.has(Fault::DropsVerdictsAtRebalance) && !is_owned {
                continue;
            }
            if broker.has(Fault::LaterClaimsChangeVerdicts) {
                self.latest.insert((partition_of(&key), place.offset), judgement.clone());
            }
            self.conductor.verdict(&identity, &judgement);
        }
    }

    /// One thread of the pool ends one piece of work, whichever.
    pub(super) fn work(&mut self, broker: &mut Broker, choice: usize) {
        let jobs = &mut self.conductor.orders().jobs;
        if jobs.is_empty() {
            return;
        }
        let job = jobs.swap_remove(choice % jobs.len());
        match job {
            Job::Prepare(ticket, raw) => self.prepare(broker, ticket, &raw),
            Job::Finish(ticket, judgement) => {
                let place = (partition_of(&ticket.key), ticket.offset);
                let judgement = self.latest.get(&place).cloned().or(judgement);
                let is_duplicate = judgement.as_ref().is_some_and(|judgement| judgement.suppressed);
                let outcome = if is_duplicate { Outcome::Duplicate } else { Outcome::Enriched };
                let output = output(broker, Made { outcome, judgement });
                let ticket = self.renewed(broker, ticket);
                self.conductor.finished(&ticket, output);
            }
        }
        self.take_orders(broker);
    }

    fn prepare(&mut self, broker: &mut Broker, ticket: Ticket, raw: &RawRecord) {
        let article = broker.article(partition_of(&ticket.key), ticket.offset);
        let claim = claim_of(raw, article);
        let ticket = self.renewed(broker, ticket);
        if article.is_rejected {
            if broker.has(Fault::ClaimsBeforeParse) {
                self.append(broker, &claim);
            }
            let output = output(broker, Made { outcome: Outcome::Rejected, judgement: None });
            let cause = Cause::Rejected(Code::NoArticle);
            self.conductor.prepared(&ticket, Err(Box::new(Rejected { output, cause, plain: None })));
            return;
        }
        let record = ParsedRecord {
            origin: raw.origin(),
            article: crate::article::Article::default(),
            content_hash: claim.content_hash,
            fetched_at_ms: None,
            meta: None,
        };
        self.conductor.prepared(&ticket, Ok(Box::new(Prepared::untold(record, claim))));
    }

    fn renewed(&self, broker: &Broker, ticket: Ticket) -> Ticket {
        if !broker.has(Fault::TakesAnswersOfOlderEpochs) {
            return ticket;
        }
        let epoch = self.assignment.iter().find(|(key, _)| **key == ticket.key).map(|(_, owned)| owned.epoch);
        Ticket { epoch: epoch.unwrap_or(ticket.epoch), ..ticket }
    }

    fn append(&mut self, broker: &mut Broker, claim: &Claim) {
        let place = &claim.identity.coordinates;
        let what = What::Claim { partition: usize::try_from(place.partition).unwrap(), offset: place.offset };
        broker.log.append(self.process, Appended { bytes: claim::encode_claim(claim), what });
        if broker.has(Fault::JudgesWhenAppending) {
            let sequence = i64::try_from(broker.log.entries.len()).unwrap();
            let judgement = self.follower.judge(claim, sequence, broker.now_ms);
            self.heard.push_back(Heard::Verdicts(vec![(claim.identity.clone(), judgement)]));
        }
    }

    fn take_orders(&mut self, broker: &mut Broker) {
        for claim in std::mem::take(&mut self.conductor.orders().claims) {
            self.append(broker, &claim);
        }
        for input in std::mem::take(&mut self.conductor.orders().told) {
            self.committer.tell(broker, input);
        }
    }

    /// The worker is told to stop: nothing is read any more, what is in flight is finished and committed.
    pub(super) fn stop(&mut self) {
        if self.stopping.is_none() {
            let (done, answer) = bounded(1);
            self.poller.has_stopped = true;
            self.heard.push_back(Heard::Drain { done });
            self.stopping = Some(answer);
        }
    }

    /// Ends in order: the committer, then the poller, which leaves the group.
    pub(super) fn go_on_stopping(&mut self, broker: &mut Broker) {
        let is_drained = self.stopping.as_ref().is_some_and(|answer| answer.try_recv().is_ok());
        if is_drained {
            self.committer.tell(broker, Input::Stop);
        }
        if self.committer.has_stopped && matches!(self.poller.doing, Doing::Polling) {
            if let Some(member) = self.poller.member {
                broker.group.remove(member.id);
            }
            self.has_ended = true;
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.follower.is_following()
            && self.heard.is_empty()
            && self.conductor.in_flight() == 0
            && self.committer.is_idle()
            && self.poller.is_idle()
    }
}

/// The stages' output, told by its payload.
fn output(broker: &mut Broker, made: Made) -> OutputRecord {
    let outcome = made.outcome;
    let payload = Some(broker.made.len().to_le_bytes().to_vec());
    broker.made.push(made);
    OutputRecord { outcome, key: None, payload, headers: Vec::new() }
}

/// What an output was made as.
pub(super) fn made_of(broker: &Broker, output: &OutputRecord) -> Made {
    let bytes = output.payload.as_deref().and_then(|bytes| bytes.try_into().ok()).unwrap();
    broker.made[usize::from_le_bytes(bytes)].clone()
}
