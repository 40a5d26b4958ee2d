//! The only place that names rdkafka. No rdkafka type, list or message leaves it.
//!
//! It owns the clients and the threads that may block on them: the [`poller`] reads raw records, the [`committer`]
//! sends outputs and commits, the [`claims_log`] appends and follows claims. [`scan`] reads stretches of
//! topics afterwards. [`admin`] looks at topics, [`embedded`]
//! is the broker of the demo. What a record means is decided elsewhere.

#![allow(clippy::disallowed_types, reason = "lists of partitions may be held here, and nowhere else")]

pub mod admin;
pub mod asker;
pub mod assignment;
pub mod claims_log;
pub mod client;
pub mod committer;
pub mod embedded;
mod message;
pub mod poller;
pub mod producer;
pub mod rebalance;
pub mod scan;
mod standstill;
pub mod starts;
pub mod transaction;

/// A failure of Kafka that a caller may have to tell a person about.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KafkaFailure {
    /// Time can heal it: the broker is away, a leader moves.
    #[error("{what}: {cause}")]
    Transient { what: String, cause: String },
    /// The broker refuses our name, password or certificate.
    #[error(
        "{what}: the broker refuses the credentials: {cause}; check kafka.security_protocol, kafka.sasl_* and kafka.ssl_*"
    )]
    Authentication { what: String, cause: String },
    /// An ACL is missing.
    #[error("{what}: permission is missing: {cause}; allow it for this principal with an ACL")]
    Permission { what: String, cause: String },
    /// librdkafka refuses the configuration.
    #[error("{what}: {cause}; check [kafka] and [kafka.properties]")]
    Configuration { what: String, cause: String },
    #[error("{what}: {cause}")]
    Fatal { what: String, cause: String },
}

impl KafkaFailure {
    /// Whether trying again can help.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }

    /// Sorts an error of librdkafka.
    pub(crate) fn new(what: impl Into<String>, error: &rdkafka::error::KafkaError) -> Self {
        use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
        let (what, cause) = (what.into(), error.to_string());
        if matches!(error, KafkaError::ClientConfig(..) | KafkaError::ClientCreation(_)) {
            return Self::Configuration { what, cause };
        }
        match code_of(error) {
            Some(
                Code::Authentication
                | Code::SaslAuthenticationFailed
                | Code::SSL
                | Code::UnsupportedSASLMechanism,
            ) => Self::Authentication { what, cause },
            Some(
                Code::TopicAuthorizationFailed
                | Code::GroupAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::TransactionalIdAuthorizationFailed,
            ) => Self::Permission { what, cause },
            Some(Code::Fatal | Code::Fenced | Code::InvalidProducerEpoch | Code::FencedInstanceId) => {
                Self::Fatal { what, cause }
            }
            _ => Self::Transient { what, cause },
        }
    }
}

/// The librdkafka code behind an error, transaction errors included.
pub(crate) fn code_of(error: &rdkafka::error::KafkaError) -> Option<rdkafka::error::RDKafkaErrorCode> {
    match error {
        rdkafka::error::KafkaError::Transaction(inner) => Some(inner.code()),
        other => other.rdkafka_error_code(),
    }
}
