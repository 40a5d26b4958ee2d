//! Reading the log from its beginning to its end, and once more where its clock stepped back meanwhile.

use std::time::Instant;

use serde_json::json;

use super::{Follower, NO_TIME_MS, Seen, StartProblem};
use crate::dedup::times_ahead::{TimesAhead, TimesNoted};
use crate::dedup::window::Window;
use crate::events;
use crate::kafka::claims_log::ClaimsReader;

/// What is done with the entries of the log.
#[derive(Debug, Default)]
pub(super) enum Reading {
    /// They are applied, and what they evict follows their times.
    #[default]
    Once,
    /// Only their times are taken.
    OfTimes(TimesNoted),
    /// They are applied, and it is known which times come yet.
    Again(TimesAhead),
}

impl Follower {
    /// Reads the log from `low` up to `high`. Where its clock stepped back, what was evicted by the times before that may be
    /// needed behind it: then the times alone are read, and the log once more, evicting by what they bring yet. Gives the
    /// offset from which on it was read in the end, for retention goes on meanwhile.
    pub(super) fn read_until(&mut self, high: i64, low: i64, begun: Instant) -> Result<i64, StartProblem> {
        let stepped = match self.read_once(high, low, begun) {
            Err(StartProblem::Clock(stepped)) => stepped,
            result => return result.map(|()| low),
        };
        events::emit(
            &events::CLAIMS_LOG_READ_ANEW,
            "the claims log's clock stepped back; the log is read anew",
            &[("offset", json!(self.applied())), ("by_ms", json!(stepped.step_ms))],
        );
        let low = self.begin_again(Reading::OfTimes(TimesNoted::default()))?;
        self.read_once(high, low, begun)?;
        let noted = match std::mem::take(&mut self.reading) {
            Reading::OfTimes(noted) => noted,
            // Where no times are known, nothing is evicted.
            Reading::Once | Reading::Again(_) => TimesNoted::default(),
        };
        let low = self.begin_again(Reading::Again(noted.finish()))?;
        self.read_once(high, low, begun)?;
        self.reading = Reading::Once;
        Ok(low)
    }

    fn begin_again(&mut self, reading: Reading) -> Result<i64, StartProblem> {
        self.read_ahead = None;
        let (low, _) = self.ask(ClaimsReader::watermarks)?;
        self.window = Window::new(self.configured.clone());
        self.window.trust_times_until(Some(NO_TIME_MS));
        self.seen = Seen::default();
        self.batch.clear();
        self.reading = reading;
        self.reader.start_at(low)?;
        Ok(low)
    }

    /// Whether the entry at an offset, of this append time, is to be applied.
    pub(super) fn is_applied(&mut self, offset: i64, time_ms: i64) -> bool {
        match &mut self.reading {
            Reading::Once => true,
            Reading::OfTimes(noted) => {
                noted.note(offset, time_ms);
                self.seen.entries += 1;
                false
            }
            Reading::Again(ahead) => {
                if let Some(least_ms) = ahead.least_ms(offset) {
                    self.window.expect_none_before(least_ms);
                }
                true
            }
        }
    }
}
