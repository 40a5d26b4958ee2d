//! Before the first record: the broker answers, the topics are there and fit.
//!
//! What time can heal is tried again with backoff; what it can't ends the start with exit code 2.

use std::time::Duration;

use serde_json::json;

use super::failure::{EXIT_CONFIGURATION, Failure};
use crate::config::settings::Settings;
use crate::events;
use crate::flow::Outcome;
use crate::kafka::KafkaFailure;
use crate::kafka::admin::Admin;
use crate::output_limits::{OutputLimits, TOPIC_BYTES_DEFAULT};
use crate::topics::{self, Part, TopicFacts};

const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(10);
const PAUSE_STEP: Duration = Duration::from_millis(100);

/// What the start must know.
#[derive(Debug)]
pub struct Ground {
    pub cluster: String,
}

/// Growing pauses that end early when the worker is told to stop.
struct Backoff<'a> {
    pause: Duration,
    attempt: u32,
    is_stopping: &'a dyn Fn() -> bool,
}

impl Backoff<'_> {
    /// False when the worker is told to stop.
    fn wait(&mut self) -> bool {
        let mut left = self.pause;
        while !left.is_zero() {
            if (self.is_stopping)() {
                return false;
            }
            let step = left.min(PAUSE_STEP);
            std::thread::sleep(step);
            left -= step;
        }
        self.pause = (self.pause * 2).min(PAUSE_MAX);
        self.attempt += 1;
        true
    }

    fn retry_in_ms(&self) -> u64 {
        u64::try_from(self.pause.as_millis()).unwrap_or(u64::MAX)
    }
}

/// `Ok(None)` when the worker was told to stop meanwhile.
pub fn prepare(
    admin: &Admin,
    settings: &Settings,
    limits: &OutputLimits,
    is_stopping: &dyn Fn() -> bool,
) -> Result<Option<Ground>, Failure> {
    let Some(cluster) = connect(admin, settings, is_stopping)? else { return Ok(None) };
    let Some(facts) = find_topics(admin, settings, is_stopping)? else { return Ok(None) };
    judge(settings, &facts)?;
    set_limits(settings, &facts, limits);
    Ok(Some(Ground { cluster }))
}

fn connect(
    admin: &Admin,
    settings: &Settings,
    is_stopping: &dyn Fn() -> bool,
) -> Result<Option<String>, Failure> {
    let mut backoff = Backoff { pause: PAUSE_FIRST, attempt: 1, is_stopping };
    loop {
        match admin.cluster_id() {
            Ok(cluster) => return Ok(Some(cluster)),
            Err(failure) if failure.is_transient() => unreachable_broker(settings, &failure, &backoff),
            Err(failure) => return Err(failure.into()),
        }
        if !backoff.wait() {
            return Ok(None);
        }
    }
}

fn unreachable_broker(settings: &Settings, failure: &KafkaFailure, backoff: &Backoff<'_>) {
    events::emit(
        &events::BROKER_UNREACHABLE,
        "no broker answers yet; trying again",
        &[
            ("bootstrap_servers", json!(settings.kafka.bootstrap_servers)),
            ("cause", json!(failure.to_string())),
            ("attempt", json!(backoff.attempt)),
            ("retry_in_ms", json!(backoff.retry_in_ms())),
        ],
    );
}

type Facts = Vec<(Part, String, TopicFacts)>;

fn find_topics(
    admin: &Admin,
    settings: &Settings,
    is_stopping: &dyn Fn() -> bool,
) -> Result<Option<Facts>, Failure> {
    let mut backoff = Backoff { pause: PAUSE_FIRST, attempt: 1, is_stopping };
    loop {
        let mut facts = Vec::new();
        let mut is_complete = true;
        for (part, name) in topics::parts(settings) {
            match admin.topic(&name) {
                Ok(Some(found)) => facts.push((part, name, found)),
                Ok(None) => {
                    is_complete = false;
                    events::emit(
                        &events::TOPIC_MISSING,
                        "a topic does not exist; `khabar topics --create` makes it, the worker waits",
                        &[("topic", json!(name)), ("setting", json!(part.setting()))],
                    );
                }
                Err(failure) if failure.is_transient() => {
                    is_complete = false;
                    unreachable_broker(settings, &failure, &backoff);
                    break;
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        if is_complete {
            return Ok(Some(facts));
        }
        if !backoff.wait() {
            return Ok(None);
        }
    }
}

fn judge(settings: &Settings, facts: &Facts) -> Result<(), Failure> {
    let mut blocking = None;
    for difference in topics::differences(settings, facts, true) {
        let fields = vec![
            ("topic", json!(difference.topic)),
            ("property", json!(difference.property)),
            ("found", json!(difference.found)),
            ("needed", json!(difference.needed)),
        ];
        if difference.is_blocking {
            let message = format!(
                "topic {} can't serve as {}: {} is {}, needed is {}; {}",
                difference.topic,
                difference.setting,
                difference.property,
                difference.found,
                difference.needed,
                difference.remedy
            );
            let failure = Failure::new(&events::TOPIC_UNSUITABLE, message, fields, EXIT_CONFIGURATION);
            if let Some(earlier) = blocking.replace(failure) {
                earlier.log();
            }
        } else {
            events::emit(&events::TOPIC_DIFFERS, &difference.remedy, &fields);
        }
    }
    blocking.map_or(Ok(()), Err)
}

fn set_limits(settings: &Settings, facts: &Facts, limits: &OutputLimits) {
    let configured = settings.emit.record_bytes_max;
    for (part, _, topic) in facts {
        let outcome = match part {
            Part::Enriched => Outcome::Enriched,
            Part::Duplicates => Outcome::Duplicate,
            Part::Rejected => Outcome::Rejected,
            Part::Raw | Part::Claims => continue,
        };
        let of_topic = topic.configs.as_ref().map_or(TOPIC_BYTES_DEFAULT, |_| topic.message_bytes_max());
        limits.set(outcome, if configured == 0 { of_topic } else { configured.min(of_topic) });
    }
}
