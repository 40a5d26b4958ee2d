//! The list of all metrics: the source of the help texts and of `docs/METRICS.md`.

use std::fmt::Write as _;

/// Begins every name.
pub const PREFIX: &str = "khabar";

/// One metric.
#[derive(Debug, PartialEq, Eq)]
pub struct MetricKind {
    /// Without prefix, and without the `_total` that OpenMetrics adds to counters.
    pub name: &'static str,
    /// OpenMetrics' type.
    pub kind: &'static str,
    pub labels: &'static [&'static str],
    /// Without a full stop: the exposition format adds it.
    pub help: &'static str,
}

macro_rules! inventory {
    ($($kind:ident $name:literal [$($label:literal),*] $help:literal;)*) => {
        /// All metrics, in the order of `docs/METRICS.md`.
        pub const INVENTORY: &[MetricKind] = &[
            $(MetricKind { name: $name, kind: stringify!($kind), labels: &[$($label),*], help: $help },)*
        ];
    };
}

inventory! {
    gauge "build_info" ["version"] "Always 1; the label tells the version";
    gauge "state" ["state"] "1 for the state that the worker is in (starting, catching_up, joining, running, draining, stopped), else 0";
    counter "records_read" [] "Raw records read from Kafka, those that are read again after a failed transaction included";
    counter "bytes_in" [] "Bytes of raw records read: values, keys and headers";
    counter "outcomes" ["outcome"] "Committed outcomes: enriched, duplicate, rejected";
    counter "rejections" ["code"] "Rejected records by error code";
    counter "verdicts" ["verdict"] "Verdicts of deduplication on records of this worker";
    counter "bytes_out" [] "Bytes of outcomes produced: values, keys and headers";
    counter "transactions" ["result"] "Transactions by their end: committed, aborted, replaced (the producer was replaced after a failure)";
    histogram "latency_seconds" [] "Time of one record from intake to the end of its commit";
    histogram "stage_seconds" ["stage"] "Time that one record took in a stage; for claim, with telling its language; for commit, that of one transaction";
    gauge "lag" ["topic", "partition"] "Records between the committed offset and the end of a partition that this worker owns";
    gauge "partitions" [] "Raw partitions that this worker owns";
    gauge "in_flight_records" [] "Records between intake and commit";
    gauge "in_flight_bytes" [] "Bytes that the records in flight cost";
    gauge "budget_records" [] "What in_flight_records may come to: budget.records_max";
    gauge "budget_bytes" [] "What in_flight_bytes may come to: budget.bytes_max";
    gauge "paused" [] "1 while reading is paused because the budget is spent";
    gauge "window_claims" [] "Articles in the window that a new one is compared with";
    gauge "window_bytes" [] "Bytes that the window takes: its claims and the tables that find them, with the room that they hold in reserve";
    counter "claims_applied" [] "Claims of the claims log that this worker has applied, those of other workers included";
    counter "claims_foreign" [] "Entries of the claims log that are another group's or cluster's, which were ignored";
    counter "claims_damaged" [] "Entries of the claims log that can't be read, which every replica skips";
    gauge "claims_log_lag" [] "Claims between this worker and the end of the claims log; while it is read at the start, its end at that time";
    gauge "resident_memory_bytes" [] "Resident memory of the process; 0 where the platform does not tell it";
}

/// The help text of a metric; a test sees that every one has it.
pub(super) fn help(name: &str) -> &'static str {
    INVENTORY.iter().find(|metric| metric.name == name).map_or("", |metric| metric.help)
}

/// The text of `docs/METRICS.md`.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from(
        "# Metrics\n\nServed in the OpenMetrics text format at `/metrics` on `http.listen`. This file is generated: the \
         tests compare it with the\ncode and write it anew with `KHABAR_WRITE_DOCS=1`.\n\n\
         | name | type | labels | meaning |\n| --- | --- | --- | --- |\n",
    );
    for metric in INVENTORY {
        let suffix = if metric.kind == "counter" { "_total" } else { "" };
        let labels = metric.labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
        // Writing to a String never fails.
        let _ = writeln!(
            text,
            "| `{PREFIX}_{}{suffix}` | {} | {labels} | {} |",
            metric.name, metric.kind, metric.help
        );
    }
    text
}
