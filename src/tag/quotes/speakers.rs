//! Who says what stands between quotation marks.
//!
//! Owns the walk over the body: it follows who spoke last, and asks at each pair of marks whether they quote, and whom. The
//! look from a verb to its subject is bounded, so the walk is linear.

use super::super::lexicon::roles::role;
use super::super::lexicon::vocabulary::{hash, word};
use super::super::mentions::Language;
use super::super::text::{Token, gap, shape};
use super::{Marked, Named, Quoting, WORDS_OF_SPEECH};
use crate::article::EntityKind;

/// Words between a verb and its subject, or behind a quotation, that are looked at.
pub(super) const REACH_WORDS: usize = 25;

/// Words that may be quoted of someone in a sentence about what they said.
const WORDS_OF_FRAGMENT: usize = 3;

/// Names before a word that are looked at for a longer one.
const NAMES_BEFORE: usize = 50;

/// Words in front of a name that a verb of speech comes behind: titles, and the like.
pub(super) const SUBJECT_WORDS_BEFORE: usize = 12;

/// Who says something, as far as a verb tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Named(usize),
    /// The verb names none: whom the text spoke of.
    Implied,
    /// Someone who is no entity of the article.
    Other,
}

/// Who spoke or acted, up to where the walk is.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Known {
    /// The subject of a verb of speech in this sentence.
    speaker: Option<usize>,
    /// This sentence has a verb of speech.
    has_verb: bool,
    /// The first person that this sentence names as no object.
    pub(super) person: Option<usize>,
    /// Those of earlier sentences, of this paragraph or the last.
    earlier: Option<usize>,
    /// Paragraphs since then.
    age: u8,
    /// Whom the last quotation of this paragraph, or the last paragraph where it had no end, was of.
    quoted: Option<usize>,
}

