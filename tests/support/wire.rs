//! One record written in Kafka's own protocol: for what no client library would send.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(30);
/// Produce requests of this version are understood by all brokers since Kafka 1.0 and before 5.
const PRODUCE_VERSION: i16 = 7;
/// Of the CRC-32C polynomial, reflected.
const CASTAGNOLI: u32 = 0x82f6_3b78;

/// Produces a record with headers of any bytes and waits until it is acknowledged. Gives its offset.
pub fn produce(
    bootstrap: &str,
    topic: &str,
    partition: i32,
    value: &[u8],
    headers: &[(&[u8], &[u8])],
    timestamp_ms: i64,
) -> i64 {
    let batch = batch(value, headers, timestamp_ms);
    let mut body = Vec::new();
    for number in [0_i16, PRODUCE_VERSION] {
        body.extend(number.to_be_bytes());
    }
    body.extend(1_i32.to_be_bytes());
    text(&mut body, "khabar-test");
    // No transactional id; acknowledged by all replicas within the limit.
    body.extend((-1_i16).to_be_bytes());
    body.extend((-1_i16).to_be_bytes());
    body.extend(30_000_i32.to_be_bytes());
    body.extend(1_i32.to_be_bytes());
    text(&mut body, topic);
    body.extend(1_i32.to_be_bytes());
    body.extend(partition.to_be_bytes());
    sized(&mut body, &batch);

    let mut stream = TcpStream::connect(bootstrap).expect("the broker listens");
    stream.set_read_timeout(Some(LIMIT)).expect("the limit is one");
    let mut request = Vec::new();
    sized(&mut request, &body);
    stream.write_all(&request).expect("the request is sent");
    let mut size = [0; 4];
    stream.read_exact(&mut size).expect("the broker answers");
    let mut answer = vec![0; usize::try_from(i32::from_be_bytes(size)).expect("a size is positive")];
    stream.read_exact(&mut answer).expect("the answer is whole");
    // Correlation, number of topics, name, number of partitions, partition; then error and offset.
    let at = 4 + 4 + 2 + topic.len() + 4 + 4;
    let error = i16::from_be_bytes(answer[at..at + 2].try_into().expect("two bytes"));
    assert_eq!(error, 0, "the broker takes the record");
    i64::from_be_bytes(answer[at + 2..at + 10].try_into().expect("eight bytes"))
}

/// A batch of one record, format 2.
fn batch(value: &[u8], headers: &[(&[u8], &[u8])], timestamp_ms: i64) -> Vec<u8> {
    let mut record = vec![0];
    for delta in [0, 0] {
        varint(&mut record, delta);
    }
    varint(&mut record, -1);
    varint_sized(&mut record, value);
    varint(&mut record, headers.len());
    for (name, value) in headers {
        varint_sized(&mut record, name);
        varint_sized(&mut record, value);
    }
    let mut checked = Vec::new();
    // Attributes and the last offset's delta.
    checked.extend([0; 2 + 4]);
    checked.extend(timestamp_ms.to_be_bytes());
    checked.extend(timestamp_ms.to_be_bytes());
    // No producer: id, epoch and sequence are -1. One record.
    checked.extend([0xff; 8 + 2 + 4]);
    checked.extend(1_i32.to_be_bytes());
    varint_sized(&mut checked, &record);

    let mut rest = (-1_i32).to_be_bytes().to_vec();
    rest.push(2);
    rest.extend(crc32c(&checked).to_be_bytes());
    rest.extend(checked);
    let mut batch = 0_i64.to_be_bytes().to_vec();
    sized(&mut batch, &rest);
    batch
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend(i16::try_from(text.len()).expect("a short text").to_be_bytes());
    out.extend(text.as_bytes());
}

fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(i32::try_from(bytes.len()).expect("a small record").to_be_bytes());
    out.extend(bytes);
}

fn varint_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    varint(out, bytes.len());
    out.extend(bytes);
}

/// Zigzag, seven bits a byte, the lowest first.
fn varint(out: &mut Vec<u8>, number: impl TryInto<i64>) {
    let number = number.try_into().unwrap_or_else(|_| panic!("a length fits"));
    let mut rest = ((number << 1) ^ (number >> 63)).cast_unsigned();
    while rest >= 0x80 {
        out.push(u8::try_from(rest & 0x7f).expect("seven bits") | 0x80);
        rest >>= 7;
    }
    out.push(u8::try_from(rest).expect("seven bits"));
}

fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { CASTAGNOLI } else { 0 })
    })
}
