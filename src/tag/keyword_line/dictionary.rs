//! The keywords that a newsroom has used before, with their counts: what tells where its keywords end.
//!
//! Owns the dictionary's file, and what its counts say of a keyword in a line: whole numbers, so that every machine says the
//! same. It decides nothing about a line.

use hashbrown::HashMap;
use xxhash_rust::xxh3::{Xxh3DefaultBuilder, xxh3_64_with_seed};

use super::super::lexicon::LexiconError;
use super::super::lexicon::rows::Source;
use super::super::lexicon::vocabulary::hash;
use super::super::text::Text;

/// Words of a keyword that a dictionary may hold; newsrooms hardly write longer ones.
pub(crate) const KEYWORD_WORDS_MAX: usize = 12;

/// Bytes of a keyword that a dictionary may hold: 120 characters of four bytes.
pub(crate) const KEYWORD_BYTES_MAX: usize = 480;

/// Keywords of one dictionary at most: they take about 40 bytes each.
pub(crate) const KEYWORDS_MAX: usize = 2_000_000;

const COLUMNS: &str = "count, keyword";

/// What is taken off each count: what was seen once may as well have been chance. The usual discount of such models.
const DISCOUNT_QUARTERS: u64 = 3;

/// How many words with a place of their own it takes to believe them as much as the words' frequency alone. Tried on one
/// newsroom's fourth month with a dictionary of the three before: 300 to 1000 do nearly alike, 10 and 10,000 worse.
const PLACE_PRIOR: u64 = 1000;

/// Where a word stands in its keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Alone,
    First,
    Within,
    Last,
}

const PLACES: [Place; 4] = [Place::Alone, Place::First, Place::Within, Place::Last];

impl Place {
    /// Of the word at `index` of so many.
    const fn of(index: usize, words: usize) -> Self {
        match index {
            _ if words == 1 => Self::Alone,
            0 => Self::First,
            _ if index + 1 == words => Self::Last,
            _ => Self::Within,
        }
    }
}

/// In how many different keywords a word stands at each place.
type PlaceCounts = [u32; PLACES.len()];

/// One newsroom's keywords.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// How often each keyword was used, by the hash of its folded words.
    uses: HashMap<u64, u32, Xxh3DefaultBuilder>,
    words: HashMap<u64, PlaceCounts, Xxh3DefaultBuilder>,
    uses_sum: u64,
    used_once: u64,
    /// Words of all different keywords by their place.
    places: [u64; PLACES.len()],
    /// Different keywords by their number of words, the longest with all beyond.
    lengths: [u64; KEYWORD_WORDS_MAX + 1],
}

/// The hash of a keyword, word by word: 0, then each word's hash.
pub(super) fn add_word(keyword: u64, word: u64) -> u64 {
    xxh3_64_with_seed(&word.to_le_bytes(), keyword)
}

impl Dictionary {
    /// Reads the rows of a dictionary's file. Spellings of one keyword are one, and their counts add up.
    pub fn read(source: Source) -> Result<Self, LexiconError> {
        let mut dictionary = Self::default();
        for row in source.rows() {
            let row = row?;
            let [count, keyword] = row.columns::<2, 2>(COLUMNS)?;
            let Some(count) = count.parse::<u32>().ok().filter(|count| *count > 0) else {
                return Err(row.error(format!("the count {count:?} is no number from 1 to {}", u32::MAX)));
            };
            let text = Text::of(keyword);
            if text.tokens().is_empty()
                || text.tokens().len() > KEYWORD_WORDS_MAX
                || keyword.len() > KEYWORD_BYTES_MAX
            {
                return Err(row.error(format!(
                    "the keyword {keyword:?} must have 1 to {KEYWORD_WORDS_MAX} words and at most {KEYWORD_BYTES_MAX} bytes"
                )));
            }
            if dictionary.uses.len() == KEYWORDS_MAX {
                return Err(row.error(format!(
                    "the file has more than {KEYWORDS_MAX} keywords; raise the least count of those that are learned"
                )));
            }
            dictionary.add(&text, count);
        }
        dictionary.used_once = dictionary.uses.values().filter(|count| **count == 1).count() as u64;
        dictionary.uses.shrink_to_fit();
        dictionary.words.shrink_to_fit();
        Ok(dictionary)
    }

    fn add(&mut self, keyword: &Text, count: u32) {
        let hashes = || keyword.tokens().iter().map(|token| hash(keyword.folded(token)));
        let known = self.uses.entry(hashes().fold(0, add_word)).or_default();
        let is_new = *known == 0;
        *known = known.saturating_add(count);
        self.uses_sum += u64::from(count);
        if !is_new {
            return;
        }
        let words = keyword.tokens().len();
        self.lengths[words] += 1;
        for (index, word) in hashes().enumerate() {
            let place = Place::of(index, words) as usize;
            self.words.entry(word).or_default()[place] += 1;
            self.places[place] += 1;
        }
    }

    /// How many different keywords it has.
    pub fn len(&self) -> usize {
        self.uses.len()
    }

    /// How often they were used in all.
    pub const fn uses(&self) -> u64 {
        self.uses_sum
    }

    /// What speaks for the keyword with this hash: the logarithm of its share of all uses. `None` for an unknown one.
    pub(super) fn known(&self, keyword: u64) -> Option<i32> {
        let uses = u64::from(*self.uses.get(&keyword)?);
        Some(logarithm(uses * 4 - DISCOUNT_QUARTERS) - logarithm(self.uses_sum * 4))
    }

