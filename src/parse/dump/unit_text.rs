//! The text of a unit, with the answers to what was asked of it before.
//!
//! Owns the remembering, and nothing else: many rules ask the same of the same line, and a dump is long. All questions
//! about one dump are asked with the same lexicons.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Deref;

use super::overlap::Stems;
use super::page;
use super::shape::{self, Lexicons};
use crate::parse::fold::{digit, fold};
use crate::parse::text::word_count;

/// Reads as a `str`.
#[derive(Debug, Clone)]
pub(super) struct UnitText<'text> {
    text: Cow<'text, str>,
    known: Known,
}

#[derive(Debug, Clone, Default)]
struct Known {
    words: OnceCell<usize>,
    page_words: OnceCell<(usize, usize)>,
    has_digit: OnceCell<bool>,
    stems: OnceCell<Stems>,
    folded: OnceCell<String>,
    ends_sentence: OnceCell<bool>,
    ends_firmly: OnceCell<bool>,
    is_title: OnceCell<bool>,
    is_prose: OnceCell<bool>,
    is_separator: OnceCell<bool>,
    is_byline: OnceCell<bool>,
    is_date: OnceCell<bool>,
    is_section: OnceCell<bool>,
    is_boilerplate: OnceCell<bool>,
    is_caption: OnceCell<bool>,
    is_credit: OnceCell<bool>,
    is_bare_name: OnceCell<bool>,
    is_kicker: OnceCell<bool>,
    names_medium: OnceCell<bool>,
    names_institution: OnceCell<bool>,
    heads_comments: OnceCell<bool>,
    heads_others: OnceCell<bool>,
}

impl<'text> From<Cow<'text, str>> for UnitText<'text> {
    fn from(text: Cow<'text, str>) -> Self {
        Self { text, known: Known::default() }
    }
}

impl From<String> for UnitText<'_> {
    fn from(text: String) -> Self {
        Cow::<str>::Owned(text).into()
    }
}

impl Deref for UnitText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl UnitText<'_> {
    /// Adds a line that was wrapped.
    pub fn join(&mut self, line: &str) {
        let text = self.text.to_mut();
        text.push(' ');
        text.push_str(line);
        self.known = Known::default();
    }

    /// The number of words, as [`word_count`] counts them.
    pub fn words(&self) -> usize {
        *self.known.words.get_or_init(|| word_count(&self.text))
    }

    pub fn has_digit(&self) -> bool {
        *self.known.has_digit.get_or_init(|| self.text.chars().any(|character| digit(character).is_some()))
    }

    /// Whether it can be a date, a byline, a credit or a row of buttons. Quick, and true of some that are a little longer.
    pub fn is_short(&self) -> bool {
        self.words() <= shape::SHORT_WORDS_MAX
    }

    /// As [`Lexicons::date_among`].
    pub fn date_among(&self, lexicons: &Lexicons<'_>, others_max: usize) -> Option<&str> {
        if self.is_short() { lexicons.date_among(&self.text, others_max) } else { None }
    }

    /// As [`shape::is_code`].
    pub fn is_code(&self) -> bool {
        self.is_short() && shape::is_code(&self.text)
    }

    /// The beginnings of its words.
    pub fn stems(&self) -> &Stems {
        self.known.stems.get_or_init(|| Stems::of(&self.text))
    }

    /// As [`fold`] gives it.
    pub fn folded(&self) -> &str {
        self.known.folded.get_or_init(|| fold(&self.text))
    }

    pub fn ends_sentence(&self) -> bool {
        *self.known.ends_sentence.get_or_init(|| shape::ends_sentence(&self.text))
    }

    pub fn ends_firmly(&self) -> bool {
        *self.known.ends_firmly.get_or_init(|| shape::ends_firmly(&self.text))
    }

    pub fn is_title(&self) -> bool {
        *self.known.is_title.get_or_init(|| shape::is_title_by(self, self.ends_sentence(), || self.words()))
    }

    pub fn is_prose(&self) -> bool {
        *self.known.is_prose.get_or_init(|| page::is_prose(self, self.ends_firmly(), || self.words()))
    }

    pub fn is_separator(&self) -> bool {
        *self.known.is_separator.get_or_init(|| shape::is_separator(&self.text))
    }

    /// A byline anywhere but on the first line.
    pub fn is_byline(&self) -> bool {
        *self.known.is_byline.get_or_init(|| self.is_short() && shape::is_byline(&self.text, false))
    }

    pub fn is_date(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_date.get_or_init(|| lexicons.is_date(&self.text))
    }

    pub fn is_section(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_section.get_or_init(|| lexicons.is_section(&self.text))
    }

    pub fn is_boilerplate(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_boilerplate.get_or_init(|| lexicons.is_boilerplate_by(&self.text, self.is_short()))
    }

    pub fn is_caption(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_caption.get_or_init(|| lexicons.is_caption(&self.text))
    }

    pub fn is_credit(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_credit.get_or_init(|| lexicons.is_credit(&self.text))
    }

    pub fn is_bare_name(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_bare_name.get_or_init(|| lexicons.is_bare_name(&self.text))
    }

    pub fn is_kicker(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.is_kicker.get_or_init(|| lexicons.words.is_kicker(&self.text))
    }

    pub fn names_medium(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.names_medium.get_or_init(|| lexicons.names_medium(&self.text))
    }

    pub fn names_institution(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.names_institution.get_or_init(|| lexicons.names_institution(&self.text))
    }

    pub fn heads_comments(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.heads_comments.get_or_init(|| lexicons.words.heads_comments(&self.text))
    }

    pub fn heads_others(&self, lexicons: &Lexicons<'_>) -> bool {
        *self.known.heads_others.get_or_init(|| lexicons.words.heads_others(&self.text))
    }

    /// As [`super::words::Words::count_page_words`] counts.
    pub fn page_words(&self, lexicons: &Lexicons<'_>) -> (usize, usize) {
        *self.known.page_words.get_or_init(|| lexicons.words.count_page_words(&self.text))
    }
}
