//! What a page says of itself: meta elements, links, JSON-LD, headings, times. One walk over the tree.

use dom_query::{Document, NodeRef};
use url::Url;

use super::date_names::{self, Kind};
use super::fallback;
use super::jsonld::{self, JsonLd};
use super::script_dates;
use super::traits::{self, Traits};
use crate::article::Flaw;
use crate::parse::assemble::{Evident, one_line};
use crate::parse::{confidence, flaws, people, uri};

/// Of elements that repeat (time, JSON-LD, article:tag), so many are looked at.
const REPEATS_MAX: usize = 32;
/// Of elements whose whole text is taken (h1, bylines): each may hold the whole page.
const TEXTS_MAX: usize = 4;
/// A longer text of a heading or meta element is cut.
const TEXT_CHARS_MAX: usize = 4000;

/// Elements above a marked date that are looked at for whether they are a reader's comment.
const COMMENT_DEPTH_MAX: usize = 6;
/// A longer text is no date.
const DATE_BYTES_MAX: usize = 80;
/// The page's own statements.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub title: Option<String>,
    pub h1: Vec<String>,
    pub json_ld: Option<JsonLd>,
    json_ld_blocks: usize,
    /// The date of publication in a block of an article that is no JSON.
    broken_date: Option<String>,
    /// Of an object that is a page and no article.
    json_ld_page: Option<JsonLd>,
    /// Name (lower case) and content of meta elements, in order.
    meta: Vec<(String, String)>,
    pub canonical: Option<String>,
    /// The address of the first base element that has one, as written.
    base: Option<String>,
    pub language: Option<String>,
    /// Of elements that are marked as the publication's date.
    marked_dates: Vec<String>,
    /// The texts of links with `rel=tag`.
    pub tags: Vec<String>,
    /// Of elements with `itemprop=author`.
    pub marked_authors: Vec<String>,
    pub flaws: Vec<Flaw>,
}

impl Metadata {
    /// Reads the tree once.
    pub fn read(document: &Document) -> Self {
        let mut metadata = Self::default();
        for node in document.root().descendants_it() {
            let Some(name) = node.node_name().filter(|_| node.is_element()) else { continue };
            metadata.take(&node, &name);
        }
        metadata
    }

    fn take(&mut self, node: &NodeRef<'_>, name: &str) {
        match name {
            "html" => {
                self.language = text_attribute(node, "lang").or_else(|| text_attribute(node, "xml:lang"));
            }
            "title" if self.title.is_none() => self.title = text(node),
            "h1" if self.h1.len() < TEXTS_MAX => self.h1.extend(broken_text(node)),
            "meta" => self.take_meta(node),
            "link" if self.canonical.is_none() && has_word(node, "rel", "canonical") => {
                self.canonical =
                    node.attr("href").map(|href| href.trim().to_owned()).filter(|href| !href.is_empty());
            }
            "base" if self.base.is_none() => self.base = node.attr("href").map(|href| href.to_string()),
            "a" if self.tags.len() < REPEATS_MAX && has_word(node, "rel", "tag") => {
                self.tags.extend(text(node));
            }
            "script" if self.json_ld_blocks < REPEATS_MAX && self.lacks_date() && is_json_ld(node) => {
                self.json_ld_blocks += 1;
                self.take_json_ld(node);
            }
            _ => {}
        }
        if self.marked_dates.len() < TEXTS_MAX && is_marked_date(node) && !is_in_comment(node) {
            let stated = text_attribute(node, "content").or_else(|| text_attribute(node, "datetime"));
            self.marked_dates.extend(stated.or_else(|| text(node)));
        }
        if self.marked_authors.len() < TEXTS_MAX
            && has_word(node, "itemprop", "author")
            && !matches!(name, "meta" | "link" | "script")
        {
            self.marked_authors.extend(first_line(node));
        }
    }

    fn take_meta(&mut self, node: &NodeRef<'_>) {
        let Some(content) = text_attribute(node, "content") else { return };
        let name = ["property", "name", "itemprop", "http-equiv"].iter().find_map(|key| node.attr(key));
        let Some(name) = name else { return };
        let name = name.trim().to_ascii_lowercase();
        // A page of hostile size has no more statements than others.
        if self.meta.len() < 32 * REPEATS_MAX {
            self.meta.push((name, content));
        }
    }

    /// Whether no block of JSON-LD stated an article with its date yet.
    fn lacks_date(&self) -> bool {
        self.json_ld.as_ref().is_none_or(|article| article.published.is_none())
    }

