//! How the earlier claims that may match a text are found: along the chains of its keys, all at once from the newest
//! claim back.

use super::Window;
use crate::dedup::compare::Text;
use crate::dedup::index::{LOOKED_AT_MAX, Links, PER_KEY_MAX, place};
use crate::dedup::near::{CANDIDATES_MAX, Candidate, RecordKey};
use crate::dedup::sketch::KEYS_MAX;
use crate::dedup::slots::Slots;
use crate::dedup::told::Reach;

/// Keys that a candidate must share, and how many for an article of few shingles.
const KEY_HITS_MIN: usize = 2;
const KEY_HITS_MIN_OF_FEW: usize = 1;
const FEW_CODES: usize = 24;

/// A text that is asked about, and the claims that it may match.
pub(super) struct Asked<'a> {
    pub text: Text<'a>,
    /// Of each of its keys, the newest claim that counts.
    pub postings: Links,
    pub record: RecordKey,
}

impl Asked<'_> {
    fn hits_min(&self) -> usize {
        if self.text.codes.len() < FEW_CODES { KEY_HITS_MIN_OF_FEW } else { KEY_HITS_MIN }
    }

    /// No claim in memory, of whatever time, shares enough keys: so it is with most articles.
    pub(super) fn has_no_candidates(&self) -> bool {
        self.postings.iter().flatten().count() < self.hits_min()
    }
}

impl Window {
    /// The earlier claims that share keys with a text, of which the best are taken, in the order of the log; and for
    /// which windows they would be the same.
    pub(super) fn gather(&self, asked: &Asked<'_>, after_ms: i64) -> (Vec<Candidate<'_>>, Reach) {
        let hits_min = asked.hits_min();
        let mut reach = Reach::WHOLE;
        let mut chains = Chains::new(&asked.postings, &self.slots);
        let mut found = Found::new();
        while let Some(position) = chains.newest() {
            // What was evicted ends all chains, for they go back from here.
            let Some(held) = self.slots.held(position) else { break };
            if held.time_max_ms() <= after_ms {
                reach.passed_over(held.time_max_ms());
                break;
            }
            let counts = held.time_ms() > after_ms && !held.is_void();
            let hits = chains.go_on(position, counts);
            if counts {
                reach.counted(position, held.time_ms());
                if hits >= hits_min && held.record() != Some(asked.record) {
                    found.add(position, hits);
                }
            } else {
                reach.passed_over(held.time_ms());
            }
            // Older claims share no more keys than there are chains left, and of equals the newer ones are taken.
            if chains.left < hits_min || found.has_enough_with(chains.left) {
                break;
            }
        }
        let mut candidates = Vec::with_capacity(found.count.min(CANDIDATES_MAX));
        found.best(|position| {
            let Some(held) = self.slots.held(position) else { return };
            let (Some(text), Some(record)) = (held.text(), held.record()) else { return };
            let never_suppressed = held.never_suppressed();
            candidates.push(Candidate { position, text, record, never_suppressed });
        });
        (candidates, reach)
    }
}

/// The claims that have each key of a text, newest first.
struct Chains<'a> {
    slots: &'a Slots,
    /// Position of each chain's next claim, and one more; 0 where it has ended.
    heads: [u64; KEYS_MAX],
    /// What follows in each chain. It is read as soon as the chain comes to its claim, long before the claim's turn:
    /// so memory is asked for all chains at once.
    following: Links,
    looked_at: [usize; KEYS_MAX],
    taken: [usize; KEYS_MAX],
    /// Chains that haven't ended.
    left: usize,
}

impl<'a> Chains<'a> {
    fn new(postings: &Links, slots: &'a Slots) -> Self {
        let zero = [0; KEYS_MAX];
        let (heads, following) = ([0; KEYS_MAX], Links::default());
        let mut chains = Self { slots, heads, following, looked_at: zero, taken: zero, left: 0 };
        for (key, posting) in postings.iter().enumerate() {
            chains.left += usize::from(posting.is_some());
            chains.set(key, *posting);
        }
        chains
    }

    fn set(&mut self, key: usize, posting: Option<u32>) {
        self.heads[key] = 0;
        if let Some(posting) = posting {
            let (position, at) = place(posting, self.slots.end());
            self.heads[key] = position + 1;
            self.following[key] = self.slots.held(position).and_then(|held| held.link(at));
        }
    }

    /// The newest claim that any chain has next.
    fn newest(&self) -> Option<u64> {
        let head = self.heads.iter().fold(0, |newest, head| newest.max(*head));
        head.checked_sub(1)
    }

    /// Moves the chains that stand at a claim to their next one. Tells how many those were.
    fn go_on(&mut self, position: u64, counts: bool) -> usize {
        let mut hits = 0;
        for key in 0..KEYS_MAX {
            if self.heads[key] != position + 1 {
                continue;
            }
            hits += 1;
            self.looked_at[key] += 1;
            self.taken[key] += usize::from(counts);
            let is_done = self.looked_at[key] == LOOKED_AT_MAX || self.taken[key] == PER_KEY_MAX;
            let next = if is_done { None } else { self.following[key] };
            self.left -= usize::from(next.is_none());
            self.set(key, next);
        }
        hits
    }
}

/// Claims that share enough keys, newest first.
struct Found {
    /// Position above, shared keys in the low bits.
    claims: [u64; KEYS_MAX * PER_KEY_MAX],
    count: usize,
    /// How many share so many keys.
    with_hits: [usize; KEYS_MAX + 1],
}

const HITS_BITS: u32 = 4;
const HITS_MASK: u64 = (1 << HITS_BITS) - 1;
const _: () = assert!(KEYS_MAX as u64 <= HITS_MASK);

impl Found {
    const fn new() -> Self {
        Self { claims: [0; KEYS_MAX * PER_KEY_MAX], count: 0, with_hits: [0; KEYS_MAX + 1] }
    }

    fn add(&mut self, position: u64, hits: usize) {
        // Each chain takes so many at most, so there is room.
        if let Some(claim) = self.claims.get_mut(self.count) {
            *claim = position << HITS_BITS | hits as u64;
            self.count += 1;
            self.with_hits[hits] += 1;
        }
    }

    fn has_enough_with(&self, hits: usize) -> bool {
        self.count >= CANDIDATES_MAX && self.with_hits[hits..].iter().sum::<usize>() >= CANDIDATES_MAX
    }

    /// Names those with the most shared keys, the newest where equal, in the order of the log.
    fn best(&self, mut name: impl FnMut(u64)) {
        let mut over = self.count.saturating_sub(CANDIDATES_MAX);
        // Who shares so many keys or fewer is left out, the older ones of the last number first.
        let mut hits_out = [0; KEYS_MAX + 1];
        for (out, count) in hits_out.iter_mut().zip(self.with_hits) {
            *out = count.min(over);
            over -= *out;
        }
        for claim in self.claims[..self.count].iter().rev() {
            // The mask leaves a small number.
            let out = &mut hits_out[(claim & HITS_MASK) as usize];
            if *out > 0 {
                *out -= 1;
            } else {
                name(claim >> HITS_BITS);
            }
        }
    }
}
