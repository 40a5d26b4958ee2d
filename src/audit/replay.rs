//! The claims log once more, as every follower applies it: level records, void records, the first claim of a record.
//!
//! It gives the auditor the verdict of each record that states one, and says where the log does not tell enough.

use std::collections::HashMap;
use std::sync::Arc;

use super::Auditor;
use crate::dedup::claim::{self, Claim, EntryError, LogEntry};
use crate::dedup::level::{Level, LevelRecord};
use crate::dedup::window::{ClockSteppedBack, Window};

/// Why the rest of the log can't be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayEnd {
    #[error("the claims log holds entries of a newer khabar from offset {0} on; audit with that version")]
    Newer(i64),
    #[error("{cause} at offset {offset}; followers read the log anew there, and so can judge otherwise")]
    Clock { offset: i64, cause: ClockSteppedBack },
}

/// See the module.
#[derive(Debug)]
pub struct Replay {
    scope: u64,
    window: Window,
    level: Option<LevelRecord>,
    topics: HashMap<String, Arc<str>>,
    /// Retention took the log's beginning.
    is_cut: bool,
    first_time_ms: Option<i64>,
}

impl Replay {
    /// `configured` judges until the log's first level record. `begin` is the log's first offset, `end_time_ms` the
    /// append time of its last entry.
    pub fn new(scope: u64, configured: Level, begin: i64, end_time_ms: Option<i64>) -> Self {
        let mut window = Window::new(configured);
        window.trust_times_until(end_time_ms);
        Self { scope, window, level: None, topics: HashMap::new(), is_cut: begin > 0, first_time_ms: None }
    }

    /// Applies one entry of the log.
    pub fn apply(
        &mut self,
        auditor: &mut Auditor,
        offset: i64,
        time_ms: i64,
        bytes: &[u8],
    ) -> Result<(), ReplayEnd> {
        self.first_time_ms.get_or_insert(time_ms);
        let topics = &mut self.topics;
        let entry = claim::decode(bytes, &mut |name| {
            topics.entry(name.to_owned()).or_insert_with(|| Arc::from(name)).clone()
        });
        match entry {
            entry if claim::is_foreign(&entry, self.scope) => {}
            Err(EntryError::Damaged(_)) => auditor.tally.damaged_claims += 1,
            Err(EntryError::Unknown { .. }) => return Err(ReplayEnd::Newer(offset)),
            Ok(LogEntry::Level { record, .. }) => return self.apply_level(offset, record),
            Ok(LogEntry::Void { range, .. }) => self.window.void(&range),
            Ok(LogEntry::Claim(claim)) => {
                return self
                    .apply_claim(auditor, offset, time_ms, &claim)
                    .map_err(|cause| ReplayEnd::Clock { offset, cause });
            }
        }
        Ok(())
    }

    fn apply_level(&mut self, offset: i64, record: LevelRecord) -> Result<(), ReplayEnd> {
        if !record.level.is_known() {
            return Err(ReplayEnd::Newer(offset));
        }
        if record.holds_after(self.level.as_ref()) {
            if self.level.as_ref().is_none_or(|known| known.level != record.level) {
                self.window.set_level(record.level.clone(), record.number);
            }
            self.level = Some(record);
        }
        Ok(())
    }

    fn apply_claim(
        &mut self,
        auditor: &mut Auditor,
        offset: i64,
        time_ms: i64,
        claim: &Claim,
    ) -> Result<(), ClockSteppedBack> {
        auditor.tally.claims += 1;
        if auditor.awaits(&claim.identity) {
            if self.reaches_behind_the_cut(time_ms) {
                auditor.unprovable(&claim.identity);
            } else {
                auditor.judged(&claim.identity, &self.window.judge(claim, offset, time_ms));
            }
        }
        self.window.insert(claim, time_ms)
    }

    /// Claims that retention took may have been within the window.
    fn reaches_behind_the_cut(&self, time_ms: i64) -> bool {
        let from_ms = time_ms.saturating_sub(self.window.level().window_ms());
        self.is_cut && self.first_time_ms.is_some_and(|first_ms| first_ms > from_ms)
    }
}
