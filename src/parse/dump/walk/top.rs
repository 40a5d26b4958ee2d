//! What stands between the first line and the text: kickers, lines that say more of the headline, dates with a place.

use super::{LONG_LINE_CHARS, TOP_UNITS, Walk};
use crate::parse::dump::line::{Evidence, LineRole};
use crate::parse::dump::pieces::{Label, Unit};
use crate::parse::dump::shape;
use crate::parse::dump::{furniture, records};
use crate::parse::fold::{digit, same};
use crate::parse::lexicon::Role;
use crate::parse::text::{has_words, is_longer_than};

/// Below the headline, so many other words may stand beside a date.
pub(super) const DATED_WORDS_MAX: usize = 3;
/// The longest line that says more of the headline, in characters, and the fewest words of one.
const SUBHEADLINE_CHARS_MAX: usize = 220;
const SUBHEADLINE_WORDS_MIN: usize = 4;
/// The text stands among so many units that can be text below such a line: bylines may stand between.
const TEXTS_BELOW: usize = 3;
/// A line above the headline of at most this many words is a kicker, if a title of at least so many follows.
const KICKER_WORDS_MAX: usize = 2;
/// The name of who publishes has at least so many words; so many lines are looked at for it.
const PUBLISHER_WORDS_MIN: usize = 2;
const NAMED_AGAIN_UNITS_MAX: usize = 24;
/// An author's name above the headline has at most so many words.
const AUTHOR_WORDS_MAX: usize = 3;
/// A longer line above the headline says more of it.
const SECTION_WORDS_MAX: usize = 5;
const TITLE_WORDS_MIN: usize = 5;
const TITLE_WORDS_MAX: usize = 12;
const KICKED_TITLE_CHARS_MAX: usize = 160;
/// A credit of no known form: the words before its colon, and those of the name.
const CREDIT_LABEL_WORDS_MAX: usize = 3;
const CREDIT_NAME_WORDS_MAX: usize = 4;
/// The text stands among so many units below such a title.
const KICKED_UNITS: usize = 4;

impl Walk<'_, '_> {
    /// Names and credits that only their place below the headline tells.
    pub(super) fn below_headline(&self, index: usize) -> Option<(LineRole, Evidence)> {
        let text = self.text(index);
        if self.is_name_and_place(text) {
            return Some((LineRole::Byline, Evidence::Shape("name, and a place of the text")));
        }
        if let Some(name) = shape::credit_of_unknown(text) {
            let role = if name.split_whitespace().count() > 1 { LineRole::Byline } else { LineRole::Source };
            return Some((role, Evidence::Position("place and name below the headline")));
        }
        if text.names_medium(self.lexicons) && !text.ends_firmly() {
            return Some((LineRole::Source, Evidence::Position("name of a medium below the headline")));
        }
        self.name_below_headline(index)
            .filter(|_| text.page_words(self.lexicons).0 == 0 || self.lexicons.words.is_profession(text))
    }

    /// The same for names that hold no words of pages.
    fn name_below_headline(&self, index: usize) -> Option<(LineRole, Evidence)> {
        let text = self.text(index);
        if text.is_bare_name(self.lexicons) || self.lexicons.is_name_with_profession(text) {
            return Some((LineRole::Byline, Evidence::Position("name below the headline")));
        }
        if self.is_unknown_credit(index) {
            return Some((LineRole::Byline, Evidence::Shape("names that the text doesn't use")));
        }
        let is_name = self.lexicons.may_be_name(text) && has_words(text, 0..=3);
        let below_is_profession = self.units.get(index + 1).is_some_and(|below| {
            let first = below.text.split_whitespace().next().unwrap_or_default();
            below.label.is_none() && self.lexicons.words.is_profession(first)
        });
        if is_name && below_is_profession {
            return Some((LineRole::Byline, Evidence::Position("name above a profession")));
        }
        if is_name
            && (self.is_date_unit(index + 1) || index > 0 && self.units[index - 1].role == LineRole::Date)
        {
            return Some((LineRole::Byline, Evidence::Position("name beside the date")));
        }
        let is_above_text = self
            .units
            .get(index + 1)
            .is_some_and(|next| self.is_text(next) && is_longer_than(&next.text, LONG_LINE_CHARS));
        if is_name && is_above_text && self.headline.is_some() && !text.ends_firmly() {
            return Some((LineRole::Byline, Evidence::Position("name above the text")));
        }
        let above_is_byline = index > 0 && self.units[index - 1].role == LineRole::Byline;
        let first = text.split_whitespace().next().unwrap_or_default();
        let last = text.split_whitespace().next_back().unwrap_or_default();
        let is_profession = self.lexicons.words.is_profession(text)
            || [first, last].into_iter().any(|word| self.lexicons.words.is_profession(word))
                && !text.is_prose();
        let is_alone = self.lexicons.words.is_profession(text);
        (is_alone || above_is_byline && is_profession)
            .then_some((LineRole::Byline, Evidence::Shape("profession below a byline")))
    }

