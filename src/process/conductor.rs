//! Takes what the threads have done, hands it on in order, and writes the lines in order.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::judge::{Judge, Judged};
use super::order::InOrder;
use super::{Event, Job, Line, Observer, ProcessError, Summary};
use crate::flow::Outcome;

const BUFFER_BYTES: usize = 256 * 1024;
/// Where nothing happens for this long, the lines so far leave the buffer: somebody may look at them.
const FLUSH_AFTER: Duration = Duration::from_millis(100);

/// Whether anybody still wants lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    Listens,
    Gone,
}

pub(super) struct Conductor<'a> {
    judge: Option<Judge>,
    finish: Sender<Job>,
    lines: InOrder<Line>,
    output: BufWriter<&'a mut dyn Write>,
    observer: &'a mut dyn Observer,
    summary: Summary,
    /// Records in all inputs, once they are read.
    records: Option<u64>,
}

impl<'a> Conductor<'a> {
    pub(super) fn new(
        judge: Option<Judge>,
        finish: Sender<Job>,
        output: &'a mut dyn Write,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self {
            judge,
            finish,
            lines: InOrder::new(),
            output: BufWriter::with_capacity(BUFFER_BYTES, output),
            observer,
            summary: Summary::default(),
            records: None,
        }
    }

    /// Until every record's line is written, or the audience is gone.
    pub(super) fn run(mut self, happened: &Receiver<Event>) -> Result<Summary, ProcessError> {
        while self.records != Some(self.lines.taken()) {
            let audience = match happened.recv_timeout(FLUSH_AFTER) {
                Ok(event) => {
                    self.handle(event)?;
                    self.write()?
                }
                Err(RecvTimeoutError::Timeout) => self.flush()?,
                Err(RecvTimeoutError::Disconnected) => {
                    let cause = "all threads ended before the work was done".to_owned();
                    return Err(ProcessError::ThreadDied { thread: "stages", cause });
                }
            };
            if audience == Audience::Gone {
                return Ok(self.without_audience());
            }
        }
        match self.flush()? {
            Audience::Listens => Ok(self.summary),
            Audience::Gone => Ok(self.without_audience()),
        }
    }

    fn handle(&mut self, event: Event) -> Result<(), ProcessError> {
        match event {
            Event::Prepared { ticket, prepared } => {
                if let Some(judge) = &mut self.judge {
                    judge.put(ticket, prepared);
                }
                self.judge_all()?;
            }
            Event::Rejected(line) => {
                if let Some(judge) = &mut self.judge {
                    judge.pass_over(line.ticket.index);
                }
                self.lines.put(line.ticket.index, line);
                self.judge_all()?;
            }
            Event::Finished(line) => self.lines.put(line.ticket.index, line),
            Event::Unreadable { input, cause } => {
                self.summary.unreadable += 1;
                self.observer.unreadable(&input, &cause);
            }
            Event::Ended { records } => self.records = Some(records),
            Event::Died { thread, cause } => return Err(ProcessError::ThreadDied { thread, cause }),
        }
        Ok(())
    }

    fn judge_all(&mut self) -> Result<(), ProcessError> {
        let Some(judge) = &mut self.judge else { return Ok(()) };
        while let Some(Judged { ticket, prepared, judgement }) = judge.next()? {
            // Where no thread is left to take it, their death is the next event.
            let _ = self.finish.send(Job::Finish { ticket, prepared, judgement });
        }
        Ok(())
    }

    /// Writes all lines whose turn it is.
    fn write(&mut self) -> Result<Audience, ProcessError> {
        let written = self.summary.records();
        while let Some(line) = self.lines.take() {
            if audience(self.output.write_all(&line.bytes))? == Audience::Gone {
                return Ok(Audience::Gone);
            }
            self.count(&line);
        }
        if self.summary.records() > written {
            self.observer.advanced(&self.summary);
        }
        Ok(Audience::Listens)
    }

    fn count(&mut self, line: &Line) {
        let count = match line.outcome {
            Outcome::Enriched => &mut self.summary.enriched,
            Outcome::Duplicate => &mut self.summary.duplicates,
            Outcome::Rejected => &mut self.summary.rejected,
        };
        *count += 1;
        if let Some(code) = line.code {
            *self.summary.rejections.entry(code).or_default() += 1;
        }
        self.summary.input_bytes += line.ticket.input_bytes;
    }

    fn flush(&mut self) -> Result<Audience, ProcessError> {
        audience(self.output.flush())
    }

    /// The summary of a work that nobody wants to its end. What is still in the buffer is dropped, not tried again.
    fn without_audience(self) -> Summary {
        let _ = self.output.into_parts();
        Summary { reader_gone: true, ..self.summary }
    }
}

/// Whoever closed the pipe has all that they wanted: no error.
fn audience(result: io::Result<()>) -> Result<Audience, ProcessError> {
    match result {
        Ok(()) => Ok(Audience::Listens),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Audience::Gone),
        Err(error) => Err(ProcessError::Write(error)),
    }
}
