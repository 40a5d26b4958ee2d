//! The window's claims in memory, in chunks and blocks that are freed from the oldest end.
//!
//! What is read of a claim lies apart by how often it is: of every claim on a key's chain its head and its links, which
//! are small and lie close together, so that the processor's caches hold those of the latest claims; of a candidate its
//! row; of a match its slot.
//!
//! A claim costs about 300 bytes here, whatever its sketch's `Vec`s would cost with an allocation each.

mod lists;
mod row;

use std::collections::{HashMap, VecDeque};

use self::lists::{ListPlace, Lists};
use self::row::Row;
use super::compare::Text;
use super::expiring::Span;
use super::index::CLAIMS_MAX;
use super::near::RecordKey;
use super::sketch::KEYS_MAX;
use super::told::Told;
use crate::article::Hash128;

/// Claims per chunk: their heads and their slots, each with an allocator's own few bytes, nearly fill multiples of
/// 64 KiB, which it rounds up to.
const CHUNK_CLAIMS: usize = 16_200;
const _: () = assert!(size_of::<Head>() == 16 && size_of::<Slot>() == 48);

/// Numbers of a block: with an allocator's own few bytes it stays below 1 MiB, above which it would take the next size.
type LinkLists = Lists<u32, 260_000, 1>;
type RowLists = Lists<u16, 520_000, 2>;
/// Claims that stand in lists at most: those that count, and those of the oldest chunk that count no longer.
const HELD_MAX: usize = CLAIMS_MAX + CHUNK_CLAIMS;
const _: () = assert!(HELD_MAX * KEYS_MAX < LinkLists::NUMBERS_MAX);
const _: () = assert!(HELD_MAX * (row::NUMBERS_MAX + 1) < RowLists::NUMBERS_MAX);

/// What is read of every claim on a key's chain, beside its links.
#[derive(Debug, Clone)]
struct Head {
    /// Its append time, from that of its chunk's first claim on.
    behind_first_ms: i32,
    links: ListPlace,
    row: ListPlace,
    /// Bit i: key i stands in an older claim too, and a link to it among the links. Above, how many keys it has.
    linked_and_keys: u16,
    /// Flags above, how many codes it has below.
    flags_and_codes: u16,
}

const _: () = assert!(KEYS_MAX < 1 << (u16::BITS as usize - KEYS_MAX));

impl Head {
    /// A time so far from its chunk's first that it stands beside the heads.
    const FAR: i32 = i32::MIN;
    const VOID: u16 = 1 << 8;
    const HAS_URL: u16 = 1 << 9;
    const FULL: u16 = 1 << 10;
    const NEVER_SUPPRESSED: u16 = 1 << 11;

    const fn has(&self, flag: u16) -> bool {
        self.flags_and_codes & flag != 0
    }

    /// The codes are all of the text's shingles.
    const fn is_full(&self) -> bool {
        self.has(Self::FULL)
    }

    const fn keys(&self) -> usize {
        (self.linked_and_keys >> KEYS_MAX) as usize
    }

    const fn codes(&self) -> usize {
        (self.flags_and_codes & 0xff) as usize
    }
}

/// What is read of a claim only once it is known to matter.
#[derive(Debug, Clone)]
pub struct Slot {
    pub article_id: Hash128,
    pub text_hash: Hash128,
    /// What it repeats, if that was asked.
    pub told: Told,
}

/// Where a key stands: what its claim's head tells, before its row is asked.
#[derive(Debug, Clone, Copy)]
pub struct KeyPlace<'a> {
    head: &'a Head,
    index: usize,
}

/// What is kept of a claim.
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
    time_first_ms: i64,
    /// Of the claims whose times are far from the first one's, by their place: a clock that jumped for a while.
    times_far_ms: HashMap<usize, i64>,
    /// The largest append time of this chunk and of all before it.
    time_max_ms: i64,
}

/// All claims in memory, numbered in the order of the log.
#[derive(Debug, Default)]
pub struct Slots {
    chunks: VecDeque<Chunk>,
    links: LinkLists,
    rows: RowLists,
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

    /// Memory of all claims, without that of times far from their chunk's first one, which are rare.
    pub fn bytes(&self) -> usize {
        let chunk = CHUNK_CLAIMS * (size_of::<Head>() + size_of::<Slot>());
        let chunks = self.chunks.len() * chunk + self.chunks.capacity() * size_of::<Chunk>();
        chunks + self.links.bytes() + self.rows.bytes()
    }

    /// The chunk of a claim that counts, and its place there.
    fn place(&self, position: u64) -> Option<(usize, usize)> {
        if position < self.first || position >= self.end {
            return None;
        }
        let at = usize::try_from(position - self.base).ok()?;
        Some((at / CHUNK_CLAIMS, at % CHUNK_CLAIMS))
    }

