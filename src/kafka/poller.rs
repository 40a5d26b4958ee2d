//! The thread that owns the raw consumer: polls, answers rebalances, pauses and rewinds.
//!
//! It never waits for the pipeline longer than [`BUDGET_WAIT`]; where the budget stays spent it pauses the partitions and
//! goes on polling, so that the group never takes the worker for dead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rdkafka::client::ClientContext;
use rdkafka::config::{FromClientConfigAndContext as _, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext, Rebalance};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::{Offset, Statistics, TopicPartitionList};
use serde_json::json;

use super::assignment::{Arrival, Assignment, Epochs, PartitionKey};
use super::claims_log::committed;
use super::client::{Connection, SharedContext, problem};
use super::{KafkaFailure, code_of};
use crate::budget::{Budget, Permit};
use crate::config::settings::StartFrom;
use crate::events;
use crate::flow::{Header, RawCoordinates, RawRecord};

const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// One wait for the budget; polling goes on after it.
const BUDGET_WAIT: Duration = Duration::from_millis(20);
/// A budget that is spent for longer than this pauses the partitions. A pause throws away what was prefetched.
const PAUSE_AFTER: Duration = Duration::from_millis(500);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Rewinding and finding start offsets are tried so often before the worker gives up.
const ATTEMPTS_MAX: u32 = 12;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(500);
/// How long leaving the group may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);
/// Beyond the drain itself, a revoked partition waits so long for its last commit.
const REVOKE_MARGIN: Duration = Duration::from_secs(5);

/// What the poller tells the pipeline, in order.
#[derive(Debug)]
pub enum Intake {
    Record {
        raw: RawRecord,
        epoch: u64,
        permit: Permit,
        arrived: Instant,
    },
    /// A partition begins, or begins anew, under this epoch: whatever was held of it is void.
    Begun {
        key: PartitionKey,
        epoch: u64,
    },
    /// Partitions move away: finish them, commit, then answer.
    Revoking {
        keys: Vec<PartitionKey>,
        done: Sender<()>,
    },
    /// Partitions were lost: drop what is held of them.
    Lost {
        keys: Vec<PartitionKey>,
    },
}

/// What the poller is told.
#[derive(Debug)]
pub enum PollerCommand {
    /// A transaction failed: partitions of an epoch before `floor` go back to their committed offsets.
    Rewind { floor: u64 },
    /// Take no more records; polling goes on.
    StopIntake,
    /// Leave the group and end.
    Close,
}

/// How the poller reaches the rest of the worker.
pub struct PollerLinks {
    pub intake: Box<dyn Fn(Intake) + Send + Sync>,
    /// Commits the start offsets of partitions that have none, so that claims never precede a committed offset.
    pub anchor: Box<dyn Fn(BTreeMap<PartitionKey, i64>) -> Result<(), String> + Send>,
    /// The end of each partition as a read_committed reader sees it.
    pub ends: Box<dyn Fn(Vec<(PartitionKey, i64)>) + Send + Sync>,
    pub beat: Box<dyn Fn() + Send>,
    pub commands: Receiver<PollerCommand>,
}

/// Why the poller ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum PollerError {
    #[error(transparent)]
    Kafka(#[from] KafkaFailure),
    #[error(
        "retention has taken raw records of {partition} that were never read: offsets {committed} to {low}; start.accept_loss goes on without them"
    )]
    PassedByRetention { partition: PartitionKey, committed: i64, low: i64 },
    #[error(
        "{partition} ends at offset {high}, before the committed offset {committed}: the topic was recreated or truncated; start with start.from = \"earliest\" in a new group, or reset the group's offsets"
    )]
    BeyondEnd { partition: PartitionKey, committed: i64, high: i64 },
}

/// The raw consumer, shared with the committer for the group's metadata only.
pub type RawConsumer = Arc<BaseConsumer<RawContext>>;

