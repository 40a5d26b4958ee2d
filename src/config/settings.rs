//! The settings as types. Every field's meaning and unit stand in `config/khabar.toml`, which is compiled in as the
//! default layer; a test holds the two together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Stands where a secret is set.
pub const HIDDEN: &str = "(hidden)";

/// The effective configuration of one process.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub delivery: Delivery,
    pub kafka: KafkaSettings,
    pub transaction: TransactionSettings,
    pub shutdown: ShutdownSettings,
    pub budget: BudgetSettings,
    pub breaker: BreakerSettings,
    pub workers: WorkerSettings,
    pub start: StartSettings,
    pub decode: DecodeSettings,
    pub parse: ParseSettings,
    pub dedup: DedupSettings,
    pub emit: EmitSettings,
    pub sources: SourcesSettings,
    pub lexicon: LexiconSettings,
    pub http: HttpSettings,
    pub log: LogSettings,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    ExactlyOnce,
    AtLeastOnce,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    pub bootstrap_servers: String,
    pub group: String,
    pub raw_topics: Vec<String>,
    pub enriched_topic: String,
    pub duplicates_topic: String,
    pub rejected_topic: String,
    pub claims_topic: String,
    pub client_id: String,
    pub rack: String,
    pub instance_id: String,
    pub group_protocol: GroupProtocol,
    pub session_timeout_ms: u32,
    pub stall_seconds: u32,
    pub security_protocol: SecurityProtocol,
    pub sasl_mechanism: String,
    pub sasl_username: String,
    pub sasl_password: Secret,
    pub sasl_password_file: String,
    pub ssl_ca_file: String,
    pub ssl_certificate_file: String,
    pub ssl_key_file: String,
    pub ssl_key_password_file: String,
    #[serde(serialize_with = "without_secrets")]
    pub properties: BTreeMap<String, String>,
}

impl std::fmt::Debug for KafkaSettings {
    /// As it is serialised: secrets among the properties are hidden too.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match serde_json::to_string(self) {
            Ok(text) => write!(formatter, "KafkaSettings {text}"),
            Err(_) => formatter.write_str("KafkaSettings (cannot be shown)"),
        }
    }
}

fn without_secrets<S: serde::Serializer>(
    properties: &BTreeMap<String, String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(properties.iter().map(|(name, value)| {
        let is_hidden = super::property_is_secret(name) && !value.is_empty();
        (name, if is_hidden { HIDDEN } else { value })
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupProtocol {
    Classic,
    Consumer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityProtocol {
    Plaintext,
    Ssl,
    SaslPlaintext,
    SaslSsl,
}

impl SecurityProtocol {
    /// librdkafka's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Ssl => "ssl",
            Self::SaslPlaintext => "sasl_plaintext",
            Self::SaslSsl => "sasl_ssl",
        }
    }

    #[must_use]
    pub const fn uses_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionSettings {
    pub records_max: usize,
    pub bytes_max: usize,
    pub interval_ms: u64,
    pub timeout_ms: u32,
    pub compression: Compression,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    /// librdkafka's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ShutdownSettings {
    pub drain_seconds: u64,
    pub revoke_drain_seconds: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetSettings {
    pub records_max: usize,
    pub bytes_max: usize,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerSettings {
    pub records: usize,
    pub deployment_percent: u8,
    pub content_percent: u8,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerSettings {
    pub threads: usize,
    pub stack_kib: usize,
    pub stage_seconds_max: u64,
    pub probe_mib: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StartSettings {
    pub from: StartFrom,
    pub accept_loss: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StartFrom {
    Start,
    Earliest,
    Latest,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DecodeSettings {
    pub payload_bytes_max: usize,
    pub content_bytes_max: usize,
    pub json_depth_max: usize,
    pub meta_bytes_max: usize,
    pub json: JsonMapping,
}

/// JSON pointers to the fields of foreign JSON; an empty one maps nothing.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct JsonMapping {
    pub content: String,
    pub headline: String,
    pub body: String,
    pub published: String,
    pub url: String,
    pub source: String,
    pub fetched_at: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ParseSettings {
    pub html_depth_max: usize,
    pub html_nodes_max: usize,
    pub paragraphs_max: usize,
    pub body_bytes_max: usize,
    pub zone: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DedupSettings {
    pub enabled: bool,
    pub near: Near,
    pub near_novelty_permille: u16,
    pub near_words: u32,
    pub window_hours: u32,
    pub revision_novelty_permille: u16,
    pub revision_similarity_permille: u16,
    pub duplicate_body: bool,
    pub accept_empty_log: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Near {
    /// Near repeats are not looked for.
    Off,
    /// They are enriched, with the verdict in the record.
    Mark,
    /// They end among the duplicates.
    Suppress,
}

impl Near {
    /// As it stands in the configuration and in the claims log's level.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Mark => "mark",
            Self::Suppress => "suppress",
        }
    }
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EmitSettings {
    pub record_bytes_max: usize,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SourcesSettings {
    pub file: String,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LexiconSettings {
    pub dump_labels: Vec<String>,
    pub folder: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSettings {
    pub listen: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    pub level: LogLevel,
    pub format: LogFormat,
    pub stats_seconds: u64,
    pub repeats_max: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Auto,
    Json,
    Human,
}

/// A text that is never shown: `Debug` and serialisation print `(hidden)` where it is set.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself, for the one place that needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if self.0.is_empty() { "\"\"" } else { HIDDEN })
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if self.0.is_empty() { "" } else { HIDDEN })
    }
}
