use dom_query::Document;
use jiff::tz::TimeZone;

use super::super::shown::Finder;
use super::super::{bylines, content};
use super::*;
use crate::parse::date::{DateContext, Words};
use crate::parse::lexicon::Labels;

/// The dates and authors of a page's body.
fn read(body: &str) -> (Option<String>, Option<String>, Vec<String>) {
    read_at(body, None)
}

/// The first guess, where no date of the body is likely.
fn guessed(body: &str) -> Option<String> {
    with_finder(body, None, |finder| {
        let shown = finder.shown();
        assert!(shown.published.is_empty());
        shown.guessed.into_iter().next().map(|date| date.value)
    })
}

fn read_at(body: &str, fetched_at_ms: Option<i64>) -> (Option<String>, Option<String>, Vec<String>) {
    with_finder(body, fetched_at_ms, |finder| {
        let shown = finder.shown();
        let published = shown.published.into_iter().next().map(|seen| seen.date.value);
        let modified = shown.modified.into_iter().next().map(|date| date.value);
        let is_date_word = |word: &str| finder.words.is_date_word(word);
        let authors = bylines::authors(finder.places.outline, finder.places, &is_date_word);
        (published, modified, authors)
    })
}

fn with_finder<T>(body: &str, fetched_at_ms: Option<i64>, act: impl FnOnce(&Finder<'_>) -> T) -> T {
    let page = format!("<html><body>{body}</body></html>");
    let outline = Outline::of(&Document::from(page.as_str()));
    let words = Words::load().unwrap();
    let labels = Labels::load(&[]).unwrap();
    let zone = TimeZone::UTC;
    let context = DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms };
    let headline = content::headline_line(&outline, "A bridge for Tartus");
    let places = Places::of(&outline, headline);
    act(&Finder { places: &places, words: &words, labels: &labels, context: &context })
}

fn published(body: &str) -> Option<String> {
    read(body).0
}

#[test]
fn a_date_behind_the_headline_is_that_of_the_article() {
    let body = "<h1>A bridge for Tartus</h1><div class='meta'>By Huda Nasser | 2 December 2024, 10:30 | 3 comments</div>\
                <p>The bridge opened in 2019 and closed on 4 May 2023.</p>";
    assert_eq!(published(body).as_deref(), Some("2 December 2024, 10:30"));
}

#[test]
fn a_relative_date_counts_beside_the_headline_and_not_in_prose() {
    let fetched_at_ms = Some(1_714_737_600_000);
    for (line, found) in [
        ("نشر منذ 3 ساعات", Some("منذ 3 ساعات")),
        ("Huda Nasser | 3 hours ago", Some("3 hours ago")),
        ("il y a 2 heures", Some("il y a 2 heures")),
        ("It opened 2 days ago, with music and a parade.", None),
        ("Bridge 3 is open", None),
    ] {
        let body = format!("<h1>A bridge for Tartus</h1><p>{line}</p>");
        assert_eq!(read_at(&body, fetched_at_ms).0.as_deref(), found, "{line}");
        assert_eq!(read_at(&body, None).0, None, "{line}");
    }
}

#[test]
fn dates_of_other_articles_count_for_nothing() {
    let body = "<aside><time datetime='2024-01-01'>1 January 2024</time></aside><h1>A bridge for Tartus</h1>\
                <div class='related-news'><span class='date'>3 March 2024</span></div>\
                <footer>© 2 February 2024</footer>";
    assert_eq!(published(body), None);
}

#[test]
fn an_element_around_the_headline_is_of_the_article_whatever_its_class() {
    let body = "<div class='no-sidebar has-comments'><h1>A bridge for Tartus</h1><p class='date'>12.3.2024</p></div>";
    assert_eq!(published(body).as_deref(), Some("12.3.2024"));
}

#[test]
fn an_update_is_no_publication() {
    let body = "<h1>A bridge for Tartus</h1><p class='date'>Updated: 5 June 2024</p>";
    let (published, modified, _) = read(body);
    assert_eq!((published, modified.as_deref()), (None, Some("5 June 2024")));
}

