//! The page around the article: menus above it, lists of other pages and the foot below it.
//!
//! Owns where in a text that holds a whole page the article begins and ends, and which line above it is the headline.
//! No single line decides. Each unit has a weight: prose counts for its length, short lines and the words of a page
//! count against it, and the article is the stretch of the greatest sum. A text is taken for a page only where many
//! short lines stand outside that stretch; any other text is left whole.

use std::collections::HashSet;

use super::headline::Lines;
use super::line::{Evidence, LineRole};
use super::pieces::Unit;
use super::shape::{self, Lexicons};
use super::unit_text::UnitText;
use crate::parse::fold::is_letter;
use crate::parse::lexicon::Role;
use crate::parse::text::{first_chars, is_longer_than};

/// Short lines above the text, or above and below, that make a page; the latter with so many words of a page.
const MENU_LINES_MIN: usize = 8;
const OUTSIDE_LINES_MIN: usize = 14;
const PAGE_WORDS_MIN: usize = 2;
/// A stretch of less weight is no article.
const ARTICLE_WEIGHT_MIN: i64 = 300;
/// A paragraph has at least so many words and a mark at its end, or so many characters.
const PROSE_WORDS_MIN: usize = 8;
const PROSE_CHARS_MIN: usize = 160;
/// What a paragraph counts at most, in characters.
const PROSE_WEIGHT_MAX: usize = 300;
/// A short line with a mark at its end counts for its length if it has so many words.
const SENTENCE_WORDS_MIN: usize = 4;
/// What other short lines count, by their words: menus have few, lists within an article and titles more.
const SHORT_WEIGHTS: [(usize, i64); 3] = [(3, -30), (7, -20), (usize::MAX, -14)];
const FURNITURE_WEIGHT: i64 = -40;
const MARK_WEIGHT: i64 = -20;
const OTHERS_WEIGHT: i64 = -200;
const COMMENTS_WEIGHT: i64 = -400;
/// Facts about the article stand among so many units above its headline, and below its text.
const FACTS_UNITS: usize = 3;
const TAIL_UNITS: usize = 6;
/// A date that stands alone is looked for among so many units above the headline.
const DATE_UNITS_ABOVE: usize = 5;
/// A list of other articles below the text has at most so many lines.
const OTHERS_UNITS_MAX: usize = 60;
/// The heading of such a list has at most so many words where no label is known.
const OTHERS_HEADING_WORDS_MAX: usize = 5;
/// A title among the articles of a list has so many words.
const OTHERS_WORDS_MIN: usize = 4;
/// A title of another article within the text has so many words.
const LIST_TITLE_WORDS_MIN: usize = 6;
/// A text with fewer paragraphs for each such line is one of lists.
const PROSE_PER_TITLE: usize = 3;
/// Below the headline, lines of fewer words are buttons and tags.
const BETWEEN_WORDS_MIN: usize = 4;

/// What a unit is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Prose,
    /// A date, a byline, a label with its value: as well of the article as of the page.
    Fact,
    /// Short, and nothing that is known.
    Short,
    /// Words of a page.
    Furniture,
    /// Separators, addresses and numbers alone.
    Mark,
    /// Heads other articles.
    Others,
    /// Heads the comments of readers.
    Comments,
}

/// The units of the article: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub start: usize,
    pub end: usize,
}

