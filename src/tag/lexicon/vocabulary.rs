//! All words of the lexicons, each once, with what is known of it; and the names and phrases that words make up, as a
//! tree of words.
//!
//! Owns look-ups; it reads no file. A word is known by its hash of 64 bits, names refer to it by number: a name costs no
//! allocation, and a look-up of a word asks memory twice. Of a million words two have one hash with a probability of
//! 3 in 100 million; the later one would be taken for the earlier.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64;

/// No word, node or name.
pub(crate) const NONE: u32 = u32::MAX;

/// What is known of a word, as bits.
pub(crate) mod word {
    /// A common or function word: never a part of an unknown name.
    pub const COMMON: u16 = 1;
    /// Never a name, though it looks like one.
    pub const NOT_A_NAME: u16 = 1 << 1;
    pub const SPEECH_VERB: u16 = 1 << 2;
    /// An adjective of nationality.
    pub const NATIONALITY: u16 = 1 << 3;
    pub const GIVEN_NAME: u16 = 1 << 4;
    /// The last word of a person's name in the lexicons.
    pub const FAMILY_NAME: u16 = 1 << 5;
    /// Stands within names: بن, van.
    pub const CONNECTOR: u16 = 1 << 6;
    /// Stands between a title and a name: السابق, former.
    pub const TITLE_MODIFIER: u16 = 1 << 7;
    /// Begins or is a title or the head of a name.
    pub const HEAD: u16 = 1 << 8;
    /// The common word ends with ى, which folds as ي does: على is no name, علي is one.
    pub const MAKSURA: u16 = 1 << 9;
    /// Stands in a title or head of several words.
    pub const OF_HEAD: u16 = 1 << 10;
    /// With a place's name behind it, it names an event: معرض, مهرجان.
    pub const EVENT_HEAD: u16 = 1 << 11;
    /// With a name behind it, it names another place: مطار, ملعب.
    pub const FACILITY_HEAD: u16 = 1 << 12;
    /// With a place's name behind it, it names an organisation: جامعة, شرطة.
    pub const SITED_HEAD: u16 = 1 << 13;
    /// A given name that is a common word, too: it begins an unknown name only behind a title.
    pub const HOMOGRAPH: u16 = 1 << 14;
    /// A people or community, which is no name where it is the adjective of a noun.
    pub const PEOPLE: u16 = 1 << 15;
}

/// Kinds of phrases, as bits.
pub(crate) mod phrase {
    pub const PERSON_TITLE: u16 = 1;
    pub const PERSON_TITLE_AFTER: u16 = 1 << 1;
    pub const ORGANISATION_HEAD: u16 = 1 << 2;
    pub const ORGANISATION_TAIL: u16 = 1 << 3;
    pub const PLACE_HEAD: u16 = 1 << 4;
    pub const NOT_A_NAME: u16 = 1 << 5;
    /// A head behind which even a weak name is the name: قناة المسيرة.
    pub const NAMING_HEAD: u16 = 1 << 6;
    /// A head with departments behind it, joined by و: وزارة الثقافة والإعلام.
    pub const MINISTRY_HEAD: u16 = 1 << 7;
    /// A head that a noun with the article and an adjective of nationality make a name of: هيئة الجمارك العراقية.
    pub const NATIONAL_HEAD: u16 = 1 << 8;
    /// A head that stands outside a place's name: مدينة.
    pub const SETTLEMENT_HEAD: u16 = 1 << 9;
    /// The last words of an event's name: Film Festival.
    pub const EVENT_TAIL: u16 = 1 << 10;
    /// Stands before the name of a work of art or letters: فيلم, novel.
    pub const WORK_HEAD: u16 = 1 << 11;
    /// Stands between such a word and the name: بعنوان, titled.
    pub const WORK_LINK: u16 = 1 << 12;
    /// A head of a newspaper, a channel or the like: صحيفة.
    pub const MEDIUM_HEAD: u16 = 1 << 13;
}

/// What is known of one word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordFacts {
    /// Bits of [`word`].
    pub traits: u16,
    /// 1 (rare) to 9 (very common) for a given name, else 0.
    pub given: u8,
    /// Index of the country whose adjective it is, where it is one.
    pub country: u16,
}

/// What ends at a node of the lexicons of names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ending {
    /// The first of the names that end here, else [`NONE`].
    pub first_name: u32,
    /// Bits of [`phrase`] of the phrases that end here.
    pub phrases: u16,
}

impl Default for Ending {
    fn default() -> Self {
        Self { first_name: NONE, phrases: 0 }
    }
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node<E> {
    /// What ends here.
    pub ending: E,
    pub goes_on: bool,
}

/// A word of a vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its number, or [`NONE`].
    pub number: u32,
    /// The node of names and phrases that begin with it, else [`NONE`].
    pub node: u32,
}

impl Word {
    /// What is no word of the vocabulary.
    pub const UNKNOWN: Self = Self { number: NONE, node: NONE };
}

