//! The verdict once more, as plainly as docs/DEDUPLICATION.md says it: a list of all claims, walked over for each judged
//! one, and sorted lists of codes. It shares no code with the engine beyond claims, levels and the names of rules, and is
//! slow on purpose; where the two differ, one of them or the document is wrong.

mod numerals;

use std::collections::BTreeMap;

use numerals::{common, far_apart_min, numerals_agree, numerals_differ};

use crate::article::{Judgement, Matched, Verdict};
use crate::dedup::claim::{Claim, VoidRange};
use crate::dedup::level::Level;
use crate::dedup::rules;

/// Where the range of a sketch ends that holds all shingles: no code is greater.
const NO_END: u16 = u16::MAX;
/// The weight of a shingle that one story holds.
const WEIGHT_ONE: u64 = 65_536;

struct Entry {
    claim: Claim,
    time_ms: i64,
    void: bool,
    keys: Vec<u32>,
}

/// All claims of a log.
pub struct Reference {
    level: Level,
    entries: Vec<Entry>,
    /// The places of the claims that have a key.
    by_key: BTreeMap<u32, Vec<usize>>,
}

/// Two texts over the range that both sketches cover.
struct Pair {
    shared: Vec<u16>,
    end: u16,
    own: usize,
    other: usize,
}

/// Candidates that tell one story.
struct Story {
    leader: usize,
    members: Vec<usize>,
    kept: Vec<usize>,
}

/// Of each of the 65,536 codes, how many stories hold it.
type Holders = Vec<u64>;

/// A match of two texts by weight.
#[derive(Clone, Copy)]
struct Match {
    other: usize,
    score: u64,
    resemblance: u64,
    /// Of several matches the one that ranks highest is taken, of equals the first.
    rank: u64,
}

/// Which stories a text tells.
#[derive(Default)]
struct Told {
    leaders: Vec<Match>,
    /// Leaders from which only the numerals part it.
    other_numbers: Vec<Match>,
    /// The kept members of the stories that it tells.
    covers: Vec<usize>,
}

/// A verdict about a place in the list.
#[derive(Clone, Copy)]
struct Finding {
    verdict: Verdict,
    matched: Option<usize>,
    score: u64,
    novelty: u64,
    rule: &'static str,
}

fn end_of(claim: &Claim) -> u16 {
    if claim.sketch.full { NO_END } else { claim.sketch.codes.last().copied().unwrap_or(0) }
}

fn codes_to(claim: &Claim, end: u16) -> &[u16] {
    let codes = &claim.sketch.codes;
    &codes[..codes.partition_point(|code| *code <= end)]
}

fn lead_to(claim: &Claim, end: u16) -> Vec<u16> {
    let codes = claim.sketch.codes.iter().copied().enumerate();
    codes
        .filter(|(at, code)| claim.sketch.lead >> at & 1 == 1 && *code <= end)
        .map(|(_, code)| code)
        .collect()
}

fn pair(own: &Claim, other: &Claim) -> Pair {
    let end = end_of(own).min(end_of(other));
    let (left, right) = (codes_to(own, end), codes_to(other, end));
    Pair { shared: common(left, right), end, own: left.len(), other: right.len() }
}

/// Thousandths, rounded down; 0 of nothing.
fn share(part: usize, whole: usize) -> u64 {
    if whole == 0 { 0 } else { part as u64 * 1000 / whole as u64 }
}

impl Pair {
    fn containment(&self) -> u64 {
        share(self.shared.len(), self.own.min(self.other))
    }

    fn resemblance(&self) -> u64 {
        share(self.shared.len(), self.own + self.other - self.shared.len())
    }

    fn novelty(&self) -> u64 {
        1000 - share(self.shared.len(), self.own)
    }

    /// Whether either text has at least one part of so many `parts` of its lead in the other.
    fn shares_lead(&self, claims: [&Claim; 2], parts: usize) -> bool {
        claims.into_iter().any(|claim| {
            let lead = lead_to(claim, self.end);
            let common = lead.iter().filter(|code| self.shared.contains(code)).count();
            common > 0 && common * parts >= lead.len()
        })
    }
}

