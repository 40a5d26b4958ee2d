//! A worker that runs: the watch over its threads, the drain, and the order in which they end.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use serde_json::json;

use super::Event;
use super::desk::DeskWatch;
use super::failure::Failure;
use super::links::Shared;
use crate::budget::Budget;
use crate::clock;
use crate::config::settings::Settings;
use crate::events;
use crate::health::State;
use crate::kafka::committer::CommitterInput;
use crate::kafka::poller::PollerCommand;

/// How often the watch looks around.
pub const WATCH_STEP: Duration = Duration::from_millis(100);
/// A member without partitions is a stand-by, and ready, after this long.
const STANDBY_AFTER: Duration = Duration::from_secs(15);
/// Threads get so long to end after the drain.
const JOIN_LIMIT: Duration = Duration::from_secs(8);
/// Work without a commit for this long is told.
const NO_PROGRESS_AFTER: Duration = Duration::from_secs(30);

/// A count as the gauges take it.
pub fn gauge(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The threads of a worker that runs.
pub struct Running {
    pub settings: Arc<Settings>,
    pub budget: Budget,
    pub follower: Option<JoinHandle<()>>,
    pub conductor: Option<JoinHandle<()>>,
    pub committer: Option<JoinHandle<()>>,
    pub poller: Option<JoinHandle<()>>,
    pub committer_in: Option<Sender<CommitterInput>>,
    pub poller_in: Option<Sender<PollerCommand>>,
    pub desks: Option<DeskWatch>,
}

impl Running {
    pub fn new(settings: &Arc<Settings>) -> Self {
        Self {
            settings: Arc::clone(settings),
            budget: Budget::new(settings.budget.records_max, settings.budget.bytes_max),
            follower: None,
            conductor: None,
            committer: None,
            poller: None,
            committer_in: None,
            poller_in: None,
            desks: None,
        }
    }

    /// Watches over the threads until the end is asked for or forced, then stops them in order.
    pub fn watch(
        mut self,
        shared: &Shared,
        failed: &Receiver<Failure>,
        begun: Instant,
    ) -> Result<&'static str, Failure> {
        let joined_at = clock::monotonic();
        let mut stats_at = joined_at;
        let mut warned_at = joined_at;
        loop {
            match failed.recv_timeout(WATCH_STEP) {
                Ok(failure) => {
                    self.stop(shared);
                    return Err(failure);
                }
                Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {}
            }
            if shared.shutdown.is_requested() {
                return self.drain(shared, failed);
            }
            if let Some(overdue) = self.desks.as_mut().and_then(|desks| desks.look(clock::monotonic())) {
                // Its thread can't be stopped, so that nothing behind that record would ever be finished.
                self.stop(shared);
                return Err(Failure::stage_overdue(&overdue));
            }
            let is_in = shared.has_joined.load(Ordering::Acquire) || clock::since(joined_at) > STANDBY_AFTER;
            if is_in && shared.health.state() == State::Joining {
                shared.health.set_state(State::Running);
                let seconds = clock::since(begun).as_secs_f64();
                events::emit(&events::RUNNING, "khabar is ready", &[("seconds_to_ready", json!(seconds))]);
            }
            self.measure(shared);
            let stats_every = Duration::from_secs(self.settings.log.stats_seconds.max(1));
            if clock::since(stats_at) >= stats_every {
                stats_at = clock::monotonic();
                events::emit(&events::STATS, "statistics", &shared.metrics.snapshot().fields());
            }
            if clock::since(warned_at) >= NO_PROGRESS_AFTER {
                warned_at = clock::monotonic();
                self.warn_without_progress(shared);
            }
        }
    }

    fn measure(&self, shared: &Shared) {
        shared.metrics.in_flight_records.set(gauge(self.budget.records()));
        shared.metrics.in_flight_bytes.set(gauge(self.budget.bytes()));
    }

    fn warn_without_progress(&self, shared: &Shared) {
        let silent = shared.last_commit.lock().map_or(Duration::ZERO, |last| clock::since(*last));
        let lag = shared.lag.total();
        if silent >= NO_PROGRESS_AFTER && (lag > 0 || self.budget.records() > 0) {
            events::emit(
                &events::NO_PROGRESS,
                "there is work and nothing was committed for long",
                &[
                    ("seconds", json!(silent.as_secs())),
                    ("lag", json!(lag)),
                    ("in_flight_records", json!(self.budget.records())),
                    ("state", json!(shared.health.state().name())),
                ],
            );
        }
    }

    /// Commits what is in flight within the deadline, then ends. A second signal, or a failure, cuts it short.
    fn drain(mut self, shared: &Shared, failed: &Receiver<Failure>) -> Result<&'static str, Failure> {
        let drain_seconds = self.settings.shutdown.drain_seconds;
        shared.health.set_state(State::Draining);
        events::emit(
            &events::DRAINING,
            "khabar was told to stop; what is in flight is committed first",
            &[
                ("cause", json!("signal")),
                ("in_flight_records", json!(self.budget.records())),
                ("drain_seconds", json!(drain_seconds)),
            ],
        );
        self.command(PollerCommand::StopIntake);
        let (done, drained) = bounded(1);
        // The conductor lives as long as the worker does.
        let _ = shared.events.send(Event::Drain { done });
        let deadline = clock::monotonic() + Duration::from_secs(drain_seconds);
        let result = loop {
            if drained.recv_timeout(WATCH_STEP).is_ok() {
                break Ok("signal");
            }
            if let Ok(failure) = failed.try_recv() {
                break Err(failure);
            }
            if shared.shutdown.is_immediate() {
                events::emit(
                    &events::SECOND_SIGNAL,
                    "a second signal: khabar stops at once; what is not committed is done again by the next worker",
                    &[("in_flight_records", json!(self.budget.records()))],
                );
                break Ok("second signal");
            }
            if clock::monotonic() > deadline + WATCH_STEP {
                break Ok("drain timed out");
            }
        };
        if matches!(result, Ok("signal")) && self.budget.records() == 0 {
            if let Some(committer) = &self.committer_in {
                // A committer that ended has told why.
                let _ = committer.send(CommitterInput::LeaveAll);
            }
            self.stop(shared);
            return result;
        }
        if result.is_ok() && !shared.shutdown.is_immediate() {
            events::emit(
                &events::DRAIN_TIMED_OUT,
                "not everything could be committed in time; the next worker does the rest",
                &[
                    ("in_flight_records", json!(self.budget.records())),
                    ("drain_seconds", json!(drain_seconds)),
                ],
            );
        }
        self.stop(shared);
        result
    }

    fn command(&self, command: PollerCommand) {
        if let Some(poller) = &self.poller_in {
            // A poller that ended needs no command.
            let _ = poller.send(command);
        }
    }

    /// Ends all threads: the committer first, so that the poller is the last to hold the consumer.
    fn stop(&mut self, shared: &Shared) {
        shared.stopping.store(true, Ordering::Release);
        self.command(PollerCommand::StopIntake);
        if let Some(committer) = self.committer_in.take() {
            let _ = committer.send(CommitterInput::Stop);
        }
        join(self.committer.take());
        self.command(PollerCommand::Close);
        join(self.poller.take());
        let _ = shared.events.send(Event::Stop);
        join(self.conductor.take());
        join(self.follower.take());
    }
}

/// Waits for a thread, with a limit: what hangs then ends with the process, and nothing is lost by it.
fn join(thread: Option<JoinHandle<()>>) {
    let Some(thread) = thread else { return };
    let deadline = clock::monotonic() + JOIN_LIMIT;
    while !thread.is_finished() && clock::monotonic() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    if thread.is_finished() {
        // A panic was reported by its guard.
        let _ = thread.join();
    }
}
