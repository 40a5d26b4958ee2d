//! Two sketches side by side: which codes they share, and whether one text is a copy of a part of the other.
//!
//! Integers only. Masks have one bit per code of a sketch, in its order.

use super::holders::Places;
use super::level::Engine;
use super::near::CANDIDATES_MAX;
use super::sketch::{NUMERAL_PAIRS_MAX, NUMERALS_MAX};

/// Weight of a shingle that belongs to one story only.
pub const WEIGHT_ONE: u32 = 65_536;
/// Copies further apart than this must share more: stories come back, and their background with them. The next day's
/// paper still reprints what an agency sent the day before.
const GAP_SECONDS_MAX: u32 = 30 * 3600;
const GAP_SECONDS_MAX_UP_TO_THREE: u32 = 36 * 3600;
/// Shared codes below which nothing is a match, and for sketches with few comparable codes.
const SHARED_MIN: u32 = 3;
const SHARED_MIN_OF_FEW: u32 = 2;
const FEW_CODES: u32 = 8;
/// Share of the smaller side that must be common before weights are asked.
const CONTAINMENT_MIN_PERMILLE: u64 = 400;
/// One source repeats its own background and frames: more must be common.
const SAME_SOURCE_RESEMBLANCE_MIN_PERMILLE: u64 = 600;
const SAME_SOURCE_LEAD_MIN_PERMILLE: u64 = 500;
/// Both texts need this many numerals before other numerals part them.
const NUMERALS_MIN: usize = 3;
const NUMERALS_COMMON_MIN_PERMILLE: usize = 600;
/// Of the pairs of neighbouring numerals, where both texts have them.
const NUMERAL_PAIRS_COMMON_MIN_PERMILLE: usize = 500;
/// Weighted containment that needs no common lead, and the lead that is needed below it.
const CONTAINMENT_WITHOUT_LEAD_PERMILLE: u64 = 750;
const LEAD_MIN_PERMILLE: u64 = 200;
/// Numbers that agree stand in for a common lead: the story is most likely the same.
const CONTAINMENT_WITHOUT_LEAD_WITH_NUMBERS_PERMILLE: u64 = 500;
/// What texts that are far apart must have in common: less where their numbers agree, and somewhat less where one of
/// them has none, for nothing speaks against it.
const CONTAINMENT_FAR_APART_PERMILLE: u64 = 800;
const CONTAINMENT_FAR_APART_WITHOUT_NUMBERS_PERMILLE: u64 = 700;
const CONTAINMENT_FAR_APART_WITH_NUMBERS_PERMILLE: u64 = 600;
/// Of the numerals of the text that has fewer, so many are common where numbers agree.
const NUMERALS_AGREE_MIN_PERMILLE: usize = 800;

/// What of a text is compared.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Ascending, at most 48.
    pub codes: &'a [u16],
    /// The codes are all of the text's shingles.
    pub full: bool,
    /// Distinct shingles of the text.
    pub shingles: u32,
    /// Bit i: code i is of the text's beginning.
    pub lead: u64,
    /// Ascending, at most 16.
    pub numerals: &'a [u16],
    /// Ascending, at most 16.
    pub numeral_pairs: &'a [u16],
    /// Of the headline; 0 where unknown.
    pub headline_hash: u32,
    /// 0 where unknown.
    pub source: u32,
    /// Seconds since the epoch; 0 where unknown.
    pub fetched_at_s: u32,
}

#[cfg(test)]
impl Text<'_> {
    /// Nothing at all, to be filled in where only some of it matters.
    pub const NONE: Self = Self {
        codes: &[],
        full: true,
        shingles: 0,
        lead: 0,
        numerals: &[],
        numeral_pairs: &[],
        headline_hash: 0,
        source: 0,
        fetched_at_s: 0,
    };
}

/// What two texts have in common, within the range of hashes that both sketches cover.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pair {
    /// Codes of the left text that the right one has.
    pub left_shared: u64,
    pub shared: u32,
    /// Those of the shared codes that belong to the right text's lead.
    pub shared_of_right_lead: u32,
    /// Codes of the left text in the range.
    pub left: u32,
    pub right: u32,
}

