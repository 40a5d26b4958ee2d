//! Schedules: what may happen, drawn from a seed, and made shorter while the same promise stays broken.

use super::check::Broken;
use super::committer::Luck;
use super::world::run;
use super::{Article, Fault, HOUR_MS, MINUTE_MS, PARTITIONS, SLOTS};

const ACTIONS_MAX: usize = 160;

/// The threads of a replica, and its claims' way to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thread {
    Poller,
    Conductor,
    Stages,
    Follower,
    Appender,
    Committer,
}

const THREADS: [Thread; 6] = [
    Thread::Poller,
    Thread::Conductor,
    Thread::Stages,
    Thread::Follower,
    Thread::Appender,
    Thread::Committer,
];

/// One step of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Produce {
        partition: usize,
        article: Article,
    },
    Start {
        slot: usize,
    },
    /// Of its claims under way so many arrive.
    Crash {
        slot: usize,
        kept: usize,
    },
    Stop {
        slot: usize,
    },
    /// It stands still, and knows nothing of it.
    Freeze {
        slot: usize,
    },
    Thaw {
        slot: usize,
    },
    /// The group puts it out: its session timed out.
    PutOut {
        slot: usize,
        is_told: bool,
    },
    /// The broker gives up its open transaction.
    TimeOut {
        slot: usize,
    },
    Move {
        partition: usize,
        slot: usize,
    },
    /// All threads of a replica work, but one that stands still.
    Run {
        slot: usize,
        rounds: usize,
        without: Option<Thread>,
    },
    Poll {
        slot: usize,
    },
    Heartbeat {
        slot: usize,
    },
    Hear {
        slot: usize,
    },
    Work {
        slot: usize,
        choice: usize,
    },
    Follow {
        slot: usize,
        entries: usize,
    },
    Ask {
        slot: usize,
    },
    Commit {
        slot: usize,
        luck: Luck,
    },
    Cut {
        slot: usize,
    },
    /// A claim reaches the log, from any appender, even of a dead process.
    Land {
        choice: usize,
        times: usize,
    },
    /// Group and broker give up the processes that died.
    Bury,
    /// A late request to commit arrives.
    Arrive,
    /// Time passes, or the log's clock steps back.
    Pass {
        ms: i64,
    },
    RepeatLevel {
        slot: usize,
    },
    RaiseLevel {
        slot: usize,
    },
    Reset {
        partition: usize,
        back: i64,
    },
}

/// SplitMix64, after Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
struct Chance {
    state: u64,
    /// Fewer of them meet each other more often.
    slots: usize,
    partitions: usize,
    /// Of so many requests of the committer, four fail in one way or another.
    requests: usize,
    /// A thread that mostly stands still.
    slow: Option<(usize, Thread)>,
}