/// Whether two texts may match: by their words alone, unweighted.
fn may_match(own: &Claim, other: &Claim, pair: &Pair) -> bool {
    let shared_min = if pair.own.min(pair.other) < 8 { 2 } else { 3 };
    let one_source = source(own) != 0 && source(own) == source(other);
    pair.shared.len() >= shared_min
        && pair.containment() >= 400
        && (!one_source || pair.resemblance() >= 600 || pair.shares_lead([own, other], 2))
}

fn source(claim: &Claim) -> u64 {
    (claim.source_hash >> 32) ^ (claim.source_hash & 0xffff_ffff)
}

fn are_far_apart(own: &Claim, other: &Claim, engine: u32) -> bool {
    let (own_s, other_s) = (own.fetched_at_ms / 1000, other.fetched_at_ms / 1000);
    let is_known = |seconds: i64| seconds > 0 && u32::try_from(seconds).is_ok();
    let hours = if engine >= 4 { 30 } else { 36 };
    is_known(own_s) && is_known(other_s) && own_s.abs_diff(other_s) > hours * 3600
}

fn nobody() -> Holders {
    vec![0; 1 << 16]
}

/// One more story holds these codes, which are distinct.
fn hold(holders: &mut Holders, codes: &[u16]) {
    for code in codes {
        holders[usize::from(*code)] += 1;
    }
}

/// The weighted share of the lighter side that is common. What only the earlier text has weighs as one story's.
fn score(own: &Claim, pair: &Pair, holders: &Holders) -> u64 {
    let weight = |codes: &[u16]| -> u64 {
        codes.iter().map(|code| WEIGHT_ONE / holders[usize::from(*code)].max(1)).sum()
    };
    let shared = weight(&pair.shared);
    let other = shared + WEIGHT_ONE * (pair.other - pair.shared.len()) as u64;
    shared * 1000 / weight(codes_to(own, pair.end)).min(other).max(1)
}

fn best_of(matches: &[Match]) -> Option<Match> {
    let mut best: Option<Match> = None;
    for one in matches {
        if best.is_none_or(|best| one.rank > best.rank) {
            best = Some(*one);
        }
    }
    best
}

impl Reference {
    pub fn new(level: Level) -> Self {
        Self { level, entries: Vec::new(), by_key: BTreeMap::new() }
    }

    pub fn void(&mut self, range: &VoidRange) {
        for entry in &mut self.entries {
            entry.void |= range.holds(&entry.claim.identity.coordinates);
        }
    }

    pub fn apply(&mut self, claim: &Claim, offset: i64, time_ms: i64) -> Judgement {
        let tails = claim.sketch.key_tails.iter();
        let mut keys: Vec<u32> = Vec::new();
        if claim.sketch.shingles >= 6 {
            let codes = claim.sketch.codes.iter();
            keys.extend(codes.zip(tails).map(|(code, tail)| u32::from(*code) << 16 | u32::from(*tail)));
        }
        for key in &keys {
            self.by_key.entry(*key).or_default().push(self.entries.len());
        }
        self.entries.push(Entry { claim: claim.clone(), time_ms, void: false, keys });
        let finding = self.judge(self.entries.len() - 1, time_ms - self.level.window_ms());
        Judgement {
            verdict: finding.verdict,
            matched: finding.matched.map(|at| Matched {
                coordinates: self.claim(at).identity.coordinates.clone(),
                id: self.claim(at).article_id,
            }),
            score_permille: u16::try_from(finding.score).unwrap(),
            novelty_permille: u16::try_from(finding.novelty).unwrap(),
            rule: finding.rule,
            sequence: offset,
            level: 1,
            suppressed: !claim.never_suppressed
                && match finding.verdict {
                    Verdict::Exact | Verdict::Refetch => true,
                    Verdict::Near | Verdict::Contained => self.level.near == "suppress",
                    _ => false,
                },
        }
    }

    fn claim(&self, at: usize) -> &Claim {
        &self.entries[at].claim
    }

