//! Makes a record small enough for a topic, by fixed rules: the same record and limit always give the same bytes.
//!
//! A claimed article can't be rejected any more, so enriched and duplicate records give up parts, the least needed
//! first, and name them in `degraded`. A rejected record is compressed, and where that is not enough it becomes a stub
//! with size and SHA-256 of the original. Every ladder has a last rung; nothing is tried twice.

mod article;
mod rejected;

use crate::flow::{Header, Outcome, OutputRecord};

/// Bytes that Kafka adds to a record alone in its batch: the batch header (61) and the record's own lengths, attributes
/// and deltas as varints (36 at most), and a reserve.
pub const RECORD_OVERHEAD_BYTES: usize = 128;

/// Bytes that Kafka adds to a header: two lengths as varints.
pub const HEADER_OVERHEAD_BYTES: usize = 10;

/// Every record fits into this limit; [`fit`] promises nothing for a smaller one.
pub const RECORD_BYTES_MIN: usize = 16_384;

/// What the record takes of a topic's `max.message.bytes` before compression, in bytes.
#[must_use]
pub fn wire_bytes(output: &OutputRecord) -> usize {
    output.size_bytes() + RECORD_OVERHEAD_BYTES + output.headers.len() * HEADER_OVERHEAD_BYTES
}

/// The record itself where [`wire_bytes`] is at most `bytes_max`, else a smaller one that is, for any `bytes_max` from
/// [`RECORD_BYTES_MIN`] on. Below that it is the smallest that the rules give.
///
/// An enriched record gives up, in this order: `related_bodies`, `captions`, `paragraphs` (their offsets), `mentions`, `body` (cut
/// at a paragraph or character, `representationType` becomes `partial`), `details` (associations, authors, entities, keywords,
/// evidence and other unbounded fields), `meta`, `trace_headers`, the rest of the body, `headline` (cut), `uri` (named
/// by the article's id). A duplicate record: `body`, `meta`, `trace_headers`, `details`, `headline`, `uri`.
#[must_use]
pub fn fit(output: OutputRecord, bytes_max: usize) -> OutputRecord {
    if wire_bytes(&output) <= bytes_max {
        return output;
    }
    match output.outcome {
        Outcome::Enriched => article::fit_enriched(output, bytes_max),
        Outcome::Duplicate => article::fit_duplicate(output, bytes_max),
        Outcome::Rejected => rejected::fit_rejected(output, bytes_max),
    }
}

/// What key and headers alone take.
fn frame_bytes(key: Option<&[u8]>, headers: &[Header]) -> usize {
    let headers: usize = headers
        .iter()
        .map(|header| header.name.len() + header.value.as_ref().map_or(0, Vec::len) + HEADER_OVERHEAD_BYTES)
        .sum();
    RECORD_OVERHEAD_BYTES + key.map_or(0, <[u8]>::len) + headers
}
