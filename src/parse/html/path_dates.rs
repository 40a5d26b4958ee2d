//! The day in the path of a page's address: `/2024/12/02/`, `/2024/dec/02/`, `/2024-12/02/`, `/20241202/`.
//!
//! Owns the forms that news sites make addresses in, and which of them are hardly ever anything else: `/2023/1015/` may
//! be the 1015th page of a year, `/2019/10-11/` an issue of two months, `art20120315` a number that was counted. Only
//! whole days with the year first count: a name like `fair-3-may-2024` tells of what the article is about, and
//! `/2/12/2024/` does not say which number is the month.

use crate::parse::date::Words;

/// Parts of a path that are looked at.
const SEGMENTS_MAX: usize = 32;
/// A longer part has no date.
const SEGMENT_BYTES_MAX: usize = 300;
/// Years that pages of the web are of.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2100;
/// Programs that count pages by the minute began later; a smaller number of so many digits is another one.
const STAMP_YEAR_MIN: u32 = 2000;
/// Digits of a number that begins with a day and an hour (`202412021030` and a counter behind), at least and at most.
const STAMP_DIGITS_MIN: usize = 12;
const STAMP_DIGITS_MAX: usize = 20;
/// Letters before such a number, or before a day, that say what kind of page it is: `t20241202_77.html`.
const PREFIX_LETTERS_MAX: usize = 3;

/// The day of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PathDate {
    /// As ISO 8601 writes it.
    pub value: String,
    /// The form is hardly ever anything but a day.
    pub is_sure: bool,
}

/// The first day that a path holds, those in a sure form before others.
pub(super) fn date_of_path(path: &str, words: &Words) -> Option<PathDate> {
    let path = own_part(path);
    let segments: Vec<&str> =
        path.split('/').filter(|segment| !segment.is_empty()).take(SEGMENTS_MAX).collect();
    let of_three = segments.windows(3).find_map(|three| of_segments(three, words));
    let sure = of_three.or_else(|| segments.iter().find_map(|segment| of_whole_day(segment)));
    if let Some(value) = sure {
        return Some(PathDate { value, is_sure: true });
    }
    let other = segments.windows(2).find_map(of_pair);
    let other = other.or_else(|| segments.iter().find_map(|segment| of_segment(segment)));
    other.map(|value| PathDate { value, is_sure: false })
}

/// The path behind an address within it: archives write the moment of their copy before the address of the page.
fn own_part(path: &str) -> &str {
    ["/http:", "/https:"].iter().find_map(|scheme| path.rsplit_once(scheme)).map_or(path, |(_, own)| own)
}

/// `2024/12/2`, `2024/dec/02`
fn of_segments(three: &[&str], words: &Words) -> Option<String> {
    let &[year, month, day] = three else { return None };
    let month = short_number(month).or_else(|| words.month(month))?;
    day_of(number(year, 4)?, month, short_number(stem(day))?)
}

/// `2024-12/02`, `202412/02`, `2024/12-02`, `2024/1202`
fn of_pair(pair: &[&str]) -> Option<String> {
    let &[first, second] = pair else { return None };
    let second = stem(second);
    if let (Some(day), Some(year), Some(month)) = (
        number(second, 2),
        first.get(..4).and_then(|year| number(year, 4)),
        first.get(4..).and_then(|month| number(month.trim_start_matches(['-', '_']), 2)),
    ) {
        return day_of(year, month, day);
    }
    let year = number(first, 4)?;
    let month = number(second.get(..2)?, 2)?;
    let day = number(second.get(2..)?.trim_start_matches(['-', '_']), 2)?;
    day_of(year, month, day)
}

/// `…-2024-12-02-…`, `20241202.html`
fn of_whole_day(segment: &str) -> Option<String> {
    if segment.len() > SEGMENT_BYTES_MAX {
        return None;
    }
    let segment = stem(segment);
    if number(segment, 8).is_some() {
        return of_number(segment);
    }
    let parts: Vec<&str> = segment.split('-').collect();
    parts.windows(3).find_map(of_three_numbers)
}

fn of_three_numbers(three: &[&str]) -> Option<String> {
    let &[year, month, day] = three else { return None };
    day_of(number(year, 4)?, number(month, 2)?, number(day, 2)?)
}

