//! Whether the worker lives and is ready, and the HTTP server that tells it.
//!
//! Owns the worker's state and the heartbeats of its vital threads. It decides nothing: the worker sets the state, and
//! the platform acts on the answers.

mod connection;
mod server;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::clock;
use crate::metrics::Metrics;

pub use server::{HealthError, bind, serve, serve_on};

/// A vital thread that has not beaten for this long is stalled. Far above what a slow broker can cost between two beats
/// of a thread that works: a restart heals a stuck thread, never a broker.
pub const STALL_SECONDS: u64 = 60;

/// The states of a worker, in the order of its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Starting,
    CatchingUp,
    Joining,
    Running,
    Draining,
    Stopped,
}

impl State {
    pub const ALL: [Self; 6] =
        [Self::Starting, Self::CatchingUp, Self::Joining, Self::Running, Self::Draining, Self::Stopped];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::CatchingUp => "catching_up",
            Self::Joining => "joining",
            Self::Running => "running",
            Self::Draining => "draining",
            Self::Stopped => "stopped",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// State and heartbeats of one worker; clones share them.
#[derive(Debug, Clone)]
pub struct Health {
    inner: Arc<Mutex<Inner>>,
    metrics: Arc<Metrics>,
    stall: Duration,
}

#[derive(Debug)]
struct Inner {
    state: State,
    /// Why the worker is not ready, in words; empty where the state says enough.
    detail: String,
    beats: BTreeMap<&'static str, Instant>,
}

impl Health {
    #[must_use]
    pub fn new(metrics: Arc<Metrics>) -> Self {
        let inner = Inner { state: State::Starting, detail: String::new(), beats: BTreeMap::new() };
        Self { inner: Arc::new(Mutex::new(inner)), metrics, stall: Duration::from_secs(STALL_SECONDS) }
    }

    /// Enters a state; metrics and probes tell it from now on.
    pub fn set_state(&self, state: State) {
        let mut inner = self.locked();
        inner.state = state;
        inner.detail.clear();
        self.metrics.set_state(state);
    }

    #[must_use]
    pub fn state(&self) -> State {
        self.locked().state
    }

    /// More on why the worker is not ready yet, for the body of `/readyz`; gone with the next state.
    pub fn set_detail(&self, detail: impl Into<String>) {
        self.locked().detail = detail.into();
    }

    /// A vital thread lives. The first beat begins the watch on it.
    pub fn beat(&self, thread: &'static str) {
        self.locked().beats.insert(thread, clock::monotonic());
    }

    /// A vital thread ends as it should: it is watched no more.
    pub fn retire(&self, thread: &'static str) {
        self.locked().beats.remove(thread);
    }

    /// The stalled threads with the seconds since their last beat, by name.
    #[must_use]
    pub fn stalled(&self) -> Vec<(&'static str, u64)> {
        self.stalled_at(clock::monotonic())
    }

    fn stalled_at(&self, now: Instant) -> Vec<(&'static str, u64)> {
        let inner = self.locked();
        let ages = inner.beats.iter().map(|(name, beat)| (*name, now.saturating_duration_since(*beat)));
        ages.filter(|(_, age)| *age >= self.stall).map(|(name, age)| (name, age.as_secs())).collect()
    }

    /// Ready, or why not.
    fn readiness(&self) -> Result<(), String> {
        let inner = self.locked();
        match (inner.state, inner.detail.as_str()) {
            (State::Running, _) => Ok(()),
            (state, "") => Err(format!("not ready: {state}")),
            (state, detail) => Err(format!("not ready: {state}: {detail}")),
        }
    }

    /// The state stays usable after a panic elsewhere.
    fn locked(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
