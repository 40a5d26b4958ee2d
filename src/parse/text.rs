//! Lines, white space and cuts: what every form of content needs of plain text.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::parse::fold::{is_invisible, is_letter_or_digit};

/// The lines of a text: split at line feed, carriage return (alone or with line feed), U+2028 and U+2029.
///
/// A carriage return before a line feed yields one more line, which is empty: callers skip those.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((end, width)) = line_break(text.as_bytes()) else {
            return rest.take();
        };
        rest = Some(&text[end + width..]);
        Some(&text[..end])
    })
}

/// Where the first line break begins, and its bytes. Looks at bytes, because most of a dump is passed here.
fn line_break(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xe2))?;
        if bytes[at] != 0xe2 {
            return Some((at, 1));
        }
        if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) {
            return Some((at, 3));
        }
        from = at + 1;
    }
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
    let bytes = text.as_bytes();
    let mut after_space = false;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            // Two spaces: the slow way makes them one.
            b' ' if after_space => return false,
            b' ' => after_space = true,
            0..=0x1f | 0x7f => return false,
            0xc2 | 0xe1..=0xe3 if may_begin_space(&bytes[index..]) => return false,
            _ => after_space = false,
        }
    }
    true
}

/// Whether a white space or control beyond ASCII may begin here: U+0080 to U+00A0, U+1680, U+2000 to U+205F, U+3000.
const fn may_begin_space(bytes: &[u8]) -> bool {
    match bytes {
        [0xc2, second, ..] => *second <= 0xa0,
        [0xe1, 0x9a, third, ..] | [0xe3, 0x80, third, ..] => *third == 0x80,
        [0xe2, 0x80, third, ..] => *third <= 0x8a || matches!(*third, 0xa8 | 0xa9 | 0xaf),
        [0xe2, 0x81, third, ..] => *third == 0x9f,
        _ => false,
    }
}

/// The number of words: runs of characters between white space, and two characters for a word where a script sets no
/// spaces.
pub(crate) fn word_count(text: &str) -> usize {
    let (mut words, mut unspaced) = (0, 0);
    let mut is_word = false;
    for character in text.chars() {
        if character.is_whitespace() {
            words += usize::from(is_word);
            is_word = false;
            continue;
        }
        is_word = is_word || is_letter_or_digit(character);
        // Below are the scripts that most text is of.
        if character >= '\u{e00}' {
            unspaced += usize::from(is_of_unspaced_script(character));
        }
    }
    words + usize::from(is_word) + unspaced / 2
}

/// Whether the number of runs between white space is within the range, without counting beyond.
pub(crate) fn has_words(text: &str, range: RangeInclusive<usize>) -> bool {
    range.contains(&text.split_whitespace().take(range.end() + 1).count())
}

/// Thai, Lao, Burmese, Khmer, kana and Han.
const fn is_of_unspaced_script(character: char) -> bool {
    matches!(character, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
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
