//! The window's claims in memory: fixed parts in heads and slots, sketches of any length in lists beside them, in chunks
//! that are freed from the oldest end.
//!
//! A claim costs about 250 bytes here, whatever its sketch's `Vec`s would cost with an allocation each.

mod lists;

use std::collections::VecDeque;

use self::lists::{ListPlace, Lists};
use super::compare::Text;
use super::expiring::Span;
use super::index::CLAIMS_MAX;
use super::near::RecordKey;
use super::sketch::{KEYS_MAX, NUMERAL_PAIRS_MAX, NUMERALS_MAX, SKETCH_SIZE};
use super::told::Told;
use crate::article::Hash128;

/// Claims per chunk: their heads and their slots, each with an allocator's own few bytes, nearly fill multiples of
/// 64 KiB, which it rounds up to.
const CHUNK_CLAIMS: usize = 12_200;
const _: () = assert!(size_of::<Head>() == 16 && size_of::<Slot>() == 96);

/// Numbers that a claim has in the lists at most: two for each link, and a tail for each key.
const NUMBERS_MAX: usize = 3 * KEYS_MAX + SKETCH_SIZE + NUMERALS_MAX + NUMERAL_PAIRS_MAX;
const _: () = assert!(CLAIMS_MAX * NUMBERS_MAX < lists::NUMBERS_MAX);

/// What is read of every claim on a key's chain. Heads lie together, so that the processor's caches hold many.
#[derive(Debug, Clone)]
pub struct Head {
    pub time_ms: i64,
    /// Where its lists stand: links, tails of keys, codes, numerals, pairs of numerals.
    lists: ListPlace,
    /// Bit i: key i stands in an older claim too, and a link to it among the links.
    linked: u16,
    keys: u8,
    flags: u8,
}

impl Head {
    const VOID: u8 = 1;
    const HAS_URL: u8 = 1 << 1;
    const FULL: u8 = 1 << 2;
    const NEVER_SUPPRESSED: u8 = 1 << 3;

    /// It matches nothing any more.
    pub const fn is_void(&self) -> bool {
        self.flags & Self::VOID != 0
    }

    pub const fn has_url(&self) -> bool {
        self.flags & Self::HAS_URL != 0
    }

    pub const fn never_suppressed(&self) -> bool {
        self.flags & Self::NEVER_SUPPRESSED != 0
    }

    /// Keys that it is found by.
    pub const fn keys_count(&self) -> usize {
        self.keys as usize
    }

    /// Numbers of its lists before its codes.
    const fn before_codes(&self) -> usize {
        2 * self.linked.count_ones() as usize + self.keys as usize
    }
}

/// The other parts of a claim that all claims have.
#[derive(Debug, Clone)]
pub struct Slot {
    pub article_id: Hash128,
    pub text_hash: Hash128,
    /// What it repeats, if that was asked.
    pub told: Told,
    lead: u64,
    record_offset: i64,
    record_partition: i32,
    record_topic: u32,
    record_tag: u32,
    source: u32,
    shingles: u32,
    headline_hash: u32,
    fetched_at_s: u32,
    codes: u8,
    numerals: u8,
    numeral_pairs: u8,
}

impl Slot {
    pub const fn record(&self) -> RecordKey {
        RecordKey {
            offset: self.record_offset,
            partition: self.record_partition,
            topic: self.record_topic,
            tag: self.record_tag,
        }
    }
}

/// Where a key stands: what its claim's slot tells, before its lists are asked.
#[derive(Debug, Clone, Copy)]
pub struct KeyPlace {
    lists: ListPlace,
    code_at: usize,
    tail_at: usize,
}

/// What a slot is made of, beside its lists.
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
    heads: Vec<Head>,
    slots: Vec<Slot>,
    /// The largest append time of this chunk and of all before it.
    time_max_ms: i64,
}

/// All claims in memory, numbered in the order of the log.
#[derive(Debug, Default)]
pub struct Slots {
    chunks: VecDeque<Chunk>,
    lists: Lists,
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

    /// The positions of all claims that count.
    pub const fn span(&self) -> Span {
        Span { first: self.first, end: self.end }
    }

    pub fn len(&self) -> usize {
        usize::try_from(self.end - self.first).unwrap_or(usize::MAX)
    }

    /// The chunk of a claim that counts, and its place there.
    fn place(&self, position: u64) -> Option<(usize, usize)> {
        if position < self.first || position >= self.end {
            return None;
        }
        let at = usize::try_from(position - self.base).ok()?;
        Some((at / CHUNK_CLAIMS, at % CHUNK_CLAIMS))
    }

    pub fn head(&self, position: u64) -> Option<&Head> {
        let (chunk, at) = self.place(position)?;
        self.chunks.get(chunk)?.heads.get(at)
    }

    pub fn get(&self, position: u64) -> Option<&Slot> {
        let (chunk, at) = self.place(position)?;
        self.chunks.get(chunk)?.slots.get(at)
    }

    pub fn get_mut(&mut self, position: u64) -> Option<&mut Slot> {
        let (chunk, at) = self.place(position)?;
        self.chunks.get_mut(chunk)?.slots.get_mut(at)
    }

    /// A claim matches nothing from now on.
    pub fn make_void(&mut self, position: u64) {
        let Some((chunk, at)) = self.place(position) else { return };
        if let Some(head) = self.chunks.get_mut(chunk).and_then(|chunk| chunk.heads.get_mut(at)) {
            head.flags |= Head::VOID;
        }
    }

