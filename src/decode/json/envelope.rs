//! The envelope: `url`, `fetched_at`, `content` or `content_base64`, `content_type`, `content_encoding`, `source`,
//! `http_headers`, `meta`. Only the content is required; fields of other names are ignored.
//!
//! A known field of the wrong JSON type is `envelope_invalid`; null counts as absent.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};
use serde_json::value::RawValue;

use crate::article::Flaw;
use crate::config::settings::DecodeSettings;
use crate::decode::content::{self, About, Level};
use crate::decode::draft::Draft;
use crate::decode::fetched;
use crate::decode::flaws;
use crate::decode::inflate::{self, StatedEncoding};
use crate::decode::media::{self, Media};
use crate::decode::stated::{self, SOURCE_BYTES_MAX, URL_BYTES_MAX};
use crate::rejection::{Code, Rejection};

use super::lookup::{self, Kind, kind};
use super::mapped;

/// Header values of one name that are read; the first that is there is the one that counts.
const HEADER_VALUES_MAX: usize = 16;

const NAMES: [&str; 9] = [
    "content",
    "content_base64",
    "url",
    "fetched_at",
    "content_type",
    "content_encoding",
    "source",
    "http_headers",
    "meta",
];

/// The envelope's fields, unread; null is absent.
pub(super) struct Fields<'a> {
    content: Option<&'a RawValue>,
    content_base64: Option<&'a RawValue>,
    url: Option<&'a RawValue>,
    fetched_at: Option<&'a RawValue>,
    content_type: Option<&'a RawValue>,
    content_encoding: Option<&'a RawValue>,
    source: Option<&'a RawValue>,
    http_headers: Option<&'a RawValue>,
    meta: Option<&'a RawValue>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(text: &'a str) -> serde_json::Result<Self> {
        let [
            content,
            content_base64,
            url,
            fetched_at,
            content_type,
            content_encoding,
            source,
            http_headers,
            meta,
        ] = lookup::fields(text, &NAMES)?;
        Ok(Self {
            content,
            content_base64,
            url,
            fetched_at,
            content_type,
            content_encoding,
            source,
            http_headers,
            meta,
        })
    }

    pub(super) const fn has_content(&self) -> bool {
        self.content.is_some() || self.content_base64.is_some()
    }
}

/// Reads the envelope and its content. What `decode.json` names is added where the envelope states nothing.
pub(super) fn read(
    text: &str,
    fields: &Fields<'_>,
    about: About<'_>,
    flaws: &mut Vec<Flaw>,
) -> Result<Draft, Rejection> {
    let url = string("url", fields.url)?.and_then(|url| stated::fact("url", &url, URL_BYTES_MAX, flaws));
    let source = string("source", fields.source)?
        .and_then(|source| stated::fact("source", &source, SOURCE_BYTES_MAX, flaws));
    let fetched_at_ms = fetched_at(fields.fetched_at, flaws)?;
    let meta = meta(fields.meta, about.settings)?;
    let wire = WireHeaders::of(fields.http_headers)?;
    let media = media_of(fields, &wire, flaws)?;
    let inner = About {
        media: media.as_ref(),
        url: url.as_deref().or(about.url),
        level: Level::Envelope,
        settings: about.settings,
    };
    let draft = match (fields.content, fields.content_base64) {
        (Some(_), Some(_)) => {
            return Err(invalid("content and content_base64 are both there; send one of them"));
        }
        (_, Some(encoded)) => {
            let bytes = unpack(encoded, fields.content_encoding, &wire, about.settings, flaws)?;
            if bytes.trim_ascii().is_empty() {
                return Err(content::blank(Level::Envelope));
            }
            content::read_bytes(&bytes, inner, flaws)?
        }
        (content, None) => {
            note_encoding_of_text(fields.content_encoding, flaws)?;
            let content = string("content", content)?.unwrap_or_default();
            if content.trim().is_empty() {
                return Err(content::blank(Level::Envelope));
            }
            content::read_text(content, inner, flaws)?
        }
    };
    let mut draft = Draft { meta, ..draft };
    draft.stated.url = url.or(draft.stated.url);
    draft.stated.source = source.or(draft.stated.source);
    draft.fetched_at_ms = fetched_at_ms.or(draft.fetched_at_ms);
    mapped::fill(text, &about.settings.json, &mut draft, flaws);
    Ok(draft)
}

