//! Each folder of `tests/data/parse` holds content, perhaps its URL, and the article that must come out.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{decoded, parser};
use crate::article::{Article, ArticleDate, Content, Paragraph};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/parse");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn content(case: &Path) -> Content {
    let page = case.join("raw.html");
    if page.exists() {
        return Content::Html(std::fs::read_to_string(page).unwrap());
    }
    Content::Dump(std::fs::read_to_string(case.join("raw.txt")).unwrap())
}

fn paragraphs(paragraphs: &[Paragraph]) -> Vec<String> {
    paragraphs.iter().map(|paragraph| format!("{}: {}", paragraph.role.name(), paragraph.text)).collect()
}

fn date(date: &ArticleDate) -> Value {
    json!({
        "value": date.value, "raw": date.raw, "precision": date.precision.name(), "zone": date.zone,
        "evidence": date.evidence,
    })
}

/// The article as JSON, absent parts left out.
fn summary(article: &Article) -> Value {
    let related: Vec<Value> = article
        .related
        .iter()
        .map(|related| {
            json!({"headline": related.headline, "url": related.url, "paragraphs": paragraphs(&related.paragraphs)})
        })
        .collect();
    let flaws: Vec<&str> = article.extraction.flaws.iter().map(|flaw| flaw.code).collect();
    let mut summary = json!({
        "uri": article.uri, "headline": article.headline, "paragraphs": paragraphs(&article.paragraphs),
        "authors": article.authors, "publisher": article.publisher, "source": article.source,
        "published": article.published.as_ref().map(date), "modified": article.modified.as_ref().map(date),
        "language": article.language_stated, "section": article.section, "located": article.located,
        "caption": article.image.as_ref().and_then(|image| image.caption.as_ref()),
        "image": article.image.as_ref().map(|image| &image.url),
        "keywords": article.keywords.as_ref().map(|keywords| json!({"raw": keywords.raw, "list": keywords.list})),
        "related": related, "flaws": flaws, "confidence": article.extraction.confidence,
    });
    if let Some(map) = summary.as_object_mut() {
        map.retain(|_, value| !(value.is_null() || value.as_array().is_some_and(Vec::is_empty)));
    }
    summary
}

#[test]
fn each_case_gives_its_expected_article() {
    let parser = parser();
    let mut differing = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 22, "the cases are where they should be");
    for case in &cases {
        let mut decoded = decoded(content(case));
        if let Ok(url) = std::fs::read_to_string(case.join("url.txt")) {
            decoded.stated.url = Some(url.trim().to_owned());
        }
        let found = match parser.parse(&decoded) {
            Ok(article) => summary(&article),
            Err(rejection) => json!({"rejected": rejection.code.name()}),
        };
        let expected = std::fs::read_to_string(case.join("expected.json")).unwrap_or_default();
        let expected: Value = serde_json::from_str(&expected).unwrap_or_default();
        if found != expected {
            differing.push(format!("{}\n{}", case.display(), serde_json::to_string_pretty(&found).unwrap()));
        }
    }
    assert!(differing.is_empty(), "these cases differ; this was found:\n{}", differing.join("\n"));
}
