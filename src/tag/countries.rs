//! The countries that an article is about, by the places, people, organisations and adjectives that it names.
//!
//! Owns the weights. It abstains where too little speaks for any country.

use std::collections::BTreeMap;

use super::entities::Parts;
use super::lexicon::vocabulary::NONE;
use super::lexicon::{Lexicon, country_number};
use super::matching::Matches;
use super::mentions::Proposal;
use crate::article::{EntityKind, TaggedCountry};

/// Countries of one article.
pub(crate) const COUNTRIES_MAX: usize = 8;

/// What names of each kind weigh: a country itself, a place in it, its adjective, its people and organisations.
const COUNTRY: u32 = 6;
const PLACE: u32 = 4;
const ADJECTIVE: u32 = 4;
const MEMBER: u32 = 1;

/// How much more counts what stands in the headline or in the first paragraph.
const HEADLINE_FACTOR: u32 = 3;
const LEAD_FACTOR: u32 = 2;

/// A country needs as much as a plain mention of it and of its adjective, and this share of all in hundredths.
const WEIGHT_MIN: u32 = 10;
const SHARE_MIN: u32 = 6;

/// The countries by falling share; `language` is the primary subtag.
pub(crate) fn of(
    parts: Parts,
    matches: &Matches,
    lexicon: &Lexicon,
    mentions: &[Proposal],
    language: &str,
) -> Vec<TaggedCountry> {
    let mut weights: BTreeMap<u16, u32> = BTreeMap::new();
    let mut add = |token: usize, country: u16, weight: u32| {
        let factor = match token {
            token if token < parts.headline_tokens => HEADLINE_FACTOR,
            token if token < parts.lead_tokens => LEAD_FACTOR,
            _ => 1,
        };
        let sum = weights.entry(country).or_default();
        *sum = sum.saturating_add(weight * factor);
    };
    for mention in mentions.iter().filter(|mention| mention.entity != NONE) {
        let entity = lexicon.entity(mention.entity);
        let Some(country) = entity.country.map(country_number) else { continue };
        let is_country = lexicon.country(country) == Some(mention.entity);
        let weight = match entity.kind {
            _ if is_country => COUNTRY,
            EntityKind::Place => PLACE,
            _ => MEMBER,
        };
        add(mention.first as usize, country, weight);
    }
    let mut people = mentions.iter().filter(|mention| mention.kind == EntityKind::Person).peekable();
    for (index, nature) in matches.natures.iter().enumerate().filter(|(_, nature)| nature.country != 0) {
        // A family name of origin says nothing about the article.
        while people.next_if(|person| person.end() as usize <= index).is_some() {}
        if people.peek().is_none_or(|person| person.first as usize > index) {
            add(index, nature.country, ADJECTIVE);
        }
    }
    for (first, country) in &matches.nationalities {
        add(*first as usize, *country, ADJECTIVE);
    }
    ranked(&weights, lexicon, language)
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
