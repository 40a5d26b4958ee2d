//! Names of currencies: whether one is meant, and whose it is.
//!
//! Owns what speaks for money: a number before the word, a word of exchange beside it, the currency's full name elsewhere.
//! Many countries have a dinar; whose a bare one is, the article tells or nobody knows.

use std::collections::BTreeSet;

use super::super::lexicon::roles::role;
use super::super::lexicon::{Name, country_number, flag};
use super::super::matching::Candidate;
use super::super::text::{gap, shape};
use super::known::{CONTEXT_SCORE, SAME_ARTICLE_SCORE, names};
use super::{Proposal, Reading, Rule, unknown};
use crate::article::EntityKind;

/// How far before a bare name a word of exchange stands.
const EXCHANGE_BEFORE: usize = 3;
/// And how far behind it.
const EXCHANGE_BEHIND: usize = 2;

/// What the article says of currencies with certainty.
pub(super) struct Money {
    /// Currencies that are named with more than a bare word.
    in_full: BTreeSet<u32>,
    /// Countries, none of them by a currency.
    countries: BTreeSet<u16>,
}

impl Money {
    pub fn of(proposals: &[Proposal], countries: &BTreeSet<u16>) -> Self {
        let in_full = proposals
            .iter()
            .filter(|proposal| proposal.kind == EntityKind::Currency && proposal.count > 1)
            .map(|proposal| proposal.entity)
            .collect();
        Self { in_full, countries: countries.clone() }
    }

    /// Which of the currencies with this name is meant: the only one that the article names in full or whose country it
    /// names, else what the name means by itself, if anything.
    fn owner(&self, reading: &Reading, currencies: &[Name]) -> Option<u32> {
        let default = currencies.iter().find(|name| name.flags & flag::WEAK == 0).map(|name| name.entity);
        if default.is_some_and(|entity| self.in_full.contains(&entity)) {
            return default;
        }
        let country = |entity: u32| reading.lexicon.entity(entity).country.map(country_number);
        let is_at_home =
            |entity: u32| country(entity).is_some_and(|country| self.countries.contains(&country));
        let is_of_one_country = default.is_some_and(|entity| country(entity).is_some());
        if is_of_one_country && default.is_some_and(is_at_home) {
            return default;
        }
        let is_meant =
            |entity: &u32| self.in_full.contains(entity) || !is_of_one_country && is_at_home(*entity);
        let mut meant = currencies.iter().map(|name| name.entity).filter(is_meant);
        meant.next().filter(|_| meant.next().is_none()).or(default)
    }
}

/// The names of a candidate that are currencies'.
fn currencies(reading: &Reading, candidate: &Candidate) -> Vec<Name> {
    let is_currency = |name: &Name| reading.lexicon.entity(name.entity).kind == EntityKind::Currency;
    names(reading, candidate).filter(is_currency).collect()
}

/// Gives a bare name that is beyond doubt to the currency that the article speaks of.
pub(super) fn settle(reading: &Reading, proposal: &mut Proposal, money: &Money) {
    if proposal.kind != EntityKind::Currency || proposal.count > 1 {
        return;
    }
    let candidates = &reading.matches.candidates;
    let from = candidates.partition_point(|candidate| candidate.first < proposal.first);
    let mut here = candidates[from..].iter().take_while(|candidate| candidate.first == proposal.first);
    let same = here.find(|candidate| candidate.count == 1 && candidate.letters == proposal.letters);
    let owner = same.and_then(|candidate| money.owner(reading, &currencies(reading, candidate)));
    proposal.entity = owner.unwrap_or(proposal.entity);
}

/// A bare name that needs support, if it has some here.
pub(super) fn in_context(reading: &Reading, candidate: &Candidate, money: &Money) -> Option<Proposal> {
    let currencies = currencies(reading, candidate);
    if currencies.is_empty() {
        return None;
    }
    let first = candidate.first as usize;
    let entity = money.owner(reading, &currencies);
    let is_in_full = entity.is_some_and(|entity| money.in_full.contains(&entity));
    let is_arabic = reading.token(first)?.is(shape::ARABIC);
    let (rule, score) = match () {
        // Without a currency that the name means by itself, it is a measure as often: five pounds.
        () if is_counted(reading, candidate) => (Rule::LexiconContext, CONTEXT_SCORE),
        () if has_exchange(reading, candidate) => (Rule::LexiconContext, CONTEXT_SCORE),
        () if is_in_full && is_arabic => (Rule::SameArticle, SAME_ARTICLE_SCORE),
        () => return None,
    };
    let entity = entity?;
    let count = usize::from(candidate.count);
    let bare = unknown(EntityKind::Currency, first, count, candidate.letters, rule, score);
    Some(Proposal { entity, ..bare })
}

/// Whether a number stands right before the name: `47.60 جنيه`, `two million rand`, but not `in 2024 won`.
fn is_counted(reading: &Reading, candidate: &Candidate) -> bool {
    /// Years of news.
    const YEARS: std::ops::Range<u32> = 1_900..2_100;
    let first = candidate.first as usize;
    if first == 0 || candidate.letters > 0 || !reading.continues(first) {
        return false;
    }
    let (Some(number), Some(name)) = (reading.token(first - 1), reading.token(first)) else { return false };
    let is_latin = name.is(shape::LATIN);
    // Pounds of something are a weight, and won't is a verb.
    let next = first + usize::from(candidate.count);
    let is_joined = reading.token(next).is_some_and(|token| token.gap == gap::JOIN);
    if is_latin && (is_joined || reading.continues(next) && reading.folded(next) == "of") {
        return false;
    }
    if !number.is(shape::DIGIT) {
        return reading.nature(first - 1).has_role(role::NUMBER);
    }
    let stands_alone = number.gap & (gap::SPACE | gap::PARAGRAPH) != 0;
    let is_year = reading.folded(first - 1).parse().is_ok_and(|year| YEARS.contains(&year));
    // A clitic before the digits is of the number: بـ45.
    let ends_in_digit = reading.folded(first - 1).ends_with(|last: char| last.is_ascii_digit());
    ends_in_digit && !number.is(shape::LATIN) && !(is_latin && stands_alone && is_year)
}

/// Whether a word of exchange stands beside the name: `سعر صرف الريال`, `the rand weakened`.
fn has_exchange(reading: &Reading, candidate: &Candidate) -> bool {
    let first = candidate.first as usize;
    let next = first + usize::from(candidate.count);
    let is_latin = reading.token(first).is_some_and(|token| token.is(shape::LATIN));
    if is_latin && (first == 0 || reading.folded(first - 1) != "the") {
        return false;
    }
    let is_exchange = |index: &usize| reading.nature(*index).has_role(role::EXCHANGE);
    let before = (first.saturating_sub(EXCHANGE_BEFORE)..first).rev();
    let mut before = before.take_while(|index| reading.continues(index + 1));
    let mut behind = (next..next + EXCHANGE_BEHIND).take_while(|index| reading.continues(*index));
    before.any(|index| is_exchange(&index)) || behind.any(|index| is_exchange(&index))
}
