//! Languages of the Arabic script, told apart by letters and function words.
//!
//! Owns the evidence and its weights. Statistics of letter groups confuse Persian, Urdu and Arabic; their alphabets and
//! their commonest words do not. Both count, because each alone can fail: names bring foreign letters into a text, and
//! newsrooms type one language on the keyboard of another (Persian with the Arabic ya and kaf, Kurdish without its own
//! letters). One pass over the characters, without allocation.

mod words;

use super::language::{Detected, Weight};
use super::script::Script;

/// The languages, each at its place in a score.
const LANGUAGES: [&str; 7] = ["ar", "fa", "ur", "ckb", "ps", "ug", "sd"];
const ARABIC: usize = 0;
const KURDISH: usize = 3;
const UYGHUR: usize = 5;

/// What speaks for each language.
type Score = [u32; LANGUAGES.len()];

/// A text of Arabic letters with no evidence either way is taken for Arabic from this many letters on.
const LETTERS_PLAIN_MIN: usize = 20;

/// Less than this is a guess: about two words or letters of one's own.
const CERTAIN_MIN: u32 = 60;

/// The language outweighs what the page states only if it has more than this many times the evidence of the next one:
/// numerator and denominator.
const CERTAIN_LEAD: (u32, u32) = (3, 2);

/// Weight of a function word, and of an article that begins an Arabic noun.
const WORD_WEIGHT: u32 = 40;
const ARTICLE_WEIGHT: u32 = 20;
/// An article belongs to a word of at least so many letters; `الا` and `الله` are everywhere.
const ARTICLE_LETTERS_MIN: usize = 5;
/// No Arabic, Persian or Urdu word begins with a hamza on its carrier; Kurdish and Uyghur words do.
const CARRIER_WEIGHT: u32 = 30;

/// What a letter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Letter {
    /// No letter: it ends a word.
    Gap,
    /// A vowel mark or tatweel, which does not count.
    Mark,
    /// In every alphabet.
    Plain,
    Arabic,
    /// ى: ends Arabic words; Uyghur has it everywhere.
    AlefMaksura,
    /// ي and ك where Persian and its neighbours write ی and ک.
    ArabicForm,
    PersianForm,
    /// In the alphabets of all neighbours of Arabic, and in Arabic for foreign names.
    Persian,
    Urdu,
    /// ھ: of Urdu, Uyghur and Sindhi.
    KnottedHa,
    Kurdish,
    /// ڤ: of Kurdish, and of Arabic in foreign names.
    Veh,
    KurdishOrUyghur,
    Pashto,
    PashtoOrUyghur,
    Uyghur,
    Sindhi,
}

const LETTERS: usize = Letter::Sindhi as usize + 1;

/// What each letter weighs for each language: Arabic, Persian, Urdu, Kurdish, Pashto, Uyghur, Sindhi.
const WEIGHTS: [Score; LETTERS] = [
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0, 0, 0],
    [25, 0, 0, 0, 0, 0, 0],
    [10, 0, 0, 0, 0, 5, 0],
    [2, 0, 0, 0, 0, 0, 0],
    [0, 2, 0, 0, 0, 0, 0],
    [0, 15, 8, 8, 8, 8, 8],
    [0, 0, 30, 0, 0, 0, 0],
    [0, 0, 30, 0, 0, 30, 30],
    [0, 0, 0, 30, 0, 0, 0],
    [0, 0, 0, 8, 0, 0, 0],
    [0, 0, 0, 30, 0, 15, 0],
    [0, 0, 0, 0, 30, 0, 0],
    [0, 0, 0, 0, 30, 30, 0],
    [0, 0, 0, 0, 0, 30, 0],
    [0, 0, 0, 0, 0, 0, 30],
];

/// First code point of the block that nearly all letters are of, and its size.
const BLOCK: u32 = 0x600;
const BLOCK_SIZE: usize = 0x100;

static LETTER_OF: [Letter; BLOCK_SIZE] = letters();

/// The language of a text of which most letters are Arabic ones; `None` where nothing tells it.
pub(super) fn detect(characters: impl Iterator<Item = char>) -> Option<Detected> {
    let mut text = Text::default();
    // Chained iterators are walked faster from within.
    characters.for_each(|character| text.take(character));
    text.end_word();
    let score = text.score();
    let best = (0..score.len()).rev().max_by_key(|language| score[*language])?;
    let others = (0..score.len()).filter(|language| *language != best);
    let next = others.map(|language| score[language]).max().unwrap_or_default();
    if score[best] == 0 {
        return (text.letters >= LETTERS_PLAIN_MIN).then_some(Detected::likely(LANGUAGES[ARABIC]));
    }
    let (lead, of_next) = CERTAIN_LEAD;
    let is_certain = score[best] >= CERTAIN_MIN && score[best] * of_next >= next * lead;
    let weight = if is_certain { Weight::Certain } else { Weight::Likely };
    Some(Detected { language: LANGUAGES[best], weight })
}

