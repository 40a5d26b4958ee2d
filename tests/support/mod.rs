//! What the tests and the benchmark stand on: a genuine Kafka broker, a client for looking at it, and the `khabar`
//! program as a child process.
//!
//! It owns every process and folder that a test starts, and leaves none behind, however the test ends.
//! No type of rdkafka leaves it, and it never skips: what is missing fails the test with a sentence that says how to
//! get it. Everything here blocks its thread and panics when the surroundings fail, since there a test has nothing
//! left to prove.
#![allow(dead_code, reason = "each target that includes this module uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test reports broken surroundings"
)]
#![allow(clippy::disallowed_types, reason = "partition lists stay within one function")]

pub mod articles;
pub mod broker;
pub mod client;
pub mod fetch;
pub mod http;
pub mod observer;
pub mod outcomes;
pub mod producing;
pub mod proxy;
pub mod random;
pub mod records;
pub mod segments;
pub mod wire;
pub mod worker;

use std::fmt::Write as _;
use std::future::Future;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

/// Between two looks at something that is waited for.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// A name that no other test, process or run uses: the given one and eight random digits.
pub fn unique(name: &str) -> String {
    format!("{name}-{:08x}", random_u64() & 0xffff_ffff)
}

/// A random number; the seed of the standard library's hash maps is the source.
pub fn random_u64() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The SHA-256 of some bytes, in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// As many different TCP ports of this host as asked for, free at this moment.
pub fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    // All are held until all are known, so that they differ.
    let listeners: [TcpListener; COUNT] =
        std::array::from_fn(|_| TcpListener::bind(("127.0.0.1", 0)).expect("the host has a free port"));
    listeners.map(|listener| listener.local_addr().expect("a bound listener has an address").port())
}

/// Looks until `look` has something, and gives it. Panics with `what` when the time is over.
pub fn wait_for<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "waited {limit:?} in vain for {what}");
        thread::sleep(LOOK_INTERVAL);
    }
}

/// Runs a future on this thread, within a runtime or without.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
