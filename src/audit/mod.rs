//! Proves or refutes, from what the topics hold, that each committed raw record has exactly one outcome, and on demand
//! that the verdicts and the bytes are right.
//!
//! Owns the marks of each raw offset ([`ledger`]), the replay of the claims log ([`replay`]), the comparison of bytes
//! ([`content`]) and the result ([`report`]). It knows no Kafka: records are shown to it, in this order, which makes it
//! right while workers run:
//!
//! 1. The group's committed offsets are taken, then the ends of the outcome topics, then those of the raw partitions.
//!    So every outcome of a record below those offsets stands before the ends, and every outcome before the ends is of
//!    a record that is there.
//! 2. [`Auditor::outcome`] for every outcome before the ends.
//! 3. [`Auditor::raw`] for every raw record that is there.
//! 4. [`replay::Replay::apply`] for every entry of the claims log, whose end is taken after the outcomes were read.
//! 5. The committed offsets again, for the outcomes of records at or above those of step 1: [`Auditor::finish`].
//!
//! Memory: half a byte for each raw record; with verdicts 12 bytes more and the window of the claims log; with content
//! 8 bytes more and a batch of raw records.

pub mod content;
pub mod findings;
pub mod ledger;
pub mod replay;
pub mod report;
mod summing;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use crate::article::Judgement;
use crate::config::settings::Delivery;
use crate::dedup::claim::ClaimIdentity;
use crate::emit::headers;
use crate::emit::readback::{ReadBack, read_back};
use crate::flow::{Header, Outcome, RawCoordinates};
use crate::kafka::assignment::PartitionKey;

use content::{Fingerprint, Wanted};
use findings::{FindingKind, Findings};
use ledger::{Ledger, Room, Seen, Table};
pub use summing::Evidence;
use verdict::Packed;

/// Raw topics of others that are told apart; outcomes of further ones are counted together.
const FOREIGN_TOPICS_MAX: usize = 100;
/// Under this name.
const FOREIGN_REST: &str = "(others)";

/// One raw partition as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawPartition {
    pub key: PartitionKey,
    /// Its first offset.
    pub begin: i64,
    /// The offset after its last committed record.
    pub end: i64,
    /// The group's committed offset, taken before all else.
    pub committed: Option<i64>,
}

/// What is to be proved beyond one outcome for each record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    pub verdicts: bool,
    pub content: bool,
}

/// A record of an outcome topic.
#[derive(Debug, Clone, Copy)]
pub struct OutcomeRecord<'a> {
    /// The outcome that its topic is for.
    pub outcome: Outcome,
    /// Its own place.
    pub place: &'a RawCoordinates,
    pub headers: &'a [Header],
    pub key: Option<&'a [u8]>,
    pub payload: Option<&'a [u8]>,
}

/// What is known of one raw partition.
#[derive(Debug)]
struct Lane {
    raw: RawPartition,
    ledger: Ledger,
    /// Outcome records of raw records below the committed offset, by outcome.
    outcomes: [u64; 3],
    /// The offset after the last raw record that has an outcome.
    top: i64,
    /// What the enriched and duplicate records state of their verdicts, until the claims log was asked.
    stated: Table<Packed>,
    /// Which record stands at an offset: the half of a hash of timestamp and payload.
    identities: Table<u32>,
    contents: Table<Fingerprint>,
}

/// Numbers beside the findings.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Outcomes of raw topics that are not audited.
    pub foreign: BTreeMap<String, u64>,
    /// Further outcomes of a record, where delivery is at least once.
    pub repeated: u64,
    /// Outcomes ahead of the committed offset, where delivery is at least once.
    pub ahead: u64,
    /// Records that gave up a part or a stage; their bytes are not made again.
    pub degraded: u64,
    /// Records made by another version of khabar; their bytes are not made again.
    pub other_version: u64,
    /// Rejected records that keep size and hash of the original only.
    pub stubs: u64,
    /// Duplicates whose match is not committed yet.
    pub pending_matches: u64,
    /// Duplicates whose match can't be looked at.
    pub unproven_matches: u64,
    /// Verdicts about which the claims log no longer tells all.
    pub unproven_verdicts: u64,
    /// Outcomes of raw records that retention or compaction took.
    pub unproven_origins: u64,
    /// Raw records whose missing outcome retention or compaction may have taken.
    pub unproven_losses: u64,
    /// Entries of the claims log that can't be read.
    pub damaged_claims: u64,
    /// Claims that the log holds for this group.
    pub claims: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Auditor {
    asked: Asked,
    delivery: Delivery,
    lanes: Vec<Lane>,
    index: HashMap<Arc<str>, BTreeMap<i32, usize>>,
    room: Room,
    pub findings: Findings,
    pub tally: Tally,
}

