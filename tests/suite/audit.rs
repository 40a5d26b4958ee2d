//! `khabar audit` on a genuine broker: right topics pass, and whatever is doubled, deleted or out of sight is told.

use std::time::Duration;

use serde_json::Value;

use crate::support::articles;
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::records::{NewRecord, ReadRecord};
use crate::support::unique;
use crate::support::worker::{Topics, WorkerOptions, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(2);
const PARTITIONS: i32 = 3;
/// In the one transaction of a raw producer that was aborted.
const ABORTED: usize = 2;
const ALL: &[&str] = &["audit", "--json", "--verdicts", "--content"];

/// A group that has worked on articles, repeats, revisions and broken records.
struct Worked {
    client: Client,
    topics: Topics,
    group: String,
    options: WorkerOptions,
    raw_records: u64,
}

fn records(raw: &str) -> Vec<NewRecord> {
    let mut records = Vec::new();
    for number in 0..30 {
        records.push(NewRecord::new(raw, articles::envelope_with_url(number)));
        match number % 5 {
            0 => records.push(articles::broken(raw, number)),
            1 => records.push(NewRecord::new(raw, articles::dump(number)).header("traceparent", "00-1-2-03")),
            2 => {
                let text = articles::revised(number, 1);
                let url = format!("https://gazette.example.com/story/{number}");
                let value = serde_json::json!({"url": url, "content": text}).to_string();
                records.push(NewRecord::new(raw, value).key("key"));
            }
            _ => {}
        }
    }
    for (partition, record) in (0..PARTITIONS).cycle().zip(&mut records) {
        record.partition = Some(partition);
    }
    records
}

impl Worked {
    fn new(test: &str) -> Self {
        let broker = Broker::shared();
        let client = broker.client();
        let topics = Topics::create(&client, test, PARTITIONS.unsigned_abs().try_into().expect("few"));
        let group = unique(test);
        let options = WorkerOptions::new(broker, &topics, &group);
        let mut worker = options.start();
        let records = records(&topics.raw);
        client.produce(&records);
        // Gaps among the raw records: aborted ones, and the markers of transactions.
        let aborted = client.begin_transaction(&unique("raw"), LIMIT);
        let never = NewRecord::new(&topics.raw, articles::dump(900)).partition(0);
        aborted.send(&vec![never; ABORTED]);
        aborted.abort();
        let committed = client.begin_transaction(&unique("raw"), LIMIT);
        let more = [NewRecord::new(&topics.raw, articles::dump(901)).partition(0)];
        committed.send(&more);
        committed.commit();
        let raw_records = (records.len() + more.len()) as u64;
        // The last committed record stands behind the aborted ones and their marker.
        let sum = i64::try_from(raw_records).expect("few") + i64::try_from(ABORTED).expect("few") + 1;
        wait_until_committed(&client, &group, &topics.raw, sum, LIMIT);
        worker.stop(LIMIT);
        Self { client, topics, group, options, raw_records }
    }

    /// The report, which is told with the exit code 0 where it passed and 1 else.
    #[track_caller]
    fn audit(options: &WorkerOptions, arguments: &[&str]) -> Value {
        let output = options.run(arguments);
        let text = String::from_utf8_lossy(&output.stdout);
        let report: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        let code = i32::from(report["result"] != "PASSED");
        assert_eq!(output.status.code(), Some(code), "{report}");
        report
    }

    fn read(&self, topic: &str) -> Vec<ReadRecord> {
        self.client.read_all(topic, Isolation::Committed, LIMIT)
    }
}

fn copy(record: &ReadRecord, topic: &str) -> NewRecord {
    NewRecord {
        topic: topic.to_owned(),
        partition: Some(record.partition),
        key: record.key.clone(),
        value: record.value.clone(),
        headers: record.headers.clone(),
        timestamp_ms: None,
    }
}

/// Kind, partition and offset of the raw record.
fn findings(report: &Value) -> Vec<(String, i64, i64)> {
    let findings = report["findings"].as_array().expect("findings are a list");
    let number = |finding: &Value, name: &str| finding[name].as_i64().expect("a number");
    findings
        .iter()
        .map(|finding| {
            let kind = finding["kind"].as_str().expect("a text").to_owned();
            (kind, number(finding, "partition"), number(finding, "offset"))
        })
        .collect()
}

fn raw_place(record: &ReadRecord) -> (i64, i64) {
    let number = |name: &str| record.header(name).expect("a header").parse().expect("a number");
    (number("khabar-raw-partition"), number("khabar-raw-offset"))
}

#[test]
fn what_workers_left_is_proved_and_what_is_doubled_or_deleted_is_named() {
    let worked = Worked::new("audit");
    let report = Worked::audit(&worked.options, ALL);
    assert_eq!(report["result"], "PASSED", "{report}");
    assert_eq!(report["raw_records"], worked.raw_records);
    let count = |name: &str| report[name].as_u64().expect("a count");
    let counts = [count("enriched"), count("duplicate"), count("rejected")];
    assert_eq!(counts.iter().sum::<u64>(), worked.raw_records);
    assert!(counts.iter().all(|count| *count > 0), "{report}");
    let shown = worked.options.run(&["audit", "--verdicts", "--content"]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(text.contains("PASSED") && text.contains(&format!("{}/2", worked.topics.raw)), "{text}");

    // One deleted: all but one are copied into another topic, and that is audited.
    let duplicates = worked.read(&worked.topics.duplicates);
    let fewer = unique("audit-fewer");
    worked.client.create_topic(&fewer, PARTITIONS.unsigned_abs().try_into().expect("few"), &[]);
    let (gone, kept) = duplicates.split_first().expect("there are duplicates");
    worked.client.produce(&kept.iter().map(|record| copy(record, &fewer)).collect::<Vec<_>>());
    let other = worked.options.clone().set_text("kafka.duplicates_topic", &fewer);
    let report = Worked::audit(&other, &["audit", "--json"]);
    assert_eq!(report["result"], "FAILED");
    let (partition, offset) = raw_place(gone);
    assert_eq!(findings(&report), [("lost".to_owned(), partition, offset)]);

    // One doubled.
    let enriched = worked.read(&worked.topics.enriched);
    worked.client.produce(&[copy(&enriched[7], &worked.topics.enriched)]);
    let report = Worked::audit(&worked.options, ALL);
    assert_eq!(report["result"], "FAILED");
    let (partition, offset) = raw_place(&enriched[7]);
    assert_eq!(findings(&report), [("doubled".to_owned(), partition, offset)]);
    assert_eq!(report["findings_total"], 1);
    let shown = worked.options.run(&["audit", "--findings-max", "1"]);
    let text = String::from_utf8_lossy(&shown.stdout);
    assert!(text.contains(&format!("{}/{partition}@{offset}", worked.topics.raw)), "{text}");
}

#[test]
fn what_is_out_of_sight_is_unknown_and_never_passed() {
    let worked = Worked::new("audit-unknown");
    let other_group = worked.options.clone().set_text("kafka.group", &unique("nobody"));
    let report = Worked::audit(&other_group, &["audit", "--json"]);
    assert_eq!(report["result"], "UNKNOWN");
    assert!(report["unknown"].to_string().contains("no committed offset"), "{report}");

    worked.client.delete_records_before(&worked.topics.raw, 1, 4);
    let report = Worked::audit(&worked.options, ALL);
    assert_eq!((&report["result"], &report["findings_total"]), (&"UNKNOWN".into(), &0.into()), "{report}");
    assert!(report["unknown"].to_string().contains("below offset 4"), "{report}");
    assert_eq!(report["raw_records"], worked.raw_records - 4);

    // A committed offset that was set back: outcomes stand ahead of it, and that is a fault for all that is unknown.
    worked.client.commit_offset(&worked.group, &worked.topics.raw, 2, 5);
    let report = Worked::audit(&worked.options, &["audit", "--json"]);
    assert_eq!(report["result"], "FAILED");
    assert!(findings(&report).contains(&("early".to_owned(), 2, 5)), "{report}");
}

#[test]
fn a_topic_that_does_not_exist_and_verdicts_without_dedup_are_refused() {
    let topics = Topics::named("audit-refused", 1);
    let options = WorkerOptions::new(Broker::shared(), &topics, &unique("audit-refused"));
    for (options, arguments, hint) in [
        (options.clone(), &["audit"][..], "does not exist"),
        (options.set("dedup.enabled", "false"), &["audit", "--verdicts"][..], "leave --verdicts out"),
    ] {
        let output = options.run(arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(hint), "{text}");
    }
}

#[test]
fn topics_are_audited_while_workers_run() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "audit-running", 3);
    let group = unique("audit-running");
    let options = WorkerOptions::new(broker, &topics, &group);
    let mut workers = [options.start(), options.start()];
    for worker in &mut workers {
        worker.wait_for_event("partitions_assigned", LIMIT);
    }
    let batch = |from: usize| -> Vec<NewRecord> {
        let numbers = (from..from + 200).zip((0..3).cycle());
        // Every article comes again in the next batch.
        numbers
            .map(|(number, partition)| {
                NewRecord::new(&topics.raw, articles::dump(number / 2)).partition(partition)
            })
            .collect()
    };
    let mut proved = 0;
    for round in 0..4 {
        client.produce(&batch(round * 100));
        let output = options.run(ALL);
        let report: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(report["findings_total"], 0, "{report}");
        proved += u64::from(report["result"] == "PASSED");
    }
    assert!(proved > 0, "each partition has a committed offset before the first audit");
    wait_until_committed(&client, &group, &topics.raw, 800, LIMIT);
    for worker in &mut workers {
        worker.stop(LIMIT);
    }
    let output = options.run(ALL);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
