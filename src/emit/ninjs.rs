//! The IPTC ninjs 3.1 object that an enriched record holds, and how it is filled from an article.
//!
//! The order of fields is the order in the record. Absent is omitted, never null. The types are read back in two
//! places only: where a record turned out too large for its topic (`fit`), and where records are proved right
//! afterwards (`readback`).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::khabar::Khabar;
use super::naming::Named;
use super::subjects::Subject;
use super::{time, uri};
use crate::article::{Article, EntityKind, Image, Related, Tags, hex, join_paragraphs};
use crate::flow::Origin;
use crate::tag::is_unspaced;

/// `profile`: the shape that khabar's items have, by its major version.
pub(super) const PROFILE: &str = "khabar-1";
/// The standard that the item without `khabar` is valid against.
const STANDARD: Standard<'static> = Standard {
    name: Cow::Borrowed("ninjs"),
    version: Cow::Borrowed("3.1"),
    schema: Cow::Borrowed("http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"),
};
pub(super) const FULL: &str = "full";
pub(super) const PARTIAL: &str = "partial";
const PLAIN: Cow<'static, str> = Cow::Borrowed("text/plain");
const MAIN: Cow<'static, str> = Cow::Borrowed("main");

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item<'a> {
    pub(super) uri: Cow<'a, str>,
    #[serde(rename = "type")]
    pub(super) kind: Cow<'a, str>,
    pub(super) standard: Standard<'a>,
    pub(super) profile: Cow<'a, str>,
    pub(super) representation_type: Cow<'a, str>,
    pub(super) pub_status: Cow<'a, str>,
    pub(super) language: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content_created: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version_created: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) headlines: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) bodies: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) located: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) info_sources: Vec<InfoSource<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) people: Vec<Named<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) organisations: Vec<Named<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) places: Vec<Named<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) subjects: Vec<Subject<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) associations: Vec<Association<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) alt_ids: Vec<AltId<'a>>,
    #[serde(borrow)]
    pub(super) khabar: Khabar<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Standard<'a> {
    name: Cow<'a, str>,
    version: Cow<'a, str>,
    schema: Cow<'a, str>,
}

/// A headline, body or description.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Text<'a> {
    role: Cow<'a, str>,
    content_type: Cow<'a, str>,
    /// Unicode scalar values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) char_count: Option<usize>,
    /// Runs of characters that are no white space; absent for languages that put none between words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) word_count: Option<usize>,
    pub(super) value: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct InfoSource<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Cow<'a, str>>,
    role: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    literal: Option<Cow<'a, str>>,
}

/// Another article or a picture beside this one.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Association<'a> {
    name: Cow<'a, str>,
    uri: Cow<'a, str>,
    rel: Cow<'a, str>,
    #[serde(rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    headlines: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) descriptions: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) bodies: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    renditions: Vec<Rendition<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rendition<'a> {
    name: Cow<'a, str>,
    href: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AltId<'a> {
    role: Cow<'a, str>,
    value: Cow<'a, str>,
}

impl<'a> Item<'a> {
    /// The item of an article; all that stands in `khabar` is made beside.
    pub(super) fn new(
        record: &'a crate::flow::ParsedRecord,
        tags: &'a Tags,
        version_created: Option<String>,
        khabar: Khabar<'a>,
    ) -> Self {
        let article = &record.article;
        let counts_words = !is_unspaced(&tags.language);
        let headline = article.headline.as_deref().filter(|headline| !headline.is_empty());
        let authors = article.authors.iter().map(|author| Named::author(author));
        let bodies = if article.paragraphs.is_empty() {
            Vec::new()
        } else {
            vec![Text::body(article.body(), counts_words)]
        };
        Self {
            uri: Cow::Borrowed(&article.uri),
            kind: Cow::Borrowed("text"),
            standard: STANDARD,
            profile: Cow::Borrowed(PROFILE),
            representation_type: Cow::Borrowed(if article.partial { PARTIAL } else { FULL }),
            pub_status: Cow::Borrowed("usable"),
            language: Cow::Borrowed(&tags.language),
            content_created: article.published.as_ref().map(|date| Cow::Borrowed(date.value.as_str())),
            version_created: version_created.map(Cow::Owned),
            headlines: headline.map(Text::headline).into_iter().collect(),
            bodies,
            by: (!article.authors.is_empty()).then(|| Cow::Owned(article.authors.join("; "))),
            located: article.located.as_deref().map(Cow::Borrowed),
            info_sources: info_source(article).into_iter().collect(),
            people: authors.chain(Named::all(tags, EntityKind::Person)).collect(),
            organisations: Named::all(tags, EntityKind::Organisation).collect(),
            places: Named::all(tags, EntityKind::Place).collect(),
            subjects: Subject::all(tags),
            associations: associations(article, counts_words),
            alt_ids: vec![AltId {
                role: Cow::Borrowed("khabar-content-hash"),
                value: Cow::Owned(hex(&record.content_hash)),
            }],
            khabar,
        }
    }
}

