//! What is wrong with names that can be read: twice the same, of two entities, common words, too short, in one language
//! only.

use hashbrown::{HashMap, HashSet};
use xxhash_rust::xxh3::xxh3_64;

use super::{Findings, Severity, columns, quoted};
use crate::lexicon_tools::import::names::is_short;
use crate::tag::lexicon::rows::Row;
use crate::tag::lexicon::vocabulary::word;
use crate::tag::lexicon::{Reader, flag, name_key};
use crate::tag::text::{Text, shape};

/// A place with more people than so many times another's is meant by a name of both; as in the tag room.
const POPULATION_LEAD: u64 = 3;

/// Ids of imported entities, which databases name in one language as often as in two.
const IMPORTED: [&str; 2] = ["wikidata:", "geonames:"];

const COMMON: u16 = word::COMMON | word::NOT_A_NAME | word::SPEECH_VERB;

#[derive(Debug)]
struct Entity<'a> {
    id: &'a str,
    population: u64,
    is_capital: bool,
    languages: Vec<&'a str>,
    /// File and line of its first row.
    place: (usize, usize),
    /// A row took it back.
    is_removed: bool,
}

#[derive(Debug)]
struct Name<'a> {
    entity: u32,
    /// Hash of the folded words.
    key: u64,
    text: &'a str,
    language: &'a str,
    flags: u8,
    file: usize,
    line: usize,
}

/// The names of all rows.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    by_id: HashMap<&'a str, u32>,
    entities: Vec<Entity<'a>>,
    told: Vec<Name<'a>>,
    /// Names of an entity that are taken back, up to a place in `told`.
    removed: HashMap<(u32, u64), usize>,
}

impl<'a> Names<'a> {
    pub fn entities(&self) -> usize {
        self.by_id.len()
    }

    pub fn len(&self) -> usize {
        self.told.len()
    }

    /// Adds a row that can be read.
    pub fn add(&mut self, file: usize, row: &Row<'a>, findings: &mut Findings) {
        let [id, _, language, name, flags, aliases] = columns::<6>(row);
        if let Some(id) = id.strip_prefix('-') {
            self.remove(id, name);
            return;
        }
        let number = *self.by_id.entry(id).or_insert_with(|| {
            self.entities.push(Entity {
                id,
                population: 0,
                is_capital: false,
                languages: Vec::new(),
                place: (file, row.line),
                is_removed: false,
            });
            u32::try_from(self.entities.len() - 1).unwrap_or(u32::MAX)
        });
        let entity = &mut self.entities[number as usize];
        if !entity.languages.contains(&language) {
            entity.languages.push(language);
        }
        let mut bits = 0;
        for flag in flags.split_whitespace() {
            match flag {
                "safe" => bits |= flag::SAFE,
                "ambiguous" => bits |= flag::AMBIGUOUS,
                "capital" => entity.is_capital = true,
                _ => {}
            }
            if let Some(population) = flag.strip_prefix("population=").and_then(|text| text.parse().ok()) {
                entity.population = population;
            }
        }
        let first = self.told.len();
        for (index, text) in
            [name].into_iter().chain(aliases.split('|').filter(|_| !aliases.is_empty())).enumerate()
        {
            let text = text.trim();
            let (text, weak) = match text.strip_prefix('~') {
                Some(rest) if index > 0 => (rest.trim(), flag::WEAK),
                _ => (text, 0),
            };
            let key = xxh3_64(name_key(text).as_bytes());
            let twice = self.told[first..].iter().find(|known| known.key == key);
            if let Some(twice) = twice {
                let problem = format!("{} and {} are one name", quoted(twice.text), quoted(text));
                findings.add(
                    file,
                    row.line,
                    Severity::Note,
                    problem,
                    "one spelling is enough; take the other out",
                );
                continue;
            }
            self.told.push(Name {
                entity: number,
                key,
                text,
                language,
                flags: bits | weak,
                file,
                line: row.line,
            });
        }
    }

    fn remove(&mut self, id: &str, name: &str) {
        let Some(&number) = self.by_id.get(id) else { return };
        if name.is_empty() {
            self.by_id.remove(id);
            self.entities[number as usize].is_removed = true;
        } else {
            let key = xxh3_64(name_key(name).as_bytes());
            self.removed.insert((number, key), self.told.len());
        }
    }

    /// Whether no row took the name back.
    fn counts(&self, place: usize) -> bool {
        let name = &self.told[place];
        let until = self.removed.get(&(name.entity, name.key)).copied().unwrap_or_default();
        place >= until && !self.entities[name.entity as usize].is_removed
    }

    /// What all rows together show.
    pub fn check(&self, reader: &Reader, findings: &mut Findings) {
        self.check_languages(findings);
        let mut order: Vec<usize> = (0..self.told.len()).filter(|place| self.counts(*place)).collect();
        for place in &order {
            check_word(&self.told[*place], reader, findings);
        }
        order.sort_unstable_by_key(|place| (self.told[*place].key, *place));
        for same in order.chunk_by(|one, other| self.told[*one].key == self.told[*other].key) {
            if same.len() > 1 {
                self.check_repeats(same, findings);
                self.check_homonyms(same, findings);
            }
        }
    }

