//! What leaves for what comes in: each raw record has one outcome, with the headers and keys that readers rely on.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::broker::Broker;
use crate::support::outcomes::{self, Counts, Outcome, Place, check_one_each};
use crate::support::records::{HeaderPair, NewRecord};
use crate::support::unique;
use crate::support::worker::{Topics, WorkerOptions, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(2);
const TRACE_PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
/// 2024-05-09T10:00:00Z.
const WRITTEN_MS: i64 = 1_715_248_800_000;

fn form(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/suite/forms").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

fn text(name: &str, value: &str) -> HeaderPair {
    (name.to_owned(), Some(value.as_bytes().to_vec()))
}

/// khabar's five headers of every outcome.
fn own(topics: &Topics, outcome: &str, place: Place) -> Vec<HeaderPair> {
    vec![
        text("khabar-outcome", outcome),
        text("khabar-raw-topic", &topics.raw),
        text("khabar-raw-partition", &place.partition.to_string()),
        text("khabar-raw-offset", &place.offset.to_string()),
        text("khabar-version", env!("CARGO_PKG_VERSION")),
    ]
}

fn originals(raw: &str) -> Vec<NewRecord> {
    let record = |value: Vec<u8>, partition| NewRecord::new(raw, value).partition(partition);
    vec![
        record(form("dump_arabic.txt"), 0)
            .key("any key")
            .header("crawler", "seven")
            .header("traceparent", TRACE_PARENT)
            .header("tracestate", "vendor=1"),
        record(form("page_arabic.html"), 1).header("content-type", "text/html"),
        record(form("envelope.json"), 2),
        record(form("ninjs.json"), 0),
        record(gzip(&form("dump_english.txt")), 1),
    ]
}

fn repeats(raw: &str) -> Vec<NewRecord> {
    let record = |value: Vec<u8>, partition| NewRecord::new(raw, value).partition(partition);
    vec![
        record(form("dump_arabic.txt"), 2).header("traceparent", TRACE_PARENT),
        record(form("page_arabic.html"), 0),
        record(gzip(&form("envelope.json")), 1),
        record(form("ninjs.json"), 1),
        record(form("dump_english.txt"), 0),
    ]
}

fn broken(raw: &str) -> Vec<NewRecord> {
    let named = |record: NewRecord| {
        record
            .key(vec![0xff, 0x00, 0xfe])
            .header("traceparent", TRACE_PARENT)
            .header("crawler", vec![0xff, 0x20])
            .partition(2)
            .timestamp_ms(WRITTEN_MS)
    };
    let mut cut = named(NewRecord::new(raw, "{\"content\": \"cut in the mid"));
    cut.headers.push(("without-value".to_owned(), None));
    vec![named(NewRecord::tombstone(raw)), cut, named(NewRecord::new(raw, &b"%PDF-1.7\n\xff\x00"[..]))]
}

#[test]
fn every_raw_record_has_one_outcome() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "one-outcome", 3);
    let group = unique("one-outcome");
    let mut worker = WorkerOptions::new(broker, &topics, &group).start();

    let places = |places: Vec<(i32, i64)>| -> Vec<Place> { places.into_iter().map(Place::from).collect() };
    let first = places(client.produce(&originals(&topics.raw)));
    wait_until_committed(&client, &group, &topics.raw, 5, LIMIT);
    let second = places(client.produce(&repeats(&topics.raw)));
    let third = places(client.produce(&broken(&topics.raw)));
    wait_until_committed(&client, &group, &topics.raw, 13, LIMIT);
    worker.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let all: Vec<Place> = [&first[..], &second, &third].concat();
    let counts = check_one_each(&topics, &all, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(counts, Counts { enriched: 5, duplicate: 5, rejected: 3 });
    let of = |place: Place| found.iter().find(|outcome| outcome.raw == place).expect("it was checked");
    enriched_records_are_keyed_and_traced(&topics, &first, &of);
    duplicates_point_to_their_originals(&topics, &first, &second, &of);
    rejected_records_are_untouched(&topics, &third, &of);

    let ends: Vec<i64> = client
        .bounds(&topics.raw, crate::support::client::Isolation::Committed)
        .iter()
        .map(|(_, end)| *end)
        .collect();
    assert_eq!(client.committed_offsets(&group, &topics.raw).into_values().collect::<Vec<_>>(), ends);
    let output = worker.output();
    let last: serde_json::Value =
        serde_json::from_str(output.last().expect("it logs")).expect("a line is JSON");
    assert_eq!(last["event"], "stopped");
    assert_eq!(Counts::of_event(&last), counts);
    assert_eq!(last["exit_code"], 0);
    assert_eq!(worker.errors(), Vec::<serde_json::Value>::new());
}

fn enriched_records_are_keyed_and_traced<'a>(
    topics: &Topics,
    first: &[Place],
    of: &impl Fn(Place) -> &'a Outcome,
) {
    let uris = [
        None,
        Some("https://safh.example.com/news/3307"),
        Some("https://gazette.example.com/2024/05/bridge-toll"),
        Some("https://wire.example.com/items/88213"),
        None,
    ];
    for (place, uri) in first.iter().zip(uris) {
        let outcome = of(*place);
        assert_eq!(outcome.kind, "enriched");
        let item = outcome.record.json();
        let own_uri = item["uri"].as_str().expect("an item has a uri");
        match uri {
            Some(uri) => assert_eq!(own_uri, uri),
            None => assert!(own_uri.starts_with("urn:khabar:"), "{own_uri}"),
        }
        assert_eq!(outcome.record.key.as_deref(), Some(own_uri.as_bytes()));
        assert_eq!(item["khabar"]["raw"]["topic"], topics.raw);
        assert_eq!(item["khabar"]["raw"]["partition"], place.partition);
        assert_eq!(item["khabar"]["raw"]["offset"], place.offset);
        assert_eq!(item["khabar"]["dedup"]["verdict"], "new");
    }
    let mut headers = own(topics, "enriched", first[0]);
    headers.extend([text("traceparent", TRACE_PARENT), text("tracestate", "vendor=1")]);
    assert_eq!(of(first[0]).record.headers, headers);
    assert_eq!(of(first[1]).record.headers, own(topics, "enriched", first[1]));
    assert_eq!(
        of(first[2]).record.json()["khabar"]["meta"],
        serde_json::json!({"tenant": "north", "crawl": 17})
    );
}

