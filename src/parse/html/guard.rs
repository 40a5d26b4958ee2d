//! The guard in front of the tree: bounds on depth, nodes and attributes, and the tree built under them.
//!
//! Two looks. The scan counts over the bytes before anything is built, drops attributes that are too long or too many,
//! and leaves out what nothing reads ([`super::unread`]). The tree is then built in chunks and measured after each one,
//! because only the real tree builder knows what it repeats (open inline elements) and moves. Nothing recursive sees a
//! page before both have passed.

use std::borrow::Cow;

use dom_query::{Document, NodeRef};
use html5ever::ParseOpts;
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::tree_builder::TreeBuilderOpts;

use super::scan::{Piece, Scanner, Tag, attributes};
use super::unread::{Kept, Unread};
use crate::config::settings::ParseSettings;
use crate::rejection::{Code, Rejection};

/// A longer attribute is dropped: no text of an article stands in one, but pictures of megabytes do.
const ATTRIBUTE_BYTES_MAX: usize = 16 * 1024;
/// Attributes of one tag beyond these are dropped; the tree builder compares each with all others.
const ATTRIBUTES_MAX: usize = 128;
/// Shorter attribute texts can't break either limit.
const ATTRIBUTES_BYTES_FREE: usize = 2 * ATTRIBUTES_MAX;
/// Between two measurements the tree builder gets this many bytes.
const CHUNK_BYTES: usize = 8 * 1024;

/// What an open element is to start tags behind it: a set of these.
const PARAGRAPH: u16 = 1;
const ITEM: u16 = 1 << 1;
const LIST: u16 = 1 << 2;
const TERM: u16 = 1 << 3;
const TERMS: u16 = 1 << 4;
const CELL: u16 = 1 << 5;
const ROW: u16 = 1 << 6;
const SECTION: u16 = 1 << 7;
const TABLE: u16 = 1 << 8;
const OPTION: u16 = 1 << 9;
const SELECT: u16 = 1 << 10;
const LINK: u16 = 1 << 11;
const FOREIGN: u16 = 1 << 12;
/// What an implied end never crosses.
const BOUNDARY: u16 = 1 << 13;

/// An open element.
struct Open<'page> {
    name: &'page str,
    marks: u16,
}

fn marks_of(name: &str) -> u16 {
    match name {
        "p" => PARAGRAPH,
        "li" => ITEM,
        "ul" | "ol" | "menu" => LIST,
        "dd" | "dt" => TERM,
        "dl" => TERMS,
        "td" | "th" => CELL | BOUNDARY,
        "tr" => ROW,
        "thead" | "tbody" | "tfoot" => SECTION,
        "table" => TABLE | BOUNDARY,
        "option" => OPTION,
        "select" => SELECT,
        "a" => LINK,
        "svg" | "math" => FOREIGN | BOUNDARY,
        "caption" | "button" | "object" | "template" | "html" => BOUNDARY,
        _ => 0,
    }
}

/// Elements that close an open paragraph.
fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "center"
            | "details"
            | "dialog"
            | "dir"
            | "div"
            | "dl"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "li"
            | "listing"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "search"
            | "section"
            | "summary"
            | "table"
            | "ul"
            | "dd"
            | "dt"
    )
}

/// A page that passed the scan, without what was dropped and what nothing reads.
pub(super) struct Guarded<'page> {
    pub page: Cow<'page, str>,
    pub attributes_dropped: usize,
}

/// A page without NULs: the standard drops them in a body, and its tokenizer reports each one.
pub(super) fn without_nulls(page: &str) -> Cow<'_, str> {
    if page.contains('\0') { Cow::Owned(page.replace('\0', "")) } else { Cow::Borrowed(page) }
}

/// Counts depth and nodes over the bytes of a page, and drops excessive attributes, and those that no stage reads
/// unless `all_attributes` are asked for.
pub(super) fn scan<'page>(
    page: &'page str,
    limits: &ParseSettings,
    all_attributes: bool,
) -> Result<Guarded<'page>, Rejection> {
    let mut open: Vec<Open<'page>> = Vec::new();
    let mut nodes = 0_usize;
    let mut kept = Kept::of(page);
    let mut unread = Unread::default();
    let mut attributes_dropped = 0;
    let mut scanner = Scanner::new(page);
    loop {
        let begin = scanner.position();
        let Some(piece) = scanner.next() else { break };
        // Each bracket that opens nothing is a piece of text: the tree builder takes its time for it as for a tag.
        nodes += usize::from(!matches!(piece, Piece::End(_)));
        if nodes > limits.html_nodes_max {
            return Err(too_many(limits));
        }
        if let Some(part) = unread.until(page, &piece, begin..scanner.position()) {
            kept.replace(&part, "");
        }
        match piece {
            Piece::Start(tag) => {
                if let Some((text, dropped)) = excess_dropped(&tag) {
                    kept.replace(&(tag.start..tag.end), &text);
                    unread.keep_drawing();
                    attributes_dropped += dropped;
                } else if !all_attributes {
                    unread.in_tag(&tag, &mut kept);
                }
                if !tag.is_void() && !is_closed_foreign(&open, &tag) {
                    let name = tag.lower.as_str();
                    close_implied(&mut open, name);
                    open.push(Open { name: tag.name, marks: marks_of(name) });
                    if open.len() > limits.html_depth_max {
                        return Err(too_deep(limits));
                    }
                }
            }
            Piece::End(name) => {
                // An end tag that ends nothing makes the tree builder search all that is open.
                match open.iter().rposition(|known| known.name.eq_ignore_ascii_case(name)) {
                    Some(index) => open.truncate(index),
                    None => nodes += 1,
                }
            }
            Piece::Text(text) => unread.in_text(text, begin, &mut kept),
            Piece::RawText(_) | Piece::Comment => {}
        }
    }
    Ok(Guarded { page: kept.finish(), attributes_dropped })
}

