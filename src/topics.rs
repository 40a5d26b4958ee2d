//! What khabar needs of its topics, and how the broker's topics differ from it. Pure: facts in, differences out.

use std::collections::BTreeMap;

use crate::config::settings::Settings;
use crate::output_limits::TOPIC_BYTES_DEFAULT;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Kafka's default retention, assumed where the broker does not tell.
const RETENTION_DEFAULT_MS: i64 = 7 * DAY_MS;
/// A claim with Kafka's record overhead is never larger.
const CLAIM_BYTES_MAX: i64 = 2048;

/// A topic's part in the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Raw,
    Enriched,
    Duplicates,
    Rejected,
    Claims,
}

impl Part {
    /// Its name for a person.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Enriched => "enriched",
            Self::Duplicates => "duplicates",
            Self::Rejected => "rejected",
            Self::Claims => "claims",
        }
    }

    /// The setting that names the topic.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Raw => "kafka.raw_topics",
            Self::Enriched => "kafka.enriched_topic",
            Self::Duplicates => "kafka.duplicates_topic",
            Self::Rejected => "kafka.rejected_topic",
            Self::Claims => "kafka.claims_topic",
        }
    }
}

/// The topics of a configuration with their parts; claims only where dedup is on.
pub fn parts(settings: &Settings) -> Vec<(Part, String)> {
    let kafka = &settings.kafka;
    let mut parts: Vec<(Part, String)> =
        kafka.raw_topics.iter().map(|topic| (Part::Raw, topic.clone())).collect();
    parts.push((Part::Enriched, kafka.enriched_topic.clone()));
    parts.push((Part::Duplicates, kafka.duplicates_topic.clone()));
    parts.push((Part::Rejected, kafka.rejected_topic.clone()));
    if settings.dedup.enabled {
        parts.push((Part::Claims, kafka.claims_topic.clone()));
    }
    parts
}

/// What the broker says of one topic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicFacts {
    pub partitions: i32,
    pub replication: i32,
    /// Absent where describing configurations is not permitted, or the broker can't.
    pub configs: Option<BTreeMap<String, String>>,
}

impl TopicFacts {
    fn text(&self, name: &str) -> Option<&str> {
        self.configs.as_ref()?.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// The topic's `max.message.bytes`.
    pub fn message_bytes_max(&self) -> usize {
        self.number("max.message.bytes")
            .and_then(|bytes| usize::try_from(bytes).ok())
            .unwrap_or(TOPIC_BYTES_DEFAULT)
    }

    /// The topic's `retention.ms`; -1 means for ever.
    pub fn retention_ms(&self) -> i64 {
        self.number("retention.ms").unwrap_or(RETENTION_DEFAULT_MS)
    }
}

/// How a topic is created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicPlan {
    pub part: Part,
    pub name: String,
    pub partitions: i32,
    pub replication: i32,
    pub configs: BTreeMap<&'static str, String>,
}

/// The plan for every topic. `raw_retention_ms` is the longest of the raw topics, where known.
pub fn plan(
    settings: &Settings,
    partitions: i32,
    replication: i32,
    raw_retention_ms: Option<i64>,
) -> Vec<TopicPlan> {
    parts(settings)
        .into_iter()
        .map(|(part, name)| {
            let mut configs = BTreeMap::new();
            if replication > 1 {
                configs.insert("min.insync.replicas", "2".to_owned());
            }
            if part == Part::Claims {
                configs.insert("message.timestamp.type", "LogAppendTime".to_owned());
                configs.insert("cleanup.policy", "delete".to_owned());
                configs.insert("retention.bytes", "-1".to_owned());
                configs.insert("unclean.leader.election.enable", "false".to_owned());
                let retention =
                    claims_retention_ms(settings, raw_retention_ms.unwrap_or(RETENTION_DEFAULT_MS));
                configs.insert("retention.ms", retention.to_string());
            }
            let partitions = if part == Part::Claims { 1 } else { partitions };
            TopicPlan { part, name, partitions, replication, configs }
        })
        .collect()
}

