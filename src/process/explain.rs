//! One record, read offline: what parse believed of it, for a person who wonders.
//!
//! Owns nothing of what it shows: it decodes and parses with the same rooms as the worker, and asks them for their
//! evidence.

use crate::article::{Article, Content, Flaw};
use crate::config::settings::Settings;
use crate::flow::RawRecord;
use crate::parse::{Parser, ReadLine};
use crate::process::SetupError;
use crate::rejection::Rejection;
use crate::sources::Sources;

/// What was read of a record.
#[derive(Debug)]
pub struct Explanation {
    /// `dump`, `html` or `mapped`; `None` where decode rejected the record.
    pub content: Option<&'static str>,
    /// The lines of a dump with their roles; empty for other content.
    pub lines: Vec<ReadLine>,
    /// What decode found odd, where there is no article to say so.
    pub flaws: Vec<Flaw>,
    pub outcome: Result<Box<Article>, Rejection>,
}

/// Decodes and parses one record with these settings.
pub fn explain(raw: &RawRecord, settings: &Settings) -> Result<Explanation, SetupError> {
    let sources = Sources::load(&settings.sources)?;
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources)?;
    let decoded = match crate::decode::decode(raw, &settings.decode) {
        Ok(decoded) => decoded,
        Err(rejection) => {
            let outcome = Err(rejection);
            return Ok(Explanation { content: None, lines: Vec::new(), flaws: Vec::new(), outcome });
        }
    };
    let (content, lines) = match &decoded.content {
        Content::Dump(text) => ("dump", parser.read_lines(text)),
        Content::Html(_) => ("html", Vec::new()),
        Content::Text(_) => ("mapped", Vec::new()),
    };
    let outcome = parser.parse(&decoded).map(Box::new);
    let flaws = if outcome.is_ok() { Vec::new() } else { decoded.flaws };
    Ok(Explanation { content: Some(content), lines, flaws, outcome })
}
