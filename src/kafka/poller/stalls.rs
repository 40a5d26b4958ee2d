//! Starts raw partitions anew that are read no more although their logs go on, and gives up where that does not help.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::Consumer as _;
use rdkafka::message::{BorrowedMessage, Message as _};
use serde_json::json;

use super::{Poller, PollerError};
use crate::clock;
use crate::events;
use crate::kafka::KafkaFailure;
use crate::kafka::asker::Asker;
use crate::kafka::assignment::PartitionKey;
use crate::kafka::client::{Connection, problem};
use crate::kafka::standstill::{Look, Reading, STARTS_MAX, Stalled, Standstill};
use crate::planted::{self, Place};

/// Asking for ends may hold up the polling so long.
const ASK_LIMIT: Duration = Duration::from_secs(3);

/// What the poller knows of partitions that stand still.
pub(super) struct StallWatch {
    standstill: Standstill,
    connection: Connection,
    /// Made when it is first needed: partitions that never rest need none.
    asker: Option<Asker>,
}

impl StallWatch {
    pub(super) fn new(connection: Connection) -> Self {
        let limit = Duration::from_secs(connection.settings.kafka.stall_seconds.into());
        Self { standstill: Standstill::new(limit), connection, asker: None }
    }

    /// Nothing is read for now.
    pub(super) fn rest(&mut self) {
        self.standstill.rest(clock::monotonic());
    }

    /// The ends of partitions as a read_committed reader sees them, as far as they can be told.
    fn ends(&mut self, keys: &[PartitionKey]) -> BTreeMap<PartitionKey, i64> {
        let asker = match self.asker.take() {
            Some(asker) => Ok(asker),
            None => Asker::of_committed_records(&self.connection),
        };
        match asker {
            Ok(asker) => self.asker.insert(asker).ends(keys, ASK_LIMIT),
            Err(failure) => {
                problem("error", "STALL", &failure.to_string());
                BTreeMap::new()
            }
        }
    }
}

impl Poller {
    /// Stops fetching where the record asks for it; true where the record itself is not to be reached. See [`planted`].
    pub(super) fn stop_as_planted(&self, message: &BorrowedMessage<'_>) -> bool {
        let is_asked = |kind| planted::is_asked(Place::Poll, kind, message.payload().unwrap_or_default());
        let is_before = is_asked("stop-before");
        if is_before || is_asked("stop") {
            let mut list = TopicPartitionList::new();
            list.add_partition(message.topic(), message.partition());
            let _ = self.consumer.pause(&list);
        }
        is_before
    }

    /// One look for each of librdkafka's statistics.
    pub(super) fn watch_stalls(&mut self) -> Result<(), PollerError> {
        let Some(positions) = self.consumer.context().take_positions() else { return Ok(()) };
        let readings = self.readings(&positions);
        let Look { ask, recovered } = self.stalls.standstill.look(clock::monotonic(), &readings);
        for key in recovered {
            events::emit(
                &events::PARTITION_RECOVERED,
                "the partition is read again",
                &[("topic", json!(key.topic.as_ref())), ("partition", json!(key.partition))],
            );
        }
        if ask.is_empty() {
            return Ok(());
        }
        (self.links.beat)();
        let ends = self.stalls.ends(&ask);
        let stalled = self.stalls.standstill.tell(clock::monotonic(), &ask, &ends);
        self.consumer.context().tell_ends(ends.into_iter().collect());
        stalled.into_iter().try_for_each(|stalled| self.start_anew(stalled))
    }

    fn readings(&self, positions: &BTreeMap<PartitionKey, i64>) -> Vec<Reading> {
        let assignment = self.consumer.context().assignment();
        let readings = assignment.iter().filter_map(|(key, owned)| {
            let position = positions.get(key).copied().max(owned.next())?;
            Some(Reading {
                key: key.clone(),
                position,
                taken: owned.last_read,
                is_paused: self.paused || owned.paused,
            })
        });
        readings.collect()
    }

    fn start_anew(&self, stalled: Stalled) -> Result<(), PollerError> {
        let Stalled { key, position, end, behind_for, starts } = stalled;
        let seconds = behind_for.as_secs();
        if starts >= STARTS_MAX {
            return Err(PollerError::StandsStill { partition: key, position, end, seconds });
        }
        events::emit(
            &events::PARTITION_STALLED,
            "a partition is read no more although its log goes on; it is started anew",
            &[
                ("topic", json!(key.topic.as_ref())),
                ("partition", json!(key.partition)),
                ("position", json!(position)),
                ("end", json!(end)),
                ("seconds", json!(seconds)),
                ("starts", json!(starts)),
            ],
        );
        let next = self.consumer.context().assignment().get_mut(&key).and_then(|owned| owned.next());
        let mut list = TopicPartitionList::new();
        list.add_partition(&key.topic, key.partition);
        // A pause that librdkafka has kept would look the same, and ending one that is not there does no harm.
        let resumed = self
            .consumer
            .resume(&list)
            .map_err(|error| KafkaFailure::new(format!("ending the pause of {key}"), &error));
        let sought = next.map_or(Ok(()), |next| self.seek(&BTreeMap::from([(key.clone(), next)])));
        // It is told again, and given up in the end, as long as the partition stands.
        if let Err(failure) = resumed.and(sought) {
            problem("error", "STALL", &format!("{key} can't be started anew now: {failure}"));
        }
        Ok(())
    }
}