    /// `Sami Jaber - Fes`, where the text names the place and not the person.
    fn is_name_and_place(&self, text: &str) -> bool {
        text.split_once(" - ").is_some_and(|(name, place)| {
            has_words(name, 2..=2)
                && has_words(place, 1..=2)
                && !self.facts.body.uses_word_of(name)
                && self.facts.body.uses_word_of(place)
                && !furniture::names_publisher(text, self.lexicons)
                && !text.chars().any(|one| digit(one).is_some())
        })
    }

    /// Two short parts of which the text uses the one or none, as it uses no word of who wrote it: `interviewed in Fes:
    /// Sami Jaber`, `Sami Jaber - Fes`.
    fn is_unknown_credit(&self, index: usize) -> bool {
        let text = self.text(index);
        let is_alike = |near: Option<&Unit<'_>>| {
            near.is_some_and(|near| near.text.contains(':') && near.label.is_none() && !near.text.is_prose())
        };
        let above = index.checked_sub(1).filter(|above| Some(*above) != self.headline);
        if text.contains(':')
            && (is_alike(self.units.get(index + 1)) || is_alike(above.map(|above| &self.units[above])))
        {
            return false;
        }
        if text.ends_firmly() || text.has_digit() || !self.facts.ends_firmly {
            return false;
        }
        let is_unused = |part: &str| !self.facts.body.uses_word_of(part);
        if let Some((what, name)) = text.split_once(':') {
            return has_words(what, 1..=CREDIT_LABEL_WORDS_MAX)
                && has_words(name, 2..=CREDIT_NAME_WORDS_MAX)
                && (is_unused(what) && is_unused(name)
                    || name.split_whitespace().any(|word| self.lexicons.words.is_profession(word)));
        }
        text.split_once(" - ").or_else(|| text.split_once(" / ")).is_some_and(|(name, place)| {
            has_words(name, 2..=CREDIT_NAME_WORDS_MAX) && has_words(place, 1..=2) && is_unused(name)
        })
    }

    /// A date beside a place: only the date is the value.
    pub(super) fn take_date_among_words(&mut self, index: usize) -> bool {
        let others_max = if self.title_settled && self.paragraphs == 0 { DATED_WORDS_MAX } else { 1 };
        if index >= self.facts.top_end || self.text(index).is_date(self.lexicons) {
            return false;
        }
        let text = self.text(index);
        let is_at_top = self.title_settled && self.paragraphs == 0;
        let day = || self.lexicons.day_behind_place(text).filter(|_| is_at_top);
        let Some(date) = text.date_among(self.lexicons, others_max).or_else(day) else { return false };
        let label = Label { role: Role::Date, name: String::new(), value: date.to_owned() };
        self.units[index].label = Some(label);
        self.set(index, LineRole::Date, Evidence::Shape("date among few words"));
        self.note_settled(index);
        true
    }

    /// A line above the one that is the headline.
    pub(super) fn take_above_headline(&mut self, index: usize) {
        let text = self.text(index);
        let has_number = text.has_digit();
        let is_code = text.is_code() || records::is_head(&self.units[index], self.lexicons);
        let is_short =
            text.words() <= SECTION_WORDS_MAX && !(has_number && text.contains(['(', '[', '/', '#']));
        let is_path = text.contains(['>', '›', '»', '|']);
        let role = if self.lexicons.begins_with_date(text) {
            LineRole::Date
        } else if text.is_kicker(self.lexicons) {
            LineRole::Section
        } else if text.is_caption(self.lexicons) {
            LineRole::Caption
        } else if text.contains(" @") || self.is_author_above(index) {
            LineRole::Byline
        } else if self.names_publisher(index) {
            LineRole::Source
        } else if is_code || shape::is_symbol(text) {
            LineRole::Boilerplate
        } else if is_short && !text.contains([':', '|']) && self.is_nearest_above(index) {
            LineRole::Section
        } else if !is_path && self.facts.body.taken_up(text.stems()).0 > 0 && text.words() > SECTION_WORDS_MAX
        {
            LineRole::Subheadline
        } else {
            LineRole::Boilerplate
        };
        self.set(index, role, Evidence::Position("line above the headline"));
    }

    /// Whether a line above the headline names who publishes.
    fn names_publisher(&self, index: usize) -> bool {
        let text = self.text(index);
        let is_name = furniture::names_publisher(text, self.lexicons)
            || self.lexicons.begins_with_agency(text)
            || self.lexicons.names_agency_in_row(text);
        let below = self.units.get(index + 1);
        let is_above_others = below.is_some_and(|below| below.is_settled() || self.is_date_unit(index + 1));
        let words = text.words();
        let is_plain =
            !text.is_section(self.lexicons) && !text.contains([':', '[', '(', '"', '«']) && !text.has_digit();
        let is_phrase = is_plain && (PUBLISHER_WORDS_MIN..=SECTION_WORDS_MAX).contains(&words);
        let above = self.units[..index].iter().rev().take(NAMED_AGAIN_UNITS_MAX);
        let is_first = !above.into_iter().any(|unit| unit.role == LineRole::Source);
        let is_menu = text.matches('|').count() > 1;
        is_name && !is_menu
            || shape::is_domain(text)
            || self.is_named_again(index)
            || is_first && is_phrase && (!self.is_nearest_above(index) || self.is_date_unit(index + 1))
            || index == 0 && is_above_others && shape::is_capitalised_phrase(text) && is_plain
    }

    /// Above the headline: a name below a section, or above a profession, and this profession.
    fn is_author_above(&self, index: usize) -> bool {
        let text = self.text(index);
        let begins_with_profession = |text: &str| {
            let first = text.split_whitespace().next().unwrap_or_default();
            self.lexicons.words.is_profession(text) || self.lexicons.words.is_profession(first)
        };
        let above = index.checked_sub(1).map(|above| self.units[above].role);
        if above == Some(LineRole::Byline) && begins_with_profession(text) && !text.is_prose() {
            return true;
        }
        let has_profession = self.units.get(index + 1).is_some_and(|below| {
            below.label.is_none()
                && below.text.words() <= SECTION_WORDS_MAX
                && begins_with_profession(&below.text)
        });
        let is_below_section =
            above == Some(LineRole::Section) || index > 0 && self.text(index - 1).is_kicker(self.lexicons);
        let is_name = text.is_bare_name(self.lexicons)
            || self.lexicons.may_be_name(text)
                && text.words() <= AUTHOR_WORDS_MAX
                && self.facts.body.taken_up(text.stems()).0 == 0;
        is_name && !furniture::names_publisher(text, self.lexicons) && (has_profession || is_below_section)
    }

    /// Whether a line above the headline stands again, with most of its words, outside the text.
    fn is_named_again(&self, index: usize) -> bool {
        let text = self.text(index);
        let top = self.units[..self.facts.headline.unwrap_or(0)]
            .iter()
            .enumerate()
            .take(NAMED_AGAIN_UNITS_MAX)
            .filter(|(near, _)| *near != index);
        let below = self.units[self.facts.last_prose + 1..].iter().take(NAMED_AGAIN_UNITS_MAX);
        let below = below.filter(|unit| unit.role == LineRole::Boilerplate);
        text.words() <= SECTION_WORDS_MAX + 2
            && top
                .map(|(_, unit)| unit)
                .chain(below)
                .filter(|unit| !same(text, &unit.text))
                .any(|unit| text.stems().shared(unit.text.stems()) >= PUBLISHER_WORDS_MIN)
    }

    /// A post: who publishes, a date, a short title and its text.
    pub(super) fn is_publisher_above_title(&self, index: usize) -> bool {
        let is_text_below = |unit: &Unit<'_>| !unit.is_settled() && unit.label.is_none();
        self.is_date_unit(index + 1)
            && furniture::names_publisher(self.text(index), self.lexicons)
            && self
                .units
                .get(index + 2)
                .is_some_and(|title| is_text_below(title) && title.text.is_title() && !title.text.is_prose())
            && self.units.get(index + 3).is_some_and(|text| is_text_below(text) && text.text.is_prose())
    }

    /// Whether nothing unknown stands between a line and the headline.
    fn is_nearest_above(&self, index: usize) -> bool {
        let headline = self.facts.headline.unwrap_or(index);
        headline.saturating_sub(index) <= NAMED_AGAIN_UNITS_MAX
            && (index + 1..headline).all(|near| self.units[near].is_settled() || !self.facts.texts[near])
    }

    /// Whether a very short first line stands above a title that has its text below.
    pub(super) fn is_kicker(&self, index: usize) -> bool {
        let Some(title) = self.units.get(index + 1) else { return false };
        if self.text(index).is_kicker(self.lexicons) && self.is_kicked_title(index + 1) {
            return true;
        }
        let below = self.units[index + 2..].iter().take(KICKED_UNITS);
        let has_text = below.into_iter().any(|unit| {
            unit.label.is_none() && unit.text.len() > title.text.len() && unit.text.ends_firmly()
        });
        index == 0
            && has_text
            && self.facts.ends_firmly
            && self.text(index).words() <= KICKER_WORDS_MAX
            && self.is_text(title)
            && title.text.is_title()
            && !title.text.ends_sentence()
            && (TITLE_WORDS_MIN..=TITLE_WORDS_MAX).contains(&title.text.words())
            && !is_longer_than(&title.text, KICKED_TITLE_CHARS_MAX)
    }

    /// Whether a line can be the headline below a word for its kind, with other lines below it.
    fn is_kicked_title(&self, index: usize) -> bool {
        let title = &self.units[index];
        index + 1 < self.units.len()
            && title.label.is_none()
            && !title.is_settled()
            && title.text.is_title()
            && !title.text.ends_sentence()
            && !title.text.is_byline()
            && !self.is_date_unit(index)
            && !title.text.is_credit(self.lexicons)
            && !title.text.is_boilerplate(self.lexicons)
    }

    /// Whether a line between headline and text says more of the headline.
    pub(super) fn is_subheadline(&self, index: usize) -> bool {
        let Some(headline) = self.headline else { return false };
        let unit = &self.units[index];
        if self.paragraphs > 0
            || index < headline
            || index >= self.facts.top_end
            || is_longer_than(&unit.text, SUBHEADLINE_CHARS_MAX)
        {
            return false;
        }
        if self.units[headline + 1..index]
            .iter()
            .any(|unit| unit.role == LineRole::Subheadline && !unit.markup.is_item)
        {
            return unit.markup.is_heading;
        }
        let below = self.units[index + 1..].iter().take(TOP_UNITS).filter(|unit| self.is_text(unit));
        let below: Vec<&Unit<'_>> = below.take(TEXTS_BELOW).collect();
        if below.is_empty() {
            return false;
        }
        if unit.markup.is_heading {
            return true;
        }
        self.facts.ends_firmly
            && !unit.text.ends_firmly()
            && unit.text.words() >= SUBHEADLINE_WORDS_MIN
            && below.len() >= 2
            && below.iter().any(|text| {
                text.text.len() > unit.text.len()
                    && (text.text.ends_firmly() || is_longer_than(&text.text, SUBHEADLINE_CHARS_MAX))
            })
    }
}
