//! How far long work is, for a person at a terminal.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) const WITH_TOTAL: &str = "{bar:30} {bytes}/{total_bytes}, {msg}, {eta} to go";
pub(super) const WITHOUT_TOTAL: &str = "{spinner} {bytes}, {msg}";

/// A bar on standard error, where that is a terminal and standard output is none.
pub(super) fn bar(total_bytes: Option<u64>) -> ProgressBar {
    let is_visible = io::stderr().is_terminal() && !io::stdout().is_terminal();
    let target = if is_visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(total_bytes, target);
    let template = if total_bytes.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL };
    // The templates are constants: that they can be read is tested.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
