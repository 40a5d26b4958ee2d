//! Which date of a page is that of its publication, over the whole of the stage.

use super::{has_flaw, html, parser};

#[test]
fn a_date_beside_the_headline_outweighs_metadata_of_another_day() {
    let page = |stated: &str| {
        let page = format!(
            "<html><head><meta property='article:published_time' content='{stated}'></head><body><article>\
             <h1>A bridge for Tartus</h1><p class='date'>5 March 2024</p><p>The council voted on Monday to repair the \
             old bridge before the winter, after months of debate.</p></article></body></html>"
        );
        parser().parse(&html(&page)).unwrap().published.map(|date| date.value)
    };
    assert_eq!(page("2019-01-01T10:00:00Z").as_deref(), Some("2024-03-05T00:00:00Z"));
    // The next day may be the same instant in another zone: it is kept, and shown on the day that readers see.
    assert_eq!(page("2024-03-06T01:00:00Z").as_deref(), Some("2024-03-05T23:00:00-02:00"));
}

const PROSE: &str =
    "<p>The council voted on Monday to repair the old bridge before the winter, after months of debate.</p>";

#[test]
fn a_date_that_little_speaks_for_is_called_a_guess() {
    let page = |line: &str| {
        let page =
            format!("<html><body><div><h1>A bridge for Tartus</h1>{PROSE}{PROSE}</div>{line}</body></html>");
        let far = page.replace("</h1>", &format!("</h1>{}", PROSE.repeat(40)));
        parser().parse(&html(&far)).unwrap()
    };
    let guessed = page("<p>Harbour office, 5 June 2024</p>");
    assert_eq!(guessed.published.as_ref().map(|date| date.value.as_str()), None);
    let labelled = page("<p class='footer'>Last updated: 5 June 2024</p>");
    assert_eq!(labelled.published.as_ref().map(|date| date.value.as_str()), Some("2024-06-05T00:00:00Z"));
    assert!(has_flaw(&labelled, "date_guessed") && !has_flaw(&guessed, "date_guessed"));
    assert!(labelled.extraction.confidence <= guessed.extraction.confidence);
}

#[test]
fn places_that_differ_are_told() {
    let page = format!(
        "<html><head><meta property='article:published_time' content='2019-01-01T10:00:00Z'></head><body>\
         <h1>A bridge for Tartus</h1><p class='date'>5 March 2024</p>{PROSE}</body></html>"
    );
    let article = parser().parse(&html(&page)).unwrap();
    let flaw = article.extraction.flaws.iter().find(|flaw| flaw.code == "date_differs");
    assert_eq!(flaw.and_then(|flaw| flaw.detail.as_deref()), Some("2019-01-01T10:00:00Z"));
}

#[test]
fn the_data_of_scripts_gives_a_date_where_nothing_else_does() {
    let page = format!(
        "<html><body><script>window.state = {{\"publishedAt\":\"2024-06-05T08:30:00Z\"}}</script>\
         <h1>A bridge for Tartus</h1>{PROSE}</body></html>"
    );
    let date = parser().parse(&html(&page)).unwrap().published.unwrap();
    assert_eq!((date.value.as_str(), date.evidence.as_str()), ("2024-06-05T08:30:00Z", "script:publishedAt"));
}

#[test]
fn american_pages_put_the_month_first_unless_a_rule_knows_better() {
    let day = |language: &str| {
        let page = format!(
            "<html lang='{language}'><body><h1>A bridge for Tartus</h1><p class='date'>3/4/2024</p>{PROSE}</body></html>"
        );
        parser().parse(&html(&page)).unwrap().published.map(|date| date.value)
    };
    assert_eq!(day("en-US").as_deref(), Some("2024-03-04T00:00:00Z"));
    assert_eq!(day("en").as_deref(), Some("2024-04-03T00:00:00Z"));
    assert_eq!(day("ar").as_deref(), Some("2024-04-03T00:00:00Z"));
}

#[test]
fn other_dates_of_the_page_tell_whether_the_month_stands_first() {
    let day_of = |language: &str, footer: &str| {
        let page = format!(
            "<html lang='{language}'><body><article><h1>A bridge for Tartus</h1><p class='date'>3/4/2024</p>{PROSE}</article>\
             <p>{footer}</p></body></html>"
        );
        parser().parse(&html(&page)).unwrap().published.map(|date| date.value)
    };
    let day = |footer: &str| day_of("en", footer);
    assert_eq!(day("Next meeting: 4/30/2024").as_deref(), Some("2024-03-04T00:00:00Z"));
    assert_eq!(day("Next meeting: 30/4/2024").as_deref(), Some("2024-04-03T00:00:00Z"));
    // Programs set a page's language without being asked.
    assert_eq!(day_of("en-US", "Next meeting: 30/4/2024").as_deref(), Some("2024-04-03T00:00:00Z"));
}

