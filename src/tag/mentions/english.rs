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
        if found.kinds & phrase::EVENT_TAIL != 0 {
            proposals.extend(before_event_tail(reading, first, count));
        }
    }
}

/// Where all is written in capitals they say nothing.
fn is_shouted(reading: &Reading) -> bool {
    let tokens = reading.text.tokens();
    let count = |of: u8| tokens.iter().filter(|token| token.is(of)).count();
    count(shape::CAPITALS) * 2 > count(shape::LATIN)
}

fn is_capital(reading: &Reading, index: usize) -> bool {
    reading.token(index).is_some_and(|token| token.is(shape::CAPITAL) && token.is(shape::LATIN))
}

/// A word of a name behind the first one.
fn is_name_word(reading: &Reading, index: usize) -> bool {
    let nature = reading.nature(index);
    let is_known_name = nature.is(word::GIVEN_NAME | word::FAMILY_NAME);
    let ends = nature.is(word::NOT_A_NAME | word::NATIONALITY)
        || nature.is(word::COMMON | word::SPEECH_VERB | word::TITLE_MODIFIER | word::HEAD) && !is_known_name;
    is_capital(reading, index) && (!ends || is_initial(reading, index)) && !reading.is_named(index)
}

/// One letter with a full stop.
fn is_initial(reading: &Reading, index: usize) -> bool {
    reading.token(index).is_some_and(|token| {
        token.is(shape::CAPITAL) && token.byte_end - token.byte_start == 1 && token.is(shape::STOP_AFTER)
    })
}

fn person(reading: &Reading, first: usize) -> Option<Proposal> {
    let nature = reading.nature(first);
    let has_title = reading.is_behind(first, phrase::PERSON_TITLE);
    let is_given = nature.is(word::GIVEN_NAME)
        && (!nature.is(word::HOMOGRAPH) || reading.nature(first + 1).is(word::FAMILY_NAME))
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
    let is_whole = is_at_end(reading, first + count);
    // A given name alone may be anyone's; a last name alone stands behind a title with a capital.
    let may_be_single = has_title && !is_given && is_titled(reading, first);
    if !is_whole || count < 2 && !may_be_single {
        return None;
    }
    let (rule, score) = if has_title { (Rule::Title, TITLE_SCORE) } else { (Rule::GivenName, GIVEN_SCORE) };
    Some(unknown(EntityKind::Person, first, count, 0, rule, score))
}

/// Whether a title with a capital stands before a word, and no capital before that: `President Aster`, but not
/// `Bury St Edmunds`, `from King Lear`.
fn is_titled(reading: &Reading, first: usize) -> bool {
    let title = first - 1;
    let is_alone =
        !is_capital(reading, first) || reading.token(first).is_some_and(|token| !token.is(shape::CAPITALS));
    let is_within = title > 0
        && reading.continues(title)
        && is_capital(reading, title - 1)
        && !reading.nature(title - 1).is(word::HEAD | word::OF_HEAD | word::NATIONALITY | word::COMMON);
    is_capital(reading, title) && is_alone && !is_within
}

/// Whether a word continues a name: behind a blank or hyphen, or behind an initial's full stop.
fn continues_name(reading: &Reading, index: usize) -> bool {
    let Some(token) = reading.token(index) else { return false };
    // The s of a genitive is lower case, so a joined word with a capital is of the name.
    token.continues() || is_initial(reading, index - 1) && token.gap == gap::SPACE | gap::SENTENCE
}

/// Whether no word with a capital goes on here but a title, an adjective of nationality, or a day.
fn is_at_end(reading: &Reading, index: usize) -> bool {
    let nature = reading.nature(index);
    let is_other = nature.is(word::HEAD | word::NATIONALITY | word::NOT_A_NAME | word::SPEECH_VERB);
    !(reading.continues(index) && is_capital(reading, index)) || is_other
}

/// `Ministry of Health`, `University of Lyon`, `Oregon Department of Fish and Wildlife`.
fn behind_head(reading: &Reading, head: usize, heads: usize) -> Option<Proposal> {
    if !is_capital(reading, head) {
        return None;
    }
    let mut end = head + heads;
    let mut named = 0;
    while end < head + heads + ORGANISATION_WORDS_MAX && reading.continues(end) {
        if is_capital(reading, end) && !reading.nature(end).is(word::NOT_A_NAME) {
            end += 1;
            named += 1;
        } else if is_link(reading.folded(end)) && reading.continues(end + 1) && is_capital(reading, end + 1) {
            end += 2;
            named += 1;
        } else {
            break;
        }
    }
    let first = run_start(reading, head)?;
    // `Environment, Food and Rural Affairs`: a list goes on behind the comma.
    let is_list = reading.token(end).is_some_and(|token| token.gap == gap::SPACE | gap::BREAK)
        && is_capital(reading, end);
    (named > 0 && !is_list && reading.phrase_at(first, phrase::PERSON_TITLE) == 0)
        .then(|| unknown(EntityKind::Organisation, first, end - first, 0, Rule::OrganisationHead, HEAD_SCORE))
}

