//! What each stage thread works on, and the look at it that finds a stage that does not end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::conductor::Ticket;
use crate::clock;

/// Between two looks a stage is held to have worked this long at most: a process that stood still did not work.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// Work under way.
#[derive(Debug, Clone)]
struct Work {
    ticket: Ticket,
    stage: &'static str,
}

/// One thread's.
#[derive(Debug, Clone, Default)]
pub struct Desk(Arc<Mutex<Place>>);

#[derive(Debug, Default)]
struct Place {
    work: Option<Work>,
    /// Grows with each stage that begins.
    serial: u64,
}

impl Desk {
    /// A stage begins to work on a record.
    pub fn begin(&self, ticket: &Ticket, stage: &'static str) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        place.serial += 1;
        place.work = Some(Work { ticket: ticket.clone(), stage });
    }

    /// The next stage begins with the same record.
    pub fn proceed(&self, stage: &'static str) {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        place.serial += 1;
        if let Some(work) = &mut place.work {
            work.stage = stage;
        }
    }

    /// The record is done.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).work = None;
    }
}

/// A stage that does not end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    pub ticket: Ticket,
    pub stage: &'static str,
    pub seconds: u64,
}

/// Looks at all desks, again and again.
#[derive(Debug)]
pub struct DeskWatch {
    desks: Vec<(Desk, Seen)>,
    limit: Duration,
    looked_at: Instant,
}

#[derive(Debug, Default)]
struct Seen {
    serial: u64,
    worked: Duration,
}

impl DeskWatch {
    pub fn new(desks: Vec<Desk>, limit: Duration) -> Self {
        let desks = desks.into_iter().map(|desk| (desk, Seen::default())).collect();
        Self { desks, limit, looked_at: clock::monotonic() }
    }

    /// The first stage that has worked on one record for longer than the limit.
    pub fn look(&mut self, now: Instant) -> Option<Overdue> {
        let passed = now.saturating_duration_since(self.looked_at).min(LOOK_MAX);
        self.looked_at = now;
        self.desks.iter_mut().find_map(|(desk, seen)| {
            let place = desk.0.lock().unwrap_or_else(PoisonError::into_inner);
            let work = place.work.as_ref()?;
            if seen.serial != place.serial {
                *seen = Seen { serial: place.serial, worked: Duration::ZERO };
                return None;
            }
            seen.worked += passed;
            (seen.worked > self.limit).then(|| Overdue {
                ticket: work.ticket.clone(),
                stage: work.stage,
                seconds: seen.worked.as_secs(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::assignment::PartitionKey;

    #[test]
    fn only_a_stage_that_worked_too_long_on_one_record_is_overdue() {
        let ticket =
            Ticket { key: PartitionKey { topic: Arc::from("raw"), partition: 1 }, epoch: 1, offset: 7 };
        let desks = [Desk::default(), Desk::default()];
        let mut watch = DeskWatch::new(desks.to_vec(), Duration::from_secs(2));
        let begun = clock::monotonic();
        let mut now = begun;
        let mut look = |watch: &mut DeskWatch, seconds: u64| {
            now += Duration::from_secs(seconds);
            watch.look(now)
        };
        desks[0].begin(&ticket, "decode");
        desks[1].begin(&ticket, "emit");
        desks[1].clear();
        assert_eq!(look(&mut watch, 1), None, "it is seen for the first time");
        assert_eq!(look(&mut watch, 3_600), None, "the process stood still");
        assert_eq!(look(&mut watch, 1), None);
        desks[0].proceed("parse");
        for _ in 0..3 {
            assert_eq!(look(&mut watch, 1), None, "the next stage has time of its own");
        }
        assert_eq!(look(&mut watch, 1), Some(Overdue { ticket, stage: "parse", seconds: 3 }));
        desks[0].clear();
        assert_eq!(look(&mut watch, 1), None);
    }
}
