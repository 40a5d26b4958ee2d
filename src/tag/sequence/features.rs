//! What the model looks at: a word's form, stem, beginnings and ends, its neighbours, and the hints of the lexicons.
//!
//! A feature is a hash; the row of its weights is the hash's highest bits. Local features are those of one word alone, so
//! that what they add can be summed once for each form.

use xxhash_rust::xxh3::xxh3_64;

use super::super::text::{gap, shape};
use super::classes::Classes;

/// Rows of the features of one place.
pub type Features = Vec<u32>;

/// A word as the model sees it.
#[derive(Debug, Clone, Copy)]
pub struct Word<'a> {
    /// In folded letters.
    pub folded: &'a str,
    /// Of these letters (xxh3 of 64 bits).
    pub hash: u64,
    /// Bits of [`shape`].
    pub shape: u8,
    /// Bits of [`gap`].
    pub gap: u8,
    /// What the lexicons say of it, a bit for each.
    pub hints: u16,
    /// Of [`super::classes::WordClasses`].
    pub classes: Classes,
}

/// How far a feature of a word speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Of the word itself.
    Own,
    /// And of its neighbours.
    Near,
    /// And of theirs.
    Wide,
}

impl Reach {
    /// Places from which a word is seen: two behind it come first, two before it last. See [`row_at`].
    pub const PLACES: usize = 5;

    pub const ALL: [Self; 3] = [Self::Own, Self::Near, Self::Wide];

    pub const fn places(self) -> std::ops::RangeInclusive<u32> {
        match self {
            Self::Own => 2..=2,
            Self::Near => 1..=3,
            Self::Wide => 0..=4,
        }
    }
}

/// Shapes that the model tells apart; where a mark follows is in the next word's gap.
const SHAPES: u8 = shape::CAPITAL | shape::CAPITALS | shape::ARABIC | shape::LATIN | shape::DIGIT;
/// Beginnings and ends have so many letters.
const AFFIX_LETTERS_MAX: usize = 4;
/// Words of so many letters and more are of one length.
const LENGTH_MAX: usize = 12;

/// The hashes of a word's form and stem, which many features are made of.
#[derive(Debug, Clone, Copy)]
pub struct Hashed {
    form: u64,
    stem: u64,
}

impl Hashed {
    pub fn of(word: &Word<'_>) -> Self {
        let stem = stem(word.folded);
        let stem = if stem.len() == word.folded.len() { word.hash } else { xxh3_64(stem.as_bytes()) };
        Self { form: pair(kind::FORM, word.hash, 0), stem: pair(kind::STEM, stem, 0) }
    }

    /// Of the stem, evenly spread.
    pub const fn stem(&self) -> u64 {
        self.stem
    }
}

/// What of a word's shape its local features are made of, beside its form and classes.
pub const fn shape_of(word: &Word<'_>) -> u8 {
    word.shape & SHAPES
}

/// Kinds of features; a number each.
mod kind {
    pub const FORM: u64 = 1;
    pub const STEM: u64 = 2;
    pub const BEGINNING: u64 = 3;
    pub const END: u64 = 8;
    pub const SHAPE: u64 = 16;
    pub const LENGTH: u64 = 17;
    pub const SHAPED_END: u64 = 18;
    pub const BEFORE: u64 = 32;
    pub const BEHIND: u64 = 33;
    pub const GAPS: u64 = 34;
    pub const SHAPES: u64 = 35;
    pub const HINT: u64 = 36;
    pub const HINTS: u64 = 40;
    pub const HINTS_BEFORE: u64 = 41;
    pub const HINTS_BEHIND: u64 = 42;
    pub const FORM_BEFORE_HINTS: u64 = 43;
    pub const STEM_PAIR: u64 = 44;
    pub const BIAS: u64 = 45;
    pub const GAP_HINTS: u64 = 46;
    pub const CLASS: u64 = 47;
    pub const CLASS_BEFORE: u64 = 48;
    pub const CLASS_BEHIND: u64 = 49;
    pub const CLASS_HINTS: u64 = 50;
    pub const CLASSES: u64 = 51;
    pub const MEMORY: u64 = 52;
    pub const MEMORY_BEFORE: u64 = 53;
    pub const MEMORY_BEHIND: u64 = 54;
    pub const MEMORY_HINTS: u64 = 55;
}

/// Two hashes and what they are a pair of.
const fn pair(kind: u64, one: u64, other: u64) -> u64 {
    let mixed = one.rotate_left(23)
        ^ other.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ kind.wrapping_mul(0xd6e8_feb8_6659_fd93);
    let mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 29)
}

/// The number of a feature's row; `row_bits` are 3 to 32.
pub const fn row(hash: u64, row_bits: u32) -> u32 {
    #[allow(clippy::cast_possible_truncation, reason = "the highest bits of a row's number are few")]
    let row = (hash >> (64 - row_bits)) as u32;
    row
}

/// That of a local feature as it is seen from a place: place 2 is the word itself, place 1 the word behind it. The rows
/// of all places are within eight that stand side by side, so that memory is asked once for several.
pub const fn row_at(hash: u64, place: u32, row_bits: u32) -> u32 {
    row(hash, row_bits) ^ place
}