impl Pair {
    pub fn new(left: &Text<'_>, right: &Text<'_>) -> Self {
        Self::beside((left, &Places::new(left.codes)), right)
    }

    /// The same of a left text that is compared with several.
    pub fn beside((left, places): (&Text<'_>, &Places), right: &Text<'_>) -> Self {
        let (left_shared, right_shared) = places.shared(right.codes);
        Self::of(left, right, left_shared).with_lead((right.lead & right_shared).count_ones())
    }

    /// Of two texts whose shared codes are known. These always lie in the range.
    pub fn of(left: &Text<'_>, right: &Text<'_>, left_shared: u64) -> Self {
        let last = |text: &Text<'_>| {
            if text.full { u16::MAX } else { text.codes.last().copied().unwrap_or(0) }
        };
        let range_end = last(left).min(last(right));
        let within = |codes: &[u16]| match codes.last() {
            Some(last) if *last > range_end => codes.partition_point(|code| *code <= range_end),
            _ => codes.len(),
        };
        Self {
            left_shared,
            shared: left_shared.count_ones(),
            shared_of_right_lead: 0,
            left: count(within(left.codes)),
            right: count(within(right.codes)),
        }
    }

    /// The same with so many of the shared codes in the right text's lead.
    pub const fn with_lead(mut self, shared_of_right_lead: u32) -> Self {
        self.shared_of_right_lead = shared_of_right_lead;
        self
    }

    /// Estimated Jaccard resemblance, 0 to 1000.
    pub fn resemblance_permille(&self) -> u16 {
        permille(self.shared, self.left + self.right - self.shared)
    }

    /// Whether either text has at least this share of its lead in the other.
    fn shares_lead(&self, left: &Text<'_>, right: &Text<'_>, min_permille: u64) -> bool {
        let reaches = |lead: u64, range: u32, shared: u32| {
            let lead = (lead & first(range)).count_ones();
            lead != 0 && u64::from(shared) * 1000 >= min_permille * u64::from(lead)
        };
        reaches(left.lead, self.left, (left.lead & self.left_shared).count_ones())
            || reaches(right.lead, self.right, self.shared_of_right_lead)
    }

    /// Whether so many codes are common that the texts may match at all.
    pub fn shares_enough(&self) -> bool {
        let smaller = self.left.min(self.right);
        let shared_min = if smaller < FEW_CODES { SHARED_MIN_OF_FEW } else { SHARED_MIN };
        self.shared >= shared_min
            && u64::from(self.shared) * 1000 >= CONTAINMENT_MIN_PERMILLE * u64::from(smaller)
    }

    /// Whether so much is common that weights are worth asking, apart from numerals.
    pub fn may_match(&self, left: &Text<'_>, right: &Text<'_>) -> bool {
        self.shares_enough()
            && (left.source != right.source
                || left.source == 0
                || u64::from(self.resemblance_permille()) >= SAME_SOURCE_RESEMBLANCE_MIN_PERMILLE
                || self.shares_lead(left, right, SAME_SOURCE_LEAD_MIN_PERMILLE))
    }

