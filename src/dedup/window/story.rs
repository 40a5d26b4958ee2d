//! Whether a story is told in the window already: candidates by shingle key, the local replay, and one step behind
//! those that cover the article.

use super::candidates::Asked;
use super::{Found, Window, novelty_of, text_of};
use crate::article::Verdict;
use crate::dedup::claim::Claim;
use crate::dedup::compare::{Pair, Text};
use crate::dedup::index::{Links, Newest};
use crate::dedup::level::{Addition, StoryRules};
use crate::dedup::near::{self, CANDIDATES_MAX, Candidate, Cover, Finding, Match, Pairs};
use crate::dedup::rules;
use crate::dedup::sketch::SHINGLES_MIN;
use crate::dedup::told::{Learnt, Reach, Repeated, Told};

impl Window {
    /// Whether the article is told in the window already, by whatever URL.
    pub(super) fn find_near(
        &self,
        claim: &Claim,
        newest: &Newest,
        after_ms: i64,
        learnt: &mut Learnt,
    ) -> Found {
        let nothing = Found::new(Verdict::New, None, (0, 1000), rules::NO_MATCH);
        let story_rules = match self.level.story_rules() {
            Some(story_rules) if claim.sketch.shingles >= SHINGLES_MIN => story_rules,
            _ => return nothing,
        };
        let limits = story_rules.addition;
        let text = text_of(claim);
        let asked = Asked { text, postings: newest.links, record: self.known_record_key(claim) };
        if asked.has_no_candidates() {
            learnt.of_claim = Told::new(self.slots.end(), None, &Reach::WHOLE);
            return nothing;
        }
        let replayed = self.replay(&asked, after_ms, story_rules);
        // The same that later articles ask of this one.
        learnt.of_claim = Told::new(self.slots.end(), replayed.repeated(&text, limits), &replayed.reach);
        let (matched, cover) = match &replayed.finding {
            Finding::Nothing => return nothing,
            Finding::OtherNumbers(matched) => {
                let novelty = novelty_of(&text, &replayed.pairs[matched.candidate]);
                let found = (matched.containment_permille, novelty);
                let position = Some(replayed.position(matched));
                return Found::new(Verdict::Update, position, found, rules::SAME_STORY_OTHER_NUMBERS);
            }
            Finding::Story(matched, cover) => (matched, cover),
        };
        let position = Some(replayed.position(matched));
        let novelty = replayed.novelty(&text, cover);
        let figures = |novelty| (matched.containment_permille, novelty);
        if !near::adds_little(novelty, text.shingles, limits) {
            return Found::new(Verdict::Extends, position, figures(novelty), rules::SAME_STORY_MUCH_NEW);
        }
        let novelty = self.novelty_behind(&text, &replayed, cover, (after_ms, story_rules), learnt);
        if !near::adds_little(novelty, text.shingles, limits) {
            return Found::new(Verdict::Extends, position, figures(novelty), rules::SAME_STORY_NOT_TOLD);
        }
        let verdict = if matched.resemblance_permille >= near::NEAR_RESEMBLANCE_MIN_PERMILLE {
            Verdict::Near
        } else {
            Verdict::Contained
        };
        Found::new(verdict, position, figures(novelty), rules::SAME_STORY_LITTLE_NEW)
    }

    /// Gathers the candidates of a text and compares it with them.
    fn replay(&self, asked: &Asked<'_>, after_ms: i64, story_rules: StoryRules) -> Replayed<'_> {
        let (candidates, reach) = self.gather(asked, after_ms);
        let mut pairs = [Pair::default(); CANDIDATES_MAX];
        let finding = near::find(&asked.text, &candidates, story_rules, &mut pairs);
        Replayed { candidates, pairs, finding, reach }
    }

    /// What an article adds where those that cover it, being repeats themselves, gave way to what they repeat. One
    /// step back only; a text of about the same length has the same substance.
    fn novelty_behind(
        &self,
        text: &Text<'_>,
        replayed: &Replayed<'_>,
        cover: &Cover,
        (after_ms, story_rules): (i64, StoryRules),
        learnt: &mut Learnt,
    ) -> u16 {
        let pairs = near::members_of(cover.members).map(|member| {
            let candidate = &replayed.candidates[member];
            if candidate.never_suppressed || is_of_like_length(text, &candidate.text) {
                return replayed.pairs[member];
            }
            let behind = self.told_before(candidate, after_ms, story_rules, learnt);
            behind.map_or(replayed.pairs[member], |behind| Pair::new(text, &behind))
        });
        near::novelty_permille(text, pairs, cover.frames)
    }

    /// What an earlier article repeats, where it is a repeat.
    fn told_before(
        &self,
        candidate: &Candidate<'_>,
        after_ms: i64,
        story_rules: StoryRules,
        learnt: &mut Learnt,
    ) -> Option<Text<'_>> {
        let position = candidate.position;
        let held = self.slots.held(position)?;
        let repeated = match held.slot.told.within(position, after_ms, self.slots.first()) {
            Some(Repeated::Claim(repeated)) => Some(repeated),
            Some(Repeated::Nothing) => None,
            None => {
                let mut postings = Links::default();
                for (at, posting) in postings.iter_mut().enumerate() {
                    *posting = held.link(at);
                }
                let asked = Asked { text: candidate.text, postings, record: candidate.record };
                let replayed = self.replay(&asked, after_ms, story_rules);
                let repeated = replayed.repeated(&candidate.text, story_rules.addition);
                learnt.of_earlier.push((position, Told::new(position, repeated, &replayed.reach)));
                repeated
            }
        };
        self.slots.held(repeated?)?.text()
    }
}

/// A text's candidates and what they say of it.
struct Replayed<'a> {
    candidates: Vec<Candidate<'a>>,
    pairs: Pairs,
    finding: Finding,
    /// For which windows the candidates are the same.
    reach: Reach,
}

impl Replayed<'_> {
    fn position(&self, matched: &Match) -> u64 {
        self.candidates[matched.candidate].position
    }

    fn novelty(&self, text: &Text<'_>, cover: &Cover) -> u16 {
        let pairs = near::members_of(cover.members).map(|member| self.pairs[member]);
        near::novelty_permille(text, pairs, cover.frames)
    }

    /// The position of what the text repeats, where it adds little to those that cover it.
    fn repeated(&self, text: &Text<'_>, limits: Addition) -> Option<u64> {
        let Finding::Story(matched, cover) = &self.finding else { return None };
        near::adds_little(self.novelty(text, cover), text.shingles, limits).then(|| self.position(matched))
    }
}

/// Whether a text has four fifths to 21 twentieths of another's length.
fn is_of_like_length(text: &Text<'_>, other: &Text<'_>) -> bool {
    let (own, other) = (u64::from(text.shingles), u64::from(other.shingles));
    own * 10 >= other * 8 && own * 20 <= other * 21
}
