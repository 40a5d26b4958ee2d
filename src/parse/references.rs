//! Character references of markup (`&amp;`, `&#1575;`, `&#x27;`) in texts that no tree builder reads.
//!
//! Owns how they end and which numbers are taken; the names are those of the HTML standard, as html5ever has them.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The longest reference between its marks: `CounterClockwiseContourIntegral`.
const NAME_BYTES_MAX: usize = 32;
/// What the standard's table counts from in numbers that mean windows-1252.
const C1_BEGIN: u32 = 0x80;

/// The text with its references undone; those that end without a semicolon, and unknown ones, stay as they stand.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut decoded = String::with_capacity(text.len());
    decoded.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(behind) = rest.strip_prefix('&') {
        let end = behind.bytes().take(NAME_BYTES_MAX).position(|byte| byte == b';');
        let found = end.and_then(|end| Some((end, characters(&behind[..=end])?)));
        rest = if let Some((end, (first, second))) = found {
            decoded.push(first);
            decoded.extend(second);
            &behind[end + 1..]
        } else {
            decoded.push('&');
            behind
        };
        let next = rest.find('&').unwrap_or(rest.len());
        decoded.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(decoded)
}

/// What a reference stands for, its semicolon included: one character, or two.
fn characters(reference: &str) -> Option<(char, Option<char>)> {
    if let Some(number) = reference.strip_prefix('#') {
        let number = number.trim_end_matches(';');
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        let replaced = code.checked_sub(C1_BEGIN).and_then(|index| usize::try_from(index).ok());
        let replaced = replaced.and_then(|index| C1_REPLACEMENTS.get(index).copied().flatten());
        let character = replaced.or_else(|| char::from_u32(code))?;
        return (!character.is_control() || character.is_whitespace()).then_some((character, None));
    }
    let (first, second) = NAMED_ENTITIES.get(reference)?;
    // The table has each beginning of a name, too, with nothing behind it.
    let first = char::from_u32(*first).filter(|character| *character != '\0')?;
    Some((first, char::from_u32(*second).filter(|character| *character != '\0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_what_they_stand_for() {
        for (text, decoded) in [
            ("Fish &amp; chips", "Fish & chips"),
            ("&laquo;&#1578;&#x627;&raquo;&hellip;", "«تا»…"),
            ("&NotEqualTilde;&rlm;&zwnj;", "≂\u{338}\u{200f}\u{200c}"),
            ("&#146;&#150;", "’–"),
            ("&&amp;&amp;lt;", "&&&lt;"),
            ("a&#10;b", "a\nb"),
        ] {
            assert_eq!(decode(text), decoded, "{text}");
        }
    }

    #[test]
    fn what_is_no_reference_stays() {
        for text in [
            "",
            "R&D; research",
            "&;",
            "&#;",
            "&#x;",
            "&#0;",
            "&#27;",
            "&#x110000;",
            "&amp",
            "& lt;",
            "&am;",
            "a & b",
            "&é;",
        ] {
            assert_eq!(decode(text), text, "{text}");
        }
    }
}
