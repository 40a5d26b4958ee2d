//! What the types cannot say: ranges, names, and what must fit together. Each problem names key, value, origin, what is
//! possible and what to do.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::SocketAddr;

use super::problem::{Origin, Problem, quoted};
use super::settings::{KafkaSettings, Settings};

/// Kafka's own limit for the name of a topic.
const TOPIC_CHARS_MAX: usize = 249;

/// The group's name begins the transactional id, which Kafka stores with every transaction.
const NAME_CHARS_MAX: usize = 200;

/// Raw topics of one group; each costs metadata and an offset lookup at start.
const RAW_TOPICS_MAX: usize = 1000;

/// librdkafka's maximum for message.max.bytes.
const RECORD_BYTES_MAX: usize = 1_000_000_000;

/// The next owner of a dead worker's partitions waits for its open transaction, while the group waits for it: at most
/// 150 s, after which it gives up.
const TRANSACTION_TIMEOUT_MS_MAX: u32 = 120_000;

const GIB: usize = 1 << 30;

/// All that is wrong with settings whose types are right.
pub(super) fn validate(settings: &Settings, origins: &BTreeMap<String, Origin>) -> Vec<Problem> {
    let mut check = Check { origins, problems: Vec::new() };
    consumers(settings, &mut check);
    transactions(settings, &mut check);
    resources(settings, &mut check);
    limits(settings, &mut check);
    relations(settings, &mut check);
    topics(&settings.kafka, &mut check);
    names(&settings.kafka, &mut check);
    servers(&settings.kafka, &mut check);
    credentials(&settings.kafka, &mut check);
    texts(settings, &mut check);
    check.problems
}

struct Check<'a> {
    origins: &'a BTreeMap<String, Origin>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn fail(&mut self, key: &str, message: impl Into<String>) {
        let origin = self.origins.get(key).cloned().unwrap_or(Origin::Default);
        self.problems.push(Problem::new(key, origin, message));
    }

    fn range<T: PartialOrd + Display + Copy>(&mut self, key: &str, value: T, min: T, max: T, advice: &str) {
        if value < min || value > max {
            self.fail(key, format!("{value} is out of range: expected {min} to {max}; {advice}"));
        }
    }

    /// `small` must be at most `large`; the one that was set by the user is named first.
    fn at_most<T: PartialOrd + Display + Copy>(&mut self, small: (&str, T), large: (&str, T), advice: &str) {
        if small.1 <= large.1 {
            return;
        }
        let is_default =
            |key: &str| self.origins.get(key).is_none_or(|origin| matches!(origin, Origin::Default));
        if is_default(small.0) && !is_default(large.0) {
            let message = format!("{} is less than {} = {}; {advice}", large.1, small.0, small.1);
            self.fail(large.0, message);
        } else {
            let message = format!("{} is more than {} = {}; {advice}", small.1, large.0, large.1);
            self.fail(small.0, message);
        }
    }
}

fn consumers(settings: &Settings, check: &mut Check<'_>) {
    check.range(
        "kafka.session_timeout_ms",
        settings.kafka.session_timeout_ms,
        6000,
        300_000,
        "brokers refuse less, and with more a dead replica holds its partitions too long",
    );
    check.range(
        "kafka.stall_seconds",
        settings.kafka.stall_seconds,
        1,
        3600,
        "below socket.timeout.ms, 60 s, it only repeats what librdkafka does by itself",
    );
}

fn transactions(settings: &Settings, check: &mut Check<'_>) {
    let transaction = &settings.transaction;
    check.range(
        "transaction.records_max",
        transaction.records_max,
        1,
        100_000,
        "1000 suits almost every load",
    );
    check.range(
        "transaction.bytes_max",
        transaction.bytes_max,
        64 * 1024,
        GIB,
        "the default suits almost every load",
    );
    check.range(
        "transaction.interval_ms",
        transaction.interval_ms,
        1,
        10_000,
        "this is how long an output waits for others",
    );
    check.range(
        "transaction.timeout_ms",
        transaction.timeout_ms,
        1000,
        TRANSACTION_TIMEOUT_MS_MAX,
        "with more a dead worker's partitions stand still too long, and with less a short pause of the broker ends transactions",
    );
    check.range(
        "shutdown.drain_seconds",
        settings.shutdown.drain_seconds,
        1,
        3600,
        "keep it below the platform's grace period",
    );
    check.range(
        "shutdown.revoke_drain_seconds",
        settings.shutdown.revoke_drain_seconds,
        1,
        120,
        "the whole group waits this long when a partition moves",
    );
}

