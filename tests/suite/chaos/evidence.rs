//! What a chaos run leaves behind for the checker: plain data, no client and no broker.

use std::collections::{BTreeMap, HashMap};

use khabar::flow::{Outcome, RawRecord};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_128;

use crate::support::outcomes::Place;
use crate::support::records::{HeaderPair, ReadRecord};
use crate::support::segments::Batch;

/// What a raw record was made to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// An article of this story, with this text: records with the same number have the same text.
    Article { story: usize, text: usize },
    /// It can't become an article.
    Broken,
    /// It ends the process that parses it.
    ParseKiller,
    /// It ends the process that tags it.
    TagKiller,
}

/// A raw record as it stands in its topic.
#[derive(Debug, Clone)]
pub struct RawEvidence {
    pub place: Place,
    pub record: RawRecord,
    /// What the run knows of it; None where it was never acknowledged.
    pub planned: Option<Planned>,
}

/// A record of an outcome topic, reduced to what the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub topic: Outcome,
    pub partition: i32,
    pub offset: i64,
    /// Of key, value and headers.
    pub digest: u128,
    pub facts: Facts,
}

/// What an outcome says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// `khabar-outcome`.
    pub outcome: String,
    /// None where the headers name no place of the raw topic.
    pub raw: Option<Place>,
    /// The verdict of an enriched record, the kind of a duplicate.
    pub verdict: Option<String>,
    pub duplicate_of: Option<Place>,
    pub degraded: Vec<String>,
}

/// Reduces records; what was read before, by another reader, is not taken apart again.
pub struct Reducer<'a> {
    raw_topic: &'a str,
    known: HashMap<u128, Facts>,
}

impl<'a> Reducer<'a> {
    pub fn new(raw_topic: &'a str) -> Self {
        Self { raw_topic, known: HashMap::new() }
    }

    pub fn reduce(&mut self, topic: Outcome, record: &ReadRecord) -> Seen {
        let digest = digest(record.key.as_deref(), record.value.as_deref(), &record.headers);
        let facts = self
            .known
            .entry(digest)
            .or_insert_with(|| Facts::of(self.raw_topic, record.value.as_deref(), &record.headers));
        Seen { topic, partition: record.partition, offset: record.offset, digest, facts: facts.clone() }
    }
}

impl Facts {
    pub fn of(raw_topic: &str, value: Option<&[u8]>, headers: &[HeaderPair]) -> Self {
        let start = headers.iter().rposition(|(name, _)| name == "khabar-outcome").unwrap_or(headers.len());
        let text = |wanted: &str| {
            let (_, value) = headers[start..].iter().rev().find(|(name, _)| name == wanted)?;
            String::from_utf8(value.clone()?).ok()
        };
        let raw = || {
            let partition = text("khabar-raw-partition")?.parse().ok()?;
            let offset = text("khabar-raw-offset")?.parse().ok()?;
            (text("khabar-raw-topic")? == raw_topic).then_some(Place { partition, offset })
        };
        let outcome = text("khabar-outcome").unwrap_or_default();
        let json: Value = match (outcome.as_str(), value) {
            ("enriched" | "duplicate", Some(value)) => serde_json::from_slice(value).unwrap_or_default(),
            _ => Value::Null,
        };
        let own = |value: &Value| value.as_str().map(str::to_owned);
        let earlier = &json["duplicate_of"];
        let duplicate_of = || {
            let partition = i32::try_from(earlier["partition"].as_i64()?).ok()?;
            Some(Place { partition, offset: earlier["offset"].as_i64()? })
        };
        Self {
            raw: raw(),
            verdict: own(&json["khabar"]["dedup"]["verdict"]).or_else(|| own(&json["kind"])),
            duplicate_of: duplicate_of(),
            degraded: json["khabar"]["degraded"]
                .as_array()
                .map(|stages| stages.iter().filter_map(own).collect())
                .unwrap_or_default(),
            outcome,
        }
    }
}

/// Key, value and headers in one number.
pub fn digest(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[HeaderPair]) -> u128 {
    let mut bytes = Vec::new();
    let mut put = |part: Option<&[u8]>| {
        bytes.extend(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.unwrap_or_default());
    };
    put(key);
    put(value);
    for (name, value) in headers {
        put(Some(name.as_bytes()));
        put(value.as_deref());
    }
    xxh3_128(&bytes)
}

/// One entry of the claims log.
#[derive(Debug, Clone)]
pub struct ClaimsEntry {
    pub offset: i64,
    pub time_ms: i64,
    pub bytes: Vec<u8>,
    /// By the run, not by a worker.
    pub is_planted: bool,
}

/// One look at the group's offsets and, after that, at the ends of the outcome topics.
#[derive(Debug, Clone)]
pub struct Sample {
    pub committed: BTreeMap<i32, i64>,
    /// High watermarks.
    pub ends: BTreeMap<(Outcome, i32), i64>,
    /// So many resets came before.
    pub resets: usize,
}

/// The group's offset of one partition was set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// Resets of one moment have the same number.
    pub moment: usize,
    pub partition: i32,
    /// Committed before, so that all below was done once more than what follows.
    pub from: i64,
    pub to: i64,
}

impl Reset {
    pub fn holds(&self, place: Place) -> bool {
        place.partition == self.partition && (self.to..self.from).contains(&place.offset)
    }
}

/// What the run asked a process to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Nothing,
    Terminate,
    Kill,
}

/// One process of khabar, after its end.
#[derive(Debug, Clone)]
pub struct ProcessEvidence {
    pub name: String,
    pub asked: Asked,
    /// Exit code, else the signal that ended it.
    pub ended: Result<i32, i32>,
    pub lines: Vec<String>,
}

/// How a partition stood at the end: `stable` is the last stable offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stability {
    pub topic: String,
    pub partition: i32,
    pub stable: i64,
    pub end: i64,
}

/// All of it. What is None could not be had.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub raw: Vec<RawEvidence>,
    /// The places of all acknowledged records.
    pub acknowledged: Vec<Place>,
    /// The end of each raw partition.
    pub raw_ends: BTreeMap<i32, i64>,
    /// A reader of committed records during the run, in the order of arrival.
    pub early: Option<Vec<Seen>>,
    /// The same, by one that began after the run.
    pub after: Option<Vec<Seen>>,
    pub uncommitted: Option<Vec<Seen>>,
    pub batches: Option<BTreeMap<(Outcome, i32), Vec<Batch>>>,
    /// From offset 0 on.
    pub claims: Option<Vec<ClaimsEntry>>,
    pub samples: Option<Vec<Sample>>,
    pub resets: Vec<Reset>,
    pub committed: Option<BTreeMap<i32, i64>>,
    pub stability: Option<Vec<Stability>>,
    pub processes: Option<Vec<ProcessEvidence>>,
    /// Whether all was done in time after the last fault.
    pub settled: Option<bool>,
}
