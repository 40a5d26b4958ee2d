//! The effective configuration as rows, for `khabar config`: what holds, and where it was set. Secrets are hidden.

use std::collections::BTreeMap;

use toml::Value as Toml;

use super::DEFAULTS;
use super::layers;
use super::load::Loaded;
use super::problem::Origin;

/// One key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The whole dotted key, a librdkafka name unquoted.
    pub key: String,
    /// The section that the key stands in, as TOML writes it; empty at the top.
    pub section: String,
    /// The last part of the key, quoted where it is a librdkafka name.
    pub name: String,
    pub value: Toml,
    pub origin: Origin,
}

/// All keys in the order of `config/khabar.toml`, those of the open table by name.
///
/// # Errors
/// The settings cannot be written as TOML: a bug, as they were read from it.
pub fn effective(loaded: &Loaded) -> Result<Vec<Value>, toml::ser::Error> {
    let table = toml::Table::try_from(&loaded.settings)?;
    let mut leaves: BTreeMap<String, Toml> =
        layers::flatten(table).into_iter().filter(|(_, value)| !value.is_table()).collect();
    let properties: Vec<String> =
        leaves.keys().filter(|key| layers::property_name(key).is_some()).cloned().collect();
    let mut keys = Vec::new();
    for key in keys_in_order(DEFAULTS) {
        let is_open_table = key == layers::OPEN_TABLE;
        keys.extend(if is_open_table { properties.clone() } else { vec![key] });
    }
    Ok(keys.into_iter().filter_map(|key| leaves.remove(&key).map(|value| row(loaded, &key, value))).collect())
}

fn row(loaded: &Loaded, key: &str, value: Toml) -> Value {
    let (section, name) = match layers::property_name(key) {
        Some(name) => (layers::OPEN_TABLE, Toml::String(name.to_owned()).to_string()),
        None => {
            key.rsplit_once('.').map_or(("", key.to_owned()), |(section, name)| (section, name.to_owned()))
        }
    };
    let origin = loaded.origins.get(key).cloned().unwrap_or(Origin::Default);
    Value { key: key.to_owned(), section: section.to_owned(), name, value, origin }
}

/// The keys of a TOML text in the order of its lines, as far as they begin a line; a section without keys by its name.
fn keys_in_order(text: &str) -> Vec<String> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            if section == layers::OPEN_TABLE {
                keys.push(section.clone());
            }
        } else if let Some((name, _)) = line.split_once('=') {
            let dot = if section.is_empty() { "" } else { "." };
            keys.push(format!("{section}{dot}{}", name.trim()));
        }
    }
    keys
}
