//! All words of the lexicons, each once, with what is known of it; and the names and phrases that words make up, as a
//! tree of words.
//!
//! Owns look-ups; it reads no file. Words stand in one text, names refer to them by number: a name costs no allocation.

use hashbrown::{HashMap, HashTable};
use xxhash_rust::xxh3::{Xxh3DefaultBuilder, xxh3_64};

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
    /// The node of names and phrases that begin with it.
    node: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// The first of the names that end here, else [`NONE`].
    pub first_name: u32,
    /// Bits of [`phrase`] of the phrases that end here.
    pub phrases: u16,
    pub goes_on: bool,
}

/// Words and the tree of names over them.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    letters: String,
    /// Where each word ends in `letters`.
    ends: Vec<u32>,
    facts: Vec<WordFacts>,
    by_letters: HashTable<u32>,
    nodes: Vec<Node>,
    edges: HashMap<(u32, u32), u32, Xxh3DefaultBuilder>,
}

/// The hash that words are found by.
pub(crate) fn hash(word: &str) -> u64 {
    xxh3_64(word.as_bytes())
}

impl Vocabulary {
    fn letters(&self, word: u32) -> &str {
        letters_of(&self.letters, &self.ends, word)
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The number of a folded word with this hash, else [`NONE`].
    pub fn find(&self, word: &str, hash: u64) -> u32 {
        let same = |number: &u32| self.letters(*number) == word;
        self.by_letters.find(hash, same).copied().unwrap_or(NONE)
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
        let known = self.find(word, hash);
        if known != NONE {
            return Some(known);
        }
        let number = u32::try_from(self.ends.len()).ok().filter(|number| *number != NONE)?;
        self.letters.push_str(word);
        self.ends.push(u32::try_from(self.letters.len()).ok()?);
        self.facts.push(WordFacts { traits: 0, given: 0, country: 0, node: NONE });
        let (letters, ends) = (&self.letters, &self.ends);
        self.by_letters.insert_unique(hash, number, |number| self::hash(letters_of(letters, ends, *number)));
        Some(number)
    }

    /// The node of names that begin with this word, else [`NONE`].
    pub fn first_node(&self, word: u32) -> u32 {
        self.facts.get(word as usize).map_or(NONE, |facts| facts.node)
    }

    /// The node behind this one by this word, else [`NONE`].
    pub fn next_node(&self, node: u32, word: u32) -> u32 {
        self.edges.get(&(node, word)).copied().unwrap_or(NONE)
    }

    /// The node of that number, which must be one that a look-up gave.
    pub fn node(&self, node: u32) -> Node {
        self.nodes[node as usize]
    }

    /// The node where these words end, new or not; `None` without a word, or when 32 bits don't reach.
    pub fn add_path<'a>(&mut self, mut words: impl Iterator<Item = &'a str>) -> Option<u32> {
        let first = self.add(words.next()?)?;
        let mut node = self.facts[first as usize].node;
        if node == NONE {
            node = self.add_node()?;
            self.facts[first as usize].node = node;
        }
        for word in words {
            let word = self.add(word)?;
            let next = self.next_node(node, word);
            node = if next == NONE {
                let next = self.add_node()?;
                self.nodes[node as usize].goes_on = true;
                self.edges.insert((node, word), next);
                next
            } else {
                next
            };
        }
        Some(node)
    }

    pub fn node_mut(&mut self, node: u32) -> &mut Node {
        &mut self.nodes[node as usize]
    }

    fn add_node(&mut self) -> Option<u32> {
        let number = u32::try_from(self.nodes.len()).ok().filter(|number| *number != NONE)?;
        self.nodes.push(Node { first_name: NONE, phrases: 0, goes_on: false });
        Some(number)
    }

    /// Gives back what growing reserved.
    pub fn shrink(&mut self) {
        self.letters.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.facts.shrink_to_fit();
        self.nodes.shrink_to_fit();
        self.edges.shrink_to_fit();
    }
}

fn letters_of<'a>(letters: &'a str, ends: &[u32], word: u32) -> &'a str {
    let word = word as usize;
    let start = if word == 0 { 0 } else { ends[word - 1] as usize };
    &letters[start..ends[word] as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_number_and_names_share_their_beginnings() {
        let mut vocabulary = Vocabulary::default();
        let one = vocabulary.add_path(["bank", "of", "x"].into_iter()).unwrap();
        let other = vocabulary.add_path(["bank", "of", "y"].into_iter()).unwrap();
        assert_ne!(one, other);
        assert_eq!(vocabulary.add_path(["bank", "of", "x"].into_iter()), Some(one));
        assert_eq!((vocabulary.len(), vocabulary.nodes.len()), (4, 4));
        let find = |word: &str| vocabulary.find(word, hash(word));
        let bank = vocabulary.first_node(find("bank"));
        assert!(vocabulary.node(bank).goes_on);
        assert_eq!(vocabulary.next_node(vocabulary.next_node(bank, find("of")), find("y")), other);
        assert_eq!(vocabulary.first_node(find("of")), NONE);
        assert_eq!(find("nothing"), NONE);
    }
}
