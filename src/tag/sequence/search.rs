//! The best sequence of labels (Viterbi), over integers; of equal ones that with the smaller label.

use super::super::text::gap;
use super::features::Word;
use super::{LABELS, NameKind, OUTSIDE, Scores, Span};

const LOWEST: i32 = i32::MIN / 2;

/// A name does not go on behind these.
const ENDS: u8 = gap::SENTENCE | gap::PARAGRAPH;

/// Labels that may stand before each label: any before the beginning of a name and outside of names.
const BEFORE: [&[u8]; LABELS] = [ANY, ANY, &[1, 2], ANY, &[3, 4], ANY, &[5, 6], ANY, &[7, 8]];
const ANY: &[u8] = &[0, 1, 2, 3, 4, 5, 6, 7, 8];

/// See the module. One label for each word.
pub(super) fn best_labels(
    words: &[Word<'_>],
    scores: &[[i32; LABELS]],
    transitions: &[[i32; LABELS]; LABELS],
) -> Vec<u8> {
    let mut best = [LOWEST; LABELS];
    best[usize::from(OUTSIDE)] = 0;
    let mut ways: Vec<[u8; LABELS]> = Vec::with_capacity(words.len());
    for (word, scores) in words.iter().zip(scores) {
        let is_cut = word.gap & ENDS != 0;
        let mut next = [LOWEST; LABELS];
        let mut way = [OUTSIDE; LABELS];
        for (label, (next, way)) in next.iter_mut().zip(&mut way).enumerate() {
            let befores = BEFORE[label];
            let (mut sum, mut from) = (LOWEST, OUTSIDE);
            // Inside labels have few labels before them; those can't go on behind the end of a sentence.
            if !is_cut || befores.len() == LABELS {
                for &before in befores {
                    let before_sum = best[usize::from(before)] + transitions[usize::from(before)][label];
                    if before_sum > sum {
                        (sum, from) = (before_sum, before);
                    }
                }
            }
            // What can't be reached stays far below all that can: no text's scores add up to half of it.
            *next = sum + scores[label];
            *way = from;
        }
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
