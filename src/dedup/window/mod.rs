//! The window over the claims log: what came before, indexed, and the verdict about what comes next.
//!
//! `judge` reads only claims that stand earlier in the log with an append time after `t - W`, t being the judged
//! claim's own append time. When an entry is removed from memory never enters a verdict: removal keeps more than a day
//! beyond W, and [`Window::insert`] reports a backward step of the log's time that is larger than that.

mod candidates;
mod revision;
mod story;

use std::sync::Arc;

use hashbrown::HashMap;

use super::claim::{Claim, VoidRange};
use super::compare::{Pair, Text};
use super::index::{CLAIMS_MAX, HashIndex, KeyIndex, Newest};
use super::level::{Engine, Level, LevelRecord};
use super::near::{self, RecordKey};
use super::rules;
use super::sketch::{KEYS_MAX, SHINGLES_MIN};
use super::slots::{NewSlot, Slots, key};
use super::told::Learnt;
use crate::article::{Judgement, Matched, Verdict};
use crate::flow::RawCoordinates;

/// Claims stay this much longer than W, so that a clock that steps back changes no verdict.
pub const EVICTION_SLACK_MS: i64 = 24 * 3_600_000;

/// The claims of the last W and a day.
#[derive(Debug)]
pub struct Window {
    level: Level,
    level_number: u32,
    slots: Slots,
    by_key: KeyIndex,
    by_text: HashIndex,
    by_url: HashIndex,
    topics: Vec<Arc<str>>,
    topic_numbers: HashMap<Arc<str>, u32>,
    /// When W was raised, by append time, and how long it was before: what it did not reach was evicted then.
    raises: Vec<(i64, i64)>,
    /// The largest append time that moves the eviction forward, of those that have come.
    time_max_ms: i64,
    /// Append times after this one never do: the end of the log when it was first read.
    time_trusted_ms: i64,
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
            slots: Slots::default(),
            by_key: KeyIndex::default(),
            by_text: HashIndex::new(|slot| &slot.text_hash),
            by_url: HashIndex::new(|slot| &slot.article_id),
            topics: Vec::new(),
            topic_numbers: HashMap::new(),
            raises: Vec::new(),
            time_max_ms: i64::MIN,
            time_trusted_ms: i64::MAX,
        }
    }

    /// Claims held.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.len() == 0
    }

    /// Memory of the claims and of what finds them. Quick, however many they are.
    pub fn bytes(&self) -> usize {
        self.slots.bytes() + self.by_key.bytes() + self.by_text.bytes() + self.by_url.bytes()
    }

    pub const fn level(&self) -> &Level {
        &self.level
    }

    /// Claims behind this record, of this append time, are judged by its level. `known` is the record before it that
    /// held, if the log still has one.
    ///
    /// Where its W is longer than that before it, windows reach back only as far as they did: what is older has left the
    /// memory of some replicas, and not of all.
    pub fn set_level(
        &mut self,
        record: &LevelRecord,
        known: Option<&LevelRecord>,
        time_ms: i64,
    ) -> Result<(), ClockSteppedBack> {
        self.watch_step(time_ms)?;
        let before = record.previous.as_ref().or(known.map(|known| &known.level));
        if let Some(before) = before.filter(|before| before.window_hours < record.level.window_hours)
            && record.level.engine >= Engine::Five.number()
        {
            let raise = (time_ms, before.window_ms());
            // An earlier raise from a longer window never says more.
            self.raises.retain(|(raised_ms, before_ms)| *raised_ms > raise.0 || *before_ms < raise.1);
            self.raises.push(raise);
        }
        self.level = record.level.clone();
        self.level_number = record.number;
        self.slots.forget_told();
        Ok(())
    }

    /// The append time after which claims count for a claim of this one. One that is stamped before a raise, though it
    /// stands behind it, reaches as far as it did before.
    pub fn after_ms(&self, time_ms: i64) -> i64 {
        let limits = self
            .raises
            .iter()
            .map(|(raised_ms, before_ms)| time_ms.min(*raised_ms).saturating_sub(*before_ms));
        limits.fold(time_ms.saturating_sub(self.level.window_ms()), i64::max)
    }

    /// While a log is read from its beginning, times beyond that of its last entry must not evict: a clock that
    /// jumped ahead and came back would otherwise take claims that are still needed.
    pub fn trust_times_until(&mut self, end_ms: Option<i64>) {
        self.time_trusted_ms = end_ms.unwrap_or(i64::MAX);
    }

    /// What comes from here on has this append time or a later one. It moves the eviction forward where no time that comes
    /// is trusted.
    pub fn expect_none_before(&mut self, least_ms: i64) {
        self.time_max_ms = self.time_max_ms.max(least_ms);
    }

    /// Judges a claim and then lets later ones see it. `sequence` is its offset in the log, `time_ms` its append time.
    pub fn apply(
        &mut self,
        claim: &Claim,
        sequence: i64,
        time_ms: i64,
    ) -> Result<Judgement, ClockSteppedBack> {
        let mut learnt = Learnt::default();
        let met = self.meet(claim);
        let judgement = self.judge_and_learn(claim, &met, (sequence, time_ms), &mut learnt);
        let position = self.slots.end();
        self.insert_behind(claim, &met, time_ms)?;
        for (position, told) in learnt.of_earlier.into_iter().chain([(position, learnt.of_claim)]) {
            if let Some(slot) = self.slots.get_mut(position) {
                slot.told = told;
            }
        }
        Ok(judgement)
    }

    /// How far an append time lies ahead of the log's clock, where that is more than a day: a claim of it, once it is the
    /// oldest, keeps all behind it in memory until the clock has come there, and W and a day have passed.
    pub fn ahead_ms(&self, time_ms: i64) -> Option<i64> {
        let ahead_ms = time_ms.saturating_sub(self.time_max_ms);
        (self.time_max_ms > i64::MIN && ahead_ms > EVICTION_SLACK_MS).then_some(ahead_ms)
    }

    /// The same of the oldest claim.
    pub fn held_up_ms(&self) -> Option<i64> {
        self.ahead_ms(self.slots.held(self.slots.first())?.time_ms())
    }

    /// Lets later claims see this one.
    pub fn insert(&mut self, claim: &Claim, time_ms: i64) -> Result<(), ClockSteppedBack> {
        let met = self.meet(claim);
        self.insert_behind(claim, &met, time_ms)
    }

    /// What of a claim is in the window already.
    fn meet(&self, claim: &Claim) -> Met {
        let (keys, count) = keys_of(claim);
        let keys = &keys[..count];
        self.by_text.touch(&claim.sketch.text_hash);
        if claim.has_url {
            self.by_url.touch(&claim.article_id);
        }
        let hashes = self.by_key.touch(keys);
        Met {
            text: self.by_text.may_hold(&self.slots, &claim.sketch.text_hash),
            url: claim.has_url && self.by_url.may_hold(&self.slots, &claim.article_id),
            keys: self.by_key.newest(&self.slots, keys, hashes),
        }
    }

    fn insert_behind(&mut self, claim: &Claim, met: &Met, time_ms: i64) -> Result<(), ClockSteppedBack> {
        self.watch_step(time_ms)?;
        if time_ms <= self.time_trusted_ms {
            self.time_max_ms = self.time_max_ms.max(time_ms);
        }
        let record = self.record_key(claim);
        let position = self.slots.end();
        let keys = keys_of(claim);
        self.slots.push(&NewSlot {
            time_ms,
            record,
            article_id: claim.article_id,
            text_hash: claim.sketch.text_hash,
            has_url: claim.has_url,
            never_suppressed: claim.never_suppressed,
            text: text_of(claim),
            key_tails: &claim.sketch.key_tails[..keys.1],
            links: &met.keys.links[..keys.1],
        });
        self.by_key.insert(&self.slots, position, &keys.0[..keys.1], &met.keys);
        if met.text {
            self.by_text.push(&self.slots, position, &claim.sketch.text_hash, time_ms);
        } else {
            self.by_text.push_first(&self.slots, position, &claim.sketch.text_hash);
        }
        if met.url {
            self.by_url.push(&self.slots, position, &claim.article_id, time_ms);
        } else if claim.has_url {
            self.by_url.push_first(&self.slots, position, &claim.article_id);
        }
        self.by_text.clean_next(&self.slots);
        self.by_url.clean_next(&self.slots);
        self.evict();
        Ok(())
    }

    fn watch_step(&self, time_ms: i64) -> Result<(), ClockSteppedBack> {
        let step_ms = self.time_max_ms.saturating_sub(time_ms);
        if self.time_max_ms > i64::MIN && step_ms > EVICTION_SLACK_MS {
            return Err(ClockSteppedBack { step_ms });
        }
        Ok(())
    }

    /// The short identity of a claim's raw record. Its topic gets a number.
    fn record_key(&mut self, claim: &Claim) -> RecordKey {
        let topic = &claim.identity.coordinates.topic;
        if !self.topic_numbers.contains_key(topic) {
            let number = u32::try_from(self.topics.len()).unwrap_or(u32::MAX);
            self.topics.push(topic.clone());
            self.topic_numbers.insert(topic.clone(), number);
        }
        self.known_record_key(claim)
    }

    /// The same for a claim whose topic may not have come yet: then no claim in the window is of its record.
    fn known_record_key(&self, claim: &Claim) -> RecordKey {
        let identity = &claim.identity;
        let coordinates = &identity.coordinates;
        RecordKey {
            topic: self.topic_numbers.get(&coordinates.topic).copied().unwrap_or(u32::MAX),
            partition: coordinates.partition,
            offset: coordinates.offset,
            // Folded to 32 bits: coordinates part records already, unless a topic was made anew.
            tag: fold(identity.payload_hash ^ identity.timestamp_ms.cast_unsigned().rotate_left(32)),
        }
    }

    fn evict(&mut self) {
        let limit_ms = self.time_max_ms.saturating_sub(self.level.window_ms() + EVICTION_SLACK_MS);
        while let Some(held) = self.slots.held(self.slots.first()) {
            if held.time_ms() >= limit_ms && self.slots.len() <= CLAIMS_MAX {
                break;
            }
            if !held.is_void() {
                self.by_text.expire(&held.slot.text_hash);
                if held.has_url() {
                    self.by_url.expire(&held.slot.article_id);
                }
            }
            self.slots.pop_front();
        }
    }

    /// Claims of lost raw records match nothing from now on. It looks at the whole window: losses are rare.
    pub fn void(&mut self, range: &VoidRange) {
        let Some(topic) = self.topic_numbers.get(&range.topic).copied() else { return };
        self.slots.forget_told();
        let mut texts = Vec::new();
        let mut urls = Vec::new();
        for position in self.slots.first()..self.slots.end() {
            let Some(held) = self.slots.held(position) else { continue };
            let Some(record) = held.record() else { continue };
            let lost = record.topic == topic
                && record.partition == range.partition
                && (range.from..range.to).contains(&record.offset);
            if lost && !held.is_void() {
                texts.push(held.slot.text_hash);
                if held.has_url() {
                    urls.push(held.slot.article_id);
                }
                self.slots.make_void(position);
            }
        }
        for (mut hashes, index) in [(texts, &mut self.by_text), (urls, &mut self.by_url)] {
            // Many copies have one hash, and all its claims are taken out at once.
            hashes.sort_unstable();
            hashes.dedup();
            for hash in hashes {
                for position in index.remove(&self.slots, &hash) {
                    if let Some(held) = self.slots.held(position).filter(|held| !held.is_void()) {
                        index.push(&self.slots, position, &hash, held.time_ms());
                    }
                }
            }
        }
    }

    /// The verdict about a claim that is not yet inserted.
    pub fn judge(&self, claim: &Claim, sequence: i64, time_ms: i64) -> Judgement {
        self.judge_and_learn(claim, &self.meet(claim), (sequence, time_ms), &mut Learnt::default())
    }

    fn judge_and_learn(
        &self,
        claim: &Claim,
        met: &Met,
        (sequence, time_ms): (i64, i64),
        learnt: &mut Learnt,
    ) -> Judgement {
        let after_ms = self.after_ms(time_ms);
        let found = self.find(claim, met, after_ms, learnt);
        let is_near = matches!(found.verdict, Verdict::Near | Verdict::Contained);
        Judgement {
            verdict: found.verdict,
            matched: found.matched.and_then(|position| self.matched(position)),
            score_permille: found.score_permille,
            novelty_permille: found.novelty_permille,
            rule: found.rule,
            sequence,
            level: self.level_number,
            suppressed: found.verdict.is_duplicate()
                && !claim.never_suppressed
                && (!is_near || self.level.suppresses_near()),
        }
    }

    fn matched(&self, position: u64) -> Option<Matched> {
        let held = self.slots.held(position)?;
        let record = held.record()?;
        let coordinates = RawCoordinates {
            topic: self.topics.get(record.topic as usize)?.clone(),
            partition: record.partition,
            offset: record.offset,
        };
        Some(Matched { coordinates, id: held.slot.article_id })
    }

    /// The first of the verdicts, in their precedence, that holds.
    fn find(&self, claim: &Claim, met: &Met, after_ms: i64, learnt: &mut Learnt) -> Found {
        if met.text
            && let Some(earliest) =
                self.by_text.earliest_after(&self.slots, &claim.sketch.text_hash, after_ms)
        {
            return Found::new(Verdict::Exact, Some(earliest), (1000, 0), rules::SAME_TEXT);
        }
        let versions = if met.url { self.versions(&claim.article_id, after_ms) } else { Vec::new() };
        let revision =
            if versions.is_empty() { None } else { self.find_revision(&text_of(claim), &versions) };
        match revision {
            Some(found) if found.verdict != Verdict::New => found,
            // The URL now holds another article, which may be somebody else's.
            reused => match self.find_near(claim, &met.keys, after_ms, learnt) {
                near if near.verdict != Verdict::New => near,
                nothing => reused.unwrap_or(nothing),
            },
        }
    }
}

