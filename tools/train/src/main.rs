//! Learns the models that khabar ships, from labelled and unlabelled text: the same data gives the same bytes.
//!
//! README.md says how it is called and where data comes from.
#![forbid(unsafe_code)]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts of words and rows are far below 2^32"
)]

mod classes;
mod data;
mod judge;
mod keyword_lines;
mod languages;
#[allow(dead_code, reason = "of the labels only keywords and the words of mentions are asked for here")]
#[path = "../../../src/tag/tests/marked.rs"]
mod marked;
mod names;
mod perceptron;
mod subjects;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str =
    "usage: khabar-train names OUTPUT|- [--epochs N] [--row-bits N] [--learners N] [--classes FILE]
                           [--judge FILE] FILE[:FIRST-LAST]…
       khabar-train classes OUTPUT TEXT COARSE FINE ROUNDS
       khabar-train subjects OUTPUT TEXT LANGUAGE
       khabar-train keyword-lines WEIGHTS TEXT LEXICONS ARTICLES
       khabar-train languages OUTPUT NGRAMS DICTIONARY";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.first().map(String::as_str) {
        Some("names") => names::run(&arguments[1..]),
        Some("classes") => learn_classes(&arguments[1..]),
        Some("subjects") => learn_subjects(&arguments[1..]),
        Some("keyword-lines") => learn_keyword_lines(&arguments[1..]),
        Some("languages") => take_languages(&arguments[1..]),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Two divisions of the same words: the rounds of the finer one begin anew.
fn learn_classes(arguments: &[String]) -> Result<(), String> {
    let [output, text, coarse, fine, rounds] = arguments else { return Err(USAGE.to_owned()) };
    let number = |text: &String| text.parse::<usize>().map_err(|error| format!("{text}: {error}"));
    let (coarse, fine, rounds) = (number(coarse)?, number(fine)?, number(rounds)?);
    let words = classes::Words::read(read(text)?.into_iter());
    let divisions = [coarse, fine].map(|classes| words.divide(classes, rounds));
    let mut by_class: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
    for (word, classes) in words.names().zip(divisions[0].iter().zip(&divisions[1])) {
        by_class.entry((*classes.0, *classes.1)).or_default().push(word);
    }
    let lines: String = by_class
        .iter()
        .map(|((coarse, fine), words)| format!("{coarse}\t{fine}\t{}\n", words.join(" ")))
        .collect();
    write(output, lines.as_bytes())
}

fn learn_subjects(arguments: &[String]) -> Result<(), String> {
    let [output, text, language] = arguments else { return Err(USAGE.to_owned()) };
    let words = subjects::learn(&read(text)?, language)?;
    write(output, format!("{}{words}", subjects::HEAD).as_bytes())
}

/// `WEIGHTS` is the source file whose table is replaced.
fn learn_keyword_lines(arguments: &[String]) -> Result<(), String> {
    let [weights, text, lexicons, articles] = arguments else { return Err(USAGE.to_owned()) };
    let file = fs::read_to_string(weights).map_err(|error| format!("{weights}: {error}"))?;
    let learned = keyword_lines::learn(&file, &read(text)?, Path::new(lexicons), Path::new(articles))?;
    write(weights, learned.as_bytes())
}

fn take_languages(arguments: &[String]) -> Result<(), String> {
    let [output, ngrams, dictionary] = arguments else { return Err(USAGE.to_owned()) };
    let [ngrams, dictionary] =
        [ngrams, dictionary].map(|path| fs::read_to_string(path).map_err(|error| format!("{path}: {error}")));
    write(output, &languages::build(&ngrams?, &dictionary?)?)
}

fn read(path: &str) -> Result<Vec<String>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn write(path: &str, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("{path}: {error}"))?;
    println!("{path}: {} bytes", bytes.len());
    Ok(())
}
