//! The window's claims in memory: fixed parts in slots, sketches of any length behind them, in chunks that are freed
//! from the oldest end.
//!
//! A claim costs about 240 bytes here, whatever its sketch's `Vec`s would cost with an allocation each.

use std::collections::VecDeque;

use super::compare::Text;
use super::near::RecordKey;
use super::told::Told;
use crate::article::Hash128;

/// Claims per chunk: with an allocator's own few bytes their slots stay below 1 MiB, above which it would take the next
/// size.
const CHUNK_SLOTS: usize = 8000;

/// The parts of a claim that all claims have. What is read of every claim on a key's chain stands first, so that it
/// lies together in memory.
#[derive(Debug, Clone)]
#[repr(C)]
#[allow(clippy::struct_excessive_bools, reason = "flags of a claim, each of its own")]
pub struct Slot {
    pub time_ms: i64,
    /// Where its words begin in the chunk.
    words_at: u32,
    /// Bit i: key i stands in an older claim too, and a link to it among the words.
    linked: u16,
    codes: u8,
    numerals: u8,
    numeral_pairs: u8,
    keys: u8,
    /// Matches nothing any more.
    pub is_void: bool,
    pub has_url: bool,
    pub full: bool,
    pub never_suppressed: bool,
    pub source: u32,
    pub record: RecordKey,
    lead: u64,
    pub shingles: u32,
    pub headline_hash: u32,
    pub fetched_at_s: u32,
    /// What it repeats, if that was asked.
    pub told: Told,
    pub article_id: Hash128,
    pub text_hash: Hash128,
}

/// What a slot is made of, beside its words.
#[derive(Debug)]
pub struct NewSlot<'a> {
    pub time_ms: i64,
    pub record: RecordKey,
    pub article_id: Hash128,
    pub text_hash: Hash128,
    pub has_url: bool,
    pub never_suppressed: bool,
    pub text: Text<'a>,
    /// At most 12, each with the code of the same place it makes a key.
    pub key_tails: &'a [u16],
    /// For each key, the newest older claim's posting of it.
    pub links: &'a [Option<u32>],
}

#[derive(Debug, Default)]
struct Chunk {
    slots: Vec<Slot>,
    words: Vec<u16>,
    /// The largest append time of this chunk and of all before it.
    time_max_ms: i64,
}

/// All claims in memory, numbered in the order of the log.
#[derive(Debug, Default)]
pub struct Slots {
    chunks: VecDeque<Chunk>,
    /// Position of the first slot of the first chunk.
    base: u64,
    /// Position of the oldest claim that still counts.
    first: u64,
    /// Position of the next claim.
    end: u64,
}

impl Slots {
    pub const fn first(&self) -> u64 {
        self.first
    }

    pub const fn end(&self) -> u64 {
        self.end
    }

    pub fn len(&self) -> usize {
        usize::try_from(self.end - self.first).unwrap_or(usize::MAX)
    }

    fn place(&self, position: u64) -> Option<(&Chunk, usize)> {
        if position < self.first || position >= self.end {
            return None;
        }
        let at = usize::try_from(position - self.base).ok()?;
        Some((self.chunks.get(at / CHUNK_SLOTS)?, at % CHUNK_SLOTS))
    }

    pub fn get(&self, position: u64) -> Option<&Slot> {
        self.place(position).and_then(|(chunk, at)| chunk.slots.get(at))
    }

    pub fn get_mut(&mut self, position: u64) -> Option<&mut Slot> {
        if position < self.first || position >= self.end {
            return None;
        }
        let at = usize::try_from(position - self.base).ok()?;
        self.chunks.get_mut(at / CHUNK_SLOTS)?.slots.get_mut(at % CHUNK_SLOTS)
    }

