//! The only source of the time. Stages never ask it: their output depends on the record and the log alone.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The monotonic time, for measuring and for deadlines.
#[must_use]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// How long it is since `earlier`; zero where `earlier` lies in the future.
#[must_use]
pub fn since(earlier: Instant) -> Duration {
    monotonic().saturating_duration_since(earlier)
}

/// Milliseconds since the Unix epoch by the host's clock, which may step: for log lines and for measuring against
/// Kafka's timestamps only. Zero where the host's clock stands before 1970.
#[must_use]
pub fn unix_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}
