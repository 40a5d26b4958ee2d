//! One worker's life: start order, the watch over it, stop order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use serde_json::json;

use super::conductor::Conductor;
use super::failure::{EXIT_CONFIGURATION, EXIT_FAILED, Failure};
use super::follower::{Follower, StartProblem};
use super::lag::LagBook;
use super::links::{Shared, WorkerOrders};
use super::pool::{self, PoolHandle};
use super::verdicts::Verdicts;
use super::{Event, preflight};
use crate::budget::Budget;
use crate::clock;
use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::dedup::claim;
use crate::emit::KHABAR_VERSION;
use crate::events;
use crate::flow::Outcome;
use crate::health::{Health, State};
use crate::kafka::admin::Admin;
use crate::kafka::assignment::Epochs;
use crate::kafka::claims_log::{ClaimsAppender, ClaimsReader};
use crate::kafka::client::Connection;
use crate::kafka::committer::{Committer, CommitterError, CommitterInput};
use crate::kafka::poller::{Intake, Poller, PollerCommand};
use crate::metrics::Metrics;
use crate::output_limits::{OutputLimits, TOPIC_BYTES_DEFAULT};
use crate::parse::Parser;
use crate::shutdown::Shutdown;
use crate::sources::Sources;
use crate::stages::Stages;

const WATCH_STEP: Duration = Duration::from_millis(100);
const CONDUCTOR_WAIT: Duration = Duration::from_millis(100);
/// A member without partitions is a stand-by, and ready, after this long.
const STANDBY_AFTER: Duration = Duration::from_secs(15);
/// Threads get so long to end after the drain.
const JOIN_LIMIT: Duration = Duration::from_secs(8);
/// Work without a commit for this long is told.
const NO_PROGRESS_AFTER: Duration = Duration::from_secs(30);

/// What a worker is made of.
pub struct Worker {
    pub settings: Arc<Settings>,
    pub secrets: Secrets,
    /// The broker is embedded.
    pub embedded: bool,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub exit_code: u8,
    pub cause: String,
    /// Committed outcomes, in the order of [`Outcome::ALL`].
    pub outcomes: [u64; 3],
}

impl Worker {
    /// Runs until `shutdown` asks for the end or a failure forces it. Blocks; `metrics` and `health` are shared with the
    /// HTTP server.
    pub fn run(&self, shutdown: &Shutdown, health: &Health, metrics: &Arc<Metrics>) -> Ended {
        let begun = clock::monotonic();
        self.log_start();
        let (failures, failed) = bounded(8);
        let (events_in, events_out) = unbounded();
        let shared = Shared {
            metrics: Arc::clone(metrics),
            health: health.clone(),
            shutdown: shutdown.clone(),
            lag: Arc::new(LagBook::new(Arc::clone(metrics))),
            events: events_in,
            failures,
            has_joined: Arc::new(AtomicBool::new(false)),
            stopping: Arc::new(AtomicBool::new(false)),
            claims_applied: Arc::new(AtomicI64::new(-1)),
            last_commit: Arc::new(std::sync::Mutex::new(begun)),
        };
        let result = self.start(&shared, events_out).and_then(|running| match running {
            Some(running) => running.watch(&shared, &failed, begun),
            None => Ok("stopped while starting"),
        });
        log_end(&shared, &result, begun)
    }

    fn log_start(&self) {
        let settings = &self.settings;
        events::emit(
            &events::STARTING,
            "khabar starts",
            &[
                ("version", json!(KHABAR_VERSION)),
                ("group", json!(settings.kafka.group)),
                ("bootstrap_servers", json!(settings.kafka.bootstrap_servers)),
                ("delivery", json!(settings.delivery)),
                ("raw_topics", json!(settings.kafka.raw_topics)),
                ("dedup", json!(settings.dedup.enabled)),
                ("threads", json!(threads(settings))),
            ],
        );
    }