    fn head(&self, position: u64) -> Option<&Head> {
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
            head.flags_and_codes |= Head::VOID;
        }
    }

    /// A claim with all its parts.
    pub fn held(&self, position: u64) -> Option<Held<'_>> {
        let (chunk, at) = self.place(position)?;
        let chunk = self.chunks.get(chunk)?;
        Some(Held { slots: self, chunk, at, head: chunk.heads.get(at)?, slot: chunk.slots.get(at)? })
    }

    /// Where a key of a claim stands, by the claim's position and the key's place in it.
    pub fn key_place(&self, (position, index): (u64, usize)) -> Option<KeyPlace<'_>> {
        Some(KeyPlace { head: self.head(position)?, index })
    }

    /// The key that stands there.
    pub fn key_at(&self, place: KeyPlace<'_>) -> Option<u32> {
        Row(self.rows.from(place.head.row)?).key(place.head, place.index)
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
            let (time_first_ms, times_far_ms) = (new.time_ms, HashMap::new());
            self.chunks.push_back(Chunk { heads, slots, time_first_ms, times_far_ms, time_max_ms });
        }
        let Some(chunk) = self.chunks.back_mut() else { return };
        chunk.time_max_ms = chunk.time_max_ms.max(new.time_ms);
        let behind_first_ms = chunk.behind_first_ms(new.time_ms);
        if behind_first_ms == Head::FAR {
            chunk.times_far_ms.insert(chunk.heads.len(), new.time_ms);
        }
        let linked = new.links.iter().enumerate();
        let linked = linked.fold(0, |linked, (index, link)| linked | u16::from(link.is_some()) << index);
        let flags = [
            (new.has_url, Head::HAS_URL),
            (new.text.full, Head::FULL),
            (new.never_suppressed, Head::NEVER_SUPPRESSED),
        ];
        let flags = flags.into_iter().fold(0, |flags, (is_set, flag)| flags | if is_set { flag } else { 0 });
        chunk.heads.push(Head {
            behind_first_ms,
            links: self.links.push(KEYS_MAX, |links| links.extend(new.links.iter().flatten())),
            row: self.rows.push(row::NUMBERS_MAX, |numbers| row::write(new, numbers)),
            linked_and_keys: row::length(new.key_tails) << KEYS_MAX | linked,
            flags_and_codes: flags | row::length(new.text.codes),
        });
        chunk.slots.push(Slot {
            article_id: new.article_id,
            text_hash: new.text_hash,
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
        if self.first - self.base >= CHUNK_CLAIMS as u64 {
            self.chunks.pop_front();
            self.base += CHUNK_CLAIMS as u64;
            if let Some(oldest) = self.chunks.front().and_then(|chunk| chunk.heads.first()) {
                self.links.free_before(oldest.links);
                self.rows.free_before(oldest.row);
            } else {
                self.links.free_all();
                self.rows.free_all();
            }
        }
    }
}

impl Chunk {
    /// How an append time stands in a head.
    fn behind_first_ms(&self, time_ms: i64) -> i32 {
        let behind = time_ms.checked_sub(self.time_first_ms).and_then(|behind| i32::try_from(behind).ok());
        behind.unwrap_or(Head::FAR)
    }

    fn time_ms(&self, head: &Head, at: usize) -> i64 {
        if head.behind_first_ms == Head::FAR {
            return self.times_far_ms.get(&at).copied().unwrap_or(i64::MIN);
        }
        self.time_first_ms + i64::from(head.behind_first_ms)
    }
}

/// A claim in memory.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    slots: &'a Slots,
    chunk: &'a Chunk,
    at: usize,
    head: &'a Head,
    pub slot: &'a Slot,
}

impl<'a> Held<'a> {
    /// Its append time.
    pub fn time_ms(&self) -> i64 {
        self.chunk.time_ms(self.head, self.at)
    }

    /// The largest append time up to its chunk: no claim before it is later.
    pub const fn time_max_ms(&self) -> i64 {
        self.chunk.time_max_ms
    }

    /// It matches nothing any more.
    pub const fn is_void(&self) -> bool {
        self.head.has(Head::VOID)
    }

    pub const fn has_url(&self) -> bool {
        self.head.has(Head::HAS_URL)
    }

    pub const fn never_suppressed(&self) -> bool {
        self.head.has(Head::NEVER_SUPPRESSED)
    }

    /// The older posting of one of its keys.
    pub fn link(&self, index: usize) -> Option<u32> {
        let linked = self.head.linked_and_keys;
        let before = (linked & ((1 << index) - 1)).count_ones() as usize;
        // Read whether it is this key's or not: a processor that first waited for the head to tell would wait twice.
        let link = self.slots.links.from(self.head.links)?.get(before)?;
        (linked >> index & 1 == 1).then_some(*link)
    }

    /// Its raw record.
    pub fn record(&self) -> Option<RecordKey> {
        Row(self.slots.rows.from(self.head.row)?).record(self.head)
    }

    /// What of it is compared.
    pub fn text(&self) -> Option<Text<'a>> {
        Row(self.slots.rows.from(self.head.row)?).text(self.head)
    }
}

