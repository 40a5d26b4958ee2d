//! The entity files: who and what has which names.
//!
//! Owns their six columns and the layers of them: a later row adds to an earlier one of the same id, and a row whose id
//! begins with `-` takes back the id, or only the name that it gives.

use std::collections::HashMap;

use super::error::LexiconError;
use super::names::{Builder, Entity, flag};
use super::rows::{self, Row, Source};
use crate::article::EntityKind;
use crate::tag::text::Text;

/// Entities of all layers together.
pub(crate) const ENTITIES_MAX: usize = 1_000_000;

/// Names of all layers together.
pub(crate) const NAMES_MAX: usize = 8_000_000;

/// Words and bytes of one name.
pub(crate) const NAME_WORDS_MAX: usize = 12;
pub(crate) const NAME_BYTES_MAX: usize = 240;
const ID_BYTES_MAX: usize = 120;
const ALIASES_MAX: usize = 200;

const COLUMNS: &str = "id, kind, language, name, flags, aliases";

/// An entity file's rows, taken in.
#[derive(Debug, Default)]
pub(super) struct Entities<'a> {
    by_id: HashMap<&'a str, usize>,
    read: Vec<Read<'a>>,
    names: Vec<ReadName<'a>>,
    removed_names: HashMap<(usize, String), usize>,
}

/// What the rows of one id say so far.
#[derive(Debug)]
struct Read<'a> {
    id: &'a str,
    kind: EntityKind,
    country: Option<[u8; 2]>,
    population: u32,
    wikidata: u32,
    is_capital: bool,
    /// Language and name, the first of each language.
    canonical: Vec<(&'a str, &'a str)>,
    /// Names from before this place are taken back.
    valid_from: usize,
}

#[derive(Debug)]
struct ReadName<'a> {
    entity: usize,
    text: &'a str,
    flags: u8,
}

/// The flags of one row.
#[derive(Debug, Default)]
struct Flags {
    names: u8,
    country: Option<[u8; 2]>,
    population: Option<u32>,
    wikidata: Option<u32>,
    is_capital: bool,
}

impl<'a> Entities<'a> {
    /// Adds the rows of one file.
    pub fn read(&mut self, source: Source<'a>) -> Result<(), LexiconError> {
        for row in source.rows() {
            let row = row?;
            match row.text.strip_prefix('-') {
                Some(_) => self.remove(row)?,
                None => self.add(row)?,
            }
            let limit = if self.read.len() > ENTITIES_MAX {
                format!("{ENTITIES_MAX} entities")
            } else if self.names.len() > NAMES_MAX {
                format!("{NAMES_MAX} names")
            } else {
                continue;
            };
            return Err(LexiconError::TooMany { file: source.file.to_owned(), limit });
        }
        Ok(())
    }

    fn add(&mut self, row: Row<'a>) -> Result<(), LexiconError> {
        let [id, kind, language, name, flags, aliases] = row.columns::<4, 6>(COLUMNS)?;
        check_id(&row, id)?;
        let Some(kind) = EntityKind::from_name(kind) else {
            let known: Vec<&str> = EntityKind::ALL.iter().map(|kind| kind.name()).collect();
            return Err(row.error(format!("unknown kind {kind:?}; the kinds are {}", known.join(", "))));
        };
        row.check_language(language)?;
        let flags = read_flags(&row, flags)?;
        let entity = self.entity(id, kind);
        let read = &mut self.read[entity];
        if read.kind != kind {
            return Err(row.error(format!("{id} is of the kind {} in another row", read.kind.name())));
        }
        read.country = flags.country.or(read.country);
        read.population = flags.population.unwrap_or(read.population);
        read.is_capital |= flags.is_capital;
        read.wikidata = flags.wikidata.unwrap_or(read.wikidata);
        check_name(&row, name)?;
        if !read.canonical.iter().any(|(known, _)| *known == language) {
            read.canonical.push((language, name));
        }
        self.names.push(ReadName { entity, text: name, flags: flags.names | flag::CANONICAL });
        if aliases.is_empty() {
            return Ok(());
        }
        for (count, alias) in aliases.split('|').enumerate() {
            let (alias, weak) = match alias.trim().strip_prefix('~') {
                Some(alias) => (alias.trim(), flag::WEAK),
                None => (alias.trim(), 0),
            };
            check_name(&row, alias)?;
            if count == ALIASES_MAX {
                return Err(row.error(format!("more than {ALIASES_MAX} aliases; divide them into two rows")));
            }
            self.names.push(ReadName { entity, text: alias, flags: flags.names | weak });
        }
        Ok(())
    }

