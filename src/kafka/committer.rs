//! The thread that owns the output producer: sends outcomes, commits them with their offsets, and recovers.
//!
//! It carries out what [`super::transaction`] orders. Outcomes arrive in raw order per partition, and only finished
//! prefixes do, so the offset after the last one sent is the offset to commit.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::consumer::{CommitMode, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::json;

use super::assignment::{Epochs, PartitionKey};
use super::client::{Connection, SharedContext};
use super::poller::{PollerCommand, drop_with_limit};
use super::producer::{CountedProducer, Outgoing, Undelivered};
use super::rebalance::RawConsumer;
use super::transaction::{Input, Order, State, step};
use super::{KafkaFailure, code_of};
use crate::budget::Permit;
use crate::config::settings::Delivery;
use crate::emit::fit::wire_bytes;
use crate::events;
use crate::flow::{Outcome, OutputRecord};
use crate::output_limits::OutputLimits;

const IDLE_WAIT: Duration = Duration::from_millis(100);
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_PAUSE_FIRST: Duration = Duration::from_millis(100);
const RETRY_PAUSE_MAX: Duration = Duration::from_secs(5);
/// send_offsets is repeated so often while librdkafka calls it retriable.
const SEND_OFFSETS_ATTEMPTS_MAX: u32 = 20;
/// A failed transaction is asked for its reason for so long; it answers at once.
const ORIGIN_TIMEOUT: Duration = Duration::from_secs(2);
const DROP_LIMIT: Duration = Duration::from_secs(5);
/// Offset metadata: the format and the claims offset that the worker had applied.
const METADATA_FORMAT: &str = "khabar1";

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
    /// Commit start offsets without any output.
    Anchor {
        offsets: BTreeMap<PartitionKey, i64>,
        done: Sender<Result<(), String>>,
    },
    /// These partitions are no longer ours: a transaction that holds any of them must not commit.
    Lost {
        keys: Vec<PartitionKey>,
    },
    /// Commit what is open and end.
    Stop,
}

/// What was committed, for the pipeline and the metrics.
#[derive(Debug, Default)]
pub struct Committed {
    /// The next offset of each partition.
    pub offsets: BTreeMap<PartitionKey, i64>,
    /// Records per outcome, in the order of [`Outcome::ALL`].
    pub outcomes: [u64; 3],
    pub output_bytes: u64,
    /// Intake to commit, one per record.
    pub latencies: Vec<Duration>,
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

/// One failure, sorted for the machine.
struct Failure {
    input: Input,
    cause: String,
    /// An authorisation or configuration failure that no new producer heals.
    hopeless: Option<KafkaFailure>,
    /// It follows from an earlier failure of the transaction, which librdkafka tells the next call only.
    is_consequence: bool,
}

impl Failure {
    fn new(what: &str, error: &KafkaError) -> Self {
        let fatal = match error {
            KafkaError::Transaction(inner) => inner.is_fatal(),
            _ => false,
        };
        let code = code_of(error);
        let fenced = matches!(
            code,
            Some(
                RDKafkaErrorCode::Fenced
                    | RDKafkaErrorCode::ProducerFenced
                    | RDKafkaErrorCode::InvalidProducerEpoch
                    | RDKafkaErrorCode::FencedInstanceId
                    | RDKafkaErrorCode::Fatal
            )
        );
        let cause = format!("{what}: {error}");
        let hopeless = match KafkaFailure::new(what, error) {
            failure @ (KafkaFailure::Permission { .. }
            | KafkaFailure::Authentication { .. }
            | KafkaFailure::Configuration { .. }) => Some(failure),
            _ => None,
        };
        let input = if fatal || fenced || hopeless.is_some() { Input::Fatal } else { Input::Failed };
        let is_consequence = matches!(
            code,
            Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight | RDKafkaErrorCode::State)
        );
        Self { input, cause, hopeless, is_consequence }
    }

    fn other(cause: String) -> Self {
        Self { input: Input::Failed, cause, hopeless: None, is_consequence: false }
    }
}

