//! How earlier claims are found: by shingle key, by text, by URL.
//!
//! Tables hold positions only and look the keys up in the slots. Their layout and order never enter a verdict: what is
//! found depends on the claims alone.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, Hash};

use hashbrown::{DefaultHashBuilder, HashMap};

use super::expiring::{ENTRIES, ExpiringTable, Glance};
use super::sketch::KEYS_MAX;
use super::slots::{Slot, Slots};
use crate::article::Hash128;

/// Of one key, and of one URL, at most so many claims are looked at ...
pub const LOOKED_AT_MAX: usize = 1024;
/// ... and of those of a key the newest so many within the window are candidates.
pub const PER_KEY_MAX: usize = 32;
/// A posting is a position and the key's place in its claim.
const PLACE_BITS: u32 = 4;
/// Claims held at most, so that a posting names one: the newest so many count, on every replica alike.
pub const CLAIMS_MAX: usize = 1 << 26;

const _: () = assert!(KEYS_MAX <= 1 << PLACE_BITS);
// A claim of the largest window is cleaned out of the index, once it has expired, before its position's bits come again.
const _: () = assert!(CLAIMS_MAX <= (1 << (32 - PLACE_BITS)) / 4);

/// From shingle keys to the newest claim that has them; older ones follow by the claims' links.
#[derive(Debug, Default)]
pub struct KeyIndex {
    newest: ExpiringTable<PLACE_BITS>,
    hasher: DefaultHashBuilder,
}

/// A claim's links, one per key.
pub type Links = [Option<u32>; KEYS_MAX];

/// The hashes of a claim's keys.
pub type KeyHashes = [u32; KEYS_MAX];

/// The newest posting of each of a claim's keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct Newest {
    hashes: KeyHashes,
    pub links: Links,
}

impl KeyIndex {
    /// Memory of the table.
    pub const fn bytes(&self) -> usize {
        self.newest.bytes()
    }

    /// Asks memory for what is known of some keys, and waits for nothing.
    pub fn touch(&self, keys: &[u32]) -> KeyHashes {
        let mut hashes = [0; KEYS_MAX];
        for (hash, key) in hashes.iter_mut().zip(keys) {
            *hash = hash_32(&self.hasher, key);
        }
        self.newest.touch(&hashes[..keys.len()]);
        hashes
    }

    /// The newest posting of each key. Each step is taken for all of them, so that memory, which holds none of it near,
    /// is asked many questions at once.
    pub fn newest(&self, slots: &Slots, keys: &[u32], hashes: KeyHashes) -> Newest {
        let span = slots.span();
        let mut glances = [Glance::NOTHING; KEYS_MAX];
        for (glance, hash) in glances.iter_mut().zip(&hashes).take(keys.len()) {
            *glance = self.newest.glance(span, *hash, 0);
        }
        for (glance, hash) in glances.iter_mut().zip(&hashes) {
            if glance.like.is_none() && !glance.is_all {
                *glance = self.newest.glance(span, *hash, 1);
            }
        }
        // What looks like the right one is it, most often.
        let places = glances.map(|glance| slots.key_place(place(glance.like?, span.end)));
        let found = places.map(|key_place| slots.key_at(key_place?));
        let mut links = Links::default();
        for (at, key) in keys.iter().enumerate().take(KEYS_MAX) {
            links[at] = if found[at] == Some(*key) {
                glances[at].like
            } else if glances[at].is_nothing() {
                None
            } else {
                let key_of = |posting| slots.key_at(slots.key_place(place(posting, span.end))?);
                self.newest.find(span, hashes[at], |posting| key_of(posting) == Some(*key))
            };
        }
        Newest { hashes, links }
    }

