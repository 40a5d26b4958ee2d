//! Tries suspect records in a child process before a stage thread of this process meets them.
//!
//! Owns the child and the judgement: only a record that ends or stalls two children in a row, in a stage and by what the
//! child does itself, is poison. Whatever else goes wrong lets the record pass, so that nothing is blocked and no healthy
//! record is given up.

mod child;
mod frame;
mod serve;

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use serde_json::json;

use self::child::{Attempt, Child};
use self::serve::Opening;
use super::conductor::Ticket;
use super::pool::{Job, PoolHandle, Way};
use super::threads;
use crate::config::settings::{Secret, Settings};
use crate::events;
use crate::flow::RawRecord;
use crate::rejection::{Code, Rejection};
use crate::stages::{Course, Step};

pub use serve::serve;

/// The word after the program's name.
pub const COMMAND: &str = "probe";
/// A record is poison after so many children.
const ENDED_MAX: u32 = 2;
/// A record whose tries say nothing passes after so many.
const UNCLEAR_MAX: u32 = 3;
/// A child that is not needed for this long ends.
const IDLE: Duration = Duration::from_mins(1);
/// What a child may need to read its files, also on a starved host.
const START_SECONDS_MAX: u64 = 60;
/// The allocator takes address space by the gigabyte, more than a child may have; this is what it takes instead, in KiB.
const ARENA_KIB: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "65536");
/// Faults that tests plant must strike here too.
const PLANTED_FAULTS: &str = "KHABAR_PLANTED_FAULTS";

/// The program to start, and what it is told first.
pub struct Program {
    path: PathBuf,
    opening: Vec<u8>,
    seconds_max: u64,
}

impl Program {
    /// This program itself, whatever lies at its path by now.
    pub fn own(settings: &Settings, scope: Option<u64>) -> Self {
        let running = Path::new("/proc/self/exe");
        let path = if running.exists() {
            running.to_owned()
        } else {
            std::env::current_exe().unwrap_or_else(|_| PathBuf::from("khabar"))
        };
        Self { path, opening: opening(settings, scope), seconds_max: settings.workers.stage_seconds_max }
    }

    fn start(&self) -> Result<Child, String> {
        let mut command = Command::new(&self.path);
        // The environment may hold secrets.
        command.arg0("khabar").arg(COMMAND).env_clear().env(ARENA_KIB.0, ARENA_KIB.1);
        if let Some(value) = std::env::var_os(PLANTED_FAULTS) {
            command.env(PLANTED_FAULTS, value);
        }
        Child::start(command, self.opening.clone(), START_SECONDS_MAX)
    }
}

/// The settings that stages need; nothing of Kafka, where secrets are.
fn opening(settings: &Settings, scope: Option<u64>) -> Vec<u8> {
    let mut settings = settings.clone();
    settings.kafka.sasl_password = Secret::default();
    settings.kafka.properties.clear();
    // Settings are read from text and so can be written; a child that can't read this is told of.
    serde_json::to_vec(&Opening { settings, scope }).unwrap_or_default()
}

/// Where suspect records are handed in.
#[derive(Debug, Clone)]
pub struct ProbeHandle(Sender<(Ticket, RawRecord)>);

impl ProbeHandle {
    pub fn submit(&self, ticket: Ticket, raw: RawRecord) {
        // The thread ends only after everyone who submits; the budget bounds what can wait.
        let _ = self.0.send((ticket, raw));
    }
}

