//! What probes and scrapers are told over HTTP in the states of a worker.

use std::time::Duration;

use crate::support::broker::Broker;
use crate::support::records::NewRecord;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};
use crate::support::{articles, free_ports, http, unique, wait_for};

const LIMIT: Duration = Duration::from_mins(2);

#[test]
fn probes_and_metrics_tell_the_state() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::named("health", 1);
    for name in [&topics.raw, &topics.enriched, &topics.duplicates] {
        client.create_topic(name, 1, &[]);
    }
    client.create_topic(&topics.claims, 1, CLAIMS_CONFIG);
    // Each is a fetch of its own, and reading pauses for a while after each, so that catching up lasts.
    for _ in 0..6 {
        client.produce(&[NewRecord::new(&topics.claims, vec![b'x'; 20_000])]);
    }
    let [port] = free_ports();
    let address = format!("127.0.0.1:{port}");
    let group = unique("health");
    let mut worker = WorkerOptions::new(broker, &topics, &group)
        .set_text("http.listen", &address)
        .property("queued.max.messages.kbytes", "1")
        .property("fetch.message.max.bytes", "1000")
        .property("fetch.queue.backoff.ms", "1000")
        .start();
    let get = |path: &str| wait_for("an answer", LIMIT, || http::get(&address, path));

    worker.wait_for_event("topic_missing", LIMIT);
    assert_eq!(get("/livez").0, 200);
    let (status, _, body) = get("/readyz");
    assert_eq!((status, body.as_str()), (503, "not ready: starting\n"));

    client.create_topic(&topics.rejected, 1, &[]);
    worker.wait_for_event("catching_up", LIMIT);
    assert_eq!(get("/livez").0, 200);
    let (status, _, body) = get("/readyz");
    assert!(status == 503 && body.starts_with("not ready: catching_up"), "{status} {body}");

    client.produce(&[NewRecord::new(&topics.raw, articles::dump(1)), NewRecord::tombstone(&topics.raw)]);
    worker.wait_for_event("running", LIMIT);
    assert_eq!(get("/readyz").0, 200);
    assert_eq!(get("/livez").0, 200);
    wait_until_committed(&client, &group, &topics.raw, 2, LIMIT);
    let metrics = wait_for("both outcomes to be counted", LIMIT, || {
        let (status, head, body) = get("/metrics");
        assert_eq!(status, 200);
        assert!(head.contains("application/openmetrics-text"), "{head}");
        let both = ["enriched", "rejected"].iter().all(|outcome| {
            body.lines().any(|line| line.contains(&format!("outcome=\"{outcome}\"")) && line.ends_with(" 1"))
        });
        both.then_some(body)
    });
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    assert_eq!(get("/elsewhere").0, 404);
    worker.stop(LIMIT);
    assert!(http::get(&address, "/livez").is_none());
}
