//! What a line of a dump can be, and why it is taken for that.

use std::fmt;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LineRole {
    Blank,
    Headline,
    Subheadline,
    Date,
    Modified,
    Byline,
    Source,
    Section,
    Keywords,
    Url,
    /// Holds a label alone; its value stands on the next line.
    Label,
    Paragraph,
    Caption,
    /// Names another article in the middle of the body, which goes on below.
    ReadAlso,
    /// Opens a block about other articles.
    RelatedStart,
    RelatedHeadline,
    RelatedParagraph,
    /// Belongs to the page: buttons, counts, rights, comments.
    Boilerplate,
}

impl LineRole {
    /// The role as `khabar explain` prints it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Headline => "headline",
            Self::Subheadline => "subheadline",
            Self::Date => "date",
            Self::Modified => "modified",
            Self::Byline => "byline",
            Self::Source => "source",
            Self::Section => "section",
            Self::Keywords => "keywords",
            Self::Url => "url",
            Self::Label => "label",
            Self::Paragraph => "paragraph",
            Self::Caption => "caption",
            Self::ReadAlso => "read_also",
            Self::RelatedStart => "related_start",
            Self::RelatedHeadline => "related_headline",
            Self::RelatedParagraph => "related_paragraph",
            Self::Boilerplate => "boilerplate",
        }
    }
}

/// Why a line is taken for what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// A label of the lexicon, as it is spelt there.
    Label(String),
    /// Its own form: what it is made of.
    Shape(&'static str),
    /// Where it stands.
    Position(&'static str),
}

impl fmt::Display for Evidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(formatter, "label:{label}"),
            Self::Shape(shape) => write!(formatter, "shape:{shape}"),
            Self::Position(position) => write!(formatter, "position:{position}"),
        }
    }
}

/// One line of a dump, or one part of it where a line holds several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLine {
    /// From 1, blank lines counted. Parts of one line share it.
    pub number: usize,
    pub role: LineRole,
    /// `label:…`, `shape:…` or `position:…`.
    pub evidence: String,
    /// The line as it stands, or the part of it.
    pub text: String,
    /// The number, from 1, of the related article that it belongs to.
    pub related: Option<usize>,
}
