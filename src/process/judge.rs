//! Gives verdicts in the order of the input: the claims log of one process, with fetch times for its clock.

use super::Ticket;
use super::order::InOrder;
use crate::article::Judgement;
use crate::dedup::level::Level;
use crate::dedup::window::{ClockSteppedBack, Window};
use crate::stages::Prepared;

/// A record with its verdict.
#[derive(Debug)]
pub(super) struct Judged {
    pub ticket: Ticket,
    pub prepared: Box<Prepared>,
    /// `None` only for an article without a claim.
    pub judgement: Option<Judgement>,
}

#[derive(Debug)]
pub(super) struct Judge {
    window: Window,
    /// `None` for a rejected record, which claims nothing.
    waiting: InOrder<Option<(Ticket, Box<Prepared>)>>,
    /// The log's time: the latest fetch time so far, 0 before there is one. It never steps back.
    time_ms: i64,
    /// Claims so far: the offset of the next one.
    claims: i64,
}

impl Judge {
    pub(super) fn new(level: Level) -> Self {
        Self { window: Window::new(level), waiting: InOrder::new(), time_ms: 0, claims: 0 }
    }

    pub(super) fn put(&mut self, ticket: Ticket, prepared: Box<Prepared>) {
        self.waiting.put(ticket.index, Some((ticket, prepared)));
    }

    /// The record of this number is rejected.
    pub(super) fn pass_over(&mut self, index: u64) {
        self.waiting.put(index, None);
    }

    /// The next record in order with its verdict; `None` while that record has not come.
    pub(super) fn next(&mut self) -> Result<Option<Judged>, ClockSteppedBack> {
        while let Some(next) = self.waiting.take() {
            let Some((ticket, mut prepared)) = next else { continue };
            let fetched_at_ms = prepared.record.fetched_at_ms.unwrap_or(self.time_ms);
            self.time_ms = self.time_ms.max(fetched_at_ms);
            debug_assert!(prepared.claim.is_some(), "with dedup every article has a claim");
            let judgement = match prepared.claim.take() {
                Some(claim) => {
                    let judgement = self.window.apply(&claim, self.claims, self.time_ms)?;
                    self.claims += 1;
                    Some(judgement)
                }
                None => None,
            };
            return Ok(Some(Judged { ticket, prepared, judgement }));
        }
        Ok(None)
    }
}
