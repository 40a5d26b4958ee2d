//! What the learned model takes for names.
//!
//! Owns the way from its spans to proposals: what of the first word is no part of the name, which entity of the lexicons
//! it is, and how sure the model is. Where names begin and end `fitting` mends.

use hashbrown::HashSet;

use super::super::clitics::clitics;
use super::super::hints;
use super::super::lexicon::vocabulary::{hash, phrase, word};
use super::super::lexicon::{HOMONYMS_MAX, Name, flag};
use super::super::models::Models;
use super::super::sequence::{NameKind, Span};
use super::super::text::shape;
use super::{Language, NONE, Proposal, Reading, Rule, fitting, known};
use crate::article::EntityKind;

/// Names with a lower margin are guesses and left out, in units of the model.
pub(super) const MARGIN_MIN: i32 = 275;
/// A margin at which one in two is right. Measured on 2,000 names that the model found in articles it had not learned from:
/// of those with a score from 40 to 75, as many in a hundred are right, but for 4.
const MARGIN_HALF: i32 = 680;
/// Surer than this it is not, whatever the margin.
const SCORE_MAX: i32 = 85;
const WORDS_MAX: usize = 12;

/// What the model of the text's language takes for names, sure or not; `None` where there is no model.
pub(super) fn spans(reading: &Reading, models: &Models) -> Option<Vec<Span>> {
    let model = match reading.language {
        Language::Arabic => models.names_arabic.as_ref()?,
        Language::English => models.names_english.as_ref()?,
        Language::Other => return None,
    };
    Some(model.names(&hints::words(reading.text, reading.matches, reading.lexicon, &models.classes)))
}

pub(super) fn propose(reading: &Reading, spans: &[Span], proposals: &mut Vec<Proposal>) {
    let forms: HashSet<u64> = reading.matches.hashes.iter().copied().collect();
    let named: HashSet<u32> = proposals.iter().map(|proposal| proposal.entity).collect();
    let arabic = (reading.language == Language::Arabic).then(|| fitting::fit(reading, spans));
    if let Some(spans) = &arabic {
        fitting::cut_people(spans, proposals);
    }
    let spans = arabic.as_deref().unwrap_or(spans);
    proposals.extend(spans.iter().filter_map(|span| proposal(reading, &forms, &named, span)));
}

/// `forms` are the hashes of all words of the text, `named` the entities that the lexicons found in it.
fn proposal(reading: &Reading, forms: &HashSet<u64>, named: &HashSet<u32>, span: &Span) -> Option<Proposal> {
    let kind = match span.kind {
        NameKind::Person => EntityKind::Person,
        NameKind::Place => EntityKind::Place,
        NameKind::Organisation => EntityKind::Organisation,
        NameKind::Other => return None,
    };
    let count = span.end - span.first;
    let token = reading.token(span.first)?;
    // Numbers and single letters alone are no names.
    let has_letters = (span.first..span.end).any(|at| {
        reading
            .token(at)
            .is_some_and(|token| token.is(shape::ARABIC | shape::LATIN) && token.end - token.start > 1)
    });
    // One word that is never a name, or a title or head behind a clitic (لوكالة), is none here either.
    let nature = reading.nature(span.first);
    let is_common = count == 1
        && (nature.is(word::NOT_A_NAME | word::SPEECH_VERB) || nature.is(word::HEAD) && nature.clitics > 0);
    if count > WORDS_MAX || !has_letters || is_common || span.margin < MARGIN_MIN {
        return None;
    }
    let is_adjective = count == 1 && kind == EntityKind::Place && reading.text.has_tanwin(token);
    if is_adjective
        || count == 1 && kind == EntityKind::Person && is_community(reading, span.first)
        || count == 1 && reading.is_measure(span.first)
        || reading.is_in_other_phrase(span.first, count)
        || is_his(reading, named, span)
    {
        return None;
    }
    let candidate = candidate(reading, named, span, kind);
    let is_people = count == 1 && nature.is(word::NATIONALITY | word::PEOPLE);
    // One of it is no body: أوكرانية.
    let is_one = kind == EntityKind::Organisation
        && nature.is(word::NATIONALITY)
        && ["ي", "يه"].iter().any(|singular| reading.folded(span.first).ends_with(singular));
    if is_people
        && (is_one || is_mere_adjective(reading, span.first))
        && candidate.is_none_or(|(_, entity)| entity == NONE)
    {
        return None;
    }
    // The city, the kingdom: which one, the word alone does not say.
    let is_head = kind == EntityKind::Place && reading.phrase_at(span.first, phrase::PLACE_HEAD) == count;
    if is_head && candidate.is_none_or(|(_, entity)| entity == NONE) {
        return None;
    }
    let letters = match candidate {
        Some((letters, _)) => letters,
        None if token.is(shape::ARABIC) => clitic_letters(reading, forms, span.first),
        None => 0,
    };
    let score = (100 * span.margin / (span.margin + MARGIN_HALF)).min(SCORE_MAX);
    Some(Proposal {
        kind,
        first: u32::try_from(span.first).ok()?,
        count: u8::try_from(count).ok()?,
        letters,
        entity: candidate.map_or(NONE, |(_, entity)| entity),
        rule: Rule::Model,
        score: u8::try_from(score).unwrap_or_default(),
    })
}

