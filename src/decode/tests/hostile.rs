//! Input that is too large for a folder: bombs, towers, every cut of an envelope; and rules between inputs.

use std::borrow::Cow;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{code_of, decode_bytes, decode_with, flaw_codes, parts, record, settings};
use crate::article::{hash128, hex};
use crate::decode::{clean, decode, flaws, inflate};
use crate::rejection::Code;

const TEXT: &str = "Harbour bridge reopens after repairs\nThe harbour bridge reopened on Friday.\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Brotli's stored form: header for a 16-bit window, one uncompressed block, the empty last block.
fn brotli_stored(bytes: &[u8]) -> Vec<u8> {
    assert!(!bytes.is_empty() && bytes.len() <= 0xFFFF);
    let length = u32::try_from(bytes.len() - 1).unwrap();
    // From the lowest bit: window bits 0; not last, 0; four nibbles, 00; the length; uncompressed, 1.
    let header = (length << 4) | (1 << 20);
    let mut encoded = header.to_le_bytes()[..3].to_vec();
    encoded.extend_from_slice(bytes);
    encoded.push(0x03);
    encoded
}

#[test]
fn a_tombstone_and_an_empty_value_have_their_own_codes() {
    let mut tombstone = record(b"");
    tombstone.payload = None;
    assert_eq!(code_of(decode(&tombstone, &settings())), Some(Code::Tombstone));
    assert_eq!(code_of(decode_bytes(b"")), Some(Code::EmptyPayload));
}

#[test]
fn a_value_of_50_mb_is_too_large() {
    assert_eq!(code_of(decode_bytes(&vec![b'a'; 50_000_000])), Some(Code::PayloadTooLarge));
}

