//! Near repeats by local replay: an article's candidates are grouped into stories as if they came in this order, and
//! the article is compared with the stories.
//!
//! A shingle weighs one over the number of stories that hold it: copies of one agency item don't lower its weight, a
//! frame that many stories share does. Only an article that adds little to what its matches brought downstream is a
//! repeat; one that adds more extends them. All is a function of the article and of the candidates given, in integers.

use super::compare::{Pair, Stories, Text, Weighed, Weights, first, numerals_differ};
use super::holders::{Holders, Places, Rows};
use super::level::{Addition, StoryRules};

/// Of an article's candidates, the best so many are compared.
pub const CANDIDATES_MAX: usize = 32;
/// Weighted containment at which two candidates are one story, and at which the article belongs to one.
const JOIN_MIN_PERMILLE: u64 = 300;
const MATCH_MIN_PERMILLE: u64 = 400;
/// A short addition is still more than a repeat when it is most of the article.
const NOVELTY_OF_SHORT_MAX_PERMILLE: u64 = 600;
/// An update has other numbers, comes soon, and resembles its match: containment and a fifth of the resemblance.
const UPDATE_MIN_PERMILLE: u64 = 600;
/// Resemblance from which a repeat is `near`; below it is `contained`.
pub const NEAR_RESEMBLANCE_MIN_PERMILLE: u16 = 500;

/// An earlier article that shares keys.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its place in the window's order.
    pub position: u64,
    pub text: Text<'a>,
    /// Tells raw records apart: claims of one record are one article.
    pub record: RecordKey,
    /// It reached downstream, whatever its verdict was.
    pub never_suppressed: bool,
}

/// Identity of a raw record, as short as memory allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordKey {
    pub offset: i64,
    pub partition: i32,
    pub topic: u32,
    /// Of its timestamp and payload.
    pub tag: u32,
}

/// What the replay says of an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// No story matches.
    Nothing,
    /// Only the numbers part the article from this candidate.
    OtherNumbers(Match),
    /// The article tells a story that is known.
    Story(Match, Cover),
}

/// The candidate that an article matches best: the first of its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Index among the candidates.
    pub candidate: usize,
    pub containment_permille: u16,
    pub resemblance_permille: u16,
}

/// What of an article stands in what came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// Codes that are frames.
    pub frames: u64,
    /// The candidates whose text covers: one bit each.
    pub members: u32,
}

/// An article beside each of its candidates.
pub type Pairs = [Pair; CANDIDATES_MAX];

/// Candidates in order, grouped into stories.
struct Replay<'a, 'b> {
    candidates: &'b [Candidate<'a>],
    rules: StoryRules,
    /// The story of each candidate.
    story: [u8; CANDIDATES_MAX],
    /// The first candidate of each story, one bit each.
    leading: u32,
    /// The members of each story, one bit each.
    members: [u32; CANDIDATES_MAX],
    /// Stories.
    count: usize,
    /// Candidates that brought something new downstream, one bit each.
    kept: u32,
    /// The codes of those.
    holders: Holders,
}

