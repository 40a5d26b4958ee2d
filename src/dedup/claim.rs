//! Claims and the other entries of the claims log, and their binary form.
//!
//! An entry is `"KC"`, a format version, a kind, the fields in little-endian order, and a CRC-32 over all before it.
//! Entries that fail the CRC are skipped, by every replica alike; an entry with a valid CRC and an unknown version or
//! kind comes from a newer khabar, and its reader must stop, unless it is another group's: the first of the fields is
//! the scope, whatever the version and kind.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

use super::level::{Engine, LevelRecord};
use super::sketch::{KEYS_MAX, NUMERAL_PAIRS_MAX, NUMERALS_MAX, SKETCH_SIZE, Sketch};
use crate::article::Hash128;
use crate::flow::{ParsedRecord, RawCoordinates};
use crate::sources::{DedupPolicy, DedupSource};

const MAGIC: [u8; 2] = *b"KC";
/// Of level and void records.
const VERSION_OF_NOTES: u8 = 1;
/// Of a claim without pairs of numerals.
const VERSION_WITHOUT_PAIRS: u8 = 2;
const VERSION: u8 = 3;
const KIND_CLAIM: u8 = 0;
const KIND_LEVEL: u8 = 1;
const KIND_VOID: u8 = 2;
const CRC_BYTES: usize = 4;
const LANGUAGE_BYTES_MAX: usize = 35;
/// Longer level records are not ours.
const LEVEL_BYTES_MAX: usize = 64 * 1024;

/// Which raw record a claim speaks of. A recreated raw topic repeats coordinates, never the whole identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimIdentity {
    pub coordinates: RawCoordinates,
    pub timestamp_ms: i64,
    pub payload_hash: u64,
}

impl ClaimIdentity {
    /// `payload` is the raw record's value as it was read.
    pub fn new(coordinates: RawCoordinates, timestamp_ms: Option<i64>, payload: &[u8]) -> Self {
        Self { coordinates, timestamp_ms: timestamp_ms.unwrap_or(-1), payload_hash: xxh3_64(payload) }
    }
}

/// One article's entry in the claims log: everything that its own verdict and later ones need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Cluster and group ([`scope`]).
    pub scope: u64,
    pub identity: ClaimIdentity,
    pub content_hash: Hash128,
    pub article_id: Hash128,
    /// The article has a URL of its own, so that it can have revisions.
    pub has_url: bool,
    /// Fetch time, milliseconds since the epoch; -1 where unknown.
    pub fetched_at_ms: i64,
    /// BCP 47, at most 35 bytes.
    pub language: String,
    /// Hash of the source's family; 0 where there is none.
    pub source_hash: u64,
    /// The source's articles are enriched whatever the verdict says.
    pub never_suppressed: bool,
    pub sketch: Sketch,
}

impl Claim {
    /// The claim of a parsed record.
    pub fn new(
        scope: u64,
        identity: ClaimIdentity,
        record: &ParsedRecord,
        language: &str,
        source: Option<DedupSource<'_>>,
    ) -> Self {
        let language = if language.len() > LANGUAGE_BYTES_MAX { "und" } else { language };
        Self {
            scope,
            identity,
            content_hash: record.content_hash,
            article_id: record.article.id,
            has_url: record.article.has_url,
            fetched_at_ms: record.fetched_at_ms.unwrap_or(-1),
            language: language.to_owned(),
            source_hash: source.map_or(0, |source| xxh3_64(source.family.as_bytes())),
            never_suppressed: source.is_some_and(|source| source.policy == DedupPolicy::Never),
            sketch: super::sketch::sketch(
                record.article.headline.as_deref().unwrap_or_default(),
                &record.article.body(),
            ),
        }
    }
}

/// The scope of claims: one cluster and one group.
pub fn scope(cluster: &str, group: &str) -> u64 {
    xxh3_64(format!("{cluster}\0{group}").as_bytes())
}

/// One entry of the claims log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEntry {
    Claim(Box<Claim>),
    Level { scope: u64, record: LevelRecord },
    Void { scope: u64, range: VoidRange },
}

/// Raw records that retention took before they were read: claims of them that stand earlier in the log match nothing,
/// for their articles never reached downstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidRange {
    pub topic: Arc<str>,
    pub partition: i32,
    /// First lost offset.
    pub from: i64,
    /// The offset after the last lost one.
    pub to: i64,
}

