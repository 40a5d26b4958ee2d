//! How much of the figures on labelled pairs is the luck of a sketch: the same articles, their words spelt with one more
//! letter, so that other shingles are sampled and nothing else changes.

use crate::bootstrap;
use crate::corpus::{Data, Document};
use crate::link;
use crate::replay::Bench;
use crate::report::{Figure, Target};
use crate::systems::Khabar;
use crate::text;

const LETTERS: [char; 8] = ['b', 'd', 'f', 'g', 'k', 'm', 'q', 'z'];

/// The mean over the samples, and the least and the largest of them in place of an interval.
pub fn resampled(data: &Data, khabar: &Khabar) -> Result<Vec<Figure>, String> {
    let mut samples: Vec<Vec<Figure>> = Vec::new();
    for letter in LETTERS {
        let documents = data.documents.iter().map(|document| respelt(document, letter)).collect();
        let data = Data { documents, gold: data.gold.clone(), silver: data.silver.clone() };
        let bench = Bench::new(&data, khabar)?;
        let mut figures = link::strict(&bench);
        figures.extend(link::families(&bench));
        samples.push(figures);
    }
    let figures = (0..samples.first().map_or(0, Vec::len)).map(|at| {
        let values = || samples.iter().map(|figures| figures[at].value);
        let first = &samples[0][at];
        Figure {
            name: format!("{}, mean", first.name),
            value: bootstrap::mean(values()),
            interval: (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max)),
            count: samples.len(),
            ..first.clone()
        }
    });
    Ok(figures.filter(|figure| figure.target != Target::None || figure.name.contains("strict")).collect())
}

fn respelt(document: &Document, letter: char) -> Document {
    Document {
        title: text::with_letter(&document.title, letter),
        body: text::with_letter(&document.body, letter),
        ..document.clone()
    }
}
