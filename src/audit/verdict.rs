//! A verdict in eight bytes: its name, rule and numbers as they are, and a hash of what it matched and where it stands.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64;

use crate::article::{Judgement, Verdict, hex};
use crate::dedup::rules;
use crate::emit::readback::StatedVerdict;
use crate::flow::Outcome;

const VERDICTS: [Verdict; 8] = [
    Verdict::Exact,
    Verdict::Revision,
    Verdict::Refetch,
    Verdict::Extends,
    Verdict::Update,
    Verdict::Near,
    Verdict::Contained,
    Verdict::New,
];

const PRESENT: u64 = 1 << 63;
const VERDICT_SHIFT: u32 = 59;
const RULE_SHIFT: u32 = 55;
const SCORE_SHIFT: u32 = 45;
const NOVELTY_SHIFT: u32 = 35;
const HASH_MASK: u64 = (1 << NOVELTY_SHIFT) - 1;
/// Stands for a number that no verdict has.
const NUMBER_MAX: u16 = 1023;
/// Stands for a name that is on no list.
const UNKNOWN_VERDICT: u64 = 15;
const UNKNOWN_RULE: u64 = 15;
const _: () = assert!(rules::ALL.len() <= 15, "every rule has a number of its own");

/// See the module. 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packed(u64);

/// A raw record's place with the id of its article.
type Match<'a> = (&'a str, i32, i64, &'a str);

impl Packed {
    /// What stands for an enriched record without any verdict.
    pub const UNSTATED: Self = Self(PRESENT | UNKNOWN_VERDICT << VERDICT_SHIFT);

    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// As the record says.
    pub fn of_stated(outcome: Outcome, stated: &StatedVerdict) -> Self {
        let matched = stated.matched.as_ref();
        let matched = matched.map(|one| (one.topic.as_str(), one.partition, one.offset, one.id.as_str()));
        let place = place(outcome, stated.sequence, stated.level);
        let numbers = (stated.score_permille, stated.novelty_permille);
        pack(&stated.verdict, &stated.rule, numbers, hash(matched, place))
    }

    /// As the claims log has it. `outcome` is that of the record, which says how much of a verdict it states.
    pub fn of_judgement(outcome: Outcome, judgement: &Judgement) -> Self {
        let id = judgement.matched.as_ref().map(|one| hex(&one.id)).unwrap_or_default();
        let matched = judgement.matched.as_ref().map(|one| {
            let place = &one.coordinates;
            (place.topic.as_ref(), place.partition, place.offset, id.as_str())
        });
        let place = place(outcome, Some(judgement.sequence), Some(judgement.level));
        let numbers = (judgement.score_permille, judgement.novelty_permille);
        pack(judgement.verdict.name(), judgement.rule, numbers, hash(matched, place))
    }

    /// Whether both say the same but for the match, the sequence and the level.
    pub const fn differs_in_place_only(self, other: Self) -> bool {
        self.0 & !HASH_MASK == other.0 & !HASH_MASK && self.0 != other.0
    }

    fn field(self, shift: u32, bits: u32) -> usize {
        usize::try_from(self.0 >> shift & ((1 << bits) - 1)).unwrap_or_default()
    }
}

impl fmt::Display for Packed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = VERDICTS.get(self.field(VERDICT_SHIFT, 4)).map_or("no known verdict", |one| one.name());
        let rule = rules::ALL.get(self.field(RULE_SHIFT, 4)).copied().unwrap_or("unknown");
        let (score, novelty) = (self.field(SCORE_SHIFT, 10), self.field(NOVELTY_SHIFT, 10));
        write!(formatter, "{verdict}, score {score}, novelty {novelty}, rule {rule}")
    }
}

/// Duplicate records state neither sequence nor level.
fn place(outcome: Outcome, sequence: Option<i64>, level: Option<u32>) -> (Option<i64>, Option<u32>) {
    if outcome == Outcome::Enriched { (sequence, level) } else { (None, None) }
}

fn hash(matched: Option<Match<'_>>, place: (Option<i64>, Option<u32>)) -> u64 {
    xxh3_64(format!("{matched:?} {place:?}").as_bytes())
}

fn pack(verdict: &str, rule: &str, (score, novelty): (u16, u16), hash: u64) -> Packed {
    let index = |at: Option<usize>, unknown: u64| at.map_or(unknown, |at| at as u64);
    let verdict = index(VERDICTS.iter().position(|one| one.name() == verdict), UNKNOWN_VERDICT);
    let rule = index(rules::ALL.iter().position(|one| *one == rule), UNKNOWN_RULE);
    let number = |number: u16| u64::from(number.min(NUMBER_MAX));
    Packed(
        PRESENT
            | verdict << VERDICT_SHIFT
            | rule << RULE_SHIFT
            | number(score) << SCORE_SHIFT
            | number(novelty) << NOVELTY_SHIFT
            | hash & HASH_MASK,
    )
}
