//! Where proposals overlap: the longest stands, then the surest.

use super::{MENTIONS_MAX, Proposal, Proposer};

/// Those of the proposals that stand, in the order of the text.
///
/// A proposal with more words goes before one with fewer, a whole first word before one with clitics, a higher score
/// before a lower one, a name of the lexicons before a rule; then the earlier one.
pub(super) fn resolve(mut proposals: Vec<Proposal>, tokens: usize) -> Vec<Proposal> {
    let by_lexicon = |proposal: &Proposal| proposal.rule.proposer() == Proposer::Lexicon;
    proposals.sort_by(|left, right| {
        (right.count.cmp(&left.count))
            .then(left.letters.cmp(&right.letters))
            .then(right.score.cmp(&left.score))
            .then(by_lexicon(right).cmp(&by_lexicon(left)))
            .then(left.first.cmp(&right.first))
    });
    let mut taken = vec![false; tokens];
    proposals.retain(|proposal| {
        let Some(words) = taken.get_mut(proposal.first as usize..proposal.end() as usize) else {
            return false;
        };
        let is_free = !words.contains(&true);
        if is_free {
            words.fill(true);
        }
        is_free
    });
    proposals.sort_by_key(|proposal| proposal.first);
    proposals.truncate(MENTIONS_MAX);
    proposals
}
