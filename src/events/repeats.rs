//! Holds back warnings that repeat, so that one broken broker cannot fill the log store.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{EventKind, Level};

/// The limit holds for windows of this length, begun by the first warning of a kind.
pub const WINDOW_SECONDS: u64 = 10;

/// Until the configuration is read.
const REPEATS_MAX_DEFAULT: u32 = 10;

/// What becomes of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// It is logged; `held_back` of its kind were not since the last one that was.
    Shown {
        held_back: u64,
    },
    Held,
}

/// The warnings of the current windows, by kind. The catalogue is closed, so the map is bounded.
#[derive(Debug)]
pub struct Repeats {
    repeats_max: AtomicU32,
    windows: Mutex<BTreeMap<&'static str, Window>>,
}

#[derive(Debug)]
struct Window {
    began: Instant,
    shown: u32,
    held_back: u64,
}

impl Repeats {
    #[must_use]
    pub fn new(repeats_max: u32) -> Self {
        Self { repeats_max: AtomicU32::new(repeats_max), windows: Mutex::default() }
    }

    pub fn set_max(&self, repeats_max: u32) {
        self.repeats_max.store(repeats_max, Ordering::Relaxed);
    }

    /// Whether an event of this kind is logged at `now`. Only warnings are ever held back.
    pub fn pass(&self, kind: &'static EventKind, now: Instant) -> Pass {
        if kind.level != Level::Warn {
            return Pass::Shown { held_back: 0 };
        }
        // A panic while the lock was held leaves counts behind that are still usable.
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window =
            windows.entry(kind.name).or_insert_with(|| Window { began: now, shown: 0, held_back: 0 });
        if now.saturating_duration_since(window.began) >= Duration::from_secs(WINDOW_SECONDS) {
            window.began = now;
            window.shown = 0;
        }
        if window.shown >= self.repeats_max.load(Ordering::Relaxed) {
            window.held_back = window.held_back.saturating_add(1);
            return Pass::Held;
        }
        window.shown += 1;
        Pass::Shown { held_back: std::mem::take(&mut window.held_back) }
    }
}

/// The one of this process.
pub(super) fn shared() -> &'static Repeats {
    static SHARED: LazyLock<Repeats> = LazyLock::new(|| Repeats::new(REPEATS_MAX_DEFAULT));
    &SHARED
}
