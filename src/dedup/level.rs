//! The level of a claims log: engine version and parameters, recorded in the log itself.
//!
//! Claims after a level record are judged by it, on every replica. A binary that doesn't know the log's engine must not
//! judge; a configuration that differs from the log's level must not start.

use serde::{Deserialize, Serialize};

use crate::config::settings::DedupSettings;

/// The engine that this binary runs.
pub const ENGINE: u32 = 1;
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
    pub near: String,
}

impl Level {
    /// The level that a configuration asks for.
    pub fn from_settings(settings: &DedupSettings) -> Self {
        Self {
            engine: ENGINE,
            window_hours: settings.window_hours,
            sketch_size: crate::dedup::sketch::SKETCH_SIZE as u32,
            revision_novelty_permille: settings.revision_novelty_permille,
            revision_similarity_permille: settings.revision_similarity_permille,
            near: "off".to_owned(),
        }
    }

    /// W in milliseconds.
    pub fn window_ms(&self) -> i64 {
        i64::from(self.window_hours) * HOUR_MS
    }

    /// Whether this binary can judge by it.
    pub fn is_known(&self) -> bool {
        self.engine == ENGINE
            && self.sketch_size as usize == crate::dedup::sketch::SKETCH_SIZE
            && self.near == "off"
    }

    /// The settings that differ, as `name: log has X, configuration has Y`.
    pub fn differences(&self, configured: &Self) -> Vec<String> {
        let pairs = [
            ("engine", self.engine.to_string(), configured.engine.to_string()),
            ("dedup.window_hours", self.window_hours.to_string(), configured.window_hours.to_string()),
            ("sketch size", self.sketch_size.to_string(), configured.sketch_size.to_string()),
            (
                "dedup.revision_novelty_permille",
                self.revision_novelty_permille.to_string(),
                configured.revision_novelty_permille.to_string(),
            ),
            (
                "dedup.revision_similarity_permille",
                self.revision_similarity_permille.to_string(),
                configured.revision_similarity_permille.to_string(),
            ),
            ("dedup.near", self.near.clone(), configured.near.clone()),
        ];
        pairs
            .into_iter()
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
}
