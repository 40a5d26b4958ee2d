//! Works of art and letters by the quotation marks around their names and the words before them: `فيلم «…»`, `the novel
//! "…"`.
//!
//! Owns how a word for a work and a name in quotation marks belong together. Quotation marks alone are no evidence.

use super::super::lexicon::vocabulary::{phrase, word};
use super::super::matching::Candidate;
use super::super::text::{gap, shape};
use super::{Language, Proposal, Reading, Rule, unknown};
use crate::article::EntityKind;

/// Words of a work's name at most.
const WORDS_MAX: usize = 9;

/// Words between the word for a work and its name: `فيلمها الوثائقي الجديد «…»`.
const BETWEEN_MAX: usize = 4;

/// Words between the two where a link (`بعنوان`) stands before the name.
const BEFORE_LINK_MAX: usize = 8;

/// Surer than the model is of anything.
const SCORE: u8 = 86;

/// Works of one article by this rule.
const WORKS_MAX: usize = 200;

/// Proposals for all names in quotation marks behind a word for a work, and for those that the marks join to one of them.
pub(super) fn propose(reading: &Reading, proposals: &mut Vec<Proposal>) {
    if reading.language == Language::Other {
        return;
    }
    // Where the work before ended, which a second one is joined to: `فيلمي «…» و«…»`.
    let mut last_end = None;
    let mut works = Vec::new();
    for first in 1..reading.text.tokens().len() {
        if !opens(reading, first) {
            continue;
        }
        let Some(count) = quoted_words(reading, first) else { continue };
        let is_joined = last_end.is_some_and(|end| is_joined(reading, end, first));
        if !is_joined && !has_head(reading, first) || !is_name(reading, first, count) {
            continue;
        }
        last_end = Some(first + count);
        works.push(unknown(EntityKind::Work, first, count, 0, Rule::WorkHead, SCORE));
        if works.len() == WORKS_MAX {
            break;
        }
    }
    // A film that has a town's name is no town.
    let is_whole = |proposal: &Proposal| {
        let place = works.binary_search_by_key(&proposal.first, |work| work.first);
        place.is_ok_and(|place| works[place].count == proposal.count && proposal.kind != EntityKind::Work)
    };
    proposals.retain(|proposal| !is_whole(proposal));
    proposals.extend(works);
}

/// Whether a name of a work that is a word, too, has support: a word for a work before it.
pub(super) fn is_supported(reading: &Reading, candidate: &Candidate) -> bool {
    let first = candidate.first as usize;
    let is_quoted = opens(reading, first)
        && quoted_words(reading, first).is_some_and(|count| count == usize::from(candidate.count));
    candidate.letters == 0
        && (is_quoted && has_head(reading, first) || reading.is_behind(first, phrase::WORK_HEAD))
}

/// The character before a word.
fn mark_before(reading: &Reading, index: usize) -> Option<char> {
    let token = reading.token(index)?;
    reading.text.surface(0, token.byte_start).chars().next_back()
}

/// The two characters behind a word.
fn marks_behind(reading: &Reading, index: usize) -> Option<(char, Option<char>)> {
    let token = reading.token(index)?;
    let mut rest = reading.text.surface(token.byte_end, reading.text.bytes()).chars();
    rest.next().map(|mark| (mark, rest.next()))
}

/// Whether quotation marks open right before a word, behind a blank, or in Arabic behind a clitic of one letter.
fn opens(reading: &Reading, first: usize) -> bool {
    // Most words have a blank before them alone, and to look at the text costs.
    let Some(token) = reading.token(first).filter(|token| token.gap & gap::BREAK != 0) else { return false };
    let before = match mark_before(reading, first) {
        Some('«' | '“' | '"' | '„' | '‘') => true,
        Some('\'') => token.is(shape::LATIN),
        _ => false,
    };
    let is_clitic = || {
        let before = first.checked_sub(1).and_then(|before| reading.token(before));
        before.is_some_and(|token| token.end - token.start == 1 && token.is(shape::ARABIC))
    };
    before
        && (token.gap & gap::SPACE != 0 || is_clitic())
        && token.gap & (gap::SENTENCE | gap::PARAGRAPH) == 0
}

/// The words between the mark before this word and the one that closes it; a sentence's end or a line's is no part of a
/// name.
fn quoted_words(reading: &Reading, first: usize) -> Option<usize> {
    let close: &[char] = match mark_before(reading, first)? {
        '«' => &['»'],
        '“' | '„' => &['”', '“'],
        '‘' => &['’'],
        mark => return quoted_words_until(reading, first, &[mark]),
    };
    quoted_words_until(reading, first, close)
}