impl Auditor {
    pub fn new(raw: Vec<RawPartition>, asked: Asked, delivery: Delivery, findings_max: usize) -> Self {
        let mut index: HashMap<Arc<str>, BTreeMap<i32, usize>> = HashMap::new();
        for (at, partition) in raw.iter().enumerate() {
            let topic = Arc::clone(&partition.key.topic);
            index.entry(topic).or_default().insert(partition.key.partition, at);
        }
        let lanes = raw.into_iter().map(|raw| Lane {
            top: raw.begin,
            raw,
            ledger: Ledger::default(),
            outcomes: [0; 3],
            stated: Table::default(),
            identities: Table::default(),
            contents: Table::default(),
        });
        Self {
            asked,
            delivery,
            lanes: lanes.collect(),
            index,
            room: Room::default(),
            findings: Findings::new(findings_max),
            tally: Tally::default(),
        }
    }

    fn lane(&self, topic: &str, partition: i32) -> Option<usize> {
        self.index.get(topic)?.get(&partition).copied()
    }

    /// Takes a record of an outcome topic.
    pub fn outcome(&mut self, record: &OutcomeRecord<'_>) {
        let Some((topic, partition, offset)) = named_raw(record.headers) else {
            let detail = format!("it stands in the topic of {} records", record.outcome.name());
            self.findings.add(FindingKind::Unreadable, record.place.clone(), detail);
            return;
        };
        let Some((name, partitions)) = self.index.get_key_value(topic) else {
            return self.foreign(topic);
        };
        let coordinates = RawCoordinates { topic: Arc::clone(name), partition, offset };
        let stands = format!("{} record {}", record.outcome.name(), record.place);
        let lane = partitions.get(&partition).copied();
        if headers::own_text(record.headers, headers::OUTCOME) != Some(record.outcome.name()) {
            let detail = format!("{stands} says that it is of another outcome");
            self.findings.add(FindingKind::Misplaced, coordinates.clone(), detail);
        }
        let Some(lane) = lane.filter(|lane| (0..self.lanes[*lane].raw.end).contains(&offset)) else {
            let detail = format!("{stands} names it, and no record was ever written there");
            self.findings.add(FindingKind::Phantom, coordinates, detail);
            return;
        };
        self.place(record, lane, coordinates, &stands);
    }

    fn foreign(&mut self, topic: &str) {
        let is_known = self.tally.foreign.contains_key(topic);
        let name =
            if is_known || self.tally.foreign.len() < FOREIGN_TOPICS_MAX { topic } else { FOREIGN_REST };
        *self.tally.foreign.entry(name.to_owned()).or_default() += 1;
    }

    fn place(&mut self, record: &OutcomeRecord<'_>, lane: usize, coordinates: RawCoordinates, stands: &str) {
        let found = &mut self.lanes[lane];
        let offset = coordinates.offset;
        found.top = found.top.max(offset + 1);
        if found.raw.committed.is_none_or(|committed| offset < committed) {
            found.outcomes[record.outcome as usize] += 1;
        }
        let before = found.ledger.outcome(offset, record.outcome, &mut self.room);
        if found.ledger.mark(offset).seen == Seen::None {
            // No room; that is counted.
            return;
        }
        if before == Seen::None {
            self.remember(record, lane, &coordinates, stands);
        } else if self.delivery == Delivery::AtLeastOnce {
            self.tally.repeated += 1;
        } else {
            let detail = match before {
                Seen::One(earlier) => {
                    format!("{stands} is its second outcome, the first is {}", earlier.name())
                }
                Seen::None | Seen::Several => format!("{stands} is one more outcome of it"),
            };
            self.findings.add(FindingKind::Doubled, coordinates, detail);
        }
    }

