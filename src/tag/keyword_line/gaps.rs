//! What is known of the gaps between the words of a line.
//!
//! Owns the features of the model and their numbers; their weights stand elsewhere.

use hashbrown::HashMap;

use super::super::lexicon::Lexicon;
use super::super::lexicon::flag;
use super::super::lexicon::roles::role;
use super::super::lexicon::vocabulary::{NONE, word};
use super::super::matching::{Matches, Nature};
use super::super::text::{Text, shape};
use super::standing::Standing;
use crate::article::EntityKind;

/// What a word is, as far as gaps beside it go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Number,
    Latin,
    Preposition,
    Connector,
    DefiniteNationality,
    Nationality,
    Place,
    Person,
    Organisation,
    DefiniteHead,
    Head,
    GivenName,
    /// Behind a `و`.
    And,
    DefiniteAnd,
    /// Behind a `ل` or `ب`.
    To,
    /// With the article, by their endings: ي, يه, ه, ات, ين or ون, another.
    DefiniteYeh,
    DefiniteYah,
    DefiniteHeh,
    DefiniteAt,
    DefinitePlural,
    Definite,
    /// The same without the article.
    Yeh,
    Yah,
    Heh,
    At,
    Other,
    /// No word: before the first and behind the last.
    Edge,
}

pub(super) const CLASSES: usize = Class::Edge as usize + 1;

/// Classes that do alike in pairs.
const GROUPS: usize = 10;

const fn group(class: Class) -> usize {
    match class {
        Class::Number | Class::Latin => 0,
        Class::Preposition | Class::Connector => 1,
        Class::Place | Class::Organisation => 2,
        Class::Person | Class::GivenName => 3,
        Class::Head | Class::DefiniteHead => 4,
        Class::DefiniteNationality | Class::DefiniteYeh | Class::DefiniteYah => 5,
        Class::Definite | Class::DefiniteHeh | Class::DefiniteAt | Class::DefinitePlural => 6,
        Class::Nationality | Class::Yeh | Class::Yah => 7,
        Class::Heh | Class::At | Class::Other => 8,
        Class::And | Class::DefiniteAnd | Class::To | Class::Edge => 9,
    }
}

/// What holds of a gap, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fact {
    Always,
    First,
    /// The article has the two words together: for a share of the rarer one's occurrences, in quarters.
    TogetherSeldom,
    TogetherAtTimes,
    TogetherOften,
    TogetherAlways,
    TogetherAgain,
    /// It has both, one or none of them, and never together.
    ApartBoth,
    ApartFirst,
    ApartSecond,
    ApartNone,
    ApartBothAgain,
    /// Within a name of the lexicons; at its end; before its beginning.
    InName,
    AtNameEnd,
    AtNameStart,
    Same,
    PairAgain,
    SecondAgain,
    FirstAgain,
    SecondBefore,
    FirstUnknown,
    SecondUnknown,
}

const FACTS: usize = Fact::SecondUnknown as usize + 1;

const BEFORE: usize = FACTS;
const BEHIND: usize = BEFORE + CLASSES;
const SECOND_BEFORE: usize = BEHIND + CLASSES;
const SECOND_BEHIND: usize = SECOND_BEFORE + CLASSES;
const PAIR: usize = SECOND_BEHIND + CLASSES;

/// How many features there are: numbers below this.
pub(super) const FEATURES: usize = PAIR + GROUPS * GROUPS;

/// A line, ready to be asked about its gaps.
#[derive(Debug)]
pub(super) struct Gaps<'a> {
    standing: &'a Standing,
    classes: Vec<Class>,
    is_known: Vec<bool>,
    /// For each word: where the name of several words around it goes on, ends, and begins.
    in_name: Vec<bool>,
    ends_name: Vec<bool>,
    starts_name: Vec<bool>,
    /// How often the line has a word, and two in a row, by their numbers.
    words: HashMap<u32, u32>,
    pairs: HashMap<(u32, u32), u32>,
    /// The line has the word before.
    seen: Vec<bool>,
}

