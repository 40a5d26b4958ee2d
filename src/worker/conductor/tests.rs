//! The conductor against a model of everything around it, under random schedules: a pool that answers in any order, a
//! claims log that zombies write to as well, a committer whose commits fail, partitions that come and go.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use proptest::prelude::*;

use super::*;
use crate::article::{Article, Judgement, Verdict};
use crate::budget::Budget;
use crate::dedup::sketch::sketch;
use crate::flow::{Outcome, ParsedRecord, RawCoordinates};

const BROKEN: Cause = Cause::Rejected(crate::rejection::Code::JsonBroken);
const PARTITIONS: usize = 2;
const RECORDS: i64 = 12;
const DRAIN: Duration = Duration::from_secs(5);

fn key(partition: usize) -> PartitionKey {
    PartitionKey { topic: Arc::from("raw"), partition: i32::try_from(partition).unwrap() }
}

fn raw(partition: usize, offset: i64) -> RawRecord {
    let key = key(partition);
    RawRecord {
        coordinates: RawCoordinates { topic: key.topic, partition: key.partition, offset },
        timestamp_ms: Some(1),
        key: None,
        payload: Some(vec![u8::try_from(offset).unwrap()]),
        headers: Vec::new(),
    }
}

fn identity(partition: usize, offset: i64) -> ClaimIdentity {
    let raw = raw(partition, offset);
    ClaimIdentity::new(raw.coordinates, raw.timestamp_ms, raw.payload.as_deref().unwrap())
}

/// Every fifth record is rejected, so that it has no claim.
fn is_rejected(offset: i64) -> bool {
    offset % 5 == 3
}

fn prepared(raw: &RawRecord) -> Box<Prepared> {
    let payload = raw.payload.as_deref().unwrap_or_default();
    let identity = ClaimIdentity::new(raw.coordinates.clone(), raw.timestamp_ms, payload);
    let record = ParsedRecord {
        origin: raw.origin(),
        article: Article::default(),
        content_hash: [0; 16],
        fetched_at_ms: None,
        meta: None,
    };
    let claim = Claim {
        scope: 1,
        identity,
        content_hash: [0; 16],
        article_id: [0; 16],
        has_url: false,
        fetched_at_ms: -1,
        language: "und".to_owned(),
        source_hash: 0,
        never_suppressed: false,
        sketch: sketch("", ""),
    };
    Box::new(Prepared::untold(record, claim))
}

/// The record's verdict is told by the payload, a rejection by none.
fn output(sequence: Option<i64>) -> OutputRecord {
    let outcome = if sequence.is_some() { Outcome::Enriched } else { Outcome::Rejected };
    let payload = sequence.map(|sequence| sequence.to_string().into_bytes());
    OutputRecord { outcome, key: None, payload, headers: Vec::new() }
}

fn judgement(sequence: i64) -> Judgement {
    Judgement {
        verdict: Verdict::New,
        matched: None,
        score_permille: 0,
        novelty_permille: 1000,
        rule: "no_match",
        level: 1,
        suppressed: false,
        sequence,
    }
}

enum Job {
    Prepare(Ticket, RawRecord),
    Finish(Ticket, Option<Judgement>),
}

enum Told {
    Outcome(Finished),
    Cut(Sender<()>),
    Lost(Vec<PartitionKey>),
}

/// What the conductor ordered and nobody has done yet.
#[derive(Default)]
struct Ordered {
    jobs: Vec<Job>,
    appended: Vec<ClaimIdentity>,
    told: VecDeque<Told>,
}

impl Orders for Ordered {
    fn judged(&mut self, _waited: Duration) {}

    fn prepare(&mut self, ticket: Ticket, raw: RawRecord) {
        self.jobs.push(Job::Prepare(ticket, raw));
    }

    fn finish(&mut self, ticket: Ticket, _prepared: Box<Prepared>, judgement: Option<Judgement>) {
        self.jobs.push(Job::Finish(ticket, judgement));
    }

    fn append(&mut self, claim: &Claim) {
        self.appended.push(claim.identity.clone());
    }

    fn commit(&mut self, finished: Finished) {
        self.told.push_back(Told::Outcome(finished));
    }

    fn cut(&mut self, done: Sender<()>) {
        self.told.push_back(Told::Cut(done));
    }

