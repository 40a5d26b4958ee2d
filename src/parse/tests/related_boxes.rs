//! Boxes of a page that name other articles.

use std::fmt::Write as _;

use super::{html, parser};
use crate::article::Article;

const TEXT: &str = "<h1>Old ferry keeps running</h1>\
<p>The council voted on Monday to keep the old ferry running until the new bridge is open.</p>\
<p>Residents of both banks had asked for it since the flood of March, the mayor told reporters.</p>";

fn parsed(body: &str, url: Option<&str>) -> Article {
    let page = format!("<html lang=en><title>Old ferry keeps running</title><body>{body}</body></html>");
    let mut decoded = html(&page);
    decoded.stated.url = url.map(str::to_owned);
    parser().parse(&decoded).unwrap()
}

fn titles(article: &Article) -> Vec<&str> {
    article.related.iter().filter_map(|related| related.headline.as_deref()).collect()
}

const URL: Option<&str> = Some("https://news.example/ferry");

#[test]
fn a_box_gives_titles_that_lead_to_the_site() {
    let cards = "<a href='/bridge'><h3>New bridge takes shape</h3></a><a href='/x'>More</a>\
                 <a href='https://other.test/a'>Nine tricks that banks hide</a>";
    for open in [
        "<div class='related-posts'>",
        "<section aria-label='Related stories'>",
        "<div itemprop='relatedLink'>",
    ] {
        let article = parsed(&format!("<main>{TEXT}</main>{open}{cards}"), URL);
        assert_eq!(titles(&article), ["New bridge takes shape"], "{open}");
        assert_eq!(article.related[0].url.as_deref(), Some("https://news.example/bridge"));
        assert_eq!(article.paragraphs.len(), 2);
    }
    let unnamed = parsed(&format!("<main>{TEXT}</main><div class=grid>{cards}</div>"), URL);
    assert!(titles(&unnamed).is_empty());
}

#[test]
fn without_an_address_no_link_is_known_to_be_of_the_site() {
    let cards = "<div class=related><a href='/bridge'>New bridge takes shape</a></div>";
    assert!(titles(&parsed(&format!("<main>{TEXT}</main>{cards}"), None)).is_empty());
}

#[test]
fn a_name_that_lies_costs_no_text_and_gives_no_article() {
    let linked = TEXT.replace("the old ferry", "<a href='/ferries'>the old ferry</a>");
    for name in ["related", "related-content", "see-also"] {
        let article = parsed(&format!("<div class='{name}'>{linked}</div>"), URL);
        assert_eq!(article.paragraphs.len(), 2, "{name}");
        assert!(titles(&article).is_empty(), "{name}");
    }
}

#[test]
fn boxes_without_end_give_fifty_articles() {
    let mut cards = String::new();
    for number in 0..400 {
        write!(cards, "<div class=related><a href='/{number}'>Ferry number {number} sails</a></div>")
            .unwrap();
    }
    assert_eq!(parsed(&format!("<main>{TEXT}</main>{cards}"), URL).related.len(), 50);
}
