//! The numbers of one `stats` event.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use prometheus_client::metrics::counter::Counter;
use serde_json::{Map, Value, json};

use super::{Metrics, Stage, TransactionResult, locked};
use crate::flow::Outcome;
use crate::health::State;
use crate::rejection::Code;

/// A stats line names at most this many partitions, those with the largest lag; `lag_total` has them all.
const LAG_PARTITIONS_MAX: usize = 200;

/// What the last snapshot saw.
#[derive(Debug)]
pub(super) struct Previous {
    at: Instant,
    records_read: u64,
    outcomes: u64,
    bytes_in: u64,
    bytes_out: u64,
}

impl Previous {
    pub(super) fn new(at: Instant) -> Self {
        Self { at, records_read: 0, outcomes: 0, bytes_in: 0, bytes_out: 0 }
    }
}

/// One look at the numbers. Counts are since the start; rates and latencies since the last look.
#[derive(Debug, Clone, PartialEq)]
pub struct StatsFields {
    /// Since the last look.
    pub seconds: f64,
    pub state: &'static str,
    pub records_read: u64,
    pub records_per_second: f64,
    /// Enriched, duplicate, rejected.
    pub outcomes: [u64; 3],
    pub outcomes_per_second: f64,
    pub bytes_in_per_second: f64,
    pub bytes_out_per_second: f64,
    /// Median and 99th percentile; absent where nothing was committed.
    pub latency_ms: Option<[f64; 2]>,
    /// By stage: how many, and their mean in milliseconds.
    pub stages: Vec<(&'static str, u64, f64)>,
    /// By code, those that occurred.
    pub rejections: Vec<(&'static str, u64)>,
    pub verdicts: Vec<(&'static str, u64)>,
    /// By `topic/partition`, the largest first where not all are told.
    pub lag: Vec<(String, i64)>,
    pub lag_total: i64,
    pub in_flight_records: i64,
    pub in_flight_bytes: i64,
    /// How full the budget is in records or bytes, whichever is fuller (0 to 1000).
    pub budget_permille: i64,
    pub paused: bool,
    pub partitions: i64,
    /// Committed, aborted, replaced.
    pub transactions: [u64; 3],
    pub window_claims: i64,
    pub claims_applied: u64,
    pub claims_foreign: u64,
    pub claims_damaged: u64,
    pub claims_log_lag: i64,
    pub resident_memory_bytes: Option<u64>,
}

impl Metrics {
    /// Takes the numbers for one `stats` event.
    pub fn snapshot(&self) -> StatsFields {
        self.snapshot_at(crate::clock::monotonic())
    }

    pub(super) fn snapshot_at(&self, now: Instant) -> StatsFields {
        let outcomes = Outcome::ALL.map(|outcome| self.outcome_count(outcome));
        let current = Previous {
            at: now,
            records_read: self.records_read.get(),
            outcomes: outcomes.iter().sum(),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out.get(),
        };
        let mut previous = locked(&self.previous);
        let elapsed = now.saturating_duration_since(previous.at);
        let rate = |current: u64, previous: u64| per_second(current.saturating_sub(previous), elapsed);
        let (lag, lag_total) = self.lag_by_partition();
        let fields = StatsFields {
            seconds: rounded(elapsed.as_secs_f64()),
            state: self.state_name(),
            records_read: current.records_read,
            records_per_second: rate(current.records_read, previous.records_read),
            outcomes,
            outcomes_per_second: rate(current.outcomes, previous.outcomes),
            bytes_in_per_second: rate(current.bytes_in, previous.bytes_in),
            bytes_out_per_second: rate(current.bytes_out, previous.bytes_out),
            latency_ms: self.latency_quantiles.take_ms([0.5, 0.99]).map(|values| values.map(rounded)),
            stages: self.stage_means(),
            rejections: self.rejection_counts(),
            verdicts: locked(&self.verdicts).iter().map(|(name, counter)| (*name, counter.get())).collect(),
            lag,
            lag_total,
            in_flight_records: self.in_flight_records.get(),
            in_flight_bytes: self.in_flight_bytes.get(),
            budget_permille: permille(self.in_flight_records.get(), self.budget_records.get())
                .max(permille(self.in_flight_bytes.get(), self.budget_bytes.get())),
            paused: self.paused.get() != 0,
            partitions: self.partitions.get(),
            transactions: TransactionResult::ALL
                .map(|result| self.transactions.get(result as usize).map_or(0, Counter::get)),
            window_claims: self.window_claims.get(),
            claims_applied: self.claims_applied.get(),
            claims_foreign: self.claims_foreign.get(),
            claims_damaged: self.claims_damaged.get(),
            claims_log_lag: self.claims_log_lag.get(),
            resident_memory_bytes: self.measure_memory(),
        };
        *previous = current;
        fields
    }

    /// Committed outcomes of one kind since the start: the counts of the `stopped` event.
    #[must_use]
    pub fn outcome_count(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(outcome as usize).map_or(0, Counter::get)
    }

    fn state_name(&self) -> &'static str {
        let set = self.states.iter().position(|gauge| gauge.get() == 1);
        set.and_then(|position| State::ALL.get(position)).unwrap_or(&State::Starting).name()
    }

    fn stage_means(&self) -> Vec<(&'static str, u64, f64)> {
        let stages = Stage::ALL.iter().zip(&self.stages);
        stages
            .map(|(stage, time)| {
                let count = time.count.load(Ordering::Relaxed);
                let nanoseconds = time.nanoseconds.load(Ordering::Relaxed);
                #[allow(clippy::cast_precision_loss)]
                let mean_ms = if count == 0 { 0.0 } else { nanoseconds as f64 / 1e6 / count as f64 };
                (stage.name(), count, rounded(mean_ms))
            })
            .collect()
    }

    fn rejection_counts(&self) -> Vec<(&'static str, u64)> {
        let codes = Code::ALL.iter().zip(&self.rejections);
        codes.map(|(code, counter)| (code.name(), counter.get())).filter(|(_, count)| *count > 0).collect()
    }

    fn lag_by_partition(&self) -> (Vec<(String, i64)>, i64) {
        let lag = locked(&self.lag);
        let total = lag.values().fold(0_i64, |total, records| total.saturating_add(*records));
        let mut rows: Vec<(String, i64)> = lag
            .iter()
            .map(|((topic, partition), records)| (format!("{topic}/{partition}"), *records))
            .collect();
        if rows.len() > LAG_PARTITIONS_MAX {
            rows.sort_by_key(|(_, records)| std::cmp::Reverse(*records));
            rows.truncate(LAG_PARTITIONS_MAX);
        }
        (rows, total)
    }
}

impl StatsFields {
    /// The fields of the `stats` event; absent numbers are left out.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, Value)> {
        let [enriched, duplicate, rejected] = self.outcomes;
        let [committed, aborted, replaced] = self.transactions;
        let stages: Map<String, Value> = self
            .stages
            .iter()
            .map(|(name, count, mean_ms)| ((*name).to_owned(), json!({"count": count, "mean_ms": mean_ms})))
            .collect();
        let lag: Map<String, Value> =
            self.lag.iter().map(|(name, records)| (name.clone(), Value::from(*records))).collect();
        let mut fields = vec![
            ("seconds", json!(self.seconds)),
            ("state", json!(self.state)),
            ("records_read", json!(self.records_read)),
            ("records_per_second", json!(self.records_per_second)),
            ("enriched", json!(enriched)),
            ("duplicate", json!(duplicate)),
            ("rejected", json!(rejected)),
            ("outcomes_per_second", json!(self.outcomes_per_second)),
            ("bytes_in_per_second", json!(self.bytes_in_per_second)),
            ("bytes_out_per_second", json!(self.bytes_out_per_second)),
            ("stages", Value::Object(stages)),
            ("rejections", counts(&self.rejections)),
            ("verdicts", counts(&self.verdicts)),
            ("lag", Value::Object(lag)),
            ("lag_total", json!(self.lag_total)),
            ("in_flight_records", json!(self.in_flight_records)),
            ("in_flight_bytes", json!(self.in_flight_bytes)),
            ("budget_permille", json!(self.budget_permille)),
            ("paused", json!(self.paused)),
            ("partitions", json!(self.partitions)),
            ("transactions_committed", json!(committed)),
            ("transactions_aborted", json!(aborted)),
            ("transactions_replaced", json!(replaced)),
            ("window_claims", json!(self.window_claims)),
            ("claims_applied", json!(self.claims_applied)),
            ("claims_foreign", json!(self.claims_foreign)),
            ("claims_damaged", json!(self.claims_damaged)),
            ("claims_log_lag", json!(self.claims_log_lag)),
        ];
        if let Some([median, p99]) = self.latency_ms {
            fields.push(("latency_ms_p50", json!(median)));
            fields.push(("latency_ms_p99", json!(p99)));
        }
        fields.extend(self.resident_memory_bytes.map(|bytes| ("resident_memory_bytes", json!(bytes))));
        fields
    }
}

fn counts(rows: &[(&'static str, u64)]) -> Value {
    Value::Object(rows.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))).collect())
}

/// Three decimals are enough for a person and for a dashboard.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[allow(clippy::cast_precision_loss)]
fn per_second(count: u64, elapsed: Duration) -> f64 {
    if elapsed.is_zero() { 0.0 } else { rounded(count as f64 / elapsed.as_secs_f64()) }
}

fn permille(part: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { part.saturating_mul(1000) / whole }
}

/// Of this process, as Linux tells it; `None` elsewhere.
pub(super) fn resident_memory_bytes() -> Option<u64> {
    // status tells kibibytes; statm would tell pages, whose size only libc knows.
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}
