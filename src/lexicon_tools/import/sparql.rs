//! Entities of a result of Wikidata's query service, saved as TSV.
//!
//! Owns the columns, which are found by their names: `item`, `kind` (one of khabar's) or `type` (an item of Wikidata), for
//! each language `name_ar` and `aliases_ar` (divided by `|`), and perhaps `country` (ISO 3166-1 alpha-2), `population`,
//! `sitelinks`, `geonames`.

use std::io::BufRead;

use super::rows::RowWriter;
use super::wikidata::{Reading, country_of, q_number};
use super::{Choice, Found, ImportError, Kinds, NamesOf, Progress};
use crate::article::EntityKind;
use crate::lexicon_tools::lines::Lines;

/// Bytes of one line.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// Columns of a result at most.
const COLUMNS_MAX: usize = 200;

/// Where the columns stand.
#[derive(Debug, Default)]
struct Columns {
    item: usize,
    kind: Option<usize>,
    type_: Option<usize>,
    country: Option<usize>,
    population: Option<usize>,
    sitelinks: Option<usize>,
    geonames: Option<usize>,
    /// Of each language: its place, that of the name and that of the aliases.
    names: Vec<(usize, usize, Option<usize>)>,
}

/// Whether an input's first line begins such a result.
#[must_use]
pub fn begins(line: &[u8]) -> bool {
    line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).starts_with(b"?")
}

/// Reads a result to its end, as [`super::wikidata::import`] does a dump.
///
/// # Errors
/// The same, and [`ImportError::Form`] where a column that is needed is missing.
pub fn import(
    file: &str,
    input: impl BufRead,
    kinds: &Kinds,
    choice: &Choice,
    writer: &mut RowWriter,
    report: &mut dyn FnMut(Progress),
) -> Result<Reading, ImportError> {
    let mut lines = Lines::new(input, LINE_BYTES_MAX);
    let mut reading = Reading::default();
    let mut columns: Option<Columns> = None;
    let mut before = 0;
    loop {
        let line =
            lines.next_line().map_err(|source| ImportError::Input { file: file.to_owned(), source })?;
        let Some(line) = line else { break };
        let number = line.number;
        let text = if line.is_cut { None } else { std::str::from_utf8(line.bytes).ok() };
        match (text, &columns) {
            (None, _) => {
                let reason = format!("the line is not UTF-8, or has more than {LINE_BYTES_MAX} bytes");
                reading.faults.add(file, number, reason);
            }
            (Some(text), None) => {
                let found = Columns::of(text, choice);
                columns =
                    Some(found.map_err(|problem| ImportError::Form { file: file.to_owned(), problem })?);
            }
            (Some(text), Some(_)) if text.trim().is_empty() => {}
            (Some(text), Some(columns)) => match columns.read(text, kinds, choice) {
                // An item has a row for each of its types.
                Ok(Some(found)) if found.wikidata == before => {}
                Ok(Some(found)) => {
                    before = found.wikidata;
                    writer.write(&found)?;
                }
                Ok(None) => reading.others += 1,
                Err(reason) => reading.faults.add(file, number, reason),
            },
        }
        reading.progress = Progress { bytes: lines.read_bytes(), lines: number, written: writer.written };
    }
    report(reading.progress);
    Ok(reading)
}

impl Columns {
    fn of(head: &str, choice: &Choice) -> Result<Self, String> {
        let names: Vec<&str> =
            head.split('\t').take(COLUMNS_MAX).map(|name| name.trim().trim_start_matches('?')).collect();
        let find = |name: &str| names.iter().position(|known| *known == name);
        let mut languages = Vec::new();
        for (place, language) in choice.languages.iter().enumerate() {
            if let Some(name) = find(&format!("name_{language}")) {
                languages.push((place, name, find(&format!("aliases_{language}"))));
            }
        }
        let columns = Self {
            item: find("item").ok_or("the first line has no column ?item")?,
            kind: find("kind"),
            type_: find("type"),
            country: find("country"),
            population: find("population"),
            sitelinks: find("sitelinks"),
            geonames: find("geonames"),
            names: languages,
        };
        if columns.kind.is_none() && columns.type_.is_none() {
            return Err("the first line has neither a column ?kind nor ?type".to_owned());
        }
        if columns.names.is_empty() {
            return Err(format!(
                "the first line has no column ?name_{}",
                choice.languages.join(" or ?name_")
            ));
        }
        Ok(columns)
    }

