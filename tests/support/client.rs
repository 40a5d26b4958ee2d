//! A client for preparing a broker and for looking at what became of it: topics, records, transactions, offsets.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewPartitions, NewTopic, OwnedResourceSpecifier,
    ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use super::records::ReadRecord;
use super::{block_on, wait_for};

/// One request may take this long; a machine under load is slow, a broken broker is silent.
pub(super) const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// A broker that is asked whether it is there.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// A broker forgets a member that said nothing after its session timeout, which is 10 s by default.
const LEAVE_LIMIT: Duration = Duration::from_mins(1);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// The largest record that librdkafka lets through; the topics set the limits that the tests are about.
pub(super) const RECORD_BYTES_MAX: &str = "1000000000";

/// What a reader sees of transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    Committed,
    Uncommitted,
}

impl Isolation {
    fn name(self) -> &'static str {
        match self {
            Isolation::Committed => "read_committed",
            Isolation::Uncommitted => "read_uncommitted",
        }
    }
}

/// How to reach a broker. It holds no connection; each call opens its own.
#[derive(Debug, Clone)]
pub struct Client {
    config: ClientConfig,
}

impl Client {
    pub fn new(bootstrap: &str) -> Self {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", bootstrap)
            .set("broker.address.family", "v4")
            .set("reconnect.backoff.max.ms", "1000");
        Self { config }
    }

