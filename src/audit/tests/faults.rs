//! One fault at a time, planted into a world in which all is right.

use super::world::{ALL, SCOPE, TOPIC, World, alter, article, counts, key, place, raw, renamed};
use crate::audit::Asked;
use crate::audit::findings::FindingKind;
use crate::audit::report::{AuditResult, Report};
use crate::config::load::LayerArguments;
use crate::config::settings::Delivery;
use crate::dedup::claim::{self, VoidRange};
use crate::dedup::level::{Level, LevelRecord};
use crate::emit::headers;
use crate::flow::{Header, Outcome};

const NOTHING_MORE: Asked = Asked { verdicts: false, content: false };
const VERDICTS: Asked = Asked { verdicts: true, content: false };

/// Kinds and raw places of the findings.
fn found(report: &Report) -> Vec<(FindingKind, i32, i64)> {
    let kept = &report.findings.kept;
    kept.iter()
        .map(|one| {
            assert_eq!(&*one.coordinates.topic, TOPIC);
            (one.kind, one.coordinates.partition, one.coordinates.offset)
        })
        .collect()
}

#[track_caller]
fn assert_fails(world: &World, asked: Asked, expected: &[(FindingKind, i32, i64)]) -> Report {
    let report = world.audit(asked);
    assert_eq!(found(&report), expected, "{:?}", report.findings.kept);
    assert_eq!(report.result, AuditResult::Failed);
    report
}

#[track_caller]
fn assert_unknown(world: &World, asked: Asked, reason: &str) -> Report {
    let report = world.audit(asked);
    assert_eq!(report.findings.kept, [], "{:?}", report.unknown);
    assert!(report.unknown.iter().any(|one| one.contains(reason)), "{:?}", report.unknown);
    assert_eq!(report.result, AuditResult::Unknown);
    report
}

#[test]
fn a_right_world_passes_with_its_counts() {
    let report = World::new().audit(ALL);
    assert_eq!((&report.findings.kept[..], &report.unknown[..]), (&[][..], &[][..]));
    assert_eq!(report.result, AuditResult::Passed);
    assert_eq!(counts(&report), (8, [4, 2, 2]));
    assert_eq!(report.json()["result"], "PASSED");
    assert_eq!(report.json()["raw_records"], 8);
}

#[test]
fn a_lost_outcome_is_named() {
    let mut world = World::new();
    world.without_outcome(1, 2);
    let report = assert_fails(&world, NOTHING_MORE, &[(FindingKind::Lost, 1, 2)]);
    let finding = &report.json()["findings"][0];
    assert_eq!((&finding["kind"], &finding["topic"]), (&"lost".into(), &TOPIC.into()));
    assert_eq!((&finding["partition"], &finding["offset"]), (&1.into(), &2.into()));
}

#[test]
fn an_outcome_that_came_twice_is_named_in_one_topic_and_over_two() {
    let mut world = World::new();
    let again = world.outcomes[3].clone();
    world.outcomes.push(again);
    assert_fails(&world, ALL, &[(FindingKind::Doubled, 0, 2)]);

    let mut world = World::new();
    let mut other = world.outcomes[0].clone();
    other.1 = renamed(other.1, headers::OUTCOME, "rejected");
    other.1.outcome = Outcome::Rejected;
    world.outcomes.push(other);
    let report = assert_fails(&world, NOTHING_MORE, &[(FindingKind::Doubled, 0, 0)]);
    assert!(report.findings.kept[0].detail.contains("the first is enriched"), "{:?}", report.findings.kept);
}

#[test]
fn at_least_once_may_repeat_and_run_ahead() {
    let mut world = World::new();
    world.delivery = Delivery::AtLeastOnce;
    let again = world.outcomes[3].clone();
    world.outcomes.push(again);
    world.committed.insert(key(0), 3);
    world.committed_again.insert(key(0), 3);
    let report = world.audit(ALL);
    assert_eq!((report.result, report.tally.repeated, report.tally.ahead), (AuditResult::Passed, 1, 1));
}

