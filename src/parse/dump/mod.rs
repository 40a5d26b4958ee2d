//! Text dumps: a title line, labelled lines, paragraphs, and perhaps a related article at the end.
//!
//! Owns which line is what. It reads no dates and no URLs: it hands on their text with the label it stood behind.
//!
//! The rules:
//! - Each line that is not blank is a title, a labelled line, or a paragraph.
//! - A label counts at the beginning of a line, with a value within its role's limit on the same line or, where the
//!   label stands alone, on the next. A source or an author is no sentence. `author` and `title`, whose words are ordinary ones, count only among the first
//!   or the last lines ([`EDGE_LINES`]). Of a repeated label the first one counts; a later one is dropped among the
//!   first and last lines, and is a paragraph elsewhere.
//! - The headline is the line labelled so, else the first line that is no label, if it is short ([`TITLE_CHARS_MAX`])
//!   and not a long sentence with a full stop ([`SENTENCE_WORDS_MIN`]). A line alone is a headline only.
//! - What stands behind a label of `related` is settled in [`related`].

mod related;

use crate::article::{Flaw, Paragraph, ParagraphRole, Related};
use crate::parse::flaws;
use crate::parse::lexicon::{Labelled, Labels, Role, is_decoration};
use crate::parse::text::{collapse, is_blank, is_longer_than, lines, word_count};

/// The first and the last lines of an article, where a byline may stand: this many that are not blank.
const EDGE_LINES: usize = 6;
/// The longest line that can be a title, in characters.
pub(crate) const TITLE_CHARS_MAX: usize = 250;
/// A line that ends with a full stop and has this many words is a sentence of the body, not a title.
const SENTENCE_WORDS_MIN: usize = 13;
/// A name that ends with a full stop and has this many words is a sentence.
const NAME_SENTENCE_WORDS_MIN: usize = 5;
/// Lines beyond the paragraph limit that may hold labels; what follows is cut.
const LABEL_LINES_MAX: usize = 1000;
/// A line of at most this many characters near the top may be a date without a label.
const DATE_LINE_CHARS_MAX: usize = 80;

/// The longest value of a label, in characters: a longer line is a paragraph that happens to begin with the word.
const fn value_chars_max(role: Role) -> usize {
    match role {
        Role::Date | Role::Modified | Role::Source => 80,
        Role::Author => 120,
        Role::Keywords => 1000,
        Role::Url => 8192,
        Role::Title | Role::Related => 300,
    }
}

/// A value and the label that it stood behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub label: String,
    pub value: String,
}

/// A dump, divided.
#[derive(Debug, Default)]
pub(crate) struct Dump {
    pub headline: Option<Found>,
    pub paragraphs: Vec<Paragraph>,
    /// Line numbers (from 1) of the first paragraphs that look like a date line: index into `paragraphs` and number.
    pub date_lines: Vec<(usize, usize)>,
    pub date: Option<Found>,
    pub modified: Option<Found>,
    pub source: Option<Found>,
    pub author: Option<Found>,
    pub keywords: Option<Found>,
    pub url: Option<Found>,
    pub related: Vec<Related>,
    pub flaws: Vec<Flaw>,
}

impl Dump {
    fn slot(&mut self, role: Role) -> Option<&mut Option<Found>> {
        match role {
            Role::Title => Some(&mut self.headline),
            Role::Date => Some(&mut self.date),
            Role::Modified => Some(&mut self.modified),
            Role::Source => Some(&mut self.source),
            Role::Author => Some(&mut self.author),
            Role::Keywords => Some(&mut self.keywords),
            Role::Url => Some(&mut self.url),
            Role::Related => None,
        }
    }
}

/// A line that is not blank.
struct Line<'lexicon, 'text> {
    text: &'text str,
    /// From 1, blank ones counted.
    number: usize,
    label: Option<Labelled<'lexicon, 'text>>,
}

impl Line<'_, '_> {
    fn is_related(&self) -> bool {
        self.label.is_some_and(|label| label.role == Role::Related)
    }
}

