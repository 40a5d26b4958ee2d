//! Currencies, events and works, in texts written for these tests.

use super::{Tags, article_of, named};
use crate::article::EntityKind::{self, Currency, Event, Work};

fn tags(body: &str) -> Tags {
    named(&article_of(None, body))
}

/// The mentions of a kind: surface, rule, and the first id or none.
fn all(body: &str, kind: EntityKind) -> Vec<(String, &'static str, String)> {
    let tags = tags(body);
    let of = |mention: &crate::article::Mention| {
        let entity = &tags.entities[mention.entity];
        let id = entity.ids.first().cloned().unwrap_or_default();
        (entity.kind == kind).then(|| (mention.surface.clone(), mention.rule, id))
    };
    tags.mentions.iter().filter_map(of).collect()
}

fn surfaces(body: &str, kind: EntityKind) -> Vec<String> {
    all(body, kind).into_iter().map(|(surface, ..)| surface).collect()
}

fn ids(body: &str) -> Vec<String> {
    all(body, Currency).into_iter().map(|(.., id)| id).collect()
}

#[test]
fn a_currency_is_named_with_its_adjective_and_has_the_code_of_its_own() {
    let body =
        "دفعت البلدية ثلاثة ملايين دولار أمريكي، وتلقت 400 ألف يورو وألفي جنيه مصري وخمسين دينارا كويتيا.";
    let found = all(body, Currency);
    let expected = [
        ("دولار أمريكي", "iso4217:USD"),
        ("يورو", "iso4217:EUR"),
        ("جنيه مصري", "iso4217:EGP"),
        ("دينارا كويتيا", "iso4217:KWD"),
    ];
    let found: Vec<(&str, &str)> = found.iter().map(|(surface, _, id)| (&**surface, &**id)).collect();
    assert_eq!(found, expected);
    let english =
        "The mill owes 3 million US dollars, 40,000 Swiss francs and a few thousand pounds sterling.";
    assert_eq!(ids(english), ["iso4217:USD", "iso4217:CHF", "iso4217:GBP"]);
}

#[test]
fn a_word_that_is_no_currency_needs_a_number_or_a_word_of_exchange() {
    assert_eq!(
        surfaces("باع التاجر التمر بـ45 ريالا، وقال إن سعر صرف الريال ثابت.", Currency),
        ["ريالا", "الريال"]
    );
    assert!(surfaces("فاز ريال مدريد على ضيفه، وسجل الريال هدفين أمام برشلونة.", Currency).is_empty());
    assert!(surfaces("الدرهم وقاية خير من قنطار علاج، ولا يملك درهم أحد.", Currency).len() < 2);
    let won = "The team won 3 medals in Seoul, and in 2024 won again, but the CX34 won't and 3 won't. The prize was 50 million won.";
    assert_eq!(surfaces(won, Currency), ["won"]);
    let weight = "He lost 30 pounds in a year and lifted 200 pounds of stone, a real feat.";
    assert!(surfaces(weight, Currency).is_empty());
    assert_eq!(surfaces("Britain paid 30 million pounds for the bridge.", Currency), ["pounds"]);
    assert!(surfaces("Dollar General opened a shop, and Euro 2024 began.", Currency).is_empty());
    assert_eq!(surfaces("The dollar fell against the yen.", Currency), ["dollar", "yen"]);
}

#[test]
fn whose_a_bare_name_is_the_article_tells() {
    assert_eq!(ids("بلغ السعر 300 دينار."), ["khabar:currency-dinar"]);
    assert_eq!(ids("قالت وزارة المالية في ليبيا إن الدعم 300 دينار."), ["iso4217:LYD"]);
    assert_eq!(ids("قالت ليبيا والأردن إن الدعم 300 دينار."), ["khabar:currency-dinar"]);
    assert_eq!(ids("تراجع الدينار الأردني، وبلغ السعر 300 دينار."), ["iso4217:JOD"; 2]);
    assert_eq!(
        ids("قال بنك ليبيا إن الدينار الأردني تراجع، وبلغ السعر 300 دينار.")[1],
        "khabar:currency-dinar"
    );
    assert_eq!(ids("وصلت كندا إلى اتفاق بقيمة مليون دولار."), ["iso4217:USD"]);
    assert_eq!(ids("The lake cost 3 million Canadian dollars, or two dollars a head."), ["iso4217:CAD"; 2]);
}

#[test]
fn money_says_nothing_about_the_country() {
    assert!(tags("بلغت الكلفة مليون دولار، ثم مليوني دولار، ثم ثلاثة ملايين دولار.").countries.is_empty());
}

