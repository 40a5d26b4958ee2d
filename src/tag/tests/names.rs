//! Who and what is named, in texts written for these tests.

use super::{Tags, article_of, named};
use crate::article::EntityKind::{self, Event, Organisation, Person, Place};

/// Tags of a headline and a body, whose paragraphs are divided by empty lines.
fn tags(headline: &str, body: &str) -> Tags {
    let article = article_of((!headline.is_empty()).then_some(headline), body);
    let tags = named(&article);
    let characters: Vec<char> = article.body().chars().collect();
    for mention in &tags.mentions {
        let slice: String = characters[mention.start..mention.end].iter().collect();
        assert_eq!(slice, mention.surface);
    }
    tags
}

/// Kind, surface and rule of each mention of a body.
fn mentions(body: &str) -> Vec<(EntityKind, String, &'static str)> {
    let tags = tags("", body);
    let of = |mention: &crate::article::Mention| {
        (tags.entities[mention.entity].kind, mention.surface.clone(), mention.rule)
    };
    tags.mentions.iter().map(of).collect()
}

/// The same of Arabic, for one mention without a given rule.
fn surfaces(body: &str) -> Vec<String> {
    mentions(body).into_iter().map(|(_, surface, _)| surface).collect()
}

fn one(body: &str, kind: EntityKind, surface: &str, rule: &str) {
    let found = mentions(body);
    let expected = (kind, surface.to_owned());
    assert!(
        found.iter().any(|(kind, surface, by)| (*kind, surface.clone()) == expected && *by == rule),
        "{body}: {surface} by {rule} is not in {found:?}"
    );
}

const MEETING: &str = "استقبل الرئيس فلاديميير بوتين في موسكو، أمس، نظيره الإيراني مسعود بزشكيان، بحسب فضائية \
“القاهرة الإخبارية”.\n\nوبحث بوتين وبزشكيان مستقبل العلاقات مع ألمانيا وأوكرانيا.\n\nوقال المتحدث باسم الكرملين دميتري \
بيسكوف إن بوتين سيتصل بالمستشار الألماني أولاف شولتس، ثم بالرئيس الأوكراني فولديمير زيلينسكي. وأضاف بيسكوف أن روسيا \
لن ترسل وفدا إلى كييف.";

#[test]
fn an_article_names_people_organisations_and_places_without_their_clitics() {
    let tags = tags("بوتين وبزشكيان يبحثان الوضع بسوريا", MEETING);
    let of = |name_en: &str| {
        let entity = tags.entities.iter().find(|entity| entity.name_en.as_deref() == Some(name_en));
        entity.unwrap_or_else(|| panic!("{name_en}: {:?}", tags.entities))
    };
    let putin = of("Vladimir Putin");
    assert_eq!((putin.kind, putin.mentions, putin.name.as_str()), (Person, 4, "فلاديمير بوتين"));
    assert_eq!(putin.ids, ["khabar:vladimir-putin", "wikidata:Q7747"]);
    assert!(putin.salience > of("Olaf Scholz").salience);
    assert_eq!(of("Al Qahera News").kind, Organisation);
    assert_eq!((of("Syria").mentions, of("Ukraine").mentions, of("Moscow").mentions), (1, 1, 1));
    assert_eq!(of("Volodymyr Zelenskyy").mentions, 1);
    let surfaces: Vec<&str> = tags.mentions.iter().map(|mention| mention.surface.as_str()).collect();
    assert!(surfaces.contains(&"فلاديميير بوتين") && surfaces.contains(&"بزشكيان"), "{surfaces:?}");
    // القاهرة is a part of the broadcaster's name here, an adjective is no mention, and the headline is not in the body.
    for none in ["القاهرة", "الإيراني", "سوريا", "وبزشكيان"] {
        assert!(!surfaces.contains(&none), "{none}");
    }
    let countries: Vec<&str> = tags.countries.iter().map(|country| country.code.as_str()).collect();
    assert_eq!((countries[0], countries.contains(&"UA")), ("RU", true), "{countries:?}");
    assert!(tags.countries.iter().map(|country| u32::from(country.share)).sum::<u32>() <= 100);
    assert_eq!(tags.countries[0].name.as_deref(), Some("روسيا"));
}

