//! A page's keyword line without separators, divided into keywords.
//!
//! Owns the decision at each gap between two words: a linear model over what the words are, how they stand in the article,
//! and where names of the lexicons begin and end. Nothing in it was learned from any newsroom's keywords. Where the user
//! has a dictionary of the source's keywords, the two decide together. The cost is linear in line and article.

pub(crate) mod dictionary;
mod gaps;
pub(crate) mod learning;
mod search;
mod standing;
#[cfg(test)]
mod tests;
mod weights;

use super::lexicon::Lexicon;
use super::matching::{self, Matches};
use super::text::{Text, gap, shape};

use dictionary::Dictionary;
use gaps::Gaps;
use search::Gap;
use standing::Standing;

/// A longer line is no line of keywords, and stays whole.
const LINE_WORDS_MAX: usize = 500;

/// A line of more bytes isn't looked at.
const LINE_BYTES_MAX: usize = 16_384;

/// What divides a line: the article's words, and the lexicons.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Article<'a> {
    pub text: &'a Text<'a>,
    pub matches: &'a Matches,
    pub lexicon: &'a Lexicon,
}

/// The keywords of a line, in its order and spelling; `dictionary` is that of the article's source. Empty where the line is
/// too long, or most of its words are not in Arabic letters: elsewhere nothing is known of where keywords end.
pub(crate) fn divide<'a>(line: &'a str, article: Article, dictionary: Option<&Dictionary>) -> Vec<&'a str> {
    if line.len() > LINE_BYTES_MAX {
        return Vec::new();
    }
    let text = Text::of(line);
    let tokens = text.tokens();
    let arabic = tokens.iter().filter(|token| token.is(shape::ARABIC)).count();
    if tokens.is_empty() || tokens.len() > LINE_WORDS_MAX || arabic * 2 < tokens.len() {
        return Vec::new();
    }
    let matches = matching::matches(&text, article.lexicon, true);
    let standing = Standing::of(&text, &matches, article.text, article.matches);
    let known = Gaps::new(&text, &matches, article.lexicon, &standing, &[]);
    let gaps: Vec<Gap> = (1..tokens.len()).map(|next| gap_before(&known, &text, next)).collect();
    let ends = match dictionary.filter(|dictionary| dictionary.len() > 0) {
        Some(dictionary) => search::best(&matches.hashes, &gaps, dictionary),
        None => ends_by_model(&gaps),
    };
    let mut keywords = Vec::with_capacity(ends.len());
    let mut first = 0;
    for end in ends {
        keywords.push(text.surface(tokens[first].byte_start, tokens[end - 1].byte_end));
        first = end;
    }
    keywords
}

/// What stands before the word at `next`, which is not the first.
fn gap_before(known: &Gaps, text: &Text, next: usize) -> Gap {
    match text.tokens()[next].gap {
        gap::JOIN => Gap::Joins,
        gap::SPACE => {
            let mut weight = 0;
            known.features(next - 1, |feature| weight += i32::from(weights::WEIGHTS[feature]));
            Gap::Open(weight)
        }
        _ => Gap::Divides,
    }
}

/// Where keywords end without a dictionary: each gap by itself.
fn ends_by_model(gaps: &[Gap]) -> Vec<usize> {
    let divides = |gap: &Gap| match gap {
        Gap::Joins => false,
        Gap::Open(weight) => *weight > weights::THRESHOLD,
        Gap::Divides => true,
    };
    let ends = (1..).zip(gaps).filter(|(_, gap)| divides(gap)).map(|(end, _)| end);
    ends.chain([gaps.len() + 1]).collect()
}
