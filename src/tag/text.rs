//! A text as folded words, each with its place in the source.
//!
//! Owns the division into words, what stands between them, and the way back from a folded word to the source. One pass,
//! linear in the text; it knows no word.

#[cfg(test)]
mod tests;

use std::str::Chars;
use std::sync::LazyLock;

use crate::parse::fold::{digit, fold_char, is_invisible};

/// Words beyond this many are not looked at: an article has hundreds, a book a hundred thousand.
pub(crate) const TOKENS_MAX: usize = 100_000;

/// A longer word, in bytes of its folded form, is in no lexicon and is kept without its letters.
pub(crate) const WORD_BYTES_MAX: usize = 96;

/// What stands between a word and the one before it, as bits.
pub(crate) mod gap {
    /// White space.
    pub const SPACE: u8 = 1;
    /// Nothing, or one mark that joins (`al-Sisi`, `O'Neill`, `U.S.`).
    pub const JOIN: u8 = 1 << 1;
    /// Any other mark: commas, colons, quotes, brackets.
    pub const BREAK: u8 = 1 << 2;
    /// The end of a sentence.
    pub const SENTENCE: u8 = 1 << 3;
    /// A line break, or the beginning of the text.
    pub const PARAGRAPH: u8 = 1 << 4;
    /// A quotation mark touches the word's beginning.
    pub const QUOTE: u8 = 1 << 5;
}

/// What a word looks like, as bits.
pub(crate) mod shape {
    /// The first letter is a capital.
    pub const CAPITAL: u8 = 1;
    /// All letters are capitals, and there are two at least.
    pub const CAPITALS: u8 = 1 << 1;
    pub const ARABIC: u8 = 1 << 2;
    pub const LATIN: u8 = 1 << 3;
    pub const DIGIT: u8 = 1 << 4;
    /// Its folded form is not kept.
    pub const TOO_LONG: u8 = 1 << 5;
    /// A quotation mark touches the word's end.
    pub const QUOTE_AFTER: u8 = 1 << 6;
    /// A full stop touches the word's end.
    pub const STOP_AFTER: u8 = 1 << 7;
}

/// Of a letter whose script is [`shape::ARABIC`], in UTF-8.
const ARABIC_BYTES: u8 = 2;

/// One word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// Unicode scalar values before it in the source.
    pub start: u32,
    /// Behind its last character or diacritic.
    pub end: u32,
    /// The same two in bytes.
    pub byte_start: u32,
    pub byte_end: u32,
    folded_start: u32,
    folded_bytes: u8,
    /// Bits of [`gap`].
    pub gap: u8,
    /// Bits of [`shape`].
    pub shape: u8,
}

impl Token {
    /// Whether it and the word before it can be words of one name.
    pub const fn continues(&self) -> bool {
        self.gap == gap::SPACE || self.gap == gap::JOIN
    }

    pub const fn is(&self, shape: u8) -> bool {
        self.shape & shape != 0
    }
}

/// A text, divided.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    source: &'a str,
    folded: String,
    tokens: Vec<Token>,
    is_cut: bool,
}

/// What a character is to a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter(char),
    Digit(char),
    /// A vowel mark or tatweel: of the word, but not of its folded form.
    Mark,
    /// A bidi control or the like: as if it were not there.
    Invisible,
    Space,
    Line,
    /// May join two words.
    Joiner,
    Stop,
    Quote,
    Other,
}

impl<'a> Text<'a> {
    pub fn of(source: &'a str) -> Self {
        Divider::new(source).divide()
    }

    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether the text had more than [`TOKENS_MAX`] words, or more bytes than offsets of 32 bits reach.
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The folded form; empty where it is too long.
    pub fn folded(&self, token: &Token) -> &str {
        let start = token.folded_start as usize;
        &self.folded[start..start + usize::from(token.folded_bytes)]
    }

