//! The checks of outcomes find what they are for: planted faults.

use std::time::Instant;

use crate::support::outcomes::{
    Counts, Outcome, Place, check_one_each, check_one_enriched_each, check_order,
};
use crate::support::records::ReadRecord;
use crate::support::worker::Topics;

fn place(offset: i64) -> Place {
    Place { partition: 0, offset }
}

/// An outcome of the raw record at `raw`; a duplicate points to `earlier`.
fn outcome(topics: &Topics, kind: &str, raw: i64, offset: i64, earlier: i64) -> Outcome {
    let topic = match kind {
        "enriched" => &topics.enriched,
        "duplicate" => &topics.duplicates,
        _ => &topics.rejected,
    };
    let headers = [
        ("khabar-outcome", kind),
        ("khabar-raw-topic", &topics.raw),
        ("khabar-raw-partition", "0"),
        ("khabar-raw-offset", &raw.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), Some(value.as_bytes().to_vec())));
    Outcome::of(ReadRecord {
        topic: topic.clone(),
        partition: 0,
        offset,
        timestamp_ms: None,
        key: None,
        value: Some(format!(r#"{{"duplicate_of": {{"partition": 0, "offset": {earlier}}}}}"#).into_bytes()),
        headers: headers.to_vec(),
        received: Instant::now(),
    })
}

#[test]
fn planted_faults_are_found() {
    let topics = Topics::named("checks", 1);
    let raw: Vec<Place> = (0..4).map(place).collect();
    let right = vec![
        outcome(&topics, "enriched", 0, 0, 0),
        outcome(&topics, "enriched", 2, 1, 0),
        outcome(&topics, "duplicate", 1, 0, 0),
        outcome(&topics, "rejected", 3, 0, 0),
    ];
    // Records 0 and 1 have the same text.
    let text_of = |place: Place| [Some(1), Some(1), Some(2), None][usize::try_from(place.offset).unwrap()];
    assert_eq!(check_one_each(&topics, &raw, &right), Ok(Counts { enriched: 2, duplicate: 1, rejected: 1 }));
    assert_eq!(check_one_enriched_each(&right, text_of), Ok(()));
    assert_eq!(check_order(&right), Ok(()));

    let one_each = |outcomes: &[Outcome]| check_one_each(&topics, &raw, outcomes).unwrap_err();
    assert!(one_each(&right[1..]).contains("without an outcome"));
    let doubled = [&right[..], &[outcome(&topics, "duplicate", 2, 1, 0)]].concat();
    assert!(one_each(&doubled).contains("several outcomes"));
    let phantom = [&right[..], &[outcome(&topics, "enriched", 9, 2, 0)]].concat();
    assert!(one_each(&phantom).contains("no raw record"));
    let mut misplaced = right.clone();
    misplaced[3].record.topic.clone_from(&topics.enriched);
    assert!(one_each(&misplaced).contains("wrong topic"));

    let mut two_enriched = right.clone();
    two_enriched[2] = outcome(&topics, "enriched", 1, 2, 0);
    assert!(check_one_enriched_each(&two_enriched, text_of).unwrap_err().contains("without one enriched"));
    let mut astray = right.clone();
    astray[2] = outcome(&topics, "duplicate", 1, 0, 2);
    assert!(check_one_enriched_each(&astray, text_of).unwrap_err().contains("point to no enriched"));
    let mut swapped = right;
    swapped.swap(0, 1);
    assert!(check_order(&swapped).unwrap_err().contains("behind later ones"));
}
