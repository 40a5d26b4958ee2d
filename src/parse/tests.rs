//! Golden cases (`tests/data/parse/<case>`), properties, and hostile content.

mod confidence;
mod dates;
mod golden;
mod hostile;
mod related_boxes;
mod rules;

use crate::article::{Article, Content, Decoded, Stated};
use crate::config::settings::{LexiconSettings, ParseSettings, SourcesSettings};
use crate::parse::Parser;
use crate::sources::Sources;

/// 2025-06-01T00:00:00Z
const FETCHED_AT_MS: i64 = 1_748_736_000_000;

fn settings() -> ParseSettings {
    ParseSettings {
        html_depth_max: 512,
        html_nodes_max: 250_000,
        paragraphs_max: 5000,
        body_bytes_max: 4 << 20,
        zone: "UTC".to_owned(),
    }
}

fn parser_with(settings: &ParseSettings) -> Parser {
    let sources = Sources::load(&SourcesSettings { file: String::new() }).unwrap();
    Parser::new(settings, &LexiconSettings::default(), sources).unwrap()
}

pub(super) fn parser() -> Parser {
    parser_with(&settings())
}

fn decoded(content: Content) -> Decoded {
    Decoded {
        content,
        content_hash: [0xab; 16],
        stated: Stated::default(),
        fetched_at_ms: Some(FETCHED_AT_MS),
        meta: None,
        flaws: Vec::new(),
    }
}

pub(super) fn dump(text: &str) -> Decoded {
    decoded(Content::Dump(text.to_owned()))
}

fn html(page: &str) -> Decoded {
    decoded(Content::Html(page.to_owned()))
}

fn has_flaw(article: &Article, code: &str) -> bool {
    article.extraction.flaws.iter().any(|flaw| flaw.code == code)
}
