//! From a date's text to its parts: tokens, then one walk from left to right.

use super::DateProblem;
use super::calendar::{Half, Number, Parts, Time, Zone, from_epoch, settle};
use super::words::{Meaning, Words};
use crate::parse::fold::{digit, fold_char};

/// Words of at most this many tokens mean one thing together (`كانون الثاني`).
const WORDS_TOGETHER_MAX: usize = 3;
/// No date has more tokens.
const TOKENS_MAX: usize = 48;
/// No number of a date has more digits.
const DIGITS_MAX: usize = 14;
/// A zone's abbreviation that is not known has at most this many letters.
const ABBREVIATION_CHARS_MAX: usize = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Number(Number),
    /// Folded; whether it was in Latin capitals, as abbreviations of zones are.
    Word {
        folded: String,
        is_capitals: bool,
    },
    Mark(char),
}

#[derive(Debug, Clone)]
struct Placed {
    token: Token,
    /// No white space stands between this token and the one before.
    is_glued: bool,
}

/// Reads a date's text.
pub(super) fn read(raw: &str, words: &Words, day_first: bool) -> Result<Parts, DateProblem> {
    let tokens = tokenise(raw)?;
    let numbers = tokens.iter().filter(|placed| matches!(placed.token, Token::Number(_)));
    if numbers.count() == 1
        && let [Placed { token: Token::Number(number), .. }] = tokens.as_slice()
        && let Some(parts) = alone(*number)?
    {
        return Ok(parts);
    }
    let mut reader = Reader {
        words,
        tokens: &tokens,
        next: 0,
        numbers: Vec::new(),
        month: None,
        time: None,
        half: None,
        zone: None,
    };
    while reader.next < tokens.len() {
        reader.step()?;
    }
    reader.finish(day_first)
}

/// A number alone: an epoch, or date and time in one.
fn alone(number: Number) -> Result<Option<Parts>, DateProblem> {
    match number.digits {
        10 | 13 => from_epoch(number).map(Some).ok_or(DateProblem::Impossible),
        12 | 14 => {
            let seconds = if number.digits == 14 { number.value } else { number.value * 100 };
            let date = Number { value: seconds / 1_000_000, digits: 8 };
            let mut parts = settle(&[date], None, true)?;
            let second = (number.digits == 14).then_some(seconds % 100);
            parts.time = Some(Time { hour: seconds / 10_000 % 100, minute: seconds / 100 % 100, second });
            Ok(Some(parts))
        }
        _ => Ok(None),
    }
}

fn tokenise(raw: &str) -> Result<Vec<Placed>, DateProblem> {
    let mut tokens: Vec<Placed> = Vec::with_capacity(16);
    let mut is_glued = false;
    for character in raw.chars() {
        if character.is_whitespace() {
            is_glued = false;
            continue;
        }
        if let Some(value) = digit(character) {
            match tokens.last_mut() {
                Some(Placed { token: Token::Number(number), .. }) if is_glued => {
                    number.value = number.value.wrapping_mul(10).wrapping_add(u64::from(value));
                    number.digits += 1;
                    if number.digits > DIGITS_MAX {
                        return Err(DateProblem::Unreadable);
                    }
                }
                _ => {
                    let number = Number { value: u64::from(value), digits: 1 };
                    tokens.push(Placed { token: Token::Number(number), is_glued });
                }
            }
        } else if character.is_alphabetic() {
            push_letter(&mut tokens, character, is_glued);
        } else if fold_char(character).is_some() {
            tokens.push(Placed { token: Token::Mark(plain_mark(character)), is_glued });
        } else {
            continue;
        }
        if tokens.len() > TOKENS_MAX {
            return Err(DateProblem::Unreadable);
        }
        is_glued = true;
    }
    Ok(tokens)
}

fn push_letter(tokens: &mut Vec<Placed>, character: char, is_glued: bool) {
    let is_capital = character.is_ascii_uppercase();
    if let Some(Placed { token: Token::Word { folded, is_capitals }, .. }) = tokens.last_mut()
        && is_glued
    {
        folded.extend(fold_char(character));
        *is_capitals &= is_capital;
        return;
    }
    let folded = fold_char(character).into_iter().collect();
    tokens.push(Placed { token: Token::Word { folded, is_capitals: is_capital }, is_glued });
}

/// Marks that look alike are one.
const fn plain_mark(character: char) -> char {
    match character {
        '–' | '—' | '−' | '‐' | '‑' => '-',
        '،' => ',',
        '٫' => '.',
        '：' => ':',
        '⁄' | '∕' => '/',
        other => other,
    }
}

struct Reader<'tokens> {
    words: &'tokens Words,
    tokens: &'tokens [Placed],
    next: usize,
    numbers: Vec<Number>,
    month: Option<u64>,
    time: Option<Time>,
    half: Option<Half>,
    zone: Option<Zone>,
}

