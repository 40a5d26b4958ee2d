use dom_query::Document;
use proptest::prelude::*;

use super::super::outline::Outline;
use super::super::scan::Scanner;
use super::*;

fn kept(page: &str) -> String {
    let (mut kept, mut unread, mut scanner) = (Kept::of(page), Unread::default(), Scanner::new(page));
    loop {
        let begin = scanner.position();
        let Some(piece) = scanner.next() else { break };
        if let Some(part) = unread.until(page, &piece, begin..scanner.position()) {
            kept.replace(&part, "");
        }
        match piece {
            Piece::Start(tag) => unread.in_tag(&tag, &mut kept),
            Piece::Text(text) => unread.in_text(text, begin, &mut kept),
            _ => {}
        }
    }
    kept.finish().into_owned()
}

#[test]
fn what_nothing_reads_is_left_out() {
    for (page, left) in [
        ("<script>let a = 1;</script><p>One.</p>", "<script></script><p>One.</p>"),
        ("<STYLE>p { color: red }</STYLE>x", "<STYLE></STYLE>x"),
        ("<p>One. <!-- two --> Three.</p>", "<p>One.  Three.</p>"),
        ("<svg><g><path d='M0 0'/></g></svg>One", "<svg></svg>One"),
        ("<svg a=1><svg><path></svg></svg>", "<svg a=1><svg></svg></svg>"),
        ("<div data-a='1' class=b data-c=3 id=d>", "<div class=b id=d>"),
        ("<p data-first='1'class=b data-last=3/>", "<p class=b>"),
        ("<a data-target href='/' onclick=x />", "<a href='/' />"),
        ("<div style='color: red' lang=ar>", "<div lang=ar>"),
        ("<p>\n  One\ntwo  three\t</p>\r\n", "<p> One two three\t</p> "),
        ("<pre>One\u{a0} \n two</pre>", "<pre>One\u{a0} two</pre>"),
    ] {
        assert_eq!(kept(page), left, "{page}");
    }
}

#[test]
fn what_may_be_read_stays() {
    for page in [
        "<script type='application/ld+json'>{}</script>",
        "<script type='application/ld&#43;JSON'>{}</script>",
        "<script type='application/ld&#43;jso&#110;'>{}</script>",
        "<script><!-- <script> </script> --></script>",
        "<svg><text>One</text></svg>",
        "<svg><path><div>One</div></svg>",
        "<svg/><path>One</svg>",
        "a <<!-- x -->b>",
        "&am<!-- x -->p;",
        "<textarea><script>let a = 1;</script></textarea>",
        "<!DOCTYPE html><p>One</p>",
        "<div style='display : none' hidden>",
        "<div style='&#100;isplay:none'>",
        "<b data-first=1 data-second=2>",
        "<meta name=date content=2024-05-01><abbr title='2024-05-01'>",
    ] {
        assert_eq!(kept(page), page, "{page}");
    }
}

/// What a reader of the outline sees.
fn seen(page: &str) -> String {
    let outline = Outline::of(&Document::from(page));
    let elements: Vec<String> = outline
        .elements
        .iter()
        .map(|element| format!("{:?}", (element.kind, element.traits, element.first_line, element.end_line)))
        .collect();
    format!("{elements:?} {:?} {:?}", outline.lines, outline.stamps)
}

const PIECES: &[&str] = &[
    "One ",
    " \n\t two",
    "&am",
    "p;",
    "<",
    "<p data-a=1 class=caption>",
    "</p>",
    "<div style='display:none'>",
    "<div class='a'id=b data-c>",
    "</div>",
    "<b data-a=1>",
    "<b data-a=2>",
    "</b>",
    "<a href=/x onclick='y>z' title=w>",
    "</a>",
    "<br>",
    "<table>",
    "<td width=3>",
    "</table>",
    "<svg viewBox='0'>",
    "<svg/>",
    "<path d='M0'/>",
    "<g>",
    "</g>",
    "</svg>",
    "<math>",
    "</math>",
    "<script>",
    "<script type=application/ld+json>",
    "</script>",
    "<style media=all>",
    "</style>",
    "<!-- c -->",
    "<!--",
    "-->",
    "<!-->",
    "<textarea>",
    "</textarea>",
    "<time datetime=2024-05-01 data-t=1>",
    "</time>",
    "<pre>\n",
    "<li data-long-name=1/>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn the_outline_is_the_same_without_it(picks in prop::collection::vec(prop::sample::select(PIECES), 0..34)) {
        let page = format!("<html><body>{}", picks.concat());
        prop_assert_eq!(seen(&page), seen(&kept(&page)), "{}", page);
    }
}