/// Starts the thread that has records tried and then hands them to the pool. It ends when every handle is gone.
pub fn start(
    program: Program,
    pool: PoolHandle,
    died: &(impl Fn(&'static str, String) + Clone + Send + 'static),
) -> std::io::Result<ProbeHandle> {
    let (suspects, queue) = unbounded();
    let died = died.clone();
    std::thread::Builder::new().name("probe".to_owned()).spawn(move || {
        let mut prober = Prober { program, child: None, is_hopeless: false };
        threads::guard("probe", &died, || prober.run(&queue, &pool));
    })?;
    Ok(ProbeHandle(suspects))
}

/// What the tries say about a record.
#[derive(Debug, PartialEq, Eq)]
enum Trial {
    Passed,
    Poison { step: Step, how: String },
    Unclear(String),
}

struct Prober {
    program: Program,
    child: Option<Child>,
    /// No child ever becomes ready.
    is_hopeless: bool,
}

impl Prober {
    fn run(&mut self, queue: &Receiver<(Ticket, RawRecord)>, pool: &PoolHandle) {
        loop {
            match queue.recv_timeout(IDLE) {
                Ok((ticket, raw)) => {
                    let way = self.way(&raw);
                    pool.submit(Job::Prepare { ticket, raw, way });
                }
                Err(RecvTimeoutError::Timeout) => self.child = None,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// How the record is to be prepared.
    fn way(&mut self, raw: &RawRecord) -> Way {
        match self.trial(raw, Course::Whole) {
            Trial::Passed => Way::Whole,
            Trial::Unclear(cause) => {
                log_failed(raw, &cause);
                Way::Whole
            }
            Trial::Poison { step, how } => {
                log_poison(raw, step, &how);
                self.way_of_poison(raw, step, how)
            }
        }
    }

    fn way_of_poison(&mut self, raw: &RawRecord, step: Step, how: String) -> Way {
        if step == Step::Tag && self.trial(raw, Course::Untagged) == Trial::Passed {
            return Way::Untagged;
        }
        if step == Step::Decode {
            return Way::Refused { rejection: Rejection::new(Code::DecodeKilled, how), with_plain: false };
        }
        // For the case that an earlier owner has claimed it.
        let with_plain = self.trial(raw, Course::Plain) == Trial::Passed;
        Way::Refused { rejection: Rejection::new(Code::ParseKilled, how), with_plain }
    }

    fn trial(&mut self, raw: &RawRecord, course: Course) -> Trial {
        let Some(frame) = frame::encode(raw, course) else {
            return Trial::Unclear("the record is too large to be tried".to_owned());
        };
        let (mut ended, mut unclear) = (0, 0);
        loop {
            match self.attempt(&frame) {
                Attempt::Done => return Trial::Passed,
                Attempt::Ended { step, how } => {
                    ended += 1;
                    if ended >= ENDED_MAX {
                        return Trial::Poison { step, how };
                    }
                }
                Attempt::Unclear(cause) => {
                    unclear += 1;
                    if unclear >= UNCLEAR_MAX || self.is_hopeless {
                        return Trial::Unclear(cause);
                    }
                }
            }
            // Of no more use, and what is found is to be found by a fresh one again.
            self.child = None;
        }
    }

    fn attempt(&mut self, frame: &[u8]) -> Attempt {
        if self.is_hopeless {
            return Attempt::Unclear("no child process has become ready before".to_owned());
        }
        let child = match self.child.take() {
            Some(child) => Ok(child),
            None => self.program.start(),
        };
        match child {
            Err(cause) => {
                self.is_hopeless = true;
                Attempt::Unclear(format!("a child process does not become ready: {cause}"))
            }
            Ok(child) => self.child.insert(child).attempt(frame.to_vec(), self.program.seconds_max),
        }
    }
}

fn log_failed(raw: &RawRecord, cause: &str) {
    let place = &raw.coordinates;
    events::emit(
        &events::PROBE_FAILED,
        "a suspect record can't be tried in a child process; it is worked on without that",
        &[
            ("topic", json!(place.topic.as_ref())),
            ("partition", json!(place.partition)),
            ("offset", json!(place.offset)),
            ("cause", json!(cause)),
        ],
    );
}

fn log_poison(raw: &RawRecord, step: Step, how: &str) {
    let place = &raw.coordinates;
    events::emit(
        &events::POISON_FOUND,
        "a record ends or stalls every process that tries it; it is given up",
        &[
            ("topic", json!(place.topic.as_ref())),
            ("partition", json!(place.partition)),
            ("offset", json!(place.offset)),
            ("stage", json!(step.stage())),
            ("ended", json!(how)),
        ],
    );
}
