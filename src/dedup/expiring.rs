//! Positions of the window's claims by the hash of what they are found by, in buckets of one cache line.
//!
//! Memory, not arithmetic, is what a window of millions of claims waits for. A bucket holds its entries' tags beside the
//! entries: what has no entry costs one look at memory. And what leaves the window isn't taken out: an entry is a claim's
//! position, which tells by itself that it has expired, and its room is used again. So a claim that leaves costs no look
//! at all.
//!
//! The table never compares what it holds: the caller says whether an entry is the one it looks for. It grows by an
//! eighth, not to twice its size, by what has not expired: it keeps its size while the window keeps its own.

#![allow(
    clippy::cast_possible_truncation,
    reason = "bits are taken from numbers on purpose, behind a mask or a shift"
)]

/// Entries of a bucket: with their tags and its mark they fill 64 bytes.
pub const ENTRIES: usize = 12;
/// Of a hundred entries, at most so many are taken by claims of the window. Above that, too many have no room in their
/// own bucket, and a look at a second one costs as much again.
const TAKEN_MAX_PERCENT: usize = 70;
/// A table that is found to be this full, of a hundred that it may be, grows; one that is emptier, since much of what it
/// held has expired, is looked through again when as much as is left has come.
const GROWS_FROM_PERCENT: usize = 97;
/// Buckets that are looked through at least, spread evenly, to tell how many entries have expired: twelve times as many
/// entries tell it to half a percent.
const COUNTED_MIN: usize = 4096;
/// Buckets of a table that was empty.
const BUCKETS_MIN: usize = 64;
/// An entry that finds no room within so many buckets makes a table grow that is half full. Random hashes never come to
/// that.
const DISPLACED_MAX: usize = 64;

/// The positions of the claims that count: what stands before `first` has expired.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub first: u64,
    pub end: u64,
}

#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Bucket {
    /// Of each entry's hash, the 8 bits that follow those that tell its bucket.
    tags: [u8; ENTRIES],
    /// No entry that found no room here, and stands in a later bucket, is newer than this one: when it has expired, none
    /// does.
    passed_by: u32,
    /// Room that was never used holds one that has expired.
    entries: [u32; ENTRIES],
}

const _: () = assert!(size_of::<Bucket>() == 64);

impl Bucket {
    /// The entries with this tag, one bit each.
    fn like(&self, tag: u8) -> u32 {
        let tags = self.tags.iter().enumerate();
        tags.fold(0, |like, (at, other)| like | u32::from(*other == tag) << at)
    }

    /// The entries that have not expired.
    fn live<const BELOW: u32>(&self, span: Span) -> [Option<u32>; ENTRIES] {
        self.entries.map(|entry| ExpiringTable::<BELOW>::is_live(entry, span).then_some(entry))
    }
}

/// The entries that a mask names, in order.
fn places_of(mut mask: u32) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (at < ENTRIES).then_some(at)
    })
}

/// What one look at a bucket tells.
#[derive(Debug, Clone, Copy)]
pub struct Glance {
    /// The first entry whose hash may be this one. It may have expired.
    pub like: Option<u32>,
    /// Nothing of this hash stands in a later bucket.
    pub is_all: bool,
}

impl Glance {
    /// There is nothing of this hash.
    pub const NOTHING: Self = Self { like: None, is_all: true };

    pub const fn is_nothing(&self) -> bool {
        self.like.is_none() && self.is_all
    }
}

/// Entries of 32 bits, each under a hash: the low bits of a claim's position, above `BELOW` bits of the caller's. An
/// entry may not be made twice under one hash.
#[derive(Debug, Default)]
pub struct ExpiringTable<const BELOW: u32> {
    buckets: Vec<Bucket>,
    /// The lowest bits of hashes, so many, are not used: bucket and tag tell all the others.
    bits_unused: u32,
    /// The bucket that is cleaned next.
    hand: usize,
    /// Entries that had not expired when they were counted, and those that were entered since.
    taken: usize,
}

