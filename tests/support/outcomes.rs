//! What became of the raw records: the outcomes of the three topics, and whether they are one for each.
//!
//! It reads headers by their literal names and knows nothing of the program's own code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value;

use super::client::{Client, Isolation};
use super::records::ReadRecord;
use super::worker::Topics;

/// So many violations of one kind are named in a message.
const NAMED_MAX: usize = 8;

/// A raw record's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub partition: i32,
    pub offset: i64,
}

impl From<(i32, i64)> for Place {
    fn from((partition, offset): (i32, i64)) -> Self {
        Self { partition, offset }
    }
}

/// One record of an outcome topic, with what its headers say.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// `enriched`, `duplicate` or `rejected`.
    pub kind: String,
    pub raw: Place,
    pub record: ReadRecord,
}

impl Outcome {
    /// Reads khabar's headers: those from the last `khabar-outcome` on. Panics where one is missing.
    pub fn of(record: ReadRecord) -> Self {
        let text = |name: &str| {
            own_header(&record, name).unwrap_or_else(|| panic!("header {name} stands in {record:?}"))
        };
        let kind = text("khabar-outcome");
        let partition = text("khabar-raw-partition").parse().expect("a partition is a number");
        let offset = text("khabar-raw-offset").parse().expect("an offset is a number");
        Self { kind, raw: Place { partition, offset }, record }
    }

    /// One of khabar's own headers.
    pub fn header(&self, name: &str) -> Option<String> {
        own_header(&self.record, name)
    }

    /// Where a duplicate record points.
    pub fn duplicate_of(&self) -> Option<Place> {
        let value = self.record.json();
        let earlier = &value["duplicate_of"];
        let partition = i32::try_from(earlier["partition"].as_i64()?).ok()?;
        Some(Place { partition, offset: earlier["offset"].as_i64()? })
    }
}

fn own_header(record: &ReadRecord, name: &str) -> Option<String> {
    let start = record.headers.iter().rposition(|(key, _)| key == "khabar-outcome")?;
    let (_, value) = record.headers[start..].iter().rev().find(|(key, _)| key == name)?;
    String::from_utf8(value.clone()?).ok()
}

/// All outcomes that a reader of committed records sees, in the order of topic, partition and offset.
pub fn read(client: &Client, topics: &Topics, limit: Duration) -> Vec<Outcome> {
    topics
        .outcomes()
        .iter()
        .flat_map(|topic| client.read_all(topic, Isolation::Committed, limit))
        .map(Outcome::of)
        .collect()
}

/// Records by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub enriched: usize,
    pub duplicate: usize,
    pub rejected: usize,
}

impl Counts {
    pub fn of(outcomes: &[Outcome]) -> Self {
        let count = |kind: &str| outcomes.iter().filter(|outcome| outcome.kind == kind).count();
        Self { enriched: count("enriched"), duplicate: count("duplicate"), rejected: count("rejected") }
    }

    pub fn sum(self) -> usize {
        self.enriched + self.duplicate + self.rejected
    }

    /// The counts of a `stopped` event.
    pub fn of_event(event: &Value) -> Self {
        let count = |name: &str| {
            let value = event[name].as_u64().unwrap_or_else(|| panic!("{name} stands in {event}"));
            usize::try_from(value).expect("a count fits")
        };
        Self { enriched: count("enriched"), duplicate: count("duplicate"), rejected: count("rejected") }
    }
}

/// Every raw record has one outcome, and there is no other outcome; each stands in its own topic and names the raw
/// topic. Else the violations.
pub fn check_one_each(topics: &Topics, raw: &[Place], outcomes: &[Outcome]) -> Result<Counts, String> {
    let mut found: BTreeMap<Place, Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes {
        found.entry(outcome.raw).or_default().push(outcome);
    }
    let known: BTreeSet<Place> = raw.iter().copied().collect();
    let mut problems = Problems::default();
    problems.add("raw records without an outcome", known.iter().filter(|place| !found.contains_key(place)));
    problems.add("outcomes of no raw record", found.keys().filter(|place| !known.contains(place)));
    problems.add(
        "raw records with several outcomes",
        found.iter().filter(|(_, all)| all.len() > 1).map(|(place, all)| {
            let where_all: Vec<(&str, i32, i64)> =
                all.iter().map(|one| (one.kind.as_str(), one.record.partition, one.record.offset)).collect();
            (place, where_all)
        }),
    );
    let topic_of = |kind: &str| match kind {
        "enriched" => Some(topics.enriched.as_str()),
        "duplicate" => Some(topics.duplicates.as_str()),
        "rejected" => Some(topics.rejected.as_str()),
        _ => None,
    };
    let misplaced = outcomes.iter().filter(|outcome| {
        topic_of(&outcome.kind) != Some(outcome.record.topic.as_str())
            || outcome.header("khabar-raw-topic").as_deref() != Some(topics.raw.as_str())
    });
    problems.add("outcomes in a wrong topic", misplaced.map(|outcome| (&outcome.kind, outcome.raw)));
    problems.result(Counts::of(outcomes))
}

/// Each set of raw records with the same text has exactly one enriched outcome, and its duplicates point to an enriched
/// record of the same text. `text_of` numbers the texts; records of none are not looked at.
pub fn check_one_enriched_each(
    outcomes: &[Outcome],
    text_of: impl Fn(Place) -> Option<usize>,
) -> Result<(), String> {
    let mut enriched: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for outcome in outcomes {
        let Some(text) = text_of(outcome.raw) else { continue };
        let places = enriched.entry(text).or_default();
        if outcome.kind == "enriched" {
            places.push(outcome.raw);
        }
    }
    let mut problems = Problems::default();
    problems
        .add("texts without one enriched record", enriched.iter().filter(|(_, places)| places.len() != 1));
    let astray = outcomes.iter().filter(|outcome| outcome.kind == "duplicate").filter_map(|outcome| {
        let earlier = outcome.duplicate_of();
        let text = text_of(outcome.raw);
        let is_right = earlier.is_some_and(|earlier| {
            text_of(earlier) == text && text.is_some_and(|text| enriched[&text].contains(&earlier))
        });
        (!is_right).then_some((outcome.raw, earlier))
    });
    problems.add("duplicates that point to no enriched record of their text", astray);
    problems.result(())
}

/// The outcomes of one raw partition within one partition of an outcome topic stand in raw order.
pub fn check_order(outcomes: &[Outcome]) -> Result<(), String> {
    let mut last: BTreeMap<(&str, i32, i32), i64> = BTreeMap::new();
    let mut problems = Problems::default();
    // As read: by topic, partition and offset.
    let swapped: Vec<Place> = outcomes
        .iter()
        .filter_map(|outcome| {
            let lane = (outcome.record.topic.as_str(), outcome.record.partition, outcome.raw.partition);
            let before = last.insert(lane, outcome.raw.offset);
            before.is_some_and(|before| before >= outcome.raw.offset).then_some(outcome.raw)
        })
        .collect();
    problems.add("outcomes behind later ones of their raw partition", swapped.iter());
    problems.result(())
}

#[derive(Default)]
struct Problems(String);

impl Problems {
    fn add(&mut self, what: &str, all: impl Iterator<Item = impl std::fmt::Debug>) {
        let all: Vec<String> = all.map(|one| format!("{one:?}")).collect();
        if !all.is_empty() {
            let named = all[..all.len().min(NAMED_MAX)].join(", ");
            let _ = writeln!(self.0, "{} {what}, for instance {named}", all.len());
        }
    }

    fn result<T>(self, value: T) -> Result<T, String> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}
