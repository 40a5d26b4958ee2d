//! A model of claims, crashes and rebalances: everything around the worker's pure parts is simulated in this process,
//! and a seeded schedule decides who does the next step.
//!
//! The parts under test are the product's own: conductor, verdicts, window, claims and their bytes, the start rule,
//! assignment, epochs, the table of transaction states and the open transaction. The rest, broker, group, threads and their channels, is
//! imitated step by step ([`broker`], [`poller`], [`committer`], [`follower`]); each imitation keeps to the order of
//! steps of the file that it stands for. After the schedule everything is let run out, and [`check`] compares what is
//! downstream with what was produced.
//!
//! A [`Fault`] is a rule of the protocol broken on purpose; the tests show that the model finds each of them.

mod broker;
mod check;
mod claims_log;
mod committer;
mod fault;
mod follower;
mod group;
mod poller;
mod replica;
mod schedule;
mod tests;
mod transactions;
mod world;

use std::sync::Arc;

use crate::article::Hash128;
use crate::dedup::claim::{Claim, ClaimIdentity};
use crate::dedup::level::{ENGINE, Level};
use crate::dedup::sketch::{SKETCH_SIZE, Sketch};
use crate::flow::{RawCoordinates, RawRecord};
use crate::kafka::assignment::PartitionKey;

use fault::Fault;

const PARTITIONS: usize = 2;
/// Processes that may run at once.
const SLOTS: usize = 3;
const SCOPE: u64 = 1;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// W of the first level; each raise adds one.
const WINDOW_HOURS: u32 = 2;

/// One process: a replica from its start to its end.
type Process = usize;

/// What of a raw record the stages would find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Article {
    /// Texts `2 n` and `2 n + 1` differ in next to nothing.
    text: u8,
    url: Option<u8>,
    is_rejected: bool,
}

fn key(partition: usize) -> PartitionKey {
    PartitionKey { topic: Arc::from("raw"), partition: i32::try_from(partition).unwrap() }
}

fn partition_of(key: &PartitionKey) -> usize {
    usize::try_from(key.partition).unwrap()
}

fn raw(partition: usize, offset: i64) -> RawRecord {
    let PartitionKey { topic, partition } = key(partition);
    RawRecord {
        coordinates: RawCoordinates { topic, partition, offset },
        timestamp_ms: Some(1),
        key: None,
        payload: Some(offset.to_le_bytes().to_vec()),
        headers: Vec::new(),
    }
}

fn claim_of(raw: &RawRecord, article: Article) -> Claim {
    let payload = raw.payload.as_deref().unwrap();
    let family = u16::from(article.text / 2);
    Claim {
        scope: SCOPE,
        identity: ClaimIdentity::new(raw.coordinates.clone(), raw.timestamp_ms, payload),
        content_hash: [article.text; 16],
        article_id: article_id(article),
        has_url: article.url.is_some(),
        fetched_at_ms: -1,
        language: "ar".to_owned(),
        source_hash: 0,
        never_suppressed: false,
        sketch: Sketch {
            text_hash: [article.text; 16],
            words: 12,
            shingles: 10,
            codes: (0..10).map(|code| family * 100 + code).collect(),
            full: true,
            key_tails: Vec::new(),
            headline_hash: 0,
            lead: 0,
            numerals: Vec::new(),
            numeral_pairs: Vec::new(),
        },
    }
}

fn article_id(article: Article) -> Hash128 {
    article.url.map_or([article.text; 16], |url| [200 + url; 16])
}

fn level(number: u32) -> Level {
    Level {
        engine: ENGINE,
        window_hours: WINDOW_HOURS + number - 1,
        sketch_size: u32::try_from(SKETCH_SIZE).unwrap(),
        revision_novelty_permille: 100,
        revision_similarity_permille: 500,
        near: "off".to_owned(),
        addition: None,
        source_policies: None,
    }
}
