//! The topics that an article may be tagged with, and the phrases that speak for them.
//!
//! Owns `subject_names.tsv` and `subjects.tsv`, compiled in and from the user's folder. All or nothing: a wrong line is an
//! error that names it.

use hashbrown::HashMap;

use super::super::clitics::without_article;
use super::super::lexicon::LexiconError;
use super::super::lexicon::rows::{Row, Source};
use super::super::lexicon::vocabulary::Vocabulary;
use super::super::text::Text;
use super::STEM_BYTES_MIN;

const TOPICS_MAX: usize = 4_000;
const PHRASES_MAX: usize = 1_000_000;
const PHRASE_WORDS_MAX: usize = 6;
/// Of one phrase, in all languages.
const HINTS_MAX: usize = 1_000;
/// Topics of topics of topics: the tree of Media Topics has six levels.
const DEPTH_MAX: usize = 8;

/// A topic of the tree.
#[derive(Debug, Clone)]
pub(crate) struct Topic {
    /// `medtop:…`
    pub code: Box<str>,
    pub parent: Option<u16>,
    /// The topic without parent above it, or itself.
    pub top: u16,
    /// By language.
    names: Vec<(Box<str>, Box<str>)>,
}

impl Topic {
    /// Its name in a language, else in English.
    pub fn name(&self, language: &str) -> &str {
        let of = |language: &str| {
            self.names.iter().find(|(known, _)| **known == *language).map(|(_, name)| &**name)
        };
        of(language).or_else(|| of("en")).unwrap_or(&self.code)
    }
}

/// That a phrase speaks for a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hint {
    pub topic: u16,
    pub language: u8,
    /// 1 to 9.
    pub weight: u8,
}

/// Where the hints of the phrase that ends at a node stand among all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct HintsAt {
    first: u32,
    count: u16,
}

/// Topics and phrases, ready to be asked.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    topics: Vec<Topic>,
    by_code: HashMap<Box<str>, u16>,
    languages: Vec<Box<str>>,
    pub(super) vocabulary: Vocabulary<HintsAt>,
    /// By the node of the phrase, while files are read.
    gathered: HashMap<u32, Vec<Hint>>,
    /// Those of all phrases, once they are read.
    hints: Vec<Hint>,
    phrases: usize,
}

impl Subjects {
    pub fn topics(&self) -> &[Topic] {
        &self.topics
    }

    pub(super) fn hints(&self, at: HintsAt) -> &[Hint] {
        &self.hints[at.first as usize..][..usize::from(at.count)]
    }

    /// Lays the hints side by side, once all files are read.
    pub fn settle(&mut self) {
        self.vocabulary.shrink();
        for (node, hints) in std::mem::take(&mut self.gathered) {
            // There are fewer than rows of the files, and of one phrase not more than `HINTS_MAX`.
            let first = u32::try_from(self.hints.len()).unwrap_or(u32::MAX);
            let count = u16::try_from(hints.len()).unwrap_or(u16::MAX);
            self.vocabulary.node_mut(node).ending = HintsAt { first, count };
            self.hints.extend(hints);
        }
        self.hints.shrink_to_fit();
    }

    /// The number of a language, if some phrase is of it.
    pub(super) fn language(&self, language: &str) -> Option<u8> {
        let number = self.languages.iter().position(|known| **known == *language)?;
        u8::try_from(number).ok()
    }

    /// Rows of code, parent, language, name; the parent of a topic stands before it.
    pub fn read_names(&mut self, source: Source) -> Result<(), LexiconError> {
        for row in source.rows() {
            let row = row?;
            let [code, parent, language, name] = row.columns::<4, 4>("code, parent or -, language, name")?;
            row.check_language(language)?;
            if name.is_empty() {
                return Err(row.error("the name is empty"));
            }
            let parent = match parent {
                "-" => None,
                parent => Some(self.topic(&row, parent)?),
            };
            let topic = match self.by_code.get(code) {
                Some(known) => *known,
                None => self.add_topic(&row, code, parent)?,
            };
            let topic = &mut self.topics[usize::from(topic)];
            if topic.parent != parent {
                return Err(row.error(format!("{code} had another parent before")));
            }
            topic.names.retain(|(known, _)| **known != *language);
            topic.names.push((language.into(), name.into()));
        }
        Ok(())
    }