/// What the open transaction holds.
#[derive(Default)]
struct OpenTransaction {
    begun: Option<Instant>,
    offsets: BTreeMap<PartitionKey, i64>,
    outcomes: [u64; 3],
    output_bytes: usize,
    records: Vec<SentRecord>,
}

struct SentRecord {
    _permit: Permit,
    arrived: Instant,
    outcome: Outcome,
    bytes: usize,
}

/// See the module.
pub struct Committer {
    connection: Connection,
    consumer: RawConsumer,
    links: CommitterLinks,
    epochs: Epochs,
    limits: Arc<OutputLimits>,
    transactional_id: Option<String>,
    producer: Option<CountedProducer>,
    state: State,
    open: OpenTransaction,
    /// Outcomes of an epoch before this one are void.
    floor: u64,
    lost: BTreeSet<PartitionKey>,
    /// Failures since the last commit.
    failures: u32,
}

impl Committer {
    /// `transactional_id` names this process for exactly-once delivery.
    pub fn new(
        connection: Connection,
        consumer: RawConsumer,
        links: CommitterLinks,
        epochs: Epochs,
        limits: Arc<OutputLimits>,
        transactional_id: String,
    ) -> Self {
        let exactly_once = connection.settings.delivery == Delivery::ExactlyOnce;
        Self {
            connection,
            consumer,
            links,
            epochs,
            limits,
            transactional_id: exactly_once.then_some(transactional_id),
            producer: None,
            state: State::Idle,
            open: OpenTransaction::default(),
            floor: 0,
            lost: BTreeSet::new(),
            failures: 0,
        }
    }

    /// Connects the first producer; to be called before the group is joined.
    pub fn connect(&mut self) -> Result<(), CommitterError> {
        self.producer = Some(self.new_producer()?);
        Ok(())
    }

