//! `khabar lexicon lint`: what is wrong in lexicon files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::layers::Layers;
use super::super::{CliError, output, text};
use crate::lexicon_tools::lint::{self, Report, Severity};
use crate::sources::Sources;

/// Check lexicon files
#[derive(Debug, Args)]
#[command(
    long_about = "Checks the lexicon files of a folder, all of them at once, as they stand above those that are compiled \
in, or one file of keywords. An error is what `khabar run` would not start with, or two entities that both claim a name for sure. A warning is what \
is likely tagged wrong: a name that means two entities and nothing decides, a safe name that is a common word, a name of a \
letter or two, an entity without an Arabic or English name. A note costs nothing: the same name twice.

Without PATH it checks lexicon.folder of the configuration, or, where that is empty, the compiled-in files; and the \
keywords of all sources whose rules name a file of them."
)]
#[command(after_long_help = "Examples:
  khabar lexicon lint lexicon/
  khabar lexicon lint lexicon/ --strict      warnings fail, too: for a check before a change is taken
  khabar lexicon lint sahel.tsv              the keywords of one source
  khabar lexicon lint --most 1000            the compiled-in files, with more of the notes

Exit codes: 0 clean, or warnings and notes alone; 1 errors, or warnings with --strict; 2 the folder or file can't be read.")]
pub struct LintArguments {
    #[command(flatten)]
    layers: Layers,

    /// The folder with the files, or a file of keywords
    #[arg(value_name = "PATH")]
    pub(super) folder: Option<PathBuf>,

    /// Fail where there are warnings
    #[arg(long)]
    pub(super) strict: bool,

    /// List so many findings; the worst first are chosen
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(super) most: usize,
}

pub(super) fn execute(layers: &Layers, arguments: &LintArguments) -> Result<(), CliError> {
    let usage = |error: &dyn std::fmt::Display| CliError::Usage(error.to_string());
    let (report, checked) = match &arguments.folder {
        Some(file) if file.is_file() => {
            (lint::lint_dictionaries(std::slice::from_ref(file)), Some(file.clone()))
        }
        Some(folder) => (lint::lint(Some(folder)), Some(folder.clone())),
        None => {
            let settings = layers.with(&arguments.layers).load()?.settings;
            let configured = settings.lexicon.folder.clone();
            let folder = (!configured.is_empty()).then(|| PathBuf::from(configured));
            let sources = Sources::load(&settings.sources).map_err(|error| usage(&error))?;
            let mut files: Vec<PathBuf> = sources.iter().filter_map(|rule| rule.keywords.clone()).collect();
            files.sort();
            files.dedup();
            let dictionaries = lint::lint_dictionaries(&files).map_err(|error| usage(&error))?;
            (lint::lint(folder.as_deref()).map(|report| report.and(dictionaries)), folder)
        }
    };
    let report = report.map_err(|error| usage(&error))?;
    output::print(&render(&report, checked.as_deref(), arguments.most))?;
    verdict(&report, arguments.strict)
}

/// A line for each finding, and a summary.
pub(super) fn render(report: &Report, folder: Option<&Path>, most: usize) -> String {
    let mut shown: Vec<&lint::Finding> = report.findings.iter().collect();
    // A stable sort: by file and line within a severity.
    shown.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let total: u64 =
        [Severity::Error, Severity::Warning, Severity::Note].map(|one| report.count(one)).iter().sum();
    shown.truncate(most);
    let mut page = String::new();
    for finding in &shown {
        // Writing to a String never fails.
        let _ = writeln!(
            page,
            "{}:{}: {}: {}; {}",
            text::clean(&finding.file),
            finding.line,
            finding.severity.name(),
            text::clean(&finding.problem),
            finding.remedy
        );
    }
    if total > shown.len() as u64 {
        let _ = writeln!(page, "and {} more; --most lists more", total - shown.len() as u64);
    }
    let what = folder.map_or_else(|| "compiled in".to_owned(), |folder| folder.display().to_string());
    let _ = writeln!(
        page,
        "{}: {}, {}: {}, {}, {}",
        text::clean(&what),
        text::counted(report.files as u64, "file"),
        text::counted(report.rows, "row"),
        text::counted(report.count(Severity::Error), "error"),
        text::counted(report.count(Severity::Warning), "warning"),
        text::counted(report.count(Severity::Note), "note")
    );
    page
}

pub(super) fn verdict(report: &Report, strict: bool) -> Result<(), CliError> {
    let errors = report.count(Severity::Error);
    let warnings = report.count(Severity::Warning);
    if errors > 0 {
        return Err(CliError::Failed(format!("{} to be mended", text::counted(errors, "error"))));
    }
    if strict && warnings > 0 {
        return Err(CliError::Failed(format!(
            "{}, and --strict takes none",
            text::counted(warnings, "warning")
        )));
    }
    Ok(())
}
