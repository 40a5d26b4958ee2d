//! The article model: what decode hands to parse, and what parse hands to the rooms after it.
//!
//! Owns plain data only; no room's logic lives here.

mod judgement;

use serde_json::value::RawValue;

pub use judgement::{Judgement, Matched, Verdict};

/// 128 bits: the first half of a SHA-256.
pub type Hash128 = [u8; 16];

/// A raw record after decode: bounded, valid UTF-8, its form known.
#[derive(Debug, Clone)]
pub struct Decoded {
    pub content: Content,
    /// SHA-256 (128 bits) over the content's form and its bytes after base64 and compression were undone,
    /// before any change of encoding.
    pub content_hash: Hash128,
    /// What the envelope, the headers or the mapped JSON state about the article.
    pub stated: Stated,
    /// Fetch time in milliseconds since the epoch: the envelope's, else the header's, else the record's timestamp.
    pub fetched_at_ms: Option<i64>,
    /// The envelope's `meta`, verbatim.
    pub meta: Option<Box<RawValue>>,
    pub flaws: Vec<Flaw>,
}

/// The forms of content that reach parse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// An HTML page or fragment.
    Html(String),
    /// A text dump: title line, labelled lines, paragraphs, perhaps a related article.
    Dump(String),
    /// Text that counts as parsed (mapped JSON, ninjs): paragraphs separated by line breaks.
    Text(String),
}

impl Content {
    /// The content as it reached parse.
    pub fn text(&self) -> &str {
        match self {
            Self::Html(text) | Self::Dump(text) | Self::Text(text) => text,
        }
    }
}

/// Facts stated beside the content. They outrank what parse finds inside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    pub url: Option<String>,
    pub source: Option<String>,
    pub headline: Option<String>,
    pub published: Option<String>,
    pub language: Option<String>,
    pub authors: Vec<String>,
    pub keywords: Vec<String>,
}

/// Something odd that did not stop the article: a code of a documented list and a detail for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    pub code: &'static str,
    pub detail: Option<String>,
}

impl Flaw {
    #[must_use]
    pub const fn new(code: &'static str) -> Self {
        Self { code, detail: None }
    }

    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// One article, parsed. At least one of headline and paragraphs is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Article {
    /// Canonical URL in percent-encoded ASCII, else `urn:khabar:` and the content hash in hex.
    pub uri: String,
    /// First 128 bits of the SHA-256 of `uri`.
    pub id: Hash128,
    /// Whether `uri` is a URL: only then can the article be a revision of an earlier one.
    pub has_url: bool,
    pub headline: Option<String>,
    pub paragraphs: Vec<Paragraph>,
    /// People only, in order.
    pub authors: Vec<String>,
    /// The publisher as the page or the dump names it, for a reader.
    pub publisher: Option<String>,
    /// The source key: envelope, host rule, registrable domain or dump label, in that order.
    pub source: Option<String>,
    /// Place of the dateline.
    pub located: Option<String>,
    pub published: Option<ArticleDate>,
    pub modified: Option<ArticleDate>,
    /// BCP 47, as the page or the envelope states it; the tag room decides.
    pub language_stated: Option<String>,
    pub image: Option<Image>,
    pub keywords: Option<Keywords>,
    pub section: Option<String>,
    pub related: Vec<Related>,
    /// The text is known to be cut (paywall, "read more").
    pub partial: bool,
    pub extraction: Extraction,
}

impl Article {
    /// The body: paragraphs joined by two newlines.
    #[must_use]
    pub fn body(&self) -> String {
        join_paragraphs(&self.paragraphs)
    }
}

/// Paragraphs joined by two newlines.
#[must_use]
pub fn join_paragraphs(paragraphs: &[Paragraph]) -> String {
    let mut body = String::with_capacity(paragraphs.iter().map(|paragraph| paragraph.text.len() + 2).sum());
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            body.push_str("\n\n");
        }
        body.push_str(&paragraph.text);
    }
    body
}

/// One paragraph of the body. Its text holds no line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    pub text: String,
    pub role: ParagraphRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParagraphRole {
    #[default]
    Text,
    Heading,
    ListItem,
    Quote,
}

impl ParagraphRole {
    /// The value of `khabar.paragraphs[].role`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Heading => "heading",
            Self::ListItem => "list_item",
            Self::Quote => "quote",
        }
    }
}

/// A date as found, never converted to another zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleDate {
    /// RFC 3339 at the stated offset, unstated parts zero: `2024-12-02T00:00:00Z`.
    pub value: String,
    /// The text it was read from.
    pub raw: String,
    pub precision: DatePrecision,
    /// That of the raw text: `gregorian`, `islamic-umalqura` or `persian`.
    pub calendar: &'static str,
    /// Zone as stated (`GMT`, `+03:00`), absent where none was.
    pub zone: Option<String>,
    /// Where it was found: `label:تاريخ النشر`, `json-ld:datePublished`, `envelope:published`.
    pub evidence: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DatePrecision {
    Year,
    Month,
    Day,
    Minute,
    Second,
}

impl DatePrecision {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Month => "month",
            Self::Day => "day",
            Self::Minute => "minute",
            Self::Second => "second",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub url: String,
    pub caption: Option<String>,
}

/// The page's own keywords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keywords {
    /// The line or attribute as it stood.
    pub raw: String,
    /// The separated keywords; empty where the line has no separators.
    pub list: Vec<String>,
}

/// An article that the page names beside its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Related {
    pub headline: Option<String>,
    pub url: Option<String>,
    pub paragraphs: Vec<Paragraph>,
}

