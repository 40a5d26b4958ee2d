//! Decides what a raw record is and brings its content to bounded UTF-8 text. No I/O, no clock, no Kafka.
//!
//! The order of the questions: is there a value, is it small enough, is it framed, is it compressed, what is it,
//! in which character encoding. Whoever states something about the record (the envelope before the Kafka headers)
//! is believed until the bytes contradict it; then the bytes win and a flaw says so.
//!
//! Total: every record gives content or a rejection with a code of the closed list. It never parses HTML and never
//! looks for an article; that is parse's work.

mod charset;
mod clean;
mod content;
mod draft;
mod encoding;
mod fetched;
pub mod flaws;
mod headers;
mod inflate;
mod json;
mod media;
mod mojibake;
mod sniff;
mod stated;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::article::{Decoded, Flaw};
use crate::config::settings::DecodeSettings;
use crate::flow::RawRecord;
use crate::rejection::{Code, Rejection};

use self::content::{About, Level};
use self::draft::Draft;
use self::headers::HeaderFacts;
use self::inflate::StatedEncoding;

/// Hostile items could have one flaw for each of their list items.
const FLAWS_MAX: usize = 64;
/// Confluent's framing: a zero byte and a schema id of four bytes.
const FRAME_BYTES: usize = 5;

/// Decodes one raw record.
///
/// What comes out is valid UTF-8 of at most `content_bytes_max` bytes, with at least one character that is not
/// white space, and without control characters. What a flaw can be is listed in [`flaws`].
pub fn decode(raw: &RawRecord, settings: &DecodeSettings) -> Result<Decoded, Rejection> {
    let payload = raw.payload.as_deref().ok_or_else(|| {
        Rejection::new(Code::Tombstone, "the value is null; raw topics should not be compacted")
    })?;
    if payload.is_empty() {
        return Err(Rejection::new(Code::EmptyPayload, "the value has no bytes"));
    }
    if payload.len() > settings.payload_bytes_max {
        let detail =
            format!("{} bytes; decode.payload_bytes_max is {}", payload.len(), settings.payload_bytes_max);
        return Err(Rejection::new(Code::PayloadTooLarge, detail));
    }
    let mut flaws = Vec::new();
    let facts = headers::read(raw, &mut flaws);
    let stated = facts.encodings.map(|text| StatedEncoding { text, from_wire: false });
    let bytes =
        inflate::undo(Cow::Borrowed(unframed(payload)), stated, settings.content_bytes_max, &mut flaws)?;
    if bytes.len() > settings.content_bytes_max {
        let detail =
            format!("{} bytes; decode.content_bytes_max is {}", bytes.len(), settings.content_bytes_max);
        return Err(Rejection::new(Code::ContentTooLarge, detail));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(content::blank(Level::Record));
    }
    let about =
        About { media: facts.media.as_ref(), url: facts.url.as_deref(), level: Level::Record, settings };
    let draft = content::read_bytes(&bytes, about, &mut flaws)?;
    Ok(complete(draft, facts, raw.timestamp_ms, flaws))
}

/// The payload without Confluent's frame, which is only taken for one where an object of JSON follows.
fn unframed(payload: &[u8]) -> &[u8] {
    match payload.split_at_checked(FRAME_BYTES) {
        Some(([0, ..], rest)) if rest.trim_ascii_start().starts_with(b"{") => rest,
        _ => payload,
    }
}

/// Fills what the content did not state from the Kafka headers and the record.
fn complete(
    draft: Draft,
    facts: HeaderFacts<'_>,
    timestamp_ms: Option<i64>,
    mut flaws: Vec<Flaw>,
) -> Decoded {
    let mut stated = draft.stated;
    stated.url = stated.url.or(facts.url);
    stated.source = stated.source.or(facts.source);
    let fetched_at_ms = draft
        .fetched_at_ms
        .or_else(|| facts.fetched_at.and_then(|text| fetched::from_text(text, &mut flaws)))
        .or_else(|| fetched::from_record(timestamp_ms, &mut flaws));
    flaws.truncate(FLAWS_MAX);
    Decoded {
        content: draft.content,
        content_hash: draft.content_hash,
        stated,
        fetched_at_ms,
        meta: draft.meta,
        flaws,
    }
}