fn resources(settings: &Settings, check: &mut Check<'_>) {
    check.range(
        "budget.records_max",
        settings.budget.records_max,
        1,
        10_000_000,
        "the default suits almost every load",
    );
    check.range(
        "budget.bytes_max",
        settings.budget.bytes_max,
        1 << 20,
        64 * GIB,
        "the default suits almost every load",
    );
    let breaker = &settings.breaker;
    check.range("breaker.records", breaker.records, 10, 1_000_000, "200 tells a cause from chance");
    check.range("breaker.deployment_percent", breaker.deployment_percent, 0, 100, "0 means never");
    check.range("breaker.content_percent", breaker.content_percent, 0, 100, "0 means never");
    check.range("workers.threads", settings.workers.threads, 0, 1024, "0 means as many as cores");
    check.range(
        "workers.stack_kib",
        settings.workers.stack_kib,
        1024,
        65_536,
        "deep pages need stack; memory is taken only as it is used",
    );
    check.range(
        "workers.stage_seconds_max",
        settings.workers.stage_seconds_max,
        1,
        3600,
        "no honest record takes long; a worker whose stage takes longer ends",
    );
    check.range(
        "workers.probe_mib",
        settings.workers.probe_mib,
        256,
        65_536,
        "a record that needs more than this is given up",
    );
    let dedup = &settings.dedup;
    check.range("dedup.window_hours", dedup.window_hours, 1, 2160, "168 is a week; memory grows with it");
    let advice = "this is a share of the text in thousandths";
    check.range("dedup.revision_novelty_permille", dedup.revision_novelty_permille, 0, 1000, advice);
    check.range("dedup.revision_similarity_permille", dedup.revision_similarity_permille, 0, 1000, advice);
    check.range("dedup.near_novelty_permille", dedup.near_novelty_permille, 0, 1000, advice);
    check.range("dedup.near_words", dedup.near_words, 0, 100_000, advice);
    check.range("log.stats_seconds", settings.log.stats_seconds, 1, 3600, "10 suits dashboards");
    check.range("log.repeats_max", settings.log.repeats_max, 1, 1000, "what is held back is counted");
}

fn limits(settings: &Settings, check: &mut Check<'_>) {
    let decode = &settings.decode;
    check.range(
        "decode.payload_bytes_max",
        decode.payload_bytes_max,
        1024,
        RECORD_BYTES_MAX,
        "larger values are rejected, and kept in the rejected topic",
    );
    check.range(
        "decode.content_bytes_max",
        decode.content_bytes_max,
        1024,
        RECORD_BYTES_MAX,
        "this bounds what a compression bomb can cost",
    );
    check.range(
        "decode.json_depth_max",
        decode.json_depth_max,
        2,
        128,
        "64 is more than any honest producer needs",
    );
    check.range(
        "decode.meta_bytes_max",
        decode.meta_bytes_max,
        0,
        1 << 20,
        "meta is carried into every outcome",
    );
    let parse = &settings.parse;
    check.range("parse.html_depth_max", parse.html_depth_max, 16, 4096, "real pages stay below 100");
    check.range(
        "parse.html_nodes_max",
        parse.html_nodes_max,
        1000,
        10_000_000,
        "memory and time for one page grow with it",
    );
    check.range("parse.paragraphs_max", parse.paragraphs_max, 1, 1_000_000, "the rest is cut, with a flaw");
    check.range(
        "parse.body_bytes_max",
        parse.body_bytes_max,
        1024,
        RECORD_BYTES_MAX,
        "the rest is cut, with a flaw",
    );
    let record_bytes_max = settings.emit.record_bytes_max;
    if record_bytes_max != 0 {
        check.range(
            "emit.record_bytes_max",
            record_bytes_max,
            16 * 1024,
            RECORD_BYTES_MAX,
            "or 0 for what each topic allows",
        );
    }
}

fn relations(settings: &Settings, check: &mut Check<'_>) {
    let (transaction, decode) = (&settings.transaction, &settings.decode);
    if transaction.interval_ms >= u64::from(transaction.timeout_ms) {
        check.fail(
            "transaction.interval_ms",
            format!(
                "{} is not less than transaction.timeout_ms = {}; the broker would abort a transaction before it is cut: lower the interval or raise the timeout",
                transaction.interval_ms, transaction.timeout_ms
            ),
        );
    }
    check.at_most(
        ("transaction.records_max", transaction.records_max),
        ("budget.records_max", settings.budget.records_max),
        "a transaction could never be filled: lower the first or raise the budget",
    );
    check.at_most(
        ("transaction.bytes_max", transaction.bytes_max),
        ("budget.bytes_max", settings.budget.bytes_max),
        "a transaction could never be filled: lower the first or raise the budget",
    );
    check.at_most(
        ("decode.payload_bytes_max", decode.payload_bytes_max),
        ("budget.bytes_max", settings.budget.bytes_max),
        "the largest record must fit into the budget: lower the first or raise the budget",
    );
    check.at_most(
        ("decode.meta_bytes_max", decode.meta_bytes_max),
        ("decode.payload_bytes_max", decode.payload_bytes_max),
        "meta is a part of the value",
    );
    check.at_most(
        ("parse.body_bytes_max", settings.parse.body_bytes_max),
        ("decode.content_bytes_max", decode.content_bytes_max),
        "a body is a part of its content",
    );
    let shutdown = &settings.shutdown;
    check.at_most(
        ("shutdown.revoke_drain_seconds", shutdown.revoke_drain_seconds),
        ("shutdown.drain_seconds", shutdown.drain_seconds),
        "giving up all partitions takes at least as long as giving up one",
    );
}

