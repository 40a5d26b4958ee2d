//! Why the lexicons of names can't be used.

use super::FILE_BYTES_MAX;
use crate::tag::sequence::ModelError;

/// Why the lexicons of names can't be used. They are read as a whole or not at all.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    #[error("can't read {file}: {source}")]
    Read { file: String, source: std::io::Error },
    #[error("{file} has more than {FILE_BYTES_MAX} bytes; divide it")]
    TooLarge { file: String },
    #[error("{file} is none of the files that lexicon.folder may hold: {known}")]
    UnknownFile { file: String, known: String },
    #[error("{file}, line {line}: {problem}")]
    Line { file: String, line: usize, problem: String },
    #[error("{file}: together with those before it, it has more than {limit}")]
    TooMany { file: String, limit: String },
    #[error("{file} is no model that can be used: {source}")]
    Model { file: String, source: ModelError },
    #[error("{file}: a line is a coarse class, a fine class and words, with tabs between them")]
    Classes { file: String },
}
