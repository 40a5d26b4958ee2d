//! What the form of a line tells: whether it can be a title, a date, a byline, a credit, a list of tags.
//!
//! Owns one line at a time; it doesn't know where the line stands.

mod dates;
mod names;

use self::names::{has_capitals, is_capitalised_name};
use super::words::Words;
use crate::parse::boilerplate::Boilerplate;
use crate::parse::date;
use crate::parse::fold::{digit, is_letter, is_letter_or_digit};
use crate::parse::lexicon::{Labels, Role, is_decoration};
use crate::parse::people;
use crate::parse::text::{has_words, is_longer_than, word_count};

/// The longest line that can be a title, in characters.
pub(crate) const TITLE_CHARS_MAX: usize = 250;
/// A line that ends with a full stop and has this many words is a sentence of the body, not a title.
const SENTENCE_WORDS_MIN: usize = 13;
/// A line of at most this many characters may be a date.
const DATE_CHARS_MAX: usize = 90;
/// A line of more words is no date, byline, credit or row of buttons.
pub(super) const SHORT_WORDS_MAX: usize = 14;
const BYLINE_CHARS_MAX: usize = 120;
/// A name without capitals has at most this many words.
const NAME_WORDS_MAX: usize = 5;
/// A date with so many other words before a credit is no caption: `Paris, 3 May 2024 (AFP)`.
const CREDITED_PLACE_WORDS_MAX: usize = 3;
/// A date at the beginning of a line has at least so many words, and so many may stand behind it.
const DATE_WORDS_MIN: usize = 2;
const DATED_REST_WORDS_MAX: usize = 3;
/// The place before a day has at most so many words.
const DATED_PLACE_WORDS_MAX: usize = 4;
/// A credit such as `place - agency`, in characters.
const CREDIT_CHARS_MAX: usize = 70;
const CAPTION_CHARS_MAX: usize = 300;
/// A credit at the end of a caption, with its label.
const CREDIT_WORDS_MAX: usize = 6;
/// Numbers alone are a count where they take no more characters.
const COUNT_CHARS_MAX: usize = 30;
/// The initials at the end of a dispatch are at most so many.
const INITIALS_MAX: usize = 6;
/// So many words may stand before a number.
const NUMBER_LABEL_WORDS_MAX: usize = 3;
/// So many words may introduce an address.
const URL_WORDS_MAX: usize = 5;
/// A symbol has at most so many characters.
const SYMBOL_CHARS_MAX: usize = 3;
/// The words of a code are this short, in characters.
const CODE_CHARS_MAX: usize = 2;
/// A tag's words and characters, and how many of them make a line of tags.
const TAG_WORDS_MAX: usize = 5;
const TAG_CHARS_MAX: usize = 45;
const TAGS_MIN: usize = 3;

/// The lexicons that shapes are told by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lexicons<'parser> {
    pub labels: &'parser Labels,
    pub boilerplate: &'parser Boilerplate,
    pub words: &'parser Words,
    pub date_words: &'parser date::Words,
}

/// Whether a line can be a title: short, and not a long sentence with a full stop.
pub(crate) fn is_title(text: &str) -> bool {
    is_title_by(text, ends_sentence(text), || word_count(text))
}

/// The same where it is known how the line ends.
pub(super) fn is_title_by(text: &str, ends_sentence: bool, words: impl FnOnce() -> usize) -> bool {
    let is_sentence = || ends_sentence && words() >= SENTENCE_WORDS_MIN;
    !is_longer_than(text, TITLE_CHARS_MAX) && !is_sentence()
}

pub(super) fn is_sentence(text: &str, words_min: usize) -> bool {
    ends_sentence(text) && word_count(text) >= words_min
}

/// Whether a text ends with a full stop, perhaps in quotation marks.
pub(super) fn ends_sentence(text: &str) -> bool {
    without_closing_marks(text).ends_with(['.', '۔', '。', '…'])
}

/// Whether a text ends with any mark that closes a sentence.
pub(super) fn ends_firmly(text: &str) -> bool {
    without_closing_marks(text).ends_with(['.', '۔', '。', '!', '?', '؟', '…', ':', '؛', ';'])
}

fn without_closing_marks(text: &str) -> &str {
    text.trim_end_matches(['"', '”', '»', '\'', '’', ')', ']', ' ', '\u{a0}', '\u{202f}', '\u{200f}'])
}

/// `12,5`: the words of a short line, or `None` where it is none.
fn short_words(text: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = text.split_whitespace().take(SHORT_WORDS_MAX + 1).collect();
    (!words.is_empty() && words.len() <= SHORT_WORDS_MAX).then_some(words)
}

