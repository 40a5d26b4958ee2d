//! A producer whose deliveries are counted, so that a commit can wait for all of them without polling.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::client::ClientContext;
use rdkafka::config::{FromClientConfigAndContext as _, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header as KafkaHeader, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DeliveryResult, ProducerContext, ThreadedProducer};

use super::client::SharedContext;
use super::code_of;
use crate::clock;
use crate::flow::Header;

/// How long a full local queue is waited for.
const QUEUE_FULL_WAIT_MAX: Duration = Duration::from_secs(30);
/// Stands where no single record failed.
const NO_TAG: usize = usize::MAX;
/// Beside purged records, the one that failed the transaction is waited for this long.
const CONSEQUENCE_WAIT: Duration = Duration::from_millis(500);
const QUEUE_FULL_STEP: Duration = Duration::from_millis(2);

/// A record that was not delivered.
#[derive(Debug, Clone)]
pub struct Undelivered {
    /// The number that the sender gave the record.
    pub tag: usize,
    pub error: KafkaError,
}

impl Undelivered {
    /// It was purged with a transaction that another record failed.
    pub fn is_consequence(&self) -> bool {
        matches!(code_of(&self.error), Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight))
    }

    /// The topic's limit is smaller than the record.
    pub fn is_too_large(&self) -> bool {
        matches!(
            code_of(&self.error),
            Some(RDKafkaErrorCode::MessageSizeTooLarge | RDKafkaErrorCode::MessageBatchTooLarge)
        )
    }

    /// The topic does not take such a record, however small: a compacted one wants a key.
    pub fn is_invalid(&self) -> bool {
        code_of(&self.error) == Some(RDKafkaErrorCode::InvalidRecord)
    }

    /// Nothing failed, the wait ended.
    pub const fn is_overdue(&self) -> bool {
        self.tag == NO_TAG
    }
}

#[derive(Debug, Default)]
struct Ledger {
    outstanding: usize,
    failure: Option<Undelivered>,
}

/// Counts what is sent and not yet acknowledged.
#[derive(Debug, Default)]
pub struct Deliveries {
    ledger: Mutex<Ledger>,
    changed: Condvar,
}

impl Deliveries {
    fn sent(&self) {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).outstanding += 1;
    }

    fn answered(&self, failure: Option<Undelivered>) {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.outstanding = ledger.outstanding.saturating_sub(1);
        // What a failed transaction purges tells less than the record that failed it.
        if ledger.failure.as_ref().is_none_or(Undelivered::is_consequence) && failure.is_some() {
            ledger.failure = failure;
        }
        if ledger.outstanding == 0 || ledger.failure.is_some() {
            self.changed.notify_all();
        }
    }

    /// Waits until all is acknowledged; the first failure ends the wait.
    pub fn wait(&self, limit: Duration) -> Result<(), Undelivered> {
        let mut deadline = clock::monotonic() + limit;
        let mut consequence = None;
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(failure) = ledger.failure.take_if(|failure| !failure.is_consequence()) {
                return Err(failure);
            }
            if ledger.failure.is_some() {
                // The record that failed the transaction is answered soon, if it is among the outstanding.
                deadline =
                    deadline.min(*consequence.get_or_insert_with(|| clock::monotonic() + CONSEQUENCE_WAIT));
                if (ledger.outstanding == 0 || clock::monotonic() >= deadline)
                    && let Some(failure) = ledger.failure.take()
                {
                    return Err(failure);
                }
            }
            if ledger.outstanding == 0 {
                return Ok(());
            }
            let now = clock::monotonic();
            if now >= deadline {
                let error = KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut);
                return Err(Undelivered { tag: NO_TAG, error });
            }
            ledger =
                self.changed.wait_timeout(ledger, deadline - now).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The first failure so far, if there is one.
    pub fn failure(&self) -> Option<Undelivered> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }
}

/// What a producer calls back.
pub struct DeliveryContext {
    pub deliveries: Arc<Deliveries>,
    pub shared: Arc<SharedContext>,
}

