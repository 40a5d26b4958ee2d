//! How far the audit is: a bar on a terminal, else a line every few seconds. On standard error.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::output;
use crate::clock;

const TEMPLATE: &str = "{msg} {bar:30} {percent} %, {per_sec}, {eta} to go";
const LINE_EVERY: Duration = Duration::from_secs(5);

/// One stretch of reading.
pub(super) struct Progress {
    what: String,
    total: u64,
    done: u64,
    /// `None` where nobody watches a terminal.
    bar: Option<ProgressBar>,
    told: Instant,
}

impl Progress {
    /// `total` offsets are to be read.
    pub(super) fn new(what: impl Into<String>, total: u64) -> Self {
        let what = what.into();
        let bar = (std::io::stderr().is_terminal() && total > 0).then(|| {
            let bar = ProgressBar::new(total);
            // The template is a constant; were it wrong, the bar would merely have its usual form.
            if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
                bar.set_style(style);
            }
            bar.set_message(what.clone());
            bar
        });
        Self { what, total, done: 0, bar, told: clock::monotonic() }
    }

    /// One more record is read.
    pub(super) fn step(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if self.done.is_multiple_of(1024) && clock::since(self.told) >= LINE_EVERY {
            self.told = clock::monotonic();
            output::note(&format!("{}: {} of at most {} records", self.what, self.done, self.total));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_can_be_read() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
