//! The engine and the reference say the same of every claim, whatever the log.

use std::sync::Arc;

use proptest::prelude::*;

use super::news::{Entry, Random, claim, log};
use super::reference::Reference;
use super::{HOUR_MS, level};
use crate::article::{Judgement, Verdict, hash128};
use crate::dedup::claim::VoidRange;
use crate::dedup::level::{ENGINE, Level};
use crate::dedup::sketch::Sketch;
use crate::dedup::window::Window;

/// Judges a log twice. Where `voids` says so, the records of some claims before this place are lost.
fn both(level: &Level, log: &[Entry], voids: impl Fn(usize) -> Option<(i64, i64)>) -> Vec<[Judgement; 2]> {
    let mut window = Window::new(level.clone());
    let mut reference = Reference::new(level.clone());
    let mut judged = Vec::new();
    for (at, (claim, offset, time_ms)) in log.iter().enumerate() {
        if let Some((from, to)) = voids(at) {
            let range = VoidRange { topic: Arc::from("raw"), partition: 0, from, to };
            window.void(&range);
            reference.void(&range);
        }
        judged.push([
            window.apply(claim, *offset, *time_ms).unwrap(),
            reference.apply(claim, *offset, *time_ms),
        ]);
    }
    judged
}

/// Asserts that both agree, and that the log asks for each of some verdicts.
fn agree(level: &Level, log: &[Entry], voids: impl Fn(usize) -> Option<(i64, i64)>, asked: &[Verdict]) {
    let judged = both(level, log, voids);
    let differ: Vec<_> = judged.iter().enumerate().filter(|(_, [engine, plain])| engine != plain).collect();
    assert!(differ.is_empty(), "{} of {} differ, the first: {:#?}", differ.len(), log.len(), differ[0]);
    for verdict in asked {
        assert!(judged.iter().any(|[engine, _]| engine.verdict == *verdict), "no {}", verdict.name());
    }
}

const ALL: [Verdict; 8] = [
    Verdict::Exact,
    Verdict::Revision,
    Verdict::Refetch,
    Verdict::Extends,
    Verdict::Update,
    Verdict::Near,
    Verdict::Contained,
    Verdict::New,
];

const OF_STORIES: [Verdict; 5] =
    [Verdict::Exact, Verdict::Extends, Verdict::Near, Verdict::Contained, Verdict::New];

/// Pages fetched again, headlines, unknown sources and times, and articles without a URL, which the generated news lack.
fn varied(mut log: Vec<Entry>, seed: u64) -> Vec<Entry> {
    let random = &mut Random(seed);
    for at in 1..log.len() {
        if random.below(15) == 0 {
            let earlier = log[at - 1 - random.below(at.min(40))].0.clone();
            let claim = &mut log[at].0;
            claim.article_id = earlier.article_id;
            claim.sketch = Sketch { text_hash: hash128(&at.to_le_bytes()), ..earlier.sketch };
        }
    }
    for (claim, ..) in &mut log {
        claim.sketch.headline_hash = u32::try_from(random.below(3)).unwrap();
        match random.below(20) {
            0 => claim.fetched_at_ms = [-1, i64::MAX, 5_000_000_000_000][random.below(3)],
            1 => claim.fetched_at_ms -= 40 * HOUR_MS,
            2 => claim.has_url = false,
            3 => claim.source_hash = [0, 7 << 32, 7 << 32 | 7][random.below(3)],
            4 => claim.never_suppressed = true,
            _ => {}
        }
    }
    log
}

#[test]
fn engine_and_reference_agree_on_news() {
    for seed in 10..13 {
        agree(&level(), &log(seed, 3600, 40 * HOUR_MS), |_| None, &OF_STORIES);
    }
}

#[test]
fn engine_and_reference_agree_over_days_with_lost_records_and_a_clock_that_jumps() {
    let level = Level { window_hours: 72, ..level() };
    for seed in 20..22 {
        let mut log = varied(log(seed, 3600, 110 * HOUR_MS), seed);
        for (_, offset, time_ms) in &mut log {
            match *offset {
                1200..1400 => *time_ms += 10 * HOUR_MS,
                2500..2550 => *time_ms -= 9 * HOUR_MS,
                _ => {}
            }
        }
        let voids = |at: usize| {
            let lost = i64::try_from(at).unwrap();
            (at % 500 == 499).then_some((lost - 30, lost - 10))
        };
        agree(&level, &log, voids, &ALL);
    }
}

#[test]
fn engine_and_reference_agree_where_nearly_all_texts_share_a_frame() {
    agree(&level(), &framed(30, 2400), |_| None, &OF_STORIES);
}

#[test]
fn engine_and_reference_agree_how_many_claims_of_one_url_are_looked_at() {
    // The clock was ahead when the first came, so that it alone is in the window when the last one is judged.
    let at_hour = |offset: i64, hour: i64, text: &str| {
        let time_ms = 1_700_000_000_000 + hour * HOUR_MS;
        (claim(offset, "https://news.example/live", 1, time_ms, text), offset, time_ms)
    };
    for (between, verdict) in [(1023, Verdict::Revision), (1024, Verdict::New)] {
        let mut log = vec![at_hour(0, 100, "عاجل بلا تفاصيل")];
        log.extend((1..=between).map(|offset| at_hour(offset, 80, &format!("عاجل رقم {offset}"))));
        log.push(at_hour(between + 1, 110, "عاجل مع تفاصيل"));
        let judged = both(&level(), &log, |_| None);
        assert!(judged.iter().all(|[engine, plain]| engine == plain));
        assert_eq!(judged[log.len() - 1][0].verdict, verdict);
    }
}

