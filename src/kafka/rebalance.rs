//! The raw consumer's callbacks: what happens when partitions come and go.
//!
//! They run inside `poll`, on the poller's thread. A partition is assigned with an explicit offset: the committed one, or
//! a start that is committed first, so that claims never precede a committed offset.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, RebalanceProtocol};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, Statistics, TopicPartitionList};
use serde_json::json;

use super::KafkaFailure;
use super::asker::{Asker, committed_with_notes};
use super::assignment::{Assignment, Epochs, PartitionKey};
use super::client::{SharedContext, problem};
use super::poller::{Anchor, Ends, Intake, Isolate, Leave, PollerError};
use super::starts::{Start, StartNote};
use crate::clock;
use crate::config::settings::Settings;
use crate::events;

/// Beyond the drain itself, a revoked partition waits so long for its last commit.
const REVOKE_MARGIN: Duration = Duration::from_secs(5);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Start offsets are asked for so long before the worker gives up; the group waits meanwhile. Well below
/// `max.poll.interval.ms`, 300 s: beyond that the member would be out of the group in the middle of its callback.
const START_LIMIT: Duration = Duration::from_secs(150);
/// An end that lies before a committed offset may be that of a leader that has just begun.
const BEYOND_END_ATTEMPTS_MAX: u32 = 6;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(500);
/// Offsets have gaps, where producers use transactions for instance: records in flight span more offsets than they are.
const REACH_FACTOR: i64 = 2;
/// The state of a partition that is fetched, in librdkafka's statistics.
const FETCHING: &str = "active";
/// No start offsets are being committed.
const NO_ANCHOR: u64 = 0;

/// The raw consumer, shared with the committer for the group's metadata only.
pub type RawConsumer = Arc<BaseConsumer<RawContext>>;

/// Callbacks of the raw consumer; they run inside `poll`, on the poller's thread.
pub struct RawContext {
    shared: SharedContext,
    asker: Asker,
    group: String,
    assignment: Mutex<Assignment>,
    epochs: Epochs,
    links: ContextLinks,
    revoke_wait: Duration,
    /// Offsets that a worker may have in flight in one partition.
    reach: i64,
    /// Partitions that begin at their end where nothing is committed.
    at_end: BTreeSet<PartitionKey>,
    accept_loss: bool,
    topics: Mutex<Interned>,
    /// What is fetched next, of the last statistics, until someone asks.
    positions: Mutex<Option<BTreeMap<PartitionKey, i64>>>,
    failure: Mutex<Option<PollerError>>,
    /// The ticket of the offsets that the callback waits for.
    anchoring: AtomicU64,
    /// The worker ends: everything that it will ever commit is committed.
    closing: AtomicBool,
}

/// What the callbacks reach.
pub struct ContextLinks {
    pub intake: Box<dyn Fn(Intake) + Send + Sync>,
    pub ends: Ends,
    pub anchor: Anchor,
    pub leave: Leave,
    pub isolate: Isolate,
    pub beat: Arc<dyn Fn() + Send + Sync>,
}

/// Where assigned partitions begin.
struct Found {
    offsets: BTreeMap<PartitionKey, i64>,
    /// Those that were committed, with the owner's note.
    anchors: BTreeMap<PartitionKey, Start>,
}

/// Topic names, one allocation each.
#[derive(Debug, Default)]
struct Interned(Vec<Arc<str>>);

impl Interned {
    fn topic(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.iter().find(|known| known.as_ref() == name) {
            return Arc::clone(known);
        }
        let topic: Arc<str> = Arc::from(name);
        self.0.push(Arc::clone(&topic));
        topic
    }
}

