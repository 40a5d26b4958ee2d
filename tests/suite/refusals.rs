//! What a worker refuses to work with, and what it waits for: each with its event and exit code.

use std::time::Duration;

use serde_json::Value;

use crate::support::articles;
use crate::support::broker::{Broker, BrokerOptions};
use crate::support::free_ports;
use crate::support::records::NewRecord;
use crate::support::unique;
use crate::support::worker::{CLAIMS_CONFIG, Topics, WorkerOptions, wait_until_committed};

const LIMIT: Duration = Duration::from_mins(2);

/// Runs a worker that must end by itself with exit code 2 and this event, and gives the event.
pub fn refused(options: &WorkerOptions, event: &str) -> Value {
    let mut worker = options.start();
    let status = worker.wait_exit(LIMIT);
    let output = worker.output().join("\n");
    assert_eq!(status.code(), Some(2), "{output}");
    let errors = worker.errors();
    let reason = errors.iter().find(|error| error["event"] == event);
    let reason = reason.unwrap_or_else(|| panic!("event {event} is logged:\n{output}")).clone();
    assert!(reason["msg"].as_str().is_some_and(|message| !message.is_empty()), "{reason}");
    let stopped = worker.events(Some("stopped"));
    assert_eq!(stopped.len(), 1, "{output}");
    assert_eq!(stopped[0]["exit_code"], 2);
    reason
}

fn without(name: &str) -> Vec<(&'static str, &'static str)> {
    CLAIMS_CONFIG.iter().copied().filter(|(key, _)| *key != name).collect()
}

/// All topics but that of the claims.
fn with_claims(test: &str, partitions: u16, configs: &[(&str, &str)]) -> Topics {
    let client = Broker::shared().client();
    let topics = Topics::named(test, 1);
    for name in [&topics.raw, &topics.enriched, &topics.duplicates, &topics.rejected] {
        client.create_topic(name, 1, &[]);
    }
    client.create_topic(&topics.claims, partitions, configs);
    topics
}

#[test]
fn a_claims_topic_that_breaks_the_order_is_refused() {
    let broker = Broker::shared();
    let topics = with_claims("claims-partitions", 2, CLAIMS_CONFIG);
    let reason =
        refused(&WorkerOptions::new(broker, &topics, &unique("claims-partitions")), "topic_unsuitable");
    assert_eq!((&reason["topic"], &reason["property"]), (&topics.claims.into(), &"partitions".into()));

    let topics = with_claims("claims-time", 1, &without("message.timestamp.type"));
    let reason = refused(&WorkerOptions::new(broker, &topics, &unique("claims-time")), "topic_unsuitable");
    assert_eq!(reason["property"], "message.timestamp.type");
    assert_eq!((&reason["found"], &reason["needed"]), (&"CreateTime".into(), &"LogAppendTime".into()));
    assert!(reason["msg"].as_str().expect("a text").contains("kafka-configs.sh"), "{reason}");
}

#[test]
fn a_missing_topic_is_waited_for() {
    let broker = Broker::shared();
    let client = broker.client();
    let topics = Topics::named("missing", 1);
    for name in [&topics.raw, &topics.enriched, &topics.rejected] {
        client.create_topic(name, 1, &[]);
    }
    client.create_topic(&topics.claims, 1, CLAIMS_CONFIG);
    let group = unique("missing");
    let mut worker = WorkerOptions::new(broker, &topics, &group).start();
    let missing = worker.wait_for_event("topic_missing", LIMIT);
    assert_eq!(missing["topic"], topics.duplicates);
    assert_eq!(missing["setting"], "kafka.duplicates_topic");

    client.create_topic(&topics.duplicates, 1, &[]);
    client.produce(&[NewRecord::new(&topics.raw, articles::dump(1))]);
    worker.wait_for_event("running", LIMIT);
    wait_until_committed(&client, &group, &topics.raw, 1, LIMIT);
    worker.stop(LIMIT);
}

#[test]
fn an_unreachable_broker_is_tried_again_until_the_worker_is_told_to_stop() {
    let topics = Topics::named("unreachable", 1);
    let [port] = free_ports();
    let mut worker = WorkerOptions::new(Broker::shared(), &topics, "unreachable")
        .set_text("kafka.bootstrap_servers", &format!("127.0.0.1:{port}"))
        .start();
    worker.wait_for_event_where("broker_unreachable", LIMIT, |event| {
        event["attempt"].as_u64().is_some_and(|attempt| attempt >= 2)
    });
    worker.stop(LIMIT);
    assert_eq!(worker.events(Some("stopped"))[0]["exit_code"], 0);
}

