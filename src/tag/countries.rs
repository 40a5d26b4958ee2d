//! The countries that an article is about, by the places, people, organisations and adjectives that it names.
//!
//! Owns the weights. It abstains where too little speaks for any country.

use std::collections::BTreeMap;

use super::entities::Parts;
use super::lexicon::vocabulary::{NONE, phrase};
use super::lexicon::{HOMONYMS_MAX, Lexicon, country_number, flag};
use super::matching::Matches;
use super::mentions::Proposal;
use super::text::{Text, Token, shape};
use crate::article::{EntityKind, TaggedCountry};

/// Countries of one article.
pub(crate) const COUNTRIES_MAX: usize = 8;

/// How much more counts what stands in the headline or in the first paragraph. A country, a place in it, its adjective,
/// its people and organisations weigh the same: measured on 875 articles whose newsroom says the country, and held by
/// as many others, distinctions between them gave nothing, while who is named first gave most.
const FRONT_FACTOR: u32 = 3;

/// What the first and the second of the headline's names add: it begins with who acts.
const HEADLINE_FIRST: u32 = 6;
const HEADLINE_SECOND: u32 = 2;
/// And the first of the first paragraph.
const LEAD_FIRST: u32 = 3;

/// A country needs as much as two plain mentions, and this share of all in hundredths.
const WEIGHT_MIN: u32 = 2;
const SHARE_MIN: u32 = 4;

/// The countries by falling share; `language` is the primary subtag.
pub(crate) fn of(
    parts: Parts,
    matches: &Matches,
    lexicon: &Lexicon,
    mentions: &[Proposal],
    language: &str,
) -> Vec<TaggedCountry> {
    let mut named: Vec<(usize, u16)> = Vec::new();
    // Money is counted in dollars anywhere.
    let is_evidence = |mention: &&Proposal| {
        mention.entity != NONE && !matches!(mention.kind, EntityKind::Currency | EntityKind::Event)
    };
    for mention in mentions.iter().filter(is_evidence) {
        let country = lexicon.entity(mention.entity).country.map(country_number);
        named.extend(country.map(|country| (mention.first as usize, country)));
    }
    for event in mentions.iter().filter(|mention| mention.kind == EntityKind::Event) {
        let stated = (event.entity != NONE).then(|| lexicon.entity(event.entity).country.map(country_number));
        let country = stated.flatten().or_else(|| country_within(parts.text, matches, lexicon, event));
        named.extend(country.map(|country| (event.first as usize, country)));
    }
    named.extend(adjectives(parts.text, matches, lexicon, mentions));
    named.sort_unstable();
    ranked(&weights(&named, parts), lexicon, language)
}

/// The adjectives that speak for a country, by their words.
fn adjectives(text: &Text, matches: &Matches, lexicon: &Lexicon, mentions: &[Proposal]) -> Vec<(usize, u16)> {
    let mut taken = words_of_names(matches, lexicon, mentions);
    let mut adjectives = Vec::new();
    // Of a word, the longest adjective counts: الكوري الشمالي is not the South's.
    for adjective in matches.nationalities.iter().rev() {
        let words = adjective.words();
        if !taken[words.clone()].contains(&true) {
            taken[words].fill(true);
            adjectives.push((adjective.first as usize, adjective.country));
        }
    }
    // Of a country that ends so the adjective's accusative is written as the country with tanwin.
    for candidate in matches.candidates.iter().filter(|candidate| candidate.count == 1) {
        let first = candidate.first as usize;
        let is_adjective =
            |token: &Token| text.has_tanwin(token) && text.folded(token).ends_with(ADJECTIVE_ENDING);
        if !taken[first] && text.tokens().get(first).is_some_and(is_adjective) {
            let mut names = lexicon.names_from(candidate.name).take(HOMONYMS_MAX);
            let country = names.find_map(|name| {
                let country = lexicon.entity(name.entity).country.map(country_number)?;
                (lexicon.country(country) == Some(name.entity)).then_some(country)
            });
            taken[first] = country.is_some();
            adjectives.extend(country.map(|country| (first, country)));
        }
    }
    let words = matches.natures.iter().enumerate().zip(&taken);
    let single = words.filter(|((_, nature), taken)| nature.country != 0 && !**taken);
    adjectives.extend(single.map(|((index, nature), _)| (index, nature.country)));
    adjectives
}

