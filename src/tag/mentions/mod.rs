//! Which words of a text are mentions, of what, and by which rule.
//!
//! Owns the proposals of all rules and the one place where those that overlap are resolved. A wrong mention is worse than
//! a missing one: a rule proposes only what its evidence carries.

mod arabic;
mod bodies;
mod currencies;
mod editions;
mod english;
mod fitting;
mod known;
mod learned;
mod memory;
mod overlap;
mod works;

use super::lexicon::roles::role;
use super::lexicon::vocabulary::{NONE, phrase, word};
use super::lexicon::{Lexicon, PHRASE_WORDS_MAX};
use super::matching::{Matches, Nature, Phrase};
use super::models::Models;
use super::text::{Text, Token, gap, shape};
use crate::article::EntityKind;

/// Mentions of one article.
pub(crate) const MENTIONS_MAX: usize = 5_000;

/// Who proposes mentions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proposer {
    /// Names of the lexicons.
    Lexicon,
    /// Words beside unknown names.
    Rules,
    /// What the article named before.
    Memory,
    /// The learned model.
    Model,
}

/// Why something is a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A name that means its entity wherever it stands.
    Lexicon,
    /// A name that could mean something else, and words beside it that speak for it.
    LexiconContext,
    /// A name that could mean something else, in an article that names its entity with certainty elsewhere.
    SameArticle,
    /// A known last name behind a given name.
    LexiconExtended,
    Title,
    GivenName,
    OrganisationHead,
    OrganisationTail,
    Quoted,
    PlaceHead,
    EventHead,
    EventTail,
    /// Quotation marks behind a word for a work.
    WorkHead,
    LastName,
    /// The learned model, from all words around it.
    Model,
}

impl Rule {
    /// The value of `khabar.mentions[].rule`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lexicon => "lexicon",
            Self::LexiconContext => "lexicon_context",
            Self::SameArticle => "same_article",
            Self::LexiconExtended => "lexicon_extended",
            Self::Title => "title",
            Self::GivenName => "given_name",
            Self::OrganisationHead => "organisation_head",
            Self::OrganisationTail => "organisation_tail",
            Self::Quoted => "quoted",
            Self::PlaceHead => "place_head",
            Self::EventHead => "event_head",
            Self::EventTail => "event_tail",
            Self::WorkHead => "work_head",
            Self::LastName => "last_name",
            Self::Model => "model",
        }
    }

    const fn proposer(self) -> Proposer {
        match self {
            Self::Lexicon | Self::LexiconContext | Self::SameArticle | Self::LexiconExtended => {
                Proposer::Lexicon
            }
            Self::LastName => Proposer::Memory,
            Self::Model => Proposer::Model,
            _ => Proposer::Rules,
        }
    }
}

/// Words that a rule takes for a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub kind: EntityKind,
    /// Its first word.
    pub first: u32,
    /// Its words.
    pub count: u8,
    /// Letters of clitics in the first word that are not of it.
    pub letters: u8,
    /// The entity of the lexicons, else [`NONE`].
    pub entity: u32,
    pub rule: Rule,
    /// 0 to 100.
    pub score: u8,
}

impl Proposal {
    pub const fn end(&self) -> u32 {
        self.first + self.count as u32
    }
}

/// A text with all that rules ask about it.
pub(crate) struct Reading<'a> {
    pub text: &'a Text<'a>,
    pub matches: &'a Matches,
    pub lexicon: &'a Lexicon,
    /// Kinds of phrases that end right before each word, as bits of [`phrase`].
    before: Vec<u16>,
    /// What each word is by a name that is beyond doubt.
    known: Vec<Known>,
    /// Whether the model takes the word for one of a name, sure or not; empty where no model need agree.
    guessed: Vec<bool>,
    language: Language,
}

/// What a word is by a name that is beyond doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    /// Behind so many letters of clitics in the same word.
    Place(u8),
    /// The first of so many words of a person's name.
    Person(u8),
    Other,
}

/// The languages that have rules of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Arabic,
    English,
    Other,
}

impl Language {
    pub fn of(tag: &str) -> Self {
        match tag.split('-').next() {
            Some("ar" | "arz" | "ary" | "apc" | "acm" | "afb" | "ars" | "aeb" | "apd" | "arq" | "ajp") => {
                Self::Arabic
            }
            Some("en") => Self::English,
            _ => Self::Other,
        }
    }
}

/// Adjectives between a title and a name: `وزير الخارجية الأمريكي السابق`.
const ADJECTIVES_MAX: usize = 3;

