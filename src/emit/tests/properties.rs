//! What holds for every article.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::Value;

use super::samples::{emitter, judgement};
use crate::article::{
    Article, ArticleDate, DatePrecision, Extraction, FieldEvidence, Flaw, Image, Keywords, Paragraph,
    ParagraphRole, Related, Verdict, hash128, hex,
};
use crate::flow::{ParsedRecord, RawCoordinates};
use crate::schema::tests::{ItemValidators, errors, validator_of};
use crate::tag::{labelled, tag};

/// Text with all that hurts: control characters, both directions and their marks, emoji, quotes.
pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \\PC\"\\\\]{0,40}",
        "[ء-ي \u{200e}\u{200f}\u{202e}“”]{0,60}",
        "[\u{0}-\u{1f}\u{7f}\u{85}\u{2028}😀-😏]{0,20}",
    ]
}

fn paragraphs() -> impl Strategy<Value = Vec<Paragraph>> {
    let role = prop_oneof![
        Just(ParagraphRole::Text),
        Just(ParagraphRole::Heading),
        Just(ParagraphRole::ListItem),
        Just(ParagraphRole::Quote),
    ];
    proptest::collection::vec((text(), role).prop_map(|(text, role)| Paragraph { text, role }), 0..6)
}

fn date() -> impl Strategy<Value = ArticleDate> {
    let precision = prop_oneof![
        Just(DatePrecision::Year),
        Just(DatePrecision::Month),
        Just(DatePrecision::Day),
        Just(DatePrecision::Minute),
        Just(DatePrecision::Second),
    ];
    (text(), precision, proptest::option::of(text()), text()).prop_map(|(raw, precision, zone, evidence)| {
        let value = "2024-12-02T09:30:00+03:00".to_owned();
        ArticleDate { value, raw, precision, calendar: "gregorian", zone, evidence }
    })
}

fn related() -> impl Strategy<Value = Related> {
    let url = proptest::option::of(prop_oneof![
        text(),
        text().prop_map(|text| format!("https://a.example/{text}")),
        text().prop_map(|text| format!("https://{text}/")),
        "https://[a-z{}%\"`!@:\\[\\]0-9.]{1,12}/[a-z%|^]{0,6}"
    ]);
    (proptest::option::of(text()), url, paragraphs()).prop_map(|(headline, url, paragraphs)| Related {
        headline,
        url,
        paragraphs,
    })
}

pub(super) fn article() -> impl Strategy<Value = Article> {
    let names = (
        proptest::option::of(text()),
        proptest::option::of(text()),
        proptest::option::of(text()),
        proptest::option::of(text()),
    );
    let lists = (
        proptest::collection::vec(text(), 0..4),
        proptest::collection::vec(related(), 0..3),
        proptest::collection::vec(text(), 0..4),
    );
    let image = proptest::option::of((text(), proptest::option::of(text())));
    let dates = (proptest::option::of(date()), proptest::option::of(date()));
    let sureness = (any::<bool>(), 0_u8..=100);
    ("[a-z0-9/?=&%~._-]{0,40}", names, paragraphs(), dates, lists, image, sureness).prop_map(
        |(path, names, paragraphs, (published, modified), (authors, related, keywords), image, sureness)| {
            let (partial, confidence) = sureness;
            let uri = format!("https://news.example/{}", path.replace('%', "%25"));
            Article {
                id: hash128(uri.as_bytes()),
                uri,
                has_url: true,
                headline: names.0,
                paragraphs,
                authors,
                publisher: names.1.clone(),
                source: names.1,
                located: names.2.clone(),
                published,
                modified,
                language_stated: names.2,
                image: image.map(|(url, caption)| Image { url: format!("http://i.example/{url}"), caption }),
                keywords: Some(Keywords { raw: keywords.join(","), list: keywords }),
                section: names.3.clone(),
                related,
                partial,
                extraction: Extraction {
                    method: "html",
                    confidence,
                    evidence: names
                        .3
                        .iter()
                        .flat_map(|found| ["headline", "published"].map(|field| (field, found.clone())))
                        .map(|(field, found)| FieldEvidence { field, found, confidence })
                        .collect(),
                    flaws: names.3.iter().map(|text| Flaw::new("odd").with_detail(text.clone())).collect(),
                },
            }
        },
    )
}

pub(super) fn record(article: Article, timestamp_ms: Option<i64>) -> ParsedRecord {
    let mut record = super::samples::record(article);
    record.origin.timestamp_ms = timestamp_ms;
    record.fetched_at_ms = timestamp_ms;
    record
}