/// `…_2024_12_02_…`, `2024.12.02`, `…-20241202`, `t20241202_77.html`, `202412021030001`
fn of_segment(segment: &str) -> Option<String> {
    if segment.len() > SEGMENT_BYTES_MAX {
        return None;
    }
    let parts: Vec<&str> = segment.split(['-', '_', '.', ',']).collect();
    let divided = parts.windows(3).find_map(of_three_numbers);
    divided.or_else(|| parts.iter().find_map(|part| of_number(part)))
}

/// `20241202`, `202412021030` with a counter behind; after a few letters, too.
fn of_number(part: &str) -> Option<String> {
    let digits = part.trim_start_matches(|first: char| first.is_ascii_alphabetic());
    if part.len() - digits.len() > PREFIX_LETTERS_MAX || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let at = |from: usize, to: usize| digits.get(from..to).and_then(|text| text.parse::<u32>().ok());
    let is_stamp = (STAMP_DIGITS_MIN..=STAMP_DIGITS_MAX).contains(&digits.len())
        && at(8, 10).is_some_and(|hour| hour < 24)
        && at(10, 12).is_some_and(|minute| minute < 60);
    let year = at(0, 4)?;
    if digits.len() != 8 && !(is_stamp && year >= STAMP_YEAR_MIN) {
        return None;
    }
    day_of(year, at(4, 6)?, at(6, 8)?)
}

/// What stands before the ending of a file's name.
fn stem(segment: &str) -> &str {
    segment.split('.').next().unwrap_or(segment)
}

fn number(text: &str, digits: usize) -> Option<u32> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

fn short_number(text: &str) -> Option<u32> {
    number(text, 2).or_else(|| number(text, 1))
}

fn day_of(year: u32, month: u32, day: u32) -> Option<String> {
    (YEARS.contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day))
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_the_day() {
        let words = Words::load().unwrap();
        for (path, date) in [
            ("/2024/12/02/bridge", Some("2024-12-02")),
            ("/2024/12/2.html", Some("2024-12-02")),
            ("/world/2024/dec/02/bridge", Some("2024-12-02")),
            ("/2024/December/2/bridge", Some("2024-12-02")),
            ("/news/2024-12-02-bridge", Some("2024-12-02")),
            ("/news/bridge-2024_12_02.html", Some("2024-12-02")),
            ("/news/20241202/bridge", Some("2024-12-02")),
            ("/news/20241202.html", Some("2024-12-02")),
            ("/2024-12/02/c_77.htm", Some("2024-12-02")),
            ("/202412/02/77.html", Some("2024-12-02")),
            ("/202412/t20241202_77.html", Some("2024-12-02")),
            ("/gn/2024/12-02/77.shtml", Some("2024-12-02")),
            ("/n1/2024/1202/c77-8.html", Some("2024-12-02")),
            ("/article/202412021030001", Some("2024-12-02")),
            ("/view/AKR20241202103000001", Some("2024-12-02")),
            ("/web/20241202103000/http://news.example/2019/05/04/bridge", Some("2019-05-04")),
            ("/web/20241202103000/https://news.example/bridge", None),
            ("/2024/12/bridge", None),
            ("/2024/13/02/bridge", None),
            ("/2024/1302/bridge", None),
            ("/id/12345678/bridge", None),
            ("/id/201513021030001", None),
            ("/id/202412029930001", None),
            ("/id/199912021030001", None),
            ("/2/12/2024/bridge", None),
            ("/fair-3-may-2024", None),
            ("/bridge20241202", None),
            ("", None),
        ] {
            assert_eq!(date_of_path(path, &words).map(|found| found.value).as_deref(), date, "{path}");
        }
    }

    #[test]
    fn few_forms_are_sure() {
        let words = Words::load().unwrap();
        for (path, date, is_sure) in [
            ("/2024/12/02/bridge", "2024-12-02", true),
            ("/2024/dec/2.html", "2024-12-02", true),
            ("/news/bridge-2024-12-02.html", "2024-12-02", true),
            ("/news/20241202/bridge", "2024-12-02", true),
            ("/press/2023/1015/20241202.html", "2024-12-02", true),
            ("/press/2023/1015/title", "2023-10-15", false),
            ("/archive/2019/10-11/", "2019-10-11", false),
            ("/thread/200811/12", "2008-11-12", false),
            ("/art20120315", "2012-03-15", false),
            ("/bridge-20241202", "2024-12-02", false),
            ("/bridge-2024_12_02.html", "2024-12-02", false),
            ("/view/AKR20241202103000001", "2024-12-02", false),
        ] {
            let found = PathDate { value: date.to_owned(), is_sure };
            assert_eq!(date_of_path(path, &words), Some(found), "{path}");
        }
    }
}
