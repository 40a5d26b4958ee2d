use std::io::Read as _;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::headers::{assert_valid, raw};
use super::samples::{arabic_dump, emitter, english_page, judgement, options, paragraph};
use crate::article::{FieldEvidence, ParagraphRole, Related, Verdict};
use crate::emit::fit::{RECORD_BYTES_MIN, fit, wire_bytes};
use crate::emit::headers::{self, own_text};
use crate::emit::{Emitter, EmitterOptions};
use crate::flow::{Header, OutputRecord, ParsedRecord};
use crate::rejection::{Code, Rejection};
use crate::schema::tests::{ItemValidators, errors, validator_of};

#[test]
fn a_record_that_fits_stays_as_it_is() {
    let (record, tags) = english_page();
    let output = emitter().enriched(&record, &tags, None, &[]);
    assert_eq!(fit(output.clone(), wire_bytes(&output)), output);
}

#[test]
fn an_enriched_record_gives_up_the_least_needed_first() {
    let (mut record, tags) = english_page();
    record
        .article
        .related
        .push(Related { paragraphs: vec![paragraph(&"related text ".repeat(4_000))], ..Related::default() });
    record.article.image.as_mut().unwrap().caption = Some("caption ".repeat(4_000));
    record.article.paragraphs =
        (0..4_000).map(|number| paragraph(&format!("Sentence number {number}."))).collect();
    let output = emitter().enriched(&record, &tags, None, &[]);
    let full_bytes = wire_bytes(&output);
    let given_up = |bytes_max: usize| {
        let fitted = fit(output.clone(), bytes_max);
        assert!(wire_bytes(&fitted) <= bytes_max);
        let item: Value = serde_json::from_slice(fitted.payload.as_deref().unwrap()).unwrap();
        (item["khabar"]["degraded"].clone(), item["representationType"].clone(), item)
    };
    assert_eq!(given_up(full_bytes - 1_000).0, json!(["related_bodies"]));
    assert_eq!(given_up(full_bytes - 60_000).0, json!(["related_bodies", "captions"]));
    assert_eq!(given_up(full_bytes - 100_000).0, json!(["related_bodies", "captions", "paragraphs"]));
    let (degraded, representation, item) = given_up(60_000);
    assert_eq!(degraded, json!(["related_bodies", "captions", "paragraphs", "body"]));
    assert_eq!(representation, "partial");
    let body = item["bodies"][0]["value"].as_str().unwrap();
    assert!(body.ends_with('.') && body.len() > 50_000, "cut behind a paragraph, not before it must be");
    assert_eq!(item["bodies"][0]["charCount"], body.chars().count());
    assert_eq!(item["associations"].as_array().unwrap().len(), 3, "what they point to stays");
}

#[test]
fn a_body_of_one_paragraph_is_cut_between_characters() {
    let (mut record, tags) = arabic_dump();
    record.article.paragraphs = vec![paragraph(&"خبر🚢\u{1}\"".repeat(20_000))];
    let output = fit(emitter().enriched(&record, &tags, None, &[]), 50_000);
    let item: Value = serde_json::from_slice(output.payload.as_deref().unwrap()).unwrap();
    let body = item["bodies"][0]["value"].as_str().unwrap();
    assert!(record.article.paragraphs[0].text.starts_with(body));
    assert!(wire_bytes(&output) > 49_900, "no more is cut than must be");
}

#[test]
fn an_address_that_fits_in_no_record_is_replaced_in_item_and_key() {
    let (mut record, tags) = english_page();
    record.article.uri = format!("https://news.example/{}", "x".repeat(100_000));
    for output in [
        emitter().enriched(&record, &tags, None, &[]),
        emitter().duplicate(&record, &tags, &judgement(Verdict::Near), &[]),
    ] {
        let output = fit(output, RECORD_BYTES_MIN);
        let value: Value = serde_json::from_slice(output.payload.as_deref().unwrap()).unwrap();
        let id = crate::article::hex(&record.article.id);
        assert_eq!(value["uri"], format!("urn:khabar:{id}"));
        assert_eq!(output.key, Some(format!("urn:khabar:{id}").into_bytes()));
        assert!(wire_bytes(&output) <= RECORD_BYTES_MIN);
    }
}

