//! Texts that are made to cost much or to confuse.

use proptest::prelude::*;

use super::{Tags, article_of, named};
use crate::article::Article;
use crate::tag::FLAW_MENTIONS_CUT;

fn check(headline: Option<&str>, body: &str) -> Tags {
    let article = article_of(headline, body);
    let tags = named(&article);
    check_tags(&article, &tags);
    tags
}

fn check_tags(article: &Article, tags: &Tags) {
    let characters: Vec<char> = article.body().chars().collect();
    let mut last = 0;
    for mention in &tags.mentions {
        assert!(mention.start >= last && mention.end > mention.start, "in order, without overlaps");
        last = mention.end;
        let slice: String = characters[mention.start..mention.end].iter().collect();
        assert_eq!(slice, mention.surface);
        assert!(mention.score <= 100 && mention.entity < tags.entities.len());
    }
    assert!(tags.mentions.len() <= 1_000 && tags.entities.len() <= 200 && tags.countries.len() <= 8);
}

#[test]
fn a_name_five_megabytes_long_is_cut_with_a_flaw() {
    let tags = check(None, &"وروسيا ".repeat(5 << 20 >> 4));
    assert_eq!(tags.mentions.len(), 1_000);
    assert_eq!(tags.flaws[0].code, FLAW_MENTIONS_CUT);
    let tags = check(None, &"Vladimir ".repeat(600_000));
    assert_eq!(tags.flaws[0].code, FLAW_MENTIONS_CUT);
}

#[test]
fn a_hundred_thousand_candidates_are_bounded() {
    let tags = check(None, &"محمد علي، الرئيس محمد بن أحمد، مدينة طرابلس، ".repeat(20_000));
    assert_eq!(tags.flaws[0].code, FLAW_MENTIONS_CUT);
    assert!(tags.entities.len() < 10);
}

#[test]
fn a_head_before_hundreds_of_places_is_a_short_name_or_none() {
    for count in [3, 4, 254, 255, 256, 300] {
        let text = format!("افتتحت جامعة {}أبوابها", "مصر ".repeat(count));
        check(None, &text);
        let text = format!("جامعة {}", "مصر ".repeat(count));
        check(Some(&text), "وصل الوفد.");
        for tags in [check(None, &text), crate::tag::tag(&article_of(None, &text))] {
            assert!(tags.mentions.iter().all(|mention| mention.surface.len() <= 1024));
            let by_head = tags.mentions.iter().filter(|mention| mention.rule == "organisation_head");
            assert!(by_head.map(|mention| mention.surface.split(' ').count()).all(|words| words <= 4));
        }
    }
}

#[test]
fn a_name_with_marks_without_end_is_none() {
    let marks = "\u{64b}".repeat(20_000);
    let quotes = " «كلمة كلمة كلمة كلمة كلمة».".repeat(20);
    let body = format!("قال فلاديمير بوتين{marks}{quotes} وقال فلاديمير بوتين «كلمة كلمة كلمة كلمة كلمة».");
    for tags in [check(None, &body), crate::tag::tag(&article_of(None, &body))] {
        let speakers = tags.quotes.iter().filter_map(|quote| quote.speaker.as_ref());
        let surfaces = speakers.map(|speaker| &speaker.surface);
        assert!(
            surfaces
                .chain(tags.mentions.iter().map(|mention| &mention.surface))
                .all(|name| name.len() <= 1024)
        );
        assert!(tags.mentions.iter().any(|mention| mention.surface == "فلاديمير بوتين"));
    }
}

#[test]
fn many_unknown_people_are_bounded() {
    use std::fmt::Write as _;
    let mut body = String::new();
    for number in 0..2_000 {
        let letters: String =
            number.to_string().bytes().map(|digit| char::from(b'a' + digit - b'0')).collect();
        write!(body, "and then Mr John Q{letters} left the house for the quay. ").unwrap();
    }
    let tags = check(None, &body);
    assert_eq!((tags.entities.len(), tags.flaws.len()), (200, 1));
}

#[test]
fn controls_of_direction_divide_no_name_and_stay_outside() {
    let tags = check(None, "وصل \u{202b}فلاد\u{200f}يمير\u{200f} بوتين\u{202c}\u{200f}، أمس.");
    assert_eq!(tags.mentions[0].surface, "فلاد\u{200f}يمير\u{200f} بوتين");
}

#[test]
fn quotation_marks_without_an_end_swallow_nothing() {
    let tags = check(None, &format!("قناة \"{}", "المرسى ".repeat(50_000)));
    assert!(tags.mentions.is_empty());
    check(None, &"قناة \"".repeat(50_000));
    check(None, &"بن ".repeat(100_000));
    check(None, &"Mr. ".repeat(100_000));
    check(None, &"A.".repeat(100_000));
    check(None, &"وزارة ال".repeat(50_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn mentions_are_where_they_say_in_any_text(
        headline in proptest::option::of("[ء-ي ]{0,40}|\\PC{0,40}"),
        pieces in proptest::collection::vec(prop_oneof![
            Just("الرئيس "), Just("فلاديمير بوتين"), Just(" وبوتين"), Just("قناة "), Just("\""), Just("للأردن"),
            Just("محمد "), Just("عبد "), Just("الله "), Just("بن "), Just("\u{64e}"), Just("\u{200f}"), Just(" "),
            Just("، "), Just("\n\n"), Just("U.S. "), Just("President "), Just("Paris"), Just("-"), Just("John "),
            Just("van "), Just("Ltd "), Just("مطار "), Just("القاهرة "), Just("الدولي "), Just("😀"), Just("مدينة "),
            Just("أبو "), Just("حمزة "), Just("المصري "), Just("آل "), Just("حزب الله "), Just("اللبناني "), Just("البابا "),
            Just("موقع "), Just("صحيفة "), Just("وزارة "), Just("الخارجية "), Just("الروسية "), Just("Ministry of "), Just("and "), Just("."),
        ], 0..60),
    ) {
        let body = pieces.concat();
        let tags = check(headline.as_deref(), &body);
        prop_assert_eq!(tags, check(headline.as_deref(), &body));
        let by_models = crate::tag::tag(&article_of(headline.as_deref(), &body));
        check_tags(&article_of(headline.as_deref(), &body), &by_models);
    }
}
