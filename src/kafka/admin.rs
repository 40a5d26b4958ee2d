//! Looks at topics and creates them. Blocking: never called on a tokio worker.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use super::KafkaFailure;
use super::client::{Connection, PlainContext, SharedContext};
use super::producer::CountedProducer;
use crate::clock;
use crate::topics::{TopicFacts, TopicPlan};

const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Between two looks at whether the credentials were refused.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// A client for topics and the cluster.
pub struct Admin {
    client: AdminClient<PlainContext>,
    /// An admin client's errors reach nobody; this one's do, and it never sends a record.
    witness: CountedProducer,
    witnessed: Arc<SharedContext>,
    runtime: tokio::runtime::Runtime,
    embedded: bool,
}

impl Admin {
    pub fn new(connection: &Connection) -> Result<Self, KafkaFailure> {
        let failure = |error: &KafkaError| KafkaFailure::new("creating the admin client", error);
        let client = AdminClient::from_config_and_context(&connection.admin(), PlainContext::default())
            .map_err(|error| failure(&error))?;
        let witnessed = Arc::new(SharedContext::default());
        let witness = CountedProducer::new(&connection.admin(), Arc::clone(&witnessed))
            .map_err(|error| failure(&error))?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| {
                KafkaFailure::Fatal { what: "starting the admin client".to_owned(), cause: error.to_string() }
            })?;
        Ok(Self { client, witness, witnessed, runtime, embedded: connection.embedded })
    }

    /// The cluster's id, once a broker answers.
    pub fn cluster_id(&self) -> Result<String, KafkaFailure> {
        let what = "connecting to the cluster";
        self.wait_for_answer(what)?;
        self.witness.inner.client().fetch_cluster_id(REQUEST_TIMEOUT).ok_or_else(|| {
            self.refusal_or(KafkaFailure::Transient {
                what: what.to_owned(),
                cause: "no broker answers".to_owned(),
            })
        })
    }

    fn wait_for_answer(&self, what: &str) -> Result<(), KafkaFailure> {
        let begun = clock::monotonic();
        loop {
            let asked = clock::monotonic();
            match self.witness.inner.client().fetch_metadata(Some(""), LOOK_INTERVAL) {
                // The empty topic name is refused by a broker that answers, which is all that is asked for.
                Ok(_)
                | Err(KafkaError::MetadataFetch(
                    RDKafkaErrorCode::InvalidTopic | RDKafkaErrorCode::InvalidArgument,
                )) => return Ok(()),
                Err(error) => {
                    let failure = self.refusal_or(KafkaFailure::new(what, &error));
                    if !failure.is_transient() || clock::since(begun) > REQUEST_TIMEOUT {
                        return Err(failure);
                    }
                    // A broker that hangs up at once is not asked without pause.
                    std::thread::sleep(LOOK_INTERVAL.saturating_sub(clock::since(asked)));
                }
            }
        }
    }

    /// A transient failure that comes of refused credentials is told as what it is.
    fn refusal_or(&self, failure: KafkaFailure) -> KafkaFailure {
        match (failure, self.witnessed.take_refusal()) {
            (KafkaFailure::Transient { what, .. }, Some(cause)) => {
                KafkaFailure::Authentication { what, cause }
            }
            (failure, _) => failure,
        }
    }

    /// What the broker says of a topic; `None` where it does not exist.
    pub fn topic(&self, name: &str) -> Result<Option<TopicFacts>, KafkaFailure> {
        let what = || format!("looking up topic {name}");
        let metadata = self
            .client
            .inner()
            .fetch_metadata(Some(name), REQUEST_TIMEOUT)
            .map_err(|error| self.refusal_or(KafkaFailure::new(what(), &error)))?;
        let Some(topic) = metadata.topics().iter().find(|topic| topic.name() == name) else {
            return Ok(None);
        };
        if let Some(code) = topic.error() {
            let error = KafkaError::MetadataFetch(code.into());
            return match RDKafkaErrorCode::from(code) {
                RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic => Ok(None),
                _ => Err(KafkaFailure::new(what(), &error)),
            };
        }
        if topic.partitions().is_empty() {
            return Ok(None);
        }
        let count = |length: usize| i32::try_from(length).unwrap_or(i32::MAX);
        let replication =
            topic.partitions().iter().map(|partition| partition.replicas().len()).min().unwrap_or(0);
        Ok(Some(TopicFacts {
            partitions: count(topic.partitions().len()),
            replication: count(replication),
            configs: if self.embedded { None } else { self.configs(name)? },
        }))
    }

    /// A topic's configuration; `None` where reading it is not permitted.
    fn configs(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, KafkaFailure> {
        let what = format!("reading the configuration of topic {name}");
        let options = AdminOptions::new().request_timeout(Some(REQUEST_TIMEOUT));
        let answer =
            self.runtime.block_on(self.client.describe_configs([&ResourceSpecifier::Topic(name)], &options));
        let resource = match answer {
            Ok(mut resources) if !resources.is_empty() => resources.swap_remove(0),
            Ok(_) => return Ok(None),
            Err(error) => return Err(KafkaFailure::new(what, &error)),
        };
        match resource {
            // Where it is not permitted, the list is empty; a topic's never is.
            Ok(resource) if resource.entries.is_empty() => Ok(None),
            Ok(resource) => Ok(Some(
                resource
                    .entries
                    .into_iter()
                    .filter_map(|entry| entry.value.map(|value| (entry.name, value)))
                    .collect(),
            )),
            Err(
                RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed,
            ) => Ok(None),
            Err(code) => Err(KafkaFailure::new(what, &KafkaError::AdminOp(code))),
        }
    }

    /// Creates one topic; an existing one is left as it is. [`KafkaFailure::Fatal`] means that the cluster can't have a
    /// topic like this one.
    pub fn create(&self, plan: &TopicPlan) -> Result<(), KafkaFailure> {
        let what = format!("creating topic {}", plan.name);
        let mut topic = NewTopic::new(&plan.name, plan.partitions, TopicReplication::Fixed(plan.replication));
        for (name, value) in &plan.configs {
            topic = topic.set(name, value);
        }
        let options = AdminOptions::new()
            .operation_timeout(Some(REQUEST_TIMEOUT))
            .request_timeout(Some(REQUEST_TIMEOUT));
        let results = self
            .runtime
            .block_on(self.client.create_topics([&topic], &options))
            .map_err(|error| self.refusal_or(KafkaFailure::new(what.clone(), &error)))?;
        for result in results {
            match result {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => return Err(refused_topic(what, code)),
            }
        }
        Ok(())
    }
}

/// The broker's codes are terse, so the usual reason is told with them.
fn refused_topic(what: String, code: RDKafkaErrorCode) -> KafkaFailure {
    let error = KafkaError::AdminOp(code);
    let reason = match code {
        RDKafkaErrorCode::InvalidReplicationFactor => {
            "the cluster has fewer brokers than replicas are wanted"
        }
        RDKafkaErrorCode::InvalidPartitions => "the cluster does not take that number of partitions",
        RDKafkaErrorCode::PolicyViolation => {
            "a policy of the cluster forbids it; create it by the cluster's rules"
        }
        RDKafkaErrorCode::InvalidTopic => "the name is not one that Kafka takes",
        RDKafkaErrorCode::InvalidConfig => "the cluster does not take one of its settings",
        _ => return KafkaFailure::new(what, &error),
    };
    KafkaFailure::Fatal { what, cause: format!("{reason} ({code})") }
}
