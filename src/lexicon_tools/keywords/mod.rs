//! Learns the keyword dictionary of a source from records whose keywords are separated.
//!
//! Owns the counting, and the file that comes of it; `records` finds source and keywords in a line of input. It divides no
//! keyword line: what khabar divided itself, or took from a text, it does not learn from.

pub mod records;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use hashbrown::HashMap;

use crate::tag::keyword_line::dictionary::{KEYWORD_BYTES_MAX, KEYWORD_WORDS_MAX, KEYWORDS_MAX};
use crate::tag::keywords;
use crate::tag::text::Text;

/// Spellings of one keyword that are told apart; the most frequent one is written.
const SPELLINGS_MAX: usize = 8;

/// Sources that are told apart where none is asked for.
const SOURCES_MAX: usize = 10_000;

/// Keywords of one article that are looked at, as in the tag room.
const OF_ARTICLE_MAX: usize = keywords::KEYWORDS_MAX;

/// Of an article that names no source.
pub const NO_SOURCE: &str = "(no source)";

/// Why no dictionary can be made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LearnError {
    #[error(
        "more than {KEYWORDS_MAX} different keywords; learn from fewer articles, or from one source with --source"
    )]
    TooMany,
    #[error(
        "the articles are of several sources ({sources}), and another newsroom's dictionary does harm; choose with --source"
    )]
    Sources { sources: String },
    #[error("no article with a list of keywords was found; nothing is written")]
    Nothing,
}

/// One keyword so far.
#[derive(Debug, Default)]
struct Counted {
    articles: u32,
    spellings: Vec<(Box<str>, u32)>,
}

/// Counts keywords over articles.
#[derive(Debug, Default)]
pub struct Learner {
    /// Keys of sources that are learned from; all where it is empty.
    wanted: BTreeSet<String>,
    /// By the folded words.
    keywords: HashMap<Box<str>, Counted>,
    /// Articles that were learned from, by source.
    sources: BTreeMap<String, u64>,
    /// Articles of other sources than those that are wanted, by source.
    others: BTreeMap<String, u64>,
}

/// A dictionary, learned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    /// The keys of its sources, with commas between them.
    pub sources: String,
    pub articles: u64,
    /// In how many articles, and the keyword: the most frequent first.
    pub keywords: Vec<(u32, Box<str>)>,
    /// Keywords that fewer articles than the least count have.
    pub rare: u64,
}

impl Learner {
    /// `wanted` are the keys of the sources to learn from; without any, all articles must be of one source.
    #[must_use]
    pub fn new(wanted: impl IntoIterator<Item = String>) -> Self {
        Self { wanted: wanted.into_iter().collect(), ..Self::default() }
    }

    /// Counts the keywords of an article, each once.
    ///
    /// # Errors
    /// [`LearnError::TooMany`].
    pub fn add<'a>(
        &mut self,
        source: Option<&str>,
        list: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), LearnError> {
        let source = source.filter(|source| !source.is_empty()).unwrap_or(NO_SOURCE);
        if !self.wanted.is_empty() && !self.wanted.contains(source) {
            count(&mut self.others, source);
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        for keyword in list.into_iter().take(OF_ARTICLE_MAX).filter_map(keywords::clean) {
            let Some(folded) = folded(&keyword) else { continue };
            if !seen.insert(folded.clone()) {
                continue;
            }
            if self.keywords.len() == KEYWORDS_MAX && !self.keywords.contains_key(&*folded) {
                return Err(LearnError::TooMany);
            }
            self.keywords.entry(folded).or_default().add(&keyword);
        }
        if seen.is_empty() {
            return Ok(());
        }
        count(&mut self.sources, source);
        Ok(())
    }

    /// Articles that were left out because they are of other sources.
    #[must_use]
    pub fn others(&self) -> u64 {
        self.others.values().sum()
    }

    /// Those sources with the most articles, for a person.
    #[must_use]
    pub fn other_sources(&self) -> String {
        largest(&self.others)
    }

    /// The dictionary of keywords that at least so many articles have.
    ///
    /// # Errors
    /// [`LearnError::Nothing`], and [`LearnError::Sources`] where none was chosen and there are several.
    pub fn finish(self, least: u32) -> Result<Learned, LearnError> {
        if self.wanted.is_empty() && self.sources.len() > 1 {
            return Err(LearnError::Sources { sources: largest(&self.sources) });
        }
        let mut keywords = Vec::new();
        let mut rare = 0;
        for counted in self.keywords.into_values() {
            if counted.articles < least {
                rare += 1;
            } else {
                keywords.push((counted.articles, counted.spelling()));
            }
        }
        if keywords.is_empty() {
            return Err(LearnError::Nothing);
        }
        keywords.sort_unstable_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        Ok(Learned {
            articles: self.sources.values().sum(),
            sources: self.sources.into_keys().collect::<Vec<_>>().join(", "),
            keywords,
            rare,
        })
    }
}