    /// Adds a property of librdkafka, for instance those of SASL.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.config.set(name, value);
        self
    }

    /// With SASL/PLAIN.
    pub fn with_password(self, user: &str, password: &str) -> Self {
        self.with("security.protocol", "sasl_plaintext")
            .with("sasl.mechanism", "PLAIN")
            .with("sasl.username", user)
            .with("sasl.password", password)
    }

    pub(super) fn answers(&self) -> bool {
        self.reader(Isolation::Committed).fetch_metadata(None, ANSWER_LIMIT).is_ok_and(|metadata| {
            // Before the controller knows the broker, the list is empty.
            !metadata.brokers().is_empty()
        })
    }

    /// Creates a topic with one replica and waits until it can be used.
    pub fn create_topic(&self, name: &str, partitions: u16, configs: &[(&str, &str)]) {
        let mut topic = NewTopic::new(name, i32::from(partitions), TopicReplication::Fixed(1));
        for (key, value) in configs {
            topic = topic.set(key, value);
        }
        let results =
            block_on(self.admin().create_topics([&topic], &admin_options())).expect("the broker answers");
        for result in results {
            result.unwrap_or_else(|(topic, code)| panic!("topic {topic} is created: {code}"));
        }
        let reader = self.reader(Isolation::Committed);
        super::wait_for(&format!("topic {name} to have leaders"), REQUEST_LIMIT, || {
            let metadata = reader.fetch_metadata(Some(name), REQUEST_LIMIT).ok()?;
            let topic = metadata.topics().first()?;
            let led = topic.partitions().iter().filter(|partition| partition.leader() >= 0).count();
            (led == usize::from(partitions)).then_some(())
        });
    }

    pub fn delete_topic(&self, name: &str) {
        let results =
            block_on(self.admin().delete_topics(&[name], &admin_options())).expect("the broker answers");
        for result in results {
            result.unwrap_or_else(|(topic, code)| panic!("topic {topic} is deleted: {code}"));
        }
    }

    /// Raises the number of partitions of a topic.
    pub fn grow_topic(&self, name: &str, partitions: u16) {
        let wanted = NewPartitions::new(name, usize::from(partitions));
        let results = block_on(self.admin().create_partitions([&wanted], &admin_options()))
            .expect("the broker answers");
        for result in results {
            result.unwrap_or_else(|(topic, code)| panic!("topic {topic} grows: {code}"));
        }
    }

    /// Removes all records below the offset, as retention would.
    pub fn delete_records_before(&self, topic: &str, partition: i32, offset: i64) {
        let mut until = TopicPartitionList::new();
        until.add_partition_offset(topic, partition, Offset::Offset(offset)).expect("the offset is one");
        let deleted =
            block_on(self.admin().delete_records(&until, &admin_options())).expect("the broker answers");
        for element in deleted.elements() {
            element.error().expect("the records are deleted");
        }
    }

    /// Sets some settings of a topic; the others go back to their defaults.
    pub fn alter_topic(&self, topic: &str, configs: &[(&str, &str)]) {
        let all = AlterConfig::new(ResourceSpecifier::Topic(topic));
        let wanted = configs.iter().fold(all, |all, (name, value)| all.set(name, value));
        let results =
            block_on(self.admin().alter_configs([&wanted], &admin_options())).expect("the broker answers");
        for result in results {
            result.unwrap_or_else(|(_, code)| panic!("topic {topic} is altered: {code}"));
        }
    }

    /// Deletes a group that has no member, and with it its committed offsets.
    pub fn delete_group(&self, group: &str) {
        super::wait_for(&format!("group {group} to be deleted"), REQUEST_LIMIT, || {
            let results = block_on(self.admin().delete_groups(&[group], &admin_options())).ok()?;
            results.iter().all(Result::is_ok).then_some(())
        });
    }

    /// The settings of a topic, defaults included.
    pub fn topic_configs(&self, topic: &str) -> BTreeMap<String, String> {
        let results =
            block_on(self.admin().describe_configs([&ResourceSpecifier::Topic(topic)], &admin_options()))
                .expect("the broker answers");
        let mut configs = BTreeMap::new();
        for resource in results {
            let resource = resource.unwrap_or_else(|code| panic!("topic {topic} is described: {code}"));
            debug_assert!(matches!(resource.specifier, OwnedResourceSpecifier::Topic(_)));
            configs.extend(
                resource.entries.into_iter().filter_map(|entry| entry.value.map(|value| (entry.name, value))),
            );
        }
        configs
    }

    /// The number of partitions, or None if there is no such topic.
    pub fn partition_count(&self, topic: &str) -> Option<u16> {
        let metadata = self
            .reader(Isolation::Committed)
            .fetch_metadata(Some(topic), REQUEST_LIMIT)
            .expect("the broker answers");
        let topic = metadata.topics().first().filter(|topic| topic.error().is_none())?;
        u16::try_from(topic.partitions().len()).ok()
    }

    /// First offset and end of each partition as a reader of this isolation sees it: the end for committed records is
    /// the last stable offset, below which no transaction is open.
    pub fn bounds(&self, topic: &str, isolation: Isolation) -> Vec<(i64, i64)> {
        let reader = self.reader(isolation);
        let partitions = self.partition_count(topic).unwrap_or_else(|| panic!("topic {topic} exists"));
        (0..i32::from(partitions))
            .map(|partition| {
                reader
                    .fetch_watermarks(topic, partition, REQUEST_LIMIT)
                    .expect("the broker tells a partition's bounds")
            })
            .collect()
    }

    /// All records of a topic from its beginning to its end at this moment, by partition and offset.
    /// Panics when the end is not reached within the limit.
    pub fn read_all(&self, topic: &str, isolation: Isolation, limit: Duration) -> Vec<ReadRecord> {
        let deadline = Instant::now() + limit;
        let bounds = self.bounds(topic, isolation);
        let mut open: BTreeMap<i32, i64> = (0_i32..)
            .zip(&bounds)
            .filter(|(_, (low, end))| low < end)
            .map(|(p, (_, end))| (p, *end))
            .collect();
        if open.is_empty() {
            return Vec::new();
        }
        let reader = self.reader(isolation);
        let assignment: Vec<(&str, i32)> = open.keys().map(|partition| (topic, *partition)).collect();
        assign_from_beginning(&reader, &assignment);
        let mut records = Vec::new();
        while !open.is_empty() {
            assert!(
                Instant::now() < deadline,
                "read {} records of {topic} in {limit:?}; the ends {open:?} are not reached",
                records.len()
            );
            match reader.poll(POLL_INTERVAL) {
                Some(Ok(message)) => {
                    let end = open.get(&message.partition()).copied().unwrap_or(0);
                    if message.offset() < end {
                        records.push(ReadRecord::of(&message));
                    }
                    if message.offset() + 1 >= end {
                        open.remove(&message.partition());
                    }
                }
                // The last offsets of a partition may be a transaction's markers, which no reader gets to see.
                Some(Err(KafkaError::PartitionEOF(partition))) => {
                    open.remove(&partition);
                }
                Some(Err(error)) if !is_passing(&error) => panic!("reading {topic}: {error}"),
                Some(Err(_)) | None => {}
            }
        }
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    }

    /// The committed offset of each partition of the topic for which the group has one.
    pub fn committed_offsets(&self, group: &str, topic: &str) -> BTreeMap<i32, i64> {
        let partitions = self.partition_count(topic).unwrap_or_else(|| panic!("topic {topic} exists"));
        self.group_reader(group).committed(topic, partitions)
    }

    /// Commits an offset for a group that has no members, or none any more as soon as the broker has seen the last go.
    pub fn commit_offset(&self, group: &str, topic: &str, partition: i32, offset: i64) {
        let mut offsets = TopicPartitionList::new();
        offsets.add_partition_offset(topic, partition, Offset::Offset(offset)).expect("the offset is one");
        let reader = self.group_reader(group).consumer;
        wait_for("the broker to take the offset", LEAVE_LIMIT, || {
            match reader.commit(&offsets, CommitMode::Sync) {
                Ok(()) => Some(()),
                // An ended member's farewell may still be on its way.
                Err(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownMemberId) => None,
                Err(error) => panic!("committing an offset: {error}"),
            }
        });
    }

    /// For looking at a group's offsets many times without joining it: the offsets of an open transaction are not waited
    /// for, the ones before it are told.
    pub fn group_reader(&self, group: &str) -> GroupReader {
        self.group_reader_of(group, Isolation::Uncommitted)
    }

    /// As [`Client::group_reader`]; with [`Isolation::Committed`] it waits until the transactions that have sent offsets
    /// have ended.
    pub fn group_reader_of(&self, group: &str, isolation: Isolation) -> GroupReader {
        let mut config = self.config.clone();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("isolation.level", isolation.name());
        GroupReader { consumer: config.create().expect("the consumer's settings are right") }
    }

    /// For looking at the ends of topics many times, through restarts of the broker.
    pub fn end_reader(&self, isolation: Isolation) -> EndReader {
        EndReader { consumer: self.reader(isolation) }
    }

    /// A consumer without a group.
    pub(super) fn reader(&self, isolation: Isolation) -> BaseConsumer {
        let mut config = self.config.clone();
        config
            // librdkafka wants a name for any consumer; nothing is ever committed under it.
            .set("group.id", "khabar-test-reader")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("enable.partition.eof", "true")
            .set("auto.offset.reset", "earliest")
            .set("fetch.message.max.bytes", RECORD_BYTES_MAX)
            .set("fetch.max.bytes", RECORD_BYTES_MAX)
            .set("receive.message.max.bytes", "1100000000")
            .set("fetch.queue.backoff.ms", "10")
            .set("isolation.level", isolation.name());
        config.create().expect("the consumer's settings are right")
    }

    /// The properties as they are, for a client of another kind.
    pub(super) fn config(&self) -> ClientConfig {
        self.config.clone()
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.config.create().expect("the client's settings are right")
    }
}