    /// Keeps of a record's body what is compared later.
    fn remember(
        &mut self,
        record: &OutcomeRecord<'_>,
        lane: usize,
        coordinates: &RawCoordinates,
        stands: &str,
    ) {
        if self.asked == Asked::default() {
            return;
        }
        if record.outcome == Outcome::Rejected {
            if self.asked.content {
                let (fingerprint, is_stub) = content::of_rejected(record);
                self.tally.stubs += u64::from(is_stub);
                self.lanes[lane].contents.set(coordinates.offset, fingerprint);
            }
            return;
        }
        let Some(body) = record.payload.and_then(|payload| read_back(record.outcome, payload)) else {
            let detail = format!("the value of {stands} can't be read");
            self.findings.add(FindingKind::Content, coordinates.clone(), detail);
            return;
        };
        if self.asked.verdicts {
            let stated = body.verdict.as_ref();
            let packed = stated.map_or(Packed::UNSTATED, |stated| Packed::of_stated(record.outcome, stated));
            self.lanes[lane].stated.set(coordinates.offset, packed);
        }
        if self.asked.content {
            self.remember_content(record, lane, coordinates, &body, stands);
        }
    }

    fn remember_content(
        &mut self,
        record: &OutcomeRecord<'_>,
        lane: usize,
        coordinates: &RawCoordinates,
        body: &ReadBack,
        stands: &str,
    ) {
        let names_other = body.raw.as_ref().is_some_and(|(topic, partition, offset)| {
            (topic.as_str(), *partition, *offset)
                != (coordinates.topic.as_ref(), coordinates.partition, coordinates.offset)
        });
        let wrong = if names_other {
            "names another raw record in its value than in its headers"
        } else if record.key != Some(body.uri.as_bytes()) {
            "has another key than its uri"
        } else if !body.is_canonical {
            "is not written as khabar writes it"
        } else {
            ""
        };
        if !wrong.is_empty() {
            self.findings.add(FindingKind::Content, coordinates.clone(), format!("{stands} {wrong}"));
        } else if !body.degraded.is_empty() {
            self.tally.degraded += 1;
        } else if content::is_of_other_version(record.headers) {
            self.tally.other_version += 1;
        } else {
            let fingerprint =
                Fingerprint::of_article(record.outcome, record.key, record.headers, &body.content);
            self.lanes[lane].contents.set(coordinates.offset, fingerprint);
        }
    }

    /// The stretch of each raw partition that has to be read: what is committed, and beyond that what has outcomes.
    pub fn raw_needed(&self) -> Vec<(PartitionKey, i64, i64)> {
        self.lanes
            .iter()
            .map(|lane| {
                // Without a committed offset nothing is promised of records that have no outcome.
                let until = lane.raw.committed.unwrap_or(lane.top).max(lane.top).min(lane.raw.end);
                (lane.raw.key.clone(), lane.raw.begin, until)
            })
            .collect()
    }

    /// Takes a raw record that is there. Gives what its bytes have to be compared with.
    pub fn raw(&mut self, identity: &RawSeen<'_>) -> Option<Wanted> {
        let lane = self.lane(identity.topic, identity.partition)?;
        let found = &mut self.lanes[lane];
        found.ledger.exists(identity.offset, &mut self.room);
        if self.asked.verdicts && !found.stated.get(identity.offset).is_none() {
            let tag = tag(identity.timestamp_ms.unwrap_or(-1), xxh3_64(identity.payload.unwrap_or_default()));
            found.identities.set(identity.offset, tag);
        }
        let fingerprint = found.contents.get(identity.offset);
        match found.ledger.mark(identity.offset).seen {
            Seen::One(outcome) if !fingerprint.is_none() => Some(Wanted { outcome, fingerprint }),
            _ => None,
        }
    }

