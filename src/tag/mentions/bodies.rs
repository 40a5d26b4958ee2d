//! What organisations are called beside other words.
//!
//! Owns media behind a word for one, and adjectives of countries behind a name. It asks the lexicons and proposes nothing
//! that they do not have.

use super::super::lexicon::Name;
use super::super::lexicon::vocabulary::{phrase, word};
use super::super::matching::Candidate;
use super::super::text::{Text, gap, shape};
use super::{Proposal, Reading, Rule, known};
use crate::article::EntityKind;

/// The organisation whose own name stands before an adjective of a country, the last of these words: `حزب الله اللبناني`,
/// but not `منظمة التحرير الفلسطينية`, which is called so.
pub(super) fn needs_no_country(reading: &Reading, first: usize, count: usize) -> Option<u32> {
    if count < 2 || !reading.nature(first + count - 1).is(word::NATIONALITY) {
        return None;
    }
    let candidates = &reading.matches.candidates;
    let from = candidates.partition_point(|candidate| (candidate.first as usize) < first);
    let here = candidates[from..].iter().take_while(|candidate| candidate.first as usize == first);
    let without = here.filter(|candidate| usize::from(candidate.count) == count - 1);
    let named = without.flat_map(|candidate| {
        known::names(reading, candidate).map(|name| (usize::from(candidate.letters), name.entity))
    });
    let words = |letters: usize| {
        let words = (first..first + count - 1).map(|index| reading.folded(index).chars());
        words.enumerate().map(move |(at, word)| word.skip(if at == 0 { letters } else { 0 }))
    };
    let mut own = named.filter(|(letters, entity)| {
        let Some(name) = reading.lexicon.name_in(*entity, "ar") else { return false };
        let name = Text::of(name);
        let tokens = name.tokens();
        reading.lexicon.entity(*entity).kind == EntityKind::Organisation
            && tokens.len() == count - 1
            && tokens.iter().zip(words(*letters)).all(|(token, word)| name.folded(token).chars().eq(word))
    });
    own.next().map(|(_, entity)| entity)
}

/// Whether the name stands behind a word such as "newspaper" or "channel", and is an organisation's or in quotation marks:
/// there it means no place, whatever it means elsewhere (`صحيفة "الشرق الأوسط"`).
pub(super) fn is_medium(reading: &Reading, candidate: &Candidate) -> bool {
    candidate.letters == 0
        && reading.is_behind(candidate.first as usize, phrase::NAMING_HEAD)
        && (organisation(reading, candidate).is_some() || is_quoted(reading, candidate))
}

/// The organisation of that name, if the lexicons have it.
pub(super) fn medium(reading: &Reading, candidate: &Candidate) -> Option<Proposal> {
    let name = organisation(reading, candidate)?;
    Some(known::of(reading, candidate, name.entity, Rule::LexiconContext, known::CONTEXT_SCORE))
}

fn organisation(reading: &Reading, candidate: &Candidate) -> Option<Name> {
    let kind = |name: &Name| reading.lexicon.entity(name.entity).kind;
    known::names(reading, candidate).find(|name| kind(name) == EntityKind::Organisation)
}

/// Whether quotation marks stand around the words.
pub(super) fn is_quoted(reading: &Reading, candidate: &Candidate) -> bool {
    let first = candidate.first as usize;
    let last = first + usize::from(candidate.count) - 1;
    reading.token(first).is_some_and(|token| token.gap & gap::QUOTE != 0)
        && reading.token(last).is_some_and(|token| token.is(shape::QUOTE_AFTER))
}
