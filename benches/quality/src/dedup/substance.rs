//! Is the substance of what was suppressed in an enriched article? Measured on whole texts, not on sketches.

use std::collections::HashMap;

use crate::replay::Bench;
use crate::report::{Figure, Target};
use crate::sample::Stories;
use crate::systems::System;
use crate::text;

const NEW_WORDS: f64 = 60.0;
const NOVELTY: f64 = 0.35;

/// How much each suppressed article has that no enriched article of the window before it has.
pub fn substance<S: System>(bench: &Bench<'_, S>, stories: &Stories, window_ms: i64) -> Vec<Figure> {
    let mut enriched_at: HashMap<u64, i64> = HashMap::new();
    let (mut lost, mut novelties) = (Vec::new(), Vec::new());
    for (number, document) in bench.data.documents.iter().enumerate() {
        let shingles = &stories.shingles[number];
        if !bench.untouched[number].is_suppressed() {
            enriched_at.extend(shingles.iter().map(|shingle| (*shingle, document.time_ms)));
            continue;
        }
        let after_ms = document.time_ms - window_ms;
        let missing = shingles
            .iter()
            .filter(|shingle| enriched_at.get(shingle).is_none_or(|at| *at <= after_ms))
            .count();
        let novelty = missing as f64 / shingles.len().max(1) as f64;
        let words = text::words(&document.text()).len() as f64;
        lost.push(novelty > NOVELTY && novelty * words > NEW_WORDS);
        novelties.push(novelty);
    }
    let share: Vec<bool> = bench.untouched.iter().map(crate::systems::Outcome::is_suppressed).collect();
    vec![
        Figure::share_of("suppressed with > 60 words and > 35 % new", &lost, Target::AtMost(0.5)),
        Figure::share("mean novelty of suppressed articles", &novelties, Target::None),
        Figure::share_of("articles suppressed", &share, Target::None),
    ]
}
