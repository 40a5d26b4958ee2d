//! The wish to stop: the first signal asks for a drain, the second one for an end at once.
//!
//! Owns the signals (SIGTERM and SIGINT). What stopping means is the worker's business.

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How far the wish to stop has gone. Only ever grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    None,
    Drain,
    EndNow,
}

/// Tells that the process should stop; clones share the wish.
#[derive(Debug, Clone)]
pub struct Shutdown {
    wish: watch::Sender<Wish>,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// One that no signal reaches, for commands and tests that stop by themselves.
    #[must_use]
    pub fn new() -> Self {
        Self { wish: watch::Sender::new(Wish::None) }
    }

    /// Listens for SIGTERM and SIGINT from now on. It must be called within a tokio runtime.
    ///
    /// # Errors
    /// The operating system refuses the handlers.
    pub fn listen() -> io::Result<Self> {
        let shutdown = Self::new();
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let told = shutdown.clone();
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    received = terminate.recv() => if received.is_none() { return },
                    received = interrupt.recv() => if received.is_none() { return },
                }
                told.request();
            }
        });
        Ok(shutdown)
    }

    /// What a signal does: the first call asks for a drain, further ones for an end at once.
    pub fn request(&self) {
        self.wish.send_modify(|wish| {
            *wish = if *wish == Wish::None { Wish::Drain } else { Wish::EndNow };
        });
    }

    /// Ready once a drain was asked for, however long ago.
    pub async fn first(&self) {
        self.reached(Wish::Drain).await;
    }

    /// Ready once an end at once was asked for.
    pub async fn second(&self) {
        self.reached(Wish::EndNow).await;
    }

    /// For threads outside tokio: whether a drain was asked for.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.wish.borrow() >= Wish::Drain
    }

    /// For threads outside tokio: whether an end at once was asked for.
    #[must_use]
    pub fn is_immediate(&self) -> bool {
        *self.wish.borrow() >= Wish::EndNow
    }

    async fn reached(&self, least: Wish) {
        let mut watched = self.wish.subscribe();
        // The sender lives in self, so the channel cannot close meanwhile.
        let _ = watched.wait_for(|wish| *wish >= least).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn is_ready(future: impl Future<Output = ()>) -> bool {
        tokio::time::timeout(Duration::from_millis(20), future).await.is_ok()
    }

    #[tokio::test]
    async fn the_first_request_drains_and_the_second_ends() {
        let shutdown = Shutdown::new();
        assert!(!is_ready(shutdown.first()).await && !shutdown.is_requested());
        shutdown.request();
        assert!(is_ready(shutdown.first()).await && shutdown.is_requested());
        assert!(is_ready(shutdown.clone().first()).await, "whoever asks late learns it too");
        assert!(!is_ready(shutdown.second()).await && !shutdown.is_immediate());
        shutdown.request();
        assert!(is_ready(shutdown.second()).await && is_ready(shutdown.first()).await);
    }

    #[tokio::test]
    async fn a_signal_is_a_request() {
        let shutdown = Shutdown::listen().unwrap();
        let process = std::process::id().to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &process]).status().unwrap();
        assert!(sent.success());
        tokio::time::timeout(Duration::from_secs(10), shutdown.first()).await.unwrap();
    }
}
