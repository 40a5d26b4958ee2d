//! What refutes the promise: kinds, coordinates, and a bounded list of the first ones.

use std::collections::BTreeMap;

use crate::flow::RawCoordinates;

/// The ways in which a promise can be broken. A closed list: the names stand in the JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    Lost,
    Doubled,
    Phantom,
    Early,
    Misplaced,
    Unreadable,
    CommittedBeyondEnd,
    Verdict,
    Unclaimed,
    Chain,
    Content,
}

impl FindingKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Doubled => "doubled",
            Self::Phantom => "phantom",
            Self::Early => "early",
            Self::Misplaced => "misplaced",
            Self::Unreadable => "unreadable",
            Self::CommittedBeyondEnd => "committed_beyond_end",
            Self::Verdict => "verdict",
            Self::Unclaimed => "unclaimed",
            Self::Chain => "chain",
            Self::Content => "content",
        }
    }

    /// What it means, in a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Lost => "a raw record below the committed offset has no outcome",
            Self::Doubled => "a raw record has more than one outcome",
            Self::Phantom => "an outcome names a raw record that never was",
            Self::Early => "an outcome of a raw record that is not committed",
            Self::Misplaced => "an outcome stands in the topic of another one",
            Self::Unreadable => "a record of an outcome topic does not name its raw record",
            Self::CommittedBeyondEnd => "the committed offset lies behind the end of the raw partition",
            Self::Verdict => "the verdict differs from that of the claims log",
            Self::Unclaimed => "an enriched or duplicate record has no claim",
            Self::Chain => "a duplicate's match has no enriched or duplicate outcome",
            Self::Content => "the record differs from what the stages make of the raw one",
        }
    }
}

/// One refutation. The coordinates are those of the raw record; only an unreadable record is named by its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: FindingKind,
    pub coordinates: RawCoordinates,
    pub detail: String,
}

/// All refutations: counted, and the first ones kept.
#[derive(Debug, Default)]
pub struct Findings {
    kept_max: usize,
    pub kept: Vec<Finding>,
    pub by_kind: BTreeMap<FindingKind, u64>,
}

impl Findings {
    pub const fn new(kept_max: usize) -> Self {
        Self { kept_max, kept: Vec::new(), by_kind: BTreeMap::new() }
    }

    pub fn add(&mut self, kind: FindingKind, coordinates: RawCoordinates, detail: impl Into<String>) {
        *self.by_kind.entry(kind).or_default() += 1;
        if self.kept.len() < self.kept_max {
            self.kept.push(Finding { kind, coordinates, detail: detail.into() });
        }
    }

    pub fn total(&self) -> u64 {
        self.by_kind.values().sum()
    }
}