impl RawContext {
    pub fn new(
        settings: &Settings,
        asker: Asker,
        epochs: Epochs,
        links: ContextLinks,
        at_end: BTreeSet<PartitionKey>,
    ) -> Self {
        Self {
            shared: SharedContext::default(),
            asker,
            group: settings.kafka.group.clone(),
            assignment: Mutex::new(Assignment::default()),
            epochs,
            links,
            revoke_wait: Duration::from_secs(settings.shutdown.revoke_drain_seconds) + REVOKE_MARGIN,
            reach: i64::try_from(settings.budget.records_max)
                .unwrap_or(i64::MAX)
                .saturating_mul(REACH_FACTOR),
            at_end,
            accept_loss: settings.start.accept_loss,
            topics: Mutex::new(Interned::default()),
            positions: Mutex::new(None),
            failure: Mutex::new(None),
            anchoring: AtomicU64::new(NO_ANCHOR),
            closing: AtomicBool::new(false),
        }
    }

    /// Whether start offsets of this ticket are still waited for. Beyond that the partitions may be another worker's,
    /// which may have committed more.
    pub fn awaits_anchor(&self, ticket: u64) -> bool {
        ticket != NO_ANCHOR && self.anchoring.load(Ordering::SeqCst) == ticket
    }

    /// From now on revoked partitions have nothing left to be committed.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
    }

    /// What a callback could not do; the worker must end.
    pub fn take_failure(&self) -> Option<PollerError> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The offset that is fetched next of each partition, where there are new statistics since the last call; a partition
    /// that was never fetched is left out.
    pub fn take_positions(&self) -> Option<BTreeMap<PartitionKey, i64>> {
        self.positions.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Tells the ends of owned partitions.
    pub fn tell_ends(&self, ends: Vec<(PartitionKey, i64)>) {
        (self.links.ends)(ends);
    }

    /// First offset of a partition and the offset after its last record.
    pub fn watermarks(&self, key: &PartitionKey) -> Result<(i64, i64), KafkaFailure> {
        self.asker.watermarks(key)
    }

    pub fn topic(&self, name: &str) -> Arc<str> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner).topic(name)
    }

    pub fn assignment(&self) -> MutexGuard<'_, Assignment> {
        self.assignment.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keys(&self, list: &TopicPartitionList) -> Vec<PartitionKey> {
        list.elements()
            .iter()
            .map(|element| PartitionKey {
                topic: self.topic(element.topic()),
                partition: element.partition(),
            })
            .collect()
    }

    fn assigned(&self, keys: Vec<PartitionKey>, found: &Found) {
        if keys.is_empty() {
            return;
        }
        log_partitions(&events::PARTITIONS_ASSIGNED, "partitions were assigned to this worker", &keys);
        for key in keys {
            let epoch = self.epochs.begin();
            let anchored = found.anchors.get(&key).copied();
            let mut assignment = self.assignment();
            assignment.begin(key.clone(), epoch);
            if let Some(anchored) = anchored {
                assignment.noted(&key, anchored);
            }
            let start = found.offsets.get(&key).copied();
            if let Some(start) = start {
                assignment.starts(&key, start);
            }
            drop(assignment);
            let stretch = anchored
                .and_then(|anchored| anchored.note.isolated_until().map(|until| anchored.offset..until));
            (self.links.isolate)(&key, stretch);
            (self.links.intake)(Intake::Begun { key, epoch, start });
        }
    }

    fn revoked(&self, keys: &[PartitionKey], lost: bool) {
        if keys.is_empty() {
            return;
        }
        if lost {
            log_partitions(
                &events::PARTITIONS_LOST,
                "partitions were lost; their work in flight is dropped",
                keys,
            );
            (self.links.intake)(Intake::Lost { keys: keys.to_vec() });
        } else if self.closing.load(Ordering::SeqCst) {
            log_partitions(&events::PARTITIONS_REVOKED, "partitions are given back", keys);
        } else {
            log_partitions(&events::PARTITIONS_REVOKED, "partitions move to another worker", keys);
            let (done, finished) = bounded(1);
            (self.links.intake)(Intake::Revoking { keys: keys.to_vec(), done });
            // A disconnected answer means that the worker is stopping and has committed already.
            let drained = finished.recv_timeout(self.revoke_wait);
            if drained.is_ok() {
                // Notes that stay make the next owner more careful than it needs to be, and no more.
                let _ = self.with_ticket(|ticket| (self.links.leave)(keys.to_vec(), ticket));
            } else if drained == Err(RecvTimeoutError::Timeout) {
                log_partitions(
                    &events::REVOKE_TIMED_OUT,
                    "the last commit of revoked partitions did not end in time; the next owner does them again",
                    keys,
                );
            }
        }
        let mut assignment = self.assignment();
        for key in keys {
            assignment.end(key);
        }
    }
}