pub(super) struct Walk<'a> {
    pub(super) quoting: Quoting<'a>,
    pub(super) tokens: &'a [Token],
    pub(super) marked: &'a [Marked],
    pub(super) named: &'a [Named],
    pub(super) known: Known,
    quotes: Vec<(usize, Option<usize>)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(quoting: Quoting<'a>, marked: &'a [Marked], named: &'a [Named]) -> Self {
        let tokens = quoting.parts.text.tokens();
        Self { quoting, tokens, marked, named, known: Known::default(), quotes: Vec::new() }
    }

    /// Indices of the marked spans that quote, each with the name of its speaker.
    pub(super) fn quotes(mut self) -> Vec<(usize, Option<usize>)> {
        let (mut next, mut next_named) = (0, 0);
        let mut index = self.quoting.parts.headline_tokens;
        while index < self.tokens.len() && next < self.marked.len() {
            self.pass_gap(index);
            if self.marked[next].first == index {
                let marked = self.marked[next];
                next += 1;
                if self.decide(next - 1) {
                    index = marked.end;
                    continue;
                }
            }
            while self.named.get(next_named).is_some_and(|named| named.first < index) {
                next_named += 1;
            }
            if self.named.get(next_named).is_some_and(|named| named.first == index) {
                self.note_person(next_named);
            }
            if self.is_verb(index) {
                let end = self.marked[next..].first().map_or(self.tokens.len(), |marked| marked.first);
                let subject = self.subject(index, end);
                self.speak(subject);
            }
            index += 1;
        }
        self.quotes
    }

    pub(super) fn folded(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| self.quoting.parts.text.folded(token))
    }

    fn has_trait(&self, index: usize, traits: u16) -> bool {
        self.quoting.matches.natures.get(index).is_some_and(|nature| nature.is(traits))
    }

    pub(super) fn has_role(&self, index: usize, roles: u32) -> bool {
        self.quoting.matches.natures.get(index).is_some_and(|nature| nature.has_role(roles))
    }

    /// Whether the word has the role, whole or behind at most so many of these letters.
    fn has_role_behind(&self, index: usize, wanted: u32, letters: [char; 3], letters_max: usize) -> bool {
        let roles = &self.quoting.lexicon.roles;
        let without = |word: &&'a str| word.strip_prefix(letters);
        let stems = std::iter::successors(without(&self.folded(index)), without);
        self.has_role(index, wanted)
            || stems.take(letters_max).any(|stem| roles.of(stem, hash(stem)) & wanted != 0)
    }

    /// What joins a verb of speech to what was said: أن, بأنها, that.
    pub(super) fn is_complementizer(&self, index: usize) -> bool {
        self.has_role_behind(index, role::COMPLEMENTIZER, ['ب', 'ف', 'و'], 1)
    }

    /// What stands before the name of a work, a campaign or the like: كتاب, بعنوان.
    fn is_work(&self, index: usize) -> bool {
        self.has_role_behind(index, role::WORK, ['و', 'ب', 'ل'], 2)
    }

    pub(super) fn is_verb(&self, index: usize) -> bool {
        let folded = self.folded(index);
        self.has_trait(index, word::SPEECH_VERB)
            || self.has_role(index, role::SPEECH_NOUN)
            || (self.has_role(index, role::VERB_BEFORE_NAME) && self.named_at(index + 1).is_some())
            || (self.has_role(index, role::VERB_AT_START)
                && self.gap(index) & (gap::BREAK | gap::SENTENCE | gap::PARAGRAPH) != 0)
            || (folded == "called" && self.folded(index.wrapping_sub(1)) != "so")
            || self.is_joined_verb(index)
    }

    /// A verb behind `و` or `ف` that together are also a person's name: `وأكد`.
    fn is_joined_verb(&self, index: usize) -> bool {
        if !self.has_trait(index, word::GIVEN_NAME | word::FAMILY_NAME) || self.named_at(index).is_some() {
            return false;
        }
        let Some(rest) = self.folded(index).strip_prefix(['و', 'ف']) else { return false };
        let vocabulary = &self.quoting.lexicon.vocabulary;
        let facts = vocabulary.facts(vocabulary.find(hash(rest)).number);
        facts.is_some_and(|facts| facts.traits & word::SPEECH_VERB != 0)
    }

    /// The person last named whose given or family name this word is alone.
    pub(super) fn named_in_part(&self, index: usize) -> Option<usize> {
        let folded = self.folded(index);
        let is_english = self.quoting.language == Language::English;
        if folded.is_empty() || (is_english && !self.tokens[index].is(shape::CAPITAL)) {
            return None;
        }
        let before = self.named.partition_point(|named| named.first < index);
        let mut nearest = (0..before).rev().take(NAMES_BEFORE);
        nearest.find(|place| {
            let named = &self.named[*place];
            let is_person =
                named.kind == EntityKind::Person && named.end - named.first > 1 && !named.has_clitic;
            is_person && (self.folded(named.first) == folded || self.folded(named.end - 1) == folded)
        })
    }

    pub(super) fn gap(&self, index: usize) -> u8 {
        self.tokens.get(index).map_or(gap::PARAGRAPH, |token| token.gap)
    }

    /// The name that begins with this word.
    pub(super) fn named_at(&self, index: usize) -> Option<usize> {
        self.named.binary_search_by_key(&index, |named| named.first).ok()
    }

    /// The name that ends right before this word.
    pub(super) fn named_before(&self, index: usize) -> Option<usize> {
        let behind = self.named.partition_point(|named| named.end <= index);
        behind.checked_sub(1).filter(|place| self.named[*place].end == index)
    }

    /// What the end of a sentence or paragraph before a word changes.
    fn pass_gap(&mut self, index: usize) {
        let gap = self.gap(index);
        if gap & (gap::SENTENCE | gap::PARAGRAPH) == 0 {
            return;
        }
        let known = &mut self.known;
        if let Some(subject) = known.speaker.or(if known.has_verb { None } else { known.person }) {
            (known.earlier, known.age) = (Some(subject), 0);
        } else if known.has_verb {
            known.earlier = None;
        }
        (known.speaker, known.has_verb, known.person) = (None, false, None);
        if gap & gap::PARAGRAPH != 0 {
            known.quoted = None;
            known.age = known.age.saturating_add(1);
            if known.age > 1 {
                known.earlier = None;
            }
            if let Some((last, speaker)) = self.quotes.last()
                && !self.marked[*last].span.closed
                && self.marked[*last].end == index
            {
                self.known.quoted = *speaker;
            }
        }
    }

    /// Notes a name outside quotations, where it can be who acts in its sentence.
    fn note_person(&mut self, place: usize) {
        let named = &self.named[place];
        let is_object = named.has_clitic && !self.folded(named.first).starts_with('و')
            || self.has_role(named.first.wrapping_sub(1), role::PREPOSITION);
        if named.kind == EntityKind::Person && !is_object {
            self.known.person.get_or_insert(place);
        }
    }

    fn speak(&mut self, subject: Subject) {
        let known = &mut self.known;
        known.speaker = match subject {
            Subject::Named(place) => Some(place),
            Subject::Implied => known.speaker.or(known.person).or(known.earlier),
            Subject::Other => None,
        };
        known.has_verb = true;
    }

    fn subject(&self, verb: usize, end: usize) -> Subject {
        match self.quoting.language {
            Language::English => self.english_subject(verb, end),
            _ => self.arabic_subject(verb, end),
        }
    }

    /// Whether a marked span quotes; then it is taken, with its speaker.
    fn decide(&mut self, index: usize) -> bool {
        let marked = self.marked[index];
        let is_long = marked.words() >= WORDS_OF_SPEECH;
        if !is_long && self.is_name(&marked) {
            return false;
        }
        let is_introduced = self.is_introduced(&marked);
        let behind =
            if self.can_be_followed(&marked, is_introduced) { self.attribution_behind(index) } else { None };
        if !is_long && !is_introduced && behind.is_none() && !self.is_fragment(&marked) {
            return false;
        }
        let speaker = if let Some(subject) = behind {
            self.speak(subject);
            self.known.speaker
        } else if self.known.has_verb {
            self.known.speaker
        } else if let Some(place) = self.labelled(&marked) {
            Some(place)
        } else if self.gap(marked.first) & (gap::SENTENCE | gap::PARAGRAPH) != 0 {
            self.known.quoted
        } else {
            None
        };
        if speaker.is_some() {
            (self.known.speaker, self.known.has_verb) = (speaker, true);
            self.known.quoted = speaker;
        }
        self.quotes.push((index, speaker));
        true
    }

    /// A few words of what the subject of this sentence said, and no name of anything.
    fn is_fragment(&self, marked: &Marked) -> bool {
        let first = self.folded(marked.first);
        let names = self.named.partition_point(|named| named.first < marked.first);
        let has_name = self.named.get(names).is_some_and(|named| named.first < marked.end);
        let heads = word::HEAD | word::EVENT_HEAD | word::FACILITY_HEAD | word::SITED_HEAD;
        let before = marked.first.wrapping_sub(1);
        let is_titled = self.has_trait(before, heads) || self.is_work(before);
        let is_sentence_like = match self.quoting.language {
            Language::English => !self.tokens[marked.first].is(shape::CAPITAL),
            _ => !first.starts_with("ال") && !has_name && !is_titled,
        };
        marked.words() >= WORDS_OF_FRAGMENT
            && self.known.speaker.is_some()
            && self.known.has_verb
            && is_sentence_like
    }

    /// Whether the marks are around one name and nothing else.
    fn is_name(&self, marked: &Marked) -> bool {
        self.named_at(marked.first).is_some_and(|place| self.named[place].end >= marked.end)
    }

    /// Whether a verb of speech, a word such as `that`, or a colon stands right before the marks.
    fn is_introduced(&self, marked: &Marked) -> bool {
        let gap = self.gap(marked.first);
        if marked.first == 0 || gap & (gap::SENTENCE | gap::PARAGRAPH) != 0 {
            return false;
        }
        let before = self.folded(marked.first - 1);
        if before != "called" && (self.is_verb(marked.first - 1) || self.is_complementizer(marked.first - 1))
        {
            return true;
        }
        let text = self.quoting.parts.text;
        let between = text.surface(self.tokens[marked.first - 1].byte_end, marked.span.mark);
        let has_speaker = self.known.has_verb || self.labelled(marked).is_some();
        between.contains(':') && has_speaker
    }

    /// `NAME: "…"`
    fn labelled(&self, marked: &Marked) -> Option<usize> {
        let place = self.named_before(marked.first)?;
        let text = self.quoting.parts.text;
        let between = text.surface(self.tokens[marked.first - 1].byte_end, marked.span.mark);
        let is_speaker = self.named[place].can_speak() && self.named[place].kind != EntityKind::Place;
        (is_speaker && between.contains(':')).then_some(place)
    }

    /// Whether the words behind the marks can say who spoke.
    fn can_be_followed(&self, marked: &Marked, is_introduced: bool) -> bool {
        let gap = self.gap(marked.end);
        if gap & gap::PARAGRAPH != 0 || !marked.span.closed || marked.end >= self.tokens.len() {
            return false;
        }
        let text = self.quoting.parts.text;
        let inside = text.surface(self.tokens[marked.end - 1].byte_end.min(marked.span.end), marked.span.end);
        let behind = text.surface(marked.span.end, self.tokens[marked.end].byte_start);
        let ends_outside = behind.contains(['.', '!', '?', '؟']);
        if ends_outside || inside.trim_end().ends_with('.') {
            return false;
        }
        let is_open = inside.trim_end().ends_with([',', '،', '?', '!', '؟']);
        match self.quoting.language {
            Language::English => is_open || (marked.words() >= WORDS_OF_SPEECH && !self.known.has_verb),
            Language::Arabic if marked.words() < WORDS_OF_SPEECH => !is_introduced,
            _ => !(is_introduced || self.known.has_verb),
        }
    }

    /// What the words behind a marked span say of who spoke: `said NAME`, `NAME said`, `بحسب NAME`.
    fn attribution_behind(&self, index: usize) -> Option<Subject> {
        let from = self.marked[index].end;
        let end = self.marked.get(index + 1).map_or(self.tokens.len(), |next| next.first);
        let end = end.min(from + SUBJECT_WORDS_BEFORE);
        if self.quoting.language != Language::English {
            return self.arabic_attribution_behind(from, end);
        }
        let mut person = None;
        for index in from..end {
            if index > from && self.gap(index) & (gap::SENTENCE | gap::PARAGRAPH) != 0 {
                return None;
            }
            if self.is_verb(index) || self.folded(index) == "according" {
                return Some(self.english_attribution(index, from, person));
            }
            if person.is_none() {
                person = self.named_at(index).filter(|place| self.named[*place].kind == EntityKind::Person);
            }
        }
        None
    }
}
