//! Chaos: faults of every kind in random order while records are processed by one to four replicas, and a checker that
//! says from what was left behind whether anything was lost, doubled, torn or wrong.
//!
//! The run (`faults`, `fleet`, `feed`, `watch`) makes the evidence; the checker (`checker` and its rules) is a pure
//! function of it and is itself proved by planted faults (`planted`).

mod audit;
mod checker;
mod delivery_rules;
mod evidence;
mod expect;
mod faults;
mod feed;
mod fleet;
mod history;
mod log_rules;
mod outcome_rules;
mod planted;
mod report;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use khabar::flow::{Header, Outcome, RawCoordinates, RawRecord};

use serde_json::Value;

use self::evidence::{ClaimsEntry, Evidence, ProcessEvidence, RawEvidence, Reducer, Seen, Stability};
use self::faults::{FIRST, Fault, RELAYED, SESSION_MS, Scene, THIRD, TRANSACTION_MS};
use self::feed::{Fed, Feed, Plan};
use self::fleet::Fleet;
use self::report::Conclusion;
use self::watch::Watch;
use crate::support::articles::Random;
use crate::support::broker::{Broker, BrokerOptions};
use crate::support::client::{Client, Isolation};
use crate::support::observer::Observer;
use crate::support::outcomes::Place;
use crate::support::proxy::Proxy;
use crate::support::records::ReadRecord;
use crate::support::worker::{Topics, WorkerOptions};
use crate::support::{random_u64, segments, unique};

const PARTITIONS: u16 = 6;
/// Of a short run, one fault of each kind.
const SHORT_RECORDS: usize = 15_000;
/// About as long as one fault of each kind takes.
const SHORT_TIME: Duration = Duration::from_secs(110);
/// The short run is the same each time, as far as timing lets it; long ones look for what is new.
const SHORT_SEED: u64 = 41;
/// Without any progress for so long the run is over.
const SETTLE_LIMIT: Duration = Duration::from_mins(5);
const READ_LIMIT: Duration = Duration::from_mins(5);
/// Whether records are fed that end the process that works on them.
const WITH_KILLERS: bool = true;
/// Whether `khabar audit` has to agree. It knows nothing of resets, so that every second seed then has none.
const WITH_AUDIT: bool = true;

/// A run's size, from the environment.
struct Size {
    seed: u64,
    records: usize,
    /// None: one fault of each kind.
    minutes: Option<u64>,
}

impl Size {
    fn from_environment() -> Self {
        let number = |variable: &str| {
            let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
            Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{variable}={text} is a number")))
        };
        let records = number("KHABAR_CHAOS_RECORDS").and_then(|records| usize::try_from(records).ok());
        let minutes = number("KHABAR_CHAOS_MINUTES");
        let any = || if minutes.is_some() { random_u64() % 1_000_000 } else { SHORT_SEED };
        Self {
            seed: number("KHABAR_CHAOS_SEED").unwrap_or_else(any),
            records: records.unwrap_or(SHORT_RECORDS),
            minutes,
        }
    }

    /// Whether the members are static: the two kinds assign partitions in different ways, and can't mix in a group.
    const fn is_static(&self) -> bool {
        self.seed % 4 >= 2
    }

    fn time(&self) -> Duration {
        self.minutes.map_or(SHORT_TIME, Duration::from_mins)
    }
}

#[test]
fn chaos_loses_doubles_and_changes_nothing() {
    let size = Size::from_environment();
    println!("chaos with seed {}: {} records in {:?}", size.seed, size.records, size.time());
    let proxy = Proxy::start();
    let broker = Broker::start_own(&BrokerOptions::default().relay_port(proxy.port()));
    proxy.lead_to(broker.relayed());
    let client = broker.client();
    let topics = Topics::create(&client, "chaos", PARTITIONS);
    let group = unique("chaos");

    let early = Observer::start(&client, &topics.outcomes(), Isolation::Committed);
    let options = options(&broker, &topics, &group);
    let plan = Plan::new(&topics.raw, PARTITIONS, size.seed);
    let mut scene = Scene {
        broker: &broker,
        topics: topics.clone(),
        proxy: &proxy,
        fleet: Fleet::new(replicas(&options, &proxy, size.is_static())),
        feed: Feed::start(&client, plan, size.records, size.time()),
        watch: Watch::start(&client, &topics, &group),
        random: Random::new(size.seed),
        begun: Instant::now(),
        counts: BTreeMap::new(),
        stages: None,
        is_nested: false,
        is_static: size.is_static(),
        client,
        group,
    };
    for replica in [FIRST, RELAYED, THIRD] {
        scene.fleet.replicas[replica].is_wanted = true;
    }
    scene.fleet.wait_at_work(FIRST, Duration::from_mins(1));
    strike(&mut scene, &size);
    let (evidence, counts) = settle(scene, early);
    let report = checker::check(&evidence, &topics.raw);
    println!("faults: {counts:?}\n{report}");
    let processes = evidence.processes.as_deref().unwrap_or_default();
    println!("why producers were replaced and workers ended: {:#?}", causes(processes));
    if report.conclusion() != Conclusion::Passed {
        let folder = keep_logs(size.seed, &evidence);
        panic!("chaos with seed {}: {report}\nthe workers' logs are in {}", size.seed, folder.display());
    }
    if WITH_AUDIT && evidence.resets.is_empty() {
        audit::agrees(&options, &report).unwrap_or_else(|problem| panic!("seed {}: {problem}", size.seed));
    }
}

