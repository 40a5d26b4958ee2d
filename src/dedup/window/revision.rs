//! Whether a page was fetched before, and whether it changed since.

use super::{Found, Window, novelty_of};
use crate::article::{Hash128, Verdict};
use crate::dedup::compare::{Pair, Text, permille};
use crate::dedup::holders::Places;
use crate::dedup::index::LOOKED_AT_MAX;
use crate::dedup::level::Engine;
use crate::dedup::rules;
use crate::dedup::sketch::SHINGLES_MIN;

/// Of one URL, so many claims of the window are compared.
const VERSIONS_MAX: usize = 32;

impl Window {
    /// Claims of one URL in the window, oldest first: all, or so many from the oldest one that is looked at to the newest.
    /// Were they the newest only, a page that is fetched often and grows slowly would never have grown.
    pub(super) fn versions(&self, id: &Hash128, after_ms: i64) -> Vec<u64> {
        let is_within =
            |position: &u64| self.slots.held(*position).is_some_and(|held| held.time_ms() > after_ms);
        let is_spread = self.level.engine >= Engine::Five.number();
        let (looked_at_max, taken_max) =
            if is_spread { (LOOKED_AT_MAX, LOOKED_AT_MAX) } else { (usize::MAX, VERSIONS_MAX) };
        let newest = self.by_url.newest_first(&self.slots, id, after_ms).take(looked_at_max);
        let mut versions: Vec<u64> = newest.filter(is_within).take(taken_max).collect();
        versions.reverse();
        if let Some(last) = versions.len().checked_sub(1).filter(|last| *last >= VERSIONS_MAX) {
            versions = (0..VERSIONS_MAX).map(|at| versions[at * last / (VERSIONS_MAX - 1)]).collect();
        }
        versions
    }

    /// Compares a claim with those earlier versions of its URL that each added something themselves, so that many
    /// small changes add up to a revision.
    pub(super) fn find_revision(&self, text: &Text<'_>, versions: &[u64]) -> Option<Found> {
        let mut kept: Vec<(u64, Text<'_>)> = Vec::new();
        for position in versions {
            let Some(version) = self.slots.held(*position).and_then(|held| held.text()) else { continue };
            let places = Places::new(version.codes);
            if !kept.iter().any(|(_, earlier)| self.adds_little((&version, &places), earlier)) {
                kept.push((*position, version));
            }
        }
        let places = Places::new(text.codes);
        let pair_with = |version| Pair::beside((text, &places), version);
        let figures = |pair: &Pair| (pair.resemblance_permille(), novelty_of(text, pair));
        let is_refetch_of = |earlier| self.adds_little((text, &places), earlier);
        if let Some((position, earlier)) = kept.iter().find(|(_, earlier)| is_refetch_of(earlier)) {
            let figures = figures(&pair_with(earlier));
            return Some(Found::new(Verdict::Refetch, Some(*position), figures, rules::SAME_URL_LITTLE_NEW));
        }
        // The most similar version; of equals the latest.
        let compared = kept.iter().map(|(position, version)| (*position, version, pair_with(version)));
        let (best, version, pair) = compared.max_by_key(|(_, _, pair)| pair.resemblance_permille())?;
        let has_other_headline = kept.iter().all(|(_, version)| has_other_headline(text, version));
        let containment = permille(pair.shared, pair.left.min(pair.right));
        let (verdict, rule) = if text.shingles < SHINGLES_MIN || version.shingles < SHINGLES_MIN {
            (Verdict::Revision, rules::SAME_URL_SHORT_TEXT)
        } else if containment >= self.level.revision_similarity_permille {
            let rule =
                if has_other_headline { rules::SAME_URL_OTHER_HEADLINE } else { rules::SAME_URL_CHANGED };
            (Verdict::Revision, rule)
        } else {
            (Verdict::New, rules::SAME_URL_OTHER_TEXT)
        };
        Some(Found::new(verdict, Some(best), figures(&pair), rule))
    }

    /// Whether `text` has next to nothing that `earlier` lacks: few new shingles and the same numbers.
    fn adds_little(&self, (text, places): (&Text<'_>, &Places), earlier: &Text<'_>) -> bool {
        text.shingles >= SHINGLES_MIN
            && earlier.shingles >= SHINGLES_MIN
            && has_same_numbers(text, earlier)
            && !has_other_headline(text, earlier)
            && novelty_of(text, &Pair::beside((text, places), earlier)) < self.level.revision_novelty_permille
    }
}

/// A claim of the second engine has no pairs to be compared.
fn has_same_numbers(text: &Text<'_>, other: &Text<'_>) -> bool {
    text.numerals == other.numerals
        && (text.numeral_pairs.is_empty()
            || other.numeral_pairs.is_empty()
            || text.numeral_pairs == other.numeral_pairs)
}

/// Whether both headlines are known and not the same.
const fn has_other_headline(text: &Text<'_>, other: &Text<'_>) -> bool {
    text.headline_hash != 0 && other.headline_hash != 0 && text.headline_hash != other.headline_hash
}
