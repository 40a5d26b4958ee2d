//! Reads and decodes the log on a thread of its own, ahead of what is applied: at the start, when all of it is read, two
//! cores work at once. The order stays that of the log.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, never};

use super::POLL_LIMIT;
use crate::dedup::claim::{self, EntryError, LogEntry};
use crate::kafka::KafkaFailure;
use crate::kafka::claims_log::{ClaimsCursor, LogRecord};

/// Entries that are handed over at once, and how often so many wait at most.
const BATCH_ENTRIES_MAX: usize = 256;
const BATCHES_MAX: usize = 16;

/// One entry: its offset, its append time, and what it holds.
pub(super) type Decoded = (i64, i64, Result<LogEntry, EntryError>);

/// Names of topics that millions of claims share.
pub(super) type Topics = HashMap<String, Arc<str>>;

pub(super) fn decoded(record: &LogRecord<'_>, topics: &mut Topics) -> Decoded {
    let entry = claim::decode(record.bytes, &mut |name| {
        topics.entry(name.to_owned()).or_insert_with(|| Arc::from(name)).clone()
    });
    (record.offset, record.time_ms, entry)
}

/// See the module. The thread ends behind the last entry, or when this is dropped.
pub(super) struct ReadAhead {
    batches: Receiver<Result<Vec<Decoded>, KafkaFailure>>,
    batch: std::vec::IntoIter<Decoded>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ReadAhead {
    /// Reads from where the cursor stands up to the entry before `high`.
    pub(super) fn start(cursor: ClaimsCursor, high: i64) -> Result<Self, KafkaFailure> {
        let (sender, batches) = bounded(BATCHES_MAX);
        let is_over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&is_over);
        let thread = std::thread::Builder::new()
            .name("claims-ahead".to_owned())
            .spawn(move || read(&cursor, high, &told, &sender))
            .map_err(|error| ended(&format!("no thread can be started: {error}")))?;
        Ok(Self { batches, batch: Vec::new().into_iter(), is_over, thread: Some(thread) })
    }

    /// The next entry; `None` when none came within `limit`.
    pub(super) fn next(&mut self, limit: Duration) -> Result<Option<Decoded>, KafkaFailure> {
        if let Some(next) = self.batch.next() {
            return Ok(Some(next));
        }
        match self.batches.recv_timeout(limit) {
            Ok(batch) => {
                self.batch = batch?.into_iter();
                Ok(self.batch.next())
            }
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(ended("its thread ended before the log did")),
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // Who waits for room in the queue is told that nobody takes from it any more.
        self.batches = never();
        if let Some(thread) = self.thread.take() {
            // A panic of its own was logged where it happened.
            let _ = thread.join();
        }
    }
}

fn ended(cause: &str) -> KafkaFailure {
    KafkaFailure::Fatal { what: "reading the claims log ahead".to_owned(), cause: cause.to_owned() }
}

fn read(
    cursor: &ClaimsCursor,
    high: i64,
    is_over: &AtomicBool,
    batches: &Sender<Result<Vec<Decoded>, KafkaFailure>>,
) {
    let mut topics = Topics::new();
    let mut batch = Vec::with_capacity(BATCH_ENTRIES_MAX);
    while !is_over.load(Ordering::Acquire) {
        let mut is_last = false;
        let limit = if batch.is_empty() { POLL_LIMIT } else { Duration::ZERO };
        let got = cursor.next(limit, &mut |record| {
            is_last = record.offset + 1 >= high;
            batch.push(decoded(&record, &mut topics));
        });
        if matches!(got, Ok(true)) && !is_last && batch.len() < BATCH_ENTRIES_MAX {
            continue;
        }
        let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_ENTRIES_MAX));
        if !full.is_empty() && batches.send(Ok(full)).is_err() {
            return;
        }
        if let Err(failure) = got {
            // Nobody may be left to hear it.
            let _ = batches.send(Err(failure));
            return;
        }
        if is_last {
            return;
        }
    }
}
