//! From the tokens of a date to its parts: one walk from left to right.

use super::DateProblem;
use super::calendar::{Calendar, Half, Number, Parts, Time, Zone, from_epoch};
use super::group::{GROUPS_MAX, Group, settle};
use super::relative::Relative;
use super::tokens::{Placed, Token, WORDS_TOGETHER_MAX, phrase};
use super::words::{Meaning, Words};
use super::zone_by_name;

/// A zone's abbreviation that is not known has at most this many letters.
const ABBREVIATION_CHARS_MAX: usize = 5;
/// `America/Argentina/Buenos_Aires`: names, slashes and underscores.
const ZONE_NAME_TOKENS_MAX: usize = 9;
const MILLISECOND_DIGITS: usize = 3;

/// What a text says.
#[derive(Debug)]
pub(super) enum Reading {
    Absolute(Parts),
    Relative(Relative),
}

/// Reads a date; every token must be understood.
pub(super) fn read(tokens: &[Placed], words: &Words, day_first: bool) -> Result<Reading, DateProblem> {
    if let Some(number) = epoch_of(tokens) {
        return from_epoch(number).map(Reading::Absolute).ok_or(DateProblem::Impossible);
    }
    let mut reader = Reader {
        words,
        tokens,
        next: 0,
        done: Vec::new(),
        group: Group::default(),
        time: None,
        half: None,
        zone: None,
        days_ago: None,
        announced: None,
    };
    while reader.next < tokens.len() {
        reader.step()?;
    }
    reader.finish(day_first)
}

/// Seconds or milliseconds since the epoch, alone or with a fraction behind.
fn epoch_of(tokens: &[Placed]) -> Option<Number> {
    let [Placed { token: Token::Number(number), .. }, fraction @ ..] = tokens else { return None };
    let is_fraction = match fraction {
        [] => true,
        [dot, part] => {
            dot.is_glued
                && part.is_glued
                && dot.token == Token::Mark('.')
                && matches!(part.token, Token::Number(_))
        }
        _ => false,
    };
    (is_fraction && matches!(number.digits, 10 | 13)).then_some(*number)
}