impl<'a> Reading<'a> {
    pub fn new(text: &'a Text<'a>, matches: &'a Matches, lexicon: &'a Lexicon, language: Language) -> Self {
        let before = phrases_before(text, matches);
        Self {
            text,
            matches,
            lexicon,
            before,
            known: vec![Known::Nothing; text.tokens().len()],
            guessed: Vec::new(),
            language,
        }
    }

    fn token(&self, index: usize) -> Option<&Token> {
        self.text.tokens().get(index)
    }

    fn nature(&self, index: usize) -> Nature {
        self.matches.natures.get(index).copied().unwrap_or_default()
    }

    fn folded(&self, index: usize) -> &str {
        self.token(index).map_or("", |token| self.text.folded(token))
    }

    /// Whether a phrase of this kind ends right before the word, adjectives between them not counted.
    fn is_behind(&self, index: usize, kind: u16) -> bool {
        self.before.get(index).is_some_and(|kinds| kinds & kind != 0)
    }

    /// Whether the word is of the name of a place, an organisation or the like.
    fn is_named(&self, index: usize) -> bool {
        matches!(self.known.get(index), Some(Known::Place(_) | Known::Other))
    }

    /// Whether the word is of the name of a place, and nothing is written before it.
    fn is_place(&self, index: usize) -> bool {
        self.known.get(index) == Some(&Known::Place(0))
    }

    /// The words of the person's name that begins with this word; 0 where none does.
    fn person_words(&self, index: usize) -> usize {
        match self.known.get(index) {
            Some(Known::Person(words)) => usize::from(*words),
            _ => 0,
        }
    }

    /// The words of the longest phrase of these kinds that begins with this word; 0 where none does.
    fn phrase_at(&self, index: usize, kinds: u16) -> usize {
        self.phrases_at(index, kinds).map(|phrase| usize::from(phrase.count)).max().unwrap_or(0)
    }

    /// All phrases of these kinds that begin with this word.
    fn phrases_at(&self, index: usize, kinds: u16) -> impl Iterator<Item = &Phrase> {
        let phrases = &self.matches.phrases;
        let from = phrases.partition_point(|phrase| (phrase.first as usize) < index);
        let here = phrases[from..].iter().take_while(move |phrase| phrase.first as usize == index);
        here.filter(move |phrase| phrase.kinds & kinds != 0)
    }

    /// Whether words stand within a longer phrase that is no name: `عقد القران`, `مسقط رأسه`, `CONTACT US`.
    fn is_in_other_phrase(&self, first: usize, count: usize) -> bool {
        let phrases = &self.matches.phrases;
        let from = phrases.partition_point(|phrase| phrase.first as usize + PHRASE_WORDS_MAX <= first);
        let mut near = phrases[from..].iter().take_while(|phrase| phrase.first as usize <= first);
        let is_in_capitals = |index: usize| self.token(index).is_some_and(|token| token.is(shape::CAPITALS));
        near.any(|phrase| {
            let words = usize::from(phrase.count);
            let start = phrase.first as usize;
            phrase.kinds & phrase::NOT_A_NAME != 0
                && words > count
                && start + words >= first + count
                // Capitals among other letters are a name: markets that follow US lead.
                && (!is_in_capitals(first) || (start..start + words).all(is_in_capitals))
        })
    }

    /// Whether the word is a diameter, as a length stands behind it: `بقطر 48 بوصة`.
    fn is_measure(&self, index: usize) -> bool {
        self.nature(index).has_role(role::MEASURE)
            && self.continues(index + 1)
            && self.token(index + 1).is_some_and(|token| token.is(shape::DIGIT))
            && self.continues(index + 2)
            && self.nature(index + 2).has_role(role::LENGTH)
    }

    /// Whether the model, too, takes some of these words for a name. Arabic has no capitals: what could be a name by its
    /// letters alone is a common word as often.
    fn is_guessed(&self, proposal: &Proposal) -> bool {
        let words = proposal.first as usize..proposal.end() as usize;
        self.guessed.is_empty() || self.guessed.get(words).is_some_and(|guessed| guessed.contains(&true))
    }

    /// Whether the word is there and continues the one before it.
    fn continues(&self, index: usize) -> bool {
        self.token(index).is_some_and(Token::continues)
    }
}

