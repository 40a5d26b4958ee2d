//! HTML pages: guarded, built into a tree, read for what they say of themselves, and reduced to their body.
//!
//! Owns everything that knows HTML. Behind [`guard`], because nothing may see a page that was not measured, the tree
//! is read for what it says of itself ([`metadata`]) and laid out flat ([`outline`]); from that come the body
//! ([`content`], [`sift`]), the other articles that boxes name ([`related`]), and, by where its lines stand
//! ([`places`]), the dates and authors in the text ([`shown`], [`bylines`]). Where dates differ, [`weighing`] says which one counts.
//!
//! A page holds an article if a paragraph has at least [`PARAGRAPH_WORDS_MIN`] words and [`PARAGRAPH_CHARS_MIN`]
//! characters, or if two places agree on the headline and the page says by JSON-LD that it is an article. A list item
//! is such a paragraph only where two places agree on the headline: front pages have many.

mod bylines;
mod content;
mod date_labels;
mod date_names;
mod element;
mod fallback;
mod guard;
mod headline;
mod jsonld;
mod metadata;
mod outline;
mod path_dates;
mod places;
mod related;
mod scan;
mod script_dates;
mod shown;
mod sift;
mod stated;
mod traits;
mod unread;
mod weighing;

use std::collections::{BTreeSet, HashMap};

use dom_query::{Document, Matcher};

use crate::article::{Decoded, Flaw, Image, Keywords, Paragraph, ParagraphRole, Related};
use crate::parse::address::{Link, settle_address};
use crate::parse::assemble::{Authors, Evident, Found};
use crate::parse::confidence::Support;
use crate::parse::date::{self, DateContext};
use crate::parse::fold::{fold, same};
use crate::parse::lexicon::{LexiconError, Role};
use crate::parse::text::{is_longer_than, word_count};
use crate::parse::{Parser, dump, flaws, keywords, people, uri};
use crate::rejection::{Code, Rejection};
use crate::sources::Sources;
use metadata::Metadata;
use outline::Outline;
use places::Places;
use shown::Finder;
use sift::Block;
use weighing::{Stated, weigh};

/// A paragraph with fewer words or characters doesn't show that a page holds an article.
const PARAGRAPH_WORDS_MIN: usize = 8;
const PARAGRAPH_CHARS_MIN: usize = 40;
/// The headline is repeated at the body's beginning, among so many blocks.
const HEADLINE_BLOCKS: usize = 3;
/// Titles of other articles that are taken from a page, or from one list in its body, at most.
const RELATED_MAX: usize = 50;

/// The compiled selectors of what to drop, by source key.
#[derive(Debug, Default)]
pub(super) struct DropMatchers {
    by_key: HashMap<String, Vec<Matcher>>,
    /// A selector names attributes: it may be any.
    name_attributes: bool,
}

impl DropMatchers {
    pub fn build(sources: &Sources) -> Result<Self, LexiconError> {
        let mut by_key: HashMap<String, Vec<Matcher>> = HashMap::new();
        let mut name_attributes = false;
        for rule in sources.iter() {
            for selector in &rule.drop_selectors {
                let matcher = Matcher::new(selector).map_err(|_| LexiconError::Selector {
                    key: rule.key.clone(),
                    selector: selector.clone(),
                })?;
                name_attributes |= selector.contains('[');
                by_key.entry(rule.key.clone()).or_default().push(matcher);
            }
        }
        Ok(Self { by_key, name_attributes })
    }

    fn drop_from(&self, document: &Document, key: &str) {
        for matcher in self.by_key.get(key).into_iter().flatten() {
            document.select_matcher(matcher).remove();
        }
    }
}

/// The visible lines of a page: no tree, no limits, for the fallback.
pub(super) fn visible_lines(page: &str) -> Vec<String> {
    fallback::lines(page)
}

