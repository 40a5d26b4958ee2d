//! A small scanner over the bytes of a page: tags, texts, comments. Linear, without recursion, without a tree.
//!
//! It follows the tokenizer of the HTML standard where that decides what is a tag, and no further: no tree is built.

/// No element that is known by name has a longer one.
const NAME_BYTES_MAX: usize = 16;

/// Whether the content of an element is text up to its own end tag.
fn is_raw_text(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "noscript" | "textarea" | "title" | "xmp" | "iframe" | "noembed" | "noframes"
    )
}

/// Whether an element has no content and no end tag.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// A name in lower case; empty where it is longer than any known one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LowerName {
    bytes: [u8; NAME_BYTES_MAX],
    length: usize,
}

impl LowerName {
    fn of(name: &str) -> Self {
        let mut lower = Self { bytes: [0; NAME_BYTES_MAX], length: 0 };
        if let Some(bytes) = lower.bytes.get_mut(..name.len()) {
            bytes.copy_from_slice(name.as_bytes());
            bytes.make_ascii_lowercase();
            lower.length = name.len();
        }
        lower
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// A piece of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'page> {
    /// Text between tags, its character references not decoded.
    Text(&'page str),
    /// The content of an element whose content is text.
    RawText(&'page str),
    Start(Tag<'page>),
    /// The end tag of this name, as written.
    End(&'page str),
    /// A comment, a doctype, a processing instruction.
    Comment,
}

/// A start tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'page> {
    /// As written.
    pub name: &'page str,
    pub lower: LowerName,
    /// What stands between the name and the closing bracket.
    pub attributes: &'page str,
    /// Where the tag begins and ends in the page.
    pub start: usize,
    pub end: usize,
}

impl Tag<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub fn is_void(&self) -> bool {
        is_void(self.lower.as_str())
    }

    pub fn is_self_closing(&self) -> bool {
        self.attributes.ends_with('/')
    }
}

/// An attribute as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attribute<'page> {
    /// From the name's first byte to the value's last, quotes included, within the tag's `attributes`.
    pub start: usize,
    pub end: usize,
    pub name: &'page str,
}

/// The scanner. Each byte is looked at a bounded number of times.
pub(super) struct Scanner<'page> {
    page: &'page str,
    at: usize,
    /// The content of this element follows.
    raw_text_of: Option<&'page str>,
}

impl<'page> Scanner<'page> {
    pub const fn new(page: &'page str) -> Self {
        Self { page, at: 0, raw_text_of: None }
    }

    /// Where in the page the next piece begins.
    pub const fn position(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'page str {
        &self.page[self.at..]
    }

    fn raw_text(&mut self, name: &str) -> Piece<'page> {
        let rest = self.rest();
        let end = rest
            .match_indices('<')
            .map(|(index, _)| index)
            .find(|index| rest[index + 1..].strip_prefix('/').is_some_and(|rest| is_end_tag_of(rest, name)))
            .unwrap_or(rest.len());
        self.at += end;
        Piece::RawText(&rest[..end])
    }

    fn comment(&mut self) -> Piece<'page> {
        let rest = self.rest();
        let end = if let Some(content) = rest.strip_prefix("<!--") {
            // `<!-->` and `<!--->` are whole comments.
            match content {
                _ if content.starts_with('>') => 5,
                _ if content.starts_with("->") => 6,
                _ => comment_end(content).map_or(rest.len(), |end| 4 + end),
            }
        } else {
            rest.find('>').map_or(rest.len(), |end| end + 1)
        };
        self.at += end;
        Piece::Comment
    }

    fn end_tag(&mut self) -> Piece<'page> {
        let rest = self.rest();
        let name_end = name_end(rest, 2);
        let end = tag_end(rest, name_end);
        self.at += end.map_or(rest.len(), |end| end + 1);
        Piece::End(&rest[2..name_end])
    }

    /// `None` where the page ends inside the tag: it is no tag then.
    fn start_tag(&mut self) -> Option<Piece<'page>> {
        let rest = self.rest();
        let name_end = name_end(rest, 1);
        let Some(end) = tag_end(rest, name_end) else {
            self.at = self.page.len();
            return None;
        };
        let name = &rest[1..name_end];
        let tag = Tag {
            name,
            lower: LowerName::of(name),
            attributes: &rest[name_end..end],
            start: self.at,
            end: self.at + end + 1,
        };
        self.at = tag.end;
        if is_raw_text(tag.lower.as_str()) {
            self.raw_text_of = Some(name);
        }
        Some(Piece::Start(tag))
    }
}

