//! Whether a text speaks of a title: by the words that they share.
//!
//! Owns the comparing of two texts by the beginnings of their words.

use std::collections::BTreeSet;

use super::line::LineRole;
use super::pieces::Unit;
use crate::parse::fold::{fold_char, is_letter_or_digit};

/// This many lines below a title are compared with it.
const COMPARED_LINES: usize = 2;
/// The paragraphs among so many units above a title tell which words are its own.
const UNITS_ABOVE: usize = 40;
/// Of each compared text, this many words at most.
const COMPARED_WORDS_MAX: usize = 200;
/// Words with fewer letters say nothing about the matter.
const WORD_CHARS_MIN: usize = 3;
/// Words are compared by their first letters: endings differ between a title and its text.
const STEM_CHARS: usize = 5;

/// Whether the units below a title take up its words rather than those of the main headline.
pub(super) fn takes_up_title(units: &[Unit<'_>], title: usize, headline: Option<usize>) -> bool {
    let (mut title_words, mut main_words) = (BTreeSet::new(), BTreeSet::new());
    add_stems(&units[title].text, &mut title_words);
    add_stems(headline.map(|index| &*units[index].text).unwrap_or_default(), &mut main_words);
    let mut below = BTreeSet::new();
    let texts = units[title + 1..].iter().filter(|unit| unit.label.is_none());
    for unit in texts.take(COMPARED_LINES) {
        add_stems(&unit.text, &mut below);
    }
    // Words that the main article used before say nothing for the title, unless it has no others.
    let mut used = BTreeSet::new();
    let above = units[..title].iter().rev().take(UNITS_ABOVE);
    for unit in above.filter(|unit| unit.role == LineRole::Paragraph) {
        add_stems(&unit.text, &mut used);
    }
    let mut title_own: Vec<&String> = title_words.difference(&main_words).collect();
    if title_own.iter().any(|word| !used.contains(*word)) {
        title_own.retain(|word| !used.contains(*word));
    }
    let main_own: Vec<&String> = main_words.difference(&title_words).collect();
    let hits = |own: &[&String]| own.iter().filter(|word| below.contains(**word)).count();
    // As shares: a long headline has more words to be hit.
    hits(&title_own) * main_own.len().max(1) > hits(&main_own) * title_own.len()
}

/// The words of the text of an article.
pub(super) struct Body {
    stems: BTreeSet<String>,
}

impl Body {
    /// Of these paragraphs.
    pub fn of<'text>(paragraphs: impl Iterator<Item = &'text str>) -> Self {
        let mut stems = BTreeSet::new();
        for paragraph in paragraphs.take(UNITS_ABOVE) {
            add_stems(paragraph, &mut stems);
        }
        Self { stems }
    }

    /// How many words of a line the text uses too, and how many there are.
    pub fn taken_up(&self, line: &str) -> (usize, usize) {
        let mut stems = BTreeSet::new();
        add_stems(line, &mut stems);
        (stems.intersection(&self.stems).count(), stems.len())
    }
}

/// How many words two texts share.
pub(super) fn shared_stems(one: &str, other: &str) -> usize {
    let (mut stems, mut others) = (BTreeSet::new(), BTreeSet::new());
    add_stems(one, &mut stems);
    add_stems(other, &mut others);
    stems.intersection(&others).count()
}

/// Adds the folded beginnings of a text's words, without the article and the particles that Arabic writes in front.
pub(super) fn add_stems(text: &str, stems: &mut BTreeSet<String>) {
    let words =
        text.split(|character: char| !is_letter_or_digit(character) && fold_char(character).is_some());
    for word in words.flat_map(str::split_whitespace).take(COMPARED_WORDS_MAX) {
        let folded: String = word.chars().filter_map(fold_char).take(32).collect();
        let bare = without_particles(&folded);
        if bare.chars().nth(WORD_CHARS_MIN - 1).is_some() {
            stems.insert(bare.chars().take(STEM_CHARS).collect());
        }
    }
}

/// A folded word without the article and the particles that Arabic writes in front.
pub(super) fn without_particles(word: &str) -> &str {
    for prefix in ["وال", "بال", "فال", "كال", "لل", "ال", "و", "ب", "ل", "ف"] {
        if let Some(bare) = word.strip_prefix(prefix)
            && bare.chars().nth(WORD_CHARS_MIN).is_some()
        {
            return bare;
        }
    }
    word
}
