//! Dates that stand in the visible text of a page, near its headline.
//!
//! A place counts by where it stands: behind the headline more than before it, in an element whose class speaks of
//! dates more than elsewhere, and never in what belongs to other articles (footers, comments, lists of related
//! articles).

use super::outline::{Kind, Outline};
use super::traits::Traits;
use crate::parse::assemble::Evident;
use crate::parse::date::{self, DateContext};
use crate::parse::lexicon::{Labels, Role};
use crate::parse::text::{first_chars, is_longer_than};

/// Longer lines are prose.
const LINE_CHARS_MAX: usize = 200;
/// A dateline begins one of so many lines behind the headline, and is no longer.
const DATELINE_LINES_MAX: usize = 6;
const DATELINE_CHARS_MAX: usize = 60;
/// Lines that are looked at.
const LINES_MAX: usize = 400;
/// Visible text between the headline and what belongs to it, in characters: close behind it, near behind it, before it.
const CLOSE_CHARS: usize = 500;
const NEAR_CHARS: usize = 3_000;
const BEFORE_CHARS: usize = 300;
/// An element around the headline with so many hundredths of the page's lines at most is the article, not the page.
const ARTICLE_PERCENT_MAX: usize = 70;
/// A part of the page that belongs to others has more lines.
const OTHERS_LINES_MIN: usize = 3;
/// So many points of nearness are beside the headline.
const RELATIVE_POINTS: i32 = 3;
/// What stands beside the article loses so many points.
pub(super) const ASIDE_POINTS: i32 = 3;
/// A caption's characters, at least and at most.
const CAPTION_CHARS_MIN: usize = 10;
const CAPTION_CHARS_MAX: usize = 500;
/// Less than this is a date of something else.
const SCORE_MIN: i32 = 4;
/// From here on a date is surely the article's: beside the headline, and marked or labelled as a date.
const SURE_SCORE_MIN: i32 = 9;
/// Inline and block elements above a line whose names count for it.
const DATED_DEPTH_MAX: usize = 3;
/// A larger element is no date, whatever it is called.
const DATED_LINES_MAX: usize = 6;

/// What stands where on a page.
pub(super) struct Places<'page> {
    outline: &'page Outline,
    /// The line of the headline.
    pub headline: Option<usize>,
    /// Visible characters before each line.
    positions: Vec<usize>,
    /// Elements that belong to other articles.
    foreign: Vec<bool>,
    /// Elements of the article that stand beside its text: side columns, footers.
    aside: Vec<bool>,
}

/// A date with how much speaks for it.
struct Candidate {
    score: i32,
    distance: usize,
    is_modified: bool,
    evidence: &'static str,
    value: String,
}

/// A date that readers see.
pub(super) struct Seen {
    pub date: Evident,
    /// It is marked as a date and stands beside the headline.
    pub is_sure: bool,
}

/// A place in the page, in points of nearness to the headline and in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearness {
    pub points: i32,
    pub distance: usize,
}

impl<'page> Places<'page> {
    /// `headline` is the line where it stands, if it stands in the text.
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
        let mut places = Self { outline, headline, positions, foreign: Vec::new(), aside: Vec::new() };
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

