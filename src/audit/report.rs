//! The result of an audit: plain data, for a person or as JSON.

use serde_json::{Value, json};

use super::Tally;
use super::findings::{Finding, Findings};
use crate::flow::Outcome;
use crate::kafka::assignment::PartitionKey;

/// What was found of one raw partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionCounts {
    pub key: PartitionKey,
    pub begin: i64,
    pub committed: Option<i64>,
    /// Raw records below the committed offset.
    pub raw_records: u64,
    /// Outcomes of records below the committed offset, in the order of [`Outcome::ALL`].
    pub outcomes: [u64; 3],
}

/// The verdict about the topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditResult {
    /// All that was asked for is proved.
    Passed,
    /// Something is refuted.
    Failed,
    /// Nothing is refuted, and evidence is missing.
    Unknown,
}

impl AuditResult {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Report {
    pub result: AuditResult,
    pub partitions: Vec<PartitionCounts>,
    pub findings: Findings,
    /// What evidence is missing.
    pub unknown: Vec<String>,
    pub tally: Tally,
}

impl Report {
    pub fn new(
        partitions: Vec<PartitionCounts>,
        findings: Findings,
        unknown: Vec<String>,
        tally: Tally,
    ) -> Self {
        let result = match (findings.total(), unknown.is_empty()) {
            (0, true) => AuditResult::Passed,
            (0, false) => AuditResult::Unknown,
            _ => AuditResult::Failed,
        };
        Self { result, partitions, findings, unknown, tally }
    }

    pub fn raw_records(&self) -> u64 {
        self.partitions.iter().map(|partition| partition.raw_records).sum()
    }

    pub fn outcomes(&self, outcome: Outcome) -> u64 {
        self.partitions.iter().map(|partition| partition.outcomes[outcome as usize]).sum()
    }

    /// The whole as one JSON object; members are only ever added.
    pub fn json(&self) -> Value {
        let by_kind: serde_json::Map<String, Value> = self
            .findings
            .by_kind
            .iter()
            .map(|(kind, count)| (kind.name().to_owned(), json!(count)))
            .collect();
        json!({
            "result": self.result.name(),
            "raw_records": self.raw_records(),
            "enriched": self.outcomes(Outcome::Enriched),
            "duplicate": self.outcomes(Outcome::Duplicate),
            "rejected": self.outcomes(Outcome::Rejected),
            "findings": self.findings.kept.iter().map(finding).collect::<Vec<Value>>(),
            "findings_total": self.findings.total(),
            "findings_by_kind": by_kind,
            "unknown": self.unknown,
            "foreign": self.tally.foreign.values().sum::<u64>(),
            "repeated": self.tally.repeated,
            "degraded": self.tally.degraded,
            "stubs": self.tally.stubs,
            "pending_matches": self.tally.pending_matches,
            "damaged_claims": self.tally.damaged_claims,
        })
    }
}

fn finding(finding: &Finding) -> Value {
    json!({
        "kind": finding.kind.name(),
        "topic": finding.coordinates.topic.as_ref(),
        "partition": finding.coordinates.partition,
        "offset": finding.coordinates.offset,
        "detail": finding.detail,
    })
}
