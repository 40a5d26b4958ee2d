//! What must hold once everything has run out, told from Kafka's contents alone. The verdicts are worked out anew from
//! the log, in the plainest way, and from what was produced rather than from the claims' bytes.

use std::collections::BTreeMap;

use super::broker::Broker;
use super::claims_log::What;
use super::transactions::{Made, Output};
use super::{Article, HOUR_MS, PARTITIONS, WINDOW_HOURS};
use crate::article::Verdict;
use crate::flow::Outcome;

/// A promise that was not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    /// Not everything was done, though nothing fails any more.
    Stuck,
    Lost,
    Doubled,
    OutOfOrder,
    /// An outcome of a record that never was, or another one than its record must have.
    WrongOutcome,
    /// A verdict is not that of the log.
    VerdictDiffers,
    /// Two records of one text are enriched within the window.
    TwoEnriched,
    /// A chain of duplicates ends at a record that is not enriched.
    DeadEnd,
    /// Of two records of a partition, the later was claimed first.
    ClaimedOutOfOrder,
    OffsetsWentBack,
    /// Offsets of a partition were committed though another process owns it.
    StaleOwner,
    /// A start was refused though the log is whole.
    RefusedToStart,
    Panicked,
}

#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) broken: Broken,
    pub(super) detail: String,
}

type Place = (usize, i64);

/// A claim as the log shows it.
#[derive(Debug, Clone, Copy)]
struct Claimed {
    sequence: i64,
    time_ms: i64,
    /// Its window begins after this.
    after_ms: i64,
    place: Place,
    article: Article,
}

/// The verdict that a claim must have: what it is, and which record it matches.
type Expected = (Verdict, Option<Place>);

pub(super) fn check(broker: &Broker) -> Vec<Finding> {
    let is_first = |finding: &&Finding| finding.broken == Broken::Stuck;
    let mut findings: Vec<Finding> = broker.findings.iter().filter(is_first).cloned().collect();
    let claims = claims(broker);
    let expected = replay(&claims);
    for partition in 0..PARTITIONS {
        check_runs(broker, partition, &mut findings);
    }
    let outputs: Vec<&Output> = broker
        .transactions
        .outputs
        .iter()
        .filter(|output| broker.transactions.is_committed(output))
        .collect();
    for output in &outputs {
        if let Some((broken, why)) = wrong(broker, output, &expected) {
            let detail = format!("{why}: partition {}, offset {}", output.partition, output.offset);
            findings.push(Finding { broken, detail });
        }
    }
    let made: BTreeMap<Place, &Made> =
        outputs.iter().map(|output| ((output.partition, output.offset), &output.made)).collect();
    check_chains(&made, &mut findings);
    check_texts(&claims, &made, &mut findings);
    check_order(&claims, &mut findings);
    findings.extend(broker.findings.iter().filter(|finding| !is_first(finding)).cloned());
    findings
}

/// Between two resets of its offset, a partition's outcomes are those of consecutive records, each once, in order.
fn check_runs(broker: &Broker, partition: usize, findings: &mut Vec<Finding>) {
    let resets = broker.resets.iter().filter(|reset| reset.partition == partition);
    let mut bounds: Vec<(usize, i64, i64)> = Vec::new();
    let (mut outputs, mut from) = (0, 0);
    for reset in resets {
        bounds.push((outputs, from, reset.from));
        (outputs, from) = (reset.outputs, reset.to);
    }
    bounds.push((outputs, from, broker.end(partition)));
    let ends: Vec<usize> = bounds.iter().skip(1).map(|bound| bound.0).collect();
    for (at, (begin, from, to)) in bounds.into_iter().enumerate() {
        let end = ends.get(at).copied().unwrap_or(broker.transactions.outputs.len());
        let offsets: Vec<i64> = broker.transactions.outputs[begin..end]
            .iter()
            .filter(|output| output.partition == partition && broker.transactions.is_committed(output))
            .map(|output| output.offset)
            .collect();
        if let Some(broken) = run_broken(&offsets, from..to) {
            let detail = format!("partition {partition}: {offsets:?} instead of {from} to {to}");
            findings.push(Finding { broken, detail });
        }
    }
}

fn run_broken(offsets: &[i64], wanted: std::ops::Range<i64>) -> Option<Broken> {
    let mut sorted = offsets.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Some(Broken::Doubled);
    }
    if wanted.clone().any(|offset| !sorted.contains(&offset)) {
        return Some(Broken::Lost);
    }
    if sorted.iter().any(|offset| !wanted.contains(offset)) {
        return Some(Broken::WrongOutcome);
    }
    (sorted != offsets).then_some(Broken::OutOfOrder)
}

/// All claims that stand in the log, with the window that holds for each.
fn claims(broker: &Broker) -> Vec<Claimed> {
    let (mut number, mut begins_ms) = (0, i64::MIN);
    let window_ms = |number: u32| i64::from(WINDOW_HOURS + number.max(1) - 1) * HOUR_MS;
    let mut claims = Vec::new();
    for (sequence, entry) in broker.log.entries.iter().enumerate() {
        match entry.what {
            What::Level { number: other } => {
                if (1..other).contains(&number) {
                    // What the shorter window before the raise did not reach is lost to some.
                    begins_ms = begins_ms.max(entry.time_ms - window_ms(number));
                }
                number = number.max(other);
            }
            What::Foreign => {}
            What::Claim { .. } if entry.is_aborted => {}
            What::Claim { partition, offset } => claims.push(Claimed {
                sequence: i64::try_from(sequence).unwrap(),
                time_ms: entry.time_ms,
                after_ms: begins_ms.max(entry.time_ms - window_ms(number)),
                place: (partition, offset),
                article: broker.article(partition, offset),
            }),
        }
    }
    claims
}

