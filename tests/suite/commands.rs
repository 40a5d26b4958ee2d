//! The commands that ask a broker: what they create, what they find, and their exit codes.

use std::process::Output;

use serde_json::Value;

use khabar::dedup::claim::{Claim, ClaimIdentity, LogEntry, decode, encode_claim, encode_level, scope};
use khabar::dedup::level::{ENGINE, Level, LevelRecord};
use khabar::dedup::sketch::sketch;
use khabar::flow::RawCoordinates;

use crate::support::articles;
use crate::support::broker::{Broker, BrokerOptions};
use crate::support::client::Isolation;
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{Topics, WorkerOptions, run_program};

const LIMIT: std::time::Duration = std::time::Duration::from_secs(30);
const DAY_MS: i64 = 86_400_000;

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", text(output));
}

/// The findings of `khabar check --online` that are not ok: state and subject.
fn findings(options: &WorkerOptions) -> (Option<i32>, Vec<(String, String)>) {
    let output = options.run(&["check", "--online", "--format", "json"]);
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    let member = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let found = report["findings"].as_array().into_iter().flatten();
    let found = found.map(|finding| (member(finding, "state"), member(finding, "subject")));
    (output.status.code(), found.filter(|(state, _)| state != "ok").collect())
}

fn levels(topic: &str) -> Vec<LevelRecord> {
    let log = Broker::shared().client().read_all(topic, Isolation::Uncommitted, LIMIT);
    let entries = log.iter().filter_map(|record| {
        decode(record.value.as_deref().unwrap_or_default(), &mut |name| name.into()).ok()
    });
    entries
        .filter_map(|entry| match entry {
            LogEntry::Level { record, .. } => Some(record),
            LogEntry::Claim(_) | LogEntry::Void { .. } => None,
        })
        .collect()
}

#[test]
fn topics_are_created_once_and_then_all_is_well() {
    let broker = Broker::shared();
    let topics = Topics::named("commands-create", 3);
    let options = WorkerOptions::new(broker, &topics, &unique("group"));
    // Raw records live longer and are larger than usual, and the rest is made to fit them.
    let retention = (30 * DAY_MS).to_string();
    broker.client().create_topic(
        &topics.raw,
        3,
        &[("retention.ms", &retention), ("max.message.bytes", "3000000")],
    );

    assert_code(&options.run(&["topics"]), 2);
    assert_eq!(findings(&options).0, Some(2));
    assert_code(&options.run(&["topics", "--create", "--dev", "--partitions", "2"]), 0);
    assert_code(&options.run(&["topics", "--create", "--dev", "--partitions", "4"]), 0);

    let client = broker.client();
    assert_eq!(client.partition_count(&topics.raw), Some(3), "an existing topic is left as it is");
    assert_eq!(client.partition_count(&topics.enriched), Some(2), "a second time changes nothing");
    assert_eq!(client.partition_count(&topics.claims), Some(1));
    assert_eq!(client.topic_configs(&topics.rejected)["max.message.bytes"], "3000000");
    let claims = client.topic_configs(&topics.claims);
    assert_eq!(claims["message.timestamp.type"], "LogAppendTime");
    let claims_retention: i64 = claims["retention.ms"].parse().unwrap();
    assert!(claims_retention >= 37 * DAY_MS, "raw retention and the window: {claims_retention}");
    let (code, found) = findings(&options);
    assert_eq!((code, found), (Some(0), vec![("warning".to_owned(), topics.claims.clone())]));
}

#[test]
fn a_cluster_that_is_too_small_is_told() {
    let topics = Topics::named("commands-replication", 1);
    let options = WorkerOptions::new(Broker::shared(), &topics, &unique("group"));
    let output = options.run(&["topics", "--create", "--replication", "3"]);
    assert_code(&output, 2);
    assert!(text(&output).contains("fewer brokers"), "{}", text(&output));
}

#[test]
fn a_claims_topic_that_breaks_the_order_or_time_is_refused() {
    let broker = Broker::shared();
    let topics = Topics::named("commands-unsuitable", 1);
    let client = broker.client();
    for name in [&topics.raw, &topics.enriched, &topics.duplicates, &topics.rejected] {
        client.create_topic(name, 1, &[]);
    }
    client.create_topic(
        &topics.claims,
        2,
        &[("message.timestamp.type", "CreateTime"), ("max.message.bytes", "500")],
    );
    let options = WorkerOptions::new(broker, &topics, &unique("group"));
    let output = options.run(&["topics"]);
    assert_code(&output, 2);
    for property in ["partitions", "message.timestamp.type", "max.message.bytes"] {
        assert!(text(&output).contains(property), "{property}: {}", text(&output));
    }
    let (code, found) = findings(&options);
    let wrong = found.iter().filter(|(state, subject)| state == "wrong" && *subject == topics.claims);
    assert_eq!((code, wrong.count()), (Some(2), 3), "{found:?}");
    assert_code(&options.run(&["claims", "level", "--raise"]), 2);
    assert_eq!(levels(&topics.claims), Vec::new(), "no level is written to it");
}

