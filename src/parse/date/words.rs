//! The words that dates are made of, from `config/lexicon/dates.tsv`.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::calendar::{Calendar, Half, Zone};
use super::relative::{RelativeWord, Unit};
use super::zone_by_name;
use crate::parse::fold::{fold, is_letter_or_digit};
use crate::parse::lexicon::LexiconError;

const COMPILED_IN: &str = include_str!("../../../config/lexicon/dates.tsv");
const COMPILED_IN_NAME: &str = "config/lexicon/dates.tsv (compiled in)";

/// The largest number that a word stands for.
const COUNT_MAX: u64 = 60;

/// What a word, or several words together, mean in a date.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Month(Calendar, u64),
    /// Weekdays, prepositions, endings of ordinals: read over.
    Filler,
    /// Read over too, but people's names have these words as well.
    Between,
    Half(Half),
    /// Announces a time of day.
    Clock,
    /// Stands between hour and minute.
    Hour,
    /// Announces a place whose time is meant.
    ZonePrefix,
    Zone(Zone),
    Place(Zone),
    /// Today, yesterday and so on.
    DaysAgo(u64),
}

/// The lexicon of dates.
#[derive(Debug)]
pub(crate) struct Words {
    /// By the folded words, without white space. `era` is told from `half` where it stands.
    meanings: HashMap<Box<str>, Meaning>,
    eras: Vec<(Box<str>, Calendar)>,
    /// Months that people are called too.
    surnames: Vec<Box<str>>,
    /// The words of amounts of time, some of which mean something else in a date.
    relative: HashMap<Box<str>, RelativeWord>,
}

impl Words {
    pub fn load() -> Result<Self, LexiconError> {
        let mut words = Self {
            meanings: HashMap::new(),
            eras: Vec::new(),
            surnames: Vec::new(),
            relative: HashMap::new(),
        };
        for (index, line) in COMPILED_IN.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            words.add(line).map_err(|problem| LexiconError::Line {
                file: COMPILED_IN_NAME.to_owned(),
                line: index + 1,
                problem,
            })?;
        }
        Ok(words)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let fields: Vec<&str> = line.split('\t').collect();
        let &[kind, value, _language, word] = fields.as_slice() else {
            return Err(
                "expected four fields with tabs between them: kind, value, language, words".to_owned()
            );
        };
        let folded = fold(word).into_boxed_str();
        if let Some(word) = relative_word(kind, value)? {
            self.relative.entry(folded).or_insert(word);
            return Ok(());
        }
        let meaning = match kind {
            "month" => Meaning::Month(Calendar::Gregorian, number(value, 12)?),
            "hijri_month" => Meaning::Month(Calendar::UmmAlQura, number(value, 12)?),
            "persian_month" => Meaning::Month(Calendar::Persian, number(value, 12)?),
            "weekday" => number(value, 7).map(|_| Meaning::Filler)?,
            "half" => Meaning::Half(half(value)?),
            "filler" => Meaning::Filler,
            "between" => Meaning::Between,
            "clock" => Meaning::Clock,
            "hour" => Meaning::Hour,
            "zone_prefix" => Meaning::ZonePrefix,
            "zone" => Meaning::Zone(zone(value)?),
            "place" => Meaning::Place(zone(value)?),
            "days_ago" if value == "0" => Meaning::DaysAgo(0),
            "days_ago" => Meaning::DaysAgo(number(value, 7)?),
            "era" => {
                self.eras.push((folded, calendar(value)?));
                return Ok(());
            }
            "surname" => {
                self.surnames.push(folded);
                return Ok(());
            }
            other => return Err(format!("unknown kind {other:?}")),
        };
        // The same word may stand there in several languages with one meaning; the first one stays.
        self.meanings.entry(folded).or_insert(meaning);
        Ok(())
    }

    /// Whether the word alone means something in a date: a month, a day, `on`. Hijri months are people's names too, and
    /// so are some others.
    pub fn is_date_word(&self, word: &str) -> bool {
        let word = word.trim_matches(|character: char| !is_letter_or_digit(character));
        let folded = fold(word);
        let has_meaning =
            || matches!(self.get(&folded), Some(Meaning::Month(Calendar::Gregorian, _) | Meaning::Filler));
        word.is_empty() || (has_meaning() && !self.surnames.iter().any(|surname| **surname == *folded))
    }

    /// The Gregorian month that a word alone names, 1 to 12.
    pub fn month(&self, word: &str) -> Option<u32> {
        match self.get(&fold(word)) {
            Some(Meaning::Month(Calendar::Gregorian, month)) => u32::try_from(*month).ok(),
            _ => None,
        }
    }

    /// Whether the word says that an amount of time lies in the past, or begins words that do.
    pub(super) fn is_past(&self, word: &str) -> bool {
        let word = word.trim_matches(|character: char| !is_letter_or_digit(character));
        let folded = fold(word);
        // `il y a`
        folded == "il" || matches!(self.relative(&folded), Some(RelativeWord::Ago))
    }

    pub(super) fn get(&self, folded: &str) -> Option<&Meaning> {
        self.meanings.get(folded)
    }

    pub(super) fn era(&self, folded: &str) -> Option<Calendar> {
        self.eras.iter().find(|(era, _)| &**era == folded).map(|(_, calendar)| *calendar)
    }

    pub(super) fn relative(&self, folded: &str) -> Option<RelativeWord> {
        self.relative.get(folded).copied()
    }
}

