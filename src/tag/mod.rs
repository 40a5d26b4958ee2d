//! Adds language, direction and keywords to an article. No I/O, no clock, no Kafka.
//!
//! Owns what is said *about* a parsed text; it never changes the text itself. Every tag is a pure function of the
//! article, so any replica gives the same ones.

mod arabic;
mod keywords;
mod language;
mod latin;
mod script;
mod stated;
#[cfg(test)]
mod tests;

use crate::article::{Article, Direction, Tags};

/// Version of this room's rules; it grows with every change that can change a tag.
pub const TAGGER_VERSION: u32 = 2;

/// Letters of headline and body are looked at within this many characters from the headline's start. More costs more,
/// and what a page leaves behind an article (styles, scripts, boxes) is not its language.
pub const SCANNED_CHARS_MAX: usize = 1_000;

/// Tags one article: language (BCP 47, `und` where nothing can be told), direction, and the page's own keywords.
///
/// Direction follows the script that most letters are of, whatever language is stated; a text without letters runs
/// left to right.
#[must_use]
pub fn tag(article: &Article) -> Tags {
    let census = script::Census::of(article);
    let direction = match census.dominant() {
        Some(script) if script.is_right_to_left() => Direction::RightToLeft,
        _ => Direction::LeftToRight,
    };
    Tags {
        language: language::of(article, &census),
        direction,
        keywords: article.keywords.as_ref().and_then(keywords::of_page),
    }
}

/// The tags of an article that could not be tagged: nothing is claimed about it.
#[must_use]
pub fn untagged() -> Tags {
    Tags { language: language::UNDETERMINED.to_owned(), direction: Direction::LeftToRight, keywords: None }
}

/// Whether words of this language are written without spaces between them, so that a count of words separated by
/// white space says nothing.
#[must_use]
pub fn is_unspaced(language: &str) -> bool {
    const UNSPACED: [&str; 13] =
        ["zh", "yue", "wuu", "nan", "hak", "cmn", "ja", "th", "lo", "km", "my", "bo", "dz"];
    let primary = language.split('-').next().unwrap_or(language);
    UNSPACED.contains(&primary)
}

/// The characters that tell the language: the headline, then the body, up to [`SCANNED_CHARS_MAX`].
fn scanned_chars(article: &Article) -> impl Iterator<Item = char> {
    let headline = article.headline.as_deref().unwrap_or_default();
    let body =
        article.paragraphs.iter().flat_map(|paragraph| std::iter::once(' ').chain(paragraph.text.chars()));
    headline.chars().chain(body).take(SCANNED_CHARS_MAX)
}
