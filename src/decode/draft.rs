//! What the branches of decode hand back, before the record's headers fill the gaps; and the content hash.

use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use crate::article::{Content, Flaw, Hash128, Stated};
use crate::rejection::{Code, Rejection};

use super::clean;
use super::encoding;

/// Content with what was stated beside it.
#[derive(Debug)]
pub(super) struct Draft {
    pub content: Content,
    pub content_hash: Hash128,
    pub stated: Stated,
    pub fetched_at_ms: Option<i64>,
    pub meta: Option<Box<RawValue>>,
}

impl Draft {
    /// Content that states nothing beside itself.
    pub(super) const fn bare(content: Content, content_hash: Hash128) -> Self {
        let stated = Stated {
            url: None,
            source: None,
            headline: None,
            published: None,
            language: None,
            authors: Vec::new(),
            keywords: Vec::new(),
        };
        Self { content, content_hash, stated, fetched_at_ms: None, meta: None }
    }
}

/// The forms of content, as the first byte under the content hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `h`: a page or a fragment; its bytes before any change of encoding.
    Html,
    /// `d`: a dump; its bytes before any change of encoding.
    Dump,
    /// `t`: text that counts as parsed; headline, NUL, body, both as UTF-8.
    Text,
    /// `j`: markup out of a JSON item with a headline beside it; headline, NUL, markup, both as UTF-8.
    Item,
}

impl Form {
    const fn byte(self) -> u8 {
        match self {
            Self::Html => b'h',
            Self::Dump => b'd',
            Self::Text => b't',
            Self::Item => b'j',
        }
    }
}

/// SHA-256, cut to 128 bits, over the form's byte and the content's bytes.
pub(super) fn content_hash(form: Form, bytes: &[u8]) -> Hash128 {
    digest(Sha256::new_with_prefix([form.byte()]).chain_update(bytes))
}

/// The same for an item: its headline (empty where there is none), NUL, and its body.
fn item_hash(form: Form, headline: &str, body: &str) -> Hash128 {
    digest(
        Sha256::new_with_prefix([form.byte()])
            .chain_update(headline.as_bytes())
            .chain_update([0])
            .chain_update(body.as_bytes()),
    )
}

fn digest(hasher: Sha256) -> Hash128 {
    let digest = hasher.finalize();
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}

/// A draft of an item (mapped JSON, ninjs) whose body is text, or markup where `markup` says so.
pub(super) fn of_item(
    body: String,
    markup: bool,
    stated: Stated,
    bytes_max: usize,
    flaws: &mut Vec<Flaw>,
) -> Result<Draft, Rejection> {
    encoding::check_replaced(&body, flaws)?;
    let body = clean::clean(body, flaws);
    check_size(&body, bytes_max)?;
    if body.trim().is_empty() {
        return Err(Rejection::new(Code::EnvelopeWithoutContent, "the item's text is empty"));
    }
    let headline = stated.headline.as_deref().unwrap_or_default();
    let form = if markup { Form::Item } else { Form::Text };
    let content_hash = item_hash(form, headline, &body);
    let content = if markup { Content::Html(body) } else { Content::Text(body) };
    Ok(Draft { stated, ..Draft::bare(content, content_hash) })
}

/// Every content that leaves decode is within the limit, as UTF-8 too.
pub(super) fn check_size(text: &str, bytes_max: usize) -> Result<(), Rejection> {
    if text.len() > bytes_max {
        let detail = format!("{} bytes as UTF-8; decode.content_bytes_max is {bytes_max}", text.len());
        return Err(Rejection::new(Code::ContentTooLarge, detail));
    }
    Ok(())
}
