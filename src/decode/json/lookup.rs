//! Fields of JSON text without building a tree: a hostile document of a million small values costs its own bytes
//! and no more. Where a key repeats, the last one wins.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

use crate::article::Flaw;
use crate::decode::flaws;

/// Items of one list that are read.
pub(crate) const LIST_ITEMS_MAX: usize = 256;
/// Steps of a configured JSON pointer that are followed; each costs one pass over what is left of the document.
const POINTER_STEPS_MAX: usize = 32;

/// The kinds of JSON values, by their first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    /// For messages: "a number".
    pub(crate) const fn named(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

pub(crate) fn kind(value: &RawValue) -> Kind {
    match value.get().as_bytes().first() {
        Some(b'n') | None => Kind::Null,
        Some(b't' | b'f') => Kind::Boolean,
        Some(b'"') => Kind::String,
        Some(b'[') => Kind::Array,
        Some(b'{') => Kind::Object,
        Some(_) => Kind::Number,
    }
}

/// The text of a JSON string; `None` for every other kind.
pub(crate) fn string(value: &RawValue) -> Option<String> {
    (kind(value) == Kind::String).then(|| serde_json::from_str(value.get()).ok()).flatten()
}

/// The text of a JSON string, or a number as it is written.
pub(crate) fn string_or_number(value: &RawValue) -> Option<String> {
    if kind(value) == Kind::Number { Some(value.get().to_owned()) } else { string(value) }
}

/// The values of `names` in the object that `text` is; a null counts as absent. An error where `text` is no JSON
/// object, or is not JSON.
pub(crate) fn fields<'a, const COUNT: usize>(
    text: &'a str,
    names: &[&str; COUNT],
) -> serde_json::Result<[Option<&'a RawValue>; COUNT]> {
    collect(text, Keys { names, same: str::eq })
}

/// The same for names whose ASCII case does not matter.
pub(crate) fn fields_ignoring_case<'a, const COUNT: usize>(
    text: &'a str,
    names: &[&str; COUNT],
) -> serde_json::Result<[Option<&'a RawValue>; COUNT]> {
    collect(text, Keys { names, same: str::eq_ignore_ascii_case })
}

fn collect<'a, const COUNT: usize>(
    text: &'a str,
    keys: Keys<'_>,
) -> serde_json::Result<[Option<&'a RawValue>; COUNT]> {
    let mut deserializer = Deserializer::from_str(text);
    let mut found: [Option<&RawValue>; COUNT] = deserializer.deserialize_map(Fields { keys })?;
    deserializer.end()?;
    for value in &mut found {
        *value = value.filter(|value| kind(value) != Kind::Null);
    }
    Ok(found)
}

/// The items of an array, at most `LIST_ITEMS_MAX` with a flaw that names `field` beyond; empty for other kinds.
pub(crate) fn items<'a>(value: &'a RawValue, field: &str, flaws: &mut Vec<Flaw>) -> Vec<&'a RawValue> {
    if kind(value) != Kind::Array {
        return Vec::new();
    }
    let mut deserializer = Deserializer::from_str(value.get());
    let mut items =
        deserializer.deserialize_seq(Items { skip: 0, count: LIST_ITEMS_MAX + 1 }).unwrap_or_default();
    if items.len() > LIST_ITEMS_MAX {
        items.truncate(LIST_ITEMS_MAX);
        flaws.push(Flaw::new(flaws::LIST_CUT).with_detail(field));
    }
    items
}

/// The value at a JSON pointer (RFC 6901) in `text`; a null counts as absent. An empty pointer names nothing here.
pub(crate) fn pointer<'a>(text: &'a str, pointer: &str) -> Option<&'a RawValue> {
    let steps = pointer.strip_prefix('/')?;
    let mut current = text;
    let mut value = None;
    for (index, step) in steps.split('/').enumerate() {
        if index == POINTER_STEPS_MAX {
            return None;
        }
        let name = step.replace("~1", "/").replace("~0", "~");
        let found = match current.trim_start().as_bytes().first()? {
            b'{' => fields(current, &[&name]).ok()?[0]?,
            b'[' => nth(current, &name)?,
            _ => return None,
        };
        value = Some(found);
        current = found.get();
    }
    value
}

fn nth<'a>(text: &'a str, index: &str) -> Option<&'a RawValue> {
    if index.len() > 1 && index.starts_with('0') || !index.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let skip = index.parse().ok()?;
    let mut deserializer = Deserializer::from_str(text);
    let items = deserializer.deserialize_seq(Items { skip, count: 1 }).ok()?;
    items.first().copied().filter(|value| kind(value) != Kind::Null)
}

/// The names that are looked for, and when a key is one of them.
#[derive(Clone, Copy)]
struct Keys<'names> {
    names: &'names [&'names str],
    same: fn(&str, &str) -> bool,
}

struct Fields<'names, const COUNT: usize> {
    keys: Keys<'names>,
}

impl<'de, const COUNT: usize> Visitor<'de> for Fields<'_, COUNT> {
    type Value = [Option<&'de RawValue>; COUNT];

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; COUNT];
        while let Some(index) = map.next_key_seed(self.keys)? {
            match index.and_then(|index| found.get_mut(index)) {
                Some(slot) => *slot = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// A key becomes its place among the names, so that no key is copied.
impl<'de> DeserializeSeed<'de> for Keys<'_> {
    type Value = Option<usize>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Keys<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.names.iter().position(|name| (self.same)(name, key)))
    }
}

/// `count` items of an array after the first `skip`; the rest is read over, so that the array's end is found.
struct Items {
    skip: usize,
    count: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        for _ in 0..self.skip {
            if sequence.next_element::<IgnoredAny>()?.is_none() {
                return Ok(Vec::new());
            }
        }
        let mut items = Vec::new();
        while items.len() < self.count {
            match sequence.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(items),
            }
        }
        while sequence.next_element::<IgnoredAny>()?.is_some() {}
        Ok(items)
    }
}
