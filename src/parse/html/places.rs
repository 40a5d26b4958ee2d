//! Where the lines of a page stand: how near to its headline, and whether in a part that belongs to other articles.
//!
//! Behind the headline counts more than before it. Footers, comments and lists of related articles are foreign; what of
//! them belongs to the article stands beside it. The dates in these places are read by [`super::shown`], the authors by
//! [`super::bylines`].

use super::content::is_prose;
use super::outline::{Kind, Outline};
use super::traits::Traits;
use crate::article::ParagraphRole;
use crate::parse::text::is_longer_than;

/// Visible text between the headline and what belongs to it, in characters: close behind it, near behind it, before it.
const CLOSE_CHARS: usize = 500;
const NEAR_CHARS: usize = 3_000;
const BEFORE_CHARS: usize = 300;
/// An element around the headline with so many hundredths of the page's lines at most is the article, not the page.
const ARTICLE_PERCENT_MAX: usize = 70;
/// A part of the page that belongs to others has more lines.
const OTHERS_LINES_MIN: usize = 3;
/// What stands beside the article loses so many points.
pub(super) const ASIDE_POINTS: i32 = 3;
/// So many linked lines are a menu.
const MENU_LINES_MIN: usize = 6;
/// Lines between the article's heading and its first prose, at most.
const HEADING_LINES_MAX: usize = 10;
/// A caption's characters, at least and at most.
const CAPTION_CHARS_MIN: usize = 10;
const CAPTION_CHARS_MAX: usize = 500;
/// Inline and block elements above a line whose names count for it.
const DATED_DEPTH_MAX: usize = 3;
/// A larger element is no date, whatever it is called.
const DATED_LINES_MAX: usize = 6;

/// What stands where on a page.
pub(super) struct Places<'page> {
    pub outline: &'page Outline,
    /// The line of the headline.
    pub headline: Option<usize>,
    /// Visible characters before each line.
    positions: Vec<usize>,
    /// The lines before this one stand above a menu, with the headline below it.
    menu: usize,
    /// Elements that belong to other articles.
    foreign: Vec<bool>,
    /// Elements of the article that stand beside its text: side columns, footers.
    aside: Vec<bool>,
    /// Elements that are not shown.
    hidden: Vec<bool>,
}

/// A place in the page, in points of nearness to the headline and in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearness {
    pub points: i32,
    pub distance: usize,
}

impl<'page> Places<'page> {
    /// `headline` is the line where it stands, or where the article begins.
    pub fn of(outline: &'page Outline, headline: Option<usize>) -> Self {
        let mut position = 0;
        let mut positions: Vec<usize> = outline
            .lines
            .iter()
            .map(|line| {
                let here = position;
                position += line.chars;
                here
            })
            .collect();
        positions.push(position);
        let others = Traits::COMMENT.with(Traits::RELATED).with(Traits::PROMOTION).with(Traits::COOKIE);
        let menu = menu_above(outline, headline.unwrap_or_default());
        let mut places = Self {
            outline,
            headline,
            positions,
            menu,
            foreign: Vec::new(),
            aside: Vec::new(),
            hidden: Vec::new(),
        };
        let mut article: Vec<bool> = Vec::new();
        for element in &outline.elements {
            // What holds the headline, or most of the page, is of this article, whatever it is called.
            let lines = element.first_line..element.end_line;
            let holds =
                headline.is_some_and(|line| lines.contains(&line)) || lines.len() * 2 > outline.lines.len();
            let inherited = |list: &[bool]| list.get(element.parent).copied().unwrap_or_default();
            let is_home =
                matches!(element.kind, Kind::Article | Kind::Main) || element.traits.has(Traits::ARTICLE);
            let is_part = lines.len() * 100 <= outline.lines.len() * ARTICLE_PERCENT_MAX;
            let in_article = inherited(&article) || (holds && (is_home || is_part));
            let is_beside = element.traits.has(Traits::CHROME) || element.kind == Kind::Aside;
            // The line of an article's own date may be named after the teasers that it is shown in elsewhere.
            let is_line =
                lines.len() <= OTHERS_LINES_MIN && element.traits.has(Traits::DATED.with(Traits::BYLINE));
            let is_other = element.traits.has(others);
            let is_foreign = (is_other && !is_line) || (is_beside && !in_article);
            let foreign = inherited(&places.foreign) || is_foreign;
            let aside = inherited(&places.aside) || is_beside || is_other;
            places.foreign.push(foreign && !holds);
            places.aside.push(aside && !holds);
            let hidden = inherited(&places.hidden) || element.traits.has(Traits::HIDDEN);
            places.hidden.push(hidden && !holds);
            article.push(in_article);
        }
        places
    }

