//! `khabar config`: what holds, and where it was set.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Map, json};

use super::layers::Layers;
use super::{CliError, output};
use crate::config::{Loaded, Origin, Value, effective};

/// Print the effective configuration with the origin of each value
#[derive(Debug, Args)]
#[command(
    long_about = "Prints the effective configuration as TOML, each value with its origin as a comment. The output \
is a valid configuration file, but for secrets, which are hidden."
)]
#[command(after_long_help = "Examples:
  khabar config                             the defaults
  khabar config --changed -c site.toml      what differs from them
  khabar config --format json | jq '.[\"kafka.group\"]'")]
pub struct ConfigArguments {
    #[command(flatten)]
    layers: Layers,

    /// Only what differs in origin from the defaults
    #[arg(long)]
    changed: bool,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Toml)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// TOML with comments
    Toml,
    /// One JSON object: by key, its value and origin
    Json,
}

pub(super) fn execute(layers: &Layers, arguments: &ConfigArguments) -> Result<(), CliError> {
    let loaded = layers.with(&arguments.layers).load()?;
    output::print(&render(&loaded, arguments)?)
}

fn render(loaded: &Loaded, arguments: &ConfigArguments) -> Result<String, CliError> {
    let mut rows = effective(loaded)
        .map_err(|error| CliError::Failed(format!("the configuration cannot be printed: {error}")))?;
    rows.retain(|row| !arguments.changed || row.origin != Origin::Default);
    Ok(match arguments.format {
        Format::Toml => toml(&rows),
        Format::Json => json(&rows),
    })
}

fn toml(rows: &[Value]) -> String {
    let mut text = String::new();
    let mut section = "";
    for row in rows {
        // Writing to a String never fails.
        if row.section != section {
            let gap = if text.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}[{}]", row.section);
            section = &row.section;
        }
        // An origin is a path or a name: a line feed in it would break out of the comment.
        let origin = row.origin.to_string().replace(char::is_control, "?");
        let _ = writeln!(text, "{} = {}  # {origin}", row.name, row.value);
    }
    text
}

fn json(rows: &[Value]) -> String {
    let object: Map<String, serde_json::Value> = rows
        .iter()
        .map(|row| (row.key.clone(), json!({"value": row.value, "origin": row.origin.to_string()})))
        .collect();
    format!("{:#}\n", serde_json::Value::Object(object))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LayerArguments, load};

    fn printed(overrides: &[&str], changed: bool, format: Format) -> String {
        let loaded = load(&LayerArguments {
            overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
            ..LayerArguments::default()
        })
        .unwrap();
        render(&loaded, &ConfigArguments { layers: Layers::default(), changed, format }).unwrap()
    }

    #[test]
    fn what_is_printed_can_be_loaded_again() {
        let settings = ["kafka.group=a \"b\"", "kafka.raw_topics=x,y", "kafka.properties.linger.ms=3"];
        let first = printed(&settings, false, Format::Toml);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("printed.toml");
        std::fs::write(&file, &first).unwrap();
        let loaded = load(&LayerArguments { files: vec![file.clone()], ..Default::default() }).unwrap();
        let arguments = ConfigArguments { layers: Layers::default(), changed: false, format: Format::Toml };
        let second = render(&loaded, &arguments).unwrap().replace(&file.display().to_string(), "default");
        assert_eq!(second, first.replace("# --set", "# default"));
    }

    #[test]
    fn only_the_changed_ones_on_request() {
        assert_eq!(
            printed(&["kafka.group=g", "delivery=at-least-once"], true, Format::Toml),
            "delivery = \"at-least-once\"  # --set\n\n[kafka]\ngroup = \"g\"  # --set\n"
        );
    }

    #[test]
    fn json_has_value_and_origin() {
        let text = printed(&["kafka.raw_topics=a,b"], false, Format::Json);
        let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed["kafka.raw_topics"], json!({"value": ["a", "b"], "origin": "--set"}));
        assert_eq!(parsed["budget.records_max"]["origin"], "default");
    }
}
