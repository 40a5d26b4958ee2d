//! Writes the raw records of a run, paced over its time, and knows what each was made to be.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::evidence::Planned;
use crate::support::articles::{self, Random};
use crate::support::client::Client;
use crate::support::outcomes::Place;
use crate::support::producing::Sender;
use crate::support::records::NewRecord;

/// Records come in portions, so that work stands in the workers when a fault strikes.
const PORTION_EVERY: Duration = Duration::from_secs(1);
const ACKNOWLEDGED_LIMIT: Duration = Duration::from_mins(5);
/// Repeats and revisions are of one of the last so many stories.
const RECENT_MAX: usize = 3_000;
/// A story has at most so many versions beside its first, and so many numbers of texts.
const VERSIONS_MAX: usize = 3;
const TEXTS_PER_STORY: usize = 8;

/// One record with what it was made to be.
#[derive(Debug, Clone)]
pub struct Fed {
    pub record: NewRecord,
    pub planned: Planned,
}

/// The records of a run in the order in which they are written. The same seed gives the same ones but for their times.
pub struct Plan {
    random: Random,
    topic: String,
    partitions: usize,
    stories: usize,
    recent: VecDeque<Story>,
}

#[derive(Clone, Copy)]
struct Story {
    number: usize,
    versions: usize,
    has_url: bool,
}

impl Plan {
    pub fn new(topic: &str, partitions: u16, seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            topic: topic.to_owned(),
            partitions: usize::from(partitions),
            stories: 0,
            recent: VecDeque::new(),
        }
    }

    /// The next record: an article that is new, repeated or revised, or one that can't become an article.
    pub fn next(&mut self) -> Fed {
        let known = self.recent.len();
        let (record, planned) = match self.random.below(1000) {
            0..40 => {
                let number = self.random.below(1000);
                (articles::broken(&self.topic, number), Planned::Broken)
            }
            40..43 => return self.marked("tag:slow-150"),
            43..46 => return self.marked("parse:slow-150"),
            46..320 if known > 0 => {
                let story = self.recent[self.random.below(known)];
                let version = self.random.below(story.versions + 1);
                self.version(story, version)
            }
            320..460 if known > 0 => {
                let at = self.random.below(known);
                let story = &mut self.recent[at];
                if story.has_url && story.versions < VERSIONS_MAX {
                    story.versions += 1;
                }
                let story = *story;
                self.version(story, story.versions)
            }
            _ => {
                let story =
                    Story { number: self.new_story(), versions: 0, has_url: self.random.below(10) < 4 };
                self.recent.push_back(story);
                if self.recent.len() > RECENT_MAX {
                    self.recent.pop_front();
                }
                self.version(story, 0)
            }
        };
        self.placed(record, planned)
    }

    /// An article of its own whose text breaks a stage where faults are planted.
    pub fn marked(&mut self, fault: &str) -> Fed {
        let number = self.new_story();
        let mark = format!("The clerk wrote planted-fault:{fault}; into the margin of {number}.");
        let text = articles::with_paragraph(&articles::dump(number), &mark);
        let planned = match fault {
            "parse:abort" => Planned::ParseKiller,
            "tag:abort" => Planned::TagKiller,
            _ => Planned::Article { story: number, text: number * TEXTS_PER_STORY },
        };
        let record = NewRecord::new(&self.topic, text);
        self.placed(record, planned)
    }

    fn new_story(&mut self) -> usize {
        self.stories += 1;
        self.stories
    }

    fn version(&mut self, story: Story, version: usize) -> (NewRecord, Planned) {
        let content = articles::revised(story.number, version);
        let url = format!("https://gazette.example.com/story/{}", story.number);
        let value = match (story.has_url, self.random.below(2)) {
            (true, _) => {
                json!({"url": url, "fetched_at": "2024-05-09T08:00:00Z", "content": content}).to_string()
            }
            (false, 0) => content,
            (false, _) => json!({"content": content, "content_type": "text/plain"}).to_string(),
        };
        let text = story.number * TEXTS_PER_STORY + version;
        let mut record = NewRecord::new(&self.topic, value);
        if self.random.below(4) == 0 {
            let trace = format!("00-{:032x}-00f067aa0ba902b7-01", story.number + 1);
            record = record.key(format!("story-{}", story.number)).header("traceparent", trace);
        }
        (record, Planned::Article { story: story.number, text })
    }

    fn placed(&mut self, record: NewRecord, planned: Planned) -> Fed {
        let partition = i32::try_from(self.random.below(self.partitions)).expect("few");
        Fed { record: record.partition(partition), planned }
    }
}

/// Writes the plan from a thread of its own.
pub struct Feed {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    sender: Sender,
    plan: Mutex<Plan>,
    fed: Mutex<Vec<Fed>>,
    is_over: AtomicBool,
}

impl Feed {
    /// Writes so many records over that time.
    pub fn start(client: &Client, plan: Plan, records: usize, time: Duration) -> Self {
        let shared = Arc::new(Shared {
            sender: client.sender(),
            plan: Mutex::new(plan),
            fed: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let thread = thread::Builder::new()
            .name("feed".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || feed(&shared, records, time)
            })
            .expect("a thread starts");
        Self { shared, thread: Some(thread) }
    }

    /// Records that were written, acknowledged or not.
    pub fn count(&self) -> usize {
        self.shared.fed.lock().unwrap().len()
    }

    /// Writes so many articles at once that break a stage where faults are planted.
    pub fn mark(&self, fault: &str, count: usize) {
        for _ in 0..count {
            let fed = self.shared.plan.lock().unwrap().marked(fault);
            self.shared.write(fed);
        }
    }

    /// The acknowledged records from this number on.
    pub fn acknowledged_from(&self, first: usize) -> Vec<(Place, Fed)> {
        let places = self.shared.sender.acknowledged_from(first);
        let fed = self.shared.fed.lock().unwrap();
        places.into_iter().map(|(number, place)| (Place::from(place), fed[number].clone())).collect()
    }

    /// Writes what is left at once, waits until all is acknowledged, and gives it.
    pub fn finish(mut self) -> Vec<(Place, Fed)> {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the feed does not panic");
        }
        self.shared.sender.wait_acknowledged(self.count(), ACKNOWLEDGED_LIMIT);
        self.acknowledged_from(0)
    }
}

impl Shared {
    fn write(&self, mut fed: Fed) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
        fed.record.timestamp_ms = i64::try_from(now.as_millis()).ok();
        // Held over both, so that the numbers are the same.
        let mut all = self.fed.lock().unwrap();
        self.sender.send(&fed.record);
        all.push(fed);
    }
}

fn feed(shared: &Shared, records: usize, time: Duration) {
    let begun = Instant::now();
    let mut written = 0;
    while written < records {
        let is_over = shared.is_over.load(Ordering::Relaxed);
        let share = begun.elapsed().as_secs_f64() / time.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a count"
        )]
        let due = if is_over { records } else { records.min((records as f64 * share) as usize) };
        for _ in written..due {
            let fed = shared.plan.lock().unwrap().next();
            shared.write(fed);
        }
        written = written.max(due);
        let portion = Instant::now();
        while portion.elapsed() < PORTION_EVERY && !shared.is_over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(50));
        }
    }
}
