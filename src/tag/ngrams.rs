//! Scores of n-grams by language: which language of Latin or Cyrillic letters a text is in, from a few words on.
//!
//! Owns the reading of `config/models/language_ngrams.bin` and the sums over it; what follows from a lead is settled in
//! `latin.rs`. The scores and the division of words into n-grams are those of ELD, the "Efficient Language Detector" by
//! Nito T.M. (Apache-2.0); `tools/train` takes the languages out of its tables. All sums are of integers, so every
//! machine gives the same ones. Names say little about the language of the line that they stand in: words with an upper
//! case letter weigh half.

use std::sync::LazyLock;

/// First bytes of the file.
pub const MAGIC: [u8; 8] = *b"khngram1";

/// The byte before a word and behind it.
pub const BOUNDARY: u8 = b' ';

/// An n-gram is of at most four bytes of a word and its two boundaries.
pub const GRAM_BYTES_MAX: usize = 6;

/// N-grams are found by the upper bits of their hash, then by the next sixteen.
pub const BUCKETS: usize = 1 << BUCKET_BITS;
const BUCKET_BITS: u32 = 14;
const KEY_BITS: u32 = 16;

/// More words tell nothing new.
const WORDS_MAX: usize = 100;

/// Of a longer word the beginning is looked at; the bound is that of ELD.
const WORD_BYTES_MAX: usize = 70;

/// Bytes of a word in one n-gram, and from one to the next.
const GRAM: usize = 4;
const STRIDE: usize = 3;

/// What a word counts, and what one that may be a name does.
const WEIGHT: u32 = 2;
const NAME_WEIGHT: u32 = 1;

/// A line in capitals of fewer words may be a name: `BMW X5`.
const CAPITALS_WORDS_MIN: usize = 3;

/// A short word that scores this much for a language is one of its commonest: `from`, `die`, `que`.
const COMMON_SCORE: u32 = 110;

/// Languages of the file at most.
const LANGUAGES_MAX: usize = 64;

/// Words that stand in names, in lower case for the most part.
const PARTICLES: [&str; 26] = [
    "von", "der", "van", "den", "de", "la", "di", "da", "do", "dos", "das", "del", "al", "el", "bin", "ben",
    "ibn", "y", "e", "du", "le", "zu", "af", "av", "ten", "ter",
];

/// What the n-grams of a text say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ranking {
    /// BCP 47, a primary subtag.
    pub language: &'static str,
    /// By how much it leads the next language.
    pub lead: u32,
    /// What an n-gram speaks for it with on average: low where the text is in none of the known languages.
    pub mean: u32,
    /// Whether there are words that are no names: in lower case, or very common.
    pub has_words: bool,
}

/// The bits that stand for an n-gram of [`GRAM_BYTES_MAX`] bytes at most.
#[must_use]
pub fn bits_of(gram: &[u8]) -> u64 {
    gram.iter().take(GRAM_BYTES_MAX).fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

/// The bucket of an n-gram, and its key in there.
#[must_use]
pub const fn place_of(bits: u64) -> (usize, u16) {
    /// Multiplying by it spreads the bits upwards (2^64 divided by the golden ratio).
    const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
    let hash = bits.wrapping_mul(SPREAD);
    #[allow(clippy::cast_possible_truncation)]
    // Both are shifted to the width that they get.
    ((hash >> (u64::BITS - BUCKET_BITS)) as usize, (hash >> (u64::BITS - BUCKET_BITS - KEY_BITS)) as u16)
}

/// Ranks the languages by a text: words of one script with a blank between them. `None` without any evidence.
pub(super) fn rank(text: &str) -> Option<Ranking> {
    static TABLE: LazyLock<Option<Table>> =
        LazyLock::new(|| Table::read(include_bytes!("../../config/models/language_ngrams.bin")));
    let table = TABLE.as_ref()?;
    let (grams, has_words) = Grams::of(text);
    let mut sums = [0; LANGUAGES_MAX];
    let mut common = [false; LANGUAGES_MAX];
    for gram in &grams {
        for (language, score) in table.scores(gram.bits) {
            sums[language] += score * gram.weight;
            common[language] |= gram.is_word && score >= COMMON_SCORE;
        }
    }
    // Of two as good ones, the first of the file.
    let best = (0..table.languages()).rev().max_by_key(|language| sums[*language])?;
    let next =
        (0..table.languages()).filter(|language| *language != best).map(|language| sums[language]).max();
    if sums[best] == 0 {
        return None;
    }
    let weights: u32 = grams.iter().map(|gram| gram.weight).sum();
    Some(Ranking {
        language: table.code(best),
        mean: sums[best] / weights.max(1),
        lead: sums[best] - next.unwrap_or_default(),
        has_words: has_words || common[best],
    })
}

/// Whether the file has this language.
pub(super) fn knows(language: &str) -> bool {
    KNOWN.contains(&language)
}

/// The languages of the file, in its order.
const KNOWN: [&str; 36] = [
    "az", "be", "bg", "ca", "cs", "da", "de", "en", "es", "et", "eu", "fi", "fr", "hr", "hu", "is", "it",
    "lt", "lv", "id", "nl", "nb", "pl", "pt", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "tl", "tr", "uk",
    "vi", "yo",
];

/// One n-gram of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Gram {
    bits: u64,
    weight: u32,
    /// It is a whole word, and none that stands in names.
    is_word: bool,
}

