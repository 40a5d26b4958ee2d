//! An explanation as text for a person, and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::named;
use crate::article::{Article, ArticleDate, FieldEvidence, Flaw, Paragraph};
use crate::cli::text::{clean, columns};
use crate::parse::{LineRole, ReadLine};
use crate::process::explain::Explanation;

/// A field, its value, and where it was found.
struct Field<'article> {
    name: &'static str,
    value: Value,
    evidence: Option<&'article FieldEvidence>,
}

/// The fields of an article that have a value, in reading order.
fn fields(article: &Article) -> Vec<Field<'_>> {
    let date = |date: &ArticleDate| json!(format!("{} ({})", date.value, date.precision.name()));
    let field = |name, value: Option<Value>| {
        Some(Field { name, value: value?, evidence: article.extraction.evidence_for(name) })
    };
    let list = |list: &[String]| (!list.is_empty()).then(|| json!(list));
    let keywords = article
        .keywords
        .as_ref()
        .map(|keywords| if keywords.list.is_empty() { json!(keywords.raw) } else { json!(keywords.list) });
    [
        field("uri", Some(json!(article.uri))),
        field("headline", article.headline.as_ref().map(|text| json!(text))),
        field("published", article.published.as_ref().map(date)),
        field("modified", article.modified.as_ref().map(date)),
        field("authors", list(&article.authors)),
        field("publisher", article.publisher.as_ref().map(|text| json!(text))),
        field("source", article.source.as_ref().map(|text| json!(text))),
        field("section", article.section.as_ref().map(|text| json!(text))),
        field("keywords", keywords),
        field("language", article.language_stated.as_ref().map(|text| json!(text))),
        field("located", article.located.as_ref().map(|text| json!(text))),
        field("image", article.image.as_ref().map(|image| json!(image.url))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The explanation for a person.
pub(super) fn text(explanation: &Explanation) -> String {
    let mut text = String::new();
    if let Some(content) = explanation.content {
        push(&mut text, &format!("content: {content}"));
    }
    if !explanation.lines.is_empty() {
        push(&mut text, "\nlines: number, role, evidence, text");
        text.push_str(&columns(&explanation.lines.iter().map(line_row).collect::<Vec<_>>()));
    }
    match &explanation.outcome {
        Ok(article) => {
            article_text(&mut text, article, explanation.lines.is_empty());
            named::text(&mut text, article, &explanation.tags);
        }
        Err(rejection) => {
            push(&mut text, &format!("\nrejected: {}: {}", rejection.code.name(), clean(&rejection.detail)));
            flaws_text(&mut text, &explanation.flaws);
        }
    }
    text
}

pub(super) fn push(text: &mut String, line: &str) {
    // Writing to a String never fails.
    let _ = writeln!(text, "{line}");
}

/// The text comes last: its direction and width differ from line to line.
fn line_row(line: &ReadLine) -> Vec<String> {
    let of_other = line.related.map(|number| format!(" #{number}")).unwrap_or_default();
    let evidence = if line.role == LineRole::Blank { String::new() } else { one_line(&line.evidence) };
    vec![line.number.to_string(), format!("{}{of_other}", line.role.name()), evidence, one_line(&line.text)]
}

pub(super) fn one_line(text: &str) -> String {
    clean(text).replace('\n', " ")
}

fn article_text(text: &mut String, article: &Article, with_paragraphs: bool) {
    if with_paragraphs {
        push(text, "\nparagraphs: number, role, text");
        text.push_str(&columns(&paragraph_rows(&article.paragraphs)));
        for (index, related) in article.related.iter().enumerate() {
            let headline = related.headline.as_deref().or(related.url.as_deref()).unwrap_or_default();
            push(text, &format!("related #{}: {}", index + 1, one_line(headline)));
        }
    }
    push(text, "\nfields: name, where found, confidence, value");
    let rows: Vec<Vec<String>> = fields(article)
        .into_iter()
        .map(|field| {
            let value = match &field.value {
                Value::String(value) => value.clone(),
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
                other => other.to_string(),
            };
            vec![
                field.name.to_owned(),
                field.evidence.map_or_else(|| "-".to_owned(), |evidence| one_line(&evidence.found)),
                field.evidence.map_or_else(|| "-".to_owned(), |evidence| evidence.confidence.to_string()),
                one_line(&value),
            ]
        })
        .collect();
    text.push_str(&columns(&rows));
    let (paragraphs, related) = (article.paragraphs.len(), article.related.len());
    push(text, &format!("\nparagraphs: {paragraphs}, related articles: {related}"));
    push(text, &format!("confidence: {} of 100", article.extraction.confidence));
    flaws_text(text, &article.extraction.flaws);
}

fn paragraph_rows(paragraphs: &[Paragraph]) -> Vec<Vec<String>> {
    let row = |(index, paragraph): (usize, &Paragraph)| {
        vec![(index + 1).to_string(), paragraph.role.name().to_owned(), one_line(&paragraph.text)]
    };
    paragraphs.iter().enumerate().map(row).collect()
}

fn flaws_text(text: &mut String, flaws: &[Flaw]) {
    if flaws.is_empty() {
        push(text, "flaws: none");
        return;
    }
    push(text, "flaws:");
    for flaw in flaws {
        let detail = flaw.detail.as_ref().map(|detail| format!(": {}", one_line(detail))).unwrap_or_default();
        push(text, &format!("  {}{detail}", flaw.code));
    }
}

/// The explanation for programs.
pub(super) fn json(explanation: &Explanation) -> Value {
    let lines: Vec<Value> = explanation
        .lines
        .iter()
        .map(|line| {
            json!({
                "number": line.number, "role": line.role.name(), "evidence": line.evidence, "text": line.text,
                "related": line.related,
            })
        })
        .collect();
    let mut object = json!({ "content": explanation.content, "lines": lines });
    let more = match &explanation.outcome {
        Ok(article) => {
            let mut json = article_json(article);
            json["tags"] = named::json(&explanation.tags);
            json
        }
        Err(rejection) => json!({
            "rejected": { "code": rejection.code.name(), "message": rejection.detail },
            "flaws": flaws_json(&explanation.flaws),
        }),
    };
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

fn article_json(article: &Article) -> Value {
    let fields: serde_json::Map<String, Value> = fields(article)
        .into_iter()
        .map(|field| {
            let found = field.evidence.map(|evidence| &evidence.found);
            let confidence = field.evidence.map(|evidence| evidence.confidence);
            let value = json!({ "value": field.value, "found": found, "confidence": confidence });
            (field.name.to_owned(), value)
        })
        .collect();
    let related: Vec<Value> = article
        .related
        .iter()
        .map(|related| {
            json!({
                "headline": related.headline, "url": related.url,
                "paragraphs": paragraphs_json(&related.paragraphs),
            })
        })
        .collect();
    json!({
        "fields": fields,
        "paragraphs": paragraphs_json(&article.paragraphs),
        "related": related,
        "confidence": article.extraction.confidence,
        "flaws": flaws_json(&article.extraction.flaws),
    })
}

fn paragraphs_json(paragraphs: &[Paragraph]) -> Vec<Value> {
    paragraphs
        .iter()
        .map(|paragraph| json!({ "role": paragraph.role.name(), "text": paragraph.text }))
        .collect()
}

fn flaws_json(flaws: &[Flaw]) -> Vec<Value> {
    flaws.iter().map(|flaw| json!({ "code": flaw.code, "detail": flaw.detail })).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{LayerArguments, load};
    use crate::flow::{Header, RawCoordinates, RawRecord};
    use crate::process::explain::explain;

    fn explained(content_type: &str, text: &str) -> Explanation {
        let settings = load(&LayerArguments::default()).unwrap().settings;
        let raw = RawRecord {
            coordinates: RawCoordinates { topic: Arc::from("test"), partition: 0, offset: 0 },
            timestamp_ms: None,
            key: None,
            payload: Some(text.as_bytes().to_vec()),
            headers: vec![Header::text("content-type", content_type)],
        };
        explain(&raw, &settings).unwrap()
    }

    const DUMP: &str = "Ferry returns to the harbour after repairs\nPublished: 2 May 2024\n\nThe ferry came back on \
Thursday.\nIt had been away since March.\nSource: Harbour Post\nRead also:\nLighthouse painted red\nThe lighthouse \
was painted red last week by its keeper.\n";

    #[test]
    fn each_line_of_a_dump_is_shown_with_role_and_evidence() {
        let text = text(&explained("text/plain", DUMP));
        for part in [
            "1  headline",
            "position:first line of title shape",
            "2  date",
            "label:Published",
            "related_headline #1",
            "published  label:Published  93",
            "2024-05-02T00:00:00Z (day)",
            "confidence: 90 of 100",
            "date_zone_assumed: UTC",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn json_holds_the_same() {
        let json = json(&explained("text/plain", DUMP));
        assert_eq!(json["content"], "dump");
        assert_eq!(json["lines"].as_array().map(Vec::len), Some(9));
        assert_eq!(json["lines"][2]["role"], "blank");
        assert_eq!(json["lines"][8]["related"], 1);
        assert_eq!(json["fields"]["headline"]["found"], "line:1");
        assert_eq!(json["fields"]["headline"]["confidence"], 83);
        assert_eq!(json["related"][0]["headline"], "Lighthouse painted red");
        assert_eq!(json["flaws"][0]["code"], "date_zone_assumed");
    }

    #[test]
    fn names_are_marked_in_the_text_and_listed_with_ids_and_rules() {
        let dump = "Talks on the ferry go on\n\nThe talks between Egypt and Vladimir Putin went on, and Egypt was \
content.\nPutin left the harbour on Thursday in the evening.\n";
        let explanation = explained("text/plain", dump);
        let text = text(&explanation);
        for part in
            ["between [l1: Egypt] and [p1: Vladimir Putin]", "[p1: Putin] left", "lexicon", "iso3166:EG"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let json = json(&explanation);
        assert_eq!(json["tags"]["entities"][0]["ids"][0], "iso3166:EG");
        assert_eq!(json["tags"]["mentions"][2]["surface"], "Egypt");
    }

    #[test]
    fn a_page_is_shown_by_its_paragraphs() {
        let paragraph =
            "<p>The council voted on Monday to keep the ferry, and the harbour will stay open.</p>";
        let page = format!(
            "<html><body><article><h1>Ferry stays</h1>{}</article></body></html>",
            paragraph.repeat(3)
        );
        let text = text(&explained("text/html", &page));
        assert!(text.contains("content: html") && text.contains("1  text  The council voted"), "{text}");
    }

    #[test]
    fn what_is_rejected_is_explained_by_its_code() {
        let explanation = explained("text/plain", "Tags: a, b\n");
        assert_eq!(json(&explanation)["rejected"]["code"], "no_article");
        let text = text(&explanation);
        assert!(text.contains("keywords") && text.contains("rejected: no_article"), "{text}");
    }

    #[test]
    fn control_characters_do_not_reach_a_terminal() {
        let text = text(&explained("text/plain", "A title \u{1b}[2J of words\nA line of text.\n"));
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
