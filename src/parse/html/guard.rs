//! The guard in front of the tree: bounds on depth, nodes and attributes, and the tree built under them.
//!
//! Two looks. The scan counts over the bytes before anything is built, and drops attributes that are too long or too
//! many. The tree is then built in chunks and measured after each one, because only the real tree builder knows what
//! it repeats (open inline elements) and moves. Nothing recursive sees a page before both have passed.

use std::borrow::Cow;

use dom_query::{Document, NodeRef};
use html5ever::ParseOpts;
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::tree_builder::TreeBuilderOpts;

use super::scan::{Piece, Scanner, Tag, attributes};
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

/// No element that this room knows by name has a longer one.
const NAME_BYTES_MAX: usize = 12;

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

/// What an implied end never crosses.
const BOUNDARIES: &[&str] =
    &["table", "td", "th", "caption", "button", "object", "template", "html", "svg", "math"];

/// A page that passed the scan: as it was, or without the attributes that were dropped.
pub(super) struct Guarded<'page> {
    pub page: Cow<'page, str>,
    pub attributes_dropped: usize,
}

/// A page without NULs: the standard drops them in a body, and its tokenizer reports each one.
pub(super) fn without_nulls(page: &str) -> Cow<'_, str> {
    if page.contains('\0') { Cow::Owned(page.replace('\0', "")) } else { Cow::Borrowed(page) }
}

/// Counts depth and nodes over the bytes of a page, and drops excessive attributes.
pub(super) fn scan<'page>(page: &'page str, limits: &ParseSettings) -> Result<Guarded<'page>, Rejection> {
    let mut open: Vec<&str> = Vec::new();
    let mut nodes = 0_usize;
    let mut tidy = String::new();
    let mut copied = 0;
    let mut attributes_dropped = 0;
    for piece in Scanner::new(page) {
        // Each bracket that opens nothing is a piece of text: the tree builder takes its time for it as for a tag.
        nodes += usize::from(!matches!(piece, Piece::End(_)));
        if nodes > limits.html_nodes_max {
            return Err(too_many(limits));
        }
        match piece {
            Piece::Start(tag) => {
                if let Some((kept, dropped)) = excess_dropped(&tag) {
                    tidy.push_str(&page[copied..tag.start]);
                    tidy.push_str(&kept);
                    copied = tag.end;
                    attributes_dropped += dropped;
                }
                if !tag.is_void() && !is_closed_foreign(&open, &tag) {
                    close_implied(&mut open, tag.name);
                    open.push(tag.name);
                    if open.len() > limits.html_depth_max {
                        return Err(too_deep(limits));
                    }
                }
            }
            Piece::End(name) => {
                // An end tag that ends nothing makes the tree builder search all that is open.
                match open.iter().rposition(|known| known.eq_ignore_ascii_case(name)) {
                    Some(index) => open.truncate(index),
                    None => nodes += 1,
                }
            }
            Piece::Text(_) | Piece::RawText(_) | Piece::Comment => {}
        }
    }
    if attributes_dropped == 0 {
        return Ok(Guarded { page: Cow::Borrowed(page), attributes_dropped });
    }
    tidy.push_str(&page[copied..]);
    Ok(Guarded { page: Cow::Owned(tidy), attributes_dropped })
}

/// Builds the tree, measured after each chunk and once more at the end.
pub(super) fn build(page: &str, limits: &ParseSettings) -> Result<Document, Rejection> {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
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
    let all = attributes(tag.attributes);
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
fn is_closed_foreign(open: &[&str], tag: &Tag<'_>) -> bool {
    tag.is_self_closing()
        && open
            .iter()
            .rev()
            .take(64)
            .any(|name| name.eq_ignore_ascii_case("svg") || name.eq_ignore_ascii_case("math"))
}

/// Takes from the stack what this start tag closes: a paragraph by a block, a list item by the next one.
fn close_implied(open: &mut Vec<&str>, name: &str) {
    let mut lower = [0; NAME_BYTES_MAX];
    let Some(lower) = lower.get_mut(..name.len()) else { return };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let name = std::str::from_utf8(lower).unwrap_or_default();
    let (closed, stops, crosses_cells): (&[&str], &[&str], bool) = match name {
        "li" => (&["li"], &["ul", "ol", "menu"], false),
        "dd" | "dt" => (&["dd", "dt"], &["dl"], false),
        "td" | "th" => (&["td", "th"], &["tr", "table"], true),
        "tr" => (&["tr"], &["table"], true),
        "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot"], &["table"], true),
        "option" | "optgroup" => (&["option"], &["select"], false),
        "a" => (&["a"], &[], false),
        _ => (&[], &[], false),
    };
    if !closed.is_empty() {
        pop_through(open, closed, stops, crosses_cells);
    }
    if is_block(name) {
        pop_through(open, &["p"], &[], false);
    }
}

/// Pops the nearest of `closed` and all above it, unless one of `stops` or a boundary stands in between.
fn pop_through(open: &mut Vec<&str>, closed: &[&str], stops: &[&str], crosses_cells: bool) {
    for (index, name) in open.iter().enumerate().rev() {
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if is(closed) {
            open.truncate(index);
            return;
        }
        if is(stops) || (!crosses_cells && is(BOUNDARIES)) {
            return;
        }
    }
}

fn too_deep(limits: &ParseSettings) -> Rejection {
    Rejection::new(Code::TooDeep, format!("elements nested deeper than {}", limits.html_depth_max))
}

fn too_many(limits: &ParseSettings) -> Rejection {
    Rejection::new(Code::TooManyNodes, format!("more than {} nodes", limits.html_nodes_max))
}
