//! `khabar claims`: the claims log.

mod level;
mod record;
pub(super) mod replaying;
pub(super) mod survey;
#[cfg(test)]
mod tests;

use std::time::Duration;

use clap::{Args, Subcommand};

use super::layers::Layers;
use super::{CliError, broker, output};
use crate::audit::replay::Replay;
use crate::clock;
use crate::config::settings::Settings;
use crate::dedup::claim;
use crate::dedup::level::{Level, LevelRecord};
use crate::flow::RawCoordinates;
use crate::kafka::KafkaFailure;
use crate::kafka::admin::Admin;
use crate::kafka::claims_log::{ClaimsAppender, ClaimsReader};
use crate::kafka::client::Connection;
use crate::sources::{Sources, SourcesError};
use crate::topics::{self, Part, TopicFacts};

use level::Own;
pub(super) use level::extent;
use record::Seeker;
use replaying::Read;
use survey::Survey;

/// How long the broker may take to acknowledge a level, and to hand it back.
const APPEND_LIMIT: Duration = Duration::from_secs(30);

/// Look at the claims log, or raise its level
#[derive(Debug, Args)]
pub struct ClaimsArguments {
    #[command(subcommand)]
    command: ClaimsCommand,
}

#[derive(Debug, Subcommand)]
enum ClaimsCommand {
    Level(LevelArguments),
    Record(RecordArguments),
}

/// Show one raw record's claims and verdict, by the log alone
#[derive(Debug, Args)]
#[command(
    long_about = "Reads the claims log from its beginning, judges as every replica does, and shows the claims of one raw \
record: where each stands, the verdict and its rule, and the earlier article that it matches. It tells why an article went \
to the duplicates, or why it did not."
)]
#[command(after_long_help = "Examples:
  khabar claims record articles.raw/0@1234 -c site.toml

It needs the memory of a worker's window, and reads the whole log. Of several claims of one record the first one counts.

Exit codes: 0 shown, 1 the broker did not answer, or the log has no claim of the record, 2 something must be mended first.")]
pub struct RecordArguments {
    #[command(flatten)]
    layers: Layers,

    /// The raw record as logs name it: topic/partition@offset
    #[arg(value_parser = record::place)]
    record: RawCoordinates,
}

/// Show the log's level of deduplication, or raise it
#[derive(Debug, Args)]
#[command(
    long_about = "The level is recorded in the claims log itself: engine version and the parameters of verdicts. All \
replicas judge by it, and one whose configuration differs refuses to start. To change them, roll out the new version or \
settings to all replicas, then raise the level once; it holds for the claims that come after."
)]
#[command(after_long_help = "Examples:
  khabar claims level -c site.toml             the log's level, and what differs here
  khabar claims level -c site.toml --raise     record the level of this configuration

It reads the whole log, which takes a while where that is long. --raise refuses where nothing differs, and where the log
was written by a newer khabar.

Exit codes: 0 shown or raised, 1 the broker did not answer, 2 refused, or something must be mended first.")]
pub struct LevelArguments {
    #[command(flatten)]
    layers: Layers,

    /// Record the level of this configuration in the log
    #[arg(long)]
    pub(super) raise: bool,
}

pub(super) fn execute(layers: &Layers, arguments: &ClaimsArguments) -> Result<(), CliError> {
    let own_layers = match &arguments.command {
        ClaimsCommand::Level(level) => &level.layers,
        ClaimsCommand::Record(record) => &record.layers,
    };
    let (settings, connection) = broker::prepare(layers.with(own_layers))?;
    if !settings.dedup.enabled {
        return Err(CliError::Usage(
            "dedup.enabled is false in this configuration, so it has no claims log".to_owned(),
        ));
    }
    let ended = |failure: KafkaFailure| broker::ended(&failure);
    let (admin, cluster) = broker::connect(&settings, &connection).map_err(ended)?;
    let facts = claims_topic(&admin, &settings)?;
    let reader = ClaimsReader::new(&connection).map_err(ended)?;
    let log = Log { settings: &settings, connection: &connection, cluster: &cluster, reader: &reader };
    match &arguments.command {
        ClaimsCommand::Level(level) => show_level(&log, &facts, level.raise),
        ClaimsCommand::Record(record) => show_record(&log, &record.record),
    }
}

/// The claims log that a command looks at.
struct Log<'a> {
    settings: &'a Settings,
    connection: &'a Connection,
    cluster: &'a str,
    reader: &'a ClaimsReader,
}

impl Log<'_> {
    fn scope(&self) -> u64 {
        claim::scope(self.cluster, &self.settings.kafka.group)
    }
}

/// The level that a worker of this configuration asks for.
pub(super) fn configured(settings: &Settings) -> Result<Level, SourcesError> {
    Ok(Level::of_worker(&settings.dedup, &Sources::load(&settings.sources)?))
}

