//! Which quotation marks belong together.
//!
//! Owns the pairs of one paragraph, whatever marks they are of. It knows no word. One pass over the marks, with counts of
//! those that are still to come; marks within marks are part of the outer pair.

/// Quotation marks of one article that are looked at; those behind them quote nothing.
const MARKS_MAX: usize = 20_000;

/// What stands between a mark and the one that ends it, as bytes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// The opening mark.
    pub mark: u32,
    /// Behind the opening mark.
    pub start: u32,
    /// The closing mark, else where the quotation ends without one.
    pub end: u32,
    pub closed: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// “ ”
    Double,
    /// « »
    Angle,
    /// ‹ ›
    SingleAngle,
    /// ‘ ’, where they are no apostrophes
    Single,
}

const FAMILIES: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `"`, which opens and closes.
    Straight,
    /// „
    Low,
    Open(Family),
    Close(Family),
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    at: u32,
    kind: Kind,
}

impl Mark {
    const fn bytes(self) -> u32 {
        match self.kind {
            Kind::Straight => 1,
            Kind::Open(Family::Angle) | Kind::Close(Family::Angle) => 2,
            _ => 3,
        }
    }
}

/// What ends the quotation that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Straight,
    Close(Family),
    /// “ behind „
    Low,
    /// Any mark of the family: it was opened by a closing one, as texts do that were turned around.
    Either(Family),
}

#[derive(Debug, Clone, Copy)]
struct Open {
    mark: Mark,
    ending: Ending,
    nested: usize,
}

/// How many marks of each kind are still to come in the paragraph.
#[derive(Debug, Default, Clone, Copy)]
struct Left {
    straight: usize,
    opening: [usize; FAMILIES],
    closing: [usize; FAMILIES],
}

impl Left {
    fn of(marks: &[Mark]) -> Self {
        let mut left = Self::default();
        for mark in marks {
            *left.count(mark.kind) += 1;
        }
        left
    }

    fn count(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Straight => &mut self.straight,
            Kind::Low => &mut self.opening[Family::Double as usize],
            Kind::Open(family) => &mut self.opening[family as usize],
            Kind::Close(family) => &mut self.closing[family as usize],
        }
    }

    fn take(&mut self, kind: Kind) {
        let count = self.count(kind);
        *count = count.saturating_sub(1);
    }
}

/// The outermost pairs of marks in `source` from byte `from` on, in its order. A line break ends a paragraph, and with it
/// what is open.
pub(super) fn spans(source: &str, from: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    let bytes = source.as_bytes();
    let mut marks = Vec::new();
    let mut seen = 0;
    let mut index = from;
    while index < bytes.len() && seen < MARKS_MAX {
        // Letters of two bytes, as Arabic has, are no marks.
        if (0xc3..=0xdf).contains(&bytes[index]) {
            index += 2;
            continue;
        }
        // Text offsets have 32 bits.
        let at = u32::try_from(index).unwrap_or(u32::MAX);
        if bytes[index] == b'\n' {
            pair(source, &marks, at, &mut spans);
            marks.clear();
        } else if let Some(kind) = kind_at(source, index) {
            let mark = Mark { at, kind };
            marks.push(mark);
            seen += 1;
            index += mark.bytes() as usize - 1;
        }
        index += 1;
    }
    let end = source[index.min(source.len())..].find('\n').map_or(source.len(), |end| index + end);
    pair(source, &marks, u32::try_from(end).unwrap_or(u32::MAX), &mut spans);
    spans
}

fn kind_at(source: &str, index: usize) -> Option<Kind> {
    let bytes = source.as_bytes();
    match bytes[index] {
        b'"' => Some(Kind::Straight),
        0xc2 => match bytes.get(index + 1)? {
            0xab => Some(Kind::Open(Family::Angle)),
            0xbb => Some(Kind::Close(Family::Angle)),
            _ => None,
        },
        0xe2 if bytes.get(index + 1) == Some(&0x80) => match bytes.get(index + 2)? {
            0x98 => is_single_open(source, index).then_some(Kind::Open(Family::Single)),
            0x99 => is_single_close(source, index).then_some(Kind::Close(Family::Single)),
            0x9c => Some(Kind::Open(Family::Double)),
            0x9d => Some(Kind::Close(Family::Double)),
            0x9e => Some(Kind::Low),
            0xb9 => Some(Kind::Open(Family::SingleAngle)),
            0xba => Some(Kind::Close(Family::SingleAngle)),
            _ => None,
        },
        _ => None,
    }
}