    fn check_languages(&self, findings: &mut Findings) {
        for entity in self.entities.iter().filter(|entity| !entity.is_removed) {
            let lacks = ["ar", "en"].into_iter().find(|language| !entity.languages.contains(language));
            let Some(language) = lacks else { continue };
            let is_imported = IMPORTED.iter().any(|scheme| entity.id.starts_with(scheme));
            let severity = if is_imported { Severity::Note } else { Severity::Warning };
            let problem = format!("{} has no row in {language}", entity.id);
            findings.add(entity.place.0, entity.place.1, severity, problem, "add one");
        }
    }

    /// The same name of the same entity and language in two rows.
    fn check_repeats(&self, same: &[usize], findings: &mut Findings) {
        let mut first = HashMap::new();
        for name in same.iter().map(|place| &self.told[*place]) {
            let before: &Name = first.entry((name.entity, name.language)).or_insert(name);
            if std::ptr::eq(before, name) {
                continue;
            }
            let in_file = if before.file == name.file { "" } else { " of " };
            let file = if in_file.is_empty() { "" } else { &findings.files[before.file].name };
            let problem = format!(
                "{} is a name of {} in line {}{in_file}{file} already",
                quoted(name.text),
                self.entities[name.entity as usize].id,
                before.line
            );
            findings.add(name.file, name.line, Severity::Note, problem, "take one of them out");
        }
    }

    /// A name that two entities have, and nothing says which is meant: then it means neither.
    fn check_homonyms(&self, same: &[usize], findings: &mut Findings) {
        let mut entities = HashSet::new();
        let mut strong: Vec<&Name> = same
            .iter()
            .map(|place| &self.told[*place])
            .filter(|name| name.flags & (flag::WEAK | flag::AMBIGUOUS) == 0 && entities.insert(name.entity))
            .collect();
        let sure: Vec<&Name> = strong.iter().copied().filter(|name| name.flags & flag::SAFE != 0).collect();
        if !sure.is_empty() {
            strong = sure;
        }
        let Some((first, others)) = strong.split_first() else { return };
        let mut best = *first;
        let mut tie = None;
        for name in others {
            match self.rank(name.entity, best.entity) {
                std::cmp::Ordering::Greater => (best, tie) = (name, None),
                std::cmp::Ordering::Equal => tie = Some(*name),
                std::cmp::Ordering::Less => {}
            }
        }
        let Some(tie) = tie else { return };
        let (severity, remedy) = if tie.flags & best.flags & flag::SAFE != 0 {
            (
                Severity::Error,
                "only one of them can be safe; make the other ambiguous, or the alias weak with ~",
            )
        } else {
            (
                Severity::Warning,
                "make one of them ambiguous, or the alias weak with ~, or tell the population of places",
            )
        };
        let problem = format!(
            "{} is a name of {} and of {} ({}, line {}), and nothing says which is meant",
            quoted(tie.text),
            self.entities[tie.entity as usize].id,
            self.entities[best.entity as usize].id,
            findings.files[best.file].name,
            best.line
        );
        findings.add(tie.file, tie.line, severity, problem, remedy);
    }

    /// Which entity a name of both means, as the tag room sees it.
    fn rank(&self, one: u32, other: u32) -> std::cmp::Ordering {
        let (one, other) = (&self.entities[one as usize], &self.entities[other as usize]);
        let is_country = |entity: &Entity| entity.id.starts_with("iso3166:");
        let larger = |one: &Entity, two: &Entity| one.population / POPULATION_LEAD > two.population;
        is_country(one)
            .cmp(&is_country(other))
            .then(one.is_capital.cmp(&other.is_capital))
            .then(larger(one, other).cmp(&larger(other, one)))
    }
}

/// What is wrong with a name by itself.
fn check_word(name: &Name, reader: &Reader, findings: &mut Findings) {
    if name.flags & (flag::WEAK | flag::AMBIGUOUS) != 0 {
        return;
    }
    let text = Text::of(name.text);
    let [token] = text.tokens() else { return };
    if is_short(&text) {
        let problem = format!("{} is so short that it is something else more often", quoted(name.text));
        let remedy = "make the row ambiguous, or the alias weak with ~";
        findings.add(name.file, name.line, Severity::Warning, problem, remedy);
    }
    // A plain name that is a common word needs context anyway, and one in capitals stands in capitals.
    if name.flags & flag::SAFE != 0
        && !token.is(shape::CAPITALS)
        && reader.traits(text.folded(token)) & COMMON != 0
    {
        let problem = format!("{} is safe, and a common word, too", quoted(name.text));
        let remedy = "make the row ambiguous, or the alias weak with ~, if it is not always the name";
        findings.add(name.file, name.line, Severity::Warning, problem, remedy);
    }
}
