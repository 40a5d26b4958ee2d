//! What of a page nothing reads: scripts, styles, drawings, comments.
//!
//! Often half of a page. The tree builder would spend its time on each byte; so it gets the page without them. Their
//! tags stay, and so the tree is the same but for what stood in these elements. What is only perhaps unread stays.

use std::borrow::Cow;
use std::ops::Range;

use super::scan::{Piece, Tag};

/// Finds the parts that are never read, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// The raw text that comes next is unread.
    raw_text: bool,
    /// Where the content of an open drawing begins, as long as it holds nothing but shapes.
    drawing: Option<usize>,
}

impl Unread {
    /// The part that ends with this piece of the page and is unread. `place` is where the piece stands.
    pub fn until(&mut self, page: &str, piece: &Piece<'_>, place: Range<usize>) -> Option<Range<usize>> {
        match piece {
            Piece::Start(tag) => {
                self.start(tag);
                None
            }
            // Behind `<!--` a script may hold its own end tag.
            Piece::RawText(text) => {
                let is_unread = std::mem::take(&mut self.raw_text);
                (is_unread && !text.is_empty() && !text.contains("<!--")).then_some(place)
            }
            Piece::End(name) if name.eq_ignore_ascii_case("svg") => {
                self.drawing.take().map(|begin| begin..place.start)
            }
            Piece::End(name) => {
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

    fn start(&mut self, tag: &Tag<'_>) {
        let name = tag.lower.as_str();
        self.raw_text = name == "style" || (name == "script" && !may_be_data(tag.attributes));
        if name == "svg" {
            self.drawing = (!tag.is_self_closing()).then_some(tag.end);
        } else if self.drawing.is_some() && !is_shape(name) {
            self.drawing = None;
        }
    }
}

/// Whether a script's type may be one of data. What is written with references is not decoded here.
fn may_be_data(attributes: &str) -> bool {
    let bytes = attributes.as_bytes();
    bytes.contains(&b'&') || bytes.windows(4).any(|four| four.eq_ignore_ascii_case(b"json"))
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
mod tests {
    use super::super::scan::Scanner;
    use super::*;

    fn kept(page: &str) -> String {
        let (mut kept, mut unread, mut scanner) = (Kept::of(page), Unread::default(), Scanner::new(page));
        loop {
            let begin = scanner.position();
            let Some(piece) = scanner.next() else { break };
            if let Some(part) = unread.until(page, &piece, begin..scanner.position()) {
                kept.replace(&part, "");
            }
        }
        kept.finish().into_owned()
    }

    #[test]
    fn what_nothing_reads_is_left_out() {
        for (page, left) in [
            ("<script>let a = 1;</script><p>One.</p>", "<script></script><p>One.</p>"),
            ("<STYLE>p { color: red }</STYLE>x", "<STYLE></STYLE>x"),
            ("<p>One. <!-- two --> Three.</p>", "<p>One.  Three.</p>"),
            ("<svg><g><path d='M0 0'/></g></svg>One", "<svg></svg>One"),
            ("<svg a=1><svg><path></svg></svg>", "<svg a=1><svg></svg></svg>"),
        ] {
            assert_eq!(kept(page), left, "{page}");
        }
    }

    #[test]
    fn what_may_be_read_stays() {
        for page in [
            "<script type='application/ld+json'>{}</script>",
            "<script type='application/ld&#43;JSON'>{}</script>",
            "<script type='application/ld&#43;jso&#110;'>{}</script>",
            "<script><!-- <script> </script> --></script>",
            "<svg><text>One</text></svg>",
            "<svg><path><div>One</div></svg>",
            "<svg/><path>One</svg>",
            "a <<!-- x -->b>",
            "&am<!-- x -->p;",
            "<textarea><script>let a = 1;</script></textarea>",
            "<!DOCTYPE html><p>One</p>",
        ] {
            assert_eq!(kept(page), page, "{page}");
        }
    }
}
