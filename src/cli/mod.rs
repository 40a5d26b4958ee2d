//! The command line: its words, its help, its exit codes. Each command has a file of its own.
//!
//! Owns what a person types and reads. What a command does beyond printing is the business of the rooms.

mod audit;
mod broker;
mod check;
mod claims;
mod config;
mod demo;
mod events;
mod explain;
mod layers;
mod lexicon;
mod output;
mod probe;
mod process;
mod run;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod topics;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ConfigError;

pub use layers::Layers;

/// Done.
pub const EXIT_DONE: u8 = 0;
/// Failed while working.
pub const EXIT_FAILED: u8 = 1;
/// Wrong usage or configuration: trying again cannot help.
pub const EXIT_USAGE: u8 = 2;

/// Why a command did not succeed. The message says what, where and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Arguments that cannot be used, or a topic or broker setting that must be mended first: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Exit code 2.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Exit code 1.
    #[error("{0}")]
    Failed(String),
    /// A final event has told the reason already; only the exit code is left to be given.
    #[error("ended with exit code {0}; the log says why")]
    Told(u8),
}

impl CliError {
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Config(_) => EXIT_USAGE,
            Self::Failed(_) => EXIT_FAILED,
            Self::Told(code) => *code,
        }
    }
}

/// Raw news articles in from Kafka, one enriched, duplicate or rejected record each out to Kafka, exactly once.
#[derive(Debug, Parser)]
#[command(name = "khabar", version, max_term_width = 100, arg_required_else_help = true)]
#[command(
    long_about = "khabar (Arabic: a news item) reads raw news articles from Kafka topics, deduplicates, parses \
and tags them, and produces one record for each: enriched, duplicate or rejected. Exactly once, with any number of \
replicas; Kafka is all that it needs."
)]
#[command(after_long_help = "Examples:
  khabar demo                                see it work; nothing to install
  khabar process article.html | jq .item     one article, without Kafka
  khabar explain dump.txt                    what is each line taken for, and why?
  khabar check -c site.toml --online         is all as it must be?
  khabar topics -c site.toml --create        create the topics that are missing
  khabar run -c site.toml                    the worker; start as many as you like
  khabar audit -c site.toml                  prove that each record has exactly one outcome
  khabar lexicon lint lexicon/               what is wrong in files of names

Configuration, later ones win: built-in defaults < files of -c < environment KHABAR__SECTION__KEY < --set.
`khabar config` shows all of it. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.")]
pub struct Cli {
    #[command(flatten)]
    layers: Layers,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArguments),
    Demo(demo::DemoArguments),
    Process(process::ProcessArguments),
    Explain(explain::ExplainArguments),
    Check(check::CheckArguments),
    Topics(topics::TopicsArguments),
    Claims(claims::ClaimsArguments),
    Audit(audit::AuditArguments),
    Lexicon(lexicon::LexiconArguments),
    Config(config::ConfigArguments),
    Events(events::EventsArguments),
    Schema(schema::SchemaArguments),
    /// Try records for a worker that started this
    #[command(hide = true)]
    Probe,
}

/// Runs what the process's arguments ask for and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli) {
        Ok(()) => ExitCode::from(EXIT_DONE),
        Err(error) => {
            if !matches!(error, CliError::Told(_)) {
                output::error(&error.to_string());
            }
            ExitCode::from(error.exit_code())
        }
    }
}

fn execute(cli: Cli) -> Result<(), CliError> {
    let layers = cli.layers;
    match cli.command {
        Command::Run(arguments) => run::execute(&layers, &arguments),
        Command::Demo(arguments) => demo::execute(&layers, &arguments),
        Command::Process(arguments) => process::execute(&layers, &arguments),
        Command::Explain(arguments) => explain::execute(&layers, &arguments),
        Command::Check(arguments) => check::execute(&layers, &arguments),
        Command::Topics(arguments) => topics::execute(&layers, &arguments),
        Command::Claims(arguments) => claims::execute(&layers, &arguments),
        Command::Audit(arguments) => audit::execute(&layers, &arguments),
        Command::Lexicon(arguments) => lexicon::execute(&layers, &arguments),
        Command::Config(arguments) => config::execute(&layers, &arguments),
        Command::Events(arguments) => events::execute(&arguments),
        Command::Schema(arguments) => schema::execute(&arguments),
        Command::Probe => probe::execute(),
    }
}
