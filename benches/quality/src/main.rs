//! How well khabar reads pages, beside other extractors, on labelled pages that the caller names.
//!
//! `make quality-parse DATA=folder`. The folder holds sets, each a folder with `gold.jsonl` (`id`, `url`, and of
//! `articleBody`, `headline`, `author`, `datePublished` those that the set labels) and `html/ID.html.gz`. README.md says
//! where the public sets come from. It reports and asserts nothing.
//!
//! Environment: QUALITY_SETS (names, separated by commas), QUALITY_SYSTEMS, QUALITY_PAGES, QUALITY_SPLIT (`all`, `tune` or
//! `held`: three quarters of the pages, and the fixed last one), QUALITY_CALIBRATION (prints what khabar's confidences are
//! worth), QUALITY_WORST (prints the pages that cost khabar most, of `tune` only), QUALITY_FOUND (a folder: what each
//! system found in the pages of `tune`, as `SET.SYSTEM.jsonl`).
#![forbid(unsafe_code)]

mod bootstrap;
mod calibration;
mod data;
mod dump;
mod score;
mod systems;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use calibration::Calibration;
use data::{Page, Split};
use systems::System;

/// The allocator that the product runs with; all systems of the table have it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("usage: khabar-quality FOLDER; see benches/quality/README.md for the sets");
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

fn run(folder: &std::path::Path) -> Result<(), String> {
    let split = Split::from_environment()?;
    let wanted = |name: &str, variable: &str| {
        std::env::var(variable).map_or(true, |list| list.split(',').any(|one| one.trim() == name))
    };
    let systems: Vec<System> =
        System::ALL.into_iter().filter(|system| wanted(system.name(), "QUALITY_SYSTEMS")).collect();
    let mut found = false;
    let mut calibrations: BTreeMap<&str, Calibration> = BTreeMap::new();
    for set in data::sets(folder)? {
        if !wanted(&set.name, "QUALITY_SETS") {
            continue;
        }
        found = true;
        let mut pages: Vec<Page> = set.read(split)?;
        pages.retain(|page| wanted(&page.gold.id, "QUALITY_PAGES"));
        println!("\n{}: {} pages ({})", set.name, pages.len(), split.name());
        println!("{}", table::HEAD);
        for system in &systems {
            let results = systems::run(*system, &pages);
            println!("{}", table::row(system.name(), &pages, &results));
            if system.is_khabar() {
                calibrations.entry(system.name()).or_default().add(&pages, &results);
            }
            if split == Split::Tune
                && let Some(folder) = std::env::var_os("QUALITY_FOUND")
            {
                let file = PathBuf::from(folder).join(format!("{}.{}.jsonl", set.name, system.name()));
                table::write_found(&file, &pages, &results)?;
            }
            if system.is_khabar()
                && split == Split::Tune
                && let Some(count) = worst_count()
            {
                table::print_worst(&pages, &results, count);
            }
        }
    }
    if std::env::var_os("QUALITY_CALIBRATION").is_some() {
        for (system, calibration) in &calibrations {
            calibration.print(system);
        }
    }
    if found { Ok(()) } else { Err(format!("{} holds no set that was asked for", folder.display())) }
}

fn worst_count() -> Option<usize> {
    std::env::var("QUALITY_WORST").ok()?.parse().ok()
}
