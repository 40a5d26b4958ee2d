//! Edited copies of articles, from another source and hours later: are they suppressed, and what else do they touch.

use std::collections::HashSet;

use crate::corpus::{Document, MINUTE_MS};
use crate::edits::{Draft, Edit};
use crate::insertions::insert;
use crate::replay::{Bench, Clusters, linked};
use crate::report::{Figure, Target};
use crate::sample::{Random, Stories};
use crate::systems::System;

const DRAWS: usize = 1_000;
const WORDS_MIN: usize = 80;

pub fn edited<S: System>(bench: &Bench<'_, S>, stories: &Stories) -> Result<Vec<Figure>, String> {
    let documents = &bench.data.documents;
    let originals: Vec<usize> = stories
        .draw(bench.data, |document| document.body.split_whitespace().count() >= WORDS_MIN)
        .take(2 * DRAWS)
        .collect();
    // The other half lends the stories that are merged in. Each stands later in the log than the copy that holds it.
    let (originals, lenders) = originals.split_at(originals.len() / 2);
    let mut figures = Vec::new();
    // Untouched articles that match nothing, and in how many replays each matched a copy of another story.
    let mut touched: Vec<(usize, usize)> =
        (0..documents.len()).filter(|number| bench.is_new(*number)).map(|number| (number, 0)).collect();
    for edit in Edit::ALL {
        let mut draft = Draft { data: bench.data, random: Random::new(8) };
        let mut times = Random::new(9);
        let mut inserts: Vec<Document> = Vec::new();
        let mut stories_of: Vec<[usize; 2]> = Vec::new();
        for (at, number) in originals.iter().enumerate() {
            let document = &documents[*number];
            let time_ms = document.time_ms + times.between(60, 12 * 60) * MINUTE_MS;
            let lender = (0..lenders.len())
                .map(|step| lenders[(at + step) % lenders.len()])
                .find(|lender| documents[*lender].time_ms > time_ms)
                .unwrap_or(lenders[at % lenders.len()]);
            let (title, body) = draft.edit(edit, document, &documents[lender]);
            inserts.push(insert("copy", at, time_ms, &title, body));
            stories_of.push([stories.story[*number], stories.story[lender]]);
        }
        let outcomes = bench.replay(&inserts, &HashSet::new())?;
        let mut clusters = Clusters::of(outcomes.iter().map(Option::as_ref), linked);
        let of_insert = |at: usize| outcomes[bench.inserted(at)];
        let suppressed: Vec<bool> = (0..inserts.len())
            .map(|at| of_insert(at).is_some_and(|outcome| outcome.is_suppressed()))
            .collect();
        let connected: Vec<bool> = originals
            .iter()
            .enumerate()
            .map(|(at, number)| clusters.hold(bench.inserted(at), *number))
            .collect();
        let name = edit.name();
        figures.push(Figure::share_of(format!("{name}: suppressed"), &suppressed, target(edit)));
        figures.push(Figure::share_of(format!("{name}: linked"), &connected, Target::None));
        for (number, hits) in touched.iter_mut() {
            let link = outcomes[*number].and_then(|outcome| outcome.link());
            let at = link.and_then(|link| link.checked_sub(documents.len()));
            *hits += usize::from(at.is_some_and(|at| !stories_of[at].contains(&stories.story[*number])));
        }
    }
    let touched: Vec<f64> =
        touched.into_iter().map(|(_, hits)| hits as f64 / Edit::ALL.len() as f64).collect();
    figures.push(Figure::share("untouched articles linked to a foreign copy", &touched, Target::None));
    Ok(figures)
}

const fn target(edit: Edit) -> Target {
    match edit {
        Edit::SourceLine | Edit::Spelling | Edit::Truncated(50) => Target::AtLeast(98.0),
        Edit::Boilerplate | Edit::Combined => Target::AtLeast(97.0),
        Edit::Truncated(30) => Target::AtLeast(91.0),
        _ => Target::None,
    }
}
