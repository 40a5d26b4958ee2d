//! Text that was encoded twice: UTF-8 taken for Latin-1 or windows-1252 and encoded as UTF-8 once more.
//!
//! Undone only where it is certain: nearly all characters beyond ASCII form such pairs, and there are several. Nobody
//! writes `Ã©` or `Ø§` on purpose, and not only those.

use std::borrow::Cow;

/// So many characters must come out, and of so many permille of the characters beyond ASCII.
const REPAIRED_MIN: usize = 3;
const REPAIRED_PERMILLE_MIN: usize = 900;

/// Bytes looked at together: most have none that matters.
const CHUNK_BYTES: usize = 256;
/// The first byte, in UTF-8, of U+00C2 to U+00F4.
const LEAD: u8 = 0xc3;

/// The text encoded once, and how many characters were restored; the text as it is where that is not certain.
pub(super) fn repair(text: &str) -> (Cow<'_, str>, usize) {
    if !has_sequence(text) {
        return (Cow::Borrowed(text), 0);
    }
    let mut repaired = String::with_capacity(text.len());
    let (mut restored, mut used, mut foreign) = (0, 0, 0);
    let mut rest = text;
    while let Some(at) = rest.find(|character: char| !character.is_ascii()) {
        repaired.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some((character, length, count)) = sequence(rest) {
            repaired.push(character);
            rest = &rest[length..];
            restored += 1;
            used += count;
        } else if let Some(character) = rest.chars().next() {
            repaired.push(character);
            rest = &rest[character.len_utf8()..];
            foreign += 1;
        }
    }
    repaired.push_str(rest);
    let is_certain = restored >= REPAIRED_MIN && used * 1000 >= (used + foreign) * REPAIRED_PERMILLE_MIN;
    if is_certain { (Cow::Owned(repaired), restored) } else { (Cow::Borrowed(text), 0) }
}

/// Whether there is any: a quick look for most texts. The first byte of a character stands in a text as U+00C2 to
/// U+00F4, which begins with C3 in UTF-8.
fn has_sequence(text: &str) -> bool {
    let chunks = text.as_bytes().chunks(CHUNK_BYTES).enumerate().filter(|(_, chunk)| chunk.contains(&LEAD));
    chunks.into_iter().any(|(index, chunk)| {
        let leads = chunk.iter().enumerate().filter(|(_, byte)| **byte == LEAD);
        leads.into_iter().any(|(at, _)| sequence(&text[index * CHUNK_BYTES + at..]).is_some())
    })
}

/// The character that the first characters are the bytes of, their length in bytes, and how many they are.
fn sequence(text: &str) -> Option<(char, usize, usize)> {
    let mut bytes = [0_u8; 4];
    let mut wanted = 0;
    for (count, (index, character)) in text.char_indices().take(4).enumerate() {
        let byte = byte_of(character)?;
        if count == 0 {
            wanted = match byte {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return None,
            };
        } else if !(0x80..=0xbf).contains(&byte) {
            return None;
        }
        bytes[count] = byte;
        if count + 1 == wanted {
            let decoded = std::str::from_utf8(&bytes[..wanted]).ok()?.chars().next()?;
            return Some((decoded, index + character.len_utf8(), wanted));
        }
    }
    None
}

/// The byte that a character stands for in windows-1252, and in Latin-1 where that has no other.
fn byte_of(character: char) -> Option<u8> {
    /// What windows-1252 has at 0x80 to 0x9F (Unicode's table CP1252.TXT).
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    if let Ok(byte) = u8::try_from(u32::from(character)) {
        return Some(byte);
    }
    let index = UPPER.iter().position(|known| *known == character)?;
    u8::try_from(0x80 + index).ok()
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    #[test]
    fn doubly_encoded_text_comes_back() {
        for original in
            ["L’économie résiste à la “crise” européenne", "قال الوزير إن الاجتماع تأجل", "日本経済新聞"]
        {
            let latin_1: String = original.bytes().map(char::from).collect();
            assert_eq!(repair(&latin_1).0, original);
            let windows = WINDOWS_1252.decode_without_bom_handling(original.as_bytes()).0;
            assert_eq!(repair(&windows).0, original);
        }
    }

    #[test]
    fn honest_text_stays() {
        for text in [
            "L’économie résiste à la “crise” européenne",
            "Ã",
            "© 2024 – São Paulo, Århus, Ñuñoa",
            "السلام عليكم",
        ] {
            assert_eq!(repair(text), (Cow::Borrowed(text), 0));
        }
        let mixed = "Ã© Ã© Ã© but also ünlike é à ê ô û ï";
        assert_eq!(repair(mixed).0, mixed);
    }
}
