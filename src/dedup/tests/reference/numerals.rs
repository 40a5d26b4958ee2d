//! What two texts' numbers say of them, as plainly as the rest of the reference.

use crate::dedup::claim::Claim;

pub(super) fn numerals_differ(own: &Claim, other: &Claim) -> bool {
    let (own, other) = (&own.sketch, &other.sketch);
    if own.numerals.len() < 3 || other.numerals.len() < 3 {
        return false;
    }
    shares_less(&own.numerals, &other.numerals, 600)
        || shares_less(&own.numeral_pairs, &other.numeral_pairs, 500)
}

/// Whether two lists of at most 16 hashes have less in common than so many thousandths of the shorter one.
fn shares_less(own: &[u16], other: &[u16], thousandths: usize) -> bool {
    common(own, other).len() * 1000 < shorter(own, other) * thousandths
}

/// How many hashes the shorter of two lists has in the range of both.
fn shorter(own: &[u16], other: &[u16]) -> usize {
    let end_of = |hashes: &[u16]| if hashes.len() < 16 { u16::MAX } else { hashes[15] };
    let end = end_of(own).min(end_of(other));
    let within = |hashes: &[u16]| hashes.iter().filter(|hash| **hash <= end).count();
    within(own).min(within(other))
}

/// Whether four of five numbers of one text stand in the other, and one at least.
pub(super) fn numerals_agree(own: &Claim, other: &Claim) -> bool {
    let (own, other) = (&own.sketch.numerals, &other.sketch.numerals);
    let shared = common(own, other).len();
    shared > 0 && shared * 5 >= shorter(own, other) * 4
}

/// The weighted share that texts need which were fetched long after each other.
pub(super) fn far_apart_min(own: &Claim, other: &Claim, engine: u32) -> u64 {
    if engine >= 4 && numerals_agree(own, other) {
        600
    } else if engine >= 4 && (own.sketch.numerals.is_empty() || other.sketch.numerals.is_empty()) {
        700
    } else {
        800
    }
}

pub(super) fn common(own: &[u16], other: &[u16]) -> Vec<u16> {
    own.iter().copied().filter(|one| other.contains(one)).collect()
}
