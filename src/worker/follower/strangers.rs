//! What is odd about the log and stops nothing: entries that are not this group's or can't be read are passed over, counted
//! and told; so is an append time that holds up the eviction.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Follower;
use crate::dedup::window::EVICTION_SLACK_MS;
use crate::{clock, events};

/// A group that writes here by mistake does so all the time: it is told this often at most.
const FOREIGN_EVERY: Duration = Duration::from_mins(10);
/// What holds up the eviction does so for long.
const HELD_EVERY: Duration = Duration::from_hours(1);
const HOUR_MS: i64 = 3_600_000;

/// Entries that were passed over and are not told yet.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    foreign: u64,
    foreign_told_at: Option<Instant>,
    damaged: u64,
    /// Offset of the first of the damaged ones, and what is wrong with it.
    damaged_first: Option<(i64, &'static str)>,
}

impl Strangers {
    /// How many foreign entries are to be told now.
    fn take_foreign(&mut self, now: Instant) -> Option<u64> {
        let is_early = self.foreign_told_at.is_some_and(|at| now < at + FOREIGN_EVERY);
        if self.foreign == 0 || is_early {
            return None;
        }
        self.foreign_told_at = Some(now);
        Some(std::mem::take(&mut self.foreign))
    }

    /// How many damaged entries are to be told, with offset and cause of the first.
    fn take_damaged(&mut self) -> Option<(u64, i64, &'static str)> {
        let (offset, cause) = self.damaged_first.take()?;
        Some((std::mem::take(&mut self.damaged), offset, cause))
    }
}

impl Follower {
    pub(super) fn pass_over_foreign(&mut self, offset: i64) {
        self.seen.strangers.foreign += 1;
        if offset >= self.counted_until {
            self.links.metrics.claims_foreign.inc();
        }
    }

    pub(super) fn pass_over_damaged(&mut self, offset: i64, cause: &'static str) {
        let strangers = &mut self.seen.strangers;
        strangers.damaged += 1;
        strangers.damaged_first.get_or_insert((offset, cause));
        if offset >= self.counted_until {
            self.links.metrics.claims_damaged.inc();
        }
    }

    /// Takes the append time of an entry.
    pub(super) fn note_ahead(&mut self, offset: i64, time_ms: i64) {
        let ahead_ms = self.end_time_ms.map_or(0, |end_ms| time_ms.saturating_sub(end_ms));
        if ahead_ms <= 0 {
            self.seen.first_time_ms.get_or_insert(time_ms);
        }
        if self.is_catching_up && ahead_ms > EVICTION_SLACK_MS {
            self.seen.ahead_offset = Some(offset);
        }
    }

    /// Tells if a claim that a clock far ahead has stamped keeps the window from shrinking.
    pub(super) fn report_held(&mut self) {
        let Some(ahead_ms) = self.window.held_up_ms() else { return };
        let now = clock::monotonic();
        if self.seen.held_told_at.is_some_and(|at| now < at + HELD_EVERY) {
            return;
        }
        self.seen.held_told_at = Some(now);
        events::emit(
            &events::CLAIMS_WINDOW_HELD,
            "a claim stamped by a clock that was ahead keeps older ones in memory",
            &[
                ("offset", json!(self.seen.ahead_offset)),
                ("ahead_hours", json!(ahead_ms / HOUR_MS)),
                ("window_claims", json!(self.window.len())),
            ],
        );
    }

    /// Tells what was passed over since it was last told.
    pub(super) fn report_strangers(&mut self) {
        if let Some(count) = self.seen.strangers.take_foreign(clock::monotonic()) {
            events::emit(
                &events::CLAIMS_FOREIGN_SCOPE,
                "claims of another group or cluster stand in this log; they are ignored",
                &[("count", json!(count)), ("cluster_id", json!(self.cluster))],
            );
        }
        if let Some((count, offset, cause)) = self.seen.strangers.take_damaged() {
            events::emit(
                &events::CLAIMS_UNREADABLE,
                "entries of the claims log can't be read; every replica skips them",
                &[("offset", json!(offset)), ("cause", json!(cause)), ("count", json!(count))],
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_group_is_told_at_once_and_then_rarely_with_nothing_left_out() {
        let begun = Instant::now();
        let mut strangers = Strangers::default();
        assert_eq!(strangers.take_foreign(begun), None);
        let told = (0..250_u32).filter_map(|look| {
            strangers.foreign += 3;
            strangers.take_foreign(begun + look * Duration::from_secs(5)).map(|count| (look, count))
        });
        assert_eq!(told.collect::<Vec<_>>(), [(0, 3), (120, 360), (240, 360)]);
    }

    #[test]
    fn damaged_entries_are_told_together_with_the_first_of_them() {
        let mut strangers =
            Strangers { damaged: 4, damaged_first: Some((7, "too short")), ..Strangers::default() };
        assert_eq!(strangers.take_damaged(), Some((4, 7, "too short")));
        assert_eq!((strangers.take_damaged(), strangers.damaged), (None, 0));
    }
}