fn is_numeric_word(word: &str) -> bool {
    word.chars().any(|character| digit(character).is_some())
        && word.chars().all(|character| digit(character).is_some() || !is_letter(character))
}

fn has_letters(text: &str) -> bool {
    text.chars().any(is_letter)
}

/// Marks alone: `-----`, `* * *`, `===`.
pub(super) fn is_separator(text: &str) -> bool {
    !text.chars().any(is_letter_or_digit)
        && text.chars().filter(|character| !character.is_whitespace()).count() >= 2
}

pub(super) fn is_url(text: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|begin| text.starts_with(begin))
        && !text.contains(char::is_whitespace)
}

/// An address behind its number: `3. https://…`.
pub(super) fn is_numbered_url(text: &str) -> bool {
    text.split_once(char::is_whitespace).is_some_and(|(number, url)| {
        is_url(url.trim()) && number.chars().any(|one| digit(one).is_some()) && !has_letters(number)
    })
}

/// A few words and an address behind a colon: `Read the original: https://…`.
pub(super) fn is_introduced_url(text: &str) -> bool {
    text.contains(':')
        && text
            .split_once(": ")
            .is_some_and(|(words, url)| is_url(url.trim()) && has_words(words, 0..=URL_WORDS_MAX))
}

impl Lexicons<'_> {
    /// The path to a section: `الرئيسية / اقتصاد`, or a section's name alone.
    pub fn is_section(&self, text: &str) -> bool {
        if is_longer_than(text, CREDIT_CHARS_MAX) {
            return false;
        }
        let parts: Vec<&str> = text
            .split(['>', '›', '»', '/', '|', '\\', '«'])
            .flat_map(|part| part.split(" - "))
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        let known = parts.iter().filter(|part| self.words.is_section(part)).count();
        known > 0 && (known == parts.len() || (parts.len() > 1 && self.words.is_section(parts[0])))
    }

    /// A row of buttons and counters: `شارك فيسبوك تويتر 12`.
    pub fn is_row_of_buttons(&self, text: &str) -> bool {
        if !has_words(text, 1..=SHORT_WORDS_MAX) {
            return false;
        }
        let words: Vec<&str> = text.split_whitespace().filter(|word| has_letters(word)).collect();
        let mut at = 0;
        while at < words.len() {
            let taken = (1..=3.min(words.len() - at))
                .rev()
                .find(|count| self.words.is_button(&words[at..at + count].join(" ")));
            let Some(taken) = taken else { return false };
            at += taken;
        }
        !words.is_empty()
    }

    pub fn is_boilerplate(&self, text: &str) -> bool {
        self.is_boilerplate_by(text, true)
    }

    /// The same where it is known whether the line is short enough for a row of buttons.
    pub fn is_boilerplate_by(&self, text: &str, is_short: bool) -> bool {
        let unframed = text.trim_start_matches(is_frame);
        self.boilerplate.is_one(text)
            || unframed.len() < text.len() && self.boilerplate.is_one(unframed)
            || is_short && self.is_row_of_buttons(text)
            || text.contains('|') && text.split('|').all(|part| self.boilerplate.is_one(part.trim()))
            || is_handle(text)
            || (is_count(text) && !self.is_date(text))
    }

    /// A picture's caption or credit.
    pub fn is_caption(&self, text: &str) -> bool {
        if is_longer_than(text, CAPTION_CHARS_MAX) {
            return false;
        }
        let inner = text.strip_prefix(['[', '(']).and_then(|inner| inner.strip_suffix([']', ')']));
        let is_bracketed = inner.and_then(|inner| inner.split_whitespace().next()).is_some_and(|first| {
            self.labels.match_before(first).is_some_and(|label| label.role == Role::Caption)
        });
        is_bracketed
            || self.words.begins_caption(text)
            || self.ends_with_credit(text)
            || self.ends_with_labelled_credit(text)
    }

    /// `… since 1931. Pic: Lower Penn Parish`.
    fn ends_with_labelled_credit(&self, text: &str) -> bool {
        let Some((before, _)) = text.rsplit_once(':') else { return false };
        let Some(mark) = before.rfind(['.', '،', ',', '|', '(', '۔', '-', '–']) else { return false };
        let credit = text[mark..].trim_start_matches(|one: char| !is_letter_or_digit(one));
        word_count(credit) <= CREDIT_WORDS_MAX && self.words.begins_caption(credit)
    }

    /// `… at the scene (AFP)`, in a line that is no sentence.
    fn ends_with_credit(&self, text: &str) -> bool {
        let text = text.trim_end_matches('.');
        let Some(inner) = text.strip_suffix([')', ']']) else { return false };
        let Some(open) = inner.rfind(['(', '[']) else { return false };
        let before = inner[..open].trim();
        let credit = &inner[open + 1..];
        word_count(before) >= 4
            && self.date_among(before, CREDITED_PLACE_WORDS_MAX).is_none()
            && (self.all_agencies(credit) || self.words.begins_caption(credit))
    }
}