#[test]
fn an_outcome_of_a_record_that_never_was_is_named() {
    for (header, value, at) in [
        (headers::RAW_OFFSET, "99", (0, 99)),
        (headers::RAW_OFFSET, "-1", (0, -1)),
        (headers::RAW_PARTITION, "9", (9, 0)),
    ] {
        let mut world = World::new();
        let record = world.outcomes[0].clone();
        world.outcomes.push((record.0, renamed(record.1, header, value)));
        assert_fails(&world, NOTHING_MORE, &[(FindingKind::Phantom, at.0, at.1)]);
    }
    // Offset 1 of partition 0 is the marker of a transaction.
    let mut world = World::new();
    world.raw.retain(|record| record.coordinates != place(0, 1));
    let report = assert_fails(&world, NOTHING_MORE, &[(FindingKind::Phantom, 0, 1)]);
    assert_eq!(report.raw_records(), 7);
}

#[test]
fn outcomes_of_other_raw_topics_are_counted_and_are_no_fault() {
    let mut world = World::new();
    let record = world.outcomes[0].clone();
    world.outcomes.push((record.0, renamed(record.1, headers::RAW_TOPIC, "another")));
    let report = world.audit(ALL);
    assert_eq!(report.result, AuditResult::Passed);
    assert_eq!(report.json()["foreign"], 1);
}

#[test]
fn an_outcome_ahead_of_the_committed_offset_is_named_unless_it_was_committed_meanwhile() {
    let mut world = World::new();
    world.committed.insert(key(0), 3);
    assert_eq!(world.audit(ALL).result, AuditResult::Passed, "a worker committed while it was audited");
    assert_eq!(counts(&world.audit(ALL)), (7, [3, 2, 2]));
    world.committed_again.insert(key(0), 3);
    assert_fails(&world, ALL, &[(FindingKind::Early, 0, 3)]);
}

#[test]
fn a_committed_offset_behind_the_end_is_named() {
    let mut world = World::new();
    world.committed.insert(key(1), 11);
    assert_fails(&world, NOTHING_MORE, &[(FindingKind::CommittedBeyondEnd, 1, 11)]);
}

#[test]
fn an_outcome_in_a_wrong_topic_or_without_its_headers_is_named() {
    let mut world = World::new();
    world.outcome_of(0, 0).outcome = Outcome::Duplicate;
    assert_fails(&world, NOTHING_MORE, &[(FindingKind::Misplaced, 0, 0)]);

    let mut world = World::new();
    world.outcome_of(0, 0).headers.clear();
    let report = world.audit(NOTHING_MORE);
    let kinds: Vec<FindingKind> = report.findings.kept.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [FindingKind::Unreadable, FindingKind::Lost]);
}

#[test]
fn a_verdict_that_the_log_does_not_give_is_named() {
    for ((partition, offset), from, to) in [
        ((1, 0), "\"score\":1000", "\"score\":999"),
        ((1, 0), "\"rule\":\"same_text\"", "\"rule\":\"no_match\""),
        ((1, 0), "\"kind\":\"exact\"", "\"kind\":\"refetch\""),
        ((0, 1), "\"offset\":0", "\"offset\":2"),
        ((0, 0), "\"seq\":0", "\"seq\":1"),
        ((0, 0), "\"level\":1", "\"level\":2"),
        ((1, 1), "\"verdict\":\"revision\"", "\"verdict\":\"new\""),
        ((0, 2), "\"novelty\":1000", "\"novelty\":1"),
    ] {
        let mut world = World::new();
        alter(world.outcome_of(partition, offset), from, to);
        assert_fails(&world, VERDICTS, &[(FindingKind::Verdict, partition, offset)]);
    }
}

#[test]
fn an_article_enriched_where_the_log_says_duplicate_is_named() {
    let mut world = World::new();
    let mut alone = World::of(vec![raw(1, 0, &article(1))]);
    *world.outcome_of(1, 0) = alone.outcome_of(1, 0).clone();
    assert_fails(&world, VERDICTS, &[(FindingKind::Verdict, 1, 0)]);
}

