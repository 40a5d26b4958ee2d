//! Arabic names that no lexicon knows, told by the words beside them and by their own shape.
//!
//! Owns how far a name reaches. Arabic has no capitals: what ends a name is a mark, a common word, or a word that
//! nothing makes a name.

use super::super::lexicon::vocabulary::{phrase, word};
use super::super::matching::Phrase;
use super::super::text::{gap, shape};
use super::{NAMED_WORDS_MAX, Proposal, Reading, Rule, unknown};
use crate::article::EntityKind;

/// Words of a person's name at most, connectors counted.
const PERSON_WORDS_MAX: usize = 6;

/// Words behind an organisation's head at most.
const ORGANISATION_WORDS_MAX: usize = 5;

/// Words within quotation marks that can be a name.
const QUOTED_WORDS_MAX: usize = 5;

/// Rarer given names begin an unknown name only behind a title.
const GIVEN_MIN: u8 = 2;

/// From this class on a given name makes one of an unknown word behind it.
const GIVEN_COMMON: u8 = 7;

/// From this class on a name is more common than the word that is written like it: محمود, حسن.
const GIVEN_ALWAYS: u8 = 8;

/// Connectors in a row: بن أبي.
const CONNECTORS_MAX: usize = 3;

const TITLE_SCORE: u8 = 80;
const GIVEN_SCORE: u8 = 70;
const HEAD_SCORE: u8 = 70;
const QUOTED_SCORE: u8 = 75;
const PLACE_SCORE: u8 = 60;

/// Traits of words that end a name.
const END: u16 = word::COMMON
    | word::NOT_A_NAME
    | word::SPEECH_VERB
    | word::HEAD
    | word::TITLE_MODIFIER
    | word::NATIONALITY;

pub(super) fn propose(reading: &Reading, proposals: &mut Vec<Proposal>) {
    for index in 0..reading.text.tokens().len() {
        if reading.token(index).is_some_and(|token| token.is(shape::ARABIC)) {
            proposals.extend(person(reading, index));
        }
    }
    for found in &reading.matches.phrases {
        let (first, count) = (found.first as usize, usize::from(found.count));
        if found.kinds & phrase::ORGANISATION_HEAD != 0 {
            proposals.extend(quoted(reading, first + count));
            proposals.extend(organisation(reading, *found));
        }
        if found.kinds & phrase::SETTLEMENT_HEAD != 0 {
            proposals.extend(place(reading, first + count));
        }
    }
    for index in 1..reading.text.tokens().len() {
        if reading.is_place(index) && !reading.is_named(index - 1) && reading.continues(index) {
            proposals.extend(around_place(reading, index - 1));
        }
    }
}

/// What a word can be in a person's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A given name of the lexicons, or one with عبد.
    Given,
    /// A family name of the lexicons.
    Family,
    /// بن, آل, أبو, عبد: it needs a word behind it.
    Connector,
    /// In no lexicon, or an adjective of nationality: a family name by its article.
    Definite,
    /// In no lexicon.
    Unknown,
    /// None of it.
    End,
}

fn part(reading: &Reading, index: usize) -> Part {
    let nature = reading.nature(index);
    let Some(token) = reading.token(index) else { return Part::End };
    let is_letters = token.is(shape::ARABIC) && !token.is(shape::DIGIT);
    if !is_letters || token.byte_end - token.byte_start < 4 || reading.is_named(index) {
        return Part::End;
    }
    let folded = reading.folded(index);
    let is_given = nature.is(word::GIVEN_NAME) && nature.given_behind == 0;
    let has_article = folded.starts_with("ال");
    match () {
        () if nature.is(word::CONNECTOR) => Part::Connector,
        () if nature.is(END & !word::NATIONALITY) => Part::End,
        () if folded.starts_with(JOINED_SERVANT) => Part::Given,
        () if is_given => Part::Given,
        () if nature.is(word::FAMILY_NAME) => Part::Family,
        () if nature.is(word::OF_HEAD) => Part::End,
        () if has_article && ends_like_family(reading, index) => Part::Definite,
        () if has_article && !nature.is_known && !nature.has_known_rest => Part::Definite,
        () if nature.is(word::NATIONALITY) || nature.is_known || nature.has_known_rest => Part::End,
        () if nature.has_article => Part::End,
        () => Part::Unknown,
    }
}

