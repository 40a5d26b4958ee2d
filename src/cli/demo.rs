//! `khabar demo`: the worker on an embedded broker, with sample articles.

use clap::Args;

use super::CliError;
use super::layers::Layers;

/// See it work: the worker on an embedded broker with sample articles
#[derive(Debug, Args)]
#[command(
    long_about = "Runs the same worker on a broker inside this process, feeds it sample articles (Arabic and \
English, dumps and pages, repeats, a revision, broken ones), prints what happened to each, and ends. There is nothing to \
install. What an embedded broker cannot show is said: exactly-once, and logs beyond 5 MB."
)]
#[command(after_long_help = "Examples:
  khabar demo
  khabar demo --keep         stay up; feed and read it with your own Kafka tools")]
pub struct DemoArguments {
    #[command(flatten)]
    layers: Layers,

    /// Stay up and print the broker's address, for your own producer and consumer
    #[arg(long)]
    pub(super) keep: bool,
}

pub(super) fn execute(layers: &Layers, arguments: &DemoArguments) -> Result<(), CliError> {
    let _loaded = layers.with(&arguments.layers).load()?;
    let _ = arguments.keep;
    // NOT WIRED: the demo is not called from here yet.
    Err(CliError::Failed("khabar demo is not wired yet".to_owned()))
}