fn show_level(log: &Log<'_>, facts: &TopicFacts, is_raised: bool) -> Result<(), CliError> {
    let kafka = &log.settings.kafka;
    let survey = survey::read(log.reader, log.scope()).map_err(|failure| broker::ended(&failure))?;
    let configured = configured(log.settings).map_err(|error| CliError::Usage(error.to_string()))?;
    let own = Own { topic: &kafka.claims_topic, cluster: log.cluster, group: &kafka.group, configured };
    output::print(&level::render(&survey, &own, clock::unix_ms()))?;
    if !is_raised {
        return Ok(());
    }
    let record = level::raised(&survey, &own).map_err(|refusal| CliError::Usage(refusal.to_string()))?;
    refuse_unsuitable(log.settings, facts)?;
    if record.number == 1 {
        refuse_lost_log(log.settings, log.reader)?;
    }
    raise(log.connection, log.reader, survey, log.scope(), &record)
}

fn show_record(log: &Log<'_>, wanted: &RawCoordinates) -> Result<(), CliError> {
    let ended = |failure: KafkaFailure| broker::ended(&failure);
    let (begin, end) = log.reader.watermarks().map_err(ended)?;
    let mut seeker = Seeker::new(wanted.clone());
    let mut read = Read::Whole;
    if end > begin {
        let configured = Level::from_settings(&log.settings.dedup);
        let end_ms = log.reader.time_before(end).map_err(ended)?;
        let mut replay = Replay::new(log.scope(), configured, begin, end_ms);
        let bar = survey::bar(u64::try_from(end - begin).unwrap_or_default());
        let outcome = replaying::read(log.reader, (begin, end), &mut replay, &mut seeker, &mut || bar.inc(1));
        bar.finish_and_clear();
        read = outcome.map_err(ended)?;
    }
    let unread = match read {
        Read::Whole => None,
        Read::Cut => Some("retention took entries while they were read".to_owned()),
        Read::Ended(reason) => Some(reason.to_string()),
    };
    if seeker.has_found() {
        return output::print(&seeker.render(unread.as_deref()));
    }
    let known = log.settings.kafka.raw_topics.iter().any(|topic| **topic == *wanted.topic);
    Err(CliError::Failed(seeker.in_vain(known, unread.as_deref())))
}

/// The claims topic's facts; without the topic there is nothing to look at.
fn claims_topic(admin: &Admin, settings: &Settings) -> Result<TopicFacts, CliError> {
    let topic = &settings.kafka.claims_topic;
    match admin.topic(topic) {
        Ok(Some(facts)) => Ok(facts),
        Ok(None) => Err(CliError::Usage(format!(
            "topic {topic} (kafka.claims_topic) does not exist; `khabar topics --create` makes it"
        ))),
        Err(failure) => Err(broker::ended(&failure)),
    }
}

/// A level is written only where a worker could run.
fn refuse_unsuitable(settings: &Settings, facts: &TopicFacts) -> Result<(), CliError> {
    let topic = settings.kafka.claims_topic.clone();
    let facts = [(Part::Claims, topic, facts.clone())];
    let differences = topics::differences(settings, &facts, true);
    match differences.iter().find(|difference| difference.is_blocking) {
        None => Ok(()),
        Some(found) => Err(CliError::Usage(format!(
            "topic {} cannot hold a claims log: {}; {}",
            found.topic,
            broker::difference(found),
            found.remedy
        ))),
    }
}

/// A first level would hide from the workers that the log was lost.
fn refuse_lost_log(settings: &Settings, reader: &ClaimsReader) -> Result<(), CliError> {
    let committed = reader
        .asker()
        .partitions(&settings.kafka.raw_topics)
        .and_then(|partitions| reader.asker().committed(&partitions))
        .map_err(|failure| broker::ended(&failure))?;
    if settings.dedup.accept_empty_log || committed.values().all(|offset| *offset == 0) {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "group {} has committed offsets, but the claims log {} lacks its level: it was recreated or never used; set \
        dedup.accept_empty_log = true to begin a new one (earlier articles are forgotten)",
        settings.kafka.group, settings.kafka.claims_topic
    )))
}

fn raise(
    connection: &Connection,
    reader: &ClaimsReader,
    mut survey: Survey,
    scope: u64,
    record: &LevelRecord,
) -> Result<(), CliError> {
    let ended = |failure: KafkaFailure| broker::ended(&failure);
    let bytes = claim::encode_level(scope, record)
        .map_err(|error| CliError::Failed(format!("the level cannot be written: {error}")))?;
    let appender = ClaimsAppender::new(connection).map_err(ended)?;
    appender.append(&bytes).map_err(ended)?;
    appender.wait(APPEND_LIMIT).map_err(|failure| {
        if broker::must_be_mended(&failure) {
            return broker::ended(&failure);
        }
        CliError::Failed(format!(
            "{failure}; whether level {} was written shows `khabar claims level`",
            record.number
        ))
    })?;
    let is_there = |survey: &Survey| survey.level.as_ref().is_some_and(|placed| placed.record == *record);
    if !survey::follow(reader, &mut survey, APPEND_LIMIT, is_there).map_err(ended)? {
        return Err(CliError::Failed(format!(
            "level {} is acknowledged, but does not hold in the log after {} s; look with `khabar claims level`",
            record.number,
            APPEND_LIMIT.as_secs()
        )));
    }
    let offset = survey.level.map_or(-1, |placed| placed.offset);
    let before = if record.number == 1 { String::new() } else { format!(", {} before", record.number - 1) };
    output::print(&format!("written     level {} at offset {offset}{before}\n", record.number))
}
