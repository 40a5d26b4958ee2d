//! Names of authors that stand in the visible text of a page.
//!
//! A line counts as a byline if it begins like one ("By", "بقلم"), if its element or its link says so (class, rel,
//! `/author/…`), or if a label stands above it; near the headline more than elsewhere. Of such a line the parts that
//! look like names of people are taken.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::outline::Outline;
use super::places::{ASIDE_POINTS, Nearness, Places};
use super::traits::Traits;
use crate::parse::people;
use crate::parse::text::{first_chars, is_longer_than};

/// A longer line is no byline.
const LINE_CHARS_MAX: usize = 160;
/// A label above a name is no longer.
const LABEL_CHARS_MAX: usize = 20;
/// Bylines that are looked at.
const BYLINES_MAX: usize = 64;
/// Less than this is the name of something else.
const SCORE_MIN: i32 = 4;
/// Parts of the path of an address that leads to what a person has written.
const AUTHOR_PATHS: &[&str] = &[
    "/author/",
    "/authors/",
    "/autor/",
    "/auteur/",
    "/people/",
    "/person/",
    "/profile/",
    "/profiles/",
    "/contributor",
    "/reporter",
    "/journalist",
    "/staff/",
    "/writer",
    "/by/",
    "/columnist",
    "/kateb/",
    "/writers/",
];

static PATHS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(AUTHOR_PATHS).ok());

struct Candidate {
    score: i32,
    distance: usize,
    line: usize,
    names: Vec<String>,
}

/// The names in the line that most speaks for, and in those beside it that say the same of themselves.
pub(super) fn authors(
    outline: &Outline,
    places: &Places<'_>,
    is_date_word: &dyn Fn(&str) -> bool,
) -> Vec<String> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (index, line) in outline.lines.iter().enumerate() {
        if candidates.len() >= BYLINES_MAX {
            break;
        }
        let is_headline = places.headline == Some(index);
        if !is_headline && !is_longer_than(&line.text, LINE_CHARS_MAX) && !places.is_foreign(line.element) {
            candidates.extend(candidate(outline, places, index, is_date_word));
        }
    }
    candidates.retain(|candidate| candidate.score >= SCORE_MIN);
    let Some(best) = candidates.iter().min_by_key(|candidate| (-candidate.score, candidate.distance)) else {
        return Vec::new();
    };
    let parent = |line: usize| outline.elements[outline.lines[line].element].parent;
    let mut names = best.names.clone();
    for other in &candidates {
        let is_beside =
            other.line > best.line && other.line - best.line <= 3 && parent(other.line) == parent(best.line);
        if is_beside && other.score + 1 >= best.score {
            for name in &other.names {
                people::push(&mut names, name);
            }
        }
    }
    names
}

fn candidate(
    outline: &Outline,
    places: &Places<'_>,
    index: usize,
    is_date_word: &dyn Fn(&str) -> bool,
) -> Option<Candidate> {
    let line = &outline.lines[index];
    let begins = people::begins_like_byline(&line.text);
    let is_labelled = index.checked_sub(1).is_some_and(|above| {
        let above = &outline.lines[above].text;
        !is_longer_than(above, LABEL_CHARS_MAX) && people::is_byline_label(above)
    });
    let is_linked = line.link.as_deref().is_some_and(leads_to_author);
    let is_named = places.has_trait(index, Traits::BYLINE);
    let says_by = places.has_trait(index, Traits::DATED) && people::says_by(&line.text);
    let evidence = [(begins, 4), (is_labelled, 4), (is_linked, 3), (is_named, 3), (says_by, 3)];
    let score: i32 = evidence.into_iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum();
    if score == 0 {
        return None;
    }
    let names = people::in_line(&line.text, begins || is_labelled || is_linked, is_date_word);
    if names.is_empty() {
        return None;
    }
    let Nearness { points, distance } = places.nearness(index);
    // A line of more than names is less likely a byline, whatever its element is called.
    let is_wordy = is_longer_than(&line.text, LINE_CHARS_MAX / 2);
    let aside = if places.is_aside(line.element) { ASIDE_POINTS } else { 0 };
    Some(Candidate { score: score + points - aside - i32::from(is_wordy), distance, line: index, names })
}

fn leads_to_author(link: &str) -> bool {
    PATHS.as_ref().is_some_and(|paths| paths.is_match(first_chars(link, LINE_CHARS_MAX)))
}
