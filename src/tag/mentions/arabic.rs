//! Arabic names that no lexicon knows, told by the words beside them and by their own shape.
//!
//! Owns how far a name reaches. Arabic has no capitals: what ends a name is a mark, a common word, or a word that
//! nothing makes a name.

use super::super::lexicon::vocabulary::{phrase, word};
use super::super::text::{gap, shape};
use super::{Proposal, Reading, Rule, unknown};
use crate::article::EntityKind;

/// Words of a person's name at most, connectors counted.
const PERSON_WORDS_MAX: usize = 6;

/// Words behind an organisation's head at most.
const ORGANISATION_WORDS_MAX: usize = 5;

/// Words within quotation marks that can be a name.
const QUOTED_WORDS_MAX: usize = 5;

/// Rarer given names begin an unknown name only behind a title.
const GIVEN_MIN: u8 = 2;

const TITLE_SCORE: u8 = 80;
const GIVEN_SCORE: u8 = 70;
const HEAD_SCORE: u8 = 70;
const QUOTED_SCORE: u8 = 75;
const PLACE_SCORE: u8 = 60;

/// Traits of words that end a name.
const END: u16 = word::COMMON
    | word::NOT_A_NAME
    | word::SPEECH_VERB
    | word::HEAD
    | word::TITLE_MODIFIER
    | word::NATIONALITY;

pub(super) fn propose(reading: &Reading, proposals: &mut Vec<Proposal>) {
    for index in 0..reading.text.tokens().len() {
        if reading.token(index).is_some_and(|token| token.is(shape::ARABIC)) {
            proposals.extend(person(reading, index));
        }
    }
    for found in &reading.matches.phrases {
        let (first, count) = (found.first as usize, usize::from(found.count));
        if found.kinds & phrase::ORGANISATION_HEAD != 0 {
            proposals.extend(quoted(reading, first + count));
            proposals.extend(organisation(reading, first, count, found.letters));
        }
        if found.kinds & phrase::PLACE_HEAD != 0 {
            proposals.extend(place(reading, first + count));
        }
    }
}

/// What a word can be in a person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A given or family name of the lexicons.
    Known,
    /// بن, آل, أبو, عبد: it needs a word behind it.
    Connector,
    /// In no lexicon, with the article.
    Definite,
    /// In no lexicon.
    Unknown,
    /// An adjective of nationality with the article, which is a family name, too.
    Nationality,
    /// None of it.
    End,
}

fn part(reading: &Reading, index: usize) -> Part {
    let nature = reading.nature(index);
    let Some(token) = reading.token(index) else { return Part::End };
    let is_letters = token.is(shape::ARABIC) && !token.is(shape::DIGIT);
    if !is_letters || token.byte_end - token.byte_start < 4 {
        return Part::End;
    }
    if nature.is(word::CONNECTOR) {
        return Part::Connector;
    }
    if nature.is(word::NATIONALITY)
        && nature.clitics == 0
        && nature.has_article
        && !nature.is(END & !word::NATIONALITY)
    {
        return Part::Nationality;
    }
    if nature.is(END) {
        return Part::End;
    }
    let is_whole = nature.is(word::FAMILY_NAME) || nature.is(word::GIVEN_NAME) && nature.given_behind == 0;
    match () {
        () if is_whole => Part::Known,
        () if nature.is_known => Part::End,
        () if nature.has_article && reading.folded(index).starts_with("ال") => Part::Definite,
        () if nature.has_article => Part::End,
        () => Part::Unknown,
    }
}

/// A person's name that begins with this word.
fn person(reading: &Reading, first: usize) -> Option<Proposal> {
    let nature = reading.nature(first);
    let has_title = reading.is_behind(first, phrase::PERSON_TITLE);
    let is_given = nature.is(word::GIVEN_NAME) && !nature.is(END) && nature.given >= GIVEN_MIN;
    if !has_title && !is_given {
        return None;
    }
    // A name within a name is no beginning.
    if first > 0
        && reading.continues(first)
        && is_given
        && nature.given_behind == 0
        && part(reading, first - 1) == Part::Known
    {
        let before = reading.nature(first - 1);
        if before.is(word::GIVEN_NAME) && before.given >= GIVEN_MIN {
            return None;
        }
    }
    let letters = if has_title { 0 } else { nature.given_behind };
    let begin = if letters > 0 { Part::Known } else { part(reading, first) };
    let mut count = match begin {
        Part::Known => 1,
        Part::Connector if reading.continues(first + 1) && part(reading, first + 1) != Part::End => 2,
        Part::Unknown if has_title && can_be_name(reading, first) => 1,
        _ => return None,
    };
    let is_known = begin != Part::Unknown;
    count = reach(reading, first, count, is_known);
    if count < 2 || begin == Part::Connector && count < 3 && !has_title {
        return None;
    }
    // An unknown word behind a title is a name only with a known one behind it.
    if !is_known && !(1..count).any(|place| part(reading, first + place) == Part::Known) {
        return None;
    }
    let (rule, score) = if has_title { (Rule::Title, TITLE_SCORE) } else { (Rule::GivenName, GIVEN_SCORE) };
    Some(unknown(EntityKind::Person, first, count, letters, rule, score))
}

