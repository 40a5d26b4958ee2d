//! How long an article takes from the moment it is sent to the raw topic until a read_committed consumer has the
//! enriched record, at a steady rate with default settings.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::broker::Broker;
use crate::support::client::Isolation;
use crate::support::observer::Observer;
use crate::support::producing::Sender;
use crate::support::records::{NewRecord, ReadRecord};
use crate::support::unique;
use crate::support::worker::{Topics, WorkerOptions};
use crate::{Plan, articles};

/// Before the clock runs, the worker has to have joined and warmed up with this many articles.
const WARM_UP_RECORDS: u64 = 500;
const WARM_UP_LIMIT: Duration = Duration::from_mins(2);
/// What is not visible this long after the last one was sent has failed.
const VISIBLE_LIMIT: Duration = Duration::from_mins(1);
/// Articles of this part differ from those of the other by their numbers.
const FIRST_NUMBER: u64 = 1_000_000_000;

/// The partition and offset of a raw record.
type Place = (i32, i64);

pub fn run(plan: &Plan, broker: &Broker) {
    let client = broker.client();
    let topics = Topics::create(&client, "latency", plan.partitions);
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    let mut worker = plan.prepare(WorkerOptions::new(broker, &topics, &unique("bench-latency"))).start();
    let sender = client.sender();
    let article = |number: u64| NewRecord::new(&topics.raw, articles::dump(FIRST_NUMBER + number));

    for number in 0..WARM_UP_RECORDS {
        sender.send(&article(number));
    }
    let warm_up = usize::try_from(WARM_UP_RECORDS).expect("a small number");
    observer.wait_for_count(warm_up, WARM_UP_LIMIT);

    let total = plan.per_second * plan.seconds;
    let begin = Instant::now();
    for number in 0..total {
        let due = begin + Duration::from_secs(number) / u32::try_from(plan.per_second).expect("a rate");
        thread::sleep(due.saturating_duration_since(Instant::now()));
        sender.send(&article(WARM_UP_RECORDS + number));
    }
    let feeding = begin.elapsed();
    let count = warm_up + usize::try_from(total).expect("a number of records");
    let visible = observer.wait_for_count(count, VISIBLE_LIMIT);
    assert!(worker.is_running(), "the worker ended:\n{}", worker.output().join("\n"));
    drop(observer);
    report(plan, &sender, &visible, feeding);
    drop(worker);
    topics.delete(&client);
}

fn report(plan: &Plan, sender: &Sender, visible: &[ReadRecord], feeding: Duration) {
    let sent: BTreeMap<Place, Instant> = sender.places().into_iter().collect();
    let warm_up = usize::try_from(WARM_UP_RECORDS).expect("a small number");
    let mut milliseconds: Vec<f64> = visible
        .iter()
        .skip(warm_up)
        .filter_map(|record| {
            let sent = sent.get(&raw_place(record)?)?;
            Some(record.received.duration_since(*sent).as_secs_f64() * 1_000.0)
        })
        .collect();
    milliseconds.sort_by(f64::total_cmp);
    println!("\nlatency: {} articles/s for {:.0} s, sent to visible", plan.per_second, feeding.as_secs_f64());
    println!("records    p50 ms    p90 ms    p99 ms    max ms");
    println!(
        "{:>7}  {:>8.0}  {:>8.0}  {:>8.0}  {:>8.0}",
        milliseconds.len(),
        quantile(&milliseconds, 50),
        quantile(&milliseconds, 90),
        quantile(&milliseconds, 99),
        quantile(&milliseconds, 100)
    );
}

fn raw_place(record: &ReadRecord) -> Option<Place> {
    let partition = record.header("khabar-raw-partition")?.parse().ok()?;
    let offset = record.header("khabar-raw-offset")?.parse().ok()?;
    Some((partition, offset))
}

/// The smallest value that so many percent of the sorted ones do not exceed.
fn quantile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}
