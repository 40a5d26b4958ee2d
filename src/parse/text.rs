//! Lines, white space and cuts: what every form of content needs of plain text.

use std::borrow::Cow;

use crate::parse::fold::is_invisible;

/// The lines of a text: split at line feed, carriage return (alone or with line feed), U+2028 and U+2029.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    // A carriage return before a line feed yields one more line, which is empty: every caller skips those.
    text.split(['\n', '\r', '\u{2028}', '\u{2029}'])
}

/// Whether nothing of the text is visible.
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| !is_visible(character))
}

fn is_visible(character: char) -> bool {
    !(character.is_whitespace() || character.is_control() || is_invisible(character))
}

/// White space trimmed at both ends, runs of it made one space, controls dropped; nothing else is changed.
/// A single no-break space inside stays: French sets it before its marks.
pub(crate) fn collapse(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(|character: char| {
        character.is_whitespace() || character.is_control() || character == '\u{feff}'
    });
    if is_tidy(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let mut tidy = String::with_capacity(trimmed.len());
    let mut space: Option<char> = None;
    for character in trimmed.chars() {
        if character.is_whitespace() {
            let is_single_no_break = space.is_none() && matches!(character, '\u{a0}' | '\u{202f}');
            space = Some(if is_single_no_break { character } else { ' ' });
        } else if !character.is_control() {
            tidy.extend(space.take());
            tidy.push(character);
        }
    }
    Cow::Owned(tidy)
}

fn is_tidy(text: &str) -> bool {
    let mut after_space = false;
    let mut previous = [0; 2];
    for byte in text.bytes() {
        let is_space = byte == b' ';
        // Two spaces, a control, or the end of a wide space or a C1 control: the slow way decides.
        if (is_space && after_space) || byte < b' ' || byte == 0x7f || may_end_space(previous, byte) {
            return false;
        }
        after_space = is_space;
        previous = [previous[1], byte];
    }
    true
}

/// Whether these bytes may end a white space or control beyond ASCII: U+0080 to U+00A0, U+1680, U+2000 to U+205F, U+3000.
const fn may_end_space(previous: [u8; 2], byte: u8) -> bool {
    match previous {
        [_, 0xc2] => byte <= 0xa0,
        [0xe1, 0x9a] | [0xe3, 0x80] => byte == 0x80,
        [0xe2, 0x80] => byte <= 0x8a || matches!(byte, 0xa8 | 0xa9 | 0xaf),
        [0xe2, 0x81] => byte == 0x9f,
        _ => false,
    }
}

/// The number of words: runs of characters without white space.
pub(crate) fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// Whether the text has more than `limit` characters, without counting beyond.
pub(crate) fn is_longer_than(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().nth(limit).is_some()
}

/// The longest beginning of the text that has at most `limit` characters.
pub(crate) fn first_chars(text: &str, limit: usize) -> &str {
    text.char_indices().nth(limit).map_or(text, |(end, _)| &text[..end])
}

/// The longest beginning of the text that has at most `limit` bytes and ends between characters.
pub(crate) fn first_bytes(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}
