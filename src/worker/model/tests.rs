//! The protocol holds under random schedules, and the model finds each of its rules where it is broken.

use super::Fault;
use super::check::{Broken, Finding};
use super::committer::Luck;
use super::schedule::{Action, draw, shrink};
use super::world::run;
use super::{Article, HOUR_MS};

/// Schedules of the right protocol; `KHABAR_MODEL_SCHEDULES` sets another number.
const SCHEDULES: u64 = 10_000;
/// A planted fault is found within so many.
const SCHEDULES_MAX: u64 = 20_000;

struct Found {
    seed: u64,
    finding: Finding,
    schedule: Vec<Action>,
}

impl Found {
    fn told(&self) -> String {
        let steps: Vec<String> = self.schedule.iter().map(|action| format!("  {action:?}")).collect();
        let Finding { broken, detail } = &self.finding;
        format!("seed {}: {broken:?}: {detail}\n{}", self.seed, steps.join("\n"))
    }
}

/// The first seed under which a promise is broken, with the shortest schedule that was found for it.
fn search(seeds: std::ops::Range<u64>, fault: Option<Fault>) -> Option<Found> {
    seeds.into_iter().find_map(|seed| {
        let schedule = draw(seed);
        let finding = run(&schedule, fault).into_iter().next()?;
        let schedule = shrink(schedule, fault, finding.broken);
        let finding = run(&schedule, fault).into_iter().next()?;
        Some(Found { seed, finding, schedule })
    })
}

#[test]
fn the_protocol_holds_under_random_schedules() {
    let count = std::env::var("KHABAR_MODEL_SCHEDULES").ok().map_or(SCHEDULES, |text| text.parse().unwrap());
    let halves = [0..count / 2, count / 2..count];
    for half in halves.map(|seeds| std::thread::spawn(move || search(seeds, None))) {
        if let Some(found) = half.join().unwrap() {
            panic!("{}", found.told());
        }
    }
}

/// The model finds the fault, and what it breaks is one of these promises.
fn finds(fault: Fault, breaks: &[Broken]) {
    let found = search(0..SCHEDULES_MAX, Some(fault)).expect("no schedule breaks a promise");
    println!("{fault:?}: {}", found.told());
    assert!(breaks.contains(&found.finding.broken), "for another reason: {}", found.told());
    assert!(run(&found.schedule, None).is_empty(), "it breaks the right protocol too: {}", found.told());
}

#[test]
fn finds_an_original_that_is_claimed_and_then_rejected() {
    finds(Fault::ClaimsBeforeParse, &[Broken::DeadEnd]);
}

