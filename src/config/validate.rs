//! What the types cannot say: ranges, names, and what must fit together. Each problem names key, value, origin, what is
//! possible and what to do.

mod connection;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::SocketAddr;

use super::problem::{Origin, Problem, quoted};
use super::settings::Settings;

/// librdkafka's maximum for message.max.bytes.
const RECORD_BYTES_MAX: usize = 1_000_000_000;

/// The next owner of a dead worker's partitions waits for its open transaction, while the group waits for it: at most
/// 150 s, after which it gives up.
const TRANSACTION_TIMEOUT_MS_MAX: u32 = 120_000;

const GIB: usize = 1 << 30;

/// All that is wrong with settings whose types are right.
pub(super) fn validate(settings: &Settings, origins: &BTreeMap<String, Origin>) -> Vec<Problem> {
    let mut check = Check { origins, problems: Vec::new() };
    consumers(settings, &mut check);
    transactions(settings, &mut check);
    resources(settings, &mut check);
    limits(settings, &mut check);
    relations(settings, &mut check);
    connection::check(&settings.kafka, &mut check);
    texts(settings, &mut check);
    check.problems
}

struct Check<'a> {
    origins: &'a BTreeMap<String, Origin>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn fail(&mut self, key: &str, message: impl Into<String>) {
        let origin = self.origins.get(key).cloned().unwrap_or(Origin::Default);
        self.problems.push(Problem::new(key, origin, message));
    }

    fn range<T: PartialOrd + Display + Copy>(&mut self, key: &str, value: T, min: T, max: T, advice: &str) {
        if value < min || value > max {
            self.fail(key, format!("{value} is out of range: expected {min} to {max}; {advice}"));
        }
    }

    /// `small` must be at most `large`; the one that was set by the user is named first.
    fn at_most<T: PartialOrd + Display + Copy>(&mut self, small: (&str, T), large: (&str, T), advice: &str) {
        if small.1 <= large.1 {
            return;
        }
        let is_default =
            |key: &str| self.origins.get(key).is_none_or(|origin| matches!(origin, Origin::Default));
        if is_default(small.0) && !is_default(large.0) {
            let message = format!("{} is less than {} = {}; {advice}", large.1, small.0, small.1);
            self.fail(large.0, message);
        } else {
            let message = format!("{} is more than {} = {}; {advice}", small.1, large.0, large.1);
            self.fail(small.0, message);
        }
    }
}

fn consumers(settings: &Settings, check: &mut Check<'_>) {
    check.range(
        "kafka.session_timeout_ms",
        settings.kafka.session_timeout_ms,
        6000,
        300_000,
        "brokers refuse less, and with more a dead replica holds its partitions too long",
    );
    check.range(
        "kafka.stall_seconds",
        settings.kafka.stall_seconds,
        6,
        3600,
        "with less a busy broker is taken for a stall, with more a stalled partition waits for hours; 90 suits almost every cluster",
    );
    let socket_timeout_ms = settings.kafka.properties.get("socket.timeout.ms");
    if let Some(socket_timeout_ms) = socket_timeout_ms.and_then(|text| text.parse::<u64>().ok())
        && u64::from(settings.kafka.stall_seconds) * 1000 <= socket_timeout_ms
    {
        let message = format!(
            "{} s is not above kafka.properties.socket.timeout.ms = {socket_timeout_ms}; librdkafka gets over a lost answer by itself after that, so raise this",
            settings.kafka.stall_seconds
        );
        check.fail("kafka.stall_seconds", message);
    }
}