impl Parser {
    /// What a page gives.
    pub(super) fn find_in_html(&self, page: &str, decoded: &Decoded) -> Result<Found, Rejection> {
        let page = guard::without_nulls(page);
        let guarded = guard::scan(&page, &self.limits, self.drop_matchers.name_attributes)?;
        let document = guard::build(&guarded.page, &self.limits)?;
        let metadata = Metadata::read(&document);
        let stated = decoded.stated.url.as_deref();
        let base = metadata.base(settle_address(stated, &[]).url.as_ref());
        let links = links_of(&metadata, base.as_ref());
        let address = settle_address(stated, &links);
        let base = base.or_else(|| metadata.base(address.url.as_ref())).or_else(|| address.url.clone());
        let (_, rule) = self.source_of(decoded.stated.source.as_deref(), address.url.as_ref(), None);
        if let Some(rule) = rule {
            self.drop_matchers.drop_from(&document, &rule.key);
        }
        let mut found = described(&metadata, address.url.as_ref(), base.as_ref());
        found.links = links;
        let outline = Outline::of(&document);
        let texts = outline.lines.iter().map(|line| line.text.as_str());
        let told = date::puts_month_first(texts, &metadata.dates());
        found.is_american = told.unwrap_or_else(|| metadata.is_american());
        let context = self.date_context(rule, found.is_american, decoded.fetched_at_ms);
        let headline = found.headline.as_ref().map(|headline| headline.value.as_str());
        let headline = headline.and_then(|headline| content::headline_line(&outline, headline));
        let chosen = content::choose(&outline, headline, &self.boilerplate);
        let places = Places::of(&outline, headline.or_else(|| places::beginning(&outline, &chosen.lines)));
        let site = found.publisher.as_ref().map(|name| name.value.as_str());
        let is_date_word = |word: &str| self.date_words.is_date_word(word);
        let visible = bylines::authors(&outline, &places, &is_date_word);
        found.authors = authors_of(&metadata, visible, site, &is_date_word);
        if let Some(image) = found.image.as_mut().filter(|image| image.caption.is_none()) {
            image.caption = places.caption();
        }
        let path = address.url.as_ref().map(url::Url::path);
        self.take_dates(&page, &metadata, path, &places, &context, &mut found);
        if guarded.attributes_dropped > 0 {
            let detail = format!("{} attributes", guarded.attributes_dropped);
            found.flaws.push(Flaw::new(flaws::ATTRIBUTE_DROPPED).with_detail(detail));
        }
        let blocks = sift::blocks(&outline, &chosen, &self.labels, &self.boilerplate);
        self.take_blocks(blocks, &mut found, base.as_ref());
        if let Some(body) = metadata.json_ld.as_ref().and_then(|json_ld| json_ld.body.as_deref()) {
            stated::take_body(body, &mut found);
        }
        if let (Some(page), Some(base)) = (&address.url, &base) {
            let (labels, boilerplate, body) = (&self.labels, &self.boilerplate, &chosen.lines);
            let finder =
                related::Finder { outline: &outline, headline, body, labels, boilerplate, page, base };
            finder.take(RELATED_MAX, &mut found);
        }
        let is_confirmed = found.headline_confirmed;
        let has_text = found.paragraphs.iter().any(|paragraph| is_substantial(paragraph, is_confirmed));
        let is_announced = found.headline_confirmed && found.has_json_ld;
        if !has_text && !is_announced {
            return Err(Rejection::new(Code::NoArticle, "no paragraph with enough words"));
        }
        Ok(found)
    }

