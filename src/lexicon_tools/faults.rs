//! Lines that could not be used: all counted, the first of them named.

use std::fmt;

/// So many are named; of a broken file of millions, more would help nobody.
pub const SHOWN_MAX: usize = 20;

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    pub line: u64,
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}, line {}: {}", self.file, self.line, self.reason)
    }
}

/// All faults of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Faults {
    /// The first [`SHOWN_MAX`].
    pub shown: Vec<Fault>,
    pub count: u64,
}

impl Faults {
    pub fn add(&mut self, file: &str, line: u64, reason: impl Into<String>) {
        self.count += 1;
        if self.shown.len() < SHOWN_MAX {
            self.shown.push(Fault { file: file.to_owned(), line, reason: reason.into() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_first_are_named() {
        let mut faults = Faults::default();
        for line in 1..=100 {
            faults.add("a.jsonl", line, "no JSON");
        }
        assert_eq!((faults.count, faults.shown.len()), (100, SHOWN_MAX));
        assert_eq!(faults.shown[1].to_string(), "a.jsonl, line 2: no JSON");
    }
}
