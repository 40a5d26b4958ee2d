//! The words by which lines without a label are told: agencies, sections, words of dates, buttons and counters.
//!
//! Owns the lexicon `config/lexicon/dump_words.tsv` and the comparing of names with it.

use std::collections::HashSet;

use crate::parse::fold::{digit, fold};
use crate::parse::lexicon::LexiconError;

const COMPILED_IN: &str = include_str!("../../../config/lexicon/dump_words.tsv");
const COMPILED_IN_NAME: &str = "config/lexicon/dump_words.tsv (compiled in)";

/// What the words of the lexicon are.
#[derive(Debug, Default)]
pub(crate) struct Words {
    agencies: HashSet<String>,
    sections: HashSet<String>,
    dates: HashSet<String>,
    buttons: HashSet<String>,
    comments: HashSet<String>,
    captions: Vec<String>,
    professions: HashSet<String>,
    media: HashSet<String>,
}

impl Words {
    pub fn load() -> Result<Self, LexiconError> {
        let mut words = Self::default();
        for (index, line) in COMPILED_IN.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            words.add(line).map_err(|problem| LexiconError::Line {
                file: COMPILED_IN_NAME.to_owned(),
                line: index + 1,
                problem,
            })?;
        }
        Ok(words)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, _language, words] = fields.as_slice() else {
            return Err("expected three fields with tabs between them: kind, language, words".to_owned());
        };
        let folded = fold(words);
        let list = match *kind {
            "agency" => &mut self.agencies,
            "section" => &mut self.sections,
            "date" => &mut self.dates,
            "button" => &mut self.buttons,
            "comments" => &mut self.comments,
            "medium" => &mut self.media,
            "profession" => &mut self.professions,
            "caption" => {
                self.captions.push(folded);
                return Ok(());
            }
            other => return Err(format!("{other:?} is no kind of words")),
        };
        list.insert(folded);
        Ok(())
    }

    pub fn is_agency(&self, text: &str) -> bool {
        self.agencies.contains(&folded_name(text))
    }

    pub fn is_section(&self, text: &str) -> bool {
        self.sections.contains(&folded_name(text))
    }

    pub fn is_date_word(&self, word: &str) -> bool {
        self.dates.contains(&folded_name(word))
    }

    pub fn is_profession(&self, text: &str) -> bool {
        self.professions.contains(&folded_name(text))
    }

    /// Whether a word is one that names of newspapers and agencies hold.
    pub fn is_medium(&self, word: &str) -> bool {
        self.media.contains(&folded_name(word))
    }

    /// Whether a word, or two together, name a button or what a counter counts.
    pub fn is_button(&self, words: &str) -> bool {
        self.buttons.contains(&folded_name(words))
    }

    /// Whether a line heads the comments of readers, perhaps with their number.
    pub fn heads_comments(&self, text: &str) -> bool {
        let name: String = text.chars().filter(|character| digit(*character).is_none()).collect();
        self.comments.contains(&folded_name(&name))
    }

    /// Whether a line begins with words that describe a picture.
    pub fn begins_caption(&self, text: &str) -> bool {
        let folded = folded_name(text);
        self.captions.iter().any(|caption| folded.starts_with(caption.as_str()))
    }
}

/// A name folded, without marks at its ends and dots within: `أ.ف.ب`, `(A.F.P.)`.
fn folded_name(text: &str) -> String {
    let mut folded = fold(text);
    folded.retain(|character| !matches!(character, '.' | '"' | '“' | '”' | '«' | '»'));
    folded.trim_matches(|character: char| !character.is_alphanumeric()).to_owned()
}
