//! A linear tagger of word sequences: which words are the name of a person, a place or an organisation.
//!
//! Owns the model, its file and its search. It knows neither lexicons nor articles: what they say of a word comes in as
//! hints. The weights are learned by `tools/train` (a structured perceptron, averaged; Collins, "Discriminative Training
//! Methods for Hidden Markov Models", EMNLP 2002) and rounded to bytes. All sums are of integers, so that every machine
//! gives the same labels.

pub mod classes;
pub mod features;
mod file;
pub mod memory;
mod search;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::sync::Arc;

pub use file::ModelError;

use super::memo::{Memos, Owner};
use features::{Features, Hashed, Reach, Word};

/// Labels: outside of names, then the beginning and the inside of each kind.
pub const LABELS: usize = 9;
/// Of words outside of names.
pub const OUTSIDE: u8 = 0;
/// Labels of names; as many as processors add and compare at once. The label `n` has the place `n - 1`: what counts is
/// only by how much a label is better than [`OUTSIDE`], which therefore needs no weights.
pub const NAMED: usize = 8;

/// The weights of one feature for the labels of names.
pub type Row = [i8; NAMED];
/// Scores of the labels of names at one word.
pub type Scores = [i16; NAMED];

/// What a label adds behind another, by the label before and the label.
pub type Transitions<N> = [[N; LABELS]; LABELS];

/// Kinds of names, in the order of their labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKind {
    Person,
    Place,
    Organisation,
    /// Events, works and the like: learned so that they are not taken for the others.
    Other,
}

impl NameKind {
    pub const ALL: [Self; 4] = [Self::Person, Self::Place, Self::Organisation, Self::Other];

    /// The label of its first word; that of the others is one more.
    pub const fn first_label(self) -> u8 {
        2 * self as u8 + 1
    }

    /// The kind of a label; `None` outside of names.
    pub const fn of_label(label: u8) -> Option<Self> {
        match label {
            1 | 2 => Some(Self::Person),
            3 | 4 => Some(Self::Place),
            5 | 6 => Some(Self::Organisation),
            7 | 8 => Some(Self::Other),
            _ => None,
        }
    }
}

/// Words of a text, from the first to behind the last, that are one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub first: usize,
    pub end: usize,
    pub kind: NameKind,
    /// By how much the labels were better than none, per word, in units of the model.
    pub margin: i32,
}

/// Rows of one feature at the places around it, which a processor fetches together.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Neighbours([Row; NEIGHBOURS]);

/// The numbers of some rows.
#[derive(Debug)]
struct Rows {
    numbers: [u32; Self::MAX],
    count: usize,
}

impl Rows {
    /// A place has no more features of one kind: [`features::context`] gives most, of which each hint of three words is
    /// one.
    const MAX: usize = 64;

    fn push(&mut self, row: u32) {
        debug_assert!(self.count < Self::MAX, "a place has more features than there is room for");
        if let Some(number) = self.numbers.get_mut(self.count) {
            *number = row;
            self.count += 1;
        }
    }

    const fn clear(&mut self) {
        self.count = 0;
    }

    fn all(&self) -> &[u32] {
        &self.numbers[..self.count]
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self { numbers: [0; Self::MAX], count: 0 }
    }
}

/// As many as [`features::row_at`] keeps side by side, a power of two.
const NEIGHBOURS: usize = 8;

/// The weights, ready to be asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Model {
    /// A power of two of them.
    rows: Arc<[Neighbours]>,
    /// What a label adds behind another.
    transitions: Transitions<i16>,
    /// Of what threads remember of its sums.
    memo_owner: Owner,
}

impl Model {
    /// Bits of a row's number.
    fn row_bits(&self) -> u32 {
        (self.rows.len() * NEIGHBOURS).trailing_zeros()
    }

    fn row(&self, number: u32) -> &Row {
        let number = number as usize;
        &self.rows[number / NEIGHBOURS].0[number % NEIGHBOURS]
    }

    /// Adds the weights of these rows as they are seen from a place, by [`features::row_at`]; those of contexts are seen
    /// from place 0. Rows are named first and added then, because memory answers many questions in the time of one where
    /// none waits for another's sum.
    ///
    /// Not inlined: by itself it becomes few instructions on all labels, within its callers often many on one.
    #[inline(never)]
    fn add(&self, scores: &mut Scores, rows: &[u32], place: u32) {
        let mut sums = *scores;
        for row in rows {
            let weights = self.row(*row ^ place);
            sums = std::array::from_fn(|label| sums[label] + i16::from(weights[label]));
        }
        *scores = sums;
    }

    /// What a word adds at each distance to the words around it, from two before it to two behind it.
    fn local(&self, word: &Word<'_>, hashed: Hashed) -> [Scores; Reach::PLACES] {
        let row_bits = self.row_bits();
        let mut all = [[0; NAMED]; Reach::PLACES];
        let mut rows: [Rows; Reach::ALL.len()] = Default::default();
        features::local(word, hashed, &mut |reach, hash| {
            rows[reach as usize].push(features::row(hash, row_bits));
        });
        for (reach, rows) in Reach::ALL.into_iter().zip(&rows) {
            for place in reach.places() {
                self.add(&mut all[place as usize], rows.all(), place);
            }
        }
        all
    }

