//! Looks at the group's offsets during a run, and sets them back.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use khabar::flow::Outcome;

use super::evidence::{Reset, Sample};
use crate::support::client::{Client, Isolation};
use crate::support::worker::Topics;

const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A broker that is away is asked again at the next look.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// Takes samples until it is ended.
pub struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    client: Client,
    topics: Topics,
    group: String,
    /// Held while the group's offsets are asked for and while they are set back, so that each sample is from before a
    /// reset or from after it.
    resets: Mutex<Vec<Reset>>,
    samples: Mutex<Vec<Sample>>,
    is_over: AtomicBool,
}

impl Watch {
    pub fn start(client: &Client, topics: &Topics, group: &str) -> Self {
        let shared = Arc::new(Shared {
            client: client.clone(),
            topics: topics.clone(),
            group: group.to_owned(),
            resets: Mutex::default(),
            samples: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let thread = thread::Builder::new()
            .name("watch".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || watch(&shared)
            })
            .expect("a thread starts");
        Self { shared, thread: Some(thread) }
    }

    /// The last committed offsets that were seen.
    pub fn committed(&self) -> BTreeMap<i32, i64> {
        self.shared.samples.lock().unwrap().last().map(|sample| sample.committed.clone()).unwrap_or_default()
    }

    /// Sets offsets of the group back, each by what `back` says for its partition; None leaves it. An error where the
    /// group still has members or the broker does not answer.
    pub fn reset(&self, mut back: impl FnMut(i32, i64) -> Option<i64>) -> Result<usize, String> {
        let Shared { client, topics, group, .. } = &*self.shared;
        let mut resets = self.shared.resets.lock().unwrap();
        let reader = client.group_reader_of(group, Isolation::Committed);
        let committed = reader.try_committed(&topics.raw, topics.partitions, ANSWER_LIMIT * 5)?;
        let moment = resets.iter().map(|reset| reset.moment + 1).max().unwrap_or(0);
        let wanted: Vec<Reset> = committed
            .iter()
            .filter_map(|(partition, from)| {
                let to = from - back(*partition, *from)?;
                (to < *from).then_some(Reset { moment, partition: *partition, from: *from, to: to.max(0) })
            })
            .collect();
        if wanted.is_empty() {
            return Ok(0);
        }
        let offsets = wanted.iter().map(|reset| (reset.partition, reset.to)).collect();
        reader.try_commit(&topics.raw, &offsets)?;
        let count = wanted.len();
        resets.extend(wanted);
        Ok(count)
    }

    /// Ends the looking and gives samples and resets.
    pub fn stop(mut self) -> (Vec<Sample>, Vec<Reset>) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the watch does not panic");
        }
        let samples = std::mem::take(&mut *self.shared.samples.lock().unwrap());
        let resets = self.shared.resets.lock().unwrap().clone();
        (samples, resets)
    }
}

fn watch(shared: &Shared) {
    let Shared { client, topics, group, .. } = shared;
    let group = client.group_reader(group);
    let ends = client.end_reader(Isolation::Uncommitted);
    let outcomes = Outcome::ALL.into_iter().zip(topics.outcomes());
    let partitions: Vec<(Outcome, &str, i32)> = outcomes
        .flat_map(|(outcome, topic)| (0..i32::from(topics.partitions)).map(move |one| (outcome, topic, one)))
        .collect();
    while !shared.is_over.load(Ordering::Relaxed) {
        let resets = shared.resets.lock().unwrap();
        let committed = group.try_committed(&topics.raw, topics.partitions, ANSWER_LIMIT);
        let moments = resets.iter().map(|reset| reset.moment + 1).max().unwrap_or(0);
        drop(resets);
        let found = committed.and_then(|committed| {
            let ends = partitions
                .iter()
                .map(|(outcome, topic, one)| Ok(((*outcome, *one), ends.end(topic, *one, ANSWER_LIMIT)?)))
                .collect::<Result<_, String>>()?;
            Ok(Sample { committed, ends, resets: moments })
        });
        if let Ok(sample) = found {
            shared.samples.lock().unwrap().push(sample);
        }
        thread::sleep(LOOK_EVERY);
    }
}
