//! Places as rows of `places.tsv`.

use std::fmt::Write as _;

use crate::fold::fold;

/// How far a name alone may be trusted to mean its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It means the place wherever it stands.
    Safe,
    /// Neither safe nor known for meaning something else.
    Plain,
    /// It is a common word, a person's name, or another place's, too.
    Ambiguous,
}

/// What a place is called in one language.
#[derive(Debug, Clone)]
pub struct Naming {
    /// The canonical name.
    pub name: String,
    /// Other names; one that begins with `~` is weak.
    pub aliases: Vec<String>,
    /// How far its names may be trusted.
    pub standing: Standing,
}

impl Naming {
    /// The names in `parts`, the first being canonical. `None` where there is none.
    pub fn of<'part>(parts: impl Iterator<Item = &'part str>, standing: Standing) -> Option<Self> {
        let mut naming: Option<Self> = None;
        for part in parts {
            match &mut naming {
                None => naming = Some(Self { name: part.to_owned(), aliases: Vec::new(), standing }),
                Some(naming) => naming.add(part),
            }
        }
        naming
    }

    /// Takes an alias in, unless folding makes it one that is there.
    pub fn add(&mut self, alias: &str) {
        let folded = fold(alias.trim_start_matches('~'));
        let known = folded == fold(&self.name)
            || self.aliases.iter().any(|known| fold(known.trim_start_matches('~')) == folded);
        if !known && !folded.is_empty() {
            self.aliases.push(alias.to_owned());
        }
    }
}

/// A place with its names in both languages.
#[derive(Debug, Clone)]
pub struct Place {
    /// `iso3166:…`, `m49:…`, `geonames:…` or `khabar:…`.
    pub id: String,
    /// The country that it is or belongs to, ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Inhabitants; for cities.
    pub population: Option<u64>,
    /// Whether it is a country's capital.
    pub capital: bool,
    /// Arabic names.
    pub arabic: Naming,
    /// English names.
    pub english: Naming,
}

impl Place {
    /// Appends the place's two rows.
    pub fn write(&self, rows: &mut String) {
        for (language, naming) in [("ar", &self.arabic), ("en", &self.english)] {
            let flags = self.flags(naming.standing);
            let mut row = format!("{}\tplace\t{language}\t{}\t{flags}", self.id, naming.name);
            if !naming.aliases.is_empty() {
                // Writing to a string can't fail.
                let _ = write!(row, "\t{}", naming.aliases.join("|"));
            }
            rows.push_str(row.trim_end());
            rows.push('\n');
        }
    }

    fn flags(&self, standing: Standing) -> String {
        let mut flags = Vec::new();
        match standing {
            Standing::Safe => flags.push("safe".to_owned()),
            Standing::Plain => {}
            Standing::Ambiguous => flags.push("ambiguous".to_owned()),
        }
        if self.capital {
            flags.push("capital".to_owned());
        }
        flags.extend(self.country.as_ref().map(|country| format!("country={country}")));
        flags.extend(self.population.map(|population| format!("population={population}")));
        flags.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_for_each_language_and_no_alias_twice() {
        let mut arabic = Naming::of(["سوريا", "سورية"].into_iter(), Standing::Safe).expect("a name");
        arabic.add("سوريه");
        arabic.add("~سورية");
        let english = Naming::of(["Syria"].into_iter(), Standing::Plain).expect("a name");
        let place = Place {
            id: "iso3166:SY".to_owned(),
            country: Some("SY".to_owned()),
            population: None,
            capital: false,
            arabic,
            english,
        };
        let mut rows = String::new();
        place.write(&mut rows);
        assert_eq!(
            rows,
            "iso3166:SY\tplace\tar\tسوريا\tsafe country=SY\tسورية\niso3166:SY\tplace\ten\tSyria\tcountry=SY\n"
        );
    }
}