    /// Works until told to stop. Blocks its thread.
    pub fn run(mut self) -> Result<(), CommitterError> {
        loop {
            (self.links.beat)();
            let wait = self.time_to_cut().unwrap_or(IDLE_WAIT).min(IDLE_WAIT);
            let input = match self.links.inputs.recv_timeout(wait) {
                Ok(input) => input,
                Err(RecvTimeoutError::Timeout) => {
                    self.cut_if_due()?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => CommitterInput::Stop,
            };
            match input {
                CommitterInput::Outcome(finished) => {
                    self.outcome(*finished)?;
                    self.cut_if_due()?;
                }
                CommitterInput::Cut { done } => {
                    self.cut()?;
                    if let Some(done) = done {
                        // The asker may have given up waiting.
                        let _ = done.try_send(());
                    }
                }
                CommitterInput::Anchor { offsets, done } => {
                    let result = self.anchor(offsets)?;
                    let _ = done.try_send(result);
                }
                CommitterInput::Lost { keys } => self.lose(keys)?,
                CommitterInput::Stop => {
                    self.cut()?;
                    self.close();
                    return Ok(());
                }
            }
        }
    }

    fn close(self) {
        let Self { producer, consumer, .. } = self;
        // The poller closes the consumer; it must be the last to hold it.
        drop(consumer);
        if let Some(producer) = producer {
            drop_with_limit(producer, DROP_LIMIT);
        }
    }

    fn time_to_cut(&self) -> Option<Duration> {
        let interval = Duration::from_millis(self.connection.settings.transaction.interval_ms);
        self.open.begun.map(|begun| interval.saturating_sub(begun.elapsed()))
    }

    fn cut_if_due(&mut self) -> Result<(), CommitterError> {
        let transaction = &self.connection.settings.transaction;
        let is_full = self.open.records.len() >= transaction.records_max
            || self.open.output_bytes >= transaction.bytes_max;
        if is_full || self.time_to_cut().is_some_and(|left| left.is_zero()) {
            self.cut()?;
        }
        Ok(())
    }

    fn outcome(&mut self, finished: Finished) -> Result<(), CommitterError> {
        if finished.epoch < self.floor {
            return Ok(());
        }
        let (state, order) = step(self.state, Input::Outcome);
        self.state = state;
        let result = match order {
            Order::BeginAndSend => self.begin().and_then(|()| self.send(finished)),
            Order::Send => self.send(finished),
            _ => Ok(()),
        };
        result.or_else(|failure| self.recover(failure))
    }

    fn begin(&mut self) -> Result<(), Failure> {
        self.open.begun = Some(Instant::now());
        if self.transactional_id.is_none() {
            return Ok(());
        }
        let producer = self.producer.as_ref().ok_or_else(|| Failure::other("no producer".to_owned()))?;
        producer.inner.begin_transaction().map_err(|error| Failure::new("beginning a transaction", &error))
    }

    fn send(&mut self, finished: Finished) -> Result<(), Failure> {
        let output = &finished.output;
        let bytes = wire_bytes(output);
        let tag = self.open.records.len();
        let record = Outgoing {
            topic: topic_of(&self.connection, output.outcome),
            partition: None,
            key: output.key.as_deref(),
            payload: output.payload.as_deref(),
            headers: &output.headers,
        };
        let sent = self
            .producer
            .as_ref()
            .ok_or_else(|| Failure::other("no producer".to_owned()))
            .map(|producer| producer.send(tag, &record))?;
        let outcome = output.outcome;
        self.open.offsets.insert(finished.key, finished.offset + 1);
        self.open.outcomes[outcome as usize] += 1;
        self.open.output_bytes += bytes;
        self.open.records.push(SentRecord {
            _permit: finished.permit,
            arrived: finished.arrived,
            outcome,
            bytes,
        });
        sent.map_err(|undelivered| self.undelivered(&undelivered))
    }

    fn undelivered(&self, undelivered: &Undelivered) -> Failure {
        if undelivered.is_too_large()
            && let Some(record) = self.open.records.get(undelivered.tag)
        {
            let Some(bytes_max) = self.limits.lower(record.outcome, record.bytes) else {
                let topic = topic_of(&self.connection, record.outcome);
                let cause =
                    format!("it refuses a record of {} bytes; raise its max.message.bytes", record.bytes);
                let hopeless = KafkaFailure::Configuration { what: format!("producing to {topic}"), cause };
                return Failure {
                    input: Input::Fatal,
                    cause: hopeless.to_string(),
                    hopeless: Some(hopeless),
                    is_consequence: false,
                };
            };
            events::emit(
                &events::OUTPUT_TOO_LARGE,
                "a topic refused a record for its size; it is made again, smaller",
                &[
                    ("topic", json!(topic_of(&self.connection, record.outcome))),
                    ("outcome", json!(record.outcome.name())),
                    ("bytes", json!(record.bytes)),
                    ("bytes_max", json!(bytes_max)),
                ],
            );
            return Failure::other(format!(
                "delivering an output of {} bytes: {}",
                record.bytes, undelivered.error
            ));
        }
        Failure::new("delivering outputs", &undelivered.error)
    }

    fn cut(&mut self) -> Result<(), CommitterError> {
        let (state, order) = step(self.state, Input::Cut);
        self.state = state;
        if order != Order::Commit {
            return Ok(());
        }
        let offsets = self.open.offsets.clone();
        if offsets.keys().any(|key| self.lost.contains(key)) {
            return self.recover(Failure::other("a partition of the transaction was lost".to_owned()));
        }
        match self.commit(&offsets) {
            Ok(()) => {
                self.state = step(self.state, Input::Committed).0;
                self.report();
                Ok(())
            }
            Err(failure) => self.recover(failure),
        }
    }

    /// Awaits all deliveries, then commits outputs and offsets together (or, at least once, one after the other).
    fn commit(&self, offsets: &BTreeMap<PartitionKey, i64>) -> Result<(), Failure> {
        let producer = self.producer.as_ref().ok_or_else(|| Failure::other("no producer".to_owned()))?;
        let limit = Duration::from_millis(u64::from(self.connection.settings.transaction.timeout_ms));
        producer.deliveries.wait(limit).map_err(|undelivered| self.undelivered(&undelivered))?;
        let list = self.offset_list(offsets).map_err(|error| Failure::new("listing offsets", &error))?;
        if self.transactional_id.is_none() {
            return self
                .consumer
                .commit(&list, CommitMode::Sync)
                .map_err(|error| Failure::new("committing offsets", &error));
        }
        self.send_offsets(producer, &list)?;
        producer
            .inner
            .commit_transaction(rdkafka::util::Timeout::Never)
            .map_err(|error| Failure::new("committing a transaction", &error))
    }

    fn send_offsets(&self, producer: &CountedProducer, list: &TopicPartitionList) -> Result<(), Failure> {
        let what = "sending offsets to a transaction";
        // Fresh at each commit: it holds the member's generation, which fences a worker that lost its place.
        let group = self
            .consumer
            .group_metadata()
            .ok_or_else(|| Failure::other(format!("{what}: no group metadata")))?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match producer.inner.send_offsets_to_transaction(list, &group, INIT_TIMEOUT) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let retriable = matches!(&error, KafkaError::Transaction(inner) if inner.is_retriable());
            if !retriable
                || attempt >= SEND_OFFSETS_ATTEMPTS_MAX
                || self.links.abandon.load(Ordering::Relaxed)
            {
                return Err(Failure::new(what, &error));
            }
            std::thread::sleep(RETRY_PAUSE_FIRST);
        }
    }

