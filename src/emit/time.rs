//! Milliseconds since the epoch as text.

use jiff::Timestamp;

/// 0000-01-01T00:00:00.000Z, the first moment that RFC 3339 can write.
const FIRST_MS: i64 = -62_167_219_200_000;

/// RFC 3339 in UTC, always with three digits of milliseconds: `2024-12-02T21:15:04.000Z`. `None` outside the years
/// 0000 to 9999, which hostile producers set.
pub(super) fn rfc3339(milliseconds: i64) -> Option<String> {
    if milliseconds < FIRST_MS {
        return None;
    }
    let timestamp = Timestamp::from_millisecond(milliseconds).ok()?;
    Some(format!("{timestamp:.3}"))
}
