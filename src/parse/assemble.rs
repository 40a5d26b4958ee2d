//! From what a form of content gave to the article: what is stated beside the content comes first, then what was found.
//!
//! Owns the address, the source, the limits, and the confidence in the article as a whole; that in each field is
//! [`super::confidence`]'s, and measured. The whole's is a sum of rules of thumb and no share of anything, 0 to 100: by
//! method a base (mapped 80, dump 50, html 40, plain 10), and for each of these: a headline 10 (in HTML 20 where two
//! places agree on it), a date 10, a source or publisher 10, at least two paragraphs 10, in HTML JSON-LD of an article
//! 10; less 10 for each flaw that is a guess or a cut.

use url::Url;

use super::address::{Link, settle_address};
use super::confidence::{self, Support, Way};
use super::dating::Dates;
use super::dump::{self, Dump};
use super::text::{collapse, first_bytes, first_chars, is_longer_than, word_count};
use super::{Parser, dateline, flaws, fold, keywords, people, uri};
use crate::article::{
    Article, Decoded, Extraction, FieldEvidence, Flaw, Image, Keywords, Paragraph, ParagraphRole, Related,
    hash128, hex,
};
use crate::rejection::{Code, Rejection};
use crate::sources::SourceRule;

/// The longest headline, in characters.
const HEADLINE_CHARS_MAX: usize = 1000;
/// A text with fewer words, headline included, is no article.
const WORDS_MIN: usize = 3;
/// The longest name of a source or publisher, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Flaws beyond these are not listed.
const FLAWS_MAX: usize = 50;
/// Flaws that are a guess or a cut: each lowers the confidence.
const GUESSES: [&str; 9] = [
    flaws::HEADLINE_MISSING,
    flaws::HEADLINE_ONLY,
    flaws::HEADLINE_UNCONFIRMED,
    flaws::BODY_CUT,
    flaws::RELATED_GUESSED,
    flaws::DATE_UNREADABLE,
    flaws::DATE_OF_CHANGE,
    flaws::DATE_DIFFERS,
    flaws::DATE_GUESSED,
];

/// A value and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evident {
    pub value: String,
    pub evidence: String,
}

/// Who wrote the article, where they are named, and what the other places say that name authors.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Authors {
    pub names: Vec<String>,
    pub evidence: String,
    pub support: Support,
}

/// What a form of content gave.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub method: &'static str,
    pub headline: Option<Evident>,
    /// Two places of a page agree on the headline.
    pub headline_confirmed: bool,
    /// The page has JSON-LD of an article.
    pub has_json_ld: bool,
    pub paragraphs: Vec<Paragraph>,
    pub related: Vec<Related>,
    /// In order of trust: the first that can be read counts.
    pub published: Vec<Evident>,
    pub modified: Vec<Evident>,
    /// Dates that may be that of the publication, for want of any other.
    pub guessed: Vec<Evident>,
    /// The page is in American English.
    pub is_american: bool,
    /// The day that readers see of the first publication date.
    pub day_shown: Option<jiff::civil::Date>,
    pub authors: Option<Authors>,
    pub publisher: Option<Evident>,
    /// The name of a dump's source label: the last resort for the source key.
    pub source_label: Option<String>,
    pub keywords: Option<(Keywords, String)>,
    /// The address as found inside: a labelled line, or links that call themselves canonical.
    pub links: Vec<Link>,
    pub language: Option<Evident>,
    pub image: Option<Image>,
    pub image_evidence: Option<String>,
    pub section: Option<String>,
    pub section_evidence: Option<String>,
    pub flaws: Vec<Flaw>,
}

impl Parser {
    /// The dump's parts under their labels.
    pub(super) fn find_in_dump(&self, text: &str) -> Found {
        let division = dump::divide(text, &self.dump_lexicons(), self.limits.paragraphs_max);
        let Dump {
            headline,
            paragraphs,
            date,
            modified,
            source,
            author,
            section,
            keywords,
            url,
            related,
            flaws,
        } = division.collect();
        let evident = |found: dump::Found| Evident { value: found.value, evidence: found.label };
        let authors = author.map(evident).map(|author| Authors {
            names: people::from_byline(&author.value),
            evidence: author.evidence,
            support: Support::Alone,
        });
        Found {
            method: "dump",
            headline: headline.map(evident),
            paragraphs,
            related: related.into_iter().filter(has_words).map(with_canonical_url).collect(),
            published: date.map(evident).into_iter().collect(),
            modified: modified.map(evident).into_iter().collect(),
            authors,
            source_label: source.as_ref().map(|source| source.value.clone()),
            publisher: source.map(evident),
            keywords: keywords.map(|found| (keywords::of_line(&found.value), found.label)),
            section_evidence: section.as_ref().map(|section| section.label.clone()),
            section: section.map(|section| section.value),
            links: url
                .map(|url| Link {
                    raw: url.value,
                    evidence: if url.label.starts_with("label:") { "label:url" } else { "line:url" },
                    is_canonical: false,
                })
                .into_iter()
                .collect(),
            flaws,
            ..Found::default()
        }
    }