    /// The dates of the page, weighed against each other; what its scripts say only where it states none.
    fn take_dates(
        &self,
        page: &str,
        metadata: &Metadata,
        path: Option<&str>,
        places: &Places<'_>,
        context: &DateContext<'_>,
        found: &mut Found,
    ) {
        let of_path = path.and_then(|path| path_dates::date_of_path(path, &self.date_words));
        let stated = Stated {
            published: metadata.published(),
            doubtful: metadata.published_doubtfully(),
            modified: metadata.modified(),
            path_is_sure: of_path.as_ref().is_some_and(|found| found.is_sure),
            of_path: of_path.map(|found| Evident { value: found.value, evidence: "url".to_owned() }),
        };
        let words = &self.date_words;
        let finder = Finder { places, words, labels: &self.labels, context };
        let mut weighed = weigh(stated, finder.shown(), words, context);
        weighed.guessed.extend(metadata.descriptions().find_map(|text| finder.of_description(text)));
        if weighed.published.is_empty() {
            weighed.published.extend(weighing::of_one_day(&script_dates::dates(page), words, context));
        }
        found.published = weighed.published;
        found.modified = weighed.modified;
        found.guessed = weighed.guessed;
        found.day_shown = weighed.day;
        found.flaws.extend(weighed.flaws);
    }

    /// The body from its blocks: without the headline, with "read also" references kept apart.
    fn take_blocks(&self, blocks: Vec<Block>, found: &mut Found, base: Option<&url::Url>) {
        let headline = found.headline.as_ref().map(|headline| headline.value.clone());
        let mut blocks = blocks.into_iter().enumerate().peekable();
        while let Some((index, block)) = blocks.next() {
            let repeats_headline = headline.as_deref().is_some_and(|headline| same(headline, &block.text));
            if repeats_headline && (index < HEADLINE_BLOCKS || block.role == ParagraphRole::Heading) {
                continue;
            }
            let label = self.labels.match_line(&block.text).filter(|label| label.role == Role::Related);
            match label {
                Some(label) if label.value.is_empty() => {
                    // The label stands alone: the list below it, or the linked line, are the references.
                    let mut taken = 0;
                    while let Some((_, next)) = blocks.next_if(|(_, next)| {
                        taken < RELATED_MAX
                            && (next.role == ParagraphRole::ListItem || (taken == 0 && next.begins_with_link))
                            && dump::is_title(&next.text)
                    }) {
                        found.related.push(reference(next, base));
                        taken += 1;
                    }
                }
                Some(label) if !is_longer_than(label.value, dump::TITLE_CHARS_MAX) => {
                    let text = label.value.to_owned();
                    found.related.push(reference(Block { text, ..block }, base));
                }
                _ => found.paragraphs.push(Paragraph { text: block.text, role: block.role }),
            }
        }
    }
}

fn reference(block: Block, base: Option<&url::Url>) -> Related {
    let url = block.link.and_then(|link| uri::canonical(&link, base).ok()).map(String::from);
    Related { headline: Some(block.text), url, paragraphs: Vec::new() }
}

fn is_substantial(paragraph: &Paragraph, is_confirmed: bool) -> bool {
    (matches!(paragraph.role, ParagraphRole::Text | ParagraphRole::Quote) || is_confirmed)
        && is_longer_than(&paragraph.text, PARAGRAPH_CHARS_MIN - 1)
        && word_count(&paragraph.text) >= PARAGRAPH_WORDS_MIN
}

/// Addresses that the page gives itself, read against its base where it names one.
fn links_of(metadata: &Metadata, base: Option<&url::Url>) -> Vec<Link> {
    let absolute = |raw: String| match base.map(|base| base.join(raw.trim())) {
        Some(Ok(url)) => url.into(),
        _ => raw,
    };
    let canonical = metadata.canonical.clone().map(|raw| (raw, "link:canonical"));
    let og_url = metadata.meta(&["og:url"]).map(|(_, raw)| (raw.to_owned(), "meta:og:url"));
    let json_ld =
        metadata.json_ld.as_ref().and_then(|found| found.url.clone()).map(|raw| (raw, "json-ld:url"));
    // og:url and JSON-LD only where the page has no canonical link: they repeat it, or are wrong more often.
    canonical
        .or(og_url)
        .or(json_ld)
        .map(|(raw, evidence)| Link { raw: absolute(raw), evidence, is_canonical: true })
        .into_iter()
        .collect()
}