#[test]
fn words_around_a_date_tell_what_it_is_of() {
    for (line, date) in [
        ("<p>Mitglied seit 4. Mai 2011</p><p>5. Juni 2024</p>", Some("5. Juni 2024")),
        ("<p>Wurde am 5. Juni 2024 um 10:30 Uhr veröffentlicht</p>", Some("am 5. Juni 2024 um 10:30 Uhr")),
        ("<dl><dt>Datum</dt><dd>5.6.2024</dd></dl>", Some("5.6.2024")),
        ("<p>التاريخ 5 يونيو 2024</p>", Some("5 يونيو 2024")),
        ("<p>Last updated 9 July 2024, first published 5 June 2024</p>", Some("5 June 2024")),
        ("<p>آخر تحديث: 9 يوليو 2024</p>", None),
        ("<p>Tickets as of 5 June 2024</p>", None),
    ] {
        let body = format!("<h1>A bridge for Tartus</h1>{line}");
        assert_eq!(published(&body).as_deref(), date, "{line}");
    }
}

#[test]
fn the_label_nearest_to_a_date_counts_even_where_the_date_begins_with_it() {
    for (line, date) in [
        ("<p>Published by the bank, figures as of 5 June 2024</p>", None),
        ("<p>Artikel vom 5.6.2024</p>", Some("vom 5.6.2024")),
        ("<p>Notizia del 5 giugno 2024</p>", Some("del 5 giugno 2024")),
        ("<p>Stand: 5.6.2024</p>", None),
        ("<p>Julkaistu 5.6.2024</p>", Some("5.6.2024")),
        ("<p>Közzétéve: 2024.06.05.</p>", Some("2024.06.05.")),
        ("<p>Aktualizováno 5. 6. 2024</p>", None),
    ] {
        let body = format!("<h1>A bridge for Tartus</h1>{}{line}", "<p>Work begins.</p>".repeat(3));
        assert_eq!(published(&body).as_deref(), date, "{line}");
    }
}

#[test]
fn a_date_between_bars_is_judged_by_its_part_of_the_line() {
    let line = "<p>Start page and machines that think • 18 October 2023 • 4 min</p>";
    let body = format!("{line}<p>Reading time</p><h1>A bridge for Tartus</h1>");
    assert_eq!(published(&body).as_deref(), Some("18 October 2023"));
    assert_eq!(published(&body.replace('•', "and")), None);
}

#[test]
fn a_date_right_beside_the_headline_counts_before_one_farther_off() {
    let body = "<h1>A bridge for Tartus</h1><p class='meta'>17 September 2019 Huda N.</p><p>Harbour</p>\
                <p>Datum: 31.8.2019</p>";
    assert_eq!(published(body).as_deref(), Some("17 September 2019"));
}

#[test]
fn scripts_write_the_moment_of_a_shown_date_into_attributes() {
    for (line, date) in [
        ("<span class='date' data-utime='1717577400'>an hour ago</span>", Some("1717577400")),
        (
            "<span class='date' data-datetime='2024-06-05T08:50:00Z'>yesterday</span>",
            Some("2024-06-05T08:50:00Z"),
        ),
        ("<time datetime='2024-06-05' data-date='2024-06-07'>yesterday</time>", Some("2024-06-05")),
        ("<time datetime='2024'>last year</time>", None),
        ("<span class='date' data-time='10:30'>now</span>", None),
        ("<span class='slide' data-date='2024-06-05'>3 of 7</span>", None),
    ] {
        let body = format!("<h1>A bridge for Tartus</h1><p>{line}</p><p>Work begins.</p>");
        assert_eq!(published(&body).as_deref(), date, "{line}");
    }
}

#[test]
fn dates_of_a_list_are_of_other_articles() {
    let entry =
        |day: &str| format!("<div><p class='date'>{day} May 2024</p><p>Another bridge opens</p></div>");
    let list = |days: &[&str]| days.iter().map(|day| entry(day)).collect::<String>();
    let body =
        |list: &str| format!("<h1>A bridge for Tartus</h1>{}{list}", "<p>Work begins.</p>".repeat(400));
    assert_eq!(published(&body(&list(&["3", "4", "5"]))), None);
    assert_eq!(published(&body(&list(&["3", "4", "4"]))).as_deref(), Some("3 May 2024"));
    // The article's own date counts, though its element is not named after it.
    let own = "<p>Roads and bridges</p><p>By Huda Nasser, Lina Haddad and Omar Said - 7 May 2024</p>";
    let with_own = body(&list(&["3", "4", "5"])).replace("</h1>", &format!("</h1>{own}"));
    assert_eq!(published(&with_own).as_deref(), Some("7 May 2024"));
}

