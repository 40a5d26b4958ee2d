//! An article beside the earlier one that its verdict names, as text for a person and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::article::{Article, Judgement};
use crate::cli::text::clean;
use crate::dedup::side_by_side::{Stretch, stretches};
use crate::process::explain::Comparison;

/// Characters of a line in one of the two columns.
const COLUMN_CHARS: usize = 56;
/// Lines of one column; longer texts are cut, and the end says so.
const LINES_MAX: usize = 400;
/// A direction isolate (Unicode Bidirectional Algorithm, FSI and PDI), so that a column of Arabic stays in its place.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// The comparison for a person.
pub(super) fn text(comparison: &Comparison, names: &[String]) -> String {
    let mut text = String::new();
    for (name, article) in names.iter().zip(&comparison.articles) {
        if let Err(rejection) = article {
            let _ =
                writeln!(text, "{name}: rejected: {}: {}", rejection.code.name(), clean(&rejection.detail));
        }
    }
    let Some((judgement, article)) = judged(comparison) else { return text };
    let _ = writeln!(
        text,
        "verdict: {}, {}\nrule: {}\nscore: {} of 1000, novelty: {} of 1000 (estimated from the sketches)",
        judgement.verdict.name(),
        if judgement.suppressed { "a duplicate" } else { "enriched" },
        judgement.rule,
        judgement.score_permille,
        judgement.novelty_permille,
    );
    let beside = beside(comparison);
    let matches = if comparison.matched.is_some() { "match" } else { "no match; the last of the others" };
    let Some((at, earlier)) = beside else { return text };
    let name = names.get(at).map(String::as_str).unwrap_or_default();
    let _ = writeln!(text, "{matches}: {name}");
    let (left, right) = (whole(earlier), whole(article));
    let (left_parts, right_parts) = (stretches(&left, &right), stretches(&right, &left));
    let _ = writeln!(
        text,
        "words in common: {} of {} there, {} of {} here (counted)\n",
        words(&left, &left_parts, true),
        words(&left, &left_parts, false),
        words(&right, &right_parts, true),
        words(&right, &right_parts, false),
    );
    let left_lines = lines(&left, &left_parts);
    let right_lines = lines(&right, &right_parts);
    for at in 0..left_lines.len().max(right_lines.len()) {
        let cell = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
        let (left, right) = (cell(&left_lines), cell(&right_lines));
        let gap = " ".repeat(COLUMN_CHARS.saturating_sub(left.chars().count()));
        let [begin, end] = ISOLATE;
        let _ = writeln!(text, "{begin}{left}{end}{gap} | {begin}{right}{end}");
    }
    text
}

/// The comparison for programs.
pub(super) fn json(comparison: &Comparison, names: &[String]) -> Value {
    let rejected: Vec<Value> = names
        .iter()
        .zip(&comparison.articles)
        .filter_map(|(name, article)| article.as_ref().err().map(|rejection| (name, rejection)))
        .map(|(name, rejection)| json!({ "file": name, "code": rejection.code.name(), "message": rejection.detail }))
        .collect();
    let Some((judgement, article)) = judged(comparison) else { return json!({ "rejected": rejected }) };
    let parts = |text: &str, other: &str| -> Vec<Value> {
        stretches(text, other)
            .into_iter()
            .map(|part| json!({ "text": text.get(part.span), "shared": part.shared }))
            .collect()
    };
    let sides = beside(comparison).map(|(at, earlier)| {
        let (left, right) = (whole(earlier), whole(article));
        json!({ "file": names.get(at), "earlier": parts(&left, &right), "article": parts(&right, &left) })
    });
    json!({
        "verdict": judgement.verdict.name(), "suppressed": judgement.suppressed, "rule": judgement.rule,
        "score": judgement.score_permille, "novelty": judgement.novelty_permille,
        "match": comparison.matched.and_then(|at| names.get(at)), "side_by_side": sides, "rejected": rejected,
    })
}

