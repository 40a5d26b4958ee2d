//! Finds that the claims log is read no more although it goes on, and has it followed with a new consumer.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Follower, StartProblem};
use crate::{clock, events};

/// The wait for a new consumer doubles up to this power of two: what no consumer can read is tried ever more rarely.
const DOUBLINGS_MAX: u32 = 6;

/// The log stands still; `starts` counts the consumers that did not help.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stalled {
    pub behind_for: Duration,
    pub starts: u32,
}

/// How long the log's next offset has been the same with more behind it.
#[derive(Debug)]
pub(super) struct LogStall {
    limit: Duration,
    next: i64,
    behind: Option<Behind>,
}

#[derive(Debug, Clone, Copy)]
struct Behind {
    since: Instant,
    started_at: Instant,
    starts: u32,
}

impl LogStall {
    pub(super) const fn new(limit: Duration) -> Self {
        Self { limit, next: i64::MIN, behind: None }
    }

    /// The end can't be told now, which proves nothing.
    pub(super) const fn forget(&mut self) {
        self.behind = None;
    }

    /// Told which offset is to be read next and where the log ends; says when a new consumer should read it.
    pub(super) fn look(&mut self, now: Instant, next: i64, end: i64) -> Option<Stalled> {
        if next != self.next || end <= next {
            self.next = next;
            self.behind = None;
        }
        if end <= next {
            return None;
        }
        let behind = self.behind.get_or_insert(Behind { since: now, started_at: now, starts: 0 });
        let wait = self.limit * 2_u32.pow(behind.starts.min(DOUBLINGS_MAX));
        if now - behind.started_at < wait {
            return None;
        }
        let stalled = Stalled { behind_for: now - behind.since, starts: behind.starts };
        *behind = Behind { started_at: now, starts: behind.starts + 1, ..*behind };
        Some(stalled)
    }
}

impl Follower {
    /// Follows the log with a new consumer where the present one gives nothing although the log goes on.
    pub(super) fn renew_if_stalled(&mut self, end: i64) -> Result<(), StartProblem> {
        let position = self.applied();
        let Some(stalled) = self.stall.look(clock::monotonic(), position, end) else { return Ok(()) };
        events::emit(
            &events::CLAIMS_LOG_STALLED,
            "the claims log is read no more although it goes on; it is followed with a new consumer",
            &[
                ("position", json!(position)),
                ("end", json!(end)),
                ("seconds", json!(stalled.behind_for.as_secs())),
                ("starts", json!(stalled.starts)),
            ],
        );
        (self.links.beat)();
        // What it has read ahead and is not applied comes again.
        self.read_ahead = None;
        self.reader.renew_at(position)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds at which a new consumer is asked for, of looks every 5 s at these next offsets and ends.
    fn starts(looks: impl Iterator<Item = (i64, i64)>) -> Vec<u64> {
        let begun = Instant::now();
        let mut stall = LogStall::new(Duration::from_mins(1));
        let seconds = (0_u64..).step_by(5);
        let looked = |(second, (next, end)): (u64, (i64, i64))| {
            stall.look(begun + Duration::from_secs(second), next, end).map(|_| second)
        };
        seconds.zip(looks).filter_map(looked).collect()
    }

    #[test]
    fn a_log_that_stands_before_its_end_gets_new_consumers_ever_more_rarely() {
        assert_eq!(starts((0..200).map(|_| (5, 9))), [60, 180, 420, 900]);
    }

    #[test]
    fn a_log_that_moves_or_is_read_to_its_end_gets_none() {
        assert_eq!(starts((0..200).map(|_| (9, 9))).len(), 0);
        assert_eq!(starts((0..200).map(|step| (step, 999))).len(), 0);
        // The end is reached once within each wait.
        assert_eq!(starts((0..200).map(|step| (step / 10, step / 10 + i64::from(step % 10 > 0)))).len(), 0);
    }
}
