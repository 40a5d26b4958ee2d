//! Dates and bylines that stand in the visible text of a page, near its headline.
//!
//! One walk over the tree, without recursion. A place counts by where it stands: behind the headline more than before
//! it, in an element whose class speaks of dates more than elsewhere, and never in what belongs to other articles
//! (footers, side columns, comments, lists of related articles).

use dom_query::{Document, NodeId, NodeRef};

use crate::parse::assemble::{Evident, one_line};
use crate::parse::date::{self, DateContext};
use crate::parse::fold::same;
use crate::parse::lexicon::{Labels, Role};
use crate::parse::text::{first_chars, is_longer_than};

/// Longer lines are prose.
const LINE_CHARS_MAX: usize = 200;
/// Lines that are kept.
const LINES_MAX: usize = 400;
/// Text of one line that is gathered, in bytes.
const GATHERED_BYTES_MAX: usize = 2_000;

/// Parts of class names and ids of elements that belong to other articles or to the site.
const FOREIGN: &[&str] = &[
    "related",
    "comment",
    "footer",
    "sidebar",
    "recommend",
    "popular",
    "trending",
    "most-read",
    "mostread",
    "newsletter",
    "promo",
    "teaser",
    "copyright",
    "breadcrumb",
    "cookie",
    "more-news",
    "read-more",
    "latest",
    "carousel",
    "menu",
    "nav-",
    "navigation",
    "banner",
    "upcoming",
    "reply",
    "also-",
    "disqus",
    "kommentar",
    "leserbrief",
    "more-posts",
    "next-post",
    "prev-post",
];
/// Parts of class names, ids and itemprops of elements that hold a date.
const DATED: &[&str] = &[
    "date",
    "time",
    "publi",
    "posted",
    "meta",
    "byline",
    "datum",
    "fecha",
    "entry-info",
    "created",
    "submitted",
    "tarih",
    "data-",
    "post-info",
    "article-info",
    "authored",
    "lastchanged",
];
/// The same for an element that holds the name of who wrote the article.
const AUTHORED: &[&str] =
    &["author", "byline", "autor", "auteur", "writer", "contributor", "reporter", "posted-by"];
/// A name is no longer than this, in characters.
const NAME_CHARS_MAX: usize = 80;
/// Bylines that are kept.
const BYLINES_MAX: usize = 8;
/// Words that begin a byline, in lower case.
const BY: &[&str] =
    &["by ", "by: ", "written by ", "posted by ", "author: ", "von ", "par ", "por ", "di ", "door ", "av "];

/// Where the walk is.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    is_foreign: bool,
    is_dated: bool,
    is_authored: bool,
}

/// A line of visible text, or a date in an attribute.
#[derive(Debug)]
struct Line {
    text: String,
    /// Bytes of visible text before it.
    position: usize,
    place: Place,
    is_attribute: bool,
}

/// The lines of a page that may hold a date, and where its headline stands.
#[derive(Debug, Default)]
pub(super) struct Visible {
    lines: Vec<Line>,
    headline: Option<(usize, usize)>,
    /// Short texts of elements that hold an author, and lines that begin like a byline, with their positions.
    bylines: Vec<(usize, String)>,
}

/// A date with how much speaks for it.
struct Candidate {
    score: i32,
    distance: usize,
    is_modified: bool,
    evidence: &'static str,
    value: String,
}

/// Visible text between the headline and what belongs to it, in bytes: close behind it, near behind it, before it.
const CLOSE_BYTES: usize = 500;
const NEAR_BYTES: usize = 3_000;
const BEFORE_BYTES: usize = 300;
/// Less than this is a date of something else.
const SCORE_MIN: i32 = 4;

