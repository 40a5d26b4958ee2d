//! `khabar claims record`: what the log says of one raw record.

use std::collections::HashSet;

use super::super::text;
use super::level::row;
use crate::article::{Judgement, hex};
use crate::audit::replay::Witness;
use crate::dedup::claim::{Claim, ClaimIdentity};
use crate::flow::RawCoordinates;

/// Claims of the record that are shown; more are counted.
const SHOWN_MAX: usize = 20;

/// A raw record as logs name it: `topic/partition@offset`.
pub(super) fn place(argument: &str) -> Result<RawCoordinates, String> {
    let usage =
        || "name a raw record as logs do: topic/partition@offset, such as articles.raw/0@1234".to_owned();
    let (rest, offset) = argument.rsplit_once('@').ok_or_else(usage)?;
    let (topic, partition) = rest.rsplit_once('/').ok_or_else(usage)?;
    match (partition.parse(), offset.parse()) {
        (Ok(partition @ 0..), Ok(offset @ 0..)) if !topic.is_empty() => {
            Ok(RawCoordinates { topic: topic.into(), partition, offset })
        }
        _ => Err(usage()),
    }
}

/// One claim of the record.
#[derive(Debug)]
struct Found {
    claim: Claim,
    offset: i64,
    time_ms: i64,
    /// `None`: it can't be told, for retention took some of what it rests on.
    judgement: Option<Judgement>,
}

/// Waits for the claims of one raw record.
#[derive(Debug)]
pub(super) struct Seeker {
    wanted: RawCoordinates,
    found: Vec<Found>,
    found_count: u64,
    claims: u64,
}

impl Seeker {
    pub(super) fn new(wanted: RawCoordinates) -> Self {
        Self { wanted, found: Vec::new(), found_count: 0, claims: 0 }
    }

    fn take(&mut self, found: Found) {
        self.found_count += 1;
        if self.found.len() < SHOWN_MAX {
            self.found.push(found);
        }
    }

    pub(super) const fn has_found(&self) -> bool {
        self.found_count > 0
    }

    /// The claims of the record, the first one with its verdict, for a person. `unread`: why the log was not read to its end.
    pub(super) fn render(&self, unread: Option<&str>) -> String {
        let mut rows = vec![row("record", &self.wanted.to_string())];
        let mut known: HashSet<(i64, u64)> = HashSet::new();
        for found in &self.found {
            // A recreated topic has other records under the same coordinates, each with a first claim.
            let identity = &found.claim.identity;
            let is_first = known.insert((identity.timestamp_ms, identity.payload_hash));
            rows.extend(found.rows(is_first));
        }
        let more = self.found_count - self.found.len() as u64;
        if more > 0 {
            rows.push(row("", &format!("and {} more", text::counted(more, "claim"))));
        }
        rows.extend(unread.map(|reason| row("not read", reason)));
        text::columns(&rows)
    }

    /// What was looked through in vain. `is_known`: the topic is among this configuration's raw topics.
    pub(super) fn in_vain(&self, is_known: bool, unread: Option<&str>) -> String {
        let why = match unread {
            Some(reason) => format!("the log was not read to its end: {reason}"),
            None if is_known => {
                "it was rejected before it was claimed, is not processed yet, or retention took its claim"
                    .to_owned()
            }
            None => format!("{} is none of kafka.raw_topics in this configuration", self.wanted.topic),
        };
        let read = text::counted(self.claims, "claim");
        format!("the log has no claim of {} ({read} of this scope were read): {why}", self.wanted)
    }
}

impl Witness for Seeker {
    fn awaits(&self, identity: &ClaimIdentity) -> bool {
        identity.coordinates == self.wanted
    }

    fn judged(&mut self, claim: &Claim, time_ms: i64, judgement: &Judgement) {
        let (offset, judgement) = (judgement.sequence, Some(judgement.clone()));
        self.take(Found { claim: claim.clone(), offset, time_ms, judgement });
    }

    fn unprovable(&mut self, claim: &Claim, offset: i64, time_ms: i64) {
        self.take(Found { claim: claim.clone(), offset, time_ms, judgement: None });
    }

    fn claimed(&mut self) {
        self.claims += 1;
    }
}

impl Found {
    fn rows(&self, is_first: bool) -> Vec<Vec<String>> {
        let claim = &self.claim;
        let place = format!("offset {}, {}", self.offset, text::time(self.time_ms));
        let mut rows = vec![
            row(if is_first { "claim" } else { "claimed again" }, &place),
            row("", &format!("article {}, language {}", hex(&claim.article_id), claim.language)),
            row(
                "",
                &format!(
                    "{}, {} distinct 3-grams, {}",
                    text::counted(claim.sketch.words.into(), "word"),
                    claim.sketch.shingles,
                    text::counted(claim.sketch.numerals.len() as u64, "number"),
                ),
            ),
        ];
        if is_first {
            rows.extend(self.verdict());
        }
        rows
    }

    fn verdict(&self) -> Vec<Vec<String>> {
        let Some(judgement) = &self.judgement else {
            return vec![row(
                "verdict",
                "unknown: the log begins too late, retention took earlier claims of its window",
            )];
        };
        let mut rows = vec![row(
            "verdict",
            &format!(
                "{} ({}), level {}: {}",
                judgement.verdict.name(),
                judgement.rule,
                judgement.level,
                if judgement.suppressed { "goes to the duplicates" } else { "is enriched" }
            ),
        )];
        if let Some(matched) = &judgement.matched {
            rows.push(row("match", &format!("{}, article {}", matched.coordinates, hex(&matched.id))));
            rows.push(row(
                "",
                &format!(
                    "score {}, novelty {}, in thousandths",
                    judgement.score_permille, judgement.novelty_permille
                ),
            ));
        }
        rows
    }
}
