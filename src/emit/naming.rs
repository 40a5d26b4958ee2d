//! Mentions, entities and countries as they stand in an enriched record: in `khabar` with all that is known, and in
//! the lists of ninjs for readers of ninjs.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::article::{EntityKind, TaggedCountry, TaggedEntity, Tags};

/// An article is about an entity of at least this salience; the others it only mentions.
const ABOUT_MIN: u8 = 60;

/// Someone or something in `people`, `organisations` or `places` of ninjs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Named<'a> {
    name: Cow<'a, str>,
    rel: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uri: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    literal: Option<Cow<'a, str>>,
}

/// Offsets into the body in Unicode scalar values; `end` is behind the last character.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mention<'a> {
    entity: Cow<'a, str>,
    kind: Cow<'a, str>,
    start: usize,
    end: usize,
    surface: Cow<'a, str>,
    score: u8,
    rule: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EntityFound<'a> {
    entity: Cow<'a, str>,
    kind: Cow<'a, str>,
    name: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name_en: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    ids: Vec<Cow<'a, str>>,
    mentions: usize,
    salience: u8,
    confidence: u8,
}

/// Offsets into the body in Unicode scalar values, the marks left out; `end` is behind the last character.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Quote<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entity: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speaker: Option<Cow<'a, str>>,
    start: usize,
    end: usize,
    closed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CountryShare<'a> {
    country: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    share: u8,
}

impl<'a> Named<'a> {
    pub(super) fn author(name: &'a str) -> Self {
        Self { name: Cow::Borrowed(name), rel: Cow::Borrowed("author"), uri: None, literal: None }
    }

    /// The entities of a kind, in their order.
    pub(super) fn all(tags: &'a Tags, kind: EntityKind) -> impl Iterator<Item = Self> {
        tags.entities.iter().filter(move |entity| entity.kind == kind).map(Self::of)
    }

    fn of(entity: &'a TaggedEntity) -> Self {
        Self {
            name: Cow::Borrowed(&entity.name),
            rel: Cow::Borrowed(if entity.salience >= ABOUT_MIN { "about" } else { "mentions" }),
            uri: entity.ids.iter().rev().find_map(|id| address(id)).map(Cow::Owned),
            literal: entity.ids.first().map(|id| literal(id)),
        }
    }
}

/// Where the web describes what has this id.
fn address(id: &str) -> Option<String> {
    let (scheme, code) = id.split_once(':')?;
    let is_plain = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match scheme {
        "wikidata" if is_plain => Some(format!("http://www.wikidata.org/entity/{code}")),
        "geonames" if is_plain => Some(format!("https://sws.geonames.org/{code}/")),
        _ => None,
    }
}

/// The id; a country's names its part of ISO 3166.
fn literal(id: &str) -> Cow<'_, str> {
    id.strip_prefix("iso3166:").map_or(Cow::Borrowed(id), |code| Cow::Owned(format!("iso3166-1:{code}")))
}

const fn letter(kind: EntityKind) -> char {
    match kind {
        EntityKind::Person => 'p',
        EntityKind::Organisation => 'o',
        EntityKind::Place => 'l',
        EntityKind::Event => 'e',
        EntityKind::Work => 'w',
        EntityKind::Currency => 'c',
    }
}

/// What the record calls each entity: a letter for its kind, and its rank among those.
pub(crate) fn keys(tags: &Tags) -> Vec<String> {
    let mut ranks = [0; EntityKind::ALL.len()];
    let key = |entity: &TaggedEntity| {
        let rank = &mut ranks[entity.kind as usize];
        *rank += 1;
        format!("{}{rank}", letter(entity.kind))
    };
    tags.entities.iter().map(key).collect()
}

/// Mentions and entities, which name each other.
pub(super) fn of<'a>(tags: &'a Tags) -> (Vec<Mention<'a>>, Vec<EntityFound<'a>>) {
    let keys = keys(tags);
    let mentions = tags.mentions.iter().filter_map(|mention| {
        Some(Mention {
            entity: Cow::Owned(keys.get(mention.entity)?.clone()),
            kind: Cow::Borrowed(tags.entities.get(mention.entity)?.kind.name()),
            start: mention.start,
            end: mention.end,
            surface: Cow::Borrowed(&mention.surface),
            score: mention.score,
            rule: Cow::Borrowed(mention.rule),
        })
    });
    let mentions = mentions.collect();
    let entity = |(entity, key): (&'a TaggedEntity, String)| EntityFound {
        entity: Cow::Owned(key),
        kind: Cow::Borrowed(entity.kind.name()),
        name: Cow::Borrowed(&entity.name),
        name_en: entity.name_en.as_deref().map(Cow::Borrowed),
        ids: entity.ids.iter().map(|id| Cow::Borrowed(id.as_str())).collect(),
        mentions: entity.mentions,
        salience: entity.salience,
        confidence: entity.confidence,
    };
    (mentions, tags.entities.iter().zip(keys).map(entity).collect())
}

/// The quotations, in their order.
pub(super) fn quotes(tags: &Tags) -> Vec<Quote<'_>> {
    if tags.quotes.is_empty() {
        return Vec::new();
    }
    let keys = keys(tags);
    let quotes = tags.quotes.iter().map(|quote| {
        let speaker = quote.speaker.as_ref();
        Quote {
            entity: speaker.and_then(|speaker| keys.get(speaker.entity)).cloned().map(Cow::Owned),
            speaker: speaker.map(|speaker| Cow::Borrowed(speaker.surface.as_str())),
            start: quote.start,
            end: quote.end,
            closed: quote.closed,
        }
    });
    quotes.collect()
}

/// The countries, in their order.
pub(super) fn countries<'a>(tags: &'a Tags) -> Vec<CountryShare<'a>> {
    let country = |country: &'a TaggedCountry| CountryShare {
        country: Cow::Borrowed(country.code.as_str()),
        name: country.name.as_deref().map(Cow::Borrowed),
        share: country.share,
    };
    tags.countries.iter().map(country).collect()
}