#[test]
fn events_take_their_year_in() {
    let body = "يستعد المنتخب لكأس العالم 2026، ثم لبطولة أستراليا المفتوحة.";
    assert_eq!(surfaces(body, Event), ["كأس العالم 2026", "بطولة أستراليا المفتوحة"]);
    let english = "She rowed at the 2012 Summer Olympics and sang at the World Cup, which 2,026 people saw.";
    assert_eq!(surfaces(english, Event), ["2012 Summer Olympics", "World Cup"]);
    assert_eq!(surfaces("2026 World Cup draw set", Event), ["2026 World Cup"]);
    assert_eq!(surfaces("كأس العالم 2026\n10 فرق في القرعة", Event), ["كأس العالم 2026"]);
    assert!(surfaces("The world cup of tea, and The tempest of the year.", Event).is_empty());
}

#[test]
fn an_english_event_is_told_by_its_last_words() {
    let found = all("Crowds came to the Quellwater Jazz Festival on Sunday.", Event);
    assert_eq!(found, [("Quellwater Jazz Festival".to_owned(), "event_tail", String::new())]);
    for body in
        ["The Festival was loud.", "He lifted the Cup on Sunday.", "They saw a festival in Quellwater."]
    {
        assert!(surfaces(body, Event).is_empty(), "{body}");
    }
}

#[test]
fn an_event_keeps_the_country_of_its_place() {
    let tags = tags("افتتح معرض القاهرة الدولي للكتاب أمس. ويستمر معرض القاهرة الدولي للكتاب أسبوعا.");
    assert_eq!(tags.countries.first().map(|country| country.code.as_str()), Some("EG"));
}

#[test]
fn an_event_of_the_shipped_lexicons_that_is_named_like_a_place_elsewhere_is_not_there() {
    for (body, country) in [
        ("تأهل الفريق إلى كوبا ليبرتادوريس. وتبدأ كوبا ليبرتادوريس غدا.", None),
        ("عقدت قمة أبيك أمس. وتنتهي قمة أبيك غدا.", None),
        ("افتتح معرض بولونيا لكتب الأطفال أمس. ويستمر معرض بولونيا لكتب الأطفال أسبوعا.", Some("IT")),
        ("He wrote on the Battle of Waterloo. The Battle of Waterloo was long.", Some("BE")),
    ] {
        let countries = crate::tag::tag(&article_of(None, body)).countries;
        assert_eq!(countries.first().map(|country| country.code.as_str()), country, "{body}");
    }
}

#[test]
fn a_work_stands_in_quotation_marks_behind_the_word_for_it() {
    let of = |body| surfaces(body, Work);
    assert_eq!(of("عرض المخرج فيلمه الوثائقي الجديد «حارس المرسى» أمس."), ["حارس المرسى"]);
    assert_eq!(
        of("صدرت روايتا الكاتب، ثم رواية \"قمر البلدة\" و\"ليل الميناء\"."),
        ["قمر البلدة", "ليل الميناء"]
    );
    assert_eq!(of("نشرت الكاتبة كتابا صغيرا عن البحر بعنوان «ملح»."), ["ملح"]);
    assert_eq!(of("عرض فيلم «القاهرة» في المسرح."), ["القاهرة"]);
    let english = "Her novel “The Salt Path of Quell” won, and the film 'Low Tide' was shown.";
    assert_eq!(of(english), ["The Salt Path of Quell", "Low Tide"]);
}

#[test]
fn other_quotation_marks_hold_no_work() {
    let of = |body| surfaces(body, Work);
    assert!(of("كتب في صفحته «وصلنا إلى المرسى» ثم رحل.").is_empty());
    assert!(of("وصف الفيلم بأنه «ممتع جدا».").is_empty());
    assert!(of("قال مخرج الفيلم في كلمته «شكرا للجمهور».").is_empty());
    assert!(of("He said of the film: \"It is a long story about nothing.\"").is_empty());
    assert!(of("The book is \"very good\", she said.").is_empty());
    assert!(of("وقال عن الفيلم: «ممتع جدا».").is_empty());
    // Marks at the text's beginning, and marks within marks.
    assert!(of("«العهد القديم» كان طويلا.").len() < 2);
    assert!(of("عرض فيلم «ليل \"المدينة\" الطويل» أمس.").len() < 3);
}

#[test]
fn a_known_work_that_is_a_word_needs_a_word_for_it() {
    let of = |body| surfaces(body, Work);
    assert_eq!(of("قرأ الطفل القرآن الكريم وألف ليلة وليلة."), ["القرآن الكريم", "ألف ليلة وليلة"]);
    assert!(of("وصل النبي إلى المدينة بعد عقد القران.").is_empty());
    assert_eq!(of("They saw the Mona Lisa and the film Titanic."), ["Mona Lisa", "Titanic"]);
    assert!(of("The Titanic sank, and the tempest went on.").is_empty());
}
