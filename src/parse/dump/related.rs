//! What stands behind a label such as "read also": a title in the middle of the body, or whole articles at the end.
//!
//! The rules. The *segment* reaches from the label to the next label of its kind, to the head of the comments, or to the
//! end of the dump; labelled lines at its very end are not part of it (source and keywords of the main article),
//! labelled lines inside it are the related article's own.
//! 1. The title stands on the label's line, else on the next one. Several titles with bullets are several articles.
//! 2. The main article had ended before the label (a source or keyword line after its last paragraph): the whole
//!    segment belongs to related articles. Where one ends and the next begins is told by titles: short lines that
//!    don't end like a sentence, with text of their own below.
//! 3. The title stands on the label's line: it is a reference only, and the body goes on below.
//! 4. Otherwise the first lines below the title decide by their words: if they take up more of the title's own words
//!    than of the main headline's, the segment is whole articles, else the body goes on. This is marked as a guess.
//! 5. In the middle of a related article's text, a title whose words the text below doesn't take up is a reference
//!    only: the text below goes on with the related article.

use super::line::{Evidence, LineRole};
use super::overlap::takes_up_title;
use super::pieces::Unit;
use super::role_of;
use super::shape::{self, Lexicons};
use crate::parse::lexicon::Role;
use crate::parse::text::is_longer_than;

/// More articles than this are not taken from one dump's label.
const RELATED_MAX: usize = 50;
/// A title within a segment has at most this many characters, and at least so many words.
const INNER_TITLE_CHARS_MAX: usize = 150;
/// Longer lines in a list of titles may be text without full stops below a title.
const LIST_TITLE_CHARS_MAX: usize = 120;
const INNER_TITLE_WORDS_MIN: usize = 3;

/// A longer line that shares so many words with the title above is its text, with or without a full stop.
const TAKEN_UP_WORDS_MIN: usize = 3;

/// What is known of the main article where the label stands.
pub(super) struct Main {
    /// The unit of its headline, or of its first paragraph.
    pub headline: Option<usize>,
    /// Its source or keyword line stood after its last paragraph.
    pub is_closed: bool,
    pub has_paragraphs: bool,
    pub has_date: bool,
    /// Related articles so far.
    pub articles: usize,
}

/// What a label opened.
pub(super) struct Block {
    /// Related articles in it.
    pub articles: usize,
    /// The first unit that is not part of it.
    pub next: usize,
    /// Rule 4 was used.
    pub is_guess: bool,
}

/// Settles what stands behind the label of `units[at]`, or, without a label, what begins there.
pub(super) fn read(
    units: &mut [Unit<'_>],
    at: usize,
    main: &Main,
    lexicons: &Lexicons<'_>,
    has_label: bool,
) -> Block {
    let label = units[at].label.clone().filter(|_| has_label);
    let start = if has_label { at + 1 } else { at };
    let end = segment_end(units, start, main, lexicons);
    let evidence = label.as_ref().map_or(Evidence::Position("below the end of the article"), |label| {
        Evidence::Label(label.name.clone())
    });
    let mut reading = Reading { units, lexicons, first: main.articles, articles: 0, evidence };
    let inline = label.is_some_and(|label| !label.value.is_empty());
    let texts = reading.texts(start, end);
    if let Some(block) = reading.within_related(at, inline, start, end, &texts) {
        return block;
    }
    if inline {
        return reading.inline(at, start, end, main, &texts);
    }
    if main.is_closed || !main.has_paragraphs {
        reading.open_at(at, has_label);
        reading.articles_of(&texts, start, end);
        return Block { articles: reading.articles, next: end, is_guess: false };
    }
    reading.open(at, start, end, main, &texts)
}

struct Reading<'units, 'text, 'parser> {
    units: &'units mut [Unit<'text>],
    lexicons: &'parser Lexicons<'parser>,
    /// Related articles before this block.
    first: usize,
    /// Related articles of this block so far.
    articles: usize,
    evidence: Evidence,
}