fn transactions(settings: &Settings, check: &mut Check<'_>) {
    let transaction = &settings.transaction;
    check.range(
        "transaction.records_max",
        transaction.records_max,
        1,
        100_000,
        "1000 suits almost every load",
    );
    check.range(
        "transaction.bytes_max",
        transaction.bytes_max,
        64 * 1024,
        GIB,
        "the default suits almost every load",
    );
    check.range(
        "transaction.interval_ms",
        transaction.interval_ms,
        1,
        10_000,
        "this is how long an output waits for others",
    );
    check.range(
        "transaction.timeout_ms",
        transaction.timeout_ms,
        1000,
        TRANSACTION_TIMEOUT_MS_MAX,
        "with more a dead worker's partitions stand still too long, and with less a short pause of the broker ends transactions",
    );
    check.range(
        "shutdown.drain_seconds",
        settings.shutdown.drain_seconds,
        1,
        3600,
        "keep it below the platform's grace period",
    );
    check.range(
        "shutdown.revoke_drain_seconds",
        settings.shutdown.revoke_drain_seconds,
        1,
        120,
        "the whole group waits this long when a partition moves",
    );
}

fn resources(settings: &Settings, check: &mut Check<'_>) {
    check.range(
        "budget.records_max",
        settings.budget.records_max,
        1,
        10_000_000,
        "the default suits almost every load",
    );
    check.range(
        "budget.bytes_max",
        settings.budget.bytes_max,
        1 << 20,
        64 * GIB,
        "the default suits almost every load",
    );
    let breaker = &settings.breaker;
    check.range("breaker.records", breaker.records, 10, 1_000_000, "200 tells a cause from chance");
    check.range("breaker.deployment_percent", breaker.deployment_percent, 0, 100, "0 means never");
    check.range("breaker.content_percent", breaker.content_percent, 0, 100, "0 means never");
    check.range("workers.threads", settings.workers.threads, 0, 1024, "0 means as many as cores");
    check.range(
        "workers.stack_kib",
        settings.workers.stack_kib,
        1024,
        65_536,
        "deep pages need stack; memory is taken only as it is used",
    );
    check.range(
        "workers.stage_seconds_max",
        settings.workers.stage_seconds_max,
        1,
        3600,
        "no honest record takes long; a worker whose stage takes longer ends",
    );
    check.range(
        "workers.probe_mib",
        settings.workers.probe_mib,
        256,
        65_536,
        "a record that needs more than this is given up",
    );
    let dedup = &settings.dedup;
    check.range("dedup.window_hours", dedup.window_hours, 1, 2160, "168 is a week; memory grows with it");
    let advice = "this is a share of the text in thousandths";
    check.range("dedup.revision_novelty_permille", dedup.revision_novelty_permille, 0, 1000, advice);
    check.range("dedup.revision_similarity_permille", dedup.revision_similarity_permille, 0, 1000, advice);
    check.range("dedup.near_novelty_permille", dedup.near_novelty_permille, 0, 1000, advice);
    check.range("dedup.near_words", dedup.near_words, 0, 100_000, advice);
    check.range("log.stats_seconds", settings.log.stats_seconds, 1, 3600, "10 suits dashboards");
    check.range("log.repeats_max", settings.log.repeats_max, 1, 1000, "what is held back is counted");
}

fn limits(settings: &Settings, check: &mut Check<'_>) {
    let decode = &settings.decode;
    check.range(
        "decode.payload_bytes_max",
        decode.payload_bytes_max,
        1024,
        RECORD_BYTES_MAX,
        "larger values are rejected, and kept in the rejected topic",
    );
    check.range(
        "decode.content_bytes_max",
        decode.content_bytes_max,
        1024,
        RECORD_BYTES_MAX,
        "this bounds what a compression bomb can cost",
    );
    check.range(
        "decode.json_depth_max",
        decode.json_depth_max,
        2,
        128,
        "64 is more than any honest producer needs",
    );
    check.range(
        "decode.meta_bytes_max",
        decode.meta_bytes_max,
        0,
        1 << 20,
        "meta is carried into every outcome",
    );
    let parse = &settings.parse;
    check.range("parse.html_depth_max", parse.html_depth_max, 16, 4096, "real pages stay below 100");
    check.range(
        "parse.html_nodes_max",
        parse.html_nodes_max,
        1000,
        10_000_000,
        "memory and time for one page grow with it",
    );
    check.range("parse.paragraphs_max", parse.paragraphs_max, 1, 1_000_000, "the rest is cut, with a flaw");
    check.range(
        "parse.body_bytes_max",
        parse.body_bytes_max,
        1024,
        RECORD_BYTES_MAX,
        "the rest is cut, with a flaw",
    );
    let record_bytes_max = settings.emit.record_bytes_max;
    if record_bytes_max != 0 {
        check.range(
            "emit.record_bytes_max",
            record_bytes_max,
            16 * 1024,
            RECORD_BYTES_MAX,
            "or 0 for what each topic allows",
        );
    }
}

