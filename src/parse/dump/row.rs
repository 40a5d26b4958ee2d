//! Rows of facts at the top: date, byline and section in one line.
//!
//! Owns the dividing of such a line into units. A line is divided only where each of its parts is known by its shape.

use super::line::{Evidence, LineRole};
use super::pieces::Unit;
use super::records;
use super::role_of;
use super::shape::{self, Lexicons};
use crate::parse::lexicon::Role;
use crate::parse::text::is_longer_than;

/// Only lines at the top are divided into date, byline and section.
const TOP_UNITS: usize = 10;
const TOP_LINE_CHARS_MAX: usize = 160;

/// At the top: `By A. Writer | 3 May 2024 | Sport` is three units, where each part is known by its shape.
pub(super) fn divide_top<'text>(units: Vec<Unit<'text>>, lexicons: &Lexicons<'_>) -> Vec<Unit<'text>> {
    let mut divided: Vec<Unit<'text>> = Vec::with_capacity(units.len());
    let heads = records::repeated_heads(&units, lexicons);
    for (index, unit) in units.into_iter().enumerate() {
        if index >= TOP_UNITS
            || unit.is_settled()
            || is_longer_than(&unit.text, TOP_LINE_CHARS_MAX)
            || unit.opens_others()
            || heads[index]
        {
            divided.push(unit);
            continue;
        }
        match top_parts(&unit, lexicons, index == 0) {
            Some(parts) => {
                for (at, (text, role, name)) in parts.into_iter().enumerate() {
                    let evidence = Evidence::Shape(name);
                    divided.push(Unit {
                        text: text.into(),
                        role,
                        evidence,
                        label: None,
                        is_part: true,
                        after_blank: unit.after_blank && at == 0,
                        ..unit.clone()
                    });
                }
            }
            None => divided.push(unit),
        }
    }
    divided
}

type TopPart = (String, LineRole, &'static str);

fn top_parts(unit: &Unit<'_>, lexicons: &Lexicons<'_>, is_first: bool) -> Option<Vec<TopPart>> {
    let text = &unit.text;
    if text.is_date(lexicons)
        || text.is_section(lexicons)
        || unit.label.as_ref().is_some_and(|label| label.role != Role::Author || label.value.is_empty())
    {
        return None;
    }
    let marks = [&["|", "•", "·"][..], &[" - ", " – ", " — "], &["/"], &["،", ","]];
    at_words(text, lexicons, is_first).or_else(|| {
        marks.into_iter().find_map(|marks| {
            let mut parts: Vec<&str> = vec![text];
            for mark in marks {
                parts = parts.iter().flat_map(|part| part.split(mark)).collect();
            }
            top_roles(&parts, lexicons, is_first)
        })
    })
}

/// The roles of the parts, where each is known and one of them is a date or a byline.
fn top_roles(parts: &[&str], lexicons: &Lexicons<'_>, is_first: bool) -> Option<Vec<TopPart>> {
    let parts: Vec<&str> = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect();
    if !(2..=6).contains(&parts.len()) {
        return None;
    }
    let has_date = parts.iter().any(|part| lexicons.is_date(part) || lexicons.labelled_date(part).is_some());
    // The length of a recording.
    if parts.iter().all(|part| shape::is_time(part)) {
        return None;
    }
    let roles: Option<Vec<TopPart>> = parts.iter().map(|part| top_part(part, lexicons, has_date)).collect();
    let roles = roles?;
    let is_known = has_date || roles.iter().any(|(_, role, _)| *role == LineRole::Byline) && !is_first;
    is_known.then_some(roles)
}

/// `Posted on 1 May 2024 by A. Writer` in two parts: at a word before a name, or before a date behind a name.
fn at_words(text: &str, lexicons: &Lexicons<'_>, is_first: bool) -> Option<Vec<TopPart>> {
    [" by ", " par ", " le ", " بقلم ", " بواسطة "].iter().find_map(|word| {
        let at = text.find(word)?;
        top_roles(&[&text[..at], &text[at + 1..]], lexicons, is_first)
    })
}

fn top_part(part: &str, lexicons: &Lexicons<'_>, has_date: bool) -> Option<TopPart> {
    let part = part.trim_matches(['[', ']']);
    if let Some((role, _, value)) = lexicons.labelled_date(part) {
        let role = if role == Role::Date { LineRole::Date } else { LineRole::Modified };
        return Some((value.to_owned(), role, "label and date"));
    }
    if let Some(label) = lexicons.labels.match_line(part).filter(|label| !label.value.is_empty()) {
        let role = role_of(label.role)?;
        return Some((label.value.to_owned(), role, "label in a row"));
    }
    let (role, name) = if lexicons.is_date(part) {
        (LineRole::Date, "date")
    } else if shape::is_byline(part, false) {
        (LineRole::Byline, "byline")
    } else if lexicons.is_credit(part) {
        (LineRole::Source, "credit")
    } else if lexicons.is_section(part) {
        (LineRole::Section, "section")
    } else if lexicons.is_boilerplate(part) {
        (LineRole::Boilerplate, "buttons")
    } else if has_date && lexicons.may_be_name(part) {
        (LineRole::Byline, "name beside a date")
    } else {
        return None;
    };
    Some((part.to_owned(), role, name))
}