    /// The names in a text. Words are those of one text in their order; time and memory are linear in their number.
    pub fn names(&self, words: &[Word<'_>]) -> Vec<Span> {
        self.names_among(words, leave_out_hopeless)
    }

    /// The same with the context of each word, hopeless or not; for learning.
    pub fn names_by_all_contexts(&self, words: &[Word<'_>]) -> Vec<Span> {
        self.names_among(words, |_| {})
    }

    /// `leave_out` gives the words that are outside of names by what they and their neighbours are alone the scores of
    /// [`NEVER`].
    fn names_among(&self, words: &[Word<'_>], leave_out: impl Fn(&mut [Scores])) -> Vec<Span> {
        let mut scores = vec![[0; NAMED]; words.len()];
        let mut memo = MEMOS.with_borrow_mut(|memos| memos.take(self.memo_owner, WORDS_REMEMBERED));
        let hashes: Vec<Hashed> = words.iter().map(Hashed::of).collect();
        for (at, (word, hashed)) in words.iter().zip(&hashes).enumerate() {
            // What is equal in form and shape adds the same.
            let mark = features::shape_of(word);
            let local = memo.of(word.hash, mark, || self.local(word, *hashed));
            for (place, local) in local.iter().enumerate() {
                // The word at `at` speaks for the one at `at + 2 - place`.
                let Some(target) = (at + 2).checked_sub(place).and_then(|target| scores.get_mut(target))
                else {
                    continue;
                };
                *target = std::array::from_fn(|label| target[label] + local[label]);
            }
        }
        MEMOS.with_borrow_mut(|memos| memos.put_back(memo));
        leave_out(&mut scores);
        let row_bits = self.row_bits();
        let mut rows = Rows::default();
        for (at, scores) in scores.iter_mut().enumerate().filter(|(_, scores)| **scores != NEVER) {
            rows.clear();
            features::context(words, &hashes, at, &mut |hash| rows.push(features::row(hash, row_bits)));
            self.add(scores, rows.all(), 0);
        }
        let names = search::names(words, &scores, &self.transitions);
        if names.is_empty() {
            return names;
        }
        let memory = memory::of(words, &hashes, &names);
        for (at, scores) in scores.iter_mut().enumerate().filter(|(_, scores)| **scores != NEVER) {
            rows.clear();
            features::remembered(words, &memory, at, &mut |hash| rows.push(features::row(hash, row_bits)));
            self.add(scores, rows.all(), 0);
        }
        search::names(words, &scores, &self.transitions)
    }

    /// All features of a place, by the number of their rows; for learning. `hashes` are those of all words.
    pub fn feature_rows(words: &[Word<'_>], hashes: &[Hashed], at: usize, row_bits: u32) -> Features {
        let mut rows = Features::new();
        for (place, from) in (0..).zip(at..at + Reach::PLACES) {
            let Some(from) = from.checked_sub(2).filter(|from| *from < words.len()) else { continue };
            features::local(&words[from], hashes[from], &mut |reach, hash| {
                if reach.places().contains(&place) {
                    rows.push(features::row_at(hash, place, row_bits));
                }
            });
        }
        features::context(words, hashes, at, &mut |hash| rows.push(features::row(hash, row_bits)));
        rows
    }

    /// The same of what the words were elsewhere in the text.
    pub fn memory_rows(words: &[Word<'_>], memory: &[u8], at: usize, row_bits: u32) -> Features {
        let mut rows = Features::new();
        features::remembered(words, memory, at, &mut |hash| rows.push(features::row(hash, row_bits)));
        rows
    }

    /// The best labels for scores and transitions of any integers; for learning.
    pub fn best_labels(
        words: &[Word<'_>],
        scores: &[[i32; NAMED]],
        transitions: &Transitions<i32>,
    ) -> Vec<u8> {
        search::best_labels(words, scores, transitions)
    }
}

/// Of a word that is outside of names whatever stands around it.
const NEVER: Scores = [i16::MIN; NAMED];

/// A word of which all labels of names are worse than this by what it and its neighbours are alone, and whose neighbours
/// are not [`LIKELY`] names themselves, is outside of names: what its context adds is not asked. That is nearly half of all
/// words in newspapers; of the words that context would make names one in two hundred is lost, each a guess.
const HOPELESS: i16 = -200;
/// See [`HOPELESS`].
const LIKELY: i16 = 200;

/// Makes the scores of all hopeless words those of [`NEVER`].
fn leave_out_hopeless(scores: &mut [Scores]) {
    let best: Vec<i16> = scores.iter().map(|scores| scores.iter().copied().max().unwrap_or(0)).collect();
    let is_likely = |at: Option<usize>| at.and_then(|at| best.get(at)).is_some_and(|best| *best >= LIKELY);
    for (at, scores) in scores.iter_mut().enumerate() {
        if best[at] < HOPELESS && !is_likely(at.checked_sub(1)) && !is_likely(Some(at + 1)) {
            *scores = NEVER;
        }
    }
}

/// Words whose scores a thread remembers, a power of two: 1.5 MiB for each model, and seven of ten words of newspapers, of
/// which 4096 are five and a half.
const WORDS_REMEMBERED: usize = 16_384;

thread_local! {
    static MEMOS: RefCell<Memos<[Scores; Reach::PLACES]>> = const { RefCell::new(Memos::new()) };
}
