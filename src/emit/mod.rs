//! Turns an outcome into the record that leaves. No I/O, no clock, no Kafka.
//!
//! Owns the bytes of the three kinds of output: an enriched record (IPTC ninjs 3.1 and one object of khabar's own), a
//! duplicate record, a rejected record (the original, untouched, with the reason in headers), and how each shrinks
//! where a topic takes no more (`fit`). It never decides an outcome. The bytes depend on the record and the log alone:
//! the same raw record read from anywhere gives the same item but for `khabar.raw` and `khabar.seq`.

mod duplicate;
pub mod fit;
pub mod headers;
mod khabar;
mod naming;
mod ninjs;
pub mod readback;
mod subjects;
mod time;
mod uri;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::article::{Judgement, Tags, hex};
use crate::flow::{Header, Origin, Outcome, OutputRecord, ParsedRecord, RawRecord};
use crate::rejection::Rejection;
use crate::tag::TAGGER_VERSION;

pub(crate) use naming::keys as entity_keys;

/// Version of this crate, as it stands in the header `khabar-version`.
pub const KHABAR_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What an emitter must know beside the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmitterOptions {
    /// Whether duplicate records carry the body.
    pub duplicate_body: bool,
    /// Version of the parse room's rules.
    pub parser_version: u32,
    /// What tells the lexicons of names from others.
    pub lexicons: Option<String>,
}

/// Makes output records. Built once; cheap to clone and to share.
#[derive(Debug, Clone)]
pub struct Emitter {
    options: EmitterOptions,
}

impl Emitter {
    #[must_use]
    pub const fn new(options: EmitterOptions) -> Self {
        Self { options }
    }

    /// The record of something new. `judgement` is `None` without deduplication; `degraded` names the stages that
    /// failed after the claim.
    #[must_use]
    pub fn enriched(
        &self,
        record: &ParsedRecord,
        tags: &Tags,
        judgement: Option<&Judgement>,
        degraded: &[&'static str],
    ) -> OutputRecord {
        let meta = record.meta.as_deref().map(one_line);
        let khabar = self.khabar(record, tags, judgement, degraded, meta.as_deref());
        let item = ninjs::Item::new(record, tags, ninjs::fetched_at(record.fetched_at_ms), khabar);
        let bytes_expected = payload_bytes_expected(record) + tags_bytes_expected(tags);
        output(Outcome::Enriched, record, to_json(&item, bytes_expected))
    }

    /// The record of an article that adds little to an earlier one.
    #[must_use]
    pub fn duplicate(
        &self,
        record: &ParsedRecord,
        tags: &Tags,
        judgement: &Judgement,
        degraded: &[&'static str],
    ) -> OutputRecord {
        debug_assert!(judgement.verdict.is_duplicate(), "{} is no duplicate", judgement.verdict.name());
        let meta = record.meta.as_deref().map(one_line);
        let body = self.options.duplicate_body.then(|| record.article.body());
        let mut duplicate = duplicate::Duplicate::new(record, tags, judgement, meta.as_deref(), body);
        duplicate.degraded = degraded.iter().map(|&stage| Cow::Borrowed(stage)).collect();
        output(Outcome::Duplicate, record, to_json(&duplicate, payload_bytes_expected(record)))
    }

    /// The record of raw bytes that gave no article: key, payload and headers as they came, khabar's headers behind
    /// them. The payload is moved, never copied.
    #[must_use]
    pub fn rejected(&self, raw: RawRecord, rejection: &Rejection) -> OutputRecord {
        let RawRecord { coordinates, timestamp_ms, key, payload, mut headers } = raw;
        headers::push_outcome(&mut headers, Outcome::Rejected, &coordinates);
        headers::push_error(&mut headers, rejection, timestamp_ms);
        OutputRecord { outcome: Outcome::Rejected, key, payload, headers }
    }

    fn khabar<'a>(
        &'a self,
        record: &'a ParsedRecord,
        tags: &'a Tags,
        judgement: Option<&'a Judgement>,
        degraded: &[&'static str],
        meta: Option<&'a RawValue>,
    ) -> khabar::Khabar<'a> {
        let article = &record.article;
        let (mentions, entities) = naming::of(tags);
        khabar::Khabar {
            schema: Cow::Borrowed(khabar::SCHEMA_VERSION),
            id: Cow::Owned(hex(&article.id)),
            seq: judgement.map(|judgement| judgement.sequence),
            direction: Cow::Borrowed(tags.direction.name()),
            raw: raw_of(&record.origin, record.fetched_at_ms),
            source: article.source.as_deref().map(Cow::Borrowed),
            section: article.section.as_deref().map(Cow::Borrowed),
            dedup: judgement.map(khabar::Dedup::of),
            date: khabar::Dates::of(article),
            paragraphs: khabar::paragraph_offsets(&article.paragraphs, &tags.paragraph_languages),
            mentions,
            entities,
            countries: naming::countries(tags),
            keywords: khabar::Keywords::of(tags),
            quotes: naming::quotes(tags),
            extraction: khabar::ExtractionReport::of(&article.extraction, &tags.flaws),
            degraded: degraded.iter().map(|&stage| Cow::Borrowed(stage)).collect(),
            meta,
            versions: khabar::Versions {
                parser: self.options.parser_version,
                tagger: TAGGER_VERSION,
                lexicons: self.options.lexicons.as_deref().map(Cow::Borrowed),
                level: judgement.map(|judgement| judgement.level),
            },
        }
    }
}

fn raw_of(origin: &Origin, fetched_at_ms: Option<i64>) -> khabar::Raw<'_> {
    khabar::Raw {
        topic: Cow::Borrowed(&origin.coordinates.topic),
        partition: origin.coordinates.partition,
        offset: origin.coordinates.offset,
        timestamp: ninjs::written_at(origin).map(Cow::Owned),
        fetched_at: ninjs::fetched_at(fetched_at_ms).map(Cow::Owned),
    }
}

