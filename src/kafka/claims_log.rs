//! The claims topic as bytes: appending to it and following it. What an entry means is the dedup room's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::producer::Producer as _;
use rdkafka::{Offset, TopicPartitionList};

use super::assignment::PartitionKey;
use super::client::{Connection, PlainContext, SharedContext};
use super::producer::{CountedProducer, Outgoing, Undelivered};
use super::{KafkaFailure, code_of};

/// The log is one partition: its order is the truth.
pub const CLAIMS_PARTITION: i32 = 0;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// More events than this don't wait in a consumer that reads nothing.
const EVENTS_MAX: usize = 32;

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
    consumer: BaseConsumer<PlainContext>,
    topic: String,
}

impl ClaimsReader {
    pub fn new(connection: &Connection) -> Result<Self, KafkaFailure> {
        let consumer =
            BaseConsumer::from_config_and_context(&connection.claims_consumer(), PlainContext::default())
                .map_err(|error| KafkaFailure::new("creating the claims consumer", &error))?;
        Ok(Self { consumer, topic: connection.settings.kafka.claims_topic.clone() })
    }

    /// First offset and the offset after the last.
    pub fn watermarks(&self) -> Result<(i64, i64), KafkaFailure> {
        self.consumer
            .fetch_watermarks(&self.topic, CLAIMS_PARTITION, REQUEST_TIMEOUT)
            .map_err(|error| KafkaFailure::new(format!("reading the ends of {}", self.topic), &error))
    }

    /// Reads from `offset` on.
    pub fn start_at(&self, offset: i64) -> Result<(), KafkaFailure> {
        let what = || format!("reading {} from offset {offset}", self.topic);
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.topic, CLAIMS_PARTITION, Offset::Offset(offset))
            .map_err(|error| KafkaFailure::new(what(), &error))?;
        self.consumer.assign(&list).map_err(|error| KafkaFailure::new(what(), &error))
    }

    /// Hands the next record to `apply`; false when none came within `limit`.
    pub fn next(&self, limit: Duration, apply: &mut dyn FnMut(LogRecord<'_>)) -> Result<bool, KafkaFailure> {
        match self.consumer.poll(limit) {
            None => Ok(false),
            Some(Ok(message)) => {
                apply(LogRecord {
                    offset: message.offset(),
                    time_ms: message.timestamp().to_millis().unwrap_or(-1),
                    bytes: message.payload().unwrap_or_default(),
                });
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

    /// The group's committed offsets; a partition without one is left out.
    pub fn committed(&self, keys: &[PartitionKey]) -> Result<BTreeMap<PartitionKey, i64>, KafkaFailure> {
        committed(&self.consumer, keys, REQUEST_TIMEOUT).map_err(|failure| self.told_reason(failure))
    }

    /// A group that may not be asked for looks like a broker that doesn't answer; the reason waits among the events.
    /// While the log is read, these are records too, and are left alone.
    fn told_reason(&self, failure: KafkaFailure) -> KafkaFailure {
        let is_reading = self.consumer.assignment().is_ok_and(|assigned| assigned.count() > 0);
        if is_reading || !failure.is_transient() {
            return failure;
        }
        let events = (0..EVENTS_MAX).map_while(|_| self.consumer.poll(Duration::ZERO));
        events
            .filter_map(Result::err)
            .map(|error| KafkaFailure::new("asking for committed offsets", &error))
            .find(|reason| !reason.is_transient())
            .unwrap_or(failure)
    }

    /// First offset and the offset after the last of a raw partition.
    pub fn raw_watermarks(&self, key: &PartitionKey) -> Result<(i64, i64), KafkaFailure> {
        self.consumer
            .fetch_watermarks(&key.topic, key.partition, REQUEST_TIMEOUT)
            .map_err(|error| KafkaFailure::new(format!("reading the ends of {key}"), &error))
    }

    /// The partitions of some topics.
    pub fn partitions(&self, topics: &[String]) -> Result<Vec<PartitionKey>, KafkaFailure> {
        let mut keys = Vec::new();
        for topic in topics {
            let metadata = self
                .consumer
                .fetch_metadata(Some(topic), REQUEST_TIMEOUT)
                .map_err(|error| KafkaFailure::new(format!("looking up {topic}"), &error))?;
            let name: Arc<str> = Arc::from(topic.as_str());
            for found in metadata.topics().iter().filter(|found| found.name() == topic) {
                keys.extend(
                    found.partitions().iter().map(|partition| PartitionKey {
                        topic: Arc::clone(&name),
                        partition: partition.id(),
                    }),
                );
            }
        }
        keys.sort();
        Ok(keys)
    }
}

/// Committed offsets as plain numbers: no librdkafka list may outlive this call, or dropping the consumer would hang.
pub(super) fn committed<C: rdkafka::consumer::ConsumerContext>(
    consumer: &BaseConsumer<C>,
    keys: &[PartitionKey],
    limit: Duration,
) -> Result<BTreeMap<PartitionKey, i64>, KafkaFailure> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut list = TopicPartitionList::new();
    for key in keys {
        list.add_partition(&key.topic, key.partition);
    }
    let what = "asking for committed offsets";
    let answer = consumer.committed_offsets(list, limit).map_err(|error| KafkaFailure::new(what, &error))?;
    let mut offsets = BTreeMap::new();
    for element in answer.elements() {
        element.error().map_err(|error| KafkaFailure::new(what, &error))?;
        if let Offset::Offset(offset) = element.offset() {
            let key = PartitionKey { topic: Arc::from(element.topic()), partition: element.partition() };
            offsets.insert(key, offset);
        }
    }
    Ok(offsets)
}
