//! `khabar schema`: the JSON Schemas.

use clap::Args;

use super::CliError;

/// Print a JSON Schema of khabar's records
#[derive(Debug, Args)]
#[command(
    long_about = "Prints a JSON Schema (2020-12). Without a name, that of the enriched record: an IPTC ninjs 3.1 \
item plus the object `khabar`."
)]
#[command(after_long_help = "Examples:
  khabar schema > enriched.schema.json
  khabar schema duplicate")]
pub struct SchemaArguments {
    /// Which one: enriched (the default), duplicate
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
}

pub(super) fn execute(arguments: &SchemaArguments) -> Result<(), CliError> {
    let _ = arguments.name.as_deref();
    // NOT WIRED: the schemas are not reached from here yet.
    Err(CliError::Failed("khabar schema is not wired yet".to_owned()))
}
