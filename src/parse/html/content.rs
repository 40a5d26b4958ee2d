//! Choosing the part of a page that is the article's body.
//!
//! Two steps over the [`Outline`]. First the parts that belong to others are struck out: what its names call comments,
//! related articles, menus and the like, unless it holds the headline or most of the page's prose. Then each remaining
//! element is weighed: how much of the page's prose it holds (cover), and how little else (density). The heaviest is
//! the body; of equal ones the innermost.
//!
//! Weighing subtrees by what share of the whole they hold is in the spirit of Pasternack and Roth, "Extracting Article
//! Text from the Web with Maximum Subsequence Segmentation" (WWW 2009).

use super::outline::{Element, Kind, Line, Outline, Sums};
use super::traits::Traits;
use crate::article::ParagraphRole;
use crate::parse::boilerplate::Boilerplate;
use crate::parse::fold::same;

/// A line of so many characters without white space is prose, whatever it ends with.
const PROSE_CHARS_MIN: usize = 80;
/// A shorter one is prose if it ends like a sentence and has so many characters.
const SENTENCE_CHARS_MIN: usize = 25;
/// A line with so many characters outside of its links is prose, however long the links are.
const UNLINKED_CHARS_MIN: usize = 60;
/// Lines of a teaser, and characters of its prose, at most; and so many must stand side by side.
const TEASER_LINES_MAX: usize = 8;
const TEASER_PROSE_MAX: usize = 300;
const TEASERS_MIN: usize = 3;
/// They stay where less prose than this would be left without them, in hundredths.
const LEFT_BESIDE_TEASERS_MIN: usize = 35;
/// A link of so many characters is a headline.
const TEASER_LINK_CHARS_MIN: usize = 12;
/// After so many characters of links and of struck-out text the article is over, and prose counts half.
const GAP_CHARS_MAX: usize = 1_200;
/// One line adds at most so much to such a stretch.
const GAP_OF_LINE_MAX: usize = 150;
/// Prose counts an eighth at least.
const SHIFT_MAX: u32 = 3;
/// An article element with less prose is the frame of a headline.
const HOME_PROSE_MIN: usize = 300;
/// Of the page's prose, so many hundredths may stand before its headline.
const PROSE_BEFORE_HEADLINE_MAX: usize = 50;
/// An element whose names leave it open belongs to others if links are so much of its text, in hundredths.
const SUSPECT_LINKS_MIN: usize = 35;

/// What was chosen: lines of the outline, in order.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Indices of lines that are alive in the chosen element.
    pub lines: Vec<usize>,
    /// Where in `lines` the headline stands.
    pub headline: Option<usize>,
}

/// Whether a line reads like a part of an article.
pub(super) fn is_prose(line: &Line) -> bool {
    let is_linked = line.link_chars * 2 >= line.chars && line.chars - line.link_chars < UNLINKED_CHARS_MIN;
    let is_heading = line.role == ParagraphRole::Heading;
    !is_linked
        && !is_heading
        && (line.chars >= PROSE_CHARS_MIN || (line.chars >= SENTENCE_CHARS_MIN && ends_sentence(&line.text)))
}

/// Whether a text ends like a sentence, quotation marks and brackets behind it not counted, or stands in brackets.
pub(super) fn ends_sentence(text: &str) -> bool {
    if text.starts_with('(') && text.ends_with(')') {
        return true;
    }
    let text = text.trim_end_matches(|character: char| {
        character.is_whitespace() || matches!(character, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '“')
    });
    text.ends_with(['.', '!', '?', '…', '؟', '۔', '。', '！', '？', '؛'])
}

