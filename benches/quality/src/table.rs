//! The report: one line for a system on a set.

use crate::bootstrap;
use crate::data::Page;
use crate::score::{self, BodyScore};
use crate::systems::Found;

pub const HEAD: &str =
    "system          body F1 (95 %)       precis. recall  exact | headline date    author | ms mean  p99";

/// A measure over the pages that have a label for it, or blanks.
fn share(pages: &[Page], results: &[Found], is_right: impl Fn(&Page, &Found) -> Option<bool>) -> String {
    let right: Vec<f64> = pages
        .iter()
        .zip(results)
        .filter_map(|(page, found)| is_right(page, found))
        .map(|right| f64::from(u8::from(right)))
        .collect();
    if right.is_empty() {
        return "    -   ".to_owned();
    }
    let (low, high) = bootstrap::interval(&right, |sample| bootstrap::mean(sample.iter().copied()));
    format!("{:.3}±{:.3}", bootstrap::mean(right.iter().copied()), (high - low) / 2.0)
}

fn body_scores(pages: &[Page], results: &[Found]) -> Vec<BodyScore> {
    pages
        .iter()
        .zip(results)
        .filter_map(|(page, found)| Some(BodyScore::of(&found.body, page.gold.article_body.as_ref()?)))
        .collect()
}

pub fn has_headline(page: &Page, found: &Found) -> Option<bool> {
    page.gold.headline.as_ref().map(|gold| score::folded(gold) == score::folded(&found.headline))
}

pub fn has_day(page: &Page, found: &Found) -> Option<bool> {
    let gold = score::day(page.gold.date_published.as_deref()?)?;
    Some(score::day(&found.date) == Some(gold))
}

pub fn has_author(page: &Page, found: &Found) -> Option<bool> {
    page.gold.author.as_ref().map(|gold| score::author_names(gold) == score::author_names(&found.author))
}

pub fn row(name: &str, pages: &[Page], results: &[Found]) -> String {
    let scores = body_scores(pages, results);
    let body = if scores.is_empty() {
        format!("{:42}", "-")
    } else {
        let (f1, precision, recall) = score::f1(&scores);
        let (low, high) = bootstrap::interval(&scores, |sample| score::f1(sample).0);
        let exact = bootstrap::mean(scores.iter().map(|score| f64::from(u8::from(score.exact))));
        format!("{f1:.3} ({low:.3} to {high:.3}) {precision:.3}   {recall:.3}   {exact:.3}")
    };
    let mut times: Vec<f64> = results.iter().map(|found| found.took.as_secs_f64() * 1000.0).collect();
    times.sort_by(f64::total_cmp);
    let p99 =
        times.get((times.len() * 99 / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default();
    format!(
        "{name:15} {body} | {} {} {} | {:7.2} {p99:7.2}",
        share(pages, results, has_headline),
        share(pages, results, has_day),
        share(pages, results, has_author),
        bootstrap::mean(times.iter().copied()),
    )
}

/// The pages whose bodies cost most, and every other field that is wrong.
pub fn print_worst(pages: &[Page], results: &[Found], count: usize) {
    let mut losses: Vec<(f64, &Page, &Found)> = pages
        .iter()
        .zip(results)
        .filter_map(|(page, found)| {
            let gold = page.gold.article_body.as_ref()?;
            Some((BodyScore::of(&found.body, gold).loss(), page, found))
        })
        .collect();
    losses.sort_by(|left, right| right.0.total_cmp(&left.0));
    for (loss, page, found) in losses.iter().take(count) {
        let gold = page.gold.article_body.as_deref().unwrap_or_default();
        let (precision, recall) = {
            let score = BodyScore::of(&found.body, gold);
            (score.precision().unwrap_or_default(), score.recall().unwrap_or_default())
        };
        println!(
            "  {loss:.3} precision {precision:.3} recall {recall:.3} {} {:?}",
            page.gold.id, page.gold.url
        );
    }
    let wrong = |name: &str,
                 is_right: fn(&Page, &Found) -> Option<bool>,
                 gold: fn(&Page) -> Option<&str>,
                 got: fn(&Found) -> &str| {
        for (page, found) in
            pages.iter().zip(results).filter(|(page, found)| is_right(page, found) == Some(false)).take(count)
        {
            println!(
                "  {name} {}: {:?} is not {:?}",
                page.gold.id,
                got(found),
                gold(page).unwrap_or_default()
            );
        }
    };
    wrong("headline", has_headline, |page| page.gold.headline.as_deref(), |found| &found.headline);
    wrong("date", has_day, |page| page.gold.date_published.as_deref(), |found| &found.date);
    wrong("author", has_author, |page| page.gold.author.as_deref(), |found| &found.author);
}

/// Writes what was found, a JSON object for each page.
pub fn write_found(file: &std::path::Path, pages: &[Page], results: &[Found]) -> Result<(), String> {
    let mut text = String::new();
    for (page, found) in pages.iter().zip(results) {
        let object = serde_json::json!({
            "id": page.gold.id,
            "articleBody": found.body,
            "headline": found.headline,
            "author": found.author,
            "datePublished": found.date,
            "dateEvidence": found.date_evidence,
            "lines": found.lines,
            "evidence": found.evidence.iter().map(|evidence| {
                serde_json::json!({
                    "field": evidence.field, "found": evidence.found, "confidence": evidence.confidence,
                })
            }).collect::<Vec<_>>(),
            "related": found.related,
            "flaws": found.flaws,
        });
        text.push_str(&object.to_string());
        text.push('\n');
    }
    std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))
}
