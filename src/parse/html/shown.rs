//! Dates that readers see: in the lines of a page, and in the attributes of its time elements.
//!
//! Owns how much speaks for each: where it stands, what its element and the words beside it call it, how little else
//! its line says. Which of them counts beside the page's own statements is told in [`super::weighing`].

use jiff::civil::Date;

use super::content::is_prose;
use super::date_labels::{Said, is_published_behind, names_change, said_before, tells_of_itself};
use super::outline::{Line, Stamp};
use super::places::{ASIDE_POINTS, Nearness, Places};
use super::traits::Traits;
use super::weighing::may_be_day;
use crate::article::{ArticleDate, DatePrecision, ParagraphRole};
use crate::parse::assemble::Evident;
use crate::parse::date::{self, DateContext};
use crate::parse::fold::same;
use crate::parse::lexicon::{Labels, Role};
use crate::parse::text::{first_chars, is_longer_than};

/// Longer lines are prose.
const LINE_CHARS_MAX: usize = 200;
/// A dateline begins one of so many lines behind the headline, and is no longer.
const DATELINE_LINES_MAX: usize = 6;
const DATELINE_CHARS_MAX: usize = 60;
/// Of a long line that tells when its article was published, so much is looked at.
const SELF_CHARS_MAX: usize = 120;
/// Lines that are looked at.
const LINES_MAX: usize = 400;
/// Lines of the page's other parts that are looked at.
const FOREIGN_LINES_MAX: usize = 50;
/// Dates of one line, at most.
const DATES_OF_LINE_MAX: usize = 3;
/// Of a page's description so much is looked at.
const DESCRIPTION_CHARS_MAX: usize = 400;
/// A line above a date that is no longer is its label.
const LABEL_CHARS_MAX: usize = 20;
/// A label within prose is no longer, with what stands before it.
const LABEL_OF_PROSE_CHARS_MAX: usize = 30;
/// So many points of nearness are beside the headline.
const BESIDE_POINTS: i32 = 3;
/// What is quoted has dates of its own, and loses so many points.
const QUOTED_POINTS: i32 = 4;
/// What is not shown loses so many points, unless a label calls it a date of publication.
const HIDDEN_POINTS: i32 = 3;
/// In the head of a site, above its menu, stands the present day; such a date loses so many points.
const ABOVE_MENU_POINTS: i32 = 3;
/// Less than this is a guess, and less than the second nothing.
const SCORE_MIN: i32 = 4;
const GUESS_SCORE_MIN: i32 = 1;
/// The same where a label calls the date one of publication.
const LABELLED_SCORE_MIN: i32 = -2;
/// A longer line tells too much for a guess.
const GUESS_CHARS_MAX: usize = 120;
/// Where so many days stand, none of them is the article's more than the others.
const GUESSED_DAYS_MAX: usize = 3;
/// So many days in places alike are a list.
const LISTED_DAYS_MIN: usize = 3;
/// The headline may stand so often in lists of teasers.
const REPEATS_MAX: usize = 4;
/// A teaser is no larger, and its date stands no farther from its headline.
const TEASER_LINES_MAX: usize = 5;
const TEASER_DEPTH_MAX: usize = 4;
/// What divides a line into its facts; dashes and slashes only between spaces.
const BARS: [&str; 7] = ["|", "•", "·", " / ", " - ", " – ", " — "];
/// Dates that are handed on, at most.
const SEEN_MAX: usize = 16;

/// A date that readers see.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub date: Evident,
    /// How much speaks for it.
    pub score: i32,
    /// It stands beside the headline.
    pub is_beside: bool,
    /// It stands before the headline, where pages show the present day, too.
    pub is_before: bool,
}

/// The dates that readers see.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Those that are probably of the publication; what most speaks for comes first.
    pub published: Vec<Seen>,
    pub modified: Vec<Evident>,
    /// Those that may be the article's, for want of better ones.
    pub guessed: Vec<Evident>,
}

/// Whose date it seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Article,
    /// It is one of many in places alike.
    List,
    /// It stands in a part of the page that is not the article's.
    Foreign,
}

#[derive(Clone)]
struct Candidate {
    score: i32,
    nearness: Nearness,
    is_before: bool,
    said: Said,
    /// Its line is prose, a quotation, or of another part of the page: no guess.
    is_unlikely: bool,
    owner: Owner,
    evidence: &'static str,
    value: String,
}

impl Candidate {
    fn is_modified(&self) -> bool {
        self.said == Said::Modified
    }