impl Reading<'_, '_, '_> {
    /// The units of a segment that are text: no label, nothing of the page.
    fn texts(&self, start: usize, end: usize) -> Vec<usize> {
        (start..end).filter(|index| side_role(&self.units[*index], self.lexicons).is_none()).collect()
    }

    fn open_at(&mut self, at: usize, has_label: bool) {
        if has_label {
            let evidence = self.evidence.clone();
            self.units[at].set(LineRole::RelatedStart, evidence);
        }
    }

    fn begin_article(&mut self) {
        self.articles += 1;
    }

    fn set(&mut self, index: usize, role: LineRole, evidence: Evidence) {
        self.units[index].set(role, evidence);
        self.units[index].related = Some((self.first + self.articles).saturating_sub(1));
    }

    /// Rule 5.
    fn within_related(
        &mut self,
        at: usize,
        inline: bool,
        start: usize,
        end: usize,
        texts: &[usize],
    ) -> Option<Block> {
        let above = at.checked_sub(1).map(|above| &self.units[above])?;
        let article = above.related.filter(|_| above.role == LineRole::RelatedParagraph)?;
        let headline = self.units[..at]
            .iter()
            .rposition(|unit| unit.related == Some(article) && unit.role == LineRole::RelatedHeadline)?;
        let (title, rest) = if inline { (at, texts) } else { (*texts.first()?, texts.get(1..)?) };
        let below = rest.first().copied()?;
        let is_reference = !is_bare_title(&self.units[below])
            && self.units[below].text.ends_firmly()
            && self.units[title].text.is_title()
            && !takes_up_title(self.units, title, Some(headline));
        if !is_reference {
            return None;
        }
        self.begin_article();
        let evidence = self.evidence.clone();
        self.set(at, LineRole::ReadAlso, evidence.clone());
        self.set(title, LineRole::ReadAlso, evidence);
        for index in rest {
            self.units[*index]
                .set(LineRole::RelatedParagraph, Evidence::Position("text of a related article"));
            self.units[*index].related = Some(article);
        }
        for index in start..end {
            if let Some((role, evidence)) = side_role(&self.units[index], self.lexicons)
                && !self.units[index].is_settled()
            {
                self.units[index].set(role, evidence);
                self.units[index].related = Some(article);
            }
        }
        Some(Block { articles: 1, next: end, is_guess: true })
    }

    /// Rules 2 and 3 for a title on the label's line.
    fn inline(&mut self, at: usize, start: usize, end: usize, main: &Main, texts: &[usize]) -> Block {
        self.begin_article();
        let evidence = self.evidence.clone();
        let has_text = texts.iter().any(|index| !is_bare_title(&self.units[*index]));
        if !main.is_closed || texts.is_empty() {
            self.set(at, LineRole::ReadAlso, evidence);
            return Block { articles: 1, next: start, is_guess: false };
        }
        let role = if has_text { LineRole::RelatedStart } else { LineRole::ReadAlso };
        self.set(at, role, evidence);
        if has_text {
            self.paragraphs_of(texts, start, end);
        } else {
            self.articles_of(texts, start, end);
        }
        Block { articles: self.articles, next: end, is_guess: false }
    }

    /// Rule 2: titles and their paragraphs.
    fn articles_of(&mut self, texts: &[usize], start: usize, end: usize) {
        let all_titles = texts.len() > 1 && self.are_titles(texts);
        let Some(first) = texts.first() else {
            self.sides(start, end);
            return;
        };
        self.begin_article();
        self.sides(start, *first);
        if all_titles {
            self.titles(texts, *first, end);
        } else if self.units[*first].text.is_title() {
            let evidence = Evidence::Position("first line of a related article");
            self.set(*first, LineRole::RelatedHeadline, evidence);
            self.paragraphs_of(&texts[1..], first + 1, end);
        } else {
            self.paragraphs_of(texts, *first, end);
        }
    }

    /// Whether all texts are titles: no sentences, and the first is not much shorter than those below.
    fn are_titles(&self, texts: &[usize]) -> bool {
        if !texts.iter().all(|index| is_bare_title(&self.units[*index])) || self.is_text_of(texts) {
            return false;
        }
        let length = |index: &usize| self.units[*index].text.chars().count();
        let longest = texts.iter().map(length).max().unwrap_or_default();
        let first = texts.first().map(length).unwrap_or_default();
        let rest: usize = texts.iter().skip(1).map(length).sum();
        longest <= LIST_TITLE_CHARS_MAX || first * 3 * texts.len().saturating_sub(1) >= rest * 2
    }

    /// Whether the second line is text of the first: longer, and with the title's own words.
    fn is_text_of(&self, texts: &[usize]) -> bool {
        let [title, text, ..] = texts else { return false };
        let (title, text) = (&self.units[*title].text, &self.units[*text].text);
        let is_longer = text.chars().count() * 2 >= title.chars().count() * 3;
        is_longer && title.stems().shared(text.stems()) >= TAKEN_UP_WORDS_MIN
    }

    /// Each text is the title of an article.
    fn titles(&mut self, texts: &[usize], start: usize, end: usize) {
        let mut from = start;
        for (count, index) in texts.iter().enumerate() {
            self.sides(from, *index);
            if count > 0 && count < RELATED_MAX {
                self.begin_article();
            }
            let role =
                if count < RELATED_MAX { LineRole::RelatedHeadline } else { LineRole::RelatedParagraph };
            self.set(*index, role, Evidence::Shape("title in a list of titles"));
            from = index + 1;
        }
        self.sides(from, end);
    }

    /// The paragraphs of the article that was begun, and the articles after it.
    fn paragraphs_of(&mut self, texts: &[usize], start: usize, end: usize) {
        let sentences_end = self.sentences_end(texts);
        let mut from = start;
        let mut paragraphs = 0;
        for (place, index) in texts.iter().enumerate() {
            let next = texts.get(place + 1).copied();
            let begins = (paragraphs > 0 || self.title_stands_above(*index))
                && self.articles < RELATED_MAX
                && self.is_inner_title(*index, next, sentences_end);
            if begins {
                self.sides(from, *index);
                self.begin_article();
                self.set(*index, LineRole::RelatedHeadline, Evidence::Shape("title above its text"));
                paragraphs = 0;
            } else {
                self.sides(from, *index);
                self.set(*index, LineRole::RelatedParagraph, Evidence::Position("text of a related article"));
                paragraphs += 1;
            }
            from = index + 1;
        }
        self.sides(from, end);
    }

    /// The unit above is a title without text: another title may follow it.
    fn title_stands_above(&self, index: usize) -> bool {
        index > 0
            && self.units[index].after_blank
            && self.units[index - 1].role == LineRole::RelatedHeadline
            && self.units[index].markup.is_heading
    }

    /// Whether the paragraphs of a segment end like sentences, so that a line that doesn't is a title.
    fn sentences_end(&self, texts: &[usize]) -> bool {
        let (mut firm, mut bare, mut other) = (0, 0, 0);
        for unit in texts.iter().map(|index| &self.units[*index]) {
            if unit.text.ends_firmly() {
                firm += 1;
            } else if is_bare_title(unit) {
                bare += 1;
            } else {
                other += 1;
            }
        }
        firm > 0 && firm >= bare && firm > other * 2
    }

    fn is_inner_title(&self, index: usize, next: Option<usize>, sentences_end: bool) -> bool {
        let unit = &self.units[index];
        if !is_bare_title(unit)
            || unit.text.ends_firmly() && !unit.text.ends_with(['?', '؟', '!', '"', '»', '”'])
        {
            return false;
        }
        if is_longer_than(&unit.text, INNER_TITLE_CHARS_MAX) || unit.text.words() < INNER_TITLE_WORDS_MIN {
            return false;
        }
        let above_is_separator = index > 0 && self.units[index - 1].text.is_separator();
        let below_is_date = self
            .units
            .get(index + 1)
            .is_some_and(|unit| unit.label_is(Role::Date) || unit.text.is_date(self.lexicons));
        if unit.markup.is_heading
            || unit.label_is(Role::Title)
            || above_is_separator
            || below_is_date
            || shape::has_bullet(&unit.text)
            || shape::has_number(&unit.text)
            || unit.markup.is_item
        {
            return true;
        }
        let has_text = next.is_some_and(|next| !is_bare_title(&self.units[next]));
        sentences_end && has_text
    }

    /// What is not text between two texts: the related articles' own dates, bylines, captions and addresses.
    fn sides(&mut self, start: usize, end: usize) {
        for index in start..end {
            let role = side_role(&self.units[index], self.lexicons);
            let Some((role, evidence)) = role else { continue };
            if self.articles == 0 {
                self.units[index].set(role, evidence);
            } else {
                self.set(index, role, evidence);
            }
        }
    }

    /// Rules 1 and 4: the main article may go on below.
    fn open(&mut self, at: usize, start: usize, end: usize, main: &Main, texts: &[usize]) -> Block {
        let listed: Vec<usize> = texts
            .iter()
            .copied()
            .take_while(|index| {
                (shape::has_bullet(&self.units[*index].text) || self.units[*index].markup.is_item)
                    && self.units[*index].text.is_title()
            })
            .take(RELATED_MAX)
            .collect();
        if let Some(last) = listed.last().copied() {
            self.open_at(at, true);
            self.begin_article();
            self.titles(&listed, start, last + 1);
            return Block { articles: self.articles, next: self.behind_address(last, end), is_guess: false };
        }
        let Some(first) = texts.first().copied() else {
            self.open_at(at, true);
            self.sides(start, end);
            return Block { articles: 0, next: end, is_guess: false };
        };
        if !self.units[first].text.is_title() {
            // Nothing below the label is a title: the label is dropped, the text is the body's.
            self.units[at].set(LineRole::ReadAlso, self.evidence.clone());
            return Block { articles: 0, next: start, is_guess: true };
        }
        let all_titles = self.are_titles(texts);
        if texts.len() == 1 || all_titles {
            self.open_at(at, true);
            self.articles_of(texts, start, end);
            return Block { articles: self.articles, next: end, is_guess: false };
        }
        self.guess(at, start, end, main, texts)
    }

    /// Rule 4.
    fn guess(&mut self, at: usize, start: usize, end: usize, main: &Main, texts: &[usize]) -> Block {
        // Several titles in a row: the last one above the text decides.
        let run = texts.iter().take_while(|index| is_bare_title(&self.units[**index])).count().max(1);
        let decides = texts[run - 1];
        let has_own_date = self.units.get(decides + 1).is_some_and(|unit| {
            decides + 1 < end && (unit.label_is(Role::Date) || unit.text.is_date(self.lexicons))
        });
        if has_own_date || takes_up_title(self.units, decides, main.headline) {
            self.open_at(at, true);
            self.articles_of_run(texts, start, end, run);
            return Block { articles: self.articles, next: end, is_guess: true };
        }
        let evidence = self.evidence.clone();
        let is_several = run > 1;
        let label_role = if is_several { LineRole::RelatedStart } else { LineRole::ReadAlso };
        self.units[at].set(label_role, evidence);
        let role = if is_several { LineRole::RelatedHeadline } else { LineRole::ReadAlso };
        let mut from = start;
        for index in &texts[..run] {
            self.begin_article();
            self.sides(from, *index);
            self.set(*index, role, Evidence::Position("below the label"));
            from = index + 1;
        }
        Block { articles: self.articles, next: self.behind_address(texts[run - 1], end), is_guess: true }
    }

    /// Titles without text first, then articles.
    fn articles_of_run(&mut self, texts: &[usize], start: usize, end: usize, run: usize) {
        let (alone, rest) = texts.split_at(run - 1);
        if let (Some(_), Some(first)) = (alone.first(), rest.first()) {
            self.begin_article();
            self.titles(alone, start, *first);
            self.articles_of(rest, *first, end);
        } else {
            self.articles_of(texts, start, end);
        }
    }

    /// The unit behind a title; an address alone belongs to the title above it.
    fn behind_address(&mut self, title: usize, end: usize) -> usize {
        let next = title + 1;
        if next < end && shape::is_url(&self.units[next].text) {
            self.set(next, LineRole::Url, Evidence::Shape("address alone"));
            return next + 1;
        }
        next
    }
}

