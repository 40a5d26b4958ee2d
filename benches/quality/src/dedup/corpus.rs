//! The articles, the pairs read by hand, and the pairs whose class is certain.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use lzma_rust2::XzReader;
use serde::Deserialize;

pub const MINUTE_MS: i64 = 60_000;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

const ARTICLES: &str = "saudinewsnet.jsonl.xz";
const GOLD: &str = "gold.tsv";
const SILVER: &str = "silver.tsv";

/// One article as it enters the log.
#[derive(Debug, Clone)]
pub struct Document {
    pub id: String,
    pub source: String,
    pub url: String,
    pub time_ms: i64,
    pub title: String,
    pub body: String,
}

impl Document {
    /// What is compared: headline and body.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.title, self.body)
    }

    pub fn words(&self) -> usize {
        self.title.split_whitespace().count() + self.body.split_whitespace().count()
    }
}

/// Two articles, by their place in the log, the earlier first.
#[derive(Debug, Clone)]
pub struct Pair {
    pub earlier: usize,
    pub later: usize,
    /// A label of the pairs read by hand, or the class of a certain one.
    pub label: String,
    /// How many pairs of the pool it stands for.
    pub weight: f64,
}

pub struct Data {
    /// In the order of the log.
    pub documents: Vec<Document>,
    pub gold: Vec<Pair>,
    pub silver: Vec<Pair>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    source: String,
    url: String,
    fetched_at: String,
    title: String,
    body: String,
}

impl Data {
    pub fn read(folder: &Path) -> Result<Self, String> {
        let missing: Vec<&str> =
            [ARTICLES, GOLD, SILVER].into_iter().filter(|name| !folder.join(name).is_file()).collect();
        if !missing.is_empty() {
            return Err(format!(
                "{} lacks {}; benches/quality/README.md says where they come from",
                folder.display(),
                missing.join(", ")
            ));
        }
        let documents = read_documents(&folder.join(ARTICLES))?;
        let places: HashMap<&str, usize> =
            documents.iter().enumerate().map(|(place, document)| (document.id.as_str(), place)).collect();
        let gold = read_pairs(&folder.join(GOLD), &places, ("lab", Some("w")))?;
        let silver = read_pairs(&folder.join(SILVER), &places, ("class", None))?;
        Ok(Self { documents, gold, silver })
    }
}

fn read_documents(path: &Path) -> Result<Vec<Document>, String> {
    let shown = path.display();
    let file = File::open(path).map_err(|error| format!("{shown}: {error}"))?;
    let mut documents = Vec::new();
    for line in BufReader::new(XzReader::new(BufReader::new(file), true)).lines() {
        let line = line.map_err(|error| format!("{shown}: {error}"))?;
        let row: Row = serde_json::from_str(&line).map_err(|error| format!("{shown}: {error}"))?;
        let time_ms =
            milliseconds(&row.fetched_at).ok_or_else(|| format!("{shown}: {} is no time", row.fetched_at))?;
        documents.push(Document {
            id: row.id,
            source: row.source,
            url: row.url,
            time_ms,
            title: row.title,
            body: row.body,
        });
    }
    documents.sort_by_key(|document| document.time_ms);
    Ok(documents)
}

/// Pairs of a table whose first two columns are named a and b. Rows of articles that the corpus lacks are left out.
fn read_pairs(
    path: &Path,
    places: &HashMap<&str, usize>,
    (label, weight): (&str, Option<&str>),
) -> Result<Vec<Pair>, String> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    let first = text.lines().next().unwrap_or_default();
    let has_head = first.starts_with("a\tb\t");
    let column = |name: &str, otherwise: usize| {
        if has_head { first.split('\t').position(|cell| cell == name) } else { Some(otherwise) }
            .ok_or_else(|| format!("{shown} lacks the column {name}"))
    };
    let label = column(label, 2)?;
    let weight = weight.map(|name| column(name, 3)).transpose()?;
    let mut pairs = Vec::new();
    for line in text.lines().skip(usize::from(has_head)) {
        let cells: Vec<&str> = line.split('\t').collect();
        let place = |at: usize| cells.get(at).and_then(|id| places.get(id)).copied();
        let (Some(a), Some(b)) = (place(0), place(1)) else { continue };
        let cell = |at: usize| cells.get(at).copied().ok_or_else(|| format!("{shown}: short line: {line}"));
        let weight = match weight {
            Some(at) => cell(at)?.trim().parse().map_err(|error| format!("{shown}: {line}: {error}"))?,
            None => 1.0,
        };
        pairs.push(Pair {
            earlier: a.min(b),
            later: a.max(b),
            label: cell(label)?.trim().to_owned(),
            weight,
        });
    }
    Ok(pairs)
}

/// Milliseconds since the epoch of `2015-07-21T02:51:32Z`.
fn milliseconds(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // Days from the civil date, with years that begin in March (Howard Hinnant's algorithm).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * MINUTE_MS + second * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_since_the_epoch() {
        assert_eq!(milliseconds("1970-01-02T00:00:01Z"), Some(DAY_MS + 1_000));
        assert_eq!(milliseconds("2024-02-29T12:30:00Z"), Some(1_709_209_800_000));
        assert_eq!(milliseconds("yesterday"), None);
    }
}
