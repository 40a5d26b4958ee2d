//! `khabar process`: the stages without Kafka.

use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::layers::Layers;
use super::{CliError, output};
use crate::process::input::{Bytes, Format, Input};
use crate::process::progress::Progress;
use crate::process::{Processor, Summary};
use crate::telemetry::{self, Destination};

/// Stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Threads beyond this are a slip of the hand.
const THREADS_MAX: u16 = 1024;

/// Process files or standard input, without Kafka
#[derive(Debug, Args)]
#[command(
    long_about = "Sends files or standard input through the same stages as the worker, without Kafka, and prints \
one JSON object a line for each article, in the order of the input:

  {\"outcome\": \"enriched\", \"source\": {…}, \"item\": {…}}
  {\"outcome\": \"duplicate\", \"source\": {…}, \"duplicate\": {…}}
  {\"outcome\": \"rejected\", \"source\": {…}, \"error\": {\"code\": …, \"stage\": …, \"message\": …}}

`source` says where the article stood: {\"file\": …, \"line\": …}, lines counted from 1; without a line where the whole \
file is one record. In the item, raw.topic is the file's name as given (- for standard input), the partition is 0, and \
the offset is the zero-based number of the line in its file, or of the file among all.

With --format jsonl every line of input gives one line of output; an empty or broken one is rejected. The clock of \
deduplication is fetched_at: the latest one so far, 0 before the first. Logs go to standard error. Rejected records \
are no failure: the exit code is 0."
)]
#[command(after_long_help = "Examples:
  khabar process article.html | jq .item.headlines
  khabar process pages/*.html --fetched-at 2024-12-02T10:00:00Z > items.jsonl
  zcat crawl.jsonl.gz | khabar process --format jsonl - > items.jsonl
  khabar process --set dedup.enabled=false --format jsonl crawl.jsonl")]
pub struct ProcessArguments {
    #[command(flatten)]
    layers: Layers,

    /// Files to process; - or nothing means standard input
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// What the input is
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    pub(super) format: InputFormat,

    /// When the input was fetched, for what states no time itself (RFC 3339)
    ///
    /// Relative dates ("two hours ago") are resolved against it.
    #[arg(long, value_name = "TIME", value_parser = timestamp)]
    pub(super) fetched_at: Option<jiff::Timestamp>,

    /// Threads for decode, parse and tag (workers.threads); 0: as many as cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=i64::from(THREADS_MAX)))]
    pub(super) threads: Option<u16>,
}

/// What `khabar process` takes its input for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum InputFormat {
    /// By the name's end: .jsonl and .ndjson have an envelope a line, .html, .htm and .txt are one record; else by
    /// looking: several JSON objects, one a line, are envelopes, anything else is one record
    Auto,
    /// Each file is a text dump
    Text,
    /// Each file is an HTML page
    Html,
    /// Each line is one JSON envelope; fetched_at plays the log's time
    Jsonl,
}

pub(super) fn timestamp(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "expected a time with its zone, for instance 2024-12-02T10:00:00Z".to_owned())
}

impl ProcessArguments {
    /// The layers with what the options stand for.
    pub(super) fn layers(&self, before: &Layers) -> Layers {
        let layers = before.with(&self.layers);
        match self.threads {
            Some(threads) => layers.with_setting(&format!("workers.threads={threads}")),
            None => layers,
        }
    }
}

pub(super) fn execute(layers: &Layers, arguments: &ProcessArguments) -> Result<(), CliError> {
    let loaded = arguments.layers(layers).load()?;
    let inputs = Inputs::check(&arguments.paths, io::stdin().is_terminal())?;
    telemetry::install(&loaded.settings.log, Destination::StandardError);
    let processor = Processor::new(&loaded.settings).map_err(|error| CliError::Usage(error.to_string()))?;
    let at_terminal = io::stderr().is_terminal();
    // Lines that scroll by show the progress themselves, and would tear the bar.
    let mut progress =
        Progress::new(inputs.total_bytes, at_terminal && !io::stdout().is_terminal(), output::error);
    let number = inputs.paths.len();
    let fetched_at_ms = arguments.fetched_at.map(jiff::Timestamp::as_millisecond);
    let result =
        processor.run(inputs.open_with(arguments.format), fetched_at_ms, &mut io::stdout(), &mut progress);
    progress.clear();
    let summary = result.map_err(|error| CliError::Failed(error.to_string()))?;
    if at_terminal {
        output::note(&progress.summary(&summary));
    }
    verdict(&summary, number)
}

/// Rejected records are outcomes like others; an input that was not read to its end is a failure.
fn verdict(summary: &Summary, inputs: usize) -> Result<(), CliError> {
    if summary.unreadable == 0 {
        return Ok(());
    }
    let message =
        format!("{} of {inputs} inputs could not be read to their end, see above", summary.unreadable);
    Err(CliError::Failed(message))
}

/// What is to be processed, each of it there.
#[derive(Debug)]
struct Inputs {
    paths: Vec<PathBuf>,
    /// Of all of them, where each is a plain file.
    total_bytes: Option<u64>,
}

impl Inputs {
    /// Refuses at once what could not be read later; nothing is opened yet.
    fn check(paths: &[PathBuf], at_terminal: bool) -> Result<Self, CliError> {
        if paths.is_empty() {
            if at_terminal {
                return Err(CliError::Usage(
                    "nothing to process: name files, or feed standard input; see khabar process --help"
                        .to_owned(),
                ));
            }
            return Ok(Self { paths: vec![PathBuf::from(STANDARD_INPUT)], total_bytes: None });
        }
        if paths.iter().filter(|path| is_standard_input(path)).count() > 1 {
            return Err(CliError::Usage("standard input (-) can be read only once".to_owned()));
        }
        let mut total_bytes = Some(0_u64);
        for path in paths {
            let bytes = plain_bytes(path)?;
            total_bytes = total_bytes.zip(bytes).map(|(total, bytes)| total.saturating_add(bytes));
        }
        Ok(Self { paths: paths.to_vec(), total_bytes })
    }

    fn open_with(self, format: InputFormat) -> Vec<Input> {
        let input = |path: PathBuf| Input {
            name: Arc::from(path.to_string_lossy()),
            format: format.into(),
            open: Box::new(move || open(&path)),
        };
        self.paths.into_iter().map(input).collect()
    }
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// The file's size, where it has one.
fn plain_bytes(path: &Path) -> Result<Option<u64>, CliError> {
    if is_standard_input(path) {
        return Ok(None);
    }
    let shown = path.display();
    let found: Metadata =
        fs::metadata(path).map_err(|error| CliError::Usage(format!("{shown} cannot be read: {error}")))?;
    if found.is_dir() {
        let message =
            format!("{shown} is a directory; name its files, for instance with the shell: {shown}/*");
        return Err(CliError::Usage(message));
    }
    Ok(found.is_file().then_some(found.len()))
}

fn open(path: &Path) -> io::Result<Bytes> {
    if is_standard_input(path) { Ok(Box::new(io::stdin())) } else { Ok(Box::new(File::open(path)?)) }
}

impl From<InputFormat> for Format {
    fn from(format: InputFormat) -> Self {
        match format {
            InputFormat::Auto => Self::Auto,
            InputFormat::Text => Self::Text,
            InputFormat::Html => Self::Html,
            InputFormat::Jsonl => Self::Jsonl,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(paths: &[&Path], at_terminal: bool) -> String {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
        let error = Inputs::check(&paths, at_terminal).unwrap_err();
        assert_eq!(error.exit_code(), super::super::EXIT_USAGE);
        error.to_string()
    }

    #[test]
    fn what_cannot_be_processed_is_refused_before_anything_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("there.txt");
        fs::write(&file, "text").unwrap();
        let missing = folder.path().join("missing.txt");
        let input = Path::new(STANDARD_INPUT);
        for (message, hint) in [
            (refused(&[&file, &missing], false), "missing.txt cannot be read"),
            (refused(&[&file, folder.path()], false), "is a directory; name its files"),
            (refused(&[input, &file, input], false), "only once"),
            (refused(&[], true), "nothing to process"),
        ] {
            assert!(message.contains(hint), "{message}");
        }
    }

    #[test]
    fn standard_input_is_read_where_nothing_is_named() {
        let inputs = Inputs::check(&[], false).unwrap();
        assert_eq!((inputs.paths, inputs.total_bytes), (vec![PathBuf::from("-")], None));
    }

    #[test]
    fn the_total_is_known_for_plain_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("there.txt");
        fs::write(&file, "text").unwrap();
        let total = |paths: &[PathBuf]| Inputs::check(paths, true).unwrap().total_bytes;
        assert_eq!(total(&[file.clone(), file.clone()]), Some(8));
        assert_eq!(total(&[file, PathBuf::from("-")]), None);
    }

    #[test]
    fn an_input_that_broke_off_is_a_failure_and_a_rejected_record_is_none() {
        let summary = Summary { rejected: 3, ..Summary::default() };
        assert!(verdict(&summary, 1).is_ok());
        let error = verdict(&Summary { unreadable: 1, ..summary }, 2).unwrap_err();
        assert_eq!(error.exit_code(), super::super::EXIT_FAILED);
    }
}
