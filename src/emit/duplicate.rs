//! The record of an article that was suppressed: what it is, and which earlier article it repeats.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::khabar::Earlier;
use super::ninjs;
use crate::article::{Judgement, Tags, hex};
use crate::flow::ParsedRecord;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Duplicate<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) uri: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fetched_at: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) headline: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) published: Option<Cow<'a, str>>,
    language: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<&'a RawValue>,
    #[serde(rename = "duplicate_of", default, skip_serializing_if = "Option::is_none")]
    pub(super) earlier: Option<Earlier<'a>>,
    pub(super) kind: Cow<'a, str>,
    pub(super) score: u16,
    pub(super) novelty: u16,
    pub(super) rule: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) degraded: Vec<Cow<'a, str>>,
}

impl<'a> Duplicate<'a> {
    pub(super) fn new(
        record: &'a ParsedRecord,
        tags: &'a Tags,
        judgement: &'a Judgement,
        meta: Option<&'a RawValue>,
        body: Option<String>,
    ) -> Self {
        let article = &record.article;
        Self {
            id: Cow::Owned(hex(&article.id)),
            uri: Cow::Borrowed(&article.uri),
            source: article.source.as_deref().map(Cow::Borrowed),
            fetched_at: ninjs::fetched_at(record.fetched_at_ms).map(Cow::Owned),
            headline: article.headline.as_deref().filter(|text| !text.is_empty()).map(Cow::Borrowed),
            published: article.published.as_ref().map(|date| Cow::Borrowed(date.value.as_str())),
            language: Cow::Borrowed(&tags.language),
            meta,
            earlier: judgement.matched.as_ref().map(Earlier::of),
            kind: Cow::Borrowed(judgement.verdict.name()),
            score: judgement.score_permille,
            novelty: judgement.novelty_permille,
            rule: Cow::Borrowed(judgement.rule),
            body: body.filter(|body| !body.is_empty()).map(Cow::Owned),
            degraded: Vec::new(),
        }
    }
}
