//! Boxes of a page that name other articles.

use std::fmt::Write as _;

use super::{html, parser};
use crate::article::Article;

const TEXT: &str = "<h1>Old ferry keeps running</h1>\
<p>The council voted on Monday to keep the old ferry running until the new bridge is open.</p>\
<p>Residents of both banks had asked for it since the flood of March, the mayor told reporters.</p>";

fn parsed(body: &str, url: Option<&str>) -> Article {
    parsed_with("", body, url)
}

fn parsed_with(head: &str, body: &str, url: Option<&str>) -> Article {
    let head = format!("<head>{head}<title>Old ferry keeps running</title></head>");
    let mut decoded = html(&format!("<html lang=en>{head}<body>{body}</body></html>"));
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

#[test]
fn a_button_that_leads_on_is_no_label_of_a_box() {
    for button in ["Read more", "اقرأ المزيد", "للمزيد"] {
        let card = |number: u32, title: &str| {
            format!(
                "<div class=card><h3><a href='/{number}'>{title}</a></h3><a href='/{number}'>{button}</a></div>"
            )
        };
        let titles_of_cards =
            ["Market hall opens its doors", "Two schools share one roof", "Snow closes the upper pass"];
        let cards: String = (1..).zip(titles_of_cards).map(|(number, title)| card(number, title)).collect();
        let article = parsed(&format!("<main>{TEXT}</main><div class=grid>{cards}</div>"), URL);
        assert!(titles(&article).is_empty(), "{button}");
        // Below a label such buttons end no list.
        let article = parsed(&format!("<main>{TEXT}</main><div><h2>Read also</h2>{cards}</div>"), URL);
        assert_eq!(titles(&article), titles_of_cards, "{button}");
    }
}

#[test]
fn a_label_without_a_list_takes_none_from_the_foot_of_the_page() {
    let label = "<section><h3>مواضيع ذات صلة</h3><div id=js></div></section>";
    let link = "<a href='/privacy'>سياسة الخصوصية وشروط الاستخدام</a>";
    for (main, foot) in [
        (format!("<main>{TEXT}{label}</main>"), format!("<footer>{link}</footer>")),
        (format!("{TEXT}{label}"), format!("<footer>{link}</footer>")),
        (format!("{TEXT}{label}"), format!("<div class='site-footer'><p>{link}</p></div>")),
        (format!("<main>{TEXT}{label}</main>"), format!("<div>{link}</div>")),
        (format!("<article>{TEXT}{label}</article>"), format!("<div>{link}</div>")),
        (format!("<main>{TEXT}</main><aside>{label}</aside>"), format!("<div>{link}</div>")),
    ] {
        assert!(titles(&parsed(&format!("{main}{foot}"), URL)).is_empty(), "{main}{foot}");
    }
    let list = "<div class='sidebar-list'><a href='/bridge'>New bridge takes shape</a></div>";
    let side = format!("<div><h3 class='sidebar-title'>Related stories</h3>{list}</div>");
    assert_eq!(titles(&parsed(&format!("<main>{TEXT}</main>{side}"), URL)), ["New bridge takes shape"]);
}

#[test]
fn a_box_around_the_body_is_none_where_no_headline_stands_in_it() {
    let menu = "<ul><li><a href='/help'>Help for readers and subscribers</a></li></ul>";
    let text = TEXT.replace("<h1>Old ferry keeps running</h1>", "");
    let cards = "<div class=related-posts><a href='/bridge'>New bridge takes shape</a></div>";
    let article = parsed(&format!("<div class='related-layout'>{menu}{text}{cards}</div>"), URL);
    assert_eq!(article.paragraphs.len(), 2);
    assert_eq!(titles(&article), ["New bridge takes shape"]);
}

#[test]
fn boxes_of_other_things_than_articles_are_none() {
    let cards = "<div class=related-item><a href='/bridge'>New bridge takes shape</a></div>";
    for names in [
        "class=related-tags",
        "class=relatedTopics",
        "class='related-keywords wide'",
        "class=related-products",
        "class=related aria-label='Related searches'",
        "class=related-categories",
        "id=related-authors",
    ] {
        let article = parsed(&format!("<main>{TEXT}</main><div {names}>{cards}</div>"), URL);
        assert!(titles(&article).is_empty(), "{names}");
        let labelled = format!("<main>{TEXT}</main><div {names}><h3>Read also</h3>{cards}</div>");
        assert!(titles(&parsed(&labelled, URL)).is_empty(), "{names} with a label");
    }
}

#[test]
fn addresses_of_lists_are_no_articles() {
    for address in [
        "/keyword/bridge",
        "/Keywords/bridge",
        "/hashtag/bridge",
        "/tagged/bridge",
        "/subject/bridge",
        "/subjects/bridge",
        "/section/bridge",
        "/sections/bridge",
        "/writer/adam",
        "/writers/adam",
        "/index?tag=bridge",
        "/?s=bridge",
        "/find?page=2&q=bridge",
        "/list?cat=4",
    ] {
        let cards = format!("<div class=related><a href='{address}'>New bridge takes shape</a></div>");
        assert!(titles(&parsed(&format!("<main>{TEXT}</main>{cards}"), URL)).is_empty(), "{address}");
    }
    let cards = "<div class=related><a href='/show?id=4&tags=1'>New bridge takes shape</a></div>";
    assert_eq!(titles(&parsed(&format!("<main>{TEXT}</main>{cards}"), URL)), ["New bridge takes shape"]);
}

#[test]
fn relative_links_are_read_against_the_base_of_the_page() {
    let head = "<base target=_top><base href='/archive-2024/'><base href='/other/'>\
                <link rel=canonical href='old-ferry'><meta property='og:image' content='ferry.jpg'>";
    let body = format!(
        "<main>{TEXT}<p>Read also: <a href='tunnel'>Tunnel stays shut this week</a></p></main>\
         <div class=related><a href='bridge'>New bridge takes shape</a></div>"
    );
    let article = parsed_with(head, &body, URL);
    let urls: Vec<_> = article.related.iter().filter_map(|related| related.url.as_deref()).collect();
    let at = |name: &str| format!("https://news.example/archive-2024/{name}");
    assert_eq!(urls, [at("tunnel"), at("bridge")]);
    assert_eq!(article.uri, at("old-ferry"));
    assert_eq!(article.image.map(|image| image.url), Some(at("ferry.jpg")));
}

#[test]
fn a_base_that_is_no_address_of_the_web_counts_for_nothing() {
    let body =
        format!("<main>{TEXT}</main><div class=related><a href='bridge'>New bridge takes shape</a></div>");
    for base in ["javascript:void(0)", "data:text/html,x", "http://", ""] {
        let article = parsed_with(&format!("<base href='{base}'>"), &body, URL);
        let urls: Vec<_> = article.related.iter().filter_map(|related| related.url.as_deref()).collect();
        assert_eq!(urls, ["https://news.example/bridge"], "{base}");
    }
    let elsewhere = parsed_with("<base href='https://other.test/'>", &body, URL);
    assert!(titles(&elsewhere).is_empty());
}
