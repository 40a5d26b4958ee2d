//! From the lines of the body's element to the body: without what stands around and between its paragraphs.
//!
//! Kept: prose, headings with prose below them, items of lists that are no lists of links, short paragraphs. Left out:
//! what stands before the first prose and behind the last, lines that are links, lines of the page's own
//! ([`Boilerplate`]), and what is said twice. References to other articles ("read also") stay: whoever takes the blocks
//! puts them where they belong.

use std::collections::HashMap;
use std::rc::Rc;

use super::content::{Chosen, ends_sentence, is_prose};
use super::outline::{Kind, Line, Outline, Sums};
use crate::article::ParagraphRole;
use crate::parse::boilerplate::Boilerplate;
use crate::parse::fold::fold;
use crate::parse::lexicon::{Labels, Role};

/// Of a list whose items are links by more than this share, in hundredths, nothing is text.
const LIST_LINKS_MAX: usize = 50;
/// A shorter line that is no sentence, in no paragraph element, is none of the body's.
const LOOSE_CHARS_MIN: usize = 30;
/// Shorter texts may be said twice.
const REPEAT_CHARS_MIN: usize = 30;

/// Elements between a line and its list or table, at most.
const ROW_DEPTH_MAX: usize = 6;
/// A cell with more text is a part of the page's layout.
const CELL_CHARS_MAX: usize = 300;
/// A sentence with so many characters outside of its links is text, however long the links are.
const UNLINKED_CHARS_MIN: usize = 5;
/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Prose,
    /// Stays between prose.
    Between,
    Heading,
    /// A label of other articles, and what belongs to it.
    Reference,
    Dropped,
}

/// A block of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub text: String,
    pub role: ParagraphRole,
    /// The address of the block's first link, if any.
    pub link: Option<Rc<str>>,
    /// The link stands at the block's beginning.
    pub begins_with_link: bool,
}

/// The body's blocks.
pub(super) fn blocks(
    outline: &Outline,
    chosen: &Chosen,
    labels: &Labels,
    boilerplate: &Boilerplate,
) -> Vec<Block> {
    let begin = chosen.headline.map_or(0, |headline| headline + 1);
    let before: usize = prose_chars(outline, &chosen.lines[..begin]);
    let behind: usize = prose_chars(outline, &chosen.lines[begin..]);
    // A headline that stands behind the text is a heading of something else.
    let begin = if before > behind { 0 } else { begin };
    let lines: Vec<&Line> = chosen.lines[begin..].iter().map(|index| &outline.lines[*index]).collect();
    let rows = Rows::of(outline);
    let mut fates = fates_of(&rows, &lines, labels, boilerplate);
    trim_ends(&rows, &lines, &mut fates);
    drop_lone_headings(&mut fates);
    // A pull quote repeats a sentence in an element of its own.
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut blocks = Vec::new();
    for (line, fate) in lines.iter().zip(&fates) {
        if *fate == Fate::Dropped {
            continue;
        }
        if line.chars >= REPEAT_CHARS_MIN {
            let parent = outline.elements[line.element].parent;
            if *seen.entry(fold(&line.text)).or_insert(parent) != parent {
                continue;
            }
        }
        blocks.push(Block {
            text: line.text.clone(),
            role: line.role,
            link: line.link.clone(),
            begins_with_link: line.begins_with_link,
        });
    }
    blocks
}

fn prose_chars(outline: &Outline, lines: &[usize]) -> usize {
    lines
        .iter()
        .map(|index| &outline.lines[*index])
        .filter(|line| is_prose(line))
        .map(|line| line.chars)
        .sum()
}

fn fates_of(rows: &Rows<'_>, lines: &[&Line], labels: &Labels, boilerplate: &Boilerplate) -> Vec<Fate> {
    let mut fates = Vec::with_capacity(lines.len());
    let mut after_label = false;
    // The list that the last line stands in, and whether a sentence announces it.
    let mut list: Option<(usize, bool)> = None;
    for (index, line) in lines.iter().enumerate() {
        let label = labels.match_line(&line.text).filter(|label| label.role == Role::Related);
        let is_item = line.role == ParagraphRole::ListItem;
        let follows = after_label && line.link.is_some() && (is_item || line.begins_with_link);
        let list_here = rows.list_of(line);
        if list_here != list.map(|(element, _)| element) {
            let announces = |before: &&Line| before.text.ends_with([':', '：']) && is_prose(before);
            let is_announced = index.checked_sub(1).is_some_and(|before| announces(&lines[before]));
            list = list_here.map(|element| (element, is_announced));
        }
        let fate = if label.is_some() || follows {
            Fate::Reference
        } else if list.is_some_and(|(_, is_announced)| is_announced) {
            Fate::Between
        } else {
            fate_of(rows, line, boilerplate)
        };
        after_label = label.is_some_and(|label| label.value.is_empty()) || (follows && is_item);
        fates.push(fate);
    }
    fates
}

