//! Records too large for their topic leave smaller, by fixed rules, and say what they gave up.

use std::fmt::Write as _;
use std::time::Duration;

use crate::support::articles::{self, Random};
use crate::support::broker::Broker;
use crate::support::client::Client;
use crate::support::outcomes::{self, Counts, Outcome, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};
use crate::support::{sha256_hex, unique, wait_for};

const LIMIT: Duration = Duration::from_mins(2);
const SMALL_BYTES: usize = 20_000;
/// Less than a long article, and not so much less that finding out takes many tries.
const LOWERED_BYTES: usize = 80_000;

/// One partition each; these limits for enriched and rejected records.
fn topics(client: &Client, test: &str, enriched: usize, rejected: usize) -> Topics {
    let topics = Topics::named(test, 1);
    client.create_topic(&topics.raw, 1, &[]);
    client.create_topic(&topics.duplicates, 1, &[]);
    client.create_topic(&topics.enriched, 1, &[("max.message.bytes", &enriched.to_string())]);
    client.create_topic(&topics.rejected, 1, &[("max.message.bytes", &rejected.to_string())]);
    client.create_topic(&topics.claims, 1, CLAIMS_CONFIG);
    topics
}

/// Words that no compression makes much smaller.
fn random_words(bytes: usize) -> String {
    let mut random = Random::new(11);
    let mut text = String::new();
    while text.len() < bytes {
        write!(text, "{:x} ", random.next()).expect("a String takes every text");
    }
    text
}

fn long_article() -> String {
    format!("A headline over a long report\n\n{}\n\n{}\n", random_words(60_000), random_words(60_000))
}

fn size(outcome: &Outcome) -> usize {
    let record = &outcome.record;
    let headers = record.headers.iter().map(|(name, value)| name.len() + value.as_ref().map_or(0, Vec::len));
    record.key.as_ref().map_or(0, Vec::len)
        + record.value.as_ref().map_or(0, Vec::len)
        + headers.sum::<usize>()
}

fn assert_degraded(outcome: &Outcome) {
    let item = outcome.record.json();
    assert_eq!(item["representationType"], "partial");
    let degraded = item["khabar"]["degraded"].as_array().expect("it says what is missing");
    assert!(degraded.contains(&"body".into()), "{degraded:?}");
    assert_eq!(item["headlines"][0]["value"], "A headline over a long report");
    assert!(size(outcome) <= SMALL_BYTES, "{}", size(outcome));
}

#[test]
fn outputs_too_large_for_their_topic_are_shrunk_and_say_so() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = topics(&client, "sizes", SMALL_BYTES, SMALL_BYTES);
    let group = unique("sizes");
    let mut worker = WorkerOptions::new(broker, &topics, &group).start();
    let incompressible = format!("{{\"content\": \"{}", random_words(100_000));
    let compressible = format!("{{\"content\": \"{}", "again and ".repeat(10_000));
    let values = [long_article(), incompressible.clone(), compressible.clone(), articles::dump(1)];
    let records: Vec<NewRecord> =
        values.iter().map(|value| NewRecord::new(&topics.raw, value.as_str()).key("key")).collect();
    let raw: Vec<Place> = client.produce(&records).into_iter().map(Place::from).collect();
    wait_until_committed(&client, &group, &topics.raw, 4, LIMIT);
    worker.stop(LIMIT);

    // What the raw topic admits and the others don't is told at the start.
    let differs = worker.events(Some("topic_differs"));
    let told: Vec<&str> = differs.iter().filter_map(|event| event["topic"].as_str()).collect();
    assert!(told.contains(&topics.enriched.as_str()) && told.contains(&topics.rejected.as_str()), "{told:?}");

    let found = outcomes::read(&client, &topics, LIMIT);
    let counts = check_one_each(&topics, &raw, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(counts, Counts { enriched: 2, duplicate: 0, rejected: 2 });
    let of = |place: Place| found.iter().find(|outcome| outcome.raw == place).expect("it was checked");
    assert_degraded(of(raw[0]));

    let stub = of(raw[1]);
    let omitted = format!("size={};sha256={}", incompressible.len(), sha256_hex(incompressible.as_bytes()));
    assert_eq!(stub.header("khabar-original-omitted"), Some(omitted));
    assert_eq!(stub.header("khabar-error-code").as_deref(), Some("json_broken"));
    assert_eq!(stub.record.key.as_deref(), Some(&b"key"[..]));
    let packed = of(raw[2]);
    assert_eq!(packed.header("khabar-original-encoding").as_deref(), Some("gzip"));
    let mut unpacked = String::new();
    let bytes = packed.record.value.as_deref().expect("it has a value");
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(bytes), &mut unpacked)
        .expect("it is gzip of the original");
    assert_eq!(unpacked, compressible);
}