fn judged(comparison: &Comparison) -> Option<(&Judgement, &Article)> {
    let article = comparison.articles.last()?.as_ref().ok()?;
    Some((comparison.judgement.as_ref()?, article))
}

/// The article to show beside: the match, else the last one before.
fn beside(comparison: &Comparison) -> Option<(usize, &Article)> {
    let last_before =
        || (0..comparison.articles.len().saturating_sub(1)).rfind(|at| comparison.articles[*at].is_ok());
    let at = comparison.matched.or_else(last_before)?;
    Some((at, comparison.articles.get(at)?.as_ref().ok()?))
}

fn whole(article: &Article) -> String {
    let headline = article.headline.as_deref().unwrap_or_default();
    format!("{headline}\n\n{}", article.body())
}

fn words(text: &str, parts: &[Stretch], shared_only: bool) -> usize {
    let counted = parts.iter().filter(|part| part.shared || !shared_only);
    counted.filter_map(|part| text.get(part.span.clone())).map(|part| part.split_whitespace().count()).sum()
}

/// A text in lines of a column, with marks around what the other lacks.
fn lines(text: &str, parts: &[Stretch]) -> Vec<String> {
    let mut marked = String::with_capacity(text.len());
    let mut after = 0;
    for part in parts {
        let (between, own) = (text.get(after..part.span.start), text.get(part.span.clone()));
        marked.push_str(between.unwrap_or_default());
        let own = own.unwrap_or_default();
        if part.shared {
            marked.push_str(own);
        } else {
            // Each paragraph has marks of its own.
            for (at, line) in own.split('\n').enumerate() {
                let _ = match (at, line.trim().is_empty()) {
                    (0, true) => Ok(()),
                    (0, false) => write!(marked, "[+{line}+]"),
                    (_, true) => writeln!(marked),
                    (_, false) => write!(marked, "\n[+{line}+]"),
                };
            }
        }
        after = part.span.end;
    }
    marked.push_str(text.get(after..).unwrap_or_default());
    let mut lines = Vec::new();
    for paragraph in marked.split('\n') {
        wrap(paragraph, &mut lines);
        if lines.len() >= LINES_MAX {
            lines.truncate(LINES_MAX);
            lines.push("(cut)".to_owned());
            break;
        }
    }
    lines
}

/// Breaks a paragraph between words; a word longer than a line is divided.
fn wrap(paragraph: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut length = 0;
    for word in paragraph.split_whitespace() {
        let word: Vec<char> = word.chars().map(|one| if one.is_control() { '?' } else { one }).collect();
        if length > 0 && length + 1 + word.len() > COLUMN_CHARS {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        for piece in word.chunks(COLUMN_CHARS) {
            if length + piece.len() >= COLUMN_CHARS && length > 0 {
                lines.push(std::mem::take(&mut line));
                length = 0;
            } else if length > 0 {
                line.push(' ');
                length += 1;
            }
            line.extend(piece);
            length += piece.len();
        }
    }
    lines.push(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_other_lacks_is_marked_and_no_line_is_too_long() {
        let text = "The ferry came back to the harbour on Thursday, the mayor said. Nobody wept.";
        let other = "On Friday the ferry came back to the harbour on Thursday, the mayor said.";
        let marked = lines(text, &stretches(text, other)).join(" ");
        assert!(marked.ends_with("[+Nobody wept+]."), "{marked}");
        let paragraphs = "Headline of its own\n\nAnother beginning here";
        let marked = lines(paragraphs, &stretches(paragraphs, text));
        assert_eq!(marked, ["[+Headline of its own+]", "", "[+Another beginning here+]"]);
        let long = "x".repeat(500);
        assert!(lines(&long, &[]).iter().all(|line| line.chars().count() <= COLUMN_CHARS));
        assert_eq!(lines(&long, &[]).concat(), long);
    }
}
