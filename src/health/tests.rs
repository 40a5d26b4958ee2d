use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use tokio::sync::oneshot;

use super::*;

fn health() -> Health {
    Health::new(Arc::new(Metrics::new()))
}

#[test]
fn only_running_is_ready() {
    let health = health();
    for state in State::ALL {
        health.set_state(state);
        assert_eq!(health.state(), state);
        assert_eq!(health.readiness().is_ok(), state == State::Running, "{state}");
    }
    health.set_state(State::CatchingUp);
    health.set_detail("5 of 9 claims");
    assert_eq!(health.readiness(), Err("not ready: catching_up: 5 of 9 claims".to_owned()));
    health.set_state(State::Joining);
    assert_eq!(health.readiness(), Err("not ready: joining".to_owned()));
}

#[test]
fn a_thread_that_stops_beating_is_named_and_a_retired_one_is_not() {
    let health = health();
    health.beat("poller");
    health.beat("committer");
    assert_eq!(health.stalled(), []);
    let later = clock::monotonic() + Duration::from_secs(STALL_SECONDS + 1);
    health.retire("committer");
    let stalled = health.stalled_at(later);
    assert_eq!(stalled.len(), 1);
    assert_eq!(stalled[0].0, "poller");
}

async fn get(address: SocketAddr, path: &'static str) -> String {
    let asked = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    });
    asked.await.unwrap()
}

#[tokio::test]
async fn the_server_answers_and_stops() {
    let metrics = Arc::new(Metrics::new());
    let health = Health::new(Arc::clone(&metrics));
    let listener = bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let taken = bind(&address.to_string()).await;
    assert!(matches!(taken, Err(HealthError::PortInUse { .. })));

    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve_on(listener, health.clone(), Arc::clone(&metrics), async {
        let _ = stopped.await;
    }));
    assert!(get(address, "/livez").await.starts_with("HTTP/1.1 200"));
    let answer = get(address, "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("not ready: starting"), "{answer}");
    health.set_state(State::Running);
    assert!(get(address, "/readyz").await.starts_with("HTTP/1.1 200"));
    let answer = get(address, "/metrics").await;
    assert!(
        answer.contains("openmetrics-text") && answer.contains("khabar_state{state=\"running\"} 1"),
        "{answer}"
    );
    assert!(get(address, "/else").await.starts_with("HTTP/1.1 404"));

    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_address_that_is_none_is_an_error() {
    assert!(matches!(bind("nowhere").await, Err(HealthError::Listen { .. })));
}
