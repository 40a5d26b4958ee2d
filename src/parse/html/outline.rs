//! A page's tree as two flat lists: elements with their traits, and lines of visible text.
//!
//! Owns where a line ends and what belongs to it; what an element is says [`super::element`]. One walk without recursion.
//! Elements stand in document order, each with the range of its lines, so that sums over a part of the page are
//! differences of running sums.
//!
//! An inline element is no element of its own, but for one with traits that holds blocks (a link around a whole card):
//! it counts as a block, so that its traits hold for all lines inside.

use std::rc::Rc;

use dom_query::{Document, NodeData, NodeRef};

pub(super) use super::element::Kind;
use super::element::{Step, step_of};
use super::traits::{Reader, Traits};
use crate::article::ParagraphRole;
use crate::parse::assemble::one_line;
use crate::parse::text::{first_chars, is_blank};

/// Dates in attributes that are kept, and the longest.
const STAMPS_MAX: usize = 200;
const STAMP_CHARS_MAX: usize = 80;
/// A longer line is not kept with its inline elements divided.
const DIVIDED_BYTES_MAX: usize = 400;

#[derive(Debug)]
pub(super) struct Element {
    pub kind: Kind,
    pub traits: Traits,
    /// The index of its parent; its own for the first.
    pub parent: usize,
    /// The index behind its last descendant.
    pub end: usize,
    /// The lines inside.
    pub first_line: usize,
    pub end_line: usize,
}

/// Text between two ends of blocks.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub text: String,
    /// A short line with digits once more, with spaces where inline elements adjoin: readers see `By A.` and
    /// `2 May 2024` apart, though no space stands between. `None` where that makes no difference.
    pub divided: Option<String>,
    /// The nearest element that is no inline one.
    pub element: usize,
    pub role: ParagraphRole,
    /// What the inline elements tell of it that hold most of it.
    pub traits: Traits,
    /// What any inline element in it tells.
    pub inner_traits: Traits,
    /// Characters without white space: all, and in links.
    pub chars: usize,
    pub link_chars: usize,
    pub link: Option<Rc<str>>,
    pub begins_with_link: bool,
    /// It has links to more than one address.
    pub has_several_links: bool,
}

/// A date in an attribute.
#[derive(Debug)]
pub(super) struct Stamp {
    pub value: String,
    /// The line that it stands in or before.
    pub line: usize,
    pub element: usize,
    /// The element is marked as the date of a change.
    pub is_of_change: bool,
}

/// The lists.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub elements: Vec<Element>,
    pub lines: Vec<Line>,
    pub stamps: Vec<Stamp>,
}

/// Running sums over lines.
pub(super) struct Sums(Vec<usize>);

impl Sums {
    pub fn of(lines: &[Line], value: impl Fn(usize, &Line) -> usize) -> Self {
        let mut sums = vec![0];
        let mut sum = 0;
        for (index, line) in lines.iter().enumerate() {
            sum += value(index, line);
            sums.push(sum);
        }
        Self(sums)
    }

    pub fn within(&self, element: &Element) -> usize {
        self.0[element.end_line] - self.0[element.first_line]
    }

    pub fn all(&self) -> usize {
        self.0.last().copied().unwrap_or_default()
    }
}

/// What is undone where an element ends.
enum Opened {
    Nothing,
    Inline {
        is_link: bool,
        traits: Traits,
    },
    /// An inline element that counts as a block because it holds some.
    Framing {
        is_link: bool,
    },
    Block(Kind),
}

/// An open inline element with traits.
#[derive(Clone, Copy)]
struct Telling {
    /// Where it stands among what is open.
    index: usize,
    /// The first line that has nothing from before it.
    first_line: usize,
    /// What it and those around it tell; and those alone whose traits are foreign.
    traits: Traits,
    foreign: Traits,
}

#[derive(Default)]
struct Walk {
    outline: Outline,
    /// What is to be undone, for each node from the root to here.
    opened: Vec<Opened>,
    /// Open elements of the outline.
    path: Vec<usize>,
    reader: Reader,
    line: Line,
    text: String,
    /// The text with its inline elements divided, as far as it is short.
    divided: String,
    foreign_chars: usize,
    foreign: Traits,
    /// A line break was the last thing seen.
    after_break: bool,
    /// The addresses of open links: of one, unless markup is broken.
    links: Vec<Rc<str>>,
    headings: usize,
    items: usize,
    quotes: usize,
    /// Open inline elements with foreign traits.
    foreign_inline: usize,
    /// Open inline elements with traits that are no elements of the outline.
    telling: Vec<Telling>,
}

