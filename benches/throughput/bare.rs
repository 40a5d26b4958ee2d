//! The yardstick: the least that any exactly-once worker on librdkafka does. It copies values from one topic to
//! another in transactions, with the group's offsets in them.
//!
//! All settings that are not about transactions are librdkafka's own.
#![allow(clippy::disallowed_types, reason = "the list of offsets does not leave its function")]

use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::util::Timeout;

use crate::support::worker::Worker;

/// The first argument that makes the benchmark's program this loop.
pub const COMMAND: &str = "bare-loop";

/// A transaction is cut at so many records, or after this time.
const RECORDS_MAX: usize = 1_000;
const INTERVAL: Duration = Duration::from_millis(100);

/// Starts the loop as a process.
pub fn start(bootstrap: &str, group: &str, from: &str, to: &str) -> Worker {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args([COMMAND, bootstrap, group, from, to]);
    Worker::spawn(command, None)
}

/// Copies until the process is killed.
pub fn run(arguments: &[String]) {
    let [bootstrap, group, from, to] = arguments else {
        panic!("usage: {COMMAND} BOOTSTRAP GROUP FROM TO");
    };
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("group.id", group)
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("isolation.level", "read_committed")
        .set("auto.offset.reset", "earliest")
        .create()
        .expect("the consumer's settings are right");
    let producer: ThreadedProducer<Unacknowledged> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap)
        .set("transactional.id", group)
        .create_with_context(Unacknowledged::default())
        .expect("the producer's settings are right");
    producer.init_transactions(Timeout::Never).expect("the transactional id is registered");
    consumer.subscribe(&[from]).expect("the subscription is valid");
    loop {
        if let Some(first) = consumer.poll(Timeout::Never) {
            copy_one_transaction(&consumer, &producer, first.expect("the broker answers"), to);
        }
    }
}

fn copy_one_transaction(
    consumer: &BaseConsumer,
    producer: &ThreadedProducer<Unacknowledged>,
    first: BorrowedMessage<'_>,
    to: &str,
) {
    producer.begin_transaction().expect("a transaction begins");
    let deadline = Instant::now() + INTERVAL;
    let mut next_offsets = HashMap::new();
    let mut records = 0;
    let mut message = Some(first);
    while let Some(copied) = message.take() {
        send(producer, to, &copied);
        next_offsets
            .insert((copied.topic().to_owned(), copied.partition()), Offset::Offset(copied.offset() + 1));
        records += 1;
        if records < RECORDS_MAX {
            let left = deadline.saturating_duration_since(Instant::now());
            message = consumer.poll(left).map(|polled| polled.expect("the broker answers"));
        }
    }
    producer.context().wait_until_none();
    let group = consumer.group_metadata().expect("the consumer is in a group");
    let offsets = TopicPartitionList::from_topic_map(&next_offsets).expect("the offsets are ones");
    producer.send_offsets_to_transaction(&offsets, &group, Timeout::Never).expect("the offsets are taken");
    producer.commit_transaction(Timeout::Never).expect("the transaction commits");
}

fn send(producer: &ThreadedProducer<Unacknowledged>, to: &str, message: &BorrowedMessage<'_>) {
    let mut record = BaseRecord::to(to).payload(message.payload().unwrap_or_default());
    record.key = message.key();
    producer.context().add();
    while let Err((error, refused)) = producer.send(record) {
        assert_eq!(error.rdkafka_error_code(), Some(RDKafkaErrorCode::QueueFull), "the record is queued");
        record = refused;
        thread::sleep(Duration::from_millis(1));
    }
}

/// Counts what is sent and not acknowledged. A commit that has to wait for it inside `flush` costs 100 ms each time.
#[derive(Default, Clone)]
struct Unacknowledged(Arc<(Mutex<usize>, Condvar)>);

impl Unacknowledged {
    fn add(&self) {
        *self.0.0.lock().unwrap() += 1;
    }

    fn wait_until_none(&self) {
        let (count, none_left) = &*self.0;
        let _none = none_left.wait_while(count.lock().unwrap(), |count| *count > 0).unwrap();
    }
}

impl ClientContext for Unacknowledged {}

impl ProducerContext for Unacknowledged {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): Self::DeliveryOpaque) {
        // A panic must not cross librdkafka's thread; without an end the benchmark stops by its time limit.
        if let Err((error, _)) = result {
            eprintln!("a record was not delivered: {error}");
            std::process::exit(1);
        }
        let (count, none_left) = &*self.0;
        let mut count = count.lock().unwrap();
        *count -= 1;
        if *count == 0 {
            none_left.notify_all();
        }
    }
}
