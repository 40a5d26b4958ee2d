//! Adds language (also that of passages in another one), direction, keywords, mentions, entities, countries, subjects and quotes to an article. No I/O once its
//! lexicons and models are loaded, no clock, no Kafka.
//!
//! Owns what is said *about* a parsed text; it never changes the text itself. Every tag is a pure function of the
//! article, the lexicons and the models, so any replica gives the same ones.

mod arabic;
mod clitics;
mod countries;
mod dictionaries;
mod entities;
mod hints;
mod keyphrases;
pub(crate) mod keyword_line;
pub(crate) mod keywords;
#[cfg(test)]
pub(crate) mod labelled;
mod language;
mod latin;
pub mod learning;
pub(crate) mod lexicon;
mod matching;
mod memo;
mod mentions;
mod models;
pub mod ngrams;
mod passages;
mod quotes;
mod script;
pub mod sequence;
mod stated;
mod subjects;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use std::sync::Arc;

use crate::article::{Article, Flaw, Tags, hash128, hex};
use crate::config::settings::LexiconSettings;
use crate::sources::Sources;

use dictionaries::Dictionaries;
pub use language::MainLanguage;
use lexicon::Lexicon;
pub use lexicon::LexiconError;
use models::Models;

/// Version of this room's rules; it grows with every change that can change a tag.
pub const TAGGER_VERSION: u32 = 11;

/// Flaw: the article has more words, names or entities than are looked at or shown.
pub const FLAW_MENTIONS_CUT: &str = "mentions_cut";

/// Letters of headline and body are looked at within this many characters from the headline's start. More costs more,
/// and what a page leaves behind an article (styles, scripts, boxes) is not its language.
pub const SCANNED_CHARS_MAX: usize = 1_000;

/// The tag room with its lexicons and models. Built once per process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Tagger {
    lexicon: Arc<Lexicon>,
    models: Arc<Models>,
    dictionaries: Arc<Dictionaries>,
    digest: Arc<str>,
}

impl Tagger {
    /// Reads lexicons and models: those that are compiled in, the files of `lexicon.folder`, and the keyword dictionaries
    /// that the rules per source name.
    pub fn load(settings: &LexiconSettings, sources: &Sources) -> Result<Self, LexiconError> {
        let dictionaries = Dictionaries::load(sources)?;
        Ok(Self::of(Lexicon::load(&settings.folder)?, Models::load(&settings.folder)?, dictionaries))
    }

    /// With the lexicons and models that are compiled in.
    #[must_use]
    pub fn compiled_in() -> Self {
        Self::of(Lexicon::compiled_in(), Models::compiled_in(), Dictionaries::default())
    }

    fn of(lexicon: Arc<Lexicon>, models: Arc<Models>, dictionaries: Dictionaries) -> Self {
        let digests = format!("{}{}{}", lexicon.digest(), models.digest(), dictionaries.digest());
        let digest = hex(&hash128(digests.as_bytes()))[..lexicon.digest().len()].into();
        Self { lexicon, models, dictionaries: Arc::new(dictionaries), digest }
    }

    /// What tells its lexicons, models and dictionaries from others: 16 hex digits.
    #[must_use]
    pub fn lexicons(&self) -> &str {
        &self.digest
    }

    /// How much the lexicons hold: entities, names, words.
    #[must_use]
    pub fn sizes(&self) -> [usize; 3] {
        self.lexicon.sizes()
    }

    /// Each source that has a keyword dictionary, how many different keywords that has, and how often they were used.
    pub fn dictionaries(&self) -> impl Iterator<Item = (&str, usize, u64)> {
        self.dictionaries.sizes()
    }

    /// Tags one article: language (BCP 47, `und` where nothing can be told), direction, keywords, who and what is named
    /// where, what it is about, and who is quoted.
    #[must_use]
    pub fn tag(&self, article: &Article) -> Tags {
        self.tag_in(article, &MainLanguage::of(article))
    }

    /// The same where the article's language was told before.
    #[must_use]
    pub fn tag_in(&self, article: &Article, language: &MainLanguage) -> Tags {
        let mut tags = language.alone();
        tags.paragraph_languages = passages::of(article, language.tag(), language.script());
        self.read(article, &mut tags);
        tags
    }

    /// Adds what the words of headline and body say, divided once for all of it.
    fn read(&self, article: &Article, tags: &mut Tags) {
        let mut source = article.headline.clone().unwrap_or_default();
        source.push_str("\n\n");
        let (body_byte, body_start) = (source.len(), source.chars().count());
        source.push_str(&article.body());
        let text = text::Text::of(&source);
        let language = mentions::Language::of(&tags.language);
        let matches = matching::matches(&text, &self.lexicon, language == mentions::Language::Arabic);
        let reading = mentions::Reading::new(&text, &matches, &self.lexicon, language);
        let found = mentions::find(reading, &self.models);
        // The text's offsets have 32 bits, else it has no words.
        let parts = entities::Parts::new(&text, body_byte, u32::try_from(body_start).unwrap_or(u32::MAX));
        // Names and subjects are the same in all that is written as Arabic is: arz, apc.
        let primary = match language {
            mentions::Language::Arabic => "ar",
            _ => tags.language.split('-').next().unwrap_or_default(),
        };
        let grouped = entities::group(parts, &self.lexicon, &found, primary);
        tags.countries = countries::of(parts, &matches, &self.lexicon, &found, primary);
        // An offset beyond 32 bits is one of a text without words.
        let headline_bytes = u32::try_from(body_byte).unwrap_or(u32::MAX);
        tags.subjects = subjects::of(&text, &matches, headline_bytes, &self.lexicon.subjects, primary);
        tags.entities = grouped.entities;
        tags.mentions = grouped.mentions;
        tags.keywords = keywords::of(
            article.keywords.as_ref(),
            keyphrases::Reading { parts, matches: &matches, entities: &tags.entities, language },
            &self.lexicon,
            self.dictionaries.of(article.source.as_deref()),
        );
        tags.quotes = quotes::find(quotes::Quoting {
            parts,
            body_byte,
            matches: &matches,
            lexicon: &self.lexicon,
            mentions: &tags.mentions,
            entities: &tags.entities,
            language,
        });
        if grouped.is_cut || text.is_cut() || matches.is_cut || found.len() == mentions::MENTIONS_MAX {
            tags.flaws.push(Flaw::new(FLAW_MENTIONS_CUT));
        }
    }
}

/// Tags one article with the lexicons that are compiled in.
#[cfg(test)]
pub(crate) fn tag(article: &Article) -> Tags {
    Tagger::compiled_in().tag(article)
}

/// Whether words of this language are written without spaces between them, so that a count of words separated by
/// white space says nothing.
#[must_use]
pub fn is_unspaced(language: &str) -> bool {
    const UNSPACED: [&str; 13] =
        ["zh", "yue", "wuu", "nan", "hak", "cmn", "ja", "th", "lo", "km", "my", "bo", "dz"];
    let primary = language.split('-').next().unwrap_or(language);
    UNSPACED.contains(&primary)
}

/// The characters that tell the language: the headline, then the body, up to [`SCANNED_CHARS_MAX`].
fn scanned_chars(article: &Article) -> impl Iterator<Item = char> + Clone {
    let headline = article.headline.as_deref().unwrap_or_default();
    let body =
        article.paragraphs.iter().flat_map(|paragraph| std::iter::once(' ').chain(paragraph.text.chars()));
    headline.chars().chain(body).take(SCANNED_CHARS_MAX)
}