fn quoted_words_until(reading: &Reading, first: usize, close: &[char]) -> Option<usize> {
    const NEVER: u8 = gap::SENTENCE | gap::PARAGRAPH;
    for count in 1..=WORDS_MAX {
        let last = first + count - 1;
        let token = reading.token(last)?;
        if count > 1 && token.gap & NEVER != 0 {
            return None;
        }
        // English writes a comma or full stop within the marks.
        let closing = match marks_behind(reading, last)? {
            (',' | '.', Some(mark)) | (mark, _) if close.contains(&mark) => Some(mark),
            _ => None,
        };
        let is_apostrophe = |mark| matches!(mark, '\'' | '’');
        let goes_on = || reading.token(last + 1).is_some_and(|token| token.gap == gap::JOIN);
        if closing.is_some_and(|mark| !(is_apostrophe(mark) && goes_on())) {
            return Some(count);
        }
    }
    None
}

/// Whether what stands in the marks is written as a name: in Latin letters with capitals.
fn is_name(reading: &Reading, first: usize, count: usize) -> bool {
    let token = |index: usize| reading.token(index);
    let is_latin = token(first).is_some_and(|token| token.is(shape::LATIN));
    let has_capital = token(first).is_some_and(|token| token.is(shape::CAPITAL));
    let last = token(first + count - 1);
    let ends_in_capital = last.is_some_and(|token| token.is(shape::CAPITAL) || !token.is(shape::LATIN));
    !is_latin || has_capital && ends_in_capital
}

/// Whether a word for a work stands before the marks, with what describes it between them.
fn has_head(reading: &Reading, first: usize) -> bool {
    let is_link = ends_phrase(reading, first, phrase::WORK_LINK);
    let limit = if is_link { BEFORE_LINK_MAX } else { BETWEEN_MAX };
    if !is_link && announces(reading, first) {
        return false;
    }
    let mut index = first;
    for step in 0..=limit {
        if ends_phrase(reading, index, phrase::WORK_HEAD) {
            return true;
        }
        // Between the two stands no break, and without a link only what describes the work or says whose it is.
        if index == 0 || step > 0 && !reading.continues(index) {
            return false;
        }
        if !is_link && !describes(reading, index - 1) {
            return false;
        }
        index -= 1;
    }
    false
}

/// Whether a colon or comma stands before the marks: what follows is said about the work, not its name.
fn announces(reading: &Reading, first: usize) -> bool {
    let before = first.checked_sub(1).and_then(|before| reading.token(before));
    let marks = before.zip(reading.token(first));
    marks.is_some_and(|(before, token)| {
        reading.text.surface(before.byte_end, token.byte_start).contains([':', ',', '،', '؛'])
    })
}

/// Whether a phrase of this kind ends right before a word, whatever marks stand between them.
fn ends_phrase(reading: &Reading, index: usize, kind: u16) -> bool {
    /// Words of such a phrase.
    const PHRASE_WORDS_MAX: usize = 3;
    (index.saturating_sub(PHRASE_WORDS_MAX)..index)
        .any(|start| reading.phrases_at(start, kind).any(|found| start + usize::from(found.count) == index))
}

/// Adjectives and names between a word for a work and its name.
fn describes(reading: &Reading, index: usize) -> bool {
    let nature = reading.nature(index);
    if nature.is(word::TITLE_MODIFIER | word::NATIONALITY) {
        return nature.clitics == 0;
    }
    if nature.is(word::NOT_A_NAME | word::SPEECH_VERB) {
        return false;
    }
    let Some(token) = reading.token(index) else { return false };
    if token.is(shape::LATIN) {
        return false;
    }
    nature.has_article && reading.folded(index).starts_with("ال")
        || nature.is(word::GIVEN_NAME | word::FAMILY_NAME | word::CONNECTOR) && !nature.is(word::COMMON)
}

/// Whether a name in marks is joined to the work before it by `و`, `and` or a comma alone.
fn is_joined(reading: &Reading, end: usize, first: usize) -> bool {
    // Marks within marks: the second begins before the first has ended.
    match first.checked_sub(end) {
        Some(0) => {
            reading.token(first).is_some_and(|token| token.gap & (gap::SENTENCE | gap::PARAGRAPH) == 0)
        }
        Some(1) => matches!(reading.folded(end), "و" | "and" | "or" | "او"),
        _ => false,
    }
}