fn log_partitions(kind: &'static events::EventKind, message: &str, keys: &[PartitionKey]) {
    let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
    events::emit(kind, message, &[("partitions", json!(names))]);
}

impl ClientContext for RawContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        SharedContext::on_log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.shared.on_error(&error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        let mut ends = Vec::new();
        let mut positions = BTreeMap::new();
        for (name, topic) in &statistics.topics {
            for partition in topic.partitions.values().filter(|partition| partition.partition >= 0) {
                let end = if partition.ls_offset >= 0 { partition.ls_offset } else { partition.hi_offset };
                let key = PartitionKey { topic: self.topic(name), partition: partition.partition };
                // In any other state it may be that of before a seek.
                if partition.next_offset >= 0 && partition.fetch_state == FETCHING {
                    positions.insert(key.clone(), partition.next_offset);
                }
                if end >= 0 {
                    ends.push((key, end));
                }
            }
        }
        *self.positions.lock().unwrap_or_else(PoisonError::into_inner) = Some(positions);
        let assignment = self.assignment();
        let owned: BTreeSet<&PartitionKey> = assignment.iter().map(|(key, _)| key).collect();
        ends.retain(|(key, _)| owned.contains(key));
        drop(assignment);
        (self.links.ends)(ends);
    }
}

impl ConsumerContext for RawContext {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, what: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let is_incremental = matches!(consumer.rebalance_protocol(), RebalanceProtocol::Cooperative);
        let keys = self.keys(list);
        let result = if what == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let found = match self.set_offsets(consumer, &keys, list) {
                Ok(found) => found,
                Err(failure) => {
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    return;
                }
            };
            self.assigned(keys, &found);
            let result =
                if is_incremental { consumer.incremental_assign(list) } else { consumer.assign(list) };
            if let Err(error) = &result {
                // It would own partitions that it never reads.
                let failure = KafkaFailure::new("taking over partitions", error);
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.into());
            }
            result
        } else {
            self.resume(consumer, &keys);
            self.revoked(&keys, consumer.assignment_lost());
            if is_incremental { consumer.incremental_unassign(list) } else { consumer.unassign() }
        };
        if let Err(error) = result {
            problem("error", "REBALANCE", &format!("a rebalance could not be carried out: {error}"));
        }
    }
}

impl RawContext {
    /// Ends the pause of partitions that go away: librdkafka keeps it, and one that comes back would never be read.
    fn resume(&self, consumer: &BaseConsumer<Self>, keys: &[PartitionKey]) {
        let mut list = TopicPartitionList::new();
        let mut assignment = self.assignment();
        for key in keys {
            if let Some(owned) = assignment.get_mut(key).filter(|owned| owned.paused) {
                owned.paused = false;
                list.add_partition(&key.topic, key.partition);
            }
        }
        drop(assignment);
        if list.count() > 0
            && let Err(error) = consumer.resume(&list)
        {
            problem("error", "REBALANCE", &format!("the pause of revoked partitions did not end: {error}"));
        }
    }