/// What of a claim is in the window before it is entered itself. It is asked at once, for judging and entering both wait
/// for memory more than for anything else.
struct Met {
    /// A claim may have its text.
    text: bool,
    /// It has a URL, which a claim may have.
    url: bool,
    keys: Newest,
}

/// A verdict before it is written down.
struct Found {
    verdict: Verdict,
    matched: Option<u64>,
    score_permille: u16,
    novelty_permille: u16,
    rule: &'static str,
}

impl Found {
    const fn new(verdict: Verdict, matched: Option<u64>, figures: (u16, u16), rule: &'static str) -> Self {
        let (score_permille, novelty_permille) = figures;
        Self { verdict, matched, score_permille, novelty_permille, rule }
    }
}

/// The share of the text that the other lacks, 0 to 1000.
fn novelty_of(text: &Text<'_>, pair: &Pair) -> u16 {
    near::novelty_permille(text, std::iter::once(*pair), 0)
}

/// What of a claim is compared.
fn text_of(claim: &Claim) -> Text<'_> {
    let sketch = &claim.sketch;
    Text {
        codes: &sketch.codes,
        full: sketch.full,
        shingles: sketch.shingles,
        lead: sketch.lead,
        numerals: &sketch.numerals,
        numeral_pairs: &sketch.numeral_pairs,
        headline_hash: sketch.headline_hash,
        source: fold(claim.source_hash),
        fetched_at_s: u32::try_from(claim.fetched_at_ms / 1000).unwrap_or(0),
    }
}

/// The keys of a claim and how many there are. Texts too short to be compared have none.
fn keys_of(claim: &Claim) -> ([u32; KEYS_MAX], usize) {
    let sketch = &claim.sketch;
    let mut keys = [0; KEYS_MAX];
    if sketch.shingles < SHINGLES_MIN {
        return (keys, 0);
    }
    let mut count = 0;
    for (slot, (code, tail)) in keys.iter_mut().zip(sketch.codes.iter().zip(&sketch.key_tails)) {
        *slot = key(*code, *tail);
        count += 1;
    }
    (keys, count)
}

/// 64 bits folded to 32.
fn fold(hash: u64) -> u32 {
    u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}
