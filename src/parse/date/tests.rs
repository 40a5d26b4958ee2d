//! Tables of date texts, each with the form that it stands for, and what holds for every text.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::calendar::Calendar;
use super::{DateContext, DateProblem, Words, find, is_relative, read, zone_by_name};
use crate::article::ArticleDate;
use crate::parse::flaws;

/// 2025-06-01T09:20:45Z
const FETCHED_AT_MS: i64 = 1_748_769_645_000;

fn words() -> Words {
    Words::load().unwrap()
}

fn context<'zone>(zone: &'zone TimeZone, name: &'zone str) -> DateContext<'zone> {
    DateContext { day_first: true, zone, zone_name: name, fetched_at_ms: Some(FETCHED_AT_MS) }
}

/// The rows of a table under `tests/data`: so many fields each, the first of them the name of the form.
fn rows<const FIELDS: usize>(file: &str) -> Vec<[String; FIELDS]> {
    let table =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(file)).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
            fields.try_into().unwrap_or_else(|_| panic!("{line}: not {FIELDS} fields"))
        })
        .collect()
}

fn is_arabic(text: &str) -> bool {
    text.chars().any(|character| ('\u{621}'..='\u{6ff}').contains(&character))
}

#[test]
fn every_readable_form_gives_its_value() {
    let (words, zone) = (words(), zone_by_name("Asia/Riyadh").unwrap());
    let context = context(&zone, "Asia/Riyadh");
    let rows = rows::<6>("parse_dates.tsv");
    assert!(rows.len() >= 150 && rows.iter().filter(|row| is_arabic(&row[1])).count() >= 58);
    let mut failures = Vec::new();
    for [form, text, value, precision, calendar, stated_zone] in &rows {
        let (date, flaws) = match read(text, "test", &words, &context) {
            Ok(read) => read,
            Err(problem) => {
                failures.push(format!("{form}: {text}: {problem:?}"));
                continue;
            }
        };
        let found = [&date.value, date.precision.name(), date.calendar, date.zone.as_deref().unwrap_or("-")];
        if found != [value, precision.as_str(), calendar, stated_zone] {
            failures.push(format!("{form}: {text}: {found:?}"));
        }
        if is_relative(&flaws) != form.starts_with("relative") {
            failures.push(format!("{form}: {flaws:?}"));
        }
        let is_assumed = flaws.iter().any(|flaw| flaw.code == flaws::DATE_ZONE_ASSUMED);
        // An amount of hours is the same in every zone.
        let needs_zone = !is_relative(&flaws) || !["minute", "second"].contains(&precision.as_str());
        if needs_zone && is_assumed != (stated_zone == "-") {
            failures.push(format!("{form}: an assumed zone is a flaw, a stated one is none"));
        }
        if date.raw != text.trim() {
            failures.push(format!("{form}: {}", date.raw));
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

#[test]
fn what_is_no_date_is_refused_with_its_reason() {
    let (words, zone) = (words(), zone_by_name("UTC").unwrap());
    let context = context(&zone, "UTC");
    let rows = rows::<3>("parse_dates_refused.tsv");
    assert!(rows.len() >= 40);
    let mut failures = Vec::new();
    for [form, text, problem] in &rows {
        let expected = match problem.as_str() {
            "unreadable" => DateProblem::Unreadable,
            "impossible" => DateProblem::Impossible,
            "in_future" => DateProblem::InFuture,
            "too_old" => DateProblem::TooOld,
            other => panic!("{form}: {other}"),
        };
        let found = read(text, "test", &words, &context).map(|(date, _)| date.value);
        if found != Err(expected) {
            failures.push(format!("{form}: {text}: {found:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(read("  ", "test", &words, &context).err(), Some(DateProblem::Unreadable));
}

#[test]
fn a_relative_date_is_read_against_a_fetch_time_alone() {
    let (words, zone) = (words(), TimeZone::UTC);
    for fetched_at_ms in [None, Some(0), Some(-1), Some(i64::MAX)] {
        let context = DateContext { fetched_at_ms, ..context(&zone, "UTC") };
        for text in ["منذ 3 ساعات", "أمس", "اليوم 14:30", "3 hours ago", "dün"] {
            let found = read(text, "test", &words, &context).map(|(date, _)| date.value);
            assert_eq!(found, Err(DateProblem::Unreadable), "{text} at {fetched_at_ms:?}");
        }
    }
}

#[test]
fn the_flaw_of_a_relative_date_holds_its_text() {
    let (words, zone) = (words(), TimeZone::UTC);
    let (_, flaws) = read(" منذ 3 ساعات ", "test", &words, &context(&zone, "UTC")).unwrap();
    assert_eq!((flaws.len(), flaws[0].code), (1, flaws::DATE_RELATIVE));
    assert_eq!(flaws[0].detail.as_deref(), Some("منذ 3 ساعات"));
}

#[test]
fn yesterday_is_that_of_the_zone() {
    let words = words();
    // 22:30 in Greenwich is half past one of the next day in Riyadh.
    let fetched_at_ms = Some(1_748_730_600_000);
    for (name, value) in [("UTC", "2025-05-30T00:00:00Z"), ("Asia/Riyadh", "2025-05-31T00:00:00+03:00")] {
        let zone = zone_by_name(name).unwrap();
        let context = DateContext { fetched_at_ms, ..context(&zone, name) };
        assert_eq!(read("أمس", "test", &words, &context).unwrap().0.value, value);
    }
}

#[test]
fn hours_are_counted_across_the_change_of_the_clock() {
    let (words, zone) = (words(), zone_by_name("Europe/Berlin").unwrap());
    // 2024-10-27T01:30:00Z is the second half past two of that night.
    let context = DateContext { fetched_at_ms: Some(1_729_992_600_000), ..context(&zone, "Europe/Berlin") };
    let value = |text: &str| read(text, "test", &words, &context).unwrap().0.value;
    assert_eq!(value("1 hour ago"), "2024-10-27T02:30:00+02:00");
    assert_eq!(value("just now"), "2024-10-27T02:30:00+01:00");
}

#[test]
fn a_source_with_the_month_first_turns_only_what_is_ambiguous() {
    let (words, zone) = (words(), TimeZone::UTC);
    let context = DateContext { day_first: false, fetched_at_ms: None, ..context(&zone, "UTC") };
    for (text, value) in [
        ("3/4/2024", "2024-03-04"),
        ("25/12/2023", "2023-12-25"),
        ("2024-03-04", "2024-03-04"),
        ("02/03/1446 هـ", "2024-09-05"),
    ] {
        let (date, _) = read(text, "test", &words, &context).unwrap();
        assert!(date.value.starts_with(value), "{text}: {}", date.value);
    }
}

#[test]
fn an_impossible_fetch_time_makes_no_date_a_future_one() {
    let (words, zone) = (words(), TimeZone::UTC);
    for fetched_at_ms in [None, Some(-1), Some(0), Some(i64::MAX), Some(i64::MIN)] {
        let context = DateContext { fetched_at_ms, ..context(&zone, "UTC") };
        assert!(read("2 December 2024", "test", &words, &context).is_ok(), "{fetched_at_ms:?}");
    }
}

#[test]
fn a_time_that_the_clock_skips_is_moved_as_clocks_are() {
    let (words, zone) = (words(), zone_by_name("Africa/Cairo").unwrap());
    let context = DateContext { fetched_at_ms: None, ..context(&zone, "Africa/Cairo") };
    let (date, _) = read("2024-04-26 00:30", "test", &words, &context).unwrap();
    assert_eq!(date.value, "2024-04-26T01:30:00+03:00");
}

#[test]
fn words_of_dates_that_are_names_too_are_no_sign_of_a_date() {
    let words = words();
    for (word, is_date) in [
        ("ديسمبر", true),
        ("الاثنين", true),
        ("Monday,", true),
        ("رجب", false),
        ("روز", false),
        ("Paz", false),
        ("مهر", false),
        ("Prill", false),
    ] {
        assert_eq!(words.is_date_word(word), is_date, "{word}");
    }
}

#[test]
fn a_date_is_found_among_other_words() {
    let (words, zone) = (words(), TimeZone::UTC);
    let context = context(&zone, "UTC");
    for (text, found) in [
        ("By A. Writer | 2 December 2024, 10:30 | 3 comments", Some("2 December 2024, 10:30")),
        ("الرياض - 12 ربيع الأول 1446هـ - مراسلنا", Some("12 ربيع الأول 1446هـ")),
        ("الرياض 12 ربيع الأول 1446 هـ الموافق 15 سبتمبر 2024 م", Some("15 سبتمبر 2024")),
        ("تهران | ۱۲ آذر ۱۴۰۳ | کد خبر ۵۵۱۲", Some("۱۲ آذر ۱۴۰۳")),
        ("تاریخ: ۱۴۰۳/۰۹/۱۲", Some("۱۴۰۳/۰۹/۱۲")),
        ("الطابق 1446 من المبنى 3", None),
        ("October 2023 • 4 min", None),
        ("18 October 2023 • 4 min", Some("18 October 2023")),
        ("26 | 01 | 2022", Some("26 | 01 | 2022")),
        ("2025•01•08", Some("2025•01•08")),
        ("10:30 | 2 December 2024", Some("10:30 | 2 December 2024")),
        ("10:30 | 2 December 2024, Beirut", Some("10:30 | 2 December 2024")),
        ("(26 | 01 | 2022)", Some("26 | 01 | 2022")),
        ("October 2023 • 4th edition", None),
        ("Datum:5.6.2024", Some("5.6.2024")),
        ("发布时间：2024年6月5日", Some("2024年6月5日")),
        ("发布于2024年6月5日10:30来源：新华社", Some("2024年6月5日10:30")),
        ("新华社北京6月5日电", None),
        ("掲載日2024年6月5日更新", Some("2024年6月5日")),
        ("입력2024.06.05. 10:30 수정2024.06.07.", Some("2024.06.05. 10:30")),
        ("2024年6月5日(水) 10時30分", Some("2024年6月5日(水) 10時30分")),
        ("Le palmarès 2024 des 30 meilleurs lycées", None),
        ("Volunteers who in 2023 led 12 rescue missions", None),
        ("Nel 2024 Marta, 12 anni, ha vinto", None),
        ("The 2024 Mac 12 is slower", None),
    ] {
        let date = find(text, &words, &context);
        match found {
            Some(found) => assert!(date.is_some_and(|date| date.contains(found)), "{text}: {date:?}"),
            None => assert_eq!(date, None, "{text}"),
        }
    }
}

/// A day with a time, as many forms write it.
fn forms(year: i16, month: usize, day: i8, hour: i8, minute: i8) -> Vec<String> {
    const EGYPT: [&str; 12] = [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ];
    const LEVANT: [&str; 12] = [
        "كانون الثاني",
        "شباط",
        "آذار",
        "نيسان",
        "أيار",
        "حزيران",
        "تموز",
        "آب",
        "أيلول",
        "تشرين الأول",
        "تشرين الثاني",
        "كانون الأول",
    ];
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (egypt, levant, english) = (EGYPT[month - 1], LEVANT[month - 1], ENGLISH[month - 1]);
    let half = if hour < 12 { ("ص", "AM") } else { ("م", "PM") };
    let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
    let mut forms = vec![
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}"),
        format!("{year}{month:02}{day:02}T{hour:02}{minute:02}"),
        format!("{day}/{month}/{year} {hour}:{minute:02}"),
        format!("{day} {egypt} {year} - {twelve}:{minute:02} {}", half.0),
        format!("{day} {egypt}/{levant} {year}م الساعة {hour:02}:{minute:02}"),
        format!("{day} {levant} {year}، {hour:02}:{minute:02}"),
        format!("{english} {day}, {year} {twelve}:{minute:02} {}", half.1),
        format!("{hour:02}:{minute:02} | {day} {english} {year}"),
    ];
    let in_other_digits = |zero: u32, text: &str| {
        let one = |character: char| {
            character.to_digit(10).and_then(|digit| char::from_u32(zero + digit)).unwrap_or(character)
        };
        text.chars().map(one).collect::<String>()
    };
    forms.push(in_other_digits(0x660, &forms[3]));
    forms.push(in_other_digits(0x6f0, &forms[2]));
    forms
}

fn read_back(text: &str, words: &Words) -> Result<ArticleDate, String> {
    let zone = TimeZone::UTC;
    let context = DateContext { fetched_at_ms: None, ..context(&zone, "UTC") };
    read(text, "test", words, &context)
        .map(|(date, _)| date)
        .map_err(|problem| format!("{text}: {problem:?}"))
}

/// Dates of every calendar, each word of which means something somewhere.
fn dateish() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "2",
        "12",
        "1446",
        "2024",
        "١٤٠٣",
        "10:30",
        "/",
        "-",
        ".",
        ",",
        "(",
        ")",
        "[",
        "]",
        "+",
        "هـ",
        "م",
        "ربيع",
        "الأول",
        "ديسمبر",
        "آذر",
        "منذ",
        "ساعات",
        "ساعتين",
        "أمس",
        "الساعة",
        "بتوقيت",
        "مكة",
        "GMT",
        "am",
        "T",
        "Z",
        "ago",
        "days",
        "a",
        "Asia",
        "Riyadh",
        "20241202",
        "1733135415",
        "9999",
    ]);
    let gap = prop::sample::select(vec!["", " ", "\u{200f}", "\u{a0}"]);
    prop::collection::vec((word, gap), 0..14)
        .prop_map(|parts| parts.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(
        text in "\\PC{0,60}",
        numeric in "[0-9٠-٩/:.,+ TZhmpa-]{0,40}",
        mixed in dateish(),
        has_fetch_time in any::<bool>(),
    ) {
        let (words, zone) = (words(), TimeZone::UTC);
        let fetched_at_ms = has_fetch_time.then_some(FETCHED_AT_MS);
        let context = DateContext { fetched_at_ms, ..context(&zone, "UTC") };
        for text in [text, numeric, mixed] {
            if let Ok((date, _)) = read(&text, "test", &words, &context) {
                prop_assert!(date.value.parse::<jiff::Timestamp>().is_ok(), "{}", date.value);
            }
            if let Some(found) = find(&text, &words, &context) {
                prop_assert!(text.contains(found));
            }
        }
    }

    #[test]
    fn long_texts_are_refused_unread(text in "[a-z0-9 ]{121,4000}") {
        let words = words();
        // Cut at its ends, it may be short enough.
        prop_assume!(text.trim().len() > 120);
        prop_assert!(read_back(&text, &words).is_err());
    }

    #[test]
    fn a_written_date_reads_back_to_itself(
        year in 1990_i16..=2099, month in 1_usize..=12, day in 1_i8..=28, hour in 0_i8..=23, minute in 0_i8..=59,
    ) {
        let words = words();
        let expected = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z");
        for form in forms(year, month, day, hour, minute) {
            let date = read_back(&form, &words);
            prop_assert_eq!(date.map(|date| date.value), Ok(expected.clone()), "{}", form);
        }
    }

    #[test]
    fn days_of_other_calendars_follow_each_other(hijri_year in 1411_u64..=1499, persian_year in 1369_u64..=1478, month in 1_u64..=12) {
        for (calendar, year) in [(Calendar::UmmAlQura, hijri_year), (Calendar::Persian, persian_year)] {
            let mut before = None;
            for day in 1..=31 {
                let Some(date) = calendar.to_gregorian(year, month, day) else {
                    prop_assert!(day >= 30, "{:?} {} {} {}", calendar, year, month, day);
                    continue;
                };
                let part = |part: u64| i8::try_from(part).unwrap();
                let date = jiff::civil::Date::new(i16::try_from(date.0).unwrap(), part(date.1), part(date.2)).unwrap();
                prop_assert!(before.is_none_or(|before: jiff::civil::Date| before.tomorrow().unwrap() == date));
                before = Some(date);
            }
        }
    }
}
