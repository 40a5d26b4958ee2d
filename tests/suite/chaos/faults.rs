//! The faults of a run, one after the other, and sometimes one within another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use khabar::dedup::claim::encode_claim;
use khabar::flow::{Header, RawCoordinates, RawRecord};
use khabar::stages::Stages;

use super::evidence::{ClaimsEntry, Planned};
use super::expect;
use super::feed::{Fed, Feed};
use super::fleet::Fleet;
use super::watch::Watch;
use crate::support::articles::Random;
use crate::support::broker::Broker;
use crate::support::client::{Client, Isolation};
use crate::support::outcomes::Place;
use crate::support::proxy::{Line, Proxy};
use crate::support::records::NewRecord;
use crate::support::worker::Topics;

/// Workers of a run lose their partitions after this time of silence.
pub const SESSION_MS: u64 = 6_000;
/// And their transactions after this.
pub const TRANSACTION_MS: u64 = 4_000;
const LIMIT: Duration = Duration::from_mins(2);
const AT_WORK_LIMIT: Duration = Duration::from_secs(20);
/// A header of the claims that the run appends.
pub const PLANTED: &str = "planted";
/// Between two faults.
const CALM: Duration = Duration::from_millis(1500);
/// One fault in so many meets with another.
const NESTED_ONE_IN: usize = 3;

/// The places in the fleet: the first comes and goes as it likes, the second talks through the relay, the others have an
/// instance id.
pub const FIRST: usize = 0;
pub const RELAYED: usize = 1;
pub const THIRD: usize = 2;
/// Replicas that others take the name of.
const ROBBED: [usize; 2] = [THIRD, 3];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    Kill,
    Zombie,
    Terminate,
    ScaleUp,
    ScaleDown,
    BrokerKill,
    BrokerPause,
    StolenId,
    Twin,
    SlowNetwork,
    CutNetwork,
    ZombieClaims,
    Reset,
    SlowStage,
    ParseKiller,
    TagKiller,
}

impl Fault {
    /// All but the records that end the process.
    pub const ALL: [Self; 14] = [
        Self::Kill,
        Self::Zombie,
        Self::Terminate,
        Self::ScaleUp,
        Self::ScaleDown,
        Self::BrokerKill,
        Self::BrokerPause,
        Self::StolenId,
        Self::Twin,
        Self::SlowNetwork,
        Self::CutNetwork,
        Self::ZombieClaims,
        Self::Reset,
        Self::SlowStage,
    ];
    /// Records that end the process.
    pub const KILLERS: [Self; 2] = [Self::ParseKiller, Self::TagKiller];
    /// Those that fit within another.
    const QUICK: [Self; 4] = [Self::Kill, Self::StolenId, Self::ZombieClaims, Self::SlowStage];
}

/// What the faults work on.
pub struct Scene<'a> {
    pub broker: &'a Broker,
    pub client: Client,
    pub topics: Topics,
    pub group: String,
    pub proxy: &'a Proxy,
    pub fleet: Fleet,
    pub feed: Feed,
    pub watch: Watch,
    pub random: Random,
    pub begun: Instant,
    pub counts: BTreeMap<Fault, usize>,
    /// Of the claims that a zombie appends.
    pub stages: Option<Stages>,
    pub is_nested: bool,
    /// The members have instance ids.
    pub is_static: bool,
}

