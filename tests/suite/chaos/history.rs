//! Histories for the proof of the checker: a few records, their claims, and transactions that write what the stages give.

use std::collections::BTreeMap;

use khabar::dedup::claim::{self, encode_claim};
use khabar::dedup::level::LevelRecord;
use khabar::flow::Outcome;
use serde_json::{Value, json};

use super::checker;
use super::evidence::{
    Asked, ClaimsEntry, Evidence, Planned, ProcessEvidence, RawEvidence, Reset, Sample, Seen, Stability,
};
use super::expect::{self, Expected};
use super::faults::raw_record;
use super::feed::Fed;
use super::report::{Conclusion, Report};
use crate::support::articles;
use crate::support::outcomes::Place;
use crate::support::records::NewRecord;
use crate::support::segments::{Batch, BatchKind};

pub const RAW: &str = "raw";
pub const SCOPE_OF: (&str, &str) = ("cluster", "group");
pub const WRITTEN_MS: i64 = 1_715_248_800_000;
const PRODUCER: i64 = 1_000;

/// A history that grows by transactions.
pub struct History {
    pub evidence: Evidence,
    expected: BTreeMap<Place, Expected>,
    ends: BTreeMap<(Outcome, i32), i64>,
    pub committed: BTreeMap<i32, i64>,
}

pub const fn place(partition: i32, offset: i64) -> Place {
    Place { partition, offset }
}

/// Two stories with copies and a revision, a record that can't become an article, and one more story.
pub fn raw() -> Vec<RawEvidence> {
    let article = |story: usize, version: usize| {
        let url = format!("https://gazette.example.com/story/{story}");
        let value = json!({"url": url, "content": articles::revised(story, version)}).to_string();
        (value, Planned::Article { story, text: story * 8 + version })
    };
    let all = [
        (place(0, 0), article(1, 0)),
        (place(0, 1), article(2, 0)),
        (place(0, 2), article(1, 0)),
        (place(0, 3), article(4, 0)),
        (place(1, 0), article(2, 0)),
        (place(1, 1), ("{\"content\": \"cut".to_owned(), Planned::Broken)),
        (place(1, 2), article(2, 1)),
        (place(1, 3), article(3, 0)),
    ];
    all.into_iter()
        .map(|(place, (value, planned))| {
            let record = NewRecord::new(RAW, value).timestamp_ms(WRITTEN_MS);
            let record = raw_record(RAW, place, &Fed { record, planned });
            RawEvidence { place, record, planned: Some(planned) }
        })
        .collect()
}

/// The level, and the claims of all articles in the order of their places.
fn claims(raw: &[RawEvidence]) -> Vec<ClaimsEntry> {
    let scope = claim::scope(SCOPE_OF.0, SCOPE_OF.1);
    let level = LevelRecord {
        number: 1,
        cluster: SCOPE_OF.0.to_owned(),
        group: SCOPE_OF.1.to_owned(),
        level: expect::level(),
        previous: None,
        begins: 0,
    };
    let stages = expect::stages(scope);
    let claims = raw.iter().filter_map(|one| stages.prepare(one.record.clone()).ok());
    let entries = claims.map(|prepared| encode_claim(prepared.claim.as_ref().expect("dedup is on")));
    std::iter::once(claim::encode_level(scope, &level).expect("a level has a form"))
        .chain(entries)
        .zip(0..)
        .map(|(bytes, offset)| ClaimsEntry { offset, time_ms: WRITTEN_MS + offset, bytes, is_planted: false })
        .collect()
}

pub fn log_line(event: &str, level: &str, more: &Value) -> String {
    let mut line =
        json!({"ts": "2024-05-09T10:00:00.000Z", "level": level, "event": event, "msg": "so it is"});
    for (name, value) in more.as_object().into_iter().flatten() {
        line[name] = value.clone();
    }
    line.to_string()
}

fn process() -> ProcessEvidence {
    let mut lines: Vec<String> = [
        "config_loaded",
        "starting",
        "catching_up",
        "caught_up",
        "joining",
        "partitions_assigned",
        "running",
        "draining",
    ]
    .map(|event| log_line(event, "info", &json!({})))
    .to_vec();
    lines.push(log_line("stopped", "info", &json!({"exit_code": 0})));
    ProcessEvidence { name: "plain".to_owned(), asked: Asked::Terminate, ended: Ok(0), lines }
}