    /// Enters the newest claim, which has its slot; `newest` was asked before it had.
    pub fn insert(&mut self, slots: &Slots, position: u64, keys: &[u32], newest: &Newest) {
        let (hasher, span) = (&self.hasher, slots.span());
        let hashes_of = |postings: [Option<u32>; ENTRIES]| {
            let places = postings.map(|posting| slots.key_place(place(posting?, span.end)));
            let keys = places.map(|key_place| slots.key_at(key_place?));
            keys.map(|key| hash_32(hasher, &key.unwrap_or_default()))
        };
        for (at, (hash, link)) in newest.hashes.iter().zip(&newest.links).enumerate().take(keys.len()) {
            // A key stands for one claim only, or which one is found would depend on where it stands.
            if keys[..at].contains(&keys[at]) {
                continue;
            }
            let own = posting(position, at);
            if !link.is_some_and(|older| self.newest.replace(span, *hash, older, own)) {
                self.newest.insert(span, (*hash, own), hashes_of);
            }
        }
        self.newest.clean_next(span);
    }
}

/// The upper half of a hash.
fn hash_32(hasher: &DefaultHashBuilder, of: &impl Hash) -> u32 {
    (hasher.hash_one(of) >> 32) as u32
}

fn posting(position: u64, at: usize) -> u32 {
    // A claim has few keys.
    ExpiringTable::<PLACE_BITS>::entry(position, u32::try_from(at).unwrap_or_default())
}

/// The position that a posting names, at or before `end`, and the place of its key.
pub fn place(posting: u32, end: u64) -> (u64, usize) {
    let at = posting & ((1 << PLACE_BITS) - 1);
    (ExpiringTable::<PLACE_BITS>::position(posting, end), at as usize)
}

