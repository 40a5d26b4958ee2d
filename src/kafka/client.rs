//! Settings to librdkafka's properties, and what every client shares: its callbacks, and its end.
//!
//! Every property that a guarantee rests on is written here, even where it equals librdkafka's default.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use rdkafka::ClientConfig;
use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use serde_json::json;

use super::code_of;
use crate::clock;
use crate::config::secrets::Secrets;
use crate::config::settings::{GroupProtocol, KafkaSettings, SecurityProtocol, Settings};
use crate::events;

/// The largest message that a producer may send; the topics' own limits decide.
const MESSAGE_BYTES_MAX: &str = "1000000000";

/// What every client needs to connect.
#[derive(Debug, Clone)]
pub struct Connection {
    pub settings: Arc<Settings>,
    pub secrets: Secrets,
    /// An embedded broker: some checks don't apply to it.
    pub embedded: bool,
}

impl Connection {
    fn base(&self) -> ClientConfig {
        let kafka = &self.settings.kafka;
        let mut config = ClientConfig::new();
        for (name, value) in &kafka.properties {
            config.set(name, value);
        }
        config
            .set("bootstrap.servers", &kafka.bootstrap_servers)
            .set("client.id", &kafka.client_id)
            .set("security.protocol", kafka.security_protocol.name())
            .set("allow.auto.create.topics", "false")
            .set("log.connection.close", "false");
        if !kafka.properties.contains_key("reconnect.backoff.max.ms") {
            config.set("reconnect.backoff.max.ms", "5000");
        }
        self.set_security(&mut config, kafka);
        config
    }

    fn set_security(&self, config: &mut ClientConfig, kafka: &KafkaSettings) {
        let mut set = |name: &str, value: &str| {
            if !value.is_empty() {
                config.set(name, value);
            }
        };
        if kafka.security_protocol.uses_sasl() {
            set("sasl.mechanism", &kafka.sasl_mechanism);
            set("sasl.username", &kafka.sasl_username);
            set("sasl.password", self.secrets.sasl_password.reveal());
        }
        if kafka.ssl_ca_file.is_empty()
            && matches!(kafka.security_protocol, SecurityProtocol::Ssl | SecurityProtocol::SaslSsl)
        {
            // OpenSSL is linked statically, and its own default path is that of the machine that built it.
            set("ssl.ca.location", "probe");
        }
        set("ssl.ca.location", &kafka.ssl_ca_file);
        set("ssl.certificate.location", &kafka.ssl_certificate_file);
        set("ssl.key.location", &kafka.ssl_key_file);
        set("ssl.key.password", self.secrets.ssl_key_password.reveal());
    }

    /// For metadata, watermarks and topic configurations.
    pub fn admin(&self) -> ClientConfig {
        self.base()
    }

