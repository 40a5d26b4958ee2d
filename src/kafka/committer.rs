//! The thread that owns the output producer: sends outcomes, commits them with their offsets, and recovers.
//!
//! It carries out what [`super::transaction`] orders. Outcomes arrive in raw order per partition, and only finished
//! prefixes do, so the offset after the last one sent is the offset to commit. The broker checks that the member is in
//! the group, not that a partition is the member's: that is checked here, at each commit.

mod batch;
mod failure;
mod links;
mod offsets;
pub(crate) mod open;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::RecvTimeoutError;
use rdkafka::consumer::Consumer as _;
use rdkafka::producer::Producer as _;
use serde_json::json;

use self::batch::BatchLimit;
use self::failure::Failure;
pub use self::links::{
    Committed, CommitterError, CommitterInput, CommitterLinks, Finished, TransactionResult,
};
use self::open::OpenTransaction;
use super::KafkaFailure;
use super::assignment::{Epochs, PartitionKey};
use super::client::{Connection, SharedContext, drop_with_limit};
use super::poller::PollerCommand;
use super::producer::{CountedProducer, Outgoing, Undelivered};
use super::rebalance::RawConsumer;
use super::transaction::{Input, Order, State, step};
use crate::clock;
use crate::config::settings::Delivery;
use crate::emit::fit::wire_bytes;
use crate::events;
use crate::flow::Outcome;
use crate::output_limits::OutputLimits;

