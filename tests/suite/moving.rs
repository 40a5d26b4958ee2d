//! What happens to workers that run while topics, levels and owners change, and how each state ends on a signal.

use std::time::{Duration, Instant};

use crate::support::articles::produce;
use crate::support::broker::{Broker, BrokerOptions};
use crate::support::client::{Client, Isolation};
use crate::support::observer::Observer;
use crate::support::outcomes::{self, Counts, Place, check_one_each};
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};
use crate::support::{unique, wait_for};

const LIMIT: Duration = Duration::from_mins(2);
/// Longer than a fetch waits for records (librdkafka's fetch.wait.max.ms).
const FETCH_ENDS: Duration = Duration::from_secs(2);

/// Deletes a topic and creates it anew under the same name.
fn recreate(client: &Client, topic: &str, configs: &[(&str, &str)]) {
    client.delete_topic(topic);
    wait_for("the topic to be gone", LIMIT, || client.partition_count(topic).is_none().then_some(()));
    client.create_topic(topic, 1, configs);
}

#[test]
fn a_claims_topic_that_is_recreated_under_a_running_worker_ends_it_and_the_next_start_is_refused() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "log-swapped", 1);
    let group = unique("log-swapped");
    let options = WorkerOptions::new(broker, &topics, &group);
    let mut places = produce(&client, &topics, 0, 0..20);
    let mut worker = options.start();
    wait_until_committed(&client, &group, &topics.raw, 20, LIMIT);
    recreate(&client, &topics.claims, CLAIMS_CONFIG);
    places.extend(produce(&client, &topics, 0, 10..30));
    let status = worker.wait_exit(LIMIT);
    assert_eq!(status.code(), Some(1), "{}", worker.output().join("\n"));
    assert_eq!(worker.errors().len(), 1, "it says why");
    assert_eq!(worker.events(Some("stopped")).len(), 1);

    // Nothing was judged by a log that forgot the first articles.
    let counts = Counts::of(&outcomes::read(&client, &topics, LIMIT));
    assert_eq!(counts, Counts { enriched: 20, duplicate: 0, rejected: 0 });
    crate::refusals::refused(&options, "claims_log_lost");
    let mut worker = options.set("dedup.accept_empty_log", "true").start();
    wait_until_committed(&client, &group, &topics.raw, 40, LIMIT);
    worker.stop(LIMIT);
    let found = outcomes::read(&client, &topics, LIMIT);
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
}

#[test]
fn a_raw_topic_that_is_recreated_under_a_running_worker_skips_no_record_in_silence() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "raw-swapped", 1);
    let group = unique("raw-swapped");
    let options = WorkerOptions::new(broker, &topics, &group);
    produce(&client, &topics, 0, 0..20);
    let mut worker = options.start();
    wait_until_committed(&client, &group, &topics.raw, 20, LIMIT);
    recreate(&client, &topics.raw, &[]);
    // Fewer than were read before: the new topic's end lies before the worker's place until it has noticed.
    produce(&client, &topics, 0, 20..35);
    let all_read = || Counts::of(&outcomes::read(&client, &topics, LIMIT)).sum() == 35;
    let ended = wait_for("the worker to end, or to read from the beginning", LIMIT, || {
        if worker.is_running() { all_read().then_some(false) } else { Some(true) }
    });
    if !ended {
        worker.stop(LIMIT);
        return;
    }
    // The broker has deleted the group's offsets with the topic.
    crate::refusals::refused(&options, "offsets_expired");
    let mut worker = options.argument("--from").argument("earliest").start();
    wait_until_committed(&client, &group, &topics.raw, 15, LIMIT);
    worker.stop(LIMIT);
    assert!(all_read());
}

#[test]
fn retention_that_passes_a_running_worker_is_told_by_it_and_refused_at_the_next_start() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "passed", 1);
    let group = unique("passed");
    let options = WorkerOptions::new(broker, &topics, &group).set("kafka.session_timeout_ms", "60000");
    let mut places = produce(&client, &topics, 0, 0..10);
    let mut worker = options.start();
    wait_until_committed(&client, &group, &topics.raw, 10, LIMIT);
    worker.pause();
    // A fetch that waits at the broker would bring the records in spite of all: let it end without any.
    std::thread::sleep(FETCH_ENDS);
    produce(&client, &topics, 0, 10..20);
    client.delete_records_before(&topics.raw, 0, 20);
    places.extend(produce(&client, &topics, 0, 20..30));
    worker.resume();
    let told = worker.wait_for_event("offsets_passed_by_retention", LIMIT);
    assert_eq!((&told["committed"], &told["begins"]), (&10.into(), &20.into()), "{told}");
    assert_eq!(worker.wait_exit(LIMIT).code(), Some(1));
    crate::refusals::refused(&options, "offsets_passed_by_retention");
    let mut worker = options.argument("--accept-loss").start();
    wait_until_committed(&client, &group, &topics.raw, 30, LIMIT);
    worker.stop(LIMIT);
    let found = outcomes::read(&client, &topics, LIMIT);
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
}