    fn lost(&mut self, keys: Vec<PartitionKey>) {
        self.told.push_back(Told::Lost(keys));
    }
}

/// A partition as its owner, the group and the downstream see it.
#[derive(Default)]
struct Lane {
    /// `None`: another worker's, which does nothing.
    epoch: Option<u64>,
    next_read: i64,
    committed: i64,
    /// Committed outcomes in order: offset and the verdict's place in the log.
    downstream: Vec<(i64, Option<i64>)>,
    /// Offset whose claim was appended last, with the epoch of it.
    claimed: Option<(u64, i64)>,
}

struct World {
    conductor: Conductor<Ordered>,
    lanes: Vec<Lane>,
    budget: Budget,
    epochs: u64,
    floor: u64,
    log: Vec<ClaimIdentity>,
    applied: usize,
    open: Vec<(usize, i64, Option<i64>)>,
    drains: Vec<(usize, Instant, Receiver<()>)>,
    now: Instant,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            conductor: Conductor::new(Ordered::default(), Verdicts::default()),
            lanes: (0..PARTITIONS).map(|_| Lane::default()).collect(),
            budget: Budget::new(1000, 1000),
            epochs: 0,
            floor: 0,
            log: Vec::new(),
            applied: 0,
            open: Vec::new(),
            drains: Vec::new(),
            now: Instant::now(),
        };
        for partition in 0..PARTITIONS {
            world.begin(partition);
        }
        world
    }

    /// Assigned, or rewound: from the committed offset on, under a new epoch.
    fn begin(&mut self, partition: usize) {
        self.epochs += 1;
        let lane = &mut self.lanes[partition];
        lane.epoch = Some(self.epochs);
        lane.next_read = lane.committed;
        self.conductor.begun(key(partition), self.epochs);
    }

    fn read(&mut self, partition: usize) {
        let lane = &mut self.lanes[partition];
        let Some(epoch) = lane.epoch.filter(|_| lane.next_read < RECORDS) else { return };
        let offset = lane.next_read;
        lane.next_read += 1;
        let permit = self.budget.take(1);
        self.conductor.record(raw(partition, offset), epoch, permit, self.now);
    }

    /// One thread of the pool ends one piece of work, whichever.
    fn work(&mut self, choice: usize) {
        let jobs = &mut self.conductor.orders().jobs;
        if jobs.is_empty() {
            return;
        }
        let job = jobs.swap_remove(choice % jobs.len());
        match job {
            Job::Prepare(ticket, raw) => {
                let rejected = is_rejected(ticket.offset);
                let result = if rejected {
                    Err(Box::new(Rejected { output: output(None), cause: BROKEN, plain: None }))
                } else {
                    Ok(prepared(&raw))
                };
                self.conductor.prepared(&ticket, result);
            }
            Job::Finish(ticket, judgement) => {
                let sequence = judgement.expect("an article has a verdict").sequence;
                self.conductor.finished(&ticket, output(Some(sequence)));
            }
        }
        self.take_claims();
    }

    /// Claims reach the log in the order of the calls; one of a record whose verdict is known is never among them.
    fn take_claims(&mut self) {
        for claim in std::mem::take(&mut self.conductor.orders().appended) {
            let partition = usize::try_from(claim.coordinates.partition).unwrap();
            let offset = claim.coordinates.offset;
            assert!(!self.log[..self.applied].contains(&claim), "a second claim of {offset}");
            let lane = &mut self.lanes[partition];
            let epoch = lane.epoch.expect("claims are of owned partitions");
            if let Some((_, last)) = lane.claimed.filter(|(of, _)| *of == epoch) {
                assert!(last < offset, "claims leave in raw order: {last}, {offset}");
            }
            lane.claimed = Some((epoch, offset));
            self.log.push(claim);
        }
    }

    fn zombie_claims(&mut self, partition: usize, offset: i64) {
        self.log.push(identity(partition, offset % RECORDS));
    }

    fn judge_next(&mut self) {
        if let Some(claim) = self.log.get(self.applied).cloned() {
            let sequence = i64::try_from(self.applied).unwrap();
            self.applied += 1;
            self.conductor.verdict(&claim, &judgement(sequence));
            self.take_claims();
        }
    }

    /// The committer takes what it is told next.
    fn hear(&mut self) {
        let Some(told) = self.conductor.orders().told.pop_front() else { return };
        match told {
            Told::Outcome(finished) => {
                let partition = usize::try_from(finished.key.partition).unwrap();
                let is_valid =
                    finished.epoch >= self.floor && self.lanes[partition].epoch == Some(finished.epoch);
                if is_valid {
                    let payload = finished.output.payload;
                    let sequence =
                        payload.map(|bytes| String::from_utf8(bytes).unwrap().parse::<i64>().unwrap());
                    self.open.push((partition, finished.offset, sequence));
                }
            }
            Told::Cut(done) => {
                self.commit();
                let _ = done.try_send(());
            }
            Told::Lost(keys) => {
                if self.open.iter().any(|(partition, ..)| keys.contains(&key(*partition))) {
                    self.fail();
                }
            }
        }
    }

    fn commit(&mut self) {
        for (partition, offset, sequence) in std::mem::take(&mut self.open) {
            let lane = &mut self.lanes[partition];
            assert_eq!(offset, lane.committed, "outcomes leave in raw order, none missing, none twice");
            lane.downstream.push((offset, sequence));
            lane.committed = offset + 1;
            self.conductor.committed(&key(partition), offset + 1);
        }
    }

    /// A transaction fails: what is open is void, and every partition is read again from its committed offset.
    fn fail(&mut self) {
        self.open.clear();
        self.epochs += 1;
        self.floor = self.epochs;
        for partition in 0..PARTITIONS {
            if self.lanes[partition].epoch.is_some() {
                self.begin(partition);
            }
        }
    }

    fn lose(&mut self, partition: usize) {
        if self.lanes[partition].epoch.take().is_some() {
            self.conductor.lost(vec![key(partition)]);
            // The outcomes that are open can't be committed any more.
            if self.open.iter().any(|(open, ..)| *open == partition) {
                self.fail();
            }
        }
    }

    /// The poller asks for the drain; it reads nothing until the answer.
    fn revoke(&mut self, partition: usize) {
        let is_draining = !self.drains.is_empty();
        if self.lanes[partition].epoch.is_none() || is_draining {
            return;
        }
        let (done, drained) = bounded(1);
        let deadline = self.now + DRAIN;
        self.conductor.revoking(vec![key(partition)], deadline, done);
        self.drains.push((partition, deadline, drained));
    }

    fn check_drains(&mut self, passed: Duration) {
        self.now += passed;
        self.conductor.check_drains(self.now);
        let ended: Vec<usize> = self
            .drains
            .iter()
            .enumerate()
            .filter(|(_, (.., drained))| drained.try_recv().is_ok())
            .map(|(at, _)| at)
            .collect();
        for at in ended.into_iter().rev() {
            let (partition, ..) = self.drains.remove(at);
            self.lanes[partition].epoch = None;
            assert!(self.open.iter().all(|(open, ..)| *open != partition), "all of it was committed");
        }
    }

    fn step(&mut self, action: u8, choice: usize) {
        let partition = choice % PARTITIONS;
        let is_draining = !self.drains.is_empty();
        match action {
            0..=24 if !is_draining => self.read(partition),
            0..=54 => self.work(choice / PARTITIONS),
            55..=69 => self.judge_next(),
            70..=84 => self.hear(),
            85..=88 => self.commit(),
            89..=90 if !is_draining => self.fail(),
            91..=92 => self.zombie_claims(partition, i64::try_from(choice % 64).unwrap()),
            93 if !is_draining => self.lose(partition),
            94..=95 => self.revoke(partition),
            96..=97 if self.lanes[partition].epoch.is_none() => self.begin(partition),
            _ => self.check_drains(Duration::from_secs(1)),
        }
    }

    /// Everything that is under way ends, and every partition is worked to its end.
    fn finish(&mut self) {
        for _ in 0..20 {
            self.check_drains(DRAIN);
            for _ in 0..200 {
                for partition in 0..PARTITIONS {
                    if self.drains.is_empty() {
                        self.read(partition);
                    }
                }
                self.work(0);
                self.judge_next();
                self.hear();
            }
            self.check_drains(Duration::ZERO);
            self.commit();
            for partition in 0..PARTITIONS {
                if self.lanes[partition].epoch.is_none() {
                    self.begin(partition);
                }
            }
        }
    }

    fn check(&mut self) {
        assert!(self.drains.is_empty(), "every drain ends");
        assert_eq!(self.conductor.in_flight(), 0);
        assert_eq!(self.budget.records(), 0, "every permit came back");
        let mut firsts: BTreeMap<(i32, i64), i64> = BTreeMap::new();
        for (place, claim) in self.log.iter().enumerate() {
            let coordinates = &claim.coordinates;
            firsts
                .entry((coordinates.partition, coordinates.offset))
                .or_insert(i64::try_from(place).unwrap());
        }
        for (partition, lane) in self.lanes.iter().enumerate() {
            let expected: Vec<(i64, Option<i64>)> = (0..RECORDS)
                .map(|offset| {
                    let first = firsts.get(&(i32::try_from(partition).unwrap(), offset)).copied();
                    (offset, first.filter(|_| !is_rejected(offset)))
                })
                .collect();
            assert_eq!(lane.downstream, expected, "each record once, by the first claim of it");
        }
        assert_eq!(self.conductor.verdicts_held(), 0, "what is committed is forgotten");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn each_record_leaves_once_in_order_by_its_first_claim_whatever_happens(
        steps in prop::collection::vec((0_u8..100, 0_usize..1000), 0..400),
    ) {
        let mut world = World::new();
        for (action, choice) in steps {
            world.step(action, choice);
        }
        world.finish();
        world.check();
    }
}

