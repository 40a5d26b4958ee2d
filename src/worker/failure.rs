//! Why a worker ends by itself: the event that tells it, and the exit code.

use serde_json::{Value, json};

use super::breaker::Opened;
use super::desk::Overdue;
use super::follower::StartProblem;
use super::start_rule::StartRefusal;
use crate::events::{self, EventKind};
use crate::kafka::KafkaFailure;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::committer::CommitterError;
use crate::kafka::poller::PollerError;

/// Exit code of a failure that a restart may heal.
pub const EXIT_FAILED: u8 = 1;
/// Exit code of wrong usage, configuration or topics.
pub const EXIT_CONFIGURATION: u8 = 2;

/// One failure, ready to be logged.
#[derive(Debug)]
pub struct Failure {
    pub kind: &'static EventKind,
    pub message: String,
    pub fields: Vec<(&'static str, Value)>,
    pub exit_code: u8,
}

impl Failure {
    pub fn new(
        kind: &'static EventKind,
        message: impl Into<String>,
        fields: Vec<(&'static str, Value)>,
        exit_code: u8,
    ) -> Self {
        Self { kind, message: message.into(), fields, exit_code }
    }

    pub fn log(&self) {
        events::emit(self.kind, &self.message, &self.fields);
    }

    /// The group's offset lies below what this worker has seen committed.
    pub fn offsets_set_back(key: &PartitionKey, offset: i64) -> Self {
        let message = format!(
            "the group's offset of {key} was set back to {offset} while this worker was up; it reads the claims log anew after the restart"
        );
        let fields = vec![
            ("topic", json!(key.topic.as_ref())),
            ("partition", json!(key.partition)),
            ("offset", json!(offset)),
        ];
        Self::new(&events::OFFSETS_SET_BACK, message, fields, EXIT_FAILED)
    }

    /// A stage does not end.
    pub fn stage_overdue(overdue: &Overdue) -> Self {
        let Overdue { ticket, stage, seconds } = overdue;
        Self::new(
            &events::STAGE_OVERDUE,
            format!("{stage} has worked on one record for {seconds} s and does not end; the worker does"),
            vec![
                ("topic", json!(ticket.key.topic.as_ref())),
                ("partition", json!(ticket.key.partition)),
                ("offset", json!(ticket.offset)),
                ("stage", json!(stage)),
                ("seconds", json!(seconds)),
            ],
            EXIT_FAILED,
        )
    }

    /// A thread ended with a panic.
    pub fn thread_died(thread: &'static str, panic: &str) -> Self {
        let message = format!("a thread of the worker died: {panic}");
        Self::new(&events::WORKER_THREAD_DIED, message, vec![("thread", json!(thread))], EXIT_FAILED)
    }
}

impl From<Opened> for Failure {
    fn from(opened: Opened) -> Self {
        let Opened { cause, count, records } = opened;
        let cause = cause.name();
        let message =
            format!("{count} of the last {records} records did not leave whole for one cause: {cause}");
        let fields = vec![("cause", json!(cause)), ("count", json!(count)), ("records", json!(records))];
        Self::new(&events::BREAKER_OPENED, message, fields, EXIT_FAILED)
    }
}

impl From<KafkaFailure> for Failure {
    fn from(failure: KafkaFailure) -> Self {
        let message = failure.to_string();
        match failure {
            KafkaFailure::Authentication { cause, .. } => Self::new(
                &events::AUTHENTICATION_FAILED,
                message,
                vec![("cause", json!(cause))],
                EXIT_CONFIGURATION,
            ),
            KafkaFailure::Permission { what, cause } => Self::new(
                &events::PERMISSION_DENIED,
                message,
                vec![("operation", json!(what)), ("cause", json!(cause))],
                EXIT_CONFIGURATION,
            ),
            KafkaFailure::Configuration { what, cause } => Self::new(
                &events::FATAL_KAFKA_ERROR,
                message,
                vec![("operation", json!(what)), ("cause", json!(cause))],
                EXIT_CONFIGURATION,
            ),
            KafkaFailure::Transient { what, cause } | KafkaFailure::Fatal { what, cause } => Self::new(
                &events::FATAL_KAFKA_ERROR,
                message,
                vec![("operation", json!(what)), ("cause", json!(cause))],
                EXIT_FAILED,
            ),
        }
    }
}

impl From<CommitterError> for Failure {
    fn from(error: CommitterError) -> Self {
        let message = error.to_string();
        match error {
            CommitterError::Kafka(failure) => failure.into(),
            CommitterError::Fenced(cause) => {
                Self::new(&events::FENCED, message, vec![("cause", json!(cause))], EXIT_FAILED)
            }
            CommitterError::Abandoned => Self::new(
                &events::FATAL_KAFKA_ERROR,
                message,
                vec![("operation", json!("initialising transactions"))],
                EXIT_FAILED,
            ),
        }
    }
}

impl From<PollerError> for Failure {
    fn from(error: PollerError) -> Self {
        let message = error.to_string();
        match error {
            PollerError::Kafka(failure) => failure.into(),
            PollerError::PositionLost => Self::new(
                &events::FATAL_KAFKA_ERROR,
                message,
                vec![("operation", json!("reading raw records"))],
                EXIT_FAILED,
            ),
            PollerError::StandsStill { partition, position, end, seconds } => Self::new(
                &events::PARTITION_GIVEN_UP,
                message,
                vec![
                    ("topic", json!(partition.topic.as_ref())),
                    ("partition", json!(partition.partition)),
                    ("position", json!(position)),
                    ("end", json!(end)),
                    ("seconds", json!(seconds)),
                ],
                EXIT_FAILED,
            ),
            PollerError::PassedByRetention { partition, committed, low } => Self::new(
                &events::OFFSETS_PASSED_BY_RETENTION,
                message,
                passed(&partition, committed, low),
                EXIT_FAILED,
            ),
            PollerError::BeyondEnd { partition, committed, high } => Self::new(
                &events::OFFSETS_BEYOND_END,
                message,
                beyond_end(&partition, committed, high),
                EXIT_FAILED,
            ),
        }
    }
}

impl From<StartProblem> for Failure {
    fn from(problem: StartProblem) -> Self {
        let message = problem.to_string();
        match problem {
            StartProblem::Kafka(failure) => failure.into(),
            StartProblem::Append(failure) => Self::new(
                &events::CLAIMS_APPEND_FAILED,
                message,
                vec![("cause", json!(failure.to_string()))],
                EXIT_FAILED,
            ),
            StartProblem::Newer { offset, cause } => Self::new(
                &events::CLAIMS_UNREADABLE,
                message,
                vec![("offset", json!(offset)), ("version", json!(cause))],
                EXIT_FAILED,
            ),
            StartProblem::LevelDiffers(differences) => Self::new(
                &events::CLAIMS_LEVEL_DIFFERS,
                message,
                vec![("differences", json!(differences))],
                EXIT_CONFIGURATION,
            ),
            StartProblem::Refused(refusal) => refusal.into(),
            StartProblem::Clock(step) => Self::new(
                &events::CLAIMS_CLOCK_STEPPED_BACK,
                message,
                vec![("by_ms", json!(step.step_ms)), ("rebuild", json!("by a restart"))],
                EXIT_FAILED,
            ),
            StartProblem::Stopped => Self::new(&events::DRAINING, message, Vec::new(), 0),
        }
    }
}

impl From<StartRefusal> for Failure {
    fn from(refusal: StartRefusal) -> Self {
        let message = refusal.to_string();
        let (kind, fields) = match refusal {
            StartRefusal::LogLost { topic } => (&events::CLAIMS_LOG_LOST, vec![("topic", json!(topic))]),
            StartRefusal::LogCut { topic, begins_ms, needed_ms } => (
                &events::CLAIMS_LOG_CUT,
                vec![
                    ("topic", json!(topic)),
                    ("begins_ms", json!(begins_ms)),
                    ("needed_ms", json!(needed_ms)),
                ],
            ),
            StartRefusal::OffsetsExpired { partitions } => {
                (&events::OFFSETS_EXPIRED, vec![("partitions", json!(partitions))])
            }
            StartRefusal::OffsetsBeyondEnd { partition, committed, end } => {
                (&events::OFFSETS_BEYOND_END, beyond_end(&partition, committed, end))
            }
            StartRefusal::PassedByRetention { partition, committed, begins } => {
                (&events::OFFSETS_PASSED_BY_RETENTION, passed(&partition, committed, begins))
            }
        };
        Self::new(kind, message, fields, EXIT_CONFIGURATION)
    }
}

type Fields = Vec<(&'static str, Value)>;

fn passed(partition: &PartitionKey, committed: i64, begins: i64) -> Fields {
    vec![
        ("topic", json!(partition.topic.as_ref())),
        ("partition", json!(partition.partition)),
        ("committed", json!(committed)),
        ("begins", json!(begins)),
        ("lost", json!(begins - committed)),
    ]
}

fn beyond_end(partition: &PartitionKey, committed: i64, end: i64) -> Fields {
    vec![
        ("topic", json!(partition.topic.as_ref())),
        ("partition", json!(partition.partition)),
        ("committed", json!(committed)),
        ("end", json!(end)),
    ]
}
