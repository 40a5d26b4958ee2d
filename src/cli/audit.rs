//! `khabar audit`: has every committed raw record exactly one outcome?

mod progress;
mod reading;
mod render;

use clap::Args;

use super::layers::Layers;
use super::{CliError, EXIT_FAILED, broker, output};
use crate::audit::Asked;
use crate::audit::report::AuditResult;

/// Findings that can be asked for; each takes some hundred bytes of memory.
const FINDINGS_MAX: u32 = 1_000_000;

/// Prove from the topics that each committed raw record has exactly one outcome
#[derive(Debug, Args)]
#[command(
    long_about = "Reads the raw topics, the three outcome topics (as a reader of committed records), the \
group's committed offsets and, with --verdicts, the claims log, and proves or refutes that every raw record below the \
committed offset of its partition has exactly one outcome, and that no other outcome is there. It names raw \
coordinates. It changes nothing, joins no group, and is right while workers run.

Result: PASSED, all that was asked for is proved; FAILED, something is refuted; UNKNOWN, nothing is refuted, but \
evidence is missing: retention or compaction took records, offsets are missing, or the claims log was cut. Give the \
same configuration as the workers."
)]
#[command(after_long_help = "Examples:
  khabar audit -c site.toml                        headers only
  khabar audit -c site.toml --verdicts --content   also every verdict and every byte
  khabar audit -c site.toml --json | jq .result

Memory: half a byte for each raw record; --verdicts takes 12 bytes more and the window of the claims log, --content
8 bytes more. A hundred million records: 50 MB, with both about 2 GB and the window.

Exit codes: 0 PASSED, 1 FAILED, UNKNOWN or the broker did not answer, 2 wrong usage or configuration.")]
pub struct AuditArguments {
    #[command(flatten)]
    layers: Layers,

    /// Judge the claims log anew and compare every verdict; follow every duplicate to its match
    #[arg(long)]
    pub(super) verdicts: bool,

    /// Make every outcome anew from its raw record and compare the bytes
    #[arg(long)]
    pub(super) content: bool,

    /// How many findings are shown; all are counted
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(FINDINGS_MAX)))]
    pub(super) findings_max: u32,

    /// Print one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) fn execute(layers: &Layers, arguments: &AuditArguments) -> Result<(), CliError> {
    let (settings, connection) = broker::prepare(layers.with(&arguments.layers))?;
    let asked = Asked { verdicts: arguments.verdicts, content: arguments.content };
    if asked.verdicts && !settings.dedup.enabled {
        let message =
            "dedup.enabled is false in this configuration, so there are no verdicts; leave --verdicts out";
        return Err(CliError::Usage(message.to_owned()));
    }
    let findings_max = usize::try_from(arguments.findings_max).unwrap_or(usize::MAX);
    let report = reading::audit(&settings, &connection, asked, findings_max)?;
    if arguments.json {
        output::print(&format!("{}\n", report.json()))?;
    } else {
        output::print(&render::render(&report, asked))?;
    }
    match report.result {
        AuditResult::Passed => Ok(()),
        AuditResult::Failed | AuditResult::Unknown => Err(CliError::Told(EXIT_FAILED)),
    }
}