fn number(text: &str, max: u64) -> Result<u64, String> {
    text.parse::<u64>()
        .ok()
        .filter(|value| (1..=max).contains(value))
        .ok_or_else(|| format!("{text:?} is no number from 1 to {max}"))
}

/// A word of amounts of time; `None` where the line is of another kind.
fn relative_word(kind: &str, value: &str) -> Result<Option<RelativeWord>, String> {
    Ok(Some(match kind {
        "ago" => RelativeWord::Ago,
        "now" => RelativeWord::Now,
        "about" => RelativeWord::Filler,
        "count" => RelativeWord::Number(number(value, COUNT_MAX)?),
        "unit" => {
            let (own, name) = match value.split_once(' ') {
                Some((own, name)) => (number(own, COUNT_MAX)?, name),
                None => (0, value),
            };
            let unit = Unit::from_name(name).ok_or_else(|| format!("{name:?} is no unit of time"))?;
            RelativeWord::Unit(own, unit)
        }
        _ => return Ok(None),
    }))
}

fn calendar(text: &str) -> Result<Calendar, String> {
    match text {
        "gregorian" => Ok(Calendar::Gregorian),
        "hijri" => Ok(Calendar::UmmAlQura),
        "persian" => Ok(Calendar::Persian),
        other => Err(format!("{other:?} is none of gregorian, hijri, persian")),
    }
}

fn half(text: &str) -> Result<Half, String> {
    match text {
        "am" => Ok(Half::Am),
        "pm" => Ok(Half::Pm),
        "noon" => Ok(Half::Noon),
        "night" => Ok(Half::Night),
        other => Err(format!("{other:?} is none of am, pm, noon, night")),
    }
}

/// `GMT`, `UTC`, `Z`, an offset such as `+03:00`, or an IANA name.
fn zone(text: &str) -> Result<Zone, String> {
    if matches!(text, "GMT" | "UTC" | "Z") {
        return Ok(Zone { name: text.to_owned(), zone: TimeZone::UTC });
    }
    let fail = || format!("{text:?} is neither an offset nor a known zone");
    if let Some(offset) = text.strip_prefix(['+', '-']) {
        let (hours, minutes) = offset.split_once(':').ok_or_else(fail)?;
        let (hours, minutes) = (hours.parse().map_err(|_| fail())?, minutes.parse().map_err(|_| fail())?);
        return Zone::fixed(text.starts_with('-'), hours, minutes).ok_or_else(fail);
    }
    zone_by_name(text).map(|zone| Zone { name: text.to_owned(), zone }).ok_or_else(fail)
}