    /// The source key and its rule: the stated source, else the host's rule, else the registrable domain, else the
    /// dump's label. A stated name or a label stands as it is; a rule that lists it still gives zone and order.
    pub(super) fn source_of(
        &self,
        stated: Option<&str>,
        url: Option<&Url>,
        label: Option<&str>,
    ) -> (Option<String>, Option<&SourceRule>) {
        let stated = stated.map(str::trim).filter(|stated| !stated.is_empty());
        let by_host = url.and_then(Url::host_str).and_then(|host| self.sources.by_host(host));
        let named = |name: &str| {
            (
                Some(first_chars(&collapse(name), NAME_CHARS_MAX).to_owned()),
                self.sources.by_label(name).or(by_host),
            )
        };
        if let Some(stated) = stated {
            return named(stated);
        }
        if let Some(rule) = by_host {
            return (Some(rule.key.clone()), Some(rule));
        }
        match (url.and_then(uri::registrable_domain), label) {
            // The label's rule still knows the zone.
            (Some(domain), label) => (Some(domain), label.and_then(|label| self.sources.by_label(label))),
            (None, Some(label)) => named(label),
            (None, None) => (None, None),
        }
    }

    /// The article from its parts, or why there is none.
    pub(super) fn assemble(&self, decoded: &Decoded, found: Found) -> Result<Article, Rejection> {
        let article = self.build(decoded, found);
        let words: usize = article.headline.iter().map(|headline| word_count(headline)).sum::<usize>()
            + article
                .paragraphs
                .iter()
                .map(|paragraph| word_count(&paragraph.text))
                .take_while_sum(WORDS_MIN);
        if article.headline.is_none() && article.paragraphs.is_empty() {
            return Err(Rejection::new(Code::NoArticle, "no headline and no paragraph"));
        }
        if words < WORDS_MIN && article.extraction.method != "mapped" {
            return Err(Rejection::new(Code::NoArticle, format!("fewer than {WORDS_MIN} words")));
        }
        Ok(article)
    }

    /// The fallback's article, whatever it holds.
    pub(super) fn assemble_plain(&self, decoded: &Decoded, found: Found) -> Article {
        self.build(decoded, found)
    }

