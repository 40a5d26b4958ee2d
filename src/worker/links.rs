//! The wires between the threads: what each hears, and what the conductor orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_channel::{Sender, bounded};

use super::conductor::{Orders, Ticket};
use super::failure::Failure;
use super::follower::FollowerLinks;
use super::isolation::Isolated;
use super::lag::LagBook;
use super::pool::{Job, PoolHandle, Way};
use super::probe::ProbeHandle;
use super::{Event, threads};
use crate::article::Judgement;
use crate::dedup::claim::{self, Claim};
use crate::dedup::level::Engine;
use crate::flow::{Outcome, RawRecord};
use crate::health::Health;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::claims_log::ClaimsAppender;
use crate::kafka::committer::{Committed, CommitterInput, CommitterLinks, Finished, TransactionResult};
use crate::kafka::poller::{Intake, PollerCommand, PollerLinks};
use crate::metrics::{self, Metrics};
use crate::shutdown::Shutdown;
use crate::stages::{Prepared, Tagging};

/// How long the poller waits for start offsets to be committed, before it asks again.
const ANCHOR_WAIT: Duration = Duration::from_secs(30);
/// The group waits for a worker that gives partitions back, and can do without its notes.
const LEAVE_WAIT: Duration = Duration::from_secs(5);

/// What all threads share.
#[derive(Clone)]
pub struct Shared {
    pub metrics: Arc<Metrics>,
    pub health: Health,
    pub shutdown: Shutdown,
    pub lag: Arc<LagBook>,
    pub events: Sender<Event>,
    pub failures: Sender<Failure>,
    /// Partitions were assigned at least once.
    pub has_joined: Arc<AtomicBool>,
    /// Threads that follow or retry must end.
    pub stopping: Arc<AtomicBool>,
    pub claims_applied: Arc<AtomicI64>,
    /// The number of the engine that the claims log is judged by; claims are written for it.
    pub claims_engine: Arc<AtomicU32>,
    /// What is probed before it is worked on.
    pub isolated: Arc<Isolated>,
    /// Milliseconds of the monotonic clock at the last commit, for the watchdog.
    pub last_commit: Arc<std::sync::Mutex<std::time::Instant>>,
}

impl Shared {
    pub fn fail(&self, failure: Failure) {
        // The first failure counts; the channel is bounded and later ones add nothing.
        let _ = self.failures.try_send(failure);
    }