#[test]
fn days_that_metadata_state_tell_whether_the_month_stands_first() {
    let day = |language: &str, modified: &str, shown: &str| {
        let page = format!(
            "<html lang='{language}'><head><meta property='article:modified_time' content='{modified}'></head><body>\
             <article><h1>A bridge for Tartus</h1><p class='date'>{shown}</p>{PROSE}</article></body></html>"
        );
        parser().parse(&html(&page)).unwrap().published.map(|date| date.value)
    };
    let (march, april) = ("2024-03-04T00:00:00Z", "2024-04-03T00:00:00Z");
    assert_eq!(day("en", "2024-03-04T15:00:00Z", "3/4/2024").as_deref(), Some(march));
    assert_eq!(day("en-US", "2024-04-03T15:00:00Z", "3/4/2024").as_deref(), Some(april));
    assert_eq!(day("en", "2024-09-01T15:00:00Z", "3/4/2024").as_deref(), Some(april));
}

#[test]
fn json_ld_that_is_broken_still_gives_the_date_for_want_of_a_better_one() {
    let page = |meta: &str| {
        format!(
            "<html><head>{meta}<script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"The \"old\" \
         bridge\",\"datePublished\":\"2024-06-05T08:30:00Z\"}}</script></head><body><h1>A bridge for Tartus</h1>\
         {PROSE}<p>Next meeting: 9 July 2024</p></body></html>"
        )
    };
    let article = parser().parse(&html(&page(""))).unwrap();
    let date = article.published.as_ref().map(|date| (date.value.as_str(), date.evidence.as_str()));
    assert_eq!(date, Some(("2024-06-05T08:30:00Z", "json-ld:broken")));
    assert!(has_flaw(&article, "json_ld_ignored"));
    let meta = "<meta property='article:published_time' content='2024-06-01T10:00:00Z'>";
    let article = parser().parse(&html(&page(meta))).unwrap();
    assert_eq!(article.published.map(|date| date.value).as_deref(), Some("2024-06-01T10:00:00Z"));
}

#[test]
fn a_long_line_that_tells_of_its_own_article_gives_a_date() {
    let date = |line: &str| {
        let prose = PROSE.repeat(6);
        let page =
            format!("<html><body><div><h1>A bridge for Tartus</h1>{prose}<p>{line}</p></div></body></html>");
        parser().parse(&html(&page)).unwrap().published.map(|date| date.value)
    };
    let rest = "and is filed under Roads and bridges. You can follow any answers to this entry through the feed, or leave \
                an answer of your own below; links from other sites are closed for the moment.";
    for begin in [
        "This entry was posted on Wednesday, 5 June 2024 at 15:21",
        "Dieser Beitrag wurde am Mittwoch, den 5. Juni 2024 um 15:21 Uhr veröffentlicht",
    ] {
        assert_eq!(date(&format!("{begin} {rest}")).as_deref(), Some("2024-06-05T15:21:00Z"), "{begin}");
    }
    assert_eq!(date(&format!("The council of Tartus met on Wednesday, 5 June 2024 {rest}")), None);
}

#[test]
fn a_date_that_is_marked_in_a_comment_is_not_that_of_the_article() {
    let page = |class: &str| {
        let page = format!(
            "<html><body><article><h1>A bridge for Tartus</h1>{PROSE}</article>\
             <div class='{class}'><p>Huda: <time pubdate datetime='2024-06-05'>5 June</time></p></div></body></html>"
        );
        parser().parse(&html(&page)).unwrap().published.map(|date| date.evidence)
    };
    assert_eq!(page("comment-list").as_deref(), None);
    assert_eq!(page("post-details").as_deref(), Some("itemprop:datePublished"));
}

#[test]
fn meta_elements_name_their_dates_in_many_ways() {
    for (name, date) in [
        ("date_published", Some("2024-06-05T00:00:00Z")),
        ("article:post_date", Some("2024-06-05T00:00:00Z")),
        ("created", Some("2024-06-05T00:00:00Z")),
        ("cXenseParse:publishtime", Some("2024-06-05T00:00:00Z")),
        ("Date.release", Some("2024-06-05T00:00:00Z")),
        ("news_publish_datetime", Some("2024-06-05T00:00:00Z")),
        ("expires", None),
        ("lastreviewed", None),
    ] {
        let page = format!(
            "<html><head><meta name='{name}' content='2024-06-05'></head><body><h1>A bridge for Tartus</h1>{PROSE}\
             </body></html>"
        );
        let article = parser().parse(&html(&page)).unwrap();
        assert_eq!(article.published.map(|date| date.value).as_deref(), date, "{name}");
    }
}

#[test]
fn the_address_gives_the_day_where_the_page_states_none() {
    for (address, date) in [
        ("https://news.example/world/2024/jun/05/bridge", Some("2024-06-05T00:00:00Z")),
        ("https://news.example/2024-06/05/c_77.htm", Some("2024-06-05T00:00:00Z")),
        ("https://news.example/202406/t20240605_77.html", Some("2024-06-05T00:00:00Z")),
        ("https://archive.example/web/20240605103000/https://news.example/bridge", None),
        ("https://news.example/fair-5-june-2024", None),
    ] {
        let mut page = html(&format!("<html><body><h1>A bridge for Tartus</h1>{PROSE}</body></html>"));
        page.stated.url = Some(address.to_owned());
        let published = parser().parse(&page).unwrap().published;
        assert_eq!(published.map(|date| date.value).as_deref(), date, "{address}");
    }
}

