//! How well khabar tags articles, on labelled texts that the caller names and on those of the repository.
//!
//! `make quality-tag DATA=folder`. The folder holds `seed/`, `tag/` and `dedup/`; README.md says what is in them. It
//! reports and asserts nothing, and says the same each time, speed and memory aside.
//!
//! Environment: `TAG_PARTS` (names of [`PARTS`], separated by commas), `TAG_WORST` (prints so many of each part's errors),
//! `TAG_SPLIT=tune` (entities: the parts that the models were learned from, where rules may be tuned).
#![forbid(unsafe_code)]

#[path = "../bootstrap.rs"]
mod bootstrap;
mod countries;
mod data;
mod golden;
mod keywords;
mod language;
#[path = "../../../../src/tag/tests/marked.rs"]
#[expect(dead_code, reason = "the test of the labels reads all of them")]
mod marked;
mod ner;
mod quotes;
mod seed;
mod spans;
mod speed;
mod subjects;
mod table;
mod tags;
mod text;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use khabar::tag::Tagger;

use table::Section;

/// The allocator that the product runs with; one allocator for all that is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What can be measured. The misses of the seed are always printed.
const PARTS: [&str; 9] =
    ["seed", "entities", "countries", "subjects", "lines", "phrases", "language", "golden", "speed"];

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1).filter(|folder| !folder.is_empty()).map(PathBuf::from) else {
        eprintln!("usage: khabar-quality-tag FOLDER; benches/quality/README.md says what is in it");
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

fn run(folder: &Path) -> Result<(), String> {
    let wanted = std::env::var("TAG_PARTS").unwrap_or_else(|_| PARTS.join(","));
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    if let Some(unknown) = wanted.iter().find(|name| !PARTS.contains(name)) {
        return Err(format!("TAG_PARTS: there is no part {unknown}"));
    }
    let worst = std::env::var("TAG_WORST").ok().and_then(|count| count.parse().ok()).unwrap_or(0);
    let is_wanted = |name: &str| wanted.contains(&name);
    // First, for it sees the lexicons' memory; shown last.
    let speed = is_wanted("speed").then(|| speed::measure(folder)).transpose()?;
    let (speed, tagger) =
        speed.map_or_else(|| (None, Tagger::compiled_in()), |(section, tagger)| (Some(section), tagger));
    for part in PARTS.into_iter().filter(|part| *part != "speed" && is_wanted(part)) {
        let shown = if part == "seed" { usize::MAX } else { worst };
        measure(part, folder, &tagger)?.print(shown);
    }
    if let Some(speed) = speed {
        speed.print(0);
    }
    Ok(())
}

fn measure(part: &str, folder: &Path, tagger: &Tagger) -> Result<Section, String> {
    match part {
        "seed" => seed::measure(folder, tagger),
        "entities" => {
            let (mut section, mut clean) = ner::measure(folder, tagger)?;
            clean.extend(golden::clean(&golden::cases()?, tagger));
            section.lines.push(ner::clitics(&clean));
            Ok(section)
        }
        "countries" => countries::measure(folder, tagger),
        "subjects" => subjects::measure(folder, tagger),
        "lines" => keywords::measure_lines(folder, tagger),
        "phrases" => keywords::measure_phrases(folder, tagger),
        "language" => language::measure(&golden::cases()?, tagger),
        _ => Ok(golden::measure(&golden::cases()?, tagger)),
    }
}
