//! Threads that must not die unseen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::caught;

/// Runs a thread's work; a panic is reported to `died` with the thread's name and what the panic said.
pub fn guard(name: &'static str, died: &impl Fn(&'static str, String), work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        died(name, caught::text(&*panic));
    }
}
