//! Mentions put together: whom and what they name, under which name and ids, and how much the article is about it.
//!
//! Owns grouping and salience. It finds no mention and drops none but what is beyond its limits.

use std::collections::{BTreeMap, BTreeSet};

use super::clitics::ARTICLE;
use super::lexicon::Lexicon;
use super::lexicon::vocabulary::{NONE, hash};
use super::mentions::{Proposal, Rule};
use super::text::{Text, gap, shape};
use crate::article::{EntityKind, Mention, TaggedEntity};

/// Entities that a record names; with them go their mentions.
pub(crate) const ENTITIES_MAX: usize = 200;

/// Mentions that a record shows.
pub(crate) const MENTIONS_SHOWN_MAX: usize = 1_000;

/// What an entity's place and frequency weigh, 100 together.
const IN_HEADLINE: usize = 35;
const IN_FIRST_PARAGRAPH: usize = 20;
const FREQUENCY: usize = 45;

/// A text of headline and body, and where the body begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    pub text: &'a Text<'a>,
    /// Words of the headline.
    pub headline_tokens: usize,
    /// Words of headline and first paragraph.
    pub lead_tokens: usize,
    /// Scalar values before the body.
    pub body_start: u32,
}

impl<'a> Parts<'a> {
    /// `body_byte` is where the body begins in the source.
    pub fn new(text: &'a Text<'a>, body_byte: usize, body_start: u32) -> Self {
        let tokens = text.tokens();
        let headline_tokens = tokens.partition_point(|token| (token.byte_start as usize) < body_byte);
        let rest = tokens[headline_tokens..].iter().skip(1);
        let lead = rest.take_while(|token| token.gap & gap::PARAGRAPH == 0).count();
        let has_body = headline_tokens < tokens.len();
        let lead_tokens = headline_tokens + lead + usize::from(has_body);
        Self { text, headline_tokens, lead_tokens, body_start }
    }
}

/// What stands for an entity while its mentions are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Known(u32),
    Unknown(EntityKind, u64),
}

#[derive(Debug)]
struct Group {
    kind: EntityKind,
    entity: u32,
    mentions: usize,
    first: usize,
    in_headline: bool,
    in_lead: bool,
    confidence: u8,
    /// The mention with the longest surface.
    longest: usize,
    longest_bytes: usize,
}

/// Entities and the mentions in the body, and whether any had to be left out.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    pub entities: Vec<TaggedEntity>,
    pub mentions: Vec<Mention>,
    pub is_cut: bool,
}

/// Groups the mentions of an article; `language` is the primary subtag.
pub(crate) fn group(parts: Parts, lexicon: &Lexicon, proposals: &[Proposal], language: &str) -> Grouped {
    let keys = keys(parts.text, proposals);
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for (place, (proposal, key)) in proposals.iter().zip(&keys).enumerate() {
        let bytes = surface(parts.text, proposal).len();
        let group = groups.entry(*key).or_insert(Group {
            kind: proposal.kind,
            entity: proposal.entity,
            mentions: 0,
            first: place,
            in_headline: false,
            in_lead: false,
            confidence: 0,
            longest: place,
            longest_bytes: 0,
        });
        let first = proposal.first as usize;
        group.mentions += 1;
        group.in_headline |= first < parts.headline_tokens;
        group.in_lead |= (parts.headline_tokens..parts.lead_tokens).contains(&first);
        group.confidence = group.confidence.max(proposal.score);
        if bytes > group.longest_bytes {
            (group.longest, group.longest_bytes) = (place, bytes);
        }
    }
    let most = groups.values().map(|group| group.mentions).max().unwrap_or(1);
    let mut ranked: Vec<(Key, Group)> = groups.into_iter().collect();
    ranked.sort_by(|(_, left), (_, right)| {
        let order = salience(right, most).cmp(&salience(left, most));
        order.then(right.mentions.cmp(&left.mentions)).then(left.first.cmp(&right.first))
    });
    let mut is_cut = ranked.len() > ENTITIES_MAX;
    ranked.truncate(ENTITIES_MAX);
    let places: BTreeMap<Key, usize> =
        ranked.iter().enumerate().map(|(place, (key, _))| (*key, place)).collect();
    let entities = ranked.iter().map(|(_, group)| {
        let longest = surface(parts.text, &proposals[group.longest]);
        tagged(lexicon, group, longest, language, salience(group, most))
    });
    let entities = entities.collect();
    let in_body =
        proposals.iter().zip(&keys).filter(|(proposal, _)| proposal.first as usize >= parts.headline_tokens);
    let mut mentions: Vec<Mention> = in_body
        .filter_map(|(proposal, key)| Some(mention(parts, proposal, *places.get(key)?)))
        .take(MENTIONS_SHOWN_MAX + 1)
        .collect();
    is_cut |= mentions.len() > MENTIONS_SHOWN_MAX;
    mentions.truncate(MENTIONS_SHOWN_MAX);
    Grouped { entities, mentions, is_cut }
}

/// 0 to 100.
fn salience(group: &Group, most: usize) -> u8 {
    let headline = if group.in_headline { IN_HEADLINE } else { 0 };
    let lead = if group.in_lead { IN_FIRST_PARAGRAPH } else { 0 };
    // 100 at most, as `mentions` is `most` at most.
    u8::try_from(headline + lead + FREQUENCY * group.mentions / most.max(1)).unwrap_or(100)
}

