//! Turns decoded content into an article with flaws. No I/O after its lexicons are loaded, no clock, no Kafka.
//!
//! Owns what an article's parts are and where they were found. It never tags, never judges, and guesses nothing
//! without saying so: each guess is a flaw. The forms of content have a module each (`dump`, `html`, `plain`); what
//! they find comes together in `assemble`.

mod address;
mod assemble;
mod boilerplate;
mod confidence;
pub(crate) mod date;
mod dateline;
mod dating;
mod dump;
pub mod flaws;
pub(crate) mod fold;
mod html;
mod keywords;
mod lexicon;
mod people;
mod plain;
mod references;
mod text;
mod uri;

use jiff::tz::TimeZone;

use crate::article::{Article, Content, Decoded};
use crate::config::settings::{LexiconSettings, ParseSettings};
use crate::rejection::Rejection;
use crate::sources::Sources;

pub use dump::{LineRole, ReadLine};
pub use lexicon::LexiconError;

/// The parse room. Built once, shared by all threads.
#[derive(Debug)]
pub struct Parser {
    limits: ParseSettings,
    /// The zone of dates that state none, for sources without a zone of their own.
    zone: TimeZone,
    zone_name: String,
    sources: Sources,
    labels: lexicon::Labels,
    boilerplate: boilerplate::Boilerplate,
    dump_words: dump::Words,
    date_words: date::Words,
    drop_matchers: html::DropMatchers,
}

impl Parser {
    /// Loads the lexicons and checks zone, labels and selectors.
    ///
    /// Errors name file, line and what is wrong.
    pub fn new(
        settings: &ParseSettings,
        lexicon: &LexiconSettings,
        sources: Sources,
    ) -> Result<Self, LexiconError> {
        let zone = date::zone_by_name(&settings.zone)
            .ok_or_else(|| LexiconError::Zone { zone: settings.zone.clone() })?;
        Ok(Self {
            limits: settings.clone(),
            zone,
            zone_name: settings.zone.clone(),
            drop_matchers: html::DropMatchers::build(&sources)?,
            sources,
            labels: lexicon::Labels::load(&lexicon.dump_labels)?,
            boilerplate: boilerplate::Boilerplate::load()?,
            dump_words: dump::Words::load()?,
            date_words: date::Words::load()?,
        })
    }

    /// The rules per source.
    pub const fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The article in the content, or why there is none.
    pub fn parse(&self, decoded: &Decoded) -> Result<Article, Rejection> {
        let found = match &decoded.content {
            Content::Dump(text) => self.find_in_dump(text),
            Content::Html(page) => self.find_in_html(page, decoded)?,
            Content::Text(text) => plain::mapped(text),
        };
        self.assemble(decoded, found)
    }

    /// The lines of a dump, each with its role and the evidence for it: what [`Parser::parse`] believes of them.
    pub fn read_lines(&self, text: &str) -> Vec<ReadLine> {
        dump::divide(text, &self.dump_lexicons(), self.limits.paragraphs_max).lines(text)
    }

    fn dump_lexicons(&self) -> dump::Lexicons<'_> {
        dump::Lexicons {
            labels: &self.labels,
            boilerplate: &self.boilerplate,
            words: &self.dump_words,
            date_words: &self.date_words,
        }
    }

    /// The fallback for content that parsed once and now fails: its visible text, line by line.
    ///
    /// Never fails while there is any text; without any, the article is empty.
    pub fn plain(&self, decoded: &Decoded) -> Article {
        let found = plain::fallback(&decoded.content, self.limits.paragraphs_max);
        self.assemble_plain(decoded, found)
    }
}

#[cfg(test)]
pub(crate) mod tests;