    /// Whether a word ends in an alef with tanwin, as adjectives and common nouns do in the accusative: `روسياً`.
    pub fn has_tanwin(&self, token: &Token) -> bool {
        /// Before the alef or behind it.
        const TANWIN: [&str; 2] = ["\u{64b}ا", "ا\u{64b}"];
        let surface = self.surface(token.byte_start, token.byte_end);
        TANWIN.iter().any(|ending| surface.ends_with(ending))
    }

    /// Bytes of the source, where it has words.
    pub fn bytes(&self) -> u32 {
        u32::try_from(self.source.len()).unwrap_or_default()
    }

    /// The source from one byte to another.
    pub fn surface(&self, byte_start: u32, byte_end: u32) -> &'a str {
        &self.source[byte_start as usize..byte_end as usize]
    }

    /// Where the rest of a word begins, in scalar values and in bytes, when `letters` folded letters are left off its
    /// beginning, with the diacritics that they carry.
    pub fn behind_letters(&self, token: &Token, letters: u8) -> (u32, u32) {
        if letters == 0 {
            return (token.start, token.byte_start);
        }
        let (mut scalar, mut byte, mut seen) = (token.start, token.byte_start, 0);
        for character in self.surface(token.byte_start, token.byte_end).chars() {
            if matches!(classify(character), Class::Letter(_) | Class::Digit(_)) {
                if seen == letters {
                    break;
                }
                seen += 1;
            }
            scalar += 1;
            byte += utf8_bytes(character);
        }
        (scalar, byte)
    }
}

/// The pass over the source.
struct Divider<'a> {
    text: Text<'a>,
    /// Of the gap since the last word.
    gap: Gap,
    open: Option<Open>,
}

#[derive(Debug, Default)]
struct Gap {
    marks: u32,
    bits: u8,
    joins: bool,
    stop: bool,
    /// The last character was a quotation mark.
    ends_in_quote: bool,
}

/// The word that is being read.
#[derive(Debug)]
struct Open {
    token: Token,
    letters: u32,
    capitals: u32,
}

impl<'a> Divider<'a> {
    fn new(source: &'a str) -> Self {
        let text = Text {
            source,
            folded: String::with_capacity(source.len()),
            tokens: Vec::with_capacity((source.len() / 8).min(TOKENS_MAX)),
            is_cut: u32::try_from(source.len()).is_err(),
        };
        let gap = Gap { bits: gap::PARAGRAPH, ..Gap::default() };
        Self { text, gap, open: None }
    }

