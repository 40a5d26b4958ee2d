//! Dates that are stated against the time of reading: `منذ 3 ساعات`, `yesterday, 14:30`.
//!
//! Owns their words and what they come to at a given fetch time. Amounts without a number (`منذ أيام`) say no date.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ZonedDateTime};

use super::calendar::{Calendar, Parts, Time, Zone};
use super::tokens::{Placed, Token, WORDS_TOGETHER_MAX, phrase};
use super::words::Words;

/// No amount has more digits.
const AMOUNT_DIGITS_MAX: usize = 4;

/// A unit of time, from the finest to the coarsest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "second" => Self::Second,
            "minute" => Self::Minute,
            "hour" => Self::Hour,
            "day" => Self::Day,
            "week" => Self::Week,
            "month" => Self::Month,
            "year" => Self::Year,
            _ => return None,
        })
    }
}

/// What a word, or several together, mean in an amount of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelativeWord {
    /// Says that the amount lies in the past.
    Ago,
    Number(u64),
    /// A unit with the number that it has of itself: 0 for none (`hours`), 1 for a single one (`hour`), more where no
    /// other number can stand with it (`ساعتين`).
    Unit(u64, Unit),
    /// The time of reading itself.
    Now,
    Filler,
}

/// A date against the time of reading.
#[derive(Debug, Clone)]
pub(super) enum Relative {
    Ago(Vec<(u64, Unit)>),
    Days { ago: u64, time: Option<Time>, zone: Option<Zone> },
}

/// Reads an amount of time in the past; every token must be understood.
pub(super) fn read(tokens: &[Placed], words: &Words) -> Option<Relative> {
    let mut amounts: Vec<(u64, Unit)> = Vec::new();
    let mut number: Option<u64> = None;
    let mut is_past = false;
    let mut next = 0;
    while let Some(placed) = tokens.get(next) {
        match &placed.token {
            Token::Number(found) if number.is_none() && found.digits <= AMOUNT_DIGITS_MAX => {
                number = Some(found.value);
                next += 1;
            }
            Token::Mark('.' | ',' | '(' | ')' | '|' | '•' | '·') if number.is_none() => next += 1,
            Token::Word { .. } => {
                let (word, used) = longest(&tokens[next..], words)?;
                next += used;
                match word {
                    RelativeWord::Ago => is_past = true,
                    RelativeWord::Filler => {}
                    RelativeWord::Number(_) if number.is_some() => return None,
                    RelativeWord::Number(value) => number = Some(value),
                    RelativeWord::Now => {
                        is_past = true;
                        amounts.push((0, Unit::Minute));
                    }
                    RelativeWord::Unit(own, unit) => amounts.push((amount(number.take(), own)?, unit)),
                }
            }
            _ => return None,
        }
    }
    (is_past && number.is_none() && !amounts.is_empty()).then_some(Relative::Ago(amounts))
}

fn longest(tokens: &[Placed], words: &Words) -> Option<(RelativeWord, usize)> {
    (1..=WORDS_TOGETHER_MAX).rev().find_map(|count| {
        let (folded, used) = phrase(tokens, count)?;
        words.relative(&folded).map(|word| (word, used))
    })
}

/// The number of a unit: the one before it, or its own.
const fn amount(number: Option<u64>, own: u64) -> Option<u64> {
    match (number, own) {
        (Some(number), 0 | 1) => Some(number),
        (None, own) if own > 0 => Some(own),
        _ => None,
    }
}

impl Relative {
    /// The parts at a fetch time, and the zone that they stand in; `None` where the calendar ends before.
    ///
    /// The parts have a zone only where the text states one.
    pub fn at(self, fetched: Timestamp, assumed: &TimeZone) -> Option<(Parts, TimeZone)> {
        match self {
            Self::Days { ago, time, zone } => {
                let in_zone = zone.as_ref().map_or(assumed, |zone| &zone.zone).clone();
                let day = before(&fetched.to_zoned_datetime(in_zone.clone()), ago, Unit::Day)?;
                Some((Parts { time, zone, ..parts_of(&day, Unit::Day)? }, in_zone))
            }
            Self::Ago(amounts) => {
                let finest = amounts.iter().map(|(_, unit)| *unit).min()?;
                let mut instant = fetched.to_zoned_datetime(assumed.clone());
                for (number, unit) in amounts {
                    instant = before(&instant, number, unit)?;
                }
                // The offset of this very instant: the hour that clocks repeat is not ambiguous here.
                let zone =
                    if finest < Unit::Day { TimeZone::fixed(instant.offset()) } else { assumed.clone() };
                Some((parts_of(&instant, finest)?, zone))
            }
        }
    }

    /// Whether the answer depends on the zone.
    pub fn needs_zone(&self) -> bool {
        match self {
            Self::Days { zone, .. } => zone.is_none(),
            Self::Ago(amounts) => amounts.iter().all(|(_, unit)| *unit >= Unit::Day),
        }
    }
}

fn before(instant: &ZonedDateTime, number: u64, unit: Unit) -> Option<ZonedDateTime> {
    let number = i64::try_from(number).ok()?;
    let span = Span::new();
    let span = match unit {
        Unit::Second => span.try_seconds(number),
        Unit::Minute => span.try_minutes(number),
        Unit::Hour => span.try_hours(number),
        Unit::Day => span.try_days(number),
        Unit::Week => span.try_weeks(number),
        Unit::Month => span.try_months(number),
        Unit::Year => span.try_years(number),
    };
    instant.checked_sub(span.ok()?).ok()
}

/// What of the instant the unit tells.
fn parts_of(instant: &ZonedDateTime, unit: Unit) -> Option<Parts> {
    let unsigned = |part: i8| u64::try_from(part).ok();
    let time = Time {
        hour: unsigned(instant.hour())?,
        minute: unsigned(instant.minute())?,
        second: if unit == Unit::Second { Some(unsigned(instant.second())?) } else { None },
    };
    Some(Parts {
        calendar: Calendar::Gregorian,
        year: u64::try_from(instant.year()).ok()?,
        month: if unit < Unit::Year { Some(unsigned(instant.month())?) } else { None },
        day: if unit < Unit::Month { Some(unsigned(instant.day())?) } else { None },
        time: (unit < Unit::Day).then_some(time),
        zone: None,
    })
}
