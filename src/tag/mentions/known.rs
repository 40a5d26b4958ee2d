//! Mentions by the names of the lexicons.
//!
//! Owns the question whether a name means its entity here: names that are safe do wherever they stand, others need a
//! stronger name of the same entity in the article, or words beside them that speak for it.

use std::collections::BTreeSet;

use super::super::lexicon::roles::role;
use super::super::lexicon::vocabulary::{phrase, word};
use super::super::lexicon::{HOMONYMS_MAX, Name, PHRASE_WORDS_MAX, country_number, flag};
use super::super::matching::{Candidate, Nationality};
use super::super::text::{Text, Token, gap, shape};
use super::{Proposal, Reading, Rule, bodies, currencies, overlap, unknown, works};
use crate::article::EntityKind;

const SAFE_SCORE: u8 = 95;
const PLAIN_SCORE: u8 = 90;
pub(super) const SAME_ARTICLE_SCORE: u8 = 80;
pub(super) const CONTEXT_SCORE: u8 = 70;
const EXTENDED_SCORE: u8 = 85;

/// A place with more than so many times the people is meant by its name where two places share it.
const POPULATION_LEAD: u32 = 3;

/// What words of a word's own class make of it as a name.
const HOMOGRAPH: u16 =
    word::COMMON | word::NOT_A_NAME | word::SPEECH_VERB | word::NATIONALITY | word::GIVEN_NAME | word::HEAD;

/// How far a name speaks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Doubtful,
    Plain,
    Safe,
}

/// A given name of a higher class begins a name, though it is a title, too.
pub(super) const GIVEN_IS_NO_TITLE: u8 = 2;

/// What the article names without doubt.
struct Named {
    entities: BTreeSet<u32>,
    countries: BTreeSet<u16>,
}

/// Proposals for all names of the lexicons that mean their entity here.
pub(super) fn propose(reading: &Reading) -> Vec<Proposal> {
    let candidates = &reading.matches.candidates;
    let mut proposals = Vec::with_capacity(candidates.len());
    let mut doubtful = Vec::new();
    for candidate in candidates.iter().filter(|candidate| !is_other(reading, candidate)) {
        let meant = strongest(reading, candidate);
        if bodies::is_medium(reading, candidate) && meant.is_some_and(|(entity, _)| !is_body(reading, entity))
        {
            proposals.extend(bodies::medium(reading, candidate));
            continue;
        }
        match meant {
            Some((entity, strength)) if strength > Strength::Doubtful => {
                let score = if strength == Strength::Safe { SAFE_SCORE } else { PLAIN_SCORE };
                let proposal = of(reading, candidate, entity, Rule::Lexicon, score);
                // Of towns of one word many fold as common words do.
                let is_word =
                    strength == Strength::Plain && candidate.count == 1 && proposal.kind == EntityKind::Place;
                if is_word && !reading.is_guessed(&proposal) {
                    doubtful.push(*candidate);
                } else {
                    proposals.push(proposal);
                }
            }
            Some(_) => doubtful.push(*candidate),
            None => {}
        }
    }
    // What stands within a longer name does not count as named.
    let mut proposals = overlap::resolve(proposals, reading.text.tokens());
    let named = Named::of(reading, &proposals);
    let money = currencies::Money::of(&proposals, &named.countries);
    for proposal in &mut proposals {
        extend(reading, proposal);
        currencies::settle(reading, proposal, &money);
    }
    for candidate in &doubtful {
        let currency = currencies::in_context(reading, candidate, &money);
        proposals.extend(currency.or_else(|| in_context(reading, candidate, &named)));
    }
    proposals
}

pub(super) fn is_body(reading: &Reading, entity: u32) -> bool {
    reading.lexicon.entity(entity).kind == EntityKind::Organisation
}

