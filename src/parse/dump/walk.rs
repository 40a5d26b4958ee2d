//! The walk over the units of a dump: each gets its role, from the first to the last.
//!
//! The rules:
//! - A label counts at the beginning of a line, with a value within its role's limit on the same line or, where the
//!   label stands alone, on the next. A source or an author is no sentence. `author` and `title`, whose words are
//!   ordinary ones, count only among the first or the last units ([`EDGE_UNITS`]). Of a repeated label the first one
//!   counts; a later one is dropped among the first and last units, and is a paragraph elsewhere.
//! - The headline is the line labelled so, else the one that `headline` found, else the first line of title shape that
//!   is nothing else.
//! - Dates, bylines, credits and sections without a label count at the top, before the second paragraph that is prose,
//!   and credits, bylines and tags also at the end (`tail`).
//! - What the text uses tells much: a name at the top is one that the text doesn't use, a tag below it one that it does.
//! - Short lines below the end of a text whose paragraphs end firmly are the page's; many of them are a list.
//! - What stands behind a label of `related` or `list` is settled in [`related`]; headings that no lexicon knows are
//!   weighed in `boxes`.
//! - In a text that holds a whole page, [`page`] takes off first what stands around the article.

mod anywhere;
mod boxes;
mod labels;
mod tail;
mod top;

use super::furniture;
use super::line::{Evidence, LineRole};
use super::overlap::{Body, takes_up_title};
use super::page;
use super::pieces::Unit;
use super::records;
use super::related;
use super::row;
use super::shape::{self, Lexicons};
use super::unit_text::UnitText;
use crate::article::Flaw;
use crate::parse::flaws;
use crate::parse::lexicon::Role;
use crate::parse::text::{collapse, is_longer_than};

/// The first and the last units of an article, where a byline may stand.
pub(super) const EDGE_UNITS: usize = 6;
/// Below the headline, so many units may still be dates, bylines and credits.
const TOP_UNITS: usize = 14;
/// A headline is repeated among so many units, if at all.
const FIRST_LINES: usize = 8;

/// The time or the date of an entry has at most so many words.
const ENTRY_WORDS_MAX: usize = 5;

/// Gives each unit its role: those of a page around the article first, then those of the article.
pub(super) fn walk<'text>(
    mut units: Vec<Unit<'text>>,
    lexicons: &Lexicons<'_>,
) -> (Vec<Unit<'text>>, Vec<Flaw>) {
    records::settle_heads(&mut units, lexicons);
    records::settle_menu_labels(&mut units);
    records::settle_menus(&mut units, lexicons);
    furniture::settle(&mut units, lexicons);
    let Some(span) = page::find(&mut units, lexicons) else { return walk_article(units, lexicons) };
    let mut below = units.split_off(span.end);
    let article = units.split_off(span.start);
    page::drop_outside(&mut units, &mut below);
    let (article, flaws) = walk_article(row::divide_top(article, lexicons), lexicons);
    if !article.iter().any(|unit| unit.role == LineRole::Date) {
        page::date_above(&mut units, lexicons);
    }
    units.extend(article);
    units.extend(below);
    (units, flaws)
}

fn walk_article<'text>(
    mut units: Vec<Unit<'text>>,
    lexicons: &Lexicons<'_>,
) -> (Vec<Unit<'text>>, Vec<Flaw>) {
    boxes::label_later_boxes(&mut units, lexicons);
    let facts = Facts::of(&units, lexicons);
    let mut walk = Walk {
        units,
        lexicons,
        facts,
        next: 0,
        headline: None,
        paragraphs: 0,
        prose: 0,
        first_paragraph: None,
        main_closed: false,
        title_settled: false,
        in_comments: false,
        ended_at: None,
        values: Vec::new(),
        articles: 0,
        flaws: Vec::new(),
    };
    while walk.next < walk.units.len() {
        walk.step();
    }
    (walk.units, walk.flaws)
}

/// What holds for the whole text.
struct Facts {
    /// For each unit, whether it can only be text.
    texts: Vec<bool>,
    /// The unit that was settled as the headline.
    headline: Option<usize>,
    has_labelled_title: bool,
    /// Most long lines end with a mark that closes a sentence: one that doesn't is no paragraph.
    ends_firmly: bool,
    /// The last unit that is prose.
    last_prose: usize,
    /// The first unit below the top, where dates, bylines and credits stand.
    top_end: usize,
    /// The words of the prose.
    body: Body,
}

