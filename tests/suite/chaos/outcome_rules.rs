//! Rules about outcomes: one for each raw record, in raw order, of the right content, and no story without an enriched
//! record.

use std::collections::{BTreeMap, BTreeSet};

use khabar::flow::Outcome;

use super::evidence::{Evidence, Planned, Reset, Seen};
use super::expect::Expected;
use super::report::Report;
use crate::support::outcomes::Place;

type ByPlace<'a> = BTreeMap<Place, Vec<&'a Seen>>;

pub fn check(
    evidence: &Evidence,
    after: &[Seen],
    expected: Option<&BTreeMap<Place, Expected>>,
    report: &mut Report,
) {
    let mut found: ByPlace<'_> = BTreeMap::new();
    for seen in after {
        match seen.facts.raw {
            Some(place) => found.entry(place).or_default().push(seen),
            None => report.finding("phantom", format!("no raw record is named by {}", at(seen))),
        }
        if seen.facts.outcome != seen.topic.name() {
            report.finding("phantom", format!("{} says that it is {:?}", at(seen), seen.facts.outcome));
        }
    }
    one_each(evidence, &found, report);
    counts(evidence, after, report);
    order(after, &evidence.resets, report);
    stories(evidence, &found, report);
    chains(&found, report);
    if let Some(expected) = expected {
        content("verdicts", after, expected, report);
    }
}

pub fn at(seen: &Seen) -> String {
    format!("{} {}@{} of raw {:?}", seen.topic.name(), seen.partition, seen.offset, seen.facts.raw)
}

/// A raw record has one outcome, and one more for each reset over it.
fn one_each(evidence: &Evidence, found: &ByPlace<'_>, report: &mut Report) {
    let known: BTreeSet<Place> = evidence.raw.iter().map(|one| one.place).collect();
    for place in &known {
        let wanted = 1 + evidence.resets.iter().filter(|reset| reset.holds(*place)).count();
        let all = found.get(place).map_or(&[][..], Vec::as_slice);
        report.counts.repeated_by_resets += wanted - 1;
        if all.len() < wanted {
            report.finding("lost", format!("{place:?} has {} outcomes, not {wanted}", all.len()));
        }
        if all.len() > wanted {
            let places: Vec<String> = all.iter().map(|seen| at(seen)).collect();
            report.finding(
                "doubled",
                format!("{place:?} has {} outcomes, not {wanted}: {places:?}", all.len()),
            );
        }
    }
    let strangers = found.keys().filter(|place| !known.contains(place));
    report.findings("phantom", strangers.map(|place| format!("{place:?} has an outcome and never was")));
}

/// The three counts add up to the committed raw records and what resets repeated.
fn counts(evidence: &Evidence, after: &[Seen], report: &mut Report) {
    let of = |topic: Outcome| after.iter().filter(|seen| seen.topic == topic).count();
    report.counts.enriched = of(Outcome::Enriched);
    report.counts.duplicate = of(Outcome::Duplicate);
    report.counts.rejected = of(Outcome::Rejected);
    let Some(committed) = &evidence.committed else {
        report.unknown("counts", "the committed offsets could not be read".to_owned());
        return;
    };
    let repeated: i64 = evidence.resets.iter().map(|reset| reset.from - reset.to).sum();
    let wanted = committed.values().sum::<i64>() + repeated;
    if i64::try_from(after.len()).ok() != Some(wanted) {
        report.finding("counts", format!("{} outcomes, and {wanted} raw records are committed", after.len()));
    }
}