/// What a unit of a segment is where it is no text of an article.
fn side_role(unit: &Unit<'_>, lexicons: &Lexicons<'_>) -> Option<(LineRole, Evidence)> {
    if unit.is_settled() {
        return Some((unit.role, unit.evidence.clone()));
    }
    if let Some(label) = &unit.label {
        if matches!(label.role, Role::Title | Role::Text) && !label.value.is_empty() {
            return None;
        }
        let role = if label.value.is_empty() { LineRole::Label } else { role_of(label.role)? };
        return Some((role, Evidence::Label(label.name.clone())));
    }
    let text = &unit.text;
    if shape::is_url(text) {
        return Some((LineRole::Url, Evidence::Shape("address alone")));
    }
    if text.is_separator() {
        return Some((LineRole::Boilerplate, Evidence::Shape("separator")));
    }
    if text.is_date(lexicons) {
        return Some((LineRole::Date, Evidence::Shape("date alone")));
    }
    if text.is_credit(lexicons) {
        return Some((LineRole::Source, Evidence::Shape("agency")));
    }
    if unit.markup.is_image || text.is_caption(lexicons) {
        return Some((LineRole::Caption, Evidence::Shape("caption")));
    }
    if text.is_boilerplate(lexicons) {
        return Some((LineRole::Boilerplate, Evidence::Shape("words of a page")));
    }
    shape::is_byline(text, true).then_some((LineRole::Byline, Evidence::Shape("byline")))
}

