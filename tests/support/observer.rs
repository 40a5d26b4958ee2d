//! A reader that watches topics from their beginning while something else goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;

use super::client::{Client, Isolation, assign_at, is_passing};
use super::records::ReadRecord;

const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// A partition that gives nothing for so long although its log goes on gets a new reader: librdkafka can lose one
/// without an error.
const STALL_LIMIT: Duration = Duration::from_secs(40);
const ASK_LIMIT: Duration = Duration::from_secs(5);

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
            partitions.extend((0..i32::from(count)).map(|partition| ((*topic).to_owned(), partition)));
        }
        let reader = Reader::start(client, isolation, partitions);
        let seen = Arc::new(Seen::default());
        let thread = thread::Builder::new()
            .name("observer".to_owned())
            .spawn({
                let seen = Arc::clone(&seen);
                move || watch(reader, &seen)
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

/// A consumer, and what is to be read next of each partition, since when.
struct Reader {
    client: Client,
    isolation: Isolation,
    consumer: BaseConsumer,
    next: BTreeMap<(String, i32), (i64, Instant)>,
    looked: Instant,
}

impl Reader {
    fn start(client: &Client, isolation: Isolation, partitions: Vec<(String, i32)>) -> Self {
        let now = Instant::now();
        let next = partitions.into_iter().map(|partition| (partition, (0, now))).collect();
        let consumer = client.reader(isolation);
        assign_at(&consumer, &next);
        Self { client: client.clone(), isolation, consumer, next, looked: now }
    }

    fn note(&mut self, topic: &str, partition: i32, offset: i64) {
        self.next.insert((topic.to_owned(), partition), (offset + 1, Instant::now()));
    }

    /// Reads on with a new consumer where the present one has lost a partition.
    fn renew_if_stalled(&mut self) {
        if self.looked.elapsed() < STALL_LIMIT {
            return;
        }
        self.looked = Instant::now();
        let is_behind = |((topic, partition), (next, since)): (&(String, i32), &(i64, Instant))| {
            since.elapsed() > STALL_LIMIT
                && self
                    .consumer
                    .fetch_watermarks(topic, *partition, ASK_LIMIT)
                    // One offset more is the mark of the last transaction; several may be of aborted ones, and then a new
                    // reader does no harm.
                    .is_ok_and(|(_, end)| end > *next + 1)
        };
        if self.next.iter().any(is_behind) {
            let stalled = std::mem::replace(&mut self.consumer, self.client.reader(self.isolation));
            // Dropping it may hang.
            thread::spawn(move || drop(stalled));
            assign_at(&self.consumer, &self.next);
        }
    }
}

fn watch(mut reader: Reader, seen: &Seen) {
    while !seen.stop.load(Ordering::Relaxed) {
        match reader.consumer.poll(POLL_INTERVAL) {
            Some(Ok(message)) => {
                let (topic, partition, offset) =
                    (message.topic().to_owned(), message.partition(), message.offset());
                seen.records.lock().unwrap().push(ReadRecord::of(&message));
                seen.changed.notify_all();
                drop(message);
                reader.note(&topic, partition, offset);
            }
            Some(Err(error)) => {
                let end = matches!(error, KafkaError::PartitionEOF(_));
                assert!(end || is_passing(&error), "the observer cannot read: {error}");
            }
            None => {}
        }
        reader.renew_if_stalled();
    }
}
