//! Finds source and keywords in a line of input: a record that khabar emitted, or a raw one.
//!
//! Owns the forms of a line. A raw record goes through decode and parse as in the worker; nothing here reads content.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{LearnError, Learner};
use crate::caught;
use crate::config::Settings;
use crate::config::settings::DecodeSettings;
use crate::flow::{Header, RawCoordinates, RawRecord};
use crate::lexicon_tools::faults::Faults;
use crate::lexicon_tools::lines::Lines;
use crate::parse::Parser;
use crate::tag::keywords::PAGE;

/// A longer line is no record: topics hardly take more.
pub const LINE_BYTES_MAX: usize = 16 << 20;

/// What the reason of a bad line is cut to, in characters.
const REASON_CHARS_MAX: usize = 200;

/// What was read, beside what was learned.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reading {
    pub lines: u64,
    /// Records without a list of keywords of their page.
    pub without_list: u64,
    /// Duplicates and rejected records among the output of `khabar process`.
    pub no_articles: u64,
    pub faults: Faults,
}

/// Why reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{file} can't be read to its end: {source}")]
    Input { file: String, source: io::Error },
    #[error(transparent)]
    Learn(#[from] LearnError),
}

/// Reads lines into a learner.
#[derive(Debug)]
pub struct Reader<'a> {
    parser: &'a Parser,
    decode: &'a DecodeSettings,
    pub learner: Learner,
    pub reading: Reading,
}

/// A line as khabar writes it: an item, or what `khabar process` prints about one.
#[derive(Deserialize)]
struct Emitted {
    outcome: Option<String>,
    item: Option<Item>,
    khabar: Option<Khabar>,
}

#[derive(Deserialize)]
struct Item {
    khabar: Option<Khabar>,
}

#[derive(Deserialize)]
struct Khabar {
    source: Option<String>,
    keywords: Option<ItemKeywords>,
}

#[derive(Deserialize)]
struct ItemKeywords {
    #[serde(default)]
    list: Vec<String>,
    #[serde(default)]
    origin: String,
}

/// What a line is.
enum Found {
    Article { source: Option<String>, keywords: Vec<String> },
    WithoutList,
    NoArticle,
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn new(parser: &'a Parser, settings: &'a Settings, learner: Learner) -> Self {
        Self { parser, decode: &settings.decode, learner, reading: Reading::default() }
    }

    /// Reads one input to its end. `progress` hears the bytes and lines read so far.
    ///
    /// # Errors
    /// Those of the input, and [`LearnError::TooMany`]. A line that can't be used is no error: it is counted and named.
    pub fn read(
        &mut self,
        file: &str,
        input: impl BufRead,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<(), ReadError> {
        let mut lines = Lines::new(input, LINE_BYTES_MAX);
        loop {
            let before = lines.read_bytes();
            let line =
                lines.next_line().map_err(|source| ReadError::Input { file: file.to_owned(), source })?;
            let Some(line) = line else { return Ok(()) };
            self.reading.lines += 1;
            if line.bytes.trim_ascii().is_empty() {
                continue;
            }
            let found = if line.is_cut {
                Err(format!("the line has more than {LINE_BYTES_MAX} bytes"))
            } else {
                self.find(line.bytes)
            };
            match found {
                Ok(Found::Article { source, keywords }) => {
                    let key = source.as_deref().map(|source| self.key(source).to_owned());
                    self.learner.add(key.as_deref(), keywords.iter().map(String::as_str))?;
                }
                Ok(Found::WithoutList) => self.reading.without_list += 1,
                Ok(Found::NoArticle) => self.reading.no_articles += 1,
                Err(reason) => {
                    let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
                    self.reading.faults.add(file, line.number, reason);
                }
            }
            progress(lines.read_bytes() - before, self.reading.lines);
        }
    }

    /// The key of a source that is named by a label of its rule.
    fn key<'b>(&'b self, source: &'b str) -> &'b str {
        self.parser.sources().by_label(source).map_or(source, |rule| &rule.key)
    }

    fn find(&self, line: &[u8]) -> Result<Found, String> {
        let emitted: Option<Emitted> = match serde_json::from_slice(line) {
            Ok(emitted) => Some(emitted),
            // An envelope may have such members of another type; what is no JSON at all is wrong here.
            Err(error) if serde_json::from_slice::<IgnoredAny>(line).is_err() => {
                return Err(format!("no JSON: {error}"));
            }
            Err(_) => None,
        };
        if let Some(emitted) = emitted {
            if matches!(emitted.outcome.as_deref(), Some("duplicate" | "rejected")) {
                return Ok(Found::NoArticle);
            }
            if let Some(khabar) = emitted.khabar.or_else(|| emitted.item?.khabar) {
                let list = khabar.keywords.filter(|keywords| keywords.origin == PAGE);
                let list = list.map(|keywords| keywords.list).filter(|list| !list.is_empty());
                return Ok(list.map_or(Found::WithoutList, |keywords| Found::Article {
                    source: khabar.source,
                    keywords,
                }));
            }
        }
        self.read_raw(line)
    }

    fn read_raw(&self, line: &[u8]) -> Result<Found, String> {
        let header = Header { name: "content-type".to_owned(), value: Some(b"application/json".to_vec()) };
        let raw = RawRecord {
            coordinates: RawCoordinates { topic: "-".into(), partition: 0, offset: 0 },
            timestamp_ms: None,
            key: None,
            payload: Some(line.to_vec()),
            headers: vec![header],
        };
        let parsed = caught::catch(|| {
            crate::decode::decode(&raw, self.decode).and_then(|decoded| self.parser.parse(&decoded))
        });
        let article = match parsed {
            Ok(Ok(article)) => article,
            Ok(Err(rejection)) => return Err(rejection.to_string()),
            Err(panic) => return Err(format!("the parser broke: {}", caught::text(&*panic))),
        };
        let keywords = article.keywords.map(|keywords| keywords.list).unwrap_or_default();
        if keywords.is_empty() {
            return Ok(Found::WithoutList);
        }
        Ok(Found::Article { source: article.source, keywords })
    }
}
