//! IPTC ninjs items, 1.x to 3.x: their text counts as parsed.
//!
//! Recognised by `standard.name` = `ninjs`, or by `uri` and at least one field that only ninjs has.
//! - 1.x: `body_text`, `body_html`, `body_xhtml`, `headline`, `byline`, `person`, `versioncreated`, `source`;
//! - 2.x and 3.x: `bodies`, `headlines`, `descriptions` (role, content type, value), `by`, `people`, `infoSources`,
//!   `contentCreated`, `versionCreated`.
//!
//! Of several bodies: role `main` before none before others, then text before markup, then the first.
//! Without a body its description, else its headline, stands in, with a flaw.

use serde_json::value::RawValue;

use crate::article::{Flaw, Stated};
use crate::decode::draft::{self, Draft};
use crate::decode::flaws;
use crate::decode::stated::{self, HEADLINE_BYTES_MAX, SHORT_BYTES_MAX, SOURCE_BYTES_MAX, URL_BYTES_MAX};
use crate::rejection::{Code, Rejection};

use super::is_markup;
use super::lookup::{self, Kind, kind};

const STANDARD_NAME: &str = "ninjs";

/// Fields of a text, in the order of `Item`.
const NAMES: [&str; 24] = [
    "uri",
    "standard",
    "bodies",
    "body_text",
    "body_html",
    "body_xhtml",
    "headlines",
    "headline",
    "descriptions",
    "description_text",
    "by",
    "byline",
    "people",
    "person",
    "contentCreated",
    "contentcreated",
    "firstCreated",
    "firstcreated",
    "versionCreated",
    "versioncreated",
    "infoSources",
    "infosource",
    "source",
    "language",
];
/// Where `uri` is there, one of these makes the object a ninjs item.
const MARKS: [&str; 13] = [
    "bodies",
    "body_text",
    "body_html",
    "body_xhtml",
    "headlines",
    "headline",
    "byline",
    "contentCreated",
    "contentcreated",
    "firstcreated",
    "versionCreated",
    "versioncreated",
    "infoSources",
];

/// Roles of the text itself.
const MAIN_ROLES: [&str; 3] = ["main", "body", "full"];

struct Item<'a> {
    values: [Option<&'a RawValue>; NAMES.len()],
}

impl<'a> Item<'a> {
    fn value(&self, name: &str) -> Option<&'a RawValue> {
        NAMES.iter().position(|known| *known == name).and_then(|index| self.values[index])
    }

    fn string(&self, name: &str) -> Option<String> {
        self.value(name).and_then(lookup::string).filter(|text| !text.trim().is_empty())
    }

    fn first_string(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.string(name))
    }

    fn items(&self, names: &[&str], flaws: &mut Vec<Flaw>) -> Vec<&'a RawValue> {
        let mut items = Vec::new();
        for name in names {
            if let Some(value) = self.value(name) {
                items.extend(lookup::items(value, name, flaws));
            }
        }
        items
    }

    fn is_ninjs(&self) -> bool {
        let standard = self.value("standard").and_then(|standard| property(standard, "name"));
        standard.is_some_and(|name| name.eq_ignore_ascii_case(STANDARD_NAME))
            || (self.string("uri").is_some() && MARKS.iter().any(|name| self.value(name).is_some()))
    }
}

/// One of `headlines`, `bodies` or `descriptions`.
struct Text {
    value: String,
    markup: bool,
    role_rank: u8,
}

/// `None` where the object is no ninjs item. Code: `envelope_without_content` where the item has no text at all.
pub(super) fn read(text: &str, bytes_max: usize, flaws: &mut Vec<Flaw>) -> Result<Option<Draft>, Rejection> {
    // The text parsed before it came here.
    let Ok(values) = lookup::fields(text, &NAMES) else { return Ok(None) };
    let item = Item { values };
    if !item.is_ninjs() {
        return Ok(None);
    }
    let stated = facts(&item, flaws);
    let body = body(&item, flaws);
    let (body, markup) = match body.or_else(|| stand_in(&item, &stated, flaws)) {
        Some(text) => (text.value, text.markup),
        None => {
            return Err(Rejection::new(
                Code::EnvelopeWithoutContent,
                "a ninjs item without body and headline",
            ));
        }
    };
    draft::of_item(body, markup, stated, bytes_max, flaws).map(Some)
}

