//! The page's own keywords, cleaned. A line without separators is left whole: where one keyword ends can't be seen in it.

use std::collections::BTreeSet;

use crate::article::{Keywords, TaggedKeywords};

/// Keywords kept of one page; lists for search engines run into the thousands.
const KEYWORDS_MAX: usize = 200;

/// A longer "keyword" is a sentence, or a broken list.
const KEYWORD_CHARS_MAX: usize = 120;

/// Cleans the list: blanks, hash signs and quotes around a keyword go, a repeat (case ignored) goes, order stays.
/// `None` where the page has none.
pub(super) fn of_page(keywords: &Keywords) -> Option<TaggedKeywords> {
    let mut seen = BTreeSet::new();
    let mut list = Vec::new();
    for keyword in &keywords.list {
        let Some(cleaned) = clean(keyword) else { continue };
        if seen.insert(cleaned.to_lowercase()) {
            list.push(cleaned);
        }
        if list.len() == KEYWORDS_MAX {
            break;
        }
    }
    let raw = keywords.raw.trim();
    if raw.is_empty() && list.is_empty() {
        return None;
    }
    Some(TaggedKeywords { raw: raw.to_owned(), list, origin: "page" })
}

fn clean(keyword: &str) -> Option<String> {
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
