//! The ladder of rejected records: as it is, compressed, a stub; then without the key, then without the original headers.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::super::headers;
use super::frame_bytes;
use crate::flow::{Header, Outcome, OutputRecord};

pub(super) fn fit_rejected(output: OutputRecord, bytes_max: usize) -> OutputRecord {
    let OutputRecord { key, payload, headers, .. } = output;
    let payload = Payload::new(payload);
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
    gzip: Vec<u8>,
    stub: Vec<u8>,
    /// Size and hash, as they stand in a header.
    omitted: String,
}

impl Payload {
    fn new(whole: Option<Vec<u8>>) -> Self {
        let bytes = whole.as_deref().unwrap_or_default();
        let hash = sha256_hex(bytes);
        let stub = format!(r#"{{"size":{},"sha256":"{hash}"}}"#, bytes.len()).into_bytes();
        let omitted = omitted(bytes.len(), &hash);
        Self { gzip: gzip(bytes), stub, omitted, whole }
    }

    /// The bytes of the smallest form with the header that tells of it; a null stays null.
    fn smallest_bytes(&self) -> usize {
        let Some(whole) = &self.whole else { return 0 };
        let gzip = self.gzip.len() + header_bytes(&gzip_header());
        let stub = self.stub.len() + header_bytes(&self.stub_header());
        whole.len().min(gzip).min(stub)
    }

    fn stub_header(&self) -> Header {
        Header::text(headers::ORIGINAL_OMITTED, self.omitted.as_str())
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
        let stub_header = payload.stub_header();
        let payload = match payload.whole {
            None => None,
            Some(whole) if whole.len() <= room => Some(whole),
            Some(_) if payload.gzip.len() + header_bytes(&gzip_header()) <= room => {
                self.push(gzip_header());
                Some(payload.gzip)
            }
            Some(_) => {
                self.push(stub_header);
                Some(payload.stub)
            }
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
