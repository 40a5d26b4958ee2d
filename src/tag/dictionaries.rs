//! The keyword dictionaries of the user's sources.
//!
//! Owns which file is whose: the rules per source name them, and an article's source finds its own. All are read or none.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::keyword_line::dictionary::Dictionary;
use super::lexicon::rows::{self, Source};
use super::lexicon::{LexiconError, short_digest};
use crate::sources::Sources;

/// The dictionaries by the key of their source.
#[derive(Debug, Default)]
pub(super) struct Dictionaries {
    sources: Sources,
    by_key: BTreeMap<String, Dictionary>,
    digest: String,
}

impl Dictionaries {
    /// Reads the file of every rule that names one.
    pub fn load(sources: &Sources) -> Result<Self, LexiconError> {
        let mut digest = Sha256::new();
        let mut by_key = BTreeMap::new();
        let mut rules: Vec<_> = sources.iter().filter(|rule| rule.keywords.is_some()).collect();
        rules.sort_by(|one, other| one.key.cmp(&other.key));
        for rule in rules {
            let Some(path) = &rule.keywords else { continue };
            let text = rows::read_file(path)?;
            for part in [&rule.key, &text] {
                digest.update(part.len().to_le_bytes());
                digest.update(part.as_bytes());
            }
            let file = path.display().to_string();
            by_key.insert(rule.key.clone(), Dictionary::read(Source { file: &file, text: &text })?);
        }
        if by_key.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self { sources: sources.clone(), by_key, digest: short_digest(digest) })
    }

    /// The dictionary of the source that an article has, by its key or a label of it.
    pub fn of(&self, source: Option<&str>) -> Option<&Dictionary> {
        if self.by_key.is_empty() {
            return None;
        }
        self.by_key.get(&self.sources.by_label(source?)?.key)
    }

    /// Each source with a dictionary, its different keywords, and how often they were used.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, usize, u64)> {
        self.by_key.iter().map(|(key, dictionary)| (key.as_str(), dictionary.len(), dictionary.uses()))
    }

    /// What tells these from others: 16 hex digits over the files; empty where there are none.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use crate::article::{Article, Keywords, Paragraph, ParagraphRole};
    use crate::config::settings::{LexiconSettings, SourcesSettings};
    use crate::sources::Sources;
    use crate::tag::{LexiconError, Tagger};

    const RULES: &str = "[source.sahel]\nlabels = [\"صحيفة الساحل\"]\nkeywords = \"sahel.tsv\"\n\
                         [source.atlas]\nlabels = [\"يومية الأطلس\"]\n";

    fn tagger(folder: &Path, dictionary: &str) -> Result<Tagger, LexiconError> {
        let file = folder.join("sources.toml");
        fs::write(&file, RULES).unwrap();
        fs::write(folder.join("sahel.tsv"), dictionary).unwrap();
        let sources = Sources::load(&SourcesSettings { file: file.display().to_string() }).unwrap();
        Tagger::load(&LexiconSettings::default(), &sources)
    }

    fn keywords(tagger: &Tagger, source: Option<&str>) -> Vec<String> {
        let text = "افتتحت البلدية ساحة الميناء القديم بعد ترميمها، وحضر سكان الحي حفل الافتتاح مساء أمس.";
        let article = Article {
            source: source.map(str::to_owned),
            paragraphs: vec![Paragraph { text: text.to_owned(), role: ParagraphRole::Text }],
            keywords: Some(Keywords {
                raw: "عدسة الحي بوصلة الميناء قهوة".to_owned(), list: Vec::new()
            }),
            ..Article::default()
        };
        tagger.tag(&article).keywords.unwrap().list
    }

    #[test]
    fn the_articles_source_finds_its_dictionary_by_key_or_label() {
        let folder = tempfile::tempdir().unwrap();
        let own = tagger(folder.path(), "40\tعدسة الحي\n30\tبوصلة الميناء\n20\tقهوة\n").unwrap();
        let divided = ["عدسة الحي", "بوصلة الميناء", "قهوة"];
        assert_eq!(keywords(&own, Some("sahel")), divided);
        assert_eq!(keywords(&own, Some("صحيفة الساحل")), divided);
        let without = keywords(&Tagger::compiled_in(), Some("sahel"));
        assert_ne!(without, divided);
        for source in [None, Some("atlas"), Some("npr"), Some("nobody.example")] {
            assert_eq!(keywords(&own, source), without, "{source:?}");
        }
    }

    #[test]
    fn a_dictionary_is_told_by_the_digest_and_an_empty_one_changes_no_line() {
        let folder = tempfile::tempdir().unwrap();
        let compiled_in = Tagger::compiled_in();
        let none = Tagger::load(&LexiconSettings::default(), &Sources::default()).unwrap();
        assert_eq!(none.lexicons(), compiled_in.lexicons());
        let one = tagger(folder.path(), "1\tمصر\n").unwrap();
        let other = tagger(folder.path(), "2\tمصر\n").unwrap();
        let empty = tagger(folder.path(), "").unwrap();
        let digests = [&none, &one, &other, &empty].map(|tagger| tagger.lexicons().to_owned());
        assert_eq!(digests.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
        assert_eq!(keywords(&empty, Some("sahel")), keywords(&none, Some("sahel")));
    }

    #[test]
    fn a_wrong_dictionary_is_refused_by_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let error = tagger(folder.path(), "1\tمصر\nقهوة\n").unwrap_err().to_string();
        assert!(error.contains("sahel.tsv, line 2: expected 2 columns"), "{error}");
        fs::write(folder.path().join("sahel.tsv"), b"1\ta\n1\t\xff\n").unwrap();
        let load = || {
            let sources = folder.path().join("sources.toml").display().to_string();
            let sources = Sources::load(&SourcesSettings { file: sources }).unwrap();
            Tagger::load(&LexiconSettings::default(), &sources).unwrap_err().to_string()
        };
        assert!(load().contains("sahel.tsv, line 2: the line is not UTF-8"), "{}", load());
        fs::remove_file(folder.path().join("sahel.tsv")).unwrap();
        assert!(load().contains("can't read") && load().contains("sahel.tsv"), "{}", load());
    }

    #[test]
    fn a_million_keywords_are_read() {
        use std::fmt::Write as _;
        let mut rows = String::new();
        for number in 0..1_000_000 {
            writeln!(rows, "{}\tميناء {number}", number % 7 + 1).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let own = tagger(folder.path(), &rows).unwrap();
        assert_eq!(own.dictionaries().next(), Some(("sahel", 1_000_000, 3_999_997)));
        assert!(!keywords(&own, Some("sahel")).is_empty());
    }
}
