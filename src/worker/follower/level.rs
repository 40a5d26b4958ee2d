//! The level record in the log: written first, repeated before retention takes it, and compared with the configuration.

use std::time::Duration;

use serde_json::json;

use super::super::start_rule::Start;
use super::{Follower, POLL_LIMIT, StartProblem};
use crate::dedup::claim;
use crate::dedup::level::LevelRecord;
use crate::kafka::KafkaFailure;
use crate::kafka::claims_log::ClaimsAppender;
use crate::{clock, events};

/// A level record is repeated when the last one is older than this share of the window, so that retention never takes it.
const LEVEL_REPEAT_DIVISOR: i64 = 2;
/// How long our own level record may take to come back.
const LEVEL_WAIT: Duration = Duration::from_secs(30);

impl Follower {
    /// Writes the first level of a log, or sees that the log's level is the configured one; declares where the log begins.
    pub(super) fn settle_level(
        &mut self,
        appender: &ClaimsAppender,
        start: &Start,
    ) -> Result<(), StartProblem> {
        if self.seen.level.is_none() {
            self.write_level(appender, 1, start.beginning, "first")?;
            let deadline = clock::monotonic() + LEVEL_WAIT;
            while self.seen.level.is_none() {
                (self.links.beat)();
                if (self.links.is_stopping)() {
                    return Err(StartProblem::Stopped);
                }
                if let Some(failure) = appender.failed() {
                    return Err(failure.into());
                }
                if clock::monotonic() > deadline {
                    return Err(KafkaFailure::Transient {
                        what: "waiting for the level record in the claims log".to_owned(),
                        cause: format!("it did not come within {} s", LEVEL_WAIT.as_secs()),
                    }
                    .into());
                }
                self.step(POLL_LIMIT)?;
            }
            self.hand_on();
        }
        let Some(record) = &self.seen.level else { return Ok(()) };
        let conflicts = record.level.conflicts(&self.configured);
        if !conflicts.is_empty() {
            return Err(StartProblem::LevelDiffers(conflicts.join("; ")));
        }
        // A first level has declared it already.
        if start.beginning.is_some_and(|low| low > self.seen.beginning.low) {
            self.write_level(appender, record.number, start.beginning, "the log begins anew")?;
        }
        Ok(())
    }

    fn write_level(
        &self,
        appender: &ClaimsAppender,
        number: u32,
        beginning: Option<i64>,
        cause: &str,
    ) -> Result<(), StartProblem> {
        let level =
            self.seen.level.as_ref().map_or_else(|| self.configured.clone(), |known| known.level.clone());
        let record = LevelRecord {
            number,
            cluster: self.cluster.clone(),
            group: self.settings.kafka.group.clone(),
            level,
            previous: None,
            begins: beginning.unwrap_or_default().max(self.seen.beginning.low),
        };
        let bytes = claim::encode_level(self.scope, &record).map_err(|error| KafkaFailure::Fatal {
            what: "writing the log's level".to_owned(),
            cause: error.to_string(),
        })?;
        appender.append(&bytes)?;
        events::emit(
            &events::CLAIMS_LEVEL_WRITTEN,
            "the level was written to the claims log",
            &[("claims_level", json!(number)), ("cause", json!(cause))],
        );
        Ok(())
    }

    pub(super) fn repeat_level(&mut self, appender: &ClaimsAppender) -> Result<(), StartProblem> {
        let age_ms = self.seen.last_time_ms.saturating_sub(self.seen.level_time_ms);
        let silent_ms = self.seen.level_at.map_or(0, |at| clock::since(at).as_millis());
        let age_ms = age_ms.max(i64::try_from(silent_ms).unwrap_or(i64::MAX));
        if age_ms <= self.window.level().window_ms() / LEVEL_REPEAT_DIVISOR {
            return Ok(());
        }
        let number = self.seen.level.as_ref().map_or(1, |record| record.number);
        self.write_level(appender, number, None, "repeated before retention takes it")?;
        // Until ours comes back, no second one.
        self.seen.level_time_ms = self.seen.last_time_ms;
        self.seen.level_at = Some(clock::monotonic());
        Ok(())
    }
}