/// A record of an article: keyed by its address, with khabar's headers and the raw record's trace context.
fn output(outcome: Outcome, record: &ParsedRecord, payload: Vec<u8>) -> OutputRecord {
    /// Those of [`headers::push_outcome`] and the two of a trace.
    const HEADERS: usize = 7;
    let mut headers: Vec<Header> = Vec::with_capacity(HEADERS);
    headers::push_outcome(&mut headers, outcome, &record.origin.coordinates);
    headers.extend_from_slice(&record.origin.trace_headers);
    OutputRecord {
        outcome,
        key: Some(record.article.uri.clone().into_bytes()),
        payload: Some(payload),
        headers,
    }
}

/// Line breaks between the parts of a JSON value say nothing, and would divide a line of `khabar process` in two.
fn one_line(meta: &RawValue) -> Cow<'_, RawValue> {
    if !meta.get().contains(['\n', '\r']) {
        return Cow::Borrowed(meta);
    }
    RawValue::from_string(meta.get().replace(['\n', '\r'], " ")).map_or(Cow::Borrowed(meta), Cow::Owned)
}

/// About what the payload needs, so that it grows once at most.
fn payload_bytes_expected(record: &ParsedRecord) -> usize {
    /// All but texts.
    const FRAME_BYTES: usize = 2_048;
    /// Offsets of one paragraph.
    const PARAGRAPH_BYTES: usize = 48;
    let article = &record.article;
    let own = article.paragraphs.iter();
    let related = article.related.iter().flat_map(|related| &related.paragraphs);
    let texts: usize = own.chain(related).map(|paragraph| paragraph.text.len() + PARAGRAPH_BYTES).sum();
    FRAME_BYTES + texts + texts / 16 + record.meta.as_ref().map_or(0, |meta| meta.get().len())
}

/// About what mentions and entities need.
fn tags_bytes_expected(tags: &Tags) -> usize {
    const MENTION_BYTES: usize = 160;
    const ENTITY_BYTES: usize = 400;
    tags.mentions.len() * MENTION_BYTES + tags.entities.len() * ENTITY_BYTES
}

/// Compact JSON.
fn to_json(value: &impl Serialize, bytes_expected: usize) -> Vec<u8> {
    let mut json = Vec::with_capacity(bytes_expected);
    let result = serde_json::to_writer(&mut json, value);
    // A Vec takes every byte, and these types hold no map with other keys than text: there is nothing to fail.
    debug_assert!(result.is_ok(), "output types always serialise");
    json
}
