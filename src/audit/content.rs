//! Makes outcomes once more from the raw records, by the same stages, and compares them by hash.
//!
//! Of a record that was degraded nothing is made again: its raw record may be the one that killed a worker. Of a
//! rejected record the original is compared, and its reason where a stage gave it without breaking.

use std::io::Read as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};
use xxhash_rust::xxh3::Xxh3;

use super::OutcomeRecord;
use super::findings::{FindingKind, Findings};
use crate::article::{Judgement, Verdict};
use crate::dedup::rules;
use crate::emit::fit::HEADER_OVERHEAD_BYTES;
use crate::emit::readback::read_back;
use crate::emit::{KHABAR_VERSION, headers};
use crate::flow::{Header, Outcome, OutputRecord, RawCoordinates, RawRecord};
use crate::rejection::Code;
use crate::stages::Stages;

/// Raw records that wait for their comparison, at most.
const BATCH_RECORDS_MAX: usize = 4_096;
/// And their bytes.
const BATCH_BYTES_MAX: usize = 64 << 20;
/// No record of Kafka is larger, so no original either.
const ORIGINAL_BYTES_MAX: u64 = 1 << 30;

/// Headers that tell how an original was made to fit.
const LADDER: [&str; 4] = [
    headers::ORIGINAL_ENCODING,
    headers::ORIGINAL_OMITTED,
    headers::ORIGINAL_KEY_OMITTED,
    headers::ORIGINAL_HEADERS_OMITTED,
];

/// How the codes end of stages that broke, or took their process with them: those are not asked again.
const BROKEN: [&str; 2] = ["_panicked", "_killed"];

const PRESENT: u64 = 0b01;
const REPEATABLE: u64 = 0b10;

/// A hash of all that is compared of an outcome; 0 is none. Its last bit but one says that a rejection can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint(u64);

impl Fingerprint {
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    const fn new(hash: u64, flags: u64) -> Self {
        Self(hash & !(PRESENT | REPEATABLE) | PRESENT | flags)
    }

    const fn is_repeatable(self) -> bool {
        self.0 & REPEATABLE != 0
    }

    /// Of an enriched or duplicate record; `content` is its payload without the verdict.
    pub fn of_article(outcome: Outcome, key: Option<&[u8]>, headers: &[Header], content: &[u8]) -> Self {
        let mut hash = Xxh3::new();
        add(&mut hash, Some(outcome.name().as_bytes()));
        add(&mut hash, key);
        add_headers(&mut hash, headers);
        add(&mut hash, Some(content));
        Self::new(hash.digest(), 0)
    }
}

/// A raw record whose outcome has this fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub outcome: Outcome,
    pub fingerprint: Fingerprint,
}

fn add(hash: &mut Xxh3, part: Option<&[u8]>) {
    let length = part.map_or(u64::MAX, |part| part.len() as u64);
    hash.update(&length.to_le_bytes());
    hash.update(part.unwrap_or_default());
}

fn add_headers(hash: &mut Xxh3, headers: &[Header]) {
    for header in headers {
        add(hash, Some(header.name.as_bytes()));
        add(hash, header.value.as_deref());
    }
}

pub(super) fn is_of_other_version(all: &[Header]) -> bool {
    headers::own_text(all, headers::VERSION) != Some(KHABAR_VERSION)
}

/// What a rejected record must have kept of its raw record.
#[derive(Debug)]
struct Original {
    key: String,
    payload: String,
    headers: String,
}

impl Original {
    /// `own` are khabar's own headers where the rejection can be repeated, else none.
    fn fingerprint(&self, own: &[Header], flags: u64) -> Fingerprint {
        let mut hash = Xxh3::new();
        for part in [&self.key, &self.payload, &self.headers] {
            add(&mut hash, Some(part.as_bytes()));
        }
        let own: Vec<Header> =
            own.iter().filter(|header| !LADDER.contains(&header.name.as_str())).cloned().collect();
        add_headers(&mut hash, &own);
        Fingerprint::new(hash.digest(), flags)
    }
}

