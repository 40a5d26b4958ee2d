//! Text to sketch: normalised words, word 3-gram shingles, and the smallest of their hashes.
//!
//! Bottom-k sketches after Broder, "On the resemblance and containment of documents" (1997), over word 3-grams of a
//! text normalised for Arabic. The parameters were chosen on syndicated Arabic news, where containment of 3-grams
//! survives cut, merged and prefixed copies.

use crate::article::{Hash128, hash128};

/// Shingle hashes kept per text (k).
pub const SKETCH_SIZE: usize = 48;
/// Texts with fewer distinct shingles are too short to be compared.
pub const SHINGLES_MIN: u32 = 6;
/// Numerals kept per text.
pub const NUMERALS_MAX: usize = 16;
/// Shingles at the beginning of a text that count as its lead.
const LEAD_SHINGLES: usize = 40;

/// What a claim carries of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    /// Over the normalised words in order: equal for texts that differ only in spelling marks, case and punctuation.
    pub text_hash: Hash128,
    pub words: u32,
    /// Distinct shingles.
    pub shingles: u32,
    /// At most [`SKETCH_SIZE`] codes, ascending: the smallest shingle hashes, each rounded to 16 bits.
    pub codes: Vec<u16>,
    /// The codes are all of the text's shingles.
    pub full: bool,
    /// Bit i is set where code i is among the first 40 shingles of the text.
    pub lead: u64,
    /// At most [`NUMERALS_MAX`] smallest hashes of the text's numbers, ascending.
    pub numerals: Vec<u16>,
}

/// Sketches a text. Linear in its length.
pub fn sketch(text: &str) -> Sketch {
    let mut words = Words::with_capacity(text.len());
    for character in text.chars() {
        words.push(character);
    }
    words.end_word();

    // Texts without any word (emoji, punctuation) must not all be the same text.
    let text_hash =
        if words.hashes.is_empty() { hash128(text.as_bytes()) } else { hash128(words.text.as_bytes()) };
    let shingles = shingles(&words.hashes);
    let mut numerals = words.numerals;
    numerals.sort_unstable();
    numerals.dedup();
    numerals.truncate(NUMERALS_MAX);

    let mut distinct = shingles.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let distinct_count = distinct.len();
    distinct.truncate(SKETCH_SIZE);

    let mut first: Vec<u32> = shingles.into_iter().take(LEAD_SHINGLES).collect();
    first.sort_unstable();
    let lead = distinct.iter().enumerate().fold(0_u64, |mask, (index, hash)| {
        if first.binary_search(hash).is_ok() { mask | (1 << index) } else { mask }
    });
    Sketch {
        text_hash,
        words: u32::try_from(words.hashes.len()).unwrap_or(u32::MAX),
        shingles: u32::try_from(distinct_count).unwrap_or(u32::MAX),
        full: distinct_count <= SKETCH_SIZE,
        codes: distinct.into_iter().map(code).collect(),
        lead,
        numerals,
    }
}

/// How much of two sketches is common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// Codes of the first within the range that both sketches cover.
    pub left: u32,
    pub right: u32,
    pub shared: u32,
}

impl Overlap {
    /// Share of the smaller side that the other holds, 0 to 1000.
    pub fn containment_permille(self) -> u16 {
        permille(self.shared, self.left.min(self.right))
    }

    /// Share of the first text that the second lacks, 0 to 1000.
    pub fn novelty_permille(self) -> u16 {
        1000 - permille(self.shared, self.left)
    }

    /// Estimated Jaccard resemblance, 0 to 1000.
    pub fn resemblance_permille(self) -> u16 {
        permille(self.shared, self.left + self.right - self.shared)
    }
}

/// Compares two sketches over the range of hashes that both cover.
pub fn overlap(left: &[u16], left_full: bool, right: &[u16], right_full: bool) -> Overlap {
    let last = |codes: &[u16], full: bool| if full { u16::MAX } else { codes.last().copied().unwrap_or(0) };
    let range_end = last(left, left_full).min(last(right, right_full));
    let left = &left[..left.partition_point(|code| *code <= range_end)];
    let right = &right[..right.partition_point(|code| *code <= range_end)];
    let (mut i, mut j, mut shared) = (0, 0, 0_u32);
    while i < left.len() && j < right.len() {
        match left[i].cmp(&right[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    let count = |codes: &[u16]| u32::try_from(codes.len()).unwrap_or(u32::MAX);
    Overlap { left: count(left), right: count(right), shared }
}

fn permille(part: u32, whole: u32) -> u16 {
    if whole == 0 {
        return 0;
    }
    let share = u64::from(part) * 1000 / u64::from(whole);
    u16::try_from(share.min(1000)).unwrap_or(1000)
}

const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// The normalised words of a text: as text with blanks, as hashes, and the numbers among them.
struct Words {
    text: String,
    hashes: Vec<u64>,
    numerals: Vec<u16>,
    word_hash: u64,
    word_is_open: bool,
    word_is_number: bool,
}

impl Words {
    fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            hashes: Vec::with_capacity(bytes / 8),
            numerals: Vec::new(),
            word_hash: FNV_BASIS,
            word_is_open: false,
            word_is_number: true,
        }
    }

    fn push(&mut self, character: char) {
        match normalise(character) {
            Normalised::Dropped => {}
            Normalised::Boundary => self.end_word(),
            Normalised::Letter(letter) => self.push_letter(letter),
            Normalised::Folded => character.to_lowercase().for_each(|letter| self.push_letter(letter)),
        }
    }

    fn push_letter(&mut self, letter: char) {
        self.word_is_open = true;
        self.word_is_number &= letter.is_ascii_digit();
        self.word_hash = (self.word_hash ^ u64::from(u32::from(letter))).wrapping_mul(FNV_PRIME);
        self.text.push(letter);
    }

    fn end_word(&mut self) {
        if !self.word_is_open {
            return;
        }
        if self.word_is_number {
            // The shift leaves 16 bits.
            self.numerals.push((mix(self.word_hash) >> 48) as u16);
        }
        self.hashes.push(self.word_hash);
        self.text.push(' ');
        self.word_hash = FNV_BASIS;
        self.word_is_open = false;
        self.word_is_number = true;
    }
}

enum Normalised {
    /// A mark inside a word that carries no meaning here: tashkeel, tatweel, bidi controls.
    Dropped,
    Boundary,
    Letter(char),
    /// A letter outside the tables; its lower case counts.
    Folded,
}

fn normalise(character: char) -> Normalised {
    match character {
        'a'..='z' | '0'..='9' => Normalised::Letter(character),
        'A'..='Z' => Normalised::Letter(character.to_ascii_lowercase()),
        '\0'..='\u{7f}' => Normalised::Boundary,
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

fn shingles(words: &[u64]) -> Vec<u32> {
    words
        .windows(3)
        .map(|three| {
            let joined = three.iter().fold(0_u64, |hash, word| hash.rotate_left(21) ^ mix(*word));
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