/// Builds the tree, measured after each chunk and once more at the end.
pub(super) fn build(page: &str, limits: &ParseSettings) -> Result<Document, Rejection> {
    // As in browsers that readers use: tags within `noscript` close nothing and open nothing.
    let tree_builder = TreeBuilderOpts { scripting_enabled: true, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let mut parser = html5ever::parse_document(Document::default(), options);
    let mut rest = page;
    while !rest.is_empty() {
        let chunk = crate::parse::text::first_bytes(rest, CHUNK_BYTES);
        parser.process(StrTendril::from_slice(chunk));
        rest = &rest[chunk.len()..];
        let tree = &parser.tokenizer.sink.sink.tree;
        if tree.len() > limits.html_nodes_max {
            return Err(too_many(limits));
        }
        if is_deep_at_end(&tree.root(), limits.html_depth_max) {
            return Err(too_deep(limits));
        }
    }
    let document = parser.finish();
    if document.tree.len() > limits.html_nodes_max {
        return Err(too_many(limits));
    }
    if is_deeper(&document, limits.html_depth_max) {
        return Err(too_deep(limits));
    }
    Ok(document)
}

/// Whether the last branch, where the tree grows, is deeper than the limit.
fn is_deep_at_end(root: &NodeRef<'_>, depth_max: usize) -> bool {
    let mut node = *root;
    for _ in 0..depth_max {
        match node.last_child() {
            Some(child) => node = child,
            None => return false,
        }
    }
    node.last_child().is_some()
}

/// Whether any node stands deeper than the limit: a walk without recursion.
fn is_deeper(document: &Document, depth_max: usize) -> bool {
    let mut node = document.root();
    let mut depth = 0_usize;
    loop {
        if let Some(child) = node.first_child() {
            node = child;
            depth += 1;
            if depth > depth_max {
                return true;
            }
            continue;
        }
        loop {
            if let Some(sibling) = node.next_sibling() {
                node = sibling;
                break;
            }
            match node.parent() {
                Some(parent) if depth > 0 => {
                    node = parent;
                    depth -= 1;
                }
                _ => return false,
            }
        }
    }
}

/// The tag without attributes that are too long or too many, and how many were dropped; `None` where all may stay.
fn excess_dropped(tag: &Tag<'_>) -> Option<(String, usize)> {
    if tag.attributes.len() <= ATTRIBUTES_BYTES_FREE {
        return None;
    }
    // Each attribute has an equals sign or is divided from the next one.
    let divides = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'/');
    let is_short = tag.attributes.len() <= ATTRIBUTE_BYTES_MAX;
    if is_short && tag.attributes.bytes().filter(|byte| divides(*byte)).count() < ATTRIBUTES_MAX {
        return None;
    }
    let all: Vec<_> = attributes(tag.attributes).collect();
    let kept = all.iter().filter(|attribute| attribute.end - attribute.start <= ATTRIBUTE_BYTES_MAX);
    let kept: Vec<_> = kept.take(ATTRIBUTES_MAX).collect();
    if kept.len() == all.len() {
        return None;
    }
    let mut text = format!("<{}", tag.name);
    for attribute in &kept {
        text.push(' ');
        text.push_str(&tag.attributes[attribute.start..attribute.end]);
    }
    text.push_str(if tag.is_self_closing() { " />" } else { ">" });
    Some((text, all.len() - kept.len()))
}

/// Inside of svg and math, `<path/>` is closed at once; in HTML the slash means nothing.
fn is_closed_foreign(open: &[Open<'_>], tag: &Tag<'_>) -> bool {
    tag.is_self_closing() && open.iter().rev().take(64).any(|open| open.marks & FOREIGN != 0)
}

/// Takes from the stack what this start tag closes: a paragraph by a block, a list item by the next one.
fn close_implied(open: &mut Vec<Open<'_>>, name: &str) {
    let (closed, stops) = match name {
        "li" => (ITEM, LIST | BOUNDARY),
        "dd" | "dt" => (TERM, TERMS | BOUNDARY),
        "td" | "th" => (CELL, ROW | TABLE),
        "tr" => (ROW, TABLE),
        "thead" | "tbody" | "tfoot" => (SECTION, TABLE),
        "option" | "optgroup" => (OPTION, SELECT | BOUNDARY),
        "a" => (LINK, BOUNDARY),
        _ => (0, 0),
    };
    if closed != 0 {
        pop_through(open, closed, stops);
    }
    if is_block(name) {
        pop_through(open, PARAGRAPH, BOUNDARY);
    }
}

/// Pops the nearest of `closed` and all above it, unless one of `stops` stands in between.
fn pop_through(open: &mut Vec<Open<'_>>, closed: u16, stops: u16) {
    let found = open.iter().rposition(|open| open.marks & (closed | stops) != 0);
    if let Some(index) = found.filter(|index| open[*index].marks & closed != 0) {
        open.truncate(index);
    }
}

fn too_deep(limits: &ParseSettings) -> Rejection {
    Rejection::new(Code::TooDeep, format!("elements nested deeper than {}", limits.html_depth_max))
}

fn too_many(limits: &ParseSettings) -> Rejection {
    Rejection::new(Code::TooManyNodes, format!("more than {} nodes", limits.html_nodes_max))
}
