//! What markdown and HTML left in a line: taken off, and remembered where it says what the line is.
//!
//! Owns one line at a time. Only tags and entities that are known go; any other `<` or `&` is text.

use std::borrow::Cow;

use crate::parse::fold::{is_invisible, is_letter_or_digit};

/// A tag is at most this long, in bytes; a `<` without its end within is text.
const TAG_BYTES_MAX: usize = 512;
/// An entity is at most this long, in bytes.
const ENTITY_BYTES_MAX: usize = 10;
/// A line is divided at this many tags at most.
const PARTS_MAX: usize = 2000;

/// Elements that stand on a line of their own.
const BLOCKS: [&str; 16] = [
    "p",
    "br",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "tr",
    "table",
    "blockquote",
];
/// Elements within a line.
const INLINE: [&str; 14] = [
    "b",
    "strong",
    "i",
    "em",
    "u",
    "a",
    "span",
    "font",
    "img",
    "small",
    "td",
    "center",
    "figure",
    "figcaption",
];
const ENTITIES: [(&str, char); 20] = [
    ("nbsp", ' '),
    ("quot", '"'),
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("apos", '\''),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("copy", '©'),
    ("zwnj", '\u{200c}'),
    ("rlm", '\u{200f}'),
    ("lrm", '\u{200e}'),
];

/// What the marks of a line said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "marks that don't exclude each other")]
pub(super) struct Markup {
    pub is_heading: bool,
    pub is_item: bool,
    pub is_quote: bool,
    pub is_image: bool,
}

/// The parts of a line that tags of blocks divide; the whole line where there are none.
pub(super) fn parts(line: &str) -> Vec<&str> {
    if !line.contains('<') {
        return vec![line];
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let mut from = 0;
    while let Some(open) = line[from..].find('<').map(|at| from + at) {
        let Some(tag) = tag_at(&line[open..]).filter(|_| parts.len() < PARTS_MAX) else {
            from = open + 1;
            continue;
        };
        if BLOCKS.contains(&tag.name.as_str()) {
            parts.push(&line[start..open]);
            // An opening tag stays with the text that it describes.
            start = if tag.is_closing || tag.name == "br" { open + tag.length } else { open };
        }
        from = open + tag.length;
    }
    parts.push(&line[start..]);
    parts
}

struct Tag {
    name: String,
    is_closing: bool,
    length: usize,
}

/// The known tag that the text begins with.
fn tag_at(text: &str) -> Option<Tag> {
    let inner = text.strip_prefix('<')?;
    let is_closing = inner.starts_with('/');
    let inner = inner.strip_prefix('/').unwrap_or(inner);
    let name: String = inner
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .take(12)
        .collect::<String>()
        .to_ascii_lowercase();
    if !BLOCKS.contains(&name.as_str()) && !INLINE.contains(&name.as_str()) {
        return None;
    }
    let end = text.bytes().take(TAG_BYTES_MAX).position(|byte| byte == b'>')?;
    let is_named = text[1..end].trim_start_matches('/').as_bytes().get(name.len());
    is_named.is_none_or(|byte| matches!(byte, b' ' | b'/' | b'\t')).then_some(Tag {
        name,
        is_closing,
        length: end + 1,
    })
}

/// The text of a part without its marks.
pub(super) fn clean(part: &str) -> (Cow<'_, str>, Markup) {
    let mut markup = Markup::default();
    let mut text = Cow::Borrowed(trim(part));
    if !text.chars().any(is_letter_or_digit) {
        return (text, markup);
    }
    if text.contains('<') {
        text = Cow::Owned(trim(&without_tags(&text, &mut markup)).to_owned());
    }
    if text.contains('&') {
        text = Cow::Owned(trim(&with_entities(&text)).to_owned());
    }
    if text.starts_with(is_emoji) {
        text =
            Cow::Owned(trim(text.trim_start_matches(|mark: char| is_emoji(mark) || mark == ' ')).to_owned());
    }
    if text.starts_with(['#', '>', '*', '+', '!', '[', '•', '▪', '■', '●']) || text.contains("](") {
        text = Cow::Owned(without_line_marks(&text, &mut markup));
    }
    if text.contains("**") || text.contains("__") || text.starts_with('*') {
        let whole = is_whole_bold(&text);
        markup.is_heading |= whole;
        text = Cow::Owned(trim(&without_pairs(&text)).to_owned());
    }
    (text, markup)
}

/// Pictures that decorate the beginning of a line.
const fn is_emoji(character: char) -> bool {
    matches!(character, '\u{1f100}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}' | '\u{2b00}'..='\u{2bff}')
}

/// Without white space, byte order marks and direction marks at both ends.
fn trim(text: &str) -> &str {
    text.trim_matches(|character: char| character.is_whitespace() || is_invisible(character))
}

fn without_tags(text: &str, markup: &mut Markup) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        kept.push_str(&rest[..open]);
        if let Some(tag) = tag_at(&rest[open..]) {
            match tag.name.as_str() {
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => markup.is_heading = true,
                "li" => markup.is_item = true,
                "blockquote" => markup.is_quote = true,
                "img" | "figcaption" => markup.is_image = true,
                _ => {}
            }
            rest = &rest[open + tag.length..];
        } else {
            kept.push('<');
            rest = &rest[open + 1..];
        }
    }
    kept.push_str(rest);
    kept
}

