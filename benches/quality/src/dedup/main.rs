//! How well khabar tells repeats from news, beside MinHash with locality-sensitive hashing, on articles that the caller
//! names.
//!
//! `make quality-dedup DATA=folder`. The folder holds `saudinewsnet.jsonl.xz`, `gold.tsv` and `silver.tsv`; README.md says
//! where they come from. It reports and asserts nothing, and says the same each time, but for the speed.
//!
//! Environment: DEDUP_MEASURES (names of [`MEASURES`] and [`OWN_MEASURES`], separated by commas; `search` only where
//! named), DEDUP_SYSTEMS (`khabar`, `gaoya`, `gaoya tuned`), DEDUP_SET (settings for khabar as `dedup.name=value`,
//! separated by commas), DEDUP_WORST (prints so many misjudged pairs), DEDUP_TEXT (`body`: headlines are left out).
#![forbid(unsafe_code)]

mod agreement;
#[path = "../bootstrap.rs"]
mod bootstrap;
mod corpus;
mod edited;
mod edits;
mod insertions;
mod link;
mod replay;
mod report;
mod resampled;
mod sample;
mod speed;
mod substance;
mod systems;
mod templates;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use corpus::Data;
use replay::Bench;
use report::{Figure, Section};
use sample::Stories;
use systems::{GAOYA_DOCUMENTED, GAOYA_SEARCHED, GAOYA_TUNED, Gaoya, Khabar, Setting, System};

/// Names of the measures and their headings.
const MEASURES: [(&str, &str); 9] = [
    ("link", "Pairs read by hand: in one cluster of links (W as configured, weighted)"),
    ("families", "Pairs of a certain class: N are templates with other contents, P are repeats"),
    ("duplicates", "Repeats among the pairs read by hand"),
    ("substance", "What is suppressed stands in enriched articles of the window (exact, on whole bodies)"),
    ("flash", "A full article minutes after its flash"),
    ("merged", "A, then A and S in one article, then S alone"),
    ("growth", "An article that grows by 40 words fifteen times"),
    ("edits", "Edited copies, from another source and 1 to 12 hours later"),
    ("templates", "The same text every day with other numbers, copied by 15 sources"),
];

/// Of khabar alone.
const OWN_MEASURES: [(&str, &str); 3] = [
    ("resampled", "Labelled pairs with eight other samples of each text, least to most: how much is luck"),
    ("agreement", "Replicas that began to read elsewhere (a count)"),
    ("speed", "All articles judged one after the other and held, on one core of this machine"),
];

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1).filter(|folder| !folder.is_empty()).map(PathBuf::from) else {
        eprintln!("usage: khabar-quality-dedup FOLDER; benches/quality/README.md says what is in it");
        return ExitCode::from(2);
    };
    match run(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The names in a variable; `None` where it isn't set.
fn listed(variable: &str) -> Option<Vec<String>> {
    let list = std::env::var(variable).ok()?;
    Some(list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn is_wanted(wanted: Option<&Vec<String>>, name: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.iter().any(|one| one == name))
}

fn run(folder: &Path) -> Result<(), String> {
    let measures = listed("DEDUP_MEASURES");
    let known = |name: &str| {
        name == "search" || MEASURES.iter().chain(&OWN_MEASURES).any(|(known, _)| *known == name)
    };
    if let Some(unknown) = measures.iter().flatten().find(|name| !known(name)) {
        return Err(format!("DEDUP_MEASURES: there is no measure {unknown}"));
    }
    let mut data = Data::read(folder)?;
    if std::env::var("DEDUP_TEXT").is_ok_and(|text| text == "body") {
        data.documents.iter_mut().for_each(|document| document.title.clear());
    }
    println!(
        "{} articles, {} labelled pairs, {} pairs of a certain class",
        data.documents.len(),
        data.gold.len(),
        data.silver.len()
    );
    let khabar = Khabar::new(listed("DEDUP_SET").unwrap_or_default())?;
    if measures.as_ref().is_some_and(|measures| measures.iter().any(|name| name == "search")) {
        return search(&data, khabar.window_ms());
    }
    compare(&data, &khabar, measures.as_ref())
}

fn compare(data: &Data, khabar: &Khabar, measures: Option<&Vec<String>>) -> Result<(), String> {
    let window_ms = khabar.window_ms();
    let stories = Stories::new(data);
    let systems = listed("DEDUP_SYSTEMS");
    let gaoya = [GAOYA_DOCUMENTED, GAOYA_TUNED]
        .map(|setting| is_wanted(systems.as_ref(), setting.name).then(|| Gaoya::new(setting, window_ms)));
    let has_khabar = is_wanted(systems.as_ref(), khabar.name());
    let own = has_khabar.then(|| Bench::new(data, khabar)).transpose()?;
    let mut others = Vec::new();
    for gaoya in gaoya.iter().flatten() {
        others.push(Bench::new(data, gaoya)?);
    }
    for (name, title) in MEASURES.into_iter().filter(|(name, _)| is_wanted(measures, name)) {
        let mut section = Section { title, systems: Vec::new() };
        if let Some(own) = &own {
            section.systems.push((khabar.name().to_owned(), measure(name, own, &stories, window_ms)?));
        }
        for other in &others {
            section
                .systems
                .push((other.system.name().to_owned(), measure(name, other, &stories, window_ms)?));
        }
        section.print();
    }
    for (name, title) in OWN_MEASURES.into_iter().filter(|(name, _)| has_khabar && is_wanted(measures, name))
    {
        let figures = match name {
            "resampled" => resampled::resampled(data, khabar)?,
            "speed" => speed::speed(data)?,
            _ => agreement::agreement(data, khabar)?,
        };
        Section { title, systems: vec![(khabar.name().to_owned(), figures)] }.print();
    }
    if let (Some(own), Some(count)) = (&own, worst_count()) {
        link::print_worst(own, count);
    }
    Ok(())
}

fn measure<S: System>(
    name: &str,
    bench: &Bench<'_, S>,
    stories: &Stories,
    window_ms: i64,
) -> Result<Vec<Figure>, String> {
    match name {
        "link" => Ok(link::link(bench)),
        "families" => Ok(link::families(bench)),
        "duplicates" => Ok(link::duplicates(bench, stories)),
        "substance" => Ok(substance::substance(bench, stories, window_ms)),
        "flash" => insertions::flash(bench, stories),
        "merged" => insertions::merged(bench, stories),
        "growth" => insertions::growth(bench, stories),
        "edits" => edited::edited(bench, stories),
        _ => templates::templates(bench),
    }
}

/// The settings of gaoya that were tried on the labelled pairs.
fn search(data: &Data, window_ms: i64) -> Result<(), String> {
    println!("\ngaoya on the labelled pairs, %\nF1    prec. recall tokens, bands x width, threshold");
    for (tokens, bands, band_width, threshold) in GAOYA_SEARCHED {
        let gaoya = Gaoya::new(Setting { name: "gaoya", tokens, bands, band_width, threshold }, window_ms);
        let (f1, precision, recall) = link::strict_f1(&Bench::new(data, &gaoya)?);
        println!("{f1:5.1} {precision:5.1} {recall:5.1} {tokens:?}, {bands} x {band_width}, {threshold}");
    }
    Ok(())
}

fn worst_count() -> Option<usize> {
    std::env::var("DEDUP_WORST").ok()?.parse().ok()
}
