//! Replays of the log, with articles put in or left out, and the clusters that the verdicts make.

use std::collections::HashSet;

use crate::corpus::{Data, Document};
use crate::systems::{Outcome, System};

/// A system with the articles prepared for it and its verdicts about the untouched log.
pub struct Bench<'a, S: System> {
    pub data: &'a Data,
    pub system: &'a S,
    prepared: Vec<S::Prepared>,
    /// By the article's number, which is its place in the untouched log.
    pub untouched: Vec<Outcome>,
}

impl<'a, S: System> Bench<'a, S> {
    pub fn new(data: &'a Data, system: &'a S) -> Result<Self, String> {
        let prepared = data
            .documents
            .iter()
            .enumerate()
            .map(|(number, document)| system.prepare(document, number))
            .collect();
        let mut bench = Self { data, system, prepared, untouched: Vec::new() };
        bench.untouched = bench.replay(&[], &HashSet::new())?.into_iter().flatten().collect();
        Ok(bench)
    }

    /// Whether an article of the untouched log matches nothing.
    pub fn is_new(&self, number: usize) -> bool {
        self.untouched[number].link().is_none()
    }

    /// The number of the `at`th article that is put in.
    pub fn inserted(&self, at: usize) -> usize {
        self.data.documents.len() + at
    }

    /// Judges the log anew with other articles in it, each at its own time; of equal times the untouched ones come
    /// first. Outcomes stand by number; those left out have none.
    pub fn replay(
        &self,
        inserts: &[Document],
        left_out: &HashSet<usize>,
    ) -> Result<Vec<Option<Outcome>>, String> {
        let prepared: Vec<S::Prepared> = inserts
            .iter()
            .enumerate()
            .map(|(at, document)| self.system.prepare(document, self.inserted(at)))
            .collect();
        let documents = || self.data.documents.iter().chain(inserts);
        let mut order: Vec<(i64, usize)> = documents()
            .enumerate()
            .map(|(number, document)| (document.time_ms, number))
            .filter(|(_, number)| !left_out.contains(number))
            .collect();
        order.sort_unstable();
        let mut outcomes = vec![None; documents().count()];
        let mut window = self.system.window();
        for (place, (time_ms, number)) in order.into_iter().enumerate() {
            let article = self
                .prepared
                .get(number)
                .or_else(|| prepared.get(number - self.prepared.len()))
                .ok_or("an article was not prepared")?;
            outcomes[number] = Some(self.system.judge(&mut window, article, place, time_ms)?);
        }
        Ok(outcomes)
    }
}

/// Disjoint sets of articles that are connected by links.
pub struct Clusters {
    parents: Vec<usize>,
}

impl Clusters {
    pub fn new(count: usize) -> Self {
        Self { parents: (0..count).collect() }
    }

    /// Connects each article with what `link` says of its outcome.
    pub fn of<'a>(
        outcomes: impl ExactSizeIterator<Item = Option<&'a Outcome>>,
        link: impl Fn(&Outcome) -> Option<usize>,
    ) -> Self {
        let mut clusters = Self::new(outcomes.len());
        for (number, outcome) in outcomes.enumerate() {
            if let Some(other) = outcome.and_then(&link) {
                clusters.join(number, other);
            }
        }
        clusters
    }

    pub fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.root(left), self.root(right));
        self.parents[left.max(right)] = left.min(right);
    }

    /// The smallest number of the cluster.
    pub fn root(&mut self, number: usize) -> usize {
        let mut at = number;
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    pub fn hold(&mut self, left: usize, right: usize) -> bool {
        self.root(left) == self.root(right)
    }
}

/// Any verdict that names another article of the same story.
pub fn linked(outcome: &Outcome) -> Option<usize> {
    outcome.link()
}

/// Verdicts that suppress.
pub fn suppressed(outcome: &Outcome) -> Option<usize> {
    if outcome.is_suppressed() { outcome.matched } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_transitive() {
        let mut clusters = Clusters::new(5);
        clusters.join(3, 1);
        clusters.join(4, 3);
        assert!(clusters.hold(4, 1) && !clusters.hold(4, 2));
        assert_eq!(clusters.root(4), 1);
    }
}
