//! Shows the topics to the auditor, in the order that makes it right while workers run (see `crate::audit`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::progress::Progress;
use crate::audit::content::Comparer;
use crate::audit::findings::Findings;
use crate::audit::replay::Replay;
use crate::audit::report::Report;
use crate::audit::{Asked, Auditor, Evidence, OutcomeRecord, RawPartition, RawSeen};
use crate::cli::claims::replaying::{self, Read};
use crate::cli::{CliError, broker, output};
use crate::clock;
use crate::config::settings::Settings;
use crate::dedup::claim;
use crate::dedup::level::Level;
use crate::flow::Outcome;
use crate::kafka::KafkaFailure;
use crate::kafka::asker::Asker;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::claims_log::ClaimsReader;
use crate::kafka::client::Connection;
use crate::kafka::scan::{Span, scan};
use crate::output_limits::OutputLimits;
use crate::parse::Parser;
use crate::sources::Sources;
use crate::stages::Stages;
use crate::tag::Tagger;
use crate::topics::{Part, TopicFacts};

const LOOK_INTERVAL: Duration = Duration::from_millis(300);
/// Beyond the transactions' own timeout, so long an open transaction may keep outcomes from being seen.
const SETTLE_SLACK: Duration = Duration::from_secs(30);
/// Whoever waits for it is told after this time.
const TELL_AFTER: Duration = Duration::from_secs(3);
/// A committed transaction shows its outcomes and its offsets at moments of their own, at most so far apart.
const COMMIT_PATIENCE: Duration = Duration::from_secs(15);
/// Threads where the platform does not tell the number of its cores.
const THREADS_FALLBACK: usize = 4;

type Spans = BTreeMap<PartitionKey, Span>;

struct Reading<'a> {
    settings: &'a Arc<Settings>,
    connection: &'a Connection,
    asker: Asker,
    /// Sees what is committed only.
    stable: Asker,
    asked: Asked,
    cluster: String,
    evidence: Evidence,
}

pub(super) fn audit(
    settings: &Arc<Settings>,
    connection: &Connection,
    asked: Asked,
    findings_max: usize,
) -> Result<Report, CliError> {
    // What is wrong with the configuration is told before anything is read.
    let comparer = asked.content.then(|| stages(settings)).transpose()?;
    let ended = |failure: KafkaFailure| broker::ended(&failure);
    let (admin, cluster) = broker::connect(settings, connection).map_err(ended)?;
    let (facts, missing) = broker::survey(&admin, settings).map_err(ended)?;
    if let Some((part, topic)) = missing.first() {
        let setting = part.setting();
        return Err(CliError::Usage(format!(
            "topic {topic} ({setting}) does not exist; correct the name, or create it with `khabar topics --create`"
        )));
    }
    let mut reading = Reading {
        settings,
        connection,
        asker: Asker::new(connection).map_err(ended)?,
        stable: Asker::of_committed_records(connection).map_err(ended)?,
        asked,
        cluster,
        evidence: Evidence::default(),
    };
    reading.doubt_compaction(&facts);
    reading.run(findings_max, comparer)
}

/// The stages as the workers have them, but for limits of size: what was cut is not made again.
fn stages(settings: &Settings) -> Result<Comparer, CliError> {
    let usage = |message: String| CliError::Usage(message);
    let sources = Sources::load(&settings.sources).map_err(|error| usage(error.to_string()))?;
    let parser =
        Parser::new(&settings.parse, &settings.lexicon, sources).map_err(|error| usage(error.to_string()))?;
    let tagger =
        Tagger::load(&settings.lexicon, parser.sources()).map_err(|error| usage(error.to_string()))?;
    let stages = Stages::new(settings, parser, tagger, None, Arc::new(OutputLimits::new(usize::MAX)));
    let threads = match settings.workers.threads {
        0 => std::thread::available_parallelism().map_or(THREADS_FALLBACK, usize::from),
        threads => threads,
    };
    Ok(Comparer::new(Arc::new(stages), threads, settings.workers.stack_kib.saturating_mul(1024)))
}