/// Within a partition of an outcome topic the outcomes of one raw partition stand in raw order; only a reset goes back.
fn order(after: &[Seen], resets: &[Reset], report: &mut Report) {
    let mut lanes: BTreeMap<(Outcome, i32, i32), Vec<(i64, i64)>> = BTreeMap::new();
    for seen in after {
        let Some(raw) = seen.facts.raw else { continue };
        lanes.entry((seen.topic, seen.partition, raw.partition)).or_default().push((seen.offset, raw.offset));
    }
    for ((topic, partition, raw_partition), mut lane) in lanes {
        lane.sort_unstable();
        let mut ahead = resets.iter().filter(|reset| reset.partition == raw_partition);
        let mut last = -1;
        for (offset, raw) in lane {
            // What was done before the reset lies below `from`, what follows begins at `to`. Where nothing was done between
            // two resets, what was done before lies below the larger `from`.
            let mut done = 0;
            let mut allows = |reset: &Reset| {
                done = reset.from.max(done);
                reset.to <= raw && last < done
            };
            if raw <= last && !ahead.by_ref().any(&mut allows) {
                let place = format!("{} {partition}@{offset}", topic.name());
                report.finding("order", format!("{place}: raw {raw_partition}@{raw} stands behind {last}"));
            }
            last = raw;
        }
    }
}

/// Each story has an enriched record, and of records with the same text at most one is enriched.
fn stories(evidence: &Evidence, found: &ByPlace<'_>, report: &mut Report) {
    let mut stories: BTreeMap<usize, bool> = BTreeMap::new();
    let mut texts: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
    for one in &evidence.raw {
        let Some(Planned::Article { story, text }) = one.planned else { continue };
        let is_enriched =
            found.get(&one.place).is_some_and(|all| all.iter().any(|seen| seen.topic == Outcome::Enriched));
        *stories.entry(story).or_default() |= is_enriched;
        if is_enriched {
            texts.entry(text).or_default().push(one.place);
        }
    }
    let silent = stories.iter().filter(|(_, is_told)| !**is_told);
    report.findings("stories", silent.map(|(story, _)| format!("story {story} has no enriched record")));
    let twice = texts.iter().filter(|(_, places)| places.len() > 1);
    report.findings(
        "stories",
        twice.map(|(text, places)| format!("text {text} is enriched more than once: {places:?}")),
    );
}

/// A duplicate points to an enriched record, or to a duplicate that does.
fn chains(found: &ByPlace<'_>, report: &mut Report) {
    let mut ends_well: BTreeMap<Place, bool> = BTreeMap::new();
    for place in found.keys() {
        let mut way = vec![*place];
        let is_good = loop {
            let here = way[way.len() - 1];
            if let Some(known) = ends_well.get(&here) {
                break *known;
            }
            let Some(seen) = found.get(&here).and_then(|all| all.first()) else { break false };
            match (seen.topic, seen.facts.duplicate_of) {
                (Outcome::Enriched, _) => break true,
                (Outcome::Duplicate, Some(earlier)) if !way.contains(&earlier) => way.push(earlier),
                // A rejected record is the end of no chain but its own.
                (Outcome::Rejected, _) => break way.len() == 1,
                (Outcome::Duplicate, _) => break false,
            }
        };
        if !is_good {
            report.finding("chains", format!("{place:?} leads over {way:?} to no enriched record"));
        }
        let is_rejected = found[place].iter().any(|seen| seen.topic == Outcome::Rejected);
        if !is_rejected {
            ends_well.insert(*place, is_good);
        }
    }
}

/// Every copy is what the stages give under the replayed verdict, byte for byte.
pub fn content(
    property: &'static str,
    all: &[Seen],
    expected: &BTreeMap<Place, Expected>,
    report: &mut Report,
) {
    for seen in all {
        let Some(place) = seen.facts.raw else { continue };
        let Some(wanted) = expected.get(&place) else {
            report.finding(property, format!("no outcome was to be expected, and there is {}", at(seen)));
            continue;
        };
        if seen.facts != wanted.facts {
            let (found, wanted) = (&seen.facts, &wanted.facts);
            report.finding(property, format!("{}: found {found:?}, expected {wanted:?}", at(seen)));
        } else if wanted.digest.is_some_and(|digest| digest != seen.digest) {
            report.finding(property, format!("{}: other bytes than the stages give", at(seen)));
        }
    }
}
