//! Heads of records: the line that a tool writes above each message or article, as `channel, [12.03.2024 09:41]`.
//!
//! Owns the finding of lines that are alike but for their numbers, and of labels that head a menu. It reads no dates.

use std::collections::HashMap;

use super::line::{Evidence, LineRole};
use super::pieces::{Label, Unit};
use super::shape::Lexicons;
use crate::parse::fold::{digit, same};
use crate::parse::lexicon::Role;
use crate::parse::text::{first_chars, word_count};

/// A head stands in so many characters, and has so many numbers: those of a date and of a time.
const HEAD_CHARS_MAX: usize = 80;
const NUMBERS_MIN: usize = 4;
/// The first head is among so many units.
const FIRST_UNITS: usize = 4;
/// A message behind its head on the same line, in words.
const MESSAGE_WORDS_MIN: usize = 8;
/// The lines of a menu have at most so many words.
const MENU_WORDS_MAX: usize = 3;
/// So many of them in a row are a menu, if half of them are known.
const MENU_LINES_MIN: usize = 4;

/// The head of each unit that has one, and the words behind it; and how often each head stands.
struct Heads {
    heads: Vec<Option<(String, usize)>>,
    times: HashMap<String, usize>,
}

impl Heads {
    fn of(units: &[Unit<'_>], lexicons: &Lexicons<'_>) -> Self {
        let heads: Vec<Option<(String, usize)>> = units.iter().map(|unit| head(unit, lexicons)).collect();
        let mut times = HashMap::new();
        for (head, _) in heads.iter().flatten() {
            *times.entry(head.clone()).or_default() += 1;
        }
        Self { heads, times }
    }

    /// The head of a unit and the words behind it, if the head stands more than once.
    fn repeated(&self, index: usize) -> Option<(&str, usize)> {
        let (head, rest) = self.heads[index].as_ref()?;
        (self.times[head] > 1).then_some((head.as_str(), *rest))
    }
}

/// Settles the heads of records; a later record with a title and a text of its own is another article.
pub(super) fn settle_heads(units: &mut [Unit<'_>], lexicons: &Lexicons<'_>) {
    let heads = Heads::of(units, lexicons);
    let head_alone = |index: usize| {
        heads.repeated(index).filter(|(_, rest)| *rest < MESSAGE_WORDS_MIN).map(|(head, _)| head)
    };
    let Some(first) = (0..units.len().min(FIRST_UNITS)).find(|index| head_alone(*index).is_some()) else {
        return;
    };
    let shape = head_alone(first);
    for index in (first..units.len()).filter(|index| head_alone(*index) == shape) {
        let has_article =
            units.get(index + 1).is_some_and(|title| title.label.is_none() && title.text.is_title())
                && units.get(index + 2).is_some_and(|text| text.text.is_prose());
        if index > first && has_article {
            let name = units[index].text.to_string();
            units[index].label = Some(Label { role: Role::Related, name, value: String::new() });
        } else {
            units[index].label = None;
            units[index].set(LineRole::Boilerplate, Evidence::Shape("head of a record"));
        }
    }
}

/// For each unit, whether it is a head that stands more than once.
pub(super) fn repeated_heads(units: &[Unit<'_>], lexicons: &Lexicons<'_>) -> Vec<bool> {
    let heads = Heads::of(units, lexicons);
    (0..units.len()).map(|index| heads.repeated(index).is_some()).collect()
}

/// What a line begins with, up to its last number, with each number as one mark, and the words behind it.
fn head(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> Option<(String, usize)> {
    if !unit.text.has_digit() {
        return None;
    }
    let text = first_chars(&unit.text, HEAD_CHARS_MAX);
    let (last, number) = text.char_indices().rfind(|(_, one)| digit(*one).is_some())?;
    let end = last + number.len_utf8();
    let mut masked = String::with_capacity(end);
    let mut numbers = 0;
    for character in text[..end].chars() {
        if digit(character).is_none() {
            masked.push(character);
        } else if !masked.ends_with('\u{0}') {
            masked.push('\u{0}');
            numbers += 1;
        }
    }
    let rest = &unit.text[end..];
    let rest = rest.split_once(':').map_or(rest, |(_, message)| message);
    (numbers >= NUMBERS_MIN && !unit.text.is_date(lexicons)).then(|| (masked, word_count(rest)))
}

/// Whether a line has the numbers of a date and of a time beside other words.
pub(super) fn is_head(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> bool {
    head(unit, lexicons).is_some()
}

/// Short lines in a row above the text are a menu; of the names of sections among them only one right above a longer
/// line, that the menu names too, is the article's.
pub(super) fn settle_menus(units: &mut [Unit<'_>], lexicons: &Lexicons<'_>) {
    let Some(first_prose) = units.iter().position(|unit| unit.text.is_prose()) else { return };
    let is_item = |unit: &Unit<'_>| {
        unit.text.words() <= MENU_WORDS_MAX
            && unit.label.is_none()
            && unit.role != LineRole::Date
            && !unit.is_part
            && (unit.text.words() < 2 || !unit.text.names_medium(lexicons))
            && !unit.text.is_date(lexicons)
    };
    let is_known = |unit: &Unit<'_>| unit.text.is_section(lexicons) || unit.text.is_boilerplate(lexicons);
    let mut start = 0;
    while start < first_prose {
        let length = units[start..first_prose].iter().take_while(|unit| is_item(unit)).count();
        let run = &units[start..start + length];
        let is_top = start == 0 && length > MENU_LINES_MIN && run.iter().any(is_known);
        if is_top
            || length >= MENU_LINES_MIN && run.iter().filter(|unit| is_known(unit)).count() * 2 >= length
        {
            let last = &run[length - 1];
            let is_named = run[..length - 1].iter().any(|unit| same(&unit.text, &last.text));
            let is_first_section =
                last.text.is_section(lexicons) && !run[length - 2].text.is_section(lexicons);
            let end = start + length - usize::from(is_named || is_first_section);
            for unit in &mut units[start..end] {
                unit.set(LineRole::Boilerplate, Evidence::Position("in a menu above the text"));
            }
        }
        start += length + 1;
    }
}

/// `Latest`, `تازہ ترین` above the article and above other short lines is a part of a menu.
pub(super) fn settle_menu_labels(units: &mut [Unit<'_>]) {
    // Below a sentence, however short, is no menu.
    let is_text = |unit: &Unit<'_>| {
        unit.text.is_prose() || unit.text.ends_sentence() && unit.text.words() > MENU_WORDS_MAX
    };
    let Some(first_prose) = units.iter().position(is_text) else { return };
    for index in 0..first_prose {
        let is_alone = units[index].opens_others()
            && units[index].label.as_ref().is_some_and(|label| label.value.is_empty());
        let is_in_menu = units[index + 1].label.is_none() && units[index + 1].text.words() <= MENU_WORDS_MAX;
        if is_alone && is_in_menu {
            units[index].label = None;
            units[index].set(LineRole::Boilerplate, Evidence::Position("in a menu above the text"));
        }
    }
}
