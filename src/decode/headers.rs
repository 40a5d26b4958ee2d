//! The facts that a record's Kafka headers state. An envelope's own outrank them.

use crate::article::Flaw;
use crate::flow::RawRecord;

use super::flaws;
use super::media::Media;
use super::stated::{self, SOURCE_BYTES_MAX, URL_BYTES_MAX};

const NAMES: [&str; 5] = ["url", "fetched-at", "content-type", "content-encoding", "source"];

/// What the headers say, as text; only the media type is taken apart.
#[derive(Debug, Default)]
pub(super) struct HeaderFacts<'a> {
    pub url: Option<String>,
    pub source: Option<String>,
    pub fetched_at: Option<&'a str>,
    pub media: Option<Media>,
    pub encodings: Option<&'a str>,
}

/// Reads the five headers that decode knows; unreadable ones are ignored with a flaw.
pub(super) fn read<'a>(raw: &'a RawRecord, flaws: &mut Vec<Flaw>) -> HeaderFacts<'a> {
    if raw.headers.is_empty() {
        return HeaderFacts::default();
    }
    for name in NAMES {
        let unreadable = raw
            .headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .filter_map(|header| header.value.as_deref())
            .any(|value| std::str::from_utf8(value).is_err());
        if unreadable {
            flaws.push(Flaw::new(flaws::HEADER_IGNORED).with_detail(name));
        }
    }
    HeaderFacts {
        url: raw.header_text("url").and_then(|text| stated::fact("url", text, URL_BYTES_MAX, flaws)),
        source: raw
            .header_text("source")
            .and_then(|text| stated::fact("source", text, SOURCE_BYTES_MAX, flaws)),
        fetched_at: raw.header_text("fetched-at"),
        media: raw.header_text("content-type").and_then(|text| stated::media(text, flaws)),
        encodings: raw.header_text("content-encoding"),
    }
}
