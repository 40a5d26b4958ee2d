//! Keywords for a page that states none: what its text names, and the noun phrases that it comes back to.
//!
//! Owns the choice among entities and phrases. A phrase is told by the shape of its words alone: its nouns and adjectives
//! agree in the article, and no function word stands in it. One pass over the words, and as many words at most as named
//! here.

#[cfg(test)]
mod tests;

use hashbrown::HashMap;

use super::entities::Parts;
use super::lexicon::vocabulary::{hash, word};
use super::matching::{Matches, Nature};
use super::mentions::Language;
use super::text::{Token, gap, shape};
use crate::article::{EntityKind, TaggedEntity};

/// Keywords of one text.
pub(crate) const KEYPHRASES_MAX: usize = 10;

/// Words in which phrases are looked for: what counts comes back within them.
const WORDS_MAX: usize = 5_000;

/// Candidates that are compared with those that were chosen, the best first.
const CANDIDATES_MAX: usize = 200;

/// Words of one phrase.
const PHRASE_WORDS_MAX: usize = 3;

/// A phrase that is not in the headline must stand there as often.
const COUNT_MIN: u16 = 2;

/// A single word must stand in the headline, and as often in all.
const COUNT_MIN_SINGLE: u16 = 3;

/// Keywords of less than this share of the first one's score are left out.
const SHARE_MIN: f32 = 0.3;

/// How much more what the headline has counts.
const IN_HEADLINE: f32 = 1.3;

/// Words behind which a phrase that comes first there counts half.
const HALF_AT_WORD: f32 = 300.0;

/// What entities and phrases count before frequency and place.
const PLACE: f32 = 3.0;
const PERSON: f32 = 2.4;
const ORGANISATION: f32 = 2.0;
const OTHER_ENTITY: f32 = 1.5;
const SINGLE: f32 = 0.3;
const TRIPLE: f32 = 0.4;

/// What keywords are chosen from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub parts: Parts<'a>,
    pub matches: &'a Matches,
    pub entities: &'a [TaggedEntity],
    pub language: Language,
}

/// Words that stand together again and again.
#[derive(Debug, Clone, Copy)]
struct Phrase {
    first: u32,
    words: u8,
    /// Letters of a clitic in front of the first word.
    letters: u8,
    count: u16,
    in_headline: bool,
    weight: f32,
}

impl Phrase {
    /// As [`folded`].
    fn folded(&self, reading: Reading) -> String {
        let (text, first) = (reading.parts.text, self.first as usize);
        let mut folded = String::from(' ');
        for (at, token) in text.tokens().iter().skip(first).take(usize::from(self.words)).enumerate() {
            // Clitics are of Arabic letters, which have two bytes.
            let clitics = if at == 0 { 2 * usize::from(self.letters) } else { 0 };
            folded.push_str(text.folded(token).get(clitics..).unwrap_or_default());
            folded.push(' ');
        }
        folded
    }
}

/// What may become a keyword.
#[derive(Debug, Clone, Copy)]
enum Candidate {
    /// The entity at this place.
    Entity(usize),
    Phrase(Phrase),
}

impl Candidate {
    /// Among equals, entities go before phrases, and what comes first before the rest.
    const fn order(&self) -> (bool, usize) {
        match self {
            Self::Entity(place) => (false, *place),
            Self::Phrase(phrase) => (true, phrase.first as usize),
        }
    }

    fn words<'a>(&self, reading: Reading<'a>) -> &'a str {
        match self {
            Self::Entity(place) => &reading.entities[*place].name,
            Self::Phrase(phrase) => {
                let (text, tokens) = (reading.parts.text, reading.parts.text.tokens());
                let first = phrase.first as usize;
                let (_, start) = text.behind_letters(&tokens[first], phrase.letters);
                text.surface(start, tokens[first + usize::from(phrase.words) - 1].byte_end)
            }
        }
    }
}

