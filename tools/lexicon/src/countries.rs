//! Countries, parts of the world, regions, divisions and states.
//!
//! Names of countries come from the CLDR, and what news says over them from countries.tsv; the rest from regions.tsv,
//! provinces.tsv and states.tsv, GeoNames giving the ids and English names of states.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::{Naming, Place, Standing};
use crate::error::Error;
use crate::fold::{fold, to_ascii};
use crate::sources::Packages;
use crate::table::{self, Line};

const COUNTRIES: &str = include_str!("../countries.tsv");
const REGIONS: &str = include_str!("../regions.tsv");
const PROVINCES: &str = include_str!("../provinces.tsv");
const STATES: &str = include_str!("../states.tsv");

/// Codes of the CLDR that are no country or territory of ISO 3166: unions, leftovers, and islands of others.
const NO_COUNTRIES: [&str; 14] =
    ["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"];

/// All places that are no city, in the order of the file.
pub fn places(packages: &Packages) -> Result<Vec<Place>, Error> {
    let mut places = countries(packages)?;
    places.extend(regions()?);
    places.extend(provinces()?);
    places.extend(states(packages)?);
    Ok(places)
}

/// What countries.tsv says of the names of one country in one language.
struct Said<'table> {
    standing: Standing,
    name: &'table str,
    aliases: Vec<&'table str>,
}

fn countries(packages: &Packages) -> Result<Vec<Place>, Error> {
    let mut said: BTreeMap<(&str, &str), Said> = BTreeMap::new();
    for line in table::lines("countries.tsv", COUNTRIES, 4, 5)? {
        let standing = standing(&line, 2)?.0;
        let more = Said { standing, name: line.column(3), aliases: line.parts(4).collect() };
        if said.insert((line.column(0), line.column(1)), more).is_some() {
            return Err(line.error("the country has a row of this language already"));
        }
    }
    let arabic = packages.territories("ar")?;
    let english = packages.territories("en")?;
    let mut places = Vec::new();
    for code in arabic.keys() {
        if code.len() != 2 || NO_COUNTRIES.contains(&code.as_str()) {
            continue;
        }
        let (Some(arabic), Some(english)) = (
            naming(code, &arabic, said.remove(&(code.as_str(), "ar"))),
            naming(code, &english, said.remove(&(code.as_str(), "en"))),
        ) else {
            continue;
        };
        places.push(Place {
            id: format!("iso3166:{code}"),
            country: Some(code.clone()),
            population: None,
            capital: false,
            arabic,
            english,
        });
    }
    Ok(places)
}

/// The names of the country `code`: what is said of it, and the CLDR's names of it, but for those that explain in
/// parentheses and stand in no text.
fn naming(code: &str, territories: &BTreeMap<String, String>, said: Option<Said>) -> Option<Naming> {
    let said = said.unwrap_or(Said { standing: Standing::Safe, name: "", aliases: Vec::new() });
    let mut names: Vec<String> = Vec::new();
    if !said.name.is_empty() {
        names.push(said.name.to_owned());
    }
    for suffix in ["", "-alt-short", "-alt-variant"] {
        if let Some(name) = territories.get(&format!("{code}{suffix}")) {
            let name = name.replace('’', "'").replace(" & ", " and ");
            let taken_away = name.contains('(')
                || said
                    .aliases
                    .iter()
                    .any(|alias| alias.starts_with(['!', '~']) && fold(&alias[1..]) == fold(&name));
            if !taken_away {
                names.push(crate::fold::without_marks(&name));
            }
        }
    }
    let ascii: Vec<String> = names.iter().filter_map(|name| to_ascii(name)).collect();
    let aliases = said.aliases.iter().filter(|alias| !alias.starts_with('!')).copied();
    Naming::of(
        names.iter().map(String::as_str).chain(aliases).chain(ascii.iter().map(String::as_str)),
        said.standing,
    )
}

/// The standing and the country that a column of flags names; `-` is for no flag.
fn standing(line: &Line, index: usize) -> Result<(Standing, Option<String>), Error> {
    let mut standing = Standing::Plain;
    let mut country = None;
    for flag in line.column(index).split(' ').filter(|flag| !flag.is_empty()) {
        match flag {
            "-" => {}
            "safe" => standing = Standing::Safe,
            "ambiguous" => standing = Standing::Ambiguous,
            _ => match flag.strip_prefix("country=") {
                Some(code) if code.len() == 2 => country = Some(code.to_owned()),
                _ => return Err(line.error(format!("{flag} is no flag"))),
            },
        }
    }
    Ok((standing, country))
}