#[test]
fn a_level_is_written_once_and_raised_where_it_differs() {
    let broker = Broker::shared();
    let topics = Topics::create(&broker.client(), "commands-level", 1);
    let group = unique("group");
    let options = WorkerOptions::new(broker, &topics, &group);

    assert_code(&options.run(&["claims", "level"]), 0);
    assert_eq!(levels(&topics.claims), Vec::new(), "looking changes nothing");
    assert_code(&options.run(&["claims", "level", "--raise"]), 0);
    assert_code(&options.run(&["claims", "level", "--raise"]), 2);

    let shorter = options.clone().set("dedup.window_hours", "72");
    let shown = shorter.run(&["claims", "level"]);
    assert_code(&shown, 0);
    assert!(text(&shown).contains("the log has 168, this configuration has 72"), "{}", text(&shown));
    assert_eq!(findings(&shorter).0, Some(2), "a worker would not start");
    assert_code(&shorter.run(&["claims", "level", "--raise"]), 0);
    assert_eq!(findings(&shorter).0, Some(0));

    let policies = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(policies.path(), "[source.agency]\ndedup = \"never\"\n").unwrap();
    let never = shorter.clone().set_text("sources.file", policies.path().to_str().unwrap());
    assert_eq!(findings(&never).0, Some(2), "a worker would not start");
    assert_code(&never.run(&["claims", "level", "--raise"]), 0);
    assert_eq!(findings(&never).0, Some(0));

    let written = levels(&topics.claims);
    let numbers: Vec<(u32, u32)> =
        written.iter().map(|record| (record.number, record.level.window_hours)).collect();
    assert_eq!(numbers, [(1, 168), (2, 72), (3, 72)]);
    assert_eq!(written[1].previous.as_ref(), Some(&written[0].level));
    assert_eq!(written[1].group, group);
}

#[test]
fn a_level_of_a_newer_engine_is_shown_and_never_replaced() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "commands-newer", 1);
    let group = unique("group");
    let options = WorkerOptions::new(broker, &topics, &group);
    assert_code(&options.run(&["claims", "level", "--raise"]), 0);
    let mut record = levels(&topics.claims).remove(0);
    record.level = Level { engine: ENGINE + 1, ..record.level };
    record.number += 1;
    let foreign = LevelRecord { group: "other".to_owned(), number: 7, ..record.clone() };
    let own_scope = scope(&record.cluster, &group);
    client.produce(&[
        NewRecord::new(&topics.claims, encode_level(own_scope, &record).unwrap()),
        NewRecord::new(&topics.claims, encode_level(own_scope ^ 1, &foreign).unwrap()),
        NewRecord::new(&topics.claims, "not an entry"),
    ]);

    let shown = options.run(&["claims", "level"]);
    assert_code(&shown, 0);
    assert!(text(&shown).contains("group other: 1 entry"), "{}", text(&shown));
    assert_code(&options.clone().set("dedup.window_hours", "72").run(&["claims", "level", "--raise"]), 2);
    assert_eq!(levels(&topics.claims).len(), 3, "nothing was added");
    assert_eq!(findings(&options).0, Some(2));
}

#[test]
fn a_records_claims_and_verdict_are_shown_by_the_log_alone() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "commands-record", 1);
    let options = WorkerOptions::new(broker, &topics, &unique("group"));
    assert_code(&options.run(&["claims", "level", "--raise"]), 0);
    let level = levels(&topics.claims).remove(0);
    let claimed = |offset: i64| {
        let coordinates = RawCoordinates { topic: topics.raw.as_str().into(), partition: 0, offset };
        let text = "عاد الميناء إلى العمل صباح اليوم بعد إضراب دام أسبوعا كاملا";
        NewRecord::new(
            &topics.claims,
            encode_claim(&Claim {
                scope: scope(&level.cluster, &level.group),
                identity: ClaimIdentity::new(coordinates, Some(1), text.as_bytes()),
                content_hash: [0; 16],
                article_id: [offset.to_le_bytes()[0]; 16],
                has_url: false,
                fetched_at_ms: 1,
                language: "ar".to_owned(),
                source_hash: 1,
                never_suppressed: false,
                sketch: sketch("", text),
            }),
        )
    };
    client.produce(&[1, 2, 2].map(claimed));
    let shown = |offset: i64| options.run(&["claims", "record", &format!("{}/0@{offset}", topics.raw)]);
    let second = shown(2);
    assert_code(&second, 0);
    for part in ["exact (same_text), level 1", &format!("{}/0@1", topics.raw), "claimed again"] {
        assert!(text(&second).contains(part), "{part}: {}", text(&second));
    }
    let first = shown(1);
    assert_code(&first, 0);
    assert!(text(&first).contains("new (no_match)"), "{}", text(&first));
    assert_code(&shown(3), 1);
}

