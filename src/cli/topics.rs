//! `khabar topics`: what the topics must be like, and what is missing.

use clap::Args;

use super::CliError;
use super::layers::Layers;

/// Show what differs from what the topics must be like, or create what is missing
#[derive(Debug, Args)]
#[command(
    long_about = "Compares the topics that the configuration names with what khabar needs of them, and shows what \
is missing or differs, with Kafka's command that mends it. With --create, topics that are missing are created; a topic \
that exists is never changed."
)]
#[command(after_long_help = "Examples:
  khabar topics -c site.toml
  khabar topics -c site.toml --create --partitions 12
  khabar topics --create --dev               one broker on your own machine

The claims topic always has one partition: its order is the truth.")]
pub struct TopicsArguments {
    #[command(flatten)]
    layers: Layers,

    /// Create the topics that are missing
    #[arg(long)]
    pub(super) create: bool,

    /// For a single broker: replication 1 and min.insync.replicas 1
    #[arg(long, conflicts_with = "replication")]
    pub(super) dev: bool,

    /// Partitions of raw and output topics that are created
    #[arg(long, value_name = "N", requires = "create", default_value_t = 6, value_parser = clap::value_parser!(i32).range(1..=10_000))]
    pub(super) partitions: i32,

    /// Replicas of each topic that is created
    #[arg(long, value_name = "N", requires = "create", default_value_t = 3, value_parser = clap::value_parser!(i32).range(1..=15))]
    pub(super) replication: i32,
}

impl TopicsArguments {
    /// Replicas of each topic that is created.
    pub(super) fn replicas(&self) -> i32 {
        if self.dev { 1 } else { self.replication }
    }
}

pub(super) fn execute(layers: &Layers, arguments: &TopicsArguments) -> Result<(), CliError> {
    let _loaded = layers.with(&arguments.layers).load()?;
    let _ = (arguments.create, arguments.partitions, arguments.replicas());
    // NOT WIRED: the broker is not asked yet.
    Err(CliError::Failed("khabar topics is not wired yet".to_owned()))
}