impl ClientContext for DeliveryContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        SharedContext::on_log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.shared.on_error(&error, reason);
    }
}

impl ProducerContext for DeliveryContext {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, tag: usize) {
        let failure = result.as_ref().err().map(|(error, _)| Undelivered { tag, error: error.clone() });
        self.deliveries.answered(failure);
    }
}

/// A producer with counted deliveries.
pub struct CountedProducer {
    pub inner: ThreadedProducer<DeliveryContext>,
    pub deliveries: Arc<Deliveries>,
}

impl CountedProducer {
    pub fn new(config: &ClientConfig, shared: Arc<SharedContext>) -> Result<Self, KafkaError> {
        let deliveries = Arc::new(Deliveries::default());
        let context = DeliveryContext { deliveries: Arc::clone(&deliveries), shared };
        let inner = ThreadedProducer::from_config_and_context(config, context)?;
        Ok(Self { inner, deliveries })
    }

    /// Hands one record to librdkafka. Waits where its queue is full, never for an acknowledgement.
    pub fn send(&self, tag: usize, record: &Outgoing<'_>) -> Result<(), Undelivered> {
        let deadline = clock::monotonic() + QUEUE_FULL_WAIT_MAX;
        self.deliveries.sent();
        loop {
            let Err((error, _)) = self.inner.send(record.to_kafka(tag)) else { return Ok(()) };
            let is_full = code_of(&error) == Some(RDKafkaErrorCode::QueueFull);
            if !is_full || clock::monotonic() >= deadline {
                self.deliveries.answered(None);
                return Err(Undelivered { tag, error });
            }
            std::thread::sleep(QUEUE_FULL_STEP);
        }
    }
}

/// One record to be sent.
pub struct Outgoing<'a> {
    pub topic: &'a str,
    pub partition: Option<i32>,
    pub key: Option<&'a [u8]>,
    pub payload: Option<&'a [u8]>,
    pub headers: &'a [Header],
}

impl<'a> Outgoing<'a> {
    fn to_kafka(&self, tag: usize) -> BaseRecord<'a, [u8], [u8], usize> {
        let mut record = BaseRecord::with_opaque_to(self.topic, tag);
        if let Some(partition) = self.partition {
            record = record.partition(partition);
        }
        if let Some(key) = self.key {
            record = record.key(key);
        }
        if let Some(payload) = self.payload {
            record = record.payload(payload);
        }
        if self.headers.is_empty() {
            return record;
        }
        let headers =
            self.headers.iter().fold(OwnedHeaders::new_with_capacity(self.headers.len()), |all, header| {
                all.insert(KafkaHeader { key: &header.name, value: header.value.as_deref() })
            });
        record.headers(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(tag: usize, code: RDKafkaErrorCode) -> Undelivered {
        Undelivered { tag, error: KafkaError::MessageProduction(code) }
    }

    #[test]
    fn the_record_that_failed_is_named_not_those_that_were_purged_with_it() {
        let deliveries = Deliveries::default();
        (0..4).for_each(|_| deliveries.sent());
        deliveries.answered(Some(failed(2, RDKafkaErrorCode::PurgeQueue)));
        deliveries.answered(Some(failed(0, RDKafkaErrorCode::MessageSizeTooLarge)));
        deliveries.answered(Some(failed(3, RDKafkaErrorCode::PurgeQueue)));
        let named = deliveries.wait(Duration::ZERO).map_err(|failure| failure.tag);
        assert_eq!(named, Err(0), "it is known before all are answered");
        deliveries.answered(Some(failed(1, RDKafkaErrorCode::PurgeInflight)));
        let named = deliveries.wait(Duration::ZERO).map_err(|failure| failure.tag);
        assert_eq!(named, Err(1), "where nothing else failed, a purged one tells");
        assert!(deliveries.wait(Duration::ZERO).is_ok());
    }
}
