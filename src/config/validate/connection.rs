//! Names in Kafka, addresses and credentials.

use std::collections::BTreeMap;

use super::Check;
use crate::config::problem::quoted;
use crate::config::settings::KafkaSettings;

/// Kafka's own limit for the name of a topic.
const TOPIC_CHARS_MAX: usize = 249;

/// The group's name begins the transactional id, which Kafka stores with every transaction.
const NAME_CHARS_MAX: usize = 200;

/// Raw topics of one group; each costs metadata and an offset lookup at start.
const RAW_TOPICS_MAX: usize = 1000;

pub(super) fn check(kafka: &KafkaSettings, check: &mut Check<'_>) {
    topics(kafka, check);
    names(kafka, check);
    servers(kafka, check);
    credentials(kafka, check);
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
    use crate::config::settings::SecurityProtocol::{SaslSsl, Ssl};
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