/// The end of the segment: without the labelled lines that close it.
fn segment_end(units: &[Unit<'_>], start: usize, main: &Main, lexicons: &Lexicons<'_>) -> usize {
    let mut end = (start..units.len())
        .find(|index| units[*index].opens_others() || units[*index].text.heads_comments(lexicons))
        .unwrap_or(units.len());
    while end > start && closes(&units[end - 1], main, lexicons) {
        end -= 1;
    }
    end - foot_lines(&units[start..end], lexicons)
}

/// How many very short lines stand behind longer titles: a menu at the foot of the page.
fn foot_lines(units: &[Unit<'_>], lexicons: &Lexicons<'_>) -> usize {
    let is_short = |unit: &&Unit<'_>| {
        unit.text.words() < INNER_TITLE_WORDS_MIN
            && unit.label.is_none()
            && !unit.text.ends_firmly()
            && !unit.markup.is_item
            && !unit.text.is_date(lexicons)
    };
    let short = units.iter().rev().take_while(is_short).count();
    let above = units.len().checked_sub(short + 1).map(|above| units[above].text.words());
    if short > 1 && above.is_some_and(|words| words > INNER_TITLE_WORDS_MIN) { short } else { 0 }
}

/// Whether a unit at the end of a segment is of the main article or of the page.
fn closes(unit: &Unit<'_>, main: &Main, lexicons: &Lexicons<'_>) -> bool {
    if unit.role == LineRole::Boilerplate {
        return true;
    }
    match &unit.label {
        Some(label) => match label.role {
            Role::Date => !main.has_date,
            Role::Title | Role::Text => false,
            _ => true,
        },
        None => unit.text.is_boilerplate(lexicons) && !lexicons.words.is_agency(&unit.text),
    }
}

/// A title without a full stop: a line of a list of titles.
pub(super) fn is_bare_title(unit: &Unit<'_>) -> bool {
    unit.text.is_title() && !unit.text.ends_sentence()
}