/// How many words the name has that begins with `count` certain ones.
fn reach(reading: &Reading, first: usize, mut count: usize, begins_known: bool) -> usize {
    let mut is_open = true;
    while is_open && count < PERSON_WORDS_MAX && reading.continues(first + count) {
        let index = first + count;
        match part(reading, index) {
            Part::Known => count += 1,
            Part::Connector if reading.continues(index + 1) && part(reading, index + 1) != Part::End => {
                count += 2;
            }
            Part::Definite if count == 1 || ends_like_family(reading, index) => {
                count += 1;
                is_open = false;
            }
            Part::Nationality if begins_known && count == 1 => {
                count += 1;
                is_open = false;
            }
            Part::Unknown if begins_known && count == 1 && can_be_name(reading, index) => {
                count += 1;
                is_open = reading.nature(first).given >= GIVEN_MIN;
                // Two unknown words in a row are no name any more.
                is_open &= part(reading, index + 1) == Part::Known;
            }
            _ => break,
        }
    }
    count
}

/// Family names of origin end with ي.
fn ends_like_family(reading: &Reading, index: usize) -> bool {
    reading.folded(index).ends_with('ي')
}

/// Whether an unknown word is none of the forms that verbs, feminine nouns, and words with pronouns have.
fn can_be_name(reading: &Reading, index: usize) -> bool {
    let folded = reading.folded(index);
    let letters = folded.chars().count();
    let is_verb = folded.starts_with('ي') || folded.starts_with("ست") || folded.starts_with("سي");
    let has_ending =
        ["ها", "هم", "هما", "وا", "ات", "تها", "ته"].iter().any(|ending| folded.ends_with(ending));
    let source =
        reading.token(index).map_or("", |token| reading.text.surface(token.byte_start, token.byte_end));
    let is_feminine = source.ends_with('ة');
    (3..=10).contains(&letters) && !is_verb && !has_ending && !is_feminine
}

/// A name within quotation marks behind an organisation's head: `قناة "الميناء"`.
fn quoted(reading: &Reading, first: usize) -> Option<Proposal> {
    let count = quoted_words(reading, first)?;
    Some(unknown(EntityKind::Organisation, first, count, 0, Rule::Quoted, QUOTED_SCORE))
}

/// How many words stand within the quotation marks that open right before this one.
pub(super) fn quoted_words(reading: &Reading, first: usize) -> Option<usize> {
    if reading.token(first)?.gap & gap::QUOTE == 0 {
        return None;
    }
    for count in 1..=QUOTED_WORDS_MAX {
        let last = first + count - 1;
        if count > 1 && !reading.continues(last) {
            return None;
        }
        if reading.token(last)?.is(shape::QUOTE_AFTER) {
            return Some(count);
        }
    }
    None
}

/// An organisation by its head: `وزارة الخارجية الروسية`, `جامعة القاهرة`.
fn organisation(reading: &Reading, first: usize, heads: usize, letters: u8) -> Option<Proposal> {
    let is_ministry = reading.folded(first).ends_with("وزاره");
    let mut count = heads;
    let (mut definite, mut has_nationality) = (0, false);
    while count < heads + ORGANISATION_WORDS_MAX && reading.continues(first + count) {
        let index = first + count;
        let nature = reading.nature(index);
        let folded = reading.folded(index);
        let is_next = is_ministry && definite > 0 && folded.starts_with("وال");
        if !folded.starts_with("ال") && !is_next || nature.is(word::NOT_A_NAME | word::SPEECH_VERB) {
            break;
        }
        if nature.is(word::TITLE_MODIFIER | word::GIVEN_NAME | word::FAMILY_NAME)
            || has_nationality && definite > 1
        {
            break;
        }
        // A common noun alone makes no name (شركة التأمين), but an adjective of nationality behind it does.
        has_nationality |= nature.is(word::NATIONALITY);
        definite += 1;
        count += 1;
    }
    let is_enough = is_ministry && definite > 0 || has_nationality && definite > 1;
    is_enough
        .then(|| unknown(EntityKind::Organisation, first, count, letters, Rule::OrganisationHead, HEAD_SCORE))
}

/// An unknown place behind its head: `بلدة حلتا`.
fn place(reading: &Reading, first: usize) -> Option<Proposal> {
    if !reading.continues(first) {
        return None;
    }
    let is_place = match part(reading, first) {
        Part::Unknown => can_be_name(reading, first) && !reading.folded(first).ends_with('ه'),
        Part::Definite => !ends_like_family(reading, first),
        _ => false,
    };
    is_place.then(|| unknown(EntityKind::Place, first, 1, 0, Rule::PlaceHead, PLACE_SCORE))
}
