//! The verdicts of records that are not yet committed, whoever claimed them. Pure.
//!
//! The first verdict of a record stands: later claims of it, from a race or a zombie, never change it.

use std::collections::{BTreeMap, HashMap};

use crate::article::Judgement;
use crate::dedup::claim::ClaimIdentity;
use crate::kafka::assignment::PartitionKey;

#[derive(Debug)]
struct Stored {
    timestamp_ms: i64,
    payload_hash: u64,
    judgement: Judgement,
}

/// Verdicts by partition and offset. A recreated raw topic can repeat an offset, hence the list.
#[derive(Debug, Default)]
pub struct Verdicts {
    partitions: HashMap<PartitionKey, BTreeMap<i64, Vec<Stored>>>,
    /// Offsets below are committed and of no interest.
    floors: HashMap<PartitionKey, i64>,
}

impl Verdicts {
    /// Stores the first verdict of a record. False where the record is committed or has a verdict already.
    pub fn insert(&mut self, identity: &ClaimIdentity, judgement: &Judgement) -> bool {
        let key = key_of(identity);
        let offset = identity.coordinates.offset;
        if self.floors.get(&key).is_some_and(|floor| offset < *floor) {
            return false;
        }
        let stored = self.partitions.entry(key).or_default().entry(offset).or_default();
        if stored.iter().any(|one| is_of(one, identity)) {
            return false;
        }
        stored.push(Stored {
            timestamp_ms: identity.timestamp_ms,
            payload_hash: identity.payload_hash,
            judgement: judgement.clone(),
        });
        true
    }

    pub fn get(&self, identity: &ClaimIdentity) -> Option<&Judgement> {
        self.partitions
            .get(&key_of(identity))?
            .get(&identity.coordinates.offset)?
            .iter()
            .find(|one| is_of(one, identity))
            .map(|one| &one.judgement)
    }

    /// Everything below a committed offset is forgotten. A smaller offset than before is ignored: it is an old answer.
    pub fn committed(&mut self, key: &PartitionKey, offset: i64) {
        let floor = self.floors.entry(key.clone()).or_insert(offset);
        *floor = (*floor).max(offset);
        if let Some(verdicts) = self.partitions.get_mut(key) {
            *verdicts = verdicts.split_off(floor);
        }
    }

    /// Whether records from `offset` on were committed once, so that their verdicts are gone.
    pub fn has_forgotten(&self, key: &PartitionKey, offset: i64) -> bool {
        self.floors.get(key).is_some_and(|floor| offset < *floor)
    }

    /// Verdicts held.
    pub fn len(&self) -> usize {
        self.partitions.values().map(BTreeMap::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn key_of(identity: &ClaimIdentity) -> PartitionKey {
    PartitionKey { topic: identity.coordinates.topic.clone(), partition: identity.coordinates.partition }
}

const fn is_of(stored: &Stored, identity: &ClaimIdentity) -> bool {
    stored.timestamp_ms == identity.timestamp_ms && stored.payload_hash == identity.payload_hash
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::article::Verdict;
    use crate::flow::RawCoordinates;

    fn identity(offset: i64, payload: &[u8]) -> ClaimIdentity {
        let coordinates = RawCoordinates { topic: Arc::from("raw"), partition: 3, offset };
        ClaimIdentity::new(coordinates, Some(1), payload)
    }

    fn judgement(sequence: i64) -> Judgement {
        Judgement {
            verdict: Verdict::New,
            matched: None,
            score_permille: 0,
            novelty_permille: 1000,
            rule: "no_match",
            sequence,
            level: 1,
            suppressed: false,
        }
    }

    #[test]
    fn the_first_verdict_of_a_record_stands() {
        let mut verdicts = Verdicts::default();
        assert!(verdicts.insert(&identity(5, b"a"), &judgement(1)));
        assert!(!verdicts.insert(&identity(5, b"a"), &judgement(2)));
        assert_eq!(verdicts.get(&identity(5, b"a")).map(|found| found.sequence), Some(1));
        assert!(verdicts.get(&identity(5, b"b")).is_none(), "a recreated topic's record is another one");
        assert!(verdicts.insert(&identity(5, b"b"), &judgement(3)));
    }

    #[test]
    fn committed_records_are_forgotten_and_stay_so() {
        let mut verdicts = Verdicts::default();
        for offset in 0..10 {
            verdicts.insert(&identity(offset, b"a"), &judgement(offset));
        }
        let key = PartitionKey { topic: Arc::from("raw"), partition: 3 };
        verdicts.committed(&key, 7);
        verdicts.committed(&key, 2);
        assert_eq!(verdicts.len(), 3);
        assert!(!verdicts.insert(&identity(6, b"a"), &judgement(20)));
        assert!(verdicts.get(&identity(7, b"a")).is_some());
        assert!(verdicts.has_forgotten(&key, 6) && !verdicts.has_forgotten(&key, 7));
    }
}
