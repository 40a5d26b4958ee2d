//! A failure of the output producer or of a commit, sorted for the machine of [`crate::kafka::transaction`].

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use super::super::transaction::Input;
use super::super::{KafkaFailure, code_of};

/// One failure.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) input: Input,
    pub(super) cause: String,
    /// An authorisation or configuration failure that no new producer heals.
    pub(super) hopeless: Option<KafkaFailure>,
    /// It follows from an earlier failure of the transaction, which librdkafka tells the next call only.
    pub(super) is_consequence: bool,
    /// The next try is another one, a smaller record: there is nothing to wait for.
    pub(super) is_progress: bool,
}

impl Failure {
    pub(super) fn new(what: &str, error: &KafkaError) -> Self {
        let fatal = match error {
            KafkaError::Transaction(inner) => inner.is_fatal(),
            _ => false,
        };
        let fenced = matches!(
            code_of(error),
            Some(
                RDKafkaErrorCode::Fenced
                    | RDKafkaErrorCode::ProducerFenced
                    | RDKafkaErrorCode::InvalidProducerEpoch
                    | RDKafkaErrorCode::FencedInstanceId
                    | RDKafkaErrorCode::Fatal
            )
        );
        let cause = format!("{what}: {error}");
        let hopeless = match KafkaFailure::new(what, error) {
            failure @ (KafkaFailure::Permission { .. }
            | KafkaFailure::Authentication { .. }
            | KafkaFailure::Configuration { .. }) => Some(failure),
            _ => None,
        };
        let input = if fatal || fenced || hopeless.is_some() { Input::Fatal } else { Input::Failed };
        let is_consequence = matches!(
            code_of(error),
            Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight | RDKafkaErrorCode::State)
        );
        Self { input, cause, hopeless, is_consequence, is_progress: false }
    }

    /// One that a new producer settles.
    pub(super) fn other(cause: impl Into<String>) -> Self {
        Self {
            input: Input::Failed,
            cause: cause.into(),
            hopeless: None,
            is_consequence: false,
            is_progress: false,
        }
    }

    /// An output was too large, and will be smaller.
    pub(super) fn too_large(cause: String) -> Self {
        Self { is_progress: true, ..Self::other(cause) }
    }

    /// One that only a person can heal: `topic` does not take what it must.
    pub(super) fn refused(topic: &str, cause: String) -> Self {
        let hopeless = KafkaFailure::Configuration { what: format!("producing to {topic}"), cause };
        Self {
            input: Input::Fatal,
            cause: hopeless.to_string(),
            hopeless: Some(hopeless),
            is_consequence: false,
            is_progress: false,
        }
    }
}
