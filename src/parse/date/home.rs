//! The wall clock of a date that is stated in UTC, where the page shows it elsewhere.
//!
//! Metadata often state an instant in UTC while readers see the newsroom's clock: 01:09:55Z, and "8 November, 18:09:55"
//! in the text. The difference is the newsroom's offset, and the day that readers see is the article's. Where they see
//! the day alone, the offset is assumed.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use crate::article::{ArticleDate, DatePrecision};

/// Offsets of zones are multiples of this, and lie within these bounds.
const OFFSET_STEP_SECONDS: i64 = 15 * 60;
const OFFSET_SECONDS_MIN: i64 = -12 * 60 * 60;
const OFFSET_SECONDS_MAX: i64 = 14 * 60 * 60;
const OFFSET_HOURS_MIN: i8 = -12;
const OFFSET_HOURS_MAX: i8 = 14;

/// The same instant at the offset that another date of the page shows it at; unchanged where none does.
pub(crate) fn at_home(date: ArticleDate, others: &[ArticleDate]) -> ArticleDate {
    let is_utc = date.value.ends_with('Z') && date.zone.is_some() && date.precision >= DatePrecision::Minute;
    let Some(instant) = date.value.parse::<Timestamp>().ok().filter(|_| is_utc) else { return date };
    let offset = others.iter().find_map(|other| offset_shown(instant, date.precision, other));
    let Some(offset) = offset.and_then(|seconds| Offset::from_seconds(seconds).ok()) else { return date };
    at_offset(date, instant, offset)
}

/// The same instant on the day that readers see, and the offset that was taken for it: the nearest to UTC that has this
/// day. Unchanged where the date is not stated in UTC, or no offset has the day.
pub(crate) fn on_day(date: ArticleDate, day: Date) -> (ArticleDate, Option<String>) {
    let is_utc = date.value.ends_with('Z') && date.zone.is_some() && date.precision >= DatePrecision::Minute;
    let Some(instant) = date.value.parse::<Timestamp>().ok().filter(|_| is_utc) else { return (date, None) };
    let offset = (0..=OFFSET_HOURS_MAX)
        .flat_map(|hours| [hours, -hours])
        .filter(|hours| *hours >= OFFSET_HOURS_MIN)
        .map(Offset::constant)
        .find(|offset| offset.to_datetime(instant).date() == day);
    match offset {
        Some(offset) if offset != Offset::UTC => {
            let zone = super::offset_text(offset.seconds());
            (at_offset(date, instant, offset), Some(zone))
        }
        _ => (date, None),
    }
}

fn at_offset(date: ArticleDate, instant: Timestamp, offset: Offset) -> ArticleDate {
    let civil = offset.to_datetime(instant);
    let value = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
        super::offset_text(offset.seconds())
    );
    ArticleDate { value, ..date }
}

/// The offset in seconds at which another date shows this instant: its own, if it states one and is the same instant;
/// else what its wall clock differs by.
fn offset_shown(instant: Timestamp, precision: DatePrecision, other: &ArticleDate) -> Option<i32> {
    if other.precision < DatePrecision::Minute {
        return None;
    }
    // The wall clock of the other date, as if it were UTC.
    let wall = other.value.get(..19)?;
    let wall: Timestamp = format!("{wall}Z").parse().ok()?;
    let seconds = wall.as_second() - instant.as_second();
    // Where either states no seconds, those of the other don't count.
    let is_coarse = precision < DatePrecision::Second || other.precision < DatePrecision::Second;
    let seconds = if is_coarse { seconds.div_euclid(60) * 60 } else { seconds };
    let rest = seconds.rem_euclid(OFFSET_STEP_SECONDS);
    let seconds = match rest {
        0 => seconds,
        // Seconds that only the instant has make the difference a minute short.
        rest if is_coarse && rest == OFFSET_STEP_SECONDS - 60 => seconds + 60,
        _ => return None,
    };
    let is_offset = seconds != 0 && (OFFSET_SECONDS_MIN..=OFFSET_SECONDS_MAX).contains(&seconds);
    let states_other = other.zone.is_some()
        && other.value.parse::<Timestamp>().ok()?.as_second() / 60 != instant.as_second() / 60;
    if !is_offset || states_other { None } else { i32::try_from(seconds).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(value: &str, precision: DatePrecision, zone: Option<&str>) -> ArticleDate {
        ArticleDate {
            value: value.to_owned(),
            raw: value.to_owned(),
            precision,
            calendar: "gregorian",
            zone: zone.map(str::to_owned),
            evidence: "test".to_owned(),
        }
    }

    fn home(value: &str, other: ArticleDate) -> String {
        at_home(date(value, DatePrecision::Second, Some("Z")), &[other]).value
    }

    #[test]
    fn the_clock_that_readers_see_gives_the_offset() {
        let shown = date("2023-11-08T18:09:55Z", DatePrecision::Second, None);
        assert_eq!(home("2023-11-09T01:09:55Z", shown), "2023-11-08T18:09:55-07:00");
        let coarse = date("2023-11-08T18:09:00Z", DatePrecision::Minute, None);
        assert_eq!(home("2023-11-09T01:09:55Z", coarse), "2023-11-08T18:09:55-07:00");
        let stated = date("2019-10-19T00:04:00+02:00", DatePrecision::Second, Some("+02:00"));
        assert_eq!(home("2019-10-18T22:04:00Z", stated), "2019-10-19T00:04:00+02:00");
    }

    #[test]
    fn the_day_that_readers_see_is_kept_with_the_instant() {
        let on = |value: &str, day: &str| {
            let (date, zone) = on_day(date(value, DatePrecision::Second, Some("Z")), day.parse().unwrap());
            (date.value, zone)
        };
        let moved = |value: &str, zone: &str| (value.to_owned(), Some(zone.to_owned()));
        assert_eq!(on("2021-11-04T23:00:00Z", "2021-11-05"), moved("2021-11-05T00:00:00+01:00", "+01:00"));
        assert_eq!(on("2025-12-19T02:41:41Z", "2025-12-18"), moved("2025-12-18T23:41:41-03:00", "-03:00"));
        assert_eq!(on("2025-12-19T02:41:41Z", "2025-12-19"), ("2025-12-19T02:41:41Z".to_owned(), None));
        assert_eq!(on("2025-12-19T22:02:58Z", "2025-12-18"), ("2025-12-19T22:02:58Z".to_owned(), None));
    }

    #[test]
    fn another_time_is_no_offset() {
        for other in [
            date("2023-11-08T18:12:55Z", DatePrecision::Second, None),
            date("2023-11-10T18:09:55Z", DatePrecision::Second, None),
            date("2023-11-08T00:00:00Z", DatePrecision::Day, None),
            date("2023-11-09T02:09:55+05:00", DatePrecision::Second, Some("+05:00")),
        ] {
            assert_eq!(home("2023-11-09T01:09:55Z", other), "2023-11-09T01:09:55Z");
        }
    }
}
