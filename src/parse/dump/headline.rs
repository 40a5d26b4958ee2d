//! Which of the lines above the text is its headline.
//!
//! Owns the comparing of those lines. Each gets points for what headlines have: words that the text takes up, a length
//! between a label's and a paragraph's, a date or a byline below. In a text that begins with its headline an earlier
//! line has the better claim; in a page the nearer one.

use std::collections::HashMap;

use super::overlap::{Stem, Stems};
use super::page::{Kind, Span};
use super::pieces::Unit;
use super::shape::Lexicons;
use super::unit_text::UnitText;
use crate::parse::fold::fold;
use crate::parse::lexicon::Role;
use crate::parse::text::word_count;

/// The headline stands among so many units above the text.
const UNITS_MAX: usize = 40;
/// Its words are looked for in so many paragraphs.
const PARAGRAPHS_COMPARED: usize = 30;
/// A date or a byline stands among so many units below it.
const FACTS_UNITS: usize = 3;
/// A line of so many words below a very short one is no headline.
const SUBHEADLINE_WORDS_MIN: usize = 14;
/// The name of who speaks has at most so many words.
const NAME_WORDS_MAX: usize = 3;
/// A part of a path that has so many words and is a line of its own is the title.
const PATH_WORDS_MIN: usize = 3;
/// A headline above a longer line that says more of it has at most so many words.
const SHORT_TITLE_WORDS_MAX: usize = 5;
/// Lines of a menu have at most so many words.
const MENU_WORDS_MAX: usize = 3;
/// What a line loses for each earlier one that could be the headline too, where the text begins with its headline.
const LATER_POINTS: i64 = -45;

/// What the first line gains in a page that is more than a menu's.
const FIRST_POINTS: i64 = 10;

/// What lines are compared by.
pub(super) struct Lines<'a, 'text> {
    units: &'a [Unit<'text>],
    kinds: &'a [Kind],
    lexicons: &'a Lexicons<'a>,
    core: Span,
    /// In how many paragraphs each word stands, in the order of the words.
    body: Vec<(Stem, usize)>,
    paragraphs: usize,
    /// How often each line stands in the text.
    times: HashMap<&'a str, usize>,
    is_page: bool,
}

