//! JSON values: told apart from other text, checked for depth before a parser sees them, then read as one of
//!
//! 1. mapped JSON, where `decode.json` names a content or a body and the object has it (the operator's word);
//! 2. an envelope (`content` or `content_base64`);
//! 3. a ninjs item.
//!
//! An envelope's content may again be 1 or 3, but no second envelope. JSON is UTF-8, or any encoding with a byte
//! order mark, or the `charset` that its content type declares if it fits without loss; anything else is
//! `encoding_broken`, except a character cut at the very end, which is `json_broken` like every other cut.
//! Of keys that repeat, the last one wins, as in most parsers.

mod envelope;
pub(super) mod lookup;
mod mapped;
mod ninjs;
pub(super) mod scan;

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

use crate::article::Flaw;
use crate::rejection::{Code, Rejection};

use super::content::{About, Level};
use super::draft::Draft;
use super::encoding;
use super::flaws;
use super::media::Kind;
use super::sniff;

/// The JSON library recurses to 128; a larger setting is cut to this.
const DEPTH_CEILING: usize = 120;
/// How far the first character is looked for in UTF-16.
const OPENING_BYTES: usize = 256;
/// Begins the `version` of every JSON feed.
const JSON_FEED_VERSION: &str = "https://jsonfeed.org/version/";

/// `None` where the bytes are not JSON. Where JSON was stated, or nothing was and a record begins like an object,
/// broken JSON is an error; elsewhere only an object that parses counts as JSON.
pub(super) fn read(
    bytes: &[u8],
    about: About<'_>,
    flaws: &mut Vec<Flaw>,
) -> Result<Option<Draft>, Rejection> {
    let (bytes, encoding) = marked(bytes);
    let opening = first_byte(bytes, encoding);
    let expected = match (about.kind(), opening) {
        (Kind::Json, b'<') => return Ok(None),
        (Kind::Json, _) => true,
        (Kind::Unstated, b'{') => about.level == Level::Record,
        (_, b'{') | (Kind::Unstated, b'[') => false,
        (Kind::Unstated, b'n') if bytes.trim_ascii() == b"null" => {
            return Err(Rejection::new(
                Code::EnvelopeWithoutContent,
                "JSON null; a tombstone has no value at all",
            ));
        }
        _ => return Ok(None),
    };
    let depth_max = about.settings.json_depth_max.min(DEPTH_CEILING);
    let parsed = text_of(bytes, encoding, about).and_then(|text| checked(text, depth_max));
    let (text, lone_surrogates) = match parsed {
        Ok(parsed) => parsed,
        Err(rejection)
            if expected || (about.kind() == Kind::Unstated && rejection.code == Code::JsonTooDeep) =>
        {
            return Err(rejection);
        }
        Err(_) => return Ok(None),
    };
    if opening != b'{' {
        return not_an_object(&text, opening, expected).map(|()| None);
    }
    let fields = match envelope::Fields::of(&text) {
        Ok(fields) => fields,
        Err(error) if expected => return Err(broken(&error)),
        Err(_) => return Ok(None),
    };
    if !matches!(about.kind(), Kind::Unstated | Kind::Json) {
        flaws.push(about.wrong_type());
    }
    if lone_surrogates > 0 {
        flaws.push(Flaw::new(flaws::LONE_SURROGATES_REPLACED).with_detail(lone_surrogates.to_string()));
    }
    object(&text, &fields, about, flaws).map(Some)
}

/// The bytes behind a byte order mark, and the encoding that it names.
fn marked(bytes: &[u8]) -> (&[u8], &'static Encoding) {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return (&bytes[length..], encoding);
    }
    let utf_16 = matches!(bytes, [0, b'{', ..] | [b'{', 0, ..]).then(|| encoding::utf_16_without_mark(bytes));
    (bytes, utf_16.flatten().unwrap_or(UTF_8))
}

/// The first byte that is no white space; zero where it is not ASCII.
fn first_byte(bytes: &[u8], encoding: &'static Encoding) -> u8 {
    if encoding == UTF_8 {
        return bytes.trim_ascii_start().first().copied().unwrap_or_default();
    }
    let start = &bytes[..bytes.len().min(OPENING_BYTES)];
    let text = encoding.decode_without_bom_handling(start).0;
    text.trim_start().bytes().next().filter(u8::is_ascii).unwrap_or_default()
}