/// Articles in which all is found that the tag room finds.
#[test]
fn tagged_articles_are_valid_json_of_the_printed_schemas() {
    let validators = ItemValidators::all();
    let (mut subjects, mut quotes) = (0, 0);
    for labelled in labelled::all() {
        let uri = format!("https://news.example/{}", labelled.name);
        let record = super::samples::record(Article { id: hash128(uri.as_bytes()), uri, ..labelled.article });
        let tags = tag(&record.article);
        subjects += tags.subjects.len();
        quotes += tags.quotes.len();
        let payload =
            emitter().enriched(&record, &tags, Some(&judgement(Verdict::New)), &[]).payload.unwrap();
        let found: Vec<String> =
            validators.iter().flat_map(|validators| validators.errors(&payload)).collect();
        assert_eq!(found, Vec::<String>::new(), "{}", labelled.name);
    }
    assert!(subjects > 0 && quotes > 0, "{subjects} subjects, {quotes} quotes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_record_is_valid_json_of_the_printed_schemas(article in article(), time in any::<Option<i64>>()) {
        thread_local!(static VALIDATORS: (Vec<ItemValidators>, jsonschema::Validator) =
            (ItemValidators::all(), validator_of("duplicate")));
        let record = record(article, time);
        let tags = tag(&record.article);
        let enriched = emitter().enriched(&record, &tags, Some(&judgement(Verdict::Extends)), &["tag"]);
        let duplicate = emitter().duplicate(&record, &tags, &judgement(Verdict::Contained), &[]);
        let payload = enriched.payload.unwrap();
        let found = VALIDATORS.with(|(items, duplicates)| {
            let mut found: Vec<String> = items.iter().flat_map(|validators| validators.errors(&payload)).collect();
            let value = serde_json::from_slice(duplicate.payload.as_deref().unwrap()).unwrap();
            found.extend(errors(duplicates, &value));
            found
        });
        prop_assert_eq!(found, Vec::<String>::new());
        prop_assert!(!payload.windows(5).any(|bytes| bytes == b":null"));
    }

    #[test]
    fn offsets_slice_the_body_into_its_paragraphs(article in article()) {
        let record = record(article, None);
        let tags = tag(&record.article);
        let payload = emitter().enriched(&record, &tags, None, &[]).payload.unwrap();
        let item: Value = serde_json::from_slice(&payload).unwrap();
        let paragraphs = &record.article.paragraphs;
        if paragraphs.is_empty() {
            prop_assert!(item.get("bodies").is_none() && item["khabar"].get("paragraphs").is_none());
            return Ok(());
        }
        let body: Vec<char> = item["bodies"][0]["value"].as_str().unwrap().chars().collect();
        prop_assert_eq!(item["bodies"][0]["charCount"].as_u64().unwrap(), body.len() as u64);
        let offsets = item["khabar"]["paragraphs"].as_array().unwrap();
        prop_assert_eq!(offsets.len(), paragraphs.len());
        let languages = offsets.iter().enumerate().filter_map(|(place, offset)| Some((place, offset["language"].as_str()?)));
        let expected = tags.paragraph_languages.iter().map(|found| (found.paragraph, found.language));
        prop_assert!(languages.eq(expected));
        for (offset, paragraph) in offsets.iter().zip(paragraphs) {
            let at = |name: &str| usize::try_from(offset[name].as_u64().unwrap()).unwrap();
            let slice: String = body[at("start")..at("end")].iter().collect();
            prop_assert_eq!(&slice, &paragraph.text);
        }
    }

    #[test]
    fn the_item_depends_on_the_article_and_not_on_where_it_was_read(
        article in article(), partition in 0..i32::MAX, offset in 0..i64::MAX, sequence in 0..i64::MAX,
    ) {
        let here = record(article, Some(1_733_174_104_000));
        let mut there = here.clone();
        there.origin.coordinates = RawCoordinates { topic: Arc::from("other"), partition, offset };
        there.origin.timestamp_ms = None;
        let tags = tag(&here.article);
        let mut later = judgement(Verdict::New);
        later.sequence = sequence;
        let here = emitter().enriched(&here, &tags, Some(&judgement(Verdict::New)), &[]);
        let there = emitter().enriched(&there, &tags, Some(&later), &[]);
        prop_assert_eq!(without_raw_and_sequence(here.payload.as_deref()), without_raw_and_sequence(there.payload.as_deref()));
        prop_assert_eq!(here.key, there.key);
    }

    #[test]
    fn words_are_runs_of_what_is_no_white_space(text in prop_oneof![text(), "[a-zء-ي \\t\n\r\u{b}\u{c}\u{1c}]{0,80}"]) {
        prop_assert_eq!(crate::emit::ninjs::word_count(&text), text.split_whitespace().count());
    }

    #[test]
    fn a_related_article_without_an_address_is_named_by_its_text(headline in text(), other in text()) {
        let name_of = |headline: &str| {
            let mut article = Article { uri: "urn:khabar:1".into(), ..Article::default() };
            article.related.push(Related { headline: Some(headline.to_owned()), ..Related::default() });
            let record = record(article, None);
            let payload = emitter().enriched(&record, &tag(&record.article), None, &[]).payload.unwrap();
            let item: Value = serde_json::from_slice(&payload).unwrap();
            item["associations"][0]["uri"].as_str().unwrap().to_owned()
        };
        prop_assert_eq!(name_of(&headline), format!("urn:khabar:{}", hex(&hash128(format!("{headline}\n").as_bytes()))));
        prop_assert_eq!(name_of(&headline) == name_of(&other), headline == other);
    }
}

/// The payload's text without the two members that may differ.
fn without_raw_and_sequence(payload: Option<&[u8]>) -> String {
    let text = std::str::from_utf8(payload.unwrap()).unwrap();
    // The markers hold quotes, which a text inside JSON never does unescaped.
    let (front, rest) = text.split_once("\"seq\":").unwrap();
    let (_, rest) = rest.split_once(",\"direction\"").unwrap();
    let (middle, rest) = rest.split_once("\"raw\":{\"topic\":").unwrap();
    let (_, back) = rest.split_once("},").unwrap();
    format!("{front}{middle}{back}")
}