impl Reading<'_> {
    fn run(mut self, findings_max: usize, mut comparer: Option<Comparer>) -> Result<Report, CliError> {
        let ended = |failure: KafkaFailure| broker::ended(&failure);
        let raw_keys = self.asker.partitions(&self.settings.kafka.raw_topics).map_err(ended)?;
        let committed = self.asker.committed(&raw_keys).map_err(ended)?;
        let outcome_spans = self.outcome_spans().map_err(ended)?;
        let mut raw = Vec::with_capacity(raw_keys.len());
        for key in &raw_keys {
            let (begin, end) = self.stable.watermarks(key).map_err(ended)?;
            raw.push(RawPartition { key: key.clone(), begin, end, committed: committed.get(key).copied() });
        }
        let mut auditor = Auditor::new(raw, self.asked, self.settings.delivery, findings_max);
        self.read_outcomes(&mut auditor, &outcome_spans).map_err(ended)?;
        self.read_raw(&mut auditor, comparer.as_mut())?;
        if self.asked.verdicts {
            self.replay(&mut auditor).map_err(ended)?;
        }
        self.ask_again(&auditor, &raw_keys, &outcome_spans).map_err(ended)?;
        Ok(auditor.finish(self.evidence))
    }

    /// Compaction and configurations that can't be read.
    fn doubt_compaction(&mut self, facts: &[(Part, String, TopicFacts)]) {
        for (part, topic, found) in facts {
            let policy = found.configs.as_ref().map(|configs| configs.get("cleanup.policy"));
            let doubt = match policy {
                None => format!(
                    "whether {topic} is compacted can't be told; allow DescribeConfigs on it with an ACL"
                ),
                Some(Some(policy)) if policy.contains("compact") => {
                    format!("{topic} is compacted: records of it may be gone")
                }
                Some(_) => continue,
            };
            match part {
                Part::Raw => {
                    self.evidence.compacted_raw.insert(topic.clone());
                }
                Part::Claims if self.asked.verdicts => self.evidence.claims_may_miss = true,
                Part::Claims => continue,
                Part::Enriched | Part::Duplicates | Part::Rejected => self.evidence.outcomes_may_miss = true,
            }
            self.evidence.unknown.push(doubt);
        }
    }

    /// The stretches of the outcome topics up to their present ends, once all in them is settled.
    fn outcome_spans(&mut self) -> Result<Spans, KafkaFailure> {
        let kafka = &self.settings.kafka;
        let topics =
            [&kafka.enriched_topic, &kafka.duplicates_topic, &kafka.rejected_topic].map(Clone::clone);
        let mut spans = Spans::new();
        for key in self.asker.partitions(&topics)? {
            let (from, until) = self.asker.watermarks(&key)?;
            spans.insert(key, Span { from, until });
        }
        // A transaction whose offsets are committed may not show its outcomes yet: those ends count that take in all
        // that is written, and they are waited for.
        let timeout = Duration::from_millis(self.settings.transaction.timeout_ms.into());
        let (begun, mut told) = (clock::monotonic(), false);
        for (key, span) in &mut spans {
            loop {
                let (_, end) = self.stable.watermarks(key)?;
                if end >= span.until {
                    break;
                }
                if clock::since(begun) > timeout + SETTLE_SLACK {
                    self.evidence
                        .unknown
                        .push(format!("an open transaction hides what stands in {key} from offset {end} on"));
                    self.evidence.outcomes_may_miss = true;
                    span.until = end;
                    break;
                }
                if !told && clock::since(begun) > TELL_AFTER {
                    told = true;
                    output::note(&format!("waiting until the transactions that are open in {key} end"));
                }
                std::thread::sleep(LOOK_INTERVAL);
            }
        }
        Ok(spans)
    }

    fn read_outcomes(&self, auditor: &mut Auditor, spans: &Spans) -> Result<(), KafkaFailure> {
        let kafka = &self.settings.kafka;
        for (topic, outcome) in [
            (&kafka.enriched_topic, Outcome::Enriched),
            (&kafka.duplicates_topic, Outcome::Duplicate),
            (&kafka.rejected_topic, Outcome::Rejected),
        ] {
            let own = of_topic(spans, topic);
            let mut progress = Progress::new(format!("reading {topic}"), length(&own));
            scan(self.connection, topic, &own, &mut |record| {
                progress.step();
                auditor.outcome(&OutcomeRecord {
                    outcome,
                    place: &record.coordinates(),
                    headers: &record.headers(),
                    key: record.key(),
                    payload: record.payload(),
                });
            })?;
        }
        Ok(())
    }

    fn read_raw(&self, auditor: &mut Auditor, mut comparer: Option<&mut Comparer>) -> Result<(), CliError> {
        let needed: Spans =
            auditor.raw_needed().into_iter().map(|(key, from, until)| (key, Span { from, until })).collect();
        for topic in &self.settings.kafka.raw_topics {
            let own = of_topic(&needed, topic);
            let mut progress = Progress::new(format!("reading {topic}"), length(&own));
            let mut failed: Option<std::io::Error> = None;
            scan(self.connection, topic, &own, &mut |record| {
                progress.step();
                let wanted = auditor.raw(&RawSeen {
                    topic,
                    partition: record.partition(),
                    offset: record.offset(),
                    timestamp_ms: record.timestamp_ms(),
                    payload: record.payload(),
                });
                if let (Some(wanted), Some(comparer), None) = (wanted, comparer.as_deref_mut(), &failed) {
                    failed = comparer.push(record.to_raw(), wanted, &mut auditor.findings).err();
                }
            })
            .map_err(|failure| broker::ended(&failure))?;
            failed.map_or(Ok(()), |error| Err(no_thread(&error)))?;
        }
        comparer.map_or(Ok(()), |comparer| flush(comparer, &mut auditor.findings))
    }

    fn replay(&mut self, auditor: &mut Auditor) -> Result<(), KafkaFailure> {
        let reader = ClaimsReader::new(self.connection)?;
        let (begin, end) = reader.watermarks()?;
        let topic = &self.settings.kafka.claims_topic;
        if begin > 0 {
            self.evidence.claims_may_miss = true;
            self.evidence
                .unknown
                .push(format!("the claims log {topic} was cut: it begins at offset {begin}"));
        }
        if end <= begin {
            return Ok(());
        }
        let scope = claim::scope(&self.cluster, &self.settings.kafka.group);
        let configured = Level::from_settings(&self.settings.dedup);
        let mut replay = Replay::new(scope, configured, begin, reader.time_before(end)?);
        let mut progress =
            Progress::new(format!("judging {topic}"), u64::try_from(end - begin).unwrap_or_default());
        let read = replaying::read(&reader, (begin, end), &mut replay, auditor, &mut || progress.step())?;
        let unknown = match read {
            Read::Whole => return Ok(()),
            Read::Cut => format!("retention took entries of {topic} while they were read"),
            Read::Ended(reason) => reason.to_string(),
        };
        self.evidence.claims_may_miss = true;
        self.evidence.unknown.push(unknown);
        Ok(())
    }

    /// Committed offsets and beginnings once more: workers and retention went on meanwhile.
    fn ask_again(
        &mut self,
        auditor: &Auditor,
        raw_keys: &[PartitionKey],
        outcome_spans: &Spans,
    ) -> Result<(), KafkaFailure> {
        let begun = clock::monotonic();
        loop {
            self.evidence.committed_again = self.asker.committed(raw_keys)?;
            let is_early = auditor.tops_beyond(&self.evidence.committed_again);
            if !is_early || clock::since(begun) > COMMIT_PATIENCE {
                break;
            }
            std::thread::sleep(LOOK_INTERVAL);
        }
        for key in raw_keys {
            let (first, _) = self.asker.watermarks(key)?;
            self.evidence.begins_again.insert(key.clone(), first);
        }
        for key in outcome_spans.keys() {
            let (first, _) = self.asker.watermarks(key)?;
            if first > 0 {
                self.evidence.outcomes_may_miss = true;
                self.evidence
                    .unknown
                    .push(format!("retention took outcomes: {key} begins at offset {first}"));
            }
        }
        Ok(())
    }
}

fn flush(comparer: &mut Comparer, findings: &mut Findings) -> Result<(), CliError> {
    comparer.flush(findings).map_err(|error| no_thread(&error))
}

fn no_thread(error: &std::io::Error) -> CliError {
    CliError::Failed(format!(
        "no thread can be started: {error}; lower workers.threads or workers.stack_kib, or raise the limits"
    ))
}

fn of_topic(spans: &Spans, topic: &str) -> BTreeMap<i32, Span> {
    spans
        .iter()
        .filter(|(key, _)| key.topic.as_ref() == topic)
        .map(|(key, span)| (key.partition, *span))
        .collect()
}

fn length(spans: &BTreeMap<i32, Span>) -> u64 {
    spans.values().map(|span| span.len()).sum()
}
