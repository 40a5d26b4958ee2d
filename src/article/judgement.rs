//! What the dedup room answers about an article.

use super::Hash128;

/// The answer of the dedup room about one claimed article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// The earlier article, for every verdict but `new` without a flaw.
    pub matched: Option<Matched>,
    /// 0 to 1000.
    pub score_permille: u16,
    /// 0 to 1000: the share of this article's text that the match lacks.
    pub novelty_permille: u16,
    /// The rule that decided: a name of the documented list.
    pub rule: &'static str,
    /// Claims offset of the record's first claim.
    pub sequence: i64,
    /// Number of the claims log's level that judged.
    pub level: u32,
    /// The article ends among the duplicates.
    pub suppressed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    pub coordinates: crate::flow::RawCoordinates,
    pub id: Hash128,
}

/// Verdicts, in the precedence of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    Exact,
    Revision,
    Refetch,
    Extends,
    Update,
    Near,
    Contained,
    New,
}

impl Verdict {
    /// The value of `khabar.dedup.verdict` and of a duplicate's `kind`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Revision => "revision",
            Self::Refetch => "refetch",
            Self::Extends => "extends",
            Self::Update => "update",
            Self::Near => "near",
            Self::Contained => "contained",
            Self::New => "new",
        }
    }

    /// Whether the article adds little to an earlier one. It is suppressed, unless the level has near ones marked only.
    #[must_use]
    pub const fn is_duplicate(self) -> bool {
        matches!(self, Self::Exact | Self::Refetch | Self::Near | Self::Contained)
    }
}
