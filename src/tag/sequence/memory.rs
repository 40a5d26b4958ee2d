//! What a word was taken for elsewhere in the same text: a last name alone is the person whose full name stands before.

use hashbrown::HashMap;

use super::Span;
use super::features::{Hashed, Word, stem};

/// Words of names have so many letters at least; shorter ones are too often something else.
const BYTES_MIN: usize = 3;
/// Kinds, each first or last in the name or within it.
const STATES: usize = 8;

/// For each word 0, or what its stem is within the names: a kind, and whether it ends names. `hashes` are those of all
/// words.
pub fn of(words: &[Word<'_>], hashes: &[Hashed], names: &[Span]) -> Vec<u8> {
    let mut counts: HashMap<u64, [u16; STATES]> = HashMap::new();
    for name in names {
        for at in name.first..name.end {
            if stem(words[at].folded).len() >= BYTES_MIN {
                let state = 2 * name.kind as usize + usize::from(at + 1 == name.end);
                let count = &mut counts.entry(hashes[at].stem()).or_default()[state];
                *count = count.saturating_add(1);
            }
        }
    }
    if counts.is_empty() {
        return vec![0; words.len()];
    }
    let state = |hashed: &Hashed| {
        let counts = counts.get(&hashed.stem())?;
        // Of equal counts the first.
        let most = (0u8..).zip(counts).max_by_key(|(state, count)| (**count, std::cmp::Reverse(*state)))?;
        Some(most.0 + 1)
    };
    hashes.iter().map(|hashed| state(hashed).unwrap_or(0)).collect()
}