    /// The claims before a place that count: with an append time after a moment, and not void. Newest first.
    fn before(&self, at: usize, after_ms: i64) -> impl Iterator<Item = (usize, &Entry)> {
        let entries = self.entries[..at].iter().enumerate().rev();
        entries.filter(move |(_, entry)| entry.time_ms > after_ms && !entry.void)
    }

    fn judge(&self, at: usize, after_ms: i64) -> Finding {
        let own = self.claim(at);
        let same_text = |entry: &Entry| entry.claim.sketch.text_hash == own.sketch.text_hash;
        let mut copies = self.before(at, after_ms).filter(|(_, entry)| same_text(entry));
        let finding =
            |verdict, matched, score, novelty, rule| Finding { verdict, matched, score, novelty, rule };
        if let Some((earliest, _)) = copies.by_ref().last() {
            return finding(Verdict::Exact, Some(earliest), 1000, 0, rules::SAME_TEXT);
        }
        let revision = self.revision(at, after_ms);
        if let Some(finding) = revision.filter(|finding| finding.verdict != Verdict::New) {
            return finding;
        }
        let compares = self.level.addition.is_some() && own.sketch.shingles >= 6;
        let story = if compares { self.story(at, after_ms) } else { None };
        story.or(revision).unwrap_or_else(|| finding(Verdict::New, None, 0, 1000, rules::NO_MATCH))
    }

    /// Versions of one URL.
    fn revision(&self, at: usize, after_ms: i64) -> Option<Finding> {
        let own = self.claim(at);
        let is_version = |entry: &Entry| entry.claim.has_url && entry.claim.article_id == own.article_id;
        let fetched = self.before(at, i64::MIN).filter(|(_, entry)| own.has_url && is_version(entry));
        let (looked_at, taken) = if self.level.engine < 5 { (usize::MAX, 32) } else { (1024, 1024) };
        let versions = fetched.take(looked_at).filter(|(_, entry)| entry.time_ms > after_ms);
        let mut versions: Vec<usize> = versions.map(|(version, _)| version).take(taken).collect();
        versions.reverse();
        if versions.len() > 32 {
            versions = (0..32).map(|at| versions[at * (versions.len() - 1) / 31]).collect();
        }
        let mut kept: Vec<usize> = Vec::new();
        for version in versions {
            if !kept.iter().any(|earlier| self.is_refetch(self.claim(version), self.claim(*earlier))) {
                kept.push(version);
            }
        }
        if let Some(same) = kept.iter().find(|version| self.is_refetch(own, self.claim(**version))) {
            return Some(self.version(own, *same, Verdict::Refetch, rules::SAME_URL_LITTLE_NEW));
        }
        let mut best: Option<(u64, usize)> = None;
        for version in &kept {
            let resemblance = pair(own, self.claim(*version)).resemblance();
            if best.is_none_or(|(known, _)| resemblance >= known) {
                best = Some((resemblance, *version));
            }
        }
        let (_, best) = best?;
        let other = self.claim(best);
        let (verdict, rule) = if own.sketch.shingles < 6 || other.sketch.shingles < 6 {
            (Verdict::Revision, rules::SAME_URL_SHORT_TEXT)
        } else if pair(own, other).containment() < u64::from(self.level.revision_similarity_permille) {
            (Verdict::New, rules::SAME_URL_OTHER_TEXT)
        } else if kept.iter().all(|version| headlines_differ(own, self.claim(*version))) {
            (Verdict::Revision, rules::SAME_URL_OTHER_HEADLINE)
        } else {
            (Verdict::Revision, rules::SAME_URL_CHANGED)
        };
        Some(self.version(own, best, verdict, rule))
    }

    fn version(&self, own: &Claim, version: usize, verdict: Verdict, rule: &'static str) -> Finding {
        let pair = pair(own, self.claim(version));
        let matched = Some(version);
        Finding { verdict, matched, score: pair.resemblance(), novelty: pair.novelty(), rule }
    }

