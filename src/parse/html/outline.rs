//! A page's tree as two flat lists: elements with their traits, and lines of visible text.
//!
//! Owns what counts as an element of its own, what is never text, and where a line ends. One walk without recursion.
//! Elements stand in document order, each with the range of its lines, so that sums over a part of the page are
//! differences of running sums.

use dom_query::{Document, Element as TreeElement, NodeData, NodeRef};

use super::traits::{self, Traits};
use crate::article::ParagraphRole;
use crate::parse::assemble::one_line;
use crate::parse::text::{first_chars, is_blank};

/// Dates in attributes that are kept, and the longest.
const STAMPS_MAX: usize = 200;
const STAMP_CHARS_MAX: usize = 80;
/// A longer line is not kept with its inline elements divided.
const DIVIDED_BYTES_MAX: usize = 400;

/// What an element is, as far as the body is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Body,
    Article,
    Main,
    /// A part of the page that is rarely the article: footer, aside.
    Aside,
    Heading(u8),
    Paragraph,
    Item,
    List,
    Table,
    Quote,
    Cell,
    Figure,
    Pre,
    Inline,
    Other,
}

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
    pub link: Option<String>,
    pub begins_with_link: bool,
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

/// What the walk does with a node.
enum Step {
    Text(String),
    Skip,
    Break,
    Inline { href: Option<String>, stamp: Option<(String, bool)>, traits: Traits },
    Block(Kind, Traits),
}

/// What is undone where an element ends.
enum Opened {
    Nothing,
    Inline { is_link: bool, is_foreign: bool },
    Block(Kind),
}

#[derive(Default)]
struct Walk {
    outline: Outline,
    /// What is to be undone, for each node from the root to here.
    opened: Vec<Opened>,
    /// Open elements of the outline.
    path: Vec<usize>,
    scratch: String,
    line: Line,
    text: String,
    /// The text with its inline elements divided, as far as it is short.
    divided: String,
    foreign_chars: usize,
    foreign: Traits,
    /// A line break was the last thing seen.
    after_break: bool,
    links: usize,
    headings: usize,
    items: usize,
    quotes: usize,
    /// Open inline elements with foreign traits.
    foreign_inline: usize,
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
        let scratch = &mut self.scratch;
        let step = node.query_or(Step::Skip, |inner| match &inner.data {
            NodeData::Element(element) => step_of(element, scratch),
            NodeData::Text { contents } => Step::Text(contents.to_string()),
            NodeData::Document => Step::Inline { href: None, stamp: None, traits: Traits::default() },
            _ => Step::Skip,
        });
        let opened = match step {
            Step::Text(text) => {
                self.take_text(&text);
                Opened::Nothing
            }
            Step::Skip => Opened::Nothing,
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

    fn open_inline(&mut self, href: Option<String>, traits: Traits) -> Opened {
        self.divide();
        let is_foreign = traits.has(Traits::FOREIGN);
        let is_link = href.is_some();
        if is_foreign {
            self.foreign = self.foreign.with(traits);
        }
        if is_link && self.line.link.is_none() {
            self.line.begins_with_link = self.line.chars == 0;
            self.line.link = href;
        }
        self.line.inner_traits = self.line.inner_traits.with(traits);
        self.links += usize::from(is_link);
        self.foreign_inline += usize::from(is_foreign);
        Opened::Inline { is_link, is_foreign }
    }

    fn leave(&mut self) {
        match self.opened.pop() {
            Some(Opened::Inline { is_link, is_foreign }) => {
                self.divide();
                self.links -= usize::from(is_link);
                self.foreign_inline -= usize::from(is_foreign);
            }
            Some(Opened::Block(kind)) => {
                self.finish_line();
                self.pop_element();
                self.count(kind, |count| *count -= 1);
            }
            Some(Opened::Nothing) | None => {}
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
        self.line.chars += chars;
        self.line.link_chars += if self.links > 0 { chars } else { 0 };
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

fn step_of(element: &TreeElement, scratch: &mut String) -> Step {
    let name: &str = &element.name.local;
    let kind = match name {
        "br" => return Step::Break,
        "head" | "script" | "style" | "noscript" | "template" | "svg" | "math" | "button" | "select"
        | "option" | "textarea" | "input" | "iframe" | "object" | "embed" | "video" | "audio" | "canvas"
        | "nav" | "dialog" | "map" | "datalist" | "progress" | "meter" | "frameset" => {
            return Step::Skip;
        }
        "body" => Kind::Body,
        "article" => Kind::Article,
        "main" => Kind::Main,
        "aside" | "footer" => Kind::Aside,
        "h1" => Kind::Heading(1),
        "h2" => Kind::Heading(2),
        "h3" => Kind::Heading(3),
        "h4" => Kind::Heading(4),
        "h5" | "h6" => Kind::Heading(5),
        "p" => Kind::Paragraph,
        "li" | "dd" | "dt" => Kind::Item,
        "ul" | "ol" | "dl" | "menu" => Kind::List,
        "blockquote" => Kind::Quote,
        "table" => Kind::Table,
        "td" | "th" => Kind::Cell,
        "figure" => Kind::Figure,
        "pre" => Kind::Pre,
        name if is_inline(name) => Kind::Inline,
        _ => Kind::Other,
    };
    let mut href = None;
    let mut stamp = None;
    let mut is_hidden = false;
    let mut is_of_change = false;
    let mut names: [&str; 5] = [""; 5];
    for attribute in &element.attrs {
        match &*attribute.name.local {
            "class" => names[0] = &attribute.value,
            "id" => names[1] = &attribute.value,
            "role" => names[2] = &attribute.value,
            "itemprop" => {
                names[3] = &attribute.value;
                is_of_change |= attribute.value.eq_ignore_ascii_case("dateModified");
            }
            "aria-label" => names[4] = &attribute.value,
            "hidden" => is_hidden = true,
            "style" => is_hidden |= is_hiding(&attribute.value),
            "datetime" if name == "time" => stamp = Some(attribute.value.trim().to_owned()),
            "title" if name == "abbr" => stamp = Some(attribute.value.trim().to_owned()),
            "href" if name == "a" => href = Some(attribute.value.trim().to_owned()),
            _ => {}
        }
    }
    let mut traits = traits::of_names(names.into_iter(), scratch);
    if name == "figcaption" {
        traits = traits.with(Traits::CAPTION);
    }
    // Pieces that a server streams are hidden until a script moves them to their place (React's Suspense).
    if is_hidden && !names[1].starts_with("S:") {
        traits = traits.with(Traits::HIDDEN);
    }
    if kind == Kind::Inline {
        let traits = if name == "time" { traits.with(Traits::DATED) } else { traits };
        let stamp = stamp.filter(|_| traits.has(Traits::DATED)).map(|stamp| (stamp, is_of_change));
        return Step::Inline { href: href.filter(|href| !href.is_empty()), stamp, traits };
    }
    Step::Block(kind, traits)
}

fn is_hiding(style: &str) -> bool {
    style.match_indices("display").any(|(at, word)| {
        let value = style[at + word.len()..].trim_start();
        value.strip_prefix(':').is_some_and(|value| value.trim_start().starts_with("none"))
    })
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "img"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "picture"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "source"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}
