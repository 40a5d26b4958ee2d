//! A page's keyword line without separators, divided into keywords.
//!
//! Owns the decision at each gap between two words: a linear model over what the words are, how they stand in the article,
//! and where names of the lexicons begin and end. Nothing in it was learned from any newsroom's keywords. Its cost is
//! linear in line and article.

mod gaps;
#[cfg(test)]
mod learning;
mod standing;
#[cfg(test)]
mod tests;
mod weights;

use super::lexicon::Lexicon;
use super::matching::{self, Matches};
use super::text::{Text, gap, shape};

use gaps::Gaps;
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

/// The keywords of a line, in its order and spelling. Empty where the line is too long, or most of its words are not in
/// Arabic letters: elsewhere nothing is known of where keywords end.
pub(crate) fn divide<'a>(line: &'a str, article: Article) -> Vec<&'a str> {
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
    let gaps = Gaps::new(&text, &matches, article.lexicon, &standing, &[]);
    let mut keywords = Vec::new();
    let mut first = 0;
    for next in 1..=tokens.len() {
        if next < tokens.len() && !divides(&gaps, &text, next - 1) {
            continue;
        }
        keywords.push(text.surface(tokens[first].byte_start, tokens[next - 1].byte_end));
        first = next;
    }
    keywords
}

/// Whether a keyword ends with the word at `index`.
fn divides(gaps: &Gaps, text: &Text, index: usize) -> bool {
    match text.tokens()[index + 1].gap {
        gap::JOIN => false,
        gap::SPACE => {
            let mut weight = 0;
            gaps.features(index, |feature| weight += i32::from(weights::WEIGHTS[feature]));
            weight > weights::THRESHOLD
        }
        _ => true,
    }
}
