//! The commonest words of each language of the Arabic script, as keys that are compared in one step.
//!
//! Owns their look-up; the lists are `config/lexicon/function_words.tsv`. The letters that keyboards exchange are one in a
//! key: ya and kaf of both alphabets, and the forms of ha. A word that two languages write alike counts for both.

use super::{BLOCK, BLOCK_SIZE, LANGUAGES};

/// A longer word is no function word.
const LETTERS_MAX: usize = 8;
const LETTER_BITS: usize = 8;

/// Slots of the table: more than twice the words, so that the search for a free one is short.
const SLOTS: usize = 1024;
/// Multiplying by it spreads the keys over the upper bits (2^64 divided by the golden ratio).
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Lines of `language <TAB> word`; a mistake in it does not compile.
const LEXICON: &str = include_str!("../../../config/lexicon/function_words.tsv");

/// A word's letters, eight bits each.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Key {
    bits: u64,
    letters: usize,
}

impl Key {
    pub const fn letters(&self) -> usize {
        self.letters
    }

    pub const fn push(&mut self, code: u32) {
        if self.letters < LETTERS_MAX {
            self.bits |= (folded(code) as u64) << (self.letters * LETTER_BITS);
        }
        self.letters += 1;
    }

    /// Whether the word begins with the Arabic article, alone or after `و` or `ل`.
    pub const fn has_article(&self) -> bool {
        const ALEF: u64 = folded('ا' as u32) as u64;
        const LAM: u64 = folded('ل' as u32) as u64;
        const WAW: u64 = folded('و' as u32) as u64;
        let two = self.bits & 0xFFFF;
        two == ALEF | LAM << LETTER_BITS
            || two == LAM | LAM << LETTER_BITS
            || self.bits & 0xFF_FFFF == WAW | ALEF << LETTER_BITS | LAM << (2 * LETTER_BITS)
    }

    pub const fn begins_with_carrier(&self) -> bool {
        const CARRIER: u64 = folded('ئ' as u32) as u64;
        self.letters > 1 && self.bits & 0xFF == CARRIER
    }
}

/// One byte for a letter, 0 for one that is in no word here.
const fn folded(code: u32) -> u8 {
    let letter = match char::from_u32(code) {
        Some('ی') => 'ي',
        Some('ک') => 'ك',
        Some('ہ' | 'ھ' | 'ۂ' | 'ۃ' | 'ۀ') => 'ه',
        Some(other) => other,
        None => return 0,
    };
    match (letter as u32).checked_sub(BLOCK) {
        #[allow(clippy::cast_possible_truncation)]
        Some(index) if (index as usize) < BLOCK_SIZE => index as u8,
        _ => 0,
    }
}

/// The languages that have this word, a bit each.
pub(super) fn languages_of(word: &Key) -> u8 {
    if word.letters > LETTERS_MAX {
        return 0;
    }
    let mut slot = slot_of(word.bits);
    // There is always a free slot, so this ends.
    while TABLE.keys[slot] != 0 {
        if TABLE.keys[slot] == word.bits {
            return TABLE.languages[slot];
        }
        slot = (slot + 1) % SLOTS;
    }
    0
}

const fn slot_of(bits: u64) -> usize {
    #[allow(clippy::cast_possible_truncation)]
    let slot = (bits.wrapping_mul(SPREAD) >> 48) as usize;
    slot % SLOTS
}

struct Table {
    keys: [u64; SLOTS],
    languages: [u8; SLOTS],
}

static TABLE: Table = table();

const fn table() -> Table {
    let mut table = Table { keys: [0; SLOTS], languages: [0; SLOTS] };
    let bytes = LEXICON.as_bytes();
    let mut next = 0;
    while next < bytes.len() {
        let end = end_of(bytes, next, b'\n');
        if next < end && bytes[next] != b'#' {
            let tab = end_of(bytes, next, b'\t');
            insert(&mut table, &key_of(bytes, tab + 1, end), language_of(bytes, next, tab));
        }
        next = end + 1;
    }
    table
}

/// Where the next such byte is, or the end of the text.
const fn end_of(bytes: &[u8], from: usize, byte: u8) -> usize {
    let mut index = from;
    while index < bytes.len() && bytes[index] != byte {
        index += 1;
    }
    index
}

const fn language_of(bytes: &[u8], from: usize, to: usize) -> usize {
    let mut language = 0;
    while language < LANGUAGES.len() {
        let code = LANGUAGES[language].as_bytes();
        let mut same = 0;
        while same < code.len() && from + same < to && bytes[from + same] == code[same] {
            same += 1;
        }
        if same == code.len() && from + same == to {
            return language;
        }
        language += 1;
    }
    panic!("a language that is not told apart")
}

const fn key_of(bytes: &[u8], from: usize, to: usize) -> Key {
    let mut word = Key { bits: 0, letters: 0 };
    let mut index = from;
    while index < to {
        assert!(bytes[index] & 0xE0 == 0xC0, "all letters of the block take two bytes");
        word.push(((bytes[index] as u32 & 0x1F) << 6) | (bytes[index + 1] as u32 & 0x3F));
        index += 2;
    }
    word
}

const fn insert(table: &mut Table, word: &Key, language: usize) {
    assert!(word.letters > 0 && word.letters <= LETTERS_MAX, "a word of one to eight letters");
    let mut slot = slot_of(word.bits);
    while table.keys[slot] != 0 && table.keys[slot] != word.bits {
        slot = (slot + 1) % SLOTS;
    }
    table.keys[slot] = word.bits;
    table.languages[slot] |= 1 << language;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn languages(word: &str) -> u8 {
        let mut key = Key::default();
        word.chars().for_each(|character| key.push(u32::from(character)));
        languages_of(&key)
    }

    #[test]
    fn every_word_of_the_lists_is_found_for_its_language() {
        for line in LEXICON.lines().filter(|line| !line.starts_with('#')) {
            let (code, word) = line.split_once('\t').unwrap();
            let language = LANGUAGES.iter().position(|language| *language == code).unwrap();
            assert!(languages(word) >> language & 1 == 1, "{line}");
        }
    }

    #[test]
    fn letters_of_another_keyboard_make_the_same_word() {
        assert_eq!(languages("كے"), languages("کے"));
        assert_eq!(languages("هیں"), languages("ہیں"));
        assert_eq!(languages("است"), 1 << 1);
        assert_eq!(languages("كلمةطويلةجدا"), 0);
        assert_eq!(languages("٣"), 0);
    }
}