/// Callbacks of the raw consumer; they run inside `poll`, on the poller's thread.
pub struct RawContext {
    shared: SharedContext,
    assignment: Mutex<Assignment>,
    epochs: Epochs,
    intake: Box<dyn Fn(Intake) + Send + Sync>,
    ends: Box<dyn Fn(Vec<(PartitionKey, i64)>) + Send + Sync>,
    revoke_wait: Duration,
    session: Mutex<Interned>,
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
    fn topic(&self, name: &str) -> Arc<str> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).topic(name)
    }

    fn assignment(&self) -> std::sync::MutexGuard<'_, Assignment> {
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

    fn assigned(&self, keys: Vec<PartitionKey>) {
        if keys.is_empty() {
            return;
        }
        log_partitions(&events::PARTITIONS_ASSIGNED, "partitions were assigned to this worker", &keys);
        for key in keys {
            let epoch = self.epochs.begin();
            self.assignment().begin(key.clone(), epoch);
            (self.intake)(Intake::Begun { key, epoch });
        }
    }

    fn revoked(&self, keys: Vec<PartitionKey>, lost: bool) {
        if keys.is_empty() {
            return;
        }
        if lost {
            log_partitions(
                &events::PARTITIONS_LOST,
                "partitions were lost; their work in flight is dropped",
                &keys,
            );
            (self.intake)(Intake::Lost { keys: keys.clone() });
        } else {
            log_partitions(&events::PARTITIONS_REVOKED, "partitions move to another worker", &keys);
            let (done, finished) = bounded(1);
            (self.intake)(Intake::Revoking { keys: keys.clone(), done });
            // A disconnected answer means that the worker is stopping and has committed already.
            if finished.recv_timeout(self.revoke_wait) == Err(RecvTimeoutError::Timeout) {
                log_partitions(
                    &events::REVOKE_TIMED_OUT,
                    "the last commit of revoked partitions did not end in time; the next owner does them again",
                    &keys,
                );
            }
        }
        let mut assignment = self.assignment();
        for key in &keys {
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
        for (name, topic) in &statistics.topics {
            for partition in topic.partitions.values().filter(|partition| partition.partition >= 0) {
                let end = if partition.ls_offset >= 0 { partition.ls_offset } else { partition.hi_offset };
                if end >= 0 {
                    ends.push((
                        PartitionKey { topic: self.topic(name), partition: partition.partition },
                        end,
                    ));
                }
            }
        }
        let assignment = self.assignment();
        let owned: std::collections::BTreeSet<&PartitionKey> =
            assignment.iter().map(|(key, _)| key).collect();
        ends.retain(|(key, _)| owned.contains(key));
        drop(assignment);
        (self.ends)(ends);
    }
}

impl ConsumerContext for RawContext {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        match rebalance {
            Rebalance::Assign(list) => self.assigned(self.keys(list)),
            Rebalance::Revoke(list) => self.revoked(self.keys(list), consumer.assignment_lost()),
            Rebalance::Error(error) => problem("error", "REBALANCE", &format!("a rebalance failed: {error}")),
        }
    }
}

/// Builds the raw consumer; it joins the group when [`Poller::run`] subscribes.
pub struct Poller {
    consumer: RawConsumer,
    links: PollerLinks,
    budget: Budget,
    epochs: Epochs,
    raw_topics: Vec<String>,
    from: StartFrom,
    accept_loss: bool,
    paused: bool,
    stopped: bool,
    spent_since: Option<Instant>,
    unresolved: Option<Instant>,
}

impl Poller {
    /// `intake` and `ends` of the links are used from the consumer's callbacks.
    pub fn new(
        connection: &Connection,
        mut links: PollerLinks,
        budget: Budget,
        epochs: Epochs,
    ) -> Result<Self, KafkaFailure> {
        let settings = &connection.settings;
        let intake: Arc<dyn Fn(Intake) + Send + Sync> = Arc::from(links.intake);
        let for_context = Arc::clone(&intake);
        links.intake = Box::new(move |message| intake(message));
        let ends = std::mem::replace(&mut links.ends, Box::new(|_| {}));
        let context = RawContext {
            shared: SharedContext::default(),
            assignment: Mutex::new(Assignment::default()),
            epochs: epochs.clone(),
            intake: Box::new(move |message| for_context(message)),
            ends,
            revoke_wait: Duration::from_secs(settings.shutdown.revoke_drain_seconds) + REVOKE_MARGIN,
            session: Mutex::new(Interned::default()),
        };
        let consumer = BaseConsumer::from_config_and_context(&connection.raw_consumer(), context)
            .map_err(|error| KafkaFailure::new("creating the raw consumer", &error))?;
        Ok(Self {
            consumer: Arc::new(consumer),
            links,
            budget,
            epochs,
            raw_topics: settings.kafka.raw_topics.clone(),
            from: settings.start.from,
            accept_loss: settings.start.accept_loss,
            paused: false,
            stopped: false,
            spent_since: None,
            unresolved: None,
        })
    }

