//! The headers of the records that leave: their names, and how to read them back.
//!
//! A rejected record keeps the raw record's headers in front of khabar's. When a rejection is submitted again and is
//! rejected again, khabar's headers of the first time are among them. So a reader takes khabar's headers from the last
//! `khabar-outcome` on, and of a name that still repeats the last one: [`own`] and [`own_text`] do.

use crate::flow::{Header, Outcome, RawCoordinates};
use crate::rejection::Rejection;

/// `enriched`, `duplicate` or `rejected`; the first of khabar's headers.
pub const OUTCOME: &str = "khabar-outcome";
/// Topic of the raw record.
pub const RAW_TOPIC: &str = "khabar-raw-topic";
/// Partition of the raw record, decimal.
pub const RAW_PARTITION: &str = "khabar-raw-partition";
/// Offset of the raw record, decimal.
pub const RAW_OFFSET: &str = "khabar-raw-offset";
/// Version of the khabar that made the record.
pub const VERSION: &str = "khabar-version";
/// W3C trace context of the raw record, passed on.
pub const TRACEPARENT: &str = "traceparent";
/// W3C trace state of the raw record, passed on.
pub const TRACESTATE: &str = "tracestate";
/// A code of the closed list in [`crate::rejection`].
pub const ERROR_CODE: &str = "khabar-error-code";
/// `decode` or `parse`.
pub const ERROR_STAGE: &str = "khabar-error-stage";
/// For a person; at most [`ERROR_MESSAGE_BYTES_MAX`] bytes.
pub const ERROR_MESSAGE: &str = "khabar-error-message";
/// The raw record's timestamp: RFC 3339 in UTC with milliseconds; milliseconds since the epoch where no calendar
/// date of four-digit years fits; `unknown` where there is none.
pub const ERROR_AT: &str = "khabar-error-at";
/// `gzip` where the original bytes of a rejected record had to be compressed to fit its topic.
pub const ORIGINAL_ENCODING: &str = "khabar-original-encoding";
/// `size=<bytes>;sha256=<hex>` of the original bytes where they fit in no way and the value is a stub.
pub const ORIGINAL_OMITTED: &str = "khabar-original-omitted";
/// `size=<bytes>;sha256=<hex>` of the original key where it is itself too large.
pub const ORIGINAL_KEY_OMITTED: &str = "khabar-original-key-omitted";
/// `count=<headers>;size=<bytes>` of the original headers where they are themselves too large.
pub const ORIGINAL_HEADERS_OMITTED: &str = "khabar-original-headers-omitted";

/// The longest `khabar-error-message`.
pub const ERROR_MESSAGE_BYTES_MAX: usize = 512;

/// khabar's own headers of a record: those from the last `khabar-outcome` on. Empty where it has none.
#[must_use]
pub fn own(headers: &[Header]) -> &[Header] {
    headers.iter().rposition(|header| header.name == OUTCOME).map_or(&[], |start| &headers[start..])
}

/// The text of one of khabar's own headers; `None` where it is missing or no UTF-8.
#[must_use]
pub fn own_text<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    let header = own(headers).iter().rev().find(|header| header.name == name)?;
    std::str::from_utf8(header.value.as_deref()?).ok()
}

/// Adds what every outcome carries.
pub(super) fn push_outcome(headers: &mut Vec<Header>, outcome: Outcome, raw: &RawCoordinates) {
    headers.push(Header::text(OUTCOME, outcome.name()));
    headers.push(Header::text(RAW_TOPIC, &*raw.topic));
    headers.push(Header::text(RAW_PARTITION, raw.partition.to_string()));
    headers.push(Header::text(RAW_OFFSET, raw.offset.to_string()));
    headers.push(Header::text(VERSION, super::KHABAR_VERSION));
}

/// Adds the reason of a rejection.
pub(super) fn push_error(headers: &mut Vec<Header>, rejection: &Rejection, timestamp_ms: Option<i64>) {
    headers.push(Header::text(ERROR_CODE, rejection.code.name()));
    headers.push(Header::text(ERROR_STAGE, rejection.code.stage().name()));
    headers.push(Header::text(ERROR_MESSAGE, error_message(rejection)));
    headers.push(Header::text(ERROR_AT, error_at(timestamp_ms)));
}

/// The detail, else the code's meaning; one line, cut between two characters.
fn error_message(rejection: &Rejection) -> String {
    let text = if rejection.detail.is_empty() { rejection.code.meaning() } else { rejection.detail.as_str() };
    let mut message = String::with_capacity(text.len().min(ERROR_MESSAGE_BYTES_MAX));
    for character in text.chars() {
        let shown = if character.is_control() { ' ' } else { character };
        if message.len() + shown.len_utf8() > ERROR_MESSAGE_BYTES_MAX {
            break;
        }
        message.push(shown);
    }
    message
}

fn error_at(timestamp_ms: Option<i64>) -> String {
    timestamp_ms.map_or_else(
        || "unknown".to_owned(),
        |milliseconds| super::time::rfc3339(milliseconds).unwrap_or_else(|| milliseconds.to_string()),
    )
}