#[test]
fn a_raise_under_running_replicas_holds_for_all_and_lets_the_new_configuration_in() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "raise", 2);
    let group = unique("raise");
    let old = WorkerOptions::new(broker, &topics, &group).set("dedup.window_hours", "100");
    let new = old.clone().set("dedup.window_hours", "200");
    let mut places: Vec<Place> =
        (0..2).flat_map(|partition| produce(&client, &topics, partition, 0..10)).collect();
    let mut first = old.start();
    wait_until_committed(&client, &group, &topics.raw, 20, LIMIT);
    let mut second = old.start();
    second.wait_for_event("partitions_assigned", LIMIT);
    // The rollout begins: a replica with the new configuration keeps out, the others work on.
    crate::refusals::refused(&new, "claims_level_differs");
    let output = new.run(&["claims", "level", "--raise"]);
    assert!(output.status.success(), "{output:?}");
    for worker in [&mut first, &mut second] {
        let changed = worker.wait_for_event("claims_level_changed", LIMIT);
        assert_eq!(changed["claims_level"], 2);
    }
    places.extend((0..2).flat_map(|partition| produce(&client, &topics, partition, 5..15)));
    wait_until_committed(&client, &group, &topics.raw, 40, LIMIT);
    first.stop(LIMIT);
    let mut third = new.start();
    third.wait_for_event("partitions_assigned", LIMIT);
    crate::refusals::refused(&old, "claims_level_differs");
    places.extend((0..2).flat_map(|partition| produce(&client, &topics, partition, 10..20)));
    wait_until_committed(&client, &group, &topics.raw, 60, LIMIT);
    second.stop(LIMIT);
    third.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let counts = check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(counts, Counts { enriched: 20, duplicate: 40, rejected: 0 });
}

#[test]
fn a_signal_ends_the_worker_in_each_state_of_its_start() {
    let broker = Broker::start_own(&BrokerOptions::default());
    let client = broker.client();
    let topics = Topics::create(&client, "signals", 1);
    produce(&client, &topics, 0, 0..50);
    let options = WorkerOptions::new(&broker, &topics, "signals");
    let mut worker = options.start();
    wait_until_committed(&client, "signals", &topics.raw, 50, LIMIT);
    worker.stop(LIMIT);
    for state in ["starting", "catching_up", "joining"] {
        let mut worker = options.start();
        worker.wait_for_event(state, LIMIT);
        // What the state waits for does not come.
        broker.pause();
        let told = Instant::now();
        worker.stop(LIMIT);
        println!("{state}: ended {:?} after the signal", told.elapsed());
        let stopped = worker.events(Some("stopped"));
        assert_eq!((stopped.len(), &stopped[0]["exit_code"]), (1, &0.into()), "{state}");
        broker.resume();
    }
}

#[test]
fn a_second_signal_ends_a_drain_at_once_and_loses_nothing() {
    let broker = Broker::start_own(&BrokerOptions::default());
    let client = broker.client();
    let topics = Topics::create(&client, "twice", 1);
    let options = WorkerOptions::new(&broker, &topics, "twice");
    let mut places = produce(&client, &topics, 0, 0..50);
    let mut worker = options.start();
    wait_until_committed(&client, "twice", &topics.raw, 50, LIMIT);
    let observer = Observer::start(&client, &[&topics.claims], Isolation::Committed);
    places.extend(produce(&client, &topics, 0, 50..2000));
    observer.wait_for_count(60, LIMIT);
    broker.pause();
    worker.terminate();
    worker.wait_for_event("draining", LIMIT);
    worker.terminate();
    let status = worker.wait_exit(LIMIT);
    assert!(status.success(), "{status}: {}", worker.output().join("\n"));
    let stopped = worker.events(Some("stopped"));
    assert_eq!((stopped.len(), &stopped[0]["exit_code"]), (1, &0.into()));
    assert_eq!(worker.events(Some("second_signal")).len(), 1);
    broker.resume();
    let mut worker = options.start();
    // Until then the broker may not know yet whose coordinator it is.
    worker.wait_for_event("partitions_assigned", LIMIT);
    wait_until_committed(&client, "twice", &topics.raw, 2000, LIMIT);
    worker.stop(LIMIT);
    let found = outcomes::read(&client, &topics, LIMIT);
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
}

#[test]
fn the_partitions_of_a_killed_replica_go_on() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "failover", 2);
    let group = unique("failover");
    let options = WorkerOptions::new(broker, &topics, &group);
    let mut first = options.start();
    first.wait_for_event("running", LIMIT);
    let mut second = options.start();
    second.wait_for_event("partitions_assigned", LIMIT);
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    let mut places: Vec<Place> =
        (0..2).flat_map(|partition| produce(&client, &topics, partition, 0..20)).collect();
    observer.wait_for_count(40, LIMIT);
    second.kill();
    let killed = Instant::now();
    places.extend((0..2).flat_map(|partition| produce(&client, &topics, partition, 20..40)));
    let all = observer.wait_for_count(80, LIMIT);
    let last = all.iter().map(|record| record.received).max().expect("there are some");
    println!("the last output of both partitions was visible {:?} after the kill", last - killed);
    first.stop(LIMIT);
    let found = outcomes::read(&client, &topics, LIMIT);
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
}

#[test]
fn a_static_member_in_a_group_of_others_says_that_all_or_none_must_be_static() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "mixed", 1);
    let options = WorkerOptions::new(broker, &topics, &unique("mixed"));
    let mut dynamic = options.start();
    dynamic.wait_for_event("partitions_assigned", LIMIT);
    let mut named = options.clone().set_text("kafka.instance_id", "named").start();
    assert_eq!(named.wait_exit(LIMIT).code(), Some(2), "{}", named.output().join("\n"));
    let errors = named.errors();
    let text = errors[0]["msg"].as_str().expect("a text");
    assert!(text.contains("kafka.instance_id"), "{text}");
    dynamic.stop(LIMIT);
}
