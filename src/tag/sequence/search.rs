//! The best sequence of labels (Viterbi), over integers; of equal ones that with the smaller label.

use super::super::text::gap;
use super::features::Word;
use super::{LABELS, NameKind, OUTSIDE, Scores, Span};

const LOWEST: i32 = i32::MIN / 2;

/// A name does not go on behind these.
const ENDS: u8 = gap::SENTENCE | gap::PARAGRAPH;

/// Labels that any label may stand before: outside of names, and the beginnings.
const OPEN: [u8; 5] = [0, 1, 3, 5, 7];
/// Room for them, as processors compare numbers.
const OPEN_LANES: usize = 8;
/// The others go on with a name that began or went on before them.
const INSIDE: [u8; 4] = [2, 4, 6, 8];

/// See the module. One label for each word.
pub(super) fn best_labels(
    words: &[Word<'_>],
    scores: &[[i32; LABELS]],
    transitions: &[[i32; LABELS]; LABELS],
) -> Vec<u8> {
    // What each label adds before each of the open ones.
    let open = transitions.map(|row| {
        let mut lanes = [0; OPEN_LANES];
        lanes.iter_mut().zip(OPEN).for_each(|(lane, label)| *lane = row[usize::from(label)]);
        lanes
    });
    let mut best = [LOWEST; LABELS];
    best[usize::from(OUTSIDE)] = 0;
    let mut ways: Vec<[u8; LABELS]> = Vec::with_capacity(words.len());
    for (word, scores) in words.iter().zip(scores) {
        let mut next = [LOWEST; LABELS];
        let mut way = [OUTSIDE; LABELS];
        let (sums, froms) = best_before(&best, &open);
        for ((label, sum), from) in OPEN.into_iter().zip(sums).zip(froms) {
            next[usize::from(label)] = sum;
            way[usize::from(label)] = u8::try_from(from).unwrap_or(OUTSIDE);
        }
        // A name does not go on behind the end of a sentence.
        let insides = INSIDE.into_iter().filter(|_| word.gap & ENDS == 0);
        for label in insides {
            let at = usize::from(label);
            for before in [label - 1, label] {
                let sum = best[usize::from(before)] + transitions[usize::from(before)][at];
                if sum > next[at] {
                    (next[at], way[at]) = (sum, before);
                }
            }
        }
        // What can't be reached stays far below all that can: no text's scores add up to half of it.
        next.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
        best = next;
        ways.push(way);
    }
    let last = (0u8..).zip(&best).max_by_key(|(label, best)| (**best, std::cmp::Reverse(*label)));
    let mut label = last.map_or(OUTSIDE, |(label, _)| label);
    let mut labels = vec![OUTSIDE; words.len()];
    for (place, way) in labels.iter_mut().zip(&ways).rev() {
        *place = label;
        label = way[usize::from(label)];
    }
    labels
}

/// For each open label the best sum before it and the label that it comes from; of equal ones the smaller.
///
/// Alone, with numbers of one width and arrays made lane by lane, it becomes instructions that compare four at once.
#[inline(never)]
fn best_before(
    best: &[i32; LABELS],
    open: &[[i32; OPEN_LANES]; LABELS],
) -> ([i32; OPEN_LANES], [i32; OPEN_LANES]) {
    let mut sums = [LOWEST; OPEN_LANES];
    let mut froms = [i32::from(OUTSIDE); OPEN_LANES];
    for ((before, best), row) in (0..).zip(best).zip(open) {
        let all = row.map(|more| best + more);
        froms = std::array::from_fn(|lane| if all[lane] > sums[lane] { before } else { froms[lane] });
        sums = std::array::from_fn(|lane| if all[lane] > sums[lane] { all[lane] } else { sums[lane] });
    }
    (sums, froms)
}

/// The names of the best labels.
pub(super) fn names(
    words: &[Word<'_>],
    scores: &[Scores],
    transitions: &[[i16; LABELS]; LABELS],
) -> Vec<Span> {
    let wide: Vec<[i32; LABELS]> =
        scores.iter().map(|scores| std::array::from_fn(|label| i32::from(scores[label]))).collect();
    let transitions = transitions.map(|row| row.map(i32::from));
    let labels = best_labels(words, &wide, &transitions);
    let mut spans: Vec<Span> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let Some(kind) = NameKind::of_label(*label) else { continue };
        let margin = wide[at][usize::from(*label)] - wide[at][usize::from(OUTSIDE)];
        match spans.last_mut() {
            Some(span) if *label != kind.first_label() && span.end == at => {
                span.end = at + 1;
                span.margin += margin;
            }
            _ => spans.push(Span { first: at, end: at + 1, kind, margin }),
        }
    }
    for span in &mut spans {
        // A name has fewer words than 31 bits count.
        span.margin /= i32::try_from(span.end - span.first).unwrap_or(i32::MAX);
    }
    spans
}
