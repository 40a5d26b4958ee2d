//! What Arabic writes in front of a word as part of it: conjunctions, prepositions, the article.
//!
//! Owns the ways to leave them off a folded word. Which of these are words is for those who ask.

/// The Arabic article, which is written as one word with its noun.
pub(crate) const ARTICLE: &str = "ال";
/// Letters of [`ARTICLE`].
pub(crate) const ARTICLE_LETTERS: u8 = 2;
const LAM: char = 'ل';
/// Of the future, before a verb.
pub(crate) const FUTURE: char = 'س';

/// What is left without clitics has two letters at least, of two bytes each.
pub(crate) const REST_BYTES_MIN: usize = 4;

/// How the article of a [`Stem`] was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeftOffArticle {
    None,
    /// As itself.
    Written,
    /// As ل behind the preposition ل: للقاهره is ل and القاهره.
    Joined,
}

/// What a word can be without what is written in front of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stem<'a> {
    pub rest: &'a str,
    /// Letters of clitics, the article not counted.
    pub clitics: u8,
    pub article: LeftOffArticle,
}

/// The ways to leave clitics, the article, or both off a folded Arabic word: those with fewer clitics first. Behind the
/// article so many bytes remain at least.
pub(crate) fn stems(folded: &str, bytes_min: usize) -> impl Iterator<Item = Stem<'_>> {
    let of_word = without_article(folded, bytes_min).map(|rest| Stem {
        rest,
        clitics: 0,
        article: LeftOffArticle::Written,
    });
    let behind_clitics = clitics(folded).flat_map(move |(rest, clitics, is_to)| {
        let stem = |rest, article| Stem { rest, clitics, article };
        let written = without_article(rest, bytes_min).map(|bare| stem(bare, LeftOffArticle::Written));
        let joined = rest.strip_prefix(LAM).filter(|bare| is_to && bare.len() >= bytes_min);
        let bare = written.or_else(|| joined.map(|bare| stem(bare, LeftOffArticle::Joined)));
        std::iter::once(stem(rest, LeftOffArticle::None)).chain(bare)
    });
    of_word.into_iter().chain(behind_clitics)
}

/// The word without its article, where so many bytes remain.
pub(crate) fn without_article(folded: &str, bytes_min: usize) -> Option<&str> {
    folded.strip_prefix(ARTICLE).filter(|rest| rest.len() >= bytes_min)
}

/// Whether the word has the article behind clitics: بالسوق, للسوق.
pub(crate) fn has_article_behind_clitics(folded: &str) -> bool {
    clitics(folded).any(|(rest, _, is_to)| {
        without_article(rest, REST_BYTES_MIN).is_some() || (is_to && rest.starts_with(LAM))
    })
}

/// The ways to leave clitics off a folded Arabic word: the rest, how many letters went, and whether the last was ل.
pub(crate) fn clitics(folded: &str) -> impl Iterator<Item = (&str, u8, bool)> {
    let is_long_enough = |rest: &&str| rest.len() >= REST_BYTES_MIN;
    let first = folded.chars().next();
    let rest = folded.get(2..).filter(is_long_enough);
    let is_clitic = |letter| is_conjunction(letter) || is_prefixed_preposition(letter);
    let one = rest.filter(|_| first.is_some_and(is_clitic));
    let second = one.filter(|_| first.is_some_and(is_conjunction)).and_then(|rest| rest.chars().next());
    let two = one.and_then(|rest| rest.get(2..)).filter(is_long_enough);
    let two = two.filter(|_| second.is_some_and(is_prefixed_preposition));
    let one = one.map(|rest| (rest, 1, first == Some(LAM)));
    let two = two.map(|rest| (rest, 2, second == Some(LAM)));
    one.into_iter().chain(two)
}

const fn is_conjunction(letter: char) -> bool {
    matches!(letter, 'و' | 'ف')
}

/// Prepositions of one letter, and س of the future, which stands where they do.
const fn is_prefixed_preposition(letter: char) -> bool {
    matches!(letter, 'ب' | LAM | 'ك' | FUTURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(folded: &str) -> Vec<(&str, u8, bool)> {
        clitics(folded).collect()
    }

    #[test]
    fn clitics_are_left_off_one_or_two_at_a_time() {
        assert_eq!(all("وبزشكيان"), [("بزشكيان", 1, false), ("زشكيان", 2, false)]);
        assert_eq!(all("لاوكرانيا"), [("اوكرانيا", 1, true)]);
        assert_eq!(all("وللقاهره"), [("للقاهره", 1, false), ("لقاهره", 2, true)]);
        assert!(all("روسيا").is_empty());
        assert!(all("ولد").len() == 1 && all("في").is_empty());
    }

    #[test]
    fn the_article_is_left_off_alone_and_behind_clitics() {
        let all = |folded, bytes_min| -> Vec<(&str, u8, LeftOffArticle)> {
            stems(folded, bytes_min).map(|stem| (stem.rest, stem.clitics, stem.article)).collect()
        };
        let (none, written, joined) = (LeftOffArticle::None, LeftOffArticle::Written, LeftOffArticle::Joined);
        assert_eq!(all("القاهره", 4), [("قاهره", 0, written)]);
        assert_eq!(all("بالسوق", 4), [("السوق", 1, none), ("سوق", 1, written)]);
        assert_eq!(all("وللسوق", 4), [("للسوق", 1, none), ("لسوق", 2, none), ("سوق", 2, joined)]);
        assert_eq!(all("بالحق", 6), [("الحق", 1, none)]);
        assert!(all("روسيا", 4).is_empty());
    }
}
