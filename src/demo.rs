//! The worker on an embedded broker: feeds it the sample articles one by one and tells what became of each.
//!
//! It owns the order of the demo; what is printed is the command's. The worker is the same as in `khabar run`.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde::Deserialize;
use serde_json::Value;

use crate::clock;
use crate::config::Settings;
use crate::config::secrets::Secrets;
use crate::emit::headers;
use crate::flow::Header;
use crate::health::{Health, State};
use crate::kafka::KafkaFailure;
use crate::kafka::embedded::{EmbeddedBroker, PlainClient, ReadRecord};
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::worker::{Ended, Worker};

/// The articles, written for this demo; one JSON object a line.
const SAMPLES: &str = include_str!("../samples/articles.jsonl");
const PARTITIONS: i32 = 3;
/// The worker is up, and each outcome is there, within this time or the demo fails.
const OUTCOME_WAIT: Duration = Duration::from_secs(30);
/// A demo waits for nobody else: transactions are cut early.
const INTERVAL_MS: u64 = 10;
/// The embedded broker does not end a waiting fetch when a record comes.
const FETCH_WAIT_MS: &str = "10";

/// One raw record of the samples.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    pub name: String,
    /// What to expect, in a clause.
    pub note: String,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    value_base64: Option<String>,
}

/// What became of a sample.
#[derive(Debug)]
pub struct Told {
    /// `enriched`, `duplicate` or `rejected`.
    pub outcome: String,
    /// The record's JSON; null for a rejected one.
    pub record: Value,
    /// Code and message of a rejection.
    pub rejection: Option<(String, String)>,
    /// Raw partition and offset.
    pub place: (i32, i64),
    pub took: Duration,
}

/// Why the demo failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Kafka(#[from] KafkaFailure),
    #[error("line {line} of the sample articles is not a sample: {cause}")]
    Samples { line: usize, cause: String },
    #[error("the worker did not become ready: {0}")]
    NotReady(String),
    #[error("no outcome came for sample {0}; run with --set log.level=info to see why")]
    NoOutcome(String),
    #[error("the worker could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

/// A worker with its embedded broker.
pub struct Demo {
    settings: Arc<Settings>,
    client: PlainClient,
    shutdown: Shutdown,
    worker: JoinHandle<Ended>,
    /// Last, so that it outlives its clients.
    broker: EmbeddedBroker,
}

impl Demo {
    /// Starts the broker and the worker, and waits until it is ready.
    pub fn start(mut settings: Settings) -> Result<Self, DemoError> {
        let broker = EmbeddedBroker::start()?;
        settings.kafka.bootstrap_servers = broker.bootstrap_servers();
        settings.transaction.interval_ms = INTERVAL_MS;
        settings.kafka.properties.insert("fetch.wait.max.ms".to_owned(), FETCH_WAIT_MS.to_owned());
        let kafka = &settings.kafka;
        for topic in kafka.raw_topics.iter().chain(outputs(&settings)) {
            broker.create_topic(topic, PARTITIONS)?;
        }
        broker.create_topic(&kafka.claims_topic, 1)?;
        let topics: Vec<(&str, i32)> = outputs(&settings).map(|topic| (topic.as_str(), PARTITIONS)).collect();
        let client = PlainClient::new(&kafka.bootstrap_servers, &topics, FETCH_WAIT_MS)?;

        let settings = Arc::new(settings);
        let shutdown = Shutdown::new();
        let metrics = Arc::new(Metrics::new());
        let health = Health::new(Arc::clone(&metrics));
        let worker = Worker { settings: Arc::clone(&settings), secrets: Secrets::default(), embedded: true };
        let (asked, watched) = (shutdown.clone(), health.clone());
        let worker = std::thread::Builder::new()
            .name("worker".to_owned())
            .spawn(move || worker.run(&asked, &watched, &metrics))?;
        let demo = Self { settings, client, shutdown, worker, broker };
        demo.wait_until_running(&health)?;
        Ok(demo)
    }

    fn wait_until_running(&self, health: &Health) -> Result<(), DemoError> {
        let deadline = clock::monotonic() + OUTCOME_WAIT;
        while health.state() != State::Running {
            if self.worker.is_finished() || clock::monotonic() > deadline {
                return Err(DemoError::NotReady(format!("it is {}", health.state().name())));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// `host:port` of the broker.
    pub fn bootstrap_servers(&self) -> String {
        self.broker.bootstrap_servers()
    }

    /// The topics and groups that the worker uses.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Feeds one sample and waits for its outcome.
    pub fn feed(&self, number: usize, sample: &Sample) -> Result<Told, DemoError> {
        let payload = sample.payload().map_err(|cause| DemoError::Samples { line: number + 1, cause })?;
        let headers: Vec<Header> =
            sample.headers.iter().map(|(name, value)| Header::text(name, value.as_str())).collect();
        let partition = i32::try_from(number).unwrap_or(0) % PARTITIONS;
        let fed = clock::monotonic();
        let topic = self.settings.kafka.raw_topics.first().map_or("", String::as_str);
        self.client.produce(
            topic,
            partition,
            sample.key.as_deref().map(str::as_bytes),
            payload.as_deref(),
            &headers,
        )?;
        let record =
            self.client.read(OUTCOME_WAIT).ok_or_else(|| DemoError::NoOutcome(sample.name.clone()))?;
        Ok(tell(&record, fed))
    }

    /// Stops the worker as SIGTERM would.
    pub fn stop(self) -> Option<Ended> {
        let Self { client, shutdown, worker, broker, .. } = self;
        shutdown.request();
        let ended = worker.join().ok();
        drop(client);
        drop(broker);
        ended
    }

    /// Whether the worker has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.worker.is_finished()
    }
}

fn outputs(settings: &Settings) -> impl Iterator<Item = &String> {
    let kafka = &settings.kafka;
    [&kafka.enriched_topic, &kafka.duplicates_topic, &kafka.rejected_topic].into_iter()
}

impl Sample {
    fn payload(&self) -> Result<Option<Vec<u8>>, String> {
        match (&self.value, &self.value_base64) {
            (Some(text), _) => Ok(Some(text.clone().into_bytes())),
            (None, Some(encoded)) => base64::engine::general_purpose::STANDARD
                .decode(encoded)
                .map(Some)
                .map_err(|error| format!("value_base64: {error}")),
            (None, None) => Ok(None),
        }
    }
}

/// The samples in order.
pub fn samples() -> Result<Vec<Sample>, DemoError> {
    SAMPLES
        .lines()
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(line)
                .map_err(|error| DemoError::Samples { line: index + 1, cause: error.to_string() })
        })
        .collect()
}

fn tell(record: &ReadRecord, fed: Instant) -> Told {
    let text = |name: &str| headers::own_text(&record.headers, name).unwrap_or_default().to_owned();
    let outcome = text(headers::OUTCOME);
    let rejection =
        (outcome == "rejected").then(|| (text(headers::ERROR_CODE), text(headers::ERROR_MESSAGE)));
    let record_json = match (&rejection, &record.payload) {
        (None, Some(payload)) => serde_json::from_slice(payload).unwrap_or_default(),
        _ => Value::Null,
    };
    let place =
        (text(headers::RAW_PARTITION).parse().unwrap_or(-1), text(headers::RAW_OFFSET).parse().unwrap_or(-1));
    Told { outcome, record: record_json, rejection, place, took: clock::since(fed) }
}
