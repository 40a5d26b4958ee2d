//! What the inputs are: their names, how they are opened, and whether a line or the whole is one record.

use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::sync::Arc;

use serde::de::IgnoredAny;

/// What an input is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// By the end of its name, else by its beginning.
    Auto,
    /// One record: a text dump.
    Text,
    /// One record: a page.
    Html,
    /// A record a line.
    Jsonl,
}

/// The bytes of an input.
pub type Bytes = Box<dyn Read + Send>;

/// One file, or standard input.
pub struct Input {
    /// As it was given; `raw.topic` of its records.
    pub name: Arc<str>,
    pub format: Format,
    /// Called when its turn has come.
    pub open: Box<dyn FnOnce() -> io::Result<Bytes> + Send>,
}

/// What is read of an input.
pub(super) enum Opened {
    /// A record a line.
    Lines(Box<dyn BufRead>),
    /// One record, and its content type where it is known.
    Whole(Box<dyn Read>, Option<&'static str>),
}

impl Format {
    /// What the end of the name says, where nothing else was asked for.
    fn by_name(self, name: &str) -> Self {
        let (Self::Auto, Some((_, ending))) = (self, name.rsplit_once('.')) else { return self };
        match ending.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Self::Jsonl,
            "html" | "htm" => Self::Html,
            "txt" => Self::Text,
            _ => Self::Auto,
        }
    }
}

impl Input {
    /// `line_bytes_max` bounds what is looked at to tell what the input is.
    pub(super) fn open(self, line_bytes_max: usize) -> io::Result<Opened> {
        let format = self.format.by_name(&self.name);
        let mut reader = BufReader::with_capacity(READ_BYTES, (self.open)()?);
        Ok(match format {
            Format::Jsonl => Opened::Lines(Box::new(reader)),
            Format::Text => Opened::Whole(Box::new(reader), Some("text/plain")),
            Format::Html => Opened::Whole(Box::new(reader), Some("text/html")),
            Format::Auto => {
                let head = look(&mut reader, line_bytes_max)?;
                let all = Cursor::new(head.bytes).chain(reader);
                if head.begins_lines {
                    Opened::Lines(Box::new(all))
                } else {
                    Opened::Whole(Box::new(all), None)
                }
            }
        })
    }
}

const READ_BYTES: usize = 256 * 1024;

/// The beginning of an input, taken out of its reader.
struct Head {
    bytes: Vec<u8>,
    begins_lines: bool,
}

/// A JSON object alone on the first line, and another one begun after it: those are lines. A single object, or one
/// written over several lines, is one record.
fn look(reader: &mut impl BufRead, line_bytes_max: usize) -> io::Result<Head> {
    let mut bytes = Vec::new();
    reader.by_ref().take(line_bytes_max as u64).read_until(b'\n', &mut bytes)?;
    if bytes.last() != Some(&b'\n') || !is_object(&bytes) {
        return Ok(Head { bytes, begins_lines: false });
    }
    loop {
        let ahead = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            ahead => ahead?,
        };
        let blank = ahead.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank < ahead.len() || ahead.is_empty() || bytes.len() > line_bytes_max {
            let begins_lines = ahead.get(blank) == Some(&b'{');
            return Ok(Head { bytes, begins_lines });
        }
        bytes.extend_from_slice(ahead);
        reader.consume(blank);
    }
}

fn is_object(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii();
    line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok()
}
