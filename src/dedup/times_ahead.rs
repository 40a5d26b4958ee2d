//! What append times a part of the claims log still brings, so that it can be read where its clock stepped back.
//!
//! Eviction follows the clock of the log. Where that went back by more than the window's slack, what was evicted before the
//! step is needed behind it. Who has read the times first knows how far eviction may go at each place.

/// Entries whose least time is kept as one.
const BLOCK_ENTRIES: usize = if cfg!(test) { 8 } else { 256 };

/// The append times of a log's entries, in blocks of consecutive entries.
#[derive(Debug, Default)]
pub struct TimesNoted {
    /// First offset and least append time of each block.
    blocks: Vec<(i64, i64)>,
    /// Entries of the last block.
    entries: usize,
}

impl TimesNoted {
    /// Takes the next entry; offsets ascend.
    pub fn note(&mut self, offset: i64, time_ms: i64) {
        if let Some((_, least_ms)) = self.blocks.last_mut().filter(|_| self.entries < BLOCK_ENTRIES) {
            *least_ms = time_ms.min(*least_ms);
            self.entries += 1;
        } else {
            self.blocks.push((offset, time_ms));
            self.entries = 1;
        }
    }

    /// All entries have been taken.
    pub fn finish(mut self) -> TimesAhead {
        let mut least_ms = i64::MAX;
        for (_, time_ms) in self.blocks.iter_mut().rev() {
            least_ms = least_ms.min(*time_ms);
            *time_ms = least_ms;
        }
        TimesAhead { blocks: self.blocks }
    }
}

/// At each place of a log, an append time before which none comes any more.
#[derive(Debug)]
pub struct TimesAhead {
    /// First offset of each block, and the least append time from there to the log's end.
    blocks: Vec<(i64, i64)>,
}

impl TimesAhead {
    /// No entry from `offset` on has an earlier append time. `None` before the first entry that was noted.
    pub fn least_ms(&self, offset: i64) -> Option<i64> {
        let behind = self.blocks.partition_point(|(first, _)| *first <= offset);
        behind.checked_sub(1).map(|block| self.blocks[block].1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the times and the gaps between offsets, none that comes is earlier than what was said, which is never
        /// less than the least of a block behind.
        #[test]
        fn no_time_comes_before_the_least_that_is_told(
            steps in proptest::collection::vec((1_i64..4, any::<i64>()), 1..3000),
            repeated in 1_usize..8,
        ) {
            let mut offset = 0;
            let entries: Vec<(i64, i64)> = steps.iter().cycle().take(steps.len() * repeated).map(|(gap, time_ms)| {
                offset += gap;
                (offset, *time_ms)
            }).collect();
            let mut noted = TimesNoted::default();
            for (offset, time_ms) in &entries {
                noted.note(*offset, *time_ms);
            }
            let ahead = noted.finish();
            let mut least_ms = i64::MAX;
            for (at, (offset, time_ms)) in entries.iter().enumerate().rev() {
                least_ms = least_ms.min(*time_ms);
                let told_ms = ahead.least_ms(*offset).unwrap();
                prop_assert!(told_ms <= least_ms);
                if at % BLOCK_ENTRIES == 0 {
                    prop_assert_eq!(told_ms, least_ms);
                }
            }
            prop_assert_eq!(ahead.least_ms(entries[0].0 - 1), None);
        }
    }
}