/// The longest retention of the raw topics whose configuration is known; -1 (for ever) is the longest of all.
pub fn raw_retention_ms(facts: &[(Part, String, TopicFacts)]) -> Option<i64> {
    facts
        .iter()
        .filter(|(part, _, topic)| *part == Part::Raw && topic.configs.is_some())
        .map(|(.., topic)| topic.retention_ms())
        .max_by_key(|retention| if *retention < 0 { i64::MAX } else { *retention })
}

/// Makes planned output topics take what the raw topics hold, where that is more than Kafka's default.
pub fn fit_outputs(plans: &mut [TopicPlan], facts: &[(Part, String, TopicFacts)]) {
    let raw_bytes = raw_bytes_max(facts).unwrap_or_default();
    if raw_bytes <= TOPIC_BYTES_DEFAULT {
        return;
    }
    for plan in plans {
        if matches!(plan.part, Part::Enriched | Part::Duplicates | Part::Rejected) {
            plan.configs.insert("max.message.bytes", raw_bytes.to_string());
        }
    }
}

fn raw_bytes_max(facts: &[(Part, String, TopicFacts)]) -> Option<usize> {
    facts.iter().filter(|(part, ..)| *part == Part::Raw).map(|(.., topic)| topic.message_bytes_max()).max()
}

/// Raw retention + W, and 2 W at least, with a day on top; -1 (for ever) where raw records are kept for ever.
pub fn claims_retention_ms(settings: &Settings, raw_retention_ms: i64) -> i64 {
    let window_ms = i64::from(settings.dedup.window_hours) * HOUR_MS;
    if raw_retention_ms < 0 { -1 } else { (raw_retention_ms + window_ms).max(2 * window_ms) + DAY_MS }
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub topic: String,
    pub setting: &'static str,
    pub property: &'static str,
    pub found: String,
    pub needed: String,
    /// The worker must not run with it.
    pub is_blocking: bool,
    /// What to do, in a sentence.
    pub remedy: String,
}

/// How the topics that exist differ from what is needed. Missing topics are not its business.
pub fn differences(settings: &Settings, facts: &[(Part, String, TopicFacts)], dev: bool) -> Vec<Difference> {
    let raw_bytes = raw_bytes_max(facts);
    let raw_retention = raw_retention_ms(facts);
    let mut found = Vec::new();
    for (part, name, topic) in facts {
        let mut report = Report { name, part: *part, found: &mut found };
        match part {
            Part::Raw => {}
            Part::Claims => report.claims(settings, topic, raw_retention, dev),
            Part::Enriched | Part::Duplicates | Part::Rejected => report.output(topic, raw_bytes),
        }
    }
    found
}

struct Report<'a> {
    name: &'a str,
    part: Part,
    found: &'a mut Vec<Difference>,
}