/// Users of one broker: each may do all but one thing.
const USERS: [(&str, Lack); 6] = [
    ("sees-no-raw", Lack::DescribeRaw),
    ("reads-no-raw", Lack::ReadRaw),
    ("writes-no-enriched", Lack::WriteEnriched),
    ("writes-no-claims", Lack::WriteClaims),
    ("has-no-group", Lack::Group),
    ("has-no-transactions", Lack::Transactions),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lack {
    DescribeRaw,
    ReadRaw,
    WriteEnriched,
    WriteClaims,
    Group,
    Transactions,
}

/// Grants an operation to all users but those that lack it.
fn allow_but(broker: &Broker, lacks: &[Lack], what: &[&str]) {
    let principals: Vec<String> = USERS
        .iter()
        .filter(|(_, lack)| !lacks.contains(lack))
        .map(|(user, _)| format!("User:{user}"))
        .chain(["User:worker".to_owned()])
        .collect();
    let mut arguments: Vec<&str> =
        principals.iter().flat_map(|principal| ["--allow-principal", principal]).collect();
    arguments.extend(what);
    broker.allow("worker", &arguments);
}

#[test]
fn a_refused_user_or_operation_ends_the_worker() {
    let mut options =
        USERS.iter().fold(BrokerOptions::default(), |options, (user, _)| options.sasl_user(user, "right"));
    options = options.sasl_user("worker", "right").access_control();
    let broker = Broker::start_own(&options);
    let client = broker.client();
    let topics = Topics::create(&client, "permission", 1);
    client.produce(&[NewRecord::new(&topics.raw, articles::dump(1))]);
    let (raw, enriched, claims) = (topics.raw.as_str(), topics.enriched.as_str(), topics.claims.as_str());
    let others = [topics.duplicates.as_str(), topics.rejected.as_str()];
    let all = ["--operation", "All", "--topic"];
    allow_but(&broker, &[], &[&all[..], &[others[0], "--topic", others[1]]].concat());
    let describe = ["--operation", "Describe", "--operation", "DescribeConfigs"];
    allow_but(&broker, &[], &[&describe[..], &["--topic", enriched, "--topic", claims]].concat());
    allow_but(&broker, &[], &["--operation", "Read", "--topic", claims]);
    allow_but(&broker, &[Lack::DescribeRaw], &[&describe[..], &["--topic", raw]].concat());
    allow_but(&broker, &[Lack::DescribeRaw, Lack::ReadRaw], &["--operation", "Read", "--topic", raw]);
    allow_but(&broker, &[Lack::WriteEnriched], &["--operation", "Write", "--topic", enriched]);
    allow_but(&broker, &[Lack::WriteClaims], &["--operation", "Write", "--topic", claims]);
    allow_but(&broker, &[Lack::Group], &["--operation", "Read", "--group", "*"]);
    allow_but(
        &broker,
        &[Lack::Transactions],
        &["--operation", "Write", "--operation", "Describe", "--transactional-id", "*"],
    );

    let user = |name: &str, password: &str| {
        WorkerOptions::new(&broker, &topics, name)
            .set_text("kafka.bootstrap_servers", broker.sasl_bootstrap())
            .set_text("kafka.security_protocol", "sasl_plaintext")
            .set_text("kafka.sasl_mechanism", "PLAIN")
            .set_text("kafka.sasl_username", name)
            .set_text("kafka.sasl_password", password)
    };
    let reason = refused(&user("worker", "wrong"), "authentication_failed");
    assert!(!reason.to_string().contains("wrong"), "the password is never shown: {reason}");
    for (name, lack) in USERS {
        let reason = refused(&user(name, "right"), "permission_denied");
        // The group is named as its user.
        let text = reason["msg"].as_str().expect("a text");
        let named = match lack {
            Lack::DescribeRaw | Lack::ReadRaw => raw,
            Lack::WriteEnriched => enriched,
            Lack::WriteClaims => claims,
            Lack::Group => name,
            Lack::Transactions => "transaction",
        };
        assert!(text.contains(named), "{lack:?}: it names {named}: {text}");
    }
    let mut worker = user("worker", "right").start();
    wait_until_committed(&client, "worker", raw, 1, LIMIT);
    worker.stop(LIMIT);
}
