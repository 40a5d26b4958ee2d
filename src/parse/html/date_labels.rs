//! What the words beside a date call it: one of publication, of a change, or of something else.
//!
//! Owns the words (`config/lexicon/date_labels.tsv`) and how they match. It never looks for dates.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::parse::text::first_chars;

/// A label farther before a date belongs to something else.
const BEFORE_CHARS_MAX: usize = 48;
/// A label behind a date begins so near.
const BEHIND_CHARS_MAX: usize = 24;

/// What a date is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Published,
    Modified,
    /// A date of an event, of copyright, of a member.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Before(Said),
    Bare,
    Behind,
    OfItself,
}

const COMPILED_IN: &str = include_str!("../../../config/lexicon/date_labels.tsv");

struct Label {
    kind: Kind,
    is_whole: bool,
}

struct Vocabulary {
    automaton: AhoCorasick,
    labels: Vec<Label>,
}

impl Vocabulary {
    fn of(accepts: fn(Kind) -> bool) -> Option<Self> {
        let entries = || COMPILED_IN.lines().filter_map(entry).filter(move |(kind, _)| accepts(*kind));
        let patterns: Vec<&str> = entries().map(|(_, word)| word.trim_end_matches('.')).collect();
        let labels = entries().map(|(kind, word)| Label { kind, is_whole: word.ends_with('.') }).collect();
        let automaton =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&patterns).ok()?;
        Some(Self { automaton, labels })
    }

    /// The kinds of the labels in a text in lower case, in order.
    fn hits<'text>(&'text self, text: &'text str) -> impl Iterator<Item = Kind> + 'text {
        self.automaton.find_iter(text).filter_map(|hit| {
            let label = &self.labels[hit.pattern().as_usize()];
            let (before, word, behind) =
                (&text[..hit.start()], &text[hit.start()..hit.end()], &text[hit.end()..]);
            let is_latin = word.starts_with(|first: char| first.is_alphabetic() && first < '\u{600}');
            let begins = !is_latin || !before.ends_with(char::is_alphabetic);
            let ends = !label.is_whole || !behind.starts_with(char::is_alphabetic);
            (begins && ends).then_some(label.kind)
        })
    }
}

static BEFORE: LazyLock<Option<Vocabulary>> =
    LazyLock::new(|| Vocabulary::of(|kind| matches!(kind, Kind::Before(_))));
static BARE: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let entries = COMPILED_IN.lines().filter_map(entry);
    entries.filter(|(kind, _)| *kind == Kind::Bare).map(|(_, word)| word).collect()
});
static OF_ITSELF: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let entries = COMPILED_IN.lines().filter_map(entry);
    entries.filter(|(kind, _)| *kind == Kind::OfItself).map(|(_, word)| word).collect()
});
static BEHIND: LazyLock<Option<Vocabulary>> = LazyLock::new(|| Vocabulary::of(|kind| kind == Kind::Behind));

/// A line of the lexicon; `None` for comments.
fn entry(line: &'static str) -> Option<(Kind, &'static str)> {
    let (kind, rest) = line.split_once('\t')?;
    let (_, word) = rest.split_once('\t')?;
    let kind = match kind {
        "published" => Kind::Before(Said::Published),
        "modified" => Kind::Before(Said::Modified),
        "other" => Kind::Before(Said::Other),
        "bare" => Kind::Bare,
        "behind" => Kind::Behind,
        "itself" => Kind::OfItself,
        _ => return None,
    };
    Some((kind, word))
}

/// What the text before a date calls it: the label nearest to the date counts.
pub(super) fn said_before(text: &str) -> Said {
    let length = text.chars().count();
    let skipped = first_chars(text, length.saturating_sub(BEFORE_CHARS_MAX)).len();
    let text = text[skipped..].to_lowercase();
    let bare = text.trim_matches(|character: char| !character.is_alphanumeric());
    if skipped == 0 && BARE.contains(&bare) {
        return Said::Published;
    }
    let last = |text: &str| match BEFORE.as_ref().and_then(|labels| labels.hits(text).last()) {
        Some(Kind::Before(said)) => said,
        _ => Said::Nothing,
    };
    match last(&text) {
        // `© Agency | 7 November 2023`: a bar ends what the credit speaks of.
        Said::Other => text.rsplit(['|', '•', '·']).next().map_or(Said::Other, last),
        said => said,
    }
}

/// Whether the text behind a date calls it one of publication: `12 May 2024 posted by …`.
pub(super) fn is_published_behind(text: &str) -> bool {
    let text = first_chars(text, BEHIND_CHARS_MAX).to_lowercase();
    BEHIND.as_ref().is_some_and(|labels| labels.hits(&text).next().is_some())
}

/// Whether a line begins with words that speak of its own article: `This entry was posted on …`, `Posted by …`.
pub(super) fn tells_of_itself(text: &str) -> bool {
    let text = first_chars(text.trim_start(), BEFORE_CHARS_MAX).to_lowercase();
    OF_ITSELF.iter().any(|words| text.starts_with(words))
}

/// Whether the text has a label of a change.
pub(super) fn names_change(text: &str) -> bool {
    let text = text.to_lowercase();
    BEFORE.as_ref().is_some_and(|labels| labels.hits(&text).any(|kind| kind == Kind::Before(Said::Modified)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lexicon_is_read() {
        for line in COMPILED_IN.lines().filter(|line| !line.starts_with('#')) {
            let word = entry(line).map(|(_, word)| word).unwrap_or_default();
            assert!(!word.is_empty() && word == word.to_lowercase(), "{line:?}");
        }
        assert!(BEFORE.is_some() && BEHIND.is_some());
    }

    #[test]
    fn the_label_nearest_to_the_date_counts() {
        for (text, said) in [
            ("Published ", Said::Published),
            ("تاريخ النشر: ", Said::Published),
            ("آخر تحديث: ", Said::Modified),
            ("Published 3 May, updated ", Said::Modified),
            ("Last updated 4 June 2024, first published ", Said::Published),
            ("Datum ", Said::Published),
            ("Mitglied seit ", Said::Other),
            ("عضو منذ ", Said::Other),
            ("جميع الحقوق محفوظة ", Said::Other),
            ("حقوق الإنسان - ", Said::Nothing),
            ("© ", Said::Other),
            ("© Agency | Photo: Harbour | ", Said::Nothing),
            ("Publicly ", Said::Nothing),
            ("The republic was founded on ", Said::Nothing),
            ("", Said::Nothing),
        ] {
            assert_eq!(said_before(text), said, "{text:?}");
        }
    }

    #[test]
    fn a_line_may_speak_of_its_own_article() {
        for text in
            ["This entry was posted on", " Dieser Beitrag wurde am Montag, den 3. Mai", "Posted by Ann on"]
        {
            assert!(tells_of_itself(text), "{text:?}");
        }
        for text in ["The council said that this entry", "", "Postage was paid", "This bridge"] {
            assert!(!tells_of_itself(text), "{text:?}");
        }
    }

    #[test]
    fn a_word_behind_the_date_counts_if_it_follows_at_once() {
        assert!(is_published_behind(" veröffentlicht."));
        assert!(is_published_behind(" um 23:03 Uhr gepostet"));
        assert!(!is_published_behind(" in the morning, as the paper has published since"));
    }
}
