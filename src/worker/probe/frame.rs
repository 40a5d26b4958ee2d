//! The words between a worker and its probe: frames with a length in front, and answers of one byte. Pure but for the
//! stream that it is handed.

use std::io::{self, Read, Write};
use std::sync::Arc;

use crate::flow::{Header, RawCoordinates, RawRecord};
use crate::stages::{Course, Step};

/// Kafka's own limit for a record is below 2 GiB; what is near it is not tried.
pub const FRAME_BYTES_MAX: usize = 1 << 30;
/// Headers are counted up to here.
const HEADERS_MAX: usize = 1 << 20;

/// What a probe answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It has its settings and waits for records.
    Ready,
    /// It begins with this step.
    Begins(Step),
    /// It is through with the record.
    Done,
}

impl Answer {
    pub fn byte(self) -> u8 {
        match self {
            Self::Ready => b'r',
            Self::Done => b'd',
            Self::Begins(Step::Decode) => b'1',
            Self::Begins(Step::Parse) => b'2',
            Self::Begins(Step::Language) => b'3',
            Self::Begins(Step::Claim) => b'4',
            Self::Begins(Step::Tag) => b'5',
        }
    }

    /// `None` for a byte that no probe says.
    pub fn of(byte: u8) -> Option<Self> {
        [Self::Ready, Self::Done]
            .into_iter()
            .chain(Step::ALL.map(Self::Begins))
            .find(|answer| answer.byte() == byte)
    }
}

/// Writes one frame.
pub fn write_frame(output: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len())
        .ok()
        .filter(|_| frame.len() <= FRAME_BYTES_MAX)
        .ok_or_else(|| io::Error::other("a frame is too long"))?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(frame)?;
    output.flush()
}

/// Reads one frame; `None` where the other side has ended between two.
pub fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(io::Error::other("a frame is too long"));
    }
    let mut frame = Vec::new();
    input.take(length as u64).read_to_end(&mut frame)?;
    if frame.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(Some(frame))
}

/// A record and what is to be tried with it. `None` where it is too large for a frame.
pub fn encode(raw: &RawRecord, course: Course) -> Option<Vec<u8>> {
    if raw.size_bytes() > FRAME_BYTES_MAX / 2 || raw.headers.len() > HEADERS_MAX {
        return None;
    }
    let mut frame = vec![match course {
        Course::Whole => b'w',
        Course::Untagged => b'u',
        Course::Plain => b'p',
    }];
    put(&mut frame, Some(raw.coordinates.topic.as_bytes()));
    frame.extend(raw.coordinates.partition.to_le_bytes());
    frame.extend(raw.coordinates.offset.to_le_bytes());
    frame.push(u8::from(raw.timestamp_ms.is_some()));
    frame.extend(raw.timestamp_ms.unwrap_or_default().to_le_bytes());
    put(&mut frame, raw.key.as_deref());
    put(&mut frame, raw.payload.as_deref());
    for header in &raw.headers {
        put(&mut frame, Some(header.name.as_bytes()));
        put(&mut frame, header.value.as_deref());
    }
    Some(frame)
}

fn put(frame: &mut Vec<u8>, bytes: Option<&[u8]>) {
    frame.push(u8::from(bytes.is_some()));
    let bytes = bytes.unwrap_or_default();
    // All of it together is below the largest frame.
    frame.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    frame.extend(bytes);
}

/// What [`encode`] wrote; `None` for anything else.
pub fn decode(frame: &[u8]) -> Option<(RawRecord, Course)> {
    let mut rest = Rest(frame);
    let course = match rest.take(1)?[0] {
        b'w' => Course::Whole,
        b'u' => Course::Untagged,
        b'p' => Course::Plain,
        _ => return None,
    };
    let topic = Arc::from(rest.text()?);
    let partition = i32::from_le_bytes(rest.take(4)?.try_into().ok()?);
    let offset = i64::from_le_bytes(rest.take(8)?.try_into().ok()?);
    let has_timestamp = rest.take(1)?[0] == 1;
    let timestamp = i64::from_le_bytes(rest.take(8)?.try_into().ok()?);
    let (key, payload) = (rest.bytes()?, rest.bytes()?);
    let mut headers = Vec::new();
    while !rest.0.is_empty() && headers.len() < HEADERS_MAX {
        headers.push(Header { name: rest.text()?, value: rest.bytes()? });
    }
    let raw = RawRecord {
        coordinates: RawCoordinates { topic, partition, offset },
        timestamp_ms: has_timestamp.then_some(timestamp),
        key,
        payload,
        headers,
    };
    Some((raw, course))
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The outer `None` is for what is no field, the inner one for a field that is null.
    #[expect(clippy::option_option, reason = "a field may be null, and a frame may be broken")]
    fn bytes(&mut self) -> Option<Option<Vec<u8>>> {
        let is_there = self.take(1)?[0] == 1;
        let length = u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize;
        let bytes = self.take(length)?;
        Some(is_there.then(|| bytes.to_vec()))
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()??).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PART_BYTES_MAX: usize = 200;

    fn bytes() -> impl Strategy<Value = Option<Vec<u8>>> {
        proptest::option::of(proptest::collection::vec(any::<u8>(), 0..PART_BYTES_MAX))
    }

    fn record() -> impl Strategy<Value = RawRecord> {
        let headers = proptest::collection::vec((".{0,20}", bytes()), 0..5);
        (any::<(i32, i64)>(), proptest::option::of(any::<i64>()), bytes(), bytes(), headers).prop_map(
            |((partition, offset), timestamp_ms, key, payload, headers)| RawRecord {
                coordinates: RawCoordinates { topic: Arc::from("raw"), partition, offset },
                timestamp_ms,
                key,
                payload,
                headers: headers.into_iter().map(|(name, value)| Header { name, value }).collect(),
            },
        )
    }

    proptest! {
        #[test]
        fn a_record_arrives_as_it_was(raw in record(), course in prop::sample::select(vec![Course::Whole, Course::Untagged, Course::Plain])) {
            let mut stream = Vec::new();
            write_frame(&mut stream, &encode(&raw, course).unwrap()).unwrap();
            let mut input = stream.as_slice();
            let frame = read_frame(&mut input).unwrap().unwrap();
            prop_assert_eq!(decode(&frame), Some((raw, course)));
            prop_assert!(read_frame(&mut input).unwrap().is_none());
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..PART_BYTES_MAX)) {
            let _ = decode(&bytes);
            let _ = read_frame(&mut bytes.as_slice());
        }
    }

    #[test]
    fn answers_are_told_apart() {
        let all: Vec<Answer> = (0..=u8::MAX).filter_map(Answer::of).collect();
        assert_eq!(all.len(), 7);
        assert!(all.iter().all(|answer| Answer::of(answer.byte()) == Some(*answer)));
    }
}
