//! The broker, its topics, and workers that go through the corpus.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use khabar::dedup::claim::{self, LogEntry};
use serde_json::Value;

use crate::corpus::{Corpus, milliseconds};
use crate::support::broker::{Broker, BrokerOptions};
use crate::support::client::{Client, Isolation};
use crate::support::outcomes::{self, Outcome, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{PROGRAM, Topics, WorkerOptions, wait_until_committed};

const PARTITIONS: u16 = 8;
const LIMIT: Duration = Duration::from_mins(10);
/// The part of the claims that are done before a replica starts in the middle.
const DONE_PERCENT: usize = 70;
/// A worker repeats the level in the log from time to time; so does an aged log.
const LEVEL_EVERY: usize = 1_000;
const HOUR_MS: i64 = 3_600_000;
/// W, as it is configured by default.
const WINDOW_MS: i64 = 168 * HOUR_MS;
const DAY_MS: f64 = 86_400_000.0;
/// So many differences are named.
const NAMED_MAX: usize = 5;

pub struct Run {
    broker: Broker,
    client: Client,
    topics: Topics,
    group: String,
}

/// What became of each raw record.
pub struct Outcomes {
    pub by_place: BTreeMap<Place, Outcome>,
}

/// A claims log whose times are those of the corpus, moved to end now.
pub struct AgedLog {
    pub entries: Vec<NewRecord>,
    /// Where each raw partition is resumed.
    committed: BTreeMap<i32, i64>,
    pub unfinished: usize,
    /// Entries that are older than the window of the first unfinished claim needs.
    pub cut: usize,
}

/// Differences by what was compared; told as they are added.
#[derive(Default)]
pub struct Differences(usize);

impl Differences {
    pub fn add(&mut self, what: &str, (compared, differences): (usize, Vec<String>)) {
        println!("{what}: {} differences of {compared}", differences.len());
        for difference in differences.iter().take(NAMED_MAX) {
            println!("    {difference}");
        }
        self.0 += differences.len();
    }

    pub const fn is_none(&self) -> bool {
        self.0 == 0
    }
}

impl Run {
    pub fn start() -> Self {
        // A topic that gives up its own setting has the broker's: so an aged log gets the broker's clock once it is written.
        let options = BrokerOptions::default()
            .property("log.message.timestamp.type", "LogAppendTime")
            .property("log.retention.ms", "-1");
        let broker = Broker::start_own(&options);
        let client = broker.client();
        let topics = Topics::create(&client, "replicas", PARTITIONS);
        Self { broker, client, topics, group: unique("replicas") }
    }

    fn options(&self, topics: &Topics) -> WorkerOptions {
        let options = WorkerOptions::new(&self.broker, topics, &self.group);
        match std::env::var_os("KHABAR_BENCH_BINARY") {
            Some(program) => options.program(program.as_ref()),
            None => options.program(PROGRAM.as_ref()),
        }
    }

    /// Feeds the corpus to two replicas, kills one when half is done, and starts another instead. Gives the place of each
    /// article, what became of it, and the seconds. The feed is at most `ahead` records ahead of the workers, so that the log
    /// keeps nearly the order of the corpus.
    pub fn work_with_a_kill(&self, corpus: &Corpus, ahead: usize) -> (Vec<Place>, Outcomes, f64) {
        let options = self.options(&self.topics);
        let mut replicas = [options.start(), options.start()];
        for replica in &mut replicas {
            replica.wait_for_event("partitions_assigned", LIMIT);
        }
        let begun = Instant::now();
        let mut places: Vec<Place> = Vec::new();
        let mut is_killed = false;
        for portion in corpus.articles.chunks(ahead.max(1)) {
            let records: Vec<NewRecord> = portion
                .iter()
                .zip(places.len()..)
                .map(|(article, number)| {
                    let partition = i32::try_from(number % usize::from(PARTITIONS)).expect("few");
                    NewRecord::new(&self.topics.raw, article.envelope.as_str()).partition(partition)
                })
                .collect();
            let behind = places.len();
            places.extend(self.client.produce(&records).into_iter().map(Place::from));
            self.wait_for(behind);
            if !is_killed && places.len() * 2 > corpus.articles.len() {
                is_killed = true;
                replicas[0].kill();
                replicas[0] = options.start();
            }
        }
        self.wait_for(places.len());
        for replica in &mut replicas {
            replica.stop(LIMIT);
        }
        (places.clone(), self.outcomes(&self.topics, Some(&places)), begun.elapsed().as_secs_f64())
    }

    fn wait_for(&self, records: usize) {
        let records = i64::try_from(records).expect("a count");
        wait_until_committed(&self.client, &self.group, &self.topics.raw, records, LIMIT);
    }

    fn outcomes(&self, topics: &Topics, all: Option<&[Place]>) -> Outcomes {
        let outcomes = outcomes::read(&self.client, topics, LIMIT);
        if let Some(all) = all {
            check_one_each(topics, all, &outcomes).unwrap_or_else(|problems| panic!("{problems}"));
        }
        Outcomes { by_place: outcomes.into_iter().map(|outcome| (outcome.raw, outcome)).collect() }
    }

    /// Every verdict of the records against a replay of the claims, by the program itself.
    pub fn audit(&self) -> (usize, Vec<String>) {
        let output = self.options(&self.topics).run(&["audit", "--json", "--verdicts"]);
        let text = String::from_utf8_lossy(&output.stdout);
        let report: Value = serde_json::from_str(&text)
            .unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        let compared = report["raw_records"].as_u64().and_then(|count| usize::try_from(count).ok());
        let mut problems: Vec<String> =
            report["findings"].as_array().into_iter().flatten().map(Value::to_string).collect();
        if report["result"] != "PASSED" && problems.is_empty() {
            problems.push(report.to_string());
        }
        (compared.unwrap_or_default(), problems)
    }

    /// One replica does all again, into other topics, by the claims that are there.
    pub fn alone(&self, before: &Outcomes) -> Outcomes {
        let topics = self.other_outcome_topics(&self.topics.claims);
        let starts = (0..i32::from(PARTITIONS)).map(|partition| (partition, 0)).collect();
        self.work(&topics, &starts);
        let places: Vec<Place> = before.by_place.keys().copied().collect();
        self.outcomes(&topics, Some(&places))
    }

    /// The same raw records and claims, with outcome topics of their own.
    fn other_outcome_topics(&self, claims: &str) -> Topics {
        let topics = Topics::create(&self.client, "replicas-again", PARTITIONS);
        Topics { raw: self.topics.raw.clone(), claims: claims.to_owned(), ..topics }
    }

    /// One replica works from these offsets to the ends.
    fn work(&self, topics: &Topics, starts: &BTreeMap<i32, i64>) {
        for (partition, offset) in starts {
            self.client.commit_offset(&self.group, &self.topics.raw, *partition, *offset);
        }
        let ends = self.client.bounds(&self.topics.raw, Isolation::Committed);
        let mut replica = self.options(topics).start();
        let sum = ends.iter().map(|(_, end)| end).sum();
        replica.wait_for_event("running", LIMIT);
        wait_until_committed(&self.client, &self.group, &self.topics.raw, sum, LIMIT);
        replica.stop(LIMIT);
    }

    /// The log that the replicas have written, with the times of the corpus instead of those of the run.
    pub fn aged_log(&self, corpus: &Corpus) -> AgedLog {
        let log = self.client.read_all(&self.topics.claims, Isolation::Committed, LIMIT);
        let level = log.first().cloned().expect("a log begins with its level");
        let claims: Vec<_> = log
            .iter()
            .filter_map(|record| Some((place_of_claim(record.value.as_deref()?)?, record)))
            .collect();
        let done = claims.len() * DONE_PERCENT / 100;
        let mut committed: BTreeMap<i32, i64> = self
            .client
            .bounds(&self.topics.raw, Isolation::Committed)
            .into_iter()
            .zip(0..)
            .map(|((_, end), partition)| (partition, end))
            .collect();
        let mut first: HashMap<Place, usize> = HashMap::new();
        for (at, (place, _)) in claims.iter().enumerate() {
            first.entry(*place).or_insert(at);
        }
        for (place, _) in first.iter().filter(|(_, at)| **at >= done) {
            let start = committed.entry(place.partition).or_insert(place.offset);
            *start = place.offset.min(*start);
        }
        let is_unfinished =
            |place: &Place| committed.get(&place.partition).is_none_or(|start| place.offset >= *start);
        let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970").as_millis();
        let now_ms = i64::try_from(now_ms).expect("a time");
        let last_ms = corpus.articles.last().map_or(0, |article| milliseconds(&article.fetched_at));
        let mut entries = Vec::new();
        let mut first_unfinished_ms = None;
        // The corpus is in the order of time, and so are the times of the log.
        let times = (0..claims.len()).map(|at| {
            let article = &corpus.articles[at.min(corpus.articles.len() - 1)];
            milliseconds(&article.fetched_at) - last_ms + now_ms - HOUR_MS
        });
        for ((at, (place, record)), time_ms) in claims.iter().enumerate().zip(times) {
            if at % LEVEL_EVERY == 0 {
                entries.push(entry(level.key.clone(), level.value.clone(), time_ms));
            }
            if is_unfinished(place) {
                first_unfinished_ms.get_or_insert(time_ms);
            }
            entries.push(entry(record.key.clone(), record.value.clone(), time_ms));
        }
        let needed_ms = first_unfinished_ms.unwrap_or(now_ms) - WINDOW_MS;
        let cut = entries.partition_point(|entry| entry.timestamp_ms <= Some(needed_ms)).saturating_sub(1);
        let unfinished = first.keys().filter(|place| is_unfinished(place)).count();
        AgedLog { entries, committed, unfinished, cut }
    }

    /// A replica starts on the log, all of it or what is left behind the cut, and does what is unfinished.
    pub fn resume(&self, log: &AgedLog, cut: Option<usize>) -> Outcomes {
        let claims = unique("replicas-aged");
        self.client.create_topic(&claims, 1, &[("message.timestamp.type", "CreateTime")]);
        let entries: Vec<NewRecord> =
            log.entries.iter().map(|entry| NewRecord { topic: claims.clone(), ..entry.clone() }).collect();
        self.client.produce(&entries);
        self.client.alter_topic(&claims, &[("retention.ms", "-1")]);
        if let Some(cut) = cut {
            self.client.delete_records_before(&claims, 0, i64::try_from(cut).expect("a count"));
        }
        let topics = self.other_outcome_topics(&claims);
        self.work(&topics, &log.committed);
        self.outcomes(&topics, None)
    }
}

impl AgedLog {
    pub fn days(&self) -> f64 {
        let times = [self.entries.first(), self.entries.last()]
            .map(|entry| entry.and_then(|entry| entry.timestamp_ms));
        #[allow(clippy::cast_precision_loss, reason = "some weeks in milliseconds")]
        let milliseconds = times[1].unwrap_or_default().saturating_sub(times[0].unwrap_or_default()) as f64;
        milliseconds / DAY_MS
    }
}

impl Outcomes {
    pub fn count(&self, kind: &str) -> usize {
        self.by_place.values().filter(|outcome| outcome.kind == kind).count()
    }

    /// How many were compared, and those that are not the same byte for byte.
    pub fn differences(&self, other: &Self) -> (usize, Vec<String>) {
        let places = self
            .by_place
            .keys()
            .chain(other.by_place.keys().filter(|place| !self.by_place.contains_key(place)));
        let differences = places
            .filter(|place| {
                let [one, other] = [self, other].map(|all| {
                    all.by_place.get(place).map(|found| (&found.kind, &found.record.key, &found.record.value))
                });
                one != other
            })
            .map(|place| format!("raw record {}@{}", place.partition, place.offset))
            .collect();
        (self.by_place.len(), differences)
    }
}

fn entry(key: Option<Vec<u8>>, value: Option<Vec<u8>>, time_ms: i64) -> NewRecord {
    NewRecord { key, value, partition: Some(0), timestamp_ms: Some(time_ms), ..NewRecord::default() }
}

/// The raw record of a claim; `None` for what is none.
fn place_of_claim(bytes: &[u8]) -> Option<Place> {
    match claim::decode(bytes, &mut |name| Arc::from(name)) {
        Ok(LogEntry::Claim(claim)) => {
            let raw = &claim.identity.coordinates;
            Some(Place { partition: raw.partition, offset: raw.offset })
        }
        _ => None,
    }
}
