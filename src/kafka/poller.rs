//! The thread that owns the raw consumer: polls, answers rebalances, pauses and rewinds.
//!
//! It never waits for the pipeline longer than [`BUDGET_WAIT`]; where the budget stays spent it pauses the partitions and
//! goes on polling, so that the group never takes the worker for dead. A partition that is [read no more](stalls) is
//! started anew.

mod rewinding;
mod stalls;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use rdkafka::TopicPartitionList;
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use serde_json::json;

use super::asker::Asker;
use super::assignment::{Arrival, Epochs, PartitionKey};
use super::client::{Connection, drop_with_limit, problem};
use super::message::to_raw;
use super::rebalance::{ContextLinks, RawConsumer, RawContext};
use super::starts::Start;
use super::{KafkaFailure, code_of};
use crate::budget::{Budget, Permit};
use crate::clock;
use crate::events;
use crate::flow::RawRecord;
use stalls::StallWatch;

const POLL_TIMEOUT: Duration = Duration::from_millis(100);
/// One wait for the budget; polling goes on after it.
const BUDGET_WAIT: Duration = Duration::from_millis(20);
/// A budget that is spent for longer than this pauses the partitions. A pause throws away what was prefetched.
const PAUSE_AFTER: Duration = Duration::from_millis(500);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// A turn longer than this is told; the group takes the partitions away after `max.poll.interval.ms`, 300 s.
const POLL_LATE_AFTER: Duration = Duration::from_mins(1);
/// How long leaving the group may take.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(5);

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
        /// Where an assigned partition begins; `None` for one that is rewound, whose lag stays as it is.
        start: Option<i64>,
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

/// Commits offsets and notes alone, as long as [`RawContext::awaits_anchor`] says that the ticket is good.
pub type Anchor = Box<dyn Fn(BTreeMap<PartitionKey, Start>, u64) -> Result<(), String> + Send + Sync>;

/// Takes the notes of partitions back that are given away, as long as the ticket is good.
pub type Leave = Box<dyn Fn(Vec<PartitionKey>, u64) -> Result<(), String> + Send + Sync>;

/// Told the stretch of an assigned partition whose records are to be probed first, or that there is none.
pub type Isolate = Box<dyn Fn(&PartitionKey, Option<Range<i64>>) + Send + Sync>;

/// Told the ends of owned partitions.
pub type Ends = Box<dyn Fn(Vec<(PartitionKey, i64)>) + Send + Sync>;

/// How the poller reaches the rest of the worker.
pub struct PollerLinks {
    pub intake: Box<dyn Fn(Intake) + Send + Sync>,
    /// Commits the start offsets of assigned partitions with the owner's note; so claims never precede a committed
    /// offset, and an owner that dies leaves a trace.
    pub anchor: Anchor,
    pub leave: Leave,
    pub isolate: Isolate,
    /// The end of each partition as a read_committed reader sees it.
    pub ends: Ends,
    pub beat: Arc<dyn Fn() + Send + Sync>,
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
        "{partition} ends at offset {high}, before the committed offset {committed}: the topic was recreated or truncated; stop all workers and set the group's offset anew with kafka-consumer-groups.sh --reset-offsets"
    )]
    BeyondEnd { partition: PartitionKey, committed: i64, high: i64 },
    #[error(
        "a raw partition's log no longer holds the offset that was to be read next: it was truncated, or retention passed by; a restart finds out which"
    )]
    PositionLost,
    #[error(
        "{partition} is not read beyond offset {position} although its log goes on to {end}, for {seconds} s, and starting it anew did not help; a restart reads on from the committed offset"
    )]
    StandsStill { partition: PartitionKey, position: i64, end: i64, seconds: u64 },
}

/// Builds the raw consumer; it joins the group when [`Poller::run`] subscribes.
pub struct Poller {
    consumer: RawConsumer,
    links: PollerLinks,
    budget: Budget,
    epochs: Epochs,
    stalls: StallWatch,
    group: String,
    raw_topics: Vec<String>,
    paused: bool,
    stopped: bool,
    spent_since: Option<Instant>,
    paused_at: Option<Instant>,
}

impl Poller {
    /// `intake` and `ends` of the links are used from the consumer's callbacks. Partitions of `at_end` begin at their end
    /// where the group has no committed offset, all others at their beginning.
    pub fn new(
        connection: &Connection,
        mut links: PollerLinks,
        budget: Budget,
        epochs: Epochs,
        at_end: BTreeSet<PartitionKey>,
    ) -> Result<Self, KafkaFailure> {
        let settings = &connection.settings;
        let intake: Arc<dyn Fn(Intake) + Send + Sync> = Arc::from(links.intake);
        let for_context = Arc::clone(&intake);
        links.intake = Box::new(move |message| intake(message));
        let ends = std::mem::replace(&mut links.ends, Box::new(|_| {}));
        let anchor = std::mem::replace(&mut links.anchor, Box::new(|_, _| Ok(())));
        let leave = std::mem::replace(&mut links.leave, Box::new(|_, _| Ok(())));
        let isolate = std::mem::replace(&mut links.isolate, Box::new(|_, _| {}));
        let beat = Arc::clone(&links.beat);
        let context = RawContext::new(
            settings,
            Asker::new(connection)?,
            epochs.clone(),
            ContextLinks {
                intake: Box::new(move |message| for_context(message)),
                ends,
                anchor,
                leave,
                isolate,
                beat,
            },
            at_end,
        );
        let consumer = BaseConsumer::from_config_and_context(&connection.raw_consumer(), context)
            .map_err(|error| KafkaFailure::new("creating the raw consumer", &error))?;
        Ok(Self {
            consumer: Arc::new(consumer),
            links,
            budget,
            epochs,
            stalls: StallWatch::new(connection.clone()),
            group: settings.kafka.group.clone(),
            raw_topics: settings.kafka.raw_topics.clone(),
            paused: false,
            stopped: false,
            spent_since: None,
            paused_at: None,
        })
    }

