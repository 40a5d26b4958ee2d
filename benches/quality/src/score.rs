//! The measures. Bodies: after the definition of the article extraction benchmark by Scrapinghub (2020): tokens are runs
//! of word characters, counted 4-gram shingles are compared, precision and recall are means over pages.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::bootstrap::mean;

static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\w+").unwrap_or_else(|_| unreachable!()));
const SHINGLE_TOKENS: usize = 4;

pub fn tokens(text: &str) -> Vec<&str> {
    TOKEN.find_iter(text).map(|found| found.as_str()).collect()
}

fn shingles<'a>(tokens: &[&'a str]) -> HashMap<Vec<&'a str>, u32> {
    let mut counts = HashMap::new();
    if tokens.is_empty() {
        return counts;
    }
    for window in tokens.windows(SHINGLE_TOKENS.min(tokens.len())) {
        *counts.entry(window.to_vec()).or_default() += 1;
    }
    counts
}

/// What one page's body has right, too much and too little, in shares of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct BodyScore {
    pub true_positive: f64,
    pub false_positive: f64,
    pub false_negative: f64,
    pub exact: bool,
}

impl BodyScore {
    pub fn of(found: &str, gold: &str) -> Self {
        let (found_tokens, gold_tokens) = (tokens(found), tokens(gold));
        let (found, gold) = (shingles(&found_tokens), shingles(&gold_tokens));
        let mut score = Self { exact: found_tokens == gold_tokens, ..Self::default() };
        for (shingle, count) in &found {
            let shared = (*count).min(gold.get(shingle).copied().unwrap_or_default());
            score.true_positive += f64::from(shared);
            score.false_positive += f64::from(count - shared);
        }
        for (shingle, count) in &gold {
            score.false_negative +=
                f64::from(count.saturating_sub(found.get(shingle).copied().unwrap_or_default()));
        }
        let all = score.true_positive + score.false_positive + score.false_negative;
        if all > 0.0 {
            score.true_positive /= all;
            score.false_positive /= all;
            score.false_negative /= all;
        }
        score
    }

    pub fn precision(&self) -> Option<f64> {
        let all = self.true_positive + self.false_positive;
        (all > 0.0).then(|| self.true_positive / all)
    }

    pub fn recall(&self) -> Option<f64> {
        let all = self.true_positive + self.false_negative;
        (all > 0.0).then(|| self.true_positive / all)
    }

    /// How much the page costs.
    pub fn loss(&self) -> f64 {
        1.0 - self.true_positive
    }
}

/// F1 of the mean precision and the mean recall.
pub fn f1(scores: &[BodyScore]) -> (f64, f64, f64) {
    let precision = mean(scores.iter().filter_map(BodyScore::precision));
    let recall = mean(scores.iter().filter_map(BodyScore::recall));
    let sum = precision + recall;
    (if sum > 0.0 { 2.0 * precision * recall / sum } else { 0.0 }, precision, recall)
}

/// White space made one, quotation marks and dashes made plain: two headlines that look alike are alike.
pub fn folded(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|character| match character {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '\u{b4}' | '`' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2033}' => '"',
            '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
            _ => character,
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").replace("''", "\"")
}

/// Authors as a set of lower-case names.
pub fn author_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .split([',', ';', '|', '&'])
        .flat_map(|part| part.split(" and "))
        .map(|name| {
            let name = folded(name).to_lowercase();
            name.strip_prefix("by ").map_or(name.clone(), str::to_owned).trim().to_owned()
        })
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The day of a date, where it has one: `2024-12-02`.
pub fn day(date: &str) -> Option<&str> {
    date.get(..10).filter(|day| day.bytes().filter(|byte| *byte == b'-').count() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_score_one_and_foreign_ones_nothing() {
        let same =
            BodyScore::of("one two three four five.", "One two three four five".to_lowercase().as_str());
        assert!(same.exact && (same.loss()).abs() < 1e-9);
        let foreign = BodyScore::of("a b c d e", "one two three four five");
        assert!((foreign.loss() - 1.0).abs() < 1e-9);
        assert!((f1(&[same, foreign]).0 - 0.5).abs() < 1e-9);
    }

    #[test]
    fn repeated_shingles_count_as_often_as_they_stand() {
        let score = BodyScore::of("a b c d a b c d", "a b c d");
        assert!(score.precision().is_some_and(|precision| (precision - 0.2).abs() < 1e-9));
        assert!(score.recall().is_some_and(|recall| (recall - 1.0).abs() < 1e-9));
    }
}
