// A parser with the default settings, and content for it.

use std::sync::LazyLock;

use khabar::article::{Article, Content, Decoded, Stated};
use khabar::config::{LayerArguments, load};
use khabar::parse::Parser;
use khabar::rejection::Rejection;
use khabar::sources::Sources;

static PARSER: LazyLock<Parser> = LazyLock::new(|| {
    let settings = load(&LayerArguments::default()).expect("the defaults are valid").settings;
    let sources = Sources::load(&settings.sources).expect("the sources are valid");
    Parser::new(&settings.parse, &settings.lexicon, sources).expect("the lexicons are valid")
});

/// 2026-01-01T00:00:00Z
const FETCHED_AT_MS: i64 = 1_767_225_600_000;

/// The article in the content, which is the same each time, and keeps what every article keeps.
pub fn parsed(content: Content) -> Result<Article, Rejection> {
    let decoded = Decoded {
        content,
        content_hash: [0xab; 16],
        stated: Stated::default(),
        fetched_at_ms: Some(FETCHED_AT_MS),
        meta: None,
        flaws: Vec::new(),
    };
    let article = PARSER.parse(&decoded)?;
    assert_eq!(PARSER.parse(&decoded).as_ref(), Ok(&article));
    for paragraph in &article.paragraphs {
        assert!(!paragraph.text.trim().is_empty() && !paragraph.text.contains(['\n', '\r']));
    }
    for date in article.published.iter().chain(&article.modified) {
        let year: i32 =
            date.value.get(..4).and_then(|year| year.parse().ok()).expect("a date begins with its year");
        assert!((1989..=2026).contains(&year), "{date:?}");
    }
    Ok(article)
}
