//! Dates within a line of other words: `By A. Writer | 2 December 2024, 10:30 | 3 comments`.

use super::words::Words;
use super::{DateContext, digit, is_relative, read};
use crate::article::{DatePrecision, Flaw};
use crate::parse::fold::{is_letter, is_letter_or_digit};

/// A date is looked for around so many places of a text at most.
const ANCHORS_MAX: usize = 4;
/// Words of a date before and behind its year, at most.
const WORDS_BEFORE_MAX: usize = 6;
const WORDS_BEHIND_MAX: usize = 6;
/// A line with a relative date has so many words at most.
const RELATIVE_WORDS_MAX: usize = 12;
/// A text of more words is prose.
const WORDS_MAX: usize = 60;

/// Years of the Hijri and the Persian calendar that news of the web is of.
const YEARS_OF_OTHERS: std::ops::RangeInclusive<u32> = 1369..=1460;

/// The first date of a day or more precise in the text, as it stands there: of the words around a year, the longest run
/// that reads as a date. Gregorian years come first: a Hijri day beside one is the same day less exactly.
pub(crate) fn find<'text>(text: &'text str, words: &Words, context: &DateContext<'_>) -> Option<&'text str> {
    let parts = split(text)?;
    let mut anchors: Vec<(Anchor, usize)> =
        parts.iter().enumerate().filter_map(|(index, part)| Some((anchor(part)?, index))).collect();
    anchors.sort_by_key(|(kind, _)| *kind);
    let mut anchors = anchors.into_iter().take(ANCHORS_MAX);
    anchors
        .find_map(|(_, anchor)| around(text, &parts, anchor, words, context, |flaws| !is_relative(flaws)))
        .or_else(|| relative(text, &parts, words, context))
}

/// `Published 3 hours ago`: only in a short line, or a part of it between bars, that says little else. In prose such words
/// date what it tells.
fn relative<'text>(
    text: &'text str,
    parts: &[&'text str],
    words: &Words,
    context: &DateContext<'_>,
) -> Option<&'text str> {
    if context.fetched_at_ms.is_none() || parts.len() > RELATIVE_WORDS_MAX {
        return None;
    }
    let has_digit = |part: &&str| part.chars().any(|character| digit(character).is_some());
    let anchor = parts.iter().position(has_digit)?;
    if !parts.iter().any(|part| words.is_past(part)) {
        return None;
    }
    let found = around(text, parts, anchor, words, context, is_relative)?;
    let is_bar = |character: char| matches!(character, '|' | '•' | '·' | '–' | '—');
    let part = text.split(is_bar).find(|part| part.contains(found)).unwrap_or(text).trim();
    (found.chars().count() * 2 >= part.chars().count()).then_some(found)
}

fn around<'text>(
    text: &'text str,
    parts: &[&'text str],
    anchor: usize,
    words: &Words,
    context: &DateContext<'_>,
    accepts: impl Fn(&[Flaw]) -> bool,
) -> Option<&'text str> {
    let first = anchor.saturating_sub(WORDS_BEFORE_MAX);
    let last = (anchor + WORDS_BEHIND_MAX).min(parts.len() - 1);
    let mut runs: Vec<(usize, usize)> =
        (first..=anchor).flat_map(|start| (anchor..=last).map(move |end| (start, end))).collect();
    runs.sort_by_key(|(start, end)| std::cmp::Reverse(end - start));
    runs.into_iter().find_map(|(start, end)| {
        let from = offset_of(text, parts[start]);
        let to = offset_of(text, parts[end]) + parts[end].len();
        let run = bare(text.get(from..to)?);
        let (date, flaws) = read(run, "", words, context).ok()?;
        let is_date = date.precision >= DatePrecision::Day && accepts(&flaws);
        (is_date && !joins_parts(run, bare(parts[anchor]))).then_some(run)
    })
}

/// Without the marks around it.
fn bare(text: &str) -> &str {
    text.trim_matches(|character: char| !is_letter_or_digit(character) && !matches!(character, '+' | '.'))
}

