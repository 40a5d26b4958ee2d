//! What travels between the rooms: raw records, their coordinates, and the records that leave.
//!
//! Owns plain data only. No Kafka type, no clock, no I/O.

use std::fmt;
use std::sync::Arc;

/// Where a raw record stands in Kafka (or in a file, for `khabar process`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RawCoordinates {
    pub topic: Arc<str>,
    pub partition: i32,
    pub offset: i64,
}

impl fmt::Display for RawCoordinates {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}@{}", self.topic, self.partition, self.offset)
    }
}

/// One Kafka header. A name may repeat; a value may be null or any bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub name: String,
    pub value: Option<Vec<u8>>,
}

impl Header {
    /// A header with a text value.
    pub fn text(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into().into_bytes()) }
    }
}

/// One raw record as it was read, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    pub coordinates: RawCoordinates,
    /// Milliseconds since the epoch as the broker reports it; hostile producers set any value.
    pub timestamp_ms: Option<i64>,
    pub key: Option<Vec<u8>>,
    /// `None` is a tombstone.
    pub payload: Option<Vec<u8>>,
    pub headers: Vec<Header>,
}

impl RawRecord {
    /// The first header of this name (ASCII case is ignored) with a value that is UTF-8, trimmed and not empty.
    #[must_use]
    pub fn header_text(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .filter(|header| header.name.eq_ignore_ascii_case(name))
            .filter_map(|header| header.value.as_deref())
            .filter_map(|bytes| std::str::from_utf8(bytes).ok())
            .map(str::trim)
            .find(|text| !text.is_empty())
    }

    /// Payload, key and header bytes together: what the record costs while it is in flight.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|header| header.name.len() + header.value.as_ref().map_or(0, Vec::len))
            .sum();
        self.payload.as_ref().map_or(0, Vec::len) + self.key.as_ref().map_or(0, Vec::len) + headers
    }

    /// What every outcome needs to know of the raw record after its payload is gone.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin {
            coordinates: self.coordinates.clone(),
            timestamp_ms: self.timestamp_ms,
            trace_headers: self
                .headers
                .iter()
                .filter(|header| header.name == "traceparent" || header.name == "tracestate")
                .cloned()
                .collect(),
        }
    }
}

/// The raw record's coordinates, timestamp and W3C trace headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub coordinates: RawCoordinates,
    pub timestamp_ms: Option<i64>,
    pub trace_headers: Vec<Header>,
}

/// The three ends of a raw record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    Enriched,
    Duplicate,
    Rejected,
}

impl Outcome {
    pub const ALL: [Self; 3] = [Self::Enriched, Self::Duplicate, Self::Rejected];

    /// The value of the `khabar-outcome` header and of `outcome` in `khabar process`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enriched => "enriched",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
        }
    }
}

/// A record ready for its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputRecord {
    pub outcome: Outcome,
    pub key: Option<Vec<u8>>,
    /// `None` only where a rejected tombstone is passed on untouched.
    pub payload: Option<Vec<u8>>,
    pub headers: Vec<Header>,
}

impl OutputRecord {
    /// Key, payload and headers together, in bytes.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|header| header.name.len() + header.value.as_ref().map_or(0, Vec::len))
            .sum();
        self.payload.as_ref().map_or(0, Vec::len) + self.key.as_ref().map_or(0, Vec::len) + headers
    }
}

/// A record that parsed: what dedup, tag and emit work on. The raw payload is gone by now.
#[derive(Debug, Clone)]
pub struct ParsedRecord {
    pub origin: Origin,
    /// Content flaws found by decode stand in `article.extraction.flaws` with those of parse.
    pub article: crate::article::Article,
    pub content_hash: crate::article::Hash128,
    pub fetched_at_ms: Option<i64>,
    /// The envelope's `meta`, verbatim.
    pub meta: Option<Box<serde_json::value::RawValue>>,
}
