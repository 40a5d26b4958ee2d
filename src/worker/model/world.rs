//! Broker and replicas together: carries out a schedule, then lets everything run out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::broker::{Broker, Reset};
use super::check::{Broken, Finding, check};
use super::committer::Luck;
use super::replica::Replica;
use super::schedule::{Action, Thread};
use super::{Fault, MINUTE_MS, PARTITIONS, SLOTS};

/// Rounds in which everything must run out once nothing fails any more.
const ROUNDS_MAX: usize = 400;

/// See the module.
struct World {
    broker: Broker,
    slots: [Option<Replica>; SLOTS],
    processes: usize,
    began: Instant,
}

/// Carries out a schedule, lets everything run out, and tells what was found.
pub(super) fn run(schedule: &[Action], fault: Option<Fault>) -> Vec<Finding> {
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(fault);
        for action in schedule {
            world.act(*action);
        }
        world.run_out();
        check(&world.broker)
    }));
    ran.unwrap_or_else(|panic| {
        let detail = crate::caught::text(&*panic);
        vec![Finding { broken: Broken::Panicked, detail }]
    })
}

impl World {
    fn new(fault: Option<Fault>) -> Self {
        Self {
            broker: Broker::new(fault),
            slots: std::array::from_fn(|_| None),
            processes: 0,
            began: Instant::now(),
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Produce { partition, article } => self.broker.raw[partition].push(article),
            Action::Start { slot } => self.start(slot),
            Action::Crash { slot, kept } => self.crash(slot, kept),
            Action::Freeze { slot } => self.with(slot, |replica, _| replica.is_frozen = true),
            Action::Thaw { slot } => {
                if let Some(replica) = &mut self.slots[slot] {
                    replica.is_frozen = false;
                }
            }
            Action::PutOut { slot, is_told } => {
                if let Some(replica) = &mut self.slots[slot] {
                    self.broker.group.remove_process(replica.process);
                    if is_told {
                        replica.heartbeat(&self.broker);
                    }
                }
            }
            Action::TimeOut { slot } => {
                if let Some(replica) = &self.slots[slot] {
                    self.broker.time_out(replica.process);
                }
            }
            Action::Move { partition, slot } => {
                if let Some(replica) = &self.slots[slot] {
                    self.broker.group.aim(partition, replica.process);
                }
            }
            Action::Land { choice, times } => {
                let appenders = self.broker.log.appenders();
                if !appenders.is_empty() {
                    self.broker.land(appenders[choice % appenders.len()], choice / appenders.len(), times);
                }
            }
            Action::Bury => self.bury_the_dead(),
            Action::Arrive => self.broker.arrive(),
            Action::Pass { ms } => self.broker.now_ms += ms,
            Action::Reset { partition, back } => self.reset(partition, back),
            action => self.act_within(action),
        }
    }

    /// What one running replica does.
    fn act_within(&mut self, action: Action) {
        match action {
            Action::Run { slot, rounds, without } => {
                for _ in 0..rounds {
                    self.with(slot, |replica, broker| replica.round(broker, without));
                }
            }
            Action::Poll { slot } => self.with(slot, Replica::poll),
            Action::Heartbeat { slot } => self.with(slot, |replica, broker| replica.heartbeat(broker)),
            Action::Hear { slot } => self.with(slot, Replica::hear),
            Action::Work { slot, choice } => {
                self.with(slot, |replica, broker| replica.work(broker, choice));
            }
            Action::Follow { slot, entries } => self.with(slot, |replica, broker| {
                (0..entries).for_each(|_| replica.follow(broker));
            }),
            Action::Ask { slot } => self.with(slot, |replica, broker| replica.ask_committed(broker)),
            Action::Commit { slot, luck } => {
                self.with(slot, |replica, broker| replica.commit(broker, luck));
            }
            Action::Cut { slot } => self.with(slot, Replica::cut_when_due),
            Action::RepeatLevel { slot } => self.with(slot, |replica, broker| replica.repeat_level(broker)),
            Action::RaiseLevel { slot } => self.with(slot, |replica, broker| replica.raise_level(broker)),
            Action::Stop { slot } => self.with(slot, |replica, _| replica.stop()),
            _ => {}
        }
    }

