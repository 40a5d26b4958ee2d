//! The consumer group: members, generations, and who owns which partition. A partition is another member's only when the
//! one before has given it up, or was put out of the group.

use std::collections::BTreeMap;

use super::{PARTITIONS, Process};

/// A place in the group, as its holder knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) id: u64,
    pub(super) generation: u64,
}

#[derive(Debug)]
struct Place {
    process: Process,
    /// It has come back for the generation that is to begin.
    has_rejoined: bool,
}

/// See the module. A generation begins when all members have come back for it; what a member knows of it, it learns later.
#[derive(Debug, Default)]
pub(super) struct Group {
    generation: u64,
    is_rebalancing: bool,
    last_id: u64,
    members: BTreeMap<u64, Place>,
    owners: [Option<u64>; PARTITIONS],
    targets: [Option<u64>; PARTITIONS],
}

impl Group {
    pub(super) fn join(&mut self, process: Process) -> Member {
        self.last_id += 1;
        self.members.insert(self.last_id, Place { process, has_rejoined: true });
        self.is_rebalancing = true;
        self.begin_generation();
        // It learns the generation at its next turn.
        Member { id: self.last_id, generation: 0 }
    }

    /// Begins the next generation once all are back, or put out.
    fn begin_generation(&mut self) {
        if !self.is_rebalancing || self.members.values().any(|place| !place.has_rejoined) {
            return;
        }
        self.is_rebalancing = false;
        self.generation += 1;
        for place in self.members.values_mut() {
            place.has_rejoined = false;
        }
        let members = &self.members;
        let oldest = members.keys().next().copied();
        for target in &mut self.targets {
            *target = target.filter(|id| members.contains_key(id)).or(oldest);
        }
    }

    /// The member's turn: it comes back where a generation is to begin. The present generation, where it holds.
    pub(super) fn attend(&mut self, id: u64) -> Option<u64> {
        if self.is_rebalancing {
            if let Some(place) = self.members.get_mut(&id) {
                place.has_rejoined = true;
            }
            self.begin_generation();
        }
        (!self.is_rebalancing).then_some(self.generation)
    }

    /// The member leaves, or is put out.
    pub(super) fn remove(&mut self, id: u64) {
        if self.members.remove(&id).is_none() {
            return;
        }
        for owner in &mut self.owners {
            *owner = owner.filter(|owner| *owner != id);
        }
        self.is_rebalancing = true;
        self.begin_generation();
    }

    pub(super) fn remove_process(&mut self, process: Process) {
        let of_process = self.members.iter().filter(|(_, place)| place.process == process);
        let ids: Vec<u64> = of_process.map(|(id, _)| *id).collect();
        for id in ids {
            self.remove(id);
        }
    }

    /// From the next generation on, a partition is to be this process's.
    pub(super) fn aim(&mut self, partition: usize, process: Process) {
        let member = self.members.iter().find(|(_, place)| place.process == process).map(|(id, _)| *id);
        if member.is_some() {
            self.targets[partition] = member;
            self.is_rebalancing = true;
        }
    }

    pub(super) fn holds(&self, id: u64) -> bool {
        self.members.contains_key(&id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub(super) fn processes(&self) -> Vec<Process> {
        self.members.values().map(|place| place.process).collect()
    }

    /// What a member has to give up.
    pub(super) fn to_revoke(&self, id: u64) -> Vec<usize> {
        (0..PARTITIONS)
            .filter(|partition| self.owners[*partition] == Some(id) && self.targets[*partition] != Some(id))
            .collect()
    }

    /// Given up: in the next generation it may be another member's.
    pub(super) fn release(&mut self, id: u64, partitions: &[usize]) {
        for partition in partitions {
            if self.owners[*partition] == Some(id) {
                self.owners[*partition] = None;
            }
        }
        self.is_rebalancing = true;
    }

    /// Takes what is free and meant for a member.
    pub(super) fn take(&mut self, id: u64) -> Vec<usize> {
        let taken: Vec<usize> = (0..PARTITIONS)
            .filter(|partition| self.owners[*partition].is_none() && self.targets[*partition] == Some(id))
            .collect();
        for partition in &taken {
            self.owners[*partition] = Some(id);
        }
        taken
    }

    /// Whether offsets may be committed under this metadata. A nameless member is not checked, as with Kafka.
    pub(super) fn accepts(&self, metadata: Option<Member>) -> bool {
        metadata.is_none_or(|member| self.holds(member.id) && member.generation == self.generation)
    }

    /// Whether a partition is another process's.
    pub(super) fn is_foreign(&self, process: Process, partition: usize) -> bool {
        self.owners[partition]
            .and_then(|owner| self.members.get(&owner))
            .is_some_and(|place| place.process != process)
    }
}
