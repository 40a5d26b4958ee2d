//! Whether a page puts the month before the day, told from its dates that can be read in one order alone.
//!
//! `12/25/2023` is a date only with the month first, `25/12/2023` only with the day first. Owns no reading of dates: what
//! it finds decides how [`super::read`] takes `3/4/2024`.

/// Lines of a page that are looked at.
const LINES_MAX: usize = 2_000;
/// A longer line is prose, which may quote dates of anyone.
const LINE_BYTES_MAX: usize = 300;
/// Years that such dates are of.
const YEARS: std::ops::RangeInclusive<u32> = 1990..=2100;
const MONTHS: std::ops::RangeInclusive<u32> = 1..=12;
const DAYS_ALONE: std::ops::RangeInclusive<u32> = 13..=31;

/// Whether a date of these lines has the month first for certain, and none the day.
pub(crate) fn puts_month_first<'text>(lines: impl Iterator<Item = &'text str>) -> bool {
    let (mut month_first, mut day_first) = (false, false);
    for line in lines.take(LINES_MAX).filter(|line| line.len() <= LINE_BYTES_MAX && line.contains('/')) {
        for word in line.split(|character: char| !character.is_ascii_digit() && character != '/') {
            match three_numbers(word) {
                Some((first, second)) if MONTHS.contains(&first) && DAYS_ALONE.contains(&second) => {
                    month_first = true;
                }
                Some((first, second)) if DAYS_ALONE.contains(&first) && MONTHS.contains(&second) => {
                    day_first = true;
                }
                _ => {}
            }
        }
    }
    month_first && !day_first
}

/// The two numbers before a year: `12/25/2023`.
fn three_numbers(word: &str) -> Option<(u32, u32)> {
    let mut numbers = word.split('/');
    let mut number = |digits: &[usize]| {
        let text = numbers.next().filter(|text| digits.contains(&text.len()))?;
        text.parse::<u32>().ok()
    };
    let (first, second, year) = (number(&[1, 2])?, number(&[1, 2])?, number(&[4])?);
    (numbers.next().is_none() && YEARS.contains(&year)).then_some((first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_none_in_the_other_order_tells_the_order() {
        let told = |lines: &[&str]| puts_month_first(lines.iter().copied());
        assert!(told(&["3/4/2024", "by A. Writer on 12/25/2023, 10:30"]));
        assert!(!told(&["3/4/2024"]));
        assert!(!told(&["12/25/2023", "25/12/2023"]));
        assert!(!told(&["25/12/2023"]));
        for line in ["12/25", "1/13/20", "4/25/2023/7", "2/30/1066", "//", "11/99/2024", "٣/٢٥/٢٠٢٤"] {
            assert!(!told(&[line]), "{line}");
        }
    }
}
