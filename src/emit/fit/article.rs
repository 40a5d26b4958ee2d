//! The ladders of enriched and duplicate records.

use std::borrow::Cow;

use serde::Serialize;

use super::super::duplicate::Duplicate;
use super::super::ninjs::{self, Item};
use super::super::{headers, to_json, uri};
use super::frame_bytes;
use crate::flow::{Header, OutputRecord};

/// A body is not cut below this many bytes of JSON while other parts can still be given up.
const BODY_BYTES_MIN: usize = 2_000;

/// Room for the words `body` and `partial` when a body is cut.
const MARK_BYTES: usize = 64;

/// What a headline keeps when nothing else is left to give up, in characters.
const HEADLINE_CHARS_KEPT: usize = 200;

/// A longer address is replaced by the article's id when nothing else is left to give up.
const URI_BYTES_KEPT: usize = 2_048;

/// A longer source key, date or the like is a detail that can be given up.
const SHORT_BYTES: usize = 256;

/// One rung: what is given up, and how. The function says whether there was any.
type Rung<T> = (&'static str, fn(&mut T, &mut Frame) -> bool);

/// All of the record but its payload, and what the payload may take.
struct Frame {
    key: Option<Vec<u8>>,
    headers: Vec<Header>,
    bytes_max: usize,
}

impl Frame {
    /// What is left for the payload.
    fn payload_bytes_max(&self) -> usize {
        self.bytes_max.saturating_sub(frame_bytes(self.key.as_deref(), &self.headers))
    }

    fn drop_trace(&mut self) -> bool {
        let before = self.headers.len();
        self.headers
            .retain(|header| header.name != headers::TRACEPARENT && header.name != headers::TRACESTATE);
        self.headers.len() < before
    }
}

/// An output that can give up parts.
trait Shrink<'a>: Serialize {
    /// The names of the parts that were given up.
    fn degraded(&mut self) -> &mut Vec<Cow<'a, str>>;
}

impl<'a> Shrink<'a> for Item<'a> {
    fn degraded(&mut self) -> &mut Vec<Cow<'a, str>> {
        &mut self.khabar.degraded
    }
}

impl<'a> Shrink<'a> for Duplicate<'a> {
    fn degraded(&mut self) -> &mut Vec<Cow<'a, str>> {
        &mut self.degraded
    }
}

pub(super) fn fit_enriched(output: OutputRecord, bytes_max: usize) -> OutputRecord {
    let OutputRecord { outcome, key, payload, headers } = output;
    let bytes = payload.unwrap_or_default();
    let mut frame = Frame { key, headers, bytes_max };
    // Only a record that this room did not make can't be read; it stays as it is.
    let smaller = serde_json::from_slice::<Item>(&bytes)
        .ok()
        .and_then(|mut item| climb(&mut item, &enriched_rungs(), &mut frame));
    OutputRecord { outcome, key: frame.key, payload: Some(smaller.unwrap_or(bytes)), headers: frame.headers }
}

pub(super) fn fit_duplicate(output: OutputRecord, bytes_max: usize) -> OutputRecord {
    let OutputRecord { outcome, key, payload, headers } = output;
    let bytes = payload.unwrap_or_default();
    let mut frame = Frame { key, headers, bytes_max };
    let smaller = serde_json::from_slice::<Duplicate>(&bytes)
        .ok()
        .and_then(|mut duplicate| climb(&mut duplicate, &duplicate_rungs(), &mut frame));
    OutputRecord { outcome, key: frame.key, payload: Some(smaller.unwrap_or(bytes)), headers: frame.headers }
}

/// Gives up one part after the other until the rest fits; the bytes of the rest. `None` where there was none to give.
fn climb<'a, T: Shrink<'a>>(output: &mut T, rungs: &[Rung<T>], frame: &mut Frame) -> Option<Vec<u8>> {
    let mut json = None;
    for (name, give_up) in rungs {
        if !give_up(output, frame) {
            continue;
        }
        mark(output.degraded(), name);
        let bytes = to_json(output, frame.payload_bytes_max());
        let fits = bytes.len() <= frame.payload_bytes_max();
        json = Some(bytes);
        if fits {
            break;
        }
    }
    json
}

fn enriched_rungs<'a>() -> [Rung<Item<'a>>; 11] {
    [
        ("related_bodies", |item, _| drop_related_bodies(item)),
        ("captions", |item, _| drop_captions(item)),
        ("paragraphs", |item, _| clear(&mut item.khabar.paragraphs)),
        ("mentions", |item, _| clear(&mut item.khabar.mentions)),
        ("body", |item, frame| cut_body(item, frame, BODY_BYTES_MIN)),
        ("details", |item, _| drop_details(item)),
        ("meta", |item, _| item.khabar.meta.take().is_some()),
        ("trace_headers", |_, frame| frame.drop_trace()),
        ("body", |item, frame| cut_body(item, frame, 0)),
        ("headline", |item, _| item.headlines.first_mut().is_some_and(|text| cut_text(&mut text.value))),
        ("uri", |item, frame| shorten_uri(&mut item.uri, &item.khabar.id, frame)),
    ]
}