    fn topic(&self, row: &Row, code: &str) -> Result<u16, LexiconError> {
        let known = self.by_code.get(code).copied();
        known.ok_or_else(|| row.error(format!("{code:?} is no topic of subject_names.tsv before this row")))
    }

    fn add_topic(&mut self, row: &Row, code: &str, parent: Option<u16>) -> Result<u16, LexiconError> {
        let is_code = code
            .strip_prefix("medtop:")
            .is_some_and(|rest| rest.len() == 8 && rest.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_code {
            return Err(row.error(format!("{code:?} is no code, such as medtop:16000000")));
        }
        let number = self.topics.len();
        if number == TOPICS_MAX {
            return Err(row.error(format!("more than {TOPICS_MAX} topics")));
        }
        let number = u16::try_from(number).map_err(|_| row.error("too many topics"))?;
        let depth = self.path(parent).count();
        if depth >= DEPTH_MAX {
            return Err(row.error(format!("{code} lies deeper than {DEPTH_MAX} topics")));
        }
        let top = parent.map_or(number, |parent| self.topics[usize::from(parent)].top);
        self.topics.push(Topic { code: code.into(), parent, top, names: Vec::new() });
        self.by_code.insert(code.into(), number);
        Ok(number)
    }

    /// A topic and those above it.
    pub(super) fn path(&self, topic: Option<u16>) -> impl Iterator<Item = u16> {
        std::iter::successors(topic, |topic| self.topics[usize::from(*topic)].parent)
    }

    /// Rows of code, language, weight, phrase. A weight of 0 takes the phrase from the topic.
    pub fn read_phrases(&mut self, source: Source) -> Result<(), LexiconError> {
        for row in source.rows() {
            let row = row?;
            let [code, language, weight, phrase] = row.columns::<4, 4>("code, language, weight, phrase")?;
            row.check_language(language)?;
            let topic = self.topic(&row, code)?;
            let Some(weight) = weight.parse::<u8>().ok().filter(|weight| *weight <= 9) else {
                return Err(row.error(format!("the weight {weight:?} is no number from 0 to 9")));
            };
            let language = self.add_language(&row, language)?;
            let node = self.add_phrase(&row, phrase)?;
            let hints = self.gathered.entry(node).or_default();
            hints.retain(|hint| (hint.topic, hint.language) != (topic, language));
            if hints.len() == HINTS_MAX {
                return Err(row.error(format!("{phrase:?} speaks for more than {HINTS_MAX} topics")));
            }
            if weight > 0 {
                hints.push(Hint { topic, language, weight });
            }
        }
        Ok(())
    }

    fn add_language(&mut self, row: &Row, language: &str) -> Result<u8, LexiconError> {
        if let Some(number) = self.language(language) {
            return Ok(number);
        }
        self.languages.push(language.into());
        self.language(language).ok_or_else(|| row.error("more than 256 languages"))
    }

    fn add_phrase(&mut self, row: &Row, phrase: &str) -> Result<u32, LexiconError> {
        self.phrases += 1;
        if self.phrases > PHRASES_MAX {
            return Err(row.error(format!("more than {PHRASES_MAX} phrases")));
        }
        let text = Text::of(phrase);
        let count = text.tokens().len();
        if !(1..=PHRASE_WORDS_MAX).contains(&count) {
            return Err(row.error(format!("{phrase:?} must have 1 to {PHRASE_WORDS_MAX} words")));
        }
        let words = text.tokens().iter().enumerate().map(|(at, token)| {
            let folded = text.folded(token);
            if at == 0 { without_article(folded, STEM_BYTES_MIN).unwrap_or(folded) } else { folded }
        });
        self.vocabulary.add_path(words).ok_or_else(|| row.error("more words than numbers of 32 bits reach"))
    }
}
