//! Labelled pairs: are two articles of one story in one cluster, and were repeats suppressed.

use crate::bootstrap;
use crate::corpus::{HOUR_MS, Pair};
use crate::replay::{Bench, Clusters, linked, suppressed};
use crate::report::{Figure, Target};
use crate::sample::Stories;
use crate::systems::System;
use crate::text;

/// The labels, with what they say.
const LABELS: [(&str, &str); 7] = [
    ("D", "duplicate"),
    ("R", "rewrite of one release"),
    ("C", "contains or merges"),
    ("U", "update"),
    ("P", "partial"),
    ("T", "template"),
    ("N", "different"),
];
/// A strict repeat that adds more words than these may well be enriched.
const ADDED_WORDS_MAX: f64 = 60.0;

/// A labelled pair and what was said of it.
#[derive(Debug, Clone, Copy)]
struct Judged {
    is_positive: bool,
    is_linked: bool,
    weight: f64,
}

/// `None` where the label does not count.
fn is_positive(label: &str, lenient: bool) -> Option<bool> {
    match label {
        "D" | "R" => Some(true),
        "C" | "U" => lenient.then_some(true),
        "T" | "N" | "P" => Some(false),
        _ => None,
    }
}

type Part = fn(&[Judged]) -> f64;

/// F1, precision and recall over weighted pairs.
fn scores(judged: &[Judged]) -> (f64, f64, f64) {
    let sum = |positive: bool, linked: bool| -> f64 {
        judged
            .iter()
            .filter(|one| one.is_positive == positive && one.is_linked == linked)
            .map(|one| one.weight)
            .sum()
    };
    let (both, missed, wrong) = (sum(true, true), sum(true, false), sum(false, true));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let (precision, recall) = (share(both, both + wrong), share(both, both + missed));
    (share(2.0 * precision * recall, precision + recall), precision, recall)
}

fn clusters_of<S: System>(bench: &Bench<'_, S>) -> Clusters {
    Clusters::of(bench.untouched.iter().map(Some), linked)
}

fn judged_pairs<S: System>(bench: &Bench<'_, S>, lenient: bool) -> Vec<Judged> {
    let mut clusters = clusters_of(bench);
    let gold = &bench.data.gold;
    gold.iter()
        .filter_map(|pair| {
            Some(Judged {
                is_positive: is_positive(&pair.label, lenient)?,
                is_linked: clusters.hold(pair.earlier, pair.later),
                weight: pair.weight,
            })
        })
        .collect()
}

/// F1 of links on the labelled pairs, in percent.
pub fn strict_f1<S: System>(bench: &Bench<'_, S>) -> (f64, f64, f64) {
    let (f1, precision, recall) = scores(&judged_pairs(bench, false));
    (f1 * 100.0, precision * 100.0, recall * 100.0)
}

/// Scores of links on the pairs that count strictly.
pub fn strict<S: System>(bench: &Bench<'_, S>) -> Vec<Figure> {
    scored(bench, "strict", false)
}

fn scored<S: System>(bench: &Bench<'_, S>, kind: &str, lenient: bool) -> Vec<Figure> {
    let judged = judged_pairs(bench, lenient);
    let parts: [(&str, Part); 3] =
        [("F1", |all| scores(all).0), ("precision", |all| scores(all).1), ("recall", |all| scores(all).2)];
    parts
        .into_iter()
        .map(|(name, part)| {
            let (low, high) = bootstrap::interval(&judged, part);
            Figure {
                name: format!("{name}, {kind}"),
                value: part(&judged) * 100.0,
                interval: (low * 100.0, high * 100.0),
                count: judged.len(),
                target: Target::None,
                is_percent: true,
            }
        })
        .collect()
}

/// Links on the pairs that were read by hand.
pub fn link<S: System>(bench: &Bench<'_, S>) -> Vec<Figure> {
    let mut figures = strict(bench);
    figures.extend(scored(bench, "lenient (C, U are positive too)", true));
    let mut links = clusters_of(bench);
    let mut duplicates = Clusters::of(bench.untouched.iter().map(Some), suppressed);
    for (label, meaning) in LABELS {
        let pairs: Vec<&Pair> = bench.data.gold.iter().filter(|pair| pair.label == label).collect();
        let mut of = |clusters: &mut Clusters, what: &str| {
            let held: Vec<bool> = pairs.iter().map(|pair| clusters.hold(pair.earlier, pair.later)).collect();
            figures.push(Figure::share_of(format!("{label} ({meaning}): {what}"), &held, Target::None));
        };
        of(&mut links, "linked");
        of(&mut duplicates, "by suppression");
    }
    figures
}

