//! What the broker is asked: the topics, the group's offsets, the claims log. Nothing is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::offline::memory_line;
use super::report::{Report, State};
use crate::cli::broker::{self, Facts};
use crate::cli::claims::{self, extent, survey};
use crate::cli::text;
use crate::clock;
use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::dedup::claim;
use crate::dedup::level::Level;
use crate::kafka::KafkaFailure;
use crate::kafka::admin::Admin;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::claims_log::ClaimsReader;
use crate::kafka::client::Connection;
use crate::topics::{self, Part, TopicFacts};

const CREATE: &str = "khabar topics --create";
/// Of a longer claims log only the newest so many entries are read.
const ENTRIES_READ_MAX: i64 = 1_000_000;
/// A rate is told once the log spans this much.
const SPAN_MIN_MS: i64 = 6 * 3_600_000;
const DAY_MS: u64 = 24 * 3_600_000;

/// Adds the findings. A broker that doesn't answer ends the check.
pub(super) fn check(settings: &Arc<Settings>, secrets: Secrets, report: &mut Report) {
    let connection = Connection { settings: Arc::clone(settings), secrets, embedded: false };
    let asked = Asked { settings, connection: &connection };
    if let Err(failure) = asked.all(report) {
        add_failure("broker", &failure, report);
    }
}

fn add_failure(subject: &str, failure: &KafkaFailure, report: &mut Report) {
    let state = if broker::must_be_mended(failure) { State::Wrong } else { State::Unanswered };
    report.add(state, subject, failure.to_string());
}

/// Keeps a failure that a person must mend as a finding; any other ends the check.
fn kept<T>(
    subject: &str,
    result: Result<T, KafkaFailure>,
    report: &mut Report,
) -> Result<Option<T>, KafkaFailure> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(failure) if broker::must_be_mended(&failure) => {
            add_failure(subject, &failure, report);
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

struct Asked<'a> {
    settings: &'a Settings,
    connection: &'a Connection,
}