/// Words and the tree of names over them.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary<E = Ending> {
    words: HashTable<Known>,
    facts: Vec<WordFacts>,
    nodes: Vec<Node<E>>,
    edges: HashTable<Edge>,
}

/// A word by its hash.
#[derive(Debug, Clone, Copy)]
struct Known {
    hash: u64,
    word: Word,
}

/// The way from a node to the next by a word.
#[derive(Debug, Clone, Copy)]
struct Edge {
    node: u32,
    word: u32,
    next: u32,
}

impl Edge {
    /// Of the node and the word, evenly spread.
    fn hash(node: u32, word: u32) -> u64 {
        /// 2^64 divided by the golden ratio.
        const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
        let mixed = (u64::from(node) << u32::BITS | u64::from(word)).wrapping_mul(SPREAD);
        (mixed ^ mixed >> 32).wrapping_mul(SPREAD)
    }
}

/// The hash that words are found by.
pub(crate) fn hash(word: &str) -> u64 {
    xxh3_64(word.as_bytes())
}

impl<E: Copy + Default> Vocabulary<E> {
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// The folded word with this [`hash`], else [`Word::UNKNOWN`].
    pub fn find(&self, hash: u64) -> Word {
        self.words.find(hash, |known| known.hash == hash).map_or(Word::UNKNOWN, |known| known.word)
    }

    pub fn facts(&self, word: u32) -> Option<&WordFacts> {
        self.facts.get(word as usize)
    }

    pub fn facts_mut(&mut self, word: u32) -> &mut WordFacts {
        &mut self.facts[word as usize]
    }

    /// The number of a folded word, new or not. `None` when 32 bits don't reach.
    pub fn add(&mut self, word: &str) -> Option<u32> {
        let hash = hash(word);
        let known = self.find(hash);
        if known != Word::UNKNOWN {
            return Some(known.number);
        }
        let number = u32::try_from(self.facts.len()).ok().filter(|number| *number != NONE)?;
        self.facts.push(WordFacts { traits: 0, given: 0, country: 0 });
        let known = Known { hash, word: Word { number, node: NONE } };
        self.words.insert_unique(hash, known, |known| known.hash);
        Some(number)
    }

    /// The node behind this one by this word, else [`NONE`].
    pub fn next_node(&self, node: u32, word: u32) -> u32 {
        let same = |edge: &Edge| (edge.node, edge.word) == (node, word);
        self.edges.find(Edge::hash(node, word), same).map_or(NONE, |edge| edge.next)
    }

    /// The node of that number, which must be one that a look-up gave.
    pub fn node(&self, node: u32) -> Node<E> {
        self.nodes[node as usize]
    }

    /// The node where these words end, new or not; `None` without a word, or when 32 bits don't reach.
    pub fn add_path<'a>(&mut self, mut words: impl Iterator<Item = &'a str>) -> Option<u32> {
        let first = words.next()?;
        self.add(first)?;
        let hash = hash(first);
        let mut node = self.find(hash).node;
        if node == NONE {
            node = self.add_node()?;
            self.words.find_mut(hash, |known| known.hash == hash)?.word.node = node;
        }
        for word in words {
            let word = self.add(word)?;
            let next = self.next_node(node, word);
            node = if next == NONE {
                let next = self.add_node()?;
                self.nodes[node as usize].goes_on = true;
                let edge = Edge { node, word, next };
                self.edges
                    .insert_unique(Edge::hash(node, word), edge, |edge| Edge::hash(edge.node, edge.word));
                next
            } else {
                next
            };
        }
        Some(node)
    }

    pub fn node_mut(&mut self, node: u32) -> &mut Node<E> {
        &mut self.nodes[node as usize]
    }

    fn add_node(&mut self) -> Option<u32> {
        let number = u32::try_from(self.nodes.len()).ok().filter(|number| *number != NONE)?;
        self.nodes.push(Node::default());
        Some(number)
    }

    /// Gives back what growing reserved.
    pub fn shrink(&mut self) {
        self.words.shrink_to_fit(|known| known.hash);
        self.facts.shrink_to_fit();
        self.nodes.shrink_to_fit();
        self.edges.shrink_to_fit(|edge| Edge::hash(edge.node, edge.word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_number_and_names_share_their_beginnings() {
        let mut vocabulary: Vocabulary = Vocabulary::default();
        let one = vocabulary.add_path(["bank", "of", "x"].into_iter()).unwrap();
        let other = vocabulary.add_path(["bank", "of", "y"].into_iter()).unwrap();
        assert_ne!(one, other);
        assert_eq!(vocabulary.add_path(["bank", "of", "x"].into_iter()), Some(one));
        assert_eq!((vocabulary.len(), vocabulary.nodes.len()), (4, 4));
        let find = |word: &str| vocabulary.find(hash(word));
        let bank = find("bank").node;
        assert!(vocabulary.node(bank).goes_on);
        assert_eq!(
            vocabulary.next_node(vocabulary.next_node(bank, find("of").number), find("y").number),
            other
        );
        assert_eq!(find("of").node, NONE);
        assert_eq!(find("nothing"), Word::UNKNOWN);
    }
}
