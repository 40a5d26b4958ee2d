//! The stretches of raw partitions whose records are probed before they are worked on.
//!
//! Set when a partition is assigned, by the notes of its earlier owners (`kafka/starts.rs`); asked for each record.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::events;
use crate::kafka::assignment::PartitionKey;

/// See the module.
#[derive(Debug, Default)]
pub struct Isolated {
    stretches: Mutex<HashMap<PartitionKey, Range<i64>>>,
    /// Nearly always false: then nothing is locked.
    any: AtomicBool,
}

impl Isolated {
    /// A partition was assigned; its records in `stretch` are suspect.
    pub fn set(&self, key: &PartitionKey, stretch: Option<Range<i64>>) {
        if let Some(stretch) = &stretch {
            events::emit(
                &events::PARTITION_ISOLATED,
                "two owners in a row ended at this place; each record is probed before it is worked on",
                &[
                    ("topic", json!(key.topic.as_ref())),
                    ("partition", json!(key.partition)),
                    ("from", json!(stretch.start)),
                    ("until", json!(stretch.end)),
                ],
            );
        }
        let mut stretches = self.stretches.lock().unwrap_or_else(PoisonError::into_inner);
        match stretch {
            Some(stretch) => stretches.insert(key.clone(), stretch),
            None => stretches.remove(key),
        };
        self.any.store(!stretches.is_empty(), Ordering::Release);
    }

    /// Whether this record is to be probed.
    pub fn holds(&self, key: &PartitionKey, offset: i64) -> bool {
        if !self.any.load(Ordering::Acquire) {
            return false;
        }
        // Behind its end a stretch stays: a rewind may lead back into it.
        let stretches = self.stretches.lock().unwrap_or_else(PoisonError::into_inner);
        stretches.get(key).is_some_and(|stretch| offset < stretch.end)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_stretch_holds_its_own_records_only() {
        let key = |partition| PartitionKey { topic: Arc::from("raw"), partition };
        let isolated = Isolated::default();
        assert!(!isolated.holds(&key(0), 5));
        isolated.set(&key(0), Some(5..9));
        assert!(isolated.holds(&key(0), 5) && isolated.holds(&key(0), 8));
        assert!(!isolated.holds(&key(1), 5) && !isolated.holds(&key(0), 9));
        isolated.set(&key(0), Some(5..9));
        isolated.set(&key(0), None);
        assert!(!isolated.holds(&key(0), 5), "the next owner had nothing to suspect");
    }
}
