//! What khabar's tags say, as the measures ask for it: one function for each field.
//!
//! A function gives `None` where this build of khabar does not have the field; the table then says `not built`.

use khabar::article::{Article, Keywords, Paragraph, ParagraphRole, Tags};

use crate::spans::Found;

/// A quotation as khabar tells it.
#[derive(Debug, Clone)]
pub struct Quote {
    /// What the speaker is called: by the text, by the entity.
    pub speakers: Vec<String>,
    /// Without its quotation marks, or with them.
    pub text: String,
    /// The text closes it.
    pub is_closed: bool,
}

/// Codes of topics, the surest first: each top topic before those below it.
pub fn subjects(tags: &Tags) -> Option<Vec<String>> {
    Some(tags.subjects.iter().map(|subject| subject.code.clone()).collect())
}

/// The quotations of the body, in its order.
pub fn quotes(tags: &Tags, body: &str) -> Option<Vec<Quote>> {
    let quote = |quote: &khabar::article::Quote| {
        let entity = quote.speaker.as_ref().and_then(|speaker| tags.entities.get(speaker.entity));
        let names = entity.into_iter().flat_map(|entity| [Some(&entity.name), entity.name_en.as_ref()]);
        let surface = quote.speaker.as_ref().map(|speaker| &speaker.surface);
        Quote {
            speakers: surface.into_iter().chain(names.flatten()).cloned().collect(),
            text: body.chars().skip(quote.start).take(quote.end - quote.start).collect(),
            is_closed: quote.closed,
        }
    };
    Some(tags.quotes.iter().map(quote).collect())
}

/// The keywords that a line without separators was divided into, in its order.
pub fn divided_keywords(tags: &Tags) -> Option<Vec<String>> {
    Some(keywords_of(tags, "page_segmented"))
}

/// What the text itself says its keywords are, the best first.
pub fn keyphrases(tags: &Tags) -> Option<Vec<String>> {
    Some(keywords_of(tags, "text"))
}

fn keywords_of(tags: &Tags, origin: &str) -> Vec<String> {
    let found = tags.keywords.as_ref().filter(|keywords| keywords.origin == origin);
    found.map(|keywords| keywords.list.clone()).unwrap_or_default()
}

/// Where the body names what, and by which rule.
pub fn mentions(tags: &Tags) -> Vec<Found<'_>> {
    tags.mentions
        .iter()
        .filter_map(|mention| {
            let kind = tags.entities.get(mention.entity)?.kind;
            Some((kind, mention.start, mention.end, mention.surface.as_str(), mention.rule))
        })
        .collect()
}

/// The countries' codes, the first one first.
pub fn countries(tags: &Tags) -> Vec<&str> {
    tags.countries.iter().map(|country| country.code.as_str()).collect()
}

/// An article of a headline and paragraphs; nothing is stated about it.
pub fn article<'a>(headline: Option<&str>, paragraphs: impl IntoIterator<Item = &'a str>) -> Article {
    Article {
        headline: headline.map(str::to_owned),
        paragraphs: paragraphs
            .into_iter()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| Paragraph { text: text.to_owned(), role: ParagraphRole::Text })
            .collect(),
        ..Article::default()
    }
}

/// The same article with a line of keywords that nothing divides.
pub fn with_keyword_line(article: Article, line: &str) -> Article {
    Article { keywords: Some(Keywords { raw: line.to_owned(), list: Vec::new() }), ..article }
}
