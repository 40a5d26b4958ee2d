//! Dates as news writes them: ISO 8601, RFC 2822, epochs, day-month-year in either order, and written-out dates in
//! Arabic (the months of Egypt, the Levant and the Maghreb), English, French and other languages; Hijri and Persian
//! dates; and dates against the fetch time (`منذ 3 ساعات`).
//!
//! Owns reading one date from one short text. Every part of the text must be understood, or there is no date: a wrong
//! date is worse than none. Where a text states its day on two calendars, the Gregorian one counts. No clock: the fetch
//! time is an input, and without it a relative date can't be read.

mod calendar;
mod find;
mod group;
mod home;
mod order;
mod reader;
mod relative;
mod tokens;
mod words;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::article::{ArticleDate, DatePrecision, Flaw};
use crate::parse::flaws;
use crate::parse::fold;
use crate::parse::text::is_longer_than;
use calendar::Parts;
pub(crate) use find::find;
pub(crate) use home::{at_home, on_day};
pub(crate) use order::puts_month_first;
use reader::Reading;
pub(crate) use words::Words;

/// The longest text that is read as a date, in characters.
const TEXT_CHARS_MAX: usize = 120;
/// The longest text without a digit that is read as a date: `yesterday`, `منذ ساعتين`.
const WORDS_ONLY_CHARS_MAX: usize = 40;
/// A date is in the future if it is later than this after the fetch time: clocks and zones differ.
const FUTURE_SLACK_MS: i64 = 24 * 60 * 60 * 1000;
/// 1990-01-01T00:00:00Z: there were no news pages before, so an earlier date is a mistake.
const EARLIEST_MS: i64 = 631_152_000_000;

/// What a date is read with, beside its text.
#[derive(Debug, Clone)]
pub(crate) struct DateContext<'context> {
    /// `3/4/2024` is 3 April.
    pub day_first: bool,
    /// For dates that state no zone, and its name.
    pub zone: &'context TimeZone,
    pub zone_name: &'context str,
    /// Milliseconds since the epoch.
    pub fetched_at_ms: Option<i64>,
}

/// Why a text gives no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateProblem {
    Unreadable,
    Impossible,
    InFuture,
    TooOld,
}

impl DateProblem {
    /// The flaw of this problem.
    pub fn flaw(self, raw: &str) -> Flaw {
        let code = match self {
            Self::Unreadable => flaws::DATE_UNREADABLE,
            Self::Impossible => flaws::DATE_IMPOSSIBLE,
            Self::InFuture => flaws::DATE_IN_FUTURE,
            Self::TooOld => flaws::DATE_TOO_OLD,
        };
        Flaw::new(code).with_detail(crate::parse::text::first_chars(raw, TEXT_CHARS_MAX))
    }
}

/// Reads a date. The flaws say that the zone was assumed, or that the date is relative to the fetch time.
pub(crate) fn read(
    raw: &str,
    evidence: &str,
    words: &Words,
    context: &DateContext<'_>,
) -> Result<(ArticleDate, Vec<Flaw>), DateProblem> {
    let raw = raw.trim();
    // A record's timestamp may be anything; one before the first news page is none.
    let fetched_at_ms = context.fetched_at_ms.filter(|fetched| *fetched >= EARLIEST_MS);
    let fetched = fetched_at_ms.and_then(|fetched| Timestamp::from_millisecond(fetched).ok());
    if !may_be_date(raw, fetched.is_some()) {
        return Err(DateProblem::Unreadable);
    }
    let mut flaws = Vec::new();
    let mut relative_zone = None;
    let parts = match read_text(raw, words, context.day_first, fetched.is_some())? {
        Reading::Absolute(parts) => {
            if parts.zone.is_none() {
                flaws.push(Flaw::new(flaws::DATE_ZONE_ASSUMED).with_detail(context.zone_name));
            }
            parts
        }
        Reading::Relative(relative) => {
            let fetched = fetched.ok_or(DateProblem::Unreadable)?;
            flaws.push(Flaw::new(flaws::DATE_RELATIVE).with_detail(raw));
            if relative.needs_zone() {
                flaws.push(Flaw::new(flaws::DATE_ZONE_ASSUMED).with_detail(context.zone_name));
            }
            let (parts, zone) = relative.at(fetched, context.zone).ok_or(DateProblem::TooOld)?;
            relative_zone = Some(zone);
            parts
        }
    };
    let (value, instant_ms) = resolve(&parts, relative_zone.as_ref().unwrap_or(context.zone))?;
    if instant_ms < EARLIEST_MS {
        return Err(DateProblem::TooOld);
    }
    if fetched_at_ms.is_some_and(|fetched| instant_ms > fetched.saturating_add(FUTURE_SLACK_MS)) {
        return Err(DateProblem::InFuture);
    }
    let date = ArticleDate {
        value,
        raw: raw.to_owned(),
        precision: parts.precision(),
        calendar: parts.calendar.name(),
        zone: parts.zone.map(|zone| zone.name),
        evidence: evidence.to_owned(),
    };
    Ok((date, flaws))
}

