//! Reads the claims log from its beginning to its present end, and counts what is in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::clock;
use crate::dedup::claim::{self, EntryError, LogEntry};
use crate::dedup::level::LevelRecord;
use crate::kafka::KafkaFailure;
use crate::kafka::claims_log::{ClaimsReader, LogRecord};

const POLL_LIMIT: Duration = Duration::from_millis(100);
/// After so long without a record it is asked whether retention took the rest.
const QUIET_LIMIT: Duration = Duration::from_secs(2);
/// After so long without a record the broker counts as away.
const STALL_LIMIT: Duration = Duration::from_secs(30);
/// Longer logs get a progress bar.
const SHORT_ENTRIES: u64 = 50_000;
/// Other scopes beyond this number are counted together.
const SCOPES_MAX: usize = 100;

/// A level record and its place in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Placed {
    pub record: LevelRecord,
    pub offset: i64,
    pub time_ms: i64,
}

/// Entries of another cluster or group.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Foreign {
    pub entries: u64,
    /// Cluster and group, once one of its level records told them.
    pub name: Option<(String, String)>,
}

/// What a claims log holds, as seen from one scope.
#[derive(Debug, Default)]
pub(in crate::cli) struct Survey {
    scope: u64,
    /// First offset of the log, and the offset after the last.
    pub bounds: (i64, i64),
    /// The offset after the last entry that was read.
    pub next_offset: i64,
    pub entries: u64,
    /// Claims of this scope.
    pub claims: u64,
    pub damaged: u64,
    /// Offset and description of the first entry that only a newer khabar can read, and their number.
    pub newer: Option<(i64, String)>,
    pub newer_count: u64,
    pub foreign: BTreeMap<u64, Foreign>,
    /// Entries of scopes beyond the first [`SCOPES_MAX`].
    pub foreign_rest: u64,
    /// Where the level in force began, as far as the log reaches back.
    pub began: Option<Placed>,
    /// The last record of the level in force.
    pub level: Option<Placed>,
    /// Append times of the first and the last entry.
    pub times_ms: Option<(i64, i64)>,
}

impl Survey {
    pub fn new(scope: u64) -> Self {
        Self { scope, ..Self::default() }
    }

    /// Takes one entry.
    pub fn take(&mut self, record: &LogRecord<'_>) {
        self.entries += 1;
        self.next_offset = record.offset + 1;
        let first_ms = self.times_ms.map_or(record.time_ms, |(first, _)| first);
        self.times_ms = Some((first_ms, record.time_ms));
        // Topic names are of no interest here, so that all are one.
        let nameless: Arc<str> = Arc::from("");
        match claim::decode(record.bytes, &mut |_| Arc::clone(&nameless)) {
            Err(EntryError::Damaged(_)) => self.damaged += 1,
            Err(EntryError::Unknown { scope, .. }) if scope != self.scope => self.take_foreign(scope, None),
            Err(unknown @ EntryError::Unknown { .. }) => {
                self.newer_count += 1;
                self.newer.get_or_insert_with(|| (record.offset, unknown.to_string()));
            }
            Ok(entry) if entry.scope() != self.scope => self.take_foreign(entry.scope(), Some(entry)),
            Ok(LogEntry::Claim(_)) => self.claims += 1,
            Ok(LogEntry::Void { .. }) => {}
            Ok(LogEntry::Level { record: level, .. }) => self.take_level(record, level),
        }
    }

    /// `entry` is there where it can be read.
    fn take_foreign(&mut self, scope: u64, entry: Option<LogEntry>) {
        if !self.foreign.contains_key(&scope) && self.foreign.len() >= SCOPES_MAX {
            self.foreign_rest += 1;
            return;
        }
        let known = self.foreign.entry(scope).or_default();
        known.entries += 1;
        if let Some(LogEntry::Level { record, .. }) = entry {
            known.name = Some((record.cluster, record.group));
        }
    }

