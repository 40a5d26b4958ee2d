//! The parts of a date, and what they mean on the calendar.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use super::DateProblem;

/// Years before and after these are slips of the hand, or of another calendar.
const YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;
/// Two-digit years up to this one are of this century.
const SHORT_YEAR_PIVOT: u64 = 69;

/// A zone and its name as stated.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    pub name: String,
    pub zone: TimeZone,
}

impl Zone {
    /// A fixed offset; the name is `+03:00`.
    pub fn fixed(is_negative: bool, hours: u64, minutes: u64) -> Option<Self> {
        if hours > 15 || minutes > 59 {
            return None;
        }
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        let offset = Offset::from_seconds(if is_negative { -seconds } else { seconds }).ok()?;
        let sign = if is_negative { '-' } else { '+' };
        Some(Self { name: format!("{sign}{hours:02}:{minutes:02}"), zone: TimeZone::fixed(offset) })
    }
}

/// A time of day as written; `half` is settled already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    pub hour: u64,
    pub minute: u64,
    pub second: Option<u64>,
}

/// Which half of the day a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Am,
    Pm,
    /// Around midday: 11 is before noon, 12 to 3 after.
    Noon,
    /// 6 to 11 are in the evening, 12 to 5 after midnight.
    Night,
}

impl Time {
    /// This time in the given half. An hour beyond 12 is on the 24-hour clock already.
    pub fn in_half(mut self, half: Half) -> Self {
        let is_late = match half {
            Half::Am => false,
            Half::Pm => true,
            Half::Noon => !(10..=11).contains(&self.hour),
            Half::Night => (6..=11).contains(&self.hour),
        };
        match (is_late, self.hour) {
            (true, 1..=11) => self.hour += 12,
            (false, 12) => self.hour = 0,
            _ => {}
        }
        self
    }
}

/// A number with its count of digits: `02` and `2` are not the same in front of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number {
    pub value: u64,
    pub digits: usize,
}

impl Number {
    pub const fn is_year(self) -> bool {
        self.digits == 4
    }

    const fn is_short(self) -> bool {
        self.digits <= 2
    }
}

/// A date, divided.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    pub year: u64,
    pub month: Option<u64>,
    pub day: Option<u64>,
    pub time: Option<Time>,
    pub zone: Option<Zone>,
}

impl Parts {
    /// The civil date and time, unstated parts at their beginning; `None` where the calendar has no such day.
    pub fn civil(&self) -> Option<civil::DateTime> {
        if !YEARS.contains(&self.year) {
            return None;
        }
        let year = i16::try_from(self.year).ok()?;
        let month = i8::try_from(self.month.unwrap_or(1)).ok()?;
        let day = i8::try_from(self.day.unwrap_or(1)).ok()?;
        let date = civil::Date::new(year, month, day).ok()?;
        let (hour, minute, second) =
            self.time.map_or((0, 0, 0), |time| (time.hour, time.minute, time.second.unwrap_or(0)));
        // A leap second is written as 60; the calendar here has none.
        let second = if second == 60 { 59 } else { second };
        let time = civil::Time::new(
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second).ok()?,
            0,
        );
        Some(date.to_datetime(time.ok()?))
    }
}

/// Year, month and day from the numbers in their order, and from the month's word if there was one.
pub(super) fn settle(
    numbers: &[Number],
    month_word: Option<u64>,
    day_first: bool,
) -> Result<Parts, DateProblem> {
    let (year, month, day) = match month_word {
        Some(month) => with_month_word(numbers, month)?,
        None => numeric(numbers, day_first)?,
    };
    if month.is_some_and(|month| !(1..=12).contains(&month)) {
        return Err(DateProblem::Impossible);
    }
    Ok(Parts { year, month, day, time: None, zone: None })
}

type YearMonthDay = (u64, Option<u64>, Option<u64>);

fn with_month_word(numbers: &[Number], month: u64) -> Result<YearMonthDay, DateProblem> {
    match *numbers {
        [year] if year.is_year() => Ok((year.value, Some(month), None)),
        [day, year] | [year, day] if day.is_short() && year.is_year() => {
            Ok((year.value, Some(month), Some(day.value)))
        }
        [day, year] if day.is_short() && year.digits == 2 => {
            Ok((long_year(year.value), Some(month), Some(day.value)))
        }
        _ => Err(DateProblem::Unreadable),
    }
}

fn numeric(numbers: &[Number], day_first: bool) -> Result<YearMonthDay, DateProblem> {
    match *numbers {
        [year, month, day] if year.is_year() && month.is_short() && day.is_short() => {
            Ok((year.value, Some(month.value), Some(day.value)))
        }
        [first, second, year]
            if first.is_short() && second.is_short() && (year.is_year() || year.digits == 2) =>
        {
            let year = if year.is_year() { year.value } else { long_year(year.value) };
            let (day, month) = order(first.value, second.value, day_first);
            Ok((year, Some(month), Some(day)))
        }
        [year, month] | [month, year] if year.is_year() && month.is_short() => {
            Ok((year.value, Some(month.value), None))
        }
        [year] if year.is_year() => Ok((year.value, None, None)),
        [compact] if compact.digits == 8 => {
            let value = compact.value;
            Ok((value / 10_000, Some(value / 100 % 100), Some(value % 100)))
        }
        _ => Err(DateProblem::Unreadable),
    }
}

/// Day and month; where only one order is possible, that one, whatever the rule says.
const fn order(first: u64, second: u64, day_first: bool) -> (u64, u64) {
    let first_is_day = if first > 12 {
        true
    } else if second > 12 {
        false
    } else {
        day_first
    };
    if first_is_day { (first, second) } else { (second, first) }
}

const fn long_year(short: u64) -> u64 {
    if short <= SHORT_YEAR_PIVOT { 2000 + short } else { 1900 + short }
}

/// Seconds or milliseconds since the epoch, as date and time in UTC.
pub(super) fn from_epoch(number: Number) -> Option<Parts> {
    let seconds = if number.digits == 13 { number.value / 1000 } else { number.value };
    let timestamp = jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    let civil = Offset::UTC.to_datetime(timestamp);
    let unsigned = |part: i8| u64::try_from(part).ok();
    Some(Parts {
        year: u64::try_from(civil.year()).ok()?,
        month: Some(unsigned(civil.month())?),
        day: Some(unsigned(civil.day())?),
        time: Some(Time {
            hour: unsigned(civil.hour())?,
            minute: unsigned(civil.minute())?,
            second: Some(unsigned(civil.second())?),
        }),
        zone: Some(Zone { name: "UTC".to_owned(), zone: TimeZone::UTC }),
    })
}
