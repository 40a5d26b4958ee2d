//! Where proposals overlap: the longest stands, then the surest.

use super::super::text::Token;
use super::{MENTIONS_MAX, NONE, Proposal, Proposer};

/// A proposal with more bytes in the source is no name: those are a few words, but vowel marks and controls within them
/// have no end, and each quotation repeats the name of its speaker.
const NAME_BYTES_MAX: u32 = 1024;

/// Those of the proposals that stand, in the order of the text.
///
/// A proposal with more words goes before one with fewer, a whole first word before one with clitics, a higher score
/// before a lower one, a name of the lexicons before a rule; then the earlier one. What has no words or too many bytes
/// falls out.
pub(super) fn resolve(mut proposals: Vec<Proposal>, tokens: &[Token]) -> Vec<Proposal> {
    let by_lexicon = |proposal: &Proposal| proposal.rule.proposer() == Proposer::Lexicon;
    proposals.sort_by(|left, right| {
        (right.count.cmp(&left.count))
            .then(left.letters.cmp(&right.letters))
            .then(right.score.cmp(&left.score))
            .then(by_lexicon(right).cmp(&by_lexicon(left)))
            .then(left.first.cmp(&right.first))
    });
    let mut taken = vec![false; tokens.len()];
    proposals.retain(|proposal| {
        let words = proposal.first as usize..proposal.end() as usize;
        let (Some([first, .., last] | [first @ last]), Some(taken)) =
            (tokens.get(words.clone()), taken.get_mut(words))
        else {
            return false;
        };
        let stands = !taken.contains(&true) && last.byte_end - first.byte_start <= NAME_BYTES_MAX;
        if stands {
            taken.fill(true);
        }
        stands
    });
    proposals.sort_by_key(|proposal| proposal.first);
    proposals.truncate(MENTIONS_MAX);
    proposals
}

/// What a rule alone takes for a name is the entity that the lexicons, asked with the words beside it, have for the same
/// words and kind.
pub(super) fn recognise(proposals: &mut [Proposal]) {
    let words = |proposal: &Proposal| (proposal.first, proposal.count, proposal.letters);
    let mut known: Vec<Proposal> =
        proposals.iter().copied().filter(|proposal| proposal.entity != NONE).collect();
    known.sort_by_key(words);
    for unknown in proposals.iter_mut().filter(|proposal| proposal.entity == NONE) {
        let from = known.partition_point(|proposal| words(proposal) < words(unknown));
        let mut same = known[from..].iter().take_while(|proposal| words(proposal) == words(unknown));
        if let Some(proposal) = same.find(|proposal| proposal.kind == unknown.kind) {
            unknown.entity = proposal.entity;
        }
    }
}
