//! The stages of one record, put together: raw record to parsed record with claim, and judgement to tags and output
//! record. Before the claim only the article's language is told: a record that is suppressed leaves with nothing else of
//! its tags.
//!
//! Pure: no clock, no I/O, no Kafka. A panic in decode or parse costs one record, which is rejected; one in tag costs its
//! tags. One in emit is answered by a simpler record; only where that panics too does it reach the caller.

mod rehearsal;
#[cfg(test)]
pub(crate) mod tests;

use std::sync::Arc;

use crate::article::{Article, Decoded, Flaw, Judgement, Tags};
use crate::caught;
use crate::config::settings::{DecodeSettings, Settings};
use crate::dedup::claim::{Claim, ClaimIdentity};
use crate::dedup::rules;
use crate::emit::{self, Emitter, EmitterOptions};
use crate::flow::{Origin, OutputRecord, ParsedRecord, RawRecord};
use crate::output_limits::OutputLimits;
use crate::parse::Parser;
use crate::planted::{self, Place};
use crate::rejection::{Code, Rejection};
use crate::tag::{MainLanguage, Tagger};

pub use rehearsal::{Course, Step};

/// Version of the parse room's rules, in `khabar.versions`.
pub const PARSER_VERSION: u32 = 8;

/// Value of `khabar.degraded` for an item whose tags failed.
pub const DEGRADED_TAG: &str = "tag";
/// Value of `khabar.degraded` for an item that could not be made with its tags.
pub const DEGRADED_EMIT: &str = "emit";
/// Value of `khabar.degraded` for an item that parse gave up after its record was claimed.
pub const DEGRADED_PARSE: &str = "parse";

/// Built once per process and shared by all threads.
#[derive(Debug)]
pub struct Stages {
    decode: DecodeSettings,
    parser: Parser,
    tagger: Tagger,
    emitter: Emitter,
    /// The scope of claims; `None` without dedup.
    scope: Option<u64>,
    limits: Arc<OutputLimits>,
}

/// What is tagged of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tagging {
    /// Its language before the claim; all else once it is known that the record leaves enriched.
    Whole,
    /// Its language. All else would end the process.
    LanguageOnly,
    /// Nothing: its language would end the process, or could not be told for a panic.
    Nothing,
}

/// A record that waits for its verdict.
#[derive(Debug)]
pub struct Prepared {
    pub record: ParsedRecord,
    pub language: MainLanguage,
    pub tagging: Tagging,
    /// The stages that failed so far.
    pub degraded: Vec<&'static str>,
    /// `None` without dedup.
    pub claim: Option<Claim>,
}

#[cfg(test)]
impl Prepared {
    /// A record that no stage has looked at, for those who only pass it on.
    pub(crate) fn untold(record: ParsedRecord, claim: Claim) -> Self {
        let (language, tagging) = (MainLanguage::undetermined(), Tagging::Whole);
        Self { record, language, tagging, degraded: Vec::new(), claim: Some(claim) }
    }
}

/// A record that leaves.
#[derive(Debug)]
pub struct Made {
    pub output: OutputRecord,
    /// It was too large for its topic and gave up parts.
    pub is_cut: bool,
}

/// A record with its content told apart.
#[derive(Debug)]
pub struct DecodedRecord {
    pub origin: Origin,
    pub identity: ClaimIdentity,
    pub decoded: Decoded,
}

impl Stages {
    /// `scope` is that of the claims; `None` leaves dedup out.
    pub fn new(
        settings: &Settings,
        parser: Parser,
        tagger: Tagger,
        scope: Option<u64>,
        limits: Arc<OutputLimits>,
    ) -> Self {
        let emitter = Emitter::new(EmitterOptions {
            duplicate_body: settings.dedup.duplicate_body,
            parser_version: PARSER_VERSION,
            lexicons: Some(tagger.lexicons().to_owned()),
        });
        Self { decode: settings.decode.clone(), parser, tagger, emitter, scope, limits }
    }

    /// The whole way to the claim. A rejection gives the raw record back.
    pub fn prepare(&self, raw: RawRecord) -> Result<Box<Prepared>, Box<(RawRecord, Rejection)>> {
        let prepared = self.decode(&raw).and_then(|decoded| {
            let record = self.parse(&decoded)?;
            self.claim(record, decoded.identity, Tagging::Whole)
        });
        prepared.map_err(|rejection| Box::new((raw, rejection)))
    }

    /// Tells the content apart and brings it to text.
    pub fn decode(&self, raw: &RawRecord) -> Result<DecodedRecord, Rejection> {
        let payload = raw.payload.as_deref().unwrap_or_default();
        let decoded = guarded(Code::DecodePanicked, || {
            planted::strike(Place::Decode, payload);
            crate::decode::decode(raw, &self.decode)
        })?;
        let identity = ClaimIdentity::new(raw.coordinates.clone(), raw.timestamp_ms, payload);
        Ok(DecodedRecord { origin: raw.origin(), identity, decoded })
    }

    /// Finds the article.
    pub fn parse(&self, decoded: &DecodedRecord) -> Result<ParsedRecord, Rejection> {
        let article = guarded(Code::ParsePanicked, || {
            planted::strike(Place::Parse, decoded.decoded.content.text().as_bytes());
            self.parser.parse(&decoded.decoded)
        })?;
        Ok(ParsedRecord {
            origin: decoded.origin.clone(),
            article,
            content_hash: decoded.decoded.content_hash,
            fetched_at_ms: decoded.decoded.fetched_at_ms,
            meta: decoded.decoded.meta.clone(),
        })
    }

