//! What an element's class, id and role say of its content: comments, related articles, captions, the article's body.
//!
//! Owns the words (`config/lexicon/element_names.tsv`) and how they match. Names lie: who uses a trait asks
//! first how much of the page's text stands in the element.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// A longer attribute's end is not looked at.
const NAME_BYTES_MAX: usize = 400;
/// Classes of a page that are remembered.
const KNOWN_MAX: usize = 4_096;

/// A set of traits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Traits(u32);

impl Traits {
    /// Comments of readers, and forms to write them.
    pub const COMMENT: Self = Self(1);
    /// Boxes that lead to other articles.
    pub const RELATED: Self = Self(1 << 1);
    /// Advertising, newsletters, appeals, sponsors.
    pub const PROMOTION: Self = Self(1 << 2);
    /// Buttons for sharing and following.
    pub const SHARE: Self = Self(1 << 3);
    /// Menus, footers, breadcrumbs, side columns.
    pub const CHROME: Self = Self(1 << 4);
    /// Boxes about the author.
    pub const AUTHOR: Self = Self(1 << 5);
    /// Captions and credits of pictures and videos.
    pub const CAPTION: Self = Self(1 << 6);
    /// Dates, bylines, tags, counts.
    pub const META: Self = Self(1 << 7);
    /// Not shown, or only to screen readers.
    pub const HIDDEN: Self = Self(1 << 8);
    /// The article's body.
    pub const BODY: Self = Self(1 << 9);
    /// The article with what belongs to it.
    pub const ARTICLE: Self = Self(1 << 10);

    /// Texts about cookies.
    pub const COOKIE: Self = Self(1 << 11);
    /// What is often one of the above, and often a part of the article.
    pub const SUSPECT: Self = Self(1 << 12);

    /// The name of who wrote something.
    pub const BYLINE: Self = Self(1 << 13);
    /// A date.
    pub const DATED: Self = Self(1 << 14);

    /// Names that boxes with other articles have and hardly anything else.
    pub const READ_ALSO: Self = Self(1 << 15);

    /// Beside [`Self::READ_ALSO`]: the box names other things than articles, such as tags or products.
    pub const READ_OTHERS: Self = Self(1 << 16);

    /// The traits for which an element is left out, unless it holds the article.
    pub const FOREIGN: Self = Self(
        Self::COMMENT.0
            | Self::RELATED.0
            | Self::PROMOTION.0
            | Self::SHARE.0
            | Self::CHROME.0
            | Self::COOKIE.0
            | Self::AUTHOR.0
            | Self::CAPTION.0
            | Self::META.0
            | Self::HIDDEN.0,
    );

    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

const COMPILED_IN: &str = include_str!("../../../config/lexicon/element_names.tsv");

/// The traits by the names that the lexicon uses.
const NAMES: &[(&str, Traits)] = &[
    ("comment", Traits::COMMENT),
    ("related", Traits::RELATED),
    ("promotion", Traits::PROMOTION),
    ("share", Traits::SHARE),
    ("chrome", Traits::CHROME),
    ("cookie", Traits::COOKIE),
    ("author", Traits::AUTHOR),
    ("caption", Traits::CAPTION),
    ("meta", Traits::META),
    ("hidden", Traits::HIDDEN),
    ("suspect", Traits::SUSPECT),
    ("body", Traits::BODY),
    ("article", Traits::ARTICLE),
    ("byline", Traits::BYLINE),
    ("dated", Traits::DATED),
    ("read_also", Traits::READ_ALSO),
    ("read_others", Traits::READ_OTHERS),
];

struct Vocabulary {
    automaton: AhoCorasick,
    traits: Vec<(Traits, bool)>,
}

static VOCABULARY: LazyLock<Option<Vocabulary>> = LazyLock::new(|| {
    let entries = || COMPILED_IN.lines().filter_map(entry);
    let patterns: Vec<&str> = entries().map(|(_, part)| part.trim_end_matches('.')).collect();
    let traits = entries().map(|(traits, part)| (traits, part.ends_with('.'))).collect();
    // Each element asks: the fastest kind is worth its memory, some hundred KiB.
    let kind = Some(AhoCorasickKind::DFA);
    let automaton =
        AhoCorasick::builder().match_kind(MatchKind::Standard).kind(kind).build(&patterns).ok()?;
    Some(Vocabulary { automaton, traits })
});

/// A line of the lexicon; `None` for comments.
fn entry(line: &'static str) -> Option<(Traits, &'static str)> {
    let (name, part) = line.split_once('\t')?;
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, traits)| (*traits, part))
}

