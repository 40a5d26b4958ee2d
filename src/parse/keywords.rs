//! The page's or the dump's own keywords: the line as it stood, and its parts where it says how to part it.

use std::collections::BTreeSet;

use crate::article::Keywords;
use crate::parse::assemble::one_line;
use crate::parse::fold;
use crate::parse::text::{collapse, first_chars};

/// The longest keyword line, in characters, and the most keywords.
const KEYWORD_LINE_CHARS_MAX: usize = 4000;
const KEYWORDS_MAX: usize = 200;
/// Marks between keywords.
const KEYWORD_SEPARATORS: [char; 8] = [',', '،', ';', '؛', '|', '#', '•', '·'];
/// The longest keyword, in characters.
const KEYWORD_CHARS_MAX: usize = 200;

/// The stated keywords, else those found.
pub(super) fn settle(
    stated: &[String],
    found: Option<(Keywords, String)>,
    evidence: &mut Vec<(&'static str, String)>,
) -> Option<Keywords> {
    if stated.is_empty() {
        let (keywords, from) = found?;
        evidence.push(("keywords", from));
        return Some(keywords);
    }
    let list = clean(stated.iter().map(String::as_str));
    evidence.push(("keywords", "envelope:keywords".to_owned()));
    Some(Keywords { raw: list.join(", "), list }).filter(|keywords| !keywords.list.is_empty())
}

/// The keywords of one line: divided where it has separators, else the line alone.
pub(super) fn of_line(line: &str) -> Keywords {
    let raw = first_chars(&collapse(line), KEYWORD_LINE_CHARS_MAX).to_owned();
    let list =
        if raw.contains(KEYWORD_SEPARATORS) { clean(raw.split(KEYWORD_SEPARATORS)) } else { Vec::new() };
    Keywords { raw, list }
}

/// Keywords trimmed, without empty ones and repetitions. Underscores join the words of a hashtag.
pub(super) fn clean<'text>(keywords: impl Iterator<Item = &'text str>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for keyword in keywords {
        let spaced = keyword.replace('_', " ");
        let keyword = one_line(&spaced);
        if !keyword.is_empty() && list.len() < KEYWORDS_MAX && seen.insert(fold::fold(&keyword)) {
            list.push(first_chars(&keyword, KEYWORD_CHARS_MAX).to_owned());
        }
    }
    list
}