    fn engine(&self) -> Engine {
        Engine::of(self.claims_engine.load(Ordering::Acquire)).unwrap_or(Engine::CURRENT)
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn beat(&self, thread: &'static str) -> Box<dyn Fn() + Send + Sync> {
        let health = self.health.clone();
        Box::new(move || health.beat(thread))
    }

    /// For [`threads::guard`].
    pub fn died(&self) -> impl Fn(&'static str, String) + Clone + Send + use<> {
        let shared = self.clone();
        move |thread, panic| shared.fail(Failure::thread_died(thread, &panic))
    }

    /// Runs `work` on a named thread that can't die unseen; a failure it returns ends the worker.
    pub fn spawn<E: Into<Failure>>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> Result<(), E> + Send + 'static,
    ) -> std::io::Result<std::thread::JoinHandle<()>> {
        let shared = self.clone();
        std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            threads::guard(name, &shared.died(), || {
                if let Err(error) = work() {
                    shared.fail(error.into());
                }
            });
            shared.health.retire(name);
        })
    }

    pub fn poller_links(
        &self,
        committer: Sender<CommitterInput>,
        commands: crossbeam_channel::Receiver<PollerCommand>,
    ) -> PollerLinks {
        let intake = self.clone();
        let lag = Arc::clone(&self.lag);
        let leaving = committer.clone();
        let isolated = Arc::clone(&self.isolated);
        PollerLinks {
            intake: Box::new(move |message| intake.take_in(message)),
            anchor: Box::new(move |starts, ticket| {
                ask(&committer, ANCHOR_WAIT, |done| CommitterInput::Anchor { starts, ticket, done })
            }),
            leave: Box::new(move |keys, ticket| {
                ask(&leaving, LEAVE_WAIT, |done| CommitterInput::Leave { keys, ticket, done })
            }),
            isolate: Box::new(move |key, stretch| isolated.set(key, stretch)),
            ends: Box::new(move |ends| lag.ends(&ends)),
            beat: self.beat("poller").into(),
            commands,
        }
    }

    fn take_in(&self, message: Intake) {
        match &message {
            Intake::Record { raw, .. } => {
                self.metrics.records_read.inc();
                self.metrics.bytes_in.inc_by(raw.size_bytes() as u64);
            }
            Intake::Begun { key, start, .. } => {
                self.has_joined.store(true, Ordering::Release);
                self.lag.begin(key, *start);
            }
            Intake::Revoking { keys, .. } | Intake::Lost { keys } => self.lag.forget(keys),
        }
        // The conductor ends after the poller.
        let _ = self.events.send(Event::Intake(message));
    }

    pub fn committer_links(
        &self,
        inputs: crossbeam_channel::Receiver<CommitterInput>,
        poller: Sender<PollerCommand>,
    ) -> CommitterLinks {
        let committed = self.clone();
        let metrics = Arc::clone(&self.metrics);
        let applied = Arc::clone(&self.claims_applied);
        CommitterLinks {
            inputs,
            poller,
            committed: Box::new(move |report| committed.committed(report)),
            ended: Box::new(move |result| {
                metrics.count_transaction(match result {
                    TransactionResult::Committed => metrics::TransactionResult::Committed,
                    TransactionResult::Replaced => metrics::TransactionResult::Replaced,
                });
            }),
            beat: self.beat("committer"),
            claims_applied: Box::new(move || applied.load(Ordering::Acquire)),
            abandon: Arc::clone(&self.stopping),
        }
    }

    fn committed(&self, report: Committed) {
        for (outcome, records) in Outcome::ALL.into_iter().zip(report.outcomes) {
            self.metrics.count_outcomes(outcome, records);
        }
        self.metrics.bytes_out.inc_by(report.output_bytes);
        for latency in &report.latencies {
            self.metrics.observe_latency(*latency);
        }
        if let Some(took) = report.took {
            self.metrics.observe_stage(metrics::Stage::Commit, took);
        }
        self.lag.committed(&report.offsets);
        if let Ok(mut last) = self.last_commit.lock() {
            *last = crate::clock::monotonic();
        }
        let _ = self.events.send(Event::Committed(report.offsets));
    }

    pub fn follower_links(&self) -> FollowerLinks {
        let verdicts = self.events.clone();
        let committed = self.events.clone();
        let stopping = self.clone();
        FollowerLinks {
            verdicts: Box::new(move |batch| drop(verdicts.send(Event::Verdicts(batch)))),
            committed: Box::new(move |offsets| drop(committed.send(Event::Committed(offsets)))),
            beat: self.beat("follower"),
            is_stopping: Box::new(move || stopping.is_stopping() || stopping.shutdown.is_immediate()),
            applied: Arc::clone(&self.claims_applied),
            engine: Arc::clone(&self.claims_engine),
            metrics: Arc::clone(&self.metrics),
        }
    }
}

fn ask(
    committer: &Sender<CommitterInput>,
    wait: Duration,
    input: impl FnOnce(Sender<Result<(), String>>) -> CommitterInput,
) -> Result<(), String> {
    let (done, answer) = bounded(1);
    committer.send(input(done)).map_err(|_| "the committer has ended".to_owned())?;
    answer.recv_timeout(wait).unwrap_or_else(|_| Err("the committer did not answer in time".to_owned()))
}

/// The conductor's orders, carried to the threads that do them.
pub struct WorkerOrders {
    pub pool: PoolHandle,
    pub probe: ProbeHandle,
    /// `None` without dedup.
    pub appender: Option<Arc<ClaimsAppender>>,
    pub committer: Sender<CommitterInput>,
    pub shared: Shared,
}

impl WorkerOrders {
    fn tell(&self, input: CommitterInput) {
        // The committer ends only after the conductor, or with a failure that ends the worker.
        let _ = self.committer.send(input);
    }
}

impl Orders for WorkerOrders {
    fn prepare(&mut self, ticket: Ticket, raw: RawRecord) {
        if self.shared.isolated.holds(&ticket.key, ticket.offset) {
            self.probe.submit(ticket, raw);
        } else {
            self.pool.submit(Job::Prepare { ticket, raw, way: Way::Parsed(Tagging::Whole) });
        }
    }

    fn finish(&mut self, ticket: Ticket, prepared: Box<Prepared>, judgement: Option<Judgement>) {
        self.pool.submit(Job::Finish { ticket, prepared, judgement });
    }

    fn append(&mut self, claim: &Claim) {
        if let Some(appender) = &self.appender
            && let Err(failure) = appender.append(&claim::encode_claim_at(claim, self.shared.engine()))
        {
            self.shared.fail(failure.into());
        }
    }

    fn judged(&mut self, waited: Duration) {
        self.shared.metrics.observe_stage(metrics::Stage::Dedup, waited);
    }

    fn commit(&mut self, finished: Finished) {
        self.tell(CommitterInput::Outcome(Box::new(finished)));
    }

    fn cut(&mut self, done: Sender<()>) {
        self.tell(CommitterInput::Cut { done: Some(done) });
    }

    fn lost(&mut self, keys: Vec<PartitionKey>) {
        self.tell(CommitterInput::Lost { keys });
    }
}
