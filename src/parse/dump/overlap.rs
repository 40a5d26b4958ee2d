//! Whether a text speaks of a title: by the words that they share.
//!
//! Owns the comparing of two texts by the beginnings of their words.

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

/// Of a word, so many letters are looked at.
const WORD_CHARS_MAX: usize = 32;
/// Words have about so many bytes, or more.
const BYTES_PER_WORD: usize = 8;
/// The bits of a code point.
const CHAR_BITS: u32 = 21;
/// The article and the particles that Arabic writes in front of a word.
const PARTICLES: [&[char]; 10] = [
    &['و', 'ا', 'ل'],
    &['ب', 'ا', 'ل'],
    &['ف', 'ا', 'ل'],
    &['ك', 'ا', 'ل'],
    &['ل', 'ل'],
    &['ا', 'ل'],
    &['و'],
    &['ب'],
    &['ل'],
    &['ف'],
];

/// The folded beginning of a word: the code points of [`STEM_CHARS`] letters, side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stem(u128);

impl Stem {
    fn of(letters: &[char]) -> Self {
        let letters = letters.iter().take(STEM_CHARS);
        Self(letters.fold(0, |packed, letter| packed << CHAR_BITS | u128::from(u32::from(*letter))))
    }
}

/// The beginnings of the words of a text, each once, without the article and the particles that Arabic writes in front.
#[derive(Debug, Clone, Default)]
pub(super) struct Stems(Vec<Stem>);

impl Stems {
    pub fn of(text: &str) -> Self {
        let mut stems = Vec::with_capacity(text.len() / BYTES_PER_WORD);
        let mut word = Word::default();
        let mut words = 0;
        for character in text.chars().chain(Some(' ')) {
            let folded = fold_char(character);
            let is_inside = match folded {
                Some(_) => is_letter_or_digit(character),
                None => !character.is_whitespace(),
            };
            if is_inside {
                word.add(folded);
            } else if word.is_begun {
                stems.extend(word.stem());
                word.clear();
                words += 1;
                if words == COMPARED_WORDS_MAX {
                    break;
                }
            }
        }
        Self::sorted(stems)
    }

    fn sorted(mut stems: Vec<Stem>) -> Self {
        stems.sort_unstable();
        stems.dedup();
        Self(stems)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = Stem> {
        self.0.iter().copied()
    }

    fn of_all<'a, 'text: 'a>(units: impl Iterator<Item = &'a Unit<'text>>) -> Self {
        let mut stems = Vec::new();
        for unit in units {
            stems.extend_from_slice(&unit.text.stems().0);
        }
        Self::sorted(stems)
    }

    fn contains(&self, stem: Stem) -> bool {
        self.0.binary_search(&stem).is_ok()
    }

    /// How many words two texts share.
    pub fn shared(&self, others: &Self) -> usize {
        self.iter().filter(|stem| others.contains(*stem)).count()
    }
}

/// The folded letters of a word that is being read.
#[derive(Default)]
struct Word {
    letters: [char; WORD_CHARS_MAX],
    length: usize,
    is_begun: bool,
}

impl Word {
    fn add(&mut self, letter: Option<char>) {
        self.is_begun = true;
        if let (Some(letter), Some(place)) = (letter, self.letters.get_mut(self.length)) {
            *place = letter;
            self.length += 1;
        }
    }

    fn clear(&mut self) {
        self.length = 0;
        self.is_begun = false;
    }

    /// `None` for a word that is too short to say anything of the matter.
    fn stem(&self) -> Option<Stem> {
        let word = &self.letters[..self.length];
        let bare = &word[particle_letters(&word.iter().copied(), word.len())..];
        (bare.len() >= WORD_CHARS_MIN).then(|| Stem::of(bare))
    }
}

/// How many letters of a word with so many are particles in front of it.
fn particle_letters(word: &(impl Iterator<Item = char> + Clone), length: usize) -> usize {
    let may_begin =
        word.clone().next().is_some_and(|first| matches!(first, 'و' | 'ب' | 'ف' | 'ك' | 'ل' | 'ا'));
    if !may_begin {
        return 0;
    }
    let begins = |particle: &&&[char]| {
        length > particle.len() + WORD_CHARS_MIN
            && particle.iter().copied().eq(word.clone().take(particle.len()))
    };
    PARTICLES.iter().find(begins).map_or(0, |particle| particle.len())
}

/// Whether the units below a title take up its words rather than those of the main headline.
pub(super) fn takes_up_title(units: &[Unit<'_>], title: usize, headline: Option<usize>) -> bool {
    let none = Stems::default();
    let title_words = units[title].text.stems();
    let main_words = headline.map_or(&none, |index| units[index].text.stems());
    let texts = units[title + 1..].iter().filter(|unit| unit.label.is_none());
    let below = Stems::of_all(texts.take(COMPARED_LINES));
    // Words that the main article used before say nothing for the title, unless it has no others.
    let above = units[..title].iter().rev().take(UNITS_ABOVE);
    let used = Stems::of_all(above.filter(|unit| unit.role == LineRole::Paragraph));
    let mut title_own: Vec<Stem> = title_words.iter().filter(|word| !main_words.contains(*word)).collect();
    if title_own.iter().any(|word| !used.contains(*word)) {
        title_own.retain(|word| !used.contains(*word));
    }
    let main_own: Vec<Stem> = main_words.iter().filter(|word| !title_words.contains(*word)).collect();
    let hits = |own: &[Stem]| own.iter().filter(|word| below.contains(**word)).count();
    // As shares: a long headline has more words to be hit.
    hits(&title_own) * main_own.len().max(1) > hits(&main_own) * title_own.len()
}

/// The words of the text of an article.
pub(super) struct Body {
    stems: Stems,
}

impl Body {
    /// Of these paragraphs.
    pub fn of<'a, 'text: 'a>(paragraphs: impl Iterator<Item = &'a Unit<'text>>) -> Self {
        Self { stems: Stems::of_all(paragraphs.take(UNITS_ABOVE)) }
    }

    /// How many words of a line the text uses too, and how many there are.
    pub fn taken_up(&self, line: &Stems) -> (usize, usize) {
        (line.shared(&self.stems), line.len())
    }

    /// Whether the text uses a word of a part of a line.
    pub fn uses_word_of(&self, part: &str) -> bool {
        Stems::of(part).shared(&self.stems) > 0
    }
}

/// A folded word without the article and the particles that Arabic writes in front.
pub(super) fn without_particles(word: &str) -> &str {
    let letters = particle_letters(&word.chars(), word.chars().count());
    word.char_indices().nth(letters).map_or("", |(at, _)| &word[at..])
}
