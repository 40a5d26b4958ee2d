//! The best division of a line, by what is known of its gaps and what a newsroom's dictionary says of its keywords.
//!
//! Owns the search (Viterbi's): each possible keyword is scored once, and the best way to every gap is kept. A keyword is
//! worth what the dictionary says of it as one that was used before, or as a new one of such words; between keywords and
//! within them, the model of gaps speaks as it does without a dictionary. Where a line shares no word with the dictionary, the
//! model decides, beside how long the newsroom's keywords are.

use super::dictionary::{Dictionary, KEYWORD_WORDS_MAX, add_word};

/// What a gap's weight must be above to divide, as far as the model goes, in hundredths. More than without a dictionary,
/// which finds the short keywords by itself. Tried as the prior of places was.
const EVEN_WEIGHT: i32 = 100;

/// What stands between two words of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Joins,
    Divides,
    /// The model's weight in hundredths: above zero it tends to divide.
    Open(i32),
}

/// The words' places in the table of [`Dictionary::word`].
const ALONE: usize = 0;
const FIRST: usize = 1;
const WITHIN: usize = 2;
const LAST: usize = 3;

/// No way leads here.
const NO_WAY: i64 = i64::MIN / 2;

/// Where each keyword ends: the numbers of words before its end. `gaps` are those between the words, one fewer than `words`,
/// which are hashes of folded words.
pub(super) fn best(words: &[u64], gaps: &[Gap], dictionary: &Dictionary) -> Vec<usize> {
    let count = words.len();
    let places: Vec<[i32; 4]> = words.iter().map(|word| dictionary.word(*word)).collect();
    let mut best = vec![NO_WAY; count + 1];
    let mut from = vec![0; count + 1];
    best[0] = 0;
    for first in 0..count {
        if best[first] == NO_WAY {
            continue;
        }
        let mut keyword = 0;
        // Of the words but the last, at their places, and of the gaps between them.
        let (mut before, mut within) = (0_i64, 0_i64);
        let mut divided = 0;
        for end in first + 1..=count {
            let last = end - 1;
            keyword = add_word(keyword, words[last]);
            let gap = gaps.get(last).copied().unwrap_or(Gap::Divides);
            if gap != Gap::Joins {
                divided += 1;
                let place = if last == first { ALONE } else { LAST };
                let unknown =
                    i64::from(dictionary.unknown(end - first)) + before + i64::from(places[last][place]);
                let known = dictionary.known(keyword).map_or(unknown, |known| unknown.max(i64::from(known)));
                let score = best[first] + known + within + model(gap);
                if score > best[end] {
                    best[end] = score;
                    from[end] = first;
                }
            }
            if gap == Gap::Divides || divided == KEYWORD_WORDS_MAX {
                break;
            }
            before += i64::from(places[last][if last == first { FIRST } else { WITHIN }]);
            within -= model(gap);
        }
    }
    let mut ends = Vec::new();
    let mut end = count;
    while end > 0 {
        ends.push(end);
        end = from[end];
    }
    ends.reverse();
    ends
}

/// Half of the odds that a gap divides, which counts for a division as much as against a word that goes on.
fn model(gap: Gap) -> i64 {
    match gap {
        Gap::Open(weight) => i64::from(weight - EVEN_WEIGHT) / 2,
        Gap::Joins | Gap::Divides => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tag::lexicon::rows::Source;
    use crate::tag::lexicon::vocabulary::hash;

    const ROWS: &str = "30\ta\n30\tb\n20\ta b c\n5\tb c\n1\td\n";

    fn divided(words: &str, gaps: &[Gap]) -> Vec<usize> {
        let dictionary = Dictionary::read(Source { file: "rows", text: ROWS }).unwrap();
        let words: Vec<u64> = words.split(' ').map(hash).collect();
        best(&words, gaps, &dictionary)
    }

    #[test]
    fn known_keywords_win_where_the_model_does_not_know() {
        let even = [Gap::Open(EVEN_WEIGHT); 4];
        assert_eq!(divided("a a b c", &even[..3]), [1, 4]);
        assert_eq!(divided("a b b c", &even[..3]), [1, 2, 4]);
    }

    #[test]
    fn the_model_decides_between_unknown_words() {
        let gaps = [Gap::Open(900), Gap::Open(-900), Gap::Open(900)];
        assert_eq!(divided("x y z x", &gaps), [1, 3, 4]);
    }

    #[test]
    fn what_is_joined_stays_and_what_is_divided_is() {
        assert_eq!(divided("a b", &[Gap::Joins]), [2]);
        assert_eq!(divided("b c", &[Gap::Divides]), [1, 2]);
        let joined = vec![Gap::Joins; 99];
        assert_eq!(divided(&["x"; 100].join(" "), &joined), [100]);
    }

    fn any_gap() -> impl Strategy<Value = Gap> {
        prop_oneof![Just(Gap::Joins), Just(Gap::Divides), (-2000_i32..2000).prop_map(Gap::Open)]
    }

    proptest! {
        #[test]
        fn ends_grow_to_the_last_word_and_heed_the_gaps(
            line in prop::collection::vec(("[a-f]", any_gap()), 1..60),
        ) {
            let words: Vec<&str> = line.iter().map(|(word, _)| word.as_str()).collect();
            let gaps: Vec<Gap> = line[1..].iter().map(|(_, gap)| *gap).collect();
            let ends = divided(&words.join(" "), &gaps);
            prop_assert!(ends.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(ends.last(), Some(&words.len()));
            for (index, gap) in gaps.iter().enumerate() {
                let is_end = ends.contains(&(index + 1));
                prop_assert!(*gap != Gap::Joins || !is_end);
                prop_assert!(*gap != Gap::Divides || is_end);
            }
        }
    }
}
