//! What is known of each raw offset: whether a record is there, and which outcome it has. Four bits an offset, in pages
//! that exist only where something is known.

use std::collections::HashMap;

use crate::flow::Outcome;

/// Small, so that many partitions with few records take little.
const PAGE_BITS: u32 = 12;
const PAGE_OFFSETS: usize = 1 << PAGE_BITS;
const PAGE_MASK: i64 = (1 << PAGE_BITS) - 1;
/// Offsets of all partitions together, at most: four thousand million, 2 GiB of marks.
const PAGES_MAX: usize = 1 << 19;

/// A value for each offset, in pages of 4,096. Reading what was never written gives the default.
#[derive(Debug)]
pub struct Table<T> {
    pages: HashMap<i64, Box<[T]>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { pages: HashMap::new() }
    }
}

impl<T: Copy + Default> Table<T> {
    pub fn get(&self, index: i64) -> T {
        self.pages.get(&(index >> PAGE_BITS)).map_or_else(T::default, |page| page[within(index)])
    }

    pub fn set(&mut self, index: i64, value: T) {
        let page = self
            .pages
            .entry(index >> PAGE_BITS)
            .or_insert_with(|| vec![T::default(); PAGE_OFFSETS].into_boxed_slice());
        page[within(index)] = value;
    }

    /// Whether writing at `index` takes no new page.
    fn has_page(&self, index: i64) -> bool {
        self.pages.contains_key(&(index >> PAGE_BITS))
    }

    /// The numbers of its pages, ascending.
    fn page_numbers(&self) -> Vec<i64> {
        let mut numbers: Vec<i64> = self.pages.keys().copied().collect();
        numbers.sort_unstable();
        numbers
    }

    /// All that was written and is not the default, in order.
    pub fn entries(&self) -> impl Iterator<Item = (i64, T)> + '_
    where
        T: PartialEq,
    {
        self.page_numbers().into_iter().flat_map(move |number| {
            let values = self.pages.get(&number).into_iter().flat_map(|page| page.iter().copied());
            (number << PAGE_BITS..).zip(values).filter(|(_, value)| *value != T::default())
        })
    }
}

fn within(index: i64) -> usize {
    // The low bits of any index are not negative and below the page's size.
    usize::try_from(index & PAGE_MASK).unwrap_or_default()
}

/// The outcomes that one raw record has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    None,
    One(Outcome),
    Several,
}

/// What is known of one raw offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// A raw record is there.
    pub exists: bool,
    pub seen: Seen,
}

const EXISTS: u8 = 0b1000;
const SEVERAL: u8 = 4;

impl Mark {
    const fn of(bits: u8) -> Self {
        let seen = match bits & !EXISTS {
            0 => Seen::None,
            1 => Seen::One(Outcome::Enriched),
            2 => Seen::One(Outcome::Duplicate),
            3 => Seen::One(Outcome::Rejected),
            _ => Seen::Several,
        };
        Self { exists: bits & EXISTS != 0, seen }
    }
}

const fn bits_of(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Enriched => 1,
        Outcome::Duplicate => 2,
        Outcome::Rejected => 3,
    }
}

/// The marks of one raw partition; see the module.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Two offsets a byte.
    pairs: Table<u8>,
}

/// Memory for marks of a hostile number of offsets is not taken.
#[derive(Debug, Default)]
pub struct Room {
    pages: usize,
    /// Marks that found no room.
    pub refused: u64,
}

impl Room {
    /// Without any room left.
    #[cfg(test)]
    pub(super) const fn full() -> Self {
        Self { pages: PAGES_MAX, refused: 0 }
    }
}

impl Ledger {
    pub fn mark(&self, offset: i64) -> Mark {
        Mark::of(self.bits(offset))
    }

    fn bits(&self, offset: i64) -> u8 {
        self.pairs.get(offset >> 1) >> shift(offset) & 0xf
    }

    fn write(&mut self, offset: i64, bits: u8, room: &mut Room) {
        if !self.pairs.has_page(offset >> 1) {
            if room.pages >= PAGES_MAX {
                room.refused += 1;
                return;
            }
            room.pages += 1;
        }
        let other = self.pairs.get(offset >> 1) & !(0xf << shift(offset));
        self.pairs.set(offset >> 1, other | bits << shift(offset));
    }

    /// A raw record is there.
    pub fn exists(&mut self, offset: i64, room: &mut Room) {
        self.write(offset, self.bits(offset) | EXISTS, room);
    }

    /// The record has this outcome; gives what it had before.
    pub fn outcome(&mut self, offset: i64, outcome: Outcome, room: &mut Room) -> Seen {
        let bits = self.bits(offset);
        let before = Mark::of(bits).seen;
        let now = if before == Seen::None { bits_of(outcome) } else { SEVERAL };
        self.write(offset, bits & EXISTS | now, room);
        before
    }

    /// The offsets of which anything is known, in order.
    pub fn marks(&self) -> impl Iterator<Item = (i64, Mark)> + '_ {
        self.pairs.entries().flat_map(|(index, pair)| {
            [(index << 1, pair & 0xf), (index << 1 | 1, pair >> 4)]
                .into_iter()
                .filter(|(_, bits)| *bits != 0)
                .map(|(offset, bits)| (offset, Mark::of(bits)))
        })
    }
}

const fn shift(offset: i64) -> u32 {
    if offset & 1 == 0 { 0 } else { 4 }
}
