//! Places of a GeoNames dump: allCountries, a country's file or a file of cities, with its alternate names.
//!
//! Owns the columns of both files. With a file of alternate names the places that are chosen are held in memory until that
//! is read; they are no more than a lexicon may have.

use std::io::BufRead;

use hashbrown::HashMap;

use super::rows::RowWriter;
use super::wikidata::country_of;
use super::{Choice, Found, ImportError, NamesOf, Progress};
use crate::article::EntityKind;
use crate::lexicon_tools::faults::Faults;
use crate::lexicon_tools::lines::Lines;
use crate::tag::lexicon::ENTITIES_MAX;

/// Bytes of one line.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Lines between two reports of progress.
const PROGRESS_LINES: u64 = 10_000;

/// Alternate names of one place that are looked at in one language.
const OTHERS_MAX: usize = 200;

/// Columns of the file of places, by their place.
const ID: usize = 0;
const NAME: usize = 1;
const ASCII_NAME: usize = 2;
const ALTERNATE_NAMES: usize = 3;
const CLASS: usize = 6;
const CODE: usize = 7;
const COUNTRY: usize = 8;
const POPULATION: usize = 14;
const COLUMNS: usize = 19;

/// Columns of the file of alternate names.
const OF_PLACE: usize = 1;
const LANGUAGE: usize = 2;
const ALTERNATE: usize = 3;
const IS_PREFERRED: usize = 4;
const IS_SHORT: usize = 5;
const IS_COLLOQUIAL: usize = 6;
const IS_HISTORIC: usize = 7;
const ALTERNATE_COLUMNS: usize = 4;

/// Parts of places, and what is no more.
const LEFT_OUT: [&str; 11] =
    ["PPLX", "PPLH", "PPLQ", "PPLW", "PPLCH", "PCLH", "ADM1H", "ADM2H", "ADM3H", "ADM4H", "ADMDH"];

/// What was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reading {
    pub progress: Progress,
    /// Places of other classes, or with fewer people, than are asked for.
    pub others: u64,
    pub faults: Faults,
}

/// Reads places, and alternate names where there is a file of them.
pub struct Importer<'a, 'b> {
    pub choice: &'a Choice,
    /// Letters of feature classes: P for cities and villages, A for countries and their divisions.
    pub classes: &'a str,
    pub writer: &'a mut RowWriter<'b>,
    pub report: &'a mut dyn FnMut(Progress),
}

impl Importer<'_, '_> {
    /// Reads the places, and writes them with the names of their own file.
    ///
    /// # Errors
    /// Those of the input and the output, and a limit of the lexicon. A line that can't be read is counted and named.
    pub fn places(&mut self, file: &str, input: impl BufRead) -> Result<Reading, ImportError> {
        let mut reading = Reading::default();
        self.each(file, input, &mut reading, |this, cells, reading| {
            let mut place = this.place(cells)?;
            match &mut place {
                Some(found) => found.names = names_of_row(cells, this.choice),
                None => reading.others += 1,
            }
            Ok(place)
        })?;
        Ok(reading)
    }

    /// The same, with the names of a file of alternate names.
    ///
    /// # Errors
    /// The same.
    pub fn places_with(
        &mut self,
        (file, input): (&str, impl BufRead),
        (names_file, names): (&str, impl BufRead),
    ) -> Result<Reading, ImportError> {
        let mut reading = Reading::default();
        let mut kept: Vec<Found> = Vec::new();
        self.each(file, input, &mut reading, |this, cells, reading| {
            match this.place(cells)? {
                // One more than is allowed shows that there are too many.
                Some(_) if kept.len() > ENTITIES_MAX => {}
                Some(mut found) => {
                    found.names =
                        this.choice.languages.iter().map(|language| own_names(cells, language)).collect();
                    kept.push(found);
                }
                None => reading.others += 1,
            }
            Ok(None)
        })?;
        if kept.len() > ENTITIES_MAX {
            let limit = format!("{ENTITIES_MAX} places");
            return Err(ImportError::TooMany {
                limit,
                remedy: "a higher --population-min, or fewer classes",
            });
        }
        let by_id: HashMap<u32, usize> =
            kept.iter().filter_map(|found| found.geonames.first().copied()).zip(0..).collect();
        let languages = &self.choice.languages;
        self.each(names_file, names, &mut reading, |_, cells, _| {
            add_alternate(cells, languages, &by_id, &mut kept).map(|()| None)
        })?;
        for mut found in kept {
            found.names.retain(|names| !names.name.is_empty());
            self.writer.write(&found)?;
        }
        reading.progress.written = self.writer.written;
        (self.report)(reading.progress);
        Ok(reading)
    }

