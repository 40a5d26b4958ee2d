//! Content to its form: a page, a dump, or an item of JSON; or a rejection that names what it is.

use crate::article::{Content, Flaw};
use crate::config::settings::DecodeSettings;
use crate::rejection::{Code, Rejection};

use super::clean;
use super::draft::{self, Draft, Form};
use super::encoding::{self, Hints};
use super::flaws;
use super::json;
use super::media::{Kind, Media};
use super::sniff::{self, Shape};
use super::stated::excerpt;

/// A text may quote one tag; two that divide it into blocks make it a fragment of HTML.
const BLOCK_TAGS_MIN: usize = 2;

/// Where the content stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// It is the record's value.
    Record,
    /// It is the content of an envelope, and can't be another envelope.
    Envelope,
    /// It is what `decode.json.content` names, and can't be JSON again.
    Mapped,
}

/// What is known about content from outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub media: Option<&'a Media>,
    pub url: Option<&'a str>,
    pub level: Level,
    pub settings: &'a DecodeSettings,
}

impl About<'_> {
    pub(super) fn kind(&self) -> Kind {
        self.media.map_or(Kind::Unstated, |media| media.kind)
    }

    pub(super) fn hints(&self) -> Hints<'_> {
        Hints { charset: self.media.and_then(|media| media.charset.as_deref()), url: self.url }
    }

    /// The flaw of content that is not what its stated type says.
    pub(super) fn wrong_type(&self) -> Flaw {
        let stated = self.media.map_or("", |media| media.essence.as_str());
        Flaw::new(flaws::CONTENT_TYPE_WRONG).with_detail(stated)
    }
}

/// Content as bytes, with compression undone.
pub(super) fn read_bytes(bytes: &[u8], about: About<'_>, flaws: &mut Vec<Flaw>) -> Result<Draft, Rejection> {
    sniff::reject_binary(bytes)?;
    sniff::reject_registry_frame(bytes)?;
    if let Some(draft) = json::read(bytes, about, flaws)? {
        return Ok(draft);
    }
    reject_type(about, bytes)?;
    let text = encoding::to_text(bytes, about.hints(), flaws)?;
    finish(text, Some(bytes), about, flaws)
}

/// Content as text: out of a JSON string.
pub(super) fn read_text(text: String, about: About<'_>, flaws: &mut Vec<Flaw>) -> Result<Draft, Rejection> {
    sniff::reject_binary(text.as_bytes())?;
    if let Some(draft) = json::read(text.as_bytes(), about, flaws)? {
        return Ok(draft);
    }
    encoding::check_replaced(&text, flaws)?;
    finish(text, None, about, flaws)
}

/// A page or a dump. The hash is over `original`, or over the text as it came where there are no other bytes.
fn finish(
    text: String,
    original: Option<&[u8]>,
    about: About<'_>,
    flaws: &mut Vec<Flaw>,
) -> Result<Draft, Rejection> {
    let form = form_of(&text, about, flaws)?;
    let content_hash = draft::content_hash(form, original.unwrap_or(text.as_bytes()));
    let text = clean::clean(text, flaws);
    draft::check_size(&text, about.settings.content_bytes_max)?;
    if text.trim().is_empty() {
        return Err(blank(about.level));
    }
    if form == Form::Html {
        return Ok(Draft::bare(Content::Html(text), content_hash));
    }
    if !text.chars().any(char::is_alphabetic) {
        return Err(Rejection::new(Code::NoArticle, "there is no letter in the text"));
    }
    Ok(Draft::bare(Content::Dump(text), content_hash))
}

/// The rejection of content that has nothing but white space.
pub(super) fn blank(level: Level) -> Rejection {
    match level {
        Level::Record => Rejection::new(Code::EmptyPayload, "nothing but white space"),
        Level::Envelope | Level::Mapped => {
            Rejection::new(Code::EnvelopeWithoutContent, "the content in the JSON object is empty")
        }
    }
}

/// Bytes of a type that khabar does not read are not even decoded, unless they may be a page after all: they are
/// binary data, and the stated type names that better than a guess at their encoding.
fn reject_type(about: About<'_>, bytes: &[u8]) -> Result<(), Rejection> {
    let is_page = || sniff::trim_start(bytes).starts_with(b"<");
    match about.kind() {
        Kind::Pdf if !is_page() => {
            Err(Rejection::new(Code::Pdf, "stated as PDF; convert it to text or HTML first"))
        }
        Kind::Warc if !is_page() => {
            Err(Rejection::new(Code::Warc, "stated as a WARC archive; split it into pages first"))
        }
        _ => Ok(()),
    }
}

/// The stated type and what the text looks like, weighed: a page by its doctype is a page whatever was stated.
fn form_of(text: &str, about: About<'_>, flaws: &mut Vec<Flaw>) -> Result<Form, Rejection> {
    let shape = sniff::shape(text);
    let kind = about.kind();
    match (kind, shape) {
        (Kind::Other, _) => Err(unsupported(about)),
        (_, Shape::Feed) => {
            Err(Rejection::new(Code::Feed, "an RSS or Atom feed; split it into articles first"))
        }
        (_, Shape::Sitemap) => Err(Rejection::new(Code::Sitemap, "a sitemap; fetch the pages that it lists")),
        (Kind::Html, Shape::Text) if !sniff::has_tags(text) => {
            flaws.push(about.wrong_type());
            Ok(Form::Dump)
        }
        (Kind::Html, _) | (Kind::Unstated | Kind::Xml, Shape::Html { .. }) => Ok(Form::Html),
        (Kind::Unstated | Kind::Xml, Shape::Xml(root)) => {
            flaws.push(Flaw::new(flaws::XML_READ_AS_HTML).with_detail(root));
            Ok(Form::Html)
        }
        (Kind::Unstated, Shape::Text) => {
            Ok(if sniff::has_blocks(text, BLOCK_TAGS_MIN) { Form::Html } else { Form::Dump })
        }
        (Kind::Xml, Shape::Text) => {
            flaws.push(about.wrong_type());
            Ok(if sniff::has_blocks(text, BLOCK_TAGS_MIN) { Form::Html } else { Form::Dump })
        }
        (Kind::Text, Shape::Text | Shape::Html { certain: false })
            if !sniff::has_blocks(text, BLOCK_TAGS_MIN) =>
        {
            Ok(Form::Dump)
        }
        (_, Shape::Html { certain: true })
        | (Kind::Text, _)
        | (Kind::Json, Shape::Xml(_) | Shape::Html { .. }) => {
            flaws.push(about.wrong_type());
            Ok(Form::Html)
        }
        (Kind::Json, Shape::Text) => Err(Rejection::new(Code::JsonBroken, "stated as JSON, and it is text")),
        (Kind::Feed, _) => Err(Rejection::new(Code::Feed, "stated as a feed; split it into articles first")),
        (Kind::Pdf, _) => Err(Rejection::new(Code::Pdf, "stated as PDF; convert it to text or HTML first")),
        (Kind::Warc, _) => {
            Err(Rejection::new(Code::Warc, "stated as a WARC archive; split it into pages first"))
        }
    }
}

fn unsupported(about: About<'_>) -> Rejection {
    let stated = about.media.map_or("", |media| media.essence.as_str());
    let detail = format!("content type {}; known are HTML, plain text and JSON", excerpt(stated));
    Rejection::new(Code::ContentTypeUnsupported, detail)
}
