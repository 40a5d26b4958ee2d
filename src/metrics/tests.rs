use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;
use crate::events;

fn with_everything() -> Metrics {
    let metrics = Metrics::new();
    metrics.records_read.inc_by(10);
    metrics.bytes_in.inc_by(1000);
    metrics.count_outcomes(Outcome::Enriched, 4);
    metrics.count_outcome(Outcome::Duplicate);
    metrics.count_outcome(Outcome::Rejected);
    metrics.count_rejection(Code::Pdf);
    metrics.count_verdict("exact");
    metrics.count_verdict("exact");
    metrics.count_transaction(TransactionResult::Committed);
    metrics.count_transaction(TransactionResult::Replaced);
    metrics.observe_stage(Stage::Parse, Duration::from_millis(2));
    metrics.observe_latency(Duration::from_millis(100));
    metrics.set_lag("articles.raw", 0, 5);
    metrics.set_lag("articles.raw", 1, 7);
    metrics.budget_records.set(100);
    metrics.in_flight_records.set(25);
    metrics.set_state(State::Running);
    metrics
}

#[test]
fn the_exposition_has_exactly_the_metrics_of_the_inventory() {
    let text = with_everything().encode();
    let found: BTreeSet<(String, String)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE khabar_"))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect();
    let listed: BTreeSet<(String, String)> =
        INVENTORY.iter().map(|metric| (metric.name.to_owned(), metric.kind.to_owned())).collect();
    assert_eq!(found, listed);
    assert!(INVENTORY.iter().all(|metric| !metric.help.is_empty()));
    for metric in INVENTORY {
        for label in metric.labels {
            let is_used = text.lines().any(|line| {
                line.starts_with(&format!("khabar_{}", metric.name)) && line.contains(&format!("{label}=\""))
            });
            assert!(is_used, "{} {label}", metric.name);
        }
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn the_document_is_the_inventory() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/METRICS.md");
    if std::env::var_os("KHABAR_WRITE_DOCS").is_some() {
        fs::write(&path, markdown()).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == markdown(), "docs/METRICS.md is old: write it by this test with KHABAR_WRITE_DOCS=1");
}

#[test]
fn values_stand_in_the_exposition() {
    let text = with_everything().encode();
    for line in [
        "khabar_records_read_total 10",
        "khabar_outcomes_total{outcome=\"enriched\"} 4",
        "khabar_outcomes_total{outcome=\"rejected\"} 1",
        "khabar_rejections_total{code=\"pdf_unsupported\"} 1",
        "khabar_verdicts_total{verdict=\"exact\"} 2",
        "khabar_transactions_total{result=\"aborted\"} 0",
        "khabar_lag{topic=\"articles.raw\",partition=\"1\"} 7",
        "khabar_state{state=\"running\"} 1",
        "khabar_state{state=\"starting\"} 0",
        "khabar_latency_seconds_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn a_partition_that_moved_away_is_no_longer_reported() {
    let metrics = with_everything();
    metrics.forget_lag("articles.raw", 1);
    assert!(!metrics.encode().contains("partition=\"1\""));
    assert_eq!(metrics.snapshot().lag, [("articles.raw/0".to_owned(), 5)]);
}

#[test]
fn rates_are_since_the_last_snapshot_and_counts_since_the_start() {
    let metrics = with_everything();
    let start = crate::clock::monotonic();
    let _ = metrics.snapshot_at(start);
    metrics.records_read.inc_by(30);
    metrics.count_outcomes(Outcome::Enriched, 20);
    metrics.bytes_in.inc_by(500);
    let second = metrics.snapshot_at(start + Duration::from_secs(10));
    assert_eq!(second.records_read, 40);
    assert_eq!(second.outcomes, [24, 1, 1]);
    assert_eq!(second.transactions, [1, 0, 1]);
    assert_eq!(second.state, "running");
    assert_eq!(second.lag_total, 12);
    assert_eq!(second.budget_permille, 250);
    assert_eq!(second.latency_ms, None, "nothing was committed in between");
    let close = |left: f64, right: f64| (left - right).abs() < 1e-9;
    assert!(close(second.records_per_second, 3.0) && close(second.outcomes_per_second, 2.0));
    assert!(close(second.bytes_in_per_second, 50.0));
}

#[test]
fn a_snapshot_has_only_fields_of_the_catalogue() {
    let fields = with_everything().snapshot().fields();
    for (name, _) in &fields {
        assert!(events::STATS.fields.contains(name), "{name}");
    }
    let names: BTreeSet<&str> = fields.iter().map(|(name, _)| *name).collect();
    let catalogued: BTreeSet<&str> = events::STATS.fields.iter().copied().collect();
    let missing: Vec<_> = catalogued.difference(&names).collect();
    assert!(missing.is_empty() || missing == [&"resident_memory_bytes"], "{missing:?}");
}
