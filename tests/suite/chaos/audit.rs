//! `khabar audit` over the topics of a run: what it says must be what the checker says.

use serde_json::Value;

use super::report::{Conclusion, Counts, Report};
use crate::support::worker::WorkerOptions;

/// Runs the audit with the settings of the workers. An error names what differs.
pub fn agrees(options: &WorkerOptions, report: &Report) -> Result<(), String> {
    let output = options.run(&["audit", "--verdicts", "--content", "--json"]);
    let told = String::from_utf8_lossy(&output.stdout);
    let found: Value = serde_json::from_str(told.trim()).map_err(|error| {
        format!("the audit gives no JSON ({error}): {told}{}", String::from_utf8_lossy(&output.stderr))
    })?;
    let Counts { raw, enriched, duplicate, rejected, .. } = report.counts;
    let wanted = match report.conclusion() {
        Conclusion::Passed => "PASSED",
        Conclusion::Failed => "FAILED",
        Conclusion::Unknown => "UNKNOWN",
    };
    let counts =
        [("raw_records", raw), ("enriched", enriched), ("duplicate", duplicate), ("rejected", rejected)];
    let is_same = found["result"].as_str().is_some_and(|result| result.eq_ignore_ascii_case(wanted))
        && counts.iter().all(|(name, count)| found[*name].as_u64() == u64::try_from(*count).ok());
    if is_same {
        Ok(())
    } else {
        Err(format!("the checker says {wanted} with {counts:?}, the audit {found}"))
    }
}