fn is_link(folded: &str) -> bool {
    matches!(folded, "of" | "and" | "for" | "the")
}

/// Where the run of capitals begins that ends before this word. `None` where it may begin earlier than can be told.
fn run_start(reading: &Reading, end: usize) -> Option<usize> {
    let mut first = end;
    while first > 0 && reading.continues(first) {
        let before = first - 1;
        let nature = reading.nature(before);
        if !is_capital(reading, before) {
            // `Bath and North East Somerset Council`
            let joins = is_link(reading.folded(before)) && reading.folded(before) != "the";
            let goes_on = before > 0 && reading.continues(before) && is_capital(reading, before - 1);
            // The first word of a sentence has its capital from there.
            let may_go_on = joins && goes_on && reading.continues(before - 1);
            return (!may_go_on).then_some(first);
        }
        if nature.is(word::NOT_A_NAME | word::COMMON | word::CONNECTOR) {
            return Some(first);
        }
        if end - before > ORGANISATION_WORDS_MAX {
            return None;
        }
        first = before;
    }
    Some(first)
}

/// `Harbour Lights Ltd`, `Northern Quay Corp`.
fn before_tail(reading: &Reading, tail: usize, tails: usize) -> Option<Proposal> {
    if !is_capital(reading, tail) {
        return None;
    }
    let end = tail + tails;
    let first = run_start(reading, tail)?;
    let goes_on = reading.continues(end)
        && (is_capital(reading, end) || is_link(reading.folded(end)) && is_capital(reading, end + 1));
    (first < tail && !goes_on && !reading.nature(first).is(word::HEAD))
        .then(|| unknown(EntityKind::Organisation, first, end - first, 0, Rule::OrganisationTail, HEAD_SCORE))
}

/// `Lakeside Film Festival`, `Harbour City Marathon`: a name before the tail, and nothing with a capital behind it.
fn before_event_tail(reading: &Reading, tail: usize, tails: usize) -> Option<Proposal> {
    let end = tail + tails;
    // Of `Half Marathon` the second word is a tail, too.
    let is_within = reading.phrase_at(tail.checked_sub(1)?, phrase::EVENT_TAIL) > 1;
    if is_within || !(tail..end).all(|index| is_capital(reading, index)) {
        return None;
    }
    let first = run_start(reading, tail).filter(|first| *first < tail)?;
    let is_other = (first..tail).any(|index| {
        let nature = reading.nature(index);
        nature.is(word::NOT_A_NAME | word::SPEECH_VERB) || reading.person_words(index) > 0
    });
    let goes_on = reading.continues(end) && (is_capital(reading, end) || is_link(reading.folded(end)));
    (!is_other && !goes_on && !is_in_capitals(reading, first, end))
        .then(|| unknown(EntityKind::Event, first, end - first, 0, Rule::EventTail, HEAD_SCORE))
}

/// Whether the words around these have capitals, as in a headline: `Mayor Opens Harbour Festival`.
fn is_in_capitals(reading: &Reading, first: usize, end: usize) -> bool {
    /// Words looked at on either side.
    const AROUND: usize = 8;
    /// Shorter words have no capital in such headlines, either.
    const BYTES_MIN: u32 = 4;
    let is_line = |index: usize| reading.token(index).is_some_and(|token| token.gap & gap::PARAGRAPH == 0);
    let before = (first.saturating_sub(AROUND)..first).rev().take_while(|before| is_line(before + 1));
    let behind = (end..end + AROUND).take_while(|behind| is_line(*behind));
    let (mut capitals, mut lower) = (0, 0);
    for index in before.chain(behind) {
        let Some(token) = reading.token(index) else { continue };
        let begins = token.gap & (gap::SENTENCE | gap::PARAGRAPH) != 0;
        if begins || !token.is(shape::LATIN) || token.byte_end - token.byte_start < BYTES_MIN {
            continue;
        }
        *(if token.is(shape::CAPITAL) { &mut capitals } else { &mut lower }) += 1;
    }
    lower == 0 || capitals > lower * 3
}