fn tagged(lexicon: &Lexicon, group: &Group, longest: &str, language: &str, salience: u8) -> TaggedEntity {
    let mut ids = Vec::new();
    let (mut name, mut name_en) = (None, None);
    if group.entity != NONE {
        ids.push(lexicon.id(group.entity).to_owned());
        let wikidata = lexicon.entity(group.entity).wikidata;
        if wikidata > 0 {
            ids.push(format!("wikidata:Q{wikidata}"));
        }
        name_en = lexicon.name_in(group.entity, "en");
        name = lexicon.name_in(group.entity, language).or(name_en);
    } else if language == "en" {
        name_en = Some(longest);
    }
    TaggedEntity {
        kind: group.kind,
        name: name.unwrap_or(longest).to_owned(),
        name_en: name_en.map(str::to_owned),
        ids,
        mentions: group.mentions,
        salience,
        confidence: group.confidence,
    }
}

fn mention(parts: Parts, proposal: &Proposal, entity: usize) -> Mention {
    let start = scalar_start(parts.text, proposal);
    let end = last_token(parts.text, proposal).end + stop_bytes(parts.text, proposal);
    Mention {
        entity,
        start: (start - parts.body_start) as usize,
        end: (end - parts.body_start) as usize,
        surface: surface(parts.text, proposal).to_owned(),
        score: proposal.score,
        rule: proposal.rule.name(),
    }
}

fn first_token<'a>(text: &'a Text, proposal: &Proposal) -> &'a super::text::Token {
    &text.tokens()[proposal.first as usize]
}

fn last_token<'a>(text: &'a Text, proposal: &Proposal) -> &'a super::text::Token {
    &text.tokens()[proposal.end() as usize - 1]
}

fn scalar_start(text: &Text, proposal: &Proposal) -> u32 {
    text.behind_letters(first_token(text, proposal), proposal.letters).0
}

/// The source of a mention.
pub(crate) fn surface<'a>(text: &Text<'a>, proposal: &Proposal) -> &'a str {
    let (_, start) = text.behind_letters(first_token(text, proposal), proposal.letters);
    text.surface(start, last_token(text, proposal).byte_end + stop_bytes(text, proposal))
}

/// An abbreviation written with full stops (U.S.) ends with one: 1, else 0.
fn stop_bytes(text: &Text, proposal: &Proposal) -> u32 {
    let last = last_token(text, proposal);
    let is_letter = last.byte_end - last.byte_start == 1 && last.is(shape::CAPITAL);
    let is_abbreviation = is_letter && last.gap == gap::JOIN && proposal.count > 1;
    let is_stop = is_abbreviation && text.surface(last.byte_end, text.bytes()).starts_with('.');
    let follows_stop = is_stop && text.surface(0, last.byte_start).ends_with('.');
    u32::from(follows_stop)
}

/// The key of each mention. A last name alone has that of the full name that the article has for it.
fn keys(text: &Text, proposals: &[Proposal]) -> Vec<Key> {
    let mut of_last_names: BTreeMap<u64, Key> = BTreeMap::new();
    let mut shared: BTreeSet<u64> = BTreeSet::new();
    let own: Vec<Key> = proposals.iter().map(|proposal| key(text, proposal)).collect();
    for (proposal, key) in proposals.iter().zip(&own) {
        if proposal.kind == EntityKind::Person && proposal.count > 1 {
            let last = hash(text.folded(last_token(text, proposal)));
            if *of_last_names.entry(last).or_insert(*key) != *key {
                shared.insert(last);
            }
        }
    }
    let joined = |(proposal, own): (&Proposal, Key)| {
        if proposal.kind != EntityKind::Person || proposal.count > 1 || proposal.entity != NONE {
            return own;
        }
        let last = hash(text.folded(last_token(text, proposal)));
        let name = match own {
            // ل and the article are written as لل, so the rest of the word is not the name.
            Key::Unknown(_, name) if of_last_names.contains_key(&name) => name,
            _ if proposal.rule == Rule::LastName && proposal.letters > 1 => definite(text, proposal),
            _ => last,
        };
        if shared.contains(&name) { own } else { of_last_names.get(&name).copied().unwrap_or(own) }
    };
    proposals.iter().zip(own).map(joined).collect()
}

/// The hash of a last name with the article that clitics hide.
fn definite(text: &Text, proposal: &Proposal) -> u64 {
    let folded = text.folded(last_token(text, proposal));
    let start = folded.char_indices().nth(usize::from(proposal.letters));
    hash(&format!("{ARTICLE}{}", start.map_or("", |(start, _)| &folded[start..])))
}

fn key(text: &Text, proposal: &Proposal) -> Key {
    if proposal.entity != NONE {
        return Key::Known(proposal.entity);
    }
    let tokens = &text.tokens()[proposal.first as usize..proposal.end() as usize];
    let mut name = 0_u64;
    for (place, token) in tokens.iter().enumerate() {
        let mut folded = text.folded(token);
        if place == 0 {
            let start = folded.char_indices().nth(usize::from(proposal.letters));
            folded = start.map_or("", |(start, _)| &folded[start..]);
        }
        // A name of one word has that word's hash.
        name = name.rotate_left(7) ^ hash(folded);
    }
    Key::Unknown(proposal.kind, name)
}