    fn entity(&mut self, id: &'a str, kind: EntityKind) -> usize {
        *self.by_id.entry(id).or_insert_with(|| {
            self.read.push(Read {
                id,
                kind,
                country: None,
                population: 0,
                wikidata: 0,
                is_capital: false,
                canonical: Vec::new(),
                valid_from: 0,
            });
            self.read.len() - 1
        })
    }

    fn remove(&mut self, row: Row<'a>) -> Result<(), LexiconError> {
        let [id, _, _, name, ..] = row.columns::<1, 6>(COLUMNS)?;
        let id = &id[1..];
        let Some(&entity) = self.by_id.get(id) else {
            return Err(row.error(format!("there is no {id} that could be taken back")));
        };
        if name.is_empty() {
            self.by_id.remove(id);
            self.read[entity].valid_from = usize::MAX;
            return Ok(());
        }
        check_name(&row, name)?;
        self.removed_names.insert((entity, key(name)), self.names.len());
        self.read[entity].canonical.retain(|(_, canonical)| key(canonical) != key(name));
        Ok(())
    }

    /// Hands all that counts to the builder.
    pub fn build(&self, builder: &mut Builder) -> Result<(), LexiconError> {
        let numbers: Vec<Option<u32>> = self.read.iter().map(|read| read.build(builder)).collect();
        for (place, name) in self.names.iter().enumerate() {
            let Some(entity) = numbers[name.entity] else { continue };
            let is_removed = !self.removed_names.is_empty()
                && self.removed_names.get(&(name.entity, key(name.text))).is_some_and(|until| place < *until);
            if !is_removed && builder.add_name(entity, name.text, name.flags).is_none() {
                return Err(LexiconError::TooMany {
                    file: "the entity files".to_owned(),
                    limit: "numbers of 32 bits reach".to_owned(),
                });
            }
        }
        Ok(())
    }
}

impl Read<'_> {
    fn build(&self, builder: &mut Builder) -> Option<u32> {
        if self.valid_from == usize::MAX {
            return None;
        }
        builder.add_entity(
            self.id,
            &self.canonical,
            Entity {
                kind: self.kind,
                country: self.country.or_else(|| rows::country(self.id.strip_prefix("iso3166:")?)),
                population: self.population,
                wikidata: self.wikidata,
                is_capital: self.is_capital,
                ..Entity::default()
            },
        )
    }
}

/// A name as names are compared.
pub(crate) fn key(name: &str) -> String {
    let text = Text::of(name);
    let words: Vec<&str> = text.tokens().iter().map(|token| text.folded(token)).collect();
    words.join(" ")
}

fn check_id(row: &Row, id: &str) -> Result<(), LexiconError> {
    let is_id = id.len() <= ID_BYTES_MAX
        && id.bytes().all(|byte| byte.is_ascii_graphic())
        && id.split_once(':').is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty());
    if is_id {
        return Ok(());
    }
    Err(row.error(format!(
        "{id:?} is no id; one has a scheme and ASCII without blanks, as in khabar:vladimir-putin"
    )))
}

fn check_name(row: &Row, name: &str) -> Result<(), LexiconError> {
    let words = if name.len() <= NAME_BYTES_MAX { Text::of(name).tokens().len() } else { usize::MAX };
    if (1..=NAME_WORDS_MAX).contains(&words) {
        return Ok(());
    }
    Err(row.error(format!(
        "the name {name:?} must have 1 to {NAME_WORDS_MAX} words and at most {NAME_BYTES_MAX} bytes"
    )))
}

fn read_flags(row: &Row, text: &str) -> Result<Flags, LexiconError> {
    let mut flags = Flags::default();
    for word in text.split_whitespace() {
        let wrong = || row.error(format!("the flag {word:?} can't be read"));
        match word.split_once('=') {
            None if word == "safe" => flags.names |= flag::SAFE,
            None if word == "ambiguous" => flags.names |= flag::AMBIGUOUS,
            None if word == "capital" => flags.is_capital = true,
            Some(("country", code)) => flags.country = Some(rows::country(code).ok_or_else(wrong)?),
            Some(("population", number)) => flags.population = Some(number.parse().map_err(|_| wrong())?),
            Some(("wikidata", id)) => {
                let number = id.strip_prefix('Q').and_then(|digits| digits.parse().ok());
                flags.wikidata = Some(number.filter(|number| *number > 0).ok_or_else(wrong)?);
            }
            _ => {
                return Err(row.error(format!(
                    "unknown flag {word:?}; the flags are safe, ambiguous, capital, country=, population=, wikidata="
                )));
            }
        }
    }
    if flags.names == flag::SAFE | flag::AMBIGUOUS {
        return Err(row.error("a name is safe or ambiguous, not both"));
    }
    Ok(flags)
}
