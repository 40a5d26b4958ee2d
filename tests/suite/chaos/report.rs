//! What the checker says.

use std::collections::BTreeMap;
use std::fmt;

/// Findings of one property that are told in full.
const TOLD_MAX: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    Passed,
    Failed,
    /// Nothing speaks against it, and evidence is missing.
    Unknown,
}

/// Sums for the reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub raw: usize,
    pub enriched: usize,
    pub duplicate: usize,
    pub rejected: usize,
    /// Copies that an aborted or a reset range left beside the first outcome.
    pub aborted_copies: usize,
    pub repeated_by_resets: usize,
    /// Records that were claimed.
    pub claims: usize,
    /// Claims of a record beyond its first: by workers, and by the run's zombies.
    pub re_claims: usize,
    pub planted_re_claims: usize,
    /// Records whose first claim was a zombie's.
    pub planted_first_claims: usize,
    pub processes: usize,
    pub replaced_producers: usize,
    pub fencings: usize,
}

/// Findings by property, what could not be told, and the sums.
#[derive(Debug, Clone, Default)]
pub struct Report {
    findings: BTreeMap<&'static str, Vec<String>>,
    unknown: BTreeMap<&'static str, Vec<String>>,
    pub counts: Counts,
}

impl Report {
    pub fn finding(&mut self, property: &'static str, what: String) {
        self.findings.entry(property).or_default().push(what);
    }

    pub fn findings(&mut self, property: &'static str, all: impl IntoIterator<Item = String>) {
        for what in all {
            self.finding(property, what);
        }
    }

    pub fn unknown(&mut self, property: &'static str, what: String) {
        self.unknown.entry(property).or_default().push(what);
    }

    pub fn conclusion(&self) -> Conclusion {
        match (self.findings.is_empty(), self.unknown.is_empty()) {
            (false, _) => Conclusion::Failed,
            (true, false) => Conclusion::Unknown,
            (true, true) => Conclusion::Passed,
        }
    }

    /// The properties that are violated.
    pub fn violated(&self) -> Vec<&'static str> {
        self.findings.keys().copied().collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, all) in [("violated", &self.findings), ("unknown", &self.unknown)] {
            for (property, told) in all {
                writeln!(formatter, "{kind}: {property}, {} times", told.len())?;
                for what in told.iter().take(TOLD_MAX) {
                    writeln!(formatter, "    {what}")?;
                }
            }
        }
        writeln!(formatter, "{:#?}", self.counts)?;
        let conclusion = match self.conclusion() {
            Conclusion::Passed => "PASSED",
            Conclusion::Failed => "FAILED",
            Conclusion::Unknown => "UNKNOWN",
        };
        write!(formatter, "the checker says {conclusion}")
    }
}