/// The keywords of a text, the most telling first.
pub(crate) fn of(reading: Reading) -> Vec<String> {
    let entities = reading.entities.iter().enumerate();
    let mut ranked: Vec<(f32, Candidate)> =
        entities.map(|(place, entity)| (entity_score(entity), Candidate::Entity(place))).collect();
    let phrases = phrases(reading).into_iter().filter(counts);
    ranked.extend(phrases.map(|phrase| (phrase_score(&phrase), Candidate::Phrase(phrase))));
    ranked
        .sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.order().cmp(&right.1.order())));
    let least = ranked.first().map_or(0.0, |(score, _)| score * SHARE_MIN);
    let mut chosen: Vec<(String, bool)> = Vec::new();
    let mut keywords = Vec::new();
    for (_, candidate) in ranked.iter().take_while(|(score, _)| *score >= least).take(CANDIDATES_MAX) {
        let words = candidate.words(reading);
        let (folded, is_entity) = match candidate {
            Candidate::Entity(_) => (folded(words), true),
            Candidate::Phrase(phrase) => (phrase.folded(reading), false),
        };
        let is_told = chosen.iter().any(|(known, known_is_entity)| {
            let is_part = known.contains(&folded) && (!is_entity || *known_is_entity);
            let is_whole = folded.contains(known.as_str()) && is_entity == *known_is_entity;
            known == &folded || is_part || is_whole
        });
        if !is_told && folded.len() > 2 {
            chosen.push((folded, is_entity));
            keywords.push(words.to_owned());
        }
        if keywords.len() == KEYPHRASES_MAX {
            break;
        }
    }
    keywords
}

/// Whether the text comes back to a phrase often enough.
const fn counts(phrase: &Phrase) -> bool {
    if phrase.words == 1 {
        phrase.in_headline && phrase.count >= COUNT_MIN_SINGLE
    } else {
        phrase.in_headline || phrase.count >= COUNT_MIN
    }
}

/// The folded words, each with a blank before and behind it.
fn folded(keyword: &str) -> String {
    let text = super::text::Text::of(keyword);
    let mut folded = String::with_capacity(keyword.len() + 2);
    folded.push(' ');
    for token in text.tokens() {
        folded.push_str(text.folded(token));
        folded.push(' ');
    }
    folded
}

fn entity_score(entity: &TaggedEntity) -> f32 {
    let weight = match entity.kind {
        EntityKind::Place => PLACE,
        EntityKind::Person => PERSON,
        EntityKind::Organisation => ORGANISATION,
        _ => OTHER_ENTITY,
    };
    weight * root(entity.mentions) * (1.0 + f32::from(entity.salience) / 200.0)
}

fn phrase_score(phrase: &Phrase) -> f32 {
    let headline = if phrase.in_headline { IN_HEADLINE } else { 1.0 };
    let place = 1.0 / (1.0 + number(phrase.first as usize) / HALF_AT_WORD);
    phrase.weight * root(usize::from(phrase.count)) * headline * place
}

fn root(count: usize) -> f32 {
    number(count).sqrt()
}

fn number(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}

/// The phrases of a text, in no order that shows: their scores and places rank them.
fn phrases(reading: Reading) -> Vec<Phrase> {
    let weigh = match reading.language {
        Language::Arabic => arabic_weight,
        Language::English => english_weight,
        Language::Other => return Vec::new(),
    };
    let tokens = reading.parts.text.tokens();
    let words_max = tokens.len().min(WORDS_MAX);
    let content: Vec<bool> =
        (0..tokens.len().min(WORDS_MAX + PHRASE_WORDS_MAX)).map(|index| is_content(reading, index)).collect();
    let mut places: HashMap<u64, usize> = HashMap::with_capacity(words_max / 4);
    let mut phrases: Vec<Phrase> = Vec::new();
    for first in (0..words_max).filter(|first| content[*first]) {
        let (letters, mut key) = beginning(reading, first);
        for words in 1..=PHRASE_WORDS_MAX {
            let last = first + words - 1;
            if words > 1 {
                if !tokens.get(last).is_some_and(goes_on) || !content[last] {
                    break;
                }
                key = key.rotate_left(7) ^ reading.matches.hashes[last];
            }
            let in_headline = last < reading.parts.headline_tokens;
            // A single word counts where the headline has it, which comes first.
            if words == 1 && !in_headline && !places.contains_key(&key) {
                continue;
            }
            let weight = weigh(reading, first, words, letters);
            if weight <= 0.0 {
                continue;
            }
            let place = *places.entry(key).or_insert(phrases.len());
            if let Some(known) = phrases.get_mut(place) {
                known.count = known.count.saturating_add(1);
                known.in_headline |= in_headline;
            } else {
                // Words are counted in 32 bits, and a phrase has three.
                #[allow(clippy::cast_possible_truncation)]
                let (first, words) = (first as u32, words as u8);
                phrases.push(Phrase { first, words, letters, count: 1, in_headline, weight });
            }
        }
    }
    phrases
}

