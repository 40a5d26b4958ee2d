//! The replicas of a run: starts them again where they end, as an orchestrator does, and keeps what they leave.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use super::evidence::{Asked, ProcessEvidence};
use crate::support::worker::{Worker, WorkerOptions};

/// After its end a replica is started again so much later.
const RESTART_AFTER: Duration = Duration::from_millis(300);
/// A process that was told to end, or was killed, is gone by then.
const END_LIMIT: Duration = Duration::from_mins(2);
const LOOK_INTERVAL: Duration = Duration::from_millis(50);

/// One place in the fleet.
pub struct Replica {
    pub name: String,
    options: WorkerOptions,
    worker: Option<Worker>,
    asked: Asked,
    /// It is started again when it ends.
    pub is_wanted: bool,
    is_stopped: bool,
    restart_at: Instant,
}

/// See the module.
pub struct Fleet {
    pub replicas: Vec<Replica>,
    ended: Vec<ProcessEvidence>,
    started: usize,
}

impl Fleet {
    /// None runs yet.
    pub fn new(options: Vec<(String, WorkerOptions)>) -> Self {
        let replicas = options
            .into_iter()
            .map(|(name, options)| Replica {
                name,
                options,
                worker: None,
                asked: Asked::Nothing,
                is_wanted: false,
                is_stopped: false,
                restart_at: Instant::now(),
            })
            .collect();
        Self { replicas, ended: Vec::new(), started: 0 }
    }

    /// Looks after all: those that ended are put on record, those that are wanted are started.
    pub fn tick(&mut self) {
        for replica in &mut self.replicas {
            if replica.worker.as_mut().is_some_and(|worker| !worker.is_running()) {
                self.ended.extend(replica.take_ended());
            }
            if replica.is_wanted && replica.worker.is_none() && Instant::now() >= replica.restart_at {
                replica.asked = Asked::Nothing;
                replica.worker = Some(replica.options.start());
                self.started += 1;
            }
        }
    }

    /// Looks after all for so long.
    pub fn hold(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.tick();
            std::thread::sleep(LOOK_INTERVAL);
        }
    }

    /// Waits until the replica has partitions or the time is over: with few partitions it may get none.
    pub fn wait_at_work(&mut self, replica: usize, limit: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < limit && !self.has_said(replica, "partitions_assigned") {
            self.tick();
            std::thread::sleep(LOOK_INTERVAL);
        }
    }

    fn has_said(&self, replica: usize, event: &str) -> bool {
        self.replicas[replica].worker.as_ref().is_some_and(|worker| !worker.events(Some(event)).is_empty())
    }

    /// The transactional id that the replica says it has.
    pub fn transactional_id(&self, replica: usize) -> Option<String> {
        let joining = self.replicas[replica].worker.as_ref()?.events(Some("joining"));
        Some(joining.last()?["transactional_id"].as_str()?.to_owned())
    }

    /// The replicas that run.
    pub fn running(&mut self) -> Vec<usize> {
        self.tick();
        (0..self.replicas.len()).filter(|number| self.replicas[*number].worker.is_some()).collect()
    }

    /// SIGKILL. It is started again where it is wanted.
    pub fn kill(&mut self, replica: usize) {
        let replica = &mut self.replicas[replica];
        if let Some(worker) = &mut replica.worker {
            replica.asked = Asked::Kill;
            worker.kill();
            self.ended.extend(replica.take_ended());
        }
    }

    /// SIGTERM; gives the process so much time as it needs, and looks after the others meanwhile.
    pub fn terminate(&mut self, replicas: &[usize]) {
        for number in replicas {
            // A process that has not begun to listen for signals is ended by one.
            let begun = Instant::now();
            while !self.has_said(*number, "starting") && begun.elapsed() < END_LIMIT {
                self.tick();
                std::thread::sleep(LOOK_INTERVAL);
                if !self.replicas[*number].is_wanted && self.replicas[*number].worker.is_none() {
                    break;
                }
            }
            let replica = &mut self.replicas[*number];
            if let Some(worker) = &mut replica.worker
                && worker.is_running()
            {
                replica.asked = Asked::Terminate;
                worker.terminate();
            }
        }
        let begun = Instant::now();
        while replicas.iter().any(|number| self.is_ending(*number)) {
            assert!(begun.elapsed() < END_LIMIT, "a worker ends within {END_LIMIT:?} after SIGTERM");
            self.tick();
            std::thread::sleep(LOOK_INTERVAL);
        }
    }

    fn is_ending(&self, replica: usize) -> bool {
        let replica = &self.replicas[replica];
        replica.worker.is_some() && replica.asked == Asked::Terminate
    }

    /// SIGSTOP.
    pub fn stop(&mut self, replica: usize) {
        let replica = &mut self.replicas[replica];
        if let Some(worker) = &mut replica.worker
            && worker.is_running()
        {
            worker.pause();
            replica.is_stopped = true;
        }
    }

    /// SIGCONT.
    pub fn go_on(&mut self, replica: usize) {
        let replica = &mut self.replicas[replica];
        if let Some(worker) = &mut replica.worker
            && std::mem::take(&mut replica.is_stopped)
            && worker.is_running()
        {
            worker.resume();
        }
    }

    /// Starts a second process beside a replica, with the same settings; it is never started again.
    pub fn start_twin(&mut self, replica: usize) -> Twin {
        self.started += 1;
        let name = format!("twin of {}", self.replicas[replica].name);
        Twin { name, worker: self.replicas[replica].options.start() }
    }

    /// Kills a twin that still runs, and puts it on record.
    pub fn end_twin(&mut self, mut twin: Twin) {
        let asked = if twin.worker.is_running() { Asked::Kill } else { Asked::Nothing };
        if asked == Asked::Kill {
            twin.worker.kill();
        }
        self.ended.push(evidence(&twin.name, asked, &mut twin.worker));
    }

    /// All that ended, in the order of their ends.
    pub fn ended(self) -> Vec<ProcessEvidence> {
        assert_eq!(self.ended.len(), self.started, "every process has ended and is on record");
        self.ended
    }
}

/// See [`Fleet::start_twin`].
pub struct Twin {
    name: String,
    worker: Worker,
}

impl Twin {
    pub fn is_running(&mut self) -> bool {
        self.worker.is_running()
    }
}

impl Replica {
    fn take_ended(&mut self) -> Option<ProcessEvidence> {
        self.is_stopped = false;
        self.restart_at = Instant::now() + RESTART_AFTER;
        let mut worker = self.worker.take()?;
        Some(evidence(&self.name, self.asked, &mut worker))
    }
}

fn evidence(name: &str, asked: Asked, worker: &mut Worker) -> ProcessEvidence {
    let status = worker.wait_exit(END_LIMIT);
    ProcessEvidence {
        name: format!("{name} ({})", worker.id()),
        asked,
        ended: status.code().ok_or_else(|| status.signal().unwrap_or_default()),
        lines: worker.last_output(),
    }
}
