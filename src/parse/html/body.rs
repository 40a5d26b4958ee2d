//! From markup to blocks of text with roles, by the scanner alone: linear, without a tree.

use std::borrow::Cow;

use super::scan::{Piece, Scanner, Tag};
use crate::article::ParagraphRole;
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
/// Elements whose content is no text of the article.
const SKIPPED: &[&str] = &[
    "audio",
    "button",
    "canvas",
    "figcaption",
    "iframe",
    "math",
    "nav",
    "noscript",
    "object",
    "picture",
    "select",
    "svg",
    "template",
    "video",
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

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub text: String,
    pub role: ParagraphRole,
    /// The address of the block's first link, if any.
    pub link: Option<String>,
    /// The link stands at the block's beginning.
    pub begins_with_link: bool,
}

/// Which elements count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// An article's markup: captions, buttons and the like are left out.
    Article,
    /// A whole page: everything visible.
    Page,
}

/// The blocks of a page's markup, in order. None is blank, and none has a line break.
pub(super) fn blocks(markup: &str, scope: Scope) -> Vec<Block> {
    let mut reader = Reader::default();
    for piece in Scanner::new(markup) {
        match piece {
            Piece::Text(text) if reader.skipped == 0 => reader.text.push_str(&decode(text)),
            Piece::Start(tag) => reader.start(&tag, scope),
            Piece::End(name) => reader.end(name, scope),
            // Of the elements whose content is text only the title is visible.
            Piece::RawText(text) if reader.in_title => reader.text.push_str(&decode(text)),
            _ => {}
        }
    }
    reader.finish_block();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    text: String,
    link: Option<String>,
    begins_with_link: bool,
    /// Open elements of these kinds.
    skipped: usize,
    items: usize,
    quotes: usize,
    headings: usize,
    in_title: bool,
}

impl Reader {
    fn start(&mut self, tag: &Tag<'_>, scope: Scope) {
        if is_one_of(tag.name, BLOCKS) {
            self.finish_block();
        } else if tag.is("br") {
            self.text.push(' ');
        } else if tag.is("a") && self.link.is_none() && self.skipped == 0 {
            self.link = href(tag);
            self.begins_with_link = self.link.is_some() && is_blank(&self.text);
        }
        self.in_title = tag.is("title") && scope == Scope::Page;
        self.count(tag.name, scope, |count| *count = count.saturating_add(1));
    }

    fn end(&mut self, name: &str, scope: Scope) {
        if is_one_of(name, BLOCKS) {
            self.finish_block();
        }
        self.in_title = false;
        self.count(name, scope, |count| *count = count.saturating_sub(1));
    }

    fn count(&mut self, name: &str, scope: Scope, change: impl Fn(&mut usize)) {
        if scope == Scope::Article && is_one_of(name, SKIPPED) {
            change(&mut self.skipped);
        } else if name.eq_ignore_ascii_case("li") {
            change(&mut self.items);
        } else if name.eq_ignore_ascii_case("blockquote") {
            change(&mut self.quotes);
        } else if is_one_of(name, &["h1", "h2", "h3", "h4", "h5", "h6"]) {
            change(&mut self.headings);
        }
    }

    fn finish_block(&mut self) {
        let link = self.link.take();
        let begins_with_link = std::mem::take(&mut self.begins_with_link);
        if !is_blank(&self.text) {
            let role = match (self.headings, self.items, self.quotes) {
                (1.., ..) => ParagraphRole::Heading,
                (_, 1.., _) => ParagraphRole::ListItem,
                (_, _, 1..) => ParagraphRole::Quote,
                _ => ParagraphRole::Text,
            };
            self.blocks.push(Block { text: one_line(&self.text), role, link, begins_with_link });
        }
        self.text.clear();
    }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn href(tag: &Tag<'_>) -> Option<String> {
    let attributes = super::scan::attributes(tag.attributes);
    let attribute = attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case("href"))?;
    let (_, value) = tag.attributes.get(attribute.start..attribute.end)?.split_once('=')?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| decode(value).into_owned())
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
