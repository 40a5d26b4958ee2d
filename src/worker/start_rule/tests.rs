use std::sync::Arc;

use super::*;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const WINDOW_MS: i64 = 7 * DAY_MS;
/// Day 100 of the log's clock.
const NOW_MS: i64 = 100 * DAY_MS;

fn key(topic: &str, partition: i32) -> PartitionKey {
    PartitionKey { topic: Arc::from(topic), partition }
}

/// A partition from 0 to 100, worked on up to 50.
fn worked() -> PartitionFacts {
    PartitionFacts { committed: Some(50), begun_meanwhile: false, has_claims: true, ends: Some((0, 100)) }
}

/// A group that works, on a log that nothing was ever taken from.
fn facts() -> StartFacts<'static> {
    StartFacts {
        answers: Answers { accept_empty_log: false, from: StartFrom::Start, accept_loss: false },
        log: LogFacts {
            topic: "claims",
            low: 0,
            end: 1000,
            has_level: true,
            own_claims: 900,
            times_ms: Some((NOW_MS - 3 * DAY_MS, NOW_MS - HOUR_MS)),
            unfinished: Some((990, NOW_MS - 2 * HOUR_MS - WINDOW_MS)),
            beginning: Beginning::default(),
            window_ms: WINDOW_MS,
            coming_after_ms: NOW_MS - WINDOW_MS,
            now_ms: NOW_MS,
        },
        partitions: BTreeMap::from([(key("raw", 0), worked()), (key("raw", 1), worked())]),
    }
}