impl Report<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts are given as they are")]
    fn add(
        &mut self,
        property: &'static str,
        found: impl ToString,
        needed: impl ToString,
        is_blocking: bool,
        remedy: String,
    ) {
        self.found.push(Difference {
            topic: self.name.to_owned(),
            setting: self.part.setting(),
            property,
            found: found.to_string(),
            needed: needed.to_string(),
            is_blocking,
            remedy,
        });
    }

    fn alter(&self, property: &str, value: &str) -> String {
        format!(
            "kafka-configs.sh --alter --entity-type topics --entity-name {} --add-config {property}={value}",
            self.name
        )
    }

    fn output(&mut self, topic: &TopicFacts, raw_bytes: Option<usize>) {
        let own = topic.message_bytes_max();
        if topic.configs.is_some() && raw_bytes.is_some_and(|raw| own < raw) {
            let needed = raw_bytes.unwrap_or_default();
            let remedy = format!(
                "{}; until then larger records are shortened or replaced by a stub",
                self.alter("max.message.bytes", &needed.to_string())
            );
            self.add("max.message.bytes", own, format!("{needed} or more, as the raw topic"), false, remedy);
        }
    }

    fn claims(&mut self, settings: &Settings, topic: &TopicFacts, raw_retention_ms: Option<i64>, dev: bool) {
        if topic.partitions != 1 {
            let remedy = format!("create a topic with one partition and name it in {}", self.part.setting());
            self.add("partitions", topic.partitions, 1, true, remedy);
        }
        if let Some(found) = topic.text("message.timestamp.type").filter(|found| *found != "LogAppendTime") {
            let (found, remedy) = (found.to_owned(), self.alter("message.timestamp.type", "LogAppendTime"));
            self.add("message.timestamp.type", found, "LogAppendTime", true, remedy);
        }
        if let Some(found) = topic.text("cleanup.policy").filter(|found| *found != "delete") {
            let (found, remedy) = (found.to_owned(), self.alter("cleanup.policy", "delete"));
            self.add("cleanup.policy", found, "delete", true, remedy);
        }
        if let Some(found) = topic.number("max.message.bytes").filter(|found| *found < CLAIM_BYTES_MAX) {
            let remedy = self.alter("max.message.bytes", "1048588");
            self.add("max.message.bytes", found, format!("{CLAIM_BYTES_MAX} or more"), true, remedy);
        }
        if let Some(found) = topic.number("retention.bytes").filter(|found| *found >= 0) {
            let remedy = self.alter("retention.bytes", "-1");
            self.add("retention.bytes", found, -1, false, remedy);
        }
        if topic.configs.is_some() {
            self.claims_retention(
                settings,
                topic.retention_ms(),
                raw_retention_ms.unwrap_or(RETENTION_DEFAULT_MS),
            );
        }
        if let Some(found) = topic.text("unclean.leader.election.enable").filter(|found| *found == "true") {
            let (found, remedy) = (found.to_owned(), self.alter("unclean.leader.election.enable", "false"));
            self.add("unclean.leader.election.enable", found, "false", false, remedy);
        }
        if !dev {
            self.claims_copies(topic);
        }
    }

    fn claims_copies(&mut self, topic: &TopicFacts) {
        let remedy = self.alter("min.insync.replicas", "2");
        if topic.replication < 2 {
            // With one replica, min.insync.replicas 2 would stop every append.
            let remedy =
                format!("give it more replicas with kafka-reassign-partitions.sh; after that, {remedy}");
            self.add("replication", topic.replication, "3, with min.insync.replicas 2", false, remedy);
        } else if let Some(found) = topic.number("min.insync.replicas").filter(|found| *found < 2) {
            self.add("min.insync.replicas", found, "2 or more", false, remedy);
        }
    }

    fn claims_retention(&mut self, settings: &Settings, retention_ms: i64, raw_retention_ms: i64) {
        if retention_ms < 0 {
            return;
        }
        let window_ms = i64::from(settings.dedup.window_hours) * HOUR_MS;
        let enough =
            if raw_retention_ms < 0 { i64::MAX } else { (raw_retention_ms + window_ms).max(2 * window_ms) };
        if retention_ms < enough {
            let proposed = claims_retention_ms(settings, raw_retention_ms);
            let remedy = self.alter("retention.ms", &proposed.to_string());
            let needed = if enough == i64::MAX {
                "-1 (raw records are kept for ever)".to_owned()
            } else {
                format!("{enough} or more: the raw topics' retention and the window")
            };
            // Without the window itself the verdicts would be wrong.
            self.add("retention.ms", retention_ms, needed, retention_ms < window_ms, remedy);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load::{LayerArguments, load};

    fn settings() -> Settings {
        load(&LayerArguments::default()).unwrap().settings
    }

    fn facts(partitions: i32, configs: &[(&str, &str)]) -> TopicFacts {
        let configs = configs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        TopicFacts { partitions, replication: 3, configs: Some(configs) }
    }

    #[test]
    fn a_topic_made_by_the_plan_has_no_difference() {
        let settings = settings();
        let all: Vec<_> = plan(&settings, 6, 3, None)
            .into_iter()
            .map(|plan| {
                let configs: Vec<(&str, &str)> =
                    plan.configs.iter().map(|(name, value)| (*name, value.as_str())).collect();
                (plan.part, plan.name.clone(), facts(plan.partitions, &configs))
            })
            .collect();
        assert_eq!(all.len(), 5);
        assert_eq!(differences(&settings, &all, false), Vec::new());
    }

    #[test]
    fn what_breaks_the_claims_log_is_blocking_and_the_rest_is_advice() {
        let settings = settings();
        let wrong = facts(
            2,
            &[
                ("message.timestamp.type", "CreateTime"),
                ("cleanup.policy", "compact"),
                ("retention.ms", "3600000"),
                ("retention.bytes", "1000"),
                ("min.insync.replicas", "1"),
                ("max.message.bytes", "100"),
            ],
        );
        let found = differences(&settings, &[(Part::Claims, "claims".to_owned(), wrong)], false);
        let blocking: Vec<&str> =
            found.iter().filter(|one| one.is_blocking).map(|one| one.property).collect();
        assert_eq!(
            blocking,
            ["partitions", "message.timestamp.type", "cleanup.policy", "max.message.bytes", "retention.ms"]
        );
        let advice: Vec<&str> = found.iter().filter(|one| !one.is_blocking).map(|one| one.property).collect();
        assert_eq!(advice, ["retention.bytes", "min.insync.replicas"]);
    }

    #[test]
    fn a_single_replica_is_not_told_to_wait_for_two() {
        let mut single = facts(1, &[("retention.ms", "-1"), ("min.insync.replicas", "1")]);
        single.replication = 1;
        let single = [(Part::Claims, "claims".to_owned(), single)];
        let found = differences(&settings(), &single, false);
        assert_eq!((found.len(), found[0].property, found[0].is_blocking), (1, "replication", false));
        assert_eq!(differences(&settings(), &single, true), Vec::new());
    }

    #[test]
    fn outputs_are_planned_as_large_as_the_raw_topic() {
        let settings = settings();
        let raw = (Part::Raw, "raw".to_owned(), facts(6, &[("max.message.bytes", "5000000")]));
        let mut plans = plan(&settings, 6, 3, None);
        fit_outputs(&mut plans, std::slice::from_ref(&raw));
        let mut all = vec![raw];
        all.extend(plans.iter().filter(|plan| plan.part != Part::Raw).map(|plan| {
            let configs: Vec<(&str, &str)> =
                plan.configs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            (plan.part, plan.name.clone(), facts(plan.partitions, &configs))
        }));
        assert_eq!(differences(&settings, &all, false), Vec::new());
    }

    #[test]
    fn raw_records_that_are_kept_for_ever_count_as_the_longest() {
        let raw = |retention| (Part::Raw, "raw".to_owned(), facts(1, &[("retention.ms", retention)]));
        assert_eq!(raw_retention_ms(&[raw("5"), raw("-1"), raw("7")]), Some(-1));
        assert_eq!(raw_retention_ms(&[raw("5"), raw("7")]), Some(7));
    }

    #[test]
    fn an_output_topic_smaller_than_raw_is_named() {
        let raw = (Part::Raw, "raw".to_owned(), facts(6, &[("max.message.bytes", "5000000")]));
        let out = (Part::Enriched, "out".to_owned(), facts(6, &[("max.message.bytes", "1000000")]));
        let found = differences(&settings(), &[raw, out], false);
        assert_eq!((found.len(), found[0].property, found[0].is_blocking), (1, "max.message.bytes", false));
    }
}
