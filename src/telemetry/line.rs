//! The two forms of a log line.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A message is cut here; fields are bounded by whoever emits them.
const MESSAGE_CHARS_MAX: usize = 2000;

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One JSON object a line.
    Json,
    /// For a person; colours are ANSI sequences.
    Human { colours: bool },
}

/// One event, ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Line {
    unix_ms: i64,
    level: &'static str,
    event: String,
    message: String,
    fields: Map<String, Value>,
}

impl Line {
    /// `fields` is the text of a JSON object, or empty.
    pub(super) fn new(level: &'static str, event: String, message: String, fields: &str) -> Self {
        let mut message = message;
        if let Some((cut, _)) = message.char_indices().nth(MESSAGE_CHARS_MAX) {
            message.truncate(cut);
            message.push('…');
        }
        let fields = serde_json::from_str(fields).unwrap_or_default();
        Self { unix_ms: crate::clock::unix_ms(), level, event, message, fields }
    }

    #[cfg(test)]
    pub(super) fn at(mut self, unix_ms: i64) -> Self {
        self.unix_ms = unix_ms;
        self
    }

    /// The line with its line feed; there is never another one in it.
    pub(super) fn render(&self, form: Form) -> String {
        match form {
            Form::Json => self.json(),
            Form::Human { colours } => self.human(colours),
        }
    }

    fn time(&self) -> String {
        // The host's clock is within jiff's range unless it is broken; then the line says so by its zero time.
        let time = jiff::Timestamp::from_millisecond(self.unix_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        format!("{time:.3}")
    }

    /// The four fixed members come first, so that a person can read the raw lines too.
    fn json(&self) -> String {
        let mut text = format!(
            r#"{{"ts":"{}","level":"{}","event":{},"msg":{}"#,
            self.time(),
            self.level,
            Value::from(self.event.as_str()),
            Value::from(self.message.as_str())
        );
        for (name, value) in &self.fields {
            // Writing to a String never fails.
            let _ = write!(text, ",{}:{value}", Value::from(name.as_str()));
        }
        text.push_str("}\n");
        text
    }

    fn human(&self, colours: bool) -> String {
        let (colour, dim, plain) =
            if colours { (self.colour(), "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
        let time = self.time();
        // The date is in the JSON form; a person at a terminal needs the time of day.
        let time = time.get(11..).unwrap_or(&time);
        let mut text = format!(
            "{dim}{time}{plain} {colour}{:<5}{plain} {}  {}",
            self.level.to_uppercase(),
            self.event,
            printable(&self.message)
        );
        for (name, value) in &self.fields {
            let shown = match value {
                Value::String(word) if is_plain_word(word) => word.clone(),
                Value::String(words) => format!("\"{}\"", printable(words).replace('"', "\\\"")),
                other => printable(&other.to_string()),
            };
            let _ = write!(text, "  {dim}{name}={plain}{shown}");
        }
        text.push('\n');
        text
    }

    fn colour(&self) -> &'static str {
        match self.level {
            "error" => "\u{1b}[31m",
            "warn" => "\u{1b}[33m",
            "info" => "\u{1b}[32m",
            _ => "\u{1b}[36m",
        }
    }
}

fn is_plain_word(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '"' && c != '=')
}

/// The text with control characters escaped: a log line must not be able to steer the terminal it is read on.
fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, character| {
        if character.is_control() {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
        safe
    })
}