fn facts(item: &Item<'_>, flaws: &mut Vec<Flaw>) -> Stated {
    let headline =
        best(texts(item, "headlines", flaws)).map(|text| text.value).or_else(|| item.string("headline"));
    let uri = item.string("uri").filter(|uri| uri.starts_with("https://") || uri.starts_with("http://"));
    let published = item.first_string(&[
        "contentCreated",
        "contentcreated",
        "firstCreated",
        "firstcreated",
        "versionCreated",
        "versioncreated",
    ]);
    let sources = item.items(&["infoSources", "infosource"], flaws);
    let source =
        sources.into_iter().find_map(|source| property(source, "name")).or_else(|| item.string("source"));
    let authors = authors(item, flaws);
    let mut line = |name: &str, text: Option<String>, bytes_max| {
        text.and_then(|text| stated::fact(name, &text, bytes_max, flaws))
    };
    Stated {
        headline: line("headline", headline, HEADLINE_BYTES_MAX),
        url: line("uri", uri, URL_BYTES_MAX),
        source: line("infoSources", source, SOURCE_BYTES_MAX),
        published: line("contentCreated", published, SHORT_BYTES_MAX),
        language: line("language", item.string("language"), SHORT_BYTES_MAX),
        authors,
        keywords: Vec::new(),
    }
}

/// People whose relation is author; else the byline, divided at semicolons.
fn authors(item: &Item<'_>, flaws: &mut Vec<Flaw>) -> Vec<String> {
    let people = item.items(&["people", "person"], flaws);
    let people_named: Vec<String> = people
        .into_iter()
        .filter(|person| property(person, "rel").is_some_and(|rel| rel.eq_ignore_ascii_case("author")))
        .filter_map(|person| property(person, "name"))
        .collect();
    let names = if people_named.is_empty() {
        let byline = item.first_string(&["by", "byline"]).unwrap_or_default();
        byline.split(';').take(lookup::LIST_ITEMS_MAX).map(str::to_owned).collect()
    } else {
        people_named
    };
    names.iter().filter_map(|name| stated::fact("people", name, SHORT_BYTES_MAX, flaws)).collect()
}

fn body(item: &Item<'_>, flaws: &mut Vec<Flaw>) -> Option<Text> {
    best(texts(item, "bodies", flaws)).or_else(|| {
        item.string("body_text").map(plain).or_else(|| {
            let value = item.first_string(&["body_html", "body_xhtml"])?;
            Some(Text { value, markup: true, role_rank: 0 })
        })
    })
}

/// What stands in for a missing body.
fn stand_in(item: &Item<'_>, stated: &Stated, flaws: &mut Vec<Flaw>) -> Option<Text> {
    let text = best(texts(item, "descriptions", flaws))
        .or_else(|| item.string("description_text").map(plain))
        .or_else(|| stated.headline.clone().map(plain))?;
    flaws.push(Flaw::new(flaws::BODY_MISSING));
    Some(text)
}

fn plain(value: String) -> Text {
    Text { markup: is_markup(&value), value, role_rank: 0 }
}

fn texts(item: &Item<'_>, name: &str, flaws: &mut Vec<Flaw>) -> Vec<Text> {
    item.items(&[name], flaws).into_iter().filter_map(text_of).collect()
}

fn text_of(value: &RawValue) -> Option<Text> {
    if kind(value) == Kind::String {
        return lookup::string(value).filter(|text| !text.trim().is_empty()).map(plain);
    }
    let [text, role, content_type] = lookup::fields(value.get(), &["value", "role", "contentType"]).ok()?;
    let text = text.and_then(lookup::string).filter(|text| !text.trim().is_empty())?;
    let markup = match content_type.and_then(lookup::string) {
        Some(media) => media.to_ascii_lowercase().contains("html") || is_markup(&text),
        None => is_markup(&text),
    };
    let role_rank = match role.and_then(lookup::string) {
        Some(role) if MAIN_ROLES.contains(&role.to_ascii_lowercase().as_str()) => 0,
        None => 1,
        Some(_) => 2,
    };
    Some(Text { value: text, markup, role_rank })
}

fn best(texts: Vec<Text>) -> Option<Text> {
    // Of equal ones, `min_by_key` takes the first.
    texts.into_iter().min_by_key(|text| (text.role_rank, text.markup))
}

/// A string property of an object.
fn property(value: &RawValue, name: &str) -> Option<String> {
    lookup::fields(value.get(), &[name]).ok()?[0].and_then(lookup::string)
}