fn changed(change: impl FnOnce(&mut StartFacts<'static>)) -> Result<Start, StartRefusal> {
    let mut facts = facts();
    change(&mut facts);
    judge(&facts)
}

fn partition<'a>(facts: &'a mut StartFacts<'static>, number: i32) -> &'a mut PartitionFacts {
    facts.partitions.entry(key("raw", number)).or_default()
}

fn no_log(facts: &mut StartFacts<'static>) {
    facts.log = LogFacts {
        low: 0,
        end: 0,
        has_level: false,
        own_claims: 0,
        times_ms: None,
        unfinished: None,
        ..facts.log.clone()
    };
}

#[test]
fn what_fits_together_starts_without_complaint() {
    assert_eq!(judge(&facts()), Ok(Start::default()));
    let new_group = changed(|facts| {
        no_log(facts);
        facts.partitions.values_mut().for_each(|one| (one.committed, one.has_claims) = (None, false));
    });
    assert_eq!(new_group, Ok(Start::default()));
    let began_and_committed_nothing = changed(|facts| {
        no_log(facts);
        facts.partitions.values_mut().for_each(|one| (one.committed, one.has_claims) = (Some(0), false));
    });
    assert_eq!(began_and_committed_nothing, Ok(Start::default()), "nothing is forgotten");
}

#[test]
fn an_idle_partition_whose_claims_have_left_the_log_starts() {
    let start = changed(|facts| {
        facts.log.low = 400;
        facts.log.times_ms = Some((NOW_MS - 20 * DAY_MS, NOW_MS - HOUR_MS));
        *partition(facts, 1) = PartitionFacts { has_claims: false, ends: Some((50, 50)), ..worked() };
    });
    assert_eq!(start, Ok(Start::default()));
}

#[test]
fn a_group_that_stood_still_for_longer_than_the_window_starts_and_declares_where_the_log_begins() {
    let start = changed(|facts| {
        facts.log.low = 400;
        facts.log.times_ms = Some((NOW_MS - 20 * DAY_MS, NOW_MS - 8 * DAY_MS));
        facts.log.unfinished = None;
    });
    assert_eq!(start, Ok(Start { beginning: Some(1000), ..Start::default() }));
    // Two weeks on, retention has taken all before the standstill, so that the log seems young.
    let later = changed(|facts| {
        facts.log.low = 1000;
        facts.log.beginning = Beginning { low: 1000, declared_at: 1000 };
        facts.log.times_ms = Some((NOW_MS - 6 * DAY_MS, NOW_MS));
        facts.log.unfinished = Some((1500, NOW_MS - WINDOW_MS));
    });
    assert_eq!(later, Ok(Start::default()));
}

#[test]
fn a_log_without_the_groups_level_is_lost() {
    let lost = Err(StartRefusal::LogLost { topic: "claims".to_owned() });
    assert_eq!(changed(no_log), lost, "recreated and empty");
    let begun_by_others = changed(|facts| facts.log.has_level = false);
    assert_eq!(begun_by_others, lost, "recreated while workers went on appending");
    let emptied = changed(|facts| {
        no_log(facts);
        (facts.log.low, facts.log.end) = (1000, 1000);
    });
    assert_eq!(emptied, lost);
    let accepted = changed(|facts| {
        no_log(facts);
        facts.answers.accept_empty_log = true;
    });
    assert_eq!(accepted, Ok(Start::default()));
}

#[test]
fn a_cut_log_is_refused_and_once_accepted_it_stays_so() {
    // Claims of the last day are left: too few for records that come, and for those that are not finished.
    let cut_today = |facts: &mut StartFacts<'static>| {
        facts.log.low = 700;
        facts.log.times_ms = Some((NOW_MS - DAY_MS, NOW_MS - HOUR_MS));
        facts.log.unfinished = None;
    };
    let refused = |needed_ms| {
        Err(StartRefusal::LogCut { topic: "claims".to_owned(), begins_ms: NOW_MS - DAY_MS, needed_ms })
    };
    assert_eq!(changed(cut_today), refused(NOW_MS - WINDOW_MS));
    let with_unfinished = changed(|facts| {
        cut_today(facts);
        facts.log.unfinished = Some((800, NOW_MS - 2 * HOUR_MS - WINDOW_MS));
    });
    assert_eq!(with_unfinished, refused(NOW_MS - 2 * HOUR_MS - WINDOW_MS));
    let without_level = changed(|facts| {
        cut_today(facts);
        facts.log.has_level = false;
    });
    assert_eq!(without_level, refused(NOW_MS - WINDOW_MS));

    let accepted = changed(|facts| {
        cut_today(facts);
        facts.answers.accept_empty_log = true;
    });
    assert_eq!(accepted, Ok(Start { beginning: Some(700), ..Start::default() }));
    let afterwards = changed(|facts| {
        cut_today(facts);
        facts.log.beginning = Beginning { low: 700, declared_at: 1000 };
        facts.log.unfinished = Some((1005, NOW_MS - WINDOW_MS));
    });
    assert_eq!(afterwards, Ok(Start::default()), "accepting it once is enough");
    let cut_again = changed(|facts| {
        cut_today(facts);
        facts.log.low = 800;
        facts.log.beginning = Beginning { low: 700, declared_at: 1000 };
    });
    assert_eq!(cut_again, refused(NOW_MS - WINDOW_MS));
}

#[test]
fn behind_a_raise_the_log_need_reach_no_further_than_windows_do() {
    // W was raised a day ago from one day: what comes reaches two days back, the log three.
    let raised = |facts: &mut StartFacts<'static>| {
        facts.log.low = 700;
        facts.log.unfinished = None;
        facts.log.coming_after_ms = NOW_MS - 2 * DAY_MS;
    };
    assert_eq!(changed(raised), Ok(Start::default()));
    // A claim from before the raise is still to be judged, by what was a day before it.
    let with_unfinished = changed(|facts| {
        raised(facts);
        facts.log.unfinished = Some((800, NOW_MS - 4 * DAY_MS));
    });
    let topic = "claims".to_owned();
    let (begins_ms, needed_ms) = (NOW_MS - 3 * DAY_MS, NOW_MS - 4 * DAY_MS);
    assert_eq!(with_unfinished, Err(StartRefusal::LogCut { topic, begins_ms, needed_ms }));
}

