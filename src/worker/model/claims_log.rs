//! The claims log and what is on its way to it. An appender keeps the order of its claims; between appenders there is none.

use std::collections::{BTreeMap, VecDeque};

use super::Process;

/// What an entry is, for whoever must not trust its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Claim {
        partition: usize,
        offset: i64,
    },
    Level {
        number: u32,
    },
    /// Another group's.
    Foreign,
}

#[derive(Debug, Clone)]
pub(super) struct Appended {
    pub(super) bytes: Vec<u8>,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) time_ms: i64,
    pub(super) bytes: Vec<u8>,
    pub(super) what: What,
    /// Part of a transaction of this process that has not ended.
    pub(super) unsettled: Option<Process>,
    /// It was part of an aborted transaction.
    pub(super) is_aborted: bool,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct ClaimsLog {
    pub(super) entries: Vec<Entry>,
    under_way: BTreeMap<Process, VecDeque<Appended>>,
}

impl ClaimsLog {
    pub(super) fn append(&mut self, process: Process, appended: Appended) {
        self.under_way.entry(process).or_default().push_back(appended);
    }

    /// Removes what is at a place of an appender's queue.
    pub(super) fn take(&mut self, process: Process, at: usize) -> Option<Appended> {
        self.under_way.get_mut(&process)?.remove(at)
    }

    /// The process died: what stands behind the first `kept` never arrives.
    pub(super) fn cut_short(&mut self, process: Process, kept: usize) {
        if let Some(queue) = self.under_way.get_mut(&process) {
            queue.truncate(kept);
        }
    }

    pub(super) fn under_way(&self, process: Process) -> usize {
        self.under_way.get(&process).map_or(0, VecDeque::len)
    }

    /// Appenders with something under way.
    pub(super) fn appenders(&self) -> Vec<Process> {
        self.under_way.iter().filter(|(_, queue)| !queue.is_empty()).map(|(process, _)| *process).collect()
    }

    /// A transaction of the process ended.
    pub(super) fn settle(&mut self, process: Process, is_committed: bool) {
        for entry in self.entries.iter_mut().filter(|entry| entry.unsettled == Some(process)) {
            entry.unsettled = None;
            entry.is_aborted = !is_committed;
        }
    }
}