/// Marks around the words at the end of a dispatch: `// … //`, `(…)`.
const fn is_frame(character: char) -> bool {
    matches!(character, '/' | '(' | '.' | ' ')
}

/// An e-mail address or an account, alone or among few words.
fn is_handle(text: &str) -> bool {
    text.contains('@')
        && short_words(text).is_some_and(|words| {
            words.len() == 1 || words.iter().any(|word| word.contains('@') && word.contains('.'))
        })
}

/// The initials of those who wrote and sent a dispatch: `م.أ / ح.س`, `lm/tg/pk`.
pub(super) fn is_initials(text: &str) -> bool {
    let runs: Vec<usize> = text
        .split(|character: char| !is_letter(character))
        .filter(|run| !run.is_empty())
        .map(|run| run.chars().count())
        .take(INITIALS_MAX + 1)
        .collect();
    (2..=INITIALS_MAX).contains(&runs.len())
        && runs.iter().all(|count| *count <= 3)
        && text.contains(['/', '.'])
        && has_words(text, 0..=5)
        && !text.chars().any(|character| digit(character).is_some())
}

/// `Ref: 24/1182`: few words, a colon, and a number that is neither a time nor a date.
pub(super) fn is_number_behind_label(text: &str) -> bool {
    text.split_once(':').is_some_and(|(label, number)| {
        has_words(label, 1..=NUMBER_LABEL_WORDS_MAX)
            && has_letters(label)
            && !label.chars().any(|character| digit(character).is_some())
            && has_words(number, 1..=1)
            && is_numeric_word(number.trim())
            && !number.contains(':')
    })
}

/// Numbers and very short words alone, such as those that agencies number and sign their dispatches with.
pub(super) fn is_code(text: &str) -> bool {
    let Some(words) = short_words(text) else { return false };
    let is_of_code = |word: &&str| {
        word.chars().count() <= CODE_CHARS_MAX || word.chars().any(|character| digit(character).is_some())
    };
    has_letters(text)
        && text.chars().any(|character| digit(character).is_some())
        && words.iter().filter(|word| has_letters(word)).all(is_of_code)
}

/// Numbers alone, such as those of pages: `1 / 3`, `4.2K`.
fn is_count(text: &str) -> bool {
    let number = text.strip_suffix(['K', 'k', 'M']).unwrap_or(text);
    let number =
        ["هزار", "ألف", "bin", "mille"].iter().find_map(|word| number.strip_suffix(word)).unwrap_or(number);
    !is_longer_than(text, COUNT_CHARS_MAX)
        && !has_letters(number)
        && text.chars().any(|character| digit(character).is_some())
}

/// `14:35`, `14.35`, `14h35`: hours and minutes alone.
pub(super) fn is_time(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once([':', '.', 'h', 'H']) else { return false };
    let number = |half: &str, digits_min: usize| {
        // A line of digits alone would be more than any number holds.
        if !(digits_min..=2).contains(&half.chars().take(3).count()) {
            return None;
        }
        half.chars().try_fold(0, |sum, one| digit(one).map(|digit| sum * 10 + digit))
    };
    number(hours, 1).is_some_and(|hours| hours <= 24)
        && number(minutes, 2).is_some_and(|minutes| minutes < 60)
}

/// A line without its bullet.
pub(super) fn without_decoration(text: &str) -> &str {
    text.trim_start_matches(is_decoration)
}

/// Whether a line begins like one of a list of titles.
pub(super) fn has_bullet(text: &str) -> bool {
    text.starts_with(['•', '·', '-', '–', '—', '*', '›', '>', '▪', '■', '◄', '►', '●']) && is_title(text)
}

