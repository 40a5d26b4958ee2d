//! What holds for every input: no panic, and what comes out is as promised.

use proptest::prelude::*;

use super::{parts, record, settings};
use crate::config::settings::{DecodeSettings, JsonMapping};
use crate::decode::{decode, flaws};
use crate::flow::{Header, RawRecord};
use crate::rejection::{Code, Stage};

/// Small limits, so that generated input reaches them.
fn small() -> DecodeSettings {
    DecodeSettings {
        payload_bytes_max: 4096,
        content_bytes_max: 2048,
        json_depth_max: 5,
        meta_bytes_max: 16,
        json: JsonMapping {
            body: "/b".to_owned(),
            content: "/c/0".to_owned(),
            headline: "/h".to_owned(),
            fetched_at: "/t".to_owned(),
            ..JsonMapping::default()
        },
    }
}

fn header_name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("url".to_owned()),
        Just("Fetched-At".to_owned()),
        Just("content-type".to_owned()),
        Just("content-encoding".to_owned()),
        Just("source".to_owned()),
        "[a-z]{1,8}",
    ]
}

fn header_value() -> impl Strategy<Value = Option<Vec<u8>>> {
    let known = prop::sample::select(vec![
        "gzip",
        "br",
        "zstd",
        "br, gzip",
        "text/html",
        "text/plain; charset=utf-16",
        "application/json",
        "application/xml",
        "application/pdf",
        "image/png",
        "text/html; charset=windows-1256",
        "2024-05-03",
        "99999999999999",
        "https://example.eg/",
        "text/plain; charset=iso-2022-jp",
    ]);
    prop_oneof![
        Just(None),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Some),
        known.prop_map(|text| Some(text.as_bytes().to_vec())),
    ]
}

/// Pieces that steer the input into every branch.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"{",
        b"}",
        b"[",
        b"]",
        b"\"",
        b":",
        b",",
        b"\"content\":",
        b"\"content_base64\":",
        b"\"meta\":",
        b"\"b\":",
        b"\"c\":[",
        b"\"h\":",
        b"\"t\":",
        b"\"uri\":\"x\",",
        b"\"bodies\":[{\"value\":",
        b"\"headline\":",
        b"\"fetched_at\":",
        b"\"http_headers\":{",
        b"\"url\":",
        b"null",
        b"1e999",
        b"-",
        b"\\ud800",
        b"\\u0000",
        b"<p>",
        b"<!--",
        b"-->",
        b"<?xml ",
        b"?>",
        b"<!DOCTYPE html",
        b"<meta charset=",
        b"<rss>",
        b"\xFF\xFE",
        b"\xEF\xBB\xBF",
        b"\0",
        b"\x1B$B",
        b"\x1F\x8B\x08\0",
        b"\x28\xB5\x2F\xFD",
        b"%PDF-",
        b"WARC/",
        b"\xC7\xE1\xD5\xE4",
        b"aGVsbG8=",
        b"\n",
        b" ",
        b"bridge",
        "جسر".as_bytes(),
        b"\xD8",
    ];
    prop_oneof![
        6 => prop::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ]
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..600),
        prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat()),
    ]
}

/// An envelope of the right syntax with any values.
fn envelope() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "content",
        "content_base64",
        "url",
        "fetched_at",
        "content_type",
        "content_encoding",
        "source",
        "http_headers",
        "meta",
        "b",
        "c",
        "h",
        "t",
        "uri",
        "headline",
        "bodies",
        "by",
    ]);
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
        "[A-Za-z0-9+/]{0,16}={0,2}".prop_map(serde_json::Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::hash_map("content-type|value|role|name|rel", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    });
    prop::collection::vec((name, value), 0..8).prop_map(|fields| {
        let object: serde_json::Map<_, _> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        serde_json::Value::Object(object).to_string().into_bytes()
    })
}

fn check(raw: &RawRecord, settings: &DecodeSettings) -> Result<(), TestCaseError> {
    let first = decode(raw, settings);
    let second = decode(raw, settings);
    prop_assert_eq!(format!("{:?}", &first), format!("{:?}", &second));
    match first {
        Ok(decoded) => {
            let (_, text) = parts(&decoded.content);
            prop_assert!(text.len() <= settings.content_bytes_max);
            prop_assert!(text.chars().any(|character| !character.is_whitespace()));
            let wrong = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
            prop_assert!(!text.contains(wrong));
            prop_assert!(decoded.meta.is_none_or(|meta| meta.get().len() <= settings.meta_bytes_max));
            prop_assert!(decoded.flaws.iter().all(|flaw| flaws::ALL.contains(&flaw.code)));
            for fact in [&decoded.stated.url, &decoded.stated.source, &decoded.stated.headline] {
                prop_assert!(
                    !fact.as_deref().is_some_and(|line| line.trim().is_empty() || line.contains('\n'))
                );
            }
        }
        Err(rejection) => {
            prop_assert!(rejection.code.stage() == Stage::Decode || rejection.code == Code::NoArticle);
            prop_assert!(rejection.detail.len() <= 512, "{}", rejection.detail);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_bytes_with_any_headers_give_content_or_a_named_rejection(
        payload in payload(),
        headers in prop::collection::vec((header_name(), header_value()), 0..4),
        timestamp_ms in any::<Option<i64>>(),
    ) {
        let mut raw = record(&payload);
        raw.headers = headers.into_iter().map(|(name, value)| Header { name, value }).collect();
        raw.timestamp_ms = timestamp_ms;
        check(&raw, &settings())?;
        check(&raw, &small())?;
    }

    #[test]
    fn any_envelope_gives_content_or_a_named_rejection(payload in envelope()) {
        check(&record(&payload), &settings())?;
        check(&record(&payload), &small())?;
    }

    #[test]
    fn arabic_survives_windows_1256(words in prop::collection::vec("[ابتثجحخدذرزسشصضطظعغفقكلمنهويةى]{2,8}", 12..60)) {
        let text = words.join(" ");
        let bytes = encoding_rs::WINDOWS_1256.encode(&text).0.into_owned();
        let mut raw = record(&bytes);
        raw.headers = vec![Header::text("content-type", "text/plain; charset=windows-1256")];
        let decoded = decode(&raw, &settings()).unwrap();
        prop_assert_eq!(parts(&decoded.content).1, text);
    }
}
