//! Finds partitions that are read no more although their logs go on. Pure: it is told the time, and asks nobody.
//!
//! A consumer can lose a partition without an error, where librdkafka fetches all but that one, and from its own
//! statistics nothing is seen: it learns a partition's end by fetching it. So a partition that stands still has its end
//! asked for elsewhere, and one that still stands after the log went on is stalled.

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
    /// Where its log ended when that was asked for.
    pub end: i64,
    pub still_for: Duration,
    /// How often it was started anew; from [`STARTS_MAX`] on that does not help.
    pub starts: u32,
}

/// What is to be done after a look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Ask for the ends of these, and [tell](Standstill::tell).
    pub ask: Vec<PartitionKey>,
    /// Start these anew.
    pub stalled: Vec<Stalled>,
    /// These move again, after so long.
    pub recovered: Vec<(PartitionKey, Duration)>,
}

#[derive(Debug)]
struct Watched {
    position: i64,
    taken: Option<i64>,
    still_since: Instant,
    ask_at: Instant,
    /// The end that lay behind the position, and since when.
    behind: Option<(i64, Instant)>,
    starts: u32,
}

impl Watched {
    fn new(reading: &Reading, now: Instant, limit: Duration) -> Self {
        Self {
            position: reading.position,
            taken: reading.taken,
            still_since: now,
            ask_at: now + limit,
            behind: None,
            starts: 0,
        }
    }

    fn stands(&self, reading: &Reading) -> bool {
        !reading.is_paused && self.position == reading.position && self.taken == reading.taken
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
        let mut look = Look::default();
        for reading in readings {
            let fresh = Watched::new(reading, now, self.limit);
            let Some(watched) = self.partitions.get_mut(&reading.key) else {
                self.partitions.insert(reading.key.clone(), fresh);
                continue;
            };
            if !watched.stands(reading) {
                if watched.starts > 0 && !reading.is_paused {
                    look.recovered.push((reading.key.clone(), now - watched.still_since));
                }
                *watched = fresh;
                continue;
            }
            match watched.behind {
                Some((end, since)) if now - since >= self.limit => {
                    look.stalled.push(Stalled {
                        key: reading.key.clone(),
                        position: watched.position,
                        end,
                        still_for: now - watched.still_since,
                        starts: watched.starts,
                    });
                    watched.starts += 1;
                    watched.behind = Some((end, now));
                }
                None if now >= watched.ask_at => {
                    watched.ask_at = now + self.limit;
                    look.ask.push(reading.key.clone());
                }
                Some(_) | None => {}
            }
        }
        look
    }

    /// Told where logs end.
    pub fn tell(&mut self, now: Instant, ends: &BTreeMap<PartitionKey, i64>) {
        for (key, end) in ends {
            if let Some(watched) = self.partitions.get_mut(key)
                && watched.behind.is_none()
                && *end > watched.position
            {
                watched.behind = Some((*end, now));
            }
        }
    }

    /// Nothing was read for a while, on purpose: all partitions are watched from now on.
    pub fn forget(&mut self) {
        self.partitions.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const LIMIT: Duration = Duration::from_mins(1);

    fn key(partition: i32) -> PartitionKey {
        PartitionKey { topic: Arc::from("raw"), partition }
    }

    fn reading(partition: i32, position: i64) -> Reading {
        Reading { key: key(partition), position, taken: None, is_paused: false }
    }

    /// Looks at one partition at each of these seconds, told an end of 9 whenever it is asked for; what came of each.
    fn looks(readings: &[(u64, Reading)]) -> Vec<Look> {
        let begun = Instant::now();
        let mut standstill = Standstill::new(LIMIT);
        let look = |(second, reading): &(u64, Reading)| {
            let now = begun + Duration::from_secs(*second);
            let look = standstill.look(now, std::slice::from_ref(reading));
            standstill.tell(now, &look.ask.iter().map(|key| (key.clone(), 9)).collect());
            look
        };
        readings.iter().map(look).collect()
    }

    fn starts(looks: &[Look]) -> Vec<Option<u32>> {
        looks.iter().map(|look| look.stalled.first().map(|stalled| stalled.starts)).collect()
    }

    #[test]
    fn a_partition_is_stalled_only_when_it_stands_for_the_limit_behind_an_end_that_was_asked_for() {
        let at = |second| (second, reading(0, 5));
        let looks = looks(&[at(0), at(59), at(60), at(119), at(120), at(179), at(180), at(240)]);
        let asked: Vec<usize> = looks.iter().map(|look| look.ask.len()).collect();
        assert_eq!(asked, [0, 0, 1, 0, 0, 0, 0, 0]);
        assert_eq!(starts(&looks), [None, None, None, None, Some(0), None, Some(1), Some(2)]);
        let first = &looks[4].stalled[0];
        assert_eq!((first.position, first.end, first.still_for.as_secs()), (5, 9, 120));
    }

    #[test]
    fn one_that_has_read_all_is_asked_about_now_and_then_and_never_stalled() {
        let readings: Vec<(u64, Reading)> = (0..100).map(|step| (step * 5, reading(0, 9))).collect();
        let looks = looks(&readings);
        assert_eq!(looks.iter().map(|look| look.ask.len()).sum::<usize>(), 8);
        assert!(looks.iter().all(|look| look.stalled.is_empty()));
    }

    #[test]
    fn whatever_moves_it_begins_the_wait_anew() {
        let taken = Reading { taken: Some(4), ..reading(0, 5) };
        let paused = Reading { is_paused: true, ..reading(0, 5) };
        for moved in [reading(0, 6), taken, paused] {
            let after = Reading { is_paused: false, ..moved.clone() };
            let looks = looks(&[(0, reading(0, 5)), (60, reading(0, 5)), (119, moved), (121, after)]);
            assert_eq!(starts(&looks), [None; 4]);
            assert!(looks[3].ask.is_empty());
        }
    }

    #[test]
    fn recovery_is_told_once_and_of_none_that_was_not_started_anew() {
        let at = |second| (second, reading(0, 5));
        let looks = looks(&[at(0), at(60), at(120), (125, reading(0, 6)), (130, reading(0, 7))]);
        let recovered: Vec<usize> = looks.iter().map(|look| look.recovered.len()).collect();
        assert_eq!(recovered, [0, 0, 0, 1, 0]);
        assert_eq!(looks[3].recovered[0].1.as_secs(), 125);
    }

    #[test]
    fn partitions_that_went_away_and_pauses_of_all_are_forgotten() {
        let begun = Instant::now();
        let later = begun + 2 * LIMIT;
        let mut standstill = Standstill::new(LIMIT);
        standstill.look(begun, &[reading(0, 5), reading(1, 5)]);
        standstill.look(begun, &[reading(1, 5)]);
        assert_eq!(standstill.look(later, &[reading(0, 5), reading(1, 5)]).ask, [key(1)]);
        standstill.forget();
        standstill.tell(later, &BTreeMap::from([(key(1), 9)]));
        assert_eq!(standstill.look(later + LIMIT, &[reading(0, 5), reading(1, 5)]), Look::default());
    }
}
