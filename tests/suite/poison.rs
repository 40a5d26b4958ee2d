//! Records that end or stall the process are found and given up, at the cost of few workers; healthy records never are,
//! however often their worker is killed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::articles::{self, Random};
use crate::support::broker::Broker;
use crate::support::client::Client;
use crate::support::outcomes::{self, Outcome, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::worker::{PROGRAM, Topics, Worker, WorkerOptions, wait_until_committed};
use crate::support::{unique, wait_for};

const LIMIT: Duration = Duration::from_mins(4);
/// What one poison record may cost the whole fleet.
const DEATHS_MAX: usize = 3;
const HEALTHY: usize = 40;
const KILLS: usize = 30;
const RECORDS_PER_KILL: usize = 40;
/// Address space of a worker that is to run out of memory, in KiB.
const WORKER_KIB: u64 = 4_000_000;

/// An article that breaks a stage where faults are armed.
fn poison(number: usize, fault: &str) -> String {
    let end = format!("{number}.\n");
    let text = articles::dump(number);
    assert!(text.contains(&end), "a paragraph ends so");
    text.replacen(&end, &format!("{number}. planted-fault:{fault};\n"), 1)
}

/// Whether the group knows a replica that was started again, or waits until the one before it has timed out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    Named,
    Unnamed,
}

/// Two replicas, each started again when it ends, as an orchestrator would.
struct Fleet {
    options: Vec<WorkerOptions>,
    running: Vec<Worker>,
    ended: Vec<Worker>,
}

impl Fleet {
    fn start(options: &WorkerOptions, members: Members) -> Self {
        let named = |number: usize| match members {
            Members::Named => options.clone().set_text("kafka.instance_id", &format!("replica-{number}")),
            Members::Unnamed => options.clone(),
        };
        let options: Vec<WorkerOptions> = (0..2).map(named).collect();
        let running = options.iter().map(WorkerOptions::start).collect();
        Self { options, running, ended: Vec::new() }
    }

    fn tend(&mut self) {
        for (worker, options) in self.running.iter_mut().zip(&self.options) {
            if !worker.is_running() {
                self.ended.push(std::mem::replace(worker, options.start()));
            }
        }
    }

    /// Works until the group has committed `all` records, then stops.
    fn work(&mut self, client: &Client, group: &str, topics: &Topics, all: usize) {
        let reader = client.group_reader(group);
        let all = i64::try_from(all).expect("few");
        wait_for("all records to be committed", LIMIT, || {
            self.tend();
            (reader.committed(&topics.raw, topics.partitions).values().sum::<i64>() >= all).then_some(())
        });
        for worker in &mut self.running {
            worker.stop(LIMIT);
        }
        let deaths = self.ended.len();
        assert!((1..=DEATHS_MAX).contains(&deaths), "{deaths} workers ended");
        assert!(!self.events("partition_isolated").is_empty(), "a partition was isolated");
    }

    fn events(&self, name: &str) -> Vec<Value> {
        self.ended.iter().chain(&self.running).flat_map(|worker| worker.events(Some(name))).collect()
    }
}

/// What became of healthy records around poison ones.
struct Told {
    poison: Vec<Outcome>,
    poison_events: Vec<Value>,
    overdue_events: Vec<Value>,
}

/// Has a fleet work on healthy records with `faults` in their midst, side by side in one partition. Each raw record must
/// have one outcome.
fn work_through(
    name: &str,
    faults: &[(usize, &str)],
    members: Members,
    adjust: impl Fn(WorkerOptions) -> WorkerOptions,
) -> Told {
    work_through_and_read(name, faults, members, adjust, |outcomes| outcomes)
}

/// The outcomes without those that a raw record has had before: at least once may be twice.
fn without_repeats(mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut seen = std::collections::HashSet::new();
    outcomes.retain(|outcome| seen.insert((outcome.raw, outcome.kind.clone())));
    outcomes
}

