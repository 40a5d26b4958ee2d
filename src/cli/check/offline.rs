//! What can be checked without a broker: the files that the configuration names, and the memory that it asks for.

use std::collections::BTreeSet;

use super::report::{Report, State};
use crate::cli::text;
use crate::config::secrets::{self, Secrets};
use crate::config::settings::{DedupSettings, KafkaSettings, Settings};
use crate::config::{Loaded, Origin};
use crate::dedup::window::EVICTION_SLACK_MS;
use crate::parse::Parser;
use crate::sources::Sources;
use crate::tag::Tagger;

/// Measured: memory of one claim in the window, its share of the indexes included.
const CLAIM_BYTES: u64 = 400;
const HOUR_MS: u64 = 3_600_000;
/// Rows of the table where no number is given.
const ARTICLES_PER_DAY: [u64; 3] = [10_000, 100_000, 1_000_000];

/// Adds the findings, and gives the secrets where they can be read.
pub(super) fn check(loaded: &Loaded, articles_per_day: Option<u64>, report: &mut Report) -> Option<Secrets> {
    report.ok("configuration", layers(loaded));
    let secrets = check_secrets(&loaded.settings, report);
    check_stages(&loaded.settings, report);
    check_memory(&loaded.settings, articles_per_day, report);
    secrets
}

fn layers(loaded: &Loaded) -> String {
    let changed = loaded.origins.values().filter(|origin| **origin != Origin::Default).count();
    let files: BTreeSet<String> = loaded
        .origins
        .values()
        .filter(|origin| matches!(origin, Origin::File(_)))
        .map(ToString::to_string)
        .collect();
    let from = if files.is_empty() {
        String::new()
    } else {
        format!("; files: {}", files.into_iter().collect::<Vec<_>>().join(", "))
    };
    format!("{} set beside the defaults{from}", text::counted(changed as u64, "key"))
}

fn check_secrets(settings: &Settings, report: &mut Report) -> Option<Secrets> {
    match secrets::read(settings) {
        Ok(secrets) => {
            report.ok("security", security(&settings.kafka, &secrets));
            Some(secrets)
        }
        Err(error) => {
            for problem in error.problems {
                report.add(State::Wrong, "security", problem.to_string());
            }
            None
        }
    }
}

fn security(kafka: &KafkaSettings, secrets: &Secrets) -> String {
    let protocol = kafka.security_protocol.name();
    if !kafka.security_protocol.uses_sasl() {
        return protocol.to_owned();
    }
    let password = if secrets.sasl_password.is_empty() { "no password" } else { "a password" };
    format!("{protocol}, {}, user {:?}, {password}", kafka.sasl_mechanism, kafka.sasl_username)
}

fn check_stages(settings: &Settings, report: &mut Report) {
    let sources = match Sources::load(&settings.sources) {
        Ok(sources) => sources,
        Err(error) => return report.add(State::Wrong, "sources", error.to_string()),
    };
    report.ok("sources", text::counted(sources.iter().count() as u64, "rule"));
    match Parser::new(&settings.parse, &settings.lexicon, sources.clone()) {
        Ok(_) => {
            let files = settings.lexicon.dump_labels.len() as u64;
            report.ok("lexicons", format!("compiled in, and {} of yours", text::counted(files, "file")));
        }
        Err(error) => report.add(State::Wrong, "lexicons", error.to_string()),
    }
    match Tagger::load(&settings.lexicon, &sources) {
        Ok(tagger) => {
            let [entities, names, words] = tagger.sizes();
            let version = tagger.lexicons();
            report
                .ok("names", format!("{entities} entities, {names} names, {words} words; version {version}"));
            for (source, keywords, uses) in tagger.dictionaries() {
                let keywords = text::counted(keywords as u64, "keyword");
                report.ok("keywords", format!("source {source}: {keywords}, used {uses} times"));
            }
        }
        Err(error) => report.add(State::Wrong, "names", error.to_string()),
    }
}

fn check_memory(settings: &Settings, articles_per_day: Option<u64>, report: &mut Report) {
    let dedup = &settings.dedup;
    if !dedup.enabled {
        return report.ok("memory", "dedup is off: no window is kept");
    }
    report.ok(
        "memory",
        format!(
            "window of {} h and {} h of slack, beside {} in flight",
            dedup.window_hours,
            EVICTION_SLACK_MS.unsigned_abs() / HOUR_MS,
            text::bytes(settings.budget.bytes_max as u64)
        ),
    );
    let given = articles_per_day.map(|articles| vec![articles]);
    for articles in given.unwrap_or_else(|| ARTICLES_PER_DAY.to_vec()) {
        report.ok("memory", memory_line(dedup, articles));
    }
}

/// How much a rate of articles asks for.
pub(super) fn memory_line(dedup: &DedupSettings, articles_per_day: u64) -> String {
    let bytes = text::bytes(window_bytes(dedup, articles_per_day));
    format!("{articles_per_day} articles a day need about {bytes} for the window in each replica")
}

fn window_bytes(dedup: &DedupSettings, articles_per_day: u64) -> u64 {
    let kept_hours = u64::from(dedup.window_hours) + EVICTION_SLACK_MS.unsigned_abs() / HOUR_MS;
    articles_per_day.saturating_mul(kept_hours).saturating_mul(CLAIM_BYTES) / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LayerArguments, load};

    fn loaded(overrides: &[&str]) -> Loaded {
        let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
        load(&LayerArguments { overrides, ..Default::default() }).unwrap()
    }

    fn checked(overrides: &[&str], articles_per_day: Option<u64>) -> Report {
        let mut report = Report::default();
        check(&loaded(overrides), articles_per_day, &mut report);
        report
    }

    #[test]
    fn the_defaults_are_well() {
        let report = checked(&[], None);
        assert!(report.verdict().is_ok(), "{}", report.human());
        assert_eq!(report.count(State::Ok), report.findings.len());
    }

    #[test]
    fn files_that_are_not_there_are_wrong_and_the_rest_is_still_looked_at() {
        let report = checked(
            &[
                "kafka.security_protocol=sasl_ssl",
                "kafka.sasl_mechanism=PLAIN",
                "kafka.sasl_username=u",
                "kafka.sasl_password_file=/nonexistent/password",
                "sources.file=/nonexistent/sources.toml",
            ],
            None,
        );
        let wrong: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.state == State::Wrong)
            .map(|finding| finding.subject.as_str())
            .collect();
        assert_eq!(wrong, ["security", "sources"]);
        assert_eq!(report.verdict().unwrap_err().exit_code(), 2);
    }

    #[test]
    fn memory_grows_with_articles_and_window() {
        let of = |setting: &str, articles| window_bytes(&loaded(&[setting]).settings.dedup, articles);
        assert_eq!(of("dedup.window_hours=168", 1_000_000), 8 * 400_000_000);
        assert_eq!(of("dedup.window_hours=24", 1_000_000), 2 * 400_000_000);
        let report = checked(&[], Some(5000));
        assert!(report.findings.iter().any(|finding| finding.message.starts_with("5000 articles a day")));
        assert!(of("dedup.window_hours=168", u64::MAX) > 0);
    }
}