    /// For the committer, which needs the group's metadata at each commit.
    pub fn consumer(&self) -> RawConsumer {
        Arc::clone(&self.consumer)
    }

    /// Joins the group and polls until told to close. Blocks its thread. [`Self::leave`] is to follow, even after a
    /// failure: until then the committer may need the member's place in the group.
    pub fn run(&mut self) -> Result<(), PollerError> {
        let topics: Vec<&str> = self.raw_topics.iter().map(String::as_str).collect();
        self.consumer.subscribe(&topics).map_err(|error| KafkaFailure::new("joining the group", &error))?;
        let mut turn = clock::monotonic();
        loop {
            (self.links.beat)();
            warn_if_late(clock::since(turn));
            turn = clock::monotonic();
            while let Ok(command) = self.links.commands.try_recv() {
                match command {
                    PollerCommand::Rewind { floor } => self.rewind(floor)?,
                    PollerCommand::StopIntake => self.stopped = true,
                    PollerCommand::Close => return Ok(()),
                }
            }
            if self.may_poll_records()? {
                self.poll(POLL_TIMEOUT)?;
            }
            self.watch_stalls()?;
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
        } else if clock::since(since) > PAUSE_AFTER {
            self.pause()?;
            self.paused_at = Some(clock::monotonic());
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
        self.stalls.rest();
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
        let paused_ms = self.paused_at.take().map_or(0, |at| milliseconds(clock::since(at)));
        events::emit(&events::CONSUMER_RESUMED, "reading goes on", &[("paused_ms", json!(paused_ms))]);
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
        let polled = self.consumer.poll(limit);
        if let Some(failure) = self.consumer.context().take_failure() {
            return Err(failure);
        }
        match polled {
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
        if self.stop_as_planted(message) {
            return;
        }
        let Arrival::Next { epoch } = context.assignment().arrive(&key, message.offset()) else { return };
        let raw = to_raw(message, &key);
        let permit = self.budget.take(raw.size_bytes());
        (self.links.intake)(Intake::Record { raw, epoch, permit, arrived: clock::monotonic() });
    }

    fn poll_error(&mut self, error: &KafkaError) -> Result<(), PollerError> {
        if matches!(error, KafkaError::MessageConsumptionFatal(_)) {
            let cause =
                self.consumer.client().fatal_error().map_or_else(|| error.to_string(), |(_, text)| text);
            return Err(KafkaFailure::Fatal { what: "reading raw records".to_owned(), cause }.into());
        }
        match code_of(error) {
            // The partition is fetched no more, and librdkafka does not tell which one it is.
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                Err(self.position_lost())
            }
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                events::emit(
                    &events::TOPIC_MISSING,
                    "a raw topic does not exist; create it (khabar topics --create), reading begins by itself",
                    &[("topic", json!(self.raw_topics.join(", "))), ("setting", json!("kafka.raw_topics"))],
                );
                Ok(())
            }
            Some(RDKafkaErrorCode::InconsistentGroupProtocol) => Err(KafkaFailure::Configuration {
                what: format!("joining group {}", self.group),
                cause: "its other members assign partitions in another way: kafka.instance_id must be set on all \
                        replicas or on none; stop all of them to change over"
                    .to_owned(),
            }
            .into()),
            // The error callback tells it.
            Some(
                RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve,
            ) => Ok(()),
            _ => match KafkaFailure::new(format!("reading raw records as group {}", self.group), error) {
                KafkaFailure::Transient { what, cause } => {
                    problem("error", "CONSUME", &format!("{what}: {cause}"));
                    Ok(())
                }
                failure => Err(failure.into()),
            },
        }
    }

    /// Whether retention took what a partition was to read next, or its log ends before that.
    fn position_lost(&self) -> PollerError {
        let owned: Vec<(PartitionKey, Option<i64>)> = self
            .consumer
            .context()
            .assignment()
            .iter()
            .map(|(key, owned)| (key.clone(), owned.last_read))
            .collect();
        for (partition, last_read) in owned {
            let Some(next) = last_read.map(|offset| offset.saturating_add(1)) else { continue };
            // An end that can't be asked for now is asked for at the restart.
            if let Ok((low, _)) = self.consumer.context().watermarks(&partition)
                && next < low
            {
                return PollerError::PassedByRetention { partition, committed: next, low };
            }
        }
        PollerError::PositionLost
    }

    /// After a failure: reads no more and waits until told to close, so that what is in flight can be committed.
    pub fn wait_for_close(&self) {
        loop {
            (self.links.beat)();
            match self.links.commands.recv_timeout(POLL_TIMEOUT) {
                Ok(PollerCommand::Close) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Leaves the group, once everything is committed; the consumer itself is dropped on a thread of its own, for
    /// dropping may hang.
    pub fn leave(self) {
        self.consumer.context().close();
        self.consumer.unsubscribe();
        let deadline = clock::monotonic() + LEAVE_TIMEOUT;
        while !self.consumer.context().assignment().is_empty() && clock::monotonic() < deadline {
            let _message = self.consumer.poll(Duration::from_millis(50));
        }
        drop_with_limit(self.consumer, LEAVE_TIMEOUT);
    }
}

/// A turn of the poll loop that took too much of the poll interval.
fn warn_if_late(took: Duration) {
    if took > POLL_LATE_AFTER {
        events::emit(
            &events::POLL_LATE,
            "the raw consumer was not polled for long",
            &[("late_ms", json!(milliseconds(took))), ("limit_ms", json!(milliseconds(POLL_LATE_AFTER)))],
        );
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
