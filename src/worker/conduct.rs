//! The conductor's thread: hears what reaches it, and hands it to the [`Conductor`].

use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::Event;
use super::breaker::{Breaker, Opened};
use super::conductor::Conductor;
use super::failure::Failure;
use super::links::{Shared, WorkerOrders};
use crate::clock;
use crate::kafka::poller::Intake;

const CONDUCTOR_WAIT: Duration = Duration::from_millis(100);

/// How long partitions, or the whole worker, may take to finish what is in flight.
pub struct Drains {
    pub revoke: Duration,
    pub stop: Duration,
}

/// The conductor's thread.
pub fn conduct(
    mut conductor: Conductor<WorkerOrders>,
    mut breaker: Breaker,
    events_out: &Receiver<Event>,
    drains: &Drains,
    shared: &Shared,
) {
    let mut beaten = clock::monotonic();
    shared.health.beat("conductor");
    loop {
        let event = events_out.recv_timeout(CONDUCTOR_WAIT);
        let now = clock::monotonic();
        if now - beaten > CONDUCTOR_WAIT {
            beaten = now;
            shared.health.beat("conductor");
        }
        match event {
            Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Event::Intake(Intake::Begun { key, start: Some(start), .. }))
                if conductor.has_forgotten(&key, start) =>
            {
                // Its records find no lane and are dropped; the worker ends.
                shared.fail(Failure::offsets_set_back(&key, start));
            }
            Ok(event) => {
                if let Some(opened) = note(&mut breaker, &event) {
                    shared.fail(opened.into());
                }
                dispatch(&mut conductor, event, drains, now);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        conductor.check_drains(now);
    }
}

fn note(breaker: &mut Breaker, event: &Event) -> Option<Opened> {
    match event {
        Event::Prepared { result: Err(rejected), .. } => breaker.note(Some(rejected.cause)),
        Event::Finished { cause, .. } => breaker.note(*cause),
        _ => None,
    }
}

fn dispatch(conductor: &mut Conductor<WorkerOrders>, event: Event, drains: &Drains, now: Instant) {
    match event {
        Event::Intake(Intake::Record { raw, epoch, permit, arrived }) => {
            conductor.record(raw, epoch, permit, arrived);
        }
        Event::Intake(Intake::Begun { key, epoch, .. }) => conductor.begun(key, epoch),
        Event::Intake(Intake::Revoking { keys, done }) => conductor.revoking(keys, now + drains.revoke, done),
        Event::Intake(Intake::Lost { keys }) => conductor.lost(keys),
        Event::Prepared { ticket, result } => conductor.prepared(&ticket, result),
        Event::Finished { ticket, output, .. } => conductor.finished(&ticket, output),
        Event::Verdicts(batch) => {
            for (identity, judgement) in &batch {
                conductor.verdict(identity, judgement);
            }
        }
        Event::Committed(offsets) => {
            for (key, offset) in &offsets {
                conductor.committed(key, *offset);
            }
        }
        Event::Drain { done } => conductor.stopping(now + drains.stop, done),
        Event::Stop => {}
    }
}