/// How the article was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extraction {
    /// `dump`, `html`, `mapped`, or `plain` (the fallback after a claim).
    pub method: &'static str,
    /// 0 to 100.
    pub confidence: u8,
    /// In reading order.
    pub evidence: Vec<FieldEvidence>,
    pub flaws: Vec<Flaw>,
}

/// Where the value of a field came from, and what that is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldEvidence {
    /// `headline`, `published` …
    pub field: &'static str,
    /// `h1, og:title`, `json-ld:datePublished`, `label:تاريخ النشر`, `line:1`, `envelope:published`.
    pub found: String,
    /// 0 to 100: how many of a hundred values that are found that way are right.
    pub confidence: u8,
}

impl Extraction {
    /// The evidence for a field; `None` for a field without a value.
    #[must_use]
    pub fn evidence_for(&self, field: &str) -> Option<&FieldEvidence> {
        self.evidence.iter().find(|evidence| evidence.field == field)
    }
}

/// What the tag room adds to an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// BCP 47; `und` where nothing could be told.
    pub language: String,
    pub direction: Direction,
    /// The paragraphs that are certainly in another language, in their order.
    pub paragraph_languages: Vec<ParagraphLanguage>,
    pub keywords: Option<TaggedKeywords>,
    /// Those in the body, in its order; they do not overlap.
    pub mentions: Vec<Mention>,
    /// Whom and what headline and body name, the most salient first.
    pub entities: Vec<TaggedEntity>,
    /// The countries that the article is about, by falling share; empty where too little speaks for any.
    pub countries: Vec<TaggedCountry>,
    /// What the article is about: each top topic with those below it, the surest first; empty where too little speaks for
    /// any.
    pub subjects: Vec<TaggedSubject>,
    /// Direct speech in the body, in its order.
    pub quotes: Vec<Quote>,
    /// What was odd about tagging, for the record's flaws.
    pub flaws: Vec<Flaw>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    LeftToRight,
    RightToLeft,
}

/// A paragraph in another language than the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParagraphLanguage {
    /// Its place among the body's paragraphs, from 0.
    pub paragraph: usize,
    /// BCP 47, a primary subtag.
    pub language: &'static str,
}

/// A topic that the article is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedSubject {
    /// Of IPTC Media Topics: `medtop:…`
    pub code: String,
    /// In the article's language where the lexicon has it, else in English.
    pub name: String,
    pub english: String,
    /// 0 to 100.
    pub confidence: u8,
    /// Words of the text that spoke for it, the strongest first.
    pub evidence: Vec<String>,
}

/// What an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityKind {
    Person,
    Organisation,
    Place,
    Event,
    Work,
    Currency,
}

impl EntityKind {
    pub const ALL: [Self; 6] =
        [Self::Person, Self::Organisation, Self::Place, Self::Event, Self::Work, Self::Currency];

    /// The value of `khabar.mentions[].kind`, and of a lexicon's column.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organisation => "organisation",
            Self::Place => "place",
            Self::Event => "event",
            Self::Work => "work",
            Self::Currency => "currency",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Where the body names an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Index into [`Tags::entities`].
    pub entity: usize,
    /// Unicode scalar values before it in the body.
    pub start: usize,
    /// Behind its last character.
    pub end: usize,
    /// The body from `start` to `end`.
    pub surface: String,
    /// 0 to 100: how sure the rule is.
    pub score: u8,
    /// A name of the documented list.
    pub rule: &'static str,
}

/// Someone or something that the article names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedEntity {
    pub kind: EntityKind,
    /// In the article's language; of an unknown one the longest surface.
    pub name: String,
    pub name_en: Option<String>,
    /// Of the lexicons: `khabar:vladimir-putin`, `iso3166:RU`, `wikidata:Q7747`; empty for an unknown one.
    pub ids: Vec<String>,
    /// Mentions in headline and body, those that the record leaves out included.
    pub mentions: usize,
    /// 0 to 100: how much the article is about it.
    pub salience: u8,
    /// 0 to 100: that of its surest mention.
    pub confidence: u8,
}

/// Direct speech in the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Who says it, where the text names them.
    pub speaker: Option<Speaker>,
    /// Unicode scalar values before its first word in the body; the marks are not of it.
    pub start: usize,
    /// Behind its last character.
    pub end: usize,
    /// Whether a mark closes it; else it ends with its paragraph, or where another begins.
    pub closed: bool,
}

/// Who says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Index into [`Tags::entities`].
    pub entity: usize,
    /// As the text names them where it says so.
    pub surface: String,
}

/// A country that an article is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedCountry {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// In the article's language, else English.
    pub name: Option<String>,
    /// Of the evidence for all countries, in hundredths.
    pub share: u8,
}

impl Direction {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// Keywords for the record: `list` is empty where the page's line could not be divided, `raw` where the page has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedKeywords {
    pub raw: String,
    pub list: Vec<String>,
    /// `page` for the page's own list, `page_segmented` for its line without separators, `text` where it has neither.
    pub origin: &'static str,
}

/// The first 128 bits of the SHA-256 of `bytes`.
#[must_use]
pub fn hash128(bytes: &[u8]) -> Hash128 {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(bytes);
    let mut hash = [0; 16];
    hash.copy_from_slice(&digest[..16]);
    hash
}

/// 128 bits as 32 lower-case hex digits.
#[must_use]
pub fn hex(hash: &Hash128) -> String {
    use std::fmt::Write as _;
    hash.iter().fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
