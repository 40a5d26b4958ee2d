//! What of a page nothing reads: scripts, what stands for them, styles, drawings, comments, most attributes, white space beside other such.
//!
//! Often half of a page. The tree builder would spend its time on each byte; so it gets the page without them. Their
//! tags stay, and so the tree is the same but for what stood in them. What is only perhaps unread stays.

use std::borrow::Cow;
use std::ops::Range;

use super::scan::{Piece, Tag, attributes};

/// Finds the parts that are never read, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// The raw text that comes next is unread.
    raw_text: bool,
    /// What is open is unclear: nothing more is left out.
    lost: bool,
    /// A line break that comes next counts for nothing.
    opens_pre: bool,
    /// Open drawings and formulas: in them a style holds elements.
    drawings: usize,
    formulas: usize,
    /// Where the content of an open drawing begins, as long as it holds nothing but shapes.
    drawing: Option<usize>,
}

impl Unread {
    /// The part that ends with this piece of the page and is unread. `place` is where the piece stands.
    pub fn until(&mut self, page: &str, piece: &Piece<'_>, place: Range<usize>) -> Option<Range<usize>> {
        if self.lost {
            return None;
        }
        self.opens_pre &= matches!(piece, Piece::Text(_));
        match piece {
            Piece::Start(tag) => {
                self.start(tag);
                None
            }
            Piece::RawText(text) => {
                // Behind `<!--` a script may hold scripts with end tags of their own; in drawings it is no raw text.
                let is_escaped = text.contains("<!--");
                let is_foreign = self.drawings + self.formulas > 0;
                self.lost |= (is_escaped && holds(text, "<script")) || (is_foreign && text.contains('<'));
                (std::mem::take(&mut self.raw_text) && !text.is_empty() && !is_escaped).then_some(place)
            }
            Piece::End(name) if name.eq_ignore_ascii_case("svg") => {
                self.drawings = self.drawings.saturating_sub(1);
                self.drawing.take().map(|begin| begin..place.start)
            }
            Piece::End(name) => {
                self.formulas -= usize::from(self.formulas > 0 && name.eq_ignore_ascii_case("math"));
                self.drawing = self.drawing.filter(|_| is_shape(&name.to_ascii_lowercase()));
                None
            }
            Piece::Comment => {
                let is_comment = page[place.start..].starts_with("<!--");
                // Without the comment, what stands around it must not join to a tag or reference.
                let stands_alone = page[..place.start].ends_with(['>', ' ', '\n', '\r', '\t']);
                (is_comment && stands_alone && self.drawing.is_none()).then_some(place)
            }
            Piece::Text(_) => None,
        }
    }

    /// The drawing that may be open has to stay.
    pub fn keep_drawing(&mut self) {
        self.drawing = None;
    }

    /// Makes each run of white space in a text one space: the tree builder takes each line break by itself.
    pub fn in_text(&mut self, text: &str, begin: usize, kept: &mut Kept<'_>) {
        let opens_pre = std::mem::take(&mut self.opens_pre);
        if self.lost || self.drawing.is_some() {
            return;
        }
        let bytes = text.as_bytes();
        let mut at = if !opens_pre {
            0
        } else if text.starts_with("\r\n") {
            2
        } else {
            1
        };
        while let Some(found) = bytes[at..].iter().position(u8::is_ascii_whitespace) {
            let start = at + found;
            let length = bytes[start..].iter().position(|byte| !byte.is_ascii_whitespace());
            let end = length.map_or(bytes.len(), |length| start + length);
            if end - start > 1 || bytes[start] == b'\n' {
                kept.replace(&(begin + start..begin + end), " ");
            }
            at = end;
        }
    }

