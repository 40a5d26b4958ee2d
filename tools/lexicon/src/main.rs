//! Builds khabar's lexicons of places, nationalities and given names: `khabar-lexicon PACKAGES LEXICONS`.
//!
//! PACKAGES is a folder of registry packages as README.md says to get them; LEXICONS is khabar's `config/lexicon`. The same
//! packages and tables give the same files, byte for byte. Reads nothing else, and never asks a network.
#![forbid(unsafe_code)]

mod arabic;
mod cities;
mod countries;
mod entry;
mod error;
mod fold;
mod given_names;
mod nationalities;
mod skeleton;
mod sources;
mod standing;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use error::Error;
use given_names::GivenNames;
use sources::Packages;
use standing::Meanings;

const PLACES_HEAD: &str = include_str!("../heads/places.txt");
const NATIONALITIES_HEAD: &str = include_str!("../heads/nationalities.txt");
const GIVEN_NAMES_HEAD: &str = include_str!("../heads/given_names.txt");
/// From this class on, a given name is common enough to take a city's name for a person's.
const COMMON_GIVEN_NAME: u8 = 4;
/// As many of the commonest English family names do the same.
const COMMON_FAMILY_NAMES: usize = 1_000;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(packages), Some(lexicons), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        eprintln!("usage: khabar-lexicon PACKAGES LEXICONS; README.md says what they are");
        return ExitCode::from(2);
    };
    match build(&packages, &lexicons) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build(packages: &Path, lexicons: &Path) -> Result<(), Error> {
    let packages = Packages::open(packages)?;
    let given = GivenNames::read(&packages)?;
    let mut places = countries::places(&packages)?;
    let mut meanings = Meanings::new()?;
    for (name, class) in given.all() {
        if class >= COMMON_GIVEN_NAME {
            meanings.add_person(name);
        }
    }
    for name in packages.english_family_names()?.iter().take(COMMON_FAMILY_NAMES) {
        meanings.add_person(name);
    }
    for naming in places.iter().flat_map(|place| [&place.arabic, &place.english]) {
        meanings.add_place(&naming.name);
        naming.aliases.iter().for_each(|alias| meanings.add_place(alias.trim_start_matches('~')));
    }
    places.extend(cities::places(&packages, meanings)?);
    let mut rows = String::new();
    for place in &places {
        place.write(&mut rows);
    }
    write(lexicons, "places.tsv", PLACES_HEAD, &rows)?;
    write(lexicons, "nationalities.tsv", NATIONALITIES_HEAD, &nationalities::rows()?)?;
    write(lexicons, "given_names.tsv", GIVEN_NAMES_HEAD, &given.rows())
}

fn write(lexicons: &Path, file: &str, head: &str, rows: &str) -> Result<(), Error> {
    let path = lexicons.join(file);
    println!("{}: {} rows, {} bytes", path.display(), rows.lines().count(), head.len() + rows.len());
    std::fs::write(&path, format!("{head}{rows}")).map_err(|source| Error::File { path, source })
}