impl<'a> Gaps<'a> {
    /// `hidden` words are in no name that the lexicons know; empty where none is hidden.
    pub fn new(
        line: &Text,
        matches: &Matches,
        lexicon: &Lexicon,
        standing: &'a Standing,
        hidden: &[bool],
    ) -> Self {
        let count = line.tokens().len();
        let mut gaps = Self {
            standing,
            classes: Vec::with_capacity(count),
            is_known: matches.natures.iter().map(|nature| nature.is_known).collect(),
            in_name: vec![false; count],
            ends_name: vec![false; count],
            starts_name: vec![false; count],
            words: HashMap::new(),
            pairs: HashMap::new(),
            seen: Vec::with_capacity(count),
        };
        let names = Names::of(matches, lexicon, count, hidden);
        gaps.mark_names(&names);
        for index in 0..count {
            gaps.classes.push(class(line, index, &matches.natures[index], &names, standing));
        }
        let numbers = standing.line();
        for number in numbers {
            let seen = gaps.words.entry(*number).or_default();
            gaps.seen.push(*seen > 0);
            *seen += 1;
        }
        for pair in numbers.windows(2) {
            *gaps.pairs.entry((pair[0], pair[1])).or_default() += 1;
        }
        gaps
    }

    fn mark_names(&mut self, names: &Names) {
        let mut index = 0;
        while index < names.longest.len() {
            let words = usize::from(names.longest[index]);
            if words < 2 {
                index += 1;
                continue;
            }
            self.starts_name[index] = true;
            self.in_name[index..index + words - 1].fill(true);
            self.ends_name[index + words - 1] = true;
            index += words;
        }
    }

    /// Names the features of the gap behind the word at `index`, which is not the last.
    pub fn features(&self, index: usize, mut take: impl FnMut(usize)) {
        let class = |index: usize| self.classes.get(index).copied().unwrap_or(Class::Edge);
        let (first, second) = (class(index), class(index + 1));
        take(BEFORE + first as usize);
        take(BEHIND + second as usize);
        take(SECOND_BEFORE + class(index.wrapping_sub(1)) as usize);
        take(SECOND_BEHIND + class(index + 2) as usize);
        take(PAIR + group(first) * GROUPS + group(second));
        let mut fact = |fact: Fact, holds: bool| {
            if holds {
                take(fact as usize);
            }
        };
        fact(Fact::Always, true);
        fact(Fact::First, index == 0);
        let (one, other) = (self.standing.word(index), self.standing.word(index + 1));
        let together = self.standing.pair(index);
        if together > 0 {
            let least = one.min(other).max(1);
            let share = (together * 4 / least).min(4);
            let shares = [
                Fact::TogetherSeldom,
                Fact::TogetherAtTimes,
                Fact::TogetherOften,
                Fact::TogetherOften,
                Fact::TogetherAlways,
            ];
            fact(shares[share as usize], true);
            fact(Fact::TogetherAgain, together > 1);
        } else {
            let apart = match (one > 0, other > 0) {
                (true, true) => Fact::ApartBoth,
                (true, false) => Fact::ApartFirst,
                (false, true) => Fact::ApartSecond,
                (false, false) => Fact::ApartNone,
            };
            fact(apart, true);
            fact(Fact::ApartBothAgain, one > 1 && other > 1);
        }
        fact(Fact::InName, self.in_name[index]);
        fact(Fact::AtNameEnd, self.ends_name[index]);
        fact(Fact::AtNameStart, self.starts_name[index + 1]);
        let numbers = self.standing.line();
        let pair = (numbers[index], numbers[index + 1]);
        fact(Fact::Same, pair.0 == pair.1);
        fact(Fact::PairAgain, self.pairs.get(&pair).is_some_and(|count| *count > 1));
        fact(Fact::FirstAgain, self.words.get(&pair.0).is_some_and(|count| *count > 1));
        fact(Fact::SecondAgain, self.words.get(&pair.1).is_some_and(|count| *count > 1));
        fact(Fact::SecondBefore, self.seen[index + 1]);
        fact(Fact::FirstUnknown, !self.is_known[index]);
        fact(Fact::SecondUnknown, !self.is_known[index + 1]);
    }
}

/// The names of the lexicons in a line.
struct Names {
    /// Words of the longest name that begins with each word; 0 where none does.
    longest: Vec<u8>,
    /// The kind of a name that is one word.
    single: Vec<Option<EntityKind>>,
    /// The word is a name behind a clitic of one letter.
    behind_clitic: Vec<bool>,
}

