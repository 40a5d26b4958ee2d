//! What comes before must not swallow what comes after: flashes, merged stories, and articles that grow.
//!
//! Articles are drawn of which no two are of one story, so that one replay of the log serves them all.

use std::collections::HashSet;

use crate::corpus::{DAY_MS, Document, HOUR_MS, MINUTE_MS};
use crate::replay::Bench;
use crate::report::{Figure, Target};
use crate::sample::{Random, Stories};
use crate::systems::System;
use crate::text;

const DRAWS: usize = 1_500;
const LEAD_WORDS: [usize; 4] = [40, 60, 90, 120];
/// An article is this much longer than its flash.
const BEYOND_FLASH_WORDS: usize = 100;
/// Stories that are merged have at least so many words.
const STORY_WORDS_MIN: usize = 80;
/// The first version of an article that grows has between so many words, so that no step of growth is special.
const FIRST_VERSION_WORDS: std::ops::Range<i64> = 60..140;
const GROWTH_WORDS: usize = 40;
const GROWTHS: usize = 15;
const GROWING: usize = 500;
const GROWN_WORDS_MIN: usize = 140 + GROWTHS * GROWTH_WORDS;

/// An article that is put in, with a source and a URL of its own.
pub fn insert(kind: &str, at: usize, time_ms: i64, title: &str, body: String) -> Document {
    Document {
        id: format!("{kind}{at}"),
        source: format!("{kind} source"),
        url: format!("https://{kind}.example/{at}"),
        time_ms,
        title: title.to_owned(),
        body,
    }
}

fn body_words(document: &Document) -> usize {
    document.body.split_whitespace().count()
}

/// The full article minutes after a flash that holds its lead.
pub fn flash<S: System>(bench: &Bench<'_, S>, stories: &Stories) -> Result<Vec<Figure>, String> {
    let documents = &bench.data.documents;
    let mut figures = Vec::new();
    for lead in LEAD_WORDS {
        let mut random = Random::new(4);
        let full: Vec<usize> = stories
            .draw(bench.data, |document| body_words(document) >= lead + BEYOND_FLASH_WORDS)
            .filter(|number| bench.is_new(*number))
            .take(DRAWS)
            .collect();
        let inserts: Vec<Document> = full
            .iter()
            .enumerate()
            .map(|(at, number)| {
                let document = &documents[*number];
                let time_ms = document.time_ms - random.between(2, 20) * MINUTE_MS;
                insert(
                    "flash",
                    at,
                    time_ms,
                    &document.title,
                    text::first_words(&document.body, lead).to_owned(),
                )
            })
            .collect();
        let outcomes = bench.replay(&inserts, &HashSet::new())?;
        let enriched: Vec<bool> = full
            .iter()
            .map(|number| outcomes[*number].is_some_and(|outcome| !outcome.is_suppressed()))
            .collect();
        let name = format!("after a flash of {lead} words: enriched");
        figures.push(Figure::share_of(name, &enriched, Target::AtLeast(98.0)));
    }
    Ok(figures)
}

