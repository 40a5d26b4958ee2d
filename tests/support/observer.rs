//! A reader that watches topics from their beginning while something else goes on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;

use super::client::{Client, Isolation, assign_from_beginning, is_passing};
use super::records::ReadRecord;

const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// All records of some topics, in the order in which they arrived. It reads until it is stopped or dropped, and
/// goes on through a restart of the broker.
pub struct Observer {
    seen: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    records: Mutex<Vec<ReadRecord>>,
    changed: Condvar,
    stop: AtomicBool,
}

impl Observer {
    /// Begins to read all partitions that the topics have now.
    pub fn start(client: &Client, topics: &[&str], isolation: Isolation) -> Self {
        let mut partitions = Vec::new();
        for topic in topics {
            let count = client.partition_count(topic).unwrap_or_else(|| panic!("topic {topic} exists"));
            partitions.extend((0..i32::from(count)).map(|partition| (*topic, partition)));
        }
        let reader = client.reader(isolation);
        assign_from_beginning(&reader, &partitions);
        let seen = Arc::new(Seen::default());
        let thread = thread::Builder::new()
            .name("observer".to_owned())
            .spawn({
                let seen = Arc::clone(&seen);
                move || watch(&reader, &seen)
            })
            .expect("a thread starts");
        Self { seen, thread: Some(thread) }
    }

    /// What has arrived so far.
    pub fn records(&self) -> Vec<ReadRecord> {
        self.seen.records.lock().unwrap().clone()
    }

    pub fn count(&self) -> usize {
        self.seen.records.lock().unwrap().len()
    }

    /// Waits until at least so many records have arrived, and gives them. Panics when the time is over.
    pub fn wait_for_count(&self, count: usize, limit: Duration) -> Vec<ReadRecord> {
        let records = self.seen.records.lock().unwrap();
        let (records, waited) =
            self.seen.changed.wait_timeout_while(records, limit, |records| records.len() < count).unwrap();
        assert!(!waited.timed_out(), "{} of {count} records arrived in {limit:?}", records.len());
        records.clone()
    }

    /// Ends the reading and gives all that arrived.
    pub fn stop(mut self) -> Vec<ReadRecord> {
        self.end();
        std::mem::take(&mut *self.seen.records.lock().unwrap())
    }

    fn end(&mut self) {
        self.seen.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || thread::panicking(), "the observer reads without errors");
        }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.end();
    }
}

fn watch(reader: &BaseConsumer, seen: &Seen) {
    while !seen.stop.load(Ordering::Relaxed) {
        match reader.poll(POLL_INTERVAL) {
            Some(Ok(message)) => {
                seen.records.lock().unwrap().push(ReadRecord::of(&message));
                seen.changed.notify_all();
            }
            Some(Err(error)) => {
                let end = matches!(error, KafkaError::PartitionEOF(_));
                assert!(end || is_passing(&error), "the observer cannot read: {error}");
            }
            None => {}
        }
    }
}
