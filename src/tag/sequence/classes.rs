//! Classes of words that stand in the same surroundings, learned from unlabelled text by `tools/train`.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// A coarse and a fine class of a word; zeros where it has none.
pub type Classes = [u16; 2];

/// The classes of each word, by the hash of its folded form.
#[derive(Debug, Clone, Default)]
pub struct WordClasses(HashTable<(u64, Classes)>);

impl WordClasses {
    /// Reads lines of a coarse class, a tab, a fine class, a tab, and the words of both with blanks between them. `None`
    /// where a line is not of that form.
    pub fn read(text: &str) -> Option<Self> {
        let mut classes = HashTable::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.splitn(3, '\t');
            let mut class = || columns.next()?.parse().ok();
            let both = [class()?, class()?];
            let words = columns.next()?;
            for word in words.split(' ') {
                let hash = xxh3_64(word.as_bytes());
                let of_word = classes.entry(hash, |(known, _)| *known == hash, |(known, _)| *known);
                of_word.or_insert((hash, both)).into_mut().1 = both;
            }
        }
        Some(Self(classes))
    }

    pub fn of(&self, folded: &str) -> Classes {
        self.of_hash(xxh3_64(folded.as_bytes()))
    }

    /// Of the word with this hash (xxh3 of 64 bits).
    pub fn of_hash(&self, hash: u64) -> Classes {
        self.0.find(hash, |(known, _)| *known == hash).map(|(_, classes)| *classes).unwrap_or_default()
    }
}