#[test]
fn compression_bombs_end_at_the_limit() {
    let mut settings = settings();
    settings.content_bytes_max = 1024 * 1024;
    let bomb = vec![b'a'; settings.content_bytes_max + 1];
    let code = |payload: &[u8]| code_of(decode(&record(payload), &settings));
    assert_eq!(code(&gzip(&bomb)), Some(Code::ContentTooLarge));
    assert_eq!(code(&gzip(&gzip(&bomb))), Some(Code::ContentTooLarge));
    let zstd = zstd::encode_all(bomb.as_slice(), 1).unwrap();
    assert_eq!(code(&zstd), Some(Code::ContentTooLarge));
    let envelope = format!(r#"{{"content_base64":"{}"}}"#, STANDARD.encode(&zstd));
    assert_eq!(code(envelope.as_bytes()), Some(Code::ContentTooLarge));
}

#[test]
fn a_bomb_of_a_gigabyte_ends_at_the_default_limit() {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let block = vec![0; 1024 * 1024];
    for _ in 0..1024 {
        encoder.write_all(&block).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert_eq!(code_of(decode_bytes(&bomb)), Some(Code::ContentTooLarge));
}

#[test]
fn inflating_never_holds_more_than_the_limit_and_a_buffer() {
    let bytes_max = 300_000;
    let packed = gzip(&vec![b'a'; bytes_max]);
    let inflated =
        inflate::undo(Cow::Borrowed(&packed), None, bytes_max, &mut Vec::new()).unwrap().into_owned();
    assert_eq!(inflated.len(), bytes_max);
    assert!(inflated.capacity() <= bytes_max + 64 * 1024, "{}", inflated.capacity());
}

#[test]
fn content_exactly_at_the_limit_is_let_through() {
    let mut settings = settings();
    settings.content_bytes_max = TEXT.len();
    assert!(decode(&record(&gzip(TEXT.as_bytes())), &settings).is_ok());
    settings.content_bytes_max -= 1;
    assert_eq!(code_of(decode(&record(&gzip(TEXT.as_bytes())), &settings)), Some(Code::ContentTooLarge));
    assert_eq!(code_of(decode(&record(TEXT.as_bytes()), &settings)), Some(Code::ContentTooLarge));
}

#[test]
fn zstd_is_undone_and_a_cut_or_a_giant_window_is_not() {
    let encoded = zstd::encode_all(TEXT.as_bytes(), 3).unwrap();
    assert_eq!(parts(&decode_bytes(&encoded).unwrap().content), ("dump", TEXT));
    for length in 4..encoded.len() {
        assert_eq!(
            code_of(decode_bytes(&encoded[..length])),
            Some(Code::CompressionBroken),
            "cut at {length}"
        );
    }
    // A frame header that asks for a window of 128 MiB (exponent 17) and states no size.
    let mut giant = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 17 << 3];
    giant.extend_from_slice(&[0x01, 0x00, 0x00]);
    assert_eq!(code_of(decode_bytes(&giant)), Some(Code::ContentTooLarge));
}

#[test]
fn brotli_is_undone_where_it_is_stated() {
    let encoded = brotli_stored(TEXT.as_bytes());
    let decoded = decode_with(&encoded, &[("content-encoding", "br")]).unwrap();
    assert_eq!(parts(&decoded.content), ("dump", TEXT));
    assert!(decoded.flaws.is_empty());
    let cut = &encoded[..encoded.len() - 10];
    assert_eq!(code_of(decode_with(cut, &[("content-encoding", "br")])), Some(Code::CompressionBroken));
    let both = gzip(&encoded);
    let decoded = decode_with(&both, &[("content-encoding", "br, gzip")]).unwrap();
    assert_eq!(parts(&decoded.content), ("dump", TEXT));
}

#[test]
fn endless_empty_gzip_members_are_refused() {
    let member = gzip(b"");
    let many = member.repeat(100_000);
    assert_eq!(code_of(decode_bytes(&many)), Some(Code::CompressionBroken));
}

#[test]
fn every_cut_of_a_compressed_dump_is_broken_compression() {
    let encoded = gzip(TEXT.as_bytes());
    for length in 3..encoded.len() {
        assert_eq!(
            code_of(decode_bytes(&encoded[..length])),
            Some(Code::CompressionBroken),
            "cut at {length}"
        );
    }
}

#[test]
fn deep_json_is_refused_before_it_is_parsed() {
    let object = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    assert_eq!(code_of(decode_bytes(object.as_bytes())), Some(Code::JsonTooDeep));
    let array = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(code_of(decode_bytes(array.as_bytes())), Some(Code::JsonTooDeep));
    assert_eq!(code_of(decode_bytes("[".repeat(10_000).as_bytes())), Some(Code::JsonTooDeep));
    let within_meta = format!(r#"{{"content":"x","meta":{array}}}"#);
    assert_eq!(code_of(decode_bytes(within_meta.as_bytes())), Some(Code::JsonTooDeep));
    // The setting is the limit, and brackets within strings are no nesting.
    let at_limit = format!(r#"{{"content":"[[[[{{{{ x","meta":{}{}}}"#, "[".repeat(63), "]".repeat(63));
    assert!(decode_bytes(at_limit.as_bytes()).is_ok());
    let beyond = format!(r#"{{"content":"x","meta":{}{}}}"#, "[".repeat(64), "]".repeat(64));
    assert_eq!(code_of(decode_bytes(beyond.as_bytes())), Some(Code::JsonTooDeep));
}

#[test]
fn a_depth_setting_beyond_the_parsers_own_still_gives_the_code() {
    let mut settings = settings();
    settings.json_depth_max = 1_000_000;
    let tower = format!(r#"{{"content":"x","meta":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(code_of(decode(&record(tower.as_bytes()), &settings)), Some(Code::JsonTooDeep));
}

#[test]
fn every_cut_of_an_envelope_is_broken_json() {
    let envelope = "{\"url\":\"https://example.org/a\",\"content\":\"جسر الميناء \\ud83d\\ude00 يفتح\\n\",\
                    \"fetched_at\":1714734000,\"meta\":{\"a\":[1,2.5e3,true,null]}}";
    assert!(decode_bytes(envelope.as_bytes()).is_ok());
    for length in 1..envelope.len() {
        let code = code_of(decode_bytes(&envelope.as_bytes()[..length]));
        assert_eq!(code, Some(Code::JsonBroken), "cut at {length}");
    }
}

#[test]
fn millions_of_small_values_are_read_over() {
    let list = "0,".repeat(1_000_000);
    let noise = format!(r#"{{"noise":[{list}0],"content":"{}","uri":"x"}}"#, TEXT.replace('\n', "\\n"));
    assert_eq!(parts(&decode_bytes(noise.as_bytes()).unwrap().content), ("dump", TEXT));
    let bodies = format!(r#"{{"uri":"urn:x","bodies":[{}"b"]}}"#, r#""bridge","#.repeat(100_000));
    assert_eq!(flaw_codes(&decode_bytes(bodies.as_bytes()).unwrap()), [flaws::LIST_CUT]);
}

#[test]
fn one_content_has_one_hash_in_every_wrapping() {
    let bare = decode_bytes(TEXT.as_bytes()).unwrap().content_hash;
    assert_eq!(hex(&bare), hex(&hash128(format!("d{TEXT}").as_bytes())));
    let text = TEXT.replace('\n', "\\n");
    let wrappings = [
        gzip(TEXT.as_bytes()),
        format!(r#"{{"content":"{text}","url":"https://example.org/1"}}"#).into_bytes(),
        format!(r#"{{"content_base64":"{}","meta":1}}"#, STANDARD.encode(TEXT)).into_bytes(),
        format!(r#"{{"content_base64":"{}"}}"#, STANDARD.encode(gzip(TEXT.as_bytes()))).into_bytes(),
    ];
    for wrapping in wrappings {
        assert_eq!(decode_bytes(&wrapping).unwrap().content_hash, bare);
    }
}

#[test]
fn the_hash_is_over_the_bytes_before_a_change_of_encoding() {
    let bytes = encoding_rs::WINDOWS_1256.encode("جسر الميناء يفتح من جديد بعد الاصلاح الطويل").0.into_owned();
    let decoded = decode_with(&bytes, &[("content-type", "text/html; charset=windows-1256")]).unwrap();
    assert_eq!(decoded.content_hash, hash128(&[b"d", bytes.as_slice()].concat()));
}

#[test]
fn items_with_the_same_headline_and_text_have_one_hash() {
    let first = r#"{"uri":"urn:a","headline":"Bridge","body_text":"It opened."}"#;
    let second = r#"{"uri":"urn:b","headlines":[{"value":"Bridge"}],"bodies":[{"value":"It opened."}]}"#;
    let hash = decode_bytes(first.as_bytes()).unwrap().content_hash;
    assert_eq!(hash, decode_bytes(second.as_bytes()).unwrap().content_hash);
    assert_eq!(hash, hash128(b"tBridge\0It opened."));
    let other = r#"{"uri":"urn:a","headline":"BridgeI","body_text":"t opened."}"#;
    assert_ne!(hash, decode_bytes(other.as_bytes()).unwrap().content_hash);
}

#[test]
fn endless_markup_before_the_first_tag_is_passed_in_one_go() {
    let comments = "<!-- x -->".repeat(200_000);
    assert_eq!(
        parts(&decode_bytes(format!("{comments}<p>bridge</p>").as_bytes()).unwrap().content).0,
        "html"
    );
    let opened = "<!".repeat(1_000_000);
    assert_eq!(parts(&decode_bytes(format!("{opened}x").as_bytes()).unwrap().content).0, "html");
}

#[test]
fn too_many_lost_characters_are_a_broken_encoding() {
    let mut bytes = TEXT.repeat(3).into_bytes();
    bytes.splice(0..0, *b"\xEF\xBB\xBF");
    bytes.extend_from_slice(b"cut \xD8");
    assert_eq!(flaw_codes(&decode_bytes(&bytes).unwrap()), [flaws::CHARACTERS_REPLACED]);
    bytes.extend_from_slice(&[0xFF; 40]);
    assert_eq!(code_of(decode_bytes(&bytes)), Some(Code::EncodingBroken));
}

#[test]
fn control_characters_are_found_wherever_they_stand() {
    for position in [0, 1, 254, 255, 256, 257, 510, 511, 512, 700] {
        for control in ['\u{1}', '\u{7F}', '\u{85}', '\u{9F}'] {
            let mut text = "a".repeat(800);
            text.insert(position, control);
            assert!(clean::has_controls(text.as_bytes()), "{control:?} at {position}");
        }
    }
    assert!(!clean::has_controls("«نص» \r\n\t\u{A0}".repeat(100).as_bytes()));
}

#[test]
fn flaws_and_names_of_encodings_are_bounded() {
    let encodings = "x,".repeat(100_000);
    let envelope = format!(
        r#"{{"content_base64":"{}","http_headers":{{"content-encoding":"{encodings}"}}}}"#,
        STANDARD.encode(TEXT)
    );
    assert_eq!(code_of(decode_bytes(envelope.as_bytes())), Some(Code::CompressionUnsupported));
    let person = format!(r#"{{"rel":"author","name":"{}"}},"#, "x".repeat(1000));
    let item =
        format!(r#"{{"uri":"urn:x","headline":"b","body_text":"b","people":[{}0]}}"#, person.repeat(200));
    assert!(decode_bytes(item.as_bytes()).unwrap().flaws.len() <= 64);
}

#[test]
fn the_urls_domain_helps_where_the_bytes_alone_do_not() {
    // One word each in two alphabets of one byte a letter: only the domain tells which.
    let bytes = encoding_rs::WINDOWS_1251.encode("Мост").0.into_owned();
    let read = |url: &str| {
        let decoded = decode_with(&bytes, &[("url", url)]).unwrap();
        parts(&decoded.content).1.to_owned()
    };
    assert_eq!(read("https://news.example.ru/1"), "Мост");
    assert_ne!(read("https://news.example.gr/1"), "Мост");
}

#[test]
fn han_text_in_utf_16_is_not_taken_for_json() {
    // The first unit's first byte is that of a brace.
    let mut bytes = vec![0xFE, 0xFF];
    bytes.extend("筏桥重新开放".encode_utf16().flat_map(u16::to_be_bytes));
    assert_eq!(parts(&decode_bytes(&bytes).unwrap().content), ("dump", "筏桥重新开放"));
    let declared = [("content-type", "text/plain; charset=utf-16be")];
    let with_break: Vec<u8> = "筏桥\n重新开放".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(parts(&decode_with(&with_break, &declared).unwrap().content).1, "筏桥\n重新开放");
}