impl<'a, 'text> Lines<'a, 'text> {
    pub fn new(
        units: &'a [Unit<'text>],
        kinds: &'a [Kind],
        lexicons: &'a Lexicons<'a>,
        core: Span,
        is_page: bool,
    ) -> Self {
        let mut stems: Vec<Stem> = Vec::new();
        let text = units[core.start..core.end].iter().zip(&kinds[core.start..core.end]);
        let mut paragraphs = 0;
        for (unit, _) in text.filter(|(_, kind)| **kind == Kind::Prose).take(PARAGRAPHS_COMPARED) {
            stems.extend(unit.text.stems().iter());
            paragraphs += 1;
        }
        stems.sort_unstable();
        let body = stems.chunk_by(|one, other| one == other).map(|run| (run[0], run.len())).collect();
        let mut times = HashMap::new();
        for unit in units.iter().filter(|unit| unit.text.is_title()) {
            *times.entry(unit.text.folded()).or_default() += 1;
        }
        Self { units, kinds, lexicons, core, body, paragraphs, times, is_page }
    }

    /// The unit that is most like the headline.
    pub fn best(&self) -> Option<usize> {
        let from = self.core.start.saturating_sub(UNITS_MAX);
        let mut best: Option<(i64, usize)> = None;
        let mut earlier = 0;
        for index in from..self.core.start {
            let Some(points) = self.points(index) else { continue };
            let is_likely = points > 0;
            let points = if self.is_page {
                points + FIRST_POINTS * i64::from(earlier == 0)
            } else {
                points + LATER_POINTS * earlier
            };
            let text = &self.units[index].text;
            earlier += i64::from(is_likely && text.words() > MENU_WORDS_MAX && !text.ends_with(':'));
            if best.is_none_or(|(most, _)| points >= most) {
                best = Some((points, index));
            }
        }
        let best = best.filter(|(points, _)| *points > 0).map(|(_, index)| index)?;
        let best = if self.is_page { best } else { self.title_above(best).unwrap_or(best) };
        (self.is_page || !self.says_more(best)).then_some(best)
    }

    /// A short line right above the best one that the text takes up too: it is the headline, and the longer one below
    /// says more of it. Sections and publishers are hardly ever named in the text.
    fn title_above(&self, best: usize) -> Option<usize> {
        let above = best.checked_sub(1)?;
        let (title, below) = (&self.units[above].text, &self.units[best].text);
        let words = title.words();
        let is_title = self.points(above).is_some_and(|points| points > 0)
            && (MENU_WORDS_MAX..=SHORT_TITLE_WORDS_MAX).contains(&words)
            && below.words() > words
            && !title.contains(['>', '|', '"', '«', ':'])
            && !title.chars().any(char::is_numeric)
            && !self.units[best].markup.is_heading
            && !title.is_kicker(self.lexicons)
            && !self.names_who_speaks(title, words)
            && self.has_words_taken(title);
        is_title.then_some(above)
    }

    /// In how many paragraphs a word stands.
    fn paragraphs_with(&self, stem: Stem) -> usize {
        let place = self.body.binary_search_by_key(&stem, |(stem, _)| *stem);
        place.map_or(0, |place| self.body[place].1)
    }

    /// Whether the text takes up at least half of the words.
    fn has_words_taken(&self, text: &str) -> bool {
        let stems = Stems::of(&self.lexicons.words.without_neutral(text));
        let taken = stems.iter().filter(|stem| self.paragraphs_with(*stem) > 0).count();
        taken > 0 && taken * 2 >= stems.len()
    }

    /// Whether a long line says more of the very short headline right above it. Above a headline, a line as short would
    /// stand above fewer words, or name a kind of article.
    fn says_more(&self, index: usize) -> bool {
        let Some(above) = index.checked_sub(1).map(|above| &self.units[above].text) else { return false };
        self.units[index].text.words() >= SUBHEADLINE_WORDS_MIN
            && !is_in_title_case(&self.units[index].text)
            && above.words() <= MENU_WORDS_MAX
            && !above.is_kicker(self.lexicons)
            && !above.is_section(self.lexicons)
            && self.kinds[..index - 1].iter().all(|kind| *kind != Kind::Short)
    }

    /// How much a unit is like the headline; `None` where it can't be.
    fn points(&self, index: usize) -> Option<i64> {
        let (unit, kind) = (&self.units[index], self.kinds[index]);
        let text = &unit.text;
        let is_labelled = unit.label_is(Role::Title);
        if !(matches!(kind, Kind::Short | Kind::Prose) || is_labelled)
            || !text.is_title()
            || text.is_section(self.lexicons)
            || self.is_path(text)
        {
            return None;
        }
        let words = text.words();
        let mut points = i64::from(is_labelled) * 100 + i64::from(unit.markup.is_heading) * 50;
        points += self.taken_up(text);
        points += match words {
            0..=1 => -40,
            2 => -20,
            4..=25 => 25,
            _ => 0,
        };
        let below = &self.kinds[index + 1..self.core.start];
        let has_facts_below = below.iter().take(FACTS_UNITS).any(|kind| *kind == Kind::Fact);
        points += i64::from(has_facts_below) * 30;
        let is_repeated = self.times.get(text.folded()).is_some_and(|times| *times > 1);
        points += i64::from(is_repeated && words > MENU_WORDS_MAX) * 15;
        let is_in_menu = self.is_page && words <= MENU_WORDS_MAX && self.is_in_menu(index);
        points -= i64::from(is_in_menu) * 40 + i64::from(unit.markup.is_item) * 40;
        points -= i64::from(text.ends_sentence()) * 30 + i64::from(kind == Kind::Prose) * 20;
        points -= i64::from(text.ends_with([':', '：'])) * 40;
        points -= i64::from(self.names_who_speaks(text, words)) * 60;
        points -= i64::from(self.names_issue(text, words)) * 60;
        Some(points - i64::try_from(self.core.start - index).unwrap_or(i64::MAX))
    }

    /// `Issue 88`: few words with a number and a word of pages.
    fn names_issue(&self, text: &UnitText<'_>, words: usize) -> bool {
        words <= SHORT_TITLE_WORDS_MAX
            && text.chars().any(char::is_numeric)
            && text.page_words(self.lexicons).0 > 0
    }

    /// The name of a medium, an office or an account, perhaps with the number of an issue.
    fn names_who_speaks(&self, text: &UnitText<'_>, words: usize) -> bool {
        let is_numbered = text.chars().any(char::is_numeric);
        let words_max = if is_numbered { NAME_WORDS_MAX + 2 } else { NAME_WORDS_MAX };
        let is_name = text.names_medium(self.lexicons) || text.names_institution(self.lexicons);
        let begins_with_medium =
            text.split_whitespace().next().is_some_and(|first| self.lexicons.words.is_medium(first));
        let is_divided = text.contains(" - ") && text.names_institution(self.lexicons);
        begins_with_medium && words <= NAME_WORDS_MAX + 1
            || is_divided && words <= NAME_WORDS_MAX + 2
            || words <= words_max && is_name
            || words <= NAME_WORDS_MAX + 2 && text.contains(" @")
    }

    /// A path to the page that ends with its title: `News › Local › Bridge reopens`.
    fn is_path(&self, text: &str) -> bool {
        let mut parts = text.split(['›', '»', '>', '/', '|']).peekable();
        let is_line = |part: &str| {
            word_count(part) >= PATH_WORDS_MIN && self.times.contains_key(fold(part.trim()).as_str())
        };
        parts.next_if(|part| part.len() == text.len()).is_none() && parts.any(is_line)
    }

    /// Points for the words that the text takes up: how many, and in how many paragraphs.
    fn taken_up(&self, text: &str) -> i64 {
        let stems = Stems::of(&self.lexicons.words.without_neutral(text));
        let taken: Vec<usize> =
            stems.iter().map(|stem| self.paragraphs_with(stem)).filter(|times| *times > 0).collect();
        let share = taken.len() * 60 / stems.len().max(2);
        let spread: usize = taken.iter().map(|times| times.min(&(self.paragraphs / 2 + 1)) * 20).sum();
        let spread = spread / self.paragraphs.max(1);
        i64::try_from(share + taken.len().min(5) * 8 + spread.min(40)).unwrap_or_default()
    }

    fn is_in_menu(&self, index: usize) -> bool {
        [index.checked_sub(1), Some(index + 1)].into_iter().flatten().all(|near| {
            self.kinds
                .get(near)
                .is_some_and(|kind| matches!(kind, Kind::Short | Kind::Furniture | Kind::Mark))
                && self.units[near].text.words() <= MENU_WORDS_MAX
        })
    }
}

/// Whether most words begin with a capital, as in headlines of some papers and never in a sentence.
fn is_in_title_case(text: &str) -> bool {
    let capital = text.split_whitespace().filter(|word| word.starts_with(char::is_uppercase)).count();
    capital * 10 >= text.split_whitespace().count() * 6
}
