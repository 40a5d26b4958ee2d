//! `khabar schema`: the JSON Schemas.

use clap::Args;

use super::{CliError, output};
use crate::schema;

/// What is printed without a name.
const DEFAULT_NAME: &str = "enriched";

/// Print a JSON Schema of khabar's records
#[derive(Debug, Args)]
#[command(
    long_about = "Prints a JSON Schema (2020-12). Without a name, that of the enriched record: an IPTC ninjs 3.1 \
item plus the object `khabar`. It refers to the official ninjs schema by its address, \
http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json, which a validator must have at hand."
)]
#[command(after_long_help = "Examples:
  khabar schema > enriched.schema.json
  khabar schema duplicate
  khabar schema --list

Exit codes: 0 printed, 2 there is no schema of that name.")]
pub struct SchemaArguments {
    /// Which one: enriched (the default), duplicate, headers, raw-envelope
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,

    /// Print the names, one a line
    #[arg(long, conflicts_with = "name")]
    pub(super) list: bool,
}

pub(super) fn execute(arguments: &SchemaArguments) -> Result<(), CliError> {
    if arguments.list {
        let names: Vec<&str> = schema::names().collect();
        return output::print(&format!("{}\n", names.join("\n")));
    }
    let name = arguments.name.as_deref().unwrap_or(DEFAULT_NAME);
    match schema::schema(name) {
        Some(text) => output::print(&format!("{}\n", text.trim_end())),
        None => Err(CliError::Usage(unknown(name))),
    }
}

fn unknown(name: &str) -> String {
    let nearest = schema::names().max_by(|one, other| {
        let near = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
        near(one).total_cmp(&near(other))
    });
    let all: Vec<&str> = schema::names().collect();
    format!(
        "there is no schema {name:?}; did you mean {}? Known are {}",
        nearest.unwrap_or(DEFAULT_NAME),
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        assert!(unknown("duplicat").contains("did you mean duplicate?"));
        assert!(unknown("envelope").contains("did you mean raw-envelope?"));
    }

    #[test]
    fn the_default_and_every_listed_name_has_a_schema() {
        assert!(schema::schema(DEFAULT_NAME).is_some());
        assert!(schema::names().all(|name| schema::schema(name).is_some()));
    }
}
