//! The level of a claims log for a person, and what a raise would write. Pure: a survey in, text or a record out.

use super::survey::{Placed, Survey};
use crate::cli::text;
use crate::dedup::level::{Level, LevelRecord};

/// Whose log it is and how it is configured here.
#[derive(Debug)]
pub(super) struct Own<'a> {
    pub topic: &'a str,
    pub cluster: &'a str,
    pub group: &'a str,
    pub configured: Level,
}

/// Why the level is not raised.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("the log's level {number} is this configuration's already; there is nothing to raise")]
    NothingDiffers { number: u32 },
    #[error(
        "level {number} of the log has engine {engine}, which this khabar does not know; run the version that wrote it"
    )]
    UnknownEngine { number: u32, engine: u32 },
    #[error("offset {offset}: {cause}; run the version that wrote it")]
    Newer { offset: i64, cause: String },
    #[error("the log's level has the highest number that there is")]
    LastNumber,
}

/// The record that makes this configuration's level the log's.
pub(super) fn raised(survey: &Survey, own: &Own<'_>) -> Result<LevelRecord, Refusal> {
    if let Some((offset, cause)) = &survey.newer {
        return Err(Refusal::Newer { offset: *offset, cause: cause.clone() });
    }
    let (number, previous, begins) = match &survey.level {
        None => (1, None, 0),
        Some(Placed { record, .. }) => {
            let (number, level) = (record.number, &record.level);
            if !level.is_known() {
                return Err(Refusal::UnknownEngine { number, engine: level.engine });
            }
            if *level == own.configured {
                return Err(Refusal::NothingDiffers { number });
            }
            (number.checked_add(1).ok_or(Refusal::LastNumber)?, Some(level.clone()), record.begins)
        }
    };
    let (cluster, group) = (own.cluster.to_owned(), own.group.to_owned());
    Ok(LevelRecord { number, cluster, group, level: own.configured.clone(), previous, begins })
}

/// What the log holds, and how its level differs from this configuration's.
pub(super) fn render(survey: &Survey, own: &Own<'_>, now_ms: i64) -> String {
    let mut rows = vec![
        row("claims log", &format!("{}, {}", own.topic, extent(survey, now_ms))),
        row("scope", &format!("cluster {}, group {}", own.cluster, own.group)),
        row("claims", &format!("{} of this scope", survey.claims)),
    ];
    rows.extend(strangers(survey));
    rows.push(row("level", &level_line(survey, now_ms)));
    if let Some(known) = &survey.level {
        rows.extend(known.record.level.values().map(|(name, value)| row("", &format!("{name} = {value}"))));
        let differences = known.record.level.differences(&own.configured);
        if differences.is_empty() {
            rows.push(row("here", "the same level is configured"));
        }
        for (index, difference) in differences.iter().enumerate() {
            rows.push(row(if index == 0 { "differs" } else { "" }, difference));
        }
    }
    text::columns(&rows)
}

pub(super) fn row(head: &str, line: &str) -> Vec<String> {
    vec![head.to_owned(), text::clean(line)]
}

/// Offsets, number of entries and times of a log.
pub(in crate::cli) fn extent(survey: &Survey, now_ms: i64) -> String {
    let (low, high) = survey.bounds;
    match survey.times_ms {
        None => format!("empty, next offset {high}"),
        Some((first, last)) => format!(
            "offsets {low} to {}: {}, {} to {} ({} old)",
            survey.next_offset - 1,
            if survey.entries == 1 { "1 entry".to_owned() } else { format!("{} entries", survey.entries) },
            text::time(first),
            text::time(last),
            text::duration(now_ms - first)
        ),
    }
}

fn level_line(survey: &Survey, now_ms: i64) -> String {
    let (Some(began), Some(last)) = (&survey.began, &survey.level) else {
        return "none yet: the first worker, or --raise, writes level 1".to_owned();
    };
    let since = format!(
        "{} since offset {} ({}, {} ago)",
        began.record.number,
        began.offset,
        text::time(began.time_ms),
        text::duration(now_ms - began.time_ms)
    );
    let repeated = if last.offset == began.offset {
        String::new()
    } else {
        format!(", repeated at offset {} ({})", last.offset, text::time(last.time_ms))
    };
    let unknown = "; this khabar does not know its engine and cannot judge by it";
    format!("{since}{repeated}{}", if last.record.level.is_known() { "" } else { unknown })
}

fn strangers(survey: &Survey) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (scope, foreign) in &survey.foreign {
        let name = match &foreign.name {
            Some((cluster, group)) => format!("cluster {cluster}, group {group}"),
            None => format!("scope {scope:016x}"),
        };
        let head = if rows.is_empty() { "other scopes" } else { "" };
        rows.push(row(head, &format!("{name}: {}, ignored", entries(foreign.entries))));
    }
    if survey.foreign_rest > 0 {
        rows.push(row("", &format!("still others: {}, ignored", entries(survey.foreign_rest))));
    }
    if survey.damaged > 0 {
        rows.push(row("damaged", &format!("{}, skipped by every replica", entries(survey.damaged))));
    }
    if let Some((offset, cause)) = &survey.newer {
        let count = entries(survey.newer_count);
        rows.push(row("unknown", &format!("{count} from offset {offset} on: {cause}")));
    }
    rows
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}