    fn take_level(&mut self, place: &LogRecord<'_>, record: LevelRecord) {
        let known = self.level.as_ref().map(|known| &known.record);
        if !record.holds_after(known) {
            return;
        }
        let begins = known.map_or(0, |known| known.begins).max(record.begins);
        let is_new = known.is_none_or(|known| known.number != record.number || known.level != record.level);
        let record = LevelRecord { begins, ..record };
        let placed = Placed { record, offset: place.offset, time_ms: place.time_ms };
        if is_new {
            self.began = Some(placed.clone());
        }
        self.level = Some(placed);
    }

    /// All entries of other scopes.
    pub fn foreign_entries(&self) -> u64 {
        self.foreign.values().map(|foreign| foreign.entries).sum::<u64>() + self.foreign_rest
    }
}

/// Reads the whole log. A long one shows its progress on standard error, where that is a terminal.
pub(in crate::cli) fn read(reader: &ClaimsReader, scope: u64) -> Result<Survey, KafkaFailure> {
    read_newest(reader, scope, i64::MAX)
}

/// The same, of at most so many of the newest entries.
pub(in crate::cli) fn read_newest(
    reader: &ClaimsReader,
    scope: u64,
    entries_max: i64,
) -> Result<Survey, KafkaFailure> {
    let mut survey = Survey::new(scope);
    let (begin, high) = reader.watermarks()?;
    let low = begin.max(high.saturating_sub(entries_max));
    (survey.bounds, survey.next_offset) = ((low, high), low);
    if high > low {
        let bar = bar(u64::try_from(high - low).unwrap_or_default());
        let outcome = entries(reader, (low, high), &mut |record| {
            survey.take(&record);
            bar.inc(1);
            true
        });
        bar.finish_and_clear();
        outcome?;
    }
    Ok(survey)
}

/// Shows the entries from `begin` to `end` for as long as `show` wants more. Tells whether retention left all of them.
pub(super) fn entries(
    reader: &ClaimsReader,
    (begin, end): (i64, i64),
    show: &mut dyn FnMut(LogRecord<'_>) -> bool,
) -> Result<bool, KafkaFailure> {
    reader.start_at(begin)?;
    let (mut next, mut heard, mut goes_on) = (begin, clock::monotonic(), true);
    while next < end && goes_on {
        let got = reader.next(POLL_LIMIT, &mut |record: LogRecord<'_>| {
            next = record.offset + 1;
            goes_on = show(record);
        })?;
        if got {
            heard = clock::monotonic();
        } else if is_over(reader, end, heard)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether retention took the rest of the log while it was read.
pub(in crate::cli) fn is_over(reader: &ClaimsReader, end: i64, heard: Instant) -> Result<bool, KafkaFailure> {
    let quiet = clock::since(heard);
    if quiet > STALL_LIMIT {
        return Err(KafkaFailure::Transient {
            what: "reading the claims log".to_owned(),
            cause: format!("the broker sent nothing for {} s", STALL_LIMIT.as_secs()),
        });
    }
    Ok(quiet > QUIET_LIMIT && reader.watermarks()?.0 >= end)
}

/// Reads on behind a survey until `is_there`, for at most `limit`; gives whether it came.
pub(super) fn follow(
    reader: &ClaimsReader,
    survey: &mut Survey,
    limit: Duration,
    is_there: impl Fn(&Survey) -> bool,
) -> Result<bool, KafkaFailure> {
    let begun = clock::monotonic();
    reader.start_at(survey.next_offset)?;
    while !is_there(survey) {
        if clock::since(begun) > limit {
            return Ok(false);
        }
        reader.next(POLL_LIMIT, &mut |record| survey.take(&record))?;
    }
    Ok(true)
}

/// Progress over so many entries, on standard error; none of a short log.
pub(super) fn bar(entries: u64) -> ProgressBar {
    if entries <= SHORT_ENTRIES {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(entries);
    // The template is a constant; were it wrong, the bar would merely have its usual form.
    if let Ok(style) =
        ProgressStyle::with_template("reading the claims log {bar:30} {percent} %, {per_sec}, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}