#[test]
fn a_huge_record_that_its_topic_admits_compressed_ends_as_one_rejection() {
    const HUGE_BYTES: usize = 20_000_000;
    let broker = Broker::shared();
    let client = broker.client();
    let topics = topics(&client, "huge", 1_048_588, 1_048_588);
    let group = unique("huge");
    let mut worker = WorkerOptions::new(broker, &topics, &group).start();
    let block = random_words(600_000);
    // gzip looks back 32 KiB, zstd far enough to find the block again: this one stays too large for the rejected topic.
    let for_zstd_only = block.repeat(HUGE_BYTES / block.len());
    let values = ["again and ".repeat(HUGE_BYTES / 10), for_zstd_only.clone(), articles::dump(1)];
    let records: Vec<NewRecord> =
        values.iter().map(|value| NewRecord::new(&topics.raw, value.as_str())).collect();
    let raw: Vec<Place> =
        records.chunks(1).flat_map(|one| client.produce_compressed(one, "zstd")).map(Place::from).collect();
    wait_until_committed(&client, &group, &topics.raw, 3, LIMIT);
    worker.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let counts = check_one_each(&topics, &raw, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(counts, Counts { enriched: 1, duplicate: 0, rejected: 2 });
    let of = |place: Place| found.iter().find(|outcome| outcome.raw == place).expect("it was checked");
    assert_eq!(of(raw[0]).header("khabar-error-code").as_deref(), Some("payload_too_large"));
    assert_eq!(of(raw[0]).header("khabar-original-encoding").as_deref(), Some("gzip"));
    let omitted = format!("size={};sha256={}", for_zstd_only.len(), sha256_hex(for_zstd_only.as_bytes()));
    assert_eq!(of(raw[1]).header("khabar-original-omitted"), Some(omitted));
    assert!(worker.events(Some("transaction_replaced")).is_empty(), "nothing was tried twice");
}

#[test]
fn a_limit_lowered_under_way_is_learnt_and_nothing_is_lost() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = topics(&client, "lowered", 1_000_000, 1_000_000);
    let group = unique("lowered");
    let mut worker = WorkerOptions::new(broker, &topics, &group).start();
    worker.wait_for_event("partitions_assigned", LIMIT);
    let lowered = LOWERED_BYTES.to_string();
    client.alter_topic(&topics.enriched, &[("max.message.bytes", &lowered)]);
    wait_for("the limit to hold", LIMIT, || {
        (client.topic_configs(&topics.enriched)["max.message.bytes"] == lowered).then_some(())
    });
    let values = [articles::dump(1), long_article(), articles::dump(2), articles::dump(1)];
    let records: Vec<NewRecord> =
        values.iter().map(|value| NewRecord::new(&topics.raw, value.as_str())).collect();
    let raw: Vec<Place> = client.produce(&records).into_iter().map(Place::from).collect();
    let told = worker.wait_for_event("output_too_large", LIMIT);
    assert_eq!((&told["topic"], &told["outcome"]), (&topics.enriched.as_str().into(), &"enriched".into()));
    wait_until_committed(&client, &group, &topics.raw, 4, LIMIT);
    worker.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let counts = check_one_each(&topics, &raw, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(counts, Counts { enriched: 3, duplicate: 1, rejected: 0 });
    let long = found.iter().find(|outcome| outcome.raw == raw[1]).expect("it was checked");
    let item = long.record.json();
    assert!(!item["khabar"]["degraded"].as_array().expect("it says what is missing").is_empty());
}

#[test]
fn a_topic_too_small_for_any_record_ends_the_worker() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = topics(&client, "too-small", 600, SMALL_BYTES);
    client.produce(&[NewRecord::new(&topics.raw, articles::dump(1))]);
    let mut worker = WorkerOptions::new(broker, &topics, &unique("too-small")).start();
    let status = worker.wait_exit(LIMIT);
    assert_eq!(status.code(), Some(2), "{}", worker.output().join("\n"));
    let errors = worker.errors();
    let text = errors[0]["msg"].as_str().expect("a text");
    assert!(text.contains("max.message.bytes") && text.contains(&topics.enriched), "{text}");
}
