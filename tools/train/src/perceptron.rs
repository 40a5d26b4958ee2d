//! A structured perceptron with averaged weights (Collins 2002), in integers.

use khabar::tag::sequence::features::{Hashed, Word};
use khabar::tag::sequence::{LABELS, Model, NAMED, OUTSIDE, Row, memory};

use crate::data::Labelled;

type Weights = [i32; LABELS];

/// Weights with the sums of all that they were, brought up to date when they change.
#[derive(Clone, Copy)]
struct Averaged {
    now: Weights,
    sums: [i64; LABELS],
    since: u32,
}

const ZERO: Averaged = Averaged { now: [0; LABELS], sums: [0; LABELS], since: 0 };

impl Averaged {
    fn add(&mut self, label: u8, change: i32, clock: u32) {
        self.settle(clock);
        self.now[usize::from(label)] += change;
    }

    fn settle(&mut self, clock: u32) {
        let steps = i64::from(clock - self.since);
        if steps > 0 {
            for (sum, weight) in self.sums.iter_mut().zip(&self.now) {
                *sum += i64::from(*weight) * steps;
            }
            self.since = clock;
        }
    }
}

struct Learner {
    rows: Vec<Averaged>,
    transitions: [Averaged; LABELS],
    clock: u32,
}

/// A sentence with its words and the rows of each word's features.
struct Sentence<'a> {
    words: Vec<Word<'a>>,
    features: Vec<Vec<u32>>,
    /// Rows of what the words are elsewhere in the text.
    remembered: Vec<Vec<u32>>,
    labels: &'a [u8],
}

/// So many features are left out at random each time: rare words must not hide what their surroundings say.
const DROPPED_PERCENT: u64 = 40;
/// Models for the memory of texts are learned from the other parts.
const FOLDS: usize = 4;
/// How a model is learned.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Passes over the texts.
    pub epochs: usize,
    pub row_bits: u32,
    /// The weights are averaged over so many learners, which differ in the order of the sentences and in what was left
    /// out: what one of them learned by chance goes down.
    pub learners: u64,
}

/// The averaged weights after so many passes over the texts, rounded to bytes.
///
/// What the words of a text are elsewhere in it is learned as it will be known: by a model that has not seen the text.
pub fn learn(texts: &[Labelled], plan: Plan) -> Model {
    let quick = Plan { epochs: plan.epochs.div_ceil(2), learners: 1, ..plan };
    let mut memories: Vec<Vec<u8>> = vec![Vec::new(); texts.len()];
    for fold in 0..FOLDS {
        let others: Vec<&Labelled> =
            texts.iter().enumerate().filter(|(at, _)| at % FOLDS != fold).map(|(_, text)| text).collect();
        let model = pass(&others, &vec![Vec::new(); others.len()], quick);
        for (at, text) in texts.iter().enumerate().filter(|(at, _)| at % FOLDS == fold) {
            let words = text.prepared.words();
            let hashes: Vec<Hashed> = words.iter().map(Hashed::of).collect();
            memories[at] = memory::of(&words, &hashes, &model.names_by_all_contexts(&words));
        }
    }
    pass(&texts.iter().collect::<Vec<_>>(), &memories, plan)
}

fn pass(texts: &[&Labelled], memories: &[Vec<u8>], plan: Plan) -> Model {
    let Plan { epochs, row_bits, learners } = plan;
    let mut sentences = Vec::new();
    for (text, memory) in texts.iter().zip(memories) {
        let words = text.prepared.words();
        let hashes: Vec<Hashed> = words.iter().map(Hashed::of).collect();
        for range in &text.sentences {
            let features = range.clone().map(|at| Model::feature_rows(&words, &hashes, at, row_bits));
            let remembered = range.clone().map(|at| Model::memory_rows(&words, memory, at, row_bits));
            sentences.push(Sentence {
                features: features.collect(),
                remembered: remembered.collect(),
                words: words[range.clone()].to_vec(),
                labels: &text.labels[range.clone()],
            });
        }
    }
    let mut sums = Sums { rows: vec![[0; LABELS]; 1 << row_bits], transitions: [[0; LABELS]; LABELS] };
    for seed in 1..=learners {
        let mut learner = Learner { rows: vec![ZERO; 1 << row_bits], transitions: [ZERO; LABELS], clock: 0 };
        let mut order: Vec<usize> = (0..sentences.len()).collect();
        let mut random = Random(seed);
        for _ in 1..=epochs {
            random.shuffle(&mut order);
            for number in &order {
                learner.learn(&sentences[*number], &mut random);
            }
        }
        sums.add(learner);
    }
    sums.rounded()
}

