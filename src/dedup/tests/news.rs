//! A log of invented news: stories, and copies of them as newspapers make them.

use std::sync::Arc;

use crate::article::hash128;
use crate::dedup::claim::{Claim, ClaimIdentity};
use crate::dedup::sketch::sketch;
use crate::flow::RawCoordinates;

/// One entry: the claim, its offset, its append time.
pub type Entry = (Claim, i64, i64);

/// SplitMix64 by Steele, Lea and Flood (2014): the same numbers for the same seed, anywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// Words of a vocabulary in which few are frequent, as in a language.
    pub fn words(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| format!("كلمة{}", self.below(5000) * self.below(5000) / 5000)).collect()
    }
}

pub fn claim(record: i64, url: &str, source: u64, fetched_at_ms: i64, text: &str) -> Claim {
    let coordinates = RawCoordinates { topic: Arc::from("raw"), partition: 0, offset: record };
    Claim {
        scope: 7,
        identity: ClaimIdentity::new(coordinates, Some(fetched_at_ms), text.as_bytes()),
        content_hash: hash128(text.as_bytes()),
        article_id: hash128(url.as_bytes()),
        has_url: true,
        fetched_at_ms,
        language: "ar".to_owned(),
        source_hash: source,
        never_suppressed: false,
        sketch: sketch("", text),
    }
}

const SOURCES: usize = 12;
const BEGIN_MS: i64 = 1_700_000_000_000;

/// A log of so many claims over `span_ms`, with copies of every kind, templates, versions of one URL, records that were
/// claimed twice, and a clock that steps back by up to ten minutes.
pub fn log(seed: u64, count: usize, span_ms: i64) -> Vec<Entry> {
    let random = &mut Random(seed);
    let frames: Vec<Vec<String>> = (0..SOURCES).map(|_| random.words(30)).collect();
    let template = random.words(60);
    let mut stories: Vec<Vec<String>> = Vec::new();
    let mut log: Vec<Entry> = Vec::with_capacity(count);
    for at in 0..count {
        let offset = i64::try_from(at).unwrap();
        let time_ms = BEGIN_MS + span_ms * offset / i64::try_from(count).unwrap()
            - i64::try_from(random.below(600_000)).unwrap();
        let source = random.below(SOURCES);
        if at > 0 && random.below(100) == 0 {
            // Two owners in a race claim the same record.
            let (again, _, _) = log[log.len() - 1 - random.below(log.len().min(50))].clone();
            log.push((again, offset, time_ms));
            continue;
        }
        let mut words = match random.below(10) {
            0..=3 => {
                let story_words = 20 + random.below(400);
                random.words(story_words)
            }
            4 => [&template[..], &random.words(12)].concat(),
            _ if stories.is_empty() => random.words(80),
            _ => {
                let recent = stories.len().min(60);
                let story = stories[stories.len() - 1 - random.below(recent)].clone();
                edited(story, &stories, random)
            }
        };
        if random.below(4) == 0 {
            words.extend_from_slice(&frames[source]);
        }
        let url = match random.below(30) {
            0 => format!("https://news.example/live{}", random.below(20)),
            _ => format!("https://news.example/{at}"),
        };
        let source = u64::try_from(source).unwrap();
        log.push((claim(offset, &url, source, time_ms, &words.join(" ")), offset, time_ms));
        stories.push(words);
    }
    log
}

/// A copy, in one of the ways of newspapers.
fn edited(mut words: Vec<String>, stories: &[Vec<String>], random: &mut Random) -> Vec<String> {
    let count = words.len();
    match random.below(7) {
        0 => words,
        1 => [random.words(4), words].concat(),
        2 => {
            words.truncate(count * (30 + random.below(60)) / 100);
            words
        }
        3 => {
            words.extend(stories[random.below(stories.len())].clone());
            words
        }
        4 => {
            let added = 20 + random.below(200);
            words.extend(random.words(added));
            words
        }
        5 => {
            for _ in 0..count / 8 {
                words[random.below(count)] = random.words(1).remove(0);
            }
            words
        }
        _ => {
            for _ in 0..5 {
                words[random.below(count)] = random.below(10_000).to_string();
            }
            words
        }
    }
}
