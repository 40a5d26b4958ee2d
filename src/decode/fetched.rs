//! When a page was fetched: read from what is stated, with the record's timestamp as the last resort.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::article::Flaw;

use super::flaws;
use super::stated::{SHORT_BYTES_MAX, excerpt};

/// 1990-01-01T00:00:00Z: nothing was fetched from the web before.
const PLAUSIBLE_FROM_MS: i64 = 631_152_000_000;
/// 2100-01-01T00:00:00Z, exclusive.
const PLAUSIBLE_TO_MS: i64 = 4_102_444_800_000;
/// Numbers below are seconds, others milliseconds: within the plausible years the two can't meet.
const SECONDS_BELOW: f64 = 1e11;
/// The length of a date written as digits alone.
const DATE_DIGITS: usize = 8;
/// 0001-01-01T00:00:00Z: earlier years have no RFC 3339 form.
const TIMESTAMP_FROM_MS: i64 = -62_135_596_800_000;
/// 9999-12-30T22:00:00Z, exclusive: the end of what the time library holds, and of RFC 3339.
const TIMESTAMP_TO_MS: i64 = 253_402_207_200_000;

/// A stated fetch time: RFC 3339, the same without a zone (read as UTC), RFC 2822, or a number as text.
pub(super) fn from_text(text: &str, flaws: &mut Vec<Flaw>) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let Some(read) = (text.len() <= SHORT_BYTES_MAX).then(|| read_text(text, flaws)).flatten() else {
        flaws.push(Flaw::new(flaws::FETCHED_AT_UNREADABLE).with_detail(excerpt(text)));
        return None;
    };
    plausible(read, text, flaws)
}

/// A stated fetch time as a JSON number: seconds or milliseconds since the epoch, told apart by magnitude.
pub(super) fn from_number(number: &str, flaws: &mut Vec<Flaw>) -> Option<i64> {
    let Some(milliseconds) = epoch_ms(number) else {
        flaws.push(Flaw::new(flaws::FETCHED_AT_UNREADABLE).with_detail(excerpt(number)));
        return None;
    };
    plausible(milliseconds, number, flaws)
}

/// The record's own timestamp, where it is a date that RFC 3339 can write.
pub(super) fn from_record(timestamp_ms: Option<i64>, flaws: &mut Vec<Flaw>) -> Option<i64> {
    let milliseconds = timestamp_ms?;
    if (TIMESTAMP_FROM_MS..TIMESTAMP_TO_MS).contains(&milliseconds) {
        return Some(milliseconds);
    }
    flaws.push(Flaw::new(flaws::TIMESTAMP_IMPOSSIBLE).with_detail(milliseconds.to_string()));
    None
}

fn read_text(text: &str, flaws: &mut Vec<Flaw>) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    // Eight digits are a date ("20241202"); nine are seconds from 1973 on.
    if text.len() > DATE_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return epoch_ms(text);
    }
    if let Ok(timestamp) = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(timestamp.as_millisecond());
    }
    let zoneless: DateTime = text.parse().ok()?;
    let timestamp = TimeZone::UTC.to_timestamp(zoneless).ok()?;
    flaws.push(Flaw::new(flaws::FETCHED_AT_WITHOUT_ZONE).with_detail(excerpt(text)));
    Some(timestamp.as_millisecond())
}

fn epoch_ms(number: &str) -> Option<i64> {
    let value: f64 = number.parse().ok()?;
    let milliseconds = if value.abs() < SECONDS_BELOW { value * 1000.0 } else { value };
    // A cast of a float saturates, so even 1e300 only becomes an implausible time.
    #[allow(clippy::cast_possible_truncation)]
    let rounded = milliseconds.round() as i64;
    Some(rounded)
}

fn plausible(milliseconds: i64, stated: &str, flaws: &mut Vec<Flaw>) -> Option<i64> {
    if (PLAUSIBLE_FROM_MS..PLAUSIBLE_TO_MS).contains(&milliseconds) {
        return Some(milliseconds);
    }
    flaws.push(Flaw::new(flaws::FETCHED_AT_IMPLAUSIBLE).with_detail(excerpt(stated)));
    None
}
