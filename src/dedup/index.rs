//! How earlier claims are found: by shingle key, by text, by URL.
//!
//! Tables hold positions only and look the keys up in the slots. Their layout and order never enter a verdict: what is
//! found depends on the claims alone.

use std::collections::VecDeque;
use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::sketch::KEYS_MAX;
use super::slots::{Slot, Slots};
use crate::article::Hash128;

/// Of one key, at most so many claims are looked at ...
pub const LOOKED_AT_MAX: usize = 1024;
/// ... and of those the newest so many within the window are candidates.
pub const PER_KEY_MAX: usize = 32;
/// A posting is a position and the key's place in its claim.
const PLACE_BITS: u32 = 4;
const POSITION_MASK: u64 = (1 << (32 - PLACE_BITS)) - 1;
/// Claims held at most, so that a posting names one: the newest so many count, on every replica alike.
pub const CLAIMS_MAX: usize = 1 << 26;

const _: () = assert!(KEYS_MAX <= 1 << PLACE_BITS);
const _: () = assert!(CLAIMS_MAX as u64 <= POSITION_MASK / 2);

/// From shingle keys to the newest claim that has them; older ones follow by the claims' links.
#[derive(Debug, Default)]
pub struct KeyIndex {
    newest: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

/// A claim's links, one per key.
pub type Links = [Option<u32>; KEYS_MAX];

impl KeyIndex {
    /// Puts the claim that comes next into the index, and tells which older postings its keys follow.
    pub fn insert(&mut self, slots: &Slots, keys: &[u32]) -> Links {
        let key_hashes = self.hashes(keys);
        let links = self.newest_of(slots, keys, &key_hashes);
        let position = slots.end();
        let hasher = &self.hasher;
        // Where the table grows it asks for the keys of this claim too, which has no slot yet.
        let hash_of = |posting: &u32| {
            let key = match place(*posting, position) {
                (own, at) if own == position => keys.get(at).copied(),
                (older, at) => slots.key(older, at),
            };
            hasher.hash_one(key.unwrap_or_default())
        };
        for (at, ((hash, link), _)) in key_hashes.iter().zip(&links).zip(keys).enumerate() {
            let own = posting(position, at);
            match link.and_then(|older| self.newest.find_mut(*hash, |known| *known == older)) {
                Some(known) => *known = own,
                None => {
                    self.newest.insert_unique(*hash, own, hash_of);
                }
            }
        }
        links
    }

    /// Takes the oldest claim out. Keys that newer claims have stay.
    pub fn remove(&mut self, slots: &Slots, position: u64) {
        for (at, key) in slots.keys(position).enumerate() {
            let own = posting(position, at);
            if let Ok(entry) = self.newest.find_entry(self.hasher.hash_one(key), |known| *known == own) {
                entry.remove();
            }
        }
    }

    /// The newest posting of each key.
    pub fn newest(&self, slots: &Slots, keys: &[u32]) -> Links {
        self.newest_of(slots, keys, &self.hashes(keys))
    }

    fn hashes(&self, keys: &[u32]) -> [u64; KEYS_MAX] {
        let mut hashes = [0; KEYS_MAX];
        for (hash, key) in hashes.iter_mut().zip(keys) {
            *hash = self.hasher.hash_one(key);
        }
        hashes
    }

    /// The newest posting of each key. Each step is taken for all of them, so that memory, which holds none of it near,
    /// is asked many questions at once.
    fn newest_of(&self, slots: &Slots, keys: &[u32], hashes: &[u64; KEYS_MAX]) -> Links {
        let end = slots.end();
        let key_of = |posting: u32| {
            let (position, at) = place(posting, end);
            slots.key(position, at)
        };
        // Some posting with a hash like that is the right one, most often.
        let mut links = Links::default();
        for (link, (hash, _)) in links.iter_mut().zip(hashes.iter().zip(keys)) {
            *link = self.newest.find(*hash, |_| true).copied();
        }
        let keys_found = links.map(|link| link.and_then(key_of));
        for ((link, found), (hash, key)) in links.iter_mut().zip(keys_found).zip(hashes.iter().zip(keys)) {
            if link.is_some() && found != Some(*key) {
                *link = self.newest.find(*hash, |posting| key_of(*posting) == Some(*key)).copied();
            }
        }
        links
    }
}

fn posting(position: u64, at: usize) -> u32 {
    // Masked to 28 bits and 4 bits.
    u32::try_from((position & POSITION_MASK) << PLACE_BITS | at as u64).unwrap_or(u32::MAX)
}

/// The position that a posting names, at or before `end`, and the place of its key.
pub fn place(posting: u32, end: u64) -> (u64, usize) {
    let low = u64::from(posting >> PLACE_BITS);
    let behind = end.wrapping_sub(low) & POSITION_MASK;
    (end.wrapping_sub(behind), (posting & ((1 << PLACE_BITS) - 1)) as usize)
}

/// From a 128-bit hash of the claims (of text or URL) to all claims that have it.
#[derive(Debug)]
pub struct HashIndex {
    of: fn(&Slot) -> &Hash128,
    /// The low 32 bits of the position of a hash's only claim.
    single: HashTable<u32>,
    /// Hashes that several claims had.
    several: HashMap<Hash128, Positions>,
    hasher: DefaultHashBuilder,
}

/// Positions of claims that share a hash, oldest first, each with the largest append time up to it. That maximum is
/// monotone, so the earliest claim after any time is found by bisection even where the log's clock stepped back.
#[derive(Debug, Default)]
struct Positions(VecDeque<(u64, i64)>);

impl Positions {
    fn push(&mut self, position: u64, time_ms: i64) {
        let time_max = self.0.back().map_or(time_ms, |last| last.1.max(time_ms));
        self.0.push_back((position, time_max));
    }
}

impl HashIndex {
    pub fn new(of: fn(&Slot) -> &Hash128) -> Self {
        Self { of, single: HashTable::new(), several: HashMap::new(), hasher: DefaultHashBuilder::default() }
    }