#[test]
fn a_record_that_waits_gets_its_verdict_even_where_the_group_seems_to_be_beyond_it() {
    let mut world = World::new();
    world.read(0);
    world.work(0);
    assert_eq!(world.log.len(), 1);
    world.conductor.committed(&key(0), 100);
    world.judge_next();
    world.work(0);
    assert!(matches!(world.conductor.orders().told.front(), Some(Told::Outcome(one)) if one.offset == 0));
}

#[test]
fn a_drain_with_nothing_in_flight_is_answered_at_once_and_a_stuck_one_at_its_deadline() {
    let mut world = World::new();
    world.revoke(1);
    world.check_drains(Duration::ZERO);
    world.hear();
    world.check_drains(Duration::ZERO);
    assert!(world.drains.is_empty());

    world.read(0);
    world.revoke(0);
    world.check_drains(DRAIN / 2);
    assert!(world.conductor.orders().told.is_empty(), "it is still at work");
    world.check_drains(DRAIN);
    world.hear();
    world.check_drains(Duration::ZERO);
    assert!(world.drains.is_empty());
    world.work(0);
    assert_eq!(world.conductor.in_flight(), 0, "what comes later is dropped");
    assert!(world.conductor.orders().told.is_empty());
}

#[test]
fn a_stop_waits_for_every_partition() {
    let mut world = World::new();
    world.read(0);
    world.read(1);
    let (done, drained) = bounded(1);
    world.conductor.stopping(world.now + DRAIN, done);
    for _ in 0..8 {
        assert!(drained.is_empty());
        world.check_drains(Duration::ZERO);
        world.work(0);
        world.judge_next();
    }
    world.check_drains(Duration::ZERO);
    while !world.conductor.orders().told.is_empty() {
        world.hear();
    }
    assert!(drained.try_recv().is_ok());
    assert_eq!(world.lanes.iter().map(|lane| lane.committed).sum::<i64>(), 2);
}

#[test]
fn a_record_that_was_claimed_is_not_rejected_any_more() {
    for claimed in [false, true] {
        let mut world = World::new();
        if claimed {
            world.conductor.verdict(&identity(0, 0), &judgement(7));
        }
        world.read(0);
        let Some(Job::Prepare(ticket, raw)) = world.conductor.orders().jobs.pop() else {
            panic!("it is prepared")
        };
        let rejected = Rejected { output: output(None), cause: BROKEN, plain: Some(prepared(&raw)) };
        world.conductor.prepared(&ticket, Err(Box::new(rejected)));
        let orders = world.conductor.orders();
        assert!(orders.appended.is_empty(), "no second claim");
        let is_finished =
            matches!(orders.jobs.first(), Some(Job::Finish(_, Some(judgement))) if judgement.sequence == 7);
        assert_eq!((is_finished, orders.told.is_empty()), (claimed, claimed));
    }
}
