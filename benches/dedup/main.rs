//! How fast claims are judged and inserted, and what memory they take, with so many claims in the window.
//!
//! `make bench-dedup` runs it. It reports and asserts nothing: what is fast enough depends on the machine. Beside each
//! rate stands that of a bare hash map that stores and looks up the same keys, as a yardstick of the machine.
//!
//! Environment: KHABAR_BENCH_LIVE ("31000 1000000 10000000"), KHABAR_BENCH_JUDGED (300000 claims per measurement),
//! KHABAR_BENCH_ONLY (the first word of a measurement: "sketches", "mixed", "nine" ...).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a benchmark that cannot measure has nothing else to do"
)]

#[path = "../../tests/support/random.rs"]
#[allow(dead_code, reason = "the suite needs more of it")]
mod random;
mod stream;

use std::collections::HashMap;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use khabar::config::{LayerArguments, load};
use khabar::dedup::sketch::sketch;
use khabar::dedup::{Claim, Level, Window};

use random::Random;
use stream::{Stream, Traffic};

/// As in the worker.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Claims that are made at once, outside of the time that is measured. While the window is filled they are few, so that
/// they take no memory worth counting.
const BATCH: usize = 10_000;
const BATCH_OF_FILLING: usize = 1_000;
/// Claims of growing stories before those that are measured.
const GROWING_BEFORE: usize = 10_000;
/// The length of the texts whose sketches are made, in bytes.
const TEXT_BYTES: usize = 3_000;
const TEXTS: usize = 20_000;

fn main() {
    let number = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let judged: usize = number("KHABAR_BENCH_JUDGED", "300000").parse().expect("a count");
    let sizes = number("KHABAR_BENCH_LIVE", "31000 1000000 10000000");
    let only = std::env::var("KHABAR_BENCH_ONLY").ok();
    if let Some(live) = std::env::args().find_map(|argument| argument.parse().ok()) {
        window(live, judged, only.as_deref());
        return;
    }
    if is_wanted(only.as_deref(), "sketches") {
        sketches();
        if only.is_some() {
            return;
        }
    }
    let program = std::env::current_exe().expect("the path of this program");
    for live in sizes.split_whitespace() {
        // Memory that one measurement gave back would be taken for none by the next one.
        let ended = Command::new(&program).arg(live).status().expect("this program starts again");
        assert!(ended.success(), "the measurement of {live} claims failed");
    }
}

fn is_wanted(only: Option<&str>, name: &str) -> bool {
    only.is_none_or(|only| name.starts_with(only))
}

/// Articles of 3 KB a second on one core, made of words with an Arabic letter distribution.
fn sketches() {
    let mut random = Random::new(3);
    let letters: Vec<char> = "اااالللليييممنننوورتتبهدعسكقفحجشصطخذضثزغظءئؤةى".chars().collect();
    let texts: Vec<String> = (0..200)
        .map(|_| {
            let mut text = String::with_capacity(TEXT_BYTES + 16);
            while text.len() < TEXT_BYTES {
                for _ in 0..2 + random.below(7) {
                    text.push(letters[random.below(letters.len())]);
                }
                text.push(' ');
            }
            text
        })
        .collect();
    let begun = Instant::now();
    for at in 0..TEXTS {
        black_box(sketch("", &texts[at % texts.len()]));
    }
    let rate = TEXTS as f64 / begun.elapsed().as_secs_f64();
    println!("sketches: {rate:.0} articles of {TEXT_BYTES} bytes a second");
}

/// The kinds of traffic, each with the claims that are judged of it at most.
const MEASURED: [(&str, Traffic, usize); 6] = [
    ("mixed", Traffic::Mixed, usize::MAX),
    ("nine of ten of one source", Traffic::OneSource, usize::MAX),
    ("articles of 50 templates", Traffic::Templates, 100_000),
    ("stories that grow", Traffic::Growing, 100_000),
    ("identical articles", Traffic::Identical, 100_000),
    ("nearly identical articles", Traffic::NearlyIdentical, 100_000),
];

