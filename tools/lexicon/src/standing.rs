//! Which names of cities may be trusted: against homographs, names of people, and other places of the same name.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::Standing;
use crate::error::Error;
use crate::fold::{fold, letters};
use crate::table;

const HOMOGRAPHS: &str = include_str!("../homographs.tsv");
/// Names of fewer letters than this, less the article, are words and abbreviations too often.
const FEWEST_LETTERS: usize = 4;
/// From this many people on, a city's name in the news rather means the city than a person.
const GREAT_CITY: u64 = 1_000_000;
/// A place of the same name with this share of the people makes a name doubtful: one in so many.
const RIVAL_SHARE: u64 = 5;
/// First words of names of several words that are as often names of people.
const NAMES_OF_PEOPLE_BEGIN: [&str; 12] =
    ["ابو", "ام", "ابن", "بن", "عبد", "الشيخ", "شيخ", "علي", "abu", "ibn", "sheikh", "general"];

/// The Arabic article as Latin names write it: no word that makes a name one of several words.
const ARTICLES: [&str; 13] =
    ["al", "ad", "adh", "an", "ar", "as", "ash", "at", "az", "el", "ed", "es", "the"];

/// A language of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// Arabic.
    Arabic,
    /// English.
    English,
}

/// What else the names of cities may mean, all names folded.
#[derive(Default)]
pub struct Meanings {
    homographs: BTreeSet<(Language, String)>,
    people: BTreeSet<String>,
    places: BTreeSet<String>,
    cities: BTreeMap<String, Vec<(u64, u64)>>,
}

impl Meanings {
    /// The homographs of homographs.tsv, and no other meaning yet.
    pub fn new() -> Result<Self, Error> {
        let mut meanings = Self::default();
        for line in table::lines("homographs.tsv", HOMOGRAPHS, 2, 2)? {
            let language = match line.column(0) {
                "ar" => Language::Arabic,
                "en" => Language::English,
                _ => return Err(line.error("the language is neither ar nor en")),
            };
            if !meanings.homographs.insert((language, fold(line.column(1)))) {
                return Err(line.error("the name is in the table already"));
            }
        }
        Ok(meanings)
    }

    /// `name` is one of people, too.
    pub fn add_person(&mut self, name: &str) {
        self.people.insert(fold(name));
    }

    /// `name` is that of a country, a region or a state.
    pub fn add_place(&mut self, name: &str) {
        self.places.insert(fold(name));
    }

    /// `name` is that of the city `id` with so many people.
    pub fn add_city(&mut self, name: &str, id: u64, population: u64) {
        self.cities.entry(fold(name)).or_default().push((id, population));
    }

    /// Whether `name`, an alias of a city, is too often something else to stand for it alone.
    pub fn is_weak(&self, language: Language, name: &str) -> bool {
        let folded = fold(name);
        letters(&folded) < FEWEST_LETTERS
            || self.homographs.contains(&(language, folded.clone()))
            || self.people.contains(&folded)
            || self.places.contains(&folded)
    }

    /// How far `name` may be trusted to mean the city `id`.
    pub fn standing(
        &self,
        language: Language,
        name: &str,
        id: u64,
        population: u64,
        capital: bool,
    ) -> Standing {
        let folded = fold(name);
        let great = capital || population >= GREAT_CITY;
        let mut words: Vec<&str> = folded.split([' ', '-']).collect();
        if words.len() > 1 && words.first().is_some_and(|first| ARTICLES.contains(first)) {
            words.remove(0);
        }
        let person = if words.len() > 1 {
            words.iter().all(|word| self.people.contains(*word))
                || self.people.contains(&folded)
                || words.first().is_some_and(|first| NAMES_OF_PEOPLE_BEGIN.contains(first))
        } else {
            self.people.contains(&folded)
        };
        let short = letters(&folded) < FEWEST_LETTERS;
        if self.homographs.contains(&(language, folded.clone()))
            || self.places.contains(&folded)
            || short
            || (person && !great)
        {
            return Standing::Ambiguous;
        }
        let rival = self.cities.get(&folded).is_some_and(|cities| {
            cities.iter().any(|&(other, people)| other != id && people >= population / RIVAL_SHARE)
        });
        if (great || words.len() > 1) && !person && !rival { Standing::Safe } else { Standing::Plain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(meanings: &Meanings, name: &str, population: u64, capital: bool) -> Standing {
        meanings.standing(Language::English, name, 1, population, capital)
    }

    #[test]
    fn great_cities_are_safe_and_homographs_are_not() {
        let meanings = Meanings::new().expect("the table");
        assert_eq!(standing(&meanings, "Novosibirsk", 1_600_000, false), Standing::Safe);
        assert_eq!(standing(&meanings, "Novosibirsk", 600_000, false), Standing::Plain);
        assert_eq!(standing(&meanings, "Reading", 320_000, false), Standing::Ambiguous);
        assert_eq!(standing(&meanings, "Ufa", 1_100_000, false), Standing::Ambiguous);
        assert_eq!(standing(&meanings, "Buenos Aires", 13_000_000, true), Standing::Safe);
    }

    #[test]
    fn names_of_people_need_a_great_city() {
        let mut meanings = Meanings::new().expect("the table");
        meanings.add_person("Houston");
        meanings.add_person("Santiago");
        meanings.add_person("Jose");
        assert_eq!(standing(&meanings, "Houston", 100_000, false), Standing::Ambiguous);
        assert_eq!(standing(&meanings, "Houston", 2_300_000, false), Standing::Plain);
        assert_eq!(standing(&meanings, "Santiago Jose", 100_000, false), Standing::Ambiguous);
    }

    #[test]
    fn a_rival_of_the_same_name_takes_safety_away() {
        let mut meanings = Meanings::new().expect("the table");
        meanings.add_city("Hyderabad", 1, 3_500_000);
        meanings.add_city("Hyderabad", 2, 1_400_000);
        assert_eq!(standing(&meanings, "Hyderabad", 3_500_000, false), Standing::Plain);
    }
}