/// The lines of the body's element. `headline` is the line where the headline stands.
pub(super) fn choose(outline: &Outline, headline: Option<usize>, boilerplate: &Boilerplate) -> Chosen {
    let prose: Vec<usize> = outline
        .lines
        .iter()
        .map(|line| {
            let counts =
                is_prose(line) && !line.traits.has(Traits::FOREIGN) && !boilerplate.is_one(&line.text);
            if counts { line.chars - line.link_chars } else { 0 }
        })
        .collect();
    let mut alive = strike_out(outline, &prose, headline);
    strike_teasers(outline, &prose, &mut alive, headline);
    let prose = attended(outline, prose, &alive, headline);
    let Some(element) = heaviest(outline, &prose, &alive) else { return Chosen::default() };
    let lines: Vec<usize> = (element.first_line..element.end_line).filter(|index| alive[*index]).collect();
    let headline = headline.and_then(|headline| lines.iter().position(|line| *line == headline));
    Chosen { lines, headline }
}

/// The first heading with the headline's text, else the first line with it: of the article's own parts first, then the
/// heading of a part that is named after others; else the first h1, and of hidden parts and those of others only where
/// there is none of these.
pub(super) fn headline_line(outline: &Outline, headline: &str) -> Option<usize> {
    let foreign = foreign_elements(outline);
    let all: usize = outline.lines.iter().filter(|line| is_prose(line)).map(|line| line.chars).sum();
    let mut before = 0;
    // A line with most of the prose before it is not where the article begins.
    let begins: Vec<bool> = outline
        .lines
        .iter()
        .map(|line| {
            let begins = before * 100 <= all * PROSE_BEFORE_HEADLINE_MAX;
            before += if is_prose(line) { line.chars } else { 0 };
            begins
        })
        .collect();
    let is_headline = |line: &Line| same(&line.text, headline);
    let is_heading = |line: &Line| matches!(outline.elements[line.element].kind, Kind::Heading(1));
    let find = |accepts: &dyn Fn(&Line) -> bool| {
        let mut lines = outline.lines.iter().zip(&begins);
        lines.position(|(line, begins)| *begins && accepts(line))
    };
    let is_own = |line: &Line| !foreign[line.element];
    let hidden = within(outline, |element| element.traits.has(Traits::HIDDEN));
    let is_hidden = |line: &Line| line.traits.has(Traits::HIDDEN) || hidden[line.element];
    find(&|line| is_own(line) && is_heading(line) && is_headline(line))
        .or_else(|| find(&|line| is_own(line) && is_headline(line) && line.link_chars == 0))
        .or_else(|| find(&|line| is_heading(line) && is_headline(line) && !is_hidden(line)))
        .or_else(|| find(&|line| is_own(line) && is_heading(line)))
        .or_else(|| find(&is_headline))
        .or_else(|| find(&is_heading))
}

/// Which elements are, or stand in, one that is not shown or that belongs to other articles.
fn foreign_elements(outline: &Outline) -> Vec<bool> {
    let traits = Traits::HIDDEN.with(Traits::RELATED).with(Traits::COMMENT);
    within(outline, |element| element.traits.has(traits) || element.kind == Kind::Aside)
}

/// For each element whether it is, or stands in, one that is so.
fn within(outline: &Outline, is_so: impl Fn(&Element) -> bool) -> Vec<bool> {
    let mut within: Vec<bool> = Vec::with_capacity(outline.elements.len());
    for element in &outline.elements {
        let inherited = within.get(element.parent).copied().unwrap_or_default();
        within.push(inherited || is_so(element));
    }
    within
}

