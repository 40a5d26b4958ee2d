//! Names of people from bylines.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::parse::fold::{digit, fold, is_letter, is_letter_or_digit, same};
use crate::parse::text::{collapse, is_longer_than};

/// More authors than this are a list of something else.
const AUTHORS_MAX: usize = 20;
/// A longer name is a sentence.
const NAME_CHARS_MAX: usize = 100;
/// The words of a name in a line of other words, and its characters.
const NAME_WORDS_MAX: usize = 5;
const NAME_IN_LINE_CHARS_MAX: usize = 45;

const COMPILED_IN: &str = include_str!("../../config/lexicon/bylines.tsv");

/// The words of `config/lexicon/bylines.tsv`, by kind.
struct Words {
    nobody: Vec<&'static str>,
    prefixes: Vec<&'static str>,
    /// Folded.
    labels: HashSet<String>,
    /// Folded.
    no_names: HashSet<String>,
    particles: Vec<&'static str>,
    ends: Vec<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let of = |kind: &'static str| COMPILED_IN.lines().filter_map(entry).filter(move |(is, _)| *is == kind);
    let list = |kind: &'static str| of(kind).map(|(_, words)| words).collect::<Vec<_>>();
    Words {
        nobody: list("nobody"),
        prefixes: list("prefix"),
        labels: list("label").into_iter().map(fold).collect(),
        no_names: list("no_name").into_iter().map(fold).collect(),
        particles: list("particle"),
        ends: list("end").into_iter().map(|words| words.replace('_', " ")).collect(),
    }
});

/// A line of the lexicon; `None` for comments.
fn entry(line: &'static str) -> Option<(&'static str, &'static str)> {
    line.split_once('\t').filter(|_| !line.starts_with('#'))
}

/// The names of one byline, in order. Arabic joins names by a waw that is also a first letter: only one that stands
/// alone divides. Of parts behind a comma only those are names that look like the names of people, if the first does.
pub(super) fn from_byline(byline: &str) -> Vec<String> {
    let byline = without_prefix(byline.trim());
    let mut names = Vec::new();
    for part in byline.split([',', '،', ';', '؛', '/', '|', '&']) {
        for name in split_at_words(part) {
            push(&mut names, without_prefix(name.trim()));
        }
    }
    if names.len() > 1 && names.first().is_some_and(|name| is_name_of_person(name)) {
        names.retain(|name| is_name_of_person(name));
    }
    names
}

/// The names in a visible line: behind a byline's first words, or the parts between marks that look like names. A
/// single word is a name only where the line is known to be a byline (`is_certain`).
pub(super) fn in_line(line: &str, is_certain: bool, is_date_word: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    let line = behind_by(line);
    let parts = line.split(['|', '•', '·', '⋅', '—', '–', '/', ';', '؛', ',', '،', '&', '(', ')', '\u{a0}']);
    for part in parts.flat_map(|part| part.split(" - ")) {
        let part = tidy(part, is_date_word);
        for name in split_at_words(&part) {
            let name = leading_name(without_prefix(name.trim()));
            let words = name.split_whitespace().count();
            let is_name = is_name_of_person(&name) || (is_certain && words == 1 && is_capitalised(&name));
            if is_name && !is_date_word(&name) {
                push(&mut names, &name);
            }
        }
    }
    // One word beside whole names is something else.
    if names.iter().any(|name| name.contains(' ')) {
        names.retain(|name| name.contains(' '));
    }
    names
}

/// Whether a line begins with a word that announces a name.
pub(super) fn begins_like_byline(line: &str) -> bool {
    without_prefix(line.trim()).len() < line.trim().len()
}

/// Whether a line is nothing but the label of a name.
pub(super) fn is_byline_label(line: &str) -> bool {
    let line = line.trim().trim_end_matches(':');
    WORDS.labels.contains(&fold(line))
}

/// Whether a name is that of an account: one word, in lower case or with digits.
pub(super) fn is_account(name: &str) -> bool {
    let is_latin = name.is_ascii();
    is_latin
        && !name.contains(' ')
        && (name.chars().any(|character| character.is_ascii_digit()) || is_joined(name))
}

