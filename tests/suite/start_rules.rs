//! Whether a worker may start: what the group has committed, what the claims log holds and what retention has left must
//! fit together.

use std::time::Duration;

use crate::refusals::refused;
use crate::support::articles;
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::outcomes::{self, Counts, Outcome, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};
use crate::support::{unique, wait_for};

const LIMIT: Duration = Duration::from_mins(2);
/// Records that a group has worked on before it is started again.
const WORKED: i64 = 6;

/// A group that has worked and stopped.
struct Stopped {
    client: Client,
    topics: Topics,
    group: String,
    options: WorkerOptions,
    places: Vec<Place>,
}

impl Stopped {
    /// Three articles, each twice, in one partition: the second copy is a duplicate.
    fn after_work(test: &str) -> Self {
        let broker = Broker::shared();
        let client = broker.client();
        let topics = Topics::create(&client, test, 1);
        let group = unique(test);
        let options = WorkerOptions::new(broker, &topics, &group);
        let mut stopped = Self { client, topics, group, options, places: Vec::new() };
        stopped.produce(&[1, 2, 3, 1, 2, 3]);
        stopped.run_until(&stopped.options, WORKED);
        stopped
    }

    fn produce(&mut self, articles: &[usize]) {
        let records: Vec<NewRecord> =
            articles.iter().map(|number| NewRecord::new(&self.topics.raw, articles::dump(*number))).collect();
        self.places.extend(self.client.produce(&records).into_iter().map(Place::from));
    }

    fn run_until(&self, options: &WorkerOptions, committed: i64) {
        let mut worker = options.start();
        // A group whose offsets were there before has to work too, so the worker is waited for first.
        worker.wait_for_event("partitions_assigned", LIMIT);
        wait_until_committed(&self.client, &self.group, &self.topics.raw, committed, LIMIT);
        worker.stop(LIMIT);
    }

    fn outcomes(&self) -> Vec<Outcome> {
        outcomes::read(&self.client, &self.topics, LIMIT)
    }

    fn check(&self, raw: &[Place]) -> Counts {
        check_one_each(&self.topics, raw, &self.outcomes()).unwrap_or_else(|problems| panic!("{problems}"))
    }
}

#[test]
fn other_deduplication_settings_than_the_log_records_are_refused() {
    let stopped = Stopped::after_work("level");
    let other = stopped.options.clone().set("dedup.window_hours", "100");
    let reason = refused(&other, "claims_level_differs");
    assert!(reason["differences"].to_string().contains("window"), "{reason}");
    let policies = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(policies.path(), "[source.agency]\ndedup = \"never\"\n").unwrap();
    let other = stopped.options.clone().set_text("sources.file", policies.path().to_str().unwrap());
    let reason = refused(&other, "claims_level_differs");
    assert!(reason["differences"].to_string().contains("sources.file"), "{reason}");
    assert_eq!(stopped.check(&stopped.places), Counts { enriched: 3, duplicate: 3, rejected: 0 });
}

#[test]
fn a_lost_claims_log_is_noticed() {
    let mut stopped = Stopped::after_work("log-lost");
    stopped.client.delete_topic(&stopped.topics.claims);
    wait_for("the topic to be gone", LIMIT, || {
        stopped.client.partition_count(&stopped.topics.claims).is_none().then_some(())
    });
    stopped.client.create_topic(&stopped.topics.claims, 1, CLAIMS_CONFIG);
    stopped.produce(&[1, 4]);
    let reason = refused(&stopped.options, "claims_log_lost");
    assert_eq!(reason["topic"], stopped.topics.claims);

    stopped.run_until(&stopped.options.clone().set("dedup.accept_empty_log", "true"), WORKED + 2);
    // The first article is forgotten, and so is new again.
    assert_eq!(stopped.check(&stopped.places), Counts { enriched: 5, duplicate: 3, rejected: 0 });
}