    fn build(&self, decoded: &Decoded, mut found: Found) -> Article {
        let stated = &decoded.stated;
        let mut flaws = decoded.flaws.clone();
        flaws.append(&mut found.flaws);
        let mut evidence: Vec<(&'static str, String)> = Vec::new();

        let address = settle_address(stated.url.as_deref(), &found.links);
        flaws.extend(address.flaws);
        let (source, rule) =
            self.source_of(stated.source.as_deref(), address.url.as_ref(), found.source_label.as_deref());
        let context = self.date_context(rule, found.is_american, decoded.fetched_at_ms);
        let dates = self.dates(decoded, &mut found, &context);
        flaws.extend(dates.flaws().cloned());

        let headline = settle_headline(decoded, found.headline.take(), &mut evidence, &mut flaws);
        let is_cut = self.cut(&mut found.paragraphs, &mut flaws);
        let is_partial = is_cut || flaws.iter().any(|flaw| flaw.code == flaws::PAYWALLED);
        if headline.is_some() && found.paragraphs.is_empty() {
            flaws.push(Flaw::new(flaws::HEADLINE_ONLY));
        }
        let has_url = address.url.is_some();
        let uri = match address.url {
            Some(url) => {
                evidence.push(("uri", address.evidence.to_owned()));
                url.into()
            }
            None => format!("urn:khabar:{}", hex(&decoded.content_hash)),
        };
        let authors = settle_authors(&stated.authors, found.authors);
        let site = found.publisher.map(|publisher| {
            evidence.push(("publisher", publisher.evidence));
            first_chars(&collapse(&publisher.value), NAME_CHARS_MAX).to_owned()
        });
        note(&mut evidence, "published", dates.published.as_ref().map(|date| date.evidence.clone()));
        note(&mut evidence, "modified", dates.modified.as_ref().map(|date| date.evidence.clone()));
        note(&mut evidence, "authors", authors.as_ref().map(|authors| authors.evidence.clone()));
        let keywords = keywords::settle(&stated.keywords, found.keywords, &mut evidence);
        note(&mut evidence, "section", found.section_evidence.take());
        let language_stated = settle_language(stated.language.as_deref(), found.language, &mut evidence);
        let located = located_of(&found.paragraphs);
        note(&mut evidence, "located", located.as_ref().map(|_| "dateline".to_owned()));
        note(&mut evidence, "image", found.image_evidence.take());
        let support = authors.as_ref().map(|authors| authors.support).unwrap_or_default();
        let evidence = weigh(evidence, found.method, support, &dates, &flaws);
        let mut article = Article {
            id: hash128(uri.as_bytes()),
            uri,
            has_url,
            headline,
            paragraphs: found.paragraphs,
            authors: authors.map(|authors| authors.names).unwrap_or_default(),
            publisher: site,
            source,
            located,
            published: dates.published,
            modified: dates.modified,
            language_stated,
            image: found.image,
            keywords,
            section: found.section,
            related: found.related,
            partial: is_partial,
            extraction: Extraction { method: found.method, confidence: 0, evidence, flaws },
        };
        article.extraction.confidence = confidence(&article, found.headline_confirmed, found.has_json_ld);
        article.extraction.flaws.truncate(FLAWS_MAX);
        drop_repeated(&mut article.extraction.flaws);
        article
    }

    /// Cuts the body to its limits; true where something was cut.
    fn cut(&self, paragraphs: &mut Vec<Paragraph>, flaws: &mut Vec<Flaw>) -> bool {
        let already_cut = flaws.iter().any(|flaw| flaw.code == flaws::BODY_CUT);
        let count = paragraphs.len();
        paragraphs.truncate(self.limits.paragraphs_max);
        let mut is_cut = paragraphs.len() < count;
        let mut bytes_left = self.limits.body_bytes_max;
        let mut kept = 0;
        for paragraph in paragraphs.iter_mut() {
            if paragraph.text.len() > bytes_left {
                let text = first_bytes(&paragraph.text, bytes_left).trim_end().to_owned();
                kept += usize::from(!text.is_empty());
                paragraph.text = text;
                is_cut = true;
                break;
            }
            // Two bytes stand between paragraphs.
            bytes_left = bytes_left.saturating_sub(paragraph.text.len() + 2);
            kept += 1;
        }
        paragraphs.truncate(kept);
        if is_cut && !already_cut {
            flaws.push(Flaw::new(flaws::BODY_CUT).with_detail(format!("{count} paragraphs before")));
        }
        is_cut || already_cut
    }
}

/// The place in the dateline of the first paragraph of text.
fn located_of(paragraphs: &[Paragraph]) -> Option<String> {
    let first = paragraphs.iter().find(|paragraph| paragraph.role == ParagraphRole::Text)?;
    dateline::place_of(&first.text)
}

/// Adds numbers only until they reach a limit: a long body needs no full count.
trait TakeWhileSum {
    fn take_while_sum(self, limit: usize) -> usize;
}

impl<Counts: Iterator<Item = usize>> TakeWhileSum for Counts {
    fn take_while_sum(self, limit: usize) -> usize {
        let mut sum = 0;
        for count in self {
            sum += count;
            if sum >= limit {
                break;
            }
        }
        sum
    }
}

/// Published and modified dates may have one and the same flaw.
fn drop_repeated(flaws: &mut Vec<Flaw>) {
    let all = std::mem::take(flaws);
    for flaw in all {
        if !flaws.contains(&flaw) {
            flaws.push(flaw);
        }
    }
}

fn note(evidence: &mut Vec<(&'static str, String)>, field: &'static str, value: Option<String>) {
    evidence.extend(value.map(|value| (field, value)));
}

/// Each piece of evidence with its confidence.
fn weigh(
    evidence: Vec<(&'static str, String)>,
    method: &'static str,
    of_authors: Support,
    dates: &Dates,
    flaws: &[Flaw],
) -> Vec<FieldEvidence> {
    let codes = |flaws: &[Flaw]| -> Vec<&'static str> { flaws.iter().map(|flaw| flaw.code).collect() };
    let of_article = codes(flaws);
    let mut of_published = codes(&dates.flaws_of_published);
    of_published.extend(codes(&dates.flaws_of_guess));
    of_published.extend(of_article.iter().filter(|code| **code == flaws::DATE_DIFFERS));
    let of_modified = codes(&dates.flaws_of_modified);
    let weigh = |(field, found): (&'static str, String)| {
        let (support, flaws) = match field {
            "published" => (dates.support, &of_published),
            "modified" => (Support::Alone, &of_modified),
            "authors" => (of_authors, &of_article),
            _ => (Support::Alone, &of_article),
        };
        let confidence = confidence::of(field, &found, &Way { method, support, flaws });
        FieldEvidence { field, found, confidence }
    };
    evidence.into_iter().map(weigh).collect()
}

fn settle_headline(
    decoded: &Decoded,
    found: Option<Evident>,
    evidence: &mut Vec<(&'static str, String)>,
    flaws: &mut Vec<Flaw>,
) -> Option<String> {
    let stated = decoded.stated.headline.as_deref().map(one_line).filter(|stated| !stated.is_empty());
    let (headline, from) = match (stated, found) {
        (Some(stated), found) => {
            if let Some(found) = found.filter(|found| !fold::same(&found.value, &stated)) {
                let detail = first_chars(&found.value, HEADLINE_CHARS_MAX);
                flaws.push(Flaw::new(flaws::HEADLINE_DIFFERS).with_detail(detail));
            }
            flaws.retain(|flaw| flaw.code != flaws::HEADLINE_MISSING);
            (stated, "envelope:headline".to_owned())
        }
        (None, Some(found)) => (found.value, found.evidence),
        (None, None) => {
            if !flaws.iter().any(|flaw| flaw.code == flaws::HEADLINE_MISSING) {
                flaws.push(Flaw::new(flaws::HEADLINE_MISSING));
            }
            return None;
        }
    };
    evidence.insert(0, ("headline", from));
    if !is_longer_than(&headline, HEADLINE_CHARS_MAX) {
        return Some(headline);
    }
    flaws.push(Flaw::new(flaws::HEADLINE_CUT));
    Some(first_chars(&headline, HEADLINE_CHARS_MAX).trim_end().to_owned())
}

/// A text with its line breaks made spaces.
pub(super) fn one_line(text: &str) -> String {
    collapse(text).into_owned()
}

/// The stated authors, else those found; `None` for nobody.
fn settle_authors(stated: &[String], found: Option<Authors>) -> Option<Authors> {
    if stated.is_empty() {
        return found.filter(|authors| !authors.names.is_empty());
    }
    let mut names = Vec::new();
    for name in stated {
        people::push(&mut names, name);
    }
    let evidence = "envelope:authors".to_owned();
    (!names.is_empty()).then_some(Authors { names, evidence, support: Support::Alone })
}

/// A language tag in its outer form; `ar_EG` is `ar-EG`.
fn settle_language(
    stated: Option<&str>,
    found: Option<Evident>,
    evidence: &mut Vec<(&'static str, String)>,
) -> Option<String> {
    let tag = |text: &str| {
        let tag = text.trim().replace('_', "-");
        let is_tag = (2..=35).contains(&tag.len())
            && tag.split('-').all(|part| {
                (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            })
            && tag.split('-').next().is_some_and(|first| {
                first.len() >= 2 && first.bytes().all(|byte| byte.is_ascii_alphabetic())
            });
        is_tag.then_some(tag)
    };
    if let Some(language) = stated.and_then(tag) {
        evidence.push(("language", "envelope:language".to_owned()));
        return Some(language);
    }
    let found = found?;
    let language = tag(&found.value)?;
    evidence.push(("language", found.evidence));
    Some(language)
}

fn confidence(article: &Article, headline_confirmed: bool, has_json_ld: bool) -> u8 {
    let base = match article.extraction.method {
        "mapped" => 80,
        "dump" => 50,
        "html" => 40,
        _ => 10,
    };
    let headline = match (&article.headline, headline_confirmed) {
        (Some(_), true) => 20,
        (Some(_), false) => 10,
        (None, _) => 0,
    };
    let tens = usize::from(article.published.is_some())
        + usize::from(article.publisher.is_some() || article.source.is_some())
        + usize::from(article.paragraphs.len() >= 2)
        + usize::from(has_json_ld);
    let guesses = article.extraction.flaws.iter().filter(|flaw| GUESSES.contains(&flaw.code)).count();
    let sum: usize = (base + headline + 10 * tens).saturating_sub(10 * guesses);
    u8::try_from(sum.min(100)).unwrap_or(100)
}

fn has_words(related: &Related) -> bool {
    related.headline.is_some() || related.url.is_some() || !related.paragraphs.is_empty()
}

/// A related article's URL in canonical form; one that is none is dropped.
fn with_canonical_url(mut related: Related) -> Related {
    related.url = related.url.and_then(|url| uri::canonical(&url, None).ok()).map(String::from);
    related
}
