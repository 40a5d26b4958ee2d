//! What is wrong in the keyword dictionaries of sources.
//!
//! Owns the findings about them. Lines are read by the code that a worker reads them with.

use std::path::PathBuf;

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::{Findings, Report, Seen, Severity, add_error, columns, quoted};
use crate::tag::LexiconError;
use crate::tag::keyword_line::dictionary::{Dictionary, KEYWORDS_MAX};
use crate::tag::lexicon::name_key;
use crate::tag::lexicon::rows::{self, Source};

/// What stands between keywords, and hardly within one.
const SEPARATORS: [char; 5] = ['،', '؛', ',', ';', '|'];

/// Checks keyword dictionaries, each by itself.
///
/// # Errors
/// Where a file can't be read, or is no UTF-8.
pub fn lint_dictionaries(files: &[PathBuf]) -> Result<Report, LexiconError> {
    let mut findings = Findings::default();
    let mut read = 0;
    for path in files {
        let text = rows::read_file(path)?;
        let file = path.display().to_string();
        let place = findings.files.len();
        findings.files.push(Seen { name: file.clone(), is_asked: true });
        read += dictionary(place, Source { file: &file, text: &text }, &mut findings);
    }
    Ok(Report { files: files.len(), rows: read, ..findings.report() })
}

/// Checks the lines of one dictionary; how many there are.
fn dictionary(place: usize, source: Source, findings: &mut Findings) -> u64 {
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut count = 0;
    for row in source.rows() {
        count += 1;
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                add_error(place, None, error, findings);
                continue;
            }
        };
        if let Err(error) = Dictionary::read(Source { file: row.file, text: row.text }) {
            add_error(place, Some(row.line), error, findings);
            continue;
        }
        let [_, keyword] = columns::<2>(&row);
        if keyword.contains(SEPARATORS) {
            let problem = format!("{} has a mark that divides keywords", quoted(keyword));
            let remedy = "write each keyword on a line of its own";
            findings.add(place, row.line, Severity::Warning, problem, remedy);
        }
        let before = *seen.entry(xxh3_64(name_key(keyword).as_bytes())).or_insert(row.line);
        if before != row.line {
            let problem = format!("{} stands in line {before} already", quoted(keyword));
            let remedy = "the counts add up; make one line of them";
            findings.add(place, row.line, Severity::Note, problem, remedy);
        }
        if seen.len() > KEYWORDS_MAX {
            let problem = format!("the file has more than {KEYWORDS_MAX} keywords");
            let remedy = "raise the least count of those that are learned";
            findings.add(place, row.line, Severity::Error, problem, remedy);
            break;
        }
    }
    count
}
