//! A relay between clients and one broker that can slow down, fall silent or cut the line.
//!
//! It owns its listening port and all connections that pass through it, and ends them when it is dropped. It knows
//! nothing of Kafka's protocol: the broker has to send its clients here by its advertised listener.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Between two looks at whether something came or the line changed.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);
const CHUNK_BYTES: usize = 64 * 1024;

/// What the line does with the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// They pass.
    Open,
    /// Each portion is held for so long, in both directions.
    Slow(Duration),
    /// Connections stay, nothing passes; what is held passes later.
    Silent,
    /// Connections break and new ones are ended at once.
    Cut,
}

struct State {
    line: Line,
    /// Where the broker listens; None until it is known.
    target: Option<String>,
    is_over: bool,
}

/// See the module.
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Listens on a free port. Connections wait until the target is known.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the host has a free port");
        listener.set_nonblocking(true).expect("a listener can be asked");
        let port = listener.local_addr().expect("a bound listener has an address").port();
        let state = Arc::new(Mutex::new(State { line: Line::Open, target: None, is_over: false }));
        let thread = thread::Builder::new()
            .name("proxy".to_owned())
            .spawn({
                let state = Arc::clone(&state);
                move || accept(&listener, &state)
            })
            .expect("a thread starts");
        Self { port, state, thread: Some(thread) }
    }

    pub const fn port(&self) -> u16 {
        self.port
    }

    /// `host:port` for clients.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends connections to this `host:port` from now on.
    pub fn lead_to(&self, target: &str) {
        self.state.lock().unwrap().target = Some(target.to_owned());
    }

    pub fn set(&self, line: Line) {
        self.state.lock().unwrap().line = line;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.lock().unwrap().is_over = true;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The line's present state; `Cut` when the proxy is over.
fn line_of(state: &Mutex<State>) -> Line {
    let state = state.lock().unwrap();
    if state.is_over { Line::Cut } else { state.line }
}

fn accept(listener: &TcpListener, state: &Arc<Mutex<State>>) {
    let mut pumps: Vec<JoinHandle<()>> = Vec::new();
    while !state.lock().unwrap().is_over {
        pumps.retain(|pump| !pump.is_finished());
        let target = state.lock().unwrap().target.clone();
        let Some((target, (client, _))) = target.and_then(|target| Some((target, listener.accept().ok()?)))
        else {
            thread::sleep(LOOK_INTERVAL);
            continue;
        };
        if line_of(state) == Line::Cut {
            continue;
        }
        // A broker that is away ends the connection, as it would without the relay.
        let Ok(broker) = TcpStream::connect(&target) else { continue };
        for (from, to) in [(&client, &broker), (&broker, &client)] {
            let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { continue };
            let state = Arc::clone(state);
            pumps.push(thread::spawn(move || pump(from, to, &state)));
        }
    }
    for pump in pumps {
        let _ = pump.join();
    }
}

/// Carries bytes one way until either side ends or the line is cut.
fn pump(mut from: TcpStream, mut to: TcpStream, state: &Mutex<State>) {
    let _ = from.set_nonblocking(false);
    let _ = from.set_read_timeout(Some(LOOK_INTERVAL));
    let _ = to.set_nodelay(true);
    let mut bytes = vec![0; CHUNK_BYTES];
    loop {
        let read = match line_of(state) {
            Line::Cut => break,
            Line::Silent => {
                thread::sleep(LOOK_INTERVAL);
                continue;
            }
            Line::Open | Line::Slow(_) => from.read(&mut bytes),
        };
        let count = match read {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
            Err(_) => break,
        };
        if !hold(state) || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

/// Keeps a portion for as long as the line wants; false where it is cut meanwhile.
fn hold(state: &Mutex<State>) -> bool {
    let mut waited = Duration::ZERO;
    loop {
        match line_of(state) {
            Line::Cut => return false,
            Line::Open => return true,
            Line::Slow(delay) if waited >= delay => return true,
            Line::Slow(_) | Line::Silent => {
                thread::sleep(LOOK_INTERVAL);
                waited += LOOK_INTERVAL;
            }
        }
    }
}
