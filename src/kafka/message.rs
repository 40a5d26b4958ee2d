//! A message of librdkafka as a raw record: owned, and rdkafka's no more.

use std::sync::Arc;

use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use serde_json::json;

use super::assignment::PartitionKey;
use crate::caught;
use crate::events;
use crate::flow::{Header, RawCoordinates, RawRecord};

/// Copies a message that was read from the partition.
pub(super) fn to_raw(message: &BorrowedMessage<'_>, key: &PartitionKey) -> RawRecord {
    RawRecord {
        coordinates: RawCoordinates {
            topic: Arc::clone(&key.topic),
            partition: key.partition,
            offset: message.offset(),
        },
        timestamp_ms: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        payload: message.payload().map(<[u8]>::to_vec),
        headers: headers_of(message, key),
    }
}

/// rdkafka panics on a header whose name is not UTF-8: such a header is left out, and an event says so.
pub(super) fn headers_of(message: &BorrowedMessage<'_>, key: &PartitionKey) -> Vec<Header> {
    let Some(headers) = message.headers() else { return Vec::new() };
    (0..headers.count())
        .filter_map(|index| {
            let read = caught::catch(|| headers.try_get(index));
            if read.is_err() {
                events::emit(
                    &events::HEADER_UNREADABLE,
                    "a header's name is not UTF-8; the header is left out",
                    &[("partition", json!(key.to_string())), ("offset", json!(message.offset()))],
                );
            }
            read.ok().flatten()
        })
        .map(|header| Header { name: header.key.to_owned(), value: header.value.map(<[u8]>::to_vec) })
        .collect()
}
