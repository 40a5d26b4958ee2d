//! The stages of a record as a trial, whose results are thrown away: it tells how far a process gets with it.

use super::Stages;
use crate::flow::RawRecord;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// All that a worker does before a record's claim.
    Whole,
    /// The same without tags.
    Untagged,
    /// What is left of a record that parse can't have: its plain text.
    Plain,
}

/// What a trial begins with next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Decode,
    Parse,
    Tag,
    Claim,
}

impl Step {
    pub const ALL: [Self; 4] = [Self::Decode, Self::Parse, Self::Tag, Self::Claim];

    /// The stage that it is a part of; claims are counted to parse, as their panics are.
    #[must_use]
    pub const fn stage(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::Parse | Self::Claim => "parse",
            Self::Tag => "tag",
        }
    }
}

impl Stages {
    /// Does what a pool thread would do with the record; `begins` hears of each step before it is taken.
    pub fn rehearse(&self, raw: &RawRecord, course: Course, begins: &mut dyn FnMut(Step)) {
        begins(Step::Decode);
        let Ok(decoded) = self.decode(raw) else { return };
        begins(Step::Parse);
        if course == Course::Plain {
            self.plain(decoded);
            return;
        }
        let Ok(record) = self.parse(&decoded) else {
            self.plain(decoded);
            return;
        };
        if course == Course::Untagged {
            // Refused or not: that it ends is all that is asked.
            let _ = self.claim_untagged(record, decoded.identity);
            return;
        }
        begins(Step::Tag);
        let (tags, degraded) = self.tag(&record.article);
        begins(Step::Claim);
        self.with_claim(record, decoded.identity, tags, degraded);
    }
}
