//! librdkafka's mock cluster as the broker of the demo, and a small client to feed it and read from it.
//!
//! It can't show exactly-once delivery: it hides no aborted record, keeps no transactional offset, fences nobody, and
//! trims a partition at about 5 MB.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Headers as _, Message as _};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{Offset, TopicPartitionList};

use super::KafkaFailure;
use super::client::{PlainContext, SharedContext};
use super::producer::{CountedProducer, Outgoing};
use crate::clock;
use crate::flow::Header;

/// A broker inside this process.
pub struct EmbeddedBroker {
    cluster: MockCluster<'static, DefaultProducerContext>,
}

impl EmbeddedBroker {
    pub fn start() -> Result<Self, KafkaFailure> {
        MockCluster::new(1)
            .map(|cluster| Self { cluster })
            .map_err(|error| KafkaFailure::new("starting the embedded broker", &error))
    }

    /// `host:port`, on the loopback.
    pub fn bootstrap_servers(&self) -> String {
        self.cluster.bootstrap_servers()
    }

    pub fn create_topic(&self, name: &str, partitions: i32) -> Result<(), KafkaFailure> {
        self.cluster.create_topic(name, partitions, 1).map_err(|error| {
            KafkaFailure::new(format!("creating topic {name} on the embedded broker"), &error)
        })
    }
}

/// One record as read back.
#[derive(Debug, Clone)]
pub struct ReadRecord {
    pub topic: String,
    pub key: Option<Vec<u8>>,
    pub payload: Option<Vec<u8>>,
    pub headers: Vec<Header>,
}

/// Produces and reads plainly; for the demo.
pub struct PlainClient {
    producer: CountedProducer,
    consumer: BaseConsumer<PlainContext>,
}

impl PlainClient {
    /// Reads the given topics, each with its number of partitions, from their beginnings.
    pub fn new(
        bootstrap_servers: &str,
        topics: &[(&str, i32)],
        fetch_wait_ms: &str,
    ) -> Result<Self, KafkaFailure> {
        let what = "creating the demo's client";
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap_servers);
        let producer = CountedProducer::new(&config, std::sync::Arc::new(SharedContext::default()))
            .map_err(|error| KafkaFailure::new(what, &error))?;
        config
            .set("group.id", "khabar-demo-reader")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", fetch_wait_ms);
        let consumer = BaseConsumer::from_config_and_context(&config, PlainContext::default())
            .map_err(|error| KafkaFailure::new(what, &error))?;
        let mut list = TopicPartitionList::new();
        for (topic, partitions) in topics {
            for partition in 0..*partitions {
                list.add_partition_offset(topic, partition, Offset::Beginning)
                    .map_err(|error| KafkaFailure::new(what, &error))?;
            }
        }
        consumer.assign(&list).map_err(|error| KafkaFailure::new(what, &error))?;
        Ok(Self { producer, consumer })
    }

    /// Produces one record and waits for its acknowledgement.
    pub fn produce(
        &self,
        topic: &str,
        partition: i32,
        key: Option<&[u8]>,
        payload: Option<&[u8]>,
        headers: &[Header],
    ) -> Result<(), KafkaFailure> {
        let record = Outgoing { topic, partition: Some(partition), key, payload, headers };
        self.producer
            .send(0, &record)
            .and_then(|()| self.producer.deliveries.wait(Duration::from_secs(10)))
            .map_err(|undelivered| KafkaFailure::new(format!("producing to {topic}"), &undelivered.error))
    }

    /// The next record of the topics, if one comes within `limit`.
    pub fn read(&self, limit: Duration) -> Option<ReadRecord> {
        let deadline = clock::monotonic() + limit;
        while clock::monotonic() < deadline {
            let Some(Ok(message)) = self.consumer.poll(Duration::from_millis(50)) else { continue };
            let headers = message.headers().map_or_else(Vec::new, |headers| {
                headers
                    .iter()
                    .map(|header| Header {
                        name: header.key.to_owned(),
                        value: header.value.map(<[u8]>::to_vec),
                    })
                    .collect()
            });
            return Some(ReadRecord {
                topic: message.topic().to_owned(),
                key: message.key().map(<[u8]>::to_vec),
                payload: message.payload().map(<[u8]>::to_vec),
                headers,
            });
        }
        None
    }
}