/// Whether a run takes a number from beyond a bar that is no time of day: `October 2023 • 4 min` is no 4 October. Where a
/// bar stands before or behind the year alone, it divides the parts of the date: `26 | 01 | 2022`.
fn joins_parts(run: &str, anchor: &str) -> bool {
    let is_number = |part: &str| {
        let has_digit = part.chars().any(|character| digit(character).is_some());
        let has_hour =
            part.split_once('h').is_some_and(|(hour, _)| hour.ends_with(|last: char| last.is_ascii_digit()));
        has_digit && !has_hour && !part.contains([':', '.', '٫'])
    };
    let parts = || run.split(['|', '•', '·']);
    let is_divided = parts().any(|part| bare(part) == anchor);
    !is_divided && parts().count() > 1 && parts().any(|part| is_number(part) && !part.contains(anchor))
}

fn offset_of(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

/// The words; `None` where they are too many. White space and bars divide them, a colon behind what is no digit
/// (`Date:5.6.2024`), and, in scripts without spaces, a number from the words beside it (`发布于2024年6月5日`).
fn split(text: &str) -> Option<Vec<&str>> {
    let is_gap = |character: char| character.is_whitespace() || matches!(character, '|' | '•' | '·');
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        let is_colon = matches!(character, ':' | '：') && digit(before).is_none();
        if is_gap(character) || is_colon {
            push_part(&mut parts, &text[begin..at]);
            begin = at + character.len_utf8();
        } else if is_border(before, character) {
            push_part(&mut parts, &text[begin..at]);
            begin = at;
        }
        if parts.len() > WORDS_MAX {
            return None;
        }
        before = character;
    }
    push_part(&mut parts, &text[begin..]);
    (parts.len() <= WORDS_MAX).then_some(parts)
}

fn push_part<'text>(parts: &mut Vec<&'text str>, part: &'text str) {
    if !part.is_empty() {
        parts.push(part);
    }
}

/// Whether a date may begin or end between two characters of a script without spaces.
fn is_border(before: char, behind: char) -> bool {
    let ends_day = matches!(before, '日' | '号' | '號' | '일') && is_letter(behind);
    let ends_number = digit(before).is_some() && is_unspaced(behind) && !is_unit(behind);
    ends_day || ends_number || (is_unspaced(before) && digit(behind).is_some())
}

/// Of Chinese, Japanese or Korean.
const fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

/// Stands behind the number of a year, month, day, hour, minute or second.
const fn is_unit(character: char) -> bool {
    matches!(
        character,
        '年' | '月'
            | '日'
            | '号'
            | '號'
            | '时'
            | '時'
            | '点'
            | '分'
            | '秒'
            | '년'
            | '월'
            | '일'
            | '시'
            | '분'
            | '초'
    )
}

/// Why a date may stand around a word; the earlier one is tried first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Anchor {
    Gregorian,
    OtherCalendar,
}

/// Whether the word holds a year, or three numbers with marks between, one of which may be a month's name
/// (`03.Mar.19`).
fn anchor(part: &str) -> Option<Anchor> {
    let mut runs = 0;
    let mut length = 0;
    let mut value = 0_u32;
    let mut has_year = false;
    let mut has_other_year = false;
    for character in part.chars().chain(std::iter::once(' ')) {
        if let Some(one) = digit(character) {
            length += 1;
            value = value.saturating_mul(10).saturating_add(one);
        } else if length > 0 {
            runs += 1;
            has_year |= (length == 4 && (1990..=2100).contains(&value)) || length == 8;
            has_other_year |= length == 4 && YEARS_OF_OTHERS.contains(&value);
            length = 0;
            value = 0;
        }
    }
    let parts = part.split(['.', '-']).filter(|part| !part.is_empty());
    let has_name = runs == 2
        && parts.clone().count() == 3
        && parts.clone().nth(1).is_some_and(|part| part.chars().all(is_letter));
    if has_year || (runs == 3 && !has_other_year) || has_name {
        return Some(Anchor::Gregorian);
    }
    has_other_year.then_some(Anchor::OtherCalendar)
}
