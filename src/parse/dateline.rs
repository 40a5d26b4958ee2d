//! The dateline at the beginning of a text: where it was written, and the agency that sent it.
//!
//! `CAIRO (AP) —`, `LONDON, Dec 2 (Reuters) -`, `دمشق - سانا`, `القاهرة (أ ف ب) -`. A place counts if the lexicon knows
//! it, if an agency stands behind it, or if it is written in capitals; and only where a dash, a colon or a bracket ends
//! the dateline. The text itself stays as it is.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::parse::fold::{digit, fold, is_letter_or_digit};
use crate::parse::text::{collapse, first_chars};

const COMPILED_IN: &str = include_str!("../../config/lexicon/datelines.tsv");

/// A dateline ends within so many characters.
const DATELINE_CHARS_MAX: usize = 90;
/// A place has no more characters and words.
const PLACE_CHARS_MAX: usize = 30;
const PLACE_WORDS_MAX: usize = 4;
/// An agency's name has no more words, and so many names may stand behind a place.
const AGENCY_WORDS_MAX: usize = 4;
const PARTS_MAX: usize = 4;

struct Words {
    places: HashSet<String>,
    agencies: HashSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let of = |kind: &str| {
        let entries = COMPILED_IN.lines().filter_map(entry);
        entries.filter(|(is, _)| *is == kind).map(|(_, name)| fold(name)).collect()
    };
    Words { places: of("place"), agencies: of("agency") }
});

/// A line of the lexicon; `None` for comments.
fn entry(line: &'static str) -> Option<(&'static str, &'static str)> {
    let (kind, rest) = line.split_once('\t').filter(|_| !line.starts_with('#'))?;
    let (_language, name) = rest.split_once('\t')?;
    Some((kind, name))
}

/// The place of the dateline that a text begins with.
pub(super) fn place_of(text: &str) -> Option<String> {
    let head = first_chars(text, DATELINE_CHARS_MAX);
    let is_mark =
        |character: char| matches!(character, '-' | '–' | '—' | '(' | ')' | '/' | ':' | ',' | '،' | '−');
    let place_end = head.find(is_mark)?;
    let place = head[..place_end].trim();
    let behind = &head[place_end..];
    if !is_short_name(place) || has_agency(place) {
        return None;
    }
    // The parts behind the place, up to the dash or colon that ends the dateline.
    let parts: Vec<&str> =
        behind.split(is_mark).map(str::trim).filter(|part| !part.is_empty()).take(PARTS_MAX).collect();
    let is_sent = parts.iter().take(PARTS_MAX - 1).any(|part| has_agency(part));
    let is_known = WORDS.places.contains(&fold(place));
    let ends = ends_dateline(behind);
    let holds = (is_known && ends)
        || (is_sent && (ends || behind.contains(')')))
        || (is_in_capitals(place) && ends && !behind.starts_with(':'));
    holds.then(|| collapse(place).into_owned())
}

/// Whether what stands behind the place soon ends in a dash: `-`, `, Dec 2 -`, `(AP) -`, or right away in a colon.
fn ends_dateline(behind: &str) -> bool {
    if behind.starts_with(':') {
        return true;
    }
    let dash = behind.find(['-', '–', '—', '−']);
    // Within words a dash ends nothing: `Tel-Aviv`.
    dash.is_some_and(|at| {
        let before = behind[..at].chars().next_back();
        let after = behind[at..].chars().nth(1);
        !(before.is_some_and(is_letter_or_digit) && after.is_some_and(is_letter_or_digit))
            && behind[..at].split_whitespace().count() <= 2 * AGENCY_WORDS_MAX
    })
}

fn has_agency(part: &str) -> bool {
    part.split_whitespace().count() <= AGENCY_WORDS_MAX && WORDS.agencies.contains(&fold(part))
}

fn is_short_name(place: &str) -> bool {
    let words = place.split_whitespace().count();
    (1..=PLACE_WORDS_MAX).contains(&words)
        && place.chars().count() <= PLACE_CHARS_MAX
        && place.chars().all(|character| {
            digit(character).is_none()
                && (is_letter_or_digit(character) || " .'’\u{200c}".contains(character))
        })
        && place.chars().next().is_some_and(|first| !first.is_lowercase())
}

/// Whether a place is written as agencies do: in capitals, and longer than an abbreviation.
fn is_in_capitals(place: &str) -> bool {
    place.chars().filter(|character| character.is_uppercase()).count() >= 4
        && !place.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lexicon_is_read() {
        for line in COMPILED_IN.lines().filter(|line| !line.starts_with('#')) {
            let (kind, name) = entry(line).unwrap();
            assert!(matches!(kind, "place" | "agency") && !name.trim().is_empty(), "{line:?}");
        }
    }

    #[test]
    fn places_are_read_as_agencies_write_them() {
        for (text, place) in [
            ("CAIRO (AP) — The council voted on Monday.", "CAIRO"),
            ("LONDON, Dec 2 (Reuters) - Shares rose.", "LONDON"),
            ("Berlin (dpa) - Der Rat hat beschlossen.", "Berlin"),
            ("PORTVILLE, Example — The council voted.", "PORTVILLE"),
            ("دمشق - سانا: وافق المجلس على الترميم", "دمشق"),
            ("القاهرة (أ ف ب) - قال الوزير", "القاهرة"),
            ("بيروت- رويترز: ارتفعت الأسعار", "بيروت"),
            ("الرباط: أعلنت الوزارة اليوم", "الرباط"),
            ("قرية المثال - سانا: شهدت القرية", "قرية المثال"),
            ("اسلام آباد (نمائندہ خصوصی) وزیر نے کہا", "اسلام آباد"),
            ("تهران - ایرنا - وزیر گفت", "تهران"),
        ] {
            assert_eq!(place_of(text).as_deref(), Some(place), "{text}");
        }
    }

    #[test]
    fn other_beginnings_are_no_datelines() {
        for text in [
            "The council voted on Monday - after months of debate.",
            "Cairo is the largest city, and its bridges are old.",
            "قال الوزير - في مؤتمر صحفي - إن العمل بدأ",
            "Reuters - Shares rose on Monday.",
            "- a list item",
            "BREAKING: shares rose",
            "",
        ] {
            assert_eq!(place_of(text), None, "{text}");
        }
    }
}
