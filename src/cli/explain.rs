//! `khabar explain`: what the parser believed of one record, and why.

mod against;
mod named;
mod render;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::layers::Layers;
use super::{CliError, output};
use crate::config::settings::Settings;
use crate::flow::{Header, RawCoordinates, RawRecord};
use crate::process::explain::{compare, explain};

/// Stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Show what the parser takes each line of one article for, and why
#[derive(Debug, Args)]
#[command(
    long_about = "Reads one article from a file or from standard input, without Kafka and without changing anything, \
and shows what the parser believed: of a text dump each line with its number, its role and the evidence for it, of an \
HTML page the paragraphs with their roles; then the article's fields with where each was found, its confidence and its \
flaws; then the text with the names in it marked, whom and what they name by which rule, and the countries.

Evidence is label:… (the line begins with this label of the lexicon), shape:… (the line's own form) or position:… \
(where it stands). Lines of other articles carry the number of the related article: #1, #2.

Where a line is taken for the wrong thing: a label that is missing goes into a file of lexicon.dump_labels, parts of a \
page to drop into sources.file, a name that is missing or wrong into a file of lexicon.folder. A record that would be rejected is explained too, and is no failure.

With --against the article is judged as one that comes after those files, and shown beside the one that its verdict \
names: what both have in the same words, and in [+ +] what each has alone."
)]
#[command(after_long_help = "Examples:
  khabar explain article.txt
  khabar explain page.html --url https://news.example.org/1 --json | jq .fields
  pbpaste | khabar explain --format text
  khabar explain copy.html --against first.html --against other.txt
  khabar explain -c site.toml --fetched-at 2024-12-02T10:00:00Z dump.txt

Exit codes: 0 explained, 1 the file cannot be read, 2 wrong usage or configuration.")]
pub struct ExplainArguments {
    #[command(flatten)]
    layers: Layers,

    /// The file with the article; - or nothing means standard input
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,

    /// What the input is
    #[arg(long, value_enum, default_value_t = ArticleFormat::Auto)]
    pub(super) format: ArticleFormat,

    /// The article's address, as an envelope or a header would state it
    #[arg(long, value_name = "URL")]
    pub(super) url: Option<String>,

    /// When the article was fetched (RFC 3339); relative dates are resolved against it
    #[arg(long, value_name = "TIME", value_parser = super::process::timestamp)]
    pub(super) fetched_at: Option<jiff::Timestamp>,

    /// An article that came before: show the verdict, and both texts side by side; repeatable
    #[arg(long, value_name = "FILE")]
    pub(super) against: Vec<PathBuf>,

    /// Print one JSON object instead of text
    #[arg(long)]
    pub(super) json: bool,
}

/// What `khabar explain` takes its input for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ArticleFormat {
    /// By the name's end (.html, .htm, .txt), else by looking, as the worker does
    Auto,
    /// A text dump
    Text,
    /// An HTML page
    Html,
    /// A JSON envelope, or JSON that is mapped
    Json,
}

impl ArticleFormat {
    /// The content type to state; `None` lets decode look.
    fn content_type(self, name: &str) -> Option<&'static str> {
        match self {
            Self::Text => Some("text/plain"),
            Self::Html => Some("text/html"),
            Self::Json => Some("application/json"),
            Self::Auto => match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
                "html" | "htm" => Some("text/html"),
                "txt" => Some("text/plain"),
                "json" => Some("application/json"),
                _ => None,
            },
        }
    }
}

