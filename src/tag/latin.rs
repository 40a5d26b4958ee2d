//! Languages of the scripts that many languages share and letters alone don't tell: Latin, Cyrillic, Devanagari.
//!
//! English, khabar's second language, is known by its function words where there are enough. All else is told by two
//! statistics that see a bounded part of the text: scores of n-grams ([`ngrams`]), which know fewer languages and tell
//! them from a headline on, and, where these leave a doubt, [`whatlang`], which knows more, needs more to go by and costs
//! ten times as much.

use whatlang::Lang;

use super::language::{Detected, Weight};
use super::ngrams;
use super::script::Script;

pub(super) const ENGLISH: &str = "en";

/// What the statistics see, in characters: more costs more and tells nothing new.
const STATISTICS_CHARS_MAX: usize = 400;

/// Words looked at for English.
const ENGLISH_WORDS_MAX: usize = 120;

/// Fewer words are left to the statistics.
const ENGLISH_WORDS_MIN: usize = 20;

/// English news has about one of its own function words in six; other languages have them in quoted titles only.
const ENGLISH_WORDS_SHARE: usize = 12;

/// A statistical answer about fewer letters does not outweigh what the page states.
const LETTERS_CERTAIN_MIN: usize = 40;

/// [`whatlang`] alone is believed from this many letters on.
const LETTERS_TRUSTED_MIN: usize = 60;

/// Leads of the best language by n-grams. On six words of running text the smaller one is right seven times in ten
/// where it is just reached, and wrong about neighbours for the most part (Danish and Norwegian); where the larger one is,
/// the language is right 998 times in 1000 or more. Below the smaller one, [`whatlang`] has to agree.
const LEAD_LIKELY: u32 = 50;
const LEAD_CERTAIN: u32 = 600;

/// What its n-grams speak for it with on average. Lines in a language that the scores do not have (Irish, Swahili, Somali)
/// stay below the smaller one, 98 of 100 in their own above the larger one.
const MEAN_LIKELY: u32 = 42;
const MEAN_CERTAIN: u32 = 65;

/// What a line of nothing but capitalised words has to lead by: most of them are names.
const LEAD_OF_NAMES: u32 = 400;

/// What n-grams take Afrikaans and Javanese for, which they do not know; other unknown languages stay below the means.
const RELATIVES_OF_UNKNOWN: [&str; 2] = ["nl", "id"];

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
    let text = &text[..cut];
    let by_ngrams = by_ngrams(text, script, letters);
    let is_headline = script == Script::Latin && letters < LETTERS_TRUSTED_MIN;
    let is_settled = by_ngrams.is_some_and(|detected| match detected.weight {
        Weight::Certain => is_headline || !RELATIVES_OF_UNKNOWN.contains(&detected.language),
        Weight::Likely => is_headline,
        Weight::Guess => false,
    });
    if is_settled || is_headline && by_ngrams.is_none() {
        return by_ngrams;
    }
    agreed(by_ngrams, by_whatlang(text, script, letters))
}

/// The same without [`whatlang`], which costs most: for passages, which say nothing in case of doubt.
pub(super) fn detect_cheaply(
    characters: impl Iterator<Item = char>,
    script: Script,
    letters: usize,
) -> Option<Detected> {
    by_ngrams(&words_of(characters, script), script, letters)
}

/// What the n-grams tell, if they lead far enough.
fn by_ngrams(text: &str, script: Script, letters: usize) -> Option<Detected> {
    if text.chars().any(is_of_another_cyrillic_alphabet) {
        return None;
    }
    let ranking = ngrams::rank(text).filter(|ranking| script.can_write(ranking.language))?;
    if ranking.mean < MEAN_LIKELY || !ranking.has_words && ranking.lead < LEAD_OF_NAMES {
        return None;
    }
    let may_be_certain = ranking.has_words && ranking.mean >= MEAN_CERTAIN && letters >= LETTERS_CERTAIN_MIN;
    let weight = match ranking.lead {
        LEAD_CERTAIN.. if may_be_certain => Weight::Certain,
        LEAD_LIKELY.. => Weight::Likely,
        _ => Weight::Guess,
    };
    Some(Detected { language: ranking.language, weight })
}

/// What [`whatlang`] tells.
fn by_whatlang(text: &str, script: Script, letters: usize) -> Option<Detected> {
    let info = whatlang::detect(text)?;
    let language = code(info.lang());
    if !script.can_write(language) {
        return None;
    }
    let weight = match letters {
        LETTERS_CERTAIN_MIN.. if info.is_reliable() => Weight::Certain,
        LETTERS_TRUSTED_MIN.. => Weight::Likely,
        _ => Weight::Guess,
    };
    Some(Detected { language, weight })
}

/// What follows from both. The n-grams are right more often about languages that they know.
fn agreed(by_ngrams: Option<Detected>, by_whatlang: Option<Detected>) -> Option<Detected> {
    match (by_ngrams, by_whatlang) {
        (Some(ngrams), Some(whatlang)) if ngrams.language == whatlang.language => {
            // Two guesses that agree are more than one.
            Some(Detected { weight: ngrams.weight.max(whatlang.weight).max(Weight::Likely), ..ngrams })
        }
        (_, Some(whatlang)) if whatlang.weight == Weight::Certain && !ngrams::knows(whatlang.language) => {
            Some(whatlang)
        }
        (Some(ngrams), _) => Some(ngrams),
        // The n-grams would have known it.
        (None, Some(whatlang)) if ngrams::knows(whatlang.language) && whatlang.weight < Weight::Certain => {
            None
        }
        (None, whatlang) => whatlang,
    }
}

/// Letters of Kazakh, Kyrgyz, Tajik, Tatar and others, which the n-grams would give to Russian.
const fn is_of_another_cyrillic_alphabet(character: char) -> bool {
    matches!(character, '\u{0460}'..='\u{048F}' | '\u{0492}'..='\u{052F}' | 'ѓ' | 'ќ' | 'ѕ' | 'Ѓ' | 'Ќ' | 'Ѕ')
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

/// Whether some of the first words are English function words.
pub(super) fn begins_in_english(text: &str) -> bool {
    /// Words looked at, and how many must be such ones.
    const WORDS: (usize, usize) = (20, 3);
    let (looked_at, least) = WORDS;
    let words = text.split_ascii_whitespace().take(looked_at);
    words
        .filter(|word| ENGLISH_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
        .take(least)
        .count()
        == least
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
    ngrams::knows(language) || Lang::all().iter().any(|known| code(*known) == language)
}
