//! `-c` and `--set`, which every command with a configuration takes, before or after its name.

use std::fmt;
use std::path::PathBuf;

use clap::Args;

use crate::config::load::ENVIRONMENT_PREFIX;
use crate::config::{ConfigError, LayerArguments, Loaded, load};

/// The layers of the configuration that stand on the command line.
#[derive(Clone, Default, Args)]
pub struct Layers {
    /// A configuration file (TOML); repeatable, later ones win
    ///
    /// A file needs only the keys that differ from the defaults. An unknown key is an error.
    #[arg(short = 'c', long = "config", value_name = "FILE", help_heading = "Configuration")]
    files: Vec<PathBuf>,

    /// One setting; repeatable, wins over files and environment
    ///
    /// The value is read by the type of the setting: text needs no quotes, a list is written with commas, for instance
    /// --set kafka.raw_topics=news.a,news.b. Do not give secrets so: other users of the host can see them.
    #[arg(long = "set", value_name = "SECTION.KEY=VALUE", help_heading = "Configuration")]
    overrides: Vec<String>,
}

impl fmt::Debug for Layers {
    /// The values of `--set` may be secrets, so there is only their number.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Layers {{ files: {:?}, overrides: {} }}", self.files, self.overrides.len())
    }
}

impl Layers {
    /// These layers with those after the command's name above them.
    #[must_use]
    pub fn with(&self, later: &Self) -> Self {
        let mut both = self.clone();
        both.files.extend(later.files.iter().cloned());
        both.overrides.extend(later.overrides.iter().cloned());
        both
    }

    /// These layers with one more setting on top: what an option of a command stands for.
    #[must_use]
    pub fn with_setting(mut self, setting: &str) -> Self {
        self.overrides.push(setting.to_owned());
        self
    }

    /// Loads the configuration from these layers and the process's environment.
    ///
    /// # Errors
    /// See [`load`].
    pub fn load(self) -> Result<Loaded, ConfigError> {
        load(&LayerArguments { files: self.files, environment: environment(), overrides: self.overrides })
    }
}

/// The variables that are settings. What is not Unicode gets replacement characters, and so fails its check by name.
fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
        .filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX))
        .map(|(name, value)| (name, value.to_string_lossy().into_owned()))
        .collect()
}
