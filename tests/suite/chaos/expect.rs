//! What had to come out: a replay of the claims log and the pure stages over the raw records, without any worker.

use std::collections::BTreeMap;
use std::sync::Arc;

use khabar::article::Judgement;
use khabar::config::{self, LayerArguments};
use khabar::dedup::claim::{self, LogEntry};
use khabar::dedup::level::{Level, LevelRecord};
use khabar::dedup::window::Window;
use khabar::flow::{Header, Outcome, OutputRecord};
use khabar::output_limits::{OutputLimits, TOPIC_BYTES_DEFAULT};
use khabar::parse::Parser;
use khabar::sources::Sources;
use khabar::stages::Stages;
use khabar::tag::Tagger;

use super::evidence::{ClaimsEntry, Facts, Planned, RawEvidence, digest};
use super::report::Report;
use crate::support::outcomes::Place;
use crate::support::records::HeaderPair;

/// Raw records are worked through by so many threads.
const THREADS: usize = 2;

/// The outcome of one raw record.
#[derive(Debug, Clone)]
pub struct Expected {
    pub facts: Facts,
    /// None where the bytes can't be foretold.
    pub digest: Option<u128>,
}

/// What the claims log says about one raw record.
#[derive(Debug, Clone)]
struct Claimed {
    bytes: Vec<u8>,
    judgement: Judgement,
}

/// The stages as every worker of a run has them, with dedup in this scope.
pub fn stages(scope: u64) -> Stages {
    let settings = config::load(&LayerArguments::default()).expect("the defaults are valid").settings;
    let sources = Sources::load(&settings.sources).expect("the sources are valid");
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources).expect("the lexicons are valid");
    let limits = Arc::new(OutputLimits::new(TOPIC_BYTES_DEFAULT));
    Stages::new(&settings, parser, Tagger::compiled_in(), Some(scope), limits)
}

/// The level of an empty log.
pub fn level() -> Level {
    let settings = config::load(&LayerArguments::default()).expect("the defaults are valid").settings;
    Level::from_settings(&settings.dedup)
}

/// The scope of the log's entries; None where it has none.
pub fn scope_of(log: &[ClaimsEntry]) -> Option<u64> {
    log.iter()
        .find_map(|entry| claim::decode(&entry.bytes, &mut |name| Arc::from(name)).ok())
        .map(|entry| entry.scope())
}

/// The outcome of every raw record that has a verdict or needs none.
pub fn expected(
    raw: &[RawEvidence],
    log: &[ClaimsEntry],
    raw_topic: &str,
    report: &mut Report,
) -> BTreeMap<Place, Expected> {
    let Some(scope) = scope_of(log) else {
        report.unknown("verdicts", "the claims log holds no entry that can be read".to_owned());
        return BTreeMap::new();
    };
    let stages = stages(scope);
    let claims = replay(log, scope, report);
    let parts: Vec<(BTreeMap<Place, Expected>, Vec<String>)> = std::thread::scope(|threads| {
        let running: Vec<_> = raw
            .chunks(raw.len().div_ceil(THREADS).max(1))
            .map(|part| threads.spawn(|| outcomes(part, &stages, &claims, raw_topic)))
            .collect();
        running.into_iter().map(|thread| thread.join().expect("the stages do not panic")).collect()
    });
    let mut all = BTreeMap::new();
    for (part, problems) in parts {
        all.extend(part);
        report.findings("claims", problems);
    }
    let strangers = claims.keys().filter(|place| !all.contains_key(place)).map(|place| format!("{place:?}"));
    report.findings(
        "claims",
        strangers.map(|place| format!("a claim of no raw record, or of a rejected one: {place}")),
    );
    all
}

