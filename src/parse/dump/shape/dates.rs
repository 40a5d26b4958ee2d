//! Dates in a line: alone, with few other words, and times that have passed since.

use jiff::tz::TimeZone;

use super::{
    DATE_CHARS_MAX, DATE_WORDS_MIN, DATED_PLACE_WORDS_MAX, DATED_REST_WORDS_MAX, Lexicons, ends_sentence,
    has_letters, is_numeric_word, is_time, short_words,
};
use crate::article::DatePrecision;
use crate::parse::date::{self, DateContext};
use crate::parse::fold::{digit, is_letter, is_letter_or_digit};
use crate::parse::lexicon::Role;
use crate::parse::text::{has_words, is_longer_than, word_count};

impl Lexicons<'_> {
    /// Whether the text is nothing but a date, or a time that has passed since.
    pub fn is_date(&self, text: &str) -> bool {
        let text = text.trim_matches(|character| "()[]".contains(character)).trim();
        if is_longer_than(text, DATE_CHARS_MAX) || !text.chars().any(|character| digit(character).is_some()) {
            return self.is_age_without_number(text);
        }
        is_time(text)
            || self.is_short_age(text)
            || self.reads_as_date(text)
            || self.is_made_of_date_words(text)
    }

    pub fn reads_as_date(&self, text: &str) -> bool {
        let zone = TimeZone::UTC;
        let context = DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms: None };
        date::read(text, "", self.date_words, &context)
            .is_ok_and(|(date, _)| date.precision >= DatePrecision::Day)
    }

    /// `4h ago`, `٣ س ·`: a number with one letter, and nothing but words of a time.
    fn is_short_age(&self, text: &str) -> bool {
        let Some(words) = short_words(text) else { return false };
        let mut rest = String::new();
        for word in &words {
            rest.extend(word.chars().filter(|one| digit(*one).is_none() && is_letter(*one)));
            rest.push(' ');
        }
        let rest: Vec<&str> = rest.split_whitespace().collect();
        let is_unit =
            |word: &&str| matches!(*word, "h" | "m" | "d" | "w" | "س" | "د" | "ي" | "min" | "hr" | "hrs");
        let numbers = words.iter().filter(|word| word.chars().any(|one| digit(one).is_some())).count();
        numbers == 1
            && words.len() <= 4
            && rest.first().is_some_and(is_unit)
            && rest[1..].iter().all(|word| self.words.is_date_word(word))
    }

    /// `منذ ساعتين`: no number, and nothing but words of a time.
    fn is_age_without_number(&self, text: &str) -> bool {
        has_words(text, 2..=4) && text.split_whitespace().all(|word| self.words.is_date_word(word))
    }

    /// Numbers and words of dates: calendars that are not read, and times that have passed.
    fn is_made_of_date_words(&self, text: &str) -> bool {
        let Some(words) = short_words(text) else { return false };
        let mut date_words = 0;
        for word in &words {
            let bare = word.trim_matches(|character: char| !is_letter_or_digit(character));
            if is_numeric_word(word) || !has_letters(bare) {
                continue;
            }
            // `1446هـ`, `14h30`, `2nd`: letters right after a number.
            let letters = bare.trim_matches(|character: char| !is_letter(character));
            if !(self.words.is_date_word(letters) || self.date_words.is_date_word(letters)) {
                return false;
            }
            date_words += 1;
        }
        date_words > 0 && words.len() >= 2
    }

    /// A date with few other words, such as a place: `بغداد، في 3/4/2024`. Gives the date; `others_max` bounds the rest.
    pub fn date_among<'text>(&self, text: &'text str, others_max: usize) -> Option<&'text str> {
        if short_words(text).is_none() || is_longer_than(text, DATE_CHARS_MAX) || ends_sentence(text) {
            return None;
        }
        let zone = TimeZone::UTC;
        let context = DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms: None };
        let found = date::find(text, self.date_words, &context)?;
        let others = word_count(text).saturating_sub(word_count(found));
        (others <= others_max).then_some(found)
    }

    /// A date that begins a line, with numbers and few words behind it: `samedi 3 juin 2023 - p. 7`.
    pub fn begins_with_date(&self, text: &str) -> bool {
        let Some(words) = short_words(text) else { return false };
        let behind: Vec<&str> = (DATE_WORDS_MIN..words.len())
            .rev()
            .find(|count| self.reads_as_date(&words[..*count].join(" ")))
            .map(|count| words[count..].to_vec())
            .unwrap_or_default();
        let others = behind.iter().filter(|word| has_letters(word) && !is_numeric_word(word)).count();
        !behind.is_empty() && others <= DATED_REST_WORDS_MAX
    }

    /// The day of a month without its year behind a place: `STAVANGER, Dec. 4`, `صفاقس في 27 فبراير`.
    pub fn day_behind_place<'text>(&self, text: &'text str) -> Option<&'text str> {
        let words = short_words(text)?;
        let has_number = |word: &&str| word.chars().any(|one| digit(one).is_some());
        if words.len() > DATED_PLACE_WORDS_MAX + 2
            || words.len() < 3
            || words.iter().filter(|word| has_number(word)).count() != 1
        {
            return None;
        }
        let [.., one, other] = words.as_slice() else { return None };
        let at = one.as_ptr() as usize - text.as_ptr() as usize;
        let month = if has_number(one) { other } else { one };
        let letters = month.trim_matches(|character: char| !is_letter(character));
        let is_day = has_number(one) != has_number(other) && self.date_words.is_date_word(letters);
        is_day.then(|| &text[at..])
    }

    /// A label of a date without its colon: `نشر في 3 مايو 2024`; the role, the label and the date.
    pub fn labelled_date<'text>(&self, text: &'text str) -> Option<(Role, &str, &'text str)> {
        if is_longer_than(text, DATE_CHARS_MAX) || !text.chars().any(|character| digit(character).is_some()) {
            return None;
        }
        self.labels
            .match_before(text)
            .filter(|found| matches!(found.role, Role::Date | Role::Modified) && self.is_date(found.value))
            .map(|found| (found.role, found.label, found.value))
    }
}
