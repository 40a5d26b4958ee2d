//! The best sequence of labels (Viterbi), over integers; of equal ones that with the smaller label.

use super::super::text::gap;
use super::features::Word;
use super::{NAMED, NameKind, OUTSIDE, Scores, Span, Transitions};

/// A name does not go on behind these.
const ENDS: u8 = gap::SENTENCE | gap::PARAGRAPH;

/// What sums are made of: narrow numbers where an article is read, as processors then take all labels at once, and wide
/// ones where a model is learned. Sums that leave their width stay at its end.
pub(super) trait Number: Copy + Ord + From<u8> + TryInto<u8> {
    /// The sum of what no labels lead to.
    const LOWEST: Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
}

impl Number for i16 {
    const LOWEST: Self = Self::MIN;
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
    fn minus(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl Number for i32 {
    const LOWEST: Self = Self::MIN;
    fn plus(self, other: Self) -> Self {
        self.saturating_add(other)
    }
    fn minus(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

/// Numbers of the labels of names.
type Lanes<N> = [N; NAMED];

/// Transitions, those that are not allowed with the lowest of numbers.
struct Steps<N> {
    outside_to_outside: N,
    from_outside: Lanes<N>,
    to_outside: Lanes<N>,
    /// By the label before.
    between: [Lanes<N>; NAMED],
}

impl<N: Number> Steps<N> {
    /// `goes_on` is whether names go on from the word before to this one.
    fn new(transitions: &Transitions<N>, goes_on: bool) -> Self {
        let outside = usize::from(OUTSIDE);
        let is_inside = |label: usize| label.is_multiple_of(2);
        let step = |before: usize, label: usize| {
            let is_allowed = !is_inside(label) || goes_on && (before == label || before + 1 == label);
            if is_allowed { transitions[before][label] } else { N::LOWEST }
        };
        Self {
            outside_to_outside: transitions[outside][outside],
            from_outside: std::array::from_fn(|place| step(outside, place + 1)),
            to_outside: std::array::from_fn(|place| transitions[place + 1][outside]),
            between: std::array::from_fn(|before| std::array::from_fn(|place| step(before + 1, place + 1))),
        }
    }
}

/// Where the best ways to a word's labels come from.
#[derive(Clone, Copy)]
struct Ways<N> {
    to_outside: u8,
    to_names: Lanes<N>,
}

/// See the module. One label for each word. Where all scores are the lowest of numbers, no name is.
pub(super) fn best_labels<N: Number>(
    words: &[Word<'_>],
    scores: &[Lanes<N>],
    transitions: &Transitions<N>,
) -> Vec<u8> {
    let [within, anew] = [true, false].map(|goes_on| Steps::new(transitions, goes_on));
    let mut best = [N::LOWEST; NAMED];
    let mut ways = Vec::with_capacity(words.len());
    for (word, scores) in words.iter().zip(scores) {
        if *scores == [N::LOWEST; NAMED] {
            ways.push(Ways { to_outside: to_outside(&best, &within), to_names: [N::from(OUTSIDE); NAMED] });
            best = [N::LOWEST; NAMED];
            continue;
        }
        let steps = if word.gap & ENDS == 0 { &within } else { &anew };
        let (sums, from) = step(&best, steps, scores);
        best = sums;
        ways.push(from);
    }
    let (mut label, mut most) = (OUTSIDE, N::from(0));
    for (name, sum) in (1..).zip(best) {
        if sum > most {
            (label, most) = (name, sum);
        }
    }
    let mut labels = vec![OUTSIDE; words.len()];
    for (place, ways) in labels.iter_mut().zip(&ways).rev() {
        *place = label;
        label = match usize::from(label).checked_sub(1) {
            Some(name) => ways.to_names[name].try_into().unwrap_or(OUTSIDE),
            None => ways.to_outside,
        };
    }
    labels
}

/// The label that the best way to a word outside of names comes from; of equal ones the smaller.
fn to_outside<N: Number>(best: &Lanes<N>, steps: &Steps<N>) -> u8 {
    let (mut most, mut from) = (steps.outside_to_outside, OUTSIDE);
    for (lane, label) in (0..NAMED).zip(1_u8..) {
        let sum = best[lane].plus(steps.to_outside[lane]);
        if sum > most {
            (most, from) = (sum, label);
        }
    }
    from
}

/// For each label of a name the best sum that ends with it, by how much that is better than the best that ends outside,
/// and for all labels the label that the best comes from; of equal ones the smaller.
///
/// Alone, with arrays made lane by lane, it becomes instructions that compare all labels at once.
#[inline(never)]
fn step<N: Number>(best: &Lanes<N>, steps: &Steps<N>, scores: &Lanes<N>) -> (Lanes<N>, Ways<N>) {
    let ends: Lanes<N> = std::array::from_fn(|lane| best[lane].plus(steps.to_outside[lane]));
    let (mut outside, mut to_outside) = (steps.outside_to_outside, OUTSIDE);
    let mut sums = steps.from_outside;
    let mut to_names = [N::from(OUTSIDE); NAMED];
    for (before, label) in (0..NAMED).zip(1_u8..) {
        if ends[before] > outside {
            (outside, to_outside) = (ends[before], label);
        }
        let (own, row) = (best[before], &steps.between[before]);
        let all: Lanes<N> = std::array::from_fn(|lane| own.plus(row[lane]));
        to_names =
            std::array::from_fn(|lane| if all[lane] > sums[lane] { N::from(label) } else { to_names[lane] });
        sums = std::array::from_fn(|lane| sums[lane].max(all[lane]));
    }
    let beyond: Lanes<N> = std::array::from_fn(|lane| sums[lane].plus(scores[lane]).minus(outside));
    // What no labels lead to stays below all that some lead to, as transitions are small beside the width of numbers.
    let reached = std::array::from_fn(|lane| if sums[lane] > N::LOWEST { beyond[lane] } else { N::LOWEST });
    (reached, Ways { to_outside, to_names })
}

/// The names of the best labels.
pub(super) fn names(words: &[Word<'_>], scores: &[Scores], transitions: &Transitions<i16>) -> Vec<Span> {
    let labels = best_labels(words, scores, transitions);
    let mut spans: Vec<Span> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let Some(kind) = NameKind::of_label(*label) else { continue };
        let margin = i32::from(scores[at][usize::from(*label - 1)]);
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
