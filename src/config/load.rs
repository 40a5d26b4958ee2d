//! Puts the layers together: defaults < files < environment < command line.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::Deserialize as _;
use toml::{Table, Value as Toml};

use super::layers::{self, Found, Known, Layer, Leaf};
use super::problem::{ConfigError, Origin, Problem, quoted};
use super::settings::Settings;
use super::{DEFAULTS, validate};

/// Environment variables that begin so are settings: `KHABAR__SECTION__KEY`. With one underscore only they are not:
/// a container platform sets `KHABAR_PORT` and the like by itself.
pub const ENVIRONMENT_PREFIX: &str = "KHABAR__";

/// A configuration file is at most this large.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A key, a name of a variable or the key of `--set` is at most this long.
const KEY_BYTES_MAX: usize = 512;

/// What the layers above the defaults are made of.
#[derive(Clone, Default)]
pub struct LayerArguments {
    /// The files of `-c`, in their order; later ones win.
    pub files: Vec<PathBuf>,
    /// The environment; what does not begin with [`ENVIRONMENT_PREFIX`] is passed over.
    pub environment: Vec<(String, String)>,
    /// The values of `--set`: `section.key=value`; later ones win.
    pub overrides: Vec<String>,
}

impl fmt::Debug for LayerArguments {
    /// Values may be secrets, so there are only names.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self
            .environment
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| name.starts_with(ENVIRONMENT_PREFIX))
            .collect();
        formatter
            .debug_struct("LayerArguments")
            .field("files", &self.files)
            .field("environment", &names)
            .field("overrides", &self.overrides.len())
            .finish()
    }
}

/// A complete, valid configuration.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub settings: Settings,
    /// The origin of every key, by its dotted name.
    pub origins: BTreeMap<String, Origin>,
}

/// Loads and checks the configuration. The secrets' files are not read: see [`super::secrets::read`].
///
/// # Errors
/// All problems that could be found at once: unreadable files, unknown keys, wrong types, values out of range,
/// refused librdkafka properties.
pub fn load(sources: &LayerArguments) -> Result<Loaded, ConfigError> {
    let mut problems = Vec::new();
    let known = Known::new().map_err(|error| internal(error.message()))?;
    let defaults: Table = toml::from_str(DEFAULTS).map_err(|error| internal(error.message()))?;

    let found = [
        sources.files.iter().map(|path| file_leaves(path, &mut problems)).collect(),
        vec![environment_leaves(&sources.environment, &mut problems)],
        vec![override_leaves(&sources.overrides, &mut problems)],
    ];
    let mut layers = vec![default_layer(&known)];
    for leaves in found.into_iter().flatten() {
        layers.push(checked_layer(&known, &defaults, leaves, &mut problems));
    }

    let mut origins = BTreeMap::new();
    let mut builder = config::Config::builder();
    for layer in layers {
        origins.extend(layer.leaves.iter().map(|(key, _, origin)| (key.clone(), origin.clone())));
        builder = builder.add_source(layer);
    }
    // The defaults name the open table only in a comment of their file; it is there even when nothing is in it.
    let settings = builder
        .set_default(layers::OPEN_TABLE, config::Map::<String, String>::new())
        .and_then(config::ConfigBuilder::<config::builder::DefaultState>::build)
        .and_then(config::Config::try_deserialize::<Settings>);
    match settings {
        Ok(settings) => {
            problems.extend(validate::validate(&settings, &origins));
            if problems.is_empty() { Ok(Loaded { settings, origins }) } else { Err(ConfigError { problems }) }
        }
        Err(error) if problems.is_empty() => Err(internal(&error.to_string())),
        Err(_) => Err(ConfigError { problems }),
    }
}

/// A trouble of the compiled-in defaults; a test excludes it.
fn internal(message: &str) -> ConfigError {
    ConfigError { problems: vec![Problem::new("", Origin::Default, message)] }
}

fn default_layer(known: &Known) -> Layer {
    let leaves =
        known.defaults.iter().map(|(key, value)| (key.clone(), value.clone(), Origin::Default)).collect();
    Layer { leaves }
}

/// The good leaves of one layer; what is wrong with the others goes to `problems`.
fn checked_layer(known: &Known, defaults: &Table, leaves: Vec<Leaf>, problems: &mut Vec<Problem>) -> Layer {
    let mut good = Vec::new();
    for leaf in leaves {
        let is_empty_section =
            matches!(&leaf.value, Found::Typed(Toml::Table(_))) && known.is_section(&leaf.key);
        if is_empty_section {
            continue;
        }
        let value = known.checked(&leaf).and_then(|value| {
            possible(defaults, &leaf, &value)?;
            Ok(value)
        });
        match value {
            Ok(value) => good.push((leaf.key, value, leaf.origin)),
            Err(problem) => problems.push(problem),
        }
    }
    Layer { leaves: good }
}

