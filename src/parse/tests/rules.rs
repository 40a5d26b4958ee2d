//! What is stated and what is found, the address and the source, labels, and what must hold for all text.

use proptest::prelude::*;

use super::{decoded, dump, has_flaw, html, parser, settings};
use crate::article::{Article, Content, hash128};
use crate::config::settings::{LexiconSettings, SourcesSettings};
use crate::parse::Parser;
use crate::rejection::Code;
use crate::sources::Sources;

const TITLE: &str = "قطار جديد يصل إلى القرية";
const LINE: &str = "وصل القطار الجديد إلى القرية صباح اليوم.";

#[test]
fn a_dump_of_labels_alone_is_no_article() {
    for text in [
        "المصدر: الموقع\nتاريخ النشر: 2 مايو 2024\nكلمات دلالية: قرية",
        "Tags: a, b",
        "\n \u{200f}\n",
        "",
        "كلمة",
        "Two words",
    ] {
        assert_eq!(parser().parse(&dump(text)).unwrap_err().code, Code::NoArticle, "{text}");
    }
}

#[test]
fn scripts_without_spaces_have_words_too() {
    let article = parser().parse(&dump("市议会决定保留夜间渡轮")).unwrap();
    assert_eq!(article.headline.as_deref(), Some("市议会决定保留夜间渡轮"));
    let text = "市议会周二投票决定将夜间渡轮服务再保留两年，并表示票价今年不会上涨，居民对此表示欢迎和感谢。";
    let page = format!("<html><body><article><p>{text}</p><p>{text}</p></article></body></html>");
    assert_eq!(parser().parse(&html(&page)).unwrap().paragraphs.len(), 2);
}

#[test]
fn labels_are_found_in_any_spelling() {
    for line in [
        "المَصْدَر: المنار",
        "المصـــدر : المنار",
        "\u{200f}المصدر\u{200f}：المنار",
        "• المصدر:المنار",
        "[المصدر: المنار]",
        "SOURCE: المنار",
        "source :\u{a0}المنار",
    ] {
        let article = parser().parse(&dump(&format!("{TITLE}\n{LINE}\n{line}\n"))).unwrap();
        assert_eq!(article.publisher.as_deref(), Some("المنار"), "{line}");
        assert_eq!(article.paragraphs.len(), 1, "{line}");
    }
}

#[test]
fn a_label_inside_a_sentence_is_text() {
    for line in [
        "وقال المصدر: العمل مستمر",
        "المصدر الذي تحدث: لم يذكر اسمه",
        "Source of the river: a spring",
        "المصدر لم يعلق",
    ] {
        let article = parser().parse(&dump(&format!("{TITLE}\n{LINE}\n{line}\n"))).unwrap();
        assert_eq!(article.paragraphs.len(), 2, "{line}");
        assert_eq!(article.publisher, None, "{line}");
    }
}

#[test]
fn the_closed_article_takes_everything_behind_the_related_label() {
    let text = format!(
        "{TITLE}\n{LINE}\nالمصدر: المنار\nإقرأ أيضاً:\nعنوان الخبر الآخر\nتاريخ النشر: 1 مايو 2020\n{LINE}\n{LINE}"
    );
    let article = parser().parse(&dump(&text)).unwrap();
    assert_eq!(article.paragraphs.len(), 1);
    assert_eq!(article.related.len(), 1);
    assert_eq!(article.related[0].paragraphs.len(), 2);
    assert_eq!(article.published, None, "the related article's date is not this one's");
}

#[test]
fn stated_facts_outrank_what_is_found() {
    let mut record =
        dump(&format!("{TITLE}\nتاريخ النشر: 2 مايو 2024\n{LINE}\nالمصدر: المنار\nالوسوم: أ، ب"));
    record.stated.headline = Some("عنوان\nآخر".to_owned());
    record.stated.published = Some("2024-05-03T10:00:00+02:00".to_owned());
    record.stated.source = Some("desk".to_owned());
    record.stated.language = Some("ar_EG".to_owned());
    record.stated.authors = vec!["ليلى حسن".to_owned(), " ".to_owned()];
    record.stated.keywords = vec!["قطار".to_owned()];
    let article = parser().parse(&record).unwrap();
    assert_eq!(article.headline.as_deref(), Some("عنوان آخر"));
    assert!(has_flaw(&article, "headline_differs"));
    assert_eq!(article.published.unwrap().evidence, "envelope:published");
    assert_eq!(article.source.as_deref(), Some("desk"));
    assert_eq!(article.publisher.as_deref(), Some("المنار"));
    assert_eq!(article.language_stated.as_deref(), Some("ar-EG"));
    assert_eq!(article.authors, ["ليلى حسن"]);
    assert_eq!(article.keywords.unwrap().list, ["قطار"]);
}

