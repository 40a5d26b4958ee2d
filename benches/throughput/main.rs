//! How fast khabar is beside a bare consume-produce loop, and how long an article takes to become visible.
//!
//! `make bench` runs it. It reports and asserts nothing: what is fast enough depends on the machine, the ratio hardly.
//! Both contenders are processes of their own on the same genuine broker, take turns, and are measured from outside by
//! the offsets that they commit.
//!
//! Environment: KHABAR_BENCH_RECORDS (300000), KHABAR_BENCH_ROUNDS (3), KHABAR_BENCH_SECONDS (60) and
//! KHABAR_BENCH_PER_SECOND (500) of the latency part, KHABAR_BENCH_PARTITIONS (6), KHABAR_BENCH_ONLY (bare, rate or
//! latency), KHABAR_BENCH_BINARY (another build of khabar), KHABAR_BENCH_SET ("key=value key=value": settings for
//! khabar), KHABAR_TEST_BROKER (a running broker).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark that cannot measure has nothing else to do"
)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod articles;
mod bare;
mod latency;
mod rate;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use support::broker::{Broker, BrokerOptions};
use support::worker::{PROGRAM, WorkerOptions};

/// What the environment asks for.
struct Plan {
    records: usize,
    rounds: usize,
    seconds: u64,
    per_second: u64,
    partitions: u16,
    only: String,
    program: PathBuf,
    settings: Vec<String>,
}

impl Plan {
    fn from_environment() -> Self {
        Self {
            records: variable("KHABAR_BENCH_RECORDS", 300_000),
            rounds: variable("KHABAR_BENCH_ROUNDS", 3),
            seconds: variable("KHABAR_BENCH_SECONDS", 60),
            per_second: variable("KHABAR_BENCH_PER_SECOND", 500),
            partitions: variable("KHABAR_BENCH_PARTITIONS", 6),
            only: variable("KHABAR_BENCH_ONLY", String::new()),
            program: variable("KHABAR_BENCH_BINARY", Path::new(PROGRAM).to_owned()),
            settings: variable("KHABAR_BENCH_SET", String::new())
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        }
    }

    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only == part
    }

    /// The worker as this run wants it.
    fn prepare(&self, options: WorkerOptions) -> WorkerOptions {
        self.settings.iter().fold(options.program(&self.program), |options, setting| {
            options.argument("--set").argument(setting)
        })
    }
}

fn variable<T: FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a value for it")),
        Err(_) => default,
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == bare::COMMAND
    {
        bare::run(rest);
        return;
    }
    let plan = Plan::from_environment();
    let own;
    let broker = if std::env::var_os("KHABAR_TEST_BROKER").is_some() {
        Broker::shared()
    } else {
        // Deleted topics leave the disk at once: a round writes as much as it reads.
        own = Broker::start_own(&BrokerOptions::default().property("file.delete.delay.ms", "1000"));
        &own
    };
    if plan.wants("rate") || plan.wants("bare") {
        rate::run(&plan, broker);
    }
    if plan.wants("latency") {
        latency::run(&plan, broker);
    }
}
