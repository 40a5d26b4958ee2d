//! Checks lexicon files: what the worker would refuse, all of it at once, and what it would take though it is likely wrong.
//!
//! Owns the findings; `dictionaries` looks at keywords of sources. Rows are read by the same code as at the start of a
//! worker, one by one; `names` looks at what only all rows together show.

mod dictionaries;
mod names;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

use crate::tag::LexiconError;
use crate::tag::lexicon::rows::{Row, Source};
use crate::tag::lexicon::{Content, Layer, Reader};

pub use dictionaries::lint_dictionaries;
use names::Names;
use words::Words;

/// Findings of one severity that are kept; all are counted.
pub const FINDINGS_MAX: usize = 10_000;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is lost.
    Note,
    /// Names are tagged wrong, or not at all.
    Warning,
    /// The worker would not start.
    Error,
}

impl Severity {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something about a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    pub file: String,
    pub line: usize,
    /// What is so.
    pub problem: String,
    /// What to do.
    pub remedy: &'static str,
}

/// What was found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// By file and line; of each severity the first [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    pub files: usize,
    pub rows: u64,
    pub entities: usize,
    pub names: usize,
    counts: [u64; 3],
}

impl Report {
    /// How many findings of a severity there are, those that are not kept among them.
    #[must_use]
    pub const fn count(&self, severity: Severity) -> u64 {
        self.counts[severity as usize]
    }

    /// Both reports in one, the other behind this one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.findings.extend(other.findings);
        self.files += other.files;
        self.rows += other.rows;
        self.entities += other.entities;
        self.names += other.names;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self
    }
}

/// A file under the eyes, by its number among all.
struct Seen {
    name: String,
    /// Findings about it are told.
    is_asked: bool,
}

/// Collects findings, by file and line.
#[derive(Default)]
struct Findings {
    files: Vec<Seen>,
    found: Vec<(usize, usize, Severity, String, &'static str)>,
    counts: [u64; 3],
}

impl Findings {
    fn add(&mut self, file: usize, line: usize, severity: Severity, problem: String, remedy: &'static str) {
        if !self.files.get(file).is_some_and(|seen| seen.is_asked) {
            return;
        }
        self.counts[severity as usize] += 1;
        if self.counts[severity as usize] <= FINDINGS_MAX as u64 {
            self.found.push((file, line, severity, problem, remedy));
        }
    }

    fn report(mut self) -> Report {
        self.found.sort_by(|one, other| (one.0, one.1, &one.3).cmp(&(other.0, other.1, &other.3)));
        let findings = self.found.into_iter().map(|(file, line, severity, problem, remedy)| Finding {
            severity,
            file: self.files[file].name.clone(),
            line,
            problem,
            remedy,
        });
        Report { findings: findings.collect(), counts: self.counts, ..Report::default() }
    }
}

/// Checks the files of a folder, as they stand behind those that are compiled in; without one, those that are compiled in.
///
/// # Errors
/// Where the folder or a file can't be read, or holds a file that no lexicon is.
pub fn lint(folder: Option<&Path>) -> Result<Report, LexiconError> {
    let mut layers = vec![Layer::compiled_in()];
    layers.extend(folder.map(Layer::of_folder).transpose()?);
    Ok(of_layers(&layers))
}

/// Checks layers; the last is the one that is asked about.
fn of_layers(layers: &[Layer]) -> Report {
    let mut findings = Findings::default();
    let (mut reader, mut names, mut words) = (Reader::default(), Names::default(), Words::default());
    let (mut files, mut rows) = (0, 0);
    for (number, layer) in layers.iter().enumerate() {
        let is_asked = number + 1 == layers.len();
        for (file, content) in &layer.files {
            let place = findings.files.len();
            findings.files.push(Seen { name: file.name.clone(), is_asked });
            words.begin_file();
            let mut in_file = 0;
            for row in (Source { file: &file.name, text: &file.text }).rows() {
                in_file += 1;
                let row = match row {
                    Ok(row) => row,
                    Err(error) => {
                        add_error(place, None, error, &mut findings);
                        continue;
                    }
                };
                let alone = Source { file: row.file, text: row.text };
                match reader.read(*content, alone) {
                    Ok(()) if *content == Content::Entities => names.add(place, &row, &mut findings),
                    Ok(()) => words.add(place, *content, &row, &mut findings),
                    Err(error) => {
                        let is_of_row = matches!(error, LexiconError::Line { .. });
                        add_error(place, Some(row.line), error, &mut findings);
                        // A limit that is met is met by all rows behind it.
                        if !is_of_row {
                            break;
                        }
                    }
                }
            }
            if is_asked {
                files += 1;
                rows += in_file;
            }
        }
    }
    names.check(&reader, &mut findings);
    Report { files, rows, entities: names.entities(), names: names.len(), ..findings.report() }
}

/// `row` is the line of a row that was read alone, where the error counts its lines from 1.
fn add_error(place: usize, row: Option<usize>, error: LexiconError, findings: &mut Findings) {
    let (line, problem) = match error {
        LexiconError::Line { line, problem, .. } => (row.unwrap_or(line), problem),
        other => (row.unwrap_or_default(), other.to_string()),
    };
    findings.add(
        place,
        line,
        Severity::Error,
        problem,
        "mend or remove the row; khabar does not start with it",
    );
}

/// The text between quotation marks, without what would disturb a terminal.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// The columns of a row that was read without an error.
fn columns<'a, const COUNT: usize>(row: &Row<'a>) -> [&'a str; COUNT] {
    row.columns::<0, COUNT>("").unwrap_or([""; COUNT])
}
