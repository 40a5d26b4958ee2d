//! Finds partitions that are read no more although their logs go on. Pure: it is told the time, and asks nobody.
//!
//! A consumer can lose a partition without an error, where librdkafka fetches all but that one, and from its own
//! statistics nothing is seen: it learns a partition's end by fetching it. So a partition that stands still has its end
//! asked for elsewhere, again and again; one that still stands when its log has gone on for a while is stalled.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::assignment::PartitionKey;

/// A stalled partition is started anew so often before it is given up.
pub const STARTS_MAX: u32 = 3;

/// How far a partition is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub key: PartitionKey,
    /// The offset that is fetched next: behind the records that were fetched, and behind what is no record for this
    /// reader (the marks of transactions, aborted records).
    pub position: i64,
    /// The offset of the record that was taken last.
    pub taken: Option<i64>,
    /// It is not to be read for now.
    pub is_paused: bool,
}

/// A partition that is read no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stalled {
    pub key: PartitionKey,
    pub position: i64,
    pub end: i64,
    /// Since its log was first seen to go on.
    pub behind_for: Duration,
    /// How often it was started anew; from [`STARTS_MAX`] on that does not help.
    pub starts: u32,
}

/// What is to be done after a look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Ask for the ends of these, and [tell](Standstill::tell).
    pub ask: Vec<PartitionKey>,
    /// These were started anew and move again.
    pub recovered: Vec<PartitionKey>,
}

#[derive(Debug)]
struct Watched {
    position: i64,
    taken: Option<i64>,
    ask_at: Instant,
    behind: Option<Behind>,
    starts: u32,
}

#[derive(Debug, Clone, Copy)]
struct Behind {
    since: Instant,
    /// When it was last started anew, if it was.
    started_at: Instant,
}

impl Watched {
    /// Waits anew before anything is concluded.
    const fn wait_until(&mut self, ask_at: Instant) {
        self.ask_at = ask_at;
        self.behind = None;
    }
}

/// See the module.
#[derive(Debug)]
pub struct Standstill {
    limit: Duration,
    partitions: BTreeMap<PartitionKey, Watched>,
}

impl Standstill {
    /// A partition may stand for `limit` before its end is asked for, and for as long behind that end.
    pub const fn new(limit: Duration) -> Self {
        Self { limit, partitions: BTreeMap::new() }
    }

    /// Looks at all owned partitions; others are forgotten.
    pub fn look(&mut self, now: Instant, readings: &[Reading]) -> Look {
        let owned: BTreeSet<&PartitionKey> = readings.iter().map(|reading| &reading.key).collect();
        self.partitions.retain(|key, _| owned.contains(key));
        let ask_at = now + self.limit;
        let mut look = Look::default();
        for reading in readings {
            let (position, taken) = (reading.position, reading.taken);
            let fresh = || Watched { position, taken, ask_at, behind: None, starts: 0 };
            let watched = self.partitions.entry(reading.key.clone()).or_insert_with(fresh);
            // A start anew may set the position back, over what is no record, and that is no progress when it is passed
            // again.
            if position > watched.position || taken > watched.taken {
                if watched.starts > 0 {
                    look.recovered.push(reading.key.clone());
                }
                *watched = fresh();
            } else if taken != watched.taken {
                *watched = fresh();
            } else if reading.is_paused {
                watched.wait_until(ask_at);
            } else if now >= watched.ask_at {
                watched.ask_at = ask_at;
                look.ask.push(reading.key.clone());
            }
        }
        look
    }

    /// Told where the logs of the partitions that were asked for end, as far as that can be told; gives those that are to
    /// be started anew. What can't be told now proves nothing.
    pub fn tell(
        &mut self,
        now: Instant,
        asked: &[PartitionKey],
        ends: &BTreeMap<PartitionKey, i64>,
    ) -> Vec<Stalled> {
        let mut stalled = Vec::new();
        for key in asked {
            let Some(watched) = self.partitions.get_mut(key) else { continue };
            let Some(end) = ends.get(key).copied().filter(|end| *end > watched.position) else {
                watched.behind = None;
                continue;
            };
            let behind = watched.behind.get_or_insert(Behind { since: now, started_at: now });
            if now - behind.started_at < self.limit {
                continue;
            }
            behind.started_at = now;
            stalled.push(Stalled {
                key: key.clone(),
                position: watched.position,
                end,
                behind_for: now - behind.since,
                starts: watched.starts,
            });
            watched.starts += 1;
        }
        stalled
    }

