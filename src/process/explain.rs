//! One record, read offline: what parse and tag believed of it, for a person who wonders.
//!
//! Owns nothing of what it shows: it decodes, parses and judges with the same rooms as the worker, and asks them for
//! their evidence.

use std::sync::Arc;

use super::{SCOPE, SetupError, output_limits};
use crate::article::{Article, Content, Flaw, Judgement, Tags};
use crate::config::settings::Settings;
use crate::dedup::level::Level;
use crate::dedup::window::Window;
use crate::flow::RawRecord;
use crate::parse::{Parser, ReadLine};
use crate::rejection::Rejection;
use crate::sources::Sources;
use crate::stages::Stages;
use crate::tag::Tagger;

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
    /// What is said about the article; empty where there is none.
    pub tags: Tags,
}

/// Decodes, parses and tags one record with these settings.
pub fn explain(raw: &RawRecord, settings: &Settings) -> Result<Explanation, SetupError> {
    let sources = Sources::load(&settings.sources)?;
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources)?;
    let tagger = Tagger::load(&settings.lexicon, parser.sources())?;
    let decoded = match crate::decode::decode(raw, &settings.decode) {
        Ok(decoded) => decoded,
        Err(rejection) => {
            let outcome = Err(rejection);
            let (lines, flaws, tags) = (Vec::new(), Vec::new(), Tags::default());
            return Ok(Explanation { content: None, lines, flaws, outcome, tags });
        }
    };
    let (content, lines) = match &decoded.content {
        Content::Dump(text) => ("dump", parser.read_lines(text)),
        Content::Html(_) => ("html", Vec::new()),
        Content::Text(_) => ("mapped", Vec::new()),
    };
    let outcome = parser.parse(&decoded).map(Box::new);
    let flaws = if outcome.is_ok() { Vec::new() } else { decoded.flaws };
    let tags = outcome.as_ref().map_or_else(|_| Tags::default(), |article| tagger.tag(article));
    Ok(Explanation { content: Some(content), lines, flaws, outcome, tags })
}

/// Between two articles that are compared, as the log's clock has it.
const STEP_MS: i64 = 60_000;

/// An article beside earlier ones.
#[derive(Debug)]
pub struct Comparison {
    /// What came of each record, in the order of arrival; the last one is the article that is judged.
    pub articles: Vec<Result<Box<Article>, Rejection>>,
    /// `None` where the last record is rejected.
    pub judgement: Option<Judgement>,
    /// Which of the earlier ones the verdict names.
    pub matched: Option<usize>,
}

/// Judges the last of some records as if they had come one after the other, a minute apart.
pub fn compare(records: Vec<RawRecord>, settings: &Settings) -> Result<Comparison, SetupError> {
    let parser = Parser::new(&settings.parse, &settings.lexicon, Sources::load(&settings.sources)?)?;
    let tagger = Tagger::load(&settings.lexicon, parser.sources())?;
    let stages = Stages::new(settings, parser, tagger, Some(SCOPE), Arc::new(output_limits(settings)));
    let mut window = Window::new(Level::from_settings(&settings.dedup));
    let (mut articles, mut judgement) = (Vec::new(), None);
    for (mut raw, at) in records.into_iter().zip(0..) {
        // Two records of one name are two records.
        raw.coordinates.offset = at;
        judgement = None;
        articles.push(match stages.prepare(raw) {
            Ok(prepared) => {
                if let Some(claim) = &prepared.claim {
                    // The clock goes forward, so inserting can't fail.
                    judgement = window.apply(claim, at, at * STEP_MS).ok();
                }
                Ok(Box::new(prepared.record.article))
            }
            Err(rejected) => Err(rejected.1),
        });
    }
    let matched = judgement.as_ref().and_then(|judgement: &Judgement| judgement.matched.as_ref());
    let matched = matched.and_then(|matched| usize::try_from(matched.coordinates.offset).ok());
    Ok(Comparison { articles, judgement, matched })
}