    /// Whether the line belongs to other articles or to the site.
    pub fn is_foreign(&self, element: usize) -> bool {
        self.foreign.get(element).copied().unwrap_or_default()
    }

    /// Whether the line stands beside the article's text: in its side column or footer.
    pub fn is_aside(&self, element: usize) -> bool {
        self.aside.get(element).copied().unwrap_or_default()
    }

    /// Whether the line is not shown.
    pub fn is_hidden(&self, line: usize) -> bool {
        self.outline.lines.get(line).is_some_and(|line| {
            line.traits.has(Traits::HIDDEN) || self.hidden.get(line.element).copied().unwrap_or_default()
        })
    }

    /// Whether many links stand between the line and the headline below it: it is of the site's head then.
    pub const fn is_above_menu(&self, line: usize) -> bool {
        line < self.menu
    }

    /// How near a line is to the headline.
    pub fn nearness(&self, line: usize) -> Nearness {
        let position = self.positions.get(line).copied().unwrap_or_default();
        let Some(headline) = self.headline else { return Nearness { points: 1, distance: position } };
        let (begins, ends) = (self.positions[headline], self.positions[headline + 1]);
        if line > headline {
            let distance = position - ends;
            let points = if distance < CLOSE_CHARS { 4 } else { i32::from(distance < NEAR_CHARS) };
            return Nearness { points, distance };
        }
        let distance = begins.saturating_sub(position);
        Nearness { points: if distance < BEFORE_CHARS { 3 } else { 0 }, distance: distance * 2 }
    }

    /// Whether the line's elements, or small ones around it, have a trait.
    pub fn has_trait(&self, line: usize, wanted: Traits) -> bool {
        let Some(found) = self.outline.lines.get(line) else { return false };
        found.inner_traits.has(wanted) || self.element_has_trait(found.element, wanted)
    }

    fn element_has_trait(&self, element: usize, wanted: Traits) -> bool {
        let mut index = element;
        for _ in 0..DATED_DEPTH_MAX {
            let element = &self.outline.elements[index];
            if element.end_line - element.first_line > DATED_LINES_MAX {
                return false;
            }
            if element.traits.has(wanted) {
                return true;
            }
            index = element.parent;
        }
        false
    }

    /// The first caption near the headline: that of the lead image.
    pub fn caption(&self) -> Option<String> {
        let lines = self.outline.lines.iter().enumerate();
        let mut near = lines.filter(|(index, line)| {
            self.nearness(*index).points > 1
                && !self.is_foreign(line.element)
                && self.has_trait(*index, Traits::CAPTION)
        });
        near.find(|(_, line)| {
            line.chars >= CAPTION_CHARS_MIN && !is_longer_than(&line.text, CAPTION_CHARS_MAX)
        })
        .map(|(_, line)| line.text.clone())
    }
}

/// The first of the last [`MENU_LINES_MIN`] linked lines above the headline.
fn menu_above(outline: &Outline, headline: usize) -> usize {
    let above = outline.lines.iter().enumerate().take(headline).rev();
    let mut links = above.filter(|(_, line)| line.link_chars * 2 > line.chars);
    links.nth(MENU_LINES_MIN - 1).map_or(0, |(index, _)| index)
}

/// Where an article begins whose headline stands in no line: at the last heading before its first prose, if one is near,
/// else at that prose. `lines` are those of the body's element.
pub(super) fn beginning(outline: &Outline, lines: &[usize]) -> Option<usize> {
    let prose = lines.iter().copied().find(|line| is_prose(&outline.lines[*line]))?;
    let is_heading = |line: &usize| outline.lines[*line].role == ParagraphRole::Heading;
    let above = prose.saturating_sub(HEADING_LINES_MAX)..prose;
    above.rev().find(is_heading).or(Some(prose))
}

#[cfg(test)]
mod tests;
