//! Keywords of a newsroom: its line without separators, divided again; and phrases of the text that are its keywords.

use std::path::Path;

use khabar::config::settings::{LexiconSettings, SourcesSettings};
use khabar::lexicon_tools::keywords::Learner;
use khabar::sources::Sources;
use khabar::tag::Tagger;

use crate::data::{self, Classified};
use crate::spans::{self, Counts};
use crate::table::{Line, Section, Target};
use crate::{seed, tags, text};

/// What the newsroom is called in the rules that are made for it.
const SOURCE: &str = "newsroom";

/// Articles from this day on are divided by a dictionary of the keywords before.
const LEARNED_BEFORE: &str = "2023-05";

/// So many phrases are looked at.
const PHRASES: usize = 10;

pub fn measure_lines(folder: &Path, tagger: &Tagger) -> Result<Section, String> {
    let mut section = Section::new("Keyword lines without separators, divided (Al Mayadeen)");
    let (f1, exact) = (Target::AtLeast(0.75), Target::AtLeast(0.35));
    let rows = data::classified(folder)?;
    let names = ["keywords of a line, F1", "whole line"];
    divide(&mut section, names, [f1, exact], tagger, &rows);
    let (before, after): (Vec<Classified>, Vec<Classified>) =
        rows.into_iter().partition(|row| row.date.as_str() < LEARNED_BEFORE);
    let names = ["the last two months, F1", "  whole line"];
    divide(&mut section, names, [Target::None; 2], tagger, &after);
    let names = ["keyword line after `lexicon keywords`, F1", "  whole line"];
    let targets = [Target::AtLeast(0.92), Target::AtLeast(0.68)];
    let learned = with_dictionary(&before)?;
    divide(&mut section, names, targets, &learned, &after);
    let [found, expected] = seed::keywords(folder, &learned, SOURCE)?;
    let name = "the seed's line, by that dictionary of another newsroom";
    section.lines.push(Line::share(name, &[found == expected], Target::AtLeast(1.0)));
    section.worst.push(if found == expected { Vec::new() } else { vec![found.join(" | ")] });
    Ok(section)
}

/// A tagger that knows the keywords of these articles as those of their newsroom, by the files that a user would have.
fn with_dictionary(rows: &[Classified]) -> Result<Tagger, String> {
    let mut learner = Learner::new([]);
    for row in rows {
        let keywords = row.keywords.iter().map(String::as_str);
        learner.add(Some(SOURCE), keywords).map_err(|error| error.to_string())?;
    }
    let learned = learner.finish(1).map_err(|error| error.to_string())?;
    let folder = std::env::temp_dir().join(format!("khabar-quality-{}", std::process::id()));
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(fail)?;
    let mut text = Vec::new();
    learned.write(&mut text).map_err(fail)?;
    let rules = folder.join("sources.toml");
    let written = std::fs::write(folder.join("keywords.tsv"), text)
        .and_then(|()| std::fs::write(&rules, format!("[source.{SOURCE}]\nkeywords = \"keywords.tsv\"\n")));
    let loaded = written.map_err(fail).and_then(|()| {
        let sources = Sources::load(&SourcesSettings { file: rules.display().to_string() })
            .map_err(|error| error.to_string())?;
        Tagger::load(&LexiconSettings::default(), &sources).map_err(|error| error.to_string())
    });
    std::fs::remove_dir_all(&folder).map_err(fail)?;
    loaded
}

/// Adds a line for the keywords and one for whole lines, of lines that are made of these articles' keywords.
fn divide(
    section: &mut Section,
    [f1_name, exact_name]: [&str; 2],
    [f1, exact]: [Target; 2],
    tagger: &Tagger,
    rows: &[Classified],
) {
    let mut counts = Vec::new();
    let (mut is_exact, mut worst) = (Vec::new(), Vec::new());
    for row in rows {
        let mut article = tags::article(Some(&row.title), row.text.lines());
        article.source = Some(SOURCE.to_owned());
        let tags = tagger.tag(&tags::with_keyword_line(article, &row.keywords.join(" ")));
        let Some(found) = tags::divided_keywords(&tags) else {
            section.lines.extend([Line::not_built(f1_name, f1), Line::not_built(exact_name, exact)]);
            return;
        };
        let (found, gold) = (distinct(&found), distinct(&row.keywords));
        let right = found.iter().filter(|keyword| gold.contains(keyword)).count();
        counts.push(Counts { right: small(right), found: small(found.len()), gold: small(gold.len()) });
        is_exact.push(found == gold);
        if found != gold {
            worst.push(format!("{}: {} for {}", row.id, found.join(" | "), gold.join(" | ")));
        }
    }
    section.worst.push(worst);
    section.lines.push(spans::line(f1_name, &counts, f1));
    section.lines.push(Line::share(exact_name, &is_exact, exact));
}

pub fn measure_phrases(folder: &Path, tagger: &Tagger) -> Result<Section, String> {
    let mut section =
        Section::new("Keyphrases of the text, beside the newsroom's keywords that stand in it (Al Mayadeen)");
    let (name, target) = ("keyphrases, F of the first 10, mean", Target::AtLeast(0.22));
    let (mut scores, mut worst) = (Vec::new(), Vec::new());
    for row in data::classified(folder)? {
        let tags = tagger.tag(&tags::article(Some(&row.title), row.text.lines()));
        let Some(found) = tags::keyphrases(&tags) else {
            section.lines.push(Line::not_built(name, target));
            return Ok(section);
        };
        let gold = present(&row);
        if gold.is_empty() {
            continue;
        }
        let mut found = distinct(&found);
        found.truncate(PHRASES);
        let right = found.iter().filter(|phrase| gold.contains(phrase)).count();
        let counts = [Counts { right: small(right), found: small(found.len()), gold: small(gold.len()) }];
        scores.push(spans::f1(&counts));
        if right == 0 {
            worst.push(format!("{}: {} for {}", row.id, found.join(" | "), gold.join(" | ")));
        }
    }
    section.worst.push(worst);
    section.lines.push(Line::mean(name, &scores, target));
    Ok(section)
}

/// The newsroom's keywords that stand in headline or text as whole words.
fn present(row: &Classified) -> Vec<String> {
    let text = format!(" {} {} ", text::folded(&row.title), text::folded(&row.text));
    distinct(&row.keywords).into_iter().filter(|keyword| text.contains(&format!(" {keyword} "))).collect()
}

/// Folded, each once, in order.
fn distinct(keywords: &[String]) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for keyword in keywords.iter().map(|keyword| text::folded(keyword)) {
        if !keyword.is_empty() && !distinct.contains(&keyword) {
            distinct.push(keyword);
        }
    }
    distinct
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