#[test]
fn expired_offsets_are_noticed_and_reading_again_gives_the_same_verdicts() {
    let mut stopped = Stopped::after_work("expired");
    let first = stopped.outcomes();
    stopped.client.delete_group(&stopped.group);
    let reason = refused(&stopped.options, "offsets_expired");
    assert!(reason["partitions"].to_string().contains(&stopped.topics.raw), "{reason}");

    stopped.produce(&[4, 1]);
    stopped.run_until(&stopped.options.clone().argument("--from").argument("earliest"), WORKED + 2);
    let all = stopped.outcomes();
    for before in &first {
        let bytes = |outcome: &Outcome| {
            let record = &outcome.record;
            (record.topic.clone(), record.key.clone(), record.value.clone(), record.headers.clone())
        };
        let again: Vec<_> = all.iter().filter(|outcome| outcome.raw == before.raw).map(bytes).collect();
        assert_eq!(again, [bytes(before), bytes(before)]);
    }
    assert_eq!(Counts::of(&all), Counts { enriched: 7, duplicate: 7, rejected: 0 });
}

#[test]
fn skipping_expired_offsets_begins_at_the_end() {
    let mut stopped = Stopped::after_work("latest");
    stopped.client.delete_group(&stopped.group);
    stopped.produce(&[5]);
    let mut worker = stopped.options.clone().argument("--from").argument("latest").start();
    worker.wait_for_event("partitions_assigned", LIMIT);
    wait_until_committed(&stopped.client, &stopped.group, &stopped.topics.raw, WORKED + 1, LIMIT);
    stopped.produce(&[1]);
    wait_until_committed(&stopped.client, &stopped.group, &stopped.topics.raw, WORKED + 2, LIMIT);
    worker.stop(LIMIT);
    let mut expected = stopped.places.clone();
    expected.remove(6);
    assert_eq!(stopped.check(&expected), Counts { enriched: 3, duplicate: 4, rejected: 0 });
}

#[test]
fn records_that_retention_took_unread_are_noticed() {
    let mut stopped = Stopped::after_work("retention");
    stopped.produce(&[4, 5, 6, 1]);
    stopped.client.delete_records_before(&stopped.topics.raw, 0, WORKED + 2);
    let reason = refused(&stopped.options, "offsets_passed_by_retention");
    assert_eq!((&reason["committed"], &reason["begins"]), (&WORKED.into(), &(WORKED + 2).into()));
    assert_eq!(reason["lost"], 2);

    stopped.run_until(&stopped.options.clone().argument("--accept-loss"), WORKED + 4);
    let mut expected = stopped.places.clone();
    expected.drain(6..8);
    assert_eq!(stopped.check(&expected), Counts { enriched: 4, duplicate: 4, rejected: 0 });
    let bounds = stopped.client.bounds(&stopped.topics.raw, Isolation::Committed);
    assert_eq!(bounds, [(WORKED + 2, WORKED + 4)]);
}

#[test]
fn a_truncated_claims_log_is_refused_until_going_on_is_accepted_once() {
    let mut stopped = Stopped::after_work("log-cut");
    let options = stopped.options.clone();
    // Declares nothing, and leaves a second level behind what is cut.
    let raised = options.clone().set("dedup.revision_novelty_permille", "60");
    let output = raised.run(&["claims", "level", "--raise"]);
    assert!(output.status.success(), "{output:?}");
    stopped.produce(&[1, 4]);
    stopped.run_until(&raised, WORKED + 2);
    let [(low, end)] = stopped.client.bounds(&stopped.topics.claims, Isolation::Committed)[..] else {
        panic!("the log is one partition")
    };
    assert_eq!(low, 0);
    stopped.client.delete_records_before(&stopped.topics.claims, 0, end - 3);
    let reason = refused(&raised, "claims_log_cut");
    assert_eq!(reason["topic"], stopped.topics.claims);
    assert!(reason["msg"].as_str().expect("a text").contains("accept_empty_log"), "{reason}");
    assert!(reason["begins_ms"].as_i64() > reason["needed_ms"].as_i64(), "{reason}");

    stopped.produce(&[2, 5]);
    stopped.run_until(&raised.clone().set("dedup.accept_empty_log", "true"), WORKED + 4);
    stopped.produce(&[2, 6]);
    stopped.run_until(&raised, WORKED + 6);
    // The second article was forgotten once, and is known again afterwards.
    assert_eq!(stopped.check(&stopped.places), Counts { enriched: 7, duplicate: 5, rejected: 0 });
    stopped.client.delete_records_before(&stopped.topics.claims, 0, end + 1);
    refused(&raised, "claims_log_cut");
    let emptied = stopped.client.bounds(&stopped.topics.claims, Isolation::Committed)[0].1;
    stopped.client.delete_records_before(&stopped.topics.claims, 0, emptied);
    refused(&raised, "claims_log_lost");
}

