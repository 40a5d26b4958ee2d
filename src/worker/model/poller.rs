//! As `kafka/poller.rs` and `kafka/rebalance.rs`: the raw consumer's thread, and what it waits for in its callbacks.

use std::collections::{BTreeMap, VecDeque};

use crossbeam_channel::{Receiver, bounded};

use super::broker::Broker;
use super::committer::Input;
use super::group::Member;
use super::replica::{DRAIN_MS, Heard, Replica};
use super::{Fault, key, partition_of, raw};
use crate::kafka::assignment::Arrival;

/// Beyond the drain itself, a revoked partition waits so long for its last commit.
const REVOKE_MARGIN_MS: i64 = 5_000;
const ANCHOR_WAIT_MS: i64 = 30_000;
const ATTEMPTS_MAX: usize = 4;
/// No start offsets are being committed.
const NO_ANCHOR: u64 = 0;

/// What the thread does, or waits for.
#[derive(Debug, Default)]
pub(super) enum Doing {
    #[default]
    Polling,
    Rewinding(Vec<usize>),
    Draining {
        partitions: Vec<usize>,
        done: Receiver<()>,
        deadline_ms: i64,
    },
    Assigning(Vec<usize>),
    Anchoring {
        partitions: Vec<usize>,
        done: Receiver<bool>,
        deadline_ms: i64,
    },
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Poller {
    pub(super) doing: Doing,
    pub(super) member: Option<Member>,
    /// The client knows that it is no member any more; its callback has not run.
    pub(super) is_put_out: bool,
    pub(super) has_stopped: bool,
    /// Floors to rewind to, as the committer told them.
    pub(super) rewinds: VecDeque<u64>,
    anchoring: u64,
    /// Tries to commit start offsets since the last success.
    attempts: usize,
    /// The next offset that each partition is read at.
    positions: BTreeMap<usize, i64>,
}

impl Poller {
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.doing, Doing::Polling) && self.rewinds.is_empty()
    }

    pub(super) const fn awaits_anchor(&self, ticket: u64) -> bool {
        ticket != NO_ANCHOR && self.anchoring == ticket
    }
}

impl Replica {
    /// One turn of the poll loop, or one look at what it waits for.
    pub(super) fn poll(&mut self, broker: &mut Broker) {
        if !self.follower.is_following() {
            return;
        }
        match std::mem::take(&mut self.poller.doing) {
            Doing::Polling => {
                if !self.rewind(broker) && !self.attend_group(broker) {
                    self.read(broker);
                }
            }
            Doing::Rewinding(partitions) => self.seek(broker, partitions),
            Doing::Draining { partitions, done, deadline_ms } => {
                if done.try_recv().is_ok() || broker.now_ms >= deadline_ms {
                    self.give_up(broker, &partitions);
                } else {
                    self.poller.doing = Doing::Draining { partitions, done, deadline_ms };
                }
            }
            Doing::Assigning(partitions) => self.assign(broker, partitions),
            Doing::Anchoring { partitions, done, deadline_ms } => {
                if done.try_recv().is_ok() || broker.now_ms >= deadline_ms {
                    self.poller.anchoring = NO_ANCHOR;
                    self.poller.attempts += 1;
                    // It has waited too long: the worker ends, and begins anew.
                    self.has_ended |= self.poller.attempts > ATTEMPTS_MAX;
                    self.poller.doing = Doing::Assigning(partitions);
                } else {
                    self.poller.doing = Doing::Anchoring { partitions, done, deadline_ms };
                }
            }
        }
    }

    fn rewind(&mut self, broker: &Broker) -> bool {
        let Some(floor) = self.poller.rewinds.pop_front() else { return false };
        let renewed = self.assignment.renew_before(floor, &self.epochs);
        let partitions = renewed.iter().map(|(key, _)| partition_of(key)).collect();
        self.heard.extend(renewed.into_iter().map(|(key, epoch)| Heard::Begun { key, epoch, start: None }));
        self.seek(broker, partitions);
        true
    }

    fn seek(&mut self, broker: &Broker, partitions: Vec<usize>) {
        let Some(offsets) = broker.offsets() else {
            self.poller.doing = Doing::Rewinding(partitions);
            return;
        };
        for partition in partitions {
            self.poller.positions.insert(partition, offsets.get(&partition).copied().unwrap_or(0));
        }
    }

