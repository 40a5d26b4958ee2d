//! Writing records: all at once, within a transaction, or one by one.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer};

use super::client::{Client, RECORD_BYTES_MAX, REQUEST_LIMIT};
use super::records::{HeaderPair, NewRecord};

/// Values that are produced and not acknowledged yet; beyond it the sender waits.
const QUEUED_KIB_MAX: &str = "262144";
/// All records of one call are acknowledged within this time.
const DELIVERY_LIMIT: Duration = Duration::from_mins(2);

impl Client {
    /// Produces the records in this order and waits until all are acknowledged. Gives partition and offset of each.
    pub fn produce(&self, records: &[NewRecord]) -> Vec<(i32, i64)> {
        let mut config = self.config();
        config.set("enable.idempotence", "true");
        let producer = producer(&config);
        send_all(&producer, records)
    }

    /// Like [`Client::produce`], compressed: what a topic admits is measured after that.
    pub fn produce_compressed(&self, records: &[NewRecord], compression: &str) -> Vec<(i32, i64)> {
        let mut config = self.config();
        config.set("enable.idempotence", "true").set("compression.type", compression);
        send_all(&producer(&config), records)
    }

    /// For sending records one by one at one's own pace.
    pub fn sender(&self) -> Sender {
        let mut config = self.config();
        config.set("enable.idempotence", "true").set("linger.ms", "0");
        let producer = config.create_with_context(Deliveries::default());
        Sender { producer: producer.expect("the producer's settings are right"), sent: Mutex::default() }
    }

    /// Begins a transaction. Dropped without an end it stays open until the broker's timeout, like a dead worker's.
    pub fn begin_transaction(&self, transactional_id: &str, timeout: Duration) -> OpenTransaction {
        let mut config = self.config();
        config
            .set("transactional.id", transactional_id)
            .set("transaction.timeout.ms", timeout.as_millis().to_string());
        let producer = producer(&config);
        producer.init_transactions(REQUEST_LIMIT).expect("the transactional id is registered");
        producer.begin_transaction().expect("a transaction begins");
        OpenTransaction { producer }
    }
}

/// Sends records one by one without waiting for their acknowledgement.
pub struct Sender {
    producer: ThreadedProducer<Deliveries>,
    /// When each record was sent, by its number.
    sent: Mutex<Vec<Instant>>,
}

impl Sender {
    pub fn send(&self, record: &NewRecord) {
        let mut sent = self.sent.lock().unwrap();
        let number = sent.len();
        sent.push(Instant::now());
        queue(&self.producer, number, record);
    }

    /// Partition and offset of each record from this number on that is acknowledged, in the order in which they were sent.
    pub fn acknowledged_from(&self, first: usize) -> Vec<(usize, (i32, i64))> {
        let acknowledged = self.producer.context().0.0.lock().unwrap();
        let known = acknowledged.places.range(first..);
        known
            .map(|(number, place)| match place {
                Ok(place) => (*number, *place),
                Err(error) => panic!("record {number} is written: {error}"),
            })
            .collect()
    }

    /// Waits until so many records are acknowledged. Panics when the time is over.
    pub fn wait_acknowledged(&self, count: usize, limit: Duration) {
        let (acknowledged, changed) = &*self.producer.context().0;
        let guard = acknowledged.lock().unwrap();
        let (guard, waited) = changed
            .wait_timeout_while(guard, limit, |acknowledged| acknowledged.places.len() < count)
            .unwrap();
        assert!(!waited.timed_out(), "{} of {count} records are acknowledged", guard.places.len());
    }

    /// Partition and offset of each acknowledged record, and when it was sent.
    pub fn places(&self) -> Vec<((i32, i64), Instant)> {
        let sent = self.sent.lock().unwrap();
        let acknowledged = self.producer.context().0.0.lock().unwrap();
        let places = acknowledged.places.iter();
        places.filter_map(|(number, place)| Some((place.clone().ok()?, *sent.get(*number)?))).collect()
    }
}

/// A transaction that someone has begun.
pub struct OpenTransaction {
    producer: ThreadedProducer<Deliveries>,
}

impl OpenTransaction {
    /// Produces the records within the transaction and waits until all are written.
    pub fn send(&self, records: &[NewRecord]) -> Vec<(i32, i64)> {
        send_all(&self.producer, records)
    }

    pub fn commit(self) {
        self.producer.commit_transaction(REQUEST_LIMIT).expect("the transaction commits");
    }

    pub fn abort(self) {
        self.producer.abort_transaction(REQUEST_LIMIT).expect("the transaction aborts");
    }
}

/// Where the acknowledged records are, by their number among the sent ones.
#[derive(Default)]
struct Acknowledged {
    places: BTreeMap<usize, Result<(i32, i64), KafkaError>>,
}

#[derive(Default, Clone)]
struct Deliveries(Arc<(Mutex<Acknowledged>, Condvar)>);

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = Box<usize>;

    fn delivery(&self, result: &DeliveryResult<'_>, number: Self::DeliveryOpaque) {
        let place = match result {
            Ok(message) => Ok((message.partition(), message.offset())),
            Err((error, _)) => Err(error.clone()),
        };
        let (acknowledged, changed) = &*self.0;
        acknowledged.lock().unwrap().places.insert(*number, place);
        changed.notify_all();
    }
}

fn producer(config: &ClientConfig) -> ThreadedProducer<Deliveries> {
    let mut config = config.clone();
    config
        .set("message.max.bytes", RECORD_BYTES_MAX)
        .set("queue.buffering.max.kbytes", QUEUED_KIB_MAX)
        .set("linger.ms", "5");
    config.create_with_context(Deliveries::default()).expect("the producer's settings are right")
}

fn send_all(producer: &ThreadedProducer<Deliveries>, records: &[NewRecord]) -> Vec<(i32, i64)> {
    let (acknowledged, changed) = &*producer.context().0;
    acknowledged.lock().unwrap().places.clear();
    for (number, record) in records.iter().enumerate() {
        queue(producer, number, record);
    }
    let guard = acknowledged.lock().unwrap();
    let (guard, waited) = changed
        .wait_timeout_while(guard, DELIVERY_LIMIT, |acknowledged| acknowledged.places.len() < records.len())
        .unwrap();
    assert!(!waited.timed_out(), "{} of {} records are acknowledged", guard.places.len(), records.len());
    guard
        .places
        .iter()
        .map(|(number, place)| match place {
            Ok(place) => *place,
            Err(error) => panic!("record {number} is written: {error}"),
        })
        .collect()
}

/// Hands a record to the producer, waiting where its queue is full.
fn queue(producer: &ThreadedProducer<Deliveries>, number: usize, record: &NewRecord) {
    let mut queued = BaseRecord::with_opaque_to(&record.topic, Box::new(number));
    queued.partition = record.partition;
    queued.key = record.key.as_ref();
    queued.payload = record.value.as_ref();
    queued.timestamp = record.timestamp_ms;
    if !record.headers.is_empty() {
        queued.headers = Some(owned_headers(&record.headers));
    }
    loop {
        match producer.send(queued) {
            Ok(()) => break,
            Err((error, refused)) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) => {
                queued = refused;
                thread::sleep(Duration::from_millis(1));
            }
            Err((error, _)) => panic!("record {number} is queued for {}: {error}", record.topic),
        }
    }
}

fn owned_headers(headers: &[HeaderPair]) -> OwnedHeaders {
    headers
        .iter()
        .fold(OwnedHeaders::new(), |owned, (key, value)| owned.insert(Header { key, value: value.as_ref() }))
}
