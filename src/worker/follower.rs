//! Follows the claims log: rebuilds the window at the start, then judges every claim as it comes.
//!
//! It owns the window, gathers what the [start rule](super::start_rule) decides on, and keeps to the level that the log
//! itself records.

mod anew;
mod gathering;
mod level;
mod read_ahead;
mod stall;
mod strangers;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use anew::Reading;
use read_ahead::{ReadAhead, Topics, decoded};
use stall::LogStall;
use strangers::Strangers;

use super::start_rule::{self, Beginning, StartRefusal};
use crate::article::Judgement;
use crate::config::settings::Settings;
use crate::dedup::claim::{self, Claim, ClaimIdentity, EntryError, LogEntry, VoidRange};
use crate::dedup::level::{Level, LevelRecord};
use crate::dedup::window::Window;
use crate::kafka::KafkaFailure;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::claims_log::{ClaimsAppender, ClaimsReader};
use crate::metrics::Metrics;
use crate::{clock, events};

const POLL_LIMIT: Duration = Duration::from_millis(100);
/// Verdicts are handed on at the latest after this many, and after this many entries.
const BATCH_MAX: usize = 256;
/// The group's offsets are asked for this often, so that verdicts of others' records can be forgotten.
const COMMITTED_EVERY: Duration = Duration::from_secs(5);
const PROGRESS_EVERY: Duration = Duration::from_secs(5);
/// A broker that doesn't answer is asked again for so long at the start.
const ASK_LIMIT: Duration = Duration::from_mins(1);
const ASK_PAUSE: Duration = Duration::from_millis(500);

/// Before every append time: up to here nothing is evicted.
const NO_TIME_MS: i64 = i64::MIN;

