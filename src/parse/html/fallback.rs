//! From markup to lines of visible text, by the scanner alone: linear, without a tree and its limits. What is left of a
//! page that can't be read otherwise.

use std::borrow::Cow;

use super::scan::{Piece, Scanner};
use crate::parse::assemble::one_line;
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
/// References by name that news uses, beside those that XML knows.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("bdquo", '„'),
    ("sbquo", '‚'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("lrm", '\u{200e}'),
    ("rlm", '\u{200f}'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("euro", '€'),
    ("pound", '£'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("agrave", 'à'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("ocirc", 'ô'),
    ("ugrave", 'ù'),
    ("ucirc", 'û'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("euml", 'ë'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("auml", 'ä'),
    ("szlig", 'ß'),
    ("oelig", 'œ'),
];
/// The longest reference: `&#x10ffff;`, or a name.
const REFERENCE_BYTES_MAX: usize = 12;

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

/// Character references undone: numeric ones and those of [`NAMED`]; others stay as they stand.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(REFERENCE_BYTES_MAX).position(|byte| byte == b';');
        if let Some((character, end)) =
            end.and_then(|end| reference(&rest[1..end]).map(|character| (character, end)))
        {
            decoded.push(character);
            rest = &rest[end + 1..];
        } else {
            decoded.push('&');
            rest = &rest[1..];
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| *character != '\0');
    }
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}
