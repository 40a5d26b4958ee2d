//! Names in a line: of people, media, offices and agencies, and the credits that they stand in.

use super::{CREDIT_CHARS_MAX, Lexicons, NAME_WORDS_MAX, ends_sentence};
use crate::parse::fold::{digit, is_letter};
use crate::parse::people;
use crate::parse::text::{has_words, is_longer_than};

impl Lexicons<'_> {
    /// Two or three capitalised words and nothing else.
    pub fn is_bare_name(&self, text: &str) -> bool {
        // Two names and the word between them.
        if !has_words(text, 2..=7) || !has_capitals(text) {
            return false;
        }
        let names = [" and ", " et ", " & ", " ve "].iter().find_map(|word| text.split_once(word));
        names.map_or_else(
            || self.is_one_bare_name(text),
            |(one, other)| self.is_one_bare_name(one) && self.is_one_bare_name(other),
        )
    }

    fn is_one_bare_name(&self, text: &str) -> bool {
        has_words(text, 2..=3)
            && has_capitals(text)
            && is_capitalised_name(text)
            && !text.contains(':')
            && !self.words.is_agency(text)
    }

    /// A name in a script without capitals: little enough to be one.
    pub fn may_be_name(&self, text: &str) -> bool {
        has_words(text, 2..=4)
            && people::is_name_of_person(text)
            && !self.words.is_section(text)
            && !text.contains('-')
            && !self.names_medium(text)
    }

    /// An agency alone, or a place and an agency: `القاهرة - أ ش أ`, `PARIS (AFP)`.
    pub fn is_credit(&self, text: &str) -> bool {
        let text = text.trim_end_matches([' ', '-', '–', '—']);
        if is_longer_than(text, CREDIT_CHARS_MAX) || ends_sentence(text.trim_end_matches('.')) {
            return false;
        }
        if let Some(inner) = text.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'))
            && self.names_medium(inner)
        {
            return true;
        }
        if self.words.is_agency(text) || self.all_agencies(text) {
            return true;
        }
        let Some((place, agency)) = divide_credit(text) else { return false };
        let is_dated = place.chars().any(|character| digit(character).is_some());
        let place = place.split([',', '،']).next().unwrap_or_default().trim();
        if text.ends_with(')') && self.names_medium(agency) && (is_dated || has_words(place, 0..=2)) {
            return true;
        }
        has_words(place, 1..=4) && self.all_agencies(agency)
    }

    /// A short name with a word such as `agency` or `newspaper` in it.
    pub fn names_medium(&self, name: &str) -> bool {
        let words: Vec<&str> = name.split_whitespace().take(NAME_WORDS_MAX + 2).collect();
        words.len() <= NAME_WORDS_MAX + 1 && words.iter().any(|word| self.words.is_medium(word))
    }

    /// An agency and a word or two of its name: `سبأ نت`.
    pub fn begins_with_agency(&self, text: &str) -> bool {
        let mut words = text.split_whitespace();
        words.next().is_some_and(|first| self.words.is_agency(first)) && words.nth(2).is_none()
    }

    /// A name and what its bearer is: `بهرام نیک‌پی / روزنامه‌نگار`.
    pub fn is_name_with_profession(&self, text: &str) -> bool {
        text.split_once(['/', '،', ',', '|']).is_some_and(|(name, profession)| {
            has_words(name, 2..=NAME_WORDS_MAX)
                && has_words(profession, 0..=NAME_WORDS_MAX)
                && (self.words.is_profession(profession.trim())
                    || profession
                        .split_whitespace()
                        .next()
                        .is_some_and(|first| self.words.is_profession(first)))
        })
    }

    /// An agency beside a place or a date: `واس / تبوك / 3 شعبان 1445`.
    pub fn names_agency_in_row(&self, text: &str) -> bool {
        !is_longer_than(text, CREDIT_CHARS_MAX)
            && text.split(['/', '|']).any(|part| self.words.is_agency(part))
    }

    /// A short name that begins or ends with the kind of an institution: `وزارة النقل`.
    pub fn names_institution(&self, name: &str) -> bool {
        let words: Vec<&str> = name.split_whitespace().take(NAME_WORDS_MAX + 2).collect();
        words.len() <= NAME_WORDS_MAX + 1
            && [words.first(), words.last()].into_iter().flatten().any(|word| self.words.is_institution(word))
    }

    pub(super) fn all_agencies(&self, text: &str) -> bool {
        let mut parts =
            text.split([',', '،', '/', '+', '&', '-', '|']).flat_map(|part| part.split(" و ")).peekable();
        parts.peek().is_some() && parts.all(|part| self.words.is_agency(part))
    }
}

/// `place - agency`, `place: agency`, `place (agency)`.
fn divide_credit(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_suffix(')')
        && let Some((place, agency)) = inner.split_once('(')
    {
        return Some((place.trim().trim_end_matches(['-', '–', ',', '،', ' ']), agency));
    }
    [" + ", "+", " - ", " – ", " — ", " ـ ", ": ", " / ", "/", "-", "،", ", "]
        .iter()
        .find_map(|mark| text.split_once(mark))
        .map(|(place, agency)| (place.trim(), agency.trim().trim_matches(['(', ')'])))
}

pub(super) fn has_capitals(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

pub(super) fn is_capitalised_name(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.all(|word| {
        let first = word.chars().find(|character| is_letter(*character));
        first.is_none_or(|first| !first.is_lowercase())
            || matches!(
                word,
                "and"
                    | "et"
                    | "de"
                    | "du"
                    | "la"
                    | "le"
                    | "van"
                    | "von"
                    | "al"
                    | "bin"
                    | "el"
                    | "in"
                    | "à"
                    | "for"
                    | "ve"
            )
    }) && digit(text.chars().next().unwrap_or_default()).is_none()
}
