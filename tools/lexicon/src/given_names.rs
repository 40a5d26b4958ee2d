//! Given names and how common they are, as rows of `given_names.tsv`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::error::Error;
use crate::fold::fold;
use crate::sources::{EgyptianName, Packages};
use crate::table;

const HAND_WRITTEN: &str = include_str!("../given_names.tsv");
/// Egyptian given names that are taken in.
const EGYPTIAN: usize = 6_000;
/// Of a hundred bearers of a name in a chain of names, so many must have it as their own; else it is a family's.
const LEAST_FIRST_SHARE: f64 = 2.0;
/// A name that so many of a hundred names are is taken in even if hardly anybody is given it today.
const COMMON_ANYWHERE: f64 = 0.01;
/// English given names that are taken in.
const ENGLISH: usize = 2_000;
/// The commonest class.
const COMMONEST: u8 = 9;
/// A class is rarer by this factor than the next; the commonest begins at one name in a hundred.
const CLASS_FACTOR: f64 = 3.0;

/// Names with their language and their class, 1 (rare) to 9 (very common), the commonest first.
pub struct GivenNames {
    names: BTreeMap<(&'static str, String), (String, u8)>,
}

impl GivenNames {
    /// All given names: Egyptian ones, English ones, these in Arabic letters, and what given_names.tsv says.
    pub fn read(packages: &Packages) -> Result<Self, Error> {
        let mut given = Self { names: BTreeMap::new() };
        let is_given = |name: &&EgyptianName| {
            name.given && (name.first_share >= LEAST_FIRST_SHARE || name.percent >= COMMON_ANYWHERE)
        };
        for name in packages.egyptian_names()?.iter().filter(is_given).take(EGYPTIAN) {
            let class = class(name.percent);
            given.add("ar", &name.name, class);
            if let Some(spaced) = spaced(&name.name) {
                given.add("ar", &spaced, class);
            }
        }
        let transliterations = packages.transliterations()?;
        for (name, share) in packages.english_given_names()?.into_iter().take(ENGLISH) {
            let class = class(share);
            given.add("en", &name, class);
            if let Some(arabic) = transliterations.get(&name.to_lowercase()) {
                given.add("ar", arabic, class.min(6));
            }
        }
        for line in table::lines("given_names.tsv", HAND_WRITTEN, 3, 3)? {
            let class = line.column(0).parse().map_err(|_| line.error("the class is no number"))?;
            if !(1..=COMMONEST).contains(&class) {
                return Err(line.error("classes are 1 to 9"));
            }
            line.parts(1).for_each(|name| given.add("ar", name, class));
            for name in line.parts(2) {
                given.add("en", name, class);
            }
        }
        Ok(given)
    }

    /// Each name with its class.
    pub fn all(&self) -> impl Iterator<Item = (&str, u8)> {
        self.names.values().map(|(name, class)| (name.as_str(), *class))
    }

    /// All rows, Arabic before English, the commonest names of each first.
    pub fn rows(&self) -> String {
        let mut sorted: Vec<(&str, u8, &str)> = self
            .names
            .iter()
            .map(|((language, _), (name, class))| (*language, *class, name.as_str()))
            .collect();
        sorted.sort_by(|one, other| (one.0, other.1, one.2).cmp(&(other.0, one.1, other.2)));
        let mut rows = String::new();
        for (language, class, name) in sorted {
            // Writing to a string can't fail.
            let _ = writeln!(rows, "{language}\t{name}\t{class}");
        }
        rows
    }

    /// The spelling that came first stays, with the commonest class of all spellings.
    fn add(&mut self, language: &'static str, name: &str, class: u8) {
        if name.chars().count() < 2 {
            return;
        }
        let known = self.names.entry((language, fold(name))).or_insert_with(|| (name.to_owned(), class));
        known.1 = known.1.max(class);
    }
}

/// A compound name that the Egyptian records write as one word, in words: عبد الله, أبو الفتح, نور الدين.
fn spaced(name: &str) -> Option<String> {
    for head in ["عبد", "أبو"] {
        if let Some(rest) = name.strip_prefix(head).filter(|rest| rest.starts_with("ال")) {
            return (rest.chars().count() > 3).then(|| format!("{head} {rest}"));
        }
    }
    ["الدين", "الله", "الإسلام"].iter().find_map(|tail| {
        let head = name.strip_suffix(tail)?;
        (head.chars().count() > 1 && !head.ends_with(' ')).then(|| format!("{head} {tail}"))
    })
}

/// The class of a name that `percent` of a hundred names are.
fn class(percent: f64) -> u8 {
    let mut class = COMMONEST;
    let mut least = 1.0;
    while class > 1 && percent < least {
        class -= 1;
        least /= CLASS_FACTOR;
    }
    class
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compound_names_are_written_in_words() {
        assert_eq!(spaced("عبدالله").as_deref(), Some("عبد الله"));
        assert_eq!(spaced("نورالدين").as_deref(), Some("نور الدين"));
        assert_eq!(spaced("أبوالفتح").as_deref(), Some("أبو الفتح"));
        assert_eq!(spaced("عبد الله"), None);
        assert_eq!(spaced("محمد"), None);
    }

    #[test]
    fn classes_fall_with_frequency() {
        assert_eq!(class(12.5), 9);
        assert_eq!(class(0.5), 8);
        assert_eq!(class(0.2), 7);
        assert_eq!(class(0.000_001), 1);
    }
}