#[test]
fn pages_without_spaces_between_words_give_their_date() {
    let prose = "<p>市政府星期一决定在冬天到来之前修复旧桥，两岸居民自三月洪水以来一直要求这样做，工程将在九月开始，预计需要两年时间才能完成。</p>";
    for (line, date) in [
        ("来源：港口报 发布时间：2024年5月5日10:30", Some("2024-05-05T10:30:00Z")),
        ("2024年5月5日(日) 午後3:05", Some("2024-05-05T15:05:00Z")),
        ("입력2024.05.05. 오후 3:05", Some("2024-05-05T15:05:00Z")),
        ("桥长2024米", None),
    ] {
        let page = format!("<html><body><h1>塔尔图斯的新桥</h1><p>{line}</p>{prose}{prose}</body></html>");
        let published = parser().parse(&html(&page)).unwrap().published;
        assert_eq!(published.map(|date| date.value).as_deref(), date, "{line}");
    }
}

#[test]
fn a_page_of_teasers_has_a_guess_for_its_date() {
    let teaser = |day| format!("<div><p class='date'>{day} May 2024</p>{PROSE}</div>");
    let teasers = [6, 5, 4, 3].map(teaser).concat();
    let page = format!("<html><body><h1>News of the harbour</h1>{PROSE}{teasers}</body></html>");
    let article = parser().parse(&html(&page)).unwrap();
    assert_eq!(article.published.as_ref().map(|date| date.value.as_str()), Some("2024-05-06T00:00:00Z"));
    assert!(has_flaw(&article, "date_guessed"));
    // Far below an article the teasers are of others.
    let far = page.replace("</h1>", &format!("</h1>{}", PROSE.repeat(40)));
    assert_eq!(parser().parse(&html(&far)).unwrap().published, None);
}

fn day_of(page: &str) -> Option<String> {
    parser().parse(&html(page)).unwrap().published.map(|date| date.value[..10].to_owned())
}

#[test]
fn labelled_dates_of_many_days_in_one_list_are_those_of_other_articles() {
    let other = |day| {
        format!(
            "<li><h3>Another article</h3><p>Published</p><time datetime='2024-01-{day}'>{day} January 2024</time></li>"
        )
    };
    let page = |days: &[u32]| {
        let others: String = days.iter().map(|day| other(*day)).collect();
        format!(
            "<html><body><article><h1>A bridge for Tartus</h1>{}<aside><p>Published</p>\
             <time datetime='2024-03-05'>5 March 2024</time></aside></article><ul>{others}</ul></body></html>",
            PROSE.repeat(12)
        )
    };
    assert_eq!(day_of(&page(&[17, 18, 19])).as_deref(), Some("2024-03-05"));
    // One alone may be the article's.
    assert_eq!(day_of(&page(&[17])).as_deref(), Some("2024-01-17"));
}

#[test]
fn what_a_time_element_tells_readers_counts_before_its_stamp() {
    let page = |text: &str| {
        format!(
            "<html><body><article><h1>A bridge for Tartus</h1><time datetime='2019-07-03T10:18:46Z'>{text}</time>{PROSE}{PROSE}\
             </article></body></html>"
        )
    };
    assert_eq!(day_of(&page("Publié le 29 juin 2019")).as_deref(), Some("2019-06-29"));
    assert_eq!(day_of(&page("Publié le 4 juillet 2019")).as_deref(), Some("2019-07-03"));
    assert_eq!(day_of(&page("29 juin 2019")).as_deref(), Some("2019-07-03"));
    // Read with the day first, which an American page does not write.
    assert_eq!(day_of(&page("Published 07/03/2019")).as_deref(), Some("2019-07-03"));
}

#[test]
fn a_date_that_nobody_sees_does_not_outweigh_the_stated_one() {
    let page = |style: &str| {
        format!(
            "<html><head><meta property='article:published_time' content='2022-02-16T07:53:25+00:00'></head><body><article>\
             <h1>A bridge for Tartus</h1><p {style}><span class='date'>27 September 2023</span></p>{PROSE}{PROSE}</article>\
             </body></html>"
        )
    };
    assert_eq!(day_of(&page("style='display:none'")).as_deref(), Some("2022-02-16"));
    assert_eq!(day_of(&page("")).as_deref(), Some("2023-09-27"));
}

#[test]
fn a_headline_in_a_part_named_after_teasers_is_the_articles() {
    let page = format!(
        "<html><head><title>A bridge for Tartus</title></head><body><div><h1>Dear readers,</h1>{PROSE}</div>\
         <figure class='teaser'><div class='info'><span class='date'>5.3.2024</span> <span>Harbour</span></div>\
         <h1>A bridge for Tartus</h1></figure>{PROSE}{PROSE}{PROSE}</body></html>"
    );
    assert_eq!(day_of(&page).as_deref(), Some("2024-03-05"));
}
