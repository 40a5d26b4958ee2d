//! The threads that compute stages.

use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, select_biased};

use super::{Event, Job, Line, Ticket, line};
use crate::article::Judgement;
use crate::flow::RawRecord;
use crate::stages::{Prepared, Stages};

/// One of the threads; all take from the same queues.
pub(super) struct StageThread {
    /// Comes before preparing, so that what is begun leaves first.
    pub finish: Receiver<Job>,
    pub prepare: Receiver<Job>,
    pub stages: Arc<Stages>,
    /// Whether records wait for a verdict between prepare and finish.
    pub judged: bool,
    pub events: Sender<Event>,
}

impl StageThread {
    /// Works until one of the queues is closed and empty, or nobody listens any more.
    pub(super) fn run(&self) {
        loop {
            let job = select_biased! {
                recv(self.finish) -> job => job,
                recv(self.prepare) -> job => job,
            };
            let Ok(job) = job else { return };
            let event = match job {
                Job::Prepare { ticket, raw } => self.prepare(ticket, raw),
                Job::Finish { ticket, prepared, judgement } => {
                    Event::Finished(self.finish(ticket, prepared, judgement.as_ref()))
                }
            };
            if self.events.send(event).is_err() {
                return;
            }
        }
    }

    fn prepare(&self, ticket: Ticket, raw: RawRecord) -> Event {
        match self.stages.prepare(raw) {
            Ok(prepared) if self.judged => Event::Prepared { ticket, prepared },
            Ok(prepared) => Event::Finished(self.finish(ticket, prepared, None)),
            Err(rejected) => {
                let (raw, rejection) = *rejected;
                let output = self.stages.reject(raw, &rejection).output;
                let bytes = line::render(&ticket.place, &output);
                let code = Some(rejection.code.name());
                Event::Rejected(Line { ticket, outcome: output.outcome, code, bytes })
            }
        }
    }

    fn finish(&self, ticket: Ticket, prepared: Box<Prepared>, judgement: Option<&Judgement>) -> Line {
        let output = self.stages.finish(prepared, judgement).output;
        let bytes = line::render(&ticket.place, &output);
        Line { ticket, outcome: output.outcome, code: None, bytes }
    }
}