/// `andrewjliptak`, `KatieS`: no capital at the beginning, or one within.
fn is_joined(name: &str) -> bool {
    let mut letters = name.chars();
    !letters.next().is_some_and(char::is_uppercase) || letters.any(char::is_uppercase)
}

/// Whether a text looks like the name of one person: two words or more, in scripts with capitals each with one.
pub(super) fn is_name_of_person(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    (2..=NAME_WORDS_MAX).contains(&words.len())
        && !is_longer_than(text, NAME_IN_LINE_CHARS_MAX)
        && text.chars().all(|character| digit(character).is_none() && !"!?:\"“”%#@$€=+*".contains(character))
        && words.iter().all(|word| is_word_of_name(word))
        && words.first().is_some_and(|word| !WORDS.particles.contains(word) || words.len() > 2)
}

fn is_word_of_name(word: &str) -> bool {
    let lower = word.to_lowercase();
    let bare = lower.trim_matches(|character: char| !is_letter_or_digit(character));
    if WORDS.no_names.contains(&fold(bare)) {
        return false;
    }
    WORDS.particles.contains(&lower.as_str()) || is_capitalised(word)
}

fn is_capitalised(word: &str) -> bool {
    word.chars().find(|character| is_letter(*character)).is_some_and(|first| !first.is_lowercase())
}

/// The words at the beginning that look like a name, where others follow: `Keith Barry Senior Reporter`.
fn leading_name(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_end =
        |(index, word): (usize, &&str)| !is_word_of_name(word) || (index >= 2 && is_abbreviation(word));
    let end = words.iter().enumerate().position(is_end).unwrap_or(words.len());
    if end >= 2 { words[..end].join(" ") } else { words.join(" ") }
}