/// Size and hash, as the stub of a rejected record states them.
fn digest(bytes: Option<&[u8]>) -> String {
    use std::fmt::Write as _;
    let Some(bytes) = bytes else { return "null".to_owned() };
    Sha256::digest(bytes).iter().fold(format!("size={};sha256=", bytes.len()), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn digest_of_headers(all: &[Header]) -> String {
    let mut hash = Xxh3::new();
    add_headers(&mut hash, all);
    format!("{:016x}", hash.digest())
}

fn count_of_headers(all: &[Header]) -> String {
    let bytes = |header: &Header| {
        header.name.len() + header.value.as_ref().map_or(0, Vec::len) + HEADER_OVERHEAD_BYTES
    };
    format!("count={};size={}", all.len(), all.iter().map(bytes).sum::<usize>())
}

/// The fingerprint of a rejected record, and whether its original is a stub.
pub(super) fn of_rejected(record: &OutcomeRecord<'_>) -> (Fingerprint, bool) {
    let own = headers::own(record.headers);
    let stated = |name| headers::own_text(record.headers, name).map(str::to_owned);
    let originals = &record.headers[..record.headers.len() - own.len()];
    let stub = stated(headers::ORIGINAL_OMITTED);
    let is_stub = stub.is_some();
    let payload = stub.unwrap_or_else(|| match stated(headers::ORIGINAL_ENCODING) {
        Some(_) => digest(inflated(record.payload.unwrap_or_default()).as_deref()),
        None => digest(record.payload),
    });
    let original = Original {
        key: stated(headers::ORIGINAL_KEY_OMITTED).unwrap_or_else(|| digest(record.key)),
        payload,
        headers: stated(headers::ORIGINAL_HEADERS_OMITTED).unwrap_or_else(|| digest_of_headers(originals)),
    };
    let code = stated(headers::ERROR_CODE).unwrap_or_default();
    let is_repeatable = is_harmless(&code) && !is_of_other_version(record.headers);
    let fingerprint =
        if is_repeatable { original.fingerprint(own, REPEATABLE) } else { original.fingerprint(&[], 0) };
    (fingerprint, is_stub)
}

fn inflated(gzip: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    GzDecoder::new(gzip).take(ORIGINAL_BYTES_MAX).read_to_end(&mut whole).ok()?;
    Some(whole)
}

/// Whether a stage gave the code by itself, so that it can be asked again without harm.
fn is_harmless(name: &str) -> bool {
    let is_known = Code::ALL.iter().any(|code| code.name() == name);
    is_known && !BROKEN.iter().any(|ending| name.ends_with(ending))
}

/// Compares raw records with their outcomes, a batch at a time on several threads.
pub struct Comparer {
    stages: Arc<Stages>,
    threads: usize,
    stack_bytes: usize,
    batch: Vec<(RawRecord, Wanted)>,
    batch_bytes: usize,
    /// Outcomes that were made once more.
    pub compared: u64,
}

impl Comparer {
    pub const fn new(stages: Arc<Stages>, threads: usize, stack_bytes: usize) -> Self {
        Self { stages, threads, stack_bytes, batch: Vec::new(), batch_bytes: 0, compared: 0 }
    }

    /// Takes a record; where the batch is full, compares all of it.
    pub fn push(&mut self, raw: RawRecord, wanted: Wanted, findings: &mut Findings) -> std::io::Result<()> {
        self.batch_bytes += raw.size_bytes();
        self.batch.push((raw, wanted));
        if self.batch.len() >= BATCH_RECORDS_MAX || self.batch_bytes >= BATCH_BYTES_MAX {
            self.flush(findings)?;
        }
        Ok(())
    }

    /// Compares what is waiting.
    pub fn flush(&mut self, findings: &mut Findings) -> std::io::Result<()> {
        let batch: Vec<Mutex<Option<(RawRecord, Wanted)>>> =
            self.batch.drain(..).map(|job| Mutex::new(Some(job))).collect();
        self.batch_bytes = 0;
        self.compared += batch.len() as u64;
        let next = AtomicUsize::new(0);
        let differing = Mutex::new(Vec::new());
        let work = || {
            while let Some(job) = batch.get(next.fetch_add(1, Ordering::Relaxed)) {
                let Some((raw, wanted)) = job.lock().ok().and_then(|mut job| job.take()) else { continue };
                let coordinates = raw.coordinates.clone();
                let difference = guarded(|| difference(&self.stages, raw, wanted));
                if let (Some(detail), Ok(mut differing)) = (difference, differing.lock()) {
                    differing.push((coordinates, detail));
                }
            }
        };
        std::thread::scope(|scope| -> std::io::Result<()> {
            for _ in 0..self.threads.min(batch.len()) {
                std::thread::Builder::new().stack_size(self.stack_bytes).spawn_scoped(scope, work)?;
            }
            Ok(())
        })?;
        let mut differing: Vec<(RawCoordinates, String)> = differing.into_inner().unwrap_or_default();
        // The order of the threads shall not show.
        differing.sort();
        for (coordinates, detail) in differing {
            findings.add(FindingKind::Content, coordinates, detail);
        }
        Ok(())
    }
}

/// Emitting is not guarded by the stages; a panic there costs the comparison of one record.
fn guarded(compare: impl FnOnce() -> Option<String>) -> Option<String> {
    catch_unwind(AssertUnwindSafe(compare))
        .unwrap_or_else(|_| Some("making it once more failed with a bug of khabar".to_owned()))
}

/// How the outcome differs from what the stages make of the raw record.
pub fn difference(stages: &Stages, raw: RawRecord, wanted: Wanted) -> Option<String> {
    if wanted.outcome == Outcome::Rejected {
        return difference_of_rejected(stages, raw, wanted.fingerprint);
    }
    let prepared = match stages.prepare(raw) {
        Ok(prepared) => prepared,
        Err(rejected) => {
            return Some(format!(
                "it is {}, and the stages reject it: {}",
                wanted.outcome.name(),
                rejected.1.code.name()
            ));
        }
    };
    let judgement = (wanted.outcome == Outcome::Duplicate).then(stand_in);
    let made: OutputRecord = stages.finish(prepared, judgement.as_ref()).output;
    let content = made.payload.as_deref().and_then(|payload| read_back(made.outcome, payload));
    let content = content.map(|body| body.content).unwrap_or_default();
    let expected = Fingerprint::of_article(made.outcome, made.key.as_deref(), &made.headers, &content);
    (expected != wanted.fingerprint)
        .then(|| format!("its {} record is not what the stages make of the raw one", wanted.outcome.name()))
}

/// Any verdict of a duplicate: what it says is not compared here.
const fn stand_in() -> Judgement {
    Judgement {
        verdict: Verdict::Exact,
        matched: None,
        score_permille: 0,
        novelty_permille: 0,
        rule: rules::SAME_TEXT,
        sequence: 0,
        level: 0,
        suppressed: true,
    }
}

fn difference_of_rejected(stages: &Stages, raw: RawRecord, found: Fingerprint) -> Option<String> {
    let mut original = Original {
        key: digest(raw.key.as_deref()),
        payload: digest(raw.payload.as_deref()),
        headers: digest_of_headers(&raw.headers),
    };
    let count = count_of_headers(&raw.headers);
    let (own, flags) = if found.is_repeatable() {
        let (raw, rejection) = match stages.prepare(raw) {
            Ok(_) => return Some("it is rejected, and the stages find an article in it".to_owned()),
            Err(rejected) => *rejected,
        };
        let made = stages.reject(raw, &rejection).output;
        (headers::own(&made.headers).to_vec(), REPEATABLE)
    } else {
        (Vec::new(), 0)
    };
    if original.fingerprint(&own, flags) == found {
        return None;
    }
    // Headers that were themselves too large are only counted.
    original.headers = count;
    (original.fingerprint(&own, flags) != found).then(|| {
        "its rejected record has not the original key, value and headers, or another reason".to_owned()
    })
}