/// Pairs whose class is certain: templates with other contents, and repeats.
pub fn families<S: System>(bench: &Bench<'_, S>) -> Vec<Figure> {
    let mut links = clusters_of(bench);
    let mut duplicates = Clusters::of(bench.untouched.iter().map(Some), suppressed);
    let mut classes: Vec<&str> = bench.data.silver.iter().map(|pair| pair.label.as_str()).collect();
    classes.sort_unstable();
    classes.dedup();
    let mut figures = Vec::new();
    for class in classes {
        let pairs: Vec<&Pair> = bench.data.silver.iter().filter(|pair| pair.label == class).collect();
        let shares = |clusters: &mut Clusters| -> Vec<bool> {
            pairs.iter().map(|pair| clusters.hold(pair.earlier, pair.later)).collect()
        };
        let is_negative = class.starts_with("N:");
        let (suppressed_target, linked_target) = match class {
            _ if is_negative => (Target::AtMost(1.0), Target::AtMost(3.0)),
            "P:same_title" => (Target::None, Target::AtLeast(90.0)),
            _ => (Target::None, Target::None),
        };
        if is_negative {
            let name = format!("{class}: suppressed");
            figures.push(Figure::share_of(name, &shares(&mut duplicates), suppressed_target));
        }
        figures.push(Figure::share_of(format!("{class}: linked"), &shares(&mut links), linked_target));
    }
    figures
}

/// Strict repeats that add few words themselves: the later one should not come through.
pub fn duplicates<S: System>(bench: &Bench<'_, S>, stories: &Stories) -> Vec<Figure> {
    let documents = &bench.data.documents;
    let suppressed: Vec<bool> = bench
        .data
        .gold
        .iter()
        .filter(|pair| is_positive(&pair.label, false) == Some(true))
        .filter(|pair| {
            let (earlier, later) = (&stories.shingles[pair.earlier], &stories.shingles[pair.later]);
            let novelty = text::lacking(later, earlier) as f64 / later.len().max(1) as f64;
            novelty * text::words(&documents[pair.later].body).len() as f64 <= ADDED_WORDS_MAX
        })
        .map(|pair| bench.untouched[pair.later].is_suppressed())
        .collect();
    vec![Figure::share_of("D, R adding at most 60 words: suppressed", &suppressed, Target::AtLeast(93.0))]
}

/// The labelled pairs that were misjudged, those of the largest weight first, for a look.
pub fn print_worst<S: System>(bench: &Bench<'_, S>, count: usize) {
    let documents = &bench.data.documents;
    let mut clusters = clusters_of(bench);
    let mut wrong: Vec<&Pair> = bench
        .data
        .gold
        .iter()
        .filter(|pair| {
            is_positive(&pair.label, false)
                .is_some_and(|positive| positive != clusters.hold(pair.earlier, pair.later))
        })
        .collect();
    wrong.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    println!("\n{} misjudges {} labelled pairs", bench.system.name(), wrong.len());
    for pair in wrong.into_iter().take(count) {
        let error = if is_positive(&pair.label, false) == Some(true) { "not linked" } else { "linked" };
        let hours = (documents[pair.later].time_ms - documents[pair.earlier].time_ms) / HOUR_MS;
        let [earlier, later] =
            [pair.earlier, pair.later].map(|number| text::shingles(&documents[number].body));
        let smaller = earlier.len().min(later.len()).max(1);
        let common = later.len() - text::lacking(&later, &earlier);
        println!(
            "{} {error}, weight {:.0}, {hours} h apart, {} % of the smaller one's 3-grams common",
            pair.label,
            pair.weight,
            common * 100 / smaller
        );
        for number in [pair.earlier, pair.later] {
            println!("  {}", chain(bench, number));
            println!("    {} words: {}", documents[number].words(), documents[number].title);
        }
    }
}

/// An article's verdict and those of the articles that it leads to.
fn chain<S: System>(bench: &Bench<'_, S>, number: usize) -> String {
    let mut shown = String::new();
    let mut next = Some(number);
    while let Some(at) = next {
        let (document, outcome) = (&bench.data.documents[at], &bench.untouched[at]);
        shown.push_str(&format!("{} {} {}", document.id, document.source, outcome.verdict.name()));
        // Matches stand earlier in the log, so the way ends.
        next = outcome.link().filter(|link| *link < at);
        if next.is_some() {
            shown.push_str(&format!(
                " (score {}, novelty {}, {}) -> ",
                outcome.score_permille, outcome.novelty_permille, outcome.rule
            ));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_count_in_the_scores() {
        let one = |is_positive, is_linked, weight| Judged { is_positive, is_linked, weight };
        let (f1, precision, recall) = scores(&[
            one(true, true, 3.0),
            one(true, false, 1.0),
            one(false, true, 1.0),
            one(false, false, 9.0),
        ]);
        assert!((precision - 0.75).abs() < 1e-9 && (recall - 0.75).abs() < 1e-9 && (f1 - 0.75).abs() < 1e-9);
    }
}