    fn offset_list(&self, offsets: &BTreeMap<PartitionKey, i64>) -> Result<TopicPartitionList, KafkaError> {
        let metadata = format!("{METADATA_FORMAT} claims={}", (self.links.claims_applied)());
        let mut list = TopicPartitionList::with_capacity(offsets.len());
        for (key, offset) in offsets {
            let mut element = list.add_partition(&key.topic, key.partition);
            element.set_offset(Offset::Offset(*offset))?;
            element.set_metadata(&metadata);
        }
        Ok(list)
    }

    fn report(&mut self) {
        self.failures = 0;
        let open = std::mem::take(&mut self.open);
        let latencies = open.records.iter().map(|record| record.arrived.elapsed()).collect();
        (self.links.ended)(TransactionResult::Committed);
        (self.links.committed)(Committed {
            offsets: open.offsets,
            outcomes: open.outcomes,
            output_bytes: open.output_bytes as u64,
            latencies,
        });
        self.lost.clear();
    }

    /// Start offsets alone, in a transaction of their own.
    fn anchor(&mut self, offsets: BTreeMap<PartitionKey, i64>) -> Result<Result<(), String>, CommitterError> {
        self.cut()?;
        if let Err(failure) = self.begin().and_then(|()| self.commit(&offsets)) {
            let cause = failure.cause.clone();
            self.recover(failure)?;
            return Ok(Err(cause));
        }
        self.open = OpenTransaction::default();
        (self.links.committed)(Committed { offsets, ..Committed::default() });
        Ok(Ok(()))
    }

    fn lose(&mut self, keys: Vec<PartitionKey>) -> Result<(), CommitterError> {
        self.lost = keys.into_iter().collect();
        if self.state == State::Open && self.open.offsets.keys().any(|key| self.lost.contains(key)) {
            self.recover(Failure::other("a partition of the open transaction was lost".to_owned()))?;
        }
        self.lost.clear();
        Ok(())
    }