    fn take_json_ld(&mut self, node: &NodeRef<'_>) {
        let block = node.text();
        let Ok(found) = jsonld::read(&block) else {
            self.broken_date = self.broken_date.take().or_else(|| script_dates::of_broken(&block));
            if self.flaws.len() < REPEATS_MAX {
                self.flaws.push(Flaw::new(flaws::JSON_LD_IGNORED));
            }
            return;
        };
        match (self.json_ld.as_mut(), found.article) {
            (None, article) => self.json_ld = article,
            (Some(first), Some(more)) => {
                first.published = first.published.take().or(more.published);
                first.modified = first.modified.take().or(more.modified);
            }
            (Some(_), None) => {}
        }
        self.json_ld_page = self.json_ld_page.take().or(found.page);
    }

    /// What the page's relative links are read against, where it names that itself; `page` is the page's own address.
    pub fn base(&self, page: Option<&Url>) -> Option<Url> {
        self.base.as_deref().and_then(|base| uri::canonical(base, page).ok())
    }

    /// The content of the first meta element of one of these names, in the names' order, and the name.
    pub fn meta(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|wanted| {
            let (_, content) = self.meta.iter().find(|(name, _)| name == wanted)?;
            Some((*wanted, content.as_str()))
        })
    }

    /// All contents of meta elements of this name.
    pub fn meta_all(&self, wanted: &str) -> Vec<&str> {
        let named = self.meta.iter().filter(|(name, _)| name == wanted);
        named.map(|(_, content)| content.as_str()).take(REPEATS_MAX).collect()
    }

    /// The contents of meta elements of this name that hold authors. What `twitter:data1` holds its label says.
    pub fn authors_named(&self, name: &str) -> Vec<&str> {
        let is_labelled =
            || self.meta(&["twitter:label1"]).is_some_and(|(_, label)| people::is_byline_label(label));
        if name == "twitter:data1" && !is_labelled() {
            return Vec::new();
        }
        self.meta_all(name)
    }

    /// Publication dates, most trusted first: JSON-LD, meta, marked elements.
    pub fn published(&self) -> Vec<Evident> {
        let json_ld = self.json_ld.as_ref().and_then(|found| found.published.clone());
        let mut dates: Vec<Evident> = evident(json_ld, "json-ld:datePublished").into_iter().collect();
        dates.extend(self.dates_of(Kind::Published));
        dates.extend(self.marked().filter(|_| !self.marks_differ()));
        dates
    }

    fn marked(&self) -> impl Iterator<Item = Evident> {
        evident(self.marked_dates.first().cloned(), "itemprop:datePublished").into_iter()
    }

    /// Several marked dates are those of several articles.
    fn marks_differ(&self) -> bool {
        self.marked_dates.iter().any(|date| Some(date) != self.marked_dates.first())
    }

    /// Whether the page calls its language American English, in which 3/4/2024 is 4 March.
    pub fn is_american(&self) -> bool {
        let locale = self.meta(&["og:locale"]).map(|(_, locale)| locale);
        [self.language.as_deref(), locale]
            .into_iter()
            .flatten()
            .any(|language| language.replace('_', "-").eq_ignore_ascii_case("en-US"))
    }

    /// Dates of the page that are those of the article for want of better ones.
    pub fn published_doubtfully(&self) -> Vec<Evident> {
        let mut dates: Vec<Evident> = self.dates_of(Kind::Doubtful).collect();
        dates.extend(evident(self.broken_date.clone(), confidence::BROKEN_JSON_LD));
        dates.extend(self.dates_like(Kind::Published));
        dates.extend(self.marked().filter(|_| self.marks_differ()));
        let page = self.json_ld_page.as_ref().and_then(|page| page.published.clone());
        dates.extend(evident(page, "json-ld:page"));
        dates
    }

    pub fn modified(&self) -> Vec<Evident> {
        let json_ld = self.json_ld.as_ref().and_then(|found| found.modified.clone());
        let mut dates: Vec<Evident> = evident(json_ld, "json-ld:dateModified").into_iter().collect();
        dates.extend(self.dates_of(Kind::Modified));
        dates.extend(self.dates_like(Kind::Modified));
        let page = self.json_ld_page.as_ref().and_then(|page| page.modified.clone());
        dates.extend(evident(page, "json-ld:page"));
        dates
    }

    /// What the page says of itself in a sentence or two.
    pub fn descriptions(&self) -> impl Iterator<Item = &str> {
        let named =
            self.meta.iter().filter(|(name, _)| matches!(name.as_str(), "description" | "og:description"));
        named.map(|(_, text)| text.as_str()).take(TEXTS_MAX)
    }

    /// Contents of meta elements whose names no list has but whose pieces tell, for want of better ones.
    fn dates_like(&self, kind: Kind) -> impl Iterator<Item = Evident> + '_ {
        let named = self.meta.iter().filter(move |(name, value)| {
            value.len() <= DATE_BYTES_MAX
                && value.bytes().any(|byte| byte.is_ascii_digit())
                && date_names::is_like(name, kind)
        });
        named
            .take(TEXTS_MAX)
            .map(|(name, value)| Evident { value: value.clone(), evidence: format!("meta:{name}") })
    }

    fn dates_of(&self, kind: Kind) -> impl Iterator<Item = Evident> + '_ {
        date_names::of(kind).filter_map(|wanted| {
            let (_, value) = self.meta.iter().find(|(name, _)| date_names::is_name(name, wanted))?;
            evident(Some(value.clone()), &format!("meta:{wanted}"))
        })
    }

    /// All dates that the page states of itself, whatever they are of, as they are written.
    pub fn dates(&self) -> Vec<&str> {
        let json_ld = self.json_ld.iter().chain(&self.json_ld_page);
        let of_json_ld = json_ld.flat_map(|found| [found.published.as_deref(), found.modified.as_deref()]);
        let of_meta = self.meta.iter().filter(|(name, _)| date_names::is_any(name));
        of_json_ld.flatten().chain(of_meta.map(|(_, value)| value.as_str())).collect()
    }
}