pub(super) fn of(reading: &Reading, candidate: &Candidate, entity: u32, rule: Rule, score: u8) -> Proposal {
    let kind = reading.lexicon.entity(entity).kind;
    let Candidate { mut first, mut count, mut letters, .. } = *candidate;
    // A title is no part of the name, though some names are known with it: الملك, Pope.
    if kind == EntityKind::Person && count > 1 {
        let titles = reading.phrase_at(first as usize, phrase::PERSON_TITLE);
        let is_given = reading.nature(first as usize).given > GIVEN_IS_NO_TITLE;
        if titles < usize::from(count) && titles > 0 && !is_given {
            // Fewer than `count`, which is a u8.
            let titles = u8::try_from(titles).unwrap_or_default();
            (first, count, letters) = (first + u32::from(titles), count - titles, 0);
        }
    }
    // Nor is the head of a name that is one without it: حركة حماس, محافظة المنيا. One with the article is no head of what
    // follows, which is its adjective: اللجنة الأولمبية الدولية.
    let is_noun = kind == EntityKind::Organisation && reading.nature(first as usize).has_article;
    if kind != EntityKind::Person && count > 1 && !is_noun {
        const HEADS: u16 = phrase::ORGANISATION_HEAD | phrase::PLACE_HEAD;
        let heads = reading.phrase_at(first as usize, HEADS);
        let longest =
            reading.phrases_at(first as usize, HEADS).filter(|phrase| usize::from(phrase.count) == heads);
        let kinds = longest.fold(0, |kinds, phrase| kinds | phrase.kinds);
        // Fewer than `count`, which is a u8.
        let heads = u8::try_from(heads).unwrap_or_default();
        let rest =
            Candidate { first: first + u32::from(heads), count: count.saturating_sub(heads), ..*candidate };
        let is_bare = kind == EntityKind::Place && kinds & phrase::SETTLEMENT_HEAD != 0 && rest.count > 0;
        let with_weak = kinds & phrase::NAMING_HEAD != 0;
        if heads > 0 && (is_bare || has_name(reading, rest, entity, with_weak)) {
            (first, count, letters) = (rest.first, rest.count, 0);
        }
    }
    if is_body(reading, entity)
        && bodies::needs_no_country(reading, first as usize, usize::from(count)) == Some(entity)
    {
        count -= 1;
    }
    Proposal { kind, first, count, letters, entity, rule, score }
}

/// What the lexicons have for just these words.
pub(super) fn candidates<'a>(
    reading: &'a Reading,
    first: usize,
    count: usize,
) -> impl Iterator<Item = &'a Candidate> {
    let candidates = &reading.matches.candidates;
    let from = candidates.partition_point(|candidate| (candidate.first as usize) < first);
    let here = candidates[from..].iter().take_while(move |candidate| candidate.first as usize == first);
    here.filter(move |candidate| usize::from(candidate.count) == count)
}

/// Whether the whole words of a candidate are a name of this entity,
/// or, `with_weak`, a weak one.
fn has_name(reading: &Reading, words: Candidate, entity: u32, with_weak: bool) -> bool {
    let same = candidates(reading, words.first as usize, usize::from(words.count));
    same.filter(|candidate| candidate.letters == 0).any(|candidate| {
        names(reading, candidate)
            .any(|name| name.entity == entity && (with_weak || name.flags & flag::WEAK == 0))
    })
}

/// Whether the words are no name here, whatever they are called by elsewhere.
fn is_other(reading: &Reading, candidate: &Candidate) -> bool {
    let first = candidate.first as usize;
    is_part_of_other(reading, candidate)
        || candidate.count == 1 && reading.is_measure(first)
        || cuts_adjective(reading, candidate)
        || reading.is_in_other_phrase(first, usize::from(candidate.count))
}