fn topics(kafka: &KafkaSettings, check: &mut Check<'_>) {
    let raw = "kafka.raw_topics";
    if kafka.raw_topics.is_empty() {
        check.fail(raw, "the list is empty; name at least one topic to read from");
    }
    if kafka.raw_topics.len() > RAW_TOPICS_MAX {
        check.fail(raw, format!("{} topics; at most {RAW_TOPICS_MAX} are possible", kafka.raw_topics.len()));
    }
    let named = [
        ("kafka.enriched_topic", &kafka.enriched_topic),
        ("kafka.duplicates_topic", &kafka.duplicates_topic),
        ("kafka.rejected_topic", &kafka.rejected_topic),
        ("kafka.claims_topic", &kafka.claims_topic),
    ];
    let mut used: BTreeMap<&str, &str> = BTreeMap::new();
    for (key, topic) in kafka.raw_topics.iter().map(|topic| (raw, topic)).chain(named) {
        if let Some(message) = topic_flaw(topic) {
            check.fail(key, message);
        } else if let Some(other) = used.insert(topic, key) {
            let message = if other == raw && key == raw {
                format!("{} is named twice", quoted(topic))
            } else {
                format!(
                    "{} is also {other}; each needs a topic of its own, or outputs would be read again",
                    quoted(topic)
                )
            };
            check.fail(key, message);
        }
    }
}

fn topic_flaw(topic: &str) -> Option<String> {
    let shown = quoted(topic);
    if topic.starts_with('^') {
        return Some(format!("{shown} is a pattern; name each topic, so that no output topic can match it"));
    }
    let is_legal = !topic.is_empty()
        && topic.len() <= TOPIC_CHARS_MAX
        && topic != "."
        && topic != ".."
        && topic.bytes().all(is_topic_byte);
    (!is_legal).then(|| {
        format!("{shown} is no name for a topic: expected 1 to {TOPIC_CHARS_MAX} ASCII letters, digits, '.', '_' or '-'")
    })
}

fn is_topic_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

fn names(kafka: &KafkaSettings, check: &mut Check<'_>) {
    if kafka.group.trim().is_empty() {
        check.fail("kafka.group", "it is empty; name the consumer group, the same for all replicas");
    }
    for (key, text) in [
        ("kafka.group", &kafka.group),
        ("kafka.client_id", &kafka.client_id),
        ("kafka.rack", &kafka.rack),
        ("kafka.sasl_username", &kafka.sasl_username),
    ] {
        if text.len() > NAME_CHARS_MAX {
            check.fail(key, format!("{} bytes long; at most {NAME_CHARS_MAX} are possible", text.len()));
        }
        if text.chars().any(char::is_control) {
            check.fail(key, format!("{} holds a control character; remove it", quoted(text)));
        }
    }
    let instance = &kafka.instance_id;
    if !instance.is_empty() && (instance.len() > NAME_CHARS_MAX || !instance.bytes().all(is_topic_byte)) {
        check.fail(
            "kafka.instance_id",
            format!(
                "{} is not possible: expected at most {NAME_CHARS_MAX} ASCII letters, digits, '.', '_' or '-', or nothing",
                quoted(instance)
            ),
        );
    }
}

fn servers(kafka: &KafkaSettings, check: &mut Check<'_>) {
    let key = "kafka.bootstrap_servers";
    if kafka.bootstrap_servers.trim().is_empty() {
        check.fail(key, "it is empty; name at least one broker as host:port");
        return;
    }
    for server in kafka.bootstrap_servers.split(',').map(str::trim) {
        if !is_server(server) {
            check.fail(
                key,
                format!("{} is no address of a broker: expected host:port, host:port", quoted(server)),
            );
        }
    }
}