fn duplicates_point_to_their_originals<'a>(
    topics: &Topics,
    first: &[Place],
    second: &[Place],
    of: &impl Fn(Place) -> &'a Outcome,
) {
    for (original, repeat) in first.iter().zip(second) {
        let outcome = of(*repeat);
        assert_eq!(outcome.kind, "duplicate");
        let value = outcome.record.json();
        assert_eq!(value["kind"], "exact");
        assert_eq!(outcome.duplicate_of(), Some(*original));
        assert_eq!(value["duplicate_of"]["topic"], topics.raw);
        let item = of(*original).record.json();
        assert_eq!(value["duplicate_of"]["id"], item["khabar"]["id"]);
        assert_eq!(value["uri"], item["uri"]);
        assert_eq!(outcome.record.key, of(*original).record.key);
        assert!(value.get("body").is_none());
    }
    let mut headers = own(topics, "duplicate", second[0]);
    headers.push(text("traceparent", TRACE_PARENT));
    assert_eq!(of(second[0]).record.headers, headers);
}

fn rejected_records_are_untouched<'a>(topics: &Topics, third: &[Place], of: &impl Fn(Place) -> &'a Outcome) {
    let codes = ["tombstone", "json_broken", "pdf_unsupported"];
    for ((place, code), sent) in third.iter().zip(codes).zip(broken(&topics.raw)) {
        let outcome = of(*place);
        assert_eq!(outcome.record.value, sent.value);
        assert_eq!(outcome.record.key, sent.key);
        let mut headers = sent.headers;
        headers.extend(own(topics, "rejected", *place));
        headers.push(text("khabar-error-code", code));
        headers.push(text("khabar-error-stage", "decode"));
        let message = outcome.header("khabar-error-message").expect("it says why");
        assert!(!message.is_empty() && message.len() <= 512, "{message}");
        headers.push(text("khabar-error-message", &message));
        headers.push(text("khabar-error-at", "2024-05-09T10:00:00.000Z"));
        assert_eq!(outcome.record.headers, headers);
    }
}
