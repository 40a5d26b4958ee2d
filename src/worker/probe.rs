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
use crate::stages::{Course, Step, Tagging};

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
            Trial::Passed => Way::Parsed(Tagging::Whole),
            Trial::Unclear(cause) => {
                log_failed(raw, &cause);
                Way::Parsed(Tagging::Whole)
            }
            Trial::Poison { step, how } => {
                log_poison(raw, step, &how);
                way_of_poison(step, how, |course| self.trial(raw, course))
            }
        }
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

/// How a record is prepared that is poison in `step`. `trial` tries what is left of it.
fn way_of_poison(step: Step, how: String, mut trial: impl FnMut(Course) -> Trial) -> Way {
    match step {
        // It went through all before; and whether its tags are wanted is not known yet.
        Step::Tag => return Way::Parsed(Tagging::LanguageOnly),
        Step::Language if trial(Course::Untagged) == Trial::Passed => return Way::Parsed(Tagging::Nothing),
        Step::Decode => {
            return Way::Refused { rejection: Rejection::new(Code::DecodeKilled, how), plain: None };
        }
        Step::Parse | Step::Language | Step::Claim => {}
    }
    // For the case that an earlier owner has claimed it.
    let plain = match trial(Course::Plain) {
        Trial::Passed => Some(Tagging::Whole),
        Trial::Poison { step: Step::Tag, .. } => Some(Tagging::LanguageOnly),
        Trial::Poison { .. } | Trial::Unclear(_) => None,
    };
    Way::Refused { rejection: Rejection::new(Code::ParseKilled, how), plain }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The way of a record that is poison in `step`, and what was tried to find it.
    fn way(step: Step, rest: &dyn Fn(Course) -> Trial) -> (Way, Vec<Course>) {
        let mut tried = Vec::new();
        let way = way_of_poison(step, "signal 6".to_owned(), |course| {
            tried.push(course);
            rest(course)
        });
        (way, tried)
    }

    fn poison(step: Step) -> Trial {
        Trial::Poison { step, how: "signal 6".to_owned() }
    }

    #[test]
    fn a_record_loses_only_what_it_can_not_have() {
        let passes = |_| Trial::Passed;
        let (found, tried) = way(Step::Tag, &passes);
        assert!(matches!(found, Way::Parsed(Tagging::LanguageOnly)) && tried.is_empty(), "{found:?}");
        let (found, tried) = way(Step::Language, &passes);
        assert!(matches!(found, Way::Parsed(Tagging::Nothing)), "{found:?}");
        assert_eq!(tried, [Course::Untagged]);
        for step in [Step::Parse, Step::Claim] {
            let (found, tried) = way(step, &passes);
            let Way::Refused { rejection, plain: Some(Tagging::Whole) } = found else { panic!("{found:?}") };
            assert_eq!((rejection.code, tried), (Code::ParseKilled, vec![Course::Plain]));
        }
        let (found, tried) = way(Step::Decode, &passes);
        let Way::Refused { rejection, plain: None } = found else { panic!("{found:?}") };
        assert_eq!((rejection.code, tried), (Code::DecodeKilled, Vec::new()));
    }

    #[test]
    fn what_is_left_of_a_record_is_given_up_where_it_is_poison_too() {
        for (rest, plain) in [
            (poison(Step::Tag), Some(Tagging::LanguageOnly)),
            (poison(Step::Language), None),
            (Trial::Unclear("no child".to_owned()), None),
        ] {
            for step in [Step::Parse, Step::Language, Step::Claim] {
                let again = || match &rest {
                    Trial::Poison { step, .. } => poison(*step),
                    Trial::Passed | Trial::Unclear(_) => Trial::Unclear("no child".to_owned()),
                };
                let (found, _) = way(step, &|_| again());
                let Way::Refused { rejection, plain: found } = found else { panic!("{found:?}") };
                assert_eq!((rejection.code, found), (Code::ParseKilled, plain), "{step:?} {rest:?}");
            }
        }
    }
}
