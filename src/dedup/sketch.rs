//! Text to sketch: normalised words, word 3-gram shingles, and the smallest of their hashes.
//!
//! Bottom-k sketches after Broder, "On the resemblance and containment of documents" (1997), over word 3-grams of a
//! text normalised for Arabic. The parameters were chosen on syndicated Arabic news, where containment of 3-grams
//! survives cut, merged and prefixed copies.

use std::ops::Range;
use std::sync::LazyLock;

use crate::article::{Hash128, hash128};

/// Shingle hashes kept per text (k).
pub const SKETCH_SIZE: usize = 48;
/// Shingle hashes under which a text is found again (m): its smallest ones, at a higher resolution than the codes.
pub const KEYS_MAX: usize = 12;
/// Texts with fewer distinct shingles are too short to be compared.
pub const SHINGLES_MIN: u32 = 6;
/// Numerals kept per text.
pub const NUMERALS_MAX: usize = 16;
/// Pairs of neighbouring numerals kept per text.
pub const NUMERAL_PAIRS_MAX: usize = 16;
/// A text with fewer distinct pairs of numerals keeps none: its numerals alone say enough.
pub const NUMERAL_PAIRS_MIN: usize = 8;
/// Shingles at the beginning of a text that count as its lead.
const LEAD_SHINGLES: usize = 40;

/// What a claim carries of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Over the normalised words in order: equal for texts that differ only in spelling marks, case and punctuation.
    pub text_hash: Hash128,
    /// Of the headline's words, so that another headline is seen; 0 without one.
    pub headline_hash: u32,
    pub words: u32,
    /// Distinct shingles.
    pub shingles: u32,
    /// At most [`SKETCH_SIZE`] distinct codes, ascending: the smallest shingle hashes, each rounded to 16 bits.
    pub codes: Vec<u16>,
    /// 16 more bits of each of the first [`KEYS_MAX`] codes: together they are the text's keys, ascending.
    pub key_tails: Vec<u16>,
    /// The codes are all of the text's shingles.
    pub full: bool,
    /// Bit i is set where code i is among the first 40 shingles of the text.
    pub lead: u64,
    /// At most [`NUMERALS_MAX`] smallest hashes of the text's numbers, ascending.
    pub numerals: Vec<u16>,
    /// At most [`NUMERAL_PAIRS_MAX`] smallest hashes of a number and the one before it, ascending; none where the text
    /// has fewer than [`NUMERAL_PAIRS_MIN`], and none in a claim of the second engine. A table of temperatures has
    /// every day the same numbers, in another order.
    pub numeral_pairs: Vec<u16>,
}

impl Sketch {
    /// The sketch of a text with these hashes of shingles and of numbers, in the order of the text. Its own hashes and
    /// its words are the caller's to fill in.
    pub fn of_shingles(shingles: &[u32], numerals: Vec<u16>) -> Self {
        let mut numeral_pairs = distinct_hashes(numerals.windows(2).map(pair_hash).collect());
        if numeral_pairs.len() < NUMERAL_PAIRS_MIN {
            numeral_pairs.clear();
        }
        numeral_pairs.truncate(NUMERAL_PAIRS_MAX);
        let mut numerals = distinct_hashes(numerals);
        numerals.truncate(NUMERALS_MAX);
        let mut distinct = sorted(shingles);
        distinct.dedup();
        let count = distinct.len();
        // Hashes that are rounded to the same code count once. One more than is kept tells whether all are.
        let mut smallest: Vec<u32> = Vec::with_capacity(SKETCH_SIZE + 1);
        for hash in distinct {
            if smallest.last().is_none_or(|last| code(*last) != code(hash)) {
                smallest.push(hash);
            }
            if smallest.len() > SKETCH_SIZE {
                break;
            }
        }
        let full = smallest.len() <= SKETCH_SIZE;
        smallest.truncate(SKETCH_SIZE);

        let largest = smallest.last().copied().unwrap_or(0);
        let first = &shingles[..shingles.len().min(LEAD_SHINGLES)];
        let lead = first
            .iter()
            .filter(|hash| **hash <= largest)
            .fold(0_u64, |mask, hash| smallest.binary_search(hash).map_or(mask, |index| mask | (1 << index)));
        Self {
            text_hash: [0; 16],
            headline_hash: 0,
            words: 0,
            shingles: u32::try_from(count).unwrap_or(u32::MAX),
            full,
            key_tails: smallest.iter().take(KEYS_MAX).map(|hash| key_tail(*hash)).collect(),
            codes: smallest.into_iter().map(code).collect(),
            lead,
            numerals,
            numeral_pairs,
        }
    }
}

fn distinct_hashes(mut hashes: Vec<u16>) -> Vec<u16> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Of two neighbouring numerals, in their order.
fn pair_hash(pair: &[u16]) -> u16 {
    let both = pair.iter().fold(0_u64, |both, numeral| both << 16 | u64::from(*numeral));
    // The shift leaves 16 bits.
    (mix(both) >> 48) as u16
}

