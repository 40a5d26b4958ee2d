//! Has the claims log replayed from its beginning to an end, and once more where its clock stepped back.

use super::survey;
use crate::audit::replay::{Replay, ReplayEnd, Witness};
use crate::dedup::times_ahead::TimesNoted;
use crate::kafka::KafkaFailure;
use crate::kafka::claims_log::ClaimsReader;

/// How far a log was read.
#[derive(Debug)]
pub(in crate::cli) enum Read {
    Whole,
    /// Retention took the rest meanwhile.
    Cut,
    Ended(ReplayEnd),
}

/// Replays the entries from `begin` to `end`; `step` is called for each that is read.
pub(in crate::cli) fn read(
    reader: &ClaimsReader,
    (begin, end): (i64, i64),
    replay: &mut Replay,
    witness: &mut dyn Witness,
    step: &mut dyn FnMut(),
) -> Result<Read, KafkaFailure> {
    let mut once = |replay: &mut Replay| {
        let mut over = Ok(());
        let is_whole = survey::entries(reader, (begin, end), &mut |record| {
            step();
            over = replay.apply(witness, record.offset, record.time_ms, record.bytes);
            over.is_ok()
        })?;
        Ok::<_, KafkaFailure>((is_whole, over))
    };
    let (mut is_whole, mut over) = once(replay)?;
    if let Err(ReplayEnd::Clock { offset, .. }) = over {
        if reader.watermarks()?.0 > begin {
            // What was there when it was first read is no longer.
            return Ok(Read::Cut);
        }
        let mut noted = TimesNoted::default();
        survey::entries(reader, (begin, end), &mut |record| {
            noted.note(record.offset, record.time_ms);
            true
        })?;
        replay.begin_again(noted.finish(), offset);
        (is_whole, over) = once(replay)?;
    }
    Ok(match over {
        Err(reason) => Read::Ended(reason),
        Ok(()) if is_whole => Read::Whole,
        Ok(()) => Read::Cut,
    })
}
