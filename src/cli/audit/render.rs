//! The report of an audit for a person.

use std::fmt::Write as _;

use crate::audit::Asked;
use crate::audit::findings::FindingKind;
use crate::audit::report::{AuditResult, Report};
use crate::cli::text;
use crate::flow::Outcome;

pub(super) fn render(report: &Report, asked: Asked) -> String {
    let mut shown = text::columns(&table(report));
    // Writing to a String never fails.
    let _ = writeln!(shown);
    for line in notes(report) {
        let _ = writeln!(shown, "note: {}", text::clean(&line));
    }
    for (kind, count) in &report.findings.by_kind {
        let _ = writeln!(shown, "{}: {} ({count})", kind.name(), kind.meaning());
        for finding in report.findings.kept.iter().filter(|finding| finding.kind == *kind) {
            let place = text::clean(&finding.coordinates.to_string());
            let _ = writeln!(shown, "  {place}  {}", text::clean(&finding.detail));
        }
        let named = kept(report, *kind);
        if *count > named {
            let _ = writeln!(shown, "  and {} more", count - named);
        }
    }
    for reason in &report.unknown {
        let _ = writeln!(shown, "unknown: {}", text::clean(reason));
    }
    let _ = writeln!(shown, "{}", conclusion(report, asked));
    shown
}

fn kept(report: &Report, kind: FindingKind) -> u64 {
    report.findings.kept.iter().filter(|finding| finding.kind == kind).count() as u64
}

fn table(report: &Report) -> Vec<Vec<String>> {
    let header = ["raw partition", "from", "committed", "raw", "enriched", "duplicate", "rejected"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(report.partitions.iter().map(|partition| {
        let mut row = vec![
            text::clean(&partition.key.to_string()),
            partition.begin.to_string(),
            partition.committed.map_or_else(|| "-".to_owned(), |offset| offset.to_string()),
            partition.raw_records.to_string(),
        ];
        row.extend(partition.outcomes.iter().map(ToString::to_string));
        row
    }));
    let mut sum = vec!["all".to_owned(), String::new(), String::new(), report.raw_records().to_string()];
    sum.extend(Outcome::ALL.map(|outcome| report.outcomes(outcome).to_string()));
    rows.push(sum);
    rows
}

fn notes(report: &Report) -> Vec<String> {
    let tally = &report.tally;
    let mut notes: Vec<String> = tally
        .foreign
        .iter()
        .map(|(topic, count)| {
            format!("{} of raw topic {topic}, not audited", text::counted(*count, "outcome"))
        })
        .collect();
    for (count, what) in [
        (tally.repeated, "outcomes came again, as at-least-once delivery allows"),
        (tally.ahead, "outcomes are ahead of the committed offset, as at-least-once delivery allows"),
        (tally.degraded, "records gave up a part or a stage; their bytes were not made again"),
        (tally.stubs, "rejected records keep only size and hash of the original"),
        (tally.pending_matches, "duplicates match records that are claimed and not committed yet"),
        (tally.damaged_claims, "entries of the claims log can't be read; every replica skips them"),
    ] {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    }
    notes
}

fn conclusion(report: &Report, asked: Asked) -> String {
    let proved = match (asked.verdicts, asked.content) {
        (false, false) => "",
        (true, false) => "; every verdict is that of the claims log",
        (false, true) => "; every record is what the stages make of the raw one",
        (true, true) => {
            "; every verdict is that of the claims log, every record what the stages make of the raw one"
        }
    };
    let records = text::counted(report.raw_records(), "committed raw record");
    match report.result {
        AuditResult::Passed => format!("PASSED: {records}, one outcome each{proved}"),
        AuditResult::Failed => {
            format!("FAILED: {records}, {}", text::counted(report.findings.total(), "finding"))
        }
        AuditResult::Unknown => {
            format!("UNKNOWN: {records}; nothing is refuted, and what stands above can't be proved")
        }
    }
}
