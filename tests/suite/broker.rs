//! The test broker is a genuine one: what exactly-once rests on holds there.

use std::time::Duration;

use crate::support::broker::{Broker, BrokerOptions};
use crate::support::client::{Client, Isolation};
use crate::support::fetch::java_major_version;
use crate::support::records::{NewRecord, ReadRecord};
use crate::support::{unique, wait_for};

const LIMIT: Duration = Duration::from_mins(1);

fn texts(records: &[ReadRecord]) -> Vec<&str> {
    records.iter().map(ReadRecord::text).collect()
}

#[test]
fn broker_answers_and_hides_aborted_records() {
    let client = Broker::shared().client();
    let topic = unique("hides-aborted");
    client.create_topic(&topic, 1, &[]);
    let transactional_id = unique("writer");

    let kept = client.begin_transaction(&transactional_id, LIMIT);
    kept.send(&[NewRecord::new(&topic, "kept").key("k").header("h", "v").timestamp_ms(1_000)]);
    kept.commit();
    let dropped = client.begin_transaction(&transactional_id, LIMIT);
    dropped.send(&[NewRecord::new(&topic, "dropped")]);
    dropped.abort();

    let committed = client.read_all(&topic, Isolation::Committed, LIMIT);
    assert_eq!(texts(&committed), ["kept"]);
    assert_eq!(committed[0].key.as_deref(), Some(&b"k"[..]));
    assert_eq!(committed[0].header("h"), Some("v"));
    assert_eq!(committed[0].timestamp_ms, Some(1_000));
    assert_eq!(texts(&client.read_all(&topic, Isolation::Uncommitted, LIMIT)), ["kept", "dropped"]);
}

#[test]
fn open_transaction_holds_readers_until_its_timeout() {
    let client = Broker::shared().client();
    let topic = unique("held");
    client.create_topic(&topic, 1, &[]);
    let abandoned = client.begin_transaction(&unique("dead"), Duration::from_secs(3));
    abandoned.send(&[NewRecord::new(&topic, "never committed")]);
    client.produce(&[NewRecord::new(&topic, "behind it")]);

    assert!(client.read_all(&topic, Isolation::Committed, LIMIT).is_empty());
    drop(abandoned);
    wait_for("the broker to abort the transaction", LIMIT, || {
        (texts(&client.read_all(&topic, Isolation::Committed, LIMIT)) == ["behind it"]).then_some(())
    });
}

#[test]
fn own_broker_keeps_its_data_over_kill_and_restart() {
    let options = BrokerOptions::default()
        .sasl_user("worker", "secret")
        .access_control()
        .property("message.max.bytes", "20000");
    let broker = Broker::start_own(&options);
    let client = broker.client();
    client.create_topic("t", 2, &[]);
    assert_eq!(client.topic_configs("t").get("max.message.bytes").map(String::as_str), Some("20000"));
    client.produce(&[NewRecord::new("t", "one").partition(1)]);

    broker.pause();
    broker.resume();
    broker.kill();
    broker.restart();
    assert_eq!(texts(&client.read_all("t", Isolation::Committed, LIMIT)), ["one"]);

    let user = Client::new(broker.sasl_bootstrap()).with_password("worker", "secret");
    assert_eq!(user.partition_count("t"), None, "without a grant the topic is not visible");
    broker.allow("worker", &["--operation", "Read", "--operation", "Describe", "--topic", "t"]);
    wait_for("the grant to take effect", LIMIT, || user.partition_count("t"));
    assert_eq!(texts(&user.read_all("t", Isolation::Committed, LIMIT)), ["one"]);
}

#[test]
fn java_versions_old_and_new_are_read() {
    assert_eq!(java_major_version("openjdk version \"17.0.15\" 2025-04-15\nmore"), Some(17));
    assert_eq!(java_major_version("java version \"1.8.0_402\""), Some(8));
    assert_eq!(java_major_version("openjdk version \"26-ea\" 2026-03-17"), Some(26));
    assert_eq!(java_major_version("Picked up X\nopenjdk version \"21\""), Some(21));
    assert_eq!(java_major_version("no Java here"), None);
}
