//! The window over the claims log: what came before, indexed, and the verdict about what comes next.
//!
//! `judge` reads only claims that stand earlier in the log with an append time after `t - W`, t being the judged
//! claim's own append time. When an entry is removed from memory never enters a verdict: removal keeps more than a day
//! beyond W, and [`Window::insert`] reports a backward step of the log's time that is larger than that.

use std::collections::{HashMap, VecDeque};

use super::claim::{Claim, VoidRange};
use super::level::{Engine, Level};
use super::rules;
use super::sketch::{Overlap, SHINGLES_MIN, overlap};
use crate::article::{Hash128, Judgement, Matched, Verdict};
use crate::flow::RawCoordinates;

/// Claims stay this much longer than W, so that a clock that steps back changes no verdict.
pub const EVICTION_SLACK_MS: i64 = 24 * 3_600_000;
/// Of one URL, the newest so many claims of the window are compared.
const VERSIONS_MAX: usize = 32;

/// The claims of the last W and a day.
#[derive(Debug)]
pub struct Window {
    level: Level,
    level_number: u32,
    entries: VecDeque<Entry>,
    /// Index of `entries[0]` since the window began.
    first_index: u64,
    by_text: HashMap<Hash128, Postings>,
    by_url: HashMap<Hash128, Postings>,
    time_max_ms: i64,
    /// Append times after this one never move the eviction forward: the end of the log when it was first read.
    time_trusted_ms: i64,
}

#[derive(Debug)]
struct Entry {
    time_ms: i64,
    coordinates: RawCoordinates,
    article_id: Hash128,
    text_hash: Hash128,
    has_url: bool,
    /// Matches nothing any more, and stands in no postings.
    is_void: bool,
    full: bool,
    shingles: u32,
    codes: Box<[u16]>,
    numerals: Box<[u16]>,
}

/// Positions of claims that share a key, oldest first, each with the largest append time up to it. That maximum is
/// monotone, so the earliest claim after any time is found by bisection even where the log's clock stepped back.
#[derive(Debug)]
enum Postings {
    One((u64, i64)),
    Many(VecDeque<(u64, i64)>),
}

impl Postings {
    fn push(&mut self, index: u64, time_ms: i64) {
        match self {
            Self::One(first) => *self = Self::Many(VecDeque::from([*first, (index, first.1.max(time_ms))])),
            Self::Many(all) => {
                let time_max = all.back().map_or(time_ms, |last| last.1.max(time_ms));
                all.push_back((index, time_max));
            }
        }
    }

    /// Forgets the oldest position; true when none is left.
    fn pop_front(&mut self) -> bool {
        match self {
            Self::One(_) => true,
            Self::Many(all) => {
                all.pop_front();
                if all.capacity() > 64 && all.len() < all.capacity() / 4 {
                    all.shrink_to_fit();
                }
                all.is_empty()
            }
        }
    }

    fn indices(self) -> Vec<u64> {
        match self {
            Self::One((index, _)) => vec![index],
            Self::Many(all) => all.into_iter().map(|(index, _)| index).collect(),
        }
    }

    /// The earliest position with an append time after `after_ms`.
    fn earliest_after(&self, after_ms: i64) -> Option<u64> {
        match self {
            Self::One((index, time_ms)) => (*time_ms > after_ms).then_some(*index),
            Self::Many(all) => {
                all.get(all.partition_point(|(_, time_max)| *time_max <= after_ms)).map(|(index, _)| *index)
            }
        }
    }

    /// Positions, newest first, that may lie after `after_ms`; the caller checks each one's own time.
    fn newest_first(&self, after_ms: i64) -> Box<dyn Iterator<Item = u64> + '_> {
        match self {
            Self::One((index, _)) => Box::new(std::iter::once(*index)),
            Self::Many(all) => Box::new(
                all.iter()
                    .rev()
                    .take_while(move |(_, time_max)| *time_max > after_ms)
                    .map(|(index, _)| *index),
            ),
        }
    }
}

/// The log's clock went back further than the window's slack: what was removed may matter again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the claims log's time stepped back by {step_ms} ms, beyond the slack of {EVICTION_SLACK_MS} ms")]
pub struct ClockSteppedBack {
    pub step_ms: i64,
}

impl Window {
    pub fn new(level: Level) -> Self {
        Self {
            level,
            level_number: 1,
            entries: VecDeque::new(),
            first_index: 0,
            by_text: HashMap::new(),
            by_url: HashMap::new(),
            time_max_ms: i64::MIN,
            time_trusted_ms: i64::MAX,
        }
    }

