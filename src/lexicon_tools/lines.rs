//! The lines of an input of any size, one at a time.

use std::io::{self, BufRead, Read as _};

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: u64,
    /// Without its end.
    pub bytes: &'a [u8],
    /// It has more bytes than the limit; these are its first.
    pub is_cut: bool,
}

/// Reads lines of at most so many bytes.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    bytes_max: usize,
    number: u64,
    read_bytes: u64,
}

impl<R: BufRead> Lines<R> {
    pub const fn new(reader: R, bytes_max: usize) -> Self {
        Self { reader, buffer: Vec::new(), bytes_max, number: 0, read_bytes: 0 }
    }

    /// The next line; `None` behind the last. What is longer than the limit is read over.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        // A line that fits is found with its end, of two bytes at most.
        let limit = self.bytes_max as u64 + 2;
        let read = self.reader.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.read_bytes += read as u64;
        let ends = self.buffer.last() == Some(&b'\n');
        if !ends && read as u64 == limit {
            self.read_bytes += self.reader.skip_until(b'\n')? as u64;
        }
        let bytes = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let bytes =
            if self.number == 1 { bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes) } else { bytes };
        let is_cut = bytes.len() > self.bytes_max;
        Ok(Some(Line { number: self.number, bytes: &bytes[..bytes.len().min(self.bytes_max)], is_cut }))
    }

    /// Bytes read so far.
    pub const fn read_bytes(&self) -> u64 {
        self.read_bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8], bytes_max: usize) -> (Vec<(Vec<u8>, bool)>, u64) {
        let mut lines = Lines::new(bytes, bytes_max);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            assert_eq!(line.number, found.len() as u64 + 1);
            found.push((line.bytes.to_vec(), line.is_cut));
        }
        (found, lines.read_bytes())
    }

    #[test]
    fn ends_and_the_mark_of_byte_order_go() {
        let (found, read) = all(b"\xEF\xBB\xBFa\r\n\nbc", 10);
        assert_eq!(found, [(b"a".to_vec(), false), (Vec::new(), false), (b"bc".to_vec(), false)]);
        assert_eq!(read, 9);
    }

    #[test]
    fn a_long_line_is_cut_and_read_over() {
        let (found, read) = all(b"12345\n123456\n1234567890\r\nx\n", 5);
        let cut = |bytes: &[u8], is_cut| (bytes.to_vec(), is_cut);
        assert_eq!(found, [cut(b"12345", false), cut(b"12345", true), cut(b"12345", true), cut(b"x", false)]);
        assert_eq!(read, 27);
    }

    proptest! {
        #[test]
        fn every_byte_is_read_and_no_line_is_longer_than_the_limit(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            bytes_max in 1_usize..20,
        ) {
            let (found, read) = all(&bytes, bytes_max);
            prop_assert_eq!(read, bytes.len() as u64);
            prop_assert!(found.iter().all(|(line, _)| line.len() <= bytes_max));
            let ends = bytes.split(|byte| *byte == b'\n').count() - 1;
            let open = usize::from(bytes.last().is_some_and(|byte| *byte != b'\n'));
            prop_assert_eq!(found.len(), ends + open);
        }
    }
}
