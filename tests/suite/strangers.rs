//! A claims topic that others write to: what is not this group's changes nothing and is told; what only a newer khabar can
//! judge by stops the group's own workers and no other's.

use std::time::Duration;

use khabar::dedup::claim::{LogEntry, decode, scope};
use serde_json::Value;

use crate::support::articles::produce;
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::outcomes::{self, Counts, check_one_each};
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{Topics, WorkerOptions, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(3);

/// An entry with a right checksum that no present version writes.
fn newer(scope: u64) -> Vec<u8> {
    let mut bytes = [&b"KC\x09\x00"[..], &scope.to_le_bytes(), b"something"].concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// The scope that the first level record of a log gives a group.
fn scope_of(client: &Client, topics: &Topics, group: &str) -> u64 {
    let log = client.read_all(&topics.claims, Isolation::Uncommitted, LIMIT);
    let level = log.iter().find_map(|record| {
        match decode(record.value.as_deref().unwrap_or_default(), &mut |name| name.into()) {
            Ok(LogEntry::Level { record, .. }) => Some(record),
            _ => None,
        }
    });
    scope(&level.expect("a worker has written its level").cluster, group)
}

#[test]
fn two_groups_in_one_claims_log_judge_as_if_alone_and_tell_it() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = [Topics::create(&client, "shared-one", 1), Topics::create(&client, "shared-two", 1)];
    let groups = [unique("shared-one"), unique("shared-two")];
    let options = [0, 1].map(|at| {
        WorkerOptions::new(broker, &topics[at], &groups[at])
            .set_text("kafka.claims_topic", &topics[0].claims)
            .set("log.stats_seconds", "1")
    });
    let mut one = options[0].start();
    let mut raw = [produce(&client, &topics[0], 0, 0..5), Vec::new()];
    wait_until_committed(&client, &groups[0], &topics[0].raw, 5, LIMIT);
    assert_eq!(one.events(Some("claims_foreign_scope")), Vec::<Value>::new());

    // The second group begins later, with the same articles, and a third one of a version that nobody here knows.
    let third = NewRecord::new(&topics[0].claims, newer(scope_of(&client, &topics[0], "third"))).partition(0);
    client.produce(&[third]);
    let mut two = options[1].start();
    raw[1].extend(produce(&client, &topics[1], 0, 0..5));
    wait_until_committed(&client, &groups[1], &topics[1].raw, 5, LIMIT);
    raw[0].extend(produce(&client, &topics[0], 0, 3..8));
    wait_until_committed(&client, &groups[0], &topics[0].raw, 10, LIMIT);
    for worker in [&mut one, &mut two] {
        let told = worker.wait_for_event("claims_foreign_scope", LIMIT);
        assert!(told["count"].as_u64() > Some(0), "{told}");
        worker.wait_for_event_where("stats", LIMIT, |stats| stats["claims_foreign"].as_u64() > Some(5));
        worker.stop(LIMIT);
    }
    let expected = [
        Counts { enriched: 8, duplicate: 2, rejected: 0 },
        Counts { enriched: 5, duplicate: 0, rejected: 0 },
    ];
    for at in [0, 1] {
        let read = outcomes::read(&client, &topics[at], LIMIT);
        check_one_each(&topics[at], &raw[at], &read).unwrap();
        assert_eq!(Counts::of(&read), expected[at]);
        let audit = options[at].run(&["audit", "--verdicts"]);
        assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    }
    for topics in &topics {
        topics.delete(&client);
    }
}

#[test]
fn a_worker_stops_at_an_entry_of_its_group_that_only_a_newer_khabar_can_read() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "newer", 1);
    let group = unique("newer");
    let options = WorkerOptions::new(broker, &topics, &group);
    let mut worker = options.start();
    worker.wait_for_event("running", LIMIT);
    let own = newer(scope_of(&client, &topics, &group));
    client.produce(&[NewRecord::new(&topics.claims, own).partition(0)]);
    assert_eq!(worker.wait_exit(LIMIT).code(), Some(1), "{}", worker.output().join("\n"));

    // Nor does another one begin.
    let mut again = options.start();
    assert_eq!(again.wait_exit(LIMIT).code(), Some(1), "{}", again.output().join("\n"));
    assert_eq!(again.events(Some("running")), Vec::<Value>::new());
    for ended in [&worker, &again] {
        let told = ended.events(Some("claims_unreadable"));
        assert!(told[0]["version"].as_str().is_some_and(|told| told.contains("format 9")), "{told:?}");
    }
    topics.delete(&client);
}