impl Names {
    fn of(matches: &Matches, lexicon: &Lexicon, count: usize, hidden: &[bool]) -> Self {
        let mut names =
            Self { longest: vec![0; count], single: vec![None; count], behind_clitic: vec![false; count] };
        for candidate in &matches.candidates {
            let first = candidate.first as usize;
            let end = first + usize::from(candidate.count);
            if hidden.get(first..end).is_some_and(|hidden| hidden.contains(&true)) {
                continue;
            }
            let Some(kind) = strong_kind(lexicon, candidate.name) else { continue };
            match candidate.letters {
                0 => {
                    names.longest[first] = names.longest[first].max(candidate.count);
                    if candidate.count == 1 {
                        names.single[first] = Some(kind);
                    }
                }
                1 => names.behind_clitic[first] = true,
                _ => {}
            }
        }
        names
    }
}

/// The kind of what these words name, if any of their names is no weak one.
fn strong_kind(lexicon: &Lexicon, name: u32) -> Option<EntityKind> {
    let mut found: Option<EntityKind> = None;
    let mut number = name;
    while number != NONE {
        let name = lexicon.name(number);
        if name.flags & flag::WEAK == 0 {
            let kind = lexicon.entity(name.entity).kind;
            // The weights were learned without names of these kinds.
            if matches!(kind, EntityKind::Event | EntityKind::Work | EntityKind::Currency) {
                number = name.next;
                continue;
            }
            // A place before a person before others.
            let rank = |kind| match kind {
                EntityKind::Place => 0,
                EntityKind::Person => 1,
                _ => 2,
            };
            if found.is_none_or(|found| rank(kind) < rank(found)) {
                found = Some(kind);
            }
        }
        number = name.next;
    }
    found
}

fn class(line: &Text, index: usize, nature: &Nature, names: &Names, standing: &Standing) -> Class {
    let token = &line.tokens()[index];
    let folded = line.folded(token);
    let is_definite = folded.starts_with("ال") && folded.len() > 6;
    if !token.is(shape::ARABIC) {
        return if token.is(shape::LATIN) { Class::Latin } else { Class::Number };
    }
    if nature.has_role(role::WITHIN_KEYWORD) {
        return Class::Preposition;
    }
    if nature.is(word::CONNECTOR) && nature.clitics == 0 {
        return Class::Connector;
    }
    let own = nature.clitics == 0 || (is_definite && nature.clitics == 2);
    if own && nature.is(word::NATIONALITY) && names.single[index].is_none() {
        return if is_definite { Class::DefiniteNationality } else { Class::Nationality };
    }
    match names.single[index] {
        Some(EntityKind::Place) => return Class::Place,
        Some(EntityKind::Person) => return Class::Person,
        Some(_) => return Class::Organisation,
        None => {}
    }
    if own && nature.is(HEADS) {
        return if is_definite { Class::DefiniteHead } else { Class::Head };
    }
    if nature.given > 0 && nature.given_behind == 0 && !is_definite && !nature.is(word::COMMON) {
        return Class::GivenName;
    }
    behind_clitic(folded, index, nature, names, standing).unwrap_or_else(|| by_ending(folded, is_definite))
}

const HEADS: u16 = word::HEAD | word::EVENT_HEAD | word::FACILITY_HEAD | word::SITED_HEAD;

/// The class of a word that begins with a clitic.
fn behind_clitic(
    folded: &str,
    index: usize,
    nature: &Nature,
    names: &Names,
    standing: &Standing,
) -> Option<Class> {
    /// Bytes of a clitic and four letters.
    const BYTES_MIN: usize = 10;
    if folded.len() < BYTES_MIN {
        return None;
    }
    let is_name = names.behind_clitic[index];
    if let Some(rest) = folded.strip_prefix('و') {
        if rest.starts_with("ال") {
            return Some(Class::DefiniteAnd);
        }
        let is_joined = is_name || (!nature.is_known && (nature.clitics > 0 || standing.has(rest)));
        return is_joined.then_some(Class::And);
    }
    let is_to = folded.starts_with("لل") || folded.starts_with("بال");
    (is_to || (is_name && folded.starts_with(['ل', 'ب']))).then_some(Class::To)
}

fn by_ending(folded: &str, is_definite: bool) -> Class {
    let ends = |ending: &str| folded.ends_with(ending);
    match is_definite {
        true if ends("يه") => Class::DefiniteYah,
        true if ends("ي") => Class::DefiniteYeh,
        true if ends("ه") => Class::DefiniteHeh,
        true if ends("ات") => Class::DefiniteAt,
        true if ends("ين") || ends("ون") => Class::DefinitePlural,
        true => Class::Definite,
        false if ends("يه") => Class::Yah,
        false if ends("ي") => Class::Yeh,
        false if ends("ه") => Class::Heh,
        false if ends("ات") => Class::At,
        false => Class::Other,
    }
}
