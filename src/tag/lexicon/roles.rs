//! What words do in a sentence: they join, introduce or attribute speech, stand before places, and the like.
//!
//! Owns `word_roles.tsv` and its look-up. It stands apart from the vocabulary of names: that a word has a role does not make
//! it known as a word of no name.

use hashbrown::HashTable;

use super::error::LexiconError;
use super::rows::Source;
use super::vocabulary::hash;
use super::words::phrases;
use crate::tag::text::Text;

/// Words of all files together.
const WORDS_MAX: usize = 10_000;

/// Roles, as bits. What each means stands in `config/lexicon/word_roles.tsv`.
pub(crate) mod role {
    pub const ATTRIBUTION: u32 = 1;
    pub const ATTRIBUTION_LINK: u32 = 1 << 1;
    pub const SPEECH_NOUN: u32 = 1 << 2;
    pub const VERB_BEFORE_NAME: u32 = 1 << 3;
    pub const VERB_AT_START: u32 = 1 << 4;
    pub const COMPLEMENTIZER: u32 = 1 << 5;
    pub const RELATIVE: u32 = 1 << 6;
    pub const ADVERB: u32 = 1 << 7;
    pub const PREPOSITION: u32 = 1 << 8;
    pub const PRONOUN: u32 = 1 << 9;
    pub const SPEAKING_BODY: u32 = 1 << 10;
    pub const ANONYMOUS_SOURCE: u32 = 1 << 11;
    pub const WORK: u32 = 1 << 12;
    pub const BEFORE_PLACE: u32 = 1 << 13;
    pub const WITHIN_KEYWORD: u32 = 1 << 14;
    pub const NUMBER: u32 = 1 << 15;
    pub const EXCHANGE: u32 = 1 << 16;
    pub const LENGTH: u32 = 1 << 17;
    pub const MEASURE: u32 = 1 << 18;
}

/// Roles as the file names them.
const ROLES: [(&str, u32); 19] = [
    ("attribution", role::ATTRIBUTION),
    ("attribution_link", role::ATTRIBUTION_LINK),
    ("speech_noun", role::SPEECH_NOUN),
    ("verb_before_name", role::VERB_BEFORE_NAME),
    ("verb_at_start", role::VERB_AT_START),
    ("complementizer", role::COMPLEMENTIZER),
    ("relative", role::RELATIVE),
    ("adverb", role::ADVERB),
    ("preposition", role::PREPOSITION),
    ("pronoun", role::PRONOUN),
    ("speaking_body", role::SPEAKING_BODY),
    ("anonymous_source", role::ANONYMOUS_SOURCE),
    ("work", role::WORK),
    ("before_place", role::BEFORE_PLACE),
    ("within_keyword", role::WITHIN_KEYWORD),
    ("number", role::NUMBER),
    ("exchange", role::EXCHANGE),
    ("length", role::LENGTH),
    ("measure", role::MEASURE),
];

#[derive(Debug)]
struct Entry {
    word: Box<str>,
    hash: u64,
    /// Bits of [`role`].
    roles: u32,
}

/// Words with their roles.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    words: HashTable<Entry>,
}

impl Roles {
    /// The roles of a folded word with this hash, as bits of [`role`].
    pub fn of(&self, folded: &str, hash: u64) -> u32 {
        self.words.find(hash, |entry| *entry.word == *folded).map_or(0, |entry| entry.roles)
    }

    /// Rows of role, language, words.
    pub(super) fn read(&mut self, source: Source) -> Result<(), LexiconError> {
        for row in source.rows() {
            let row = row?;
            let [name, language, words] = row.columns::<3, 3>("role, language, words")?;
            row.check_language(language)?;
            let Some((_, roles)) = ROLES.iter().find(|(known, _)| *known == name) else {
                let known = ROLES.map(|(known, _)| known).join(", ");
                return Err(row.error(format!("unknown role {name:?}; the roles are {known}")));
            };
            for word in phrases(&row, words)? {
                let text = Text::of(word);
                let [token] = text.tokens() else {
                    return Err(row.error(format!("{word:?} must be one word")));
                };
                if self.words.len() == WORDS_MAX {
                    return Err(row.error(format!("more than {WORDS_MAX} words with roles")));
                }
                self.add(text.folded(token), *roles);
            }
        }
        Ok(())
    }

    fn add(&mut self, folded: &str, roles: u32) {
        let hash = hash(folded);
        let same = |entry: &Entry| *entry.word == *folded;
        self.words
            .entry(hash, same, |entry| entry.hash)
            .and_modify(|entry| entry.roles |= roles)
            .or_insert_with(|| Entry { word: folded.into(), hash, roles });
    }
}
