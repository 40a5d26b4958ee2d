//! `khabar run`: the worker.

use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::CliError;
use super::layers::Layers;
use crate::config::secrets;
use crate::health::{self, Health};
use crate::metrics::Metrics;
use crate::shutdown::Shutdown;
use crate::telemetry::{self, Destination};
use crate::worker::Worker;

/// Run the worker
#[derive(Debug, Args)]
#[command(
    long_about = "Runs the worker until it is told to stop. It reads the claims log, joins its group, and \
processes records; every state and every trouble is an event in the log on standard output (`khabar events`).

SIGTERM or Ctrl-C drains: what is in flight is committed, then the worker leaves its group and exits 0. A second one \
stops at once, and still nothing is lost."
)]
#[command(after_long_help = "Examples:
  khabar run -c site.toml
  KHABAR__KAFKA__BOOTSTRAP_SERVERS=broker:9092 khabar run
  khabar run -c site.toml --from latest        skip what is there already
  khabar run -c site.toml --accept-loss        once, after retention took unread records")]
pub struct RunArguments {
    #[command(flatten)]
    layers: Layers,

    /// Where partitions without a committed offset start (start.from)
    #[arg(long, value_enum, value_name = "WHERE")]
    from: Option<From>,

    /// Go on where retention has taken raw records that were not read (start.accept_loss)
    ///
    /// They are lost, and their claims are void, so that they match nothing.
    #[arg(long)]
    accept_loss: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    /// Read again all that is kept; claimed records get the same outcome as before
    Earliest,
    /// Skip to the end
    Latest,
}

impl RunArguments {
    /// The layers with what the options stand for.
    pub(super) fn layers(&self, before: &Layers) -> Layers {
        let mut layers = before.with(&self.layers);
        if let Some(from) = self.from {
            layers = layers.with_setting(match from {
                From::Earliest => "start.from=earliest",
                From::Latest => "start.from=latest",
            });
        }
        if self.accept_loss { layers.with_setting("start.accept_loss=true") } else { layers }
    }
}

pub(super) fn execute(layers: &Layers, arguments: &RunArguments) -> Result<(), CliError> {
    let loaded = arguments.layers(layers).load()?;
    let secrets = secrets::read(&loaded.settings)?;
    telemetry::install(&loaded.settings.log, Destination::StandardOutput);
    let worker = Worker { settings: Arc::new(loaded.settings), secrets, embedded: false };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| CliError::Failed(format!("the asynchronous runtime can't start: {error}")))?;
    let shutdown = runtime
        .block_on(async { Shutdown::listen() })
        .map_err(|error| CliError::Failed(format!("signals can't be listened for: {error}")))?;
    let metrics = Arc::new(Metrics::new());
    let health = Health::new(Arc::clone(&metrics));
    serve_health(&runtime, &worker.settings.http.listen, &health, &metrics)?;
    let ended = worker.run(&shutdown, &health, &metrics);
    runtime.shutdown_background();
    match ended.exit_code {
        0 => Ok(()),
        code => Err(CliError::Told(code)),
    }
}

/// Listens before the worker starts, so that a port in use is known at once.
fn serve_health(
    runtime: &tokio::runtime::Runtime,
    listen: &str,
    health: &Health,
    metrics: &Arc<Metrics>,
) -> Result<(), CliError> {
    if listen.is_empty() {
        return Ok(());
    }
    let listener =
        runtime.block_on(health::bind(listen)).map_err(|error| CliError::Failed(error.to_string()))?;
    let served = health::serve_on(listener, health.clone(), Arc::clone(metrics), std::future::pending());
    runtime.spawn(served);
    Ok(())
}