    /// The group member that reads raw records.
    pub fn raw_consumer(&self) -> ClientConfig {
        let kafka = &self.settings.kafka;
        let mut config = self.base();
        self.set_bounded_fetch(&mut config);
        config
            .set("group.id", &kafka.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            // Also makes a new owner wait until the old owner's transaction is settled.
            .set("isolation.level", "read_committed")
            .set("auto.offset.reset", "error")
            .set("max.poll.interval.ms", "300000")
            .set("statistics.interval.ms", "5000");
        if !kafka.rack.is_empty() {
            config.set("client.rack", &kafka.rack);
        }
        if !kafka.instance_id.is_empty() {
            config.set("group.instance.id", &kafka.instance_id);
        }
        // A static member that was put out of the group may rejoin without being told that it lost its partitions:
        // librdkafka 2.12 rejoins at once when JoinGroup answers UNKNOWN_MEMBER_ID, where a dynamic member passes through
        // MEMBER_ID_REQUIRED and gives everything up. Kept partitions would then have two owners whose commits the broker
        // both takes. The eager protocol gives all partitions up before each join.
        let strategy = if kafka.instance_id.is_empty() { "cooperative-sticky" } else { "roundrobin" };
        match kafka.group_protocol {
            GroupProtocol::Classic => config
                .set("group.protocol", "classic")
                .set("session.timeout.ms", kafka.session_timeout_ms.to_string())
                .set("heartbeat.interval.ms", (kafka.session_timeout_ms / 5).min(3000).to_string())
                .set("partition.assignment.strategy", strategy),
            GroupProtocol::Consumer => config.set("group.protocol", "consumer"),
        };
        config
    }

    /// Follows the claims log and asks for committed offsets; never joins the group.
    pub fn claims_consumer(&self) -> ClientConfig {
        let mut config = self.base();
        self.set_bounded_fetch(&mut config);
        config
            .set("group.id", &self.settings.kafka.group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            // Claims are never part of a transaction, and the last committed offset is wanted at once.
            .set("isolation.level", "read_uncommitted")
            .set("auto.offset.reset", "error")
            .set("queued.min.messages", "20000");
        config
    }

    /// Reads stretches of topics and asks for the ends of what is committed; never joins the group.
    pub fn scanning_consumer(&self) -> ClientConfig {
        let mut config = self.claims_consumer();
        config
            .set("isolation.level", "read_committed")
            // Retention may overtake the reading; what it took is found by asking for the beginnings again.
            .set("auto.offset.reset", "earliest")
            .set("enable.partition.eof", "true");
        config
    }

    /// librdkafka's own queue is kept small: what is in flight is bounded by `[budget]`.
    fn set_bounded_fetch(&self, config: &mut ClientConfig) {
        let defaults = [
            ("queued.max.messages.kbytes", "16384"),
            ("queued.min.messages", "2000"),
            ("fetch.queue.backoff.ms", "20"),
            ("fetch.wait.max.ms", "500"),
        ];
        for (name, value) in defaults {
            if !self.settings.kafka.properties.contains_key(name) {
                config.set(name, value);
            }
        }
    }

    /// Sends outputs: in transactions, or idempotent only. `batch_bytes` is the largest batch.
    pub fn output_producer(&self, transactional_id: Option<&str>, batch_bytes: usize) -> ClientConfig {
        let mut config = self.producer();
        config.set("batch.size", batch_bytes.to_string());
        let timeout_ms = self.settings.transaction.timeout_ms;
        match transactional_id {
            Some(id) => config
                .set("transactional.id", id)
                .set("transaction.timeout.ms", timeout_ms.to_string())
                .set("message.timeout.ms", timeout_ms.to_string()),
            None => config.set("message.timeout.ms", "60000"),
        };
        config
    }

    /// Appends claims. Outside any transaction: an open one would stop every replica's reading of the log.
    pub fn claims_producer(&self) -> ClientConfig {
        let mut config = self.producer();
        // A claim waits for its broker as long as it takes; the budget bounds how many do.
        config.set("message.timeout.ms", "0");
        config
    }

    fn producer(&self) -> ClientConfig {
        let mut config = self.base();
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("max.in.flight.requests.per.connection", "5")
            .set("message.max.bytes", MESSAGE_BYTES_MAX)
            .set("queue.buffering.max.messages", "1000000")
            .set("compression.type", self.settings.transaction.compression.name());
        for (name, value) in [("linger.ms", "5"), ("queue.buffering.max.kbytes", "1048576")] {
            if !self.settings.kafka.properties.contains_key(name) {
                config.set(name, value);
            }
        }
        config
    }
}

/// librdkafka's log lines and errors become events.
#[derive(Debug, Default)]
pub struct SharedContext {
    /// The last refusal of our credentials, until someone asks.
    refused: Mutex<Option<String>>,
}

impl SharedContext {
    /// The broker's last refusal of our credentials, if there was one since the last call.
    pub fn take_refusal(&self) -> Option<String> {
        self.refused.lock().ok().and_then(|mut refused| refused.take())
    }

    pub(crate) fn on_log(level: RDKafkaLogLevel, facility: &str, message: &str) {
        let severity = match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error => "error",
            RDKafkaLogLevel::Warning if facility != CONFIGURATION_ADVICE => "warning",
            _ => return,
        };
        // A lost connection is told by the error callback, once and with its remedy.
        if facility != "FAIL" {
            problem(severity, facility, message);
        }
    }

    pub(crate) fn on_error(&self, error: &KafkaError, reason: &str) {
        match code_of(error) {
            Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed) => {
                if let Ok(mut refused) = self.refused.lock() {
                    *refused = Some(reason.to_owned());
                }
            }
            Some(
                RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve,
            ) => unreachable_broker(reason),
            // The poller gets the first too, and finds the partition's start; who reads to an end asked to be told of it.
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::PartitionEOF) => {}
            _ => problem("error", "ERROR", &format!("{error}: {reason}")),
        }
    }
}

/// Every client tells every lost connection and every vain attempt, some twenty a second: one of them in this time is
/// enough, and leaves room for the events that sum them up.
const UNREACHABLE_PAUSE: Duration = Duration::from_secs(10);

fn unreachable_broker(reason: &str) {
    static TOLD: Mutex<Option<Instant>> = Mutex::new(None);
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.is_some_and(|told| clock::since(told) < UNREACHABLE_PAUSE) {
        return;
    }
    *told = Some(clock::monotonic());
    events::emit(
        &events::BROKER_UNREACHABLE,
        "a broker can't be reached; trying again",
        &[("cause", json!(reason))],
    );
}

/// Advice about settings that khabar sets on purpose, for clients that make no use of them.
const CONFIGURATION_ADVICE: &str = "CONFWARN";

/// Something that the Kafka client complains of and goes on.
pub(super) fn problem(severity: &str, facility: &str, message: &str) {
    events::emit(
        &events::KAFKA_CLIENT_LOG,
        message,
        &[("severity", json!(severity)), ("facility", json!(facility)), ("target", json!("librdkafka"))],
    );
}

/// A context for clients that need no callback of their own.
#[derive(Debug, Clone, Default)]
pub struct PlainContext(pub Arc<SharedContext>);

impl ClientContext for PlainContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = false;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        SharedContext::on_log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.0.on_error(&error, reason);
    }

    fn generate_oauth_token(&self, _config: Option<&str>) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        Err("khabar leaves OAUTHBEARER tokens to librdkafka".into())
    }
}

impl rdkafka::consumer::ConsumerContext for PlainContext {}

/// Drops a client on a thread of its own and waits at most `limit`; by then everything is committed or settled.
pub(super) fn drop_with_limit<T: Send + 'static>(client: T, limit: Duration) {
    let (done, dropped) = bounded::<()>(1);
    let thread = std::thread::Builder::new().name("client-drop".to_owned()).spawn(move || {
        drop(client);
        drop(done);
    });
    if thread.is_ok() {
        // The sender's end is the signal; a time-out leaves the thread to the end of the process.
        let _ = dropped.recv_timeout(limit);
    }
}
