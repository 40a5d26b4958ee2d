//! How commands write times, sizes and tables for a person.
//!
//! Owns form only. What comes from outside passes [`clean`], so that no control character reaches a terminal.

use std::fmt::Write as _;

/// A text from outside is cut after this many characters.
const CHARS_MAX: usize = 300;
const COLUMN_GAP: usize = 2;

/// The text without control characters (line feeds stay), and cut where it is long.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .take(CHARS_MAX)
        .map(|character| if character.is_control() && character != '\n' { '?' } else { character })
        .collect()
}

/// Rows as columns, each as wide as its widest cell; the last column of a row is not padded.
pub(super) fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, column) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(column + COLUMN_GAP - width(cell)));
        }
        // Writing to a String never fails.
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn width(cell: &str) -> usize {
    cell.chars().count()
}

/// A count with its noun: `1 claim`, `2 claims`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A length of time in its two largest units; a negative one counts as none.
pub(super) fn duration(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, 0) => format!("{hours} h"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        (_, 0, _) => format!("{days} d"),
        _ => format!("{days} d {hours} h"),
    }
}

/// Kafka's `retention.ms`, where -1 means for ever.
pub(super) fn retention(milliseconds: i64) -> String {
    if milliseconds < 0 { "for ever".to_owned() } else { duration(milliseconds) }
}

/// Milliseconds since the epoch as UTC to the second; Kafka's -1 has no time.
pub(super) fn time(milliseconds: i64) -> String {
    let timestamp = jiff::Timestamp::from_second(milliseconds.div_euclid(1000)).ok();
    timestamp.filter(|_| milliseconds >= 0).map_or_else(|| "unknown".to_owned(), |time| time.to_string())
}

/// Bytes in the largest unit that leaves at least one of it.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} bytes");
    }
    // Tenths, so that no floating point is needed.
    let (mut tenths, mut unit) = (count.saturating_mul(10) / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_leave_no_space_at_the_end() {
        let rows = [vec!["a".into(), "b".into(), "c".into()], vec!["خبر".into(), "longer".into()]];
        assert_eq!(columns(&rows), "a    b       c\nخبر  longer\n");
    }

    #[test]
    fn times_and_sizes_are_in_fitting_units() {
        assert_eq!(
            ["12 s", "5 min", "3 h", "3 h 4 min", "7 d", "7 d 1 h"].map(ToOwned::to_owned),
            [
                duration(12_999),
                duration(300_000),
                duration(10_800_000),
                duration(11_040_000),
                duration(7 * 86_400_000),
                duration(7 * 86_400_000 + 3_600_000)
            ]
        );
        assert_eq!((retention(-1), duration(-5)), ("for ever".to_owned(), "0 s".to_owned()));
        assert_eq!(time(1_733_133_600_999), "2024-12-02T10:00:00Z");
        assert_eq!((time(-1), time(i64::MAX)), ("unknown".to_owned(), "unknown".to_owned()));
        assert_eq!([1023, 1024, 1_572_864, u64::MAX].map(bytes)[..3], ["1023 bytes", "1.0 KiB", "1.5 MiB"]);
    }

    #[test]
    fn what_comes_from_outside_cannot_command_the_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb"), "a?[2Jb");
        assert_eq!(clean(&"x".repeat(5000)).len(), CHARS_MAX);
    }
}