fn regions() -> Result<Vec<Place>, Error> {
    let mut places = Vec::new();
    for line in table::lines("regions.tsv", REGIONS, 4, 4)? {
        let (standing, country) = standing(&line, 1)?;
        places.push(Place {
            id: line.column(0).to_owned(),
            country,
            population: None,
            capital: false,
            arabic: named(&line, 2, standing)?,
            english: named(&line, 3, standing)?,
        });
    }
    Ok(places)
}

fn named(line: &Line, index: usize, standing: Standing) -> Result<Naming, Error> {
    Naming::of(line.parts(index), standing).ok_or_else(|| line.error("a name is missing"))
}

fn provinces() -> Result<Vec<Place>, Error> {
    let mut places = Vec::new();
    let mut called_so = BTreeSet::new();
    for line in table::lines("provinces.tsv", PROVINCES, 6, 6)? {
        if line.column(2) == "Province" {
            called_so.extend(line.parts(4).map(slug));
        }
    }
    for line in table::lines("provinces.tsv", PROVINCES, 6, 6)? {
        let (country, head, tail) = (line.column(0), line.column(1), line.column(2));
        let weak = match line.column(5) {
            "plain" => Some(""),
            "weak" => Some("~"),
            "none" => None,
            _ => return Err(line.error("the bare name is neither plain nor weak nor none")),
        };
        let mut arabic: Vec<String> = line.parts(3).map(|name| headed(head, name)).collect();
        let mut english: Vec<String> = Vec::new();
        for name in line.parts(4) {
            english.push(format!("{name} {tail}"));
            // What another country calls a province is that one.
            if !["Province", "State", "Emirate"].contains(&tail) && !called_so.contains(&slug(name)) {
                english.push(format!("{name} province"));
            }
        }
        if let Some(weak) = weak {
            arabic.extend(line.parts(3).map(|name| format!("{weak}{name}")));
            english.extend(line.parts(4).map(|name| format!("{weak}{name}")));
        }
        let of = |names: &[String]| Naming::of(names.iter().map(String::as_str), Standing::Safe);
        let (Some(arabic), Some(english)) = (of(&arabic), of(&english)) else {
            return Err(line.error("a name is missing"));
        };
        places.push(Place {
            id: format!("khabar:{}-{}", slug(&english.name), country.to_lowercase()),
            country: Some(country.to_owned()),
            population: None,
            capital: false,
            arabic,
            english,
        });
    }
    Ok(places)
}

/// `name` behind its head; `-` is for none.
fn headed(head: &str, name: &str) -> String {
    if head == "-" { name.to_owned() } else { format!("{head} {name}") }
}

/// Lower-case ASCII words joined by hyphens.
fn slug(name: &str) -> String {
    let name = to_ascii(name).unwrap_or_default().to_lowercase().replace('\'', "");
    let words: Vec<&str> =
        name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn states(packages: &Packages) -> Result<Vec<Place>, Error> {
    let states = packages.states()?;
    let mut places = Vec::new();
    for line in table::lines("states.tsv", STATES, 3, 3)? {
        let Some(state) = states.iter().find(|state| state.code == line.column(0)) else {
            return Err(line.error("no state has this code"));
        };
        let english = match line.column(1) {
            "plain" => vec![state.name.clone()],
            "weak" => vec![format!("{} state", state.name), format!("~{}", state.name)],
            _ => return Err(line.error("the bare name is neither plain nor weak")),
        };
        let english = Naming::of(english.iter().map(String::as_str), Standing::Safe)
            .ok_or_else(|| line.error("a name is missing"))?;
        places.push(Place {
            id: format!("geonames:{}", state.id),
            country: Some("US".to_owned()),
            population: None,
            capital: false,
            arabic: named(&line, 2, Standing::Safe)?,
            english,
        });
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_read() {
        assert!(regions().expect("regions").len() > 300);
        assert!(provinces().expect("provinces").len() > 250);
    }

    #[test]
    fn ids_of_provinces_differ() {
        let mut ids: Vec<String> =
            provinces().expect("provinces").into_iter().map(|place| place.id).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }

    #[test]
    fn what_is_said_goes_before_the_cldr() {
        let territories = BTreeMap::from([("GB".to_owned(), "United Kingdom".to_owned())]);
        let said = Said { standing: Standing::Safe, name: "Britain", aliases: vec!["UK"] };
        let naming = naming("GB", &territories, Some(said)).expect("a name");
        assert_eq!(naming.name, "Britain");
        assert_eq!(naming.aliases, ["United Kingdom", "UK"]);
    }
}