/// Finds the article within a page, and settles the headline where it is not the first line; `None` where the text is
/// no page.
pub(super) fn find(units: &mut [Unit<'_>], lexicons: &Lexicons<'_>) -> Option<Span> {
    let kinds: Vec<Kind> = units.iter().map(|unit| kind(unit, lexicons)).collect();
    let (weight, core) = heaviest(units, &kinds)?;
    let is_page = weight >= ARTICLE_WEIGHT_MIN && is_page(&kinds, core);
    let headline = Lines::new(units, &kinds, lexicons, core, is_page).best();
    if !is_page {
        if let Some(headline) = headline.filter(|headline| is_below_another(units, &kinds, *headline)) {
            units[headline].set(LineRole::Headline, Evidence::Position("most like a headline of the text"));
        }
        return None;
    }
    drop_within(units, &kinds, core);
    let start = headline.map_or(core.start, |headline| with_facts_above(&kinds, headline));
    if let Some(headline) = headline {
        units[headline].set(LineRole::Headline, Evidence::Position("title above the text of a page"));
        let menu = kinds[..headline].iter().filter(|kind| **kind == Kind::Short).count();
        if menu >= MENU_LINES_MIN {
            drop_between(units, &kinds, headline + 1, core.start);
        }
    }
    Some(Span { start, end: with_tail(units, &kinds, core.end, lexicons) })
}

/// Whether so many short lines stand outside the text that it is a page's.
fn is_page(kinds: &[Kind], core: Span) -> bool {
    let count = |kinds: &[Kind], kind: Kind| kinds.iter().filter(|found| **found == kind).count();
    let (above, below) = (&kinds[..core.start], &kinds[core.end..]);
    let (short_above, short_below) = (count(above, Kind::Short), count(below, Kind::Short));
    let furniture = count(above, Kind::Furniture) + count(below, Kind::Furniture);
    short_above >= MENU_LINES_MIN
        || short_above + short_below >= OUTSIDE_LINES_MIN && furniture >= PAGE_WORDS_MIN
}

/// Whether a line above the headline would be taken for it.
fn is_below_another(units: &[Unit<'_>], kinds: &[Kind], headline: usize) -> bool {
    units[headline].label.is_none()
        && kinds[..headline].contains(&Kind::Short)
        && !units[..headline].iter().any(|unit| unit.label_is(Role::Title) || unit.opens_others())
}

/// Settles the units outside the span.
pub(super) fn drop_outside(above: &mut [Unit<'_>], below: &mut [Unit<'_>]) {
    for unit in above {
        unit.set(LineRole::Boilerplate, Evidence::Position("above the article"));
    }
    for unit in below {
        unit.set(LineRole::Boilerplate, Evidence::Position("below the article"));
    }
}

/// A date a little above the article is its own, where it has no other.
pub(super) fn date_above(above: &mut [Unit<'_>], lexicons: &Lexicons<'_>) {
    let date = above.iter_mut().rev().take(DATE_UNITS_ABOVE).find(|unit| unit.text.is_date(lexicons));
    if let Some(unit) = date {
        unit.set(LineRole::Date, Evidence::Position("date above the headline"));
    }
}

fn kind(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> Kind {
    let text = &unit.text;
    if unit.role == LineRole::Boilerplate {
        return Kind::Furniture;
    }
    if unit.opens_others() {
        return if unit.label.as_ref().is_some_and(|label| label.value.is_empty()) {
            Kind::Others
        } else {
            Kind::Fact
        };
    }
    if text.heads_comments(lexicons) {
        return Kind::Comments;
    }
    let is_fact = unit.is_settled()
        || unit.label.as_ref().is_some_and(|label| label.role != Role::Text)
        || text.is_date(lexicons)
        || shape::is_row_of_hashtags(text);
    if is_fact {
        return Kind::Fact;
    }
    if text.is_separator() || shape::is_url(text) || !text.chars().any(is_letter) {
        return Kind::Mark;
    }
    if text.is_boilerplate(lexicons) || shape::is_number_behind_label(text) {
        return Kind::Furniture;
    }
    if text.is_prose() {
        return Kind::Prose;
    }
    if text.is_byline() || text.is_credit(lexicons) || text.is_caption(lexicons) {
        return Kind::Fact;
    }
    Kind::Short
}

/// Whether a text is a paragraph: a sentence, or long.
pub(super) fn is_prose(text: &str, ends_firmly: bool, words: impl FnOnce() -> usize) -> bool {
    is_longer_than(text, PROSE_CHARS_MIN) || ends_firmly && words() >= PROSE_WORDS_MIN
}

fn weight(unit: &Unit<'_>, kind: Kind) -> i64 {
    match kind {
        Kind::Prose => {
            i64::try_from(first_chars(&unit.text, PROSE_WEIGHT_MAX).chars().count()).unwrap_or_default()
        }
        Kind::Fact => 0,
        Kind::Short if unit.markup.is_heading => 0,
        Kind::Short => short_weight(&unit.text),
        Kind::Furniture => FURNITURE_WEIGHT,
        Kind::Mark => MARK_WEIGHT,
        Kind::Others => OTHERS_WEIGHT,
        Kind::Comments => COMMENTS_WEIGHT,
    }
}

fn short_weight(text: &UnitText<'_>) -> i64 {
    let words = text.words();
    if text.ends_firmly() && words >= SENTENCE_WORDS_MIN {
        return i64::try_from(text.chars().count()).unwrap_or_default();
    }
    SHORT_WEIGHTS.iter().find(|(most, _)| words <= *most).map_or(0, |(_, weight)| *weight)
}

/// The stretch of units with the greatest sum of weights; it begins and ends with prose.
fn heaviest(units: &[Unit<'_>], kinds: &[Kind]) -> Option<(i64, Span)> {
    let mut best: Option<(i64, Span)> = None;
    let (mut sum, mut start) = (0_i64, 0);
    for (index, kind) in kinds.iter().enumerate() {
        if sum <= 0 {
            sum = 0;
            start = index;
            if *kind != Kind::Prose {
                continue;
            }
        }
        sum += weight(&units[index], *kind);
        if *kind == Kind::Prose && best.is_none_or(|(most, _)| sum > most) {
            best = Some((sum, Span { start, end: index + 1 }));
        }
    }
    best
}

/// Within the text, short lines that also stand outside it are buttons, and titles in a row name other articles
/// unless the text is one of lists.
fn drop_within(units: &mut [Unit<'_>], kinds: &[Kind], core: Span) {
    let outside: HashSet<String> = units[..core.start]
        .iter()
        .chain(&units[core.end..])
        .filter(|unit| unit.text.is_title())
        .map(|unit| unit.text.folded().to_owned())
        .collect();
    let listed: Vec<bool> = (core.start..core.end)
        .map(|index| kinds[index] == Kind::Short && is_title_of_list(&units[index]))
        .collect();
    let prose = kinds[core.start..core.end].iter().filter(|kind| **kind == Kind::Prose).count();
    let is_of_lists = listed.iter().filter(|is| **is).count() * PROSE_PER_TITLE > prose;
    for (place, index) in (core.start..core.end).enumerate() {
        let has_neighbour = place > 0 && listed[place - 1] || listed.get(place + 1) == Some(&true);
        if listed[place] && has_neighbour && !is_of_lists {
            units[index].set(LineRole::Boilerplate, Evidence::Position("titles in a row"));
        } else if kinds[index] == Kind::Short && outside.contains(units[index].text.folded()) {
            units[index].set(LineRole::Boilerplate, Evidence::Position("stands outside the text too"));
        }
    }
}

fn is_title_of_list(unit: &Unit<'_>) -> bool {
    !unit.markup.is_item
        && !unit.markup.is_heading
        && !unit.text.ends_firmly()
        && !shape::has_number(&unit.text)
        && unit.text.words() >= LIST_TITLE_WORDS_MIN
}

/// Dates, sections and bylines right above the headline are the article's.
fn with_facts_above(kinds: &[Kind], headline: usize) -> usize {
    let facts = kinds[..headline].iter().rev().take(FACTS_UNITS).take_while(|kind| **kind == Kind::Fact);
    headline - facts.count()
}

/// Between headline and text, very short lines are buttons and tags.
fn drop_between(units: &mut [Unit<'_>], kinds: &[Kind], from: usize, to: usize) {
    for index in from..to {
        let is_button = match kinds[index] {
            Kind::Short => units[index].text.words() < BETWEEN_WORDS_MIN || units[index].markup.is_item,
            Kind::Comments | Kind::Others => true,
            _ => false,
        };
        let is_above_text = index + 1 == to;
        if is_button && !is_above_text {
            units[index].set(LineRole::Boilerplate, Evidence::Position("short line below the headline"));
        }
    }
}

/// The end of the article: labelled lines below its text, and a list of others under a label.
fn with_tail(units: &[Unit<'_>], kinds: &[Kind], end: usize, lexicons: &Lexicons<'_>) -> usize {
    let facts = |from: usize| -> usize {
        let tail = kinds[from..].iter().take(TAIL_UNITS);
        from + tail.take_while(|kind| matches!(kind, Kind::Fact | Kind::Furniture | Kind::Mark)).count()
    };
    let mut end = facts(end);
    let heads_others = units.get(end).is_some_and(|unit| {
        kinds[end] == Kind::Others
            || unit.text.words() <= OTHERS_HEADING_WORDS_MAX && unit.text.heads_others(lexicons)
    });
    if heads_others {
        let is_title =
            |at: usize| kinds.get(at) == Some(&Kind::Short) && units[at].text.words() >= OTHERS_WORDS_MIN;
        let is_of_list = |at: &usize| match kinds[*at] {
            Kind::Short => is_title(*at),
            Kind::Fact | Kind::Prose => true,
            // A button or a count between two titles.
            Kind::Furniture | Kind::Mark => is_title(at - 1) && is_title(at + 1),
            _ => false,
        };
        let last = units.len().min(end + 1 + OTHERS_UNITS_MAX);
        end += 1 + (end + 1..last).take_while(is_of_list).count();
    }
    end
}
