//! Control characters: found fast, dropped where they are.
//!
//! Line breaks are left as they are (parse divides lines); only form feed, vertical tab and NEL become one.

use std::borrow::Cow;

use crate::article::Flaw;

use super::flaws;

/// Bytes looked at together, so that the compiler can use wide registers and still stop early.
const CHUNK_BYTES: usize = 256;

/// Whether a character must not reach parse: C0, DEL and C1, except line breaks and tab.
pub(super) const fn is_dropped(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}')
}

/// Line breaks other than U+2028 and U+2029.
pub(super) const fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}')
}

/// Whether a byte is a C0 control or DEL that has no place in a text.
pub(super) const fn is_control_byte(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0xB..=0xC | 0xE..=0x1F | 0x7F)
}

/// Whether UTF-8 text holds a control character other than line feed, carriage return and tab.
pub(super) fn has_controls(text: &[u8]) -> bool {
    let mut previous = 0;
    for chunk in text.chunks(CHUNK_BYTES) {
        let c0_found = chunk.iter().fold(false, |found, byte| found | is_control_byte(*byte));
        let c1_found = chunk
            .iter()
            .zip(&chunk[1..])
            .fold(is_c1(previous, chunk[0]), |found, (first, second)| found | is_c1(*first, *second));
        if c0_found || c1_found {
            return true;
        }
        previous = chunk[chunk.len() - 1];
    }
    false
}

/// C1 controls are the two bytes C2 80 to C2 9F.
const fn is_c1(first: u8, second: u8) -> bool {
    first == 0xC2 && second < 0xA0
}

/// Drops a leading byte order mark and all control characters, with a flaw that counts them.
pub(super) fn clean(text: String, flaws: &mut Vec<Flaw>) -> String {
    let marked = text.starts_with('\u{FEFF}');
    if !marked && !has_controls(text.as_bytes()) {
        return text;
    }
    let (cleaned, dropped) = without_controls(text.trim_start_matches('\u{FEFF}'));
    if dropped > 0 {
        flaws.push(Flaw::new(flaws::CONTROL_CHARACTERS_DROPPED).with_detail(dropped.to_string()));
    }
    cleaned.into_owned()
}

/// The text without control characters, and how many there were.
fn without_controls(text: &str) -> (Cow<'_, str>, usize) {
    if !has_controls(text.as_bytes()) {
        return (Cow::Borrowed(text), 0);
    }
    let mut dropped = 0;
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        if is_dropped(character) {
            dropped += 1;
        } else if is_break(character) && character != '\r' {
            cleaned.push('\n');
        } else {
            cleaned.push(character);
        }
    }
    (Cow::Owned(cleaned), dropped)
}
