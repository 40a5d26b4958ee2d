//! Reads enriched and duplicate records back and divides them: what they say of their verdict, and all the rest. For
//! whoever proves afterwards that they are right; no outcome is decided by it.

use super::duplicate::Duplicate;
use super::khabar::Earlier;
use super::ninjs::Item;
use super::to_json;
use crate::dedup::rules;
use crate::flow::Outcome;

/// What a record says of its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedVerdict {
    pub verdict: String,
    pub matched: Option<StatedMatch>,
    pub score_permille: u16,
    pub novelty_permille: u16,
    pub rule: String,
    /// Of enriched records only.
    pub sequence: Option<i64>,
    /// Of enriched records only.
    pub level: Option<u32>,
}

/// The earlier article that a record names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedMatch {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// In hexadecimal.
    pub id: String,
}

/// A record, divided.
#[derive(Debug, Clone)]
pub struct ReadBack {
    pub uri: String,
    /// `None` where it was made without dedup.
    pub verdict: Option<StatedVerdict>,
    /// Topic, partition and offset of the raw record; enriched records repeat them.
    pub raw: Option<(String, i32, i64)>,
    /// What was given up.
    pub degraded: Vec<String>,
    /// The payload without its verdict. Two records of one article differ in it if they differ in anything else.
    pub content: Vec<u8>,
    /// The payload is, byte for byte, what khabar writes for what it says.
    pub is_canonical: bool,
}

/// Divides the payload of an enriched or duplicate record. `None` where it is not one of khabar's.
#[must_use]
pub fn read_back(outcome: Outcome, payload: &[u8]) -> Option<ReadBack> {
    match outcome {
        Outcome::Enriched => enriched(payload),
        Outcome::Duplicate => duplicate(payload),
        Outcome::Rejected => None,
    }
}

fn enriched(payload: &[u8]) -> Option<ReadBack> {
    let mut item: Item = serde_json::from_slice(payload).ok()?;
    let is_canonical = to_json(&item, payload.len()) == payload;
    let khabar = &mut item.khabar;
    let (sequence, level) = (khabar.seq.take(), khabar.versions.level.take());
    let verdict = khabar.dedup.take().map(|dedup| StatedVerdict {
        verdict: dedup.verdict.into_owned(),
        matched: dedup.matched.as_ref().map(stated_match),
        score_permille: dedup.score,
        novelty_permille: dedup.novelty,
        rule: dedup.rule.into_owned(),
        sequence,
        level,
    });
    // This flaw comes of the verdict.
    khabar.extraction.flaws.retain(|flaw| flaw.code != rules::FLAW_URL_REUSED);
    let raw = Some((khabar.raw.topic.to_string(), khabar.raw.partition, khabar.raw.offset));
    let degraded = khabar.degraded.iter().map(ToString::to_string).collect();
    let content = to_json(&item, payload.len());
    Some(ReadBack { uri: item.uri.into_owned(), verdict, raw, degraded, content, is_canonical })
}

fn duplicate(payload: &[u8]) -> Option<ReadBack> {
    let mut record: Duplicate = serde_json::from_slice(payload).ok()?;
    let is_canonical = to_json(&record, payload.len()) == payload;
    let verdict = Some(StatedVerdict {
        verdict: std::mem::take(&mut record.kind).into_owned(),
        matched: record.earlier.take().as_ref().map(stated_match),
        score_permille: std::mem::take(&mut record.score),
        novelty_permille: std::mem::take(&mut record.novelty),
        rule: std::mem::take(&mut record.rule).into_owned(),
        sequence: None,
        level: None,
    });
    let degraded = record.degraded.iter().map(ToString::to_string).collect();
    let content = to_json(&record, payload.len());
    Some(ReadBack { uri: record.uri.into_owned(), verdict, raw: None, degraded, content, is_canonical })
}

fn stated_match(earlier: &Earlier<'_>) -> StatedMatch {
    StatedMatch {
        topic: earlier.topic.to_string(),
        partition: earlier.partition,
        offset: earlier.offset,
        id: earlier.id.to_string(),
    }
}
