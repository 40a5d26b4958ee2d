//! Subjects of English verbs of speech.
//!
//! Owns where English has them: before the verb, or behind it where the verb follows a quotation.

use super::super::lexicon::roles::role;
use super::super::text::gap;
use super::speakers::{REACH_WORDS, Subject, Walk};
use crate::article::EntityKind;

impl Walk<'_> {
    /// English has the subject before the verb, or behind it where the verb follows a quotation.
    pub(super) fn english_subject(&self, verb: usize, end: usize) -> Subject {
        if self.folded(verb) == "according" || self.gap(verb) & gap::QUOTE == 0 && self.follows_quote(verb) {
            return self.english_subject_behind(verb, end);
        }
        let mut before = verb;
        while before > 0 && self.has_role(before - 1, role::ADVERB) {
            before -= 1;
        }
        if before > 0 && self.has_role(before - 1, role::PRONOUN) {
            return Subject::Implied;
        }
        if let Some(place) = self.named_before(before).filter(|_| self.tokens[verb].continues()) {
            let named = &self.named[place];
            let is_part = self.has_role(named.first.wrapping_sub(1), role::PREPOSITION);
            if !is_part {
                return Subject::Named(place);
            }
        }
        self.known.person.map_or(Subject::Other, Subject::Named)
    }

    /// Whether a word is the first one behind a marked span.
    fn follows_quote(&self, index: usize) -> bool {
        let behind = self.marked.partition_point(|marked| marked.end <= index);
        behind > 0 && self.marked[behind - 1].end == index
    }

    pub(super) fn english_subject_behind(&self, verb: usize, end: usize) -> Subject {
        let end = end.min(verb + 1 + REACH_WORDS).min(self.tokens.len());
        let mut in_phrase = false;
        let mut index = verb + 1;
        while index < end && self.gap(index) & (gap::SENTENCE | gap::PARAGRAPH) == 0 {
            in_phrase &= self.gap(index) & gap::BREAK == 0;
            if index == verb + 1 && self.has_role(index, role::PRONOUN) {
                return Subject::Implied;
            }
            if index == verb + 1
                && self.named_at(index).is_none()
                && let Some(place) = self.named_in_part(index)
            {
                return Subject::Named(place);
            }
            if let Some(place) = self.named_at(index) {
                let named = &self.named[place];
                let is_near = index <= verb + 3;
                if !in_phrase
                    && named.can_speak()
                    && (named.kind == EntityKind::Person || (is_near && self.ends_phrase(named.end)))
                {
                    return Subject::Named(place);
                }
                index = named.end;
                continue;
            }
            if self.is_verb(index) || self.is_complementizer(index) {
                break;
            }
            in_phrase |=
                self.has_role(index, role::PREPOSITION) && !self.has_role(index, role::ATTRIBUTION_LINK);
            index += 1;
        }
        Subject::Other
    }

    /// Whether nothing goes on with the name that ends before a word: `the Foreign Ministry, …`.
    fn ends_phrase(&self, index: usize) -> bool {
        self.named_at(index).is_none()
    }

    pub(super) fn english_attribution(&self, verb: usize, from: usize, person: Option<usize>) -> Subject {
        let reach = self.tokens.len();
        if verb == from || self.folded(verb) == "according" {
            return self.english_subject_behind(verb, reach);
        }
        let mut before = verb;
        while before > from && self.has_role(before - 1, role::ADVERB) {
            before -= 1;
        }
        if before > from && self.has_role(before - 1, role::PRONOUN) {
            return Subject::Implied;
        }
        if before == from + 1
            && self.named_before(before).is_none()
            && let Some(place) = self.named_in_part(from)
        {
            return Subject::Named(place);
        }
        let nearest = self.named_before(before).filter(|place| self.named[*place].first >= from);
        match (person, nearest) {
            (Some(person), _) => Subject::Named(person),
            (None, Some(nearest)) if self.named[nearest].kind == EntityKind::Organisation => {
                Subject::Named(nearest)
            }
            // `the Ohio-born painter said`
            _ if self.folded(from) == "the" => Subject::Implied,
            _ => Subject::Other,
        }
    }
}
