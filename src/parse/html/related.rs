//! The other articles that a page names in boxes made for it: `class="related-posts"`, a list below "Read also".
//!
//! Owns which boxes and which of their lines count. A box counts by what it calls itself, by a name of its element or a
//! label of the lexicon; a line of it counts if it is a link of the site that reads like a title. What is a paragraph of
//! the body is never looked at, so the body loses nothing. References within the body are put apart where it is made.
//! Boxes whose names tell of tags, searches or products have no articles.

use std::collections::HashSet;

use url::Url;

use super::content::is_prose;
use super::outline::{Kind, Line, Outline};
use super::traits::Traits;
use crate::article::{ParagraphRole, Related};
use crate::parse::assemble::Found;
use crate::parse::boilerplate::Boilerplate;
use crate::parse::fold::{fold, same};
use crate::parse::lexicon::{Labelled, Labels, Role};
use crate::parse::text::word_count;
use crate::parse::{dump, uri};

/// A title has so many words; what has fewer is a section or a button.
const TITLE_WORDS_MIN: usize = 4;
/// So many hundredths of a title's line are its link.
const LINKED_PERCENT_MIN: usize = 80;
/// A larger element is no box, whatever it is called; and boxes of a page that are looked at.
const BOX_LINES_MAX: usize = 200;
const BOXES_MAX: usize = 200;
/// Labels of a page that are looked at, and elements around each.
const LABELS_MAX: usize = 20;
const LABEL_DEPTH_MAX: usize = 4;
/// Lines of all boxes that are looked at.
const LINES_MAX: usize = 1_000;
/// Parts of the path, in lower case, of an address that leads to a list of articles, or to a person.
const LIST_PATHS: [&str; 19] = [
    "/tag/",
    "/tags/",
    "/topic/",
    "/topics/",
    "/category/",
    "/author/",
    "/authors/",
    "/search/",
    "/archive/",
    "/keyword/",
    "/keywords/",
    "/hashtag/",
    "/tagged/",
    "/subject/",
    "/subjects/",
    "/section/",
    "/sections/",
    "/writer/",
    "/writers/",
];
/// Parameters of such an address.
const LIST_PARAMETERS: [&str; 4] = ["tag", "s", "q", "cat"];
/// Names of the elements that end the list below a label which stands in none of them.
const FRAMES: Traits = Traits::CHROME.with(Traits::COMMENT).with(Traits::COOKIE).with(Traits::AUTHOR);

/// Lines from the first to before the second.
type Lines = std::ops::Range<usize>;

/// What the boxes of a page are found with.
pub(super) struct Finder<'page> {
    pub outline: &'page Outline,
    /// The line of the headline.
    pub headline: Option<usize>,
    /// The lines of the chosen body, in order.
    pub body: &'page [usize],
    pub labels: &'page Labels,
    pub boilerplate: &'page Boilerplate,
    /// The page's own address.
    pub page: &'page Url,
    /// What its relative links are read against.
    pub base: &'page Url,
}

/// The elements that their names call boxes.
#[derive(Default)]
struct Named {
    boxes: Vec<Lines>,
    /// Those of other things than articles, in order, none within another.
    others: Vec<Lines>,
}