#[test]
fn finds_a_log_that_is_read_back_too_little() {
    finds(Fault::ReadsBackTooLittle, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_verdicts_that_are_not_read_back() {
    finds(Fault::KeepsNoVerdictsAtStart, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_a_gap_between_reading_back_and_following() {
    finds(Fault::LeavesGapAfterReadingBack, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_claims_that_vanish_with_their_transaction() {
    finds(Fault::ClaimsInTransaction, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_claims_that_are_judged_before_they_have_a_place_in_the_log() {
    finds(Fault::JudgesWhenAppending, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_claims_that_overtake_each_other() {
    finds(Fault::AppendsOutOfOrder, &[Broken::ClaimedOutOfOrder]);
}

#[test]
fn finds_later_claims_that_change_a_verdict() {
    finds(Fault::LaterClaimsChangeVerdicts, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_verdicts_that_are_dropped_at_a_rebalance() {
    finds(Fault::DropsVerdictsAtRebalance, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_answers_of_an_older_epoch() {
    finds(Fault::TakesAnswersOfOlderEpochs, &[Broken::Stuck]);
}

#[test]
fn finds_outcomes_of_an_older_epoch() {
    finds(Fault::CommitsOutcomesOfOlderEpochs, &[Broken::Lost, Broken::Doubled, Broken::OutOfOrder]);
}

#[test]
fn finds_outcomes_that_are_no_prefix() {
    finds(
        Fault::CommitsOutOfOrder,
        &[
            Broken::OutOfOrder,
            Broken::Doubled,
            Broken::Lost,
            Broken::Stuck,
            Broken::OffsetsWentBack,
            Broken::WrongOutcome,
        ],
    );
}

#[test]
fn finds_a_zombie_that_commits() {
    finds(Fault::CommitsWithoutOwnership, &[Broken::Doubled, Broken::StaleOwner]);
}

#[test]
fn finds_a_member_that_commits_after_it_was_put_out() {
    finds(Fault::CommitsThoughPutOut, &[Broken::Doubled, Broken::StaleOwner]);
}

#[test]
fn finds_metadata_that_is_newer_than_the_look_at_the_assignment() {
    finds(Fault::TakesMetadataAfterLooking, &[Broken::Doubled, Broken::StaleOwner]);
}

#[test]
fn finds_outcomes_that_are_sent_again_after_an_unclear_commit() {
    finds(Fault::SendsAgainAfterUnclearCommit, &[Broken::Doubled]);
}

#[test]
fn finds_a_producer_that_is_used_after_an_unclear_commit() {
    finds(Fault::KeepsProducerAfterUnclearCommit, &[Broken::Doubled]);
}

#[test]
fn finds_partitions_that_are_not_rewound() {
    finds(Fault::NeverRewinds, &[Broken::Stuck]);
}

#[test]
fn finds_offsets_that_are_read_before_their_transaction_ends() {
    finds(Fault::ReadsUnstableOffsets, &[Broken::Doubled]);
}

#[test]
fn finds_offsets_that_are_read_after_the_log() {
    finds(Fault::ReadsOffsetsAfterLog, &[Broken::RefusedToStart]);
}

#[test]
fn finds_claims_that_precede_every_committed_offset() {
    finds(Fault::ClaimsWithoutAnchor, &[Broken::RefusedToStart]);
}

#[test]
fn finds_a_start_that_asks_for_offsets_only_once() {
    finds(Fault::AsksForOffsetsOnce, &[Broken::RefusedToStart]);
}

#[test]
fn finds_offsets_that_were_set_back_beneath_a_worker() {
    finds(Fault::BeginsBelowWhatItForgot, &[Broken::VerdictDiffers]);
}

#[test]
fn finds_start_offsets_that_come_too_late() {
    finds(Fault::AnchorsLate, &[Broken::OffsetsWentBack, Broken::StaleOwner, Broken::Doubled]);
}

fn assert_holds(schedule: &[Action]) {
    let findings = run(schedule, None);
    assert!(findings.is_empty(), "{findings:?}");
}

const fn article(text: u8) -> Article {
    Article { text, url: None, is_rejected: false }
}

const fn works(slot: usize, rounds: usize) -> Action {
    Action::Run { slot, rounds, without: None }
}

#[test]
fn a_partition_that_comes_back_before_its_drain_has_ended_is_read() {
    assert_holds(&[
        Action::Produce { partition: 0, article: article(1) },
        Action::Produce { partition: 1, article: article(0) },
        Action::Start { slot: 0 },
        Action::Start { slot: 2 },
        works(0, 7),
        works(2, 6),
        works(0, 2),
        Action::Move { partition: 1, slot: 2 },
        works(2, 5),
        Action::Poll { slot: 0 },
        Action::Poll { slot: 0 },
        Action::Hear { slot: 0 },
        Action::PutOut { slot: 2, is_told: false },
        Action::Pass { ms: 2 * HOUR_MS },
    ]);
}

#[test]
fn a_log_whose_clock_was_behind_for_a_while_is_read_after_a_restart() {
    assert_holds(&[
        Action::Produce { partition: 0, article: article(0) },
        Action::Start { slot: 0 },
        works(0, 9),
        Action::Pass { ms: -80 * HOUR_MS },
        Action::Produce { partition: 0, article: article(0) },
        works(0, 9),
        Action::Start { slot: 0 },
        works(0, 9),
        Action::Pass { ms: 80 * HOUR_MS },
        Action::Produce { partition: 0, article: article(0) },
        works(0, 9),
        Action::Crash { slot: 0, kept: 0 },
    ]);
}

#[test]
fn offsets_that_are_set_back_while_a_worker_starts_give_the_same_outcomes() {
    assert_holds(&[
        Action::Produce { partition: 0, article: article(0) },
        Action::Start { slot: 0 },
        works(0, 9),
        Action::Start { slot: 1 },
        Action::Follow { slot: 1, entries: 2 },
        Action::Crash { slot: 0, kept: 0 },
        Action::Bury,
        Action::Reset { partition: 0, back: 1 },
        works(1, 9),
    ]);
}

#[test]
fn a_commit_whose_answer_is_lost_counts_once() {
    let schedule = [
        Action::Produce { partition: 0, article: article(0) },
        Action::Start { slot: 0 },
        works(0, 5),
        Action::Cut { slot: 0 },
        Action::Commit { slot: 0, luck: Luck::Fine },
        Action::Commit { slot: 0, luck: Luck::Fine },
        Action::Commit { slot: 0, luck: Luck::AnswerLost },
    ];
    assert_holds(&schedule);
}
