//! Has the claims log replayed from its beginning to an end, and once more where its clock stepped back.

use std::time::Duration;

use super::survey;
use crate::audit::replay::{Replay, ReplayEnd, Witness};
use crate::clock;
use crate::dedup::times_ahead::TimesNoted;
use crate::kafka::KafkaFailure;
use crate::kafka::claims_log::{ClaimsReader, LogRecord};

const POLL_LIMIT: Duration = Duration::from_millis(100);

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
        let is_whole = entries(reader, (begin, end), &mut |record| {
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
        entries(reader, (begin, end), &mut |record| {
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

/// Shows entries for as long as `show` wants more. Tells whether retention left all of them.
fn entries(
    reader: &ClaimsReader,
    (begin, end): (i64, i64),
    show: &mut dyn FnMut(LogRecord<'_>) -> bool,
) -> Result<bool, KafkaFailure> {
    reader.start_at(begin)?;
    let (mut next, mut heard, mut goes_on) = (begin, clock::monotonic(), true);
    while next < end && goes_on {
        let got = reader.next(POLL_LIMIT, &mut |record: LogRecord<'_>| {
            next = record.offset + 1;
            goes_on = show(record);
        })?;
        if got {
            heard = clock::monotonic();
        } else if survey::is_over(reader, end, heard)? {
            return Ok(false);
        }
    }
    Ok(true)
}
