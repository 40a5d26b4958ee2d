//! Several workers as one: who processes a record changes nothing about what leaves.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::support::articles::{self, Random};
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::observer::Observer;
use crate::support::outcomes::{self, Outcome, Place, check_one_each, check_one_enriched_each, check_order};
use crate::support::records::{NewRecord, ReadRecord};
use crate::support::unique;
use crate::support::worker::{Topics, Worker, WorkerOptions, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(2);
/// One article has at most so many exact copies.
const COPIES_MAX: usize = 4;
/// One in so many raw records can't become an article.
const BROKEN_EVERY: usize = 25;

/// A number from the environment, for runs that are larger than the suite's.
fn number(variable: &str, default: usize) -> usize {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is a number")),
        Err(_) => default,
    }
}

/// How long a run of that many records may hang before it is given up.
fn limit_for(records: usize) -> Duration {
    LIMIT + Duration::from_millis(u64::try_from(records).expect("a count fits") * 10)
}

/// Raw records in random order over all partitions: articles with one to four copies of the same text, bare or in an
/// envelope, and broken ones. With each the number of its text, if it has one.
fn repeats(topics: &Topics, records: usize, seed: u64) -> Vec<(NewRecord, Option<usize>)> {
    let mut random = Random::new(seed);
    let mut all = Vec::with_capacity(records);
    let mut article = 0;
    while all.len() < records {
        if all.len() % BROKEN_EVERY == 0 {
            all.push((articles::broken(&topics.raw, all.len()), None));
            continue;
        }
        article += 1;
        for _ in 0..=random.below(COPIES_MAX).min(records - all.len() - 1) {
            let value =
                if random.below(2) == 0 { articles::dump(article) } else { articles::envelope(article) };
            all.push((NewRecord::new(&topics.raw, value), Some(article)));
        }
    }
    random.shuffle(&mut all);
    for (record, _) in &mut all {
        record.partition = Some(i32::try_from(random.below(usize::from(topics.partitions))).expect("few"));
    }
    all
}

fn produce(client: &Client, records: &[(NewRecord, Option<usize>)]) -> BTreeMap<Place, Option<usize>> {
    let plain: Vec<NewRecord> = records.iter().map(|(record, _)| record.clone()).collect();
    let places = client.produce(&plain);
    places.into_iter().map(Place::from).zip(records.iter().map(|(_, text)| *text)).collect()
}

fn assert_committed_to_the_ends(client: &Client, topics: &Topics, group: &str) {
    let ends: Vec<i64> =
        client.bounds(&topics.raw, Isolation::Committed).iter().map(|(_, end)| *end).collect();
    assert_eq!(client.committed_offsets(group, &topics.raw).into_values().collect::<Vec<_>>(), ends);
}

/// What two readers saw of the outcome topics is the same.
fn assert_same(during: &[ReadRecord], after: &[Outcome]) {
    let by_place = |record: &ReadRecord| {
        let value = (record.key.clone(), record.value.clone(), record.headers.clone());
        ((record.topic.clone(), record.partition, record.offset), value)
    };
    let during: BTreeMap<_, _> = during.iter().map(by_place).collect();
    let after: BTreeMap<_, _> = after.iter().map(|outcome| by_place(&outcome.record)).collect();
    assert_eq!(during.len(), after.len());
    assert!(during == after, "a reader during the run saw other records than one after it");
}

/// The workers of a run, with all that were started.
struct Fleet {
    options: WorkerOptions,
    running: Vec<Worker>,
    ended: Vec<Worker>,
}

impl Fleet {
    fn start(options: WorkerOptions, replicas: usize) -> Self {
        let running = (0..replicas).map(|_| options.start()).collect();
        Self { options, running, ended: Vec::new() }
    }

    /// Waits until each of them has partitions.
    fn wait_until_spread(&mut self, limit: Duration) {
        for worker in &mut self.running {
            worker.wait_for_event("partitions_assigned", limit);
        }
    }

    /// Kills a worker without warning and starts another one in its place.
    fn replace(&mut self, index: usize) {
        let fresh = self.options.start();
        let mut killed = std::mem::replace(&mut self.running[index], fresh);
        killed.kill();
        self.ended.push(killed);
    }

    /// Has a worker drain and end.
    fn scale_away(&mut self, index: usize) {
        let mut worker = self.running.remove(index);
        worker.stop(LIMIT);
        self.ended.push(worker);
    }

    /// Ends the rest, and gives the events of level `error` of all.
    fn stop(mut self) -> Vec<Value> {
        while !self.running.is_empty() {
            self.scale_away(0);
        }
        self.ended.iter().flat_map(Worker::errors).collect()
    }
}

#[test]
fn exact_repeats_over_partitions_give_one_enriched_through_kills() {
    let records = number("KHABAR_SUITE_RECORDS", 8_000);
    let seed = u64::try_from(number("KHABAR_SUITE_SEED", 20_240_509)).expect("a number fits");
    let limit = limit_for(records);
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "kills", 6);
    let group = unique("kills");
    let all = repeats(&topics, records, seed);
    let observer = Observer::start(&client, &topics.outcomes(), Isolation::Committed);

    let mut options = WorkerOptions::new(broker, &topics, &group)
        .set("kafka.session_timeout_ms", "6000")
        .set("transaction.timeout_ms", "6000")
        .set("transaction.records_max", "200")
        .set("budget.records_max", "1000");
    if let Some(program) = std::env::var_os("KHABAR_SUITE_PROGRAM") {
        options = options.program(&PathBuf::from(program));
    }
    let mut fleet = Fleet::start(options, 3);
    let mut random = Random::new(seed);
    let kills = number("KHABAR_SUITE_KILLS", 2);
    let mut raw = BTreeMap::new();
    // Each worker has partitions and work when one of them dies or goes.
    for (step, part) in all.chunks(records.div_ceil(kills + 1)).enumerate() {
        fleet.wait_until_spread(limit);
        let before = raw.len();
        raw.extend(produce(&client, part));
        observer.wait_for_count(before + part.len() * (5 + random.below(40)) / 100, limit);
        if step < kills {
            // Two of the three are killed in turn.
            fleet.replace(step % 2);
        } else {
            fleet.scale_away(2);
        }
    }
    wait_until_committed(&client, &group, &topics.raw, i64::try_from(records).expect("few"), limit);
    let during = observer.wait_for_count(records, limit);
    let errors = fleet.stop();

    let found = outcomes::read(&client, &topics, limit);
    let places: Vec<Place> = raw.keys().copied().collect();
    let counts = check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
    let text_of = |place: Place| raw.get(&place).copied().flatten();
    check_one_enriched_each(&found, text_of).unwrap_or_else(|problems| panic!("{problems}"));
    check_order(&found).unwrap_or_else(|problems| panic!("{problems}"));
    assert_same(&during, &found);
    assert_eq!(counts.rejected, raw.values().filter(|text| text.is_none()).count());
    assert_committed_to_the_ends(&client, &topics, &group);
    assert_eq!(errors, Vec::<Value>::new());
    println!("{records} raw records, seed {seed}: {counts:?}");
}