/// It needs no title: what follows it is a name.
const SERVANT: &str = "عبد";

/// عبد and the article, written as one word with what follows.
const JOINED_SERVANT: &str = "عبدال";

/// A person's name that begins with this word.
fn person(reading: &Reading, first: usize) -> Option<Proposal> {
    let nature = reading.nature(first);
    let has_title = reading.is_behind(first, phrase::PERSON_TITLE);
    let is_stripped = !has_title && nature.given_behind > 0 && nature.is(word::GIVEN_NAME);
    let begin = if is_stripped { Part::Given } else { part(reading, first) };
    let class = if begin == Part::Given { nature.given.max(GIVEN_MIN) } else { 0 };
    let is_homograph = nature.is(word::OF_HEAD | word::HEAD | word::HOMOGRAPH);
    // علي may be على where newsrooms write both alike.
    let is_sure = class >= GIVEN_MIN && !is_homograph || class >= GIVEN_ALWAYS;
    let is_name = is_sure && !nature.is(word::MAKSURA);
    let may_begin = match begin {
        Part::Given => has_title || is_name,
        Part::Connector => has_title || reading.folded(first) == SERVANT,
        Part::Family | Part::Unknown => has_title && !nature.has_article && can_be_name(reading, first),
        Part::Definite | Part::End => false,
    };
    if !may_begin || !has_title && (begins_within(reading, first, class) || is_behind_head(reading, first)) {
        return None;
    }
    let reach = Reach::of(reading, first, begin, has_title, class)?;
    let is_enough = match begin {
        Part::Given => reach.count > 1,
        Part::Connector => reach.count > 2 && (has_title || reach.has_known),
        // A word that no lexicon knows for a given name needs one behind it that is a name.
        _ => reach.count > 1 && reach.has_known,
    };
    let is_exact = reach.is_whole && (!is_stripped || class >= GIVEN_COMMON && reach.has_known);
    if !is_enough || !is_exact {
        return None;
    }
    let letters = if is_stripped { nature.given_behind } else { 0 };
    let (rule, score) = if has_title { (Rule::Title, TITLE_SCORE) } else { (Rule::GivenName, GIVEN_SCORE) };
    Some(unknown(EntityKind::Person, first, reach.count, letters, rule, score))
}

/// Whether the word before makes an organisation or a place of the name: `شركة رياض السلام`, `ملعب مصطفى بن جنات`.
pub(super) fn is_behind_head(reading: &Reading, first: usize) -> bool {
    const HEADS: u16 = word::EVENT_HEAD | word::FACILITY_HEAD | word::SITED_HEAD;
    reading.is_behind(first, phrase::ORGANISATION_HEAD | phrase::PLACE_HEAD)
        || first > 0 && reading.continues(first) && reading.nature(first - 1).is(HEADS)
}

/// Whether the word before makes it a part of a name that began earlier.
fn begins_within(reading: &Reading, first: usize, class: u8) -> bool {
    if first == 0 || !reading.continues(first) {
        return false;
    }
    match part(reading, first - 1) {
        Part::Given | Part::Connector => true,
        Part::Family | Part::Unknown => class < GIVEN_COMMON,
        Part::Definite | Part::End => false,
    }
}

/// How far a name reaches.
struct Reach {
    count: usize,
    /// A given or family name stands behind the first word.
    has_known: bool,
    /// Where it ends is beyond doubt.
    is_whole: bool,
}

