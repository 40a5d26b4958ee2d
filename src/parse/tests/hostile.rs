//! Content that was made to hang or kill a parser: each ends in an article or a rejection.

use super::{decoded, dump, html, parser, parser_with, settings};
use crate::article::Content;
use crate::rejection::Code;

const PARAGRAPH: &str =
    "<p>This paragraph has quite enough words and letters to be taken for the text of an article.</p>";

fn join(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

fn rejection_of(page: &str) -> Option<Code> {
    parser().parse(&html(page)).err().map(|rejection| rejection.code)
}

#[test]
fn towers_of_elements_are_rejected_as_too_deep() {
    for open in [
        "<div>",
        "<b>",
        "<table><tr><td>",
        "<table>",
        "<span>",
        "<blockquote>",
        "<svg><g>",
        "<ul><li>",
        "<i a=1><i a=2>",
        "<frobnicate>",
    ] {
        let page = format!("<html><body>{}{PARAGRAPH}", open.repeat(50_000));
        assert_eq!(rejection_of(&page), Some(Code::TooDeep), "{open}");
    }
}

#[test]
fn towers_hidden_from_the_scan_are_found_in_the_tree() {
    // Inside of svg a title is markup, not text; and inline elements that differ are opened again in each paragraph.
    let hidden = format!("<svg><title>{}{PARAGRAPH}", "<div>".repeat(50_000));
    assert_eq!(rejection_of(&hidden), Some(Code::TooDeep));
    let reopened = join(5000, |index| format!("<p><b a={index}>x"));
    assert!(matches!(rejection_of(&reopened), Some(Code::TooDeep | Code::TooManyNodes)));
}

#[test]
fn nesting_below_the_limit_is_read() {
    let page = format!("<html><body>{}{}{}", "<div>".repeat(450), PARAGRAPH.repeat(5), "</div>".repeat(450));
    assert_eq!(parser().parse(&html(&page)).unwrap().paragraphs.len(), 5);
}

#[test]
fn elements_that_close_by_themselves_do_not_nest() {
    let items = "<li>one<p>two<p>three".repeat(1000);
    let terms = "<dt>y<dd>z".repeat(1000);
    let rows = "<tr><td>x<td>y".repeat(1000);
    let page = format!(
        "<html><body><article>{}</article><ul>{items}</ul><dl>{terms}</dl><table>{rows}</table>",
        PARAGRAPH.repeat(5)
    );
    assert!(parser().parse(&html(&page)).is_ok());
}

#[test]
fn too_many_elements_are_rejected() {
    for piece in ["<p>x</p>", "<br>", "<!---->", "</x>", "<", "<x/>y</x>"] {
        let page = format!("<html><body>{PARAGRAPH}{}", piece.repeat(300_000));
        assert_eq!(rejection_of(&page), Some(Code::TooManyNodes), "{piece}");
    }
    let small = crate::config::settings::ParseSettings { html_nodes_max: 50, ..settings() };
    let page = format!("<html><body>{}", PARAGRAPH.repeat(60));
    let rejection = parser_with(&small).parse(&html(&page)).unwrap_err();
    assert_eq!(rejection.code, Code::TooManyNodes);
}

#[test]
fn long_and_many_attributes_are_dropped_and_named() {
    let picture = format!("<img alt=small src=\"data:image/png;base64,{}\">", "A".repeat(2 << 20));
    let many = join(50_000, |index| format!(" a{index}=1"));
    for odd in [picture, format!("<div{many}>")] {
        let page = format!("<html><body><article>{odd}{}", PARAGRAPH.repeat(5));
        let article = parser().parse(&html(&page)).unwrap();
        assert_eq!(article.paragraphs.len(), 5);
        assert!(article.extraction.flaws.iter().any(|flaw| flaw.code == "attribute_dropped"));
    }
}

#[test]
fn lists_tables_and_teasers_of_any_length_are_read_in_one_pass() {
    for row in [
        "<li>one more item of a list",
        "<tr><td>a cell",
        "<div><h3><a href=/x>A linked headline</a></h3></div>",
    ] {
        let page = format!(
            "<html><body><article>{}<ul><table>{}</table></ul></article>",
            PARAGRAPH.repeat(5),
            row.repeat(40_000)
        );
        assert!(parser().parse(&html(&page)).unwrap().paragraphs.len() >= 5, "{row}");
    }
}

#[test]
fn what_is_never_closed_ends() {
    for tail in [
        "<!-- x <p>",
        "<script>x <p>",
        "<a href=\"x",
        "<textarea>x<p>",
        "<title>x<p>",
        "<![CDATA[ <p>",
        "</p ",
        "<p",
    ] {
        let page = format!("<html><body><article>{}{tail}{}", PARAGRAPH.repeat(5), "x <p ".repeat(2000));
        let article = parser().parse(&html(&page)).unwrap();
        assert!(article.paragraphs.len() >= 5, "{tail}");
    }
}

#[test]
fn large_pages_are_cut_to_the_body_limit() {
    let small =
        crate::config::settings::ParseSettings { body_bytes_max: 1000, paragraphs_max: 20, ..settings() };
    let page = format!("<html><body><article><p>{}</p>{}", "كلمة ".repeat(200_000), PARAGRAPH.repeat(50));
    let article = parser_with(&small).parse(&html(&page)).unwrap();
    assert!(article.partial && article.body().len() <= 1000);
    let article = parser_with(&small).parse(&dump(&"سطر من النص\n".repeat(100))).unwrap();
    assert!(article.partial && article.paragraphs.len() <= 20);
    assert!(article.extraction.flaws.iter().any(|flaw| flaw.code == "body_cut"));
}

#[test]
fn nulls_and_controls_leave_no_trace() {
    let page = format!("<html><body><article>{}", PARAGRAPH.replace(' ', " \0\u{1}").repeat(4));
    let article = parser().parse(&html(&page)).unwrap();
    assert!(article.body().chars().all(|character| character == '\n' || !character.is_control()));
    let article = parser().parse(&dump("A title of\0 four words\nA line\u{7} of text\0\n\0\0\n")).unwrap();
    assert_eq!(article.body(), "A line of text");
}

#[test]
fn deep_or_large_json_ld_is_ignored_and_named() {
    for block in [
        "[".repeat(100_000),
        format!("\"{}\"", "x".repeat(2 << 20)),
        "{\"@type\":\"NewsArticle\",".to_owned(),
    ] {
        let page = format!(
            "<html><head><script type=\"application/ld+json\">{block}</script></head><body>{}",
            PARAGRAPH.repeat(5)
        );
        let article = parser().parse(&html(&page)).unwrap();
        assert!(article.extraction.flaws.iter().any(|flaw| flaw.code == "json_ld_ignored"));
    }
}

#[test]
fn pages_without_an_article_are_rejected() {
    let list = join(50, |index| format!("<li><a href=/{index}>A headline of some other page</a></li>"));
    let front =
        format!("<html><head><title>News</title></head><body><h1>News</h1><ul>{list}</ul></body></html>");
    for page in
        [front.as_str(), "", "<html></html>", "<p>Hello</p>", "<html><body><script>var x = 1;</script>"]
    {
        assert_eq!(rejection_of(page), Some(Code::NoArticle), "{page}");
    }
}

#[test]
fn the_fallback_gives_text_where_parse_refuses() {
    let page =
        format!("<title>The title</title>{}{PARAGRAPH}<script>no text</script>", "<div>".repeat(50_000));
    let article = parser().plain(&html(&page));
    assert_eq!(article.headline.as_deref(), Some("The title"));
    assert_eq!(article.paragraphs.len(), 1);
    assert_eq!(article.extraction.method, "plain");
    let empty = parser().plain(&decoded(Content::Text(String::new())));
    assert!(empty.paragraphs.is_empty() && empty.headline.is_none());
}

#[test]
fn pages_full_of_dates_are_read_once() {
    let headline = "<h1>A bridge for Tartus</h1>";
    for flood in [
        join(20_000, |index| {
            format!("<p>Published on {} May 2024 | Updated 3 June 2024</p>", index % 28 + 1)
        }),
        join(20_000, |_| "<div><span>5 June 2024</span><h4>A bridge for Tartus</h4></div>".to_owned()),
        join(20_000, |index| format!("<a href='/{index}'>1/2/3</a><br><br>")),
        join(20_000, |_| "<i>1</i><b>2</b>".to_owned()),
        join(20_000, |_| "<time datetime='2024-06-05' itemprop='datePublished'>5 June</time>".to_owned()),
        format!("<script>{}</script>", r#""publishedAt":"2024-06-05","#.repeat(40_000)),
        format!("<script>{}</script>", "datePublished".repeat(80_000)),
        join(3_000, |_| "<meta name='publish-date' content='2024-06-05'>".to_owned()),
    ] {
        for page in [format!("{headline}{PARAGRAPH}{flood}"), format!("{flood}{headline}{PARAGRAPH}")] {
            assert!(parser().parse(&html(&page)).is_ok(), "{}", &page[..100]);
        }
    }
}

#[test]
fn what_stands_for_browsers_without_scripts_is_no_part_of_the_page() {
    const TITLE: &str = "قطار جديد يصل إلى القرية";
    let paragraphs = [
        "وصل القطار الجديد إلى القرية صباح اليوم بعد أربع ساعات من انطلاقه من العاصمة.",
        "وقال سكان إنهم انتظروا هذه الرحلة سنوات طويلة، وإنها ستسهل وصول أبنائهم إلى جامعاتهم.",
        "وتعتزم الشركة تسيير رحلتين في اليوم ابتداء من الشهر المقبل إذا بقي الطلب كما هو.",
    ]
    .map(|text| format!("<p>{text}</p>"))
    .concat();
    let page = format!(
        "<html><head><title>{TITLE}</title><noscript><div style='display:none'></noscript></head>\
         <body><noscript><div><p>يحتاج الموقع إلى تشغيل البرامج في المتصفح.</noscript>\
         <article><h1>{TITLE}</h1>{paragraphs}</article></body></html>"
    );
    let article = parser().parse(&html(&page)).unwrap();
    assert_eq!(article.headline.as_deref(), Some(TITLE));
    assert_eq!(article.paragraphs.len(), 3);
    // Neither its markup nor a style or comment that it leaves open is of the page.
    for within in ["<img src='a.jpg' alt='logo'>", "<style>.x{}", "<!-- a picture "] {
        let page = page.replace("<h1>", &format!("<h1><noscript>{within}</noscript>"));
        let article = parser().parse(&html(&page)).unwrap();
        assert_eq!((article.headline.as_deref(), article.paragraphs.len()), (Some(TITLE), 3), "{within}");
    }
}

#[test]
fn a_line_of_endless_words_below_the_headline_with_many_marked_dates_ends_soon() {
    let words = format!("{}-2024 ", "x".repeat(50_000)).repeat(13);
    let marked = "<time datetime='2024-05-06'></time>".repeat(200);
    let page = format!(
        "<title>A bridge for Tartus</title><h1>A bridge for Tartus</h1><p>{words}{marked}</p>\
         <p>The harbour gets a bridge for people and cars after many years of talks in the town.</p>"
    );
    assert_eq!(parser().parse(&html(&page)).unwrap().headline.as_deref(), Some("A bridge for Tartus"));
}