    /// Claims held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub const fn level(&self) -> &Level {
        &self.level
    }

    /// Claims after this are judged by `level`, which has this number in its log.
    pub fn set_level(&mut self, level: Level, number: u32) {
        self.level = level;
        self.level_number = number;
    }

    /// While a log is read from its beginning, times beyond that of its last entry must not evict: a clock that
    /// jumped ahead and came back would otherwise take claims that are still needed.
    pub fn trust_times_until(&mut self, end_ms: Option<i64>) {
        if end_ms.is_none() {
            // Times beyond the log's end were a jump that is over; what comes next does not step back from them.
            self.time_max_ms = self.time_max_ms.min(self.time_trusted_ms);
        }
        self.time_trusted_ms = end_ms.unwrap_or(i64::MAX);
    }

    /// Judges a claim and then lets later ones see it. `sequence` is its offset in the log, `time_ms` its append time.
    pub fn apply(
        &mut self,
        claim: &Claim,
        sequence: i64,
        time_ms: i64,
    ) -> Result<Judgement, ClockSteppedBack> {
        let judgement = self.judge(claim, sequence, time_ms);
        self.insert(claim, time_ms)?;
        Ok(judgement)
    }

    /// Lets later claims see this one.
    pub fn insert(&mut self, claim: &Claim, time_ms: i64) -> Result<(), ClockSteppedBack> {
        let step_ms = self.time_max_ms.saturating_sub(time_ms);
        if self.time_max_ms <= self.time_trusted_ms
            && self.time_max_ms > i64::MIN
            && step_ms > EVICTION_SLACK_MS
        {
            return Err(ClockSteppedBack { step_ms });
        }
        self.time_max_ms = self.time_max_ms.max(time_ms);
        let index = self.first_index + self.entries.len() as u64;
        post(&mut self.by_text, claim.sketch.text_hash, index, time_ms);
        if claim.has_url {
            post(&mut self.by_url, claim.article_id, index, time_ms);
        }
        self.entries.push_back(Entry {
            time_ms,
            coordinates: claim.identity.coordinates.clone(),
            article_id: claim.article_id,
            text_hash: claim.sketch.text_hash,
            has_url: claim.has_url,
            is_void: false,
            full: claim.sketch.full,
            shingles: claim.sketch.shingles,
            codes: claim.sketch.codes.clone().into_boxed_slice(),
            numerals: claim.sketch.numerals.clone().into_boxed_slice(),
        });
        self.evict();
        Ok(())
    }

    fn evict(&mut self) {
        let now_ms = self.time_max_ms.min(self.time_trusted_ms);
        let limit_ms = now_ms.saturating_sub(self.level.window_ms()).saturating_sub(EVICTION_SLACK_MS);
        while self.entries.front().is_some_and(|entry| entry.time_ms < limit_ms) {
            let Some(entry) = self.entries.pop_front() else { break };
            self.first_index += 1;
            if entry.is_void {
                continue;
            }
            unpost(&mut self.by_text, &entry.text_hash);
            if entry.has_url {
                unpost(&mut self.by_url, &entry.article_id);
            }
        }
    }

    /// Claims of lost raw records match nothing from now on. Linear in the window: losses are rare.
    pub fn void(&mut self, range: &VoidRange) {
        let mut texts = Vec::new();
        let mut urls = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| !entry.is_void && range.holds(&entry.coordinates))
        {
            entry.is_void = true;
            texts.push(entry.text_hash);
            if entry.has_url {
                urls.push(entry.article_id);
            }
        }
        for (keys, postings) in [(texts, &mut self.by_text), (urls, &mut self.by_url)] {
            for key in keys {
                let Some(all) = postings.remove(&key) else { continue };
                for index in all.indices() {
                    let at = usize::try_from(index - self.first_index).ok();
                    if let Some(entry) = at.and_then(|at| self.entries.get(at)).filter(|entry| !entry.is_void)
                    {
                        post(postings, key, index, entry.time_ms);
                    }
                }
            }
        }
    }

    fn entry(&self, index: u64) -> Option<&Entry> {
        usize::try_from(index.checked_sub(self.first_index)?).ok().and_then(|at| self.entries.get(at))
    }

    /// The verdict about a claim that is not yet inserted.
    pub fn judge(&self, claim: &Claim, sequence: i64, time_ms: i64) -> Judgement {
        match self.level.rules() {
            Engine::One => self.judge_by_one(claim, sequence, time_ms),
        }
    }

    fn judge_by_one(&self, claim: &Claim, sequence: i64, time_ms: i64) -> Judgement {
        let after_ms = time_ms.saturating_sub(self.level.window_ms());
        let same_text =
            self.by_text.get(&claim.sketch.text_hash).and_then(|all| all.earliest_after(after_ms));
        if let Some(entry) = same_text.and_then(|index| self.entry(index)) {
            return self.judgement(Verdict::Exact, Some(entry), (1000, 0), rules::SAME_TEXT, sequence);
        }
        let versions = if claim.has_url { self.versions(&claim.article_id, after_ms) } else { Vec::new() };
        if versions.is_empty() {
            return self.judgement(Verdict::New, None, (0, 1000), rules::NO_MATCH, sequence);
        }
        self.judge_revision(claim, &versions, sequence)
    }

    /// The window's newest claims of one URL, oldest first.
    fn versions(&self, id: &Hash128, after_ms: i64) -> Vec<&Entry> {
        let Some(postings) = self.by_url.get(id) else { return Vec::new() };
        let mut versions: Vec<&Entry> = postings
            .newest_first(after_ms)
            .filter_map(|index| self.entry(index))
            .filter(|entry| entry.time_ms > after_ms)
            .take(VERSIONS_MAX)
            .collect();
        versions.reverse();
        versions
    }

    /// Compares a claim with those earlier versions of its URL that each added something themselves, so that many
    /// small changes add up to a revision.
    fn judge_revision(&self, claim: &Claim, versions: &[&Entry], sequence: i64) -> Judgement {
        let sketch = &claim.sketch;
        let text = Text {
            codes: &sketch.codes,
            full: sketch.full,
            shingles: sketch.shingles,
            numerals: &sketch.numerals,
        };
        let mut kept: Vec<&Entry> = Vec::new();
        for version in versions {
            if !kept.iter().any(|earlier| self.adds_little(&Text::of(version), &Text::of(earlier))) {
                kept.push(version);
            }
        }
        let compared = kept.iter().map(|entry| (*entry, compare(&text, &Text::of(entry))));
        // The most similar version; of equals the latest.
        let Some((best, overlap)) = compared.max_by_key(|(_, overlap)| overlap.resemblance_permille()) else {
            return self.judgement(Verdict::New, None, (0, 1000), rules::NO_MATCH, sequence);
        };
        let (score, novelty) = (overlap.resemblance_permille(), overlap.novelty_permille());
        if let Some(earlier) = kept.iter().find(|entry| self.adds_little(&text, &Text::of(entry))) {
            let overlap = compare(&text, &Text::of(earlier));
            let (score, novelty) = (overlap.resemblance_permille(), overlap.novelty_permille());
            return self.judgement(
                Verdict::Refetch,
                Some(earlier),
                (score, novelty),
                rules::SAME_URL_LITTLE_NEW,
                sequence,
            );
        }
        if text.shingles < SHINGLES_MIN || best.shingles < SHINGLES_MIN {
            return self.judgement(
                Verdict::Revision,
                Some(best),
                (score, novelty),
                rules::SAME_URL_SHORT_TEXT,
                sequence,
            );
        }
        if overlap.containment_permille() >= self.level.revision_similarity_permille {
            return self.judgement(
                Verdict::Revision,
                Some(best),
                (score, novelty),
                rules::SAME_URL_CHANGED,
                sequence,
            );
        }
        self.judgement(Verdict::New, Some(best), (score, novelty), rules::SAME_URL_OTHER_TEXT, sequence)
    }

    fn judgement(
        &self,
        verdict: Verdict,
        matched: Option<&Entry>,
        (score_permille, novelty_permille): (u16, u16),
        rule: &'static str,
        sequence: i64,
    ) -> Judgement {
        Judgement {
            verdict,
            matched: matched
                .map(|entry| Matched { coordinates: entry.coordinates.clone(), id: entry.article_id }),
            score_permille,
            novelty_permille,
            rule,
            sequence,
            level: self.level_number,
        }
    }

    /// Whether `text` has next to nothing that `earlier` lacks: few new shingles and the same numbers.
    fn adds_little(&self, text: &Text<'_>, earlier: &Text<'_>) -> bool {
        text.shingles >= SHINGLES_MIN
            && earlier.shingles >= SHINGLES_MIN
            && text.numerals == earlier.numerals
            && compare(text, earlier).novelty_permille() < self.level.revision_novelty_permille
    }
}

/// What of a claim or an entry is compared.
struct Text<'a> {
    codes: &'a [u16],
    full: bool,
    shingles: u32,
    numerals: &'a [u16],
}

impl<'a> Text<'a> {
    fn of(entry: &'a Entry) -> Self {
        Self { codes: &entry.codes, full: entry.full, shingles: entry.shingles, numerals: &entry.numerals }
    }
}

fn compare(text: &Text<'_>, earlier: &Text<'_>) -> Overlap {
    overlap(text.codes, text.full, earlier.codes, earlier.full)
}

fn post(postings: &mut HashMap<Hash128, Postings>, key: Hash128, index: u64, time_ms: i64) {
    postings.entry(key).and_modify(|all| all.push(index, time_ms)).or_insert(Postings::One((index, time_ms)));
}

fn unpost(postings: &mut HashMap<Hash128, Postings>, key: &Hash128) {
    if postings.get_mut(key).is_some_and(Postings::pop_front) {
        postings.remove(key);
    }
}
