//! Numbers and a month that stand for one day, on one calendar.
//!
//! A line may state its day more than once: on two calendars, or in words and in numbers.

use super::DateProblem;
use super::calendar::{Calendar, Number, Parts};

/// Two-digit years up to this one are of this century.
const SHORT_YEAR_PIVOT: u64 = 69;
/// Days of one line: Gregorian, Hijri and Persian.
pub(super) const GROUPS_MAX: usize = 3;

/// What was found of one day.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub numbers: Vec<Number>,
    pub month: Option<(Calendar, u64)>,
    /// The calendar that a word behind the year names.
    pub era: Option<Calendar>,
    /// A number stands apart from the one before it, with no mark between that dates have.
    pub is_loose: bool,
}

impl Group {
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.month.is_none()
    }

    /// Whether the day is there, so that a further number is none of its own.
    pub fn is_complete(&self) -> bool {
        let needed = if self.month.is_some() { 2 } else { 3 };
        self.numbers.len() >= needed || self.numbers.iter().any(|number| number.digits == 8)
    }

    /// The one calendar that month, era and year agree on.
    fn calendar(&self) -> Option<Calendar> {
        match (self.month, self.era) {
            (Some((month, _)), Some(era)) => (month == era).then_some(month),
            (Some((calendar, _)), None) | (None, Some(calendar)) => Some(calendar),
            // Three numbers that only look like a date are frequent; with a slash or a dash between they are one.
            (None, None) if self.is_loose || self.numbers.len() != 3 => Some(Calendar::Gregorian),
            (None, None) => {
                let year = self.numbers.iter().find(|number| number.is_year());
                Some(year.map_or(Calendar::Gregorian, |year| Calendar::of_bare_year(year.value)))
            }
        }
    }

    fn settle(&self, calendar: Calendar, day_first: bool) -> Result<Parts, DateProblem> {
        // Only Gregorian dates come in two orders.
        let order = if calendar == Calendar::Gregorian { Some(day_first) } else { None };
        let (year, month, day) = match self.month {
            Some((_, month)) => with_month_word(&self.numbers, month)?,
            // `Sunday 5 2024` tells no month.
            None if self.is_loose && self.numbers.len() == 2 => return Err(DateProblem::Unreadable),
            None => numeric(&self.numbers, order)?,
        };
        if month.is_some_and(|month| !(1..=12).contains(&month)) {
            return Err(DateProblem::Impossible);
        }
        let parts = Parts { calendar, year, month, day, time: None, zone: None };
        if calendar == Calendar::Gregorian {
            return Ok(parts);
        }
        // A month of another calendar lies in two Gregorian ones.
        let (Some(month), Some(day)) = (month, day) else { return Err(DateProblem::Unreadable) };
        let (year, month, day) = calendar.to_gregorian(year, month, day).ok_or(DateProblem::Impossible)?;
        Ok(Parts { year, month: Some(month), day: Some(day), ..parts })
    }
}

/// The day of all groups: the Gregorian one where there is one. Two different days of one calendar are no date.
pub(super) fn settle(groups: &[Group], day_first: bool) -> Result<Parts, DateProblem> {
    let mut calendars = Vec::with_capacity(GROUPS_MAX);
    for group in groups {
        calendars.push(group.calendar().ok_or(DateProblem::Unreadable)?);
    }
    for wanted in [Calendar::Gregorian, Calendar::Persian, Calendar::UmmAlQura] {
        let mut settled: Option<Parts> = None;
        for (group, _) in groups.iter().zip(&calendars).filter(|(_, calendar)| **calendar == wanted) {
            let parts = group.settle(wanted, day_first)?;
            let day = |parts: &Parts| (parts.year, parts.month, parts.day);
            if settled.as_ref().is_some_and(|earlier| day(earlier) != day(&parts)) {
                return Err(DateProblem::Unreadable);
            }
            settled = Some(parts);
        }
        if let Some(parts) = settled {
            return Ok(parts);
        }
    }
    Err(DateProblem::Unreadable)
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

fn numeric(numbers: &[Number], day_first: Option<bool>) -> Result<YearMonthDay, DateProblem> {
    match *numbers {
        [year, month, day] if year.is_year() && month.is_short() && day.is_short() => {
            Ok((year.value, Some(month.value), Some(day.value)))
        }
        [first, second, year]
            if first.is_short() && second.is_short() && (year.is_year() || year.digits == 2) =>
        {
            let year = if year.is_year() { year.value } else { long_year(year.value) };
            let (day, month) =
                day_first.map_or((first.value, second.value), |rule| order(first.value, second.value, rule));
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
