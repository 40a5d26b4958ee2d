//! One layer of the configuration: a file, the environment or the command line, flattened to dotted keys and checked
//! against the keys and types of the defaults.

use std::collections::{BTreeMap, BTreeSet};

use config::{Map, Source, Value, ValueKind};
use toml::{Table, Value as Toml};

use super::DEFAULTS;
use super::problem::{Origin, Problem, quoted};
use super::properties;

/// The only table whose keys are open: librdkafka's own names.
pub(super) const OPEN_TABLE: &str = "kafka.properties";

/// A list holds at most this many entries.
const LIST_ENTRIES_MAX: usize = 1000;

/// Below this similarity (0 to 1) a guess would only mislead.
const SIMILARITY_MIN: f64 = 0.6;

/// A match of the last part alone counts for a little less than one of the whole key.
const LAST_PART_WEIGHT: f64 = 0.95;

/// Keys of `[kafka]` as other programs call them, and those that are meant; no likeness would find these.
const NAMES_ELSEWHERE: [(&str, &str); 12] = [
    ("brokers", "kafka.bootstrap_servers"),
    ("broker_list", "kafka.bootstrap_servers"),
    ("bootstrap", "kafka.bootstrap_servers"),
    ("servers", "kafka.bootstrap_servers"),
    ("hosts", "kafka.bootstrap_servers"),
    ("group_id", "kafka.group"),
    ("consumer_group", "kafka.group"),
    ("topic", "kafka.raw_topics"),
    ("topics", "kafka.raw_topics"),
    ("input_topic", "kafka.raw_topics"),
    ("input_topics", "kafka.raw_topics"),
    ("output_topic", "kafka.enriched_topic"),
];

/// One key of a layer with its value as it was found.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// Dotted; inside the open table the rest is one librdkafka name.
    pub key: String,
    pub value: Found,
    pub origin: Origin,
}

/// A value as its layer holds it.
#[derive(Debug, Clone)]
pub(super) enum Found {
    Typed(Toml),
    /// From the environment or the command line; its type is that of the default.
    Text(String),
}

/// The keys that exist, with their defaults.
#[derive(Debug)]
pub(super) struct Known {
    pub defaults: BTreeMap<String, Toml>,
    sections: BTreeSet<String>,
}

impl Known {
    pub(super) fn new() -> Result<Self, toml::de::Error> {
        let defaults: BTreeMap<String, Toml> =
            flatten(toml::from_str(DEFAULTS)?).into_iter().filter(|(_, value)| !value.is_table()).collect();
        let mut sections: BTreeSet<String> = defaults
            .keys()
            .flat_map(|key| key.match_indices('.').map(|(dot, _)| key[..dot].to_owned()))
            .collect();
        sections.insert(OPEN_TABLE.to_owned());
        Ok(Self { defaults, sections })
    }

    /// The leaf's value with the type of its key, or what is wrong with it.
    pub(super) fn checked(&self, leaf: &Leaf) -> Result<Toml, Problem> {
        if let Some(name) = property_name(&leaf.key) {
            return property(name, leaf);
        }
        let problem = |message: String| Problem::new(&leaf.key, leaf.origin.clone(), message);
        let Some(default) = self.defaults.get(&leaf.key) else {
            return Err(problem(self.unknown(&leaf.key)));
        };
        let value = match &leaf.value {
            Found::Typed(value) => value.clone(),
            Found::Text(text) => parsed_as(default, text).unwrap_or_else(|| Toml::String(text.clone())),
        };
        if !is_same_type(default, &value) {
            let found = found_description(&leaf.key, &value, matches!(leaf.value, Found::Text(_)));
            return Err(problem(format!("expected {}, found {found}", expected_description(default))));
        }
        if value.as_array().is_some_and(|entries| entries.len() > LIST_ENTRIES_MAX) {
            return Err(problem(format!("the list has more than {LIST_ENTRIES_MAX} entries")));
        }
        Ok(value)
    }

    /// Whether an empty table of this name is fine.
    pub(super) fn is_section(&self, key: &str) -> bool {
        self.sections.contains(key)
    }

    fn unknown(&self, key: &str) -> String {
        if self.is_section(key) {
            return format!("this is a section, not a key; its keys are written as {key}.name");
        }
        let above = key
            .rmatch_indices('.')
            .map(|(dot, _)| &key[..dot])
            .find(|part| self.defaults.contains_key(*part));
        if let Some(value) = above {
            return format!("unknown key; {value} is a value and has no keys below it");
        }
        match self.nearest(key) {
            Some(nearest) => format!("unknown key; did you mean {nearest}?"),
            None => "unknown key; `khabar config` lists all keys".to_owned(),
        }
    }

    fn nearest(&self, key: &str) -> Option<&str> {
        let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let key_last = last(key);
        let of_kafka = key.strip_prefix("kafka.").unwrap_or(key);
        let elsewhere = NAMES_ELSEWHERE.iter().find(|(name, _)| *name == of_kafka);
        if let Some((_, meant)) = elsewhere {
            return Some(meant);
        }
        let mut best: Option<(f64, &str)> = None;
        for candidate in self.defaults.keys().chain(&self.sections) {
            let whole = strsim::normalized_damerau_levenshtein(key, candidate);
            let part = strsim::normalized_damerau_levenshtein(&key_last, &last(candidate)) * LAST_PART_WEIGHT;
            let score = whole.max(part);
            // Of equally near ones the first in the order of the alphabet wins.
            if score >= SIMILARITY_MIN && best.is_none_or(|(best_score, _)| score > best_score) {
                best = Some((score, candidate));
            }
        }
        best.map(|(_, candidate)| candidate)
    }
}

