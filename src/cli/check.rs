//! `khabar check`: is all as it must be?

mod offline;
mod online;
mod report;

use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::layers::Layers;
use super::{CliError, broker, output};
use report::Report;

/// Check the configuration and, with --online, the broker
#[derive(Debug, Args)]
#[command(
    long_about = "Checks the configuration with its files and secrets. With --online it asks the broker too: \
topics, partitions, retention, message sizes, permissions, and the memory that the window needs. It changes nothing."
)]
#[command(after_long_help = "Examples:
  khabar check -c site.toml
  khabar check -c site.toml --online
  khabar check --articles-per-day 250000     the memory that this asks for
  khabar check --online --format json | jq '.findings[] | select(.state != \"ok\")'

Exit codes: 0 all is well (warnings may be listed), 1 the broker did not answer, 2 something must be mended.")]
pub struct CheckArguments {
    #[command(flatten)]
    layers: Layers,

    /// Ask the broker too
    #[arg(long)]
    pub(super) online: bool,

    /// Articles a day, for the memory that the window needs
    #[arg(long, value_name = "N")]
    pub(super) articles_per_day: Option<u64>,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
}

/// How `khabar check` prints what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A line for each thing that was looked at
    Human,
    /// One object: findings, each with state, subject, message and remedy
    Json,
}

pub(super) fn execute(layers: &Layers, arguments: &CheckArguments) -> Result<(), CliError> {
    let loaded = layers.with(&arguments.layers).load()?;
    broker::start_log(&loaded.settings.log);
    let mut report = Report::default();
    let secrets = offline::check(&loaded, arguments.articles_per_day, &mut report);
    if let Some(secrets) = secrets.filter(|_| arguments.online) {
        online::check(&Arc::new(loaded.settings), secrets, &mut report);
    }
    output::print(&match arguments.format {
        Format::Human => report.human(),
        Format::Json => report.json(),
    })?;
    report.verdict()
}
