//! Which articles the run and `khabar process` take for one story, against the pairs that were read by hand.

use std::collections::HashMap;

use serde_json::Value;

use crate::corpus::Corpus;
use crate::run::Outcomes;
use crate::support::outcomes::Place;
use crate::support::worker::run_program;

/// Longer than the corpus, so that the order of arrival alone differs between the two.
const WINDOW: &str = "dedup.window_hours=2160";

/// Disjoint sets of articles, joined by links.
struct Clusters(Vec<usize>);

impl Clusters {
    fn new(articles: usize, links: impl Iterator<Item = (usize, usize)>) -> Self {
        let mut clusters = Self((0..articles).collect());
        for (a, b) in links {
            let (a, b) = (clusters.root(a), clusters.root(b));
            clusters.0[a.max(b)] = a.min(b);
        }
        clusters
    }

    fn root(&self, article: usize) -> usize {
        let mut at = article;
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    fn hold(&self, a: usize, b: usize) -> bool {
        self.root(a) == self.root(b)
    }
}

/// Prints F1, precision and recall of both, in percent.
pub fn compare(corpus: &Corpus, places: &[Place], outcomes: &Outcomes) {
    let numbers: HashMap<Place, usize> = places.iter().copied().zip(0..).collect();
    let links = outcomes.by_place.values().filter_map(|outcome| {
        let matched = matched(&outcome.kind, &outcome.record.json())?;
        Some((*numbers.get(&outcome.raw)?, *numbers.get(&matched)?))
    });
    let run_clusters = Clusters::new(corpus.articles.len(), links);
    let process_clusters = through_process(corpus);
    let run = scores(corpus, &run_clusters);
    let process = scores(corpus, &process_clusters);
    for (name, (f1, precision, recall)) in [("khabar run", run), ("khabar process", process)] {
        println!("links, {name}: F1 {f1:.2}, precision {precision:.2}, recall {recall:.2}");
    }
    println!("F1 differs by {:.2} points", (run.0 - process.0).abs());
    for pair in &corpus.pairs {
        let held = [&run_clusters, &process_clusters].map(|clusters| clusters.hold(pair.a, pair.b));
        if held[0] != held[1] {
            let kind = if pair.is_positive { "repeat" } else { "no repeat" };
            println!(
                "    {kind} of weight {:.1}, articles {} and {}: linked in run {}, in process {}",
                pair.weight, pair.a, pair.b, held[0], held[1]
            );
        }
    }
}

fn through_process(corpus: &Corpus) -> Clusters {
    let mut input = String::new();
    for article in &corpus.articles {
        input.push_str(&article.envelope);
        input.push('\n');
    }
    let output = run_program(&["process", "--format", "jsonl", "--set", WINDOW, "-"], input.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("its output is text");
    let links = text.lines().enumerate().filter_map(|(number, line)| {
        let line: Value = serde_json::from_str(line).expect("a line is an object");
        let kind = line["outcome"].as_str()?;
        let record = if kind == "enriched" { &line["item"] } else { &line["duplicate"] };
        let matched = matched(kind, record)?;
        Some((number, usize::try_from(matched.offset).ok()?))
    });
    Clusters::new(corpus.articles.len(), links)
}

/// The earlier article that the record names as one of its story.
fn matched(kind: &str, record: &Value) -> Option<Place> {
    let matched = match kind {
        "enriched" if record["khabar"]["dedup"]["verdict"] != "new" => &record["khabar"]["dedup"]["match"],
        "duplicate" => &record["duplicate_of"],
        _ => return None,
    };
    let partition = i32::try_from(matched["partition"].as_i64()?).ok()?;
    Some(Place { partition, offset: matched["offset"].as_i64()? })
}

fn scores(corpus: &Corpus, clusters: &Clusters) -> (f64, f64, f64) {
    let sum = |is_positive: bool, is_linked: bool| -> f64 {
        corpus
            .pairs
            .iter()
            .filter(|pair| pair.is_positive == is_positive && clusters.hold(pair.a, pair.b) == is_linked)
            .map(|pair| pair.weight)
            .sum()
    };
    let (both, missed, wrong) = (sum(true, true), sum(true, false), sum(false, true));
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let (precision, recall) = (share(both, both + wrong), share(both, both + missed));
    let f1 = share(2.0 * precision * recall, precision + recall);
    (f1 * 100.0, precision * 100.0, recall * 100.0)
}