impl VoidRange {
    /// Whether a raw record lies in the range.
    pub fn holds(&self, coordinates: &RawCoordinates) -> bool {
        coordinates.topic == self.topic
            && coordinates.partition == self.partition
            && (self.from..self.to).contains(&coordinates.offset)
    }
}

impl LogEntry {
    pub const fn scope(&self) -> u64 {
        match self {
            Self::Claim(claim) => claim.scope,
            Self::Level { scope, .. } | Self::Void { scope, .. } => *scope,
        }
    }
}

/// Why an entry can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Skipped by every replica.
    #[error("not an entry of a claims log, or damaged: {0}")]
    Damaged(&'static str),
    /// Written by a newer khabar: this one can't judge what follows.
    #[error("claims log format {version}, kind {kind}, is unknown to this version of khabar")]
    Unknown { version: u8, kind: u8, scope: u64 },
}

/// Whether an entry, read or unknown, is another group's or cluster's, which neither judges nor stops readers of `scope`.
/// Whose a damaged one is, nobody can tell.
pub fn is_foreign(entry: &Result<LogEntry, EntryError>, scope: u64) -> bool {
    match entry {
        Ok(entry) => entry.scope() != scope,
        Err(EntryError::Unknown { scope: other, .. }) => *other != scope,
        Err(EntryError::Damaged(_)) => false,
    }
}

/// The bytes of a claim, about 290.
pub fn encode_claim(claim: &Claim) -> Vec<u8> {
    encode_claim_at(claim, Engine::CURRENT)
}

/// The bytes of a claim in the format that every binary with the log's engine can read.
pub fn encode_claim_at(claim: &Claim, engine: Engine) -> Vec<u8> {
    let version = match engine {
        Engine::Two => VERSION_WITHOUT_PAIRS,
        Engine::Three | Engine::Four | Engine::Five => VERSION,
    };
    let mut writer = Writer::new(version, KIND_CLAIM, claim.scope);
    writer.text(&claim.identity.coordinates.topic);
    writer.bytes.extend_from_slice(&claim.identity.coordinates.partition.to_le_bytes());
    writer.bytes.extend_from_slice(&claim.identity.coordinates.offset.to_le_bytes());
    writer.bytes.extend_from_slice(&claim.identity.timestamp_ms.to_le_bytes());
    writer.bytes.extend_from_slice(&claim.identity.payload_hash.to_le_bytes());
    writer.bytes.extend_from_slice(&claim.content_hash);
    writer.bytes.extend_from_slice(&claim.article_id);
    writer.bytes.extend_from_slice(&claim.sketch.text_hash);
    writer.bytes.push(
        u8::from(claim.has_url)
            | (u8::from(claim.sketch.full) << 1)
            | (u8::from(claim.never_suppressed) << 2),
    );
    writer.bytes.extend_from_slice(&claim.fetched_at_ms.to_le_bytes());
    writer.text(&claim.language);
    writer.bytes.extend_from_slice(&claim.source_hash.to_le_bytes());
    writer.bytes.extend_from_slice(&claim.sketch.words.to_le_bytes());
    writer.bytes.extend_from_slice(&claim.sketch.shingles.to_le_bytes());
    writer.codes(&claim.sketch.codes);
    writer.bytes.extend_from_slice(&claim.sketch.lead.to_le_bytes());
    writer.codes(&claim.sketch.numerals);
    writer.codes(&claim.sketch.key_tails);
    writer.bytes.extend_from_slice(&claim.sketch.headline_hash.to_le_bytes());
    if version != VERSION_WITHOUT_PAIRS {
        writer.codes(&claim.sketch.numeral_pairs);
    }
    writer.finish()
}

/// The bytes of a level record.
pub fn encode_level(scope: u64, record: &LevelRecord) -> Result<Vec<u8>, serde_json::Error> {
    let json = serde_json::to_vec(record)?;
    let mut writer = Writer::new(VERSION_OF_NOTES, KIND_LEVEL, scope);
    writer.bytes.extend_from_slice(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes());
    writer.bytes.extend_from_slice(&json);
    Ok(writer.finish())
}

