//! Classes of words that stand in the same surroundings, learned from unlabelled text by `tools/train`.

use hashbrown::HashMap;
use xxhash_rust::xxh3::xxh3_64;

/// A coarse and a fine class of a word; zeros where it has none.
pub type Classes = [u16; 2];

/// The classes of each word, by the hash of its folded form.
#[derive(Debug, Clone, Default)]
pub struct WordClasses(HashMap<u64, Classes>);

impl WordClasses {
    /// Reads lines of a coarse class, a tab, a fine class, a tab, and the words of both with blanks between them. `None`
    /// where a line is not of that form.
    pub fn read(text: &str) -> Option<Self> {
        let mut classes = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.splitn(3, '\t');
            let mut class = || columns.next()?.parse().ok();
            let both = [class()?, class()?];
            let words = columns.next()?;
            classes.extend(words.split(' ').map(|word| (xxh3_64(word.as_bytes()), both)));
        }
        Some(Self(classes))
    }

    pub fn of(&self, folded: &str) -> Classes {
        self.of_hash(xxh3_64(folded.as_bytes()))
    }

    /// Of the word with this hash (xxh3 of 64 bits).
    pub fn of_hash(&self, hash: u64) -> Classes {
        self.0.get(&hash).copied().unwrap_or_default()
    }
}