/// A line that begins like a byline and holds names alone. `is_first` asks for a mark behind words that also
/// begin titles.
pub(super) fn is_byline(text: &str, is_first: bool) -> bool {
    let Some(words) = short_words(text) else { return false };
    if is_longer_than(text, BYLINE_CHARS_MAX) || words.len() < 2 || !people::begins_like_byline(text) {
        return false;
    }
    let Some((_, rest)) = text.split_once(|character: char| character.is_whitespace() || character == ':')
    else {
        return false;
    };
    let marked = rest.trim_start().starts_with(['-', '–', '—', '/', ':', '|']);
    let rest = rest.trim_matches(|character: char| !is_letter_or_digit(character) && character != '.');
    if (is_first && !marked && !has_capitals(rest)) || rest.is_empty() {
        return false;
    }
    if ends_sentence(text) && word_count(rest) > 3 {
        return false;
    }
    rest.split([',', '،', ';', '؛', '/', '|', '&', '(', ')'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .all(|name| {
            let count = name.split_whitespace().count();
            let is_latin = name.chars().any(|character| character.is_ascii_alphabetic());
            if is_latin {
                people::from_byline(name).iter().all(|name| is_capitalised_name(name)) && count <= 8
            } else {
                count <= NAME_WORDS_MAX
            }
        })
}

/// `place - name`: a credit whose second half no lexicon knows. Gives that half.
pub(super) fn credit_of_unknown(text: &str) -> Option<&str> {
    if is_longer_than(text, CREDIT_CHARS_MAX) || ends_firmly(text) {
        return None;
    }
    let (place, name) =
        text.split_once(" - ").or_else(|| text.split_once(" – ")).or_else(|| text.split_once(" ـ "))?;
    let is_place = has_words(place, 1..=2);
    let is_name = has_words(name, 1..=3);
    let has_number = text.chars().any(|character| digit(character).is_some());
    let is_upper = place.chars().all(|character| !character.is_lowercase()) || !place.is_ascii();
    (is_place && is_name && !has_number && is_upper).then_some(name)
}

/// The name of a host and nothing else: `ridgeline.example`.
pub(super) fn is_domain(text: &str) -> bool {
    let parts = text.split('.').count();
    (2..=4).contains(&parts)
        && text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '.' | '-'))
        && text.split('.').all(|part| part.len() > 1)
        && text.rsplit('.').next().is_some_and(|last| last.chars().all(|one| one.is_ascii_lowercase()))
}

/// Whether a verb at an end of the line asks readers to do something, by its form: `بفرستید`, `شاركوا`, `Découvrez`.
pub(super) fn asks_to_do(text: &str) -> bool {
    let mut words = text.split_whitespace().map(|word| word.trim_matches(|one: char| !is_letter(one)));
    let first = words.next().unwrap_or_default();
    let last = words.next_back().unwrap_or(first);
    let is_long = |word: &str| word.chars().count() > 3;
    is_long(last) && ["ید", "کریں", "ئیں", "یجیے", "یے"].iter().any(|ending| last.ends_with(ending))
        || is_long(first) && first.chars().count() > 4 && (first.ends_with("وا") || first.ends_with("ez"))
}

/// At most a letter or two, and marks: `A+`, `☰`.
pub(super) fn is_symbol(text: &str) -> bool {
    text.chars().filter(|one| !one.is_whitespace()).nth(SYMBOL_CHARS_MAX).is_none()
        && text.chars().filter(|one| is_letter(*one)).count() <= 1
        && !text.chars().any(|one| digit(one).is_some())
}

/// Three to five words that all begin with a capital, as the names of papers do.
pub(super) fn is_capitalised_phrase(text: &str) -> bool {
    has_words(text, 3..=5)
        && text.split_whitespace().all(|word| word.starts_with(char::is_uppercase))
        && !ends_firmly(text)
}

/// Hashtags and nothing else.
pub(super) fn is_row_of_hashtags(text: &str) -> bool {
    let mut words = text.split_whitespace().peekable();
    let is_tag = |word: &str| word.strip_prefix('#').is_some_and(|tag| tag.starts_with(is_letter_or_digit));
    words.peek().is_some() && words.all(is_tag)
}

/// A line of tags: hashtags, or short items between bars or commas.
pub(super) fn is_row_of_tags(text: &str) -> bool {
    if is_row_of_hashtags(text) {
        return true;
    }
    if ends_firmly(text) {
        return false;
    }
    let numbers = text.split_whitespace().take(64).filter(|word| is_numeric_word(word)).count();
    if text.contains(':') || numbers * 3 > text.split_whitespace().take(64).count() {
        return false;
    }
    let is_mark = |character: char| matches!(character, '|' | '#' | ',' | '،' | '•' | '·');
    let tags: Vec<&str> = text.split(is_mark).map(str::trim).filter(|tag| !tag.is_empty()).take(64).collect();
    tags.len() >= TAGS_MIN
        && tags.iter().all(|tag| has_words(tag, 0..=TAG_WORDS_MAX) && !is_longer_than(tag, TAG_CHARS_MAX))
}

/// Whether a line begins with its number in a list: `1)`, `2.`, `٣-`.
pub(super) fn has_number(text: &str) -> bool {
    let rest = text.trim_start_matches(|character| digit(character).is_some());
    (1..=2).contains(&text.chars().take_while(|character| digit(*character).is_some()).count())
        && rest.starts_with([')', '.', '-', '/'])
        && rest.chars().nth(1).is_some_and(char::is_whitespace)
}