/// What the page says of itself, without its body; its relative links are read against `base`.
fn described(metadata: &Metadata, page: Option<&url::Url>, base: Option<&url::Url>) -> Found {
    let json_ld = metadata.json_ld.clone().unwrap_or_default();
    let site_name = metadata.meta(&["og:site_name", "application-name"]).map(|(_, name)| name);
    let places = headline::Places {
        h1: &metadata.h1,
        og_title: metadata.meta(&["og:title", "twitter:title"]).map(|(_, title)| title),
        json_ld: json_ld.headline.as_deref(),
        title: metadata.title.as_deref(),
        site_name: site_name.or(json_ld.publisher.as_deref()),
        host: page.and_then(url::Url::host_str),
    };
    let chosen = headline::choose(&places);
    let headline_confirmed = chosen.as_ref().is_some_and(|(_, is_confirmed)| *is_confirmed);
    let headline = chosen.map(|(headline, _)| headline);
    let mut flaws = metadata.flaws.clone();
    if headline.is_some() && !headline_confirmed {
        flaws.push(Flaw::new(flaws::HEADLINE_UNCONFIRMED));
    }
    let tier = metadata.meta(&["article:content_tier"]).map(|(_, tier)| tier.to_ascii_lowercase());
    if json_ld.is_paid || tier.is_some_and(|tier| tier == "locked" || tier == "metered") {
        flaws.push(Flaw::new(flaws::PAYWALLED));
    }
    let publisher = site_name
        .map(|name| (name.to_owned(), "meta:og:site_name"))
        .or_else(|| json_ld.publisher.clone().map(|name| (name, "json-ld:publisher")));
    let publisher = publisher.map(|(value, evidence)| Evident { value, evidence: evidence.to_owned() });
    let section = metadata
        .meta(&["article:section"])
        .map(|(_, name)| (name.to_owned(), "meta:article:section"))
        .or_else(|| json_ld.section.clone().map(|name| (name, "json-ld:articleSection")));
    let (section, section_evidence) = section.map(|(name, from)| (name, from.to_owned())).unzip();
    let (image, image_evidence) = image(metadata, base).unzip();
    Found {
        method: "html",
        headline,
        headline_confirmed,
        has_json_ld: metadata.json_ld.is_some(),
        publisher,
        keywords: own_keywords(metadata),
        language: language(metadata),
        image,
        image_evidence,
        section,
        section_evidence,
        flaws,
        ..Found::default()
    }
}

/// Names of meta elements with an author, in order of trust.
const AUTHOR_NAMES: &[&str] = &[
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "citation_author",
    "cxenseparse:author",
    "twitter:data1",
];