/// Which lines stay: none of an element that belongs to something else.
fn strike_out(outline: &Outline, prose: &[usize], headline: Option<usize>) -> Vec<bool> {
    let sums = Sums::of(&outline.lines, |index, _| prose[index]);
    let links = Sums::of(&outline.lines, |_, line| line.link_chars);
    let chars = Sums::of(&outline.lines, |_, line| line.chars);
    let mut alive = vec![true; outline.lines.len()];
    let mut index = 0;
    while let Some(element) = outline.elements.get(index) {
        let holds_headline =
            headline.is_some_and(|line| (element.first_line..element.end_line).contains(&line));
        let held = sums.within(element);
        let is_mostly_links = links.within(element) * 100 >= SUSPECT_LINKS_MIN * chars.within(element);
        let share = share_that_excuses(element, is_mostly_links || held == 0);
        if share > 0 && !holds_headline && held * 100 < share * sums.all().max(1) {
            alive[element.first_line..element.end_line].fill(false);
            index = element.end.max(index + 1);
        } else {
            index += 1;
        }
    }
    for (line, alive) in outline.lines.iter().zip(alive.iter_mut()) {
        *alive &= !line.traits.has(Traits::HIDDEN);
        *alive &= !line.traits.has(Traits::FOREIGN) || line.chars >= 2 * PROSE_CHARS_MIN;
    }
    alive
}

/// The share of the page's prose, in hundredths, that shows that an element's names lie; 0 where they say nothing.
fn share_that_excuses(element: &Element, is_idle: bool) -> usize {
    let traits = element.traits;
    if traits.has(Traits::COMMENT.with(Traits::COOKIE)) {
        return 95;
    }
    if traits.has(Traits::RELATED) {
        return 75;
    }
    if traits.has(Traits::SHARE.with(Traits::SUSPECT)) && is_idle {
        return 30;
    }
    // Metadata in a hidden element may repeat the whole text, and do so twice.
    if traits.has(Traits::HIDDEN) {
        return 60;
    }
    if traits.has(Traits::FOREIGN.without(Traits::SHARE)) || element.kind == Kind::Aside {
        return 30;
    }
    0
}

/// Strikes out teasers: elements side by side, each with a linked headline and little prose.
fn strike_teasers(outline: &Outline, prose: &[usize], alive: &mut [bool], headline: Option<usize>) {
    let sums = Sums::of(&outline.lines, |index, _| prose[index]);
    let mut teasers: Vec<Vec<usize>> = Vec::new();
    let mut children: Vec<usize> = vec![0; outline.elements.len()];
    teasers.resize(outline.elements.len(), Vec::new());
    for (index, element) in outline.elements.iter().enumerate().skip(1) {
        if element.end_line == element.first_line {
            continue;
        }
        children[element.parent] += 1;
        let lines = &outline.lines[element.first_line..element.end_line];
        let is_headline = |line: &Line| {
            line.chars >= TEASER_LINK_CHARS_MIN
                && line.link_chars * 10 >= line.chars * 8
                && !is_inner_link(line)
        };
        let is_teaser = lines.len() <= TEASER_LINES_MAX
            && sums.within(element) <= TEASER_PROSE_MAX
            && !headline.is_some_and(|line| (element.first_line..element.end_line).contains(&line))
            && lines.iter().find(|line| line.chars >= TEASER_LINK_CHARS_MIN).is_some_and(is_headline);
        if is_teaser {
            teasers[element.parent].push(index);
        }
    }
    let mut struck = alive.to_vec();
    for (count, teasers) in children.iter().zip(&teasers) {
        if teasers.len() >= TEASERS_MIN && teasers.len() * 10 >= count * 6 {
            for teaser in teasers {
                let element = &outline.elements[*teaser];
                struck[element.first_line..element.end_line].fill(false);
            }
        }
    }
    let left = |alive: &[bool]| -> usize {
        prose.iter().zip(alive).map(|(prose, alive)| if *alive { *prose } else { 0 }).sum()
    };
    // Where little else is left they are what the page is about.
    if left(&struck) * 100 >= left(alive) * LEFT_BESIDE_TEASERS_MIN {
        alive.copy_from_slice(&struck);
    }
}

/// Whether the line's link leads to another part of this page.
fn is_inner_link(line: &Line) -> bool {
    line.link.as_deref().is_some_and(|link| link.starts_with('#'))
}