fn evident(value: Option<String>, evidence: &str) -> Option<Evident> {
    value.map(|value| Evident { value, evidence: evidence.to_owned() })
}

/// The first line of an element's visible text: of an author's element the name, with roles and portraits below it.
fn first_line(node: &NodeRef<'_>) -> Option<String> {
    let line = fallback::lines(&node.inner_html()).into_iter().next()?;
    Some(crate::parse::text::first_chars(&line, TEXT_CHARS_MAX).to_owned())
}

/// The element's text on one line; `None` where there is none.
fn text(node: &NodeRef<'_>) -> Option<String> {
    let text = node.text();
    let text = one_line(crate::parse::text::first_chars(&text, TEXT_CHARS_MAX));
    (!text.is_empty()).then_some(text)
}

/// The same where a line break inside divides words.
fn broken_text(node: &NodeRef<'_>) -> Option<String> {
    let lines = fallback::lines(&node.inner_html()).join(" ");
    let text = one_line(crate::parse::text::first_chars(&lines, TEXT_CHARS_MAX));
    (!text.is_empty()).then_some(text)
}

fn text_attribute(node: &NodeRef<'_>, name: &str) -> Option<String> {
    let value = node.attr(name)?;
    let value = one_line(crate::parse::text::first_chars(&value, TEXT_CHARS_MAX));
    (!value.is_empty()).then_some(value)
}

/// Whether an attribute that is a list of words has this one.
fn has_word(node: &NodeRef<'_>, attribute: &str, word: &str) -> bool {
    node.attr(attribute)
        .is_some_and(|value| value.split_ascii_whitespace().any(|found| found.eq_ignore_ascii_case(word)))
}

/// Words of `itemprop` and `property` that mark the date of publication, whatever their prefix.
const MARKS: &[&str] = &["datepublished", "datecreated", "created", "issued", "date"];

fn is_marked_date(node: &NodeRef<'_>) -> bool {
    let marks = |name: &str| {
        node.attr(name).is_some_and(|value| {
            value.split_ascii_whitespace().any(|word| {
                let word = word.rsplit(':').next().unwrap_or(word);
                MARKS.iter().any(|mark| mark.eq_ignore_ascii_case(word))
            })
        })
    };
    node.has_attr("pubdate") || marks("itemprop") || marks("property")
}

/// Whether the element stands in what a reader wrote below the article.
fn is_in_comment(node: &NodeRef<'_>) -> bool {
    let mut reader = traits::Reader::default();
    let mut is_comment = |node: &NodeRef<'_>| {
        let class = node.attr("class");
        class.is_some_and(|class| reader.of(&class, &[]).has(Traits::COMMENT))
    };
    node.ancestors_it(Some(COMMENT_DEPTH_MAX)).any(|above| is_comment(&above))
}

fn is_json_ld(node: &NodeRef<'_>) -> bool {
    node.attr("type").is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("application/ld+json"))
}
