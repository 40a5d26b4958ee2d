use dom_query::Document;

use super::super::{content, outline::Outline};
use super::*;

const FIRST: &str =
    "The council voted on Monday to repair the old bridge before the winter, after months of debate.";
const SECOND: &str =
    "Residents of both banks had asked for it since the flood of March, the mayor told reporters.";
const THIRD: &str =
    "Work begins in September and is expected to last for two years, according to the council's engineers.";

/// The texts of the body that a page's markup gives.
fn body(markup: &str) -> Vec<String> {
    let page = format!("<html><body>{markup}</body></html>");
    let outline = Outline::of(&Document::from(page.as_str()));
    let (labels, boilerplate) = (Labels::load(&[]).unwrap(), Boilerplate::load().unwrap());
    let headline = content::headline_line(&outline, "A bridge for Tartus");
    let chosen = content::choose(&outline, headline, &boilerplate);
    blocks(&outline, &chosen, &labels, &boilerplate).into_iter().map(|block| block.text).collect()
}

fn article(between: &str) -> Vec<String> {
    body(&format!(
        "<div class=nav-bar><a href=/>Home</a></div><article><h1>A bridge for Tartus</h1>\
         <p>{FIRST}</p>{between}<p>{SECOND}</p><p>{THIRD}</p></article>"
    ))
}

#[test]
fn what_stands_between_paragraphs_and_is_no_text_is_left_out() {
    for between in [
        "<div class='related-posts'><h3>More</h3><p>A sentence of another article that is long enough to be prose, surely.</p></div>",
        "<p class='caption'>The bridge in winter, seen from the castle on the northern bank of the river.</p>",
        "<figure><img src=x><figcaption>The bridge in winter.</figcaption></figure>",
        "<div class='newsletter-signup'><p>Get our best stories every morning, and cancel whenever you wish to.</p></div>",
        "<p>Sign up for our newsletter</p>",
        "<p>إعلان</p>",
        "<p>عرض هذا المنشور على Instagram</p><p>تمت مشاركة منشور بواسطة مدينة طرطوس (@tartus)</p>",
        "<ul><li><a href=/a>Another story about bridges</a></li><li><a href=/b>One more about rivers</a></li></ul>",
        "<p><a href=/c>Mayor opens the new library</a></p>",
        "<aside><p>About this series: a year of reporting along the river, from its source to the sea.</p></aside>",
        "<div style='display: none'><p>A sentence that nobody sees, and that is long enough to be a paragraph of text.</p></div>",
        "<span style='display:none'><div>A sentence that nobody sees, and that is long enough to be a paragraph of text.</div></span>",
        "<div>12.4k</div>",
    ] {
        assert_eq!(article(between), [FIRST, SECOND, THIRD], "{between}");
    }
}

#[test]
fn text_between_paragraphs_stays_whatever_its_form() {
    for (between, text) in [
        ("<h2>Two years of work</h2>", "Two years of work"),
        ("<p><strong>Who pays</strong></p>", "Who pays"),
        ("<blockquote><p>We waited long.</p></blockquote>", "We waited long."),
        ("<ul><li>The northern bank</li></ul>", "The northern bank"),
        ("<table><tr><td>Cost</td></tr></table>", "Cost"),
        (
            "<div class='card widget'><p>The ministry pays one half of the costs and the town the other, officials said.</p></div>",
            "The ministry pays one half of the costs and the town the other, officials said.",
        ),
    ] {
        assert_eq!(article(between), [FIRST, text, SECOND, THIRD], "{between}");
    }
}

#[test]
fn lists_beside_the_first_and_last_paragraphs_belong_to_them() {
    let markup = format!(
        "<article><h1>A bridge for Tartus</h1><p>What is planned</p><ul><li>a wider road</li><li>two lanes</li></ul>\
         <p>{FIRST}</p><p>{SECOND}</p><h2>The costs</h2><ul><li>two million</li></ul><h2>More</h2></article>"
    );
    let lists = ["What is planned", "a wider road", "two lanes", FIRST, SECOND, "The costs", "two million"];
    assert_eq!(body(&markup), lists);
}