fn relations(settings: &Settings, check: &mut Check<'_>) {
    let (transaction, decode) = (&settings.transaction, &settings.decode);
    if transaction.interval_ms >= u64::from(transaction.timeout_ms) {
        check.fail(
            "transaction.interval_ms",
            format!(
                "{} is not less than transaction.timeout_ms = {}; the broker would abort a transaction before it is cut: lower the interval or raise the timeout",
                transaction.interval_ms, transaction.timeout_ms
            ),
        );
    }
    check.at_most(
        ("transaction.records_max", transaction.records_max),
        ("budget.records_max", settings.budget.records_max),
        "a transaction could never be filled: lower the first or raise the budget",
    );
    check.at_most(
        ("transaction.bytes_max", transaction.bytes_max),
        ("budget.bytes_max", settings.budget.bytes_max),
        "a transaction could never be filled: lower the first or raise the budget",
    );
    check.at_most(
        ("decode.payload_bytes_max", decode.payload_bytes_max),
        ("budget.bytes_max", settings.budget.bytes_max),
        "the largest record must fit into the budget: lower the first or raise the budget",
    );
    check.at_most(
        ("decode.meta_bytes_max", decode.meta_bytes_max),
        ("decode.payload_bytes_max", decode.payload_bytes_max),
        "meta is a part of the value",
    );
    check.at_most(
        ("parse.body_bytes_max", settings.parse.body_bytes_max),
        ("decode.content_bytes_max", decode.content_bytes_max),
        "a body is a part of its content",
    );
    let shutdown = &settings.shutdown;
    check.at_most(
        ("shutdown.revoke_drain_seconds", shutdown.revoke_drain_seconds),
        ("shutdown.drain_seconds", shutdown.drain_seconds),
        "giving up all partitions takes at least as long as giving up one",
    );
}

fn texts(settings: &Settings, check: &mut Check<'_>) {
    let listen = &settings.http.listen;
    if !listen.is_empty() && listen.parse::<SocketAddr>().is_err() {
        check.fail(
            "http.listen",
            format!("{} is not possible: expected an IP address and a port, for instance \"0.0.0.0:8080\", or nothing", quoted(listen)),
        );
    }
    let zone = &settings.parse.zone;
    if jiff::tz::TimeZone::get(zone).is_err() {
        check.fail(
            "parse.zone",
            format!("{} is no time zone: expected an IANA name, for instance \"Asia/Riyadh\" (the host's zone data must hold it)", quoted(zone)),
        );
    }
    let json = &settings.decode.json;
    for (name, pointer) in [
        ("content", &json.content),
        ("headline", &json.headline),
        ("body", &json.body),
        ("published", &json.published),
        ("url", &json.url),
        ("source", &json.source),
        ("fetched_at", &json.fetched_at),
    ] {
        if !is_pointer(pointer) {
            check.fail(
                &format!("decode.json.{name}"),
                format!(
                    "{} is no JSON pointer: expected for instance \"/data/title\", or nothing",
                    quoted(pointer)
                ),
            );
        }
    }
}

/// RFC 6901: empty, or parts that each begin with a slash; `~` only as `~0` or `~1`.
fn is_pointer(pointer: &str) -> bool {
    let is_escaped = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    pointer.is_empty() || (pointer.starts_with('/') && is_escaped)
}