#[test]
fn a_label_is_believed_beside_a_list_of_dates() {
    let rest = "and is filed under Roads and bridges; answers to this entry may be followed through the feed of the town.";
    let body = |begin: &str| {
        format!(
            "<h1>A bridge for Tartus</h1>{}<p>3 May 2024, harbour</p><p>4 May 2024, quay</p>\
             <p>5 May 2024, station</p><p>{begin} 7 May 2024 {rest}</p>",
            "<p>Work begins.</p>".repeat(400)
        )
    };
    assert_eq!(guessed(&body("This entry was posted on")).as_deref(), Some("on 7 May 2024"));
    assert_eq!(guessed(&body("The council of the town met on")), None);
}

#[test]
fn a_date_between_dashes_or_slashes_is_judged_by_its_part_of_the_line() {
    for (line, date) in [
        ("Huda Nasser of the harbour office / 5.6.2024 / Photo: town hall", Some("5.6.2024")),
        ("Huda Nasser of the harbour office \u{2014} 5 June 2024 5 min read", Some("5 June 2024")),
        ("Huda Nasser of the harbour office saw it on 5 June 2024 and wrote", None),
    ] {
        let body = format!("<p>{line}</p><p>Reading time</p><h1>A bridge for Tartus</h1>");
        assert_eq!(published(&body).as_deref(), date, "{line}");
    }
}

#[test]
fn labels_are_known_in_many_languages() {
    for (line, date) in [
        ("发布时间：2024年6月5日", Some("2024年6月5日")),
        ("公開日 2024年6月5日", Some("2024年6月5日")),
        ("입력 2024.06.05. 10:30", Some("2024.06.05. 10:30")),
        ("Paskelbta 2024 m. birželio 5 d.", Some("2024 m. birželio 5 d.")),
        ("Objavljeno 5. juna 2024.", Some("5. juna 2024.")),
        ("Đăng ngày 5 tháng 6 năm 2024", Some("ngày 5 tháng 6 năm 2024")),
        ("最終更新 2024年6月5日", None),
        ("업데이트 2024.06.05", None),
        ("Atnaujinta 2024 m. birželio 5 d.", None),
    ] {
        let body = format!("<h1>A bridge for Tartus</h1>{}<p>{line}</p>", "<p>Work begins.</p>".repeat(3));
        assert_eq!(published(&body).as_deref(), date, "{line}");
    }
}

#[test]
fn a_date_right_below_the_headline_is_the_articles_whatever_its_element_is_named() {
    let body = |line: &str| {
        format!(
            "<h1>A bridge for Tartus</h1><div class='newsletter-details'><p>{line}</p></div><p>Work begins.</p>"
        )
    };
    assert_eq!(published(&body("5 June 2024")).as_deref(), Some("5 June 2024"));
    assert_eq!(published(&body("Read what we wrote to our friends on 5 June 2024")), None);
}

#[test]
fn a_description_tells_a_date_in_brackets_that_it_calls_one_of_publication() {
    let outline = Outline::of(&Document::from("<html><body><h1>A bridge for Tartus</h1></body></html>"));
    let (words, labels, zone) = (Words::load().unwrap(), Labels::load(&[]).unwrap(), TimeZone::UTC);
    let context = DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms: None };
    let places = Places::of(&outline, Some(0));
    let finder = Finder { places: &places, words: &words, labels: &labels, context: &context };
    let told = |text: &str| finder.of_description(text).map(|date| date.value);
    assert_eq!(told("A bridge (news from 5 June 2024)").as_deref(), Some("5 June 2024"));
    assert_eq!(told("Harbour | Published: 5 June 2024 | A bridge").as_deref(), Some("5 June 2024"));
    for text in [
        "A report published on 5 June 2024 says that the bridge is old.",
        "A bridge (opened on 5 June 2024)",
        "A bridge (5 June 2024)",
        "",
    ] {
        assert_eq!(told(text), None, "{text}");
    }
}

#[test]
fn inline_elements_divide_what_no_space_divides() {
    let body =
        "<h1>A bridge for Tartus</h1><p><span>Huda Nasser</span><span>5 June 2024</span><b>Comments</b></p>";
    assert_eq!(published(body).as_deref(), Some("5 June 2024"));
    let raised = "<h1>A bridge for Tartus</h1><p class='date'>21<sup>st</sup> June 2024</p>";
    assert_eq!(published(raised).as_deref(), Some("21 st June 2024"));
}

