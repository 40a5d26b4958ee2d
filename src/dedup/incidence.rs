//! Which of an article's candidates hold which of its codes, and each other's: all pairs at once.
//!
//! One pass over all codes fills a table from code to holders; a transposition of each text's rows then gives what it
//! shares with every other one. That takes a fraction of merging the lists pair by pair.

use super::compare::{Pair, Text};
use super::near::{CANDIDATES_MAX, Candidate};
use super::sketch::SKETCH_SIZE;

/// Rows of a transposition: codes in two blocks of 32.
const ROWS: usize = 64;
const BLOCK: usize = 32;
const _: () = assert!(SKETCH_SIZE <= ROWS && CANDIDATES_MAX <= BLOCK);

/// See the module.
#[derive(Debug)]
pub struct Incidence {
    /// Of each code of each candidate, which candidates hold it.
    holders: [[u32; SKETCH_SIZE]; CANDIDATES_MAX],
    /// Of each code of the article.
    article_holders: [u32; SKETCH_SIZE],
    /// The codes of a candidate that another one holds.
    shared: [[u64; CANDIDATES_MAX]; CANDIDATES_MAX],
    /// The codes of the article that a candidate holds.
    article_shared: [u64; CANDIDATES_MAX],
    /// The codes of a candidate that the article holds.
    shared_with_article: [u64; CANDIDATES_MAX],
}

impl Incidence {
    /// Compares the article with the candidates. Those among each other follow with [`Self::compare_candidates`].
    pub fn new(article: &Text<'_>, candidates: &[Candidate<'_>]) -> Self {
        let mut table = Table::new(candidates.iter().map(|candidate| candidate.text.codes.len()).sum());
        let mut new = Self {
            holders: [[0; SKETCH_SIZE]; CANDIDATES_MAX],
            article_holders: [0; SKETCH_SIZE],
            shared: [[0; CANDIDATES_MAX]; CANDIDATES_MAX],
            article_shared: [0; CANDIDATES_MAX],
            shared_with_article: [0; CANDIDATES_MAX],
        };
        for (at, candidate) in candidates.iter().enumerate() {
            for code in candidate.text.codes {
                table.add(*code, 1 << at);
            }
        }
        for (holders, code) in new.article_holders.iter_mut().zip(article.codes) {
            *holders = table.get(*code);
        }
        new.article_shared = transposed(&new.article_holders);
        for code in article.codes {
            table.add(*code, ARTICLE);
        }
        for (at, candidate) in candidates.iter().enumerate() {
            for (place, code) in candidate.text.codes.iter().enumerate().take(SKETCH_SIZE) {
                let holders = table.get_all(*code);
                // The mask leaves the 32 bits of the candidates.
                new.holders[at][place] = u32::try_from(holders & u64::from(u32::MAX)).unwrap_or(u32::MAX);
                new.shared_with_article[at] |= u64::from(holders & ARTICLE != 0) << place;
            }
        }
        new
    }

    /// Fills in what candidates share with each other.
    pub fn compare_candidates(&mut self, count: usize) {
        for (shared, holders) in self.shared.iter_mut().zip(&self.holders).take(count) {
            *shared = transposed(holders);
        }
    }

    pub const fn holders(&self, candidate: usize) -> &[u32; SKETCH_SIZE] {
        &self.holders[candidate]
    }

    pub const fn article_holders(&self) -> &[u32; SKETCH_SIZE] {
        &self.article_holders
    }

    /// The article and one of its candidates.
    pub fn of_article(&self, article: &Text<'_>, candidates: &[Candidate<'_>], at: usize) -> Pair {
        Pair::of(article, &candidates[at].text, self.article_shared[at], self.shared_with_article[at])
    }

    /// Two candidates.
    pub fn of_candidates(&self, candidates: &[Candidate<'_>], left: usize, right: usize) -> Pair {
        let (shared, back) = (self.shared[left][right], self.shared[right][left]);
        Pair::of(&candidates[left].text, &candidates[right].text, shared, back)
    }
}

/// The bit of the article itself, above those of the candidates.
const ARTICLE: u64 = 1 << CANDIDATES_MAX;

/// From code to the mask of its holders; open addressing. A slot is a code above and its holders below; nobody's is
/// free.
struct Table {
    slots: Vec<u64>,
    mask: usize,
}

const CODE_SHIFT: u32 = 48;
const HOLDERS: u64 = (1 << CODE_SHIFT) - 1;

impl Table {
    fn new(codes: usize) -> Self {
        let size = ((codes + SKETCH_SIZE) * 2).next_power_of_two();
        Self { slots: vec![0; size], mask: size - 1 }
    }

    fn place(&self, code: u16) -> usize {
        // Fibonacci hashing, by Knuth: neighbours in the order of codes come apart.
        let mut at = (usize::from(code).wrapping_mul(0x9e37_79b1) >> 8) & self.mask;
        while self.slots[at] != 0 && self.slots[at] >> CODE_SHIFT != u64::from(code) {
            at = (at + 1) & self.mask;
        }
        at
    }

    fn add(&mut self, code: u16, holder: u64) {
        let at = self.place(code);
        self.slots[at] |= u64::from(code) << CODE_SHIFT | holder;
    }

    fn get_all(&self, code: u16) -> u64 {
        self.slots[self.place(code)] & HOLDERS
    }

    fn get(&self, code: u16) -> u32 {
        u32::try_from(self.get_all(code)).unwrap_or_default()
    }
}

/// Rows of bits as columns: bit j of row i becomes bit i of column j.
fn transposed(rows: &[u32; SKETCH_SIZE]) -> [u64; CANDIDATES_MAX] {
    let mut columns = [0; CANDIDATES_MAX];
    for (number, block) in rows.chunks(BLOCK).enumerate() {
        let mut square = [0; BLOCK];
        square[..block.len()].copy_from_slice(block);
        transpose(&mut square);
        for (column, row) in columns.iter_mut().zip(square) {
            *column |= u64::from(row) << (number * BLOCK);
        }
    }
    columns
}

/// Transposes a square of 32 by 32 bits in five rounds of swapped blocks (after Warren, "Hacker's Delight", 7-3).
fn transpose(square: &mut [u32; BLOCK]) {
    let (mut width, mut mask) = (BLOCK / 2, 0x0000_ffff_u32);
    while width != 0 {
        for row in 0..BLOCK {
            if row & width == 0 {
                let swapped = ((square[row] >> width) ^ square[row + width]) & mask;
                square[row + width] ^= swapped;
                square[row] ^= swapped << width;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What the table finds is what merging the sorted lists finds.
        #[test]
        fn all_pairs_at_once_are_as_pairs_one_by_one(
            lists in proptest::collection::vec(proptest::collection::btree_set(0_u16..300, 0..48), 1..33),
        ) {
            let lists: Vec<Vec<u16>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let text = |codes| Text { codes, full: false, ..Text::NONE };
            let article = text(&lists[0]);
            let candidates: Vec<Candidate<'_>> = lists[1..]
                .iter()
                .map(|codes| Candidate { text: text(codes), ..Candidate::NONE })
                .collect();
            let mut incidence = Incidence::new(&article, &candidates);
            incidence.compare_candidates(candidates.len());
            for left in 0..candidates.len() {
                let pair = Pair::new(&article, &candidates[left].text);
                prop_assert_eq!(incidence.of_article(&article, &candidates, left), pair);
                for right in 0..candidates.len() {
                    let pair = Pair::new(&candidates[left].text, &candidates[right].text);
                    prop_assert_eq!(incidence.of_candidates(&candidates, left, right), pair);
                }
            }
        }
    }
}
