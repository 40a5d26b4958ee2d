//! What stands below the text: signatures, names of media and offices, initials.
//!
//! Owns the lines between the last paragraph and the labelled lines, buttons or boxes that follow it.

use super::Walk;
use crate::parse::dump::line::{Evidence, LineRole};
use crate::parse::dump::pieces::Unit;
use crate::parse::dump::shape;
use crate::parse::lexicon::Role;
use crate::parse::text::has_words;

/// A signature has at most so many words, one more where all paragraphs end like sentences, as names don't.
const SIGNATURE_WORDS_MAX: usize = 3;
/// Lines of a list have at most so many words.
const LIST_WORDS_MAX: usize = 6;
/// What an author is, in so many words: `* كاتبة من لبنان`.
const PROFESSION_WORDS_MAX: usize = 6;
/// A signature is compared with so many units above it.
const TEXT_UNITS_COMPARED: usize = 20;

/// Below the end of the text, so many lines may be the page's; more are a list of the article.
const PAST_END_UNITS_MAX: usize = 10;
/// Such lines are at most so many, with so many words each.
const LEFT_OVER_UNITS_MAX: usize = 2;
const LEFT_OVER_WORDS_MAX: usize = 3;
/// A line of so many words that ends firmly is a sentence of the text.
const SENTENCE_WORDS_MIN: usize = 5;

impl Walk<'_, '_> {
    /// Notes what stands only below a text.
    pub(super) fn note_end(&mut self, index: usize) {
        let unit = &self.units[index];
        let is_mark = matches!(
            unit.role,
            LineRole::Boilerplate | LineRole::Url | LineRole::Keywords | LineRole::Source
        ) && !unit.text.is_separator();
        if is_mark && index > self.facts.last_prose && self.paragraphs > 1 {
            self.ended_at.get_or_insert(index);
        }
    }

    /// One or two short lines behind a text whose paragraphs end firmly, or a label behind it that has no value.
    pub(super) fn is_left_over(&self, index: usize) -> bool {
        let text = self.text(index);
        let words = text.words();
        if index <= self.facts.last_prose
            || self.paragraphs < 2
            || !self.facts.ends_firmly
            || words > LEFT_OVER_WORDS_MAX
        {
            return false;
        }
        let has_number = text.chars().any(char::is_numeric);
        let left = self.units[self.facts.last_prose + 1..]
            .iter()
            .take(LEFT_OVER_UNITS_MAX + 1)
            .filter(|unit| unit.label.is_none() && unit.role != LineRole::Boilerplate)
            .count();
        text.ends_with(':') && left == 1 || !text.ends_firmly() && !has_number && left <= LEFT_OVER_UNITS_MAX
    }

    /// A line of few words below the text, all of them the text's.
    pub(super) fn is_tag_of_text(&self, index: usize) -> bool {
        let (taken, all) = self.facts.body.taken_up(self.text(index).stems());
        taken > 0 && taken == all && self.text(index).words() <= LEFT_OVER_WORDS_MAX
    }

    /// A numbered address, or the short line above such.
    pub(super) fn is_of_references(&self, index: usize) -> bool {
        let is_reference = |unit: &Unit<'_>| shape::is_numbered_url(&unit.text);
        is_reference(&self.units[index])
            || self.text(index).words() <= 2 && self.units.get(index + 1).is_some_and(is_reference)
    }

    /// Whether a short line stands below what closes the text.
    pub(super) fn is_past_end(&self, index: usize) -> bool {
        let text = self.text(index);
        self.ended_at.is_some()
            && !(text.ends_sentence() && text.words() >= SENTENCE_WORDS_MIN)
            && self.facts.ends_firmly
            && index > self.facts.last_prose
            && self.units.len() - index <= PAST_END_UNITS_MAX
    }

    /// What a unit is that no text of the article follows.
    pub(super) fn below_text(&self, index: usize) -> Option<(LineRole, Evidence)> {
        let text = self.text(index);
        if self.paragraphs > 1 && shape::is_initials(text) {
            return Some((LineRole::Boilerplate, Evidence::Shape("initials below the text")));
        }
        if text.ends_firmly() {
            return None;
        }
        let is_medium = text.names_medium(self.lexicons) || text.names_institution(self.lexicons);
        if is_medium && (self.paragraphs > 1 || self.facts.ends_firmly) {
            return Some((LineRole::Source, Evidence::Position("name of a medium below the text")));
        }
        let knows_author = self.values.iter().any(|(role, _)| *role == Role::Author);
        let first = shape::without_decoration(text).split_whitespace().next().unwrap_or_default();
        if knows_author
            && has_words(text, 0..=PROFESSION_WORDS_MAX)
            && self.lexicons.words.is_profession(first)
        {
            return Some((LineRole::Byline, Evidence::Shape("profession below the text")));
        }
        let has_page_word = text.page_words(self.lexicons).0 > 0 || text.heads_others(self.lexicons);
        let words_max = SIGNATURE_WORDS_MAX + usize::from(self.facts.ends_firmly);
        let is_signature = self.paragraphs > 1
            && !text.chars().any(char::is_numeric)
            && !self.is_in_list(index)
            && !has_page_word
            && !shape::asks_to_do(text)
            && has_words(text, 0..=words_max)
            && (text.is_bare_name(self.lexicons)
                || self.lexicons.may_be_name(text) && !self.uses_words_of_text(index));
        is_signature.then_some((LineRole::Byline, Evidence::Position("name below the text")))
    }

    /// Whether the line right above is as short a line of the text.
    fn is_in_list(&self, index: usize) -> bool {
        index.checked_sub(1).map(|above| &self.units[above]).is_some_and(|above| {
            above.role == LineRole::Paragraph
                && !self.units[index].after_blank
                && !above.text.ends_firmly()
                && has_words(&above.text, 0..=LIST_WORDS_MAX)
        })
    }

    /// Whether the paragraphs above use a word of this unit, as they use no word of who wrote them.
    pub(super) fn uses_words_of_text(&self, index: usize) -> bool {
        let above = self.units[..index].iter().rev().take(TEXT_UNITS_COMPARED);
        above
            .filter(|unit| unit.role == LineRole::Paragraph)
            .any(|unit| self.text(index).stems().shared(unit.text.stems()) > 0)
    }
}
