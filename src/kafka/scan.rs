//! Reads a stretch of a topic from one end to the other, without a group: for whoever looks at topics afterwards.
//!
//! It assigns partitions by hand and never subscribes, joins or commits, so that no worker notices it. Only records of
//! committed transactions are shown.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::config::FromClientConfigAndContext as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::{Offset, TopicPartitionList};

use super::KafkaFailure;
use super::assignment::PartitionKey;
use super::client::{Connection, PlainContext};
use super::message;
use crate::clock;
use crate::flow::{Header, RawCoordinates, RawRecord};

const POLL_LIMIT: Duration = Duration::from_millis(200);
/// After so long without a record or an end, the broker counts as away.
const STALL_LIMIT: Duration = Duration::from_mins(1);

/// The offsets of a partition that are read: `from` up to, not including, `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: i64,
    pub until: i64,
}

impl Span {
    /// How many offsets it has; 0 where it ends before it begins.
    pub fn len(self) -> u64 {
        u64::try_from(self.until - self.from).unwrap_or_default()
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A record as it lies in the client's memory.
pub struct ScannedRecord<'a> {
    message: &'a BorrowedMessage<'a>,
    key: PartitionKey,
}

impl ScannedRecord<'_> {
    pub const fn partition(&self) -> i32 {
        self.key.partition
    }

    pub fn offset(&self) -> i64 {
        self.message.offset()
    }

    pub fn timestamp_ms(&self) -> Option<i64> {
        self.message.timestamp().to_millis()
    }

    pub fn key(&self) -> Option<&[u8]> {
        self.message.key()
    }

    pub fn payload(&self) -> Option<&[u8]> {
        self.message.payload()
    }

    pub fn headers(&self) -> Vec<Header> {
        message::headers_of(self.message, &self.key)
    }

    /// The whole record, as a worker takes it in.
    pub fn to_raw(&self) -> RawRecord {
        message::to_raw(self.message, &self.key)
    }

    pub fn coordinates(&self) -> RawCoordinates {
        RawCoordinates {
            topic: Arc::clone(&self.key.topic),
            partition: self.key.partition,
            offset: self.offset(),
        }
    }
}

/// Reads the spans of one topic's partitions, each in its order, and shows every record of them that is there.
pub fn scan(
    connection: &Connection,
    topic: &str,
    spans: &BTreeMap<i32, Span>,
    show: &mut dyn FnMut(&ScannedRecord<'_>),
) -> Result<(), KafkaFailure> {
    let mut open: BTreeMap<i32, i64> = spans
        .iter()
        .filter(|(_, span)| !span.is_empty())
        .map(|(partition, span)| (*partition, span.until))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let failed = |error: &KafkaError| KafkaFailure::new(format!("reading {topic}"), error);
    let consumer =
        BaseConsumer::from_config_and_context(&connection.scanning_consumer(), PlainContext::default())
            .map_err(|error| failed(&error))?;
    assign(&consumer, topic, spans).map_err(|error| failed(&error))?;
    let name: Arc<str> = Arc::from(topic);
    let mut heard = clock::monotonic();
    while !open.is_empty() {
        let done = match consumer.poll(POLL_LIMIT) {
            Some(Ok(message)) => {
                heard = clock::monotonic();
                let key = PartitionKey { topic: Arc::clone(&name), partition: message.partition() };
                take(&message, key, &open, show)
            }
            // The last offsets before an end may be markers of transactions, which nobody gets to see.
            Some(Err(KafkaError::PartitionEOF(partition))) => {
                heard = clock::monotonic();
                Some(partition)
            }
            Some(Err(error)) => match failed(&error) {
                KafkaFailure::Transient { .. } => None,
                failure => return Err(failure),
            },
            None => None,
        };
        if let Some(partition) = done
            && open.remove(&partition).is_some()
        {
            pause(&consumer, topic, partition).map_err(|error| failed(&error))?;
        }
        if clock::since(heard) > STALL_LIMIT {
            return Err(KafkaFailure::Transient {
                what: format!("reading {topic}"),
                cause: format!("the broker sent nothing for {} s", STALL_LIMIT.as_secs()),
            });
        }
    }
    Ok(())
}

/// Shows the record where it lies before its partition's end; gives the partition where that is reached.
fn take(
    message: &BorrowedMessage<'_>,
    key: PartitionKey,
    open: &BTreeMap<i32, i64>,
    show: &mut dyn FnMut(&ScannedRecord<'_>),
) -> Option<i32> {
    let partition = key.partition;
    let until = *open.get(&partition)?;
    if message.offset() < until {
        show(&ScannedRecord { message, key });
    }
    (message.offset() + 1 >= until).then_some(partition)
}

fn assign(
    consumer: &BaseConsumer<PlainContext>,
    topic: &str,
    spans: &BTreeMap<i32, Span>,
) -> Result<(), KafkaError> {
    let mut list = TopicPartitionList::new();
    for (partition, span) in spans.iter().filter(|(_, span)| !span.is_empty()) {
        list.add_partition_offset(topic, *partition, Offset::Offset(span.from))?;
    }
    consumer.assign(&list)
}

/// What comes behind a partition's end is not fetched any more.
fn pause(consumer: &BaseConsumer<PlainContext>, topic: &str, partition: i32) -> Result<(), KafkaError> {
    let mut list = TopicPartitionList::new();
    list.add_partition(topic, partition);
    consumer.pause(&list)
}