#[test]
fn a_large_rejection_is_compressed() {
    let mut raw = raw(Vec::new());
    raw.payload = Some(b"<p>text</p>".repeat(10_000));
    let original = raw.payload.clone().unwrap();
    let output = fit(emitter().rejected(raw, &Rejection::new(Code::NoArticle, "")), 20_000);
    assert_eq!(own_text(&output.headers, headers::ORIGINAL_ENCODING), Some("gzip"));
    let mut restored = Vec::new();
    flate2::read::GzDecoder::new(output.payload.as_deref().unwrap()).read_to_end(&mut restored).unwrap();
    assert_eq!(restored, original);
    assert_eq!(output.key.as_deref(), Some(&b"key \xFF"[..]));
    assert_valid(&output);
}

#[test]
fn a_rejection_that_fits_in_no_way_becomes_a_stub_and_keeps_its_key() {
    let mut raw = raw(Vec::new());
    raw.payload = Some(noise(60_000));
    let output = fit(emitter().rejected(raw, &Rejection::new(Code::BinaryContent, "")), 20_000);
    let omitted = own_text(&output.headers, headers::ORIGINAL_OMITTED).unwrap();
    let hash = omitted.strip_prefix("size=60000;sha256=").unwrap();
    let stub: Value = serde_json::from_slice(output.payload.as_deref().unwrap()).unwrap();
    assert_eq!(stub, json!({ "size": 60_000, "sha256": hash }));
    assert_eq!(output.key.as_deref(), Some(&b"key \xFF"[..]));
    assert_valid(&output);
}

#[test]
fn a_second_smaller_limit_tells_of_the_original_and_not_of_its_compressed_form() {
    let mut large = raw(Vec::new());
    large.payload = Some([noise(30_000), vec![b'x'; 70_000]].concat());
    let output = emitter().rejected(large, &Rejection::new(Code::BinaryContent, ""));
    let compressed = fit(output.clone(), 50_000);
    assert_eq!(own_text(&compressed.headers, headers::ORIGINAL_ENCODING), Some("gzip"));
    let stub = fit(compressed, 20_000);
    assert_eq!(stub, fit(output, 20_000));
    assert!(own_text(&stub.headers, headers::ORIGINAL_OMITTED).unwrap().starts_with("size=100000;"));
    assert_eq!(fit(stub.clone(), 0).payload, stub.payload, "a stub of a stub would lose the original's hash");
}

#[test]
fn key_and_headers_go_only_where_they_are_themselves_too_large() {
    let mut large_key = raw(vec![Header::text("own", "stays")]);
    large_key.key = Some(noise(60_000));
    let output = fit(emitter().rejected(large_key, &Rejection::new(Code::Feed, "")), 20_000);
    assert_eq!(output.key, None);
    assert!(
        own_text(&output.headers, headers::ORIGINAL_KEY_OMITTED).unwrap().starts_with("size=60000;sha256=")
    );
    assert_eq!(output.payload, raw(Vec::new()).payload, "the value was not the reason");
    assert_eq!(output.headers[0], Header::text("own", "stays"));
    assert_valid(&output);

    let large_headers = raw(vec![Header { name: "own".into(), value: Some(noise(60_000)) }]);
    let output = fit(emitter().rejected(large_headers, &Rejection::new(Code::Feed, "")), 20_000);
    assert_eq!(own_text(&output.headers, headers::ORIGINAL_HEADERS_OMITTED), Some("count=1;size=60013"));
    assert_eq!(output.headers[0].name, headers::OUTCOME);
    assert_valid(&output);
}

#[test]
fn a_limit_below_the_minimum_ends_in_the_smallest_record() {
    let (record, tags) = english_page();
    let mut tombstone = raw(vec![Header::text("own", "x".repeat(1_000))]);
    tombstone.payload = None;
    for output in [
        emitter().enriched(&record, &tags, Some(&judgement(Verdict::Update)), &[]),
        emitter().duplicate(&record, &tags, &judgement(Verdict::Near), &[]),
        emitter().rejected(raw(Vec::new()), &Rejection::new(Code::Feed, "")),
        emitter().rejected(tombstone, &Rejection::new(Code::Tombstone, "")),
    ] {
        for bytes_max in [0, 1, 500] {
            let fitted = fit(output.clone(), bytes_max);
            assert_eq!(fitted.outcome, output.outcome);
            assert!(fitted.payload.is_some() == output.payload.is_some());
        }
    }
}

/// Sizes of the parts of a large article, in repeats of a text.
type Sizes = [usize; 8];

