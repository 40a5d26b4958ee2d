//! A small world in which all is right: raw records, what a worker made of them, the claims log and the committed
//! offsets. Tests break one thing of it and have it audited.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::audit::content::Comparer;
use crate::audit::replay::Replay;
use crate::audit::report::Report;
use crate::audit::{Asked, Auditor, Evidence, OutcomeRecord, RawPartition, RawSeen};
use crate::config::load::{LayerArguments, load};
use crate::config::settings::{Delivery, Settings};
use crate::dedup::claim::{Claim, encode_claim};
use crate::dedup::level::Level;
use crate::dedup::window::Window;
use crate::flow::{Header, Outcome, OutputRecord, RawCoordinates, RawRecord};
use crate::kafka::assignment::PartitionKey;
use crate::output_limits::OutputLimits;
use crate::parse::Parser;
use crate::sources::Sources;
use crate::stages::Stages;
use crate::tag::Tagger;

pub const TOPIC: &str = "raw";
pub const SCOPE: u64 = 7;
pub const ALL: Asked = Asked { verdicts: true, content: true };
const KEPT_MAX: usize = 20;
/// Between two claims.
const STEP_MS: i64 = 1_000;

pub fn stages(settings: &Settings) -> Arc<Stages> {
    let sources = Sources::load(&settings.sources).unwrap();
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources).unwrap();
    let limits = Arc::new(OutputLimits::new(usize::MAX));
    Arc::new(Stages::new(settings, parser, Tagger::compiled_in(), Some(SCOPE), limits))
}

pub fn key(partition: i32) -> PartitionKey {
    PartitionKey { topic: Arc::from(TOPIC), partition }
}

pub fn place(partition: i32, offset: i64) -> RawCoordinates {
    RawCoordinates { topic: Arc::from(TOPIC), partition, offset }
}

pub fn raw(partition: i32, offset: i64, value: &str) -> RawRecord {
    RawRecord {
        coordinates: place(partition, offset),
        timestamp_ms: Some(1_733_174_105_250),
        key: Some(b"key".to_vec()),
        payload: Some(value.as_bytes().to_vec()),
        headers: vec![Header::text("traceparent", "00-1-2-03"), Header::text("other", "value")],
    }
}

/// The number stands in every three words, so that no two articles are near repeats.
pub fn article(number: usize) -> String {
    let text = format!(
        "The harbour {number} of town {number} opened after {number} years of {number} work and {number} much talk \
         {number} in the {number} council."
    );
    format!(
        "Harbour number {number} opens\n\n{text}\n\nFishers of {number} quay were {number} glad and {number} sold \
         {number} fish.\n"
    )
}

pub fn article_at(url: &str, number: usize) -> String {
    serde_json::json!({"url": url, "content": article(number), "content_type": "text/plain"}).to_string()
}

/// See the module.
pub struct World {
    pub raw: Vec<RawRecord>,
    /// With the raw record of each.
    pub outcomes: Vec<(RawCoordinates, OutputRecord)>,
    pub log: Vec<Vec<u8>>,
    pub log_begin: i64,
    pub begin: i64,
    pub committed: BTreeMap<PartitionKey, i64>,
    pub committed_again: BTreeMap<PartitionKey, i64>,
    pub ends: BTreeMap<PartitionKey, i64>,
    pub delivery: Delivery,
    pub evidence: Evidence,
    settings: Settings,
    stages: Arc<Stages>,
}

impl World {
    /// Two partitions: an article, its copy in the other partition, a copy of the copy, a revision, an article of a
    /// reused URL, a broken record and a tombstone; all committed.
    pub fn new() -> Self {
        let mut tombstone = raw(1, 3, "");
        tombstone.payload = None;
        let other = "An altogether different story about trains, tickets and the winter in the mountains.";
        Self::of(vec![
            raw(0, 0, &article(1)),
            raw(1, 0, &article(1)),
            raw(0, 1, &article(1)),
            raw(0, 2, &article_at("https://news.example/a", 2)),
            raw(1, 1, &article_at("https://news.example/a", 2).replace("glad", "angry, wrote a letter")),
            raw(1, 2, "{\"content\": \"cut"),
            tombstone,
            raw(0, 3, &serde_json::json!({"url": "https://news.example/a", "content": other}).to_string()),
        ])
    }

