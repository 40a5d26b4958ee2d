//! Follows the claims log: rebuilds the window at the start, then judges every claim as it comes.
//!
//! It owns the window. It decides whether the log may be trusted ([`StartProblem`]), and keeps to the level that the log
//! itself records.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::article::Judgement;
use crate::config::settings::{Settings, StartFrom};
use crate::dedup::claim::{self, Claim, ClaimIdentity, EntryError, LogEntry, VoidRange};
use crate::dedup::level::{Level, LevelRecord};
use crate::dedup::window::Window;
use crate::kafka::KafkaFailure;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::claims_log::{ClaimsAppender, ClaimsReader, LogRecord};
use crate::metrics::Metrics;
use crate::{clock, events};

const POLL_LIMIT: Duration = Duration::from_millis(100);
/// Verdicts are handed on at the latest after this many.
const BATCH_MAX: usize = 256;
/// The group's offsets are asked for this often, so that verdicts of others' records can be forgotten.
const COMMITTED_EVERY: Duration = Duration::from_secs(5);
const PROGRESS_EVERY: Duration = Duration::from_secs(5);
/// A level record is repeated when the last one is older than this share of the window, so that retention never takes it.
const LEVEL_REPEAT_DIVISOR: i64 = 2;
/// How long our own level record may take to come back.
const LEVEL_WAIT: Duration = Duration::from_secs(30);

/// Before every append time: up to here nothing is evicted.
const NO_TIME_MS: i64 = i64::MIN;

/// Why the worker must not start, or not go on.
#[derive(Debug, thiserror::Error)]
pub enum StartProblem {
    #[error(transparent)]
    Kafka(#[from] KafkaFailure),
    #[error("the claims log was written by a newer khabar ({0}); run that version")]
    Newer(String),
    #[error(
        "the claims log's level differs from this configuration: {0}; adopt the log's values, or raise the level with `khabar claims level --raise` once all replicas have the new configuration"
    )]
    LevelDiffers(String),
    #[error(
        "the group has committed offsets, but the claims log {topic} is empty: it was recreated or never used; set dedup.accept_empty_log = true to begin a new one (earlier articles are forgotten)"
    )]
    LogLost { topic: String },
    #[error(
        "the claims log {topic} begins at {begins_ms} ms, after {needed_ms} ms, where the window of the first unfinished record begins: retention is too short or the log was truncated; lengthen its retention.ms, and set dedup.accept_empty_log = true to go on with what is left"
    )]
    LogCut { topic: String, begins_ms: i64, needed_ms: i64 },
    #[error(
        "the claims log shows that this group has worked on {partitions}, but it has no committed offset there: the offsets expired or the topic was recreated; start with --from earliest (outcomes may repeat) or --from latest"
    )]
    OffsetsExpired { partitions: String },
    #[error(
        "retention has taken raw records of {partition} that were never read: offsets {committed} to {begins}; --accept-loss goes on without them"
    )]
    PassedByRetention { partition: String, committed: i64, begins: i64 },
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
    pub metrics: Arc<Metrics>,
}

/// What the log tells beside its claims.
#[derive(Debug, Default)]
struct Seen {
    entries: u64,
    own_claims: u64,
    foreign: u64,
    damaged: u64,
    level: Option<LevelRecord>,
    level_time_ms: i64,
    first_time_ms: Option<i64>,
    last_time_ms: i64,
    first_unfinished_ms: Option<i64>,
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
    topics: HashMap<String, Arc<str>>,
    raw_topics: BTreeSet<String>,
    /// Committed offsets as first read: verdicts are wanted from here on.
    committed: BTreeMap<PartitionKey, i64>,
    partitions: Vec<PartitionKey>,
    batch: JudgedClaims,
    seen: Seen,
    is_catching_up: bool,
}

