//! A date's text as numbers, words and marks.

use std::borrow::Cow;

use super::calendar::Number;
use super::{DateProblem, digit};
use crate::parse::fold::{fold_char, is_letter};

/// Words of at most this many tokens mean one thing together (`كانون الثاني`).
pub(super) const WORDS_TOGETHER_MAX: usize = 3;
/// Words with a dot between are one abbreviation (`a.m.`) if they have at most this many bytes, as two Arabic letters.
const ABBREVIATED_BYTES_MAX: usize = 4;
/// No date has more tokens.
const TOKENS_MAX: usize = 48;
/// No number of a date has more digits.
const DIGITS_MAX: usize = 14;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Number(Number),
    /// Folded; whether it was in Latin capitals, as abbreviations of zones are.
    Word {
        folded: String,
        is_capitals: bool,
    },
    Mark(char),
}

#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub token: Token,
    /// No white space stands between this token and the one before.
    pub is_glued: bool,
}

/// Divides a text; what takes no room is left out.
pub(super) fn tokenise(raw: &str) -> Result<Vec<Placed>, DateProblem> {
    let mut tokens: Vec<Placed> = Vec::with_capacity(16);
    let mut is_glued = false;
    for character in raw.chars() {
        if character.is_whitespace() {
            is_glued = false;
            continue;
        }
        if let Some(value) = digit(character) {
            match tokens.last_mut() {
                Some(Placed { token: Token::Number(number), .. }) if is_glued => {
                    number.value = number.value.wrapping_mul(10).wrapping_add(u64::from(value));
                    number.digits += 1;
                    if number.digits > DIGITS_MAX {
                        return Err(DateProblem::Unreadable);
                    }
                }
                _ => {
                    let number = Number { value: u64::from(value), digits: 1 };
                    tokens.push(Placed { token: Token::Number(number), is_glued });
                }
            }
        } else {
            // What takes no room divides nothing: bidi marks, vowel marks, tatweel.
            let Some(folded) = fold_char(character) else { continue };
            if is_letter(character) || is_within_word(character) {
                push_letter(&mut tokens, character, folded, is_glued);
            } else {
                tokens.push(Placed { token: Token::Mark(plain_mark(character)), is_glued });
            }
        }
        if tokens.len() > TOKENS_MAX {
            return Err(DateProblem::Unreadable);
        }
        is_glued = true;
    }
    Ok(tokens)
}

/// Marks of Indic scripts that are no letters of their own: those that take a vowel away, or change a letter.
const fn is_within_word(character: char) -> bool {
    matches!(
        character,
        '\u{93c}'
            | '\u{94d}'
            | '\u{9bc}'
            | '\u{9cd}'
            | '\u{a3c}'
            | '\u{a4d}'
            | '\u{abc}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

fn push_letter(tokens: &mut Vec<Placed>, character: char, letter: char, is_glued: bool) {
    let is_capital = character.is_ascii_uppercase();
    if let Some(Placed { token: Token::Word { folded, is_capitals }, .. }) = tokens.last_mut()
        && is_glued
    {
        folded.push(letter);
        *is_capitals &= is_capital;
        return;
    }
    let folded = letter.to_string();
    tokens.push(Placed { token: Token::Word { folded, is_capitals: is_capital }, is_glued });
}

/// Marks that look alike are one.
const fn plain_mark(character: char) -> char {
    match character {
        '–' | '—' | '−' | '‐' | '‑' => '-',
        '،' => ',',
        '٫' => '.',
        '：' => ':',
        '⁄' | '∕' | '\\' => '/',
        other => other,
    }
}

/// The first `count` words of the tokens joined, as a lexicon has them, and how many tokens they are.
///
/// A hyphen or an apostrophe inside does not count (`al-Awwal`), nor do the dots of an abbreviation (`a.m`).
pub(super) fn phrase(tokens: &[Placed], count: usize) -> Option<(Cow<'_, str>, usize)> {
    let first = word_at(tokens, 0)?;
    let mut joined = Cow::Borrowed(first);
    let mut last = first;
    let mut used = 1;
    for _ in 1..count {
        if let Some(Placed { token: Token::Mark(mark), is_glued }) = tokens.get(used) {
            let is_inside = match mark {
                '-' | '\'' | '’' => *is_glued && tokens.get(used + 1).is_some_and(|next| next.is_glued),
                '.' => is_abbreviated(last) && word_at(tokens, used + 1).is_some_and(is_abbreviated),
                _ => false,
            };
            if !is_inside {
                return None;
            }
            used += 1;
        }
        last = word_at(tokens, used)?;
        joined.to_mut().push_str(last);
        used += 1;
    }
    Some((joined, used))
}

fn word_at(tokens: &[Placed], index: usize) -> Option<&str> {
    match tokens.get(index) {
        Some(Placed { token: Token::Word { folded, .. }, .. }) => Some(folded),
        _ => None,
    }
}

const fn is_abbreviated(word: &str) -> bool {
    word.len() <= ABBREVIATED_BYTES_MAX
}