#[test]
fn a_lost_claims_log_is_told_and_not_hidden_by_a_first_level() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "commands-lost", 1);
    let group = unique("group");
    client.produce(&[NewRecord::new(&topics.raw, "one"), NewRecord::new(&topics.raw, "two")]);
    client.commit_offset(&group, &topics.raw, 0, 1);
    let options = WorkerOptions::new(broker, &topics, &group);
    let (code, found) = findings(&options);
    assert_eq!(code, Some(2));
    assert!(found.contains(&("wrong".to_owned(), topics.claims.clone())), "{found:?}");
    assert_code(&options.run(&["claims", "level", "--raise"]), 2);
    assert_eq!(levels(&topics.claims), Vec::new());
    let accepting = options.set("dedup.accept_empty_log", "true");
    assert_code(&accepting.run(&["claims", "level", "--raise"]), 0);
    assert_eq!(findings(&accepting).0, Some(0));
}

#[test]
fn unread_records_that_retention_took_are_told() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "commands-passed", 1);
    let group = unique("group");
    client.produce(&["one", "two", "three"].map(|value| NewRecord::new(&topics.raw, value)));
    client.commit_offset(&group, &topics.raw, 0, 1);
    client.delete_records_before(&topics.raw, 0, 2);
    let options = WorkerOptions::new(broker, &topics, &group).set("dedup.accept_empty_log", "true");
    let (code, found) = findings(&options);
    assert!(
        found.iter().any(|(state, subject)| state == "wrong" && subject.contains(&topics.raw)),
        "{found:?}"
    );
    assert_eq!(code, Some(2));
    assert_eq!(findings(&options.set("start.accept_loss", "true")).0, Some(0));
}

#[test]
fn a_broker_that_is_not_there_is_a_failure_and_not_a_fault_of_usage() {
    let address = "kafka.bootstrap_servers=127.0.0.1:1";
    let output = run_program(&["check", "--online", "--set", address], b"");
    assert_code(&output, 1);
    assert!(text(&output).contains("127.0.0.1:1"), "{}", text(&output));
}

#[test]
fn refused_credentials_and_permissions_are_told_as_such() {
    let options = BrokerOptions::default().sasl_user("worker", "right").access_control();
    let broker = Broker::start_own(&options);
    let topics = Topics::create(&broker.client(), "commands-security", 1);
    let options = WorkerOptions::new(&broker, &topics, &unique("group"))
        .set_text("kafka.bootstrap_servers", broker.sasl_bootstrap())
        .set_text("kafka.security_protocol", "sasl_plaintext")
        .set_text("kafka.sasl_mechanism", "PLAIN")
        .set_text("kafka.sasl_username", "worker");
    let wrong = options.clone().set_text("kafka.sasl_password", "wrong");
    assert_eq!(findings(&wrong), (Some(2), vec![("wrong".to_owned(), "broker".to_owned())]));
    let right = options.set_text("kafka.sasl_password", "right");
    let (code, found) = findings(&right);
    assert_eq!(code, Some(2));
    assert!(found.contains(&("wrong".to_owned(), topics.raw.clone())), "{found:?}");
    assert_code(&right.run(&["topics"]), 2);
}

#[test]
fn schemas_are_printed_by_name() {
    for arguments in [&["schema"][..], &["schema", "duplicate"]] {
        let output = run_program(arguments, b"");
        assert_code(&output, 0);
        assert!(
            serde_json::from_slice::<Value>(&output.stdout).is_ok_and(|schema| schema["$id"].is_string())
        );
    }
    let output = run_program(&["schema", "enrichd"], b"");
    assert_code(&output, 2);
    assert!(text(&output).contains("did you mean enriched?"), "{}", text(&output));
}

#[test]
fn an_article_is_explained_line_by_line_without_a_broker() {
    let dump = "Ferry returns to the harbour\nPublished: 2 May 2024\nThe ferry came back on Thursday.\n";
    let output = run_program(&["explain", "--json", "--format", "text"], dump.as_bytes());
    assert_code(&output, 0);
    let explained: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    assert_eq!(explained["lines"][1]["evidence"], "label:Published");
    assert_eq!(explained["fields"]["headline"]["found"], "line:1");
    let output = run_program(&["explain", "no/such/file.txt"], b"");
    assert_code(&output, 1);
}

#[test]
fn an_article_is_shown_beside_the_one_that_it_repeats() {
    let folder = tempfile::tempdir().expect("a folder");
    let (first, copy) = (folder.path().join("first.txt"), folder.path().join("copy.txt"));
    let dump = articles::dump(4);
    std::fs::write(&first, &dump).expect("it can be written");
    let body: Vec<&str> = dump.lines().filter(|line| !line.starts_with("خبر رقم")).collect();
    std::fs::write(&copy, format!("عنوان آخر\n{}\n", body.join("\n"))).expect("it can be written");
    let against = first.display().to_string();
    let copy = copy.display().to_string();
    let output = run_program(&["explain", &copy, "--against", &against, "--json"], b"");
    assert_code(&output, 0);
    let compared: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    assert_eq!((&compared["verdict"], &compared["suppressed"]), (&"near".into(), &true.into()));
    assert_eq!(compared["match"], against.as_str());
    let output = run_program(&["explain", &copy, "--against", &against], b"");
    assert!(text(&output).contains("[+"), "what is new is marked: {}", text(&output));
}
