//! Rules of the protocol, each broken on purpose.

/// One broken rule. All are planted in the surroundings that the model simulates, none in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A record is claimed before it is known whether it will be rejected.
    ClaimsBeforeParse,
    /// The start reads the log from half a window back only.
    ReadsBackTooLittle,
    /// What the start reads back is only inserted: verdicts of unfinished records are not kept.
    KeepsNoVerdictsAtStart,
    /// The log is followed from its end at the time of joining, not from where reading back ended.
    LeavesGapAfterReadingBack,
    /// Claims are part of the transaction: they vanish where it is aborted.
    ClaimsInTransaction,
    /// A worker judges its claim when it appends it, not where it stands in the log.
    JudgesWhenAppending,
    /// Claims of one worker overtake each other on the way to the log.
    AppendsOutOfOrder,
    /// A later claim of a record changes its verdict.
    LaterClaimsChangeVerdicts,
    /// Verdicts are kept for owned partitions only.
    DropsVerdictsAtRebalance,
    /// What stages answer about a record counts, whichever epoch asked.
    TakesAnswersOfOlderEpochs,
    /// Outcomes that were made before a failed transaction are committed after it.
    CommitsOutcomesOfOlderEpochs,
    /// Finished records reach the committer in the order in which they are finished.
    CommitsOutOfOrder,
    /// A commit does not look whether its partitions are still owned.
    CommitsWithoutOwnership,
    /// A commit does not look whether the member was put out of the group.
    CommitsThoughPutOut,
    /// The group's metadata is taken after the look at the assignment.
    TakesMetadataAfterLooking,
    /// After an unclear commit the same outcomes are sent and committed again.
    SendsAgainAfterUnclearCommit,
    /// After an unclear commit the partitions are rewound, but the producer stays.
    KeepsProducerAfterUnclearCommit,
    /// After a failure the producer is replaced, but nothing is rewound.
    NeverRewinds,
    /// Committed offsets are read without waiting for open transactions.
    ReadsUnstableOffsets,
    /// At the start the group's offsets are read after the log.
    ReadsOffsetsAfterLog,
    /// Partitions without a committed offset are claimed before their start is committed.
    ClaimsWithoutAnchor,
    /// The start does not ask again for offsets that it misses.
    AsksForOffsetsOnce,
    /// A partition is taken at an offset below those whose verdicts were forgotten.
    BeginsBelowWhatItForgot,
    /// Start offsets are committed though the partitions may be another worker's by then.
    AnchorsLate,
}