    /// A claim with all its parts.
    pub fn held(&self, position: u64) -> Option<Held<'_>> {
        let (chunk, at) = self.place(position)?;
        let chunk = self.chunks.get(chunk)?;
        let (head, slot) = (chunk.heads.get(at)?, chunk.slots.get(at)?);
        Some(Held { head, slot, numbers: self.lists.from(head.lists)?, time_max_ms: chunk.time_max_ms })
    }

    /// What of a claim is compared.
    pub fn text(&self, position: u64) -> Option<Text<'_>> {
        self.held(position)?.text()
    }

    /// Where a key of a claim stands, by the claim's position and the key's place in it.
    pub fn key_place(&self, (position, index): (u64, usize)) -> Option<KeyPlace> {
        let head = self.head(position)?;
        let code_at = head.before_codes() + index;
        Some(KeyPlace { lists: head.lists, code_at, tail_at: code_at.checked_sub(head.keys_count())? })
    }

    /// The key that stands there.
    pub fn key_at(&self, place: KeyPlace) -> Option<u32> {
        let numbers = self.lists.from(place.lists)?;
        Some(key(*numbers.get(place.code_at)?, *numbers.get(place.tail_at)?))
    }

    /// What is known of repeats holds no longer. Linear in the claims.
    pub fn forget_told(&mut self) {
        for slot in self.chunks.iter_mut().flat_map(|chunk| &mut chunk.slots) {
            slot.told = Told::default();
        }
    }

    /// Appends a claim.
    pub fn push(&mut self, new: &NewSlot<'_>) {
        if self.chunks.back().is_none_or(|chunk| chunk.heads.len() == CHUNK_CLAIMS) {
            let time_max_ms = self.chunks.back().map_or(i64::MIN, |full| full.time_max_ms);
            let (heads, slots) = (Vec::with_capacity(CHUNK_CLAIMS), Vec::with_capacity(CHUNK_CLAIMS));
            self.chunks.push_back(Chunk { heads, slots, time_max_ms });
        }
        let Some(chunk) = self.chunks.back_mut() else { return };
        let mut linked = 0;
        let lists = self.lists.push(NUMBERS_MAX, |numbers| {
            for (index, link) in new.links.iter().enumerate() {
                if let Some(link) = link {
                    linked |= 1 << index;
                    numbers.extend_from_slice(&[(link >> 16) as u16, (link & 0xffff) as u16]);
                }
            }
            for list in [new.key_tails, new.text.codes, new.text.numerals, new.text.numeral_pairs] {
                numbers.extend_from_slice(list);
            }
        });
        let flags = [
            (new.has_url, Head::HAS_URL),
            (new.text.full, Head::FULL),
            (new.never_suppressed, Head::NEVER_SUPPRESSED),
        ];
        let length = |list: &[u16]| u8::try_from(list.len()).unwrap_or(u8::MAX);
        chunk.time_max_ms = chunk.time_max_ms.max(new.time_ms);
        chunk.heads.push(Head {
            time_ms: new.time_ms,
            lists,
            linked,
            keys: length(new.key_tails),
            flags: flags.into_iter().fold(0, |flags, (is_set, flag)| flags | if is_set { flag } else { 0 }),
        });
        chunk.slots.push(Slot {
            record_offset: new.record.offset,
            record_partition: new.record.partition,
            record_topic: new.record.topic,
            record_tag: new.record.tag,
            source: new.text.source,
            lead: new.text.lead,
            shingles: new.text.shingles,
            headline_hash: new.text.headline_hash,
            fetched_at_s: new.text.fetched_at_s,
            codes: length(new.text.codes),
            numerals: length(new.text.numerals),
            numeral_pairs: length(new.text.numeral_pairs),
            told: Told::default(),
            article_id: new.article_id,
            text_hash: new.text_hash,
        });
        self.end += 1;
    }

    /// Forgets the oldest claim.
    pub fn pop_front(&mut self) {
        if self.first == self.end {
            return;
        }
        self.first += 1;
        if self.first - self.base >= CHUNK_CLAIMS as u64 {
            self.chunks.pop_front();
            self.base += CHUNK_CLAIMS as u64;
            match self.chunks.front().and_then(|chunk| chunk.heads.first()) {
                Some(oldest) => self.lists.free_before(oldest.lists),
                None => self.lists.free_all(),
            }
        }
    }
}

/// A claim in memory.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    pub head: &'a Head,
    pub slot: &'a Slot,
    /// From its own lists on.
    numbers: &'a [u16],
    /// The largest append time up to its chunk: no claim before it is later.
    pub time_max_ms: i64,
}

impl<'a> Held<'a> {
    /// What of it is compared.
    pub fn text(&self) -> Option<Text<'a>> {
        let slot = self.slot;
        let (codes, rest) =
            self.numbers.get(self.head.before_codes()..)?.split_at_checked(usize::from(slot.codes))?;
        let (numerals, rest) = rest.split_at_checked(usize::from(slot.numerals))?;
        let numeral_pairs = rest.get(..usize::from(slot.numeral_pairs))?;
        Some(Text {
            codes,
            full: self.head.flags & Head::FULL != 0,
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
        let linked = self.head.linked;
        let at = 2 * (linked & ((1 << index) - 1)).count_ones() as usize;
        let numbers = self.numbers.get(at..at + 2)?;
        // Read whether it is a link or not: a processor that guessed wrong which of the two would ask memory anew.
        let link = u32::from(numbers[0]) << 16 | u32::from(numbers[1]);
        (linked >> index & 1 == 1).then_some(link)
    }
}

/// A key of the index: a shingle hash at 32 bits.
pub const fn key(code: u16, tail: u16) -> u32 {
    (code as u32) << 16 | tail as u32
}
