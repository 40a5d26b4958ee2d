use std::fs;
use std::path::Path;

use super::samples::{arabic_dump, emitter, english_page, headline_alone, judgement, options};
use crate::article::Verdict;
use crate::emit::{Emitter, EmitterOptions};
use crate::flow::OutputRecord;
use crate::schema::tests::{ItemValidators, errors, validator_of};

/// Each case's record; what it must be stands in `tests/data/emit/<case>/expected.json`.
fn cases() -> Vec<(&'static str, OutputRecord)> {
    let (dump, dump_tags) = arabic_dump();
    let (page, page_tags) = english_page();
    let (headline, headline_tags) = headline_alone();
    let with_body = Emitter::new(EmitterOptions { duplicate_body: true, ..options() });
    vec![
        ("arabic_dump", emitter().enriched(&dump, &dump_tags, Some(&judgement(Verdict::New)), &[])),
        ("revised_page", emitter().enriched(&page, &page_tags, Some(&judgement(Verdict::Revision)), &[])),
        ("headline_alone", emitter().enriched(&headline, &headline_tags, None, &["tag"])),
        ("duplicate", emitter().duplicate(&page, &page_tags, &judgement(Verdict::Refetch), &[])),
        ("duplicate_with_body", with_body.duplicate(&dump, &dump_tags, &judgement(Verdict::Exact), &[])),
    ]
}

#[test]
fn records_are_the_golden_ones_in_every_member_and_their_order() {
    let mut failures = Vec::new();
    for (name, output) in cases() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/emit").join(name).join("expected.json");
        let expected = without_layout(&fs::read_to_string(path).unwrap_or_default());
        let payload = String::from_utf8(output.payload.unwrap()).unwrap();
        // Layout stands inside `meta` alone, which is carried as it came.
        if without_layout(&payload) != expected {
            failures.push(format!("{name}\n{payload}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn golden_records_are_valid_against_the_printed_schemas_and_ninjs() {
    let item_validators = ItemValidators::all();
    let duplicate_validator = validator_of("duplicate");
    for (name, output) in cases() {
        let payload = output.payload.unwrap();
        if name.starts_with("duplicate") {
            let value = serde_json::from_slice(&payload).unwrap();
            assert_eq!(errors(&duplicate_validator, &value), Vec::<String>::new(), "{name}");
            continue;
        }
        for validators in &item_validators {
            assert_eq!(validators.errors(&payload), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn an_unknown_member_does_not_pass_the_closed_schemas() {
    let (dump, tags) = arabic_dump();
    let payload = emitter().enriched(&dump, &tags, None, &[]).payload.unwrap();
    let text = String::from_utf8(payload).unwrap();
    for validators in ItemValidators::all() {
        let with_member = text.replacen("{\"uri\"", "{\"surprise\":1,\"uri\"", 1);
        assert!(!validators.errors(with_member.as_bytes()).is_empty());
        let with_member = text.replacen("\"direction\"", "\"surprise\":1,\"direction\"", 1);
        assert!(!validators.errors(with_member.as_bytes()).is_empty());
        let with_member = text.replacen("\"topic\"", "\"surprise\":1,\"topic\"", 1);
        assert!(!validators.errors(with_member.as_bytes()).is_empty());
    }
}

#[test]
fn the_key_is_the_uri() {
    for (name, output) in cases() {
        let payload: serde_json::Value = serde_json::from_slice(output.payload.as_deref().unwrap()).unwrap();
        assert_eq!(output.key.as_deref(), payload["uri"].as_str().map(str::as_bytes), "{name}");
    }
}

#[test]
fn words_are_not_counted_where_no_spaces_part_them() {
    let (page, mut tags) = english_page();
    "ja".clone_into(&mut tags.language);
    let payload = emitter().enriched(&page, &tags, None, &[]).payload.unwrap();
    let item: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    assert!(item["bodies"][0].get("charCount").is_some() && item["bodies"][0].get("wordCount").is_none());
}

#[test]
fn meta_stays_what_it_was_on_one_line() {
    let (page, tags) = english_page();
    for output in [
        emitter().enriched(&page, &tags, None, &[]),
        emitter().duplicate(&page, &tags, &judgement(Verdict::Near), &[]),
    ] {
        let text = String::from_utf8(output.payload.unwrap()).unwrap();
        assert!(text.contains("\"meta\":{\"tenant\": \"t-1\",  \"crawl\": [1, 2.50]}"), "{text}");
        assert!(!text.contains('\n'));
    }
}

/// The file is laid out for reading; the record is not.
fn without_layout(json: &str) -> String {
    let (mut compact, mut in_string, mut is_escaped) = (String::new(), false, false);
    for character in json.chars() {
        if in_string || !character.is_whitespace() {
            compact.push(character);
        }
        if in_string {
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else {
            in_string = character == '"';
        }
    }
    compact
}