    /// A claim with all its parts.
    pub fn held(&self, position: u64) -> Option<Held<'_>> {
        let (chunk, at) = self.place(position)?;
        let slot = chunk.slots.get(at)?;
        let words = chunk.words.get(slot.words_at as usize..)?;
        Some(Held { slot, words, time_max_ms: chunk.time_max_ms })
    }

    /// What of a claim is compared.
    pub fn text(&self, position: u64) -> Option<Text<'_>> {
        self.held(position)?.text()
    }

    /// The keys of a claim, ascending: code above, tail below.
    pub fn keys(&self, position: u64) -> impl Iterator<Item = u32> + '_ {
        let found = self.held(position).and_then(|held| {
            let (codes, rest) = held.words.split_at_checked(usize::from(held.slot.codes))?;
            Some(codes.iter().zip(rest.get(..usize::from(held.slot.keys))?))
        });
        found.into_iter().flatten().map(|(code, tail)| key(*code, *tail))
    }

    /// One key of a claim.
    pub fn key(&self, position: u64, index: usize) -> Option<u32> {
        let held = self.held(position)?;
        Some(key(*held.words.get(index)?, *held.words.get(usize::from(held.slot.codes) + index)?))
    }

    /// What is known of repeats holds no longer. Linear in the claims.
    pub fn forget_told(&mut self) {
        for slot in self.chunks.iter_mut().flat_map(|chunk| &mut chunk.slots) {
            slot.told = Told::default();
        }
    }

    /// Appends a claim.
    pub fn push(&mut self, new: &NewSlot<'_>) {
        if self.chunks.back().is_none_or(|chunk| chunk.slots.len() == CHUNK_SLOTS) {
            let (time_max_ms, words_count) = self.chunks.back_mut().map_or((i64::MIN, 0), |full| {
                full.words.shrink_to_fit();
                (full.time_max_ms, full.words.len())
            });
            // Chunks are of about one size: room for a little more than the last one spares most moves.
            let words = Vec::with_capacity(words_count + words_count / 32);
            self.chunks.push_back(Chunk { slots: Vec::with_capacity(CHUNK_SLOTS), words, time_max_ms });
        }
        let Some(chunk) = self.chunks.back_mut() else { return };
        let mut linked = 0;
        // So few claims have fewer words than a u32 counts.
        let words_at = u32::try_from(chunk.words.len()).unwrap_or(u32::MAX);
        chunk.words.extend_from_slice(new.text.codes);
        chunk.words.extend_from_slice(new.key_tails);
        chunk.words.extend_from_slice(new.text.numerals);
        chunk.words.extend_from_slice(new.text.numeral_pairs);
        for (index, link) in new.links.iter().enumerate() {
            if let Some(link) = link {
                linked |= 1 << index;
                chunk.words.extend_from_slice(&[(link >> 16) as u16, (link & 0xffff) as u16]);
            }
        }
        let length = |words: &[u16]| u8::try_from(words.len()).unwrap_or(u8::MAX);
        chunk.time_max_ms = chunk.time_max_ms.max(new.time_ms);
        chunk.slots.push(Slot {
            time_ms: new.time_ms,
            record: new.record,
            article_id: new.article_id,
            text_hash: new.text_hash,
            lead: new.text.lead,
            shingles: new.text.shingles,
            headline_hash: new.text.headline_hash,
            source: new.text.source,
            fetched_at_s: new.text.fetched_at_s,
            words_at,
            codes: length(new.text.codes),
            numerals: length(new.text.numerals),
            numeral_pairs: length(new.text.numeral_pairs),
            keys: length(new.key_tails),
            linked,
            has_url: new.has_url,
            full: new.text.full,
            never_suppressed: new.never_suppressed,
            is_void: false,
            told: Told::default(),
        });
        self.end += 1;
    }

    /// Forgets the oldest claim.
    pub fn pop_front(&mut self) {
        if self.first == self.end {
            return;
        }
        self.first += 1;
        if self.first - self.base >= CHUNK_SLOTS as u64 {
            self.chunks.pop_front();
            self.base += CHUNK_SLOTS as u64;
        }
    }
}

/// A claim in memory.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    pub slot: &'a Slot,
    /// From its own words on.
    words: &'a [u16],
    /// The largest append time up to its chunk: no claim before it is later.
    pub time_max_ms: i64,
}

impl<'a> Held<'a> {
    /// What of it is compared.
    pub fn text(&self) -> Option<Text<'a>> {
        let slot = self.slot;
        let (codes, rest) = self.words.split_at_checked(usize::from(slot.codes))?;
        let (numerals, rest) =
            rest.get(usize::from(slot.keys)..)?.split_at_checked(usize::from(slot.numerals))?;
        let numeral_pairs = rest.get(..usize::from(slot.numeral_pairs))?;
        Some(Text {
            codes,
            full: slot.full,
            shingles: slot.shingles,
            lead: slot.lead,
            numerals,
            numeral_pairs,
            headline_hash: slot.headline_hash,
            source: slot.source,
            fetched_at_s: slot.fetched_at_s,
        })
    }

    /// The older posting of one of its keys.
    pub fn link(&self, index: usize) -> Option<u32> {
        let slot = self.slot;
        if slot.linked & (1 << index) == 0 {
            return None;
        }
        let before = (slot.linked & ((1 << index) - 1)).count_ones() as usize;
        let parts = [slot.codes, slot.keys, slot.numerals, slot.numeral_pairs];
        let links_at = parts.into_iter().map(usize::from).sum::<usize>() + before * 2;
        let words = self.words.get(links_at..links_at + 2)?;
        Some(u32::from(words[0]) << 16 | u32::from(words[1]))
    }
}

/// A key of the index: a shingle hash at 32 bits.
pub const fn key(code: u16, tail: u16) -> u32 {
    (code as u32) << 16 | tail as u32
}
