use super::*;
use crate::article::{Article, Paragraph, ParagraphRole};
use crate::tag::Tagger;

fn subjects(language_body: &str) -> Vec<TaggedSubject> {
    let article = Article {
        paragraphs: vec![Paragraph { text: language_body.to_owned(), role: ParagraphRole::Text }],
        ..Article::default()
    };
    Tagger::compiled_in().tag(&article).subjects
}

/// Measures on labelled texts: `KHABAR_SUBJECTS=file.jsonl` with `topic` and `text`.
#[test]
#[ignore = "a measurement on data that is not part of the project"]
fn measure() {
    let path = std::env::var("KHABAR_SUBJECTS").unwrap();
    let mut counts: std::collections::BTreeMap<(String, String), usize> = Default::default();
    let folder = std::env::var("KHABAR_LEXICON_FOLDER").unwrap_or_default();
    let settings = crate::config::settings::LexiconSettings { folder, dump_labels: Vec::new() };
    let tagger = Tagger::load(&settings).unwrap();
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let article = Article {
            headline: row["title"].as_str().map(str::to_owned),
            paragraphs: vec![Paragraph { text: row["text"].as_str().unwrap().to_owned(), role: ParagraphRole::Text }],
            ..Article::default()
        };
        let tags = tagger.tag(&article);
        let best = tags.subjects.first().map_or("none".to_owned(), |one| one.english.clone());
        *counts.entry((row["topic"].as_str().unwrap().to_owned(), best)).or_default() += 1;
    }
    for ((topic, best), count) in counts {
        println!("{topic}\t{best}\t{count}");
    }
}
