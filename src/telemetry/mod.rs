//! Writes the log: one line an event, as JSON for machines or as text for a person.
//!
//! Owns the form of a line and the place it goes to. What is logged is the catalogue's business (`crate::events`).
//! A log that cannot be written is never a reason to stop, and never a panic.

mod line;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, IsTerminal, Write};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::caught;
use crate::config::settings::{LogFormat, LogLevel, LogSettings};
use crate::events::{self, EventKind, Level, Pass};

use line::{Form, Line};

/// Where log lines go: commands that print data on standard output keep it free of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    StandardOutput,
    StandardError,
}

impl Destination {
    fn is_terminal(self) -> bool {
        match self {
            Self::StandardOutput => io::stdout().is_terminal(),
            Self::StandardError => io::stderr().is_terminal(),
        }
    }

    /// One write call for each line, so that lines of several processes on one pipe do not mix.
    fn write(self, text: &str) {
        // A reader that went away, or a full disk, must not stop the work.
        let _ = match self {
            Self::StandardOutput => {
                let mut output = io::stdout().lock();
                output.write_all(text.as_bytes()).and_then(|()| output.flush())
            }
            Self::StandardError => io::stderr().lock().write_all(text.as_bytes()),
        };
    }
}

/// Starts logging, once for the process: later calls change nothing but the limit for repeats.
pub fn install(log: &LogSettings, destination: Destination) {
    events::limit_repeats(log.repeats_max);
    let layer = LogLayer {
        level_max: filter(log.level),
        form: form(log.format, destination),
        write: Box::new(move |text: &str| destination.write(text)),
    };
    if tracing_subscriber::registry().with(layer).try_init().is_ok() {
        log_panics();
    }
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    }
}

fn form(format: LogFormat, destination: Destination) -> Form {
    let is_terminal = destination.is_terminal();
    // https://no-color.org: set and not empty switches colours off.
    let wants_colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    match format {
        LogFormat::Human => Form::Human { colours: is_terminal && wants_colours },
        LogFormat::Auto if is_terminal => Form::Human { colours: wants_colours },
        LogFormat::Auto | LogFormat::Json => Form::Json,
    }
}

/// A panic becomes an event, unless it is caught where it costs a record, which tells of it. Its message is left out: it
/// may quote the text of an article.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if caught::is_expected() {
            return;
        }
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        let place = panic.location().map_or_else(
            || "unknown".to_owned(),
            |location| format!("{}:{}", place_of(location.file()), location.line()),
        );
        let message = format!("a bug at {place}");
        events::emit(
            &events::PANICKED,
            &message,
            &[("thread", Value::from(thread)), ("place", Value::from(place))],
        );
    }));
}

/// A source file from its crate's folder on: what stands before that belongs to the machine that built khabar.
fn place_of(file: &str) -> &str {
    let Some(sources) = file.rfind("/src/") else { return file };
    let start = file[..sources].rfind('/').map_or(0, |at| at + 1);
    &file[start..]
}

/// The tracing layer that turns events into lines.
struct LogLayer {
    level_max: LevelFilter,
    form: Form,
    write: Box<dyn Fn(&str) + Send + Sync>,
}

impl<S: Subscriber> Layer<S> for LogLayer {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let is_ours = metadata.target() == events::TARGET;
        let is_grave = *metadata.level() <= tracing::Level::WARN;
        !metadata.is_span() && (is_ours || is_grave) && *metadata.level() <= self.level_max
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level_max)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut parts = Parts::default();
        event.record(&mut parts);
        let line = if event.metadata().target() == events::TARGET {
            Some(parts.into_own_line(*event.metadata().level()))
        } else {
            parts.into_foreign_line(event.metadata())
        };
        if let Some(line) = line {
            (self.write)(&line.render(self.form));
        }
    }
}

/// What an event of tracing carries, as far as a line shows it.
#[derive(Default)]
struct Parts {
    message: String,
    event: String,
    fields: String,
    /// Where the event came through the `log` crate, its target there.
    log_target: Option<String>,
}

impl Visit for Parts {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            "event" => value.clone_into(&mut self.event),
            "fields" => value.clone_into(&mut self.fields),
            "log.target" => self.log_target = Some(value.to_owned()),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}

impl Parts {
    fn into_own_line(self, level: tracing::Level) -> Line {
        Line::new(level_name(level), self.event, self.message, &self.fields)
    }

    /// Of libraries, warnings and errors are shown, both as warnings: what is an error to khabar, khabar says itself.
    fn into_foreign_line(self, metadata: &Metadata<'_>) -> Option<Line> {
        let target = self.log_target.as_deref().unwrap_or_else(|| metadata.target());
        let is_kafka = target.starts_with("rdkafka") || target.starts_with("librdkafka");
        let kind: &'static EventKind =
            if is_kafka { &events::KAFKA_CLIENT_LOG } else { &events::LIBRARY_LOG };
        let Pass::Shown { held_back } = events::pass(kind) else { return None };
        let mut fields = serde_json::json!({"severity": level_name(*metadata.level()), "target": target});
        if held_back > 0 {
            fields[events::HELD_BACK] = Value::from(held_back);
        }
        Some(Line::new(Level::Warn.name(), kind.name.to_owned(), self.message, &fields.to_string()))
    }
}

fn level_name(level: tracing::Level) -> &'static str {
    match level {
        tracing::Level::ERROR => Level::Error.name(),
        tracing::Level::WARN => Level::Warn.name(),
        tracing::Level::INFO => Level::Info.name(),
        _ => Level::Debug.name(),
    }
}
