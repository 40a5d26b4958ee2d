//! The lexicons that tags come from: entities with their names, and words that speak for names.
//!
//! Owns the files under `config/lexicon` that are about names, compiled in, and a folder of the user's with files of the
//! same names, whose rows come after. All or nothing: a wrong line is an error that names it.

mod entities;
mod error;
mod names;
pub(crate) mod roles;
pub(crate) mod rows;
#[cfg(test)]
mod tests;
pub(crate) mod vocabulary;
mod words;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use hashbrown::HashMap;
use sha2::{Digest as _, Sha256};

pub(crate) use entities::{ENTITIES_MAX, NAME_BYTES_MAX, NAME_WORDS_MAX, NAMES_MAX, key as name_key};
pub use error::LexiconError;
pub(crate) use names::{Entity, Name, flag};
pub(crate) use words::{PHRASE_WORDS_MAX, country_number};

use super::models::CLASSES_ARABIC;
use super::subjects::Subjects;
use super::text::Text;
use names::{Builder, OtherName, text_of};
use roles::Roles;
use rows::Source;
use vocabulary::{NONE, Vocabulary, hash};

/// A file of the user's at most.
pub(crate) const FILE_BYTES_MAX: u64 = 256 << 20;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Entities,
    Titles,
    Nationalities,
    GivenNames,
    CommonWords,
    WordRoles,
    SubjectNames,
    Subjects,
}

/// Names of different entities with the same words that are looked at.
pub(crate) const HOMONYMS_MAX: usize = 64;

/// The files, in the order of reading.
const FILES: [(&str, Content, &str); 14] = [
    ("organisations.tsv", Content::Entities, include_str!("../../../config/lexicon/organisations.tsv")),
    ("people.tsv", Content::Entities, include_str!("../../../config/lexicon/people.tsv")),
    ("places.tsv", Content::Entities, include_str!("../../../config/lexicon/places.tsv")),
    ("currencies.tsv", Content::Entities, include_str!("../../../config/lexicon/currencies.tsv")),
    ("events.tsv", Content::Entities, include_str!("../../../config/lexicon/events.tsv")),
    ("works.tsv", Content::Entities, include_str!("../../../config/lexicon/works.tsv")),
    ("titles.tsv", Content::Titles, include_str!("../../../config/lexicon/titles.tsv")),
    ("nationalities.tsv", Content::Nationalities, include_str!("../../../config/lexicon/nationalities.tsv")),
    ("given_names.tsv", Content::GivenNames, include_str!("../../../config/lexicon/given_names.tsv")),
    ("common_words.tsv", Content::CommonWords, include_str!("../../../config/lexicon/common_words.tsv")),
    ("word_roles.tsv", Content::WordRoles, include_str!("../../../config/lexicon/word_roles.tsv")),
    ("subject_names.tsv", Content::SubjectNames, include_str!("../../../config/lexicon/subject_names.tsv")),
    ("subject_words.tsv", Content::Subjects, include_str!("../../../config/lexicon/subject_words.tsv")),
    ("subjects.tsv", Content::Subjects, include_str!("../../../config/lexicon/subjects.tsv")),
];

/// Files that only a user's folder has: `khabar lexicon import` writes them. They are read before the others of the folder,
/// which can so take back what was imported.
const IMPORTED: [(&str, Content); 2] =
    [("geonames.tsv", Content::Entities), ("wikidata.tsv", Content::Entities)];

/// Bytes of the digest that a record names.
const DIGEST_BYTES: usize = 8;

/// All lexicons about names, ready to be asked.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub vocabulary: Vocabulary,
    pub roles: Roles,
    texts: String,
    names: Vec<Name>,
    entities: Vec<Entity>,
    others: Vec<OtherName>,
    nationalities: words::Nationalities,
    /// The entity of each country.
    countries: HashMap<u16, u32>,
    pub subjects: Subjects,
    digest: String,
}

impl Lexicon {
    /// The lexicons that are compiled in, read once per process.
    pub fn compiled_in() -> Arc<Self> {
        static COMPILED_IN: LazyLock<Arc<Lexicon>> = LazyLock::new(|| {
            let read = Lexicon::read(&[Layer::compiled_in()]);
            #[allow(clippy::expect_used)]
            // A test reads the same files.
            Arc::new(read.expect("the compiled-in lexicons are right"))
        });
        Arc::clone(&COMPILED_IN)
    }