    /// The weighted comparison; the weights are those of the left text's codes.
    pub fn weigh(&self, weights: &Weights, left: &Text<'_>, right: &Text<'_>, engine: Engine) -> Weighed {
        let (whole, shared) = weights.sums(self);
        let right_whole = shared + u64::from(WEIGHT_ONE) * u64::from(self.right - self.shared);
        let smaller = whole.min(right_whole).max(1);
        // Both sums are below 2^22, so nothing overflows.
        let containment_permille = shared * 1000 / smaller;
        let resemblance =
            u64::from(self.shared) * 200_000 / u64::from((self.left + self.right - self.shared).max(1));
        let far_apart = far_apart(left, right, engine);
        // Up to the third engine, numbers that agree say nothing.
        let numbers = || if engine >= Engine::Four { Numbers::of(left, right) } else { Numbers::Disagree };
        let far_apart_min = || match numbers() {
            Numbers::Agree => CONTAINMENT_FAR_APART_WITH_NUMBERS_PERMILLE,
            Numbers::Unknown => CONTAINMENT_FAR_APART_WITHOUT_NUMBERS_PERMILLE,
            Numbers::Disagree => CONTAINMENT_FAR_APART_PERMILLE,
        };
        Weighed {
            containment_permille,
            score: containment_permille * 1000 + resemblance,
            far_apart,
            min_permille: if far_apart { far_apart_min() } else { 0 },
            tells_the_same: containment_permille >= CONTAINMENT_WITHOUT_LEAD_PERMILLE
                || self.shares_lead(left, right, LEAD_MIN_PERMILLE)
                || (containment_permille >= CONTAINMENT_WITHOUT_LEAD_WITH_NUMBERS_PERMILLE
                    && numbers() == Numbers::Agree),
        }
    }
}

/// The outcome of a weighted comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighed {
    /// Share of the lighter side that is common, 0 to 1000.
    pub containment_permille: u64,
    /// To choose the best of several: mostly containment, then resemblance.
    pub score: u64,
    pub far_apart: bool,
    /// What the containment must be at least, whoever asks.
    min_permille: u64,
    /// By the lead, by the numbers, or by how much is common.
    tells_the_same: bool,
}

impl Weighed {
    /// Whether the two tell the same, the weighted containment being at least the threshold.
    pub fn reaches(&self, min_permille: u64) -> bool {
        self.containment_permille >= min_permille.max(self.min_permille) && self.tells_the_same
    }
}

/// How many stories hold each code of a text: counters side by side, one bit of each per mask.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stories {
    /// From the lowest bit on.
    bits: [u64; COUNT_BITS],
}

const COUNT_BITS: usize = 6;
const _: () = assert!(CANDIDATES_MAX < 1 << COUNT_BITS);

impl Stories {
    /// One more story holds these codes.
    pub fn add(&mut self, codes: u64) {
        let mut carry = codes;
        for bit in &mut self.bits {
            (*bit, carry) = (*bit ^ carry, *bit & carry);
        }
    }

    /// The codes that several stories hold: they are frames, and nobody's news.
    pub fn several(&self) -> u64 {
        self.bits[1..].iter().fold(0, |several, bit| several | bit)
    }

    /// The codes that so many stories hold.
    fn with(&self, count: usize) -> u64 {
        let bits = self.bits.iter().enumerate();
        bits.fold(u64::MAX, |with, (at, bit)| with & if count >> at & 1 == 1 { *bit } else { !bit })
    }
}

/// Weights of a text's codes: one over the number of stories that hold the shingle.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Codes that several stories hold, with the weight of each.
    several: [(u64, u32); CANDIDATES_MAX],
    count: usize,
    /// All other codes.
    single: u64,
}

impl Weights {
    pub fn new(stories: &Stories) -> Self {
        let mut left = stories.several();
        let mut weights = Self { several: [(0, 0); CANDIDATES_MAX], count: 0, single: !left };
        for (stories_count, weight) in WEIGHTS.iter().enumerate().skip(2) {
            if left == 0 {
                break;
            }
            let codes = stories.with(stories_count);
            if codes != 0 {
                weights.several[weights.count] = (codes, *weight);
                weights.count += 1;
                left &= !codes;
            }
        }
        weights
    }

    /// Sums over the left codes in the pair's range: of all, and of the shared ones.
    fn sums(&self, pair: &Pair) -> (u64, u64) {
        let range = first(pair.left);
        let sum = |codes: u64, weight: u32, of: u64| u64::from((codes & of).count_ones()) * u64::from(weight);
        let (mut whole, mut shared) =
            (sum(self.single, WEIGHT_ONE, range), sum(self.single, WEIGHT_ONE, pair.left_shared));
        for (codes, weight) in &self.several[..self.count] {
            whole += sum(*codes, *weight, range);
            shared += sum(*codes, *weight, pair.left_shared);
        }
        (whole, shared)
    }
}

