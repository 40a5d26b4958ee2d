//! One text dump and what a careful reader takes from it: `seed/raw.txt` and `seed/expected.json`.

use std::path::Path;
use std::sync::Arc;

use khabar::article::{Article, EntityKind, Tags};
use khabar::config::load::{LayerArguments, load};
use khabar::flow::{Header, RawCoordinates, RawRecord};
use khabar::output_limits::OutputLimits;
use khabar::parse::Parser;
use khabar::sources::Sources;
use khabar::stages::Stages;
use khabar::tag::Tagger;
use serde::Deserialize;

use crate::table::{Line, Section, Target};
use crate::{quotes, tags, text};

/// Entities beyond those that are required and optional.
const EXTRA_MAX: usize = 3;

#[derive(Deserialize)]
struct Expected {
    keywords: Vec<String>,
    entities_required: Vec<Entity>,
    entities_optional: Vec<String>,
    entities_forbidden_from_body: Vec<String>,
    /// Names of topics: one of these.
    subjects_required_any_of: Vec<String>,
    /// And each of these.
    subjects_required_also: Vec<String>,
    quotes: Vec<Quotation>,
}

#[derive(Deserialize)]
struct Entity {
    kind: String,
    name_en: String,
    surface: Vec<String>,
    #[serde(default)]
    min_mentions: usize,
}

#[derive(Deserialize)]
struct Quotation {
    speaker: String,
    #[serde(rename = "startsWith")]
    starts_with: String,
    closed: bool,
}

/// What was checked, and what did not hold.
#[derive(Default)]
struct Checks {
    held: Vec<bool>,
    misses: Vec<String>,
}

impl Checks {
    fn check(&mut self, holds: bool, miss: impl FnOnce() -> String) {
        self.held.push(holds);
        if !holds {
            self.misses.push(miss());
        }
    }

    /// One line; each miss is printed below it.
    fn line(self, name: &str, section: &mut Section) {
        let line = Line::share(format!("seed, {name}"), &self.held, Target::AtLeast(1.0));
        section.lines.push(Line { interval: None, ..line });
        section.worst.push(self.misses.into_iter().map(|miss| format!("seed, {name}: {miss}")).collect());
    }
}

