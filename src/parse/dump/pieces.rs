//! From a text to its units: lines, parts of lines, and lines that belong together because they were wrapped.
//!
//! Owns where one unit ends and the next begins. Each pass looks at each line once.

use super::line::{Evidence, LineRole};
use super::markup::{self, Markup};
use super::row;
use super::shape::{self, Lexicons};
use super::unit_text::UnitText;
use crate::parse::fold::fold_char;
use crate::parse::lexicon::{Role, is_decoration};
use crate::parse::text::{has_words, is_blank, is_longer_than, lines, word_count};

/// Lines this long were not wrapped by hand or by a mail program.
const WRAP_CHARS_MAX: usize = 130;
/// Lines shorter than this were not wrapped: there is no room for words.
const WRAP_CHARS_MIN: usize = 35;
/// Breaks between lines that must look wrapped: a number of them, and a share of all in percent.
const WRAP_BREAKS_MIN: usize = 3;
const WRAP_SHARE_MIN: usize = 60;
/// One line in so many may be longer than the width.
const OVERLONG_SHARE: usize = 25;
/// A wrapped line may be shorter than the longest by its neighbour's first word and this many characters.
const WRAP_SLACK_CHARS: usize = 4;
/// Lines below a label that may be tags, one a line.
const LABEL_WORDS_MAX: usize = 8;
/// A dump of one line that is longer than this is divided at its labels.
const ONE_LINE_CHARS_MIN: usize = 300;
/// A label in brackets, in characters.
const FRAMED_CHARS_MAX: usize = 40;
/// Labels within one line.
const ONE_LINE_LABELS_MAX: usize = 64;

/// A label at the beginning of a unit.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub role: Role,
    /// As the lexicon spells it.
    pub name: String,
    pub value: String,
}

/// One or several lines, or a part of a line: what gets one role.
#[derive(Debug, Clone)]
pub(super) struct Unit<'text> {
    /// Without marks; lines that were wrapped are joined.
    pub text: UnitText<'text>,
    /// Line numbers, from 1.
    pub first: usize,
    pub last: usize,
    /// A part of a line that holds more.
    pub is_part: bool,
    pub markup: Markup,
    pub label: Option<Label>,
    /// A blank line, or the beginning, stands above.
    pub after_blank: bool,
    pub role: LineRole,
    pub evidence: Evidence,
    /// The related article that it belongs to.
    pub related: Option<usize>,
}

impl Unit<'_> {
    pub fn set(&mut self, role: LineRole, evidence: Evidence) {
        self.role = role;
        self.evidence = evidence;
    }

    pub fn is_settled(&self) -> bool {
        self.role != LineRole::Blank
    }

    pub fn label_is(&self, role: Role) -> bool {
        self.label.as_ref().is_some_and(|label| label.role == role)
    }

    pub fn opens_others(&self) -> bool {
        self.label_is(Role::Related) || self.label_is(Role::List)
    }
}

/// The units of a text, and whether there were more lines than `lines_max`.
pub(super) fn units<'text>(
    text: &'text str,
    lines_max: usize,
    lexicons: &Lexicons<'_>,
) -> (Vec<Unit<'text>>, bool) {
    let mut units: Vec<Unit<'text>> = Vec::new();
    let mut after_blank = true;
    let mut is_cut = false;
    let mut count = 0;
    for (number, line) in numbered(text) {
        if is_blank(line) {
            after_blank = true;
            continue;
        }
        if count == lines_max || units.len() >= lines_max {
            is_cut = true;
            break;
        }
        count += 1;
        let parts = markup::parts(line);
        let is_part = parts.len() > 1;
        for part in parts {
            let (text, markup) = markup::clean(part);
            if is_blank(&text) {
                after_blank = true;
                continue;
            }
            units.push(unit(text.into(), markup, number, is_part, after_blank));
            after_blank = false;
        }
    }
    if let [only] = units.as_slice()
        && is_longer_than(&only.text, ONE_LINE_CHARS_MIN)
    {
        units = divide_one_line(only.text.clone(), only.first, lexicons);
    }
    for unit in &mut units {
        unit.label = label_of(&unit.text, lexicons);
    }
    let units = divide_bars(join_wrapped(units, lexicons), lexicons);
    (row::divide_top(units, lexicons), is_cut)
}

