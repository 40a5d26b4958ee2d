//! Entities of a Wikidata dump: one JSON object a line, with brackets around all and commas between them.
//!
//! Owns what is read of an item. Most items are of no kind that is asked for, so their names are never looked at.

use std::collections::BTreeMap;
use std::fmt;
use std::io::BufRead;
use std::marker::PhantomData;

use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::rows::RowWriter;
use super::{Choice, Found, ImportError, Kinds, NamesOf, Progress};
use crate::article::EntityKind;
use crate::lexicon_tools::faults::Faults;
use crate::lexicon_tools::lines::Lines;

/// Bytes of one line: the largest items have a few million.
pub const LINE_BYTES_MAX: usize = 64 << 20;

/// Lines between two reports of progress.
const PROGRESS_LINES: u64 = 1_000;

/// Numbers at GeoNames of one item.
const GEONAMES_MAX: usize = 8;

/// What was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reading {
    pub progress: Progress,
    /// Entities of kinds, or with fewer sitelinks or people, than are asked for.
    pub others: u64,
    pub faults: Faults,
}

/// An entity, its parts unread.
#[derive(Deserialize)]
struct Item<'a> {
    id: String,
    #[serde(rename = "type", default)]
    sort: String,
    #[serde(borrow)]
    labels: Option<&'a RawValue>,
    #[serde(borrow)]
    aliases: Option<&'a RawValue>,
    #[serde(borrow)]
    claims: Option<&'a RawValue>,
    #[serde(borrow)]
    sitelinks: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Label {
    value: String,
}

/// One statement about an item.
#[derive(Deserialize)]
struct Claim {
    mainsnak: Snak,
    #[serde(default)]
    rank: String,
}

#[derive(Deserialize)]
struct Snak {
    datavalue: Option<DataValue>,
}

#[derive(Deserialize)]
struct DataValue {
    value: serde_json::Value,
}

/// The statements that are read, by their property.
#[derive(Default)]
struct Claims {
    types: Vec<Claim>,
    country: Vec<Claim>,
    citizenship: Vec<Claim>,
    origin: Vec<Claim>,
    population: Vec<Claim>,
    country_code: Vec<Claim>,
    geonames: Vec<Claim>,
}

/// An object, which PHP writes as an empty list where it is empty.
struct Members<T>(BTreeMap<String, T>);

/// How many members an object has.
struct Count(u32);

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Claims;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("statements by property")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
                let mut claims = Claims::default();
                while let Some(property) = map.next_key::<String>()? {
                    let list = match property.as_str() {
                        "P31" => &mut claims.types,
                        "P17" => &mut claims.country,
                        "P27" => &mut claims.citizenship,
                        "P495" => &mut claims.origin,
                        "P1082" => &mut claims.population,
                        "P297" => &mut claims.country_code,
                        "P1566" => &mut claims.geonames,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            continue;
                        }
                    };
                    *list = map.next_value()?;
                }
                Ok(claims)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Claims, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Claims::default())
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Members<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<T>, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    members.insert(key, value);
                }
                Ok(Members(members))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Members<T>, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Members(BTreeMap::new()))
            }
        }
        deserializer.deserialize_any(Reader(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = Members::<IgnoredAny>::deserialize(deserializer)?;
        Ok(Self(u32::try_from(members.0.len()).unwrap_or(u32::MAX)))
    }
}

/// Reads a dump to its end and writes what is chosen of it. `report` hears how far it is.
///
/// # Errors
/// Those of the input and the output, and a limit of the lexicon. A line that can't be read is counted and named.
pub fn import(
    file: &str,
    input: impl BufRead,
    kinds: &Kinds,
    choice: &Choice,
    writer: &mut RowWriter,
    report: &mut dyn FnMut(Progress),
) -> Result<Reading, ImportError> {
    let mut lines = Lines::new(input, LINE_BYTES_MAX);
    let mut reading = Reading::default();
    loop {
        let line =
            lines.next_line().map_err(|source| ImportError::Input { file: file.to_owned(), source })?;
        let Some(line) = line else { break };
        let number = line.number;
        let text = line.bytes.trim_ascii();
        let text = text.strip_suffix(b",").unwrap_or(text).trim_ascii_end();
        if line.is_cut {
            reading.faults.add(file, number, format!("the line has more than {LINE_BYTES_MAX} bytes"));
        } else if !matches!(text, b"" | b"[" | b"]") {
            match item(text, kinds, choice) {
                Ok(Some(found)) => writer.write(&found)?,
                Ok(None) => reading.others += 1,
                Err(error) => reading.faults.add(file, number, error),
            }
        }
        reading.progress = Progress { bytes: lines.read_bytes(), lines: number, written: writer.written };
        if number % PROGRESS_LINES == 0 {
            report(reading.progress);
        }
    }
    report(reading.progress);
    Ok(reading)
}