/// Shorter lines say nothing about how paragraphs end.
const LONG_LINE_CHARS: usize = 80;

impl Facts {
    fn of(units: &[Unit<'_>], lexicons: &Lexicons<'_>) -> Self {
        let edge = units.iter().take(EDGE_UNITS);
        // Lines that say more of the headline stand above the first prose.
        let first_prose = units.iter().position(|unit| unit.text.is_prose()).unwrap_or_default();
        let long: Vec<&Unit<'_>> = units[first_prose..]
            .iter()
            .filter(|unit| unit.label.is_none() && is_longer_than(&unit.text, LONG_LINE_CHARS))
            .collect();
        let firm = long.iter().filter(|unit| unit.text.ends_firmly()).count();
        let labelled_title = edge.into_iter().position(|unit| {
            unit.label.as_ref().is_some_and(|label| label.role == Role::Title && !label.value.is_empty())
        });
        let is_prose = |unit: &&Unit<'_>| !unit.is_settled() && unit.text.is_prose();
        let above = units.iter().take_while(|unit| unit.role == LineRole::Boilerplate).count();
        Self {
            top_end: above + TOP_UNITS,
            last_prose: units.iter().rposition(|unit| is_prose(&unit)).unwrap_or_default(),
            body: Body::of(units.iter().filter(is_prose)),
            texts: units.iter().map(|unit| is_text(unit, lexicons)).collect(),
            headline: units.iter().position(|unit| unit.role == LineRole::Headline).or(labelled_title),
            has_labelled_title: labelled_title.is_some(),
            ends_firmly: firm * 3 >= long.len() * 2 && firm > 0,
        }
    }
}

struct Walk<'text, 'parser> {
    units: Vec<Unit<'text>>,
    lexicons: &'parser Lexicons<'parser>,
    facts: Facts,
    /// The unit to look at next.
    next: usize,
    headline: Option<usize>,
    /// Of the main article, so far.
    paragraphs: usize,
    /// Those of them that are sentences or long.
    prose: usize,
    first_paragraph: Option<usize>,
    /// A source or keyword line came after the last paragraph: the main article has ended.
    main_closed: bool,
    /// The headline has been found, or the first line turned out to be no title.
    title_settled: bool,
    /// Below the head of the readers' comments.
    in_comments: bool,
    /// The first words of the page, address, tags, source or box below the last prose.
    ended_at: Option<usize>,
    /// The values of labels so far.
    values: Vec<(Role, String)>,
    /// Related articles so far.
    articles: usize,
    flaws: Vec<Flaw>,
}

impl Walk<'_, '_> {
    /// Settles one unit, or a whole related block, and moves on: `next` always grows.
    fn step(&mut self) {
        let index = self.next;
        self.next += 1;
        if self.units[index].opens_others() && !self.is_read_more_button(index) {
            self.in_comments = false;
            self.take_related(index);
            return;
        }
        if self.units[index].is_settled() {
            self.note_settled(index);
            return;
        }
        if self.is_title_of_another(index) {
            self.take_unannounced(index);
            return;
        }
        if let Some(label) = self.units[index].label.clone()
            && self.take_labelled(index, label.role, &label.name, &label.value)
        {
            return;
        }
        if self.in_comments {
            self.set(index, LineRole::Boilerplate, Evidence::Position("below the head of comments"));
            return;
        }
        if let Some((role, evidence)) = self.anywhere(index) {
            self.set(index, role, evidence);
            return;
        }
        if self.heads_arrows(index) {
            self.take_arrows(index);
            return;
        }
        if self.heads_box(index) || self.heads_article(index) {
            self.take_box(index);
            return;
        }
        if self.is_next_of_numbered(index) {
            self.take_numbered(index);
            return;
        }
        if self.opens_unannounced(index) {
            self.take_unannounced(index);
            return;
        }
        self.take_plain(index);
    }

    fn set(&mut self, index: usize, role: LineRole, evidence: Evidence) {
        self.units[index].set(role, evidence);
        self.note_end(index);
    }

    fn text(&self, index: usize) -> &UnitText<'_> {
        &self.units[index].text
    }

