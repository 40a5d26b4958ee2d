//! Whether a worker may start: what the group has committed, what the claims log holds and what retention has left must
//! fit together.

use std::time::Duration;

use crate::refusals::refused;
use crate::support::articles;
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::outcomes::{self, Counts, Outcome, Place, check_one_each};
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};

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
    assert_eq!(stopped.check(&stopped.places), Counts { enriched: 3, duplicate: 3, rejected: 0 });
}

#[test]
fn a_lost_claims_log_is_noticed() {
    let mut stopped = Stopped::after_work("log-lost");
    stopped.client.delete_topic(&stopped.topics.claims);
    crate::support::wait_for("the topic to be gone", LIMIT, || {
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