fn window(live: usize, judged: usize, only: Option<&str>) {
    let settings = load(&LayerArguments::default()).expect("the defaults").settings;
    let level = Level::from_settings(&settings.dedup);
    // W and a day of slack hold the live claims.
    let step_us = (level.window_ms() + 24 * 3_600_000) * 1000 / i64::try_from(live).expect("a count");
    let mut stream = Stream::new(Traffic::Mixed, step_us);
    stream.warm_up();
    let before = resident_bytes();
    let mut window = Window::new(level);
    let filled = fill(&mut window, &mut stream, live + live / 20);
    let after = resident_bytes();
    println!("\n{} live claims", window.len());
    println!("  rebuild: {:.0} claims/s", window.len() as f64 / filled.as_secs_f64());
    if let (Some(before), Some(after)) = (before, after) {
        println!("  memory: {} bytes a claim (resident)", after.saturating_sub(before) / window.len() as u64);
    }
    for (name, traffic, judged_max) in MEASURED.into_iter().filter(|(name, ..)| is_wanted(only, name)) {
        stream.traffic(traffic);
        if traffic == Traffic::Growing {
            // As after a restart: what these repeat is not known yet.
            fill(&mut window, &mut stream, GROWING_BEFORE);
        }
        measure(name, &mut window, &mut stream, judged.min(judged_max));
    }
}

fn fill(window: &mut Window, stream: &mut Stream, count: usize) -> Duration {
    let mut spent = Duration::ZERO;
    let mut left = count;
    while left > 0 {
        let batch: Vec<(Claim, i64)> = (0..left.min(BATCH_OF_FILLING)).map(|_| stream.next()).collect();
        left -= batch.len();
        let begun = Instant::now();
        for (claim, time_ms) in &batch {
            window.insert(claim, *time_ms).expect("the clock goes forward");
        }
        spent += begun.elapsed();
    }
    spent
}

fn measure(name: &str, window: &mut Window, stream: &mut Stream, count: usize) {
    let mut times = Vec::with_capacity(count);
    let mut suppressed = 0_usize;
    let mut yardstick = Yardstick::new(window.len());
    let (mut spent, mut spent_by_yardstick) = (Duration::ZERO, Duration::ZERO);
    while times.len() < count {
        let batch: Vec<(Claim, i64)> = (0..BATCH.min(count - times.len())).map(|_| stream.next()).collect();
        let begun = Instant::now();
        let mut last = begun;
        for (at, (claim, time_ms)) in batch.iter().enumerate() {
            let sequence = i64::try_from(at).expect("few");
            suppressed += usize::from(window.apply(claim, sequence, *time_ms).expect("forward").suppressed);
            let now = Instant::now();
            times.push(now - last);
            last = now;
        }
        spent += begun.elapsed();
        let begun = Instant::now();
        for (claim, _) in &batch {
            yardstick.apply(claim);
        }
        spent_by_yardstick += begun.elapsed();
    }
    times.sort_unstable();
    let quantile = |share: usize| times[(times.len() - 1) * share / 1000].as_secs_f64() * 1e6;
    let rate = count as f64 / spent.as_secs_f64();
    let bare = count as f64 / spent_by_yardstick.as_secs_f64();
    println!(
        "  {name}: {rate:.0} claims/s ({:.2} of a bare map's {bare:.0}), p50 {:.1} us, p99 {:.1} us, p99.9 {:.1} us, \
         longest {:.0} us; {:.1} % suppressed",
        rate / bare,
        quantile(500),
        quantile(990),
        quantile(999),
        quantile(1000),
        suppressed as f64 * 100.0 / count as f64,
    );
}

/// A hash map of the same keys: one store and one look for each.
struct Yardstick {
    claims_of: HashMap<u32, u32>,
    stored: u32,
}

impl Yardstick {
    fn new(live: usize) -> Self {
        let mut random = Random::new(11);
        let claims_of = (0..live * 10).map(|_| ((random.next() >> 32) as u32, 0)).collect();
        Self { claims_of, stored: 0 }
    }

    fn apply(&mut self, claim: &Claim) {
        for (code, tail) in claim.sketch.codes.iter().zip(&claim.sketch.key_tails) {
            let key = u32::from(*code) << 16 | u32::from(*tail);
            black_box(self.claims_of.get(&key));
            self.claims_of.insert(key, self.stored);
        }
        self.stored += 1;
    }
}

/// Resident memory of this process, where the platform tells it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