#[test]
fn hidden_copies_of_the_text_are_left_out() {
    let copy =
        format!("<div style='display:none'><div itemprop=articleBody>{FIRST} {SECOND} {THIRD}</div></div>");
    let markup = format!(
        "<div><h1>A bridge for Tartus</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>{copy}{copy}</div>"
    );
    assert_eq!(body(&markup), [FIRST, SECOND, THIRD]);
}

#[test]
fn forms_are_no_text_but_for_one_around_the_whole_page() {
    let form =
        "<form><p>Tell us what you think of the new bridge, and we will publish the best answers.</p></form>";
    assert_eq!(article(form), [FIRST, SECOND, THIRD]);
    let page = format!("<form><h1>A bridge for Tartus</h1><p>{FIRST}</p><p>{SECOND}</p></form>");
    assert_eq!(body(&page), [FIRST, SECOND]);
}

#[test]
fn a_pull_quote_is_said_once() {
    let quote = format!("<div class='pull'><p>{FIRST}</p></div>");
    assert_eq!(article(&quote), [FIRST, SECOND, THIRD]);
}

#[test]
fn an_article_in_an_element_with_an_unlucky_name_is_found() {
    for class in ["sidebar-layout", "comments-open", "share-page", "related-content", "footer-less"] {
        let markup = format!(
            "<div class='{class}'><h1>A bridge for Tartus</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div>"
        );
        assert_eq!(body(&markup), [FIRST, SECOND, THIRD], "{class}");
    }
}

#[test]
fn teasers_side_by_side_are_not_the_article() {
    let teaser = "<div><h3><a href=/x>A headline of another article</a></h3><p>Its first sentence, which is long enough to look like a paragraph of text.</p></div>";
    let markup = format!(
        "<div><h1>A bridge for Tartus</h1><p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p></div><div>{}</div>",
        teaser.repeat(6)
    );
    assert_eq!(body(&markup), [FIRST, SECOND, THIRD]);
}

#[test]
fn arabic_pages_are_read_like_others() {
    let first = "وافق المجلس البلدي يوم الاثنين على ترميم الجسر القديم قبل حلول الشتاء بعد أشهر من النقاش.";
    let second = "وقال رئيس البلدية للصحفيين إن سكان الضفتين طالبوا بذلك منذ فيضان آذار الماضي، بحسب تعبيره.";
    let markup = format!(
        "<div dir=rtl><h1>A bridge for Tartus</h1><p>{first}</p><p>تابعونا على فيسبوك</p><p>{second}</p>\
         <div class=tags><a href=/t>جسور</a></div><p>جميع الحقوق محفوظة</p></div>"
    );
    assert_eq!(body(&markup), [first, second]);
}

#[test]
fn paragraphs_divided_by_line_breaks_are_several() {
    let markup = format!(
        "<div><h1>A bridge for Tartus</h1><div>{FIRST}<br><br>{SECOND}<br/>\n<br/>{THIRD}</div></div>"
    );
    assert_eq!(body(&markup), [FIRST, SECOND, THIRD]);
}

#[test]
fn linked_cards_below_a_label_are_references_with_their_address() {
    let card = "<div><a href=/library><h3>Mayor opens the new library</h3></a></div>";
    let page = format!(
        "<html><body><article><h1>A bridge for Tartus</h1><p>{FIRST}</p><p>{SECOND}</p><p>Read also:</p>{card}</article></body></html>"
    );
    let outline = Outline::of(&Document::from(page.as_str()));
    let (labels, boilerplate) = (Labels::load(&[]).unwrap(), Boilerplate::load().unwrap());
    let headline = content::headline_line(&outline, "A bridge for Tartus");
    let chosen = content::choose(&outline, headline, &boilerplate);
    let blocks = blocks(&outline, &chosen, &labels, &boilerplate);
    let link = blocks.last().and_then(|block| block.link.as_deref());
    assert_eq!(link, Some("/library"), "{blocks:?}");
}