fn work_through_and_read(
    name: &str,
    faults: &[(usize, &str)],
    members: Members,
    adjust: impl Fn(WorkerOptions) -> WorkerOptions,
    settle: impl Fn(Vec<Outcome>) -> Vec<Outcome>,
) -> Told {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, name, 2);
    let group = unique(name);
    let healthy = |numbers: std::ops::Range<usize>| {
        numbers
            .map(|number| {
                let partition = i32::from(!number.is_multiple_of(2));
                NewRecord::new(&topics.raw, articles::dump(number)).partition(partition)
            })
            .collect::<Vec<_>>()
    };
    let mut records = healthy(0..HEALTHY / 2);
    let before = records.len();
    records.extend(
        faults.iter().map(|(number, fault)| NewRecord::new(&topics.raw, poison(*number, fault)).partition(0)),
    );
    records.extend(healthy(HEALTHY / 2..HEALTHY));
    let places: Vec<Place> = client.produce(&records).into_iter().map(Place::from).collect();

    let mut fleet = Fleet::start(&adjust(armed(broker, &topics, &group)), members);
    fleet.work(&client, &group, &topics, records.len());
    let found = settle(outcomes::read(&client, &topics, LIMIT));
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    let (poison, healthy): (Vec<Outcome>, Vec<Outcome>) =
        found.into_iter().partition(|outcome| places[before..before + faults.len()].contains(&outcome.raw));
    assert!(healthy.iter().all(|outcome| outcome.kind == "enriched"), "healthy records are as ever");
    let mut poison = poison;
    poison.sort_by_key(|outcome| outcome.raw);
    Told {
        poison,
        poison_events: fleet.events("poison_found"),
        overdue_events: fleet.events("stage_overdue"),
    }
}

fn armed(broker: &Broker, topics: &Topics, group: &str) -> WorkerOptions {
    WorkerOptions::new(broker, topics, group)
        .set("kafka.session_timeout_ms", "6000")
        .set("transaction.timeout_ms", "3000")
        .environment("KHABAR_PLANTED_FAULTS", "1")
}

fn assert_rejected(outcome: &Outcome, code: &str, stage: &str) {
    assert_eq!(outcome.kind, "rejected");
    assert_eq!(outcome.header("khabar-error-code").as_deref(), Some(code));
    assert_eq!(outcome.header("khabar-error-stage").as_deref(), Some(stage));
}

#[test]
fn records_that_crash_parse_or_tag_cost_few_workers_and_nothing_else() {
    let faults = [(1000, "parse:abort"), (1001, "tag:abort"), (1001, "tag:abort"), (1003, "language:abort")];
    let told = work_through("crash", &faults, Members::Unnamed, |options| options);
    assert_rejected(&told.poison[0], "parse_killed", "parse");
    let original = &told.poison[1];
    assert_eq!(original.kind, "enriched");
    assert_eq!(original.record.json()["khabar"]["degraded"], json!(["tag"]));
    assert_eq!(original.record.json()["language"], "en");
    let copy = &told.poison[2];
    assert_eq!((copy.kind.as_str(), copy.duplicate_of()), ("duplicate", Some(original.raw)));
    // It is suppressed, so its tags are not wanted.
    assert_eq!(
        (&copy.record.json()["degraded"], &copy.record.json()["language"]),
        (&Value::Null, &json!("en"))
    );
    let speechless = &told.poison[3];
    assert_eq!(speechless.kind, "enriched");
    assert_eq!(speechless.record.json()["khabar"]["degraded"], json!(["tag"]));
    let stages: Vec<&Value> = told.poison_events.iter().map(|event| &event["stage"]).collect();
    assert!(
        stages.len() >= 4 && stages.iter().all(|stage| *stage == "parse" || *stage == "tag"),
        "{stages:?}"
    );
}

#[test]
fn a_stack_overflow_in_decode_costs_few_workers_with_delivery_at_least_once() {
    let at_least_once = |options: WorkerOptions| options.set_text("delivery", "at-least-once");
    let faults = [(1000, "decode:overflow")];
    let told = work_through_and_read("overflow", &faults, Members::Named, at_least_once, without_repeats);
    assert_rejected(&told.poison[0], "decode_killed", "decode");
}

#[test]
fn an_endless_loop_in_parse_ends_the_worker_with_a_clear_event_and_is_given_up() {
    let told = work_through("loop", &[(1000, "parse:loop")], Members::Named, |options| {
        options.set("workers.stage_seconds_max", "3")
    });
    assert_rejected(&told.poison[0], "parse_killed", "parse");
    let place = told.poison[0].raw;
    assert!(!told.overdue_events.is_empty());
    for event in &told.overdue_events {
        assert_eq!((&event["stage"], &event["partition"]), (&json!("parse"), &json!(place.partition)));
        assert_eq!(event["offset"], place.offset);
    }
}

