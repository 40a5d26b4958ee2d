//! The models that the tag room asks: those compiled in, and those of the user's folder in their place.

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use sha2::{Digest as _, Sha256};

use super::lexicon::{LexiconError, short_digest};
use super::sequence::Model;
use super::sequence::classes::WordClasses;

const NAMES_ARABIC: &str = "names_ar.bin";
const NAMES_ENGLISH: &str = "names_en.bin";
pub(super) const CLASSES_ARABIC: &str = "word_classes_ar.tsv";

/// A model of the user's at most.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Models of names, and what they are told of words.
#[derive(Debug)]
pub(super) struct Models {
    pub names_arabic: Option<Model>,
    pub names_english: Option<Model>,
    pub classes: WordClasses,
    digest: String,
}

impl Models {
    /// The models that are compiled in, read once per process.
    pub fn compiled_in() -> Arc<Self> {
        static COMPILED_IN: LazyLock<Arc<Models>> = LazyLock::new(|| {
            #[allow(clippy::expect_used)]
            // A test reads the same files.
            Arc::new(Models::read("").expect("the compiled-in models are right"))
        });
        Arc::clone(&COMPILED_IN)
    }

    /// The compiled-in models, or the file of the same name where the folder, if one is named, has one.
    pub fn load(folder: &str) -> Result<Arc<Self>, LexiconError> {
        if folder.is_empty() { Ok(Self::compiled_in()) } else { Self::read(folder).map(Arc::new) }
    }

    fn read(folder: &str) -> Result<Self, LexiconError> {
        let mut digest = Sha256::new();
        let mut file =
            |name: &str, compiled_in: &'static [u8]| -> Result<(String, Cow<'static, [u8]>), LexiconError> {
                let (shown, bytes) = bytes_of(folder, name, compiled_in)?;
                digest.update(name.as_bytes());
                digest.update(bytes.len().to_le_bytes());
                digest.update(&bytes);
                Ok((shown, bytes))
            };
        let model = |(file, bytes): (String, Cow<'static, [u8]>)| {
            Model::from_bytes(&bytes).map_err(|source| LexiconError::Model { file, source })
        };
        let names_arabic = model(file(NAMES_ARABIC, include_bytes!("../../config/models/names_ar.bin"))?)?;
        let names_english = model(file(NAMES_ENGLISH, include_bytes!("../../config/models/names_en.bin"))?)?;
        let (shown, bytes) = file(CLASSES_ARABIC, include_bytes!("../../config/models/word_classes_ar.tsv"))?;
        let classes = std::str::from_utf8(&bytes).ok().and_then(WordClasses::read);
        let classes = classes.ok_or(LexiconError::Classes { file: shown })?;
        let digest = short_digest(digest);
        Ok(Self { names_arabic: Some(names_arabic), names_english: Some(names_english), classes, digest })
    }

    /// No models, for tests of the rules.
    #[cfg(test)]
    pub fn without_names() -> Arc<Self> {
        let classes = WordClasses::default();
        Arc::new(Self { names_arabic: None, names_english: None, classes, digest: String::new() })
    }

    /// What tells these models from others: 16 hex digits of a hash over their files.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// What a file is called, and its bytes.
fn bytes_of(
    folder: &str,
    name: &str,
    compiled_in: &'static [u8],
) -> Result<(String, Cow<'static, [u8]>), LexiconError> {
    let path = Path::new(folder).join(name);
    if folder.is_empty() || !path.exists() {
        return Ok((format!("config/models/{name} (compiled in)"), Cow::Borrowed(compiled_in)));
    }
    let file = path.display().to_string();
    let fail = |source| LexiconError::Read { file: file.clone(), source };
    if std::fs::metadata(&path).map_err(fail)?.len() > FILE_BYTES_MAX {
        return Err(LexiconError::TooLarge { file });
    }
    let bytes = std::fs::read(&path).map_err(fail)?;
    Ok((file, Cow::Owned(bytes)))
}
