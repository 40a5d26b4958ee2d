//! What organisations are called beside other words.
//!
//! Owns media behind a word for one, and adjectives of countries behind a name. It asks the lexicons and proposes nothing
//! that they do not have.

use std::collections::BTreeSet;

use super::super::lexicon::country_number;
use super::super::lexicon::vocabulary::phrase;
use super::super::matching::Candidate;
use super::super::text::{Text, gap, shape};
use super::{Proposal, Reading, Rule, known};

/// The organisation whose own name stands before an adjective of its own country, the last of these words:
/// `حزب الله اللبناني`, but not `حزب الله العراقي`, and not `منظمة التحرير الفلسطينية`, which is called so.
pub(super) fn needs_no_country(reading: &Reading, first: usize, count: usize) -> Option<u32> {
    let country = reading.nature(first + count.checked_sub(1)?).country;
    if count < 2 || country == 0 {
        return None;
    }
    let of_words = |words: usize| {
        known::candidates(reading, first, words).flat_map(|candidate| {
            known::names(reading, candidate).map(|name| (candidate.letters, name.entity))
        })
    };
    let is_own = |letters: u8, entity: u32| {
        let own = reading.lexicon.name_in(entity, "ar").map(Text::of);
        reading.lexicon.entity(entity).country.map(country_number) == Some(country)
            && known::is_body(reading, entity)
            && own.is_some_and(|own| {
                own.tokens().len() == count - 1 && is_written(reading, first, letters, &own)
            })
    };
    let (_, own) = of_words(count - 1).find(|(letters, entity)| is_own(*letters, *entity))?;
    of_words(count).all(|(_, entity)| entity == own).then_some(own)
}

/// Whether the words of a name stand here, behind so many letters of clitics.
fn is_written(reading: &Reading, first: usize, letters: u8, name: &Text) -> bool {
    name.tokens().iter().zip(first..).all(|(token, index)| {
        let clitics = if index == first { usize::from(letters) } else { 0 };
        name.folded(token).chars().eq(reading.folded(index).chars().skip(clitics))
    })
}

/// Whether the name stands in quotation marks behind a word such as "newspaper" or "channel": there it means no place,
/// whatever it means elsewhere (`صحيفة "الشرق الأوسط"`).
pub(super) fn is_medium(reading: &Reading, candidate: &Candidate) -> bool {
    candidate.letters == 0
        && reading.is_behind(candidate.first as usize, phrase::MEDIUM_HEAD)
        && is_quoted(reading, candidate)
}

/// The organisation of that name, if the lexicons have one and not several.
pub(super) fn medium(reading: &Reading, candidate: &Candidate) -> Option<Proposal> {
    let bodies = known::names(reading, candidate).filter(|name| {
        known::is_body(reading, name.entity) && !known::is_common_noun(reading, candidate, *name)
    });
    let entities: BTreeSet<u32> = bodies.map(|name| name.entity).collect();
    let entity = entities.first().copied().filter(|_| entities.len() == 1)?;
    Some(known::of(reading, candidate, entity, Rule::LexiconContext, MEDIUM_SCORE))
}

/// As sure as the model can be, so that it does not make a place of it again.
const MEDIUM_SCORE: u8 = 85;

/// Whether quotation marks stand around the words.
pub(super) fn is_quoted(reading: &Reading, candidate: &Candidate) -> bool {
    let first = candidate.first as usize;
    let last = first + usize::from(candidate.count) - 1;
    reading.token(first).is_some_and(|token| token.gap & gap::QUOTE != 0)
        && reading.token(last).is_some_and(|token| token.is(shape::QUOTE_AFTER))
}
