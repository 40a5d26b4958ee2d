//! The keywords of an article: the page's own, cleaned; where its line has no separators, divided; where the page has none,
//! those of the text.
//!
//! Owns what a keyword may look like and how many there are. A line of a language that is not known to be divided right
//! is left whole.

use std::collections::BTreeSet;

use super::keyphrases::{self, Reading};
use super::keyword_line::{self, dictionary::Dictionary};
use super::lexicon::Lexicon;
use super::mentions::Language;
use crate::article::{Keywords, TaggedKeywords};

/// Values of `khabar.keywords.origin`.
pub(crate) const PAGE: &str = "page";
const PAGE_SEGMENTED: &str = "page_segmented";
const TEXT: &str = "text";

/// Keywords kept of one page; lists for search engines run into the thousands.
pub(crate) const KEYWORDS_MAX: usize = 200;

/// A longer "keyword" is a sentence, or a broken list.
const KEYWORD_CHARS_MAX: usize = 120;

/// The keywords of an article; `None` where neither page nor text has any. `dictionary` is that of the article's source.
pub(super) fn of(
    page: Option<&Keywords>,
    reading: Reading,
    lexicon: &Lexicon,
    dictionary: Option<&Dictionary>,
) -> Option<TaggedKeywords> {
    let Some(mut keywords) = page.and_then(of_page) else {
        let list = keyphrases::of(reading);
        return (!list.is_empty()).then_some(TaggedKeywords { raw: String::new(), list, origin: TEXT });
    };
    if keywords.list.is_empty() && reading.language == Language::Arabic {
        let article = keyword_line::Article { text: reading.parts.text, matches: reading.matches, lexicon };
        keywords.list = cleaned(keyword_line::divide(&keywords.raw, article, dictionary));
        if !keywords.list.is_empty() {
            keywords.origin = PAGE_SEGMENTED;
        }
    }
    Some(keywords)
}

/// Cleans the list: blanks, hash signs and quotes around a keyword go, a repeat (case ignored) goes, order stays.
/// `None` where the page has none.
fn of_page(keywords: &Keywords) -> Option<TaggedKeywords> {
    let list = cleaned(keywords.list.iter().map(String::as_str));
    let raw = keywords.raw.trim();
    if raw.is_empty() && list.is_empty() {
        return None;
    }
    Some(TaggedKeywords { raw: raw.to_owned(), list, origin: PAGE })
}

fn cleaned<'a>(keywords: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut list = Vec::new();
    for keyword in keywords {
        let Some(cleaned) = clean(keyword) else { continue };
        if seen.insert(cleaned.to_lowercase()) {
            list.push(cleaned);
        }
        if list.len() == KEYWORDS_MAX {
            break;
        }
    }
    list
}

/// A keyword without what stands around it; `None` where nothing is left, or too much.
pub(crate) fn clean(keyword: &str) -> Option<String> {
    if keyword.len() > KEYWORD_CHARS_MAX * 4 {
        return None;
    }
    let visible: String = keyword.chars().filter(|character| !is_invisible(*character)).collect();
    let trimmed = visible.trim_matches(is_edge);
    let is_hashtag = visible.trim_start().starts_with('#');
    let words =
        trimmed.split(|character: char| character.is_whitespace() || (is_hashtag && character == '_'));
    let mut cleaned = String::with_capacity(trimmed.len());
    for word in words.filter(|word| !word.is_empty()) {
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(word);
    }
    let length = cleaned.chars().count();
    (length > 0 && length <= KEYWORD_CHARS_MAX).then_some(cleaned)
}

/// What stands around a keyword and is not of it. A full stop stays: `U.S.` ends with one.
fn is_edge(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '#' | ',' | '،' | ';' | '؛' | '|' | '"' | '\'' | '“' | '”' | '«' | '»' | '_' | '•' | '·'
        )
}

/// Control characters and the marks of text direction, which no reader sees and which make equal keywords differ.
fn is_invisible(character: char) -> bool {
    (character.is_control() && !character.is_whitespace())
        || matches!(
            character,
            '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
        )
}