/// Reads the names of a page's elements.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Of classes that were read: most elements share theirs with others.
    known: HashMap<String, Traits>,
    scratch: String,
}

impl Reader {
    /// The traits that names tell of: the class, and id, role and the like. Parts are separated by blanks.
    pub fn of(&mut self, class: &str, others: &[&str]) -> Traits {
        let traits = self.of_each(class, others);
        // Elements of all kinds have such names; alone they tell nothing.
        if traits.has(Traits::READ_ALSO) { traits } else { traits.without(Traits::READ_OTHERS) }
    }

    fn of_each(&mut self, class: &str, others: &[&str]) -> Traits {
        let others = others.iter().filter(|name| !name.is_empty());
        let traits = others.fold(Traits::default(), |traits, name| traits.with(self.of_name(name)));
        if class.is_empty() {
            return traits;
        }
        if let Some(known) = self.known.get(class) {
            return traits.with(*known);
        }
        let found = self.of_name(class);
        if self.known.len() < KNOWN_MAX && class.len() <= NAME_BYTES_MAX {
            self.known.insert(class.to_owned(), found);
        }
        traits.with(found)
    }

    fn of_name(&mut self, name: &str) -> Traits {
        let mut found = Traits::default();
        let Some(vocabulary) = VOCABULARY.as_ref() else { return found };
        self.scratch.clear();
        push_normalised(name, &mut self.scratch);
        let bytes = self.scratch.as_bytes();
        for hit in vocabulary.automaton.find_overlapping_iter(bytes) {
            let (traits, is_whole) = vocabulary.traits[hit.pattern().as_usize()];
            let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
            let begins = hit.start() == 0 || !is_letter(hit.start() - 1);
            if begins && (!is_whole || !is_letter(hit.end())) {
                found = found.with(traits);
            }
        }
        found
    }
}

/// Lower case; each run of other characters than letters and digits, and each change from lower to upper case, one dash.
fn push_normalised(name: &str, into: &mut String) {
    let mut before = b' ';
    for byte in name.bytes().take(NAME_BYTES_MAX) {
        match byte {
            b'A'..=b'Z' => {
                if before.is_ascii_lowercase() {
                    into.push('-');
                }
                into.push(char::from(byte.to_ascii_lowercase()));
            }
            b'a'..=b'z' | b'0'..=b'9' => into.push(char::from(byte)),
            byte if byte.is_ascii_whitespace() => into.push(' '),
            _ if before == b'-' || before == b' ' => continue,
            _ => {
                into.push('-');
                before = b'-';
                continue;
            }
        }
        before = byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Traits {
        let mut reader = Reader::default();
        assert_eq!(reader.of(name, &[]), reader.of("", &["", name]));
        reader.of(name, &[])
    }

    #[test]
    fn every_line_of_the_lexicon_is_read() {
        for line in COMPILED_IN.lines().filter(|line| !line.starts_with('#')) {
            let part = entry(line).map(|(_, part)| part).unwrap_or_default();
            let mut normalised = String::new();
            push_normalised(part.trim_end_matches('.'), &mut normalised);
            assert!(!part.is_empty() && normalised == part.trim_end_matches('.'), "{line:?}");
        }
        assert!(VOCABULARY.is_some());
    }

    #[test]
    fn words_count_at_the_beginning_of_a_part() {
        assert!(of("post relatedPosts").has(Traits::RELATED));
        assert!(of("box__related--wide").has(Traits::RELATED));
        assert!(!of("unrelated").has(Traits::RELATED));
        assert!(of("ad-slot").has(Traits::PROMOTION) && !of("shadow address").has(Traits::PROMOTION));
        assert!(of("article__body").has(Traits::BODY) && of("articleBody").has(Traits::BODY));
        assert!(of("comments-area").has(Traits::COMMENT) && !of("commentary").has(Traits::COMMENT));
    }

    #[test]
    fn names_of_other_things_count_beside_those_of_boxes_with_articles() {
        assert!(of("related-tags").has(Traits::READ_OTHERS) && of("relatedTopics").has(Traits::READ_OTHERS));
        assert!(!of("related-posts").has(Traits::READ_OTHERS));
        assert!(!of("related-tagline").has(Traits::READ_OTHERS));
        assert!(!of("product-search").has(Traits::READ_OTHERS));
    }

    #[test]
    fn foreign_letters_and_empty_names_are_no_trait() {
        assert_eq!(of(""), Traits::default());
        assert_eq!(of("مقال ---"), Traits::default());
    }
}