fn string(name: &str, value: Option<&RawValue>) -> Result<Option<String>, Rejection> {
    let Some(value) = value else { return Ok(None) };
    match lookup::string(value) {
        Some(text) => Ok(Some(text)),
        None => Err(wrong_type(name, value, "a string")),
    }
}

fn wrong_type(name: &str, value: &RawValue, wanted: &str) -> Rejection {
    invalid(&format!("{name} is {}; it must be {wanted}", kind(value).named()))
}

fn invalid(detail: &str) -> Rejection {
    Rejection::new(Code::EnvelopeInvalid, detail)
}

fn fetched_at(value: Option<&RawValue>, flaws: &mut Vec<Flaw>) -> Result<Option<i64>, Rejection> {
    let Some(value) = value else { return Ok(None) };
    match kind(value) {
        Kind::Number => Ok(fetched::from_number(value.get(), flaws)),
        Kind::String => Ok(lookup::string(value).as_deref().and_then(|text| fetched::from_text(text, flaws))),
        _ => {
            Err(wrong_type("fetched_at", value, "an RFC 3339 string, or a number of seconds or milliseconds"))
        }
    }
}

/// Verbatim, except that line breaks between the values become spaces: a record is one line in many tools.
pub(super) fn meta(
    value: Option<&RawValue>,
    settings: &DecodeSettings,
) -> Result<Option<Box<RawValue>>, Rejection> {
    let Some(value) = value else { return Ok(None) };
    let bytes = value.get().len();
    if bytes > settings.meta_bytes_max {
        let detail = format!("meta has {bytes} bytes; decode.meta_bytes_max is {}", settings.meta_bytes_max);
        return Err(Rejection::new(Code::MetaTooLarge, detail));
    }
    if !value.get().contains(['\n', '\r']) {
        return Ok(Some(value.to_owned()));
    }
    // Within JSON strings a line break is always escaped, so these stand between values.
    let line = value.get().replace(['\n', '\r'], " ");
    RawValue::from_string(line).map(Some).map_err(|error| Rejection::new(Code::JsonBroken, error.to_string()))
}

/// The two HTTP headers that matter, as the crawler copied them.
#[derive(Default)]
struct WireHeaders {
    content_type: Option<String>,
    content_encoding: Option<String>,
}

impl WireHeaders {
    fn of(value: Option<&RawValue>) -> Result<Self, Rejection> {
        let Some(value) = value else { return Ok(Self::default()) };
        if kind(value) != Kind::Object {
            return Err(wrong_type("http_headers", value, "an object of strings or arrays of strings"));
        }
        let pairs = lookup::fields_ignoring_case(value.get(), &["content-type", "content-encoding"]);
        let [content_type, content_encoding] = pairs.map_err(|error| invalid(&error.to_string()))?;
        Ok(Self {
            content_type: header("http_headers.content-type", content_type)?,
            content_encoding: header("http_headers.content-encoding", content_encoding)?,
        })
    }
}

/// A header's value: a string, or the first string of an array.
fn header(name: &str, value: Option<&RawValue>) -> Result<Option<String>, Rejection> {
    let Some(value) = value else { return Ok(None) };
    if kind(value) != Kind::Array {
        return string(name, Some(value));
    }
    let values = lookup::items(value, name, &mut Vec::new());
    for item in values.into_iter().take(HEADER_VALUES_MAX) {
        if let Some(text) = string(name, Some(item))?.filter(|text| !text.trim().is_empty()) {
            return Ok(Some(text));
        }
    }
    Ok(None)
}