/// The lines with their numbers. A carriage return and a line feed are one break; behind the last break is no line.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut number = 0;
    let base = text.as_ptr() as usize;
    lines(text).filter_map(move |line| {
        let start = line.as_ptr() as usize - base;
        let is_within_break = line.is_empty()
            && start > 0
            && text.as_bytes().get(start - 1) == Some(&b'\r')
            && text.as_bytes().get(start) == Some(&b'\n');
        let is_behind_end = line.is_empty() && start == text.len() && start > 0;
        if is_within_break || is_behind_end {
            return None;
        }
        number += 1;
        Some((number, line))
    })
}

fn unit(text: UnitText<'_>, markup: Markup, number: usize, is_part: bool, after_blank: bool) -> Unit<'_> {
    Unit {
        text,
        first: number,
        last: number,
        is_part,
        markup,
        label: None,
        after_blank,
        role: LineRole::Blank,
        evidence: Evidence::Position("blank"),
        related: None,
    }
}

/// The longest value of a label, in characters: a longer line is a paragraph that happens to begin with the word.
const fn value_chars_max(role: Role) -> usize {
    match role {
        Role::Date | Role::Modified | Role::Source | Role::Section => 80,
        Role::Author => 120,
        Role::Keywords => 1000,
        Role::Url => 8192,
        Role::Text => usize::MAX,
        Role::Title | Role::Subtitle | Role::Related | Role::List | Role::Caption => 300,
    }
}

/// A name that ends with a full stop and has this many words is a sentence.
const NAME_SENTENCE_WORDS_MIN: usize = 5;

/// Whether a text can be the value of this role: short enough, and no sentence where a name is due.
pub(super) fn may_be_value(role: Role, value: &str) -> bool {
    let is_name = matches!(role, Role::Source | Role::Author | Role::Section);
    let is_date = matches!(role, Role::Date | Role::Modified);
    let is_prose = is_name && shape::is_sentence(value, NAME_SENTENCE_WORDS_MIN)
        || is_date && !value.chars().any(char::is_numeric) && word_count(value) >= NAME_SENTENCE_WORDS_MIN;
    !is_prose && !is_longer_than(value, value_chars_max(role))
}

/// `[TITLE] …`, `[نص]`, `Summary |`: a label in brackets, or before a bar with nothing behind it.
fn framed_label(text: &str, lexicons: &Lexicons<'_>) -> Option<Label> {
    let (name, value) = match text.strip_prefix(['[', '<']) {
        Some(inner) => inner.split_once([']', '>'])?,
        None => (text.strip_suffix('|')?, ""),
    };
    if is_longer_than(name, FRAMED_CHARS_MAX) {
        return None;
    }
    let spaced = name.replace('_', " ");
    let found = lexicons.labels.match_before(&spaced).filter(|label| label.value.is_empty())?;
    let value = value.trim_start_matches([':', ' ']).trim();
    may_be_value(found.role, value).then(|| Label {
        role: found.role,
        name: found.label.to_owned(),
        value: value.to_owned(),
    })
}

fn label_of(text: &str, lexicons: &Lexicons<'_>) -> Option<Label> {
    if let Some(label) =
        framed_label(text, lexicons).filter(|label| !matches!(label.role, Role::Related | Role::List))
    {
        return Some(label);
    }
    let found = lexicons.labels.match_line(text).or_else(|| lexicons.labels.match_marked(text));
    let found = found.or_else(|| {
        // A label alone needs no colon where a value can stand below it.
        let is_short = has_words(text, 0..=4) && !is_longer_than(text, 40);
        is_short.then(|| lexicons.labels.match_before(text)).flatten().filter(|label| {
            label.value.is_empty()
                && matches!(label.role, Role::Keywords | Role::Date | Role::Modified | Role::Source)
        })
    });
    let Some(found) = found.filter(|label| may_be_value(label.role, label.value)) else {
        let (role, name, value) = lexicons.labelled_date(text)?;
        return Some(Label { role, name: name.to_owned(), value: value.to_owned() });
    };
    Some(Label { role: found.role, name: found.label.to_owned(), value: found.value.to_owned() })
}

/// Joins lines of one paragraph where the text was wrapped at a width.
fn join_wrapped<'text>(units: Vec<Unit<'text>>, lexicons: &Lexicons<'_>) -> Vec<Unit<'text>> {
    let lengths: Vec<usize> = units.iter().map(|unit| unit.text.chars().count()).collect();
    let Some(width) = wrap_width(&units, &lengths) else { return units };
    let mut joined: Vec<Unit<'text>> = Vec::with_capacity(units.len());
    let mut above = 0;
    for (index, unit) in units.into_iter().enumerate() {
        let continues = index > 0
            && may_continue(&unit)
            && !unit.text.is_date(lexicons)
            && !unit.text.is_credit(lexicons)
            && (is_full(lengths[index - 1], &unit.text, width)
                || joined
                    .last()
                    .is_some_and(|last| goes_on(&last.text, &unit.text, lengths[index - 1], width)))
            && joined.last().is_some_and(|last| {
                last.last + 1 == unit.first
                    && is_continued(last, lexicons)
                    // A short line behind the end of a sentence heads what follows.
                    && (!last.text.ends_firmly() || lengths[index] * 2 > width || unit.text.ends_firmly())
            });
        if let (true, Some(last)) = (continues, joined.last_mut()) {
            last.text.join(&unit.text);
            last.last = unit.first;
            above += 1;
            continue;
        }
        joined.push(unit);
    }
    if above > 0 {
        for unit in &mut joined {
            if unit.last > unit.first && unit.label.is_some() {
                unit.label = label_of(&unit.text, lexicons);
            }
        }
    }
    joined
}

fn may_continue(unit: &Unit<'_>) -> bool {
    unit.label.is_none()
        && !unit.markup.is_item
        && !unit.markup.is_heading
        && !unit.after_blank
        && !unit.text.starts_with(['•', '-', '–', '—', '*'])
        && !shape::is_url(&unit.text)
        && !unit.text.is_separator()
}

fn is_continued(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> bool {
    let ends = unit.label.as_ref().is_some_and(|label| {
        label.value.is_empty() || matches!(label.role, Role::Date | Role::Modified | Role::Source | Role::Url)
    });
    !ends && !unit.markup.is_heading && !shape::is_url(&unit.text) && !unit.text.is_date(lexicons)
}

/// Whether the next line's first word would not have fitted on a line of this length.
fn is_full(length: usize, next: &str, width: usize) -> bool {
    let word = next.split_whitespace().next().unwrap_or_default().chars().count();
    length + 1 + word + WRAP_SLACK_CHARS > width
}

/// Whether a sentence of a line that is nearly full goes on in the next one with a small letter.
fn goes_on(above: &str, next: &str, length: usize, width: usize) -> bool {
    length * 3 > width * 2 && !shape::ends_firmly(above) && next.starts_with(char::is_lowercase)
}

/// The longest length but for few: an address or a table may be wider than the text.
fn usual_longest(mut lengths: Vec<usize>) -> Option<usize> {
    lengths.sort_unstable();
    lengths.get(lengths.len().saturating_sub(1 + lengths.len() / OVERLONG_SHARE)).copied()
}

/// The width at which the text was wrapped, where it was.
fn wrap_width(units: &[Unit<'_>], lengths: &[usize]) -> Option<usize> {
    let is_line = |index: usize| {
        units[index].label.is_none() && !units[index].is_part && !shape::is_url(&units[index].text)
    };
    let pairs: Vec<usize> = (1..units.len())
        .filter(|index| {
            units[*index].first == units[index - 1].first + 1 && is_line(*index) && is_line(index - 1)
        })
        .collect();
    let width = usual_longest(pairs.iter().map(|index| lengths[index - 1].max(lengths[*index])).collect())?;
    if !(WRAP_CHARS_MIN..=WRAP_CHARS_MAX).contains(&width) {
        return None;
    }
    // Lines of menus and lists are too short to tell.
    let pairs: Vec<usize> = pairs.into_iter().filter(|index| lengths[index - 1] * 3 > width * 2).collect();
    let full: Vec<usize> = pairs
        .iter()
        .copied()
        .filter(|index| is_full(lengths[index - 1], &units[*index].text, width))
        .collect();
    let open = full.iter().filter(|index| !units[**index - 1].text.ends_firmly()).count();
    let is_wrapped = full.len() >= WRAP_BREAKS_MIN
        && full.len() * 100 >= pairs.len() * WRAP_SHARE_MIN
        && open * 100 >= full.len() * WRAP_SHARE_MIN;
    is_wrapped.then_some(width)
}

/// `Published: … | Updated: …`: a unit for each label behind a bar.
fn divide_bars<'text>(units: Vec<Unit<'text>>, lexicons: &Lexicons<'_>) -> Vec<Unit<'text>> {
    let mut divided = Vec::with_capacity(units.len());
    for unit in units {
        let is_labelled = unit.label.as_ref().is_some_and(|label| !label.value.is_empty());
        if !is_labelled || unit.opens_others() || !unit.text.contains('|') {
            divided.push(unit);
            continue;
        }
        let mut starts = vec![0];
        let text = unit.text.clone();
        for (bar, _) in text.match_indices('|') {
            let behind = text[bar + 1..].split('|').next().unwrap_or_default();
            if label_of(behind, lexicons)
                .is_some_and(|label| label.role != Role::Related && !label.value.is_empty())
                && starts.len() < ONE_LINE_LABELS_MAX
            {
                starts.push(bar + 1);
            }
        }
        push_parts(&mut divided, &unit, &starts, lexicons);
    }
    divided
}

/// Adds the parts of a unit that begin at these places.
fn push_parts<'text>(
    units: &mut Vec<Unit<'text>>,
    whole: &Unit<'text>,
    starts: &[usize],
    lexicons: &Lexicons<'_>,
) {
    if starts.len() < 2 {
        units.push(whole.clone());
        return;
    }
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(whole.text.len());
        let text =
            whole.text[*start..end].trim().trim_end_matches('|').trim_start_matches('|').trim().to_owned();
        if is_blank(&text) {
            continue;
        }
        let label = label_of(&text, lexicons);
        units.push(Unit {
            text: text.into(),
            label,
            is_part: true,
            after_blank: whole.after_blank && index == 0,
            ..whole.clone()
        });
    }
}

/// A whole dump in one line: a unit from each label to the next.
fn divide_one_line<'text>(text: UnitText<'text>, number: usize, lexicons: &Lexicons<'_>) -> Vec<Unit<'text>> {
    let whole = unit(text, Markup::default(), number, true, true);
    let mut starts = vec![0];
    for (colon, mark) in whole.text.match_indices([':', '：']).take(ONE_LINE_LABELS_MAX * 8) {
        let last = starts.last().copied().unwrap_or_default();
        let before = &whole.text[last..colon];
        let words = before.char_indices().rev().filter(|(_, character)| character.is_whitespace());
        let begins = words.map(|(at, _)| last + at).take(LABEL_WORDS_MAX);
        let longest = begins
            .filter(|at| {
                let label = whole.text[*at..colon + mark.len()].trim_start_matches(is_decoration);
                label.chars().next().is_some_and(|first| fold_char(first).is_some())
                    && lexicons
                        .labels
                        .match_line(label)
                        .is_some_and(|label| label.role != Role::Title && label.value.is_empty())
            })
            .last();
        if let Some(at) = longest.filter(|_| starts.len() < ONE_LINE_LABELS_MAX) {
            starts.push(at);
        }
    }
    let mut units = Vec::new();
    push_parts(&mut units, &whole, &starts, lexicons);
    units.into_iter().flat_map(|unit| behind_value(unit, lexicons)).collect()
}

/// A label whose value ran on into the text: `Published: 3 May 2024 The council …` is a date and a paragraph.
fn behind_value<'text>(unit: Unit<'text>, lexicons: &Lexicons<'_>) -> Vec<Unit<'text>> {
    let found = lexicons
        .labels
        .match_line(&unit.text)
        .filter(|label| matches!(label.role, Role::Date | Role::Modified));
    let Some(label) = found else { return vec![unit] };
    let value_at = unit.text.len() - label.value.len();
    let words: Vec<usize> = label
        .value
        .char_indices()
        .filter(|(_, character)| character.is_whitespace())
        .map(|(at, _)| at)
        .take(12)
        .collect();
    let date_end = words.iter().rev().find(|at| lexicons.is_date(&label.value[..**at])).copied();
    let Some(end) = date_end.map(|at| value_at + at).filter(|_| word_count(label.value) > 4) else {
        return vec![unit];
    };
    if lexicons.is_date(label.value) {
        return vec![unit];
    }
    let (date, rest) = unit.text.split_at(end);
    [date, rest]
        .map(|text| Unit { text: text.trim().to_owned().into(), after_blank: false, ..unit.clone() })
        .into_iter()
        .collect()
}
