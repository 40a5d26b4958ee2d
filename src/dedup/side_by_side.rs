//! Which words of a text stand in another one, for a person who wonders about a verdict.
//!
//! By the shingles of the whole texts, not of their sketches: what a verdict estimates is exact here.

use std::collections::HashSet;
use std::ops::Range;

use super::sketch::shingles_of;
use super::words::words_of;

/// A stretch of text, by bytes: words and what stands between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub span: Range<usize>,
    /// Its words stand in the other text in the same order, three by three.
    pub shared: bool,
}

/// Divides a text into what it shares with another one and what is its own. Linear in the length of both.
pub fn stretches(text: &str, other: &str) -> Vec<Stretch> {
    let (words, spans) = words_of(text);
    let theirs: HashSet<u32> = shingles_of(&words_of(other).0).into_iter().collect();
    let mut shared = vec![false; words.len()];
    for (at, shingle) in shingles_of(&words).into_iter().enumerate() {
        if theirs.contains(&shingle) {
            shared[at..at + 3].fill(true);
        }
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    for (span, shared) in spans.into_iter().zip(shared) {
        match stretches.last_mut() {
            Some(last) if last.shared == shared => last.span.end = span.end,
            _ => stretches.push(Stretch { span, shared }),
        }
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_told_from_what_is_new() {
        let text = "الرياض - واس: عاد القطار إلى المحطة اليوم. Fares stay.";
        let other = "عاد القطار إلى المحطة اليوم";
        let found: Vec<(&str, bool)> =
            stretches(text, other).into_iter().map(|one| (&text[one.span], one.shared)).collect();
        assert_eq!(
            found,
            [("الرياض - واس", false), ("عاد القطار إلى المحطة اليوم", true), ("Fares stay", false)]
        );
    }

    #[test]
    fn texts_without_words_or_spaces_have_stretches_too() {
        assert_eq!(stretches("", "a b c"), []);
        assert_eq!(stretches("… !", "a b c"), []);
        let text = "列车今天回到车站。票价不变";
        let found: Vec<(&str, bool)> = stretches(text, "列车今天回到车站")
            .into_iter()
            .map(|one| (&text[one.span], one.shared))
            .collect();
        assert_eq!(found, [("列车今天回到车站", true), ("票价不变", false)]);
    }
}