impl Follower {
    pub fn new(settings: Arc<Settings>, reader: ClaimsReader, links: FollowerLinks, cluster: &str) -> Self {
        let configured = Level::from_settings(&settings.dedup);
        Self {
            scope: claim::scope(cluster, &settings.kafka.group),
            cluster: cluster.to_owned(),
            window: Window::new(configured.clone()),
            configured,
            topics: HashMap::new(),
            raw_topics: settings.kafka.raw_topics.iter().cloned().collect(),
            committed: BTreeMap::new(),
            partitions: Vec::new(),
            batch: Vec::new(),
            seen: Seen::default(),
            is_catching_up: true,
            settings,
            reader,
            links,
        }
    }

    /// Reads the log from its beginning to its present end, checks that it can be trusted, and settles the level.
    pub fn catch_up(&mut self, appender: &ClaimsAppender) -> Result<(), StartProblem> {
        let begun = clock::monotonic();
        self.partitions = self.reader.asker().partitions(&self.settings.kafka.raw_topics)?;
        self.committed = self.reader.asker().committed(&self.partitions)?;
        let (low, high) = self.reader.watermarks()?;
        let end_time = if high > low { self.reader.time_before(high)? } else { None };
        self.window.trust_times_until(end_time);
        self.reader.start_at(low)?;
        self.read_until(high, low, begun)?;
        let losses = self.check_start(low)?;
        self.settle_level(appender)?;
        self.void(&losses, appender)?;
        self.window.trust_times_until(None);
        self.is_catching_up = false;
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
        Ok(())
    }

    /// Reads the log up to `high`. Where its clock was behind for a while, no eviction fits all of its times: then it is
    /// read once more, and nothing is evicted before the end.
    fn read_until(&mut self, high: i64, low: i64, begun: Instant) -> Result<(), StartProblem> {
        match self.read_once(high, low, begun) {
            Err(StartProblem::Clock(_)) => {}
            result => return result,
        }
        self.window = Window::new(self.configured.clone());
        self.window.trust_times_until(Some(NO_TIME_MS));
        self.seen = Seen::default();
        self.batch.clear();
        self.reader.start_at(low)?;
        self.read_once(high, low, begun)
    }

