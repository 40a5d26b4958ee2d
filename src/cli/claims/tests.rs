use super::level::{Own, Refusal, raised, render};
use super::survey::Survey;
use crate::config::load::{LayerArguments, load};
use crate::dedup::claim::{encode_level, scope};
use crate::dedup::level::{Level, LevelRecord};
use crate::kafka::claims_log::LogRecord;

const CLUSTER: &str = "cluster";

fn configured(window_hours: u32) -> Level {
    let settings = load(&LayerArguments::default()).unwrap().settings;
    Level { window_hours, ..Level::from_settings(&settings.dedup) }
}

fn own(window_hours: u32) -> Own<'static> {
    Own { topic: "claims", cluster: CLUSTER, group: "group", configured: configured(window_hours) }
}

fn level(group: &str, number: u32, level: Level) -> Vec<u8> {
    let record = LevelRecord {
        number,
        cluster: CLUSTER.to_owned(),
        group: group.to_owned(),
        level,
        previous: None,
        begins: 0,
    };
    encode_level(scope(CLUSTER, group), &record).unwrap()
}

/// The survey of a log with these entries, one a second.
fn surveyed(entries: &[Vec<u8>]) -> Survey {
    let mut survey = Survey::new(scope(CLUSTER, "group"));
    for (offset, bytes) in (0_i64..).zip(entries) {
        survey.take(&LogRecord { offset, time_ms: offset * 1000, bytes });
    }
    survey
}

/// An entry with a right checksum that no present version writes.
fn from_the_future(group: &str) -> Vec<u8> {
    let mut bytes = [&b"KC\x09\x00"[..], &scope(CLUSTER, group).to_le_bytes(), b"something"].concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

#[test]
fn the_first_level_is_number_one_and_a_raise_names_the_one_before() {
    let first = raised(&surveyed(&[]), &own(168)).unwrap();
    assert_eq!((first.number, first.previous.is_none()), (1, true));
    let next = raised(&surveyed(&[level("group", 4, configured(168))]), &own(72)).unwrap();
    assert_eq!((next.number, next.previous), (5, Some(configured(168))));
}

#[test]
fn a_raise_that_changes_nothing_or_knows_too_little_is_refused() {
    let same = surveyed(&[level("group", 3, configured(168))]);
    assert_eq!(raised(&same, &own(168)), Err(Refusal::NothingDiffers { number: 3 }));
    let newer = Level { engine: 99, ..configured(168) };
    let unknown = surveyed(&[level("group", 3, newer)]);
    assert_eq!(raised(&unknown, &own(72)), Err(Refusal::UnknownEngine { number: 3, engine: 99 }));
    let with_newer = |of| surveyed(&[level("group", 3, configured(168)), from_the_future(of)]);
    assert!(matches!(raised(&with_newer("group"), &own(72)), Err(Refusal::Newer { offset: 1, .. })));
    // Another group's are its own.
    assert_eq!(raised(&with_newer("other"), &own(72)).unwrap().number, 4);
    let last = surveyed(&[level("group", u32::MAX, configured(168))]);
    assert_eq!(raised(&last, &own(72)), Err(Refusal::LastNumber));
}

#[test]
fn a_repeat_keeps_the_beginning_and_a_late_repeat_of_the_old_level_undoes_no_raise() {
    let survey = surveyed(&[
        level("group", 1, configured(168)),
        level("group", 1, configured(168)),
        level("group", 2, configured(72)),
        level("group", 1, configured(168)),
        level("group", 2, configured(72)),
    ]);
    let (began, last) = (survey.began.unwrap(), survey.level.unwrap());
    assert_eq!((began.record.number, began.offset, last.record.number, last.offset), (2, 2, 2, 4));
}

#[test]
fn other_scopes_and_damage_are_counted_and_change_no_level() {
    let survey = surveyed(&[
        level("group", 1, configured(168)),
        level("bad\u{1b}[2J", 9, configured(24)),
        from_the_future("other"),
        b"KC broken".to_vec(),
        Vec::new(),
    ]);
    assert_eq!((survey.entries, survey.foreign_entries(), survey.damaged), (5, 2, 2));
    assert_eq!(survey.level.as_ref().map(|placed| placed.record.number), Some(1));
    let shown = render(&survey, &own(168), 60_000);
    assert!(shown.contains("group bad?[2J: 1 entry"), "{shown}");
    assert!(!shown.contains('\u{1b}'));
}

#[test]
fn a_log_of_countless_scopes_is_counted_within_bounds() {
    let entries: Vec<Vec<u8>> =
        (0..500).map(|index| level(&format!("group-{index}"), 1, configured(168))).collect();
    let survey = surveyed(&entries);
    assert_eq!((survey.foreign.len(), survey.foreign_entries()), (100, 500));
}