impl<'page> Iterator for Scanner<'page> {
    type Item = Piece<'page>;

    fn next(&mut self) -> Option<Piece<'page>> {
        if let Some(name) = self.raw_text_of.take() {
            return Some(self.raw_text(name));
        }
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let bytes = rest.as_bytes();
        if bytes[0] == b'<' {
            match bytes.get(1) {
                Some(letter) if letter.is_ascii_alphabetic() => return self.start_tag(),
                Some(b'/') if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => {
                    return Some(self.end_tag());
                }
                Some(b'!' | b'?' | b'/') => return Some(self.comment()),
                _ => {}
            }
        }
        // A bracket that opens nothing is text.
        let begin = usize::from(bytes[0] == b'<');
        let end = rest[begin..].find('<').map_or(rest.len(), |index| begin + index);
        self.at += end;
        Some(Piece::Text(&rest[..end]))
    }
}

fn comment_end(content: &str) -> Option<usize> {
    let bytes = content.as_bytes();
    content.match_indices("--").find_map(|(index, _)| match bytes.get(index + 2) {
        Some(b'>') => Some(index + 3),
        // `--!>`, and `--->`, which begins one byte later.
        Some(b'!' | b'-') if bytes.get(index + 3) == Some(&b'>') => Some(index + 4),
        _ => None,
    })
}

fn is_end_tag_of(after_slash: &str, name: &str) -> bool {
    let Some(found) = after_slash.get(..name.len()) else { return false };
    let next = after_slash.as_bytes().get(name.len());
    found.eq_ignore_ascii_case(name)
        && next.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
}

/// The end of a tag's name that begins at `start`.
fn name_end(text: &str, start: usize) -> usize {
    text.as_bytes()[start..]
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
        .map_or(text.len(), |index| start + index)
}

/// The bracket that ends a tag; those in quoted values don't.
fn tag_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    // A quote opens a value only right after an equals sign.
    let mut after_equals = false;
    while at < bytes.len() {
        match bytes[at] {
            b'>' => return Some(at),
            quote @ (b'"' | b'\'') if after_equals => {
                at += 1 + text[at + 1..].find(char::from(quote))?;
                after_equals = false;
            }
            b'=' => after_equals = true,
            byte if byte.is_ascii_whitespace() => {}
            _ => after_equals = false,
        }
        at += 1;
    }
    None
}

/// The attributes of a tag, in order.
pub(super) fn attributes(text: &str) -> impl Iterator<Item = Attribute<'_>> {
    let bytes = text.as_bytes();
    let is_gap = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
    let find = move |from: usize, stops: &dyn Fn(&u8) -> bool| {
        bytes[from..].iter().position(stops).map_or(bytes.len(), |index| from + index)
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = find(at, &|byte| !is_gap(byte));
        if start >= bytes.len() {
            return None;
        }
        // An equals sign in front is part of the name.
        let name_end = find(start + 1, &|byte| is_gap(byte) || *byte == b'=');
        let equals = find(name_end, &|byte| !byte.is_ascii_whitespace());
        let mut end = name_end;
        if bytes.get(equals) == Some(&b'=') {
            let value = find(equals + 1, &|byte| !byte.is_ascii_whitespace());
            end = match bytes.get(value) {
                Some(quote @ (b'"' | b'\'')) => {
                    let quote = char::from(*quote);
                    text[value + 1..].find(quote).map_or(bytes.len(), |length| value + 1 + length + 1)
                }
                Some(_) => find(value, &u8::is_ascii_whitespace),
                None => bytes.len(),
            };
        }
        at = end;
        Some(Attribute { start, end, name: &text[start..name_end] })
    })
}