fn fate_of(rows: &Rows<'_>, line: &Line, boilerplate: &Boilerplate) -> Fate {
    if line.role == ParagraphRole::Quote {
        return if is_prose(line) { Fate::Prose } else { Fate::Between };
    }
    if boilerplate.is_one(&line.text) || rows.is_in_list_of_links(line) {
        return Fate::Dropped;
    }
    if is_prose(line) {
        return Fate::Prose;
    }
    // What stands among the text of a list or table is text, linked or not.
    if rows.list_of(line).is_some() {
        return Fate::Between;
    }
    if line.role == ParagraphRole::Heading {
        return Fate::Heading;
    }
    let says_more = line.link_chars + UNLINKED_CHARS_MIN <= line.chars && ends_sentence(&line.text);
    if (line.link_chars * 2 >= line.chars && !says_more) || is_address(&line.text) {
        return Fate::Dropped;
    }
    let is_loose = matches!(
        rows.outline.elements[line.element].kind,
        Kind::Other | Kind::Figure | Kind::Article | Kind::Main | Kind::Body | Kind::Aside
    );
    if is_loose && line.chars < LOOSE_CHARS_MIN && !ends_sentence(&line.text) {
        return Fate::Dropped;
    }
    Fate::Between
}

/// Whether a line is nothing but an address.
fn is_address(text: &str) -> bool {
    text.starts_with("http") && !text.contains(char::is_whitespace)
}

/// Drops what stands before the first prose and behind the last, but for lists, and for paragraphs and headings right
/// beside it in the same element. Headings with nothing below them go later.
fn trim_ends(rows: &Rows<'_>, lines: &[&Line], fates: &mut [Fate]) {
    let outline = rows.outline;
    let first = fates.iter().position(|fate| *fate == Fate::Prose);
    let last = fates.iter().rposition(|fate| *fate == Fate::Prose);
    let (Some(first), Some(last)) = (first, last) else { return };
    let parent = |line: &Line| outline.elements[line.element].parent;
    let is_beside = |line: &Line, prose: &Line| {
        let kind = outline.elements[line.element].kind;
        parent(line) == parent(prose)
            && line.link_chars == 0
            && (kind == Kind::Paragraph || (matches!(kind, Kind::Heading(_)) && !ends_sentence(&line.text)))
    };
    let is_listed_beside = |line: &Line, prose: &Line| {
        let around_list = rows.list_of(line).map(|index| outline.elements[index].parent);
        line.link_chars == 0 && around_list == Some(parent(prose))
    };
    let mut goes_on = true;
    for index in (0..first).rev() {
        let is_heading = fates[index] == Fate::Heading && !ends_sentence(&lines[index].text);
        goes_on &= (is_heading && index + 1 == first)
            || (fates[index] != Fate::Dropped
                && (is_beside(lines[index], lines[first]) || is_listed_beside(lines[index], lines[first])));
        if fates[index] != Fate::Reference && !goes_on {
            fates[index] = Fate::Dropped;
        }
    }
    let mut goes_on = true;
    for (line, fate) in lines.iter().zip(fates.iter_mut()).skip(last + 1) {
        let is_beside = is_beside(line, lines[last]);
        goes_on &= match fate {
            Fate::Between => is_beside || rows.list_of(line).is_some(),
            Fate::Heading => is_beside,
            _ => false,
        };
        if *fate != Fate::Reference && !goes_on {
            *fate = Fate::Dropped;
        }
    }
}

/// Lists and tables of a page.
struct Rows<'page> {
    outline: &'page Outline,
    chars: Sums,
    link_chars: Sums,
    /// Lines that are too long for a table of data.
    long_lines: Sums,
}

impl<'page> Rows<'page> {
    fn of(outline: &'page Outline) -> Self {
        let lines = &outline.lines;
        Self {
            outline,
            chars: Sums::of(lines, |_, line| line.chars),
            link_chars: Sums::of(lines, |_, line| line.link_chars),
            long_lines: Sums::of(lines, |_, line| usize::from(line.chars > CELL_CHARS_MAX)),
        }
    }

    /// The list or table of data that the line stands in. A table with long texts lays out a page.
    fn list_of(&self, line: &Line) -> Option<usize> {
        let mut index = line.element;
        for _ in 0..ROW_DEPTH_MAX {
            let element = &self.outline.elements[index];
            match element.kind {
                Kind::List => return Some(index),
                Kind::Table => return (self.long_lines.within(element) == 0).then_some(index),
                _ => index = element.parent,
            }
        }
        None
    }

    /// Whether the line stands in a list most of whose text is links.
    fn is_in_list_of_links(&self, line: &Line) -> bool {
        let Some(list) = self.list_of(line) else { return false };
        let list = &self.outline.elements[list];
        self.link_chars.within(list) * 100 > self.chars.within(list) * LIST_LINKS_MAX
    }
}

/// Drops headings below which nothing is left.
fn drop_lone_headings(fates: &mut [Fate]) {
    for fate in fates.iter_mut().rev() {
        match fate {
            Fate::Prose | Fate::Between => return,
            Fate::Heading => *fate = Fate::Dropped,
            Fate::Reference | Fate::Dropped => {}
        }
    }
}

#[cfg(test)]
mod tests;