    /// Enters the claim at `position`, which has a slot.
    pub fn push(&mut self, slots: &Slots, position: u64, hash: &Hash128, time_ms: i64) {
        if let Some(positions) = self.several.get_mut(hash) {
            positions.push(position, time_ms);
            return;
        }
        let (of, hasher, end) = (self.of, &self.hasher, slots.end());
        let hash_of = |known: &u32| slots.get(whole(*known, end)).map(of);
        let entry = self.single.entry(
            hasher.hash_one(hash),
            |known| hash_of(known) == Some(hash),
            |known| hasher.hash_one(hash_of(known).unwrap_or(&[0; 16])),
        );
        match entry {
            hashbrown::hash_table::Entry::Occupied(known) => {
                let (first, _) = known.remove();
                let mut positions = Positions::default();
                let first = whole(first, end);
                positions.push(first, slots.get(first).map_or(i64::MIN, |slot| slot.time_ms));
                positions.push(position, time_ms);
                self.several.insert(*hash, positions);
            }
            hashbrown::hash_table::Entry::Vacant(vacant) => {
                // `whole` finds the higher bits.
                vacant.insert(u32::try_from(position & u64::from(u32::MAX)).unwrap_or(u32::MAX));
            }
        }
    }

    /// Takes out the oldest claim of a hash, which still has its slot.
    pub fn pop_front(&mut self, slots: &Slots, position: u64, hash: &Hash128) {
        if let Some(positions) = self.several.get_mut(hash) {
            positions.0.pop_front();
            if positions.0.capacity() > 64 && positions.0.len() < positions.0.capacity() / 4 {
                positions.0.shrink_to_fit();
            }
            if positions.0.is_empty() {
                self.several.remove(hash);
            }
            return;
        }
        let end = slots.end();
        if let Ok(entry) =
            self.single.find_entry(self.hasher.hash_one(hash), |known| whole(*known, end) == position)
        {
            entry.remove();
        }
    }

    /// Takes all claims of a hash out, oldest first.
    pub fn remove(&mut self, slots: &Slots, hash: &Hash128) -> Vec<u64> {
        if let Some(positions) = self.several.remove(hash) {
            return positions.0.into_iter().map(|(position, _)| position).collect();
        }
        match self.find_single(slots, hash) {
            Some(position) => {
                self.pop_front(slots, position, hash);
                vec![position]
            }
            None => Vec::new(),
        }
    }

    fn find_single(&self, slots: &Slots, hash: &Hash128) -> Option<u64> {
        let (of, end) = (self.of, slots.end());
        self.single
            .find(self.hasher.hash_one(hash), |known| slots.get(whole(*known, end)).map(of) == Some(hash))
            .map(|known| whole(*known, end))
    }

    /// The earliest claim of a hash with an append time after `after_ms`.
    pub fn earliest_after(&self, slots: &Slots, hash: &Hash128, after_ms: i64) -> Option<u64> {
        match self.several.get(hash) {
            Some(Positions(all)) => all
                .get(all.partition_point(|(_, time_max)| *time_max <= after_ms))
                .map(|(position, _)| *position),
            None => self
                .find_single(slots, hash)
                .filter(|position| slots.get(*position).is_some_and(|slot| slot.time_ms > after_ms)),
        }
    }

    /// The claims of a hash, newest first, that may lie after `after_ms`; the caller checks each one's own time.
    pub fn newest_first(
        &self,
        slots: &Slots,
        hash: &Hash128,
        after_ms: i64,
    ) -> impl Iterator<Item = u64> + '_ {
        let several = self.several.get(hash);
        let single = if several.is_none() { self.find_single(slots, hash) } else { None };
        let newest = several.into_iter().flat_map(move |Positions(all)| {
            all.iter()
                .rev()
                .take_while(move |(_, time_max)| *time_max > after_ms)
                .map(|(position, _)| *position)
        });
        newest.chain(single)
    }
}

/// The position at or before `end` with these low bits.
fn whole(low: u32, end: u64) -> u64 {
    end.wrapping_sub(end.wrapping_sub(u64::from(low)) & u64::from(u32::MAX))
}