/// The verdict of each record: that of its first claim, by the claims before it within the window.
fn replay(claims: &[Claimed]) -> BTreeMap<Place, (i64, Expected)> {
    let mut verdicts = BTreeMap::new();
    for (at, claim) in claims.iter().enumerate() {
        if verdicts.contains_key(&claim.place) {
            continue;
        }
        let earlier: Vec<&Claimed> =
            claims[..at].iter().filter(|earlier| earlier.time_ms > claim.after_ms).collect();
        verdicts.insert(claim.place, (claim.sequence, judge(claim, &earlier)));
    }
    verdicts
}

fn judge(claim: &Claimed, earlier: &[&Claimed]) -> Expected {
    if let Some(same) = earlier.iter().find(|earlier| earlier.article.text == claim.article.text) {
        return (Verdict::Exact, Some(same.place));
    }
    let family = |claimed: &Claimed| claimed.article.text / 2;
    let versions: Vec<&&Claimed> = earlier
        .iter()
        .filter(|earlier| claim.article.url.is_some() && earlier.article.url == claim.article.url)
        .collect();
    if let Some(near) = versions.iter().find(|version| family(version) == family(claim)) {
        return (Verdict::Refetch, Some(near.place));
    }
    let first_of_family =
        |at: &usize| versions[..*at].iter().all(|before| family(before) != family(versions[*at]));
    let latest = (0..versions.len()).rev().find(first_of_family);
    (Verdict::New, latest.map(|at| versions[at].place))
}

fn wrong(
    broker: &Broker,
    output: &Output,
    expected: &BTreeMap<Place, (i64, Expected)>,
) -> Option<(Broken, String)> {
    let (place, made) = ((output.partition, output.offset), &output.made);
    if output.offset >= broker.end(output.partition) {
        return Some((Broken::WrongOutcome, "no such record".to_owned()));
    }
    let is_rejected = broker.article(output.partition, output.offset).is_rejected;
    let Some(judgement) = &made.judgement else {
        let is_right = is_rejected && made.outcome == Outcome::Rejected;
        return (!is_right).then(|| (Broken::WrongOutcome, "rejected, or without a verdict".to_owned()));
    };
    let outcome = if judgement.suppressed { Outcome::Duplicate } else { Outcome::Enriched };
    if is_rejected || made.outcome != outcome {
        return Some((Broken::WrongOutcome, format!("{:?}", made.outcome)));
    }
    let matched = judgement
        .matched
        .as_ref()
        .map(|matched| (usize::try_from(matched.coordinates.partition).unwrap(), matched.coordinates.offset));
    let found = (judgement.sequence, (judgement.verdict, matched));
    match expected.get(&place) {
        Some(expected) if *expected == found => None,
        expected => Some((Broken::VerdictDiffers, format!("{found:?} instead of {expected:?}"))),
    }
}

fn check_chains(made: &BTreeMap<Place, &Made>, findings: &mut Vec<Finding>) {
    for start in made.keys() {
        let mut place = *start;
        for _ in 0..made.len() {
            let Some(judgement) = made.get(&place).and_then(|made| made.judgement.as_ref()) else { break };
            let Some(matched) = judgement.matched.as_ref().filter(|_| judgement.suppressed) else {
                break;
            };
            place = (usize::try_from(matched.coordinates.partition).unwrap(), matched.coordinates.offset);
        }
        let end = made.get(&place).map(|made| made.outcome);
        if end != Some(Outcome::Enriched) && place != *start || end == Some(Outcome::Duplicate) {
            let detail = format!("the chain of {start:?} ends at {place:?}, which is {end:?}");
            findings.push(Finding { broken: Broken::DeadEnd, detail });
        }
    }
}

fn check_texts(claims: &[Claimed], made: &BTreeMap<Place, &Made>, findings: &mut Vec<Finding>) {
    let mut firsts: BTreeMap<Place, &Claimed> = BTreeMap::new();
    for claim in claims {
        firsts.entry(claim.place).or_insert(claim);
    }
    let mut enriched: Vec<&Claimed> = firsts
        .into_values()
        .filter(|claim| made.get(&claim.place).is_some_and(|made| made.outcome == Outcome::Enriched))
        .collect();
    enriched.sort_by_key(|claim| claim.sequence);
    for (at, later) in enriched.iter().enumerate() {
        let first = enriched[..at]
            .iter()
            .find(|earlier| earlier.article.text == later.article.text && earlier.time_ms > later.after_ms);
        if let Some(first) = first {
            let detail = format!("{:?} and {:?}", first.place, later.place);
            findings.push(Finding { broken: Broken::TwoEnriched, detail });
        }
    }
}

fn check_order(claims: &[Claimed], findings: &mut Vec<Finding>) {
    let mut firsts: BTreeMap<Place, i64> = BTreeMap::new();
    for claim in claims {
        firsts.entry(claim.place).or_insert(claim.sequence);
    }
    for ((left, left_sequence), (right, right_sequence)) in firsts.iter().zip(firsts.iter().skip(1)) {
        if left.0 == right.0 && left_sequence > right_sequence {
            let detail = format!("{right:?} was claimed before {left:?}");
            findings.push(Finding { broken: Broken::ClaimedOutOfOrder, detail });
        }
    }
}
