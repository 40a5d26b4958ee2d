//! Sets partitions back to where the group has committed, and to any other offset.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rdkafka::consumer::Consumer as _;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::json;

use super::{Intake, Poller, PollerError, REQUEST_TIMEOUT};
use crate::events;
use crate::kafka::KafkaFailure;
use crate::kafka::asker::committed;
use crate::kafka::assignment::PartitionKey;

/// Rewinding is tried so often before the worker gives up.
const ATTEMPTS_MAX: u32 = 12;
const ATTEMPT_PAUSE: Duration = Duration::from_millis(500);

impl Poller {
    /// Back to the committed offsets, under new epochs.
    pub(super) fn rewind(&mut self, floor: u64) -> Result<(), PollerError> {
        let context = Arc::clone(self.consumer.context());
        let renewed = context.assignment().renew_before(floor, &self.epochs);
        let keys: Vec<PartitionKey> = renewed.iter().map(|(key, _)| key.clone()).collect();
        for (key, epoch) in renewed {
            (self.links.intake)(Intake::Begun { key, epoch, start: None });
        }
        let mut attempt = 0;
        loop {
            attempt += 1;
            (self.links.beat)();
            match self.try_rewind(&keys) {
                Ok(offsets) => {
                    let offsets: BTreeMap<String, i64> =
                        offsets.into_iter().map(|(key, offset)| (key.to_string(), offset)).collect();
                    events::emit(
                        &events::OFFSETS_REWOUND,
                        "partitions were rewound to their committed offsets",
                        &[("positions", json!(offsets))],
                    );
                    return Ok(());
                }
                Err(failure) if failure.is_transient() && attempt < ATTEMPTS_MAX => {
                    std::thread::sleep(ATTEMPT_PAUSE);
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    fn try_rewind(&self, keys: &[PartitionKey]) -> Result<BTreeMap<PartitionKey, i64>, KafkaFailure> {
        let mut offsets = committed(&self.consumer, &self.group, keys, REQUEST_TIMEOUT)?;
        for key in keys {
            if !offsets.contains_key(key) {
                offsets.insert(key.clone(), self.consumer.context().watermarks(key)?.0);
            }
        }
        self.seek(&offsets)?;
        // They are of before.
        self.consumer.context().take_positions();
        let mut assignment = self.consumer.context().assignment();
        for (key, offset) in &offsets {
            assignment.starts(key, *offset);
        }
        drop(assignment);
        Ok(offsets)
    }

    pub(super) fn seek(&self, offsets: &BTreeMap<PartitionKey, i64>) -> Result<(), KafkaFailure> {
        if offsets.is_empty() {
            return Ok(());
        }
        let what = "seeking";
        let mut list = TopicPartitionList::new();
        for (key, offset) in offsets {
            list.add_partition_offset(&key.topic, key.partition, Offset::Offset(*offset))
                .map_err(|error| KafkaFailure::new(what, &error))?;
        }
        let answer = self
            .consumer
            .seek_partitions(list, REQUEST_TIMEOUT)
            .map_err(|error| KafkaFailure::new(what, &error))?;
        // The call succeeds even where single partitions failed.
        answer.elements().iter().try_for_each(|element| {
            element.error().map_err(|error| KafkaFailure::new(format!("seeking {}", element.topic()), &error))
        })
    }
}