fn duplicate_rungs<'a>() -> [Rung<Duplicate<'a>>; 6] {
    [
        ("body", |duplicate, _| duplicate.body.take().is_some()),
        ("meta", |duplicate, _| duplicate.meta.take().is_some()),
        ("trace_headers", |_, frame| frame.drop_trace()),
        ("details", |duplicate, _| {
            let dropped = [drop_long(&mut duplicate.source), drop_long(&mut duplicate.published)];
            dropped.contains(&true)
        }),
        ("headline", |duplicate, _| duplicate.headline.as_mut().is_some_and(cut_text)),
        ("uri", |duplicate, frame| shorten_uri(&mut duplicate.uri, &duplicate.id, frame)),
    ]
}

/// A record that comes here twice, for a smaller limit, names each part once.
fn mark(degraded: &mut Vec<Cow<'_, str>>, name: &'static str) {
    if !degraded.iter().any(|known| known == name) {
        degraded.push(Cow::Borrowed(name));
    }
}

fn clear<T>(list: &mut Vec<T>) -> bool {
    let had_any = !list.is_empty();
    list.clear();
    had_any
}

fn drop_related_bodies(item: &mut Item) -> bool {
    let mut dropped = false;
    for association in &mut item.associations {
        dropped |= clear(&mut association.bodies);
    }
    dropped
}

fn drop_captions(item: &mut Item) -> bool {
    let mut dropped = false;
    for association in &mut item.associations {
        dropped |= clear(&mut association.descriptions);
    }
    dropped
}

/// Gives up all that has no bound of its own, but for body, headline, meta and address.
fn drop_details(item: &mut Item) -> bool {
    let khabar = &mut item.khabar;
    let lists = [
        clear(&mut item.associations),
        clear(&mut item.people),
        clear(&mut item.organisations),
        clear(&mut item.places),
        clear(&mut item.subjects),
        clear(&mut khabar.entities),
        clear(&mut khabar.countries),
        clear(&mut khabar.quotes),
        clear(&mut item.info_sources),
        clear(&mut khabar.extraction.evidence),
        clear(&mut khabar.extraction.flaws),
    ];
    let fields = [
        item.by.take().is_some(),
        item.located.take().is_some(),
        khabar.keywords.take().is_some(),
        khabar.date.take().is_some(),
        khabar.section.take().is_some(),
        drop_long(&mut khabar.source),
        drop_long(&mut item.content_created),
        drop_long(&mut khabar.versions.lexicons),
    ];
    lists.contains(&true) || fields.contains(&true)
}

fn drop_long(text: &mut Option<Cow<str>>) -> bool {
    text.take_if(|text| text.len() > SHORT_BYTES).is_some()
}

fn cut_text(text: &mut Cow<'_, str>) -> bool {
    let Some((end, _)) = text.char_indices().nth(HEADLINE_CHARS_KEPT) else {
        return false;
    };
    text.to_mut().truncate(end);
    true
}

/// Names the article by its id, in the item and in the key.
fn shorten_uri(address: &mut Cow<'_, str>, id: &str, frame: &mut Frame) -> bool {
    if address.len() <= URI_BYTES_KEPT {
        return false;
    }
    *address = Cow::Owned(uri::name_of_id(id));
    frame.key = Some(address.as_bytes().to_vec());
    true
}

/// Cuts the body to what the payload has room for, behind a paragraph where one ends in the second half of that. `false`
/// where there is no need, or where less than `bytes_min` would stay.
fn cut_body(item: &mut Item, frame: &Frame, bytes_min: usize) -> bool {
    let all_bytes = to_json(item, 0).len();
    let Some(body) = item.bodies.first_mut() else {
        return false;
    };
    let others_bytes = all_bytes - json_bytes(&body.value) + MARK_BYTES;
    let room_bytes = frame.payload_bytes_max().saturating_sub(others_bytes);
    let end = end_within(&body.value, room_bytes);
    if end == body.value.len() || room_bytes < bytes_min {
        return false;
    }
    let kept = &body.value[..end];
    let end = kept.rfind("\n\n").filter(|paragraph_end| *paragraph_end >= end / 2).unwrap_or(end);
    let kept = kept[..end].trim_end().to_owned();
    if kept.is_empty() {
        item.bodies.clear();
    } else {
        body.char_count = Some(kept.chars().count());
        body.word_count = body.word_count.map(|_| ninjs::word_count(&kept));
        body.value = Cow::Owned(kept);
    }
    item.representation_type = Cow::Borrowed(ninjs::PARTIAL);
    true
}

/// The longest beginning of `text` that takes at most `bytes_max` in JSON: where it ends.
fn end_within(text: &str, bytes_max: usize) -> usize {
    let mut taken = 0;
    for (index, character) in text.char_indices() {
        taken += json_bytes_of(character);
        if taken > bytes_max {
            return index;
        }
    }
    text.len()
}

/// What a text takes between its quotes in JSON.
fn json_bytes(text: &str) -> usize {
    text.chars().map(json_bytes_of).sum()
}

const fn json_bytes_of(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        _ => character.len_utf8(),
    }
}