/// The causes that the logs name, with how often each was named.
fn causes(processes: &[ProcessEvidence]) -> BTreeMap<String, usize> {
    const TOLD: [&str; 3] = ["transaction_replaced", "fenced", "fatal_kafka_error"];
    let lines = processes.iter().flat_map(|process| &process.lines);
    let events = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut causes = BTreeMap::new();
    for event in events.filter(|event| event["event"].as_str().is_some_and(|name| TOLD.contains(&name))) {
        let cause: String = event["cause"].as_str().unwrap_or_default().chars().take(100).collect();
        *causes.entry(format!("{}: {cause}", event["event"])).or_default() += 1;
    }
    causes
}

/// All kinds in a new random order, again and again until the time is over.
fn strike(scene: &mut Scene<'_>, size: &Size) {
    loop {
        let mut kinds = Fault::ALL.to_vec();
        if WITH_KILLERS {
            kinds.extend(Fault::KILLERS);
        }
        if WITH_AUDIT && size.seed.is_multiple_of(2) {
            kinds.retain(|kind| *kind != Fault::Reset);
        }
        scene.random.shuffle(&mut kinds);
        for kind in kinds {
            if size.minutes.is_some() && scene.begun.elapsed() >= size.time() {
                return;
            }
            scene.strike(kind);
        }
        if size.minutes.is_none() {
            return;
        }
    }
}

fn options(broker: &Broker, topics: &Topics, group: &str) -> WorkerOptions {
    let options = WorkerOptions::new(broker, topics, group)
        .set("kafka.session_timeout_ms", &SESSION_MS.to_string())
        .set("transaction.timeout_ms", &TRANSACTION_MS.to_string())
        .set("transaction.records_max", "100")
        .set("budget.records_max", "1000")
        .environment("KHABAR_PLANTED_FAULTS", "1");
    match std::env::var_os("KHABAR_SUITE_PROGRAM") {
        Some(program) => options.program(&PathBuf::from(program)),
        None => options,
    }
}

fn replicas(options: &WorkerOptions, proxy: &Proxy, is_static: bool) -> Vec<(String, WorkerOptions)> {
    let relayed = options.clone().set_text("kafka.bootstrap_servers", &proxy.address());
    let all = [("first", options), ("relayed", &relayed), ("third", options), ("fourth", options)];
    all.into_iter()
        .map(|(name, options)| {
            let options = options.clone();
            let options = if is_static { options.set_text("kafka.instance_id", name) } else { options };
            (name.to_owned(), options)
        })
        .collect()
}

/// Lets the fleet finish, ends it, and reads all that was left behind.
fn settle(scene: Scene<'_>, early: Observer) -> (Evidence, BTreeMap<Fault, usize>) {
    let Scene { broker, client, topics, group, mut fleet, feed, watch, counts, .. } = scene;
    let fed = feed.finish();
    println!("all {} records are written", fed.len());
    let ends: BTreeMap<i32, i64> = ends_of(&client, &topics.raw);
    let begun = Instant::now();
    let mut progress = (BTreeMap::new(), Instant::now());
    let is_settled = loop {
        fleet.hold(Duration::from_millis(200));
        let committed = watch.committed();
        if committed == ends {
            break true;
        }
        // A busy machine is slow; a partition that stands still is a finding.
        if committed != progress.0 {
            progress = (committed, Instant::now());
        } else if progress.1.elapsed() > SETTLE_LIMIT {
            break false;
        }
    };
    println!("settled: {is_settled}, after {:.1} s", begun.elapsed().as_secs_f64());
    for replica in &mut fleet.replicas {
        replica.is_wanted = false;
    }
    let running = fleet.running();
    fleet.terminate(&running);
    let (samples, resets) = watch.stop();
    let stability = stability(&client, &topics);
    let committed =
        client.group_reader_of(&group, Isolation::Committed).committed(&topics.raw, topics.partitions);

    let mut reducer = Reducer::new(&topics.raw);
    let mut read = |isolation| read(&client, &topics, isolation, &mut reducer);
    let after = read(Isolation::Committed);
    let uncommitted = read(Isolation::Uncommitted);
    let begun = Instant::now();
    while early.count() < after.len() && begun.elapsed() < READ_LIMIT {
        std::thread::sleep(Duration::from_millis(100));
    }
    let early = early.stop().iter().map(|record| seen(&topics, record, &mut reducer)).collect();
    let claims = client.read_all(&topics.claims, Isolation::Committed, READ_LIMIT);
    let evidence = Evidence {
        acknowledged: fed.iter().map(|(place, _)| *place).collect(),
        raw: raw_log(&client, &topics, fed),
        raw_ends: ends,
        early: Some(early),
        after: Some(after),
        uncommitted: Some(uncommitted),
        batches: Some(batches(broker, &topics)),
        claims: Some(claims.into_iter().filter_map(ClaimsEntry::of).collect()),
        samples: Some(samples),
        resets,
        committed: Some(committed),
        stability: Some(stability),
        processes: Some(fleet.ended()),
        settled: Some(is_settled),
    };
    (evidence, counts)
}

