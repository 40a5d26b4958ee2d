//! Everything that lies in Kafka: raw partitions, the claims log, the outcome topics, the group and its offsets.

use std::collections::BTreeMap;

use super::check::{Broken, Finding};
use super::claims_log::{Appended, ClaimsLog, Entry, What};
use super::group::{Group, Member};
use super::transactions::{Fenced, Made, Transactions};
use super::{Article, Fault, HOUR_MS, PARTITIONS, Process, SCOPE};

/// The group's offset of a partition was set back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reset {
    pub(super) partition: usize,
    /// Outputs that stood before it.
    pub(super) outputs: usize,
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Why a request was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Fenced,
    /// The group has moved on.
    Stale,
}

impl From<Fenced> for Refused {
    fn from(_: Fenced) -> Self {
        Self::Fenced
    }
}

/// See the module.
#[derive(Debug)]
pub(super) struct Broker {
    pub(super) now_ms: i64,
    pub(super) raw: [Vec<Article>; PARTITIONS],
    pub(super) log: ClaimsLog,
    pub(super) transactions: Transactions,
    pub(super) group: Group,
    pub(super) resets: Vec<Reset>,
    pub(super) made: Vec<Made>,
    pub(super) findings: Vec<Finding>,
    pub(super) fault: Option<Fault>,
}

fn foreign_entry() -> Vec<u8> {
    let mut bytes = [&b"KC\x09\x00"[..], &(SCOPE + 1).to_le_bytes()].concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

impl Broker {
    pub(super) fn new(fault: Option<Fault>) -> Self {
        Self {
            now_ms: 1_000 * HOUR_MS,
            raw: std::array::from_fn(|_| Vec::new()),
            log: ClaimsLog::default(),
            transactions: Transactions::default(),
            group: Group::default(),
            resets: Vec::new(),
            made: Vec::new(),
            findings: Vec::new(),
            fault,
        }
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn end(&self, partition: usize) -> i64 {
        i64::try_from(self.raw[partition].len()).unwrap()
    }

    pub(super) fn article(&self, partition: usize, offset: i64) -> Article {
        self.raw[partition][usize::try_from(offset).unwrap()]
    }

    /// The next claim of a process reaches the log; `times` above one are retries that were not recognised.
    pub(super) fn land(&mut self, process: Process, choice: usize, times: usize) {
        let under_way = self.log.under_way(process).max(1);
        let at = if self.has(Fault::AppendsOutOfOrder) { choice % under_way } else { 0 };
        let Some(Appended { bytes, what }) = self.log.take(process, at) else { return };
        let is_claim = matches!(what, What::Claim { .. });
        let unsettled = (is_claim && self.has(Fault::ClaimsInTransaction)).then_some(process);
        for _ in 0..times {
            let bytes = bytes.clone();
            self.log.entries.push(Entry { time_ms: self.now_ms, bytes, what, unsettled, is_aborted: false });
        }
        if !is_claim {
            // Another group writes here by mistake, in a version that nobody here knows.
            let (time_ms, bytes, what) = (self.now_ms, foreign_entry(), What::Foreign);
            self.log.entries.push(Entry { time_ms, bytes, what, unsettled: None, is_aborted: false });
        }
    }

    pub(super) fn init(&mut self, process: Process) -> u64 {
        self.log.settle(process, false);
        self.transactions.init(process)
    }

    pub(super) fn abort(&mut self, process: Process) {
        self.log.settle(process, false);
        self.transactions.abort(process);
    }

    pub(super) fn time_out(&mut self, process: Process) {
        if self.transactions.time_out(process) {
            self.log.settle(process, false);
        }
    }

    pub(super) fn send_offsets(
        &mut self,
        process: Process,
        epoch: u64,
        (offsets, metadata): (&BTreeMap<usize, i64>, Option<Member>),
    ) -> Result<(), Refused> {
        if !self.group.accepts(metadata) {
            return Err(Refused::Stale);
        }
        self.transactions.send_offsets(process, epoch, offsets)?;
        for partition in offsets.keys().filter(|partition| self.group.is_foreign(process, **partition)) {
            let detail = format!("process {process} committed partition {partition}, which is another's");
            self.findings.push(Finding { broken: Broken::StaleOwner, detail });
        }
        Ok(())
    }

    pub(super) fn commit(&mut self, process: Process, epoch: u64) -> Result<(), Refused> {
        for partition in self.transactions.commit(process, epoch)? {
            let detail = format!("the committed offset of partition {partition} went back");
            self.findings.push(Finding { broken: Broken::OffsetsWentBack, detail });
        }
        self.log.settle(process, true);
        Ok(())
    }

    /// A request to commit that was on its way arrives.
    pub(super) fn arrive(&mut self) {
        if let Some((process, epoch)) = self.transactions.take_late()
            && self.transactions.is_valid(process, epoch)
        {
            let _ = self.commit(process, epoch);
        }
    }

    /// The group's offsets, once no transaction that may change them is open.
    pub(super) fn offsets(&self) -> Option<BTreeMap<usize, i64>> {
        let is_unstable = (0..PARTITIONS).any(|partition| self.transactions.is_unstable(partition));
        if is_unstable && !self.has(Fault::ReadsUnstableOffsets) {
            return None;
        }
        let committed = self.transactions.committed.iter().enumerate();
        Some(committed.filter_map(|(partition, offset)| Some((partition, (*offset)?))).collect())
    }
}
