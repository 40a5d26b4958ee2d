//! The partitions that this worker owns: their epochs and the next offset of each. Pure.
//!
//! An epoch is a number that grows with every assignment and every rewind; what was begun under an older one is void.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::starts::{Start, StartNote};

/// A raw topic's partition.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionKey {
    pub topic: Arc<str>,
    pub partition: i32,
}

impl std::fmt::Display for PartitionKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.topic, self.partition)
    }
}

/// Gives out epochs; shared by the poller, which begins them, and the committer, which ends them.
#[derive(Debug, Clone, Default)]
pub struct Epochs(Arc<AtomicU64>);

impl Epochs {
    /// A new epoch, larger than all before.
    pub fn begin(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// One owned partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    pub epoch: u64,
    /// Where reading began in this epoch, if known.
    pub start: Option<i64>,
    /// The offset that was read last in this epoch.
    pub last_read: Option<i64>,
    pub paused: bool,
    pub note: StartNote,
    /// What the group has committed, where this worker knows it for sure.
    pub committed: Option<i64>,
}

impl Owned {
    /// The offset from which on nothing was read, if known.
    pub fn next(&self) -> Option<i64> {
        self.last_read.map(|last| last.saturating_add(1)).or(self.start)
    }
}

/// What a read offset is to its partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The next record.
    Next { epoch: u64 },
    /// Not larger than the last one: a leftover of a rewind, to be ignored.
    Repeated,
    /// The partition is not ours.
    Foreign,
}

/// All owned partitions.
#[derive(Debug, Default)]
pub struct Assignment {
    owned: BTreeMap<PartitionKey, Owned>,
}

impl Assignment {
    /// Takes a partition under a new epoch.
    pub fn begin(&mut self, key: PartitionKey, epoch: u64) {
        let owned = Owned {
            epoch,
            start: None,
            last_read: None,
            paused: false,
            note: StartNote::FRESH,
            committed: None,
        };
        self.owned.insert(key, owned);
    }

    /// Notes where the reading of an owned partition begins.
    pub fn starts(&mut self, key: &PartitionKey, offset: i64) {
        if let Some(owned) = self.owned.get_mut(key) {
            owned.start = Some(offset);
        }
    }

    /// Notes what was committed with an owned partition's note.
    pub fn noted(&mut self, key: &PartitionKey, start: Start) {
        if let Some(owned) = self.owned.get_mut(key) {
            owned.note = start.note;
            owned.committed = Some(start.offset);
        }
    }

    /// What was committed last is unclear, for all partitions.
    pub fn forget_committed(&mut self) {
        for owned in self.owned.values_mut() {
            owned.committed = None;
        }
    }

    /// The note to commit with the offset after a partition's last finished record.
    pub fn progress(&self, key: &PartitionKey, next: i64) -> Start {
        let note = self.owned.get(key).map_or(StartNote::FRESH, |owned| owned.note);
        Start { offset: next, note: note.progressed(next) }
    }

    /// The notes to commit for partitions that are given back. One with anything in flight keeps its note.
    pub fn leave(&self, keys: &[PartitionKey]) -> BTreeMap<PartitionKey, Start> {
        let left = |key: &PartitionKey| {
            let owned = self.owned.get(key)?;
            let offset = owned.committed?;
            let is_done = owned.last_read.is_none_or(|last| last < offset);
            is_done.then(|| (key.clone(), Start { offset, note: owned.note.left() }))
        };
        keys.iter().filter_map(left).collect()
    }

    pub fn end(&mut self, key: &PartitionKey) -> Option<Owned> {
        self.owned.remove(key)
    }

    pub fn get_mut(&mut self, key: &PartitionKey) -> Option<&mut Owned> {
        self.owned.get_mut(key)
    }

    /// Whether a partition is owned, and since this epoch.
    pub fn holds(&self, key: &PartitionKey, epoch: u64) -> bool {
        self.owned.get(key).is_some_and(|owned| owned.epoch == epoch)
    }

    /// Owned partitions in order.
    pub fn iter(&self) -> impl Iterator<Item = (&PartitionKey, &Owned)> {
        self.owned.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&PartitionKey, &mut Owned)> {
        self.owned.iter_mut()
    }

    pub fn len(&self) -> usize {
        self.owned.len()
    }

    pub fn is_empty(&self) -> bool {
        self.owned.is_empty()
    }

    /// Notes a read offset.
    pub fn arrive(&mut self, key: &PartitionKey, offset: i64) -> Arrival {
        let Some(owned) = self.owned.get_mut(key) else { return Arrival::Foreign };
        if owned.last_read.is_some_and(|last| offset <= last) {
            return Arrival::Repeated;
        }
        owned.last_read = Some(offset);
        Arrival::Next { epoch: owned.epoch }
    }