/// The librdkafka name in a key of the open table.
pub(super) fn property_name(key: &str) -> Option<&str> {
    key.strip_prefix(OPEN_TABLE)?.strip_prefix('.').filter(|name| !name.is_empty())
}

/// Whether the value of this key must not be shown.
pub(super) fn is_secret(key: &str) -> bool {
    key == "kafka.sasl_password" || property_name(key).is_some_and(properties::is_secret)
}

fn property(name: &str, leaf: &Leaf) -> Result<Toml, Problem> {
    let problem = |message: String| Problem::new(&leaf.key, leaf.origin.clone(), message);
    if let Some(refusal) = properties::refusal(name) {
        return Err(problem(refusal));
    }
    match &leaf.value {
        Found::Text(text) | Found::Typed(Toml::String(text)) => Ok(Toml::String(text.clone())),
        Found::Typed(value @ (Toml::Integer(_) | Toml::Boolean(_) | Toml::Float(_))) => {
            Ok(Toml::String(value.to_string()))
        }
        Found::Typed(value) => Err(problem(format!("expected text in quotes, found {}", value.type_str()))),
    }
}

/// The text of an environment variable or of `--set`, read by the type of the default.
fn parsed_as(default: &Toml, text: &str) -> Option<Toml> {
    match default {
        Toml::Integer(_) => text.trim().replace('_', "").parse().ok().map(Toml::Integer),
        Toml::Boolean(_) => text.trim().parse().ok().map(Toml::Boolean),
        Toml::Array(_) if text.trim_start().starts_with('[') => {
            toml::from_str::<Table>(&format!("list = {text}")).ok()?.remove("list")
        }
        Toml::Array(_) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Some(Toml::Array(entries.map(|entry| Toml::String(entry.to_owned())).collect()))
        }
        _ => Some(Toml::String(text.to_owned())),
    }
}

fn is_same_type(default: &Toml, value: &Toml) -> bool {
    match (default, value) {
        (Toml::Array(_), Toml::Array(entries)) => entries.iter().all(Toml::is_str),
        _ => default.same_type(value),
    }
}

fn expected_description(default: &Toml) -> &'static str {
    match default {
        Toml::Integer(_) => "a whole number",
        Toml::Boolean(_) => "true or false",
        Toml::Array(_) => "a list of texts in quotes",
        _ => "text in quotes",
    }
}

fn found_description(key: &str, value: &Toml, is_text: bool) -> String {
    match value {
        _ if is_secret(key) => "something else".to_owned(),
        Toml::String(text) => quoted(text),
        Toml::Integer(number) => format!("the number {number}"),
        Toml::Float(number) => format!("the number {number}"),
        Toml::Boolean(switch) => format!("{switch}"),
        Toml::Array(_) if is_text => "a list with other entries".to_owned(),
        other => format!("another type ({})", other.type_str()),
    }
}

/// All leaves of a table with dotted keys. Empty tables are leaves too, so that a misspelt section is noticed.
pub(super) fn flatten(table: Table) -> Vec<(String, Toml)> {
    let mut leaves = Vec::new();
    let mut open: Vec<(String, Table)> = vec![(String::new(), table)];
    while let Some((prefix, table)) = open.pop() {
        for (name, value) in table {
            let key = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
            match value {
                Toml::Table(inner) if !inner.is_empty() => open.push((key, inner)),
                leaf => leaves.push((key, leaf)),
            }
        }
    }
    leaves.sort_by(|left, right| left.0.cmp(&right.0));
    leaves
}

/// The checked leaves of one layer, in the form that the `config` crate merges.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub leaves: Vec<(String, Toml, Origin)>,
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, config::ConfigError> {
        let mut root = Map::new();
        for (key, value, origin) in &self.leaves {
            let origin = origin.to_string();
            insert(&mut root, &path_of(key), value_of(&origin, value), &origin);
        }
        Ok(root)
    }
}

/// The parts of a key: a librdkafka name is one part, dots and all.
fn path_of(key: &str) -> Vec<&str> {
    match property_name(key) {
        Some(name) => OPEN_TABLE.split('.').chain([name]).collect(),
        None => key.split('.').collect(),
    }
}

fn insert(root: &mut Map<String, Value>, path: &[&str], value: Value, origin: &String) {
    let Some((last, sections)) = path.split_last() else { return };
    let mut table = root;
    for section in sections {
        let entry = table
            .entry((*section).to_owned())
            .or_insert_with(|| Value::new(Some(origin), ValueKind::Table(Map::new())));
        let ValueKind::Table(inner) = &mut entry.kind else { return };
        table = inner;
    }
    table.insert((*last).to_owned(), value);
}

/// Only the types of the defaults occur here: text, whole numbers, switches, and lists of texts.
fn value_of(origin: &String, value: &Toml) -> Value {
    let kind = match value {
        Toml::Integer(number) => ValueKind::I64(*number),
        Toml::Boolean(switch) => ValueKind::Boolean(*switch),
        Toml::Array(entries) => ValueKind::Array(
            entries
                .iter()
                .filter_map(Toml::as_str)
                .map(|entry| Value::new(Some(origin), ValueKind::String(entry.to_owned())))
                .collect(),
        ),
        Toml::String(text) => ValueKind::String(text.clone()),
        other => ValueKind::String(other.to_string()),
    };
    Value::new(Some(origin), kind)
}
