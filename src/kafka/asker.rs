//! Asks the cluster for ends, partitions and committed offsets, on connections of its own.
//!
//! A broker answers the requests of one connection in order, so that a question behind a waiting fetch waits as long as
//! the fetch does. Never reads a record, never joins the group.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use super::KafkaFailure;
use super::assignment::PartitionKey;
use super::client::{Connection, PlainContext};
use super::starts::{Start, StartNote};
use crate::{caught, clock};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// One of several partitions may take this part of the time for all.
const ENDS_SHARE: u32 = 6;
/// Events that are looked through for the reason of a refusal.
const EVENTS_MAX: usize = 100;

/// See the module.
pub struct Asker {
    consumer: BaseConsumer<PlainContext>,
    group: String,
}

impl Asker {
    pub fn new(connection: &Connection) -> Result<Self, KafkaFailure> {
        let consumer =
            BaseConsumer::from_config_and_context(&connection.claims_consumer(), PlainContext::default())
                .map_err(|error| KafkaFailure::new("creating a consumer", &error))?;
        Ok(Self { consumer, group: connection.settings.kafka.group.clone() })
    }

    /// One that tells the ends of what is committed: a partition ends where its first open transaction begins. It is not for
    /// committed offsets, for it would wait for those that a transaction has open.
    pub fn of_committed_records(connection: &Connection) -> Result<Self, KafkaFailure> {
        let consumer =
            BaseConsumer::from_config_and_context(&connection.scanning_consumer(), PlainContext::default())
                .map_err(|error| KafkaFailure::new("creating a consumer", &error))?;
        Ok(Self { consumer, group: connection.settings.kafka.group.clone() })
    }

    /// The group's committed offsets; a partition without one is left out.
    pub fn committed(&self, keys: &[PartitionKey]) -> Result<BTreeMap<PartitionKey, i64>, KafkaFailure> {
        committed(&self.consumer, &self.group, keys, REQUEST_TIMEOUT)
            .map_err(|failure| self.told_reason(failure))
    }

    /// A group that may not be asked for looks like a broker that doesn't answer; the reason waits among the events.
    fn told_reason(&self, failure: KafkaFailure) -> KafkaFailure {
        if !failure.is_transient() {
            return failure;
        }
        let events = (0..EVENTS_MAX).map_while(|_| self.consumer.poll(Duration::ZERO));
        events
            .filter_map(Result::err)
            .map(|error| KafkaFailure::new(asking(&self.group), &error))
            .find(|reason| !reason.is_transient())
            .unwrap_or(failure)
    }

    /// First offset of a partition and the offset after its last record.
    pub fn watermarks(&self, key: &PartitionKey) -> Result<(i64, i64), KafkaFailure> {
        self.consumer
            .fetch_watermarks(&key.topic, key.partition, REQUEST_TIMEOUT)
            .map_err(|error| KafkaFailure::new(format!("reading the ends of {key}"), &error))
    }

    /// The ends of partitions within `limit`; those that can't be told are left out. All are asked for at once, and where
    /// that fails, as it does for one leader that is away, each by itself.
    pub fn ends(&self, keys: &[PartitionKey], limit: Duration) -> BTreeMap<PartitionKey, i64> {
        let deadline = clock::monotonic() + limit;
        if let Ok(ends) = self.try_ends(keys, limit / 2) {
            return ends;
        }
        self.drop_events();
        let one_by_one = keys.chunks(1).take_while(|_| clock::monotonic() < deadline);
        one_by_one.filter_map(|key| self.try_ends(key, limit / ENDS_SHARE).ok()).flatten().collect()
    }

    fn try_ends(
        &self,
        keys: &[PartitionKey],
        limit: Duration,
    ) -> Result<BTreeMap<PartitionKey, i64>, KafkaError> {
        let mut list = TopicPartitionList::new();
        for key in keys {
            // In place of a time this asks for the end.
            list.add_partition_offset(&key.topic, key.partition, Offset::End)?;
        }
        let answer = self.consumer.offsets_for_times(list, limit)?;
        let end = |key: &PartitionKey| match answer.find_partition(&key.topic, key.partition)?.offset() {
            Offset::Offset(end) => Some((key.clone(), end)),
            _ => None,
        };
        Ok(keys.iter().filter_map(end).collect())
    }

    /// Lets go of what librdkafka tells meanwhile; it would pile up.
    fn drop_events(&self) {
        (0..EVENTS_MAX).map_while(|_| self.consumer.poll(Duration::ZERO)).for_each(drop);
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

/// Kafka's answers never name the group that they refuse.
fn asking(group: &str) -> String {
    format!("asking for committed offsets of group {group}")
}

/// Committed offsets as plain numbers.
pub(super) fn committed<C: rdkafka::consumer::ConsumerContext>(
    consumer: &BaseConsumer<C>,
    group: &str,
    keys: &[PartitionKey],
    limit: Duration,
) -> Result<BTreeMap<PartitionKey, i64>, KafkaFailure> {
    let starts = committed_with_notes(consumer, group, keys, limit)?;
    Ok(starts.into_iter().map(|(key, start)| (key, start.offset)).collect())
}

/// Committed offsets with the notes of earlier owners. As plain data: no librdkafka list may outlive this call, or
/// dropping the consumer would hang.
pub(super) fn committed_with_notes<C: rdkafka::consumer::ConsumerContext>(
    consumer: &BaseConsumer<C>,
    group: &str,
    keys: &[PartitionKey],
    limit: Duration,
) -> Result<BTreeMap<PartitionKey, Start>, KafkaFailure> {
    if keys.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut list = TopicPartitionList::new();
    for key in keys {
        list.add_partition(&key.topic, key.partition);
    }
    let failed = |error: &KafkaError| KafkaFailure::new(asking(group), error);
    let answer = consumer.committed_offsets(list, limit).map_err(|error| failed(&error))?;
    let mut starts = BTreeMap::new();
    for element in answer.elements() {
        element.error().map_err(|error| failed(&error))?;
        if let Offset::Offset(offset) = element.offset() {
            let key = PartitionKey { topic: Arc::from(element.topic()), partition: element.partition() };
            // rdkafka panics on metadata that is not UTF-8, which is none of ours.
            let note = caught::catch(|| StartNote::parse(element.metadata())).unwrap_or_default();
            starts.insert(key, Start { offset, note });
        }
    }
    Ok(starts)
}