#[test]
fn clitics_stay_outside_and_a_whole_word_goes_before_a_stripped_one() {
    assert_eq!(
        surfaces("سافر الوفد من لبنان لروسيا ثم لألمانيا وبفرنسا."),
        ["لبنان", "روسيا", "ألمانيا", "فرنسا"]
    );
    assert_eq!(surfaces("قدمت مساعدات للأردن وللسودان."), ["أردن", "سودان"]);
    assert_eq!(surfaces("وَروسيَا ترفض."), ["روسيَا"]);
    assert_eq!(surfaces("رحب الوزير بـروسيا."), ["روسيا"]);
}

#[test]
fn a_name_with_a_sure_meaning_needs_nothing_else_and_an_adjective_is_none() {
    one("قرر مجلس الأمن الدولي عقد جلسة.", Organisation, "مجلس الأمن الدولي", "lexicon");
    assert!(mentions("زار الوفد الروسي العاصمة الأوكرانية والتقى الجنوب أفريقيين.").is_empty());
    let countries =
        tags("", "زار الوفد الجنوب أفريقي المدينة، وأعلن الفريق الجنوب أفريقي البقاء يومين.").countries;
    assert_eq!(countries[0].code, "ZA");
}

#[test]
fn an_ambiguous_name_needs_a_word_or_a_country_beside_it() {
    assert!(mentions("وصل الوفد إلى طرابلس مساء.").is_empty());
    one("وصل الوفد إلى ليبيا، ثم سافر إلى طرابلس مساء.", Place, "طرابلس", "lexicon_context");
    one("وصل الوفد إلى مدينة طرابلس مساء.", Place, "طرابلس", "lexicon_context");
    assert!(mentions("قال بوش إن الاجتماع تأجل.").is_empty());
    one("قال الرئيس بوش إن الاجتماع تأجل.", Person, "بوش", "lexicon_context");
    one("عاد محمد صلاح إلى الملعب، وسجل صلاح هدفين.", Person, "صلاح", "same_article");
}

#[test]
fn a_last_name_with_another_given_name_is_someone_else() {
    let tags = tags("", "وصلت سارة ترامب إلى المدينة، ولم يعلق دونالد ترامب على ذلك.");
    let is_unknown: Vec<bool> = tags.entities.iter().map(|entity| entity.ids.is_empty()).collect();
    assert_eq!((tags.entities[0].name.as_str(), is_unknown), ("سارة ترامب", vec![true, false]));
}

#[test]
fn unknown_people_are_told_by_title_given_name_and_shape() {
    one("قال الوزير سامي الحدادي إن العمل بدأ.", Person, "سامي الحدادي", "title");
    one("أكد وزير الدفاع اللبناني السابق طارق بن سليم أن العمل بدأ.", Person, "طارق بن سليم", "title");
    one("وحضر محمد سعيد الجلسة.", Person, "محمد سعيد", "given_name");
    one("شارك محمود حسن، وهو باحث.", Person, "محمود حسن", "given_name");
    one("كتب خالد عبد الرحمن يوسف المقال.", Person, "خالد عبد الرحمن يوسف", "given_name");
    for none in
        ["اتفق الطرفان علي المبادرة.", "حضر محمد الجلسة.", "يرأس الوزير اللجنة.", "قال الرئيس إن العمل بدأ."]
    {
        assert!(mentions(none).is_empty(), "{none}: {:?}", mentions(none));
    }
}