    /// The plain text of content that parse gave up, for a record that was claimed before. `None` where there is no text,
    /// or no claims.
    pub fn plain(&self, decoded: DecodedRecord, tagging: Tagging) -> Option<Box<Prepared>> {
        let (record, identity) = self.plain_record(decoded)?;
        let mut prepared = self.claim(record, identity, tagging).ok()?;
        prepared.degraded.push(DEGRADED_PARSE);
        Some(prepared)
    }

    fn plain_record(&self, decoded: DecodedRecord) -> Option<(ParsedRecord, ClaimIdentity)> {
        self.scope?;
        let article = caught::catch(|| self.parser.plain(&decoded.decoded)).ok()?;
        if article.headline.is_none() && article.paragraphs.is_empty() {
            return None;
        }
        let record = ParsedRecord {
            origin: decoded.origin,
            article,
            content_hash: decoded.decoded.content_hash,
            fetched_at_ms: decoded.decoded.fetched_at_ms,
            meta: decoded.decoded.meta,
        };
        Some((record, decoded.identity))
    }

    /// Tells the article's language and writes its claim.
    pub fn claim(
        &self,
        record: ParsedRecord,
        identity: ClaimIdentity,
        tagging: Tagging,
    ) -> Result<Box<Prepared>, Rejection> {
        guarded(Code::ParsePanicked, || {
            let told = told_language(&record.article, tagging);
            Ok(self.with_claim(record, identity, told))
        })
    }

    fn with_claim(
        &self,
        record: ParsedRecord,
        identity: ClaimIdentity,
        (language, tagging): (MainLanguage, Tagging),
    ) -> Box<Prepared> {
        let source =
            record.article.source.as_deref().map(|source| self.parser.sources().dedup_source(source));
        let claim = self.scope.map(|scope| Claim::new(scope, identity, &record, language.tag(), source));
        let degraded = if tagging == Tagging::Nothing { vec![DEGRADED_TAG] } else { Vec::new() };
        Box::new(Prepared { record, language, tagging, degraded, claim })
    }

    /// The record that leaves, made to fit its topic.
    pub fn finish(&self, mut prepared: Box<Prepared>, judgement: Option<&Judgement>) -> Made {
        let tags = self.tag(&mut prepared, judgement);
        self.emit_or_degrade(&mut prepared, &tags, judgement)
    }

    /// The tags of a judged record; those of one that is suppressed are its language alone. `prepared.degraded` tells
    /// where they could not be had.
    pub fn tag(&self, prepared: &mut Prepared, judgement: Option<&Judgement>) -> Tags {
        if judgement.is_some_and(|judgement| judgement.suppressed) {
            return prepared.language.alone();
        }
        if prepared.tagging == Tagging::Whole {
            let article = &prepared.record.article;
            let tags = caught::catch(|| {
                planted::strike_paragraphs(Place::Tag, article);
                self.tagger.tag_in(article, &prepared.language)
            });
            if let Ok(tags) = tags {
                return tags;
            }
        }
        if !prepared.degraded.contains(&DEGRADED_TAG) {
            prepared.degraded.push(DEGRADED_TAG);
        }
        prepared.language.alone()
    }

    /// The record that leaves with these tags, or without them where it can't be made: `prepared.degraded` tells.
    pub fn emit_or_degrade(
        &self,
        prepared: &mut Prepared,
        tags: &Tags,
        judgement: Option<&Judgement>,
    ) -> Made {
        if let Ok(output) = caught::catch(|| self.emit(prepared, tags, judgement)) {
            return output;
        }
        prepared.degraded.push(DEGRADED_EMIT);
        self.emit(prepared, &prepared.language.alone(), judgement)
    }

    fn emit(&self, prepared: &mut Prepared, tags: &Tags, judgement: Option<&Judgement>) -> Made {
        if !prepared.degraded.contains(&DEGRADED_EMIT) {
            planted::strike_paragraphs(Place::Emit, &prepared.record.article);
        }
        let output = match judgement {
            Some(judgement) if judgement.suppressed => {
                self.emitter.duplicate(&prepared.record, tags, judgement, &prepared.degraded)
            }
            _ => {
                let flaws = &mut prepared.record.article.extraction.flaws;
                if judgement.is_some_and(|judgement| judgement.rule == rules::SAME_URL_OTHER_TEXT)
                    && !flaws.iter().any(|flaw| flaw.code == rules::FLAW_URL_REUSED)
                {
                    flaws.push(Flaw::new(rules::FLAW_URL_REUSED));
                }
                self.emitter.enriched(&prepared.record, tags, judgement, &prepared.degraded)
            }
        };
        self.fit(output)
    }

    /// The rejected record: the raw one, with the reason in its headers.
    pub fn reject(&self, raw: RawRecord, rejection: &Rejection) -> Made {
        self.fit(self.emitter.rejected(raw, rejection))
    }

    fn fit(&self, output: OutputRecord) -> Made {
        let bytes_max = self.limits.get(output.outcome);
        let is_cut = emit::fit::wire_bytes(&output) > bytes_max;
        Made { output: emit::fit::fit(output, bytes_max), is_cut }
    }
}

/// The article's language, and what can be tagged of it then.
fn told_language(article: &Article, tagging: Tagging) -> (MainLanguage, Tagging) {
    if tagging == Tagging::Nothing {
        return (MainLanguage::undetermined(), tagging);
    }
    let told = caught::catch(|| {
        planted::strike_paragraphs(Place::Language, article);
        MainLanguage::of(article)
    });
    told.map_or_else(|_| (MainLanguage::undetermined(), Tagging::Nothing), |language| (language, tagging))
}

fn guarded<T>(code: Code, stage: impl FnOnce() -> Result<T, Rejection>) -> Result<T, Rejection> {
    caught::catch(stage).unwrap_or_else(|panic| Err(Rejection::new(code, caught::text(&*panic))))
}
