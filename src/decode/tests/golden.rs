//! One folder per case: `raw` is the value, `record.json` (if any) its headers, timestamp and mapping,
//! `expected.json` the outcome: a code, or everything that decode must find, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{flaw_codes, parts, record, settings};
use crate::article::Stated;
use crate::config::settings::JsonMapping;
use crate::decode::decode;
use crate::flow::{Header, RawRecord};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RecordFile {
    headers: Vec<(String, HeaderValue)>,
    timestamp_ms: Option<i64>,
    json: Mapping,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum HeaderValue {
    Text(String),
    Bytes { hex: String },
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Mapping {
    content: String,
    headline: String,
    body: String,
    published: String,
    url: String,
    source: String,
    fetched_at: String,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    code: Option<String>,
    form: Option<String>,
    starts: String,
    holds: String,
    url: Option<String>,
    source: Option<String>,
    headline: Option<String>,
    published: Option<String>,
    language: Option<String>,
    authors: Vec<String>,
    fetched_at_ms: Option<i64>,
    meta: Option<String>,
    flaws: Vec<String>,
}

#[test]
fn every_case_ends_as_its_folder_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/decode");
    let mut folders: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() > 100, "the cases are missing");
    let failures: Vec<String> = folders.iter().filter_map(|folder| check(folder).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(folder: &Path) -> Result<(), String> {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let expected: Expected = serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap())
        .map_err(|error| format!("{name}: expected.json: {error}"))?;
    let (raw, mapping) = load(folder).map_err(|error| format!("{name}: record.json: {error}"))?;
    let mut settings = settings();
    settings.json = mapping;
    let found = match (decode(&raw, &settings), &expected.code) {
        (Err(rejection), Some(code)) if rejection.code.name() == code => return Ok(()),
        (Err(rejection), _) => return Err(format!("{name}: rejected: {rejection}")),
        (Ok(_), Some(code)) => return Err(format!("{name}: not rejected as {code}")),
        (Ok(found), None) => found,
    };
    let (form, text) = parts(&found.content);
    let stated = Stated {
        url: expected.url,
        source: expected.source,
        headline: expected.headline,
        published: expected.published,
        language: expected.language,
        authors: expected.authors,
        keywords: Vec::new(),
    };
    let mut wrong = Vec::new();
    let mut compare = |what: &str, found: String, wanted: String| {
        if found != wanted {
            wrong.push(format!("{name}: {what} is {found}, not {wanted}"));
        }
    };
    compare("form", form.to_owned(), expected.form.unwrap_or_default());
    compare("start", text.chars().take(expected.starts.chars().count()).collect(), expected.starts);
    compare("text held", text.contains(&expected.holds).to_string(), "true".to_owned());
    compare("stated", format!("{:?}", found.stated), format!("{stated:?}"));
    compare("fetch time", format!("{:?}", found.fetched_at_ms), format!("{:?}", expected.fetched_at_ms));
    compare("flaws", format!("{:?}", flaw_codes(&found)), format!("{:?}", expected.flaws));
    let meta = found.meta.as_ref().map(|meta| meta.get().to_owned());
    compare("meta", format!("{meta:?}"), format!("{:?}", expected.meta));
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

fn load(folder: &Path) -> serde_json::Result<(RawRecord, JsonMapping)> {
    let mut raw = record(&fs::read(folder.join("raw")).unwrap());
    let file: RecordFile = match fs::read(folder.join("record.json")) {
        Ok(bytes) => serde_json::from_slice(&bytes)?,
        Err(_) => RecordFile::default(),
    };
    raw.timestamp_ms = file.timestamp_ms;
    raw.headers = file
        .headers
        .into_iter()
        .map(|(name, value)| match value {
            HeaderValue::Text(text) => Header::text(&name, text),
            HeaderValue::Bytes { hex } => Header { name, value: Some(unhex(&hex)) },
        })
        .collect();
    let json = file.json;
    let mapping = JsonMapping {
        content: json.content,
        headline: json.headline,
        body: json.body,
        published: json.published,
        url: json.url,
        source: json.source,
        fetched_at: json.fetched_at,
    };
    Ok((raw, mapping))
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|start| u8::from_str_radix(&digits[start..start + 2], 16).unwrap())
        .collect()
}