fn is_single_open(source: &str, index: usize) -> bool {
    let before = source[..index].chars().next_back();
    let behind = source[index + '‘'.len_utf8()..].chars().next();
    before.is_none_or(|before| !before.is_alphanumeric()) && behind.is_some_and(char::is_alphabetic)
}

/// An apostrophe stands within a word, or behind the s of a plural.
fn is_single_close(source: &str, index: usize) -> bool {
    let before = source[..index].chars().next_back();
    let behind = source[index + '’'.len_utf8()..].chars().next();
    behind.is_none_or(|behind| !behind.is_alphanumeric())
        && before.is_some_and(|before| before != 's' && !before.is_whitespace())
}

/// Pairs the marks of one paragraph, which ends at `end`.
fn pair(source: &str, marks: &[Mark], end: u32, spans: &mut Vec<Span>) {
    let mut left = Left::of(marks);
    let mut open: Option<Open> = None;
    for mark in marks {
        left.take(mark.kind);
        let Some(current) = &mut open else {
            open = begin(source, *mark, left);
            continue;
        };
        match step(source, current, *mark, left) {
            Step::Stays => {}
            Step::Nests => current.nested += 1,
            Step::Unnests => current.nested -= 1,
            Step::Closes => {
                spans.push(Span {
                    mark: current.mark.at,
                    start: current.mark.at + current.mark.bytes(),
                    end: mark.at,
                    closed: true,
                });
                open = None;
            }
            Step::Restarts => {
                let end = last_sentence_end(source, current.mark, mark.at);
                spans.push(unclosed(*current, end));
                open = begin(source, *mark, left);
            }
        }
    }
    // A single mark that nothing closes was an apostrophe.
    if let Some(open) = open.filter(|open| open.ending != Ending::Close(Family::Single)) {
        spans.push(unclosed(open, end));
    }
}

const fn unclosed(open: Open, end: u32) -> Span {
    Span { mark: open.mark.at, start: open.mark.at + open.mark.bytes(), end, closed: false }
}

/// What the mark opens, where nothing is open.
fn begin(source: &str, mark: Mark, left: Left) -> Option<Open> {
    let ending = match mark.kind {
        Kind::Open(family) => Ending::Close(family),
        Kind::Low => Ending::Low,
        Kind::Close(family) if family != Family::Single && opens_by_place(source, mark) => {
            Ending::Either(family)
        }
        Kind::Close(_) => return None,
        Kind::Straight => {
            let before = source[..mark.at as usize].chars().next_back();
            let is_inch =
                before.is_some_and(|before| before.is_ascii_digit()) && !opens_by_place(source, mark);
            // With an even number behind it, it has no partner: it ends what was never opened.
            let is_stray =
                left.straight.is_multiple_of(2) && left.closing[0] == 0 && closes_by_place(source, mark);
            if is_inch || is_stray {
                return None;
            }
            Ending::Straight
        }
    };
    Some(Open { mark, ending, nested: 0 })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Stays,
    Nests,
    Unnests,
    Closes,
    /// What is open was never closed; the mark opens another.
    Restarts,
}

fn step(source: &str, open: &Open, mark: Mark, left: Left) -> Step {
    match (open.ending, mark.kind) {
        (Ending::Straight, Kind::Straight) => {
            let is_odd = !left.straight.is_multiple_of(2);
            if is_odd && follows_colon(source, mark) { Step::Restarts } else { Step::Closes }
        }
        // A straight mark that a curved one ends.
        (Ending::Straight, Kind::Close(Family::Double)) if left.straight == 0 => Step::Closes,
        (Ending::Close(family), Kind::Open(other)) if family == other => {
            let expected = open.nested + 2 + left.opening[family as usize];
            let has_end = left.closing[family as usize] >= expected;
            if has_end || open.nested > 0 { Step::Nests } else { Step::Restarts }
        }
        (Ending::Close(family), Kind::Close(other)) if family == other => {
            if open.nested > 0 {
                Step::Unnests
            } else {
                Step::Closes
            }
        }
        (Ending::Close(Family::Double), Kind::Straight)
            if open.nested == 0 && left.closing[Family::Double as usize] == 0 =>
        {
            Step::Closes
        }
        (Ending::Low, Kind::Open(Family::Double) | Kind::Close(Family::Double)) => Step::Closes,
        (Ending::Low, Kind::Straight) if left.closing[0] + left.opening[0] == 0 => Step::Closes,
        (Ending::Either(family), Kind::Open(other) | Kind::Close(other)) if family == other => Step::Closes,
        _ => Step::Stays,
    }
}