/// The value of a digit as dates are written with: of [`fold::digit`]'s, and of India and Bangladesh.
pub(crate) fn digit(character: char) -> Option<u32> {
    fold::digit(character).or(match character {
        '\u{966}'..='\u{96f}' => Some(character as u32 - 0x966),
        '\u{9e6}'..='\u{9ef}' => Some(character as u32 - 0x9e6),
        _ => None,
    })
}

/// Whether the flaws of a date say that it is relative.
pub(crate) fn is_relative(flaws: &[Flaw]) -> bool {
    flaws.iter().any(|flaw| flaw.code == flaws::DATE_RELATIVE)
}

/// A look at length and digits, which most lines don't pass.
fn may_be_date(raw: &str, can_be_relative: bool) -> bool {
    if raw.is_empty() || is_longer_than(raw, TEXT_CHARS_MAX) {
        return false;
    }
    let has_digit = raw.chars().any(|character| digit(character).is_some());
    has_digit || (can_be_relative && !is_longer_than(raw, WORDS_ONLY_CHARS_MAX))
}

fn read_text(
    raw: &str,
    words: &Words,
    day_first: bool,
    can_be_relative: bool,
) -> Result<Reading, DateProblem> {
    let tokens = tokens::tokenise(raw)?;
    match reader::read(&tokens, words, day_first) {
        Err(DateProblem::Unreadable) if can_be_relative => {
            relative::read(&tokens, words).map(Reading::Relative).ok_or(DateProblem::Unreadable)
        }
        read => read,
    }
}

/// The RFC 3339 text at the stated offset, and the instant in milliseconds since the epoch.
fn resolve(parts: &Parts, assumed: &TimeZone) -> Result<(String, i64), DateProblem> {
    let civil = parts.civil().ok_or(DateProblem::Impossible)?;
    let zone = parts.zone.as_ref().map_or(assumed, |zone| &zone.zone);
    let zoned = zone.to_ambiguous_zoned_datetime(civil).compatible().map_err(|_| DateProblem::Impossible)?;
    let offset = zoned.offset();
    let mut value = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        civil.year(),
        civil.month(),
        civil.day(),
        zoned.hour(),
        zoned.minute(),
        zoned.second()
    );
    value.push_str(&offset_text(offset.seconds()));
    Ok((value, zoned.timestamp().as_millisecond()))
}

/// `Z` or `+03:00`; seconds of an offset, which no zone has had since 1972, are dropped.
fn offset_text(seconds: i32) -> String {
    if seconds == 0 {
        return "Z".to_owned();
    }
    let minutes = seconds.unsigned_abs() / 60;
    let sign = if seconds < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

impl Parts {
    fn precision(&self) -> DatePrecision {
        match (&self.time, self.day, self.month) {
            (Some(time), ..) if time.second.is_some() => DatePrecision::Second,
            (Some(_), ..) => DatePrecision::Minute,
            (None, Some(_), _) => DatePrecision::Day,
            (None, None, Some(_)) => DatePrecision::Month,
            (None, None, None) => DatePrecision::Year,
        }
    }
}

/// A zone by its IANA name, or a fixed offset.
pub(crate) fn zone_by_name(name: &str) -> Option<TimeZone> {
    if name.is_empty() || name.len() > 64 {
        return None;
    }
    TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())
}

#[cfg(test)]
mod tests;