impl Visible {
    /// Walks over the page. The headline stands where a line is `headline`, else in the first h1.
    pub fn read(document: &Document, headline: Option<&str>) -> Self {
        let mut visible = Self::default();
        let mut walk = Walk {
            headline,
            around_headline: ancestors_of_headline(document),
            has_headline: false,
            heading: None,
            gathered: String::new(),
            line_is_dated: false,
            begun_at: 0,
            position: 0,
            stack: vec![Place::default()],
        };
        let root = document.root();
        let mut node = root;
        loop {
            let enters = walk.enter(&node, &mut visible);
            if enters && let Some(child) = node.first_child() {
                node = child;
                continue;
            }
            loop {
                walk.leave(&node, &mut visible);
                if node.id == root.id {
                    walk.finish_line(&mut visible);
                    return visible;
                }
                if let Some(sibling) = node.next_sibling() {
                    node = sibling;
                    break;
                }
                let Some(parent) = node.parent() else { return visible };
                node = parent;
            }
        }
    }

    /// Publication and modification dates, those that most speaks for first.
    pub fn dates(
        &self,
        words: &date::Words,
        labels: &Labels,
        context: &DateContext<'_>,
    ) -> (Vec<Evident>, Vec<Evident>) {
        let mut candidates: Vec<Candidate> =
            self.lines.iter().filter_map(|line| self.candidate(line, words, labels, context)).collect();
        candidates.retain(|candidate| candidate.score >= SCORE_MIN);
        candidates.sort_by_key(|candidate| (-candidate.score, candidate.distance));
        let (modified, published): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| candidate.is_modified);
        let evident = |candidates: Vec<Candidate>| {
            candidates
                .into_iter()
                .take(1)
                .map(|candidate| Evident { value: candidate.value, evidence: candidate.evidence.to_owned() })
                .collect()
        };
        (evident(published), evident(modified))
    }

    fn candidate(
        &self,
        line: &Line,
        words: &date::Words,
        labels: &Labels,
        context: &DateContext<'_>,
    ) -> Option<Candidate> {
        let found = if line.is_attribute {
            date::read(&line.text, "", words, context).ok().map(|_| line.text.as_str())?
        } else {
            date::find(&line.text, words, context)?
        };
        let label = labels.match_line(&line.text).map(|label| label.role);
        let before = line.text.split(found).next().unwrap_or_default().to_lowercase();
        let is_modified = label == Some(Role::Modified)
            || [
                "updated",
                "modified",
                "aktualisiert",
                "geändert",
                "stand:",
                "mise à jour",
                "actualizado",
                "تحديث",
            ]
            .iter()
            .any(|word| before.contains(word));
        let is_labelled = label == Some(Role::Date)
            || ["publi", "posted", "veröffentlicht", "erschienen", "created", "erstellt", "pubblicat", "نشر"]
                .iter()
                .any(|word| before.contains(word));
        let (near, distance) = self.nearness(line.position);
        let found_chars = found.chars().count();
        let line_chars = line.text.chars().count().max(1);
        let mut score = near;
        score += if line.place.is_dated { 3 } else { 0 };
        score += if line.is_attribute { 2 } else { 0 };
        score += if is_labelled && !is_modified { 4 } else { 0 };
        score += if found_chars * 2 >= line_chars { 2 } else { 0 };
        score -= if line_chars > 100 { 2 } else { 0 };
        score -= if line.text.contains('©') || before.contains("copyright") { 8 } else { 0 };
        let evidence = if line.is_attribute { "time:datetime" } else { "text" };
        Some(Candidate { score, distance, is_modified, evidence, value: found.to_owned() })
    }

    /// How near a position is to the headline, in points, and in bytes.
    fn nearness(&self, position: usize) -> (i32, usize) {
        let Some((begins, ends)) = self.headline else { return (1, position) };
        if position >= ends {
            let distance = position - ends;
            return (if distance < CLOSE_BYTES { 4 } else { i32::from(distance < NEAR_BYTES) }, distance);
        }
        let distance = begins.saturating_sub(position);
        (if distance < BEFORE_BYTES { 3 } else { 0 }, distance * 2)
    }
}

struct Walk<'page> {
    headline: Option<&'page str>,
    /// Elements that hold the headline are of this article, whatever they are called.
    around_headline: Vec<NodeId>,
    has_headline: bool,
    /// The h1 that the walk is in.
    heading: Option<NodeId>,
    gathered: String,
    line_is_dated: bool,
    begun_at: usize,
    position: usize,
    stack: Vec<Place>,
}