/// A key of the index: a shingle hash at 32 bits.
pub const fn key(code: u16, tail: u16) -> u32 {
    (code as u32) << 16 | tail as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a claim is made of, where only that it comes back matters.
    #[derive(Debug, Clone)]
    struct Kept {
        time_ms: i64,
        record: RecordKey,
        numbers: [u32; 4],
        lead: u64,
        lists: [Vec<u16>; 3],
        key_tails: Vec<u16>,
        links: Vec<Option<u32>>,
        flags: [bool; 4],
    }

    fn kept() -> impl Strategy<Value = Kept> {
        let time_ms = prop_oneof![
            8 => 1_700_000_000_000_i64..1_700_900_000_000,
            1 => any::<i64>(),
            1 => Just(i64::MIN),
            1 => Just(i64::MAX),
        ];
        let record = any::<(i64, i32, u32, u32)>().prop_map(|(offset, partition, topic, tag)| RecordKey {
            offset,
            partition,
            topic,
            tag,
        });
        let list = |length_max| proptest::collection::vec(any::<u16>(), 0..=length_max);
        let keys = proptest::collection::vec(any::<(u16, Option<u32>)>(), 0..=KEYS_MAX);
        let lists = [list(48), list(16), list(16)];
        (time_ms, record, any::<([u32; 4], u64, [bool; 4])>(), lists, keys).prop_map(
            |(time_ms, record, (numbers, lead, flags), lists, keys)| {
                let (key_tails, links) = keys.into_iter().unzip();
                Kept { time_ms, record, numbers, lead, lists, key_tails, links, flags }
            },
        )
    }

    impl Kept {
        fn text(&self) -> Text<'_> {
            let [codes, numerals, numeral_pairs] = &self.lists;
            let [shingles, headline_hash, source, fetched_at_s] = self.numbers;
            Text {
                codes,
                full: self.flags[0],
                shingles,
                lead: self.lead,
                numerals,
                numeral_pairs,
                headline_hash,
                source,
                fetched_at_s,
            }
        }

        fn push(&self, slots: &mut Slots) {
            slots.push(&NewSlot {
                time_ms: self.time_ms,
                record: self.record,
                article_id: [1; 16],
                text_hash: [2; 16],
                has_url: self.flags[1],
                never_suppressed: self.flags[2],
                text: self.text(),
                key_tails: &self.key_tails,
                links: &self.links,
            });
        }
    }

    proptest! {
        /// Whatever a claim is made of, and however far its append time is from those beside it, it is read as it was
        /// written.
        #[test]
        fn claims_are_read_as_they_were_written(claims in proptest::collection::vec(kept(), 1..40)) {
            let mut slots = Slots::default();
            for claim in &claims {
                claim.push(&mut slots);
            }
            for (position, claim) in (0..).zip(&claims) {
                if claim.flags[3] {
                    slots.make_void(position);
                }
                let held = slots.held(position).unwrap();
                prop_assert_eq!(held.time_ms(), claim.time_ms);
                prop_assert!(held.time_max_ms() >= claim.time_ms);
                prop_assert_eq!(held.record(), Some(claim.record));
                prop_assert_eq!(format!("{:?}", held.text()), format!("{:?}", Some(claim.text())));
                let flags = [held.has_url(), held.never_suppressed(), held.is_void()];
                prop_assert_eq!(&flags[..], &claim.flags[1..]);
                for (index, link) in claim.links.iter().enumerate() {
                    prop_assert_eq!(held.link(index), *link);
                }
                for (index, (code, tail)) in claim.lists[0].iter().zip(&claim.key_tails).enumerate() {
                    let place = slots.key_place((position, index)).unwrap();
                    prop_assert_eq!(slots.key_at(place), Some(key(*code, *tail)));
                }
            }
        }
    }

    #[test]
    fn what_has_left_is_freed_and_what_stays_is_as_it_was() {
        let mut slots = Slots::default();
        let claim = |position: u64| Kept {
            // The first of each chunk is far from all others, whose times stand beside it then.
            time_ms: if position.is_multiple_of(CHUNK_CLAIMS as u64) { i64::MAX } else { 1000 },
            record: RecordKey { offset: position.cast_signed(), partition: 0, topic: 0, tag: 0 },
            numbers: [7; 4],
            lead: 0,
            lists: [vec![1; 48], vec![2; 16], vec![3; 16]],
            key_tails: vec![4; KEYS_MAX],
            links: vec![Some(5); KEYS_MAX],
            flags: [true; 4],
        };
        for position in 0..100_000 {
            claim(position).push(&mut slots);
            if position >= 20_000 {
                slots.pop_front();
            }
        }
        assert_eq!(slots.len(), 20_000);
        assert!(slots.chunks.len() <= 3);
        assert!(slots.held(slots.first() - 1).is_none());
        for position in slots.first()..slots.end() {
            let held = slots.held(position).unwrap();
            assert_eq!(held.record(), Some(claim(position).record));
            assert_eq!((held.time_ms(), held.link(11)), (claim(position).time_ms, Some(5)));
        }
        for _ in 0..20_000 {
            slots.pop_front();
        }
        claim(0).push(&mut slots);
        assert_eq!(slots.held(slots.first()).unwrap().record(), Some(claim(0).record));
    }
}