    /// Brings everything up; `None` when told to stop meanwhile.
    fn start(&self, shared: &Shared, events_out: Receiver<Event>) -> Result<Option<Running>, Failure> {
        let settings = &self.settings;
        let parser = self.parser()?;
        let connection = Connection {
            settings: Arc::clone(settings),
            secrets: self.secrets.clone(),
            embedded: self.embedded,
        };
        let limits = Arc::new(OutputLimits::new(TOPIC_BYTES_DEFAULT));
        let admin = Admin::new(&connection)?;
        let is_stopping = || shared.shutdown.is_requested();
        let Some(ground) = preflight::prepare(&admin, settings, &limits, &is_stopping)? else {
            return Ok(None);
        };
        drop(admin);

        let mut running = Running::new(settings);
        shared.metrics.budget_records.set(gauge(settings.budget.records_max));
        shared.metrics.budget_bytes.set(gauge(settings.budget.bytes_max));
        let appender = self.follow_claims(shared, &connection, &ground.cluster, &mut running)?;
        if shared.shutdown.is_requested() {
            return Ok(None);
        }

        let scope = settings.dedup.enabled.then(|| claim::scope(&ground.cluster, &settings.kafka.group));
        let stages = Arc::new(Stages::new(settings, parser, scope, Arc::clone(&limits)));
        let stack_bytes = settings.workers.stack_kib * 1024;
        let handle = pool::start(
            threads(settings),
            stack_bytes,
            &stages,
            &shared.metrics,
            &shared.events,
            &shared.died(),
        )
        .map_err(|error| thread_failure("stages", &error))?;
        let has_joined =
            self.join_group(shared, &connection, limits, &mut running, (handle, appender, events_out))?;
        Ok(has_joined.then_some(running))
    }

    fn parser(&self) -> Result<Parser, Failure> {
        let refused =
            |message: String| Failure::new(&events::CONFIG_REFUSED, message, Vec::new(), EXIT_CONFIGURATION);
        let sources = Sources::load(&self.settings.sources).map_err(|error| refused(error.to_string()))?;
        Parser::new(&self.settings.parse, &self.settings.lexicon, sources)
            .map_err(|error| refused(error.to_string()))
    }

