//! How offsets and the owner's notes are committed: with outputs, at a start, and when partitions are given back.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer as _, ConsumerGroupMetadata};
use rdkafka::error::KafkaError;
use rdkafka::producer::Producer as _;
use rdkafka::{Offset, TopicPartitionList};

use super::failure::Failure;
use super::open::OpenTransaction;
use super::{Committed, Committer, CommitterError, INIT_TIMEOUT, RETRY_PAUSE_FIRST};
use crate::kafka::assignment::PartitionKey;
use crate::kafka::producer::CountedProducer;
use crate::kafka::rebalance::RawContext;
use crate::kafka::starts::Start;

/// send_offsets is repeated so often while librdkafka calls it retriable.
const SEND_OFFSETS_ATTEMPTS_MAX: u32 = 20;
/// A commit that is not answered by then is unclear: a new producer settles it.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(20);

impl Committer {
    /// What the open transaction commits.
    pub(super) fn progress(&self) -> BTreeMap<PartitionKey, Start> {
        let offsets = self.open.offsets();
        let assignment = self.consumer.context().assignment();
        offsets
            .into_iter()
            .map(|(key, next)| {
                let start = assignment.progress(&key, next);
                (key, start)
            })
            .collect()
    }

    /// Commits delivered outputs and offsets together (or, at least once, the offsets after the outputs).
    pub(super) fn commit(
        &self,
        starts: &BTreeMap<PartitionKey, Start>,
        is_ours: &dyn Fn(&RawContext) -> bool,
    ) -> Result<(), Failure> {
        let producer = self.producer.as_ref().ok_or_else(|| Failure::other("no producer"))?;
        let list = self.offset_list(starts).map_err(|error| Failure::new("listing offsets", &error))?;
        // Fresh at each commit, and taken before the look at the assignment: a worker that gives partitions up notes it
        // before it enters the generation in which they are another's, which the broker then finds newer than this one.
        // A member that was put out of the group can have lost its name, and with it what the broker checks.
        let group = self.consumer.group_metadata().ok_or_else(|| Failure::other("no group metadata"))?;
        if self.consumer.assignment_lost() || !is_ours(self.consumer.context()) {
            return Err(Failure::other("a partition of the transaction is no longer this worker's"));
        }
        if self.transactional_id.is_none() {
            self.consumer
                .commit(&list, CommitMode::Sync)
                .map_err(|error| Failure::new("committing offsets", &error))?;
        } else {
            self.send_offsets(producer, &list, &group)?;
            (self.links.beat)();
            producer
                .inner
                .commit_transaction(COMMIT_TIMEOUT)
                .map_err(|error| Failure::new("committing a transaction", &error))?;
        }
        let mut assignment = self.consumer.context().assignment();
        for (key, start) in starts {
            assignment.noted(key, *start);
        }
        Ok(())
    }

    fn send_offsets(
        &self,
        producer: &CountedProducer,
        list: &TopicPartitionList,
        group: &ConsumerGroupMetadata,
    ) -> Result<(), Failure> {
        let what =
            format!("sending offsets of group {} to a transaction", self.connection.settings.kafka.group);
        let mut attempt = 0;
        loop {
            attempt += 1;
            (self.links.beat)();
            let error = match producer.inner.send_offsets_to_transaction(list, group, INIT_TIMEOUT) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let retriable = matches!(&error, KafkaError::Transaction(inner) if inner.is_retriable());
            if !retriable
                || attempt >= SEND_OFFSETS_ATTEMPTS_MAX
                || self.links.abandon.load(Ordering::Relaxed)
            {
                return Err(Failure::new(&what, &error));
            }
            std::thread::sleep(RETRY_PAUSE_FIRST);
        }
    }

    pub(super) fn offset_list(
        &self,
        starts: &BTreeMap<PartitionKey, Start>,
    ) -> Result<TopicPartitionList, KafkaError> {
        let claims = (self.links.claims_applied)();
        let mut list = TopicPartitionList::with_capacity(starts.len());
        for (key, start) in starts {
            let mut element = list.add_partition(&key.topic, key.partition);
            element.set_offset(Offset::Offset(start.offset))?;
            element.set_metadata(start.note.metadata(claims));
        }
        Ok(list)
    }

    /// Start offsets with their notes, in a transaction of their own.
    pub(super) fn anchor(
        &mut self,
        starts: BTreeMap<PartitionKey, Start>,
        ticket: u64,
    ) -> Result<Result<(), String>, CommitterError> {
        self.cut()?;
        if !self.consumer.context().awaits_anchor(ticket) {
            return Ok(Err("start offsets came too late".to_owned()));
        }
        let result = self.commit_alone(&starts, &|raw| raw.awaits_anchor(ticket))?;
        if result.is_ok() {
            let offsets = starts.into_iter().map(|(key, start)| (key, start.offset)).collect();
            (self.links.committed)(Committed { offsets, ..Committed::default() });
        }
        Ok(result)
    }

    /// Takes the notes of partitions back that are given to another worker.
    pub(super) fn leave(
        &mut self,
        keys: &[PartitionKey],
        ticket: u64,
    ) -> Result<Result<(), String>, CommitterError> {
        self.cut()?;
        let starts = self.consumer.context().assignment().leave(keys);
        if starts.is_empty() || !self.consumer.context().awaits_anchor(ticket) {
            return Ok(Ok(()));
        }
        self.commit_alone(&starts, &|raw| raw.awaits_anchor(ticket))
    }

    /// The same for all partitions, because the worker ends.
    pub(super) fn leave_all(&mut self) -> Result<(), CommitterError> {
        let assignment = self.consumer.context().assignment();
        let keys: Vec<PartitionKey> = assignment.iter().map(|(key, _)| key.clone()).collect();
        let starts = assignment.leave(&keys);
        let epochs: BTreeMap<PartitionKey, u64> =
            assignment.iter().map(|(key, owned)| (key.clone(), owned.epoch)).collect();
        drop(assignment);
        if starts.is_empty() {
            return Ok(());
        }
        let is_ours = |raw: &RawContext| {
            let assignment = raw.assignment();
            starts.keys().all(|key| epochs.get(key).is_some_and(|epoch| assignment.holds(key, *epoch)))
        };
        self.commit_alone(&starts, &is_ours).map(|_| ())
    }

    /// Commits offsets without any output; a failure takes the one recovery path and is told.
    fn commit_alone(
        &mut self,
        starts: &BTreeMap<PartitionKey, Start>,
        is_ours: &dyn Fn(&RawContext) -> bool,
    ) -> Result<Result<(), String>, CommitterError> {
        let result = self.begin().and_then(|()| self.commit(starts, is_ours));
        if let Err(failure) = result {
            let cause = failure.cause.clone();
            self.recover(failure)?;
            return Ok(Err(cause));
        }
        self.open = OpenTransaction::default();
        Ok(Ok(()))
    }
}