/// The bytes of a void record.
pub fn encode_void(scope: u64, range: &VoidRange) -> Vec<u8> {
    let mut writer = Writer::new(VERSION_OF_NOTES, KIND_VOID, scope);
    writer.text(&range.topic);
    writer.bytes.extend_from_slice(&range.partition.to_le_bytes());
    writer.bytes.extend_from_slice(&range.from.to_le_bytes());
    writer.bytes.extend_from_slice(&range.to.to_le_bytes());
    writer.finish()
}

/// Reads one entry. Topic names are interned through `intern`, so that millions of claims share them.
pub fn decode(bytes: &[u8], intern: &mut dyn FnMut(&str) -> Arc<str>) -> Result<LogEntry, EntryError> {
    let body = checked_body(bytes)?;
    let mut reader = Reader { bytes: &body[2..] };
    let (version, kind) = (reader.u8()?, reader.u8()?);
    match (version, kind) {
        (VERSION_WITHOUT_PAIRS | VERSION, KIND_CLAIM) => {
            Ok(LogEntry::Claim(Box::new(decode_claim(version, &mut reader, intern)?)))
        }
        (VERSION_OF_NOTES, KIND_LEVEL) => decode_level(&mut reader),
        (VERSION_OF_NOTES, KIND_VOID) => decode_void(&mut reader, intern),
        _ => Err(EntryError::Unknown { version, kind, scope: reader.u64()? }),
    }
}

fn checked_body(bytes: &[u8]) -> Result<&[u8], EntryError> {
    if bytes.len() < MAGIC.len() + 2 + CRC_BYTES {
        return Err(EntryError::Damaged("too short"));
    }
    if bytes[..MAGIC.len()] != MAGIC {
        return Err(EntryError::Damaged("wrong first bytes"));
    }
    let (body, crc) = bytes.split_at(bytes.len() - CRC_BYTES);
    if crc32fast::hash(body).to_le_bytes() != crc {
        return Err(EntryError::Damaged("wrong checksum"));
    }
    Ok(body)
}

fn decode_claim(
    version: u8,
    reader: &mut Reader<'_>,
    intern: &mut dyn FnMut(&str) -> Arc<str>,
) -> Result<Claim, EntryError> {
    let scope = reader.u64()?;
    let topic = intern(reader.text()?);
    let coordinates = RawCoordinates { topic, partition: reader.i32()?, offset: reader.i64()? };
    let identity = ClaimIdentity { coordinates, timestamp_ms: reader.i64()?, payload_hash: reader.u64()? };
    let content_hash = reader.array()?;
    let article_id = reader.array()?;
    let text_hash = reader.array()?;
    let flags = reader.u8()?;
    let fetched_at_ms = reader.i64()?;
    let language = reader.text()?.to_owned();
    let source_hash = reader.u64()?;
    let words = reader.u32()?;
    let shingles = reader.u32()?;
    let codes = reader.codes(SKETCH_SIZE)?;
    if !codes.is_sorted_by(|one, next| one < next) {
        return Err(EntryError::Damaged("codes are not in order"));
    }
    let lead = reader.u64()?;
    let numerals = reader.codes(NUMERALS_MAX)?;
    if !numerals.is_sorted() {
        return Err(EntryError::Damaged("numerals are not in order"));
    }
    let (key_tails, headline_hash) = (reader.codes(KEYS_MAX)?, reader.u32()?);
    let numeral_pairs = match version {
        VERSION_WITHOUT_PAIRS => Vec::new(),
        _ => reader.codes(NUMERAL_PAIRS_MAX)?,
    };
    if !numeral_pairs.is_sorted() {
        return Err(EntryError::Damaged("pairs of numerals are not in order"));
    }
    if key_tails.len() > codes.len() {
        return Err(EntryError::Damaged("more keys than codes"));
    }
    reader.end()?;
    let full = flags & 2 != 0;
    Ok(Claim {
        scope,
        identity,
        content_hash,
        article_id,
        has_url: flags & 1 != 0,
        fetched_at_ms,
        language,
        source_hash,
        never_suppressed: flags & 4 != 0,
        sketch: Sketch {
            text_hash,
            headline_hash,
            words,
            shingles,
            codes,
            key_tails,
            full,
            lead,
            numerals,
            numeral_pairs,
        },
    })
}

fn decode_level(reader: &mut Reader<'_>) -> Result<LogEntry, EntryError> {
    let scope = reader.u64()?;
    let length = reader.u32()? as usize;
    if length > LEVEL_BYTES_MAX {
        return Err(EntryError::Damaged("level record too long"));
    }
    let json = reader.take(length)?;
    reader.end()?;
    let record = serde_json::from_slice(json).map_err(|_| EntryError::Unknown {
        version: VERSION_OF_NOTES,
        kind: KIND_LEVEL,
        scope,
    })?;
    Ok(LogEntry::Level { scope, record })
}

