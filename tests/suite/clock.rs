//! A claims log whose clock stepped back by more than the window's slack.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use khabar::dedup::claim::{LogEntry, decode};

use crate::support::articles::produce;
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::outcomes::{self, Counts, check_one_each};
use crate::support::records::NewRecord;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};
use crate::support::{unique, wait_for};

const LIMIT: Duration = Duration::from_mins(3);
const HOUR_MS: i64 = 3_600_000;
const STEP_HOURS: i64 = 50;

fn claims(client: &Client, topics: &Topics) -> Vec<Vec<u8>> {
    let log = client.read_all(&topics.claims, Isolation::Uncommitted, LIMIT);
    let entries = log.into_iter().filter_map(|record| record.value);
    entries.filter(|bytes| matches!(decode(bytes, &mut |name| name.into()), Ok(LogEntry::Claim(_)))).collect()
}

/// Appends an entry as a broker would whose clock shows this time.
fn append_at(client: &Client, topics: &Topics, entry: &[u8], time_ms: i64) {
    let record = NewRecord::new(&topics.claims, entry).partition(0).timestamp_ms(time_ms);
    // The broker takes a moment to use a topic's new settings.
    wait_for("an entry with a time of its own", LIMIT, || {
        client.produce(std::slice::from_ref(&record));
        let log = client.read_all(&topics.claims, Isolation::Uncommitted, LIMIT);
        (log.last()?.timestamp_ms == Some(time_ms)).then_some(())
    });
}

#[test]
fn a_log_whose_clock_stepped_back_is_read_anew_and_judged_as_it_was() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "clock", 1);
    let group = unique("clock");
    let options = WorkerOptions::new(broker, &topics, &group);
    let mut raw = produce(&client, &topics, 0, 0..5);
    let mut worker = options.start();
    wait_until_committed(&client, &group, &topics.raw, 5, LIMIT);
    assert!(worker.events(Some("claims_log_read_anew")).is_empty());
    worker.stop(LIMIT);

    // Claims that are written again, as after a crash, by a broker whose clock is two days behind, and by a right one.
    let known = claims(&client, &topics);
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let by_records: Vec<_> = CLAIMS_CONFIG
        .iter()
        .map(|(name, value)| match *name {
            "message.timestamp.type" => (*name, "CreateTime"),
            _ => (*name, *value),
        })
        .collect();
    client.alter_topic(&topics.claims, &by_records);
    append_at(&client, &topics, &known[0], now_ms - STEP_HOURS * HOUR_MS);
    append_at(&client, &topics, &known[1], now_ms);
    client.alter_topic(&topics.claims, CLAIMS_CONFIG);

    let mut worker = options.start();
    let told = worker.wait_for_event("claims_log_read_anew", LIMIT);
    let by_ms = told["by_ms"].as_i64().unwrap();
    assert!(by_ms > (STEP_HOURS - 1) * HOUR_MS && by_ms < (STEP_HOURS + 1) * HOUR_MS, "{told}");
    raw.extend(produce(&client, &topics, 0, 3..8));
    wait_until_committed(&client, &group, &topics.raw, 10, LIMIT);
    worker.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let counts = check_one_each(&topics, &raw, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(counts, Counts { enriched: 8, duplicate: 2, rejected: 0 });
    let repeats: Vec<_> = found.iter().filter_map(outcomes::Outcome::duplicate_of).collect();
    assert_eq!(repeats, raw[3..5], "what was claimed before the step is remembered");
    let audit = options.run(&["audit", "--verdicts"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
    topics.delete(&client);
}