    /// For the committer, which needs the group's metadata at each commit.
    pub fn consumer(&self) -> RawConsumer {
        Arc::clone(&self.consumer)
    }

    /// Joins the group and polls until told to close. Blocks its thread.
    pub fn run(mut self) -> Result<(), PollerError> {
        let topics: Vec<&str> = self.raw_topics.iter().map(String::as_str).collect();
        self.consumer.subscribe(&topics).map_err(|error| KafkaFailure::new("joining the group", &error))?;
        loop {
            (self.links.beat)();
            while let Ok(command) = self.links.commands.try_recv() {
                match command {
                    PollerCommand::Rewind { floor } => self.rewind(floor)?,
                    PollerCommand::StopIntake => self.stopped = true,
                    PollerCommand::Close => {
                        self.close();
                        return Ok(());
                    }
                }
            }
            self.find_start_offsets()?;
            if self.may_poll_records()? {
                self.poll(POLL_TIMEOUT)?;
            }
        }
    }

    /// Keeps the pause in step with the budget; false where this turn should poll nothing.
    fn may_poll_records(&mut self) -> Result<bool, KafkaFailure> {
        if self.stopped {
            self.pause()?;
            return Ok(true);
        }
        if self.paused {
            if self.budget.is_half_free() {
                self.resume()?;
            } else {
                // A partition that came during the pause is paused too.
                self.pause()?;
            }
            return Ok(true);
        }
        if !self.budget.is_spent() {
            self.spent_since = None;
            return Ok(true);
        }
        let since = *self.spent_since.get_or_insert_with(Instant::now);
        if self.budget.wait(BUDGET_WAIT) {
            self.spent_since = None;
        } else if since.elapsed() > PAUSE_AFTER {
            self.pause()?;
            events::emit(
                &events::CONSUMER_PAUSED,
                "the budget is spent; reading pauses until half of it is free",
                &[
                    ("in_flight_records", json!(self.budget.records())),
                    ("in_flight_bytes", json!(self.budget.bytes())),
                ],
            );
            return Ok(true);
        }
        Ok(false)
    }

    /// Pauses exactly the partitions that are not paused: librdkafka drops the prefetched records of each call.
    fn pause(&mut self) -> Result<(), KafkaFailure> {
        self.paused = true;
        let list = self.mark_paused(true);
        if list.count() == 0 {
            return Ok(());
        }
        self.consumer.pause(&list).map_err(|error| KafkaFailure::new("pausing partitions", &error))
    }

    fn resume(&mut self) -> Result<(), KafkaFailure> {
        self.paused = false;
        self.spent_since = None;
        let list = self.mark_paused(false);
        if list.count() == 0 {
            return Ok(());
        }
        events::emit(&events::CONSUMER_RESUMED, "reading goes on", &[]);
        self.consumer.resume(&list).map_err(|error| KafkaFailure::new("resuming partitions", &error))
    }