#[test]
fn a_committed_offset_beyond_the_end_of_its_partition_is_refused_until_it_is_set_anew() {
    let mut stopped = Stopped::after_work("beyond-end");
    stopped.client.commit_offset(&stopped.group, &stopped.topics.raw, 0, WORKED + 5);
    let reason = refused(&stopped.options, "offsets_beyond_end");
    assert_eq!((&reason["committed"], &reason["end"]), (&(WORKED + 5).into(), &WORKED.into()));
    assert!(reason["msg"].as_str().expect("a text").contains("--reset-offsets"), "{reason}");
    stopped.client.commit_offset(&stopped.group, &stopped.topics.raw, 0, WORKED);
    stopped.produce(&[1]);
    stopped.run_until(&stopped.options, WORKED + 1);
    assert_eq!(stopped.check(&stopped.places), Counts { enriched: 3, duplicate: 4, rejected: 0 });
}

#[test]
fn records_of_a_recreated_raw_topic_are_others_than_those_at_the_same_offsets() {
    let mut stopped = Stopped::after_work("raw-recreated");
    let raw = stopped.topics.raw.clone();
    stopped.client.delete_topic(&raw);
    wait_for("the topic to be gone", LIMIT, || stopped.client.partition_count(&raw).is_none().then_some(()));
    stopped.client.create_topic(&raw, 1, &[]);
    // The broker deletes the group's offsets with the topic; one that is there nevertheless lies beyond the end.
    let left = stopped.client.committed_offsets(&stopped.group, &raw);
    refused(&stopped.options, if left.is_empty() { "offsets_expired" } else { "offsets_beyond_end" });
    if !left.is_empty() {
        stopped.client.delete_group(&stopped.group);
    }
    let before = stopped.outcomes().len();
    stopped.places.clear();
    stopped.produce(&[4, 1, 5]);
    stopped.run_until(&stopped.options.clone().argument("--from").argument("earliest"), 3);
    let all = stopped.outcomes();
    assert_eq!(all.len(), before + 3);
    // By the verdicts of the old records at these offsets all three would be enriched.
    assert_eq!(Counts::of(&all), Counts { enriched: 5, duplicate: 4, rejected: 0 });
    stopped.produce(&[4]);
    stopped.run_until(&stopped.options, 4);
    assert_eq!(Counts::of(&stopped.outcomes()), Counts { enriched: 5, duplicate: 5, rejected: 0 });
}

#[test]
fn records_of_partitions_that_are_added_later_are_never_skipped() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::create(&client, "added", 1);
    let group = unique("added");
    let options = WorkerOptions::new(broker, &topics, &group)
        .property("topic.metadata.refresh.interval.ms", "1000")
        .argument("--from")
        .argument("latest");
    let produce = |partition: i32, numbers: std::ops::Range<usize>| {
        let records: Vec<NewRecord> = numbers
            .map(|number| NewRecord::new(&topics.raw, articles::dump(number)).partition(partition))
            .collect();
        client.produce(&records)
    };
    produce(0, 0..2);
    let mut worker = options.start();
    worker.wait_for_event("running", LIMIT);
    wait_until_committed(&client, &group, &topics.raw, 2, LIMIT);
    let mut expected = produce(0, 2..4);
    wait_until_committed(&client, &group, &topics.raw, 4, LIMIT);

    client.grow_topic(&topics.raw, 2);
    wait_for("the partition to be there", LIMIT, || {
        (client.partition_count(&topics.raw) == Some(2)).then_some(())
    });
    expected.extend(produce(1, 4..9));
    wait_until_committed(&client, &group, &topics.raw, 9, LIMIT);
    worker.stop(LIMIT);

    client.grow_topic(&topics.raw, 3);
    wait_for("the partition to be there", LIMIT, || {
        (client.partition_count(&topics.raw) == Some(3)).then_some(())
    });
    expected.extend(produce(2, 9..14));
    let mut worker = options.start();
    worker.wait_for_event("running", LIMIT);
    wait_until_committed(&client, &group, &topics.raw, 14, LIMIT);
    worker.stop(LIMIT);
    let places: Vec<Place> = expected.into_iter().map(Place::from).collect();
    let found = outcomes::read(&client, &topics, LIMIT);
    check_one_each(&topics, &places, &found).unwrap_or_else(|problems| panic!("{problems}"));
}
