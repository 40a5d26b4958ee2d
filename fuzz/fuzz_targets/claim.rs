//! Any entry of the claims log: what can be read is written back to the same bytes.
//!
//! The checksum is made right first, so that the fields behind it are reached.
#![no_main]

use std::sync::Arc;

use khabar::dedup::claim::{LogEntry, decode, encode_claim, encode_level, encode_void};
use libfuzzer_sys::fuzz_target;

const MAGIC: &[u8] = b"KC";

fn read(bytes: &[u8]) -> Option<LogEntry> {
    decode(bytes, &mut |name| Arc::from(name)).ok()
}

fn written(entry: &LogEntry) -> Vec<u8> {
    match entry {
        LogEntry::Claim(claim) => encode_claim(claim),
        LogEntry::Level { scope, record } => encode_level(*scope, record).expect("a level can be written"),
        LogEntry::Void { scope, range } => encode_void(*scope, range),
    }
}

/// CRC-32, after ISO 3309; worked out here, so that the targets need no other crate.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

fuzz_target!(|input: &[u8]| {
    let _as_it_is = read(input);
    let mut bytes = [MAGIC, input].concat();
    let checksum = checksum(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    let Some(entry) = read(&bytes) else { return };
    let again = written(&entry);
    assert_eq!(read(&again).as_ref(), Some(&entry));
    // The text of a level may be spelt in many ways, and unknown flags of a claim are not kept.
    if let LogEntry::Void { .. } = entry {
        assert_eq!(again, bytes);
    }
});