/// Hashes in ascending order: dealt into as many piles as there are hashes, by their highest bits, and each pile sorted.
/// Hashes of a text lie evenly, so a pile holds one or two; where somebody made them fall into one, it is a usual sort.
fn sorted(hashes: &[u32]) -> Vec<u32> {
    const PILES_MAX: usize = 1 << 16;
    let piles = hashes.len().next_power_of_two().clamp(2, PILES_MAX);
    let shift = u32::BITS - piles.ilog2();
    let pile = |hash: u32| (hash >> shift) as usize;
    // Where each pile begins; while dealing, where its next hash goes; in the end, where it ends.
    let mut ends = vec![0_usize; piles];
    for hash in hashes {
        ends[pile(*hash)] += 1;
    }
    let mut begin = 0;
    for end in &mut ends {
        begin += std::mem::replace(end, begin);
    }
    let mut dealt = vec![0; hashes.len()];
    for hash in hashes {
        let end = &mut ends[pile(*hash)];
        dealt[*end] = *hash;
        *end += 1;
    }
    let mut begin = 0;
    for end in ends {
        if end - begin > 1 {
            dealt[begin..end].sort_unstable();
        }
        begin = end;
    }
    dealt
}

/// Sketches an article; linear in its length. Headlines are written anew by every newsroom, so the body alone is
/// compared, and the headline with it only where the body is too short. The hash is over both.
pub fn sketch(headline: &str, body: &str) -> Sketch {
    let mut words = Words::with_capacity(headline.len() + body.len());
    words.push_all(headline);
    let headline_words = words.hashes.len();
    let headline_numerals = words.numerals.len();
    words.push_all(body);

    // Texts without any word (emoji, punctuation) must not all be the same text.
    let text_hash = if words.hashes.is_empty() {
        hash128([headline, "\n", body].concat().as_bytes())
    } else {
        hash128(&words.text[..words.length])
    };
    let headline_hash =
        words.hashes[..headline_words].iter().fold(0, |hash: u64, word| mix(hash.rotate_left(21) ^ word));
    let mut shingles = shingles_of(&words.hashes[headline_words..]);
    let mut numerals = words.numerals.split_off(headline_numerals);
    if shingles.len() < SHINGLES_MIN as usize {
        shingles = shingles_of(&words.hashes);
        words.numerals.append(&mut numerals);
        numerals = words.numerals;
    }
    let mut sketch = Sketch::of_shingles(&shingles, numerals);
    sketch.text_hash = text_hash;
    // The shift leaves 32 bits.
    sketch.headline_hash = (headline_hash >> 32) as u32;
    sketch.words = u32::try_from(words.hashes.len()).unwrap_or(u32::MAX);
    sketch
}

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The normalised words of a text: as text with blanks, as hashes, and the numbers among them.
struct Words {
    /// UTF-8 up to `length`, then room for what comes.
    text: Vec<u8>,
    length: usize,
    /// Where the word that is being read begins in the text, and its hash so far.
    begin: usize,
    hash: u64,
    hashes: Vec<u64>,
    numerals: Vec<u16>,
    /// The character before, where it belongs to a script without spaces.
    unspaced: Option<char>,
}

impl Words {
    fn with_capacity(bytes: usize) -> Self {
        Self {
            text: vec![0; bytes + 16],
            length: 0,
            begin: 0,
            hash: FNV_BASIS,
            hashes: Vec::with_capacity(bytes / 8),
            numerals: Vec::new(),
            unspaced: None,
        }
    }