fn large_article(text: &str, sizes: Sizes) -> ParsedRecord {
    let (mut record, _) = english_page();
    let article = &mut record.article;
    let large = |size: usize| text.repeat(size);
    article.headline = Some(large(sizes[0]));
    article.paragraphs = (0..sizes[1])
        .map(|_| crate::article::Paragraph { text: large(20), role: ParagraphRole::Quote })
        .collect();
    article.authors = vec![large(sizes[2])];
    article.source = Some(large(sizes[3]));
    article.section = Some(large(sizes[3]));
    article.related[0].paragraphs = vec![paragraph(&large(sizes[4]))];
    article.related[0].headline = Some(large(sizes[5]));
    article.image.as_mut().unwrap().caption = Some(large(sizes[5]));
    let evidence = FieldEvidence { field: "headline", found: large(sizes[6]), confidence: 50 };
    article.extraction.evidence.push(evidence);
    record.meta = serde_json::value::to_raw_value(&large(sizes[7])).ok();
    record.origin.trace_headers.push(Header::text(headers::TRACESTATE, large(sizes[7])));
    record
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_article_of_any_size_fits_and_stays_valid(
        text in super::properties::text(),
        sizes in proptest::array::uniform8(0_usize..400),
        bytes_max in RECORD_BYTES_MIN..80_000,
    ) {
        thread_local!(static VALIDATORS: (Vec<ItemValidators>, jsonschema::Validator) =
            (ItemValidators::all(), validator_of("duplicate")));
        let record = large_article(&text, sizes);
        let tags = crate::tag::tag(&record.article);
        let with_body = Emitter::new(EmitterOptions { duplicate_body: true, ..options() });
        let enriched = fits(with_body.enriched(&record, &tags, Some(&judgement(Verdict::Update)), &[]), bytes_max)?;
        let duplicate = fits(with_body.duplicate(&record, &tags, &judgement(Verdict::Near), &[]), bytes_max)?;
        let found = VALIDATORS.with(|(items, duplicates)| {
            let payload = enriched.payload.as_deref().unwrap();
            let mut found: Vec<String> = items.iter().flat_map(|validators| validators.errors(payload)).collect();
            found.extend(errors(duplicates, &serde_json::from_slice(duplicate.payload.as_deref().unwrap()).unwrap()));
            found
        });
        prop_assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn a_rejection_of_any_size_fits(
        payload in proptest::option::of(0_usize..100_000),
        key in proptest::option::of(0_usize..40_000),
        headers in proptest::collection::vec(0_usize..20_000, 0..4),
        is_noise in any::<bool>(),
        bytes_max in RECORD_BYTES_MIN..80_000,
    ) {
        let bytes = |size: usize| if is_noise { noise(size) } else { vec![b'x'; size] };
        let mut raw = raw(headers.iter().map(|size| Header { name: "own".into(), value: Some(bytes(*size)) }).collect());
        raw.payload = payload.map(bytes);
        raw.key = key.map(bytes);
        let is_tombstone = raw.payload.is_none();
        let fitted = fits(emitter().rejected(raw, &Rejection::new(Code::Feed, "detail")), bytes_max)?;
        prop_assert_eq!(fitted.payload.is_none(), is_tombstone);
        prop_assert_eq!(own_text(&fitted.headers, headers::ERROR_MESSAGE), Some("detail"));
    }
}

/// Fits the record, and does so again: the same bytes, and nothing left to do.
fn fits(output: OutputRecord, bytes_max: usize) -> Result<OutputRecord, TestCaseError> {
    let fitted = fit(output.clone(), bytes_max);
    prop_assert!(wire_bytes(&fitted) <= bytes_max, "{} > {bytes_max}", wire_bytes(&fitted));
    prop_assert_eq!(&fit(output, bytes_max), &fitted);
    prop_assert_eq!(&fit(fitted.clone(), bytes_max), &fitted);
    prop_assert!(wire_bytes(&fit(fitted.clone(), RECORD_BYTES_MIN)) <= RECORD_BYTES_MIN);
    Ok(fitted)
}

/// Bytes that no compression makes smaller; the same every time.
fn noise(size: usize) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};
    let mut bytes = Vec::with_capacity(size + 32);
    let mut number = 0_u64;
    while bytes.len() < size {
        bytes.extend_from_slice(&Sha256::digest(number.to_le_bytes()));
        number += 1;
    }
    bytes.truncate(size);
    bytes
}
