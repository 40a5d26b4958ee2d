//! What content is, by looking at it: known binary formats by their first bytes, markup by its first tag.

use crate::rejection::{Code, Rejection};

use super::clean::is_dropped;

/// What a text is, by its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// A doctype, an `html` element, or another element or comment of HTML at the very start.
    Html {
        certain: bool,
    },
    Feed,
    Sitemap,
    /// An XML declaration and a root element of no known kind: its name.
    Xml(&'a str),
    /// No markup at the start.
    Text,
}

/// Formats with unmistakable first bytes that can't hold an article for khabar.
const BINARY_MAGICS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xFF\xD8\xFF", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"RIFF", "a RIFF file (WebP, WAV, AVI)"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an OLE office document"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"BZh91AY&SY", "bzip2 data; compress with gzip, zstd or brotli"),
    (b"\xFD7zXZ\x00", "xz data; compress with gzip, zstd or brotli"),
    (b"\x04\x22\x4D\x18", "lz4 data; compress with gzip, zstd or brotli"),
    (b"\x7FELF", "an ELF program"),
    (b"Obj\x01", "an Avro file"),
    (b"PAR1", "a Parquet file"),
    (b"ID3", "an MP3 file"),
    (b"OggS", "an Ogg file"),
    (b"wOF2", "a font"),
    (b"SQLite format 3\x00", "an SQLite file"),
];
/// The schema registry's framing of Avro and Protobuf: a zero byte and the id's high byte, zero in practice.
const REGISTRY_FRAME: &[u8] = &[0, 0];

/// A magic of this length is no accident.
const MAGIC_BYTES_CERTAIN: usize = 8;
/// How far the NUL of a binary header is looked for.
const NUL_WITHIN_BYTES: usize = 32;

/// Element names are looked at up to this length.
const NAME_BYTES_MAX: usize = 64;

/// Elements that begin a page or a fragment of HTML.
const HTML_ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "amp-img",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "blockquote",
    "body",
    "br",
    "button",
    "center",
    "cite",
    "code",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "label",
    "li",
    "link",
    "main",
    "mark",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "p",
    "picture",
    "pre",
    "q",
    "s",
    "script",
    "section",
    "small",
    "span",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "u",
    "ul",
    "video",
];

/// Elements that divide a text into blocks: where they stand in a text, it is a fragment of HTML.
const BLOCK_ELEMENTS: &[&str] = &[
    "article",
    "blockquote",
    "body",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "html",
    "li",
    "ol",
    "p",
    "section",
    "table",
    "td",
    "tr",
    "ul",
];

/// Rejects formats that are recognised by their first bytes and can't be read.
pub(super) fn reject_binary(bytes: &[u8]) -> Result<(), Rejection> {
    let start = trim_start(bytes);
    if start.starts_with(b"%PDF-") {
        return Err(Rejection::new(Code::Pdf, "a PDF; convert it to text or HTML first"));
    }
    if start.starts_with(b"WARC/") {
        return Err(Rejection::new(Code::Warc, "a WARC archive; split it into pages first"));
    }
    for (magic, name) in BINARY_MAGICS {
        if bytes.starts_with(magic) && is_binary_magic(bytes, magic) {
            return Err(Rejection::new(Code::BinaryContent, *name));
        }
    }
    Ok(())
}

/// Rejects what begins like a schema registry's frame, once JSON in such a frame was taken out of it.
pub(super) fn reject_registry_frame(bytes: &[u8]) -> Result<(), Rejection> {
    if bytes.starts_with(REGISTRY_FRAME) {
        let detail =
            "two zero bytes at the start: a registry's frame with Avro or Protobuf, perhaps; send JSON";
        return Err(Rejection::new(Code::BinaryContent, detail));
    }
    Ok(())
}