    /// Whether the claim is the first one, as far as was seen, of a record that states a verdict.
    fn awaits_verdict(&self, identity: &ClaimIdentity) -> bool {
        let place = &identity.coordinates;
        let Some(lane) = self.lane(&place.topic, place.partition) else { return false };
        let found = &self.lanes[lane];
        let known = found.identities.get(place.offset);
        // Where retention took the raw record, its coordinates are all there is.
        let is_same = known == 0 || known == tag(identity.timestamp_ms, identity.payload_hash);
        is_same && !found.stated.get(place.offset).is_none()
    }

    /// The claims log has cut what this verdict rests on.
    fn leave_unproven(&mut self, identity: &ClaimIdentity) {
        let place = &identity.coordinates;
        if let Some(lane) = self.lane(&place.topic, place.partition) {
            self.lanes[lane].stated.set(place.offset, Packed::default());
            self.tally.unproven_verdicts += 1;
        }
    }

    /// The verdict of the claims log about a record that [awaits it](Self::awaits_verdict).
    fn compare_verdict(&mut self, identity: &ClaimIdentity, judgement: &Judgement) {
        let place = &identity.coordinates;
        let Some(lane) = self.lane(&place.topic, place.partition) else { return };
        let found = &mut self.lanes[lane];
        let stated = found.stated.get(place.offset);
        found.stated.set(place.offset, Packed::default());
        let Seen::One(outcome) = found.ledger.mark(place.offset).seen else { return };
        let expected = Packed::of_judgement(outcome, judgement);
        let is_duplicate = outcome == Outcome::Duplicate;
        if stated != expected || is_duplicate != judgement.suppressed {
            let matched = judgement.matched.as_ref();
            let matched = matched.map_or_else(String::new, |one| format!(", match {}", one.coordinates));
            let sequence = judgement.sequence;
            let differs =
                if stated.differs_in_place_only(expected) { " (match, seq or level differ)" } else { "" };
            let detail = format!(
                "{} states {stated}; claims offset {sequence} gives {expected}{matched}{differs}",
                outcome.name()
            );
            self.findings.add(FindingKind::Verdict, place.clone(), detail);
        } else if let Some(matched) = judgement.matched.as_ref().filter(|_| is_duplicate) {
            self.check_match(place, &matched.coordinates);
        }
    }

    /// A duplicate's match must be enriched, or a duplicate whose own match is. Matches stand earlier in the log, so
    /// that every chain ends.
    fn check_match(&mut self, duplicate: &RawCoordinates, matched: &RawCoordinates) {
        let Some(lane) = self.lane(&matched.topic, matched.partition) else {
            self.tally.unproven_matches += 1;
            return;
        };
        let found = &self.lanes[lane];
        let mark = found.ledger.mark(matched.offset);
        let wrong = match mark.seen {
            Seen::One(Outcome::Rejected) => "is rejected",
            Seen::One(_) | Seen::Several => return,
            Seen::None if matched.offset < found.raw.begin || found.raw.committed.is_none() => {
                self.tally.unproven_matches += 1;
                return;
            }
            Seen::None if found.raw.committed.is_some_and(|committed| matched.offset >= committed) => {
                self.tally.pending_matches += 1;
                return;
            }
            Seen::None if mark.exists => "has no outcome",
            Seen::None => "is no raw record",
        };
        let detail = format!("it is a duplicate of {matched}, which {wrong}");
        self.findings.add(FindingKind::Chain, duplicate.clone(), detail);
    }
}

/// A raw record as it was read.
#[derive(Debug, Clone, Copy)]
pub struct RawSeen<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<i64>,
    pub payload: Option<&'a [u8]>,
}

/// Half of a hash, never 0.
fn tag(timestamp_ms: i64, payload_hash: u64) -> u32 {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&timestamp_ms.to_le_bytes());
    bytes[8..].copy_from_slice(&payload_hash.to_le_bytes());
    u32::try_from(xxh3_64(&bytes) >> 32).unwrap_or_default() | 1
}

/// Topic, partition and offset of the raw record that an outcome names.
fn named_raw(all: &[Header]) -> Option<(&str, i32, i64)> {
    let topic = headers::own_text(all, headers::RAW_TOPIC)?;
    let partition = headers::own_text(all, headers::RAW_PARTITION)?.parse().ok()?;
    Some((topic, partition, headers::own_text(all, headers::RAW_OFFSET)?.parse().ok()?))
}
