//! The catalogue of log events, and the one function that logs.
//!
//! Every log line of khabar is one of these events; no other module calls a tracing macro. The level says what is at
//! stake: `warn` is odd and nothing is lost, `error` means that something is lost or that an operator is needed.
//! Warnings that repeat are held back and counted; errors and information never are. No event below `debug` carries
//! article text, and none carries a secret.

mod catalogue;
mod document;
mod repeats;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use catalogue::*;
pub use document::{Row, json, markdown, rows};
pub use repeats::{Pass, Repeats, WINDOW_SECONDS};

/// The tracing target of every event of the catalogue; what has another target comes from a library.
pub const TARGET: &str = "khabar";

/// The field that says how many warnings of this kind were not shown since the last one that was.
pub const HELD_BACK: &str = "held_back";

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

impl Level {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

/// One kind of event.
#[derive(Debug, PartialEq, Eq)]
pub struct EventKind {
    pub name: &'static str,
    pub level: Level,
    /// The fields that this event may carry.
    pub fields: &'static [&'static str],
    pub meaning: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Logs one event. Fields that the catalogue does not name are a bug; a debug build stops on them.
pub fn emit(kind: &'static EventKind, message: &str, fields: &[(&'static str, Value)]) {
    debug_assert!(
        fields.iter().all(|(name, _)| kind.fields.contains(name)),
        "the catalogue names the fields of {}: {:?}, and not all of {:?}",
        kind.name,
        kind.fields,
        fields.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    if !is_shown(kind.level) {
        return;
    }
    let held_back = match pass(kind) {
        Pass::Held => return,
        Pass::Shown { held_back } => held_back,
    };
    let mut object: Map<String, Value> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    if held_back > 0 {
        object.insert(HELD_BACK.to_owned(), Value::from(held_back));
    }
    write(kind, message, &Value::Object(object).to_string());
}

/// Whether an event of this kind is logged now; asking counts it.
pub fn pass(kind: &'static EventKind) -> Pass {
    repeats::shared().pass(kind, crate::clock::monotonic())
}

/// Of one warning, at most this many pass within [`WINDOW_SECONDS`].
pub fn limit_repeats(repeats_max: u32) {
    repeats::shared().set_max(repeats_max);
}

/// Whether a listener wants this level: a debug event per record must cost nothing where nobody reads it.
#[must_use]
pub fn is_shown(level: Level) -> bool {
    match level {
        Level::Error => tracing::enabled!(target: TARGET, tracing::Level::ERROR),
        Level::Warn => tracing::enabled!(target: TARGET, tracing::Level::WARN),
        Level::Info => tracing::enabled!(target: TARGET, tracing::Level::INFO),
        Level::Debug => tracing::enabled!(target: TARGET, tracing::Level::DEBUG),
    }
}

/// tracing fixes a level where a macro stands, so there is one macro for each.
fn write(kind: &'static EventKind, message: &str, fields: &str) {
    let event = kind.name;
    match kind.level {
        Level::Error => tracing::error!(target: TARGET, event, fields, "{message}"),
        Level::Warn => tracing::warn!(target: TARGET, event, fields, "{message}"),
        Level::Info => tracing::info!(target: TARGET, event, fields, "{message}"),
        Level::Debug => tracing::debug!(target: TARGET, event, fields, "{message}"),
    }
}
