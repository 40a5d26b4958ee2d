//! What can be wrong with a configuration: all of it at once, each with its key and where it was set.

use std::fmt;
use std::path::PathBuf;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The compiled-in `config/khabar.toml`.
    Default,
    File(PathBuf),
    /// The environment variable of this name.
    Environment(String),
    /// `--set`, or an option of a command that stands for it.
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Environment(name) => formatter.write_str(name),
            Self::CommandLine => formatter.write_str("--set"),
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The dotted key; empty where the trouble is a whole layer.
    pub key: String,
    pub origin: Origin,
    /// What is wrong, what was expected and what to do. Never quotes a secret.
    pub message: String,
}

impl Problem {
    pub fn new(key: impl Into<String>, origin: Origin, message: impl Into<String>) -> Self {
        Self { key: key.into(), origin, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            return write!(formatter, "{}: {}", self.origin, self.message);
        }
        write!(formatter, "{} ({}): {}", self.key, self.origin, self.message)
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// Never empty.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(formatter, "the configuration has {count} error{}", if count == 1 { "" } else { "s" })?;
        self.problems.iter().try_for_each(|problem| write!(formatter, "\n  {problem}"))
    }
}

/// A value as an error quotes it: escaped, and cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    match text.char_indices().nth(CHARS_MAX) {
        Some((cut, _)) => format!("{:?}…", &text[..cut]),
        None => format!("{text:?}"),
    }
}
