//! Subjects of Arabic verbs of speech.
//!
//! Owns where Arabic has them: behind the verb, before it where it begins the sentence, behind the quotation by words such
//! as `بحسب`.

use super::super::lexicon::roles::role;
use super::super::text::gap;
use super::speakers::{REACH_WORDS, SUBJECT_WORDS_BEFORE, Subject, Walk};
use crate::article::EntityKind;

impl Walk<'_> {
    /// Arabic has the subject behind the verb, or before it where it begins the sentence.
    pub(super) fn arabic_subject(&self, verb: usize, end: usize) -> Subject {
        if let Some(subject) = self.arabic_subject_before(verb) {
            return subject;
        }
        let mut is_explicit = false;
        let mut in_phrase = false;
        let mut described = None;
        let end = end.min(verb + 1 + REACH_WORDS).min(self.tokens.len());
        let mut index = verb + 1;
        while index < end {
            let gap = self.gap(index);
            let is_end = self.is_complementizer(index) || self.has_role(index, role::RELATIVE);
            if gap & (gap::SENTENCE | gap::PARAGRAPH) != 0 || is_end {
                break;
            }
            in_phrase &= gap & gap::BREAK == 0;
            if index == verb + 1
                && self.named_at(index).is_none()
                && let Some(place) = self.named_in_part(index)
            {
                return Subject::Named(place);
            }
            if let Some(place) = self.named_at(index) {
                let named = self.named[place];
                is_explicit |= !named.has_clitic;
                let is_object = in_phrase || named.has_clitic || self.is_behind_preposition(index - 1);
                let is_subject = !is_object;
                if is_subject
                    && named.can_speak()
                    && (named.kind == EntityKind::Person || self.speaks_itself(verb, index))
                {
                    return Subject::Named(place);
                }
                in_phrase = false;
                index = named.end;
                continue;
            }
            if self.is_verb(index) && index > verb + 1 {
                break;
            }
            if self.has_role(index, role::PREPOSITION) {
                in_phrase = true;
            } else if self.is_behind_preposition(index) {
                // The phrase is this word alone, and what agrees with it.
                in_phrase = false;
            } else if !in_phrase
                && !self.has_role(index, role::ADVERB)
                && gap & gap::BREAK == 0
                && !self.is_verb(index)
            {
                is_explicit = true;
                described = Some(described.unwrap_or(true) && self.is_spoken_of(index));
            }
            index += 1;
        }
        match described {
            Some(true) => return Subject::Implied,
            Some(false) => return Subject::Other,
            None if is_explicit => return Subject::Other,
            None => {}
        }
        let is_joined = self.folded(verb).starts_with('و');
        let before = self.named_before(verb).filter(|_| !is_joined && self.tokens[verb].continues());
        before
            .filter(|place| self.named[*place].kind == EntityKind::Person)
            .map_or(Subject::Implied, Subject::Named)
    }

    /// `… عن NAME قوله`, `NAME، الذي قال`
    fn arabic_subject_before(&self, verb: usize) -> Option<Subject> {
        let folded = self.folded(verb);
        let before = verb.checked_sub(1).map_or("", |before| self.folded(before));
        let is_noun = matches!(folded, "قوله" | "قولها" | "قولهم");
        if !is_noun && !matches!(before, "الذي" | "التي" | "الذين") {
            return None;
        }
        let behind = self.named.partition_point(|named| named.end <= verb);
        let near = |place: &usize| self.named[*place].end + SUBJECT_WORDS_BEFORE >= verb;
        let mut nearest = (0..behind).rev().take_while(near);
        let nearest = nearest.find(|place| self.named[*place].kind == EntityKind::Person)?;
        let first = self.named[nearest].end;
        let is_same = (first..=verb).all(|word| self.gap(word) & (gap::SENTENCE | gap::PARAGRAPH) == 0);
        is_same.then_some(Subject::Named(nearest))
    }

    /// Whether an organisation or place at `index` is the subject of the verb itself, and not of someone in it.
    fn speaks_itself(&self, verb: usize, index: usize) -> bool {
        index == verb + 1 || (index == verb + 2 && self.has_role(verb + 1, role::SPEAKING_BODY))
    }

    /// Whether a preposition is written into the word: `لوكالة`, `للصحافيين`.
    fn is_behind_preposition(&self, index: usize) -> bool {
        let folded = self.folded(index);
        let clitics = self.quoting.matches.natures.get(index).map_or(0, |nature| nature.clitics);
        folded.starts_with("لل")
            || folded.starts_with("بال")
            || (clitics > 0 && folded.starts_with(['ل', 'ب']))
    }

    pub(super) fn arabic_attribution_behind(&self, from: usize, end: usize) -> Option<Subject> {
        let words_before = match self.folded(from) {
            "كما" | "حسبما" | "هكذا" | "بهذا" => 1,
            "علي" if matches!(self.folded(from + 1), "حد" | "لسان") => 2,
            _ => 0,
        };
        let index = from + words_before;
        if index >= end || (from..=index).any(|word| self.gap(word) & (gap::SENTENCE | gap::PARAGRAPH) != 0) {
            return None;
        }
        if self.has_role(index, role::ATTRIBUTION) {
            return Some(self.source_behind(index + 1));
        }
        let is_verb = self.is_verb(index) && !self.folded(index).starts_with('و');
        is_verb.then(|| self.arabic_subject(index, self.tokens.len()))
    }

    /// The source that stands behind a word such as `بحسب`.
    fn source_behind(&self, from: usize) -> Subject {
        let end = (from + SUBJECT_WORDS_BEFORE).min(self.tokens.len());
        let mut first = None;
        for index in from..end {
            if self.gap(index) & (gap::SENTENCE | gap::PARAGRAPH | gap::BREAK) != 0 && index > from {
                let is_quoted_name = self.gap(index) & gap::QUOTE != 0 && self.named_at(index).is_some();
                if !is_quoted_name {
                    break;
                }
            }
            if let Some(place) = self.named_at(index) {
                if self.named[place].kind == EntityKind::Person {
                    return Subject::Named(place);
                }
                let is_source = (from..index)
                    .all(|word| self.has_role(word, role::ATTRIBUTION_LINK | role::SPEAKING_BODY));
                if is_source {
                    first.get_or_insert(place);
                }
            } else if self.is_verb(index) && index <= from + 1 {
                return self.arabic_subject(index, self.tokens.len());
            } else if self.is_complementizer(index) {
                break;
            }
        }
        first.map_or(Subject::Other, Subject::Named)
    }

    /// A noun with the article means whom the text spoke of; another is someone else.
    fn is_spoken_of(&self, index: usize) -> bool {
        self.folded(index).starts_with("ال") && !self.has_role(index, role::ANONYMOUS_SOURCE)
    }
}