fn ends_of(client: &Client, topic: &str) -> BTreeMap<i32, i64> {
    (0..).zip(client.bounds(topic, Isolation::Committed)).map(|(one, (_, end))| (one, end)).collect()
}

fn seen(topics: &Topics, record: &ReadRecord, reducer: &mut Reducer<'_>) -> Seen {
    let known = Outcome::ALL.into_iter().zip(topics.outcomes()).find(|(_, topic)| *topic == record.topic);
    reducer.reduce(known.expect("only outcome topics are read").0, record)
}

fn read(client: &Client, topics: &Topics, isolation: Isolation, reducer: &mut Reducer<'_>) -> Vec<Seen> {
    let mut all = Vec::new();
    for topic in topics.outcomes() {
        let records = client.read_all(topic, isolation, READ_LIMIT);
        all.extend(records.iter().map(|record| seen(topics, record, reducer)));
    }
    all
}

fn raw_log(client: &Client, topics: &Topics, fed: Vec<(Place, Fed)>) -> Vec<RawEvidence> {
    let known: BTreeMap<Place, Fed> = fed.into_iter().collect();
    let topic: Arc<str> = Arc::from(topics.raw.as_str());
    let records = client.read_all(&topics.raw, Isolation::Committed, READ_LIMIT);
    let log = records.into_iter().map(|record| {
        let place = Place { partition: record.partition, offset: record.offset };
        let headers = record.headers.into_iter().map(|(name, value)| Header { name, value });
        RawEvidence {
            place,
            planned: known.get(&place).map(|fed| fed.planned),
            record: RawRecord {
                coordinates: RawCoordinates {
                    topic: Arc::clone(&topic),
                    partition: record.partition,
                    offset: record.offset,
                },
                timestamp_ms: record.timestamp_ms,
                key: record.key,
                payload: record.value,
                headers: headers.collect(),
            },
        }
    });
    log.collect()
}

/// Waits a while for the broker to end the transactions of dead workers.
fn stability(client: &Client, topics: &Topics) -> Vec<Stability> {
    let begun = Instant::now();
    loop {
        let mut all = Vec::new();
        for topic in topics.outcomes().into_iter().chain([topics.claims.as_str(), "__consumer_offsets"]) {
            let stable = ends_of(client, topic);
            let ends: BTreeMap<i32, i64> = (0..)
                .zip(client.bounds(topic, Isolation::Uncommitted))
                .map(|(one, (_, end))| (one, end))
                .collect();
            all.extend(ends.into_iter().map(|(partition, end)| Stability {
                topic: topic.to_owned(),
                partition,
                stable: stable[&partition],
                end,
            }));
        }
        if all.iter().all(|one| one.stable == one.end) || begun.elapsed() > SETTLE_LIMIT {
            return all;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn batches(broker: &Broker, topics: &Topics) -> BTreeMap<(Outcome, i32), Vec<segments::Batch>> {
    let data = broker.folder().join("data");
    let outcomes = Outcome::ALL.into_iter().zip(topics.outcomes());
    outcomes
        .flat_map(|(outcome, topic)| (0..i32::from(topics.partitions)).map(move |one| (outcome, topic, one)))
        .map(|(outcome, topic, one)| ((outcome, one), segments::read(&data, topic, one)))
        .collect()
}

impl ClaimsEntry {
    fn of(record: ReadRecord) -> Option<Self> {
        let is_planted = record.header(faults::PLANTED).is_some();
        Some(Self { offset: record.offset, time_ms: record.timestamp_ms?, bytes: record.value?, is_planted })
    }
}

/// Writes the logs of a run that did not pass where they can be read, and how the offsets moved.
fn keep_logs(seed: u64, evidence: &Evidence) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chaos-{seed}"));
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    let samples = evidence.samples.iter().flatten();
    let offsets = samples.map(|sample| format!("{:?}, after {} resets\n", sample.committed, sample.resets));
    let offsets = format!("{:#?}\n{}", evidence.resets, offsets.collect::<String>());
    std::fs::write(folder.join("offsets.txt"), offsets).expect("the offsets are written");
    for (number, process) in evidence.processes.iter().flatten().enumerate() {
        let name = format!("{number:03} {} {:?} {:?}.log", process.name, process.asked, process.ended);
        std::fs::write(folder.join(name), process.lines.join("\n")).expect("a log is written");
    }
    folder
}
