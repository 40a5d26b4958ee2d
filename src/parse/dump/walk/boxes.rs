//! Boxes of other articles' titles under a heading that no lexicon knows.
//!
//! Owns the weighing of what speaks for such a box at the end of the text: a short line above longer ones that end like
//! titles, set apart by a blank line, with a word that such headings hold, below paragraphs that end like sentences.

use super::{EDGE_UNITS, Walk};
use crate::article::Flaw;
use crate::parse::dump::line::{Evidence, LineRole};
use crate::parse::dump::overlap::takes_up_title;
use crate::parse::dump::pieces::{Label, Unit};
use crate::parse::dump::related;
use crate::parse::dump::shape::{self, Lexicons};
use crate::parse::flaws;
use crate::parse::lexicon::Role;

/// What marks a title of another article, and no item of a list.
const ARROWS: [char; 8] = ['◄', '►', '»', '›', '▶', '▸', '◀', '→'];
/// The words of a heading, and of the titles below it.
const HEADING_WORDS_MAX: usize = 6;
const SHORT_HEADING_WORDS_MAX: usize = 4;
const TITLE_WORDS_MIN: usize = 3;
const TITLE_WORDS_MAX: usize = 25;
/// Titles of so many words on average are no list of things.
const MEAN_TITLE_WORDS_MIN: usize = 4;
const MEAN_TITLE_CHARS_MIN: usize = 24;
/// The text below the title of a short item has at least so many words.
const ITEM_TEXT_WORDS_MIN: usize = 5;
/// So many titles, and so many other units behind them, are looked at.
const TITLES_MAX: usize = 50;
const REST_UNITS_MAX: usize = 2 * EDGE_UNITS;
/// What speaks for a box, together, is at least this.
const POINTS_MIN: i32 = 5;
/// What speaks for a whole article below a heading is at least this.
const ARTICLE_POINTS_MIN: i32 = 5;

