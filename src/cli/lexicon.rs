//! `khabar lexicon`: files that tags come from, learned, checked and imported.

mod import;
mod keywords;
mod lint;
mod progress;
#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::layers::Layers;
use super::{CliError, output, text};
use crate::lexicon_tools::faults::Faults;
use crate::lexicon_tools::whole::WholeFile;

/// Stands for standard input and output.
const STANDARD: &str = "-";

const READ_BYTES: usize = 1 << 20;

/// Learn keywords, check lexicon files, import names
#[derive(Debug, Args)]
#[command(
    long_about = "Makes and checks the files that tags come from, without Kafka. docs/LEXICONS.md tells their columns, and \
how those of yours stand above the compiled-in ones."
)]
#[command(after_long_help = "Examples:
  khabar lexicon keywords items.jsonl --source sahel --output sahel.tsv
  khabar lexicon lint lexicon/
  bzcat latest-all.json.bz2 | khabar lexicon import wikidata - --output lexicon/wikidata.tsv
  khabar lexicon import geonames cities15000.txt --output lexicon/geonames.tsv")]
pub struct LexiconArguments {
    #[command(subcommand)]
    command: LexiconCommand,
}

#[derive(Debug, Subcommand)]
enum LexiconCommand {
    Keywords(keywords::KeywordsArguments),
    Lint(lint::LintArguments),
    Import(import::ImportArguments),
}

pub(super) fn execute(layers: &Layers, arguments: &LexiconArguments) -> Result<(), CliError> {
    match &arguments.command {
        LexiconCommand::Keywords(keywords) => keywords::execute(layers, keywords),
        LexiconCommand::Lint(lint) => lint::execute(layers, lint),
        LexiconCommand::Import(import) => import::execute(import),
    }
}

/// A file that is read, or standard input.
struct Input {
    name: String,
    reader: Box<dyn BufRead>,
    /// Where it is a plain file.
    bytes: Option<u64>,
}

/// Opens an input; without one, standard input where that is no terminal.
fn open(path: Option<&Path>) -> Result<Input, CliError> {
    let path = match path {
        Some(path) => path,
        None if io::stdin().is_terminal() => {
            return Err(CliError::Usage("nothing to read: name a file, or feed standard input".to_owned()));
        }
        None => Path::new(STANDARD),
    };
    let name = path.display().to_string();
    if path.as_os_str() == STANDARD {
        return Ok(Input {
            name,
            reader: Box::new(BufReader::with_capacity(READ_BYTES, io::stdin())),
            bytes: None,
        });
    }
    let fail = |error: io::Error| CliError::Usage(format!("{} cannot be read: {error}", path.display()));
    let found = fs::metadata(path).map_err(fail)?;
    if found.is_dir() {
        return Err(CliError::Usage(format!("{name} is a directory; name a file")));
    }
    let reader = Box::new(BufReader::with_capacity(READ_BYTES, File::open(path).map_err(fail)?));
    Ok(Input { name, reader, bytes: found.is_file().then_some(found.len()) })
}

/// Where rows are written: a file that is there as a whole or not at all, or standard output.
enum Output {
    File(WholeFile, PathBuf),
    Standard(BufWriter<io::Stdout>),
}

impl Output {
    fn create(path: Option<&Path>) -> Result<Self, CliError> {
        match path.filter(|path| path.as_os_str() != STANDARD) {
            Some(path) => WholeFile::create(path)
                .map(|file| Self::File(file, path.to_owned()))
                .map_err(|error| CliError::Usage(format!("{} cannot be written: {error}", path.display()))),
            None => Ok(Self::Standard(BufWriter::new(io::stdout()))),
        }
    }

    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Self::File(file, _) => file,
            Self::Standard(writer) => writer,
        }
    }

    /// Ends the output, with all of it in its place.
    fn keep(self) -> Result<(), CliError> {
        match self {
            Self::File(file, path) => file
                .keep()
                .map_err(|error| CliError::Failed(format!("{} cannot be written: {error}", path.display()))),
            Self::Standard(mut writer) => match writer.flush() {
                // A reader that closed the pipe has all that it wanted.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    Err(CliError::Failed(format!("standard output cannot be written: {error}")))
                }
                _ => Ok(()),
            },
        }
    }
}

/// Names the lines that could not be used, on standard error.
fn tell(faults: &Faults) {
    for fault in &faults.shown {
        output::note(&format!("left out: {}", text::clean(&fault.to_string())));
    }
    let more = faults.count - faults.shown.len() as u64;
    if more > 0 {
        output::note(&format!("left out: {more} more"));
    }
}