impl Scene<'_> {
    /// One fault of this kind, with its end.
    pub fn strike(&mut self, fault: Fault) {
        println!(
            "{:7.1} s  {}{fault:?}, {} records, {} running",
            self.begun.elapsed().as_secs_f64(),
            if self.is_nested { "  within: " } else { "" },
            self.feed.count(),
            self.fleet.running().len()
        );
        let has_struck = match fault {
            Fault::Kill => self.kill(),
            Fault::Zombie => self.zombie(),
            Fault::Terminate => self.terminate(),
            Fault::ScaleUp => self.scale_up(),
            Fault::ScaleDown => self.scale_down(),
            Fault::BrokerKill => self.kill_broker(),
            Fault::BrokerPause => self.pause_broker(),
            Fault::StolenId => self.steal_id(),
            Fault::Twin => self.twin(),
            Fault::SlowNetwork => self.slow_network(),
            Fault::CutNetwork => self.cut_network(),
            Fault::ZombieClaims => self.claim_as_zombie(),
            Fault::Reset => self.reset(),
            Fault::SlowStage => self.mark("parse:slow-1500", 6),
            Fault::ParseKiller => self.mark("parse:abort", 1),
            Fault::TagKiller => self.mark("tag:abort", 1),
        };
        *self.counts.entry(fault).or_default() += usize::from(has_struck);
        if !self.is_nested {
            self.fleet.hold(CALM);
        }
    }

    /// Waits; now and then another fault comes meanwhile.
    fn hold(&mut self, time: Duration) {
        if self.is_nested || self.random.below(NESTED_ONE_IN) > 0 {
            self.fleet.hold(time);
            return;
        }
        self.fleet.hold(time / 3);
        let nested = Fault::QUICK[self.random.below(Fault::QUICK.len())];
        self.is_nested = true;
        self.strike(nested);
        self.is_nested = false;
        self.fleet.hold(time / 3);
    }

    fn milliseconds(&mut self, from: usize, to: usize) -> Duration {
        let some = from + self.random.below(to - from);
        Duration::from_millis(u64::try_from(some).expect("a count fits"))
    }

    /// One that runs.
    fn any(&mut self) -> Option<usize> {
        let running = self.fleet.running();
        (!running.is_empty()).then(|| running[self.random.below(running.len())])
    }

    /// Has this replica at work.
    fn wake(&mut self, replica: usize) {
        self.fleet.replicas[replica].is_wanted = true;
        self.fleet.wait_at_work(replica, AT_WORK_LIMIT);
    }

    fn kill(&mut self) -> bool {
        let Some(replica) = self.any() else { return false };
        self.fleet.kill(replica);
        self.fleet.hold(Duration::from_millis(500));
        true
    }

    /// Longer silent than the session may be, and then there again with what it had in flight.
    fn zombie(&mut self) -> bool {
        let Some(replica) = self.any() else { return false };
        self.fleet.wait_at_work(replica, AT_WORK_LIMIT);
        if self.random.below(3) > 0 {
            // Slow records at the head of partitions: what stands behind them is parsed and not claimed yet, so that the
            // sleeper claims it when its successor has long done so.
            self.feed.mark("parse:slow-1500", 2 * usize::from(self.topics.partitions));
            self.fleet.hold(Duration::from_millis(1_200));
        }
        let session = usize::try_from(SESSION_MS).expect("a short time");
        let time = self.milliseconds(session + 1_500, session + 4_000);
        self.fleet.stop(replica);
        self.hold(time);
        self.fleet.go_on(replica);
        self.fleet.hold(Duration::from_secs(2));
        true
    }

    fn terminate(&mut self) -> bool {
        let Some(replica) = self.any() else { return false };
        self.fleet.terminate(&[replica]);
        true
    }

    fn scale_up(&mut self) -> bool {
        if self.fleet.replicas.iter().all(|replica| replica.is_wanted) {
            self.scale_down();
        }
        let idle = (0..self.fleet.replicas.len()).find(|number| !self.fleet.replicas[*number].is_wanted);
        let Some(idle) = idle else { return false };
        self.wake(idle);
        true
    }

    fn scale_down(&mut self) -> bool {
        let running = self.fleet.running();
        let [first, _, ..] = running[..] else {
            // A single one stays; another one has to come first.
            let idle = (0..self.fleet.replicas.len()).find(|number| !running.contains(number));
            self.wake(idle.unwrap_or(FIRST));
            return self.fleet.running().len() > 1 && self.scale_down();
        };
        let replica = if self.random.below(2) == 0 { first } else { running[running.len() - 1] };
        self.fleet.replicas[replica].is_wanted = false;
        self.fleet.terminate(&[replica]);
        true
    }

    fn kill_broker(&mut self) -> bool {
        self.broker.kill();
        let away = self.milliseconds(500, 3_000);
        self.fleet.hold(away);
        self.broker.restart();
        self.fleet.hold(Duration::from_secs(2));
        true
    }

    fn pause_broker(&mut self) -> bool {
        let time = self.milliseconds(2_000, 9_000);
        self.broker.pause();
        self.fleet.hold(time);
        self.broker.resume();
        self.fleet.hold(Duration::from_secs(2));
        true
    }

    /// A replica at work, to be robbed of its name.
    fn robbed(&mut self) -> usize {
        let replica = ROBBED[self.random.below(ROBBED.len())];
        self.wake(replica);
        replica
    }

    /// A stranger takes over a worker's transactional id.
    fn steal_id(&mut self) -> bool {
        let replica = self.robbed();
        let Some(id) = self.fleet.transactional_id(replica) else { return false };
        let thief = self.client.begin_transaction(&id, Duration::from_millis(TRANSACTION_MS));
        self.fleet.hold(Duration::from_secs(2));
        // It may have been fenced by the worker's successor by now; its transaction ends with it, or by its timeout.
        drop(thief);
        true
    }

    /// A second process with the same instance id, and so with the same transactional id. Where members are dynamic no
    /// process can have the same: a stranger takes the id then.
    fn twin(&mut self) -> bool {
        if !self.is_static {
            return self.steal_id();
        }
        let replica = self.robbed();
        let mut twin = self.fleet.start_twin(replica);
        let begun = Instant::now();
        while twin.is_running() && begun.elapsed() < AT_WORK_LIMIT {
            self.fleet.hold(Duration::from_millis(200));
        }
        self.fleet.end_twin(twin);
        true
    }

    fn slow_network(&mut self) -> bool {
        self.wake(RELAYED);
        let delay = self.milliseconds(50, 1_500);
        let time = self.milliseconds(3_000, 7_000);
        self.proxy.set(Line::Slow(delay));
        self.hold(time);
        self.proxy.set(Line::Open);
        self.fleet.hold(Duration::from_secs(1));
        true
    }

    fn cut_network(&mut self) -> bool {
        self.wake(RELAYED);
        let time = self.milliseconds(500, 9_000);
        let line = if self.random.below(2) == 0 { Line::Cut } else { Line::Silent };
        self.proxy.set(line);
        self.hold(time);
        self.proxy.set(Line::Open);
        self.fleet.hold(Duration::from_secs(1));
        true
    }

    fn mark(&mut self, fault: &str, count: usize) -> bool {
        self.feed.mark(fault, count);
        self.fleet.hold(Duration::from_secs(1));
        true
    }

    /// Claims of records that no worker has read yet, and of some that were done long ago: as a worker leaves them that
    /// died, or one that comes back from a long sleep.
    fn claim_as_zombie(&mut self) -> bool {
        const AHEAD_MAX: usize = 40;
        const LATE: usize = 10;
        const ASLEEP_MAX: Duration = Duration::from_secs(3);
        let Some(stages) = self.stages() else { return false };
        let running = self.fleet.running();
        for replica in &running {
            self.fleet.stop(*replica);
        }
        let before = self.feed.count();
        let begun = Instant::now();
        while self.feed.acknowledged_from(before).len() < AHEAD_MAX && begun.elapsed() < ASLEEP_MAX {
            std::thread::sleep(Duration::from_millis(50));
        }
        let mut ahead = self.feed.acknowledged_from(before);
        let partition = ahead.first().map_or(0, |(place, _)| place.partition);
        ahead.retain(|(place, _)| place.partition == partition || self.random.below(4) == 0);
        ahead.sort_by_key(|(place, _)| *place);
        ahead.truncate(AHEAD_MAX);
        if self.random.below(2) == 0 {
            // Of two dead owners in a row: a record that was claimed twice before it was ever finished.
            ahead.extend_from_within(..);
        }
        if before > LATE {
            let from = self.random.below(before - LATE);
            let late = self.feed.acknowledged_from(from);
            ahead.extend(late.into_iter().take(LATE));
        }
        let claims: Vec<NewRecord> = ahead
            .into_iter()
            // A worker never comes to claim the others.
            .filter(|(_, fed)| matches!(fed.planned, Planned::Article { .. }))
            .filter_map(|(place, fed)| stages.prepare(raw_record(&self.topics.raw, place, &fed)).ok())
            .filter_map(|prepared| {
                let claim = encode_claim(prepared.claim.as_ref()?);
                Some(NewRecord::new(&self.topics.claims, claim).header(PLANTED, "1"))
            })
            .collect();
        self.client.produce(&claims);
        for replica in running {
            self.fleet.go_on(replica);
        }
        self.stages = Some(stages);
        true
    }

    fn stages(&mut self) -> Option<Stages> {
        if let Some(stages) = self.stages.take() {
            return Some(stages);
        }
        let log = self.client.read_all(&self.topics.claims, Isolation::Committed, LIMIT);
        let log: Vec<ClaimsEntry> = log.into_iter().filter_map(ClaimsEntry::of).collect();
        expect::scope_of(&log).map(expect::stages)
    }

    /// The group is stopped, and its offsets are set back.
    fn reset(&mut self) -> bool {
        let running = self.fleet.running();
        let wanted: Vec<bool> = self.fleet.replicas.iter().map(|replica| replica.is_wanted).collect();
        for replica in &mut self.fleet.replicas {
            replica.is_wanted = false;
        }
        self.fleet.terminate(&running);
        let mut back: BTreeMap<i32, i64> = BTreeMap::new();
        for partition in 0..i32::from(self.topics.partitions) {
            if self.random.below(2) == 0 {
                let records = 20 + self.random.below(200);
                back.insert(partition, i64::try_from(records).expect("few"));
            }
        }
        let begun = Instant::now();
        let set = loop {
            let set = self.watch.reset(|partition, _| back.get(&partition).copied());
            // Members with an instance id stay in the group until their session is over.
            if set.is_ok() || begun.elapsed() > LIMIT {
                break set;
            }
            self.fleet.hold(Duration::from_millis(500));
        };
        let set = set.unwrap_or_else(|error| panic!("the group's offsets are set back: {error}"));
        for (replica, is_wanted) in self.fleet.replicas.iter_mut().zip(wanted) {
            replica.is_wanted = is_wanted;
        }
        self.fleet.hold(Duration::from_secs(2));
        set > 0
    }
}

/// The record as a worker would have read it.
pub fn raw_record(topic: &str, place: Place, fed: &Fed) -> RawRecord {
    let record = &fed.record;
    RawRecord {
        coordinates: RawCoordinates {
            topic: Arc::from(topic),
            partition: place.partition,
            offset: place.offset,
        },
        timestamp_ms: record.timestamp_ms,
        key: record.key.clone(),
        payload: record.value.clone(),
        headers: record
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.clone(), value: value.clone() })
            .collect(),
    }
}
