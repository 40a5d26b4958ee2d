//! Names of people from bylines.

use crate::parse::fold::{digit, same};
use crate::parse::text::{collapse, is_longer_than};

/// More authors than this are a list of something else.
const AUTHORS_MAX: usize = 20;
/// A longer name is a sentence.
const NAME_CHARS_MAX: usize = 100;

/// Names that stand for nobody.
const NOBODY: &[&str] = &[
    "staff",
    "staff writer",
    "admin",
    "administrator",
    "editor",
    "editors",
    "newsroom",
    "webmaster",
    "المحرر",
    "هيئة التحرير",
];

/// Words at the beginning of a byline that are not part of a name, in lower case; longer ones first.
const PREFIXES: &[&str] = &[
    "written by",
    "posted by",
    "published by",
    "article by",
    "story by",
    "reviewed by",
    "by",
    "author",
    "authors",
    "par",
    "von",
    "por",
    "كتب",
    "كتبت",
    "بقلم",
];
/// What ends the names of a byline: a date, a category, a role.
const ENDS: &[&str] = &[
    " published",
    " posted",
    " updated",
    " last updated",
    " on monday",
    " on tuesday",
    " on wednesday",
    " on thursday",
    " on friday",
    " on saturday",
    " on sunday",
    " on january",
    " | ",
    " • ",
    " · ",
    " - ",
    " – ",
    " — ",
    " in ",
    " @",
    " min read",
    " for ",
];

/// The names of one byline, in order. Arabic joins names by a waw that is also a first letter: only one that stands
/// alone divides.
pub(super) fn from_byline(byline: &str) -> Vec<String> {
    let byline = without_prefix(byline.trim());
    let mut names = Vec::new();
    for part in byline.split([',', '،', ';', '؛', '/', '|', '&']) {
        for name in split_at_words(part) {
            push(&mut names, &name);
        }
    }
    names
}

/// A visible byline without what stands beside the names: the date, the section, the time that reading takes.
/// `is_month` tells names of months and days, which stand before the first number.
pub(super) fn tidy(byline: &str, is_date_word: &dyn Fn(&str) -> bool) -> String {
    let byline = without_prefix(byline.trim());
    let lower = byline.to_lowercase();
    let same_length = lower.len() == byline.len();
    let mark = ENDS.iter().filter_map(|end| lower.find(end)).filter(|_| same_length).min();
    let number = byline.char_indices().find(|(_, character)| digit(*character).is_some()).map(|(at, _)| at);
    let end = mark.into_iter().chain(number).min().unwrap_or(byline.len());
    let mut names: Vec<&str> = byline.get(..end).unwrap_or(byline).split_whitespace().collect();
    if number == Some(end) {
        while names.last().is_some_and(|word| is_date_word(word)) {
            names.pop();
        }
    }
    names
        .join(" ")
        .trim_matches(|character: char| !character.is_alphanumeric() && character != '.')
        .to_owned()
}

fn without_prefix(byline: &str) -> &str {
    let mut rest = byline;
    for prefix in PREFIXES {
        let Some(head) = rest.get(..prefix.len()) else { continue };
        let behind = &rest[prefix.len()..];
        let is_word = behind.starts_with([':', ' ', '\u{a0}', '\n']);
        if is_word && head.to_lowercase() == *prefix {
            rest = behind.trim_start_matches(|character: char| character == ':' || character.is_whitespace());
        }
    }
    rest
}

/// Adds a name that is one: short, no address, nobody's stand-in, not there yet.
pub(super) fn push(names: &mut Vec<String>, name: &str) {
    let name = collapse(name);
    let is_name = !name.is_empty()
        && names.len() < AUTHORS_MAX
        && !is_longer_than(&name, NAME_CHARS_MAX)
        && !name.contains(['@', '<', '>', '{', '}', '(', '=', '"'])
        && !name.contains("www.")
        && !name.starts_with("http")
        && name.chars().any(char::is_alphabetic)
        && !NOBODY.iter().any(|nobody| same(nobody, &name))
        && !names.iter().any(|known| same(known, &name));
    if is_name {
        names.push(name.into_owned());
    }
}

/// `A and B`, `A et B`, `A و B`
fn split_at_words(part: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    for word in part.split_whitespace() {
        if matches!(word, "and" | "et" | "و" | "AND") {
            names.push(String::new());
        } else if let Some(name) = names.last_mut() {
            if !name.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
        }
    }
    names
}