/// Compares an article with its candidates, which stand in the order of the log, and with each of them in `pairs`.
pub fn find(text: &Text<'_>, candidates: &[Candidate<'_>], rules: StoryRules, pairs: &mut Pairs) -> Finding {
    let candidates = &candidates[..candidates.len().min(CANDIDATES_MAX)];
    if candidates.is_empty() {
        return Finding::Nothing;
    }
    let places = Places::new(text.codes);
    let mut matching = 0_u32;
    for (at, (pair, candidate)) in pairs.iter_mut().zip(candidates).enumerate() {
        let (shared, theirs) = places.shared(candidate.text.codes);
        *pair =
            Pair::of(text, &candidate.text, shared).with_lead((candidate.text.lead & theirs).count_ones());
        matching |= u32::from(pair.may_match(text, &candidate.text)) << at;
    }
    if matching == 0 {
        return Finding::Nothing;
    }
    let replay = Replay::of(candidates, rules);
    let stories = replay.stories_that_hold(pairs);
    let weights = Weights::new(&stories);
    let mut best: Option<(Weighed, usize)> = None;
    let mut update: Option<(Weighed, usize)> = None;
    let mut told = 0_u32;
    for leader in members_of(matching & replay.leading) {
        let (pair, other) = (&pairs[leader], &candidates[leader].text);
        let weighed = pair.weigh(&weights, text, other, rules.engine);
        if numerals_differ(text, other) {
            let sum = weighed.containment_permille + u64::from(pair.resemblance_permille()) / 5;
            if !weighed.far_apart && sum >= UPDATE_MIN_PERMILLE && weighed.reaches(MATCH_MIN_PERMILLE) {
                better(&mut update, weighed, leader);
            }
        } else if weighed.reaches(MATCH_MIN_PERMILLE) {
            told |= 1 << replay.story[leader];
            better(&mut best, weighed, leader);
        }
    }
    let found = |(weighed, leader): (Weighed, usize)| Match {
        candidate: leader,
        containment_permille: u16::try_from(weighed.containment_permille.min(1000)).unwrap_or(1000),
        resemblance_permille: pairs[leader].resemblance_permille(),
    };
    match (best, update) {
        (Some(best), _) => {
            let cover = Cover { frames: stories.several(), members: replay.kept_of(told) };
            Finding::Story(found(best), cover)
        }
        (None, Some(update)) => Finding::OtherNumbers(found(update)),
        (None, None) => Finding::Nothing,
    }
}

/// Ties go to the earlier one.
fn better(best: &mut Option<(Weighed, usize)>, weighed: Weighed, leader: usize) {
    if best.is_none_or(|(known, _)| weighed.score > known.score) {
        *best = Some((weighed, leader));
    }
}

impl<'a, 'b> Replay<'a, 'b> {
    fn of(candidates: &'b [Candidate<'a>], rules: StoryRules) -> Self {
        let compared_with = &candidates[..candidates.len().saturating_sub(1)];
        let other_codes =
            compared_with.windows(2).filter(|two| two[0].text.codes != two[1].text.codes).count();
        let mut replay = Self {
            candidates,
            rules,
            story: [0; CANDIDATES_MAX],
            leading: 0,
            members: [0; CANDIDATES_MAX],
            count: 0,
            kept: 0,
            holders: Holders::new(usize::from(!compared_with.is_empty()) + other_codes),
        };
        let mut beside = Beside { codes: &[], kept: u32::MAX, rows: Rows::NONE, stories: Stories::default() };
        for at in 0..candidates.len() {
            let story = replay.place(at, &mut beside);
            replay.story[at] = index(story);
            replay.members[story] |= 1 << at;
        }
        replay
    }

    /// The story that a candidate matches best, else a new one that it leads.
    fn place(&mut self, at: usize, beside: &mut Beside<'a>) -> usize {
        let candidate = &self.candidates[at];
        if let Some(same) =
            self.candidates[..at].iter().position(|earlier| earlier.record == candidate.record)
        {
            return usize::from(self.story[same]);
        }
        let text = &candidate.text;
        beside.look_at(text.codes, self);
        let weights = Weights::new(&beside.stories);
        let mut best: Option<(Weighed, usize)> = None;
        let mut told = 0_u32;
        for leader in members_of(beside.rows.all & self.leading) {
            let other = &self.candidates[leader].text;
            let pair = Pair::of(text, other, beside.rows.shared[leader]);
            if !pair.shares_enough() {
                continue;
            }
            let pair = pair.with_lead(beside.rows.of_lead(leader));
            if !pair.may_match(text, other) || numerals_differ(text, other) {
                continue;
            }
            let weighed = pair.weigh(&weights, text, other, self.rules.engine);
            if weighed.reaches(JOIN_MIN_PERMILLE) {
                told |= 1 << self.story[leader];
                better(&mut best, weighed, leader);
            }
        }
        let Some((_, leader)) = best else {
            let story = self.count;
            self.leading |= 1 << at;
            self.count += 1;
            self.keep(at);
            return story;
        };
        let covering = members_of(self.kept_of(told))
            .map(|member| Pair::of(text, &self.candidates[member].text, beside.rows.shared[member]));
        let novelty = novelty_permille(text, covering, beside.stories.several());
        if !adds_little(novelty, text.shingles, self.rules.addition) {
            self.keep(at);
        }
        usize::from(self.story[leader])
    }

    fn keep(&mut self, at: usize) {
        self.kept |= 1 << at;
        // Nothing comes behind the last one that would be compared with it.
        if at + 1 < self.candidates.len() {
            let text = &self.candidates[at].text;
            self.holders.add(text.codes, text.lead, 1 << at);
        }
    }

    /// The kept candidates of some stories.
    fn kept_of(&self, stories: u32) -> u32 {
        members_of(stories).fold(0, |members, story| members | self.members[story]) & self.kept
    }

    /// How many stories have a member that holds a code of the article.
    fn stories_that_hold(&self, pairs: &Pairs) -> Stories {
        let mut stories = Stories::default();
        for members in &self.members[..self.count] {
            stories.add(members_of(*members).fold(0, |codes, member| codes | pairs[member].left_shared));
        }
        stories
    }
}

