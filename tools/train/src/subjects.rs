//! Words that speak for a topic, learned from texts whose topic is known.
//!
//! For each topic the words whose share of its texts is well above their share of the others (log odds of document
//! frequencies), the surest first. Their weights are lower than those of phrases that people chose.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use khabar::tag::learning::Prepared;
use khabar::tag::sequence::classes::WordClasses;

const WORDS_PER_TOPIC: usize = 1_500;
const TEXTS_MIN: u32 = 12;
const LETTERS_MIN: usize = 3;
const LOG_ODDS_MIN: f64 = 1.0;
const WEIGHT_PER_LOG_ODDS: f64 = 1.3;
const WEIGHT_MAX: f64 = 5.0;
/// A topic with fewer texts is left to the phrases that people chose.
const TOPIC_TEXTS_MIN: u32 = 100;

/// The first lines of the file.
pub const HEAD: &str = "\
# Words that speak for a subject, learned by tools/train from texts whose sections are known: code, language, weight, word.
# The phrases of subjects.tsv, which people chose, go before them. Do not edit by hand: a weight of 0 in a file of your own takes a word out.
";

/// Lines of code, language, weight, word, from lines of code, tab, text. Words that the lexicons know as names, adjectives of
/// nationality, titles or common words are left out: they tell of one newsroom's days, not of a subject.
pub fn learn(lines: &[String], language: &str) -> Result<String, String> {
    let mut texts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut by_topic: BTreeMap<&str, HashMap<String, u32>> = BTreeMap::new();
    let mut all: HashMap<String, u32> = HashMap::new();
    for line in lines {
        let (code, text) = line.split_once('\t').ok_or("a line is a code, a tab and a text")?;
        *texts.entry(code).or_default() += 1;
        let prepared = Prepared::of(text, &WordClasses::default());
        let words: BTreeSet<String> = prepared
            .words()
            .iter()
            .filter(|word| word.hints == 0)
            .filter_map(|word| stem(word.folded))
            .collect();
        let counts = by_topic.entry(code).or_default();
        for word in words {
            *counts.entry(word.clone()).or_default() += 1;
            *all.entry(word).or_default() += 1;
        }
    }
    let count = f64::from(texts.values().sum::<u32>());
    let mut rows = String::new();
    for (code, own) in texts.iter().filter(|(_, texts)| **texts >= TOPIC_TEXTS_MIN) {
        let own = f64::from(*own);
        let mut words: Vec<(f64, f64, &str)> = by_topic[code]
            .iter()
            .filter(|(_, texts)| **texts >= TEXTS_MIN)
            .map(|(word, texts)| {
                let (here, everywhere) = (f64::from(*texts), f64::from(all[word]));
                let odds = ((here + 0.5) / (own + 1.0)).ln()
                    - ((everywhere - here + 0.5) / (count - own + 1.0)).ln();
                (odds * here.sqrt(), odds, word.as_str())
            })
            .filter(|(_, odds, _)| *odds > LOG_ODDS_MIN)
            .collect();
        words.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.2.cmp(b.2)));
        println!("{code}: {own} texts, {} words", words.len().min(WORDS_PER_TOPIC));
        for (_, odds, word) in words.into_iter().take(WORDS_PER_TOPIC) {
            let weight = (odds * WEIGHT_PER_LOG_ODDS).round().clamp(1.0, WEIGHT_MAX);
            let _ = writeln!(rows, "{code}\t{language}\t{weight}\t{word}");
        }
    }
    Ok(rows)
}

/// Without its article; `None` for numbers and short words.
fn stem(folded: &str) -> Option<String> {
    let bare = folded.strip_prefix("ال").filter(|rest| rest.chars().count() >= LETTERS_MIN).unwrap_or(folded);
    let is_word = bare.chars().count() >= LETTERS_MIN && bare.chars().all(char::is_alphabetic);
    is_word.then(|| bare.to_owned())
}