    fn mark_paused(&self, paused: bool) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for (key, owned) in self.consumer.context().assignment().iter_mut() {
            if owned.paused != paused {
                owned.paused = paused;
                list.add_partition(&key.topic, key.partition);
            }
        }
        list
    }

    fn poll(&mut self, limit: Duration) -> Result<(), PollerError> {
        match self.consumer.poll(limit) {
            None => Ok(()),
            Some(Ok(message)) => {
                self.take(&message);
                Ok(())
            }
            Some(Err(error)) => self.poll_error(&error),
        }
    }

    fn take(&self, message: &BorrowedMessage<'_>) {
        let context = self.consumer.context();
        let key = PartitionKey { topic: context.topic(message.topic()), partition: message.partition() };
        let Arrival::Next { epoch } = context.assignment().arrive(&key, message.offset()) else { return };
        let raw = to_raw(message, &key);
        let permit = self.budget.take(raw.size_bytes());
        (self.links.intake)(Intake::Record { raw, epoch, permit, arrived: Instant::now() });
    }

    fn poll_error(&mut self, error: &KafkaError) -> Result<(), PollerError> {
        if matches!(error, KafkaError::MessageConsumptionFatal(_)) {
            let cause =
                self.consumer.client().fatal_error().map_or_else(|| error.to_string(), |(_, text)| text);
            return Err(KafkaFailure::Fatal { what: "reading raw records".to_owned(), cause }.into());
        }
        match code_of(error) {
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                self.unresolved.get_or_insert_with(Instant::now);
                Ok(())
            }
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                events::emit(
                    &events::TOPIC_MISSING,
                    "a raw topic does not exist; create it (khabar topics --create), reading begins by itself",
                    &[("topic", json!(self.raw_topics.join(", "))), ("setting", json!("kafka.raw_topics"))],
                );
                Ok(())
            }
            _ => match KafkaFailure::new("reading raw records", error) {
                KafkaFailure::Transient { what, cause } => {
                    problem("error", "CONSUME", &format!("{what}: {cause}"));
                    Ok(())
                }
                failure => Err(failure.into()),
            },
        }
    }

    /// Gives a start to partitions that have no usable committed offset.
    fn find_start_offsets(&mut self) -> Result<(), PollerError> {
        let Some(since) = self.unresolved else { return Ok(()) };
        match self.try_find_start_offsets() {
            Ok(()) => {
                self.unresolved = None;
                Ok(())
            }
            Err(PollerError::Kafka(failure))
                if failure.is_transient() && since.elapsed() < ATTEMPT_PAUSE * ATTEMPTS_MAX * 10 =>
            {
                problem("error", "START", &format!("the start of a partition can't be found yet: {failure}"));
                std::thread::sleep(ATTEMPT_PAUSE);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn try_find_start_offsets(&self) -> Result<(), PollerError> {
        let silent: Vec<PartitionKey> = self
            .consumer
            .context()
            .assignment()
            .iter()
            .filter(|(_, owned)| owned.last_read.is_none())
            .map(|(key, _)| key.clone())
            .collect();
        let committed = committed(&self.consumer, &silent, REQUEST_TIMEOUT)?;
        let mut anchors = BTreeMap::new();
        let mut seeks = BTreeMap::new();
        for key in silent {
            let (low, high) = self
                .consumer
                .fetch_watermarks(&key.topic, key.partition, REQUEST_TIMEOUT)
                .map_err(|error| KafkaFailure::new(format!("reading the ends of {key}"), &error))?;
            match committed.get(&key) {
                None => {
                    let start = if self.from == StartFrom::Latest { high } else { low };
                    anchors.insert(key.clone(), start);
                    seeks.insert(key, start);
                }
                Some(&offset) if offset < low => {
                    seeks.insert(key.clone(), self.pass_loss(key, offset, low)?);
                }
                Some(&offset) if offset > high => {
                    return Err(PollerError::BeyondEnd { partition: key, committed: offset, high });
                }
                // The partition may have met its missing offset before it was committed: a seek sets it going.
                Some(&offset) => {
                    seeks.insert(key, offset);
                }
            }
        }
        if !anchors.is_empty() {
            (self.links.anchor)(anchors).map_err(|cause| KafkaFailure::Transient {
                what: "committing start offsets".to_owned(),
                cause,
            })?;
        }
        self.seek(&seeks)?;
        Ok(())
    }

    fn pass_loss(&self, partition: PartitionKey, committed: i64, low: i64) -> Result<i64, PollerError> {
        if !self.accept_loss {
            return Err(PollerError::PassedByRetention { partition, committed, low });
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

    /// Back to the committed offsets, under new epochs.
    fn rewind(&mut self, floor: u64) -> Result<(), PollerError> {
        let context = Arc::clone(self.consumer.context());
        let renewed = context.assignment().renew_before(floor, &self.epochs);
        let keys: Vec<PartitionKey> = renewed.iter().map(|(key, _)| key.clone()).collect();
        for (key, epoch) in renewed {
            (self.links.intake)(Intake::Begun { key, epoch });
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            (self.links.beat)();
            match self.try_rewind(&keys) {
                Ok(offsets) => {
                    let offsets: BTreeMap<String, i64> =
                        offsets.into_iter().map(|(key, offset)| (key.to_string(), offset)).collect();
                    events::emit(
                        &events::OFFSETS_REWOUND,
                        "partitions were rewound to their committed offsets",
                        &[("positions", json!(offsets))],
                    );
                    return Ok(());
                }
                Err(failure) if failure.is_transient() && attempt < ATTEMPTS_MAX => {
                    std::thread::sleep(ATTEMPT_PAUSE)
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    fn try_rewind(&self, keys: &[PartitionKey]) -> Result<BTreeMap<PartitionKey, i64>, KafkaFailure> {
        let mut offsets = committed(&self.consumer, keys, REQUEST_TIMEOUT)?;
        for key in keys {
            if !offsets.contains_key(key) {
                let (low, _) = self
                    .consumer
                    .fetch_watermarks(&key.topic, key.partition, REQUEST_TIMEOUT)
                    .map_err(|error| KafkaFailure::new(format!("reading the ends of {key}"), &error))?;
                offsets.insert(key.clone(), low);
            }
        }
        self.seek(&offsets)?;
        Ok(offsets)
    }

    fn seek(&self, offsets: &BTreeMap<PartitionKey, i64>) -> Result<(), KafkaFailure> {
        if offsets.is_empty() {
            return Ok(());
        }
        let what = "seeking";
        let mut list = TopicPartitionList::new();
        for (key, offset) in offsets {
            list.add_partition_offset(&key.topic, key.partition, Offset::Offset(*offset))
                .map_err(|error| KafkaFailure::new(what, &error))?;
        }
        let answer = self
            .consumer
            .seek_partitions(list, REQUEST_TIMEOUT)
            .map_err(|error| KafkaFailure::new(what, &error))?;
        // The call succeeds even where single partitions failed.
        answer.elements().iter().try_for_each(|element| {
            element.error().map_err(|error| KafkaFailure::new(format!("seeking {}", element.topic()), &error))
        })
    }

    /// Leaves the group; the consumer itself is dropped on a thread of its own, for dropping may hang.
    fn close(self) {
        self.consumer.unsubscribe();
        let deadline = Instant::now() + LEAVE_TIMEOUT;
        while !self.consumer.context().assignment().is_empty() && Instant::now() < deadline {
            let _message = self.consumer.poll(Duration::from_millis(50));
        }
        drop_with_limit(self.consumer, LEAVE_TIMEOUT);
    }
}

/// Drops a client on a thread of its own and waits at most `limit`; by then everything is committed or settled.
pub(super) fn drop_with_limit<T: Send + 'static>(client: T, limit: Duration) {
    let (done, dropped) = bounded::<()>(1);
    let thread = std::thread::Builder::new().name("client-drop".to_owned()).spawn(move || {
        drop(client);
        drop(done);
    });
    if thread.is_ok() {
        // The sender's end is the signal; a time-out leaves the thread to the end of the process.
        let _ = dropped.recv_timeout(limit);
    }
}

fn to_raw(message: &BorrowedMessage<'_>, key: &PartitionKey) -> RawRecord {
    RawRecord {
        coordinates: RawCoordinates {
            topic: Arc::clone(&key.topic),
            partition: key.partition,
            offset: message.offset(),
        },
        timestamp_ms: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        payload: message.payload().map(<[u8]>::to_vec),
        headers: headers_of(message, key),
    }
}

/// rdkafka panics on a header whose name is not UTF-8: such a header is left out, and an event says so.
fn headers_of(message: &BorrowedMessage<'_>, key: &PartitionKey) -> Vec<Header> {
    let Some(headers) = message.headers() else { return Vec::new() };
    (0..headers.count())
        .filter_map(|index| {
            let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| headers.try_get(index)));
            if read.is_err() {
                events::emit(
                    &events::HEADER_UNREADABLE,
                    "a header's name is not UTF-8; the header is left out",
                    &[("partition", json!(key.to_string())), ("offset", json!(message.offset()))],
                );
            }
            read.ok().flatten()
        })
        .map(|header| Header { name: header.key.to_owned(), value: header.value.map(<[u8]>::to_vec) })
        .collect()
}
