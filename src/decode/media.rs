//! Content types as they are stated, by whoever states them, and what they mean to khabar.

/// What a media type says about the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Says nothing (`application/octet-stream`, a compressed type): look at the bytes.
    Unstated,
    Json,
    Html,
    Text,
    /// XML of any kind: a feed, a sitemap, XHTML, or something else.
    Xml,
    Feed,
    Pdf,
    Warc,
    /// A type that khabar does not read.
    Other,
}

/// A media type, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Media {
    pub kind: Kind,
    /// `type/subtype` in lower case.
    pub essence: String,
    pub charset: Option<String>,
}

/// No media type in use is longer (RFC 6838 allows 127 + 1 + 127).
const ESSENCE_BYTES_MAX: usize = 255;

impl Media {
    /// Reads `Type/Subtype; charset="x"`. Of a list, the first. `None` where it is not a media type at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let first = text.split(',').next().unwrap_or_default();
        let mut parts = first.split(';');
        let essence = parts.next().unwrap_or_default().trim();
        if essence.len() > ESSENCE_BYTES_MAX {
            return None;
        }
        let (kind, subtype) = essence.split_once('/')?;
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let charset = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
            .map(|(_, value)| value.trim().trim_matches(['"', '\'']).trim())
            .filter(|value| !value.is_empty())
            .map(str::to_owned);
        let essence = essence.to_ascii_lowercase();
        Some(Self { kind: kind_of(&essence), essence, charset })
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

fn kind_of(essence: &str) -> Kind {
    match essence {
        "application/json" | "text/json" | "application/x-json" | "application/x-ndjson" => Kind::Json,
        "text/html" | "application/xhtml+xml" => Kind::Html,
        "text/plain" => Kind::Text,
        "application/xml" | "text/xml" => Kind::Xml,
        "application/rss+xml" | "application/atom+xml" | "application/rdf+xml" => Kind::Feed,
        "application/pdf" | "application/x-pdf" => Kind::Pdf,
        "application/warc" | "application/x-warc" => Kind::Warc,
        "*/*"
        | "application/octet-stream"
        | "binary/octet-stream"
        | "application/unknown"
        | "unknown/unknown"
        | "application/gzip"
        | "application/x-gzip"
        | "application/zstd" => Kind::Unstated,
        other if other.ends_with("+json") => Kind::Json,
        other if other.ends_with("+xml") => Kind::Xml,
        _ => Kind::Other,
    }
}
