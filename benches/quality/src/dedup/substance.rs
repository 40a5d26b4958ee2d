//! Is the substance of what was suppressed in an enriched article, and does what was enriched have some? Measured on
//! whole texts, not on sketches.
//!
//! On bodies: a suppressed article's headline stays in its own light record.

use std::collections::HashMap;

use crate::replay::Bench;
use crate::report::{Figure, Target};
use crate::sample::Stories;
use crate::systems::System;
use crate::text;

const NEW_WORDS: f64 = 60.0;
const NOVELTY: f64 = 0.35;
/// An enriched article with less than this could have been suppressed.
const LITTLE_NOVELTY: f64 = 0.1;

/// How much articles have that no enriched article of the window before them has.
pub fn substance<S: System>(bench: &Bench<'_, S>, stories: &Stories, window_ms: i64) -> Vec<Figure> {
    let mut enriched_at: HashMap<u64, i64> = HashMap::new();
    let (mut lost, mut novelties, mut redundant) = (Vec::new(), Vec::new(), Vec::new());
    for (number, document) in bench.data.documents.iter().enumerate() {
        let shingles = &stories.shingles[number];
        let after_ms = document.time_ms - window_ms;
        let is_new = |shingle: &&u64| enriched_at.get(shingle).is_none_or(|at| *at <= after_ms);
        let novelty = shingles.iter().filter(is_new).count() as f64 / shingles.len().max(1) as f64;
        if bench.untouched[number].is_suppressed() {
            let words = text::words(&document.body).len() as f64;
            lost.push(novelty > NOVELTY && novelty * words > NEW_WORDS);
            novelties.push(novelty);
        } else {
            redundant.push(novelty < LITTLE_NOVELTY);
            enriched_at.extend(shingles.iter().map(|shingle| (*shingle, document.time_ms)));
        }
    }
    let share: Vec<bool> = bench.untouched.iter().map(crate::systems::Outcome::is_suppressed).collect();
    vec![
        Figure::share_of("suppressed with > 60 words and > 35 % new", &lost, Target::AtMost(0.5)),
        Figure::share("mean novelty of suppressed articles", &novelties, Target::None),
        Figure::share_of("enriched though under 10 % is new", &redundant, Target::None),
        Figure::share_of("articles suppressed", &share, Target::None),
    ]
}
