//! `khabar lexicon import`: names from Wikidata and GeoNames.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::super::{CliError, output, text};
use super::{Output, open, progress, tell};
use crate::article::EntityKind;
use crate::lexicon_tools::faults::Faults;
use crate::lexicon_tools::import::geonames::Importer;
use crate::lexicon_tools::import::rows::RowWriter;
use crate::lexicon_tools::import::{
    Choice, ImportError, Kinds, LANGUAGES_MAX, Needed, Progress, sparql, wikidata,
};

/// Import names from open databases
#[derive(Debug, Args)]
#[command(
    long_about = "Writes the names of a database as rows of a lexicon. Put the file, wikidata.tsv or geonames.tsv, into the \
folder of lexicon.folder. What the compiled-in lexicons have already gets their ids. Nothing imported is `safe`: names of \
one word are weak or ambiguous, unless a large place has them."
)]
#[command(after_long_help = "Examples:
  bzcat latest-all.json.bz2 | khabar lexicon import wikidata - --output lexicon/wikidata.tsv
  khabar lexicon import geonames cities15000.txt --alternate-names alternateNamesV2.txt --output lexicon/geonames.tsv
  khabar lexicon lint lexicon/")]
pub struct ImportArguments {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    Wikidata(WikidataArguments),
    Geonames(GeonamesArguments),
}

/// What both take.
#[derive(Debug, Args)]
struct Shared {
    /// Languages of the names, as the database calls them
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "ar,en")]
    languages: Vec<String>,

    /// Take only what has a name in each of the languages
    #[arg(long)]
    all_languages: bool,

    /// Write to this file, which is replaced as a whole; without it to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Import names from a Wikidata dump, or a result of its query service
#[derive(Debug, Args)]
#[command(
    long_about = "Reads a JSON dump of Wikidata (an entity a line; pipe bzcat or zcat into it), or a result of its query \
service saved as TSV, whose first line names the columns:

  ?item                       the item: <http://www.wikidata.org/entity/Q79>
  ?kind or ?type              a kind of khabar's (person), or the item's type (an item, as P31 has it)
  ?name_ar ?name_en …         names, by language
  ?aliases_ar ?aliases_en …   other names, with | between them
  ?country ?population ?sitelinks ?geonames    where there are such: ISO 3166-1 alpha-2, numbers

An item's kind is that of its first known type. Only the types that an item has itself (P31) are looked at, not those above \
them: `khabar lexicon import wikidata --list-types` prints those that are known, and --type adds some."
)]
#[command(after_long_help = "Examples:
  bzcat latest-all.json.bz2 | khabar lexicon import wikidata - --output lexicon/wikidata.tsv
  zcat dump.json.gz | khabar lexicon import wikidata --kinds person --sitelinks-min 30 > lexicon/wikidata.tsv
  khabar lexicon import wikidata ministries.tsv --type Q192350=organisation --output lexicon/wikidata.tsv

Exit codes: 0 written, 1 an input broke off or nothing was chosen, 2 wrong usage, or more than a lexicon may hold.")]
struct WikidataArguments {
    /// The dump or the result; - or nothing means standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    shared: Shared,

    /// Kinds of entities: person, organisation, place, event, work, currency
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_value = "person,organisation,place", value_parser = kind)]
    kinds: Vec<EntityKind>,

    /// Take items of this type, too, as this kind; repeatable
    #[arg(long = "type", value_name = "Q…=KIND", value_parser = typed)]
    types: Vec<(u32, EntityKind)>,

    /// Pages of Wikipedia and its sisters about an item, at least
    #[arg(long, value_name = "N", default_value_t = 20)]
    sitelinks_min: u32,

    /// People of a place, at least, where the database knows their number
    #[arg(long, value_name = "N", default_value_t = 0)]
    population_min: u32,

    /// Print the types that are known, with their kinds, and end
    #[arg(long)]
    list_types: bool,
}