    /// Nothing is read for now, on purpose.
    pub fn rest(&mut self, now: Instant) {
        for watched in self.partitions.values_mut() {
            watched.wait_until(now + self.limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const LIMIT: Duration = Duration::from_mins(1);
    const END: i64 = 9;

    fn key(partition: i32) -> PartitionKey {
        PartitionKey { topic: Arc::from("raw"), partition }
    }

    fn reading(partition: i32, position: i64) -> Reading {
        Reading { key: key(partition), position, taken: None, is_paused: false }
    }

    /// What came of looks at one partition at these seconds: how often it was asked for, the starts that it had when it
    /// was to be started anew, and how often it recovered.
    #[derive(Default, Debug, PartialEq, Eq)]
    struct Told {
        asked: Vec<u64>,
        stalled: Vec<(u64, u32)>,
        recovered: Vec<u64>,
    }

    fn looks(readings: impl IntoIterator<Item = (u64, Reading)>, end: impl Fn(u64) -> Option<i64>) -> Told {
        let begun = Instant::now();
        let mut standstill = Standstill::new(LIMIT);
        let mut told = Told::default();
        for (second, reading) in readings {
            let now = begun + Duration::from_secs(second);
            let look = standstill.look(now, std::slice::from_ref(&reading));
            told.asked.extend(look.ask.iter().map(|_| second));
            told.recovered.extend(look.recovered.iter().map(|_| second));
            let ends = end(second).map(|end| (key(0), end)).into_iter().collect();
            let stalled = standstill.tell(now, &look.ask, &ends);
            told.stalled.extend(stalled.iter().map(|stalled| (second, stalled.starts)));
        }
        told
    }

    fn every_five_seconds(until: u64, reading: &Reading) -> Vec<(u64, Reading)> {
        (0..until).step_by(5).map(|second| (second, reading.clone())).collect()
    }

    #[test]
    fn a_partition_is_stalled_when_it_stands_for_the_limit_behind_an_end_that_is_asked_for_twice() {
        let told = looks(every_five_seconds(300, &reading(0, 5)), |_| Some(END));
        assert_eq!(told.asked, [60, 120, 180, 240]);
        assert_eq!(told.stalled, [(120, 0), (180, 1), (240, 2)]);
        assert_eq!(told.recovered, [0; 0]);
    }

    #[test]
    fn one_that_has_read_all_is_asked_about_now_and_then_and_never_stalled() {
        let told = looks(every_five_seconds(300, &reading(0, END)), |_| Some(END));
        assert_eq!(told.asked, [60, 120, 180, 240]);
        assert_eq!(told.stalled, []);
    }

    #[test]
    fn an_end_that_can_not_be_asked_for_proves_nothing_and_takes_back_what_was_known() {
        let away = |second| (second != 120).then_some(END);
        let told = looks(every_five_seconds(300, &reading(0, 5)), away);
        assert_eq!(told.stalled, [(240, 0)]);
        let told = looks(every_five_seconds(3000, &reading(0, 5)), |_| None);
        assert_eq!(told.stalled, []);
    }

    #[test]
    fn whatever_moves_it_begins_the_wait_anew() {
        let taken = Reading { taken: Some(4), ..reading(0, 5) };
        let paused = Reading { is_paused: true, ..reading(0, 5) };
        for moved in [reading(0, 6), taken, paused] {
            let after = Reading { is_paused: false, ..moved.clone() };
            let readings = [(0, reading(0, 5)), (60, reading(0, 5)), (119, moved), (121, after)];
            let told = looks(readings, |_| Some(END));
            assert_eq!((told.asked, told.stalled), (vec![60], vec![]));
        }
    }

    #[test]
    fn a_position_that_goes_back_over_what_is_no_record_is_no_progress() {
        let at = |second, position| (second, reading(0, position));
        let readings =
            [at(0, 5), at(60, 5), at(120, 5), at(125, 3), at(130, 5), at(180, 3), at(240, 5), at(300, 3)];
        let told = looks(readings, |_| Some(END));
        assert_eq!(told.stalled, [(120, 0), (180, 1), (240, 2), (300, STARTS_MAX)]);
        assert_eq!(told.recovered, [0; 0]);
    }

    #[test]
    fn recovery_is_told_once_and_only_of_one_that_was_started_anew_and_moves_on() {
        let at = |second, position| (second, reading(0, position));
        let stalled = [at(0, 5), at(60, 5), at(120, 5)];
        let told = looks(stalled.clone().into_iter().chain([at(125, 6), at(130, 7)]), |_| Some(END));
        assert_eq!(told.recovered, [125]);
        let told = looks([at(0, 5), at(60, 5), at(65, 6)], |_| Some(END));
        assert_eq!(told.recovered, [0; 0]);

        // A rewind begins anew and tells nothing.
        let read = |second, taken| (second, Reading { taken, ..reading(0, 5) });
        let told =
            looks([read(0, Some(4)), read(60, Some(4)), read(120, Some(4)), read(125, None)], |_| Some(END));
        assert_eq!((told.stalled, told.recovered), (vec![(120, 0)], vec![]));
    }

    #[test]
    fn a_pause_begins_the_wait_anew_and_keeps_count_of_the_starts() {
        let begun = Instant::now();
        let mut standstill = Standstill::new(LIMIT);
        let ends = BTreeMap::from([(key(0), END)]);
        let mut stalled = Vec::new();
        for minute in 0..8_u32 {
            let now = begun + LIMIT * minute;
            if minute == 3 {
                standstill.rest(now);
            }
            let look = standstill.look(now, &[reading(0, 5)]);
            stalled.extend(standstill.tell(now, &look.ask, &ends).iter().map(|one| (minute, one.starts)));
        }
        assert_eq!(stalled, [(2, 0), (5, 1), (6, 2), (7, STARTS_MAX)]);
    }

    #[test]
    fn partitions_that_went_away_are_forgotten() {
        let begun = Instant::now();
        let mut standstill = Standstill::new(LIMIT);
        standstill.look(begun, &[reading(0, 5), reading(1, 5)]);
        standstill.look(begun, &[reading(1, 5)]);
        assert_eq!(standstill.look(begun + LIMIT, &[reading(0, 5), reading(1, 5)]).ask, [key(1)]);
    }
}
