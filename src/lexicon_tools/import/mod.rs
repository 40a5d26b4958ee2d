//! Makes lexicon rows of names from open databases.
//!
//! Owns what is taken of a database and how it is written, so that `lexicon.folder` can load it. It never holds an input in
//! memory, and writes nothing that a reader of the rows could take for something else.

pub mod geonames;
mod kinds;
mod known;
pub(super) mod names;
pub mod rows;
pub mod sparql;
#[cfg(test)]
mod tests;
pub mod wikidata;

use std::io;

use crate::article::EntityKind;

pub use kinds::{KINDS, Kinds};

/// Languages that are chosen at most.
pub const LANGUAGES_MAX: usize = 16;

/// Aliases of one entity in one language; the rest is left out.
pub const ALIASES_MAX: usize = 40;

/// What an import takes.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Of the names, in the order of the rows: `ar`, `en`.
    pub languages: Vec<String>,
    /// Which of them an entity must have a name in.
    pub needed: Needed,
    pub kinds: Vec<EntityKind>,
    /// Pages of Wikipedia and its sisters about an entity of Wikidata, at least.
    pub sitelinks_min: u32,
    /// Of places whose population is known, at least.
    pub population_min: u32,
}

/// In which of the chosen languages an entity must have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed {
    Any,
    All,
}

/// Why an import can't go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file} can't be read to its end: {source}")]
    Input { file: String, source: io::Error },
    #[error("the rows can't be written: {0}")]
    Output(io::Error),
    #[error("{file}: {problem}")]
    Form { file: String, problem: String },
    #[error("more than {limit}, which is more than a lexicon may hold; choose fewer: {remedy}")]
    TooMany { limit: String, remedy: &'static str },
}

/// An entity as a database tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: EntityKind,
    /// The number behind the Q; 0 for none.
    pub wikidata: u32,
    /// Its numbers at GeoNames, which has some places twice: as a city and as a division.
    pub geonames: Vec<u32>,
    /// It is this country.
    pub is_country: Option<[u8; 2]>,
    /// It belongs to this country.
    pub country: Option<[u8; 2]>,
    pub is_capital: bool,
    /// 0 where it is not known.
    pub population: u32,
    /// The canonical name of each language, and others.
    pub names: Vec<NamesOf>,
}

/// The names in one language, as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NamesOf {
    pub language: String,
    pub name: String,
    pub others: Vec<String>,
    /// The database prefers the canonical one.
    pub is_preferred: bool,
}

impl Found {
    #[must_use]
    pub fn new(kind: EntityKind) -> Self {
        Self {
            kind,
            wikidata: 0,
            geonames: Vec::new(),
            is_country: None,
            country: None,
            is_capital: false,
            population: 0,
            names: Vec::new(),
        }
    }
}

/// How far an import is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Of the inputs.
    pub bytes: u64,
    pub lines: u64,
    /// Entities that were written.
    pub written: u64,
}