    fn divide(mut self) -> Text<'a> {
        if self.text.is_cut {
            return self.text;
        }
        let (mut scalar, mut byte) = (0, 0);
        let mut characters = self.text.source.chars();
        while let Some(character) = characters.next() {
            match classify(character) {
                Class::Letter(folded) => {
                    self.letter(character, folded, false, scalar, byte);
                    let (letters, bytes) = self.arabic_letters(&mut characters);
                    scalar += letters;
                    byte += bytes;
                }
                Class::Digit(folded) => self.letter(character, folded, true, scalar, byte),
                Class::Mark => self.mark(scalar + 1, byte + utf8_bytes(character)),
                Class::Invisible => {}
                class => {
                    self.close();
                    self.between(class);
                    if self.text.tokens.len() == TOKENS_MAX {
                        let begins_word = |next| matches!(classify(next), Class::Letter(_) | Class::Digit(_));
                        self.text.is_cut = characters.any(begins_word);
                        return self.text;
                    }
                }
            }
            scalar += 1;
            byte += utf8_bytes(character);
        }
        self.close();
        self.text
    }

    fn letter(&mut self, character: char, folded: char, is_digit: bool, scalar: u32, byte: u32) {
        let script = if is_digit { shape::DIGIT } else { script_of(folded) };
        // A clitic before a name in Latin letters, or a suffix behind it, is a word of its own.
        let changes = self.open.as_ref().is_some_and(|open| {
            let scripts = (open.token.shape | script) & (shape::ARABIC | shape::LATIN);
            scripts == shape::ARABIC | shape::LATIN
        });
        if changes {
            self.close();
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Open {
                token: self.gap.begin(scalar, byte, self.text.folded.len()),
                letters: 0,
                capitals: 0,
            }),
        };
        let token = &mut open.token;
        open.letters += u32::from(!is_digit);
        // Arabic has no capitals, and to ask costs.
        if !is_digit && script != shape::ARABIC && character.is_uppercase() {
            open.capitals += 1;
            if open.letters == 1 {
                token.shape |= shape::CAPITAL;
            }
        }
        token.shape |= script;
        token.end = scalar + 1;
        token.byte_end = byte + utf8_bytes(character);
        if usize::from(token.folded_bytes) + folded.len_utf8() > WORD_BYTES_MAX {
            token.shape |= shape::TOO_LONG;
        } else {
            self.text.folded.push(folded);
            // At most WORD_BYTES_MAX, which a byte holds.
            token.folded_bytes += u8::try_from(folded.len_utf8()).unwrap_or_default();
        }
    }

    /// Goes on with the open word while it is all Arabic letters, as most words are: nothing else need be asked of
    /// them. How many there are, and their bytes.
    fn arabic_letters(&mut self, characters: &mut Chars<'_>) -> (u32, u32) {
        let (mut letters, mut bytes) = (0, 0);
        let open = self.open.as_mut().filter(|open| !open.token.is(shape::LATIN | shape::TOO_LONG));
        let Some(Open { token, letters: all, .. }) = open else { return (0, 0) };
        let rest = characters.as_str();
        while let Some(folded) = arabic_letter(&rest.as_bytes()[bytes as usize..])
            && let Some(room) = token.folded_bytes.checked_add(ARABIC_BYTES)
            && usize::from(room) <= WORD_BYTES_MAX
        {
            self.text.folded.push(folded);
            token.folded_bytes = room;
            letters += 1;
            bytes += u32::from(ARABIC_BYTES);
        }
        if letters > 0 {
            *characters = rest[bytes as usize..].chars();
            *all += letters;
            token.shape |= shape::ARABIC;
            token.end += letters;
            token.byte_end += bytes;
        }
        (letters, bytes)
    }

    fn mark(&mut self, end: u32, byte_end: u32) {
        if let Some(open) = &mut self.open {
            open.token.end = end;
            open.token.byte_end = byte_end;
        }
    }

    fn close(&mut self) {
        let Some(Open { mut token, letters, capitals }) = self.open.take() else { return };
        if letters >= 2 && capitals == letters {
            token.shape |= shape::CAPITALS;
        }
        if token.is(shape::TOO_LONG) {
            self.text.folded.truncate(token.folded_start as usize);
            token.folded_bytes = 0;
        }
        if self.text.tokens.len() < TOKENS_MAX {
            self.text.tokens.push(token);
        } else {
            self.text.is_cut = true;
        }
        self.gap = Gap::default();
    }

    fn between(&mut self, class: Class) {
        let is_first = self.gap.marks == 0 && self.gap.bits == 0;
        self.gap.ends_in_quote = class == Class::Quote;
        if is_first && let Some(last) = self.text.tokens.last_mut() {
            match class {
                Class::Quote => last.shape |= shape::QUOTE_AFTER,
                Class::Stop => last.shape |= shape::STOP_AFTER,
                _ => {}
            }
        }
        match class {
            Class::Line => self.gap.bits |= gap::PARAGRAPH,
            Class::Space => self.gap.bits |= gap::SPACE,
            _ => self.gap.marks += 1,
        }
        match class {
            Class::Joiner => self.gap.joins = true,
            Class::Stop => self.gap.stop = true,
            Class::Quote | Class::Other => self.gap.bits |= gap::BREAK,
            _ => {}
        }
    }
}

