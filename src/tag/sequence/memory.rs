//! What a word was taken for elsewhere in the same text: a last name alone is the person whose full name stands before.

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::Span;
use super::features::{Word, stem};

/// Words of names have so many letters at least; shorter ones are too often something else.
const BYTES_MIN: usize = 3;
/// Kinds, each first or last in the name or within it.
const STATES: usize = 8;

/// For each word 0, or what its stem is within the names: a kind, and whether it ends names.
pub fn of(words: &[Word<'_>], names: &[Span]) -> Vec<u8> {
    let mut counts: HashMap<u64, [u16; STATES]> = HashMap::new();
    for name in names {
        for (at, word) in words.iter().enumerate().take(name.end).skip(name.first) {
            let stem = stem(word.folded);
            if stem.len() >= BYTES_MIN {
                let state = 2 * name.kind as usize + usize::from(at + 1 == name.end);
                let count = &mut counts.entry(xxh3_64(stem.as_bytes())).or_default()[state];
                *count = count.saturating_add(1);
            }
        }
    }
    if counts.is_empty() {
        return vec![0; words.len()];
    }
    let state = |word: &Word<'_>| {
        let counts = counts.get(&xxh3_64(stem(word.folded).as_bytes()))?;
        // Of equal counts the first.
        let most = (0u8..).zip(counts).max_by_key(|(state, count)| (**count, std::cmp::Reverse(*state)))?;
        Some(most.0 + 1)
    };
    words.iter().map(|word| state(word).unwrap_or(0)).collect()
}
