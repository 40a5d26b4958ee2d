//! How far it is, for a person at a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Observer, Summary};
use crate::clock;

const WITH_TOTAL: &str = "{bar:30} {bytes}/{total_bytes}, {msg}, {eta} to go";
const WITHOUT_TOTAL: &str = "{spinner} {bytes}, {msg}";

/// A bar on standard error.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    begun: Instant,
    /// Where a failed input is told to the person.
    tell: fn(&str),
}

impl Progress {
    /// `total_bytes` of all inputs, where it is known; a hidden bar draws nothing.
    pub fn new(total_bytes: Option<u64>, visible: bool, tell: fn(&str)) -> Self {
        let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(total_bytes, target);
        let template = if total_bytes.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL };
        // The templates are constants: that they can be read is tested.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, begun: clock::monotonic(), tell }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The counts in one line: `12 articles in 0.4 s (30/s): 8 enriched, 3 duplicates, 1 rejected (no_article 1)`.
    pub fn summary(&self, summary: &Summary) -> String {
        let elapsed = clock::since(self.begun);
        let codes: Vec<String> =
            summary.rejections.iter().map(|(code, count)| format!("{code} {count}")).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
        format!(
            "{} articles in {:.1} s ({}/s): {} enriched, {} duplicates, {} rejected{codes}",
            summary.records(),
            elapsed.as_secs_f64(),
            per_second(summary.records(), elapsed),
            summary.enriched,
            summary.duplicates,
            summary.rejected,
        )
    }
}

impl Observer for Progress {
    fn advanced(&mut self, summary: &Summary) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(summary.input_bytes);
        let rate = per_second(summary.records(), clock::since(self.begun));
        self.bar.set_message(format!("{} articles, {rate}/s", summary.records()));
    }

    fn unreadable(&mut self, input: &str, cause: &str) {
        let message = format!("{input} cannot be read: {cause}; the other inputs go on");
        self.bar.suspend(|| (self.tell)(&message));
    }
}

fn per_second(records: u64, elapsed: Duration) -> u64 {
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    records.saturating_mul(1000) / milliseconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_can_be_read() {
        for template in [WITH_TOTAL, WITHOUT_TOTAL] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn the_summary_names_all_counts_and_codes() {
        let progress = Progress::new(None, false, |_| {});
        let summary = Summary {
            enriched: 8,
            duplicates: 3,
            rejected: 2,
            rejections: [("json_broken", 1), ("no_article", 1)].into(),
            ..Summary::default()
        };
        let text = progress.summary(&summary);
        assert!(text.starts_with("13 articles in "), "{text}");
        assert!(
            text.ends_with("8 enriched, 3 duplicates, 2 rejected (json_broken 1, no_article 1)"),
            "{text}"
        );
    }
}