/// What an item tells; `None` where it is not chosen.
fn item(line: &[u8], kinds: &Kinds, choice: &Choice) -> Result<Option<Found>, String> {
    let item: Item = serde_json::from_slice(line).map_err(|error| format!("no item of Wikidata: {error}"))?;
    if !matches!(item.sort.as_str(), "" | "item") {
        return Ok(None);
    }
    let Some(wikidata) = q_number(&item.id) else { return Err(format!("{:?} is no id of an item", item.id)) };
    let claims: Claims = read(item.claims, "claims")?.unwrap_or_default();
    let Some(kind) =
        claims.types.iter().filter(|claim| claim.is_right()).find_map(|claim| kinds.of(claim.item()?))
    else {
        return Ok(None);
    };
    let population = largest(&claims.population);
    let is_small = kind == EntityKind::Place && population > 0 && population < choice.population_min;
    let sitelinks = read::<Count>(item.sitelinks, "sitelinks")?.map_or(0, |count| count.0);
    if !choice.kinds.contains(&kind) || sitelinks < choice.sitelinks_min || is_small {
        return Ok(None);
    }
    let country =
        |claims: &[Claim]| best(claims).and_then(Claim::item).and_then(|number| kinds.country(number));
    let country_code = best(&claims.country_code).and_then(Claim::text).and_then(country_of);
    let right = claims.geonames.iter().filter(|claim| claim.is_right());
    let geonames = right.filter_map(|claim| claim.text()?.parse().ok()).take(GEONAMES_MAX);
    let is_place = kind == EntityKind::Place;
    Ok(Some(Found {
        wikidata,
        geonames: geonames.filter(|_| is_place).collect(),
        is_country: country_code.filter(|_| is_place),
        country: country(&claims.country)
            .or_else(|| country(&claims.citizenship))
            .or_else(|| country(&claims.origin)),
        population,
        names: names(&item, choice)?,
        ..Found::new(kind)
    }))
}

fn names(item: &Item, choice: &Choice) -> Result<Vec<NamesOf>, String> {
    let mut labels =
        read::<Members<Label>>(item.labels, "labels")?.map_or_else(BTreeMap::new, |found| found.0);
    let mut aliases =
        read::<Members<Vec<Label>>>(item.aliases, "aliases")?.map_or_else(BTreeMap::new, |found| found.0);
    let mut names = Vec::new();
    for language in &choice.languages {
        let Some(label) = labels.remove(language) else { continue };
        let others = aliases.remove(language).unwrap_or_default().into_iter().map(|label| label.value);
        names.push(NamesOf {
            language: language.clone(),
            name: label.value,
            others: others.collect(),
            ..NamesOf::default()
        });
    }
    Ok(names)
}

fn read<'a, T: Deserialize<'a>>(part: Option<&'a RawValue>, what: &str) -> Result<Option<T>, String> {
    let Some(part) = part else { return Ok(None) };
    serde_json::from_str(part.get()).map(Some).map_err(|error| format!("{what} can't be read: {error}"))
}

impl Claim {
    fn is_right(&self) -> bool {
        self.rank != "deprecated"
    }

    fn value(&self) -> Option<&serde_json::Value> {
        self.mainsnak.datavalue.as_ref().map(|data| &data.value)
    }

    /// The number of the item that it names.
    fn item(&self) -> Option<u32> {
        q_number(self.value()?.get("id")?.as_str()?)
    }

    fn text(&self) -> Option<&str> {
        self.value()?.as_str()
    }

    /// An amount, without what follows its point.
    fn amount(&self) -> Option<u32> {
        let amount = self.value()?.get("amount")?.as_str()?.trim_start_matches('+');
        amount.split('.').next()?.parse().ok()
    }
}

/// The preferred statement, else the last one: those are added in the order of time.
fn best(claims: &[Claim]) -> Option<&Claim> {
    let preferred = claims.iter().find(|claim| claim.rank == "preferred");
    preferred.or_else(|| claims.iter().rfind(|claim| claim.is_right()))
}

/// The amount of the best statement, or 0.
fn largest(claims: &[Claim]) -> u32 {
    best(claims).and_then(Claim::amount).unwrap_or_default()
}

/// The number behind the Q.
pub(super) fn q_number(id: &str) -> Option<u32> {
    id.strip_prefix('Q')?.parse().ok().filter(|number| *number > 0)
}

/// A code of ISO 3166-1 alpha-2.
pub(super) fn country_of(code: &str) -> Option<[u8; 2]> {
    crate::tag::lexicon::rows::country(code)
}
