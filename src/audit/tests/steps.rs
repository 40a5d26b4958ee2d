//! A claims log whose clock stepped back is judged to its end all the same.

use std::sync::Arc;

use crate::article::{Judgement, Verdict, hash128};
use crate::audit::replay::{Replay, ReplayEnd, Witness};
use crate::config::load::{LayerArguments, load};
use crate::dedup::claim::{self, Claim, ClaimIdentity};
use crate::dedup::level::Level;
use crate::dedup::sketch::sketch;
use crate::dedup::times_ahead::TimesNoted;
use crate::flow::RawCoordinates;

const SCOPE: u64 = 7;
const HOUR_MS: i64 = 3_600_000;

/// Keeps every verdict.
#[derive(Default)]
struct Keeper {
    judged: Vec<Judgement>,
    claims: usize,
    damaged: usize,
}

impl Witness for Keeper {
    fn awaits(&self, _: &ClaimIdentity) -> bool {
        true
    }

    fn judged(&mut self, _: &Claim, _: i64, judgement: &Judgement) {
        self.judged.push(judgement.clone());
    }

    fn unprovable(&mut self, _: &Claim, offset: i64, _: i64) {
        panic!("{offset} can be proved");
    }

    fn claimed(&mut self) {
        self.claims += 1;
    }

    fn damaged(&mut self) {
        self.damaged += 1;
    }
}

fn entry(offset: i64, story: i64) -> Vec<u8> {
    let coordinates = RawCoordinates { topic: Arc::from("raw"), partition: 0, offset };
    let words: Vec<String> = (0..60).map(|word| format!("كلمة{}", story * 100 + word)).collect();
    let text = words.join(" ");
    claim::encode_claim(&Claim {
        scope: SCOPE,
        identity: ClaimIdentity::new(coordinates, Some(0), text.as_bytes()),
        content_hash: [0; 16],
        article_id: hash128(&offset.to_le_bytes()),
        has_url: false,
        fetched_at_ms: 0,
        language: "ar".to_owned(),
        source_hash: 1,
        never_suppressed: false,
        sketch: sketch("", &text),
    })
}

#[test]
fn behind_a_step_of_the_clock_the_log_is_judged_as_if_nothing_had_been_forgotten() {
    // Story 1 leaves the memory when the clock is ten days ahead, and is told again behind the step.
    let hours = [(0, 1), (1, 2), (240, 3), (241, 4), (2, 1), (3, 5), (4, 3), (5, 2)];
    let mut log: Vec<(i64, Vec<u8>)> = hours
        .iter()
        .zip(0..)
        .map(|((hour, story), offset)| (hour * HOUR_MS, entry(offset, *story)))
        .collect();
    log.insert(1, (0, b"KC damaged".to_vec()));
    let level = Level::from_settings(&load(&LayerArguments::default()).unwrap().settings.dedup);
    let mut keeper = Keeper::default();
    let mut replay = Replay::new(SCOPE, level, 0, Some(241 * HOUR_MS));
    let mut read = |replay: &mut Replay| {
        (0..)
            .zip(&log)
            .try_for_each(|(offset, (time_ms, bytes))| replay.apply(&mut keeper, offset, *time_ms, bytes))
    };
    let Err(ReplayEnd::Clock { offset, .. }) = read(&mut replay) else { panic!("the step is not seen") };
    assert_eq!(offset, 5);
    let mut noted = TimesNoted::default();
    for (offset, (time_ms, _)) in (0..).zip(&log) {
        noted.note(offset, *time_ms);
    }
    replay.begin_again(noted.finish(), offset);
    assert_eq!(read(&mut replay), Ok(()));
    let verdicts: Vec<Verdict> = keeper.judged.iter().map(|judgement| judgement.verdict).collect();
    let (new, exact) = (Verdict::New, Verdict::Exact);
    assert_eq!(verdicts, [new, new, new, new, exact, new, exact, exact]);
    assert_eq!((keeper.claims, keeper.damaged), (hours.len(), 1), "each is told once");
}
