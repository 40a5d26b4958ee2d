//! `khabar topics`: what the topics must be like, and what is missing.

use std::fmt::Write as _;
use std::time::Duration;

use clap::Args;

use super::broker::{self, Facts};
use super::layers::Layers;
use super::{CliError, output, text};
use crate::clock;
use crate::config::settings::Settings;
use crate::kafka::KafkaFailure;
use crate::kafka::admin::Admin;
use crate::topics::{self, Difference, Part, TopicFacts};

/// A topic that was created is seen by all brokers within this time.
const VISIBLE_LIMIT: Duration = Duration::from_secs(10);
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

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

The claims topic always has one partition: its order is the truth. Its retention is set by that of the raw topics and
the window; output topics take records as large as the raw topics do. Replication above 1 comes with
min.insync.replicas 2.

Exit codes: 0 all topics exist and fit (advice may be listed), 1 the broker did not answer, 2 a topic is missing, a
difference must be mended, or something is not permitted.")]
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
    let (settings, connection) = broker::prepare(layers.with(&arguments.layers))?;
    let (admin, _) = broker::connect(&settings, &connection).map_err(|failure| broker::ended(&failure))?;
    let (mut facts, mut missing) =
        broker::survey(&admin, &settings).map_err(|failure| broker::ended(&failure))?;
    if arguments.create {
        create(&admin, &settings, arguments, &mut facts, &mut missing)?;
    }
    let differences = topics::differences(&settings, &facts, arguments.dev);
    output::print(&render(&settings, &facts, &differences))?;
    verdict(&missing, &differences)
}

/// Creates what is missing: raw topics first, since the others are made to fit them.
fn create(
    admin: &Admin,
    settings: &Settings,
    arguments: &TopicsArguments,
    facts: &mut Facts,
    missing: &mut Vec<(Part, String)>,
) -> Result<(), CliError> {
    for is_raw in [true, false] {
        let retention = topics::raw_retention_ms(facts);
        let mut plans = topics::plan(settings, arguments.partitions, arguments.replicas(), retention);
        topics::fit_outputs(&mut plans, facts);
        plans.retain(|plan| {
            (plan.part == Part::Raw) == is_raw && missing.iter().any(|(_, name)| *name == plan.name)
        });
        for plan in plans {
            admin.create(&plan).map_err(|failure| refused(&failure))?;
            output::print(&format!("created {}\n", text::clean(&plan.name)))?;
            facts.push((plan.part, plan.name.clone(), wait_for(admin, &plan.name)?));
            missing.retain(|(_, name)| *name != plan.name);
        }
    }
    Ok(())
}

fn refused(failure: &KafkaFailure) -> CliError {
    match failure {
        KafkaFailure::Fatal { .. } => CliError::Usage(format!(
            "{failure}; see --partitions and --replication, or --dev for a single broker"
        )),
        failure => broker::ended(failure),
    }
}

fn wait_for(admin: &Admin, name: &str) -> Result<TopicFacts, CliError> {
    let begun = clock::monotonic();
    loop {
        match admin.topic(name) {
            Ok(Some(facts)) => return Ok(facts),
            Err(failure) if !failure.is_transient() => return Err(broker::ended(&failure)),
            _ if clock::since(begun) < VISIBLE_LIMIT => std::thread::sleep(LOOK_INTERVAL),
            _ => {
                return Err(CliError::Failed(format!(
                    "topic {name} is created, but the broker does not show it yet; run this command again"
                )));
            }
        }
    }
}

fn render(settings: &Settings, facts: &Facts, differences: &[Difference]) -> String {
    let head = ["topic", "part", "partitions", "replicas", "retention", "largest batch", "state"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    for (part, name) in topics::parts(settings) {
        let found = facts.iter().find(|(_, known, _)| *known == name).map(|(.., topic)| topic);
        rows.push(row(part, &name, found, differences));
    }
    let mut shown = text::columns(&rows);
    for difference in differences {
        let weight = if difference.is_blocking { "must be mended" } else { "advised" };
        // Writing to a String never fails.
        let _ = write!(
            shown,
            "\n{}: {} ({weight})\n  {}\n",
            text::clean(&difference.topic),
            broker::difference(difference),
            difference.remedy
        );
    }
    shown
}

fn row(part: Part, name: &str, found: Option<&TopicFacts>, differences: &[Difference]) -> Vec<String> {
    let start = [text::clean(name), part.name().to_owned()];
    let rest = match found {
        None => ["-", "-", "-", "-", "missing"].map(ToOwned::to_owned),
        Some(topic) => {
            let blocking = |wanted| {
                differences.iter().filter(|one| one.topic == name && one.is_blocking == wanted).count()
            };
            let state = match (topic.configs.is_some(), blocking(true), blocking(false)) {
                (false, 0, 0) => "settings not readable".to_owned(),
                (_, 0, 0) => "ok".to_owned(),
                (_, 0, advised) => format!("{advised} advised"),
                (_, wrong, _) => format!("{wrong} to mend"),
            };
            let [retention, bytes] = broker::limits(topic);
            [topic.partitions.to_string(), topic.replication.to_string(), retention, bytes, state]
        }
    };
    start.into_iter().chain(rest).collect()
}

fn verdict(missing: &[(Part, String)], differences: &[Difference]) -> Result<(), CliError> {
    let blocking = differences.iter().filter(|one| one.is_blocking).count();
    let mut problems = Vec::new();
    if !missing.is_empty() {
        problems
            .push(format!("{} missing; --create makes them", text::counted(missing.len() as u64, "topic")));
    }
    if blocking > 0 {
        problems.push(format!(
            "{} to mend before a worker can run",
            text::counted(blocking as u64, "difference")
        ));
    }
    if problems.is_empty() { Ok(()) } else { Err(CliError::Usage(problems.join(", and "))) }
}