fn with_entities(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        kept.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        let end = behind.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
        if let Some((end, character)) = end.and_then(|end| Some((end, entity(behind.get(..end)?)?))) {
            kept.push(character);
            rest = &behind[end + 1..];
        } else {
            kept.push('&');
            rest = behind;
        }
    }
    kept.push_str(rest);
    kept
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| !character.is_control());
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)
}

/// Marks at the beginning, and links.
fn without_line_marks(text: &str, markup: &mut Markup) -> String {
    let mut text = text;
    if let Some(quoted) = text.strip_prefix("> ") {
        markup.is_quote = true;
        text = quoted.trim_start();
    }
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    if (1..=6).contains(&hashes) && text[hashes..].starts_with(' ') {
        markup.is_heading = true;
        text = text[hashes..].trim().trim_end_matches('#').trim_end();
    }
    for bullet in ["* ", "+ ", "• ", "▪ ", "■ ", "● "] {
        if let Some(item) = text.strip_prefix(bullet) {
            markup.is_item = true;
            text = item.trim_start();
            break;
        }
    }
    if text.contains("](") { without_links(text, markup) } else { text.to_owned() }
}

/// `[text](address)` becomes the text, `![text](address)` too, which is an image.
fn without_links(text: &str, markup: &mut Markup) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(middle) = rest.find("](") {
        let (open, end) = (rest[..middle].rfind('['), rest[middle..].find(')'));
        let (Some(open), Some(end)) = (open, end) else { break };
        let mut before = &rest[..open];
        if let Some(image) = before.strip_suffix('!') {
            markup.is_image = true;
            before = image;
        }
        kept.push_str(before);
        kept.push_str(&rest[open + 1..middle]);
        rest = &rest[middle + end + 1..];
    }
    kept.push_str(rest);
    kept
}

fn is_whole_bold(text: &str) -> bool {
    ["**", "__"].iter().any(|mark| {
        text.strip_prefix(mark)
            .and_then(|inner| inner.strip_suffix(mark))
            .is_some_and(|inner| !inner.is_empty() && !inner.contains(mark))
    })
}

/// Without marks of bold and italics that come in pairs.
fn without_pairs(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ["**", "__"] {
        if text.matches(mark).count() % 2 == 0 {
            text = text.replace(mark, "");
        }
    }
    match text.strip_prefix('*').and_then(|inner| inner.strip_suffix('*')) {
        Some(inner) if !inner.contains('*') => inner.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_go_and_say_what_the_line_is() {
        type Case = (&'static str, &'static str, fn(Markup) -> bool);
        let cases: [Case; 10] = [
            ("## A heading ##", "A heading", |markup| markup.is_heading),
            ("**A bold line**", "A bold line", |markup| markup.is_heading),
            ("A **bold** word", "A bold word", |markup| markup == Markup::default()),
            ("> quoted", "quoted", |markup| markup.is_quote),
            ("* item", "item", |markup| markup.is_item),
            ("see [the list](https://example.com/a) here", "see the list here", |markup| !markup.is_image),
            ("![The old mill](mill.jpg)", "The old mill", |markup| markup.is_image),
            ("<h1>Title &amp; more</h1>", "Title & more", |markup| markup.is_heading),
            ("&quot;a&quot;&nbsp;b &unknown; &", "\"a\" b &unknown; &", |markup| markup == Markup::default()),
            ("\u{200f}نص\u{200e} ", "نص", |markup| markup == Markup::default()),
        ];
        for (line, text, holds) in cases {
            let (found, markup) = clean(line);
            assert_eq!(found, text, "{line}");
            assert!(holds(markup), "{line}: {markup:?}");
        }
    }

    #[test]
    fn what_only_looks_like_markup_stays() {
        for line in ["a < b and c > d", "<name>", "2 * 3 * 4", "#هاشتاق", "snake_case_word", "x](y"] {
            assert_eq!(clean(line).0, line, "{line}");
        }
    }

    #[test]
    fn tags_of_blocks_divide_a_line() {
        let texts: Vec<String> = parts("<p>One</p><p>Two<br/>Three <b>bold</b></p>")
            .into_iter()
            .map(|part| clean(part).0.into_owned())
            .filter(|text| !text.is_empty())
            .collect();
        assert_eq!(texts, ["One", "Two", "Three bold"]);
    }
}
