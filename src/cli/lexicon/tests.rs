use std::fs;
use std::path::Path;

use clap::Parser as _;

use super::*;
use crate::cli::{Cli, Command, EXIT_FAILED, EXIT_USAGE};
use crate::tag::lexicon::Lexicon;

/// Runs a command line of words without blanks.
fn run(arguments: &[&str]) -> Result<(), CliError> {
    let cli = Cli::try_parse_from(["khabar", "lexicon"].iter().chain(arguments)).unwrap();
    let Command::Lexicon(lexicon) = &cli.command else { panic!("lexicon") };
    execute(&cli.layers, lexicon)
}

fn path(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn code(result: Result<(), CliError>) -> u8 {
    result.err().map_or(0, |error| error.exit_code())
}

fn record(source: &str, keyword: &str) -> String {
    format!(
        "{{\"khabar\":{{\"source\":\"{source}\",\"keywords\":{{\"raw\":\"\",\"list\":[\"{keyword}\"],\"origin\":\"page\"}}}}}}\n"
    )
}

#[test]
fn a_dictionary_is_learned_and_then_used_by_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let items = path(
        folder.path(),
        "items.jsonl",
        &format!("{}broken\n{}", record("sahel", "أسعار النفط"), record("atlas", "تونس")),
    );
    let dictionary = folder.path().join("sahel.tsv");
    let output = dictionary.display().to_string();
    assert_eq!(code(run(&["keywords", &items, "--output", &output])), EXIT_USAGE, "two sources");
    assert!(!dictionary.exists());
    run(&["keywords", &items, "--source", "sahel", "--output", &output]).unwrap();
    let text = fs::read_to_string(&dictionary).unwrap();
    assert!(
        text.starts_with("# Keywords of the source sahel, ") && text.ends_with("\n1\tأسعار النفط\n"),
        "{text}"
    );
    assert_eq!(
        code(run(&["keywords", &items, "--source", "sahel", "--least", "2", "--output", &output])),
        EXIT_FAILED
    );
    assert_eq!(fs::read_to_string(&dictionary).unwrap(), text, "nothing was learned, nothing was replaced");
    assert_eq!(code(run(&["keywords", "no/such/file"])), EXIT_USAGE);
    assert_eq!(code(run(&["keywords", &folder.path().display().to_string()])), EXIT_USAGE);
}

#[test]
fn lint_ends_by_what_it_finds() {
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display().to_string();
    let people = |rows: &str| path(folder.path(), "people.tsv", rows);
    people("khabar:ada-quayside\tperson\ten\tAda Quayside\nkhabar:ada-quayside\tperson\tar\tآدا المرساوي\n");
    run(&["lint", &shown, "--strict"]).unwrap();
    people("khabar:ada-quayside\tperson\ten\tAda Quayside\n");
    run(&["lint", &shown]).unwrap();
    assert_eq!(code(run(&["lint", &shown, "--strict"])), EXIT_FAILED);
    people("khabar:ada-quayside\tpeople\ten\tAda Quayside\n");
    assert_eq!(code(run(&["lint", &shown])), EXIT_FAILED);
    assert_eq!(code(run(&["lint", "no/such/folder"])), EXIT_USAGE);
    path(folder.path(), "persons.tsv", "");
    assert_eq!(code(run(&["lint", &shown])), EXIT_USAGE, "a file that no lexicon is");
}

#[test]
fn findings_are_listed_worst_first_with_file_line_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    path(folder.path(), "people.tsv", "khabar:ada\tperson\ten\tAda Quayside\t\tAda-Quayside\nkhabar:b\n");
    let report = crate::lexicon_tools::lint::lint(Some(folder.path())).unwrap();
    let page = lint::render(&report, Some(folder.path()), 2);
    let lines: Vec<&str> = page.lines().collect();
    assert!(
        lines[0].contains("people.tsv:2: error: expected 4 columns")
            && lines[0].ends_with("does not start with it"),
        "{page}"
    );
    assert!(lines[1].contains("people.tsv:1: warning: khabar:ada has no row in ar; add one"), "{page}");
    assert_eq!(lines[2], "and 1 more; --most lists more");
    assert!(lines[3].ends_with("1 file, 2 rows: 1 error, 1 warning, 1 note"), "{page}");
}

#[test]
fn what_is_imported_loads_with_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let place = "99000001\tReedport\tReedport\tمرسى القصب\t1\t2\tP\tPPL\tEG\t\t\t\t\t\t120500\t\t7\tAfrica/Cairo\t2024-01-01\nbad\n";
    let cities = path(folder.path(), "cities.txt", place);
    let lexicon = folder.path().join("lexicon");
    fs::create_dir(&lexicon).unwrap();
    let output = lexicon.join("geonames.tsv").display().to_string();
    run(&["import", "geonames", &cities, "--output", &output]).unwrap();
    let item = "[\n{\"id\":\"Q900\",\"type\":\"item\",\"labels\":{\"en\":{\"value\":\"Ada Quayside\"}},\"claims\":{\"P31\":[{\"mainsnak\":{\"datavalue\":{\"value\":{\"id\":\"Q77\"}}}}]}}\n]\n";
    let dump = path(folder.path(), "dump.json", item);
    let output = lexicon.join("wikidata.tsv").display().to_string();
    assert_eq!(code(run(&["import", "wikidata", &dump, "--output", &output])), EXIT_FAILED, "Q77 is no kind");
    assert!(!lexicon.join("wikidata.tsv").exists());
    run(&["import", "wikidata", &dump, "--type", "Q77=person", "--sitelinks-min", "0", "--output", &output])
        .unwrap();
    run(&["lint", &lexicon.display().to_string()]).unwrap();
    let read = Lexicon::load(&lexicon.display().to_string()).unwrap();
    assert_eq!(read.sizes()[0], Lexicon::compiled_in().sizes()[0] + 2);
    run(&["import", "wikidata", "--list-types"]).unwrap();
}

#[test]
fn wrong_options_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = path(folder.path(), "in", "?item\t?name_en\n");
    for arguments in [
        &["import", "geonames", &file, "--languages", "ar,fr"][..],
        &["import", "wikidata", &file, "--languages", "a b"],
        &["import", "wikidata", &file, "--output", "no/such/folder/file.tsv"],
        &["import", "wikidata", &file],
        &["import", "wikidata", "no/such/file"],
    ] {
        assert_eq!(code(run(arguments)), EXIT_USAGE, "{arguments:?}");
    }
    for arguments in [
        "keywords --least 0",
        "import wikidata --kinds people",
        "import wikidata --type 5=person",
        "import geonames --classes X",
        "import",
    ] {
        let words = ["khabar", "lexicon"].into_iter().chain(arguments.split(' '));
        assert!(Cli::try_parse_from(words).is_err(), "{arguments}");
    }
}

#[test]
fn the_templates_can_be_read() {
    for template in [progress::WITH_TOTAL, progress::WITHOUT_TOTAL] {
        assert!(indicatif::ProgressStyle::with_template(template).is_ok(), "{template}");
    }
}

#[test]
fn an_output_that_is_not_kept_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.tsv");
    let mut output = Output::create(Some(&file)).unwrap();
    output.writer().write_all(b"half").unwrap();
    drop(output);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