#[test]
fn an_unreadable_stated_date_is_a_flaw_and_the_label_counts() {
    let mut record = dump(&format!("{TITLE}\nتاريخ النشر: 2 مايو 2024 GMT\n{LINE}"));
    record.stated.published = Some("بعد العيد".to_owned());
    let article = parser().parse(&record).unwrap();
    assert_eq!(article.published.as_ref().map(|date| date.value.as_str()), Some("2024-05-02T00:00:00Z"));
    assert!(has_flaw(&article, "date_unreadable"));
}

#[test]
fn a_relative_date_counts_where_no_place_states_the_date_itself() {
    // 2024-05-03T12:00:00Z
    let fetched_at_ms = Some(1_714_737_600_000);
    for (label, value, is_relative) in [
        ("تاريخ النشر: 2 مايو 2024 GMT", "2024-05-02T00:00:00Z", false),
        ("المصدر: المنار", "2024-05-01T00:00:00Z", true),
    ] {
        let mut record = dump(&format!("{TITLE}\n{label}\n{LINE}"));
        record.fetched_at_ms = fetched_at_ms;
        record.stated.published = Some("منذ يومين".to_owned());
        let article = parser().parse(&record).unwrap();
        assert_eq!(article.published.as_ref().map(|date| date.value.as_str()), Some(value), "{label}");
        assert_eq!(has_flaw(&article, "date_relative"), is_relative, "{label}");
        assert!(!has_flaw(&article, "date_unreadable"), "{label}");
    }
}

#[test]
fn a_line_without_label_may_be_a_relative_date_but_a_word_without_a_number_is_a_name() {
    for (line, value) in [("منذ 3 ساعات", Some("2024-05-03T09:00:00Z")), ("اليوم", None)] {
        let mut record = dump(&format!("{TITLE}\n{line}\n{LINE}\nالمصدر: المنار"));
        record.fetched_at_ms = Some(1_714_737_600_000);
        let article = parser().parse(&record).unwrap();
        assert_eq!(article.published.as_ref().map(|date| date.value.as_str()), value, "{line}");
    }
}

#[test]
fn without_a_url_the_content_hash_is_the_address() {
    let article = parser().parse(&dump(&format!("{TITLE}\n{LINE}"))).unwrap();
    assert_eq!(article.uri, format!("urn:khabar:{}", "ab".repeat(16)));
    assert!(!article.has_url);
    assert_eq!(article.id, hash128(article.uri.as_bytes()));
}

#[test]
fn bad_urls_are_ignored_and_named() {
    for (url, code) in [
        ("ftp://example.com/x".to_owned(), "url_invalid"),
        ("not a url".to_owned(), "url_invalid"),
        (format!("https://example.com/{}", "x".repeat(3000)), "url_too_long"),
    ] {
        let mut record = dump(&format!("{TITLE}\n{LINE}"));
        record.stated.url = Some(url.clone());
        let article = parser().parse(&record).unwrap();
        assert!(!article.has_url && has_flaw(&article, code), "{url}");
    }
}

#[test]
fn the_source_comes_from_the_envelope_then_host_then_domain_then_label() {
    let text = format!("{TITLE}\n{LINE}\nالمصدر: بوابة الوفد");
    let source = |stated: Option<&str>, url: Option<&str>| {
        let mut record = dump(&text);
        record.stated.source = stated.map(str::to_owned);
        record.stated.url = url.map(str::to_owned);
        parser().parse(&record).unwrap().source.unwrap()
    };
    assert_eq!(source(Some("feed7"), Some("https://www.spa.gov.sa/1")), "feed7");
    assert_eq!(source(Some("واس"), None), "واس", "a stated source stands as it is");
    assert_eq!(source(None, Some("https://www.spa.gov.sa/1")), "spa");
    assert_eq!(source(None, Some("https://news.example.co.uk/1")), "example.co.uk");
    assert_eq!(source(None, None), "بوابة الوفد");
}