impl Finder<'_> {
    /// Adds the articles of all boxes, until there are `max`.
    pub fn take(&self, max: usize, found: &mut Found) {
        let Named { mut boxes, others } = self.named();
        boxes.extend(self.labelled());
        if boxes.is_empty() {
            return;
        }
        boxes.sort_by_key(|lines| (lines.start, lines.end));
        let body: HashSet<&str> = found.paragraphs.iter().map(|paragraph| paragraph.text.as_str()).collect();
        let headline = found.headline.as_ref().map(|headline| headline.value.as_str());
        let is_own = |line: &Line| {
            body.contains(line.text.as_str()) || headline.is_some_and(|headline| same(headline, &line.text))
        };
        let mut related: Vec<Related> = std::mem::take(&mut found.related);
        let mut urls: HashSet<String> = related.iter().filter_map(|known| known.url.clone()).collect();
        let mut titles: HashSet<String> =
            related.iter().filter_map(|known| known.headline.as_deref().map(fold)).collect();
        urls.insert(self.page.as_str().to_owned());
        for line in self.lines_of(&boxes, &others).take(LINES_MAX) {
            if related.len() >= max {
                break;
            }
            let Some((title, url)) = self.title(line).filter(|_| !is_own(line)) else { continue };
            let url = String::from(url);
            if !urls.contains(&url) && titles.insert(fold(title)) {
                urls.insert(url.clone());
                let headline = Some(title.to_owned());
                related.push(Related { headline, url: Some(url), paragraphs: Vec::new() });
            }
        }
        found.related = related;
    }

    /// The elements whose names call them so, but for those that hold the article.
    fn named(&self) -> Named {
        let mut named = Named::default();
        let mut index = 0;
        while let Some(element) = self.outline.elements.get(index)
            && named.boxes.len() + named.others.len() < BOXES_MAX
        {
            let lines = element.first_line..element.end_line;
            let is_box = element.traits.has(Traits::READ_ALSO)
                && lines.len() <= BOX_LINES_MAX
                && !self.holds_article(&lines);
            if is_box {
                let is_other = element.traits.has(Traits::READ_OTHERS);
                let kind = if is_other { &mut named.others } else { &mut named.boxes };
                kind.push(lines);
                index = element.end.max(index + 1);
            } else {
                index += 1;
            }
        }
        named
    }

    /// Whether the headline or a line of the body is among these.
    fn holds_article(&self, lines: &Lines) -> bool {
        let first = self.body.partition_point(|line| *line < lines.start);
        let body = self.body.get(first).copied();
        [self.headline, body].into_iter().flatten().any(|line| lines.contains(&line))
    }

    /// The label that a line is or begins with. A button ("Read more") that leads on is none.
    fn label<'line>(&self, line: &'line Line) -> Option<Labelled<'_, 'line>> {
        let label = self.labels.match_line(&line.text)?;
        let is_button = label.role == Role::Related && label.value.is_empty() && line.link.is_some();
        (!is_button).then_some(label)
    }

    /// The lines below a label that stands alone, in the smallest element around it that holds a title, up to what is no
    /// part of a list; and lines that a label begins.
    fn labelled(&self) -> Vec<Lines> {
        let lines = self.outline.lines.iter().enumerate();
        let labels = lines.filter_map(|(index, line)| {
            let label = self.label(line)?;
            (label.role == Role::Related).then_some((index, label.value.is_empty()))
        });
        let labels: Vec<(usize, bool)> = labels.take(LABELS_MAX).collect();
        if labels.is_empty() {
            return Vec::new();
        }
        let frames = self.frames();
        let lines = labels.into_iter();
        lines
            .filter_map(
                |(index, is_alone)| {
                    if is_alone { self.below(index, &frames) } else { Some(index..index + 1) }
                },
            )
            .collect()
    }

    /// How many frames of the page (side columns, footers, comments) each element stands in, or is.
    fn frames(&self) -> Vec<usize> {
        let mut frames: Vec<usize> = Vec::with_capacity(self.outline.elements.len());
        for element in &self.outline.elements {
            let around = frames.get(element.parent).copied().unwrap_or_default();
            let is_frame = element.kind == Kind::Aside || element.traits.has(FRAMES);
            frames.push(around + usize::from(is_frame));
        }
        frames
    }

    fn below(&self, label: usize, frames: &[usize]) -> Option<Lines> {
        let own = self.outline.lines.get(label)?.element;
        let mut element = own;
        for _ in 0..=LABEL_DEPTH_MAX {
            let around = self.outline.elements.get(element)?;
            let end = around.end_line.min(label + 1 + BOX_LINES_MAX);
            let behind = self.outline.lines.get(label + 1..end).unwrap_or_default();
            let is_framed = |inner: usize| frames.get(inner) > frames.get(element);
            let leaves = |line: &Line| is_framed(line.element) && !is_framed(own);
            let ends = behind.iter().position(|line| leaves(line) || self.ends_list(line));
            let length = ends.unwrap_or(behind.len());
            if behind[..length].iter().any(|line| self.title(line).is_some()) {
                return Some(label + 1..label + 1 + length);
            }
            let is_bound = matches!(around.kind, Kind::Main | Kind::Article | Kind::Body | Kind::Aside);
            if length < behind.len() || is_bound || around.parent == element {
                return None;
            }
            element = around.parent;
        }
        None
    }

    /// Whether a list of titles ends before this line: prose, a heading of something else, another label.
    fn ends_list(&self, line: &Line) -> bool {
        let is_heading = line.role == ParagraphRole::Heading && line.link_chars == 0;
        is_prose(line) || is_heading || self.label(line).is_some()
    }

    /// The lines of all boxes, each once; without the lists of other kinds that a box holds ("Most read"), and without
    /// the lines of `others`.
    fn lines_of(&self, boxes: &[Lines], others: &[Lines]) -> impl Iterator<Item = &Line> {
        let mut next = 0;
        let mut kept = Vec::new();
        for lines in boxes {
            let mut is_other = false;
            for index in lines.start.max(next)..lines.end {
                let Some(line) = self.outline.lines.get(index) else { break };
                match self.label(line).map(|label| label.role) {
                    Some(Role::List) => is_other = true,
                    Some(Role::Related) => is_other = false,
                    _ => {}
                }
                let behind = others.partition_point(|other| other.end <= index);
                if !is_other && others.get(behind).is_none_or(|other| !other.contains(&index)) {
                    kept.push(line);
                }
            }
            next = next.max(lines.end);
        }
        kept.into_iter()
    }

    /// The title that a line is, behind its label if it has one, and where it leads.
    fn title<'line>(&self, line: &'line Line) -> Option<(&'line str, Url)> {
        let is_linked = line.link_chars * 100 >= line.chars * LINKED_PERCENT_MIN;
        let text = match self.labels.match_line(&line.text) {
            Some(label) if label.role == Role::Related && !label.value.is_empty() => label.value,
            None if is_linked && !line.has_several_links => line.text.as_str(),
            _ => return None,
        };
        let is_title = word_count(text) >= TITLE_WORDS_MIN && dump::is_title(text);
        if !is_title || self.boilerplate.is_one(text) {
            return None;
        }
        let address = line.link.as_deref().filter(|address| !address.starts_with('#'))?;
        let url = uri::canonical(address, Some(self.base)).ok()?;
        (uri::may_replace(&url, Some(self.page)) && !leads_to_list(&url)).then_some((text, url))
    }
}

fn leads_to_list(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    LIST_PATHS.iter().any(|part| path.contains(part))
        || url.query_pairs().any(|(name, _)| LIST_PARAMETERS.contains(&&*name))
}
