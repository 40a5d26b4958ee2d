//! The hand-written tables beside the program, read line by line.

use crate::error::Error;

/// A line of a table: where it stands, and its columns.
pub struct Line<'table> {
    table: &'static str,
    number: usize,
    columns: Vec<&'table str>,
}

impl<'table> Line<'table> {
    /// The column at `index`, from 0; empty where the line ends before it.
    pub fn column(&self, index: usize) -> &'table str {
        self.columns.get(index).copied().unwrap_or("").trim()
    }

    /// The parts of the column at `index` that `|` divides.
    pub fn parts(&self, index: usize) -> impl Iterator<Item = &'table str> {
        self.column(index).split('|').map(str::trim).filter(|part| !part.is_empty())
    }

    /// An error that names this line.
    pub fn error(&self, what: impl Into<String>) -> Error {
        Error::Table { table: self.table, line: self.number, what: what.into() }
    }
}

/// The lines of the table `text`, less comments and empty ones. Each must have from `least` to `most` columns.
pub fn lines<'table>(
    table: &'static str,
    text: &'table str,
    least: usize,
    most: usize,
) -> Result<Vec<Line<'table>>, Error> {
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let line = Line { table, number: index + 1, columns };
        if line.columns.len() < least || line.columns.len() > most {
            return Err(line.error(format!("{} columns, not {least} to {most}", line.columns.len())));
        }
        lines.push(line);
    }
    Ok(lines)
}