/// A short magic of letters alone may also begin a text; binary data has a NUL soon behind it.
fn is_binary_magic(bytes: &[u8], magic: &[u8]) -> bool {
    let letters_alone = magic.len() < MAGIC_BYTES_CERTAIN && magic.iter().all(u8::is_ascii_alphanumeric);
    !letters_alone || bytes.iter().take(NUL_WITHIN_BYTES).any(|byte| *byte == 0)
}

/// The bytes without a UTF-8 byte order mark and leading ASCII white space.
pub(super) fn trim_start(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start()
}

/// Looks at the beginning of a text. Linear: comments, declarations and white space are each passed once.
pub(super) fn shape(text: &str) -> Shape<'_> {
    let mut rest = text;
    let mut xml_declared = false;
    let mut comment_seen = false;
    loop {
        rest = rest.trim_start_matches(|character: char| {
            character.is_whitespace() || character == '\u{FEFF}' || is_dropped(character)
        });
        let after = if let Some(comment) = rest.strip_prefix("<!--") {
            comment_seen = true;
            comment.find("-->").map(|end| &comment[end + 3..])
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            xml_declared |= starts_with_name(instruction, "xml");
            instruction.find('>').map(|end| &instruction[end + 1..])
        } else if let Some(declaration) = rest.strip_prefix("<!") {
            if starts_with_name(declaration, "doctype") {
                let root = declaration["doctype".len()..].trim_start();
                if starts_with_name(root, "html") {
                    return Shape::Html { certain: true };
                }
                xml_declared = true;
            }
            declaration.find('>').map(|end| &declaration[end + 1..])
        } else {
            break;
        };
        match after {
            Some(after) => rest = after,
            // An unclosed comment or declaration: what follows is for the HTML parser to mend.
            None => return Shape::Html { certain: false },
        }
    }
    let name = tag_name(rest);
    match root_kind(name) {
        Shape::Text if xml_declared && !name.is_empty() => Shape::Xml(name),
        Shape::Text if comment_seen || xml_declared => Shape::Html { certain: false },
        shape => shape,
    }
}

fn root_kind(name: &str) -> Shape<'_> {
    let local = name.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    match local.as_str() {
        "" => Shape::Text,
        "rss" | "feed" | "rdf" => Shape::Feed,
        "urlset" | "sitemapindex" => Shape::Sitemap,
        "html" => Shape::Html { certain: true },
        other if HTML_ELEMENTS.binary_search(&other).is_ok() => Shape::Html { certain: false },
        _ => Shape::Text,
    }
}

/// Whether a text holds at least `tags_min` tags that divide it into blocks (`<p>`, `</div>`, `<br/>`).
pub(super) fn has_blocks(text: &str, tags_min: usize) -> bool {
    let mut found = 0;
    for (position, _) in text.match_indices('<') {
        let rest = &text[position..];
        let name =
            tag_name(rest.strip_prefix("</").map_or(rest, |_| &text[position + 1..])).to_ascii_lowercase();
        if BLOCK_ELEMENTS.binary_search(&name.as_str()).is_ok() {
            found += 1;
            if found >= tags_min {
                return true;
            }
        }
    }
    false
}

/// Whether a text holds anything that an HTML parser would take for a tag.
pub(super) fn has_tags(text: &str) -> bool {
    text.as_bytes().windows(2).any(|pair| {
        pair[0] == b'<' && (pair[1].is_ascii_alphabetic() || matches!(pair[1], b'/' | b'!' | b'?'))
    })
}

/// The name behind a leading `<` or `/`, where white space, `/` or `>` ends it; else empty.
fn tag_name(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(['<', '/']) else { return "" };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_' | b'.');
    let length = rest.bytes().take(NAME_BYTES_MAX).take_while(|byte| is_name(*byte)).count();
    let closed =
        matches!(rest.as_bytes().get(length), Some(b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n' | 0xC));
    if closed { &rest[..length] } else { "" }
}

fn starts_with_name(text: &str, name: &str) -> bool {
    text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && !text[name.len()..].starts_with(|next: char| next.is_ascii_alphanumeric())
}