/// Divides a dump. `paragraphs_max` bounds the lines that are looked at.
pub(crate) fn divide(text: &str, labels: &Labels, paragraphs_max: usize) -> Dump {
    let lines_max = paragraphs_max.saturating_add(LABEL_LINES_MAX);
    let mut lines: Vec<Line<'_, '_>> = lines(text)
        .enumerate()
        .filter(|(_, line)| !is_blank(line))
        .take(lines_max.saturating_add(1))
        .map(|(index, line)| read_line(line, index + 1, labels))
        .collect();
    let mut walk = Walk { labels, next: 0, dump: Dump::default(), main_closed: false, title_settled: false };
    if lines.len() > lines_max {
        lines.truncate(lines_max);
        walk.dump.flaws.push(Flaw::new(flaws::BODY_CUT).with_detail("too many lines"));
    }
    while walk.next < lines.len() {
        walk.step(&lines);
    }
    walk.dump
}

fn read_line<'lexicon, 'text>(
    line: &'text str,
    number: usize,
    labels: &'lexicon Labels,
) -> Line<'lexicon, 'text> {
    let text = line.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
    let label = labels.match_line(text).filter(|label| may_be_value(label.role, label.value));
    Line { text, number, label }
}

/// Whether a text can be the value of this role: short enough, and no sentence where a name is due.
fn may_be_value(role: Role, value: &str) -> bool {
    let is_prose = is_name(role) && is_sentence(value, NAME_SENTENCE_WORDS_MIN);
    !is_prose && !is_longer_than(value, value_chars_max(role))
}

/// The walk over the lines.
struct Walk<'lexicon> {
    labels: &'lexicon Labels,
    /// The line to look at next.
    next: usize,
    dump: Dump,
    /// A source or keyword line came after the last paragraph: the main article has ended.
    main_closed: bool,
    /// The headline has been found, or the first line turned out to be no title.
    title_settled: bool,
}

impl Walk<'_> {
    /// Takes one line, or a whole related block, and moves on: `next` always grows.
    fn step(&mut self, lines: &[Line<'_, '_>]) {
        let index = self.next;
        self.next += 1;
        let line = &lines[index];
        match line.label {
            Some(label) if label.role == Role::Related => self.take_related(lines, index),
            Some(label) if self.take_labelled(lines, index, label) => {}
            _ => self.take_plain(line, lines.len() == 1),
        }
    }

    fn take_plain(&mut self, line: &Line<'_, '_>, is_alone: bool) {
        let text = collapse(line.text);
        if !self.title_settled {
            self.title_settled = true;
            if self.dump.headline.is_none() && is_title(&text) {
                let label = format!("line:{}", line.number);
                self.dump.headline = Some(Found { label, value: text.into_owned() });
                return;
            }
            if self.dump.headline.is_none() && !is_alone {
                self.dump.flaws.push(Flaw::new(flaws::HEADLINE_MISSING));
            }
        }
        if self.dump.paragraphs.len() < 2 && looks_like_date_line(&text) {
            self.dump.date_lines.push((self.dump.paragraphs.len(), line.number));
        }
        self.main_closed = false;
        self.dump.paragraphs.push(Paragraph { text: text.into_owned(), role: ParagraphRole::Text });
    }

    /// Takes a labelled line; false where the label doesn't count here.
    fn take_labelled(&mut self, lines: &[Line<'_, '_>], index: usize, label: Labelled<'_, '_>) -> bool {
        let at_edge = index < EDGE_LINES || is_near_end(lines, index);
        if !at_edge && matches!(label.role, Role::Author | Role::Title) {
            return false;
        }
        let (value, taken) = if label.value.is_empty() {
            match lines.get(index + 1) {
                Some(next) if is_value(label.role, next) => (next.text, 1),
                _ => ("", 0),
            }
        } else {
            (label.value, 0)
        };
        if value.is_empty() {
            // A label with nothing behind it says nothing, and is no paragraph either.
            return at_edge;
        }
        let (value, others) = divide_segments(value, self.labels);
        if !self.fill(label.role, label.label, value, at_edge) {
            return false;
        }
        for other in others {
            self.fill(other.role, other.label, other.value, true);
        }
        self.next += taken;
        if matches!(label.role, Role::Source | Role::Keywords) && !self.dump.paragraphs.is_empty() {
            self.main_closed = true;
        }
        true
    }

    /// Notes a label's value; false where it is a repetition in the middle of the text.
    fn fill(&mut self, role: Role, label: &str, value: &str, at_edge: bool) -> bool {
        let value = collapse(value);
        let Some(slot) = self.dump.slot(role) else { return true };
        match slot {
            None => {
                *slot = Some(Found { label: format!("label:{label}"), value: value.into_owned() });
                true
            }
            Some(earlier) if earlier.value == value => true,
            Some(_) if at_edge => {
                let detail = format!("{label}: {value}");
                self.dump.flaws.push(Flaw::new(flaws::LABEL_REPEATED).with_detail(detail));
                true
            }
            Some(_) => false,
        }
    }

    fn take_related(&mut self, lines: &[Line<'_, '_>], index: usize) {
        let headline = self.dump.headline.as_ref().map(|found| found.value.as_str());
        let main = related::Main { headline, paragraphs: &self.dump.paragraphs, is_closed: self.main_closed };
        let block = related::read(lines, index, &main);
        self.next = block.next;
        self.dump.related.extend(block.related);
        if block.is_guess {
            self.dump.flaws.push(Flaw::new(flaws::RELATED_GUESSED));
        }
    }
}