impl Outline {
    /// Reads the tree once.
    pub fn of(document: &Document) -> Self {
        let mut walk = Walk::default();
        walk.push_element(Kind::Other, Traits::default());
        let root = document.root();
        let mut node = root;
        loop {
            if walk.enter(&node)
                && let Some(child) = node.first_child()
            {
                node = child;
                continue;
            }
            loop {
                walk.leave();
                if node.id == root.id {
                    return walk.finish();
                }
                if let Some(sibling) = node.next_sibling() {
                    node = sibling;
                    break;
                }
                let Some(parent) = node.parent() else { return walk.finish() };
                node = parent;
            }
        }
    }
}

impl Walk {
    fn push_element(&mut self, kind: Kind, traits: Traits) {
        let parent = self.path.last().copied().unwrap_or_default();
        let first_line = self.outline.lines.len();
        self.path.push(self.outline.elements.len());
        self.outline.elements.push(Element { kind, traits, parent, end: 0, first_line, end_line: 0 });
    }

    fn pop_element(&mut self) {
        let Some(index) = self.path.pop() else { return };
        self.outline.elements[index].end = self.outline.elements.len();
        self.outline.elements[index].end_line = self.outline.lines.len();
    }

    /// Whether the node's children are to be visited.
    fn enter(&mut self, node: &NodeRef<'_>) -> bool {
        let step = node.query_or(Step::Pass, |inner| match &inner.data {
            NodeData::Element(element) => step_of(element, &mut self.reader),
            NodeData::Text { contents } => {
                self.take_text(contents);
                Step::Pass
            }
            NodeData::Document => Step::Inline { href: None, stamp: None, traits: Traits::default() },
            _ => Step::Pass,
        });
        let opened = match step {
            Step::Pass => Opened::Nothing,
            Step::Break => {
                if self.after_break {
                    self.finish_line();
                } else {
                    self.text.push(' ');
                    self.divide();
                    self.after_break = true;
                }
                Opened::Nothing
            }
            Step::Inline { href, stamp, traits } => {
                self.take_stamp(stamp);
                self.open_inline(href, traits)
            }
            Step::Block(kind, traits) => {
                self.finish_line();
                self.frame_inline();
                self.push_element(kind, traits);
                self.count(kind, |count| *count += 1);
                Opened::Block(kind)
            }
        };
        let has_children = !matches!(opened, Opened::Nothing);
        self.opened.push(opened);
        has_children
    }

    fn take_stamp(&mut self, stamp: Option<(String, bool)>) {
        let Some((value, is_of_change)) = stamp.filter(|_| self.outline.stamps.len() < STAMPS_MAX) else {
            return;
        };
        let element = self.path.last().copied().unwrap_or_default();
        let value = one_line(first_chars(&value, STAMP_CHARS_MAX));
        self.outline.stamps.push(Stamp { value, line: self.outline.lines.len(), element, is_of_change });
    }

    /// Divides what stands on both sides of here.
    fn divide(&mut self) {
        if self.divided.len() <= DIVIDED_BYTES_MAX {
            self.divided.push(' ');
        }
    }

    fn open_inline(&mut self, href: Option<Rc<str>>, traits: Traits) -> Opened {
        self.divide();
        let is_link = href.is_some();
        if let Some(href) = href {
            if self.line.link.is_none() {
                self.line.begins_with_link = self.line.chars == 0;
                self.line.link = Some(Rc::clone(&href));
            }
            self.line.has_several_links |= self.line.link.as_ref() != Some(&href);
            self.links.push(href);
        }
        if traits.has(Traits::FOREIGN) {
            self.foreign = self.foreign.with(traits);
            self.foreign_inline += 1;
        }
        if traits != Traits::default() {
            self.line.inner_traits = self.line.inner_traits.with(traits);
            let around = self.telling.last().copied();
            let foreign = if traits.has(Traits::FOREIGN) { traits } else { Traits::default() };
            self.telling.push(Telling {
                index: self.opened.len(),
                first_line: self.outline.lines.len() + usize::from(self.line.chars > 0),
                traits: around.map_or(traits, |around| around.traits.with(traits)),
                foreign: around.map_or(foreign, |around| around.foreign.with(foreign)),
            });
        }
        Opened::Inline { is_link, traits }
    }

