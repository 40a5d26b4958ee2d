//! One worker's start: configuration, broker, claims log, threads, group, in this order; and its final event.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use serde_json::json;

use super::breaker::Breaker;
use super::conduct::{Drains, conduct};
use super::conductor::Conductor;
use super::desk::DeskWatch;
use super::failure::{EXIT_CONFIGURATION, EXIT_FAILED, Failure};
use super::follower::{Follower, StartProblem};
use super::isolation::Isolated;
use super::lag::LagBook;
use super::links::{Shared, WorkerOrders};
use super::pool::{self, PoolHandle};
use super::probe::ProbeHandle;
use super::running::{Running, WATCH_STEP, gauge};
use super::start_rule::PartitionFacts;
use super::verdicts::Verdicts;
use super::{Event, preflight, probe, start_rule};
use crate::clock;
use crate::config::secrets::Secrets;
use crate::config::settings::{Settings, StartFrom};
use crate::dedup::claim;
use crate::dedup::level::{Engine, Level};
use crate::emit::KHABAR_VERSION;
use crate::events;
use crate::flow::Outcome;
use crate::health::{Health, State};
use crate::kafka::admin::Admin;
use crate::kafka::asker::Asker;
use crate::kafka::assignment::{Epochs, PartitionKey};
use crate::kafka::claims_log::{ClaimsAppender, ClaimsReader};
use crate::kafka::client::Connection;
use crate::kafka::committer::{Committer, CommitterError, CommitterInput};
use crate::kafka::poller::Poller;
use crate::metrics::Metrics;
use crate::output_limits::{OutputLimits, TOPIC_BYTES_DEFAULT};
use crate::parse::Parser;
use crate::shutdown::Shutdown;
use crate::sources::Sources;
use crate::stages::Stages;
use crate::tag::Tagger;

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
            claims_engine: Arc::new(AtomicU32::new(Engine::CURRENT.number())),
            isolated: Arc::new(Isolated::default()),
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
        let (parser, tagger) = self.lexicons()?;
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
        let claims = if settings.dedup.enabled {
            let level = Level::of_worker(&settings.dedup, parser.sources());
            self.follow_claims(shared, &connection, &ground.cluster, level, &mut running)?
        } else {
            Some(Claims { appender: None, at_end: at_end_without_claims(&connection)? })
        };
        let Some(claims) = claims.filter(|_| !shared.shutdown.is_requested()) else { return Ok(None) };

        let scope = settings.dedup.enabled.then(|| claim::scope(&ground.cluster, &settings.kafka.group));
        let stages = Arc::new(Stages::new(settings, parser, tagger, scope, Arc::clone(&limits)));
        let stack_bytes = settings.workers.stack_kib * 1024;
        let (handle, desks) = pool::start(
            threads(settings),
            stack_bytes,
            &stages,
            &shared.metrics,
            &shared.events,
            &shared.died(),
        )
        .map_err(|error| thread_failure("stages", &error))?;
        let limit = Duration::from_secs(settings.workers.stage_seconds_max);
        running.desks = Some(DeskWatch::new(desks, limit));
        let program = probe::Program::own(settings, scope);
        let probe = probe::start(program, handle.clone(), &shared.died())
            .map_err(|error| thread_failure("probe", &error))?;
        let way = Inwards { pool: handle, probe, claims, events_out };
        let has_joined = self.join_group(shared, &connection, limits, &mut running, way)?;
        Ok(has_joined.then_some(running))
    }

    fn lexicons(&self) -> Result<(Parser, Tagger), Failure> {
        let refused =
            |message: String| Failure::new(&events::CONFIG_REFUSED, message, Vec::new(), EXIT_CONFIGURATION);
        let sources = Sources::load(&self.settings.sources).map_err(|error| refused(error.to_string()))?;
        let parser = Parser::new(&self.settings.parse, &self.settings.lexicon, sources)
            .map_err(|error| refused(error.to_string()))?;
        let tagger = Tagger::load(&self.settings.lexicon, parser.sources())
            .map_err(|error| refused(error.to_string()))?;
        Ok((parser, tagger))
    }

    /// Reads the claims log and leaves a thread that follows it. `None` when told to stop meanwhile.
    fn follow_claims(
        &self,
        shared: &Shared,
        connection: &Connection,
        cluster: &str,
        level: Level,
        running: &mut Running,
    ) -> Result<Option<Claims>, Failure> {
        shared.health.set_state(State::CatchingUp);
        events::emit(&events::CATCHING_UP, "reading the claims log", &[]);
        let appender = Arc::new(ClaimsAppender::new(connection)?);
        let reader = ClaimsReader::new(connection)?;
        let mut follower =
            Follower::new(Arc::clone(&self.settings), level, reader, shared.follower_links(), cluster);
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
                Ok(Ok(at_end)) => return Ok(Some(Claims { appender: Some(appender), at_end })),
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
        way: Inwards,
    ) -> Result<bool, Failure> {
        let settings = &self.settings;
        let transactional_id = transactional_id(settings)?;
        shared.health.set_state(State::Joining);
        tell_joining(settings, &transactional_id);
        let epochs = Epochs::default();
        let (committer_in, committer_out) = unbounded();
        let (poller_in, poller_out) = unbounded();
        let links = shared.poller_links(committer_in.clone(), poller_out);
        let at_end = way.claims.at_end.clone();
        let mut poller = Poller::new(connection, links, running.budget.clone(), epochs.clone(), at_end)?;
        let mut committer = Committer::new(
            connection.clone(),
            poller.consumer(),
            shared.committer_links(committer_out, poller_in.clone()),
            epochs,
            limits,
            transactional_id,
        );
        match committer.connect(&|| shared.shutdown.is_requested()) {
            Err(CommitterError::Abandoned) => {
                committer.close();
                poller.leave();
                return Ok(false);
            }
            connected => connected?,
        }

        let (orders, events_out) = way.part(committer_in.clone(), shared.clone());
        let conductor = Conductor::new(orders, Verdicts::default());
        let breaker = Breaker::new(settings.breaker.clone());
        let drain = Drains {
            revoke: Duration::from_secs(settings.shutdown.revoke_drain_seconds),
            stop: Duration::from_secs(settings.shutdown.drain_seconds),
        };
        let beat = shared.clone();
        running.conductor = Some(
            shared
                .spawn("conductor", move || {
                    conduct(conductor, breaker, &events_out, &drain, &beat);
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

/// What the conductor hears and gives work to.
struct Inwards {
    pool: PoolHandle,
    probe: ProbeHandle,
    claims: Claims,
    events_out: Receiver<Event>,
}

impl Inwards {
    fn part(self, committer: Sender<CommitterInput>, shared: Shared) -> (WorkerOrders, Receiver<Event>) {
        let Self { pool, probe, claims, events_out } = self;
        (WorkerOrders { pool, probe, appender: claims.appender, committer, shared }, events_out)
    }
}

/// What the start needs of the claims log.
struct Claims {
    /// `None` without dedup.
    appender: Option<Arc<ClaimsAppender>>,
    /// Partitions that begin at their end where nothing is committed.
    at_end: BTreeSet<PartitionKey>,
}

fn at_end_without_claims(connection: &Connection) -> Result<BTreeSet<PartitionKey>, Failure> {
    let settings = &connection.settings;
    if settings.start.from != StartFrom::Latest {
        return Ok(BTreeSet::new());
    }
    let asker = Asker::new(connection)?;
    let keys = asker.partitions(&settings.kafka.raw_topics)?;
    let committed = asker.committed(&keys)?;
    let facts = |key: &PartitionKey| PartitionFacts {
        committed: committed.get(key).copied(),
        ..PartitionFacts::default()
    };
    Ok(start_rule::at_end(settings.start.from, &keys.iter().map(|key| (key.clone(), facts(key))).collect()))
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

fn tell_joining(settings: &Settings, transactional_id: &str) {
    events::emit(
        &events::JOINING,
        "joining the group",
        &[
            ("group", json!(settings.kafka.group)),
            ("raw_topics", json!(settings.kafka.raw_topics)),
            ("instance_id", json!(settings.kafka.instance_id)),
            ("transactional_id", json!(transactional_id)),
        ],
    );
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