impl Walk<'_> {
    fn place(&self) -> Place {
        self.stack.last().copied().unwrap_or_default()
    }

    /// Whether the node's children are walked over too.
    fn enter(&mut self, node: &NodeRef<'_>, visible: &mut Visible) -> bool {
        if node.is_text() {
            self.take_text(&node.text());
            return false;
        }
        let Some(name) = node.node_name() else {
            self.stack.push(self.place());
            return true;
        };
        let is_skipped = matches!(
            &*name,
            "script"
                | "style"
                | "noscript"
                | "template"
                | "svg"
                | "select"
                | "button"
                | "iframe"
                | "head"
                | "form"
        );
        if !is_inline(&name) {
            self.finish_line(visible);
        }
        let mut place = self.place();
        let words = [node.attr("class"), node.attr("id"), node.attr("itemprop")]
            .into_iter()
            .flatten()
            .map(|value| value.to_lowercase())
            .collect::<Vec<_>>()
            .join(" ");
        let has_any = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        let holds_page =
            matches!(&*name, "html" | "body" | "main" | "article") || self.around_headline.contains(&node.id);
        place.is_foreign |= matches!(&*name, "footer" | "aside" | "nav") || (!holds_page && has_any(FOREIGN));
        place.is_dated |= name.as_ref() == "time" || (!holds_page && has_any(DATED));
        let names_author = !holds_page
            && (has_any(AUTHORED)
                || node.attr("rel").is_some_and(|rel| rel.to_lowercase().contains("author")));
        if names_author && !place.is_authored && !place.is_foreign && visible.bylines.len() < BYLINES_MAX {
            visible.bylines.extend(short_text(node).map(|text| (self.position, text)));
        }
        place.is_authored |= names_author;
        if name.as_ref() == "abbr"
            && place.is_dated
            && let Some(value) = node.attr("title")
        {
            visible.keep(one_line(first_chars(&value, LINE_CHARS_MAX)), self.position, place, true);
        }
        if name.as_ref() == "h1" && visible.headline.is_none() && !place.is_foreign && !self.has_headline {
            self.heading = Some(node.id);
            visible.headline = Some((self.position, usize::MAX));
        }
        if name.as_ref() == "time"
            && let Some(value) = node.attr("datetime")
        {
            visible.keep(one_line(first_chars(&value, LINE_CHARS_MAX)), self.position, place, true);
        }
        self.stack.push(place);
        !is_skipped
    }

    fn leave(&mut self, node: &NodeRef<'_>, visible: &mut Visible) {
        if node.is_text() {
            return;
        }
        let place = self.stack.pop().unwrap_or_default();
        let Some(name) = node.node_name() else { return };
        if !is_inline(&name) {
            self.finish_line_of(place, visible);
        }
        if self.heading == Some(node.id) {
            self.heading = None;
            if let Some((begins, usize::MAX)) = visible.headline {
                visible.headline = Some((begins, self.position));
            }
        }
    }

    fn take_text(&mut self, text: &str) {
        if text.trim().is_empty() {
            if !self.gathered.is_empty() && self.gathered.len() < GATHERED_BYTES_MAX {
                self.gathered.push(' ');
            }
            return;
        }
        if self.gathered.is_empty() {
            self.begun_at = self.position;
        }
        if self.gathered.len() < GATHERED_BYTES_MAX {
            self.gathered.push_str(first_chars(text, GATHERED_BYTES_MAX));
        }
        self.line_is_dated |= self.place().is_dated;
        self.position += text.len();
    }

    fn finish_line(&mut self, visible: &mut Visible) {
        self.finish_line_of(self.place(), visible);
    }

    fn finish_line_of(&mut self, mut place: Place, visible: &mut Visible) {
        let is_dated = std::mem::take(&mut self.line_is_dated);
        if self.gathered.is_empty() {
            return;
        }
        let text = one_line(&self.gathered);
        self.gathered.clear();
        place.is_dated |= is_dated;
        if !self.has_headline
            && !place.is_foreign
            && self.headline.is_some_and(|headline| same(headline, &text))
        {
            self.has_headline = true;
            visible.headline = Some((self.begun_at, self.position));
            return;
        }
        if !place.is_foreign && !place.is_authored {
            visible.keep_byline(&text, self.begun_at);
        }
        if self.heading.is_none() {
            visible.keep(text, self.begun_at, place, false);
        }
    }
}