#[test]
fn a_source_gives_its_zone_to_dates_without_one() {
    let article = parser()
        .parse(&dump(&format!("{TITLE}\nتاريخ النشر: 2 يوليو 2024 10:00\n{LINE}\nالمصدر: الوفد")))
        .unwrap();
    assert_eq!(article.published.as_ref().unwrap().value, "2024-07-02T10:00:00+03:00");
    let flaw = article.extraction.flaws.iter().find(|flaw| flaw.code == "date_zone_assumed").unwrap();
    assert_eq!(flaw.detail.as_deref(), Some("Africa/Cairo"));
}

#[test]
fn mapped_text_is_taken_as_it_is() {
    let mut record = decoded(Content::Text(format!("{LINE}\r\n\r\nالمصدر: ليس لصيقة هنا\n")));
    record.stated.headline = Some(TITLE.to_owned());
    let article = parser().parse(&record).unwrap();
    assert_eq!(article.paragraphs.len(), 2);
    assert_eq!(article.extraction.method, "mapped");
    let headline_only = decoded(Content::Text(" \n".to_owned()));
    assert_eq!(parser().parse(&headline_only).unwrap_err().code, Code::NoArticle);
}

#[test]
fn flaws_of_decode_come_first() {
    let mut record = dump("Only a headline here");
    record.flaws = vec![crate::article::Flaw::new("encoding_guessed")];
    let article = parser().parse(&record).unwrap();
    assert_eq!(article.extraction.flaws[0].code, "encoding_guessed");
    assert!(has_flaw(&article, "headline_only"));
}

#[test]
fn a_long_headline_is_cut_and_named() {
    let mut record = dump(LINE);
    record.stated.headline = Some("كلمة ".repeat(1000));
    let article = parser().parse(&record).unwrap();
    assert!(article.headline.as_ref().unwrap().chars().count() <= 1000);
    assert!(has_flaw(&article, "headline_cut"));
}

#[test]
fn parts_that_a_source_drops_are_gone() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        "[source.crier]\nhosts = [\"crier.example.org\"]\ndrop_selectors = [\".promo\"]\n",
    )
    .unwrap();
    let sources = Sources::load(&SourcesSettings { file: file.path().to_str().unwrap().to_owned() }).unwrap();
    let parser = Parser::new(&settings(), &LexiconSettings::default(), sources).unwrap();
    let text =
        "<p>The council voted on Monday to keep the ferry, and the harbour will stay open all night.</p>";
    let promo = "<div class=\"promo\"><p>Subscribe to our newsletter today, and read all the stories of the harbour.</p></div>";
    let mut record = html(&format!("<html><body><article>{text}{promo}{text}{text}</article></body></html>"));
    record.stated.url = Some("https://www.crier.example.org/1".to_owned());
    assert!(!parser.parse(&record).unwrap().body().contains("newsletter"));
}

#[test]
fn bad_label_files_are_refused_with_file_and_line() {
    for (text, line) in [
        ("source\tar\n", 1),
        ("# c\n\nsauce\tar\tالمصدر\n", 3),
        ("source\tar\t \n", 1),
        ("source\tar\tx:\n", 1),
        ("source\ta r\tx\n", 1),
        ("source\ten\tDesk\nauthor\ten\tDESK\n", 2),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let name = file.path().to_str().unwrap().to_owned();
        let lexicon = LexiconSettings { dump_labels: vec![name.clone()], ..LexiconSettings::default() };
        let error = Parser::new(&settings(), &lexicon, Sources::default()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name}, line {line}: ")), "{error}");
    }
    let missing =
        LexiconSettings { dump_labels: vec!["no/such/file.tsv".to_owned()], ..LexiconSettings::default() };
    assert!(
        Parser::new(&settings(), &missing, Sources::default())
            .unwrap_err()
            .to_string()
            .contains("no/such/file.tsv")
    );
    let bad_zone = crate::config::settings::ParseSettings { zone: "Mars/Base".to_owned(), ..settings() };
    let error = Parser::new(&bad_zone, &LexiconSettings::default(), Sources::default()).unwrap_err();
    assert!(error.to_string().contains("Mars/Base"));
}