/// From a 128-bit hash of the claims (of text or URL) to all claims that have it and are not void. While `several` knows a
/// hash, `newest` holds its newest claim.
#[derive(Debug)]
pub struct HashIndex {
    of: fn(&Slot) -> &Hash128,
    /// The low 32 bits of the position of each hash's newest claim.
    newest: ExpiringTable<0>,
    /// All claims of the hashes that several claims had.
    several: HashMap<Hash128, Positions>,
    /// Positions that there is room for in `several`: all its lists would take too long to look through.
    several_room: usize,
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
        let (newest, several) = (ExpiringTable::default(), HashMap::new());
        Self { of, newest, several, several_room: 0, hasher: DefaultHashBuilder::default() }
    }

    /// Memory of the table and of the lists of positions.
    pub fn bytes(&self) -> usize {
        let lists = self.several_room * size_of::<(u64, i64)>();
        self.newest.bytes() + self.several.allocation_size() + lists
    }

    /// Asks memory for what is known of a hash, and waits for nothing.
    pub fn touch(&self, hash: &Hash128) {
        self.newest.touch(&[hash_32(&self.hasher, hash)]);
    }

    /// Whether any claim may have a hash: most often this tells that none has.
    pub fn may_hold(&self, slots: &Slots, hash: &Hash128) -> bool {
        !self.newest.glance(slots.span(), hash_32(&self.hasher, hash), 0).is_nothing()
    }

    /// Enters the claim at `position`, which has a slot.
    pub fn push(&mut self, slots: &Slots, position: u64, hash: &Hash128, time_ms: i64) {
        let Some(newest) = self.find_newest(slots, hash) else {
            self.push_first(slots, position, hash);
            return;
        };
        let (known, own) = (ExpiringTable::<0>::entry(newest, 0), ExpiringTable::<0>::entry(position, 0));
        // It stands there: it was found just now.
        self.newest.replace(slots.span(), hash_32(&self.hasher, hash), known, own);
        let positions = self.several.entry(*hash).or_default();
        let room = positions.0.capacity();
        if positions.0.is_empty() {
            positions.push(newest, slots.held(newest).map_or(i64::MIN, |held| held.time_ms()));
        }
        positions.push(position, time_ms);
        self.several_room += positions.0.capacity() - room;
    }

    /// The same where no claim has the hash.
    pub fn push_first(&mut self, slots: &Slots, position: u64, hash: &Hash128) {
        let (of, hasher, span) = (self.of, &self.hasher, slots.span());
        self.newest.insert(
            span,
            (hash_32(hasher, hash), ExpiringTable::<0>::entry(position, 0)),
            |entries| {
                let found = entries.map(|entry| slots.get(ExpiringTable::<0>::position(entry?, span.end)));
                found.map(|slot| slot.map_or(0, |slot| hash_32(hasher, of(slot))))
            },
        );
    }

    /// To be called for every claim, so that what has expired is known to have.
    pub fn clean_next(&mut self, slots: &Slots) {
        self.newest.clean_next(slots.span());
    }

    /// The oldest claim of the window, which has this hash, leaves it.
    pub fn expire(&mut self, hash: &Hash128) {
        let Some(positions) = self.several.get_mut(hash) else { return };
        positions.0.pop_front();
        let room = positions.0.capacity();
        if positions.0.capacity() > 64 && positions.0.len() < positions.0.capacity() / 4 {
            positions.0.shrink_to_fit();
        }
        self.several_room -= room - positions.0.capacity();
        if positions.0.is_empty() {
            self.several_room -= positions.0.capacity();
            self.several.remove(hash);
        }
    }

    /// Takes all claims of a hash out, oldest first.
    pub fn remove(&mut self, slots: &Slots, hash: &Hash128) -> Vec<u64> {
        let Some(newest) = self.find_newest(slots, hash) else { return Vec::new() };
        self.newest.remove(slots.span(), hash_32(&self.hasher, hash), ExpiringTable::<0>::entry(newest, 0));
        match self.several.remove(hash) {
            Some(Positions(all)) => {
                self.several_room -= all.capacity();
                all.into_iter().map(|(position, _)| position).collect()
            }
            None => vec![newest],
        }
    }

    fn find_newest(&self, slots: &Slots, hash: &Hash128) -> Option<u64> {
        let (of, span) = (self.of, slots.span());
        let position = |entry| ExpiringTable::<0>::position(entry, span.end);
        let found = self.newest.find(span, hash_32(&self.hasher, hash), |entry| {
            slots.get(position(entry)).map(of) == Some(hash)
        });
        found.map(position)
    }

    /// The earliest claim of a hash with an append time after `after_ms`.
    pub fn earliest_after(&self, slots: &Slots, hash: &Hash128, after_ms: i64) -> Option<u64> {
        match self.several.get(hash) {
            Some(Positions(all)) => all
                .get(all.partition_point(|(_, time_max)| *time_max <= after_ms))
                .map(|(position, _)| *position),
            None => self
                .find_newest(slots, hash)
                .filter(|position| slots.held(*position).is_some_and(|held| held.time_ms() > after_ms)),
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
        let only = if several.is_none() { self.find_newest(slots, hash) } else { None };
        let all = several.into_iter().flat_map(move |Positions(all)| {
            all.iter()
                .rev()
                .take_while(move |(_, time_max)| *time_max > after_ms)
                .map(|(position, _)| *position)
        });
        all.chain(only)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dedup::compare::Text;
    use crate::dedup::near::RecordKey;
    use crate::dedup::slots::NewSlot;

    #[test]
    fn a_key_that_a_claim_has_twice_stands_for_its_newest_claim_once() {
        let (mut slots, mut index) = (Slots::default(), KeyIndex::default());
        let (codes, key_tails) = ([7, 7, 9], [5, 5, 5]);
        let keys = [7 << 16 | 5, 7 << 16 | 5, 9 << 16 | 5];
        for position in 0..3 {
            let newest = index.newest(&slots, &keys, index.touch(&keys));
            slots.push(&NewSlot {
                time_ms: 0,
                record: RecordKey { offset: 0, partition: 0, topic: 0, tag: 0 },
                article_id: [0; 16],
                text_hash: [0; 16],
                has_url: false,
                never_suppressed: false,
                text: Text { codes: &codes, ..Text::NONE },
                key_tails: &key_tails,
                links: &newest.links[..keys.len()],
            });
            index.insert(&slots, position, &keys, &newest);
            let mut standing = Vec::new();
            let hash = index.touch(&keys)[0];
            index.newest.find(slots.span(), hash, |found| {
                let key_place = slots.key_place(place(found, slots.end())).unwrap();
                if slots.key_at(key_place) == Some(keys[0]) {
                    standing.push(place(found, slots.end()).0);
                }
                false
            });
            assert_eq!(standing, [position]);
        }
    }
}
