//! A worker that rejects nearly everything for a cause of its own stops, and says which.

use std::time::Duration;

use crate::support::broker::Broker;
use crate::support::client::Client;
use crate::support::records::NewRecord;
use crate::support::worker::{Topics, WorkerOptions, wait_until_committed};
use crate::support::{articles, unique};

const LIMIT: Duration = Duration::from_mins(2);

fn produce(client: &Client, topics: &Topics, values: impl Iterator<Item = String>) {
    let records: Vec<NewRecord> = values.map(|value| NewRecord::new(&topics.raw, value)).collect();
    client.produce(&records);
}

#[test]
fn a_bug_that_rejects_most_records_stops_the_worker_and_broken_records_do_not() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "breaker", 1);
    let group = unique("breaker");
    produce(&client, &topics, (0..40).map(|number| format!("{{\"content\": {number}")));
    let options = WorkerOptions::new(broker, &topics, &group)
        .environment("KHABAR_PLANTED_FAULTS", "1")
        .set("breaker.records", "20");
    let mut worker = options.start();
    wait_until_committed(&client, &group, &topics.raw, 40, LIMIT);
    assert!(worker.is_running(), "what is wrong with records stops nothing");

    let bug = |number| format!("{}\n\nplanted-fault:parse:panic; and more.\n", articles::dump(number));
    produce(&client, &topics, (0..40).map(bug));
    let opened = worker.wait_for_event("breaker_opened", LIMIT);
    assert_eq!((opened["cause"].as_str(), opened["records"].as_u64()), (Some("parse_panicked"), Some(20)));
    assert_eq!(worker.wait_exit(LIMIT).code(), Some(1));
}