/// People from JSON-LD, else meta, else bylines; the site itself is no person, unless nobody else is named.
///
/// Where the metadata name only an account (`jdoe77`), the byline that readers see names the person.
fn authors_of(
    metadata: &Metadata,
    visible: Vec<String>,
    site: Option<&str>,
    is_date_word: &dyn Fn(&str) -> bool,
) -> Option<Authors> {
    let json_ld = metadata.json_ld.as_ref().map(|found| found.authors.as_slice()).unwrap_or_default();
    let mut groups: Vec<(String, Vec<String>)> = vec![("json-ld:author".to_owned(), names_in(json_ld))];
    for name in AUTHOR_NAMES {
        let values: Vec<String> = metadata.authors_named(name).into_iter().map(str::to_owned).collect();
        groups.push((format!("meta:{name}"), names_in(&values)));
    }
    let marked = metadata.marked_authors.iter().flat_map(|line| people::in_line(line, true, is_date_word));
    groups.push(("itemprop:author".to_owned(), marked.collect()));
    groups.push(("text".to_owned(), visible));
    let is_site = |name: &String| site.is_some_and(|site| same(site, name));
    let is_of_people = |names: &[String]| names.iter().any(|name| !is_site(name));
    let is_of_accounts = |names: &[String]| names.iter().all(|name| people::is_account(name));
    let chosen = groups
        .iter()
        .find(|(_, names)| is_of_people(names) && !is_of_accounts(names))
        .or_else(|| groups.iter().find(|(_, names)| is_of_people(names)))
        .or_else(|| {
            groups.iter().find(|(_, names)| names.iter().any(|name| people::is_name_of_person(name)))
        });
    let (evidence, names) = chosen?;
    let people = |names: &[String]| -> BTreeSet<String> {
        names.iter().filter(|name| !is_site(name)).map(|name| fold(name)).collect()
    };
    let of_chosen = people(names);
    let others: Vec<bool> = groups
        .iter()
        .filter(|(other, names)| other != evidence && !names.is_empty())
        .map(|(_, names)| people(names) == of_chosen)
        .collect();
    let support = Support::of(others.contains(&true), others.contains(&false));
    let mut names = names.clone();
    if is_of_people(&names) {
        names.retain(|name| !is_site(name));
    }
    Some(Authors { names, evidence: evidence.clone(), support })
}

/// The names in several bylines.
fn names_in(bylines: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for name in bylines.iter().flat_map(|byline| people::from_byline(byline)) {
        people::push(&mut names, &name);
    }
    names
}

/// The page's keywords: from meta elements, else JSON-LD, else its links to tags.
fn own_keywords(metadata: &Metadata) -> Option<(Keywords, String)> {
    if let Some((name, line)) = metadata.meta(&["news_keywords", "keywords"]) {
        return Some((keywords::of_line(line), format!("meta:{name}")));
    }
    let json_ld = metadata.json_ld.as_ref().map(|found| found.keywords.as_slice()).unwrap_or_default();
    let tags = metadata.meta_all("article:tag");
    if let ([], [line]) = (tags.as_slice(), json_ld) {
        return Some((keywords::of_line(line), "json-ld:keywords".to_owned()));
    }
    let lists = [
        ("meta:article:tag", keywords::clean(tags.into_iter())),
        ("json-ld:keywords", keywords::clean(json_ld.iter().map(String::as_str))),
        ("rel:tag", keywords::clean(metadata.tags.iter().map(String::as_str))),
    ];
    let (evidence, list) = lists.into_iter().find(|(_, list)| !list.is_empty())?;
    Some((Keywords { raw: list.join(", "), list }, evidence.to_owned()))
}

fn language(metadata: &Metadata) -> Option<Evident> {
    let json_ld = metadata.json_ld.as_ref().and_then(|found| found.language.clone());
    let found = metadata
        .language
        .clone()
        .map(|value| (value, "html:lang"))
        .or_else(|| json_ld.map(|value| (value, "json-ld:inLanguage")))
        .or_else(|| metadata.meta(&["og:locale"]).map(|(_, value)| (value.to_owned(), "meta:og:locale")));
    found.map(|(value, evidence)| Evident { value, evidence: evidence.to_owned() })
}

/// The picture, and where its address stands.
fn image(metadata: &Metadata, base: Option<&url::Url>) -> Option<(Image, String)> {
    let caption = metadata.meta(&["og:image:alt"]).map(|(_, caption)| caption.to_owned());
    let named = metadata.meta(&["og:image", "og:image:url", "twitter:image"]);
    let named = named.map(|(name, url)| (format!("meta:{name}"), url.to_owned(), caption));
    let json_ld = metadata.json_ld.as_ref().and_then(|found| found.image.clone());
    let json_ld = json_ld.map(|url| ("json-ld:image".to_owned(), url, None));
    [named, json_ld]
        .into_iter()
        .flatten()
        .find_map(|(from, raw, caption)| Some((Image { url: uri::image(&raw, base)?, caption }, from)))
}
