//! The ladder of rejected records: as it is, compressed, a stub; then without the key, then without the original headers.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::super::headers;
use super::frame_bytes;
use crate::flow::{Header, Outcome, OutputRecord};

pub(super) fn fit_rejected(output: OutputRecord, bytes_max: usize) -> OutputRecord {
    let OutputRecord { key, payload, mut headers, .. } = output;
    let payload = Payload::new(payload, &mut headers);
    let own_count = headers::own(&headers).len();
    let mut frame = Frame { key, headers, own_count, bytes_max };
    for narrow in [Frame::omit_key, Frame::omit_original_headers] {
        if payload.smallest_bytes() + frame.bytes() <= bytes_max {
            break;
        }
        narrow(&mut frame);
    }
    frame.with(payload)
}

/// A payload in its three forms.
struct Payload {
    whole: Option<Vec<u8>>,
    /// `None` where the whole is a stub already: it does not get smaller.
    smaller: Option<Smaller>,
}

struct Smaller {
    gzip: Vec<u8>,
    stub: Vec<u8>,
    /// Size and hash of the whole.
    stub_header: Header,
}

impl Payload {
    /// Reads what an earlier ladder, for a larger limit, left: its gzip is undone, so that size and hash of a stub are
    /// always those of the original.
    fn new(payload: Option<Vec<u8>>, headers: &mut Vec<Header>) -> Self {
        let Some(bytes) = payload else {
            return Self { whole: None, smaller: None };
        };
        if headers::own_text(headers, headers::ORIGINAL_OMITTED).is_some() {
            return Self { whole: Some(bytes), smaller: None };
        }
        let whole = original(bytes, headers);
        let hash = sha256_hex(&whole);
        let stub = format!(r#"{{"size":{},"sha256":"{hash}"}}"#, whole.len()).into_bytes();
        let stub_header = Header::text(headers::ORIGINAL_OMITTED, omitted(whole.len(), &hash));
        let smaller = Smaller { gzip: gzip(&whole), stub, stub_header };
        Self { whole: Some(whole), smaller: Some(smaller) }
    }

    /// The bytes of the smallest form with the header that tells of it; a null stays null.
    fn smallest_bytes(&self) -> usize {
        let whole = self.whole.as_ref().map_or(0, Vec::len);
        self.smaller.as_ref().map_or(whole, |smaller| {
            let gzip = smaller.gzip.len() + header_bytes(&gzip_header());
            let stub = smaller.stub.len() + header_bytes(&smaller.stub_header);
            whole.min(gzip).min(stub)
        })
    }
}

/// Key and headers, and the limit of the whole.
struct Frame {
    key: Option<Vec<u8>>,
    headers: Vec<Header>,
    /// Of the headers, the last ones that khabar set before the ladder.
    own_count: usize,
    bytes_max: usize,
}

impl Frame {
    fn bytes(&self) -> usize {
        frame_bytes(self.key.as_deref(), &self.headers)
    }

    fn omit_key(&mut self) {
        if let Some(key) = self.key.take() {
            let value = omitted(key.len(), &sha256_hex(&key));
            self.push(Header::text(headers::ORIGINAL_KEY_OMITTED, value));
        }
    }

    fn omit_original_headers(&mut self) {
        let originals = self.headers.len() - self.own_count;
        if originals > 0 {
            let size: usize = self.headers[..originals].iter().map(header_bytes).sum();
            self.headers.drain(..originals);
            let value = format!("count={originals};size={size}");
            self.push(Header::text(headers::ORIGINAL_HEADERS_OMITTED, value));
        }
    }

    fn push(&mut self, header: Header) {
        self.headers.push(header);
        self.own_count += 1;
    }

    /// The record with the first form of the payload that fits; the stub where none does.
    fn with(mut self, payload: Payload) -> OutputRecord {
        let room = self.bytes_max.saturating_sub(self.bytes());
        let payload = match (payload.whole, payload.smaller) {
            (Some(whole), Some(smaller)) if whole.len() > room => {
                if smaller.gzip.len() + header_bytes(&gzip_header()) <= room {
                    self.push(gzip_header());
                    Some(smaller.gzip)
                } else {
                    self.push(smaller.stub_header);
                    Some(smaller.stub)
                }
            }
            (whole, _) => whole,
        };
        OutputRecord { outcome: Outcome::Rejected, key: self.key, payload, headers: self.headers }
    }
}

fn gzip_header() -> Header {
    Header::text(headers::ORIGINAL_ENCODING, "gzip")
}

fn header_bytes(header: &Header) -> usize {
    header.name.len() + header.value.as_ref().map_or(0, Vec::len) + super::HEADER_OVERHEAD_BYTES
}

/// The original bytes of a payload that this room compressed, and the headers without the word about it.
fn original(payload: Vec<u8>, headers: &mut Vec<Header>) -> Vec<u8> {
    let own_start = headers.len() - headers::own(headers).len();
    let is_gzip = |header: &Header| header.name == headers::ORIGINAL_ENCODING;
    let Some(position) = headers[own_start..].iter().position(is_gzip) else {
        return payload;
    };
    let mut whole = Vec::new();
    // It was made from bytes that were held in memory, so it has no more than those.
    if GzDecoder::new(payload.as_slice()).read_to_end(&mut whole).is_err() {
        return payload;
    }
    headers.remove(own_start + position);
    whole
}

/// gzip without a time or a name in its header: equal bytes give equal bytes.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to a Vec can't fail; if it did, the empty result would be no gzip, so the original is returned instead.
    match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed,
        Err(_) => bytes.to_vec(),
    }
}

fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn omitted(size: usize, hash: &str) -> String {
    format!("size={size};sha256={hash}")
}