impl<'tokens> Reader<'tokens> {
    fn at(&self, index: usize) -> Option<&'tokens Token> {
        self.tokens.get(index).map(|placed| &placed.token)
    }

    fn number_at(&self, index: usize) -> Option<Number> {
        match self.at(index) {
            Some(Token::Number(number)) => Some(*number),
            _ => None,
        }
    }

    fn is_mark(&self, index: usize, mark: char) -> bool {
        matches!(self.at(index), Some(Token::Mark(found)) if *found == mark)
    }

    fn previous_is_zone_or_time(&self) -> bool {
        self.zone.is_some() || self.time.is_some()
    }

    fn step(&mut self) -> Result<(), DateProblem> {
        match self.at(self.next) {
            Some(Token::Number(number)) => self.take_number(*number),
            Some(Token::Word { .. }) => self.take_word(),
            Some(Token::Mark('+')) => self.take_offset(false),
            Some(Token::Mark('-')) if self.previous_is_zone_or_time() && self.looks_like_offset() => {
                self.take_offset(true)
            }
            Some(Token::Mark(
                '/' | '-' | '.' | ',' | '(' | ')' | '|' | '\'' | '’' | ';' | '[' | ']' | ':' | '؛' | '•'
                | '"' | '@',
            )) => {
                self.next += 1;
                Ok(())
            }
            _ => Err(DateProblem::Unreadable),
        }
    }

    /// After a time or a zone, `-05:00` and `-0500` are offsets, also `-5` right behind a zone; ` - 2024` is not.
    fn looks_like_offset(&self) -> bool {
        let is_glued = self.tokens.get(self.next + 1).is_some_and(|placed| placed.is_glued);
        let Some(number) = self.number_at(self.next + 1) else { return false };
        is_glued
            && self.numbers_suffice()
            && (number.digits == 4
                || (number.digits <= 2 && (self.is_mark(self.next + 2, ':') || self.zone.is_some())))
    }

    /// Whether the date itself is there already, so that what follows can't be its year.
    fn numbers_suffice(&self) -> bool {
        let needed = if self.month.is_some() { 2 } else { 3 };
        self.numbers.len() >= needed || self.numbers.iter().any(|number| number.digits == 8)
    }

    fn take_number(&mut self, number: Number) -> Result<(), DateProblem> {
        let index = self.next;
        if number.digits <= 2 && self.time.is_none() {
            if self.is_mark(index + 1, ':') && self.number_at(index + 2).is_some() {
                return self.take_clock(number);
            }
            if self.meaning_at(index + 1, 1).is_some_and(|meaning| matches!(meaning, Meaning::Hour)) {
                self.take_french_clock(number);
                return Ok(());
            }
            if let Some((Meaning::Half(half), used)) = self.longest_meaning(index + 1) {
                // `3 pm`: an hour without minutes. `2024م` is a year of the era and has four digits.
                self.half = Some(*half);
                self.time = Some(Time { hour: number.value, minute: 0, second: None });
                self.next = index + 1 + used;
                return Ok(());
            }
        }
        // `20241202T103000Z`
        if matches!(number.digits, 4 | 6) && self.time.is_none() && self.is_compact_time(index) {
            let value = if number.digits == 6 { number.value } else { number.value * 100 };
            let second = (number.digits == 6).then_some(value % 100);
            self.time = Some(Time { hour: value / 10_000, minute: value / 100 % 100, second });
        } else {
            self.numbers.push(number);
        }
        self.next += 1;
        Ok(())
    }

    fn is_compact_time(&self, index: usize) -> bool {
        let after_t = index > 0
            && matches!(self.at(index - 1), Some(Token::Word { folded, .. }) if folded == "t")
            && self.tokens[index].is_glued;
        after_t && self.numbers.last().is_some_and(|number| number.digits == 8)
    }

    /// `10:30`, `10:30:15`, `10:30:15.250`
    fn take_clock(&mut self, hour: Number) -> Result<(), DateProblem> {
        let minute = self.number_at(self.next + 2).ok_or(DateProblem::Unreadable)?;
        if minute.digits > 2 {
            return Err(DateProblem::Unreadable);
        }
        let mut time = Time { hour: hour.value, minute: minute.value, second: None };
        self.next += 3;
        if self.is_mark(self.next, ':')
            && let Some(second) = self.number_at(self.next + 1)
        {
            time.second = Some(second.value);
            self.next += 2;
            let has_fraction = self.is_mark(self.next, '.') || self.is_mark(self.next, ',');
            if has_fraction
                && self.number_at(self.next + 1).is_some()
                && self.tokens[self.next].is_glued
                && self.tokens[self.next + 1].is_glued
            {
                self.next += 2;
            }
        }
        self.time = Some(time);
        Ok(())
    }

    /// `14h30`, `14 h`
    fn take_french_clock(&mut self, hour: Number) {
        self.next += 2;
        let minute = self.number_at(self.next).filter(|number| number.digits == 2);
        if minute.is_some() {
            self.next += 1;
        }
        self.time =
            Some(Time { hour: hour.value, minute: minute.map_or(0, |number| number.value), second: None });
    }

    /// The meaning of `count` words from `index` on, taken together.
    fn meaning_at(&self, index: usize, count: usize) -> Option<&'tokens Meaning> {
        let mut folded = String::new();
        for offset in 0..count {
            match self.at(index + offset) {
                Some(Token::Word { folded: word, .. }) => folded.push_str(word),
                _ => return None,
            }
        }
        self.words.get(&folded)
    }

    /// The meaning of the most words together, and how many tokens they are.
    fn longest_meaning(&self, index: usize) -> Option<(&'tokens Meaning, usize)> {
        // `a.m.` is letters and dots.
        if let Some(used) = self.dotted_half(index) {
            let letter = if self.is_dotted_am(index) { "am" } else { "pm" };
            return self.words.get(letter).map(|meaning| (meaning, used));
        }
        (1..=WORDS_TOGETHER_MAX)
            .rev()
            .find_map(|count| self.meaning_at(index, count).map(|meaning| (meaning, count)))
    }

    fn is_dotted_am(&self, index: usize) -> bool {
        matches!(self.at(index), Some(Token::Word { folded, .. }) if folded == "a")
    }

    fn dotted_half(&self, index: usize) -> Option<usize> {
        let is_letter = |index: usize, letters: &[&str]| matches!(self.at(index), Some(Token::Word { folded, .. }) if letters.contains(&folded.as_str()));
        let is_half =
            is_letter(index, &["a", "p"]) && self.is_mark(index + 1, '.') && is_letter(index + 2, &["m"]);
        is_half.then_some(3)
    }

    fn take_word(&mut self) -> Result<(), DateProblem> {
        let index = self.next;
        let Some(Token::Word { folded, is_capitals }) = self.at(index) else {
            return Err(DateProblem::Unreadable);
        };
        let after_year = index > 0 && self.number_at(index - 1).is_some_and(Number::is_year);
        if after_year && self.words.is_era(folded) {
            self.next += 1;
            return Ok(());
        }
        // `2024-12-02T10:30`
        let between_numbers =
            index > 0 && self.number_at(index - 1).is_some() && self.number_at(index + 1).is_some();
        if folded == "t" && between_numbers {
            self.next += 1;
            return Ok(());
        }
        match self.longest_meaning(index) {
            Some((meaning, used)) => {
                self.next += used;
                self.take_meaning(meaning)
            }
            // An abbreviation that nobody listed: the zone counts as unstated.
            None if *is_capitals && folded.len() <= ABBREVIATION_CHARS_MAX && self.time.is_some() => {
                self.next += 1;
                Ok(())
            }
            None => Err(DateProblem::Unreadable),
        }
    }

    fn take_meaning(&mut self, meaning: &Meaning) -> Result<(), DateProblem> {
        match meaning {
            Meaning::Month(month) => {
                // `نوفمبر/تشرين الثاني` names one month twice; two months are no date.
                if self.month.is_some_and(|earlier| earlier != *month) {
                    return Err(DateProblem::Unreadable);
                }
                self.month = Some(*month);
            }
            Meaning::Filler | Meaning::Clock => {}
            Meaning::Half(half) => self.half = Some(*half),
            Meaning::ZonePrefix => self.take_place(),
            Meaning::Zone(zone) => self.zone = Some(zone.clone()),
            Meaning::Hour | Meaning::Place(_) => return Err(DateProblem::Unreadable),
        }
        Ok(())
    }

    /// The place after `بتوقيت`. One that is not known leaves the zone unstated.
    fn take_place(&mut self) {
        if let Some((Meaning::Place(zone) | Meaning::Zone(zone), used)) = self.longest_meaning(self.next) {
            self.zone = Some(zone.clone());
            self.next += used;
        } else {
            while matches!(self.at(self.next), Some(Token::Word { .. })) {
                self.next += 1;
            }
        }
    }

    /// `+03:00`, `+0300`, `+3`
    fn take_offset(&mut self, is_negative: bool) -> Result<(), DateProblem> {
        let number = self.number_at(self.next + 1).ok_or(DateProblem::Unreadable)?;
        self.next += 2;
        let (hours, minutes) = match number.digits {
            1 | 2 if self.is_mark(self.next, ':') => {
                let minutes = self.number_at(self.next + 1).ok_or(DateProblem::Unreadable)?;
                self.next += 2;
                (number.value, minutes.value)
            }
            1 | 2 => (number.value, 0),
            4 => (number.value / 100, number.value % 100),
            _ => return Err(DateProblem::Unreadable),
        };
        self.zone = Some(Zone::fixed(is_negative, hours, minutes).ok_or(DateProblem::Impossible)?);
        Ok(())
    }

    fn finish(self, day_first: bool) -> Result<Parts, DateProblem> {
        let mut parts = settle(&self.numbers, self.month, day_first)?;
        if self.time.is_none() && self.half.is_some() {
            return Err(DateProblem::Unreadable);
        }
        parts.time = match (self.time, self.half) {
            (Some(time), Some(half)) => Some(time.in_half(half)),
            (time, _) => time,
        };
        // A time belongs to a day.
        if parts.time.is_some() && parts.day.is_none() {
            return Err(DateProblem::Unreadable);
        }
        parts.zone = self.zone;
        Ok(parts)
    }
}