impl Asked<'_> {
    fn all(&self, report: &mut Report) -> Result<(), KafkaFailure> {
        let (admin, cluster) = broker::connect(self.settings, self.connection)?;
        let servers = &self.settings.kafka.bootstrap_servers;
        report.ok("broker", format!("cluster {cluster} answers at {servers}"));
        let facts = self.topics(&admin, report)?;
        self.differences(&facts, report);
        let reader = ClaimsReader::new(self.connection)?;
        let has_worked = self.group(&reader, report)?;
        if self.settings.dedup.enabled && facts.iter().any(|(part, ..)| *part == Part::Claims) {
            self.claims(&reader, &cluster, has_worked, report)?;
        }
        if report.count(State::Wrong) > 0 {
            return Ok(());
        }
        let unseen = "that outputs, claims and transactions may be written, only writing shows";
        report.ok("permissions", unseen);
        Ok(())
    }

    fn topics(&self, admin: &Admin, report: &mut Report) -> Result<Facts, KafkaFailure> {
        let mut facts = Facts::new();
        for (part, name) in topics::parts(self.settings) {
            match kept(&name, admin.topic(&name), report)? {
                None => {}
                Some(None) => {
                    let message = format!("topic does not exist ({})", part.setting());
                    report.add_with(State::Wrong, &name, message, CREATE);
                }
                Some(Some(found)) => {
                    report.ok(&name, topic_line(part, &found));
                    if found.configs.is_none() {
                        let message = "its settings can't be read, so that retention and sizes are unchecked";
                        let remedy = "allow DescribeConfigs on the topic for this principal";
                        report.add_with(State::Warning, &name, message, remedy);
                    }
                    facts.push((part, name, found));
                }
            }
        }
        Ok(facts)
    }

    fn differences(&self, facts: &Facts, report: &mut Report) {
        for difference in topics::differences(self.settings, facts, false) {
            let state = if difference.is_blocking { State::Wrong } else { State::Warning };
            let message = broker::difference(&difference);
            report.add_with(state, &difference.topic, message, &difference.remedy);
        }
    }

    /// Whether the group has committed offsets.
    fn group(&self, reader: &ClaimsReader, report: &mut Report) -> Result<bool, KafkaFailure> {
        let group = &self.settings.kafka.group;
        let partitions = reader.asker().partitions(&self.settings.kafka.raw_topics)?;
        if partitions.is_empty() {
            return Ok(false);
        }
        let Some(committed) = kept(group, reader.asker().committed(&partitions), report)? else {
            return Ok(false);
        };
        let Some(behind) = kept(group, self.behind(reader, &partitions, &committed, report), report)? else {
            return Ok(false);
        };
        let with = committed.len();
        let message = format!(
            "group has committed offsets in {with} of {}; {} to go",
            text::counted(partitions.len() as u64, "raw partition"),
            text::counted(behind.unsigned_abs(), "raw record")
        );
        report.ok(group, message);
        Ok(committed.values().any(|offset| *offset > 0))
    }

    /// Raw records that are not committed. What retention took before it was read is a finding.
    fn behind(
        &self,
        reader: &ClaimsReader,
        partitions: &[PartitionKey],
        committed: &BTreeMap<PartitionKey, i64>,
        report: &mut Report,
    ) -> Result<i64, KafkaFailure> {
        let mut behind = 0;
        for key in partitions {
            let (begins, end) = reader.asker().watermarks(key)?;
            let next = committed.get(key).copied().unwrap_or(begins);
            behind += (end - next.max(begins)).max(0);
            if next < begins {
                let state = if self.settings.start.accept_loss { State::Warning } else { State::Wrong };
                let message =
                    format!("retention took records that were never read: offsets {next} to {begins}");
                report.add_with(
                    state,
                    &key.to_string(),
                    message,
                    "khabar run --accept-loss goes on without them",
                );
            }
        }
        Ok(behind)
    }

    fn claims(
        &self,
        reader: &ClaimsReader,
        cluster: &str,
        has_worked: bool,
        report: &mut Report,
    ) -> Result<(), KafkaFailure> {
        let topic = self.settings.kafka.claims_topic.as_str();
        let Some((low, high)) = kept(topic, reader.watermarks(), report)? else { return Ok(()) };
        let is_long = high - low > ENTRIES_READ_MAX;
        if is_long {
            self.measure(reader, (low, high), report)?;
        }
        let scope = claim::scope(cluster, &self.settings.kafka.group);
        let read = survey::read_newest(reader, scope, ENTRIES_READ_MAX);
        let Some(log) = kept(topic, read, report)? else { return Ok(()) };
        if !is_long {
            report.ok(topic, format!("claims log: {}", extent(&log, clock::unix_ms())));
            if let Some((first, last)) = log.times_ms {
                self.rate(log.entries, last - first, report);
            }
        }
        self.strangers(&log, report);
        // Its level may stand in the part that was not read.
        if !is_long || log.level.is_some() {
            self.level(&log, has_worked, report);
        } else {
            let message = format!("the newest {ENTRIES_READ_MAX} entries don't tell the log's level");
            report.add_with(State::Warning, topic, message, "khabar claims level");
        }
        Ok(())
    }

    fn measure(
        &self,
        reader: &ClaimsReader,
        (low, high): (i64, i64),
        report: &mut Report,
    ) -> Result<(), KafkaFailure> {
        let topic = self.settings.kafka.claims_topic.as_str();
        let entries = (high - low).unsigned_abs();
        let Some(first) = kept(topic, reader.time_at(low), report)? else { return Ok(()) };
        let last = reader.time_before(high)?;
        let (first, last) = (first.unwrap_or(-1), last.unwrap_or(-1));
        report.ok(
            topic,
            format!("claims log: {entries} entries, {} to {}", text::time(first), text::time(last)),
        );
        self.rate(entries, last - first, report);
        let unread = entries.saturating_sub(ENTRIES_READ_MAX.unsigned_abs());
        let message =
            format!("the newest {ENTRIES_READ_MAX} entries are looked at, the {unread} before them are not");
        report.add_with(State::Ok, topic, message, "khabar claims level reads all of them");
        Ok(())
    }

    fn rate(&self, entries: u64, span_ms: i64, report: &mut Report) {
        if span_ms < SPAN_MIN_MS {
            return;
        }
        let per_day = u128::from(entries) * u128::from(DAY_MS) / u128::from(span_ms.unsigned_abs());
        let per_day = u64::try_from(per_day).unwrap_or(u64::MAX);
        report.ok("memory", format!("by the claims log, {}", memory_line(&self.settings.dedup, per_day)));
    }

    fn strangers(&self, log: &survey::Survey, report: &mut Report) {
        let topic = self.settings.kafka.claims_topic.as_str();
        if log.foreign_entries() > 0 {
            let message = format!("{} entries of another cluster or group, ignored", log.foreign_entries());
            report.add_with(State::Warning, topic, message, "give each group a claims topic of its own");
        }
        if log.damaged > 0 {
            let message = format!("{} damaged entries, skipped by every replica", log.damaged);
            report.add_with(
                State::Warning,
                topic,
                message,
                "see that nothing but khabar writes to the topic",
            );
        }
        if let Some((offset, cause)) = &log.newer {
            let message = format!("offset {offset}: {cause}");
            report.add_with(State::Wrong, topic, message, "run the version that wrote it");
        }
    }

    /// The level that a worker would ask for. Sources that can't be read are reported with the files.
    fn configured(&self) -> Level {
        claims::configured(self.settings).unwrap_or_else(|_| Level::from_settings(&self.settings.dedup))
    }

    fn level(&self, log: &survey::Survey, has_worked: bool, report: &mut Report) {
        let topic = self.settings.kafka.claims_topic.as_str();
        let Some(placed) = &log.level else {
            if has_worked && !self.settings.dedup.accept_empty_log {
                let message =
                    "the group has committed offsets, but the log lacks its level: it was recreated or cut";
                let remedy = "set dedup.accept_empty_log = true to go on with what is there; earlier articles are forgotten";
                report.add_with(State::Wrong, topic, message, remedy);
            } else {
                report.ok(topic, "no level yet; the first worker writes it");
            }
            return;
        };
        let (number, level) = (placed.record.number, &placed.record.level);
        let differences = level.conflicts(&self.configured());
        if !level.is_known() {
            let message = format!("level {number}: engine {} is unknown to this khabar", level.engine);
            report.add_with(State::Wrong, topic, message, "run the version that wrote it");
        } else if differences.is_empty() {
            report.ok(topic, format!("level {number} is this configuration's"));
        } else {
            let message = format!("level {number} differs: {}", differences.join("; "));
            let remedy =
                "adopt the log's values, or khabar claims level --raise once all replicas have the new ones";
            report.add_with(State::Wrong, topic, message, remedy);
        }
    }
}

fn topic_line(part: Part, topic: &TopicFacts) -> String {
    let [retention, bytes] = broker::limits(topic);
    format!(
        "{}: {}, {}, retention {retention}, batches up to {bytes}",
        part.name(),
        text::counted(u64::from(topic.partitions.unsigned_abs()), "partition"),
        text::counted(u64::from(topic.replication.unsigned_abs()), "replica"),
    )
}