    /// The one way out of every failure: a new producer, and the partitions back to their committed offsets.
    fn recover(&mut self, failure: Failure) -> Result<(), CommitterError> {
        let failure = if failure.is_consequence { self.origin_of(failure) } else { failure };
        let (state, order) = step(self.state, failure.input);
        self.state = state;
        if order == Order::Exit || state == State::Dead {
            return Err(match failure.hopeless {
                Some(hopeless) => CommitterError::Kafka(hopeless),
                None => CommitterError::Fenced(failure.cause),
            });
        }
        let begun = Instant::now();
        if self.failures > 0 {
            std::thread::sleep((RETRY_PAUSE_FIRST * 2_u32.pow(self.failures.min(6))).min(RETRY_PAUSE_MAX));
        }
        self.failures += 1;
        self.floor = self.epochs.begin();
        let records = self.open.records.len();
        self.open = OpenTransaction::default();
        if let Some(producer) = self.producer.take() {
            drop_with_limit(producer, DROP_LIMIT);
        }
        self.producer = Some(self.new_producer()?);
        (self.links.ended)(TransactionResult::Replaced);
        events::emit(
            &events::TRANSACTION_REPLACED,
            "the producer was replaced; the unfinished transaction is done again",
            &[
                ("cause", json!(failure.cause)),
                ("records", json!(records)),
                ("transactional_id", json!(self.transactional_id)),
                ("milliseconds", json!(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX))),
            ],
        );
        self.state = step(self.state, Input::Replaced).0;
        // The poller may have ended already; then nothing is read any more.
        let _ = self.links.poller.send(PollerCommand::Rewind { floor: self.floor });
        Ok(())
    }

    /// The failure that made librdkafka give up the open transaction, else the given one. A failed transaction answers
    /// any call with its reason; offsets that are taken after all are aborted with it.
    fn origin_of(&self, failure: Failure) -> Failure {
        let (Some(producer), Some(group)) = (&self.producer, self.consumer.group_metadata()) else {
            return failure;
        };
        if self.transactional_id.is_none() {
            return failure;
        }
        let Ok(list) = self.offset_list(&self.open.offsets) else { return failure };
        match producer.inner.send_offsets_to_transaction(&list, &group, ORIGIN_TIMEOUT) {
            Ok(()) => failure,
            Err(error) => {
                let topics: Vec<&str> = Outcome::ALL
                    .into_iter()
                    .filter(|outcome| self.open.outcomes[*outcome as usize] > 0)
                    .map(|outcome| topic_of(&self.connection, outcome))
                    .collect();
                Failure::new(&format!("producing to {}", topics.join(", ")), &error)
            }
        }
    }

    /// A producer that is ready to begin; tries until the broker answers or the process must end.
    fn new_producer(&self) -> Result<CountedProducer, CommitterError> {
        let config = self.connection.output_producer(self.transactional_id.as_deref());
        let shared = Arc::new(SharedContext::default());
        let producer = CountedProducer::new(&config, Arc::clone(&shared))
            .map_err(|error| KafkaFailure::new("creating the output producer", &error))?;
        if self.transactional_id.is_none() {
            return Ok(producer);
        }
        let mut pause = RETRY_PAUSE_FIRST;
        let mut attempt = 0_u32;
        loop {
            (self.links.beat)();
            attempt += 1;
            let Err(error) = producer.inner.init_transactions(INIT_TIMEOUT) else { return Ok(producer) };
            let failure = Failure::new("initialising transactions", &error);
            if let Some(hopeless) = failure.hopeless {
                return Err(hopeless.into());
            }
            if failure.input == Input::Fatal {
                return Err(CommitterError::Fenced(failure.cause));
            }
            if let Some(cause) = shared.take_refusal() {
                let what = "initialising transactions".to_owned();
                return Err(KafkaFailure::Authentication { what, cause }.into());
            }
            if self.links.abandon.load(Ordering::Relaxed) {
                return Err(CommitterError::Abandoned);
            }
            events::emit(
                &events::BROKER_UNREACHABLE,
                "transactions can't be initialised yet; trying again",
                &[
                    ("cause", json!(failure.cause)),
                    ("attempt", json!(attempt)),
                    ("retry_in_ms", json!(u64::try_from(pause.as_millis()).unwrap_or(u64::MAX))),
                ],
            );
            std::thread::sleep(pause);
            pause = (pause * 2).min(RETRY_PAUSE_MAX);
        }
    }
}

fn topic_of(connection: &Connection, outcome: Outcome) -> &str {
    let kafka = &connection.settings.kafka;
    match outcome {
        Outcome::Enriched => &kafka.enriched_topic,
        Outcome::Duplicate => &kafka.duplicates_topic,
        Outcome::Rejected => &kafka.rejected_topic,
    }
}