#[derive(Debug, Default)]
struct Text {
    /// How often each kind of letter is there.
    kinds: [u32; LETTERS],
    letters: usize,
    word: words::Key,
    /// Evidence of words.
    words: Score,
}

impl Text {
    fn take(&mut self, character: char) {
        let code = u32::from(character);
        let kind = match code.checked_sub(BLOCK) {
            Some(index) if (index as usize) < BLOCK_SIZE => LETTER_OF[index as usize],
            // The other blocks of the script: rare letters, and the forms that old files spell out.
            Some(_) if Script::of(character) == Some(Script::Arabic) => Letter::Plain,
            _ => Letter::Gap,
        };
        match kind {
            Letter::Gap => self.end_word(),
            Letter::Mark => {}
            _ => {
                self.kinds[kind as usize] += 1;
                self.letters += 1;
                self.word.push(code);
            }
        }
    }

    fn end_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.letters() == 0 {
            return;
        }
        let languages = words::languages_of(&word);
        if languages != 0 {
            for (language, score) in self.words.iter_mut().enumerate() {
                *score += u32::from(languages >> language & 1) * WORD_WEIGHT;
            }
        }
        if word.letters() >= ARTICLE_LETTERS_MIN && word.has_article() {
            self.words[ARABIC] += ARTICLE_WEIGHT;
        }
        if word.begins_with_carrier() {
            self.words[KURDISH] += CARRIER_WEIGHT;
            self.words[UYGHUR] += CARRIER_WEIGHT;
        }
    }

    fn score(&self) -> Score {
        let mut score = self.words;
        for (count, weights) in self.kinds.iter().zip(&WEIGHTS) {
            for (sum, weight) in score.iter_mut().zip(weights) {
                *sum += count * weight;
            }
        }
        score
    }
}

const fn letters() -> [Letter; BLOCK_SIZE] {
    let mut table = [Letter::Gap; BLOCK_SIZE];
    let mut index = 0;
    while index < BLOCK_SIZE {
        #[allow(clippy::cast_possible_truncation)]
        let code = BLOCK + index as u32;
        if let Some(character) = char::from_u32(code) {
            table[index] = letter(character);
        }
        index += 1;
    }
    table
}

const fn letter(character: char) -> Letter {
    match character {
        'ة' | 'أ' | 'إ' => Letter::Arabic,
        'ى' => Letter::AlefMaksura,
        'ي' | 'ك' => Letter::ArabicForm,
        'ی' | 'ک' => Letter::PersianForm,
        'پ' | 'چ' | 'ژ' | 'گ' | 'ۀ' => Letter::Persian,
        'ٹ' | 'ڈ' | 'ڑ' | 'ے' | 'ں' | 'ہ' | 'ۂ' | 'ۃ' | 'ۓ' => Letter::Urdu,
        'ھ' => Letter::KnottedHa,
        'ڕ' | 'ێ' | 'ڵ' => Letter::Kurdish,
        'ڤ' => Letter::Veh,
        'ە' | 'ۆ' => Letter::KurdishOrUyghur,
        'ټ' | 'ډ' | 'ړ' | 'ږ' | 'ښ' | 'ځ' | 'څ' | 'ڼ' | 'ۍ' | 'ګ' => Letter::Pashto,
        'ې' => Letter::PashtoOrUyghur,
        'ۇ' | 'ۈ' | 'ۋ' | 'ڭ' => Letter::Uyghur,
        'ٻ' | 'ڀ' | 'ٿ' | 'ٺ' | 'ٽ' | 'ڄ' | 'ڃ' | 'ڇ' | 'ڌ' | 'ڏ' | 'ڊ' | 'ڍ' | 'ڙ' | 'ڦ' | 'ڪ' | 'ڳ'
        | 'ڱ' | 'ڻ' | '۾' | '۽' => Letter::Sindhi,
        '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' => {
            Letter::Mark
        }
        '\u{620}'..='\u{64a}' | '\u{66e}'..='\u{6d3}' | '\u{6ee}'..='\u{6ef}' | '\u{6fa}'..='\u{6ff}' => {
            Letter::Plain
        }
        _ => Letter::Gap,
    }
}
