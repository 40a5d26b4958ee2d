//! `khabar events`: the catalogue of log events.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};

use super::{CliError, output};
use crate::events::{json, markdown, rows};

/// Print the catalogue of log events
#[derive(Debug, Args)]
#[command(
    long_about = "Prints every log event that khabar can write: its level, what it means, and, in the other two \
formats, its fields and what to do about it."
)]
#[command(after_long_help = "Examples:
  khabar events                             a table
  khabar events --format markdown           docs/EVENTS.md
  khabar events --format json | jq -r '.[] | select(.level == \"error\") | .event'")]
pub struct EventsArguments {
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Level, name and meaning, a line each
    Table,
    /// An array of objects
    Json,
    /// The text of docs/EVENTS.md
    Markdown,
}

pub(super) fn execute(arguments: &EventsArguments) -> Result<(), CliError> {
    output::print(&match arguments.format {
        Format::Table => table(),
        Format::Json => format!("{:#}\n", json()),
        Format::Markdown => markdown(),
    })
}

fn table() -> String {
    let rows = rows();
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    rows.iter().fold(String::new(), |mut text, row| {
        // Writing to a String never fails.
        let _ = writeln!(text, "{:<5}  {:<width$}  {}", row.level, row.name, row.meaning);
        text
    })
}