#[test]
fn the_day_in_the_head_of_the_site_is_not_that_of_the_article() {
    let menu = "<li><a href='/x'>Economy</a></li>".repeat(6);
    let body = format!(
        "<div class='date'>9 July 2024</div><ul>{menu}</ul><h1>A bridge for Tartus</h1><p>5 June 2024</p>"
    );
    assert_eq!(published(&body).as_deref(), Some("5 June 2024"));
}

#[test]
fn quoted_posts_bring_dates_of_their_own() {
    let body = "<h1>A bridge for Tartus</h1><blockquote>A post by H. (@harbour) <time datetime='2023-01-02'>2 January \
                2023</time></blockquote>";
    assert_eq!(published(body), None);
}

#[test]
fn a_list_of_articles_may_hold_this_one_with_its_date() {
    let teaser = |title: &str, date: &str| format!("<li><span>{date}</span><h4>{title}</h4></li>");
    let list = teaser("A road for Homs", "3 May 2024") + &teaser("A bridge for Tartus", "5 June 2024");
    let text = "<p>Work begins.</p>".repeat(9);
    let body = format!("<h1>A bridge for Tartus</h1>{text}<div class='related'><ul>{list}</ul></div>");
    assert_eq!(published(&body).as_deref(), Some("5 June 2024"));
}

#[test]
fn arabic_and_german_dates_are_found_among_other_words() {
    let arabic =
        "<h1>A bridge for Tartus</h1><div class='date'>دمشق - نشر في 2 كانون الأول 2024 الساعة 10:30</div>";
    assert!(published(arabic).is_some_and(|date| date.contains("كانون الأول 2024")));
    let german = "<h1>A bridge for Tartus</h1><div>Von Jana Beispiel am 3. März 2024 um 14:05 Uhr</div>";
    assert!(published(german).is_some_and(|date| date.contains("3. März 2024")));
}

#[test]
fn authors_come_from_elements_labels_links_and_first_words() {
    for byline in [
        "<span class='post-author'>Huda Nasser</span>",
        "<p>By Huda Nasser, Senior Correspondent</p>",
        "<div><h4>Author</h4><p>Huda Nasser</p></div>",
        "<p><a href='/authors/huda-nasser'>Huda Nasser</a> · 4 min read</p>",
        "<div class='meta'>Published 7 August 2023 by Huda Nasser</div>",
    ] {
        let (_, _, authors) = read(&format!(
            "<h1>A bridge for Tartus</h1>{byline}<p>The bridge was opened on Tuesday, the ministry said in a statement.</p>\
             <div class='comment'><span class='author'>Some Reader</span></div>"
        ));
        assert_eq!(authors, ["Huda Nasser"], "{byline}");
    }
    let arabic = "<h1>A bridge for Tartus</h1><p class='kateb'>بقلم: هدى ناصر</p>";
    assert_eq!(read(arabic).2, ["هدى ناصر"]);
}

#[test]
fn what_is_no_name_is_no_author() {
    for byline in [
        "<span class='author'>Read more news</span>",
        "<p>By the numbers</p>",
        "<p class='byline'>2 December 2024</p>",
    ] {
        let (_, _, authors) = read(&format!("<h1>A bridge for Tartus</h1>{byline}"));
        assert!(authors.is_empty(), "{byline} gave {authors:?}");
    }
}

#[test]
fn the_headline_is_the_heading_that_readers_see() {
    let line = |body: &str| {
        let page = format!("<html><body>{body}</body></html>");
        let outline = Outline::of(&Document::from(page.as_str()));
        content::headline_line(&outline, "A bridge for Tartus").map(|line| outline.lines[line].text.clone())
    };
    let other = "<h1>A bridge for Tartus opens</h1>";
    for hiding in ["<h1 hidden>", "<h1 style='display:none'>", "<div class='sr-only'><h1>"] {
        let found = line(&format!("{hiding}A bridge for Tartus</h1></div>{other}"));
        assert_eq!(found.as_deref(), Some("A bridge for Tartus opens"), "{hiding}");
    }
    // A part that is named after teasers may hold it.
    let found = line(&format!("{other}<div class='teaser'><h1>A bridge for Tartus</h1></div>"));
    assert_eq!(found.as_deref(), Some("A bridge for Tartus"));
}
