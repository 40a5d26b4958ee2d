//! `khabar lexicon keywords`: a source's dictionary from its records.

use std::path::PathBuf;

use clap::Args;

use super::super::layers::Layers;
use super::super::{CliError, output, text};
use super::{Input, Output, open, progress, tell};
use crate::config::Settings;
use crate::lexicon_tools::keywords::records::{ReadError, Reader, Reading};
use crate::lexicon_tools::keywords::{LearnError, Learned, Learner};
use crate::parse::Parser;
use crate::sources::Sources;

/// Learn the keyword dictionary of a source
#[derive(Debug, Args)]
#[command(
    long_about = "Counts the keywords of records whose keywords are separated, and writes them as a dictionary. A rule of \
sources.toml then names the file, and keyword lines of that source that have no separators are divided by it:

  [source.sahel]
  hosts = [\"sahel.example\"]
  keywords = \"sahel.tsv\"

The input is JSON, one object a line: records that khabar emitted (from the enriched topic, or as `khabar process` prints \
them) whose khabar.keywords.origin is page, or raw records, which are decoded and parsed first. Keywords that khabar divided \
or took from the text are not learned from. Bad lines are counted, the first of them named, and the rest is read.

A dictionary is of one source: another newsroom's does harm. Some hundred articles are enough to gain by it."
)]
#[command(after_long_help = "Examples:
  khabar lexicon keywords items.jsonl --source sahel --output sahel.tsv
  kcat -C -t articles.enriched -e | khabar lexicon keywords --source sahel > sahel.tsv
  khabar lexicon keywords -c site.toml crawl.jsonl --source sahel --least 2 --output sahel.tsv

Exit codes: 0 written, 1 nothing to learn from or an input broke off, 2 wrong usage, or articles of several sources.")]
pub struct KeywordsArguments {
    #[command(flatten)]
    layers: Layers,

    /// Files to read; - or nothing means standard input
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Learn from articles of this source only: its key, or what records name as their source; repeatable
    ///
    /// Without it, all articles must be of one source.
    #[arg(long = "source", value_name = "KEY")]
    pub(super) sources: Vec<String>,

    /// Leave out keywords of fewer articles
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) least: u32,

    /// Write to this file, which is replaced as a whole; without it to standard output
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

pub(super) fn execute(layers: &Layers, arguments: &KeywordsArguments) -> Result<(), CliError> {
    let settings = layers.with(&arguments.layers).load()?.settings;
    let usage = |message: String| CliError::Usage(message);
    let rules = Sources::load(&settings.sources).map_err(|error| usage(error.to_string()))?;
    let wanted: Vec<String> = arguments
        .sources
        .iter()
        .map(|source| rules.by_label(source).map_or_else(|| source.clone(), |rule| rule.key.clone()))
        .collect();
    let parser =
        Parser::new(&settings.parse, &settings.lexicon, rules).map_err(|error| usage(error.to_string()))?;
    // All are there before the first is read.
    let inputs: Vec<Input> = if arguments.paths.is_empty() {
        vec![open(None)?]
    } else {
        arguments.paths.iter().map(|path| open(Some(path))).collect::<Result<_, _>>()?
    };
    let (learned, reading, others) = learn(&parser, &settings, wanted, inputs, arguments.least)?;
    let mut output = Output::create(arguments.output.as_deref())?;
    let written = learned.write(output.writer());
    written.or_else(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(CliError::Failed(format!("the dictionary cannot be written: {error}"))),
    })?;
    output.keep()?;
    output::note(&text::clean(&summary(&learned, &reading, others)));
    Ok(())
}

fn learn(
    parser: &Parser,
    settings: &Settings,
    wanted: Vec<String>,
    inputs: Vec<Input>,
    least: u32,
) -> Result<(Learned, Reading, u64), CliError> {
    let total = inputs.iter().map(|input| input.bytes).sum();
    let bar = progress::bar(total);
    let mut reader = Reader::new(parser, settings, Learner::new(wanted));
    let mut result = Ok(());
    for input in inputs {
        result = reader.read(&input.name, input.reader, &mut |bytes, lines| {
            bar.inc(bytes);
            bar.set_message(format!("{lines} lines"));
        });
        if result.is_err() {
            break;
        }
    }
    bar.finish_and_clear();
    tell(&reader.reading.faults);
    result.map_err(|error| match error {
        ReadError::Input { .. } | ReadError::Learn(_) => CliError::Failed(error.to_string()),
    })?;
    let (others, named) = (reader.learner.others(), reader.learner.other_sources());
    let learned = reader.learner.finish(least).map_err(|error| match error {
        LearnError::Sources { .. } => CliError::Usage(text::clean(&error.to_string())),
        LearnError::Nothing => {
            let named = if others > 0 { format!("; the other sources: {named}") } else { String::new() };
            CliError::Failed(text::clean(&format!("{error}; {}{named}", seen(&reader.reading, others))))
        }
        LearnError::TooMany => CliError::Failed(error.to_string()),
    })?;
    Ok((learned, reader.reading, others))
}

/// What was read and not learned from.
fn seen(reading: &Reading, others: u64) -> String {
    format!(
        "{} read: {} without a list of the page, {others} of other sources, {} no articles, {} bad",
        text::counted(reading.lines, "line"),
        reading.without_list,
        reading.no_articles,
        reading.faults.count
    )
}

fn summary(learned: &Learned, reading: &Reading, others: u64) -> String {
    let rare =
        if learned.rare > 0 { format!(" ({} rarer ones left out)", learned.rare) } else { String::new() };
    format!(
        "{}{rare} from {} of {}; {}",
        text::counted(learned.keywords.len() as u64, "keyword"),
        text::counted(learned.articles, "article"),
        learned.sources,
        seen(reading, others)
    )
}