/// `versionCreated` of a record: when its content was fetched.
pub(super) fn fetched_at(fetched_at_ms: Option<i64>) -> Option<String> {
    fetched_at_ms.and_then(time::rfc3339)
}

/// When the raw record was written, by its broker or producer.
pub(super) fn written_at(origin: &Origin) -> Option<String> {
    origin.timestamp_ms.and_then(time::rfc3339)
}

impl<'a> Text<'a> {
    fn headline(value: &'a str) -> Self {
        Self {
            role: MAIN,
            content_type: PLAIN,
            char_count: None,
            word_count: None,
            value: Cow::Borrowed(value),
        }
    }

    fn caption(value: &'a str) -> Self {
        Self { role: Cow::Borrowed("caption"), ..Self::headline(value) }
    }

    fn body(value: String, counts_words: bool) -> Self {
        Self {
            role: MAIN,
            content_type: PLAIN,
            char_count: Some(value.chars().count()),
            word_count: counts_words.then(|| word_count(&value)),
            value: Cow::Owned(value),
        }
    }
}

/// Words as runs of characters that are no white space.
pub(super) fn word_count(text: &str) -> usize {
    // White space beyond ASCII begins with one of these bytes. Without them bytes tell as much as characters, at a tenth
    // of the cost; this count would else be the dearest part of a record.
    let is_plain = !text.bytes().any(|byte| matches!(byte, 0xC2 | 0xE1..=0xE3));
    if !is_plain {
        return text.split_whitespace().count();
    }
    let is_space = |byte: u8| byte == b' ' || (b'\t'..=b'\r').contains(&byte);
    let bytes = text.as_bytes();
    let ends =
        bytes.iter().zip(bytes.iter().skip(1)).filter(|(byte, next)| !is_space(**byte) && is_space(**next));
    ends.count() + usize::from(bytes.last().is_some_and(|byte| !is_space(*byte)))
}

fn info_source(article: &Article) -> Option<InfoSource<'_>> {
    if article.publisher.is_none() && article.source.is_none() {
        return None;
    }
    Some(InfoSource {
        name: article.publisher.as_deref().map(Cow::Borrowed),
        role: Cow::Borrowed("publisher"),
        literal: article.source.as_deref().map(Cow::Borrowed),
    })
}

fn associations(article: &Article, counts_words: bool) -> Vec<Association<'_>> {
    let picture = article.image.as_ref().and_then(picture);
    let related = article
        .related
        .iter()
        .filter(|related| {
            related.headline.is_some() || related.url.is_some() || !related.paragraphs.is_empty()
        })
        .enumerate()
        .map(|(index, related)| related_article(index + 1, related, counts_words));
    picture.into_iter().chain(related).collect()
}

/// The article's picture; a picture without a web address can't be fetched, and is left out.
fn picture(image: &Image) -> Option<Association<'_>> {
    let address = uri::web_address(&image.url)?;
    Some(Association {
        name: Cow::Borrowed("picture-1"),
        uri: Cow::Owned(address.clone()),
        rel: Cow::Borrowed("picture"),
        kind: Cow::Borrowed("picture"),
        headlines: Vec::new(),
        descriptions: image.caption.as_deref().map(Text::caption).into_iter().collect(),
        bodies: Vec::new(),
        renditions: vec![Rendition { name: Cow::Borrowed("web"), href: Cow::Owned(address) }],
    })
}

fn related_article(number: usize, related: &Related, counts_words: bool) -> Association<'_> {
    let headline = related.headline.as_deref().filter(|headline| !headline.is_empty());
    let body = join_paragraphs(&related.paragraphs);
    let address = related.url.as_deref().and_then(uri::web_address);
    Association {
        name: Cow::Owned(format!("related-{number}")),
        uri: Cow::Owned(address.unwrap_or_else(|| uri::name_of_text(headline.unwrap_or_default(), &body))),
        rel: Cow::Borrowed("related"),
        kind: Cow::Borrowed("text"),
        headlines: headline.map(Text::headline).into_iter().collect(),
        descriptions: Vec::new(),
        bodies: if related.paragraphs.is_empty() { Vec::new() } else { vec![Text::body(body, counts_words)] },
        renditions: Vec::new(),
    }
}
