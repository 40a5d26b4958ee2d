//! Any raw record, through all stages: no panic, the same bytes each time, and a claim that can be read back.
//!
//! Headers stand before the record's value where the input begins with byte 1: `name: value` lines up to a byte 0.
#![no_main]

use std::sync::{Arc, LazyLock};

use khabar::article::{Judgement, Matched, Verdict};
use khabar::config::{LayerArguments, load};
use khabar::dedup::claim::{LogEntry, decode, encode_claim};
use khabar::dedup::rules;
use khabar::flow::{Header, RawCoordinates, RawRecord};
use khabar::output_limits::OutputLimits;
use khabar::parse::Parser;
use khabar::rejection::Code;
use khabar::sources::Sources;
use khabar::stages::{Made, Stages, Tagging};
use khabar::tag::Tagger;
use libfuzzer_sys::fuzz_target;

/// Small, so that records are shrunk to fit now and then.
const OUTPUT_BYTES_MAX: usize = 16 * 1024;

static STAGES: LazyLock<Stages> = LazyLock::new(|| {
    let settings = load(&LayerArguments::default()).expect("the defaults are valid").settings;
    let sources = Sources::load(&settings.sources).expect("the sources are valid");
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources).expect("the lexicons are valid");
    let limits = Arc::new(OutputLimits::new(OUTPUT_BYTES_MAX));
    Stages::new(&settings, parser, Tagger::compiled_in(), Some(1), limits)
});

fn coordinates(offset: i64) -> RawCoordinates {
    RawCoordinates { topic: Arc::from("raw"), partition: 0, offset }
}

fn raw(input: &[u8]) -> RawRecord {
    let split = input
        .strip_prefix(&[1])
        .and_then(|rest| rest.iter().position(|byte| *byte == 0).map(|at| (&rest[..at], &rest[at + 1..])));
    let (lines, value) = split.unwrap_or((&[], input));
    let headers = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let at = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(&line[..at]).ok()?;
            Some(Header { name: name.to_owned(), value: Some(line[at + 1..].to_vec()) })
        })
        .collect();
    let payload = Some(value.to_vec());
    RawRecord {
        coordinates: coordinates(7),
        timestamp_ms: Some(1_770_000_000_000),
        key: None,
        payload,
        headers,
    }
}

fn judgement(verdict: Verdict, rule: &'static str) -> Judgement {
    Judgement {
        verdict,
        matched: Some(Matched { coordinates: coordinates(3), id: [7; 16] }),
        score_permille: 900,
        novelty_permille: 100,
        rule,
        sequence: 12,
        level: 1,
        suppressed: verdict.is_duplicate(),
    }
}

/// The record's outcome, by a verdict that the input's length chooses.
fn made(input: &[u8]) -> Made {
    let judgement = match input.len() % 3 {
        0 => None,
        1 => Some(judgement(Verdict::Exact, rules::SAME_TEXT)),
        _ => Some(judgement(Verdict::New, rules::SAME_URL_OTHER_TEXT)),
    };
    match STAGES.prepare(raw(input)) {
        Ok(prepared) => {
            let claim = prepared.claim.as_ref().expect("dedup is on");
            let read = decode(&encode_claim(claim), &mut |name| Arc::from(name));
            assert_eq!(read, Ok(LogEntry::Claim(Box::new(claim.clone()))));
            STAGES.finish(prepared, judgement.as_ref())
        }
        Err(rejected) => {
            let (raw, rejection) = *rejected;
            assert!(!matches!(rejection.code, Code::DecodePanicked | Code::ParsePanicked));
            if let Ok(decoded) = STAGES.decode(&raw) {
                let _plain = STAGES.plain(decoded, Tagging::Whole);
            }
            STAGES.reject(raw, &rejection)
        }
    }
}

fuzz_target!(|input: &[u8]| {
    let output = made(input).output;
    assert!(output.size_bytes() <= OUTPUT_BYTES_MAX);
    assert_eq!(output, made(input).output);
});
