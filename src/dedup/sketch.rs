//! Text to sketch: word 3-gram shingles of the [normalised words](super::words), and the smallest of their hashes.
//!
//! Bottom-k sketches after Broder, "On the resemblance and containment of documents" (1997), over word 3-grams of a
//! text normalised for Arabic. The parameters were chosen on syndicated Arabic news, where containment of 3-grams
//! survives cut, merged and prefixed copies.

use super::words::Words;
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
        let ascending = sorted(shingles);
        let mut count = usize::from(!ascending.is_empty());
        count += ascending.iter().zip(ascending.iter().skip(1)).filter(|(hash, next)| hash != next).count();
        // Hashes that are rounded to the same code count once. One more than is kept tells whether all are.
        let mut smallest: Vec<u32> = Vec::with_capacity(SKETCH_SIZE + 1);
        for hash in ascending {
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

/// Hashes in ascending order: dealt into as many piles as there are hashes, by their highest bits. Hashes of a text lie
/// evenly, so a pile holds one or two, and what is left to sort is neighbours.
fn sorted(hashes: &[u32]) -> Vec<u32> {
    const PILES_MAX: usize = 1 << 16;
    let piles = hashes.len().next_power_of_two().clamp(2, PILES_MAX);
    let shift = u32::BITS - piles.ilog2();
    let pile = |hash: u32| (hash >> shift) as usize;
    // Where each pile begins; while dealing, where its next hash goes.
    let mut places = vec![0_u32; piles];
    for hash in hashes {
        places[pile(*hash)] += 1;
    }
    let mut begin = 0;
    for place in &mut places {
        begin += std::mem::replace(place, begin);
    }
    let mut dealt = vec![0; hashes.len()];
    for hash in hashes {
        let place = &mut places[pile(*hash)];
        dealt[*place as usize] = *hash;
        *place += 1;
    }
    settle(&mut dealt);
    dealt
}

/// Sorts hashes of which none is far from its place, by an odd-even transposition: which of two neighbours is smaller
/// cannot be guessed, so there is no branch on it. Where somebody made hashes fall into one pile, it is a usual sort.
fn settle(hashes: &mut [u32]) {
    const ROUNDS_MAX: usize = 8;
    for _ in 0..ROUNDS_MAX {
        for begin in 0..2 {
            for pair in hashes.get_mut(begin..).unwrap_or_default().chunks_exact_mut(2) {
                (pair[0], pair[1]) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
            }
        }
        // All are compared, many at once, where an early answer would take them one by one.
        let misplaced = hashes.iter().zip(hashes.iter().skip(1)).filter(|(hash, next)| hash > next).count();
        if misplaced == 0 {
            return;
        }
    }
    hashes.sort_unstable();
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
        hash128(words.text())
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

/// A 64-bit finaliser of the xorshift-multiply family (constant by Pelle Evensen, "rrmxmx").
pub(super) const fn mix(mut value: u64) -> u64 {
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
        #[test]
        fn piles_are_a_sort(hashes in proptest::collection::vec(prop_oneof![any::<u32>(), 0_u32..9], 0..300)) {
            let mut plain = hashes.clone();
            plain.sort_unstable();
            prop_assert_eq!(sorted(&hashes), plain);
        }
    }
}
