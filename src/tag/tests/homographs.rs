//! Words that are names elsewhere, with the lexicons that are compiled in.

use super::{Tags, article_of, tag};

fn tags(headline: &str, body: &str) -> Tags {
    tag(&article_of((!headline.is_empty()).then_some(headline), body))
}

/// English names of the entities of a body that are known.
fn named(body: &str) -> Vec<String> {
    tags("", body).entities.into_iter().filter_map(|entity| entity.name_en).collect()
}

fn countries(headline: &str, body: &str) -> Vec<String> {
    tags(headline, body).countries.into_iter().map(|country| country.code).collect()
}

#[test]
fn a_place_within_a_phrase_of_its_word_is_none() {
    for (phrase, place) in [
        ("عاد الكاتب إلى مسقط رأسه في القرية.", "Muscat"),
        ("عادت الكاتبة بعد أعوام إلى مسقط رأسها.", "Muscat"),
        ("وقع الحادث بعد صلاة المغرب بقليل.", "Morocco"),
        ("ينتهي الصيام مع أذان المغرب.", "Morocco"),
        ("طلب من النادل طبق حمص وخبزا.", "Homs"),
        ("أنبوب بقطر 48 بوصة ينقل الغاز إلى المحطة.", "Qatar"),
        ("ورث المهنة عن جده الذي كان نجارا.", "Jeddah"),
        ("تعرض لقطع في الرباط الصليبي خلال التدريب.", "Rabat"),
        ("تعرض اللاعب لقطع في الرباط خلال المباراة.", "Rabat"),
        ("سجلت وزارة الصحة عشرين إصابة بفيروس كورونا.", "Corona"),
        ("افتتحت الكلية التقنية للبنين مبناها الجديد.", "Benin"),
        ("ولم يطلب ما سواها من الكتب.", "Wuhu"),
        ("قتل خمسون عسكرياً أوكرانياً في القصف.", "Ukraine"),
        ("تابع الناس أسعار الأسهم في بورصة الأوراق المالية.", "Bursa"),
        ("CONTACT US: the desk answers from nine to five.", "United States"),
    ] {
        let found = named(phrase);
        assert!(!found.iter().any(|name| name == place), "{phrase}: {found:?}");
    }
}

#[test]
fn the_place_itself_stays_one() {
    for (text, place) in [
        ("وصل الوزير إلى مسقط أمس.", "Muscat"),
        ("عاد المنتخب إلى المغرب أمس.", "Morocco"),
        ("قصفت الطائرات مدينة حمص فجرا.", "Homs"),
        ("فازت الأرجنتين بقطر 2022.", "Qatar"),
        ("سقط في الهجوم على مواقع بقطر 5 جرحى.", "Qatar"),
        ("غادرت الطائرة جدة صباحا.", "Jeddah"),
        ("قالت الوزارة إن علاقاتها بقطر لا تزال متوترة.", "Qatar"),
        ("انطلق سباق الجري بدبي 10 كيلومترات.", "Dubai"),
        ("قالت وزارة الصحة بالقاهره إن الوضع مستقر.", "Cairo"),
        ("زار الرئيس الإيراني مدينة مشهد أمس.", "Mashhad"),
        ("وقع زلزال في بورصة بتركيا أمس.", "Bursa"),
        ("قالت السعودية إن السفينة وصلت إلى جده صباحا.", "Jeddah"),
        ("Markets follow US lead in early trading.", "United States"),
    ] {
        let found = named(text);
        assert!(found.iter().any(|name| name == place), "{text}: {found:?}");
    }
}

#[test]
fn an_adjective_of_a_people_is_no_name() {
    for text in [
        "والتقى عددا من المسؤولين اللبنانيين والناخبين الألمان في المدينة.",
        "شارك في اللقاء مسؤولون روس وموظفون سعوديون، وحضره مواطنون عرب.",
    ] {
        let tags = tags("", text);
        assert!(tags.mentions.is_empty(), "{text}: {:?}", tags.mentions);
    }
}

