//! An endless log of invented claims, made of shingle hashes alone: new stories, copies of recent ones in the ways of
//! newspapers, articles of templates, exact repeats.
//!
//! What an article meets in the window is as in a corpus of 31,030 articles of 14 Arabic newspapers: there three of ten
//! repeat another one, nine of ten have at most 5 candidates and 99 of 100 at most 21, and an article's keys are met 26
//! times in the window. So one article of 50 is of a template, and all have common phrases.

use std::collections::VecDeque;
use std::sync::Arc;

use khabar::dedup::claim::{Claim, ClaimIdentity};
use khabar::dedup::sketch::Sketch;
use khabar::flow::RawCoordinates;

use crate::random::Random;

/// Copies are made of the latest so many stories.
const RECENT: usize = 20_000;
const TEMPLATES: usize = 50;
const TEMPLATE_SHINGLES: usize = 100;
/// Shingles that many articles have, and how many of them an article has.
const PHRASES: usize = 2_000;
const PHRASES_OF_ARTICLE: usize = 10;
/// Stories to which most articles add more than they repeat, that many at a time.
const GROWING: usize = 100;
const GROWING_SHINGLES: usize = 200;
const SOURCES: u64 = 500;

fn shingles(random: &mut Random, count: usize) -> Vec<u32> {
    (0..count).map(|_| (random.next() >> 32) as u32).collect()
}

/// What comes in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// Of 500 sources.
    Mixed,
    /// Nine of ten articles are of one source.
    OneSource,
    /// All articles are of a template, and share most of their words with thousands of others.
    Templates,
    /// All articles tell one of few stories and add much to it; one of 32 adds little, and is covered by all others.
    Growing,
    /// The same article again and again, each time of another record and URL.
    Identical,
    /// The same with another word each time, so that no text is exactly that of another.
    NearlyIdentical,
}

pub struct Stream {
    random: Random,
    traffic: Traffic,
    recent: VecDeque<Vec<u32>>,
    templates: Vec<Vec<u32>>,
    phrases: Vec<u32>,
    growing: Vec<Vec<u32>>,
    topic: Arc<str>,
    made: i64,
    /// Append times go on by so much from claim to claim.
    step_us: i64,
}

impl Stream {
    pub fn new(traffic: Traffic, step_us: i64) -> Self {
        let mut random = Random::new(7);
        let templates = (0..TEMPLATES).map(|_| shingles(&mut random, TEMPLATE_SHINGLES)).collect();
        Self {
            traffic,
            recent: VecDeque::new(),
            templates,
            phrases: shingles(&mut random, PHRASES),
            growing: (0..GROWING).map(|_| shingles(&mut random, GROWING_SHINGLES)).collect(),
            topic: Arc::from("raw"),
            made: 0,
            step_us,
            random,
        }
    }

    pub fn traffic(&mut self, traffic: Traffic) {
        self.traffic = traffic;
    }

    /// Makes as many stories as copies are made of.
    pub fn warm_up(&mut self) {
        while self.recent.len() < RECENT {
            self.text();
        }
    }

    /// The next claim and its append time in milliseconds.
    pub fn next(&mut self) -> (Claim, i64) {
        let time_ms = 1_700_000_000_000 + self.made * self.step_us / 1000;
        let shingles = match self.traffic {
            Traffic::Identical | Traffic::NearlyIdentical => self.recent[0].clone(),
            Traffic::Templates => self.of_template(),
            Traffic::Growing => self.of_growing_story(),
            Traffic::Mixed | Traffic::OneSource => self.text(),
        };
        let numerals = (0..shingles.len() / 60).map(|at| (shingles[at] >> 16) as u16).collect();
        let mut sketch = Sketch::of_shingles(&shingles, numerals);
        let id = u128::from(self.random.next()) << 64 | u128::from(self.random.next());
        let repeats = match self.traffic {
            Traffic::Identical => true,
            Traffic::NearlyIdentical | Traffic::Templates | Traffic::Growing => false,
            Traffic::Mixed | Traffic::OneSource => self.random.below(33) == 0,
        };
        sketch.text_hash = if repeats { u128::from(shingles[0]).to_le_bytes() } else { id.to_le_bytes() };
        let source_hash = match self.traffic {
            Traffic::OneSource if self.random.below(10) > 0 => 1,
            _ => 1 + self.random.next() % SOURCES,
        };
        let coordinates = RawCoordinates { topic: self.topic.clone(), partition: 0, offset: self.made };
        self.made += 1;
        let claim = Claim {
            scope: 1,
            identity: ClaimIdentity { coordinates, timestamp_ms: time_ms, payload_hash: self.random.next() },
            content_hash: id.to_le_bytes(),
            article_id: id.rotate_left(1).to_le_bytes(),
            has_url: true,
            fetched_at_ms: time_ms,
            language: "ar".to_owned(),
            source_hash,
            never_suppressed: false,
            sketch,
        };
        (claim, time_ms)
    }

    fn text(&mut self) -> Vec<u32> {
        let text = match self.random.below(100) {
            0..2 => self.of_template(),
            2..30 if !self.recent.is_empty() => self.copy(),
            _ => self.story(),
        };
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(text.clone());
        text
    }

    fn story(&mut self) -> Vec<u32> {
        let random = &mut self.random;
        let count = 60 + random.below(400);
        let mut text = shingles(random, count);
        for _ in 0..PHRASES_OF_ARTICLE {
            let place = random.below(text.len());
            text[place] = self.phrases[random.below(PHRASES)];
        }
        text
    }

    fn copy(&mut self) -> Vec<u32> {
        let random = &mut self.random;
        let story = &self.recent[random.below(self.recent.len())];
        let kept = story.len() * (40 + random.below(61)) / 100;
        let added = 5 + random.below(60);
        [&story[..kept], &shingles(random, added)].concat()
    }

    fn of_template(&mut self) -> Vec<u32> {
        let own = shingles(&mut self.random, 60);
        [&self.templates[self.random.below(TEMPLATES)][..], &own].concat()
    }

    fn of_growing_story(&mut self) -> Vec<u32> {
        let added = if self.random.below(32) == 0 { 20 } else { 150 };
        let own = shingles(&mut self.random, added);
        [&self.growing[self.random.below(GROWING)][..], &own].concat()
    }
}