struct Reader<'tokens> {
    words: &'tokens Words,
    tokens: &'tokens [Placed],
    next: usize,
    /// The days before the one that is being read.
    done: Vec<Group>,
    group: Group,
    time: Option<Time>,
    half: Option<Half>,
    zone: Option<Zone>,
    days_ago: Option<u64>,
    /// The token behind a word that announces a time of day.
    announced: Option<usize>,
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

    fn is_glued(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|placed| placed.is_glued)
    }

    fn step(&mut self) -> Result<(), DateProblem> {
        match self.at(self.next) {
            Some(Token::Number(number)) => self.take_number(*number),
            Some(Token::Word { .. }) => self.take_word(),
            Some(Token::Mark('+')) => self.take_offset(false),
            Some(Token::Mark('-')) if self.looks_like_offset() => self.take_offset(true),
            Some(Token::Mark('(')) if self.zone.is_some() => {
                self.skip_comment();
                Ok(())
            }
            Some(Token::Mark(
                '/' | '-' | '.' | ',' | '(' | ')' | '|' | '\'' | '’' | ';' | '[' | ']' | ':' | '؛' | '•'
                | '·' | '"' | '@',
            )) => {
                self.next += 1;
                Ok(())
            }
            _ => Err(DateProblem::Unreadable),
        }
    }

    /// `+0300 (Arabian Standard Time)`: what stands in brackets behind an offset only explains it.
    fn skip_comment(&mut self) {
        let rest = &self.tokens[self.next + 1..];
        let is_plain =
            |placed: &Placed| matches!(&placed.token, Token::Word { folded, .. } if folded.is_ascii());
        let length = rest.iter().take_while(|placed| is_plain(placed)).count();
        let is_closed = matches!(rest.get(length), Some(Placed { token: Token::Mark(')'), .. }));
        self.next += if is_closed { length + 2 } else { 1 };
    }

    /// After a time or a zone, `-05:00` and `-0500` are offsets, also `-5` right behind a zone; ` - 2024` is not.
    fn looks_like_offset(&self) -> bool {
        if self.zone.is_none() && self.time.is_none() {
            return false;
        }
        let Some(number) = self.number_at(self.next + 1) else { return false };
        self.is_glued(self.next + 1)
            && self.day_is_there()
            && (number.digits == 4
                || (number.digits <= 2 && (self.is_mark(self.next + 2, ':') || self.zone.is_some())))
    }

    /// Whether the date itself is there already, so that what follows can't be its year.
    fn day_is_there(&self) -> bool {
        !self.done.is_empty() || self.group.is_complete() || self.days_ago.is_some()
    }

    fn take_number(&mut self, number: Number) -> Result<(), DateProblem> {
        let index = self.next;
        if self.time.is_none() && self.take_time(number)? {
            return Ok(());
        }
        let is_alone = self.group.is_empty() && self.time.is_none();
        if matches!(number.digits, 12 | 14) && is_alone {
            // `20241202103015`
            let seconds = if number.digits == 14 { number.value } else { number.value * 100 };
            let second = (number.digits == 14).then_some(seconds % 100);
            self.group.numbers.push(Number { value: seconds / 1_000_000, digits: 8 });
            self.time = Some(Time { hour: seconds / 10_000 % 100, minute: seconds / 100 % 100, second });
            self.next += 1;
            return Ok(());
        }
        if self.group.is_complete() {
            self.begin_group()?;
        }
        if !self.group.numbers.is_empty() && !self.is_chained(index) {
            self.group.is_loose = true;
        }
        self.group.numbers.push(number);
        self.next += 1;
        Ok(())
    }

    /// Takes a time of day, if one begins with this number.
    fn take_time(&mut self, number: Number) -> Result<bool, DateProblem> {
        let index = self.next;
        // `20241202T103000Z`, `2024-12-02T1030`
        if matches!(number.digits, 4 | 6) && self.is_compact_time(index) {
            let value = if number.digits == 6 { number.value } else { number.value * 100 };
            let second = (number.digits == 6).then_some(value % 100);
            self.time = Some(Time { hour: value / 10_000, minute: value / 100 % 100, second });
            self.next += 1;
            self.skip_fraction();
            return Ok(true);
        }
        if number.digits > 2 {
            return Ok(false);
        }
        if self.is_mark(index + 1, ':') && self.number_at(index + 2).is_some() {
            self.take_clock(number)?;
            return Ok(true);
        }
        let is_announced = self.announced == Some(index);
        let is_dotted = self.is_mark(index + 1, '.') && self.is_glued(index + 1) && self.is_glued(index + 2);
        let minute = self.number_at(index + 2).filter(|minute| is_dotted && minute.digits == 2);
        if let Some(minute) = minute
            && (is_announced || self.is_hour_word(index + 3))
        {
            // `um 14.30 Uhr`
            self.time = Some(Time { hour: number.value, minute: minute.value, second: None });
            self.next += 3;
            return Ok(true);
        }
        if self.is_hour_word(index + 1) {
            self.take_french_clock(number);
            return Ok(true);
        }
        if !self.is_chained(index)
            && let Some((Meaning::Half(half), used)) = self.longest_meaning(index + 1)
        {
            // `3 pm`: an hour without minutes. `2024م` is a year of the era and has four digits.
            self.half = Some(*half);
            self.time = Some(Time { hour: number.value, minute: 0, second: None });
            self.next = index + 1 + used;
            return Ok(true);
        }
        if is_announced {
            self.time = Some(Time { hour: number.value, minute: 0, second: None });
            self.next += 1;
        }
        Ok(is_announced)
    }

    /// Whether the number hangs on the one before by a mark: `2024/12/02`.
    fn is_chained(&self, index: usize) -> bool {
        index >= 2
            && matches!(self.at(index - 1), Some(Token::Mark('/' | '-' | '.')))
            && self.number_at(index - 2).is_some()
            && self.is_glued(index) == self.is_glued(index - 1)
            && (self.is_glued(index) || self.is_mark(index - 1, '/'))
    }

    fn is_hour_word(&self, index: usize) -> bool {
        self.meaning_at(index, 1).is_some_and(|(meaning, _)| matches!(meaning, Meaning::Hour))
    }

    fn is_compact_time(&self, index: usize) -> bool {
        let after_t = index > 0
            && matches!(self.at(index - 1), Some(Token::Word { folded, .. }) if folded == "t")
            && self.is_glued(index);
        after_t && self.group.is_complete()
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
            self.skip_fraction();
        }
        self.time = Some(time);
        Ok(())
    }

    fn skip_fraction(&mut self) {
        let Some(number) = self.number_at(self.next + 1) else { return };
        // `22:06:08:684Z`: some programs put milliseconds behind a colon.
        let has_mark = self.is_mark(self.next, '.')
            || self.is_mark(self.next, ',')
            || (self.is_mark(self.next, ':') && number.digits == MILLISECOND_DIGITS);
        if has_mark && self.is_glued(self.next) && self.is_glued(self.next + 1) {
            self.next += 2;
        }
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

    /// The meaning of `count` words from `index` on, taken together, and how many tokens they are.
    fn meaning_at(&self, index: usize, count: usize) -> Option<(&'tokens Meaning, usize)> {
        let (folded, used) = phrase(self.tokens.get(index..)?, count)?;
        self.words.get(&folded).map(|meaning| (meaning, used))
    }

    fn longest_meaning(&self, index: usize) -> Option<(&'tokens Meaning, usize)> {
        (1..=WORDS_TOGETHER_MAX).rev().find_map(|count| self.meaning_at(index, count))
    }

    fn take_word(&mut self) -> Result<(), DateProblem> {
        let index = self.next;
        let Some(Token::Word { folded, is_capitals }) = self.at(index) else {
            return Err(DateProblem::Unreadable);
        };
        if let Some((calendar, used)) = self.era_at(index) {
            // `م` behind a year is the era, behind a time the afternoon.
            self.group.era = Some(calendar);
            self.next += used;
            return Ok(());
        }
        // `2024-12-02T10:30`
        let between_numbers =
            index > 0 && self.number_at(index - 1).is_some() && self.number_at(index + 1).is_some();
        if folded == "t" && between_numbers {
            self.next += 1;
            return Ok(());
        }
        // `am 2. Dezember`
        if folded == "am" && self.time.is_none() {
            self.next += 1;
            return Ok(());
        }
        if let Some((meaning, used)) = self.longest_meaning(index) {
            self.next += used;
            return self.take_meaning(meaning);
        }
        if folded.is_ascii() && self.take_zone_name() {
            return Ok(());
        }
        // An abbreviation that nobody listed: the zone counts as unstated.
        if *is_capitals && folded.len() <= ABBREVIATION_CHARS_MAX && self.time.is_some() {
            self.next += 1;
            return Ok(());
        }
        Err(DateProblem::Unreadable)
    }

    /// The calendar that the words behind a year name.
    fn era_at(&self, index: usize) -> Option<(Calendar, usize)> {
        let before = index.checked_sub(1).and_then(|before| self.number_at(before))?;
        let ends_day = before.is_year() || (self.group.is_complete() && self.time.is_none());
        if !ends_day {
            return None;
        }
        (1..=2).rev().find_map(|count| {
            let (folded, used) = phrase(&self.tokens[index..], count)?;
            self.words.era(&folded).map(|calendar| (calendar, used))
        })
    }

    /// A zone of the IANA list by its name: `Asia/Riyadh`.
    fn take_zone_name(&mut self) -> bool {
        if !self.is_mark(self.next + 1, '/') {
            return false;
        }
        let mut name = String::new();
        let mut used = 0;
        for placed in self.tokens[self.next..].iter().take(ZONE_NAME_TOKENS_MAX) {
            match &placed.token {
                _ if used > 0 && !placed.is_glued => break,
                Token::Word { folded, .. } => name.push_str(folded),
                Token::Mark(mark @ ('/' | '_' | '-' | '+')) => name.push(*mark),
                Token::Number(number) => name.push_str(&number.value.to_string()),
                Token::Mark(_) => break,
            }
            used += 1;
        }
        let Some(zone) = zone_by_name(&name) else { return false };
        self.next += used;
        // An offset in front of the name is the more exact statement.
        if self.zone.is_none() {
            let name = zone.iana_name().map_or(name, str::to_owned);
            self.zone = Some(Zone { name, zone });
        }
        true
    }

    fn take_meaning(&mut self, meaning: &Meaning) -> Result<(), DateProblem> {
        match meaning {
            Meaning::Month(calendar, month) => return self.take_month(*calendar, *month),
            Meaning::Filler | Meaning::Between => {}
            Meaning::Clock => {
                // `kl. 10.30`
                self.next += usize::from(self.is_mark(self.next, '.') && self.is_glued(self.next));
                self.announced = Some(self.next);
            }
            Meaning::Half(half) => self.half = Some(*half),
            Meaning::ZonePrefix => self.take_place(),
            // `+03:00[UTC]`: the offset was stated already.
            Meaning::Zone(zone) => self.zone = self.zone.take().or_else(|| Some(zone.clone())),
            Meaning::DaysAgo(days) if self.days_ago.is_none() => self.days_ago = Some(*days),
            // `14:30 Uhr`
            Meaning::Hour if self.time.is_some() => {}
            Meaning::Hour | Meaning::Place(_) | Meaning::DaysAgo(_) => return Err(DateProblem::Unreadable),
        }
        Ok(())
    }

    fn take_month(&mut self, calendar: Calendar, month: u64) -> Result<(), DateProblem> {
        match self.group.month {
            // `نوفمبر/تشرين الثاني` names one month twice.
            Some(earlier) if earlier == (calendar, month) => {}
            // Two months of one calendar are no date.
            Some((earlier, _)) if earlier == calendar => return Err(DateProblem::Unreadable),
            None if !self.group.is_complete() => self.group.month = Some((calendar, month)),
            earlier => {
                // `1 رجب - 2 ديسمبر 2024`: the day before the second month is its own.
                let is_own = earlier.is_some() && self.group.numbers.len() >= 2;
                let day = if is_own { self.group.numbers.pop_if(|number| number.is_short()) } else { None };
                self.begin_group()?;
                self.group.numbers.extend(day);
                self.group.month = Some((calendar, month));
            }
        }
        Ok(())
    }

    fn begin_group(&mut self) -> Result<(), DateProblem> {
        if self.done.len() + 1 >= GROUPS_MAX {
            return Err(DateProblem::Unreadable);
        }
        self.done.push(std::mem::take(&mut self.group));
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

    fn finish(mut self, day_first: bool) -> Result<Reading, DateProblem> {
        let time = match (self.time, self.half) {
            (None, Some(_)) => return Err(DateProblem::Unreadable),
            (Some(time), Some(half)) => Some(time.in_half(half)),
            (time, None) => time,
        };
        if self.done.is_empty()
            && self.group.is_empty()
            && let Some(ago) = self.days_ago
        {
            return Ok(Reading::Relative(Relative::Days { ago, time, zone: self.zone }));
        }
        self.done.push(self.group);
        let mut parts = settle(&self.done, day_first)?;
        // A time belongs to a day.
        if time.is_some() && parts.day.is_none() {
            return Err(DateProblem::Unreadable);
        }
        parts.time = time;
        parts.zone = self.zone;
        Ok(Reading::Absolute(parts))
    }
}