#[test]
fn a_people_behind_and_is_named_without_it() {
    let tags = tags("", "أعلن اللبنانيون والسوريون والأردنيون الإضراب.");
    assert!(!tags.mentions.iter().any(|mention| mention.surface.starts_with('و')), "{:?}", tags.mentions);
}

#[test]
fn a_community_is_no_person_and_the_city_no_place() {
    use crate::article::EntityKind::{Person, Place};
    let tags = tags(
        "",
        "وقال إن المسلمين واليهود يعيشون معا في المدينة، وإن الأصوليين غادروها، فيما رحب المسلمون الشيعة بذلك.",
    );
    let wrong: Vec<_> =
        tags.entities.iter().filter(|entity| [Person, Place].contains(&entity.kind)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn behind_a_word_for_a_medium_a_place_is_its_name() {
    use crate::article::EntityKind::{Organisation, Place};
    for (text, name, kind) in [
        ("نسبت صحيفة \"الشرق الأوسط\" إلى النائب قوله ذلك.", "Asharq Al-Awsat", Organisation),
        ("نسبت صحيفة الشرق الأوسط إلى النائب قوله ذلك.", "Asharq Al-Awsat", Organisation),
        ("عاد الوزير إلى الشرق الأوسط أمس.", "Middle East", Place),
    ] {
        let entities = tags("", text).entities;
        let found =
            entities.iter().any(|entity| entity.kind == kind && entity.name_en.as_deref() == Some(name));
        assert!(found && entities.iter().all(|entity| entity.kind == kind), "{text}: {entities:?}");
    }
    for (text, name) in [
        ("وصلت الشرطة إلى موقع الحدث مساء.", "Al Hadath"),
        ("ونشرت عبر موقع الجامعة بيانا.", "Arab League"),
        ("وبثت قناة الأهلي المباراة.", "Al-Ahli Saudi"),
    ] {
        let entities = tags("", text).entities;
        assert!(
            entities.iter().all(|entity| entity.ids.is_empty()),
            "{text} is not about {name}: {entities:?}"
        );
    }
    let site = tags("", "وزار السياح موقع «تدمر» الأثري في سوريا.");
    assert!(site.entities.iter().any(|entity| entity.ids == ["geonames:163808"]), "{:?}", site.entities);
    let unknown = tags("", "وذكرت صحيفة \"تونس\" أن العمل بدأ.");
    assert!(unknown.entities.iter().all(|entity| entity.kind == Organisation), "{:?}", unknown.entities);
    let scare = tags("", "وقال إن جيش \"إسرائيل\" انسحب.");
    assert!(scare.mentions.iter().any(|mention| mention.surface.contains("إسرائيل")), "{:?}", scare.mentions);
}

#[test]
fn a_blessing_is_nobody() {
    let tags = tags("", "سأل المولى عز وجل أن يتقبله، وقال إن والده رحمه الله كان نجارا.");
    assert!(tags.mentions.is_empty(), "{:?}", tags.mentions);
}

#[test]
fn a_name_in_quotation_marks_behind_its_head_is_what_stands_within() {
    let tags = tags("", "وقال إن تنظيم «داعش» انسحب من البلدة، وإن قوات \"فاغنر\" دخلتها.");
    let surfaces: Vec<&str> = tags.mentions.iter().map(|mention| mention.surface.as_str()).collect();
    assert_eq!(surfaces, ["داعش", "فاغنر"]);
    let nickname = self::tags("", "وقال القيادي محمد \"أبو علي\" السنوار إن الوضع صعب.");
    assert!(
        nickname.mentions.iter().all(|mention| mention.surface != "أبو علي\" السنوار"),
        "{:?}",
        nickname.mentions
    );
}

#[test]
fn a_head_with_the_article_is_of_the_name() {
    let surfaces = |body: &str| -> Vec<String> {
        tags("", body).mentions.into_iter().map(|mention| mention.surface).collect()
    };
    assert_eq!(surfaces("قالت اللجنة الأولمبية الدولية إن الموعد ثابت."), ["اللجنة الأولمبية الدولية"]);
    assert_eq!(surfaces("قالت صحيفة نيويورك تايمز إن الموعد ثابت."), ["نيويورك تايمز"]);
}

#[test]
fn adjectives_within_names_and_phrases_speak_for_no_country() {
    for text in [
        "بلغ السعر 50 دولار أمريكي في السوق، ثم ارتفع إلى 60 دولار أمريكي.",
        "مرت السفن في المحيط الهندي، ثم عادت من المحيط الهندي.",
        "يحكي الكتاب عن الهنود الحمر، ويصف حياة الهنود الحمر.",
        "أقيم الحفل في المسرح الروماني، وهو أكبر مسرح روماني هناك.",
        "توقع عدد من المحللين الماليين ذلك، وقال المحللين الماليين إن السوق هادئة.",
        "The workers set up poles, and polish the wooden poles each spring.",
        "It cost 20 Canadian dollars on Monday and 30 Canadian dollars on Friday.",
    ] {
        assert_eq!(countries("", text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn an_adjective_of_two_words_is_not_that_of_its_last() {
    let north = "قال المتحدث الكوري الشمالي إن الوفد الكوري الشمالي غادر.";
    assert_eq!(countries("", north), ["KP"]);
    let accusative = "أسر الجيش خمسين عسكرياً أوكرانياً، ودمر لواءً أوكرانياً قرب النهر.";
    assert_eq!(countries("", accusative), ["UA"]);
    let league = "تصدر الفريق جدول الدوري السعودي بعد فوزه، ويقام الدوري السعودي هذا الموسم في الشتاء.";
    assert_eq!(countries("", league), ["SA"]);
    assert!(countries("", "شرب كوباً من الماء، ثم طلب كوباً آخر من الشاي.").is_empty());
    let lower = "the german government said that german troops left after the talks.";
    assert_eq!(countries("", lower), ["DE"]);
    let south = "The South Sudanese army and the South Sudanese government said so.";
    assert_eq!(countries("", south), ["SS"]);
}

#[test]
fn a_last_name_that_many_have_is_nobodys_without_the_full_name() {
    let alone = tags("", "وقال المالكي إن التحالف دمر طائرة مسيرة، وأضاف المالكي أن العمل مستمر.");
    assert!(alone.entities.iter().all(|entity| entity.ids.is_empty()), "{:?}", alone.entities);
    let device = tags("", "ارتدى الممرض قناع ماسك للوجه قبل الدخول.");
    assert!(device.entities.iter().all(|entity| entity.ids.is_empty()), "{:?}", device.entities);
    let titled = tags("", "قالت الرئاسة إن الرئيس محمد بخاري أقال قادة الجيش في نيجيريا.");
    let buhari = titled.entities.iter().find(|entity| entity.name_en.as_deref() == Some("Muhammadu Buhari"));
    assert!(buhari.is_some(), "{:?}", titled.entities);
    let named = tags("", "وصل إيلون ماسك إلى البيت الأبيض، وقال ماسك إنه سعيد.");
    assert_eq!(named.entities.iter().find(|entity| entity.name == "إيلون ماسك").unwrap().mentions, 2);
}

#[test]
fn a_currency_that_is_a_verb_needs_its_country() {
    assert!(named("The party took 5 won seats in the new house.").is_empty());
    let seoul = named("The meal cost 50,000 won, a Seoul newspaper in South Korea said.");
    assert!(seoul.iter().any(|name| name == "South Korean won"), "{seoul:?}");
}

#[test]
fn what_is_stated_to_be_a_dialect_has_subjects_and_names_of_arabic() {
    let mut article =
        article_of(None, "أصيب لاعب كرة القدم في مباراة المنتخب بالدوري، وسجل الفريق هدفا في مرمى القاهرة.");
    article.language_stated = Some("arz".to_owned());
    let tags = tag(&article);
    assert_eq!(tags.language, "arz");
    assert!(!tags.subjects.is_empty());
    assert!(tags.entities.iter().any(|entity| entity.name == "القاهرة"), "{:?}", tags.entities);
}
