//! Whether a page puts the month before the day, told from its other dates.
//!
//! `12/25/2023` is a date only with the month first, `25/12/2023` only with the day first. Where no date is that clear,
//! days that the page states in ISO 8601 tell: beside `2024-03-04`, `3/4/2024` has the month first. Owns no reading of
//! dates: what it finds decides how [`super::read`] takes `3/4/2024`.

/// Lines of a page that are looked at.
const LINES_MAX: usize = 2_000;
/// A longer line is prose, which may quote dates of anyone.
const LINE_BYTES_MAX: usize = 300;
/// Dates of ISO 8601 that are compared with, at most.
const STATED_MAX: usize = 16;
/// Years that such dates are of.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2100;
const MONTHS: std::ops::RangeInclusive<u32> = 1..=12;
const DAYS_ALONE: std::ops::RangeInclusive<u32> = 13..=31;

/// What speaks for either order.
#[derive(Default)]
struct Told {
    month_first: bool,
    day_first: bool,
}

impl Told {
    /// The order that alone something speaks for.
    fn is_month_first(&self) -> Option<bool> {
        (self.month_first != self.day_first).then_some(self.month_first)
    }
}

/// Whether the month stands first in the numeric dates of these lines; `None` where they don't tell, or tell both.
///
/// `stated` are dates of the page as its metadata write them; those that are none of ISO 8601 are read over.
pub(crate) fn puts_month_first<'text>(
    lines: impl Iterator<Item = &'text str>,
    stated: &[&str],
) -> Option<bool> {
    let days: Vec<(u32, u32, u32)> =
        stated.iter().filter_map(|date| iso_day(date)).take(STATED_MAX).collect();
    let (mut certain, mut likely) = (Told::default(), Told::default());
    for line in lines.take(LINES_MAX).filter(|line| line.len() <= LINE_BYTES_MAX) {
        let words = line.split(|character: char| !character.is_ascii_digit() && !is_mark(character));
        for (first, second, year) in words.filter(|word| word.len() >= 6).filter_map(three_numbers) {
            if DAYS_ALONE.contains(&second) && MONTHS.contains(&first) {
                certain.month_first = true;
            } else if DAYS_ALONE.contains(&first) && MONTHS.contains(&second) {
                certain.day_first = true;
            } else if first != second {
                likely.month_first |= days.contains(&(year, first, second));
                likely.day_first |= days.contains(&(year, second, first));
            }
        }
    }
    if certain.month_first || certain.day_first {
        return certain.is_month_first();
    }
    likely.is_month_first()
}

const fn is_mark(character: char) -> bool {
    matches!(character, '/' | '.' | '-')
}

/// The numbers of `12/25/2023`, whose marks are alike: two short ones and a year, which may be short behind slashes.
fn three_numbers(word: &str) -> Option<(u32, u32, u32)> {
    let word = word.trim_matches(is_mark);
    let mark = word.chars().find(|character| is_mark(*character))?;
    let mut numbers = word.split(mark);
    let mut number = |digits: &[usize]| {
        let text = numbers.next().filter(|text| digits.contains(&text.len()))?;
        text.parse::<u32>().ok()
    };
    let years: &[usize] = if mark == '/' { &[4, 2] } else { &[4] };
    let (first, second, year) = (number(&[1, 2])?, number(&[1, 2])?, number(years)?);
    let year = if year < 100 { 2000 + year } else { year };
    (numbers.next().is_none() && YEARS.contains(&year)).then_some((first, second, year))
}

/// Year, month and day of `2024-03-04…`.
fn iso_day(date: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = date.trim().get(..10)?.split('-');
    let mut number = |digits: usize| {
        let text = numbers.next().filter(|text| text.len() == digits)?;
        text.parse::<u32>().ok()
    };
    Some((number(4)?, number(2)?, number(2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Option<bool> {
        puts_month_first(lines.iter().copied(), &[])
    }

    #[test]
    fn a_date_that_is_none_in_the_other_order_tells_the_order() {
        assert_eq!(told(&["3/4/2024", "by A. Writer on 12/25/2023, 10:30"]), Some(true));
        assert_eq!(told(&["3.4.2024", "12.25.2023."]), Some(true));
        assert_eq!(told(&["12/25/23"]), Some(true));
        assert_eq!(told(&["3/4/2024"]), None);
        assert_eq!(told(&["12/25/2023", "25/12/2023"]), None);
        assert_eq!(told(&["25-12-2023"]), Some(false));
        for line in [
            "12/25",
            "1.13.20",
            "4/25/2023/7",
            "2/30/1066",
            "//",
            "11/99/2024",
            "٣/٢٥/٢٠٢٤",
            "12.25-2023",
            "2023-12-25",
            "....",
        ] {
            assert_eq!(told(&[line]), None, "{line}");
        }
    }

    #[test]
    fn days_that_are_stated_elsewhere_tell_the_order_of_those_that_are_shown() {
        let told = |line: &str, stated: &[&str]| puts_month_first(std::iter::once(line), stated);
        assert_eq!(told("Updated on 3/4/24", &["2024-03-04T10:00:00Z"]), Some(true));
        assert_eq!(told("Updated on 3/4/2024", &["soon", "2024-04-03"]), Some(false));
        assert_eq!(told("Updated on 3/4/2024", &["2024-04-03", "2024-03-04"]), None);
        assert_eq!(told("3/4/2024, 25/3/2024", &["2024-03-04"]), Some(false));
        assert_eq!(told("3/3/2024", &["2024-03-03"]), None);
        assert_eq!(told("3/4/2024", &["2024-03-05", "2024", "٢٠٢٤-٠٣-٠٤"]), None);
    }
}
