//! What khabar's tags say, as the measures ask for it: one function for each field.
//!
//! A function gives `None` where this build of khabar does not have the field; the table then says `not built`.

use khabar::article::{Article, EntityKind, Keywords, Paragraph, ParagraphRole, Tags};

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
pub const fn quotes(_tags: &Tags) -> Option<Vec<Quote>> {
    None
}

/// The keywords that a line without separators was divided into, in its order.
pub const fn divided_keywords(_tags: &Tags) -> Option<Vec<String>> {
    None
}

/// What the text itself says its keywords are, the best first.
pub const fn keyphrases(_tags: &Tags) -> Option<Vec<String>> {
    None
}

/// Where the body names what: kind, first character, the one behind the last, surface.
pub fn mentions(tags: &Tags) -> Vec<(EntityKind, usize, usize, &str)> {
    tags.mentions
        .iter()
        .filter_map(|mention| {
            let kind = tags.entities.get(mention.entity)?.kind;
            Some((kind, mention.start, mention.end, mention.surface.as_str()))
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