/// Judges the log as every replica does. The first verdict of a record stands.
fn replay(log: &[ClaimsEntry], scope: u64, report: &mut Report) -> BTreeMap<Place, Claimed> {
    let mut window = Window::new(level());
    let mut known: Option<LevelRecord> = None;
    let mut claims: BTreeMap<Place, Claimed> = BTreeMap::new();
    for entry in log {
        match claim::decode(&entry.bytes, &mut |name| Arc::from(name)) {
            Err(error) => report.finding("claims", format!("entry {}: {error}", entry.offset)),
            Ok(other) if other.scope() != scope => {
                report.finding("claims", format!("entry {} is of another scope", entry.offset));
            }
            Ok(LogEntry::Level { record, .. }) => {
                if record.holds_after(known.as_ref()) {
                    if let Err(error) = window.set_level(&record, known.as_ref(), entry.time_ms) {
                        report.finding("claims", error.to_string());
                    }
                    known = Some(record);
                }
            }
            Ok(LogEntry::Void { range, .. }) => window.void(&range),
            Ok(LogEntry::Claim(claim)) => {
                let judgement = match window.apply(&claim, entry.offset, entry.time_ms) {
                    Ok(judgement) => judgement,
                    Err(error) => {
                        report.finding("claims", error.to_string());
                        continue;
                    }
                };
                let coordinates = &claim.identity.coordinates;
                let place = Place { partition: coordinates.partition, offset: coordinates.offset };
                match claims.get(&place) {
                    None => {
                        report.counts.planted_first_claims += usize::from(entry.is_planted);
                        claims.insert(place, Claimed { bytes: entry.bytes.clone(), judgement });
                    }
                    Some(first) => {
                        report.counts.re_claims += usize::from(!entry.is_planted);
                        report.counts.planted_re_claims += usize::from(entry.is_planted);
                        if first.bytes != entry.bytes {
                            report
                                .finding("claims", format!("{place:?} was claimed twice in different words"));
                        }
                    }
                }
            }
        }
    }
    report.counts.claims = claims.len();
    claims
}

fn outcomes(
    raw: &[RawEvidence],
    stages: &Stages,
    claims: &BTreeMap<Place, Claimed>,
    raw_topic: &str,
) -> (BTreeMap<Place, Expected>, Vec<String>) {
    let mut all = BTreeMap::new();
    let mut problems = Vec::new();
    for one in raw {
        let place = one.place;
        if one.planned == Some(Planned::ParseKiller) {
            let facts = Facts { outcome: "rejected".to_owned(), raw: Some(place), ..Facts::default() };
            all.insert(place, Expected { facts, digest: None });
            continue;
        }
        let made = match stages.prepare(one.record.clone()) {
            Err(rejected) => {
                if claims.contains_key(&place) {
                    problems.push(format!("{place:?} is rejected and was claimed"));
                }
                let (raw, rejection) = *rejected;
                stages.reject(raw, &rejection)
            }
            Ok(prepared) => {
                let Some(claimed) = claims.get(&place) else {
                    problems.push(format!("{place:?} is an article and was never claimed"));
                    continue;
                };
                let own = prepared.claim.as_ref().map(claim::encode_claim);
                if own.as_ref() != Some(&claimed.bytes) {
                    problems.push(format!("{place:?} was claimed in other words than it gives"));
                }
                stages.finish(prepared, Some(&claimed.judgement))
            }
        };
        let mut expected = Expected::of(&made.output, raw_topic);
        // A suppressed one is never tagged.
        if one.planned == Some(Planned::TagKiller) && made.output.outcome == Outcome::Enriched {
            expected.digest = None;
            expected.facts.degraded = vec!["tag".to_owned()];
        }
        all.insert(place, expected);
    }
    (all, problems)
}

impl Expected {
    pub fn of(output: &OutputRecord, raw_topic: &str) -> Self {
        let headers: Vec<HeaderPair> = pairs(&output.headers);
        Self {
            facts: Facts::of(raw_topic, output.payload.as_deref(), &headers),
            digest: Some(digest(output.key.as_deref(), output.payload.as_deref(), &headers)),
        }
    }
}

fn pairs(headers: &[Header]) -> Vec<HeaderPair> {
    headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect()
}