const IDLE_WAIT: Duration = Duration::from_millis(100);
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_PAUSE_FIRST: Duration = Duration::from_millis(100);
const RETRY_PAUSE_MAX: Duration = Duration::from_secs(5);
/// A failed transaction is asked for its reason for so long; it answers at once.
const ORIGIN_TIMEOUT: Duration = Duration::from_secs(2);
const DROP_LIMIT: Duration = Duration::from_secs(5);
/// Deliveries are waited for in steps of this, with a beat between.
const DELIVERY_WAIT: Duration = Duration::from_secs(5);

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
    batch: BatchLimit,
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
        let configured = connection.settings.kafka.properties.get("batch.size").map(String::as_str);
        let batch = BatchLimit::new(configured, limits.smallest());
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
            batch,
            failures: 0,
        }
    }

    /// Connects the first producer; to be called before the group is joined. `is_stopping` ends the tries for it.
    pub fn connect(&mut self, is_stopping: &dyn Fn() -> bool) -> Result<(), CommitterError> {
        self.producer = Some(self.new_producer(is_stopping)?);
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
                CommitterInput::Anchor { starts, ticket, done } => {
                    let result = self.anchor(starts, ticket)?;
                    let _ = done.try_send(result);
                }
                CommitterInput::Leave { keys, ticket, done } => {
                    let result = self.leave(&keys, ticket)?;
                    let _ = done.try_send(result);
                }
                CommitterInput::Lost { keys } => self.lose(&keys)?,
                CommitterInput::LeaveAll => self.leave_all()?,
                CommitterInput::Stop => {
                    self.cut()?;
                    self.close();
                    return Ok(());
                }
            }
        }
    }

    /// Lets go of the clients, with a limit; what was not committed is not.
    pub fn close(self) {
        let Self { producer, consumer, .. } = self;
        // The poller closes the consumer. If it died, this is the last to hold it, and dropping may hang.
        drop_with_limit(consumer, DROP_LIMIT);
        if let Some(producer) = producer {
            drop_with_limit(producer, DROP_LIMIT);
        }
    }

    fn time_to_cut(&self) -> Option<Duration> {
        let interval = Duration::from_millis(self.connection.settings.transaction.interval_ms);
        self.open.begun.map(|begun| interval.saturating_sub(clock::since(begun)))
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
        let is_void = |finished: &Finished, floor: u64| {
            finished.epoch < floor
                || !self.consumer.context().assignment().holds(&finished.key, finished.epoch)
        };
        if is_void(&finished, self.floor) {
            return Ok(());
        }
        if self.open.mixes(&finished.key, finished.epoch) {
            // With the outputs of the older epoch this one is void too: the partition is rewound.
            return self.recover(Failure::other("a partition of the open transaction had moved away"));
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
        self.open.begun = Some(clock::monotonic());
        if self.transactional_id.is_none() {
            return Ok(());
        }
        let producer = self.producer.as_ref().ok_or_else(|| Failure::other("no producer"))?;
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
            .ok_or_else(|| Failure::other("no producer"))
            .map(|producer| producer.send(tag, &record))?;
        self.open.take(finished, bytes);
        sent.map_err(|undelivered| self.undelivered(&undelivered))
    }

    fn undelivered(&mut self, undelivered: &Undelivered) -> Failure {
        let failure = Failure::new("delivering outputs", &undelivered.error);
        let Some(record) = self.open.records.get(undelivered.tag) else { return failure };
        let (outcome, bytes) = (record.outcome, record.bytes);
        let topic = topic_of(&self.connection, outcome);
        if undelivered.is_invalid() {
            let cause = format!("it refuses a record: {}; is its cleanup.policy delete?", undelivered.error);
            return Failure::refused(topic, cause);
        }
        if !undelivered.is_too_large() {
            return failure;
        }
        let cause = format!("delivering an output of {bytes} bytes: {}", undelivered.error);
        if self.batch.sank(bytes) {
            return Failure::too_large(cause);
        }
        let Some(bytes_max) = self.limits.lower(outcome, bytes) else {
            let cause = format!("it refuses a record of {bytes} bytes; raise its max.message.bytes");
            return Failure::refused(topic, cause);
        };
        events::emit(
            &events::OUTPUT_TOO_LARGE,
            "a topic refused a record for its size; it is made again, smaller",
            &[
                ("topic", json!(topic)),
                ("outcome", json!(outcome.name())),
                ("bytes", json!(bytes)),
                ("bytes_max", json!(bytes_max)),
            ],
        );
        Failure::too_large(cause)
    }

    fn cut(&mut self) -> Result<(), CommitterError> {
        let (state, order) = step(self.state, Input::Cut);
        self.state = state;
        if order != Order::Commit {
            return Ok(());
        }
        let result = self
            .await_deliveries()
            .and_then(|()| self.commit(&self.progress(), &|raw| self.open.is_owned(&raw.assignment())));
        match result {
            Ok(()) => {
                self.state = step(self.state, Input::Committed).0;
                self.report();
                Ok(())
            }
            Err(failure) => self.recover(failure),
        }
    }

    fn await_deliveries(&mut self) -> Result<(), Failure> {
        let deadline = clock::monotonic()
            + Duration::from_millis(u64::from(self.connection.settings.transaction.timeout_ms));
        loop {
            (self.links.beat)();
            let producer = self.producer.as_ref().ok_or_else(|| Failure::other("no producer"))?;
            let left = deadline.saturating_duration_since(clock::monotonic());
            let Err(undelivered) = producer.deliveries.wait(left.min(DELIVERY_WAIT)) else { return Ok(()) };
            if !undelivered.is_overdue() || left <= DELIVERY_WAIT {
                return Err(self.undelivered(&undelivered));
            }
        }
    }

    fn report(&mut self) {
        self.failures = 0;
        (self.links.ended)(TransactionResult::Committed);
        (self.links.committed)(std::mem::take(&mut self.open).committed());
    }

    fn lose(&mut self, keys: &[PartitionKey]) -> Result<(), CommitterError> {
        if self.state == State::Open && self.open.holds_any(keys) {
            self.recover(Failure::other("a partition of the open transaction was lost"))?;
        }
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
        let begun = clock::monotonic();
        if self.failures > 0 && !failure.is_progress {
            std::thread::sleep((RETRY_PAUSE_FIRST * 2_u32.pow(self.failures.min(6))).min(RETRY_PAUSE_MAX));
        }
        self.failures += 1;
        self.floor = self.epochs.begin();
        // A commit whose answer is lost may stand: no older offset may follow it.
        self.consumer.context().assignment().forget_committed();
        let records = self.open.records.len();
        self.open = OpenTransaction::default();
        if let Some(producer) = self.producer.take() {
            drop_with_limit(producer, DROP_LIMIT);
        }
        let abandon = Arc::clone(&self.links.abandon);
        self.producer = Some(self.new_producer(&|| abandon.load(Ordering::Relaxed))?);
        (self.links.ended)(TransactionResult::Replaced);
        events::emit(
            &events::TRANSACTION_REPLACED,
            "the producer was replaced; the unfinished transaction is done again",
            &[
                ("cause", json!(failure.cause)),
                ("records", json!(records)),
                ("transactional_id", json!(self.transactional_id)),
                ("milliseconds", json!(u64::try_from(clock::since(begun).as_millis()).unwrap_or(u64::MAX))),
            ],
        );
        self.state = step(self.state, Input::Replaced).0;
        // The poller may have ended already; then nothing is read any more.
        let _ = self.links.poller.send(PollerCommand::Rewind { floor: self.floor });
        Ok(())
    }

    /// The failure that made librdkafka give up the open transaction, else the given one: that of a record, or what a
    /// failed transaction answers to any call. Offsets that are taken after all are aborted with it.
    fn origin_of(&mut self, failure: Failure) -> Failure {
        let undelivered =
            self.producer.as_ref().and_then(|producer| producer.deliveries.wait(ORIGIN_TIMEOUT).err());
        if let Some(undelivered) = undelivered.filter(|one| !one.is_consequence() && !one.is_overdue()) {
            return self.undelivered(&undelivered);
        }
        let (Some(producer), Some(group)) = (&self.producer, self.consumer.group_metadata()) else {
            return failure;
        };
        if self.transactional_id.is_none() {
            return failure;
        }
        let Ok(list) = self.offset_list(&self.progress()) else { return failure };
        match producer.inner.send_offsets_to_transaction(&list, &group, ORIGIN_TIMEOUT) {
            Ok(()) => failure,
            Err(error) => {
                let topics: BTreeSet<&str> = self
                    .open
                    .records
                    .iter()
                    .map(|record| topic_of(&self.connection, record.outcome))
                    .collect();
                let topics: Vec<&str> = topics.into_iter().collect();
                Failure::new(&format!("producing to {}", topics.join(", ")), &error)
            }
        }
    }

    /// A producer that is ready to begin; tries until the broker answers or the process must end.
    fn new_producer(&self, is_stopping: &dyn Fn() -> bool) -> Result<CountedProducer, CommitterError> {
        let config = self.connection.output_producer(self.transactional_id.as_deref(), self.batch.bytes());
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
            if is_stopping() {
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
