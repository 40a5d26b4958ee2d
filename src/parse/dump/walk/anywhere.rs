//! What a unit is wherever it stands: separators, addresses, codes, times of entries, words of the page.

use super::{ENTRY_WORDS_MAX, FIRST_LINES, Walk};
use crate::parse::dump::line::{Evidence, LineRole};
use crate::parse::dump::shape;
use crate::parse::fold::same;
use crate::parse::text::has_words;

impl Walk<'_, '_> {
    /// What a unit is wherever it stands.
    pub(super) fn anywhere(&mut self, index: usize) -> Option<(LineRole, Evidence)> {
        let lexicons = self.lexicons;
        let unit = &self.units[index];
        let text = &unit.text;
        if text.is_separator() {
            return Some((LineRole::Boilerplate, Evidence::Shape("separator")));
        }
        if shape::is_url(text) {
            return Some((LineRole::Url, Evidence::Shape("address alone")));
        }
        if shape::is_symbol(text) && self.title_settled {
            return Some((LineRole::Boilerplate, Evidence::Shape("symbol")));
        }
        if self.is_of_references(index) {
            return Some((LineRole::Boilerplate, Evidence::Shape("references")));
        }
        if self.paragraphs == 0 && index < self.facts.top_end && shape::is_introduced_url(text) {
            return Some((LineRole::Boilerplate, Evidence::Shape("address behind few words")));
        }
        if self.paragraphs > 0 && shape::is_introduced_url(text) && self.is_tail(index) {
            return Some((LineRole::Url, Evidence::Shape("address behind few words")));
        }
        if self.is_numbered_label(index) {
            return Some((LineRole::Boilerplate, Evidence::Shape("number behind a label")));
        }
        let is_entry = self.paragraphs > 0 && has_words(text, 0..=ENTRY_WORDS_MAX);
        if is_entry && text.is_date(lexicons) && (text.contains(':') || !lexicons.reads_as_date(text)) {
            return Some((LineRole::Date, Evidence::Shape("time of an entry")));
        }
        if self.title_settled && text.is_code() && !text.is_date(lexicons) {
            return Some((LineRole::Boilerplate, Evidence::Shape("code")));
        }
        if shape::is_row_of_hashtags(text) {
            return Some((LineRole::Keywords, Evidence::Shape("row of hashtags")));
        }
        if self.repeats_headline(index) {
            return Some((LineRole::Headline, Evidence::Shape("repeats the headline")));
        }
        if unit.markup.is_image {
            return Some((LineRole::Caption, Evidence::Shape("image")));
        }
        if self.title_settled && text.is_caption(lexicons) {
            return Some((LineRole::Caption, Evidence::Shape("caption")));
        }
        if text.heads_comments(lexicons) && self.paragraphs > 0 {
            self.in_comments = self.prose > 0 && self.paragraphs > 1 || self.main_closed;
            return Some((LineRole::Boilerplate, Evidence::Shape("head of comments")));
        }
        let is_credit = lexicons.words.is_agency(text);
        let is_section =
            !self.title_settled && text.is_section(lexicons) && !lexicons.is_row_of_buttons(text);
        if !is_credit && !is_section && text.is_boilerplate(lexicons) {
            return Some((LineRole::Boilerplate, Evidence::Shape("words of a page")));
        }
        None
    }

    /// `Ref: 24/1182` above the text or below it.
    fn is_numbered_label(&self, index: usize) -> bool {
        shape::is_number_behind_label(self.text(index))
            && (self.paragraphs == 0 && index < self.facts.top_end
                || self.paragraphs > 0 && self.is_tail(index))
    }

    fn repeats_headline(&self, index: usize) -> bool {
        index < FIRST_LINES
            && self.paragraphs == 0
            && self.headline.is_some_and(|headline| same(self.text(headline), self.text(index)))
    }
}
