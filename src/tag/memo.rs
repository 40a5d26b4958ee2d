//! A memory of what is known of a word whatever text it stands in: words come again and again, in a text and in the next.
//!
//! Owns the places and when one is taken by another word. What it keeps must be a function of the word, of a mark that
//! the caller gives, and of the owner; so it saves work, and what a thread has read before changes no result.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of a word that is remembered; longer ones are rare and looked up each time. 15 Arabic letters.
const WORD_BYTES_MAX: usize = 30;

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

/// A word and the caller's mark, in one piece of a fixed size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(32))]
struct Key {
    bytes: [u8; WORD_BYTES_MAX],
    length: u8,
    mark: u8,
}

impl Key {
    /// Of no word: its length is none that a word may have.
    const NOTHING: Self = Self { bytes: [0; WORD_BYTES_MAX], length: u8::MAX, mark: 0 };

    fn of(word: &str, mark: u8) -> Option<Self> {
        let mut bytes = [0; WORD_BYTES_MAX];
        bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        let length = u8::try_from(word.len()).ok()?;
        Some(Self { bytes, length, mark })
    }
}

/// What one thread remembers for one owner.
#[derive(Debug)]
pub struct Memo<V> {
    owner: Owner,
    keys: Vec<Key>,
    values: Vec<V>,
    /// That of a word too long to be remembered.
    unkept: V,
}

impl<V: Copy + Default> Memo<V> {
    fn new(owner: Owner, places: usize) -> Self {
        let (keys, values) = (vec![Key::NOTHING; places], vec![V::default(); places]);
        Self { owner, keys, values, unkept: V::default() }
    }

    /// What `find` gives for this word and mark, asked where it is not remembered. `hash` is a hash of the word, evenly
    /// spread.
    pub fn of(&mut self, word: &str, mark: u8, hash: u64, find: impl FnOnce() -> V) -> &V {
        let Some(key) = Key::of(word, mark) else {
            self.unkept = find();
            return &self.unkept;
        };
        #[allow(clippy::cast_possible_truncation, reason = "only some of the bits count")]
        let place = (hash >> 20) as usize % self.keys.len();
        if self.keys[place] != key {
            self.keys[place] = key;
            self.values[place] = find();
        }
        &self.values[place]
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
        let mut memo: Memo<usize> = Memos::new().take(Owner::default(), PLACES);
        let mut asked = 0;
        let mut ask = |word: &str, mark: u8| {
            *memo.of(word, mark, 0, || {
                asked += 1;
                word.len()
            })
        };
        assert_eq!([ask("ab", 0), ask("ab", 0), ask("abc", 0), ask("ab", 0), ask("ab", 1)], [2, 2, 3, 2, 2]);
        assert_eq!(asked, 4);
    }

    #[test]
    fn owners_have_memories_of_their_own() {
        let mut memos = Memos::new();
        let owners: Vec<Owner> = (0..2 * OWNERS_MAX).map(|_| Owner::default()).collect();
        for owner in owners.iter().chain(&owners) {
            let mut memo = memos.take(*owner, PLACES);
            assert_eq!(*memo.of("a", 0, 0, || owner.0), owner.0);
            memos.put_back(memo);
        }
        assert_eq!(memos.0.len(), OWNERS_MAX);
    }

    proptest! {
        /// Whatever was asked before, the answer is that of the function.
        #[test]
        fn what_was_asked_before_changes_no_answer(asked in prop::collection::vec(("[a-c]{0,40}", 0_u8..3, 0_u64..8), 1..60)) {
            let mut memo: Memo<(usize, u8)> = Memos::new().take(Owner::default(), PLACES);
            for (word, mark, hash) in asked {
                let find = || (word.len() + word.matches('a').count() * 100, mark);
                prop_assert_eq!(*memo.of(&word, mark, hash << 20, find), find());
            }
        }
    }
}
