//! The files about words: titles and heads of names, nationalities, given names, common words.
//!
//! Owns their columns. A word gets traits, a phrase of several words an end in the tree of names.

use super::error::LexiconError;
use super::rows::{self, Row, Source};
use super::vocabulary::{Vocabulary, phrase, word};
use crate::tag::text::Text;
use hashbrown::HashMap;

/// Words of one phrase.
pub(crate) const PHRASE_WORDS_MAX: usize = 8;

/// Phrases of one row.
const PHRASES_MAX: usize = 2_000;

/// Kinds of `titles.tsv`: the bit of a phrase, and the traits of a word that is one alone.
const TITLE_KINDS: [(&str, u16, u16); 15] = [
    ("person_title", phrase::PERSON_TITLE, word::HEAD),
    ("person_title_after", phrase::PERSON_TITLE_AFTER, 0),
    ("organisation_head", phrase::ORGANISATION_HEAD, word::HEAD),
    ("organisation_tail", phrase::ORGANISATION_TAIL, 0),
    ("place_head", phrase::PLACE_HEAD, word::HEAD),
    ("naming_head", phrase::ORGANISATION_HEAD | phrase::NAMING_HEAD, word::HEAD),
    ("medium_head", phrase::ORGANISATION_HEAD | phrase::NAMING_HEAD | phrase::MEDIUM_HEAD, word::HEAD),
    ("ministry_head", phrase::ORGANISATION_HEAD | phrase::MINISTRY_HEAD, word::HEAD),
    ("national_head", phrase::ORGANISATION_HEAD | phrase::NATIONAL_HEAD, word::HEAD),
    ("settlement_head", phrase::PLACE_HEAD | phrase::SETTLEMENT_HEAD, word::HEAD),
    ("event_tail", phrase::EVENT_TAIL, 0),
    ("work_head", phrase::WORK_HEAD, 0),
    ("work_link", phrase::WORK_LINK, 0),
    ("speech_verb", 0, word::SPEECH_VERB),
    ("not_a_name", phrase::NOT_A_NAME, word::NOT_A_NAME),
];

/// Kinds of `common_words.tsv`.
const WORD_KINDS: [(&str, u16); 8] = [
    ("common", word::COMMON),
    ("homograph", word::HOMOGRAPH),
    ("connector", word::CONNECTOR),
    ("title_modifier", word::TITLE_MODIFIER),
    ("event_head", word::EVENT_HEAD),
    ("facility_head", word::FACILITY_HEAD),
    ("sited_head", word::SITED_HEAD),
    ("people", word::PEOPLE),
];

/// Countries by the node of an adjective of several words.
pub(super) type Nationalities = HashMap<u32, u16>;

/// A country code as one number.
pub(crate) const fn country_number(code: [u8; 2]) -> u16 {
    u16::from_be_bytes(code)
}

pub(super) fn read_titles(source: Source, vocabulary: &mut Vocabulary) -> Result<(), LexiconError> {
    for row in source.rows() {
        let row = row?;
        let [kind, language, words] = row.columns::<3, 3>("kind, language, words")?;
        row.check_language(language)?;
        let Some((_, phrase, traits)) = TITLE_KINDS.iter().find(|(known, ..)| *known == kind) else {
            return Err(unknown_kind(&row, kind, TITLE_KINDS.iter().map(|(known, ..)| *known)));
        };
        for words in phrases(&row, words)? {
            let (node, single) = add(&row, vocabulary, words)?;
            vocabulary.node_mut(node).ending.phrases |= phrase;
            if let Some(single) = single {
                vocabulary.facts_mut(single).traits |= traits;
            } else if *traits == word::HEAD {
                mark_words(vocabulary, words);
            }
        }
    }
    Ok(())
}

/// The words of a title are no names: `الصحة` of `وزير الصحة`.
fn mark_words(vocabulary: &mut Vocabulary, words: &str) {
    let text = Text::of(words);
    for token in text.tokens() {
        if let Some(number) = vocabulary.add(text.folded(token)) {
            vocabulary.facts_mut(number).traits |= word::OF_HEAD;
        }
    }
}