/// Whether the word is for a community, which is no person: المسلمون, الأصوليين. Behind clitics it has the article, as كروم is
/// another word than روم.
fn is_community(reading: &Reading, index: usize) -> bool {
    let nature = reading.nature(index);
    let folded = reading.folded(index);
    nature.is(word::PEOPLE) && (nature.has_article || nature.clitics == 0)
        || nature.has_article && ["يون", "يين"].iter().any(|plural| folded.ends_with(plural))
}

/// Whether the word for a people names it no more than an adjective does: in Arabic where it qualifies the noun before it,
/// as it does with the same definiteness (المسؤولين اللبنانيين, مسؤولين لبنانيين), in other languages anywhere.
fn is_mere_adjective(reading: &Reading, index: usize) -> bool {
    const PLURAL: [&str; 3] = ["ين", "ون", "ات"];
    if reading.language != Language::Arabic {
        return true;
    }
    // Behind و another people is named.
    let stands_alone = reading.nature(index).clitics == 0 && reading.continues(index);
    let Some(noun) = index.checked_sub(1).filter(|_| stands_alone) else { return false };
    let (is_definite, folded) = (reading.nature(noun).has_article, reading.folded(noun));
    let is_plural = PLURAL.iter().any(|ending| folded.ends_with(ending));
    is_definite == reading.nature(index).has_article && (is_definite || is_plural)
}

/// Whether the word is "his" as likely as a place that the article does not name otherwise.
fn is_his(reading: &Reading, named: &HashSet<u32>, span: &Span) -> bool {
    known::candidates(reading, span.first, span.end - span.first).any(|candidate| {
        known::names(reading, candidate)
            .any(|name| known::is_his(reading, candidate, name) && !named.contains(&name.entity))
    })
}

/// The name of the lexicons with the same words: the letters before it, and its entity where it is of that kind. A weak
/// name is its entity's only where the article names that without doubt.
fn candidate(reading: &Reading, named: &HashSet<u32>, span: &Span, kind: EntityKind) -> Option<(u8, u32)> {
    let mut found = None;
    for candidate in known::candidates(reading, span.first, span.end - span.first) {
        let of_kind = |name: &Name| reading.lexicon.entity(name.entity).kind == kind;
        let all = reading.lexicon.names_from(candidate.name).take(HOMONYMS_MAX);
        let entities: Vec<Name> = all.filter(of_kind).collect();
        // Of several the context would have to tell.
        let entity = match entities[..] {
            [name] if name.flags & flag::WEAK == 0 || named.contains(&name.entity) => name.entity,
            _ => NONE,
        };
        if !entities.is_empty() {
            return Some((candidate.letters, entity));
        }
        found = Some((candidate.letters, NONE));
    }
    found
}

/// Letters of clitics before a name that no lexicon knows.
fn clitic_letters(reading: &Reading, forms: &HashSet<u64>, first: usize) -> u8 {
    const NOUNS: u16 = word::NATIONALITY | word::HEAD | word::FACILITY_HEAD | word::SITED_HEAD;
    let nature = reading.nature(first);
    if nature.given > 0 {
        return nature.given_behind;
    }
    let folded = reading.folded(first);
    // With what is written before them some of these are in a list of words, too: والمسلمين, بجامعة. Those with س before
    // them are others: سقطرى.
    let is_noun = nature.is(NOUNS) && !folded.starts_with('س') || is_community(reading, first);
    if nature.is_known && !(nature.clitics > 0 && is_noun) {
        return 0;
    }
    if nature.clitics > 0 {
        // ل and the article are written as لل.
        let is_joined = folded.chars().skip(usize::from(nature.clitics) - 1).take(2).eq(['ل', 'ل']);
        return nature.clitics + u8::from(is_joined);
    }
    // The rest of the word stands elsewhere in the text without them.
    let behind =
        clitics(folded).find(|(rest, ..)| forms.contains(&hash(rest))).map(|(_, letters, _)| letters);
    behind.unwrap_or_else(|| {
        // و before a consonant is "and"; before a vowel it is the W of a foreign name.
        let mut letters = folded.chars();
        let is_and = letters.next() == Some('و') && !matches!(letters.next(), Some('ا' | 'ي' | 'و'));
        u8::from(is_and && folded.chars().count() >= 4)
    })
}