/// Import places from a GeoNames dump
#[derive(Debug, Args)]
#[command(
    long_about = "Reads a GeoNames dump: allCountries.txt, the file of a country, or one of cities (cities15000.txt), with \
its 19 columns. Its own alternate names tell no languages: English names are then the main ones, Arabic names those in \
letters of Arabic alone, which some Persian and Urdu names are, too. With alternateNamesV2.txt, names are of the language that \
they are marked with. Parts of places and places that are no more are left out."
)]
#[command(after_long_help = "Examples:
  khabar lexicon import geonames cities15000.txt --output lexicon/geonames.tsv
  khabar lexicon import geonames allCountries.txt --alternate-names alternateNamesV2.txt \\
      --population-min 2000 --all-languages --output lexicon/geonames.tsv
  unzip -p EG.zip EG.txt | khabar lexicon import geonames - > lexicon/geonames.tsv

Exit codes: 0 written, 1 an input broke off or nothing was chosen, 2 wrong usage, or more than a lexicon may hold.")]
struct GeonamesArguments {
    /// The dump; - or nothing means standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    shared: Shared,

    /// alternateNamesV2.txt, for the languages of names
    #[arg(long, value_name = "FILE")]
    alternate_names: Option<PathBuf>,

    /// Classes of features: P cities and villages, A countries and their divisions, T mountains and islands, H waters,
    /// L areas
    #[arg(long, value_name = "LETTERS", default_value = "PA", value_parser = classes)]
    classes: String,

    /// People of a place, at least; countries are always taken
    #[arg(long, value_name = "N", default_value_t = 5000)]
    population_min: u32,
}

pub(super) fn execute(arguments: &ImportArguments) -> Result<(), CliError> {
    match &arguments.command {
        ImportCommand::Wikidata(arguments) if arguments.list_types => list_types(),
        ImportCommand::Wikidata(arguments) => import_wikidata(arguments),
        ImportCommand::Geonames(arguments) => import_geonames(arguments),
    }
}

fn kind(text: &str) -> Result<EntityKind, String> {
    EntityKind::from_name(text).ok_or_else(|| {
        let kinds: Vec<&str> = EntityKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("the kinds are {}", kinds.join(", "))
    })
}

fn typed(text: &str) -> Result<(u32, EntityKind), String> {
    let (number, name) = text.split_once('=').ok_or("expected an item and a kind: Q192350=organisation")?;
    let number = number.strip_prefix('Q').and_then(|digits| digits.parse().ok());
    let number = number.filter(|number| *number > 0).ok_or("an item is Q and its number")?;
    Ok((number, kind(name)?))
}

fn classes(text: &str) -> Result<String, String> {
    let is_class = |letter: char| "AHLPRSTUV".contains(letter);
    let letters: String = text.chars().filter(|letter| *letter != ',').collect();
    if letters.is_empty() || !letters.chars().all(is_class) {
        return Err("classes are letters of A, H, L, P, R, S, T, U, V".to_owned());
    }
    Ok(letters)
}

