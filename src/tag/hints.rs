//! What the lexicons say of each word, as the sequence model is told it.

use super::lexicon::Lexicon;
use super::lexicon::flag;
use super::lexicon::vocabulary::{phrase, word};
use super::matching::Matches;
use super::sequence::classes::WordClasses;
use super::sequence::features::Word;
use super::text::Text;
use crate::article::EntityKind;

const GIVEN_NAME: u16 = 1;
const NATIONALITY: u16 = 1 << 1;
const COMMON: u16 = 1 << 2;
const NOT_A_NAME: u16 = 1 << 3;
const SPEECH_VERB: u16 = 1 << 4;
const PERSON_TITLE: u16 = 1 << 5;
const ORGANISATION_HEAD: u16 = 1 << 6;
const PLACE_HEAD: u16 = 1 << 7;
/// A name of that kind begins here; its other words have the bit above.
const PLACE: u16 = 1 << 8;
const PERSON: u16 = 1 << 10;
const ORGANISATION: u16 = 1 << 12;
/// Its name is one that needs a context.
const DOUBTFUL: u16 = 1 << 14;
/// Something is written in front of the name.
const CLITIC: u16 = 1 << 15;

/// The words of a text with their hints.
pub(super) fn words<'t>(
    text: &'t Text<'_>,
    matches: &Matches,
    lexicon: &Lexicon,
    classes: &WordClasses,
) -> Vec<Word<'t>> {
    let mut words: Vec<Word<'t>> = text
        .tokens()
        .iter()
        .zip(matches.natures.iter().zip(&matches.hashes))
        .map(|(token, (nature, hash))| {
            let traits = [
                (word::GIVEN_NAME, GIVEN_NAME),
                (word::NATIONALITY, NATIONALITY),
                (word::COMMON | word::CONNECTOR, COMMON),
                (word::NOT_A_NAME, NOT_A_NAME),
                (word::SPEECH_VERB, SPEECH_VERB),
            ];
            let hints = traits
                .iter()
                .filter(|(traits, _)| nature.is(*traits))
                .fold(0, |hints, (_, hint)| hints | hint);
            Word {
                folded: text.folded(token),
                hash: *hash,
                shape: token.shape,
                gap: token.gap,
                hints,
                classes: classes.of_hash(*hash),
            }
        })
        .collect();
    for found in &matches.phrases {
        let kinds = [
            (phrase::PERSON_TITLE, PERSON_TITLE),
            (phrase::ORGANISATION_HEAD, ORGANISATION_HEAD),
            (phrase::PLACE_HEAD, PLACE_HEAD),
        ];
        let hints =
            kinds.iter().filter(|(kind, _)| found.kinds & kind != 0).fold(0, |hints, (_, hint)| hints | hint);
        let first = found.first as usize;
        for word in words.iter_mut().skip(first).take(usize::from(found.count)) {
            word.hints |= hints;
        }
    }
    for found in &matches.candidates {
        let name = lexicon.name(found.name);
        let hint = match lexicon.entity(name.entity).kind {
            EntityKind::Place => PLACE,
            EntityKind::Person => PERSON,
            EntityKind::Organisation => ORGANISATION,
            _ => continue,
        };
        let doubtful = if name.flags & (flag::WEAK | flag::AMBIGUOUS) == 0 { 0 } else { DOUBTFUL };
        let first = found.first as usize;
        for (at, word) in words.iter_mut().skip(first).take(usize::from(found.count)).enumerate() {
            word.hints |= if at == 0 { hint } else { hint << 1 } | doubtful;
            if at == 0 && found.letters > 0 {
                word.hints |= CLITIC;
            }
        }
    }
    words
}
