//! Golden cases from `tests/data/decode`, hostile input that is built here, and properties.

mod golden;
mod hostile;
mod properties;

use std::sync::Arc;

use crate::article::{Content, Decoded};
use crate::config::settings::DecodeSettings;
use crate::flow::{Header, RawCoordinates, RawRecord};
use crate::rejection::{Code, Rejection};

use super::decode;

/// The settings as they are compiled in.
fn settings() -> DecodeSettings {
    let layer: toml::Table = include_str!("../../config/khabar.toml").parse().unwrap();
    layer["decode"].clone().try_into().unwrap()
}

fn record(payload: &[u8]) -> RawRecord {
    RawRecord {
        coordinates: RawCoordinates { topic: Arc::from("articles.raw"), partition: 0, offset: 0 },
        timestamp_ms: None,
        key: None,
        payload: Some(payload.to_vec()),
        headers: Vec::new(),
    }
}

fn decode_bytes(payload: &[u8]) -> Result<Decoded, Rejection> {
    decode(&record(payload), &settings())
}

fn decode_with(payload: &[u8], headers: &[(&str, &str)]) -> Result<Decoded, Rejection> {
    let mut record = record(payload);
    record.headers = headers.iter().map(|(name, value)| Header::text(name, *value)).collect();
    decode(&record, &settings())
}

fn code_of(result: Result<Decoded, Rejection>) -> Option<Code> {
    result.err().map(|rejection| rejection.code)
}

fn flaw_codes(decoded: &Decoded) -> Vec<&'static str> {
    decoded.flaws.iter().map(|flaw| flaw.code).collect()
}

/// The content's form and text.
fn parts(content: &Content) -> (&'static str, &str) {
    match content {
        Content::Html(text) => ("html", text),
        Content::Dump(text) => ("dump", text),
        Content::Text(text) => ("text", text),
    }
}