    /// Gives each partition of `list` its offset, trying again while time can heal.
    fn set_offsets(
        &self,
        consumer: &BaseConsumer<Self>,
        keys: &[PartitionKey],
        list: &mut TopicPartitionList,
    ) -> Result<Found, PollerError> {
        let begun = clock::monotonic();
        let mut beyond_end = 0;
        let found = loop {
            (self.links.beat)();
            let failure = match self.find_offsets(consumer, keys) {
                Ok(found) => break found,
                Err(failure) => failure,
            };
            let may_pass = match &failure {
                PollerError::Kafka(failure) => failure.is_transient() && clock::since(begun) < START_LIMIT,
                PollerError::BeyondEnd { .. } => {
                    beyond_end += 1;
                    beyond_end < BEYOND_END_ATTEMPTS_MAX
                }
                PollerError::PassedByRetention { .. }
                | PollerError::PositionLost
                | PollerError::StandsStill { .. } => false,
            };
            if !may_pass || self.closing.load(Ordering::SeqCst) {
                return Err(failure);
            }
            problem("error", "START", &format!("the start of a partition can't be found yet: {failure}"));
            std::thread::sleep(ATTEMPT_PAUSE);
        };
        for (key, offset) in &found.offsets {
            if let Some(mut element) = list.find_partition(&key.topic, key.partition) {
                element
                    .set_offset(Offset::Offset(*offset))
                    .map_err(|error| KafkaFailure::new(format!("setting the offset of {key}"), &error))?;
            }
        }
        Ok(found)
    }

    fn find_offsets(
        &self,
        consumer: &BaseConsumer<Self>,
        keys: &[PartitionKey],
    ) -> Result<Found, PollerError> {
        let committed = committed_with_notes(consumer, &self.group, keys, REQUEST_TIMEOUT)?;
        let mut anchors = BTreeMap::new();
        let mut offsets = BTreeMap::new();
        for key in keys {
            (self.links.beat)();
            let (low, high) = self.asker.watermarks(key)?;
            let offset = match committed.get(key) {
                None => {
                    let start = if self.at_end.contains(key) { high } else { low };
                    anchors.insert(key.clone(), Start { offset: start, note: StartNote::FRESH });
                    start
                }
                Some(&Start { offset, .. }) if offset < low => self.pass_loss(key, offset, low)?,
                Some(&Start { offset, .. }) if offset > high => {
                    return Err(PollerError::BeyondEnd { partition: key.clone(), committed: offset, high });
                }
                Some(&Start { offset, note }) => {
                    let note = note.taken(offset, high, self.reach);
                    anchors.insert(key.clone(), Start { offset, note });
                    offset
                }
            };
            offsets.insert(key.clone(), offset);
        }
        if !anchors.is_empty() {
            let anchored = self.with_ticket(|ticket| (self.links.anchor)(anchors.clone(), ticket));
            anchored.map_err(|cause| KafkaFailure::Transient {
                what: "committing start offsets".to_owned(),
                cause,
            })?;
        }
        Ok(Found { offsets, anchors })
    }

    /// Has the committer commit something that is void once this call is over.
    fn with_ticket(&self, commit: impl FnOnce(u64) -> Result<(), String>) -> Result<(), String> {
        let ticket = self.epochs.begin();
        self.anchoring.store(ticket, Ordering::SeqCst);
        let result = commit(ticket);
        self.anchoring.store(NO_ANCHOR, Ordering::SeqCst);
        result
    }

    fn pass_loss(&self, partition: &PartitionKey, committed: i64, low: i64) -> Result<i64, PollerError> {
        if !self.accept_loss {
            return Err(PollerError::PassedByRetention { partition: partition.clone(), committed, low });
        }
        events::emit(
            &events::OFFSETS_PASSED_BY_RETENTION,
            "retention has taken raw records that were not read; going on without them as start.accept_loss says",
            &[
                ("topic", json!(partition.topic.as_ref())),
                ("partition", json!(partition.partition)),
                ("committed", json!(committed)),
                ("begins", json!(low)),
                ("lost", json!(low - committed)),
            ],
        );
        Ok(low)
    }
}
