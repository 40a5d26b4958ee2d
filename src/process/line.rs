//! One line of output:
//! `{"outcome": "enriched", "source": {"file": "crawl.jsonl", "line": 7}, "item": {…}}`.

use serde::Serialize;

use super::Place;
use crate::emit::headers;
use crate::flow::{Outcome, OutputRecord};

/// All but the record itself: names, file name, line number.
const FRAME_BYTES: usize = 256;

#[derive(Serialize)]
struct Source<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

/// The reason of a rejection, as the rejected record's headers have it.
#[derive(Serialize)]
struct Reason<'a> {
    code: &'a str,
    stage: &'a str,
    message: &'a str,
}

/// The line with its end. The record is JSON without line breaks, and stands in it byte by byte.
pub(super) fn render(place: &Place, output: &OutputRecord) -> Vec<u8> {
    let record = match output.outcome {
        Outcome::Rejected => &[],
        Outcome::Enriched | Outcome::Duplicate => output.payload.as_deref().unwrap_or(b"{}"),
    };
    debug_assert!(!record.contains(&b'\n'), "a record is one line");
    let mut line = Vec::with_capacity(FRAME_BYTES + place.file.len() + record.len());
    line.extend_from_slice(b"{\"outcome\":\"");
    line.extend_from_slice(output.outcome.name().as_bytes());
    line.extend_from_slice(b"\",\"source\":");
    push_json(&mut line, &Source { file: &place.file, line: place.line });
    match output.outcome {
        Outcome::Enriched => line.extend_from_slice(b",\"item\":"),
        Outcome::Duplicate => line.extend_from_slice(b",\"duplicate\":"),
        Outcome::Rejected => {
            line.extend_from_slice(b",\"error\":");
            let text = |name| headers::own_text(&output.headers, name).unwrap_or_default();
            let reason = Reason {
                code: text(headers::ERROR_CODE),
                stage: text(headers::ERROR_STAGE),
                message: text(headers::ERROR_MESSAGE),
            };
            push_json(&mut line, &reason);
        }
    }
    line.extend_from_slice(record);
    line.extend_from_slice(b"}\n");
    line
}

fn push_json(line: &mut Vec<u8>, value: &impl Serialize) {
    let result = serde_json::to_writer(line, value);
    // A Vec takes every byte, and these types have no map with other keys than text: there is nothing to fail.
    debug_assert!(result.is_ok(), "sources and reasons always serialise");
}
