//! Cities: which ones, what they are called, and how far their names may be trusted.
//!
//! GeoNames gives the facts; cities.tsv overrides names and flags where the facts are not what a newsroom writes.

use std::collections::BTreeMap;

use crate::arabic::{self, City};
use crate::entry::{Naming, Place, Standing};
use crate::error::Error;
use crate::fold::to_ascii;
use crate::sources::{GeoCity, Packages};
use crate::standing::{Language, Meanings};
use crate::table;

const OVERRIDES: &str = include_str!("../cities.tsv");
/// Cities of so many people are taken in everywhere.
const ANYWHERE: u64 = 100_000;
/// Countries of the Arab League, and Western Sahara.
const ARAB: [&str; 23] = [
    "AE", "BH", "DJ", "DZ", "EG", "EH", "IQ", "JO", "KM", "KW", "LB", "LY", "MA", "MR", "OM", "PS", "QA",
    "SA", "SD", "SO", "SY", "TN", "YE",
];
/// Countries beside those of which the cities of over 15,000 people are taken in, too.
const NEAR: [&str; 3] = ["IL", "IR", "TR"];
/// Countries whose languages write Arabic letters in the Persian way.
const PERSIAN: [&str; 3] = ["AF", "IR", "PK"];

/// What cities.tsv says of one city.
#[derive(Default)]
struct Override<'table> {
    standing: Option<Standing>,
    capital: bool,
    nowhere: bool,
    dropped: bool,
    arabic: Vec<&'table str>,
    english: Vec<&'table str>,
}

/// The cities, those of a country together, the greatest first. `meanings` knows the names of people and other places.
pub fn places(packages: &Packages, mut meanings: Meanings) -> Result<Vec<Place>, Error> {
    let overrides = overrides()?;
    let capitals = packages.capitals()?;
    let arabic_names = packages.arabic_names()?;
    let states: BTreeMap<String, String> =
        packages.states()?.into_iter().map(|state| (state.code, state.name)).collect();
    let nothing = Override::default();
    let mut places = Vec::new();
    for city in packages.cities()? {
        let said = overrides.get(&city.id).unwrap_or(&nothing);
        let near = ARAB.contains(&city.country.as_str()) || NEAR.contains(&city.country.as_str());
        let wanted = near || city.population >= ANYWHERE || !said.arabic.is_empty();
        if said.dropped || !wanted {
            continue;
        }
        let Some(english) = english(&city, said) else { continue };
        let capital = said.capital
            || capitals.get(&city.country).and_then(|name| to_ascii(name)) == to_ascii(&city.name);
        let Some(arabic) = arabic(&city, said, &arabic_names, &states) else { continue };
        for naming in [&arabic, &english] {
            meanings.add_city(&naming.name, city.id, city.population);
        }
        places.push((
            city.id,
            said.standing,
            Place {
                id: format!("geonames:{}", city.id),
                country: (!said.nowhere).then(|| city.country.clone()),
                population: Some(city.population),
                capital: capital && !said.nowhere,
                arabic,
                english,
            },
        ));
    }
    for (id, standing, place) in &mut places {
        let people = place.population.unwrap_or(0);
        for (language, naming) in
            [(Language::Arabic, &mut place.arabic), (Language::English, &mut place.english)]
        {
            // What is ambiguous in Arabic often is not in English (عمان, Amman), where homographs.tsv tells.
            let said = standing.filter(|said| *said != Standing::Ambiguous || language == Language::Arabic);
            naming.standing =
                said.unwrap_or_else(|| meanings.standing(language, &naming.name, *id, people, place.capital));
            if standing.is_none() {
                for alias in &mut naming.aliases {
                    if meanings.is_weak(language, alias) {
                        alias.insert(0, '~');
                    }
                }
            }
        }
    }
    places.sort_by(|(one_id, _, one), (other_id, _, other)| {
        (&one.country, std::cmp::Reverse(one.population), one_id).cmp(&(
            &other.country,
            std::cmp::Reverse(other.population),
            other_id,
        ))
    });
    Ok(places.into_iter().map(|(_, _, place)| place).collect())
}

fn overrides() -> Result<BTreeMap<u64, Override<'static>>, Error> {
    let mut overrides = BTreeMap::new();
    for line in table::lines("cities.tsv", OVERRIDES, 2, 4)? {
        let id: u64 = line.column(0).parse().map_err(|_| line.error("the id is no number"))?;
        let mut said = Override {
            arabic: line.parts(2).collect(),
            english: line.parts(3).collect(),
            ..Override::default()
        };
        for flag in line.column(1).split(' ') {
            match flag {
                "-" => {}
                "safe" => said.standing = Some(Standing::Safe),
                "plain" => said.standing = Some(Standing::Plain),
                "ambiguous" => said.standing = Some(Standing::Ambiguous),
                "capital" => said.capital = true,
                "nowhere" => said.nowhere = true,
                "drop" => said.dropped = true,
                _ => return Err(line.error(format!("{flag} is no flag"))),
            }
        }
        if overrides.insert(id, said).is_some() {
            return Err(line.error("the city has a row already"));
        }
    }
    Ok(overrides)
}

/// The English names of `city`: GeoNames' in ASCII, with the letters of its own language as an alias.
fn english(city: &GeoCity, said: &Override) -> Option<Naming> {
    if !said.english.is_empty() {
        return Naming::of(said.english.iter().copied(), Standing::Plain);
    }
    let name = city.name.split(" (").next().unwrap_or_default();
    let ascii = to_ascii(name)?;
    let mut naming = Naming::of(std::iter::once(ascii.trim_start_matches('\'')), Standing::Plain)?;
    if name.chars().all(|letter| letter < '\u{180}' && !"ĀāĪīŪūŌōĒē".contains(letter)) {
        naming.add(name);
    }
    if ascii.contains('\'') {
        naming.add(&ascii.replace('\'', ""));
    }
    if let Some((article, rest)) = ascii.split_once(' ')
        && ARAB.contains(&city.country.as_str())
        && matches!(article, "Al" | "Ad" | "An" | "Ar" | "As" | "Ash" | "At" | "Az" | "El")
    {
        naming.add(&format!("{article}-{rest}"));
    }
    Some(naming)
}

/// The Arabic names of `city`: those of cities.tsv, or the best of what the sources have.
fn arabic(
    city: &GeoCity,
    said: &Override,
    arabic_names: &BTreeMap<String, String>,
    states: &BTreeMap<String, String>,
) -> Option<Naming> {
    if !said.arabic.is_empty() {
        return Naming::of(said.arabic.iter().copied(), Standing::Plain);
    }
    let latin = to_ascii(&city.name)?;
    let mut keys = Vec::new();
    if city.country == "US" {
        keys.extend(states.get(&city.division).map(|state| format!("{latin}, {state}")));
    }
    keys.extend([city.name.clone(), latin.clone()]);
    let mut known: Vec<String> = Vec::new();
    for key in keys {
        if let Some(name) = arabic_names.get(&key.to_lowercase())
            && !known.contains(name)
        {
            known.push(name.clone());
        }
    }
    let alternates: Vec<&str> = city.alternates.iter().map(String::as_str).collect();
    let spelling = arabic::choose(&City {
        latin: &latin,
        alternates: &alternates,
        known: &known,
        arab: ARAB.contains(&city.country.as_str()),
        persian: PERSIAN.contains(&city.country.as_str()),
    })?;
    let names = std::iter::once(spelling.name.as_str()).chain(spelling.aliases.iter().map(String::as_str));
    Naming::of(names, Standing::Plain)
}
