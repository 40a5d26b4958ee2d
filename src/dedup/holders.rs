//! Which texts hold a code: those of one article beside a candidate, and those of a candidate beside all candidates
//! that count so far, at once.
//!
//! Both are small tables with open addressing, so that comparing two sketches takes one look per code and no merging of
//! lists.

use super::near::{CANDIDATES_MAX, members_of};
use super::sketch::SKETCH_SIZE;

/// Fibonacci hashing, by Knuth: neighbours in the order of codes come apart.
fn spread(code: u16, mask: usize) -> usize {
    (usize::from(code).wrapping_mul(0x9e37_79b1) >> 8) & mask
}

/// Whether a slot is neither free nor that of the wanted code. Which of the two ends a search, no processor can foresee,
/// so both are asked by one branch that is hardly ever taken.
fn goes_on(slot: u32, difference: u32) -> bool {
    u64::from(slot).wrapping_mul(u64::from(difference)) != 0
}

/// The places of one text's codes.
pub struct Places {
    /// A code above and its place, counted from one, below; 0 is free.
    slots: [u32; Self::SIZE],
}

impl Places {
    /// Twenty times as many as codes, so that hardly one is where another one belongs.
    const SIZE: usize = 1024;

    pub fn new(codes: &[u16]) -> Self {
        let mut slots = [0; Self::SIZE];
        for (place, code) in (1..).zip(codes.iter().take(SKETCH_SIZE)) {
            let mut at = spread(*code, Self::SIZE - 1);
            while slots[at] != 0 {
                at = (at + 1) % Self::SIZE;
            }
            slots[at] = u32::from(*code) << 16 | place;
        }
        Self { slots }
    }

    /// The codes that both texts have: as places in this one, and in the other.
    pub fn shared(&self, codes: &[u16]) -> (u64, u64) {
        let (mut own, mut others) = (0_u64, 0_u64);
        for (place, code) in codes.iter().enumerate().take(SKETCH_SIZE) {
            let mut at = spread(*code, Self::SIZE - 1);
            let mut slot = self.slots[at];
            while goes_on(slot, slot >> 16 ^ u32::from(*code)) {
                at = (at + 1) % Self::SIZE;
                slot = self.slots[at];
            }
            // Bit 0 is nobody's place; code 0 may meet a free slot, whose place is 0.
            own |= 1 << (slot & 0xffff);
            others |= u64::from(slot != 0) << place;
        }
        (own >> 1, others)
    }
}

/// From a code to the candidates that hold it.
pub struct Holders {
    slots: Vec<Slot>,
}

#[derive(Clone, Copy)]
struct Slot {
    /// The code, counted from one; 0 is free.
    key: u32,
    holders: u32,
    /// Those of the holders to whose lead it belongs.
    leads: u32,
}

const FREE: Slot = Slot { key: 0, holders: 0, leads: 0 };
/// Slots for each text, so that at most a fifth of them is taken, and for all candidates, of which less than half is.
const SLOTS_OF_ONE: usize = 256;
const SLOTS_MAX: usize = 4096;
const _: () = assert!(SKETCH_SIZE * 5 < SLOTS_OF_ONE && CANDIDATES_MAX * SKETCH_SIZE * 2 < SLOTS_MAX);

impl Holders {
    /// Room for the codes of so many texts that differ, at most 32. Where there are none, none may be asked for.
    pub fn new(texts: usize) -> Self {
        if texts == 0 {
            return Self { slots: Vec::new() };
        }
        let slots = (texts * SLOTS_OF_ONE).next_power_of_two().clamp(SLOTS_OF_ONE, SLOTS_MAX);
        Self { slots: vec![FREE; slots] }
    }

    /// Where a code is, or would be.
    fn place(&self, code: u16) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = spread(code, mask);
        let key = u32::from(code) + 1;
        while goes_on(self.slots[at].key, self.slots[at].key ^ key) {
            at = (at + 1) & mask;
        }
        at
    }

    /// Enters a candidate, named by its bit.
    pub fn add(&mut self, codes: &[u16], lead: u64, bit: u32) {
        for (place, code) in codes.iter().enumerate().take(SKETCH_SIZE) {
            let at = self.place(*code);
            let slot = &mut self.slots[at];
            slot.key = u32::from(*code) + 1;
            slot.holders |= bit;
            slot.leads |= bit * u32::from(lead >> place & 1 == 1);
        }
    }

    /// Who holds the codes of a text.
    pub fn of(&self, codes: &[u16], rows: &mut Rows) {
        *rows = Rows::NONE;
        for (code, (holders, leads)) in codes.iter().zip(rows.holders.iter_mut().zip(&mut rows.leads)) {
            let slot = &self.slots[self.place(*code)];
            (*holders, *leads) = (slot.holders, slot.leads);
            rows.all |= slot.holders;
        }
        rows.fill_shared();
    }
}

