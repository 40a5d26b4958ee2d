//! The parts of a date, and what they mean on each calendar.

use icu_calendar::cal::{Hijri, Persian};
use icu_calendar::types::Month;
use icu_calendar::{Date, Iso};
use jiff::civil;
use jiff::tz::{Offset, TimeZone};

/// Years before and after these are slips of the hand, or of another calendar.
const YEARS: std::ops::RangeInclusive<u64> = 1900..=2100;
/// The same for the Hijri and the Persian calendar: the months of Umm al-Qura are known for these years.
const YEARS_OF_OTHERS: std::ops::RangeInclusive<u64> = 1300..=1500;
/// Years that only one of these two calendars can mean: Persian ones of 1990 to 2030, Hijri ones since the end of 2009.
/// Those between are Hijri ones of the 1990s or Persian ones of the 2030s: without a word for the calendar they say
/// nothing.
const BARE_PERSIAN_YEARS: std::ops::RangeInclusive<u64> = 1369..=1409;
const BARE_HIJRI_YEARS: std::ops::RangeInclusive<u64> = 1431..=1500;

/// The calendars that news states its dates in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    Gregorian,
    /// The Hijri calendar as Saudi Arabia fixes it.
    UmmAlQura,
    /// The solar calendar of Iran and Afghanistan.
    Persian,
}

impl Calendar {
    /// The name that the record carries: that of CLDR.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gregorian => "gregorian",
            Self::UmmAlQura => "islamic-umalqura",
            Self::Persian => "persian",
        }
    }

    /// What a year means that stands without a word for its calendar.
    pub fn of_bare_year(year: u64) -> Self {
        if BARE_PERSIAN_YEARS.contains(&year) {
            Self::Persian
        } else if BARE_HIJRI_YEARS.contains(&year) {
            Self::UmmAlQura
        } else {
            Self::Gregorian
        }
    }

    /// The same day in the Gregorian calendar; `None` where this calendar has no such day.
    pub fn to_gregorian(self, year: u64, month: u64, day: u64) -> Option<(u64, u64, u64)> {
        if self == Self::Gregorian {
            return Some((year, month, day));
        }
        if !YEARS_OF_OTHERS.contains(&year) {
            return None;
        }
        let (year, month) = (i32::try_from(year).ok()?, Month::new(u8::try_from(month).ok()?));
        let day = u8::try_from(day).ok()?;
        let iso: Date<Iso> = match self {
            Self::UmmAlQura => {
                Date::try_new(year.into(), month, day, Hijri::new_umm_al_qura()).ok()?.to_calendar(Iso)
            }
            _ => Date::try_new(year.into(), month, day, Persian).ok()?.to_calendar(Iso),
        };
        let year = u64::try_from(iso.year().extended_year()).ok()?;
        Some((year, iso.month().ordinal.into(), iso.day_of_month().0.into()))
    }
}

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

    pub const fn is_short(self) -> bool {
        self.digits <= 2
    }
}

/// A date, divided; year, month and day are Gregorian.
#[derive(Debug, Clone)]
pub(super) struct Parts {
    /// That of the text.
    pub calendar: Calendar,
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

/// Seconds or milliseconds since the epoch, as date and time in UTC.
pub(super) fn from_epoch(number: Number) -> Option<Parts> {
    let seconds = if number.digits == 13 { number.value / 1000 } else { number.value };
    let timestamp = jiff::Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    let civil = Offset::UTC.to_datetime(timestamp);
    let unsigned = |part: i8| u64::try_from(part).ok();
    Some(Parts {
        calendar: Calendar::Gregorian,
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
