//! Direct speech: where the body quotes someone, and whom.
//!
//! Owns the decision what is a quotation and who speaks. Names and terms in quotation marks are none. A speaker is an entity
//! that the text names as the one who says it; where the text does not, the quotation has no speaker.

mod arabic;
mod english;
mod marks;
mod speakers;
#[cfg(test)]
mod tests;

use super::entities::Parts;
use super::lexicon::Lexicon;
use super::matching::Matches;
use super::mentions::Language;
use super::text::Text;
use crate::article::{EntityKind, Mention, Quote, Speaker, TaggedEntity};

use marks::Span;

/// Quotations of one article.
pub(crate) const QUOTES_MAX: usize = 200;

/// Marks around as many words quote someone, whatever stands beside them.
const WORDS_OF_SPEECH: usize = 5;

/// What quotations are looked for in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quoting<'a> {
    pub parts: Parts<'a>,
    /// Where the body begins in the text's source.
    pub body_byte: usize,
    pub matches: &'a Matches,
    pub lexicon: &'a Lexicon,
    /// Those of the body, in its order.
    pub mentions: &'a [Mention],
    pub entities: &'a [TaggedEntity],
    pub language: Language,
}

/// Marks with the words between them.
#[derive(Debug, Clone, Copy)]
struct Marked {
    span: Span,
    /// The first word behind the opening mark.
    first: usize,
    /// Behind the last word.
    end: usize,
}

impl Marked {
    const fn words(&self) -> usize {
        self.end - self.first
    }
}

/// A mention by its words.
#[derive(Debug, Clone, Copy)]
struct Named {
    first: usize,
    end: usize,
    /// Index into the mentions.
    mention: usize,
    kind: EntityKind,
    /// Something is written in front of it in its first word.
    has_clitic: bool,
}

impl Named {
    /// Books and money say nothing.
    const fn can_speak(&self) -> bool {
        !matches!(self.kind, EntityKind::Work | EntityKind::Currency)
    }
}

/// The quotations of the body, in its order.
pub(crate) fn find(quoting: Quoting) -> Vec<Quote> {
    let text = quoting.parts.text;
    if text.tokens().is_empty() {
        return Vec::new();
    }
    let source = text.surface(0, text.bytes());
    let marked = marked(text, marks::spans(source, quoting.body_byte), quoting.parts.headline_tokens);
    if marked.is_empty() {
        return Vec::new();
    }
    let named = named(quoting);
    let mut quotes = speakers::Walk::new(quoting, &marked, &named).quotes();
    quotes.truncate(QUOTES_MAX);
    let quote = |(index, speaker): (usize, Option<usize>)| {
        let (start, end) = scalars(text, &marked[index]);
        let body = quoting.parts.body_start;
        Quote {
            speaker: speaker.map(|speaker| {
                let mention = &quoting.mentions[named[speaker].mention];
                Speaker { entity: mention.entity, surface: mention.surface.clone() }
            }),
            start: (start - body) as usize,
            end: (end - body) as usize,
            closed: marked[index].span.closed,
        }
    };
    quotes.into_iter().map(quote).collect()
}

/// The spans that have words. The first word of a text is in no quotation of the body if the body does not begin with it.
fn marked(text: &Text, spans: Vec<Span>, body: usize) -> Vec<Marked> {
    let tokens = text.tokens();
    let mut next = body;
    let mut marked = Vec::with_capacity(spans.len());
    for span in spans {
        next += tokens[next..].partition_point(|token| token.byte_start < span.start);
        let first = next;
        next += tokens[next..].partition_point(|token| token.byte_start < span.end);
        if next > first {
            marked.push(Marked { span, first, end: next });
        }
    }
    marked
}

fn named(quoting: Quoting) -> Vec<Named> {
    let tokens = quoting.parts.text.tokens();
    let mut next = quoting.parts.headline_tokens;
    let mut named = Vec::with_capacity(quoting.mentions.len());
    for (index, mention) in quoting.mentions.iter().enumerate() {
        let scalar = |offset: usize| {
            u32::try_from(offset).unwrap_or(u32::MAX).saturating_add(quoting.parts.body_start)
        };
        let (start, end) = (scalar(mention.start), scalar(mention.end));
        next += tokens[next..].partition_point(|token| token.end <= start);
        let count = tokens[next..].partition_point(|token| token.start < end);
        let (Some(entity), true) = (quoting.entities.get(mention.entity), count > 0) else { continue };
        named.push(Named {
            first: next,
            end: next + count,
            mention: index,
            kind: entity.kind,
            has_clitic: tokens[next].start != start,
        });
    }
    named
}

/// Where what is quoted begins and ends, in scalar values: without the marks and the blanks within them.
fn scalars(text: &Text, marked: &Marked) -> (u32, u32) {
    let tokens = text.tokens();
    let (first, last) = (&tokens[marked.first], &tokens[marked.end - 1]);
    let before = text.surface(marked.span.start, first.byte_start).trim_start_matches(is_blank);
    let last_byte = last.byte_end.min(marked.span.end);
    let behind = text.surface(last_byte, marked.span.end).trim_end_matches(is_blank);
    let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or_default();
    (first.start - count(before), last.end + count(behind))
}

/// White space, or what no reader sees.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || crate::parse::fold::is_invisible(character)
}