    /// Reads the claims log and leaves a thread that follows it.
    fn follow_claims(
        &self,
        shared: &Shared,
        connection: &Connection,
        cluster: &str,
        running: &mut Running,
    ) -> Result<Option<Arc<ClaimsAppender>>, Failure> {
        if !self.settings.dedup.enabled {
            return Ok(None);
        }
        shared.health.set_state(State::CatchingUp);
        events::emit(&events::CATCHING_UP, "reading the claims log", &[]);
        let appender = Arc::new(ClaimsAppender::new(connection)?);
        let reader = ClaimsReader::new(connection)?;
        let mut follower =
            Follower::new(Arc::clone(&self.settings), reader, shared.follower_links(), cluster);
        let (caught_up, ready) = bounded(1);
        let for_thread = Arc::clone(&appender);
        let watched = shared.clone();
        let thread = shared.spawn("follower", move || {
            let result = follower.catch_up(&for_thread);
            let is_ready = result.is_ok();
            // The starter may have given up.
            let _ = caught_up.send(result);
            let outcome = if is_ready { follower.follow(&for_thread) } else { Ok(()) };
            if matches!(outcome, Err(StartProblem::Stopped)) || watched.is_stopping() {
                Ok(())
            } else {
                outcome
            }
        });
        running.follower = Some(thread.map_err(|error| thread_failure("follower", &error))?);
        loop {
            match ready.recv_timeout(WATCH_STEP) {
                Ok(Ok(())) => return Ok(Some(appender)),
                Ok(Err(StartProblem::Stopped)) => return Ok(None),
                Ok(Err(problem)) => return Err(problem.into()),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::thread_died("follower", "it ended while reading the claims log"));
                }
                Err(RecvTimeoutError::Timeout) if shared.shutdown.is_requested() => {
                    shared.stopping.store(true, Ordering::Release);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Connects the producer, then joins the group: the order keeps a worker that can't commit out of it. False when told
    /// to stop meanwhile.
    fn join_group(
        &self,
        shared: &Shared,
        connection: &Connection,
        limits: Arc<OutputLimits>,
        running: &mut Running,
        (pool, appender, events_out): (PoolHandle, Option<Arc<ClaimsAppender>>, Receiver<Event>),
    ) -> Result<bool, Failure> {
        let settings = &self.settings;
        shared.health.set_state(State::Joining);
        events::emit(
            &events::JOINING,
            "joining the group",
            &[
                ("group", json!(settings.kafka.group)),
                ("raw_topics", json!(settings.kafka.raw_topics)),
                ("instance_id", json!(settings.kafka.instance_id)),
            ],
        );
        let epochs = Epochs::default();
        let (committer_in, committer_out) = unbounded();
        let (poller_in, poller_out) = unbounded();
        let links = shared.poller_links(committer_in.clone(), poller_out);
        let mut poller = Poller::new(connection, links, running.budget.clone(), epochs.clone())?;
        let mut committer = Committer::new(
            connection.clone(),
            poller.consumer(),
            shared.committer_links(committer_out, poller_in.clone()),
            epochs,
            limits,
            transactional_id(settings)?,
        );
        match committer.connect(&|| shared.shutdown.is_requested()) {
            Err(CommitterError::Abandoned) => {
                committer.close();
                poller.leave();
                return Ok(false);
            }
            connected => connected?,
        }

        let orders = WorkerOrders { pool, appender, committer: committer_in.clone(), shared: shared.clone() };
        let conductor = Conductor::new(orders, Verdicts::default());
        let drain = Drains {
            revoke: Duration::from_secs(settings.shutdown.revoke_drain_seconds),
            stop: Duration::from_secs(settings.shutdown.drain_seconds),
        };
        let beat = shared.clone();
        running.conductor = Some(
            shared
                .spawn("conductor", move || {
                    conduct(conductor, &events_out, &drain, &beat);
                    Ok::<(), Failure>(())
                })
                .map_err(|error| thread_failure("conductor", &error))?,
        );
        running.committer = Some(
            shared
                .spawn("committer", move || committer.run())
                .map_err(|error| thread_failure("committer", &error))?,
        );
        let report = shared.clone();
        running.poller = Some(
            shared
                .spawn("poller", move || {
                    if let Err(error) = poller.run() {
                        report.fail(error.into());
                        poller.wait_for_close();
                    }
                    poller.leave();
                    Ok::<(), Failure>(())
                })
                .map_err(|error| thread_failure("poller", &error))?,
        );
        running.committer_in = Some(committer_in);
        running.poller_in = Some(poller_in);
        Ok(true)
    }
}

/// The final event, always the last line of a worker's log.
fn log_end(shared: &Shared, result: &Result<&'static str, Failure>, begun: Instant) -> Ended {
    shared.stopping.store(true, Ordering::Release);
    let (exit_code, cause) = match result {
        Ok(cause) => (0, (*cause).to_owned()),
        Err(failure) => {
            failure.log();
            (failure.exit_code, failure.kind.name.to_owned())
        }
    };
    let outcomes = Outcome::ALL.map(|outcome| shared.metrics.outcome_count(outcome));
    shared.health.set_state(State::Stopped);
    events::emit(
        &events::STOPPED,
        "khabar has stopped",
        &[
            ("enriched", json!(outcomes[0])),
            ("duplicate", json!(outcomes[1])),
            ("rejected", json!(outcomes[2])),
            ("exit_code", json!(exit_code)),
            ("cause", json!(cause)),
            ("seconds", json!(clock::since(begun).as_secs())),
        ],
    );
    Ended { exit_code, cause, outcomes }
}

fn thread_failure(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(
        &events::WORKER_THREAD_DIED,
        format!("thread {name} can't start: {error}"),
        Vec::new(),
        EXIT_FAILED,
    )
}

fn threads(settings: &Settings) -> usize {
    match settings.workers.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    }
}

fn gauge(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Group and instance id where the platform gives one, else group and a random part.
fn transactional_id(settings: &Settings) -> Result<String, Failure> {
    let kafka = &settings.kafka;
    if !kafka.instance_id.is_empty() {
        return Ok(format!("{}-{}", kafka.group, kafka.instance_id));
    }
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| {
        let message = format!(
            "the system gives no random bytes for the transactional id: {error}; set kafka.instance_id"
        );
        Failure::new(&events::FATAL_KAFKA_ERROR, message, Vec::new(), EXIT_FAILED)
    })?;
    Ok(format!("{}-{:016x}", kafka.group, u64::from_le_bytes(bytes)))
}

struct Drains {
    revoke: Duration,
    stop: Duration,
}

/// The conductor's thread.
fn conduct(
    mut conductor: Conductor<WorkerOrders>,
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
            Ok(event) => dispatch(&mut conductor, event, drains, now),
            Err(RecvTimeoutError::Timeout) => {}
        }
        conductor.check_drains(now);
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
        Event::Finished { ticket, output } => conductor.finished(&ticket, output),
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

/// The threads of a worker that runs.
struct Running {
    settings: Arc<Settings>,
    budget: Budget,
    follower: Option<JoinHandle<()>>,
    conductor: Option<JoinHandle<()>>,
    committer: Option<JoinHandle<()>>,
    poller: Option<JoinHandle<()>>,
    committer_in: Option<Sender<CommitterInput>>,
    poller_in: Option<Sender<PollerCommand>>,
}

impl Running {
    fn new(settings: &Arc<Settings>) -> Self {
        Self {
            settings: Arc::clone(settings),
            budget: Budget::new(settings.budget.records_max, settings.budget.bytes_max),
            follower: None,
            conductor: None,
            committer: None,
            poller: None,
            committer_in: None,
            poller_in: None,
        }
    }

    /// Watches over the threads until the end is asked for or forced, then stops them in order.
    fn watch(
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