/// Whether a name in Latin letters stands within a longer one: joined to an unknown word (Météo-France), or before a word
/// with a capital that is no title (London Marathon).
fn is_part_of_other(reading: &Reading, candidate: &Candidate) -> bool {
    /// Among so many words behind the next one, more capitals than lower case show a headline in capitals.
    const LOOKED_AT: usize = 4;
    let first = candidate.first as usize;
    let Some(token) = reading.token(first).filter(|token| token.is(shape::LATIN)) else { return false };
    if candidate.count > 1 {
        return false;
    }
    let is_capital = |index: usize| reading.token(index).is_some_and(|token| token.is(shape::CAPITAL));
    let is_unknown = |index: usize| is_capital(index) && !reading.nature(index).is_known;
    let joined = |index: usize| reading.token(index).is_some_and(|token| token.gap == gap::JOIN);
    if token.gap == gap::JOIN && is_unknown(first - 1) || joined(first + 1) && is_unknown(first + 1) {
        return true;
    }
    let next = first + 1;
    let nature = reading.nature(next);
    let is_own =
        nature.is(word::HEAD | word::NATIONALITY | word::GIVEN_NAME | word::NOT_A_NAME | word::COMMON);
    let capitals = (next + 1..=next + LOOKED_AT).filter(|index| is_capital(*index)).count();
    reading.token(next).is_some_and(|token| token.gap == gap::SPACE)
        && is_capital(next)
        && !is_own
        && capitals * 2 < LOOKED_AT
        && !begins_candidate(reading, next)
}

/// Whether a name ends or begins within an adjective of several words: `الجيش الكوري` of the North's, `Sudanese army` of
/// South Sudan's.
fn cuts_adjective(reading: &Reading, candidate: &Candidate) -> bool {
    let adjectives = &reading.matches.nationalities;
    let (first, end) = (candidate.first as usize, candidate.first as usize + usize::from(candidate.count));
    let before = adjectives.partition_point(|adjective| (adjective.first as usize) < end);
    let near = adjectives[..before].iter().rev().copied().map(Nationality::words);
    near.take_while(|words| words.start + PHRASE_WORDS_MAX > first)
        .any(|words| words.end > first && (words.start < first || words.end > end))
}

fn begins_candidate(reading: &Reading, index: usize) -> bool {
    let candidates = &reading.matches.candidates;
    let place = candidates.partition_point(|candidate| (candidate.first as usize) < index);
    candidates.get(place).is_some_and(|candidate| candidate.first as usize == index)
}

/// The names of a candidate that the text's capitals and endings allow.
pub(super) fn names<'a>(reading: &'a Reading, candidate: &'a Candidate) -> impl Iterator<Item = Name> {
    let all = reading.lexicon.names_from(candidate.name);
    let has_tanwin = candidate.count == 1
        && reading.token(candidate.first as usize).is_some_and(|token| reading.text.has_tanwin(token));
    all.take(HOMONYMS_MAX).filter(move |name| {
        // A country in the accusative is its adjective: 50 عسكرياً أوكرانياً.
        let is_adjective = has_tanwin && reading.lexicon.entity(name.entity).kind == EntityKind::Place;
        !is_adjective && has_capitals(reading, candidate, name.flags)
    })
}

/// A name in capitals stands in capitals, one with a capital has it.
fn has_capitals(reading: &Reading, candidate: &Candidate, flags: u8) -> bool {
    let first = candidate.first as usize;
    let Some(tokens) = reading.text.tokens().get(first..first + usize::from(candidate.count)) else {
        return false;
    };
    if flags & flag::CAPITALS != 0 {
        return tokens.iter().all(|token| {
            token.is(shape::CAPITALS) || (token.is(shape::CAPITAL) && token.byte_end - token.byte_start == 1)
        });
    }
    flags & flag::CAPITAL == 0
        || tokens.iter().any(|token| token.is(shape::CAPITAL)) && tokens[0].is(shape::CAPITAL)
}

