//! Dates of publication in the data that a page's scripts work with: `"publishedAt":"2024-12-02T10:30:00Z"`.
//!
//! Owns the keys, and how a value behind one is read off. It looks at the bytes alone, once, and never parses a script.
//! What stands there may be of any article, so it counts only where nothing else tells a date, and where all values
//! name one day.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::jsonld;
use crate::parse::assemble::Evident;

/// Keys that hold a date of publication, as programs write them.
const KEYS: &[&str] = &[
    "datePublished",
    "date_published",
    "publishedAt",
    "published_at",
    "publishedDate",
    "published_date",
    "publishDate",
    "publish_date",
    "publishedTime",
    "published_time",
    "publishTime",
    "publish_time",
    "publicationDate",
    "publication_date",
    "firstPublishedAt",
    "firstPublished",
    "first_published_at",
    "firstPublicationDate",
    "first_publication_date",
    "publishedOn",
    "published_on",
    "pubDate",
    "pub_date",
];
/// The keys of JSON-LD.
const JSON_LD_KEY: &str = "datePublished";
const JSON_LD_TYPE_KEY: &str = "@type";
/// Keys of a page that are looked at.
const KEYS_MAX: usize = 256;
/// A date's value has so many bytes at least and at most.
const VALUE_BYTES_MIN: usize = 10;
const VALUE_BYTES_MAX: usize = 40;
/// Between a key and its value stand quotation marks, a colon and white space; however escaped, no more than this.
const GAP_BYTES_MAX: usize = 24;
/// More of one page are not kept.
const FOUND_MAX: usize = 32;

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(KEYS.iter().copied()).ok()
});

/// The values behind such keys, in order, each with its key.
pub(super) fn dates(page: &str) -> Vec<Evident> {
    let Some(automaton) = AUTOMATON.as_ref() else { return Vec::new() };
    let hits = automaton.find_iter(page).take(KEYS_MAX);
    let found = hits.filter_map(|hit| {
        let value = value_behind(&page.as_bytes()[hit.end()..])?;
        let key = KEYS[hit.pattern().as_usize()];
        Some(Evident { value: value.to_owned(), evidence: format!("script:{key}") })
    });
    found.take(FOUND_MAX).collect()
}

/// The date of publication in a block of JSON-LD that is no JSON, if it names the type of an article, and all dates of
/// publication that it states are of one day.
pub(super) fn of_broken(block: &str) -> Option<String> {
    let mut types = block.match_indices(JSON_LD_TYPE_KEY).take(KEYS_MAX);
    if !types.any(|(at, key)| jsonld::is_article_type(word_behind(&block[at + key.len()..]))) {
        return None;
    }
    let mut values = block.match_indices(JSON_LD_KEY).take(KEYS_MAX).filter_map(|(at, key)| {
        let behind = block.as_bytes().get(at + key.len()..)?;
        value_behind(behind)
    });
    let first = values.next()?;
    values.all(|other| other.get(..10) == first.get(..10)).then(|| first.to_owned())
}

/// The name behind a key, whatever marks and white space stand between, without what stands before its last slash.
fn word_behind(text: &str) -> &str {
    let is_mark = |byte: u8| !byte.is_ascii_alphanumeric();
    let bytes = text.as_bytes();
    let begin = bytes.iter().take(GAP_BYTES_MAX).take_while(|byte| is_mark(**byte)).count();
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'/' | b'.');
    let length = bytes[begin..].iter().take(VALUE_BYTES_MAX + 1).take_while(|byte| is_of_name(byte)).count();
    // Marks beyond ASCII end where a letter begins, or the gap is too long.
    let name = text.get(begin..begin + length).unwrap_or_default();
    name.rsplit(['/', ':']).next().unwrap_or(name)
}

/// The value behind a key and its colon: of digits and the marks that numeric dates have.
fn value_behind(bytes: &[u8]) -> Option<&str> {
    let gap = bytes.iter().take(GAP_BYTES_MAX).position(u8::is_ascii_digit)?;
    let between = std::str::from_utf8(&bytes[..gap]).ok()?;
    if between.replace("&quot;", "").replace("u0022", "").replace(['"', '\'', '\\', ' '], "") != ":" {
        return None;
    }
    let is_of_date =
        |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z' | b'+' | b' ');
    let length = bytes[gap..].iter().take(VALUE_BYTES_MAX + 1).take_while(|byte| is_of_date(byte)).count();
    let value = std::str::from_utf8(&bytes[gap..gap + length]).ok()?.trim();
    let is_iso = value.get(..10).is_some_and(|day| {
        let fits =
            |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
        day.bytes().enumerate().all(fits)
    });
    let is_epoch = matches!(value.len(), 10 | 13) && value.bytes().all(|byte| byte.is_ascii_digit());
    ((VALUE_BYTES_MIN..=VALUE_BYTES_MAX).contains(&value.len()) && (is_iso || is_epoch)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(page: &str) -> Vec<String> {
        dates(page).into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn values_are_read_however_they_are_escaped() {
        for page in [
            r#"{"publishedAt":"2024-12-02T10:30:00Z"}"#,
            r#"{"publishedAt" : "2024-12-02T10:30:00Z"}"#,
            r#"self.push([1,"{\"publishedAt\":\"2024-12-02T10:30:00Z\"}"])"#,
            "<x-state data='{&quot;publishedAt&quot;:&quot;2024-12-02T10:30:00Z&quot;}'>",
            "{publishedAt:'2024-12-02T10:30:00Z'}",
        ] {
            assert_eq!(values(page), ["2024-12-02T10:30:00Z"], "{page}");
        }
        assert_eq!(values(r#"{"published_at":1733135400}"#), ["1733135400"]);
    }

    #[test]
    fn json_that_is_broken_still_tells_one_day() {
        let typed = |kind: &str, other: &str| {
            format!(
                r#"{{"@type":["{kind}"],"headline":"The "old" bridge","datePublished":"2024-12-02T10:30:00Z"}},{{"datePublished": "{other}"}}"#
            )
        };
        let block = |other: &str| typed("NewsArticle", other);
        assert_eq!(of_broken(&block("2024-12-02")).as_deref(), Some("2024-12-02T10:30:00Z"));
        assert_eq!(of_broken(&block("2024-12-03")), None);
        assert_eq!(of_broken("datePublished"), None);
        for (kind, is_article) in [
            ("https://schema.org/BlogPosting", true),
            ("schema:Report", true),
            ("Event", false),
            ("Product", false),
            ("Übersicht", false),
            ("", false),
        ] {
            assert_eq!(of_broken(&typed(kind, "2024-12-02")).is_some(), is_article, "{kind}");
        }
    }

    #[test]
    fn what_is_no_date_is_left() {
        for page in [
            r#"{"publishedAt":null,"x":"2024-12-02"}"#,
            r#"{"publishedAt":"yesterday"}"#,
            r#"{"publishedAt":20}"#,
            r#"{"publishedAtLeast":"2024-12-02"}"#,
            "publishedAt",
            "see publishedAt 2024-12-02",
        ] {
            assert!(values(page).is_empty(), "{page}");
        }
    }
}