fn decode_void(
    reader: &mut Reader<'_>,
    intern: &mut dyn FnMut(&str) -> Arc<str>,
) -> Result<LogEntry, EntryError> {
    let scope = reader.u64()?;
    let topic = intern(reader.text()?);
    let range = VoidRange { topic, partition: reader.i32()?, from: reader.i64()?, to: reader.i64()? };
    reader.end()?;
    Ok(LogEntry::Void { scope, range })
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn new(version: u8, kind: u8, scope: u64) -> Self {
        let mut bytes = Vec::with_capacity(320);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&[version, kind]);
        bytes.extend_from_slice(&scope.to_le_bytes());
        Self { bytes }
    }

    /// Kafka's topic names have at most 249 bytes and languages 35, so one length byte does.
    fn text(&mut self, text: &str) {
        let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
        self.bytes.push(length);
        self.bytes.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
    }

    fn codes(&mut self, codes: &[u16]) {
        let length = u8::try_from(codes.len()).unwrap_or(u8::MAX);
        self.bytes.push(length);
        for code in &codes[..usize::from(length)] {
            self.bytes.extend_from_slice(&code.to_le_bytes());
        }
    }

    fn finish(mut self) -> Vec<u8> {
        let crc = crc32fast::hash(&self.bytes);
        self.bytes.extend_from_slice(&crc.to_le_bytes());
        self.bytes
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], EntryError> {
        let (head, rest) = self.bytes.split_at_checked(count).ok_or(EntryError::Damaged("ends early"))?;
        self.bytes = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], EntryError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8, EntryError> {
        Ok(self.array::<1>()?[0])
    }

    fn u32(&mut self) -> Result<u32, EntryError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, EntryError> {
        self.array().map(u64::from_le_bytes)
    }

    fn i32(&mut self) -> Result<i32, EntryError> {
        self.array().map(i32::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, EntryError> {
        self.array().map(i64::from_le_bytes)
    }

    fn text(&mut self) -> Result<&'a str, EntryError> {
        let length = usize::from(self.u8()?);
        std::str::from_utf8(self.take(length)?).map_err(|_| EntryError::Damaged("text is not UTF-8"))
    }

    /// At most `count_max` codes: the comparison of sketches relies on it, and on the order that callers check.
    fn codes(&mut self, count_max: usize) -> Result<Vec<u16>, EntryError> {
        let count = usize::from(self.u8()?);
        if count > count_max {
            return Err(EntryError::Damaged("too many codes"));
        }
        let codes = self.take(count * 2)?.chunks_exact(2);
        Ok(codes.map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
    }

    fn end(&self) -> Result<(), EntryError> {
        if self.bytes.is_empty() { Ok(()) } else { Err(EntryError::Damaged("bytes after its end")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(version: u8, kind: u8, rest: &[u8]) -> Result<LogEntry, EntryError> {
        let mut writer = Writer::new(version, kind, 7);
        writer.bytes.extend_from_slice(rest);
        decode(&writer.finish(), &mut |name| Arc::from(name))
    }

    /// A newer khabar of another group must not end this one's workers.
    #[test]
    fn what_is_unknown_tells_whose_it_is() {
        let level = [&4_u32.to_le_bytes()[..], b"{,,}"].concat();
        for (version, kind, rest) in
            [(9, KIND_CLAIM, &b"anything"[..]), (VERSION, 9, b""), (VERSION_OF_NOTES, KIND_LEVEL, &level)]
        {
            let entry = decoded(version, kind, rest);
            assert_eq!(entry, Err(EntryError::Unknown { version, kind, scope: 7 }));
            assert!(is_foreign(&entry, 8) && !is_foreign(&entry, 7));
        }
    }

    #[test]
    fn an_entry_that_ends_before_its_scope_is_damaged_and_nobodys() {
        let mut bytes = b"KC\x09\x00short".to_vec();
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        let entry = decode(&bytes, &mut |name| Arc::from(name));
        assert!(matches!(entry, Err(EntryError::Damaged(_))), "{entry:?}");
        assert!(!is_foreign(&entry, 8));
    }
}
