//! As `worker/follower.rs`: the group's offsets first, then the log from its beginning, the start rule, the level; then
//! following.

use std::collections::{BTreeMap, BTreeSet};

use super::broker::Broker;
use super::check::{Broken, Finding};
use super::claims_log::{Appended, Entry, What};
use super::replica::{Heard, Replica};
use super::{Fault, PARTITIONS, SCOPE, key, level};
use crate::article::Judgement;
use crate::config::settings::StartFrom;
use crate::dedup::claim::{self, Claim, ClaimIdentity, LogEntry};
use crate::dedup::level::LevelRecord;
use crate::dedup::times_ahead::{TimesAhead, TimesNoted};
use crate::dedup::window::{ClockSteppedBack, Window};
use crate::worker::start_rule::{
    self, Answers, Beginning, LogFacts, PartitionFacts, StartFacts, StartRefusal,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The group's offsets are to be read; `is_read`: the log is read already, which is a fault.
    Offsets {
        is_read: bool,
    },
    Ends,
    Reading {
        end: usize,
    },
    Checking,
    Level {
        is_written: bool,
    },
    Connecting,
    Following,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Follower {
    phase: Phase,
    window: Window,
    applied: usize,
    committed: BTreeMap<usize, i64>,
    level: Option<LevelRecord>,
    own_claims: u64,
    unfinished: Option<(i64, i64)>,
    seen: BTreeSet<usize>,
    batch: Vec<(ClaimIdentity, Judgement)>,
    /// Claims before this time are not read back, which is a fault.
    skipped_before_ms: i64,
    /// Where the log is read once more, the times that it still brings.
    ahead: Option<TimesAhead>,
}

impl Default for Follower {
    fn default() -> Self {
        Self {
            phase: Phase::Offsets { is_read: false },
            window: Window::new(level(1)),
            applied: 0,
            committed: BTreeMap::new(),
            level: None,
            own_claims: 0,
            unfinished: None,
            seen: BTreeSet::new(),
            batch: Vec::new(),
            skipped_before_ms: i64::MIN,
            ahead: None,
        }
    }
}

impl Follower {
    pub(super) fn is_following(&self) -> bool {
        self.phase == Phase::Following
    }

    pub(super) fn judge(&self, claim: &Claim, sequence: i64, time_ms: i64) -> Judgement {
        self.window.judge(claim, sequence, time_ms)
    }

    fn is_starting(&self) -> bool {
        !matches!(self.phase, Phase::Connecting | Phase::Following)
    }

    fn begin_reading(&mut self, broker: &Broker) {
        let end = broker.log.entries.len();
        let end_ms = broker.log.entries.last().map(|entry| entry.time_ms);
        self.window.trust_times_until(end_ms);
        if broker.has(Fault::ReadsBackTooLittle) {
            self.skipped_before_ms = end_ms.unwrap_or(0) - level(1).window_ms() / 2;
        }
        self.phase = Phase::Reading { end };
    }

    fn begin_anew(&mut self, broker: &Broker) {
        let mut noted = TimesNoted::default();
        for (offset, entry) in (0..).zip(&broker.log.entries) {
            noted.note(offset, entry.time_ms);
        }
        self.ahead = Some(noted.finish());
        self.window = Window::new(level(1));
        self.window.trust_times_until(Some(i64::MIN));
        self.applied = 0;
        self.own_claims = 0;
        self.unfinished = None;
        self.seen.clear();
        self.level = None;
        self.batch.clear();
    }

    fn apply(&mut self, broker: &Broker, entry: &Entry) -> Result<(), ClockSteppedBack> {
        let sequence = i64::try_from(self.applied).unwrap();
        self.applied += 1;
        if let Some(least_ms) = self.ahead.as_ref().and_then(|ahead| ahead.least_ms(sequence)) {
            self.window.expect_none_before(least_ms);
        }
        if entry.is_aborted {
            return Ok(());
        }
        let mut intern = |name: &str| std::sync::Arc::from(name);
        let decoded = claim::decode(&entry.bytes, &mut intern);
        if claim::is_foreign(&decoded, SCOPE) {
            return Ok(());
        }
        match decoded.unwrap() {
            LogEntry::Void { .. } => Ok(()),
            LogEntry::Level { record, .. } => {
                if record.holds_after(self.level.as_ref()) {
                    self.window.set_level(&record, self.level.as_ref(), entry.time_ms)?;
                    self.level = Some(record);
                }
                Ok(())
            }
            LogEntry::Claim(claim) => self.apply_claim(broker, &claim, (sequence, entry.time_ms)),
        }
    }

    fn apply_claim(
        &mut self,
        broker: &Broker,
        claim: &Claim,
        (sequence, time_ms): (i64, i64),
    ) -> Result<(), ClockSteppedBack> {
        self.own_claims += 1;
        let place = &claim.identity.coordinates;
        let partition = usize::try_from(place.partition).unwrap();
        let is_finished = self.committed.get(&partition).is_some_and(|committed| place.offset < *committed);
        if self.is_starting() {
            self.seen.insert(partition);
            if !is_finished {
                let after_ms = self.window.after_ms(time_ms);
                let (_, least_ms) = self.unfinished.get_or_insert((sequence, after_ms));
                *least_ms = after_ms.min(*least_ms);
            }
            if time_ms < self.skipped_before_ms {
                return Ok(());
            }
            if is_finished || broker.has(Fault::KeepsNoVerdictsAtStart) {
                return self.window.insert(claim, time_ms);
            }
        }
        let judgement = self.window.apply(claim, sequence, time_ms)?;
        self.batch.push((claim.identity.clone(), judgement));
        Ok(())
    }

    /// The product's start rule; `None`: its facts can't be told yet.
    fn check_start(&self, broker: &Broker) -> Option<Result<(), StartRefusal>> {
        let asked_again =
            if broker.has(Fault::AsksForOffsetsOnce) { self.committed.clone() } else { broker.offsets()? };
        let partitions = (0..PARTITIONS).map(|partition| {
            let committed = self.committed.get(&partition).copied();
            let facts = PartitionFacts {
                committed,
                begun_meanwhile: committed.is_none() && asked_again.contains_key(&partition),
                has_claims: self.seen.contains(&partition),
                ends: committed.map(|_| (0, broker.end(partition))),
            };
            (key(partition), facts)
        });
        let first_ms = broker.log.entries.first().map(|entry| entry.time_ms);
        let last_ms = self.applied.checked_sub(1).map(|last| broker.log.entries[last].time_ms);
        let facts = StartFacts {
            answers: Answers { accept_empty_log: false, from: StartFrom::Start, accept_loss: false },
            log: LogFacts {
                topic: "claims",
                low: 0,
                end: i64::try_from(self.applied).unwrap(),
                has_level: self.level.is_some(),
                own_claims: self.own_claims,
                times_ms: first_ms.zip(last_ms),
                unfinished: self.unfinished,
                coming_after_ms: self.window.after_ms(broker.now_ms.max(last_ms.unwrap_or(i64::MIN))),
                beginning: Beginning::default(),
                window_ms: self.window.level().window_ms(),
                now_ms: broker.now_ms,
            },
            partitions: partitions.collect(),
        };
        Some(start_rule::judge(&facts).map(drop))
    }
}

pub(super) fn level_entry(number: u32) -> Appended {
    let record = LevelRecord {
        number,
        cluster: "cluster".to_owned(),
        group: "group".to_owned(),
        level: level(number),
        previous: None,
        begins: 0,
    };
    Appended { bytes: claim::encode_level(SCOPE, &record).unwrap(), what: What::Level { number } }
}

impl Replica {
    /// The follower does one step.
    pub(super) fn follow(&mut self, broker: &mut Broker) {
        match self.follower.phase {
            Phase::Offsets { is_read: false } if broker.has(Fault::ReadsOffsetsAfterLog) => {
                self.follower.phase = Phase::Ends;
            }
            Phase::Offsets { is_read } => {
                let Some(offsets) = broker.offsets() else { return };
                self.follower.committed = offsets;
                self.follower.phase = if is_read { Phase::Checking } else { Phase::Ends };
            }
            Phase::Ends => self.follower.begin_reading(broker),
            Phase::Reading { end } if self.follower.applied < end => self.apply_next(broker),
            Phase::Reading { .. } if broker.has(Fault::ReadsOffsetsAfterLog) => {
                self.follower.phase = Phase::Offsets { is_read: true };
            }
            Phase::Reading { .. } => self.follower.phase = Phase::Checking,
            Phase::Checking => match self.follower.check_start(broker) {
                None => {}
                Some(Ok(())) => self.follower.phase = Phase::Level { is_written: false },
                Some(Err(why)) => {
                    let detail = format!("process {}: {why}", self.process);
                    broker.findings.push(Finding { broken: Broken::RefusedToStart, detail });
                    self.has_ended = true;
                }
            },
            Phase::Level { .. } if self.follower.level.is_some() => {
                self.follower.window.trust_times_until(None);
                self.follower.ahead = None;
                let committed = self.follower.committed.iter();
                let committed = committed.map(|(partition, offset)| (key(*partition), *offset)).collect();
                self.heard.push_back(Heard::Committed(committed));
                self.follower.phase = Phase::Connecting;
            }
            Phase::Level { is_written: false } => {
                broker.log.append(self.process, level_entry(1));
                self.follower.phase = Phase::Level { is_written: true };
            }
            Phase::Connecting => {
                self.committer.connect(broker.init(self.process));
                if broker.has(Fault::LeavesGapAfterReadingBack) {
                    self.follower.applied = broker.log.entries.len();
                }
                self.follower.phase = Phase::Following;
            }
            Phase::Level { is_written: true } | Phase::Following => self.apply_next(broker),
        }
    }

    fn apply_next(&mut self, broker: &Broker) {
        let Some(entry) = broker.log.entries.get(self.follower.applied) else { return };
        let is_starting = self.follower.is_starting();
        let applied = self.follower.apply(broker, entry);
        if applied.is_err() && is_starting {
            // The log's clock stepped back: it is read once more, and its times are known.
            self.follower.begin_anew(broker);
            return;
        }
        // The log is read anew after the restart.
        self.has_ended |= applied.is_err();
        let batch = std::mem::take(&mut self.follower.batch);
        if !batch.is_empty() {
            self.heard.push_back(Heard::Verdicts(batch));
        }
    }

    /// The follower asks for the group's offsets, so that verdicts of others' records can be forgotten.
    pub(super) fn ask_committed(&mut self, broker: &Broker) {
        if let Some(offsets) = broker.offsets().filter(|_| self.follower.is_following()) {
            let offsets = offsets.into_iter().map(|(partition, offset)| (key(partition), offset)).collect();
            self.heard.push_back(Heard::Committed(offsets));
        }
    }

    /// The level is written again before retention would take it.
    pub(super) fn repeat_level(&self, broker: &mut Broker) {
        if let Some(record) = self.follower.level.as_ref().filter(|_| self.follower.is_following()) {
            broker.log.append(self.process, level_entry(record.number));
        }
    }

    /// An operator raises the level by one.
    pub(super) fn raise_level(&self, broker: &mut Broker) {
        if let Some(record) = self.follower.level.as_ref().filter(|_| self.follower.is_following()) {
            broker.log.append(self.process, level_entry(record.number + 1));
        }
    }
}