/// The weight by number of stories; one that is in none is this article's own.
const WEIGHTS: [u32; CANDIDATES_MAX + 1] = {
    let mut weights = [WEIGHT_ONE; CANDIDATES_MAX + 1];
    let (mut at, mut count) = (1, 1);
    while at <= CANDIDATES_MAX {
        weights[at] = WEIGHT_ONE / count;
        at += 1;
        count += 1;
    }
    weights
};

/// The numeral veto: both texts have several numbers, and too few in common; or many, and too few in the same order.
pub fn numerals_differ(left: &Text<'_>, right: &Text<'_>) -> bool {
    let has_several = left.numerals.len() >= NUMERALS_MIN && right.numerals.len() >= NUMERALS_MIN;
    has_several
        && (has_too_few_common((left.numerals, right.numerals), NUMERALS_MAX, NUMERALS_COMMON_MIN_PERMILLE)
            || has_too_few_common(
                (left.numeral_pairs, right.numeral_pairs),
                NUMERAL_PAIRS_MAX,
                NUMERAL_PAIRS_COMMON_MIN_PERMILLE,
            ))
}

/// Whether numbers speak for one story. That is another question than [`numerals_differ`], by which they forbid it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Numbers {
    /// One of the texts has none.
    Unknown,
    Agree,
    Disagree,
}

impl Numbers {
    fn of(left: &Text<'_>, right: &Text<'_>) -> Self {
        if left.numerals.is_empty() || right.numerals.is_empty() {
            return Self::Unknown;
        }
        let (common, fewer) = common_of((left.numerals, right.numerals), NUMERALS_MAX);
        if common > 0 && common * 1000 >= NUMERALS_AGREE_MIN_PERMILLE * fewer {
            Self::Agree
        } else {
            Self::Disagree
        }
    }
}

/// Whether two such lists as those of [`common_of`] share less than so much of the shorter one.
fn has_too_few_common(lists: (&[u16], &[u16]), size_max: usize, min_permille: usize) -> bool {
    let (common, fewer) = common_of(lists, size_max);
    common * 1000 < min_permille * fewer
}

/// Of two lists of the smallest hashes, of `size_max` where they are not all, within the range that both cover: how many
/// are common, and how many the shorter one has.
fn common_of((left, right): (&[u16], &[u16]), size_max: usize) -> (usize, usize) {
    let last = |hashes: &[u16]| if hashes.len() < size_max { u16::MAX } else { hashes[size_max - 1] };
    let range_end = last(left).min(last(right));
    let within = |hashes: &[u16]| hashes.partition_point(|hash| *hash <= range_end);
    let (left, right) = (&left[..within(left)], &right[..within(right)]);
    let common = left.iter().filter(|hash| right.binary_search(hash).is_ok()).count();
    (common, left.len().min(right.len()))
}

fn far_apart(left: &Text<'_>, right: &Text<'_>, engine: Engine) -> bool {
    let gap_seconds_max = if engine >= Engine::Four { GAP_SECONDS_MAX } else { GAP_SECONDS_MAX_UP_TO_THREE };
    left.fetched_at_s != 0
        && right.fetched_at_s != 0
        && left.fetched_at_s.abs_diff(right.fetched_at_s) > gap_seconds_max
}

/// The mask of the first `count` codes.
pub const fn first(count: u32) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// A sketch has few codes.
fn count(codes: usize) -> u32 {
    u32::try_from(codes).unwrap_or(u32::MAX)
}

/// `part` of `whole` in thousandths; 0 of nothing.
pub fn permille(part: u32, whole: u32) -> u16 {
    if whole == 0 {
        return 0;
    }
    let share = u64::from(part) * 1000 / u64::from(whole);
    u16::try_from(share.min(1000)).unwrap_or(1000)
}
