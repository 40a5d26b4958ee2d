//! The claims' lists of numbers, one behind the other in blocks of one size, freed from the oldest end.
//!
//! Blocks of one size leave the allocator nothing to round up, and none is moved when it is full.

use std::collections::VecDeque;

/// Where a list stands. It holds for as long as the list isn't freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListPlace(u32);

/// Lists in blocks of so many numbers. A place is told in steps of so many numbers, so that 32 bits part all that the
/// largest window holds.
#[derive(Debug, Default)]
pub struct Lists<Number, const BLOCK: usize, const STEP: usize> {
    blocks: VecDeque<Vec<Number>>,
    /// Number of the first block, below `BLOCKS_MAX`, after which it is 0 again.
    base: usize,
}

impl<Number: Copy + Default, const BLOCK: usize, const STEP: usize> Lists<Number, BLOCK, STEP> {
    /// Blocks until a place comes again.
    const BLOCKS_MAX: usize = {
        assert!(BLOCK.is_multiple_of(STEP));
        (1 << 32) * STEP / BLOCK
    };
    /// Numbers that are held at once, at most.
    pub const NUMBERS_MAX: usize = (Self::BLOCKS_MAX - 1) * BLOCK;

    /// Appends a list of at most `length_max` numbers, which `write` writes.
    pub fn push(&mut self, length_max: usize, write: impl FnOnce(&mut Vec<Number>)) -> ListPlace {
        if self.blocks.back().is_none_or(|block| block.len() + length_max + STEP > BLOCK) {
            self.blocks.push_back(Vec::with_capacity(BLOCK));
        }
        let number = (self.base + self.blocks.len() - 1) % Self::BLOCKS_MAX;
        let Some(block) = self.blocks.back_mut() else { return ListPlace(0) };
        while !block.len().is_multiple_of(STEP) {
            block.push(Number::default());
        }
        let step = (number * BLOCK + block.len()) / STEP;
        write(block);
        // Fewer steps than 2^32, as many as blocks go around.
        ListPlace(u32::try_from(step).unwrap_or(u32::MAX))
    }

    /// From a list's beginning on.
    pub fn from(&self, place: ListPlace) -> Option<&[Number]> {
        let at = place.0 as usize * STEP;
        self.blocks.get(self.behind_base(at / BLOCK))?.get(at % BLOCK..)
    }

    /// Frees all blocks before the one where a list stands.
    pub fn free_before(&mut self, place: ListPlace) {
        let behind = self.behind_base(place.0 as usize * STEP / BLOCK);
        if behind < self.blocks.len() {
            self.blocks.drain(..behind);
            self.base = (self.base + behind) % Self::BLOCKS_MAX;
        }
    }

    pub fn free_all(&mut self) {
        self.base = (self.base + self.blocks.len()) % Self::BLOCKS_MAX;
        self.blocks.clear();
    }

    /// Memory of the blocks, the unused rest of the last one included.
    pub fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK * size_of::<Number>() + self.blocks.capacity() * size_of::<Vec<Number>>()
    }

    const fn behind_base(&self, block: usize) -> usize {
        (block + Self::BLOCKS_MAX - self.base) % Self::BLOCKS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lists that are found until they are freed, wherever the numbers of blocks go around.
    fn are_found<const STEP: usize>() {
        const BLOCK: usize = 520_000;
        let base = Lists::<u16, BLOCK, STEP>::BLOCKS_MAX - 2;
        let mut lists = Lists::<u16, BLOCK, STEP> { blocks: VecDeque::new(), base };
        let mut places = VecDeque::new();
        for round in 0..20_000_u16 {
            let list = vec![round; usize::from(round % 251)];
            places.push_back((lists.push(251, |block| block.extend_from_slice(&list)), list));
            if places.len() > 9_000 {
                places.pop_front();
            }
            if round % 1_000 == 999 {
                lists.free_before(places[0].0);
                for (place, list) in &places {
                    assert_eq!(lists.from(*place).and_then(|from| from.get(..list.len())), Some(&list[..]));
                }
            }
        }
        assert_eq!(lists.base, 0, "two of five blocks are freed");
        lists.free_all();
        assert_eq!(lists.from(places[0].0), None);
        let place = lists.push(1, |block| block.push(7));
        assert_eq!(lists.from(place), Some(&[7][..]));
    }

    #[test]
    fn lists_are_found_until_they_are_freed() {
        are_found::<1>();
        are_found::<2>();
        are_found::<4>();
    }
}