/// `USA`, `RN`: capitals alone, which behind a name are no part of it.
fn is_abbreviation(word: &str) -> bool {
    (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// What stands behind "by" within a line: `Published August 7, 2023 by Nicole Burke`.
fn behind_by(line: &str) -> &str {
    let lower = line.to_ascii_lowercase();
    let marks = [" by ", "بقلم ", "بقلم:"];
    marks.iter().find_map(|mark| lower.find(mark).and_then(|at| line.get(at + mark.len()..))).unwrap_or(line)
}

/// Whether a line names somebody behind other words.
pub(super) fn says_by(line: &str) -> bool {
    behind_by(line).len() < line.len()
}

/// A visible byline without what stands beside the names: the date, the section, the time that reading takes.
/// `is_date_word` tells names of months and days, which stand before the first number.
pub(super) fn tidy(byline: &str, is_date_word: &dyn Fn(&str) -> bool) -> String {
    let byline = without_prefix(byline.trim());
    let lower = byline.to_lowercase();
    let same_length = lower.len() == byline.len();
    let mark = WORDS.ends.iter().filter_map(|end| lower.find(end.as_str())).filter(|_| same_length).min();
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
        .trim_matches(|character: char| !is_letter_or_digit(character) && character != '.')
        .to_owned()
}

fn without_prefix(byline: &str) -> &str {
    let mut rest = byline;
    for prefix in &WORDS.prefixes {
        // Most lines differ from most words in the first letter.
        let first = rest.bytes().next().unwrap_or_default().to_ascii_lowercase();
        if first.is_ascii() && prefix.bytes().next() != Some(first) {
            continue;
        }
        let Some(head) = rest.get(..prefix.len()) else { continue };
        let behind = &rest[prefix.len()..];
        let is_word = prefix.ends_with(':') || behind.starts_with([':', ' ', '\u{a0}', '\n']);
        if is_word && head.to_lowercase() == *prefix {
            rest = behind.trim_start_matches(|character: char| character == ':' || character.is_whitespace());
        }
    }
    // Between markup the space may be missing: `ByTrevor Jones`.
    let glued = rest.strip_prefix("By").filter(|name| name.starts_with(char::is_uppercase));
    glued.unwrap_or(rest)
}

/// Adds a name that is one: short, no address, nobody's stand-in, not there yet.
pub(super) fn push(names: &mut Vec<String>, name: &str) {
    let name = collapse(name);
    let name = if name.split_whitespace().last().is_some_and(|word| word.len() > 3) {
        name.trim_end_matches(['.', ':', '-'])
    } else {
        name.trim_end_matches([':', '-'])
    };
    let is_name = !name.is_empty()
        && names.len() < AUTHORS_MAX
        && !is_longer_than(name, NAME_CHARS_MAX)
        && !name.contains(['@', '<', '>', '{', '}', '(', '=', '"'])
        && !name.contains("www.")
        && !name.starts_with("http")
        && name.chars().any(is_letter)
        && !WORDS.nobody.iter().any(|nobody| same(nobody, name))
        && !begins_with_other_hand(name)
        && !names.iter().any(|known| same(known, name));
    if is_name {
        names.push(name.to_owned());
    }
}

/// `Updated by …`, `Reviewed by …`: not who wrote it.
fn begins_with_other_hand(name: &str) -> bool {
    let folded = fold(name);
    ["updatedby", "reviewedby", "editedby", "factcheckedby", "medicallyreviewed", "photoby", "photosby"]
        .iter()
        .any(|hand| folded.starts_with(hand))
}

/// `A and B`, `A et B`, `A و B`
fn split_at_words(part: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    for word in part.split_whitespace() {
        if matches!(word, "and" | "et" | "و" | "AND" | "und" | "ve") {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lexicon_is_of_a_known_kind() {
        let kinds = ["nobody", "prefix", "label", "no_name", "particle", "end"];
        for line in COMPILED_IN.lines().filter(|line| !line.starts_with('#')) {
            let (kind, words) = entry(line).unwrap();
            assert!(
                kinds.contains(&kind) && !words.trim().is_empty() && words == words.to_lowercase(),
                "{line:?}"
            );
        }
    }

    #[test]
    fn bylines_give_the_names_of_people() {
        for (byline, names) in [
            ("By Huda Nasser and Omar Haddad", &["Huda Nasser", "Omar Haddad"][..]),
            ("Keith Example, Senior Reporter", &["Keith Example"]),
            ("بقلم: هدى ناصر", &["هدى ناصر"]),
            ("Written by Jane Q. Sample", &["Jane Q. Sample"]),
            ("Staff", &[]),
            ("كتب: عمر حداد", &["عمر حداد"]),
            ("فريق التحرير", &[]),
            ("jane@example.com", &[]),
        ] {
            assert_eq!(from_byline(byline), names, "{byline}");
        }
    }

    #[test]
    fn names_are_found_among_the_other_words_of_a_line() {
        let is_date_word = |word: &str| matches!(word, "August" | "Monday");
        for (line, names) in [
            ("Published August 7, 2023 by Huda Nasser", &["Huda Nasser"][..]),
            ("Omar Haddad | Senior Writer | August 2, 2025", &["Omar Haddad"]),
            ("Huda Nasser • 4 min read", &["Huda Nasser"]),
            ("ByTrevor Sample", &["Trevor Sample"]),
            ("Jane Sample RN", &["Jane Sample"]),
            ("Read more about this", &[]),
            ("هدى ناصر - مراسلة المثال في دمشق", &["هدى ناصر"]),
            ("اقرأ المزيد من الأخبار", &[]),
        ] {
            assert_eq!(in_line(line, false, &is_date_word), names, "{line}");
        }
    }

    #[test]
    fn surnames_that_are_months_stay_before_a_date() {
        let words = crate::parse::date::Words::load().unwrap();
        for name in [
            "Anna Kwiecień",
            "Jan Marzec",
            "Ewa Wrzesień",
            "Adam Grudzień",
            "Petr Srp",
            "Rasa Liepa",
            "Eva Prill",
            "Олена Лютий",
        ] {
            let line = format!("{name} 12.05.2024");
            assert_eq!(in_line(&line, false, &|word| words.is_date_word(word)), [name], "{line}");
        }
    }
}