/// For each word the kinds of phrases before it.
fn phrases_before(text: &Text, matches: &Matches) -> Vec<u16> {
    let tokens = text.tokens();
    let mut before = vec![0_u16; tokens.len()];
    let mut chain = vec![0_u8; tokens.len()];
    for phrase in &matches.phrases {
        let end = phrase.first as usize + usize::from(phrase.count);
        if end < tokens.len() && can_follow(&tokens[end - 1], &tokens[end]) {
            before[end] |= phrase.kinds;
        }
    }
    for index in 1..tokens.len() {
        let nature = matches.natures[index - 1];
        let is_adjective = nature.is(word::NATIONALITY | word::TITLE_MODIFIER) && nature.clitics == 0;
        let titles = before[index - 1] & (phrase::PERSON_TITLE | phrase::ORGANISATION_HEAD);
        let length = usize::from(chain[index - 1]);
        if is_adjective && titles != 0 && length < ADJECTIVES_MAX && tokens[index].continues() {
            before[index] |= titles & phrase::PERSON_TITLE;
            chain[index] = chain[index - 1] + 1;
        }
    }
    before
}

/// Whether a name may follow a title: only blanks, or the full stop of an abbreviation, stand between them.
fn can_follow(title: &Token, name: &Token) -> bool {
    /// `Prof.`, `Capt.`
    const ABBREVIATION_BYTES_MAX: u32 = 4;
    const QUOTED: u8 = gap::SPACE | gap::BREAK | gap::QUOTE;
    const STOPPED: u8 = gap::SPACE | gap::SENTENCE;
    let bytes = title.byte_end - title.byte_start;
    let is_abbreviation = bytes <= ABBREVIATION_BYTES_MAX && title.is(shape::STOP_AFTER);
    name.continues() || name.gap == QUOTED || (is_abbreviation && name.gap == STOPPED)
}

/// Names of more words are no part of another name.
const NAMED_WORDS_MAX: u8 = 3;

/// All mentions of a text, in its order, without overlaps.
pub(crate) fn find(mut reading: Reading, models: &Models) -> Vec<Proposal> {
    let spans = learned::spans(&reading, models);
    if let Some(spans) = spans.as_ref().filter(|_| reading.language == Language::Arabic) {
        reading.guessed = vec![false; reading.text.tokens().len()];
        for span in spans {
            reading.guessed[span.first..span.end].fill(true);
        }
    }
    let mut proposals = known::propose(&reading);
    for proposal in proposals.iter().filter(|proposal| proposal.rule == Rule::Lexicon) {
        let words = proposal.first as usize..proposal.end() as usize;
        match proposal.kind {
            EntityKind::Person => reading.known[words.start] = Known::Person(proposal.count),
            _ if proposal.count > NAMED_WORDS_MAX => {}
            EntityKind::Place => {
                let first = words.start;
                reading.known[words].fill(Known::Place(0));
                reading.known[first] = Known::Place(proposal.letters);
            }
            _ => reading.known[words].fill(Known::Other),
        }
    }
    let reading = &reading;
    match reading.language {
        Language::Arabic => arabic::propose(reading, &mut proposals),
        Language::English => english::propose(reading, &mut proposals),
        Language::Other => {}
    }
    works::propose(reading, &mut proposals);
    editions::join(reading, &mut proposals);
    proposals.retain(|proposal| proposal.rule != Rule::GivenName || reading.is_guessed(proposal));
    learned::propose(reading, &spans.unwrap_or_default(), &mut proposals);
    // The same words as a phrase that is no name are none either: عز وجل.
    proposals.retain(|proposal| {
        let phrase = reading.phrase_at(proposal.first as usize, phrase::NOT_A_NAME);
        proposal.entity != NONE || proposal.count == 1 || phrase < usize::from(proposal.count)
    });
    overlap::recognise(&mut proposals);
    let tokens = reading.text.tokens();
    let mut mentions = overlap::resolve(proposals, tokens);
    let mut remembered = memory::propose(reading, &mentions);
    remembered.retain(|proposal| reading.is_guessed(proposal));
    if !remembered.is_empty() {
        mentions.extend(remembered);
        mentions = overlap::resolve(mentions, tokens);
    }
    mentions
}

/// A proposal of the rules for what no lexicon knows.
const fn unknown(
    kind: EntityKind,
    first: usize,
    count: usize,
    letters: u8,
    rule: Rule,
    score: u8,
) -> Proposal {
    // A rule takes a few words; so many must not become a few by losing bits.
    let count = if count < u8::MAX as usize { count } else { u8::MAX as usize };
    #[allow(clippy::cast_possible_truncation)]
    // Words of a text are counted in 32 bits.
    Proposal { kind, first: first as u32, count: count as u8, letters, entity: NONE, rule, score }
}
