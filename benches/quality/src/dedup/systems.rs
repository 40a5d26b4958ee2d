//! The systems that are compared: each judges a log of articles, one after the other.

use std::collections::VecDeque;
use std::sync::Arc;

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32, compute_minhash_similarity};
use gaoya::text::whitespace_split;
use khabar::article::{Article, Paragraph, ParagraphRole, Verdict, hash128};
use khabar::config::load::{LayerArguments, load};
use khabar::dedup::{Claim, ClaimIdentity, Level, Window};
use khabar::flow::{Origin, ParsedRecord, RawCoordinates};
use khabar::sources::{DedupPolicy, DedupSource};

use crate::corpus::{Data, Document};
use crate::text;

/// What a system says about one article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// The number of the earlier article.
    pub matched: Option<usize>,
    pub score_permille: u16,
    pub novelty_permille: u16,
    pub rule: &'static str,
}

impl Outcome {
    pub const fn is_suppressed(&self) -> bool {
        self.verdict.is_duplicate()
    }

    /// The earlier article that it names as being of the same story.
    pub fn link(&self) -> Option<usize> {
        if self.verdict == Verdict::New { None } else { self.matched }
    }
}

/// Judges articles in the order of the log. What it needs of a text is prepared once and used in every replay.
pub trait System {
    type Prepared;
    type Window;

    fn name(&self) -> &str;
    /// `number` names the article in outcomes.
    fn prepare(&self, document: &Document, number: usize) -> Self::Prepared;
    fn window(&self) -> Self::Window;
    fn judge(
        &self,
        window: &mut Self::Window,
        article: &Self::Prepared,
        place: usize,
        time_ms: i64,
    ) -> Result<Outcome, String>;
}

/// khabar's engine with its default settings.
pub struct Khabar {
    level: Level,
}

impl Khabar {
    /// `overrides` are settings as `dedup.name=value`.
    pub fn new(overrides: Vec<String>) -> Result<Self, String> {
        let loaded = load(&LayerArguments { overrides, ..LayerArguments::default() })
            .map_err(|error| error.to_string())?;
        Ok(Self { level: Level::from_settings(&loaded.settings.dedup) })
    }

    /// W in milliseconds.
    pub fn window_ms(&self) -> i64 {
        self.level.window_ms()
    }

    /// The claims of all articles, by their numbers.
    pub fn claims(&self, data: &Data) -> Vec<Claim> {
        let documents = data.documents.iter().enumerate();
        documents.map(|(number, document)| self.prepare(document, number)).collect()
    }
}

impl System for Khabar {
    type Prepared = Claim;
    type Window = Window;

    fn name(&self) -> &str {
        "khabar"
    }

    fn prepare(&self, document: &Document, number: usize) -> Claim {
        let paragraphs = document
            .body
            .lines()
            .map(|line| Paragraph { text: line.to_owned(), role: ParagraphRole::default() })
            .collect();
        let article = Article {
            uri: document.url.clone(),
            id: hash128(document.url.as_bytes()),
            has_url: true,
            headline: Some(document.title.clone()).filter(|title| !title.is_empty()),
            paragraphs,
            source: Some(document.source.clone()),
            ..Article::default()
        };
        let coordinates = RawCoordinates {
            topic: Arc::from("articles"),
            partition: 0,
            offset: i64::try_from(number).unwrap_or(i64::MAX),
        };
        let text = document.text();
        let identity = ClaimIdentity::new(coordinates.clone(), Some(document.time_ms), text.as_bytes());
        let record = ParsedRecord {
            origin: Origin { coordinates, timestamp_ms: Some(document.time_ms), trace_headers: Vec::new() },
            article,
            content_hash: hash128(text.as_bytes()),
            fetched_at_ms: Some(document.time_ms),
            meta: None,
        };
        let source = DedupSource { family: &document.source, policy: DedupPolicy::Default };
        Claim::new(0, identity, &record, "ar", Some(source))
    }

    fn window(&self) -> Window {
        Window::new(self.level.clone())
    }

    fn judge(
        &self,
        window: &mut Window,
        article: &Claim,
        place: usize,
        time_ms: i64,
    ) -> Result<Outcome, String> {
        let sequence = i64::try_from(place).map_err(|error| error.to_string())?;
        let judged = window.apply(article, sequence, time_ms).map_err(|error| error.to_string())?;
        Ok(Outcome {
            verdict: judged.verdict,
            matched: judged.matched.and_then(|matched| usize::try_from(matched.coordinates.offset).ok()),
            score_permille: judged.score_permille,
            novelty_permille: judged.novelty_permille,
            rule: judged.rule,
        })
    }
}