impl Reach {
    fn of(reading: &Reading, first: usize, begin: Part, has_title: bool, class: u8) -> Option<Self> {
        let mut reach = Self { count: 0, has_known: false, is_whole: true };
        if begin == Part::Connector {
            reach.count = connected(reading, first)?;
        } else {
            reach.count = 1;
        }
        let may_guess =
            begin == Part::Given && (has_title || class >= GIVEN_COMMON) || begin == Part::Connector;
        let is_origin = |index, begin| begin != Part::Family && ends_like_family(reading, index);
        let known = reading.person_words(first);
        while reach.count < PERSON_WORDS_MAX && reading.continues(first + reach.count) {
            let index = first + reach.count;
            let part = part(reading, index);
            // احمد الله is no name, حسن نصر الله is; a known name does not go on with an unknown word.
            let is_guess = matches!(part, Part::Definite | Part::Unknown);
            if reach.count == 1 && reading.folded(index) == "الله" || reach.count == known && is_guess {
                break;
            }
            match part {
                Part::Given | Part::Family => {
                    reach.count += 1;
                    reach.has_known = true;
                }
                Part::Connector => match connected(reading, index) {
                    Some(count) => {
                        reach.count += count;
                        reach.has_known = true;
                    }
                    None => break,
                },
                Part::Definite if has_title && may_guess || is_origin(index, begin) => {
                    reach.count += 1;
                    reach.has_known |= ends_like_family(reading, index);
                    break;
                }
                // Behind two known names an unknown word is the last one where what follows can be none.
                Part::Definite | Part::Unknown if reach.has_known => {
                    // What someone wrote or met stands there, too: كتب خالد يوسف المقال.
                    let may_be_name = match part {
                        Part::Definite => has_title,
                        _ => can_be_name(reading, index),
                    };
                    reach.count += usize::from(may_be_name && ends_before(reading, index + 1));
                    break;
                }
                Part::Unknown if can_be_name(reading, index) => {
                    if !has_title && reading.folded(index).ends_with('ا') {
                        return None;
                    }
                    reach.count += usize::from(may_guess);
                    reach.is_whole = may_guess && !goes_on(reading, index + 1);
                    break;
                }
                _ => break,
            }
        }
        Some(reach)
    }
}

/// Whether a mark, or a word that is never of a name, stands here.
fn ends_before(reading: &Reading, index: usize) -> bool {
    !reading.continues(index) || reading.nature(index).is(END)
}

/// Whether an unknown last word may not be the last one: another unknown word follows.
fn goes_on(reading: &Reading, index: usize) -> bool {
    reading.continues(index) && part(reading, index) == Part::Unknown && can_be_name(reading, index)
}

/// The words of a connector, of those right behind it, and of what they connect to. `None` where that is no name.
pub(super) fn connected(reading: &Reading, first: usize) -> Option<usize> {
    for count in 1..=CONNECTORS_MAX {
        let index = first + count;
        if !reading.continues(index) {
            return None;
        }
        match part(reading, index) {
            Part::Connector => {}
            // آل ثاني, عبد الله: behind these any noun is a name.
            Part::End => {
                let nature = reading.nature(index);
                let takes_all = matches!(reading.folded(index - 1), "ال" | "عبد");
                let is_noun = !nature.is(word::SPEECH_VERB | word::NOT_A_NAME);
                return (takes_all && is_noun && !reading.is_named(index)).then_some(count + 1);
            }
            _ => return Some(count + 1),
        }
    }
    None
}

/// Family names of origin end with ي.
fn ends_like_family(reading: &Reading, index: usize) -> bool {
    reading.folded(index).ends_with('ي')
}

/// Whether an unknown word is none of the forms that verbs, feminine nouns, and words with pronouns have.
fn can_be_name(reading: &Reading, index: usize) -> bool {
    let folded = reading.folded(index);
    let letters = folded.chars().count();
    let begins_as_verb =
        ["ي", "ست", "سي", "وي", "وت", "است", "ان"].iter().any(|prefix| folded.starts_with(prefix));
    let ends_as_verb = ["ها", "هم", "هما", "وا", "ات", "ته", "نا", "تها", "ون", "ين", "ت"]
        .iter()
        .any(|ending| folded.ends_with(ending));
    // ترحيب, تأكيده: what someone does.
    let is_deed = folded.starts_with('ت') && letters >= 5 && folded.chars().nth(3) == Some('ي');
    let has_pronoun = letters >= 5 && folded.ends_with('ه');
    let source =
        reading.token(index).map_or("", |token| reading.text.surface(token.byte_start, token.byte_end));
    // A tanwin that is written out.
    let is_adverb =
        source.ends_with(['ا', 'ً']) && letters > 3 && folded.ends_with('ا') && source.ends_with('ً');
    (3..=10).contains(&letters)
        && !begins_as_verb
        && !ends_as_verb
        && !is_adverb
        && !is_deed
        && !has_pronoun
        && !source.ends_with('ة')
}

/// A name within quotation marks behind an organisation's head: `قناة "الميناء"`.
fn quoted(reading: &Reading, first: usize) -> Option<Proposal> {
    let count = quoted_words(reading, first)?;
    Some(unknown(EntityKind::Organisation, first, count, 0, Rule::Quoted, QUOTED_SCORE))
}

