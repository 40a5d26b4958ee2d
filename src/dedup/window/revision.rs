//! Whether a page was fetched before, and whether it changed since.

use super::{Found, Window, novelty_of};
use crate::article::{Hash128, Verdict};
use crate::dedup::compare::{Pair, Text, permille};
use crate::dedup::index::LOOKED_AT_MAX;
use crate::dedup::rules;
use crate::dedup::sketch::SHINGLES_MIN;

/// Of one URL, the newest so many claims of the window are compared.
const VERSIONS_MAX: usize = 32;

impl Window {
    /// The window's newest claims of one URL, oldest first.
    pub(super) fn versions(&self, id: &Hash128, after_ms: i64) -> Vec<u64> {
        let is_within =
            |position: &u64| self.slots.held(*position).is_some_and(|held| held.time_ms() > after_ms);
        let newest = self.by_url.newest_first(&self.slots, id, after_ms);
        let mut versions: Vec<u64> =
            newest.take(LOOKED_AT_MAX).filter(is_within).take(VERSIONS_MAX).collect();
        versions.reverse();
        versions
    }

    /// Compares a claim with those earlier versions of its URL that each added something themselves, so that many
    /// small changes add up to a revision.
    pub(super) fn find_revision(&self, text: &Text<'_>, versions: &[u64]) -> Option<Found> {
        let mut kept: Vec<(u64, Text<'_>)> = Vec::new();
        for position in versions {
            let Some(version) = self.slots.held(*position).and_then(|held| held.text()) else { continue };
            if !kept.iter().any(|(_, earlier)| self.adds_little(&version, earlier)) {
                kept.push((*position, version));
            }
        }
        let figures = |pair: &Pair| (pair.resemblance_permille(), novelty_of(text, pair));
        if let Some((position, earlier)) = kept.iter().find(|(_, earlier)| self.adds_little(text, earlier)) {
            let figures = figures(&Pair::new(text, earlier));
            return Some(Found::new(Verdict::Refetch, Some(*position), figures, rules::SAME_URL_LITTLE_NEW));
        }
        // The most similar version; of equals the latest.
        let compared = kept.iter().map(|(position, version)| (*position, version, Pair::new(text, version)));
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
    fn adds_little(&self, text: &Text<'_>, earlier: &Text<'_>) -> bool {
        text.shingles >= SHINGLES_MIN
            && earlier.shingles >= SHINGLES_MIN
            && has_same_numbers(text, earlier)
            && !has_other_headline(text, earlier)
            && novelty_of(text, &Pair::new(text, earlier)) < self.level.revision_novelty_permille
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