#[test]
fn a_log_of_other_groups_that_lost_its_beginning_does_not_keep_a_new_group_out() {
    let start = changed(|facts| {
        no_log(facts);
        (facts.log.low, facts.log.end) = (700, 1000);
        facts.log.times_ms = Some((NOW_MS - DAY_MS, NOW_MS));
        facts.partitions.values_mut().for_each(|one| (one.committed, one.has_claims) = (None, false));
    });
    assert_eq!(start, Ok(Start { beginning: Some(1000), ..Start::default() }));
    let next_start = changed(|facts| {
        facts.log.low = 700;
        facts.log.beginning = Beginning { low: 1000, declared_at: 1000 };
        facts.log.times_ms = Some((NOW_MS - HOUR_MS, NOW_MS));
        facts.log.unfinished = Some((1001, NOW_MS - WINDOW_MS));
    });
    assert_eq!(next_start, Ok(Start::default()), "it has all that this group ever claimed");
}

#[test]
fn claims_without_a_committed_offset_ask_where_to_go_on() {
    let expire = |facts: &mut StartFacts<'static>| partition(facts, 1).committed = None;
    assert_eq!(changed(expire), Err(StartRefusal::OffsetsExpired { partitions: "raw/1".to_owned() }));
    let meanwhile = changed(|facts| {
        expire(facts);
        partition(facts, 1).begun_meanwhile = true;
    });
    assert_eq!(meanwhile, Ok(Start::default()), "another worker began there while the log was read");
    let earliest = changed(|facts| {
        expire(facts);
        facts.answers.from = StartFrom::Earliest;
    });
    assert_eq!(earliest, Ok(Start::default()));
    let latest = changed(|facts| {
        expire(facts);
        facts.answers.from = StartFrom::Latest;
    });
    assert_eq!(latest, Ok(Start { at_end: BTreeSet::from([key("raw", 1)]), ..Start::default() }));
}

#[test]
fn only_partitions_that_were_there_first_may_begin_at_their_end() {
    let new = PartitionFacts { ends: Some((0, 9)), ..PartitionFacts::default() };
    let first = BTreeMap::from([(key("raw", 0), new), (key("raw", 1), new), (key("other", 0), worked())]);
    let both = BTreeSet::from([key("raw", 0), key("raw", 1)]);
    assert_eq!(at_end(StartFrom::Latest, &first), both, "the group comes to this topic for the first time");
    let added = BTreeMap::from([(key("raw", 0), worked()), (key("raw", 1), new)]);
    assert!(at_end(StartFrom::Latest, &added).is_empty(), "its records came while the group existed");
    for from in [StartFrom::Start, StartFrom::Earliest] {
        assert!(at_end(from, &first).is_empty());
    }
}

#[test]
fn a_committed_offset_beyond_the_end_is_refused_whatever_is_answered() {
    for from in [StartFrom::Start, StartFrom::Earliest, StartFrom::Latest] {
        let refused = changed(|facts| {
            facts.answers = Answers { accept_empty_log: true, from, accept_loss: true };
            partition(facts, 1).ends = Some((0, 49));
        });
        let partition = key("raw", 1);
        assert_eq!(refused, Err(StartRefusal::OffsetsBeyondEnd { partition, committed: 50, end: 49 }));
    }
    assert!(changed(|facts| partition(facts, 1).ends = Some((0, 50))).is_ok(), "all is read");
}

#[test]
fn a_loss_is_refused_or_accepted_with_its_range() {
    let lose = |facts: &mut StartFacts<'static>| partition(facts, 1).ends = Some((60, 100));
    let refused = StartRefusal::PassedByRetention { partition: key("raw", 1), committed: 50, begins: 60 };
    assert_eq!(changed(lose), Err(refused));
    let accepted = changed(|facts| {
        lose(facts);
        facts.answers.accept_loss = true;
    });
    let range = VoidRange { topic: Arc::from("raw"), partition: 1, from: 50, to: 60 };
    assert_eq!(accepted, Ok(Start { losses: vec![range], ..Start::default() }));
}
