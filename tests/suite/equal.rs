//! The same articles give the same bytes, whoever processes them: one worker, two, or `khabar process`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::support::articles;
use crate::support::broker::Broker;
use crate::support::outcomes::{self, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{Topics, WorkerOptions, run_program, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(2);
const ARTICLES: usize = 120;
const WRITTEN_MS: i64 = 1_715_248_800_000;

/// Outcome and bytes by the number of the article, without what may differ.
type Results = BTreeMap<usize, (String, String)>;

/// Envelopes of two rounds. The second holds repeats and revisions of the first, so that no order within a round
/// decides a verdict.
fn rounds() -> [Vec<String>; 2] {
    let first = (0..ARTICLES).map(|number| match number % 3 {
        0 => articles::envelope_with_url(number),
        1 => {
            let content = STANDARD.encode(articles::dump(number));
            format!(
                r#"{{"content_base64": "{content}", "content_type": "text/plain", "fetched_at": 1715245200, "meta": {{"n": {number}}}}}"#
            )
        }
        _ => {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/suite/forms/page_arabic.html");
            let page = std::fs::read_to_string(path).expect("the page is there");
            let page = page.replace("news/3307", &format!("news/{number}"));
            // Text of its own, for near repeats are told by the order in which they come.
            let (head, _) = page.split_once("<p>").expect("the page has paragraphs");
            let dump = articles::dump(2 * (ARTICLES + number));
            let paragraphs: Vec<&str> = dump.lines().skip(2).take(2).collect();
            let page = format!("{head}<p>{}</p></article></body></html>", paragraphs.join("</p><p>"));
            serde_json::json!({"content": page, "fetched_at": "2024-05-09T09:00:00Z", "source": "safh"}).to_string()
        }
    });
    let second = (0..ARTICLES).step_by(4).map(|number| {
        if number % 3 == 0 {
            // Another text under the same URL.
            let changed = articles::revised(number, 1);
            let url = format!("https://gazette.example.com/story/{number}");
            serde_json::json!({"url": url, "content": changed, "fetched_at": "2024-05-10T09:00:00Z"})
                .to_string()
        } else {
            let content = articles::dump(number - number % 3 + 1);
            serde_json::json!({"content": content, "fetched_at": "2024-05-10T09:00:00Z"}).to_string()
        }
    });
    [first.collect(), second.collect()]
}

/// Takes out of the item where its raw record and that of the matched article stood, and the claims offset.
fn without_places(item: &str) -> String {
    let mut rest = item.to_owned();
    for (from, until) in [
        ("\"raw\":{", "},"),
        ("\"seq\":", ","),
        ("\"match\":{", "\"id\":"),
        ("\"duplicate_of\":{", "\"id\":"),
    ] {
        if let Some(start) = rest.find(from) {
            let end = rest[start..].find(until).expect("it ends") + start + until.len();
            rest.replace_range(start..end, "");
        }
    }
    rest
}

fn through_workers(workers: usize) -> Results {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "equal", 4);
    let group = unique("equal");
    let options = WorkerOptions::new(broker, &topics, &group);
    let mut running: Vec<_> = (0..workers).map(|_| options.start()).collect();
    for worker in &mut running {
        worker.wait_for_event("partitions_assigned", LIMIT);
    }
    let mut numbers: BTreeMap<Place, usize> = BTreeMap::new();
    for round in rounds() {
        let records: Vec<NewRecord> = round
            .iter()
            .zip(0..)
            .map(|(value, number)| {
                NewRecord::new(&topics.raw, value.as_str()).partition(number % 4).timestamp_ms(WRITTEN_MS)
            })
            .collect();
        let places = client.produce(&records);
        let begin = numbers.len();
        numbers.extend(places.into_iter().map(Place::from).zip(begin..));
        wait_until_committed(&client, &group, &topics.raw, i64::try_from(numbers.len()).expect("few"), LIMIT);
    }
    for worker in &mut running {
        worker.stop(LIMIT);
        let stopped = &worker.events(Some("stopped"))[0];
        assert!(outcomes::Counts::of_event(stopped).sum() > 0, "each worker has worked");
    }
    let found = outcomes::read(&client, &topics, LIMIT);
    let places: Vec<Place> = numbers.keys().copied().collect();
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    found
        .iter()
        .map(|outcome| (numbers[&outcome.raw], (outcome.kind.clone(), without_places(outcome.record.text()))))
        .collect()
}

#[derive(Deserialize)]
struct Line<'a> {
    outcome: &'a str,
    #[serde(borrow)]
    item: Option<&'a RawValue>,
    #[serde(borrow)]
    duplicate: Option<&'a RawValue>,
}

fn through_process() -> Results {
    let input = rounds().concat().join("\n") + "\n";
    let output = run_program(&["process", "--format", "jsonl", "-"], input.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("its output is text");
    let results: Results = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .map(|line: Line<'_>| {
            let value = line.item.or(line.duplicate).map_or("", RawValue::get);
            (line.outcome.to_owned(), without_places(value))
        })
        .enumerate()
        .collect();
    results
}

fn assert_equal(one: &Results, other: &Results) {
    assert_eq!(one.len(), other.len());
    for (number, result) in one {
        assert_eq!(result, &other[number], "article {number}");
    }
}

#[test]
fn one_and_two_replicas_and_process_give_byte_equal_items() {
    let one = through_workers(1);
    let kinds = |kind: &str| one.values().filter(|(outcome, _)| outcome == kind).count();
    assert!(kinds("enriched") > ARTICLES && kinds("duplicate") > 0, "revisions and repeats are among them");
    assert_equal(&one, &through_workers(2));
    assert_equal(&one, &through_process());
}