/// How many words stand within the quotation marks that open right before this one.
pub(super) fn quoted_words(reading: &Reading, first: usize) -> Option<usize> {
    if reading.token(first)?.gap & gap::QUOTE == 0 {
        return None;
    }
    for count in 1..=QUOTED_WORDS_MAX {
        let last = first + count - 1;
        if count > 1 && !reading.continues(last) {
            return None;
        }
        if reading.token(last)?.is(shape::QUOTE_AFTER) {
            return Some(count);
        }
    }
    None
}

/// An organisation by its head: `وزارة الخارجية الروسية`, `جامعة القاهرة`.
fn organisation(reading: &Reading, head: Phrase) -> Option<Proposal> {
    let (first, heads) = (head.first as usize, usize::from(head.count));
    let is_ministry = head.kinds & phrase::MINISTRY_HEAD != 0;
    let is_national = head.kinds & phrase::NATIONAL_HEAD != 0 && head.letters == 0;
    if !is_ministry && !is_national {
        return None;
    }
    let mut count = heads;
    let (mut definite, mut has_nationality) = (0, false);
    while count < heads + ORGANISATION_WORDS_MAX && reading.continues(first + count) {
        let index = first + count;
        let nature = reading.nature(index);
        let folded = reading.folded(index);
        let is_next = is_ministry && definite > 0 && !has_nationality && folded.starts_with("وال");
        if !folded.starts_with("ال") && !is_next || nature.is(word::NOT_A_NAME | word::SPEECH_VERB) {
            break;
        }
        let is_person = nature.is(word::GIVEN_NAME) && !nature.is(word::OF_HEAD);
        if nature.is(word::TITLE_MODIFIER) || is_person || has_nationality && !nature.is(word::NATIONALITY) {
            break;
        }
        has_nationality |= nature.is(word::NATIONALITY);
        definite += 1;
        count += 1;
    }
    let is_enough = is_ministry && definite > 0 || has_nationality && definite > 1;
    is_enough.then(|| {
        unknown(EntityKind::Organisation, first, count, head.letters, Rule::OrganisationHead, HEAD_SCORE)
    })
}

/// What a place's name is to the word before it: `مطار بغداد الدولي`, `معرض القاهرة الدولي للكتاب`, `جامعة المنيا`.
fn around_place(reading: &Reading, head: usize) -> Option<Proposal> {
    let nature = reading.nature(head);
    let (kind, rule) = match () {
        () if nature.has_article => return None,
        () if nature.is(word::EVENT_HEAD) => (EntityKind::Event, Rule::EventHead),
        () if nature.is(word::FACILITY_HEAD) => (EntityKind::Place, Rule::PlaceHead),
        () if nature.is(word::SITED_HEAD) => (EntityKind::Organisation, Rule::OrganisationHead),
        () => return None,
    };
    let mut count = 1;
    while count <= usize::from(NAMED_WORDS_MAX)
        && reading.is_place(head + count)
        && reading.continues(head + count)
    {
        count += 1;
    }
    let places = count;
    while count < places + ADJECTIVES_MAX && reading.continues(head + count) {
        let folded = reading.folded(head + count);
        let nature = reading.nature(head + count);
        let ends = nature.is(word::NOT_A_NAME | word::HEAD | word::NATIONALITY | word::TITLE_MODIFIER);
        let is_purpose = folded.starts_with("لل") && kind != EntityKind::Place;
        if !is_purpose && (ends && folded != INTERNATIONAL || !folded.starts_with("ال")) {
            break;
        }
        count += 1;
        if is_purpose {
            break;
        }
    }
    Some(unknown(kind, head, count, nature.clitics, rule, HEAD_SCORE))
}

/// Adjectives and purposes behind a place within a longer name.
const ADJECTIVES_MAX: usize = 3;

/// An adjective of titles and of names.
const INTERNATIONAL: &str = "الدولي";

/// An unknown place behind the head of a settlement: `بلدة حلتا`.
fn place(reading: &Reading, first: usize) -> Option<Proposal> {
    if !reading.continues(first) || part(reading, first) != Part::Unknown {
        return None;
    }
    let is_whole = !goes_on(reading, first + 1);
    let is_place = is_whole && can_be_name(reading, first);
    is_place.then(|| unknown(EntityKind::Place, first, 1, 0, Rule::PlaceHead, PLACE_SCORE))
}
