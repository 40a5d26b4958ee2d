//! The claims log once more, as every follower applies it: level records, void records, the first claim of a record.
//!
//! It gives a witness the verdicts that it awaits, and says where the log does not tell enough.

use std::collections::HashMap;
use std::sync::Arc;

use super::Auditor;
use crate::article::Judgement;
use crate::dedup::claim::{self, Claim, ClaimIdentity, EntryError, LogEntry};
use crate::dedup::level::{Level, LevelRecord};
use crate::dedup::times_ahead::TimesAhead;
use crate::dedup::window::{ClockSteppedBack, Window};

/// Why the rest of the log can't be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplayEnd {
    #[error(
        "the claims log holds entries of a newer khabar from offset {0} on; only that version can judge by them"
    )]
    Newer(i64),
    #[error("{cause} at offset {offset}")]
    Clock { offset: i64, cause: ClockSteppedBack },
}

/// Who asks what the log says of records.
pub trait Witness {
    /// Whether the verdict about this claim is wanted.
    fn awaits(&self, identity: &ClaimIdentity) -> bool;

    /// The verdict about a claim that was awaited.
    fn judged(&mut self, claim: &Claim, time_ms: i64, judgement: &Judgement);

    /// A claim that was awaited can't be judged: retention took some of what it rests on.
    fn unprovable(&mut self, claim: &Claim, offset: i64, time_ms: i64);

    /// A claim of this scope came.
    fn claimed(&mut self) {}

    /// An entry came that nobody can read.
    fn damaged(&mut self) {}
}

/// See the module.
#[derive(Debug)]
pub struct Replay {
    scope: u64,
    configured: Level,
    window: Window,
    level: Option<LevelRecord>,
    topics: HashMap<String, Arc<str>>,
    /// Retention took the log's beginning.
    is_cut: bool,
    end_time_ms: Option<i64>,
    /// Append time of the first entry that no clock far ahead has stamped.
    first_time_ms: Option<i64>,
    /// Where the log is read once more: the times that it still brings, and the offset from which on claims are judged.
    again: Option<(TimesAhead, i64)>,
}

impl Replay {
    /// `configured` judges until the log's first level record. `begin` is the log's first offset, `end_time_ms` the
    /// append time of its last entry.
    pub fn new(scope: u64, configured: Level, begin: i64, end_time_ms: Option<i64>) -> Self {
        let mut window = Window::new(configured.clone());
        window.trust_times_until(end_time_ms);
        let (topics, is_cut) = (HashMap::new(), begin > 0);
        Self {
            scope,
            configured,
            window,
            level: None,
            topics,
            is_cut,
            end_time_ms,
            first_time_ms: None,
            again: None,
        }
    }

    /// The log comes once more from its beginning, because its clock stepped back at `offset`: all that was judged before
    /// that stands, and the rest needs what was forgotten.
    pub fn begin_again(&mut self, ahead: TimesAhead, offset: i64) {
        self.window = Window::new(self.configured.clone());
        self.window.trust_times_until(Some(i64::MIN));
        self.level = None;
        self.again = Some((ahead, offset));
    }

    /// Whether what stands at an offset is told for the first time.
    fn is_told(&self, offset: i64) -> bool {
        self.again.as_ref().is_none_or(|(_, from)| offset >= *from)
    }

    /// Applies one entry of the log.
    pub fn apply(
        &mut self,
        witness: &mut dyn Witness,
        offset: i64,
        time_ms: i64,
        bytes: &[u8],
    ) -> Result<(), ReplayEnd> {
        if self.end_time_ms.is_none_or(|end_ms| time_ms <= end_ms) {
            self.first_time_ms.get_or_insert(time_ms);
        }
        if let Some(least_ms) = self.again.as_ref().and_then(|(ahead, _)| ahead.least_ms(offset)) {
            self.window.expect_none_before(least_ms);
        }
        let topics = &mut self.topics;
        let entry = claim::decode(bytes, &mut |name| {
            topics.entry(name.to_owned()).or_insert_with(|| Arc::from(name)).clone()
        });
        match entry {
            entry if claim::is_foreign(&entry, self.scope) => {}
            Err(EntryError::Damaged(_)) => {
                if self.is_told(offset) {
                    witness.damaged();
                }
            }
            Err(EntryError::Unknown { .. }) => return Err(ReplayEnd::Newer(offset)),
            Ok(LogEntry::Level { record, .. }) => return self.apply_level(offset, time_ms, record),
            Ok(LogEntry::Void { range, .. }) => self.window.void(&range),
            Ok(LogEntry::Claim(claim)) => {
                return self
                    .apply_claim(witness, offset, time_ms, &claim)
                    .map_err(|cause| ReplayEnd::Clock { offset, cause });
            }
        }
        Ok(())
    }

    fn apply_level(&mut self, offset: i64, time_ms: i64, record: LevelRecord) -> Result<(), ReplayEnd> {
        if !record.level.is_known() {
            return Err(ReplayEnd::Newer(offset));
        }
        if record.holds_after(self.level.as_ref()) {
            if self.level.as_ref().is_none_or(|known| known.level != record.level) {
                self.window
                    .set_level(&record, self.level.as_ref(), time_ms)
                    .map_err(|cause| ReplayEnd::Clock { offset, cause })?;
            }
            self.level = Some(record);
        }
        Ok(())
    }

    fn apply_claim(
        &mut self,
        witness: &mut dyn Witness,
        offset: i64,
        time_ms: i64,
        claim: &Claim,
    ) -> Result<(), ClockSteppedBack> {
        let is_told = self.is_told(offset);
        let is_awaited = is_told && witness.awaits(&claim.identity);
        let is_judged = is_awaited && !self.reaches_behind_the_cut(time_ms);
        let judgement = is_judged.then(|| self.window.judge(claim, offset, time_ms));
        // Nothing is told of a claim where the clock stepped back: it comes again.
        self.window.insert(claim, time_ms)?;
        if is_told {
            witness.claimed();
        }
        match judgement {
            Some(judgement) => witness.judged(claim, time_ms, &judgement),
            None if is_awaited => witness.unprovable(claim, offset, time_ms),
            None => {}
        }
        Ok(())
    }

    /// Claims that retention took may have been within the window.
    fn reaches_behind_the_cut(&self, time_ms: i64) -> bool {
        let from_ms = self.window.after_ms(time_ms);
        self.is_cut && self.first_time_ms.is_none_or(|first_ms| first_ms > from_ms)
    }
}

impl Witness for Auditor {
    fn awaits(&self, identity: &ClaimIdentity) -> bool {
        self.awaits_verdict(identity)
    }

    fn judged(&mut self, claim: &Claim, _: i64, judgement: &Judgement) {
        self.compare_verdict(&claim.identity, judgement);
    }

    fn unprovable(&mut self, claim: &Claim, _: i64, _: i64) {
        self.leave_unproven(&claim.identity);
    }

    fn claimed(&mut self) {
        self.tally.claims += 1;
    }

    fn damaged(&mut self) {
        self.tally.damaged_claims += 1;
    }
}
