//! Does a replica that began to read somewhere in the log say what one says that read all of it?
//!
//! Replicas differ in where they began and in nothing else; what they read reaches W and an hour behind the first claim
//! that they judge.

use khabar::article::Judgement;
use khabar::dedup::Claim;

use crate::corpus::{Data, HOUR_MS, MINUTE_MS};
use crate::report::{Figure, Target};
use crate::sample::Random;
use crate::systems::{Khabar, System as _};

/// After each cut, which lie evenly by chance, the log is judged to its end: three million verdicts of 31,030 articles.
const CUTS: usize = 70;
const READ_BACK_MS: i64 = HOUR_MS;
const DELAY_MAX_MINUTES: i64 = 20 * 60;
const JITTER_MINUTES: i64 = 10;
const RECLAIMED_PERCENT: u64 = 1;

/// Claims by number with their append times, in the order of the log.
type Log = Vec<(usize, i64)>;

pub fn agreement(data: &Data, khabar: &Khabar) -> Result<Vec<Figure>, String> {
    let claims = khabar.claims(data);
    let mut figures = Vec::new();
    for (name, log) in logs(data) {
        let differing = differing(khabar, &claims, &log)?;
        let mut figure =
            Figure::share_of(format!("{name}: differing verdicts"), &differing, Target::AtMost(0.0));
        // A count says more than a share here.
        figure.value = differing.iter().filter(|differs| **differs).count() as f64;
        figure.interval = (figure.value, figure.value);
        figure.is_percent = false;
        figures.push(figure);
    }
    Ok(figures)
}

/// The articles in order of time, late with a clock that is not steady, and in no order at all.
fn logs(data: &Data) -> [(&'static str, Log); 3] {
    let mut random = Random::new(10);
    let times: Vec<i64> = data.documents.iter().map(|document| document.time_ms).collect();
    let in_order: Vec<(i64, usize)> =
        times.iter().enumerate().map(|(number, time_ms)| (*time_ms, number)).collect();
    let mut late: Vec<(i64, usize)> = times
        .iter()
        .enumerate()
        .map(|(number, time_ms)| (time_ms + random.between(0, DELAY_MAX_MINUTES) * MINUTE_MS, number))
        .collect();
    late.sort_unstable();
    let mut numbers: Vec<usize> = (0..times.len()).collect();
    random.shuffle(&mut numbers);
    let shuffled: Vec<(i64, usize)> = times.iter().copied().zip(numbers).collect();

    let ordered = with_reclaims(in_order, &mut random, 0);
    let late = with_reclaims(late, &mut random, JITTER_MINUTES);
    let shuffled = with_reclaims(shuffled, &mut random, 0);
    [("in order", ordered), ("late, unsteady clock", late), ("shuffled", shuffled)]
}

/// Some records are claimed again up to a day later, and append times stray by some minutes from the log's order.
fn with_reclaims(mut entries: Vec<(i64, usize)>, random: &mut Random, jitter_minutes: i64) -> Log {
    let again: Vec<(i64, usize)> = entries
        .iter()
        .filter(|_| random.chance(RECLAIMED_PERCENT))
        .copied()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(time_ms, number)| (time_ms + random.between(1, 24 * 60) * MINUTE_MS, number))
        .collect();
    entries.extend(again);
    entries.sort_by_key(|(time_ms, _)| *time_ms);
    entries
        .into_iter()
        .map(|(time_ms, number)| {
            (number, time_ms + random.between(-jitter_minutes, jitter_minutes + 1) * MINUTE_MS)
        })
        .collect()
}

fn differing(khabar: &Khabar, claims: &[Claim], log: &Log) -> Result<Vec<bool>, String> {
    let judge = |window: &mut khabar::dedup::Window, at: usize| -> Result<Judgement, String> {
        let (number, time_ms) = log[at];
        let sequence = i64::try_from(at).map_err(|error| error.to_string())?;
        window.apply(&claims[number], sequence, time_ms).map_err(|error| error.to_string())
    };
    let mut whole = khabar.window();
    let verdicts: Vec<Judgement> =
        (0..log.len()).map(|at| judge(&mut whole, at)).collect::<Result<_, _>>()?;
    let mut random = Random::new(11);
    let mut differing = Vec::new();
    for _ in 0..CUTS {
        let cut = random.below(log.len());
        let from_ms = log[cut].1 - khabar.window_ms() - READ_BACK_MS;
        let begin = log.iter().position(|(_, time_ms)| *time_ms >= from_ms).unwrap_or(cut);
        let mut part = khabar.window();
        for (number, time_ms) in &log[begin.min(cut)..cut] {
            part.insert(&claims[*number], *time_ms).map_err(|error| error.to_string())?;
        }
        for (at, verdict) in verdicts.iter().enumerate().skip(cut) {
            differing.push(judge(&mut part, at)? != *verdict);
        }
    }
    Ok(differing)
}
