//! The level of a claims log: engine version and parameters, recorded in the log itself.
//!
//! Claims after a level record are judged by it, on every replica. A binary that doesn't know the log's engine must not
//! judge; a configuration that differs from the log's level must not start.

use serde::{Deserialize, Serialize};

use crate::config::settings::{DedupSettings, Near};
use crate::sources::Sources;

/// Codes of a sketch, as they stand in the log.
const SKETCH_CODES: u32 = 48;
const _: () = assert!(SKETCH_CODES as usize == crate::dedup::sketch::SKETCH_SIZE);

/// The rules of verdicts. A binary has the current ones and those before them: after a rolling upgrade it judges by the
/// log's until the level is raised. New rules get a variant here, behind all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// Its claims carry no pairs of numerals, and none are compared where one side has none: the rules are those of the
    /// third in all else.
    Two,
    /// The local replay of [`super::near`], with numerals in their order. Numbers only part texts.
    Three,
    /// Numbers that agree also join texts: those that are far apart, and those without a common lead.
    Four,
    /// The versions of a page that is fetched often are spread over its past.
    Five,
}

impl Engine {
    /// What a new log begins with, and what `khabar claims level --raise` asks for.
    pub const CURRENT: Self = Self::Five;

    /// As it stands in the log.
    pub const fn number(self) -> u32 {
        match self {
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
            Self::Five => 5,
        }
    }

    /// `None` where this binary doesn't have it.
    pub const fn of(number: u32) -> Option<Self> {
        match number {
            2 => Some(Self::Two),
            3 => Some(Self::Three),
            4 => Some(Self::Four),
            5 => Some(Self::Five),
            _ => None,
        }
    }
}

/// The current engine's number.
pub const ENGINE: u32 = Engine::CURRENT.number();
const HOUR_MS: i64 = 3_600_000;

/// Everything that a verdict depends on beside the claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    pub engine: u32,
    pub window_hours: u32,
    pub sketch_size: u32,
    pub revision_novelty_permille: u16,
    pub revision_similarity_permille: u16,
    /// `off`, `mark` or `suppress`, as the setting.
    pub near: String,
    /// What an article must add to be more than a repeat; absent where `near` is off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addition: Option<Addition>,
    /// Which sources have a policy of their own, as [`Sources::dedup_policies`] tells it. A verdict asks
    /// the claim for its source's policy: this keeps replicas apart that would write other claims. Absent where nobody
    /// told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_policies: Option<String>,
}

/// How much an article that matches an earlier one must add so that it isn't suppressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addition {
    /// An article of which at most this share (0 to 1000) is new is a repeat, however long it is.
    pub novelty_permille: u16,
    /// An article with at most so many new words is a repeat, unless most of it is new.
    pub words: u32,
}

/// By what stories are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoryRules {
    pub engine: Engine,
    pub addition: Addition,
}

impl Level {
    /// The level that a configuration asks for, whatever its sources.
    pub fn from_settings(settings: &DedupSettings) -> Self {
        Self {
            engine: ENGINE,
            window_hours: settings.window_hours,
            sketch_size: SKETCH_CODES,
            revision_novelty_permille: settings.revision_novelty_permille,
            revision_similarity_permille: settings.revision_similarity_permille,
            near: settings.near.name().to_owned(),
            addition: (settings.near != Near::Off).then_some(Addition {
                novelty_permille: settings.near_novelty_permille,
                words: settings.near_words,
            }),
            source_policies: None,
        }
    }

    /// The same with the policies of single sources, as a worker asks for it.
    pub fn of_worker(settings: &DedupSettings, sources: &Sources) -> Self {
        Self { source_policies: Some(sources.dedup_policies()), ..Self::from_settings(settings) }
    }

    /// Whether near and contained articles go to the duplicates, and not to the enriched.
    pub fn suppresses_near(&self) -> bool {
        self.near == Near::Suppress.name()
    }

    /// `None` where texts aren't compared at all, or by an engine that this binary doesn't have.
    pub fn story_rules(&self) -> Option<StoryRules> {
        Some(StoryRules { engine: Engine::of(self.engine)?, addition: self.addition? })
    }

    /// W in milliseconds.
    pub fn window_ms(&self) -> i64 {
        i64::from(self.window_hours) * HOUR_MS
    }

    /// Whether this binary can judge by it.
    pub fn is_known(&self) -> bool {
        Engine::of(self.engine).is_some()
            && self.sketch_size as usize == crate::dedup::sketch::SKETCH_SIZE
            && (self.near == Near::Off.name()) == self.addition.is_none()
            && [Near::Off, Near::Mark, Near::Suppress].iter().any(|near| self.near == near.name())
    }

    /// Each value under the name of its setting.
    pub fn values(&self) -> [(&'static str, String); 9] {
        let of_addition =
            |value: fn(&Addition) -> String| self.addition.as_ref().map_or_else(|| "none".to_owned(), value);
        [
            ("engine", self.engine.to_string()),
            ("dedup.window_hours", self.window_hours.to_string()),
            ("sketch size", self.sketch_size.to_string()),
            ("dedup.revision_novelty_permille", self.revision_novelty_permille.to_string()),
            ("dedup.revision_similarity_permille", self.revision_similarity_permille.to_string()),
            ("dedup.near", self.near.clone()),
            ("dedup.near_novelty_permille", of_addition(|addition| addition.novelty_permille.to_string())),
            ("dedup.near_words", of_addition(|addition| addition.words.to_string())),
            (
                "dedup policies of sources.file",
                self.source_policies.clone().unwrap_or_else(|| "not recorded".to_owned()),
            ),
        ]
    }

    /// What keeps a worker of this configuration from the log: a setting that differs, or an engine that it doesn't have. A
    /// newer binary that has the log's engine keeps to it, and policies that only one side tells part nobody.
    pub fn conflicts(&self, configured: &Self) -> Vec<String> {
        let kept = if self.is_known() { self.engine } else { configured.engine };
        let told = |log: &String| configured.source_policies.clone().unwrap_or_else(|| log.clone());
        let source_policies = self.source_policies.as_ref().map(told);
        self.differences(&Self { engine: kept, source_policies, ..configured.clone() })
    }

    /// The settings that differ, as `name: log has X, configuration has Y`.
    pub fn differences(&self, configured: &Self) -> Vec<String> {
        self.values()
            .into_iter()
            .zip(configured.values())
            .map(|((name, log), (_, own))| (name, log, own))
            .filter(|(_, log, own)| log != own)
            .map(|(name, log, own)| format!("{name}: the log has {log}, this configuration has {own}"))
            .collect()
    }
}

/// The content of a level record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelRecord {
    /// 1 for the first level of a log; each raise adds one.
    pub number: u32,
    pub cluster: String,
    pub group: String,
    pub level: Level,
    /// The level that held before, where this record changed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Level>,
    /// Claims behind this record need no entry before this offset, where the log was declared to begin anew.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub begins: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(offset: &i64) -> bool {
    *offset == 0
}

impl LevelRecord {
    /// Whether this record, which stands later in the log, holds from its place on. A worker that repeats its level at
    /// the moment of a raise writes the old number after the new one; that must not undo the raise. Of two first levels, which
    /// workers with other settings wrote into an empty log at once, the earlier one holds.
    pub fn holds_after(&self, known: Option<&Self>) -> bool {
        known.is_none_or(|known| {
            self.number > known.number || (self.number == known.number && self.level == known.level)
        })
    }
}