/// A, then A and S in one article, then S alone: the text of S must stand in an enriched article.
pub fn merged<S: System>(bench: &Bench<'_, S>, stories: &Stories) -> Result<Vec<Figure>, String> {
    let documents = &bench.data.documents;
    let mut random = Random::new(5);
    let mut drawn: Vec<usize> = stories
        .draw(bench.data, |document| body_words(document) >= STORY_WORDS_MIN)
        .filter(|number| bench.is_new(*number))
        .take(2 * DRAWS)
        .collect();
    drawn.sort_unstable();
    let mut is_used = vec![false; drawn.len()];
    let (mut inserts, mut parts) = (Vec::new(), Vec::new());
    for first in 0..drawn.len() {
        let first_ms = documents[drawn[first]].time_ms;
        let day: Vec<usize> = (first + 1..drawn.len())
            .take_while(|at| documents[drawn[*at]].time_ms < first_ms + DAY_MS)
            .filter(|at| !is_used[*at] && documents[drawn[*at]].time_ms > first_ms + HOUR_MS)
            .collect();
        if is_used[first] || day.is_empty() {
            continue;
        }
        let second = *random.of(&day);
        (is_used[first], is_used[second]) = (true, true);
        let (story, part) = (&documents[drawn[first]], &documents[drawn[second]]);
        let body = format!("{}\n{}\n{}", story.body, part.title, part.body);
        inserts.push(insert("merged", inserts.len(), part.time_ms - 10 * MINUTE_MS, &story.title, body));
        parts.push(drawn[second]);
    }
    let outcomes = bench.replay(&inserts, &HashSet::new())?;
    let is_enriched = |number: usize| outcomes[number].is_some_and(|outcome| !outcome.is_suppressed());
    let kept: Vec<bool> = parts
        .iter()
        .enumerate()
        .map(|(at, part)| is_enriched(bench.inserted(at)) || is_enriched(*part))
        .collect();
    let merged: Vec<bool> = (0..parts.len()).map(|at| is_enriched(bench.inserted(at))).collect();
    Ok(vec![
        Figure::share_of("A, A+S, S: text of S is in an enriched one", &kept, Target::AtLeast(99.0)),
        Figure::share_of("A, A+S, S: A+S enriched", &merged, Target::None),
    ])
}

/// An article that grows by 40 words fifteen times, a version each half hour.
pub fn growth<S: System>(bench: &Bench<'_, S>, stories: &Stories) -> Result<Vec<Figure>, String> {
    let documents = &bench.data.documents;
    let mut random = Random::new(6);
    let grown: Vec<(usize, usize)> = stories
        .draw(bench.data, |document| body_words(document) >= GROWN_WORDS_MIN)
        .take(GROWING)
        .map(|number| {
            let first = random.between(FIRST_VERSION_WORDS.start, FIRST_VERSION_WORDS.end);
            (number, usize::try_from(first).unwrap_or_default())
        })
        .collect();
    let left_out: HashSet<usize> = grown.iter().map(|(number, _)| *number).collect();
    let mut figures = Vec::new();
    for (kind, is_one_source) in [("other sources", false), ("one source, other URLs", true)] {
        let mut inserts = Vec::new();
        for (number, first_words) in &grown {
            let document = &documents[*number];
            for version in 0..=GROWTHS {
                let time_ms = document.time_ms + i64::try_from(version).unwrap_or_default() * 30 * MINUTE_MS;
                let body = text::first_words(&document.body, first_words + version * GROWTH_WORDS).to_owned();
                let mut inserted = insert("growth", inserts.len(), time_ms, &document.title, body);
                let suffix = if is_one_source { document.source.clone() } else { version.to_string() };
                inserted.source = format!("growth {suffix}");
                inserts.push(inserted);
            }
        }
        let outcomes = bench.replay(&inserts, &left_out)?;
        let (mut kept, mut enriched_counts) = (Vec::new(), Vec::new());
        for (at, versions) in inserts.chunks(GROWTHS + 1).enumerate() {
            let first = bench.inserted(at * (GROWTHS + 1));
            let enriched: Vec<&Document> = versions
                .iter()
                .enumerate()
                .filter(|(version, _)| {
                    outcomes[first + version].is_some_and(|outcome| !outcome.is_suppressed())
                })
                .map(|(_, document)| document)
                .collect();
            // Each version begins with the one before it, so the last enriched one holds what all of them hold.
            let known = enriched.last().map(|document| text::shingles(&document.text())).unwrap_or_default();
            let last = text::shingles(&versions[GROWTHS].text());
            kept.push(1.0 - text::lacking(&last, &known) as f64 / last.len().max(1) as f64);
            enriched_counts.push(enriched.len() as f64);
        }
        figures.push(Figure::share(format!("{kind}: last text kept"), &kept, Target::AtLeast(85.0)));
        figures.push(Figure::mean(format!("{kind}: enriched of 16"), &enriched_counts, Target::None));
    }
    Ok(figures)
}
