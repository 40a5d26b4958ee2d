//! Records per second through khabar and through the bare loop, round by round.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::broker::Broker;
use crate::support::client::Client;
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{Topics, Worker, WorkerOptions};
use crate::{Plan, articles, bare};

/// Records that are made and produced at once.
const PRODUCE_CHUNK: usize = 10_000;
/// Between two looks at the committed offsets: short beside a round, long beside a look.
const LOOK_INTERVAL: Duration = Duration::from_millis(25);
/// Without any progress for this long, a contender has failed.
const STALL_LIMIT: Duration = Duration::from_mins(2);

/// What one contender did in one round.
struct Measured {
    name: &'static str,
    records_per_second: f64,
    cpu_seconds: Option<f64>,
    peak_memory_bytes: Option<u64>,
}

pub fn run(plan: &Plan, broker: &Broker) {
    let client = broker.client();
    let raw = unique("bench.raw");
    client.create_topic(&raw, plan.partitions, &[]);
    let started = Instant::now();
    let bytes = produce_articles(&client, &raw, plan);
    println!(
        "\nrate: {} dump articles, {} MB, {} partitions (produced in {:.0} s)",
        plan.records,
        bytes / 1_000_000,
        plan.partitions,
        started.elapsed().as_secs_f64()
    );
    println!("round  contender  records/s  CPU s per 1,000 records  peak resident MB  ratio");
    let mut ratios = Vec::new();
    for round in 1..=plan.rounds {
        // Neither is always the one that finds the caches warm.
        let mut results = Vec::new();
        let order = if round % 2 == 1 { ["bare", "khabar"] } else { ["khabar", "bare"] };
        for name in order {
            match name {
                "bare" => results.push(bare_loop(plan, broker, &client, &raw)),
                _ if plan.wants("rate") => results.push(khabar(plan, broker, &client, &raw)),
                _ => {}
            }
        }
        let rate_of = |name: &str| {
            results.iter().find(|result| result.name == name).map(|result| result.records_per_second)
        };
        let ratio = rate_of("khabar").zip(rate_of("bare")).map(|(khabar, bare)| khabar / bare);
        for result in &results {
            print_row(round, result, ratio.filter(|_| result.name == "khabar"));
        }
        ratios.extend(ratio);
    }
    ratios.sort_by(f64::total_cmp);
    if let (Some(low), Some(median), Some(high)) =
        (ratios.first(), ratios.get(ratios.len() / 2), ratios.last())
    {
        println!("ratio khabar / bare: median {median:.2} ({low:.2} to {high:.2})");
    }
    client.delete_topic(&raw);
}

fn bare_loop(plan: &Plan, broker: &Broker, client: &Client, raw: &str) -> Measured {
    let group = unique("bench-bare");
    let copies = unique("bench.copies");
    client.create_topic(&copies, plan.partitions, &[]);
    let mut process = bare::start(broker.bootstrap(), &group, raw, &copies);
    let measured = measure("bare", plan, client, &group, raw, &mut process);
    drop(process);
    client.delete_topic(&copies);
    measured
}

fn khabar(plan: &Plan, broker: &Broker, client: &Client, raw: &str) -> Measured {
    let group = unique("bench-khabar");
    // Its own raw topic of that round stays empty; all rounds read the same articles.
    let own = Topics::create(client, "bench", plan.partitions);
    let topics = Topics { raw: raw.to_owned(), ..own.clone() };
    let mut worker = plan.prepare(WorkerOptions::new(broker, &topics, &group)).start();
    let measured = measure("khabar", plan, client, &group, raw, &mut worker);
    drop(worker);
    own.delete(client);
    measured
}

/// From the first committed offset that is seen to the last. Processor time counts from the process's start.
fn measure(
    name: &'static str,
    plan: &Plan,
    client: &Client,
    group: &str,
    raw: &str,
    process: &mut Worker,
) -> Measured {
    let reader = client.group_reader(group);
    let total = i64::try_from(plan.records).expect("a number of records");
    let committed = || reader.committed(raw, plan.partitions).values().sum::<i64>();
    let mut first = None;
    let mut last = (0, Instant::now());
    while last.0 < total {
        thread::sleep(LOOK_INTERVAL);
        let now = committed();
        if now > last.0 {
            last = (now, Instant::now());
            first.get_or_insert(last);
        }
        assert!(
            process.is_running() && last.1.elapsed() < STALL_LIMIT,
            "{name} stopped at {} of {total} records; its output:\n{}",
            last.0,
            process.output().join("\n")
        );
    }
    let (records, since) = first.expect("something was committed");
    let seconds = last.1.duration_since(since).as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "counts of records are far below 2^52")]
    let records_per_second = (last.0 - records) as f64 / seconds;
    Measured {
        name,
        records_per_second,
        cpu_seconds: process.cpu_seconds(),
        peak_memory_bytes: process.peak_memory_bytes(),
    }
    .per_thousand(plan.records)
}

impl Measured {
    fn per_thousand(mut self, records: usize) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "counts of records are far below 2^52")]
        let thousands = records as f64 / 1_000.0;
        self.cpu_seconds = self.cpu_seconds.map(|seconds| seconds / thousands);
        self
    }
}

fn print_row(round: usize, result: &Measured, ratio: Option<f64>) {
    let cpu = result.cpu_seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.4}"));
    let memory =
        result.peak_memory_bytes.map_or_else(|| "-".to_owned(), |bytes| (bytes / 1_000_000).to_string());
    let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    println!(
        "{round:>5}  {:<9}  {:>9.0}  {cpu:>23}  {memory:>16}  {ratio:>5}",
        result.name, result.records_per_second
    );
}

/// Produces all articles, evenly over the partitions. Gives the bytes of all values.
fn produce_articles(client: &Client, raw: &str, plan: &Plan) -> usize {
    let mut bytes = 0;
    for start in (0..plan.records).step_by(PRODUCE_CHUNK) {
        let chunk: Vec<NewRecord> = (start..plan.records.min(start + PRODUCE_CHUNK))
            .map(|number| {
                let partition = number % usize::from(plan.partitions);
                NewRecord::new(raw, articles::dump(number as u64))
                    .partition(i32::try_from(partition).expect("a partition's number"))
            })
            .collect();
        bytes += chunk.iter().filter_map(|record| record.value.as_ref()).map(Vec::len).sum::<usize>();
        client.produce(&chunk);
    }
    bytes
}
