//! Articles written for the tests.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::article::{
    Article, ArticleDate, DatePrecision, Direction, Extraction, FieldEvidence, Flaw, Image, Judgement,
    Matched, Paragraph, ParagraphRole, Related, TaggedKeywords, Tags, Verdict, hash128,
};
use crate::emit::{Emitter, EmitterOptions};
use crate::flow::{Header, Origin, ParsedRecord, RawCoordinates};

pub(super) fn emitter() -> Emitter {
    Emitter::new(options())
}

pub(super) fn options() -> EmitterOptions {
    EmitterOptions { duplicate_body: false, parser_version: 3, lexicons: None }
}

pub(super) fn origin() -> Origin {
    Origin {
        coordinates: RawCoordinates { topic: Arc::from("articles.raw"), partition: 2, offset: 41 },
        timestamp_ms: Some(1_733_174_105_250),
        trace_headers: vec![Header::text(
            "traceparent",
            "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
        )],
    }
}

pub(super) fn record(article: Article) -> ParsedRecord {
    ParsedRecord {
        origin: origin(),
        content_hash: hash128(b"the content"),
        fetched_at_ms: Some(1_733_174_104_000),
        meta: None,
        article,
    }
}

pub(super) fn paragraph(text: &str) -> Paragraph {
    Paragraph { text: text.to_owned(), role: ParagraphRole::Text }
}

fn found(field: &'static str, found: &str, confidence: u8) -> FieldEvidence {
    FieldEvidence { field, found: found.to_owned(), confidence }
}

/// An Arabic dump with a keyword line that has no separators, and a related article without an address.
pub(super) fn arabic_dump() -> (ParsedRecord, Tags) {
    let uri = "urn:khabar:00112233445566778899aabbccddeeff";
    let article = Article {
        uri: uri.to_owned(),
        id: hash128(uri.as_bytes()),
        headline: Some("بلدية الميناء تبدأ ترميم \"الرصيف القديم\"".to_owned()),
        paragraphs: vec![
            paragraph("بدأت بلدية الميناء اليوم ترميم الرصيف القديم 🚢 بعد عامين من الإغلاق."),
            Paragraph { text: "الكلفة والتمويل".to_owned(), role: ParagraphRole::Heading },
            paragraph("وقال رئيس البلدية إن الكلفة تبلغ 3 ملايين دينار."),
        ],
        publisher: Some("جريدة الساحل".to_owned()),
        source: Some("جريدة الساحل".to_owned()),
        published: Some(ArticleDate {
            value: "2024-12-02T00:00:00Z".to_owned(),
            raw: "2nd, December 2024 GMT".to_owned(),
            precision: DatePrecision::Day,
            calendar: "gregorian",
            zone: Some("GMT".to_owned()),
            evidence: "label:تاريخ النشر".to_owned(),
        }),
        related: vec![Related {
            headline: Some("افتتاح سوق السمك".to_owned()),
            url: None,
            paragraphs: vec![paragraph("افتتحت البلدية سوق السمك."), paragraph("ويضم السوق 40 محلا.")],
        }],
        extraction: Extraction {
            method: "dump",
            confidence: 97,
            evidence: vec![found("headline", "first line", 83), found("published", "label:تاريخ النشر", 93)],
            flaws: vec![Flaw::new("url_missing")],
        },
        ..Article::default()
    };
    let tags = Tags {
        language: "ar".to_owned(),
        direction: Direction::RightToLeft,
        keywords: Some(TaggedKeywords {
            raw: "الميناء ترميم الرصيف القديم".to_owned(),
            list: Vec::new(),
            origin: "page",
        }),
        ..Tags::default()
    };
    (record(article), tags)
}

/// An English page with all that a page can have.
pub(super) fn english_page() -> (ParsedRecord, Tags) {
    let uri = "https://news.example/2024/quay?id=7";
    let article = Article {
        uri: uri.to_owned(),
        id: hash128(uri.as_bytes()),
        has_url: true,
        headline: Some("Old quay to reopen".to_owned()),
        paragraphs: vec![paragraph("The old quay reopens in March."), paragraph("Repairs took two years.")],
        authors: vec!["Ada Example".to_owned(), "Sam Sample".to_owned()],
        publisher: Some("Example News".to_owned()),
        source: Some("news.example".to_owned()),
        located: Some("PORTVILLE".to_owned()),
        published: Some(ArticleDate {
            value: "2024-12-02T09:30:00+03:00".to_owned(),
            raw: "2024-12-02T09:30+03:00".to_owned(),
            precision: DatePrecision::Minute,
            calendar: "gregorian",
            zone: Some("+03:00".to_owned()),
            evidence: "json-ld:datePublished".to_owned(),
        }),
        modified: Some(ArticleDate {
            value: "2024-12-03T00:00:00Z".to_owned(),
            raw: "3 December 2024".to_owned(),
            precision: DatePrecision::Day,
            calendar: "gregorian",
            zone: None,
            evidence: "text:Updated".to_owned(),
        }),
        image: Some(Image {
            url: "https://img.example/quay 1.jpg?w=[600]#top".to_owned(),
            caption: Some("The quay".to_owned()),
        }),
        section: Some("Local".to_owned()),
        related: vec![Related {
            headline: Some("Fish market opens".to_owned()),
            url: Some("https://news.example/سوق".to_owned()),
            paragraphs: Vec::new(),
        }],
        partial: true,
        extraction: Extraction {
            method: "html",
            confidence: 88,
            evidence: vec![
                found("headline", "og:title", 45),
                found("published", "json-ld:datePublished", 99),
                found("modified", "text:Updated", 60),
            ],
            flaws: vec![Flaw::new("zone_missing").with_detail("modified")],
        },
        ..Article::default()
    };
    let tags = Tags {
        language: "en-GB".to_owned(),
        direction: Direction::LeftToRight,
        keywords: Some(TaggedKeywords {
            raw: "harbour, quay".to_owned(),
            list: vec!["harbour".to_owned(), "quay".to_owned()],
            origin: "page",
        }),
        ..Tags::default()
    };
    let mut record = record(article);
    record.meta =
        Some(RawValue::from_string("{\"tenant\": \"t-1\",\n \"crawl\": [1, 2.50]}".to_owned()).unwrap());
    (record, tags)
}

/// A headline and nothing else, with a timestamp that no calendar holds.
pub(super) fn headline_alone() -> (ParsedRecord, Tags) {
    let uri = "urn:khabar:ffeeddccbbaa99887766554433221100";
    let article = Article {
        uri: uri.to_owned(),
        id: hash128(uri.as_bytes()),
        headline: Some("号外".to_owned()),
        extraction: Extraction { method: "plain", confidence: 10, ..Extraction::default() },
        ..Article::default()
    };
    let mut record = record(article);
    record.origin.timestamp_ms = Some(i64::MAX);
    record.origin.trace_headers.clear();
    record.fetched_at_ms = None;
    let tags = Tags { language: "und".to_owned(), ..Tags::default() };
    (record, tags)
}

pub(super) fn judgement(verdict: Verdict) -> Judgement {
    let matched = Matched {
        coordinates: RawCoordinates { topic: Arc::from("articles.raw"), partition: 5, offset: 12 },
        id: hash128(b"https://news.example/2024/quay"),
    };
    let is_new = verdict == Verdict::New;
    Judgement {
        verdict,
        matched: (!is_new).then_some(matched),
        score_permille: if is_new { 0 } else { 940 },
        novelty_permille: if is_new { 1_000 } else { 60 },
        rule: "sample_rule",
        sequence: 1_234,
        level: 1,
        suppressed: verdict.is_duplicate(),
    }
}