    pub fn of(records: Vec<RawRecord>) -> Self {
        let settings = load(&LayerArguments::default()).unwrap().settings;
        let stages = stages(&settings);
        let mut window = Window::new(Level::from_settings(&settings.dedup));
        let (mut log, mut outcomes, mut ends) = (Vec::new(), Vec::new(), BTreeMap::new());
        for record in &records {
            let coordinates = record.coordinates.clone();
            ends.insert(key(coordinates.partition), coordinates.offset + 1);
            let made = match stages.prepare(record.clone()) {
                Ok(prepared) => {
                    let claim: Claim = prepared.claim.clone().unwrap();
                    let sequence = i64::try_from(log.len()).unwrap();
                    let judgement = window.apply(&claim, sequence, sequence * STEP_MS).unwrap();
                    log.push(encode_claim(&claim));
                    stages.finish(prepared, Some(&judgement))
                }
                Err(rejected) => stages.reject(rejected.0, &rejected.1),
            };
            outcomes.push((coordinates, made.output));
        }
        Self {
            raw: records,
            outcomes,
            log,
            log_begin: 0,
            begin: 0,
            committed: ends.clone(),
            committed_again: ends.clone(),
            ends,
            delivery: Delivery::ExactlyOnce,
            evidence: Evidence::default(),
            settings,
            stages,
        }
    }

    pub fn outcome_of(&mut self, partition: i32, offset: i64) -> &mut OutputRecord {
        let at = place(partition, offset);
        &mut self.outcomes.iter_mut().find(|(raw, _)| *raw == at).unwrap().1
    }

    pub fn without_outcome(&mut self, partition: i32, offset: i64) -> OutputRecord {
        let at = self.outcomes.iter().position(|(raw, _)| *raw == place(partition, offset)).unwrap();
        self.outcomes.remove(at).1
    }

    pub fn audit(&self, asked: Asked) -> Report {
        let partitions = self.ends.iter().map(|(key, end)| RawPartition {
            key: key.clone(),
            begin: self.begin,
            end: *end,
            committed: self.committed.get(key).copied(),
        });
        let mut auditor = Auditor::new(partitions.collect(), asked, self.delivery, KEPT_MAX);
        for (at, (_, record)) in (0..).zip(&self.outcomes) {
            let own = RawCoordinates { topic: Arc::from(record.outcome.name()), partition: 0, offset: at };
            auditor.outcome(&OutcomeRecord {
                outcome: record.outcome,
                place: &own,
                headers: &record.headers,
                key: record.key.as_deref(),
                payload: record.payload.as_deref(),
            });
        }
        let needed = auditor.raw_needed();
        let mut comparer = Comparer::new(Arc::clone(&self.stages), 2, 1 << 22);
        for record in &self.raw {
            let at = &record.coordinates;
            if !needed.iter().any(|(key, from, until)| {
                key.partition == at.partition && (*from..*until).contains(&at.offset)
            }) {
                continue;
            }
            let wanted = auditor.raw(&RawSeen {
                topic: &at.topic,
                partition: at.partition,
                offset: at.offset,
                timestamp_ms: record.timestamp_ms,
                payload: record.payload.as_deref(),
            });
            if let Some(wanted) = wanted {
                comparer.push(record.clone(), wanted, &mut auditor.findings).unwrap();
            }
        }
        comparer.flush(&mut auditor.findings).unwrap();
        let mut evidence = self.evidence.clone();
        if asked.verdicts {
            self.replay(&mut auditor, &mut evidence);
        }
        evidence.committed_again.clone_from(&self.committed_again);
        auditor.finish(evidence)
    }

    fn replay(&self, auditor: &mut Auditor, evidence: &mut Evidence) {
        let level = Level::from_settings(&self.settings.dedup);
        let mut replay = Replay::new(SCOPE, level, self.log_begin, None);
        for (offset, entry) in (0_i64..).zip(&self.log).skip(usize::try_from(self.log_begin).unwrap()) {
            if let Err(end) = replay.apply(auditor, offset, offset * STEP_MS, entry) {
                evidence.claims_may_miss = true;
                evidence.unknown.push(end.to_string());
                return;
            }
        }
    }
}

/// Replaces text in the value of a record.
pub fn alter(record: &mut OutputRecord, from: &str, to: &str) {
    let value = String::from_utf8(record.payload.take().unwrap()).unwrap();
    assert!(value.contains(from), "{from} stands in {value}");
    record.payload = Some(value.replacen(from, to, 1).into_bytes());
}

/// An outcome's headers with another raw offset.
pub fn renamed(mut record: OutputRecord, header: &str, value: &str) -> OutputRecord {
    let found = record.headers.iter_mut().rev().find(|one| one.name == header).unwrap();
    found.value = Some(value.as_bytes().to_vec());
    record
}

/// Outcomes of a report by kind.
pub fn counts(report: &Report) -> (u64, [u64; 3]) {
    (report.raw_records(), Outcome::ALL.map(|outcome| report.outcomes(outcome)))
}