/// Why the worker must not start, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum StartProblem {
    #[error(transparent)]
    Kafka(#[from] KafkaFailure),
    #[error("the claims log was written by a newer khabar (offset {offset}: {cause}); run that version")]
    Newer { offset: i64, cause: String },
    #[error(
        "the claims log's level differs from this configuration: {0}; adopt the log's values, or raise the level with `khabar claims level --raise` once all replicas have the new configuration"
    )]
    LevelDiffers(String),
    #[error(transparent)]
    Refused(#[from] StartRefusal),
    #[error("{0}; restart this replica, it then reads the log anew")]
    Clock(#[from] crate::dedup::window::ClockSteppedBack),
    #[error(transparent)]
    Append(KafkaFailure),
    #[error("told to stop")]
    Stopped,
}

/// Verdicts in the order of the log.
pub type JudgedClaims = Vec<(ClaimIdentity, Judgement)>;

/// What the follower shares with the rest of the worker.
pub struct FollowerLinks {
    pub verdicts: Box<dyn Fn(JudgedClaims) + Send>,
    pub committed: Box<dyn Fn(BTreeMap<PartitionKey, i64>) + Send>,
    pub beat: Box<dyn Fn() + Send>,
    pub is_stopping: Box<dyn Fn() -> bool + Send>,
    /// The next claims offset to be applied, for the offset metadata.
    pub applied: Arc<AtomicI64>,
    /// The engine that the log's level names.
    pub engine: Arc<AtomicU32>,
    pub metrics: Arc<Metrics>,
}

/// What the log tells beside its claims.
#[derive(Debug, Default)]
struct Seen {
    entries: u64,
    own_claims: u64,
    strangers: Strangers,
    /// Offset of the last entry that a clock far ahead has stamped.
    ahead_offset: Option<i64>,
    held_told_at: Option<Instant>,
    level: Option<LevelRecord>,
    level_time_ms: i64,
    /// When the level was last read or written here: a log without claims has no time of its own.
    level_at: Option<Instant>,
    beginning: Beginning,
    /// Append time of the first entry that no clock far ahead has stamped.
    first_time_ms: Option<i64>,
    last_time_ms: i64,
    /// As [`start_rule::LogFacts::unfinished`].
    unfinished: Option<(i64, i64)>,
    partitions: BTreeSet<PartitionKey>,
}

/// See the module.
pub struct Follower {
    settings: Arc<Settings>,
    reader: ClaimsReader,
    links: FollowerLinks,
    scope: u64,
    cluster: String,
    window: Window,
    configured: Level,
    topics: Topics,
    raw_topics: BTreeSet<String>,
    /// Committed offsets as first read: verdicts are wanted from here on.
    committed: BTreeMap<PartitionKey, i64>,
    partitions: Vec<PartitionKey>,
    batch: JudgedClaims,
    seen: Seen,
    stall: LogStall,
    is_catching_up: bool,
    /// While the log is caught up with.
    read_ahead: Option<ReadAhead>,
    reading: Reading,
    /// Append time of the last entry that stood in the log at the start.
    end_time_ms: Option<i64>,
    /// Entries before this offset were counted when they were first read.
    counted_until: i64,
}

impl Follower {
    /// `configured` is the level that this worker's settings ask for.
    pub fn new(
        settings: Arc<Settings>,
        configured: Level,
        reader: ClaimsReader,
        links: FollowerLinks,
        cluster: &str,
    ) -> Self {
        Self {
            scope: claim::scope(cluster, &settings.kafka.group),
            cluster: cluster.to_owned(),
            window: Window::new(configured.clone()),
            configured,
            topics: Topics::new(),
            raw_topics: settings.kafka.raw_topics.iter().cloned().collect(),
            committed: BTreeMap::new(),
            partitions: Vec::new(),
            batch: Vec::new(),
            seen: Seen::default(),
            stall: LogStall::new(Duration::from_secs(settings.kafka.stall_seconds.into())),
            is_catching_up: true,
            read_ahead: None,
            reading: Reading::default(),
            end_time_ms: None,
            counted_until: 0,
            settings,
            reader,
            links,
        }
    }

    /// Reads the log from its beginning to its present end, sees whether the worker may start, and settles the level. Gives
    /// the partitions that may begin at their end.
    pub fn catch_up(&mut self, appender: &ClaimsAppender) -> Result<BTreeSet<PartitionKey>, StartProblem> {
        let begun = clock::monotonic();
        self.partitions = self.ask(|reader| reader.asker().partitions(&self.settings.kafka.raw_topics))?;
        self.committed = self.ask(|reader| reader.asker().committed(&self.partitions))?;
        let (low, high) = self.ask(ClaimsReader::watermarks)?;
        self.end_time_ms = if high > low { self.ask(|reader| reader.time_before(high))? } else { None };
        self.window.trust_times_until(self.end_time_ms);
        self.reader.start_at(low)?;
        let low = self.read_until(high, low, begun)?;
        let start = start_rule::judge(&self.gather(low)?)?;
        self.settle_level(appender, &start)?;
        self.void(&start.losses, appender)?;
        self.window.trust_times_until(None);
        self.is_catching_up = false;
        // Below these nothing was judged.
        (self.links.committed)(self.committed.clone());
        events::emit(
            &events::CAUGHT_UP,
            "the claims log is read; the window stands",
            &[
                ("claims", json!(self.seen.own_claims)),
                ("window_claims", json!(self.window.len())),
                ("seconds", json!(clock::since(begun).as_secs_f64())),
                ("claims_level", json!(self.seen.level.as_ref().map(|record| record.number))),
            ],
        );
        Ok(start.at_end)
    }

    /// Asks the cluster, again while time can heal what it answers.
    fn ask<T>(&self, question: impl Fn(&ClaimsReader) -> Result<T, KafkaFailure>) -> Result<T, StartProblem> {
        let begun = clock::monotonic();
        loop {
            (self.links.beat)();
            match question(&self.reader) {
                Ok(answer) => return Ok(answer),
                Err(_) if (self.links.is_stopping)() => return Err(StartProblem::Stopped),
                Err(failure) if failure.is_transient() && clock::since(begun) < ASK_LIMIT => {
                    std::thread::sleep(ASK_PAUSE);
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    fn read_once(&mut self, high: i64, low: i64, begun: Instant) -> Result<(), StartProblem> {
        let mut told = begun;
        let mut last_progress = clock::monotonic();
        self.links.applied.store(low, Ordering::Release);
        self.measure_until(high);
        while self.applied() < high {
            (self.links.beat)();
            if (self.links.is_stopping)() {
                return Err(StartProblem::Stopped);
            }
            if self.read_ahead.is_none() {
                self.read_ahead = Some(ReadAhead::start(self.reader.cursor(), high)?);
            }
            if self.step(POLL_LIMIT)? {
                last_progress = clock::monotonic();
            } else if clock::since(last_progress) > Duration::from_secs(2) {
                last_progress = clock::monotonic();
                match self.reader.watermarks() {
                    // Retention took the rest meanwhile.
                    Ok((begins, _)) if begins >= high => break,
                    Err(failure) if !failure.is_transient() => return Err(failure.into()),
                    Ok((_, end)) => self.renew_if_stalled(end)?,
                    // A broker that is away comes back; reading goes on by itself.
                    Err(_) => self.stall.forget(),
                }
            }
            if self.batch.len() >= BATCH_MAX {
                self.hand_on();
            }
            if clock::since(told) >= PROGRESS_EVERY {
                told = clock::monotonic();
                self.measure_until(high);
                let seconds = clock::since(begun).as_secs_f64();
                events::emit(
                    &events::CATCHING_UP,
                    "reading the claims log",
                    &[
                        ("applied", json!(self.applied() - low)),
                        ("end", json!(high - low)),
                        ("seconds", json!(seconds)),
                        (
                            "claims_per_second",
                            json!(self.seen.entries / clock::since(begun).as_secs().max(1)),
                        ),
                    ],
                );
            }
        }
        self.read_ahead = None;
        self.hand_on();
        self.measure_until(high);
        self.report_strangers();
        Ok(())
    }

    fn applied(&self) -> i64 {
        self.links.applied.load(Ordering::Acquire)
    }

    /// Applies one record of the log, if one comes within `limit`.
    fn step(&mut self, limit: Duration) -> Result<bool, StartProblem> {
        let taken = if let Some(read_ahead) = &mut self.read_ahead {
            read_ahead.next(limit)?
        } else {
            let (mut taken, topics) = (None, &mut self.topics);
            self.reader.next(limit, &mut |record| taken = Some(decoded(&record, topics)))?;
            taken
        };
        let got = taken.is_some();
        if let Some((offset, time_ms, entry)) = taken {
            let is_applied = self.is_applied(offset, time_ms);
            if is_applied {
                self.apply(offset, time_ms, entry)?;
            }
            self.links.applied.store(offset + 1, Ordering::Release);
            if is_applied && offset >= self.counted_until {
                self.links.metrics.claims_applied.inc();
                self.counted_until = offset + 1;
            }
        }
        Ok(got)
    }

    fn apply(
        &mut self,
        offset: i64,
        time_ms: i64,
        entry: Result<LogEntry, EntryError>,
    ) -> Result<(), StartProblem> {
        self.seen.entries += 1;
        self.seen.last_time_ms = time_ms;
        self.note_ahead(offset, time_ms);
        if claim::is_foreign(&entry, self.scope) {
            self.pass_over_foreign(offset);
            return Ok(());
        }
        match entry {
            Err(EntryError::Damaged(cause)) => {
                self.pass_over_damaged(offset, cause);
                Ok(())
            }
            Err(unknown @ EntryError::Unknown { .. }) => {
                Err(StartProblem::Newer { offset, cause: unknown.to_string() })
            }
            Ok(LogEntry::Level { record, .. }) => self.apply_level(offset, time_ms, record),
            Ok(LogEntry::Void { range, .. }) => {
                self.window.void(&range);
                // It looked at the whole window, and many of them may stand in a row.
                (self.links.beat)();
                Ok(())
            }
            Ok(LogEntry::Claim(claim)) => self.apply_claim(offset, time_ms, &claim),
        }
    }

    fn apply_claim(&mut self, offset: i64, time_ms: i64, claim: &Claim) -> Result<(), StartProblem> {
        self.seen.own_claims += 1;
        let coordinates = &claim.identity.coordinates;
        if !self.raw_topics.contains(coordinates.topic.as_ref()) {
            // Another raw topic of this group: its articles count, its verdicts are not ours to give.
            return self.window.insert(claim, time_ms).map_err(StartProblem::from);
        }
        let key = PartitionKey { topic: coordinates.topic.clone(), partition: coordinates.partition };
        let is_finished = self.committed.get(&key).is_some_and(|committed| coordinates.offset < *committed);
        if self.is_catching_up {
            if !is_finished {
                let after_ms = self.window.after_ms(time_ms);
                let (_, least_ms) = self.seen.unfinished.get_or_insert((offset, after_ms));
                *least_ms = after_ms.min(*least_ms);
            }
            self.seen.partitions.insert(key);
        }
        if self.is_catching_up && is_finished {
            return self.window.insert(claim, time_ms).map_err(StartProblem::from);
        }
        let judgement = self.window.apply(claim, offset, time_ms)?;
        self.batch.push((claim.identity.clone(), judgement));
        Ok(())
    }

    fn apply_level(&mut self, offset: i64, time_ms: i64, record: LevelRecord) -> Result<(), StartProblem> {
        if !record.level.is_known() {
            let cause = format!("engine {} at level {}", record.level.engine, record.number);
            return Err(StartProblem::Newer { offset, cause });
        }
        if !record.holds_after(self.seen.level.as_ref()) {
            // A repetition that crossed a raise on its way: the raise stands.
            return Ok(());
        }
        let changed = self.seen.level.as_ref().is_none_or(|known| known.level != record.level);
        if changed && !self.is_catching_up && self.seen.level.is_some() {
            events::emit(
                &events::CLAIMS_LEVEL_CHANGED,
                "the log's level changed; claims are judged by it from here on",
                &[("claims_level", json!(record.number)), ("offset", json!(offset))],
            );
        }
        if changed {
            self.window.set_level(&record, self.seen.level.as_ref(), time_ms)?;
            self.links.engine.store(record.level.engine, Ordering::Release);
        }
        if record.begins > self.seen.beginning.low {
            self.seen.beginning = Beginning { low: record.begins, declared_at: offset };
        }
        self.seen.level_at = Some(clock::monotonic());
        self.seen.level_time_ms = time_ms;
        self.seen.level = Some(record);
        Ok(())
    }

    /// Claims of lost records must not suppress their copies. The record precedes every claim of this worker.
    fn void(&self, losses: &[VoidRange], appender: &ClaimsAppender) -> Result<(), StartProblem> {
        for range in losses {
            appender.append(&claim::encode_void(self.scope, range))?;
            events::emit(
                &events::CLAIMS_VOIDED,
                "claims of lost raw records match nothing from now on",
                &[
                    ("topic", json!(range.topic.as_ref())),
                    ("partition", json!(range.partition)),
                    ("from", json!(range.from)),
                    ("to", json!(range.to)),
                ],
            );
        }
        Ok(())
    }

    /// Follows the log until told to stop. Blocks its thread.
    pub fn follow(&mut self, appender: &ClaimsAppender) -> Result<(), StartProblem> {
        let mut asked = clock::monotonic();
        while !(self.links.is_stopping)() {
            (self.links.beat)();
            // The first wait may be long, what stands behind it is taken at once.
            // Entries are counted, not verdicts: not every entry gives one.
            let mut got = self.step(POLL_LIMIT)?;
            let mut taken = 1;
            while got && taken < BATCH_MAX {
                got = self.step(Duration::ZERO)?;
                taken += 1;
            }
            self.hand_on();
            if let Some(failure) = appender.failed() {
                return Err(StartProblem::Append(failure));
            }
            if clock::since(asked) >= COMMITTED_EVERY {
                asked = clock::monotonic();
                self.look_around()?;
                self.repeat_level(appender)?;
            }
        }
        Ok(())
    }

    fn measure_window(&self) {
        let metrics = &self.links.metrics;
        metrics.window_claims.set(i64::try_from(self.window.len()).unwrap_or(i64::MAX));
        metrics.window_bytes.set(i64::try_from(self.window.bytes()).unwrap_or(i64::MAX));
    }

    /// While the log is read up to `end`, few verdicts are handed on, and nobody asks for its present end.
    fn measure_until(&self, end: i64) {
        self.links.metrics.claims_log_lag.set((end - self.applied()).max(0));
        self.measure_window();
    }

    fn hand_on(&mut self) {
        self.measure_window();
        if !self.batch.is_empty() {
            (self.links.verdicts)(std::mem::take(&mut self.batch));
        }
    }

    /// Asks for the group's offsets, where a missed answer is no harm, as verdicts are kept a little longer; and for the
    /// log's end.
    fn look_around(&mut self) -> Result<(), StartProblem> {
        if let Ok(partitions) = self.reader.asker().partitions(&self.settings.kafka.raw_topics) {
            self.partitions = partitions;
        }
        if let Ok(committed) = self.reader.asker().committed(&self.partitions) {
            (self.links.committed)(committed);
        }
        match self.reader.watermarks() {
            Ok((_, high)) => {
                self.links.metrics.claims_log_lag.set(high - self.applied());
                self.renew_if_stalled(high)?;
            }
            Err(_) => self.stall.forget(),
        }
        self.report_strangers();
        self.report_held();
        Ok(())
    }
}