    /// Leaves out the attributes of a tag that are unread.
    pub fn in_tag(&self, tag: &Tag<'_>, kept: &mut Kept<'_>) {
        let name = tag.lower.as_str();
        // A drawing goes as a whole, and elements that stand for each other are told by all their attributes.
        let is_whole = self.lost || self.drawing.is_some() || is_formatting(name);
        if is_whole || tag.attributes.len() < TAG_BYTES_MIN {
            return;
        }
        let begin = tag.end - 1 - tag.attributes.len();
        let mut before = 0;
        for attribute in attributes(tag.attributes) {
            let gap = std::mem::replace(&mut before, attribute.end);
            let value = &tag.attributes[attribute.start + attribute.name.len()..attribute.end];
            if is_read(name, attribute.name, value) {
                continue;
            }
            // Without it and the gap before it, its neighbours must not join.
            let behind = tag.attributes.as_bytes().get(attribute.end);
            let divides = behind.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'/');
            let start = if divides { gap } else { attribute.start };
            kept.replace(&(begin + start..begin + attribute.end), "");
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        let name = tag.lower.as_str();
        let is_raw_text =
            matches!(name, "style" | "noscript") || (name == "script" && !may_be_data(tag.attributes));
        self.opens_pre = matches!(name, "pre" | "listing");
        self.raw_text = is_raw_text && self.drawings == 0 && self.formulas == 0;
        self.drawings += usize::from(name == "svg" && !tag.is_self_closing());
        self.formulas += usize::from(name == "math" && !tag.is_self_closing());
        if name == "svg" {
            self.drawing = (!tag.is_self_closing()).then_some(tag.end);
        } else if is_shape(name) {
            // The end of a shape in no drawing may stand in one, and end that, too.
            self.lost |= self.drawings == 0;
        } else {
            self.drawing = None;
        }
    }
}

/// Whether a script's type may be one of data. What is written with references is not decoded here.
fn may_be_data(attributes: &str) -> bool {
    attributes.contains('&') || holds(attributes, "json")
}

/// Whether a text holds a part, in capitals or not.
fn holds(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// A tag with less in it is left as it is.
const TAG_BYTES_MIN: usize = 16;

/// Whether scripts write the moment of a shown date into an attribute of this name, which is in lower case: `3 hours
/// ago` with `data-utime='1717577400'`.
pub(super) fn is_stamp(attribute: &str) -> bool {
    matches!(
        attribute,
        "data-date"
            | "data-time"
            | "data-datetime"
            | "data-timestamp"
            | "data-utime"
            | "data-unixtime"
            | "data-epoch"
            | "data-pubdate"
            | "data-published"
    )
}

/// Whether an attribute is read: by a stage, or by the tree builder. `value` begins with the equals sign.
fn is_read(element: &str, attribute: &str, value: &str) -> bool {
    let mut lower = [0; 16];
    // No longer name is read.
    let Some(lower) = lower.get_mut(..attribute.len()) else { return false };
    lower.copy_from_slice(attribute.as_bytes());
    lower.make_ascii_lowercase();
    if lower.starts_with(b"data-") {
        return std::str::from_utf8(lower).is_ok_and(is_stamp);
    }
    match &*lower {
        b"class" | b"id" | b"role" | b"itemprop" | b"aria-label" | b"hidden" | b"datetime" | b"property"
        | b"rel" | b"type" | b"lang" | b"xml:lang" | b"pubdate" | b"content" | b"http-equiv"
        | b"encoding" => true,
        b"name" => element == "meta",
        b"href" => matches!(element, "a" | "link" | "base"),
        b"title" => element == "abbr",
        // What may be written with references is not decoded here.
        b"style" => value.contains("display") || value.contains('&'),
        _ => false,
    }
}

/// Elements that the tree builder opens again in a next block, where it finds them open twice, by all attributes.
fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

/// Elements of drawings that hold no text and end at their drawing's end.
fn is_shape(name: &str) -> bool {
    matches!(
        name,
        "path"
            | "g"
            | "circle"
            | "rect"
            | "use"
            | "defs"
            | "polygon"
            | "polyline"
            | "line"
            | "ellipse"
            | "stop"
            | "mask"
            | "symbol"
            | "clippath"
            | "lineargradient"
            | "radialgradient"
    )
}

/// A page in the making from which parts are left out.
pub(super) struct Kept<'page> {
    page: &'page str,
    text: String,
    /// Where the rest begins.
    at: usize,
}

impl<'page> Kept<'page> {
    pub const fn of(page: &'page str) -> Self {
        Self { page, text: String::new(), at: 0 }
    }

    /// Puts a text in place of a part, behind all earlier ones.
    pub fn replace(&mut self, part: &Range<usize>, with: &str) {
        if part.start >= self.at {
            if self.at == 0 {
                self.text.reserve(self.page.len());
            }
            self.text.push_str(&self.page[self.at..part.start]);
            self.text.push_str(with);
            self.at = part.end;
        }
    }

    pub fn finish(mut self) -> Cow<'page, str> {
        if self.at == 0 {
            return Cow::Borrowed(self.page);
        }
        self.text.push_str(&self.page[self.at..]);
        Cow::Owned(self.text)
    }
}

#[cfg(test)]
mod tests;
