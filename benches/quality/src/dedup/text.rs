//! The exact side of the comparison: normalised words and all word 3-grams of a text, without sketches.
//!
//! Written apart from the engine's own normalisation, so that a fault there shows here.

const SHINGLE_WORDS: usize = 3;

/// A hash for each normalised word of a text.
pub fn words(text: &str) -> Vec<u64> {
    let mut hashes = Vec::new();
    let mut word = String::new();
    for character in text.chars() {
        if is_mark(character) {
            continue;
        }
        if character.is_alphanumeric() {
            word.extend(folded(character).to_lowercase());
        } else if !word.is_empty() {
            hashes.push(hash(word.bytes()));
            word.clear();
        }
    }
    if !word.is_empty() {
        hashes.push(hash(word.bytes()));
    }
    hashes
}

/// The distinct word n-grams, ascending.
pub fn grams(words: &[u64], size: usize) -> Vec<u64> {
    let mut grams: Vec<u64> =
        words.windows(size).map(|window| hash(window.iter().flat_map(|word| word.to_le_bytes()))).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// The distinct word 3-grams of a text, ascending.
pub fn shingles(text: &str) -> Vec<u64> {
    grams(&words(text), SHINGLE_WORDS)
}

/// How many of the first's members the second lacks; both ascending.
pub fn lacking(all: &[u64], known: &[u64]) -> usize {
    all.iter().filter(|one| known.binary_search(one).is_err()).count()
}

/// The beginning of a text, up to the end of its `count`th word.
pub fn first_words(text: &str, count: usize) -> &str {
    let mut seen = 0;
    let mut inside = false;
    for (at, character) in text.char_indices() {
        if character.is_whitespace() {
            if inside && seen == count {
                return &text[..at];
            }
            inside = false;
        } else if !inside {
            inside = true;
            seen += 1;
        }
    }
    text
}

/// The text with one more letter at the end of each word. Numbers stay.
pub fn with_letter(text: &str, letter: char) -> String {
    let mut changed = String::with_capacity(text.len() * 5 / 4);
    let mut is_word = false;
    for character in text.chars() {
        if is_mark(character) || character.is_alphanumeric() {
            is_word |= character.is_alphabetic() && !is_mark(character);
        } else if is_word {
            changed.push(letter);
            is_word = false;
        }
        changed.push(character);
    }
    if is_word {
        changed.push(letter);
    }
    changed
}

/// FNV-1a, with a finaliser that spreads it over all bits.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}

/// Vowel signs, the stretching sign, Koranic signs and invisible controls.
const fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{64b}'..='\u{65f}'
            | '\u{670}'
            | '\u{640}'
            | '\u{6d6}'..='\u{6ed}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
            | '\u{ad}'
    )
}

fn folded(character: char) -> char {
    let digit = |zero: u32| char::from_digit(u32::from(character) - zero, 10).unwrap_or(character);
    match character {
        '\u{660}'..='\u{669}' => digit(0x660),
        '\u{6f0}'..='\u{6f9}' => digit(0x6f0),
        '\u{622}' | '\u{623}' | '\u{625}' | '\u{671}' => '\u{627}',
        '\u{649}' | '\u{6cc}' | '\u{626}' => '\u{64a}',
        '\u{629}' => '\u{647}',
        '\u{624}' => '\u{648}',
        '\u{6a9}' | '\u{6af}' => '\u{643}',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_count() {
        assert_eq!(words("أكّدت المدرسـة، ٦٥٠ Euro"), words("اكدت المدرسه 650 euro"));
        assert_ne!(words("ab c"), words("a bc"));
    }

    #[test]
    fn what_a_text_adds_is_counted_in_distinct_shingles() {
        let (short, long) = (shingles("a b c d"), shingles("a b c d e"));
        assert_eq!((short.len(), long.len()), (2, 3));
        assert_eq!((lacking(&long, &short), lacking(&short, &long)), (1, 0));
    }

    #[test]
    fn another_letter_makes_other_words_of_the_same_texts() {
        assert_eq!(with_letter("قال، 40 قرية2 بـ", 'z'), "قالz، 40 قرية2z بـz");
        assert_eq!(words(&with_letter("أكّد ٦٥", 'z')), words(&with_letter("اكد 65", 'z')));
    }

    #[test]
    fn the_first_words_keep_their_line_breaks() {
        assert_eq!(first_words("a b\n\nc d", 3), "a b\n\nc");
        assert_eq!(first_words("a b", 9), "a b");
    }
}