    fn is_refetch(&self, own: &Claim, earlier: &Claim) -> bool {
        let pairs = [own, earlier].map(|claim| &claim.sketch.numeral_pairs);
        own.sketch.shingles >= 6
            && earlier.sketch.shingles >= 6
            && own.sketch.numerals == earlier.sketch.numerals
            && (pairs.contains(&&Vec::new()) || pairs[0] == pairs[1])
            && !headlines_differ(own, earlier)
            && pair(own, earlier).novelty() < u64::from(self.level.revision_novelty_permille)
    }

    /// The claims before `at` that share keys, in the log's order.
    fn candidates(&self, at: usize, after_ms: i64) -> Vec<usize> {
        let own = &self.entries[at];
        let counts = |candidate: &usize| {
            let entry = &self.entries[*candidate];
            entry.time_ms > after_ms && !entry.void
        };
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for key in &own.keys {
            let newest_first = self.by_key[key].iter().copied().rev().filter(|candidate| *candidate < at);
            for candidate in newest_first.take(1024).filter(counts).take(32) {
                *shared.entry(candidate).or_default() += 1;
            }
        }
        let shared_min = if own.claim.sketch.codes.len() < 24 { 1 } else { 2 };
        let mut found: Vec<(usize, usize)> = shared
            .into_iter()
            .filter(|(candidate, _)| self.claim(*candidate).identity != own.claim.identity)
            .map(|(candidate, shared)| (shared, candidate))
            .filter(|(shared, _)| *shared >= shared_min)
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.truncate(32);
        let mut candidates: Vec<usize> = found.into_iter().map(|(_, candidate)| candidate).collect();
        candidates.sort_unstable();
        candidates
    }

    fn stories(&self, candidates: &[usize]) -> Vec<Story> {
        let mut stories: Vec<Story> = Vec::new();
        // Here a story holds what its leader holds.
        let mut holders = nobody();
        for candidate in candidates {
            let own = self.claim(*candidate);
            let is_same_record = |member: &usize| self.claim(*member).identity == own.identity;
            if let Some(story) = stories.iter_mut().find(|story| story.members.iter().any(is_same_record)) {
                story.members.push(*candidate);
                continue;
            }
            let told = self.told(own, &stories, &holders, 300);
            let Some(best) = best_of(&told.leaders) else {
                let (members, kept) = (vec![*candidate], vec![*candidate]);
                stories.push(Story { leader: *candidate, members, kept });
                hold(&mut holders, &own.sketch.codes);
                continue;
            };
            let is_kept = !self.adds_little(self.novelty(own, &told.covers, &holders), own);
            for story in stories.iter_mut().filter(|story| story.leader == best.other) {
                story.members.push(*candidate);
                story.kept.extend(is_kept.then_some(*candidate));
            }
        }
        stories
    }

    /// The distinct codes of some claims.
    fn codes_of(&self, claims: &[usize]) -> Vec<u16> {
        let mut codes: Vec<u16> =
            claims.iter().flat_map(|claim| &self.claim(*claim).sketch.codes).copied().collect();
        if claims.len() > 1 {
            codes.sort_unstable();
            codes.dedup();
        }
        codes
    }

    /// For a judged text a story holds what any of its members holds.
    fn holders(&self, stories: &[Story]) -> Holders {
        let mut holders = nobody();
        for story in stories {
            hold(&mut holders, &self.codes_of(&story.members));
        }
        holders
    }

    fn told(&self, own: &Claim, stories: &[Story], holders: &Holders, score_min: u64) -> Told {
        let mut told = Told::default();
        for story in stories {
            let leader = self.claim(story.leader);
            let pair = pair(own, leader);
            if !may_match(own, leader, &pair) {
                continue;
            }
            let score = score(own, &pair, holders);
            let engine = self.level.engine;
            let far_apart = are_far_apart(own, leader, engine);
            let needs = if far_apart { far_apart_min(own, leader, engine) } else { score_min };
            let has_numbers = engine >= 4 && score >= 500 && numerals_agree(own, leader);
            let tells_the_same = score >= 750 || has_numbers || pair.shares_lead([own, leader], 5);
            if score < needs || !tells_the_same {
                continue;
            }
            let union = pair.own + pair.other - pair.shared.len();
            let rank = score * 1000 + pair.shared.len() as u64 * 200_000 / union as u64;
            let found = Match { other: story.leader, score, resemblance: pair.resemblance(), rank };
            if !numerals_differ(own, leader) {
                told.leaders.push(found);
                told.covers.extend(&story.kept);
            } else if !far_apart && score + pair.resemblance() / 5 >= 600 {
                told.other_numbers.push(found);
            }
        }
        told
    }

