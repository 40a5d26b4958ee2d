//! How the words of a line stand in the article.
//!
//! Owns the counts: of each word, and of each two words in a row. One pass over the article.

use hashbrown::HashMap;

use super::super::lexicon::vocabulary::hash;
use super::super::matching::Matches;
use super::super::text::{Text, Token};

/// No word of the line.
const NONE: u32 = u32::MAX;

/// Counts in the article of what the line is made of.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// The number of each different word of the line, and of what follows a `و` in it, by hash.
    numbers: HashMap<u64, u32>,
    /// The number of each word of the line in its order.
    line: Vec<u32>,
    /// How often each number stands in the article, alone or behind a clitic.
    counts: Vec<u32>,
    pairs: HashMap<(u32, u32), u32>,
}

impl Standing {
    pub fn of(line: &Text, matches: &Matches, article: &Text, article_matches: &Matches) -> Self {
        let mut standing = Self::default();
        for (token, hash) in line.tokens().iter().zip(&matches.hashes) {
            let number = standing.number(*hash);
            standing.line.push(number);
            if let Some(rest) = line.folded(token).strip_prefix('و') {
                standing.number(self::hash(rest));
            }
        }
        standing.count(article, article_matches);
        standing
    }

    fn number(&mut self, hash: u64) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(NONE);
        let number = *self.numbers.entry(hash).or_insert(next);
        if number == next {
            self.counts.push(0);
        }
        number
    }

    fn count(&mut self, article: &Text, matches: &Matches) {
        let mut before = [NONE; FORMS];
        for (token, hash) in article.tokens().iter().zip(&matches.hashes) {
            let forms = self.forms(article, token, *hash);
            for number in forms.into_iter().filter(|number| *number != NONE) {
                self.counts[number as usize] += 1;
            }
            if forms[0] != NONE && token.continues() {
                for number in before.into_iter().filter(|number| *number != NONE) {
                    *self.pairs.entry((number, forms[0])).or_default() += 1;
                }
            }
            before = forms;
        }
    }

    /// The numbers of an article's word: whole, and without its first letter where that can be a clitic.
    fn forms(&self, article: &Text, token: &Token, hash: u64) -> [u32; FORMS] {
        let find = |hash| self.numbers.get(&hash).copied().unwrap_or(NONE);
        let mut forms = [find(hash), NONE];
        let folded = article.folded(token);
        // Two letters at least are left, of two bytes each.
        if folded.len() >= 8 && folded.starts_with(['و', 'ب', 'ل', 'ف', 'ك']) {
            forms[1] = find(self::hash(&folded[2..]));
        }
        forms
    }

    /// How often the word at this place of the line stands in the article.
    pub fn word(&self, index: usize) -> u32 {
        self.counts[self.line[index] as usize]
    }

    /// Whether the article has this folded word, which the line has behind `و`.
    pub fn has(&self, folded: &str) -> bool {
        self.numbers.get(&hash(folded)).is_some_and(|number| self.counts[*number as usize] > 0)
    }

    /// How often the word at this place and the next stand together in the article.
    pub fn pair(&self, index: usize) -> u32 {
        self.pairs.get(&(self.line[index], self.line[index + 1])).copied().unwrap_or(0)
    }

    /// The numbers of the line's words: equal words have equal ones.
    pub fn line(&self) -> &[u32] {
        &self.line
    }
}

/// Forms of a word of the article.
const FORMS: usize = 2;
