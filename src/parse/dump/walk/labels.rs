//! Labelled lines of a dump: where a label counts, and where its value stands.

use super::{EDGE_UNITS, Walk};
use crate::article::Flaw;
use crate::parse::dump::line::{Evidence, LineRole};
use crate::parse::dump::pieces::{Unit, may_be_value};
use crate::parse::dump::{role_of, shape};
use crate::parse::flaws;
use crate::parse::lexicon::Role;
use crate::parse::people;
use crate::parse::text::{collapse, word_count};

/// Tags, one a line, below their label.
const TAG_LINES_MAX: usize = 40;
const TAG_LINE_WORDS_MAX: usize = 4;
/// Above the headline, names behind an author's label have at most this many words: `Report: …` begins titles too.
const FIRST_NAME_WORDS_MAX: usize = 4;

impl Walk<'_, '_> {
    /// Takes a labelled line; false where the label doesn't count here.
    pub(super) fn take_labelled(&mut self, index: usize, role: Role, name: &str, value: &str) -> bool {
        let Some(line_role) = role_of(role) else { return false };
        let at_edge = index < EDGE_UNITS || self.is_near_end(index) || self.paragraphs == 0;
        if !at_edge && matches!(role, Role::Author | Role::Title | Role::Subtitle | Role::Section) {
            return false;
        }
        if role == Role::Author && !self.title_settled && !are_names(value) {
            return false;
        }
        if role == Role::Text {
            return self.take_labelled_text(index, name, value);
        }
        if self.in_comments && matches!(role, Role::Author | Role::Date | Role::Title) {
            return false;
        }
        let evidence = Evidence::Label(name.to_owned());
        if !value.is_empty() {
            if !self.fill(role, name, value, at_edge) {
                return false;
            }
            self.set(index, line_role, evidence);
            self.after_label(role, index);
            return true;
        }
        let has_value = self.units.get(index + 1).is_some_and(|next| is_value(role, next));
        if !has_value {
            // A label with nothing behind it says nothing, and is no paragraph either.
            if at_edge {
                self.set(index, LineRole::Label, evidence);
            }
            return at_edge;
        }
        let value = self.text(index + 1).to_string();
        if !self.fill(role, name, &value, at_edge) {
            return false;
        }
        self.set(index, LineRole::Label, evidence.clone());
        self.set(index + 1, line_role, evidence.clone());
        self.next = index + 2;
        if role == Role::Keywords && word_count(&value) <= TAG_LINE_WORDS_MAX {
            self.take_tag_lines(&evidence);
        }
        self.after_label(role, index + 1);
        true
    }

    /// `Text: …`: the label goes, the value is a paragraph.
    fn take_labelled_text(&mut self, index: usize, name: &str, value: &str) -> bool {
        let evidence = Evidence::Label(name.to_owned());
        if self.paragraphs > 0 && !value.is_empty() {
            return false;
        }
        let role = if value.is_empty() { LineRole::Label } else { LineRole::Paragraph };
        self.set(index, role, evidence);
        if !value.is_empty() {
            self.paragraphs += 1;
            self.first_paragraph.get_or_insert(index);
        }
        true
    }

    /// Tags below their label, one a line.
    fn take_tag_lines(&mut self, evidence: &Evidence) {
        for _ in 0..TAG_LINES_MAX {
            let Some(unit) = self.units.get(self.next) else { return };
            let is_tag = unit.label.is_none()
                && !unit.after_blank
                && unit.text.words() <= TAG_LINE_WORDS_MAX
                && !unit.text.ends_firmly()
                && !shape::is_url(&unit.text)
                && !unit.text.is_boilerplate(self.lexicons);
            if !is_tag {
                return;
            }
            let index = self.next;
            self.set(index, LineRole::Keywords, evidence.clone());
            self.next += 1;
        }
    }

    fn after_label(&mut self, role: Role, index: usize) {
        if role == Role::Title {
            self.headline.get_or_insert(index);
            self.title_settled = true;
        }
        if matches!(role, Role::Source | Role::Keywords) && self.paragraphs > 0 {
            self.main_closed = true;
        }
    }

    /// Notes a label's value; false where it is a repetition in the middle of the text.
    fn fill(&mut self, role: Role, label: &str, value: &str, at_edge: bool) -> bool {
        let value = collapse(value);
        let earlier = self.values.iter().find(|(known, _)| *known == role);
        match earlier {
            _ if role == Role::Caption => true,
            None => {
                self.values.push((role, value.into_owned()));
                true
            }
            Some((_, earlier)) if *earlier == value => true,
            Some(_) if at_edge => {
                let detail = format!("{label}: {value}");
                self.flaws.push(Flaw::new(flaws::LABEL_REPEATED).with_detail(detail));
                true
            }
            Some(_) => false,
        }
    }
}

fn are_names(value: &str) -> bool {
    people::from_byline(value).iter().all(|name| word_count(name) <= FIRST_NAME_WORDS_MAX)
}

/// Whether the unit can be the value of the label that stands alone above it.
fn is_value(role: Role, unit: &Unit<'_>) -> bool {
    if unit.label.is_some() || !may_be_value(role, &unit.text) {
        return false;
    }
    match role {
        Role::Date | Role::Modified => unit.text.chars().any(char::is_numeric),
        Role::Url => unit.text.starts_with("http"),
        Role::Keywords => !shape::is_sentence(&unit.text, 6),
        _ => true,
    }
}
