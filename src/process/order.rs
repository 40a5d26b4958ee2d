//! Brings back into order what threads finish in any order.

use std::collections::VecDeque;

/// Holds numbered things until all before them have come. What it can hold at once is bounded by what is in flight.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    /// The number of the front.
    next: u64,
    waiting: VecDeque<Option<T>>,
}

impl<T> InOrder<T> {
    pub(super) const fn new() -> Self {
        Self { next: 0, waiting: VecDeque::new() }
    }

    /// Each number comes once, and none that was taken already.
    pub(super) fn put(&mut self, number: u64, thing: T) {
        debug_assert!(number >= self.next, "number {number} was taken before");
        let Some(place) = number.checked_sub(self.next).and_then(|place| usize::try_from(place).ok()) else {
            return;
        };
        while self.waiting.len() <= place {
            self.waiting.push_back(None);
        }
        debug_assert!(self.waiting[place].is_none(), "number {number} comes twice");
        self.waiting[place] = Some(thing);
    }

    /// The next one in order, where it has come.
    pub(super) fn take(&mut self) -> Option<T> {
        let thing = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.next += 1;
        Some(thing)
    }

    /// How many were taken.
    pub(super) const fn taken(&self) -> u64 {
        self.next
    }
}
