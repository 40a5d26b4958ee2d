//! The years of events: `كأس العالم 2026`, `the 2026 World Cup`.
//!
//! Owns how a year joins the name beside it, and finds no event.

use super::super::text::{gap, shape};
use super::{Proposal, Reading};
use crate::article::EntityKind;

/// Years that name an edition: the first Olympic Games of today to the end of the century.
const YEARS: std::ops::Range<u32> = 1_896..2_100;

/// What stands between two words that are not written as one.
const APART: u8 = gap::SPACE | gap::PARAGRAPH;

/// Takes a year beside an event's name into it.
pub(super) fn join(reading: &Reading, proposals: &mut [Proposal]) {
    for proposal in proposals.iter_mut().filter(|proposal| proposal.kind == EntityKind::Event) {
        let (first, end) = (proposal.first as usize, proposal.end() as usize);
        if reading.continues(end) && is_year(reading, end) {
            proposal.count = proposal.count.saturating_add(1);
        } else if first > 0
            && reading.continues(first)
            && is_year(reading, first - 1)
            && reading.token(first).is_some_and(|token| token.is(shape::LATIN))
        {
            proposal.first -= 1;
            proposal.count = proposal.count.saturating_add(1);
        }
    }
}

/// Whether a word is a year alone, not the beginning of `2,026` or `2024-25`.
fn is_year(reading: &Reading, index: usize) -> bool {
    let folded = reading.folded(index);
    let joins = |index: usize| {
        reading.token(index).is_some_and(|token| token.gap & APART == 0 && token.is(shape::DIGIT))
    };
    folded.len() == 4
        && folded.parse().is_ok_and(|year| YEARS.contains(&year))
        && !joins(index)
        && !joins(index + 1)
}