    /// The compiled-in lexicons and, where `folder` is not empty, the files in it.
    pub fn load(folder: &str) -> Result<Arc<Self>, LexiconError> {
        if folder.is_empty() {
            return Ok(Self::compiled_in());
        }
        Self::read(&[Layer::compiled_in(), Layer::of_folder(Path::new(folder))?]).map(Arc::new)
    }

    /// The files of a folder alone.
    #[cfg(test)]
    pub fn of_folder(folder: &Path) -> Result<Arc<Self>, LexiconError> {
        Self::read(&[Layer::of_folder(folder)?]).map(Arc::new)
    }

    fn read(layers: &[Layer]) -> Result<Self, LexiconError> {
        let mut reader = Reader::default();
        let mut digest = Sha256::new();
        for layer in layers {
            for (file, content) in &layer.files {
                digest.update(file.key.as_bytes());
                digest.update(file.text.len().to_le_bytes());
                digest.update(file.text.as_bytes());
                reader.read(*content, Source { file: &file.name, text: &file.text })?;
            }
        }
        let Reader { mut builder, entities, nationalities, roles, subjects } = reader;
        entities.build(&mut builder)?;
        Ok(Self::assemble(builder, nationalities, roles, subjects, short_digest(digest)))
    }

    fn assemble(
        mut builder: Builder,
        nationalities: words::Nationalities,
        roles: Roles,
        mut subjects: Subjects,
        digest: String,
    ) -> Self {
        builder.vocabulary.shrink();
        subjects.settle();
        builder.others.sort_by_key(|other| other.entity);
        let mut countries = HashMap::new();
        for (entity, number) in builder.entities.iter().zip(0..) {
            if let Some(code) =
                text_of(&builder.texts, entity.id).strip_prefix("iso3166:").and_then(rows::country)
            {
                countries.insert(country_number(code), number);
            }
        }
        let Builder { mut texts, mut entities, mut names, others, vocabulary } = builder;
        texts.shrink_to_fit();
        entities.shrink_to_fit();
        names.shrink_to_fit();
        Self { vocabulary, roles, texts, names, entities, others, nationalities, countries, subjects, digest }
    }

    /// What tells these lexicons from others: 16 hex digits of a hash over all files of all layers.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    pub fn name(&self, number: u32) -> Name {
        self.names[number as usize]
    }

    pub fn entity(&self, number: u32) -> &Entity {
        &self.entities[number as usize]
    }

    pub fn id(&self, entity: u32) -> &str {
        text_of(&self.texts, self.entity(entity).id)
    }

    /// The canonical name in a language (its primary subtag), if it has one.
    pub fn name_in(&self, entity: u32, language: &str) -> Option<&str> {
        let found = self.entity(entity);
        let piece = match language {
            "ar" => found.arabic,
            "en" => found.english,
            other => {
                let from = self.others.partition_point(|name| name.entity < entity);
                let mut names = self.others[from..].iter().take_while(|name| name.entity == entity);
                names.find(|name| text_of(&self.texts, name.language) == other)?.name
            }
        };
        Some(text_of(&self.texts, piece)).filter(|name| !name.is_empty())
    }

    /// The names with these words, whatever their spelling.
    pub fn named(&self, name: &str) -> impl Iterator<Item = Name> {
        let text = Text::of(name);
        let mut words = text.tokens().iter().map(|token| {
            let folded = text.folded(token);
            self.vocabulary.find(hash(folded))
        });
        let mut node = words.next().map_or(NONE, |word| word.node);
        for word in words {
            node = if node == NONE { NONE } else { self.vocabulary.next_node(node, word.number) };
        }
        self.names_from(if node == NONE { NONE } else { self.vocabulary.node(node).ending.first_name })
    }

    /// The name with this number and those with the same words behind it.
    pub fn names_from(&self, number: u32) -> impl Iterator<Item = Name> {
        let mut next = number;
        std::iter::from_fn(move || {
            let name = (next != NONE).then(|| self.name(next))?;
            next = name.next;
            Some(name)
        })
    }

    /// The country of an adjective of several words that ends at this node.
    pub fn nationality_of(&self, node: u32) -> Option<u16> {
        self.nationalities.get(&node).copied()
    }

    pub fn has_nationalities_of_words(&self) -> bool {
        !self.nationalities.is_empty()
    }

    /// The entity of a country.
    pub fn country(&self, country: u16) -> Option<u32> {
        self.countries.get(&country).copied()
    }

    /// How much it holds: entities, names, words.
    pub fn sizes(&self) -> [usize; 3] {
        [self.entities.len(), self.names.len(), self.vocabulary.len()]
    }
}