/// The article, and what is expected of it.
fn read(folder: &Path, tagger: &Tagger) -> Result<(Article, Expected), String> {
    let read = |name: &str| {
        let path = folder.join("seed").join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let expected: Expected = serde_json::from_str(&read("expected.json")?)
        .map_err(|error| format!("seed/expected.json: {error}"))?;
    Ok((parse(read("raw.txt")?.into_bytes(), tagger)?, expected))
}

/// The keywords that the seed's line is divided into where it is of this source, and those that it has.
pub fn keywords(folder: &Path, tagger: &Tagger, source: &str) -> Result<[Vec<String>; 2], String> {
    let (article, expected) = read(folder, tagger)?;
    let tags = tagger.tag(&Article { source: Some(source.to_owned()), ..article });
    Ok([tags::divided_keywords(&tags).unwrap_or_default(), expected.keywords])
}

pub fn measure(folder: &Path, tagger: &Tagger) -> Result<Section, String> {
    let (article, expected) = read(folder, tagger)?;
    let tags = tagger.tag(&article);
    let mut section = Section::new("The seed: each check, and what fails");
    entities(&expected, &tags).line("entities", &mut section);
    match tags::divided_keywords(&tags) {
        None => section.lines.push(Line::not_built("seed, keywords", Target::AtLeast(1.0))),
        Some(found) => {
            let mut checks = Checks::default();
            checks.check(found == expected.keywords, || format!("{found:?}"));
            checks.line("keywords", &mut section);
        }
    }
    match tags::subjects(&tags) {
        None => section.lines.push(Line::not_built("seed, subjects", Target::AtLeast(1.0))),
        Some(found) => subjects(&expected, &found).line("subjects", &mut section),
    }
    match tags::quotes(&tags, &article.body()) {
        None => section.lines.push(Line::not_built("seed, quotes", Target::AtLeast(1.0))),
        Some(found) => quotations(&expected, &found).line("quotes", &mut section),
    }
    Ok(section)
}

fn parse(payload: Vec<u8>, tagger: &Tagger) -> Result<Article, String> {
    let settings = load(&LayerArguments::default()).map_err(|error| format!("{error:?}"))?.settings;
    let sources = Sources::load(&settings.sources).map_err(|error| format!("{error:?}"))?;
    let parser =
        Parser::new(&settings.parse, &settings.lexicon, sources).map_err(|error| format!("{error:?}"))?;
    let limits = Arc::new(OutputLimits::new(usize::MAX));
    let stages = Stages::new(&settings, parser, tagger.clone(), None, limits);
    let content_type = b"text/plain; charset=utf-8".to_vec();
    let raw = RawRecord {
        coordinates: RawCoordinates { topic: Arc::from("pages"), partition: 0, offset: 0 },
        timestamp_ms: None,
        key: None,
        payload: Some(payload),
        headers: vec![Header { name: "content-type".to_owned(), value: Some(content_type) }],
    };
    Ok(stages.prepare(raw).map_err(|_| "the seed is refused")?.record.article)
}

fn entities(expected: &Expected, tags: &Tags) -> Checks {
    let mut checks = Checks::default();
    let mentions = tags::mentions(tags);
    for entity in &expected.entities_required {
        let count = mentions
            .iter()
            .filter(|(kind, _, _, surface, _)| {
                Some(*kind) == EntityKind::from_name(&entity.kind)
                    && entity.surface.iter().any(|own| own == surface)
            })
            .count();
        let least = entity.min_mentions.max(1);
        checks.check(count >= least, || {
            format!("{} {}: {count} of {least} mentions", entity.kind, entity.name_en)
        });
    }
    let known: Vec<String> = expected
        .entities_required
        .iter()
        .flat_map(|entity| &entity.surface)
        .chain(&expected.entities_optional)
        .map(|surface| text::folded(surface))
        .collect();
    let mut extra: Vec<&str> = Vec::new();
    for (_, _, _, surface, _) in &mentions {
        let folded = text::folded(surface);
        let forbidden = expected.entities_forbidden_from_body.iter().any(|name| text::folded(name) == folded);
        checks.check(!forbidden, || format!("forbidden: {surface}"));
        if !known.contains(&folded) && !forbidden && !extra.contains(surface) {
            extra.push(surface);
        }
    }
    checks.check(extra.len() <= EXTRA_MAX, || {
        format!("{} beyond what is named: {}", extra.len(), extra.join("، "))
    });
    checks
}

/// Codes are compared: those of the topics that are named.
fn subjects(expected: &Expected, found: &[String]) -> Checks {
    const CODES: [(&str, &str); 3] = [
        ("international relations", "medtop:20000638"),
        ("diplomacy", "medtop:20000639"),
        ("conflict, war and peace", "medtop:16000000"),
    ];
    let mut checks = Checks::default();
    let has = |name: &String| {
        CODES.iter().any(|(known, code)| known == name && found.iter().any(|found| found == code))
    };
    let any = &expected.subjects_required_any_of;
    checks.check(any.iter().any(has), || format!("none of {}; found {}", any.join(", "), found.join(" ")));
    for name in &expected.subjects_required_also {
        checks.check(has(name), || format!("not {name}; found {}", found.join(" ")));
    }
    checks
}

fn quotations(expected: &Expected, found: &[tags::Quote]) -> Checks {
    let mut checks = Checks::default();
    for quotation in &expected.quotes {
        let begun = text::folded(&quotation.starts_with);
        let same = found.iter().find(|quote| text::folded(&quote.text).starts_with(&begun));
        let fits = |quote: &tags::Quote| {
            quotes::is_speaker(&quotation.speaker, quote) && quote.is_closed == quotation.closed
        };
        checks.check(same.is_some_and(fits), || match same {
            Some(quote) => {
                format!("{}: {:?}, closed: {}", quotation.starts_with, quote.speakers, quote.is_closed)
            }
            None => format!("{}: not found", quotation.starts_with),
        });
    }
    checks
}
