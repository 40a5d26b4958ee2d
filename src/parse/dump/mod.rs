//! Text dumps: plain text taken from news pages, with titles, labelled lines, paragraphs and other articles.
//!
//! Owns which line is what. It reads no dates and no URLs: it hands on their text with the evidence for it. The way of
//! a text: lines and parts of lines become units (`pieces`, `row`, `markup`), heads of records, menus and lines of the
//! page are settled (`records`, `furniture`), the article is told from a page around it (`page`) and its headline from
//! the lines beside it (`headline`), each unit gets a role and the evidence for it (`walk`, `related`, by the shapes of
//! `shape` and the lexicons), and the parts of the article are put together from the roles (`collect`). Nothing else
//! decides, so what [`Division::lines`] shows is what the parser believed.

mod collect;
mod furniture;
mod headline;
mod line;
mod markup;
mod overlap;
mod page;
mod pieces;
mod records;
mod related;
mod row;
mod shape;
#[cfg(test)]
mod tests;
mod unit_text;
mod walk;
mod words;

pub use line::{LineRole, ReadLine};
pub(crate) use shape::{Lexicons, TITLE_CHARS_MAX, is_title};
pub(crate) use words::Words;

use crate::article::{Flaw, Paragraph, Related};
use crate::parse::flaws;
use crate::parse::lexicon::Role;
use pieces::Unit;

/// Lines beyond the paragraph limit that may hold labels; what follows is cut.
const LABEL_LINES_MAX: usize = 1000;

/// A value and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub label: String,
    pub value: String,
}

/// The parts of an article, found in a dump.
#[derive(Debug, Default)]
pub(crate) struct Dump {
    pub headline: Option<Found>,
    pub paragraphs: Vec<Paragraph>,
    pub date: Option<Found>,
    pub modified: Option<Found>,
    pub source: Option<Found>,
    pub author: Option<Found>,
    pub section: Option<Found>,
    pub keywords: Option<Found>,
    pub url: Option<Found>,
    pub related: Vec<Related>,
    pub flaws: Vec<Flaw>,
}

/// A dump with a role for each of its lines.
#[derive(Debug)]
pub(crate) struct Division<'text> {
    units: Vec<Unit<'text>>,
    flaws: Vec<Flaw>,
}

/// Divides a dump. `paragraphs_max` bounds the lines that are looked at.
pub(crate) fn divide<'text>(
    text: &'text str,
    lexicons: &Lexicons<'_>,
    paragraphs_max: usize,
) -> Division<'text> {
    let lines_max = paragraphs_max.saturating_add(LABEL_LINES_MAX);
    let (units, is_cut) = pieces::units(text, lines_max, lexicons);
    let (units, mut flaws) = walk::walk(units, lexicons);
    if is_cut {
        flaws.insert(0, Flaw::new(flaws::BODY_CUT).with_detail("too many lines"));
    }
    Division { units, flaws }
}

impl Division<'_> {
    /// The parts of the article.
    pub fn collect(self) -> Dump {
        collect::collect(self.units, self.flaws)
    }

    /// Each line of the text that was divided, blank ones included, with its role and the evidence for it.
    pub fn lines(&self, text: &str) -> Vec<ReadLine> {
        let mut read = Vec::new();
        let mut units = self.units.iter().peekable();
        for (number, line) in pieces::numbered(text) {
            while units.peek().is_some_and(|unit| unit.last < number) {
                units.next();
            }
            let mut is_read = false;
            while let Some(unit) = units.next_if(|unit| unit.last == number) {
                is_read = true;
                read.push(of_unit(unit, number, line));
            }
            match units.peek() {
                Some(unit) if unit.first <= number => read.push(of_unit(unit, number, line)),
                _ if is_read => {}
                _ => read.push(ReadLine {
                    number,
                    role: LineRole::Blank,
                    evidence: "position:blank".to_owned(),
                    text: String::new(),
                    related: None,
                }),
            }
        }
        read
    }
}

fn of_unit(unit: &Unit<'_>, number: usize, line: &str) -> ReadLine {
    let evidence = if number > unit.first {
        "position:continues the line above".to_owned()
    } else {
        unit.evidence.to_string()
    };
    let text: &str = if unit.is_part { &unit.text } else { line };
    ReadLine {
        number,
        role: unit.role,
        evidence,
        text: text.to_owned(),
        related: unit.related.map(|index| index + 1),
    }
}

/// What a labelled line is; `None` for labels that open blocks.
pub(super) const fn role_of(role: Role) -> Option<LineRole> {
    Some(match role {
        Role::Title => LineRole::Headline,
        Role::Subtitle => LineRole::Subheadline,
        Role::Date => LineRole::Date,
        Role::Modified => LineRole::Modified,
        Role::Source => LineRole::Source,
        Role::Author => LineRole::Byline,
        Role::Section => LineRole::Section,
        Role::Text => LineRole::Paragraph,
        Role::Keywords => LineRole::Keywords,
        Role::Url => LineRole::Url,
        Role::Caption => LineRole::Caption,
        Role::Related | Role::List => return None,
    })
}