pub(super) fn execute(layers: &Layers, arguments: &ExplainArguments) -> Result<(), CliError> {
    let loaded = layers.with(&arguments.layers).load()?;
    let settings = &loaded.settings;
    let file = arguments.file.as_deref().unwrap_or(Path::new(STANDARD_INPUT));
    if file.as_os_str() == STANDARD_INPUT && arguments.file.is_none() && io::stdin().is_terminal() {
        return Err(CliError::Usage(
            "nothing to explain: name a file, or feed standard input; see khabar explain --help".to_owned(),
        ));
    }
    let read = |file: &Path| {
        read(file, settings.decode.payload_bytes_max)
            .map_err(|error| CliError::Failed(format!("{} cannot be read: {error}", file.display())))
    };
    let raw = record(arguments, &file.to_string_lossy(), read(file)?);
    if !arguments.against.is_empty() {
        let mut records = Vec::new();
        for earlier in &arguments.against {
            let mut one = record(arguments, &earlier.to_string_lossy(), read(earlier)?);
            // The address is the article's own.
            one.headers.retain(|header| header.name != "url");
            records.push(one);
        }
        records.push(raw);
        return execute_against(arguments, records, settings);
    }
    let explanation = explain(&raw, settings).map_err(|error| CliError::Usage(error.to_string()))?;
    if arguments.json {
        return output::print(&format!("{:#}\n", render::json(&explanation)));
    }
    output::print(&render::text(&explanation))
}

fn execute_against(
    arguments: &ExplainArguments,
    records: Vec<RawRecord>,
    settings: &Settings,
) -> Result<(), CliError> {
    if !settings.dedup.enabled {
        return Err(CliError::Usage(
            "dedup.enabled is false: no article is compared with another".to_owned(),
        ));
    }
    let names: Vec<String> = records.iter().map(|raw| raw.coordinates.topic.to_string()).collect();
    let comparison = compare(records, settings).map_err(|error| CliError::Usage(error.to_string()))?;
    if arguments.json {
        return output::print(&format!("{:#}\n", against::json(&comparison, &names)));
    }
    output::print(&against::text(&comparison, &names))
}

/// One byte more than decode takes at most, so that it rejects a larger file by name.
fn read(file: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let input: Box<dyn Read> =
        if file.as_os_str() == STANDARD_INPUT { Box::new(io::stdin()) } else { Box::new(File::open(file)?) };
    let mut payload = Vec::new();
    input.take(bytes_max.saturating_add(1) as u64).read_to_end(&mut payload)?;
    Ok(payload)
}

fn record(arguments: &ExplainArguments, name: &str, payload: Vec<u8>) -> RawRecord {
    let content_type = arguments.format.content_type(name).map(|value| Header::text("content-type", value));
    let url = arguments.url.as_ref().map(|url| Header::text("url", url.as_str()));
    RawRecord {
        coordinates: RawCoordinates { topic: Arc::from(name), partition: 0, offset: 0 },
        timestamp_ms: arguments.fetched_at.map(jiff::Timestamp::as_millisecond),
        key: None,
        payload: Some(payload),
        headers: content_type.into_iter().chain(url).collect(),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::{Cli, Command};
    use super::*;

    fn arguments(line: &str) -> ExplainArguments {
        match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
            Command::Explain(arguments) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_reach_the_record_as_headers_and_timestamp() {
        let arguments =
            arguments("khabar explain a.html --url https://news.example/1 --fetched-at 2024-12-02T10:00:00Z");
        let raw = record(&arguments, "a.html", b"x".to_vec());
        assert_eq!(raw.header_text("content-type"), Some("text/html"));
        assert_eq!(raw.header_text("url"), Some("https://news.example/1"));
        assert_eq!(raw.timestamp_ms, Some(1_733_133_600_000));
    }

    #[test]
    fn the_format_outranks_the_name_and_unknown_names_are_looked_into() {
        assert_eq!(ArticleFormat::Text.content_type("a.html"), Some("text/plain"));
        assert_eq!(ArticleFormat::Auto.content_type("a.TXT"), Some("text/plain"));
        assert_eq!(ArticleFormat::Auto.content_type("-"), None);
    }

    #[test]
    fn more_than_decode_takes_is_not_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "x".repeat(100)).unwrap();
        assert_eq!(read(file.path(), 10).unwrap().len(), 11);
        assert!(read(Path::new("no/such/file"), 10).is_err());
    }
}