#[test]
fn the_last_name_alone_joins_the_full_name() {
    let tags = tags(
        "",
        "قال الوزير سامي الحدادي إن العمل بدأ.\n\nوأضاف الحدادي أن الكلفة كبيرة، وقيل للحدادي غير ذلك.",
    );
    assert_eq!((tags.entities.len(), tags.entities[0].mentions), (1, 3), "{:?}", tags.mentions);
    assert_eq!((tags.entities[0].name.as_str(), tags.mentions[1].rule), ("سامي الحدادي", "last_name"));
}

#[test]
fn organisations_are_told_by_their_heads_and_by_quotation_marks() {
    one("نفت وزارة الخارجية الروسية ذلك.", Organisation, "وزارة الخارجية الروسية", "organisation_head");
    one("أعلنت وزارة التربية والتعليم ذلك.", Organisation, "وزارة التربية والتعليم", "organisation_head");
    one("بثت قناة \"المرسى الأزرق\" الخبر.", Organisation, "المرسى الأزرق", "quoted");
    one("درس الطلاب بجامعة دمشق.", Organisation, "جامعة دمشق", "organisation_head");
    assert!(mentions("باعت شركة التأمين المبنى، وغادرت وزارة كاملة.").is_empty());
    assert_eq!(
        surfaces("درس الطلاب في جامعة بمصر."),
        ["مصر"],
        "which one, the place that it is in does not say"
    );
}

#[test]
fn a_place_within_a_longer_name_is_not_itself() {
    one("وصلت الطائرة إلى مطار القاهرة الدولي أمس.", Place, "مطار القاهرة الدولي", "place_head");
    one("افتتح معرض القاهرة الدولي للكتاب أمس.", Event, "معرض القاهرة الدولي للكتاب", "event_head");
}

#[test]
fn the_head_of_a_name_that_is_one_without_it_stays_outside() {
    assert_eq!(surfaces("أعلنت حركة حماس موقفها من دولة مصر."), ["حماس", "مصر"]);
    assert_eq!(surfaces("رحبت جامعة الدول العربية."), ["جامعة الدول العربية"]);
}

const ENGLISH: &str = "Foreign Minister Sergei Lavrov met Emma Quayside in Paris on Monday, the Ministry of Harbour \
Affairs said. Quayside thanked Lavrov.\n\nShares of Northern Quay Ltd fell. The U.S. and the UN did not let us know. \
President Aster declined to comment, and Jordan Smith left.";

#[test]
fn english_names_are_told_by_capitals_and_the_words_beside_them() {
    let found = mentions(ENGLISH);
    let has = |kind, surface: &str, rule| {
        assert!(found.contains(&(kind, surface.to_owned(), rule)), "{surface}: {found:?}");
    };
    has(Person, "Sergei Lavrov", "lexicon");
    has(Person, "Emma Quayside", "given_name");
    has(Person, "Quayside", "last_name");
    has(Person, "Aster", "title");
    has(Place, "Paris", "lexicon");
    has(Place, "U.S.", "lexicon");
    has(Organisation, "UN", "lexicon");
    has(Organisation, "Ministry of Harbour Affairs", "organisation_head");
    has(Organisation, "Northern Quay Ltd", "organisation_tail");
    assert!(
        found
            .iter()
            .all(|(_, surface, _)| !["us", "Monday", "Jordan", "Foreign"].contains(&surface.as_str()))
    );
}

#[test]
fn an_english_place_before_or_joined_to_a_name_is_a_part_of_it() {
    assert_eq!(surfaces("She ran the Paris Fivemiler in the rain."), Vec::<String>::new());
    assert_eq!(surfaces("Quellwetter-France expects rain."), Vec::<String>::new());
    assert_eq!(surfaces("Talks in Paris and a Paris-based firm went on."), ["Paris", "Paris"]);
}

#[test]
fn the_headline_counts_and_a_country_needs_evidence() {
    let tags = tags("Egypt and Syria talk", "The two sides met in the morning and went home.");
    assert_eq!((tags.entities.len(), tags.mentions.len()), (2, 0));
    assert_eq!(tags.countries.len(), 2);
    assert!(self::tags("", "A spokesman said nothing at all to Hamas.").countries.is_empty());
}