/// The beginning of a hash, in hex, as records name it.
pub(super) fn short_digest(digest: Sha256) -> String {
    digest.finalize()[..DIGEST_BYTES].iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Takes in files, one after the other, or their rows.
#[derive(Debug, Default)]
pub(crate) struct Reader<'a> {
    builder: Builder,
    entities: entities::Entities<'a>,
    nationalities: words::Nationalities,
    roles: Roles,
    subjects: Subjects,
}

impl<'a> Reader<'a> {
    pub fn read(&mut self, content: Content, source: Source<'a>) -> Result<(), LexiconError> {
        let vocabulary = &mut self.builder.vocabulary;
        match content {
            Content::Entities => self.entities.read(source),
            Content::Titles => words::read_titles(source, vocabulary),
            Content::Nationalities => words::read_nationalities(source, vocabulary, &mut self.nationalities),
            Content::GivenNames => words::read_given_names(source, vocabulary),
            Content::CommonWords => words::read_common_words(source, vocabulary),
            Content::WordRoles => self.roles.read(source),
            Content::SubjectNames => self.subjects.read_names(source),
            Content::Subjects => self.subjects.read_phrases(source),
        }
    }

    /// What is known of a folded word so far: bits of [`vocabulary::word`].
    pub fn traits(&self, word: &str) -> u16 {
        let vocabulary = &self.builder.vocabulary;
        vocabulary.facts(vocabulary.find(hash(word)).number).map_or(0, |facts| facts.traits)
    }
}

/// The files of one origin.
#[derive(Debug)]
pub(crate) struct Layer {
    pub files: Vec<(File, Content)>,
}

#[derive(Debug)]
pub(crate) struct File {
    /// As error messages call it.
    pub name: String,
    /// As the digest calls it.
    key: &'static str,
    pub text: std::borrow::Cow<'static, str>,
}

impl Layer {
    pub fn compiled_in() -> Self {
        let file = |(key, content, text): &(&'static str, Content, &'static str)| {
            let name = format!("config/lexicon/{key} (compiled in)");
            (File { name, key, text: (*text).into() }, *content)
        };
        Self { files: FILES.iter().map(file).collect() }
    }

    /// The files of a folder, which may be any of [`IMPORTED`] and [`FILES`] and no other tables.
    pub fn of_folder(folder: &Path) -> Result<Self, LexiconError> {
        let fail = |file: &Path| {
            let file = file.display().to_string();
            |source| LexiconError::Read { file, source }
        };
        // Sorted, so that the first error is always the same.
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(fail(folder))? {
            let path = entry.map_err(fail(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "tsv") {
                found.insert(path.file_name().unwrap_or_default().to_owned(), path);
            }
        }
        let mut files = Vec::new();
        for (key, content) in IMPORTED.into_iter().chain(FILES.map(|(key, content, _)| (key, content))) {
            let Some(path) = found.remove(std::ffi::OsStr::new(key)) else { continue };
            let name = path.display().to_string();
            let text = rows::read_file(&path)?;
            files.push((File { name, key, text: text.into() }, content));
        }
        // Of the models.
        found.remove(std::ffi::OsStr::new(CLASSES_ARABIC));
        if let Some((_, path)) = found.pop_first() {
            let known: Vec<&str> =
                FILES.iter().map(|(key, ..)| *key).chain(IMPORTED.map(|(key, _)| key)).collect();
            let known = known.join(", ");
            return Err(LexiconError::UnknownFile { file: path.display().to_string(), known });
        }
        Ok(Self { files })
    }
}