/// A log within the window whose texts all have some words in common, so that thousands of claims share keys, with
/// copies of stories however old.
fn framed(seed: u64, count: usize) -> Vec<Entry> {
    let random = &mut Random(seed);
    let frame = random.words(14);
    let mut stories: Vec<Vec<String>> = Vec::new();
    let mut log = Vec::new();
    for at in 0..count {
        let offset = i64::try_from(at).unwrap();
        let old = if stories.is_empty() { 0 } else { random.below(stories.len()) };
        let words = match random.below(4) {
            0 | 1 if at > 0 => {
                let mut words = stories[old].clone();
                words.truncate(12 + random.below(words.len()));
                words
            }
            2 if at > 0 => {
                let added = 10 + random.below(60);
                [&stories[old][..], &random.words(added)].concat()
            }
            _ => {
                let count = 20 + random.below(80);
                random.words(count)
            }
        };
        let text =
            if random.below(10) == 0 { words.join(" ") } else { [&words[..], &frame].concat().join(" ") };
        let time_ms = 1_700_000_000_000 + offset * 20_000;
        let source = u64::try_from(random.below(40)).unwrap();
        log.push((
            claim(offset, &format!("https://news.example/{at}"), source, time_ms, &text),
            offset,
            time_ms,
        ));
        stories.push(words);
    }
    log
}

/// One step of a small log: of the shingles of a ring, a stretch and some more.
#[derive(Debug, Clone)]
struct Step {
    begin: u32,
    shingles: u32,
    more: Vec<u32>,
    numerals: Vec<u16>,
    /// URL, source, headline.
    of: (u8, u64, u32),
    minutes: i64,
    fetched_hours_before: i64,
    /// The record of so many claims before is claimed again.
    again: Option<usize>,
    /// So many records before this one are lost.
    lost: Option<i64>,
}

const RING: u32 = 120;

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (
        (0..RING / 10).prop_map(|begin| begin * 10),
        prop_oneof![1_u32..12, 20_u32..100],
        proptest::collection::vec(0..RING, 0..6),
        prop_oneof![
            2 => Just(Vec::new()),
            2 => proptest::collection::vec(0_u16..6, 2..6),
            1 => proptest::collection::vec(0_u16..30, 8..40),
        ],
        (0_u8..12, 0_u64..3, 0_u32..3),
        prop_oneof![8 => 0_i64..90, 1 => -100_i64..0, 1 => 300_i64..1500],
        prop_oneof![3 => Just(0_i64), 1 => 30_i64..45],
        prop_oneof![12 => Just(None), 1 => (1_usize..20).prop_map(Some)],
        prop_oneof![20 => Just(None), 1 => (1_i64..6).prop_map(Some)],
    );
    let step =
        step.prop_map(|(begin, shingles, more, numerals, of, minutes, fetched_hours_before, again, lost)| {
            Step { begin, shingles, more, numerals, of, minutes, fetched_hours_before, again, lost }
        });
    proptest::collection::vec(step, 1..70)
}

/// Neighbours are rounded to the same code.
fn shingle(of_ring: u32) -> u32 {
    (of_ring / 2 % (RING / 2) + 1) * 71_000_000 + of_ring % 2
}

fn small_log(steps: &[Step]) -> Vec<Entry> {
    let mut log: Vec<Entry> = Vec::new();
    let mut now_ms = 1_700_000_000_000;
    for (step, offset) in steps.iter().zip(0..) {
        now_ms += step.minutes * 60_000;
        if let Some((again, ..)) = step.again.and_then(|again| log.iter().rev().nth(again - 1)) {
            let again = again.clone();
            log.push((again, offset, now_ms));
            continue;
        }
        let places = (step.begin..step.begin + step.shingles).map(|place| place % RING);
        let shingles: Vec<u32> = places.chain(step.more.iter().copied()).map(shingle).collect();
        let mut sketch = Sketch::of_shingles(&shingles, step.numerals.clone());
        sketch.text_hash = hash128(format!("{shingles:?} {:?}", step.numerals).as_bytes());
        let (url, source, headline) = step.of;
        sketch.headline_hash = headline;
        let fetched_at_ms = if source == 2 { -1 } else { now_ms - step.fetched_hours_before * HOUR_MS };
        let url = if url < 4 { format!("https://news.example/{url}") } else { format!("urn:{offset}") };
        let mut claim = claim(offset, &url, source, fetched_at_ms, &format!("{offset}"));
        claim.sketch = sketch;
        claim.has_url = step.of.0 != 3;
        if step.of.0 == 4 {
            // As in a claim of the second engine.
            claim.sketch.numeral_pairs.clear();
        }
        log.push((claim, offset, now_ms));
    }
    log
}

fn levels() -> impl Strategy<Value = Level> {
    let off = Level { near: "off".to_owned(), addition: None, ..level() };
    prop_oneof![
        6 => Just(Level { window_hours: 48, ..level() }),
        2 => Just(Level { near: "mark".to_owned(), ..level() }),
        1 => Just(off),
        2 => (2_u32..ENGINE).prop_map(|engine| Level { engine, ..level() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn engine_and_reference_agree_where_collisions_and_ties_abound(level in levels(), steps in steps()) {
        let log = small_log(&steps);
        let voids = |at: usize| {
            let end = i64::try_from(at).unwrap();
            steps[at].lost.map(|lost| (end - lost, end))
        };
        for (at, [engine, plain]) in both(&level, &log, voids).iter().enumerate() {
            prop_assert_eq!(engine, plain, "claim {}", at);
        }
    }
}
