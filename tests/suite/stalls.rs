//! A consumer that loses a partition without an error is found out and started anew; nothing waits for a person.

use std::time::Duration;

use serde_json::Value;

use crate::support::articles;
use crate::support::broker::Broker;
use crate::support::client::Client;
use crate::support::outcomes::{self, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{Topics, Worker, WorkerOptions, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(5);

fn options(broker: &Broker, topics: &Topics, group: &str) -> WorkerOptions {
    WorkerOptions::new(broker, topics, group)
        .set("kafka.stall_seconds", "6")
        .environment("KHABAR_PLANTED_FAULTS", "1")
}

/// Raw records of one partition; the first of them holds the mark, where there is one.
fn produce(
    client: &Client,
    topics: &Topics,
    partition: i32,
    numbers: std::ops::Range<usize>,
    mark: &str,
) -> Vec<Place> {
    let first = numbers.start;
    let record = |number| {
        let mark = if number == first { mark } else { "" };
        NewRecord::new(&topics.raw, format!("{}\n\n{mark}\n", articles::dump(number))).partition(partition)
    };
    client.produce(&numbers.map(record).collect::<Vec<_>>()).into_iter().map(Place::from).collect()
}

fn partitions_of(worker: &Worker, event: &str) -> Vec<Value> {
    worker.events(Some(event)).into_iter().map(|event| event["partition"].clone()).collect()
}

#[test]
fn a_partition_that_is_fetched_no_more_is_started_anew_and_one_that_only_rests_is_left_alone() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "stalled", 2);
    let group = unique("stalled");
    let mut raw = produce(&client, &topics, 0, 0..5, "");
    raw.extend(produce(&client, &topics, 1, 5..10, ""));
    // The log of the one that rests goes on, with what is no record for this reader.
    let aborted = client.begin_transaction(&unique("aborted"), LIMIT);
    aborted.send(&[NewRecord::new(&topics.raw, articles::dump(10)).partition(1)]);
    aborted.abort();
    let mut worker = options(broker, &topics, &group).start();
    wait_until_committed(&client, &group, &topics.raw, 10, LIMIT);

    raw.extend(produce(&client, &topics, 0, 11..12, "planted-fault:poll:stop;"));
    wait_until_committed(&client, &group, &topics.raw, 11, LIMIT);
    raw.extend(produce(&client, &topics, 0, 12..40, ""));
    let stalled = worker.wait_for_event("partition_stalled", LIMIT);
    assert_eq!(stalled["position"], 6);
    assert!(stalled["end"].as_i64() > Some(6), "{stalled}");
    worker.wait_for_event("partition_recovered", LIMIT);
    wait_until_committed(&client, &group, &topics.raw, 39, LIMIT);
    for event in ["partition_stalled", "partition_recovered"] {
        assert!(partitions_of(&worker, event).iter().all(|partition| *partition == 0), "{event}");
    }
    worker.stop(LIMIT);
    check_one_each(&topics, &raw, &outcomes::read(&client, &topics, LIMIT)).unwrap();
    topics.delete(&client);
}

#[test]
fn a_worker_whose_partition_stays_stalled_ends_for_its_restart() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "stuck", 2);
    let group = unique("stuck");
    let mut raw = produce(&client, &topics, 0, 0..5, "");
    raw.extend(produce(&client, &topics, 0, 5..7, "planted-fault:poll:stop-before;"));
    raw.extend(produce(&client, &topics, 1, 7..12, ""));
    let options = options(broker, &topics, &group);
    let mut worker = options.start();
    assert_eq!(worker.wait_exit(LIMIT).code(), Some(1), "{}", worker.output().join("\n"));
    assert_eq!(partitions_of(&worker, "partition_stalled"), [0, 0, 0]);
    assert_eq!(partitions_of(&worker, "partition_given_up"), [0]);

    // Another process is not stuck.
    let mut worker = options.environment("KHABAR_PLANTED_FAULTS", "0").start();
    wait_until_committed(&client, &group, &topics.raw, 12, LIMIT);
    worker.stop(LIMIT);
    check_one_each(&topics, &raw, &outcomes::read(&client, &topics, LIMIT)).unwrap();
    topics.delete(&client);
}

#[test]
fn a_claims_log_that_comes_no_more_is_followed_with_a_new_consumer() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "unfollowed", 1);
    let group = unique("unfollowed");
    let mut worker = options(broker, &topics, &group).start();
    let mut raw = produce(&client, &topics, 0, 0..5, "");
    wait_until_committed(&client, &group, &topics.raw, 5, LIMIT);
    client.produce(&[NewRecord::new(&topics.claims, "planted-fault:follow:stop;").partition(0)]);
    worker.wait_for_event("claims_unreadable", LIMIT);

    raw.extend(produce(&client, &topics, 0, 5..20, ""));
    let stalled = worker.wait_for_event("claims_log_stalled", LIMIT);
    assert!(stalled["end"].as_i64() > stalled["position"].as_i64(), "{stalled}");
    wait_until_committed(&client, &group, &topics.raw, 20, LIMIT);
    worker.stop(LIMIT);
    check_one_each(&topics, &raw, &outcomes::read(&client, &topics, LIMIT)).unwrap();
    topics.delete(&client);
}