/// The features of one word alone.
pub fn local(word: &Word<'_>, hashed: Hashed, each: &mut impl FnMut(Reach, u64)) {
    let folded = word.folded;
    let shape = u64::from(word.shape & SHAPES);
    each(Reach::Wide, hashed.form);
    each(Reach::Wide, hashed.stem);
    each(Reach::Near, pair(kind::SHAPE, shape, 0));
    if word.classes != [0; 2] {
        for (fineness, class) in (0..).zip(word.classes) {
            each(Reach::Wide, pair(kind::CLASS, u64::from(class), fineness));
        }
    }
    let letters_count = folded.chars().count();
    let longest = AFFIX_LETTERS_MAX.min(letters_count.saturating_sub(1));
    for (letters, beginning) in (1..).zip(growing(folded.chars())).take(longest) {
        each(affix_reach(letters), pair(kind::BEGINNING + letters, beginning, 0));
    }
    for (letters, end) in (1..).zip(growing(folded.chars().rev())).take(longest) {
        let end = pair(kind::END + letters, end, 0);
        each(affix_reach(letters), end);
        if letters == 3 {
            each(Reach::Own, pair(kind::SHAPED_END, end, shape));
        }
    }
    each(Reach::Own, pair(kind::LENGTH, letters_count.min(LENGTH_MAX) as u64, shape));
}

/// One letter, then two and so on, in one number each; four letters of Arabic or Latin fill it.
fn growing(letters: impl Iterator<Item = char>) -> impl Iterator<Item = u64> {
    letters.scan(0_u64, |all, letter| {
        *all = all.rotate_left(16) ^ u64::from(letter);
        Some(*all)
    })
}

/// One letter and four tell little of the neighbours.
const fn affix_reach(letters: u64) -> Reach {
    match letters {
        2 | 3 => Reach::Near,
        _ => Reach::Own,
    }
}

/// The features of a place that more than one word makes, and those of hints.
pub fn context(words: &[Word<'_>], hashes: &[Hashed], at: usize, each: &mut impl FnMut(u64)) {
    const EDGE: Word<'static> =
        Word { folded: "", hash: 0, shape: 0, gap: gap::PARAGRAPH, hints: 0, classes: [0; 2] };
    let word = &words[at];
    let before = at.checked_sub(1).and_then(|at| words.get(at)).unwrap_or(&EDGE);
    let behind = words.get(at + 1).unwrap_or(&EDGE);
    let hashed_before = at.checked_sub(1).and_then(|at| hashes.get(at)).copied();
    let Hashed { form: form_before, stem: stem_before } = hashed_before.unwrap_or_else(|| Hashed::of(&EDGE));
    let form = hashes[at].form;
    let form_behind = hashes.get(at + 1).copied().unwrap_or_else(|| Hashed::of(&EDGE)).form;
    let [hints, hints_before, hints_behind] = [word, before, behind].map(|word| u64::from(word.hints));
    let [gap, gap_behind] = [word, behind].map(|word| u64::from(word.gap));
    let shapes = [before, word, behind].iter().fold(0, |all, word| all << 8 | u64::from(word.shape & SHAPES));
    each(pair(kind::BIAS, 0, 0));
    each(pair(kind::BEFORE, form_before, form));
    each(pair(kind::BEHIND, form, form_behind));
    each(pair(kind::STEM_PAIR, stem_before, shapes & 0xffff));
    each(pair(kind::GAPS, gap, gap_behind));
    each(pair(kind::SHAPES, shapes, gap));
    each(pair(kind::HINTS, hints, 0));
    each(pair(kind::HINTS_BEFORE, hints_before, hints));
    each(pair(kind::HINTS_BEHIND, hints, hints_behind));
    each(pair(kind::FORM_BEFORE_HINTS, form_before, hints));
    let [class, class_before, class_behind] = [word, before, behind].map(|word| u64::from(word.classes[0]));
    each(pair(kind::CLASS_BEFORE, class_before, class));
    each(pair(kind::CLASS_BEHIND, class, class_behind));
    each(pair(kind::CLASSES, class_before, class_behind));
    each(pair(kind::CLASS_HINTS, class_before, hints));
    each(pair(kind::GAP_HINTS, gap << 16 | gap_behind, hints));
    for (distance, mut hints) in [(0, hints), (1, hints_before), (2, hints_behind)] {
        while hints != 0 {
            each(pair(kind::HINT + distance, u64::from(hints.trailing_zeros()), 0));
            hints &= hints - 1;
        }
    }
}

/// The features of what the same words were elsewhere in the text, by [`super::memory`].
pub fn remembered(words: &[Word<'_>], memory: &[u8], at: usize, each: &mut impl FnMut(u64)) {
    let near = |at: Option<usize>| at.and_then(|at| memory.get(at)).copied().map_or(0, u64::from);
    let [own, before, behind] = [near(Some(at)), near(at.checked_sub(1)), near(Some(at + 1))];
    if own == 0 && before == 0 && behind == 0 {
        return;
    }
    each(pair(kind::MEMORY, own, 0));
    each(pair(kind::MEMORY_BEFORE, before, own));
    each(pair(kind::MEMORY_BEHIND, own, behind));
    each(pair(kind::MEMORY_HINTS, own, u64::from(words[at].hints)));
}

/// A word without what Arabic writes in front of it, as long as three letters are left: و and ف, then ب, ك and ل, then ال.
pub fn stem(folded: &str) -> &str {
    const LETTERS_LEFT_MIN: usize = 3;
    let mut left = folded;
    let without = |left: &'_ str, beginning: &str| {
        let rest = left.strip_prefix(beginning)?;
        // Arabic letters have two bytes.
        (rest.len() >= 2 * LETTERS_LEFT_MIN).then_some(left.len() - rest.len())
    };
    for group in [&["و", "ف"][..], &["بال", "كال", "لل", "ال", "ب", "ك", "ل"]] {
        if let Some(bytes) = group.iter().find_map(|beginning| without(left, beginning)) {
            left = &left[bytes..];
        }
    }
    left
}