/// The holders of each code of a text.
#[derive(Clone)]
pub struct Rows {
    holders: [u32; SKETCH_SIZE],
    leads: [u32; SKETCH_SIZE],
    /// Who holds any of them.
    pub all: u32,
    /// The codes that each candidate holds, one bit each.
    pub shared: [u64; CANDIDATES_MAX],
}

/// From so many holders on, a transposition of all rows is quicker than one look at them for each.
const HOLDERS_TO_TRANSPOSE: u32 = 8;

impl Rows {
    /// Of no text.
    pub const NONE: Self =
        Self { holders: [0; SKETCH_SIZE], leads: [0; SKETCH_SIZE], all: 0, shared: [0; CANDIDATES_MAX] };

    fn fill_shared(&mut self) {
        if self.all.count_ones() >= HOLDERS_TO_TRANSPOSE {
            self.shared = transposed(&self.holders);
            return;
        }
        for member in members_of(self.all) {
            let bits = self.holders.iter().enumerate();
            self.shared[member] =
                bits.fold(0, |mask, (place, holders)| mask | u64::from(holders >> member & 1) << place);
        }
    }

    /// How many of the codes are of a candidate's lead.
    pub fn of_lead(&self, member: usize) -> u32 {
        self.leads.iter().map(|leads| leads >> member & 1).sum()
    }
}

/// Rows of a transposition: codes in two blocks of 32.
const BLOCK: usize = 32;
const _: () = assert!(SKETCH_SIZE <= 2 * BLOCK && CANDIDATES_MAX <= BLOCK);

/// Rows of bits as columns: bit j of row i becomes bit i of column j.
fn transposed(rows: &[u32; SKETCH_SIZE]) -> [u64; CANDIDATES_MAX] {
    let mut columns = [0; CANDIDATES_MAX];
    for (number, block) in rows.chunks(BLOCK).enumerate() {
        let mut square = [0; BLOCK];
        square[..block.len()].copy_from_slice(block);
        transpose(&mut square);
        for (column, row) in columns.iter_mut().zip(square) {
            *column |= u64::from(row) << (number * BLOCK);
        }
    }
    columns
}

/// Transposes a square of 32 by 32 bits in five rounds of swapped blocks (after Warren, "Hacker's Delight", 7-3).
fn transpose(square: &mut [u32; BLOCK]) {
    let (mut width, mut mask) = (BLOCK / 2, 0x0000_ffff_u32);
    while width != 0 {
        for row in 0..BLOCK {
            if row & width == 0 {
                let swapped = ((square[row] >> width) ^ square[row + width]) & mask;
                square[row + width] ^= swapped;
                square[row] ^= swapped << width;
            }
        }
        width /= 2;
        mask ^= mask << width;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What two ascending lists share, as places in each.
    fn merged(left: &[u16], right: &[u16]) -> (u64, u64) {
        let places = |of: &[u16], other: &[u16]| {
            let held = of.iter().enumerate().filter(|(_, code)| other.contains(code));
            held.fold(0, |mask, (place, _)| mask | 1 << place)
        };
        (places(left, right), places(right, left))
    }

    proptest! {
        /// What the tables find is what comparing the lists code by code finds.
        #[test]
        fn all_pairs_at_once_are_as_pairs_one_by_one(
            lists in proptest::collection::vec(proptest::collection::btree_set(0_u16..300, 0..48), 1..33),
            leads in proptest::collection::vec(any::<u64>(), 33),
        ) {
            let lists: Vec<Vec<u16>> = lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let mut holders = Holders::new(lists.len());
            let mut rows = Rows::NONE;
            let own = Places::new(&lists[0]);
            for (member, list) in lists.iter().enumerate().take(CANDIDATES_MAX) {
                prop_assert_eq!(own.shared(list), merged(&lists[0], list));
                holders.of(list, &mut rows);
                for earlier in 0..CANDIDATES_MAX {
                    let (shared, theirs) =
                        if earlier < member { merged(list, &lists[earlier]) } else { (0, 0) };
                    prop_assert_eq!(rows.shared[earlier], shared);
                    prop_assert_eq!(rows.all >> earlier & 1 == 1, shared != 0);
                    prop_assert_eq!(rows.of_lead(earlier), (theirs & leads[earlier]).count_ones());
                }
                holders.add(list, leads[member], 1 << member);
            }
        }
    }
}
