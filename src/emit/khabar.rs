//! The `khabar` object of an enriched record: what ninjs has no place for.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::naming;
use crate::article::{
    Article, ArticleDate, DatePrecision, Extraction, Flaw, Judgement, Matched, Paragraph, ParagraphLanguage,
    Tags,
};

/// Version of the object: additive within a major.
pub(super) const SCHEMA_VERSION: &str = "1.0";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Khabar<'a> {
    pub(super) schema: Cow<'a, str>,
    pub(super) id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seq: Option<i64>,
    pub(super) direction: Cow<'a, str>,
    pub(super) raw: Raw<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) section: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dedup: Option<Dedup<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<Dates<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) paragraphs: Vec<ParagraphOffsets<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) mentions: Vec<naming::Mention<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) entities: Vec<naming::EntityFound<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) countries: Vec<naming::CountryShare<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keywords: Option<Keywords<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) quotes: Vec<naming::Quote<'a>>,
    pub(super) extraction: ExtractionReport<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) degraded: Vec<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<&'a RawValue>,
    pub(super) versions: Versions<'a>,
}

/// Where and when the raw record was.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Raw<'a> {
    pub(super) topic: Cow<'a, str>,
    pub(super) partition: i32,
    pub(super) offset: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) timestamp: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fetched_at: Option<Cow<'a, str>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Dedup<'a> {
    pub(super) verdict: Cow<'a, str>,
    #[serde(rename = "match", default, skip_serializing_if = "Option::is_none")]
    pub(super) matched: Option<Earlier<'a>>,
    pub(super) score: u16,
    pub(super) novelty: u16,
    pub(super) rule: Cow<'a, str>,
}

/// An earlier article: where its raw record stands, and its id.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Earlier<'a> {
    pub(super) topic: Cow<'a, str>,
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) id: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Dates<'a> {
    #[serde(flatten)]
    published: Option<DateFound<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<DateFound<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DateFound<'a> {
    value: Cow<'a, str>,
    raw: Cow<'a, str>,
    precision: Cow<'a, str>,
    calendar: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<Cow<'a, str>>,
    evidence: Cow<'a, str>,
    /// Absent in records of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<u8>,
}

/// Offsets into the body in Unicode scalar values; `end` is behind the last character.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ParagraphOffsets<'a> {
    start: usize,
    end: usize,
    role: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<Cow<'a, str>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Keywords<'a> {
    raw: Cow<'a, str>,
    list: Vec<Cow<'a, str>>,
    origin: Cow<'a, str>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ExtractionReport<'a> {
    method: Cow<'a, str>,
    confidence: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) evidence: Vec<Evidence<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) flaws: Vec<FlawFound<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Evidence<'a> {
    field: Cow<'a, str>,
    found: Cow<'a, str>,
    /// Absent in records of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<u8>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FlawFound<'a> {
    pub(super) code: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<Cow<'a, str>>,
}

/// Versions of what made the item.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Versions<'a> {
    pub(super) parser: u32,
    pub(super) tagger: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lexicons: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) level: Option<u32>,
}

impl<'a> Dedup<'a> {
    pub(super) fn of(judgement: &'a Judgement) -> Self {
        Self {
            verdict: Cow::Borrowed(judgement.verdict.name()),
            matched: judgement.matched.as_ref().map(Earlier::of),
            score: judgement.score_permille,
            novelty: judgement.novelty_permille,
            rule: Cow::Borrowed(judgement.rule),
        }
    }
}

impl<'a> Earlier<'a> {
    pub(super) fn of(matched: &'a Matched) -> Self {
        Self {
            topic: Cow::Borrowed(&matched.coordinates.topic),
            partition: matched.coordinates.partition,
            offset: matched.coordinates.offset,
            id: Cow::Owned(crate::article::hex(&matched.id)),
        }
    }
}

impl<'a> Dates<'a> {
    pub(super) fn of(article: &'a Article) -> Option<Self> {
        if article.published.is_none() && article.modified.is_none() {
            return None;
        }
        let found = |date: Option<&'a ArticleDate>, field: &str| {
            let confidence = article.extraction.evidence_for(field).map(|evidence| evidence.confidence);
            date.map(|date| DateFound::of(date, confidence))
        };
        Some(Self {
            published: found(article.published.as_ref(), "published"),
            modified: found(article.modified.as_ref(), "modified"),
        })
    }
}

impl<'a> DateFound<'a> {
    fn of(date: &'a ArticleDate, confidence: Option<u8>) -> Self {
        Self {
            value: Cow::Borrowed(stated_part(date)),
            raw: Cow::Borrowed(&date.raw),
            precision: Cow::Borrowed(date.precision.name()),
            calendar: Cow::Borrowed(date.calendar),
            zone: date.zone.as_deref().map(Cow::Borrowed),
            evidence: Cow::Borrowed(&date.evidence),
            confidence,
        }
    }
}

/// The date without the parts that were not stated: `2024`, `2024-12`, `2024-12-02`, or the whole.
fn stated_part(date: &ArticleDate) -> &str {
    let bytes = match date.precision {
        DatePrecision::Year => 4,
        DatePrecision::Month => 7,
        DatePrecision::Day => 10,
        DatePrecision::Minute | DatePrecision::Second => date.value.len(),
    };
    date.value.get(..bytes).unwrap_or(&date.value)
}

impl<'a> Keywords<'a> {
    pub(super) fn of(tags: &'a Tags) -> Option<Self> {
        tags.keywords.as_ref().map(|keywords| Self {
            raw: Cow::Borrowed(&keywords.raw),
            list: keywords.list.iter().map(|keyword| Cow::Borrowed(keyword.as_str())).collect(),
            origin: Cow::Borrowed(keywords.origin),
        })
    }
}

impl<'a> ExtractionReport<'a> {
    /// `more` are the flaws that were found after extraction.
    pub(super) fn of(extraction: &'a Extraction, more: &'a [Flaw]) -> Self {
        Self {
            method: Cow::Borrowed(extraction.method),
            confidence: extraction.confidence,
            evidence: extraction
                .evidence
                .iter()
                .map(|evidence| Evidence {
                    field: Cow::Borrowed(evidence.field),
                    found: Cow::Borrowed(&evidence.found),
                    confidence: Some(evidence.confidence),
                })
                .collect(),
            flaws: extraction
                .flaws
                .iter()
                .chain(more)
                .map(|flaw| FlawFound {
                    code: Cow::Borrowed(flaw.code),
                    detail: flaw.detail.as_deref().map(Cow::Borrowed),
                })
                .collect(),
        }
    }
}

/// Where each paragraph stands in the body, which joins them by two line breaks; `languages` are of those in another
/// one, in their order.
pub(super) fn paragraph_offsets(
    paragraphs: &[Paragraph],
    languages: &[ParagraphLanguage],
) -> Vec<ParagraphOffsets<'static>> {
    /// Characters between two paragraphs.
    const SEPARATOR_CHARS: usize = 2;
    let mut start = 0;
    let mut languages = languages.iter().peekable();
    let mut offsets = Vec::with_capacity(paragraphs.len());
    for (place, paragraph) in paragraphs.iter().enumerate() {
        let end = start + paragraph.text.chars().count();
        let language = languages.next_if(|found| found.paragraph == place);
        offsets.push(ParagraphOffsets {
            start,
            end,
            role: Cow::Borrowed(paragraph.role.name()),
            language: language.map(|found| Cow::Borrowed(found.language)),
        });
        start = end + SEPARATOR_CHARS;
    }
    offsets
}