    /// `اقرأ المزيد` as the very last line is a button.
    fn is_read_more_button(&self, index: usize) -> bool {
        let unit = &self.units[index];
        let is_alone = unit.label.as_ref().is_some_and(|label| label.value.is_empty());
        let rest = &self.units[index + 1..];
        is_alone
            && rest.len() <= EDGE_UNITS
            && rest
                .iter()
                .all(|unit| unit.role == LineRole::Boilerplate || unit.text.is_boilerplate(self.lexicons))
    }

    /// A part of a line whose shape settled it before.
    fn note_settled(&mut self, index: usize) {
        self.note_end(index);
        let role = self.units[index].role;
        if role == LineRole::Headline {
            self.headline.get_or_insert(index);
            self.title_settled = true;
        }
        let (known, value) = (role_key(role), collapse(self.text(index)).into_owned());
        if let Some(role) = known
            && !self.values.iter().any(|(earlier, _)| *earlier == role)
        {
            self.values.push((role, value));
        }
    }

    fn take_plain(&mut self, index: usize) {
        if self.take_date_among_words(index) {
            return;
        }
        if let Some((role, evidence)) = self.at_edge(index) {
            self.set(index, role, evidence);
            self.note_settled(index);
            let closes = matches!(role, LineRole::Keywords | LineRole::Source) && self.paragraphs > 1;
            self.main_closed |= closes;
            return;
        }
        if !self.title_settled {
            if self.facts.headline.is_some_and(|headline| index < headline) {
                self.take_above_headline(index);
                return;
            }
            if self.is_publisher_above_title(index) {
                self.set(index, LineRole::Source, Evidence::Position("publisher and date above a title"));
                return;
            }
            if self.is_kicker(index) {
                self.set(index, LineRole::Section, Evidence::Position("short line above the headline"));
                return;
            }
            let is_alone = self.units.len() == 1;
            self.title_settled = true;
            if !self.facts.has_labelled_title && self.headline.is_none() {
                if self.text(index).is_title() {
                    self.headline = Some(index);
                    self.set(index, LineRole::Headline, Evidence::Position("first line of title shape"));
                    return;
                }
                if !is_alone {
                    self.flaws.push(Flaw::new(flaws::HEADLINE_MISSING));
                }
            }
        }
        if self.is_subheadline(index) {
            self.set(index, LineRole::Subheadline, Evidence::Position("between headline and text"));
            return;
        }
        if self.is_past_end(index) || self.is_left_over(index) {
            if self.is_tag_of_text(index) {
                self.set(index, LineRole::Keywords, Evidence::Position("words of the text below it"));
                return;
            }
            self.set(
                index,
                LineRole::Boilerplate,
                Evidence::Position("short line below the end of the text"),
            );
            return;
        }
        self.main_closed = false;
        self.paragraphs += 1;
        self.prose += usize::from(self.text(index).is_prose());
        self.first_paragraph.get_or_insert(index);
        self.set(index, LineRole::Paragraph, Evidence::Position("text of the article"));
    }