#[test]
fn the_first_claim_of_a_record_counts_and_claims_of_a_record_before_it_do_not() {
    let mut world = World::new();
    let again = world.log[0].clone();
    world.log.push(again);
    assert_eq!(world.audit(ALL).result, AuditResult::Passed);

    // A recreated topic: the same place, another record.
    let mut earlier = World::of(vec![raw(0, 0, &article(77))]);
    let stranger = earlier.log.remove(0);
    let mut world = World::new();
    world.log.push(stranger);
    assert_eq!(world.audit(ALL).result, AuditResult::Passed);
}

/// An entry with a right checksum that no present version writes.
fn newer(scope: u64) -> Vec<u8> {
    let mut bytes = [&b"KC\x09\x00"[..], &scope.to_le_bytes(), b"something"].concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

#[test]
fn levels_voids_and_other_scopes_count_as_they_do_for_a_worker() {
    let level =
        Level::from_settings(&crate::config::load::load(&LayerArguments::default()).unwrap().settings.dedup);
    let record = LevelRecord {
        number: 5,
        cluster: String::new(),
        group: String::new(),
        level,
        previous: None,
        begins: 0,
    };
    let mut world = World::of(vec![raw(0, 0, &article(1))]);
    world.log.insert(0, claim::encode_level(SCOPE, &record).unwrap());
    assert_fails(&world, VERDICTS, &[(FindingKind::Verdict, 0, 0)]);
    alter(world.outcome_of(0, 0), "\"seq\":0", "\"seq\":1");
    assert_fails(&world, VERDICTS, &[(FindingKind::Verdict, 0, 0)]);
    alter(world.outcome_of(0, 0), "\"level\":1", "\"level\":5");
    assert_eq!(world.audit(VERDICTS).result, AuditResult::Passed);

    // Behind a void record the lost original matches nothing.
    let mut world = World::of(vec![raw(0, 0, &article(1)), raw(1, 0, &article(1))]);
    assert_eq!(world.audit(VERDICTS).result, AuditResult::Passed);
    let lost = VoidRange { topic: TOPIC.into(), partition: 0, from: 0, to: 1 };
    world.log.insert(1, claim::encode_void(SCOPE, &lost));
    assert_fails(&world, VERDICTS, &[(FindingKind::Verdict, 1, 0)]);

    // Entries of another group, whatever its version.
    for foreign in [claim::encode_void(SCOPE + 1, &lost), newer(SCOPE + 1)] {
        let mut world = World::of(vec![raw(0, 0, &article(1))]);
        world.log.insert(0, foreign);
        alter(world.outcome_of(0, 0), "\"seq\":0", "\"seq\":1");
        let report = world.audit(VERDICTS);
        assert_eq!((report.result, report.tally.claims), (AuditResult::Passed, 1));
    }
}

#[test]
fn a_record_without_a_claim_is_named() {
    let mut world = World::new();
    world.log.pop();
    assert_fails(&world, VERDICTS, &[(FindingKind::Unclaimed, 0, 3)]);
    // Damaged entries are skipped, so it is the same of them.
    world.log.push(b"KC damaged".to_vec());
    let report = assert_fails(&world, VERDICTS, &[(FindingKind::Unclaimed, 0, 3)]);
    assert_eq!(report.tally.damaged_claims, 1);
}

#[test]
fn a_chain_that_ends_at_a_rejected_or_absent_record_is_named() {
    let mut world = World::new();
    let mut rejected = world.outcome_of(1, 2).clone();
    rejected = renamed(rejected, headers::RAW_PARTITION, "0");
    *world.outcome_of(0, 0) = renamed(rejected, headers::RAW_OFFSET, "0");
    assert_fails(&world, VERDICTS, &[(FindingKind::Chain, 1, 0), (FindingKind::Chain, 0, 1)]);

    let mut world = World::new();
    world.without_outcome(0, 0);
    assert_fails(
        &world,
        VERDICTS,
        &[(FindingKind::Chain, 1, 0), (FindingKind::Chain, 0, 1), (FindingKind::Lost, 0, 0)],
    );
}

#[test]
fn a_match_that_is_still_on_its_way_is_no_fault() {
    let mut world = World::new();
    for offset in 0..4 {
        world.without_outcome(0, offset);
    }
    world.committed.insert(key(0), 0);
    world.committed_again.insert(key(0), 0);
    let report = world.audit(ALL);
    assert_eq!((report.result, report.tally.pending_matches), (AuditResult::Passed, 1));
}

#[test]
fn an_altered_body_key_or_header_is_named() {
    let mut world = World::new();
    alter(world.outcome_of(0, 0), "harbour", "airport");
    assert_fails(&world, ALL, &[(FindingKind::Content, 0, 0)]);
    assert_eq!(world.audit(VERDICTS).result, AuditResult::Passed, "only --content looks at it");

    let mut world = World::new();
    alter(world.outcome_of(1, 0), "Harbour", "Airport");
    assert_fails(&world, ALL, &[(FindingKind::Content, 1, 0)]);

    let mut world = World::new();
    alter(world.outcome_of(0, 2), "{\"uri\"", "{ \"uri\"");
    assert_fails(&world, ALL, &[(FindingKind::Content, 0, 2)]);

    let mut world = World::new();
    world.outcome_of(0, 2).key = Some(b"other".to_vec());
    assert_fails(&world, ALL, &[(FindingKind::Content, 0, 2)]);

    let mut world = World::new();
    world.outcome_of(0, 0).headers.push(Header::text("more", "1"));
    assert_fails(&world, ALL, &[(FindingKind::Content, 0, 0)]);

    let mut world = World::new();
    *world.outcome_of(0, 0) = renamed(world.outcome_of(0, 0).clone(), headers::TRACEPARENT, "00-9-9-01");
    assert_fails(&world, ALL, &[(FindingKind::Content, 0, 0)]);
}

#[test]
fn a_swapped_outcome_is_named() {
    let mut world = World::new();
    let (one, other) = (world.outcome_of(0, 0).clone(), world.outcome_of(0, 2).clone());
    world.outcome_of(0, 0).payload = other.payload;
    world.outcome_of(0, 0).key = other.key;
    world.outcome_of(0, 2).payload = one.payload;
    world.outcome_of(0, 2).key = one.key;
    let report = world.audit(ALL);
    assert_eq!(report.findings.by_kind.get(&FindingKind::Content), Some(&2), "{:?}", report.findings.kept);
}

#[test]
fn a_rejected_record_keeps_its_original_in_every_form_that_fits() {
    let value = format!("{{\"content\": \"{}", "cut and cut ".repeat(40_000));
    for bytes_max in [20_000, 16_384] {
        let mut world = World::of(vec![raw(0, 0, &value)]);
        let whole = world.outcome_of(0, 0).clone();
        *world.outcome_of(0, 0) = crate::emit::fit::fit(whole, bytes_max);
        assert!(headers::own_text(&world.outcome_of(0, 0).headers, headers::ORIGINAL_ENCODING).is_some());
        assert_eq!(world.audit(ALL).result, AuditResult::Passed);
    }
    let noise: String = (0..30_000_u32)
        .flat_map(|number| [number.wrapping_mul(2_654_435_761).to_string(), " ".to_owned()])
        .collect();
    let mut world = World::of(vec![raw(0, 0, &format!("{{\"content\": \"{noise}"))]);
    let whole = world.outcome_of(0, 0).clone();
    *world.outcome_of(0, 0) = crate::emit::fit::fit(whole, 16_384);
    let report = world.audit(ALL);
    assert_eq!((report.result, report.tally.stubs), (AuditResult::Passed, 1));

    let stub = headers::ORIGINAL_OMITTED;
    *world.outcome_of(0, 0) = renamed(world.outcome_of(0, 0).clone(), stub, "size=1;sha256=00");
    assert_fails(&world, ALL, &[(FindingKind::Content, 0, 0)]);
}

#[test]
fn a_rejection_that_is_altered_or_not_deserved_is_named() {
    let mut world = World::new();
    alter(world.outcome_of(1, 2), "cut", "dug");
    assert_fails(&world, ALL, &[(FindingKind::Content, 1, 2)]);

    let mut world = World::new();
    world.outcome_of(1, 2).headers.retain(|header| header.name != "other");
    assert_fails(&world, ALL, &[(FindingKind::Content, 1, 2)]);

    let mut world = World::new();
    *world.outcome_of(1, 3) = renamed(world.outcome_of(1, 3).clone(), headers::ERROR_CODE, "json_broken");
    assert_fails(&world, ALL, &[(FindingKind::Content, 1, 3)]);

    // A good article that is rejected.
    let mut world = World::of(vec![raw(0, 0, "{\"content\": \"cut")]);
    world.raw[0].payload = Some(article(1).into_bytes());
    world.outcome_of(0, 0).payload = Some(article(1).into_bytes());
    let report = assert_fails(&world, ALL, &[(FindingKind::Content, 0, 0)]);
    assert!(report.findings.kept[0].detail.contains("find an article"), "{:?}", report.findings.kept);
}

#[test]
fn degraded_records_are_counted_and_not_made_again() {
    let mut world = World::new();
    let whole = world.outcome_of(0, 0).clone();
    alter(world.outcome_of(0, 0), "\"versions\"", "\"degraded\":[\"tag\"],\"versions\"");
    assert_ne!(*world.outcome_of(0, 0), whole);
    let report = world.audit(ALL);
    assert_eq!(
        (report.result, report.tally.degraded),
        (AuditResult::Passed, 1),
        "{:?}",
        report.findings.kept
    );
}

#[test]
fn records_of_another_version_are_unknown() {
    let mut world = World::new();
    *world.outcome_of(0, 0) = renamed(world.outcome_of(0, 0).clone(), headers::VERSION, "0.0.1");
    assert_unknown(&world, ALL, "another version");
    assert_eq!(world.audit(VERDICTS).result, AuditResult::Passed);
}

#[test]
fn missing_offsets_are_unknown() {
    let mut world = World::new();
    world.committed.remove(&key(1));
    world.committed_again.remove(&key(1));
    let report = assert_unknown(&world, ALL, "no committed offset of raw/1");
    assert_eq!(report.raw_records(), 4);
    world.committed.clear();
    world.committed_again.clear();
    assert_unknown(&world, ALL, "no committed offset of any");
}

#[test]
fn what_retention_took_of_the_raw_records_is_unknown() {
    let mut world = World::new();
    world.begin = 1;
    world.raw.retain(|record| record.coordinates.offset > 0);
    let report = assert_unknown(&world, ALL, "below offset 1");
    assert_eq!((report.raw_records(), report.tally.unproven_origins), (6, 2));
}

#[test]
fn what_retention_or_compaction_took_of_the_outcomes_is_unknown_and_never_lost() {
    let mut world = World::new();
    world.without_outcome(1, 2);
    world.evidence.outcomes_may_miss = true;
    world.evidence.unknown.push("retention took outcomes".to_owned());
    assert_unknown(&world, NOTHING_MORE, "1 raw records have no outcome");
    // A fault that is found is none the less one.
    let again = world.outcomes[3].clone();
    world.outcomes.push(again);
    assert_fails(&world, NOTHING_MORE, &[(FindingKind::Doubled, 0, 2)]);
}

#[test]
fn gaps_of_a_compacted_raw_topic_refute_nothing() {
    let mut world = World::new();
    world.raw.retain(|record| record.coordinates != place(0, 1));
    world.evidence.compacted_raw.insert(TOPIC.to_owned());
    assert_unknown(&world, NOTHING_MORE, "there no more");
}

#[test]
fn verdicts_that_rest_on_a_cut_or_newer_log_are_unknown() {
    let mut world = World::new();
    world.log_begin = 1;
    world.evidence.claims_may_miss = true;
    world.evidence.unknown.push("the claims log was cut".to_owned());
    assert_unknown(&world, VERDICTS, "verdicts rest on claims");

    let mut world = World::new();
    world.log.insert(1, newer(SCOPE));
    assert_unknown(&world, VERDICTS, "newer khabar from offset 1");
}

#[test]
fn findings_are_counted_beyond_those_that_are_kept() {
    let records = (0..30).map(|offset| raw(0, offset, "%PDF-1.7")).collect();
    let mut world = World::of(records);
    world.outcomes.clear();
    let report = world.audit(NOTHING_MORE);
    assert_eq!((report.findings.total(), report.findings.kept.len()), (30, 20));
    assert_eq!(report.json()["findings_total"], 30);
}