const fn goes_on(token: &Token) -> bool {
    token.gap == gap::SPACE
}

const NO_CONTENT: u16 = word::COMMON | word::NOT_A_NAME | word::SPEECH_VERB | word::CONNECTOR;

fn nature(reading: Reading, index: usize) -> Nature {
    reading.matches.natures.get(index).copied().unwrap_or_default()
}

/// Whether a word can stand in a phrase.
fn is_content(reading: Reading, index: usize) -> bool {
    let token = &reading.parts.text.tokens()[index];
    let folded = reading.parts.text.folded(token);
    let is_word = token.is(shape::ARABIC | shape::LATIN) && folded.chars().nth(2).is_some();
    // A common adjective with the article belongs to its noun: القديمة.
    let is_common = nature(reading, index).is(NO_CONTENT) && !folded.starts_with("ال");
    is_word && !is_common && !folded.starts_with("لل")
}

/// Letters that the first word of a phrase loses, and the hash of the rest.
fn beginning(reading: Reading, index: usize) -> (u8, u64) {
    let folded = reading.parts.text.folded(&reading.parts.text.tokens()[index]);
    let whole = reading.matches.hashes[index];
    if reading.language != Language::Arabic || !folded.starts_with(['و', 'ب', 'ل', 'ف', 'ك']) {
        return (0, whole);
    }
    let is_article = |rest: &str| rest.starts_with("ال");
    let rest = &folded[2..];
    if is_article(rest) || (nature(reading, index).clitics == 1 && rest.len() > 4) {
        return (1, hash(rest));
    }
    match rest.get(2..).filter(|rest| is_article(rest)) {
        Some(rest) => (2, hash(rest)),
        None => (0, whole),
    }
}

/// What a phrase of Arabic words counts by the shape of its words: with or without the article, adjectives behind nouns.
fn arabic_weight(reading: Reading, first: usize, words: usize, letters: u8) -> f32 {
    let (text, tokens) = (reading.parts.text, reading.parts.text.tokens());
    let folded = |index: usize| text.folded(&tokens[index]);
    let head = folded(first).get(usize::from(letters) * 2..).unwrap_or_default();
    let is_definite = |folded: &str| folded.starts_with("ال") && folded.len() > 6;
    let head_definite = is_definite(head);
    if words == 1 {
        return if head_definite { SINGLE } else { 0.0 };
    }
    // A word that begins so is a verb as often as a noun.
    let is_verbal = |folded: &str| folded.starts_with(['ي', 'ت', 'ن', 'س']) && !folded.ends_with('ه');
    let last = folded(first + words - 1);
    let (last_definite, is_nationality) =
        (is_definite(last), nature(reading, first + words - 1).is(word::NATIONALITY));
    let is_adjective = last.ends_with("يه") || last.ends_with('ي');
    let pair = match (head_definite, last_definite) {
        (true, true) if is_nationality => 1.1,
        (true, true) if is_adjective => 0.9,
        (false, true) if is_verbal(head) => 0.2,
        (false, false) if is_verbal(head) => 0.0,
        (false, _) if is_nationality => 0.55,
        (_, true) => 0.7,
        (false, false) if is_adjective => 0.4,
        _ => 0.0,
    };
    if words == 2 {
        return pair;
    }
    let middle_definite = is_definite(folded(first + 1));
    if head_definite == middle_definite || (!head_definite && last_definite) { pair * TRIPLE } else { 0.0 }
}

fn english_weight(reading: Reading, first: usize, words: usize, _: u8) -> f32 {
    let (text, tokens) = (reading.parts.text, reading.parts.text.tokens());
    let is_verbal = |index: usize| {
        let folded = text.folded(&tokens[index]);
        folded.ends_with("ed") || folded.ends_with("ing") || folded.ends_with("ly")
    };
    match words {
        _ if is_verbal(first) || is_verbal(first + words - 1) => 0.0,
        1 => SINGLE,
        2 => 0.7,
        _ => 0.7 * TRIPLE,
    }
}