/// Below the first box, a short line with a word that such headings hold heads another box.
pub(super) fn label_later_boxes(units: &mut [Unit<'_>], lexicons: &Lexicons<'_>) {
    let last_prose = units.iter().rposition(|unit| unit.text.is_prose());
    let first = units.iter().position(Unit::opens_others).map(|first| first + 2);
    let from = first.into_iter().chain(last_prose.map(|last| last + 1)).min();
    let Some(from) = from else { return };
    for index in from..units.len().saturating_sub(1) {
        let (heading, title) = (&units[index], &units[index + 1]);
        let words = heading.text.words();
        // A longer heading begins with such a word: `More from …`.
        let is_long = words > SHORT_HEADING_WORDS_MAX && words <= HEADING_WORDS_MAX;
        let first_words = if is_long {
            heading.text.split_whitespace().next().unwrap_or_default()
        } else if words <= SHORT_HEADING_WORDS_MAX {
            &heading.text
        } else {
            ""
        };
        let begins_with_label = lexicons
            .labels
            .match_before(&heading.text)
            .is_some_and(|label| matches!(label.role, Role::Related | Role::List));
        let is_second_title =
            units.get(index + 2).is_some_and(|second| second.label.is_none() && is_title_line(second));
        let is_heading = heading.label.is_none()
            && !heading.is_settled()
            && !heading.markup.is_item
            && !heading.text.ends_sentence()
            && (lexicons.words.heads_others(first_words) || is_long && begins_with_label)
            && !heading.text.is_boilerplate(lexicons)
            && title.label.is_none()
            && is_title_line(title)
            && (title.text.words() > words || is_long && is_second_title);
        if is_heading {
            let label = Label { role: Role::Related, name: heading.text.to_string(), value: String::new() };
            units[index].label = Some(label);
        }
    }
}

impl Walk<'_, '_> {
    /// Whether a line heads a box of other articles at the end of the text.
    pub(super) fn heads_box(&self, index: usize) -> bool {
        let heading = &self.units[index];
        let words = heading.text.words();
        if self.paragraphs == 0
            || !(1..=HEADING_WORDS_MAX).contains(&words)
            || heading.is_settled()
            || heading.label.is_some()
            || !(self.facts.texts[index] || heading.text.heads_others(self.lexicons))
            || shape::has_number(&heading.text)
            || heading.text.ends_firmly() && !heading.text.ends_with(':')
        {
            return false;
        }
        let Some(titles) = self.titles_below(index) else { return false };
        let all: usize = titles.iter().map(|index| self.units[*index].text.words()).sum();
        // The heading is no longer than the titles.
        if words * titles.len() > all {
            return false;
        }
        let is_introduced = index > 0 && self.units[index - 1].text.ends_with(':');
        let is_set_apart = heading.after_blank && titles.iter().all(|index| !self.units[*index].after_blank);
        let letters: usize = titles.iter().map(|index| self.units[*index].text.chars().count()).sum();
        let is_long =
            all > MEAN_TITLE_WORDS_MIN * titles.len() || letters > MEAN_TITLE_CHARS_MIN * titles.len();
        let mut points = 3 * i32::from(heading.text.heads_others(self.lexicons));
        points += 2 * i32::from(is_set_apart || self.is_below_separator(index));
        points += i32::from(titles.len() > 1);
        points += i32::from(words <= SHORT_HEADING_WORDS_MAX);
        points += i32::from(self.facts.ends_firmly);
        points += i32::from(self.main_closed);
        points += 2 * i32::from(self.is_below_furniture(index));
        points += i32::from(is_long);
        points += i32::from(self.is_above_furniture(&titles));
        points += 2 * i32::from(self.are_dated(&titles));
        points -= i32::from(self.uses_words_of_text(index));
        points -= i32::from(titles.iter().any(|index| self.units[*index].markup.is_item));
        points -= 2 * i32::from(!is_long && all < MEAN_TITLE_WORDS_MIN * titles.len());
        points -= 3 * i32::from(is_introduced);
        points >= POINTS_MIN
    }

    /// Whether each title has a date of its own below it.
    fn are_dated(&self, titles: &[usize]) -> bool {
        titles.len() > 1
            && titles
                .iter()
                .all(|index| self.units.get(index + 1).is_some_and(|below| below.text.is_date(self.lexicons)))
    }

    /// Whether a line heads another article, which is its title and its text.
    pub(super) fn heads_article(&self, index: usize) -> bool {
        let heading = &self.units[index];
        let [Some(title), Some(text)] = [1, 2].map(|below| self.units.get(index + below)) else {
            return false;
        };
        let words = heading.text.words();
        if self.paragraphs == 0
            || heading.is_settled()
            || heading.label.is_some()
            || !(1..=HEADING_WORDS_MAX).contains(&words)
            || heading.text.ends_sentence()
            || !self.facts.texts[index + 1]
            || !is_title_line(title)
            || title.text.words() < words
            || !self.facts.texts[index + 2]
            || !text.text.is_prose() && self.items_below(index) < 2
        {
            return false;
        }
        let mut points = 3 * i32::from(heading.text.heads_others(self.lexicons));
        points += 2 * i32::from(self.main_closed);
        points += 2 * i32::from(self.is_below_separator(index));
        points += i32::from(takes_up_title(&self.units, index + 1, self.headline.or(self.first_paragraph)));
        points += 4 * i32::from(self.items_below(index) > 1);
        points >= ARTICLE_POINTS_MIN
    }

    /// A short line above titles that arrows mark, in the middle of the text.
    pub(super) fn heads_arrows(&self, index: usize) -> bool {
        let heading = &self.units[index];
        self.paragraphs > 0
            && (1..=HEADING_WORDS_MAX).contains(&heading.text.words())
            && !heading.text.starts_with(ARROWS)
            && !heading.text.ends_sentence()
            && [1, 2].iter().all(|below| self.units.get(index + below).is_some_and(is_marked_title))
    }

    /// Takes the heading above titles with arrows, and these: the text may go on below.
    pub(super) fn take_arrows(&mut self, index: usize) {
        self.set(index, LineRole::RelatedStart, Evidence::Position("heads titles with arrows"));
        let titles =
            self.units[index + 1..].iter().take(TITLES_MAX).take_while(|unit| is_marked_title(unit)).count();
        for title in index + 1..=index + titles {
            self.take_related_line(title, LineRole::RelatedHeadline);
        }
        self.next = index + titles + 1;
        self.flaws.push(Flaw::new(flaws::RELATED_GUESSED));
    }

    /// `2) …` with a text of its own below, where the headline is `1) …`.
    pub(super) fn is_next_of_numbered(&self, index: usize) -> bool {
        let is_numbered = |at: usize| shape::has_number(self.text(at));
        self.paragraphs > 0
            && self.articles < TITLES_MAX
            && self.headline.is_some_and(is_numbered)
            && is_numbered(index)
            && related::is_bare_title(&self.units[index])
            && self.facts.texts.get(index + 1) == Some(&true)
            && self.text(index + 1).is_prose()
    }

    /// Takes the title of the next numbered article, and its text.
    pub(super) fn take_numbered(&mut self, index: usize) {
        self.take_related_line(index, LineRole::RelatedHeadline);
        self.next = index + 1;
        while self.facts.texts.get(self.next) == Some(&true)
            && !self.units[self.next].is_settled()
            && !self.is_next_of_numbered(self.next)
        {
            self.take_related_line(self.next, LineRole::RelatedParagraph);
            self.next += 1;
        }
        self.flaws.push(Flaw::new(flaws::RELATED_GUESSED));
    }

    /// Settles the title of one more related article, or a paragraph of the last one.
    fn take_related_line(&mut self, index: usize, role: LineRole) {
        self.articles += usize::from(role == LineRole::RelatedHeadline);
        self.set(index, role, Evidence::Shape("marked like others"));
        self.units[index].related = Some(self.articles.saturating_sub(1));
    }

    /// How many titles with a short text of their own follow from here to the end of the text.
    fn items_below(&self, index: usize) -> usize {
        let rest = &self.units[index + 1..];
        let is_item = |pair: &[Unit<'_>]| {
            is_title_line(&pair[0])
                && !pair[0].text.ends_sentence()
                && pair.iter().all(|unit| unit.label.is_none() && !unit.is_settled())
                && pair[1].text.ends_firmly()
                && pair[1].text.words() >= ITEM_TEXT_WORDS_MIN
        };
        let items = rest.chunks_exact(2).take(TITLES_MAX).take_while(|pair| is_item(pair)).count();
        let is_end = rest.get(2 * items).is_none_or(|unit| unit.is_settled() || unit.label.is_some());
        if is_end { items } else { 0 }
    }

    /// Whether words of the page stand right below the last title.
    fn is_above_furniture(&self, titles: &[usize]) -> bool {
        let below = titles.last().and_then(|last| self.units.get(last + 1));
        below.is_some_and(|unit| unit.role == LineRole::Boilerplate && !unit.text.is_separator())
    }

    /// Whether words of the page stand right above: the text has ended.
    fn is_below_furniture(&self, index: usize) -> bool {
        index > 0
            && self.units[index - 1].role == LineRole::Boilerplate
            && !self.text(index - 1).is_separator()
    }

    fn is_below_separator(&self, index: usize) -> bool {
        index > 0 && self.text(index - 1).is_separator()
    }

    /// The titles below a heading, where nothing but facts and words of the page follow them.
    fn titles_below(&self, index: usize) -> Option<Vec<usize>> {
        let mut titles = Vec::new();
        let mut end = index + 1;
        for unit in self.units[index + 1..].iter().take(2 * TITLES_MAX) {
            if self.facts.texts[end] && is_title_line(unit) {
                titles.push(end);
            } else if titles.is_empty() || self.facts.texts[end] {
                break;
            }
            end += 1;
        }
        let rest = self.units[end..].iter().zip(&self.facts.texts[end..]).take(REST_UNITS_MAX);
        let is_tail = rest
            .take_while(|(unit, _)| !unit.opens_others())
            .all(|(unit, is_text)| !is_text || shape::is_row_of_tags(&unit.text));
        (!titles.is_empty() && is_tail).then_some(titles)
    }

    /// Takes the heading and the titles below it.
    pub(super) fn take_box(&mut self, index: usize) {
        self.set(index, LineRole::RelatedStart, Evidence::Position("heads titles of other articles"));
        let main = related::Main { is_closed: true, ..self.main() };
        self.take_block(&main, index + 1, false);
        self.flaws.push(Flaw::new(flaws::RELATED_GUESSED));
    }
}

fn is_title_line(unit: &Unit<'_>) -> bool {
    related::is_bare_title(unit)
        && !unit.text.ends_with(':')
        && (TITLE_WORDS_MIN..=TITLE_WORDS_MAX).contains(&unit.text.words())
}

/// A title that an arrow marks.
fn is_marked_title(unit: &Unit<'_>) -> bool {
    unit.label.is_none()
        && !unit.is_settled()
        && unit.text.starts_with(ARROWS)
        && related::is_bare_title(unit)
        && unit.text.words() >= TITLE_WORDS_MIN
}
