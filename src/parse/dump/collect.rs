//! From the roles of the units to the parts of the article.
//!
//! Owns what becomes of each role: of labelled facts the first counts, captions and boilerplate are dropped, and the
//! related articles keep their headline, address and paragraphs.

use super::line::{Evidence, LineRole};
use super::pieces::Unit;
use super::shape::{self, without_decoration};
use super::{Dump, Found};
use crate::article::{Flaw, Paragraph, ParagraphRole, Related};
use crate::parse::lexicon::Role;
use crate::parse::text::collapse;

/// The parts of the article.
pub(super) fn collect(units: Vec<Unit<'_>>, flaws: Vec<Flaw>) -> Dump {
    let mut dump = Dump { flaws, ..Dump::default() };
    for unit in units {
        match unit.related {
            Some(index) => take_related(&mut dump.related, index, &unit),
            None => take_main(&mut dump, &unit),
        }
    }
    dump
}

fn take_main(dump: &mut Dump, unit: &Unit<'_>) {
    let above_text = dump.paragraphs.is_empty();
    let slot = match unit.role {
        LineRole::Paragraph => return dump.paragraphs.push(paragraph(unit)),
        LineRole::Subheadline => {
            return dump.paragraphs.push(Paragraph { text: value(unit), role: ParagraphRole::Heading });
        }
        LineRole::Keywords => return take_keywords(&mut dump.keywords, unit),
        // An address below the text may be of anything.
        LineRole::Url if unit.label.is_none() && !above_text => return,
        // The time of an entry says nothing of the day.
        LineRole::Date if unit.label.is_none() && shape::is_time(&unit.text) => return,
        LineRole::Headline => &mut dump.headline,
        LineRole::Date => &mut dump.date,
        LineRole::Modified => &mut dump.modified,
        LineRole::Source => &mut dump.source,
        LineRole::Byline => &mut dump.author,
        LineRole::Section => &mut dump.section,
        LineRole::Url => &mut dump.url,
        _ => return,
    };
    let is_stronger = match (&unit.evidence, &slot) {
        (_, None) => true,
        // A label outranks what only its shape told.
        (Evidence::Label(_), Some(found)) => {
            unit.role != LineRole::Headline && found.label.starts_with("line:")
        }
        _ => false,
    };
    if is_stronger {
        *slot = Some(Found { label: evidence(unit), value: value(unit) });
    }
}

/// `label:…`, or the line where it stands.
fn evidence(unit: &Unit<'_>) -> String {
    match &unit.evidence {
        Evidence::Label(_) => unit.evidence.to_string(),
        _ => format!("line:{}", unit.first),
    }
}

/// The text of a unit without its label.
fn value(unit: &Unit<'_>) -> String {
    let text = match (&unit.label, &unit.evidence) {
        (Some(label), Evidence::Shape(_)) if label.role == Role::Date => &label.value,
        (Some(label), Evidence::Position(_))
            if label.role == Role::Text && unit.related.is_some() && !label.value.is_empty() =>
        {
            &label.value
        }
        (Some(label), Evidence::Label(_)) if !label.value.is_empty() => &label.value,
        _ => &*unit.text,
    };
    collapse(text).into_owned()
}

/// Tags that stand one a line are joined.
fn take_keywords(slot: &mut Option<Found>, unit: &Unit<'_>) {
    match slot {
        None => *slot = Some(Found { label: evidence(unit), value: value(unit) }),
        Some(found) if found.label == evidence(unit) && unit.label.is_none() => {
            found.value.push_str(", ");
            found.value.push_str(&value(unit));
        }
        Some(_) => {}
    }
}

fn paragraph(unit: &Unit<'_>) -> Paragraph {
    let role = if unit.markup.is_heading {
        ParagraphRole::Heading
    } else if unit.markup.is_item {
        ParagraphRole::ListItem
    } else if unit.markup.is_quote {
        ParagraphRole::Quote
    } else {
        ParagraphRole::Text
    };
    Paragraph { text: value(unit), role }
}

fn take_related(related: &mut Vec<Related>, index: usize, unit: &Unit<'_>) {
    while related.len() <= index {
        related.push(Related::default());
    }
    let article = &mut related[index];
    match unit.role {
        LineRole::RelatedHeadline => match &unit.label {
            Some(label) if label.role == Role::Title => set_title(article, &label.value),
            _ => set_title(article, &unit.text),
        },
        LineRole::ReadAlso | LineRole::RelatedStart => match &unit.label {
            Some(label) if !label.value.is_empty() => set_title(article, &label.value),
            _ => set_title(article, &unit.text),
        },
        LineRole::Url if article.url.is_none() => article.url = Some(value(unit)),
        LineRole::RelatedParagraph => article.paragraphs.push(paragraph(unit)),
        _ => {}
    }
}

/// The title of a related article, and perhaps the address behind it.
fn set_title(article: &mut Related, text: &str) {
    if article.headline.is_some() {
        return;
    }
    let (title, url) = split_url(without_decoration(text));
    article.headline = title;
    if article.url.is_none() {
        article.url = url;
    }
}

/// `title https://…`, also in brackets.
fn split_url(text: &str) -> (Option<String>, Option<String>) {
    let Some(at) = text.find("http://").or_else(|| text.find("https://")) else {
        return (Some(collapse(text).into_owned()), None);
    };
    let (title, url) = text.split_at(at);
    let url = url.trim_end_matches([')', ']', '.', ' ']);
    if !shape::is_url(url) {
        return (Some(collapse(text).into_owned()), None);
    }
    let title = title.trim_end_matches(|character: char| {
        character.is_whitespace() || matches!(character, '(' | '[' | '-' | '–' | '|' | ':')
    });
    let title = (!title.is_empty()).then(|| collapse(title).into_owned());
    (title, Some(url.to_owned()))
}
