//! The systems that are compared: each from the page's bytes to what it found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use khabar::article::{FieldEvidence, Related};
use khabar::config::Settings;
use khabar::config::load::{LayerArguments, load};
use khabar::flow::{Header, RawCoordinates, RawRecord};
use khabar::output_limits::OutputLimits;
use khabar::parse::Parser;
use khabar::sources::Sources;
use khabar::stages::Stages;
use khabar::tag::Tagger;

use crate::data::Page;
use crate::dump::{self, Extent};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Khabar,
    /// khabar, with the page as plain text.
    KhabarDump(Extent),
    Trafilatura,
    Libreadability,
    DomSmoothie,
}

impl System {
    pub const ALL: [Self; 6] = [
        Self::Khabar,
        Self::Trafilatura,
        Self::Libreadability,
        Self::DomSmoothie,
        Self::KhabarDump(Extent::Page),
        Self::KhabarDump(Extent::Article),
    ];

    pub const fn is_khabar(self) -> bool {
        matches!(self, Self::Khabar | Self::KhabarDump(_))
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Khabar => "khabar",
            Self::KhabarDump(Extent::Page) => "page dump",
            Self::KhabarDump(Extent::Article) => "article dump",
            Self::Trafilatura => "trafilatura",
            Self::Libreadability => "libreadability",
            Self::DomSmoothie => "dom_smoothie",
        }
    }
}

/// What a system found in one page. Empty is not found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub body: String,
    pub headline: String,
    pub author: String,
    pub date: String,
    /// Where the date comes from: khabar alone says it.
    pub date_evidence: String,
    /// Each line of a text with its role and the evidence for it; empty for pages.
    pub lines: Vec<String>,
    /// Where each field comes from, and what khabar thinks that is worth.
    pub evidence: Vec<FieldEvidence>,
    /// Titles and addresses of other articles that the page names.
    pub related: Vec<String>,
    /// The codes of the article's flaws.
    pub flaws: Vec<&'static str>,
    pub took: Duration,
}

type Extract = Box<dyn Fn(&Page) -> Option<Found>>;

pub fn run(system: System, pages: &[Page]) -> Vec<Found> {
    let extract: Extract = match system {
        System::Khabar => khabar(html),
        System::KhabarDump(extent) => khabar_dump(extent),
        System::Trafilatura => Box::new(trafilatura),
        System::Libreadability => Box::new(libreadability),
        System::DomSmoothie => Box::new(dom_smoothie),
    };
    pages
        .iter()
        .map(|page| {
            let begun = Instant::now();
            let found = catch_unwind(AssertUnwindSafe(|| extract(page))).ok().flatten();
            Found { took: begun.elapsed(), ..found.unwrap_or_default() }
        })
        .collect()
}

/// The bytes of a record and its headers.
type Payload = (Vec<u8>, Vec<Header>);

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: Some(value.as_bytes().to_vec()) }
}

fn html(page: &Page) -> Payload {
    let mut headers = vec![header("content-type", "text/html")];
    headers.extend(page.gold.url.as_ref().map(|url| header("url", url)));
    (page.html.clone(), headers)
}

/// Whoever has only the text has no address either.
fn dump(page: &Page, extent: Extent) -> Payload {
    let text = dump::render(page, extent);
    (text.into_bytes(), vec![header("content-type", "text/plain; charset=utf-8")])
}

fn settings() -> Settings {
    load(&LayerArguments::default()).expect("the default configuration is valid").settings
}

fn parser(settings: &Settings) -> Parser {
    let sources = Sources::load(&settings.sources).expect("the compiled-in sources are valid");
    Parser::new(&settings.parse, &settings.lexicon, sources).expect("the lexicons are valid")
}

fn khabar(payload: impl Fn(&Page) -> Payload + 'static) -> Extract {
    let settings = settings();
    let limits = Arc::new(OutputLimits::new(usize::MAX));
    let stages = Stages::new(&settings, parser(&settings), Tagger::compiled_in(), None, limits);
    Box::new(move |page| {
        let (payload, headers) = payload(page);
        let raw = RawRecord {
            coordinates: RawCoordinates { topic: Arc::from("pages"), partition: 0, offset: 0 },
            timestamp_ms: None,
            key: None,
            payload: Some(payload),
            headers,
        };
        let article = stages.prepare(raw).ok()?.record.article;
        Some(Found {
            body: article.body(),
            author: article.authors.join("; "),
            date_evidence: article
                .published
                .as_ref()
                .map(|date| format!("{}: {}", date.evidence, date.raw))
                .unwrap_or_default(),
            date: article.published.map(|date| date.value).unwrap_or_default(),
            headline: article.headline.unwrap_or_default(),
            related: article.related.iter().map(title_and_url).collect(),
            flaws: article.extraction.flaws.iter().map(|flaw| flaw.code).collect(),
            evidence: article.extraction.evidence,
            ..Found::default()
        })
    })
}

fn title_and_url(related: &Related) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    format!("{}\t{}", part(&related.headline), part(&related.url))
}

fn khabar_dump(extent: Extent) -> Extract {
    let read = khabar(move |page| dump(page, extent));
    let parser = parser(&settings());
    Box::new(move |page| {
        let lines = parser.read_lines(&dump::render(page, extent));
        let lines =
            lines.iter().map(|line| format!("{}\t{}\t{}", line.role.name(), line.evidence, line.text));
        Some(Found { lines: lines.collect(), ..read(page)? })
    })
}

fn trafilatura(page: &Page) -> Option<Found> {
    let html = String::from_utf8_lossy(&page.html);
    let result = trafilatura::extract(&html, &trafilatura::Options::default()).ok()?;
    Some(Found {
        body: result.content_text,
        headline: result.metadata.title,
        author: result.metadata.author,
        date: result.metadata.date.map(|date| date.to_string()).unwrap_or_default(),
        ..Found::default()
    })
}

fn libreadability(page: &Page) -> Option<Found> {
    let html = String::from_utf8_lossy(&page.html);
    let article = libreadability::extract(&html, page.gold.url.as_deref()).ok()?;
    Some(Found {
        body: article.text_content,
        headline: article.title,
        author: article.byline,
        date: article.published_time,
        ..Found::default()
    })
}

fn dom_smoothie(page: &Page) -> Option<Found> {
    let html = String::from_utf8_lossy(&page.html);
    let mut reader = dom_smoothie::Readability::new(html.as_ref(), page.gold.url.as_deref(), None).ok()?;
    let article = reader.parse().ok()?;
    Some(Found {
        body: article.text_content.to_string(),
        headline: article.title,
        author: article.byline.unwrap_or_default(),
        date: article.published_time.unwrap_or_default(),
        ..Found::default()
    })
}
