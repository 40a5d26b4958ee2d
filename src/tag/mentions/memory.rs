//! What an article named once it may name by less: a last name alone, after the full name.

use std::collections::BTreeMap;

use super::super::clitics::{ARTICLE, clitics};
use super::super::lexicon::vocabulary::{hash, word};
use super::super::text::{gap, shape};
use super::{Language, Proposal, Reading, Rule};
use crate::article::EntityKind;

const SCORE: u8 = 75;

/// Shorter last names are words too often, in letters.
const LETTERS_MIN: usize = 4;

/// A last name, by its hash: whose it is; `None` where two people have it.
type LastNames = BTreeMap<u64, Option<Proposal>>;

/// Proposals for the last names of people who are named in full.
pub(super) fn propose(reading: &Reading, mentions: &[Proposal]) -> Vec<Proposal> {
    let names = last_names(reading, mentions);
    if names.is_empty() {
        return Vec::new();
    }
    let mut proposals = Vec::new();
    let mut mentions = mentions.iter().peekable();
    for (token, index) in reading.text.tokens().iter().zip(0_u32..) {
        while mentions.next_if(|mention| mention.end() <= index).is_some() {}
        if mentions.peek().is_some_and(|mention| mention.first <= index) {
            continue;
        }
        let capital_missing = token.is(shape::LATIN) && !token.is(shape::CAPITAL);
        if capital_missing || stands_in_other_name(reading, index as usize) {
            continue;
        }
        proposals.extend(of_word(reading, index, &names));
    }
    proposals
}

fn last_names(reading: &Reading, mentions: &[Proposal]) -> LastNames {
    let mut names = LastNames::new();
    for mention in mentions.iter().filter(|mention| mention.kind == EntityKind::Person && mention.count > 1) {
        let last = mention.end() as usize - 1;
        let nature = reading.nature(last);
        let is_word =
            nature.is(word::COMMON | word::NATIONALITY | word::NOT_A_NAME | word::HEAD | word::SPEECH_VERB);
        // Where a given name is the last one, the article must not call others by it.
        let is_given = nature.given > 2;
        let folded = reading.folded(last);
        let is_other_word = nature.is_known && !nature.is(word::FAMILY_NAME) && mention.entity == super::NONE;
        // عبد الله is one name, and its second word none.
        let is_bound = reading.nature(last - 1).is(word::CONNECTOR) && folded.starts_with("ال");
        if is_other_word || is_bound {
            continue;
        }
        if is_word || is_given || folded.chars().count() < LETTERS_MIN {
            continue;
        }
        let owner = names.entry(reading.matches.hashes[last]).or_insert(Some(*mention));
        if owner.is_some_and(|owner| !is_same(reading, &owner, mention)) {
            *owner = None;
        }
    }
    names
}

/// Whether two full names with one last name are one person's, as far as the first word tells.
fn is_same(reading: &Reading, left: &Proposal, right: &Proposal) -> bool {
    if left.entity == right.entity && left.entity != super::NONE {
        return true;
    }
    let start = |proposal: &Proposal| {
        let folded = reading.folded(proposal.first as usize);
        folded.char_indices().nth(usize::from(proposal.letters)).map_or("", |(index, _)| &folded[index..])
    };
    start(left) == start(right)
}

/// A word right behind a given name, or right before another part of a name, is of another name.
fn stands_in_other_name(reading: &Reading, index: usize) -> bool {
    let is_name = |index: usize| {
        let nature = reading.nature(index);
        nature.is(word::GIVEN_NAME | word::CONNECTOR) && !nature.is(word::COMMON | word::HEAD)
    };
    index > 0 && reading.continues(index) && is_name(index - 1)
}

fn of_word(reading: &Reading, index: u32, names: &LastNames) -> Option<Proposal> {
    let joins = |index: u32| reading.token(index as usize).is_some_and(|token| token.gap == gap::JOIN);
    let ends_in_capital =
        |index: u32| reading.token(index as usize).is_some_and(|token| token.is(shape::CAPITAL));
    if joins(index + 1) && ends_in_capital(index + 1) {
        return None;
    }
    let owned = |hash: u64, letters: u8| {
        let owner = names.get(&hash).copied().flatten()?;
        let mut mention =
            Proposal { first: index, count: 1, letters, rule: Rule::LastName, score: SCORE, ..owner };
        // Of a double name both parts, or none.
        while joins(mention.first) {
            let place = owner.end().checked_sub(u32::from(mention.count) + 1)?;
            let before = mention.first.checked_sub(1)?;
            if place < owner.first || hash_of(reading, place) != hash_of(reading, before) {
                return None;
            }
            mention = Proposal { first: before, count: mention.count + 1, ..mention };
        }
        Some(mention)
    };
    let whole = owned(reading.matches.hashes[index as usize], 0);
    let nature = reading.nature(index as usize);
    if whole.is_some() || reading.language != Language::Arabic || nature.is_known {
        return whole;
    }
    clitics(reading.folded(index as usize)).find_map(|(rest, letters, is_to)| {
        // ل and the article are written as لل.
        let definite = rest.strip_prefix('ل').filter(|_| is_to);
        let definite = definite.and_then(|bare| owned(hash(&format!("{ARTICLE}{bare}")), letters + 1));
        definite.or_else(|| owned(hash(rest), letters))
    })
}

fn hash_of(reading: &Reading, index: u32) -> Option<u64> {
    reading.matches.hashes.get(index as usize).copied()
}