/// The entity that the candidate means most likely, and how far the name itself says so.
fn strongest(reading: &Reading, candidate: &Candidate) -> Option<(u32, Strength)> {
    let mut meant = names(reading, candidate).map(|name| Meant {
        entity: name.entity,
        strength: strength(reading, candidate, name),
        standing: standing(reading, name.entity),
    });
    let mut best = meant.next()?;
    // The next best that is another entity.
    let mut rival: Option<Meant> = None;
    for other in meant {
        let beaten = if other.order() > best.order() { std::mem::replace(&mut best, other) } else { other };
        if beaten.entity != best.entity && rival.is_none_or(|rival| beaten.order() > rival.order()) {
            rival = Some(beaten);
        }
    }
    // Of two that are equally meant, neither is.
    let is_tied = rival.is_some_and(|rival| {
        rival.strength == best.strength
            && (rival.standing.is_country, rival.standing.is_capital)
                == (best.standing.is_country, best.standing.is_capital)
            && rival.standing.population >= best.standing.population / POPULATION_LEAD
    });
    Some((best.entity, if is_tied { Strength::Doubtful } else { best.strength }))
}

/// An entity that has the name of a candidate.
#[derive(Clone, Copy)]
struct Meant {
    entity: u32,
    strength: Strength,
    standing: Standing,
}

impl Meant {
    const fn order(&self) -> (Strength, Standing) {
        (self.strength, self.standing)
    }
}

/// What decides between entities with one name, first things first: a country is meant before its capital, a much larger
/// place before a smaller one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Standing {
    is_country: bool,
    is_capital: bool,
    population: u32,
}

fn standing(reading: &Reading, entity: u32) -> Standing {
    let is_country = reading.lexicon.id(entity).starts_with("iso3166:");
    let entity = reading.lexicon.entity(entity);
    Standing { is_country, is_capital: entity.is_capital, population: entity.population }
}

fn strength(reading: &Reading, candidate: &Candidate, name: Name) -> Strength {
    if name.flags & (flag::WEAK | flag::AMBIGUOUS) != 0 {
        return Strength::Doubtful;
    }
    let kind = reading.lexicon.entity(name.entity).kind;
    if lacks_capital(reading, candidate, name, kind) || has_own_capital(reading, candidate, kind) {
        return Strength::Doubtful;
    }
    let is_safe = name.flags & flag::SAFE != 0 && !is_his(reading, candidate, name);
    if candidate.count == 1 {
        let nature = reading.nature(candidate.first as usize);
        let is_homograph = nature.is(HOMOGRAPH) || (nature.is_known && candidate.letters > 0);
        // Three letters behind a clitic are a word of their own more often than a name.
        let letters = reading.folded(candidate.first as usize).chars().count();
        let is_short = candidate.letters > 0 && letters - usize::from(candidate.letters) <= 3;
        if !is_safe && (is_homograph || is_short) {
            return Strength::Doubtful;
        }
    }
    if is_safe { Strength::Safe } else { Strength::Plain }
}

/// Whether a place's name that ends in ة stands with ه, which is "his" as often: `جده`.
pub(super) fn is_his(reading: &Reading, candidate: &Candidate, name: Name) -> bool {
    let ends_so = |token: &Token| reading.text.surface(token.byte_start, token.byte_end).ends_with('ه');
    // What is somebody's has no article.
    candidate.count == 1
        && !reading.nature(candidate.first as usize).has_article
        && reading.token(candidate.first as usize).is_some_and(ends_so)
        && reading.lexicon.entity(name.entity).kind == EntityKind::Place
        && reading.lexicon.name_in(name.entity, "ar").is_some_and(|name| name.ends_with('ة'))
}

/// Whether the last word of an event's or a work's name is in lower case: `The tempest` is weather.
fn lacks_capital(reading: &Reading, candidate: &Candidate, name: Name, kind: EntityKind) -> bool {
    let last = candidate.first as usize + usize::from(candidate.count) - 1;
    let is_lower =
        reading.token(last).is_some_and(|token| token.is(shape::LATIN) && !token.is(shape::CAPITAL));
    matches!(kind, EntityKind::Event | EntityKind::Work) && name.flags & flag::CAPITAL != 0 && is_lower
}

