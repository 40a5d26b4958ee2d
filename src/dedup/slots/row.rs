//! What is compared of a claim, and its raw record, as a row of 16-bit numbers: who reads its beginning has memory bring
//! what follows. In this order: the tails of its keys, its codes, the raw record, the text's measures, numerals, pairs of
//! numerals.

use super::{Head, NewSlot, key};
use crate::dedup::compare::Text;
use crate::dedup::near::RecordKey;
use crate::dedup::sketch::{KEYS_MAX, NUMERAL_PAIRS_MAX, NUMERALS_MAX, SKETCH_SIZE};

/// Numbers of the raw record, and of the record and the text's measures together: they stand between codes and numerals.
const RECORD: usize = 10;
const MEASURES: usize = 23;
/// The last of the measures: how many pairs of numerals there are, above how many numerals.
const COUNTS: usize = 1;
/// Numbers of a row at most.
pub const NUMBERS_MAX: usize = KEYS_MAX + SKETCH_SIZE + MEASURES + NUMERALS_MAX + NUMERAL_PAIRS_MAX;

const _: () = assert!(SKETCH_SIZE < 256 && NUMERALS_MAX < 256 && NUMERAL_PAIRS_MAX < 256);

/// The row that begins these numbers.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a>(pub &'a [u16]);

impl<'a> Row<'a> {
    /// One of the claim's keys.
    pub fn key(self, head: &Head, index: usize) -> Option<u32> {
        Some(key(*self.0.get(head.keys() + index)?, *self.0.get(index)?))
    }

    /// Its raw record.
    pub fn record(self, head: &Head) -> Option<RecordKey> {
        let mut measures = Measures(self.0.get(head.keys() + head.codes()..)?);
        Some(RecordKey {
            offset: measures.next_64()?.cast_signed(),
            partition: measures.next_32()?.cast_signed(),
            topic: measures.next_32()?,
            tag: measures.next_32()?,
        })
    }

    /// What of it is compared.
    pub fn text(self, head: &Head) -> Option<Text<'a>> {
        let (codes, measures) = self.0.get(head.keys()..)?.split_at_checked(head.codes())?;
        let mut measures = Measures(measures.get(RECORD..)?);
        let (lead, shingles, headline_hash) = (measures.next_64()?, measures.next_32()?, measures.next_32()?);
        let (source, fetched_at_s) = (measures.next_32()?, measures.next_32()?);
        let [counts] = measures.next()?;
        let (numerals, rest) = measures.0.split_at_checked(usize::from(counts & 0xff))?;
        let numeral_pairs = rest.get(..usize::from(counts >> 8))?;
        let full = head.is_full();
        Some(Text {
            codes,
            full,
            shingles,
            lead,
            numerals,
            numeral_pairs,
            headline_hash,
            source,
            fetched_at_s,
        })
    }
}

/// The numbers between codes and numerals, read one behind the other.
struct Measures<'a>(&'a [u16]);

impl Measures<'_> {
    fn next<const COUNT: usize>(&mut self) -> Option<[u16; COUNT]> {
        let (next, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*next)
    }

    fn next_32(&mut self) -> Option<u32> {
        self.next().map(|[high, low]| u32::from(high) << 16 | u32::from(low))
    }

    fn next_64(&mut self) -> Option<u64> {
        Some(u64::from(self.next_32()?) << 32 | u64::from(self.next_32()?))
    }
}

/// Writes the row of a claim.
pub fn write(new: &NewSlot<'_>, numbers: &mut Vec<u16>) {
    let (record, text) = (&new.record, &new.text);
    let mut measures = [0; MEASURES - COUNTS];
    let counts = [length(text.numeral_pairs) << 8 | length(text.numerals)];
    let parts = measures.iter_mut().zip(
        [
            high(record.offset.cast_unsigned()),
            low(record.offset.cast_unsigned()),
            record.partition.cast_unsigned(),
            record.topic,
            record.tag,
            high(text.lead),
            low(text.lead),
            text.shingles,
            text.headline_hash,
            text.source,
            text.fetched_at_s,
        ]
        .into_iter()
        .flat_map(|part| [(part >> 16) as u16, (part & 0xffff) as u16]),
    );
    for (number, part) in parts {
        *number = part;
    }
    for list in [new.key_tails, text.codes, &measures, &counts, text.numerals, text.numeral_pairs] {
        numbers.extend_from_slice(list);
    }
}

/// Lists are shorter than 256 numbers.
pub fn length(list: &[u16]) -> u16 {
    u16::from(u8::try_from(list.len()).unwrap_or(u8::MAX))
}

const fn high(number: u64) -> u32 {
    (number >> 32) as u32
}

const fn low(number: u64) -> u32 {
    (number & 0xffff_ffff) as u32
}