    /// Gives every partition of an epoch before `floor` a new one, as a rewind does; returns those partitions.
    pub fn renew_before(&mut self, floor: u64, epochs: &Epochs) -> Vec<(PartitionKey, u64)> {
        self.owned
            .iter_mut()
            .filter(|(_, owned)| owned.epoch < floor)
            .map(|(key, owned)| {
                owned.epoch = epochs.begin();
                owned.start = None;
                owned.last_read = None;
                (key.clone(), owned.epoch)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(partition: i32) -> PartitionKey {
        PartitionKey { topic: Arc::from("raw"), partition }
    }

    #[test]
    fn a_rewind_renews_only_partitions_of_older_epochs_and_forgets_what_they_read() {
        let epochs = Epochs::default();
        let mut assignment = Assignment::default();
        assignment.begin(key(0), epochs.begin());
        assert_eq!(assignment.arrive(&key(0), 5), Arrival::Next { epoch: 1 });
        assert_eq!(assignment.arrive(&key(0), 5), Arrival::Repeated);
        assert_eq!(assignment.arrive(&key(1), 5), Arrival::Foreign);
        let floor = epochs.begin();
        assignment.begin(key(1), epochs.begin());
        let renewed = assignment.renew_before(floor, &epochs);
        assert_eq!(renewed, vec![(key(0), 4)]);
        assert_eq!(assignment.arrive(&key(0), 3), Arrival::Next { epoch: 4 });
        assert_eq!(assignment.arrive(&key(1), 9), Arrival::Next { epoch: 3 });
    }

    /// What a plain list of everything that was done says of a partition: its epoch, and the offset read last in it.
    #[derive(Default)]
    struct History(Vec<(i32, Done)>);

    #[derive(Clone, Copy)]
    enum Done {
        Began(u64),
        Read(i64),
        Ended,
    }

    impl History {
        fn present(&self, partition: i32) -> Option<(u64, Option<i64>)> {
            let own: Vec<Done> =
                self.0.iter().filter(|(of, _)| *of == partition).map(|(_, done)| *done).collect();
            let at = own.iter().rposition(|done| !matches!(done, Done::Read(_)))?;
            let Done::Began(epoch) = own[at] else { return None };
            let last = own[at..].iter().rev().find_map(|done| match done {
                Done::Read(offset) => Some(*offset),
                _ => None,
            });
            Some((epoch, last))
        }
    }

    proptest::proptest! {
        #[test]
        fn epochs_grow_and_offsets_rise_within_each_whatever_comes_and_goes(
            steps in proptest::collection::vec((0_u8..8, 0_i32..3, 0_i64..6), 0..80),
        ) {
            let epochs = Epochs::default();
            let mut assignment = Assignment::default();
            let mut history = History::default();
            let mut floor = 0;
            for (what, partition, offset) in steps {
                let before = history.present(partition);
                match what {
                    0 => {
                        let epoch = epochs.begin();
                        assignment.begin(key(partition), epoch);
                        history.0.push((partition, Done::Began(epoch)));
                    }
                    1 => {
                        let ended = assignment.end(&key(partition)).map(|owned| (owned.epoch, owned.last_read));
                        assert_eq!(ended, before);
                        history.0.push((partition, Done::Ended));
                    }
                    2 => floor = epochs.begin(),
                    3 => {
                        for (key, epoch) in assignment.renew_before(floor, &epochs) {
                            let (earlier, _) = history.present(key.partition).expect("it was owned");
                            assert!(earlier < floor && floor < epoch, "only what is older is renewed");
                            history.0.push((key.partition, Done::Began(epoch)));
                        }
                        let oldest = assignment.iter().map(|(_, owned)| owned.epoch).min();
                        assert!(oldest.is_none_or(|oldest| oldest >= floor), "nothing older is left");
                    }
                    _ => {
                        let expected = match before {
                            None => Arrival::Foreign,
                            Some((_, Some(last))) if offset <= last => Arrival::Repeated,
                            Some((epoch, _)) => Arrival::Next { epoch },
                        };
                        assert_eq!(assignment.arrive(&key(partition), offset), expected);
                        if matches!(expected, Arrival::Next { .. }) {
                            history.0.push((partition, Done::Read(offset)));
                        }
                    }
                }
                let owned = history.present(partition);
                assert_eq!(owned.is_some(), assignment.get_mut(&key(partition)).is_some());
                assert!(owned.is_none_or(|(epoch, _)| assignment.holds(&key(partition), epoch)));
            }
        }
    }

    #[test]
    fn only_a_partition_without_records_in_flight_takes_its_note_back() {
        let epochs = Epochs::default();
        let mut assignment = Assignment::default();
        let note = StartNote { starts: 3, until: Some(90) };
        for partition in 0..3 {
            assignment.begin(key(partition), epochs.begin());
            if partition != 2 {
                assignment.noted(&key(partition), Start { offset: 50, note });
            }
        }
        let keys = [key(0), key(1), key(2), key(7)];
        assignment.arrive(&key(1), 50);
        let left = Start { offset: 50, note: note.left() };
        assert_eq!(assignment.leave(&keys), BTreeMap::from([(key(0), left)]));

        let start = assignment.progress(&key(1), 51);
        assert_eq!(start, Start { offset: 51, note });
        assignment.noted(&key(1), start);
        assert!(assignment.leave(&keys).contains_key(&key(1)), "what it read is committed");
        assignment.forget_committed();
        assert!(assignment.leave(&keys).is_empty(), "an unclear commit is never overwritten");
        assert_eq!(assignment.progress(&key(1), 90), Start { offset: 90, note: StartNote::FRESH });
    }

    #[test]
    fn a_partition_that_went_and_came_back_is_not_held_under_its_old_epoch() {
        let epochs = Epochs::default();
        let mut assignment = Assignment::default();
        let before = epochs.begin();
        assignment.begin(key(0), before);
        assert!(assignment.holds(&key(0), before));
        assignment.end(&key(0));
        assert!(!assignment.holds(&key(0), before));
        let after = epochs.begin();
        assignment.begin(key(0), after);
        assert!(assignment.holds(&key(0), after) && !assignment.holds(&key(0), before));
    }
}