/// What of a text is hashed for `MinHash`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// Words in lower case, as in gaoya's own example.
    Words,
    /// n-grams of words whose Arabic spelling was unified.
    Grams(usize),
}

/// Settings of a `MinHash` index with locality-sensitive hashing.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub name: &'static str,
    pub tokens: Tokens,
    pub bands: usize,
    pub band_width: usize,
    pub threshold: f64,
}

/// As in the crate's documentation.
pub const GAOYA_DOCUMENTED: Setting =
    Setting { name: "gaoya", tokens: Tokens::Words, bands: 42, band_width: 3, threshold: 0.5 };
/// The best of [`GAOYA_SEARCHED`] by F1 on the labelled pairs.
pub const GAOYA_TUNED: Setting =
    Setting { name: "gaoya tuned", tokens: Tokens::Grams(3), bands: 42, band_width: 3, threshold: 0.35 };
/// Tried by the measure `search`.
pub const GAOYA_SEARCHED: [(Tokens, usize, usize, f64); 12] = [
    (Tokens::Words, 42, 3, 0.5),
    (Tokens::Words, 42, 3, 0.65),
    (Tokens::Grams(1), 42, 3, 0.5),
    (Tokens::Grams(1), 42, 3, 0.6),
    (Tokens::Grams(1), 42, 3, 0.7),
    (Tokens::Grams(2), 47, 5, 0.45),
    (Tokens::Grams(2), 42, 3, 0.45),
    (Tokens::Grams(2), 42, 3, 0.55),
    (Tokens::Grams(3), 42, 3, 0.25),
    (Tokens::Grams(3), 42, 3, 0.35),
    (Tokens::Grams(3), 42, 3, 0.45),
    (Tokens::Grams(5), 42, 3, 0.25),
];

/// gaoya's index over the articles of the same W as khabar's. Every match is a duplicate of the most similar article,
/// of equals the earliest.
pub struct Gaoya {
    setting: Setting,
    hasher: MinHasher32<fnv::FnvBuildHasher>,
    window_ms: i64,
}

pub struct GaoyaWindow {
    index: MinHashIndex<u32, usize>,
    /// Numbers and times of what the index holds, oldest first.
    held: VecDeque<(usize, i64)>,
}

impl Gaoya {
    pub fn new(setting: Setting, window_ms: i64) -> Self {
        Self { setting, hasher: MinHasher32::new(setting.bands * setting.band_width), window_ms }
    }
}

/// An article's number and signature.
pub struct Signature {
    number: usize,
    values: Vec<u32>,
}

impl System for Gaoya {
    type Prepared = Signature;
    type Window = GaoyaWindow;

    fn name(&self) -> &str {
        self.setting.name
    }

    fn prepare(&self, document: &Document, number: usize) -> Signature {
        let text = document.text();
        let values = match self.setting.tokens {
            Tokens::Words => self.hasher.create_signature(whitespace_split(&text.to_lowercase())),
            Tokens::Grams(size) => {
                self.hasher.create_signature(text::grams(&text::words(&text), size).into_iter())
            }
        };
        Signature { number, values }
    }

    fn window(&self) -> GaoyaWindow {
        let Setting { bands, band_width, threshold, .. } = self.setting;
        GaoyaWindow { index: MinHashIndex::new(bands, band_width, threshold), held: VecDeque::new() }
    }

    fn judge(
        &self,
        window: &mut GaoyaWindow,
        article: &Signature,
        _place: usize,
        time_ms: i64,
    ) -> Result<Outcome, String> {
        while let Some((number, _)) = window.held.front().filter(|held| held.1 <= time_ms - self.window_ms) {
            window.index.remove(number);
            window.held.pop_front();
        }
        let best = window
            .index
            .query_owned(&article.values)
            .into_iter()
            .filter_map(|number| {
                let values = window.index.get_signature(&number)?;
                let similarity = compute_minhash_similarity(values, &article.values) * 1000.0;
                // At most 1000, and nothing below one counts.
                Some((similarity as u16, number))
            })
            .max_by_key(|(similarity, number)| (*similarity, std::cmp::Reverse(*number)));
        window.index.insert(article.number, article.values.clone());
        window.held.push_back((article.number, time_ms));
        Ok(Outcome {
            verdict: if best.is_some() { Verdict::Near } else { Verdict::New },
            matched: best.map(|(_, number)| number),
            score_permille: best.map_or(0, |(similarity, _)| similarity),
            novelty_permille: 1000 - best.map_or(0, |(similarity, _)| similarity),
            rule: "similar",
        })
    }
}
