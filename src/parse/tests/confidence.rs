//! Each field names what found it, and how sure that is.

use proptest::prelude::*;

use super::{decoded, dump, html, parser};
use crate::article::{Article, Content};

const TEXT: &str = "<p>The council voted on Monday to keep the old ferry running until the new bridge is open.</p>\
<p>Residents of both banks had asked for it since the flood of March, the mayor told reporters.</p>";

fn confidence(article: &Article, field: &str) -> u8 {
    article.extraction.evidence_for(field).unwrap_or_else(|| panic!("{field}: {article:?}")).confidence
}

fn page(head: &str, body: &str) -> Article {
    let page =
        format!("<html lang=en><head>{head}</head><body><article>{body}{TEXT}</article></body></html>");
    parser().parse(&html(&page)).unwrap()
}

#[test]
fn a_headline_that_places_agree_on_is_surer_than_one_alone() {
    let agreed = page("<title>Old ferry keeps running</title>", "<h1>Old ferry keeps running</h1>");
    let alone = page(
        "<title>Council decides how long the ferry keeps running</title>",
        "<h1>Old ferry keeps running for now</h1>",
    );
    let unconfirmed = page("", "<h1>Old ferry keeps running</h1>");
    let [agreed, alone, unconfirmed] =
        [agreed, alone, unconfirmed].map(|article| confidence(&article, "headline"));
    assert!(agreed >= 90 && agreed > alone && alone > unconfirmed, "{agreed} {alone} {unconfirmed}");
}

#[test]
fn a_date_that_readers_see_too_is_surer_and_one_they_see_otherwise_less() {
    let meta = "<meta property='article:published_time' content='2024-05-02T08:00:00Z'>";
    let published =
        |body: &str| confidence(&page(meta, &format!("<h1>Old ferry keeps running</h1>{body}")), "published");
    let agreed = published("<p class=date>2 May 2024</p>");
    let alone = published("");
    let differing = published("<p class=date>Published 27 April 2024</p>");
    assert!(agreed >= 90 && agreed > alone && alone > differing, "{agreed} {alone} {differing}");
}

#[test]
fn the_flaws_of_one_date_do_not_lower_the_other() {
    let meta = "<meta property='article:published_time' content='2024-05-02T08:00:00Z'>";
    let changed = "<meta property='article:modified_time' content='2024-05-03 09:00'>";
    let both = page(&format!("{meta}{changed}"), "<h1>Old ferry keeps running</h1>");
    assert_eq!(
        confidence(&both, "published"),
        confidence(&page(meta, "<h1>Old ferry keeps running</h1>"), "published")
    );
    let stated = page(
        &format!("{meta}{}", changed.replace(" 09:00", "T09:00:00Z")),
        "<h1>Old ferry keeps running</h1>",
    );
    assert!(confidence(&both, "modified") < confidence(&stated, "modified"));
}

#[test]
fn authors_that_two_places_name_are_surer() {
    let meta = "<meta name=author content='Ottilie Vane'>";
    let authors = |head: &str, body: &str| confidence(&page(head, body), "authors");
    let agreed = authors(meta, "<h1>Old ferry keeps running</h1><p class=byline>By Ottilie Vane</p>");
    let alone = authors(meta, "<h1>Old ferry keeps running</h1>");
    let other = authors(meta, "<h1>Old ferry keeps running</h1><p class=byline>By Bruno Halt</p>");
    assert!(agreed >= 90 && agreed > alone && alone > other, "{agreed} {alone} {other}");
}

#[test]
fn every_piece_of_evidence_of_every_form_has_a_confidence() {
    let text = "Old ferry keeps running\nPublished: 2 May 2024\nBy Ottilie Vane\nSource: Harbour Post\n\nLISBON - The \
                council voted on Monday to keep the ferry.\nIt had been away since March.\nTags: ferry, council\n";
    let mut mapped = decoded(Content::Text("The council voted on Monday.".to_owned()));
    mapped.stated.headline = Some("Old ferry keeps running".to_owned());
    mapped.stated.published = Some("2024-05-02".to_owned());
    mapped.stated.authors = vec!["Ottilie Vane".to_owned()];
    mapped.stated.keywords = vec!["ferry".to_owned()];
    let head = "<title>Old ferry keeps running</title><meta property='article:section' content=Local><meta \
                property='og:image' content='https://news.example/1.jpg'><meta name=keywords content='a, b'>";
    let all = page(head, "<h1>Old ferry keeps running</h1>");
    for field in ["headline", "section", "image", "keywords", "language"] {
        assert!(confidence(&all, field) > 0, "{field}");
    }
    let dump = dump(text);
    let articles =
        [all, parser().parse(&dump).unwrap(), parser().plain(&dump), parser().parse(&mapped).unwrap()];
    for article in &articles {
        assert!(!article.extraction.evidence.is_empty());
        for evidence in &article.extraction.evidence {
            assert!((1..=100).contains(&evidence.confidence), "{evidence:?}");
        }
    }
    let [_, _, plain, mapped] = &articles;
    assert!(confidence(plain, "headline") < 50);
    assert!(mapped.extraction.evidence.iter().all(|evidence| evidence.confidence == 100));
}

/// Each field that has a value names what found it, once and with a confidence; certain is nothing that was found inside.
pub(super) fn check_evidence(article: &Article) -> Result<(), TestCaseError> {
    let fields = [
        ("headline", article.headline.is_some()),
        ("uri", article.has_url),
        ("published", article.published.is_some()),
        ("modified", article.modified.is_some()),
        ("authors", !article.authors.is_empty()),
        ("publisher", article.publisher.is_some()),
        ("keywords", article.keywords.is_some()),
        ("section", article.section.is_some()),
        ("language", article.language_stated.is_some()),
        ("located", article.located.is_some()),
        ("image", article.image.is_some()),
    ];
    let evidence = &article.extraction.evidence;
    prop_assert!(evidence.iter().all(|found| (1..100).contains(&found.confidence)), "{:?}", evidence);
    for (field, has_value) in fields {
        let pieces = evidence.iter().filter(|found| found.field == field).count();
        prop_assert_eq!(pieces, usize::from(has_value), "{} {:?}", field, evidence);
    }
    Ok(())
}