    /// Dates, bylines, credits, sections and tags without a label.
    fn at_edge(&self, index: usize) -> Option<(LineRole, Evidence)> {
        let lexicons = self.lexicons;
        let text = self.text(index);
        let at_top = self.prose < 2 && index < self.facts.top_end;
        let at_end = self.paragraphs > 0 && self.is_near_end(index);
        if !at_top && !at_end {
            return None;
        }
        if text.is_date(lexicons) {
            return Some((LineRole::Date, Evidence::Shape("date alone")));
        }
        if text.is_credit(lexicons) {
            return Some((LineRole::Source, Evidence::Shape("agency")));
        }
        let unbracketed = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).unwrap_or(text);
        if text.is_short()
            && shape::is_byline(unbracketed, !self.title_settled)
            && (at_top || self.is_tail(index))
        {
            return Some((LineRole::Byline, Evidence::Shape("byline")));
        }
        if self.paragraphs == 0 && text.is_section(lexicons) {
            return Some((LineRole::Section, Evidence::Shape("name of a section")));
        }
        if at_end && self.is_tail(index) && shape::is_row_of_tags(text) {
            return Some((LineRole::Keywords, Evidence::Shape("row of tags")));
        }
        if at_end && self.is_tail(index) {
            let found = self.below_text(index);
            if found.is_some() {
                return found;
            }
        }
        let is_near = self.headline.is_none_or(|headline| index <= headline + EDGE_UNITS);
        if !self.title_settled || self.prose > 0 || self.paragraphs > 1 || !is_near {
            return None;
        }
        self.below_headline(index)
    }

    fn is_date_unit(&self, index: usize) -> bool {
        self.units.get(index).is_some_and(|unit| {
            unit.label_is(Role::Date)
                || unit.role == LineRole::Date
                || unit.text.is_date(self.lexicons)
                || unit.text.date_among(self.lexicons, top::DATED_WORDS_MAX).is_some()
        })
    }

    /// Whether a unit that is not settled yet can only be text.
    fn is_text(&self, unit: &Unit<'_>) -> bool {
        is_text(unit, self.lexicons)
    }

    fn main(&self) -> related::Main {
        related::Main {
            headline: self.headline.or(self.first_paragraph),
            is_closed: self.main_closed,
            has_paragraphs: self.paragraphs > 0,
            has_date: self.values.iter().any(|(role, _)| *role == Role::Date),
            articles: self.articles,
        }
    }

    fn take_related(&mut self, index: usize) {
        let main = self.main();
        self.take_block(&main, index, true);
    }

    fn take_block(&mut self, main: &related::Main, index: usize, has_label: bool) {
        let block = related::read(&mut self.units, index, main, self.lexicons, has_label);
        self.next = block.next.max(self.next);
        self.articles += block.articles;
        if block.articles > 0 && self.next > self.facts.last_prose {
            self.ended_at.get_or_insert(index);
        }
        if block.is_guess {
            self.flaws.push(Flaw::new(flaws::RELATED_GUESSED));
        }
    }

    /// A second labelled title below the text of the first.
    fn is_title_of_another(&self, index: usize) -> bool {
        let Some(headline) = self.headline.filter(|_| self.paragraphs > 0) else { return false };
        let label = self.units[index].label.as_ref().filter(|label| label.role == Role::Title);
        self.units[headline].label_is(Role::Title)
            && label.is_some_and(|label| !label.value.is_empty())
            && index + 1 < self.units.len()
    }

    /// After the end of the main article, a title with text of its own below begins another article.
    fn opens_unannounced(&self, index: usize) -> bool {
        if !self.main_closed || !related::is_bare_title(&self.units[index]) {
            return false;
        }
        let Some(next) =
            self.units.get(index + 1).filter(|next| next.label.is_none() || next.label_is(Role::Date))
        else {
            return false;
        };
        let after_separator = index > 0 && self.text(index - 1).is_separator();
        let is_text = is_longer_than(&next.text, LONG_LINE_CHARS) || self.is_date_unit(index + 1);
        is_text
            && (after_separator || takes_up_title(&self.units, index, self.headline.or(self.first_paragraph)))
    }

    fn take_unannounced(&mut self, index: usize) {
        let main = self.main();
        self.take_block(&main, index, false);
        self.flaws.push(Flaw::new(flaws::RELATED_GUESSED));
    }

    /// Whether the dump or a related block ends within the next units.
    fn is_near_end(&self, index: usize) -> bool {
        let rest = &self.units[index + 1..];
        rest.len() < EDGE_UNITS || rest[..EDGE_UNITS].iter().any(Unit::opens_others)
    }

    /// Whether no text of the article follows: labels, buttons and blocks of others do.
    fn is_tail(&self, index: usize) -> bool {
        let rest = self.units[index + 1..].iter().take(EDGE_UNITS);
        rest.take_while(|unit| !unit.opens_others() && !unit.text.heads_comments(self.lexicons))
            .all(|unit| !self.is_text(unit) || shape::is_row_of_tags(&unit.text))
    }
}

fn is_text(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> bool {
    let text = &unit.text;
    unit.label.is_none()
        && !unit.is_settled()
        && !text.is_separator()
        && !shape::is_url(text)
        && !text.is_date(lexicons)
        && !text.is_credit(lexicons)
        && !text.is_byline()
        && !text.is_section(lexicons)
        && !text.is_bare_name(lexicons)
        && !text.is_caption(lexicons)
        && !text.is_boilerplate(lexicons)
}

/// The label that a settled role stands for.
const fn role_key(role: LineRole) -> Option<Role> {
    Some(match role {
        LineRole::Date => Role::Date,
        LineRole::Modified => Role::Modified,
        LineRole::Source => Role::Source,
        LineRole::Byline => Role::Author,
        LineRole::Section => Role::Section,
        LineRole::Keywords => Role::Keywords,
        _ => return None,
    })
}
