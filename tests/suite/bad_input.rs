//! What no producer should send: each such record costs itself and nothing else.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::articles::{self, Random};
use crate::support::broker::Broker;
use crate::support::outcomes::{self, Outcome, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};
use crate::support::{unique, wire};

const LIMIT: Duration = Duration::from_mins(4);
/// More than decode.content_bytes_max of zeros.
const BOMB_BYTES: usize = 40 << 20;
const LARGE_BYTES: usize = 50 << 20;
/// In September of the year 39996.
const FAR_FUTURE_MS: i64 = 1_200_000_000_000_000;

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Rejected with this code.
    Rejected(&'static str),
    /// Enriched, with this flaw.
    Flawed(&'static str),
}
use Fate::{Flawed, Rejected};

fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; BOMB_BYTES]).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut random = Random::new(7);
    (0..bytes / 8).flat_map(|_| random.next().to_le_bytes()).collect()
}

fn deep_json() -> String {
    format!("{{\"content\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000))
}

fn envelope(fields: &str) -> String {
    format!("{{{fields}}}")
}

/// Bad records of every kind, with what becomes of them. Text that is enriched differs from all others.
fn bad(raw: &str) -> Vec<(NewRecord, Fate)> {
    let record = |value: &[u8]| NewRecord::new(raw, value);
    let text = |value: &str| NewRecord::new(raw, value);
    let labels = "تاريخ النشر:\nالمصدر: \nكلمات دلالية:\n";
    let empty_page =
        "<!DOCTYPE html><html><head><script>let a = 1;</script></head><body><nav></nav></body></html>";
    let nuls = articles::dump(1_000_001).replace(' ', " \0");
    let surrogates = envelope(
        r#""content": "A headline \ud800 with half a pair\n\nAnd a paragraph of text \udfff follows it here.""#,
    );
    let registry = [&[0, 0, 0, 0, 7][..], &noise(200)].concat();
    vec![
        (NewRecord::tombstone(raw), Rejected("tombstone")),
        (record(b""), Rejected("empty_payload")),
        (text(" \n\t "), Rejected("empty_payload")),
        (record(&bomb()), Rejected("content_too_large")),
        (record(&bomb()[..2_000]), Rejected("compression_broken")),
        (record(b"{\"content\": \"caf\xe9 \xff\"}"), Rejected("encoding_broken")),
        (text(r#"{"url": "https://x.example.com/1", "content": "cut in the mid"#), Rejected("json_broken")),
        (text(&deep_json()), Rejected("json_too_deep")),
        (text(&envelope(r#""content": 7"#)), Rejected("envelope_invalid")),
        (text(&envelope(r#""content": "x", "url": ["y"]"#)), Rejected("envelope_invalid")),
        (text(&envelope(r#""title": "no content at all""#)), Rejected("envelope_without_content")),
        (text(&envelope(r#""content_base64": "!!! not base64 !!!""#)), Rejected("base64_broken")),
        (
            text(&articles::dump(1_000_002)).header("content-type", "application/x-unheard-of"),
            Rejected("content_type_unsupported"),
        ),
        (
            text(&articles::dump(1_000_003)).header("content-encoding", "x-unheard-of"),
            Rejected("compression_unsupported"),
        ),
        (text(empty_page).header("content-type", "text/html"), Rejected("no_article")),
        (text(labels), Rejected("no_article")),
        (record(&registry), Rejected("binary_content")),
        (text(&nuls), Flawed("control_characters_dropped")),
        (text(&surrogates), Flawed("lone_surrogates_replaced")),
        (text(&articles::dump(1_000_005)).header("url", vec![0xff, 0xfe, b'x']), Flawed("header_ignored")),
        (text(&articles::dump(1_000_007)).timestamp_ms(FAR_FUTURE_MS), Flawed("timestamp_impossible")),
        (text("{").timestamp_ms(FAR_FUTURE_MS), Rejected("json_broken")),
        (record(&noise(LARGE_BYTES)).key("large"), Rejected("payload_too_large")),
    ]
}

fn topics() -> Topics {
    let client = Broker::shared().client();
    let topics = Topics::named("bad-input", 1);
    let raw = [("max.message.bytes", "60000000"), ("message.timestamp.after.max.ms", "9223372036854775807")];
    client.create_topic(&topics.raw, 1, &raw);
    for name in topics.outcomes() {
        client.create_topic(name, 1, &[]);
    }
    client.create_topic(&topics.claims, 1, CLAIMS_CONFIG);
    topics
}

fn flaws(outcome: &Outcome) -> Vec<String> {
    let item = outcome.record.json();
    let flaws = item["khabar"]["extraction"]["flaws"].as_array().cloned().unwrap_or_default();
    flaws.iter().filter_map(|flaw| flaw["code"].as_str()).map(str::to_owned).collect()
}

#[test]
fn bad_input_costs_one_record_each() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = topics();
    let group = unique("bad-input");
    let mut worker = WorkerOptions::new(broker, &topics, &group).start();

    let mut fates: BTreeMap<Place, Option<Fate>> = BTreeMap::new();
    for (number, (record, fate)) in bad(&topics.raw).into_iter().enumerate() {
        let good = NewRecord::new(&topics.raw, articles::dump(number));
        let places = client.produce(&[record, good]);
        fates.extend(places.into_iter().map(Place::from).zip([Some(fate), None]));
    }
    // No client library sends a header's name that is not UTF-8.
    let named: [(&[u8], &[u8]); 2] = [(b"\xff\xfe name", b"value"), (b"crawler", b"seven")];
    let value = articles::dump(1_000_009);
    let offset =
        wire::produce(broker.bootstrap(), &topics.raw, 0, value.as_bytes(), &named, 1_715_248_800_000);
    fates.insert(Place { partition: 0, offset }, None);
    let offset = wire::produce(broker.bootstrap(), &topics.raw, 0, b"{", &named, -62_000_000_000_000);
    fates.insert(Place { partition: 0, offset }, Some(Rejected("json_broken")));
    fates.extend(
        client
            .produce(&[NewRecord::new(&topics.raw, articles::dump(999))])
            .into_iter()
            .map(|place| (Place::from(place), None)),
    );
    let count = i64::try_from(fates.len()).expect("few");
    wait_until_committed(&client, &group, &topics.raw, count, LIMIT);
    worker.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let places: Vec<Place> = fates.keys().copied().collect();
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    let mut astray = Vec::new();
    for outcome in &found {
        let code = outcome.header("khabar-error-code");
        let is_right = match fates[&outcome.raw] {
            Some(Rejected(expected)) => code.as_deref() == Some(expected),
            Some(Flawed(flaw)) => outcome.kind == "enriched" && flaws(outcome).iter().any(|one| one == flaw),
            None => outcome.kind == "enriched",
        };
        if !is_right {
            astray.push((outcome.raw, fates[&outcome.raw], outcome.kind.clone(), code));
        }
    }
    assert_eq!(astray, Vec::new());
    odd_rejections_say_what_they_were(&found);
    assert_eq!(worker.events(Some("header_unreadable")).len(), 2);
    assert_eq!(worker.errors(), Vec::<Value>::new());
}

/// A value too large for any topic, and times that no calendar has.
fn odd_rejections_say_what_they_were(found: &[Outcome]) {
    let large = found
        .iter()
        .find(|outcome| outcome.header("khabar-error-code").as_deref() == Some("payload_too_large"));
    let large = large.expect("it is rejected");
    let hash = Sha256::digest(noise(LARGE_BYTES))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(large.header("khabar-original-omitted"), Some(format!("size={LARGE_BYTES};sha256={hash}")));
    assert_eq!(large.record.key.as_deref(), Some(&b"large"[..]));
    let times: Vec<String> = found
        .iter()
        .filter(|outcome| outcome.record.value.as_deref() == Some(b"{"))
        .filter_map(|outcome| outcome.header("khabar-error-at"))
        .collect();
    assert_eq!(times, [FAR_FUTURE_MS.to_string(), "0005-04-19T09:46:40.000Z".to_owned()]);
    let named =
        found.iter().rfind(|outcome| outcome.record.value.as_deref() == Some(b"{")).expect("it is there");
    assert_eq!(named.record.headers[0], ("crawler".to_owned(), Some(b"seven".to_vec())));
}
