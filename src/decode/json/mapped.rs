//! Foreign JSON whose fields `decode.json` names by JSON pointer.
//!
//! The mapping is used where its `body` or its `content` is in the object as a string that is not blank (for `body`
//! also an array of such strings: paragraphs). `body` wins over `content`. A field that the mapping does not name is
//! taken from the envelope's name for it (`url`, `source`, `fetched_at`, `meta`), if its type fits.

use serde_json::value::RawValue;

use crate::article::{Flaw, Stated};
use crate::config::settings::{DecodeSettings, JsonMapping};
use crate::decode::content::{self, About, Level};
use crate::decode::draft::{self, Draft};
use crate::decode::fetched;
use crate::decode::flaws;
use crate::decode::stated::{self, HEADLINE_BYTES_MAX, SHORT_BYTES_MAX, SOURCE_BYTES_MAX, URL_BYTES_MAX};
use crate::rejection::Rejection;

use super::lookup::{self, Kind, kind};
use super::{envelope, is_markup};

/// `None` where the mapping finds neither a body nor a content.
pub(super) fn read(text: &str, about: About<'_>, flaws: &mut Vec<Flaw>) -> Result<Option<Draft>, Rejection> {
    let mapping = &about.settings.json;
    if mapping.body.is_empty() && mapping.content.is_empty() {
        return Ok(None);
    }
    if let Some(body) = lookup::pointer(text, &mapping.body).and_then(|value| body_of(value, flaws)) {
        // The hash needs the headline now; `fill` looks again where there is none, and leaves the flaw.
        let headline = fact(text, "headline", &mapping.headline, HEADLINE_BYTES_MAX, &mut Vec::new());
        let stated = Stated { headline, ..Stated::default() };
        let markup = is_markup(&body);
        let mut draft = draft::of_item(body, markup, stated, about.settings.content_bytes_max, flaws)?;
        complete(text, about.settings, &mut draft, flaws);
        return Ok(Some(draft));
    }
    let content = lookup::pointer(text, &mapping.content).and_then(lookup::string);
    let Some(content) = content.filter(|content| !content.trim().is_empty()) else { return Ok(None) };
    let inner = About { media: None, level: Level::Mapped, ..about };
    let mut draft = content::read_text(content, inner, flaws)?;
    complete(text, about.settings, &mut draft, flaws);
    Ok(Some(draft))
}

/// Adds what the mapping names, where the draft states nothing yet.
pub(super) fn fill(text: &str, mapping: &JsonMapping, draft: &mut Draft, flaws: &mut Vec<Flaw>) {
    let stated = &mut draft.stated;
    let mut add = |known: &mut Option<String>, name: &str, pointer: &str, bytes_max: usize| {
        if known.is_none() {
            *known = fact(text, name, pointer, bytes_max, flaws);
        }
    };
    add(&mut stated.headline, "headline", &mapping.headline, HEADLINE_BYTES_MAX);
    add(&mut stated.published, "published", &mapping.published, SHORT_BYTES_MAX);
    add(&mut stated.url, "url", &mapping.url, URL_BYTES_MAX);
    add(&mut stated.source, "source", &mapping.source, SOURCE_BYTES_MAX);
    if draft.fetched_at_ms.is_none() {
        draft.fetched_at_ms =
            lookup::pointer(text, &mapping.fetched_at).and_then(|value| fetched_at(value, flaws));
    }
}

/// Adds what the mapping names, and what fields of the envelope's names hold where it names nothing.
fn complete(text: &str, settings: &DecodeSettings, draft: &mut Draft, flaws: &mut Vec<Flaw>) {
    let mapping = &settings.json;
    fill(text, mapping, draft, flaws);
    // The text parsed before it came here.
    let [url, source, fetched, meta] =
        lookup::fields(text, &["url", "source", "fetched_at", "meta"]).unwrap_or_default();
    let mut line = |value: Option<&RawValue>, name: &str, pointer: &str, bytes_max: usize| {
        let value = value.filter(|_| pointer.is_empty()).and_then(lookup::string)?;
        stated::fact(name, &value, bytes_max, flaws)
    };
    let stated = &mut draft.stated;
    stated.url = stated.url.take().or_else(|| line(url, "url", &mapping.url, URL_BYTES_MAX));
    stated.source =
        stated.source.take().or_else(|| line(source, "source", &mapping.source, SOURCE_BYTES_MAX));
    if draft.fetched_at_ms.is_none() && mapping.fetched_at.is_empty() {
        draft.fetched_at_ms = fetched.and_then(|value| fetched_at(value, flaws));
    }
    draft.meta = envelope::foreign_meta(meta, settings, flaws);
}

/// A body: a string, or an array of strings as its paragraphs. `None` where nothing but white space is there.
fn body_of(value: &RawValue, flaws: &mut Vec<Flaw>) -> Option<String> {
    let body = if kind(value) == Kind::Array {
        let paragraphs: Vec<String> =
            lookup::items(value, "body", flaws).into_iter().filter_map(lookup::string).collect();
        paragraphs.join("\n")
    } else {
        lookup::string(value)?
    };
    (!body.trim().is_empty()).then_some(body)
}

fn fact(text: &str, name: &str, pointer: &str, bytes_max: usize, flaws: &mut Vec<Flaw>) -> Option<String> {
    let value = lookup::pointer(text, pointer)?;
    let Some(line) = lookup::string_or_number(value) else {
        flaws.push(ignored(name, value));
        return None;
    };
    stated::fact(name, &line, bytes_max, flaws)
}

fn fetched_at(value: &RawValue, flaws: &mut Vec<Flaw>) -> Option<i64> {
    match kind(value) {
        Kind::Number => fetched::from_number(value.get(), flaws),
        Kind::String => fetched::from_text(&lookup::string(value)?, flaws),
        _ => {
            flaws.push(ignored("fetched_at", value));
            None
        }
    }
}

fn ignored(name: &str, value: &RawValue) -> Flaw {
    Flaw::new(flaws::FIELD_IGNORED).with_detail(format!("{name} is {}", kind(value).named()))
}
