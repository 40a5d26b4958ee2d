//! English names that no lexicon knows: words with capitals, with a title, a given name, or a head or tail beside them.
//!
//! Owns how far a name reaches. A capital alone is no evidence: sentences and headlines begin with one.

use super::super::lexicon::vocabulary::{phrase, word};
use super::super::text::{gap, shape};
use super::{Proposal, Reading, Rule, unknown};
use crate::article::EntityKind;

const PERSON_WORDS_MAX: usize = 5;
const ORGANISATION_WORDS_MAX: usize = 7;

const TITLE_SCORE: u8 = 80;
const GIVEN_SCORE: u8 = 75;
const HEAD_SCORE: u8 = 75;

/// Given names rarer than this begin a name only behind a title.
const GIVEN_MIN: u8 = 2;

pub(super) fn propose(reading: &Reading, proposals: &mut Vec<Proposal>) {
    if is_shouted(reading) {
        return;
    }
    for index in 0..reading.text.tokens().len() {
        if is_capital(reading, index) {
            proposals.extend(person(reading, index));
        }
    }
    for found in &reading.matches.phrases {
        let (first, count) = (found.first as usize, usize::from(found.count));
        if found.kinds & phrase::ORGANISATION_HEAD != 0 {
            proposals.extend(behind_head(reading, first, count));
        }
        if found.kinds & phrase::ORGANISATION_TAIL != 0 {
            proposals.extend(before_tail(reading, first, count));
        }
    }
}

/// Where all is written in capitals they say nothing.
fn is_shouted(reading: &Reading) -> bool {
    let tokens = reading.text.tokens();
    let count = |of: u8| tokens.iter().filter(|token| token.is(of)).count();
    count(shape::CAPITAL) * 2 > count(shape::LATIN)
}

fn is_capital(reading: &Reading, index: usize) -> bool {
    reading.token(index).is_some_and(|token| token.is(shape::CAPITAL) && token.is(shape::LATIN))
}

/// A word of a name behind the first one.
fn is_name_word(reading: &Reading, index: usize) -> bool {
    let nature = reading.nature(index);
    let is_known_name = nature.is(word::GIVEN_NAME | word::FAMILY_NAME);
    let ends = nature.is(word::NOT_A_NAME | word::NATIONALITY | word::HEAD)
        || nature.is(word::COMMON | word::SPEECH_VERB | word::TITLE_MODIFIER) && !is_known_name;
    is_capital(reading, index) && !ends
}

fn person(reading: &Reading, first: usize) -> Option<Proposal> {
    let nature = reading.nature(first);
    let has_title = reading.is_behind(first, phrase::PERSON_TITLE);
    let is_given = nature.is(word::GIVEN_NAME)
        && !nature.is(word::COMMON | word::NOT_A_NAME | word::HEAD | word::NATIONALITY)
        && nature.given >= GIVEN_MIN;
    if !has_title && !is_given || !is_name_word(reading, first) {
        return None;
    }
    // Within a run of capitals a name does not begin in the middle, but behind a title.
    let is_within = first > 0 && reading.continues(first) && is_name_word(reading, first - 1);
    if is_within && !has_title {
        return None;
    }
    let mut count = 1;
    while count < PERSON_WORDS_MAX {
        let index = first + count;
        if continues_name(reading, index) && is_name_word(reading, index) {
            count += 1;
        } else if continues_name(reading, index)
            && reading.nature(index).is(word::CONNECTOR)
            && reading.continues(index + 1)
            && is_name_word(reading, index + 1)
        {
            count += 2;
        } else {
            break;
        }
    }
    // A given name alone may be anyone's; a name behind a title may be a single one.
    if count < 2 && !(has_title && !is_given && is_at_end(reading, first + 1)) {
        return None;
    }
    let (rule, score) = if has_title { (Rule::Title, TITLE_SCORE) } else { (Rule::GivenName, GIVEN_SCORE) };
    Some(unknown(EntityKind::Person, first, count, 0, rule, score))
}

/// Whether a word continues a name: behind a blank or hyphen, or behind an initial's full stop.
fn continues_name(reading: &Reading, index: usize) -> bool {
    let Some(token) = reading.token(index) else { return false };
    let is_initial = reading.token(index - 1).is_some_and(|before| {
        before.is(shape::CAPITAL) && before.byte_end - before.byte_start == 1 && before.is(shape::STOP_AFTER)
    });
    // The s of a genitive is lower case, so a joined word with a capital is of the name.
    token.continues() || is_initial && token.gap == gap::SPACE | gap::SENTENCE
}

/// Whether no word with a capital goes on here.
fn is_at_end(reading: &Reading, index: usize) -> bool {
    !(reading.continues(index) && is_capital(reading, index))
}

/// `Ministry of Health`, `University of Lyon`.
fn behind_head(reading: &Reading, first: usize, heads: usize) -> Option<Proposal> {
    if !is_capital(reading, first) {
        return None;
    }
    let mut count = heads;
    let mut named = 0;
    while count < heads + ORGANISATION_WORDS_MAX && reading.continues(first + count) {
        let index = first + count;
        if is_capital(reading, index) && !reading.nature(index).is(word::NOT_A_NAME) {
            count += 1;
            named += 1;
        } else if is_link(reading.folded(index))
            && reading.continues(index + 1)
            && is_capital(reading, index + 1)
        {
            count += 2;
            named += 1;
        } else {
            break;
        }
    }
    (named > 0)
        .then(|| unknown(EntityKind::Organisation, first, count, 0, Rule::OrganisationHead, HEAD_SCORE))
}

fn is_link(folded: &str) -> bool {
    matches!(folded, "of" | "and" | "for" | "the")
}

/// `Harbour Lights Ltd`, `Northern Quay Corp`.
fn before_tail(reading: &Reading, tail: usize, tails: usize) -> Option<Proposal> {
    if !is_capital(reading, tail) {
        return None;
    }
    let mut first = tail;
    while tail - first < ORGANISATION_WORDS_MAX && first > 0 && reading.continues(first) {
        let nature = reading.nature(first - 1);
        if !is_capital(reading, first - 1) || nature.is(word::NOT_A_NAME | word::COMMON) {
            break;
        }
        first -= 1;
    }
    let count = tail - first + tails;
    (first < tail)
        .then(|| unknown(EntityKind::Organisation, first, count, 0, Rule::OrganisationTail, HEAD_SCORE))
}
