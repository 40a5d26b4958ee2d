//! A text's words as they are compared: one spelling for all that differ only in marks, case, digits and letter forms.
//!
//! Owns the normalisation for Arabic and for scripts without spaces, and the words' hashes; never compares anything.

use std::ops::Range;
use std::sync::LazyLock;

use super::sketch::mix;

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The normalised words of a text: as text with blanks, as hashes, and the numbers among them.
pub(super) struct Words {
    /// UTF-8 up to `length`, then room for what comes.
    text: Vec<u8>,
    length: usize,
    /// Where the word that is being read begins in the text, its hash so far, and whether it has digits alone so far.
    begin: usize,
    hash: u64,
    is_number: bool,
    pub(super) hashes: Vec<u64>,
    pub(super) numerals: Vec<u16>,
    /// The character before, where it belongs to a script without spaces.
    unspaced: Option<char>,
}

impl Words {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            text: vec![0; bytes + 16],
            length: 0,
            begin: 0,
            hash: FNV_BASIS,
            is_number: true,
            hashes: Vec::with_capacity(bytes / 8),
            numerals: Vec::new(),
            unspaced: None,
        }
    }

    pub(super) fn push_all(&mut self, text: &str) {
        self.push_text(text);
        self.end_word();
        self.unspaced = None;
    }

    /// All words with a blank behind each, UTF-8.
    pub(super) fn text(&self) -> &[u8] {
        &self.text[..self.length]
    }

    fn push_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(first) = rest.as_bytes().first() {
            if is_known(*first) {
                if self.unspaced.take().is_some() {
                    self.end_word();
                }
                // All bytes of a character or none are taken.
                rest = rest.get(self.push_known(rest.as_bytes())..).unwrap_or_default();
            }
            let mut others = rest.chars();
            if let Some(character) = others.next() {
                self.push_other(character);
                rest = others.as_str();
            }
        }
    }

    /// Reads characters of the tables, which hold the letter that stands for each, or what else it is, and tells how many
    /// bytes those were. This is where a sketch takes its time: what a letter changes is kept out of memory, and letters
    /// that follow each other in a word have loops of their own.
    fn push_known(&mut self, all: &[u8]) -> usize {
        let arabic: &[Known; ARABIC_CODES] = &ARABIC;
        // What is written is never longer than what is read, with a blank behind.
        self.make_room(all.len() + 2);
        let (mut bytes, mut hash, mut is_number) = (all, self.hash, self.is_number);
        let mut room = &mut self.text[self.length..];
        let room_bytes = room.len();
        // The room that there was when the word began.
        let mut room_of_word = room_bytes + (self.length - self.begin);
        loop {
            let before = bytes.len();
            while let [first, second, rest @ ..] = bytes {
                let Some(Known { letter, utf8 }) = arabic.get(arabic_code(*first, *second)) else { break };
                if *letter < 0x80 {
                    break;
                }
                let Some((place, left)) = std::mem::take(&mut room).split_first_chunk_mut() else { break };
                *place = *utf8;
                hash = fnv(hash, u32::from(*letter));
                (room, bytes) = (left, rest);
            }
            while let [first, rest @ ..] = bytes
                && let letter @ 1.. = LATIN[usize::from(*first)]
            {
                let Some((place, left)) = std::mem::take(&mut room).split_first_mut() else { break };
                *place = letter;
                hash = fnv(hash, u32::from(letter));
                (room, bytes) = (left, rest);
            }
            if bytes.len() < before {
                if let ([..=b'/' | b':'..=0x7f, rest @ ..], [place, ..]) = (bytes, &mut *room) {
                    // The usual end of a word: no letter follows.
                    *place = b' ';
                    (room, bytes) = (&mut std::mem::take(&mut room)[1..], rest);
                    self.hashes.push(hash);
                    (hash, is_number, room_of_word) = (FNV_BASIS, true, room.len());
                    continue;
                }
                is_number = false;
                continue;
            }
            // Letters are read: what is left are digits, boundaries and what is dropped.
            let (letter, rest) = match bytes {
                [digit @ b'0'..=b'9', rest @ ..] => (u16::from(*digit), rest),
                [..0x80, rest @ ..] => (BOUNDARY, rest),
                [first, second, rest @ ..] if is_known(*first) => {
                    (arabic[arabic_code(*first, *second)].letter, rest)
                }
                _ => break,
            };
            bytes = rest;
            let written = match letter {
                DROPPED => continue,
                BOUNDARY if room.len() == room_of_word => continue,
                BOUNDARY => {
                    self.numerals.extend(is_number.then(|| numeral(hash)));
                    self.hashes.push(hash);
                    (hash, is_number, room_of_word) = (FNV_BASIS, true, room.len() - 1);
                    b' '
                }
                digit => {
                    hash = fnv(hash, u32::from(digit));
                    digit.to_le_bytes()[0]
                }
            };
            let Some((place, left)) = std::mem::take(&mut room).split_first_mut() else { break };
            *place = written;
            room = left;
        }
        (self.begin, self.hash) = (self.length + room_bytes - room_of_word, hash);
        self.is_number = is_number;
        self.length += room_bytes - room.len();
        all.len() - bytes.len()
    }

    fn make_room(&mut self, bytes: usize) {
        if self.text.len() < self.length + bytes {
            self.text.resize((self.length + bytes).max(self.text.len() * 2), 0);
        }
    }

    fn push_other(&mut self, character: char) {
        if is_written_without_spaces(character) {
            self.push_unspaced(character);
            return;
        }
        if self.unspaced.take().is_some() {
            self.end_word();
        }
        match normalise(character) {
            Normalised::Dropped => {}
            Normalised::Boundary => self.end_word(),
            Normalised::Letter(letter) => self.push_letter(letter),
            Normalised::Folded => character.to_lowercase().for_each(|letter| self.push_letter(letter)),
        }
    }

    /// In scripts without spaces a word is a character with the one before it, so that a shingle spans four.
    fn push_unspaced(&mut self, character: char) {
        match self.unspaced.replace(character) {
            None => self.end_word(),
            Some(before) => self.push_letter(before),
        }
        self.push_letter(character);
        self.end_word();
    }

    fn push_letter(&mut self, letter: char) {
        self.hash = fnv(self.hash, u32::from(letter));
        self.is_number &= letter.is_ascii_digit();
        // A character has at most four bytes.
        self.make_room(4);
        self.length += letter.encode_utf8(&mut self.text[self.length..]).len();
    }

    const fn is_in_word(&self) -> bool {
        self.length > self.begin
    }

    fn end_word(&mut self) {
        if !self.is_in_word() {
            return;
        }
        self.numerals.extend(self.is_number.then(|| numeral(self.hash)));
        self.hashes.push(self.hash);
        self.make_room(1);
        self.text[self.length] = b' ';
        self.length += 1;
        (self.begin, self.hash, self.is_number) = (self.length, FNV_BASIS, true);
    }
}