impl Chance {
    fn new(seed: u64) -> Self {
        let mut chance = Self { state: seed, slots: SLOTS, partitions: PARTITIONS, requests: 20, slow: None };
        chance.slots = 1 + chance.below(SLOTS);
        chance.partitions = 1 + chance.below(PARTITIONS);
        chance.requests = chance.one_of(&[5, 8, 20, 100]);
        let thread = chance.one_of(&THREADS);
        let thread = if chance.is_one_in(2) { Thread::Committer } else { thread };
        let slow = (chance.below(chance.slots), thread);
        chance.slow = chance.is_one_in(2).then_some(slow);
        chance
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    fn is_one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn article(&mut self) -> Article {
        let text = u8::try_from(self.below(5)).unwrap();
        let url = self.is_one_in(3).then(|| u8::try_from(self.below(2)).unwrap());
        Article { text, url, is_rejected: self.is_one_in(5) }
    }

    fn luck(&mut self) -> Luck {
        match self.below(self.requests) {
            0 => Luck::Fails,
            1 => Luck::AnswerLost,
            2 | 3 => Luck::Late,
            _ => Luck::Fine,
        }
    }

    fn ms(&mut self) -> i64 {
        const USUAL: [i64; 6] =
            [MINUTE_MS, 10 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 2 * HOUR_MS - MINUTE_MS, 30 * HOUR_MS];
        const ODD: [i64; 4] = [-HOUR_MS, -20 * HOUR_MS, 80 * HOUR_MS, -80 * HOUR_MS];
        if self.is_one_in(8) { self.one_of(&ODD) } else { self.one_of(&USUAL) }
    }

    fn thread(&mut self, slot: usize) -> Option<Thread> {
        let halted = self.slow.filter(|(of, _)| *of == slot).map(|(_, thread)| thread);
        if halted.is_some() && !self.is_one_in(4) {
            return halted;
        }
        self.is_one_in(2).then(|| self.one_of(&THREADS))
    }

    fn action(&mut self) -> Action {
        let slot = self.below(self.slots);
        let partition = self.below(self.partitions);
        match self.below(200) {
            0..=19 => Action::Produce { partition, article: self.article() },
            20..=29 => Action::Start { slot },
            30..=69 => Action::Run { slot, rounds: 1 + self.below(6), without: self.thread(slot) },
            70..=86 => Action::Poll { slot },
            87..=100 => Action::Hear { slot },
            101..=114 => Action::Work { slot, choice: self.below(8) },
            115..=126 => Action::Follow { slot, entries: 1 + self.below(6) },
            127..=144 => Action::Commit { slot, luck: self.luck() },
            145..=150 => Action::Cut { slot },
            151..=160 => {
                Action::Land { choice: self.below(16), times: if self.is_one_in(6) { 2 } else { 1 } }
            }
            161..=163 => Action::Ask { slot },
            164..=168 => Action::Pass { ms: self.ms() },
            169..=171 => Action::Crash { slot, kept: self.below(4) },
            172 => Action::Freeze { slot },
            173..=174 => Action::Thaw { slot },
            175..=178 => Action::PutOut { slot, is_told: self.is_one_in(3) },
            179..=181 => Action::Heartbeat { slot },
            182 => Action::TimeOut { slot },
            183..=186 => Action::Move { partition, slot },
            187..=190 => Action::Arrive,
            191..=192 => Action::Bury,
            193 => Action::Stop { slot },
            194 => Action::RepeatLevel { slot },
            195 => Action::RaiseLevel { slot },
            _ => Action::Reset { partition, back: i64::try_from(1 + self.below(5)).unwrap() },
        }
    }
}

/// The schedule of a seed.
pub(super) fn draw(seed: u64) -> Vec<Action> {
    let mut chance = Chance::new(seed);
    let length = 20 + chance.below(ACTIONS_MAX - 20);
    let mut schedule: Vec<Action> = (0..4)
        .map(|_| Action::Produce { partition: chance.below(chance.partitions), article: chance.article() })
        .collect();
    schedule.push(Action::Start { slot: 0 });
    schedule.push(Action::Run { slot: 0, rounds: 4, without: chance.thread(0) });
    schedule.extend((0..length).map(|_| chance.action()));
    schedule
}

/// Drops actions while the same promise stays broken.
pub(super) fn shrink(mut schedule: Vec<Action>, fault: Option<Fault>, broken: Broken) -> Vec<Action> {
    let is_broken =
        |candidate: &[Action]| run(candidate, fault).first().is_some_and(|finding| finding.broken == broken);
    let mut size = schedule.len() / 2;
    while size > 0 {
        let mut at = 0;
        let mut has_shrunk = false;
        while at < schedule.len() {
            let end = (at + size).min(schedule.len());
            let mut candidate = schedule.clone();
            candidate.drain(at..end);
            if is_broken(&candidate) {
                schedule = candidate;
                has_shrunk = true;
            } else {
                at = end;
            }
        }
        if size > 1 || !has_shrunk {
            size /= 2;
        }
    }
    schedule
}
