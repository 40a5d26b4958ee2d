//! Writes entities as rows of a lexicon.

use std::fmt::Write as _;
use std::io::Write;

use super::known::Known;
use super::names::{self, Tidy};
use super::{Choice, Found, ImportError, Needed};
use crate::article::EntityKind;
use crate::tag::lexicon::{ENTITIES_MAX, FILE_BYTES_MAX, NAMES_MAX};

/// What is said of a limit that was met.
const REMEDY: &str = "a higher --sitelinks-min or --population-min, or fewer kinds";

/// Writes rows, and stops where a lexicon could not hold them.
pub struct RowWriter<'a> {
    output: &'a mut dyn Write,
    /// What stands before the first row, until that is written.
    head: String,
    choice: &'a Choice,
    known: Known,
    bytes: u64,
    entities: u64,
    names: u64,
    /// Entities that were written.
    pub written: u64,
    /// Those that have no name in the languages that they need one in.
    pub nameless: u64,
}

impl<'a> RowWriter<'a> {
    /// Begins a file; `origin` tells where its rows are from. Nothing is written before the first row.
    pub fn new(output: &'a mut dyn Write, choice: &'a Choice, origin: &str) -> Self {
        let known = Known::compiled_in();
        let [entities, names, _] = known.lexicon.sizes();
        Self {
            output,
            head: format!(
                "# Names from {origin}, written by `khabar lexicon import`. Put this file into the folder of lexicon.folder.\n\
                 # Columns, with tabs between them: id, kind, language, name, flags, aliases divided by |; ~ marks a weak one.\n"
            ),
            choice,
            bytes: 0,
            entities: entities as u64,
            names: names as u64,
            known,
            written: 0,
            nameless: 0,
        }
    }

    /// Writes an entity's rows, if it has the names that it needs.
    ///
    /// # Errors
    /// [`ImportError::Output`], and [`ImportError::TooMany`] where a lexicon could not hold it.
    pub fn write(&mut self, found: &Found) -> Result<(), ImportError> {
        let lexicon = &self.known.lexicon;
        let mut tidy: Vec<Tidy> = found
            .names
            .iter()
            .filter_map(|names| names::of(names, found.kind, found.population, lexicon))
            .collect();
        let enough = match self.choice.needed {
            Needed::Any => 1,
            Needed::All => self.choice.languages.len(),
        };
        if tidy.len() < enough {
            self.nameless += 1;
            return Ok(());
        }
        let known = self.known.find(found);
        if let Some(number) = known {
            for names in &mut tidy {
                names.leave_out_known(number, &self.known.lexicon);
            }
        }
        let (id, kind) = self.known.id(found, known);
        let mut rows = String::new();
        for names in &tidy {
            let flags = flags(found, names.is_ambiguous);
            let aliases = names.aliases.join("|");
            // Writing to a String never fails.
            let _ =
                write!(rows, "{id}\t{}\t{}\t{}\t{flags}\t{aliases}", kind.name(), names.language, names.name);
            rows.truncate(rows.trim_end_matches('\t').len());
            rows.push('\n');
            self.names += 1 + names.aliases.len() as u64;
        }
        self.written += 1;
        self.entities += 1;
        let limits = [
            (self.entities, ENTITIES_MAX as u64, "entities, with those that are compiled in,"),
            (self.names, NAMES_MAX as u64, "names, with those that are compiled in,"),
            (self.bytes + (self.head.len() + rows.len()) as u64, FILE_BYTES_MAX, "bytes"),
        ];
        for (count, limit, what) in limits {
            if count > limit {
                return Err(ImportError::TooMany { limit: format!("{limit} {what}"), remedy: REMEDY });
            }
        }
        let head = std::mem::take(&mut self.head);
        self.put(&head)?;
        self.put(&rows)
    }

    fn put(&mut self, text: &str) -> Result<(), ImportError> {
        self.bytes += text.len() as u64;
        self.output.write_all(text.as_bytes()).map_err(ImportError::Output)
    }
}

/// The flags of a row. Nothing imported is `safe`: that takes a person who knows.
fn flags(found: &Found, is_ambiguous: bool) -> String {
    let mut flags = Vec::new();
    if is_ambiguous {
        flags.push("ambiguous".to_owned());
    }
    if found.is_capital {
        flags.push("capital".to_owned());
    }
    if let Some([one, two]) = found.is_country.or(found.country) {
        flags.push(format!("country={}{}", char::from(one), char::from(two)));
    }
    if found.kind == EntityKind::Place && found.population > 0 {
        flags.push(format!("population={}", found.population));
    }
    if found.wikidata > 0 {
        flags.push(format!("wikidata=Q{}", found.wikidata));
    }
    flags.join(" ")
}