/// FNV-1a with a whole letter at a time.
const fn fnv(hash: u64, letter: u32) -> u64 {
    (hash ^ letter as u64).wrapping_mul(FNV_PRIME)
}

/// What is kept of a number, from the hash of its word.
const fn numeral(hash: u64) -> u16 {
    // The shift leaves 16 bits.
    (mix(hash) >> 48) as u16
}

/// Whether a character that begins so stands in the tables: ASCII, or U+0600 to U+06FF.
const fn is_known(first_byte: u8) -> bool {
    first_byte < 0x80 || first_byte & 0xfc == 0xd8
}

/// The words of a text and where they stand in it, in bytes.
pub(super) fn words_of(text: &str) -> (Vec<u64>, Vec<Range<usize>>) {
    let mut words = Words::with_capacity(text.len());
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut begin = None;
    let ends = text.char_indices().map(Some).chain([None]);
    for place in ends {
        let (at, was_open) = (place.map_or(text.len(), |(at, _)| at), words.is_in_word());
        match place {
            Some((_, character)) => words.push_text(character.encode_utf8(&mut [0; 4])),
            None => words.end_word(),
        }
        while spans.len() < words.hashes.len() {
            let end = if was_open || place.is_none() {
                at
            } else {
                at + place.map_or(0, |(_, one)| one.len_utf8())
            };
            spans.push(begin.take().unwrap_or(at)..end);
        }
        if words.is_in_word() && begin.is_none() {
            begin = Some(at);
        }
    }
    (words.hashes, spans)
}

/// Letters of Han, Kana, Thai, Lao, Myanmar and Khmer: Unicode blocks whose texts put no space between words.
const fn is_written_without_spaces(character: char) -> bool {
    matches!(character,
        '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e80}'..='\u{ecd}' | '\u{1000}'..='\u{103f}'
        | '\u{1780}'..='\u{17d3}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

enum Normalised {
    /// A mark inside a word that carries no meaning here: tashkeel, tatweel, bidi controls.
    Dropped,
    Boundary,
    Letter(char),
    /// A letter outside the tables; its lower case counts.
    Folded,
}

/// What stands for a character that ends a word, and for one that counts for nothing.
const BOUNDARY: u16 = 0;
const DROPPED: u16 = 1;

/// What the table has for an Arabic character.
#[derive(Clone, Copy)]
struct Known {
    /// The letter that stands for it, below U+0800, or what else it is.
    letter: u16,
    /// The same as text; of a digit the first byte counts.
    utf8: [u8; 2],
}

impl Known {
    const fn new(letter: u16) -> Self {
        let [low, high] = letter.to_le_bytes();
        let utf8 = if letter < 0x80 { [low, 0] } else { [0xc0 | high << 2 | low >> 6, 0x80 | low & 0x3f] };
        Self { letter, utf8 }
    }
}

/// The lower case of a byte that is a Latin letter, 0 for any other.
static LATIN: [u8; 0x100] = {
    let mut table = [0; 0x100];
    let mut code = 0_u8;
    while code < 0x80 {
        if code.is_ascii_alphabetic() {
            table[code as usize] = code.to_ascii_lowercase();
        }
        code += 1;
    }
    table
};

/// Where two bytes of UTF-8 stand in the table of the Arabic block, from U+0600, which is D8 80, to U+06FF, DB BF. Others
/// stand nowhere in it; no second byte is below 80 or above BF.
const fn arabic_code(first: u8, second: u8) -> usize {
    u16::from_be_bytes([first, second]).wrapping_sub(0xd880) as usize
}
/// Places of that table.
const ARABIC_CODES: usize = 0xdbbf - 0xd880 + 1;

/// From the Arabic block to the letter that stands for a character: most characters of the texts that khabar reads, so
/// they are looked up.
static ARABIC: LazyLock<[Known; ARABIC_CODES]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        // A first byte has 64 characters.
        let code = 0x600 + u16::try_from((at >> 8) << 6 | at & 0x3f).unwrap_or_default();
        Known::new(match char::from_u32(u32::from(code)).map(normalise) {
            Some(Normalised::Dropped) => DROPPED,
            Some(Normalised::Letter(letter)) => u16::try_from(u32::from(letter)).unwrap_or(BOUNDARY),
            // The Arabic script has no case.
            Some(Normalised::Folded) => code,
            Some(Normalised::Boundary) | None => BOUNDARY,
        })
    })
});