fn opens_by_place(source: &str, mark: Mark) -> bool {
    let before = source[..mark.at as usize].chars().next_back();
    let behind = source[(mark.at + mark.bytes()) as usize..].chars().next();
    before.is_none_or(|before| before.is_whitespace() || matches!(before, ':' | '(' | '[' | '،'))
        && behind.is_some_and(char::is_alphanumeric)
}

fn closes_by_place(source: &str, mark: Mark) -> bool {
    let before = source[..mark.at as usize].chars().next_back();
    let behind = source[(mark.at + mark.bytes()) as usize..].chars().next();
    before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '.' | '!' | '?' | '؟' | '…'))
        && behind.is_none_or(|behind| !behind.is_alphanumeric())
}

/// Whether a colon introduces what the mark opens.
fn follows_colon(source: &str, mark: Mark) -> bool {
    let before = source[..mark.at as usize].trim_end_matches([' ', '\u{a0}']);
    before.ends_with(':')
}

/// Behind the last sentence that ends between a mark and `end`, else `end`.
fn last_sentence_end(source: &str, mark: Mark, end: u32) -> u32 {
    let start = mark.at + mark.bytes();
    let between = &source[start as usize..end as usize];
    let found =
        between.char_indices().rev().find(|(_, character)| matches!(character, '.' | '!' | '?' | '؟' | '…'));
    found.map_or(end, |(at, character)| start + u32::try_from(at + character.len_utf8()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(&str, bool)> {
        let spans = spans(source, 0).into_iter();
        spans.map(|span| (source[span.start as usize..span.end as usize].trim(), span.closed)).collect()
    }

    #[test]
    fn marks_of_all_kinds_are_paired() {
        assert_eq!(
            found("a “b c” d «e» f \"g h\" „i“ ‹j›"),
            [("b c", true), ("e", true), ("g h", true), ("i", true), ("j", true)]
        );
        assert_eq!(found("‘It’s the drivers’ day,’ she said of ’90s"), [("It’s the drivers’ day,", true)]);
        assert_eq!(found("قال: ”نعم“ ثم"), [("نعم", true)]);
        assert_eq!(found("x “b c\" d"), [("b c", true)]);
        assert_eq!(found("x \"b c” d"), [("b c", true)]);
    }

    #[test]
    fn marks_within_marks_belong_to_the_outer_pair() {
        assert_eq!(found("“one «two» “three” four” x"), [("one «two» “three” four", true)]);
        assert_eq!(found("\"one «two» three\" x"), [("one «two» three", true)]);
    }

    #[test]
    fn what_never_closes_ends_with_its_paragraph_or_before_the_next() {
        assert_eq!(found("إنه:\" جرى أول.\n\nقال: \"نعم\"."), [("جرى أول.", false), ("نعم", true)]);
        assert_eq!(found("قال: \"نعم. وأضاف: \"لا\"."), [("نعم.", false), ("لا", true)]);
        assert_eq!(found("x “one. y “two” z"), [("one.", false), ("two", true)]);
    }

    #[test]
    fn a_mark_without_a_partner_opens_nothing() {
        assert_eq!(found("ended\" and \"then more\" here"), [("then more", true)]);
        assert_eq!(found("a 5\" pipe and “one two”"), [("one two", true)]);
        assert_eq!(found("no» more"), []);
    }

    #[test]
    fn a_million_marks_are_read_in_time_and_bounded() {
        for mark in ["\"", "“", "«", "”", "„", "“ ”", ":\""] {
            assert!(spans(&mark.repeat(1_000_000), 0).len() <= MARKS_MAX);
        }
    }
}
