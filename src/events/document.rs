//! The catalogue as text: for `khabar events` and for `docs/EVENTS.md`.

use std::fmt::Write as _;

use serde_json::{Value, json as value};

use super::{CATALOGUE, EventKind};

/// One event of the catalogue as a line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub level: &'static str,
    pub name: &'static str,
    pub meaning: &'static str,
}

/// The catalogue as lines of a table, in the order of a worker's life.
#[must_use]
pub fn rows() -> Vec<Row> {
    CATALOGUE
        .iter()
        .map(|kind| Row { level: kind.level.name(), name: kind.name, meaning: kind.meaning })
        .collect()
}

/// The catalogue as a JSON array of objects: `event`, `level`, `fields`, `meaning`, `remedy`.
#[must_use]
pub fn json() -> Value {
    CATALOGUE
        .iter()
        .map(|kind| {
            value!({
                "event": kind.name,
                "level": kind.level.name(),
                "fields": kind.fields,
                "meaning": kind.meaning,
                "remedy": kind.remedy,
            })
        })
        .collect()
}

/// The catalogue as the Markdown text of `docs/EVENTS.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(INTRODUCTION);
    for kind in CATALOGUE {
        section(&mut text, kind);
    }
    text
}

const INTRODUCTION: &str = "# Log events

Every log line of khabar is one of these events. This file is generated: `khabar events --format markdown`.

A line is one JSON object: `ts` (RFC 3339, UTC, milliseconds), `level`, `event` (a name below), `msg` (for a person;
its wording may change), and the fields of the event. Match on `event` and fields, never on `msg`.

Levels: `error` means that something is lost or that an operator is needed; `warn` is odd, and nothing is lost; `info`
tells the worker's life; `debug` goes down to single records. Of one warning at most `log.repeats_max` lines are
written in ten seconds; the next line that is written says in `held_back` how many were not.
";

fn section(text: &mut String, kind: &EventKind) {
    let fields = if kind.fields.is_empty() {
        "none".to_owned()
    } else {
        kind.fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ")
    };
    // Writing to a String never fails.
    let _ = write!(
        text,
        "\n## `{}` ({})\n\n{}\n\n- Fields: {}\n- What to do: {}\n",
        kind.name,
        kind.level.name(),
        kind.meaning,
        fields,
        kind.remedy
    );
}