    /// Reads a file's lines, divides them and writes what comes of them.
    fn each(
        &mut self,
        file: &str,
        input: impl BufRead,
        reading: &mut Reading,
        mut read: impl FnMut(&Self, &[&str], &mut Reading) -> Result<Option<Found>, String>,
    ) -> Result<(), ImportError> {
        let before = reading.progress;
        let mut lines = Lines::new(input, LINE_BYTES_MAX);
        loop {
            let line =
                lines.next_line().map_err(|source| ImportError::Input { file: file.to_owned(), source })?;
            let Some(line) = line else { break };
            let number = line.number;
            let found = match std::str::from_utf8(line.bytes) {
                _ if line.is_cut => Err(format!("the line has more than {LINE_BYTES_MAX} bytes")),
                Err(_) => Err("the line is not UTF-8".to_owned()),
                Ok(text) if text.trim().is_empty() || text.starts_with('#') => Ok(None),
                Ok(text) => {
                    let cells: Vec<&str> = text.splitn(COLUMNS + 1, '\t').collect();
                    read(self, &cells, reading)
                }
            };
            match found {
                Ok(Some(found)) => self.writer.write(&found)?,
                Ok(None) => {}
                Err(reason) => reading.faults.add(file, number, reason),
            }
            reading.progress = Progress {
                bytes: before.bytes + lines.read_bytes(),
                lines: before.lines + number,
                written: self.writer.written,
            };
            if number % PROGRESS_LINES == 0 {
                (self.report)(reading.progress);
            }
        }
        (self.report)(reading.progress);
        Ok(())
    }

    /// A place without its names; `None` where it is not chosen.
    fn place(&self, cells: &[&str]) -> Result<Option<Found>, String> {
        if cells.len() != COLUMNS {
            return Err(format!("columns: {}, where a place of GeoNames has {COLUMNS}", cells.len()));
        }
        let geonames: u32 = cells[ID].parse().map_err(|_| format!("{:?} is no geonameid", cells[ID]))?;
        let population: u64 = match cells[POPULATION] {
            "" => 0,
            text => text.parse().map_err(|_| format!("{text:?} is no population"))?,
        };
        let (class, code) = (cells[CLASS], cells[CODE]);
        let country = country_of(cells[COUNTRY]);
        let is_country = country.filter(|_| class == "A" && code.starts_with("PCL"));
        let is_small = population < u64::from(self.choice.population_min) && is_country.is_none();
        let is_chosen = !class.is_empty() && self.classes.contains(class) && !LEFT_OUT.contains(&code);
        if !is_chosen || is_small || geonames == 0 {
            return Ok(None);
        }
        Ok(Some(Found {
            geonames: vec![geonames],
            is_country,
            country,
            is_capital: code == "PPLC",
            population: u32::try_from(population).unwrap_or(u32::MAX),
            ..Found::new(EntityKind::Place)
        }))
    }
}

/// Names by the letters that they are of: the file does not tell their languages.
fn names_of_row(cells: &[&str], choice: &Choice) -> Vec<NamesOf> {
    let mut all = Vec::new();
    for language in &choice.languages {
        let mut names = own_names(cells, language);
        if language == "ar" {
            let mut arabic =
                cells[ALTERNATE_NAMES].split(',').filter(|name| is_arabic(name)).map(str::to_owned);
            names.name = arabic.next().unwrap_or_default();
            names.others = arabic.take(OTHERS_MAX).collect();
        }
        if !names.name.is_empty() {
            all.push(names);
        }
    }
    all
}

/// What a row names its place itself: English, more or less.
fn own_names(cells: &[&str], language: &str) -> NamesOf {
    let mut names = NamesOf { language: language.to_owned(), ..NamesOf::default() };
    if language == "en" {
        cells[NAME].clone_into(&mut names.name);
        names.others.push(cells[ASCII_NAME].to_owned());
    }
    names
}

/// Letters of Arabic and no others of its script: what Persian, Urdu and Pashto write so is in their own letters mostly.
fn is_arabic(name: &str) -> bool {
    let is_letter = |character: char| matches!(character, '\u{621}'..='\u{64a}');
    name.chars().any(is_letter)
        && name
            .chars()
            .all(|character| is_letter(character) || matches!(character, ' ' | '-' | '\u{64b}'..='\u{652}'))
}

/// Adds a line of the file of alternate names to its place. The first preferred name becomes the canonical one, else the
/// first of all.
fn add_alternate(
    cells: &[&str],
    languages: &[String],
    by_id: &HashMap<u32, usize>,
    kept: &mut [Found],
) -> Result<(), String> {
    if cells.len() < ALTERNATE_COLUMNS {
        return Err(format!(
            "columns: {}, where an alternate name has {ALTERNATE_COLUMNS} and more",
            cells.len()
        ));
    }
    let Some(language) = languages.iter().position(|language| language == cells[LANGUAGE]) else {
        return Ok(());
    };
    let id: u32 = cells[OF_PLACE].parse().map_err(|_| format!("{:?} is no geonameid", cells[OF_PLACE]))?;
    let is = |column: usize| cells.get(column).is_some_and(|cell| *cell == "1");
    let Some(place) = by_id.get(&id).filter(|_| !is(IS_COLLOQUIAL) && !is(IS_HISTORIC)) else {
        return Ok(());
    };
    let names = &mut kept[*place].names[language];
    let name = cells[ALTERNATE].to_owned();
    let is_preferred = is(IS_PREFERRED) && !is(IS_SHORT);
    if names.name.is_empty() {
        names.name = name;
        names.is_preferred = is_preferred;
    } else if is_preferred && !names.is_preferred {
        names.is_preferred = true;
        names.others.push(std::mem::replace(&mut names.name, name));
    } else if names.others.len() < OTHERS_MAX {
        names.others.push(name);
    }
    Ok(())
}