#[test]
fn a_claimed_record_that_now_crashes_keeps_its_verdict_and_is_degraded() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "claimed", 1);
    let group = unique("claimed");
    let texts = [articles::dump(0), poison(1000, "parse:abort"), poison(1001, "tag:abort")];
    let records: Vec<NewRecord> =
        texts.iter().map(|text| NewRecord::new(&topics.raw, text.clone()).partition(0)).collect();
    client.produce(&records);
    let mut unharmed = WorkerOptions::new(broker, &topics, &group).start();
    wait_until_committed(&client, &group, &topics.raw, 3, LIMIT);
    unharmed.stop(LIMIT);
    client.commit_offset(&group, &topics.raw, 0, 0);

    Fleet::start(&armed(broker, &topics, &group), Members::Named).work(&client, &group, &topics, 3);
    let found = outcomes::read(&client, &topics, LIMIT);
    assert!(found.iter().all(|outcome| outcome.kind == "enriched"));
    for (offset, degraded) in [(0, Value::Null), (1, json!(["parse"])), (2, json!(["tag"]))] {
        let items: Vec<Value> = found
            .iter()
            .filter(|outcome| outcome.raw.offset == offset)
            .map(|outcome| outcome.record.json()["khabar"].clone())
            .collect();
        assert_eq!(items.len(), 2, "once for each time that it was read");
        assert_eq!((&items[0]["degraded"], &items[1]["degraded"]), (&Value::Null, &degraded));
        assert_eq!(items[0]["seq"], items[1]["seq"], "it was claimed once");
        assert_eq!(items[0]["dedup"], items[1]["dedup"]);
    }
}

#[test]
fn a_panic_in_a_stage_costs_one_record_and_is_told_by_that_record_alone() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "panic", 1);
    let group = unique("panic");
    let faults = ["decode:panic", "parse:panic", "tag:panic", "emit:panic"];
    let mut records: Vec<NewRecord> = (1000..)
        .zip(faults)
        .map(|(number, fault)| NewRecord::new(&topics.raw, poison(number, fault)).partition(0))
        .collect();
    records.push(NewRecord::new(&topics.raw, articles::dump(0)).partition(0));
    client.produce(&records);
    let mut worker = armed(broker, &topics, &group).start();
    wait_until_committed(&client, &group, &topics.raw, 5, LIMIT);
    worker.stop(LIMIT);

    let mut found = outcomes::read(&client, &topics, LIMIT);
    found.sort_by_key(|outcome| outcome.raw);
    assert_rejected(&found[0], "decode_panicked", "decode");
    assert_rejected(&found[1], "parse_panicked", "parse");
    let degraded = |outcome: &Outcome| outcome.record.json()["khabar"]["degraded"].clone();
    assert_eq!((degraded(&found[2]), degraded(&found[3])), (json!(["tag"]), json!(["emit"])));
    assert_eq!((found[4].kind.as_str(), degraded(&found[4])), ("enriched", Value::Null));
    assert_eq!(worker.events(Some("degraded")).len(), 2);
    assert_eq!(worker.events(Some("panicked")), Vec::<Value>::new());
}

/// A program that runs khabar with little address space.
fn with_little_memory(folder: &Path) -> std::path::PathBuf {
    let program = folder.join("khabar");
    fs::write(&program, format!("#!/bin/sh\nulimit -v {WORKER_KIB}\nexec {PROGRAM} \"$@\"\n"))
        .expect("a script is written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
    program
}

#[test]
fn a_record_that_takes_all_memory_in_parse_is_given_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = with_little_memory(folder.path());
    let told = work_through("memory", &[(1000, "parse:memory")], Members::Named, |options| {
        options.program(&program).set("workers.probe_mib", "512")
    });
    assert_rejected(&told.poison[0], "parse_killed", "parse");
}

#[test]
fn kills_in_quick_succession_reject_no_healthy_record() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "killed", 2);
    let group = unique("killed");
    // Of a fixed name, so that the group takes each successor for the one that was killed.
    let options = WorkerOptions::new(broker, &topics, &group)
        .set_text("kafka.instance_id", "replica-0")
        .set("transaction.records_max", "10");
    let mut random = Random::new(7);
    let mut raw = BTreeMap::new();
    for _ in 0..KILLS {
        produce(&client, &topics, &mut raw);
        let mut worker = options.start();
        worker.wait_for_event("partitions_assigned", LIMIT);
        thread::sleep(Duration::from_millis(u64::try_from(random.below(150)).expect("small")));
        worker.kill();
    }
    let mut worker = options.start();
    let all = i64::try_from(raw.len()).expect("few");
    wait_until_committed(&client, &group, &topics.raw, all, LIMIT);
    worker.stop(LIMIT);

    let found = outcomes::read(&client, &topics, LIMIT);
    let places: Vec<Place> = raw.keys().copied().collect();
    let counts = check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!((counts.enriched, counts.rejected), (raw.len(), 0));
}

fn produce(client: &Client, topics: &Topics, raw: &mut BTreeMap<Place, usize>) {
    let numbers = raw.len()..raw.len() + RECORDS_PER_KILL;
    let records: Vec<NewRecord> = numbers
        .clone()
        .map(|number| {
            let partition = i32::from(!number.is_multiple_of(2));
            NewRecord::new(&topics.raw, articles::dump(number)).partition(partition)
        })
        .collect();
    raw.extend(client.produce(&records).into_iter().map(Place::from).zip(numbers));
}
