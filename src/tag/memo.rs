//! A memory of what is known of a word whatever text it stands in: words come again and again, in a text and in the next.
//!
//! Owns the places and when one is taken by another word. What it keeps must be a function of the word, of a mark that
//! the caller gives, and of the owner; so it saves work, and what a thread has read before changes no result. A word is
//! known by its hash of 64 bits: two words that share one, which is not met by chance, have what the first of them had.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Owners that one thread asks in turn.
const OWNERS_MAX: usize = 4;

/// What tells a lexicon or a model from all others of this process. A copy stands for the same things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner(usize);

impl Default for Owner {
    fn default() -> Self {
        static CREATED: AtomicUsize = AtomicUsize::new(0);
        Self(CREATED.fetch_add(1, Ordering::Relaxed))
    }
}

/// What is known of one word.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Known<V> {
    word: u64,
    /// That of the caller; `None` where no word is known.
    mark: Option<u8>,
    value: V,
}

/// What one thread remembers for one owner.
#[derive(Debug)]
pub struct Memo<V> {
    owner: Owner,
    places: Vec<Known<V>>,
}

impl<V: Copy + Default> Memo<V> {
    fn new(owner: Owner, places: usize) -> Self {
        Self { owner, places: vec![Known { word: 0, mark: None, value: V::default() }; places] }
    }

    /// What `find` gives for the word with this hash of 64 bits and this mark, asked where it is not remembered.
    pub fn of(&mut self, word: u64, mark: u8, find: impl FnOnce() -> V) -> &V {
        #[allow(clippy::cast_possible_truncation, reason = "only some of the bits count")]
        let place = (word >> 20) as usize % self.places.len();
        let known = &mut self.places[place];
        if (known.word, known.mark) != (word, Some(mark)) {
            *known = Known { word, mark: Some(mark), value: find() };
        }
        &known.value
    }
}

/// The memories of one thread, kept from text to text.
#[derive(Debug)]
pub struct Memos<V>(Vec<Memo<V>>);

impl<V: Copy + Default> Memos<V> {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// That of an owner, new with so many places or as it was put back.
    pub fn take(&mut self, owner: Owner, places: usize) -> Memo<V> {
        let known = self.0.iter().position(|memo| memo.owner == owner);
        known.map_or_else(|| Memo::new(owner, places), |known| self.0.remove(known))
    }

    /// Keeps it for the next text; of too many owners the one that was not asked for longest is forgotten.
    pub fn put_back(&mut self, memo: Memo<V>) {
        if self.0.len() == OWNERS_MAX {
            self.0.remove(0);
        }
        self.0.push(memo);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACES: usize = 4;

    #[test]
    fn a_word_is_found_once_and_again_when_another_took_its_place() {
        let mut memo: Memo<u64> = Memos::new().take(Owner::default(), PLACES);
        let mut asked = 0;
        let mut ask = |word: u64, mark: u8| {
            *memo.of(word, mark, || {
                asked += 1;
                10 * word + u64::from(mark)
            })
        };
        assert_eq!([ask(2, 0), ask(2, 0), ask(3, 0), ask(2, 0), ask(2, 1)], [20, 20, 30, 20, 21]);
        assert_eq!(asked, 4);
    }

    #[test]
    fn owners_have_memories_of_their_own() {
        let mut memos = Memos::new();
        let owners: Vec<Owner> = (0..2 * OWNERS_MAX).map(|_| Owner::default()).collect();
        for owner in owners.iter().chain(&owners) {
            let mut memo = memos.take(*owner, PLACES);
            assert_eq!(*memo.of(0, 0, || owner.0), owner.0);
            memos.put_back(memo);
        }
        assert_eq!(memos.0.len(), OWNERS_MAX);
    }

    proptest! {
        /// Whatever was asked before, the answer is that of the function.
        #[test]
        fn what_was_asked_before_changes_no_answer(asked in prop::collection::vec((0_u64..8, 0_u64..3, 0_u8..3), 1..60)) {
            let mut memo: Memo<(u64, u8)> = Memos::new().take(Owner::default(), PLACES);
            for (place, word, mark) in asked {
                let word = place << 20 | word;
                prop_assert_eq!(*memo.of(word, mark, || (word, mark)), (word, mark));
            }
        }
    }
}