    /// What speaks for a keyword of so many words that was never used before, whatever its words: the share of uses that
    /// were a keyword's first (Good and Turing), and how many keywords have that length.
    pub(super) fn unknown(&self, words: usize) -> i32 {
        let once = self.used_once.max(1);
        let of_length = self.lengths[words.min(KEYWORD_WORDS_MAX)];
        let lengths = KEYWORD_WORDS_MAX as u64;
        logarithm(once) - logarithm(self.uses_sum.max(once)) + logarithm(of_length * 2 + 1)
            - logarithm(self.len() as u64 * 2 + lengths)
    }

    /// What speaks for a word at each place of an unknown keyword, in the order of [`Place`]: how often words at that place
    /// are this one. Of a word that is not known, nothing but that it is rare.
    pub(super) fn word(&self, word: u64) -> [i32; PLACES.len()] {
        let counts = self.words.get(&word).copied().unwrap_or_default();
        let all: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        let words = self.places.iter().sum::<u64>() + 2 * self.words.len() as u64;
        PLACES.map(|place| {
            let here = u64::from(counts[place as usize]);
            let seen = here.saturating_mul(words).saturating_add(PLACE_PRIOR * (all + 1));
            logarithm(seen) - logarithm(words) - logarithm(self.places[place as usize] + PLACE_PRIOR)
        })
    }
}

/// The natural logarithm of a count, in hundredths and rounded down. In whole numbers, as libraries differ in the last
/// digits of theirs.
fn logarithm(count: u64) -> i32 {
    const BITS: u32 = 16;
    /// ln 2 in millionths.
    const LN_2: u64 = 693_147;
    let count = count.max(1);
    let whole = count.ilog2();
    // From 1 up to 2, with 31 bits behind the point.
    let mut rest = if whole > 31 { count >> (whole - 31) } else { count << (31 - whole) };
    let mut bits = u64::from(whole);
    for _ in 0..BITS {
        rest = (rest * rest) >> 31;
        let bit = rest >> 32;
        rest >>= bit;
        bits = (bits << 1) | bit;
    }
    // At most 64 * 65536 * 693147.
    i32::try_from((bits * LN_2 / 10_000) >> BITS).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Dictionary, LexiconError> {
        Dictionary::read(Source { file: "keywords.tsv", text })
    }

    fn hash_of(keyword: &str) -> u64 {
        let text = Text::of(keyword);
        text.tokens().iter().map(|token| hash(text.folded(token))).fold(0, add_word)
    }

    #[test]
    fn logarithms_are_right_to_the_hundredth() {
        for count in [1, 2, 3, 10, 1000, 65_535, 1_000_003, u64::from(u32::MAX), 1 << 40, u64::MAX] {
            #[allow(clippy::cast_precision_loss)]
            let expected = (count as f64).ln() * 100.0;
            assert!((f64::from(logarithm(count)) - expected).abs() < 1.01, "{count}: {}", logarithm(count));
        }
        assert_eq!((logarithm(0), logarithm(1)), (0, 0));
    }

    #[test]
    fn spellings_of_a_keyword_add_up() {
        let dictionary = read("# comment\n3\tأسعار النفط\n2\tاسعار  النفط\n1\tمصر\n").unwrap();
        assert_eq!((dictionary.len(), dictionary.uses(), dictionary.used_once), (2, 6, 1));
        assert!(dictionary.known(hash_of("أسعار النفط")) > dictionary.known(hash_of("مصر")));
        assert_eq!(dictionary.known(hash_of("النفط")), None);
    }

    #[test]
    fn a_word_is_expected_where_it_stood() {
        let rows: String = (0..500)
            .fold(String::new(), |rows, number| rows + &format!("2\tوزير {number}\n1\tقطاع غزة {number}\n"));
        let dictionary = read(&rows).unwrap();
        let of = |word: &str, place: Place| dictionary.word(hash(word))[place as usize];
        assert!(of("وزير", Place::First) > of("وزير", Place::Alone));
        assert!(of("غزه", Place::Within) > of("غزه", Place::Last));
        assert!(dictionary.unknown(2) > dictionary.unknown(5));
    }

    #[test]
    fn wrong_rows_are_refused_with_line_and_reason() {
        let many_words = "كلمة ".repeat(KEYWORD_WORDS_MAX + 1);
        let long = "x".repeat(KEYWORD_BYTES_MAX + 1);
        let wide = "x".repeat(1 << 20);
        for (row, reason) in [
            ("مصر", "expected 2 columns"),
            ("1\tمصر\tمصر", "more than 2 columns"),
            ("0\tمصر", "no number from 1"),
            ("-1\tمصر", "no number from 1"),
            ("4294967296\tمصر", "no number from 1"),
            ("many\tمصر", "no number from 1"),
            ("1\t،؛", "must have 1 to 12 words"),
            (&format!("1\t{many_words}"), "must have 1 to 12 words"),
            (&format!("1\t{long}"), "at most 480 bytes"),
            (&format!("1\t{wide}"), "the line has more than"),
        ] {
            let error = read(&format!("# head\n1\tمصر\n{row}\n")).unwrap_err().to_string();
            assert!(error.starts_with("keywords.tsv, line 3: ") && error.contains(reason), "{row}: {error}");
        }
        assert_eq!(read("").unwrap().len(), 0);
    }
}
