//! The names of meta elements that hold a date, and what their dates are of.
//!
//! Owns the names (`config/lexicon/date_metadata.tsv`) and how they match. It never reads a date.

use std::sync::LazyLock;

const COMPILED_IN: &str = include_str!("../../../config/lexicon/date_metadata.tsv");

/// Pieces of names that speak of a change.
const OF_CHANGE: &[&str] = &["updat", "modif"];
/// Pieces of names whose dates are neither of publication nor of a change: of the end, of what the article tells of, of
/// who looked at it.
const OF_ELSE: &[&str] = &["expir", "unpub", "valid", "event", "review", "archiv"];
/// Words that name the end; within other words they mean nothing (`weekend`).
const OF_END: &[&str] = &["end", "ends", "enddate", "endtime"];

/// What the date of a meta element is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Published,
    /// Publication, or when the page was made.
    Doubtful,
    Modified,
}

#[derive(Default)]
struct Table {
    /// In the order of the file.
    names: Vec<(Kind, &'static str)>,
    /// Two pieces of a name.
    pieces: Vec<(Kind, [&'static str; 2])>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for line in COMPILED_IN.lines() {
        let Some((kind, name)) = line.split_once('\t') else { continue };
        match (kind, name.split_once(' ')) {
            ("published", None) => table.names.push((Kind::Published, name)),
            ("doubtful", None) => table.names.push((Kind::Doubtful, name)),
            ("modified", None) => table.names.push((Kind::Modified, name)),
            ("published_words", Some((one, other))) => table.pieces.push((Kind::Published, [one, other])),
            ("modified_words", Some((one, other))) => table.pieces.push((Kind::Modified, [one, other])),
            _ => {}
        }
    }
    table
});

/// The names of a kind, most trusted first.
pub(super) fn of(kind: Kind) -> impl Iterator<Item = &'static str> {
    TABLE.names.iter().filter(move |(of, _)| *of == kind).map(|(_, name)| *name)
}

/// Whether the table has the name. Names are in lower case.
pub(super) fn is_any(name: &str) -> bool {
    TABLE.names.iter().any(|(_, known)| is_name(name, known))
}

/// Whether the table lacks the name, but its pieces tell of this kind: `news_publish_datetime`.
pub(super) fn is_like(name: &str, kind: Kind) -> bool {
    let has_pieces = |wanted: Kind| {
        let mut pieces = TABLE.pieces.iter().filter(|(of, _)| *of == wanted);
        pieces.any(|(_, pieces)| pieces.iter().all(|piece| name.contains(piece)))
    };
    // `article_update`: the word `update` ends in `date`.
    let is_of_change = kind != Kind::Modified && OF_CHANGE.iter().any(|word| name.contains(word));
    let is_of_else = OF_ELSE.iter().any(|piece| name.contains(piece))
        || name.split(|character: char| !character.is_alphanumeric()).any(|word| OF_END.contains(&word));
    has_pieces(kind) && !is_of_change && !is_of_else && !is_any(name)
}

/// Whether a name is this one, whatever marks divide its words: `article:published_time`, `article.published-time`.
pub(super) fn is_name(name: &str, wanted: &str) -> bool {
    let is_mark = |byte: u8| matches!(byte, b':' | b'.' | b'_' | b'-');
    name.len() == wanted.len()
        && name
            .bytes()
            .zip(wanted.bytes())
            .all(|(one, other)| one == other || (is_mark(one) && is_mark(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read_and_no_name_stands_twice() {
        let lines = COMPILED_IN.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(TABLE.names.len() + TABLE.pieces.len(), lines);
        for (index, (_, name)) in TABLE.names.iter().enumerate() {
            assert!(!name.is_empty() && *name == name.to_lowercase(), "{name:?}");
            let is_again = TABLE.names[..index].iter().any(|(_, earlier)| is_name(name, earlier));
            assert!(!is_again, "{name:?} stands twice");
        }
    }

    #[test]
    fn names_tell_what_their_dates_are_of() {
        let kind = |name: &str| {
            [Kind::Published, Kind::Doubtful, Kind::Modified]
                .into_iter()
                .find(|kind| of(*kind).any(|known| is_name(name, known)))
        };
        for (name, of) in [
            ("article.published-time", Some(Kind::Published)),
            ("cxenseparse:publishtime", Some(Kind::Published)),
            ("date.release", Some(Kind::Doubtful)),
            ("article.updated", Some(Kind::Modified)),
            ("news_publish_datetime", None),
            ("expires", None),
        ] {
            assert_eq!(kind(name), of, "{name}");
        }
        assert!(is_like("news_publish_datetime", Kind::Published));
        assert!(is_like("page_modified_date", Kind::Modified));
        assert!(!is_like("article:published_time", Kind::Published));
        assert!(!is_like("expires", Kind::Published) && !is_like("article-update", Kind::Published));
    }

    #[test]
    fn dates_of_the_end_and_of_events_are_no_publication() {
        for name in [
            "article:expiration_date",
            "unpublish_date",
            "article_event_date",
            "publish_end_date",
            "article_review_date",
            "article_archived_date",
            "story_valid_date",
        ] {
            assert!(!is_like(name, Kind::Published), "{name}");
        }
        assert!(!is_like("review_update_date", Kind::Modified));
        assert!(is_like("weekend_publish_date", Kind::Published));
    }
}