/// For each word whether its adjective would say nothing, because it is of a name: a family name of origin says nothing about
/// the article, and the Indian Ocean, US dollars and American Indians are nowhere. That of a body's or an event's own country
/// does speak.
fn words_of_names(matches: &Matches, lexicon: &Lexicon, mentions: &[Proposal]) -> Vec<bool> {
    let natures = &matches.natures;
    let mut taken = vec![false; natures.len()];
    for mention in mentions {
        let words = mention.first as usize..mention.end() as usize;
        match mention.kind {
            EntityKind::Person => taken[words].fill(true),
            _ if mention.entity == NONE => {}
            EntityKind::Organisation | EntityKind::Event => {
                // Where the lexicon has no country, the adjective tells it: الدوري السعودي.
                let country = lexicon.entity(mention.entity).country.map(country_number);
                for (taken, nature) in taken[words.clone()].iter_mut().zip(&natures[words]) {
                    *taken = country.is_some_and(|country| country != nature.country);
                }
            }
            _ => taken[words].fill(true),
        }
    }
    for phrase in &matches.phrases {
        if phrase.kinds & phrase::NOT_A_NAME != 0 && phrase.count > 1 {
            taken[phrase.first as usize..phrase.first as usize + usize::from(phrase.count)].fill(true);
        }
    }
    taken
}

/// Ends the names of countries that are their adjectives with tanwin.
const ADJECTIVE_ENDING: &str = "يا";

/// Smaller towns are called like much else: the battle of Waterloo was not in Ontario.
const PLACE_PEOPLE_MIN: u32 = 200_000;

/// The country of the place that an event is called by: `معرض القاهرة الدولي للكتاب`.
fn country_within(text: &Text, matches: &Matches, lexicon: &Lexicon, event: &Proposal) -> Option<u16> {
    let from = matches.candidates.partition_point(|candidate| candidate.first < event.first);
    let within = matches.candidates[from..].iter().take_while(|candidate| candidate.first < event.end());
    let mut best: Option<(bool, u32, u16)> = None;
    // In Arabic an event's name begins with what it is: `كوبا ليبرتادوريس` is not in Cuba.
    let begins_with_head =
        text.tokens().get(event.first as usize).is_some_and(|token| token.is(shape::ARABIC));
    for candidate in within.filter(|candidate| !begins_with_head || candidate.first > event.first) {
        for name in lexicon.names_from(candidate.name).take(HOMONYMS_MAX) {
            let entity = lexicon.entity(name.entity);
            let is_place = entity.kind == EntityKind::Place;
            let is_sure = name.flags & (flag::WEAK | flag::AMBIGUOUS) == 0;
            let Some(country) = entity.country.map(country_number).filter(|_| is_place && is_sure) else {
                continue;
            };
            let is_seat = lexicon.country(country) == Some(name.entity) || entity.is_capital;
            if is_seat || entity.population >= PLACE_PEOPLE_MIN {
                best = best.max(Some((is_seat, entity.population, country)));
            }
        }
    }
    best.map(|(.., country)| country)
}

/// What speaks for each country; `named` are words and countries in the order of the text.
fn weights(named: &[(usize, u16)], parts: Parts) -> BTreeMap<u16, u32> {
    let mut weights: BTreeMap<u16, u32> = BTreeMap::new();
    let mut in_headline = [HEADLINE_FIRST, HEADLINE_SECOND].into_iter();
    let mut in_lead = [LEAD_FIRST].into_iter();
    for (token, country) in named {
        let weight = match *token {
            token if token < parts.headline_tokens => FRONT_FACTOR + in_headline.next().unwrap_or(0),
            token if token < parts.lead_tokens => FRONT_FACTOR + in_lead.next().unwrap_or(0),
            _ => 1,
        };
        let sum = weights.entry(*country).or_default();
        *sum = sum.saturating_add(weight);
    }
    weights
}

fn ranked(weights: &BTreeMap<u16, u32>, lexicon: &Lexicon, language: &str) -> Vec<TaggedCountry> {
    let all: u64 = weights.values().map(|weight| u64::from(*weight)).sum();
    let share = |weight: u32| u64::from(weight) * 100 / all.max(1);
    let mut ranked: Vec<(u16, u32)> = weights.iter().map(|(country, weight)| (*country, *weight)).collect();
    ranked.retain(|(_, weight)| *weight >= WEIGHT_MIN && share(*weight) >= u64::from(SHARE_MIN));
    ranked.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    ranked.truncate(COUNTRIES_MAX);
    let tagged = |(country, weight): (u16, u32)| {
        let entity = lexicon.country(country);
        let name = entity
            .and_then(|entity| lexicon.name_in(entity, language).or_else(|| lexicon.name_in(entity, "en")));
        TaggedCountry {
            code: country.to_be_bytes().map(char::from).iter().collect(),
            name: name.map(str::to_owned),
            // 100 at most.
            share: u8::try_from(share(weight)).unwrap_or(100),
        }
    };
    ranked.into_iter().map(tagged).collect()
}