/// The envelope's own content type; the copied header gives what it lacks, except a type that says khabar can't
/// read the content: crawlers copy such headers from redirects and error pages.
fn media_of(
    fields: &Fields<'_>,
    wire: &WireHeaders,
    flaws: &mut Vec<Flaw>,
) -> Result<Option<Media>, Rejection> {
    let own = string("content_type", fields.content_type)?.and_then(|text| stated::media(&text, flaws));
    let wire = wire.content_type.as_deref().and_then(|text| stated::media(text, flaws));
    Ok(match (own, wire) {
        (Some(own), Some(wire)) if own.charset.is_none() => Some(Media { charset: wire.charset, ..own }),
        (None, Some(wire)) if wire.kind == media::Kind::Other => {
            Some(Media { kind: media::Kind::Unstated, ..wire })
        }
        (own, wire) => own.or(wire),
    })
}

/// `content` is text, so nothing is left to undo; an unknown name is an error all the same.
fn note_encoding_of_text(value: Option<&RawValue>, flaws: &mut Vec<Flaw>) -> Result<(), Rejection> {
    let Some(text) = string("content_encoding", value)? else { return Ok(()) };
    inflate::note_ignored(StatedEncoding { text: &text, from_wire: false }, flaws)
}

/// The bytes of `content_base64`, with compression undone.
fn unpack(
    encoded: &RawValue,
    content_encoding: Option<&RawValue>,
    wire: &WireHeaders,
    settings: &DecodeSettings,
    flaws: &mut Vec<Flaw>,
) -> Result<Vec<u8>, Rejection> {
    let own = string("content_encoding", content_encoding)?;
    let stated = match (&own, &wire.content_encoding) {
        (Some(text), _) => Some(StatedEncoding { text, from_wire: false }),
        (None, Some(text)) => Some(StatedEncoding { text, from_wire: true }),
        (None, None) => None,
    };
    let encoded = string("content_base64", Some(encoded))?.unwrap_or_default();
    let bytes = decode_base64(&encoded, settings.content_bytes_max)?;
    let bytes = inflate::undo(Cow::Owned(bytes), stated, settings.content_bytes_max, flaws)?;
    if bytes.len() > settings.content_bytes_max {
        return Err(too_large(bytes.len(), settings.content_bytes_max));
    }
    Ok(bytes.into_owned())
}

/// Standard or URL-safe base64, padded or not; white space between the characters is passed over.
fn decode_base64(encoded: &str, bytes_max: usize) -> Result<Vec<u8>, Rejection> {
    let compact: Cow<'_, str> = if encoded.contains(|character: char| character.is_ascii_whitespace()) {
        Cow::Owned(encoded.split_ascii_whitespace().collect())
    } else {
        Cow::Borrowed(encoded)
    };
    let length = compact.len() / 4 * 3;
    if length > bytes_max.saturating_add(3) {
        return Err(too_large(length, bytes_max));
    }
    let url_safe = compact.contains(['-', '_']);
    let engine = if url_safe { &URL_SAFE_PAD_INDIFFERENT } else { &STANDARD_PAD_INDIFFERENT };
    engine
        .decode(compact.as_ref())
        .map_err(|error| Rejection::new(Code::Base64Broken, format!("content_base64: {error}")))
}

fn too_large(bytes: usize, bytes_max: usize) -> Rejection {
    Rejection::new(Code::ContentTooLarge, format!("{bytes} bytes; decode.content_bytes_max is {bytes_max}"))
}

/// A `meta` beside mapped JSON: carried if it is small, else ignored, since foreign JSON may mean anything by it.
pub(super) fn foreign_meta(
    value: Option<&RawValue>,
    settings: &DecodeSettings,
    flaws: &mut Vec<Flaw>,
) -> Option<Box<RawValue>> {
    match meta(value, settings) {
        Ok(meta) => meta,
        Err(rejection) => {
            flaws.push(Flaw::new(flaws::FIELD_IGNORED).with_detail(rejection.detail));
            None
        }
    }
}