fn text_of<'a>(
    bytes: &'a [u8],
    encoding: &'static Encoding,
    about: About<'_>,
) -> Result<Cow<'a, str>, Rejection> {
    if encoding != UTF_8 {
        return encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
            Rejection::new(Code::EncodingBroken, format!("JSON that is not valid {}", encoding.name()))
        });
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Cow::Borrowed(text)),
        Err(error) => error,
    };
    let declared =
        about.hints().charset.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
    let text = declared
        .filter(|declared| *declared != UTF_8)
        .and_then(|declared| declared.decode_without_bom_handling_and_without_replacement(bytes));
    if let Some(text) = text {
        return Ok(text);
    }
    let position = error.valid_up_to();
    Err(match error.error_len() {
        None => Rejection::new(Code::JsonBroken, format!("JSON cut inside a character, at byte {position}")),
        Some(_) => Rejection::new(Code::EncodingBroken, format!("JSON that is not UTF-8 at byte {position}")),
    })
}

/// The text with unpaired surrogates repaired, and how many there were.
fn checked(text: Cow<'_, str>, depth_max: usize) -> Result<(Cow<'_, str>, usize), Rejection> {
    let found = scan::scan(&text, depth_max);
    if found.too_deep {
        return Err(Rejection::new(Code::JsonTooDeep, format!("JSON nested deeper than {depth_max}")));
    }
    if found.lone_surrogates == 0 {
        return Ok((text, 0));
    }
    Ok((Cow::Owned(scan::repair(&text)), found.lone_surrogates))
}

/// Arrays and plain values hold no article. Without a stated type only an array that parses, or that begins with an
/// object, is JSON at all: `[Cairo]` begins a text.
fn not_an_object(text: &str, opening: u8, expected: bool) -> Result<(), Rejection> {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => {
            let detail = if opening == b'[' {
                "a JSON array; send one object per record"
            } else {
                "JSON, but not an object"
            };
            Err(Rejection::new(Code::EnvelopeWithoutContent, detail))
        }
        Err(error) if expected || begins_array_of_objects(text) => Err(broken(&error)),
        Err(_) => Ok(()),
    }
}

fn begins_array_of_objects(text: &str) -> bool {
    text.trim_start().strip_prefix('[').is_some_and(|rest| rest.trim_start().starts_with('{'))
}

fn object(
    text: &str,
    fields: &envelope::Fields<'_>,
    about: About<'_>,
    flaws: &mut Vec<Flaw>,
) -> Result<Draft, Rejection> {
    if about.level == Level::Mapped {
        let detail =
            "what decode.json.content names is JSON again; send it as an object, and map the fields inside";
        return Err(Rejection::new(Code::EnvelopeInvalid, detail));
    }
    if let Some(draft) = mapped::read(text, about, flaws)? {
        return Ok(draft);
    }
    if fields.has_content() {
        if about.level == Level::Envelope {
            return Err(Rejection::new(
                Code::EnvelopeInvalid,
                "the content of an envelope is another envelope",
            ));
        }
        return envelope::read(text, fields, about, flaws);
    }
    if let Some(draft) = ninjs::read(text, about.settings.content_bytes_max, flaws)? {
        return Ok(draft);
    }
    let feed_version = lookup::pointer(text, "/version").and_then(lookup::string);
    if feed_version.is_some_and(|version| version.starts_with(JSON_FEED_VERSION)) {
        return Err(Rejection::new(Code::Feed, "a JSON feed; split it into articles first"));
    }
    let detail =
        "a JSON object without content, content_base64 or the fields of ninjs; decode.json maps other JSON";
    Err(Rejection::new(Code::EnvelopeWithoutContent, detail))
}

fn broken(error: &serde_json::Error) -> Rejection {
    Rejection::new(Code::JsonBroken, error.to_string())
}

/// Whether a body of JSON is markup.
fn is_markup(body: &str) -> bool {
    sniff::has_blocks(body, 1)
}