/// The element's text on one line, where it is as short as a name.
fn short_text(node: &NodeRef<'_>) -> Option<String> {
    let mut gathered = String::new();
    for inner in node.descendants_it().filter(NodeRef::is_text) {
        gathered.push_str(&inner.text());
        gathered.push(' ');
        if is_longer_than(gathered.trim(), 2 * NAME_CHARS_MAX) {
            return None;
        }
    }
    let text = one_line(&gathered);
    (!text.is_empty() && !is_longer_than(&text, NAME_CHARS_MAX)).then_some(text)
}

/// The elements that hold the first h1 outside of what belongs to others by its element.
fn ancestors_of_headline(document: &Document) -> Vec<NodeId> {
    let h1 = document.root().descendants_it().find(|node| {
        node.node_name().is_some_and(|name| name.as_ref() == "h1")
            && !node.ancestors_it(None).any(|above| {
                above.node_name().is_some_and(|name| matches!(&*name, "footer" | "aside" | "nav"))
            })
    });
    h1.map(|node| node.ancestors_it(None).map(|above| above.id).collect()).unwrap_or_default()
}

impl Visible {
    /// Names near the headline, as they stand on the page: those behind it first.
    pub fn bylines(&self) -> Vec<String> {
        let mut near: Vec<(usize, &str)> = self
            .bylines
            .iter()
            .filter_map(|(position, text)| {
                let (points, distance) = self.nearness(*position);
                (points > 0).then_some((distance, text.as_str()))
            })
            .collect();
        near.sort_by_key(|(distance, _)| *distance);
        near.into_iter().map(|(_, text)| text.to_owned()).collect()
    }

    fn keep_byline(&mut self, text: &str, position: usize) {
        let lower = first_chars(text, NAME_CHARS_MAX).to_lowercase();
        let is_byline = BY.iter().any(|by| lower.starts_with(by)) && !is_longer_than(text, NAME_CHARS_MAX);
        if is_byline && self.bylines.len() < BYLINES_MAX {
            self.bylines.push((position, text.to_owned()));
        }
    }

    fn keep(&mut self, text: String, position: usize, place: Place, is_attribute: bool) {
        let has_digits =
            text.chars().filter(|character| crate::parse::fold::digit(*character).is_some()).count() >= 3;
        if has_digits
            && !place.is_foreign
            && self.lines.len() < LINES_MAX
            && !is_longer_than(&text, LINE_CHARS_MAX)
        {
            self.lines.push(Line { text, position, place, is_attribute });
        }
    }
}

fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "em"
            | "font"
            | "i"
            | "mark"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "wbr"
            | "data"
            | "label"
    )
}

/// The date in the path of an address: `/2024/12/02/`, `/2024-12-02-…`, `/20241202/`.
pub(super) fn date_of_path(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let number = |text: &str, digits: usize| {
        (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let in_range = |year: u32, month: u32, day: u32| {
        ((1990..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day))
            .then(|| format!("{year:04}-{month:02}-{day:02}"))
    };
    for three in segments.windows(3) {
        let one_or_two = |text: &str| number(text, 2).or_else(|| number(text, 1));
        if let (Some(year), Some(month), Some(day)) =
            (number(three[0], 4), one_or_two(three[1]), one_or_two(three[2]))
            && let Some(date) = in_range(year, month, day)
        {
            return Some(date);
        }
    }
    segments.iter().find_map(|segment| {
        let parts: Vec<&str> = segment.split(['-', '_']).collect();
        let dashed = parts
            .windows(3)
            .find_map(|three| in_range(number(three[0], 4)?, number(three[1], 2)?, number(three[2], 2)?));
        dashed.or_else(|| {
            let compact = parts.iter().find_map(|part| number(part, 8))?;
            in_range(compact / 10_000, compact / 100 % 100, compact % 100)
        })
    })
}

#[cfg(test)]
mod tests;