/// Whether the settings take this value: words of a closed list, numbers within their type. It is asked for each leaf
/// alone, among the defaults, so that every wrong one is found and named.
fn possible(defaults: &Table, leaf: &Leaf, value: &Toml) -> Result<(), Problem> {
    if layers::property_name(&leaf.key).is_some() {
        return Ok(());
    }
    let mut table = defaults.clone();
    let mut section = &mut table;
    let (path, name) = leaf.key.rsplit_once('.').unwrap_or(("", &leaf.key));
    for part in path.split('.').filter(|part| !part.is_empty()) {
        match section.get_mut(part) {
            Some(Toml::Table(inner)) => section = inner,
            _ => return Ok(()),
        }
    }
    section.insert(name.to_owned(), value.clone());
    Settings::deserialize(table).map(|_| ()).map_err(|error| {
        let shown = match value {
            _ if layers::is_secret(&leaf.key) => "the value".to_owned(),
            Toml::String(text) => quoted(text),
            other => other.to_string(),
        };
        let message = format!("{shown} is not possible: expected {}", expectation(error.message()));
        Problem::new(&leaf.key, leaf.origin.clone(), message)
    })
}

/// The part of serde's message that says what was expected, in words for a person.
fn expectation(message: &str) -> String {
    let expected = message.split_once("expected ").map_or(message, |(_, expected)| expected);
    match expected.trim() {
        "usize" | "u64" => "a whole number from 0 on".to_owned(),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "u16" => format!("a whole number from 0 to {}", u16::MAX),
        other => other.replace('`', "\""),
    }
}

fn file_leaves(path: &Path, problems: &mut Vec<Problem>) -> Vec<Leaf> {
    let origin = Origin::File(path.to_owned());
    let table = read_limited(path).and_then(|text| {
        // The error's own display quotes the line, which may hold a secret.
        toml::from_str::<Table>(&text).map_err(|error| {
            let line = error.span().map(|span| 1 + text[..span.start.min(text.len())].matches('\n').count());
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            format!("{place}not valid TOML: {}", error.message())
        })
    });
    match table {
        Ok(table) => layers::flatten(table)
            .into_iter()
            .map(|(key, value)| Leaf { key, value: Found::Typed(value), origin: origin.clone() })
            .collect(),
        Err(message) => {
            problems.push(Problem::new("", origin, message));
            Vec::new()
        }
    }
}

fn read_limited(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    fs::File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text))
        .map_err(|error| format!("cannot be read: {error}; check the path given with -c"))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("larger than {FILE_BYTES_MAX} bytes; is this a configuration file?"));
    }
    Ok(text)
}

fn environment_leaves(environment: &[(String, String)], problems: &mut Vec<Problem>) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (name, value) in environment {
        let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) else { continue };
        let origin = Origin::Environment(name.clone());
        if rest.is_empty() || name.len() > KEY_BYTES_MAX {
            let message = format!("expected a name of the form {ENVIRONMENT_PREFIX}SECTION__KEY");
            problems.push(Problem::new("", Origin::Environment(quoted(name)), message));
            continue;
        }
        let key = rest.to_lowercase().replace("__", ".");
        // librdkafka's names have dots where a variable can only have underscores.
        let key = match layers::property_name(&key) {
            Some(property) => format!("{}.{}", layers::OPEN_TABLE, property.replace('_', ".")),
            None => key,
        };
        leaves.push(Leaf { key, value: Found::Text(value.clone()), origin });
    }
    // The environment has no order of its own.
    leaves.sort_by(|left, right| (&left.key, &left.origin).cmp(&(&right.key, &right.origin)));
    leaves
}

fn override_leaves(overrides: &[String], problems: &mut Vec<Problem>) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (at, text) in overrides.iter().enumerate() {
        match text.split_once('=') {
            Some((key, value)) if !key.trim().is_empty() && key.len() <= KEY_BYTES_MAX => leaves.push(Leaf {
                key: key.trim().to_owned(),
                value: Found::Text(value.to_owned()),
                origin: Origin::CommandLine,
            }),
            // The text is not quoted: it may hold a secret.
            _ => problems.push(Problem::new(
                "",
                Origin::CommandLine,
                format!("number {} is not of the form section.key=value", at + 1),
            )),
        }
    }
    leaves
}
