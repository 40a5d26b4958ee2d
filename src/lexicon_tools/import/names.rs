//! Names as a lexicon may hold them.
//!
//! Owns what is left out of a name from outside, and which names are too doubtful to be plain ones.

use super::ALIASES_MAX;
use super::NamesOf;
use crate::article::EntityKind;
use crate::parse::fold::is_invisible;
use crate::tag::lexicon::vocabulary::{hash, word};
use crate::tag::lexicon::{Lexicon, NAME_BYTES_MAX, NAME_WORDS_MAX, name_key};
use crate::tag::text::{Text, shape};

/// What words are that a name of one word must not be.
const OTHER_WORD: u16 = word::COMMON
    | word::NOT_A_NAME
    | word::SPEECH_VERB
    | word::NATIONALITY
    | word::GIVEN_NAME
    | word::CONNECTOR
    | word::TITLE_MODIFIER
    | word::HEAD;

/// A place with so many people is meant by its name of one word.
const PLAIN_POPULATION: u32 = 100_000;

/// Names of one language, ready to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tidy {
    pub language: String,
    pub name: String,
    pub is_ambiguous: bool,
    /// With `~` before those that need a stronger name beside them.
    pub aliases: Vec<String>,
}

impl Tidy {
    /// Leaves out what an entity of the lexicons is called already: a name that stands there as weak would become a strong
    /// one, and a safe one would become ambiguous.
    pub fn leave_out_known(&mut self, entity: u32, lexicon: &Lexicon) {
        let is_known = |name: &str| lexicon.named(name).any(|known| known.entity == entity);
        self.aliases.retain(|alias| !is_known(alias.trim_start_matches('~')));
        let Some(canonical) = lexicon.name_in(entity, &self.language) else { return };
        let name = std::mem::replace(&mut self.name, canonical.to_owned());
        if !is_known(&name) {
            let is_weak = self.is_ambiguous || !name.contains(' ');
            self.aliases.insert(0, if is_weak { format!("~{name}") } else { name });
        }
        self.is_ambiguous = false;
    }
}

/// The name as one line of a table may have it: white space is one blank, what is invisible, a note in brackets behind it
/// and vowel marks go. `None` where it is no name, or has a mark that divides names.
pub(super) fn tidy(name: &str) -> Option<String> {
    // Longer ones are refused anyway.
    let name = name.get(..NAME_BYTES_MAX * 2).unwrap_or(name);
    let visible: String = name
        .chars()
        .filter(|character| !is_invisible(*character) && !is_vowel_mark(*character))
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    let without_note = match visible.rfind(['(', '（']) {
        Some(start) if start > 0 && visible.trim_end().ends_with([')', '）']) => &visible[..start],
        _ => &visible,
    };
    let words: Vec<&str> = without_note.split_whitespace().collect();
    let tidy = words.join(" ");
    let tidy = tidy.trim_matches(is_edge);
    let is_safe = !tidy.is_empty() && tidy.len() <= NAME_BYTES_MAX && !tidy.contains('|');
    let count = Text::of(tidy).tokens().len();
    (is_safe && (1..=NAME_WORDS_MAX).contains(&count) && tidy.chars().any(char::is_alphabetic))
        .then(|| tidy.to_owned())
}

/// What means something at the beginning of a cell, and quotes around a name.
fn is_edge(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '~' | '-' | '#' | '"' | '«' | '»' | '“' | '”' | ',' | '،' | ';')
}

const fn is_vowel_mark(character: char) -> bool {
    matches!(character, '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// The names of one language; `None` where the canonical one is no name.
pub(super) fn of(found: &NamesOf, kind: EntityKind, population: u32, lexicon: &Lexicon) -> Option<Tidy> {
    let name = tidy(&found.name)?;
    let mut seen = vec![name_key(&name)];
    let mut aliases = Vec::new();
    for other in &found.others {
        if aliases.len() == ALIASES_MAX {
            break;
        }
        let Some(other) = tidy(other) else { continue };
        let key = name_key(&other);
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let text = Text::of(&other);
        if text.tokens().len() > 1 {
            aliases.push(other);
        } else if !is_other_word(&text, lexicon) && !is_short(&text) {
            aliases.push(format!("~{other}"));
        }
    }
    let text = Text::of(&name);
    let is_one_word = text.tokens().len() == 1;
    let is_large = kind == EntityKind::Place && population >= PLAIN_POPULATION;
    let is_ambiguous = kind == EntityKind::Work
        || is_one_word && (!is_large || is_other_word(&text, lexicon) || is_short(&text));
    Some(Tidy { language: found.language.clone(), name, is_ambiguous, aliases })
}

/// A name of one word that is a word of another sort, too.
pub(crate) fn is_other_word(name: &Text, lexicon: &Lexicon) -> bool {
    let [token] = name.tokens() else { return false };
    let folded = name.folded(token);
    let is = |form: &str| {
        let facts = lexicon.vocabulary.facts(lexicon.vocabulary.find(hash(form)).number);
        facts.is_some_and(|facts| facts.traits & OTHER_WORD != 0)
    };
    is(folded) || folded.strip_prefix("ال").is_some_and(is)
}

/// A name of so few letters that it is something else more often: one letter, or two that are no abbreviation.
pub(crate) fn is_short(name: &Text) -> bool {
    let [token] = name.tokens() else { return false };
    let letters = name.folded(token).chars().count();
    letters < 2 || letters == 2 && !token.is(shape::CAPITALS | shape::DIGIT)
}