/// Collects the n-grams of words.
#[derive(Debug, Default)]
struct Grams {
    list: Vec<Gram>,
    /// The word in lower case.
    folded: String,
}

impl Grams {
    /// The n-grams of a text, each once with its largest weight, and whether words are in it that are no names.
    fn of(text: &str) -> (Vec<Gram>, bool) {
        let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
        let in_capitals = words.len() >= CAPITALS_WORDS_MIN && !text.chars().any(char::is_lowercase);
        let has_capital = |word: &str| !in_capitals && word.chars().any(char::is_uppercase);
        let is_particle = |word: &str| PARTICLES.iter().any(|known| known.eq_ignore_ascii_case(word));
        let may_be_name =
            |index: usize| words.get(index).is_some_and(|word| has_capital(word) || is_particle(word));
        let mut grams = Self::default();
        let mut has_words = false;
        for (index, word) in words.iter().enumerate() {
            // A particle is of a name where it stands between names.
            let is_between = || index > 0 && may_be_name(index - 1) && may_be_name(index + 1);
            let is_name = has_capital(word) || is_particle(word) && is_between();
            has_words |= !is_name;
            grams.add(word, if is_name { NAME_WEIGHT } else { WEIGHT }, is_particle(word));
        }
        let mut list = grams.list;
        // The same n-gram stands together, that of the largest weight first.
        list.sort_unstable_by(|one, other| other.cmp(one));
        list.dedup_by_key(|gram| gram.bits);
        (list, has_words)
    }

    fn add(&mut self, word: &str, weight: u32, is_particle: bool) {
        self.folded.clear();
        for character in word.chars().flat_map(char::to_lowercase) {
            self.folded.push(if character == '’' { '\'' } else { character });
        }
        let bytes = &self.folded.as_bytes()[..self.folded.len().min(WORD_BYTES_MAX)];
        let mut start = 0;
        while start + GRAM < bytes.len() {
            let bits = bits_of(&bytes[start..start + GRAM]);
            let bits = if start == 0 { with_start(bits, GRAM) } else { bits };
            self.list.push(Gram { bits, weight, is_word: false });
            start += STRIDE;
        }
        let last = &bytes[bytes.len().saturating_sub(GRAM)..];
        let bits = bits_of(last) << 8 | u64::from(BOUNDARY);
        let is_whole = start == 0;
        let bits = if is_whole { with_start(bits, last.len() + 1) } else { bits };
        self.list.push(Gram { bits, weight, is_word: is_whole && !is_particle });
    }
}

/// The bits with the boundary before a word's first letters.
const fn with_start(bits: u64, bytes: usize) -> u64 {
    (BOUNDARY as u64) << (8 * bytes) | bits
}

/// The file, by its parts:
///
/// | bytes | what |
/// | --- | --- |
/// | 8 | [`MAGIC`] |
/// | 3 × 4 | how many languages, n-grams and scores |
/// | 2 a language | its code |
/// | 8 a bucket, and 8 for the end | the place of its first n-gram and of its first score |
/// | 2 an n-gram | its key in the bucket |
/// | 1 an n-gram | of how many languages it has scores |
/// | 2 a score | the language, the score |
///
/// Numbers have the lowest byte first.
#[derive(Debug)]
struct Table {
    codes: &'static [u8],
    starts: &'static [u8],
    keys: &'static [u8],
    counts: &'static [u8],
    scores: &'static [u8],
}

