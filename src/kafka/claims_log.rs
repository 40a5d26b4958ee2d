//! The claims topic as bytes: appending to it and following it. What an entry means is the dedup room's.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::producer::Producer as _;
use rdkafka::{Offset, TopicPartitionList};

use super::asker::Asker;
use super::assignment::PartitionKey;
use super::client::{Connection, PlainContext, SharedContext, drop_with_limit};
use super::producer::{CountedProducer, Outgoing, Undelivered};
use super::{KafkaFailure, code_of};
use crate::planted::{self, Place};

/// The log is one partition: its order is the truth.
pub const CLAIMS_PARTITION: i32 = 0;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// How long giving up a consumer may hold up the reading.
const DROP_LIMIT: Duration = Duration::from_secs(5);

/// Appends entries in the order of the calls, idempotently and outside of transactions.
pub struct ClaimsAppender {
    producer: CountedProducer,
    topic: String,
}

impl ClaimsAppender {
    pub fn new(connection: &Connection) -> Result<Self, KafkaFailure> {
        let producer =
            CountedProducer::new(&connection.claims_producer(), Arc::new(SharedContext::default()))
                .map_err(|error| KafkaFailure::new("creating the claims producer", &error))?;
        Ok(Self { producer, topic: connection.settings.kafka.claims_topic.clone() })
    }

    /// Hands an entry to the producer; its delivery is retried until it succeeds or can't.
    pub fn append(&self, entry: &[u8]) -> Result<(), KafkaFailure> {
        let record = Outgoing {
            topic: &self.topic,
            partition: Some(CLAIMS_PARTITION),
            key: None,
            payload: Some(entry),
            headers: &[],
        };
        self.producer.send(0, &record).map_err(|undelivered| self.failure(&undelivered))
    }

    /// A failed append, if there was one: later claims may have been written without it, so the worker must stop.
    pub fn failed(&self) -> Option<KafkaFailure> {
        self.producer.deliveries.failure().map(|undelivered| self.failure(&undelivered))
    }

    /// Waits until all entries are acknowledged.
    pub fn wait(&self, limit: Duration) -> Result<(), KafkaFailure> {
        self.producer.deliveries.wait(limit).map_err(|undelivered| self.failure(&undelivered))
    }

    fn failure(&self, undelivered: &Undelivered) -> KafkaFailure {
        let what = format!("appending to {}", self.topic);
        match self.producer.inner.client().fatal_error() {
            // Its deliveries only tell that they were given up.
            Some((code, reason)) => {
                KafkaFailure::new(format!("{what} ({reason})"), &KafkaError::Global(code))
            }
            None => KafkaFailure::new(what, &undelivered.error),
        }
    }
}

fn consumer(connection: &Connection) -> Result<BaseConsumer<PlainContext>, KafkaFailure> {
    BaseConsumer::from_config_and_context(&connection.claims_consumer(), PlainContext::default())
        .map_err(|error| KafkaFailure::new("creating the claims consumer", &error))
}

/// One record of the claims topic.
#[derive(Debug, Clone, Copy)]
pub struct LogRecord<'a> {
    pub offset: i64,
    /// The log's append time, milliseconds since the epoch.
    pub time_ms: i64,
    pub bytes: &'a [u8],
}

/// Reads the claims topic from its beginning on, and asks for the group's committed offsets. Never joins the group.
pub struct ClaimsReader {
    cursor: ClaimsCursor,
    asker: Asker,
    connection: Connection,
}

/// A place in the claims topic from which on it is read. Copies of it share the place.
#[derive(Clone)]
pub struct ClaimsCursor {
    consumer: Arc<BaseConsumer<PlainContext>>,
    topic: Arc<str>,
}

impl ClaimsReader {
    pub fn new(connection: &Connection) -> Result<Self, KafkaFailure> {
        let topic = Arc::from(connection.settings.kafka.claims_topic.as_str());
        let cursor = ClaimsCursor { consumer: Arc::new(consumer(connection)?), topic };
        Ok(Self { cursor, asker: Asker::new(connection)?, connection: connection.clone() })
    }

    /// Where it reads, for whoever reads on from there in its stead.
    pub fn cursor(&self) -> ClaimsCursor {
        self.cursor.clone()
    }

