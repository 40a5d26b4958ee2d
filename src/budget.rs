//! What may be in flight between intake and commit, in records and in bytes.
//!
//! Every record takes a permit before it enters and gives it back when its outcome is committed or dropped, so the budget
//! bounds all queues of the worker together.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug)]
struct Shared {
    records_max: usize,
    bytes_max: usize,
    records: AtomicUsize,
    bytes: AtomicUsize,
    gate: Mutex<()>,
    freed: Condvar,
}

/// The budget of one worker. Clones share it.
#[derive(Debug, Clone)]
pub struct Budget(Arc<Shared>);

/// The share of one record; dropping it gives it back.
#[derive(Debug)]
pub struct Permit {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    pub fn new(records_max: usize, bytes_max: usize) -> Self {
        Self(Arc::new(Shared {
            records_max,
            bytes_max,
            records: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            gate: Mutex::new(()),
            freed: Condvar::new(),
        }))
    }

    /// Takes the share of one record. Never waits: the caller stops taking when [`Self::is_spent`] says so, hence the
    /// budget is exceeded by one record at most.
    pub fn take(&self, bytes: usize) -> Permit {
        self.0.records.fetch_add(1, Ordering::AcqRel);
        self.0.bytes.fetch_add(bytes, Ordering::AcqRel);
        Permit { budget: self.clone(), bytes }
    }

    pub fn is_spent(&self) -> bool {
        self.records() >= self.0.records_max || self.bytes() >= self.0.bytes_max
    }

    /// At most half is in use: time to resume after a pause.
    pub fn is_half_free(&self) -> bool {
        self.records() <= self.0.records_max / 2 && self.bytes() <= self.0.bytes_max / 2
    }

    /// Waits until something is free, at most for `limit`; true when it is.
    pub fn wait(&self, limit: Duration) -> bool {
        let guard = self.0.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_spent() {
            return true;
        }
        let _unused = self.0.freed.wait_timeout(guard, limit).unwrap_or_else(PoisonError::into_inner);
        !self.is_spent()
    }

    pub fn records(&self) -> usize {
        self.0.records.load(Ordering::Acquire)
    }

    pub fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Acquire)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let shared = &self.budget.0;
        let was_spent = self.budget.is_spent();
        shared.records.fetch_sub(1, Ordering::AcqRel);
        shared.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
        if was_spent {
            let _guard = shared.gate.lock().unwrap_or_else(PoisonError::into_inner);
            shared.freed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_budget_counts_the_permits_that_are_held(
            records_max in 1_usize..6,
            bytes_max in 1_usize..100,
            steps in prop::collection::vec((any::<bool>(), 0_usize..60), 0..60),
        ) {
            let budget = Budget::new(records_max, bytes_max);
            let mut held: Vec<(Permit, usize)> = Vec::new();
            for (takes, bytes) in steps {
                if takes {
                    held.push((budget.take(bytes), bytes));
                } else if !held.is_empty() {
                    drop(held.swap_remove(bytes % held.len()));
                }
                let (records, bytes) = (held.len(), held.iter().map(|(_, bytes)| bytes).sum::<usize>());
                prop_assert_eq!((budget.records(), budget.bytes()), (records, bytes));
                prop_assert_eq!(budget.is_spent(), records >= records_max || bytes >= bytes_max);
                prop_assert_eq!(budget.is_half_free(), 2 * records <= records_max && 2 * bytes <= bytes_max);
                prop_assert_eq!(budget.wait(Duration::ZERO), !budget.is_spent());
            }
            drop(held);
            prop_assert_eq!((budget.records(), budget.bytes()), (0, 0));
        }
    }

    #[test]
    fn permits_come_back_and_wake_the_waiter() {
        let budget = Budget::new(2, 100);
        let first = budget.take(60);
        assert!(!budget.is_spent());
        let second = budget.take(60);
        assert!(budget.is_spent(), "bytes are spent");
        assert!(!budget.wait(Duration::from_millis(1)));
        let waiter = std::thread::spawn({
            let budget = budget.clone();
            move || budget.wait(Duration::from_mins(1))
        });
        drop(first);
        assert!(waiter.join().unwrap());
        drop(second);
        assert_eq!((budget.records(), budget.bytes()), (0, 0));
        assert!(budget.is_half_free());
    }
}