/// Whether the dump or a related block ends within the next lines.
fn is_near_end(lines: &[Line<'_, '_>], index: usize) -> bool {
    let rest = &lines[index + 1..];
    rest.len() < EDGE_LINES || rest[..EDGE_LINES].iter().any(Line::is_related)
}

/// Whether the line can be the value of the label that stands alone above it.
fn is_value(role: Role, line: &Line<'_, '_>) -> bool {
    if line.label.is_some() || !may_be_value(role, line.text) {
        return false;
    }
    match role {
        Role::Date | Role::Modified => line.text.chars().any(char::is_numeric),
        Role::Url => line.text.starts_with("http"),
        _ => true,
    }
}

/// `Published: … | Updated: …`: the first value, and the labelled ones after the bars.
fn divide_segments<'lexicon, 'text>(
    value: &'text str,
    labels: &'lexicon Labels,
) -> (&'text str, Vec<Labelled<'lexicon, 'text>>) {
    let mut others = Vec::new();
    let mut end = value.len();
    for (bar, _) in value.match_indices('|').collect::<Vec<_>>().into_iter().rev() {
        match labels.match_line(&value[bar + 1..end]) {
            Some(label) if label.role != Role::Related && !label.value.is_empty() => {
                others.push(label);
                end = bar;
            }
            _ => break,
        }
    }
    others.reverse();
    (value[..end].trim(), others)
}

/// Whether a line can be a title: short, and not a long sentence with a full stop.
pub(crate) fn is_title(text: &str) -> bool {
    if is_longer_than(text, TITLE_CHARS_MAX) {
        return false;
    }
    !is_sentence(text, SENTENCE_WORDS_MIN)
}

/// Whether the role's value is a name, which no sentence is.
const fn is_name(role: Role) -> bool {
    matches!(role, Role::Source | Role::Author)
}

fn is_sentence(text: &str, words_min: usize) -> bool {
    ends_sentence(text) && word_count(text) >= words_min
}

/// Whether a text ends with a full stop, perhaps in quotation marks.
fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '»', '\'', '’', ')', ' ']).ends_with(['.', '۔', '。'])
}

fn looks_like_date_line(text: &str) -> bool {
    !is_longer_than(text, DATE_LINE_CHARS_MAX) && text.chars().any(char::is_numeric)
}

/// A line without its bullet.
fn without_decoration(text: &str) -> &str {
    text.trim_start_matches(is_decoration)
}
