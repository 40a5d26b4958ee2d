//! What fails under way is done again: nothing is lost, and nothing is doubled where that was promised.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::support::articles::{self, Random};
use crate::support::broker::{Broker, BrokerOptions};
use crate::support::client::{Client, Isolation};
use crate::support::observer::Observer;
use crate::support::outcomes::{self, Outcome, Place, check_one_each, check_one_enriched_each, check_order};
use crate::support::records::NewRecord;
use crate::support::worker::{Topics, Worker, WorkerOptions, wait_until_committed};
use crate::support::{unique, wait_for};

const LIMIT: Duration = Duration::from_mins(3);
/// Records that are produced before a broker is silenced.
const PART: usize = 2_500;
/// So often a broker is silenced, until a transaction fails.
const SILENCES_MAX: usize = 6;

/// Articles with now and then a repeat of an earlier one, over all partitions; the number of each text.
fn produce(client: &Client, topics: &Topics, numbers: std::ops::Range<usize>) -> BTreeMap<Place, usize> {
    let mut random = Random::new(u64::try_from(numbers.start).expect("a number fits"));
    let texts: Vec<usize> = numbers
        .map(|number| if number.is_multiple_of(5) { random.below(number + 1) } else { number })
        .collect();
    let records: Vec<NewRecord> = texts
        .iter()
        .map(|text| {
            let partition = i32::try_from(random.below(usize::from(topics.partitions))).expect("few");
            NewRecord::new(&topics.raw, articles::dump(*text)).partition(partition)
        })
        .collect();
    client.produce(&records).into_iter().map(Place::from).zip(texts).collect()
}

fn sum(raw: &BTreeMap<Place, usize>) -> i64 {
    i64::try_from(raw.len()).expect("few")
}

fn assert_exactly_once(client: &Client, topics: &Topics, raw: &BTreeMap<Place, usize>) -> Vec<Outcome> {
    let found = outcomes::read(client, topics, LIMIT);
    let places: Vec<Place> = raw.keys().copied().collect();
    check_one_each(topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    check_one_enriched_each(&found, |place| raw.get(&place).copied())
        .unwrap_or_else(|problems| panic!("{problems}"));
    check_order(&found).unwrap_or_else(|problems| panic!("{problems}"));
    found
}

/// Waits until so many records have outcomes, and starts the worker again where it ends, as an orchestrator would.
/// Gives how often a transaction failed: the worker replaced its producer, or was given up by the coordinator.
fn work_to_the_end(
    worker: &mut Worker,
    options: &WorkerOptions,
    observer: &Observer,
    records: usize,
) -> usize {
    let replaced = |worker: &Worker| worker.events(Some("transaction_replaced")).len();
    let mut failed = 0;
    wait_for("all records to have outcomes", LIMIT, || {
        if !worker.is_running() {
            let code = worker.wait_exit(LIMIT).code();
            assert_eq!(code, Some(1), "a restart heals it:\n{}", worker.output().join("\n"));
            failed += 1 + replaced(worker);
            *worker = options.start();
        }
        (observer.count() >= records).then_some(())
    });
    failed + replaced(worker)
}

#[test]
fn a_failed_transaction_is_done_again_without_loss() {
    let broker = Broker::start_own(&BrokerOptions::default());
    let client = broker.client();
    let topics = Topics::create(&client, "failed", 3);
    let options = WorkerOptions::new(&broker, &topics, "failed")
        .set("transaction.timeout_ms", "2000")
        .set("transaction.records_max", "400")
        .set("kafka.session_timeout_ms", "6000")
        .set("budget.records_max", "400");
    let mut worker = options.start();
    worker.wait_for_event("partitions_assigned", LIMIT);
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    let mut raw = BTreeMap::new();
    let more = |raw: &mut BTreeMap<Place, usize>| {
        let before = raw.len();
        raw.extend(produce(&client, &topics, before..before + PART));
        observer.wait_for_count(before + PART / 10, LIMIT);
    };

    // The broker is silent for longer than a transaction may take. One that is just then being committed may survive.
    let mut failed = 0;
    for _ in 0..SILENCES_MAX {
        more(&mut raw);
        let told = worker.events(Some("broker_unreachable")).len();
        broker.pause();
        wait_for("the worker to notice", LIMIT, || {
            (worker.events(Some("broker_unreachable")).len() > told).then_some(())
        });
        broker.resume();
        failed += work_to_the_end(&mut worker, &options, &observer, raw.len());
        if failed > 0 {
            break;
        }
    }
    assert!(failed > 0, "a transaction fails");

    more(&mut raw);
    broker.kill();
    broker.restart();
    work_to_the_end(&mut worker, &options, &observer, raw.len());
    wait_until_committed(&client, "failed", &topics.raw, sum(&raw), LIMIT);
    worker.stop(LIMIT);
    observer.stop();
    assert_exactly_once(&client, &topics, &raw);
}

#[test]
fn a_fenced_worker_ends_and_its_successor_does_the_rest() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "fenced", 2);
    let group = unique("fenced");
    let options = WorkerOptions::new(broker, &topics, &group)
        .set_text("kafka.instance_id", "replica-0")
        .set("transaction.records_max", "20")
        .set("budget.records_max", "200");
    let mut worker = options.start();
    worker.wait_for_event("partitions_assigned", LIMIT);
    let mut raw = produce(&client, &topics, 0..300);
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    observer.wait_for_count(50, LIMIT);

    let thief = client.begin_transaction(&format!("{group}-replica-0"), LIMIT);
    raw.extend(produce(&client, &topics, 300..600));
    assert_eq!(worker.wait_exit(LIMIT).code(), Some(1), "{}", worker.output().join("\n"));
    assert_eq!(worker.errors().iter().map(|event| &event["event"]).collect::<Vec<_>>(), ["fenced"]);
    assert_eq!(worker.events(Some("stopped"))[0]["exit_code"], 1);
    thief.abort();

    let mut successor = options.start();
    wait_until_committed(&client, &group, &topics.raw, sum(&raw), LIMIT);
    successor.stop(LIMIT);
    assert_exactly_once(&client, &topics, &raw);
    assert_eq!(successor.errors(), Vec::<Value>::new());
}

