//! Records as the tests write and read them.

use std::time::Instant;

use rdkafka::message::{BorrowedMessage, Headers, Message};
use serde_json::Value;

/// A header's name, and its value if it has one.
pub type HeaderPair = (String, Option<Vec<u8>>);

/// A record to produce.
#[derive(Debug, Clone, Default)]
pub struct NewRecord {
    pub topic: String,
    /// None: by the hash of the key, else any.
    pub partition: Option<i32>,
    pub key: Option<Vec<u8>>,
    /// None: a tombstone.
    pub value: Option<Vec<u8>>,
    pub headers: Vec<HeaderPair>,
    /// Milliseconds since 1970. None: now.
    pub timestamp_ms: Option<i64>,
}

impl NewRecord {
    pub fn new(topic: &str, value: impl Into<Vec<u8>>) -> Self {
        Self { topic: topic.to_owned(), value: Some(value.into()), ..Self::default() }
    }

    pub fn tombstone(topic: &str) -> Self {
        Self { topic: topic.to_owned(), ..Self::default() }
    }

    pub fn partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    pub fn key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.key = Some(key.into());
        self
    }

    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), Some(value.into())));
        self
    }

    pub fn timestamp_ms(mut self, timestamp_ms: i64) -> Self {
        self.timestamp_ms = Some(timestamp_ms);
        self
    }
}

/// A record as a reader got it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRecord {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<i64>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<HeaderPair>,
    /// When this process received it.
    pub received: Instant,
}

impl ReadRecord {
    pub(super) fn of(message: &BorrowedMessage<'_>) -> Self {
        Self {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp_ms: message.timestamp().to_millis(),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: message.headers().map_or_else(Vec::new, |headers| {
                headers
                    .iter()
                    .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
                    .collect()
            }),
            received: Instant::now(),
        }
    }

    /// The text of the first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .and_then(|(_, value)| std::str::from_utf8(value.as_deref()?).ok())
    }

    /// The value as text; panics on a tombstone or bytes that are none.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.value.as_deref().expect("the record has a value"))
            .expect("the value is text")
    }

    /// The value as JSON; panics on anything else.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.text()).expect("the value is JSON")
    }
}
