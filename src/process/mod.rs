//! The stages without Kafka: files or standard input to JSON lines, for `khabar process`.
//!
//! Owns the way of a record from a file to its line of output: reading ([`input`], `intake`), the threads that compute
//! the stages (`pool`), the verdicts in input order (`judge`), the lines in input order (`conductor`, `line`). It never
//! decides what a stage decides: it calls the same [`Stages`] and the same window as the worker.
//!
//! ```text
//! intake -> pool (prepare) -> judge, in order -> pool (finish) -> output, in order
//! ```
//! A record takes a permit of one [`Budget`] when it is read and gives it back when its line is written, so all queues
//! together are bounded in records and bytes. Beyond them, only the window of earlier articles grows. The output depends
//! on the input and the settings alone, never on the number of threads.

mod conductor;
pub mod explain;
pub mod input;
mod intake;
mod judge;
mod line;
mod order;
mod pool;
pub mod progress;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{Builder, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::article::Judgement;
use crate::budget::{Budget, Permit};
use crate::caught;
use crate::config::settings::Settings;
use crate::dedup::level::Level;
use crate::dedup::window::ClockSteppedBack;
use crate::flow::{Outcome, RawRecord};
use crate::output_limits::OutputLimits;
use crate::parse::{LexiconError, Parser};
use crate::sources::{Sources, SourcesError};
use crate::stages::{Prepared, Stages};
use crate::tag::Tagger;

use conductor::Conductor;
use input::Input;
use intake::Intake;
use judge::Judge;
use pool::StageThread;

/// There is one claims log and one group, so their scope tells nothing apart.
const SCOPE: u64 = 0;
/// In flight, records for each stage thread: enough that one slow record does not let the other threads starve, and few
/// enough that compressed records, which grow once they are decoded, stay bounded.
const RECORDS_PER_THREAD: usize = 128;
/// Threads where the platform does not tell the number of its cores.
const THREADS_FALLBACK: usize = 4;

/// What is processed and how it went so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub enriched: u64,
    pub duplicates: u64,
    pub rejected: u64,
    /// Rejected records by their code.
    pub rejections: BTreeMap<&'static str, u64>,
    /// Bytes of input behind the lines that are written.
    pub input_bytes: u64,
    /// Inputs that could not be opened, or not be read to their end.
    pub unreadable: u64,
    /// Whoever read the output went away before its end.
    pub reader_gone: bool,
}

impl Summary {
    /// Lines of output.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.enriched + self.duplicates + self.rejected
    }
}

/// Follows the work, for a person.
pub trait Observer {
    /// Called after lines were written.
    fn advanced(&mut self, summary: &Summary);

    /// An input could not be read, or only up to here; the others go on.
    fn unreadable(&mut self, input: &str, cause: &str);
}