    fn read_once(&mut self, high: i64, low: i64, begun: Instant) -> Result<(), StartProblem> {
        let mut told = begun;
        let mut last_progress = clock::monotonic();
        self.links.applied.store(low, Ordering::Release);
        while self.applied() < high {
            (self.links.beat)();
            if (self.links.is_stopping)() {
                return Err(StartProblem::Stopped);
            }
            if self.step(POLL_LIMIT)? {
                last_progress = clock::monotonic();
            } else if clock::since(last_progress) > Duration::from_secs(2) {
                last_progress = clock::monotonic();
                match self.reader.watermarks() {
                    // Retention took the rest meanwhile.
                    Ok((begins, _)) if begins >= high => break,
                    Err(failure) if !failure.is_transient() => return Err(failure.into()),
                    // A broker that is away comes back; reading goes on by itself.
                    Ok(_) | Err(_) => {}
                }
            }
            if self.batch.len() >= BATCH_MAX {
                self.hand_on();
            }
            if clock::since(told) >= PROGRESS_EVERY {
                told = clock::monotonic();
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
        self.hand_on();
        self.report_strangers();
        Ok(())
    }

    fn applied(&self) -> i64 {
        self.links.applied.load(Ordering::Acquire)
    }

    /// Applies one record of the log, if one comes within `limit`.
    fn step(&mut self, limit: Duration) -> Result<bool, StartProblem> {
        // The reader lends each record to a closure, which needs the rest of self.
        let mut taken: Option<(i64, i64, Result<LogEntry, EntryError>)> = None;
        let topics = &mut self.topics;
        let got = self.reader.next(limit, &mut |record: LogRecord<'_>| {
            let entry = claim::decode(record.bytes, &mut |name| {
                topics.entry(name.to_owned()).or_insert_with(|| Arc::from(name)).clone()
            });
            taken = Some((record.offset, record.time_ms, entry));
        })?;
        if let Some((offset, time_ms, entry)) = taken {
            self.apply(offset, time_ms, entry)?;
            self.links.applied.store(offset + 1, Ordering::Release);
            self.links.metrics.claims_applied.inc();
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
        self.seen.first_time_ms.get_or_insert(time_ms);
        match entry {
            Err(EntryError::Damaged(cause)) => {
                self.seen.damaged += 1;
                if !self.is_catching_up || self.seen.damaged == 1 {
                    events::emit(
                        &events::CLAIMS_UNREADABLE,
                        "an entry of the claims log can't be read; every replica skips it",
                        &[("offset", json!(offset)), ("cause", json!(cause))],
                    );
                }
                Ok(())
            }
            Err(unknown @ EntryError::Unknown { .. }) => Err(StartProblem::Newer(unknown.to_string())),
            Ok(entry) if entry.scope() != self.scope => {
                self.seen.foreign += 1;
                Ok(())
            }
            Ok(LogEntry::Level { record, .. }) => self.apply_level(offset, time_ms, record),
            Ok(LogEntry::Void { range, .. }) => {
                self.window.void(&range);
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
                self.seen.first_unfinished_ms.get_or_insert(time_ms);
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
            return Err(StartProblem::Newer(format!(
                "engine {} at level {}",
                record.level.engine, record.number
            )));
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
            self.window.set_level(record.level.clone(), record.number);
        }
        self.seen.level_time_ms = time_ms;
        self.seen.level = Some(record);
        Ok(())
    }

    fn report_strangers(&mut self) {
        if self.seen.foreign > 0 {
            events::emit(
                &events::CLAIMS_FOREIGN_SCOPE,
                "claims of another group or cluster stand in this log; they are ignored",
                &[("count", json!(self.seen.foreign)), ("cluster_id", json!(self.cluster))],
            );
        }
    }

    /// The start rule: whether offsets and log fit together.
    fn check_start(&self, low: i64) -> Result<Vec<VoidRange>, StartProblem> {
        let topic = self.settings.kafka.claims_topic.clone();
        let has_worked = self.committed.values().any(|offset| *offset > 0);
        let accepted = self.settings.dedup.accept_empty_log;
        if has_worked && self.seen.own_claims == 0 && self.seen.level.is_none() && !accepted {
            return Err(StartProblem::LogLost { topic });
        }
        if let (Some(unfinished_ms), Some(begins_ms)) =
            (self.seen.first_unfinished_ms, self.seen.first_time_ms)
        {
            let needed_ms = unfinished_ms.saturating_sub(self.window.level().window_ms());
            if low > 0 && begins_ms > needed_ms && !accepted {
                return Err(StartProblem::LogCut { topic, begins_ms, needed_ms });
            }
        }
        self.check_offsets()
    }

    /// What retention took, where going on without it is accepted.
    fn check_offsets(&self) -> Result<Vec<VoidRange>, StartProblem> {
        let without: Vec<PartitionKey> = self
            .seen
            .partitions
            .iter()
            .filter(|key| self.partitions.contains(key) && !self.committed.contains_key(key))
            .cloned()
            .collect();
        if !without.is_empty() && self.settings.start.from == StartFrom::Start {
            // Another worker may have begun there after the first question; offsets are committed before claims.
            let begun = self.reader.asker().committed(&without)?;
            let expired: Vec<String> =
                without.iter().filter(|key| !begun.contains_key(key)).map(ToString::to_string).collect();
            if !expired.is_empty() {
                return Err(StartProblem::OffsetsExpired { partitions: expired.join(", ") });
            }
        }
        let mut losses = Vec::new();
        for (key, committed) in &self.committed {
            let (begins, _) = self.reader.asker().watermarks(key)?;
            if *committed >= begins {
                continue;
            }
            if !self.settings.start.accept_loss {
                return Err(StartProblem::PassedByRetention {
                    partition: key.to_string(),
                    committed: *committed,
                    begins,
                });
            }
            let topic = key.topic.clone();
            losses.push(VoidRange { topic, partition: key.partition, from: *committed, to: begins });
        }
        Ok(losses)
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

    /// Writes the first level of a log, or sees that the log's level is the configured one.
    fn settle_level(&mut self, appender: &ClaimsAppender) -> Result<(), StartProblem> {
        if self.seen.level.is_none() {
            self.write_level(appender, 1, "first")?;
            let deadline = clock::monotonic() + LEVEL_WAIT;
            while self.seen.level.is_none() {
                (self.links.beat)();
                if let Some(failure) = appender.failed() {
                    return Err(failure.into());
                }
                if clock::monotonic() > deadline || (self.links.is_stopping)() {
                    return Err(KafkaFailure::Transient {
                        what: "waiting for the level record in the claims log".to_owned(),
                        cause: format!("it did not come within {} s", LEVEL_WAIT.as_secs()),
                    }
                    .into());
                }
                self.step(POLL_LIMIT)?;
            }
            self.hand_on();
        }
        let differences = self
            .seen
            .level
            .as_ref()
            .map(|record| record.level.differences(&self.configured))
            .unwrap_or_default();
        if differences.is_empty() { Ok(()) } else { Err(StartProblem::LevelDiffers(differences.join("; "))) }
    }

    fn write_level(&self, appender: &ClaimsAppender, number: u32, cause: &str) -> Result<(), StartProblem> {
        let level =
            self.seen.level.as_ref().map_or_else(|| self.configured.clone(), |known| known.level.clone());
        let record = LevelRecord {
            number,
            cluster: self.cluster.clone(),
            group: self.settings.kafka.group.clone(),
            level,
            previous: None,
        };
        let bytes = claim::encode_level(self.scope, &record).map_err(|error| KafkaFailure::Fatal {
            what: "writing the log's level".to_owned(),
            cause: error.to_string(),
        })?;
        appender.append(&bytes)?;
        events::emit(
            &events::CLAIMS_LEVEL_WRITTEN,
            "the level was written to the claims log",
            &[("claims_level", json!(number)), ("cause", json!(cause))],
        );
        Ok(())
    }

    /// Follows the log until told to stop. Blocks its thread.
    pub fn follow(&mut self, appender: &ClaimsAppender) -> Result<(), StartProblem> {
        let mut asked = clock::monotonic();
        while !(self.links.is_stopping)() {
            (self.links.beat)();
            // The first wait may be long, what stands behind it is taken at once.
            let mut got = self.step(POLL_LIMIT)?;
            while got && self.batch.len() < BATCH_MAX {
                got = self.step(Duration::ZERO)?;
            }
            self.hand_on();
            if let Some(failure) = appender.failed() {
                return Err(StartProblem::Append(failure));
            }
            if clock::since(asked) >= COMMITTED_EVERY {
                asked = clock::monotonic();
                self.ask_committed();
                self.repeat_level(appender)?;
            }
        }
        Ok(())
    }

    fn hand_on(&mut self) {
        self.links.metrics.window_claims.set(i64::try_from(self.window.len()).unwrap_or(i64::MAX));
        if !self.batch.is_empty() {
            (self.links.verdicts)(std::mem::take(&mut self.batch));
        }
    }

    /// A missed answer is no harm: verdicts are kept a little longer.
    fn ask_committed(&mut self) {
        if let Ok(partitions) = self.reader.asker().partitions(&self.settings.kafka.raw_topics) {
            self.partitions = partitions;
        }
        if let Ok(committed) = self.reader.asker().committed(&self.partitions) {
            (self.links.committed)(committed);
        }
        if let Ok((_, high)) = self.reader.watermarks() {
            self.links.metrics.claims_log_lag.set(high - self.applied());
        }
    }

    fn repeat_level(&mut self, appender: &ClaimsAppender) -> Result<(), StartProblem> {
        let age_ms = self.seen.last_time_ms.saturating_sub(self.seen.level_time_ms);
        if age_ms <= self.window.level().window_ms() / LEVEL_REPEAT_DIVISOR {
            return Ok(());
        }
        let number = self.seen.level.as_ref().map_or(1, |record| record.number);
        self.write_level(appender, number, "repeated before retention takes it")?;
        // Until ours comes back, no second one.
        self.seen.level_time_ms = self.seen.last_time_ms;
        Ok(())
    }
}
