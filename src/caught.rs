//! Panics that are caught where they happen and cost one record: the panic hook leaves those to whoever caught them.
//!
//! Owns the mark that a panic is expected. What it costs is told by a rejection, a degraded record or an event.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`; a panic is given back and not logged.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Box<dyn Any + Send>> {
    let before = IS_EXPECTED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_EXPECTED.set(before);
    result
}

/// Whether a panic of this thread would be caught by [`catch`].
pub fn is_expected() -> bool {
    // A panic while the thread is torn down is nobody's.
    IS_EXPECTED.try_with(Cell::get).unwrap_or(false)
}

/// What a panic said.
pub fn text(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_panics_within_are_expected_however_deep() {
        assert!(!is_expected());
        let outer = catch(|| {
            assert!(is_expected());
            let inner = catch(|| panic!("inner"));
            assert_eq!(inner.map_err(|panic| text(&*panic)), Err::<(), _>("inner".to_owned()));
            assert!(is_expected(), "the outer one is still there");
        });
        assert!(outer.is_ok());
        assert!(!is_expected());
    }
}