pub(super) fn read_nationalities(
    source: Source,
    vocabulary: &mut Vocabulary,
    several_words: &mut Nationalities,
) -> Result<(), LexiconError> {
    for row in source.rows() {
        let row = row?;
        let [code, language, forms] = row.columns::<3, 3>("country, language, forms")?;
        row.check_language(language)?;
        let Some(code) = rows::country(code) else {
            return Err(row.error(format!("{code:?} is no country of ISO 3166-1, such as RU")));
        };
        for form in phrases(&row, forms)? {
            let (node, single) = add(&row, vocabulary, form)?;
            if let Some(single) = single {
                let facts = vocabulary.facts_mut(single);
                facts.traits |= word::NATIONALITY;
                // Of two countries with one adjective the first stays.
                if facts.country == 0 {
                    facts.country = country_number(code);
                }
            } else {
                several_words.entry(node).or_insert(country_number(code));
            }
        }
    }
    Ok(())
}

pub(super) fn read_given_names(source: Source, vocabulary: &mut Vocabulary) -> Result<(), LexiconError> {
    for row in source.rows() {
        let row = row?;
        let [language, name, class] = row.columns::<3, 3>("language, name, frequency class")?;
        row.check_language(language)?;
        let Some(class) = class.parse::<u8>().ok().filter(|class| (1..=9).contains(class)) else {
            return Err(row.error(format!("the frequency class {class:?} is no number from 1 to 9")));
        };
        let (_, single) = add(&row, vocabulary, name)?;
        // A name of two words (عبد الله) is found by its first, which joins it to the second.
        if let Some(single) = single {
            let facts = vocabulary.facts_mut(single);
            facts.traits |= word::GIVEN_NAME;
            facts.given = facts.given.max(class);
        }
    }
    Ok(())
}

pub(super) fn read_common_words(source: Source, vocabulary: &mut Vocabulary) -> Result<(), LexiconError> {
    for row in source.rows() {
        let row = row?;
        let [kind, language, words] = row.columns::<3, 3>("kind, language, words")?;
        row.check_language(language)?;
        let Some((_, traits)) = WORD_KINDS.iter().find(|(known, _)| *known == kind) else {
            return Err(unknown_kind(&row, kind, WORD_KINDS.iter().map(|(known, _)| *known)));
        };
        for words in phrases(&row, words)? {
            match add(&row, vocabulary, words)? {
                (_, Some(single)) => {
                    let ending = if words.ends_with('ى') { word::MAKSURA } else { 0 };
                    vocabulary.facts_mut(single).traits |= traits | ending;
                }
                _ => return Err(row.error(format!("{words:?} is more than one word"))),
            }
        }
    }
    Ok(())
}

fn unknown_kind(row: &Row, kind: &str, known: impl Iterator<Item = &'static str>) -> LexiconError {
    let known: Vec<&str> = known.collect();
    row.error(format!("unknown kind {kind:?}; the kinds are {}", known.join(", ")))
}

pub(super) fn phrases<'a>(row: &Row, words: &'a str) -> Result<impl Iterator<Item = &'a str>, LexiconError> {
    if words.split('|').nth(PHRASES_MAX).is_some() {
        return Err(row.error(format!("more than {PHRASES_MAX} phrases in one row")));
    }
    Ok(words.split('|'))
}

/// The node of a phrase, and its word where it has one only.
fn add(row: &Row, vocabulary: &mut Vocabulary, words: &str) -> Result<(u32, Option<u32>), LexiconError> {
    let text = Text::of(words);
    let count = text.tokens().len();
    if !(1..=PHRASE_WORDS_MAX).contains(&count) {
        return Err(row.error(format!("{words:?} must have 1 to {PHRASE_WORDS_MAX} words")));
    }
    let node = vocabulary.add_path(text.tokens().iter().map(|token| text.folded(token)));
    let node = node.ok_or_else(|| row.error("more words than numbers of 32 bits reach"))?;
    let single = if count == 1 { vocabulary.add(text.folded(&text.tokens()[0])) } else { None };
    Ok((node, single))
}
