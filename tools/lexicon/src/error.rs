//! What can go wrong while lexicons are built.

use std::path::PathBuf;

/// Why a lexicon could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file of a package, or a lexicon, could not be read or written.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of a package is no JSON.
    #[error("{path}: {source}", path = .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A file of a package is JSON of another form than this version of it should have.
    #[error("{path}: {what}", path = .path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// A package is missing, or has another version than the one the tables were written for.
    #[error("{package} {version} is not in the folder; README.md says how to get it")]
    Package {
        /// The package's name.
        package: &'static str,
        /// The version that is wanted.
        version: &'static str,
    },
    /// A line of a hand-written table is wrong.
    #[error("{table}, line {line}: {what}")]
    Table {
        /// The table's file name.
        table: &'static str,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}
