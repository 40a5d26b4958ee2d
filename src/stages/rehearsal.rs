//! The stages of a record as a trial, whose results are thrown away: it tells how far a process gets with it.

use super::{Stages, Tagging, told_language};
use crate::caught;
use crate::flow::RawRecord;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// All that a worker does with a record, as if it were enriched, but emit.
    Whole,
    /// The same without tags, the language included.
    Untagged,
    /// What is left of a record that parse can't have: its plain text.
    Plain,
}

/// What a trial begins with next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Decode,
    Parse,
    /// The part of tag that comes before the claim.
    Language,
    Claim,
    Tag,
}

impl Step {
    pub const ALL: [Self; 5] = [Self::Decode, Self::Parse, Self::Language, Self::Claim, Self::Tag];

    /// The stage that it is a part of; claims are counted to parse, as their panics are.
    #[must_use]
    pub const fn stage(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Parse | Self::Claim => "parse",
            Self::Language | Self::Tag => "tag",
        }
    }
}

impl Stages {
    /// Does what pool threads would do with the record; `begins` hears of each step before it is taken.
    pub fn rehearse(&self, raw: &RawRecord, course: Course, begins: &mut dyn FnMut(Step)) {
        begins(Step::Decode);
        let Ok(decoded) = self.decode(raw) else { return };
        begins(Step::Parse);
        let parsed = if course == Course::Plain { None } else { self.parse(&decoded).ok() };
        let found = match parsed {
            Some(record) => Some((record, decoded.identity)),
            None => self.plain_record(decoded),
        };
        let Some((record, identity)) = found else { return };
        let told = if course == Course::Untagged {
            told_language(&record.article, Tagging::Nothing)
        } else {
            begins(Step::Language);
            told_language(&record.article, Tagging::Whole)
        };
        begins(Step::Claim);
        // A panic costs the record alone.
        let claimed = caught::catch(|| self.with_claim(record, identity, told));
        let Ok(mut prepared) = claimed else { return };
        if prepared.tagging == Tagging::Whole {
            begins(Step::Tag);
            self.tag(&mut prepared, None);
        }
    }
}