    fn novelty(&self, own: &Claim, covers: &[usize], holders: &Holders) -> u64 {
        let end = covers.iter().map(|cover| end_of(self.claim(*cover))).fold(end_of(own), u16::min);
        let codes = codes_to(own, end);
        let is_covered = |code: &&u16| {
            holders[usize::from(**code)] >= 2
                || covers.iter().any(|cover| self.claim(*cover).sketch.codes.contains(*code))
        };
        1000 - share(codes.iter().filter(is_covered).count(), codes.len())
    }

    fn adds_little(&self, novelty: u64, own: &Claim) -> bool {
        let addition = self.level.addition.unwrap();
        let new_words = novelty * u64::from(own.sketch.shingles) / 1000;
        novelty <= u64::from(addition.novelty_permille)
            || (new_words <= u64::from(addition.words) && novelty <= 600)
    }

    fn story(&self, at: usize, after_ms: i64) -> Option<Finding> {
        let own = self.claim(at);
        let stories = self.stories(&self.candidates(at, after_ms));
        let holders = self.holders(&stories);
        let told = self.told(own, &stories, &holders, 400);
        let Some(best) = best_of(&told.leaders) else {
            let best = best_of(&told.other_numbers)?;
            let novelty = pair(own, self.claim(best.other)).novelty();
            return Some(best.finding(Verdict::Update, novelty, rules::SAME_STORY_OTHER_NUMBERS));
        };
        let novelty = self.novelty(own, &told.covers, &holders);
        if !self.adds_little(novelty, own) {
            return Some(best.finding(Verdict::Extends, novelty, rules::SAME_STORY_MUCH_NEW));
        }
        let behind = |cover: &usize| self.behind(own, *cover, after_ms).unwrap_or(*cover);
        let covers: Vec<usize> = told.covers.iter().map(behind).collect();
        let novelty = self.novelty(own, &covers, &holders);
        if !self.adds_little(novelty, own) {
            return Some(best.finding(Verdict::Extends, novelty, rules::SAME_STORY_NOT_TOLD));
        }
        let verdict = if best.resemblance >= 500 { Verdict::Near } else { Verdict::Contained };
        Some(best.finding(verdict, novelty, rules::SAME_STORY_LITTLE_NEW))
    }

    /// What a cover of another length repeats, where it is a repeat.
    fn behind(&self, own: &Claim, cover: usize, after_ms: i64) -> Option<usize> {
        let other = self.claim(cover);
        let (own, whole) = (u64::from(own.sketch.shingles) * 100, u64::from(other.sketch.shingles));
        if other.never_suppressed || own >= whole * 80 && own <= whole * 105 {
            return None;
        }
        let stories = self.stories(&self.candidates(cover, after_ms));
        let holders = self.holders(&stories);
        let told = self.told(other, &stories, &holders, 400);
        let best = best_of(&told.leaders)?;
        let repeats = self.adds_little(self.novelty(other, &told.covers, &holders), other);
        repeats.then_some(best.other)
    }
}

impl Match {
    const fn finding(self, verdict: Verdict, novelty: u64, rule: &'static str) -> Finding {
        Finding { verdict, matched: Some(self.other), score: self.score, novelty, rule }
    }
}

fn headlines_differ(own: &Claim, other: &Claim) -> bool {
    let (own, other) = (own.sketch.headline_hash, other.sketch.headline_hash);
    own != 0 && other != 0 && own != other
}