impl History {
    /// Nothing is processed yet.
    pub fn new() -> Self {
        let raw = raw();
        let claims = claims(&raw);
        let expected = expect::expected(&raw, &claims, RAW, &mut Report::default());
        let evidence = Evidence {
            acknowledged: raw.iter().map(|one| one.place).collect(),
            raw,
            raw_ends: BTreeMap::from([(0, 4), (1, 4)]),
            early: Some(Vec::new()),
            after: Some(Vec::new()),
            uncommitted: Some(Vec::new()),
            batches: Some(BTreeMap::new()),
            claims: Some(claims),
            samples: Some(Vec::new()),
            resets: Vec::new(),
            committed: None,
            stability: Some(vec![Stability { topic: "e".to_owned(), partition: 0, stable: 7, end: 7 }]),
            processes: Some(vec![process()]),
            settled: Some(true),
        };
        let ends = Outcome::ALL.into_iter().flat_map(|topic| [((topic, 0), 0), ((topic, 1), 0)]).collect();
        Self { evidence, expected, ends, committed: BTreeMap::from([(0, 0), (1, 0)]) }
    }

    /// All records in three transactions, one of them aborted first.
    pub fn clean() -> Self {
        let mut history = Self::new();
        history.write(&[place(0, 0), place(1, 0)], BatchKind::Abort);
        history.write(&[place(0, 0), place(0, 1), place(1, 0)], BatchKind::Commit);
        history.write(&[place(0, 2), place(1, 1), place(1, 2)], BatchKind::Commit);
        history.write(&[place(0, 3), place(1, 3)], BatchKind::Commit);
        history.ended()
    }

    pub fn ended(mut self) -> Self {
        self.evidence.committed = Some(self.committed.clone());
        self
    }

    /// One transaction with the outcomes of these raw records, in the partitions of the same numbers.
    pub fn write(&mut self, places: &[Place], end: BatchKind) {
        let mut touched = Vec::new();
        for place in places {
            let seen = self.outcome(*place);
            let lane = (seen.topic, seen.partition);
            self.batch(lane, BatchKind::Transactional);
            self.evidence.uncommitted.as_mut().unwrap().push(seen.clone());
            if end == BatchKind::Commit {
                self.evidence.early.as_mut().unwrap().push(seen.clone());
                self.evidence.after.as_mut().unwrap().push(seen);
                self.committed.insert(place.partition, place.offset + 1);
            }
            touched.push(lane);
        }
        touched.sort_unstable();
        touched.dedup();
        for lane in touched {
            self.batch(lane, end);
        }
        self.sample();
    }

    fn outcome(&self, place: Place) -> Seen {
        let expected = &self.expected[&place];
        let topic = Outcome::ALL.into_iter().find(|topic| topic.name() == expected.facts.outcome).unwrap();
        Seen {
            topic,
            partition: place.partition,
            offset: self.ends[&(topic, place.partition)],
            digest: expected.digest.unwrap(),
            facts: expected.facts.clone(),
        }
    }

    pub fn batch(&mut self, lane: (Outcome, i32), kind: BatchKind) {
        let end = self.ends.get_mut(&lane).unwrap();
        let batch =
            Batch { first_offset: *end, last_offset: *end, producer_id: PRODUCER, producer_epoch: 0, kind };
        *end += 1;
        self.evidence.batches.as_mut().unwrap().entry(lane).or_default().push(batch);
    }

    pub fn sample(&mut self) {
        let sample = Sample {
            committed: self.committed.clone(),
            ends: self.ends.clone(),
            resets: self.evidence.resets.len(),
        };
        self.evidence.samples.as_mut().unwrap().push(sample);
    }

    pub fn reset(&mut self, partition: i32, to: i64) {
        let moment = self.evidence.resets.len();
        let from = self.committed[&partition];
        self.evidence.resets.push(Reset { moment, partition, from, to });
        self.committed.insert(partition, to);
        self.sample();
    }

    /// Changes what all readers see.
    pub fn in_all_views(&mut self, change: impl Fn(&mut Vec<Seen>)) {
        let Evidence { early, after, uncommitted, .. } = &mut self.evidence;
        for view in [early, after, uncommitted] {
            change(view.as_mut().unwrap());
        }
    }

    pub fn check(&self) -> Report {
        checker::check(&self.evidence, RAW)
    }

    #[track_caller]
    pub fn fails_for(&self, properties: &[&str]) {
        let report = self.check();
        assert_eq!(report.conclusion(), Conclusion::Failed, "{report}");
        for property in properties {
            assert!(report.violated().contains(property), "{property} is violated:\n{report}");
        }
    }
}
