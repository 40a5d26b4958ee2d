//! The articles, as raw records, and the pairs that were labelled by hand.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

/// The labels that say that two articles tell the same, and those that say that they don't; the others don't count.
const POSITIVE: [&str; 2] = ["D", "R"];
const NEGATIVE: [&str; 3] = ["T", "N", "P"];

pub struct Article {
    pub envelope: String,
    pub fetched_at: String,
}

/// Two articles by their number, and how many pairs they stand for.
pub struct Pair {
    pub a: usize,
    pub b: usize,
    pub is_positive: bool,
    pub weight: f64,
}

pub struct Corpus {
    /// By time of fetching.
    pub articles: Vec<Article>,
    pub pairs: Vec<Pair>,
}

impl Corpus {
    pub fn read(folder: &Path, articles_max: usize) -> Self {
        let packed = folder.join("saudinewsnet.jsonl.xz");
        let output = Command::new("xz").arg("-dc").arg(&packed).output().expect("xz is installed");
        assert!(output.status.success(), "{}: {}", packed.display(), String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("the articles are UTF-8");
        let mut rows: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect();
        rows.sort_by(|a, b| a["fetched_at"].as_str().cmp(&b["fetched_at"].as_str()));
        rows.truncate(articles_max);
        let numbers: HashMap<&str, usize> =
            rows.iter().enumerate().filter_map(|(number, row)| Some((row["id"].as_str()?, number))).collect();
        let pairs = read_pairs(&folder.join("gold.tsv"), &numbers);
        let articles = rows.iter().map(article).collect();
        Self { articles, pairs }
    }

    pub fn days(&self) -> f64 {
        let (Some(first), Some(last)) = (self.articles.first(), self.articles.last()) else { return 0.0 };
        #[allow(clippy::cast_precision_loss, reason = "some weeks in milliseconds")]
        let milliseconds = (milliseconds(&last.fetched_at) - milliseconds(&first.fetched_at)) as f64;
        milliseconds / 86_400_000.0
    }
}

fn article(row: &Value) -> Article {
    let text = |name: &str| row[name].as_str().unwrap_or_default();
    let content = format!("{}\n\n{}\n", text("title"), text("body"));
    let envelope = json!({
        "url": text("url"),
        "source": text("source"),
        "fetched_at": text("fetched_at"),
        "content_type": "text/plain",
        "content": content,
    });
    Article { envelope: envelope.to_string(), fetched_at: text("fetched_at").to_owned() }
}

fn read_pairs(path: &Path, numbers: &HashMap<&str, usize>) -> Vec<Pair> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let head: Vec<&str> = text.lines().next().unwrap_or_default().split('\t').collect();
    let column = |name: &str| head.iter().position(|cell| *cell == name).expect("the table has the column");
    let (a, b, label, weight) = (column("a"), column("b"), column("lab"), column("w"));
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let is_positive = POSITIVE.contains(&cells[label].trim());
            (is_positive || NEGATIVE.contains(&cells[label].trim())).then_some(())?;
            Some(Pair {
                a: *numbers.get(cells[a])?,
                b: *numbers.get(cells[b])?,
                is_positive,
                weight: cells[weight].trim().parse().expect("a weight is a number"),
            })
        })
        .collect()
}

/// Milliseconds since 1970 of a time like `2015-07-21T02:51:32Z`.
pub fn milliseconds(time: &str) -> i64 {
    let time: jiff::Timestamp = time.parse().unwrap_or_else(|error| panic!("{time}: {error}"));
    time.as_millisecond()
}
