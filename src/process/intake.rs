//! Reads the inputs, one after another, into raw records. It never holds more of a record than decode takes.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::Sender;

use super::input::{Input, Opened};
use super::{Event, Job, Place, Ticket};
use crate::budget::Budget;
use crate::flow::{Header, RawCoordinates, RawRecord};

/// How long it waits for the budget before it looks whether all is over.
const WAIT: Duration = Duration::from_millis(50);
const CONTENT_TYPE: &str = "content-type";
/// Said of every line, so that a broken one is broken JSON, and not a text that happens to have one line.
const LINE_CONTENT_TYPE: &str = "application/json";
/// The longest end of a line: carriage return and line feed.
const LINE_END_BYTES: usize = 2;

pub(super) struct Intake {
    pub budget: Budget,
    /// A record that is longer is cut one byte beyond, so that decode rejects it by name.
    pub payload_bytes_max: usize,
    /// Timestamp of all records.
    pub fetched_at_ms: Option<i64>,
    pub stop: Arc<AtomicBool>,
    pub jobs: Sender<Job>,
    pub events: Sender<Event>,
    /// Records so far.
    pub records: u64,
}

/// Nobody wants more records.
struct Stopped;

/// A record as the input has it.
struct Unit {
    payload: Vec<u8>,
    place: Place,
    offset: u64,
    content_type: Option<&'static str>,
    input_bytes: u64,
}

impl Intake {
    /// Until the last input's end, or until nobody wants more.
    pub(super) fn run(mut self, inputs: Vec<Input>) {
        for (number, input) in (0_u64..).zip(inputs) {
            let name = Arc::clone(&input.name);
            let read = match input.open(self.payload_bytes_max.saturating_add(1)) {
                Ok(Opened::Lines(lines)) => self.read_lines(&name, lines),
                Ok(Opened::Whole(whole, content_type)) => self.read_whole(&name, number, whole, content_type),
                Err(error) => Err(error),
            };
            match read {
                Ok(Ok(())) => {}
                Ok(Err(Stopped)) => return,
                Err(error) => {
                    let _ = self.events.send(Event::Unreadable { input: name, cause: error.to_string() });
                }
            }
        }
        let _ = self.events.send(Event::Ended { records: self.records });
    }

    fn read_lines(
        &mut self,
        name: &Arc<str>,
        mut lines: Box<dyn BufRead>,
    ) -> io::Result<Result<(), Stopped>> {
        let mut buffer = Vec::new();
        let mut offset = 0;
        while let Some(input_bytes) = next_line(&mut lines, self.payload_bytes_max, &mut buffer)? {
            let unit = Unit {
                payload: buffer.as_slice().to_vec(),
                place: Place { file: Arc::clone(name), line: Some(offset + 1) },
                offset,
                content_type: Some(LINE_CONTENT_TYPE),
                input_bytes,
            };
            if let Err(stopped) = self.hand_on(unit) {
                return Ok(Err(stopped));
            }
            offset += 1;
        }
        Ok(Ok(()))
    }

    fn read_whole(
        &mut self,
        name: &Arc<str>,
        number: u64,
        whole: Box<dyn Read>,
        content_type: Option<&'static str>,
    ) -> io::Result<Result<(), Stopped>> {
        let mut payload = Vec::new();
        let input_bytes =
            whole.take(self.payload_bytes_max.saturating_add(1) as u64).read_to_end(&mut payload)?;
        payload.shrink_to_fit();
        Ok(self.hand_on(Unit {
            payload,
            place: Place { file: Arc::clone(name), line: None },
            offset: number,
            content_type,
            input_bytes: input_bytes as u64,
        }))
    }

    /// Waits for room and hands the record to the stages.
    fn hand_on(&mut self, unit: Unit) -> Result<(), Stopped> {
        let coordinates = RawCoordinates {
            topic: Arc::clone(&unit.place.file),
            partition: 0,
            offset: i64::try_from(unit.offset).unwrap_or(i64::MAX),
        };
        let raw = RawRecord {
            coordinates,
            timestamp_ms: self.fetched_at_ms,
            key: None,
            payload: Some(unit.payload),
            headers: unit.content_type.map(|value| Header::text(CONTENT_TYPE, value)).into_iter().collect(),
        };
        while !self.stop.load(Ordering::Acquire) {
            if self.budget.wait(WAIT) {
                let ticket = Ticket {
                    index: self.records,
                    place: unit.place,
                    input_bytes: unit.input_bytes,
                    _permit: self.budget.take(raw.size_bytes()),
                };
                self.records += 1;
                return self.jobs.send(Job::Prepare { ticket, raw }).map_err(|_| Stopped);
            }
        }
        Err(Stopped)
    }
}

/// Reads a line without its end into `line`, at most `bytes_max + 1` bytes of it; the rest of a longer one is skipped.
/// Gives the bytes that it took of the input, `None` at its end. A last line needs no line end.
fn next_line(reader: &mut dyn BufRead, bytes_max: usize, line: &mut Vec<u8>) -> io::Result<Option<u64>> {
    line.clear();
    let limit = bytes_max.saturating_add(LINE_END_BYTES);
    let read = (&mut *reader).take(limit as u64).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(None);
    }
    let mut skipped = 0;
    if line.last() == Some(&b'\n') {
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
    } else if read == limit {
        skipped = reader.skip_until(b'\n')?;
        line.truncate(bytes_max.saturating_add(1));
    }
    Ok(Some((read + skipped) as u64))
}
