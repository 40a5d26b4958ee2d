//! One child process that tries records, as its parent sees it.

use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::frame::{self, Answer};
use crate::stages::Step;

/// Waiting goes in steps of this; their number bounds it, so that a process that stood still has not waited.
const WAIT_STEP: Duration = Duration::from_millis(100);
const WAIT_STEPS_PER_SECOND: u64 = 10;
/// Signals by which a process ends of what it does itself, and the kernel's where memory ends: ILL, TRAP, ABRT, BUS, FPE,
/// KILL, SEGV, SYS on Linux and macOS.
const DEADLY_SIGNALS: [i32; 10] = [4, 5, 6, 7, 8, 9, 10, 11, 12, 31];

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The record went through.
    Done,
    /// The child ended or stalled in this step.
    Ended { step: Step, how: String },
    /// The child says nothing about the record; it did not come to it, or it was ended from outside.
    Unclear(String),
}

/// See the module. Dropping it ends the process.
pub struct Child {
    process: std::process::Child,
    frames: Option<Sender<Vec<u8>>>,
    answers: Receiver<u8>,
}

impl Child {
    /// Starts the process and waits until it is ready.
    pub fn start(mut command: Command, settings: Vec<u8>, seconds_max: u64) -> Result<Self, String> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        // Signals of a terminal are for the worker, which drains.
        command.process_group(0);
        let mut process = command.spawn().map_err(|error| format!("it can't be started: {error}"))?;
        let (stdin, stdout) = (process.stdin.take(), process.stdout.take());
        let (frames, to_write) = unbounded();
        let (read, answers) = unbounded();
        let mut child = Self { process, frames: Some(frames), answers };
        let (Some(stdin), Some(stdout)) = (stdin, stdout) else {
            return Err("it has no pipes".to_owned());
        };
        let spawned = std::thread::Builder::new()
            .name("probe-in".to_owned())
            .spawn(move || write_frames(stdin, &to_write))
            .and_then(|_| {
                std::thread::Builder::new()
                    .name("probe-out".to_owned())
                    .spawn(move || read_answers(stdout, &read))
            });
        spawned.map_err(|error| format!("its threads can't be started: {error}"))?;
        child.send(settings);
        match child.answer(seconds_max) {
            Ok(Answer::Ready) => Ok(child),
            Ok(answer) => Err(format!("it began with {answer:?}")),
            Err(silence) => Err(child.ending(&silence).1),
        }
    }

    /// Has a record tried. Unless it is done with it, the child is of no more use.
    pub fn attempt(&mut self, record: Vec<u8>, seconds_max: u64) -> Attempt {
        self.send(record);
        let mut step = None;
        // A child that goes on for ever says each step once.
        for _ in 0..=Step::ALL.len() {
            match self.answer(seconds_max) {
                Ok(Answer::Done) => return Attempt::Done,
                Ok(Answer::Begins(begun)) => step = Some(begun),
                Ok(Answer::Ready) => return Attempt::Unclear("it answers what was not asked".to_owned()),
                Err(silence) => {
                    let (is_telling, how) = self.ending(&silence);
                    return match step {
                        Some(step) if is_telling => Attempt::Ended { step, how },
                        _ => Attempt::Unclear(how),
                    };
                }
            }
        }
        Attempt::Unclear("it answers without end".to_owned())
    }

    fn send(&self, frame: Vec<u8>) {
        if let Some(frames) = &self.frames {
            // A child that has ended is noticed by its answers.
            let _ = frames.send(frame);
        }
    }

    fn answer(&self, seconds_max: u64) -> Result<Answer, Silence> {
        for _ in 0..seconds_max.saturating_mul(WAIT_STEPS_PER_SECOND) {
            match self.answers.recv_timeout(WAIT_STEP) {
                Ok(byte) => return Answer::of(byte).ok_or(Silence::Nonsense),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(Silence::Ended),
            }
        }
        Err(Silence::Stalled { seconds: seconds_max })
    }

    /// Whether the end says something about the record, and how it ended.
    fn ending(&mut self, silence: &Silence) -> (bool, String) {
        match silence {
            Silence::Stalled { seconds } => (true, format!("it did not end within {seconds} s")),
            Silence::Nonsense => (false, "it answers nonsense".to_owned()),
            Silence::Ended => match self.process.wait() {
                Ok(status) => told(status),
                Err(error) => (false, format!("its end is unknown: {error}")),
            },
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.frames = None;
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[derive(Debug)]
enum Silence {
    Ended,
    Nonsense,
    Stalled { seconds: u64 },
}

fn told(status: ExitStatus) -> (bool, String) {
    match status.signal() {
        Some(signal) => {
            (DEADLY_SIGNALS.contains(&signal), format!("the process was ended by signal {signal}"))
        }
        None => (false, format!("the process ended by itself, {status}")),
    }
}

fn write_frames(mut stdin: ChildStdin, frames: &Receiver<Vec<u8>>) {
    for frame in frames {
        if frame::write_frame(&mut stdin, &frame).is_err() {
            return;
        }
    }
}

fn read_answers(mut stdout: ChildStdout, answers: &Sender<u8>) {
    let mut byte = [0];
    while stdout.read_exact(&mut byte).is_ok() {
        if answers.send(byte[0]).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS_MAX: u64 = 60;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn attempt(script: &str, seconds_max: u64) -> Attempt {
        let mut child = Child::start(shell(script), vec![1], SECONDS_MAX).unwrap();
        child.attempt(vec![2], seconds_max)
    }

    #[test]
    fn the_last_step_and_the_end_are_told() {
        assert_eq!(attempt("printf r123; printf 45d; cat > /dev/null", SECONDS_MAX), Attempt::Done);
        for (script, step) in [
            ("printf r1; kill -ABRT $$", Step::Decode),
            ("printf r12; kill -KILL $$", Step::Parse),
            ("printf r12345; kill -SEGV $$", Step::Tag),
        ] {
            let Attempt::Ended { step: found, how } = attempt(script, SECONDS_MAX) else {
                panic!("{script} ends in a step")
            };
            assert_eq!(found, step);
            assert!(how.contains("signal"), "{how}");
        }
        let stalled = attempt("printf r12; exec sleep 600", 1);
        assert!(matches!(stalled, Attempt::Ended { step: Step::Parse, .. }), "{stalled:?}");
    }

    #[test]
    fn an_end_from_outside_or_before_the_record_says_nothing_about_it() {
        for script in [
            "printf r12; kill -TERM $$",
            "printf r12; exit 3",
            "printf r; kill -ABRT $$",
            "printf r1x; exec sleep 600",
            "printf rr; exec sleep 600",
            "printf r11111111; exec sleep 600",
        ] {
            let found = attempt(script, SECONDS_MAX);
            assert!(matches!(found, Attempt::Unclear(_)), "{script}: {found:?}");
        }
    }

    #[test]
    fn a_child_that_does_not_become_ready_is_refused() {
        for script in ["exit 1", "printf d; exec sleep 600", "kill -ABRT $$"] {
            assert!(Child::start(shell(script), vec![1], SECONDS_MAX).is_err(), "{script}");
        }
        assert!(Child::start(shell("exec sleep 600"), vec![1], 1).is_err(), "it is silent");
        assert!(Child::start(Command::new("/nowhere/khabar"), vec![1], SECONDS_MAX).is_err());
    }
}
