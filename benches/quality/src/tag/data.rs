//! Files of the data folder.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use lzma_rust2::XzReader;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The lines of a compressed file.
pub fn lines(path: &Path) -> Result<Vec<String>, String> {
    let shown = path.display();
    let file = File::open(path)
        .map_err(|error| format!("{shown}: {error}; benches/quality/README.md says where it comes from"))?;
    BufReader::new(XzReader::new(BufReader::new(file), true))
        .lines()
        .map(|line| line.map_err(|error| format!("{shown}: {error}")))
        .collect()
}

/// The objects of a compressed file with one JSON object a line.
pub fn objects<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let parse =
        |line: &String| serde_json::from_str(line).map_err(|error| format!("{}: {error}", path.display()));
    lines(path)?.iter().map(parse).collect()
}

/// An article with the keywords and classes that its newsroom gave it.
#[derive(Debug, Deserialize)]
pub struct Classified {
    pub id: String,
    /// ISO 8601.
    pub date: String,
    pub title: String,
    pub text: String,
    pub keywords: Vec<String>,
    /// Pairs of the class's sort and its value.
    classes: Vec<(String, String)>,
}

impl Classified {
    pub fn class(&self, sort: &str) -> Option<&str> {
        self.classes.iter().find(|(own, _)| own == sort).map(|(_, value)| value.trim())
    }
}

pub fn classified(folder: &Path) -> Result<Vec<Classified>, String> {
    objects(&folder.join("tag/keywords_ar.jsonl.xz"))
}

/// An article of a corpus of newspapers.
#[derive(Debug, Deserialize)]
pub struct Newspaper {
    pub id: String,
    pub source: String,
    pub url: String,
    pub title: String,
    pub body: String,
}

pub fn newspapers(folder: &Path) -> Result<Vec<Newspaper>, String> {
    objects(&folder.join("dedup/saudinewsnet.jsonl.xz"))
}