    /// The publication date and the modification date that most speaks for.
    pub fn dates(
        &self,
        words: &date::Words,
        labels: &Labels,
        context: &DateContext<'_>,
    ) -> (Option<Seen>, Option<Seen>) {
        let mut candidates = self.of_lines(words, labels, context);
        candidates.extend(self.of_stamps(words, labels, context));
        candidates.retain(|candidate| candidate.score >= SCORE_MIN);
        candidates.sort_by_key(|candidate| (-candidate.score, candidate.distance));
        let (modified, published): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|candidate| candidate.is_modified);
        let first = |candidates: Vec<Candidate>| {
            candidates.into_iter().next().map(|candidate| Seen {
                date: Evident { value: candidate.value, evidence: candidate.evidence.to_owned() },
                is_sure: candidate.score >= SURE_SCORE_MIN,
            })
        };
        (first(published), first(modified))
    }

    fn of_lines(&self, words: &date::Words, labels: &Labels, context: &DateContext<'_>) -> Vec<Candidate> {
        // "3 hours ago" has one, and counts beside the headline alone.
        let has_digits = |index: usize, text: &str| {
            let mut digits = text.chars().filter(|character| crate::parse::fold::digit(*character).is_some());
            digits.next().is_some()
                && (digits.nth(1).is_some() || self.nearness(index).points >= RELATIVE_POINTS)
        };
        let lines = self.outline.lines.iter().enumerate();
        lines
            .filter(|(_, line)| !self.is_foreign(line.element))
            .map(|(index, line)| (index, self.dated_part(index, &line.text)))
            .filter(|(index, text)| has_digits(*index, text))
            .take(LINES_MAX)
            .filter_map(|(index, text)| {
                let found = date::find(text, words, context)?;
                let said = self.said_of(index, text, found, labels);
                let found_chars = found.chars().count();
                let line_chars = text.chars().count().max(1);
                let mut candidate = self.candidate(index, said, "text", found.to_owned());
                candidate.score += if self.has_trait(index, Traits::DATED) { 3 } else { 0 };
                candidate.score += if found_chars * 2 >= line_chars { 2 } else { 0 };
                candidate.score -= if line_chars > 100 { 2 } else { 0 };
                let before = text.split(found).next().unwrap_or_default();
                let is_of_rights = text.contains('©') || before.to_lowercase().contains("copyright");
                candidate.score -= if is_of_rights { 8 } else { 0 };
                Some(candidate)
            })
            .collect()
    }

    /// The part of a line that may hold its date: all of a short one; of the article's first paragraphs the dateline.
    fn dated_part<'text>(&self, index: usize, text: &'text str) -> &'text str {
        if !is_longer_than(text, LINE_CHARS_MAX) {
            return text;
        }
        let is_first =
            self.headline.is_some_and(|headline| index > headline && index - headline <= DATELINE_LINES_MAX);
        if is_first { first_chars(text, DATELINE_CHARS_MAX) } else { "" }
    }

    fn of_stamps(&self, words: &date::Words, labels: &Labels, context: &DateContext<'_>) -> Vec<Candidate> {
        let stamps = self.outline.stamps.iter().filter(|stamp| !self.is_foreign(stamp.element));
        stamps
            .filter_map(|stamp| {
                date::read(&stamp.value, "", words, context).ok()?;
                let text = self.outline.lines.get(stamp.line).map_or("", |line| line.text.as_str());
                let text = if is_longer_than(text, LINE_CHARS_MAX) { "" } else { text };
                let found = date::find(text, words, context).unwrap_or_default();
                let said = self.said_of(stamp.line, text, found, labels);
                let mut candidate = self.candidate(stamp.line, said, "time:datetime", stamp.value.clone());
                candidate.score += 7;
                Some(candidate)
            })
            .collect()
    }

    fn candidate(&self, line: usize, said: Said, evidence: &'static str, value: String) -> Candidate {
        let Nearness { points, distance } = self.nearness(line);
        let mut score = points + if said == Said::Published { 4 } else { 0 };
        let found = self.outline.lines.get(line);
        score -= if found.is_some_and(|line| self.is_aside(line.element)) { ASIDE_POINTS } else { 0 };
        Candidate { score, distance, is_modified: said == Said::Modified, evidence, value }
    }

    /// What the words before a date in its line, or the line before, call it.
    fn said_of(&self, index: usize, text: &str, found: &str, labels: &Labels) -> Said {
        let before =
            if found.is_empty() { text } else { text.split(found).next().unwrap_or_default() }.to_lowercase();
        let label = labels.match_line(text).map(|label| label.role);
        let says = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
        if label == Some(Role::Modified) || says(MODIFIED, &before) {
            return Said::Modified;
        }
        if label == Some(Role::Date) || says(PUBLISHED, &before) {
            return Said::Published;
        }
        let above = index.checked_sub(1).and_then(|above| self.outline.lines.get(above));
        let above = above.filter(|line| before.is_empty() && !is_longer_than(&line.text, LABEL_CHARS_MAX));
        let above = above.map(|line| line.text.to_lowercase()).unwrap_or_default();
        match (says(MODIFIED, &above), says(PUBLISHED, &above)) {
            (true, _) => Said::Modified,
            (_, true) => Said::Published,
            _ => Said::Nothing,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Published,
    Modified,
}

/// A line above a date that is no longer is its label.
const LABEL_CHARS_MAX: usize = 20;
/// Parts of words that call a date one of a change, or one of publication.
const MODIFIED: &[&str] = &[
    "updated",
    "modified",
    "reviewed",
    "aktualisiert",
    "geändert",
    "mise à jour",
    "mis à jour",
    "actualizado",
    "aggiornato",
    "atualizado",
    "güncelle",
    "تحديث",
    "به‌روز",
    "بروزرسانی",
    "اپ ڈیٹ",
];
const PUBLISHED: &[&str] = &[
    "publi",
    "datum:",
    "date:",
    "posted",
    "veröffentlicht",
    "erschienen",
    "created",
    "erstellt",
    "pubblicat",
    "yayın",
    "نشر",
    "انتشار",
    "اشاعت",
];

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