    /// What the group has for this member; false where there is nothing.
    fn attend_group(&mut self, broker: &mut Broker) -> bool {
        let Some(member) = self.poller.member else {
            if self.poller.is_put_out {
                self.lose_all();
                return true;
            }
            if !self.poller.has_stopped {
                self.poller.member = Some(broker.group.join(self.process));
            }
            return true;
        };
        if !broker.group.holds(member.id) {
            self.lose_all();
            return true;
        }
        let Some(generation) = broker.group.attend(member.id) else { return false };
        self.poller.member = Some(Member { generation, ..member });
        let revoked = broker.group.to_revoke(member.id);
        if !revoked.is_empty() {
            let (done, answer) = bounded(1);
            let keys = revoked.iter().copied().map(key).collect();
            self.heard.push_back(Heard::Revoking { keys, done });
            let deadline_ms = broker.now_ms + DRAIN_MS + REVOKE_MARGIN_MS;
            self.poller.doing = Doing::Draining { partitions: revoked, done: answer, deadline_ms };
            return true;
        }
        let taken = broker.group.take(member.id);
        if taken.is_empty() {
            return false;
        }
        self.assign(broker, taken);
        true
    }

    fn lose_all(&mut self) {
        let keys: Vec<_> = self.assignment.iter().map(|(key, _)| key.clone()).collect();
        if !keys.is_empty() {
            self.heard.push_back(Heard::Lost { keys: keys.clone() });
        }
        for key in &keys {
            self.assignment.end(key);
        }
        self.poller.positions.clear();
        self.poller.member = None;
        self.poller.is_put_out = false;
    }

    /// The client hears that it was put out, before its callback does. It loses its name.
    pub(super) fn heartbeat(&mut self, broker: &Broker) {
        if self.poller.member.is_some_and(|member| !broker.group.holds(member.id)) {
            self.poller.member = None;
            self.poller.is_put_out = true;
        }
    }

    fn give_up(&mut self, broker: &mut Broker, partitions: &[usize]) {
        for partition in partitions {
            self.assignment.end(&key(*partition));
            self.poller.positions.remove(partition);
        }
        if let Some(member) = self.poller.member {
            broker.group.release(member.id, partitions);
        }
    }

    /// Gives partitions their start: the committed offset, or the first one, which is committed before.
    fn assign(&mut self, broker: &Broker, partitions: Vec<usize>) {
        let Some(offsets) = broker.offsets() else {
            self.poller.doing = Doing::Assigning(partitions);
            return;
        };
        let anchors: BTreeMap<usize, i64> = partitions
            .iter()
            .filter(|partition| !offsets.contains_key(partition))
            .map(|partition| (*partition, 0))
            .collect();
        if !anchors.is_empty() && !broker.has(Fault::ClaimsWithoutAnchor) {
            let ticket = self.epochs.begin();
            let (done, answer) = bounded(1);
            self.poller.anchoring = ticket;
            self.committer.tell(broker, Input::Anchor { offsets: anchors, ticket, done });
            let deadline_ms = broker.now_ms + ANCHOR_WAIT_MS;
            self.poller.doing = Doing::Anchoring { partitions, done: answer, deadline_ms };
            return;
        }
        self.poller.attempts = 0;
        for partition in partitions {
            let epoch = self.epochs.begin();
            self.assignment.begin(key(partition), epoch);
            let start = offsets.get(&partition).copied().unwrap_or(0);
            self.heard.push_back(Heard::Begun { key: key(partition), epoch, start: Some(start) });
            self.poller.positions.insert(partition, start);
        }
    }

    /// Reads the next record of the partition that is furthest behind.
    fn read(&mut self, broker: &Broker) {
        if self.poller.has_stopped || self.budget.is_spent() {
            return;
        }
        let next = self
            .poller
            .positions
            .iter_mut()
            .filter(|(partition, position)| **position < broker.end(**partition))
            .min_by_key(|(_, position)| **position);
        let Some((partition, position)) = next else { return };
        let (partition, offset) = (*partition, *position);
        *position += 1;
        if let Arrival::Next { epoch } = self.assignment.arrive(&key(partition), offset) {
            let permit = self.budget.take(1);
            self.heard.push_back(Heard::Record { raw: raw(partition, offset), epoch, permit });
        }
    }
}