    /// Lets a replica do something, unless it stands still; buries it if it ended by that.
    fn with(&mut self, slot: usize, act: impl FnOnce(&mut Replica, &mut Broker)) {
        let Some(replica) = self.slots[slot].as_mut().filter(|replica| !replica.is_frozen) else { return };
        act(replica, &mut self.broker);
        replica.go_on_stopping(&mut self.broker);
        if replica.has_ended {
            self.slots[slot] = None;
        }
    }

    fn start(&mut self, slot: usize) {
        if self.slots[slot].is_none() {
            self.slots[slot] = Some(Replica::new(self.processes, self.began, self.broker.now_ms));
            self.processes += 1;
        }
    }

    /// Claims that are under way may still arrive.
    fn crash(&mut self, slot: usize, kept: usize) {
        if let Some(replica) = self.slots[slot].take() {
            self.broker.log.cut_short(replica.process, kept);
        }
    }

    /// Kafka lets nobody set offsets back while the group has members. Those that start, or were put out, are none.
    fn reset(&mut self, partition: usize, back: i64) {
        let is_stopped = self.broker.group.is_empty();
        let is_settled = self.broker.transactions.open_ones().is_empty();
        let Some(from) = self.broker.transactions.committed[partition] else { return };
        if is_stopped && is_settled {
            let to = (from - back).max(0);
            self.broker.transactions.committed[partition] = Some(to);
            let outputs = self.broker.transactions.outputs.len();
            self.broker.resets.push(Reset { partition, outputs, from, to });
        }
    }

    /// Nothing fails any more: everything that is under way arrives, and every record is to be done.
    fn run_out(&mut self) {
        for replica in self.slots.iter_mut().flatten() {
            replica.is_frozen = false;
        }
        self.broker.arrive();
        self.bury_the_dead();
        for round in 0..ROUNDS_MAX {
            if self.slots.iter().all(Option::is_none) {
                self.start(0);
            }
            for slot in 0..SLOTS {
                self.with(slot, |replica, broker| replica.round(broker, None));
            }
            for process in self.broker.log.appenders() {
                self.broker.land(process, 0, 1);
            }
            if round % 16 == 15 {
                // Whatever waits for a limit.
                self.broker.now_ms += MINUTE_MS;
                self.bury_the_dead();
            }
            if self.is_done() {
                return;
            }
        }
        let left: Vec<String> = (0..PARTITIONS)
            .map(|partition| {
                let committed = self.broker.transactions.committed[partition];
                format!("{committed:?} of {} of partition {partition}", self.broker.end(partition))
            })
            .collect();
        let detail = left.join(", ");
        self.broker.findings.push(Finding { broken: Broken::Stuck, detail });
    }

    /// The group and the broker give up those that died.
    fn bury_the_dead(&mut self) {
        let alive: Vec<usize> = self.slots.iter().flatten().map(|replica| replica.process).collect();
        for process in self.broker.group.processes() {
            if !alive.contains(&process) {
                self.broker.group.remove_process(process);
            }
        }
        for process in self.broker.transactions.open_ones() {
            if !alive.contains(&process) {
                self.broker.time_out(process);
            }
        }
    }

    fn is_done(&self) -> bool {
        let is_committed = (0..PARTITIONS).all(|partition| {
            self.broker.transactions.committed[partition].unwrap_or(0) == self.broker.end(partition)
        });
        let is_settled = self.broker.transactions.open_ones().is_empty();
        is_committed
            && is_settled
            && self.broker.log.appenders().is_empty()
            && self.slots.iter().flatten().all(Replica::is_idle)
    }
}

impl Replica {
    /// Every thread gets its turn, but one perhaps, and nothing fails.
    fn round(&mut self, broker: &mut Broker, without: Option<Thread>) {
        let runs = |thread| without != Some(thread);
        if runs(Thread::Poller) {
            self.poll(broker);
        }
        for _ in 0..3 {
            if runs(Thread::Conductor) {
                self.hear(broker);
            }
            if runs(Thread::Stages) {
                self.work(broker, 0);
            }
            if runs(Thread::Follower) {
                self.follow(broker);
            }
        }
        if runs(Thread::Appender) {
            broker.land(self.process, 0, 1);
        }
        if runs(Thread::Committer) {
            for _ in 0..4 {
                self.commit(broker, Luck::Fine);
            }
            self.cut_when_due(broker);
        }
    }
}
