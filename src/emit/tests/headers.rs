use std::sync::Arc;

use super::samples::{arabic_dump, emitter, judgement};
use crate::article::Verdict;
use crate::emit::headers::{self, own, own_text};
use crate::flow::{Header, Outcome, OutputRecord, RawCoordinates, RawRecord};
use crate::rejection::{Code, Rejection};
use crate::schema::tests::{errors, validator_of};

#[test]
fn header_names_never_change() {
    let names = [
        headers::OUTCOME,
        headers::RAW_TOPIC,
        headers::RAW_PARTITION,
        headers::RAW_OFFSET,
        headers::VERSION,
        headers::TRACEPARENT,
        headers::TRACESTATE,
        headers::ERROR_CODE,
        headers::ERROR_STAGE,
        headers::ERROR_MESSAGE,
        headers::ERROR_AT,
        headers::ORIGINAL_ENCODING,
        headers::ORIGINAL_OMITTED,
        headers::ORIGINAL_KEY_OMITTED,
        headers::ORIGINAL_HEADERS_OMITTED,
    ];
    let literal = [
        "khabar-outcome",
        "khabar-raw-topic",
        "khabar-raw-partition",
        "khabar-raw-offset",
        "khabar-version",
        "traceparent",
        "tracestate",
        "khabar-error-code",
        "khabar-error-stage",
        "khabar-error-message",
        "khabar-error-at",
        "khabar-original-encoding",
        "khabar-original-omitted",
        "khabar-original-key-omitted",
        "khabar-original-headers-omitted",
    ];
    assert_eq!(names, literal);
}

#[test]
fn enriched_and_duplicate_records_carry_the_coordinates_and_the_trace() {
    let (record, tags) = arabic_dump();
    let outputs = [
        emitter().enriched(&record, &tags, None, &[]),
        emitter().duplicate(&record, &tags, &judgement(Verdict::Exact), &[]),
    ];
    for (output, outcome) in outputs.iter().zip(["enriched", "duplicate"]) {
        assert_eq!(
            texts(&output.headers),
            [
                ("khabar-outcome", outcome),
                ("khabar-raw-topic", "articles.raw"),
                ("khabar-raw-partition", "2"),
                ("khabar-raw-offset", "41"),
                ("khabar-version", env!("CARGO_PKG_VERSION")),
                ("traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"),
            ]
        );
        assert_valid(output);
    }
}

#[test]
fn a_rejected_record_keeps_all_that_it_had_in_front_of_the_reason() {
    let raw = raw(vec![
        Header { name: "own".into(), value: Some(vec![0xFF, 0x00]) },
        Header { name: "own".into(), value: None },
        Header::text("traceparent", "00-ab"),
    ]);
    let original = raw.clone();
    let payload_address = raw.payload.as_ref().map(Vec::as_ptr);
    let output = emitter().rejected(raw, &Rejection::new(Code::JsonBroken, "line 1\nends early"));
    assert_eq!(output.payload.as_ref().map(Vec::as_ptr), payload_address, "moved, not copied");
    assert_eq!((&output.key, &output.payload), (&original.key, &original.payload));
    assert_eq!(output.headers[..3], original.headers);
    assert_eq!(
        texts(&output.headers[3..]),
        [
            ("khabar-outcome", "rejected"),
            ("khabar-raw-topic", "articles.raw"),
            ("khabar-raw-partition", "0"),
            ("khabar-raw-offset", "9"),
            ("khabar-version", env!("CARGO_PKG_VERSION")),
            ("khabar-error-code", "json_broken"),
            ("khabar-error-stage", "decode"),
            ("khabar-error-message", "line 1 ends early"),
            ("khabar-error-at", "2024-12-02T21:15:05.250Z"),
        ]
    );
    assert_valid(&output);
}

#[test]
fn a_tombstone_stays_a_tombstone() {
    let mut tombstone = raw(Vec::new());
    tombstone.payload = None;
    let output = emitter().rejected(tombstone, &Rejection::new(Code::Tombstone, ""));
    assert_eq!(output.payload, None);
    assert_eq!(own_text(&output.headers, headers::ERROR_MESSAGE), Some(Code::Tombstone.meaning()));
}

#[test]
fn a_second_rejection_is_read_from_its_own_headers() {
    let first = emitter().rejected(raw(Vec::new()), &Rejection::new(Code::Pdf, "first"));
    let mut again = raw(first.headers);
    again.headers.push(Header::text(headers::ORIGINAL_ENCODING, "gzip"));
    again.coordinates.offset = 77;
    let second = emitter().rejected(again, &Rejection::new(Code::Feed, "second"));
    assert_eq!(own(&second.headers).len(), 9);
    assert_eq!(own_text(&second.headers, headers::RAW_OFFSET), Some("77"));
    assert_eq!(own_text(&second.headers, headers::ERROR_MESSAGE), Some("second"));
    assert_eq!(own_text(&second.headers, headers::ORIGINAL_ENCODING), None, "it is the first one's");
    assert!(own(&[Header::text("other", "x")]).is_empty());
}

#[test]
fn a_message_is_cut_between_characters_at_512_bytes() {
    let detail = format!("x{}", "خ".repeat(1_000));
    let output = emitter().rejected(raw(Vec::new()), &Rejection::new(Code::Feed, detail));
    let message = own_text(&output.headers, headers::ERROR_MESSAGE).unwrap();
    assert_eq!(message.len(), 511);
}

#[test]
fn a_time_that_no_calendar_holds_is_told_as_it_is() {
    let cases = [
        (None, "unknown"),
        (Some(i64::MAX), "9223372036854775807"),
        (Some(i64::MIN), "-9223372036854775808"),
        (Some(-1), "1969-12-31T23:59:59.999Z"),
        (Some(-62_167_219_200_000), "0000-01-01T00:00:00.000Z"),
        (Some(-62_167_219_200_001), "-62167219200001"),
        // The year 40000.
        (Some(1_200_000_000_000_000), "1200000000000000"),
    ];
    for (timestamp_ms, expected) in cases {
        let mut raw = raw(Vec::new());
        raw.timestamp_ms = timestamp_ms;
        let output = emitter().rejected(raw, &Rejection::new(Code::Feed, ""));
        assert_eq!(own_text(&output.headers, headers::ERROR_AT), Some(expected));
    }
}

pub(super) fn raw(headers: Vec<Header>) -> RawRecord {
    RawRecord {
        coordinates: RawCoordinates { topic: Arc::from("articles.raw"), partition: 0, offset: 9 },
        timestamp_ms: Some(1_733_174_105_250),
        key: Some(b"key \xFF".to_vec()),
        payload: Some(b"{\"content\": \"cut".to_vec()),
        headers,
    }
}

/// khabar's own headers are valid against the printed schema.
pub(super) fn assert_valid(output: &OutputRecord) {
    let mut object: serde_json::Map<_, _> = texts(own(&output.headers))
        .into_iter()
        .map(|(name, value)| (name.to_owned(), serde_json::Value::from(value)))
        .collect();
    assert_eq!(errors(&validator_of("headers"), &object.clone().into()), Vec::<String>::new());
    object.insert(headers::OUTCOME.to_owned(), "other".into());
    assert!(!errors(&validator_of("headers"), &object.into()).is_empty());
    assert!(Outcome::ALL.contains(&output.outcome));
}

fn texts(headers: &[Header]) -> Vec<(&str, &str)> {
    headers
        .iter()
        .map(|header| (header.name.as_str(), std::str::from_utf8(header.value.as_deref().unwrap()).unwrap()))
        .collect()
}
