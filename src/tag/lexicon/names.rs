//! Entities and their names as they stand in memory.
//!
//! Owns the numbers: an entity, a name and a word are each a `u32`, texts stand in one string.

use super::vocabulary::{NONE, Vocabulary, word};
use crate::article::EntityKind;
use crate::tag::text::{Text, shape};

/// What is said of one name, as bits.
pub(crate) mod flag {
    pub const WEAK: u8 = 1;
    pub const SAFE: u8 = 1 << 1;
    pub const AMBIGUOUS: u8 = 1 << 2;
    /// It begins with a capital, so the text must have one there.
    pub const CAPITAL: u8 = 1 << 3;
    /// It is of capitals only, as abbreviations are.
    pub const CAPITALS: u8 = 1 << 4;
    pub const CANONICAL: u8 = 1 << 5;
    /// It has more than one word.
    pub const WORDS: u8 = 1 << 6;
}

/// A piece of the one text that ids and canonical names stand in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Piece {
    start: u32,
    bytes: u16,
}

/// One entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entity {
    pub id: Piece,
    pub arabic: Piece,
    pub english: Piece,
    pub kind: EntityKind,
    /// ISO 3166-1 alpha-2.
    pub country: Option<[u8; 2]>,
    /// 0 where it is not known.
    pub population: u32,
    /// The number behind the Q; 0 where there is none.
    pub wikidata: u32,
    /// The capital of its country.
    pub is_capital: bool,
}

impl Default for Entity {
    fn default() -> Self {
        Self {
            id: Piece::default(),
            arabic: Piece::default(),
            english: Piece::default(),
            kind: EntityKind::Place,
            country: None,
            population: 0,
            wikidata: 0,
            is_capital: false,
        }
    }
}

/// One name of an entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    pub entity: u32,
    /// The next name with the same words, else [`NONE`].
    pub next: u32,
    /// Bits of [`flag`].
    pub flags: u8,
}

/// Canonical names in other languages than Arabic and English.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherName {
    pub entity: u32,
    pub language: Piece,
    pub name: Piece,
}

/// Collects entities and names.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pub texts: String,
    pub entities: Vec<Entity>,
    pub names: Vec<Name>,
    pub others: Vec<OtherName>,
    pub vocabulary: Vocabulary,
}

impl Builder {
    fn piece(&mut self, text: &str) -> Option<Piece> {
        let piece =
            Piece { start: u32::try_from(self.texts.len()).ok()?, bytes: u16::try_from(text.len()).ok()? };
        self.texts.push_str(text);
        Some(piece)
    }

    /// The number of a new entity; `None` when 32 bits don't reach.
    pub fn add_entity(&mut self, id: &str, canonical: &[(&str, &str)], entity: Entity) -> Option<u32> {
        let number = u32::try_from(self.entities.len()).ok().filter(|number| *number != NONE)?;
        let mut entity = Entity { id: self.piece(id)?, ..entity };
        for (language, name) in canonical {
            let name = self.piece(name)?;
            match *language {
                "ar" => entity.arabic = name,
                "en" => entity.english = name,
                other => {
                    let language = self.piece(other)?;
                    self.others.push(OtherName { entity: number, language, name });
                }
            }
        }
        self.entities.push(entity);
        Some(number)
    }

    /// Adds a name of an entity; the same name twice is one, with what either says. `None` when 32 bits don't reach.
    pub fn add_name(&mut self, entity: u32, name: &str, flags: u8) -> Option<()> {
        let text = Text::of(name);
        let node = self.vocabulary.add_path(text.tokens().iter().map(|token| text.folded(token)))?;
        let mut flags = flags | looks(&text);
        if self.entities[entity as usize].kind == EntityKind::Person && flags & flag::WEAK == 0 {
            self.note_person(&text);
        }
        let first = self.vocabulary.node(node).ending.first_name;
        let mut number = first;
        while number != NONE {
            let known = &mut self.names[number as usize];
            if known.entity == entity {
                if known.flags & flags & flag::WEAK == 0 {
                    known.flags &= !flag::WEAK;
                    flags &= !flag::WEAK;
                }
                known.flags |= flags;
                return Some(());
            }
            number = known.next;
        }
        let number = u32::try_from(self.names.len()).ok().filter(|number| *number != NONE)?;
        self.names.push(Name { entity, next: first, flags });
        self.vocabulary.node_mut(node).ending.first_name = number;
        Some(())
    }

    /// The first and the last word of a person's name tell given and family names.
    fn note_person(&mut self, text: &Text) {
        let [first, .., last] = text.tokens() else { return };
        for (token, trait_) in [(first, word::GIVEN_NAME), (last, word::FAMILY_NAME)] {
            let folded = text.folded(token);
            if folded.chars().count() < 3 || (trait_ == word::GIVEN_NAME && folded.starts_with("ال")) {
                continue;
            }
            if let Some(number) = self.vocabulary.add(folded) {
                let facts = self.vocabulary.facts_mut(number);
                facts.traits |= trait_;
                if trait_ == word::GIVEN_NAME {
                    facts.given = facts.given.max(GIVEN_OF_PERSON);
                }
            }
        }
    }
}

/// Frequency class of the first word of a known person's name, where no list of given names says more.
const GIVEN_OF_PERSON: u8 = 2;

fn looks(text: &Text) -> u8 {
    let tokens = text.tokens();
    let mut flags = if tokens.len() > 1 { flag::WORDS } else { 0 };
    if let Some(first) = tokens.first() {
        if first.is(shape::CAPITAL) {
            flags |= flag::CAPITAL;
        }
        let letters_alone = tokens.iter().all(|token| token.byte_end - token.byte_start == 1);
        if first.is(shape::CAPITAL)
            && tokens
                .iter()
                .all(|token| token.is(shape::CAPITALS) || (letters_alone && token.is(shape::CAPITAL)))
        {
            flags |= flag::CAPITALS;
        }
    }
    flags
}

/// The text of a piece.
pub(crate) fn text_of(texts: &str, piece: Piece) -> &str {
    let start = piece.start as usize;
    &texts[start..start + usize::from(piece.bytes)]
}
