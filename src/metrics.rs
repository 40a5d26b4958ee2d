//! The worker's numbers: counters, gauges and histograms for `/metrics`, and the fields of the `stats` event.
//!
//! Owns what is counted and how it is named. Counting is cheap (atomics, or a short lock where labels are open) and
//! never fails. What each metric means stands in `docs/METRICS.md`.

mod inventory;
mod quantiles;
mod stats;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::flow::Outcome;
use crate::health::State;
use crate::rejection::Code;

pub use inventory::{INVENTORY, MetricKind, PREFIX, markdown};
pub use stats::StatsFields;

use quantiles::Quantiles;
use stats::Previous;

/// From 5 ms, which a commit takes at best, to a minute.
const LATENCY_BUCKETS_SECONDS: [f64; 13] =
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// From 10 µs, a small dump, to ten seconds, a stage that is stuck.
const STAGE_BUCKETS_SECONDS: [f64; 11] =
    [0.000_01, 0.000_05, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.25, 1.0, 10.0];

/// The stages whose time is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Decode,
    Parse,
    /// The article's language and the claim that carries it.
    Claim,
    /// From the claim's making to its verdict, waiting for the log included.
    Dedup,
    /// Of records that leave enriched.
    Tag,
    Emit,
    /// One transaction, from its first output to the end of its commit.
    Commit,
}

impl Stage {
    pub const ALL: [Self; 7] =
        [Self::Decode, Self::Parse, Self::Claim, Self::Dedup, Self::Tag, Self::Emit, Self::Commit];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Parse => "parse",
            Self::Claim => "claim",
            Self::Dedup => "dedup",
            Self::Tag => "tag",
            Self::Emit => "emit",
            Self::Commit => "commit",
        }
    }
}

/// The ends of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionResult {
    Committed,
    Aborted,
    /// The producer was replaced, which aborts the transaction.
    Replaced,
}

impl TransactionResult {
    pub const ALL: [Self; 3] = [Self::Committed, Self::Aborted, Self::Replaced];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Committed => "committed",
            Self::Aborted => "aborted",
            Self::Replaced => "replaced",
        }
    }
}

/// One stage's times. The histogram does not tell its count and sum, which `stats` needs.
#[derive(Debug)]
struct StageTime {
    histogram: Histogram,
    count: AtomicU64,
    nanoseconds: AtomicU64,
}

