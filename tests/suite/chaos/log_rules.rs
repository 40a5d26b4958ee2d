//! Rules about processes and their logs: only events of the catalogue, in the order of a worker's life, and only ends
//! that were asked for or that a restart heals.

use std::collections::BTreeMap;

use khabar::events::{CATALOGUE, EventKind, HELD_BACK};
use serde_json::Value;

use super::evidence::{Asked, Evidence, Planned, ProcessEvidence};
use super::report::Report;

/// A worker may end by itself with one of these.
const HEALED_BY_A_RESTART: [&str; 2] = ["fenced", "fatal_kafka_error"];
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
/// A record that ends the process is found after so many deaths, in the whole fleet.
const DEATHS_MAX: usize = 3;
/// What every line has beside the fields of its event.
const COMMON_FIELDS: [&str; 4] = ["ts", "level", "event", "msg"];

/// Only of a worker that has joined its group.
const AT_WORK: [&str; 13] = [
    "partitions_assigned",
    "partitions_revoked",
    "partitions_lost",
    "offsets_rewound",
    "transaction_replaced",
    "running",
    "rejected",
    "degraded",
    "consumer_paused",
    "consumer_resumed",
    "no_progress",
    "stats",
    "fenced",
];

/// Where a worker is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begun,
    Starting,
    CatchingUp,
    CaughtUp,
    Joined,
    Draining,
    Stopped,
}

pub fn check(evidence: &Evidence, processes: &[ProcessEvidence], report: &mut Report) {
    report.counts.processes = processes.len();
    let mut aborted = 0;
    for process in processes {
        let events = events_of(process, report);
        life(process, &events, report);
        end(process, &events, report);
        let count = |name: &str| {
            events.iter().filter(|event| event["event"] == name).fold(0, |sum, event| {
                let held_back = event[HELD_BACK].as_u64().unwrap_or(0);
                sum + 1 + usize::try_from(held_back).unwrap_or(usize::MAX)
            })
        };
        report.counts.replaced_producers += count("transaction_replaced");
        report.counts.fencings += count("fenced");
        aborted += usize::from(process.ended == Err(SIGABRT));
    }
    let killers = evidence
        .raw
        .iter()
        .filter(|one| matches!(one.planned, Some(Planned::ParseKiller | Planned::TagKiller)));
    let deaths_max: usize = killers
        .map(|one| DEATHS_MAX * (1 + evidence.resets.iter().filter(|reset| reset.holds(one.place)).count()))
        .sum();
    if aborted > deaths_max {
        report.finding("logs", format!("{aborted} processes died of a record, more than {deaths_max}"));
    }
}

/// The lines as events; what is none is a finding.
fn events_of(process: &ProcessEvidence, report: &mut Report) -> Vec<Value> {
    let catalogue: BTreeMap<&str, &EventKind> = CATALOGUE.iter().map(|kind| (kind.name, *kind)).collect();
    let mut events = Vec::new();
    for (number, line) in process.lines.iter().enumerate() {
        let is_cut = process.ended.is_err() && number + 1 == process.lines.len();
        let Ok(event) = serde_json::from_str::<Value>(line) else {
            if !is_cut && process.ended != Err(SIGABRT) {
                report.finding("logs", format!("{}: no event: {line}", process.name));
            }
            continue;
        };
        match event["event"].as_str().and_then(|name| catalogue.get(name)) {
            None => report.finding("logs", format!("{}: not in the catalogue: {line}", process.name)),
            Some(kind) => {
                let is_known = |name: &String| {
                    COMMON_FIELDS.contains(&name.as_str())
                        || name == HELD_BACK
                        || kind.fields.contains(&name.as_str())
                };
                let has_known = event.as_object().is_some_and(|fields| fields.keys().all(is_known));
                if event["level"] != kind.level.name() || !has_known {
                    report.finding("logs", format!("{}: not as in the catalogue: {line}", process.name));
                }
            }
        }
        events.push(event);
    }
    events
}

/// The events come in the order of a worker's life, and none that tells of a bug or a broken rule is among them.
fn life(process: &ProcessEvidence, events: &[Value], report: &mut Report) {
    let mut stage = Stage::Begun;
    for event in events {
        let name = event["event"].as_str().unwrap_or_default();
        match step(stage, name) {
            Some(next) => stage = next,
            None => report.finding("logs", format!("{}: {name} at stage {stage:?}: {event}", process.name)),
        }
        let is_error = event["level"] == "error" && !HEALED_BY_A_RESTART.contains(&name);
        if is_error || name == "panicked" {
            report.finding("logs", format!("{}: {event}", process.name));
        }
    }
}

fn step(stage: Stage, event: &str) -> Option<Stage> {
    use Stage::{Begun, CatchingUp, CaughtUp, Draining, Joined, Starting, Stopped};
    let (from, to): (&[Stage], Stage) = match event {
        "config_loaded" => (&[Begun], Begun),
        "starting" => (&[Begun], Starting),
        "catching_up" => (&[Starting, CatchingUp], CatchingUp),
        "caught_up" => (&[CatchingUp], CaughtUp),
        "joining" => (&[CaughtUp], Joined),
        "draining" => (&[Joined], Draining),
        "drain_timed_out" | "second_signal" => (&[Draining], Draining),
        "stopped" => (&[Starting, CatchingUp, CaughtUp, Joined, Draining], Stopped),
        name if AT_WORK.contains(&name) => (&[Joined, Draining], stage),
        _ => (&[Begun, Starting, CatchingUp, CaughtUp, Joined, Draining], stage),
    };
    from.contains(&stage).then_some(to)
}

/// A process ends as it was asked to, or with exit code 1 and the event that says why.
fn end(process: &ProcessEvidence, events: &[Value], report: &mut Report) {
    let told = events
        .iter()
        .any(|event| event["event"].as_str().is_some_and(|name| HEALED_BY_A_RESTART.contains(&name)));
    let is_right = match (process.ended, process.asked) {
        // How many records end their process is counted over the whole fleet.
        (Err(SIGKILL), Asked::Kill) | (Ok(0), Asked::Terminate) | (Err(SIGABRT), _) => true,
        (Ok(1), _) => told,
        _ => false,
    };
    if !is_right {
        let ProcessEvidence { name, asked, ended, .. } = process;
        report.finding("exits", format!("{name} ended with {ended:?}, asked for {asked:?}"));
    }
    if let Ok(code) = process.ended {
        let last = events.last();
        if last.is_none_or(|last| last["event"] != "stopped" || last["exit_code"] != code) {
            report.finding("logs", format!("{}: its last event is {last:?}, its code {code}", process.name));
        }
    }
}