/// Whether one word for a currency has a capital: `Euro 2024`, `Dollar General`.
fn has_own_capital(reading: &Reading, candidate: &Candidate, kind: EntityKind) -> bool {
    let token = reading.token(candidate.first as usize);
    kind == EntityKind::Currency
        && candidate.count == 1
        && token.is_some_and(|token| token.is(shape::LATIN) && token.is(shape::CAPITAL))
}

impl Named {
    fn of(reading: &Reading, proposals: &[Proposal]) -> Self {
        let entities: BTreeSet<u32> = proposals.iter().map(|proposal| proposal.entity).collect();
        let placed = proposals.iter().filter(|proposal| proposal.kind != EntityKind::Currency);
        let of_entities = placed.filter_map(|proposal| reading.lexicon.entity(proposal.entity).country);
        let of_words = reading.matches.natures.iter().map(|nature| nature.country).filter(|code| *code != 0);
        let countries = of_entities.map(country_number).chain(of_words).collect();
        Self { entities, countries }
    }
}

/// A name that needs support, if it has some here.
fn in_context(reading: &Reading, candidate: &Candidate, named: &Named) -> Option<Proposal> {
    let mut others = names(reading, candidate)
        .filter(|name| reading.lexicon.entity(name.entity).kind != EntityKind::Currency);
    let known = others.find(|name| named.entities.contains(&name.entity));
    let nature = reading.nature(candidate.first as usize);
    let is_word = candidate.count == 1 && candidate.letters > 0 && nature.is(HOMOGRAPH & !word::GIVEN_NAME);
    if let Some(name) = known
        && !is_word
        && !is_other_person(reading, candidate, name)
        && !is_common_noun(reading, candidate, name)
    {
        return Some(of(reading, candidate, name.entity, Rule::SameArticle, SAME_ARTICLE_SCORE));
    }
    let (entity, _) = strongest(reading, candidate)?;
    let name = names(reading, candidate).find(|name| name.entity == entity)?;
    let is_weak = name.flags & flag::WEAK != 0;
    let is_supported = match reading.lexicon.entity(entity).kind {
        EntityKind::Person => is_supported_person(reading, candidate),
        EntityKind::Place => !is_weak && is_supported_place(reading, candidate, entity, named),
        EntityKind::Organisation => !is_weak && is_supported_organisation(reading, candidate),
        EntityKind::Work => works::is_supported(reading, candidate),
        EntityKind::Event | EntityKind::Currency => false,
    };
    // A preposition stands before "his", too: في حديثه.
    let is_his = name.flags & flag::AMBIGUOUS != 0
        && is_his(reading, candidate, name)
        && !reading.is_behind(candidate.first as usize, phrase::PLACE_HEAD);
    let is_meant = is_supported && !is_his;
    is_meant.then(|| of(reading, candidate, entity, Rule::LexiconContext, CONTEXT_SCORE))
}

/// A noun that stands for its organisation here (`المجلس`, `the Council`) is no name of it.
pub(super) fn is_common_noun(reading: &Reading, candidate: &Candidate, name: Name) -> bool {
    name.flags & flag::WEAK != 0
        && reading.lexicon.entity(name.entity).kind != EntityKind::Person
        && candidate.count == 1
        && reading.nature(candidate.first as usize).is(word::COMMON | word::HEAD | word::OF_HEAD)
}

/// Whether a last name has another given name before it.
fn is_other_person(reading: &Reading, candidate: &Candidate, name: Name) -> bool {
    let first = candidate.first as usize;
    if reading.lexicon.entity(name.entity).kind != EntityKind::Person || first == 0 || candidate.letters > 0 {
        return false;
    }
    let nature = reading.nature(first - 1);
    reading.continues(first) && nature.is(word::GIVEN_NAME) && !nature.is(word::COMMON | word::HEAD)
}

