//! The committed lexicons keep the form that the tagger reads.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;

const PLACES: &str = include_str!("../../../config/lexicon/places.tsv");
const NATIONALITIES: &str = include_str!("../../../config/lexicon/nationalities.tsv");
const GIVEN_NAMES: &str = include_str!("../../../config/lexicon/given_names.tsv");
/// What the three files may weigh together, in bytes: they are compiled in.
const MOST_BYTES: usize = 2_500_000;

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

#[test]
fn each_place_has_an_arabic_and_an_english_row() {
    let mut languages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows(PLACES) {
        assert!((4..=6).contains(&row.len()), "{row:?}");
        assert_eq!(row[1], "place", "{row:?}");
        languages.entry(row[0]).or_default().push(row[2]);
    }
    for (id, languages) in languages {
        assert_eq!(languages, ["ar", "en"], "{id}");
    }
}

#[test]
fn names_flags_and_aliases_are_of_their_form() {
    for row in rows(PLACES) {
        let arabic = |text: &str| text.chars().any(|letter| ('\u{620}'..='\u{64A}').contains(&letter));
        for name in [row[3]].into_iter().chain(row.get(5).into_iter().flat_map(|aliases| aliases.split('|')))
        {
            let name = name.trim_start_matches('~');
            assert!(!name.is_empty() && name.trim() == name, "{row:?}");
            assert_eq!(arabic(name), row[2] == "ar", "{row:?}");
            assert!(!name.chars().any(|letter| "پچژگکیہھےڈٹڑںۇەێۆڵ()،".contains(letter)), "{row:?}");
        }
        for flag in row.get(4).into_iter().flat_map(|flags| flags.split(' ')).filter(|flag| !flag.is_empty())
        {
            let known = ["safe", "ambiguous", "capital"].contains(&flag)
                || flag.strip_prefix("country=").is_some_and(|code| code.len() == 2)
                || flag.strip_prefix("population=").is_some_and(|people| people.parse::<u64>().is_ok());
            assert!(known, "{row:?}");
        }
    }
}

#[test]
fn nationalities_and_given_names_are_of_their_form() {
    for row in rows(NATIONALITIES) {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row[0].len() == 2 && ["ar", "en"].contains(&row[1]) && !row[2].is_empty(), "{row:?}");
    }
    for row in rows(GIVEN_NAMES) {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row[2].parse::<u8>().is_ok_and(|class| (1..=9).contains(&class)), "{row:?}");
    }
}

#[test]
fn what_news_names_most_is_safe() {
    let safe = |language: &str, name: &str| {
        rows(PLACES).any(|row| {
            let names =
                [row[3]].into_iter().chain(row.get(5).into_iter().flat_map(|aliases| aliases.split('|')));
            row[2] == language
                && row.get(4).is_some_and(|flags| flags.split(' ').any(|flag| flag == "safe"))
                && names.into_iter().any(|own| own == name)
        })
    };
    for name in [
        "غزة",
        "قطاع غزة",
        "الضفة الغربية",
        "القدس",
        "دمشق",
        "حلب",
        "بغداد",
        "الرياض",
        "دبي",
        "واشنطن",
        "موسكو",
        "أمريكا",
        "بريطانيا",
        "السعودية",
        "الإمارات",
        "كوريا الشمالية",
        "دارفور",
        "مضيق هرمز",
        "الشرق الأوسط",
        "الأردن",
        "كييف",
        "طهران",
        "الجزائر",
        "تونس",
        "لبنان",
    ] {
        assert!(safe("ar", name), "{name}");
    }
    for name in [
        "UK",
        "U.S.",
        "UAE",
        "Gaza Strip",
        "Crimea",
        "Kyiv",
        "Beijing",
        "Riyadh",
        "Britain",
        "Strait of Hormuz",
    ] {
        assert!(safe("en", name), "{name}");
    }
}

#[test]
fn the_files_stay_small() {
    assert!(PLACES.len() + NATIONALITIES.len() + GIVEN_NAMES.len() < MOST_BYTES);
}
