//! One form for words that are written in many: what labels, month names and titles are compared by.
//!
//! Owns the folding of single characters. It never changes text that leaves the room.

/// The folded form of a character; `None` where it is dropped.
///
/// Dropped: white space, Arabic vowel marks and tatweel, combining accents, bidi marks, zero-width characters, controls.
/// Folded: the forms of alef to the bare one, hamza on waw and ya to their carriers, alef maqsura and the Persian ya to
/// ya, the Persian kaf to kaf, ta marbuta and the Urdu and Kurdish ha to ha, Latin letters to lower case without accent.
#[inline]
pub(crate) fn fold_char(character: char) -> Option<char> {
    let code = character as usize;
    let folded = if code < ASCII.len() {
        ASCII[code]
    } else if (ARABIC_FIRST..ARABIC_FIRST + ARABIC.len()).contains(&code) {
        ARABIC[code - ARABIC_FIRST]
    } else {
        return fold_rare(character);
    };
    (folded != DROPPED).then_some(folded)
}

/// Stands for characters that are dropped, as is U+0000 itself.
const DROPPED: char = '\0';
/// The folded forms of what most text is made of, so that nothing is searched for: ASCII and the Arabic block.
static ASCII: [char; 0x80] = folded_block(0);
const ARABIC_FIRST: usize = 0x600;
static ARABIC: [char; 0x100] = folded_block(ARABIC_FIRST);

const fn folded_block<const SIZE: usize>(first: usize) -> [char; SIZE] {
    let mut block = [DROPPED; SIZE];
    let mut at = 0;
    while at < SIZE {
        #[expect(clippy::cast_possible_truncation, reason = "both blocks end far below 2^32")]
        if let Some(character) = char::from_u32((first + at) as u32) {
            block[at] = fold_frequent(character);
        }
        at += 1;
    }
    block
}

const fn fold_frequent(character: char) -> char {
    match character {
        '!'..='~' => character.to_ascii_lowercase(),
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        'ئ' | 'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' | 'ہ' | 'ۀ' | 'ۂ' | 'ۃ' | 'ە' => 'ه',
        '\0'..=' '
        | '\u{7f}'
        | '\u{610}'..='\u{61a}'
        | '\u{61c}'
        | '\u{640}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e8}'
        | '\u{6ea}'..='\u{6ed}' => DROPPED,
        other => other,
    }
}

fn fold_rare(character: char) -> Option<char> {
    let is_accent = matches!(character, '\u{300}'..='\u{36f}' | '\u{ad}');
    if is_accent || character.is_whitespace() || character.is_control() || is_invisible(character) {
        return None;
    }
    let lower = character.to_lowercase().next().unwrap_or(character);
    Some(match lower {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ÿ' | 'ý' => 'y',
        other => other,
    })
}

/// [`char::is_alphabetic`], without a search for the letters that most text is of.
#[inline]
pub(crate) fn is_letter(character: char) -> bool {
    matches!(character, 'a'..='z' | 'A'..='Z' | '\u{620}'..='\u{64a}')
        || (!character.is_ascii() && character.is_alphabetic())
}

/// [`char::is_alphanumeric`], as [`is_letter`].
#[inline]
pub(crate) fn is_letter_or_digit(character: char) -> bool {
    matches!(character, 'a'..='z' | 'A'..='Z' | '0'..='9' | '\u{620}'..='\u{64a}')
        || (!character.is_ascii() && character.is_alphanumeric())
}

/// Bidi marks, zero-width characters and the byte order mark: they take no room on a page.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ad}'
    )
}

/// The folded form of a whole text, white space dropped.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        if let Some(character) = fold_char(character) {
            folded.push(character);
        }
    }
    folded
}

/// Whether two texts are the same once folded.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.chars().filter_map(fold_char).eq(right.chars().filter_map(fold_char))
}

/// The value of a decimal digit: ASCII, Arabic-Indic, or Persian.
pub(crate) const fn digit(character: char) -> Option<u32> {
    match character {
        '0'..='9' => Some(character as u32 - '0' as u32),
        '\u{660}'..='\u{669}' => Some(character as u32 - 0x660),
        '\u{6f0}'..='\u{6f9}' => Some(character as u32 - 0x6f0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_are_those_of_unicode() {
        for character in char::MIN..=char::MAX {
            assert_eq!(is_letter(character), character.is_alphabetic(), "{character:?}");
            assert_eq!(is_letter_or_digit(character), character.is_alphanumeric(), "{character:?}");
        }
    }
}