    /// Makes elements of the open inline ones with traits: a block begins in them.
    fn frame_inline(&mut self) {
        let telling = std::mem::take(&mut self.telling);
        let first_element = self.outline.elements.len();
        for inline in &telling {
            let Some(opened) = self.opened.get_mut(inline.index) else { continue };
            let Opened::Inline { is_link, traits } = *opened else { continue };
            *opened = Opened::Framing { is_link };
            self.foreign_inline -= usize::from(traits.has(Traits::FOREIGN));
            self.push_element(Kind::Other, traits);
        }
        // Their first lines may have ended at line breaks already.
        let mut end = self.outline.lines.len();
        let elements = self.outline.elements.iter_mut().enumerate().skip(first_element);
        for ((index, element), inline) in elements.zip(&telling).rev() {
            element.first_line = inline.first_line.min(element.first_line);
            let begin = inline.first_line.min(end);
            for line in &mut self.outline.lines[begin..end] {
                line.element = index;
            }
            end = begin;
        }
    }

    fn leave(&mut self) {
        match self.opened.pop() {
            Some(Opened::Inline { is_link, traits }) => {
                self.divide();
                self.close_link(is_link);
                self.foreign_inline -= usize::from(traits.has(Traits::FOREIGN));
                if traits != Traits::default() {
                    self.telling.pop();
                }
            }
            Some(Opened::Framing { is_link }) => {
                self.close_link(is_link);
                self.finish_line();
                self.pop_element();
            }
            Some(Opened::Block(kind)) => {
                self.finish_line();
                self.pop_element();
                self.count(kind, |count| *count -= 1);
            }
            Some(Opened::Nothing) | None => {}
        }
    }

    fn close_link(&mut self, is_link: bool) {
        if is_link {
            self.links.pop();
        }
    }

    fn count(&mut self, kind: Kind, change: impl Fn(&mut usize)) {
        match kind {
            Kind::Heading(_) => change(&mut self.headings),
            Kind::Item => change(&mut self.items),
            Kind::Quote => change(&mut self.quotes),
            _ => {}
        }
    }

    fn take_text(&mut self, text: &str) {
        self.text.push_str(text);
        if self.divided.len() <= DIVIDED_BYTES_MAX {
            self.divided.push_str(first_chars(text, DIVIDED_BYTES_MAX));
        }
        let chars = text.chars().filter(|character| !character.is_whitespace()).count();
        if chars == 0 {
            return;
        }
        self.after_break = false;
        if self.line.link.is_none()
            && let Some(link) = self.links.last()
        {
            self.line.begins_with_link = self.line.chars == 0;
            self.line.link = Some(Rc::clone(link));
        }
        self.line.chars += chars;
        self.line.link_chars += if self.links.is_empty() { 0 } else { chars };
        self.foreign_chars += if self.foreign_inline > 0 { chars } else { 0 };
    }

    fn finish_line(&mut self) {
        self.after_break = false;
        let mut line = std::mem::take(&mut self.line);
        let foreign = std::mem::take(&mut self.foreign);
        let foreign_chars = std::mem::take(&mut self.foreign_chars);
        if !is_blank(&self.text) {
            line.text = one_line(&self.text);
            line.divided = self.divided_line(&line.text);
            line.element = self.path.last().copied().unwrap_or_default();
            line.role = match (self.headings, self.items, self.quotes) {
                (1.., ..) => ParagraphRole::Heading,
                (_, 1.., _) => ParagraphRole::ListItem,
                (_, _, 1..) => ParagraphRole::Quote,
                _ => ParagraphRole::Text,
            };
            if foreign_chars * 10 >= line.chars * 8 {
                line.traits = foreign;
            }
            self.outline.lines.push(line);
        }
        self.text.clear();
        self.divided.clear();
        // What is open tells of the next line, too.
        if let Some(telling) = self.telling.last() {
            self.line.inner_traits = telling.traits;
            self.foreign = telling.foreign;
        }
    }

    fn divided_line(&self, text: &str) -> Option<String> {
        let is_short = self.divided.len() <= DIVIDED_BYTES_MAX;
        let has_digit = || text.bytes().any(|byte| byte.is_ascii_digit() || !byte.is_ascii());
        if !is_short || !has_digit() {
            return None;
        }
        let divided = one_line(&self.divided);
        (divided != text).then_some(divided)
    }

    fn finish(mut self) -> Outline {
        self.finish_line();
        while !self.path.is_empty() {
            self.pop_element();
        }
        self.outline
    }
}

#[cfg(test)]
mod tests;
