//! Which articles a measure puts copies of into the log: a fixed choice, the same for every system.

use std::collections::HashMap;

use crate::corpus::{Data, Document};
use crate::replay::Clusters;
use crate::text;

/// Word 3-grams of more articles than these are phrases of the trade, and connect nothing.
const HOLDERS_MAX: usize = 50;
/// Articles are of one story here where they share this part of the smaller one's 3-grams.
const SHARED_PERCENT: usize = 20;

/// Steele and others, "Fast splittable pseudorandom number generators" (2014).
pub struct Random(u64);

impl Random {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or_default()
    }

    /// A number from `from` on and below `end`.
    pub fn between(&mut self, from: i64, end: i64) -> i64 {
        from + i64::try_from(self.next() % end.abs_diff(from).max(1)).unwrap_or_default()
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub fn of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// The log's stories, found by exact comparison of whole bodies, without any of the systems.
pub struct Stories {
    /// Distinct word 3-grams of each article's body.
    pub shingles: Vec<Vec<u64>>,
    /// The first article of each story, in a fixed random order.
    firsts: Vec<usize>,
    /// The first article of each article's story.
    pub story: Vec<usize>,
}

impl Stories {
    pub fn new(data: &Data) -> Self {
        let shingles: Vec<Vec<u64>> =
            data.documents.iter().map(|document| text::shingles(&document.body)).collect();
        let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut clusters = Clusters::new(shingles.len());
        for (number, own) in shingles.iter().enumerate() {
            let mut shared: HashMap<usize, usize> = HashMap::new();
            for shingle in own {
                let all = holders.entry(*shingle).or_default();
                for other in all.iter() {
                    *shared.entry(*other).or_default() += 1;
                }
                if all.len() < HOLDERS_MAX {
                    all.push(number);
                }
            }
            for (other, count) in shared {
                if count * 100 >= own.len().min(shingles[other].len()) * SHARED_PERCENT {
                    clusters.join(number, other);
                }
            }
        }
        let story: Vec<usize> = (0..shingles.len()).map(|number| clusters.root(number)).collect();
        let mut firsts: Vec<usize> = (0..story.len()).filter(|number| story[*number] == *number).collect();
        Random::new(1).shuffle(&mut firsts);
        Self { shingles, firsts, story }
    }

    /// At most `count` articles of different stories that fit. No two of them share much text, so that what is put in
    /// for one leaves the others alone, and one replay serves all.
    pub fn draw<'a>(
        &'a self,
        data: &'a Data,
        fits: impl Fn(&Document) -> bool + 'a,
    ) -> impl Iterator<Item = usize> + 'a {
        self.firsts.iter().copied().filter(move |number| fits(&data.documents[*number]))
    }
}