/// The prose of lines by how likely it is the article's: all of it from the headline on, half before it, and half as
/// much again behind each stretch of links.
fn attended(outline: &Outline, mut prose: Vec<usize>, alive: &[bool], headline: Option<usize>) -> Vec<usize> {
    let mut shift = u32::from(headline.is_some());
    let mut gap = 0;
    let homes = homes_of(outline, &prose, headline);
    for (index, line) in outline.lines.iter().enumerate() {
        if headline == Some(index) {
            shift = 0;
            gap = 0;
        }
        if alive[index] && prose[index] > 0 {
            gap = 0;
        } else {
            let foreign = if alive[index] { line.link_chars * 2 } else { line.chars };
            gap += foreign.min(GAP_OF_LINE_MAX);
        }
        if gap > GAP_CHARS_MAX {
            shift = (shift + 1).min(SHIFT_MAX);
            gap = 0;
        }
        let outside = homes.iter().filter(|home| !home.contains(&index)).count();
        prose[index] >>= (shift + u32::try_from(outside).unwrap_or(0)).min(SHIFT_MAX);
    }
    prose
}

/// The lines of the article and main elements that hold the headline and enough prose.
fn homes_of(outline: &Outline, prose: &[usize], headline: Option<usize>) -> Vec<std::ops::Range<usize>> {
    let Some(headline) = headline else { return Vec::new() };
    let sums = Sums::of(&outline.lines, |index, _| prose[index]);
    let mut homes = Vec::new();
    let mut index = outline.lines[headline].element;
    for _ in 0..outline.elements.len() {
        let element = &outline.elements[index];
        let is_home = matches!(element.kind, Kind::Article | Kind::Main);
        if is_home && sums.within(element) >= HOME_PROSE_MIN {
            homes.push(element.first_line..element.end_line);
        }
        if element.parent == index {
            break;
        }
        index = element.parent;
    }
    homes
}

/// The element that holds most of the prose and least of anything else.
fn heaviest<'outline>(
    outline: &'outline Outline,
    prose: &[usize],
    alive: &[bool],
) -> Option<&'outline Element> {
    let alive_prose = Sums::of(&outline.lines, |index, _| if alive[index] { prose[index] } else { 0 });
    let other = Sums::of(&outline.lines, |index, line| {
        if alive[index] { line.chars.saturating_sub(prose[index]) + line.link_chars } else { 0 }
    });
    if alive_prose.all() == 0 {
        return None;
    }
    let mut best: Option<(f64, &Element)> = None;
    for element in &outline.elements {
        let held = alive_prose.within(element);
        if held == 0 {
            continue;
        }
        let weight = weight(held, other.within(element), alive_prose.all()) * bonus(element);
        // Document order: a later one of the same weight stands inside.
        if best.is_none_or(|(heaviest, _)| weight >= heaviest) {
            best = Some((weight, element));
        }
    }
    // One paragraph is never the whole: where data outweighs the prose around it, its neighbours belong to it.
    best.map(|(_, element)| match element.kind {
        Kind::Paragraph | Kind::Heading(_) => &outline.elements[element.parent],
        _ => element,
    })
}

#[allow(clippy::cast_precision_loss, reason = "characters of a page are far below 2^52")]
fn weight(prose: usize, other: usize, prose_of_page: usize) -> f64 {
    let cover = prose as f64 / prose_of_page as f64;
    let density = prose as f64 / (prose + other) as f64;
    cover * density.sqrt() * density.sqrt().sqrt()
}

fn bonus(element: &Element) -> f64 {
    let by_name = if element.traits.has(Traits::BODY) {
        1.3
    } else if element.traits.has(Traits::ARTICLE) {
        1.05
    } else {
        1.0
    };
    let by_kind = match element.kind {
        Kind::Article => 1.1,
        Kind::Main => 1.05,
        Kind::Item | Kind::Cell | Kind::Quote => 0.9,
        Kind::Paragraph | Kind::Heading(_) => 0.5,
        _ => 1.0,
    };
    by_name * by_kind
}