impl Table {
    /// `None` where the bytes are no such file.
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(&MAGIC)?;
        let mut take = |length: usize| {
            let (part, others) = rest.split_at_checked(length)?;
            rest = others;
            Some(part)
        };
        let mut lengths = [0; 3];
        for length in &mut lengths {
            *length = number(take(4)?, 0)?;
        }
        let [languages, grams, scores] = lengths;
        let table = Self {
            codes: take(languages * 2)?,
            starts: take((BUCKETS + 1) * 8)?,
            keys: take(grams * 2)?,
            counts: take(grams)?,
            scores: take(scores * 2)?,
        };
        let is_known = (0..languages).map(|language| table.code(language)).eq(KNOWN);
        let is_right = table.scores.chunks_exact(2).all(|pair| usize::from(pair[0]) < languages);
        (rest.is_empty() && is_known && is_right).then_some(table)
    }

    const fn languages(&self) -> usize {
        self.codes.len() / 2
    }

    /// Empty for one that the file does not have.
    fn code(&self, language: usize) -> &'static str {
        let bytes = self.codes.get(language * 2..language * 2 + 2).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// The scores of an n-gram, by the place of their language.
    fn scores(&self, bits: u64) -> impl Iterator<Item = (usize, u32)> {
        let pairs = self.find(bits).unwrap_or_default();
        pairs.chunks_exact(2).map(|pair| (usize::from(pair[0]), u32::from(pair[1])))
    }

    fn find(&self, bits: u64) -> Option<&'static [u8]> {
        let (bucket, key) = place_of(bits);
        let first = number(self.starts, bucket * 2)?;
        let end = number(self.starts, (bucket + 1) * 2)?;
        let keys = self.keys.get(first * 2..end * 2)?;
        let place = keys.chunks_exact(2).position(|bytes| bytes == key.to_le_bytes())?;
        let counts = self.counts.get(first..=first + place)?;
        let (count, before) = counts.split_last()?;
        let before: usize = before.iter().map(|count| usize::from(*count)).sum();
        let start = number(self.starts, bucket * 2 + 1)? + before;
        self.scores.get(start * 2..(start + usize::from(*count)) * 2)
    }
}

/// The number at a place in a list of numbers of four bytes.
fn number(bytes: &[u8], place: usize) -> Option<usize> {
    let bytes: [u8; 4] = bytes.get(place * 4..place * 4 + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = include_bytes!("../../config/models/language_ngrams.bin");

    #[test]
    fn the_file_is_read_and_a_damaged_one_is_not() {
        assert!(Table::read(FILE).is_some());
        assert!(Table::read(&FILE[..FILE.len() - 1]).is_none());
        assert!(Table::read(&FILE[1..]).is_none());
        assert!(Table::read(&[]).is_none());
    }

    #[test]
    fn a_word_is_divided_as_the_scores_were() {
        let bits = |word: &str| -> Vec<u64> {
            let mut grams = Grams::default();
            grams.add(word, WEIGHT, false);
            grams.list.iter().map(|gram| gram.bits).collect()
        };
        assert_eq!(bits("The"), [bits_of(b" the ")]);
        assert_eq!(bits("from"), [bits_of(b" from ")]);
        assert_eq!(bits("three"), [bits_of(b" thre"), bits_of(b"hree ")]);
        assert_eq!(bits("libraries"), [b" libr".as_slice(), b"rari", b"ries "].map(bits_of));
        assert_eq!(bits(&"a".repeat(1_000)).len(), 23);
    }

    #[test]
    fn an_n_gram_counts_once() {
        let once = rank("the council votes").unwrap();
        assert_eq!(rank("the council votes the council votes"), Some(once));
        assert_eq!(once.language, "en");
    }

    #[test]
    fn names_say_less_than_words_and_are_none() {
        let lead = |text: &str| rank(text).unwrap().lead;
        assert!(lead("storm council") > lead("Storm Council"));
        assert!(!rank("Ursula von der Leyen").unwrap().has_words);
        assert!(!rank("Robert De Niro Al Pacino").unwrap().has_words);
        assert!(rank("Gobierno de España aprueba").unwrap().has_words);
        assert!(rank("Withdraws From Miami").unwrap().has_words);
        assert!(rank("MINISTER QUITS OVER EMAILS").unwrap().has_words);
        assert!(!rank("BMW X").unwrap().has_words);
    }

    #[test]
    fn a_text_without_known_n_grams_has_no_ranking() {
        assert_eq!(rank(""), None);
        assert!(rank("Cheadaigh an chomhairle cathrach plean nua don chuan").unwrap().mean < 40);
    }
}