impl Counted {
    fn add(&mut self, spelling: &str) {
        self.articles = self.articles.saturating_add(1);
        if let Some((_, count)) = self.spellings.iter_mut().find(|(known, _)| **known == *spelling) {
            *count = count.saturating_add(1);
        } else if self.spellings.len() < SPELLINGS_MAX {
            self.spellings.push((spelling.into(), 1));
        }
    }

    /// The most frequent one; of two that are as frequent, the first by its letters.
    fn spelling(self) -> Box<str> {
        let best =
            self.spellings.into_iter().max_by(|one, other| one.1.cmp(&other.1).then(other.0.cmp(&one.0)));
        best.map(|(spelling, _)| spelling).unwrap_or_default()
    }
}

impl Learned {
    /// Writes the file.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, output: &mut dyn Write) -> io::Result<()> {
        let sources = self.sources.replace(char::is_control, "?");
        writeln!(
            output,
            "# Keywords of the source {sources}, learned by `khabar lexicon keywords` from {} articles.",
            self.articles
        )?;
        writeln!(
            output,
            "# A rule of sources.file names this file: [source.KEY] keywords = \"…\". Keyword lines of that source"
        )?;
        writeln!(
            output,
            "# that have no separators are then divided by it. Lines may be added, changed and taken out."
        )?;
        writeln!(output, "# Columns, with a tab between them: in how many articles, keyword.")?;
        for (count, keyword) in &self.keywords {
            writeln!(output, "{count}\t{keyword}")?;
        }
        Ok(())
    }
}

/// The folded words of a keyword that a dictionary may hold.
fn folded(keyword: &str) -> Option<Box<str>> {
    if keyword.len() > KEYWORD_BYTES_MAX {
        return None;
    }
    let text = Text::of(keyword);
    let words: Vec<&str> = text.tokens().iter().map(|token| text.folded(token)).collect();
    let is_kept = (1..=KEYWORD_WORDS_MAX).contains(&words.len()) && words.iter().all(|word| !word.is_empty());
    is_kept.then(|| words.join(" ").into())
}

fn count(sources: &mut BTreeMap<String, u64>, source: &str) {
    // Behind so many, no more are told apart: there are too many to choose from anyway.
    let is_told = sources.len() < SOURCES_MAX || sources.contains_key(source);
    *sources.entry(if is_told { source.to_owned() } else { NO_SOURCE.to_owned() }).or_default() += 1;
}

/// The sources with the most articles, for a message.
fn largest(sources: &BTreeMap<String, u64>) -> String {
    const SHOWN: usize = 8;
    let mut sorted: Vec<(&String, &u64)> = sources.iter().collect();
    sorted.sort_by(|one, other| other.1.cmp(one.1));
    let mut shown: Vec<String> =
        sorted.iter().take(SHOWN).map(|(source, count)| format!("{source} {count}")).collect();
    if sorted.len() > SHOWN {
        shown.push(format!("{} more", sorted.len() - SHOWN));
    }
    shown.join(", ")
}
