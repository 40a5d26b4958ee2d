//! `khabar claims`: the claims log.

use clap::{Args, Subcommand};

use super::CliError;
use super::layers::Layers;

/// Look at the claims log, or raise its level
#[derive(Debug, Args)]
pub struct ClaimsArguments {
    #[command(subcommand)]
    command: ClaimsCommand,
}

#[derive(Debug, Subcommand)]
enum ClaimsCommand {
    Level(LevelArguments),
}

/// Show the log's level of deduplication, or raise it
#[derive(Debug, Args)]
#[command(
    long_about = "The level is recorded in the claims log itself: engine version, parameters and policies. All \
replicas judge by it, and one whose configuration differs refuses to start. To change them, roll out the new version or \
settings to all replicas, then raise the level once; it holds for the claims that come after."
)]
#[command(after_long_help = "Examples:
  khabar claims level -c site.toml             the log's level, and what differs here
  khabar claims level -c site.toml --raise     record the level of this configuration")]
pub struct LevelArguments {
    #[command(flatten)]
    layers: Layers,

    /// Record the level of this configuration in the log
    #[arg(long)]
    pub(super) raise: bool,
}

pub(super) fn execute(layers: &Layers, arguments: &ClaimsArguments) -> Result<(), CliError> {
    let ClaimsCommand::Level(level) = &arguments.command;
    let _loaded = layers.with(&level.layers).load()?;
    let _ = level.raise;
    // NOT WIRED: the claims log is not read yet.
    Err(CliError::Failed("khabar claims level is not wired yet".to_owned()))
}