/// A candidate's codes beside those of the kept ones before it.
struct Beside<'a> {
    codes: &'a [u16],
    /// The kept ones when it was filled.
    kept: u32,
    rows: Rows,
    /// Here a story holds what its leader holds.
    stories: Stories,
}

impl<'a> Beside<'a> {
    /// Copies of one text follow each other, and are looked at once.
    fn look_at(&mut self, codes: &'a [u16], replay: &Replay<'a, '_>) {
        if self.kept == replay.kept && self.codes == codes {
            return;
        }
        // The first candidate stands beside nothing.
        if replay.kept == 0 {
            return;
        }
        (self.codes, self.kept) = (codes, replay.kept);
        replay.holders.of(codes, &mut self.rows);
        self.stories = Stories::default();
        for leader in members_of(self.rows.all & replay.leading) {
            self.stories.add(self.rows.shared[leader]);
        }
    }
}

/// The share of an article that stands neither in one of these pairs' right texts nor in a frame, 0 to 1000: over the
/// range of hashes that all of them cover.
pub fn novelty_permille(text: &Text<'_>, covering: impl Iterator<Item = Pair>, frames: u64) -> u16 {
    let mut range = u32::try_from(text.codes.len()).unwrap_or(u32::MAX);
    let mut covered = frames;
    for pair in covering {
        range = range.min(pair.left);
        covered |= pair.left_shared;
    }
    1000 - super::compare::permille((covered & first(range)).count_ones(), range)
}

/// Whether an article of so many shingles, of which this share is new, is a repeat.
pub fn adds_little(novelty_permille: u16, shingles: u32, limits: Addition) -> bool {
    let novelty = u64::from(novelty_permille);
    let new_words = novelty * u64::from(shingles) / 1000;
    novelty_permille <= limits.novelty_permille
        || (new_words <= u64::from(limits.words) && novelty <= NOVELTY_OF_SHORT_MAX_PERMILLE)
}

/// The indices that a mask names, in order.
pub fn members_of(mut mask: u32) -> impl Iterator<Item = usize> + Clone {
    std::iter::from_fn(move || {
        let at = mask.trailing_zeros() as usize;
        mask &= mask.wrapping_sub(1);
        (at < CANDIDATES_MAX).then_some(at)
    })
}

/// There are at most 32 candidates.
fn index(at: usize) -> u8 {
    u8::try_from(at).unwrap_or(u8::MAX)
}