    fn is_foreign(&self) -> bool {
        self.owner == Owner::Foreign
    }

    fn is_labelled(&self) -> bool {
        self.said == Said::Published
    }

    fn into_seen(self) -> Seen {
        Seen {
            date: Evident { value: self.value, evidence: self.evidence.to_owned() },
            score: self.score,
            is_beside: self.nearness.points >= BESIDE_POINTS,
            is_before: self.is_before,
        }
    }
}

/// Finds the dates of a page.
pub(super) struct Finder<'page> {
    pub places: &'page Places<'page>,
    pub words: &'page date::Words,
    pub labels: &'page Labels,
    pub context: &'page DateContext<'page>,
}

impl Finder<'_> {
    /// All dates that something speaks for.
    pub fn shown(&self) -> Shown {
        let mut candidates = self.of_lines();
        candidates.extend(self.of_stamps());
        candidates.extend(self.of_own_teasers());
        candidates.sort_by_key(|candidate| (-candidate.score, candidate.nearness.distance));
        self.mark_lists(&mut candidates);
        let (likely, rest): (Vec<_>, Vec<_>) = candidates
            .into_iter()
            .partition(|candidate| candidate.score >= SCORE_MIN && candidate.owner == Owner::Article);
        let (modified, published): (Vec<_>, Vec<_>) = likely.into_iter().partition(Candidate::is_modified);
        // Of a list below the headline the first entry is the newest, as a rule: a page of teasers is of that day.
        let newest = rest.iter().find(|candidate| {
            let is_below = !candidate.is_before && candidate.nearness.points > 0;
            candidate.owner == Owner::List && candidate.score >= SCORE_MIN && is_below
        });
        let newest = newest.map(|candidate| candidate.clone().into_seen().date);
        let mut guessed = self.guesses(rest);
        guessed.extend(newest);
        Shown {
            published: published.into_iter().take(SEEN_MAX).map(Candidate::into_seen).collect(),
            modified: modified.into_iter().take(1).map(|candidate| candidate.into_seen().date).collect(),
            guessed,
        }
    }

    /// Marks the dates of lists: where so many days stand in places alike and no label calls them changes, each is of
    /// another article, event or comment. `candidates` are in the order of their scores.
    fn mark_lists(&self, candidates: &mut [Candidate]) {
        let place = |candidate: &Candidate| (candidate.nearness.points, candidate.evidence);
        for alike in candidates.chunk_by_mut(|one, other| one.score == other.score) {
            let mut places: Vec<_> = alike.iter().map(place).collect();
            places.sort_unstable();
            places.dedup();
            for wanted in places {
                let is_here = |other: &Candidate| {
                    place(other) == wanted && other.said != Said::Modified && other.owner == Owner::Article
                };
                if self.days(alike.iter().filter(|other| is_here(other))) >= LISTED_DAYS_MIN {
                    alike
                        .iter_mut()
                        .filter(|other| is_here(other))
                        .for_each(|other| other.owner = Owner::List);
                }
            }
        }
    }

    /// Of what little speaks for: what is labelled as publication, then as a change, then what is not labelled, unless
    /// that is many days.
    fn guesses(&self, candidates: Vec<Candidate>) -> Vec<Evident> {
        let (mut modified, mut published): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(Candidate::is_modified);
        published.retain(|candidate| {
            let needed = if candidate.is_labelled() { LABELLED_SCORE_MIN } else { GUESS_SCORE_MIN };
            candidate.score >= needed && !candidate.is_unlikely
        });
        let (mut labelled, mut others): (Vec<_>, Vec<_>) =
            published.into_iter().partition(Candidate::is_labelled);
        for list in [&mut labelled, &mut others] {
            if self.days(list.iter()) >= GUESSED_DAYS_MAX {
                list.clear();
            }
        }
        // Several changes are those of other articles.
        if self.days(modified.iter().filter(|candidate| candidate.is_foreign())) > 1 {
            modified.retain(|candidate| !candidate.is_foreign());
        }
        let all = labelled.into_iter().chain(modified).chain(others).take(SEEN_MAX);
        all.map(|candidate| candidate.into_seen().date).collect()
    }

    fn days<'list>(&self, candidates: impl Iterator<Item = &'list Candidate>) -> usize {
        let day = |candidate: &Candidate| {
            let (date, _) = date::read(&candidate.value, "", self.words, self.context).ok()?;
            date.value.get(..10).map(str::to_owned)
        };
        let mut days: Vec<String> = candidates.filter_map(day).collect();
        days.sort_unstable();
        days.dedup();
        days.len()
    }

    fn of_lines(&self) -> Vec<Candidate> {
        let lines = || self.places.outline.lines.iter().enumerate();
        let is_foreign = |line: &Line| self.places.is_foreign(line.element);
        let own = lines()
            .filter(|(index, line)| !is_foreign(line) || self.is_below_headline(*index))
            .map(|(index, line)| (index, self.dated_part(index, divided(line))))
            .filter(|(index, text)| self.has_digits(*index, text))
            .take(LINES_MAX);
        // Of a footer only what it says of a change is looked at.
        let foreign = lines()
            .filter(|(_, line)| is_foreign(line) && !is_longer_than(&line.text, GUESS_CHARS_MAX))
            .map(|(index, line)| (index, divided(line)))
            .filter(|(index, text)| self.has_digits(*index, text) && names_change(text))
            .take(FOREIGN_LINES_MAX);
        own.chain(foreign).flat_map(|(index, text)| self.of_line(index, text)).collect()
    }

    /// The date that a page's description gives in brackets or between bars and calls one of publication:
    /// `A bridge for Tartus (news from 3 May 2024)`.
    pub fn of_description(&self, text: &str) -> Option<Evident> {
        let text = first_chars(text, DESCRIPTION_CHARS_MAX);
        let mut parts = text.split(['(', ')', '[', ']', '|', '•', '·']);
        let value = parts.find_map(|part| {
            let value = date::find(part, self.words, self.context)?;
            let at = value.as_ptr() as usize - part.as_ptr() as usize;
            let before = &part[..at + words_before_digits(value)];
            let rest = part.trim().chars().count() - value.chars().count();
            (rest <= LABEL_CHARS_MAX && said_before(before) == Said::Published).then_some(value)
        })?;
        Some(Evident { value: value.to_owned(), evidence: "meta:description".to_owned() })
    }

    /// Whether the line, right below the headline, is a date and little else: the article's, whatever its element is named,
    /// unless that is after other articles or comments.
    fn is_below_headline(&self, index: usize) -> bool {
        let is_below = self.places.headline.is_some_and(|headline| index == headline + 1);
        let Some(line) = self.places.outline.lines.get(index).filter(|_| is_below) else { return false };
        let text = divided(line);
        // Asked before a date is looked for, which costs with a line's length.
        if is_longer_than(text, GUESS_CHARS_MAX)
            || self.places.has_trait(index, Traits::RELATED.with(Traits::COMMENT))
        {
            return false;
        }
        let value = date::find(text, self.words, self.context).unwrap_or_default();
        !value.is_empty() && value.chars().count() * 2 >= text.chars().count()
    }

    /// "3 hours ago" has one digit, and counts beside the headline alone.
    fn has_digits(&self, index: usize, text: &str) -> bool {
        let mut digits = text.chars().filter(|character| date::digit(*character).is_some());
        digits.next().is_some()
            && (digits.nth(1).is_some() || self.places.nearness(index).points >= BESIDE_POINTS)
    }

    /// The part of a line that may hold its date: all of a short one; of the article's first paragraphs the dateline; of
    /// one that tells of itself the beginning (`This entry was posted on 3 May 2024 and is filed under …`).
    fn dated_part<'text>(&self, index: usize, text: &'text str) -> &'text str {
        if !is_longer_than(text, LINE_CHARS_MAX) {
            return text;
        }
        if tells_of_itself(text) {
            return first_chars(text, SELF_CHARS_MAX);
        }
        let headline = self.places.headline;
        let is_first =
            headline.is_some_and(|headline| index > headline && index - headline <= DATELINE_LINES_MAX);
        if is_first { first_chars(text, DATELINE_CHARS_MAX) } else { "" }
    }

    /// The dates of a line: the first one, and those behind it that a label calls something.
    fn of_line(&self, index: usize, text: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut rest = text;
        for nth in 0..DATES_OF_LINE_MAX {
            let Some(value) = date::find(rest, self.words, self.context) else { break };
            let at = value.as_ptr() as usize - rest.as_ptr() as usize;
            let (before, behind) = (&rest[..at], &rest[at + value.len()..]);
            let mut said =
                if nth == 0 { self.said_of(index, text, before, behind) } else { said_before(before) };
            // `as of 5 June 2024`, `Article du 5 juin 2024`: words that dates begin with may be of a label.
            let begun = said_before(&rest[..at + words_before_digits(value)]);
            let is_begun = said == Said::Nothing && !before.trim().is_empty();
            if is_begun || begun == Said::Other {
                said = begun;
            }
            // In prose `published on` tells of something else, unless the line begins with it.
            let is_told = is_longer_than(before, LABEL_OF_PROSE_CHARS_MAX)
                && self.is_prose(index)
                && !tells_of_itself(text);
            if said == Said::Published && is_told {
                said = Said::Nothing;
            }
            // A line of one date is judged as a whole, further ones by what stands before them.
            let chars = if nth == 0 { text } else { &rest[..at + value.len()] }.chars().count().max(1);
            let part_chars = if nth == 0 { chars_of_part(before, value, behind) } else { chars };
            rest = behind;
            if said == Said::Other || (nth > 0 && said == Said::Nothing) {
                continue;
            }
            let mut candidate = self.candidate(index, said, "text", value.to_owned());
            candidate.score += if self.places.has_trait(index, Traits::DATED) { 3 } else { 0 };
            candidate.score += if value.chars().count() * 2 >= part_chars { 2 } else { 0 };
            candidate.score -= if chars > 100 { 2 } else { 0 };
            if !candidate.is_foreign() || candidate.is_modified() {
                found.push(candidate);
            }
        }
        found
    }

    /// Whether a line is of the running text, a quotation, or long. A line that is named after its date is no prose.
    fn is_unlikely(&self, index: usize, line: &Line) -> bool {
        line.role == ParagraphRole::Quote
            || is_longer_than(&line.text, GUESS_CHARS_MAX)
            || (is_prose(line) && !self.places.has_trait(index, Traits::DATED))
    }

    fn is_prose(&self, index: usize) -> bool {
        self.places.outline.lines.get(index).is_some_and(is_prose)
    }

    fn of_stamps(&self) -> Vec<Candidate> {
        let stamps = self.places.outline.stamps.iter();
        stamps
            .filter(|stamp| !self.places.is_foreign(stamp.element))
            .filter_map(|stamp| self.of_stamp(stamp))
            .collect()
    }

    fn of_stamp(&self, stamp: &Stamp) -> Option<Candidate> {
        let (date, _) = date::read(&stamp.value, "", self.words, self.context).ok()?;
        if date.precision < DatePrecision::Day {
            return None;
        }
        let line = self.places.outline.lines.get(stamp.line);
        // What is quoted brings its own dates along: posts of others.
        if line.is_some_and(|line| line.role == ParagraphRole::Quote) {
            return None;
        }
        let text = line.map_or("", divided);
        let text = if is_longer_than(text, LINE_CHARS_MAX) { "" } else { text };
        let found = date::find(text, self.words, self.context).unwrap_or_default();
        let before = if found.is_empty() { text } else { text.split(found).next().unwrap_or_default() };
        let said = match self.said_of(stamp.line, text, before, "") {
            _ if stamp.is_of_change => Said::Modified,
            Said::Other => return None,
            // What readers are told is right: programs stamp a date with that of the last change.
            Said::Published if self.is_of_other_day(found, &date) => return None,
            said => said,
        };
        let mut candidate = self.candidate(stamp.line, said, "time:datetime", stamp.value.clone());
        candidate.score += 7;
        Some(candidate)
    }

    /// Whether the text is a date of a day that the stamp has nowhere on Earth. What was counted back from now or is of
    /// another calendar may be off by a day, and day and month may be read the wrong way round: these contradict nothing.
    fn is_of_other_day(&self, text: &str, stamp: &ArticleDate) -> bool {
        let Ok((told, flaws)) = date::read(text, "", self.words, self.context) else { return false };
        if date::is_relative(&flaws) || told.calendar != stamp.calendar || told.precision < DatePrecision::Day
        {
            return false;
        }
        let day = |date: &ArticleDate| date.value.get(..10).and_then(|day| day.parse::<Date>().ok());
        let Some((told, stamped)) = day(&told).zip(day(stamp)) else { return false };
        let is_turned =
            (told.year(), told.month(), told.day()) == (stamped.year(), stamped.day(), stamped.month());
        told != stamped && !is_turned && !may_be_day(stamp, told)
    }

    /// Dates beside the headline where it stands once more: in a list of teasers the article is named with its date.
    fn of_own_teasers(&self) -> Vec<Candidate> {
        let outline = self.places.outline;
        let Some(headline) = self.places.headline else { return Vec::new() };
        let Some(title) = outline.lines.get(headline) else { return Vec::new() };
        let repeats = outline.lines.iter().enumerate().filter(|(index, line)| {
            *index != headline && line.chars == title.chars && same(&line.text, &title.text)
        });
        repeats.take(REPEATS_MAX).filter_map(|(index, line)| self.of_teaser(index, line)).collect()
    }

    /// The only date in the smallest element around the line that holds more than the line.
    fn of_teaser(&self, index: usize, line: &Line) -> Option<Candidate> {
        let outline = self.places.outline;
        let mut element = line.element;
        for _ in 0..TEASER_DEPTH_MAX {
            let around = outline.elements.get(element)?;
            let lines = around.first_line..around.end_line;
            if lines.len() > TEASER_LINES_MAX {
                return None;
            }
            let dated = lines.filter(|other| *other != index).find_map(|other| {
                let text = outline.lines.get(other).map(divided)?;
                let is_short = !is_longer_than(text, GUESS_CHARS_MAX) && self.has_digits(other, text);
                let text = Some(text).filter(|text| is_short && !names_change(text))?;
                date::find(text, self.words, self.context)
            });
            if let Some(value) = dated {
                let mut candidate = self.candidate(index, Said::Nothing, "text", value.to_owned());
                candidate.score = SCORE_MIN;
                candidate.owner = Owner::Article;
                return Some(candidate);
            }
            element = around.parent;
        }
        None
    }

    fn candidate(&self, index: usize, said: Said, evidence: &'static str, value: String) -> Candidate {
        let nearness = self.places.nearness(index);
        let line = self.places.outline.lines.get(index);
        let is_below = self.is_below_headline(index);
        let is_aside = line.is_some_and(|line| self.places.is_aside(line.element)) && !is_below;
        let is_foreign = line.is_some_and(|line| self.places.is_foreign(line.element)) && !is_below;
        let is_quoted = line.is_some_and(|line| line.role == ParagraphRole::Quote);
        let mut score = nearness.points + if said == Said::Published { 4 } else { 0 };
        let is_adjacent = self.places.headline.is_some_and(|headline| headline.abs_diff(index) == 1);
        score += i32::from(is_adjacent && !is_quoted);
        score -= if is_aside { ASIDE_POINTS } else { 0 };
        let is_hidden = said != Said::Published && self.places.is_hidden(index);
        score -= if is_hidden { HIDDEN_POINTS } else { 0 };
        score -= if is_quoted { QUOTED_POINTS } else { 0 };
        score -= if self.places.is_above_menu(index) { ABOVE_MENU_POINTS } else { 0 };
        Candidate {
            score,
            nearness,
            is_before: self.places.headline.is_some_and(|headline| index < headline),
            said,
            is_unlikely: line.is_some_and(|line| self.is_unlikely(index, line) && said == Said::Nothing),
            owner: if is_foreign { Owner::Foreign } else { Owner::Article },
            evidence,
            value,
        }
    }

    /// What the words around a date in its line, or the line before, call it.
    fn said_of(&self, index: usize, text: &str, before: &str, behind: &str) -> Said {
        let label = self.labels.match_line(text).map(|label| label.role);
        let said = said_before(before);
        match label {
            Some(Role::Modified) => return Said::Modified,
            Some(Role::Date) if said != Said::Modified => return Said::Published,
            _ if said != Said::Nothing => return said,
            _ => {}
        }
        if is_published_behind(behind) {
            return Said::Published;
        }
        let above = index.checked_sub(1).and_then(|above| self.places.outline.lines.get(above));
        let is_label =
            |line: &&Line| before.trim().is_empty() && !is_longer_than(&line.text, LABEL_CHARS_MAX);
        above.filter(is_label).map_or(Said::Nothing, |line| said_before(&line.text))
    }
}

/// The bytes of a date before its first digit.
fn words_before_digits(value: &str) -> usize {
    value.find(|character| date::digit(character).is_some()).unwrap_or_default()
}

/// The characters between the bars around a date: `AI • 3 May 2024 • 4 min`.
fn chars_of_part(before: &str, value: &str, behind: &str) -> usize {
    let begin = BARS.iter().filter_map(|bar| before.rfind(bar).map(|at| at + bar.len())).max();
    let end = BARS.iter().filter_map(|bar| behind.find(bar)).min();
    let chars = |part: &str| part.trim().chars().count();
    chars(&before[begin.unwrap_or(0)..])
        + value.chars().count()
        + chars(&behind[..end.unwrap_or(behind.len())])
}

fn divided(line: &Line) -> &str {
    line.divided.as_deref().unwrap_or(&line.text)
}
