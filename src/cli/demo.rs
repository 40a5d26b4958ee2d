//! `khabar demo`: the worker on an embedded broker, with sample articles.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use serde_json::Value;

use super::CliError;
use super::layers::Layers;
use crate::config::Origin;
use crate::config::settings::LogLevel;
use crate::demo::{self, Demo, DemoError, Sample, Told};
use crate::shutdown::Shutdown;
use crate::telemetry::{self, Destination};

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
    let mut loaded = layers.with(&arguments.layers).load()?;
    if loaded.origins.get("log.level").is_none_or(|origin| *origin == Origin::Default) {
        // The rejections are told by the demo itself.
        loaded.settings.log.level = LogLevel::Error;
    }
    telemetry::install(&loaded.settings.log, Destination::StandardError);
    println!("khabar demo: the worker of `khabar run` on a broker inside this process.");
    let demo = Demo::start(loaded.settings)?;
    println!("The broker listens on {}; the worker is ready.\n", demo.bootstrap_servers());
    let samples = demo::samples()?;
    let mut tally = Tally::default();
    for (number, sample) in samples.iter().enumerate() {
        let told = demo.feed(number, sample)?;
        print!("{}", tally.paragraph(number + 1, sample, &told));
    }
    println!("{}", tally.summary(samples.len()));
    println!("{LIMITS}");
    if arguments.keep {
        keep(&demo)?;
    }
    let ended = demo.stop();
    match ended {
        Some(ended) if ended.exit_code == 0 && tally.total() == samples.len() => Ok(()),
        Some(ended) => Err(CliError::Failed(format!(
            "the worker ended with exit code {}: {}",
            ended.exit_code, ended.cause
        ))),
        None => Err(CliError::Failed("the worker died".to_owned())),
    }
}

const LIMITS: &str = "
What this broker can't show: it hides no aborted record from readers and keeps no offset of a transaction, so
exactly-once needs a genuine Kafka (`make test` runs one); and it keeps about 5 MB of each partition.";

impl From<DemoError> for CliError {
    fn from(error: DemoError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Stays up until Ctrl-C.
fn keep(demo: &Demo) -> Result<(), CliError> {
    let kafka = &demo.settings().kafka;
    println!(
        "\nStill running, until Ctrl-C. Broker: {}\n  produce to {}\n  read {}, {} and {}",
        demo.bootstrap_servers(),
        kafka.raw_topics.join(", "),
        kafka.enriched_topic,
        kafka.duplicates_topic,
        kafka.rejected_topic
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CliError::Failed(format!("the asynchronous runtime can't start: {error}")))?;
    runtime
        .block_on(async {
            let shutdown = Shutdown::listen()?;
            while !demo.has_ended() && !shutdown.is_requested() {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            Ok::<(), std::io::Error>(())
        })
        .map_err(|error| CliError::Failed(format!("signals can't be listened for: {error}")))
}

/// Counts outcomes, and remembers which sample stood where, so that a match can be named.
#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<String, usize>,
    places: BTreeMap<(i64, i64), usize>,
}

impl Tally {
    /// Two or three lines about one sample.
    fn paragraph(&mut self, number: usize, sample: &Sample, told: &Told) -> String {
        *self.outcomes.entry(told.outcome.clone()).or_default() += 1;
        self.places.insert((i64::from(told.place.0), told.place.1), number);
        let mut text = format!(
            "{number:>3}  {:<9} {:<22} {}\n",
            told.outcome,
            sample.name,
            sample.note.split_once(": ").map_or(sample.note.as_str(), |(_, rest)| rest)
        );
        for line in self.details(told) {
            let _ = writeln!(text, "     {line}");
        }
        text
    }

    fn details(&self, told: &Told) -> Vec<String> {
        let record = &told.record;
        let milliseconds = told.took.as_millis();
        if let Some((code, message)) = &told.rejection {
            return vec![format!(
                "{code}: {}",
                message.strip_prefix(&format!("{code}: ")).unwrap_or(message)
            )];
        }
        if told.outcome == "duplicate" {
            let of = &record["duplicate_of"];
            let place = (of["partition"].as_i64().unwrap_or(-1), of["offset"].as_i64().unwrap_or(-1));
            let original = self
                .places
                .get(&place)
                .map_or_else(|| "an earlier one".to_owned(), |number| format!("number {number}"));
            return vec![format!(
                "{} of {original}, score {}, novelty {}",
                text(&record["kind"]),
                record["score"],
                record["novelty"]
            )];
        }
        let khabar = &record["khabar"];
        let count = |value: &Value| value.as_array().map_or(0, Vec::len);
        let verdict = &khabar["dedup"];
        let place = (
            verdict["match"]["partition"].as_i64().unwrap_or(-1),
            verdict["match"]["offset"].as_i64().unwrap_or(-1),
        );
        let matched =
            self.places.get(&place).map_or_else(String::new, |number| format!(" of number {number}"));
        let date = record["contentCreated"].as_str().map_or_else(|| "no date".to_owned(), str::to_owned);
        vec![
            text(&record["headlines"][0]["value"]).to_owned(),
            format!(
                "{}{matched} · {} {} · {date} ({}) · {} paragraphs · {} related · source {} · {milliseconds} ms",
                text(&verdict["verdict"]),
                text(&record["language"]),
                text(&khabar["direction"]),
                khabar["date"]["precision"].as_str().unwrap_or("none"),
                count(&khabar["paragraphs"]),
                record["associations"]
                    .as_array()
                    .map_or(0, |all| all.iter().filter(|one| one["rel"] == "related").count()),
                khabar["source"].as_str().unwrap_or("unknown"),
            ),
        ]
    }

    fn total(&self) -> usize {
        self.outcomes.values().sum()
    }

    fn summary(&self, samples: usize) -> String {
        let counts: Vec<String> =
            self.outcomes.iter().map(|(outcome, count)| format!("{count} {outcome}")).collect();
        format!("\n{samples} raw records, {} outcomes: {}.", self.total(), counts.join(", "))
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
