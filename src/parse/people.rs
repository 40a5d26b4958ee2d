//! Names of people from bylines.

use crate::parse::fold::same;
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

/// Words at the beginning of a byline that are not part of a name.
const PREFIXES: &[&str] =
    &["by ", "By ", "BY ", "par ", "Par ", "كتب:", "كتبت:", "بقلم:", "كتب ", "كتبت ", "بقلم "];

/// The names of one byline, in order. Arabic joins names by a waw that is also a first letter: only one that stands
/// alone divides.
pub(super) fn from_byline(byline: &str) -> Vec<String> {
    let byline = byline.trim();
    let byline = PREFIXES.iter().find_map(|prefix| byline.strip_prefix(prefix)).unwrap_or(byline);
    let mut names = Vec::new();
    for part in byline.split([',', '،', ';', '؛', '/', '|', '&']) {
        for name in split_at_words(part) {
            push(&mut names, &name);
        }
    }
    names
}

/// Adds a name that is one: short, no address, nobody's stand-in, not there yet.
pub(super) fn push(names: &mut Vec<String>, name: &str) {
    let name = collapse(name);
    let is_name = !name.is_empty()
        && names.len() < AUTHORS_MAX
        && !is_longer_than(&name, NAME_CHARS_MAX)
        && !name.contains(['@', '<', '>'])
        && !name.contains("://")
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
