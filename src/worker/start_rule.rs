//! The start rule: whether the claims log, the group's offsets and the raw topics fit together.
//!
//! Pure: facts in, a verdict out. The follower gathers the facts. A refusal says what was found and what to do; nothing is
//! guessed.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::config::settings::StartFrom;
use crate::dedup::claim::VoidRange;
use crate::kafka::assignment::PartitionKey;

/// What the operator has decided beforehand.
#[derive(Debug, Clone, Copy)]
pub struct Answers {
    /// dedup.accept_empty_log
    pub accept_empty_log: bool,
    /// start.from
    pub from: StartFrom,
    /// start.accept_loss
    pub accept_loss: bool,
}

/// The claims log as it was read.
#[derive(Debug, Clone)]
pub struct LogFacts<'a> {
    pub topic: &'a str,
    /// First offset that is kept.
    pub low: i64,
    /// The offset after the last one read.
    pub end: i64,
    /// The group's level stands in it. Workers write it before their first claim and repeat it.
    pub has_level: bool,
    pub own_claims: u64,
    /// Append times of the first entry and of the last one.
    pub times_ms: Option<(i64, i64)>,
    /// Offset of the first claim of a record that is not committed, and the append time that the window of any such claim
    /// reaches back to.
    pub unfinished: Option<(i64, i64)>,
    /// The append time that the window of a claim that comes now reaches back to.
    pub coming_after_ms: i64,
    /// Where the log was last declared to begin anew.
    pub beginning: Beginning,
    pub window_ms: i64,
    /// The time of this host; half a window of error does no harm.
    pub now_ms: i64,
}

/// Claims behind offset `declared_at` need no entry before offset `low`: an operator accepted that the log was cut there, or
/// all before it was older than the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beginning {
    pub low: i64,
    pub declared_at: i64,
}

/// A raw partition that exists.
#[derive(Debug, Clone, Copy, Default)]
pub struct PartitionFacts {
    /// As read before the log was.
    pub committed: Option<i64>,
    /// Another worker has committed since then, where nothing was committed before.
    pub begun_meanwhile: bool,
    /// The log holds claims of it.
    pub has_claims: bool,
    /// First offset that is kept, and the offset after the last.
    pub ends: Option<(i64, i64)>,
}

/// All that the rule looks at.
#[derive(Debug, Clone)]
pub struct StartFacts<'a> {
    pub answers: Answers,
    pub log: LogFacts<'a>,
    pub partitions: BTreeMap<PartitionKey, PartitionFacts>,
}

/// How the worker starts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// Lost raw records, whose claims are to be void.
    pub losses: Vec<VoidRange>,
    /// The log is to be declared to begin at this offset.
    pub beginning: Option<i64>,
    /// Partitions that begin at their end, where the group commits nothing there first.
    pub at_end: BTreeSet<PartitionKey>,
}

/// Why the worker must not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartRefusal {
    #[error(
        "the group has committed offsets, but the claims log {topic} has nothing of this group, or not its beginning: it was recreated, emptied or never used; start once with dedup.accept_empty_log = true to go on with what is there (earlier articles are forgotten)"
    )]
    LogLost { topic: String },
    #[error(
        "the claims log {topic} begins at {begins_ms} ms, after {needed_ms} ms, where the window of unfinished and coming records begins: it was truncated, or its retention is too short; lengthen its retention.ms, and start once with dedup.accept_empty_log = true to go on with what is left"
    )]
    LogCut { topic: String, begins_ms: i64, needed_ms: i64 },
    #[error(
        "the claims log shows that this group has worked on {partitions}, but it has no committed offset there: the offsets expired or the topic was recreated; start with --from earliest (outcomes may repeat) or --from latest"
    )]
    OffsetsExpired { partitions: String },
    #[error(
        "{partition} ends at offset {end}, before the group's committed offset {committed}: the topic was recreated or truncated; see that its records are those that are meant, stop all workers, and set the group's offset anew with kafka-consumer-groups.sh --reset-offsets"
    )]
    OffsetsBeyondEnd { partition: PartitionKey, committed: i64, end: i64 },
    #[error(
        "retention has taken raw records of {partition} that were never read: offsets {committed} to {begins}; --accept-loss goes on without them"
    )]
    PassedByRetention { partition: PartitionKey, committed: i64, begins: i64 },
}

/// Whether and how the worker starts.
pub fn judge(facts: &StartFacts<'_>) -> Result<Start, StartRefusal> {
    let has_worked = facts.partitions.values().any(|one| one.committed.is_some_and(|offset| offset > 0));
    let beginning = judge_log(&facts.log, has_worked, facts.answers.accept_empty_log)?;
    judge_offsets(facts)?;
    let losses = judge_losses(facts)?;
    Ok(Start { losses, beginning, at_end: at_end(facts.answers.from, &facts.partitions) })
}