impl StageTime {
    fn observe(&self, took: Duration) {
        self.histogram.observe(took.as_secs_f64());
        self.count.fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

type Labels = Vec<(&'static str, String)>;

/// All numbers of one process; shared as `Arc<Metrics>`.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    pub records_read: Counter,
    pub bytes_in: Counter,
    pub bytes_out: Counter,
    pub in_flight_records: Gauge,
    pub in_flight_bytes: Gauge,
    /// The budget; with the two above it gives the fill.
    pub budget_records: Gauge,
    pub budget_bytes: Gauge,
    /// 1 while reading is paused because the budget is spent.
    pub paused: Gauge,
    pub partitions: Gauge,
    /// Articles that a new one is compared with.
    pub window_claims: Gauge,
    pub window_bytes: Gauge,
    pub claims_applied: Counter,
    /// Another group's or cluster's.
    pub claims_foreign: Counter,
    pub claims_damaged: Counter,
    /// Claims between this worker and the end of the log.
    pub claims_log_lag: Gauge,
    resident_memory_bytes: Gauge,
    // In the order of Outcome::ALL, Code::ALL and so on: no lock and no label on a record's way.
    outcomes: Vec<Counter>,
    rejections: Vec<Counter>,
    transactions: Vec<Counter>,
    stages: Vec<StageTime>,
    states: Vec<Gauge>,
    latency: Histogram,
    latency_quantiles: Quantiles,
    verdicts_family: Family<Labels, Counter>,
    verdicts: Mutex<BTreeMap<&'static str, Counter>>,
    lag_family: Family<Labels, Gauge<i64, AtomicI64>>,
    lag: Mutex<BTreeMap<(String, i32), i64>>,
    previous: Mutex<Previous>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let build_labels = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
        let builds = registered(&mut registry, "build_info", Family::<Labels, Gauge>::default());
        builds.get_or_create(&build_labels).set(1);
        let metrics = Self {
            records_read: registered(&mut registry, "records_read", Counter::default()),
            bytes_in: registered(&mut registry, "bytes_in", Counter::default()),
            bytes_out: registered(&mut registry, "bytes_out", Counter::default()),
            in_flight_records: registered(&mut registry, "in_flight_records", Gauge::default()),
            in_flight_bytes: registered(&mut registry, "in_flight_bytes", Gauge::default()),
            budget_records: registered(&mut registry, "budget_records", Gauge::default()),
            budget_bytes: registered(&mut registry, "budget_bytes", Gauge::default()),
            paused: registered(&mut registry, "paused", Gauge::default()),
            partitions: registered(&mut registry, "partitions", Gauge::default()),
            window_claims: registered(&mut registry, "window_claims", Gauge::default()),
            window_bytes: registered(&mut registry, "window_bytes", Gauge::default()),
            claims_applied: registered(&mut registry, "claims_applied", Counter::default()),
            claims_foreign: registered(&mut registry, "claims_foreign", Counter::default()),
            claims_damaged: registered(&mut registry, "claims_damaged", Counter::default()),
            claims_log_lag: registered(&mut registry, "claims_log_lag", Gauge::default()),
            resident_memory_bytes: registered(&mut registry, "resident_memory_bytes", Gauge::default()),
            outcomes: counters(&mut registry, "outcomes", "outcome", Outcome::ALL.map(Outcome::name)),
            rejections: counters(
                &mut registry,
                "rejections",
                "code",
                Code::ALL.iter().map(|code| code.name()),
            ),
            transactions: counters(
                &mut registry,
                "transactions",
                "result",
                TransactionResult::ALL.map(TransactionResult::name),
            ),
            stages: stage_times(&mut registry),
            states: state_gauges(&mut registry),
            latency: registered(&mut registry, "latency_seconds", Histogram::new(LATENCY_BUCKETS_SECONDS)),
            latency_quantiles: Quantiles::new(),
            verdicts_family: registered(&mut registry, "verdicts", Family::default()),
            verdicts: Mutex::default(),
            lag_family: registered(&mut registry, "lag", Family::default()),
            lag: Mutex::default(),
            previous: Mutex::new(Previous::new(crate::clock::monotonic())),
            registry,
        };
        metrics.set_state(State::Starting);
        metrics
    }

    /// Counts a committed outcome.
    pub fn count_outcome(&self, outcome: Outcome) {
        count(&self.outcomes, Outcome::ALL.iter().position(|other| *other == outcome), 1);
    }

    /// Counts `records` committed outcomes of one kind.
    pub fn count_outcomes(&self, outcome: Outcome, records: u64) {
        count(&self.outcomes, Outcome::ALL.iter().position(|other| *other == outcome), records);
    }

    pub fn count_rejection(&self, code: Code) {
        count(&self.rejections, Code::ALL.iter().position(|other| *other == code), 1);
    }

    pub fn count_transaction(&self, result: TransactionResult) {
        count(&self.transactions, TransactionResult::ALL.iter().position(|other| *other == result), 1);
    }

    /// Counts a verdict by its published name; verdicts are a closed list, so the map is bounded.
    pub fn count_verdict(&self, verdict: &'static str) {
        let mut verdicts = locked(&self.verdicts);
        let counter = verdicts.entry(verdict).or_insert_with(|| {
            self.verdicts_family.get_or_create_owned(&vec![("verdict", verdict.to_owned())])
        });
        counter.inc();
    }

    pub fn observe_stage(&self, stage: Stage, took: Duration) {
        let position = Stage::ALL.iter().position(|other| *other == stage);
        if let Some(stage) = position.and_then(|position| self.stages.get(position)) {
            stage.observe(took);
        }
    }

    /// One record's time from intake to the end of its commit.
    pub fn observe_latency(&self, took: Duration) {
        self.latency.observe(took.as_secs_f64());
        self.latency_quantiles.observe(took);
    }

    /// Records between the committed offset and the end of a partition that this worker owns.
    pub fn set_lag(&self, topic: &str, partition: i32, records: i64) {
        locked(&self.lag).insert((topic.to_owned(), partition), records);
        self.lag_family.get_or_create(&lag_labels(topic, partition)).set(records);
    }

    /// For a partition that this worker no longer owns: two workers must not report one partition.
    pub fn forget_lag(&self, topic: &str, partition: i32) {
        locked(&self.lag).remove(&(topic.to_owned(), partition));
        self.lag_family.remove(&lag_labels(topic, partition));
    }

    pub fn set_state(&self, state: State) {
        for (gauge, other) in self.states.iter().zip(State::ALL) {
            gauge.set(i64::from(other == state));
        }
    }

    /// All metrics as OpenMetrics text.
    #[must_use]
    pub fn encode(&self) -> String {
        self.measure_memory();
        let mut text = String::new();
        // Writing to a String never fails.
        let _ = text::encode(&mut text, &self.registry);
        text
    }

    /// Where the platform does not tell the memory, it stays 0 here and absent in `stats`.
    fn measure_memory(&self) -> Option<u64> {
        let bytes = stats::resident_memory_bytes()?;
        self.resident_memory_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        Some(bytes)
    }
}

fn count(counters: &[Counter], position: Option<usize>, by: u64) {
    if let Some(counter) = position.and_then(|position| counters.get(position)) {
        counter.inc_by(by);
    }
}

/// Numbers stay usable after a panic elsewhere.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lag_labels(topic: &str, partition: i32) -> Labels {
    vec![("topic", topic.to_owned()), ("partition", partition.to_string())]
}

fn registered<M: Metric + Clone>(registry: &mut Registry, name: &'static str, metric: M) -> M {
    registry.register(name, inventory::help(name), metric.clone());
    metric
}

fn counters(
    registry: &mut Registry,
    name: &'static str,
    label: &'static str,
    values: impl IntoIterator<Item = &'static str>,
) -> Vec<Counter> {
    let family = registered(registry, name, Family::<Labels, Counter>::default());
    values.into_iter().map(|value| family.get_or_create_owned(&vec![(label, value.to_owned())])).collect()
}

fn stage_times(registry: &mut Registry) -> Vec<StageTime> {
    let new: fn() -> Histogram = || Histogram::new(STAGE_BUCKETS_SECONDS);
    let family =
        registered(registry, "stage_seconds", Family::<Labels, Histogram, _>::new_with_constructor(new));
    Stage::ALL
        .iter()
        .map(|stage| StageTime {
            histogram: family.get_or_create_owned(&vec![("stage", stage.name().to_owned())]),
            count: AtomicU64::new(0),
            nanoseconds: AtomicU64::new(0),
        })
        .collect()
}

fn state_gauges(registry: &mut Registry) -> Vec<Gauge> {
    let family = registered(registry, "state", Family::<Labels, Gauge>::default());
    State::ALL
        .iter()
        .map(|state| family.get_or_create_owned(&vec![("state", state.name().to_owned())]))
        .collect()
}