impl Gap {
    /// A word that begins here.
    fn begin(&self, scalar: u32, byte: u32, folded: usize) -> Token {
        let spaced = self.bits & (gap::SPACE | gap::PARAGRAPH) != 0;
        let mut bits = self.bits;
        if self.stop {
            // Within a word it stands in abbreviations; elsewhere it ends a sentence.
            bits |= if spaced || self.marks > 1 { gap::SENTENCE } else { gap::JOIN };
        }
        if self.joins {
            bits |= if spaced || self.marks > 1 { gap::BREAK } else { gap::JOIN };
        }
        if bits == 0 {
            bits = gap::JOIN;
        }
        if self.ends_in_quote {
            bits |= gap::QUOTE;
        }
        Token {
            start: scalar,
            end: scalar,
            byte_start: byte,
            byte_end: byte,
            // The folded text is no longer than twice the source, which 32 bits hold.
            folded_start: u32::try_from(folded).unwrap_or(u32::MAX),
            folded_bytes: 0,
            gap: bits,
            shape: 0,
        }
    }
}

/// First code point of the block of Arabic, whose letters have [`ARABIC_BYTES`] in UTF-8, and its size.
const ARABIC: u32 = 0x600;
const ARABIC_SIZE: usize = 0x100;

/// The folded form of the letter of the Arabic block that these bytes begin with, if that is in the block, too.
fn arabic_letter(bytes: &[u8]) -> Option<char> {
    static FOLDED: LazyLock<[Option<char>; ARABIC_SIZE]> = LazyLock::new(|| {
        let folded = |character| match classify(character) {
            Class::Letter(folded @ '\u{600}'..='\u{6ff}') => Some(folded),
            _ => None,
        };
        let mut table = [None; ARABIC_SIZE];
        for (letter, code) in table.iter_mut().zip(ARABIC..) {
            *letter = char::from_u32(code).and_then(folded);
        }
        table
    });
    // The first byte of two has five bits of the code point, of which the block leaves two open.
    let [first @ 0xd8..=0xdb, second, ..] = bytes else { return None };
    FOLDED[usize::from(first & 0b11) << 6 | usize::from(second & 0b11_1111)]
}

fn utf8_bytes(character: char) -> u32 {
    // Four at most.
    u32::try_from(character.len_utf8()).unwrap_or_default()
}

const fn script_of(folded: char) -> u8 {
    match folded {
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => shape::ARABIC,
        'a'..='z' | '\u{df}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => shape::LATIN,
        _ => 0,
    }
}

/// Latin, Greek, Cyrillic, Hebrew, Arabic: characters below are looked up instead of asked about.
const FREQUENT_END: u32 = 0x700;

fn classify(character: char) -> Class {
    static FREQUENT: LazyLock<Vec<Class>> =
        LazyLock::new(|| (0..FREQUENT_END).filter_map(char::from_u32).map(classify_slowly).collect());
    FREQUENT.get(character as usize).copied().unwrap_or_else(|| classify_slowly(character))
}

fn classify_slowly(character: char) -> Class {
    match character {
        'a'..='z' => Class::Letter(character),
        'A'..='Z' => Class::Letter(character.to_ascii_lowercase()),
        '0'..='9' => Class::Digit(character),
        ' ' | '\t' | '\u{a0}' => Class::Space,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Class::Line,
        '-' | '\'' | '’' | '‐' | '‑' | '/' | '_' | '&' => Class::Joiner,
        '.' | '!' | '?' | '؟' | '…' | '۔' | '。' => Class::Stop,
        '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '‹' | '›' => Class::Quote,
        '\u{621}'..='\u{63a}' | '\u{641}'..='\u{64a}' => {
            fold_char(character).map_or(Class::Mark, Class::Letter)
        }
        _ => classify_rare(character),
    }
}

fn classify_rare(character: char) -> Class {
    if let Some(value) = digit(character) {
        return char::from_digit(value, 10).map_or(Class::Other, Class::Digit);
    }
    if is_invisible(character) {
        return Class::Invisible;
    }
    if character.is_whitespace() {
        return if character == '\u{85}' || character == '\u{b}' || character == '\u{c}' {
            Class::Line
        } else {
            Class::Space
        };
    }
    match fold_char(character) {
        None if character.is_control() => Class::Space,
        None => Class::Mark,
        Some(folded) if folded.is_alphabetic() => Class::Letter(folded),
        Some(folded) if folded.is_numeric() => Class::Digit(folded),
        Some(_) => Class::Other,
    }
}