/// Looks at the committed offsets of one group.
pub struct GroupReader {
    consumer: BaseConsumer,
}

impl GroupReader {
    /// The committed offset of each partition that has one.
    pub fn committed(&self, topic: &str, partitions: u16) -> BTreeMap<i32, i64> {
        self.try_committed(topic, partitions, REQUEST_LIMIT).expect("the broker tells the offsets")
    }

    /// The same, or why the broker does not tell within the limit.
    pub fn try_committed(
        &self,
        topic: &str,
        partitions: u16,
        limit: Duration,
    ) -> Result<BTreeMap<i32, i64>, String> {
        let mut wanted = TopicPartitionList::new();
        wanted.add_partition_range(topic, 0, i32::from(partitions) - 1);
        let committed = self.consumer.committed_offsets(wanted, limit).map_err(|error| error.to_string())?;
        let mut offsets = BTreeMap::new();
        for element in committed.elements() {
            element.error().map_err(|error| error.to_string())?;
            if let Offset::Offset(offset) = element.offset() {
                offsets.insert(element.partition(), offset);
            }
        }
        Ok(offsets)
    }

    /// Commits offsets for a group that has no members; an error where it has some, or the broker does not answer.
    pub fn try_commit(&self, topic: &str, offsets: &BTreeMap<i32, i64>) -> Result<(), String> {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in offsets {
            list.add_partition_offset(topic, *partition, Offset::Offset(*offset)).expect("the offset is one");
        }
        self.consumer.commit(&list, CommitMode::Sync).map_err(|error| error.to_string())
    }
}

/// Looks at the ends of topics.
pub struct EndReader {
    consumer: BaseConsumer,
}

impl EndReader {
    /// The end of a partition as a reader of this isolation sees it, or why the broker does not tell within the limit.
    pub fn end(&self, topic: &str, partition: i32, limit: Duration) -> Result<i64, String> {
        self.consumer
            .fetch_watermarks(topic, partition, limit)
            .map(|(_, end)| end)
            .map_err(|error| error.to_string())
    }
}

pub(super) fn assign_from_beginning(reader: &BaseConsumer, partitions: &[(&str, i32)]) {
    let mut assignment = TopicPartitionList::new();
    for (topic, partition) in partitions {
        assignment.add_partition_offset(topic, *partition, Offset::Beginning).expect("the offset is one");
    }
    reader.assign(&assignment).expect("the partitions are assigned");
}

/// Assigns partitions from these offsets on.
pub(super) fn assign_at<T>(reader: &BaseConsumer, next: &BTreeMap<(String, i32), (i64, T)>) {
    let mut assignment = TopicPartitionList::new();
    for ((topic, partition), (offset, _)) in next {
        assignment
            .add_partition_offset(topic, *partition, Offset::Offset(*offset))
            .expect("the offset is one");
    }
    reader.assign(&assignment).expect("the partitions are assigned");
}

/// Whether the client will get over the error by itself.
pub(super) fn is_passing(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::RequestTimedOut
                | RDKafkaErrorCode::NotLeaderForPartition
                | RDKafkaErrorCode::LeaderNotAvailable
                | RDKafkaErrorCode::UnknownTopicOrPartition
                // Of the name that a reader has to have; it neither joins nor commits.
                | RDKafkaErrorCode::GroupAuthorizationFailed
        )
    )
}

fn admin_options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(REQUEST_LIMIT)).operation_timeout(Some(REQUEST_LIMIT))
}
