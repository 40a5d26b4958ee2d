//! Lines of the page that no phrase of the lexicon names: buttons, forms, notes of tools and of those who send.
//!
//! Owns the weighing of what speaks for such a line. No sign decides alone: a line of words of pages that the article
//! takes up is a headline about pages.

use super::line::{Evidence, LineRole};
use super::overlap::{Body, Stems};
use super::pieces::Unit;
use super::shape::{self, Lexicons};
use crate::parse::fold::is_letter;
use crate::parse::text::word_count;

/// A line of more words is text.
const WORDS_MAX: usize = 24;
/// A sentence of so many words is more likely text.
const SENTENCE_WORDS_MIN: usize = 10;
/// A line of so few words is no sentence.
const SHORT_WORDS_MAX: usize = 3;
/// The name of a medium has at most so many words.
const NAME_WORDS_MAX: usize = 4;
/// Who publishes stands among so many units, and is named again below the text by so many words.
const PUBLISHER_UNITS: usize = 6;
const PUBLISHER_WORDS_MIN: usize = 2;
/// The words of an export's field and of its value, and how many fields that are known stand how near to it.
const FIELD_WORDS_MAX: usize = 2;
const FIELD_VALUE_WORDS_MAX: usize = 4;
const FIELDS_MIN: usize = 2;
const FIELDS_NEAR: usize = 4;
/// What speaks for a line of the page, together, is at least this.
const POINTS_MIN: i32 = 4;

