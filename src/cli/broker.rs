//! What the commands that ask a broker have in common: connecting, looking at the topics, and telling failures.
//!
//! All of it blocks, and every request has a limit in `crate::kafka`.

use std::sync::Arc;

use super::layers::Layers;
use super::{CliError, text};
use crate::config::settings::{LogLevel, LogSettings, Settings};
use crate::config::{Loaded, secrets};
use crate::kafka::KafkaFailure;
use crate::kafka::admin::Admin;
use crate::kafka::client::Connection;
use crate::telemetry::{self, Destination};
use crate::topics::{self, Difference, Part, TopicFacts};

/// The topics that exist.
pub(super) type Facts = Vec<(Part, String, TopicFacts)>;

/// A configuration with its secrets, ready to connect.
pub(super) fn prepare(layers: Layers) -> Result<(Arc<Settings>, Connection), CliError> {
    let Loaded { settings, .. } = layers.load()?;
    let secrets = secrets::read(&settings)?;
    start_log(&settings.log);
    let settings = Arc::new(settings);
    let connection = Connection { settings: Arc::clone(&settings), secrets, embedded: false };
    Ok((settings, connection))
}

/// Standard output belongs to the command's own words; the log has warnings and errors only, beside them.
pub(super) fn start_log(log: &LogSettings) {
    let log = LogSettings { level: log.level.min(LogLevel::Warn), ..log.clone() };
    telemetry::install(&log, Destination::StandardError);
}

/// Connects, and gives the cluster's id.
pub(super) fn connect(settings: &Settings, connection: &Connection) -> Result<(Admin, String), KafkaFailure> {
    let admin = Admin::new(connection)?;
    let cluster = admin.cluster_id().map_err(|failure| match failure {
        KafkaFailure::Transient { cause, .. } => KafkaFailure::Transient {
            what: format!("no broker answers at {}", settings.kafka.bootstrap_servers),
            cause: format!(
                "{cause}; check kafka.bootstrap_servers, that the address can be reached from here, and \
                kafka.security_protocol"
            ),
        },
        failure => failure,
    })?;
    Ok((admin, cluster))
}

/// The facts of the topics that exist, and the ones that don't.
pub(super) fn survey(
    admin: &Admin,
    settings: &Settings,
) -> Result<(Facts, Vec<(Part, String)>), KafkaFailure> {
    let (mut facts, mut missing) = (Vec::new(), Vec::new());
    for (part, name) in topics::parts(settings) {
        match admin.topic(&name)? {
            Some(found) => facts.push((part, name, found)),
            None => missing.push((part, name)),
        }
    }
    Ok((facts, missing))
}

/// A topic's retention and its largest batch, for a person; `-` where they can't be read.
pub(super) fn limits(topic: &TopicFacts) -> [String; 2] {
    if topic.configs.is_none() {
        return ["-".to_owned(), "-".to_owned()];
    }
    [text::retention(topic.retention_ms()), text::bytes(topic.message_bytes_max() as u64)]
}

/// What is found and what is needed, in a line.
pub(super) fn difference(difference: &Difference) -> String {
    text::clean(&format!("{} is {}, needed is {}", difference.property, difference.found, difference.needed))
}

/// A failure that ends a command: what a person must mend is exit code 2, the rest 1.
pub(super) fn ended(failure: &KafkaFailure) -> CliError {
    let message = failure.to_string();
    if must_be_mended(failure) { CliError::Usage(message) } else { CliError::Failed(message) }
}

/// Credentials, permissions and settings: trying again cannot help.
pub(super) const fn must_be_mended(failure: &KafkaFailure) -> bool {
    matches!(
        failure,
        KafkaFailure::Authentication { .. }
            | KafkaFailure::Permission { .. }
            | KafkaFailure::Configuration { .. }
    )
}