fn is_supported_person(reading: &Reading, candidate: &Candidate) -> bool {
    let (first, next) = (candidate.first as usize, candidate.first as usize + usize::from(candidate.count));
    let after = reading.nature(next);
    let goes_on = reading.continues(next)
        && (after.is(word::GIVEN_NAME | word::FAMILY_NAME | word::CONNECTOR)
            || !after.is_known && after.traits == 0);
    candidate.letters == 0
        && reading.is_behind(first, phrase::PERSON_TITLE)
        && !(candidate.count == 1 && (goes_on || reading.nature(first).is(word::NATIONALITY | word::COMMON)))
}

fn is_supported_place(reading: &Reading, candidate: &Candidate, entity: u32, named: &Named) -> bool {
    let first = candidate.first as usize;
    let nature = reading.nature(first);
    let is_person = nature.is(word::GIVEN_NAME)
        && reading.continues(first + 1)
        && !reading.nature(first + 1).is(HOMOGRAPH);
    if candidate.count == 1 && (nature.is(HOMOGRAPH & !word::GIVEN_NAME) || is_person) {
        return false;
    }
    if candidate.letters == 0 && reading.is_behind(first, phrase::PLACE_HEAD) {
        return true;
    }
    let country = reading.lexicon.entity(entity).country.map(country_number);
    let is_named = country.is_some_and(|country| named.countries.contains(&country));
    is_named
        && first > 0
        && reading.nature(first - 1).has_role(role::BEFORE_PLACE)
        && reading.continues(first)
}

fn is_supported_organisation(reading: &Reading, candidate: &Candidate) -> bool {
    let first = candidate.first as usize;
    candidate.letters == 0
        && (bodies::is_quoted(reading, candidate) || reading.is_behind(first, phrase::ORGANISATION_HEAD))
}

/// A known last name takes the given name before it in; where that is another than the entity's own, someone else is
/// meant.
fn extend(reading: &Reading, proposal: &mut Proposal) {
    let first = proposal.first as usize;
    let is_last_name = proposal.kind == EntityKind::Person && proposal.count == 1 && proposal.letters == 0;
    if !is_last_name || first == 0 || !reading.continues(first) {
        return;
    }
    let before = reading.nature(first - 1);
    if before.is(word::COMMON | word::HEAD | word::NOT_A_NAME | word::SPEECH_VERB | word::NATIONALITY) {
        return;
    }
    let is_own = is_given_name_of(reading, proposal.entity, reading.folded(first - 1));
    if is_own {
        *proposal = Proposal {
            first: proposal.first - 1,
            count: 2,
            letters: 0,
            rule: Rule::LexiconExtended,
            score: EXTENDED_SCORE,
            ..*proposal
        };
    } else if before.is(word::GIVEN_NAME) {
        let letters = before.given_behind;
        *proposal = unknown(EntityKind::Person, first - 1, 2, letters, Rule::GivenName, CONTEXT_SCORE);
    }
}

/// Whether a word is the entity's given name in another spelling.
fn is_given_name_of(reading: &Reading, entity: u32, folded: &str) -> bool {
    /// Letters that differ between spellings of one name: فلاديميير, فولديمير.
    const DISTANCE_MAX: usize = 2;
    /// Shorter names are too alike.
    const LETTERS_MIN: usize = 4;
    let language = if folded.is_ascii() { "en" } else { "ar" };
    let Some(name) = reading.lexicon.name_in(entity, language) else { return false };
    let name = Text::of(name);
    let Some(given) = name.tokens().first().filter(|_| name.tokens().len() > 1) else { return false };
    let given = name.folded(given);
    folded.chars().count() >= LETTERS_MIN && strsim::levenshtein(folded, given) <= DISTANCE_MAX
}