/// Settles the lines of the page.
pub(super) fn settle(units: &mut [Unit<'_>], lexicons: &Lexicons<'_>) {
    let mut points: Vec<Option<i32>> = units.iter().map(|unit| own_points(unit, lexicons)).collect();
    let text: Vec<usize> = (0..units.len())
        .filter(|index| !units[*index].is_settled() && units[*index].text.is_prose())
        .filter(|index| points[*index].is_none_or(|points| points < POINTS_MIN))
        .collect();
    let body = Body::of(text.iter().map(|index| &units[*index]));
    let is_latin = text.first().is_some_and(|first| is_mostly_latin(&units[*first].text));
    let (first, last) = (text.first().copied().unwrap_or_default(), text.last().copied().unwrap_or_default());
    let publishers: Vec<Stems> = units
        .iter()
        .take(PUBLISHER_UNITS.min(first))
        .filter(|unit| names_publisher(&unit.text, lexicons))
        .map(|unit| unit.text.stems().clone())
        .collect();
    for (index, points) in points.iter_mut().enumerate() {
        if let Some(points) = points {
            *points += i32::from(index < first || index > last);
            *points +=
                i32::from((index < first || index > last) && is_other_script(&units[index].text, is_latin));
            let (taken, all) = body.taken_up(units[index].text.stems());
            *points -= 2 * i32::from(taken > 1 && taken * 2 >= all);
            let is_imprint = index > last
                && publishers
                    .iter()
                    .any(|publisher| publisher.shared(units[index].text.stems()) >= PUBLISHER_WORDS_MIN);
            *points += 3 * i32::from(is_imprint);
            let heads_titles = units[index].text.heads_others(lexicons)
                && units.get(index + 1).is_some_and(|below| below.text.words() > units[index].text.words());
            *points -= 2 * i32::from(heads_titles);
        }
    }
    let is_certain: Vec<bool> = units
        .iter()
        .zip(&points)
        .map(|(unit, points)| {
            points.is_some_and(|points| points >= POINTS_MIN) || unit.text.is_boilerplate(lexicons)
        })
        .collect();
    for index in 0..units.len() {
        let is_open = units[index].label.is_none() && !units[index].is_settled();
        if (index < first || index > last) && is_open && is_field(units, index) {
            points[index] = Some(POINTS_MIN);
        }
    }
    let own = points.clone();
    for index in 0..units.len() {
        let Some(points) = points[index] else { continue };
        let is_likely = |near: usize| {
            is_certain.get(near) == Some(&true)
                || own.get(near).copied().flatten().is_some_and(|near| near > 1 && points + 1 >= POINTS_MIN)
        };
        let has_neighbour = index > 0 && is_likely(index - 1) || is_likely(index + 1);
        if points + i32::from(has_neighbour && points > 1) >= POINTS_MIN {
            units[index].set(LineRole::Boilerplate, Evidence::Shape("mostly words of pages"));
        }
    }
}

/// What speaks for a line by itself; `None` where something else is known of it.
fn own_points(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> Option<i32> {
    let text = &unit.text;
    let words = text.words();
    let is_known = unit.is_settled()
        || unit.label.is_some()
        || unit.markup.is_heading
        || words > WORDS_MAX
        || text.is_separator()
        || shape::is_url(text)
        || shape::is_introduced_url(text)
        || text.is_section(lexicons) && !text.contains('|')
        || text.is_date(lexicons)
        || text.is_kicker(lexicons)
        || text.heads_comments(lexicons)
        || text.is_caption(lexicons)
        || text.is_credit(lexicons)
        || words <= NAME_WORDS_MAX && (text.names_medium(lexicons) || text.names_institution(lexicons));
    if is_known {
        return None;
    }
    let (of_page, all) = text.page_words(lexicons);
    let mut points = match (of_page, all) {
        // Words that say nothing, alone: `For you`.
        (0, 0) if text.chars().any(is_letter) => 2,
        (0, _) => 0,
        (1, 1) => 2 + i32::from(text.chars().any(char::is_numeric)),
        _ if of_page == all => 4,
        _ if of_page * 3 >= all * 2 => 3,
        _ if of_page * 2 >= all => 2,
        _ => i32::from(of_page * 3 >= all),
    };
    points += i32::from(of_page > 2 && of_page * 2 >= all);
    points += i32::from(of_page > 0 && of_page * 2 >= all && words <= SHORT_WORDS_MAX);
    points += i32::from(of_page > 0 && shape::asks_to_do(text));
    points += 4 * i32::from(names_rights(text));
    points += i32::from(is_framed(text));
    points += 2 * i32::from(text.contains("    "));
    points += i32::from(ends_with_count(text));
    points += i32::from(
        of_page > 0
            && text
                .split_whitespace()
                .any(|word| word.contains('@') || word.contains("://") || shape::is_domain(word)),
    );
    points += i32::from(of_page > 0 && text.contains(['|', '»', '›', '→', '←']));
    points -= 2 * i32::from(text.ends_firmly() && words >= SENTENCE_WORDS_MIN);
    Some(points)
}

/// `layout: post`, beside lines with labels that are known: a field of an export.
fn is_field(units: &[Unit<'_>], index: usize) -> bool {
    let has_shape = units[index].text.split_once(": ").is_some_and(|(key, value)| {
        word_count(key) <= FIELD_WORDS_MAX
            && word_count(value) <= FIELD_VALUE_WORDS_MAX
            && !shape::ends_firmly(value)
    });
    let is_labelled = |unit: &Unit<'_>| {
        !unit.opens_others()
            && unit.label.as_ref().is_some_and(|label| !label.value.is_empty() && unit.text.contains(':'))
    };
    let near = units[index.saturating_sub(FIELDS_NEAR)..].iter().take(2 * FIELDS_NEAR + 1);
    has_shape && near.filter(|unit| is_labelled(unit)).count() >= FIELDS_MIN
}

/// Whether a line, or a part of it, names a medium or an office.
pub(super) fn names_publisher(text: &str, lexicons: &Lexicons<'_>) -> bool {
    let names = |part: &str| lexicons.names_medium(part) || lexicons.names_institution(part);
    names(text) || text.split(['|', '–']).flat_map(|part| part.split(" - ")).any(|part| names(part.trim()))
}

/// The whole line between marks: `[share]`, `/to be continued/`, `-- end of item --`.
fn is_framed(text: &str) -> bool {
    let ends = (text.chars().next(), text.chars().next_back());
    matches!(
        ends,
        (Some('['), Some(']'))
            | (Some('('), Some(')'))
            | (Some('/'), Some('/'))
            | (Some('-'), Some('-'))
            | (Some('<'), Some('>'))
            | (Some('{'), Some('}'))
    )
}

/// `… © 2024 …`, `(c) 2024 …`.
fn names_rights(text: &str) -> bool {
    text.contains('©') || text.starts_with("(c) ") || text.starts_with("(C) ")
}

fn is_mostly_latin(text: &str) -> bool {
    let letters = || text.chars().filter(|one| is_letter(*one));
    letters().filter(char::is_ascii_alphabetic).count() * 2 > letters().count()
}

/// Whether a line with letters is written in another script than the text.
fn is_other_script(text: &str, is_latin: bool) -> bool {
    text.chars().any(is_letter) && is_mostly_latin(text) != is_latin
}

/// `Feeds (3)`.
fn ends_with_count(text: &str) -> bool {
    text.strip_suffix([')', ']']).and_then(|text| text.rsplit_once(['(', '['])).is_some_and(
        |(before, count)| {
            !before.trim().is_empty() && !count.is_empty() && count.chars().all(char::is_numeric)
        },
    )
}
