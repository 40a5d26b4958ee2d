//! A table of date texts, each with the form that it stands for.

use super::{DateContext, DateProblem, Words, read, zone_by_name};

/// 2025-06-01T00:00:00Z
const FETCHED_AT_MS: i64 = 1_748_736_000_000;

/// Form, text, RFC 3339 value, precision, zone as stated.
const READABLE: &[(&str, &str, &str, &str, Option<&str>)] = &[
    ("ordinal, comma, zone", "2nd, December 2024 GMT", "2024-12-02T00:00:00Z", "day", Some("GMT")),
    ("ordinal st", "1st January 2024", "2024-01-01T00:00:00+03:00", "day", None),
    ("ordinal rd with of", "the 3rd of March 2024 UTC", "2024-03-03T00:00:00Z", "day", Some("UTC")),
    ("iso date", "2024-12-02", "2024-12-02T00:00:00+03:00", "day", None),
    ("iso in utc", "2024-12-02T10:30:15Z", "2024-12-02T10:30:15Z", "second", Some("Z")),
    ("iso with offset", "2024-12-02T10:30:15+03:00", "2024-12-02T10:30:15+03:00", "second", Some("+03:00")),
    (
        "iso with negative offset",
        "2024-12-02T10:30:15-05:00",
        "2024-12-02T10:30:15-05:00",
        "second",
        Some("-05:00"),
    ),
    (
        "iso, offset without colon",
        "2024-12-02T10:30:15+0000",
        "2024-12-02T10:30:15Z",
        "second",
        Some("+00:00"),
    ),
    ("iso with fraction", "2024-12-02T10:30:15.250Z", "2024-12-02T10:30:15Z", "second", Some("Z")),
    ("iso without seconds", "2024-12-02T10:30+02:00", "2024-12-02T10:30:00+02:00", "minute", Some("+02:00")),
    ("iso with a space", "2024-12-02 10:30:15", "2024-12-02T10:30:15+03:00", "second", None),
    ("iso basic", "20241202T103015Z", "2024-12-02T10:30:15Z", "second", Some("Z")),
    ("iso basic date", "20241202", "2024-12-02T00:00:00+03:00", "day", None),
    ("iso month", "2024-12", "2024-12-01T00:00:00+03:00", "month", None),
    ("fourteen digits", "20241202103015", "2024-12-02T10:30:15+03:00", "second", None),
    ("rfc 2822", "Mon, 02 Dec 2024 10:30:15 +0000", "2024-12-02T10:30:15Z", "second", Some("+00:00")),
    ("rfc 2822 with a name", "Mon, 02 Dec 2024 10:30:15 GMT", "2024-12-02T10:30:15Z", "second", Some("GMT")),
    (
        "rfc 2822 negative",
        "Mon, 2 Dec 2024 10:30:15 -0530",
        "2024-12-02T10:30:15-05:30",
        "second",
        Some("-05:30"),
    ),
    ("epoch seconds", "1733135415", "2024-12-02T10:30:15Z", "second", Some("UTC")),
    ("epoch milliseconds", "1733135415250", "2024-12-02T10:30:15Z", "second", Some("UTC")),
    ("english, day first", "2 December 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("english, month first", "December 2, 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("english, abbreviated", "Dec. 2, 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("english, four letters", "9 Sept 2024", "2024-09-09T00:00:00+03:00", "day", None),
    ("english, month and year", "December 2024", "2024-12-01T00:00:00+03:00", "month", None),
    ("english, short year", "2 Dec 24", "2024-12-02T00:00:00+03:00", "day", None),
    ("english with pm", "March 5, 2024 4:30 PM", "2024-03-05T16:30:00+03:00", "minute", None),
    (
        "english with p.m. and zone",
        "March 5, 2024 at 4:30 p.m. EST",
        "2024-03-05T16:30:00-05:00",
        "minute",
        Some("-05:00"),
    ),
    ("english, hour alone", "March 5, 2024 4pm", "2024-03-05T16:00:00+03:00", "minute", None),
    ("english, noon", "March 5, 2024 12:05 pm", "2024-03-05T12:05:00+03:00", "minute", None),
    ("english, midnight", "March 5, 2024 12:05 am", "2024-03-05T00:05:00+03:00", "minute", None),
    (
        "zone with rules, summer",
        "July 5, 2024 4:30 PM ET",
        "2024-07-05T16:30:00-04:00",
        "minute",
        Some("America/New_York"),
    ),
    ("gmt with hours", "5 March 2024 16:30 GMT+3", "2024-03-05T16:30:00+03:00", "minute", Some("+03:00")),
    ("gmt in brackets", "5 March 2024 16:30 (UTC-5)", "2024-03-05T16:30:00-05:00", "minute", Some("-05:00")),
    ("time in front", "16:30 - 5 March 2024", "2024-03-05T16:30:00+03:00", "minute", None),
    ("weekday in front", "Tuesday 5 March 2024", "2024-03-05T00:00:00+03:00", "day", None),
    ("unknown abbreviation", "5 March 2024 16:30 XYZT", "2024-03-05T16:30:00+03:00", "minute", None),
    ("numeric, day first", "3/4/2024", "2024-04-03T00:00:00+03:00", "day", None),
    ("numeric, only day first fits", "25/12/2023", "2023-12-25T00:00:00+03:00", "day", None),
    ("numeric, only month first fits", "12/25/2023", "2023-12-25T00:00:00+03:00", "day", None),
    ("numeric with dots", "03.04.2024", "2024-04-03T00:00:00+03:00", "day", None),
    ("numeric with dashes", "03-04-2024", "2024-04-03T00:00:00+03:00", "day", None),
    ("numeric, short year", "03/04/24", "2024-04-03T00:00:00+03:00", "day", None),
    ("numeric, year first", "2024/4/3", "2024-04-03T00:00:00+03:00", "day", None),
    ("numeric, month and year", "04/2024", "2024-04-01T00:00:00+03:00", "month", None),
    ("numeric with bar and time", "2024/05/20 | 22:10", "2024-05-20T22:10:00+03:00", "minute", None),
    ("year", "2024", "2024-01-01T00:00:00+03:00", "year", None),
    ("arabic, egyptian", "2 ديسمبر 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("arabic, hamza left out", "5 اغسطس 2024", "2024-08-05T00:00:00+03:00", "day", None),
    ("arabic, levantine", "2 كانون الأول 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("arabic, levantine, one word", "17 شباط 2024", "2024-02-17T00:00:00+03:00", "day", None),
    ("arabic, both", "15 نوفمبر/تشرين الثاني 2024", "2024-11-15T00:00:00+03:00", "day", None),
    ("arabic, both, other order", "15 تشرين الثاني / نوفمبر 2024", "2024-11-15T00:00:00+03:00", "day", None),
    ("arabic, moroccan", "9 نونبر 2024", "2024-11-09T00:00:00+03:00", "day", None),
    ("arabic, moroccan august", "1 غشت 2024", "2024-08-01T00:00:00+03:00", "day", None),
    ("arabic, algerian", "5 جويلية 2024", "2024-07-05T00:00:00+03:00", "day", None),
    ("arabic, tunisian", "20 أوت 2024", "2024-08-20T00:00:00+03:00", "day", None),
    ("arabic-indic digits", "٢ ديسمبر ٢٠٢٤", "2024-12-02T00:00:00+03:00", "day", None),
    ("persian digits, numeric", "۲۰۲۴/۱۲/۰۲", "2024-12-02T00:00:00+03:00", "day", None),
    ("persian spelling", "۳ ژوئن ۲۰۲۳", "2023-06-03T00:00:00+03:00", "day", None),
    ("urdu spelling", "3 جولائی 2023", "2023-07-03T00:00:00+03:00", "day", None),
    ("arabic weekday", "الاثنين، 2 ديسمبر 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("arabic weekday with day", "يوم الاثنين 2 ديسمبر 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("arabic era", "2 ديسمبر 2024م", "2024-12-02T00:00:00+03:00", "day", None),
    ("arabic month word", "2 من شهر ديسمبر عام 2024", "2024-12-02T00:00:00+03:00", "day", None),
    ("arabic pm letter", "2 ديسمبر 2024 04:30 م", "2024-12-02T16:30:00+03:00", "minute", None),
    ("arabic am letter", "2 ديسمبر 2024 04:30 ص", "2024-12-02T04:30:00+03:00", "minute", None),
    ("arabic midnight", "2 ديسمبر 2024 12:15 ص", "2024-12-02T00:15:00+03:00", "minute", None),
    ("arabic evening word", "2 ديسمبر 2024 الساعة 8:20 مساءً", "2024-12-02T20:20:00+03:00", "minute", None),
    ("arabic hour alone", "2 ديسمبر 2024 الساعة 3 عصراً", "2024-12-02T15:00:00+03:00", "minute", None),
    ("arabic noon", "2 ديسمبر 2024، 1:00 ظهراً", "2024-12-02T13:00:00+03:00", "minute", None),
    ("arabic night", "2 ديسمبر 2024 11:30 ليلا", "2024-12-02T23:30:00+03:00", "minute", None),
    ("arabic greenwich", "2 ديسمبر 2024 10:30 بتوقيت غرينتش", "2024-12-02T10:30:00Z", "minute", Some("GMT")),
    (
        "arabic greenwich with the article",
        "2 ديسمبر 2024 10:30 توقيت جرينتش",
        "2024-12-02T10:30:00Z",
        "minute",
        Some("GMT"),
    ),
    (
        "arabic place",
        "2 يوليو 2024 10:30 بتوقيت القاهرة",
        "2024-07-02T10:30:00+03:00",
        "minute",
        Some("Africa/Cairo"),
    ),
    (
        "arabic place of two words",
        "2 يوليو 2024 10:30 بتوقيت مكة المكرمة",
        "2024-07-02T10:30:00+03:00",
        "minute",
        Some("Asia/Riyadh"),
    ),
    ("arabic place unknown", "2 يوليو 2024 10:30 بتوقيت القرية", "2024-07-02T10:30:00+03:00", "minute", None),
    (
        "bidi marks inside",
        "\u{200f}2\u{200f} ديسمبر \u{202a}2024\u{202c}",
        "2024-12-02T00:00:00+03:00",
        "day",
        None,
    ),
    ("french", "lundi 4 décembre 2023", "2023-12-04T00:00:00+03:00", "day", None),
    ("french first of month", "le 1er août 2023", "2023-08-01T00:00:00+03:00", "day", None),
    ("french with hour", "4 décembre 2023 à 14h30", "2023-12-04T14:30:00+03:00", "minute", None),
    ("french, hour spaced", "4 déc. 2023 à 14 h 05", "2023-12-04T14:05:00+03:00", "minute", None),
    ("leap day", "29 February 2024", "2024-02-29T00:00:00+03:00", "day", None),
    ("leap second", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "second", Some("Z")),
    ("within a day after the fetch", "2025-06-01T20:00:00Z", "2025-06-01T20:00:00Z", "second", Some("Z")),
];

/// Form, text, problem.
const REFUSED: &[(&str, &str, DateProblem)] = &[
    ("empty", "  ", DateProblem::Unreadable),
    ("words", "soon to be announced", DateProblem::Unreadable),
    ("relative", "منذ 3 ساعات", DateProblem::Unreadable),
    ("relative day", "أمس", DateProblem::Unreadable),
    ("hijri", "12 ربيع الأول 1446هـ", DateProblem::Unreadable),
    ("no year", "2 December", DateProblem::Unreadable),
    ("two months", "2 نوفمبر/كانون الأول 2024", DateProblem::Unreadable),
    ("a sentence with a date", "The shop opens on 2 December 2024", DateProblem::Unreadable),
    ("a price", "12.50 $", DateProblem::Unreadable),
    ("too many numbers", "1 2 3 4 5 6", DateProblem::Unreadable),
    ("too many digits", "202412021030151234567", DateProblem::Unreadable),
    ("time alone", "10:30", DateProblem::Unreadable),
    ("half without hour", "2 ديسمبر 2024 مساء", DateProblem::Unreadable),
    ("no such day", "31 February 2024", DateProblem::Impossible),
    ("no leap year", "29 February 2023", DateProblem::Impossible),
    ("no such month", "2024-13-01", DateProblem::Impossible),
    ("neither can be a month", "25/25/2024", DateProblem::Impossible),
    ("no such hour", "2024-12-02 25:10", DateProblem::Impossible),
    ("no such offset", "2024-12-02T10:30:00+99:00", DateProblem::Impossible),
    ("persian year", "1403/09/12", DateProblem::Impossible),
    ("future", "2025-06-03", DateProblem::InFuture),
    ("far future", "2 December 2099", DateProblem::InFuture),
    ("before news pages", "2 December 1989", DateProblem::TooOld),
    ("epoch zero", "1 January 1970 GMT", DateProblem::TooOld),
];

fn words() -> Words {
    Words::load().unwrap()
}

#[test]
fn every_readable_form_gives_its_value() {
    let (words, zone) = (words(), zone_by_name("Asia/Riyadh").unwrap());
    let context = DateContext {
        day_first: true,
        zone: &zone,
        zone_name: "Asia/Riyadh",
        fetched_at_ms: Some(FETCHED_AT_MS),
    };
    for (form, text, value, precision, stated_zone) in READABLE {
        let (date, flaw) =
            read(text, "test", &words, &context).unwrap_or_else(|problem| panic!("{form}: {problem:?}"));
        assert_eq!(
            (date.value.as_str(), date.precision.name(), date.zone.as_deref()),
            (*value, *precision, *stated_zone),
            "{form}"
        );
        assert_eq!(
            flaw.is_some(),
            stated_zone.is_none(),
            "{form}: an assumed zone is a flaw, a stated one is none"
        );
        assert_eq!(date.raw, text.trim(), "{form}");
    }
}

#[test]
fn what_is_no_date_is_refused_with_its_reason() {
    let (words, zone) = (words(), zone_by_name("UTC").unwrap());
    let context =
        DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms: Some(FETCHED_AT_MS) };
    for (form, text, problem) in REFUSED {
        assert_eq!(read(text, "test", &words, &context).map(|(date, _)| date.value), Err(*problem), "{form}");
    }
}

#[test]
fn a_source_with_the_month_first_turns_only_what_is_ambiguous() {
    let (words, zone) = (words(), zone_by_name("UTC").unwrap());
    let context = DateContext { day_first: false, zone: &zone, zone_name: "UTC", fetched_at_ms: None };
    for (text, value) in
        [("3/4/2024", "2024-03-04"), ("25/12/2023", "2023-12-25"), ("2024-03-04", "2024-03-04")]
    {
        let (date, _) = read(text, "test", &words, &context).unwrap();
        assert!(date.value.starts_with(value), "{text}: {}", date.value);
    }
}

#[test]
fn an_impossible_fetch_time_makes_no_date_a_future_one() {
    let (words, zone) = (words(), zone_by_name("UTC").unwrap());
    for fetched_at_ms in [None, Some(-1), Some(0), Some(i64::MAX), Some(i64::MIN)] {
        let context = DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms };
        assert!(read("2 December 2024", "test", &words, &context).is_ok(), "{fetched_at_ms:?}");
    }
}

#[test]
fn a_time_that_the_clock_skips_is_moved_as_clocks_are() {
    let (words, zone) = (words(), zone_by_name("Africa/Cairo").unwrap());
    let context =
        DateContext { day_first: true, zone: &zone, zone_name: "Africa/Cairo", fetched_at_ms: None };
    let (date, _) = read("2024-04-26 00:30", "test", &words, &context).unwrap();
    assert_eq!(date.value, "2024-04-26T01:30:00+03:00");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}", dateish in "[0-9٠-٩/:.,+ TZhmpa-]{0,40}") {
        let (words, zone) = (words(), zone_by_name("UTC").unwrap());
        let context = DateContext { day_first: true, zone: &zone, zone_name: "UTC", fetched_at_ms: None };
        for text in [text, dateish] {
            if let Ok((date, _)) = read(&text, "test", &words, &context) {
                proptest::prop_assert!(date.value.parse::<jiff::Timestamp>().is_ok(), "{}", date.value);
            }
        }
    }
}