fn normalise(character: char) -> Normalised {
    match character {
        '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{640}'
        | '\u{6d6}'..='\u{6ed}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{ad}' => Normalised::Dropped,
        '\u{660}'..='\u{669}' => Normalised::Letter(digit(character, 0x660)),
        '\u{6f0}'..='\u{6f9}' => Normalised::Letter(digit(character, 0x6f0)),
        'أ' | 'إ' | 'آ' | 'ٱ' => Normalised::Letter('ا'),
        'ى' | 'ی' | 'ئ' => Normalised::Letter('ي'),
        'ة' => Normalised::Letter('ه'),
        'ؤ' => Normalised::Letter('و'),
        'ک' | 'گ' => Normalised::Letter('ك'),
        '\u{621}'..='\u{64a}' => Normalised::Letter(character),
        _ if character.is_alphanumeric() => Normalised::Folded,
        _ => Normalised::Boundary,
    }
}

fn digit(character: char, zero: u32) -> char {
    char::from_digit(u32::from(character) - zero, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Character by character, without a table.
    fn plainly(text: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        for character in text.chars() {
            match normalise(character) {
                Normalised::Dropped => {}
                Normalised::Boundary => words.push(String::new()),
                Normalised::Letter(letter) => words.last_mut().unwrap().push(letter),
                Normalised::Folded => words.last_mut().unwrap().extend(character.to_lowercase()),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// It would take minutes if each piece looked at the whole word again.
    #[test]
    fn a_number_in_a_million_pieces_is_read_once() {
        let mut words = Words::with_capacity(0);
        words.push_all(&"1\u{ad}".repeat(1_000_000));
        assert_eq!((words.hashes.len(), words.numerals.len()), (1, 1));
    }

    proptest! {
        /// The tables and what is read without them say the same of every character.
        #[test]
        fn words_are_those_of_each_character(
            parts in proptest::collection::vec(
                "[a-zA-Z0-9أ-ي٠-٩ـَ .,،\u{200f}]{0,9}|[0-9٠-٩۰-۹ ]{0,6}|[\u{600}-\u{6ff} ]{0,9}|[é«»“İа-я ]{0,6}",
                0..20,
            ),
        ) {
            let text = parts.concat();
            let mut read = Words::with_capacity(0);
            read.push_all(&text);
            let words = plainly(&text);
            let hash = |word: &String| word.chars().fold(FNV_BASIS, |hash, letter| fnv(hash, u32::from(letter)));
            let numbers = words.iter().filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
            let written = std::str::from_utf8(read.text()).unwrap();
            prop_assert_eq!(written.split_terminator(' ').collect::<Vec<_>>(), words.iter().collect::<Vec<_>>());
            prop_assert_eq!(&read.hashes, &words.iter().map(hash).collect::<Vec<_>>());
            prop_assert_eq!(&read.numerals, &numbers.map(|word| numeral(hash(word))).collect::<Vec<_>>());
        }

        /// A text in one piece has the words of the same text character by character.
        #[test]
        fn words_do_not_depend_on_how_a_text_is_read(
            parts in proptest::collection::vec("[a-zA-Z0-9أ-ي٠-٩ـَ .,،\u{200f}]{0,9}|[一-三ก-ฃ]{0,3}|\\PC{0,4}", 0..9),
        ) {
            let text = parts.concat();
            let mut whole = Words::with_capacity(text.len());
            whole.push_all(&text);
            let mut single = Words::with_capacity(0);
            text.chars().for_each(|character| single.push_text(character.encode_utf8(&mut [0; 4])));
            single.end_word();
            prop_assert_eq!(whole.text(), single.text());
            prop_assert_eq!(&whole.hashes, &single.hashes);
            prop_assert_eq!(&whole.numerals, &single.numerals);
            let normalised = std::str::from_utf8(whole.text()).unwrap();
            prop_assert_eq!(normalised.split_whitespace().count(), whole.hashes.len());
        }
    }
}