fn is_server(server: &str) -> bool {
    let has_odd = server.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/');
    let (host, port) = match server.rsplit_once(':') {
        // An IPv6 address in brackets holds colons itself.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    };
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    let is_host = !host.is_empty() && (is_bracketed || !host.contains(':'));
    !has_odd && is_host && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

const SASL_MECHANISMS: &[&str] = &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"];

fn credentials(kafka: &KafkaSettings, check: &mut Check<'_>) {
    let has_password = !kafka.sasl_password.is_empty() || !kafka.sasl_password_file.is_empty();
    let mechanism = kafka.sasl_mechanism.as_str();
    if !kafka.sasl_password.is_empty() && !kafka.sasl_password_file.is_empty() {
        check.fail(
            "kafka.sasl_password_file",
            "kafka.sasl_password is set too; keep the file and remove the other",
        );
    }
    if !kafka.security_protocol.uses_sasl() {
        let advice = "it would not be used: set kafka.security_protocol to \"sasl_ssl\" or \"sasl_plaintext\", or remove it";
        for (key, is_set) in [
            ("kafka.sasl_mechanism", !mechanism.is_empty()),
            ("kafka.sasl_username", !kafka.sasl_username.is_empty()),
            ("kafka.sasl_password", !kafka.sasl_password.is_empty()),
            ("kafka.sasl_password_file", !kafka.sasl_password_file.is_empty()),
        ] {
            if is_set {
                check.fail(key, advice);
            }
        }
    } else if !SASL_MECHANISMS.contains(&mechanism) {
        let expected = SASL_MECHANISMS.join(", ");
        check.fail(
            "kafka.sasl_mechanism",
            format!("{} is not possible: expected one of {expected}", quoted(mechanism)),
        );
    } else if mechanism != "OAUTHBEARER" {
        if kafka.sasl_username.is_empty() {
            check.fail("kafka.sasl_username", format!("it is empty; {mechanism} needs a user name"));
        }
        if !has_password {
            check.fail("kafka.sasl_password_file", format!("it is empty; {mechanism} needs a password"));
        }
    }
    certificates(kafka, check);
}

fn certificates(kafka: &KafkaSettings, check: &mut Check<'_>) {
    use super::settings::SecurityProtocol::{SaslSsl, Ssl};
    let files = [
        ("kafka.ssl_ca_file", &kafka.ssl_ca_file),
        ("kafka.ssl_certificate_file", &kafka.ssl_certificate_file),
        ("kafka.ssl_key_file", &kafka.ssl_key_file),
        ("kafka.ssl_key_password_file", &kafka.ssl_key_password_file),
    ];
    if !matches!(kafka.security_protocol, Ssl | SaslSsl) {
        for (key, _) in files.iter().filter(|(_, path)| !path.is_empty()) {
            check.fail(
                key,
                "it would not be used: set kafka.security_protocol to \"ssl\" or \"sasl_ssl\", or remove it",
            );
        }
        return;
    }
    if kafka.ssl_certificate_file.is_empty() != kafka.ssl_key_file.is_empty() {
        let key = if kafka.ssl_key_file.is_empty() { files[2].0 } else { files[1].0 };
        check.fail(key, "it is empty; a client certificate needs both its file and the file of its key");
    }
    if !kafka.ssl_key_password_file.is_empty() && kafka.ssl_key_file.is_empty() {
        check.fail(files[3].0, "kafka.ssl_key_file is empty; there is no key that this would open");
    }
}

fn texts(settings: &Settings, check: &mut Check<'_>) {
    let listen = &settings.http.listen;
    if !listen.is_empty() && listen.parse::<SocketAddr>().is_err() {
        check.fail(
            "http.listen",
            format!("{} is not possible: expected an IP address and a port, for instance \"0.0.0.0:8080\", or nothing", quoted(listen)),
        );
    }
    let zone = &settings.parse.zone;
    if jiff::tz::TimeZone::get(zone).is_err() {
        check.fail(
            "parse.zone",
            format!("{} is no time zone: expected an IANA name, for instance \"Asia/Riyadh\" (the host's zone data must hold it)", quoted(zone)),
        );
    }
    let json = &settings.decode.json;
    for (name, pointer) in [
        ("content", &json.content),
        ("headline", &json.headline),
        ("body", &json.body),
        ("published", &json.published),
        ("url", &json.url),
        ("source", &json.source),
        ("fetched_at", &json.fetched_at),
    ] {
        if !is_pointer(pointer) {
            check.fail(
                &format!("decode.json.{name}"),
                format!(
                    "{} is no JSON pointer: expected for instance \"/data/title\", or nothing",
                    quoted(pointer)
                ),
            );
        }
    }
}

/// RFC 6901: empty, or parts that each begin with a slash; `~` only as `~0` or `~1`.
fn is_pointer(pointer: &str) -> bool {
    let is_escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    pointer.is_empty() || (pointer.starts_with('/') && is_escaped)
}