fn choice(shared: &Shared, kinds: &[EntityKind], least: (u32, u32)) -> Result<Choice, CliError> {
    let is_tag = |language: &String| {
        (2..=35).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let mut languages = shared.languages.clone();
    languages.dedup();
    if languages.is_empty() || languages.len() > LANGUAGES_MAX || !languages.iter().all(is_tag) {
        return Err(CliError::Usage(format!(
            "--languages takes 1 to {LANGUAGES_MAX} language tags, such as ar,en"
        )));
    }
    let needed = if shared.all_languages { Needed::All } else { Needed::Any };
    Ok(Choice { languages, needed, kinds: kinds.to_vec(), sitelinks_min: least.0, population_min: least.1 })
}

fn list_types() -> Result<(), CliError> {
    let rows: Vec<Vec<String>> = crate::lexicon_tools::import::KINDS
        .iter()
        .map(|(number, kind, name)| vec![format!("Q{number}"), kind.name().to_owned(), (*name).to_owned()])
        .collect();
    output::print(&text::columns(&rows))
}

fn import_wikidata(arguments: &WikidataArguments) -> Result<(), CliError> {
    let choice =
        choice(&arguments.shared, &arguments.kinds, (arguments.sitelinks_min, arguments.population_min))?;
    let mut kinds = Kinds::default();
    for (number, kind) in &arguments.types {
        kinds.add(*number, *kind);
    }
    let mut input = open(arguments.file.as_deref())?;
    let mut output = Output::create(arguments.shared.output.as_deref())?;
    let bar = progress::bar(input.bytes);
    let mut report = |progress| show(&bar, progress);
    let head = input
        .reader
        .fill_buf()
        .map_err(|error| CliError::Failed(format!("{} can't be read: {error}", input.name)))?;
    let is_result = sparql::begins(head);
    let (reading, nameless) = {
        let mut writer = RowWriter::new(output.writer(), &choice, "Wikidata (CC0)");
        let read = if is_result {
            sparql::import(&input.name, input.reader, &kinds, &choice, &mut writer, &mut report)
        } else {
            wikidata::import(&input.name, input.reader, &kinds, &choice, &mut writer, &mut report)
        };
        bar.finish_and_clear();
        (settled(read)?, writer.nameless)
    };
    // Whoever read the output has all that was wanted.
    let Some(reading) = reading else { return Ok(()) };
    finish(output, &reading.faults, reading.progress, (reading.others, nameless))
}

fn import_geonames(arguments: &GeonamesArguments) -> Result<(), CliError> {
    let choice = choice(&arguments.shared, &[EntityKind::Place], (0, arguments.population_min))?;
    let names = arguments.alternate_names.as_deref().map(|path| open(Some(path))).transpose()?;
    if names.is_none() && choice.languages.iter().any(|language| !matches!(language.as_str(), "ar" | "en")) {
        return Err(CliError::Usage(
            "the file of places tells no languages; other names than ar and en need --alternate-names"
                .to_owned(),
        ));
    }
    let input = open(arguments.file.as_deref())?;
    let mut output = Output::create(arguments.shared.output.as_deref())?;
    let total = input.bytes.zip(names.as_ref().map_or(Some(0), |names| names.bytes));
    let bar = progress::bar(total.map(|(places, names)| places + names));
    let (reading, nameless) = {
        let mut writer = RowWriter::new(output.writer(), &choice, "GeoNames (CC BY 4.0)");
        let mut report = |progress| show(&bar, progress);
        let mut importer = Importer {
            choice: &choice,
            classes: &arguments.classes,
            writer: &mut writer,
            report: &mut report,
        };
        let read = match names {
            Some(names) => importer.places_with((&input.name, input.reader), (&names.name, names.reader)),
            None => importer.places(&input.name, input.reader),
        };
        bar.finish_and_clear();
        (settled(read)?, writer.nameless)
    };
    // Whoever read the output has all that was wanted.
    let Some(reading) = reading else { return Ok(()) };
    finish(output, &reading.faults, reading.progress, (reading.others, nameless))
}

fn show(bar: &indicatif::ProgressBar, progress: Progress) {
    bar.set_position(progress.bytes);
    bar.set_message(format!("{} lines, {} entities", progress.lines, progress.written));
}

/// What was read; `None` where the reader of standard output closed the pipe.
fn settled<T>(read: Result<T, ImportError>) -> Result<Option<T>, CliError> {
    let error = match read {
        Ok(reading) => return Ok(Some(reading)),
        Err(ImportError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(None),
        Err(error) => error,
    };
    let message = text::clean(&error.to_string());
    Err(match error {
        ImportError::Input { .. } | ImportError::Output(_) => CliError::Failed(message),
        ImportError::Form { .. } | ImportError::TooMany { .. } => CliError::Usage(message),
    })
}

fn finish(
    output: Output,
    faults: &Faults,
    progress: Progress,
    (others, nameless): (u64, u64),
) -> Result<(), CliError> {
    tell(faults);
    let entities = if progress.written == 1 { "entity" } else { "entities" };
    let summary = format!(
        "{} {entities}, {}: {others} of other kinds or too small, {nameless} without a name in the languages, {} bad",
        progress.written,
        text::counted(progress.lines, "line"),
        faults.count
    );
    if progress.written == 0 {
        return Err(CliError::Failed(format!("nothing was chosen, and nothing is written; {summary}")));
    }
    output.keep()?;
    output::note(&summary);
    Ok(())
}
