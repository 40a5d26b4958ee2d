//! From markup to lines of visible text, by the scanner alone: linear, without a tree and its limits. What is left of a
//! page that can't be read otherwise.

use super::scan::{Piece, Scanner};
use crate::parse::assemble::one_line;
use crate::parse::references::decode;
use crate::parse::text::is_blank;

/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];
/// The lines of a page's markup, in order. None is blank, and none has a line break.
pub(super) fn lines(markup: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut text = String::new();
    let mut in_title = false;
    for piece in Scanner::new(markup) {
        match piece {
            Piece::Text(piece) => text.push_str(&decode(piece)),
            Piece::Start(tag) if tag.is("br") => text.push(' '),
            Piece::Start(tag) if is_block(tag.name) => {
                finish(&mut text, &mut lines);
                in_title = tag.is("title");
            }
            Piece::End(name) if is_block(name) => finish(&mut text, &mut lines),
            // Of the elements whose content is text only the title is visible.
            Piece::RawText(piece) if std::mem::take(&mut in_title) => text.push_str(&decode(piece)),
            _ => {}
        }
    }
    finish(&mut text, &mut lines);
    lines
}

fn finish(text: &mut String, lines: &mut Vec<String>) {
    if !is_blank(text) {
        lines.push(one_line(text));
    }
    text.clear();
}

fn is_block(name: &str) -> bool {
    BLOCKS.iter().any(|known| known.eq_ignore_ascii_case(name))
}
