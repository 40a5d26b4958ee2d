//! Languages of the scripts that many languages share and letters alone don't tell: Latin, Cyrillic, Devanagari.
//!
//! English, khabar's second language, is known by its function words; all others by the word statistics of
//! [`whatlang`], which costs 50 times as much and so sees a bounded part of the text.

use whatlang::Lang;

use super::language::Detected;
use super::script::Script;

pub(super) const ENGLISH: &str = "en";

/// What [`whatlang`] sees, in characters: more costs more and tells nothing new.
const STATISTICS_CHARS_MAX: usize = 400;

/// Words looked at for English.
const ENGLISH_WORDS_MAX: usize = 120;

/// Fewer words are left to the statistics.
const ENGLISH_WORDS_MIN: usize = 20;

/// English news has about one of its own function words in six; other languages have them in quoted titles only.
const ENGLISH_WORDS_SHARE: usize = 12;

/// A statistical answer about fewer letters does not outweigh what the page states.
const LETTERS_CERTAIN_MIN: usize = 40;

/// Function words that no other large language has.
const ENGLISH_WORDS: [&str; 24] = [
    "the", "and", "that", "with", "which", "from", "said", "this", "were", "been", "their", "would", "who",
    "they", "his", "of", "its", "about", "after", "has", "have", "will", "than", "by",
];

/// The language of a text of which most letters are of `script`.
pub(super) fn detect(
    characters: impl Iterator<Item = char>,
    script: Script,
    letters: usize,
) -> Option<Detected> {
    let text = words_of(characters, script);
    if script == Script::Latin && is_english(&text) {
        return Some(Detected::certain(ENGLISH));
    }
    let cut = text.char_indices().nth(STATISTICS_CHARS_MAX).map_or(text.len(), |(index, _)| index);
    let info = whatlang::detect(&text[..cut])?;
    let language = code(info.lang());
    if !script.can_write(language) {
        return None;
    }
    let is_certain = info.is_reliable() && letters >= LETTERS_CERTAIN_MIN;
    Some(if is_certain { Detected::certain(language) } else { Detected::guess(language) })
}

/// The words of one script, a blank between them: addresses, numbers and quotations in another script only mislead.
fn words_of(characters: impl Iterator<Item = char>, script: Script) -> String {
    /// Enough for both looks at the text.
    const CHARS_MAX: usize = 800;
    let mut text = String::with_capacity(CHARS_MAX * 2);
    let mut length = 0;
    let mut in_word = false;
    for character in characters {
        let is_letter = Script::of(character) == Some(script)
            || (in_word && matches!(character, '\'' | '’' | '\u{0300}'..='\u{036F}'));
        if is_letter {
            text.push(character);
        } else if in_word {
            text.push(' ');
        } else {
            continue;
        }
        in_word = is_letter;
        length += 1;
        if length == CHARS_MAX {
            break;
        }
    }
    text
}

fn is_english(text: &str) -> bool {
    let (mut words, mut hits) = (0, 0);
    for word in text.split(' ').filter(|word| !word.is_empty()).take(ENGLISH_WORDS_MAX) {
        words += 1;
        if ENGLISH_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
            hits += 1;
        }
    }
    words >= ENGLISH_WORDS_MIN && hits * ENGLISH_WORDS_SHARE >= words
}

/// The BCP 47 code: the shortest one of ISO 639, as the standard asks.
const fn code(language: Lang) -> &'static str {
    match language {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        _ => code_of_the_rest(language),
    }
}

const fn code_of_the_rest(language: Lang) -> &'static str {
    match language {
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
        _ => "und",
    }
}

/// Whether the statistics know this language; if not, they can't contradict a page that states it.
pub(super) fn knows(language: &str) -> bool {
    Lang::all().iter().any(|known| code(*known) == language)
}