    fn read(&self, line: &str, kinds: &Kinds, choice: &Choice) -> Result<Option<Found>, String> {
        let cells: Vec<&str> = line.split('\t').take(COLUMNS_MAX).collect();
        let cell = |column: Option<usize>| value(column.and_then(|column| cells.get(column)).unwrap_or(&""));
        let item = cell(Some(self.item));
        let wikidata =
            q_number(last_part(&item)).ok_or_else(|| format!("{item:?} is no item of Wikidata"))?;
        let kind = match cell(self.kind) {
            text if text.is_empty() => {
                q_number(last_part(&cell(self.type_))).and_then(|number| kinds.of(number))
            }
            text => Some(EntityKind::from_name(&text).ok_or_else(|| format!("{text:?} is no kind"))?),
        };
        let number = |column: Option<usize>| -> Result<u32, String> {
            let text = cell(column);
            let whole = text.trim_start_matches('+').split('.').next().unwrap_or_default();
            if text.is_empty() { Ok(0) } else { whole.parse().map_err(|_| format!("{text:?} is no number")) }
        };
        let (population, sitelinks) = (number(self.population)?, number(self.sitelinks)?);
        let geonames = number(self.geonames)?;
        let is_small = population > 0 && population < choice.population_min;
        let is_seldom = self.sitelinks.is_some() && sitelinks < choice.sitelinks_min;
        let Some(kind) = kind.filter(|kind| choice.kinds.contains(kind) && !is_small && !is_seldom) else {
            return Ok(None);
        };
        let names = self.names.iter().map(|(language, name, aliases)| NamesOf {
            language: choice.languages[*language].clone(),
            name: cell(Some(*name)),
            others: cell(*aliases).split('|').map(str::to_owned).collect(),
            ..NamesOf::default()
        });
        Ok(Some(Found {
            wikidata,
            geonames: if kind == EntityKind::Place && geonames > 0 { vec![geonames] } else { Vec::new() },
            country: country_of(&cell(self.country)),
            population,
            names: names.filter(|names| !names.name.is_empty()).collect(),
            ..Found::new(kind)
        }))
    }
}

/// A term of RDF as its text: `<…>`, `"…"@ar`, `"…"^^<…>`, or a bare number.
fn value(cell: &str) -> String {
    let cell = cell.trim();
    if let Some(address) = cell.strip_prefix('<') {
        return address.trim_end_matches('>').to_owned();
    }
    let Some(quoted) = cell.strip_prefix('"') else { return cell.to_owned() };
    let mut text = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('t' | 'n' | 'r') => text.push(' '),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}

/// What stands behind the last slash of an address.
fn last_part(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_read() {
        for (cell, text) in [
            ("<http://www.wikidata.org/entity/Q79>", "http://www.wikidata.org/entity/Q79"),
            ("\"مصر\"@ar", "مصر"),
            ("\"a \\\"b\\\" \\\\ c\\td\"@en", "a \"b\" \\ c d"),
            ("\"12\"^^<http://www.w3.org/2001/XMLSchema#integer>", "12"),
            ("12", "12"),
            ("\"open", "open"),
            ("\"open\\", "open"),
            ("", ""),
        ] {
            assert_eq!(value(cell), text);
        }
        assert_eq!(last_part(&value("<http://www.wikidata.org/entity/Q79>")), "Q79");
    }
}
