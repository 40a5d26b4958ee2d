//! Whether a story is told in the window already: candidates by shingle key, the local replay, and one step behind
//! those that cover the article.

use super::{Found, Window, keys_of, novelty_of, text_of};
use crate::article::Verdict;
use crate::dedup::claim::Claim;
use crate::dedup::compare::{Pair, Text};
use crate::dedup::index::{Links, claims_from};
use crate::dedup::level::{Addition, Engine};
use crate::dedup::near::{self, CANDIDATES_MAX, Candidate, Cover, Finding, Match, RecordKey};
use crate::dedup::rules;
use crate::dedup::sketch::SHINGLES_MIN;

/// Keys that a candidate must share, and how many for an article of few shingles.
const KEY_HITS_MIN: usize = 2;
const KEY_HITS_MIN_OF_FEW: usize = 1;
const FEW_CODES: usize = 24;

impl Window {
    /// Whether the article is told in the window already, by whatever URL.
    pub(super) fn find_near(&self, claim: &Claim, after_ms: i64) -> Found {
        let nothing = Found::new(Verdict::New, None, (0, 1000), rules::NO_MATCH);
        let limits = match (self.level.rules(), self.level.addition) {
            (Engine::Two, Some(limits)) if claim.sketch.shingles >= SHINGLES_MIN => limits,
            (Engine::One | Engine::Two, _) => return nothing,
        };
        let text = text_of(claim);
        let (keys, count) = keys_of(claim);
        let mut postings = Links::default();
        for (posting, key) in postings.iter_mut().zip(&keys[..count]) {
            *posting = self.by_key.newest(&self.slots, *key);
        }
        let asked = Asked { text, postings, record: self.known_record_key(claim) };
        let replayed = self.replay(&asked, after_ms, limits);
        let (matched, cover) = match &replayed.finding {
            Finding::Nothing => return nothing,
            Finding::OtherNumbers(matched) => {
                let novelty = replayed.novelty_beside(&text, matched);
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
        let novelty = self.novelty_behind(&text, &replayed, cover, after_ms, limits);
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
    fn replay(&self, asked: &Asked<'_>, after_ms: i64, limits: Addition) -> Replayed<'_> {
        let mut candidates = [Candidate::NONE; CANDIDATES_MAX];
        let count = self.gather(asked, after_ms, &mut candidates);
        let finding = near::find(&asked.text, &candidates[..count], limits);
        Replayed { candidates, finding }
    }

    /// Fills in the earlier claims that share keys with a text, best first cut off, then in the order of the log.
    fn gather<'a>(
        &'a self,
        asked: &Asked<'_>,
        after_ms: i64,
        candidates: &mut [Candidate<'a>; CANDIDATES_MAX],
    ) -> usize {
        let mut hits: Vec<u64> = Vec::new();
        for posting in asked.postings {
            let claims = claims_from(&self.slots, posting, after_ms);
            hits.extend(claims.filter(|(_, slot)| slot.record != asked.record).map(|(position, _)| position));
        }
        hits.sort_unstable();
        let hits_min = if asked.text.codes.len() < FEW_CODES { KEY_HITS_MIN_OF_FEW } else { KEY_HITS_MIN };
        let mut found: Vec<(usize, u64)> = hits
            .chunk_by(|one, other| one == other)
            .filter(|same| same.len() >= hits_min)
            .map(|same| (same.len(), same[0]))
            .collect();
        if found.len() > CANDIDATES_MAX {
            found.sort_unstable_by(|one, other| other.cmp(one));
            found.truncate(CANDIDATES_MAX);
            found.sort_unstable_by_key(|(_, position)| *position);
        }
        let mut count = 0;
        for (_, position) in found {
            if let (Some(slot), Some(text)) = (self.slots.get(position), self.slots.text(position)) {
                candidates[count] = Candidate {
                    position,
                    text,
                    record: slot.record,
                    never_suppressed: slot.never_suppressed,
                };
                count += 1;
            }
        }
        count
    }

    /// What an article adds where those that cover it, being repeats themselves, gave way to what they repeat. One
    /// step back only; a text of about the same length has the same substance.
    fn novelty_behind(
        &self,
        text: &Text<'_>,
        replayed: &Replayed<'_>,
        cover: &Cover,
        after_ms: i64,
        limits: Addition,
    ) -> u16 {
        let pairs = near::members_of(cover.members).map(|member| {
            let candidate = &replayed.candidates[member];
            if candidate.never_suppressed || is_of_like_length(text, &candidate.text) {
                return Pair::new(text, &candidate.text);
            }
            let behind = self.told_before(candidate, after_ms, limits);
            Pair::new(text, behind.as_ref().unwrap_or(&candidate.text))
        });
        near::novelty_permille(text, pairs, cover.frames)
    }

    /// What an earlier article repeats, where it is a repeat.
    fn told_before(&self, candidate: &Candidate<'_>, after_ms: i64, limits: Addition) -> Option<Text<'_>> {
        let mut postings = Links::default();
        for (at, posting) in postings.iter_mut().enumerate() {
            *posting = self.slots.link(candidate.position, at);
        }
        let asked = Asked { text: candidate.text, postings, record: candidate.record };
        let replayed = self.replay(&asked, after_ms, limits);
        let Finding::Story(matched, cover) = &replayed.finding else { return None };
        let novelty = replayed.novelty(&candidate.text, cover);
        near::adds_little(novelty, candidate.text.shingles, limits)
            .then(|| replayed.candidates[matched.candidate].text)
    }
}

/// A text that is asked about, and the claims that it may match.
struct Asked<'a> {
    text: Text<'a>,
    /// Of each of its keys, the newest claim that counts.
    postings: Links,
    record: RecordKey,
}

/// A text's candidates and what they say of it.
struct Replayed<'a> {
    candidates: [Candidate<'a>; CANDIDATES_MAX],
    finding: Finding,
}

impl Replayed<'_> {
    const fn position(&self, matched: &Match) -> u64 {
        self.candidates[matched.candidate].position
    }

    fn novelty(&self, text: &Text<'_>, cover: &Cover) -> u16 {
        let pairs =
            near::members_of(cover.members).map(|member| Pair::new(text, &self.candidates[member].text));
        near::novelty_permille(text, pairs, cover.frames)
    }

    fn novelty_beside(&self, text: &Text<'_>, matched: &Match) -> u16 {
        novelty_of(text, &Pair::new(text, &self.candidates[matched.candidate].text))
    }
}

/// Whether a text has four fifths to 21 twentieths of another's length.
fn is_of_like_length(text: &Text<'_>, other: &Text<'_>) -> bool {
    let (own, other) = (u64::from(text.shingles), u64::from(other.shingles));
    own * 10 >= other * 8 && own * 20 <= other * 21
}