/// Weights of several learners, each summed over all that it was.
struct Sums {
    rows: Vec<[i64; LABELS]>,
    transitions: [[i64; LABELS]; LABELS],
}

impl Learner {
    /// Gives the number of wrong labels.
    fn learn(&mut self, sentence: &Sentence<'_>, random: &mut Random) -> usize {
        self.clock += 1;
        // The first look at a text has no memory of it.
        let has_memory = random.next().is_multiple_of(2);
        let features: Vec<Vec<u32>> = sentence
            .features
            .iter()
            .zip(&sentence.remembered)
            .map(|(rows, remembered)| {
                let remembered = remembered.iter().filter(|_| has_memory);
                rows.iter()
                    .chain(remembered)
                    .copied()
                    .filter(|_| random.next() % 100 >= DROPPED_PERCENT)
                    .collect()
            })
            .collect();
        let scores: Vec<[i32; NAMED]> = features
            .iter()
            .map(|rows| {
                let mut scores = [0; LABELS];
                for row in rows {
                    for (score, weight) in scores.iter_mut().zip(&self.rows[*row as usize].now) {
                        *score += weight;
                    }
                }
                beyond_outside(&scores)
            })
            .collect();
        let transitions = self.transitions.map(|row| row.now);
        let found = Model::best_labels(&sentence.words, &scores, &transitions);
        let mut wrong = 0;
        let (mut before, mut before_found) = (0, 0);
        for ((label, found), rows) in sentence.labels.iter().zip(&found).zip(&features) {
            if label != found {
                wrong += 1;
                for row in rows {
                    self.rows[*row as usize].add(*label, 1, self.clock);
                    self.rows[*row as usize].add(*found, -1, self.clock);
                }
            }
            if (before, label) != (before_found, found) {
                self.transitions[usize::from(before)].add(*label, 1, self.clock);
                self.transitions[usize::from(before_found)].add(*found, -1, self.clock);
            }
            (before, before_found) = (*label, *found);
        }
        wrong
    }
}

impl Sums {
    fn add(&mut self, mut learner: Learner) {
        let clock = learner.clock + 1;
        let of_learner = learner.rows.iter_mut().chain(&mut learner.transitions);
        for (sums, weights) in self.rows.iter_mut().chain(&mut self.transitions).zip(of_learner) {
            weights.settle(clock);
            for (sum, more) in sums.iter_mut().zip(weights.sums) {
                *sum += more;
            }
        }
    }

    /// Weights of which one in two thousand is cut to what a byte holds.
    fn rounded(self) -> Model {
        let rows: Vec<[i64; NAMED]> = self.rows.iter().map(beyond_outside).collect();
        let mut sizes: Vec<i64> =
            rows.iter().flatten().map(|sum| sum.abs()).filter(|size| *size > 0).collect();
        sizes.sort_unstable();
        let largest = sizes.get(sizes.len() * 1999 / 2000).copied().unwrap_or(1).max(1);
        let scaled = |sum: i64| {
            let doubled = sum * 254 / largest;
            // To the nearest, halves away from zero.
            (doubled + doubled.signum()) / 2
        };
        let byte = |sum: i64| i8::try_from(scaled(sum).clamp(-127, 127)).unwrap_or_default();
        let rows: Vec<Row> = rows.into_iter().map(|row| row.map(byte)).collect();
        let transitions = self
            .transitions
            .map(|row| row.map(|sum| i16::try_from(scaled(sum).clamp(-30_000, 30_000)).unwrap_or_default()));
        Model::new(&rows, transitions)
    }
}

/// By how much each label of a name is better than none.
fn beyond_outside<N: Copy + std::ops::Sub<Output = N>>(weights: &[N; LABELS]) -> [N; NAMED] {
    std::array::from_fn(|place| weights[place + 1] - weights[usize::from(OUTSIDE)])
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (self.next() % (last as u64 + 1)) as usize;
            items.swap(last, other);
        }
    }
}