impl<const BELOW: u32> ExpiringTable<BELOW> {
    /// Memory of the buckets.
    pub const fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
    }

    /// The entry of a position, with `below` in the caller's bits.
    pub const fn entry(position: u64, below: u32) -> u32 {
        ((position & (u32::MAX >> BELOW) as u64) as u32) << BELOW | below
    }

    /// The position that an entry names: the newest one at or before `end` with its bits.
    pub const fn position(entry: u32, end: u64) -> u64 {
        end.wrapping_sub(Self::behind(entry, end) as u64)
    }

    const fn behind(entry: u32, end: u64) -> u32 {
        ((end & u32::MAX as u64) as u32).wrapping_sub(entry >> BELOW) & (u32::MAX >> BELOW)
    }

    const fn is_live(entry: u32, span: Span) -> bool {
        Self::behind(entry, span.end) as u64 <= span.end - span.first
    }

    /// Asks memory for the buckets of some hashes, and waits for none. A processor foresees only so many instructions:
    /// the looks themselves take too many to be on their way together.
    pub fn touch(&self, hashes: &[u32]) {
        let passed_by = |hash: &u32| self.buckets.get(self.home(*hash)).map_or(0, |bucket| bucket.passed_by);
        std::hint::black_box(hashes.iter().fold(0, |all, hash| all | passed_by(hash)));
    }

    /// One look at the bucket that is so many behind a hash's own one.
    pub fn glance(&self, span: Span, hash: u32, behind: usize) -> Glance {
        let home = self.home(hash) + behind;
        let number = if home < self.buckets.len() { home } else { home.wrapping_sub(self.buckets.len()) };
        let Some(bucket) = self.buckets.get(number) else { return Glance::NOTHING };
        let like = bucket.like(self.tag(hash));
        let entry = bucket.entries[(like.trailing_zeros() as usize).min(ENTRIES - 1)];
        Glance { like: (like != 0).then_some(entry), is_all: !Self::is_live(bucket.passed_by, span) }
    }

    /// The entry under a hash that has not expired and for which `is` holds.
    pub fn find(&self, span: Span, hash: u32, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let (bucket, at) = self.place_of(span, hash, &mut is)?;
        Some(self.buckets[bucket].entries[at])
    }

    /// Puts a newer entry in the place of one that stands under the hash. Tells whether that was found.
    pub fn replace(&mut self, span: Span, hash: u32, known: u32, newer: u32) -> bool {
        let Some((found, at)) = self.place_of(span, hash, &mut |entry| entry == known) else { return false };
        self.buckets[found].entries[at] = newer;
        self.pass_by(span, hash, found, newer);
        true
    }

    /// Takes an entry out. Tells whether it was there.
    pub fn remove(&mut self, span: Span, hash: u32, known: u32) -> bool {
        let found = self.place_of(span, hash, &mut |entry| entry == known);
        if let Some((bucket, at)) = found {
            self.buckets[bucket].entries[at] = Self::expired(span);
        }
        found.is_some()
    }

    /// Enters a claim that isn't in the table. Should the table grow, `hashes_of` tells the hashes of any entries that
    /// have not expired.
    pub fn insert(
        &mut self,
        span: Span,
        (hash, entry): (u32, u32),
        hashes_of: impl Fn([Option<u32>; ENTRIES]) -> [u32; ENTRIES],
    ) {
        self.taken += 1;
        let taken_max = self.buckets.len() * ENTRIES * TAKEN_MAX_PERCENT / 100;
        if self.taken > taken_max {
            self.taken = self.count(span) + 1;
            if self.taken * 100 > taken_max * GROWS_FROM_PERCENT {
                self.grow(span, &hashes_of);
            }
        }
        if !self.put(span, hash, entry, DISPLACED_MAX) {
            self.taken = self.count(span) + 1;
            if self.taken * 2 > self.buckets.len() * ENTRIES {
                self.grow(span, &hashes_of);
            }
            self.put(span, hash, entry, usize::MAX);
        }
    }

    /// How many entries have not expired, about.
    fn count(&self, span: Span) -> usize {
        let every = (self.buckets.len() / COUNTED_MIN).max(1);
        let (mut looked_at, mut live) = (0, 0);
        for bucket in self.buckets.iter().step_by(every) {
            looked_at += 1;
            live += bucket.live::<BELOW>(span).iter().flatten().count();
        }
        live * self.buckets.len() / looked_at.max(1)
    }

    /// Makes what has expired in a bucket expire anew, one bucket after the other. If this is called for every claim, and
    /// buckets and claims together are fewer than the positions that the bits tell apart, none comes again before.
    pub fn clean_next(&mut self, span: Span) {
        if let Some(bucket) = self.buckets.get_mut(self.hand) {
            for entry in bucket.entries.iter_mut().chain([&mut bucket.passed_by]) {
                if !Self::is_live(*entry, span) {
                    *entry = Self::expired(span);
                }
            }
        }
        self.hand = if self.hand + 1 < self.buckets.len() { self.hand + 1 } else { 0 };
    }

    /// An entry that has expired just now.
    const fn expired(span: Span) -> u32 {
        Self::entry(span.first.wrapping_sub(1), 0)
    }

    /// The bucket where a hash belongs: all hashes spread evenly over the buckets (after Lemire, "Fast random integer
    /// generation in an interval", 2019).
    const fn home(&self, hash: u32) -> usize {
        let used = hash >> self.bits_unused << self.bits_unused;
        ((used as u64 * self.buckets.len() as u64) >> 32) as usize
    }

    const fn tag(&self, hash: u32) -> u8 {
        ((hash >> self.bits_unused) & 0xff) as u8
    }

    /// What is used of the hash of an entry that stands in its own bucket. At most 256 such hashes belong to one.
    const fn hash_of(&self, number: usize, tag: u8) -> u32 {
        let bits = self.bits_unused;
        let first = ((number as u64) << 32).div_ceil(self.buckets.len() as u64).div_ceil(1 << bits);
        ((first + (tag as u64).wrapping_sub(first) % 256) << bits) as u32
    }

    const fn after(&self, number: usize) -> usize {
        if number + 1 == self.buckets.len() { 0 } else { number + 1 }
    }

    fn place_of(&self, span: Span, hash: u32, is: &mut impl FnMut(u32) -> bool) -> Option<(usize, usize)> {
        let mut number = self.home(hash);
        for _ in 0..self.buckets.len() {
            let bucket = &self.buckets[number];
            for at in places_of(bucket.like(self.tag(hash))) {
                let entry = bucket.entries[at];
                if Self::is_live(entry, span) && is(entry) {
                    return Some((number, at));
                }
            }
            if !Self::is_live(bucket.passed_by, span) {
                break;
            }
            number = self.after(number);
        }
        None
    }

    /// Enters what is not in the table, unless there is no room in so many buckets. In all of them there is.
    fn put(&mut self, span: Span, hash: u32, entry: u32, buckets_max: usize) -> bool {
        let mut number = self.home(hash);
        for _ in 0..self.buckets.len().min(buckets_max) {
            let bucket = &self.buckets[number];
            let entries = bucket.entries.iter().enumerate();
            let expired =
                entries.fold(0, |mask, (at, entry)| mask | u32::from(!Self::is_live(*entry, span)) << at);
            if let Some(at) = places_of(expired).next() {
                let tag = self.tag(hash);
                let bucket = &mut self.buckets[number];
                (bucket.tags[at], bucket.entries[at]) = (tag, entry);
                self.pass_by(span, hash, number, entry);
                return true;
            }
            number = self.after(number);
        }
        false
    }

    /// Marks the buckets from a hash's own one to that where its entry stands.
    fn pass_by(&mut self, span: Span, hash: u32, found: usize, entry: u32) {
        let mut number = self.home(hash);
        while number != found {
            let passed_by = &mut self.buckets[number].passed_by;
            if Self::behind(entry, span.end) < Self::behind(*passed_by, span.end) {
                *passed_by = entry;
            }
            number = self.after(number);
        }
    }

    fn grow(&mut self, span: Span, hashes_of: &impl Fn([Option<u32>; ENTRIES]) -> [u32; ENTRIES]) {
        let count = (self.buckets.len() + self.buckets.len() / 8).max(BUCKETS_MIN);
        let expired = Self::expired(span);
        let empty = Bucket { tags: [0; ENTRIES], passed_by: expired, entries: [expired; ENTRIES] };
        // Of all hashes that belong to a bucket, no two have a tag in common.
        let bits_unused = 24_u32.saturating_sub(count.ilog2());
        let larger = Self { buckets: vec![empty; count], bits_unused, hand: 0, taken: self.taken };
        let smaller = std::mem::replace(self, larger);
        let tells_hashes = smaller.bits_unused == bits_unused;
        let mut may_be_displaced =
            smaller.buckets.last().is_some_and(|last| Self::is_live(last.passed_by, span));
        for (number, bucket) in smaller.buckets.iter().enumerate() {
            let live = bucket.live::<BELOW>(span);
            let hashes = if tells_hashes && !may_be_displaced {
                bucket.tags.map(|tag| smaller.hash_of(number, tag))
            } else {
                hashes_of(live)
            };
            may_be_displaced = Self::is_live(bucket.passed_by, span);
            for (entry, hash) in live.iter().zip(hashes) {
                if let Some(entry) = entry {
                    self.put(span, hash, *entry, usize::MAX);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// Few homes and few tags, so that buckets run over and entries look alike.
    fn crowded(key: u32) -> u32 {
        (key % 7) * 0x2492_4924 + ((key % 5) << 20)
    }

    /// A table that is asked as the window asks, beside a map. Claims are numbered from `first` on; the claim at a
    /// position has one key.
    struct Held {
        table: ExpiringTable<4>,
        span: Span,
        keys: HashMap<u64, u32>,
        newest: HashMap<u32, u64>,
    }

    impl Held {
        fn new(first: u64) -> Self {
            let span = Span { first, end: first };
            Self { table: ExpiringTable::default(), span, keys: HashMap::new(), newest: HashMap::new() }
        }

        fn find(&self, key: u32) -> Option<u64> {
            let has_key =
                |entry| self.keys.get(&ExpiringTable::<4>::position(entry, self.span.end)) == Some(&key);
            let found = self.table.find(self.span, crowded(key), has_key)?;
            Some(ExpiringTable::<4>::position(found, self.span.end))
        }

        fn insert(&mut self, key: u32) {
            let older = self.find(key);
            let position = self.span.end;
            self.keys.insert(position, key);
            self.newest.insert(key, position);
            self.span.end += 1;
            let entry = |position| ExpiringTable::<4>::entry(position, 5);
            let (hash, own) = (crowded(key), entry(position));
            if !older.is_some_and(|older| self.table.replace(self.span, hash, entry(older), own)) {
                let (end, keys) = (self.span.end, &self.keys);
                self.table.insert(self.span, (hash, own), |entries| {
                    entries.map(|entry| {
                        entry.map_or(0, |entry| crowded(keys[&ExpiringTable::<4>::position(entry, end)]))
                    })
                });
            }
            self.table.clean_next(self.span);
        }

        fn evict(&mut self) {
            if let Some(key) = self.keys.remove(&self.span.first) {
                if self.newest.get(&key) == Some(&self.span.first) {
                    self.newest.remove(&key);
                }
                self.span.first += 1;
            }
        }
    }

    proptest! {
        /// Whatever comes and goes, each key's newest claim of the window is found, and nothing else; also where the
        /// bits of positions come again.
        #[test]
        fn a_table_holds_the_newest_claim_of_each_key(
            first in prop_oneof![Just(0), Just((1_u64 << 28) - 700), Just((1 << 33) + (1 << 28) - 5)],
            steps in proptest::collection::vec((0_u8..8, 0_u32..900), 1..3000),
        ) {
            let mut held = Held::new(first);
            for (step, key) in steps {
                match step {
                    0..3 => held.evict(),
                    3 => {
                        if let Some(position) = held.newest.remove(&key) {
                            let entry = ExpiringTable::<4>::entry(position, 5);
                            prop_assert!(held.table.remove(held.span, crowded(key), entry));
                        }
                    }
                    _ => held.insert(key),
                }
                prop_assert_eq!(held.find(key), held.newest.get(&key).copied());
                let glance = held.table.glance(held.span, crowded(key), 0);
                prop_assert!(!glance.is_nothing() || !held.newest.contains_key(&key));
            }
            for key in 0..900 {
                prop_assert_eq!(held.find(key), held.newest.get(&key).copied());
            }
        }
    }

    /// A table of the last so many claims of a log, each with one key; its size after each claim, and how many hashes
    /// it asked for.
    fn filled<const BELOW: u32>(
        claims: u32,
        live: impl Fn(u32) -> u64,
    ) -> (ExpiringTable<BELOW>, Vec<usize>, usize) {
        let spread = |key: u32| key.wrapping_mul(0x9e37_79b1);
        let (mut table, mut sizes, asked) = (ExpiringTable::<BELOW>::default(), Vec::new(), Cell::new(0));
        let mut span = Span { first: 0, end: 0 };
        for claim in 0..claims {
            let end = u64::from(claim) + 1;
            span = Span { first: span.first.max(end.saturating_sub(live(claim))), end };
            table.insert(span, (spread(claim), claim << BELOW), |entries| {
                asked.set(asked.get() + entries.iter().flatten().count());
                let claim_of = |entry| u32::try_from(ExpiringTable::<BELOW>::position(entry, end)).unwrap();
                entries.map(|entry| entry.map_or(0, |entry| spread(claim_of(entry))))
            });
            table.clean_next(span);
            sizes.push(table.buckets.len());
        }
        for claim in 0..claims {
            let position = |entry| ExpiringTable::<BELOW>::position(entry, span.end);
            let found = table.find(span, spread(claim), |entry| position(entry) == u64::from(claim));
            assert_eq!(found.is_some(), u64::from(claim) >= span.first, "{claim}");
        }
        let held = table.buckets.iter().flat_map(|bucket| bucket.live::<BELOW>(span)).flatten().count();
        assert_eq!(held as u64, span.end - span.first, "what has expired is never taken for what has not");
        (table, sizes, asked.get())
    }

    #[test]
    fn what_has_expired_is_gone_before_the_bits_of_its_position_come_again() {
        // 4096 positions, a dozen times around, and a window that leaves most of its room behind.
        filled::<20>(50_000, |claim| if claim < 5_000 { 600 } else { 60 });
    }

    #[test]
    fn a_table_keeps_its_size_while_claims_come_and_go() {
        let (table, sizes, _) = filled::<4>(200_000, |_| 10_000);
        // It may grow once more when it is full of what has expired.
        assert_eq!(table.buckets.len(), sizes[30_000]);
        assert!(table.buckets.len() * ENTRIES < 16_000);
    }

    #[test]
    fn a_large_table_keeps_its_size_where_only_some_of_it_is_counted() {
        let (table, sizes, _) = filled::<4>(600_000, |_| 150_000);
        assert!(table.buckets.len() > 2 * COUNTED_MIN);
        assert_eq!(table.buckets.len(), sizes[400_000]);
        assert!(table.buckets.len() * ENTRIES < 240_000);
    }

    #[test]
    fn a_table_that_grows_asks_for_few_of_the_hashes_that_it_moves() {
        let claims = 500_000;
        let (_, sizes, asked) = filled::<4>(claims, |_| u64::from(claims));
        let moved: usize = (1..sizes.len()).filter(|at| sizes[*at] != sizes[*at - 1]).sum();
        assert!(asked * 2 < moved, "{asked} of {moved}");
    }
}
