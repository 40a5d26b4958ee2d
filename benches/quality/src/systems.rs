//! The systems that are compared: each from the page's bytes to what it found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use khabar::config::load::{LayerArguments, load};
use khabar::flow::{Header, RawCoordinates, RawRecord};
use khabar::output_limits::OutputLimits;
use khabar::parse::Parser;
use khabar::sources::Sources;
use khabar::stages::Stages;

use crate::data::Page;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Khabar,
    Trafilatura,
    Libreadability,
    DomSmoothie,
}

impl System {
    pub const ALL: [Self; 4] = [Self::Khabar, Self::Trafilatura, Self::Libreadability, Self::DomSmoothie];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Khabar => "khabar",
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
    pub took: Duration,
}

type Extract = Box<dyn Fn(&Page) -> Option<Found>>;

pub fn run(system: System, pages: &[Page]) -> Vec<Found> {
    let extract: Extract = match system {
        System::Khabar => khabar(),
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

fn khabar() -> Extract {
    let settings = load(&LayerArguments::default()).expect("the default configuration is valid").settings;
    let sources = Sources::load(&settings.sources).expect("the compiled-in sources are valid");
    let parser = Parser::new(&settings.parse, &settings.lexicon, sources).expect("the lexicons are valid");
    let stages = Stages::new(&settings, parser, None, Arc::new(OutputLimits::new(usize::MAX)));
    Box::new(move |page| {
        let mut headers =
            vec![Header { name: "content-type".to_owned(), value: Some(b"text/html".to_vec()) }];
        headers.extend(
            page.gold
                .url
                .as_ref()
                .map(|url| Header { name: "url".to_owned(), value: Some(url.clone().into_bytes()) }),
        );
        let raw = RawRecord {
            coordinates: RawCoordinates { topic: Arc::from("pages"), partition: 0, offset: 0 },
            timestamp_ms: None,
            key: None,
            payload: Some(page.html.clone()),
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
            took: Duration::ZERO,
        })
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
