//! Asks the cluster for what the start rule decides on, beside what the log told.

use std::collections::BTreeMap;

use super::super::start_rule::{Answers, LogFacts, PartitionFacts, StartFacts};
use super::{ASK_PAUSE, Follower, StartProblem};
use crate::clock;
use crate::kafka::assignment::PartitionKey;

/// An end that lies before a committed offset may be that of a leader that has just begun: it is asked for again.
const BEYOND_END_ATTEMPTS_MAX: u32 = 6;

impl Follower {
    /// What the start rule decides on.
    pub(super) fn gather(&self, low: i64) -> Result<StartFacts<'_>, StartProblem> {
        let mut partitions = BTreeMap::new();
        for key in &self.partitions {
            let committed = self.committed.get(key).copied();
            let ends = committed.map(|committed| self.ends(key, committed)).transpose()?;
            let has_claims = self.seen.partitions.contains(key);
            partitions
                .insert(key.clone(), PartitionFacts { committed, begun_meanwhile: false, has_claims, ends });
        }
        // Another worker may have begun there after the first question; offsets are committed before claims.
        let without: Vec<PartitionKey> = partitions
            .iter()
            .filter(|(_, one)| one.has_claims && one.committed.is_none())
            .map(|(key, _)| key.clone())
            .collect();
        let begun = self.ask(|reader| reader.asker().committed(&without))?;
        for key in begun.keys() {
            if let Some(one) = partitions.get_mut(key) {
                one.begun_meanwhile = true;
            }
        }
        let (settings, now_ms) = (&self.settings, clock::unix_ms());
        Ok(StartFacts {
            answers: Answers {
                accept_empty_log: settings.dedup.accept_empty_log,
                from: settings.start.from,
                accept_loss: settings.start.accept_loss,
            },
            log: LogFacts {
                topic: &settings.kafka.claims_topic,
                low,
                end: self.applied(),
                has_level: self.seen.level.is_some(),
                own_claims: self.seen.own_claims,
                times_ms: self.seen.first_time_ms.map(|first_ms| (first_ms, self.seen.last_time_ms)),
                unfinished: self.seen.unfinished,
                coming_after_ms: self.window.after_ms(now_ms.max(self.seen.last_time_ms)),
                beginning: self.seen.beginning,
                window_ms: self.window.level().window_ms(),
                now_ms,
            },
            partitions,
        })
    }

    fn ends(&self, key: &PartitionKey, committed: i64) -> Result<(i64, i64), StartProblem> {
        let mut attempt = 1;
        loop {
            let (low, high) = self.ask(|reader| reader.asker().watermarks(key))?;
            if committed <= high || attempt == BEYOND_END_ATTEMPTS_MAX {
                return Ok((low, high));
            }
            attempt += 1;
            std::thread::sleep(ASK_PAUSE);
        }
    }
}