    /// Reads from `offset` on with a new consumer, on connections of its own.
    pub fn renew_at(&mut self, offset: i64) -> Result<(), KafkaFailure> {
        let renewed = Arc::new(consumer(&self.connection)?);
        let stalled = std::mem::replace(&mut self.cursor.consumer, renewed);
        drop_with_limit(stalled, DROP_LIMIT);
        self.start_at(offset)
    }

    /// First offset and the offset after the last.
    pub fn watermarks(&self) -> Result<(i64, i64), KafkaFailure> {
        let topic = Arc::clone(&self.cursor.topic);
        self.asker.watermarks(&PartitionKey { topic, partition: CLAIMS_PARTITION })
    }

    /// Reads from `offset` on.
    pub fn start_at(&self, offset: i64) -> Result<(), KafkaFailure> {
        let failed = |error: &KafkaError| {
            KafkaFailure::new(format!("reading {} from offset {offset}", self.cursor.topic), error)
        };
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.cursor.topic, CLAIMS_PARTITION, Offset::Offset(offset))
            .map_err(|error| failed(&error))?;
        let is_assigned = self.cursor.consumer.assignment().is_ok_and(|assigned| assigned.count() > 0);
        if !is_assigned {
            return self.cursor.consumer.assign(&list).map_err(|error| failed(&error));
        }
        // Assigning anew would wait for the fetch under way, for seconds.
        let answer =
            self.cursor.consumer.seek_partitions(list, REQUEST_TIMEOUT).map_err(|error| failed(&error))?;
        answer.elements().iter().try_for_each(|element| element.error().map_err(|error| failed(&error)))
    }

    /// Hands the next record to `apply`; false when none came within `limit`.
    pub fn next(&self, limit: Duration, apply: &mut dyn FnMut(LogRecord<'_>)) -> Result<bool, KafkaFailure> {
        self.cursor.next(limit, apply)
    }

    /// The append time of the first record at or after `offset`, if one can be read.
    pub fn time_at(&self, offset: i64) -> Result<Option<i64>, KafkaFailure> {
        self.start_at(offset)?;
        let mut time = None;
        self.next(REQUEST_TIMEOUT, &mut |record| time = Some(record.time_ms))?;
        Ok(time)
    }

    /// The append time of the last record before `end`, if one can be read.
    pub fn time_before(&self, end: i64) -> Result<Option<i64>, KafkaFailure> {
        self.time_at(end - 1)
    }

    /// Asks beside the reading.
    pub const fn asker(&self) -> &Asker {
        &self.asker
    }
}

impl ClaimsCursor {
    /// Hands the next record to `apply`; false when none came within `limit`.
    pub fn next(&self, limit: Duration, apply: &mut dyn FnMut(LogRecord<'_>)) -> Result<bool, KafkaFailure> {
        match self.consumer.poll(limit) {
            None => Ok(false),
            Some(Ok(message)) => {
                let bytes = message.payload().unwrap_or_default();
                apply(LogRecord {
                    offset: message.offset(),
                    time_ms: message.timestamp().to_millis().unwrap_or(-1),
                    bytes,
                });
                if planted::is_asked(Place::Follow, "stop", bytes)
                    && let Ok(all) = self.consumer.assignment()
                {
                    let _ = self.consumer.pause(&all);
                }
                Ok(true)
            }
            Some(Err(error)) => self.poll_error(&error),
        }
    }

    fn poll_error(&self, error: &KafkaError) -> Result<bool, KafkaFailure> {
        use rdkafka::error::RDKafkaErrorCode as Code;
        let what = format!("following {}", self.topic);
        match code_of(error) {
            Some(Code::AutoOffsetReset | Code::OffsetOutOfRange) => Err(KafkaFailure::Fatal {
                what,
                cause: "the log was truncated or recreated while it was read".to_owned(),
            }),
            Some(Code::UnknownTopicOrPartition | Code::UnknownTopic | Code::UnknownPartition) => {
                Err(KafkaFailure::Fatal { what, cause: "the topic is gone".to_owned() })
            }
            _ => match KafkaFailure::new(what, error) {
                // librdkafka goes on by itself.
                KafkaFailure::Transient { .. } => Ok(false),
                failure => Err(failure),
            },
        }
    }
}
