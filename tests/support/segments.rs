//! The log of one partition as it lies in the broker's folder: which records belong to which producer, and how its
//! transactions ended.
//!
//! It reads the headers of record batches (format 2) and the control records between them, never a record's content.
//! So it knows what was committed and what was aborted without asking the broker or a client library.

use std::fs;
use std::path::Path;

/// One batch of a partition's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    pub first_offset: i64,
    pub last_offset: i64,
    pub producer_id: i64,
    pub producer_epoch: i16,
    pub kind: BatchKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchKind {
    /// Records outside a transaction.
    Plain,
    /// Records within a transaction of their producer.
    Transactional,
    /// The end of the producer's transaction.
    Commit,
    Abort,
}

/// Base offset and length stand before what the length counts.
const PREFIX_BYTES: usize = 8 + 4;
/// From the base offset to the count of records.
const HEADER_BYTES: usize = 61;
const FORMAT: u8 = 2;
const TRANSACTIONAL: i16 = 1 << 4;
const CONTROL: i16 = 1 << 5;

/// All batches of the partition, in the order of their offsets. `data` is the broker's data folder.
pub fn read(data: &Path, topic: &str, partition: i32) -> Vec<Batch> {
    let folder = data.join(format!("{topic}-{partition}"));
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("the log of {topic}/{partition} is in {}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    // Their names are their first offsets, with leading zeros.
    files.sort();
    files.iter().flat_map(|path| batches(&fs::read(path).expect("a segment can be read"))).collect()
}

fn batches(mut bytes: &[u8]) -> Vec<Batch> {
    let mut all = Vec::new();
    while bytes.len() >= HEADER_BYTES {
        let length = usize::try_from(i32::from_be_bytes(array(bytes, 8))).expect("a length is positive");
        let Some((batch, rest)) = bytes.split_at_checked(PREFIX_BYTES + length) else { break };
        all.push(batch_of(batch));
        bytes = rest;
    }
    all
}

fn batch_of(batch: &[u8]) -> Batch {
    assert_eq!(batch[16], FORMAT, "the broker writes batches of format {FORMAT}");
    let first_offset = i64::from_be_bytes(array(batch, 0));
    let attributes = i16::from_be_bytes(array(batch, 21));
    let kind = if attributes & CONTROL != 0 {
        control(&batch[HEADER_BYTES..])
    } else if attributes & TRANSACTIONAL != 0 {
        BatchKind::Transactional
    } else {
        BatchKind::Plain
    };
    Batch {
        first_offset,
        last_offset: first_offset + i64::from(i32::from_be_bytes(array(batch, 23))),
        producer_id: i64::from_be_bytes(array(batch, 43)),
        producer_epoch: i16::from_be_bytes(array(batch, 51)),
        kind,
    }
}

/// The type in the key of the one control record: 0 aborts, 1 commits.
fn control(record: &[u8]) -> BatchKind {
    // Length, attributes, both deltas and the key's length are varints of one or two bytes; the key has four bytes.
    let mut at = skip_varint(record, 0) + 1;
    for _ in 0..3 {
        at = skip_varint(record, at);
    }
    match i16::from_be_bytes(array(record, at + 2)) {
        0 => BatchKind::Abort,
        1 => BatchKind::Commit,
        other => panic!("control records of transactions are of type 0 or 1, not {other}"),
    }
}

fn skip_varint(bytes: &[u8], mut at: usize) -> usize {
    while bytes[at] & 0x80 != 0 {
        at += 1;
    }
    at + 1
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("so many bytes")
}