#[test]
fn at_least_once_loses_nothing_through_a_kill() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "at-least-once", 4);
    let group = unique("at-least-once");
    let options = WorkerOptions::new(broker, &topics, &group)
        .set_text("delivery", "at-least-once")
        .set("kafka.session_timeout_ms", "6000")
        .set("transaction.records_max", "100")
        .set("budget.records_max", "500");
    let mut workers = [options.start(), options.start()];
    for worker in &mut workers {
        worker.wait_for_event("partitions_assigned", LIMIT);
    }
    let raw = produce(&client, &topics, 0..2_000);
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    observer.wait_for_count(300, LIMIT);
    workers[0].kill();
    wait_until_committed(&client, &group, &topics.raw, sum(&raw), LIMIT);
    workers[1].stop(LIMIT);
    observer.stop();

    let mut found: BTreeMap<Place, Vec<Outcome>> = BTreeMap::new();
    for outcome in outcomes::read(&client, &topics, LIMIT) {
        found.entry(outcome.raw).or_default().push(outcome);
    }
    assert_eq!(found.keys().collect::<Vec<_>>(), raw.keys().collect::<Vec<_>>());
    // What came twice is the same twice.
    let mut once = Vec::new();
    for mut outcomes in found.into_values() {
        let first = outcomes.remove(0);
        for again in outcomes {
            assert_eq!(again.kind, first.kind);
            assert_eq!(again.record.value, first.record.value);
            assert_eq!(again.record.headers, first.record.headers);
        }
        once.push(first);
    }
    check_one_enriched_each(&once, |place| raw.get(&place).copied())
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(workers[1].errors(), Vec::<Value>::new());
}

#[test]
fn a_worker_that_joins_and_leaves_changes_no_order_and_doubles_nothing() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "rebalance", 6);
    let group = unique("rebalance");
    let options = WorkerOptions::new(broker, &topics, &group)
        .set("transaction.records_max", "50")
        .set("budget.records_max", "300");
    let mut stays = options.start();
    stays.wait_for_event("partitions_assigned", LIMIT);
    let mut raw = produce(&client, &topics, 0..1_500);
    let mut joins = options.start();
    joins.wait_for_event("partitions_assigned", LIMIT);
    raw.extend(produce(&client, &topics, 1_500..3_000));
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    observer.wait_for_count(1_600, LIMIT);
    joins.stop(LIMIT);
    raw.extend(produce(&client, &topics, 3_000..3_500));
    wait_until_committed(&client, &group, &topics.raw, sum(&raw), LIMIT);
    stays.stop(LIMIT);
    observer.stop();

    assert_exactly_once(&client, &topics, &raw);
    assert_eq!([stays.errors(), joins.errors()].concat(), Vec::<Value>::new());
    assert!(outcomes::Counts::of_event(&joins.events(Some("stopped"))[0]).sum() > 0, "it has worked");
    assert!(!stays.events(Some("partitions_revoked")).is_empty(), "it has given partitions away");
}

#[test]
fn a_spent_budget_pauses_reading_until_it_is_free() {
    const BUDGET_BYTES: i64 = 1 << 20;
    const PAGE_BYTES: usize = 120_000;
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "budget", 2);
    let group = unique("budget");
    // A page is large and its article small: the budget is spent long before a transaction is full.
    let mut worker = WorkerOptions::new(broker, &topics, &group)
        .set("budget.bytes_max", &BUDGET_BYTES.to_string())
        .set("transaction.bytes_max", &BUDGET_BYTES.to_string())
        .set("decode.payload_bytes_max", &BUDGET_BYTES.to_string())
        .set("transaction.interval_ms", "1500")
        .set("log.stats_seconds", "1")
        .start();
    let page = |number: i32| {
        let text = articles::dump(usize::try_from(number).expect("it is positive")).replace('\n', "</p><p>");
        let padding = " ".repeat(PAGE_BYTES - text.len());
        let page = format!("<html><body><article><!-- {padding} --><p>{text}</p></article></body></html>");
        NewRecord::new(&topics.raw, page).partition(number % 2)
    };
    let raw: Vec<Place> =
        client.produce(&(0..40).map(page).collect::<Vec<_>>()).into_iter().map(Place::from).collect();
    let paused = worker.wait_for_event("consumer_paused", LIMIT);
    assert!(paused["in_flight_bytes"].as_i64() >= Some(BUDGET_BYTES), "{paused}");
    worker.wait_for_event("consumer_resumed", LIMIT);
    wait_until_committed(&client, &group, &topics.raw, 40, LIMIT);
    worker.stop(LIMIT);

    let one_more = BUDGET_BYTES + i64::try_from(PAGE_BYTES).expect("it fits") + 1_000;
    let stats = worker.events(Some("stats"));
    assert!(!stats.is_empty());
    assert!(stats.iter().all(|stats| stats["in_flight_bytes"].as_i64() <= Some(one_more)), "{stats:?}");
    let found = outcomes::read(&client, &topics, LIMIT);
    check_one_each(&topics, &raw, &found).unwrap_or_else(|problems| panic!("{problems}"));
    check_order(&found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(worker.errors(), Vec::<Value>::new());
}