#[test]
fn a_users_labels_are_added() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "source\tde\tQuelle\n").unwrap();
    let lexicon = LexiconSettings {
        dump_labels: vec![file.path().to_str().unwrap().to_owned()],
        ..LexiconSettings::default()
    };
    let parser = Parser::new(&settings(), &lexicon, Sources::default()).unwrap();
    let article =
        parser.parse(&dump("Ein Titel aus Wörtern\nEin Satz als Text.\nQuelle: Hafenblatt")).unwrap();
    assert_eq!(article.publisher.as_deref(), Some("Hafenblatt"));
}

#[test]
fn the_parser_is_shared_by_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<Parser>();
}

/// Lines as dumps have them: labels, titles, text, marks, separators of all kinds.
fn dump_text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "\\PC{0,80}",
        Just("المصدر: موقع".to_owned()),
        Just("إقرأ أيضاً:".to_owned()),
        Just("اقرأ أيضا: عنوان قصير https://example.com/x".to_owned()),
        Just("تاريخ النشر:".to_owned()),
        Just("تاريخ النشر: 2 مايو 2024 | المصدر: س".to_owned()),
        Just("- عنوان في قائمة".to_owned()),
        Just("By:".to_owned()),
        Just("\u{200f}\u{feff}\0".to_owned()),
        Just(LINE.to_owned()),
    ];
    let end =
        prop_oneof![Just("\n"), Just("\r\n"), Just("\r"), Just("\u{2028}"), Just("\u{2029}"), Just("\n\n")];
    prop::collection::vec((line, end), 0..20)
        .prop_map(|lines| lines.into_iter().map(|(line, end)| line + end).collect())
}

fn check(article: &Article) -> Result<(), TestCaseError> {
    prop_assert!(article.headline.is_some() || !article.paragraphs.is_empty());
    let related = article.related.iter().flat_map(|related| &related.paragraphs);
    for paragraph in article.paragraphs.iter().chain(related) {
        prop_assert!(!paragraph.text.trim().is_empty());
        prop_assert!(!paragraph.text.contains(['\n', '\r', '\u{2028}', '\u{2029}']), "{:?}", paragraph.text);
    }
    prop_assert!(article.headline.as_ref().is_none_or(|headline| !headline.trim().is_empty()));
    prop_assert!(article.uri.is_ascii());
    super::confidence::check_evidence(article)
}

proptest! {
    #[test]
    fn any_text_gives_an_article_or_a_rejection(text in dump_text()) {
        let parser = parser();
        let mut numbers: Vec<usize> = parser.read_lines(&text).iter().map(|line| line.number).collect();
        numbers.dedup();
        prop_assert!(numbers.iter().copied().eq(1..=numbers.len()), "each line is read, in order: {:?}", numbers);
        for content in [Content::Dump(text.clone()), Content::Text(text.clone()), Content::Html(text)] {
            let record = decoded(content);
            if let Ok(article) = parser.parse(&record) {
                check(&article)?;
                prop_assert_eq!(&article, &parser.parse(&record).unwrap());
                check(&parser.plain(&record))?;
            }
        }
    }

    #[test]
    fn any_markup_gives_an_article_or_a_rejection(
        pieces in prop::collection::vec(
            prop_oneof![
                "<[a-z]{1,6}( [a-z]{1,4}(=(\"[^\"]{0,8}\"|[a-z]{0,5}))?){0,3}/?>", "</[a-z]{1,6}>", "\\PC{0,60}",
                Just("<table><td><b><p>".to_owned()), Just("<svg><title>".to_owned()), Just("<!--".to_owned()),
                Just("<script>".to_owned()), Just("</b></p>&amp;&#0;&#x110000;".to_owned()),
                Just(format!("<p>{LINE} {LINE}</p>")),
            ],
            0..40,
        )
    ) {
        let record = html(&pieces.concat());
        let parser = parser();
        if let Ok(article) = parser.parse(&record) {
            check(&article)?;
        }
        let _ = parser.plain(&record);
    }
}