/// Whether the log reaches back far enough; else, where that is accepted, from which offset on it counts.
fn judge_log(log: &LogFacts<'_>, has_worked: bool, is_accepted: bool) -> Result<Option<i64>, StartRefusal> {
    let topic = log.topic.to_owned();
    let is_new = !has_worked && !log.has_level && log.own_claims == 0;
    if is_new && log.low > 0 {
        // What others had there and lost is nothing to a new group, nor to its next start.
        return Ok(Some(log.end));
    }
    let cut = cut(log, has_worked);
    if is_accepted {
        let is_declared = cut.is_some() || (has_worked && !log.has_level && log.low > 0);
        return Ok(is_declared.then_some(log.low));
    }
    // The level precedes the first claim and is repeated; without it the log is another one, or lost its beginning.
    if has_worked && !log.has_level {
        return Err(match cut {
            Some((begins_ms, needed_ms)) if log.own_claims > 0 => {
                StartRefusal::LogCut { topic, begins_ms, needed_ms }
            }
            _ => StartRefusal::LogLost { topic },
        });
    }
    if let Some((begins_ms, needed_ms)) = cut {
        return Err(StartRefusal::LogCut { topic, begins_ms, needed_ms });
    }
    // After a standstill longer than the window nothing of the log matters to what comes; when retention takes it, the log
    // would look cut.
    let is_stale =
        log.times_ms.is_some_and(|(_, last_ms)| last_ms < log.now_ms.saturating_sub(log.window_ms));
    Ok((log.has_level && is_stale).then_some(log.end))
}

/// Where the log begins too late, and where it should begin: a window before the first unfinished claim, and before now,
/// when new claims come.
fn cut(log: &LogFacts<'_>, has_worked: bool) -> Option<(i64, i64)> {
    let (begins_ms, _) = log.times_ms?;
    let after_declared = log.low > log.beginning.low;
    let unfinished_ms = log
        .unfinished
        .filter(|(offset, _)| if *offset > log.beginning.declared_at { after_declared } else { log.low > 0 })
        .map(|(_, after_ms)| after_ms);
    let coming_ms = (has_worked && after_declared).then_some(log.coming_after_ms);
    let needed_ms = unfinished_ms.into_iter().chain(coming_ms).min()?;
    (begins_ms > needed_ms).then_some((begins_ms, needed_ms))
}

fn judge_offsets(facts: &StartFacts<'_>) -> Result<(), StartRefusal> {
    let expired: Vec<String> = facts
        .partitions
        .iter()
        .filter(|(_, one)| one.has_claims && one.committed.is_none() && !one.begun_meanwhile)
        .map(|(key, _)| key.to_string())
        .collect();
    if !expired.is_empty() && facts.answers.from == StartFrom::Start {
        return Err(StartRefusal::OffsetsExpired { partitions: expired.join(", ") });
    }
    for (key, one) in &facts.partitions {
        if let (Some(committed), Some((_, end))) = (one.committed, one.ends)
            && committed > end
        {
            return Err(StartRefusal::OffsetsBeyondEnd { partition: key.clone(), committed, end });
        }
    }
    Ok(())
}

/// What retention took, where going on without it is accepted.
fn judge_losses(facts: &StartFacts<'_>) -> Result<Vec<VoidRange>, StartRefusal> {
    let mut losses = Vec::new();
    for (key, one) in &facts.partitions {
        let (Some(committed), Some((begins, _))) = (one.committed, one.ends) else { continue };
        if committed >= begins {
            continue;
        }
        if !facts.answers.accept_loss {
            return Err(StartRefusal::PassedByRetention { partition: key.clone(), committed, begins });
        }
        losses.push(VoidRange {
            topic: key.topic.clone(),
            partition: key.partition,
            from: committed,
            to: begins,
        });
    }
    Ok(losses)
}

/// The partitions that `start.from = "latest"` lets begin at their end: those that are there when the group first comes to
/// their topic, and those on which it has worked and has no offset any more. One that is added later begins at its start,
/// or its first records would be skipped.
pub fn at_end(
    from: StartFrom,
    partitions: &BTreeMap<PartitionKey, PartitionFacts>,
) -> BTreeSet<PartitionKey> {
    if from != StartFrom::Latest {
        return BTreeSet::new();
    }
    let known: BTreeSet<&str> = partitions
        .iter()
        .filter(|(_, one)| one.committed.is_some())
        .map(|(key, _)| key.topic.as_ref())
        .collect();
    partitions
        .iter()
        .filter(|(key, one)| {
            one.committed.is_none() && (one.has_claims || !known.contains(key.topic.as_ref()))
        })
        .map(|(key, _)| key.clone())
        .collect()
}
