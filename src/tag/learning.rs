//! What programs that learn models need of this room: the words of a text as the models see them, and the gaps of keyword
//! lines.

pub use super::keyword_line::learning::{Example, KeywordArticle, KeywordLines, Offer};
use super::lexicon::Lexicon;
use super::sequence::classes::{Classes, WordClasses};
use super::sequence::features::Word;
use super::text::Text;
use super::{hints, matching};

/// Where a word stands, in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub start: u32,
    pub end: u32,
}

/// A text's words, with what the compiled-in lexicons say of them.
#[derive(Debug, Clone)]
pub struct Prepared {
    words: Vec<OwnedWord>,
}

#[derive(Debug, Clone)]
struct OwnedWord {
    place: Place,
    folded: String,
    hash: u64,
    shape: u8,
    gap: u8,
    hints: u16,
    classes: Classes,
}

impl Prepared {
    pub fn of(source: &str, classes: &WordClasses) -> Self {
        let text = Text::of(source);
        let lexicon = Lexicon::compiled_in();
        let matches = matching::matches(&text, &lexicon, true);
        let words = hints::words(&text, &matches, &lexicon, classes);
        let words = words.iter().zip(text.tokens()).map(|(word, token)| OwnedWord {
            place: Place { start: token.start, end: token.end },
            folded: word.folded.to_owned(),
            hash: word.hash,
            shape: word.shape,
            gap: word.gap,
            hints: word.hints,
            classes: word.classes,
        });
        Self { words: words.collect() }
    }

    pub fn places(&self) -> impl Iterator<Item = Place> {
        self.words.iter().map(|word| word.place)
    }

    pub fn words(&self) -> Vec<Word<'_>> {
        self.words
            .iter()
            .map(|word| Word {
                folded: &word.folded,
                hash: word.hash,
                shape: word.shape,
                gap: word.gap,
                hints: word.hints,
                classes: word.classes,
            })
            .collect()
    }
}