/// Why the stages can't be built from the settings.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error(transparent)]
    Sources(#[from] SourcesError),
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    #[error(transparent)]
    Names(#[from] crate::tag::LexiconError),
}

/// Why processing ended before the end of its input.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("the output cannot be written: {0}")]
    Write(io::Error),
    #[error("no thread can be started: {0}; lower workers.threads or workers.stack_kib, or raise the limits")]
    Spawn(io::Error),
    #[error("the {thread} thread died: {cause}; this is a bug of khabar, please report it with the input")]
    ThreadDied { thread: &'static str, cause: String },
    #[error(transparent)]
    Clock(#[from] ClockSteppedBack),
}

/// Where a record stands in the input, for the line that comes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: Arc<str>,
    /// From 1; `None` where the whole file is one record.
    line: Option<u64>,
}

/// What accompanies a record from intake to output.
#[derive(Debug)]
struct Ticket {
    /// Number of the record over all inputs, from 0: the order of verdicts and lines.
    index: u64,
    place: Place,
    /// What of the input the record took, with its line's end.
    input_bytes: u64,
    _permit: Permit,
}

/// Work for a stage thread.
#[derive(Debug)]
enum Job {
    Prepare { ticket: Ticket, raw: RawRecord },
    Finish { ticket: Ticket, prepared: Box<Prepared>, judgement: Option<Judgement> },
}

/// A line of output, done.
#[derive(Debug)]
struct Line {
    ticket: Ticket,
    outcome: Outcome,
    /// The rejection's code.
    code: Option<&'static str>,
    bytes: Vec<u8>,
}

/// What reaches the conductor.
#[derive(Debug)]
enum Event {
    /// Waits for its verdict.
    Prepared {
        ticket: Ticket,
        prepared: Box<Prepared>,
    },
    /// Rejected: it has no verdict.
    Rejected(Line),
    Finished(Line),
    Unreadable {
        input: Arc<str>,
        cause: String,
    },
    /// All inputs are read.
    Ended {
        records: u64,
    },
    Died {
        thread: &'static str,
        cause: String,
    },
}

/// The stages, built once from the settings.
#[derive(Debug)]
pub struct Processor {
    stages: Arc<Stages>,
    /// The level that judges; `None` without dedup.
    level: Option<Level>,
    threads: usize,
    stack_bytes: usize,
    records_max: usize,
    bytes_max: usize,
    payload_bytes_max: usize,
}

impl Processor {
    /// Loads lexicons and sources.
    pub fn new(settings: &Settings) -> Result<Self, SetupError> {
        let sources = Sources::load(&settings.sources)?;
        let parser = Parser::new(&settings.parse, &settings.lexicon, sources)?;
        let tagger = Tagger::load(&settings.lexicon, parser.sources())?;
        let scope = settings.dedup.enabled.then_some(SCOPE);
        let threads = match settings.workers.threads {
            0 => std::thread::available_parallelism().map_or(THREADS_FALLBACK, usize::from),
            threads => threads,
        };
        Ok(Self {
            stages: Arc::new(Stages::new(settings, parser, tagger, scope, Arc::new(output_limits(settings)))),
            level: settings.dedup.enabled.then(|| Level::from_settings(&settings.dedup)),
            threads,
            stack_bytes: settings.workers.stack_kib.saturating_mul(1024),
            records_max: settings.budget.records_max.min(threads.saturating_mul(RECORDS_PER_THREAD)),
            bytes_max: settings.budget.bytes_max,
            payload_bytes_max: settings.decode.payload_bytes_max,
        })
    }

    /// Processes the inputs in their order and writes one line for each record, in the order of the input.
    /// `fetched_at_ms` stands for the timestamp of every record.
    ///
    /// Where the reader of `output` went away, this ends early, without an error. After an early end, threads may still
    /// wait for input: the process is expected to exit.
    pub fn run(
        &self,
        inputs: Vec<Input>,
        fetched_at_ms: Option<i64>,
        output: &mut dyn Write,
        observer: &mut dyn Observer,
    ) -> Result<Summary, ProcessError> {
        let (events, happened) = unbounded();
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let (prepare, to_prepare) = unbounded();
        let (finish, to_finish) = unbounded();
        let mut threads = Vec::with_capacity(self.threads + 1);
        for _ in 0..self.threads {
            let thread = StageThread {
                finish: to_finish.clone(),
                prepare: to_prepare.clone(),
                stages: Arc::clone(&self.stages),
                judged: self.level.is_some(),
                events: events.clone(),
            };
            let stack_bytes = Some(self.stack_bytes);
            threads.push(spawn("stages", stack_bytes, events.clone(), move || thread.run())?);
        }
        let intake = Intake {
            budget: Budget::new(self.records_max, self.bytes_max),
            payload_bytes_max: self.payload_bytes_max,
            fetched_at_ms,
            stop: Arc::clone(&stop.0),
            jobs: prepare.clone(),
            events: events.clone(),
            records: 0,
        };
        threads.push(spawn("intake", None, events, move || intake.run(inputs))?);
        let conductor = Conductor::new(self.level.clone().map(Judge::new), finish, output, observer);
        let summary = conductor.run(&happened)?;
        if !summary.reader_gone {
            join(prepare, &happened, threads);
        }
        Ok(summary)
    }
}

/// Ends the stage threads, whose other queue the conductor has closed, and waits for them.
fn join(prepare: Sender<Job>, happened: &Receiver<Event>, threads: Vec<JoinHandle<()>>) {
    drop(prepare);
    for thread in threads {
        // A panic was reported to the conductor, which is done with all records by now.
        let _ = thread.join();
    }
    debug_assert!(happened.is_empty(), "nothing happens after the last line");
}

/// No topic limits a line; `emit.record_bytes_max` does where it is set. Rejected records are only named, never
/// printed, so there is nothing of them to shrink.
fn output_limits(settings: &Settings) -> OutputLimits {
    let limits = OutputLimits::new(usize::MAX);
    if settings.emit.record_bytes_max > 0 {
        limits.set(Outcome::Enriched, settings.emit.record_bytes_max);
        limits.set(Outcome::Duplicate, settings.emit.record_bytes_max);
    }
    limits
}

/// Tells the intake to end, however `run` ends.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Starts a thread whose death is reported, so that nobody waits for it in vain.
fn spawn(
    name: &'static str,
    stack_bytes: Option<usize>,
    events: Sender<Event>,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, ProcessError> {
    let builder = Builder::new().name(name.to_owned());
    let builder = match stack_bytes {
        Some(bytes) => builder.stack_size(bytes),
        None => builder,
    };
    let guarded = move || {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
            // Nobody listens where the conductor has ended already.
            let _ = events.send(Event::Died { thread: name, cause: caught::text(&*panic) });
        }
    };
    builder.spawn(guarded).map_err(ProcessError::Spawn)
}
