//! Notes of owners in the group's commit metadata, and what an owner makes of those it finds. Pure.
//!
//! Every owner notes its start, and takes the note back when it gives the partition away. So a note that is found was
//! left by an owner that ended: a kill, a crash, or a record that kills the process. Two of them within what the first
//! had in flight make the next owner suspect the records, and it has each of them probed before it works on them.

use std::fmt;

/// The first word of the metadata.
const FORMAT: &str = "khabar1";
/// Owners are counted up to here; a larger count is no count of ours.
const STARTS_MAX: u32 = 1000;
/// So many owners in a row have ended before a partition is isolated.
const ENDED_BEFORE_ISOLATION: u32 = 2;
/// Metadata is looked at up to here.
const WORDS_MAX: usize = 16;

/// What the metadata says about a partition's owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StartNote {
    /// Owners in a row that neither gave the partition back nor got past `until`, the present one included.
    pub starts: u32,
    /// The owners that ended had nothing in flight at this offset or beyond it.
    pub until: Option<i64>,
}

/// An offset to commit, with its note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    pub offset: i64,
    pub note: StartNote,
}

impl StartNote {
    /// That of an owner whose predecessors left nothing to think of.
    pub const FRESH: Self = Self { starts: 1, until: None };

    /// What the metadata of a committed offset says. Any text is accepted: what is not ours says nothing.
    pub fn parse(metadata: &str) -> Self {
        let mut words = metadata.split_ascii_whitespace().take(WORDS_MAX);
        if words.next() != Some(FORMAT) {
            return Self::default();
        }
        let mut note = Self::default();
        for (name, value) in words.filter_map(|word| word.split_once('=')) {
            match name {
                "starts" => {
                    note.starts = value.parse().ok().filter(|starts| *starts <= STARTS_MAX).unwrap_or(0);
                }
                "until" => note.until = value.parse().ok().filter(|until| *until >= 0),
                _ => {}
            }
        }
        note
    }

    /// The note of the owner that finds this one at `offset`. A worker has at most `reach` offsets in flight, and none
    /// at `end` or beyond it.
    #[must_use]
    pub fn taken(self, offset: i64, end: i64, reach: i64) -> Self {
        let starts = self.starts.saturating_add(1).min(STARTS_MAX);
        if self.starts == 0 {
            return Self { starts, until: None };
        }
        let until = offset.saturating_add(reach).min(end);
        Self { starts, until: (until > offset).then_some(until) }
    }

    /// Whether the owner of this note takes the partition isolated, and up to which offset.
    pub fn isolated_until(self) -> Option<i64> {
        self.until.filter(|_| self.starts > ENDED_BEFORE_ISOLATION)
    }

    /// The note once everything before `next` is committed.
    #[must_use]
    pub fn progressed(self, next: i64) -> Self {
        if self.until.is_some_and(|until| next < until) { self } else { Self::FRESH }
    }

    /// The note of an owner that gives the partition back, with nothing of it in flight.
    #[must_use]
    pub fn left(self) -> Self {
        let starts = self.starts.saturating_sub(1);
        Self { starts, until: self.until.filter(|_| starts > 0) }
    }

    /// The metadata; `claims` is the offset up to which the worker has applied the claims log.
    pub fn metadata(self, claims: i64) -> String {
        format!("{FORMAT} claims={claims}{self}")
    }
}

impl fmt::Display for StartNote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, " starts={}", self.starts)?;
        match self.until {
            Some(until) => write!(formatter, " until={until}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REACH: i64 = 100;

    fn note(starts: u32, until: Option<i64>) -> StartNote {
        StartNote { starts, until }
    }

    #[test]
    fn what_an_owner_makes_of_the_note_it_finds() {
        let rows = [
            // found, offset, end; taken, isolated until
            (note(0, None), 50, 900, note(1, None), None),
            (note(0, Some(70)), 50, 900, note(1, None), None),
            (note(1, None), 50, 900, note(2, Some(150)), None),
            (note(1, None), 50, 60, note(2, Some(60)), None),
            (note(2, Some(150)), 80, 900, note(3, Some(180)), Some(180)),
            (note(3, Some(150)), 149, 150, note(4, Some(150)), Some(150)),
            // Nothing was in flight: there is nothing to suspect.
            (note(5, None), 50, 50, note(6, None), None),
            (note(1000, None), i64::MAX - 1, i64::MAX, note(1000, Some(i64::MAX)), Some(i64::MAX)),
        ];
        for (found, offset, end, taken, isolated) in rows {
            assert_eq!(found.taken(offset, end, REACH), taken, "{found:?} at {offset}");
            assert_eq!(taken.isolated_until(), isolated, "{taken:?}");
        }
    }

    #[test]
    fn the_stretch_of_ended_owners_is_left_behind_by_progress_only() {
        assert_eq!(note(2, Some(150)).progressed(149), note(2, Some(150)));
        assert_eq!(note(2, Some(150)).progressed(150), StartNote::FRESH);
        assert_eq!(note(3, None).progressed(1), StartNote::FRESH);
        assert_eq!(note(1, None).left(), note(0, None));
        assert_eq!(note(3, Some(150)).left(), note(2, Some(150)), "the next owner isolates too");
        assert_eq!(note(0, Some(7)).left(), note(0, None));
    }

    #[test]
    fn a_record_that_kills_its_owners_is_isolated_by_the_third() {
        let (poison, end) = (40, 1_000);
        let first = StartNote::default().taken(10, end, REACH).progressed(30);
        let second = StartNote::parse(&first.metadata(5)).taken(30, end, REACH);
        assert_eq!(second.isolated_until(), None);
        let second = second.progressed(36);
        let third = StartNote::parse(&second.metadata(6)).taken(36, end, REACH);
        assert!(third.isolated_until().is_some_and(|until| poison < until));
        let after = third.progressed(third.until.unwrap_or_default());
        assert_eq!(after.taken(500, end, REACH).isolated_until(), None, "a later kill begins anew");
    }

    #[test]
    fn foreign_and_old_metadata_says_nothing() {
        for text in [
            "",
            "khabar1 claims=7",
            "khabar2 starts=5",
            "starts=5",
            "khabar1 starts=-1",
            "khabar1 starts=99999999999",
            "khabar1 starts=1001",
            "khabar1 starts",
        ] {
            assert_eq!(StartNote::parse(text).starts, 0, "{text}");
        }
        assert_eq!(StartNote::parse("khabar1 claims=7 starts=2 until=-5"), note(2, None));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,200}") {
            let found = StartNote::parse(&text);
            prop_assert!(found.starts <= STARTS_MAX);
        }

        #[test]
        fn what_is_written_is_read(starts in 0..=STARTS_MAX, until in proptest::option::of(0..i64::MAX), claims: i64) {
            let written = note(starts, until);
            prop_assert_eq!(StartNote::parse(&written.metadata(claims)), written);
        }

        #[test]
        fn counts_stay_within_their_bounds(starts in 0..=u32::MAX, until in proptest::option::of(any::<i64>()), offset: i64, end: i64, reach in 0..i64::MAX) {
            let taken = note(starts, until).taken(offset, end, reach);
            prop_assert!((1..=STARTS_MAX).contains(&taken.starts));
            prop_assert!(taken.until.is_none_or(|until| until > offset && until <= end));
            prop_assert!(taken.left().starts < taken.starts);
        }
    }
}