    fn push_all(&mut self, text: &str) {
        self.push_text(text);
        self.end_word();
        self.unspaced = None;
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
    /// bytes those were. This is where a sketch takes its time: the state is kept out of memory.
    fn push_known(&mut self, bytes: &[u8]) -> usize {
        let arabic: &[u16; 0x100] = &ARABIC;
        let (mut at, mut length, mut hash) = (0, self.length, self.hash);
        // What is written is never longer than what is read, with a blank behind.
        self.make_room(bytes.len() + 2);
        while let Some(first) = bytes.get(at).filter(|first| is_known(**first)) {
            let letter = if *first < 0x80 {
                ASCII[usize::from(*first)]
            } else {
                // U+0600 to U+06FF: two bytes.
                at += 1;
                let Some(second) = bytes.get(at) else { break };
                arabic[usize::from(first & 3) << 6 | usize::from(second & 0x3f)]
            };
            at += 1;
            if letter > DROPPED {
                hash = (hash ^ u64::from(letter)).wrapping_mul(FNV_PRIME);
                length += write(&mut self.text, length, letter);
            } else if letter == BOUNDARY && length > self.begin {
                (self.length, self.hash) = (length, hash);
                self.end_word();
                (length, hash) = (self.length, self.hash);
            }
        }
        (self.length, self.hash) = (length, hash);
        at
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
        self.hash = (self.hash ^ u64::from(u32::from(letter))).wrapping_mul(FNV_PRIME);
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
        if self.text[self.begin..self.length].iter().all(u8::is_ascii_digit) {
            // The shift leaves 16 bits.
            self.numerals.push((mix(self.hash) >> 48) as u16);
        }
        self.hashes.push(self.hash);
        self.make_room(1);
        self.text[self.length] = b' ';
        self.length += 1;
        (self.begin, self.hash) = (self.length, FNV_BASIS);
    }
}

/// Whether a character that begins so stands in the tables: ASCII, or U+0600 to U+06FF.
const fn is_known(first_byte: u8) -> bool {
    first_byte < 0x80 || first_byte & 0xfc == 0xd8
}

/// Writes a letter of the tables as UTF-8, if there is room, and tells its length.
fn write(text: &mut [u8], at: usize, letter: u16) -> usize {
    let [low, high] = letter.to_le_bytes();
    // The letters of the tables lie below U+0800.
    let pair = if letter < 0x80 { [low, 0] } else { [0xc0 | high << 2 | low >> 6, 0x80 | low & 0x3f] };
    if let Some(room) = text.get_mut(at..at + 2) {
        room.copy_from_slice(&pair);
    }
    1 + usize::from(letter >= 0x80)
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

/// What the tables have for a character that ends a word, and for one that counts for nothing.
const BOUNDARY: u16 = 0;
const DROPPED: u16 = 1;

/// From ASCII and from the Arabic block to the letter that stands for a character: most characters of the texts that
/// khabar reads, so they are looked up.
static ASCII: [u16; 0x80] = {
    let mut table = [BOUNDARY; 0x80];
    let mut code = 0_u8;
    while code < 0x80 {
        if code.is_ascii_alphanumeric() {
            table[code as usize] = code.to_ascii_lowercase() as u16;
        }
        code += 1;
    }
    table
};
static ARABIC: LazyLock<[u16; 0x100]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let code = 0x600 + u16::try_from(at).unwrap_or_default();
        match char::from_u32(u32::from(code)).map(normalise) {
            Some(Normalised::Dropped) => DROPPED,
            Some(Normalised::Letter(letter)) => u16::try_from(u32::from(letter)).unwrap_or(BOUNDARY),
            // The Arabic script has no case.
            Some(Normalised::Folded) => code,
            Some(Normalised::Boundary) | None => BOUNDARY,
        }
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

/// A 64-bit finaliser of the xorshift-multiply family (constant by Pelle Evensen, "rrmxmx").
const fn mix(mut value: u64) -> u64 {
    const MULTIPLIER: u64 = 0xd6e8_feb8_6659_fd93;
    value ^= value >> 32;
    value = value.wrapping_mul(MULTIPLIER);
    value ^= value >> 32;
    value = value.wrapping_mul(MULTIPLIER);
    value ^ (value >> 32)
}

pub(super) fn shingles_of(words: &[u64]) -> Vec<u32> {
    let mixed: Vec<u64> = words.iter().map(|word| mix(*word)).collect();
    mixed
        .windows(3)
        .map(|three| {
            let joined = three.iter().fold(0_u64, |hash, word| hash.rotate_left(21) ^ word);
            // The shift leaves 32 bits.
            (mix(joined) >> 32) as u32
        })
        .collect()
}

/// A shingle hash as 16 bits: 4 bits of exponent and 12 of mantissa, so that small hashes, which decide, stay apart.
fn code(hash: u32) -> u16 {
    if hash < 0x1_0000 {
        return 0;
    }
    let exponent = hash.ilog2();
    // exponent is 16 to 31, so both parts fit into 16 bits.
    u16::try_from(((exponent - 16) << 12) | ((hash >> (exponent - 12)) & 0xfff)).unwrap_or(u16::MAX)
}

/// The 16 bits that follow those of the code, so that code and tail together order texts' shingles as their hashes do.
fn key_tail(hash: u32) -> u16 {
    let bits_below = hash.checked_ilog2().map_or(0, |exponent| exponent.saturating_sub(12));
    let tail = match hash {
        0..0x1_0000 => hash,
        _ if bits_below <= 16 => (hash & ((1 << bits_below) - 1)) << (16 - bits_below),
        _ => (hash & ((1 << bits_below) - 1)) >> (bits_below - 16),
    };
    // Each arm leaves 16 bits.
    u16::try_from(tail).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
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
            prop_assert_eq!(&whole.text[..whole.length], &single.text[..single.length]);
            prop_assert_eq!(&whole.hashes, &single.hashes);
            prop_assert_eq!(&whole.numerals, &single.numerals);
            let normalised = std::str::from_utf8(&whole.text[..whole.length]).unwrap();
            prop_assert_eq!(normalised.split_whitespace().count(), whole.hashes.len());
        }

        #[test]
        fn piles_are_a_sort(hashes in proptest::collection::vec(prop_oneof![any::<u32>(), 0_u32..9], 0..300)) {
            let mut plain = hashes.clone();
            plain.sort_unstable();
            prop_assert_eq!(sorted(&hashes), plain);
        }
    }
}
