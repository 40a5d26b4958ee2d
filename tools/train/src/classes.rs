//! Classes of words that stand in the same surroundings, found by exchange over bigrams of classes.
//!
//! Maximises the likelihood of a class bigram model: words move one by one to the class that gains most, the frequent
//! ones first (Martin, Liermann, Ney, "Algorithms for Bigram and Trigram Word Clustering", Speech Communication 24, 1998).
//! No chance is in it: the same text gives the same classes.

use std::collections::HashMap;

use khabar::tag::learning::Prepared;
use khabar::tag::sequence::classes::WordClasses;

/// Rarer words tell too little.
const COUNT_MIN: u32 = 5;
/// Class of whatever is rare, and of the edge of a sentence.
const RARE: usize = 0;

/// The frequent words of a text, the most frequent first, and the text in their numbers.
pub struct Words {
    words: Vec<String>,
    texts: Vec<Vec<usize>>,
}

impl Words {
    /// A text a line.
    pub fn read(lines: impl Iterator<Item = String>) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let mut words: Vec<(String, u32)> = Vec::new();
        let mut texts: Vec<Vec<usize>> = Vec::new();
        for line in lines {
            let prepared = Prepared::of(&line, &WordClasses::default());
            let folded = prepared.words();
            let text = folded.iter().map(|word| {
                let number = *numbers.entry(word.folded.to_owned()).or_insert_with(|| {
                    words.push((word.folded.to_owned(), 0));
                    words.len() - 1
                });
                words[number].1 += 1;
                number
            });
            texts.push(text.collect());
        }
        let mut order: Vec<usize> = (0..words.len()).filter(|number| words[*number].1 >= COUNT_MIN).collect();
        order.sort_by(|a, b| words[*b].1.cmp(&words[*a].1).then_with(|| words[*a].0.cmp(&words[*b].0)));
        let mut place = vec![order.len(); words.len()];
        for (at, number) in order.iter().enumerate() {
            place[*number] = at;
        }
        for text in &mut texts {
            for number in text {
                *number = place[*number];
            }
        }
        Self { words: order.into_iter().map(|number| words[number].0.clone()).collect(), texts }
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }

    /// The class of each word.
    pub fn divide(&self, classes: usize, rounds: usize) -> Vec<usize> {
        let mut exchange = Exchange::new(self.words.len(), classes);
        for text in &self.texts {
            exchange.count(text.iter().copied());
        }
        exchange.begin();
        for round in 1..=rounds {
            let moved = (0..self.words.len()).filter(|word| exchange.improve(*word)).count();
            println!("{classes} classes, round {round}: {moved} words moved");
            if moved * 1000 < self.words.len() {
                break;
            }
        }
        exchange.class_of
    }
}

struct Exchange {
    classes: usize,
    class_of: Vec<usize>,
    counts: Vec<f64>,
    /// Words behind and before each word, and the edge (the last number) among them.
    behind: Vec<HashMap<usize, f64>>,
    before: Vec<HashMap<usize, f64>>,
    class_counts: Vec<f64>,
    /// `pairs[one * classes + other]`: how often class `other` stands behind class `one`.
    pairs: Vec<f64>,
}

fn weighed(count: f64) -> f64 {
    if count > 0.0 { count * count.ln() } else { 0.0 }
}

impl Exchange {
    fn new(words: usize, classes: usize) -> Self {
        Self {
            classes,
            class_of: (0..words).map(|word| 1 + word % (classes - 1)).collect(),
            counts: vec![0.0; words],
            behind: vec![HashMap::new(); words],
            before: vec![HashMap::new(); words],
            class_counts: vec![0.0; classes],
            pairs: vec![0.0; classes * classes],
        }
    }

    fn count(&mut self, text: impl Iterator<Item = usize>) {
        let edge = self.counts.len();
        let mut last = edge;
        for word in text.map(|word| word.min(edge)).chain([edge]) {
            if word < edge {
                self.counts[word] += 1.0;
                *self.before[word].entry(last).or_default() += 1.0;
            }
            if last < edge {
                *self.behind[last].entry(word).or_default() += 1.0;
            }
            last = word;
        }
    }

    fn class(&self, word: usize) -> usize {
        self.class_of.get(word).copied().unwrap_or(RARE)
    }

    fn begin(&mut self) {
        for word in 0..self.counts.len() {
            self.class_counts[self.class_of[word]] += self.counts[word];
            for (other, count) in &self.behind[word] {
                let pair = self.class_of[word] * self.classes + self.class(*other);
                self.pairs[pair] += count;
            }
            if let Some(count) = self.before[word].get(&self.counts.len()) {
                self.pairs[self.class_of[word]] += count;
            }
        }
    }

    /// Neighbours of a word by their class, without the word itself.
    fn neighbours(&self, word: usize, of: &[HashMap<usize, f64>]) -> Vec<(usize, f64)> {
        let mut by_class: Vec<(usize, f64)> = of[word]
            .iter()
            .filter(|(other, _)| **other != word)
            .map(|(other, count)| (self.class(*other), *count))
            .collect();
        by_class.sort_by_key(|(class, _)| *class);
        by_class.dedup_by(|one, kept| {
            let same = one.0 == kept.0;
            if same {
                kept.1 += one.1;
            }
            same
        });
        by_class
    }

    /// Puts a word into a class (`sign` 1) or takes it out (-1).
    fn change(
        &mut self,
        word: usize,
        class: usize,
        behind: &[(usize, f64)],
        before: &[(usize, f64)],
        sign: f64,
    ) {
        let itself = self.behind[word].get(&word).copied().unwrap_or_default();
        self.class_counts[class] += sign * self.counts[word];
        for (other, count) in behind {
            self.pairs[class * self.classes + other] += sign * count;
        }
        for (other, count) in before {
            self.pairs[other * self.classes + class] += sign * count;
        }
        self.pairs[class * self.classes + class] += sign * itself;
    }

    /// What the likelihood gains by putting the word into the class.
    fn gain(&self, word: usize, class: usize, behind: &[(usize, f64)], before: &[(usize, f64)]) -> f64 {
        let more = |old: f64, count: f64| weighed(old + count) - weighed(old);
        let mut gain = -2.0 * more(self.class_counts[class], self.counts[word]);
        let itself = self.behind[word].get(&word).copied().unwrap_or_default();
        let mut own = itself;
        for (other, count) in behind {
            if *other == class {
                own += count;
            } else {
                gain += more(self.pairs[class * self.classes + other], *count);
            }
        }
        for (other, count) in before {
            if *other == class {
                own += count;
            } else {
                gain += more(self.pairs[other * self.classes + class], *count);
            }
        }
        gain + more(self.pairs[class * self.classes + class], own)
    }

    /// Moves the word to the class where it fits best. Whether it moved.
    fn improve(&mut self, word: usize) -> bool {
        let old = self.class_of[word];
        let behind = self.neighbours(word, &self.behind);
        let before = self.neighbours(word, &self.before);
        self.change(word, old, &behind, &before, -1.0);
        let mut best = (old, self.gain(word, old, &behind, &before));
        for class in 1..self.classes {
            let gain = self.gain(word, class, &behind, &before);
            // A gain that rounding makes is none.
            if gain > best.1 + 1e-6 {
                best = (class, gain);
            }
        }
        self.change(word, best.0, &behind, &before, 1.0);
        self.class_of[word] = best.0;
        best.0 != old
    }
}
